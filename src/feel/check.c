// check.c: what can never be, told from the types before anything is evaluated: for the linter.
//
// FEEL itself would give null at each evaluation. Only what is certain is said: where a type is not known (a local name, a
// member of who knows what, the result of a function) nothing is.
#include "feel/feel_internal.h"

typedef struct {
    const feel_program *program;
    const type *const *types;
    const type *tested;
    source_pos at;
    arena *arena;
    diag_list *diags;
} check;

static const type *any(void) { return feel_type_any(); }

static const type *kind(check *c, feel_kind k)
{
    type *t = arena_new(c->arena, 1, type);
    *t = (type){.form = TYPE_KIND, .kind = k};
    return t;
}

// The form of a type below its names and restrictions.
static const type *form_of(const type *t)
{
    t = type_meant(t);
    for (int i = 0; t && t->form == TYPE_RESTRICTED && i < VALUE_DEPTH_MAX; i++) t = type_meant(t->of);
    return t ? t : any();
}

static const char *form_name(const type *t, language lang)
{
    static const char *const forms[][LANG_COUNT] = {[TYPE_NULL] = {"空值", "null"}, [TYPE_LIST] = {"列表", "a list"}, [TYPE_RANGE] = {"区间", "a range"},
                                                    [TYPE_CONTEXT] = {"上下文", "a context"}, [TYPE_FUNCTION] = {"函数", "a function"}};
    feel_value v = {.kind = t->kind};
    return t->form == TYPE_KIND ? kind_name(v, lang).data : forms[t->form][lang];
}

static source_pos place_of(const check *c, const node *n)
{
    source_pos p = c->at;
    str text = c->program->text;
    for (int32_t i = 0; i < n->at && i < text.len; i++) {
        if (text.data[i] == '\n') {
            p.line++;
            p.column = 1;
            p.source = (str){0};
            p.source_skipped = 0;
        } else if (((unsigned char)text.data[i] & 0xC0) != 0x80) p.column++;
    }
    return p;
}

static const type *report(check *c, const node *n, const type *a, const type *b, const char *symbol)
{
    diag_add(c->diags, DIAG_WARNING, "FEEL-TYPE", place_of(c, n), (bilingual){0},
             (bilingual){"%1$s与%2$s不能用 %5$s 运算，结果总是空值%3$.0s%4$.0s", "%3$s and %4$s cannot be used with %5$s: the result is always null%1$.0s%2$.0s"},
             form_name(a, LANG_ZH), form_name(b, LANG_ZH), form_name(a, LANG_EN), form_name(b, LANG_EN), symbol);
    return any();
}

static const type *infer(check *c, const node *n);

// ---- operators --------------------------------------------------------------------------------------------

static bool is_moment(feel_kind k) { return k == FEEL_DATE || k == FEEL_DATE_TIME; }
static bool is_duration(feel_kind k) { return k == FEEL_DAYS_DURATION || k == FEEL_YEARS_DURATION; }

// The kind of a result (table 53 ff.); FEEL_NULL: there is no such operation.
static feel_kind result_kind(node_kind op, feel_kind a, feel_kind b)
{
    if (a == FEEL_NUMBER && b == FEEL_NUMBER) return FEEL_NUMBER;
    switch (op) {
    case N_ADD:
        if (a == FEEL_STRING && b == FEEL_STRING) return FEEL_STRING;
        if (is_duration(b) && (is_moment(a) || a == b || (a == FEEL_TIME && b == FEEL_DAYS_DURATION))) return a;
        return is_duration(a) && (is_moment(b) || b == FEEL_TIME) ? b : FEEL_NULL;
    case N_SUB:
        if (is_moment(a) && is_moment(b)) return FEEL_DAYS_DURATION;
        if (a == FEEL_TIME && b == FEEL_TIME) return FEEL_DAYS_DURATION;
        return is_duration(b) && (is_moment(a) || a == b || (a == FEEL_TIME && b == FEEL_DAYS_DURATION)) ? a : FEEL_NULL;
    case N_MUL: return is_duration(a) && b == FEEL_NUMBER ? a : a == FEEL_NUMBER && is_duration(b) ? b : FEEL_NULL;
    case N_DIV: return is_duration(a) && b == FEEL_NUMBER ? a : is_duration(a) && a == b ? FEEL_NUMBER : FEEL_NULL;
    default: return FEEL_NULL;
    }
}

static const type *arithmetic_type(check *c, const node *n, const char *symbol)
{
    const type *a = form_of(infer(c, n->op.a)), *b = form_of(infer(c, n->op.b));
    if (a->form == TYPE_ANY || b->form == TYPE_ANY || a->form == TYPE_LIST || b->form == TYPE_LIST) return any();     // a list of one is its element
    if (a->form != TYPE_KIND || b->form != TYPE_KIND) return report(c, n, a, b, symbol);
    feel_kind k = result_kind(n->kind, a->kind, b->kind);
    return k == FEEL_NULL ? report(c, n, a, b, symbol) : kind(c, k);
}

