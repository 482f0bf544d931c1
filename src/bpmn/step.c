// Deciding: tokens move until each waits. Every change is an event, applied to the working state as it is made.
#include <assert.h>

#include "bpmn/bpmn_internal.h"

typedef struct { int64_t id; bpmn_stage stage; } action;
typedef struct {
    const bpmn_model *m;
    bpmn_state *s;
    bpmn_events *out;
    arena *arena;
    diag_list *diags;
    timestamp now;
    action *queue;
    int head, tail, cap, actions;
    bool dirty;                    // variables have changed: conditions may have become true
    str fault[LANG_COUNT];         // why the expression at hand has no value
} stepper;

typedef const bpmn_instance *instance;

static void leave(stepper *x, int64_t id);
static void compensate_next(stepper *x, int64_t owner);
static void trigger(stepper *x, int64_t subscription, const bpmn_variable *variables, ptrdiff_t count);

// ---- events -------------------------------------------------------------------------------------------

static void emit(stepper *x, bpmn_event e)
{
    bpmn_event *kept = arena_new(x->arena, 1, bpmn_event);
    *kept = e;
    if (x->out->last) x->out->last = x->out->last->next = kept;
    else x->out->first = x->out->last = kept;
    x->out->count++;
    bpmn_apply(x->m, x->s, kept, x->arena);
}

#define EMIT(x, k, ...) emit((x), (bpmn_event){.kind = BPMN_EV_##k, __VA_ARGS__})

static instance get(const stepper *x, int64_t id) { return bpmn_instance_find(x->s, id); }
static const element *element_at(const stepper *x, int64_t id) { return &x->m->elements[get(x, id)->element]; }
// The element whose nodes run inside this instance.
static int inside(const stepper *x, instance i)
{
    const element *e = &x->m->elements[i->element];
    return e->called >= 0 ? e->called : i->element;
}
static bool is_iteration(const stepper *x, instance i)
{
    instance parent = i->parent ? get(x, i->parent) : NULL;
    return parent && parent->body && parent->element == i->element;
}

static void enqueue(stepper *x, int64_t id, bpmn_stage stage)
{
    if (x->tail == x->cap) {
        int cap = x->cap ? 2 * x->cap : 32;
        action *grown = arena_new(x->arena, cap, action);
        if (x->tail > x->head) memcpy(grown, x->queue + x->head, sizeof *grown * (size_t)(x->tail - x->head));
        x->tail -= x->head, x->head = 0;
        x->queue = grown;
        x->cap = cap;
    }
    x->queue[x->tail++] = (action){id, stage};
}

static void incident(stepper *x, int64_t id, bpmn_stage stage, const char *code, const char *zh, const char *en)
{
    for (int k = 0; k < x->s->incidents_count; k++)
        if (x->s->incidents[k].instance == id) return;              // one at a time: the first tells why
    EMIT(x, INCIDENT, .id = x->s->next_id + 1, .scope = id, .number = (int)stage, .name = str_from(code), .text = {str_from(zh), str_from(en)});
}

static void expression_incident(stepper *x, int64_t id, bpmn_stage stage)
{
    for (int k = 0; k < x->s->incidents_count; k++)
        if (x->s->incidents[k].instance == id) return;
    EMIT(x, INCIDENT, .id = x->s->next_id + 1, .scope = id, .number = (int)stage, .name = STR("BPMN-EXPRESSION"), .text = {x->fault[0], x->fault[1]});
}

// ---- variables and expressions ------------------------------------------------------------------------

static feel_value lookup(const stepper *x, int64_t id, str name)
{
    for (instance i = get(x, id); i; i = i->parent ? get(x, i->parent) : NULL) {
        for (ptrdiff_t k = 0; k < i->variables.count; k++)
            if (str_equal(i->variables.items[k].name, name)) return i->variables.items[k].value;
        if (!i->body) continue;
        if (str_equal(name, STR("numberOfInstances"))) return feel_int(i->total < 0 ? i->started : i->total);
        if (str_equal(name, STR("numberOfActiveInstances"))) return feel_int(i->started - i->completed - i->terminated);
        if (str_equal(name, STR("numberOfCompletedInstances"))) return feel_int(i->completed);
        if (str_equal(name, STR("numberOfTerminatedInstances"))) return feel_int(i->terminated);
        if (str_equal(name, STR("loopCounter"))) return feel_int(i->started);
    }
    return feel_null();
}

// False when there is no value for a reason that a person should see: x->fault says it.
static bool evaluate(stepper *x, int64_t id, const expression *e, feel_value *out)
{
    *out = feel_null();
    if (!e->present) return true;
    if (!e->program) {
        *out = e->names_count ? lookup(x, id, e->names[0]) : feel_string(e->text);
        return true;
    }
    feel_value few[8], *values = e->names_count <= 8 ? few : arena_new(x->arena, e->names_count, feel_value);
    for (ptrdiff_t i = 0; i < e->names_count; i++) values[i] = lookup(x, id, e->names[i]);
    feel_evaluation v = {.arena = x->arena, .now = x->now, .now_offset = x->m->offset_minutes * 60, .steps = BPMN_STEPS_PER_EXPRESSION};
    *out = feel_evaluate(e->program, values, &v);
    if (out->kind != FEEL_NULL || !v.reasons) return true;
    for (int l = 0; l < LANG_COUNT; l++)
        x->fault[l] = str_printf(x->arena, l == LANG_ZH ? "表达式“%.*s”：%.*s" : "expression \"%.*s\": %.*s", STR_ARG(e->text), STR_ARG(v.reasons->text[l]));
    return false;
}

static bool condition(stepper *x, int64_t id, const expression *e, bool *out)
{
    feel_value v;
    *out = true;
    if (!e->present) return true;
    if (!evaluate(x, id, e, &v)) return false;
    *out = feel_is_true(v);
    if (v.kind == FEEL_BOOLEAN) return true;
    x->fault[LANG_ZH] = str_printf(x->arena, "条件“%.*s”的值不是真或假", STR_ARG(e->text));
    x->fault[LANG_EN] = str_printf(x->arena, "the condition \"%.*s\" is neither true nor false", STR_ARG(e->text));
    return false;
}

static void set_local(stepper *x, int64_t id, str name, feel_value v)
{
    EMIT(x, VARIABLE, .id = id, .name = name, .value = v);
    x->dirty = true;
}

// To the nearest scope that has it, from `id` outwards; else to the process.
static void set_outwards(stepper *x, int64_t id, str name, feel_value v)
{
    instance i = get(x, id);
    while (i && i->parent) {
        bool has = false;
        for (ptrdiff_t k = 0; k < i->variables.count; k++) has |= str_equal(i->variables.items[k].name, name);
        if (has) break;
        i = get(x, i->parent);
    }
    if (i) set_local(x, i->id, name, v);
}

// What came with a command: an activity with output mappings keeps it to itself and gives out what those say.
static void receive(stepper *x, int64_t id, const bpmn_variable *variables, ptrdiff_t count)
{
    bool local = element_at(x, id)->outputs.count > 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        if (local) set_local(x, id, variables[i].name, variables[i].value);
        else set_outwards(x, id, variables[i].name, variables[i].value);
    }
}

static bool map_inputs(stepper *x, int64_t id, const element *e)
{
    for (int i = 0; i < e->inputs.count; i++) {
        feel_value v;
        if (!evaluate(x, id, &e->inputs.items[i].source, &v)) return false;
        set_local(x, id, e->inputs.items[i].target, v);
    }
    return true;
}

static bool map_outputs(stepper *x, int64_t id, const element *e)
{
    for (int i = 0; i < e->outputs.count; i++) {
        feel_value v;
        if (!evaluate(x, id, &e->outputs.items[i].source, &v)) return false;
        set_outwards(x, get(x, id)->parent, e->outputs.items[i].target, v);
    }
    return true;
}

