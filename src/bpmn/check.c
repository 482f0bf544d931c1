// The rules of BPMN 2.0.2 that a file must keep to be executed, on its tree; and warnings on the compiled model.
#include "bpmn/bpmn_internal.h"

typedef struct {
    const tree_node *root;
    const tree_index *index;
    str file;
    bool strict, any_executable;
    diag_list *diags;
} checker;

typedef struct { const char *name; } word;
static bool named(const tree_node *n, const word *words)
{
    for (; n && n->ns == NS_BPMN && words->name; words++)
        if (str_equal(n->name, str_from(words->name))) return true;
    return false;
}

static const word activities[] = {{"subProcess"}, {"transaction"}, {"adHocSubProcess"}, {"callActivity"}, {"task"}, {"manualTask"}, {"userTask"}, {"serviceTask"},
                                  {"sendTask"}, {"receiveTask"}, {"scriptTask"}, {"businessRuleTask"}, {NULL}};
static const word events[] = {{"startEvent"}, {"endEvent"}, {"intermediateCatchEvent"}, {"intermediateThrowEvent"}, {"boundaryEvent"}, {NULL}};
static const word gateways[] = {{"exclusiveGateway"}, {"inclusiveGateway"}, {"parallelGateway"}, {"eventBasedGateway"}, {"complexGateway"}, {NULL}};
static const word scopes[] = {{"process"}, {"subProcess"}, {"transaction"}, {"adHocSubProcess"}, {NULL}};
static const word definitions[] = {{"messageEventDefinition"}, {"timerEventDefinition"}, {"errorEventDefinition"}, {"escalationEventDefinition"}, {"cancelEventDefinition"},
                                   {"compensateEventDefinition"}, {"conditionalEventDefinition"}, {"linkEventDefinition"}, {"signalEventDefinition"}, {"terminateEventDefinition"}, {NULL}};
static bool is_node(const tree_node *n) { return named(n, activities) || named(n, events) || named(n, gateways); }

// A drawing may leave open what only matters when it is executed. What stands beside the processes serves all of them.
static bool is_executed(const checker *c, const tree_node *n)
{
    while (n->parent && n->parent != c->root) n = n->parent;
    return tree_is(n, "process") ? tree_flag(n, "isExecutable", false) : c->any_executable;
}

// One sentence a rule: all are errors that name the element.
static void broken(checker *c, const tree_node *n, const char *code, bilingual text)
{
    diag_add(c->diags, DIAG_ERROR, code, tree_pos(n), (bilingual){0}, (bilingual){"%.*s：%s%.0s", "%.*s: %.0s%s"}, STR_ARG(n->name), text.zh, text.en);
}
#define RULE(test, n, code, zh, en) do { if (test) broken(c, (n), (code), (bilingual){(zh), (en)}); } while (0)

// ---- references and ids (BPMN 2.0.2, 8.3.1) -----------------------------------------------------------

#define ACTIVITY "subProcess transaction adHocSubProcess callActivity task manualTask userTask serviceTask sendTask receiveTask scriptTask businessRuleTask"
#define FLOW_NODE ACTIVITY " startEvent endEvent intermediateCatchEvent intermediateThrowEvent boundaryEvent exclusiveGateway inclusiveGateway parallelGateway eventBasedGateway " \
    "complexGateway choreographyTask subChoreography callChoreography"
#define EVENT_DEFINITION "messageEventDefinition timerEventDefinition errorEventDefinition escalationEventDefinition cancelEventDefinition compensateEventDefinition " \
    "conditionalEventDefinition linkEventDefinition signalEventDefinition terminateEventDefinition"
// BPMN 2.0.2, 10.4.1: the elements that store or convey items.
#define ITEM_AWARE "dataObject dataObjectReference dataStore dataStoreReference dataInput dataOutput property inputDataItem outputDataItem"

// What refers, as attribute or as text of an element; to which elements, NULL: another rule says.
typedef struct { const char *name, *to; } reference_kind;
static const reference_kind reference_attributes[] = {
    {"sourceRef", NULL}, {"targetRef", NULL}, {"attachedToRef", ACTIVITY}, {"processRef", "process"}, {"messageRef", "message"},
    {"signalRef", "signal"}, {"errorRef", "error"}, {"escalationRef", "escalation"}, {"operationRef", "operation"},
    {"dataObjectRef", "dataObject"}, {"dataStoreRef", "dataStore"}, {"itemSubjectRef", "itemDefinition"}, {"itemRef", "itemDefinition"},
    {"default", "sequenceFlow"}, {"activityRef", ACTIVITY}, {"categoryValueRef", "categoryValue"},
    {"noneBehaviorEventRef", EVENT_DEFINITION}, {"oneBehaviorEventRef", EVENT_DEFINITION}, {"parameterRef", "resourceParameter"},
    {"initiatingParticipantRef", "participant"}, {"correlationKeyRef", "correlationKey"}, {"correlationPropertyRef", "correlationProperty"},
    {"inputDataRef", "inputSet dataInput"}, {"outputDataRef", "outputSet dataOutput"}, {"definitionalCollaborationRef", "collaboration choreography globalConversation globalChoreographyTask"},
    {"innerMessageFlowRef", "messageFlow"}, {"outerMessageFlowRef", "messageFlow"}};
static const reference_kind reference_texts[] = {
    {"incoming", "sequenceFlow"}, {"outgoing", "sequenceFlow"}, {"eventDefinitionRef", EVENT_DEFINITION}, {"dataInputRefs", "dataInput"},
    {"dataOutputRefs", "dataOutput"}, {"inMessageRef", "message"}, {"outMessageRef", "message"}, {"errorRef", "error"}, {"flowNodeRef", FLOW_NODE},
    {"interfaceRef", "interface"}, {"operationRef", "operation"}, {"inputSetRefs", "inputSet"}, {"outputSetRefs", "outputSet"},
    {"sourceRef", ITEM_AWARE}, {"targetRef", ITEM_AWARE}, {"loopDataInputRef", ITEM_AWARE}, {"loopDataOutputRef", ITEM_AWARE},
    {"optionalInputRefs", "dataInput"}, {"optionalOutputRefs", "dataOutput"}, {"whileExecutingInputRefs", "dataInput"}, {"whileExecutingOutputRefs", "dataOutput"},
    {"participantRef", "participant"}, {"innerParticipantRef", "participant"}, {"outerParticipantRef", "participant"}, {"supportedInterfaceRef", "interface"},
    {"messageFlowRef", "messageFlow"}, {"resourceRef", "resource"}, {"correlationPropertyRef", "correlationProperty"}, {"supports", "process"},
    {"categoryValueRef", "categoryValue"}};
enum { REFERENCE_ATTRIBUTES = sizeof reference_attributes / sizeof *reference_attributes, REFERENCE_TEXTS = sizeof reference_texts / sizeof *reference_texts };

