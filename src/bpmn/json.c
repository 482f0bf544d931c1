// States and events as canonical JSON, and states back.
//
// A value that JSON has no word for (a date, a duration, a list, a context, a range) is {"feel": its FEEL text}: whoever reads a state gets
// the value that was written, not a text that looks like it.
#include <stdio.h>

#include "bpmn/bpmn_internal.h"

static const char *const event_names[] = {
#define BPMN_EVENT_NAME(kind, name, effect) name,
    BPMN_EVENTS(BPMN_EVENT_NAME)
#undef BPMN_EVENT_NAME
};
static const char *const statuses[] = {"not started", "running", "completed", "failed", "cancelled"};

// ---- writing ------------------------------------------------------------------------------------------

static void put_int(json *o, const char *name, int64_t n, arena *a)
{
    if (n) json_set(o, str_from(name), json_new_int(n, a));
}
static void put_str(json *o, const char *name, str s, arena *a)
{
    if (s.len) json_set(o, str_from(name), json_new_string(s, a));
}
// Of the bits of `flows`, 64 of them: more than a number of JSON's most readers holds.
static void put_bits(json *o, const char *name, uint64_t bits, arena *a)
{
    if (bits) json_set(o, str_from(name), json_new_string(str_printf(a, "%llx", (unsigned long long)bits), a));
}

static json *value_json(feel_value v, arena *a)
{
    if (v.kind <= FEEL_STRING) return feel_to_json(v, a);
    buf text = {.arena = a};
    feel_print(&text, v);
    json *o = json_new_object(a);
    json_set(o, STR("feel"), json_new_string(buf_str(&text), a));
    return o;
}
static void put_value(json *o, const char *name, feel_value v, arena *a)
{
    if (v.kind != FEEL_NULL) json_set(o, str_from(name), value_json(v, a));
}
static str element_id(const bpmn_model *m, int e) { return e >= 0 && e < m->elements_count ? m->elements[e].id : (str){0}; }
static str flow_id(const bpmn_model *m, int f) { return f >= 0 && f < m->flows_count ? m->flows[f].id : (str){0}; }

static json *instance_json(const bpmn_model *m, const bpmn_instance *i, arena *a)
{
    json *x = json_new_object(a), *v = json_new_object(a);
    put_int(x, "id", i->id, a), put_int(x, "parent", i->parent, a), put_int(x, "owner", i->owner, a);
    put_str(x, "element", element_id(m, i->element), a);
    put_int(x, "body", i->body, a), put_int(x, "interrupted", i->interrupted, a), put_int(x, "phase", i->phase, a), put_int(x, "done", i->done, a);
    put_int(x, "children", i->children, a), put_int(x, "parked", i->parked, a);
    if (i->total >= 0) json_set(x, STR("total"), json_new_int(i->total, a));
    put_int(x, "started", i->started, a), put_int(x, "completed", i->completed, a), put_int(x, "terminated", i->terminated, a);
    put_bits(x, "flows", i->flows, a);
    put_value(x, "items", i->items, a), put_value(x, "outputs", i->outputs, a);
    for (ptrdiff_t n = 0; n < i->variables.count; n++) json_set(v, i->variables.items[n].name, value_json(i->variables.items[n].value, a));
    if (i->variables.count) json_set(x, STR("variables"), v);
    return x;
}

static json *subscription_json(const bpmn_model *m, const bpmn_subscription *u, arena *a)
{
    json *x = json_new_object(a);
    put_int(x, "id", u->id, a), put_int(x, "instance", u->instance, a), put_str(x, "event", element_id(m, u->event), a), put_int(x, "definition", u->definition, a);
    put_str(x, "name", u->name, a), put_str(x, "key", u->key, a);
    if (u->due == BPMN_DUE_OPEN) json_set(x, STR("open"), json_new_bool(true, a));
    else put_int(x, "due", u->due, a);
    put_int(x, "remaining", u->remaining, a), put_int(x, "wasTrue", u->was_true, a), put_int(x, "arrived", u->arrived, a);
    return x;
}

