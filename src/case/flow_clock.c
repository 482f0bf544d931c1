// The clocks of a running case: what runs, when it ends, and when that has to be looked at again.
#include "case/flow_internal.h"

timestamp flow_moment_end(clock_moment m, int offset_minutes)
{
    int64_t seconds = date_to_days(m.day) * 86400 + (m.has_time ? m.second : 86400);
    return (seconds - (int64_t)offset_minutes * 60) * 1000;
}

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

str flow_clock_id(const flow_clock *c) { return c->limit == CLOCK_PROMISE ? c->clock->promise_id : c->clock->id; }

static bool was_late(const flow_state *s, const procedure_clock *law, clock_limit limit)
{
    for (int i = 0; i < s->clock_count; i++)
        if (s->clocks[i].late && s->clocks[i].limit == limit && str_equal(s->clocks[i].clock->id, law->id)) return true;
    return false;
}

running_clock flow_running_clock(const flow_state *s, const procedure_clock *law, clock_moment start, const calendar *cal, arena *a)
{
    diag_list unsaid = {.arena = a};
    running_clock c = clock_start(s->procedure, law, start);
    for (int i = 0; i < s->pause_count && can_be_suspended(law); i++)
        if (date_is_none(s->pauses[i].to) || date_compare(s->pauses[i].to, start.day) >= 0) clock_suspend(&c, cal, s->pauses[i].from, s->pauses[i].to, a, &unsaid);
    for (int i = 0; i < s->extension_count; i++)
        if (str_equal(s->extensions[i].clock->id, law->id)) clock_extend(&c, cal, s->extensions[i].length, s->extensions[i].on, a, &unsaid);
    c.late = c.late || was_late(s, law, CLOCK_LAW);
    return c;
}

static void run_clock(const flow_state *s, const calendar *cal, timestamp at, int offset_minutes, bool has_stop, clock_moment stop, flow_clock *out, arena *a)
{
    diag_list unsaid = {.arena = a};
    running_clock c = flow_running_clock(s, out->clock, out->start, cal, a);
    out->stopped = has_stop;
    if (has_stop) clock_stop(&c, cal, stop, a);
    out->open = !clock_due(&c, out->limit, cal, &out->due, NULL, a, &unsaid);
    bool now_late = !out->open && (has_stop ? clock_moment_after(stop, out->due) : at >= flow_moment_end(out->due, offset_minutes));
    out->late = was_late(s, out->clock, out->limit) || now_late || (out->limit == CLOCK_LAW && c.late);
    out->level = out->late ? CLOCK_OVERDUE : clock_level_on(&c, out->limit, cal, timestamp_date(at, offset_minutes), a);
}

// An end that the record itself names.
static void run_named(const flow_state *s, timestamp at, int offset_minutes, bool has_stop, clock_moment stop, flow_clock *out)
{
    out->stopped = has_stop;
    out->late = was_late(s, out->clock, CLOCK_LAW) || (has_stop ? clock_moment_after(stop, out->due) : at >= flow_moment_end(out->due, offset_minutes));
    out->level = out->late ? CLOCK_OVERDUE : CLOCK_NORMAL;
}

ptrdiff_t flow_clocks(const flow_state *s, const calendar *cal, timestamp at, int offset_minutes, flow_clock **out, arena *a)
{
    const procedure *p = s->procedure;
    const procedure_form *f = &p->forms[p->process->form];
    *out = arena_new(a, f->clock_count * 2, flow_clock);
    if (!s->data) return 0;
    feel_value *values = arena_new(a, f->field_count + 1, feel_value);
    case_scope_values(f, s->data, NULL, 0, p, values, a);
    feel_evaluation e = {.arena = a, .now = at, .now_offset = offset_minutes * 60, .silent = true};
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < f->clock_count; i++) {
        const procedure_clock *law = &p->clocks[f->clocks[i]];
        flow_clock *c = &(*out)[count];
        clock_moment stop = {0};
        *c = (flow_clock){.clock = law};
        if ((law->when && !feel_is_true(feel_evaluate(law->when, values, &e))) || !clock_moment_of(feel_evaluate(law->start, values, &e), &c->start)) continue;
        if (!span_covers(law->in_force, c->start.day)) continue;
        bool has_stop = clock_moment_of(feel_evaluate(law->stop, values, &e), &stop);
        if (law->due && clock_moment_of(feel_evaluate(law->due, values, &e), &c->due)) run_named(s, at, offset_minutes, has_stop, stop, c);
        else if (!law->due && clock_can_run(law)) run_clock(s, cal, at, offset_minutes, has_stop, stop, c, a);
        else continue;
        count++;
        if (!law->has_promise || (law->promise_when && !feel_is_true(feel_evaluate(law->promise_when, values, &e)))) continue;
        flow_clock *promise = &(*out)[count++];
        *promise = (flow_clock){.clock = law, .limit = CLOCK_PROMISE, .start = c->start};
        run_clock(s, cal, at, offset_minutes, has_stop, stop, promise, a);
    }
    return count;
}

static bool moments_equal(clock_moment a, clock_moment b)
{
    return date_compare(a.day, b.day) == 0 && a.has_time == b.has_time && a.second == b.second;
}

bool flow_clocks_equal(const flow_clock *a, ptrdiff_t a_count, const flow_clock *b, ptrdiff_t b_count)
{
    if (a_count != b_count) return false;
    for (ptrdiff_t i = 0; i < a_count; i++)
        if (a[i].clock != b[i].clock || a[i].limit != b[i].limit || a[i].stopped != b[i].stopped || a[i].late != b[i].late || a[i].open != b[i].open || a[i].level != b[i].level ||
            !moments_equal(a[i].start, b[i].start) || (!a[i].open && !moments_equal(a[i].due, b[i].due)))
            return false;
    return true;
}

// ---- the next time to look -------------------------------------------------------------------------------

// The day on which "due soon" begins: levels only rise from day to day, so halving finds it.
static date first_warning(const flow_state *s, const flow_clock *c, const calendar *cal, date today, arena *a)
{
    running_clock running = flow_running_clock(s, c->clock, c->start, cal, a);
    int64_t low = date_to_days(today), high = date_to_days(c->due.day) + 1;      // normal at low, not at high
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (clock_level_on(&running, c->limit, cal, date_from_days(middle), a) == CLOCK_NORMAL) low = middle;
        else high = middle;
    }
    return date_from_days(high);
}

static timestamp earlier(timestamp a, timestamp b) { return a < b ? a : b; }

timestamp flow_next_time(const flow_state *s, const calendar *cal, timestamp after, int offset_minutes, arena *a)
{
    timestamp next = FLOW_NEVER;
    if (s->status != CASE_OPEN) return next;
    date today = timestamp_date(after, offset_minutes);
    for (int i = 0; i < s->process->subscriptions_count && !s->suspended; i++) {
        const bpmn_subscription *u = &s->process->subscriptions[i];
        if (u->due > 0) next = earlier(next, u->due);
    }
    for (int i = 0; i < s->clock_count; i++) {
        const flow_clock *c = &s->clocks[i];
        if (c->stopped || c->open || c->late) continue;
        next = earlier(next, flow_moment_end(c->due, offset_minutes));
        if (c->level != CLOCK_NORMAL || c->clock->due) continue;
        date warning = first_warning(s, c, cal, today, a);
        next = earlier(next, flow_moment_end((clock_moment){.day = date_add_days(warning, -1)}, offset_minutes));
    }
    return next;
}
