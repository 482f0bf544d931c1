#include <string.h>

#include "case/flow_internal.h"

enum { DAY_MILLISECONDS = 86400000 };

static const char *const command_names[] = {
#define FLOW_COMMAND_NAME(kind, name) name,
    FLOW_COMMANDS(FLOW_COMMAND_NAME)
#undef FLOW_COMMAND_NAME
};

str flow_command_name(flow_command_kind kind) { return str_from(command_names[kind]); }

bool flow_command_find(str name, flow_command_kind *out)
{
    for (int i = 0; i < FLOW_COMMAND_COUNT; i++)
        if (str_equal(name, flow_command_name((flow_command_kind)i))) return *out = (flow_command_kind)i, true;
    return false;
}

decision flow_refuse(const deciding *x, const char *code, bilingual hint, bilingual format, ...)
{
    va_list args;
    va_start(args, format);
    diag_vadd(x->diags, DIAG_ERROR, code, x->c->from, hint, format, args);
    va_end(args);
    return REFUSED;
}

// ---- now, and the data ------------------------------------------------------------------------------------

static feel_value local_now(const flow_command *c)
{
    int64_t local = c->at + (int64_t)c->offset_minutes * 60000, day = local / DAY_MILLISECONDS - (local % DAY_MILLISECONDS < 0);
    return (feel_value){.kind = FEEL_DATE_TIME, .moment = {date_from_days(day), {.second_of_day = (int32_t)((local - day * DAY_MILLISECONDS) / 1000), .offset = FEEL_NO_OFFSET}}};
}

static bool among(const int *list, ptrdiff_t count, int field)
{
    for (ptrdiff_t i = 0; i < count; i++)
        if (list[i] == field) return true;
    return false;
}

// Takes what was filled in. `step` NULL: any field may be.
static bool fill_in(deciding *x, const process_step *step, feel_value *data)
{
    for (const json *m = x->c->data ? x->c->data->first : NULL; m; m = m->next) {
        int field = form_field_index(x->form, m->name);
        if (field < 0 || (step && !among(step->fields, step->field_count, field))) {
            flow_refuse(x, "FLOW-FIELD", (bilingual){0}, (bilingual){"这一步不填“%.*s”", "\"%.*s\" is not filled in here"}, STR_ARG(m->name));
            return false;
        }
        if (m->kind == JSON_NULL) data[field] = feel_null();
        else if (!field_from_json(x->form->fields[field].type, m, x->arena, &data[field])) {
            flow_refuse(x, "FLOW-VALUE", (bilingual){"日期写作 2024-03-05，时刻写作 2024-03-05T08:30:00", "write dates as 2024-03-05, moments as 2024-03-05T08:30:00"},
                   (bilingual){"“%.*s”的值类型不对", "the value of \"%.*s\" is of the wrong kind"}, STR_ARG(m->name));
            return false;
        }
    }
    return true;
}

// A moment noted down in a field that holds days is its day.
static feel_value as_field(const form_field *f, feel_value v)
{
    return f->type == FIELD_DATE && v.kind == FEEL_DATE_TIME ? feel_date(v.moment.date) : v;
}

// `extra`: the names beyond the form's fields that the expressions may use.
static void note_down(deciding *x, const process_set *sets, ptrdiff_t set_count, const feel_value *extra, ptrdiff_t extra_count, feel_value *data)
{
    ptrdiff_t count = x->form->field_count;
    feel_value *values = arena_new(x->arena, count + extra_count, feel_value);
    memcpy(values, data, (size_t)count * sizeof *values);
    memcpy(values + count, extra, (size_t)extra_count * sizeof *values);
    feel_evaluation e = {.arena = x->arena, .now = x->c->at, .now_offset = x->c->offset_minutes * 60, .silent = true};
    for (ptrdiff_t i = 0; i < set_count; i++) data[sets[i].field] = as_field(&x->form->fields[sets[i].field], feel_evaluate(sets[i].value, values, &e));
}

static bool has_needs(deciding *x, const process_step *step, const feel_value *data)
{
    for (ptrdiff_t i = 0; i < step->need_count; i++) {
        const form_field *f = &x->form->fields[step->needs[i]];
        if (data[step->needs[i]].kind != FEEL_NULL) continue;
        flow_refuse(x, "FLOW-NEEDS", (bilingual){0}, (bilingual){"完成这一步须填写“%s%.0s”", "to finish this, %.0s\"%s\" must be filled in"}, str_cstr(f->name.text[LANG_ZH], x->arena), str_cstr(f->name.text[LANG_EN], x->arena));
        return false;
    }
    return true;
}