// `names`: separated by spaces; NULL: any.
static bool is_among(const tree_node *n, const char *names)
{
    if (!names) return true;
    for (str rest = str_from(names); rest.len;)
        if (n->ns == NS_BPMN && str_equal(str_cut(&rest, ' '), n->name)) return true;
    return false;
}

static void reference(checker *c, const tree_node *n, str id, const char *to)
{
    if (id.len == 0) return;
    const tree_node *target = tree_find(c->index, id);
    if (target && is_among(target, to)) return;
    if (!target && str_find_byte(id, ':') >= 0 && tree_child(c->root, "import")) return;       // of an imported file, which is not read
    diag_add(c->diags, DIAG_ERROR, "BPMN-REFERENCE", tree_pos(n), (bilingual){"改正引用，或补上被引用的元素", "mend the reference, or add what it refers to"},
             (bilingual){"%.*s 引用的“%.*s”不存在，或不是应当引用的元素（%s）", "%.*s refers to \"%.*s\", which does not exist or is none of: %s"}, STR_ARG(n->name), STR_ARG(id), to ? to : "BPMN");
}

static void check_references(checker *c, const tree_node *n)
{
    for (int i = 0; i < n->attributes_count; i++)
        for (int k = 0; k < REFERENCE_ATTRIBUTES; k++)
            if (n->attributes[i].ns == NS_NONE && str_equal(n->attributes[i].name, str_from(reference_attributes[k].name)))
                reference(c, n, str_trim(n->attributes[i].value), reference_attributes[k].to);
    for (int k = 0; k < REFERENCE_TEXTS; k++)
        if (tree_is(n, reference_texts[k].name) && !n->first) reference(c, n, n->text, reference_texts[k].to);
}

static void check_ids(checker *c)
{
    for (ptrdiff_t i = 1; i < c->index->count; i++)
        if (str_equal(c->index->ids[i]->id, c->index->ids[i - 1]->id))
            diag_add(c->diags, DIAG_ERROR, "BPMN-ID-TWICE", tree_pos(c->index->ids[i]), (bilingual){0}, (bilingual){"标识在第%d行已经用过", "the id has been used in line %d already"},
                     c->index->ids[i - 1]->xml->line);
}

// ---- what is around a node ----------------------------------------------------------------------------

// Flows that the node itself lists; the flows' own references are held against them by check_flow.
static int listed(const tree_node *n, const char *which)
{
    int count = 0;
    for (const tree_node *k = n->first; k; k = k->next) count += tree_is(k, which);
    return count;
}

static bool lists(const tree_node *n, const char *which, str id)
{
    for (const tree_node *k = n ? n->first : NULL; k; k = k->next)
        if (tree_is(k, which) && (str_equal(k->text, id) || (str_ends(k->text, id) && k->text.len > id.len && k->text.data[k->text.len - id.len - 1] == ':'))) return true;
    return false;
}

static const tree_node *definition_of(const checker *c, const tree_node *event, int number)
{
    for (const tree_node *k = event->first; k; k = k->next) {
        const tree_node *d = tree_is(k, "eventDefinitionRef") ? tree_find(c->index, k->text) : k;
        if (named(d, definitions) && number-- == 0) return d;
    }
    return NULL;
}

// Are all definitions of an event among these?
static bool only(const checker *c, const tree_node *event, const word *allowed)
{
    const tree_node *d;
    for (int i = 0; (d = definition_of(c, event, i)); i++)
        if (!named(d, allowed)) return false;
    return true;
}

static bool has(const checker *c, const tree_node *event, const char *kind)
{
    const tree_node *d;
    for (int i = 0; (d = definition_of(c, event, i)); i++)
        if (tree_is(d, kind)) return true;
    return false;
}

static bool is_event_subprocess(const tree_node *n) { return tree_is(n, "subProcess") && tree_flag(n, "triggeredByEvent", false); }

// ---- sequence flows -----------------------------------------------------------------------------------

static void check_flow(checker *c, const tree_node *n)
{
    const tree_node *source = tree_find(c->index, tree_get(n, "sourceRef")), *target = tree_find(c->index, tree_get(n, "targetRef"));
    RULE(!tree_get(n, "sourceRef").len || !tree_get(n, "targetRef").len, n, "BPMN-FLOW-END", "顺序流须有起点和终点", "a sequence flow has a source and a target (7.6.1)");
    if (!source || !target) return;
    RULE(!is_node(source) || !is_node(target), n, "BPMN-FLOW-NODE", "顺序流只能连接活动、事件和网关", "a sequence flow connects activities, events and gateways (7.6.1)");
    RULE(is_node(source) && is_node(target) && source->parent != target->parent, n, "BPMN-FLOW-SCOPE", "顺序流不能穿过流程或子流程的边界", "a sequence flow does not cross the border of a process or sub-process (7.6.1)");
    RULE(is_node(source) && !lists(source, "outgoing", n->id), n, "BPMN-FLOW-LISTED", "起点的 outgoing 中没有这条顺序流", "the source does not list it as outgoing (8.4.13)");
    RULE(is_node(target) && !lists(target, "incoming", n->id), n, "BPMN-FLOW-LISTED", "终点的 incoming 中没有这条顺序流", "the target does not list it as incoming (8.4.13)");
    RULE(is_executed(c, n) && !tree_flag(n, "isImmediate", true), n, "BPMN-FLOW-IMMEDIATE", "可执行流程的顺序流不能是 isImmediate=\"false\"", "in an executable process no flow has isImmediate=\"false\": nothing happens between its ends (8.4.13)");
    const tree_node *condition = tree_child(n, "conditionExpression");
    RULE(condition && tree_is(source, "eventBasedGateway"), n, "BPMN-EVENT-GATEWAY-CONDITION", "事件网关的流出不能有条件", "flows from an event-based gateway have no condition (10.6.6)");
    RULE(condition && tree_is(source, "startEvent"), n, "BPMN-START-CONDITION", "启动事件的流出不能有条件", "flows from a start event have no condition (10.5.2)");
    RULE(condition && named(source, activities) && listed(source, "outgoing") < 2, n, "BPMN-CONDITION-ALONE", "带条件的流出须至少还有另一条流出", "beside a conditional flow there is at least one other (10.2)");
}

static void check_listed(checker *c, const tree_node *n)
{
    for (const tree_node *k = n->first; k; k = k->next) {
        bool in = tree_is(k, "incoming");
        if (!in && !tree_is(k, "outgoing")) continue;
        const tree_node *f = tree_find(c->index, k->text);
        str end = f ? tree_get(f, in ? "targetRef" : "sourceRef") : (str){0};
        RULE(f && (!tree_is(f, "sequenceFlow") || tree_find(c->index, end) != n), k, "BPMN-FLOW-LISTED", "所列的不是连到此处的顺序流", "what is listed is no sequence flow that ends here (8.4.13)");
    }
}

// ---- events -------------------------------------------------------------------------------------------