// ---- instances ----------------------------------------------------------------------------------------

static int64_t activate(stepper *x, int e, int64_t parent, int64_t owner, bool body)
{
    int64_t id = x->s->next_id + 1;
    EMIT(x, ACTIVATED, .id = id, .scope = parent, .owner = owner, .element = e, .flag = body);
    return id;
}

// A token begins at a node.
static int64_t begin(stepper *x, int e, int64_t scope, int64_t owner)
{
    int64_t id = activate(x, e, scope, owner, x->m->elements[e].loop.kind != LOOP_NONE);
    enqueue(x, id, BPMN_AT_ENTER);
    return id;
}

static void unsubscribe(stepper *x, int64_t id)
{
    for (int k = x->s->subscriptions_count - 1; k >= 0; k--)
        if (x->s->subscriptions[k].instance == id) EMIT(x, UNSUBSCRIBED, .id = x->s->subscriptions[k].id);
}

static bool is_within(const stepper *x, instance i, int64_t scope)
{
    while (i && i->id > scope) i = i->parent ? get(x, i->parent) : NULL;
    return i && i->id == scope;
}

// Ends what lives inside `scope`, youngest first, so that children go before what contains them. What is done is kept.
static void terminate_children(stepper *x, int64_t scope)
{
    for (int k = x->s->instances_count - 1; k >= 0; k--) {
        if (k >= x->s->instances_count) continue;
        const bpmn_instance *i = &x->s->instances[k];
        if (i->id <= scope) break;
        if (i->done || !is_within(x, i, scope)) continue;
        int64_t id = i->id;
        unsubscribe(x, id);
        EMIT(x, TERMINATED, .id = id);
    }
    for (int k = x->s->parked_count - 1; k >= 0; k--)
        if (x->s->parked[k].scope == scope) EMIT(x, JOINED, .scope = scope, .flow = x->s->parked[k].flow, .number = x->s->parked[k].count);
}

static void terminate(stepper *x, int64_t id)
{
    terminate_children(x, id);
    unsubscribe(x, id);
    EMIT(x, TERMINATED, .id = id);
}

static void end_process(stepper *x, bpmn_status status, str error)
{
    instance root = &x->s->instances[0];
    int64_t id = root->id;
    terminate_children(x, id);
    unsubscribe(x, id);
    if (status == BPMN_COMPLETED) EMIT(x, COMPLETED, .id = id);
    else EMIT(x, TERMINATED, .id = id);
    x->head = x->tail = 0;
    EMIT(x, ENDED, .number = (int)status, .name = error);
}

static bool has_incident(const stepper *x, int64_t id)
{
    for (int k = 0; k < x->s->incidents_count; k++)
        if (x->s->incidents[k].instance == id) return true;
    return false;
}

static void ad_hoc_progress(stepper *x, int64_t id);

// Something in a scope has ended: is it complete?
static void check_scope(stepper *x, int64_t id)
{
    instance i = get(x, id);
    if (!i || i->children > 0 || i->parked > 0) return;
    if (i->phase == BPMN_CANCELLING || i->phase == BPMN_DONE || i->body) return;
    if (i->parent == 0) end_process(x, BPMN_COMPLETED, (str){0});
    else if (!has_incident(x, id)) leave(x, id);
}

// ---- tokens -------------------------------------------------------------------------------------------

static int parked_on(const stepper *x, int64_t scope, int f)
{
    for (int k = 0; k < x->s->parked_count; k++)
        if (x->s->parked[k].scope == scope && x->s->parked[k].flow == f) return x->s->parked[k].count;
    return 0;
}

static void arrive(stepper *x, int64_t scope, int f)
{
    EMIT(x, TAKEN, .scope = scope, .flow = f);
    int target = x->m->flows[f].target;
    const element *e = &x->m->elements[target];
    bool waits = e->in.count > 1 && (e->kind == E_PARALLEL || e->kind == E_INCLUSIVE || e->kind == E_COMPLEX);
    if (!waits && e->start_quantity == 1) {
        begin(x, target, scope, 0);
        return;
    }
    EMIT(x, PARKED, .scope = scope, .flow = f);
    if (e->start_quantity > 1) {
        int there = 0, wanted = e->start_quantity;
        for (int i = 0; i < e->in.count; i++) there += parked_on(x, scope, e->in.items[i]);
        if (there < wanted) return;
        for (int i = 0; i < e->in.count && wanted > 0; i++) {
            int n = parked_on(x, scope, e->in.items[i]);
            if (n > wanted) n = wanted;
            if (n) EMIT(x, JOINED, .scope = scope, .flow = e->in.items[i], .number = n);
            wanted -= n;
        }
        begin(x, target, scope, 0);
    } else if (e->kind == E_PARALLEL) {
        for (int i = 0; i < e->in.count; i++)
            if (parked_on(x, scope, e->in.items[i]) == 0) return;
        for (int i = 0; i < e->in.count; i++) EMIT(x, JOINED, .scope = scope, .flow = e->in.items[i], .number = 1);
        begin(x, target, scope, 0);
    }
}

static bool can_reach(const element *g, int flow_number, int local) { return g->reach[flow_number][local / 64] >> (local % 64) & 1; }

// May the token at a node still come along a flow of `g` that is without one, and not along one that has one? (13.4.3)
static bool still_coming(const element *g, int local, uint64_t have)
{
    bool coming = false;
    for (int i = 0; i < g->in.count; i++) {
        if (!can_reach(g, i, local)) continue;
        if (have >> i & 1) return false;
        coming = true;
    }
    return coming;
}

static bool awaits(const stepper *x, int64_t scope, int join, uint64_t have)
{
    const element *g = &x->m->elements[join];
    for (int k = 0; k < x->s->instances_count; k++) {
        instance i = &x->s->instances[k];
        if (i->parent != scope || i->done || i->element == join) continue;
        if (still_coming(g, x->m->elements[i->element].local, have)) return true;
    }
    for (int k = 0; k < x->s->parked_count; k++) {
        int target = x->m->flows[x->s->parked[k].flow].target;
        if (x->s->parked[k].scope != scope || target == join) continue;
        if (still_coming(g, x->m->elements[target].local, have)) return true;
    }
    return false;
}

static uint64_t flows_with_tokens(const stepper *x, int64_t scope, const element *g)
{
    uint64_t have = 0;
    for (int i = 0; i < g->in.count; i++)
        if (parked_on(x, scope, g->in.items[i])) have |= (uint64_t)1 << i;
    return have;
}

static void take_parked(stepper *x, int64_t scope, const element *g, uint64_t which)
{
    for (int i = 0; i < g->in.count; i++)
        if (which >> i & 1) EMIT(x, JOINED, .scope = scope, .flow = g->in.items[i], .number = 1);
}

static bool try_join(stepper *x, int64_t scope, int join)
{
    const element *g = &x->m->elements[join];
    uint64_t have = flows_with_tokens(x, scope, g);
    if (g->kind == E_COMPLEX) {
        for (int k = 0; k < x->s->instances_count; k++)
            if (x->s->instances[k].parent == scope && x->s->instances[k].element == join) return false;     // it resets first
        if (g->activation.present) {
            int64_t id = activate(x, join, scope, 0, false);
            bool fires;
            set_local(x, id, STR("activationCount"), feel_int(__builtin_popcountll(have)));
            set_local(x, id, STR("waitingForStart"), feel_boolean(true));
            if (!condition(x, id, &g->activation, &fires)) {
                take_parked(x, scope, g, have);
                expression_incident(x, id, BPMN_AT_LEAVE);
                return true;
            }
            if (!fires) {
                EMIT(x, TERMINATED, .id = id);
                return false;
            }
            take_parked(x, scope, g, have);
            EMIT(x, PHASE, .id = id, .number = BPMN_ACTIVE, .flows = have);
            enqueue(x, id, BPMN_AT_LEAVE);
            return true;
        }
    }
    if (awaits(x, scope, join, have)) return false;
    take_parked(x, scope, g, have);
    begin(x, join, scope, 0);
    return true;
}

