// What each day is: off, worked, or worked in exchange; and how many working days lie between two.
#include "arrangements.h"

static void one(const calendar *c, const char *text, day_kind expected, const char *expected_name, const char *why)
{
    str name;
    tap_is_int(calendar_day(c, day_of(text), &name), expected, why);
    tap_is_str(name, expected_name, why);
}

static void kinds(const calendar *c)
{
    one(c, "2024-09-27", DAY_WORKING, "", "an ordinary Friday");
    one(c, "2024-09-28", DAY_WEEKEND, "", "an ordinary Saturday");
    one(c, "2024-09-29", DAY_ADJUSTED, "国庆节", "a Sunday worked for National Day");
    one(c, "2024-10-01", DAY_HOLIDAY, "国庆节", "National Day");
    one(c, "2018-12-31", DAY_HOLIDAY, "元旦", "named by the notice for 2019");
    one(c, "2020-02-03", DAY_WORKING, "春节", "a Monday that the notice names as worked is a working day like others");
    one(c, "1999-10-01", DAY_WORKING, "", "no arrangement: weekdays are worked");
    one(c, "9999-12-31", DAY_WORKING, "", "a Friday far away");
    tap_ok(calendar_covers(c, 2007) && calendar_covers(c, 2026), "2007 and 2026 are covered");
    tap_ok(!calendar_covers(c, 2006), "2006 is not, though the notice for 2007 names days of it");
    tap_ok(!calendar_covers(c, 2027), "a file without days covers nothing");
}

// Every day of 2007 to 2026, and all sums over them, against the files read another way.
static void every_day(const calendar *c, const char *folder, const char *name, arena *a)
{
    str texts[ARRANGED_TO - ARRANGED_FROM + 1];
    for (int year = ARRANGED_FROM; year <= ARRANGED_TO; year++) texts[year - ARRANGED_FROM] = arrangement_text(folder, year, a);
    date first = {ARRANGED_FROM, 1, 1}, last = {ARRANGED_TO, 12, 31};
    int wrong = 0;
    int64_t count = 0, days = 0;
    for (date d = first; date_compare(d, last) <= 0; d = date_add_days(d, 1), days++) {
        char text[16];
        snprintf(text, sizeof text, "%04d-%02d-%02d", d.year, d.month, d.day);
        bool working = naive_working(texts, text, d.year, date_weekday(d));
        count += working;
        day_kind kind = calendar_day(c, d, NULL);
        bool weekend = date_weekday(d) >= 6;
        wrong += calendar_is_working(c, d) != working || (kind == DAY_ADJUSTED) != (working && weekend) ||
                 (kind == DAY_HOLIDAY && working) || (kind == DAY_WEEKEND && !weekend);
        wrong += calendar_working_days(c, date_add_days(first, -1), d) != count;
    }
    tap_is_int(days, 7305, "twenty years of days");
    tap_ok(wrong == 0, "each is what %s says, and so is the number of working days up to it (%d wrong)", name, wrong);
}

static void counts(const calendar *c)
{
    static const struct { const char *from, *to; int64_t days; const char *why; } rows[] = {
        {"2024-09-27", "2024-10-12", 7, "the seven working days of the autumn of 2024"},
        {"2024-09-27", "2024-09-27", 0, "none to the same day"},
        {"2024-10-12", "2024-09-27", 0, "none backwards"},
        {"2023-12-31", "2024-12-31", 251, "the working days of 2024"},
        {"0001-01-01", "0001-01-08", 5, "any week without an arrangement has five"},
        {"9990-01-01", "9990-12-31", 260, "and so on in later ages"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tap_is_int(calendar_working_days(c, day_of(rows[i].from), day_of(rows[i].to)), rows[i].days, rows[i].why);
    // 2,000 million years have no closed form worth reading: five sevenths of the days, but for the ends and the notices.
    date first = day_of("-999999999-01-01"), last = day_of("999999999-12-31");
    int64_t all = date_to_days(last) - date_to_days(first), worked = calendar_working_days(c, first, last);
    tap_ok(worked > all / 7 * 5 - 400 && worked <= all / 7 * 5 + 5, "all the days there are can be counted");
}

static void refused(arena *a)
{
    static const struct { const char *text, *code, *why; } rows[] = {
        {"{}", "CAL-FORMAT", "no year"},
        {"[]", "CAL-FORMAT", "not an object"},
        {"{\"year\": 2024}", "CAL-FORMAT", "no days"},
        {"{\"year\": 2024, \"days\": {}}", "CAL-FORMAT", "days that are no list"},
        {"{\"year\": 1000000000, \"days\": []}", "CAL-FORMAT", "a year that no date has"},
        {"{\"year\": 2024, \"days\": [1]}", "CAL-FORMAT", "a day that is no object"},
        {"{\"year\": 2024, \"days\": [{\"date\": \"2024-02-30\", \"isOffDay\": true}]}", "CAL-FORMAT", "no such day"},
        {"{\"year\": 2024, \"days\": [{\"date\": \"2024-02-03\"}]}", "CAL-FORMAT", "neither off nor worked"},
        {"{\"year\": 2024, \"days\": [{\"date\": \"2024-02-03\", \"isOffDay\": 1}]}", "CAL-FORMAT", "off, but not by a truth value"},
        {"{\"year\": 2024, \"days\": [{\"date\": \"2042-02-03\", \"isOffDay\": true}]}", "CAL-YEAR", "digits exchanged"},
        {"{\"year\": 2024, \"days\": [{\"date\": \"2024-02-03\", \"isOffDay\": true}, {\"date\": \"2024-02-03\", \"isOffDay\": false}]}",
         "CAL-DAY-TWICE", "off and worked at once"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = a};
        bool good = add_text(calendar_new(a), str_from(rows[i].text), a, &d);
        tap_ok(!good && d.errors == 1 && strcmp(d.first->code, rows[i].code) == 0, "refused: %s", rows[i].why);
    }
}

static void limit(arena *a)
{
    for (int count = CALENDAR_DAYS_MAX; count <= CALENDAR_DAYS_MAX + 1; count++) {
        buf text = {.arena = a};
        buf_add(&text, STR("{\"year\": 2024, \"days\": ["));
        date d = day_of("2025-03-01");
        for (int i = 0; i < count; i++, d = date_add_days(d, -1))      // latest first: the order does not matter
            buf_printf(&text, "%s{\"name\": \"年\", \"date\": \"%.*s\", \"isOffDay\": true}", i ? "," : "", STR_ARG(date_text(d, a)));
        buf_add(&text, STR("]}"));
        diag_list diags = {.arena = a};
        calendar *c = calendar_new(a);
        bool good = add_text(c, buf_str(&text), a, &diags);
        tap_ok(good == (count == CALENDAR_DAYS_MAX), "an arrangement of %d days", count);
        if (good) tap_is_int(calendar_working_days(c, d, day_of("2025-03-03")), 1, "a year without work, then a Monday");
    }
}

int main(void)
{
    arena a = {0};
    calendar *c = bundled_calendar(&a);
    kinds(c);
    every_day(c, "calendars/cn", "its own file", &a);
    const char *raw = raw_folder(&a);
    if (raw) every_day(c, raw, "the data set", &a);
    else tap_skip("the raw data set is not at hand");
    counts(c);
    refused(&a);
    limit(&a);
    arena_free(&a);
    return tap_done();
}
