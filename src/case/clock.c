// Running clocks: events on the way to the end, and the end.
#include "case/clock.h"

#include <string.h>

bool clock_can_run(const procedure_clock *law) { return law->has_period || law->by.month != 0; }

running_clock clock_start(const procedure *p, const procedure_clock *law, clock_moment start)
{
    return (running_clock){.procedure = p, .law = law, .start = start};
}

bool clock_moment_after(clock_moment a, clock_moment b)
{
    int order = date_compare(a.day, b.day);
    return order > 0 || (order == 0 && a.has_time && b.has_time && a.second > b.second);
}

static bool after(date a, date b) { return date_compare(a, b) > 0; }
static date later(date a, date b) { return after(a, b) ? a : b; }

// ---- events ----------------------------------------------------------------------------------------------

static void refuse(const running_clock *c, diag_severity severity, const char *code, bilingual sentence, str article, diag_list *d)
{
    diag_add(d, severity, code, (source_pos){.element = c->law->id}, (bilingual){0}, sentence, STR_ARG(article.len ? article : c->law->article));
}

static bool suspended_openly(const running_clock *c) { return c->pause_count && date_is_none(c->pauses[c->pause_count - 1].to); }

// What is late by then stays late. A limit that is stopped was judged when it stopped.
void clock_observe(running_clock *c, const calendar *cal, date today, arena *a)
{
    diag_list ignored = {.arena = a};
    clock_moment due;
    if (c->late || !date_is_none(c->stop.day) || suspended_openly(c)) return;
    c->late = clock_due(c, CLOCK_LAW, cal, &due, NULL, a, &ignored) && after(today, due.day);
}

static const clock_interrupt *first_interrupt(const procedure_clock *law, clock_interrupt_kind kind)
{
    for (ptrdiff_t i = 0; i < law->interrupt_count; i++)
        if (law->interrupts[i].kind == kind) return &law->interrupts[i];
    return NULL;
}

bool clock_suspend(running_clock *c, const calendar *cal, date from, date to, arena *a, diag_list *d)
{
    if (!c->law->has_period || c->law->period.backward) {
        refuse(c, DIAG_ERROR, "CLOCK-BACKWARD", (bilingual){"按日期倒推或者固定日期的期限不能中止（%.*s）", "a limit counted back, or to a fixed day, cannot be suspended (%.*s)"}, STR(""), d);
        return false;
    }
    if ((!date_is_none(to) && (after(from, to) || to.year - from.year > CLOCK_PAUSE_YEARS_MAX)) || suspended_openly(c)) {
        refuse(c, DIAG_ERROR, "CLOCK-SUSPENSION", (bilingual){"中止的起止日期颠倒、过长，或者尚未恢复又中止（%.*s）", "a suspension ends before it begins, is too long, or begins while another is open (%.*s)"}, STR(""), d);
        return false;
    }
    if (c->pause_count == CLOCK_PAUSES_MAX) {
        refuse(c, DIAG_ERROR, "CLOCK-SUSPENSIONS-MAX", (bilingual){"中止次数过多（%.*s）", "suspended too often (%.*s)"}, STR(""), d);
        return false;
    }
    if (!first_interrupt(c->law, CLOCK_SUSPENDS))
        refuse(c, DIAG_WARNING, "CLOCK-SUSPENSION-BASIS", (bilingual){"%.*s没有规定中止，须另有依据", "%.*s names no suspension: another basis is needed"}, STR(""), d);
    clock_observe(c, cal, date_add_days(from, -1), a);
    // Kept sorted and apart, so that a day suspended twice is left out once.
    clock_pause merged = {from, to};
    int kept = 0;
    for (int i = 0; i < c->pause_count; i++) {
        clock_pause p = c->pauses[i];
        bool before = after(merged.from, date_add_days(p.to, 1)), behind = !date_is_none(merged.to) && after(p.from, date_add_days(merged.to, 1));
        if (before || behind) {
            c->pauses[kept++] = p;
            continue;
        }
        if (after(merged.from, p.from)) merged.from = p.from;
        if (!date_is_none(merged.to)) merged.to = later(merged.to, p.to);
    }
    int at = kept;
    while (at > 0 && after(c->pauses[at - 1].from, merged.from)) c->pauses[at] = c->pauses[at - 1], at--;
    c->pauses[at] = merged;
    c->pause_count = kept + 1;
    return true;
}