// All tokens rest: which inclusive and complex joins have nothing more to wait for?
static bool try_joins(stepper *x)
{
    for (int k = 0; k < x->s->parked_count; k++) {
        int join = x->m->flows[x->s->parked[k].flow].target;
        element_kind kind = x->m->elements[join].kind;
        if ((kind == E_INCLUSIVE || kind == E_COMPLEX) && try_join(x, x->s->parked[k].scope, join)) return true;
    }
    for (int k = 0; k < x->s->instances_count; k++) {
        instance i = &x->s->instances[k];
        if (i->phase != BPMN_RESETTING) continue;
        const element *g = &x->m->elements[i->element];
        int64_t id = i->id, scope = i->parent;
        uint64_t late = flows_with_tokens(x, scope, g) & ~i->flows;
        if (awaits(x, scope, i->element, late | i->flows)) continue;
        take_parked(x, scope, g, late);
        EMIT(x, COMPLETED, .id = id);
        check_scope(x, scope);
        return true;
    }
    return false;
}

// ---- waiting ------------------------------------------------------------------------------------------

static timer_kind timer_of(const stepper *x, const bpmn_subscription *u) { return x->m->elements[u->event].definitions[u->definition].timer; }

static bool timer_next(stepper *x, int64_t id, const definition *d, timestamp from, timestamp *due, int *remaining)
{
    feel_value v;
    int64_t period;
    if (!evaluate(x, id, &d->expression, &v)) return false;
    if (bpmn_due(v, d->timer, from, x->m->offset_minutes, due, remaining, &period)) return true;
    buf text = {.arena = x->arena};
    feel_print(&text, v);
    x->fault[LANG_ZH] = str_printf(x->arena, "定时器的值 %.*s 不是时限", STR_ARG(buf_str(&text)));
    x->fault[LANG_EN] = str_printf(x->arena, "the timer's value %.*s is no duration, date or cycle", STR_ARG(buf_str(&text)));
    return false;
}

// Makes `id` wait for the definitions of `event`. False: an expression failed.
static bool subscribe(stepper *x, int64_t id, int event)
{
    const element *e = &x->m->elements[event];
    for (int k = 0; k < e->definitions_count; k++) {
        const definition *d = &e->definitions[k];
        bpmn_event made = {.kind = BPMN_EV_SUBSCRIBED, .scope = id, .element = event, .number = k, .due = BPMN_DUE_OPEN};
        feel_value key;
        if (d->kind != D_MESSAGE && d->kind != D_SIGNAL && d->kind != D_TIMER && d->kind != D_CONDITIONAL) continue;
        if (d->kind == D_TIMER && d->timer == TIMER_NONE) continue;
        made.name = d->name;
        if (!evaluate(x, id, &d->key, &key)) return false;
        if (key.kind == FEEL_STRING) made.key = key.string;
        else if (key.kind != FEEL_NULL) {
            buf text = {.arena = x->arena};
            feel_print(&text, key);
            made.key = buf_str(&text);
        }
        if (d->kind == D_TIMER && d->timer == TIMER_CLOCK) made.repeat = 1;
        else if (d->kind == D_TIMER && !timer_next(x, id, d, x->now, &made.due, &made.repeat)) return false;
        if (d->kind == D_TIMER && made.repeat == 0) continue;
        made.id = x->s->next_id + 1;
        emit(x, made);
        if (d->kind == D_CONDITIONAL) x->dirty = true;
    }
    return true;
}

static definition_kind kind_of(const stepper *x, const bpmn_subscription *u) { return x->m->elements[u->event].definitions[u->definition].kind; }

// Conditions that have become true fire. True when one did.
static bool check_conditions(stepper *x)
{
    x->dirty = false;
    for (int k = 0; k < x->s->subscriptions_count; k++) {
        const bpmn_subscription u = x->s->subscriptions[k];
        bool now_true;
        if (kind_of(x, &u) != D_CONDITIONAL) continue;
        // What cannot be told yet (a variable is not there) is not true.
        if (!condition(x, u.instance, &x->m->elements[u.event].definitions[u.definition].expression, &now_true)) now_true = false;
        if (now_true != u.was_true) EMIT(x, CONDITION, .id = u.id, .flag = now_true);
        if (!now_true || u.was_true) continue;
        x->dirty = true;
        trigger(x, u.id, NULL, 0);
        return true;
    }
    return false;
}

// ---- throwing and catching ----------------------------------------------------------------------------

static void event_occurs(stepper *x, int event, int64_t scope, const bpmn_variable *variables, ptrdiff_t count)
{
    int64_t id = activate(x, event, scope, 0, false);
    receive(x, id, variables, count);
    enqueue(x, id, BPMN_AT_LEAVE);
}

// A boundary event of the activity `id` fires.
static void boundary_fires(stepper *x, int event, int64_t id, const bpmn_variable *variables, ptrdiff_t count)
{
    int64_t scope = get(x, id)->parent;
    definition_kind kind = x->m->elements[event].definitions[0].kind;
    if (x->m->elements[event].interrupting || kind == D_ERROR || kind == D_CANCEL) terminate(x, id);
    event_occurs(x, event, scope, variables, count);
}

// The start event of an event sub-process of the scope `id` fires.
static void event_subprocess_fires(stepper *x, int event, int64_t id, const bpmn_variable *variables, ptrdiff_t count)
{
    const element *e = &x->m->elements[event];
    if (e->interrupting || e->definitions[0].kind == D_ERROR) {
        terminate_children(x, id);
        for (int k = x->s->subscriptions_count - 1; k >= 0; k--)
            if (x->s->subscriptions[k].instance == id && x->m->elements[x->s->subscriptions[k].event].kind == E_START)
                EMIT(x, UNSUBSCRIBED, .id = x->s->subscriptions[k].id);
        EMIT(x, INTERRUPTED, .id = id);
    }
    int64_t handler = activate(x, e->scope, id, 0, false);
    const element *own = &x->m->elements[e->scope];
    for (int k = 0; k < own->event_scopes.count; k++)
        if (!subscribe(x, handler, own->event_scopes.items[k])) expression_incident(x, handler, BPMN_AT_ENTER);
    event_occurs(x, event, handler, variables, count);
}

static bool all_arrived(const stepper *x, int64_t id, int event)
{
    for (int k = 0; k < x->s->subscriptions_count; k++) {
        const bpmn_subscription *u = &x->s->subscriptions[k];
        if (u->instance == id && u->event == event && !u->arrived) return false;
    }
    return true;
}

// A timer that may fire again gets its next due moment; any other one-time subscription ends.
static void after_firing(stepper *x, const bpmn_subscription *u)
{
    if (kind_of(x, u) != D_TIMER) return;
    const definition *d = &x->m->elements[u->event].definitions[u->definition];
    timestamp due;
    int again;
    int64_t period = 0;
    feel_value v;
    bool more = timer_of(x, u) == TIMER_CYCLE && u->remaining != 1 && evaluate(x, u->instance, &d->expression, &v) &&
                bpmn_due(v, d->timer, u->due, x->m->offset_minutes, &due, &again, &period);
    if (more) EMIT(x, FIRED, .id = u->id, .due = u->due + period, .repeat = u->remaining < 0 ? -1 : u->remaining - 1);
    else EMIT(x, UNSUBSCRIBED, .id = u->id);
}

static const bpmn_subscription *find_subscription(const stepper *x, int64_t id)
{
    for (int k = 0; k < x->s->subscriptions_count; k++)
        if (x->s->subscriptions[k].id == id) return &x->s->subscriptions[k];
    return NULL;
}

