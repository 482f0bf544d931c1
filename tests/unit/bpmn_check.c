// The rules of BPMN 2.0.2 that a file must keep, each by the smallest file that breaks it, beside one that does not.
#include "bpmn/bpmn.h"
#include "tap.h"

static arena a;

#define HEAD "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"
#define TAIL "</definitions>"
#define TYPES "<itemDefinition id='text' structureRef='xsd:string'/><itemDefinition id='same' structureRef='xsd:string'/><itemDefinition id='number' structureRef='xsd:int'/>" \
    "<itemDefinition id='texts' structureRef='xsd:string' isCollection='true'/><message id='ask' itemRef='text'/><message id='answer' itemRef='number'/><signal id='bell' structureRef='number'/>" \
    "<interface id='desk'><operation id='op'><inMessageRef>ask</inMessageRef><outMessageRef>answer</outMessageRef></operation></interface>"
// One node between start and end.
#define AROUND(executable, node, beside) HEAD TYPES "<process id='p' isExecutable='" executable "'><startEvent id='s'><outgoing>f1</outgoing></startEvent>" node \
    "<endEvent id='e'><incoming>f2</incoming></endEvent><sequenceFlow id='f1' sourceRef='s' targetRef='t'/><sequenceFlow id='f2' sourceRef='t' targetRef='e'/>" beside "</process>" TAIL
#define NODE(kind, attributes, content) "<" kind " id='t' " attributes "><incoming>f1</incoming><outgoing>f2</outgoing>" content "</" kind ">"
#define IN(id, type) "<dataInput id='" id "' itemSubjectRef='" type "'/>"
#define OUT(id, type) "<dataOutput id='" id "' itemSubjectRef='" type "'/>"
#define IO(data, ins, outs) "<ioSpecification>" data "<inputSet>" ins "</inputSet><outputSet>" outs "</outputSet></ioSpecification>"
#define IN_REF(id) "<dataInputRefs>" id "</dataInputRefs>"
#define OUT_REF(id) "<dataOutputRefs>" id "</dataOutputRefs>"

