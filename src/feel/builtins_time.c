// builtins_time.c: dates, times, durations and ranges (DMN 1.5, 10.3.4.1, 10.3.4.7, 10.3.4.8, 10.3.4.11).
#include "feel/feel_internal.h"

static feel_value wrong(run *r, const char *zh, const char *en) { return because(r, "FEEL-ARGUMENT", (bilingual){zh, en}); }

static feel_value not_temporal(run *r, str text, const char *zh, const char *en)
{
    str cut = str_slice(text, 0, 60);
    return because_texts(r, "FEEL-TEMPORAL", str_printf(r->arena, "“%.*s”不是%s", STR_ARG(cut), zh), str_printf(r->arena, "\"%.*s\" is not %s", STR_ARG(cut), en));
}

// A whole number of at most `limit` either way.
static bool small_int(feel_value v, int64_t limit, int64_t *out)
{
    return v.kind == FEEL_NUMBER && decimal_to_int(v.number, out) && *out >= -limit && *out <= limit;
}

// ---- conversion ---------------------------------------------------------------------------------------

feel_value bi_date(run *r, const feel_value *args)
{
    feel_value v;
    if (args[0].kind != FEEL_STRING) return feel_date(args[0].moment.date);
    return feel_parse_temporal(args[0].string, FEEL_DATE, r->program->zones, &v) ? v : not_temporal(r, args[0].string, "日期（2024-03-05）", "a date (2024-03-05)");
}

feel_value bi_date_parts(run *r, const feel_value *args)
{
    int64_t y, m, d;
    if (!small_int(args[0], DATE_YEAR_MAX, &y) || !small_int(args[1], 12, &m) || !small_int(args[2], 31, &d) || !date_valid(y, m, d))
        return wrong(r, "没有这一天", "there is no such day");
    return feel_date((date){(int32_t)y, (uint8_t)m, (uint8_t)d});
}

feel_value bi_date_time(run *r, const feel_value *args)
{
    feel_value v = args[0];
    if (v.kind == FEEL_DATE_TIME) return v;
    if (v.kind == FEEL_DATE) return date_time_of(v.moment.date, (feel_time){0});      // midnight UTC (10.3.2.9.4)
    return feel_parse_temporal(args[0].string, FEEL_DATE_TIME, r->program->zones, &v)
        ? v : not_temporal(r, args[0].string, "日期时间（2024-03-05T08:30:00）", "a date and time (2024-03-05T08:30:00)");
}

feel_value bi_date_time_join(run *r, const feel_value *args)
{
    (void)r;
    return date_time_of(args[0].moment.date, args[1].moment.time);
}

// Hour, minute, second (with a fraction) and an offset or none.
static bool time_parts(const feel_value *args, feel_time *t)
{
    int64_t hour, minute;
    feel_value second;
    if (!small_int(args[0], 23, &hour) || !small_int(args[1], 59, &minute) || hour < 0 || minute < 0) return false;
    if (!duration_from_seconds(args[2].number, &second) || second.days.seconds < 0 || second.days.nanoseconds < 0 || second.days.seconds > 59) return false;
    *t = (feel_time){.second_of_day = (int32_t)(hour * 3600 + minute * 60 + second.days.seconds), .nanosecond = second.days.nanoseconds,
                     .offset = FEEL_NO_OFFSET};
    if (args[3].kind == FEEL_NULL) return true;
    if (args[3].days.nanoseconds || args[3].days.seconds > OFFSET_MAX || args[3].days.seconds < -OFFSET_MAX) return false;
    t->offset = (int32_t)args[3].days.seconds;
    return true;
}

feel_value bi_date_time_parts(run *r, const feel_value *args)
{
    feel_time t;
    feel_value d = bi_date_parts(r, args);
    if (d.kind == FEEL_NULL) return d;
    return time_parts(args + 3, &t) ? date_time_of(d.moment.date, t) : wrong(r, "没有这个时刻", "there is no such time");
}

