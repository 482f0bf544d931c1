// DMN by example: each boxed expression, each hit policy, types, services, imports, and what mistakes say.
#include "dmn/dmn.h"
#include "service/zoneinfo.h"
#include "tap.h"

static arena a;

#define HEAD "<definitions xmlns='https://www.omg.org/spec/DMN/20230324/MODEL/' name='m' namespace='urn:m'>"
#define LITERAL(text) "<literalExpression><text>" text "</text></literalExpression>"
#define DECISION(logic) "<decision id='d' name='d'><variable name='d'/>" logic "</decision>"
#define INPUT(name, type) "<inputData id='" name "' name='" name "'><variable name='" name "' typeRef='" type "'/></inputData>"
#define NEEDS(name) "<informationRequirement><requiredInput href='#" name "'/></informationRequirement>"
#define NEEDS_DECISION(name) "<informationRequirement><requiredDecision href='#" name "'/></informationRequirement>"
#define KNOWS(name) "<knowledgeRequirement><requiredKnowledge href='#" name "'/></knowledgeRequirement>"

static str printed(feel_value v)
{
    buf b = {.arena = &a};
    feel_print(&b, v);
    return buf_str(&b);
}

static feel_value inputs_of(const dmn_model *m, const dmn_item *x, const char *input)
{
    diag_list d = {.arena = &a};
    return dmn_inputs(m, x, json_parse(str_from(input), STR("in.json"), &a, &d), &a);
}

// The decision "d" of a model, with that input, as FEEL text; or the code of the first thing wrong with the model.
static str decide(const char *body, const char *input)
{
    diag_list d = {.arena = &a};
    dmn_source source = {STR("m.dmn"), str_printf(&a, "%s%s</definitions>", HEAD, body)};
    const dmn_model *m = dmn_load(&source, 1, NULL, &a, &d);
    if (d.errors) return str_from(d.first->code);
    const dmn_item *x = dmn_find(m, DMN_DECISION, STR("d"));
    dmn_evaluation e = {.arena = &a};
    return printed(dmn_evaluate(m, x, inputs_of(m, x, input), &e));
}

// Why the decision "d" is null: the code and place of the first reason.
static str why(const char *body, const char *input)
{
    diag_list d = {.arena = &a}, reasons = {.arena = &a};
    dmn_source source = {STR("m.dmn"), str_printf(&a, "%s%s</definitions>", HEAD, body)};
    const dmn_model *m = dmn_load(&source, 1, NULL, &a, &d);
    const dmn_item *x = dmn_find(m, DMN_DECISION, STR("d"));
    dmn_evaluation e = {.arena = &a, .reasons = &reasons};
    dmn_evaluate(m, x, inputs_of(m, x, input), &e);
    return reasons.first ? str_printf(&a, "%s at %d", reasons.first->code, reasons.first->at.line) : STR("no reason");
}

