// What a step does, by examples: tasks, gateways, incidents, going back, called processes, mappings, timers.
#include "bpmn/bpmn.h"
#include "tap.h"

static arena a;
static const str names[] = {{"amount", 6}, {"ok", 2}, {"people", 6}};
static const bpmn_options options = {.names = names, .names_count = 3};

#define HEAD "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" xmlns:zeebe=\"http://camunda.org/schema/zeebe/1.0\">"
#define PROCESS HEAD "<process id=\"p\" isExecutable=\"true\"><startEvent id=\"s\"><outgoing>f1</outgoing></startEvent>"
#define FLOW(id, from, to) "<sequenceFlow id=\"" id "\" sourceRef=\"" from "\" targetRef=\"" to "\"/>"

static bpmn_model *model(const char *text)
{
    diag_list d = {.arena = &a};
    bpmn_model *m = bpmn_load(str_from(text), STR("test.bpmn"), &options, &a, &d);
    buf b = {.arena = &a};
    diag_print_all(&b, &d, LANG_EN);
    if (!m) printf("# %.*s\n", STR_ARG(buf_str(&b)));
    return m;
}

static bpmn_events events;
static bpmn_state *step(const bpmn_model *m, const bpmn_state *s, bpmn_command c)
{
    diag_list d = {.arena = &a};
    return bpmn_step(m, s, &c, 1700000000000, &events, &a, &d);
}

static bpmn_state *start(const bpmn_model *m, const bpmn_variable *v, int n)
{
    return step(m, NULL, (bpmn_command){.kind = BPMN_START, .element = bpmn_element_find(m, STR("p")), .variables = v, .variables_count = n});
}

// The id of the live instance of an element; 0: none.
static int64_t at(const bpmn_model *m, const bpmn_state *s, const char *id)
{
    for (int k = 0; s && k < s->instances_count; k++)
        if (!s->instances[k].done && str_equal(bpmn_element(m, s->instances[k].element).id, str_from(id))) return s->instances[k].id;
    return 0;
}

static const char choice[] = PROCESS
    "<userTask id=\"draft\"><extensionElements><zeebe:assignmentDefinition assignee=\"=&quot;li&quot;\" candidateGroups=\"legal\"/></extensionElements><incoming>f1</incoming><incoming>f5</incoming><outgoing>f2</outgoing></userTask>"
    "<exclusiveGateway id=\"g\"><incoming>f2</incoming><outgoing>f3</outgoing><outgoing>f4</outgoing></exclusiveGateway>"
    "<userTask id=\"review\"><incoming>f3</incoming><outgoing>f5</outgoing></userTask><endEvent id=\"e\"><incoming>f4</incoming></endEvent>"
    FLOW("f1", "s", "draft") FLOW("f2", "draft", "g")
    "<sequenceFlow id=\"f3\" sourceRef=\"g\" targetRef=\"review\"><conditionExpression>=amount &gt; 10</conditionExpression></sequenceFlow>"
    "<sequenceFlow id=\"f4\" sourceRef=\"g\" targetRef=\"e\"><conditionExpression>amount &lt; 5</conditionExpression></sequenceFlow>" FLOW("f5", "review", "draft") "</process></definitions>";

static void test_incident_and_return(void)
{
    bpmn_model *m = model(choice);
    bpmn_state *s = start(m, NULL, 0);
    const bpmn_event *task = NULL;
    for (const bpmn_event *e = events.first; e; e = e->next)
        if (e->kind == BPMN_EV_TASK) task = e;
    tap_is_str(task ? task->key : (str){0}, "li", "the task comes with its assignee");

    bpmn_variable seven = {STR("amount"), feel_int(7)}, twelve = {STR("amount"), feel_int(12)}, one = {STR("amount"), feel_int(1)};
    s = step(m, s, (bpmn_command){.kind = BPMN_COMPLETE, .id = at(m, s, "draft"), .variables = &seven, .variables_count = 1});
    tap_is_int(s->incidents_count, 1, "no condition holds: an incident");
    tap_is_str(s->incidents[0].code, "BPMN-NO-FLOW", "that says so");
    s = step(m, s, (bpmn_command){.kind = BPMN_RESOLVE, .id = s->incidents[0].id, .variables = &twelve, .variables_count = 1});
    tap_ok(at(m, s, "review") > 0 && s->incidents_count == 0, "a person mends the variable, and it goes on");

    s = step(m, s, (bpmn_command){.kind = BPMN_MOVE, .id = at(m, s, "review"), .element = bpmn_element_find(m, STR("draft"))});
    tap_ok(at(m, s, "draft") > 0 && at(m, s, "review") == 0, "and back to an earlier step");
    s = step(m, s, (bpmn_command){.kind = BPMN_COMPLETE, .id = at(m, s, "draft"), .variables = &one, .variables_count = 1});
    tap_is_int(s->status, BPMN_COMPLETED, "to the end");
    tap_ok(step(m, s, (bpmn_command){.kind = BPMN_CANCEL}) == NULL, "an instance that has ended takes no command");
}

