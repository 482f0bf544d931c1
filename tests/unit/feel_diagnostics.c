// What the compiler says about text that is not FEEL, and the evaluator about a null.
#include "feel/feel.h"
#include "tap.h"

static arena a;

static str diagnose(const char *text, source_pos at, language lang)
{
    static const str names[] = {{"受理日期", 12}, {"fee", 3}, {"fee total", 9}};
    diag_list d = {.arena = &a};
    buf out = {.arena = &a};
    feel_program *p = feel_compile(str_from(text), (feel_scope){.names = names, .count = 3}, at, &a, &d);
    diag_print_all(&out, &d, lang);
    if (!p == !d.errors) buf_add(&out, STR("(a program, or errors, but not both)"));
    return str_trim(buf_str(&out));
}

static void test_texts(void)
{
    static const struct { const char *text, *en; } rows[] = {
        {"foo(1)", "1:1: error [FEEL-NAME-UNKNOWN] nothing here is named \"foo\"\n   1 | foo(1)\n     | ^"},
        {"fees + feee", "1:1: error [FEEL-NAME-UNKNOWN] nothing here is named \"fees\"\n   1 | fees + feee\n     | ^\n  hint: did you mean \"fee\"?\n"
                        "1:8: error [FEEL-NAME-UNKNOWN] nothing here is named \"feee\"\n   1 | fees + feee\n     |        ^\n  hint: did you mean \"fee\"?"},
        {"sum([1, 2)", "1:10: error [FEEL-UNEXPECTED] expected \",\" or \"]\", found \")\"\n   1 | sum([1, 2)\n     |          ^"},
        {"(1 + 2", "1:7: error [FEEL-UNCLOSED] character 1: this ( has no matching )\n   1 | (1 + 2\n     |       ^"},
        {"1 +", "1:4: error [FEEL-UNEXPECTED] expected an expression, found the end of the text\n   1 | 1 +\n     |    ^"},
        {"", "1:1: error [FEEL-UNEXPECTED] expected an expression, found the end of the text"},
        {"1 2", "1:3: error [FEEL-UNEXPECTED] expected an operator or the end of the text, found \"2\"\n   1 | 1 2\n     |   ^"},
        {"\"abc", "1:1: error [FEEL-STRING-OPEN] this string has no end\n   1 | \"abc\n     | ^\n  hint: add a closing \""},
        {"1 /* x", "1:3: error [FEEL-COMMENT-OPEN] this comment has no end\n   1 | 1 /* x\n     |   ^\n  hint: add */"},
        {"fee & 1", "1:5: error [FEEL-CHARACTER] the character \"&\" has no place in an expression\n   1 | fee & 1\n     |     ^\n  hint: write \"and\""},
        {"\"\\uD800\"", "1:1: error [FEEL-ESCAPE] a \\u escape in this string is wrong\n   1 | \"\\uD800\"\n     | ^\n  hint: write \\u4E2D or \\U01F600"},
        {"if 1 then 2", "1:12: error [FEEL-UNEXPECTED] expected \"else\", found the end of the text\n   1 | if 1 then 2\n     |            ^"},
        {"{fee: 1, fee: 2}", "1:10: error [FEEL-DUPLICATE] the entry \"fee\" is given twice\n   1 | {fee: 1, fee: 2}\n     |          ^\n  hint: names of one context must differ"},
        {"function(x) external {java: {}}", "1:22: error [FEEL-EXTERNAL] this external function is not supported\n   1 | function(x) external {java: {}}\n     |                      ^\n"
                                            "  hint: write the body in FEEL: function(x) expression"},
        {"? > 1", "1:1: error [FEEL-UNEXPECTED] expected an expression, found \"?\"\n   1 | ? > 1\n     | ^"},
        {"abs(1, n: 2)", "1:8: error [FEEL-ARGUMENTS-MIXED] either all arguments are named or none\n   1 | abs(1, n: 2)\n     |        ^\n  hint: name all of them, or none"},
        {"1e9999", "1:1: error [FEEL-NUMBER] this number is out of range\n   1 | 1e9999\n     | ^"},
        {"abs(1, 2)", "1:1: warning [FEEL-ARGUMENTS] no form of abs() takes these arguments: the result is always null\n   1 | abs(1, 2)\n     | ^\n"
                      "  hint: forms: abs(n: number|days and time duration|years and months duration)"},
        {"fee\n  + 5 %", "2:7: error [FEEL-CHARACTER] the character \"%\" has no place in an expression\n   2 |   + 5 %\n     |       ^"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_str(diagnose(rows[i].text, (source_pos){0}, LANG_EN), rows[i].en, rows[i].text);
}

static void test_chinese(void)
{
    tap_is_str(diagnose("受理日 + 1", (source_pos){0}, LANG_ZH),
               "1:1: 错误 [FEEL-NAME-UNKNOWN] 没有名为“受理日”的数据或函数\n   1 | 受理日 + 1\n     | ^\n  提示：是否应为“受理日期”？", "the official language");
    tap_is_str(diagnose("fee＞1", (source_pos){0}, LANG_ZH),
               "1:1: 错误 [FEEL-NAME-UNKNOWN] 没有名为“fee＞1”的数据或函数\n   1 | fee＞1\n     | ^\n  提示：运算符和括号须用半角字符", "full-width operators");
    tap_is_str(diagnose("@\"2024-02-30\"", (source_pos){0}, LANG_ZH),
               "1:1: 错误 [FEEL-AT-LITERAL] “2024-02-30”不是日期、时间或时长\n   1 | @\"2024-02-30\"\n     | ^\n"
               "  提示：例：@\"2024-03-05\"、@\"08:30:00\"、@\"2024-03-05T08:30:00\"、@\"P20D\"、@\"P1Y6M\"", "a day that does not exist");
}

static void test_place(void)
{
    source_pos at = {.file = STR("a.bpmn"), .line = 7, .column = 20};
    tap_is_str(diagnose("1 +\n x", at, LANG_EN), "a.bpmn:8:2: error [FEEL-NAME-UNKNOWN] nothing here is named \"x\"\n   8 |  x\n     |  ^", "lines count on from the element");
    tap_ok(str_starts(diagnose("1 + x", at, LANG_EN), STR("a.bpmn:7:24: error")), "on the first line columns are added");
}

static void test_reasons(void)
{
    static const struct { const char *text, *code; int line, column; } rows[] = {
        {"1 / 0", "FEEL-DIVISION-BY-ZERO", 1, 3}, {"1 +\n (2 * \"x\")", "FEEL-OPERANDS", 2, 5}, {"{a: 1}.b", "FEEL-MEMBER", 1, 8}, {"[1][2]", "FEEL-INDEX", 1, 4},
        {"1 < null", "FEEL-NULL", 1, 3}, {"date(\"x\")", "FEEL-TEMPORAL", 1, 1}, {"abs(\"x\")", "FEEL-ARGUMENT-TYPE", 1, 1}, {"3(1)", "FEEL-NOT-A-FUNCTION", 1, 1},
        {"matches(\"a\", \"(\")", "FEEL-PATTERN", 1, 1}, {"for i in 1..1.5 return i", "FEEL-ITERATION", 1, 10},
        {"@\"2024-03-05T08:00:00\" - @\"2024-03-05T08:00:00Z\"", "FEEL-ZONES", 1, 24}, {"10 ** 9999", "FEEL-OVERFLOW", 1, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &a};
        feel_evaluation e = {.arena = &a};
        feel_program *p = feel_compile(str_from(rows[i].text), (feel_scope){0}, (source_pos){0}, &a, &d);
        feel_value v = feel_evaluate(p, NULL, &e);
        tap_ok(v.kind == FEEL_NULL && e.reasons && strcmp(e.reasons->code, rows[i].code) == 0 && e.reasons->line == rows[i].line
                   && e.reasons->column == rows[i].column && e.reasons->text[LANG_ZH].len && e.reasons->text[LANG_EN].len,
               "%s: null because %s", rows[i].text, rows[i].code);
    }
}

int main(void)
{
    test_texts();
    test_chinese();
    test_place();
    test_reasons();
    arena_free(&a);
    return tap_done();
}
