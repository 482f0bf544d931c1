// bpmn_random.h: random processes and random commands, and what must hold after each. Used by the property test and the fuzz target's sibling.
#ifndef FADU_TESTS_BPMN_RANDOM_H
#define FADU_TESTS_BPMN_RANDOM_H

#include "bpmn/bpmn.h"

static inline uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
    return *seed;
}
static inline int random_below(uint64_t *seed, int n) { return (int)(random_next(seed) % (uint64_t)n); }

// A block of the process between two flows: a task, a sequence, a split and join, a sub-process with a boundary event, a loop.
typedef struct { buf *out, *flows; uint64_t *seed; int next; } random_process;

static inline int random_flow(random_process *r, int from, int to, const char *condition)
{
    int id = r->next++;
    buf_printf(r->flows, "<sequenceFlow id=\"f%d\" sourceRef=\"n%d\" targetRef=\"n%d\">", id, from, to);
    if (condition) buf_printf(r->flows, "<conditionExpression>%s</conditionExpression>", condition);
    buf_printf(r->flows, "</sequenceFlow>");
    return id;
}

typedef struct { int id, in[8], out[8], ins, outs; const char *open, *close; char body[600]; } random_node;

static inline void random_write(random_process *r, const random_node *n)
{
    buf_printf(r->out, "<%s id=\"n%d\">", n->open, n->id);
    for (int i = 0; i < n->ins; i++) buf_printf(r->out, "<incoming>f%d</incoming>", n->in[i]);
    for (int i = 0; i < n->outs; i++) buf_printf(r->out, "<outgoing>f%d</outgoing>", n->out[i]);
    buf_printf(r->out, "%s</%s>", n->body, n->close);
}

// Writes blocks that lead from node `from` to node `to`; gives the first and last flow.
static inline void random_block(random_process *r, int depth, int from, int to, int *first, int *last, const char *condition);

static inline void random_scope(random_process *r, int depth)
{
    random_node s = {.id = r->next++, .open = "startEvent", .close = "startEvent", .outs = 1}, e = {.id = r->next++, .open = "endEvent", .close = "endEvent", .ins = 1};
    random_block(r, depth, s.id, e.id, &s.out[0], &e.in[0], NULL);
    random_write(r, &s);
    random_write(r, &e);
}

