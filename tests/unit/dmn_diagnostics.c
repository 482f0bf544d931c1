// Every mistake of a model and every reason of a null that DMN-… names (docs/reference/diagnostics.md), each by the smallest model that has it.
#include "dmn/dmn.h"
#include "tap.h"

static arena a;

#define SPACE "https://www.omg.org/spec/DMN/20230324/MODEL/"
#define HEAD "<definitions xmlns='" SPACE "' name='m' namespace='urn:m'>"
#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"
#define DECISION(logic) "<decision id='d' name='d'><variable name='d'/>" logic "</decision>"
#define TYPED(type, logic) "<decision id='d' name='d'><variable name='d' typeRef='" type "'/>" logic "</decision>"
#define RULE(in, out) "<rule><inputEntry><text>" in "</text></inputEntry><outputEntry><text>" out "</text></outputEntry></rule>"
#define IN(attributes, text) "<input><inputExpression " attributes "><text>" text "</text></inputExpression></input>"

static const dmn_model *load(const char *body, diag_list *d)
{
    dmn_source source = {STR("m.dmn"), str_printf(&a, "%s%s</definitions>", HEAD, body)};
    return dmn_load(&source, 1, NULL, &a, d);
}

// What loading says first: "severity CODE of element".
static str mistake(const char *body)
{
    diag_list d = {.arena = &a};
    load(body, &d);
    if (!d.first) return (str){0};
    return str_printf(&a, "%s %s of %.*s", d.first->severity == DIAG_ERROR ? "error" : "warning", d.first->code, STR_ARG(d.first->at.element));
}

// Why the decision "d" is null, with a budget: the code of the first reason; its value when it is not null.
static str reason(const char *body, int64_t steps)
{
    diag_list d = {.arena = &a}, reasons = {.arena = &a};
    const dmn_model *m = load(body, &d);
    dmn_evaluation e = {.arena = &a, .reasons = &reasons, .steps = steps};
    feel_value v = dmn_evaluate(m, dmn_find(m, DMN_DECISION, STR("d")), feel_context_of(NULL, NULL, 0, &a), &e);
    buf b = {.arena = &a};
    if (v.kind == FEEL_NULL && reasons.first) return str_from(reasons.first->code);
    feel_print(&b, v);
    return buf_str(&b);
}

