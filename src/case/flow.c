#include <string.h>

#include "case/flow.h"

enum { DAY_MILLISECONDS = 86400000 };

typedef struct {
    const flow_command *c;
    const calendar *cal;
    flow_state *s;                   // being made
    const procedure_form *form;
    arena *arena;
    diag_list *diags;
} deciding;

static decision refuse(const deciding *x, const char *code, bilingual hint, bilingual format, ...)
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
            refuse(x, "FLOW-FIELD", (bilingual){0}, (bilingual){"这一步不填“%.*s”", "\"%.*s\" is not filled in here"}, STR_ARG(m->name));
            return false;
        }
        if (m->kind == JSON_NULL) data[field] = feel_null();
        else if (!field_from_json(x->form->fields[field].type, m, x->arena, &data[field])) {
            refuse(x, "FLOW-VALUE", (bilingual){"日期写作 2024-03-05，时刻写作 2024-03-05T08:30:00", "write dates as 2024-03-05, moments as 2024-03-05T08:30:00"},
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

static void note_down(deciding *x, const process_step *step, feel_value *data)
{
    ptrdiff_t count = x->form->field_count;
    feel_value *values = arena_new(x->arena, count + 2, feel_value);
    memcpy(values, data, (size_t)count * sizeof *values);
    values[count] = local_now(x->c);
    values[count + 1] = feel_string(x->c->actor);
    feel_evaluation e = {.arena = x->arena, .now = x->c->at, .now_offset = x->c->offset_minutes * 60, .silent = true};
    for (ptrdiff_t i = 0; i < step->set_count; i++)
        data[step->sets[i].field] = as_field(&x->form->fields[step->sets[i].field], feel_evaluate(step->sets[i].value, values, &e));
}

static bool has_needs(deciding *x, const process_step *step, const feel_value *data)
{
    for (ptrdiff_t i = 0; i < step->need_count; i++) {
        const form_field *f = &x->form->fields[step->needs[i]];
        if (data[step->needs[i]].kind != FEEL_NULL) continue;
        refuse(x, "FLOW-NEEDS", (bilingual){0}, (bilingual){"完成这一步须填写“%s%.0s”", "to finish this, %.0s\"%s\" must be filled in"}, str_cstr(f->name.text[LANG_ZH], x->arena), str_cstr(f->name.text[LANG_EN], x->arena));
        return false;
    }
    return true;
}

static feel_value *copy_data(const deciding *x)
{
    feel_value *data = arena_new(x->arena, x->form->field_count, feel_value);
    if (x->s->data) memcpy(data, x->s->data, (size_t)x->form->field_count * sizeof *data);
    return data;
}

static bool take_data(deciding *x, const process_step *step)
{
    feel_value *data = copy_data(x);
    if (!fill_in(x, step, data)) return false;
    if (step) note_down(x, step, data);
    if ((step && !has_needs(x, step, data)) || !form_check(x->form, data, x->c->from, x->diags)) return false;
    x->s->data = data;
    return true;
}

static const bpmn_variable *as_variables(const deciding *x, ptrdiff_t *count)
{
    bpmn_variable *v = arena_new(x->arena, x->form->field_count, bpmn_variable);
    for (ptrdiff_t i = 0; i < x->form->field_count; i++) v[i] = (bpmn_variable){x->form->fields[i].key, x->s->data[i]};
    *count = x->form->field_count;
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
    refuse(x, "FLOW-TASKS", (bilingual){0}, (bilingual){"同时待办的任务超过 %d 项", "more than %d tasks are open at once"}, FLOW_TASKS_MAX);
    return false;
}

static bool step_process(deciding *x, bpmn_command c)
{
    bpmn_events events = {0};
    if (c.kind != BPMN_CANCEL && c.kind != BPMN_TIMER) c.variables = as_variables(x, &c.variables_count);
    bpmn_state *next = bpmn_step(x->s->procedure->process->model, x->s->process, &c, x->c->at, &events, x->arena, x->diags);
    if (!next) return false;
    x->s->process = next;
    if (next->status == BPMN_COMPLETED || next->status == BPMN_FAILED) x->s->status = CASE_CLOSED;
    return update_tasks(x, &events);
}

// ---- who may ----------------------------------------------------------------------------------------------

static bool has_role(const deciding *x, int role)
{
    for (int i = 0; i < x->c->role_count; i++)
        if (str_equal(x->c->roles[i], x->s->procedure->roles[role].id)) return true;
    return false;
}

static bool may(deciding *x, const process_step *step)
{
    const named_thing *role = &x->s->procedure->roles[step->role];
    if (!has_role(x, step->role)) {
        refuse(x, "FLOW-ROLE", (bilingual){0}, (bilingual){"这一步由%s%.0s办理", "this is for %.0sa %s to do"}, str_cstr(role->name.text[LANG_ZH], x->arena), str_cstr(role->name.text[LANG_EN], x->arena));
        return false;
    }
    for (ptrdiff_t i = 0; i < step->not_by_count; i++)
        for (int k = 0; k < x->s->done_count; k++)
            if (str_equal(x->s->done[k].step->id, step->not_by[i]) && str_equal(x->s->done[k].actor, x->c->actor)) {
                refuse(x, "FLOW-FOUR-EYES", (bilingual){"由他人办理", "somebody else has to do it"},
                       (bilingual){"%.*s已办理“%.*s”，不能再办理本步（%.*s）", "%.*s has done \"%.*s\" and cannot do this as well (%.*s)"},
                       STR_ARG(x->c->actor), STR_ARG(step->not_by[i]), STR_ARG(step->article));
                return false;
            }
    return true;
}

const flow_task *flow_task_find(const flow_state *s, str id)
{
    for (int i = 0; i < s->task_count; i++)
        if (str_equal(s->tasks[i].step->id, id)) return &s->tasks[i];
    return NULL;
}

static const flow_task *need_task(deciding *x)
{
    const flow_task *t = flow_task_find(x->s, x->c->task);
    if (!t) {
        refuse(x, "FLOW-NO-TASK", (bilingual){"刷新后再看待办任务", "look at the open tasks again"}, (bilingual){"“%.*s”不在待办之列", "\"%.*s\" is not to be done now"}, STR_ARG(x->c->task));
        return NULL;
    }
    return may(x, t->step) ? t : NULL;
}

static bool not_claimed_by_another(deciding *x, const flow_task *t)
{
    if (!t->assignee.len || str_equal(t->assignee, x->c->actor)) return true;
    refuse(x, "FLOW-CLAIMED", (bilingual){0}, (bilingual){"已由%.*s签收", "%.*s has claimed it"}, STR_ARG(t->assignee));
    return false;
}

static bool need_reason(deciding *x)
{
    if (str_trim(x->c->reason).len) return true;
    refuse(x, "FLOW-REASON", (bilingual){0}, (bilingual){"须写明理由", "a reason is needed"});
    return false;
}

// ---- commands ---------------------------------------------------------------------------------------------

static void remember_who(deciding *x, const process_step *step)
{
    flow_done *done = arena_new(x->arena, x->s->done_count + 1, flow_done);
    int count = 0;
    for (int i = 0; i < x->s->done_count; i++)
        if (x->s->done[i].step != step) done[count++] = x->s->done[i];
    done[count++] = (flow_done){step, x->c->actor};
    x->s->done = done;
    x->s->done_count = count;
}

static decision start(deciding *x)
{
    const procedure_process *p = x->s->procedure->process;
    if (x->s->status) return refuse(x, "FLOW-STARTED", (bilingual){0}, (bilingual){"事项已经开始", "the case has begun already"});
    if (!may(x, &p->start) || !take_data(x, &p->start)) return REFUSED;
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
    if (!was_done) return refuse(x, "FLOW-RETURN", (bilingual){0}, (bilingual){"“%.*s”尚未办理，不能退回", "\"%.*s\" has not been done: there is no going back to it"}, STR_ARG(x->c->to));
    return step_process(x, (bpmn_command){.kind = BPMN_MOVE, .id = t->id, .element = to->element}) ? DECIDED : REFUSED;
}

static decision correct(deciding *x)
{
    if (!need_reason(x) || !take_data(x, NULL)) return REFUSED;
    return step_process(x, (bpmn_command){.kind = BPMN_SET_VARIABLES}) ? DECIDED : REFUSED;
}

static decision suspend(deciding *x)
{
    if (!need_reason(x)) return REFUSED;
    if (x->s->pause_count == CLOCK_PAUSES_MAX) return refuse(x, "FLOW-SUSPENSIONS", (bilingual){0}, (bilingual){"中止次数超过 %d 次", "suspended more than %d times"}, CLOCK_PAUSES_MAX);
    x->s->pauses[x->s->pause_count++] = (clock_pause){.from = timestamp_date(x->c->at, x->c->offset_minutes)};
    x->s->suspended = true;
    return DECIDED;
}

static decision resume(deciding *x)
{
    if (!x->s->suspended) return refuse(x, "FLOW-NOT-SUSPENDED", (bilingual){0}, (bilingual){"事项没有中止", "the case is not suspended"});
    clock_pause *p = &x->s->pauses[x->s->pause_count - 1];
    p->to = date_add_days(timestamp_date(x->c->at, x->c->offset_minutes), -1);       // today counts again
    if (date_compare(p->to, p->from) < 0) x->s->pause_count--;
    x->s->suspended = false;
    return DECIDED;
}

static decision withdraw(deciding *x)
{
    if (!need_reason(x) || !step_process(x, (bpmn_command){.kind = BPMN_CANCEL})) return REFUSED;
    x->s->status = CASE_WITHDRAWN;
    return DECIDED;
}

static decision resolve(deciding *x)
{
    if (!x->s->process->incidents_count) return refuse(x, "FLOW-NO-INCIDENT", (bilingual){0}, (bilingual){"没有待处理的异常", "nothing has stopped"});
    if (!take_data(x, NULL)) return REFUSED;
    return step_process(x, (bpmn_command){.kind = BPMN_RESOLVE, .id = x->s->process->incidents[0].id}) ? DECIDED : REFUSED;
}

// ---- time -------------------------------------------------------------------------------------------------

static timestamp moment_end(clock_moment m, int offset_minutes)
{
    int64_t seconds = date_to_days(m.day) * 86400 + (m.has_time ? m.second : 86400);
    return (seconds - (int64_t)offset_minutes * 60) * 1000;
}

// A timer by a named clock: names with spaces between are alternatives, of which one runs.
static bool named_clock_is_over(const deciding *x, str names, const flow_clock *clocks, ptrdiff_t count)
{
    while (names.len) {
        str name = str_cut(&names, ' ');
        for (ptrdiff_t i = 0; i < count; i++) {
            const flow_clock *c = &clocks[i];
            if (str_equal(procedure_clock_family(c->clock), name) && !c->stopped && !c->open && x->c->at >= moment_end(c->due, x->c->offset_minutes)) return true;
        }
    }
    return false;
}

static const bpmn_subscription *due_timer(const deciding *x)
{
    flow_clock *clocks;
    ptrdiff_t count = flow_clocks(x->s, x->cal, timestamp_date(x->c->at, x->c->offset_minutes), &clocks, x->arena);
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
        if (fired == FLOW_TIMERS_MAX) return refuse(x, "FLOW-TIMERS", (bilingual){0}, (bilingual){"一次触发的计时超过 %d 个", "more than %d timers fired at once"}, FLOW_TIMERS_MAX);
        if (!step_process(x, (bpmn_command){.kind = BPMN_TIMER, .id = u->id})) return REFUSED;
    }
    return fired ? DECIDED : UNCHANGED;
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
    case FLOW_WITHDRAW: return withdraw(x);
    case FLOW_RESOLVE: return resolve(x);
    case FLOW_TIME: return pass_time(x);
    }
    return REFUSED;
}

