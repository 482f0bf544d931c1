// From the tree of a file to a compiled model: flat arrays with indexes, expressions compiled.
#include <stdlib.h>

#include "bpmn/bpmn_internal.h"

enum { NAMES_MAX = 5000, IN_MAX = 64 /* a complex gateway's flows fit one word */ };

typedef struct {
    bpmn_model *m;
    const bpmn_options *options;
    arena *arena;
    diag_list *diags;
    tree_index index;
    str *names;                    // every variable that an expression may read
    ptrdiff_t names_count;
    int elements_cap, flows_cap;
    bool executable;               // is the process at hand?
} loader;

static const struct { const char *name; element_kind kind; } node_kinds[] = {
    {"subProcess", E_SUBPROCESS}, {"transaction", E_TRANSACTION}, {"adHocSubProcess", E_ADHOC}, {"callActivity", E_CALL},
    {"task", E_TASK}, {"manualTask", E_MANUAL}, {"userTask", E_USER}, {"serviceTask", E_SERVICE}, {"sendTask", E_SEND}, {"receiveTask", E_RECEIVE},
    {"scriptTask", E_SCRIPT}, {"businessRuleTask", E_RULE}, {"startEvent", E_START}, {"endEvent", E_END}, {"intermediateCatchEvent", E_CATCH},
    {"intermediateThrowEvent", E_THROW}, {"boundaryEvent", E_BOUNDARY}, {"exclusiveGateway", E_EXCLUSIVE}, {"inclusiveGateway", E_INCLUSIVE},
    {"parallelGateway", E_PARALLEL}, {"eventBasedGateway", E_EVENT_BASED}, {"complexGateway", E_COMPLEX},
};
static const struct { const char *name; element_kind kind; } global_kinds[] = {
    {"globalTask", E_TASK}, {"globalUserTask", E_USER}, {"globalManualTask", E_MANUAL}, {"globalScriptTask", E_SCRIPT}, {"globalBusinessRuleTask", E_RULE},
};
static const struct { const char *name; definition_kind kind; } definition_kinds[] = {
    {"messageEventDefinition", D_MESSAGE}, {"timerEventDefinition", D_TIMER}, {"errorEventDefinition", D_ERROR}, {"escalationEventDefinition", D_ESCALATION},
    {"cancelEventDefinition", D_CANCEL}, {"compensateEventDefinition", D_COMPENSATE}, {"conditionalEventDefinition", D_CONDITIONAL},
    {"linkEventDefinition", D_LINK}, {"signalEventDefinition", D_SIGNAL}, {"terminateEventDefinition", D_TERMINATE},
};
// What else may stand in a process without changing what it does.
static const char *const silent[] = {
    "documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group", "dataObject", "dataObjectReference", "dataStoreReference",
    "property", "ioSpecification", "incoming", "outgoing", "sequenceFlow", "auditing", "monitoring", "supports", "resourceRole", "performer",
    "humanPerformer", "potentialOwner", "dataInputAssociation", "dataOutputAssociation", "standardLoopCharacteristics",
    "multiInstanceLoopCharacteristics", "completionCondition", "correlationSubscription", "supportedInterfaceRef", "ioBinding", "artifact", "rendering", "script",
};
// What is not executed here: choreographies and conversations describe what several organisations exchange.
static const char *const refused_roots[] = {"choreography", "globalChoreographyTask", "globalConversation", "conversation"};

static void error(loader *l, const tree_node *n, const char *code, bilingual hint, bilingual format, ...)
{
    va_list args;
    va_start(args, format);
    diag_vadd(l->diags, DIAG_ERROR, code, tree_pos(n), hint, format, args);
    va_end(args);
}

// ---- ids and names ------------------------------------------------------------------------------------

static const tree_node *find(const loader *l, str id) { return tree_find(&l->index, id); }

static str label(const tree_node *n)
{
    str name = tree_get(n, "name");
    return name.len ? name : n ? n->id : (str){0};
}

static void add_name(loader *l, str name)
{
    if (name.len == 0 || l->names_count == NAMES_MAX) return;
    for (ptrdiff_t i = 0; i < l->names_count; i++)
        if (str_equal(l->names[i], name)) return;
    l->names[l->names_count++] = name;
}

static void collect_names(loader *l)
{
    // BPMN 2.0.2, tables 10.30 and 10.57: what loops and complex gateways offer to their conditions.
    static const char *const offered[] = {"loopCounter", "numberOfInstances", "numberOfActiveInstances", "numberOfCompletedInstances",
                                          "numberOfTerminatedInstances", "activationCount", "waitingForStart"};
    l->names = arena_new(l->arena, NAMES_MAX, str);
    for (ptrdiff_t i = 0; l->options && i < l->options->names_count; i++) add_name(l, l->options->names[i]);
    for (size_t i = 0; i < sizeof offered / sizeof *offered; i++) add_name(l, str_from(offered[i]));
    for (const tree_node *n = l->m->root; n; n = tree_next(n)) {
        if (tree_is(n, "dataObject") || tree_is(n, "property") || tree_is(n, "dataInput") || tree_is(n, "dataOutput")) add_name(l, label(n));
        if (n->ns != NS_ZEEBE) continue;
        add_name(l, tree_get(n, "resultVariable"));
        add_name(l, tree_get(n, "inputElement"));
        add_name(l, tree_get(n, "outputCollection"));
        if (str_equal(n->name, STR("input")) || str_equal(n->name, STR("output"))) add_name(l, tree_get(n, "target"));
    }
}

