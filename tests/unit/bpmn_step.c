// What a step does, by examples: tasks, gateways, incidents, going back, called processes, mappings, timers.
#include "bpmn/bpmn.h"
#include "tap.h"

static arena a;
static const str names[] = {{"amount", 6}, {"ok", 2}, {"people", 6}, {"answer", 6}};
static const bpmn_options options = {.names = names, .names_count = 4};

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

// One task between start and end; `content` is what stands in it.
#define TASK(kind, content) PROCESS "<" kind " id=\"t\">" content "<incoming>f1</incoming><outgoing>f2</outgoing></" kind ">" \
    "<endEvent id=\"e\"><incoming>f2</incoming></endEvent>" FLOW("f1", "s", "t") FLOW("f2", "t", "e")

static bool has_code(const diag_list *d, const char *code)
{
    for (const diag *e = d->first; e; e = e->next)
        if (str_equal(str_from(e->code), str_from(code))) return true;
    return false;
}

static void test_limits(void)
{
    diag_list d = {.arena = &a};
    char *large = arena_new(&a, BPMN_SIZE_MAX + 1, char);
    memset(large, ' ', (size_t)BPMN_SIZE_MAX + 1);
    tap_ok(!bpmn_load((str){large, BPMN_SIZE_MAX + 1}, STR("x"), &options, &a, &d) && has_code(&d, "BPMN-SIZE"), "a file that is too large is not read");
    buf many = {.arena = &a};
    buf_add(&many, STR(HEAD "<process id=\"p\">"));
    for (int i = 0; i <= BPMN_NODES_MAX; i++) buf_printf(&many, "<task id=\"t%d\"/>", i);
    buf_add(&many, STR("</process></definitions>"));
    tap_ok(!bpmn_load(buf_str(&many), STR("x"), &options, &a, &d) && has_code(&d, "BPMN-NODES"), "nor one of too many nodes");
    bpmn_model *m = model(TASK("callActivity", "<extensionElements><zeebe:calledElement processId=\"p\"/></extensionElements>") "</process></definitions>");
    bpmn_state *s = start(m, NULL, 0);
    tap_ok(s && s->incidents_count == 1 && s->instances_count <= BPMN_NESTING_MAX + 2, "a process that calls itself ends as an incident");
    m = model(TASK("userTask", "<multiInstanceLoopCharacteristics><loopCardinality>amount</loopCardinality></multiInstanceLoopCharacteristics>") "</process></definitions>");
    bpmn_variable n = {STR("amount"), feel_int(BPMN_INSTANCES_MAX)};
    s = start(m, &n, 1);
    tap_ok(s && s->incidents_count == 1 && s->instances_count == 2 && str_equal(s->incidents[0].code, STR("BPMN-INSTANCES")), "too many instances are told before any is made");
    n.value = feel_int(2);
    s = step(m, s, (bpmn_command){.kind = BPMN_RESOLVE, .id = s->incidents[0].id, .variables = &n, .variables_count = 1});
    tap_ok(s && s->incidents_count == 0 && s->instances_count == 4, "and a smaller number mends it");
}

static void test_offset(void)
{
    static const char text[] = TASK("intermediateCatchEvent", "<timerEventDefinition id=\"d\"><timeDate>2024-01-02T00:00:00</timeDate></timerEventDefinition>") "</process></definitions>";
    static const int offsets[] = {0, 480, -60};
    for (int i = 0; i < 3; i++) {
        diag_list d = {.arena = &a};
        bpmn_model *m = bpmn_load(str_from(text), STR("x"), &(bpmn_options){.offset_minutes = offsets[i]}, &a, &d);
        bpmn_state *s = m ? start(m, NULL, 0) : NULL;
        tap_ok(s && s->subscriptions_count == 1 && s->subscriptions[0].due == 1704153600000 - offsets[i] * 60000, "midnight, %d minutes east of Greenwich", offsets[i]);
    }
}