static inline void random_block(random_process *r, int depth, int from, int to, int *first, int *last, const char *condition)
{
    static const char *const tests[] = {"x &gt; 3", "x &lt; 7", "y", "x = null", "x / y &gt; 1"};
    int kind = depth <= 0 ? 0 : random_below(r->seed, 6);
    if (kind == 0) {
        static const char *const kinds[] = {"userTask", "serviceTask", "task", "scriptTask"};
        random_node n = {.id = r->next++, .ins = 1, .outs = 1};
        n.open = n.close = kinds[random_below(r->seed, 4)];
        if (random_below(r->seed, 5) == 0) {
            n.open = n.close = "intermediateCatchEvent";
            static const char *const definitions[] = {"<timerEventDefinition id=\"d%d\"><timeDuration>PT1H</timeDuration></timerEventDefinition>", "<signalEventDefinition id=\"d%d\" signalRef=\"s\"/>",
                                                      "<messageEventDefinition id=\"d%d\" messageRef=\"m\"/>", "<conditionalEventDefinition id=\"d%d\"><condition>x = 5</condition></conditionalEventDefinition>"};
            const char *d = definitions[random_below(r->seed, 4)];
            str text = str_from(d);
            ptrdiff_t at = str_find(text, STR("%d"));
            snprintf(n.body, sizeof n.body, "%.*s%d%s", (int)at, d, n.id, d + at + 2);
        } else if (random_below(r->seed, 4) == 0)
            snprintf(n.body, sizeof n.body, "<multiInstanceLoopCharacteristics isSequential=\"%s\"><loopCardinality>%d</loopCardinality></multiInstanceLoopCharacteristics>",
                     random_below(r->seed, 2) ? "true" : "false", random_below(r->seed, 4));
        n.in[0] = *first = random_flow(r, from, n.id, condition);
        n.out[0] = *last = random_flow(r, n.id, to, NULL);
        random_write(r, &n);
    } else if (kind <= 2) {                                 // one after the other
        random_node n = {.id = r->next++, .open = "task", .close = "task", .ins = 1, .outs = 1};
        random_block(r, depth - 1, from, n.id, first, &n.in[0], condition);
        random_block(r, depth - 1, n.id, to, &n.out[0], last, NULL);
        random_write(r, &n);
    } else if (kind <= 4) {                                 // split and join, sometimes by different gateways
        static const char *const gates[] = {"exclusiveGateway", "parallelGateway", "inclusiveGateway"};
        random_node split = {.id = r->next++, .ins = 1}, join = {.id = r->next++, .outs = 1};
        int gate = random_below(r->seed, 3), other = random_below(r->seed, 8) ? gate : random_below(r->seed, 3);
        split.open = split.close = gates[gate], join.open = join.close = gates[other];
        split.in[0] = *first = random_flow(r, from, split.id, condition);
        int branches = 2 + random_below(r->seed, 2);
        for (int i = 0; i < branches; i++)
            random_block(r, depth - 1, split.id, join.id, &split.out[split.outs++], &join.in[join.ins++], gate == 1 ? NULL : tests[random_below(r->seed, 5)]);
        join.out[0] = *last = random_flow(r, join.id, to, NULL);
        random_write(r, &split);
        random_write(r, &join);
    } else {                                                // a sub-process with a boundary event that leads to an end
        int id = r->next++, boundary = r->next++, end = r->next++;
        bool interrupts = random_below(r->seed, 2);
        *first = random_flow(r, from, id, condition);
        *last = random_flow(r, id, to, NULL);
        int out = random_flow(r, boundary, end, NULL);
        // Its own flows stand inside it.
        buf inner = {.arena = r->out->arena}, inner_flows = {.arena = r->out->arena};
        random_process in = {&inner, &inner_flows, r->seed, r->next};
        random_scope(&in, depth - 1);
        r->next = in.next;
        buf_printf(r->out, "<subProcess id=\"n%d\"><incoming>f%d</incoming><outgoing>f%d</outgoing>%.*s%.*s</subProcess>", id, *first, *last, STR_ARG(buf_str(&inner)), STR_ARG(buf_str(&inner_flows)));
        buf_printf(r->out, "<boundaryEvent id=\"n%d\" attachedToRef=\"n%d\" cancelActivity=\"%s\"><outgoing>f%d</outgoing><signalEventDefinition id=\"d%d\" signalRef=\"s\"/></boundaryEvent>",
                   boundary, id, interrupts ? "true" : "false", out, boundary);
        buf_printf(r->out, "<endEvent id=\"n%d\"><incoming>f%d</incoming></endEvent>", end, out);
    }
}

static inline str random_model(uint64_t *seed, int depth, arena *a)
{
    buf nodes = {.arena = a}, flows = {.arena = a}, out = {.arena = a};
    random_process r = {&nodes, &flows, seed, 1};
    random_scope(&r, depth);
    buf_printf(&out, "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"><signal id=\"s\" name=\"s\"/><message id=\"m\" name=\"m\"/>"
                     "<process id=\"p\" isExecutable=\"true\">%.*s%.*s</process></definitions>", STR_ARG(buf_str(&nodes)), STR_ARG(buf_str(&flows)));
    return buf_str(&out);
}