// ---- expressions --------------------------------------------------------------------------------------

static expression constant(str text) { return (expression){.present = text.len > 0, .text = text}; }

static expression compile_feel(loader *l, const tree_node *n, str text)
{
    feel_scope all = {.names = l->names, .count = l->names_count};
    feel_program *p = feel_compile(text, all, tree_pos(n), l->arena, l->diags);
    if (!p) return (expression){.present = true, .text = text};
    // Again with only the names it reads: evaluating then costs what the expression costs, however many names there are.
    str *used = arena_new(l->arena, l->names_count, str);
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < l->names_count; i++)
        if (feel_program_uses(p, i)) used[count++] = l->names[i];
    diag_list again = {.arena = l->arena};
    feel_program *small = feel_compile(text, (feel_scope){.names = used, .count = count}, tree_pos(n), l->arena, &again);
    // A name may be readable only beside a longer one; then the whole scope stays.
    if (!small) return (expression){true, p, l->names, l->names_count, text};
    return (expression){true, small, used, count, text};
}

// FEEL, with or without "=".
static expression compile(loader *l, const tree_node *n, str text)
{
    text = str_trim(text);
    if (text.len && text.data[0] == '=') text = str_trim(str_slice(text, 1, text.len));
    if (text.len == 0 || !l->executable) return (expression){0};
    return compile_feel(l, n, text);
}

// Camunda 8's way for attributes: "=" begins FEEL, anything else is itself.
static expression compile_static(loader *l, const tree_node *n, str text)
{
    text = str_trim(text);
    return text.len && text.data[0] == '=' ? compile(l, n, text) : constant(text);
}

static expression variable(loader *l, str name)
{
    expression e = {.present = true, .names = arena_new(l->arena, 1, str), .names_count = 1};
    ((str *)e.names)[0] = name;
    return e;
}

static expression compile_child(loader *l, const tree_node *n, const char *name)
{
    const tree_node *c = tree_child(n, name);
    return c ? compile(l, c, c->text) : (expression){0};
}

// What decides is true or false. Where an expression reads no variable its value is known now.
static expression compile_condition(loader *l, const tree_node *n)
{
    if (!n) return (expression){0};
    expression e = compile(l, n, n->text);
    if (!e.program || e.names_count > 0) return e;
    feel_evaluation v = {.arena = l->arena, .steps = BPMN_STEPS_PER_EXPRESSION};
    feel_value value = feel_evaluate(e.program, NULL, &v);
    if (value.kind != FEEL_BOOLEAN && value.kind != FEEL_NULL)
        error(l, n, "BPMN-CONDITION-TYPE", (bilingual){0}, (bilingual){"条件“%.*s”的值不是真或假", "the condition \"%.*s\" is neither true nor false"}, STR_ARG(e.text));
    return e;
}

// ---- event definitions --------------------------------------------------------------------------------

static definition compile_timer(loader *l, const tree_node *n, definition x)
{
    static const struct { const char *name; timer_kind kind; } kinds[] = {{"timeDate", TIMER_DATE}, {"timeDuration", TIMER_DURATION}, {"timeCycle", TIMER_CYCLE}};
    for (int i = 0; i < n->attributes_count; i++)
        if (n->attributes[i].ns == NS_FADU && str_equal(n->attributes[i].name, STR("clock"))) {
            x.timer = TIMER_CLOCK;
            x.name = n->attributes[i].value;
        }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const tree_node *c = tree_child(n, kinds[i].name);
        timestamp due;
        int remaining;
        int64_t period;
        if (!c || x.timer != TIMER_NONE) continue;
        x.timer = kinds[i].kind;
        if (bpmn_due(feel_string(c->text), x.timer, 0, 0, &due, &remaining, &period)) x.expression = constant(c->text);
        else x.expression = compile(l, c, c->text);
    }
    if (x.timer == TIMER_NONE && l->executable)
        diag_add(l->diags, DIAG_WARNING, "BPMN-TIMER-EMPTY", tree_pos(n), (bilingual){"写明 timeDuration、timeDate、timeCycle 或 fadu:clock", "give timeDuration, timeDate, timeCycle or fadu:clock"},
                 (bilingual){"定时器没有时限，不会触发", "a timer without a time never fires"});
    return x;
}