bool clock_resume(running_clock *c, date last_suspended, diag_list *d)
{
    if (!suspended_openly(c) || after(c->pauses[c->pause_count - 1].from, last_suspended)) {
        refuse(c, DIAG_ERROR, "CLOCK-RESUME", (bilingual){"没有中止，或者恢复早于中止（%.*s）", "it is not suspended, or resumes before it was (%.*s)"}, STR(""), d);
        return false;
    }
    c->pauses[c->pause_count - 1].to = last_suspended;
    return true;
}

bool clock_restart(running_clock *c, const calendar *cal, date on, arena *a, diag_list *d)
{
    if (!c->law->has_period || c->law->period.backward || !after(on, c->start.day)) {
        refuse(c, DIAG_ERROR, "CLOCK-RESTART", (bilingual){"重新起算须在起算日之后，且期限须向后计算（%.*s）", "a new beginning comes after the first, of a limit that runs forward (%.*s)"}, STR(""), d);
        return false;
    }
    if (!first_interrupt(c->law, CLOCK_RESTARTS))
        refuse(c, DIAG_WARNING, "CLOCK-RESTART-BASIS", (bilingual){"%.*s没有规定重新起算，须另有依据", "%.*s names no new beginning: another basis is needed"}, STR(""), d);
    clock_observe(c, cal, date_add_days(on, -1), a);
    c->restarted = date_is_none(c->restarted) ? on : later(c->restarted, on);
    return true;
}

bool clock_extend(running_clock *c, const calendar *cal, int length, date on, arena *a, diag_list *d)
{
    const clock_extension *e = &c->law->extension;
    if (e->times == 0) {
        refuse(c, DIAG_ERROR, "CLOCK-NO-EXTENSION", (bilingual){"%.*s没有规定可以延长", "%.*s allows no extension"}, STR(""), d);
        return false;
    }
    if (c->extensions == e->times) {
        diag_add(d, DIAG_ERROR, "CLOCK-EXTENDED-BEFORE", (source_pos){.element = c->law->id}, (bilingual){0},
                 (bilingual){"%.*s最多延长%d次", "%.*s allows this many extensions: %d"}, STR_ARG(e->article), e->times);
        return false;
    }
    if (length == 0 && e->length == 0) {
        refuse(c, DIAG_ERROR, "CLOCK-EXTENSION-OPEN", (bilingual){"延长多久由批准机关决定（%.*s），请写明天数", "how long is for the one who grants it to say (%.*s): give the length"}, e->article, d);
        return false;
    }
    if (length < 0 || length > PERIOD_LENGTH_MAX || (e->length && length > e->length)) {
        diag_add(d, DIAG_ERROR, "CLOCK-EXTENSION-LENGTH", (source_pos){.element = c->law->id}, (bilingual){0},
                 (bilingual){"%.*s每次最多延长%d（单位与期限相同）", "%.*s allows at most %d more, in the unit of the period"}, STR_ARG(e->article), e->length ? e->length : PERIOD_LENGTH_MAX);
        return false;
    }
    if (!date_is_none(on)) clock_observe(c, cal, on, a);
    if (c->late) {
        refuse(c, DIAG_ERROR, "CLOCK-EXTENSION-LATE", (bilingual){"期限已经届满，不能再延长（%.*s）", "the period is over and cannot be extended any more (%.*s)"}, e->article, d);
        return false;
    }
    c->extensions++;
    c->extended += length ? length : e->length;
    return true;
}

void clock_stop(running_clock *c, const calendar *cal, clock_moment at, arena *a)
{
    diag_list ignored = {.arena = a};
    clock_moment due;
    if (!c->late && clock_due(c, CLOCK_LAW, cal, &due, NULL, a, &ignored)) c->late = clock_moment_after(at, due);
    c->stop = at;
}

// ---- the end ---------------------------------------------------------------------------------------------

static void tell(derivation *why, date day, str zh, str en, arena *a)
{
    if (!why) return;
    // Derivations have some ten lines: growing by one is cheap enough.
    derivation_line *lines = arena_new(a, why->count + 1, derivation_line);
    if (why->count) memcpy(lines, why->lines, (size_t)why->count * sizeof *lines);
    lines[why->count++] = (derivation_line){day, {zh, en}};
    why->lines = lines;
}

// Appends what the calendar told about the days after `from`, but for its first line, which we have told ourselves.
static void tell_rest(derivation *why, const derivation *part, arena *a)
{
    for (ptrdiff_t i = 1; i < part->count; i++) tell(why, part->lines[i].day, part->lines[i].note[LANG_ZH], part->lines[i].note[LANG_EN], a);
    if (part->provisional) why->provisional = true;
}

