#include "calendar/date.h"

// The Gregorian calendar repeats every 400 years, which are 146097 days. Counting years from 1 March puts
// the leap day at the end of the year, so that month lengths follow one linear formula.
enum { DAYS_PER_ERA = 146097, YEARS_PER_ERA = 400, EPOCH_FROM_MARCH_0000 = 719468 };
#define MS_PER_DAY ((int64_t)24 * 60 * 60 * 1000)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool date_is_none(date d)
{
    return d.month == 0;
}

int date_days_in_month(int32_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool date_valid(int64_t year, int64_t month, int64_t day)
{
    return year >= -DATE_YEAR_MAX && year <= DATE_YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
           day <= date_days_in_month((int32_t)year, (int)month);
}

int date_compare(date a, date b)
{
    if (a.year != b.year) return a.year < b.year ? -1 : 1;
    if (a.month != b.month) return a.month < b.month ? -1 : 1;
    return (a.day > b.day) - (a.day < b.day);
}

// Days before month m (0 = March) of a year beginning in March: months of 31 30 31 30 31 days come in
// groups of 153 days.
static int days_before_march_month(int m)
{
    return (153 * m + 2) / 5;
}

int64_t date_to_days(date d)
{
    int m = (d.month + 9) % 12;
    int64_t year = (int64_t)d.year - (d.month <= 2);
    int64_t era = floor_div(year, YEARS_PER_ERA);
    int64_t y = year - era * YEARS_PER_ERA;
    int64_t day_of_era = 365 * y + y / 4 - y / 100 + days_before_march_month(m) + d.day - 1;
    return era * DAYS_PER_ERA + day_of_era - EPOCH_FROM_MARCH_0000;
}

date date_from_days(int64_t days)
{
    const date first = {-DATE_YEAR_MAX, 1, 1}, last = {DATE_YEAR_MAX, 12, 31};
    if (days <= date_to_days(first)) return first;
    if (days >= date_to_days(last)) return last;
    int64_t n = days + EPOCH_FROM_MARCH_0000;
    int64_t era = floor_div(n, DAYS_PER_ERA);
    int64_t day_of_era = n - era * DAYS_PER_ERA;
    // Takes out the leap days passed (every 1460, but not every 36524, but the last), then years are of 365.
    int64_t y = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (DAYS_PER_ERA - 1)) / 365;
    int day_of_year = (int)(day_of_era - (365 * y + y / 4 - y / 100));
    int m = (5 * day_of_year + 2) / 153;
    int month = m < 10 ? m + 3 : m - 9;
    int64_t year = era * YEARS_PER_ERA + y + (month <= 2);
    return (date){(int32_t)year, (uint8_t)month, (uint8_t)(day_of_year - days_before_march_month(m) + 1)};
}

int date_weekday(date d)
{
    int64_t since_monday = date_to_days(d) + 3;   // 1970-01-01 was a Thursday
    return (int)(since_monday - floor_div(since_monday, 7) * 7) + 1;
}

date date_add_days(date d, int64_t days)
{
    int64_t sum;
    if (__builtin_add_overflow(date_to_days(d), days, &sum)) sum = days < 0 ? INT64_MIN : INT64_MAX;
    return date_from_days(sum);
}

date date_add_months(date d, int64_t months)
{
    const int64_t most = ((int64_t)DATE_YEAR_MAX + 1) * 12 * 2;   // from one end of the years to the other
    if (months > most) months = most;
    if (months < -most) months = -most;
    int64_t sum = (int64_t)d.year * 12 + d.month - 1 + months;
    int64_t year = floor_div(sum, 12);
    if (year < -DATE_YEAR_MAX) return date_from_days(INT64_MIN);
    if (year > DATE_YEAR_MAX) return date_from_days(INT64_MAX);
    int month = (int)(sum - year * 12) + 1;
    int last = date_days_in_month((int32_t)year, month);
    return (date){(int32_t)year, (uint8_t)month, (uint8_t)(d.day < last ? d.day : last)};
}