static const word starts_process[] = {{"messageEventDefinition"}, {"timerEventDefinition"}, {"conditionalEventDefinition"}, {"signalEventDefinition"}, {NULL}};
static const word starts_handler[] = {{"messageEventDefinition"}, {"timerEventDefinition"}, {"conditionalEventDefinition"}, {"signalEventDefinition"}, {"errorEventDefinition"},
                                      {"escalationEventDefinition"}, {"compensateEventDefinition"}, {NULL}};
static const word starts_beside[] = {{"messageEventDefinition"}, {"timerEventDefinition"}, {"conditionalEventDefinition"}, {"signalEventDefinition"}, {"escalationEventDefinition"}, {NULL}};
static const word ends[] = {{"messageEventDefinition"}, {"errorEventDefinition"}, {"escalationEventDefinition"}, {"cancelEventDefinition"}, {"compensateEventDefinition"}, {"signalEventDefinition"},
                            {"terminateEventDefinition"}, {NULL}};
static const word caught[] = {{"messageEventDefinition"}, {"timerEventDefinition"}, {"conditionalEventDefinition"}, {"linkEventDefinition"}, {"signalEventDefinition"}, {NULL}};
static const word thrown[] = {{"messageEventDefinition"}, {"escalationEventDefinition"}, {"compensateEventDefinition"}, {"linkEventDefinition"}, {"signalEventDefinition"}, {NULL}};
static const word attached[] = {{"messageEventDefinition"}, {"timerEventDefinition"}, {"errorEventDefinition"}, {"escalationEventDefinition"}, {"cancelEventDefinition"},
                                {"compensateEventDefinition"}, {"conditionalEventDefinition"}, {"signalEventDefinition"}, {NULL}};

static void check_start(checker *c, const tree_node *n)
{
    const tree_node *scope = n->parent;
    RULE(listed(n, "incoming") > 0, n, "BPMN-START-INCOMING", "启动事件不能有流入", "a start event has no incoming flow (10.5.2)");
    RULE(listed(n, "outgoing") == 0, n, "BPMN-START-OUTGOING", "启动事件须有流出", "a start event has an outgoing flow (10.5.2)");
    if (is_event_subprocess(scope)) {
        RULE(!definition_of(c, n, 0) || !only(c, n, tree_flag(n, "isInterrupting", true) ? starts_handler : starts_beside), n, "BPMN-START-KIND", "事件子流程的启动事件不能是这一种",
             "an event sub-process does not start by such an event (table 10.93)");
    } else if (tree_is(scope, "process"))
        RULE(!only(c, n, starts_process), n, "BPMN-START-KIND", "流程不能由这种事件启动", "a process does not start by such an event (table 10.84)");
    else RULE(definition_of(c, n, 0) != NULL, n, "BPMN-START-KIND", "子流程的启动事件不能有触发条件", "the start event of a sub-process has no trigger (table 10.84)");
}

static void check_end(checker *c, const tree_node *n)
{
    RULE(listed(n, "outgoing") > 0, n, "BPMN-END-OUTGOING", "结束事件不能有流出", "an end event has no outgoing flow (10.5.3)");
    RULE(listed(n, "incoming") == 0, n, "BPMN-END-INCOMING", "结束事件须有流入", "an end event has an incoming flow (10.5.3)");
    RULE(!only(c, n, ends), n, "BPMN-END-KIND", "流程不能以这种事件结束", "a process does not end by such an event (table 10.88)");
    const tree_node *scope = n->parent;
    while (scope && !tree_is(scope, "transaction")) scope = scope->parent;
    RULE(has(c, n, "cancelEventDefinition") && !scope, n, "BPMN-CANCEL", "取消事件只能用在事务中", "a cancel end event stands in a transaction (10.5.3)");
}

static void check_boundary(checker *c, const tree_node *n)
{
    const tree_node *to = tree_find(c->index, tree_get(n, "attachedToRef"));
    bool compensates = has(c, n, "compensateEventDefinition"), cancel = has(c, n, "cancelEventDefinition");
    RULE(!definition_of(c, n, 0) || !only(c, n, attached), n, "BPMN-BOUNDARY-KIND", "这种事件不能附在活动上", "such an event is not attached to an activity (table 10.90)");
    RULE(!tree_flag(n, "cancelActivity", true) && (cancel || compensates || has(c, n, "errorEventDefinition")), n, "BPMN-BOUNDARY-KIND", "这种事件总是中断活动", "such an event always interrupts (table 10.92)");
    RULE(to && !named(to, activities), n, "BPMN-BOUNDARY-HOST", "边界事件须附在活动上", "a boundary event is attached to an activity (10.5.4)");
    RULE(!tree_get(n, "attachedToRef").len, n, "BPMN-BOUNDARY-HOST", "边界事件须附在活动上", "a boundary event is attached to an activity (10.5.4)");
    RULE(cancel && to && !tree_is(to, "transaction"), n, "BPMN-CANCEL", "取消事件只能附在事务上", "a cancel event is attached to a transaction (10.5.4)");
    RULE(listed(n, "incoming") > 0, n, "BPMN-BOUNDARY-INCOMING", "边界事件不能有流入", "a boundary event has no incoming flow (10.5.4)");
    RULE(compensates && listed(n, "outgoing") > 0, n, "BPMN-BOUNDARY-OUTGOING", "补偿边界事件以关联而不以顺序流连接", "a compensation boundary event has an association, no sequence flow (10.5.4)");
    RULE(!compensates && listed(n, "outgoing") == 0, n, "BPMN-BOUNDARY-OUTGOING", "边界事件须有流出", "a boundary event has an outgoing flow (10.5.4)");
}

static void check_intermediate(checker *c, const tree_node *n, bool catching)
{
    bool link = has(c, n, "linkEventDefinition");
    RULE(catching && !definition_of(c, n, 0), n, "BPMN-CATCH-KIND", "捕获事件须写明等待什么", "a catching event says what it waits for (table 10.89)");
    RULE(!only(c, n, catching ? caught : thrown), n, catching ? "BPMN-CATCH-KIND" : "BPMN-THROW-KIND", "中间事件不能是这一种", "an intermediate event is not of this kind (table 10.89)");
    RULE(link && listed(n, catching ? "incoming" : "outgoing") > 0, n, "BPMN-LINK-FLOW", "链接事件在这一侧不能有顺序流", "a link event has no sequence flow on this side (10.5.5)");
    RULE(!(link && catching) && listed(n, "incoming") == 0, n, "BPMN-EVENT-INCOMING", "中间事件须有流入", "an intermediate event has an incoming flow (10.5.4)");
    RULE(!(link && !catching) && listed(n, "outgoing") == 0, n, "BPMN-EVENT-OUTGOING", "中间事件须有流出", "an intermediate event has an outgoing flow (10.5.4)");
}

// Does a link of the other side, in the same scope, name this one (by its id, or both by one name)?
static bool link_has_partner(const checker *c, const tree_node *link, const char *event_kind, const char *points)
{
    for (const tree_node *e = link->parent->parent->first; e; e = e->next) {
        const tree_node *d = tree_is(e, event_kind) ? definition_of(c, e, 0) : NULL;
        if (!d || !tree_is(d, "linkEventDefinition")) continue;
        bool any = tree_child(d, points) != NULL;
        if (any ? lists(d, points, link->id) : str_equal(tree_get(d, "name"), tree_get(link, "name"))) return true;
    }
    return false;
}