// What is handed over from outside the file: a named clock, mappings, keys, decisions.
static void test_extensions(void)
{
    bpmn_model *m = model("<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" xmlns:fadu=\"urn:fadu:bpmn\"><process id=\"p\" isExecutable=\"true\"><startEvent id=\"s\"><outgoing>f1</outgoing></startEvent>"
        "<intermediateCatchEvent id=\"t\"><incoming>f1</incoming><outgoing>f2</outgoing><timerEventDefinition id=\"d\" fadu:clock=\"reply\"/></intermediateCatchEvent>"
        "<endEvent id=\"e\"><incoming>f2</incoming></endEvent>" FLOW("f1", "s", "t") FLOW("f2", "t", "e") "</process></definitions>");
    bpmn_state *s = m ? start(m, NULL, 0) : NULL;
    tap_ok(s && s->subscriptions_count == 1 && s->subscriptions[0].due == BPMN_DUE_OPEN && str_equal(s->subscriptions[0].name, STR("reply")), "a named clock decides when its timer is due");
    s = s ? step(m, s, (bpmn_command){.kind = BPMN_TIMER, .id = s->subscriptions[0].id}) : NULL;
    tap_ok(s && s->status == BPMN_COMPLETED, "and fires it");

    m = model(TASK("userTask", "<extensionElements><zeebe:ioMapping><zeebe:input source=\"=amount * 2\" target=\"twice\"/><zeebe:output source=\"=answer\" target=\"ok\"/></zeebe:ioMapping></extensionElements>")
        "</process></definitions>");
    bpmn_variable amount = {STR("amount"), feel_int(21)}, answer = {STR("answer"), feel_boolean(true)};
    s = m ? start(m, &amount, 1) : NULL;
    const feel_value *twice = s ? bpmn_variable_get(s, at(m, s, "t"), STR("twice")) : NULL;
    tap_ok(twice && feel_equal(*twice, feel_int(42)) && !bpmn_variable_get(s, s->instances[0].id, STR("twice")), "an input belongs to its task alone");
    s = s ? step(m, s, (bpmn_command){.kind = BPMN_COMPLETE, .id = at(m, s, "t"), .variables = &answer, .variables_count = 1}) : NULL;
    bool out = false, kept = false;
    for (const bpmn_event *e = events.first; s && e; e = e->next)
        if (e->kind == BPMN_EV_VARIABLE) out |= e->id == 1 && str_equal(e->name, STR("ok")), kept |= e->id == 1 && str_equal(e->name, STR("answer"));
    tap_ok(out && !kept, "only what the output says leaves it");

    m = model(HEAD "<message id=\"m\" name=\"paid\"><extensionElements><zeebe:subscription correlationKey=\"=amount\"/></extensionElements></message>"
        "<process id=\"p\" isExecutable=\"true\"><startEvent id=\"s\"><outgoing>f1</outgoing></startEvent><receiveTask id=\"t\" messageRef=\"m\"><incoming>f1</incoming><outgoing>f2</outgoing></receiveTask>"
        "<endEvent id=\"e\"><incoming>f2</incoming></endEvent>" FLOW("f1", "s", "t") FLOW("f2", "t", "e") "</process></definitions>");
    s = m ? start(m, &amount, 1) : NULL;
    tap_ok(s && !step(m, s, (bpmn_command){.kind = BPMN_MESSAGE, .name = STR("paid"), .key = STR("22")}), "a message with another key is not for it");
    s = s ? step(m, s, (bpmn_command){.kind = BPMN_MESSAGE, .name = STR("paid"), .key = STR("21")}) : NULL;
    tap_ok(s && s->status == BPMN_COMPLETED, "one with its key is");

    m = model(TASK("businessRuleTask", "<extensionElements><zeebe:calledDecision decisionId=\"fee\" resultVariable=\"ok\"/></extensionElements>") "</process></definitions>");
    s = m ? start(m, NULL, 0) : NULL;
    const bpmn_event *asked = NULL;
    for (const bpmn_event *e = events.first; s && e; e = e->next)
        if (e->kind == BPMN_EV_DECISION) asked = e;
    tap_ok(asked && str_equal(asked->name, STR("fee")), "a decision is asked for");
    bpmn_variable result = {asked ? bpmn_element(m, asked->element).result : STR(""), feel_int(7)};
    s = asked ? step(m, s, (bpmn_command){.kind = BPMN_COMPLETE, .id = asked->id, .variables = &result, .variables_count = 1}) : NULL;
    out = false;
    for (const bpmn_event *e = events.first; s && e; e = e->next) out |= e->kind == BPMN_EV_VARIABLE && str_equal(e->name, STR("ok")) && feel_equal(e->value, feel_int(7));
    tap_ok(out, "its result goes to the variable named for it");
}

static void test_copy(void)
{
    bpmn_model *m = model(TASK("userTask", "") "</process></definitions>");
    feel_range tens = {feel_int(10), feel_int(20), true, false};
    bpmn_variable v = {STR("amount"), {.kind = FEEL_RANGE, .range = &tens}};
    bpmn_state *s = bpmn_state_copy(start(m, &v, 1), &a);
    const feel_value *copy = bpmn_variable_get(s, s->instances[0].id, STR("amount"));
    tap_ok(copy && feel_equal(*copy, v.value) && copy->range != &tens, "a range is copied as a range");
}

static void test_compensation(void)
{
    static const char *const waits[] = {"true", "false"};
    for (int i = 0; i < 2; i++) {
        buf b = {.arena = &a};
        buf_printf(&b, PROCESS "<task id=\"done\"><incoming>f1</incoming><outgoing>f2</outgoing></task><boundaryEvent id=\"b\" attachedToRef=\"done\"><compensateEventDefinition id=\"d1\"/></boundaryEvent>"
            "<userTask id=\"undo\" isForCompensation=\"true\"/><association id=\"as\" associationDirection=\"One\" sourceRef=\"b\" targetRef=\"undo\"/>"
            "<intermediateThrowEvent id=\"c\"><incoming>f2</incoming><outgoing>f3</outgoing><compensateEventDefinition id=\"d2\" waitForCompletion=\"%s\"/></intermediateThrowEvent>"
            "<userTask id=\"next\"><incoming>f3</incoming><outgoing>f4</outgoing></userTask><endEvent id=\"e\"><incoming>f4</incoming></endEvent>"
            FLOW("f1", "s", "done") FLOW("f2", "done", "c") FLOW("f3", "c", "next") FLOW("f4", "next", "e") "</process></definitions>", waits[i]);
        bpmn_model *m = model(str_cstr(buf_str(&b), &a));
        bpmn_state *s = m ? start(m, NULL, 0) : NULL;
        tap_ok(s && at(m, s, "undo") && !at(m, s, "next") == !i, "waitForCompletion=\"%s\"", waits[i]);
        const char *order[] = {i ? "next" : "undo", i ? "undo" : "next"};
        for (int k = 0; s && k < 2; k++) {
            tap_is_int(s->status, BPMN_RUNNING, "it is not over before both tasks are");
            s = step(m, s, (bpmn_command){.kind = BPMN_COMPLETE, .id = at(m, s, order[k])});
        }
        tap_ok(s && s->status == BPMN_COMPLETED && s->instances_count == 0, "then nothing is left");
    }
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
    test_limits();
    test_offset();
    test_extensions();
    test_copy();
    test_compensation();
    test_drawing();
    arena_free(&a);
    return tap_done();
}
