// print.c: values as FEEL text, and programs in normal form.
//
// Normal form: single spaces, no comments, brackets only where precedence asks for them, literals as the printer of
// values writes them. Reading it gives the same tree again, which the fuzz target checks.
#include "base/utf8.h"
#include "feel/feel_internal.h"

// ---- values -------------------------------------------------------------------------------------------

void print_string(buf *out, str s)
{
    buf_add_byte(out, '"');
    for (ptrdiff_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        switch (c) {
        case '"': buf_add(out, STR("\\\"")); break;
        case '\\': buf_add(out, STR("\\\\")); break;
        case '\n': buf_add(out, STR("\\n")); break;
        case '\r': buf_add(out, STR("\\r")); break;
        case '\t': buf_add(out, STR("\\t")); break;
        default:
            if (c < 0x20 || c == 0x7F) buf_printf(out, "\\u%04X", c);
            else buf_add_byte(out, (char)c);
        }
    }
    buf_add_byte(out, '"');
}

void print_key(buf *out, str s)
{
    if (lex_is_plain_name(s)) buf_add(out, s);
    else print_string(out, s);
}

static void print_number(buf *out, decimal x)
{
    char text[DECIMAL_TEXT_MAX];
    int n = decimal_format(x, text);
    buf_add(out, (str){text, n});
}

static bool print_range(buf *out, const feel_range *g, int depth)
{
    if (g->low.kind == FEEL_NULL || g->high.kind == FEEL_NULL) {
        bool low = g->low.kind != FEEL_NULL, closed = low ? g->low_closed : g->high_closed;
        buf_printf(out, "(%s%s", low ? ">" : "<", closed ? "=" : "");
        if (!print_value(out, low ? g->low : g->high, depth + 1)) return false;
        buf_add_byte(out, ')');
        return true;
    }
    buf_add_byte(out, g->low_closed ? '[' : '(');
    if (!print_value(out, g->low, depth + 1)) return false;
    buf_add(out, STR(".."));
    if (!print_value(out, g->high, depth + 1)) return false;
    buf_add_byte(out, g->high_closed ? ']' : ')');
    return true;
}

static void print_signature(buf *out, const str *names, int count)
{
    buf_add(out, STR("function("));
    for (int i = 0; i < count; i++) {
        if (i) buf_add(out, STR(", "));
        buf_add(out, names[i]);
    }
    buf_add(out, STR(") …"));
}

bool print_value(buf *out, feel_value v, int depth)
{
    static const char *const constructors[] = {
        [FEEL_DATE] = "date", [FEEL_TIME] = "time", [FEEL_DATE_TIME] = "date and time", [FEEL_DAYS_DURATION] = "duration",
        [FEEL_YEARS_DURATION] = "duration",
    };
    if (depth > VALUE_DEPTH_MAX || out->len > PRINT_MAX) return false;
    switch (v.kind) {
    case FEEL_NULL: buf_add(out, STR("null")); break;
    case FEEL_BOOLEAN: buf_add(out, v.boolean ? STR("true") : STR("false")); break;
    case FEEL_NUMBER: print_number(out, v.number); break;
    case FEEL_STRING: print_string(out, v.string); break;
    case FEEL_DATE: case FEEL_TIME: case FEEL_DATE_TIME: case FEEL_DAYS_DURATION: case FEEL_YEARS_DURATION:
        buf_printf(out, "%s(\"", constructors[v.kind]);
        temporal_text(out, v);
        buf_add(out, STR("\")"));
        break;
    case FEEL_LIST:
        buf_add_byte(out, '[');
        for (ptrdiff_t i = 0; i < v.list->count; i++) {
            if (i) buf_add(out, STR(", "));
            if (!print_value(out, v.list->items[i], depth + 1)) return false;
        }
        buf_add_byte(out, ']');
        break;
    case FEEL_CONTEXT:
        buf_add_byte(out, '{');
        for (ptrdiff_t i = 0; i < v.context->count; i++) {
            if (i) buf_add(out, STR(", "));
            print_key(out, v.context->names[i]);
            buf_add(out, STR(": "));
            if (!print_value(out, v.context->values[i], depth + 1)) return false;
        }
        buf_add_byte(out, '}');
        break;
    case FEEL_RANGE: return print_range(out, v.range, depth);
    case FEEL_FUNCTION:
        if (v.function->builtin >= 0) buf_add(out, builtin_name(v.function->builtin));
        else if (v.function->def) print_signature(out, v.function->def->names, v.function->def->count);
        else print_signature(out, v.function->native->names, v.function->native->count);
        break;
    }
    return true;
}