static void boxed_expressions(void)
{
    tap_is_str(decide(DECISION(LITERAL("1 + 2")), "{}"), "3", "a literal expression");
    tap_is_str(decide(DECISION("<context><contextEntry><variable name='x'/>" LITERAL("2") "</contextEntry><contextEntry><variable name='y'/>" LITERAL("x * 3") "</contextEntry></context>"), "{}"),
               "{x: 2, y: 6}", "a context: later entries see earlier ones");
    tap_is_str(decide(DECISION("<context><contextEntry><variable name='x'/>" LITERAL("2") "</contextEntry><contextEntry>" LITERAL("x * 3") "</contextEntry></context>"), "{}"), "6",
               "an entry without a name is the result");
    tap_is_str(decide(DECISION("<list>" LITERAL("1") "<list>" LITERAL("2") "</list></list>"), "{}"), "[1, [2]]", "a list");
    tap_is_str(decide(DECISION("<relation><column name='n'/><column name='m'/><row>" LITERAL("1") LITERAL("2") "</row><row>" LITERAL("3") LITERAL("4") "</row></relation>"), "{}"),
               "[{n: 1, m: 2}, {n: 3, m: 4}]", "a relation");
    tap_is_str(decide(DECISION("<context><contextEntry><variable name='f'/><functionDefinition><formalParameter name='n' typeRef='number'/>"
                               LITERAL("if n = 0 then 1 else n * f(n - 1)") "</functionDefinition></contextEntry><contextEntry>" LITERAL("f(5)") "</contextEntry></context>"), "{}"),
               "120", "a function may call itself by the name of its entry");
    tap_is_str(decide(DECISION("<conditional><if>" LITERAL("2 > 1") "</if><then>" LITERAL("\"yes\"") "</then><else>" LITERAL("\"no\"") "</else></conditional>"), "{}"), "\"yes\"", "a conditional");
    tap_is_str(decide(DECISION("<for iteratorVariable='i'><in>" LITERAL("[1..3]") "</in><return>" LITERAL("i * 10 + count(partial)") "</return></for>"), "{}"), "[10, 21, 32]",
               "for over a range, with what is there so far");
    tap_is_str(decide(DECISION("<filter><in>" LITERAL("[{age: 17}, {age: 30}]") "</in><match>" LITERAL("age &gt;= 18 and item.age &lt; 60") "</match></filter>"), "{}"), "[{age: 30}]",
               "a filter: members of the item by their own names");
    tap_is_str(decide(DECISION("<every iteratorVariable='i'><in>" LITERAL("[1, 2]") "</in><satisfies>" LITERAL("i &gt; 1") "</satisfies></every>"), "{}"), "false", "every");
    tap_is_str(decide(DECISION("<some iteratorVariable='i'><in>" LITERAL("[1, 2]") "</in><satisfies>" LITERAL("i &gt; 1") "</satisfies></some>"), "{}"), "true", "some");
    tap_is_str(decide(DECISION("<some iteratorVariable='i'><in>" LITERAL("[null, 2]") "</in><satisfies>" LITERAL("i &gt; 1") "</satisfies></some>"), "{}"), "true", "  what is unknown does not matter when another holds");
    tap_is_str(decide(DECISION("<every iteratorVariable='i'><in>" LITERAL("[null, 2]") "</in><satisfies>" LITERAL("i &gt; 1") "</satisfies></every>"), "{}"), "null", "  but it does when all must");
    tap_is_str(decide(DECISION("<every iteratorVariable='i'><in>" LITERAL("[]") "</in><satisfies>" LITERAL("false") "</satisfies></every>"), "{}"), "true", "  of nothing everything holds");
}

#define RULE(in, out) "<rule><inputEntry><text>" in "</text></inputEntry><outputEntry><text>" out "</text></outputEntry></rule>"
#define TABLE(attributes, output, rules) \
    INPUT("n", "number") DECISION(NEEDS("n") "<decisionTable " attributes "><input><inputExpression typeRef='number'><text>n</text></inputExpression></input>" output rules "</decisionTable>")
#define THREE RULE("&lt; 10", "\"small\"") RULE("[5..20]", "\"middle\"") RULE("&gt; 8", "\"large\"")

