// temporal.c: dates, times and durations: reading, writing, comparing, adding (DMN 1.5, 10.3.2.3.4-10.3.2.3.8).
//
// A moment with an offset or a zone is compared by its place in UTC; one without is local, and a local moment and
// a zoned one cannot be compared. A date against a moment counts as midnight UTC (10.3.2.9.4).
#include "feel/feel_internal.h"

// ---- reading ------------------------------------------------------------------------------------------

static bool digits(str s, ptrdiff_t *at, int count, int32_t *out)    // exactly `count`
{
    int32_t x = 0;
    for (int i = 0; i < count; i++, ++*at) {
        if (*at >= s.len || s.data[*at] < '0' || s.data[*at] > '9') return false;
        x = 10 * x + (s.data[*at] - '0');
    }
    *out = x;
    return true;
}

static bool symbol(str s, ptrdiff_t *at, char c)
{
    if (*at >= s.len || s.data[*at] != c) return false;
    ++*at;
    return true;
}

// As many digits as there are (at least one), up to 10^18; false when more.
static bool number(str s, ptrdiff_t *at, int64_t *out)
{
    int64_t x = 0;
    ptrdiff_t start = *at;
    for (; *at < s.len && s.data[*at] >= '0' && s.data[*at] <= '9'; ++*at) {
        if (x > INT64_C(99999999999999999)) return false;
        x = 10 * x + (s.data[*at] - '0');
    }
    *out = x;
    return *at > start;
}

// Digits behind the point as nanoseconds; those beyond the ninth are dropped. "0." has none and is allowed, as in XPath.
static int32_t fraction(str s, ptrdiff_t *at)
{
    int32_t x = 0, unit = NANOS / 10;
    for (; *at < s.len && s.data[*at] >= '0' && s.data[*at] <= '9'; ++*at, unit /= 10) x += unit * (s.data[*at] - '0');
    return x;
}

static bool read_zone(str s, zones *known, feel_time *t)     // "", "Z", "+08:00", "+08:00:30", "@Asia/Shanghai"
{
    ptrdiff_t at = 1;
    int32_t hours, minutes, seconds = 0;
    t->offset = FEEL_NO_OFFSET;
    if (!s.len) return true;
    if (str_equal(s, STR("Z")) || str_equal(s, STR("z"))) return t->offset = 0, true;
    if (s.data[0] == '@') {
        t->zone = known ? known->find(known, str_slice(s, 1, s.len)) : NULL;
        return t->zone != NULL;
    }
    if (s.data[0] != '+' && s.data[0] != '-') return false;
    if (!digits(s, &at, 2, &hours) || !symbol(s, &at, ':') || !digits(s, &at, 2, &minutes)) return false;
    if (symbol(s, &at, ':') && !digits(s, &at, 2, &seconds)) return false;
    int32_t offset = hours * 3600 + minutes * 60 + seconds;
    if (at != s.len || minutes > 59 || seconds > 59 || offset > OFFSET_MAX) return false;
    t->offset = s.data[0] == '-' ? -offset : offset;
    return true;
}

static bool read_time(str s, zones *known, feel_time *t)
{
    ptrdiff_t at = 0;
    int32_t hour, minute, second;
    *t = (feel_time){0};
    if (!digits(s, &at, 2, &hour) || !symbol(s, &at, ':') || !digits(s, &at, 2, &minute) || !symbol(s, &at, ':')
        || !digits(s, &at, 2, &second))
        return false;
    if (symbol(s, &at, '.')) {
        ptrdiff_t start = at;
        t->nanosecond = fraction(s, &at);
        if (at == start) return false;
    }
    if (hour > 24 || minute > 59 || second > 59) return false;
    if (hour == 24 && (minute || second || t->nanosecond)) return false;     // 24:00:00 is the end of the day
    t->second_of_day = hour * 3600 + minute * 60 + second;
    return read_zone(str_slice(s, at, s.len), known, t);
}

static bool read_date_time(str s, zones *known, feel_value *out)
{
    ptrdiff_t split = str_find_byte(s, 'T');
    date d;
    feel_time t = {.offset = FEEL_NO_OFFSET};
    if (!date_parse(str_slice(s, 0, split < 0 ? s.len : split), &d)) return false;
    if (split >= 0 && !read_time(str_slice(s, split + 1, s.len), known, &t)) return false;
    if (t.second_of_day == DAY_SECONDS) {          // the end of a day is the beginning of the next
        if (d.year == DATE_YEAR_MAX && d.month == 12 && d.day == 31) return false;
        d = date_add_days(d, 1);
        t.second_of_day = 0;
    }
    *out = date_time_of(d, t);
    return true;
}

