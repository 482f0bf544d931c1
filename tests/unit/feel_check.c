// What the types of names make impossible (feel_check), and where the answer of unary tests may change (feel_tests_boundaries).
#include "feel/feel.h"
#include "tap.h"

static arena a;

enum { NAMES = 9 };
static const str names[NAMES] = {{"n", 1}, {"s", 1}, {"d", 1}, {"t", 1}, {"p", 1}, {"y", 1}, {"b", 1}, {"l", 1}, {"c", 1}};
static const char *const types[NAMES] = {"number", "string", "date", "time", "days and time duration", "years and months duration", "boolean", "list<number>", "context<k: number>"};

// All that is said, a line each; `tested` is the type of ?, or NULL for an expression.
static str said(const char *text, const char *tested)
{
    diag_list d = {.arena = &a};
    const feel_type *of[NAMES];
    for (int i = 0; i < NAMES; i++) of[i] = feel_compile_type(str_from(types[i]), (feel_scope){0}, (source_pos){0}, &a, &d);
    const feel_type *value = tested ? feel_compile_type(str_from(tested), (feel_scope){0}, (source_pos){0}, &a, &d) : NULL;
    feel_scope scope = {.names = names, .count = NAMES};
    feel_program *p = tested ? feel_compile_tests(str_from(text), scope, (source_pos){0}, &a, &d) : feel_compile(str_from(text), scope, (source_pos){0}, &a, &d);
    if (p) feel_check(p, of, value, (source_pos){.line = 1, .column = 1}, &d);
    buf b = {.arena = &a};
    for (const diag *x = d.first; x; x = x->next) buf_printf(&b, "%s%d:%d %.*s", b.len ? "\n" : "", x->at.line, x->at.column, STR_ARG(x->message[LANG_EN]));
    return buf_str(&b);
}

