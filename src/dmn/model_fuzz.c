// Fuzz target: the bytes choose what a model is made of, so that every input is a valid one; random text hardly ever gets past the XML.
//
// Of models with every boxed expression: they load without a mistake, their decisions end within the budget and give the same value
// twice. Of a decision table whose cells compare with constants: what the linter says of it is so. Its examples of gaps and overlaps are
// tried on the table, and so is every point of a grid, to see whether it missed one.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "dmn/dmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 20000, HEIGHT = 4, TEXT_MADE_MAX = 30000, NAMES_MAX = 64, ROWS_MAX = 7, POINTS_MAX = 20 };

typedef struct {
    const uint8_t *data;
    size_t size, at;
    buf out;
    char names[NAMES_MAX][16];         // what an expression sees here
    int name_count, made;
} maker;

static unsigned choose(maker *m, unsigned count)       // when the bytes are used up, the first: a leaf
{
    return m->at < m->size && m->out.len < TEXT_MADE_MAX ? m->data[m->at++] % count : 0;
}

static void add(maker *m, const char *text) { buf_add(&m->out, str_from(text)); }

static const char *pick(maker *m, const char *const *among, size_t count) { return among[choose(m, (unsigned)count)]; }
#define PICK(m, ...) pick(m, (const char *const[]){__VA_ARGS__}, sizeof (const char *const[]){__VA_ARGS__} / sizeof(char *))

// ---- models -----------------------------------------------------------------------------------------------

static void expression(maker *m, int height);

static void see(maker *m, const char *name)
{
    if (m->name_count < NAMES_MAX) snprintf(m->names[m->name_count++], sizeof m->names[0], "%s", name);
}

static const char *new_name(maker *m, char *room, size_t size)
{
    snprintf(room, size, "x%d", m->made++);
    return room;
}

static void literal(maker *m)
{
    const char *name = m->names[choose(m, (unsigned)m->name_count)];
    buf_printf(&m->out, "<literalExpression%s><text>", PICK(m, "", "", " typeRef='number'", " typeRef='tList'"));
    buf_printf(&m->out, PICK(m, "%s", "1", "null", "\"x\"", "[1, 2, 3]", "%s + 1", "count(%s)", "{p: %s, q: [1]}", "%s = 3", "true", "[3..5]", "function(y) y", "string(%s)", "%s(1)", "\"a\" in (%s)",
                             "for y in 1..50 return %s", "(%s)[1]", "date(\"2024-02-29\")"), name);
    add(m, "</text></literalExpression>");
}

static void part(maker *m, const char *element, int height)
{
    buf_printf(&m->out, "<%s>", element);
    expression(m, height - 1);
    buf_printf(&m->out, "</%s>", element);
}

static void several(maker *m, int height)
{
    for (unsigned n = choose(m, 4); n > 0; n--) expression(m, height - 1);
}

static void context(maker *m, int height)
{
    char name[16];
    int outer = m->name_count;
    add(m, "<context>");
    for (unsigned n = choose(m, 4); n > 0; n--) {
        bool last = n == 1 && choose(m, 2);
        add(m, "<contextEntry>");
        if (!last) buf_printf(&m->out, "<variable name='%s'%s/>", new_name(m, name, sizeof name), PICK(m, "", " typeRef='string'", " typeRef='tSmall'"));
        expression(m, height - 1);
        add(m, "</contextEntry>");
        if (!last) see(m, name);
    }
    add(m, "</context>");
    m->name_count = outer;
}

static void relation(maker *m, int height)
{
    unsigned columns = 1 + choose(m, 2), rows = choose(m, 3);
    add(m, "<relation>");
    for (unsigned c = 0; c < columns; c++) buf_printf(&m->out, "<column name='c%u'%s/>", c, PICK(m, "", " typeRef='number'"));
    for (; rows > 0; rows--) {
        add(m, "<row>");
        for (unsigned c = 0; c < columns; c++) expression(m, height - 1);
        add(m, "</row>");
    }
    add(m, "</relation>");
}