static void check_definition(checker *c, const tree_node *n)
{
    const tree_node *event = n->parent;
    bool executed = is_executed(c, n);
    if (tree_is(n, "timerEventDefinition")) {
        int times = 0;
        for (const tree_node *k = n->first; k; k = k->next) {
            bool time = tree_is(k, "timeDate") || tree_is(k, "timeDuration") || tree_is(k, "timeCycle");
            times += time;
            RULE(executed && time && k->text.len == 0, k, "BPMN-TIMER", "定时器的时限为空", "the timer's time is empty (table 10.101)");
        }
        RULE(times > 1, n, "BPMN-TIMER", "timeDate、timeDuration、timeCycle 只能写一个", "only one of timeDate, timeDuration and timeCycle (table 10.101)");
    }
    if (executed && tree_is(n, "conditionalEventDefinition"))
        RULE(!tree_child(n, "condition") || !tree_child(n, "condition")->text.len, n, "BPMN-CONDITION-EMPTY", "条件事件没有条件", "a conditional event has a condition (table 10.95)");
    bool throws = executed && (tree_is(event, "endEvent") || tree_is(event, "intermediateThrowEvent"));
    if (tree_is(n, "escalationEventDefinition") && throws) {
        const tree_node *e = tree_find(c->index, tree_get(n, "escalationRef"));
        RULE(!e || !tree_get(e, "escalationCode").len, n, "BPMN-ESCALATION-CODE", "抛出升级须写明代码", "an escalation that is thrown has a code (10.5.5)");
    }
    if (tree_is(n, "errorEventDefinition") && throws) {
        const tree_node *e = tree_find(c->index, tree_get(n, "errorRef"));
        RULE(!e || !tree_get(e, "errorCode").len, n, "BPMN-ERROR-CODE", "抛出错误须写明代码", "an error that is thrown has a code (10.5.5)");
    }
    if (!named(event, events)) return;                      // shared, or of a multi-instance
    if (executed && tree_is(n, "messageEventDefinition")) {
        RULE(!tree_get(n, "messageRef").len, n, "BPMN-MESSAGE-REF", "可执行流程的消息事件须写明消息", "a message event of an executable process names its message (table 10.98)");
        RULE(c->strict && !tree_child(n, "operationRef"), n, "BPMN-MESSAGE-OPERATION", "可执行流程的消息事件须写明操作", "a message event of an executable process names its operation (table 10.98)");
    }
    if (tree_is(n, "linkEventDefinition")) {
        bool catching = tree_is(event, "intermediateCatchEvent");
        RULE(!link_has_partner(c, n, catching ? "intermediateThrowEvent" : "intermediateCatchEvent", catching ? "target" : "source"), n, "BPMN-LINK-PAIR", "链接没有另一端",
             "the link has no other end (10.5.5)");
        const tree_node *target = tree_child(n, "target");
        const tree_node *to = target ? tree_find(c->index, target->text) : NULL;
        RULE(target && (!to || !tree_is(to, "linkEventDefinition") || !named(to->parent, events) || to->parent->parent != event->parent), n, "BPMN-LINK-PAIR", "链接的另一端不在同一层", "the link's other end does not stand on the same level (10.5.5)");
        for (const tree_node *k = n->first; k; k = k->next) {
            const tree_node *from = tree_is(k, "source") ? tree_find(c->index, k->text) : NULL;
            RULE(tree_is(k, "source") && (!from || !tree_is(from, "linkEventDefinition") || !named(from->parent, events) || from->parent->parent != event->parent), n, "BPMN-LINK-PAIR", "链接的另一端不在同一层",
                 "the link's other end does not stand on the same level (10.5.5)");
        }
    }
}

// Where a scope has a start event nothing else begins, and where it has an end event nothing else ends (10.5.2, 10.5.3).
static void check_ends(checker *c, const tree_node *n)
{
    bool starts = false, finishes = false;
    if (tree_flag(n, "isForCompensation", false) || is_event_subprocess(n) || named(n, events)) return;
    for (const tree_node *k = n->parent->first; k; k = k->next) starts |= tree_is(k, "startEvent"), finishes |= tree_is(k, "endEvent");
    RULE(starts && listed(n, "incoming") == 0, n, "BPMN-NODE-INCOMING", "没有流入，永远不会开始", "it has no incoming flow and never begins (10.5.2)");
    RULE(finishes && listed(n, "outgoing") == 0, n, "BPMN-NODE-OUTGOING", "没有流出，也不是结束事件", "it has no outgoing flow and is no end event (10.5.3)");
}

// ---- gateways -----------------------------------------------------------------------------------------

static void check_event_gateway(checker *c, const tree_node *n)
{
    bool messages = false, receives = false;
    RULE(listed(n, "outgoing") < 2, n, "BPMN-EVENT-GATEWAY", "事件网关至少有两条流出", "an event-based gateway has two or more outgoing flows (10.6.6)");
    RULE(tree_flag(n, "instantiate", false) && listed(n, "incoming") > 0, n, "BPMN-EVENT-GATEWAY", "启动流程的事件网关不能有流入", "an instantiating event-based gateway has no incoming flow (10.6.6)");
    for (const tree_node *k = n->first; k; k = k->next) {
        const tree_node *f = tree_is(k, "outgoing") ? tree_find(c->index, k->text) : NULL, *to = f ? tree_find(c->index, tree_get(f, "targetRef")) : NULL;
        if (!to) continue;
        bool receive = tree_is(to, "receiveTask"), event = tree_is(to, "intermediateCatchEvent");
        RULE((!receive && !event) || !only(c, to, starts_process), to, "BPMN-EVENT-GATEWAY", "事件网关之后只能是消息、定时、条件、信号捕获事件或接收任务",
             "only message, timer, conditional and signal events and receive tasks follow an event-based gateway (10.6.6)");
        RULE(listed(to, "incoming") > 1, to, "BPMN-EVENT-GATEWAY", "事件网关之后的事件不能有其他流入", "what follows an event-based gateway has no other incoming flow (10.6.6)");
        for (const tree_node *b = to->parent->first; receive && b; b = b->next)
            RULE(tree_is(b, "boundaryEvent") && str_equal(tree_get(b, "attachedToRef"), to->id), to, "BPMN-EVENT-GATEWAY", "事件网关之后的接收任务不能带边界事件",
                 "a receive task after an event-based gateway has no boundary events (10.6.6)");
        receives |= receive;
        messages |= event && has(c, to, "messageEventDefinition");
    }
    RULE(messages && receives, n, "BPMN-EVENT-GATEWAY", "事件网关之后不能既有消息事件又有接收任务", "message events and receive tasks do not both follow an event-based gateway (10.6.6)");
}