feel_value bi_time(run *r, const feel_value *args)
{
    feel_value v = args[0];
    if (v.kind == FEEL_DATE) return time_of((feel_time){0});                          // midnight UTC
    if (v.kind != FEEL_STRING) return time_of(v.moment.time);
    return feel_parse_temporal(args[0].string, FEEL_TIME, r->program->zones, &v) ? v : not_temporal(r, args[0].string, "时刻（08:30:00）", "a time (08:30:00)");
}

feel_value bi_time_parts(run *r, const feel_value *args)
{
    feel_time t;
    return time_parts(args, &t) ? time_of(t) : wrong(r, "没有这个时刻", "there is no such time");
}

feel_value bi_duration(run *r, const feel_value *args)
{
    feel_value v;
    if (feel_parse_temporal(args[0].string, FEEL_DAYS_DURATION, r->program->zones, &v) || feel_parse_temporal(args[0].string, FEEL_YEARS_DURATION, r->program->zones, &v))
        return v;
    return not_temporal(r, args[0].string, "时长（P20D、PT8H、P1Y6M）", "a duration (P20D, PT8H, P1Y6M)");
}

// Whole months between; the day and the clock decide whether the last month is full (table 73).
feel_value bi_years_months(run *r, const feel_value *args)
{
    feel_value from = args[0], to = args[1];
    date a = from.moment.date, b = to.moment.date;
    (void)r;
    int64_t months = ((int64_t)b.year - a.year) * 12 + b.month - a.month;
    if (months > 0 && b.day < a.day) months--;
    if (months < 0 && b.day > a.day) months++;
    return years_duration(months);
}

// ---- now, parts of a date -----------------------------------------------------------------------------

feel_value bi_now(run *r, const feel_value *args)
{
    (void)args;
    int64_t ms = r->e->now + (int64_t)r->e->now_offset * 1000, day_ms = (int64_t)DAY_SECONDS * 1000;
    int64_t days = ms / day_ms - (ms % day_ms < 0), rest = ms - days * day_ms;
    return date_time_of(date_from_days(days), (feel_time){.second_of_day = (int32_t)(rest / 1000), .nanosecond = (int32_t)(rest % 1000) * 1000000,
                                                          .offset = r->e->now_offset});
}

feel_value bi_today(run *r, const feel_value *args)
{
    return feel_date(bi_now(r, args).moment.date);
}

feel_value bi_day_of_year(run *r, const feel_value *args)
{
    (void)r;
    return feel_int(date_day_of_year(args[0].moment.date));
}

feel_value bi_day_of_week(run *r, const feel_value *args)
{
    static const char *const names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    (void)r;
    return feel_string(str_from(names[date_weekday(args[0].moment.date) - 1]));
}

feel_value bi_month_of_year(run *r, const feel_value *args)
{
    static const char *const names[] = {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                                        "November", "December"};
    (void)r;
    return feel_string(str_from(names[args[0].moment.date.month - 1]));
}

feel_value bi_week_of_year(run *r, const feel_value *args)
{
    (void)r;
    return feel_int(date_iso_week(args[0].moment.date));
}

// ---- range("[1..3]") ----------------------------------------------------------------------------------

static bool is_literal(const node *n)              // a literal, @"…", or date("…") and its like with a literal
{
    if (n->kind == N_CONST) return n->constant->kind != FEEL_NULL;
    if (n->kind != N_CALL || n->call.callee->kind != N_BUILTIN || n->call.count != 1 || n->call.args[0]->kind != N_CONST) return false;
    static const char *const constructors[] = {"date", "time", "date and time", "duration"};
    for (size_t i = 0; i < sizeof constructors / sizeof *constructors; i++)
        if (str_equal(n->call.callee->name, str_from(constructors[i]))) return true;
    return false;
}