static definition compile_definition(loader *l, const tree_node *n)
{
    definition x = {.id = n->id, .activity = -1, .wait = tree_flag(n, "waitForCompletion", true)};
    for (size_t i = 0; i < sizeof definition_kinds / sizeof *definition_kinds; i++)
        if (tree_is(n, definition_kinds[i].name)) x.kind = definition_kinds[i].kind;
    const tree_node *ref;
    switch (x.kind) {
    case D_MESSAGE:
    case D_SIGNAL: {
        str id = tree_get(n, x.kind == D_MESSAGE ? "messageRef" : "signalRef");
        ref = find(l, id);
        x.name = ref ? label(ref) : id;
        const tree_node *subscription = x.kind == D_MESSAGE && ref ? tree_extension(ref, "subscription") : NULL;
        if (subscription) x.key = compile(l, subscription, tree_get(subscription, "correlationKey"));
        break;
    }
    case D_ERROR:
    case D_ESCALATION:
        ref = find(l, tree_get(n, x.kind == D_ERROR ? "errorRef" : "escalationRef"));
        x.name = ref ? tree_get(ref, x.kind == D_ERROR ? "errorCode" : "escalationCode") : (str){0};
        if (ref && x.name.len == 0) x.name = ref->id;
        break;
    case D_CONDITIONAL: x.expression = compile_condition(l, tree_child(n, "condition")); break;
    case D_TIMER: x = compile_timer(l, n, x); break;
    case D_LINK: x.name = tree_get(n, "name"); break;
    case D_NONE: case D_CANCEL: case D_COMPENSATE: case D_TERMINATE: break;
    }
    return x;
}

static bool is_definition(const tree_node *n)
{
    for (size_t i = 0; n && i < sizeof definition_kinds / sizeof *definition_kinds; i++)
        if (tree_is(n, definition_kinds[i].name)) return true;
    return false;
}

static void compile_definitions(loader *l, element *e)
{
    int count = 0;
    for (const tree_node *c = e->xml->first; c; c = c->next) count += is_definition(c) || tree_is(c, "eventDefinitionRef");
    e->definitions = arena_new(l->arena, count, definition);
    for (const tree_node *c = e->xml->first; c; c = c->next) {
        const tree_node *n = tree_is(c, "eventDefinitionRef") ? find(l, c->text) : c;
        if (is_definition(n)) e->definitions[e->definitions_count++] = compile_definition(l, n);
    }
}

// ---- activities ---------------------------------------------------------------------------------------

static void compile_loop(loader *l, element *e)
{
    const tree_node *n = tree_child(e->xml, "standardLoopCharacteristics");
    loop *x = &e->loop;
    int64_t number = 0;
    x->maximum = -1;
    if (n) {
        x->kind = LOOP_STANDARD;
        x->test_before = tree_flag(n, "testBefore", false);
        x->condition = compile_condition(l, tree_child(n, "loopCondition"));
        str maximum = tree_get(n, "loopMaximum");
        decimal m;
        if (maximum.len && (!decimal_parse(maximum, &m) || !decimal_to_int(m, &number) || number < 0 || number > BPMN_INSTANCES_MAX))
            error(l, n, "BPMN-LOOP-MAXIMUM", (bilingual){0}, (bilingual){"循环上限“%.*s”不是0至%d的整数", "loopMaximum \"%.*s\" is not a whole number from 0 to %d"}, STR_ARG(maximum), BPMN_INSTANCES_MAX);
        else if (maximum.len) x->maximum = (int)number;
        if (l->executable && !x->condition.present && x->maximum < 0)
            error(l, n, "BPMN-LOOP-ENDLESS", (bilingual){"写明 loopCondition 或 loopMaximum", "give a loopCondition or a loopMaximum"}, (bilingual){"循环没有结束条件", "the loop has nothing that ends it"});
    }
    n = tree_child(e->xml, "multiInstanceLoopCharacteristics");
    if (!n) return;
    x->kind = LOOP_MULTI;
    x->sequential = tree_flag(n, "isSequential", false);
    x->cardinality = compile_child(l, n, "loopCardinality");
    x->condition = compile_condition(l, tree_child(n, "completionCondition"));
    const tree_node *z = tree_extension(n, "loopCharacteristics");
    if (z) {
        x->collection = compile(l, z, tree_get(z, "inputCollection"));
        x->output = compile(l, z, tree_get(z, "outputElement"));
        x->item = tree_get(z, "inputElement");
        x->output_collection = tree_get(z, "outputCollection");
    }
    const tree_node *in = tree_child(n, "loopDataInputRef"), *out = tree_child(n, "loopDataOutputRef");
    if (in && !x->collection.present) x->collection = variable(l, label(find(l, in->text)));
    if (tree_child(n, "inputDataItem") && !x->item.len) x->item = label(tree_child(n, "inputDataItem"));
    if (out && !x->output_collection.len) x->output_collection = label(find(l, out->text));
    if (tree_child(n, "outputDataItem") && !x->output.present) x->output = variable(l, label(tree_child(n, "outputDataItem")));
    if (l->executable && !x->cardinality.present && !x->collection.present)
        error(l, n, "BPMN-MULTI-EMPTY", (bilingual){"写明 loopCardinality 或 zeebe:loopCharacteristics 的 inputCollection", "give a loopCardinality, or the inputCollection of zeebe:loopCharacteristics"},
              (bilingual){"多实例没有写明做几次", "the multi-instance does not say how many"});
    str behavior = tree_get(n, "behavior");
    x->behavior = str_equal(behavior, STR("None")) ? BEHAVIOR_NONE : str_equal(behavior, STR("One")) ? BEHAVIOR_ONE : str_equal(behavior, STR("Complex")) ? BEHAVIOR_COMPLEX : BEHAVIOR_ALL;
    if (x->behavior == BEHAVIOR_NONE || x->behavior == BEHAVIOR_ONE) {
        const tree_node *thrown = find(l, tree_get(n, x->behavior == BEHAVIOR_NONE ? "noneBehaviorEventRef" : "oneBehaviorEventRef"));
        if (is_definition(thrown)) x->thrown = compile_definition(l, thrown);
    }
    for (const tree_node *c = n->first; c; c = c->next) x->complex_count += tree_is(c, "complexBehaviorDefinition");
    x->complex = arena_new(l->arena, x->complex_count, complex_behavior);
    complex_behavior *next = x->complex;
    for (const tree_node *c = n->first; c; c = c->next) {
        if (!tree_is(c, "complexBehaviorDefinition")) continue;
        next->condition = compile_condition(l, tree_child(c, "condition"));
        const tree_node *event = tree_child(c, "event");
        for (const tree_node *t = event ? event->first : NULL; t; t = t->next)
            if (is_definition(t)) next->event = compile_definition(l, t);
        next++;
    }
}

