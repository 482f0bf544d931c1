// feel.c: nanoseconds per evaluation of typical expressions, and what one compilation costs. `bench/feel N` evaluates N times each.
//
// The arena is rewound after each evaluation, as the callers in Fadu do; the last column is how many bytes the arena took from the
// machine after the first evaluation: none is the rule. The last line is for bench/run.sh.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "feel/feel.h"

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static const char *const expressions[] = {            // bench/feelin.mjs reads the same lines
#include "feel_expressions.h"
};

static const char context_text[] =
    "{\"amount\":20000,\"income\":3200.50,\"kind\":\"noise\",\"urgent\":true,\"applicant\":{\"age\":34,\"name\":\"Wang\"},\"items\":[{\"price\":10,\"n\":3},"
    "{\"price\":2.5,\"n\":4},{\"price\":100,\"n\":1}],\"list\":[5,3,9,1,7],\"accepted\":\"2024-03-05\"}";

int main(int argc, char **argv)
{
    long wanted = argc > 1 ? atol(argv[1]) : 200000;
    arena a = {0}, results = {0};
    diag_list d = {.arena = &a};
    const json *input = json_parse(str_from(context_text), STR("context"), &a, &d);
    if (!input) return 1;
    str *names = arena_new(&a, input->count, str);
    feel_value *values = arena_new(&a, input->count, feel_value);
    ptrdiff_t count = 0;
    for (const json *member = input->first; member; member = member->next, count++) {
        names[count] = member->name;
        values[count] = feel_from_json(member, &a);
    }
    feel_scope scope = {.names = names, .count = count};
    double total = 0, compiling = 0;
    int expression_count = (int)(sizeof expressions / sizeof *expressions);
    printf("%-72s %8s %8s %6s\n", "expression", "ns", "compile", "bytes");
    for (int i = 0; i < expression_count; i++) {
        enum { COMPILED = 1000 };
        double begin = now_ns();
        arena_position before = arena_mark(&a);
        feel_program *p = NULL;
        for (int k = 0; k < COMPILED; k++) {
            arena_rewind(&a, before);
            p = feel_compile(str_from(expressions[i]), scope, (source_pos){0}, &a, &d);
        }
        double compiled = (now_ns() - begin) / COMPILED;
        if (!p) {
            fprintf(stderr, "does not compile: %s\n", expressions[i]);
            return 1;
        }
        feel_value last = feel_null();
        arena_position start = arena_mark(&results);
        ptrdiff_t used = 0;
        for (long k = -1; k < wanted; k++) {
            if (k == 0) used = results.used, begin = now_ns();
            arena_rewind(&results, start);
            feel_evaluation e = {.arena = &results, .now = 1709598600000, .now_offset = 28800};
            last = feel_evaluate(p, values, &e);
        }
        double each = (now_ns() - begin) / (double)wanted;
        printf("%-72s %8.0f %8.0f %6td\n", expressions[i], each, compiled, results.used > used ? results.used - used : 0);
        if (last.kind == FEEL_NULL) fprintf(stderr, "is null: %s\n", expressions[i]);
        total += each;
        compiling += compiled;
    }
    printf("a second: %.0f evaluated, %.0f compiled and evaluated\n", 1e9 * expression_count / total, 1e9 * expression_count / (total + compiling));
    arena_free(&results);
    arena_free(&a);
    return 0;
}