static void impossible(void)
{
    static const struct { const char *text, *tested, *says; } rows[] = {
        {"n + s", NULL, "1:3 a number and a string cannot be used with +: the result is always null"},
        {"d * 2", NULL, "1:3 a date and a number cannot be used with *: the result is always null"},
        {"s / n", NULL, "1:3 a string and a number cannot be used with /: the result is always null"},
        {"p ** 2", NULL, "1:3 a days and time duration and a number cannot be used with **: the result is always null"},
        {"d + d", NULL, "1:3 a date and a date cannot be used with +: the result is always null"},
        {"n = s", NULL, "1:3 a number and a string cannot be used with =: the result is always null"},
        {"n != d", NULL, "1:3 a number and a date cannot be used with !=: the result is always null"},
        {"s < n", NULL, "1:3 a string and a number cannot be used with <: the result is always null"},
        {"s <= n", NULL, "1:3 a string and a number cannot be used with <=: the result is always null"},
        {"-n >= s", NULL, "1:4 a number and a string cannot be used with >=: the result is always null"},
        {"n and b", NULL, "1:1 and wants a boolean, and this is a number"},
        {"b or s", NULL, "1:6 or wants a boolean, and this is a string"},
        {"if s then 1 else 2", NULL, "1:4 if wants a boolean, and this is a string"},
        {"some x in l satisfies 1", NULL, "1:23 some wants a boolean, and this is a number"},
        {"every x in [1..3] satisfies \"x\"", NULL, "1:29 every wants a boolean, and this is a string"},
        {"c.m", NULL, "1:3 the type has no member \"m\""},
        {"string length(n)", NULL, "1:15 the argument of string length \"string\" cannot be a number"},
        {"n in (\"a\", 2)", NULL, "1:7 what is tested is a number: comparing it with a string never holds"},
        {"l[1] + s", NULL, "1:6 a number and a string cannot be used with +: the result is always null"},
        {"{k: n}.k + s", NULL, "1:10 a number and a string cannot be used with +: the result is always null"},
        {"(if b then 1 else 2) + s", NULL, "1:22 a number and a string cannot be used with +: the result is always null"},
        {"(n instance of number) + n", NULL, "1:24 a boolean and a number cannot be used with +: the result is always null"},
        {"(n between 1 and 2) + n", NULL, "1:21 a boolean and a number cannot be used with +: the result is always null"},
        {"[1..(n + s)]", NULL, "1:8 a number and a string cannot be used with +: the result is always null"},
        {"[1, n + s]", NULL, "1:7 a number and a string cannot be used with +: the result is always null"},
        {"for i in n + s return i", NULL, "1:12 a number and a string cannot be used with +: the result is always null"},
        {"> 5, \"x\"", "number", "1:6 what is tested is a number: comparing it with a string never holds"},
        {"[@\"2024-01-01\"..@\"2024-02-01\"]", "string", "1:1 what is tested is a string: comparing it with a date never holds"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_str(said(rows[i].text, rows[i].tested), rows[i].says, rows[i].text);
    tap_is_str(said("n +\n  (s - 1)", NULL), "2:6 a string and a number cannot be used with -: the result is always null", "places count lines");
    static const struct { const char *text, *tested; } good[] = {
        {"d - d < p", NULL}, {"d + p = d", NULL}, {"y + d = d", NULL}, {"t + p = t", NULL}, {"p + t = t", NULL}, {"t - t = p", NULL}, {"d - y = d", NULL}, {"p * 2 = 2 * p", NULL}, {"y / 2 = y", NULL}, {"p / p = n", NULL},
        {"p + p = p - p", NULL}, {"s + s = s", NULL}, {"l + 1", NULL}, {"l.x", NULL}, {"l[item > 1] = l", NULL}, {"n = null", NULL}, {"d = date and time(d, t)", NULL}, {"(function(x) x)(n) + s", NULL},
        {"if null then 1 else s", NULL}, {"sum(l) + count(l)", NULL}, {"c.k + n", NULL}, {"d < @\"2024-01-01T00:00:00\"", NULL}, {"[1, 2][n]", NULL}, {"for i in l return i + s", NULL}, {"[1..n] = [2..3]", NULL},
        {"-", "number"}, {"? > 3", "number"}, {"b", "boolean"}, {"not(1, 2)", "number"}, {"@\"2024-01-01T00:00:00\"", "date"}, {"string length(?) > 2", "string"}, {"!= 3", "number"}, {"n in l", NULL},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) tap_is_str(said(good[i].text, good[i].tested), "", good[i].text);
}

static void boundaries(void)
{
    static const struct { const char *tests, *at; } rows[] = {
        {"-", "[]"}, {"5", "[5]"}, {"< 5, > 7", "[5, 7]"}, {"[1..3)", "[1, 3]"}, {"not(2, 4)", "[2, 4]"}, {"\"a\", \"b\"", "[\"a\", \"b\"]"}, {"? > 1 and ? < 2 * 3", "[1, 6]"}, {"5 <= ?", "[5]"}, {"? between 1 and 2", "[1, 2]"},
        {"? in [1, 2]", "[1, 2]"}, {"? in (< 3)", "[3]"}, {"date(\"2024-02-29\")", "[date(\"2024-02-29\")]"}, {"[1, 2]", "[1, 2]"}, {"!= 4", "[4]"}, {"-(3)", "[-3]"}, {"= 2", "[2]"},
        {"> n", NULL}, {"null", NULL}, {"< today()", NULL}, {"now()", NULL}, {"? + 1 > 2", NULL}, {"contains(?, \"x\")", NULL}, {"< \"m\"", NULL}, {"? > \"m\"", NULL}, {"[\"a\"..\"b\"]", NULL}, {"? between \"a\" and \"b\"", NULL},
        {"? in [[1]]", "[1]"}, {"{a: 1}", NULL}, {"? > abs(?)", NULL}, {"abs(n)", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &a};
        feel_program *p = feel_compile_tests(str_from(rows[i].tests), (feel_scope){.names = names, .count = NAMES}, (source_pos){0}, &a, &d);
        feel_value *found;
        ptrdiff_t count;
        bool known = feel_tests_boundaries(p, &a, &found, &count);
        buf b = {.arena = &a};
        feel_print(&b, feel_list_of(found, count, &a));
        tap_is_str(known ? buf_str(&b) : STR("not known"), rows[i].at ? rows[i].at : "not known", rows[i].tests);
    }
}

int main(void)
{
    impossible();
    boundaries();
    arena_free(&a);
    return tap_done();
}
