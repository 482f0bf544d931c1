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

const feel_type *feel_type_alias(const feel_type *t)
{
    return t->form == TYPE_NAMED || t->form == TYPE_RESTRICTED ? t->of : NULL;
}

const feel_program *feel_type_tests(const feel_type *t)
{
    t = type_meant(t);
    return t && t->form == TYPE_RESTRICTED ? t->tests : NULL;
}

const feel_type *feel_type_result(const feel_type *t)
{
    t = type_meant(t);
    return t && t->form == TYPE_FUNCTION ? t->of ? t->of : feel_type_any() : NULL;
}

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

// What values are asked for: "instance of" does not look at allowed values, and of a function's result believes only what it
// knows; conversion does, and lets a function through whose result only a call would tell.
typedef enum { AS_INSTANCE, AS_ALLOWED } question;

static bool type_conforms(const type *a, const type *b, int depth);

static bool all_types_conform(const type *const *from, const type *const *to, ptrdiff_t count, int depth)
{
    for (ptrdiff_t i = 0; i < count; i++)
        if (!type_conforms(from[i], to[i], depth + 1)) return false;
    return true;
}

// Is every value of `a` one of `b` (10.3.2.9.2)?
static bool type_conforms(const type *a, const type *b, int depth)
{
    a = type_meant(a);
    b = type_meant(b);
    if (is_any(b) || a == b || depth > VALUE_DEPTH_MAX) return true;
    if (b->form == TYPE_RESTRICTED) return type_conforms(a, b->of, depth + 1);
    if (is_any(a)) return false;
    if (a->form == TYPE_RESTRICTED) return type_conforms(a->of, b, depth + 1);
    if (a->form != b->form || a->kind != b->kind) return a->form == TYPE_NULL;
    switch (a->form) {
    case TYPE_LIST: case TYPE_RANGE: return type_conforms(a->of, b->of, depth + 1);
    case TYPE_FUNCTION:
        return b->open || (a->count == b->count && all_types_conform(b->parts, a->parts, a->count, depth) && type_conforms(a->of, b->of, depth + 1));
    case TYPE_CONTEXT:
        for (ptrdiff_t i = 0; i < b->count; i++) {
            ptrdiff_t k = 0;
            while (k < a->count && !str_equal(a->names[k], b->names[i])) k++;
            if (k == a->count || !type_conforms(a->parts[k], b->parts[i], depth + 1)) return false;
        }
        return true;
    default: return true;
    }
}

// The type of what the body of a function gives, as far as that is plain from the text; Any when it is not.
static const type *plain_type(const node *n, const function_def *inside, arena *a)
{
    switch (n->kind) {
    case N_CONST: return n->constant->kind == FEEL_NULL ? make((type){.form = TYPE_NULL}, a)
                       : n->constant->kind <= FEEL_YEARS_DURATION ? make((type){.form = TYPE_KIND, .kind = n->constant->kind}, a) : feel_type_any();
    case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE: case N_BETWEEN: case N_IN: case N_AND: case N_OR:
    case N_SOME: case N_EVERY: case N_INSTANCE: return make((type){.form = TYPE_KIND, .kind = FEEL_BOOLEAN}, a);
    case N_LOCAL: return n->slot < inside->count && inside->types[n->slot] ? inside->types[n->slot] : feel_type_any();     // a parameter
    case N_CONTEXT: {
        const type **parts = arena_new(a, n->context.count, const type *);
        for (ptrdiff_t i = 0; i < n->context.count; i++) parts[i] = plain_type(n->context.items[i], inside, a);
        return feel_type_context(n->context.names, parts, n->context.count, a);
    }
    case N_LIST: {
        const type *element = n->list.count ? plain_type(n->list.items[0], inside, a) : make((type){.form = TYPE_NULL}, a);
        for (ptrdiff_t i = 1; i < n->list.count; i++)
            if (!same_type(element, plain_type(n->list.items[i], inside, a), 0)) element = feel_type_any();
        return feel_type_list(element, a);
    }
    case N_FUNCTION: {
        const function_def *f = n->function;
        return feel_type_function(f->types, f->count, f->java >= 0 ? NULL : plain_type(f->body, f, a), a);
    }
    default: return feel_type_any();
    }
}