// [-]PnYnM or [-]PnDTnHnMn.nS; the two kinds do not mix (10.3.2.3.7, 10.3.2.3.8).
static bool read_duration(str s, feel_value *out)
{
    static const struct { char letter; int64_t months, seconds; bool timed; } parts[] = {
        {'Y', 12, 0, false}, {'M', 1, 0, false}, {'D', 0, DAY_SECONDS, false}, {'H', 0, 3600, true}, {'M', 0, 60, true}, {'S', 0, 1, true},
    };
    ptrdiff_t at = 0;
    bool minus = symbol(s, &at, '-'), timed = false, some = false;
    int64_t months = 0, seconds = 0;
    int32_t nanos = 0;
    bool has_months = false, has_seconds = false;
    size_t next = 0;
    if (!symbol(s, &at, 'P')) return false;
    while (at < s.len) {
        if (!timed && symbol(s, &at, 'T')) {
            timed = true;
            some = false;
            continue;
        }
        int64_t n, product;
        if (!number(s, &at, &n)) return false;
        bool point = symbol(s, &at, '.');
        if (point) nanos = fraction(s, &at);
        if (at >= s.len) return false;
        while (next < 6 && (parts[next].letter != s.data[at] || parts[next].timed != timed)) next++;
        if (next == 6 || (point && parts[next].letter != 'S')) return false;
        at++;
        bool is_months = parts[next].months > 0;
        if (__builtin_mul_overflow(n, is_months ? parts[next].months : parts[next].seconds, &product)) return false;
        if (is_months ? __builtin_add_overflow(months, product, &months) : __builtin_add_overflow(seconds, product, &seconds)) return false;
        *(is_months ? &has_months : &has_seconds) = true;
        some = true;
        next++;
    }
    if (!some || has_months == has_seconds || months > DURATION_MAX || seconds > DURATION_MAX) return false;
    if (has_months) *out = years_duration(minus ? -months : months);
    else *out = days_duration(minus ? -seconds : seconds, minus ? -nanos : nanos);
    return true;
}

bool feel_parse_temporal(str text, feel_kind kind, zones *known, feel_value *out)
{
    feel_value v;
    date d;
    feel_time t;
    switch (kind) {
    case FEEL_DATE:
        if (!date_parse(text, &d)) return false;
        *out = feel_date(d);
        return true;
    case FEEL_TIME:
        if (!read_time(text, known, &t)) return false;
        t.second_of_day %= DAY_SECONDS;
        *out = time_of(t);
        return true;
    case FEEL_DATE_TIME: return read_date_time(text, known, out);
    case FEEL_DAYS_DURATION: case FEEL_YEARS_DURATION:
        if (!read_duration(text, &v) || v.kind != kind) return false;
        *out = v;
        return true;
    default: return false;
    }
}

// ---- writing ------------------------------------------------------------------------------------------

static void print_fraction(buf *out, int32_t nanos)
{
    if (!nanos) return;
    char text[16];
    int n = 9;
    for (int i = 8; i >= 0; i--, nanos /= 10) text[i] = (char)('0' + nanos % 10);
    while (text[n - 1] == '0') n--;
    buf_printf(out, ".%.*s", n, text);
}

static void print_time(buf *out, feel_time t)
{
    buf_printf(out, "%02d:%02d:%02d", t.second_of_day / 3600, t.second_of_day / 60 % 60, t.second_of_day % 60);
    print_fraction(out, t.nanosecond);
    if (t.zone) {
        buf_printf(out, "@%.*s", STR_ARG(zone_name(t.zone)));
    } else if (t.offset == 0) {
        buf_add_byte(out, 'Z');
    } else if (t.offset != FEEL_NO_OFFSET) {
        int32_t o = t.offset < 0 ? -t.offset : t.offset;
        buf_printf(out, "%c%02d:%02d", t.offset < 0 ? '-' : '+', o / 3600, o / 60 % 60);
        if (o % 60) buf_printf(out, ":%02d", o % 60);
    }
}

static void print_days(buf *out, feel_value v)
{
    bool minus = v.days.seconds < 0 || v.days.nanoseconds < 0;
    uint64_t s = minus ? -(uint64_t)v.days.seconds : (uint64_t)v.days.seconds;
    int32_t nanos = minus ? -v.days.nanoseconds : v.days.nanoseconds;
    uint64_t days = s / DAY_SECONDS;
    int rest = (int)(s % DAY_SECONDS), hours = rest / 3600, minutes = rest / 60 % 60, seconds = rest % 60;
    if (minus) buf_add_byte(out, '-');
    if (!s && !nanos) {
        buf_add(out, STR("PT0S"));
        return;
    }
    buf_add_byte(out, 'P');
    if (days) buf_printf(out, "%lluD", (unsigned long long)days);
    if (!rest && !nanos) return;
    buf_add_byte(out, 'T');
    if (hours) buf_printf(out, "%dH", hours);
    if (minutes) buf_printf(out, "%dM", minutes);
    if (!seconds && !nanos) return;
    buf_printf(out, "%d", seconds);
    print_fraction(out, nanos);
    buf_add_byte(out, 'S');
}