static void loop(maker *m, const char *element, const char *body, int height)
{
    char name[16];
    int outer = m->name_count;
    buf_printf(&m->out, "<%s iteratorVariable='%s'>", element, new_name(m, name, sizeof name));
    part(m, "in", height);
    see(m, name);
    if (str_equal(str_from(element), STR("for"))) see(m, "partial");
    part(m, body, height);
    buf_printf(&m->out, "</%s>", element);
    m->name_count = outer;
}

static void filter(maker *m, int height)
{
    int outer = m->name_count;
    add(m, "<filter>");
    part(m, "in", height);
    see(m, "item");
    part(m, "match", height);
    add(m, "</filter>");
    m->name_count = outer;
}

static void function(maker *m, int height)
{
    char name[16];
    int outer = m->name_count;
    buf_printf(&m->out, "<functionDefinition><formalParameter name='%s'%s/>", new_name(m, name, sizeof name), PICK(m, "", " typeRef='number'"));
    see(m, name);
    expression(m, height - 1);
    add(m, "</functionDefinition>");
    m->name_count = outer;
}

static void invocation(maker *m, int height)
{
    buf_printf(&m->out, "<invocation><literalExpression><text>%s</text></literalExpression><binding><parameter name='%s'/>", m->names[choose(m, (unsigned)m->name_count)], PICK(m, "x", "n"));
    expression(m, height - 1);
    add(m, "</binding></invocation>");
}

static void table(maker *m, int height)
{
    unsigned inputs = choose(m, 3), outputs = 1 + choose(m, 2), rules = choose(m, 4);
    buf_printf(&m->out, "<decisionTable hitPolicy='%s'>", PICK(m, "UNIQUE", "ANY", "PRIORITY", "FIRST", "COLLECT", "RULE ORDER", "OUTPUT ORDER", "COLLECT' aggregation='COUNT"));
    for (unsigned i = 0; i < inputs; i++) buf_printf(&m->out, "<input><inputExpression><text>%s</text></inputExpression></input>", m->names[choose(m, (unsigned)m->name_count)]);
    for (unsigned i = 0; i < outputs; i++)
        buf_printf(&m->out, "<output name='o%u'>%s%s</output>", i, PICK(m, "", "<outputValues><text>2, 1, \"x\"</text></outputValues>"), PICK(m, "", "<defaultOutputEntry><text>1</text></defaultOutputEntry>"));
    for (; rules > 0; rules--) {
        add(m, "<rule>");
        for (unsigned i = 0; i < inputs; i++) buf_printf(&m->out, "<inputEntry><text>%s</text></inputEntry>", PICK(m, "-", "1", "&gt; 2", "\"x\"", "not(1)", "null", "? = 1 or ? = 2", "count(?) &gt; 1"));
        for (unsigned i = 0; i < outputs; i++) buf_printf(&m->out, "<outputEntry><text>%s</text></outputEntry>", choose(m, 2) ? m->names[choose(m, (unsigned)m->name_count)] : PICK(m, "1", "2", "\"x\"", "[1]"));
        add(m, "</rule>");
    }
    add(m, "</decisionTable>");
    (void)height;
}

static void list(maker *m, int height) { add(m, "<list>"), several(m, height), add(m, "</list>"); }
static void for_(maker *m, int height) { loop(m, "for", "return", height); }
static void some(maker *m, int height) { loop(m, "some", "satisfies", height); }
static void every(maker *m, int height) { loop(m, "every", "satisfies", height); }

static void conditional(maker *m, int height)
{
    add(m, "<conditional>");
    part(m, "if", height);
    part(m, "then", height);
    part(m, "else", height);
    add(m, "</conditional>");
}

static void expression(maker *m, int height)
{
    static void (*const kinds[])(maker *, int) = {context, list, relation, invocation, function, conditional, filter, for_, some, every, table};
    unsigned k = height > 0 ? choose(m, 1 + sizeof kinds / sizeof *kinds) : 0;
    if (k == 0) literal(m);
    else kinds[k - 1](m, height);
}

