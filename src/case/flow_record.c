// A running case as its record holds it (docs/formats/record.md): the whole state after the command, and the command.
//
// The process sees the form's fields as variables. They are in the record's data already, so the state leaves out every variable of
// the process that is only a field's value, and gets it back when it is read.
#include <string.h>

#include "case/flow_internal.h"

static const char *const status_texts[CASE_STATUS_COUNT] = {[CASE_OPEN] = "open", [CASE_CLOSED] = "closed", [CASE_WITHDRAWN] = "withdrawn", [CASE_CANCELLED] = "cancelled"};
static const char *const level_texts[] = {[CLOCK_NORMAL] = "normal", [CLOCK_DUE_SOON] = "due soon", [CLOCK_OVERDUE] = "overdue"};

static const procedure_form *form_of(const procedure *p) { return &p->forms[p->process->form]; }

// ---- writing ----------------------------------------------------------------------------------------------

static void put(json *o, const char *name, str text, arena *a)
{
    if (text.len) json_set(o, str_from(name), json_new_string(text, a));
}

static void put_true(json *o, const char *name, bool b, arena *a)
{
    if (b) json_set(o, str_from(name), json_new_bool(true, a));
}

static void put_list(json *o, const char *name, json *list)
{
    if (list->count) json_set(o, str_from(name), list);
}

static json *clock_json(const flow_clock *c, arena *a)
{
    json *o = json_new_object(a);
    put(o, "id", c->clock->id, a);
    put_true(o, "promise", c->limit == CLOCK_PROMISE, a);
    put(o, "start", clock_moment_text(c->start, a), a);
    if (!c->open) put(o, "due", clock_moment_text(c->due, a), a);
    if (c->level != CLOCK_NORMAL) put(o, "level", str_from(level_texts[c->level]), a);
    put_true(o, "late", c->late, a);
    put_true(o, "stopped", c->stopped, a);
    return o;
}

static json *document_json(const flow_document *m, arena *a)
{
    json *o = json_new_object(a);
    put(o, "document", m->document->id, a), put(o, "sha256", digest_hex(m->content, a), a), put(o, "number", m->number, a);
    json_set(o, STR("version"), json_new_int(m->version, a));
    if (!date_is_none(m->issued)) put(o, "issued", date_text(m->issued, a), a);
    if (!date_is_none(m->served)) put(o, "served", date_text(m->served, a), a);
    put(o, "way", m->way, a), put(o, "receiver", m->receiver, a);
    return o;
}

// The state of the process without the variables that are the data's.
static json *process_json(const flow_state *s, arena *a)
{
    const procedure_form *f = form_of(s->procedure);
    bpmn_state slim = *s->process;
    if (slim.instances_count) {
        bpmn_instance *instances = arena_new(a, slim.instances_count, bpmn_instance);
        memcpy(instances, slim.instances, (size_t)slim.instances_count * sizeof *instances);
        bpmn_variables all = instances[0].variables;
        bpmn_variable *kept = arena_new(a, all.count, bpmn_variable);
        ptrdiff_t count = 0;
        for (ptrdiff_t i = 0; i < all.count; i++) {
            int field = form_field_index(f, all.items[i].name);
            if (field < 0 || !feel_equal(all.items[i].value, s->data[field])) kept[count++] = all.items[i];
        }
        instances[0].variables = (bpmn_variables){count, kept};
        slim.instances = instances;
    }
    return bpmn_state_json(s->procedure->process->model, &slim, a);
}