static str day_end(date last, language lang, arena *a)
{
    if (lang == LANG_EN) return str_printf(a, "to %.*s: ", STR_ARG(date_text(last, a)));
    return str_printf(a, "至%d年%d月%d日，", last.year, last.month, last.day);
}

static void tell_pause(derivation *why, const running_clock *c, clock_pause p, period used, period left, arena *a)
{
    const clock_interrupt *i = first_interrupt(c->law, CLOCK_SUSPENDS);
    str article = i && c->law->interrupt_count == 1 ? i->article : STR("");
    tell(why, p.from,
         str_printf(a, "%.*s中止%s%.*s%s，不计入；此前已计%.*s，余下%.*s在恢复后续计", STR_ARG(day_end(p.to, LANG_ZH, a)), article.len ? "（" : "", STR_ARG(article), article.len ? "）" : "",
                    STR_ARG(period_text(used, LANG_ZH, a)), STR_ARG(period_text(left, LANG_ZH, a))),
         str_printf(a, "%.*ssuspended%s%.*s%s, not counted; %.*s had run, %.*s run on after it", STR_ARG(day_end(p.to, LANG_EN, a)), article.len ? " (" : "", STR_ARG(article),
                    article.len ? ")" : "", STR_ARG(period_text(used, LANG_EN, a)), STR_ARG(period_text(left, LANG_EN, a))), a);
}

// Days, months, years and working days. A pause that begins after the end does not matter; one that begins before it
// leaves the rest of the period to be counted from the pause's last day.
static bool due_in_days(const running_clock *c, date event, period p, const calendar *cal, date *last, derivation *why, arena *a, diag_list *d)
{
    derivation part;
    for (int i = 0; i < c->pause_count; i++) {
        clock_pause pause = c->pauses[i];
        if (!date_is_none(pause.to) && !after(pause.to, event)) continue;
        if (!calendar_last_day(cal, event, p, last, NULL, a, &(diag_list){.arena = a})) break;
        if (after(pause.from, *last)) break;
        if (p.unit == UNIT_MONTHS || p.unit == UNIT_YEARS)
            p = (period){(int)(date_to_days(date_add_months(event, (int64_t)p.length * (p.unit == UNIT_YEARS ? 12 : 1))) - date_to_days(event)), UNIT_DAYS, false};
        int64_t used = 0;
        date before = date_add_days(pause.from, -1);
        if (after(before, event)) used = p.unit == UNIT_WORKING_DAYS ? calendar_working_days(cal, event, before) : date_to_days(before) - date_to_days(event);
        // The last day may have come already and be waiting for the end of a rest: what is left is the next working day.
        period counted = {(int)(used < p.length ? used : p.length), p.unit, false};
        p = used < p.length ? (period){p.length - (int)used, p.unit, false} : (period){1, UNIT_WORKING_DAYS, false};
        tell_pause(why, c, pause, counted, p, a);
        event = pause.to;
    }
    if (!calendar_last_day(cal, event, p, last, why ? &part : NULL, a, d)) return false;
    if (why) tell_rest(why, &part, a);
    return true;
}

enum { DAY_SECONDS = 86400 };

static str time_text(int32_t second, arena *a) { return str_printf(a, "%02d:%02d", second / 3600, second / 60 % 60); }

static bool hours_count_on(const running_clock *c, const calendar *cal, date day, date *resume)
{
    for (int i = 0; i < c->pause_count; i++)
        if (!after(c->pauses[i].from, day) && !after(day, c->pauses[i].to)) {
            *resume = date_add_days(c->pauses[i].to, 1);
            return false;
        }
    *resume = date_add_days(day, 1);
    return !c->law->working_days_only || calendar_is_working(cal, day);
}