feel_value *flow_copy_data(const deciding *x)
{
    feel_value *data = arena_new(x->arena, x->form->field_count, feel_value);
    if (x->s->data) memcpy(data, x->s->data, (size_t)x->form->field_count * sizeof *data);
    return data;
}

static bool take_data(deciding *x, const process_step *step)
{
    feel_value *data = flow_copy_data(x);
    if (!fill_in(x, step, data)) return false;
    if (step) note_down(x, step->sets, step->set_count, (const feel_value[]){local_now(x->c), feel_string(x->c->actor), feel_string(x->c->unit)}, 3, data);
    if ((step && !has_needs(x, step, data)) || !form_check(x->form, data, x->c->from, x->diags)) return false;
    x->s->data = data;
    return true;
}

// The form's fields, and before them what the command brings besides.
static const bpmn_variable *as_variables(const deciding *x, const bpmn_variable *more, ptrdiff_t *count)
{
    bpmn_variable *v = arena_new(x->arena, *count + x->form->field_count, bpmn_variable);
    if (*count) memcpy(v, more, (size_t)*count * sizeof *v);
    for (ptrdiff_t i = 0; i < x->form->field_count; i++) v[*count + i] = (bpmn_variable){x->form->fields[i].key, x->s->data[i]};
    *count += x->form->field_count;
    return v;
}

// ---- the process ------------------------------------------------------------------------------------------

static bool is_live(const bpmn_state *s, int64_t id)
{
    const bpmn_instance *i = bpmn_instance_find(s, id);
    return i && i->phase != BPMN_DONE;
}

// Old tasks that still live, then those that have come.
static bool update_tasks(deciding *x, const bpmn_events *events)
{
    const procedure_process *p = x->s->procedure->process;
    flow_task *tasks = arena_new(x->arena, x->s->task_count + events->count, flow_task);
    int count = 0;
    for (int i = 0; i < x->s->task_count; i++)
        if (is_live(x->s->process, x->s->tasks[i].id)) tasks[count++] = x->s->tasks[i];
    for (const bpmn_event *e = events->first; e; e = e->next) {
        if (e->kind != BPMN_EV_TASK || !is_live(x->s->process, e->id)) continue;
        bpmn_element_info info = bpmn_element(p->model, e->element);
        const process_step *step = process_task(p, info.id);
        if (step) tasks[count++] = (flow_task){.id = e->id, .step = step, .name = {{info.name, info.name}}, .since = x->c->at};
    }
    x->s->tasks = tasks;
    x->s->task_count = count;
    if (count <= FLOW_TASKS_MAX) return true;
    flow_refuse(x, "FLOW-TASKS", (bilingual){0}, (bilingual){"同时待办的任务超过 %d 项", "more than %d tasks are open at once"}, FLOW_TASKS_MAX);
    return false;
}

static bool step_process(deciding *x, bpmn_command c);

// A business rule task is decided on what is known now. What the rules do not decide, or decide so that the form cannot hold it, is the error
// "undecided" in the process: a boundary event hands it to a person, or else it is an incident.
static bool take_rule(deciding *x, const bpmn_event *e)
{
    const procedure *p = x->s->procedure;
    bpmn_element_info task = bpmn_element(p->process->model, e->element);
    const process_rule *r = process_rule_find(p->process, task.id);
    if (++x->rules > FLOW_RULES_MAX) {
        flow_refuse(x, "FLOW-RULES", (bilingual){0}, (bilingual){"一次连续判定的规则任务超过 %d 个", "more than %d rule tasks were decided one after another"}, FLOW_RULES_MAX);
        return false;
    }
    str *names = arena_new(x->arena, r->input_count, str);
    feel_value *values = arena_new(x->arena, r->input_count, feel_value);
    for (ptrdiff_t i = 0; i < r->input_count; i++) names[i] = r->inputs[i].name, values[i] = x->s->data[r->inputs[i].field];
    dmn_evaluation evaluation = {.arena = x->arena, .now = x->c->at, .now_offset = x->c->offset_minutes * 60};
    feel_value decided = dmn_evaluate(r->decision->model, r->decision->item, feel_context_of(names, values, r->input_count, x->arena), &evaluation);
    feel_value *data = flow_copy_data(x);
    note_down(x, r->sets, r->set_count, (const feel_value[]){local_now(x->c), decided, feel_string(p->version)}, 3, data);
    diag_list unfit = {.arena = x->arena};
    if (decided.kind == FEEL_NULL || !form_check(x->form, data, x->c->from, &unfit)) return step_process(x, (bpmn_command){.kind = BPMN_THROW_ERROR, .id = e->id, .name = STR("undecided")});
    x->s->data = data;
    bpmn_variable result = {task.result, decided};
    return step_process(x, (bpmn_command){.kind = BPMN_COMPLETE, .id = e->id, .variables = &result, .variables_count = task.result.len > 0});
}