static json *incident_json(const bpmn_incident *u, arena *a)
{
    json *x = json_new_object(a);
    put_int(x, "id", u->id, a), put_int(x, "instance", u->instance, a), put_int(x, "stage", u->stage, a), put_str(x, "code", u->code, a);
    put_str(x, "zh", u->text[LANG_ZH], a), put_str(x, "en", u->text[LANG_EN], a);
    return x;
}

json *bpmn_state_json(const bpmn_model *m, const bpmn_state *s, arena *a)
{
    json *o = json_new_object(a), *list = json_new_array(a);
    json_set(o, STR("status"), json_new_string(str_from(statuses[s->status]), a));
    put_str(o, "error", s->error, a);
    put_int(o, "nextId", s->next_id, a);
    put_int(o, "nextDone", s->next_done, a);
    if (s->status != BPMN_NOT_STARTED) put_str(o, "process", element_id(m, s->process), a);
    for (int k = 0; k < s->instances_count; k++) json_push(list, instance_json(m, &s->instances[k], a));
    if (s->instances_count) json_set(o, STR("instances"), list), list = json_new_array(a);
    for (int k = 0; k < s->parked_count; k++) {
        json *x = json_new_object(a);
        json_push(list, x);
        put_int(x, "scope", s->parked[k].scope, a), put_str(x, "flow", flow_id(m, s->parked[k].flow), a), put_int(x, "count", s->parked[k].count, a);
    }
    if (s->parked_count) json_set(o, STR("parked"), list), list = json_new_array(a);
    for (int k = 0; k < s->subscriptions_count; k++) json_push(list, subscription_json(m, &s->subscriptions[k], a));
    if (s->subscriptions_count) json_set(o, STR("subscriptions"), list), list = json_new_array(a);
    for (int k = 0; k < s->incidents_count; k++) json_push(list, incident_json(&s->incidents[k], a));
    if (s->incidents_count) json_set(o, STR("incidents"), list);
    return o;
}

void bpmn_state_write(buf *out, const bpmn_model *m, const bpmn_state *s) { json_write(out, bpmn_state_json(m, s, out->arena)); }

// ---- reading ------------------------------------------------------------------------------------------

typedef struct { const bpmn_model *model; arena *arena; bool good; } reading;

static feel_value read_value(reading *r, const json *j)
{
    if (!j) return feel_null();
    if (j->kind == JSON_ARRAY) r->good = false;
    if (j->kind != JSON_OBJECT) return feel_from_json(j, r->arena);
    diag_list unsaid = {.arena = r->arena};
    feel_program *p = feel_compile(json_string(j, STR("feel")), (feel_scope){.count = 0}, (source_pos){0}, r->arena, &unsaid);
    feel_evaluation e = {.arena = r->arena, .silent = true};
    r->good = r->good && p;
    return p ? feel_evaluate(p, NULL, &e) : feel_null();
}

static int read_element(reading *r, const json *o, const char *name)
{
    int e = bpmn_element_find(r->model, json_string(o, str_from(name)));
    r->good = r->good && e >= 0;
    return e;
}

static int read_flow(reading *r, str id)
{
    for (int i = 0; i < r->model->flows_count; i++)
        if (str_equal(r->model->flows[i].id, id)) return i;
    r->good = false;
    return -1;
}