static bool is_allowed_now(const deciding *x)
{
    flow_command_kind k = x->c->kind;
    if (k == FLOW_START || k == FLOW_TIME) return true;
    if (!x->s->status) {
        refuse(x, "FLOW-NOT-BEGUN", (bilingual){0}, (bilingual){"事项尚未开始", "the case has not begun"});
        return false;
    }
    if (x->s->status != CASE_OPEN) {
        refuse(x, "FLOW-NOT-OPEN", (bilingual){0}, (bilingual){"事项已经办结或者撤销", "the case is closed or withdrawn"});
        return false;
    }
    if (x->s->suspended && k != FLOW_RESUME && k != FLOW_WITHDRAW) {
        refuse(x, "FLOW-SUSPENDED", (bilingual){"先恢复", "resume it first"}, (bilingual){"事项正在中止", "the case is suspended"});
        return false;
    }
    if (x->c->version && x->c->version != x->s->version) {
        refuse(x, "FLOW-VERSION", (bilingual){"刷新后再办", "look at it again"}, (bilingual){"事项已有变化：看到的是第 %d 版，现为第 %d 版", "the case has changed: version %d was seen, it is %d now"},
               x->c->version, x->s->version);
        return false;
    }
    return true;
}

decision flow_decide(const flow_state *before, const flow_command *c, const calendar *cal, flow_state *after, arena *a, diag_list *d)
{
    *after = *before;
    deciding x = {c, cal, after, &before->procedure->forms[before->procedure->process->form], a, d};
    decision result = is_allowed_now(&x) ? decide(&x) : REFUSED;
    if (result == DECIDED) after->version++;
    else *after = *before;
    return result;
}

