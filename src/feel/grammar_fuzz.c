// Fuzz target: the bytes choose rules of the grammar, so that every input is an expression (fuzz_check.h has what must hold).
//
// Random text hardly ever gets past the parser; this target spends its time in the printer and the evaluator.
#include "feel/fuzz_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEIGHT = 6, TEXT_MADE_MAX = 20000 };

typedef struct {
    const uint8_t *data;
    size_t size, at;
    buf out;
} maker;

static unsigned choose(maker *m, unsigned count)       // when the bytes are used up, the first rule: a leaf
{
    return m->at < m->size && m->out.len < TEXT_MADE_MAX ? m->data[m->at++] % count : 0;
}

static void add(maker *m, const char *text) { buf_add(&m->out, str_from(text)); }

static void expression(maker *m, int height);

static void leaf(maker *m)
{
    static const char *const leaves[] = {
        "1", "a", "0.5", "-3", "1e3", "\"x\"", "\"\"", "\"\\u6CD5 \\\"q\\\"\"", "true", "false", "null", "a-b", "fee total", "list", "金额", "date", "i", "item",
        "@\"2024-02-29\"", "@\"08:30:00\"", "@\"2024-03-05T08:30:00+08:00\"", "@\"P1Y2M\"", "@\"-P1DT2H\"", "[]", "{}", "[1, 2, 3]", "99999999999999999999",
        "\"^[a-z]+\"", "\"a(b)\"", "partial",
    };
    unsigned i = choose(m, sizeof leaves / sizeof *leaves);
    // Names that loops and filters bind are not known everywhere: there they are calls and lists.
    if (strcmp(leaves[i], "i") == 0) add(m, "(for i in [1, 2] return i)");
    else if (strcmp(leaves[i], "item") == 0) add(m, "list[item != null]");
    else if (strcmp(leaves[i], "partial") == 0) add(m, "(for i in 1..3 return count(partial))");
    else add(m, leaves[i]);
}

static void range(maker *m, int height)
{
    static const char *const open[] = {"[", "(", "]"}, *const close[] = {"]", ")", "["};
    unsigned from = choose(m, 3), to = choose(m, 3);
    bool outward = from == 2 || to == 2;           // "[]1..2]]" begins with an empty list, "1..2[1]" ends in a filter: brackets tell
    add(m, outward ? "(" : "");
    add(m, open[from]);
    add(m, "(");
    expression(m, height - 1);
    add(m, ")..(");
    expression(m, height - 1);
    add(m, ")");
    add(m, close[to]);
    add(m, outward ? ")" : "");
}

static void call(maker *m, int height)
{
    ptrdiff_t count;
    const feel_builtin_info *infos = feel_builtins(&count);
    const feel_builtin_info *f = &infos[(choose(m, 256) | choose(m, 2) << 8) % (unsigned)count];
    unsigned args = 0, most = 0;
    add(m, f->name);
    add(m, "(");
    for (const char *c = f->signature; *c; c++) most += *c == ':';
    for (unsigned wanted = most ? choose(m, most + 2) : 0; args < wanted; args++) {
        if (args) add(m, ", ");
        expression(m, height - 1);
    }
    add(m, ")");
}

static void binary(maker *m, int height)
{
    static const char *const operators[] = {" + ", " - ", " * ", " / ", " ** ", " = ", " != ", " < ", " <= ", " > ", " >= ", " and ", " or ", "+", "*"};
    add(m, "(");
    expression(m, height - 1);
    add(m, ")");
    add(m, operators[choose(m, sizeof operators / sizeof *operators)]);
    add(m, "(");
    expression(m, height - 1);
    add(m, ")");
}

static void test(maker *m, int height)
{
    static const char *const operators[] = {"< ", "<= ", "> ", ">= ", "", "= ", "!= "};
    unsigned form = choose(m, 8);
    if (form == 7) {
        range(m, height);
        return;
    }
    add(m, operators[form]);
    if (form != 4) add(m, "(");
    expression(m, height - 1);
    if (form != 4) add(m, ")");
}