static void trigger(stepper *x, int64_t subscription, const bpmn_variable *variables, ptrdiff_t count)
{
    const bpmn_subscription *found = find_subscription(x, subscription);
    if (!found) return;                                     // what fired before has ended it
    bpmn_subscription u = *found;
    const element *e = &x->m->elements[u.event];
    instance i = get(x, u.instance);
    if (e->parallel_multiple && e->definitions_count > 1) {
        if (!u.arrived) EMIT(x, ARRIVED, .id = u.id);
        if (!all_arrived(x, u.instance, u.event)) return;
    }
    if (e->kind == E_BOUNDARY) {
        if (!e->interrupting) after_firing(x, &u);
        boundary_fires(x, u.event, u.instance, variables, count);
    } else if (e->kind == E_START) {
        if (!e->interrupting) after_firing(x, &u);
        event_subprocess_fires(x, u.event, u.instance, variables, count);
    } else if (i->element != u.event) {                     // an event-based gateway: the first event takes the token
        int64_t scope = i->parent;
        const element *gateway = &x->m->elements[i->element];
        int f = -1;
        for (int k = 0; k < gateway->out.count; k++)
            if (x->m->flows[gateway->out.items[k]].target == u.event) f = gateway->out.items[k];
        unsubscribe(x, u.instance);
        EMIT(x, COMPLETED, .id = u.instance);
        if (f >= 0) EMIT(x, TAKEN, .scope = scope, .flow = f);
        event_occurs(x, u.event, scope, variables, count);
    } else {
        unsubscribe(x, u.instance);
        receive(x, u.instance, variables, count);
        enqueue(x, u.instance, BPMN_AT_LEAVE);
    }
}

static void throw_signal(stepper *x, str name, const bpmn_variable *variables, ptrdiff_t count)
{
    int64_t *ids = arena_new(x->arena, x->s->subscriptions_count, int64_t);
    int n = 0;
    for (int k = 0; k < x->s->subscriptions_count; k++)
        if (kind_of(x, &x->s->subscriptions[k]) == D_SIGNAL && str_equal(x->s->subscriptions[k].name, name)) ids[n++] = x->s->subscriptions[k].id;
    for (int k = 0; k < n; k++) trigger(x, ids[k], variables, count);
}

static bool catches(const element *event, definition_kind kind, str code, bool exactly)
{
    for (int k = 0; k < event->definitions_count; k++) {
        const definition *d = &event->definitions[k];
        if (d->kind == kind && (exactly ? d->name.len > 0 && str_equal(d->name, code) : d->name.len == 0)) return true;
    }
    return false;
}

// The event of a list that catches it: one that names the code before one that catches all.
static int catcher(const stepper *x, indexes events, definition_kind kind, str code)
{
    for (int round = 0; round < 2; round++)
        for (int k = 0; k < events.count; k++)
            if (catches(&x->m->elements[events.items[k]], kind, code, round == 0)) return events.items[k];
    return -1;
}

// Outwards from `id` to the nearest boundary event or event sub-process that catches it (BPMN 2.0.2, 10.5.7). False: nobody.
static bool propagate(stepper *x, int64_t id, definition_kind kind, str code, const bpmn_variable *variables, ptrdiff_t count)
{
    for (instance i = get(x, id); i; i = get(x, i->parent)) {
        const element *e = &x->m->elements[i->element];
        int event = is_iteration(x, i) ? -1 : catcher(x, e->boundaries, kind, code);
        if (event >= 0) {
            boundary_fires(x, event, i->id, variables, count);
            return true;
        }
        if (i->parent == 0) return false;
        instance parent = get(x, i->parent);
        if (e->kind == E_EVENT_SUBPROCESS || parent->interrupted) continue;      // a handler does not catch its own
        event = catcher(x, x->m->elements[inside(x, parent)].event_scopes, kind, code);
        if (event >= 0) {
            event_subprocess_fires(x, event, parent->id, variables, count);
            return true;
        }
    }
    return false;
}

static void cancel_transaction(stepper *x, int64_t id)
{
    instance i = get(x, id);
    while (i && x->m->elements[i->element].kind != E_TRANSACTION) i = i->parent ? get(x, i->parent) : NULL;
    if (!i) {
        incident(x, id, BPMN_AT_EXECUTE, "BPMN-NO-TRANSACTION", "取消事件不在事务中", "the cancel event is not in a transaction");
        return;
    }
    int64_t transaction = i->id;
    terminate_children(x, transaction);
    EMIT(x, PHASE, .id = transaction, .number = BPMN_CANCELLING);
    compensate_next(x, transaction);
}

// What a throwing event, or a multi-instance, throws. False when `id` must not go on: it waits, or is gone.
static bool throw_one(stepper *x, int64_t id, int event, const definition *d)
{
    feel_value key;
    switch (d->kind) {
    case D_MESSAGE:
        if (!evaluate(x, id, &d->key, &key)) {
            expression_incident(x, id, BPMN_AT_EXECUTE);
            return false;
        }
        EMIT(x, MESSAGE, .id = id, .element = event, .name = d->name, .key = key.kind == FEEL_STRING ? key.string : (str){0});
        break;
    case D_SIGNAL:
        EMIT(x, SIGNAL, .id = id, .element = event, .name = d->name);
        throw_signal(x, d->name, NULL, 0);
        break;
    case D_ESCALATION:
        if (!propagate(x, id, D_ESCALATION, d->name, NULL, 0)) EMIT(x, ESCALATED, .id = id, .element = event, .name = d->name);
        break;
    case D_ERROR:
        if (!propagate(x, id, D_ERROR, d->name, NULL, 0)) end_process(x, BPMN_FAILED, d->name);
        return false;
    case D_CANCEL: cancel_transaction(x, id); return false;
    case D_COMPENSATE:
        EMIT(x, PHASE, .id = id, .number = BPMN_COMPENSATING);
        // The token goes on; this one stays until the handlers have reported to it.
        if (!d->wait && is_event(x->m->elements[event].kind)) enqueue(x, activate(x, event, get(x, id)->parent, 0, false), BPMN_AT_LEAVE);
        compensate_next(x, id);
        return false;
    case D_TERMINATE: {
        instance i = get(x, id);
        int64_t scope = i->parent;
        terminate_children(x, scope);
        check_scope(x, scope);
        return false;
    }
    case D_NONE: case D_TIMER: case D_CONDITIONAL: case D_LINK: break;
    }
    return get(x, id) != NULL;
}

static void execute(stepper *x, int64_t id)
{
    const element *e = element_at(x, id);
    int event = get(x, id)->element;
    for (int k = 0; k < e->definitions_count; k++)
        if (!throw_one(x, id, event, &e->definitions[k])) return;
    leave(x, id);
}

// ---- compensation -------------------------------------------------------------------------------------

// What was completed last in a scope and can be compensated; -1 when nothing is left.
static int64_t compensation_target(stepper *x, int64_t scope, int activity)
{
    for (;;) {
        int64_t best = 0, best_done = 0;
        for (int k = 0; k < x->s->instances_count; k++) {
            instance i = &x->s->instances[k];
            if (i->parent != scope || i->phase != BPMN_DONE || i->done <= best_done || (activity >= 0 && i->element != activity)) continue;
            best = i->id, best_done = i->done;
        }
        if (!best) return 0;
        const element *e = element_at(x, best);
        bool container = e->compensator < 0 && (get(x, best)->body || e->handler < 0);
        if (!container) return best;
        int64_t inner = compensation_target(x, best, -1);        // no handler of its own: what it contains is compensated
        if (inner) return inner;
        EMIT(x, COMPLETED, .id = best);
    }
}

