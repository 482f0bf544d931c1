// A running clock: what suspends, restarts, extends and stops it, and that late stays late.
#include "arrangements.h"
#include "case/clock.h"

static arena a;
static const calendar *cal;
static law_basis act = {.id = {"act", 3}, .title = {"某法", 6}};
static procedure mini = {.basis = &act, .basis_count = 1};

static procedure_clock limit(const char *length)
{
    procedure_clock c = {.id = STR("answer"), .article = STR("第三条"), .form = -1, .has_period = true};
    if (!period_parse(str_from(length), &c.period)) tap_ok(false, "not a period: %s", length);
    return c;
}

static clock_moment at(const char *text)
{
    clock_moment m = {0};
    if (!clock_moment_parse(str_from(text), &m)) tap_ok(false, "not a moment: %s", text);
    return m;
}

static str due_text(const running_clock *c, clock_limit which)
{
    diag_list d = {.arena = &a};
    clock_moment due;
    derivation why;
    if (!clock_due(c, which, cal, &due, &why, &a, &d)) return str_from(d.first ? d.first->code : "?");
    bool told = why.count > 0 && date_compare(why.lines[why.count - 1].day, due.day) == 0;
    if (!told) tap_ok(false, "the last line of the derivation is the last day");
    return clock_moment_text(due, &a);
}

static bool said(const diag_list *d, const char *code)
{
    for (const diag *g = d->first; g; g = g->next)
        if (strcmp(g->code, code) == 0) return true;
    return false;
}