static bool step_process(deciding *x, bpmn_command c)
{
    bpmn_events events = {0};
    if (c.kind != BPMN_CANCEL && c.kind != BPMN_TIMER) c.variables = as_variables(x, c.variables, &c.variables_count);
    bpmn_state *next = bpmn_step(x->s->procedure->process->model, x->s->process, &c, x->c->at, &events, x->arena, x->diags);
    if (!next) return false;
    x->s->process = next;
    if (next->status == BPMN_COMPLETED || next->status == BPMN_FAILED) x->s->status = CASE_CLOSED;
    bool ok = update_tasks(x, &events);
    for (const bpmn_event *e = x->c->taken ? events.first : NULL; e; e = e->next)
        if (e->kind == BPMN_EV_TAKEN) x->c->taken[e->flow] = true;
    for (const bpmn_event *e = events.first; e && ok; e = e->next)
        if (e->kind == BPMN_EV_DECISION && is_live(x->s->process, e->id)) ok = take_rule(x, e);
    return ok;
}

// ---- who may ----------------------------------------------------------------------------------------------

static bool has_role(const deciding *x, int role)
{
    for (int i = 0; i < x->c->role_count; i++)
        if (str_equal(x->c->roles[i], x->s->procedure->roles[role].id)) return true;
    return false;
}

static bool contains(const str *list, int count, str s)
{
    for (int i = 0; i < count; i++)
        if (str_equal(list[i], s)) return true;
    return false;
}

str flow_unit(const flow_state *s, const process_step *step, int64_t task)
{
    const feel_value *v = step->unit_each.len && s->process ? bpmn_variable_get(s->process, task, step->unit_each) : step->unit >= 0 && s->data ? &s->data[step->unit] : NULL;
    return v && v->kind == FEEL_STRING ? v->string : (str){0};
}

// Not kept away from this case, of the right unit, and with a certificate that is valid.
static bool is_fit(deciding *x, const process_step *step, int64_t task)
{
    if (contains(x->s->recused, x->s->recused_count, x->c->actor)) {
        flow_refuse(x, "FLOW-RECUSED", (bilingual){"由他人办理", "somebody else has to do it"}, (bilingual){"%.*s应当回避", "%.*s keeps away from this case"}, STR_ARG(x->c->actor));
        return false;
    }
    if (step->qualification.len && !contains(x->c->qualifications, x->c->qualification_count, step->qualification)) {
        flow_refuse(x, "FLOW-QUALIFICATION", (bilingual){"由持有效证件的人员办理", "somebody whose certificate is valid has to do it"},
               (bilingual){"%.*s没有有效的执法证件（%.*s），不能办理本步（%.*s）", "%.*s has no valid certificate (%.*s) and cannot do this (%.*s)"}, STR_ARG(x->c->actor), STR_ARG(step->qualification), STR_ARG(step->article));
        return false;
    }
    str unit = flow_unit(x->s, step, task);
    if (unit.len && !str_equal(unit, x->c->unit)) {
        flow_refuse(x, "FLOW-UNIT", (bilingual){0}, (bilingual){"这一步由%.*s办理", "this is for %.*s to do"}, STR_ARG(unit));
        return false;
    }
    return true;
}

// Commands about the whole case.
static bool may_command(deciding *x)
{
    const procedure_process *p = x->s->procedure->process;
    const process_power *named = NULL;
    for (ptrdiff_t i = 0; i < p->power_count; i++)
        if (str_equal(p->powers[i].command, flow_command_name(x->c->kind))) named = &p->powers[i];
    for (ptrdiff_t i = 0; named && i < named->role_count; i++)
        if (has_role(x, named->roles[i])) return true;
    for (ptrdiff_t i = 0; !named && i < p->task_count; i++)
        if (has_role(x, p->tasks[i].role)) return true;
    if (!named && x->c->kind == FLOW_WITHDRAW && has_role(x, p->start.role)) return true;
    flow_refuse(x, "FLOW-ROLE", (bilingual){0}, (bilingual){"%.*s无权对本事项作此操作", "%.*s may not do this to the case"}, STR_ARG(x->c->actor));
    return false;
}