static str item_name(loader *l, str id)
{
    const tree_node *n = find(l, id);
    if (n && tree_is(n, "dataObjectReference")) n = find(l, tree_get(n, "dataObjectRef"));
    return n ? label(n) : id;
}

static void add_mapping(loader *l, mappings *m, expression source, str target)
{
    mapping *grown = arena_new(l->arena, m->count + 1, mapping);
    if (m->count) memcpy(grown, m->items, sizeof *grown * (size_t)m->count);
    grown[m->count++] = (mapping){source, target};
    m->items = grown;
}

static void compile_mappings(loader *l, element *e)
{
    const tree_node *io = tree_extension(e->xml, "ioMapping");
    for (const tree_node *c = io ? io->first : NULL; c; c = c->next) {
        expression source = compile_static(l, c, tree_get(c, "source"));
        if (str_equal(c->name, STR("input"))) add_mapping(l, &e->inputs, source, tree_get(c, "target"));
        else if (str_equal(c->name, STR("output"))) add_mapping(l, &e->outputs, source, tree_get(c, "target"));
    }
    for (const tree_node *c = e->xml->first; c; c = c->next) {
        bool input = tree_is(c, "dataInputAssociation");
        if (!input && !tree_is(c, "dataOutputAssociation")) continue;
        mappings *to = input ? &e->inputs : &e->outputs;
        const tree_node *source = tree_child(c, "sourceRef"), *target = tree_child(c, "targetRef"), *change = tree_child(c, "transformation");
        // Stores of data outside the process are for people to see: nothing is read from or written to them here.
        const tree_node *other = find(l, input ? (source ? source->text : STR("")) : (target ? target->text : STR("")));
        if (!target || (other && tree_is(other, "dataStoreReference"))) continue;
        if (change) add_mapping(l, to, compile(l, change, change->text), item_name(l, target->text));
        else if (source) add_mapping(l, to, variable(l, item_name(l, source->text)), item_name(l, target->text));
    }
}

static int quantity(loader *l, const tree_node *n, const char *name)
{
    str text = tree_get(n, name);
    decimal x;
    int64_t value = 1;
    if (text.len && (!decimal_parse(text, &x) || !decimal_to_int(x, &value) || value < 1 || value > 1000)) {
        error(l, n, "BPMN-QUANTITY", (bilingual){0}, (bilingual){"%s“%.*s”不是1至1000的整数", "%s \"%.*s\" is not a whole number from 1 to 1000 (BPMN 2.0.2, table 10.3)"}, name, STR_ARG(text));
        return 1;
    }
    return (int)value;
}