json *flow_state_json(const flow_state *s, arena *a)
{
    json *o = json_new_object(a), *tasks = json_new_array(a), *done = json_new_array(a), *pauses = json_new_array(a), *extensions = json_new_array(a), *links = json_new_array(a),
         *recused = json_new_array(a), *clocks = json_new_array(a), *documents = json_new_array(a);
    put(o, "status", str_from(status_texts[s->status]), a);
    put_true(o, "suspended", s->suspended, a);
    json_set(o, STR("state"), process_json(s, a));
    for (int i = 0; i < s->task_count; i++) {
        json *t = json_new_object(a);
        json_push(tasks, t);
        json_set(t, STR("id"), json_new_int(s->tasks[i].id, a));
        put(t, "task", s->tasks[i].step->id, a), put(t, "assignee", s->tasks[i].assignee, a), put(t, "since", timestamp_text(s->tasks[i].since, a), a);
    }
    for (int i = 0; i < s->done_count; i++) {
        json *t = json_new_object(a);
        json_push(done, t);
        put(t, "task", s->done[i].step->id, a), put(t, "actor", s->done[i].actor, a);
    }
    for (int i = 0; i < s->pause_count; i++) {
        json *t = json_new_object(a);
        json_push(pauses, t);
        put(t, "from", date_text(s->pauses[i].from, a), a);
        if (!date_is_none(s->pauses[i].to)) put(t, "to", date_text(s->pauses[i].to, a), a);
    }
    for (int i = 0; i < s->extension_count; i++) {
        json *t = json_new_object(a);
        json_push(extensions, t);
        put(t, "clock", s->extensions[i].clock->id, a), put(t, "on", date_text(s->extensions[i].on, a), a);
        json_set(t, STR("length"), json_new_int(s->extensions[i].length, a));
    }
    for (int i = 0; i < s->link_count; i++) {
        json *t = json_new_object(a);
        json_push(links, t);
        put(t, "kind", s->links[i].kind, a), put(t, "to", s->links[i].to, a);
    }
    for (int i = 0; i < s->recused_count; i++) json_push(recused, json_new_string(s->recused[i], a));
    for (int i = 0; i < s->document_count; i++) json_push(documents, document_json(&s->documents[i], a));
    for (int i = 0; i < s->clock_count; i++) json_push(clocks, clock_json(&s->clocks[i], a));
    put_list(o, "tasks", tasks), put_list(o, "done", done), put_list(o, "pauses", pauses), put_list(o, "extensions", extensions), put_list(o, "links", links),
        put_list(o, "recused", recused), put_list(o, "documents", documents), put_list(o, "clocks", clocks);
    return o;
}

json *flow_command_json(const flow_command *c, arena *a)
{
    json *o = json_new_object(a);
    put(o, "do", flow_command_name(c->kind), a);
    put(o, "id", c->id, a), put(o, "task", c->task, a), put(o, "to", c->to, a), put(o, "reason", c->reason, a), put(o, "clock", c->clock, a), put(o, "link", c->link, a);
    put(o, "document", c->document, a), put(o, "way", c->way, a);
    if (!date_is_none(c->on)) put(o, "on", date_text(c->on, a), a);
    if (c->length) json_set(o, STR("length"), json_new_int(c->length, a));
    return o;
}

// ---- reading ----------------------------------------------------------------------------------------------

static const json *first_of(const json *o, const char *name, int *count)
{
    const json *list = json_get(o, str_from(name));
    *count = list && list->kind == JSON_ARRAY ? (int)list->count : 0;
    return *count ? list->first : NULL;
}

static const process_step *read_step(const procedure_process *p, str id) { return str_equal(id, p->start.id) ? &p->start : process_task(p, id); }

static const procedure_clock *read_law(const procedure *p, const json *j, const char *name)
{
    str id = json_string(j, str_from(name));
    for (ptrdiff_t i = 0; i < p->clock_count; i++)
        if (str_equal(p->clocks[i].id, id)) return &p->clocks[i];
    return NULL;
}

static bool read_tasks(const json *o, const procedure_process *p, flow_state *s, arena *a)
{
    const json *j = first_of(o, "tasks", &s->task_count);
    flow_task *tasks = arena_new(a, s->task_count, flow_task);
    s->tasks = tasks;
    for (; j; j = j->next, tasks++) {
        *tasks = (flow_task){.id = json_int(j, STR("id"), 0), .step = process_task(p, json_string(j, STR("task"))), .assignee = json_string(j, STR("assignee"))};
        if (!tasks->step || !bpmn_instance_find(s->process, tasks->id) || !timestamp_parse(json_string(j, STR("since")), &tasks->since)) return false;
        bpmn_element_info info = bpmn_element(p->model, tasks->step->element);
        tasks->name = (label){{info.name, info.name}};
    }
    j = first_of(o, "done", &s->done_count);
    flow_done *done = arena_new(a, s->done_count, flow_done);
    s->done = done;
    for (; j; j = j->next, done++) {
        *done = (flow_done){read_step(p, json_string(j, STR("task"))), json_string(j, STR("actor"))};
        if (!done->step) return false;
    }
    return true;
}