static bool may(deciding *x, const process_step *step, int64_t task)
{
    const named_thing *role = &x->s->procedure->roles[step->role];
    if (!has_role(x, step->role)) {
        flow_refuse(x, "FLOW-ROLE", (bilingual){0}, (bilingual){"这一步由%s%.0s办理", "this is for %.0sa %s to do"}, str_cstr(role->name.text[LANG_ZH], x->arena), str_cstr(role->name.text[LANG_EN], x->arena));
        return false;
    }
    for (ptrdiff_t i = 0; i < step->not_by_count; i++)
        for (int k = 0; k < x->s->done_count; k++)
            if (str_equal(x->s->done[k].step->id, step->not_by[i]) && str_equal(x->s->done[k].actor, x->c->actor)) {
                flow_refuse(x, "FLOW-FOUR-EYES", (bilingual){"由他人办理", "somebody else has to do it"},
                       (bilingual){"%.*s已办理“%.*s”，不能再办理本步（%.*s）", "%.*s has done \"%.*s\" and cannot do this as well (%.*s)"},
                       STR_ARG(x->c->actor), STR_ARG(step->not_by[i]), STR_ARG(step->article));
                return false;
            }
    return is_fit(x, step, task);
}

const flow_task *flow_task_find(const flow_state *s, str id, str unit)
{
    const flow_task *first = NULL;
    for (int i = 0; i < s->task_count; i++) {
        if (!str_equal(s->tasks[i].step->id, id)) continue;
        if (str_equal(flow_unit(s, s->tasks[i].step, s->tasks[i].id), unit)) return &s->tasks[i];
        if (!first) first = &s->tasks[i];
    }
    return first;
}

static const flow_task *need_task(deciding *x)
{
    const flow_task *t = flow_task_find(x->s, x->c->task, x->c->unit);
    if (!t) {
        flow_refuse(x, "FLOW-NO-TASK", (bilingual){"刷新后再看待办任务", "look at the open tasks again"}, (bilingual){"“%.*s”不在待办之列", "\"%.*s\" is not to be done now"}, STR_ARG(x->c->task));
        return NULL;
    }
    return may(x, t->step, t->id) ? t : NULL;
}

static bool not_claimed_by_another(deciding *x, const flow_task *t)
{
    if (!t->assignee.len || str_equal(t->assignee, x->c->actor) || contains(x->c->covers, x->c->cover_count, t->assignee)) return true;
    flow_refuse(x, "FLOW-CLAIMED", (bilingual){0}, (bilingual){"已由%.*s签收", "%.*s has claimed it"}, STR_ARG(t->assignee));
    return false;
}

static bool need_reason(deciding *x)
{
    if (str_trim(x->c->reason).len) return true;
    flow_refuse(x, "FLOW-REASON", (bilingual){0}, (bilingual){"须写明理由", "a reason is needed"});
    return false;
}

static bool need_to(deciding *x)
{
    if (str_trim(x->c->to).len) return true;
    flow_refuse(x, "FLOW-TO", (bilingual){0}, (bilingual){"须写明对象", "it must be said whom or what it is about"});
    return false;
}

// ---- commands ---------------------------------------------------------------------------------------------

// Of a step that several units do side by side, everybody who did it.
static void remember_who(deciding *x, const process_step *step)
{
    flow_done *done = arena_new(x->arena, x->s->done_count + 1, flow_done);
    int count = 0;
    for (int i = 0; i < x->s->done_count; i++)
        if (x->s->done[i].step != step || (step->unit_each.len && !str_equal(x->s->done[i].actor, x->c->actor))) done[count++] = x->s->done[i];
    done[count++] = (flow_done){step, x->c->actor};
    x->s->done = done;
    x->s->done_count = count;
}

static decision add_link(deciding *x, str kind)
{
    if (!need_to(x)) return REFUSED;
    for (int i = 0; i < x->s->link_count; i++)
        if (str_equal(x->s->links[i].kind, kind) && str_equal(x->s->links[i].to, x->c->to)) return UNCHANGED;
    if (x->s->link_count == FLOW_LINKS_MAX) return flow_refuse(x, "FLOW-LINKS", (bilingual){0}, (bilingual){"关联的事项超过 %d 件", "linked with more than %d cases"}, FLOW_LINKS_MAX);
    flow_link *list = arena_new(x->arena, x->s->link_count + 1, flow_link);
    if (x->s->link_count) memcpy(list, x->s->links, (size_t)x->s->link_count * sizeof *list);
    list[x->s->link_count++] = (flow_link){kind, x->c->to};
    x->s->links = list;
    return DECIDED;
}