static void mistakes(void)
{
    static const struct { const char *body, *says, *why; } rows[] = {
        {DECISION("<literalExpression/>"), "warning DMN-EMPTY of d", "an expression without text"},
        {DECISION("<literalExpression expressionLanguage='Python'><text>1</text></literalExpression>"), "error DMN-LANGUAGE of d", "another language"},
        {DECISION("<context><contextEntry><variable name='f'/><functionDefinition kind='PMML'/></contextEntry></context>"), "error DMN-FUNCTION-KIND of d", "a function that is not FEEL's"},
        {"<businessKnowledgeModel id='k' name='k'><encapsulatedLogic kind='Java'/></businessKnowledgeModel>", "error DMN-FUNCTION-KIND of k", "one of Java's without class and method"},
        {DECISION("<relation id='r'><column name='x'/><row id='row'>" LITERAL("1") LITERAL("2") "</row></relation>"), "error DMN-RELATION-ROW of row", "a row longer than its columns"},
        {DECISION("<relation id='r'><column name='x'/><column name='y'/><row id='row'>" LITERAL("1") "</row></relation>"), "error DMN-RELATION-ROW of row", "a row shorter"},
        {DECISION("<invocation id='i'><binding><parameter name='n'/></binding></invocation>"), "error DMN-INVOCATION of i", "an invocation of nothing"},
        {DECISION("<conditional id='c'><if>" LITERAL("true") "</if><then>" LITERAL("1") "</then></conditional>"), "error DMN-PART-MISSING of c", "a conditional without else"},
        {DECISION("<filter id='f'><in>" LITERAL("[1]") "</in></filter>"), "error DMN-PART-MISSING of f", "a filter without a condition"},
        {DECISION("<for id='f' iteratorVariable='i'><in>" LITERAL("[1]") "</in></for>"), "error DMN-PART-MISSING of f", "a loop without a body"},
        {DECISION("<decisionTable id='t' hitPolicy='BEST'><output/></decisionTable>"), "error DMN-HIT-POLICY of t", "a hit policy that there is not"},
        {DECISION("<decisionTable id='t' hitPolicy='COLLECT' aggregation='MEAN'><output/></decisionTable>"), "error DMN-HIT-POLICY of t", "an aggregation that there is not"},
        {DECISION("<decisionTable id='t' hitPolicy='COLLECT' aggregation='SUM'><output name='x'/><output name='y'/></decisionTable>"), "error DMN-AGGREGATION of t", "a sum of two columns"},
        {DECISION("<decisionTable id='t'><input id='i'/><output/></decisionTable>"), "error DMN-INPUT of i", "an input column without expression"},
        {DECISION("<decisionTable id='t'/>"), "error DMN-OUTPUT of t", "a table that says nothing"},
        {DECISION("<decisionTable id='t'><output id='o1' name='x'/><output id='o2'/></decisionTable>"), "warning DMN-OUTPUT-NAME of o2", "one of two outputs without a name"},
        {DECISION("<decisionTable hitPolicy='PRIORITY'><output id='o'/></decisionTable>"), "warning DMN-OUTPUT-VALUES of o", "priority without an order"},
        {DECISION("<decisionTable>" IN("", "1") "<output/><rule id='r'><outputEntry><text>1</text></outputEntry></rule></decisionTable>"), "error DMN-RULE-WIDTH of r", "too few conditions"},
        {DECISION("<decisionTable>" IN("", "1") "<output/><rule id='r'><inputEntry><text>1</text></inputEntry></rule></decisionTable>"), "error DMN-RULE-WIDTH of r", "too few results"},
        {DECISION("<informationRequirement id='q'><requiredInput href='#x'/></informationRequirement>" LITERAL("1")), "error DMN-REFERENCE of q", "a requirement of nothing"},
        {DECISION("<informationRequirement id='q'/>" LITERAL("1")), "error DMN-REFERENCE of d", "a requirement that names nothing"},
        {DECISION("<informationRequirement id='q'><requiredInput href='urn:other#x'/></informationRequirement>" LITERAL("1")), "error DMN-REFERENCE of q", "of another file, which was not given"},
        {"<decisionService id='s' name='s'/>", "error DMN-SERVICE-OUTPUT of s", "a service without an output"},
        {TYPED("tNone", LITERAL("1")), "error DMN-TYPE-UNKNOWN of d", "a type that there is not"},
        {"<itemDefinition name='t'><typeRef>t</typeRef></itemDefinition>", "error DMN-TYPE-RING of t", "a type that is itself"},
        {"<import name='p' namespace='urn:p' importType='http://www.dmg.org/PMML-4_1'/>", "warning DMN-IMPORT-TYPE of p", "an import that is not DMN"},
        {"<import name='p' namespace='urn:p' importType='" SPACE "'/>", "error DMN-IMPORT-MISSING of p", "an import that was not given"},
        {"<decision id='d' name='d'><informationRequirement><requiredDecision href='#d'/></informationRequirement>" LITERAL("d") "</decision>", "error DMN-RING of d", "a decision that requires itself"},
        {DECISION("<authorityRequirement><requiredAuthority href='#law'/></authorityRequirement>" LITERAL("1")) "<knowledgeSource id='law' name='law'/><textAnnotation/>", "", "what has no meaning to evaluate is passed over"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_str(mistake(rows[i].body), rows[i].says, rows[i].why);

    diag_list d = {.arena = &a};
    dmn_source python = {STR("m.dmn"), STR("<definitions xmlns='" SPACE "' expressionLanguage='Python'>" DECISION("<list>" LITERAL("1") "<literalExpression expressionLanguage='"
                                           "https://www.omg.org/spec/DMN/20230324/FEEL/'><text>2</text></literalExpression></list>") "</definitions>")};
    dmn_load(&python, 1, NULL, &a, &d);
    tap_ok(d.errors == 1 && str_equal(str_from(d.first->code), STR("DMN-LANGUAGE")), "the language of the definitions holds where an expression names none");

    // A model that requires what it does not import: the file was given, but the import is missing.
    dmn_source two[] = {{STR("m.dmn"), STR(HEAD DECISION("<knowledgeRequirement><requiredKnowledge href='urn:lib#k'/></knowledgeRequirement>" LITERAL("k(1)")) "</definitions>")},
                        {STR("lib.dmn"), STR("<definitions xmlns='" SPACE "' namespace='urn:lib'><businessKnowledgeModel id='k' name='k'><encapsulatedLogic><formalParameter name='n'/>" LITERAL("n")
                                             "</encapsulatedLogic></businessKnowledgeModel></definitions>")}};
    d = (diag_list){.arena = &a};
    dmn_load(two, 2, NULL, &a, &d);
    tap_is_str(str_from(d.first->code), "DMN-IMPORT", "a requirement of a model that is not imported");
    d = (diag_list){.arena = &a};
    two[1].text = STR("<html/>");
    tap_ok(dmn_load(two, 2, NULL, &a, &d) && str_equal(str_from(d.first->code), STR("DMN-NOT-DMN")), "an import that is no model does not take the model with it");
    tap_ok(!dmn_load(NULL, 0, NULL, &a, &d), "no file, no model");
}

static void reasons(void)
{
    static const struct { const char *body, *code, *why; } rows[] = {
        {DECISION(""), "DMN-NO-LOGIC", "a decision without logic"},
        {"<businessKnowledgeModel id='k' name='k'/>" DECISION("<knowledgeRequirement><requiredKnowledge href='#k'/></knowledgeRequirement>" LITERAL("k()")), "DMN-NO-LOGIC", "a knowledge model without logic"},
        {DECISION(LITERAL("1 +")), "DMN-BROKEN", "an expression that is not FEEL"},
        {DECISION("<decisionTable hitPolicy='BEST'><output/></decisionTable>"), "DMN-BROKEN", "a table that cannot decide"},
        {DECISION("<conditional><if>" LITERAL("1") "</if><then>" LITERAL("1") "</then><else>" LITERAL("2") "</else></conditional>"), "DMN-CONDITION", "a condition that is a number"},
        {DECISION("<some iteratorVariable='i'><in>" LITERAL("[1]") "</in><satisfies>" LITERAL("i") "</satisfies></some>"), "DMN-CONDITION", "  of some"},
        {DECISION("<filter><in>" LITERAL("[1]") "</in><match>" LITERAL("\"x\"") "</match></filter>"), "DMN-CONDITION", "  of a filter"},
        {DECISION("<filter><in>" LITERAL("null") "</in><match>" LITERAL("true") "</match></filter>"), "DMN-FILTER", "null has nothing to filter"},
        {DECISION("<for iteratorVariable='i'><in>" LITERAL("null") "</in><return>" LITERAL("i") "</return></for>"), "FEEL-ITERATION", "  or to go through"},
        {DECISION("<decisionTable>" IN("typeRef='number'", "\"x\"") "<output/>" RULE("-", "1") "</decisionTable>"), "DMN-INPUT-TYPE", "an input of another type"},
        {DECISION("<decisionTable><input><inputExpression><text>7</text></inputExpression><inputValues><text>1, 2</text></inputValues></input><output/>" RULE("-", "1") "</decisionTable>"), "DMN-INPUT-VALUE", "an input that is not allowed"},
        {DECISION("<decisionTable>" IN("", "7") "<output typeRef='string'/>" RULE("-", "1") "</decisionTable>"), "DMN-OUTPUT-TYPE", "an output of another type"},
        {DECISION("<decisionTable>" IN("", "7") "<output/>" RULE("-", "1") RULE("7", "2") "</decisionTable>"), "DMN-NOT-UNIQUE", "two rules where one may match"},
        {DECISION("<decisionTable hitPolicy='ANY'>" IN("", "7") "<output/>" RULE("-", "1") RULE("7", "2") "</decisionTable>"), "DMN-NOT-ANY", "two that do not agree"},
        {TYPED("string", LITERAL("1")), "DMN-TYPE", "a value of another type than the decision's"},
        {DECISION("<context><contextEntry><variable name='x' typeRef='string'/>" LITERAL("1") "</contextEntry><contextEntry>" LITERAL("x") "</contextEntry></context>"), "DMN-TYPE", "  than the entry's"},
        {DECISION("<literalExpression typeRef='string'><text>1</text></literalExpression>"), "DMN-TYPE", "  than the expression's"},
        {DECISION("<filter><in><relation><column name='x' typeRef='string'/><row>" LITERAL("1") "</row></relation></in><match>" LITERAL("x != null") "</match></filter>"), "[]", "  than the column's: null in its place"},
        {DECISION(LITERAL("{x: 1}.y")), "FEEL-MEMBER", "FEEL's own reasons come with the place in the model"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_str(reason(rows[i].body, 0), rows[i].code, rows[i].why);
}

static void budget(void)
{
    // Boxed lists in boxed loops: ten to the power of twelve of them, and not a word of FEEL.
    buf b = {.arena = &a};
    enum { LOOPS = 12 };
    for (int i = 0; i < LOOPS; i++) buf_add(&b, STR("<for iteratorVariable='i'><in><list><list/><list/><list/><list/><list/><list/><list/><list/><list/><list/></list></in><return>"));
    buf_add(&b, STR("<list/>"));
    for (int i = 0; i < LOOPS; i++) buf_add(&b, STR("</return></for>"));
    const char *loops = str_cstr(str_printf(&a, DECISION("%.*s"), STR_ARG(buf_str(&b))), &a);
    tap_is_str(reason(loops, 100000), "DMN-BUDGET", "boxed expressions cost steps, too");

    // Rules that could not be asked for want of steps are not rules that do not match.
    b = (buf){.arena = &a};
    for (int i = 0; i < 1000; i++) buf_printf(&b, RULE("%d", "1"), i);
    const char *table = str_cstr(str_printf(&a, DECISION("<decisionTable hitPolicy='FIRST'>" IN("", "2000") "<output><defaultOutputEntry><text>0</text></defaultOutputEntry></output>%.*s</decisionTable>"),
                                            STR_ARG(buf_str(&b))), &a);
    tap_is_str(reason(table, 0), "0", "no rule matches: the default");
    tap_is_str(reason(table, 500), "DMN-BUDGET", "  but not when the budget ends half way");

    b = (buf){.arena = &a};
    enum { NESTED = 200 };                 // of the 256 levels that the XML may have
    for (int i = 0; i < NESTED; i++) buf_add(&b, STR("<list>"));
    for (int i = 0; i < NESTED; i++) buf_add(&b, STR("</list>"));
    const char *deep = str_cstr(str_printf(&a, "<businessKnowledgeModel id='k' name='k'><encapsulatedLogic><formalParameter name='n'/><list>" LITERAL("k(n)") "%.*s</list></encapsulatedLogic></businessKnowledgeModel>"
                                           DECISION("<knowledgeRequirement><requiredKnowledge href='#k'/></knowledgeRequirement>" LITERAL("k(1)")), STR_ARG(buf_str(&b))), &a);
    diag_list d = {.arena = &a}, why = {.arena = &a};
    const dmn_model *m = load(deep, &d);
    dmn_evaluation e = {.arena = &a, .reasons = &why};
    dmn_evaluate(m, dmn_find(m, DMN_DECISION, STR("d")), feel_context_of(NULL, NULL, 0, &a), &e);
    bool told = false;
    for (const diag *x = why.first; x; x = x->next) told = told || str_equal(str_from(x->code), STR("DMN-DEPTH"));
    tap_ok(told, "a function that calls itself from boxed lists ends by its depth");
}

static void limits(void)
{
    buf many = {.arena = &a};
    for (int i = 0; i <= DMN_ITEMS_MAX; i++) buf_add(&many, STR("<inputData/>"));
    tap_is_str(mistake(str_cstr(buf_str(&many), &a)), "error DMN-TOO-LARGE of ", "more elements than a model may have");
    many = (buf){.arena = &a};
    for (int i = 0; i <= DMN_FRAME_MAX; i++) buf_printf(&many, "<contextEntry><variable name='x%d'/><list/></contextEntry>", i);
    tap_is_str(mistake(str_cstr(str_printf(&a, DECISION("<context>%.*s</context>"), STR_ARG(buf_str(&many))), &a)), "error DMN-TOO-MANY-NAMES of x10000", "more names than an expression may see");
    many = (buf){.arena = &a};
    for (int i = 0; i <= DMN_RULES_MAX; i++) buf_add(&many, STR("<rule/>"));
    tap_is_str(mistake(str_cstr(str_printf(&a, DECISION("<decisionTable id='t'>%.*s</decisionTable>"), STR_ARG(buf_str(&many))), &a)), "error DMN-TABLE-SIZE of t", "more rules than a table may have");
}

int main(void)
{
    mistakes();
    reasons();
    budget();
    limits();
    arena_free(&a);
    return tap_done();
}