static void compensate_next(stepper *x, int64_t owner)
{
    instance o = get(x, owner);
    const element *e = &x->m->elements[o->element];
    bool cancelling = o->phase == BPMN_CANCELLING;
    int64_t scope = cancelling ? owner : o->parent;
    int activity = -1;
    bool waits = true;
    for (int k = 0; !cancelling && k < e->definitions_count; k++)
        if (e->definitions[k].kind == D_COMPENSATE) activity = e->definitions[k].activity, waits = e->definitions[k].wait;
    if (!cancelling && x->m->elements[get(x, scope)->element].kind == E_EVENT_SUBPROCESS) scope = get(x, scope)->parent;
    int64_t target = compensation_target(x, scope, activity);
    if (target) {
        instance t = get(x, target);
        const element *done = &x->m->elements[t->element];
        if (done->compensator >= 0) {
            int64_t where = t->parent;
            EMIT(x, COMPLETED, .id = target);
            begin(x, done->compensator, where, owner);
        } else {
            EMIT(x, PHASE, .id = target, .number = BPMN_COMPENSATING);
            int64_t handler = activate(x, done->handler, target, owner, false);
            for (int i = done->handler + 1; i < x->m->elements_count; i++)
                if (x->m->elements[i].scope == done->handler && x->m->elements[i].kind == E_START) {
                    enqueue(x, activate(x, i, handler, 0, false), BPMN_AT_LEAVE);
                    break;
                }
        }
        return;
    }
    if (!cancelling && !waits) {                            // its token has gone on long since
        int64_t where = get(x, owner)->parent;
        EMIT(x, COMPLETED, .id = owner);
        check_scope(x, where);
        return;
    }
    if (!cancelling) {
        EMIT(x, PHASE, .id = owner, .number = BPMN_ACTIVE);
        leave(x, owner);
        return;
    }
    // The transaction has been undone: its cancel event takes over (BPMN 2.0.2, 10.3.5).
    int64_t whole = is_iteration(x, get(x, owner)) ? get(x, owner)->parent : owner;
    for (int k = 0; k < e->boundaries.count; k++)
        if (x->m->elements[e->boundaries.items[k]].definitions_count && x->m->elements[e->boundaries.items[k]].definitions[0].kind == D_CANCEL) {
            boundary_fires(x, e->boundaries.items[k], whole, NULL, 0);
            return;
        }
    EMIT(x, PHASE, .id = owner, .number = BPMN_ACTIVE);
    leave(x, owner);
}

// A handler has ended: whoever asked for it goes on.
static void handler_ended(stepper *x, const element *handler, int64_t owner, int64_t scope)
{
    instance s = get(x, scope);
    if (handler->kind == E_EVENT_SUBPROCESS && s) {         // that was the handler of the whole scope
        int64_t outer = s->parent;
        EMIT(x, COMPLETED, .id = scope);
        scope = outer;
    }
    if (get(x, owner)) compensate_next(x, owner);
    else check_scope(x, scope);
}

// ---- loops --------------------------------------------------------------------------------------------

static void count(stepper *x, int64_t body, int total, int started, int completed, int terminated, feel_value outputs, feel_value items)
{
    EMIT(x, LOOP, .id = body, .counts = {total, started, completed, terminated}, .value = outputs, .second = items);
}

static void start_iteration(stepper *x, int64_t body)
{
    bpmn_instance b = *get(x, body);
    const loop *l = &x->m->elements[b.element].loop;
    count(x, body, b.total, b.started + 1, b.completed, b.terminated, b.outputs, b.items);
    int64_t id = activate(x, b.element, body, 0, false);
    if (l->kind == LOOP_MULTI || b.started >= 0) set_local(x, id, STR("loopCounter"), feel_int(b.started + 1));
    if (l->item.len && b.items.kind == FEEL_LIST && b.started < b.items.list->count) set_local(x, id, l->item, b.items.list->items[b.started]);
    enqueue(x, id, BPMN_AT_ENTER);
}

static void finish_loop(stepper *x, int64_t body)
{
    bpmn_instance b = *get(x, body);
    const loop *l = &x->m->elements[b.element].loop;
    if (b.children > 0) {
        int live = b.started - b.completed - b.terminated;
        terminate_children(x, body);
        count(x, body, b.total, b.started, b.completed, b.terminated + live, b.outputs, b.items);
    }
    if (l->output_collection.len) set_outwards(x, b.parent, l->output_collection, b.outputs.kind == FEEL_LIST ? b.outputs : feel_list_of(NULL, 0, x->arena));
    leave(x, body);
}

static void enter_loop(stepper *x, int64_t id)
{
    const element *e = element_at(x, id);
    const loop *l = &e->loop;
    bool go = true;
    if (l->kind == LOOP_STANDARD) {
        if (l->test_before && !condition(x, id, &l->condition, &go)) {
            expression_incident(x, id, BPMN_AT_ENTER);
            return;
        }
        if (go && l->maximum != 0) start_iteration(x, id);
        else leave(x, id);
        return;
    }
    feel_value v, items = feel_null();
    int64_t n = -1;
    if (!evaluate(x, id, l->collection.present ? &l->collection : &l->cardinality, &v)) {
        expression_incident(x, id, BPMN_AT_ENTER);
        return;
    }
    if (l->collection.present && v.kind == FEEL_LIST) items = v, n = v.list->count;
    else if (!l->collection.present && v.kind == FEEL_NUMBER && !decimal_to_int(v.number, &n)) n = -1;
    if (n < 0 || n > BPMN_INSTANCES_MAX) {
        incident(x, id, BPMN_AT_ENTER, "BPMN-CARDINALITY", "多实例的次数不是合适的整数，或集合不是列表", "the number of instances is no suitable whole number, or the collection no list");
        return;
    }
    // Told before anything is made: the instances of the list would come on top of what lives already.
    if (!l->sequential && n > BPMN_INSTANCES_MAX - x->s->instances_count) {
        incident(x, id, BPMN_AT_ENTER, "BPMN-INSTANCES", "多实例使在办活动超过上限", "with these instances too many activities would live at once");
        return;
    }
    count(x, id, (int)n, 0, 0, 0, feel_null(), items);
    if (n == 0) finish_loop(x, id);
    else for (int64_t k = 0; k < (l->sequential ? 1 : n); k++) start_iteration(x, id);
}

static feel_value with_output(stepper *x, feel_value outputs, int total, int at, feel_value v)
{
    ptrdiff_t n = outputs.kind == FEEL_LIST ? outputs.list->count : total;
    feel_value *items = arena_new(x->arena, n, feel_value);
    for (ptrdiff_t i = 0; i < n; i++) items[i] = outputs.kind == FEEL_LIST ? outputs.list->items[i] : feel_null();
    if (at >= 0 && at < n) items[at] = v;
    return feel_list_of(items, n, x->arena);
}

static void iteration_done(stepper *x, int64_t id)
{
    int64_t body = get(x, id)->parent;
    bpmn_instance b = *get(x, body);
    const element *e = &x->m->elements[b.element];
    const loop *l = &e->loop;
    feel_value v = feel_null(), outputs = b.outputs;
    bool done = false;
    if (l->output_collection.len && l->kind == LOOP_MULTI) {
        int64_t at = 0;
        feel_value counter = lookup(x, id, STR("loopCounter"));
        if (!evaluate(x, id, &l->output, &v)) {
            expression_incident(x, id, BPMN_AT_LEAVE);
            return;
        }
        if (counter.kind == FEEL_NUMBER) decimal_to_int(counter.number, &at);
        outputs = with_output(x, outputs, b.total, (int)at - 1, v);
    }
    unsubscribe(x, id);
    if (e->keeps && e->compensator < 0 && is_scope(e->kind)) EMIT(x, KEPT, .id = id);
    else EMIT(x, COMPLETED, .id = id);
    count(x, body, b.total, b.started, b.completed + 1, b.terminated, outputs, b.items);
    if (l->kind == LOOP_STANDARD) {
        bool again = true;
        if (!condition(x, body, &l->condition, &again)) {
            expression_incident(x, body, BPMN_AT_EXECUTE);
            return;
        }
        if (again && (l->maximum < 0 || b.started < l->maximum)) start_iteration(x, body);
        else leave(x, body);
        return;
    }
    // BPMN 2.0.2, table 10.31: which events are thrown when an instance completes.
    if (l->behavior == BEHAVIOR_NONE || (l->behavior == BEHAVIOR_ONE && b.completed == 0)) throw_one(x, body, b.element, &l->thrown);
    for (int k = 0; l->behavior == BEHAVIOR_COMPLEX && k < l->complex_count && get(x, body); k++) {
        bool thrown;
        if (condition(x, body, &l->complex[k].condition, &thrown) && thrown) throw_one(x, body, b.element, &l->complex[k].event);
    }
    if (!get(x, body)) return;
    if (l->condition.present && !condition(x, body, &l->condition, &done)) {
        expression_incident(x, body, BPMN_AT_EXECUTE);
        return;
    }
    if (done || b.completed + 1 + b.terminated >= b.total) finish_loop(x, body);
    else if (l->sequential) start_iteration(x, body);
}