static decision start(deciding *x)
{
    const procedure_process *p = x->s->procedure->process;
    if (x->s->status) return flow_refuse(x, "FLOW-STARTED", (bilingual){0}, (bilingual){"事项已经开始", "the case has begun already"});
    if (!may(x, &p->start, 0) || !take_data(x, &p->start)) return REFUSED;
    if (x->c->link.len && add_link(x, x->c->link) == REFUSED) return REFUSED;
    x->s->status = CASE_OPEN;
    remember_who(x, &p->start);
    return step_process(x, (bpmn_command){.kind = BPMN_START, .element = p->element}) ? DECIDED : REFUSED;
}

static decision assign(deciding *x, str to)
{
    const flow_task *t = need_task(x);
    if (!t || (x->c->kind != FLOW_ASSIGN && !not_claimed_by_another(x, t))) return REFUSED;
    if (str_equal(t->assignee, to)) return UNCHANGED;
    flow_task changed = *t;
    changed.assignee = to;
    flow_task *tasks = arena_new(x->arena, x->s->task_count, flow_task);
    memcpy(tasks, x->s->tasks, (size_t)x->s->task_count * sizeof *tasks);
    tasks[t - x->s->tasks] = changed;
    x->s->tasks = tasks;
    return DECIDED;
}

static decision complete(deciding *x)
{
    const flow_task *t = need_task(x);
    if (!t || !not_claimed_by_another(x, t) || !take_data(x, t->step)) return REFUSED;
    int64_t id = t->id;
    remember_who(x, t->step);
    return step_process(x, (bpmn_command){.kind = BPMN_COMPLETE, .id = id}) ? DECIDED : REFUSED;
}

// Back only to what has been done before: forward is what completing is for.
static decision send_back(deciding *x)
{
    const flow_task *t = need_task(x);
    if (!t || !not_claimed_by_another(x, t) || !need_reason(x)) return REFUSED;
    const process_step *to = process_task(x->s->procedure->process, x->c->to);
    bool was_done = false;
    for (int i = 0; i < x->s->done_count && to; i++) was_done = was_done || x->s->done[i].step == to;
    if (!was_done) return flow_refuse(x, "FLOW-RETURN", (bilingual){0}, (bilingual){"“%.*s”尚未办理，不能退回", "\"%.*s\" has not been done: there is no going back to it"}, STR_ARG(x->c->to));
    return step_process(x, (bpmn_command){.kind = BPMN_MOVE, .id = t->id, .element = to->element}) ? DECIDED : REFUSED;
}

// What was entered wrong is put right also when the case is closed: the figures follow, the process does not.
static decision correct(deciding *x)
{
    if (!need_reason(x) || !take_data(x, NULL)) return REFUSED;
    return x->s->status != CASE_OPEN || step_process(x, (bpmn_command){.kind = BPMN_SET_VARIABLES}) ? DECIDED : REFUSED;
}

static decision suspend(deciding *x)
{
    if (!need_reason(x)) return REFUSED;
    if (x->s->pause_count == CLOCK_PAUSES_MAX) return flow_refuse(x, "FLOW-SUSPENSIONS", (bilingual){0}, (bilingual){"中止次数超过 %d 次", "suspended more than %d times"}, CLOCK_PAUSES_MAX);
    x->s->pauses[x->s->pause_count++] = (clock_pause){.from = timestamp_date(x->c->at, x->c->offset_minutes)};
    x->s->suspended = true;
    return DECIDED;
}

static decision resume(deciding *x)
{
    if (!x->s->suspended) return flow_refuse(x, "FLOW-NOT-SUSPENDED", (bilingual){0}, (bilingual){"事项没有中止", "the case is not suspended"});
    clock_pause *p = &x->s->pauses[x->s->pause_count - 1];
    p->to = date_add_days(timestamp_date(x->c->at, x->c->offset_minutes), -1);       // today counts again
    if (date_compare(p->to, p->from) < 0) x->s->pause_count--;
    x->s->suspended = false;
    return DECIDED;
}

static decision extend(deciding *x)
{
    if (!need_reason(x)) return REFUSED;
    const flow_clock *c = NULL;
    for (int i = 0; i < x->s->clock_count && !c; i++) {
        const flow_clock *k = &x->s->clocks[i];
        if (!k->stopped && k->limit == CLOCK_LAW && procedure_clock_named(k->clock, false, x->c->clock)) c = k;
    }
    if (!c || c->clock->due) return flow_refuse(x, "FLOW-NO-CLOCK", (bilingual){0}, (bilingual){"没有正在计算的期限“%.*s”", "no time limit \"%.*s\" is running"}, STR_ARG(x->c->clock));
    date today = timestamp_date(x->c->at, x->c->offset_minutes);
    running_clock running = flow_running_clock(x->s, c->clock, c->start, x->cal, x->arena);
    if (!clock_extend(&running, x->cal, x->c->length, today, x->arena, x->diags)) return REFUSED;
    flow_extension *list = arena_new(x->arena, x->s->extension_count + 1, flow_extension);
    if (x->s->extension_count) memcpy(list, x->s->extensions, (size_t)x->s->extension_count * sizeof *list);
    list[x->s->extension_count++] = (flow_extension){c->clock, x->c->length, today};
    x->s->extensions = list;
    return DECIDED;
}

