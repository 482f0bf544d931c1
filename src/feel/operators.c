// operators.c: what the operators mean on values (DMN 1.5, 10.3.2.12-10.3.2.15, tables 42-59).
#include "feel/feel_internal.h"

feel_value from_truth(truth t) { return t == UNKNOWN ? feel_null() : feel_boolean(t == YES); }
truth to_truth(feel_value v) { return v.kind != FEEL_BOOLEAN ? UNKNOWN : v.boolean ? YES : NO; }

str kind_name(feel_value v, language lang)
{
    static const char *const names[][LANG_COUNT] = {
        [FEEL_NULL] = {"空值", "null"}, [FEEL_BOOLEAN] = {"布尔值", "a boolean"}, [FEEL_NUMBER] = {"数字", "a number"},
        [FEEL_STRING] = {"字符串", "a string"}, [FEEL_DATE] = {"日期", "a date"}, [FEEL_TIME] = {"时刻", "a time"},
        [FEEL_DATE_TIME] = {"日期时间", "a date and time"}, [FEEL_DAYS_DURATION] = {"日时分时长", "a days and time duration"},
        [FEEL_YEARS_DURATION] = {"年月时长", "a years and months duration"}, [FEEL_LIST] = {"列表", "a list"},
        [FEEL_CONTEXT] = {"上下文", "a context"}, [FEEL_RANGE] = {"区间", "a range"}, [FEEL_FUNCTION] = {"函数", "a function"},
    };
    return str_from(names[v.kind][lang]);
}

static feel_value no_such_operation(run *r, const char *symbol, feel_value a, feel_value b)
{
    if (r->reason_count >= REASONS_MAX) return feel_null();
    str za = kind_name(a, LANG_ZH), ea = kind_name(a, LANG_EN), zb = kind_name(b, LANG_ZH), eb = kind_name(b, LANG_EN);
    str zh = str_printf(r->arena, "%.*s和%.*s之间没有“%s”运算", STR_ARG(za), STR_ARG(zb), symbol);
    str en = str_printf(r->arena, "there is no %s between %.*s and %.*s", symbol, STR_ARG(ea), STR_ARG(eb));
    return because_texts(r, "FEEL-OPERANDS", zh, en);
}

// ---- equality and order -------------------------------------------------------------------------------

static bool is_moment(feel_value v) { return v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME; }

bool identical(run *r, feel_value a, feel_value b)
{
    bool same = values_equal(a, b, 0, &r->steps);
    return spend(r, 0) && same;                     // notices when comparing has used up the budget
}

truth equals(run *r, feel_value a, feel_value b)
{
    if (a.kind == FEEL_NULL || b.kind == FEEL_NULL) return a.kind == b.kind ? YES : NO;
    if (a.kind != b.kind) {
        // A list of one element counts as that element (10.3.2.9.4).
        if (a.kind == FEEL_LIST && a.list->count == 1 && b.kind != FEEL_LIST) return equals(r, a.list->items[0], b);
        if (b.kind == FEEL_LIST && b.list->count == 1 && a.kind != FEEL_LIST) return equals(r, a, b.list->items[0]);
        no_such_operation(r, "=", a, b);
        return UNKNOWN;
    }
    bool same = identical(r, a, b);
    return r->stopped ? UNKNOWN : same ? YES : NO;
}

truth contains(feel_value range, feel_value point)
{
    const feel_range *g = range.range;
    int low = -1, high = 1;
    if (g->low.kind == FEEL_NULL && g->high.kind == FEEL_NULL) return UNKNOWN;
    if (g->low.kind != FEEL_NULL && !order(g->low, point, &low)) return UNKNOWN;
    if (g->high.kind != FEEL_NULL && !order(g->high, point, &high)) return UNKNOWN;
    return (low < 0 || (low == 0 && g->low_closed)) && (high > 0 || (high == 0 && g->high_closed)) ? YES : NO;
}

truth in_value(run *r, feel_value v, feel_value among)
{
    if (among.kind == FEEL_RANGE && v.kind != FEEL_RANGE) return contains(among, v);
    if (among.kind != FEEL_LIST) {
        if (v.kind == FEEL_LIST && v.list->count != 1) return NO;
        return equals(r, v, among);
    }
    if (v.kind == FEEL_LIST && identical(r, v, among)) return YES;
    for (ptrdiff_t i = 0; i < among.list->count; i++) {
        feel_value item = among.list->items[i];
        if (!spend(r, 1)) return UNKNOWN;
        if (item.kind == FEEL_RANGE && v.kind != FEEL_RANGE ? contains(item, v) == YES : identical(r, v, item)) return YES;
    }
    return NO;
}