static const struct { const char *code, *what, *text; } rows[] = {
    {NULL, "a service task that fits its operation", AROUND("true", NODE("serviceTask", "operationRef='op'", IO(IN("i", "same") OUT("o", "number"), IN_REF("i"), OUT_REF("o"))), "")},
    {"BPMN-OPERATION-DATA", "a service task without the data of its operation", AROUND("true", NODE("serviceTask", "operationRef='op'", ""), "")},
    {NULL, "in a drawing, too", AROUND("false", NODE("serviceTask", "operationRef='op'", ""), "")},
    {"BPMN-OPERATION-DATA", "its input of another type", AROUND("true", NODE("serviceTask", "operationRef='op'", IO(IN("i", "number") OUT("o", "number"), IN_REF("i"), OUT_REF("o"))), "")},
    {"BPMN-OPERATION-DATA", "its output of another type", AROUND("true", NODE("serviceTask", "operationRef='op'", IO(IN("i", "text") OUT("o", "text"), IN_REF("i"), OUT_REF("o"))), "")},
    {"BPMN-MESSAGE-DATA", "a send task with two inputs", AROUND("true", NODE("sendTask", "messageRef='ask'", IO(IN("i", "text") IN("j", "text"), IN_REF("i") IN_REF("j"), "")), "")},
    {"BPMN-MESSAGE-DATA", "a send task with an input that is not its message's", AROUND("true", NODE("sendTask", "messageRef='ask'", IO(IN("i", "number"), IN_REF("i"), "")), "")},
    {"BPMN-MESSAGE-DATA", "a receive task with such an output", AROUND("true", NODE("receiveTask", "messageRef='ask'", IO(OUT("o", "number"), "", OUT_REF("o"))), "")},
    {"BPMN-EVENT-DATA", "an event with less data than definitions", AROUND("true", NODE("intermediateThrowEvent", "", IN("i", "text") "<inputSet>" IN_REF("i") "</inputSet>"
        "<messageEventDefinition id='d1' messageRef='ask'/><signalEventDefinition id='d2' signalRef='bell'/>"), "")},
    {"BPMN-EVENT-DATA", "an event with data of another type", AROUND("true", NODE("intermediateCatchEvent", "", OUT("o", "text") "<outputSet>" OUT_REF("o") "</outputSet><signalEventDefinition id='d2' signalRef='bell'/>"), "")},
    {"BPMN-CALLED-DATA", "a call without what it calls asks for", HEAD TYPES "<globalTask id='g'>" IO(IN("i", "text"), IN_REF("i"), "") "</globalTask>"
        "<process id='p' isExecutable='true'><callActivity id='t' calledElement='g'/></process>" TAIL},
    {"BPMN-IO-BINDING", "an interface without a binding", HEAD TYPES "<globalTask id='g'><supportedInterfaceRef>desk</supportedInterfaceRef></globalTask>" TAIL},
    {"BPMN-IO-BINDING", "a binding of another type", HEAD TYPES "<globalTask id='g'><supportedInterfaceRef>desk</supportedInterfaceRef>" IO(IN("i", "number") OUT("o", "number"), IN_REF("i"), OUT_REF("o"))
        "<ioBinding operationRef='op' inputDataRef='i' outputDataRef='o'/></globalTask>" TAIL},
    {"BPMN-LOOP-DATA", "a task that goes through data that is not its own", AROUND("true", NODE("task", "", "<multiInstanceLoopCharacteristics><loopDataInputRef>all</loopDataInputRef></multiInstanceLoopCharacteristics>"),
        "<dataObject id='all' itemSubjectRef='texts' isCollection='true'/>")},
    {"BPMN-LOOP-DATA", "an item that is no member of the collection", AROUND("true", NODE("task", "", IO("<dataInput id='i' itemSubjectRef='texts' isCollection='true'/>", IN_REF("i"), "")
        "<multiInstanceLoopCharacteristics><loopDataInputRef>i</loopDataInputRef><inputDataItem id='x' itemSubjectRef='number'/></multiInstanceLoopCharacteristics>"), "")},
    {"BPMN-DATA-COLLECTION", "a single datum of a collection's type, by default", AROUND("true", NODE("task", "", ""), "<dataObject id='all' itemSubjectRef='texts'/>")},
    {"BPMN-DATA-STATE", "a reference that shows another state", AROUND("true", NODE("task", "", ""), "<dataObject id='o' name='Form'/><dataObjectReference id='r' dataObjectRef='o' name='Form [sent]'><dataState name='new'/></dataObjectReference>")},
    {NULL, "a reference that shows its state", AROUND("true", NODE("task", "", ""), "<dataObject id='o' name='Form'/><dataObjectReference id='r' dataObjectRef='o' name='Form [new]'><dataState name='new'/></dataObjectReference>")},
    {"BPMN-IO-SCOPE", "a sub-process with data inputs", AROUND("true", NODE("subProcess", "", IO(IN("i", "text"), IN_REF("i"), "") "<task id='u'/>"), "")},
    {"BPMN-DATA-DIRECTION", "a process output that is read", AROUND("true", NODE("task", "", IO(IN("i", "text"), IN_REF("i"), "") "<dataInputAssociation><sourceRef>o</sourceRef><targetRef>i</targetRef></dataInputAssociation>"),
        IO(OUT("o", "text"), "", OUT_REF("o")))},
    {"BPMN-REFERENCE", "data that comes from an event", AROUND("true", NODE("task", "", IO(IN("i", "text"), IN_REF("i"), "") "<dataInputAssociation><sourceRef>s</sourceRef><targetRef>i</targetRef></dataInputAssociation>"), "")},
    {"BPMN-FLOW-IMMEDIATE", "a flow that is not immediate", AROUND("true", "<task id='t'><incoming>f1</incoming><incoming>f3</incoming><outgoing>f2</outgoing><outgoing>f3</outgoing></task>",
        "<sequenceFlow id='f3' isImmediate='false' sourceRef='t' targetRef='t'/>")},
    {"BPMN-CONDITION-TYPE", "a condition that is a number", AROUND("true", NODE("task", "", "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality><completionCondition>1 + 1</completionCondition></multiInstanceLoopCharacteristics>"), "")},
    {"BPMN-EXPRESSION-EMPTY", "an empty duration", AROUND("true", NODE("intermediateCatchEvent", "", "<timerEventDefinition id='d'><timeDuration/></timerEventDefinition>"), "")},
    {NULL, "in a drawing it may be", AROUND("false", NODE("intermediateCatchEvent", "", "<timerEventDefinition id='d'><timeDuration/></timerEventDefinition>"), "")},
};