static void hit_policies(void)
{
    tap_is_str(decide(TABLE("", "<output/>", THREE), "{\"n\": 3}"), "\"small\"", "unique");
    tap_is_str(decide(TABLE("", "<output/>", THREE), "{\"n\": 6}"), "null", "unique, but two rules match: null");
    tap_is_str(why(TABLE("", "<output/>", THREE), "{\"n\": 6}"), "DMN-NOT-UNIQUE at 1", "  with the reason");
    tap_is_str(decide(TABLE("hitPolicy='FIRST'", "<output/>", THREE), "{\"n\": 9}"), "\"small\"", "first");
    tap_is_str(decide(TABLE("hitPolicy='ANY'", "<output/>", RULE("&gt; 1", "1") RULE("&gt; 2", "1")), "{\"n\": 9}"), "1", "any: the rules that match agree");
    tap_is_str(decide(TABLE("hitPolicy='ANY'", "<output/>", THREE), "{\"n\": 9}"), "null", "any: they do not");
    tap_is_str(decide(TABLE("hitPolicy='PRIORITY'", "<output><outputValues><text>\"large\", \"middle\", \"small\"</text></outputValues></output>", THREE), "{\"n\": 9}"), "\"large\"", "priority");
    tap_is_str(decide(TABLE("hitPolicy='OUTPUT ORDER'", "<output><outputValues><text>\"large\", \"middle\", \"small\"</text></outputValues></output>", THREE), "{\"n\": 9}"),
               "[\"large\", \"middle\", \"small\"]", "output order");
    tap_is_str(decide(TABLE("hitPolicy='RULE ORDER'", "<output/>", THREE), "{\"n\": 9}"), "[\"small\", \"middle\", \"large\"]", "rule order");
    tap_is_str(decide(TABLE("hitPolicy='COLLECT'", "<output/>", THREE), "{\"n\": 3}"), "[\"small\"]", "collect gives a list");
    static const struct { const char *operator, *result; } sums[] = {{"SUM", "17"}, {"MIN", "3"}, {"MAX", "14"}, {"COUNT", "2"}};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
        tap_is_str(decide(str_cstr(str_printf(&a, TABLE("hitPolicy='COLLECT' aggregation='%s'", "<output/>", RULE("&gt; 1", "3") RULE("&gt; 2", "14") RULE("&gt; 50", "1")), sums[i].operator), &a), "{\"n\": 9}"),
                   sums[i].result, sums[i].operator);
    tap_is_str(decide(TABLE("", "<output><defaultOutputEntry><text>0</text></defaultOutputEntry></output>", RULE("1", "1")), "{\"n\": 2}"), "0", "no rule matches: the default");
    tap_is_str(decide(TABLE("", "<output/>", RULE("1", "1")), "{\"n\": 2}"), "null", "no rule matches and there is none: null");
    tap_is_str(decide(TABLE("", "<output name='x'/><output name='y'/>", "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry><outputEntry><text>n</text></outputEntry></rule>"),
                      "{\"n\": 2}"), "{x: 1, y: 2}", "several outputs are a context");
    tap_is_str(decide(INPUT("n", "number") DECISION(NEEDS("n") "<decisionTable><input><inputExpression><text>n</text></inputExpression><inputValues><text>[0..5]</text></inputValues></input><output/>" RULE("-", "1") "</decisionTable>"),
                      "{\"n\": 6}"), "null", "an input outside its allowed values: null");
}

#define AGE "<itemDefinition name='tAge'><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues></itemDefinition>"
static void types(void)
{
    tap_is_str(decide(AGE INPUT("n", "tAge") DECISION(NEEDS("n") LITERAL("n")), "{\"n\": 40}"), "40", "an allowed value");
    tap_is_str(decide(AGE INPUT("n", "tAge") DECISION(NEEDS("n") LITERAL("n")), "{\"n\": 151}"), "null", "a value that is not allowed is null");
    tap_is_str(decide(AGE INPUT("n", "tAge") DECISION(NEEDS("n") LITERAL("151 instance of tAge")), "{\"n\": 1}"), "true", "'instance of' does not ask for allowed values");
    tap_is_str(decide("<itemDefinition name='tL' isCollection='true'><typeRef>number</typeRef></itemDefinition>" INPUT("n", "tL") DECISION(NEEDS("n") LITERAL("n")), "{\"n\": 4}"), "[4]",
               "one value is a list of one");
    tap_is_str(decide(INPUT("n", "date") DECISION(NEEDS("n") LITERAL("n + duration(\"P1D\")")), "{\"n\": \"2024-02-28\"}"), "date(\"2024-02-29\")", "JSON text becomes a date where a date is wanted");
    tap_is_str(decide("<itemDefinition name='tP'><itemComponent name='fee-total'><typeRef>number</typeRef></itemComponent></itemDefinition>"
                      INPUT("p", "tP") DECISION(NEEDS("p") LITERAL("p.fee-total + 1")), "{\"p\": {\"fee-total\": 2}}"), "3", "a member whose name has a symbol");
    tap_is_str(decide("<itemDefinition name='tA'><typeRef>tB</typeRef></itemDefinition><itemDefinition name='tB'><typeRef>tA</typeRef></itemDefinition>" DECISION(LITERAL("1")), "{}"), "DMN-TYPE-RING",
               "types that are each other");
    tap_is_str(decide("<itemDefinition name='tT'><itemComponent name='sub' isCollection='true'><typeRef>tT</typeRef></itemComponent></itemDefinition>"
                      DECISION(LITERAL("{sub: [{sub: []}]} instance of tT")), "{}"), "true", "a type may contain itself");
    tap_is_str(decide("<decision id='d' name='d'><variable name='d' typeRef='string'/>" LITERAL("1") "</decision>", "{}"), "null", "a result that is not of the decision's type: null");
}