static void model(maker *m)
{
    add(m, "<itemDefinition name='tSmall'><typeRef>number</typeRef><allowedValues><text>[0..9]</text></allowedValues></itemDefinition>"
           "<itemDefinition name='tList' isCollection='true'><typeRef>number</typeRef></itemDefinition>"
           "<inputData id='n' name='n'><variable name='n' typeRef='tSmall'/></inputData><inputData id='s' name='s'><variable name='s'/></inputData>"
           "<businessKnowledgeModel id='k' name='k'><variable name='k'/><encapsulatedLogic><formalParameter name='x' typeRef='");
    add(m, PICK(m, "Any", "number", "tList"));
    add(m, "'/>");
    see(m, "x"), see(m, "k");
    expression(m, HEIGHT);
    add(m, "</encapsulatedLogic></businessKnowledgeModel>");
    m->name_count = 0;
    see(m, "n"), see(m, "s"), see(m, "k");
    for (unsigned i = 0, count = 1 + choose(m, 3); i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "d%u", i);
        buf_printf(&m->out, "<decision id='%s' name='%s'><variable name='%s'%s/><knowledgeRequirement><requiredKnowledge href='#k'/></knowledgeRequirement>"
                   "<informationRequirement><requiredInput href='#n'/></informationRequirement><informationRequirement><requiredInput href='#s'/></informationRequirement>", name, name, name,
                   PICK(m, "", " typeRef='number'", " typeRef='tList'"));
        for (unsigned before = 0; before < i; before++) buf_printf(&m->out, "<informationRequirement><requiredDecision href='#d%u'/></informationRequirement>", before);
        if (i) add(m, "<knowledgeRequirement><requiredKnowledge href='#svc'/></knowledgeRequirement>");
        expression(m, HEIGHT);
        add(m, "</decision>");
        see(m, name);
        if (!i) see(m, "svc");
    }
    add(m, "<decisionService id='svc' name='svc'><variable name='svc'/><outputDecision href='#d0'/><inputData href='#n'/></decisionService>");
}

static const dmn_model *load(maker *m, arena *a, diag_list *d)
{
    dmn_source source = {STR("fuzz.dmn"), str_printf(a, "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'>%.*s</definitions>", STR_ARG(buf_str(&m->out)))};
    const dmn_model *loaded = dmn_load(&source, 1, NULL, a, d);
    if (!d->errors) return loaded;
    fprintf(stderr, "%s: %.*s\n%.*s\n", d->first->code, STR_ARG(d->first->message[LANG_EN]), STR_ARG(source.text));
    abort();
}

static str decided(const dmn_model *m, const dmn_item *item, arena *a)
{
    str names[] = {STR("n"), STR("s"), STR("x")};
    feel_value values[] = {feel_int(7), feel_string(STR("x")), feel_int(2)};
    diag_list why = {.arena = a};
    dmn_evaluation e = {.arena = a, .now = 1709598600000, .steps = STEPS, .explain = true, .reasons = &why};
    buf out = {.arena = a};
    feel_print(&out, dmn_evaluate(m, item, feel_context_of(names, values, 3, a), &e));
    assert(e.steps == -1 || (e.steps > 0 && e.steps <= STEPS));
    dmn_explain(&out, e.first_step, LANG_EN);
    diag_print_all(&out, &why, LANG_ZH);
    return buf_str(&out);
}

static void try_model(maker *m, arena *a)
{
    diag_list d = {.arena = a};
    model(m);
    const dmn_model *loaded = load(m, a, &d);
    ptrdiff_t count;
    const dmn_item *items = dmn_items(loaded, &count);
    for (ptrdiff_t i = 0; i < count; i++) assert(str_equal(decided(loaded, &items[i], a), decided(loaded, &items[i], a)));
    dmn_lint(loaded, &d);
}

// ---- tables of constants, and what the linter says of them ----------------------------------------------------