// ---- clocks -----------------------------------------------------------------------------------------------

static bool clock_moment_of(feel_value v, clock_moment *out)
{
    if (v.kind != FEEL_DATE && v.kind != FEEL_DATE_TIME) return false;
    *out = (clock_moment){v.moment.date, v.kind == FEEL_DATE_TIME ? v.moment.time.second_of_day : 0, v.kind == FEEL_DATE_TIME};
    return true;
}

static bool can_be_suspended(const procedure_clock *law)
{
    for (ptrdiff_t i = 0; i < law->interrupt_count; i++)
        if (law->interrupts[i].kind == CLOCK_SUSPENDS) return true;
    return false;
}

static bool run_clock(const flow_state *s, const procedure_clock *law, const calendar *cal, date today, bool has_stop, clock_moment stop, flow_clock *out, arena *a)
{
    diag_list unsaid = {.arena = a};
    running_clock c = clock_start(s->procedure, law, out->start);
    for (int i = 0; i < s->pause_count && can_be_suspended(law); i++)
        if (date_is_none(s->pauses[i].to) || date_compare(s->pauses[i].to, out->start.day) >= 0) clock_suspend(&c, cal, s->pauses[i].from, s->pauses[i].to, a, &unsaid);
    out->stopped = has_stop;
    if (has_stop) clock_stop(&c, cal, stop, a);
    else clock_observe(&c, cal, today, a);
    out->open = !clock_due(&c, CLOCK_LAW, cal, &out->due, NULL, a, &unsaid);
    out->late = c.late;
    out->level = clock_level_on(&c, CLOCK_LAW, cal, today, a);
    return true;
}