static bool read_pauses(const json *o, const procedure *p, flow_state *s, arena *a)
{
    const json *j = first_of(o, "pauses", &s->pause_count);
    if (s->pause_count > CLOCK_PAUSES_MAX) return false;
    for (clock_pause *out = s->pauses; j; j = j->next, out++) {
        str to = json_string(j, STR("to"));
        if (!date_parse(json_string(j, STR("from")), &out->from) || (to.len && !date_parse(to, &out->to))) return false;
    }
    j = first_of(o, "extensions", &s->extension_count);
    flow_extension *e = arena_new(a, s->extension_count, flow_extension);
    s->extensions = e;
    for (; j; j = j->next, e++) {
        *e = (flow_extension){read_law(p, j, "clock"), (int)json_int(j, STR("length"), 0), {0}};
        if (!e->clock || !date_parse(json_string(j, STR("on")), &e->on)) return false;
    }
    return true;
}

static bool read_clocks(const json *o, const procedure *p, flow_state *s, arena *a)
{
    const json *j = first_of(o, "clocks", &s->clock_count);
    flow_clock *c = arena_new(a, s->clock_count, flow_clock);
    s->clocks = c;
    for (; j; j = j->next, c++) {
        str due = json_string(j, STR("due")), level = json_string(j, STR("level"));
        *c = (flow_clock){.clock = read_law(p, j, "id"), .limit = json_bool(j, STR("promise"), false) ? CLOCK_PROMISE : CLOCK_LAW, .stopped = json_bool(j, STR("stopped"), false), .late = json_bool(j, STR("late"), false), .open = due.len == 0};
        for (int i = CLOCK_NORMAL; i <= CLOCK_OVERDUE; i++)
            if (str_equal(level, str_from(level_texts[i]))) c->level = (clock_level)i;
        if (!c->clock || !clock_moment_parse(json_string(j, STR("start")), &c->start) || (!c->open && !clock_moment_parse(due, &c->due))) return false;
    }
    return true;
}

static bool read_people(const json *o, flow_state *s, arena *a)
{
    const json *j = first_of(o, "links", &s->link_count);
    flow_link *links = arena_new(a, s->link_count, flow_link);
    s->links = links;
    for (; j; j = j->next) *links++ = (flow_link){json_string(j, STR("kind")), json_string(j, STR("to"))};
    j = first_of(o, "recused", &s->recused_count);
    str *recused = arena_new(a, s->recused_count, str);
    s->recused = recused;
    for (; j; j = j->next) *recused++ = j->text;
    return s->link_count <= FLOW_LINKS_MAX && s->recused_count <= FLOW_RECUSED_MAX;
}

static bool read_documents(const json *o, const procedure *p, flow_state *s, arena *a)
{
    const json *j = first_of(o, "documents", &s->document_count);
    flow_document *m = arena_new(a, s->document_count, flow_document);
    s->documents = m;
    for (; j; j = j->next, m++) {
        str id = json_string(j, STR("document")), issued = json_string(j, STR("issued")), served = json_string(j, STR("served"));
        *m = (flow_document){.version = (int)json_int(j, STR("version"), 0), .number = json_string(j, STR("number")), .way = json_string(j, STR("way")), .receiver = json_string(j, STR("receiver"))};
        for (ptrdiff_t i = 0; i < p->template_count && !m->document; i++)
            if (str_equal(p->templates[i].id, id)) m->document = &p->templates[i];
        bool days = (!issued.len || date_parse(issued, &m->issued)) && (!served.len || date_parse(served, &m->served));
        if (!m->document || m->version < 1 || !days || !digest_from_hex(json_string(j, STR("sha256")), &m->content)) return false;
    }
    return s->document_count <= FLOW_DOCUMENTS_MAX;
}

// The fields come back as variables of the process, where it still runs.
static void give_fields(bpmn_state *s, const procedure_form *f, const feel_value *data, arena *a)
{
    if (!s->instances_count) return;
    bpmn_variables own = s->instances[0].variables;
    bpmn_variable *all = arena_new(a, own.count + f->field_count, bpmn_variable);
    ptrdiff_t count = 0, next = 0;
    for (ptrdiff_t i = 0; i < own.count; i++) all[count++] = own.items[i];
    for (next = 0; next < f->field_count; next++) {
        bool is_own = false;
        for (ptrdiff_t i = 0; i < own.count && !is_own; i++) is_own = str_equal(own.items[i].name, f->fields[next].key);
        if (is_own) continue;
        bpmn_variable new = {f->fields[next].key, data[next]};
        ptrdiff_t at = count++;
        while (at > 0 && str_compare(all[at - 1].name, new.name) > 0) all[at] = all[at - 1], at--;
        all[at] = new;
    }
    s->instances[0].variables = (bpmn_variables){count, all};
}