static decision recuse(deciding *x)
{
    if (!need_reason(x) || !need_to(x)) return REFUSED;
    if (contains(x->s->recused, x->s->recused_count, x->c->to)) return UNCHANGED;
    if (x->s->recused_count == FLOW_RECUSED_MAX) return flow_refuse(x, "FLOW-RECUSALS", (bilingual){0}, (bilingual){"回避人员超过 %d 人", "more than %d people keep away"}, FLOW_RECUSED_MAX);
    str *list = arena_new(x->arena, x->s->recused_count + 1, str);
    if (x->s->recused_count) memcpy(list, x->s->recused, (size_t)x->s->recused_count * sizeof *list);
    list[x->s->recused_count++] = x->c->to;
    x->s->recused = list;
    // What that person had claimed is free again.
    flow_task *tasks = arena_new(x->arena, x->s->task_count, flow_task);
    for (int i = 0; i < x->s->task_count; i++) {
        tasks[i] = x->s->tasks[i];
        if (str_equal(tasks[i].assignee, x->c->to)) tasks[i].assignee = (str){0};
    }
    x->s->tasks = tasks;
    return DECIDED;
}

static decision end_as(deciding *x, case_status status)
{
    if (!need_reason(x) || !step_process(x, (bpmn_command){.kind = BPMN_CANCEL})) return REFUSED;
    x->s->status = status;
    return DECIDED;
}

static decision join(deciding *x)
{
    decision linked = add_link(x, STR("joined"));
    return linked == REFUSED ? REFUSED : end_as(x, CASE_CLOSED);
}

// The process begins anew and goes straight to the task at which the case goes on; all that was filled in and done stays.
static decision reopen(deciding *x)
{
    const procedure_process *p = x->s->procedure->process;
    if (!need_reason(x)) return REFUSED;
    if (x->s->status == CASE_OPEN) return flow_refuse(x, "FLOW-STARTED", (bilingual){0}, (bilingual){"事项正在办理", "the case is open"});
    const process_step *to = process_task(p, x->c->to);
    if (!to) return flow_refuse(x, "FLOW-NO-TASK", (bilingual){0}, (bilingual){"流程没有任务“%.*s”", "the process has no task \"%.*s\""}, STR_ARG(x->c->to));
    x->s->status = CASE_OPEN;
    x->s->process = NULL;
    x->s->suspended = false;
    if (!step_process(x, (bpmn_command){.kind = BPMN_START, .element = p->element})) return REFUSED;
    if (!x->s->task_count) return flow_refuse(x, "FLOW-REOPEN", (bilingual){0}, (bilingual){"流程开始后没有待办任务，不能重新办理", "the process has no task at its start, so it cannot be reopened"});
    if (x->s->tasks[0].step == to) return DECIDED;
    return step_process(x, (bpmn_command){.kind = BPMN_MOVE, .id = x->s->tasks[0].id, .element = to->element}) ? DECIDED : REFUSED;
}

// Tokens, tasks and data go over by their ids. What the new version has no place for is a refusal: a person has to bring the case past it first.
static decision migrate(deciding *x)
{
    const procedure *to = x->c->procedure;
    if (!need_reason(x)) return REFUSED;
    if (!to || !to->process || !str_equal(to->id, x->s->procedure->id)) return flow_refuse(x, "FLOW-MIGRATE", (bilingual){0}, (bilingual){"没有可迁移到的流程版本", "there is no version to migrate to"});
    if (to == x->s->procedure) return UNCHANGED;
    const procedure_form *f = &to->forms[to->process->form];
    feel_value *data = arena_new(x->arena, f->field_count, feel_value);
    for (ptrdiff_t i = 0; i < f->field_count; i++) data[i] = feel_null();
    for (ptrdiff_t i = 0; i < x->form->field_count; i++) {
        int field = form_field_index(f, x->form->fields[i].key);
        if (x->s->data[i].kind == FEEL_NULL) continue;
        if (field < 0 || f->fields[field].type != x->form->fields[i].type)
            return flow_refuse(x, "FLOW-MIGRATE", (bilingual){"先清空该字段", "empty that field first"}, (bilingual){"新版本没有字段“%.*s”", "the new version has no field \"%.*s\""}, STR_ARG(x->form->fields[i].key));
        data[field] = x->s->data[i];
    }
    flow_state moved;
    if (!flow_state_read(flow_state_json(x->s, x->arena), to, data, x->s->version, &moved, x->arena))
        return flow_refuse(x, "FLOW-MIGRATE", (bilingual){"先办过这一步再迁移", "finish the step first"}, (bilingual){"新版本没有事项当前所在的步骤", "the new version has no place for where the case stands"});
    *x->s = moved;
    x->form = f;
    return form_check(f, data, x->c->from, x->diags) && step_process(x, (bpmn_command){.kind = BPMN_SET_VARIABLES}) ? DECIDED : REFUSED;
}