static void check_gateway(checker *c, const tree_node *n)
{
    int in = listed(n, "incoming"), out = listed(n, "outgoing");
    str direction = tree_get(n, "gatewayDirection");
    RULE(in < 2 && out < 2 && !(tree_is(n, "eventBasedGateway") && out), n, "BPMN-GATEWAY", "网关至少有两条流入或两条流出", "a gateway has two or more incoming, or two or more outgoing flows (10.6.1)");
    bool converging = str_equal(direction, STR("Converging")), diverging = str_equal(direction, STR("Diverging")), mixed = str_equal(direction, STR("Mixed"));
    RULE((converging && (in < 2 || out > 1)) || (diverging && (in > 1 || out < 2)) || (mixed && (in < 2 || out < 2)), n, "BPMN-GATEWAY-DIRECTION",
         "gatewayDirection 与流入、流出的条数不符", "gatewayDirection does not fit the number of flows (10.6.1)");
    if (tree_is(n, "eventBasedGateway")) check_event_gateway(c, n);
}

// ---- data ----------------------------------------------------------------------------------------------

// Every data input is used by an input set, every output by an output set; optional ones are among the set's own (10.4.1).
static void check_io(checker *c, const tree_node *n)
{
    static const struct { const char *data, *set, *refs, *optional, *executing; } sides[] = {
        {"dataInput", "inputSet", "dataInputRefs", "optionalInputRefs", "whileExecutingInputRefs"},
        {"dataOutput", "outputSet", "dataOutputRefs", "optionalOutputRefs", "whileExecutingOutputRefs"}};
    for (int s = 0; s < 2; s++) {
        RULE(!tree_child(n, sides[s].set), n, "BPMN-IO-SET", "ioSpecification 须有 inputSet 和 outputSet", "an ioSpecification has an inputSet and an outputSet (10.4.1)");
        for (const tree_node *k = n->first; k; k = k->next) {
            bool used = false;
            for (const tree_node *set = n->first; set; set = set->next) used |= tree_is(set, sides[s].set) && lists(set, sides[s].refs, k->id);
            RULE(tree_is(k, sides[s].data) && !used, k, "BPMN-IO-UNUSED", "没有任何数据集合包含它", "no set of the ioSpecification has it (10.4.1)");
            if (!tree_is(k, sides[s].set)) continue;
            for (const tree_node *r = k->first; r; r = r->next)
                RULE((tree_is(r, sides[s].optional) || tree_is(r, sides[s].executing)) && !lists(k, sides[s].refs, r->text), r, "BPMN-IO-OPTIONAL", "可选数据不在同一集合中",
                     "optional data is not among the data of its set (10.4.1)");
        }
        const char *other_refs = s ? "inputSetRefs" : "outputSetRefs", *back = s ? "outputSetRefs" : "inputSetRefs";
        for (const tree_node *k = n->first; k; k = k->next)
            for (const tree_node *r = tree_is(k, sides[s].set) ? k->first : NULL; r; r = r->next) {
                const tree_node *other = tree_is(r, other_refs) ? tree_find(c->index, r->text) : NULL;
                RULE(other && !lists(other, back, k->id), r, "BPMN-IO-PAIR", "输入集合与输出集合须互相引用", "input set and output set refer to each other (10.4.1)");
            }
    }
}

static const tree_node *item_of(const checker *c, const tree_node *n)
{
    if (n && tree_is(n, "dataObjectReference")) n = tree_find(c->index, tree_get(n, "dataObjectRef"));
    return n ? tree_find(c->index, tree_get(n, "itemSubjectRef")) : NULL;
}

// Two definitions are equivalent when they are one, or name the same structure.
static bool same_item(const tree_node *x, const tree_node *y)
{
    if (!x || !y || x == y) return x == y;
    return tree_get(x, "structureRef").len && str_equal(tree_get(x, "structureRef"), tree_get(y, "structureRef"));
}

static const tree_node *nth(const tree_node *n, const char *name, int number)
{
    for (const tree_node *k = n ? n->first : NULL; k; k = k->next)
        if (tree_is(k, name) && number-- == 0) return k;
    return NULL;
}

static const tree_node *referred(const checker *c, const tree_node *n, const char *child)
{
    const tree_node *k = tree_child(n, child);
    return k ? tree_find(c->index, k->text) : NULL;
}

// The data that a message fills or is filled from: at most one, of the message's type.
static bool fits_message(const checker *c, const tree_node *io, const char *data, const tree_node *message)
{
    const tree_node *only_one = tree_child(io, data), *item = message ? tree_find(c->index, tree_get(message, "itemRef")) : NULL;
    if (io && listed(io, data) > 1) return false;
    return !only_one || !item || same_item(item_of(c, only_one), item);
}

static int count_of(const tree_node *n, const char *name) { return n ? listed(n, name) : 0; }

static void check_activity_data(checker *c, const tree_node *n)
{
    const tree_node *io = tree_child(n, "ioSpecification"), *operation = tree_find(c->index, tree_get(n, "operationRef")), *message = tree_find(c->index, tree_get(n, "messageRef"));
    bool sends = tree_is(n, "sendTask"), receives = tree_is(n, "receiveTask");
    if (tree_is(n, "serviceTask") && operation) {
        const tree_node *in = referred(c, operation, "inMessageRef"), *out = referred(c, operation, "outMessageRef");
        RULE(count_of(io, "inputSet") != 1 || count_of(io, "outputSet") > 1, n, "BPMN-OPERATION-DATA", "调用操作的服务任务须恰有一个 inputSet，至多一个 outputSet",
             "a service task with an operation has one inputSet and at most one outputSet (10.3.3)");
        RULE(io && (!tree_child(io, "dataInput") || !fits_message(c, io, "dataInput", in)), n, "BPMN-OPERATION-DATA", "数据输入的类型须与操作的输入消息相同", "its one data input has the type of the operation's input message (10.3.3)");
        RULE(io && out && (!tree_child(io, "dataOutput") || !fits_message(c, io, "dataOutput", out)), n, "BPMN-OPERATION-DATA", "数据输出的类型须与操作的输出消息相同",
             "its one data output has the type of the operation's output message (10.3.3)");
    }
    if (!message) message = referred(c, operation, "inMessageRef");
    RULE(sends && (count_of(io, "inputSet") > 1 || !fits_message(c, io, "dataInput", message)), n, "BPMN-MESSAGE-DATA", "发送任务至多有一个数据输入，类型与消息相同",
         "a send task has at most one data input, of its message's type (10.3.3)");
    RULE(receives && (count_of(io, "outputSet") > 1 || !fits_message(c, io, "dataOutput", message)), n, "BPMN-MESSAGE-DATA", "接收任务至多有一个数据输出，类型与消息相同",
         "a receive task has at most one data output, of its message's type (10.3.3)");
    const tree_node *called = tree_is(n, "callActivity") ? tree_find(c->index, tree_get(n, "calledElement")) : NULL, *theirs = tree_child(called, "ioSpecification");
    static const char *const parts[] = {"dataInput", "dataOutput", "inputSet", "outputSet"};
    bool match = true;
    for (size_t i = 0; called && i < sizeof parts / sizeof *parts && match; i++) {
        match = count_of(io, parts[i]) == count_of(theirs, parts[i]);
        for (int k = 0; match && i < 2 && nth(io, parts[i], k); k++) match = same_item(item_of(c, nth(io, parts[i], k)), item_of(c, nth(theirs, parts[i], k)));
    }
    RULE(!match, n, "BPMN-CALLED-DATA", "数据输入输出须与被调用者一致", "its data inputs and outputs match those of what it calls (10.3.6)");
}