#define BKM(name, parameters, logic) "<businessKnowledgeModel id='" name "' name='" name "'><variable name='" name "'/><encapsulatedLogic>" parameters logic "</encapsulatedLogic></businessKnowledgeModel>"
static void functions(void)
{
    tap_is_str(decide(BKM("double", "<formalParameter name='n' typeRef='number'/>", LITERAL("n * 2")) DECISION(KNOWS("double") LITERAL("double(4)")), "{}"), "8", "a knowledge model is a function");
    tap_is_str(decide(BKM("double", "<formalParameter name='n' typeRef='number'/>", LITERAL("n * 2"))
                      DECISION(KNOWS("double") "<invocation>" LITERAL("double") "<binding><parameter name='n'/>" LITERAL("5") "</binding></invocation>"), "{}"), "10", "called by an invocation");
    tap_is_str(decide(BKM("double", "<formalParameter name='n' typeRef='number'/>", LITERAL("n * 2")) DECISION(KNOWS("double") LITERAL("double(\"x\")")), "{}"), "null", "an argument of another type: null");
    tap_is_str(decide(BKM("fac", "<formalParameter name='n'/>", LITERAL("if n = 0 then 1 else n * fac(n - 1)")) DECISION(KNOWS("fac") LITERAL("fac(6)")), "{}"), "720", "it may call itself");
    tap_is_str(decide(BKM("f", "<formalParameter name='n'/>", LITERAL("f(n)")) DECISION(KNOWS("f") LITERAL("f(1)")), "{}"), "null", "for ever: null, by the limit of calls");
    tap_is_str(decide(INPUT("n", "number") "<decision id='given' name='given'><variable name='given'/>" LITERAL("99") "</decision>"
                      "<decision id='sum' name='sum'><variable name='sum'/>" NEEDS("n") NEEDS_DECISION("given") LITERAL("n + given") "</decision>"
                      "<decisionService id='s' name='s'><variable name='s'/><outputDecision href='#sum'/><inputDecision href='#given'/><inputData href='#n'/></decisionService>"
                      DECISION(KNOWS("s") LITERAL("s(1, 10)")), "{}"), "11", "a service: input data first, then input decisions, which are not evaluated");
    tap_is_str(decide(DECISION("<context><contextEntry><variable name='max'/><functionDefinition kind='Java'><formalParameter name='x'/><formalParameter name='y'/><context>"
                               "<contextEntry><variable name='class'/>" LITERAL("\"java.lang.Math\"") "</contextEntry><contextEntry><variable name='method signature'/>" LITERAL("\"max(int, int)\"")
                               "</contextEntry></context></functionDefinition></contextEntry><contextEntry>" LITERAL("max(3, 4)") "</contextEntry></context>"), "{}"), "4", "a function of Java's that is in the table");
    tap_is_str(decide(DECISION("<functionDefinition kind='PMML'/>"), "{}"), "DMN-FUNCTION-KIND", "PMML is refused");
}

static void mistakes(void)
{
    tap_is_str(decide(DECISION(LITERAL("1 +")), "{}"), "FEEL-UNEXPECTED", "an expression that is not FEEL");
    tap_is_str(why(DECISION(LITERAL("1 +")), "{}"), "DMN-BROKEN at 1", "  its decision is null, and says so");
    tap_is_str(decide(DECISION(NEEDS("nothing") LITERAL("1")), "{}"), "DMN-REFERENCE", "a requirement of nothing");
    tap_is_str(decide("<decision id='e' name='e'>" NEEDS_DECISION("d") LITERAL("d") "</decision>" DECISION(NEEDS_DECISION("e") LITERAL("e")), "{}"), "DMN-RING", "decisions that require each other");
    tap_is_str(decide(DECISION("<decisionTable hitPolicy='BEST'><output/></decisionTable>"), "{}"), "DMN-HIT-POLICY", "a hit policy that there is not");
    tap_is_str(decide(DECISION("<decisionTable><input><inputExpression><text>1</text></inputExpression></input><output/><rule><outputEntry><text>1</text></outputEntry></rule></decisionTable>"), "{}"), "DMN-RULE-WIDTH",
               "a rule with too few entries");
    tap_is_str(decide("<decision id='d' name='d'><variable name='d' typeRef='tNone'/>" LITERAL("1") "</decision>", "{}"), "DMN-TYPE-UNKNOWN", "a type that there is not");
    tap_is_str(decide(DECISION("<literalExpression expressionLanguage='http://www.ecma-international.org/ecma-262'><text>1</text></literalExpression>"), "{}"), "DMN-LANGUAGE", "another expression language");
    tap_is_str(why(DECISION(""), "{}"), "DMN-NO-LOGIC at 1", "a decision without logic");
    diag_list d = {.arena = &a};
    dmn_source bpmn = {STR("x.bpmn"), STR("<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'/>")}, cut = {STR("x.dmn"), STR("<definitions")};
    tap_ok(!dmn_load(&bpmn, 1, NULL, &a, &d) && str_equal(str_from(d.first->code), STR("DMN-NOT-DMN")), "a process is not a decision model");
    tap_ok(!dmn_load(&cut, 1, NULL, &a, &d) && str_equal(str_from(d.last->code), STR("XML-SYNTAX")), "a file that was cut off");
}

