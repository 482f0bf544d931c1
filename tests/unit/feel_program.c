// Programs: scope, what they use, normal form, evaluating often.
#include "feel/feel.h"
#include "tap.h"

static arena a;
static const str names[] = {{"fee", 3}, {"fee-total", 9}, {"Loan Amount", 11}, {"item", 4}};
static const feel_scope scope = {.names = names, .count = 4};

static feel_program *compile(const char *text)
{
    diag_list d = {.arena = &a};
    return feel_compile(str_from(text), scope, (source_pos){0}, &a, &d);
}

static str normal(const feel_program *p)
{
    buf b = {.arena = &a};
    if (p) feel_program_print(&b, p);
    return buf_str(&b);
}

static void test_normal_form(void)
{
    static const struct { const char *text, *normal; } rows[] = {
        {"1+2 *3", "1 + 2 * 3"},
        {"(1+2)*3", "(1 + 2) * 3"},
        {"1-(2-3)-4", "1 - (2 - 3) - 4"},
        {"-(3)**2", "-3 ** 2"},
        {"((fee))+1", "(fee) + 1"},                // its brackets keep "fee" from growing into "fee-total"
        {"Loan   Amount>1 // big", "Loan Amount > 1"},
        {"fee-total", "fee-total"},
        {"if(true)then 1 else 2", "if true then 1 else 2"},
        {"(if true then 1 else 2)+1", "(if true then 1 else 2) + 1"},
        {"[ 1,2 ][item>1]", "[1, 2][item > 1]"},
        {"]1..2[", "(1..2)"},
        {"@\"P14M\"", "@\"P1Y2M\""},
        {"{\"a b\":1,\"and\":2}", "{a b: 1, \"and\": 2}"},
        {"5 in <3", "5 in ((<3))"},
        {"5 in(1,<=2)", "5 in (1, (<=2))"},
        {"function(x:list<number>)x", "function(x: list<number>) x"},
        {"for i in 1..2 return i", "for i in 1..2 return i"},
        {"date and time(\"2024-03-05\").year", "date and time(\"2024-03-05\").year"},
        {"not(true)", "not(true)"},
        {"(5 instance of list)<1", "(5 instance of list) < 1"},      // else "<" would begin the type of the elements
        {"(5 instance of number)<1", "5 instance of number < 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_str(normal(compile(rows[i].text)), rows[i].normal, rows[i].text);
}

static void test_normal_form_of_tests(void)
{
    static const struct { const char *text, *normal; } rows[] = {
        {"-", "-"}, {"not( 1,2 )", "not(1, 2)"}, {"<5 , >=10", "(<5), (>=10)"}, {"!=3", "!= 3"}, {"(not(true))", "(not(true))"},
        {"not(? > 1) and true", "not(? > 1) and true"},
    };
    diag_list d = {.arena = &a};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tap_is_str(normal(feel_compile_tests(str_from(rows[i].text), scope, (source_pos){0}, &a, &d)), rows[i].normal, rows[i].text);
}

static void test_uses(void)
{
    const feel_program *p = compile("[{fee: 1}][fee > 0 and item.fee < Loan Amount]");
    tap_ok(feel_program_uses(p, 0), "a name inside a filter may be the scope's: it counts as used");
    tap_ok(feel_program_uses(p, 2), "Loan Amount is used");
    tap_ok(!feel_program_uses(p, 1), "fee-total is not used");
    tap_ok(!feel_program_uses(p, 3), "item is the filter's, not the scope's");
    tap_ok(!feel_program_uses(p, 99) && !feel_program_uses(p, -1), "no name, not used");
    tap_is_str(feel_program_text(p), "[{fee: 1}][fee > 0 and item.fee < Loan Amount]", "the source is kept");
}

static void test_steady_state(void)
{
    arena results = {0};
    const feel_program *p = compile("if fee > 10 and Loan Amount = 5 then \"high\" else \"low\"");
    feel_value values[] = {feel_int(11), feel_int(0), feel_int(5), feel_null()};
    arena_position start = arena_mark(&results);
    bool right = true;
    for (int i = 0; i < 1000; i++) {
        feel_evaluation e = {.arena = &results};
        feel_value v = feel_evaluate(p, values, &e);
        right &= v.kind == FEEL_STRING && str_equal(v.string, STR("high")) && !e.reasons;
        arena_rewind(&results, start);
    }
    tap_ok(right, "the same program gives the same result a thousand times");
    tap_is_int(results.used, 0, "a condition on plain names takes no memory at all");
    arena_free(&results);
}

// No expression of the benchmark asks the machine for memory once it has been evaluated: a server's worker does not either.
static void test_no_heap(void)
{
    static const char *const expressions[] = {
#include "../../bench/feel_expressions.h"
    };
    static const char input_text[] = "{\"amount\":20000,\"income\":3200.50,\"kind\":\"noise\",\"urgent\":true,\"applicant\":{\"age\":34,\"name\":\"Wang\"},"
                                     "\"items\":[{\"price\":10,\"n\":3},{\"price\":2.5,\"n\":4}],\"list\":[5,3,9,1,7],\"accepted\":\"2024-03-05\"}";
    arena results = {0};
    diag_list d = {.arena = &a};
    feel_value input = feel_from_json(json_parse(str_from(input_text), STR(""), &a, &d), &a);
    feel_scope inputs = {.names = input.context->names, .count = input.context->count};
    arena_position start = arena_mark(&results);
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        jmp_buf asked;
        const feel_program *p = feel_compile(str_from(expressions[i]), inputs, (source_pos){0}, &a, &d);
        volatile bool null = false;
        for (volatile int k = 0; k < 100; k++) {
            if (k == 2) mem_fail_after(1);
            if (k == 0 && ARENA_GUARD(&results, asked)) {
                null = true;
                break;
            }
            feel_evaluation e = {.arena = &results};
            null = null || feel_evaluate(p, input.context->values, &e).kind == FEEL_NULL;
            arena_rewind(&results, start);
        }
        mem_fail_after(0);
        tap_ok(!null, "takes nothing from the heap: %s", expressions[i]);
    }
    arena_free(&results);
}

static void test_functions_travel(void)
{
    diag_list d = {.arena = &a};
    feel_evaluation e = {.arena = &a};
    const feel_program *maker = compile("function(x) x * fee");
    feel_value values[] = {feel_int(3), feel_null(), feel_null(), feel_null()};
    feel_value f = feel_evaluate(maker, values, &e);
    const str other[] = {{"f", 1}};
    const feel_program *user = feel_compile(STR("f(7)"), (feel_scope){.names = other, .count = 1}, (source_pos){0}, &a, &d);
    feel_value got = feel_evaluate(user, &f, &e);
    tap_ok(feel_equal(got, feel_int(21)), "a function can be called from another program, and keeps what it captured");
}

static void test_json(void)
{
    diag_list d = {.arena = &a};
    const json *in = json_parse(STR("{\"b\":[1.50,\"x\",null,true],\"a\":{}}"), STR(""), &a, &d);
    buf out = {.arena = &a};
    json_write(&out, feel_to_json(feel_from_json(in, &a), &a));
    tap_is_str(buf_str(&out), "{\"a\":{},\"b\":[1.50,\"x\",null,true]}", "JSON comes back");
    feel_evaluation e = {.arena = &a};
    out.len = 0;
    json_write(&out, feel_to_json(feel_evaluate(compile("[@\"2024-03-05\", @\"PT1H\", [1..2)]"), (feel_value[4]){0}, &e), &a));
    tap_is_str(buf_str(&out), "[\"2024-03-05\",\"PT1H\",\"[1..2)\"]", "dates and durations become ISO text, ranges FEEL text");
}

static void test_builtin_table(void)
{
    ptrdiff_t count;
    const feel_builtin_info *info = feel_builtins(&count);
    bool complete = count > 90;
    for (ptrdiff_t i = 0; i < count; i++) complete &= info[i].name[0] && info[i].signature[0] == '(' && strncmp(info[i].clause, "10.3.4.", 7) == 0;
    tap_ok(complete, "each built-in has a signature and a clause");
}

int main(void)
{
    test_normal_form();
    test_normal_form_of_tests();
    test_uses();
    test_steady_state();
    test_no_heap();
    test_functions_travel();
    test_json();
    test_builtin_table();
    arena_free(&a);
    return tap_done();
}
