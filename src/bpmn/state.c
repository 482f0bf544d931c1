// A state as a value: events folded into it, copied. Also what a timer's text says.
#include <stdlib.h>

#include "bpmn/bpmn_internal.h"

static const bool event_effects[] = {
#define BPMN_EVENT_EFFECT(kind, name, effect) effect,
    BPMN_EVENTS(BPMN_EVENT_EFFECT)
#undef BPMN_EVENT_EFFECT
};

bool bpmn_event_is_effect(bpmn_event_kind kind) { return event_effects[kind]; }

// ---- lookups ------------------------------------------------------------------------------------------

static int instance_index(const bpmn_state *s, int64_t id)
{
    int low = 0, high = s->instances_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (s->instances[middle].id < id) low = middle + 1;
        else high = middle;
    }
    return low < s->instances_count && s->instances[low].id == id ? low : -1;
}

const bpmn_instance *bpmn_instance_find(const bpmn_state *s, int64_t id)
{
    int i = instance_index(s, id);
    return i < 0 ? NULL : &s->instances[i];
}

static const feel_value *variables_get(bpmn_variables v, str name)
{
    for (ptrdiff_t i = 0; i < v.count; i++)
        if (str_equal(v.items[i].name, name)) return &v.items[i].value;
    return NULL;
}

const feel_value *bpmn_variable_get(const bpmn_state *s, int64_t id, str name)
{
    for (const bpmn_instance *i = bpmn_instance_find(s, id); i; i = i->parent ? bpmn_instance_find(s, i->parent) : NULL) {
        const feel_value *v = variables_get(i->variables, name);
        if (v) return v;
    }
    return NULL;
}

// ---- apply --------------------------------------------------------------------------------------------

