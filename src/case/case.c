#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "case/flow_internal.h"

// ---- ids -------------------------------------------------------------------------------------------------

static const timestamp case_epoch = INT64_C(1577836800000);   // 2020-01-01T00:00:00Z
static const char base32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";   // Crockford's alphabet: no I, L, O, U

int64_t case_id_make(timestamp now, int64_t previous)
{
    int64_t elapsed = now > case_epoch ? now - case_epoch : 0;
    int64_t id = (int64_t)((uint64_t)elapsed << CASE_ID_COUNTER_BITS);
    return id > previous ? id : previous + 1;
}

str case_id_text(int64_t id, arena *a)
{
    char *text = arena_new(a, CASE_ID_TEXT_LEN, char);
    uint64_t rest = (uint64_t)id;
    for (int i = CASE_ID_TEXT_LEN - 1; i >= 0; i--) {
        text[i] = base32[rest & 31];
        rest >>= 5;
    }
    return (str){text, CASE_ID_TEXT_LEN};
}

bool case_id_parse(str text, int64_t *out)
{
    if (text.len != CASE_ID_TEXT_LEN) return false;
    uint64_t id = 0;
    for (ptrdiff_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        const char *digit = c ? strchr(base32, c) : NULL;
        if (!digit || id >> 58) return false;    // 5 more bits would leave the 63
        id = id << 5 | (uint64_t)(digit - base32);
    }
    *out = (int64_t)id;
    return true;
}

// ---- moments ---------------------------------------------------------------------------------------------

// A date or date and time as FEEL gives it, made comparable. A date alone has no second.
typedef struct { bool there, has_time; int64_t day; int32_t second; } moment;

static moment moment_of(feel_value v)
{
    if (v.kind == FEEL_DATE) return (moment){true, false, date_to_days(v.moment.date), 0};
    if (v.kind == FEEL_DATE_TIME) return (moment){true, true, date_to_days(v.moment.date), v.moment.time.second_of_day};
    return (moment){0};
}

static bool moment_after(moment a, moment b)
{
    if (a.day != b.day) return a.day > b.day;
    return a.has_time && b.has_time && a.second > b.second;
}

// ---- scope, key, clocks ----------------------------------------------------------------------------------

static feel_value clocks_context(const procedure *p, const clock_result *clocks, ptrdiff_t count, arena *a)
{
    str *names = arena_new(a, count, str);
    feel_value *values = arena_new(a, count, feel_value);
    for (ptrdiff_t i = 0; i < count; i++) {
        names[i] = p->clocks[clocks[i].clock].id;
        values[i] = feel_context_of((str[]){STR("due"), STR("late")},
                                    (feel_value[]){feel_date(clocks[i].due), feel_boolean(clocks[i].late)}, 2, a);
    }
    return feel_context_of(names, values, count, a);
}

void case_scope_values(const procedure_form *f, const feel_value *data, const clock_result *clocks, ptrdiff_t clock_count,
                       const procedure *p, feel_value *values, arena *a)
{
    memcpy(values, data, (size_t)f->field_count * sizeof *values);
    values[f->field_count] = clocks_context(p, clocks, clock_count, a);
}

str case_key(const procedure_form *f, const feel_value *data, arena *a)
{
    if (f->key_count == 1) return field_text(&f->fields[f->key[0]], data[f->key[0]], a);
    buf key = {.arena = a};
    for (ptrdiff_t i = 0; i < f->key_count; i++) {
        str part = field_text(&f->fields[f->key[i]], data[f->key[i]], a);
        if (part.len == 0) return STR("");
        if (i) buf_add_byte(&key, '/');
        buf_add(&key, part);
    }
    return buf_str(&key);
}

static bool clock_end(const procedure *p, const procedure_clock *clock, moment start, const feel_value *values, feel_evaluation *e, const calendar *cal,
                      moment *due, diag_list *d)
{
    if (clock->due) {
        *due = moment_of(feel_evaluate(clock->due, values, e));
        return due->there;
    }
    running_clock running = clock_start(p, clock, (clock_moment){date_from_days(start.day), start.second, start.has_time});
    clock_moment end;
    if (!clock_due(&running, CLOCK_LAW, cal, &end, NULL, e->arena, d)) return false;
    *due = (moment){true, end.has_time, date_to_days(end.day), end.second};
    return true;
}