static uint64_t read_bits(reading *r, str hex)
{
    uint64_t bits = 0;
    r->good = r->good && hex.len <= 16;
    for (ptrdiff_t i = 0; i < hex.len; i++) {
        char c = hex.data[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        r->good = r->good && digit >= 0;
        bits = bits << 4 | (uint64_t)(digit & 15);
    }
    return bits;
}

static bpmn_instance read_instance(reading *r, const json *j)
{
    bpmn_instance i = {
        .id = json_int(j, STR("id"), 0), .parent = json_int(j, STR("parent"), 0), .owner = json_int(j, STR("owner"), 0), .element = read_element(r, j, "element"),
        .body = json_int(j, STR("body"), 0) != 0, .interrupted = json_int(j, STR("interrupted"), 0) != 0, .phase = (bpmn_phase)json_int(j, STR("phase"), 0),
        .done = json_int(j, STR("done"), 0), .children = (int)json_int(j, STR("children"), 0), .parked = (int)json_int(j, STR("parked"), 0),
        .total = (int)json_int(j, STR("total"), -1), .started = (int)json_int(j, STR("started"), 0), .completed = (int)json_int(j, STR("completed"), 0),
        .terminated = (int)json_int(j, STR("terminated"), 0), .flows = read_bits(r, json_string(j, STR("flows"))),
        .items = read_value(r, json_get(j, STR("items"))), .outputs = read_value(r, json_get(j, STR("outputs")))};
    const json *variables = json_get(j, STR("variables"));
    bpmn_variable *items = arena_new(r->arena, variables ? variables->count : 0, bpmn_variable);
    ptrdiff_t n = 0;
    for (const json *v = variables ? variables->first : NULL; v; v = v->next) {
        // Canonical JSON sorts names as UTF-16, variables are sorted by their bytes.
        bpmn_variable new = {v->name, read_value(r, v)};
        ptrdiff_t at = n++;
        while (at > 0 && str_compare(items[at - 1].name, new.name) > 0) items[at] = items[at - 1], at--;
        items[at] = new;
    }
    i.variables = (bpmn_variables){n, items};
    r->good = r->good && i.id > 0 && i.phase <= BPMN_DONE;
    return i;
}

static bpmn_subscription read_subscription(reading *r, const json *j)
{
    return (bpmn_subscription){
        .id = json_int(j, STR("id"), 0), .instance = json_int(j, STR("instance"), 0), .event = read_element(r, j, "event"), .definition = (int)json_int(j, STR("definition"), 0),
        .name = json_string(j, STR("name")), .key = json_string(j, STR("key")), .due = json_bool(j, STR("open"), false) ? BPMN_DUE_OPEN : json_int(j, STR("due"), 0),
        .remaining = (int)json_int(j, STR("remaining"), 0), .was_true = json_int(j, STR("wasTrue"), 0) != 0, .arrived = json_int(j, STR("arrived"), 0) != 0};
}

static ptrdiff_t list_count(const json *o, const char *name, const json **first)
{
    const json *list = json_get(o, str_from(name));
    *first = list && list->kind == JSON_ARRAY ? list->first : NULL;
    return *first ? list->count : 0;
}

// Ids rise, whatever an instance or subscription names is there, and its definition is one of the element's.
static bool is_sound(const bpmn_model *m, const bpmn_state *s)
{
    int64_t last = 0;
    for (int i = 0; i < s->instances_count; last = s->instances[i++].id)
        if (s->instances[i].id <= last || s->instances[i].id > s->next_id || (s->instances[i].parent && !bpmn_instance_find(s, s->instances[i].parent))) return false;
    last = 0;
    for (int i = 0; i < s->subscriptions_count; last = s->subscriptions[i++].id) {
        const bpmn_subscription *u = &s->subscriptions[i];
        if (u->id <= last || u->id > s->next_id || !bpmn_instance_find(s, u->instance) || u->definition < 0) return false;
        if (u->definition > 0 && u->definition >= m->elements[u->event].definitions_count) return false;
    }
    for (int i = 0; i < s->parked_count; i++)
        if (!bpmn_instance_find(s, s->parked[i].scope) || s->parked[i].count <= 0) return false;
    for (int i = 0; i < s->incidents_count; i++)
        if (!bpmn_instance_find(s, s->incidents[i].instance) || s->incidents[i].stage > BPMN_AT_JOIN) return false;
    return true;
}

bpmn_state *bpmn_state_read(const json *o, const bpmn_model *m, arena *a)
{
    reading r = {m, a, o && o->kind == JSON_OBJECT};
    bpmn_state *s = arena_new(a, 1, bpmn_state);
    if (!r.good) return NULL;
    int status = 0, known = sizeof statuses / sizeof *statuses;
    while (status < known && !str_equal(json_string(o, STR("status")), str_from(statuses[status]))) status++;
    *s = (bpmn_state){.status = (bpmn_status)status, .error = json_string(o, STR("error")), .next_id = json_int(o, STR("nextId"), 0), .next_done = json_int(o, STR("nextDone"), 0)};
    r.good = status < known;
    if (status != BPMN_NOT_STARTED) s->process = read_element(&r, o, "process");
    const json *j;
    s->instances = arena_new(a, s->instances_cap = (int)list_count(o, "instances", &j), bpmn_instance);
    for (; j; j = j->next) s->instances[s->instances_count++] = read_instance(&r, j);
    s->parked = arena_new(a, s->parked_cap = (int)list_count(o, "parked", &j), bpmn_parked);
    for (; j; j = j->next)
        s->parked[s->parked_count++] = (bpmn_parked){json_int(j, STR("scope"), 0), read_flow(&r, json_string(j, STR("flow"))), (int)json_int(j, STR("count"), 0)};
    s->subscriptions = arena_new(a, s->subscriptions_cap = (int)list_count(o, "subscriptions", &j), bpmn_subscription);
    for (; j; j = j->next) s->subscriptions[s->subscriptions_count++] = read_subscription(&r, j);
    s->incidents = arena_new(a, s->incidents_cap = (int)list_count(o, "incidents", &j), bpmn_incident);
    for (; j; j = j->next)
        s->incidents[s->incidents_count++] = (bpmn_incident){json_int(j, STR("id"), 0), json_int(j, STR("instance"), 0), (bpmn_stage)json_int(j, STR("stage"), 0), json_string(j, STR("code")),
            {json_string(j, STR("zh")), json_string(j, STR("en"))}};
    return r.good && is_sound(m, s) ? s : NULL;
}

// ---- events -------------------------------------------------------------------------------------------

void bpmn_event_write(buf *out, const bpmn_model *m, const bpmn_event *e)
{
    arena *a = out->arena;
    json *o = json_new_object(a);
    json_set(o, STR("event"), json_new_string(str_from(event_names[e->kind]), a));
    put_int(o, "id", e->id, a), put_int(o, "scope", e->scope, a), put_int(o, "owner", e->owner, a), put_int(o, "flag", e->flag, a);
    bool on_flow = e->kind == BPMN_EV_TAKEN || e->kind == BPMN_EV_PARKED || e->kind == BPMN_EV_JOINED;
    bool at_element = e->kind <= BPMN_EV_ACTIVATED || e->kind == BPMN_EV_SUBSCRIBED || (e->kind >= BPMN_EV_TASK && e->kind < BPMN_EV_ENDED);
    if (at_element) put_str(o, "element", element_id(m, e->element), a);
    if (on_flow) put_str(o, "flow", flow_id(m, e->flow), a);
    put_int(o, "number", e->number, a), put_int(o, "repeat", e->repeat, a), put_int(o, "flows", (int64_t)e->flows, a);
    if (e->due != BPMN_DUE_OPEN) put_int(o, "due", e->due, a);
    put_str(o, "name", e->name, a), put_str(o, "key", e->key, a), put_str(o, "zh", e->text[LANG_ZH], a), put_str(o, "en", e->text[LANG_EN], a);
    put_value(o, "value", e->value, a), put_value(o, "second", e->second, a);
    if (e->kind == BPMN_EV_LOOP) {
        json *counts = json_new_array(a);
        for (int i = 0; i < 4; i++) json_push(counts, json_new_int(e->counts[i], a));
        json_set(o, STR("counts"), counts);
    }
    json_write(out, o);
}
