#include "tap.h"

#include "calendar/date.h"

static date day(const char *text)
{
    date d = {0};
    if (!date_parse(str_from(text), &d)) tap_ok(false, "not a date: %s", text);
    return d;
}

static void days(arena *a)
{
    tap_is_int(date_to_days(day("1970-01-01")), 0, "the epoch is day 0");
    tap_is_int(date_to_days(day("2000-03-01")), 11017, "2000-03-01");
    tap_is_int(date_to_days(day("1969-12-31")), -1, "the day before the epoch");
    tap_is_int(date_to_days(day("0000-03-01")), -719468, "year 0 has a March");

    // Day by day through 800 years and two leap centuries: each date follows the one before it.
    date d = day("1599-12-31"), first = d;
    int64_t n = date_to_days(d);
    int wrong = 0, weekday = date_weekday(d);
    while (d.year < 2401) {
        date next = {d.year, d.month, (uint8_t)(d.day + 1)};
        if (!date_valid(next.year, next.month, next.day)) next = (date){d.year, (uint8_t)(d.month + 1), 1};
        if (next.month == 13) next = (date){d.year + 1, 1, 1};
        n++;
        weekday = weekday % 7 + 1;
        wrong += date_to_days(next) != n || date_compare(date_from_days(n), next) != 0 || date_weekday(next) != weekday ||
                 date_compare(d, next) >= 0;
        d = next;
    }
    tap_is_int(wrong, 0, "every day from 1600 to 2400 in turn");
    tap_is_int(date_weekday(day("2024-03-05")), 2, "2024-03-05 was a Tuesday");
    tap_ok(date_compare(first, d) < 0 && date_compare(d, d) == 0, "date_compare");

    tap_is_str(date_text(date_from_days(INT64_MAX), a), "999999999-12-31", "beyond the last year is its last day");
    tap_is_str(date_text(date_from_days(INT64_MIN), a), "-999999999-01-01", "before the first year is its first day");
    tap_is_str(date_text(date_add_days(day("2024-02-28"), 2), a), "2024-03-01", "two days after 28 February of a leap year");
    tap_is_str(date_text(date_add_days(day("-999999999-01-01"), INT64_MIN), a), "-999999999-01-01", "adding cannot overflow");
    tap_is_str(date_text(date_add_days(day("2024-01-01"), INT64_MAX), a), "999999999-12-31", "nor upwards");
    tap_is_int(date_weekday(day("-999999999-01-01")), 1, "the first day there is has a weekday");
}