// The columns to choose from: how a cell's constants are written, and the points of the grid. The linter checks plain ones; in the others
// are constants that have no order among them, or texts, of whose order it does not speak.
static const struct { const char *name, *type, *constants[4], *points[POINTS_MAX]; bool ordered, plain; } columns[] = {
    {"n", "number", {"1", "2", "3", "5"}, {"-1", "0", "0.5", "1", "1.5", "2", "2.5", "3", "4", "5", "5.5", "6", "100"}, true, true},
    {"t", "date", {"@\"2024-02-28\"", "@\"2024-02-29\"", "@\"2024-03-01\"", "@\"2024-03-05\""},
     {"@\"2024-01-01\"", "@\"2024-02-27\"", "@\"2024-02-28\"", "@\"2024-02-29\"", "@\"2024-03-01\"", "@\"2024-03-03\"", "@\"2024-03-05\"", "@\"2024-03-06\"", "@\"2030-01-01\""}, true, true},
    {"g", "tGrade", {"\"A\"", "\"B\"", "\"C\"", "\"A\""}, {"\"A\"", "\"B\"", "\"C\""}, false, true},
    {"s", "string", {"\"A\"", "\"B\"", "\"C\"", "\"\""}, {"\"A\"", "\"B\"", "\"BB\"", "\"C\"", "\"\"", "\"D\""}, true},
    {"m", "date and time", {"@\"2024-02-28T00:00:00\"", "@\"2024-02-28T08:00:00\"", "@\"2024-03-01T00:00:00Z\"", "@\"2024-03-01\""},
     {"@\"2024-01-01T00:00:00\"", "@\"2024-02-28T00:00:00\"", "@\"2024-02-28T01:00:00\"", "@\"2024-02-28T08:00:00\"", "@\"2024-02-28T08:00:01\"", "@\"2030-02-28T08:00:01\""}, true},
    {"w", "date", {"@\"2024-02-28\"", "@\"2024-02-28T08:00:00\"", "@\"2024-03-01T00:00:00Z\"", "@\"2024-03-01\""},
     {"@\"2024-01-01\"", "@\"2024-02-28\"", "@\"2024-02-29\"", "@\"2024-03-01\"", "@\"2024-03-02\"", "@\"2030-01-01\""}, true},
    {"h", "time", {"@\"00:00:00\"", "@\"08:00:00\"", "@\"08:00:00Z\"", "@\"23:59:59\""},
     {"@\"00:00:00\"", "@\"00:00:01\"", "@\"07:00:00\"", "@\"08:00:00\"", "@\"12:00:00\"", "@\"23:59:59\""}, true},
    {"b", "boolean", {"true", "false", "true", "false"}, {"true", "false"}, false, true},
    {"p", "days and time duration", {"@\"PT1H\"", "@\"P1D\"", "@\"P2D\"", "@\"-P1D\""}, {"@\"-P2D\"", "@\"-P1D\"", "@\"PT0S\"", "@\"PT1H\"", "@\"PT5H\"", "@\"P1D\"", "@\"P1DT1S\"", "@\"P2D\"", "@\"P3D\""}, true, true},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

typedef struct { int columns[2]; int count; unsigned policy; bool has_default; } shape;
static const char *const policies[] = {"UNIQUE", "ANY", "FIRST", "PRIORITY", "COLLECT"};
enum { P_UNIQUE, P_ANY, P_FIRST, P_PRIORITY, P_COLLECT };

static void cell(maker *m, int column)
{
    static const char *const forms[] = {"-", "%s", "%s, %s", "not(%s)", "not(%s, %s)", "&lt; %s", "&gt;= %s", "&lt;= %s", "&gt; %s", "[%s..%s]", "(%s..%s)", "[%s..%s)", "&lt; %s, &gt; %s", "not([%s..%s])"};
    const char *form = forms[choose(m, columns[column].ordered ? sizeof forms / sizeof *forms : 5)];
    const char *x = columns[column].constants[choose(m, 4)], *y = columns[column].constants[choose(m, 4)];
    add(m, "<inputEntry><text>");
    buf_printf(&m->out, form, x, y);
    add(m, "</text></inputEntry>");
}

static shape constant_table(maker *m)
{
    shape s = {.count = 1 + (int)choose(m, 2), .policy = choose(m, 5), .has_default = choose(m, 8) == 1};
    s.columns[0] = (int)choose(m, COLUMNS);
    s.columns[1] = (s.columns[0] + 1 + (int)choose(m, COLUMNS - 1)) % COLUMNS;
    add(m, "<itemDefinition name='tGrade'><typeRef>string</typeRef><allowedValues><text>\"A\", \"B\", \"C\"</text></allowedValues></itemDefinition>");
    for (int i = 0; i < s.count; i++)
        buf_printf(&m->out, "<inputData id='%s' name='%s'><variable name='%s' typeRef='%s'/></inputData>", columns[s.columns[i]].name, columns[s.columns[i]].name, columns[s.columns[i]].name, columns[s.columns[i]].type);
    add(m, "<decision id='d' name='d'><variable name='d'/>");
    for (int i = 0; i < s.count; i++) buf_printf(&m->out, "<informationRequirement><requiredInput href='#%s'/></informationRequirement>", columns[s.columns[i]].name);
    buf_printf(&m->out, "<decisionTable hitPolicy='%s'>", policies[s.policy]);
    for (int i = 0; i < s.count; i++)
        buf_printf(&m->out, "<input><inputExpression typeRef='%s'><text>%s</text></inputExpression></input>", columns[s.columns[i]].type, columns[s.columns[i]].name);
    buf_printf(&m->out, "<output><outputValues><text>1, 2</text></outputValues>%s</output>", s.has_default ? "<defaultOutputEntry><text>1</text></defaultOutputEntry>" : "");
    for (unsigned rules = 1 + choose(m, ROWS_MAX); rules > 0; rules--) {
        add(m, "<rule>");
        for (int i = 0; i < s.count; i++) cell(m, s.columns[i]);
        buf_printf(&m->out, "<outputEntry><text>%s</text></outputEntry></rule>", PICK(m, "1", "2"));
    }
    add(m, "</decisionTable></decision>");
    return s;
}

typedef struct { const dmn_model *model; const dmn_item *item; const shape *shape; const diag_list *said; arena *arena; } trial;

static feel_value value_of(str text, arena *a)
{
    diag_list d = {.arena = a};
    feel_program *p = feel_compile(text, (feel_scope){0}, (source_pos){0}, a, &d);
    feel_evaluation e = {.arena = a};
    assert(p);
    return feel_evaluate(p, NULL, &e);
}

static const dmn_step *asked(const trial *t, const feel_value *values)
{
    str names[2];
    for (int i = 0; i < t->shape->count; i++) names[i] = str_from(columns[t->shape->columns[i]].name);
    dmn_evaluation e = {.arena = t->arena, .explain = true};
    dmn_evaluate(t->model, t->item, feel_context_of(names, values, t->shape->count, t->arena), &e);
    return e.first_step;
}

static bool has_hit(const dmn_step *s, int rule)
{
    for (ptrdiff_t i = 0; i < s->hit_count; i++)
        if (s->hits[i].number == rule) return true;
    return false;
}

static void wrong(const trial *t, const char *what)
{
    buf out = {.arena = t->arena};
    diag_print_all(&out, t->said, LANG_EN);
    fprintf(stderr, "%s\n%.*s", what, STR_ARG(buf_str(&out)));
    abort();
}

// "…, for example n = 10, g = "B"": what stands behind each column's name; any point of a column that is not named.
static void read_example(const trial *t, str message, feel_value *values)
{
    message = str_slice(message, str_find(message, STR("for example")) + 11, message.len);
    for (int i = 0; i < t->shape->count; i++) {
        str begin = str_printf(t->arena, "%s = ", columns[t->shape->columns[i]].name);
        str end = i + 1 < t->shape->count ? str_printf(t->arena, ", %s = ", columns[t->shape->columns[i + 1]].name) : (str){0};
        ptrdiff_t from = str_find(message, begin), to = end.len ? str_find(message, end) : -1;
        values[i] = from < 0 ? value_of(str_from(columns[t->shape->columns[i]].points[0]), t->arena)
                             : value_of(str_slice(message, from + begin.len, to < 0 ? message.len : to), t->arena);
    }
}

static void try_examples(const trial *t)
{
    feel_value values[2];
    for (const diag *x = t->said->first; x; x = x->next) {
        str code = str_from(x->code);
        bool gap = str_equal(code, STR("DMN-GAP")), overlap = str_equal(code, STR("DMN-OVERLAP"));
        if (!gap && !overlap) continue;
        read_example(t, x->message[LANG_EN], values);
        const dmn_step *s = asked(t, values);
        int one = 0, other = 0;
        if (gap && s->hit_count) wrong(t, "there is no such gap");
        if (overlap && sscanf(str_cstr(x->message[LANG_EN], t->arena), "rules %d and %d", &one, &other) != 2) wrong(t, "which rules?");
        // UNIQUE stops at the second rule that matches.
        if (overlap && (t->shape->policy == P_ANY ? !has_hit(s, one) || !has_hit(s, other) : s->hit_count < 2)) wrong(t, "there is no such overlap");
    }
}

static int count_said(const trial *t, const char *code)
{
    int count = 0;
    for (const diag *x = t->said->first; x; x = x->next) count += str_equal(str_from(x->code), str_from(code));
    return count;
}

static void try_point(const trial *t, const feel_value *values)
{
    const dmn_step *s = asked(t, values);
    bool gaps = t->shape->policy != P_COLLECT && !t->shape->has_default;
    if (gaps && !s->hit_count && !count_said(t, "DMN-GAP")) wrong(t, "a gap was missed");
    bool clash = t->shape->policy == P_UNIQUE && s->hit_count > 1;
    for (ptrdiff_t i = 1; t->shape->policy == P_ANY && i < s->hit_count; i++) clash = clash || !feel_equal(s->hits[0].outputs[0], s->hits[i].outputs[0]);
    int overlaps = count_said(t, "DMN-OVERLAP");
    if (clash && !overlaps) wrong(t, "an overlap was missed");
    for (const diag *x = t->said->first; x; x = x->next) {
        int rule;
        if (!str_equal(str_from(x->code), STR("DMN-UNREACHABLE")) || sscanf(str_cstr(x->message[LANG_EN], t->arena), "rule %d", &rule) != 1) continue;
        if (has_hit(s, rule)) wrong(t, "a rule that was said never to decide does");
    }
}

static void try_table(maker *m, arena *a)
{
    diag_list d = {.arena = a};
    shape s = constant_table(m);
    const dmn_model *loaded = load(m, a, &d);
    dmn_lint(loaded, &d);
    trial t = {loaded, dmn_find(loaded, DMN_DECISION, STR("d")), &s, &d, a};
    if (count_said(&t, "DMN-NOT-CHECKED")) {
        if (columns[s.columns[0]].plain && (s.count == 1 || columns[s.columns[1]].plain)) wrong(&t, "these are plain constants");
        return;
    }
    try_examples(&t);
    feel_value values[2];
    for (int i = 0; i < POINTS_MAX && columns[s.columns[0]].points[i]; i++) {
        values[0] = value_of(str_from(columns[s.columns[0]].points[i]), a);
        if (s.count == 1) try_point(&t, values);
        for (int k = 0; s.count == 2 && k < POINTS_MAX && columns[s.columns[1]].points[k]; k++) {
            values[1] = value_of(str_from(columns[s.columns[1]].points[k]), a);
            try_point(&t, values);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = (ptrdiff_t)256 << 20};
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        maker m = {.data = data, .size = size, .out = {.arena = &a}};
        if (choose(&m, 2)) try_model(&m, &a);
        else try_table(&m, &a);
    }
    arena_free(&a);
    return 0;
}