static void compile_work(loader *l, element *e)
{
    const tree_node *n = e->xml, *z = tree_extension(n, "taskDefinition");
    if (z) e->job = compile_static(l, z, tree_get(z, "type"));
    switch (e->kind) {
    case E_USER: {
        const tree_node *who = tree_extension(n, "assignmentDefinition"), *form = tree_extension(n, "formDefinition");
        if (who) {
            e->assignee = compile_static(l, who, tree_get(who, "assignee"));
            e->groups = compile_static(l, who, tree_get(who, "candidateGroups"));
            e->users = compile_static(l, who, tree_get(who, "candidateUsers"));
        }
        if (form) e->form = compile_static(l, form, tree_has(form, "formId") ? tree_get(form, "formId") : tree_get(form, "formKey"));
        break;
    }
    case E_SERVICE: {
        const tree_node *operation = find(l, tree_get(n, "operationRef"));
        if (!e->job.present) e->job = constant(operation ? label(operation) : e->id);
        break;
    }
    case E_RULE: {
        const tree_node *called = tree_extension(n, "calledDecision");
        e->decision = called ? compile_static(l, called, tree_get(called, "decisionId")) : constant(e->id);
        e->result = tree_get(called, "resultVariable");
        break;
    }
    case E_SCRIPT: {
        const tree_node *own = tree_extension(n, "script"), *script = tree_child(n, "script");
        str format = tree_get(n, "scriptFormat");
        if (!format.len) format = tree_get(n, "scriptLanguage");        // of a global script task
        bool feel = str_find(format, STR("feel")) >= 0 || str_find(format, STR("FEEL")) >= 0;
        if (own) {
            e->script = compile(l, own, tree_get(own, "expression"));
            e->result = tree_get(own, "resultVariable");
        } else if (script && !feel && l->options && l->options->script_jobs) e->job = constant(script->text);
        else if (script && format.len && !feel && l->executable)
            error(l, n, "BPMN-SCRIPT-FORMAT", (bilingual){"改用 FEEL，或改为服务任务", "write it in FEEL, or make it a service task"}, (bilingual){"脚本语言“%.*s”不能在此执行", "scripts in \"%.*s\" are not executed here"}, STR_ARG(format));
        else if (script) e->script = compile(l, script, script->text);
        break;
    }
    case E_SEND:
    case E_RECEIVE: {
        str id = tree_get(n, "messageRef");
        const tree_node *message = find(l, id), *subscription = message ? tree_extension(message, "subscription") : NULL;
        e->message = (definition){.kind = D_MESSAGE, .name = message ? label(message) : id, .activity = -1};
        if (subscription) e->message.key = compile(l, subscription, tree_get(subscription, "correlationKey"));
        if (e->kind == E_RECEIVE) {
            e->definitions = &e->message;
            e->definitions_count = 1;
        }
        e->instantiate = tree_flag(n, "instantiate", false);
        break;
    }
    default: break;
    }
}

// ---- elements -----------------------------------------------------------------------------------------

static int add_element(loader *l, element_kind kind, tree_node *n, int scope)
{
    bpmn_model *m = l->m;
    if (m->elements_count == l->elements_cap) {
        int cap = l->elements_cap ? 2 * l->elements_cap : 64;
        element *grown = arena_new(l->arena, cap, element);
        if (m->elements_count) memcpy(grown, m->elements, sizeof *grown * (size_t)m->elements_count);
        m->elements = grown;
        l->elements_cap = cap;
    }
    int index = m->elements_count++;
    n->element = index + 1;
    m->elements[index] = (element){.kind = kind, .xml = n, .id = n->id, .name = tree_get(n, "name"), .scope = scope, .fallback = -1, .attached = -1, .handler = -1,
                                   .compensator = -1, .link = -1, .called = -1, .start_quantity = 1, .completion_quantity = 1, .executable = l->executable,
                                   .interrupting = true};
    m->elements[index].process = scope < 0 ? index : m->elements[scope].process;
    if (scope >= 0) m->elements[index].local = m->elements[scope].nodes++;
    return index;
}

static void add_index(loader *l, indexes *x, int value)
{
    if ((x->count & (x->count - 1)) == 0) {                 // full at powers of two
        int *grown = arena_new(l->arena, x->count ? 2 * x->count : 1, int);
        if (x->count) memcpy(grown, x->items, sizeof *grown * (size_t)x->count);
        x->items = grown;
    }
    x->items[x->count++] = value;
}

static bool one_of(str name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(name, str_from(list[i]))) return true;
    return false;
}

static void build_scope(loader *l, tree_node *n, int scope);

static void build_node(loader *l, tree_node *n, element_kind kind, int scope)
{
    if (l->m->elements_count >= BPMN_NODES_MAX) {
        if (l->m->elements_count == BPMN_NODES_MAX)
            error(l, n, "BPMN-NODES", (bilingual){0}, (bilingual){"文件的节点超过%d个", "the file has more than %d nodes"}, BPMN_NODES_MAX);
        return;
    }
    if (kind == E_SUBPROCESS && tree_flag(n, "triggeredByEvent", false)) kind = E_EVENT_SUBPROCESS;
    int index = add_element(l, kind, n, scope);
    element *e = &l->m->elements[index];
    e->for_compensation = tree_flag(n, "isForCompensation", false);
    e->interrupting = kind == E_START ? tree_flag(n, "isInterrupting", true) : tree_flag(n, "cancelActivity", true);
    e->parallel_multiple = tree_flag(n, "parallelMultiple", false);
    e->instantiate = tree_flag(n, "instantiate", false);
    e->parallel_start = str_equal(tree_get(n, "eventGatewayType"), STR("Parallel"));
    e->sequential = str_equal(tree_get(n, "ordering"), STR("Sequential"));
    e->cancel_remaining = tree_flag(n, "cancelRemainingInstances", true);
    if (is_event(kind)) compile_definitions(l, e);
    if (is_activity(kind)) {
        e->start_quantity = quantity(l, n, "startQuantity");
        e->completion_quantity = quantity(l, n, "completionQuantity");
        compile_loop(l, e);
        compile_work(l, e);
    }
    compile_mappings(l, e);
    if (kind == E_ADHOC) e->completion = compile_condition(l, tree_child(n, "completionCondition"));
    if (kind == E_COMPLEX) e->activation = compile_condition(l, tree_child(n, "activationCondition"));
    if (is_scope(kind) && kind != E_CALL) build_scope(l, n, index);
}