// Ends: each turn counts a day, skips a pause as a whole, or skips a rest day, of which no calendar has an endless row.
static clock_moment due_in_hours(const running_clock *c, clock_moment event, period p, const calendar *cal, derivation *why, arena *a)
{
    int64_t left = (int64_t)p.length * 3600;
    date day = event.day, next;
    int32_t second = event.has_time ? event.second : DAY_SECONDS;
    if (p.backward) {
        int64_t at = date_to_days(day) * DAY_SECONDS + second - left, days = at >= 0 ? at / DAY_SECONDS : -((DAY_SECONDS - 1 - at) / DAY_SECONDS);
        return (clock_moment){date_from_days(days), (int32_t)(at - days * DAY_SECONDS), true};
    }
    for (;; day = next, second = 0) {
        if (!hours_count_on(c, cal, day, &next)) {
            if (why) tell(why, day, str_printf(a, "%.*s中止或者休息，不计入", STR_ARG(day_end(date_add_days(next, -1), LANG_ZH, a))),
                 str_printf(a, "%.*ssuspended or at rest, not counted", STR_ARG(day_end(date_add_days(next, -1), LANG_EN, a))), a);
            continue;
        }
        if (second + left < DAY_SECONDS) break;
        left -= DAY_SECONDS - second;
    }
    clock_moment due = {day, (int32_t)(second + left), true};
    if (why) tell(why, due.day, str_printf(a, "%.*s，满%.*s", STR_ARG(time_text(due.second, a)), STR_ARG(period_text(p, LANG_ZH, a))),
         str_printf(a, "%.*s: %.*s over", STR_ARG(time_text(due.second, a)), STR_ARG(period_text(p, LANG_EN, a))), a);
    return due;
}

// The first such day after the event. 29 February is the 28th in a common year.
static date due_on_day_of_year(year_day by, date event)
{
    for (int32_t year = event.year;; year++) {
        int days = date_days_in_month(year, by.month);
        date day = {year, (uint8_t)by.month, (uint8_t)(by.day < days ? by.day : days)};
        if (by.before) day = date_add_days(day, -1);
        if (after(day, event)) return day;
    }
}

static void tell_start(const running_clock *c, clock_moment event, period p, derivation *why, arena *a)
{
    const procedure_clock *law = c->law;
    bool hours = p.unit == UNIT_HOURS && law->has_period;
    if (!date_is_none(c->restarted))
        tell(why, c->start.day, STR("原起算日；其后重新起算，此前经过的时间不计"), STR("the first beginning; it began anew later, and what had run does not count"), a);
    if (hours)
        tell(why, event.day, event.has_time ? str_printf(a, "%.*s起算（民法典第二百零一条第二款）", STR_ARG(time_text(event.second, a))) : STR("没有时刻，自当日24时起算"),
             event.has_time ? str_printf(a, "runs from %.*s (Civil Code, Art. 201)", STR_ARG(time_text(event.second, a))) : STR("no time of day is given: runs from the end of the day"), a);
    else if (law->has_period && law->period.backward)
        tell(why, event.day, STR("事由发生之日，不计入，由此往前推算"), STR("the day of the event, not counted; counting goes back from it"), a);
    else
        tell(why, event.day, STR("开始的当日，不计入（民法典第二百零一条）"), STR("the day of the event, not counted (Civil Code, Art. 201)"), a);
    if (c->extensions)
        tell(why, event.day,
             str_printf(a, "依%.*s延长%.*s，共%.*s", STR_ARG(law->extension.article), STR_ARG(period_text((period){c->extended, p.unit, false}, LANG_ZH, a)), STR_ARG(period_text(p, LANG_ZH, a))),
             str_printf(a, "extended by %.*s (%.*s) to %.*s in all", STR_ARG(period_text((period){c->extended, p.unit, false}, LANG_EN, a)), STR_ARG(law->extension.article),
                        STR_ARG(period_text(p, LANG_EN, a))), a);
}

bool clock_due(const running_clock *c, clock_limit limit, const calendar *cal, clock_moment *due, derivation *why, arena *a, diag_list *d)
{
    const procedure_clock *law = c->law;
    if (why) *why = (derivation){0};
    if (limit == CLOCK_PROMISE && !law->has_promise) {
        refuse(c, DIAG_ERROR, "CLOCK-NO-PROMISE", (bilingual){"没有承诺时限（%.*s）", "there is no promise beside %.*s"}, STR(""), d);
        return false;
    }
    if (suspended_openly(c)) {
        refuse(c, DIAG_ERROR, "CLOCK-SUSPENDED", (bilingual){"期限正在中止，恢复后才能推算（%.*s）", "it is suspended: its end is known once it resumes (%.*s)"}, STR(""), d);
        return false;
    }
    clock_moment event = date_is_none(c->restarted) ? c->start : (clock_moment){.day = c->restarted};
    period p = limit == CLOCK_PROMISE ? law->promise : law->period;
    if (law->has_period) p.length += c->extended;
    if (why) tell_start(c, event, p, why, a);
    if (!law->has_period) {
        *due = (clock_moment){.day = due_on_day_of_year(law->by, event.day)};
        tell(why, due->day, STR("每年规定的日期"), STR("the day of the year that is laid down"), a);
        return true;
    }
    if (p.unit == UNIT_HOURS) {
        if (event.day.year > CLOCK_HOURS_YEAR_MAX) {
            refuse(c, DIAG_ERROR, "CLOCK-RANGE", (bilingual){"起算日期太远，不能按小时推算（%.*s）", "the start is too far away to count hours from it (%.*s)"}, STR(""), d);
            return false;
        }
        *due = due_in_hours(c, event, p, cal, why, a);
        return true;
    }
    *due = (clock_moment){0};
    return due_in_days(c, event.day, p, cal, &due->day, why, a, d);
}