static void test_nobody_catches(void)
{
    bpmn_model *m = model(choice);
    bpmn_state *s = start(m, NULL, 0);
    s = step(m, s, (bpmn_command){.kind = BPMN_THROW_ERROR, .id = at(m, s, "draft"), .name = STR("E1")});
    tap_ok(s->incidents_count == 1 && at(m, s, "draft"), "an error that nobody catches is an incident of its task");
    tap_ok(step(m, s, (bpmn_command){.kind = BPMN_COMPLETE, .id = at(m, s, "draft")}) == NULL, "which cannot be completed before it is resolved");
}

static void test_collection(void)
{
    bpmn_model *m = model(PROCESS "<userTask id=\"ask\"><incoming>f1</incoming><outgoing>f2</outgoing><multiInstanceLoopCharacteristics><extensionElements>"
        "<zeebe:loopCharacteristics inputCollection=\"=people\" inputElement=\"person\" outputCollection=\"answers\" outputElement=\"=person + ok\"/></extensionElements>"
        "<completionCondition>numberOfCompletedInstances &gt;= 2</completionCondition></multiInstanceLoopCharacteristics></userTask>"
        "<endEvent id=\"e\"><incoming>f2</incoming></endEvent>" FLOW("f1", "s", "ask") FLOW("f2", "ask", "e") "</process></definitions>");
    feel_value three[] = {feel_string(STR("a")), feel_string(STR("b")), feel_string(STR("c"))};
    bpmn_variable people = {STR("people"), feel_list_of(three, 3, &a)}, ok = {STR("ok"), feel_string(STR("!"))};
    bpmn_state *s = start(m, &people, 1);
    tap_is_int(s->instances_count, 5, "one task each, in a body, in the process");
    int64_t last = s->instances[4].id, first = s->instances[2].id;
    s = step(m, s, (bpmn_command){.kind = BPMN_COMPLETE, .id = last, .variables = &ok, .variables_count = 1});
    s = step(m, s, (bpmn_command){.kind = BPMN_COMPLETE, .id = first, .variables = &ok, .variables_count = 1});
    tap_is_int(s->status, BPMN_COMPLETED, "two of three are enough");
    const bpmn_event *result = NULL;
    for (const bpmn_event *e = events.first; e; e = e->next)
        if (e->kind == BPMN_EV_VARIABLE && str_equal(e->name, STR("answers"))) result = e;
    buf b = {.arena = &a};
    if (result) feel_print(&b, result->value);
    tap_is_str(buf_str(&b), "[\"a!\", null, \"c!\"]", "outputs stand in the order of the inputs");
}

static void test_timer(void)
{
    bpmn_model *m = model(PROCESS "<userTask id=\"t\"><incoming>f1</incoming><outgoing>f2</outgoing></userTask><boundaryEvent id=\"b\" attachedToRef=\"t\" cancelActivity=\"false\"><outgoing>f3</outgoing>"
        "<timerEventDefinition id=\"d\"><timeCycle>R2/PT1H</timeCycle></timerEventDefinition></boundaryEvent><endEvent id=\"e\"><incoming>f2</incoming><incoming>f3</incoming></endEvent>"
        FLOW("f1", "s", "t") FLOW("f2", "t", "e") FLOW("f3", "b", "e") "</process></definitions>");
    bpmn_state *s = start(m, NULL, 0);
    tap_is_int(s->subscriptions[0].due, 1700000000000 + 3600000, "due in an hour");
    s = step(m, s, (bpmn_command){.kind = BPMN_TIMER, .id = s->subscriptions[0].id});
    tap_is_int(s->subscriptions[0].due, 1700000000000 + 7200000, "then an hour after it was due");
    s = step(m, s, (bpmn_command){.kind = BPMN_TIMER, .id = s->subscriptions[0].id});
    tap_ok(s->subscriptions_count == 0 && at(m, s, "t") > 0, "twice, and the task is still there");
}