// ---- entering -----------------------------------------------------------------------------------------

static int depth_of(const stepper *x, int64_t id)
{
    int depth = 0;
    for (instance i = get(x, id); i; i = i->parent ? get(x, i->parent) : NULL) depth++;
    return depth;
}

static bool open_scope(stepper *x, int64_t id, int scope)
{
    const element *e = &x->m->elements[scope];
    for (int k = 0; k < e->event_scopes.count; k++)
        if (!subscribe(x, id, e->event_scopes.items[k])) return false;
    while (x->dirty && e->event_scopes.count && check_conditions(x)) {}
    return true;
}

static void enter_scope(stepper *x, int64_t id)
{
    instance i = get(x, id);
    int scope = inside(x, i);
    const element *e = &x->m->elements[scope];
    if (depth_of(x, id) > BPMN_NESTING_MAX) {
        incident(x, id, BPMN_AT_ENTER, "BPMN-NESTING", "子流程嵌套过深", "sub-processes are nested too deeply");
        return;
    }
    if (!open_scope(x, id, scope)) {
        expression_incident(x, id, BPMN_AT_ENTER);
        return;
    }
    i = get(x, id);
    if (!i || i->interrupted) return;
    if (e->kind == E_ADHOC) {
        count(x, id, e->starts.count, 0, 0, 0, feel_null(), feel_null());
        ad_hoc_progress(x, id);
        return;
    }
    // One start event without a trigger begins; without start events, all that nothing leads to.
    for (int k = 0; k < e->starts.count; k++) {
        begin(x, e->starts.items[k], id, 0);
        if (x->m->elements[e->starts.items[k]].kind == E_START) break;
    }
    check_scope(x, id);
}

static void ad_hoc_progress(stepper *x, int64_t id)
{
    bpmn_instance i = *get(x, id);
    const element *e = &x->m->elements[i.element];
    bool done = false;
    if (i.started > 0 && e->completion.present && !condition(x, id, &e->completion, &done)) {
        expression_incident(x, id, BPMN_AT_EXECUTE);
        return;
    }
    if (done && e->cancel_remaining) terminate_children(x, id);
    while (!done && i.started < e->starts.count && (!e->sequential || get(x, id)->children == 0)) {
        count(x, id, i.total, ++i.started, 0, 0, feel_null(), feel_null());
        begin(x, e->starts.items[i.started - 1], id, 0);
    }
    check_scope(x, id);
}

static str text_of(stepper *x, feel_value v)
{
    if (v.kind == FEEL_STRING) return v.string;
    if (v.kind == FEEL_NULL) return (str){0};
    buf text = {.arena = x->arena};
    feel_print(&text, v);
    return buf_str(&text);
}

static void enter_task(stepper *x, int64_t id, const element *e)
{
    feel_value v, groups, users, form;
    int at = get(x, id)->element;
    if (e->kind == E_USER) {
        if (!evaluate(x, id, &e->assignee, &v) || !evaluate(x, id, &e->groups, &groups) || !evaluate(x, id, &e->users, &users) || !evaluate(x, id, &e->form, &form))
            expression_incident(x, id, BPMN_AT_ENTER);
        else EMIT(x, TASK, .id = id, .element = at, .name = text_of(x, form), .key = text_of(x, v), .value = groups, .second = users);
    } else if (e->job.present) {
        if (!evaluate(x, id, &e->job, &v)) expression_incident(x, id, BPMN_AT_ENTER);
        else EMIT(x, JOB, .id = id, .element = at, .name = text_of(x, v));
    } else if (e->kind == E_RULE) {
        if (!evaluate(x, id, &e->decision, &v)) expression_incident(x, id, BPMN_AT_ENTER);
        else EMIT(x, DECISION, .id = id, .element = at, .name = text_of(x, v));
    } else if (e->kind == E_SCRIPT) {
        if (!evaluate(x, id, &e->script, &v)) {
            expression_incident(x, id, BPMN_AT_ENTER);
            return;
        }
        bpmn_variable result = {e->result, v};
        if (e->result.len) receive(x, id, &result, 1);
        leave(x, id);
    } else if (e->kind == E_SEND) {
        if (throw_one(x, id, at, &e->message)) leave(x, id);
    } else if (e->kind == E_RECEIVE) {
        if (!subscribe(x, id, at)) expression_incident(x, id, BPMN_AT_ENTER);
    } else leave(x, id);
}

static void enter(stepper *x, int64_t id)
{
    instance i = get(x, id);
    const element *e = &x->m->elements[i->element];
    if (x->s->instances_count > BPMN_INSTANCES_MAX) {
        incident(x, id, BPMN_AT_ENTER, "BPMN-INSTANCES", "同时进行的活动过多", "too many activities are live");
        return;
    }
    if (is_activity(e->kind) && !is_iteration(x, i)) {
        for (int k = 0; k < e->boundaries.count; k++)
            if (!subscribe(x, id, e->boundaries.items[k])) {
                expression_incident(x, id, BPMN_AT_ENTER);
                return;
            }
        while (x->dirty && e->boundaries.count && check_conditions(x)) {}
        i = get(x, id);
        if (!i) return;                                     // a condition was true already, and interrupted it
    }
    if (i->body) {
        enter_loop(x, id);
        return;
    }
    if (!map_inputs(x, id, e)) {
        expression_incident(x, id, BPMN_AT_ENTER);
        return;
    }
    switch (e->kind) {
    case E_THROW:
    case E_END:
        // A second move: whatever begins to wait in this moment hears what is thrown.
        if (e->link >= 0) {
            int64_t scope = i->parent;
            int to = e->link;
            EMIT(x, COMPLETED, .id = id);
            event_occurs(x, to, scope, NULL, 0);
        } else if (e->definitions_count) enqueue(x, id, BPMN_AT_EXECUTE);
        else leave(x, id);
        break;
    case E_CATCH:
        if (e->definitions_count == 0) leave(x, id);
        else if (!subscribe(x, id, i->element)) expression_incident(x, id, BPMN_AT_ENTER);
        break;
    case E_EVENT_BASED:
        for (int k = 0; k < e->sources.count; k++)
            if (!subscribe(x, id, e->sources.items[k])) {
                expression_incident(x, id, BPMN_AT_ENTER);
                return;
            }
        break;
    case E_SUBPROCESS: case E_TRANSACTION: case E_ADHOC: case E_CALL: enter_scope(x, id); break;
    case E_TASK: case E_MANUAL: case E_USER: case E_SERVICE: case E_SEND: case E_RECEIVE: case E_SCRIPT: case E_RULE: enter_task(x, id, e); break;
    case E_PROCESS: case E_EVENT_SUBPROCESS: case E_START: case E_BOUNDARY: case E_EXCLUSIVE: case E_INCLUSIVE: case E_PARALLEL: case E_COMPLEX: leave(x, id); break;
    }
}

// ---- leaving ------------------------------------------------------------------------------------------