static void months(arena *a)
{
    static const struct {
        const char *from;
        int64_t months;
        const char *to, *why;
    } rows[] = {
        {"2024-01-31", 1, "2024-02-29", "no 31 February: the last day of the month (Civil Code, Art. 202)"},
        {"2023-01-31", 1, "2023-02-28", "a common year"},
        {"2024-03-31", -1, "2024-02-29", "backwards"},
        {"2024-11-15", 3, "2025-02-15", "over the new year"},
        {"2024-01-15", -1, "2023-12-15", "and back over it"},
        {"2024-02-29", 12, "2025-02-28", "a year after a leap day"},
        {"0000-01-31", -11, "-0001-02-28", "into the years before 0, of which -1 is common"},
        {"2024-01-01", INT64_MAX, "999999999-12-31", "clamped at the last day"},
        {"2024-01-01", INT64_MIN, "-999999999-01-01", "clamped at the first day"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_str(date_text(date_add_months(day(rows[i].from), rows[i].months), a), rows[i].to, rows[i].why);
    tap_ok(date_days_in_month(2000, 2) == 29 && date_days_in_month(1900, 2) == 28 && date_days_in_month(2023, 12) == 31, "month lengths");
}

static void weeks(void)
{
    // ISO 8601: the week of a day is the week of its Thursday.
    static const struct {
        const char *day;
        int week, day_of_year;
    } rows[] = {
        {"2024-01-01", 1, 1}, {"2023-01-01", 52, 1}, {"2021-01-03", 53, 3}, {"2021-01-04", 1, 4}, {"2020-12-31", 53, 366},
        {"2024-12-30", 1, 365}, {"2024-12-29", 52, 364}, {"2026-12-31", 53, 365}, {"2027-01-01", 53, 1}, {"999999999-12-31", 52, 365},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tap_is_int(date_iso_week(day(rows[i].day)), rows[i].week, rows[i].day);
        tap_is_int(date_day_of_year(day(rows[i].day)), rows[i].day_of_year, "its day of the year");
    }
}

static void text(arena *a)
{
    static const char *const same[] = {"2024-03-05", "0000-01-01", "9999-12-31", "12345-01-01", "-0044-03-15", "-999999999-01-01", "2024-02-29"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) tap_is_str(date_text(day(same[i]), a), same[i], "a date and its text");
    static const char *const refused[] = {"", "2024-3-5", "2024-03-5", "2024/03/05", "20240305", "2024-02-30", "2023-02-29", "2024-13-01",
                                          "2024-00-01", "2024-01-00", "024-01-01", "02024-01-01", "+2024-01-01", "-0000-01-01", "--2024-01-01",
                                          "1234567890-01-01", "2024-03-05 ", " 2024-03-05", "2024-03-05Z", "2024-03", "-", "２０２４-03-05"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        date d;
        tap_ok(!date_parse(str_from(refused[i]), &d), "refused: \"%s\"", refused[i]);
    }
    tap_ok(date_is_none((date){0}) && !date_is_none(day("0000-01-01")), "a zeroed date is none");
    tap_ok(!date_valid(1000000000, 1, 1) && !date_valid(INT64_MIN, 1, 1) && date_valid(-999999999, 1, 1), "the range of years");
}

static void moments(arena *a)
{
    static const struct {
        const char *text;
        timestamp t;
    } rows[] = {
        {"1970-01-01T00:00:00.000Z", 0}, {"1969-12-31T23:59:59.999Z", -1}, {"2024-03-05T08:30:00.000Z", 1709627400000},
        {"9999-12-31T23:59:59.999Z", 253402300799999}, {"0000-01-01T00:00:00.000Z", -62167219200000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        timestamp t = 42;
        tap_ok(timestamp_parse(str_from(rows[i].text), &t) && t == rows[i].t, "reading %s", rows[i].text);
        tap_is_str(timestamp_text(rows[i].t, a), rows[i].text, "writing it");
    }
    timestamp t;
    tap_ok(timestamp_parse(STR("2024-03-05T08:30:00Z"), &t) && t == 1709627400000, "the fraction may be absent");
    static const char *const refused[] = {"", "2024-03-05", "2024-03-05T08:30:00", "2024-03-05T08:30:00.000+08:00", "2024-03-05 08:30:00Z",
                                          "2024-03-05T24:00:00Z", "2024-03-05T08:60:00Z", "2024-03-05T08:30:60Z", "2024-03-05T08:30:00.0000Z",
                                          "2024-03-05T08:30:00.Z", "2024-03-05T08:30:00.000Z ", "2024-02-30T08:30:00Z", "12024-03-05T08:30:00Z"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) tap_ok(!timestamp_parse(str_from(refused[i]), &t), "refused: \"%s\"", refused[i]);
    timestamp_parse(STR("2024-03-05T16:30:00.000Z"), &t);
    tap_is_str(date_text(timestamp_date(t, 8 * 60), a), "2024-03-06", "half past midnight in Beijing is the next day there");
    tap_is_str(date_text(timestamp_date(t, 0), a), "2024-03-05", "while in Greenwich it is still the day before");
    tap_ok(timestamp_text(INT64_MAX, a).len > 0 && timestamp_text(INT64_MIN, a).len > 0, "the ends of the range have a text");
}

int main(void)
{
    arena a = {0};
    days(&a);
    months(&a);
    weeks();
    text(&a);
    moments(&a);
    arena_free(&a);
    return tap_done();
}