clock_level clock_level_on(const running_clock *c, clock_limit limit, const calendar *cal, date today, arena *a)
{
    diag_list ignored = {.arena = a};
    clock_moment due;
    if (limit == CLOCK_LAW && c->late) return CLOCK_OVERDUE;
    if (!clock_due(c, limit, cal, &due, NULL, a, &ignored)) return CLOCK_NORMAL;
    if (!date_is_none(c->stop.day)) return clock_moment_after(c->stop, due) ? CLOCK_OVERDUE : CLOCK_NORMAL;
    if (after(today, due.day)) return CLOCK_OVERDUE;
    const procedure_clock *law = c->law;
    bool working = law->has_period && law->period.unit == UNIT_WORKING_DAYS;
    int64_t left = working ? calendar_working_days(cal, today, due.day) : date_to_days(due.day) - date_to_days(today);
    int64_t whole = working ? calendar_working_days(cal, c->start.day, due.day) : date_to_days(due.day) - date_to_days(c->start.day);
    int64_t warning = law->warning ? law->warning : whole / CLOCK_WARNING_SHARE;
    return left <= (warning > 1 ? warning : 1) ? CLOCK_DUE_SOON : CLOCK_NORMAL;
}

// ---- telling ---------------------------------------------------------------------------------------------

str clock_moment_text(clock_moment m, arena *a)
{
    if (!m.has_time) return date_text(m.day, a);
    return str_printf(a, "%.*sT%.*s", STR_ARG(date_text(m.day, a)), STR_ARG(time_text(m.second, a)));
}

bool clock_moment_parse(str text, clock_moment *out)
{
    ptrdiff_t t = str_find_byte(text, 'T');
    *out = (clock_moment){0};
    if (!date_parse(str_slice(text, 0, t < 0 ? text.len : t), &out->day)) return false;
    if (t < 0) return true;
    str time = str_slice(text, t + 1, text.len);
    if (time.len != 5 || time.data[2] != ':') return false;
    int digit[5];
    for (int i = 0; i < 5; i++) {
        digit[i] = time.data[i] - '0';
        if (i != 2 && (digit[i] < 0 || digit[i] > 9)) return false;
    }
    int hour = digit[0] * 10 + digit[1], minute = digit[3] * 10 + digit[4];
    out->has_time = true;
    out->second = hour * 3600 + minute * 60;
    return hour < 24 && minute < 60;
}

str clock_length_text(const procedure_clock *law, language lang, arena *a)
{
    if (law->has_period) return period_text(law->period, lang, a);
    if (law->by.month == 0) return lang == LANG_ZH ? STR("按约定") : STR("as promised");
    if (lang == LANG_ZH) return str_printf(a, "每年%d月%d日%s", law->by.month, law->by.day, law->by.before ? "之前" : "前（含当日）");
    return str_printf(a, "%s %02d-%02d each year", law->by.before ? "before" : "by", law->by.month, law->by.day);
}

str clock_article_text(const procedure *p, const procedure_clock *law, arena *a)
{
    return str_printf(a, "%.*s %.*s", STR_ARG(p->basis[law->basis].title), STR_ARG(law->article));
}

str clock_level_text(clock_level level, language lang)
{
    static const char *const texts[][LANG_COUNT] = {[CLOCK_NORMAL] = {"正常", "normal"}, [CLOCK_DUE_SOON] = {"即将到期", "due soon"}, [CLOCK_OVERDUE] = {"逾期", "overdue"}};
    return str_from(texts[level][lang]);
}

str clock_effect_text(clock_effect effect, language lang)
{
    static const char *const texts[][LANG_COUNT] = {[EXPIRY_LATE] = {"记为逾期", "recorded as late"}, [EXPIRY_ESCALATED] = {"督办", "escalated"},
        [EXPIRY_DEEMED_ACCEPTED] = {"视为受理或者同意", "deemed accepted"}, [EXPIRY_FORFEITED] = {"丧失权利或者视为放弃", "forfeited"}, [EXPIRY_TERMINATED] = {"终止", "terminated"}};
    return str_from(texts[effect][lang]);
}