static decision resolve(deciding *x)
{
    if (!x->s->process->incidents_count) return flow_refuse(x, "FLOW-NO-INCIDENT", (bilingual){0}, (bilingual){"没有待处理的异常", "nothing has stopped"});
    if (!take_data(x, NULL)) return REFUSED;
    return step_process(x, (bpmn_command){.kind = BPMN_RESOLVE, .id = x->s->process->incidents[0].id}) ? DECIDED : REFUSED;
}

// Time limits start by the day of service, and the process may wait for it.
static decision serve(deciding *x)
{
    const feel_value *before = x->s->data;
    if (flow_serve(x) != DECIDED) return REFUSED;
    bool runs = x->s->status == CASE_OPEN && x->s->data != before;
    return !runs || step_process(x, (bpmn_command){.kind = BPMN_SET_VARIABLES}) ? DECIDED : REFUSED;
}

// ---- time -------------------------------------------------------------------------------------------------

// A timer by a named clock: names with spaces between are alternatives, of which one runs.
static bool named_clock_is_over(const deciding *x, str names, const flow_clock *clocks, ptrdiff_t count)
{
    while (names.len) {
        str name = str_cut(&names, ' ');
        for (ptrdiff_t i = 0; i < count; i++) {
            const flow_clock *c = &clocks[i];
            if (procedure_clock_named(c->clock, c->limit == CLOCK_PROMISE, name) && !c->stopped && !c->open && x->c->at >= flow_moment_end(c->due, x->c->offset_minutes)) return true;
        }
    }
    return false;
}

static const bpmn_subscription *due_timer(const deciding *x)
{
    flow_clock *clocks;
    ptrdiff_t count = flow_clocks(x->s, x->cal, x->c->at, x->c->offset_minutes, &clocks, x->arena);
    const bpmn_subscription *first = NULL;
    for (int i = 0; i < x->s->process->subscriptions_count; i++) {
        const bpmn_subscription *u = &x->s->process->subscriptions[i];
        bool named = u->due == BPMN_DUE_OPEN && u->name.len;
        bool over = named ? named_clock_is_over(x, u->name, clocks, count) : u->due != 0 && u->due != BPMN_DUE_OPEN && u->due <= x->c->at;
        if (over && (!first || u->due < first->due)) first = u;
    }
    return first;
}

static decision pass_time(deciding *x)
{
    int fired = 0;
    for (const bpmn_subscription *u; x->s->status == CASE_OPEN && !x->s->suspended && (u = due_timer(x)); fired++) {
        if (fired == FLOW_TIMERS_MAX) return flow_refuse(x, "FLOW-TIMERS", (bilingual){0}, (bilingual){"一次触发的计时超过 %d 个", "more than %d timers fired at once"}, FLOW_TIMERS_MAX);
        if (!step_process(x, (bpmn_command){.kind = BPMN_TIMER, .id = u->id})) return REFUSED;
    }
    if (fired || x->s->status != CASE_OPEN) return fired ? DECIDED : UNCHANGED;
    flow_clock *now;
    ptrdiff_t count = flow_clocks(x->s, x->cal, x->c->at, x->c->offset_minutes, &now, x->arena);
    return flow_clocks_equal(now, count, x->s->clocks, x->s->clock_count) ? UNCHANGED : DECIDED;
}

// ---- deciding ---------------------------------------------------------------------------------------------

