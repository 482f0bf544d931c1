#include "case/retrace.h"

#include <string.h>

enum {
    MINUTE = 60000,
    DAY_MILLISECONDS = 86400000,
    OFFICE_OPENS = 9 * 60,               // of a day without a time of day: minutes
    IN_VAIN_MAX = 2,                     // times that one task is done without any gain
    MOMENTS_MAX = 8                      // at which one task might have been done
};

typedef struct {
    const procedure *p;
    const procedure_form *form;
    const feel_value *row;
    bool closed;
    const calendar *cal;
    int offset_minutes;
    timestamp now;
    flow_state state;
    retraced *out;
    int best;                            // fields that were right at most
    ptrdiff_t gained;                    // commands by then
    arena *arena;
} tracing;

static bool same(feel_value x, feel_value y) { return x.kind == y.kind && (x.kind == FEEL_NULL || feel_equal(x, y)); }

// How much of the row the data hold already, and in how many fields they say something else.
typedef struct { int right, wrong; } likeness;
static likeness compare(const tracing *t, const feel_value *data)
{
    likeness l = {0};
    for (ptrdiff_t i = 0; i < t->form->field_count; i++) {
        if (data[i].kind == FEEL_NULL) continue;
        if (same(data[i], t->row[i])) l.right++;
        else l.wrong++;
    }
    return l;
}

static timestamp moment_of(const tracing *t, feel_value v)
{
    int64_t minutes = v.kind == FEEL_DATE ? OFFICE_OPENS : 0;
    int64_t seconds = v.kind == FEEL_DATE_TIME ? v.moment.time.second_of_day : 0;
    return date_to_days(v.moment.date) * DAY_MILLISECONDS + minutes * MINUTE + seconds * 1000 - (int64_t)t->offset_minutes * MINUTE;
}

static bool same_day(const tracing *t, timestamp x, timestamp y)
{
    return date_compare(timestamp_date(x, t->offset_minutes), timestamp_date(y, t->offset_minutes)) == 0;
}

// The moments that the row gives for a step: those of the fields that it notes down. Without any, now.
static int moments_of(const tracing *t, const process_step *step, timestamp *out)
{
    int count = 0;
    for (ptrdiff_t i = 0; i < step->set_count && count < MOMENTS_MAX; i++) {
        feel_value v = t->row[step->sets[i].field];
        if (v.kind != FEEL_DATE && v.kind != FEEL_DATE_TIME) continue;
        timestamp at = moment_of(t, v);
        if (v.kind == FEEL_DATE && same_day(t, at, t->now) && at < t->now) at = t->now;
        bool known = at < t->now;
        for (int k = 0; k < count && !known; k++) known = out[k] == at;
        if (!known) out[count++] = at;
    }
    if (!count) out[count++] = t->now;
    return count;
}

// What the step fills in of the row.
static const json *filled(const tracing *t, const process_step *step)
{
    json *o = json_new_object(t->arena);
    for (ptrdiff_t n = 0; n < step->field_count; n++)
        if (t->row[step->fields[n]].kind != FEEL_NULL) json_set(o, t->form->fields[step->fields[n]].key, feel_to_json(t->row[step->fields[n]], t->arena));
    return o;
}

static flow_command command_of(const tracing *t, flow_command_kind kind, const process_step *step, timestamp at)
{
    str *roles = arena_new(t->arena, t->p->role_count, str);
    for (ptrdiff_t i = 0; i < t->p->role_count; i++) roles[i] = t->p->roles[i].id;
    flow_command c = {.kind = kind, .roles = roles, .role_count = (int)t->p->role_count, .at = at, .offset_minutes = t->offset_minutes};
    if (!step) return c;
    // Each step is somebody else's, so that nobody approves what they drafted.
    c.actor = step->id;
    c.qualifications = &step->qualification;
    c.qualification_count = step->qualification.len > 0;
    return c;
}

static bool decide(const tracing *t, const flow_command *c, flow_state *after)
{
    diag_list unsaid = {.arena = t->arena};
    return flow_decide(&t->state, c, t->cal, after, t->arena, &unsaid) == DECIDED;
}

static void take(tracing *t, const flow_command *c, const flow_state *after)
{
    t->out->commands[t->out->count++] = *c;
    t->state = *after;
    t->now = c->at;
    likeness l = compare(t, t->state.data);
    if (l.right - l.wrong <= t->best) return;
    t->best = l.right - l.wrong;
    t->gained = t->out->count;
}

// Time passes until then: what falls due meanwhile happens.
static void pass_time(tracing *t, timestamp until)
{
    flow_state after;
    for (timestamp next; t->state.status == CASE_OPEN && t->out->count < RETRACE_COMMANDS_MAX;) {
        next = flow_next_time(&t->state, t->cal, t->now, t->offset_minutes, t->arena);
        if (next > until) return;
        flow_command c = {.kind = FLOW_TIME, .at = next, .offset_minutes = t->offset_minutes};
        if (!decide(t, &c, &after)) {
            t->now = next;
            continue;
        }
        take(t, &c, &after);
    }
}

