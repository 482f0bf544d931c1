// Each limit of the module, from both sides; and that memory running out is survived.
#include "feel/feel.h"
#include "tap.h"

static arena a;

static str repeat(const char *before, int times, const char *middle, const char *after)
{
    buf b = {.arena = &a};
    for (int i = 0; i < times; i++) buf_add(&b, str_from(before));
    buf_add(&b, str_from(middle));
    for (int i = 0; i < times; i++) buf_add(&b, str_from(after));
    return buf_str(&b);
}

static const char *compile_code(str text)          // "" when it compiles
{
    diag_list d = {.arena = &a};
    feel_program *p = feel_compile(text, (feel_scope){0}, (source_pos){0}, &a, &d);
    return p ? "" : d.first->code;
}

static feel_value evaluate(const char *text, int64_t steps, const char **code)
{
    diag_list d = {.arena = &a};
    feel_evaluation e = {.arena = &a, .steps = steps};
    feel_program *p = feel_compile(str_from(text), (feel_scope){0}, (source_pos){0}, &a, &d);
    feel_value v = p ? feel_evaluate(p, NULL, &e) : feel_null();
    *code = e.reasons ? e.reasons->code : "";
    return v;
}

static void test_text(void)
{
    tap_is_str(str_from(compile_code(repeat("", 0, "1", ""))), "", "a digit is an expression");
    tap_is_str(str_from(compile_code(repeat(" ", (64 << 10) - 1, "1", ""))), "", "65536 bytes compile");
    tap_is_str(str_from(compile_code(repeat(" ", 64 << 10, "1", ""))), "FEEL-TOO-LONG", "65537 bytes do not");
    tap_is_str(str_from(compile_code((str){"\"\xff\"", 3})), "FEEL-UTF8", "text must be UTF-8");
}

static void test_nesting(void)
{
    tap_is_str(str_from(compile_code(repeat("(", FEEL_DEPTH_MAX - 1, "1", ")"))), "", "199 brackets around a number");
    tap_is_str(str_from(compile_code(repeat("(", FEEL_DEPTH_MAX, "1", ")"))), "FEEL-TOO-DEEP", "200 are too many");
    tap_is_str(str_from(compile_code(repeat("[", 30000, "1", "]"))), "FEEL-TOO-DEEP", "30000 do not exhaust the stack");
    tap_is_str(str_from(compile_code(repeat("-", 30000, "a", ""))), "FEEL-TOO-DEEP", "nor do minus signs");
    tap_is_str(str_from(compile_code(repeat("1+", 1000, "1", ""))), "", "a sum of 1001 terms");
    tap_is_str(str_from(compile_code(repeat("1+", 1001, "1", ""))), "FEEL-TOO-DEEP", "one term more is too many");
    tap_is_str(str_from(compile_code(repeat("[1..", 100, "1", ""))), "FEEL-TOO-COMPLEX", "guessing where ranges end is bounded");
}

static void test_budget(void)
{
    const char *code;
    evaluate("for i in 1..1000000000 return i", 1000, &code);
    tap_is_str(str_from(code), "FEEL-BUDGET", "an endless loop ends");
    evaluate("count(for i in 1..100 return i)", 1000, &code);
    tap_is_str(str_from(code), "", "a short one is not touched");
    evaluate("for i in 1..10000 return for j in 1..10000 return 1", 0, &code);
    tap_is_str(str_from(code), "FEEL-BUDGET", "the default budget is bounded too");
    tap_ok(evaluate("for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]]", 0, &code).kind == FEEL_LIST, "shared parts are cheap to make");
    evaluate("string(for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]])", 0, &code);
    tap_is_str(str_from(code), "FEEL-ARGUMENT", "but not to print");
    evaluate("{x: for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]], y: for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]], z: x = y}", 0, &code);
    tap_is_str(str_from(code), "FEEL-BUDGET", "nor to compare");
}