static decision decide(deciding *x)
{
    switch (x->c->kind) {
    case FLOW_START: return start(x);
    case FLOW_CLAIM: return assign(x, x->c->actor);
    case FLOW_RELEASE: return assign(x, (str){0});
    case FLOW_ASSIGN: return assign(x, x->c->to);
    case FLOW_COMPLETE: return complete(x);
    case FLOW_RETURN: return send_back(x);
    case FLOW_CORRECT: return correct(x);
    case FLOW_SUSPEND: return suspend(x);
    case FLOW_RESUME: return resume(x);
    case FLOW_EXTEND: return extend(x);
    case FLOW_RECUSE: return recuse(x);
    case FLOW_LINK: return add_link(x, x->c->link);
    case FLOW_JOIN: return join(x);
    case FLOW_WITHDRAW: return end_as(x, CASE_WITHDRAWN);
    case FLOW_CANCEL: return end_as(x, CASE_CANCELLED);
    case FLOW_REOPEN: return reopen(x);
    case FLOW_MIGRATE: return migrate(x);
    case FLOW_RESOLVE: return resolve(x);
    case FLOW_TAKE: return DECIDED;
    case FLOW_DRAFT: return flow_draft(x);
    case FLOW_ISSUE: return flow_issue(x);
    case FLOW_SERVE: return serve(x);
    case FLOW_TIME: return pass_time(x);
    case FLOW_COMMAND_COUNT: break;
    }
    return REFUSED;
}

// When a command is in order at all, and whether somebody of a task's role (step) or of the case's (case) may give it.
enum { ANY = 1, WHEN_CLOSED = 2, WHEN_SUSPENDED = 4, BY_CASE = 8 };
static const int rules[FLOW_COMMAND_COUNT] = {
    [FLOW_START] = ANY, [FLOW_TIME] = ANY,
    [FLOW_CORRECT] = BY_CASE | WHEN_CLOSED, [FLOW_SUSPEND] = BY_CASE, [FLOW_RESUME] = BY_CASE | WHEN_SUSPENDED, [FLOW_EXTEND] = BY_CASE, [FLOW_RECUSE] = BY_CASE,
    [FLOW_LINK] = BY_CASE | WHEN_CLOSED, [FLOW_JOIN] = BY_CASE, [FLOW_WITHDRAW] = BY_CASE | WHEN_SUSPENDED, [FLOW_CANCEL] = BY_CASE | WHEN_SUSPENDED | WHEN_CLOSED,
    [FLOW_REOPEN] = BY_CASE | WHEN_CLOSED, [FLOW_MIGRATE] = BY_CASE | WHEN_SUSPENDED, [FLOW_RESOLVE] = BY_CASE, [FLOW_TAKE] = BY_CASE | WHEN_CLOSED,
    [FLOW_DRAFT] = BY_CASE | WHEN_CLOSED | WHEN_SUSPENDED, [FLOW_ISSUE] = BY_CASE | WHEN_CLOSED | WHEN_SUSPENDED, [FLOW_SERVE] = BY_CASE | WHEN_CLOSED | WHEN_SUSPENDED,
};

static bool is_allowed_now(deciding *x)
{
    int rule = rules[x->c->kind];
    if (rule & ANY) return true;
    if (!x->s->status) {
        flow_refuse(x, "FLOW-NOT-BEGUN", (bilingual){0}, (bilingual){"事项尚未开始", "the case has not begun"});
        return false;
    }
    if (x->s->status == CASE_CANCELLED || (x->s->status != CASE_OPEN && !(rule & WHEN_CLOSED))) {
        flow_refuse(x, "FLOW-NOT-OPEN", (bilingual){0}, (bilingual){"事项已经办结或者撤销", "the case is closed or withdrawn"});
        return false;
    }
    if (x->s->suspended && !(rule & WHEN_SUSPENDED)) {
        flow_refuse(x, "FLOW-SUSPENDED", (bilingual){"先恢复", "resume it first"}, (bilingual){"事项正在中止", "the case is suspended"});
        return false;
    }
    if (x->c->version && x->c->version != x->s->version) {
        flow_refuse(x, "FLOW-VERSION", (bilingual){"刷新后再办", "look at it again"}, (bilingual){"事项已有变化：看到的是第 %d 版，现为第 %d 版", "the case has changed: version %d was seen, it is %d now"},
               x->c->version, x->s->version);
        return false;
    }
    return !(rule & BY_CASE) || may_command(x);
}

decision flow_decide(const flow_state *before, const flow_command *c, const calendar *cal, flow_state *after, arena *a, diag_list *d)
{
    *after = *before;
    deciding x = {.c = c, .cal = cal, .s = after, .form = &before->procedure->forms[before->procedure->process->form], .arena = a, .diags = d};
    decision result = is_allowed_now(&x) ? decide(&x) : REFUSED;
    if (result != DECIDED) {
        *after = *before;
        return result;
    }
    after->version++;
    flow_clock *clocks;
    after->clock_count = (int)flow_clocks(after, cal, c->at, c->offset_minutes, &clocks, a);
    after->clocks = clocks;
    return DECIDED;
}