static bool found(const diag_list *d, const char *code)
{
    for (const diag *e = d->first; e; e = e->next)
        if (str_equal(str_from(e->code), str_from(code))) return true;
    return false;
}

static void told(const diag_list *d)
{
    buf b = {.arena = &a};
    diag_print_all(&b, d, LANG_EN);
    printf("# %.*s\n", STR_ARG(buf_str(&b)));
}

static void test_rules(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &a};
        const bpmn_model *m = bpmn_load(str_from(rows[i].text), STR("rule.bpmn"), &(bpmn_options){0}, &a, &d);
        bool right = rows[i].code ? !m && found(&d, rows[i].code) : m && d.errors == 0;
        tap_ok(right, "%s: %s", rows[i].what, rows[i].code ? rows[i].code : "loads");
        if (!right) told(&d);
    }
}

// What only `strict` asks for.
static void test_strict(void)
{
    static const struct { const char *code, *text; } asked[] = {
        {"BPMN-EXPRESSION-FORMAL", AROUND("true", NODE("intermediateCatchEvent", "", "<timerEventDefinition id='d'><timeDuration>PT1H</timeDuration></timerEventDefinition>"), "")},
        {NULL, AROUND("true", NODE("intermediateCatchEvent", "", "<timerEventDefinition id='d'><timeDuration xsi:type='tFormalExpression'>PT1H</timeDuration></timerEventDefinition>"), "")},
        {"BPMN-SCRIPT-FORMAT", AROUND("true", NODE("scriptTask", "", "<script>1 + 1</script>"), "")},
        {"BPMN-MESSAGE-OPERATION", AROUND("true", NODE("intermediateThrowEvent", "", "<messageEventDefinition id='d' messageRef='ask'/>"), "")},
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        diag_list d = {.arena = &a}, strict = {.arena = &a};
        tap_ok(bpmn_load(str_from(asked[i].text), STR("rule.bpmn"), &(bpmn_options){0}, &a, &d) != NULL, "loads");
        bool loads = bpmn_load(str_from(asked[i].text), STR("rule.bpmn"), &(bpmn_options){.strict = true}, &a, &strict) != NULL;
        tap_ok(asked[i].code ? !loads && found(&strict, asked[i].code) : loads, "strictly: %s", asked[i].code ? asked[i].code : "loads, too");
    }
}

#define EXECUTABLE(content) HEAD "<process id='p' isExecutable='true'><startEvent id='s'><outgoing>f1</outgoing></startEvent>" content "</process>" TAIL
#define GATE(kind, id, content) "<" kind "Gateway id='" id "'>" content "</" kind "Gateway>"
#define FROM(id) "<incoming>" id "</incoming>"
#define TO(id) "<outgoing>" id "</outgoing>"
#define FLOW(id, from, to) "<sequenceFlow id='" id "' sourceRef='" from "' targetRef='" to "'/>"
#define END "<endEvent id='e'><incoming>f9</incoming></endEvent>"
// A split and a join with a task on each of two branches between them.
#define DIAMOND(split, join) EXECUTABLE(GATE(split, "g", FROM("f1") TO("f2") TO("f3")) "<userTask id='a'>" FROM("f2") TO("f4") "</userTask><userTask id='b'>" FROM("f3") TO("f5") "</userTask>" \
    GATE(join, "j", FROM("f4") FROM("f5") TO("f9")) END FLOW("f1", "s", "g") FLOW("f2", "g", "a") FLOW("f3", "g", "b") FLOW("f4", "a", "j") FLOW("f5", "b", "j") FLOW("f9", "j", "e"))

