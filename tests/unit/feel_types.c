// Types made by a caller: declared, restricted, compared, converted to; JSON read as them.
#include "feel/feel.h"
#include "tap.h"

static arena a;

static const feel_type *type_of(const char *text, feel_scope scope)
{
    diag_list d = {.arena = &a};
    return feel_compile_type(str_from(text), scope, (source_pos){0}, &a, &d);
}

static feel_value value_of(const char *text, feel_scope scope)
{
    diag_list d = {.arena = &a};
    feel_evaluation e = {.arena = &a};
    feel_program *p = feel_compile(str_from(text), scope, (source_pos){0}, &a, &d);
    return p ? feel_evaluate(p, NULL, &e) : feel_null();
}

static str printed(feel_value v)
{
    buf b = {.arena = &a};
    feel_print(&b, v);
    return buf_str(&b);
}

static const feel_type *number, *text, *date_type;

// "kind": "noise" or "dust". "order": a number, a kind and the orders it was split into.
static feel_scope make_scope(void)
{
    static str names[2] = {{"kind", 4}, {"order", 5}};
    static const feel_type *types[2];
    diag_list d = {.arena = &a};
    const feel_program *allowed = feel_compile_tests(STR("\"noise\", \"dust\""), (feel_scope){0}, (source_pos){0}, &a, &d);
    feel_type *order = feel_type_declare(STR("order"), &a);
    types[0] = feel_type_restricted(text, allowed, &a);
    const str members[] = {STR("number"), STR("kind"), STR("parts")};
    const feel_type *parts[] = {number, types[0], feel_type_list(order, &a)};
    feel_type_define(order, feel_type_context(members, parts, 3, &a));
    types[1] = order;
    return (feel_scope){.type_names = names, .types = types, .type_count = 2};
}

static void test_named(void)
{
    feel_scope scope = make_scope();
    feel_evaluation e = {.arena = &a};
    static const struct { const char *value, *type; bool fits; } rows[] = {
        {"\"noise\"", "kind", true}, {"\"smell\"", "kind", false}, {"1", "kind", false}, {"null", "kind", true},
        {"{number: 1, kind: \"dust\", parts: [{number: 2, kind: \"noise\", parts: []}]}", "order", true},
        {"{number: 1, kind: \"dust\", parts: [{number: 2, kind: \"smell\", parts: []}]}", "order", false},
        {"[\"noise\", \"dust\"]", "list<kind>", true}, {"function(o: order) o.number", "function<order>->Any", true}, {"function(o: order) 1", "function<order>->number", true},
        {"function(o: order) \"x\"", "function<order>->number", false}, {"function(o: number) 1", "function<order>->number", false},
        {"abs", "function<number>->Any", true}, {"abs", "function<number, number>->Any", false}, {"function() [1, 2]", "function<>->list<number>", true},
        {"function() {a: 1, b: \"x\"}", "function<>->context<a: number>", true}, {"function() {b: 1}", "function<>->context<a: number>", false},
        {"function() [1, \"x\"]", "function<>->list<number>", false}, {"function() 1 = 1", "function<>->boolean", true}, {"function() null", "function<>->number", true},
        {"function() function(x: number) 1", "function<>->function<number>->number", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const feel_type *t = type_of(rows[i].type, scope);
        tap_ok(t && feel_conforms(value_of(rows[i].value, scope), t, &e) == rows[i].fits, "%s %s %s", rows[i].value, rows[i].fits ? "is of" : "is not of", rows[i].type);
    }
    buf b = {.arena = &a};
    feel_type_print(&b, type_of("list<order>", scope));
    tap_is_str(buf_str(&b), "list<order>", "a declared type prints as its name");
    tap_ok(feel_type_alias(scope.types[0]) == text && !feel_type_alias(number), "what a restricted type stands on");
    const feel_type *takes[] = {number}, *f = feel_type_function(takes, 1, text, &a);
    tap_ok(feel_type_result(f) == text && !feel_type_result(number), "what a function type gives");
    feel_type *ring = feel_type_declare(STR("ring"), &a);
    feel_type_define(ring, ring);
    tap_ok(feel_conforms(feel_int(1), ring, &e), "a ring of names is Any, not for ever");
}

static void test_conversion(void)
{
    feel_scope scope = make_scope();
    static const struct { const char *value, *type, *converted; } rows[] = {
        {"1", "list<number>", "[1]"}, {"[1]", "number", "1"}, {"[1, 2]", "number", NULL}, {"@\"2024-03-05\"", "date and time", "date and time(\"2024-03-05T00:00:00Z\")"},
        {"\"noise\"", "list<kind>", "[\"noise\"]"}, {"[\"noise\"]", "kind", "\"noise\""}, {"\"smell\"", "list<kind>", NULL}, {"1", "string", NULL}, {"null", "number", "null"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        feel_evaluation e = {.arena = &a};
        feel_value out;
        bool done = feel_coerce(value_of(rows[i].value, scope), type_of(rows[i].type, scope), &e, &out);
        tap_ok(done == (rows[i].converted != NULL) && (!done || str_equal(printed(out), str_from(rows[i].converted))), "%s as %s: %s", rows[i].value, rows[i].type,
               rows[i].converted ? rows[i].converted : "no");
    }
}

static void test_json(void)
{
    static const str names[] = {{"on", 2}, {"days", 4}};
    diag_list d = {.arena = &a};
    const feel_type *parts[] = {date_type, feel_type_list(date_type, &a)};
    const json *j = json_parse(STR("{\"on\":\"2024-03-05\",\"days\":[\"2024-03-06\",\"soon\"],\"more\":\"2024-03-07\"}"), STR(""), &a, &d);
    tap_is_str(printed(feel_from_json_as(j, feel_type_context(names, parts, 2, &a), NULL, &a)),
               "{on: date(\"2024-03-05\"), days: [date(\"2024-03-06\"), \"soon\"], more: \"2024-03-07\"}", "strings become dates where the type asks for them");
    tap_is_str(printed(feel_from_json_as(j, NULL, NULL, &a)), "{on: \"2024-03-05\", days: [\"2024-03-06\", \"soon\"], more: \"2024-03-07\"}", "and stay strings without a type");
}

int main(void)
{
    number = type_of("number", (feel_scope){0});
    text = type_of("string", (feel_scope){0});
    date_type = type_of("date", (feel_scope){0});
    test_named();
    test_conversion();
    test_json();
    arena_free(&a);
    return tap_done();
}