feel_value bi_range(run *r, const feel_value *args)
{
    diag_list d = {.arena = r->arena};
    feel_program *p = feel_compile(args[0].string, (feel_scope){.zones = r->program->zones}, (source_pos){0}, r->arena, &d);
    int sign;
    if (!p || p->root->kind != N_RANGE || !p->root->op.a || !p->root->op.b || p->root->flags & RANGE_EQUAL || !is_literal(p->root->op.a)
        || !is_literal(p->root->op.b))
        return wrong(r, "不是区间（[1..3]）", "this is no range ([1..3])");
    const feel_program *outer = r->program;
    r->program = p;
    feel_value v = eval(r, p->root);
    r->program = outer;
    if (v.kind != FEEL_RANGE) return v;
    if (v.range->low.kind != v.range->high.kind || !order(v.range->low, v.range->high, &sign) || sign > 0)
        return wrong(r, "区间的端点须同类且从小到大", "the endpoints of a range must be of one kind and in order");
    return v;
}

// ---- relations of ranges (table 78) -------------------------------------------------------------------
//
// A point counts as the closed range of itself. Ends are compared with their openness: as a lower end an open 5 lies
// just above 5, as an upper end just below.

static feel_range span_of(feel_value v)
{
    return v.kind == FEEL_RANGE ? *v.range : (feel_range){v, v, true, true};
}

typedef enum { LOW, HIGH } end;
typedef struct { feel_value at; int nudge; bool infinite; int side; } edge;

static edge edge_of(const feel_range *g, end which)
{
    feel_value v = which == LOW ? g->low : g->high;
    bool closed = which == LOW ? g->low_closed : g->high_closed;
    return (edge){v, closed ? 0 : which == LOW ? 1 : -1, v.kind == FEEL_NULL, which == LOW ? -1 : 1};
}

static bool compare_edges(edge a, edge b, int *sign)
{
    if (a.infinite || b.infinite) {
        *sign = (a.infinite ? a.side : 0) - (b.infinite ? b.side : 0);
        return true;
    }
    if (!order(a.at, b.at, sign)) return false;
    if (!*sign) *sign = (a.nudge > b.nudge) - (a.nudge < b.nudge);
    return true;
}

typedef struct { int low_low, low_high, high_low, high_high; } relation;     // of a's ends to b's ends: -1, 0, 1

static bool relate(const feel_value *args, relation *out)
{
    feel_range a = span_of(args[0]), b = span_of(args[1]);
    return compare_edges(edge_of(&a, LOW), edge_of(&b, LOW), &out->low_low) && compare_edges(edge_of(&a, LOW), edge_of(&b, HIGH), &out->low_high)
        && compare_edges(edge_of(&a, HIGH), edge_of(&b, LOW), &out->high_low) && compare_edges(edge_of(&a, HIGH), edge_of(&b, HIGH), &out->high_high);
}

#define RELATION(name, condition) \
    feel_value name(run *r, const feel_value *args) \
    { \
        relation x; \
        if (!relate(args, &x)) return wrong(r, "这些值不能比较大小", "these values cannot be compared"); \
        return feel_boolean(condition); \
    }
RELATION(bi_before, x.high_low < 0)
RELATION(bi_after, x.low_high > 0)
RELATION(bi_meets, x.high_low == 0)
RELATION(bi_met_by, x.low_high == 0)
RELATION(bi_overlaps, x.low_high <= 0 && x.high_low >= 0)
RELATION(bi_overlaps_before, x.low_low < 0 && x.high_low >= 0 && x.high_high <= 0)
RELATION(bi_overlaps_after, x.low_low > 0 && x.low_high <= 0 && x.high_high >= 0)
RELATION(bi_finishes, x.low_low >= 0 && x.high_high == 0)
RELATION(bi_finished_by, x.low_low <= 0 && x.high_high == 0)
RELATION(bi_includes, x.low_low <= 0 && x.high_high >= 0)
RELATION(bi_during, x.low_low >= 0 && x.high_high <= 0)
RELATION(bi_starts, x.low_low == 0 && x.high_high <= 0)
RELATION(bi_started_by, x.low_low == 0 && x.high_high >= 0)
RELATION(bi_coincides, x.low_low == 0 && x.high_high == 0)