static void build_scope(loader *l, tree_node *n, int scope)
{
    for (tree_node *c = n->first; c; c = c->next) {
        if (c->ns != NS_BPMN) continue;
        bool node = false;
        for (size_t i = 0; i < sizeof node_kinds / sizeof *node_kinds && !node; i++)
            if ((node = tree_is(c, node_kinds[i].name))) build_node(l, c, node_kinds[i].kind, scope);
        if (!node && l->executable && !one_of(c->name, silent, sizeof silent / sizeof *silent))
            error(l, c, "BPMN-UNSUPPORTED", (bilingual){"换成可执行的元素", "use an element that can be executed"}, (bilingual){"不执行 %.*s", "%.*s is not executed"}, STR_ARG(c->name));
    }
}

static int element_of(const loader *l, str id)
{
    const tree_node *n = find(l, id);
    return n ? n->element - 1 : -1;
}

static void build_flows(loader *l, const tree_node *n)
{
    for (; n; n = tree_next(n)) {
        if (!tree_is(n, "sequenceFlow")) continue;
        int source = element_of(l, tree_get(n, "sourceRef")), target = element_of(l, tree_get(n, "targetRef"));
        if (source < 0 || target < 0) continue;             // a broken reference: the rules of the tree say so
        bpmn_model *m = l->m;
        if (m->flows_count == l->flows_cap) {
            int cap = l->flows_cap ? 2 * l->flows_cap : 64;
            flow *grown = arena_new(l->arena, cap, flow);
            if (m->flows_count) memcpy(grown, m->flows, sizeof *grown * (size_t)m->flows_count);
            m->flows = grown;
            l->flows_cap = cap;
        }
        element *e = &m->elements[source];
        const tree_node *condition = tree_child(n, "conditionExpression");
        l->executable = e->executable;
        // A condition counts only where the specification gives it a meaning (13.4: a parallel gateway ignores it).
        bool counts = condition && e->kind != E_PARALLEL && e->kind != E_EVENT_BASED;
        int index = m->flows_count++;
        m->flows[index] = (flow){n->id, source, target, compile_condition(l, counts ? condition : NULL), n};
        add_index(l, &e->out, index);
        add_index(l, &m->elements[target].in, index);
        if (str_equal(tree_get(e->xml, "default"), n->id)) e->fallback = index;
    }
}

// ---- what belongs to what -----------------------------------------------------------------------------

static void connect_compensation(loader *l)
{
    bpmn_model *m = l->m;
    for (const tree_node *n = m->root; n; n = tree_next(n)) {
        if (!tree_is(n, "association")) continue;
        int from = element_of(l, tree_get(n, "sourceRef")), to = element_of(l, tree_get(n, "targetRef"));
        if (from < 0 || to < 0) continue;
        if (m->elements[to].kind == E_BOUNDARY) { int swap = from; from = to; to = swap; }
        element *e = &m->elements[from];
        if (e->kind != E_BOUNDARY || e->definitions_count != 1 || e->definitions[0].kind != D_COMPENSATE || !is_activity(m->elements[to].kind)) continue;
        e->handler = to;
        if (e->attached >= 0) m->elements[e->attached].compensator = to;
    }
}

static void connect_links(loader *l, element *e)
{
    const tree_node *target = NULL;
    for (const tree_node *c = e->xml->first; c; c = c->next)
        if (tree_is(c, "linkEventDefinition")) target = tree_child(c, "target");
    for (int i = 0; i < l->m->elements_count; i++) {
        const element *to = &l->m->elements[i];
        if (to->kind != E_CATCH || to->scope != e->scope || to->definitions_count != 1 || to->definitions[0].kind != D_LINK) continue;
        bool same = target ? str_equal(target->text, to->definitions[0].id) : str_equal(e->definitions[0].name, to->definitions[0].name);
        if (same) e->link = i;
    }
    if (e->link < 0 && e->executable)
        error(l, e->xml, "BPMN-LINK", (bilingual){0}, (bilingual){"同一层没有与链接“%.*s”对应的捕获事件", "no catching event of the same level belongs to the link \"%.*s\""}, STR_ARG(e->definitions[0].name));
}

static void connect_call(loader *l, element *e)
{
    const tree_node *z = tree_extension(e->xml, "calledElement");
    str id = tree_get(e->xml, "calledElement");
    if (id.len == 0) id = tree_get(z, "processId");
    int called = element_of(l, id);
    if (called >= 0 && l->m->elements[called].kind == E_PROCESS) e->called = called;
    else if (e->executable)
        error(l, e->xml, "BPMN-CALLED-ELEMENT", (bilingual){"被调用的流程须在同一文件中", "the called process must stand in the same file"},
              (bilingual){"没有流程或全局任务“%.*s”", "there is no process or global task \"%.*s\""}, STR_ARG(id));
}