void feel_print(buf *out, feel_value v)
{
    if (!print_value(out, v, 0)) buf_add(out, STR("…"));
}

// ---- programs -----------------------------------------------------------------------------------------

enum { LOOSE, OR, AND, COMPARISON, SUM, PRODUCT, POWER, NEGATION, INSTANCE, POSTFIX, PRIMARY };     // how strongly it binds

// Does the type end in "list" or its like without members? Then a "<" behind it would begin them.
static bool ends_open(const type *t)
{
    while (t->form == TYPE_FUNCTION && !t->open) t = t->of;
    return t->open;
}

static int strength(const node *n)
{
    switch ((node_kind)n->kind) {
    case N_IF: case N_FOR: case N_SOME: case N_EVERY: case N_FUNCTION: case N_TESTS: case N_TEST_EQ: case N_TEST_NE: case N_TEST_ANY:
        return LOOSE;
    case N_OR: return OR;
    case N_AND: return AND;
    case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE: case N_BETWEEN: case N_IN: return COMPARISON;
    case N_ADD: case N_SUB: return SUM;
    case N_MUL: case N_DIV: return PRODUCT;
    case N_POW: return POWER;
    case N_NEG: return NEGATION;
    case N_CONST: return n->constant->kind == FEEL_NUMBER && decimal_sign(n->constant->number) < 0 ? NEGATION : PRIMARY;
    case N_INSTANCE: return ends_open(n->instance.type) ? AND : INSTANCE;
    case N_FILTER: case N_PATH: case N_CALL: return POSTFIX;
    default: return PRIMARY;
    }
}

static void print_node(buf *out, const node *n, int needed);

static void print_items(buf *out, node *const *items, const str *names, ptrdiff_t count)
{
    for (ptrdiff_t i = 0; i < count; i++) {
        if (i) buf_add(out, STR(", "));
        if (names) buf_add(out, names[i]), buf_add(out, STR(": "));
        print_node(out, items[i], LOOSE);
    }
}

static void print_type(buf *out, const type *t)
{
    static const char *const kinds[] = {
        [FEEL_BOOLEAN] = "boolean", [FEEL_NUMBER] = "number", [FEEL_STRING] = "string", [FEEL_DATE] = "date", [FEEL_TIME] = "time",
        [FEEL_DATE_TIME] = "date and time", [FEEL_DAYS_DURATION] = "days and time duration",
        [FEEL_YEARS_DURATION] = "years and months duration",
    };
    static const char *const forms[] = {
        [TYPE_ANY] = "Any", [TYPE_NULL] = "Null", [TYPE_LIST] = "list", [TYPE_RANGE] = "range", [TYPE_CONTEXT] = "context",
        [TYPE_FUNCTION] = "function",
    };
    if (t->form == TYPE_RESTRICTED) t = type_meant(t->of);
    if (t->form == TYPE_NAMED) {
        buf_add(out, t->name);
        return;
    }
    buf_add(out, str_from(t->form == TYPE_KIND ? kinds[t->kind] : forms[t->form]));
    if (t->form <= TYPE_KIND || t->open) return;
    buf_add_byte(out, '<');
    if (t->form == TYPE_LIST || t->form == TYPE_RANGE) print_type(out, t->of);
    for (ptrdiff_t i = 0; i < t->count; i++) {
        if (i) buf_add(out, STR(", "));
        if (t->form == TYPE_CONTEXT) buf_add(out, t->names[i]), buf_add(out, STR(": "));
        print_type(out, t->parts[i]);
    }
    buf_add_byte(out, '>');
    if (t->form == TYPE_FUNCTION) {
        buf_add(out, STR("->"));
        print_type(out, t->of);
    }
}