// What the file allows but hardly means: warnings, with a way that leads there.
static void test_flow(void)
{
    static const struct { const char *code, *what, *way, *text; } flows[] = {
        {NULL, "a split and a join of one kind", NULL, DIAMOND("parallel", "parallel")},
        {NULL, "a choice and its merge", NULL, DIAMOND("exclusive", "exclusive")},
        {NULL, "an inclusive split and join", NULL, DIAMOND("inclusive", "inclusive")},
        {NULL, "an inclusive join waits for what is on its way", NULL, DIAMOND("parallel", "inclusive")},
        {"BPMN-DEADLOCK", "a parallel join of a choice", "s → g → a", DIAMOND("exclusive", "parallel")},
        {"BPMN-NOT-SYNCHRONISED", "a merge of parallel branches", "s → g → a → b → j", DIAMOND("parallel", "exclusive")},
        {"BPMN-UNREACHABLE", "two tasks to which nothing leads but each other", NULL, EXECUTABLE("<endEvent id='e'>" FROM("f1") "</endEvent><userTask id='u'>" FROM("f3") TO("f2") "</userTask><userTask id='v'>" FROM("f2") TO("f3") TO("f4") "</userTask>"
            "<endEvent id='x'>" FROM("f4") "</endEvent>" FLOW("f1", "s", "e") FLOW("f2", "u", "v") FLOW("f3", "v", "u") FLOW("f4", "v", "x"))},
        {"BPMN-NO-END", "a circle without a way out", NULL, EXECUTABLE(GATE("exclusive", "g", FROM("f1") TO("f9") TO("f4")) END "<userTask id='a'>" FROM("f4") FROM("f3") TO("f2") "</userTask>"
            "<userTask id='b'>" FROM("f2") TO("f3") "</userTask>" FLOW("f1", "s", "g") FLOW("f9", "g", "e") FLOW("f4", "g", "a") FLOW("f2", "a", "b") FLOW("f3", "b", "a"))},
        {"BPMN-NOT-CHECKED", "a complex gateway", NULL, DIAMOND("parallel", "complex")},
    };
    static const char *const codes[] = {"BPMN-DEADLOCK", "BPMN-NOT-SYNCHRONISED", "BPMN-UNREACHABLE", "BPMN-NO-END", "BPMN-NOT-CHECKED"};
    for (size_t i = 0; i < sizeof flows / sizeof *flows; i++) {
        diag_list d = {.arena = &a};
        bool loads = bpmn_load(str_from(flows[i].text), STR("flow.bpmn"), &(bpmn_options){0}, &a, &d) != NULL, right = loads;
        for (size_t k = 0; k < sizeof codes / sizeof *codes; k++) right &= found(&d, codes[k]) == (flows[i].code && !strcmp(codes[k], flows[i].code));
        buf b = {.arena = &a};
        diag_print_all(&b, &d, LANG_EN);
        if (flows[i].way) right &= str_find(buf_str(&b), str_from(flows[i].way)) >= 0;
        tap_ok(right, "%s: %s", flows[i].what, flows[i].code ? flows[i].code : "nothing to say");
        if (!right) told(&d);
    }
    // More branches than can be tried out.
    buf many = {.arena = &a}, split = {.arena = &a}, join = {.arena = &a};
    for (int i = 0; i < 8; i++) {
        buf_printf(&split, TO("a%d"), i);
        buf_printf(&join, FROM("z%d"), i);
        for (int k = 0; k < 4; k++) {
            buf_printf(&many, "<task id='t%d_%d'><incoming>%c%d</incoming><outgoing>%c%d</outgoing></task>", i, k, 'a' + k, i, k == 3 ? 'z' : 'b' + k, i);
            if (k < 3) buf_printf(&many, "<sequenceFlow id='%c%d' sourceRef='t%d_%d' targetRef='t%d_%d'/>", 'b' + k, i, i, k, i, k + 1);
        }
        buf_printf(&many, FLOW("a%d", "g", "t%d_0") FLOW("z%d", "t%d_3", "j"), i, i, i, i);
    }
    buf_printf(&many, GATE("parallel", "g", FROM("f1") "%.*s") GATE("parallel", "j", "%.*s" TO("f9")), STR_ARG(buf_str(&split)), STR_ARG(buf_str(&join)));
    buf whole = {.arena = &a};
    buf_printf(&whole, EXECUTABLE("%.*s" END FLOW("f1", "s", "g") FLOW("f9", "j", "e")), STR_ARG(buf_str(&many)));
    diag_list d = {.arena = &a};
    bool loads = bpmn_load(buf_str(&whole), STR("wide.bpmn"), &(bpmn_options){0}, &a, &d) != NULL;
    tap_ok(loads && found(&d, "BPMN-NOT-CHECKED") && !found(&d, "BPMN-DEADLOCK"), "where there are too many states, it is said that not all was checked");
    if (!loads) told(&d);
}

int main(void)
{
    test_flow();
    test_rules();
    test_strict();
    arena_free(&a);
    return tap_done();
}