// Which flows get a token. -1: an incident has been made. `chosen` has room for all.
static int choose(stepper *x, int64_t id, const element *e, int *chosen)
{
    int n = 0;
    bool decided = false, exclusive = e->kind == E_EXCLUSIVE, all = e->kind == E_PARALLEL || e->kind == E_EVENT_BASED;
    for (int k = 0; k < e->out.count && !(exclusive && n); k++) {
        int f = e->out.items[k];
        const flow *out = &x->m->flows[f];
        bool yes = true;
        if (f == e->fallback && !all) continue;
        if (!condition(x, id, &out->condition, &yes)) {
            expression_incident(x, id, BPMN_AT_LEAVE);
            return -1;
        }
        if (yes) chosen[n++] = f;
        decided |= yes && out->condition.present;
    }
    // From an activity or event the default flow stands for the conditional ones: flows without a condition go anyway.
    bool gateway = e->kind >= E_EXCLUSIVE;
    if (e->fallback >= 0 && !all && (gateway ? n == 0 : !decided)) chosen[n++] = e->fallback;
    if (n == 0 && e->out.count > 0) {
        incident(x, id, BPMN_AT_LEAVE, "BPMN-NO-FLOW", "没有一条流出的条件成立，也没有默认流", "no outgoing flow's condition holds, and there is no default flow");
        return -1;
    }
    return n;
}

static void leave(stepper *x, int64_t id)
{
    instance i = get(x, id);
    const element *e = &x->m->elements[i->element];
    if (!i->body && !map_outputs(x, id, e)) {
        expression_incident(x, id, BPMN_AT_LEAVE);
        return;
    }
    i = get(x, id);
    int64_t scope = i->parent, owner = i->owner;
    if (is_iteration(x, i)) {
        iteration_done(x, id);
        return;
    }
    bool flows_on = e->kind != E_PROCESS && e->kind != E_EVENT_SUBPROCESS && e->kind != E_END && !e->for_compensation;
    int few[16], *chosen = e->out.count <= 16 ? few : arena_new(x->arena, e->out.count, int);
    int n = flows_on ? choose(x, id, e, chosen) : 0;
    if (n < 0) return;
    uint64_t flows = i->flows;
    unsubscribe(x, id);
    if (e->kind == E_COMPLEX && flows) EMIT(x, PHASE, .id = id, .number = BPMN_RESETTING, .flows = flows);
    else if (e->keeps && is_activity(e->kind) && !e->for_compensation) EMIT(x, KEPT, .id = id);
    else EMIT(x, COMPLETED, .id = id);
    for (int q = 0; q < e->completion_quantity; q++)
        for (int k = 0; k < n; k++) arrive(x, scope, chosen[k]);
    if (owner) {
        handler_ended(x, e, owner, scope);
        return;
    }
    instance s = get(x, scope);
    if (s && x->m->elements[inside(x, s)].kind == E_ADHOC && !s->body && n == 0) ad_hoc_progress(x, scope);
    else if (n == 0) check_scope(x, scope);
}

// ---- the step -----------------------------------------------------------------------------------------

static void settle(stepper *x)
{
    for (;;) {
        while (x->head < x->tail) {
            action now = x->queue[x->head++];
            instance i = get(x, now.id);
            if (!i || i->done) continue;                    // ended meanwhile
            if (++x->actions > BPMN_ACTIONS_MAX) {
                incident(x, now.id, now.stage, "BPMN-ENDLESS", "一步之内动作过多，可能是没有等待的循环", "too many moves in one step: probably a loop without any waiting");
                continue;
            }
            if (now.stage == BPMN_AT_ENTER) enter(x, now.id);
            else if (now.stage == BPMN_AT_EXECUTE) execute(x, now.id);
            else leave(x, now.id);
            if (x->s->status != BPMN_RUNNING) return;
        }
        if (x->actions > BPMN_ACTIONS_MAX) break;
        if (x->dirty && check_conditions(x)) { x->actions++; continue; }
        if (x->head == x->tail && try_joins(x)) { x->actions++; continue; }
        if (x->s->status != BPMN_RUNNING) return;
        if (x->head == x->tail && !x->dirty) break;
    }
    // A scope in which nothing lives but tokens wait at a join will wait for ever.
    for (int k = 0; k < x->s->instances_count; k++) {
        instance i = &x->s->instances[k];
        if (i->parked > 0 && i->children == 0 && !i->done)
            incident(x, i->id, BPMN_AT_JOIN, "BPMN-STUCK", "汇合处的令牌等不到其余的令牌", "tokens wait at a join for others that cannot come");
    }
}

static bool refuse(stepper *x, int element_index, const char *code, bilingual hint, bilingual text)
{
    source_pos at = {.file = x->m->file};
    if (element_index >= 0) at = tree_pos(x->m->elements[element_index].xml);
    diag_add(x->diags, DIAG_ERROR, code, at, hint, text);
    return false;
}

static bool refuse_id(stepper *x) { return refuse(x, -1, "BPMN-NO-SUCH", (bilingual){0}, (bilingual){"没有这一任务、定时器或异常", "there is no such task, timer or incident"}); }

static bool command_start(stepper *x, const bpmn_command *c)
{
    const bpmn_model *m = x->m;
    if (c->element < 0 || c->element >= m->elements_count) return refuse_id(x);
    const element *e = &m->elements[c->element];
    int process = e->process;
    bool at_event = e->kind == E_START || e->kind == E_CATCH || e->kind == E_RECEIVE;
    if (x->s->status != BPMN_NOT_STARTED) return refuse(x, process, "BPMN-STARTED", (bilingual){0}, (bilingual){"实例已经启动", "the instance has started already"});
    if (!m->elements[process].executable) return refuse(x, process, "BPMN-NOT-EXECUTABLE", (bilingual){"写明 isExecutable=\"true\"", "say isExecutable=\"true\""}, (bilingual){"流程未标为可执行", "the process is not marked as executable"});
    if (e->kind != E_PROCESS && (!at_event || e->scope != process)) return refuse(x, c->element, "BPMN-NOT-A-START", (bilingual){0}, (bilingual){"流程不能从这里启动", "the process cannot start here"});
    if (e->kind == E_PROCESS && e->starts.count == 0) return refuse(x, process, "BPMN-NO-START", (bilingual){"指明由哪一个启动事件启动", "name the start event it begins with"}, (bilingual){"流程没有无触发条件的启动事件", "the process has no start event without a trigger"});
    EMIT(x, STARTED, .element = process);
    int64_t root = activate(x, process, 0, 0, false);
    for (ptrdiff_t i = 0; i < c->variables_count; i++) set_local(x, root, c->variables[i].name, c->variables[i].value);
    if (e->kind == E_PROCESS) enter_scope(x, root);
    else {
        if (!open_scope(x, root, process)) expression_incident(x, root, BPMN_AT_ENTER);
        if (get(x, root) && !get(x, root)->interrupted) event_occurs(x, c->element, root, NULL, 0);
        // After a parallel instantiating gateway the other events must come, too (BPMN 2.0.2, 10.6.6).
        const element *gateway = e->in.count == 1 ? &m->elements[m->flows[e->in.items[0]].source] : NULL;
        for (int k = 0; gateway && gateway->kind == E_EVENT_BASED && gateway->parallel_start && k < gateway->sources.count; k++)
            if (gateway->sources.items[k] != c->element) begin(x, gateway->sources.items[k], root, 0);
    }
    return true;
}

static bool is_open_task(stepper *x, int64_t id)
{
    instance i = get(x, id);
    if (!i || i->body || i->done || i->phase != BPMN_ACTIVE || has_incident(x, id)) return false;
    const element *e = &x->m->elements[i->element];
    return e->kind == E_USER || e->job.present || e->kind == E_RULE;
}