void feel_type_print(buf *out, const feel_type *t) { print_type(out, t); }

static void print_constant(buf *out, feel_value v)
{
    if (v.kind >= FEEL_DATE && v.kind <= FEEL_YEARS_DURATION) {       // as a literal: a call would be another tree
        buf_add(out, STR("@\""));
        temporal_text(out, v);
        buf_add_byte(out, '"');
    } else {
        print_value(out, v, 0);
    }
}

static void print_range_node(buf *out, const node *n)
{
    if (n->flags & RANGE_EQUAL || !n->op.a || !n->op.b) {
        bool closed = n->flags & (RANGE_LOW_CLOSED | RANGE_HIGH_CLOSED);
        buf_add(out, n->flags & RANGE_EQUAL ? STR("(=") : n->op.a ? STR("(>") : STR("(<"));
        if (closed && !(n->flags & RANGE_EQUAL)) buf_add_byte(out, '=');
        print_node(out, n->op.a ? n->op.a : n->op.b, SUM);
        buf_add_byte(out, ')');
        return;
    }
    buf_add_byte(out, n->flags & RANGE_LOW_CLOSED ? '[' : '(');
    print_node(out, n->op.a, LOOSE);
    buf_add(out, STR(".."));
    print_node(out, n->op.b, SUM);
    buf_add_byte(out, n->flags & RANGE_HIGH_CLOSED ? ']' : ')');
}

static void print_loop(buf *out, const node *n)
{
    buf_add(out, n->kind == N_FOR ? STR("for ") : n->kind == N_SOME ? STR("some ") : STR("every "));
    for (ptrdiff_t i = 0; i < n->loop.count; i++) {
        const iterator *it = &n->loop.iterators[i];
        if (i) buf_add(out, STR(", "));
        buf_add(out, it->name);
        buf_add(out, STR(" in "));
        print_node(out, it->from, LOOSE);
        if (!it->to) continue;
        buf_add(out, STR(".."));
        print_node(out, it->to, LOOSE);
    }
    buf_add(out, n->kind == N_FOR ? STR(" return ") : STR(" satisfies "));
    print_node(out, n->loop.body, LOOSE);
}

static void print_function(buf *out, const function_def *def)
{
    buf_add(out, STR("function("));
    for (int32_t i = 0; i < def->count; i++) {
        if (i) buf_add(out, STR(", "));
        buf_add(out, def->names[i]);
        if (!def->types[i]) continue;
        buf_add(out, STR(": "));
        print_type(out, def->types[i]);
    }
    buf_add(out, def->java >= 0 ? STR(") external ") : STR(") "));
    print_node(out, def->body, LOOSE);
}

static void print_context(buf *out, const node *n)
{
    buf_add_byte(out, '{');
    for (ptrdiff_t i = 0; i < n->context.count; i++) {
        if (i) buf_add(out, STR(", "));
        print_key(out, n->context.names[i]);
        buf_add(out, STR(": "));
        print_node(out, n->context.items[i], LOOSE);
    }
    buf_add_byte(out, '}');
}

static void print_binary(buf *out, const node *n)
{
    static const char *const operators[] = {
        [N_ADD] = " + ", [N_SUB] = " - ", [N_MUL] = " * ", [N_DIV] = " / ", [N_POW] = " ** ", [N_EQ] = " = ", [N_NE] = " != ",
        [N_LT] = " < ", [N_LE] = " <= ", [N_GT] = " > ", [N_GE] = " >= ", [N_AND] = " and ", [N_OR] = " or ",
    };
    int own = strength(n);                         // all group to the left
    print_node(out, n->op.a, own);
    buf_add(out, str_from(operators[n->kind]));
    print_node(out, n->op.b, own + 1);
}