feel_value range_of(run *r, feel_value low, feel_value high, bool low_closed, bool high_closed)
{
    feel_range *g = arena_new(r->arena, 1, feel_range);
    *g = (feel_range){low, high, low_closed, high_closed};
    return (feel_value){.kind = FEEL_RANGE, .range = g};
}

// ---- arithmetic ---------------------------------------------------------------------------------------

static feel_value out_of_range(run *r)
{
    return because(r, "FEEL-OVERFLOW", (bilingual){"结果超出可表示的范围", "the result is out of range"});
}

static bool is_long(int64_t x) { return x > DURATION_MAX || x < -DURATION_MAX; }

static feel_value add(run *r, feel_value a, feel_value b)
{
    feel_value out;
    int64_t x;
    if (b.kind != FEEL_DAYS_DURATION && b.kind != FEEL_YEARS_DURATION && (a.kind == FEEL_DAYS_DURATION || a.kind == FEEL_YEARS_DURATION)) {
        out = a, a = b, b = out;                    // duration + moment
    }
    if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER) {
        decimal sum;
        return decimal_add(a.number, b.number, &sum) ? feel_number(sum) : out_of_range(r);
    }
    if (a.kind == FEEL_STRING && b.kind == FEEL_STRING) {
        if (!spend(r, (a.string.len + b.string.len) / 16)) return feel_null();
        return feel_string(str_concat(a.string, b.string, r->arena));
    }
    if (b.kind == FEEL_DAYS_DURATION) {
        if (a.kind == FEEL_DAYS_DURATION) {
            x = a.days.seconds + b.days.seconds;
            return is_long(x) ? out_of_range(r) : days_duration(x, (int64_t)a.days.nanoseconds + b.days.nanoseconds);
        }
        if (is_moment(a) || a.kind == FEEL_TIME) return add_days(a, b.days.seconds, b.days.nanoseconds, &out) ? out : out_of_range(r);
    }
    if (b.kind == FEEL_YEARS_DURATION) {
        if (a.kind == FEEL_YEARS_DURATION) return x = a.months + b.months, is_long(x) ? out_of_range(r) : years_duration(x);
        if (is_moment(a)) return add_months(a, b.months, &out) ? out : out_of_range(r);
    }
    return no_such_operation(r, "+", a, b);
}

feel_value negate(run *r, feel_value a)
{
    switch (a.kind) {
    case FEEL_NUMBER: return feel_number(decimal_neg(a.number));
    case FEEL_DAYS_DURATION: return days_duration(-a.days.seconds, -(int64_t)a.days.nanoseconds);
    case FEEL_YEARS_DURATION: return years_duration(-a.months);
    default:
        return because(r, "FEEL-OPERANDS", (bilingual){"“-”只能用于数字和时长", "only numbers and durations can be negated"});
    }
}

static feel_value subtract(run *r, feel_value a, feel_value b)
{
    bool a_moment = is_moment(a) || a.kind == FEEL_TIME, b_moment = is_moment(b) || b.kind == FEEL_TIME;
    bool a_duration = a.kind == FEEL_DAYS_DURATION || a.kind == FEEL_YEARS_DURATION;
    if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER) {
        decimal difference;
        return decimal_sub(a.number, b.number, &difference) ? feel_number(difference) : out_of_range(r);
    }
    if (a_moment && b_moment) return subtract_moments(r, a, b);
    bool months_of_time = a.kind == FEEL_TIME && b.kind == FEEL_YEARS_DURATION;
    if ((a_moment && !months_of_time && (b.kind == FEEL_DAYS_DURATION || b.kind == FEEL_YEARS_DURATION)) || (a_duration && a.kind == b.kind)) {
        feel_value minus = negate(r, b);
        return minus.kind == FEEL_NULL ? minus : add(r, a, minus);
    }
    return no_such_operation(r, "-", a, b);
}

// duration * factor, or duration / divisor
static feel_value scale(run *r, feel_value a, decimal by, bool divide)
{
    feel_value out;
    bool months = a.kind == FEEL_YEARS_DURATION;
    decimal x = months ? decimal_from_int(a.months) : duration_seconds(a);
    int64_t whole;
    if (!(divide ? decimal_div(x, by, &x) : decimal_mul(x, by, &x))) return out_of_range(r);
    if (!months) return duration_from_seconds(x, &out) ? out : out_of_range(r);
    if (!decimal_round(x, 0, DECIMAL_DOWN, &x) || !decimal_to_int(x, &whole) || is_long(whole)) return out_of_range(r);
    return years_duration(whole);
}