// Data of an event and its definitions stand in the same order (10.4.1). Which definitions carry something, and what names its type?
static void check_event_data(checker *c, const tree_node *n)
{
    static const struct { const char *definition, *ref, *item; } carriers[] = {{"messageEventDefinition", "messageRef", "itemRef"}, {"signalEventDefinition", "signalRef", "structureRef"},
                                                                               {"errorEventDefinition", "errorRef", "structureRef"}, {"escalationEventDefinition", "escalationRef", "structureRef"}};
    const char *data = tree_is(n, "endEvent") || tree_is(n, "intermediateThrowEvent") ? "dataInput" : "dataOutput";
    const tree_node *d;
    int carrying = 0;
    bool fit = true;
    if (!tree_child(n, data)) return;
    for (int i = 0; (d = definition_of(c, n, i)); i++)
        for (size_t k = 0; k < sizeof carriers / sizeof *carriers; k++) {
            if (!tree_is(d, carriers[k].definition)) continue;
            const tree_node *carried = tree_find(c->index, tree_get(d, carriers[k].ref)), *item = tree_find(c->index, tree_get(carried, carriers[k].item));
            const tree_node *own = nth(n, data, carrying++);
            fit &= !own || !item || same_item(item_of(c, own), item);
        }
    RULE(carrying != listed(n, data), n, "BPMN-EVENT-DATA", "数据的个数须与事件定义的个数相同", "an event has as many data inputs or outputs as event definitions (10.4.1)");
    RULE(!fit, n, "BPMN-EVENT-DATA", "数据的类型须与所传的消息、信号、错误、升级相同", "the data of an event has the type of its message, signal, error or escalation (10.4.1)");
}

// The collection is the task's own data, or data that a sub-process sees; its items have the collection's type (table 10.31).
static void check_loop_data(checker *c, const tree_node *n)
{
    static const struct { const char *ref, *data, *item; } sides[] = {{"loopDataInputRef", "dataInput", "inputDataItem"}, {"loopDataOutputRef", "dataOutput", "outputDataItem"}};
    for (int s = 0; s < 2; s++) {
        const tree_node *all = referred(c, n, sides[s].ref), *one = tree_child(n, sides[s].item);
        const tree_node *of_all = item_of(c, all), *of_one = item_of(c, one);
        bool own = all && tree_is(all, sides[s].data) && all->parent->parent == n->parent;
        RULE(all && !named(n->parent, scopes) && !own, n, "BPMN-LOOP-DATA", "多实例的集合须是该任务自己的数据输入或输出", "the collection is a data input or output of the task itself (table 10.31)");
        RULE(of_all && !tree_flag(of_all, "isCollection", false), n, "BPMN-LOOP-DATA", "多实例所遍历的不是集合", "what it goes through is no collection (table 10.31)");
        RULE(of_all && of_one && (tree_flag(of_one, "isCollection", false) || (of_one != of_all && !same_item(of_one, of_all))), n, "BPMN-LOOP-DATA", "单项的类型须是集合成员的类型",
             "an item has the type of the collection's members (table 10.31)");
    }
}

// Who offers an interface says how its data meets the operations (10.3.6, table 10.21).
static void check_service(checker *c, const tree_node *n)
{
    RULE(tree_child(n, "supportedInterfaceRef") && !tree_child(n, "ioBinding"), n, "BPMN-IO-BINDING", "提供接口的须有 ioBinding", "what supports an interface has an ioBinding (10.3.6)");
    static const struct { const char *ref, *refs, *message; } sides[] = {{"inputDataRef", "dataInputRefs", "inMessageRef"}, {"outputDataRef", "dataOutputRefs", "outMessageRef"}};
    const tree_node *operation = tree_is(n, "ioBinding") ? tree_find(c->index, tree_get(n, "operationRef")) : NULL;
    for (int s = 0; s < 2 && operation; s++) {
        const tree_node *data = tree_find(c->index, tree_get(n, sides[s].ref)), *message = referred(c, operation, sides[s].message);
        if (data && tree_child(data, sides[s].refs)) data = referred(c, data, sides[s].refs);
        const tree_node *item = message ? tree_find(c->index, tree_get(message, "itemRef")) : NULL;
        RULE(data && item && !same_item(item_of(c, data), item), n, "BPMN-IO-BINDING", "数据的类型须与操作的消息相同", "the data has the type of the operation's message (10.3.6)");
    }
}

// A reference shows its object's name and its own state: "Object [ state ]" (10.4.1).
static bool shows_state(const tree_node *reference, const tree_node *object, str state)
{
    str name = tree_get(reference, "name"), of = tree_get(object, "name");
    if (!name.len || !of.len || !state.len) return true;
    if (!str_starts(name, of) || !str_ends(name, STR("]"))) return false;
    str rest = str_trim(str_slice(name, of.len, name.len - 1));
    return rest.len && rest.data[0] == '[' && str_equal(str_trim(str_slice(rest, 1, rest.len)), state);
}

