// types.c: item definitions (DMN 1.5, 7.3.3) as FEEL types, and the typeRefs that name them.
#include "dmn/dmn_internal.h"

typedef struct { dmn_model *model; source *source; arena *arena; diag_list *diags; } type_reader;

static bool is_true(str s) { return str_equal(s, STR("true")) || str_equal(s, STR("1")); }

// The names that DMN has for FEEL's types beside FEEL's own (table 31, and those of DMN 1.1).
static str feel_name(str ref)
{
    static const struct { const char *dmn, *feel; } names[] = {
        {"dateTime", "date and time"}, {"dayTimeDuration", "days and time duration"},
        {"yearMonthDuration", "years and months duration"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_equal(ref, str_from(names[i].dmn))) return str_from(names[i].feel);
    return ref;
}

static const feel_type *named_type(const source *s, str ref)
{
    for (ptrdiff_t i = 0; i < s->type_count; i++)
        if (str_equal(s->type_names[i], ref)) return s->types[i];
    return NULL;
}

const feel_type *type_of_ref(const dmn_model *m, const source *s, str ref, source_pos at, arena *a, diag_list *d)
{
    (void)m;
    ref = str_trim(ref);
    if (!ref.len) return NULL;
    const feel_type *found = named_type(s, ref);
    if (found) return found;
    str local = ref, prefix = str_cut(&local, ':');          // "feel:string", as DMN 1.1 wrote it
    if (!local.data || !prefix.len) local = ref;
    if ((found = named_type(s, local))) return found;
    diag_list unsaid = {.arena = a};
    found = feel_compile_type(feel_name(local), (feel_scope){.type_names = s->type_names, .types = s->types, .type_count = s->type_count}, at, a, &unsaid);
    if (!found)
        diag_add(d, DIAG_ERROR, "DMN-TYPE-UNKNOWN", at, (bilingual){"在 itemDefinition 中定义它，或改用 FEEL 的类型", "define it as an item definition, or use a type of FEEL"},
                 (bilingual){"没有名为“%.*s”的类型", "there is no type named \"%.*s\""}, STR_ARG(ref));
    return found;
}

static const feel_type *restricted(type_reader *r, const feel_type *t, const xml *tests)
{
    const xml *text = xml_child(tests, STR("text"));
    if (!text || !str_trim(text->text).len) return t;
    feel_scope scope = {.type_names = r->source->type_names, .types = r->source->types, .type_count = r->source->type_count};
    const feel_program *p = feel_compile_tests(text->text, scope, xml_text_pos(text), r->arena, r->diags);
    return p ? feel_type_restricted(t, p, r->arena) : t;
}

static const feel_type *read_definition(type_reader *r, const xml *x);

static const feel_type *read_components(type_reader *r, const xml *x)
{
    ptrdiff_t count = xml_count(x, STR("itemComponent")), i = 0;
    str *names = arena_new(r->arena, count, str);
    const feel_type **parts = arena_new(r->arena, count, const feel_type *);
    for (const xml *c = xml_child(x, STR("itemComponent")); c; c = xml_next(c, STR("itemComponent")), i++) {
        names[i] = xml_get(c, STR("name"));
        parts[i] = read_definition(r, c);
    }
    return feel_type_context(names, parts, count, r->arena);
}

static const feel_type *read_function(type_reader *r, const xml *x)
{
    ptrdiff_t count = xml_count(x, STR("parameters")), i = 0;
    const feel_type **parameters = arena_new(r->arena, count, const feel_type *);
    for (const xml *c = xml_child(x, STR("parameters")); c; c = xml_next(c, STR("parameters")), i++)
        parameters[i] = type_of_ref(r->model, r->source, xml_get(c, STR("typeRef")), xml_pos(c), r->arena, r->diags);
    return feel_type_function(parameters, count, type_of_ref(r->model, r->source, xml_get(x, STR("outputTypeRef")), xml_pos(x), r->arena, r->diags), r->arena);
}

// One item definition or component: base, allowed values of it, collection of it, constraint on the whole.
static const feel_type *read_definition(type_reader *r, const xml *x)
{
    const xml *ref = xml_child(x, STR("typeRef")), *function = xml_child(x, STR("functionItem"));
    const feel_type *t = NULL;
    if (xml_child(x, STR("itemComponent"))) t = read_components(r, x);
    else if (function) t = read_function(r, function);
    else if (ref) t = type_of_ref(r->model, r->source, ref->text, xml_text_pos(ref), r->arena, r->diags);
    if (!t) t = feel_type_any();
    t = restricted(r, t, xml_child(x, STR("allowedValues")));
    if (is_true(xml_get(x, STR("isCollection")))) t = feel_type_list(t, r->arena);
    return restricted(r, t, xml_child(x, STR("typeConstraint")));
}

// ---- names ------------------------------------------------------------------------------------------------

static ptrdiff_t own_types(const source *s) { return xml_count(s->root, STR("itemDefinition")); }

static void declare_types(type_reader *r)
{
    source *s = r->source;
    ptrdiff_t count = own_types(s);
    for (ptrdiff_t i = 0; i < s->import_count; i++)
        if (s->imports[i].source >= 0) count += own_types(&r->model->sources[s->imports[i].source]);
    s->type_names = arena_new(r->arena, count, str);
    s->types = arena_new(r->arena, count, const feel_type *);
    for (const xml *x = xml_child(s->root, STR("itemDefinition")); x; x = xml_next(x, STR("itemDefinition"))) {
        s->type_names[s->type_count] = xml_get(x, STR("name"));
        s->types[s->type_count] = feel_type_declare(s->type_names[s->type_count], r->arena);
        s->type_count++;
    }
}

static void import_types(type_reader *r)
{
    source *s = r->source;
    for (ptrdiff_t i = 0; i < s->import_count; i++) {
        if (s->imports[i].source < 0) continue;
        const source *from = &r->model->sources[s->imports[i].source];
        ptrdiff_t own = own_types(from);
        for (ptrdiff_t k = 0; k < own; k++) {
            str alias = s->imports[i].name;
            s->type_names[s->type_count] = alias.len ? str_printf(r->arena, "%.*s.%.*s", STR_ARG(alias), STR_ARG(from->type_names[k])) : from->type_names[k];
            s->types[s->type_count++] = from->types[k];
        }
    }
}

// A definition that stands for itself, by way of others or not, says nothing.
static bool is_ring(const source *s, ptrdiff_t first)
{
    const feel_type *t = s->types[first];
    const feel_type *slow = t;
    for (bool step = false; t; step = !step) {
        t = feel_type_alias(t);
        if (t == s->types[first]) return true;
        if (step) slow = feel_type_alias(slow);
        if (t && t == slow) return false;          // a ring further on, which is another's
    }
    return false;
}

static void define_types(type_reader *r)
{
    source *s = r->source;
    ptrdiff_t i = 0;
    for (const xml *x = xml_child(s->root, STR("itemDefinition")); x; x = xml_next(x, STR("itemDefinition")), i++) {
        const feel_type *meant = read_definition(r, x);
        feel_type_define((feel_type *)s->types[i], meant);
        if (!is_ring(s, i)) continue;
        feel_type_define((feel_type *)s->types[i], feel_type_any());
        diag_add(r->diags, DIAG_ERROR, "DMN-TYPE-RING", xml_pos(x), (bilingual){0}, (bilingual){"类型“%.*s”由它自己定义", "the type \"%.*s\" is defined by itself"},
                 STR_ARG(s->type_names[i]));
    }
}

static ptrdiff_t count_components(const xml *x)
{
    ptrdiff_t count = 0;
    for (const xml *c = x->first; c; c = c->next)
        if (xml_is(c, STR("itemComponent")) || xml_is(c, STR("itemDefinition"))) count += 1 + count_components(c);
    return count;
}

static void collect_members(source *s, const xml *x)
{
    for (const xml *c = x->first; c; c = c->next) {
        if (xml_is(c, STR("itemComponent"))) s->members[s->member_count++] = xml_get(c, STR("name"));
        if (xml_is(c, STR("itemComponent")) || xml_is(c, STR("itemDefinition"))) collect_members(s, c);
    }
}

void load_types(dmn_model *m, arena *a, diag_list *d)
{
    void (*const steps[])(type_reader *) = {declare_types, import_types, define_types};
    for (size_t step = 0; step < sizeof steps / sizeof *steps; step++)
        for (ptrdiff_t i = 0; i < m->source_count; i++) {
            type_reader r = {m, &m->sources[i], a, d};
            steps[step](&r);
        }
    for (ptrdiff_t i = 0; i < m->source_count; i++) {       // members are told by those of all sources: values travel
        source *s = &m->sources[i];
        ptrdiff_t count = 0;
        for (ptrdiff_t k = 0; k < m->source_count; k++) count += count_components(m->sources[k].root);
        s->members = arena_new(a, count, str);
        for (ptrdiff_t k = 0; k < m->source_count; k++) collect_members(s, m->sources[k].root);
    }
}
