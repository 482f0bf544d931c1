// dmn.c: a decision table of 20 rules and 3 inputs (bench/table.json), compiled once and evaluated many times: decisions a second.
// `bench/dmn FILE [N]`. The arena is rewound after each; what it took from the machine after the first is told on standard error.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "dmn/dmn.h"

static str read_file(const char *path, arena *a)
{
    buf b = {.arena = a};
    char chunk[4096];
    FILE *f = fopen(path, "rb");
    for (size_t n; f && (n = fread(chunk, 1, sizeof chunk, f)) > 0;) buf_add(&b, (str){chunk, (ptrdiff_t)n});
    if (f) fclose(f);
    return buf_str(&b);
}

static void add_cell(buf *out, const char *element, str text)
{
    buf_printf(out, "<%s><text>", element);
    for (ptrdiff_t i = 0; i < text.len; i++) buf_add(out, text.data[i] == '<' ? STR("&lt;") : text.data[i] == '>' ? STR("&gt;") : str_slice(text, i, i + 1));
    buf_printf(out, "</text></%s>", element);
}

static str as_model(const json *table, arena *a)
{
    buf x = {.arena = a};
    buf_add(&x, STR("<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='t' namespace='urn:t'>"));
    for (const json *in = json_get(table, STR("inputs"))->first; in; in = in->next)
        buf_printf(&x, "<inputData id='%.*s' name='%.*s'><variable name='%.*s'/></inputData>", STR_ARG(in->text), STR_ARG(in->text), STR_ARG(in->text));
    buf_add(&x, STR("<decision id='d' name='d'><variable name='d'/>"));
    for (const json *in = json_get(table, STR("inputs"))->first; in; in = in->next)
        buf_printf(&x, "<informationRequirement><requiredInput href='#%.*s'/></informationRequirement>", STR_ARG(in->text));
    buf_add(&x, STR("<decisionTable hitPolicy='UNIQUE'>"));
    for (const json *in = json_get(table, STR("inputs"))->first; in; in = in->next) buf_printf(&x, "<input><inputExpression><text>%.*s</text></inputExpression></input>", STR_ARG(in->text));
    buf_add(&x, STR("<output/>"));
    for (const json *rule = json_get(table, STR("rules"))->first; rule; rule = rule->next) {
        buf_add(&x, STR("<rule>"));
        for (const json *cell = json_get(rule, STR("in"))->first; cell; cell = cell->next) add_cell(&x, "inputEntry", cell->text);
        add_cell(&x, "outputEntry", json_string(rule, STR("out")));
        buf_add(&x, STR("</rule>"));
    }
    buf_add(&x, STR("</decisionTable></decision></definitions>"));
    return buf_str(&x);
}

int main(int argc, char **argv)
{
    long wanted = argc > 2 ? atol(argv[2]) : 1000000;
    arena a = {0}, results = {0};
    diag_list d = {.arena = &a};
    const json *table = argc > 1 ? json_parse(read_file(argv[1], &a), str_from(argv[1]), &a, &d) : NULL;
    if (!table) return 1;
    dmn_source source = {STR("table.dmn"), as_model(table, &a)};
    const dmn_model *m = dmn_load(&source, 1, NULL, &a, &d);
    const dmn_item *item = m ? dmn_find(m, DMN_DECISION, STR("d")) : NULL;
    if (!item || d.errors) return 1;
    feel_value inputs = dmn_inputs(m, item, json_get(table, STR("context")), &a), last = feel_null();
    arena_position start = arena_mark(&results);
    ptrdiff_t used = 0;
    struct timespec from, to;
    for (long k = -1; k < wanted; k++) {
        if (k == 0) used = results.used, clock_gettime(CLOCK_MONOTONIC, &from);
        arena_rewind(&results, start);
        dmn_evaluation e = {.arena = &results};
        last = dmn_evaluate(m, item, inputs, &e);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (!feel_equal(last, feel_int(json_int(table, STR("expected"), 0)))) fprintf(stderr, "wrong decision\n");
    if (results.used > used) fprintf(stderr, "the arena grew by %td bytes\n", results.used - used);
    printf("%.0f\n", (double)wanted / ((double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9));
    return 0;
}