static void test_depth(void)
{
    const char *code;
    feel_value v = evaluate("{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(198)}.r", 0, &code);
    tap_ok(feel_equal(v, feel_int(198)), "199 nested calls");
    evaluate("{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(100000)}.r", 0, &code);
    tap_is_str(str_from(code), "FEEL-DEPTH", "100000 are too deep, and the stack holds");
    buf text = {.arena = &a};
    buf_add(&text, STR("{f: function(n) if n = 0 then 0 else "));
    buf_add(&text, repeat("1 + (", 100, "f(n - 1)", ")"));
    buf_add(&text, STR(", r: f(1000)}.r"));
    evaluate(str_cstr(buf_str(&text), &a), 0, &code);
    tap_is_str(str_from(code), "FEEL-DEPTH", "the depth of expressions counts as well");
    v = evaluate("for i in 1..5000 return if i = 1 then [] else [partial[-1]]", 0, &code);
    buf out = {.arena = &a};
    feel_print(&out, v);
    feel_to_json(v, &a);
    tap_ok(out.len > 0 && feel_equal(v, v), "lists nested 5000 deep are printed as far as it is safe");
}

static void test_reasons_kept(void)
{
    diag_list d = {.arena = &a};
    feel_evaluation e = {.arena = &a};
    feel_evaluate(feel_compile(STR("for i in 1..1000 return i / 0"), (feel_scope){0}, (source_pos){0}, &a, &d), NULL, &e);
    int count = 0;
    for (const feel_reason *r = e.reasons; r; r = r->next) count++;
    tap_is_int(count, 64, "the first 64 reasons are kept");
}

// Compiles and evaluates with that much memory. False: it ran out, by the escape.
static bool fits(const char *text, ptrdiff_t limit)
{
    arena small = {.limit = limit};
    jmp_buf env;
    if (ARENA_GUARD(&small, env)) {
        arena_free(&small);
        return false;
    }
    diag_list d = {.arena = &small};
    feel_evaluation e = {.arena = &small};
    feel_program *p = feel_compile(str_from(text), (feel_scope){0}, (source_pos){0}, &small, &d);
    bool done = feel_evaluate(p, NULL, &e).kind == FEEL_STRING;
    arena_free(&small);
    return done;
}

static void test_memory(void)
{
    int escapes = 0;
    while (escapes < 300
           && !fits("{a: for i in 1..50 return {n: i, s: string(i)}, b: sort(a, function(x, y) x.n > y.n)[n > 25].s, "
                    "c: split(string join(b, \";\"), \";\"), d: replace(string join(c, \"\"), \"[0-4]\", \"<$0>\")}.d", 4096 * (escapes + 1)))
        escapes++;
    tap_ok(escapes > 3 && escapes < 300, "running out of memory anywhere leaves by the escape");
}

// matches(subject, pattern) with texts too long to write down: the code of the reason, or "".
static const char *match_code(str subject, str pattern)
{
    static const str names[] = {{"s", 1}, {"p", 1}};
    diag_list d = {.arena = &a};
    feel_evaluation e = {.arena = &a};
    feel_value values[] = {feel_string(subject), feel_string(pattern)};
    feel_program *p = feel_compile(STR("matches(s, p)"), (feel_scope){.names = names, .count = 2}, (source_pos){0}, &a, &d);
    feel_evaluate(p, values, &e);
    return e.reasons ? e.reasons->code : "";
}

static void test_patterns(void)
{
    tap_is_str(str_from(match_code(STR("x"), repeat("a", 8192, "", ""))), "", "8192 bytes of a pattern");
    tap_is_str(str_from(match_code(STR("x"), repeat("a", 8193, "", ""))), "FEEL-PATTERN", "one more is too long");
    tap_is_str(str_from(match_code(STR("x"), repeat("(", 50, "a", ")"))), "", "50 groups within each other");
    tap_is_str(str_from(match_code(STR("x"), repeat("(", 51, "a", ")"))), "FEEL-PATTERN", "51 are too many");
    tap_is_str(str_from(match_code(STR("x"), repeat("[a-z-", 20, "[a]", "]"))), "", "20 classes within each other");
    tap_is_str(str_from(match_code(STR("x"), repeat("[a-z-", 21, "[a]", "]"))), "FEEL-PATTERN", "21 are too many");
    tap_is_str(str_from(match_code(repeat("a", 60, "!", ""), STR("^(a|aa|aaa)*(a+)*$"))), "FEEL-PATTERN", "a match that would take years is given up");
    tap_is_str(str_from(match_code(repeat("a", 5000000, "", ""), STR("^[ab]*$"))), "", "a long text with a plain pattern is not");
}

int main(void)
{
    test_text();
    test_nesting();
    test_budget();
    test_depth();
    test_reasons_kept();
    test_memory();
    test_patterns();
    arena_free(&a);
    return tap_done();
}