static void print_years(buf *out, int64_t months)
{
    uint64_t m = months < 0 ? -(uint64_t)months : (uint64_t)months;
    buf_add(out, months < 0 ? STR("-P") : STR("P"));
    if (m / 12) buf_printf(out, "%lluY", (unsigned long long)(m / 12));
    if (m % 12 || !m) buf_printf(out, "%dM", (int)(m % 12));
}

void temporal_text(buf *out, feel_value v)
{
    if (v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME) buf_add(out, date_text(v.moment.date, out->arena));
    if (v.kind == FEEL_DATE_TIME) buf_add_byte(out, 'T');
    if (v.kind == FEEL_TIME || v.kind == FEEL_DATE_TIME) print_time(out, v.moment.time);
    if (v.kind == FEEL_DAYS_DURATION) print_days(out, v);
    if (v.kind == FEEL_YEARS_DURATION) print_years(out, v.months);
}

// ---- moments ------------------------------------------------------------------------------------------

bool same_clock(feel_time a, feel_time b)
{
    return a.second_of_day == b.second_of_day && a.nanosecond == b.nanosecond && a.offset == b.offset && str_equal(zone_name(a.zone), zone_name(b.zone));
}

bool instant(feel_value v, int64_t *seconds, bool *zoned)
{
    feel_time t = v.moment.time;
    int64_t local = t.second_of_day;
    int32_t offset = 0;
    if (v.kind == FEEL_DATE || v.kind == FEEL_DATE_TIME) local += date_to_days(v.moment.date) * DAY_SECONDS;
    *zoned = true;
    if (v.kind == FEEL_DATE) {
        // midnight UTC (10.3.2.9.4)
    } else if (t.zone) {
        if (v.kind == FEEL_DATE_TIME) offset = zone_offset_of_clock(t.zone, local);
        else if (!zone_is_fixed(t.zone, &offset)) return false;
    } else if (t.offset != FEEL_NO_OFFSET) {
        offset = t.offset;
    } else {
        *zoned = false;
    }
    *seconds = local - offset;
    return true;
}

// Both as seconds on one scale: UTC if both are zoned; local if neither is, or if both are in the same zone.
static bool on_one_scale(feel_value a, feel_value b, int64_t *x, int64_t *y)
{
    bool zoned_a, zoned_b;
    if (a.kind == FEEL_TIME && b.kind == FEEL_TIME && a.moment.time.zone && str_equal(zone_name(a.moment.time.zone), zone_name(b.moment.time.zone))) {
        a.moment.time.zone = b.moment.time.zone = NULL;        // the same clock, wherever it stands
        a.moment.time.offset = b.moment.time.offset = FEEL_NO_OFFSET;
    }
    return instant(a, x, &zoned_a) && instant(b, y, &zoned_b) && zoned_a == zoned_b;
}

static bool order_moments(feel_value a, feel_value b, int *result)
{
    int64_t x, y;
    if (!on_one_scale(a, b, &x, &y)) return false;
    int32_t m = a.moment.time.nanosecond, n = b.moment.time.nanosecond;
    *result = x != y ? (x > y) - (x < y) : (m > n) - (m < n);
    return true;
}

static int sign_of(int64_t x, int64_t y) { return (x > y) - (x < y); }

bool order(feel_value a, feel_value b, int *result)
{
    if (a.kind != b.kind) {
        bool moments = (a.kind == FEEL_DATE && b.kind == FEEL_DATE_TIME) || (a.kind == FEEL_DATE_TIME && b.kind == FEEL_DATE);
        return moments && order_moments(a, b, result);
    }
    switch (a.kind) {
    case FEEL_NUMBER: *result = decimal_compare(a.number, b.number); return true;
    case FEEL_STRING: {
        int c = str_compare(a.string, b.string);
        *result = (c > 0) - (c < 0);
        return true;
    }
    case FEEL_DATE: *result = date_compare(a.moment.date, b.moment.date); return true;
    case FEEL_TIME: case FEEL_DATE_TIME: return order_moments(a, b, result);
    case FEEL_DAYS_DURATION:
        *result = sign_of(a.days.seconds, b.days.seconds);
        if (!*result) *result = sign_of(a.days.nanoseconds, b.days.nanoseconds);
        return true;
    case FEEL_YEARS_DURATION: *result = sign_of(a.months, b.months); return true;
    default: return false;
    }
}

