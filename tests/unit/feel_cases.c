// Reads tests/feel/*.feel: three lines a case (expression, context, expected value as FEEL text), a blank line between,
// comments with #. A context with an entry "?" makes the expression unary tests of that value. Each case is also printed
// in normal form and read again.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "feel/feel.h"
#include "service/zoneinfo.h"
#include "tap.h"

typedef struct { str file; int line; str expression, context, expected; } test_case;

static zones *known;

static feel_value evaluate_text(str text, arena *a, bool *ok)
{
    diag_list d = {.arena = a};
    feel_evaluation e = {.arena = a};
    feel_program *p = feel_compile(text, (feel_scope){.zones = known}, (source_pos){0}, a, &d);
    *ok = p != NULL;
    return p ? feel_evaluate(p, NULL, &e) : feel_null();
}

static str normal_form(const feel_program *p, arena *a)
{
    buf b = {.arena = a};
    feel_program_print(&b, p);
    return buf_str(&b);
}

static void run_case(const test_case *c)
{
    arena a = {0};
    bool context_ok, expected_ok;
    feel_value context = evaluate_text(c->context, &a, &context_ok), expected = evaluate_text(c->expected, &a, &expected_ok);
    if (!context_ok || !expected_ok || context.kind != FEEL_CONTEXT) {
        tap_ok(false, "%.*s:%d: the context or the expected value is not FEEL", STR_ARG(c->file), c->line);
        arena_free(&a);
        return;
    }
    const feel_value *tested = feel_context_get(&context, STR("?"));
    feel_scope scope = {.names = context.context->names, .count = context.context->count, .zones = known};
    diag_list d = {.arena = &a};
    feel_program *(*compile)(str, feel_scope, source_pos, arena *, diag_list *) = tested ? feel_compile_tests : feel_compile;
    feel_program *p = compile(c->expression, scope, (source_pos){.file = c->file, .line = c->line}, &a, &d);
    feel_evaluation e = {.arena = &a, .tested = tested ? *tested : feel_null(), .now = 1709598600000 /* 2024-03-05T08:30:00+08:00 */,
                         .now_offset = 28800};
    feel_value got = p ? feel_evaluate(p, context.context->values, &e) : feel_null();
    bool pass = p && feel_equal(got, expected);
    bool same = false;
    if (p) {
        str once = normal_form(p, &a);
        feel_program *again = compile(once, scope, (source_pos){0}, &a, &d);
        same = again && str_equal(once, normal_form(again, &a));
        if (!same) printf("# normal form is not stable: %.*s\n", STR_ARG(once));
    }
    if (!tap_ok(pass && same, "%.*s:%d: %.*s", STR_ARG(c->file), c->line, STR_ARG(c->expression))) {
        buf text = {.arena = &a};
        feel_print(&text, got);
        printf("#  expected %.*s\n#       got %.*s\n", STR_ARG(c->expected), STR_ARG(buf_str(&text)));
        for (const diag *m = d.first; m; m = m->next) printf("# %s: %.*s\n", m->code, STR_ARG(m->message[LANG_EN]));
        for (const feel_reason *r = e.reasons; r; r = r->next) printf("# %s: %.*s\n", r->code, STR_ARG(r->text[LANG_EN]));
    }
    arena_free(&a);
}

static void run_file(const char *path, arena *a)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        tap_ok(false, "%s can be read", path);
        return;
    }
    buf all = {.arena = a};
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) buf_add(&all, (str){piece, (ptrdiff_t)n});
    fclose(f);
    str rest = buf_str(&all), lines[3];
    int count = 0, number = 0;
    while (rest.len) {
        str line = str_trim(str_cut(&rest, '\n'));
        number++;
        if (!line.len || line.data[0] == '#') {
            if (count) tap_ok(false, "%s:%d: a case has three lines", path, number);
            count = 0;
            continue;
        }
        lines[count++] = line;
        if (count < 3) continue;
        run_case(&(test_case){str_from(path), number - 2, lines[0], lines[1], lines[2]});
        count = 0;
    }
}

static int is_cases(const struct dirent *entry) { return str_ends(str_from(entry->d_name), STR(".feel")); }

int main(void)
{
    struct dirent **files;
    arena a = {0};
    known = zoneinfo_open(NULL);
    int count = scandir("tests/feel", &files, is_cases, alphasort);
    tap_ok(count > 0, "tests/feel has case files");
    for (int i = 0; i < count; i++) {
        run_file(str_cstr(str_printf(&a, "tests/feel/%s", files[i]->d_name), &a), &a);
        free(files[i]);
    }
    if (count >= 0) free(files);
    arena_free(&a);
    zoneinfo_close(known);
    return tap_done();
}