static feel_value multiply(run *r, feel_value a, feel_value b)
{
    bool a_duration = a.kind == FEEL_DAYS_DURATION || a.kind == FEEL_YEARS_DURATION;
    bool b_duration = b.kind == FEEL_DAYS_DURATION || b.kind == FEEL_YEARS_DURATION;
    if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER) {
        decimal product;
        return decimal_mul(a.number, b.number, &product) ? feel_number(product) : out_of_range(r);
    }
    if (a_duration && b.kind == FEEL_NUMBER) return scale(r, a, b.number, false);
    if (b_duration && a.kind == FEEL_NUMBER) return scale(r, b, a.number, false);
    return no_such_operation(r, "*", a, b);
}

static feel_value divide_numbers(run *r, decimal a, decimal b)
{
    decimal quotient;
    if (decimal_sign(b) == 0) return because(r, "FEEL-DIVISION-BY-ZERO", (bilingual){"除数为零", "division by zero"});
    return decimal_div(a, b, &quotient) ? feel_number(quotient) : out_of_range(r);
}

static feel_value divide(run *r, feel_value a, feel_value b)
{
    if (a.kind == FEEL_NUMBER && b.kind == FEEL_NUMBER) return divide_numbers(r, a.number, b.number);
    if (a.kind == FEEL_YEARS_DURATION && b.kind == a.kind) return divide_numbers(r, decimal_from_int(a.months), decimal_from_int(b.months));
    if (a.kind == FEEL_DAYS_DURATION && b.kind == a.kind) return divide_numbers(r, duration_seconds(a), duration_seconds(b));
    if ((a.kind == FEEL_DAYS_DURATION || a.kind == FEEL_YEARS_DURATION) && b.kind == FEEL_NUMBER) {
        if (decimal_sign(b.number) == 0) return divide_numbers(r, b.number, b.number);
        return scale(r, a, b.number, true);
    }
    return no_such_operation(r, "/", a, b);
}

feel_value arithmetic(run *r, node_kind op, feel_value a, feel_value b)
{
    decimal x;
    switch (op) {
    case N_ADD: return add(r, a, b);
    case N_SUB: return subtract(r, a, b);
    case N_MUL: return multiply(r, a, b);
    case N_DIV: return divide(r, a, b);
    default:
        if (a.kind != FEEL_NUMBER || b.kind != FEEL_NUMBER) return no_such_operation(r, "**", a, b);
        return decimal_pow(a.number, b.number, &x) ? feel_number(x) : out_of_range(r);
    }
}

enum { MEMBERS_COMPARED_MAX = 100 };   // when a member is missing and a near one is looked for

// ---- members (10.3.2.6, 10.3.2.7) ---------------------------------------------------------------------

typedef enum {
    P_YEAR, P_MONTH, P_DAY, P_WEEKDAY, P_HOUR, P_MINUTE, P_SECOND, P_OFFSET, P_TIMEZONE, P_YEARS, P_MONTHS, P_DAYS, P_HOURS,
    P_MINUTES, P_SECONDS, P_START, P_END, P_START_INCLUDED, P_END_INCLUDED
} property;

enum { D = 1 << FEEL_DATE, T = 1 << FEEL_TIME, DT = 1 << FEEL_DATE_TIME, DD = 1 << FEEL_DAYS_DURATION, YD = 1 << FEEL_YEARS_DURATION,
       RG = 1 << FEEL_RANGE };
static const struct { const char *name; property property; int kinds; } properties[] = {    // tables 65 and 66
    {"year", P_YEAR, D | DT}, {"month", P_MONTH, D | DT}, {"day", P_DAY, D | DT}, {"weekday", P_WEEKDAY, D | DT},
    {"hour", P_HOUR, T | DT | D}, {"minute", P_MINUTE, T | DT | D}, {"second", P_SECOND, T | DT | D},
    {"time offset", P_OFFSET, T | DT | D}, {"timezone", P_TIMEZONE, T | DT | D},
    {"years", P_YEARS, YD}, {"months", P_MONTHS, YD}, {"days", P_DAYS, DD}, {"hours", P_HOURS, DD}, {"minutes", P_MINUTES, DD},
    {"seconds", P_SECONDS, DD}, {"start", P_START, RG}, {"end", P_END, RG}, {"start included", P_START_INCLUDED, RG},
    {"end included", P_END_INCLUDED, RG},
};