static void check_data(checker *c, const tree_node *n)
{
    bool executed = n->parent && is_executed(c, n);
    if (executed && (tree_is(n, "dataObject") || tree_is(n, "dataInput") || tree_is(n, "dataOutput"))) {
        const tree_node *item = item_of(c, n);
        RULE(item && tree_flag(n, "isCollection", false) != tree_flag(item, "isCollection", false), n, "BPMN-DATA-COLLECTION", "isCollection 与所引用的类型不一致",
             "isCollection differs from that of its itemDefinition (10.4.1)");
    }
    RULE(tree_is(n, "property") && !named(n->parent, scopes) && !named(n->parent, activities) && !named(n->parent, events), n, "BPMN-PROPERTY", "属性只属于流程、活动和事件", "only processes, activities and events have properties (10.4.1)");
    RULE(tree_is(n, "ioSpecification") && (tree_is(n->parent, "subProcess") || tree_is(n->parent, "transaction") || tree_is(n->parent, "adHocSubProcess")), n, "BPMN-IO-SCOPE", "子流程不直接定义数据输入输出",
         "a sub-process defines no data inputs and outputs of its own (10.4.1)");
    const tree_node *object = executed && tree_is(n, "dataObjectReference") ? tree_find(c->index, tree_get(n, "dataObjectRef")) : NULL;
    RULE(object && !shows_state(n, object, tree_get(tree_child(n, "dataState"), "name")), n, "BPMN-DATA-STATE", "名称须为“数据对象名 [状态]”", "its name is that of its data object with the state in brackets (10.4.1)");
    bool input = tree_is(n, "dataInputAssociation");
    if (!input && !tree_is(n, "dataOutputAssociation")) return;
    const tree_node *source = referred(c, n, "sourceRef"), *target = referred(c, n, "targetRef");
    RULE(executed && source && tree_is(source, "dataOutput") && tree_is(source->parent->parent, "process"), n, "BPMN-DATA-DIRECTION", "流程的数据输出不能作来源", "a data output of the process is no source within it (10.4.1)");
    RULE(executed && target && tree_is(target, "dataInput") && tree_is(target->parent->parent, "process"), n, "BPMN-DATA-DIRECTION", "流程的数据输入不能作目标", "a data input of the process is no target within it (10.4.1)");
    int sources = listed(n, "sourceRef");
    RULE(sources > 1 && !tree_child(n, "transformation"), n, "BPMN-DATA-SOURCES", "多个来源须有转换", "several sources need a transformation (10.4.2)");
    if (!executed || sources != 1 || tree_child(n, "transformation") || tree_child(n, "assignment")) return;
    const tree_node *from = item_of(c, source), *to = item_of(c, target);
    RULE(from && to && !same_item(from, to), n, "BPMN-DATA-TYPE", "来源和目标的类型不同", "source and target have different types (10.4.2)");
}

// ---- activities and scopes ----------------------------------------------------------------------------

static void check_scope(checker *c, const tree_node *n)
{
    int starts = 0, finishes = 0, work = 0;
    for (const tree_node *k = n->first; k; k = k->next) {
        starts += tree_is(k, "startEvent");
        finishes += tree_is(k, "endEvent");
        work += named(k, activities);
    }
    RULE((starts > 0) != (finishes > 0), n, "BPMN-START-END", "有启动事件就须有结束事件，反之亦然", "where there is a start event there is an end event, and the other way round (10.5.2)");
    RULE(is_event_subprocess(n) && starts != 1, n, "BPMN-EVENT-SUBPROCESS", "事件子流程须恰有一个启动事件", "an event sub-process has exactly one start event (10.3.5)");
    RULE(is_event_subprocess(n) && (listed(n, "incoming") || listed(n, "outgoing")), n, "BPMN-EVENT-SUBPROCESS", "事件子流程不能有流入流出", "an event sub-process has no sequence flows (10.3.5)");
    if (!tree_is(n, "adHocSubProcess")) return;
    RULE(work == 0, n, "BPMN-AD-HOC", "特设子流程至少有一个活动", "an ad-hoc sub-process has an activity (10.3.5)");
    RULE(starts + finishes > 0, n, "BPMN-AD-HOC", "特设子流程不能有启动事件和结束事件", "an ad-hoc sub-process has no start and no end events (10.3.5)");
}

static void check_activity(checker *c, const tree_node *n)
{
    RULE(tree_child(n, "standardLoopCharacteristics") && tree_child(n, "multiInstanceLoopCharacteristics"), n, "BPMN-LOOP-TWICE", "不能既是循环又是多实例", "an activity is not both a loop and a multi-instance (10.3.8)");
    RULE(tree_flag(n, "isForCompensation", false) && (listed(n, "incoming") || listed(n, "outgoing")), n, "BPMN-COMPENSATION-FLOW", "补偿活动不能有顺序流", "a compensation activity has no sequence flows (10.7.3)");
    RULE(tree_is(n, "receiveTask") && tree_flag(n, "instantiate", false) && listed(n, "incoming"), n, "BPMN-RECEIVE-START", "启动流程的接收任务不能有流入", "an instantiating receive task has no incoming flow (10.3.3)");
    if (is_executed(c, n)) check_activity_data(c, n);
    if (!tree_is(n, "callActivity")) return;
    const tree_node *called = tree_find(c->index, tree_get(n, "calledElement"));
    bool none = false, any = false;
    for (const tree_node *k = called ? called->first : NULL; k; k = k->next)
        if (tree_is(k, "startEvent")) any = true, none |= !definition_of(c, k, 0);
    RULE(any && !none, n, "BPMN-CALLED-START", "被调用的流程须有无触发条件的启动事件", "a called process has a start event without a trigger (10.5.2)");
}

static void check_association(checker *c, const tree_node *n)
{
    const tree_node *from = tree_find(c->index, tree_get(n, "sourceRef")), *to = tree_find(c->index, tree_get(n, "targetRef"));
    if (!from || !to || !tree_is(from, "boundaryEvent") || !has(c, from, "compensateEventDefinition") || !named(to, activities)) return;
    RULE(!tree_flag(to, "isForCompensation", false), to, "BPMN-COMPENSATION-MARK", "补偿活动须标明 isForCompensation", "a compensation activity is marked isForCompensation (10.7.3)");
}

// ---- collaboration --------------------------------------------------------------------------------------

static const tree_node *pool_of(const checker *c, const tree_node *n)
{
    if (!n || tree_is(n, "participant")) {
        const tree_node *p = n ? tree_find(c->index, tree_get(n, "processRef")) : NULL;
        return p ? p : n;
    }
    while (n->parent && !tree_is(n, "process")) n = n->parent;
    return n;
}

static void check_message_flow(checker *c, const tree_node *n)
{
    const tree_node *from = tree_find(c->index, tree_get(n, "sourceRef")), *to = tree_find(c->index, tree_get(n, "targetRef"));
    if (!from || !to) return;
    bool ends_fit = (tree_is(from, "participant") || named(from, activities) || named(from, events)) && (tree_is(to, "participant") || named(to, activities) || named(to, events));
    RULE(!ends_fit, n, "BPMN-MESSAGE-FLOW", "消息流只能连接参与者、活动和事件", "a message flow connects participants, activities and events (7.6.2)");
    RULE(pool_of(c, from) == pool_of(c, to), n, "BPMN-MESSAGE-FLOW", "消息流须连接两个不同的参与者", "a message flow connects two different participants (7.6.2)");
    bool sends = tree_is(from, "endEvent") || tree_is(from, "intermediateThrowEvent"), takes = tree_is(to, "startEvent") || tree_is(to, "intermediateCatchEvent") || tree_is(to, "boundaryEvent");
    RULE(named(from, events) && (!sends || !has(c, from, "messageEventDefinition")), n, "BPMN-MESSAGE-FLOW", "这一事件不发出消息", "this event sends no message (7.6.2)");
    RULE(named(to, events) && (!takes || !has(c, to, "messageEventDefinition")), n, "BPMN-MESSAGE-FLOW", "这一事件不接收消息", "this event receives no message (7.6.2)");
}

static int64_t whole(const tree_node *n, const char *name, int64_t fallback)
{
    decimal x;
    int64_t v;
    str text = tree_get(n, name);
    return text.len && decimal_parse(text, &x) && decimal_to_int(x, &v) ? v : fallback;
}