ptrdiff_t flow_clocks(const flow_state *s, const calendar *cal, date today, flow_clock **out, arena *a)
{
    const procedure *p = s->procedure;
    const procedure_form *f = &p->forms[p->process->form];
    *out = arena_new(a, f->clock_count, flow_clock);
    if (!s->data) return 0;
    feel_value *values = arena_new(a, f->field_count + 1, feel_value);
    case_scope_values(f, s->data, NULL, 0, p, values, a);
    feel_evaluation e = {.arena = a, .silent = true};
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < f->clock_count; i++) {
        const procedure_clock *law = &p->clocks[f->clocks[i]];
        flow_clock *c = &(*out)[count];
        clock_moment stop = {0};
        *c = (flow_clock){.clock = law};
        if ((law->when && !feel_is_true(feel_evaluate(law->when, values, &e))) || !clock_moment_of(feel_evaluate(law->start, values, &e), &c->start)) continue;
        if (!span_covers(law->in_force, c->start.day)) continue;
        bool has_stop = clock_moment_of(feel_evaluate(law->stop, values, &e), &stop);
        if (law->due) {
            if (!clock_moment_of(feel_evaluate(law->due, values, &e), &c->due)) continue;
            c->stopped = has_stop;
            c->late = has_stop ? clock_moment_after(stop, c->due) : date_compare(today, c->due.day) > 0;
            c->level = c->late ? CLOCK_OVERDUE : CLOCK_NORMAL;
        } else if (!clock_can_run(law) || !run_clock(s, law, cal, today, has_stop, stop, c, a)) continue;
        count++;
    }
    return count;
}
