// Arrangements changed in mid-year: deadlines that were running move when the later notice is loaded.
#include "arrangements.h"

// The first notice for 2019 gave 1 May alone; that of 2019-03-22 made it four days, with two Sundays worked for them.
static const char first_2019[] =
    "{\"year\": 2019, \"days\": ["
    "{\"name\": \"劳动节\", \"date\": \"2019-05-01\", \"isOffDay\": true}]}";

// The first notice for 2020 gave 24 to 30 January, with 1 February worked; that of 2020-01-27, in the epidemic, extended the
// rest to 2 February.
static const char first_2020[] =
    "{\"year\": 2020, \"days\": ["
    "{\"name\": \"春节\", \"date\": \"2020-01-19\", \"isOffDay\": false},"
    "{\"name\": \"春节\", \"date\": \"2020-01-24\", \"isOffDay\": true}, {\"name\": \"春节\", \"date\": \"2020-01-25\", \"isOffDay\": true},"
    "{\"name\": \"春节\", \"date\": \"2020-01-26\", \"isOffDay\": true}, {\"name\": \"春节\", \"date\": \"2020-01-27\", \"isOffDay\": true},"
    "{\"name\": \"春节\", \"date\": \"2020-01-28\", \"isOffDay\": true}, {\"name\": \"春节\", \"date\": \"2020-01-29\", \"isOffDay\": true},"
    "{\"name\": \"春节\", \"date\": \"2020-01-30\", \"isOffDay\": true}, {\"name\": \"春节\", \"date\": \"2020-02-01\", \"isOffDay\": false}]}";

static const struct { const char *event, *period, *first, *later, *why; } rows[] = {
    {"2019-04-26", "3 wd", "2019-05-02", "2019-04-30", "a worked Sunday comes before the holiday: earlier"},
    {"2019-04-26", "4 wd", "2019-05-03", "2019-05-05", "two more days off: later"},
    {"2019-04-26", "5 wd", "2019-05-06", "2019-05-06", "and in the end the same"},
    {"2019-04-22", "10 d", "2019-05-02", "2019-05-05", "a last day that became a rest day moves to the worked Sunday"},
    {"2020-01-23", "1 wd", "2020-01-31", "2020-02-03", "the rest was extended"},
    {"2020-01-23", "5 wd", "2020-02-05", "2020-02-07", "and its worked Saturday taken back"},
    {"2020-01-21", "10 d", "2020-01-31", "2020-02-03", "a last day within the extension"},
    {"2020-02-10", "-5 wd", "2020-02-03", "2020-02-03", "counted back, after the extension"},
    {"2020-02-10", "-6 wd", "2020-02-01", "2020-01-23", "and over it"},
};

static void all_end(const calendar *c, bool later, const char *name, arena *a)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        period p;
        date last = {0};
        diag_list d = {.arena = a};
        period_parse(str_from(rows[i].period), &p);
        calendar_last_day(c, day_of(rows[i].event), p, &last, NULL, a, &d);
        tap_is_str(date_text(last, a), later ? rows[i].later : rows[i].first,
                   str_cstr(str_printf(a, "%s: %s + %s: %s", name, rows[i].event, rows[i].period, rows[i].why), a));
    }
}

int main(void)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    calendar *c = calendar_new(&a);
    tap_ok(add_text(c, str_from(first_2019), &a, &d) && add_text(c, str_from(first_2020), &a, &d), "the first notices");
    all_end(c, false, "by the first notice", &a);
    for (int year = 2019; year <= 2020; year++)
        tap_ok(add_text(c, arrangement_text("calendars/cn", year, &a), &a, &d), "the arrangement of %d as changed", year);
    all_end(c, true, "as changed", &a);
    // Loading again changes nothing.
    add_text(c, arrangement_text("calendars/cn", 2020, &a), &a, &d);
    all_end(c, true, "loaded twice", &a);
    tap_ok(d.errors == 0, "no notice was refused");
    arena_free(&a);
    return tap_done();
}