static bool year_in_range(int64_t days)            // the calendar clamps; we refuse
{
    enum { YEAR_LENGTH_MIN = 365 };
    return days / YEAR_LENGTH_MIN < (int64_t)DATE_YEAR_MAX + 700000000 && days / YEAR_LENGTH_MIN > -(int64_t)DATE_YEAR_MAX - 700000000
        && date_to_days(date_from_days(days)) == days;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

bool add_days(feel_value v, int64_t seconds, int64_t nanos, feel_value *out)
{
    int64_t local, n = v.moment.time.nanosecond + nanos;
    if (__builtin_add_overflow(seconds, floor_div(n, NANOS), &seconds)) return false;
    n -= floor_div(n, NANOS) * NANOS;
    if (v.kind == FEEL_TIME) {
        local = (v.moment.time.second_of_day + seconds % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS;
        v.moment.time.second_of_day = (int32_t)local;
        v.moment.time.nanosecond = (int32_t)n;
        *out = v;
        return true;
    }
    local = date_to_days(v.moment.date) * DAY_SECONDS + (v.kind == FEEL_DATE ? 0 : v.moment.time.second_of_day);
    if (__builtin_add_overflow(local, seconds, &local)) return false;
    if (v.kind == FEEL_DATE_TIME && v.moment.time.zone) {          // the clock may be set in between: add on the scale of UTC
        int64_t utc = local - zone_offset_of_clock(v.moment.time.zone, local - seconds);
        local = utc + zone_offset(v.moment.time.zone, utc);
    }
    int64_t days = floor_div(local, DAY_SECONDS);
    if (!year_in_range(days)) return false;
    v.moment.date = date_from_days(days);
    if (v.kind == FEEL_DATE_TIME) {
        v.moment.time.second_of_day = (int32_t)(local - days * DAY_SECONDS);
        v.moment.time.nanosecond = (int32_t)n;
    }
    *out = v;
    return true;
}

bool add_months(feel_value v, int64_t months, feel_value *out)
{
    int64_t total;
    if (__builtin_add_overflow((int64_t)v.moment.date.year * 12 + v.moment.date.month - 1, months, &total)) return false;
    int64_t year = floor_div(total, 12);
    if (year > DATE_YEAR_MAX || year < -DATE_YEAR_MAX) return false;
    v.moment.date = date_add_months(v.moment.date, months);
    *out = v;
    return true;
}

feel_value subtract_moments(run *r, feel_value a, feel_value b)
{
    int64_t x, y;
    bool times = a.kind == FEEL_TIME || b.kind == FEEL_TIME;
    if (times ? a.kind != b.kind : false)
        return because(r, "FEEL-OPERANDS", (bilingual){"时刻只能与时刻相减", "a time can only be subtracted from a time"});
    if (!on_one_scale(a, b, &x, &y))
        return because(r, "FEEL-ZONES", (bilingual){"一个带时区、一个不带，或时区的钟表随季节调整而没有日期，无法相减",
                                                   "one has a zone and the other has none, or a time of day stands without a date in a zone whose clocks change"});
    return days_duration(x - y, a.kind == FEEL_DATE || b.kind == FEEL_DATE
                                    ? (a.kind == FEEL_DATE_TIME ? a.moment.time.nanosecond : 0) - (b.kind == FEEL_DATE_TIME ? b.moment.time.nanosecond : 0)
                                    : a.moment.time.nanosecond - b.moment.time.nanosecond);
}

// ---- durations as numbers -----------------------------------------------------------------------------

decimal duration_seconds(feel_value v)
{
    decimal fraction_part, sum = decimal_from_int(v.days.seconds);
    if (v.days.nanoseconds && decimal_div(decimal_from_int(v.days.nanoseconds), decimal_from_int(NANOS), &fraction_part))
        decimal_add(sum, fraction_part, &sum);
    return sum;
}

bool duration_from_seconds(decimal s, feel_value *out)
{
    decimal whole, rest;
    int64_t seconds, nanos;
    if (!decimal_round(s, 0, DECIMAL_DOWN, &whole) || !decimal_to_int(whole, &seconds) || seconds > DURATION_MAX || seconds < -DURATION_MAX) return false;
    if (!decimal_sub(s, whole, &rest) || !decimal_mul(rest, decimal_from_int(NANOS), &rest) || !decimal_round(rest, 0, DECIMAL_DOWN, &rest)
        || !decimal_to_int(rest, &nanos))
        return false;
    *out = days_duration(seconds, nanos);
    return true;
}