// Without blocks: a chain of tasks and gateways with flows from anywhere to anywhere, joins that wait for ever and loops included.
static inline str random_tangle(uint64_t *seed, arena *a)
{
    static const char *const kinds[] = {"userTask", "serviceTask", "task", "exclusiveGateway", "parallelGateway", "inclusiveGateway"};
    static const char *const tests[] = {"x &gt; 3", "x &lt; 7", "y"};
    enum { INNER = 10, FLOWS = INNER + 9 };
    buf out = {.arena = a};
    int from[FLOWS], to[FLOWS];
    bool gateway[INNER + 2] = {0};
    for (int i = 0; i < FLOWS; i++) {
        from[i] = i <= INNER ? i : 1 + random_below(seed, INNER);
        to[i] = i <= INNER ? i + 1 : 1 + random_below(seed, INNER);
    }
    buf_printf(&out, "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"><process id=\"p\" isExecutable=\"true\">");
    for (int n = 0; n < INNER + 2; n++) {
        int kind = random_below(seed, 6);
        const char *name = n == 0 ? "startEvent" : n == INNER + 1 ? "endEvent" : kinds[kind];
        gateway[n] = n > 0 && n <= INNER && (kind == 3 || kind == 5);
        buf_printf(&out, "<%s id=\"n%d\">", name, n);
        for (int i = 0; i < FLOWS; i++)
            if (to[i] == n) buf_printf(&out, "<incoming>f%d</incoming>", i);
        for (int i = 0; i < FLOWS; i++)
            if (from[i] == n) buf_printf(&out, "<outgoing>f%d</outgoing>", i);
        buf_printf(&out, "</%s>", name);
    }
    for (int i = 0; i < FLOWS; i++) {
        buf_printf(&out, "<sequenceFlow id=\"f%d\" sourceRef=\"n%d\" targetRef=\"n%d\">", i, from[i], to[i]);
        if (gateway[from[i]] && i > INNER) buf_printf(&out, "<conditionExpression>%s</conditionExpression>", tests[random_below(seed, 3)]);
        buf_printf(&out, "</sequenceFlow>");
    }
    buf_printf(&out, "</process></definitions>");
    return buf_str(&out);
}

// A command that may or may not fit the state.
static inline bpmn_command random_command(const bpmn_model *m, const bpmn_state *s, uint64_t *seed, bpmn_variable variables[2])
{
    static const str names[] = {{"s", 1}, {"m", 1}, {"other", 5}};
    bpmn_command c = {.kind = (bpmn_command_kind)(random_below(seed, 40) == 0 ? BPMN_CANCEL : random_below(seed, BPMN_RESOLVE + 1))};
    if (c.kind == BPMN_CANCEL && random_below(seed, 10)) c.kind = BPMN_COMPLETE;
    if (random_below(seed, 2)) c.kind = BPMN_COMPLETE;
    c.name = names[random_below(seed, 3)];
    c.element = random_below(seed, (int)bpmn_element_count(m));
    if (s && s->instances_count) c.id = s->instances[random_below(seed, s->instances_count)].id;
    if (s && c.kind == BPMN_TIMER && s->subscriptions_count) c.id = s->subscriptions[random_below(seed, s->subscriptions_count)].id;
    if (s && c.kind == BPMN_RESOLVE && s->incidents_count) c.id = s->incidents[random_below(seed, s->incidents_count)].id;
    variables[0] = (bpmn_variable){{"x", 1}, feel_int(random_below(seed, 10))};
    variables[1] = (bpmn_variable){{"y", 1}, feel_boolean(random_below(seed, 2))};
    c.variables = variables;
    c.variables_count = random_below(seed, 3);
    return c;
}

static inline str bpmn_state_text(const bpmn_model *m, const bpmn_state *s, arena *a)
{
    buf b = {.arena = a};
    bpmn_state_write(&b, m, s);
    return buf_str(&b);
}

// Every token is where it waits: NULL, or what is wrong.
static inline const char *bpmn_state_wrong(const bpmn_model *m, const bpmn_state *s)
{
    static const char *const waiting[] = {"userTask", "serviceTask", "receiveTask", "sendTask", "businessRuleTask", "scriptTask", "intermediateCatchEvent", "eventBasedGateway", "complexGateway"};
    if (s->status != BPMN_RUNNING) return s->instances_count || s->subscriptions_count || s->parked_count || s->incidents_count ? "something is left after the end" : NULL;
    if (s->instances_count == 0) return "it runs but nothing lives";
    for (int k = 0; k < s->instances_count; k++) {
        const bpmn_instance *i = &s->instances[k];
        bool ok = i->children > 0 || i->done;
        for (int n = 0; n < s->incidents_count; n++) ok |= s->incidents[n].instance == i->id;
        str type = str_from(bpmn_element(m, i->element).type);
        for (size_t n = 0; n < sizeof waiting / sizeof *waiting; n++) ok |= !i->body && str_equal(type, str_from(waiting[n]));
        if (!ok) return "a token is at a place that does not wait";
        if (i->parent && !bpmn_instance_find(s, i->parent)) return "something lives outside of every scope";
    }
    for (int k = 0; k < s->subscriptions_count; k++)
        if (!bpmn_instance_find(s, s->subscriptions[k].instance)) return "a subscription has outlived its owner";
    return NULL;
}

#endif