static void run_clocks(const procedure *p, const procedure_form *f, const feel_value *values, const calendar *cal, feel_evaluation *e,
                       event *out)
{
    // A provisional due date (arrangement not yet published) is recomputed when the notice comes; no news to the one who records.
    diag_list ignored = {.arena = e->arena};
    out->clocks = arena_new(e->arena, f->clock_count, clock_result);
    for (ptrdiff_t i = 0; i < f->clock_count; i++) {
        const procedure_clock *clock = &p->clocks[f->clocks[i]];
        if (clock->when && !feel_is_true(feel_evaluate(clock->when, values, e))) continue;
        moment start = moment_of(feel_evaluate(clock->start, values, e)), due;
        if (!start.there || !span_covers(clock->in_force, date_from_days(start.day))) continue;
        if (!clock_end(p, clock, start, values, e, cal, &due, &ignored)) continue;
        moment stop = moment_of(feel_evaluate(clock->stop, values, e));
        out->clocks[out->clock_count++] = (clock_result){f->clocks[i], date_from_days(due.day), stop.there && moment_after(stop, due)};
    }
}

str case_title(const procedure_form *f, const feel_value *values, str key, timestamp now, arena *a)
{
    feel_evaluation e = {.arena = a, .now = now, .silent = true};
    feel_value title = feel_evaluate(f->title, values, &e);
    return title.kind == FEEL_STRING && title.string.len ? title.string : key;
}

// ---- deciding --------------------------------------------------------------------------------------------

static bool same_data(const procedure_form *f, const feel_value *a, const feel_value *b)
{
    for (ptrdiff_t i = 0; i < f->field_count; i++)
        if (!feel_equal(a[i], b[i])) return false;
    return true;
}

bool case_has_key(const procedure_form *f, str key, source_pos at, diag_list *d)
{
    if (key.len) return true;
    at.element = f->fields[f->key[0]].name.text[LANG_ZH];
    diag_add(d, DIAG_ERROR, "CASE-KEY", at, (bilingual){"填写编号，以便认定是哪一件", "fill it in, so that the case can be told from others"},
             (bilingual){"缺少认定事项的“%.*s”", "\"%.*s\", which names the case, is missing"}, STR_ARG(at.element));
    return false;
}

static bool same_clocks(const event *a, const event *b)
{
    if (a->clock_count != b->clock_count) return false;
    for (ptrdiff_t i = 0; i < a->clock_count; i++)
        if (a->clocks[i].clock != b->clocks[i].clock || a->clocks[i].late != b->clocks[i].late || date_compare(a->clocks[i].due, b->clocks[i].due) != 0) return false;
    return true;
}

static decision decide_withdraw(const case_state *s, const command *c, source_pos at, event *out, diag_list *d)
{
    if (!s->exists || s->status == CASE_WITHDRAWN) {
        diag_add(d, DIAG_ERROR, "CASE-NOT-THERE", at, (bilingual){0}, (bilingual){"没有可以撤销的事项", "there is no case to withdraw"});
        return REFUSED;
    }
    *out = s->last;
    out->kind = EV_WITHDRAWN;
    out->actor = c->actor;
    out->source = c->source;
    out->previous = s->record;
    out->version = s->last.version + 1;
    return DECIDED;
}