bool flow_state_read(const json *o, const procedure *p, const feel_value *data, int version, flow_state *out, arena *a)
{
    *out = (flow_state){.procedure = p, .data = data, .version = version, .suspended = json_bool(o, STR("suspended"), false)};
    if (!o || o->kind != JSON_OBJECT || !p->process) return false;
    for (int i = CASE_OPEN; i < CASE_STATUS_COUNT; i++)
        if (str_equal(json_string(o, STR("status")), str_from(status_texts[i]))) out->status = (case_status)i;
    bpmn_state *state = bpmn_state_read(json_get(o, STR("state")), p->process->model, a);
    if (!out->status || !state) return false;
    give_fields(state, form_of(p), data, a);
    out->process = state;
    return read_tasks(o, p->process, out, a) && read_pauses(o, p, out, a) && read_clocks(o, p, out, a) && read_people(o, out, a) && read_documents(o, p, out, a);
}

// ---- the event --------------------------------------------------------------------------------------------

static event_kind kind_of(const flow_state *after, const flow_command *c)
{
    switch (after->status) {
    case CASE_CLOSED: return c->kind == FLOW_CORRECT ? EV_CORRECTED : EV_CLOSED;
    case CASE_WITHDRAWN: return EV_WITHDRAWN;
    case CASE_CANCELLED: return EV_CANCELLED;
    default: return c->kind == FLOW_START ? EV_RECORDED : c->kind == FLOW_CORRECT ? EV_CORRECTED : EV_ACTED;
    }
}

void case_clock_results(const flow_state *s, event *out, arena *a)
{
    out->clocks = arena_new(a, s->clock_count, clock_result);
    out->clock_count = 0;
    for (int i = 0; i < s->clock_count; i++)
        if (!s->clocks[i].open && s->clocks[i].limit == CLOCK_LAW) out->clocks[out->clock_count++] = (clock_result){(int)(s->clocks[i].clock - s->procedure->clocks), s->clocks[i].due.day, s->clocks[i].late};
}

static bool day_of(const feel_program *p, const feel_value *values, feel_evaluation *e, date *out)
{
    feel_value v = p ? feel_evaluate(p, values, e) : feel_null();
    if (v.kind != FEEL_DATE && v.kind != FEEL_DATE_TIME) return false;
    *out = v.moment.date;
    return true;
}

bool flow_event(const case_state *before, const flow_state *after, const flow_command *c, int64_t new_id, int definition, event *out, arena *a, diag_list *d)
{
    const procedure *p = after->procedure;
    const procedure_form *f = form_of(p);
    *out = (event){.kind = kind_of(after, c), .actor = c->actor, .case_id = before->exists ? before->last.case_id : new_id, .procedure = p, .definition = definition, .form = p->process->form,
                   .data = after->data, .running = after, .command = flow_command_json(c, a), .document = c->content, .previous = before->exists ? before->record : 0, .version = after->version};
    case_clock_results(after, out, a);
    feel_value *values = arena_new(a, f->field_count + 1, feel_value);
    case_scope_values(f, after->data, out->clocks, out->clock_count, p, values, a);
    feel_evaluation e = {.arena = a, .now = c->at, .now_offset = c->offset_minutes * 60, .silent = true};
    out->key = case_key(f, after->data, a);
    if (!case_has_key(f, out->key, c->from, d)) return false;
    out->title = case_title(f, values, out->key, c->at, a);
    // A case that people run began when it was begun, if its data do not say otherwise.
    if (!day_of(f->opened, values, &e, &out->opened)) out->opened = before->exists ? before->last.opened : timestamp_date(c->at, c->offset_minutes);
    bool still_closed = before->exists && !date_is_none(before->last.closed) && after->status != CASE_OPEN;
    if (after->status == CASE_OPEN) return true;
    if (!day_of(f->closed, values, &e, &out->closed)) out->closed = still_closed ? before->last.closed : timestamp_date(c->at, c->offset_minutes);
    return true;
}