int date_day_of_year(date d)
{
    return (int)(date_to_days(d) - date_to_days((date){d.year, 1, 1})) + 1;
}

int date_iso_week(date d)
{
    // The week belongs to the year of its Thursday. Not through date_from_days, which clamps: the Thursday of
    // the last days there are may lie beyond them.
    int thursday = date_day_of_year(d) + 4 - date_weekday(d);
    int year_length = is_leap(d.year) ? 366 : 365;
    if (thursday > year_length) return 1;
    if (thursday < 1) thursday += is_leap((int64_t)d.year - 1) ? 366 : 365;
    return (thursday - 1) / 7 + 1;
}

// Exactly `count` digits at *s; moves past them.
static bool read_digits(str *s, ptrdiff_t count, int64_t *out)
{
    int64_t n = 0;
    if (s->len < count) return false;
    for (ptrdiff_t i = 0; i < count; i++) {
        char c = s->data[i];
        if (c < '0' || c > '9') return false;
        n = n * 10 + (c - '0');
    }
    *s = str_slice(*s, count, s->len);
    *out = n;
    return true;
}

static bool read_byte(str *s, char byte)
{
    if (s->len == 0 || s->data[0] != byte) return false;
    *s = str_slice(*s, 1, s->len);
    return true;
}

bool date_parse(str text, date *out)
{
    // XML Schema Part 2, 3.2.9: at least four digits, no leading zero beyond four, no plus sign.
    enum { YEAR_DIGITS_MAX = 9 };
    bool negative = read_byte(&text, '-');
    ptrdiff_t digits = str_find_byte(text, '-');
    int64_t year, month, day;
    if (digits < 4 || digits > YEAR_DIGITS_MAX || (digits > 4 && text.data[0] == '0')) return false;
    if (!read_digits(&text, digits, &year) || !read_byte(&text, '-') || !read_digits(&text, 2, &month) ||
        !read_byte(&text, '-') || !read_digits(&text, 2, &day) || text.len)
        return false;
    if ((negative && year == 0) || !date_valid(negative ? -year : year, month, day)) return false;
    *out = (date){(int32_t)(negative ? -year : year), (uint8_t)month, (uint8_t)day};
    return true;
}

str date_text(date d, arena *a)
{
    int year = d.year < 0 ? -d.year : d.year;
    return str_printf(a, "%s%04d-%02d-%02d", d.year < 0 ? "-" : "", year, d.month, d.day);
}

bool timestamp_parse(str text, timestamp *out)
{
    // The fraction may be absent, as RFC 3339 allows; finer than milliseconds would be cut silently, so is refused.
    date d;
    int64_t hour, minute, second, ms = 0;
    if (text.len < 20 || !date_parse(str_slice(text, 0, 10), &d)) return false;
    str rest = str_slice(text, 10, text.len);
    if (d.year < 0 || !read_byte(&rest, 'T') || !read_digits(&rest, 2, &hour) || !read_byte(&rest, ':') ||
        !read_digits(&rest, 2, &minute) || !read_byte(&rest, ':') || !read_digits(&rest, 2, &second))
        return false;
    if (read_byte(&rest, '.') && !read_digits(&rest, 3, &ms)) return false;
    if (!read_byte(&rest, 'Z') || rest.len || hour > 23 || minute > 59 || second > 59) return false;
    *out = date_to_days(d) * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
    return true;
}

str timestamp_text(timestamp t, arena *a)
{
    int ms = (int)((t % MS_PER_DAY + MS_PER_DAY) % MS_PER_DAY), s = ms / 1000;
    date d = date_from_days(floor_div(t, MS_PER_DAY));
    return str_printf(a, "%s%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", d.year < 0 ? "-" : "", d.year < 0 ? -d.year : d.year,
                      d.month, d.day, s / 3600, s / 60 % 60, s % 60, ms % 1000);
}

date timestamp_date(timestamp t, int offset_minutes)
{
    int64_t local;
    if (__builtin_add_overflow(t, (int64_t)offset_minutes * 60 * 1000, &local)) local = t;
    return date_from_days(floor_div(local, MS_PER_DAY));
}