static void connect(loader *l, int index)
{
    bpmn_model *m = l->m;
    element *e = &m->elements[index];
    if (e->kind == E_BOUNDARY) {
        e->attached = element_of(l, tree_get(e->xml, "attachedToRef"));
        if (e->attached >= 0 && is_activity(m->elements[e->attached].kind)) add_index(l, &m->elements[e->attached].boundaries, index);
        else e->attached = -1;
    }
    if (e->kind == E_THROW && e->definitions_count == 1 && e->definitions[0].kind == D_LINK) connect_links(l, e);
    if (e->kind == E_CALL) connect_call(l, e);
    if (e->kind == E_EVENT_BASED)
        for (int i = 0; i < e->out.count; i++) add_index(l, &e->sources, m->flows[e->out.items[i]].target);
    int k = 0;
    for (const tree_node *c = e->xml->first; is_event(e->kind) && c; c = c->next) {
        const tree_node *n = tree_is(c, "eventDefinitionRef") ? find(l, c->text) : c;
        if (!is_definition(n)) continue;
        if (e->definitions[k].kind == D_COMPENSATE && tree_has(n, "activityRef")) e->definitions[k].activity = element_of(l, tree_get(n, "activityRef"));
        k++;
    }
}

// Where a scope begins: its start events without a trigger, or, when it has no start events, all that nothing leads to.
static void find_starts(loader *l, int scope)
{
    bpmn_model *m = l->m;
    bool events = false;
    for (int i = scope + 1; i < m->elements_count; i++)
        if (m->elements[i].scope == scope && m->elements[i].kind == E_START) events = true;
    for (int i = scope + 1; i < m->elements_count; i++) {
        element *e = &m->elements[i];
        if (e->scope != scope) continue;
        if (e->kind == E_START && e->definitions_count == 0) add_index(l, &m->elements[scope].starts, i);
        if (e->kind == E_EVENT_SUBPROCESS) {
            for (int k = i + 1; k < m->elements_count; k++)
                if (m->elements[k].scope == i && m->elements[k].kind == E_START) {
                    add_index(l, &m->elements[scope].event_scopes, k);
                    if (m->elements[k].definitions_count && m->elements[k].definitions[0].kind == D_COMPENSATE) m->elements[scope].handler = i;
                }
            continue;
        }
        bool link = e->kind == E_CATCH && e->definitions_count && e->definitions[0].kind == D_LINK;
        if (!events && e->in.count == 0 && e->kind != E_BOUNDARY && !e->for_compensation && !link && !e->instantiate) add_index(l, &m->elements[scope].starts, i);
    }
}

static bool keeps(bpmn_model *m, int index)
{
    element *e = &m->elements[index];
    bool own = e->compensator >= 0 || (is_scope(e->kind) && e->handler >= 0);
    for (int i = index + 1; i < m->elements_count && is_scope(e->kind); i++)
        if (m->elements[i].scope == index && m->elements[i].keeps) own = true;
    return own;
}

// For each incoming flow of a join the nodes from which a token could still come along it (BPMN 2.0.2, 13.4.3).
static void find_reach(loader *l, int join)
{
    bpmn_model *m = l->m;
    element *g = &m->elements[join];
    int words = (m->elements[g->scope].nodes + 63) / 64;
    int *stack = arena_new(l->arena, m->elements[g->scope].nodes + 1, int);
    g->reach = arena_new(l->arena, g->in.count, uint64_t *);
    for (int i = 0; i < g->in.count; i++) {
        uint64_t *bits = g->reach[i] = arena_new(l->arena, words, uint64_t);
        int depth = 0;
#define VISIT(node) do { int at_ = m->elements[node].local; if ((node) != join && !(bits[at_ / 64] >> (at_ % 64) & 1)) { bits[at_ / 64] |= (uint64_t)1 << (at_ % 64); stack[depth++] = (node); } } while (0)
        VISIT(m->flows[g->in.items[i]].source);
        while (depth > 0) {
            int node = stack[--depth];
            const element *e = &m->elements[node];
            for (int k = 0; k < e->in.count; k++) VISIT(m->flows[e->in.items[k]].source);
            if (e->attached >= 0) VISIT(e->attached);
            if (e->kind == E_CATCH && e->definitions_count && e->definitions[0].kind == D_LINK)
                for (int k = 0; k < m->elements_count; k++)
                    if (m->elements[k].link == node) VISIT(k);
        }
#undef VISIT
    }
}

static void connect_all(loader *l)
{
    bpmn_model *m = l->m;
    for (int i = 0; i < m->elements_count; i++) connect(l, i);
    connect_compensation(l);
    for (int i = 0; i < m->elements_count; i++)
        if (is_scope(m->elements[i].kind) && m->elements[i].kind != E_CALL) find_starts(l, i);
    for (int i = m->elements_count - 1; i >= 0; i--) m->elements[i].keeps = keeps(m, i);
    for (int i = 0; i < m->elements_count; i++) {
        element *e = &m->elements[i];
        bool join = (e->kind == E_INCLUSIVE || e->kind == E_COMPLEX) && e->in.count > 1;
        if (join && e->in.count > IN_MAX)
            error(l, e->xml, "BPMN-JOIN-WIDTH", (bilingual){0}, (bilingual){"汇合的流入超过%d条", "more than %d flows come together"}, IN_MAX);
        else if (join) find_reach(l, i);
    }
}

