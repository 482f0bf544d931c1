// type.c: the types of FEEL and what belongs to them (DMN 1.5, 10.3.2.9).
#include "feel/feel_internal.h"

// ---- making ---------------------------------------------------------------------------------------------

static type *make(type t, arena *a)
{
    type *made = arena_new(a, 1, type);
    *made = t;
    return made;
}

const feel_type *feel_type_any(void)
{
    static const type any = {.form = TYPE_ANY};
    return &any;
}

const feel_type *feel_type_list(const feel_type *of, arena *a) { return make((type){.form = TYPE_LIST, .of = of}, a); }
const feel_type *feel_type_range(const feel_type *of, arena *a) { return make((type){.form = TYPE_RANGE, .of = of}, a); }

static const type **copy_parts(const feel_type *const *parts, ptrdiff_t count, arena *a)
{
    const type **copy = arena_new(a, count, const type *);
    for (ptrdiff_t i = 0; i < count; i++) copy[i] = parts[i] ? parts[i] : feel_type_any();
    return copy;
}

const feel_type *feel_type_context(const str *names, const feel_type *const *parts, ptrdiff_t count, arena *a)
{
    str *name_copy = arena_new(a, count, str);
    for (ptrdiff_t i = 0; i < count; i++) name_copy[i] = names[i];
    return make((type){.form = TYPE_CONTEXT, .names = name_copy, .parts = copy_parts(parts, count, a), .count = count}, a);
}

const feel_type *feel_type_function(const feel_type *const *takes, ptrdiff_t count, const feel_type *result, arena *a)
{
    str *no_names = arena_new(a, count, str);
    return make((type){.form = TYPE_FUNCTION, .names = no_names, .parts = copy_parts(takes, count, a), .count = count,
                       .of = result ? result : feel_type_any()}, a);
}

const feel_type *feel_type_restricted(const feel_type *of, const feel_program *tests, arena *a)
{
    return make((type){.form = TYPE_RESTRICTED, .of = of, .tests = tests}, a);
}

feel_type *feel_type_declare(str name, arena *a)
{
    return make((type){.form = TYPE_NAMED, .name = name, .of = feel_type_any()}, a);
}

void feel_type_define(feel_type *declared, const feel_type *as) { declared->of = as; }

// ---- belonging ------------------------------------------------------------------------------------------

// A name may stand for a name; a ring of names (refused by who reads models) is Any rather than for ever.
const type *type_meant(const type *t)
{
    for (int i = 0; t && t->form == TYPE_NAMED; i++) t = i < VALUE_DEPTH_MAX ? t->of : feel_type_any();
    return t;
}

static bool is_any(const type *t)
{
    t = type_meant(t);
    return !t || t->form == TYPE_ANY;
}

static bool same_type(const type *a, const type *b, int depth)
{
    if (is_any(a) || is_any(b)) return is_any(a) == is_any(b);
    a = type_meant(a);
    b = type_meant(b);
    if (a == b || depth > VALUE_DEPTH_MAX) return true;
    if (a->form != b->form || a->kind != b->kind || a->count != b->count || a->tests != b->tests) return false;
    for (ptrdiff_t i = 0; i < a->count; i++)
        if (!same_type(a->parts[i], b->parts[i], depth + 1) || !str_equal(a->names[i], b->names[i])) return false;
    return same_type(a->of, b->of, depth + 1);
}

static bool parameters_conform(const type *const *taken, int count, const type *t)
{
    if (count != t->count || !is_any(t->of)) return false;
    for (ptrdiff_t i = 0; i < t->count; i++)
        if (!is_any(taken[i]) && !same_type(taken[i], t->parts[i], 0)) return false;
    return true;
}

// A function fits when it can be called with such arguments: as many, and each of a kind it takes. What an expression
// returns is not known without calling it, so only Any can be asked for.
static bool function_conforms(const feel_function *f, const type *t)
{
    if (t->open) return true;
    if (f->def) return parameters_conform(f->def->types, f->def->count, t);
    if (f->native) return parameters_conform(f->native->types, f->native->count, t);
    parameters p;
    builtin_parameters(f->builtin, &p);
    return t->count >= p.required && (t->count <= p.count || p.variadic) && is_any(t->of);
}

static bool conforms_at(run *r, feel_value v, const type *t, int depth);

static bool context_conforms(run *r, feel_value v, const type *t, int depth)
{
    if (v.kind != FEEL_CONTEXT) return false;
    for (ptrdiff_t i = 0; i < t->count; i++) {
        const feel_value *part = feel_context_get(&v, t->names[i]);
        if (!part || !conforms_at(r, *part, t->parts[i], depth + 1)) return false;
    }
    return true;
}

static bool list_conforms(run *r, feel_value v, const type *t, int depth)
{
    if (v.kind != FEEL_LIST) return false;
    for (ptrdiff_t i = 0; i < v.list->count; i++)
        if (!conforms_at(r, v.list->items[i], t->of, depth + 1)) return false;
    return true;
}

static bool conforms_at(run *r, feel_value v, const type *t, int depth)
{
    t = type_meant(t);
    if (!t || t->form == TYPE_ANY || v.kind == FEEL_NULL) return true;
    if (depth > VALUE_DEPTH_MAX || !spend(r, 1)) return false;
    switch (t->form) {
    case TYPE_NULL: return false;
    case TYPE_KIND: return v.kind == t->kind;
    case TYPE_LIST: return list_conforms(r, v, t, depth);
    case TYPE_RANGE: return v.kind == FEEL_RANGE && conforms_at(r, v.range->low, t->of, depth + 1) && conforms_at(r, v.range->high, t->of, depth + 1);
    case TYPE_CONTEXT: return context_conforms(r, v, t, depth);
    case TYPE_FUNCTION: return v.kind == FEEL_FUNCTION && function_conforms(v.function, t);
    case TYPE_RESTRICTED: return conforms_at(r, v, t->of, depth + 1) && feel_is_true(eval_inner(r, t->tests, NULL, v));
    case TYPE_ANY: case TYPE_NAMED: break;
    }
    return true;
}

bool conforms(run *r, feel_value v, const type *t) { return conforms_at(r, v, t, 0); }

// A restriction is put on what is left after conversion, so the form to convert to stands below it.
static const type *unrestricted(const type *t)
{
    t = type_meant(t);
    for (int i = 0; t && t->form == TYPE_RESTRICTED && i < VALUE_DEPTH_MAX; i++) t = type_meant(t->of);
    return t;
}

bool coerce(run *r, feel_value v, const type *t, feel_value *out)
{
    *out = v;
    if (conforms(r, v, t)) return true;
    const type *form = unrestricted(t);
    if (form->form == TYPE_LIST && v.kind != FEEL_LIST) *out = feel_list_of(&v, 1, r->arena);
    else if (v.kind == FEEL_LIST && v.list->count == 1 && form->form != TYPE_LIST) *out = v.list->items[0];
    else if (v.kind == FEEL_DATE && form->form == TYPE_KIND && form->kind == FEEL_DATE_TIME)
        *out = date_time_of(v.moment.date, (feel_time){.offset = 0});
    else return false;
    return conforms(r, *out, t);
}
