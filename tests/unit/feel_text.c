// How values, reasons and functions read as text; functions called from C.
#include "feel/feel.h"
#include "tap.h"

static arena a;

static feel_value evaluate(const char *text, feel_evaluation *e)
{
    diag_list d = {.arena = &a};
    feel_program *p = feel_compile(str_from(text), (feel_scope){0}, (source_pos){0}, &a, &d);
    *e = (feel_evaluation){.arena = &a, .now = 1709598600123 /* 2024-03-05T08:30:00.123+08:00 */, .now_offset = 28800};
    return p ? feel_evaluate(p, NULL, e) : feel_null();
}

static str printed(feel_value v)
{
    buf b = {.arena = &a};
    feel_print(&b, v);
    return buf_str(&b);
}

static void test_values(void)
{
    static const struct { const char *text, *printed; } rows[] = {
        {"null", "null"}, {"1 = 1", "true"}, {"1 > 1", "false"}, {"1.50 + 0", "1.50"}, {"\"a\\n\\r\\t\\\"\\\\\\u0001\"", "\"a\\n\\r\\t\\\"\\\\\\u0001\""},
        {"[1, \"x\", [null]]", "[1, \"x\", [null]]"}, {"{a: 1, \"and\": {b c: 2}}", "{a: 1, \"and\": {b c: 2}}"}, {"[1..2)", "[1..2)"}, {"(< 5)", "(<5)"},
        {"(>= 5)", "(>=5)"}, {"(= 5)", "[5..5]"}, {"date(\"2024-03-05\")", "date(\"2024-03-05\")"}, {"now()", "date and time(\"2024-03-05T08:30:00.123+08:00\")"},
        {"today()", "date(\"2024-03-05\")"}, {"-@\"PT1.5S\"", "duration(\"-PT1.5S\")"}, {"@\"P1Y\" - @\"P13M\"", "duration(\"-P1M\")"}, {"@\"P1D\" - @\"P1D\"", "duration(\"PT0S\")"},
        {"@\"P1Y\" - @\"P1Y\"", "duration(\"P0M\")"}, {"@\"P1DT1H1M1S\"", "duration(\"P1DT1H1M1S\")"}, {"time(1, 2, 3.5, @\"-PT1H30M1S\")", "time(\"01:02:03.5-01:30:01\")"},
        {"function(x, y) x", "function(x, y) …"}, {"abs", "abs"}, {"for f in [abs] return f(-1)", "[1]"},
    };
    feel_evaluation e;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_str(printed(evaluate(rows[i].text, &e)), rows[i].printed, rows[i].text);
}

static str told(const char *text, source_pos base, language lang)
{
    feel_evaluation e;
    diag_list d = {.arena = &a};
    buf out = {.arena = &a};
    evaluate(text, &e);
    feel_reasons_tell(e.reasons, str_from(text), base, &d);
    diag_print_all(&out, &d, lang);
    return str_trim(buf_str(&out));
}

static void test_reasons(void)
{
    tap_is_str(told("{fee total: 1}.fee totle", (source_pos){0}, LANG_EN),
               "1:16: note [FEEL-MEMBER] there is no member \"fee totle\"\n   1 | {fee total: 1}.fee totle\n     |                ^\n  hint: did you mean \"fee total\"?",
               "the member that is near");
    tap_is_str(told("{金额: 1}.金", (source_pos){0}, LANG_ZH), "1:9: 说明 [FEEL-MEMBER] 没有成员“金”\n   1 | {金额: 1}.金\n     |           ^", "one character is near to nothing");
    tap_is_str(told("1 +\n  abs(\"x\")", (source_pos){0}, LANG_EN),
               "2:3: note [FEEL-ARGUMENT-TYPE] abs(): the argument \"n\" is of the wrong kind\n   2 |   abs(\"x\")\n     |   ^\n"
               "  hint: forms: abs(n: number|days and time duration|years and months duration)\n"
               "1:3: note [FEEL-OPERANDS] there is no + between a number and null\n   1 | 1 +\n     |   ^", "the line in which it stands, and the forms of the function");
    tap_ok(str_starts(told("2 * (1 / 0)", (source_pos){.file = STR("a.bpmn"), .line = 7, .column = 20}, LANG_EN), STR("a.bpmn:7:27: note [FEEL-DIVISION-BY-ZERO]")),
           "in a file, lines and columns are counted from where the expression stands");
    tap_is_str(told("1", (source_pos){0}, LANG_EN), "", "nothing to tell");
}

static feel_value twice(void *self, const feel_value *args, feel_evaluation *e)
{
    (void)self;
    (void)e;
    decimal x;
    return decimal_add(args[0].number, args[0].number, &x) ? feel_number(x) : feel_null();
}

static void test_functions(void)
{
    static const str names[] = {{"n", 1}};
    diag_list d = {.arena = &a};
    const feel_type *number = feel_compile_type(STR("number"), (feel_scope){0}, (source_pos){0}, &a, &d), *types[] = {number};
    const feel_native native = {.names = names, .types = types, .count = 1, .call = twice};
    feel_value f = feel_function_of(&native, NULL, &a), arg = feel_int(21);
    feel_evaluation e = {.arena = &a};
    tap_is_str(printed(feel_call(f, &arg, NULL, 1, &e)), "42", "a function that is not written in FEEL");
    tap_is_str(printed(feel_call(f, &arg, names, 1, &e)), "42", "with its argument named");
    tap_is_str(printed(f), "function(n) …", "and how it prints");
    arg = feel_string(STR("x"));
    tap_ok(feel_call(f, &arg, NULL, 1, &e).kind == FEEL_NULL && e.reasons, "an argument of the wrong type never reaches it");
    tap_ok(feel_call(arg, &arg, NULL, 1, &e).kind == FEEL_NULL && strcmp(e.reasons->code, "FEEL-NOT-A-FUNCTION") == 0, "a string cannot be called");
}

static void test_types(void)
{
    static const struct { const char *type, *value; bool fits; } rows[] = {
        {"number", "1", true}, {"number", "\"1\"", false}, {"list<number>", "[1, 2]", true}, {"list<number>", "[1, \"x\"]", false}, {"range<date>", "[@\"2024-01-01\"..@\"2024-02-01\"]", true},
        {"context<a: number, b: list<string>>", "{a: 1, b: [\"x\"]}", true}, {"context<a: number>", "{b: 1}", false}, {"function<number>->Any", "function(x) x", true},
        {"function<number>->Any", "function(x, y) x", false}, {"Any", "null", true},
    };
    feel_evaluation e;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &a};
        const feel_type *t = feel_compile_type(str_from(rows[i].type), (feel_scope){0}, (source_pos){0}, &a, &d);
        feel_value v = evaluate(rows[i].value, &e);
        buf text = {.arena = &a};
        feel_type_print(&text, t);
        tap_ok(t && feel_conforms(v, t, &e) == rows[i].fits && str_equal(buf_str(&text), str_from(rows[i].type)), "%s %s %s", rows[i].value, rows[i].fits ? "is of" : "is not of", rows[i].type);
    }
}

int main(void)
{
    test_values();
    test_reasons();
    test_functions();
    test_types();
    arena_free(&a);
    return tap_done();
}