// ---- the whole ----------------------------------------------------------------------------------------

static void build(loader *l)
{
    bpmn_model *m = l->m;
    for (tree_node *n = m->root->first; n; n = n->next) {
        if (n->ns != NS_BPMN) continue;
        if (one_of(n->name, refused_roots, sizeof refused_roots / sizeof *refused_roots))
            error(l, n, "BPMN-UNSUPPORTED", (bilingual){"换成可执行的元素", "use an element that can be executed"}, (bilingual){"不执行 %.*s", "%.*s is not executed"}, STR_ARG(n->name));
        if (tree_is(n, "process")) {
            l->executable = tree_flag(n, "isExecutable", false);
            int index = add_element(l, E_PROCESS, n, -1);
            build_scope(l, n, index);
        }
        for (size_t i = 0; i < sizeof global_kinds / sizeof *global_kinds; i++) {
            if (!tree_is(n, global_kinds[i].name)) continue;
            l->executable = true;
            int index = add_element(l, E_PROCESS, n, -1);          // a global task is called like a process that has this one task
            build_node(l, n, global_kinds[i].kind, index);
            n->element = index + 1;
        }
    }
    build_flows(l, m->root);
    connect_all(l);
}

bpmn_model *bpmn_load(str text, str file, const bpmn_options *options, arena *a, diag_list *d)
{
    int before = d->errors;
    loader l = {.m = arena_new(a, 1, bpmn_model), .options = options, .arena = a, .diags = d};
    *l.m = (bpmn_model){.text = text, .file = str_copy(file, a), .offset_minutes = options ? options->offset_minutes : BPMN_OFFSET_MINUTES};
    l.m->root = tree_read(text, l.m->file, a, d);
    if (!l.m->root) return NULL;
    if (!tree_is(l.m->root, "definitions")) {
        error(&l, l.m->root, "BPMN-ROOT", (bilingual){0}, (bilingual){"根元素是“%.*s”，不是 BPMN 的 definitions", "the root is \"%.*s\", not BPMN's definitions"}, STR_ARG(l.m->root->name));
        return NULL;
    }
    l.index = tree_index_of(l.m->root, a);
    bpmn_check_tree(l.m->root, &l.index, l.m->file, options && options->strict, d);
    if (d->errors > before) return NULL;                   // the rest relies on the references being right
    collect_names(&l);
    build(&l);
    if (d->errors > before) return NULL;
    bpmn_check_flow(l.m, d);
    bpmn_check_tokens(l.m, d);
    return d->errors > before ? NULL : l.m;
}

// ---- looking into a model -----------------------------------------------------------------------------

str bpmn_source(const bpmn_model *m) { return m->text; }

ptrdiff_t bpmn_element_count(const bpmn_model *m) { return m->elements_count; }

int bpmn_element_find(const bpmn_model *m, str id)
{
    for (int i = 0; i < m->elements_count; i++)
        if (str_equal(m->elements[i].id, id)) return i;
    return -1;
}

bpmn_element_info bpmn_element(const bpmn_model *m, int index)
{
    const element *e = &m->elements[index];
    bpmn_element_info info = {.id = e->id, .name = e->name, .type = e->xml->name.data, .scope = e->scope, .line = e->xml->xml->line, .executable = e->executable, .item = e->loop.item};
    if (e->kind == E_RULE && !e->job.present && !e->decision.program) info.decision = e->decision.text;
    if (e->kind == E_RULE) info.result = e->result;
    for (int i = 0; i < e->definitions_count; i++)
        if (e->definitions[i].kind == D_TIMER && e->definitions[i].timer == TIMER_CLOCK) info.clock = e->definitions[i].name;
    return info;
}

int bpmn_flow_count(const bpmn_model *m) { return m->flows_count; }

bpmn_flow_info bpmn_flow(const bpmn_model *m, int index)
{
    const flow *f = &m->flows[index];
    return (bpmn_flow_info){f->id, tree_get(f->xml, "name"), f->source, f->target};
}

int bpmn_start_for(const bpmn_model *m, bpmn_command_kind kind, str name, int n)
{
    definition_kind wanted = kind == BPMN_MESSAGE ? D_MESSAGE : D_SIGNAL;
    for (int i = 0; i < m->elements_count; i++) {
        const element *e = &m->elements[i];
        if (e->scope < 0 || m->elements[e->scope].kind != E_PROCESS || !(e->kind == E_START || (e->kind == E_RECEIVE && e->instantiate))) {
            // The events after an instantiating gateway begin a process, too.
            bool begins = false;
            for (int k = 0; k < e->in.count && e->scope >= 0; k++) {
                const element *source = &m->elements[m->flows[e->in.items[k]].source];
                begins |= source->kind == E_EVENT_BASED && source->instantiate && source->in.count == 0;
            }
            if (!begins) continue;
        }
        for (int k = 0; k < e->definitions_count; k++)
            if (e->definitions[k].kind == wanted && str_equal(e->definitions[k].name, name) && n-- == 0) return i;
    }
    return -1;
}
