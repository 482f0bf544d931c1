// fuzz_check.h: what must hold for any text given to the compiler; shared by the fuzz targets of this module.
//
// What the printer writes is read again as the same tree; evaluating twice gives the same, within the budget; a value that
// prints as a literal is read back as an equal value; a refusal explains itself.
#ifndef FADU_FEEL_FUZZ_CHECK_H
#define FADU_FEEL_FUZZ_CHECK_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "feel/feel.h"

enum { STEPS = 20000 };

static feel_scope make_scope(arena *a, feel_value **values)
{
    // Names that begin one another, hold symbols, or are named like a function: where names end is the hard part.
    static const str names[] = {{"a", 1}, {"a-b", 3}, {"fee total", 9}, {"list", 4}, {"金额", 6}, {"date", 4}};
    const feel_value some[] = {feel_int(3), feel_string(STR("x")), feel_null()};
    feel_value given[] = {feel_int(7), feel_string(STR("text")), feel_boolean(true), feel_list_of(some, 3, a), feel_int(-2), feel_date((date){2024, 2, 29})};
    *values = arena_new(a, 6, feel_value);
    for (int i = 0; i < 6; i++) (*values)[i] = given[i];
    return (feel_scope){.names = names, .count = 6};
}

static feel_value evaluate(const feel_program *p, const feel_value *values, feel_evaluation *e, arena *a)
{
    *e = (feel_evaluation){.arena = a, .now = 1700000000000, .now_offset = 28800, .steps = STEPS, .tested = feel_int(5)};
    return feel_evaluate(p, values, e);
}

static bool has_function(feel_value v, int depth)
{
    if (v.kind == FEEL_FUNCTION || depth > 100) return true;
    if (v.kind == FEEL_RANGE) return has_function(v.range->low, depth + 1) || has_function(v.range->high, depth + 1);
    for (ptrdiff_t i = 0; v.kind == FEEL_LIST && i < v.list->count; i++)
        if (has_function(v.list->items[i], depth + 1)) return true;
    for (ptrdiff_t i = 0; v.kind == FEEL_CONTEXT && i < v.context->count; i++)
        if (has_function(v.context->values[i], depth + 1)) return true;
    return false;
}

static void check_literal(feel_value v, arena *a)
{
    buf text = {.arena = a};
    diag_list d = {.arena = a};
    feel_evaluation e;
    feel_print(&text, v);
    feel_program *p = feel_compile(buf_str(&text), (feel_scope){0}, (source_pos){0}, a, &d);     // NULL: too long, too deep
    if (!p) return;
    e = (feel_evaluation){.arena = a};
    assert(feel_equal(v, feel_evaluate(p, NULL, &e)));
}

// `valid`: the text follows the grammar, so only its size may be refused.
static void check(str text, bool tests, bool valid, arena *a)
{
    feel_value *values;
    feel_scope scope = make_scope(a, &values);
    diag_list d = {.arena = a};
    feel_program *(*compile)(str, feel_scope, source_pos, arena *, diag_list *) = tests ? feel_compile_tests : feel_compile;
    feel_program *p = compile(text, scope, (source_pos){0}, a, &d);
    buf messages = {.arena = a}, printed = {.arena = a}, again = {.arena = a};
    diag_print_all(&messages, &d, LANG_ZH);
    assert(p ? d.errors == 0 : d.errors > 0);
    if (!p) {
        for (const diag *m = d.first; valid && m; m = m->next) {
            if (m->severity != DIAG_ERROR || strncmp(m->code, "FEEL-TOO-", 9) == 0) continue;
            fprintf(stderr, "%s: %.*s\n%.*s\n", m->code, STR_ARG(m->message[LANG_EN]), STR_ARG(text));
            abort();
        }
        return;
    }

    feel_program_print(&printed, p);
    if (printed.len <= 60000) {                    // brackets can make the text longer than the compiler takes
        feel_program *back = compile(buf_str(&printed), scope, (source_pos){0}, a, &d);
        if (!back) {
            fprintf(stderr, "%s: %.*s\nwritten:\n%.*s\nprinted:\n%.*s\n", d.last->code, STR_ARG(d.last->message[LANG_EN]), STR_ARG(text), STR_ARG(buf_str(&printed)));
            abort();
        }
        feel_program_print(&again, back);
        assert(str_equal(buf_str(&printed), buf_str(&again)));
    }

    feel_evaluation first, second;
    feel_value x = evaluate(p, values, &first, a), y = evaluate(p, values, &second, a);
    if (first.steps != second.steps || first.steps < -1 || first.steps > STEPS || !first.reasons != !second.reasons) {
        fprintf(stderr, "%lld and %lld steps are left: %.*s\n", (long long)first.steps, (long long)second.steps, STR_ARG(text));
        abort();
    }
    if (has_function(x, 0)) return;
    assert(feel_equal(x, y));
    check_literal(x, a);
}

#endif