// ---- the way ----------------------------------------------------------------------------------------------

typedef struct { bool found; flow_command command; flow_state after; likeness gives; } doing;

static bool is_better(const doing *x, const doing *y)
{
    if (!y->found || x->gives.wrong != y->gives.wrong) return !y->found || x->gives.wrong < y->gives.wrong;
    if (x->command.at != y->command.at) return x->command.at < y->command.at;
    return x->gives.right > y->gives.right;
}

// Done over and over without the data coming nearer to the row, a task leads nowhere.
static bool leads_nowhere(const tracing *t, const process_step *step)
{
    int times = 0;
    for (ptrdiff_t i = t->gained; i < t->out->count; i++) times += str_equal(t->out->commands[i].task, step->id);
    return times >= IN_VAIN_MAX;
}

// The task to do next, and when.
static doing choose(const tracing *t)
{
    doing best = {0};
    for (int i = 0; i < t->state.task_count; i++) {
        const flow_task *task = &t->state.tasks[i];
        if (leads_nowhere(t, task->step)) continue;
        timestamp moments[MOMENTS_MAX];
        int count = moments_of(t, task->step, moments);
        for (int k = 0; k < count; k++) {
            doing x = {.found = true, .command = command_of(t, FLOW_COMPLETE, task->step, moments[k])};
            x.command.task = task->step->id;
            x.command.unit = flow_unit(&t->state, task->step, task->id);
            x.command.data = filled(t, task->step);
            if (!decide(t, &x.command, &x.after)) continue;
            x.gives = compare(t, x.after.data);
            if (is_better(&x, &best)) best = x;
        }
    }
    return best;
}

// What no task has said as the row says it.
static void correct(tracing *t)
{
    flow_state after;
    flow_command c = command_of(t, FLOW_CORRECT, NULL, t->now);
    json *o = json_new_object(t->arena);
    for (ptrdiff_t i = 0; i < t->form->field_count; i++)
        if (!same(t->row[i], t->state.data[i])) json_set(o, t->form->fields[i].key, feel_to_json(t->row[i], t->arena));
    if (!o->count) return;
    c.actor = STR("register");
    c.reason = STR("补录");
    c.data = o;
    if (decide(t, &c, &after)) take(t, &c, &after);
}

static bool begin(tracing *t, date opened)
{
    const process_step *start = &t->p->process->start;
    timestamp moments[MOMENTS_MAX];
    doing best = {0};
    t->now = INT64_MIN;
    int count = moments_of(t, start, moments);
    if (count == 1 && moments[0] == INT64_MIN) moments[0] = moment_of(t, feel_date(opened));
    for (int k = 0; k < count; k++) {
        doing x = {.found = true, .command = command_of(t, FLOW_START, start, moments[k])};
        x.command.data = filled(t, start);
        if (!decide(t, &x.command, &x.after)) continue;
        x.gives = compare(t, x.after.data);
        if (is_better(&x, &best)) best = x;
    }
    if (best.found) take(t, &best.command, &best.after);
    return best.found;
}

static void go_on(tracing *t)
{
    while (t->state.status == CASE_OPEN && t->out->count < RETRACE_COMMANDS_MAX) {
        doing next = choose(t);
        likeness have = compare(t, t->state.data);
        // An open case stands where the row says no more; a closed one goes to its end.
        if (!next.found || (!t->closed && (next.gives.wrong > have.wrong || next.gives.right <= have.right))) return;
        if (next.command.at > t->now) {
            ptrdiff_t before = t->out->count;
            pass_time(t, next.command.at);
            if (t->out->count > before) continue;      // something fell due: look again
        }
        take(t, &next.command, &next.after);
    }
}

bool case_retrace(const procedure *p, const feel_value *row, date opened, bool closed, const calendar *cal, int offset_minutes, retraced *out, arena *a)
{
    *out = (retraced){.commands = arena_new(a, RETRACE_COMMANDS_MAX + 1, flow_command)};
    tracing t = {.p = p, .form = &p->forms[p->process->form], .row = row, .closed = closed, .cal = cal, .offset_minutes = offset_minutes, .state = {.procedure = p}, .out = out, .arena = a};
    if (!begin(&t, opened)) return false;
    go_on(&t);
    correct(&t);
    out->end = t.state;
    out->same_data = true;
    for (ptrdiff_t i = 0; i < t.form->field_count; i++) out->same_data = out->same_data && same(t.state.data[i], row[i]);
    out->whole = out->same_data && (t.state.status != CASE_OPEN) == closed;
    return true;
}