static const type *comparison_type(check *c, const node *n, const char *symbol)
{
    const type *a = form_of(infer(c, n->op.a)), *b = form_of(infer(c, n->op.b));
    bool known = a->form == TYPE_KIND && b->form == TYPE_KIND;
    if (known && a->kind != b->kind && !(is_moment(a->kind) && is_moment(b->kind))) report(c, n, a, b, symbol);
    return kind(c, FEEL_BOOLEAN);
}

static void want_boolean(check *c, const node *n, const char *what)
{
    const type *t = form_of(infer(c, n));
    if (t->form != TYPE_ANY && t->form != TYPE_NULL && !(t->form == TYPE_KIND && t->kind == FEEL_BOOLEAN))
        diag_add(c->diags, DIAG_WARNING, "FEEL-TYPE", place_of(c, n), (bilingual){0},
                 (bilingual){"%s 处应为布尔值，实为%s%.0s", "%s wants a boolean, and this is %.0s%s"}, what, form_name(t, LANG_ZH), form_name(t, LANG_EN));
}

// ---- members, calls ---------------------------------------------------------------------------------------

static const type *member_type(check *c, const node *n)
{
    const type *t = form_of(infer(c, n->op.a));
    bool of_elements = t->form == TYPE_LIST;
    if (of_elements) t = form_of(t->of);
    if (t->form != TYPE_CONTEXT || t->open) return any();
    for (ptrdiff_t i = 0; i < t->count; i++)
        if (str_equal(t->names[i], n->name)) return of_elements ? feel_type_list(t->parts[i], c->arena) : t->parts[i];
    diag_add(c->diags, DIAG_WARNING, "FEEL-TYPE", place_of(c, n), (bilingual){0}, (bilingual){"此类型没有成员“%.*s”", "the type has no member \"%.*s\""}, STR_ARG(n->name));
    return any();
}

// An argument of a built-in with one signature: is it of a kind that the signature names?
static const type *call_type(check *c, const node *n)
{
    bool one = n->call.callee->kind == N_BUILTIN && n->call.bound_count == 1;
    if (n->call.callee->kind != N_BUILTIN) infer(c, n->call.callee);
    for (int32_t i = 0; i < n->call.count; i++) {
        const type *t = form_of(infer(c, n->call.args[i]));
        if (!one || t->form != TYPE_KIND) continue;
        const bound *b = &n->call.bounds[0];
        int k = b->order[i] < b->parameters.count ? b->order[i] : b->parameters.count - 1;
        uint32_t wanted = b->parameters.of[k].kinds;
        if (b->parameters.variadic || wanted & (uint32_t)1 << t->kind || wanted & (uint32_t)1 << FEEL_LIST || (t->kind == FEEL_DATE && wanted & (uint32_t)1 << FEEL_DATE_TIME)) continue;
        diag_add(c->diags, DIAG_WARNING, "FEEL-TYPE", place_of(c, n->call.args[i]), (bilingual){0},
                 (bilingual){"%.*s 的参数“%.*s”不能是%s%.0s", "the argument of %.*s \"%.*s\" cannot be %.0s%s"}, STR_ARG(n->call.callee->name), STR_ARG(b->parameters.of[k].name),
                 form_name(t, LANG_ZH), form_name(t, LANG_EN));
    }
    return any();
}

static const type *filter_type(check *c, const node *n)
{
    const type *t = form_of(infer(c, n->op.a));
    infer(c, n->op.b);
    bool by_place = n->op.b->kind == N_CONST && n->op.b->constant->kind == FEEL_NUMBER;
    return t->form == TYPE_LIST ? (by_place ? t->of : t) : any();
}

static void infer_all(check *c, node *const *items, ptrdiff_t count)
{
    for (ptrdiff_t i = 0; i < count; i++) infer(c, items[i]);
}

static const type *context_type(check *c, const node *n)
{
    const type **parts = arena_new(c->arena, n->context.count, const type *);
    for (ptrdiff_t i = 0; i < n->context.count; i++) parts[i] = infer(c, n->context.items[i]);
    return feel_type_context(n->context.names, parts, n->context.count, c->arena);
}

static const type *loop_type(check *c, const node *n)
{
    for (ptrdiff_t i = 0; i < n->loop.count; i++) {
        infer(c, n->loop.iterators[i].from);
        if (n->loop.iterators[i].to) infer(c, n->loop.iterators[i].to);
    }
    if (n->kind == N_FOR) return feel_type_list(infer(c, n->loop.body), c->arena);
    want_boolean(c, n->loop.body, n->kind == N_SOME ? "some" : "every");
    return kind(c, FEEL_BOOLEAN);
}