static bool is_lone_not(const node *tests)         // "(not(x))": without the brackets it would be a negated test
{
    const node *only = tests->list.items[0];
    return tests->list.count == 1 && only->kind == N_CALL && only->call.callee->kind == N_BUILTIN && str_equal(only->call.callee->name, STR("not"));
}

static void print_plain(buf *out, const node *n)
{
    switch ((node_kind)n->kind) {
    case N_CONST: print_constant(out, *n->constant); break;
    case N_INPUT: case N_LOCAL: case N_CAPTURE: case N_SELF: case N_BUILTIN: case N_DYNAMIC: buf_add(out, n->name); break;
    case N_TESTED: buf_add_byte(out, '?'); break;
    case N_NEG: buf_add_byte(out, '-'); print_node(out, n->op.a, NEGATION); break;
    case N_ADD: case N_SUB: case N_MUL: case N_DIV: case N_POW: case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE:
    case N_AND: case N_OR: print_binary(out, n); break;
    case N_BETWEEN:
        print_node(out, n->op.a, COMPARISON);
        buf_add(out, STR(" between "));
        print_node(out, n->op.b, SUM);
        buf_add(out, STR(" and "));
        print_node(out, n->op.c, SUM);
        break;
    case N_IN:
        print_node(out, n->list.value, COMPARISON);
        buf_add(out, STR(" in ("));
        print_items(out, n->list.items, NULL, n->list.count);
        buf_add_byte(out, ')');
        break;
    case N_TESTS:
        if (n->list.negated || is_lone_not(n)) buf_add(out, n->list.negated ? STR("not(") : STR("("));
        print_items(out, n->list.items, NULL, n->list.count);
        if (n->list.negated || is_lone_not(n)) buf_add_byte(out, ')');
        break;
    case N_TEST_EQ: buf_add(out, STR("= ")); print_node(out, n->op.a, SUM); break;
    case N_TEST_NE: buf_add(out, STR("!= ")); print_node(out, n->op.a, SUM); break;
    case N_TEST_ANY: buf_add_byte(out, '-'); break;
    case N_IF:
        buf_add(out, STR("if "));
        print_node(out, n->op.a, LOOSE);
        buf_add(out, STR(" then "));
        print_node(out, n->op.b, LOOSE);
        buf_add(out, STR(" else "));
        print_node(out, n->op.c, LOOSE);
        break;
    case N_FOR: case N_SOME: case N_EVERY: print_loop(out, n); break;
    case N_LIST:
        buf_add_byte(out, '[');
        print_items(out, n->list.items, NULL, n->list.count);
        buf_add_byte(out, ']');
        break;
    case N_CONTEXT: print_context(out, n); break;
    case N_RANGE: print_range_node(out, n); break;
    case N_FILTER:
        print_node(out, n->op.a, POSTFIX);
        buf_add_byte(out, '[');
        print_node(out, n->op.b, LOOSE);
        buf_add_byte(out, ']');
        break;
    case N_PATH: print_node(out, n->op.a, POSTFIX); buf_add_byte(out, '.'); buf_add(out, n->name); break;
    case N_CALL:
        print_node(out, n->call.callee, POSTFIX);
        buf_add_byte(out, '(');
        print_items(out, n->call.args, n->call.names, n->call.count);
        buf_add_byte(out, ')');
        break;
    case N_FUNCTION: print_function(out, n->function); break;
    case N_INSTANCE:
        print_node(out, n->instance.a, INSTANCE);
        buf_add(out, STR(" instance of "));
        print_type(out, n->instance.type);
        break;
    }
}

static void print_node(buf *out, const node *n, int needed)
{
    bool brackets = strength(n) < needed || n->flags & AMBIGUOUS;
    if (brackets) buf_add_byte(out, '(');
    print_plain(out, n);
    if (brackets) buf_add_byte(out, ')');
}

void feel_program_print(buf *out, const feel_program *p) { print_node(out, p->root, LOOSE); }
