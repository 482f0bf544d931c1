// boundary.c: where the answer of unary tests can change, for those that look for gaps and overlaps in decision tables.
//
// The tests are walked, and each constant that `?` is compared with is a boundary. What is not a comparison of `?` with a constant
// makes the answer unknown: better to check fewer tables than to say something wrong about one.
#include "feel/feel_internal.h"

typedef struct { const feel_program *program; arena *arena; values found; } search;

// Does this part say the same whatever `?` and the data are? Built-ins do when their arguments do, but for the clock's.
static bool is_closed(const node *n)
{
    switch (n->kind) {
    case N_CONST: return true;
    case N_NEG: return is_closed(n->op.a);
    case N_ADD: case N_SUB: case N_MUL: case N_DIV: return is_closed(n->op.a) && is_closed(n->op.b);
    case N_CALL:
        if (n->call.callee->kind != N_BUILTIN || str_equal(n->call.callee->name, STR("now")) || str_equal(n->call.callee->name, STR("today"))) return false;
        for (int32_t i = 0; i < n->call.count; i++)
            if (!is_closed(n->call.args[i])) return false;
        return true;
    default: return false;
    }
}

// A moment with an offset cannot be compared with one without, so beside the points of its order there are others that no such test holds for.
static bool is_zoned(feel_value v)
{
    return (v.kind == FEEL_TIME || v.kind == FEEL_DATE_TIME) && (v.moment.time.offset != FEEL_NO_OFFSET || v.moment.time.zone);
}

static bool add_value(search *s, feel_value v)
{
    if (v.kind == FEEL_NULL || v.kind >= FEEL_LIST || is_zoned(v)) return false;
    values_add(&s->found, v);
    return true;
}

static bool add_closed(search *s, const node *n)
{
    if (!n) return true;                                   // an open end of a range
    if (!is_closed(n)) return false;
    feel_program part = *s->program;
    part.root = (node *)n;
    feel_evaluation e = {.arena = s->arena, .silent = true};
    return add_value(s, feel_evaluate(&part, NULL, &e));
}

// An end of an order. Texts have an order, too, but no value between two of them that a person would take for an example.
static bool add_end(search *s, const node *n)
{
    ptrdiff_t before = s->found.count;
    return add_closed(s, n) && (s->found.count == before || s->found.items[before].kind != FEEL_STRING);
}

static bool walk(search *s, const node *n);

static bool walk_list(search *s, node *const *items, ptrdiff_t count)
{
    for (ptrdiff_t i = 0; i < count; i++)
        if (!walk(s, items[i])) return false;
    return true;
}

static bool walk(search *s, const node *n)
{
    switch (n->kind) {
    case N_TESTS: return walk_list(s, n->list.items, n->list.count);
    case N_TEST_ANY: return true;
    case N_TEST_EQ: case N_TEST_NE: return add_closed(s, n->op.a);
    case N_RANGE: return add_end(s, n->op.a) && add_end(s, n->op.b);
    case N_LIST: return walk_list(s, n->list.items, n->list.count);
    case N_AND: case N_OR: return walk(s, n->op.a) && walk(s, n->op.b);
    case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE: {
        bool (*add)(search *, const node *) = n->kind == N_EQ || n->kind == N_NE ? add_closed : add_end;
        return n->op.a->kind == N_TESTED ? add(s, n->op.b) : n->op.b->kind == N_TESTED && add(s, n->op.a);
    }
    case N_BETWEEN: return n->op.a->kind == N_TESTED && add_end(s, n->op.b) && add_end(s, n->op.c);
    case N_IN: return n->list.value->kind == N_TESTED && walk_list(s, n->list.items, n->list.count);
    default: return add_closed(s, n);
    }
}

bool feel_tests_boundaries(const feel_program *tests, arena *a, feel_value **out, ptrdiff_t *count)
{
    search s = {tests, a, {.arena = a}};
    bool known = walk(&s, tests->root);
    *out = s.found.items;
    *count = known ? s.found.count : 0;
    return known;
}
