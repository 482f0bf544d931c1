// decide.c: fadu decide and fadu explain: evaluate a decision of a DMN model, and say why it came out.
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "dmn/dmn.h"
#include "service/zoneinfo.h"

typedef struct {
    char **files;
    int file_count;
    const char *wanted, *input;
    dmn_kind kind;
    bool explain;                // for people, instead of JSON
} request;

static bool read_input(const char *path, bool must_be_json, arena *a, str *text)
{
    if (read_whole_file(path, must_be_json ? JSON_SIZE_MAX + 1 : XML_TEXT_MAX + 1, text, a)) return true;
    perror(path);
    return false;
}

static void say_parameters(buf *out, const dmn_model *m, const dmn_item *x, arena *a)
{
    dmn_parameter *list;
    ptrdiff_t count = dmn_parameters(m, x, &list, a);
    for (ptrdiff_t i = 0; i < count; i++)
        buf_printf(out, "%s%.*s%s%.*s", i ? ", " : "", STR_ARG(list[i].name), list[i].type.len ? ": " : "", STR_ARG(list[i].type));
}

// What the model offers, with the data each needs: shown when nothing or something unknown is asked for.
static void list_items(const dmn_model *m, FILE *to, arena *a)
{
    static const char *const options[] = {[DMN_DECISION] = "--decision", [DMN_KNOWLEDGE] = "--bkm", [DMN_SERVICE] = "--service"};
    ptrdiff_t count;
    const dmn_item *items = dmn_items(m, &count);
    buf out = {.arena = a};
    for (ptrdiff_t i = 0; i < count; i++) {
        if (items[i].kind == DMN_INPUT || !str_equal(items[i].namespace, dmn_namespace(m))) continue;
        buf_printf(&out, "  %s \"%.*s\" (", options[items[i].kind], STR_ARG(items[i].name));
        say_parameters(&out, m, &items[i], a);
        buf_add(&out, STR(")\n"));
    }
    fwrite(out.data ? out.data : "", 1, (size_t)out.len, to);
}

// The decision asked for; without a name the only one there is.
static const dmn_item *choose(const dmn_model *m, const request *r)
{
    if (r->wanted) return dmn_find(m, r->kind, str_from(r->wanted));
    ptrdiff_t count, decisions = 0;
    const dmn_item *items = dmn_items(m, &count), *only = NULL;
    for (ptrdiff_t i = 0; i < count; i++)
        if (items[i].kind == DMN_DECISION && str_equal(items[i].namespace, dmn_namespace(m))) {
            only = &items[i];
            decisions++;
        }
    return decisions == 1 ? only : NULL;
}

static bool print_result(const request *r, feel_value v, const dmn_evaluation *e, arena *a)
{
    buf out = {.arena = a};
    if (r->explain) {
        dmn_explain(&out, e->first_step, cli_language());
        buf_add(&out, str_from(cli_text((bilingual){"结果：", "result: "})));
        feel_print(&out, v);
    } else json_write_pretty(&out, feel_to_json(v, a));
    buf_add_byte(&out, '\n');
    return cli_write(NULL, buf_str(&out));
}

static int decide(const request *r, zones *known, arena *a)
{
    diag_list d = {.arena = a};
    dmn_source *sources = arena_new(a, r->file_count, dmn_source);
    for (int i = 0; i < r->file_count; i++) {
        sources[i].file = str_from(r->files[i]);
        if (!read_input(r->files[i], false, a, &sources[i].text)) return EXIT_SYSTEM;
    }
    const dmn_model *m = dmn_load(sources, r->file_count, known, a, &d);
    cli_report(&d);
    if (!m) return EXIT_INPUT;
    const dmn_item *item = choose(m, r);
    if (!item) {
        if (r->wanted) fprintf(stderr, cli_text((bilingual){"模型中没有“%s”，有：\n", "the model has no \"%s\"; it has:\n"}), r->wanted);
        else fprintf(stderr, "%s", cli_text((bilingual){"模型中有几个决策，请指明一个：\n", "the model has several decisions, name one:\n"}));
        list_items(m, stderr, a);
        return r->wanted ? EXIT_INPUT : EXIT_USAGE;
    }
    feel_value inputs = feel_context_of(NULL, NULL, 0, a);
    if (r->input) {
        str text;
        if (!read_input(r->input, true, a, &text)) return EXIT_SYSTEM;
        diag_list wrong = {.arena = a};
        const json *object = json_parse(text, str_from(r->input), a, &wrong);
        if (object && object->kind != JSON_OBJECT)
            diag_add(&wrong, DIAG_ERROR, "DECIDE-INPUT", json_pos(object, str_from(r->input)), (bilingual){"例：{\"金额\": 100}", "for example {\"amount\": 100}"},
                     (bilingual){"输入须为 JSON 对象，其成员即输入数据的名称", "the input must be a JSON object: its members are the input data"});
        cli_report(&wrong);
        if (wrong.errors) return EXIT_INPUT;
        inputs = dmn_inputs(m, item, object, a);
    }
    struct timespec now;
    struct tm local;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    diag_list why = {.arena = a};
    dmn_evaluation e = {.arena = a, .now = (timestamp)now.tv_sec * 1000 + now.tv_nsec / 1000000, .now_offset = (int32_t)local.tm_gmtoff,
                        .explain = r->explain, .reasons = &why};
    feel_value v = dmn_evaluate(m, item, inputs, &e);
    bool written = print_result(r, v, &e, a);
    if (v.kind == FEEL_NULL) cli_report(&why);
    return !written ? EXIT_SYSTEM : d.errors && v.kind == FEEL_NULL ? EXIT_INPUT : EXIT_DONE;
}

static int decide_guarded(const request *r)
{
    arena a = {0};
    jmp_buf out_of_memory;
    zones *known = zoneinfo_open(NULL);
    int status;
    if (ARENA_GUARD(&a, out_of_memory)) {
        fprintf(stderr, "%s\n", cli_text((bilingual){"内存不足", "out of memory"}));
        status = EXIT_SYSTEM;
    } else status = decide(r, known, &a);
    zoneinfo_close(known);
    arena_free(&a);
    return status;
}

static int run_decide(int argc, char **argv, bool explain)
{
    static const struct option options[] = {{"decision", required_argument, NULL, 'd'}, {"service", required_argument, NULL, 's'},
                                            {"bkm", required_argument, NULL, 'b'}, {"input", required_argument, NULL, 'i'}, {0}};
    request r = {.explain = explain, .kind = DMN_DECISION};
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'i') r.input = optarg;
        else if (c == '?' || r.wanted) return cli_usage(argv[0]);
        else {
            r.wanted = optarg;
            r.kind = c == 'd' ? DMN_DECISION : c == 's' ? DMN_SERVICE : DMN_KNOWLEDGE;
        }
    }
    r.files = argv + optind;
    r.file_count = argc - optind;
    return r.file_count > 0 ? decide_guarded(&r) : cli_usage(argv[0]);
}

int cli_decide(int argc, char **argv) { return run_decide(argc, argv, false); }
int cli_explain(int argc, char **argv) { return run_decide(argc, argv, true); }