// A test: of a constant of another kind than what is tested it can only be false.
static void check_tests(check *c, const node *n, const type *tested)
{
    const type *t = form_of(tested);
    for (ptrdiff_t i = 0; i < n->list.count; i++) {
        const node *test = n->list.items[i];
        const node *constant = test->kind == N_RANGE ? (test->op.a ? test->op.a : test->op.b) : test;
        const type *asked = form_of(test->kind == N_TEST_ANY ? any() : test->kind == N_TEST_EQ || test->kind == N_TEST_NE ? infer(c, test->op.a) : infer(c, constant));
        bool differ = t->form == TYPE_KIND && asked->form == TYPE_KIND && t->kind != asked->kind && !(is_moment(t->kind) && is_moment(asked->kind));
        if (differ && !(test->flags & TRUTH && asked->kind == FEEL_BOOLEAN))
            diag_add(c->diags, DIAG_WARNING, "FEEL-TYPE", place_of(c, test), (bilingual){0}, (bilingual){"被检验的是%1$s，与%2$s比较不会成立%3$.0s%4$.0s", "what is tested is %3$s: comparing it with %4$s never holds%1$.0s%2$.0s"},
                     form_name(t, LANG_ZH), form_name(asked, LANG_ZH), form_name(t, LANG_EN), form_name(asked, LANG_EN));
    }
}

static const type *infer(check *c, const node *n)
{
    switch ((node_kind)n->kind) {
    case N_CONST: {
        type *t = arena_new(c->arena, 1, type);
        *t = n->constant->kind == FEEL_NULL ? (type){.form = TYPE_NULL} : n->constant->kind < FEEL_LIST ? (type){.form = TYPE_KIND, .kind = n->constant->kind} : (type){.form = TYPE_ANY};
        return t;
    }
    case N_INPUT: return c->types && c->types[n->slot] ? c->types[n->slot] : any();
    case N_TESTED: return c->tested ? c->tested : any();
    case N_NEG: return infer(c, n->op.a);
    case N_ADD: return arithmetic_type(c, n, "+");
    case N_SUB: return arithmetic_type(c, n, "-");
    case N_MUL: return arithmetic_type(c, n, "*");
    case N_DIV: return arithmetic_type(c, n, "/");
    case N_POW: return arithmetic_type(c, n, "**");
    case N_EQ: return comparison_type(c, n, "=");
    case N_NE: return comparison_type(c, n, "!=");
    case N_LT: return comparison_type(c, n, "<");
    case N_LE: return comparison_type(c, n, "<=");
    case N_GT: return comparison_type(c, n, ">");
    case N_GE: return comparison_type(c, n, ">=");
    case N_AND: case N_OR:
        want_boolean(c, n->op.a, n->kind == N_AND ? "and" : "or");
        want_boolean(c, n->op.b, n->kind == N_AND ? "and" : "or");
        return kind(c, FEEL_BOOLEAN);
    case N_IF: {
        want_boolean(c, n->op.a, "if");
        const type *yes = form_of(infer(c, n->op.b)), *no = form_of(infer(c, n->op.c));
        return yes->form == no->form && yes->form == TYPE_KIND && yes->kind == no->kind ? yes : any();
    }
    case N_BETWEEN:
        infer(c, n->op.a);
        infer(c, n->op.b);
        infer(c, n->op.c);
        return kind(c, FEEL_BOOLEAN);
    case N_IN: {
        const type *outside = c->tested, *tested = infer(c, n->list.value);
        c->tested = tested;
        check_tests(c, n, tested);
        c->tested = outside;
        return kind(c, FEEL_BOOLEAN);
    }
    case N_TESTS: check_tests(c, n, c->tested); return kind(c, FEEL_BOOLEAN);
    case N_FOR: case N_SOME: case N_EVERY: return loop_type(c, n);
    case N_LIST:
        infer_all(c, n->list.items, n->list.count);
        return feel_type_list(n->list.count ? any() : kind(c, FEEL_NULL), c->arena);
    case N_CONTEXT: return context_type(c, n);
    case N_RANGE: {
        const type *of = n->op.a ? infer(c, n->op.a) : any();
        if (n->op.b) of = infer(c, n->op.b);
        return feel_type_range(of, c->arena);
    }
    case N_FILTER: return filter_type(c, n);
    case N_PATH: return member_type(c, n);
    case N_CALL: return call_type(c, n);
    case N_FUNCTION: return any();               // its parameters are what its callers give
    case N_INSTANCE: infer(c, n->instance.a); return kind(c, FEEL_BOOLEAN);
    case N_LOCAL: case N_CAPTURE: case N_SELF: case N_BUILTIN: case N_DYNAMIC: case N_TEST_EQ: case N_TEST_NE: case N_TEST_ANY: break;
    }
    return any();
}

void feel_check(const feel_program *p, const feel_type *const *types, const feel_type *tested, source_pos at, diag_list *d)
{
    arena scratch = {.escape = d->arena->escape};
    check c = {p, types, tested, at, &scratch, d};
    infer(&c, p->root);
    arena_free(&scratch);
}