static void imports(void)
{
    diag_list d = {.arena = &a};
    dmn_source sources[] = {
        {STR("main.dmn"), STR(HEAD "<import name='lib' namespace='urn:lib' importType='https://www.omg.org/spec/DMN/20230324/MODEL/'/>"
                              INPUT("x", "lib.tSmall") DECISION(NEEDS("x") "<informationRequirement><requiredDecision href='urn:lib#dd'/></informationRequirement>"
                                                                "<knowledgeRequirement><requiredKnowledge href='urn:lib#k'/></knowledgeRequirement>" LITERAL("lib.k(x) + lib.dd")) "</definitions>")},
        {STR("lib.dmn"), STR("<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/' name='lib' namespace='urn:lib'>"
                             "<itemDefinition name='tSmall'><typeRef>number</typeRef><allowedValues><text>&lt; 10</text></allowedValues></itemDefinition>" INPUT("y", "number")
                             "<decision id='dd' name='dd'><variable name='dd'/>" NEEDS("y") LITERAL("y * 100") "</decision>" BKM("k", "<formalParameter name='n'/>", LITERAL("n + 1")) "</definitions>")},
    };
    const dmn_model *m = dmn_load(sources, 2, NULL, &a, &d);
    const dmn_item *x = dmn_find(m, DMN_DECISION, STR("d"));
    dmn_evaluation e = {.arena = &a};
    tap_is_int(d.errors, 0, "a model with an import, of DMN 1.3");
    tap_is_str(printed(dmn_evaluate(m, x, inputs_of(m, x, "{\"x\": 5, \"y\": 7}"), &e)), "706", "its decision, function and type");
    tap_is_str(printed(dmn_evaluate(m, x, inputs_of(m, x, "{\"x\": 5, \"lib\": {\"y\": 8}}"), &e)), "806", "its input under the name of the import");
    tap_is_str(printed(dmn_evaluate(m, x, inputs_of(m, x, "{\"x\": 11, \"y\": 7}"), &e)), "null", "its type restricts");
    dmn_parameter *parameters;
    tap_is_int(dmn_parameters(m, x, &parameters, &a), 2, "both inputs are asked for");
    dmn_load(sources, 1, NULL, &a, &d);
    tap_is_str(str_from(d.first->code), "DMN-IMPORT-MISSING", "the imported file was not given");
}

static void explanations(void)
{
    diag_list d = {.arena = &a};
    dmn_source source = {STR("m.dmn"), STR(HEAD INPUT("n", "number") DECISION(NEEDS("n")
        "<decisionTable hitPolicy='FIRST'><input><inputExpression typeRef='number'><text>n</text></inputExpression></input><output/><annotation name='依据'/>"
        "<rule><inputEntry><text>&gt; 10</text></inputEntry><outputEntry><text>\"高\"</text></outputEntry><annotationEntry><text>第三条</text></annotationEntry></rule>"
        "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>\"低\"</text></outputEntry><annotationEntry><text>第四条</text></annotationEntry></rule></decisionTable>") "</definitions>")};
    const dmn_model *m = dmn_load(&source, 1, NULL, &a, &d);
    const dmn_item *x = dmn_find(m, DMN_DECISION, STR("d"));
    dmn_evaluation e = {.arena = &a, .explain = true};
    dmn_evaluate(m, x, inputs_of(m, x, "{\"n\": 3}"), &e);
    buf zh = {.arena = &a}, text = {.arena = &a};
    dmn_explain(&zh, e.first_step, LANG_ZH);
    tap_is_str(buf_str(&zh), "决策表“d”（FIRST）\n  输入：n = 3\n  第 2 条规则符合：\"低\"\n    依据：第四条\n  结果 = \"低\"\n", "which rule matched, and the article it names");
    json_write(&text, dmn_explain_json(e.first_step, &a));
    tap_is_str(buf_str(&text), "[{\"decision\":\"d\",\"default\":false,\"hitPolicy\":\"FIRST\",\"inputs\":[{\"expression\":\"n\",\"value\":3}],\"result\":\"低\","
                               "\"rules\":[{\"annotations\":{\"依据\":\"第四条\"},\"outputs\":{\"\":\"低\"},\"rule\":2}]}]", "the same as JSON");
}