static void test_endless(void)
{
    bpmn_model *m = model(PROCESS "<task id=\"t\"><incoming>f1</incoming><incoming>f2</incoming><outgoing>f2</outgoing></task>"
        "<endEvent id=\"e\"><incoming>f3</incoming></endEvent><task id=\"u\"><incoming>f4</incoming><outgoing>f3</outgoing></task><task id=\"v\"><incoming>f5</incoming><outgoing>f4</outgoing></task>"
        FLOW("f1", "s", "t") FLOW("f2", "t", "t") FLOW("f3", "u", "e") FLOW("f4", "v", "u") "<sequenceFlow id=\"f5\" sourceRef=\"t\" targetRef=\"v\"/></process></definitions>");
    tap_ok(m == NULL, "a flow that its source does not list is refused");
    m = model(PROCESS "<task id=\"t\"><incoming>f1</incoming><incoming>f2</incoming><outgoing>f2</outgoing><outgoing>f3</outgoing></task>"
        "<endEvent id=\"e\"><incoming>f3</incoming></endEvent>" FLOW("f1", "s", "t") FLOW("f2", "t", "t") FLOW("f3", "t", "e") "</process></definitions>");
    bpmn_state *s = start(m, NULL, 0);
    tap_ok(s && s->incidents_count >= 1 && str_equal(s->incidents[0].code, STR("BPMN-ENDLESS")), "a loop without any waiting ends as an incident");
}

static void test_refused(void)
{
    diag_list d = {.arena = &a};
    tap_ok(!bpmn_load(STR("<a"), STR("x"), &options, &a, &d) && d.errors == 1, "no XML");
    tap_ok(!bpmn_load(STR("<!DOCTYPE a><a/>"), STR("x"), &options, &a, &d), "no DTD");
    buf deep = {.arena = &a};
    for (int i = 0; i <= BPMN_DEPTH_MAX; i++) buf_add(&deep, STR("<a>"));
    for (int i = 0; i <= BPMN_DEPTH_MAX; i++) buf_add(&deep, STR("</a>"));
    tap_ok(!bpmn_load(buf_str(&deep), STR("x"), &options, &a, &d) && str_equal(str_from(d.last->code), STR("BPMN-DEPTH")), "not too deep");
}

static void test_drawing(void)
{
    bpmn_model *m = model(PROCESS "<userTask id=\"t\" name=\"A &amp;&lt;script&gt;\"><incoming>f1</incoming><outgoing>f2</outgoing></userTask><endEvent id=\"e\"><incoming>f2</incoming></endEvent>"
        FLOW("f1", "s", "t") FLOW("f2", "t", "e") "</process><d:BPMNDiagram xmlns:d=\"http://www.omg.org/spec/BPMN/20100524/DI\" xmlns:c=\"http://www.omg.org/spec/DD/20100524/DC\"><d:BPMNPlane>"
        "<d:BPMNShape bpmnElement=\"t\"><c:Bounds x=\"10\" y=\"20\" width=\"100\" height=\"nan\"/></d:BPMNShape><d:BPMNShape bpmnElement=\"nobody\"/><d:BPMNEdge bpmnElement=\"f1\"/></d:BPMNPlane></d:BPMNDiagram></definitions>");
    buf b = {.arena = &a}, none = {.arena = &a};
    tap_ok(m && bpmn_draw(&b, m, STR("a \"title\"")) && str_find(buf_str(&b), STR("A &amp;&lt;scri")) > 0 && str_find(buf_str(&b), STR("<script")) < 0 && str_find(buf_str(&b), STR("nan")) < 0,
           "a diagram is drawn with its texts escaped, whatever numbers it holds");
    m = model(PROCESS "<endEvent id=\"e\"><incoming>f1</incoming></endEvent>" FLOW("f1", "s", "e") "</process></definitions>");
    tap_ok(m && !bpmn_draw(&none, m, STR("x")) && none.len == 0, "a file without a diagram draws nothing");
}

int main(void)
{
    test_incident_and_return();
    test_nobody_catches();
    test_collection();
    test_timer();
    test_endless();
    test_refused();
    test_drawing();
    arena_free(&a);
    return tap_done();
}
