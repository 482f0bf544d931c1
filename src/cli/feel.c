// feel.c: fadu feel EXPR [--input FILE.json]: evaluates one FEEL expression, to try formulas out.
#include <getopt.h>
#include <stdio.h>
#include <time.h>

#include "base/json.h"
#include "cli/cli.h"
#include "feel/feel.h"
#include "service/zoneinfo.h"

// Reads the whole file, up to JSON_SIZE_MAX + 1 bytes (one more than json_parse takes, so that it can say so).
static bool read_file(const char *path, arena *a, str *text)
{
    char piece[65536];
    buf all = {.arena = a};
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    for (size_t n; all.len <= JSON_SIZE_MAX && (n = fread(piece, 1, sizeof piece, file)) > 0;) buf_add(&all, (str){piece, (ptrdiff_t)n});
    bool ok = !ferror(file);
    fclose(file);
    *text = buf_str(&all);
    return ok;
}

// The members of the input are the scope.
static void read_scope(const json *input, arena *a, feel_scope *scope, feel_value **values)
{
    str *names = arena_new(a, input->count, str);
    ptrdiff_t i = 0;
    *values = arena_new(a, input->count, feel_value);
    for (const json *member = input->first; member; member = member->next, i++) {
        names[i] = member->name;
        (*values)[i] = feel_from_json(member, a);
    }
    scope->names = names;
    scope->count = i;
}

static void print_result(feel_value v, const feel_program *p, const feel_evaluation *e, arena *a)
{
    buf out = {.arena = a};
    diag_list notes = {.arena = a};
    feel_print(&out, v);
    buf_add_byte(&out, '\n');
    fwrite(out.data, 1, (size_t)out.len, stdout);
    fflush(stdout);
    if (v.kind != FEEL_NULL) return;
    feel_reasons_tell(e->reasons, feel_program_text(p), (source_pos){0}, &notes);      // a null explains itself
    cli_report(&notes);
}

static int evaluate(const char *expression, const char *input_path, zones *known, arena *a)
{
    diag_list d = {.arena = a};
    feel_scope scope = {.zones = known};
    feel_value *values = NULL;
    if (input_path) {
        str text;
        if (!read_file(input_path, a, &text)) {
            perror(input_path);
            return EXIT_SYSTEM;
        }
        const json *input = json_parse(text, str_from(input_path), a, &d);
        if (input && input->kind != JSON_OBJECT)
            diag_add(&d, DIAG_ERROR, "FEEL-INPUT", json_pos(input, str_from(input_path)), (bilingual){"例：{\"金额\": 100}", "for example {\"amount\": 100}"},
                     (bilingual){"输入须为 JSON 对象，其成员即表达式可用的名称", "the input must be a JSON object: its members are the names to use"});
        if (d.errors) {
            cli_report(&d);
            return EXIT_INPUT;
        }
        read_scope(input, a, &scope, &values);
    }
    feel_program *p = feel_compile(str_from(expression), scope, (source_pos){.line = 1, .column = 1}, a, &d);
    cli_report(&d);
    if (!p) return EXIT_INPUT;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm local;
    localtime_r(&now.tv_sec, &local);
    feel_evaluation e = {.arena = a, .now = (timestamp)now.tv_sec * 1000 + now.tv_nsec / 1000000, .now_offset = (int32_t)local.tm_gmtoff};
    feel_value v = feel_evaluate(p, values, &e);
    print_result(v, p, &e, a);
    return fflush(stdout) == 0 ? EXIT_DONE : EXIT_SYSTEM;
}

static const bilingual no_memory = {"内存不足", "out of memory"};

static int evaluate_guarded(const char *expression, const char *input_path, zones *known)
{
    arena a = {0};
    jmp_buf out_of_memory;
    if (ARENA_GUARD(&a, out_of_memory)) {
        fprintf(stderr, "%s\n", cli_text(no_memory));
        arena_free(&a);
        return EXIT_SYSTEM;
    }
    int status = evaluate(expression, input_path, known, &a);
    arena_free(&a);
    return status;
}

int cli_feel(int argc, char **argv)
{
    static const struct option options[] = {{"input", required_argument, NULL, 'i'}, {0}};
    const char *input = NULL;
    optind = 1;                                    // "--" stands before an expression that begins with "-"
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 'i') return cli_usage("feel");
        input = optarg;
    }
    if (argc - optind != 1) return cli_usage("feel");
    zones *known = zoneinfo_open(NULL);
    int status = evaluate_guarded(argv[optind], input, known);
    zoneinfo_close(known);
    return status;
}