// The steps of "d" for a person.
static str explained(const char *body, const char *input, language lang)
{
    diag_list d = {.arena = &a};
    dmn_source source = {STR("m.dmn"), str_printf(&a, "%s%s</definitions>", HEAD, body)};
    const dmn_model *m = dmn_load(&source, 1, NULL, &a, &d);
    const dmn_item *x = dmn_find(m, DMN_DECISION, STR("d"));
    dmn_evaluation e = {.arena = &a, .explain = true};
    buf b = {.arena = &a};
    dmn_evaluate(m, x, inputs_of(m, x, input), &e);
    dmn_explain(&b, e.first_step, lang);
    return buf_str(&b);
}

static void explained_without_rules(void)
{
    const char *by_default = TABLE("", "<output><defaultOutputEntry><text>0</text></defaultOutputEntry></output>", RULE("1", "1")), *nothing = TABLE("", "<output/>", RULE("1", "1"));
    tap_is_str(explained(by_default, "{\"n\": 2}", LANG_EN), "decision table \"d\" (UNIQUE)\n  input: n = 2\n  no rule matches; the default stands in\n  result = 0\n", "the default stands in");
    tap_is_str(explained(by_default, "{\"n\": 2}", LANG_ZH), "决策表“d”（UNIQUE）\n  输入：n = 2\n  没有规则符合，取默认结果\n  结果 = 0\n", "  in Chinese");
    tap_is_str(explained(nothing, "{\"n\": 2}", LANG_EN), "decision table \"d\" (UNIQUE)\n  input: n = 2\n  no rule matches\n  result = null\n", "there is none");
    tap_is_str(explained(nothing, "{\"n\": 2}", LANG_ZH), "决策表“d”（UNIQUE）\n  输入：n = 2\n  没有规则符合\n  结果 = null\n", "  in Chinese");
    tap_is_str(explained(TABLE("hitPolicy='COLLECT'", "<output name='x'/><output name='y'/>", "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry><outputEntry><text>n</text></outputEntry></rule>"),
                         "{\"n\": 2}", LANG_EN), "decision table \"d\" (COLLECT)\n  input: n = 2\n  rule 1 matches: x = 1, y = 2\n  result = [{x: 1, y: 2}]\n", "several outputs");
}