static bool command_complete(stepper *x, const bpmn_command *c)
{
    if (!is_open_task(x, c->id)) return refuse_id(x);
    receive(x, c->id, c->variables, c->variables_count);
    enqueue(x, c->id, BPMN_AT_LEAVE);
    return true;
}

static bool command_throw(stepper *x, const bpmn_command *c)
{
    if (!is_open_task(x, c->id)) return refuse_id(x);
    definition_kind kind = c->kind == BPMN_THROW_ERROR ? D_ERROR : D_ESCALATION;
    if (propagate(x, c->id, kind, c->name, c->variables, c->variables_count)) return true;
    if (kind == D_ESCALATION) EMIT(x, ESCALATED, .id = c->id, .element = get(x, c->id)->element, .name = c->name);
    else {
        x->fault[LANG_ZH] = str_printf(x->arena, "没有事件捕获错误“%.*s”", STR_ARG(c->name));
        x->fault[LANG_EN] = str_printf(x->arena, "no event catches the error \"%.*s\"", STR_ARG(c->name));
        EMIT(x, INCIDENT, .id = x->s->next_id + 1, .scope = c->id, .number = BPMN_AT_ENTER, .name = STR("BPMN-UNCAUGHT"), .text = {x->fault[0], x->fault[1]});
    }
    return true;
}

static bool command_message(stepper *x, const bpmn_command *c)
{
    for (int k = 0; k < x->s->subscriptions_count; k++) {
        const bpmn_subscription *u = &x->s->subscriptions[k];
        if (kind_of(x, u) != D_MESSAGE || u->arrived || !str_equal(u->name, c->name) || (u->key.len && !str_equal(u->key, c->key))) continue;
        trigger(x, u->id, c->variables, c->variables_count);
        return true;
    }
    return refuse(x, -1, "BPMN-NOBODY-WAITS", (bilingual){0}, (bilingual){"没有等待这一消息的地方", "nothing waits for this message"});
}

static bool command_timer(stepper *x, const bpmn_command *c)
{
    const bpmn_subscription *u = find_subscription(x, c->id);
    if (!u || kind_of(x, u) != D_TIMER) return refuse_id(x);
    trigger(x, c->id, c->variables, c->variables_count);
    return true;
}

static bool command_move(stepper *x, const bpmn_command *c)
{
    instance i = get(x, c->id);
    if (!i || i->done || c->element < 0 || c->element >= x->m->elements_count) return refuse_id(x);
    const element *to = &x->m->elements[c->element];
    bool node = to->scope >= 0 && to->kind != E_BOUNDARY && to->kind != E_EVENT_SUBPROCESS && !to->for_compensation && !(to->kind == E_START && to->definitions_count);
    int64_t child = 0;
    while (i && !(inside(x, i) == to->scope && !i->body)) child = i->id, i = i->parent ? get(x, i->parent) : NULL;
    if (!node || !i || i->done) return refuse(x, c->element, "BPMN-MOVE", (bilingual){0}, (bilingual){"不能从那里回到这一步", "one cannot go to this step from there"});
    int64_t scope = i->id;
    // The new token first: the scope must not be thought complete in between.
    begin(x, c->element, scope, 0);
    int64_t made = x->s->next_id;
    if (child) terminate(x, child);
    else
        for (int k = x->s->instances_count - 1; k > 0; k--)
            if (k < x->s->instances_count && x->s->instances[k].parent == scope && x->s->instances[k].id != made && !x->s->instances[k].done) terminate(x, x->s->instances[k].id);
    for (int k = x->s->parked_count - 1; !child && k >= 0; k--)
        if (x->s->parked[k].scope == scope) EMIT(x, JOINED, .scope = scope, .flow = x->s->parked[k].flow, .number = x->s->parked[k].count);
    for (int k = x->s->incidents_count - 1; k >= 0; k--)
        if (x->s->incidents[k].instance == scope) EMIT(x, RESOLVED, .id = x->s->incidents[k].id);
    return true;
}

static bool command_resolve(stepper *x, const bpmn_command *c)
{
    for (int k = 0; k < x->s->incidents_count; k++) {
        bpmn_incident u = x->s->incidents[k];
        if (u.id != c->id) continue;
        EMIT(x, RESOLVED, .id = u.id);
        for (ptrdiff_t i = 0; i < c->variables_count; i++) set_outwards(x, u.instance, c->variables[i].name, c->variables[i].value);
        instance i = get(x, u.instance);
        const element *e = &x->m->elements[i->element];
        if (u.stage == BPMN_AT_ENTER) unsubscribe(x, u.instance);       // it subscribes anew
        if (u.stage == BPMN_AT_JOIN) return true;                       // told again if it is so still
        if (u.stage == BPMN_AT_ENTER && (i->parent == 0 || e->kind == E_EVENT_SUBPROCESS)) check_scope(x, u.instance);
        else if (u.stage == BPMN_AT_EXECUTE && i->body) finish_loop(x, u.instance);
        else if (u.stage == BPMN_AT_EXECUTE && e->kind == E_ADHOC) ad_hoc_progress(x, u.instance);
        else enqueue(x, u.instance, u.stage);
        return true;
    }
    return refuse_id(x);
}

static bool command_set(stepper *x, const bpmn_command *c)
{
    int64_t id = c->id ? c->id : x->s->instances[0].id;
    if (!get(x, id)) return refuse_id(x);
    for (ptrdiff_t i = 0; i < c->variables_count; i++) set_local(x, id, c->variables[i].name, c->variables[i].value);
    return true;
}

static bool command_signal(stepper *x, const bpmn_command *c)
{
    throw_signal(x, c->name, c->variables, c->variables_count);
    return true;
}

static bool command_cancel(stepper *x, const bpmn_command *c)
{
    (void)c;
    end_process(x, BPMN_CANCELLED, (str){0});
    return true;
}

static bool (*const commands[])(stepper *, const bpmn_command *) = {
    [BPMN_START] = command_start, [BPMN_COMPLETE] = command_complete, [BPMN_THROW_ERROR] = command_throw, [BPMN_THROW_ESCALATION] = command_throw,
    [BPMN_MESSAGE] = command_message, [BPMN_SIGNAL] = command_signal, [BPMN_TIMER] = command_timer, [BPMN_SET_VARIABLES] = command_set,
    [BPMN_MOVE] = command_move, [BPMN_CANCEL] = command_cancel, [BPMN_RESOLVE] = command_resolve,
};

// A working copy that may grow without touching `before`; values are shared, for nothing changes them.
static bpmn_state *working_copy(const bpmn_state *before, arena *a)
{
    bpmn_state *s = arena_new(a, 1, bpmn_state);
    if (!before) return s;
    *s = *before;
#define WORK(list, T) s->list##_cap = s->list##_count + 4; s->list = arena_new(a, s->list##_cap, T); if (s->list##_count) memcpy(s->list, before->list, sizeof(T) * (size_t)s->list##_count)
    WORK(instances, bpmn_instance);
    WORK(parked, bpmn_parked);
    WORK(subscriptions, bpmn_subscription);
    WORK(incidents, bpmn_incident);
#undef WORK
    return s;
}

bpmn_state *bpmn_step(const bpmn_model *m, const bpmn_state *before, const bpmn_command *c, timestamp now, bpmn_events *out, arena *a, diag_list *d)
{
    stepper x = {.m = m, .s = working_copy(before, a), .out = out, .arena = a, .diags = d, .now = now};
    *out = (bpmn_events){0};
    if (c->kind != BPMN_START && x.s->status != BPMN_RUNNING) {
        refuse(&x, -1, "BPMN-ENDED", (bilingual){0}, (bilingual){"实例没有在运行", "the instance is not running"});
        return NULL;
    }
    if (!commands[c->kind](&x, c)) {
        assert(out->count == 0);
        return NULL;
    }
    if (x.s->status == BPMN_RUNNING) settle(&x);
    return x.s;
}