// A list that grows in the arena: the old array stays behind, at most as much again as the new one.
#define PUSH(s, list, T, a, ...) do { \
        if ((s)->list##_count == (s)->list##_cap) { \
            int cap_ = (s)->list##_cap ? 2 * (s)->list##_cap : 8; \
            T *grown_ = arena_new((a), cap_, T); \
            if ((s)->list##_count) memcpy(grown_, (s)->list, sizeof(T) * (size_t)(s)->list##_count); \
            (s)->list = grown_; \
            (s)->list##_cap = cap_; \
        } \
        (s)->list[(s)->list##_count++] = __VA_ARGS__; \
    } while (0)
#define REMOVE(s, list, at) do { \
        memmove((s)->list + (at), (s)->list + (at) + 1, sizeof *(s)->list * (size_t)((s)->list##_count - (at) - 1)); \
        (s)->list##_count--; \
    } while (0)

static void set_variable(bpmn_instance *i, str name, feel_value value, arena *a)
{
    bpmn_variables old = i->variables;
    ptrdiff_t at = 0;
    while (at < old.count && str_compare(old.items[at].name, name) < 0) at++;
    bool replace = at < old.count && str_equal(old.items[at].name, name);
    bpmn_variable *items = arena_new(a, old.count + !replace, bpmn_variable);
    if (at) memcpy(items, old.items, sizeof *items * (size_t)at);
    items[at] = (bpmn_variable){name, value};
    ptrdiff_t rest = old.count - at - replace;
    if (rest > 0) memcpy(items + at + 1, old.items + at + replace, sizeof *items * (size_t)rest);
    i->variables = (bpmn_variables){old.count + !replace, items};
}

static void remove_instance(const bpmn_model *m, bpmn_state *s, int64_t id)
{
    int at = instance_index(s, id);
    if (at < 0) return;
    bpmn_instance gone = s->instances[at];
    int parent = instance_index(s, gone.parent);
    if (parent >= 0 && gone.done == 0) s->instances[parent].children--;
    REMOVE(s, instances, at);
    for (int i = s->parked_count - 1; gone.parked && i >= 0; i--)
        if (s->parked[i].scope == id) REMOVE(s, parked, i);
    for (int i = s->incidents_count - 1; i >= 0; i--)
        if (s->incidents[i].instance == id) REMOVE(s, incidents, i);
    // What was kept for compensation goes with its scope. Live children have been ended before, by events of their own.
    for (int i = s->instances_count - 1; (m->elements[gone.element].keeps || gone.body) && i >= at; i--)
        if (i < s->instances_count && s->instances[i].parent == id) remove_instance(m, s, s->instances[i].id);
}

static void change_parked(bpmn_state *s, const bpmn_event *e, int by, arena *a)
{
    int scope = instance_index(s, e->scope);
    if (scope >= 0) s->instances[scope].parked += by;
    for (int i = 0; i < s->parked_count; i++) {
        if (s->parked[i].scope != e->scope || s->parked[i].flow != e->flow) continue;
        s->parked[i].count += by;
        if (s->parked[i].count <= 0) REMOVE(s, parked, i);
        return;
    }
    if (by > 0) PUSH(s, parked, bpmn_parked, a, (bpmn_parked){e->scope, e->flow, by});
}

static bpmn_subscription *subscription(bpmn_state *s, int64_t id)
{
    int low = 0, high = s->subscriptions_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (s->subscriptions[middle].id < id) low = middle + 1;
        else high = middle;
    }
    return low < s->subscriptions_count && s->subscriptions[low].id == id ? &s->subscriptions[low] : NULL;
}

void bpmn_apply(const bpmn_model *m, bpmn_state *s, const bpmn_event *e, arena *a)
{
    int at = instance_index(s, e->id);
    bpmn_instance *i = at < 0 ? NULL : &s->instances[at];
    bpmn_subscription *sub;
    switch (e->kind) {
    case BPMN_EV_STARTED:
        s->status = BPMN_RUNNING;
        s->process = e->element;
        break;
    case BPMN_EV_ACTIVATED: {
        PUSH(s, instances, bpmn_instance, a, (bpmn_instance){.id = e->id, .parent = e->scope, .owner = e->owner, .element = e->element, .body = e->flag, .total = -1});
        int parent = instance_index(s, e->scope);
        if (parent >= 0) s->instances[parent].children++;
        s->next_id = e->id;
        break;
    }
    case BPMN_EV_COMPLETED:
    case BPMN_EV_TERMINATED: remove_instance(m, s, e->id); break;
    case BPMN_EV_KEPT: {
        int parent = i ? instance_index(s, i->parent) : -1;
        if (!i) break;
        i->phase = BPMN_DONE;
        i->done = ++s->next_done;
        if (parent >= 0) s->instances[parent].children--;
        break;
    }
    case BPMN_EV_PHASE:
        if (i) i->phase = (bpmn_phase)e->number, i->flows = e->flows;
        break;
    case BPMN_EV_INTERRUPTED:
        if (i) i->interrupted = true;
        break;
    case BPMN_EV_PARKED: change_parked(s, e, 1, a); break;
    case BPMN_EV_JOINED: change_parked(s, e, -e->number, a); break;
    case BPMN_EV_VARIABLE:
        if (i) set_variable(i, e->name, e->value, a);
        break;
    case BPMN_EV_LOOP:
        if (i) {
            i->total = e->counts[0], i->started = e->counts[1], i->completed = e->counts[2], i->terminated = e->counts[3];
            i->outputs = e->value, i->items = e->second;
        }
        break;
    case BPMN_EV_SUBSCRIBED:
        PUSH(s, subscriptions, bpmn_subscription, a, (bpmn_subscription){.id = e->id, .instance = e->scope, .event = e->element, .definition = e->number, .name = e->name,
             .key = e->key, .due = e->due, .remaining = e->repeat});
        s->next_id = e->id;
        break;
    case BPMN_EV_UNSUBSCRIBED:
        sub = subscription(s, e->id);
        if (sub) REMOVE(s, subscriptions, sub - s->subscriptions);
        break;
    case BPMN_EV_FIRED:
        sub = subscription(s, e->id);
        if (sub) sub->due = e->due, sub->remaining = e->repeat;
        break;
    case BPMN_EV_CONDITION:
        sub = subscription(s, e->id);
        if (sub) sub->was_true = e->flag;
        break;
    case BPMN_EV_ARRIVED:
        sub = subscription(s, e->id);
        if (sub) sub->arrived = true;
        break;
    case BPMN_EV_INCIDENT:
        PUSH(s, incidents, bpmn_incident, a, (bpmn_incident){e->id, e->scope, (bpmn_stage)e->number, e->name, {e->text[0], e->text[1]}});
        s->next_id = e->id;
        break;
    case BPMN_EV_RESOLVED:
        for (int k = 0; k < s->incidents_count; k++)
            if (s->incidents[k].id == e->id) { REMOVE(s, incidents, k); break; }
        break;
    case BPMN_EV_ENDED:
        s->status = (bpmn_status)e->number;
        s->error = e->name;
        break;
    case BPMN_EV_TAKEN: case BPMN_EV_TASK: case BPMN_EV_JOB: case BPMN_EV_DECISION: case BPMN_EV_MESSAGE: case BPMN_EV_SIGNAL: case BPMN_EV_ESCALATED:
    case BPMN_EV_COUNT: break;
    }
}

// ---- copies -------------------------------------------------------------------------------------------

static feel_value copy_value(feel_value v, arena *a)
{
    if (v.kind == FEEL_STRING) return feel_string(str_copy(v.string, a));
    if (v.kind == FEEL_LIST) {
        feel_value *items = arena_new(a, v.list->count, feel_value);
        for (ptrdiff_t i = 0; i < v.list->count; i++) items[i] = copy_value(v.list->items[i], a);
        return feel_list_of(items, v.list->count, a);
    }
    if (v.kind == FEEL_CONTEXT) {
        str *names = arena_new(a, v.context->count, str);
        feel_value *values = arena_new(a, v.context->count, feel_value);
        for (ptrdiff_t i = 0; i < v.context->count; i++) {
            names[i] = str_copy(v.context->names[i], a);
            values[i] = copy_value(v.context->values[i], a);
        }
        return feel_context_of(names, values, v.context->count, a);
    }
    if (v.kind == FEEL_RANGE) {
        feel_range *range = arena_new(a, 1, feel_range);
        *range = *v.range;
        range->low = copy_value(v.range->low, a), range->high = copy_value(v.range->high, a);
        v.range = range;
        return v;
    }
    // A function holds its program, which may not live as long: it is kept as its text, as it would be in JSON.
    if (v.kind == FEEL_FUNCTION) {
        buf text = {.arena = a};
        feel_print(&text, v);
        return feel_string(buf_str(&text));
    }
    return v;
}

bpmn_state *bpmn_state_copy(const bpmn_state *s, arena *a)
{
    bpmn_state *t = arena_new(a, 1, bpmn_state);
    *t = *s;
#define COPY(list, T) t->list = arena_new(a, s->list##_count, T); t->list##_cap = s->list##_count; if (s->list##_count) memcpy(t->list, s->list, sizeof(T) * (size_t)s->list##_count)
    COPY(instances, bpmn_instance);
    COPY(parked, bpmn_parked);
    COPY(subscriptions, bpmn_subscription);
    COPY(incidents, bpmn_incident);
#undef COPY
    t->error = str_copy(s->error, a);
    for (int i = 0; i < t->instances_count; i++) {
        bpmn_instance *x = &t->instances[i];
        x->items = copy_value(x->items, a), x->outputs = copy_value(x->outputs, a);
        bpmn_variable *items = arena_new(a, x->variables.count, bpmn_variable);
        for (ptrdiff_t k = 0; k < x->variables.count; k++)
            items[k] = (bpmn_variable){str_copy(x->variables.items[k].name, a), copy_value(x->variables.items[k].value, a)};
        x->variables.items = items;
    }
    for (int i = 0; i < t->subscriptions_count; i++) {
        t->subscriptions[i].name = str_copy(s->subscriptions[i].name, a);
        t->subscriptions[i].key = str_copy(s->subscriptions[i].key, a);
    }
    for (int i = 0; i < t->incidents_count; i++) {
        t->incidents[i].code = str_copy(s->incidents[i].code, a);
        for (int k = 0; k < LANG_COUNT; k++) t->incidents[i].text[k] = str_copy(s->incidents[i].text[k], a);
    }
    return t;
}

// ---- timers -------------------------------------------------------------------------------------------

static timestamp add_duration(timestamp t, feel_value d, int offset_minutes)
{
    if (d.kind == FEEL_DAYS_DURATION) return t + d.days.seconds * 1000 + d.days.nanoseconds / 1000000;
    date day = timestamp_date(t, offset_minutes);
    return t + (date_to_days(date_add_months(day, d.months)) - date_to_days(day)) * 86400000;
}

static bool moment(feel_value v, int offset_minutes, timestamp *out)
{
    if (v.kind != FEEL_DATE && v.kind != FEEL_DATE_TIME) return false;
    int64_t offset = offset_minutes * (int64_t)60;
    *out = date_to_days(v.moment.date) * 86400000;
    if (v.kind == FEEL_DATE_TIME) {
        if (v.moment.time.offset != FEEL_NO_OFFSET) offset = v.moment.time.offset;
        *out += v.moment.time.second_of_day * (int64_t)1000 + v.moment.time.nanosecond / 1000000;
    }
    *out -= offset * 1000;
    return true;
}

// No time zones by name: a state must not depend on the data of the machine that reads it.
static bool temporal(feel_value v, bool duration, feel_value *out)
{
    *out = v;
    if (v.kind != FEEL_STRING) return duration ? v.kind == FEEL_DAYS_DURATION || v.kind == FEEL_YEARS_DURATION : v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME;
    if (duration) return feel_parse_temporal(v.string, FEEL_DAYS_DURATION, NULL, out) || feel_parse_temporal(v.string, FEEL_YEARS_DURATION, NULL, out);
    return feel_parse_temporal(v.string, FEEL_DATE_TIME, NULL, out) || feel_parse_temporal(v.string, FEEL_DATE, NULL, out);
}

enum { REPEAT_MAX = 1000000 };
#define FAR_AWAY ((timestamp)1 << 53)       // some 285 000 years: sums stay far from overflow

// R[n]/duration, R[n]/start/duration, R[n]/duration/end is not used; a bare duration repeats without end.
static bool cycle(str text, timestamp now, int offset_minutes, timestamp *due, int *remaining, int64_t *period)
{
    feel_value step, start = feel_null();
    str rest = text;
    *remaining = -1;
    *due = now;
    if (text.len && text.data[0] == 'R') {
        str head = str_cut(&rest, '/'), number = str_slice(head, 1, head.len);
        decimal n;
        int64_t count = -1;
        if (number.len && (!decimal_parse(number, &n) || !decimal_to_int(n, &count) || count < 0 || count > REPEAT_MAX)) return false;
        *remaining = (int)count;
        if (str_find_byte(rest, '/') >= 0) {
            str first = str_cut(&rest, '/');
            if (!temporal(feel_string(first), false, &start) || !moment(start, offset_minutes, due)) return false;
        }
    }
    if (!temporal(feel_string(rest), true, &step)) return false;
    timestamp next = add_duration(*due, step, offset_minutes);
    if (next <= *due || next - *due > FAR_AWAY) return false;
    *period = next - *due;
    if (start.kind == FEEL_NULL) *due = next;
    return true;
}

bool bpmn_due(feel_value v, timer_kind kind, timestamp now, int offset_minutes, timestamp *due, int *remaining, int64_t *period)
{
    feel_value t;
    *remaining = 1;
    *period = 0;
    if (kind == TIMER_CYCLE && v.kind == FEEL_STRING) return cycle(v.string, now, offset_minutes, due, remaining, period);
    bool duration = kind != TIMER_DATE;
    if (!temporal(v, duration, &t)) return false;
    if (!duration) return moment(t, offset_minutes, due);
    int64_t size = t.kind == FEEL_DAYS_DURATION ? t.days.seconds : t.months;
    if (size > FAR_AWAY / 1000 / (t.kind == FEEL_DAYS_DURATION ? 1 : 2678400) || size < 0) return false;     // years beyond any process; before now
    *due = add_duration(now, t, offset_minutes);
    if (kind == TIMER_CYCLE) *period = *due - now, *remaining = -1;
    return kind != TIMER_CYCLE || *period > 0;
}