// What can be asked about a model, and of its items.
static void questions(void)
{
    diag_list d = {.arena = &a};
    dmn_source source = {STR("m.dmn"), STR(HEAD INPUT("n", "number") BKM("double", "<formalParameter name='x' typeRef='number'/><formalParameter name='y'/>", LITERAL("x * 2"))
        "<decision id='d_1' name='费用'><description>按照规定计算</description><variable name='费用' typeRef='number'/>" NEEDS("n") LITERAL("n + 1") "</decision>"
        "<decisionService id='s' name='s'><variable name='s' typeRef='number'/><outputDecision href='#d_1'/><inputData href='#n'/></decisionService>"
        "<businessKnowledgeModel id='j' name='j'><variable name='j'/><encapsulatedLogic kind='Java'><formalParameter name='x'/><formalParameter name='y'/><context><contextEntry><variable name='class'/>"
        LITERAL("\"java.lang.Math\"") "</contextEntry><contextEntry><variable name='method signature'/>" LITERAL("\"max(int, int)\"") "</contextEntry></context></encapsulatedLogic></businessKnowledgeModel></definitions>")};
    const dmn_model *m = dmn_load(&source, 1, NULL, &a, &d);
    ptrdiff_t count;
    const dmn_item *items = dmn_items(m, &count);
    tap_is_str(dmn_name(m), "m", "the name of a model");
    tap_is_str(dmn_namespace(m), "urn:m", "  and its namespace");
    tap_ok(count == 5 && items[2].kind == DMN_DECISION && items[2].number == 2, "its items in the order of the file");
    tap_is_str(items[2].description, "按照规定计算", "  with what is said of them");
    tap_ok(dmn_find(m, DMN_DECISION, STR("费用")) == &items[2] && dmn_find(m, DMN_DECISION, STR("d_1")) == &items[2] && !dmn_find(m, DMN_SERVICE, STR("费用")), "found by name, by id, by kind");
    dmn_parameter *parameters;
    tap_is_int(dmn_parameters(m, dmn_find(m, DMN_KNOWLEDGE, STR("double")), &parameters, &a), 2, "the parameters of a knowledge model");
    tap_ok(str_equal(parameters[0].name, STR("x")) && str_equal(parameters[0].type, STR("number")) && !parameters[1].type.len, "  with the types that they have");
    tap_is_int(dmn_parameters(m, dmn_find(m, DMN_SERVICE, STR("s")), &parameters, &a), 1, "  of a service");
    static const struct { dmn_kind kind; const char *name, *input, *is, *why; } rows[] = {
        {DMN_INPUT, "n", "{\"n\": 4}", "4", "input data is what is given"}, {DMN_KNOWLEDGE, "double", "{\"x\": 4, \"y\": 1}", "8", "a knowledge model asked for directly"},
        {DMN_KNOWLEDGE, "double", "{}", "null", "  without its arguments"}, {DMN_SERVICE, "s", "{\"n\": 4}", "5", "a service"}, {DMN_KNOWLEDGE, "j", "{\"x\": 4, \"y\": 9}", "9", "a knowledge model of Java's"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const dmn_item *x = dmn_find(m, rows[i].kind, str_from(rows[i].name));
        dmn_evaluation e = {.arena = &a};
        tap_is_str(printed(dmn_evaluate(m, x, inputs_of(m, x, rows[i].input), &e)), rows[i].is, rows[i].why);
    }
}

static void limits(void)
{
    // A chain of ten thousand decisions: evaluated without the machine's stack.
    buf b = {.arena = &a};
    buf_add(&b, STR(HEAD "<decision id='d0' name='d0'><variable name='d0'/>" LITERAL("1") "</decision>"));
    for (int i = 1; i < 10000; i++)
        buf_printf(&b, "<decision id='d%d' name='d%d'><variable name='d%d'/><informationRequirement><requiredDecision href='#d%d'/></informationRequirement>" LITERAL("d%d + 1") "</decision>", i, i, i, i - 1, i - 1);
    buf_add(&b, STR("</definitions>"));
    diag_list d = {.arena = &a};
    dmn_source source = {STR("chain.dmn"), buf_str(&b)};
    const dmn_model *m = dmn_load(&source, 1, NULL, &a, &d);
    dmn_evaluation e = {.arena = &a};
    tap_is_str(printed(dmn_evaluate(m, dmn_find(m, DMN_DECISION, STR("d9999")), feel_context_of(NULL, NULL, 0, &a), &e)), "10000", "a chain of 10,000 decisions");
    e = (dmn_evaluation){.arena = &a, .steps = 100};
    tap_is_str(printed(dmn_evaluate(m, dmn_find(m, DMN_DECISION, STR("d9999")), feel_context_of(NULL, NULL, 0, &a), &e)), "null", "the same with a budget of 100 steps");
    dmn_source many[DMN_SOURCES_MAX + 1] = {0};
    tap_ok(!dmn_load(many, DMN_SOURCES_MAX + 1, NULL, &a, &d) && str_equal(str_from(d.last->code), STR("DMN-TOO-MANY-FILES")), "too many files");
    buf wide = {.arena = &a};
    buf_add(&wide, STR("<decisionTable>"));
    for (int i = 0; i <= DMN_COLUMNS_MAX; i++) buf_add(&wide, STR("<output name='o'/>"));
    buf_add(&wide, STR("</decisionTable>"));
    tap_is_str(decide(str_cstr(str_printf(&a, DECISION("%.*s"), STR_ARG(buf_str(&wide))), &a), "{}"), "DMN-TABLE-SIZE", "a table with too many columns");
}

int main(void)
{
    boxed_expressions();
    hit_policies();
    types();
    functions();
    mistakes();
    imports();
    explanations();
    explained_without_rules();
    questions();
    limits();
    arena_free(&a);
    return tap_done();
}