static void loop(maker *m, int height)
{
    static const char *const words[][2] = {{"for ", " return "}, {"some ", " satisfies "}, {"every ", " satisfies "}};
    unsigned form = choose(m, 3), more = choose(m, 3);
    add(m, "(");
    add(m, words[form][0]);
    for (unsigned k = 0; k <= more; k++) {
        buf_printf(&m->out, "%si%u in ", k ? ", " : "", k);
        if (form == 0 && choose(m, 2)) buf_printf(&m->out, "%u..%d", choose(m, 9), (int)choose(m, 9) - 4);
        else expression(m, height - 1);
    }
    add(m, words[form][1]);
    if (choose(m, 2)) {
        add(m, "i0 = ");
        add(m, "(");
        expression(m, height - 1);
        add(m, ")");
    } else {
        expression(m, height - 1);
    }
    add(m, ")");
}

static void context(maker *m, int height)
{
    static const char *const keys[] = {"x", "\"a b\"", "fee", "\"and\"", "k-1"};
    unsigned count = choose(m, 4), first = choose(m, 5);
    add(m, "{");
    for (unsigned k = 0; k < count; k++) {
        buf_printf(&m->out, "%s%s: ", k ? ", " : "", keys[(first + k) % 5]);
        expression(m, height - 1);
    }
    add(m, "}");
    static const char *const members[] = {"", ".x", ".fee", ".year", "[x = 1]"};
    add(m, members[choose(m, 5)]);
}

static void expression(maker *m, int height)
{
    if (height <= 0) {
        leaf(m);
        return;
    }
    switch (choose(m, 15)) {
    case 0: leaf(m); break;
    case 1: case 2: binary(m, height); break;
    case 3: call(m, height); break;
    case 4: loop(m, height); break;
    case 5: context(m, height); break;
    case 6: range(m, height); break;
    case 7:
        add(m, "(if ");
        expression(m, height - 1);
        add(m, " then ");
        expression(m, height - 1);
        add(m, " else ");
        expression(m, height - 1);
        add(m, ")");
        break;
    case 8:
        add(m, "[");
        expression(m, height - 1);
        for (unsigned more = choose(m, 4); more--;) {
            add(m, ", ");
            expression(m, height - 1);
        }
        add(m, "]");
        break;
    case 9:
        add(m, "(");
        expression(m, height - 1);
        add(m, ")[");
        add(m, choose(m, 2) ? "item = " : "");
        add(m, "(");
        expression(m, height - 1);
        add(m, ")]");
        break;
    case 10:
        add(m, "((");
        expression(m, height - 1);
        add(m, ") in (");
        test(m, height);
        for (unsigned more = choose(m, 3); more--;) {
            add(m, ", ");
            test(m, height);
        }
        add(m, "))");
        break;
    case 11:
        add(m, "((");
        expression(m, height - 1);
        add(m, ") between (");
        expression(m, height - 1);
        add(m, ") and (");
        expression(m, height - 1);
        add(m, "))");
        break;
    case 12: {
        static const char *const types[] = {"number", "Any", "list<string>", "context<x: number, y: list<Any>>", "range<date>", "function<number, Any>->Any",
                                            "years and months duration", "Null", "list"};
        add(m, "((");
        expression(m, height - 1);
        add(m, ") instance of ");
        add(m, types[choose(m, sizeof types / sizeof *types)]);
        add(m, ")");
        break;
    }
    case 13:
        add(m, "(function(p, q: number) [p, q, (");
        expression(m, height - 1);
        add(m, choose(m, 2) ? ")])(q: 2, p: " : ")])(1, ");
        expression(m, height - 1);
        add(m, ")");
        break;
    default:
        add(m, "-(");
        expression(m, height - 1);
        add(m, ")");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = (ptrdiff_t)16 << 20};
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        maker m = {.data = data, .size = size, .out = {.arena = &a}};
        bool tests = choose(&m, 4) == 1;
        if (!tests) expression(&m, HEIGHT);
        for (unsigned more = choose(&m, 3) + 1; tests && more--;) {
            test(&m, HEIGHT);
            if (more) add(&m, ", ");
        }
        check(buf_str(&m.out), tests, true, &a);
    }
    arena_free(&a);
    return 0;
}