static bool bad_uri(str s)
{
    for (ptrdiff_t i = 0; i < s.len; i++)
        if (s.data[i] <= ' ' || strchr("<>\"{}|\\^`", s.data[i]) || (s.data[i] == '%' && (i + 2 >= s.len || !strchr("0123456789abcdefABCDEF", s.data[i + 1])))) return true;
    return false;
}

static void check_various(checker *c, const tree_node *n)
{
    RULE(tree_is(n, "participantMultiplicity") && (whole(n, "minimum", 0) < 0 || whole(n, "maximum", 1) < whole(n, "minimum", 0) || whole(n, "maximum", 1) < 1), n, "BPMN-MULTIPLICITY", "参与者数量的上下限不合理",
         "minimum is 0 or more and maximum not below it (table 9.4)");
    RULE(bad_uri(tree_get(n, "language")) || (tree_is(n, "transaction") && bad_uri(tree_get(n, "method"))), n, "BPMN-URI", "不是有效的 URI", "not a valid URI (8.4.7)");
    str format = tree_get(n, "textFormat");
    RULE(format.len && str_find_byte(format, '/') < 0, n, "BPMN-MIME", "textFormat 不是 MIME 类型", "textFormat is no MIME type (8.4.1)");
    format = tree_get(n, "scriptFormat");
    RULE(format.len && str_find_byte(format, '/') < 0 && str_find(format, STR("eel")) < 0 && str_find(format, STR("FEEL")) < 0, n, "BPMN-MIME", "scriptFormat 不是 MIME 类型", "scriptFormat is no MIME type (10.3.3)");
    RULE(tree_child(n, "resourceAssignmentExpression") && tree_child(n, "resourceParameterBinding"), n, "BPMN-RESOURCE", "不能既有分配表达式又有参数绑定", "not both a resource assignment expression and parameter bindings (10.3.1)");
    RULE(c->strict && tree_is(n, "script") && tree_is(n->parent, "scriptTask") && is_executed(c, n) && !tree_get(n->parent, "scriptFormat").len, n, "BPMN-SCRIPT-FORMAT", "有脚本就须写明 scriptFormat",
         "where there is a script there is a scriptFormat (10.3.3)");
    const tree_node *shared = tree_is(n, "eventDefinitionRef") ? tree_find(c->index, n->text) : NULL;
    RULE(shared && (shared->parent != c->root || !named(shared, definitions)), n, "BPMN-DEFINITION-REF", "引用的事件定义须在 definitions 一层", "a referenced event definition stands under definitions (10.5.1)");
}

// 8.4.7: an Expression is natural language; only a FormalExpression is executed. Some are formal by their place and need no mark.
static void check_expression(checker *c, const tree_node *n)
{
    static const word plain[] = {{"conditionExpression"}, {"condition"}, {"from"}, {"to"}, {"loopCondition"}, {"loopCardinality"}, {"completionCondition"}, {"activationCondition"},
                                 {"timeDate"}, {"timeDuration"}, {"timeCycle"}, {NULL}};
    static const word formal[] = {{"transformation"}, {"messagePath"}, {"dataPath"}, {NULL}};
    bool any = named(n, plain);
    if ((!any && !named(n, formal)) || !is_executed(c, n)) return;
    RULE(n->text.len == 0, n, "BPMN-EXPRESSION-EMPTY", "表达式为空", "the expression is empty (8.4.7)");
    bool marked = false;
    for (int i = 0; i < n->attributes_count; i++) marked |= n->attributes[i].ns == NS_XSI && str_ends(n->attributes[i].value, STR("tFormalExpression"));
    RULE(c->strict && any && !marked, n, "BPMN-EXPRESSION-FORMAL", "可执行流程的表达式须标明 xsi:type=\"tFormalExpression\"", "an expression that is executed is marked xsi:type=\"tFormalExpression\" (8.4.7)");
}

void bpmn_check_tree(const tree_node *root, const tree_index *index, str file, bool strict, diag_list *d)
{
    checker checking = {.root = root, .index = index, .file = file, .strict = strict, .diags = d}, *c = &checking;
    for (const tree_node *n = root->first; n; n = n->next) c->any_executable |= tree_is(n, "process") && tree_flag(n, "isExecutable", false);
    check_ids(c);
    for (const tree_node *n = root; n; n = tree_next(n)) {
        if (n->ns != NS_BPMN) continue;
        check_references(c, n);
        RULE((is_node(n) || tree_is(n, "sequenceFlow") || tree_is(n, "process")) && !n->id.len, n, "BPMN-ID-MISSING", "元素须有标识 id", "the element needs an id (8.3.1)");
        if (is_node(n)) check_listed(c, n), check_ends(c, n);
        if (tree_is(n, "sequenceFlow")) check_flow(c, n);
        if (tree_is(n, "startEvent")) check_start(c, n);
        if (tree_is(n, "endEvent")) check_end(c, n);
        if (tree_is(n, "boundaryEvent")) check_boundary(c, n);
        if (tree_is(n, "intermediateCatchEvent")) check_intermediate(c, n, true);
        if (tree_is(n, "intermediateThrowEvent")) check_intermediate(c, n, false);
        if (named(n, definitions) && n->parent) check_definition(c, n);
        if (named(n, gateways)) check_gateway(c, n);
        if (named(n, scopes)) check_scope(c, n);
        if (named(n, activities)) check_activity(c, n);
        if (tree_is(n, "association")) check_association(c, n);
        if (tree_is(n, "ioSpecification")) check_io(c, n);
        if (tree_is(n, "messageFlow")) check_message_flow(c, n);
        if (named(n, events) && is_executed(c, n)) check_event_data(c, n);
        if (tree_is(n, "multiInstanceLoopCharacteristics") && is_executed(c, n)) check_loop_data(c, n);
        if (tree_child(n, "supportedInterfaceRef") || tree_is(n, "ioBinding")) check_service(c, n);
        check_data(c, n);
        check_expression(c, n);
        check_various(c, n);
    }
}

// ---- warnings on the compiled model -------------------------------------------------------------------

void bpmn_check_flow(const bpmn_model *m, diag_list *d)
{
    for (int i = 0; i < m->elements_count; i++) {
        const element *e = &m->elements[i];
        bool branches = (e->kind == E_EXCLUSIVE || e->kind == E_INCLUSIVE || e->kind == E_COMPLEX) && e->out.count > 1 && e->fallback < 0;
        bool all_conditional = branches;
        for (int k = 0; k < e->out.count; k++) all_conditional &= m->flows[e->out.items[k]].condition.present;
        if (all_conditional)
            diag_add(d, DIAG_WARNING, "BPMN-NO-DEFAULT", tree_pos(e->xml), (bilingual){"为网关指定默认流", "give the gateway a default flow"},
                     (bilingual){"没有默认流：各条件都不成立时将停在这里", "no default flow: when no condition holds, the process stops here"});
    }
}