decision case_decide(const case_state *s, const command *c, int64_t new_id, timestamp now, const calendar *cal,
                     source_pos at, event *out, arena *a, diag_list *d)
{
    *out = (event){0};
    if (c->kind == CMD_WITHDRAW) return decide_withdraw(s, c, at, out, d);

    const procedure_form *f = &c->procedure->forms[c->form];
    if (s->exists && s->last.running) {
        diag_add(d, DIAG_ERROR, "CASE-RUNNING", at, (bilingual){"在办理页面更正", "correct it where it is handled"},
                 (bilingual){"“%.*s”由本系统办理，不能用台账改写", "\"%.*s\" is handled in this system: a ledger cannot overwrite it"}, STR_ARG(s->last.key));
        return REFUSED;
    }
    if (!form_check(f, c->data, at, d)) return REFUSED;
    str key = case_key(f, c->data, a);
    if (!case_has_key(f, key, at, d)) return REFUSED;
    feel_evaluation e = {.arena = a, .now = now, .silent = true};
    feel_value *values = arena_new(a, f->field_count + 1, feel_value);
    memcpy(values, c->data, (size_t)f->field_count * sizeof *values);
    run_clocks(c->procedure, f, values, cal, &e, out);
    bool same = s->exists && s->status != CASE_WITHDRAWN && s->last.form == c->form && same_data(f, s->last.data, c->data);
    if (same && same_clocks(out, &s->last)) return UNCHANGED;      // with other clocks, the calendar has changed
    values[f->field_count] = clocks_context(c->procedure, out->clocks, out->clock_count, a);

    moment opened = moment_of(feel_evaluate(f->opened, values, &e));
    moment closed = f->closed ? moment_of(feel_evaluate(f->closed, values, &e)) : (moment){0};
    if (!opened.there) {
        diag_add(d, DIAG_ERROR, "CASE-OPENED", at, (bilingual){"填写开始日期", "fill in the day on which it began"},
                 (bilingual){"无法确定事项开始的日期", "the day on which the case began cannot be told"});
        return REFUSED;
    }
    out->kind = !s->exists ? EV_RECORDED
                : s->status == CASE_OPEN && closed.there ? EV_CLOSED : EV_CORRECTED;
    out->actor = c->actor;
    out->case_id = s->exists ? s->last.case_id : new_id;
    out->procedure = c->procedure;
    out->definition = c->definition;
    out->form = c->form;
    out->key = key;
    out->title = case_title(f, values, key, now, a);
    out->data = c->data;
    out->opened = date_from_days(opened.day);
    if (closed.there) out->closed = date_from_days(closed.day);
    out->source = c->source;
    out->previous = s->exists ? s->record : 0;
    out->version = s->exists ? s->last.version + 1 : 1;
    return DECIDED;
}

void case_apply(case_state *s, const event *e, int64_t record)
{
    assert(e->version == (s->exists ? s->last.version + 1 : 1));
    s->exists = true;
    s->last = *e;
    s->record = record;
    s->status = e->running ? e->running->status : e->kind == EV_WITHDRAWN ? CASE_WITHDRAWN : date_is_none(e->closed) ? CASE_OPEN : CASE_CLOSED;
}

// ---- words -----------------------------------------------------------------------------------------------

str case_words(const procedure_form *f, const event *e, arena *a)
{
    // The key and the title are made of fields, so the fields hold their words; indexing them twice would double the work.
    buf words = {.arena = a};
    buf_reserve(&words, 256);
    for (ptrdiff_t i = 0; i < f->field_count; i++) {
        const form_field *field = &f->fields[i];
        feel_value v = e->data[i];
        if (field->sensitive.len || (v.kind != FEEL_STRING && v.kind != FEEL_LIST)) continue;
        if (words.len) buf_add_byte(&words, '\n');
        buf_add(&words, field_text(field, v, a));
    }
    return buf_str(&words);
}

bool case_is_registered(const event *e, date day, arena *a)
{
    const procedure_register *r = e->procedure->registers;
    const procedure_form *f = &e->procedure->forms[e->form];
    if (!r || r->form != e->form) return false;
    feel_value *values = arena_new(a, f->field_count + 1, feel_value);
    memcpy(values, e->data, (size_t)f->field_count * sizeof *values);
    values[f->field_count] = feel_date(day);
    feel_evaluation evaluation = {.arena = a, .silent = true};
    feel_value valid = feel_evaluate(r->valid, values, &evaluation);
    return valid.kind == FEEL_BOOLEAN && valid.boolean;
}