// A function fits when it can be called with such arguments: as many, and each of a type it takes.
static bool function_conforms(run *r, const feel_function *f, const type *t, question q)
{
    if (t->open) return true;
    if (f->builtin >= 0) {
        parameters p;
        builtin_parameters(f->builtin, &p);
        return t->count >= p.required && (t->count <= p.count || p.variadic) && (q == AS_ALLOWED || is_any(t->of));
    }
    const type *const *takes = f->def ? f->def->types : f->native->types;
    int32_t count = f->def ? f->def->count : f->native->count;
    if (count != t->count || !all_types_conform(t->parts, takes, count, 0)) return false;
    const type *result = f->def && f->def->java < 0 ? plain_type(f->def->body, f->def, r->arena) : feel_type_any();
    return (q == AS_ALLOWED && is_any(result)) || type_conforms(result, t->of, 0);
}

static bool conforms_at(run *r, feel_value v, const type *t, question q, int depth);

static bool context_conforms(run *r, feel_value v, const type *t, question q, int depth)
{
    if (v.kind != FEEL_CONTEXT) return false;
    for (ptrdiff_t i = 0; i < t->count; i++) {
        const feel_value *part = feel_context_get(&v, t->names[i]);
        if (!part || !conforms_at(r, *part, t->parts[i], q, depth + 1)) return false;
    }
    return true;
}

static bool list_conforms(run *r, feel_value v, const type *t, question q, int depth)
{
    if (v.kind != FEEL_LIST) return false;
    for (ptrdiff_t i = 0; i < v.list->count; i++)
        if (!conforms_at(r, v.list->items[i], t->of, q, depth + 1)) return false;
    return true;
}

static bool conforms_at(run *r, feel_value v, const type *t, question q, int depth)
{
    t = type_meant(t);
    if (!t || t->form == TYPE_ANY || v.kind == FEEL_NULL) return true;
    if (depth > VALUE_DEPTH_MAX || !spend(r, 1)) return false;
    switch (t->form) {
    case TYPE_NULL: return false;
    case TYPE_KIND: return v.kind == t->kind;
    case TYPE_LIST: return list_conforms(r, v, t, q, depth);
    case TYPE_RANGE:
        return v.kind == FEEL_RANGE && conforms_at(r, v.range->low, t->of, q, depth + 1) && conforms_at(r, v.range->high, t->of, q, depth + 1);
    case TYPE_CONTEXT: return context_conforms(r, v, t, q, depth);
    case TYPE_FUNCTION: return v.kind == FEEL_FUNCTION && function_conforms(r, v.function, t, q);
    case TYPE_RESTRICTED:
        return conforms_at(r, v, t->of, q, depth + 1) && (q == AS_INSTANCE || feel_is_true(eval_inner(r, t->tests, NULL, v)));
    case TYPE_ANY: case TYPE_NAMED: break;
    }
    return true;
}

bool conforms(run *r, feel_value v, const type *t) { return conforms_at(r, v, t, AS_ALLOWED, 0); }
bool is_instance(run *r, feel_value v, const type *t) { return conforms_at(r, v, t, AS_INSTANCE, 0); }

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

// ---- JSON -----------------------------------------------------------------------------------------------

static feel_value members_from_json(const json *j, const type *t, zones *from, arena *a)
{
    str *names = arena_new(a, j->count, str);
    feel_value *items = arena_new(a, j->count, feel_value);
    ptrdiff_t count = 0;
    for (const json *child = j->first; child; child = child->next, count++) {
        ptrdiff_t k = 0;
        while (k < t->count && !str_equal(t->names[k], child->name)) k++;
        names[count] = child->name;
        items[count] = feel_from_json_as(child, k < t->count ? t->parts[k] : NULL, from, a);
    }
    return feel_context_of(names, items, count, a);
}

feel_value feel_from_json_as(const json *j, const feel_type *t, zones *from, arena *a)
{
    const type *form = t ? unrestricted(t) : NULL;
    feel_value v;
    if (!form) return feel_from_json(j, a);
    if (form->form == TYPE_KIND && j->kind == JSON_STRING && form->kind >= FEEL_DATE && form->kind <= FEEL_YEARS_DURATION)
        return feel_parse_temporal(j->text, form->kind, from, &v) ? v : feel_string(j->text);
    if (form->form == TYPE_CONTEXT && j->kind == JSON_OBJECT) return members_from_json(j, form, from, a);
    if (form->form == TYPE_LIST && j->kind == JSON_ARRAY) {
        feel_value *items = arena_new(a, j->count, feel_value);
        ptrdiff_t count = 0;
        for (const json *child = j->first; child; child = child->next) items[count++] = feel_from_json_as(child, form->of, from, a);
        return list_view(items, count, a);
    }
    return feel_from_json(j, a);
}