static feel_value get_property(feel_value v, property p)
{
    feel_time t = v.moment.time;
    int32_t offset = t.offset;
    if (v.kind == FEEL_DATE) t = (feel_time){0}, offset = 0;      // midnight UTC
    switch (p) {
    case P_YEAR: return feel_int(v.moment.date.year);
    case P_MONTH: return feel_int(v.moment.date.month);
    case P_DAY: return feel_int(v.moment.date.day);
    case P_WEEKDAY: return feel_int(date_weekday(v.moment.date));
    case P_HOUR: return feel_int(t.second_of_day / 3600);
    case P_MINUTE: return feel_int(t.second_of_day / 60 % 60);
    case P_SECOND: return feel_number(duration_seconds(days_duration(t.second_of_day % 60, t.nanosecond)));
    case P_OFFSET: {
        int64_t utc;
        bool zoned;
        if (t.zone) {
            if (!instant(v, &utc, &zoned)) return feel_null();
            offset = (int32_t)((v.kind == FEEL_TIME ? 0 : date_to_days(v.moment.date) * DAY_SECONDS) + t.second_of_day - utc);
        }
        return offset == FEEL_NO_OFFSET ? feel_null() : days_duration(offset, 0);
    }
    case P_TIMEZONE: return t.zone ? feel_string(zone_name(t.zone)) : feel_null();
    case P_YEARS: return feel_int(v.months / 12);
    case P_MONTHS: return feel_int(v.months % 12);
    case P_DAYS: return feel_int(v.days.seconds / DAY_SECONDS);
    case P_HOURS: return feel_int(v.days.seconds / 3600 % 24);
    case P_MINUTES: return feel_int(v.days.seconds / 60 % 60);
    case P_SECONDS: return feel_number(duration_seconds(days_duration(v.days.seconds % 60, v.days.nanoseconds)));
    case P_START: return v.range->low;
    case P_END: return v.range->high;
    case P_START_INCLUDED: return feel_boolean(v.range->low_closed);
    case P_END_INCLUDED: return feel_boolean(v.range->high_closed);
    }
    return feel_null();
}

static feel_value no_member(run *r, const feel_entries *c, str name)
{
    str best = {0};
    because(r, "FEEL-MEMBER", (bilingual){"没有成员“%.*s”", "there is no member \"%.*s\""}, STR_ARG(name));
    if (r->reason_count >= REASONS_MAX) return feel_null();
    for (ptrdiff_t i = 0, least = name_distance_max(name); i < c->count && i < MEMBERS_COMPARED_MAX && least > 0; i++) {
        int away = name_distance(name, c->names[i]);
        if (away <= least) least = away - 1, best = c->names[i];
    }
    if (best.len) mend(r, (bilingual){"是否应为“%.*s”？", "did you mean \"%.*s\"?"}, STR_ARG(best));
    return feel_null();
}

static feel_value member_at(run *r, feel_value v, str name, int depth)
{
    if (v.kind == FEEL_CONTEXT) {
        const feel_value *found = feel_context_get(&v, name);
        if (found) return *found;
        return no_member(r, v.context, name);
    }
    if (v.kind == FEEL_LIST && depth < VALUE_DEPTH_MAX) {      // of each element
        feel_value *items = arena_new(r->arena, v.list->count, feel_value);
        for (ptrdiff_t i = 0; i < v.list->count && spend(r, 1); i++) items[i] = member_at(r, v.list->items[i], name, depth + 1);
        return list_view(items, v.list->count, r->arena);
    }
    if (v.kind == FEEL_NULL) return because(r, "FEEL-MEMBER", (bilingual){"空值没有成员“%.*s”", "null has no member \"%.*s\""}, STR_ARG(name));
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        if (properties[i].kinds & 1 << v.kind && str_equal(name, str_from(properties[i].name))) return get_property(v, properties[i].property);
    str zh = kind_name(v, LANG_ZH), en = kind_name(v, LANG_EN);
    return because_texts(r, "FEEL-MEMBER", str_printf(r->arena, "%.*s没有属性“%.*s”", STR_ARG(zh), STR_ARG(name)),
                         str_printf(r->arena, "%.*s has no property \"%.*s\"", STR_ARG(en), STR_ARG(name)));
}

feel_value member(run *r, feel_value v, str name) { return member_at(r, v, name, 0); }