static const char *const unit_names[] = {[UNIT_WORKING_DAYS] = "working days", [UNIT_DAYS] = "days", [UNIT_MONTHS] = "months", [UNIT_YEARS] = "years", [UNIT_HOURS] = "hours"};

static void set_text(json *o, str name, str text, arena *a)
{
    if (text.len) json_set(o, name, json_new_string(text, a));
}

json *clock_law_json(const procedure *p, const procedure_clock *law, language lang, arena *a)
{
    json *o = json_new_object(a);
    json_set(o, STR("clock"), json_new_string(procedure_clock_family(law), a));
    json_set(o, STR("name"), json_new_string(law->name.text[lang], a));
    json_set(o, STR("article"), json_new_string(clock_article_text(p, law, a), a));
    json_set(o, STR("length"), law->has_period ? json_new_int(law->period.length, a) : json_new_null(a));
    json_set(o, STR("unit"), json_new_string(law->has_period ? str_from(unit_names[law->period.unit]) : law->by.month ? STR("day of the year") : STR("as promised"), a));
    json_set(o, STR("text"), json_new_string(clock_length_text(law, lang, a), a));
    if (law->has_period && law->period.backward) json_set(o, STR("backward"), json_new_bool(true, a));
    if (law->has_promise) json_set(o, STR("promise"), json_new_string(period_text(law->promise, lang, a), a));
    set_text(o, STR("starts"), law->starts.text[lang], a);
    set_text(o, STR("ends"), law->ends.text[lang], a);
    if (law->extension.times) {
        json *e = json_new_object(a);
        json_set(e, STR("length"), law->extension.length ? json_new_int(law->extension.length, a) : json_new_null(a));
        json_set(e, STR("times"), json_new_int(law->extension.times, a));
        json_set(e, STR("by"), json_new_string(law->extension.by.text[lang], a));
        json_set(e, STR("article"), json_new_string(law->extension.article, a));
        json_set(o, STR("extension"), e);
    }
    if (law->interrupt_count) {
        json *list = json_new_array(a);
        for (ptrdiff_t i = 0; i < law->interrupt_count; i++) {
            json *e = json_new_object(a);
            json_set(e, STR("kind"), json_new_string(law->interrupts[i].kind == CLOCK_SUSPENDS ? STR("suspends") : STR("restarts"), a));
            json_set(e, STR("event"), json_new_string(law->interrupts[i].event.text[lang], a));
            json_set(e, STR("article"), json_new_string(law->interrupts[i].article, a));
            json_push(list, e);
        }
        json_set(o, STR("interrupts"), list);
    }
    set_text(o, STR("expiry"), law->expiry.text[lang].len ? law->expiry.text[lang] : clock_effect_text(law->effect, lang), a);
    if (!date_is_none(law->in_force.from)) json_set(o, STR("from"), json_new_string(date_text(law->in_force.from, a), a));
    if (!date_is_none(law->in_force.to)) json_set(o, STR("to"), json_new_string(date_text(law->in_force.to, a), a));
    json_set(o, STR("verified"), json_new_bool(law->verified, a));
    return o;
}

json *clock_answer_json(const running_clock *c, str id, const calendar *cal, language lang, arena *a, diag_list *d)
{
    clock_moment due, promised;
    derivation why;
    if (!clock_due(c, CLOCK_LAW, cal, &due, &why, a, d)) return NULL;
    json *o = json_new_object(a), *lines = json_new_array(a);
    json_set(o, STR("clock"), json_new_string(id, a));
    json_set(o, STR("article"), json_new_string(clock_article_text(c->procedure, c->law, a), a));
    json_set(o, STR("due"), json_new_string(clock_moment_text(due, a), a));
    for (ptrdiff_t i = 0; i < why.count; i++)
        json_push(lines, json_new_string(str_printf(a, "%.*s %.*s", STR_ARG(date_text(why.lines[i].day, a)), STR_ARG(why.lines[i].note[lang])), a));
    json_set(o, STR("derivation"), lines);
    json_set(o, STR("provisional"), json_new_bool(why.provisional, a));
    json_set(o, STR("verified"), json_new_bool(c->law->verified, a));
    if (c->law->has_promise && clock_due(c, CLOCK_PROMISE, cal, &promised, NULL, a, d)) json_set(o, STR("promised"), json_new_string(clock_moment_text(promised, a), a));
    return o;
}