static void suspensions(void)
{
    static const struct { const char *start, *length, *pause[4], *due, *why; } rows[] = {
        {"2024-09-27", "7 wd", {0}, "2024-10-12", "undisturbed"},
        {"2024-09-27", "7 wd", {"2024-09-29", "2024-09-30"}, "2024-10-15", "two working days are left out"},
        {"2024-09-27", "7 wd", {"2024-10-01", "2024-10-07"}, "2024-10-12", "a suspension over a rest changes nothing"},
        {"2024-09-27", "7 wd", {"2024-10-14", "2024-10-20"}, "2024-10-12", "nor does one after the end"},
        {"2024-09-27", "7 wd", {"2024-09-01", "2024-09-27"}, "2024-10-12", "nor one over by the start"},
        {"2024-09-27", "7 wd", {"2024-10-12", "2024-10-12"}, "2024-10-14", "the last day itself"},
        {"2024-09-27", "7 wd", {"2024-09-29", "2024-09-29", "2024-10-08", "2024-10-08"}, "2024-10-15", "two suspensions"},
        {"2024-03-01", "60 d", {"2024-03-11", "2024-03-20"}, "2024-05-10", "ten calendar days"},
        {"2024-03-01", "60 d", {"2024-02-20", "2024-03-10"}, "2024-05-09", "one that was running when it began"},
        {"2024-03-01", "1 mo", {"2024-03-11", "2024-03-20"}, "2024-04-11", "a month becomes the 31 days it had"},
        // 4 October is day 30, waiting for the end of the holiday; the suspension begins on the day it would have ended.
        {"2024-09-04", "30 d", {"2024-10-08", "2024-10-09"}, "2024-10-10", "a last day that waited for a rest waits for the suspension, too"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        procedure_clock law = limit(rows[i].length);
        running_clock c = clock_start(&mini, &law, at(rows[i].start));
        diag_list d = {.arena = &a};
        for (int k = 0; k < 4 && rows[i].pause[k]; k += 2) clock_suspend(&c, cal, day_of(rows[i].pause[k]), day_of(rows[i].pause[k + 1]), &a, &d);
        tap_is_str(due_text(&c, CLOCK_LAW), rows[i].due, str_cstr(str_printf(&a, "%s from %s: %s", rows[i].length, rows[i].start, rows[i].why), &a));
    }
}

// Suspending k counted days moves the end by k counted days, wherever before the end they lie.
static void suspension_shifts(void)
{
    int bad = 0, tried = 0;
    for (int start = 0; start < 120; start++)
        for (int length = 3; length <= 24; length += 7)
            for (int from = 1; from < length; from += 2)
                for (int days = 1; days <= 9; days += 4) {
                    date event = date_add_days(day_of("2024-01-08"), start * 3), first = date_add_days(event, from), last = date_add_days(first, days - 1);
                    diag_list d = {.arena = &a};
                    procedure_clock working = limit("1 wd"), calendar_days = limit("1 d");
                    working.period.length = calendar_days.period.length = length;
                    running_clock w = clock_start(&mini, &working, (clock_moment){.day = event}), c = clock_start(&mini, &calendar_days, (clock_moment){.day = event});
                    int skipped = (int)calendar_working_days(cal, date_add_days(first, -1), last);
                    period longer = {length + skipped, UNIT_WORKING_DAYS, false}, longer_days = {length + days, UNIT_DAYS, false};
                    clock_moment due;
                    date expected;
                    clock_suspend(&w, cal, first, last, &a, &d);
                    clock_suspend(&c, cal, first, last, &a, &d);
                    bad += !clock_due(&w, CLOCK_LAW, cal, &due, NULL, &a, &d) || !calendar_last_day(cal, event, longer, &expected, NULL, &a, &d) || date_compare(due.day, expected) != 0;
                    bad += !clock_due(&c, CLOCK_LAW, cal, &due, NULL, &a, &d) || !calendar_last_day(cal, event, longer_days, &expected, NULL, &a, &d) || date_compare(due.day, expected) != 0;
                    tried++;
                }
    tap_ok(bad == 0 && tried > 1000, "a suspension of k days is the period with k days more (%d tried, %d differ)", tried * 2, bad);
}

static void events(void)
{
    diag_list d = {.arena = &a};
    procedure_clock law = limit("20 wd");
    law.interrupts = (clock_interrupt[]){{CLOCK_RESTARTS, {{STR("补正"), STR("supplement")}}, STR("第四条")}};
    law.interrupt_count = 1;
    running_clock c = clock_start(&mini, &law, at("2024-03-01"));
    tap_ok(clock_restart(&c, cal, day_of("2024-03-11"), &a, &d) && d.first == NULL, "a supplement begins the period anew");
    tap_is_str(due_text(&c, CLOCK_LAW), "2024-04-09", "and all of it runs from then");
    tap_ok(!clock_restart(&c, cal, day_of("2024-02-01"), &a, &d) && said(&d, "CLOCK-RESTART"), "not from before the start");
    tap_ok(clock_suspend(&c, cal, day_of("2024-03-13"), (date){0}, &a, &d) && said(&d, "CLOCK-SUSPENSION-BASIS"), "a suspension the article does not name is allowed with a warning");
    tap_is_str(due_text(&c, CLOCK_LAW), "CLOCK-SUSPENDED", "while it lasts there is no last day");
    tap_ok(clock_level_on(&c, CLOCK_LAW, cal, day_of("2024-09-01"), &a) == CLOCK_NORMAL, "and nothing is overdue");
    tap_ok(!clock_suspend(&c, cal, day_of("2024-03-14"), day_of("2024-03-15"), &a, &d), "no second one while it is open");
    tap_ok(!clock_resume(&c, day_of("2024-03-12"), &d) && said(&d, "CLOCK-RESUME"), "it cannot resume before it began");
    tap_ok(clock_resume(&c, day_of("2024-03-14"), &d), "it resumes");
    tap_is_str(due_text(&c, CLOCK_LAW), "2024-04-11", "with two working days left out");
    for (int i = 0; i < CLOCK_PAUSES_MAX - 1; i++) clock_suspend(&c, cal, date_add_days(day_of("2024-06-01"), i * 3), date_add_days(day_of("2024-06-01"), i * 3), &a, &d);
    tap_ok(c.pause_count == CLOCK_PAUSES_MAX && !clock_suspend(&c, cal, day_of("2025-06-01"), day_of("2025-06-01"), &a, &d) && said(&d, "CLOCK-SUSPENSIONS-MAX"),
           "as many as %d suspensions", CLOCK_PAUSES_MAX);
    tap_ok(!clock_suspend(&c, cal, day_of("2025-06-01"), day_of("2090-06-01"), &a, &d), "of at most %d years", CLOCK_PAUSE_YEARS_MAX);
    procedure_clock back = limit("-7 d");
    c = clock_start(&mini, &back, at("2024-03-01"));
    tap_ok(!clock_suspend(&c, cal, day_of("2024-02-01"), day_of("2024-02-02"), &a, &d) && said(&d, "CLOCK-BACKWARD"), "a period counted back is not suspended");
}

static void extensions(void)
{
    procedure_clock law = limit("60 d");
    law.extension = (clock_extension){.times = 1, .length = 30, .article = STR("第六十二条")};
    running_clock c = clock_start(&mini, &law, at("2024-03-01"));
    diag_list d = {.arena = &a};
    tap_ok(!clock_extend(&c, cal, 31, (date){0}, &a, &d) && said(&d, "CLOCK-EXTENSION-LENGTH"), "no longer than the article allows");
    tap_ok(clock_extend(&c, cal, 0, day_of("2024-04-30"), &a, &d), "on the last day it may still be extended");
    tap_is_str(due_text(&c, CLOCK_LAW), "2024-05-30", "period and extension are one length");
    tap_ok(!clock_extend(&c, cal, 0, (date){0}, &a, &d) && said(&d, "CLOCK-EXTENDED-BEFORE"), "no more often");
    tap_ok(str_find(d.last->message[LANG_ZH], STR("第六十二条")) >= 0, "the refusal names the article");
    c = clock_start(&mini, &law, at("2024-03-01"));
    tap_ok(!clock_extend(&c, cal, 0, day_of("2024-05-01"), &a, &d) && said(&d, "CLOCK-EXTENSION-LATE"), "not when it is over");
    law.extension.length = 0;
    c = clock_start(&mini, &law, at("2024-03-01"));
    tap_ok(!clock_extend(&c, cal, 0, (date){0}, &a, &d) && said(&d, "CLOCK-EXTENSION-OPEN"), "an open extension needs its length");
    tap_ok(clock_extend(&c, cal, 100, (date){0}, &a, &d), "and takes any");
    law.extension.times = 0;
    c = clock_start(&mini, &law, at("2024-03-01"));
    tap_ok(!clock_extend(&c, cal, 0, (date){0}, &a, &d) && said(&d, "CLOCK-NO-EXTENSION"), "none where the law knows none");
}

static void levels(void)
{
    diag_list d = {.arena = &a};
    procedure_clock law = limit("10 wd");
    law.extension = (clock_extension){.times = 1, .length = 10};
    law.has_promise = true;
    law.promise = (period){5, UNIT_WORKING_DAYS, false};
    running_clock c = clock_start(&mini, &law, at("2024-03-01"));
    tap_is_str(due_text(&c, CLOCK_PROMISE), "2024-03-08", "the promise ends before");
    tap_is_str(due_text(&c, CLOCK_LAW), "2024-03-15", "the law's limit");
    static const struct { const char *day; clock_level law, promise; } rows[] = {
        {"2024-03-01", CLOCK_NORMAL, CLOCK_NORMAL}, {"2024-03-07", CLOCK_NORMAL, CLOCK_DUE_SOON}, {"2024-03-11", CLOCK_NORMAL, CLOCK_OVERDUE},
        {"2024-03-13", CLOCK_DUE_SOON, CLOCK_OVERDUE}, {"2024-03-15", CLOCK_DUE_SOON, CLOCK_OVERDUE}, {"2024-03-16", CLOCK_OVERDUE, CLOCK_OVERDUE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        tap_ok(clock_level_on(&c, CLOCK_LAW, cal, day_of(rows[i].day), &a) == rows[i].law && clock_level_on(&c, CLOCK_PROMISE, cal, day_of(rows[i].day), &a) == rows[i].promise,
               "on %s the two limits are told apart", rows[i].day);
    law.warning = 8;
    tap_ok(clock_level_on(&c, CLOCK_LAW, cal, day_of("2024-03-05"), &a) == CLOCK_DUE_SOON, "a warning of its own");

    clock_observe(&c, cal, day_of("2024-03-18"), &a);
    tap_ok(c.late, "the day after the last it is late");
    clock_suspend(&c, cal, day_of("2024-03-04"), day_of("2024-03-29"), &a, &d);
    tap_ok(c.late && clock_level_on(&c, CLOCK_LAW, cal, day_of("2024-03-18"), &a) == CLOCK_OVERDUE, "late stays late: a suspension found out afterwards does not undo it");
    clock_stop(&c, cal, at("2024-03-20"), &a);
    tap_ok(c.late, "nor does the act itself");
    c = clock_start(&mini, &law, at("2024-03-01"));
    clock_stop(&c, cal, at("2024-03-15"), &a);
    tap_ok(!c.late && clock_level_on(&c, CLOCK_LAW, cal, day_of("2025-01-01"), &a) == CLOCK_NORMAL, "done on the last day is in time, for ever");
    c = clock_start(&mini, &law, at("2024-03-01"));
    clock_suspend(&c, cal, day_of("2024-04-01"), day_of("2024-04-02"), &a, &d);
    tap_ok(c.late, "suspended when it was over already: late");
}

static void hours(void)
{
    static const struct { const char *length, *start, *due; bool working; const char *why; } rows[] = {
        {"24 h", "2024-09-27T08:30", "2024-09-28T08:30", false, "to the same hour of the next day"},
        {"24 h", "2024-09-27T08:30", "2024-09-29T08:30", true, "over a Saturday to a worked Sunday"},
        {"24 h", "2024-09-30T16:00", "2024-10-08T16:00", true, "over National Day"},
        {"24 h", "2024-09-28T16:00", "2024-09-30T00:00", true, "begun at rest: from the next worked day"},
        {"2 h", "2024-09-27T23:30", "2024-09-28T01:30", false, "over midnight"},
        {"24 h", "2024-09-27", "2024-09-29T00:00", false, "without an hour, from the end of the day"},
        {"-24 h", "2024-03-01T09:00", "2024-02-29T09:00", false, "counted back"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        procedure_clock law = limit(rows[i].length);
        law.working_days_only = rows[i].working;
        running_clock c = clock_start(&mini, &law, at(rows[i].start));
        diag_list d = {.arena = &a};
        clock_moment due;
        tap_ok(clock_due(&c, CLOCK_LAW, cal, &due, NULL, &a, &d), "%s from %s has an end", rows[i].length, rows[i].start);
        tap_is_str(clock_moment_text(due, &a), rows[i].due, rows[i].why);
    }
    procedure_clock law = limit("24 h");
    diag_list d = {.arena = &a};
    running_clock c = clock_start(&mini, &law, at("2024-09-27T08:30"));
    clock_suspend(&c, cal, day_of("2024-09-28"), day_of("2024-09-29"), &a, &d);
    tap_is_str(due_text(&c, CLOCK_LAW), "2024-09-30T08:30", "whole days of suspension are left out");
    c = clock_start(&mini, &law, (clock_moment){.day = {CLOCK_HOURS_YEAR_MAX + 1, 1, 1}});
    tap_is_str(due_text(&c, CLOCK_LAW), "CLOCK-RANGE", "hours far away are refused");
}

static void days_of_the_year(void)
{
    static const struct { year_day by; const char *start, *due, *why; } rows[] = {
        {{1, 31, false}, "2024-12-31", "2025-01-31", "the next 31 January"},
        {{3, 1, true}, "2023-12-31", "2024-02-29", "before 1 March, in a leap year"},
        {{3, 1, true}, "2024-12-31", "2025-02-28", "and in another"},
        {{8, 31, false}, "2024-08-31", "2025-08-31", "an event on the day waits for the next"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        procedure_clock law = {.id = STR("report"), .article = STR("第四十九条"), .form = -1, .by = rows[i].by};
        running_clock c = clock_start(&mini, &law, at(rows[i].start));
        tap_is_str(due_text(&c, CLOCK_LAW), rows[i].due, rows[i].why);
    }
}

static void moments(void)
{
    static const char *const bad[] = {"", "2024-13-01", "2024-03-05T", "2024-03-05T24:00", "2024-03-05T08:60", "2024-03-05T8:30", "2024-03-05T08-30", "2024-03-05 08:30", "2024-03-05T08:30:00"};
    clock_moment m;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) tap_ok(!clock_moment_parse(str_from(bad[i]), &m), "\"%s\" is no moment", bad[i]);
}

int main(void)
{
    cal = bundled_calendar(&a);
    suspensions();
    suspension_shifts();
    events();
    extensions();
    levels();
    hours();
    days_of_the_year();
    moments();
    arena_free(&a);
    return tap_done();
}
