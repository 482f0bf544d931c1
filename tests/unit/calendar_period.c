// On which day does a period end, and how is that told?
#include "arrangements.h"

static void ends(const calendar *c, arena *a)
{
    static const struct { const char *event, *period, *last, *why; } rows[] = {
        // Working days: only those that are worked count, and the n-th is the last.
        {"2024-09-27", "7 wd", "2024-10-12", "over National Day, with a Sunday and a Saturday worked"},
        {"2024-09-27", "1 wd", "2024-09-29", "the next working day is a Sunday"},
        {"2024-10-01", "1 wd", "2024-10-08", "an event on a holiday"},
        {"2024-12-31", "20 wd", "2025-02-05", "over New Year and the Spring Festival, with Sunday 26 January worked"},
        {"2026-02-13", "5 wd", "2026-02-27", "over the Spring Festival of 2026, with Saturday 14 and Saturday 28 worked"},
        {"2015-09-02", "2 wd", "2015-09-07", "3 September 2015: off by the second notice of the year, and the Sunday after it worked"},
        // Calendar days: a last day that is a rest day moves to the first working day after it (Civil Code, Art. 203).
        {"2024-09-04", "30 d", "2024-10-08", "4 October moves over National Day"},
        {"2024-09-12", "30 d", "2024-10-12", "a Saturday that is worked does not move"},
        {"2024-12-03", "60 d", "2025-02-05", "1 February moves over the Spring Festival"},
        {"2024-06-01", "7 d", "2024-06-11", "8 June moves over the Dragon Boat Festival"},
        {"2024-03-01", "7 d", "2024-03-08", "a Friday stays"},
        {"2024-03-01", "15 d", "2024-03-18", "a Saturday moves to Monday"},
        {"2017-01-24", "3 d", "2017-02-03", "27 January moves over the Spring Festival and its weekend"},
        // Months and years: the matching day, or the month's last (Civil Code, Art. 202).
        {"2024-01-31", "1 mo", "2024-02-29", "no 31 February"},
        {"2023-01-31", "1 mo", "2023-02-28", "nor 29 February in a common year"},
        {"2024-08-31", "1 mo", "2024-09-30", "no 31 September"},
        {"2024-07-05", "3 mo", "2024-10-08", "5 October moves over National Day"},
        {"2020-02-29", "1 y", "2021-03-01", "28 February 2021 was a Sunday"},
        {"2020-02-29", "4 y", "2024-02-29", "a leap day comes again"},
        // Backward ("not less than n days before"): counted back, and never moved forward.
        {"2024-10-10", "-7 d", "2024-10-03", "a rest day stays the latest day"},
        {"2024-10-09", "-3 wd", "2024-09-29", "back over National Day to a worked Sunday"},
        {"2024-03-31", "-1 mo", "2024-02-29", "months back"},
        {"2024-10-01", "-1 wd", "2024-09-30", "before a holiday"},
        // Nothing to wait for.
        {"2024-10-01", "0 d", "2024-10-01", "at once, rest day or not"},
        {"2024-10-01", "0 wd", "2024-10-01", "at once in working days"},
        // Far away there are only weekends.
        {"9999-12-31", "1 wd", "10000-01-03", "over the end of year 9999"},
        {"9999-12-31", "1 mo", "10000-01-31", "a month after it"},
        {"-0044-03-15", "3 wd", "-0044-03-20", "long ago"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        period p;
        date last = {0};
        diag_list d = {.arena = a};
        if (!period_parse(str_from(rows[i].period), &p)) tap_ok(false, "not a period: %s", rows[i].period);
        calendar_last_day(c, day_of(rows[i].event), p, &last, NULL, a, &d);
        tap_is_str(date_text(last, a), rows[i].last, str_cstr(str_printf(a, "%s + %s: %s", rows[i].event, rows[i].period, rows[i].why), a));
    }
}

// Any event and length: the same as counting on one's fingers.
static void by_fingers(const calendar *c, arena *a)
{
    uint32_t seed = 20240927, wrong = 0;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1664525 + 1013904223;
        date event = date_add_days(day_of("2006-01-01"), seed % 8200);
        int length = 1 + (int)(seed >> 8) % 80;
        bool backward = seed >> 31;
        date last, day = event;
        diag_list d = {.arena = a};
        for (int n = 0; n < length;) {
            day = date_add_days(day, backward ? -1 : 1);
            n += calendar_is_working(c, day);
        }
        wrong += !calendar_last_day(c, event, (period){length, UNIT_WORKING_DAYS, backward}, &last, NULL, a, &d) || date_compare(last, day) != 0;
        day = date_add_days(event, backward ? -length : length);
        while (!backward && !calendar_is_working(c, day)) day = date_add_days(day, 1);
        wrong += !calendar_last_day(c, event, (period){length, UNIT_DAYS, backward}, &last, NULL, a, &d) || date_compare(last, day) != 0;
    }
    tap_is_int(wrong, 0, "20,000 periods of either kind end where counting day by day ends");
}

static void is_told(const calendar *c, const char *event, const char *notation, language lang, const char *expected, const char *name, arena *a)
{
    period p;
    date last;
    derivation why;
    diag_list d = {.arena = a};
    buf text = {.arena = a};
    period_parse(str_from(notation), &p);
    calendar_last_day(c, day_of(event), p, &last, &why, a, &d);
    for (ptrdiff_t i = 0; i < why.count; i++)
        buf_printf(&text, "%.*s %.*s\n", STR_ARG(date_text(why.lines[i].day, a)), STR_ARG(why.lines[i].note[lang]));
    tap_is_str(buf_str(&text), expected, name);
    tap_ok(date_compare(why.lines[0].day, day_of(event)) == 0 && date_compare(why.lines[why.count - 1].day, last) == 0,
           "%s: from the event to the last day", name);
}

static void derivations(const calendar *c, arena *a)
{
    is_told(c, "2024-09-27", "7 wd", LANG_ZH,
            "2024-09-27 开始的当日，不计入（民法典第二百零一条）\n"
            "2024-09-28 周末休息，不计入\n"
            "2024-09-29 第1个工作日（星期日，调休上班）\n"
            "2024-09-30 第2个工作日（星期一）\n"
            "2024-10-01 至10月7日，国庆节休息，不计入\n"
            "2024-10-08 至10月11日，第3至第6个工作日\n"
            "2024-10-12 第7个工作日（星期六，调休上班）；期间届满\n",
            "seven working days over National Day 2024, in Chinese", a);
    is_told(c, "2024-09-27", "7 wd", LANG_EN,
            "2024-09-27 the day of the event, not counted (Civil Code, Art. 201)\n"
            "2024-09-28 weekend, not counted\n"
            "2024-09-29 working day 1 (Sunday, worked in exchange)\n"
            "2024-09-30 working day 2 (Monday)\n"
            "2024-10-01 to 2024-10-07: National Day, not counted\n"
            "2024-10-08 to 2024-10-11: working days 3 to 6\n"
            "2024-10-12 working day 7 (Saturday, worked in exchange); the period ends\n",
            "and in English", a);
    is_told(c, "2020-09-29", "2 wd", LANG_EN,
            "2020-09-29 the day of the event, not counted (Civil Code, Art. 201)\n"
            "2020-09-30 working day 1 (Wednesday)\n"
            "2020-10-01 to 2020-10-08: National Day, Mid-Autumn Festival, not counted\n"
            "2020-10-09 working day 2 (Friday); the period ends\n",
            "two holidays under one name", a);
    is_told(c, "2012-09-28", "1 wd", LANG_ZH,
            "2012-09-28 开始的当日，不计入（民法典第二百零一条）\n"
            "2012-09-29 第1个工作日（星期六，调休上班）；期间届满\n",
            "one working day, a Saturday", a);
    is_told(c, "2018-12-28", "2 wd", LANG_ZH,
            "2018-12-28 开始的当日，不计入（民法典第二百零一条）\n"
            "2018-12-29 第1个工作日（星期六，调休上班）\n"
            "2018-12-30 至2019年1月1日，元旦休息，不计入\n"
            "2019-01-02 第2个工作日（星期三）；期间届满\n",
            "a rest over the new year names the year", a);
    is_told(c, "2019-02-01", "2 wd", LANG_ZH,
            "2019-02-01 开始的当日，不计入（民法典第二百零一条）\n"
            "2019-02-02 第1个工作日（星期六，调休上班）\n"
            "2019-02-03 第2个工作日（星期日，调休上班）；期间届满\n",
            "the last day stands alone", a);
    is_told(c, "2024-10-09", "-3 wd", LANG_ZH,
            "2024-10-09 事由发生之日，不计入，由此往前推算\n"
            "2024-10-08 往前第1个工作日（星期二）\n"
            "2024-10-01 至10月7日，国庆节休息，不计入\n"
            "2024-09-30 往前第2个工作日（星期一）\n"
            "2024-09-29 往前第3个工作日（星期日，调休上班）；至迟于此日\n",
            "working days back", a);
    is_told(c, "2024-10-09", "-1 wd", LANG_EN,
            "2024-10-09 the day of the event, not counted; counting goes back from it\n"
            "2024-10-08 working day 1 before (Tuesday); the latest day\n",
            "back, in English", a);
    is_told(c, "2024-09-04", "30 d", LANG_ZH,
            "2024-09-04 开始的当日，不计入（民法典第二百零一条）\n"
            "2024-10-04 满30日（星期五）\n"
            "2024-10-04 至10月7日，国庆节休息，不计入\n"
            "2024-10-08 休息日结束的次日（星期二）；期间届满（民法典第二百零三条）\n",
            "days that end in a holiday", a);
    is_told(c, "2024-09-04", "30 d", LANG_EN,
            "2024-09-04 the day of the event, not counted (Civil Code, Art. 201)\n"
            "2024-10-04 30 days over (Friday)\n"
            "2024-10-04 to 2024-10-07: National Day, not counted\n"
            "2024-10-08 the day after the rest (Tuesday); the period ends (Civil Code, Art. 203)\n",
            "the same in English", a);
    is_told(c, "2024-01-31", "1 mo", LANG_ZH,
            "2024-01-31 开始的当日，不计入（民法典第二百零一条）\n"
            "2024-02-29 满1个月（星期四），该月无对应日，以月末日为准（民法典第二百零二条）；期间届满\n",
            "a month without such a day", a);
    is_told(c, "2024-10-10", "-7 d", LANG_EN,
            "2024-10-10 the day of the event, not counted; counting goes back from it\n"
            "2024-10-03 7 days before (Thursday); the latest day, rest days do not move it\n",
            "days back", a);
    is_told(c, "2024-10-01", "0 d", LANG_ZH, "2024-10-01 期限为零，当日届满\n", "no length", a);
}

static void notation(arena *a)
{
    static const struct { const char *text, *zh, *en; } rows[] = {
        {"20 wd", "20个工作日", "20 working days"}, {"1 wd", "1个工作日", "1 working day"}, {"60 d", "60日", "60 days"},
        {"3 mo", "3个月", "3 months"},              {"24 h", "24小时", "24 hours"},          {"5 y", "5年", "5 years"},
        {"-7 d", "提前7日", "7 days before"},       {"36500 d", "36500日", "36500 days"},    {"0 d", "0日", "0 days"},
    };
    period p;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tap_ok(period_parse(str_from(rows[i].text), &p), "\"%s\" is a period", rows[i].text);
        tap_is_str(period_text(p, LANG_ZH, a), rows[i].zh, "as Chinese writes it");
        tap_is_str(period_text(p, LANG_EN, a), rows[i].en, "as English writes it");
    }
    static const char *const bad[] = {"", "5", "5 ", " 5 d", "5  d", "5d", "d", "wd 5", "+5 d", "--5 d", "05 d", "5.5 d", "5 D", "5 weeks", "5 d ",
                                      "36501 d", "99999999999999999999 d", "-", "五 d"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) tap_ok(!period_parse(str_from(bad[i]), &p), "\"%s\" is none", bad[i]);
}

static void provisional(const calendar *c, arena *a)
{
    static const struct { const char *event, *period; int missing; const char *why; } rows[] = {
        {"2026-12-10", "5 wd", 0, "within the years there are"},
        {"2026-12-21", "5 wd", 2027, "the notice for 2027 may name days of late December"},
        {"2026-12-21", "20 wd", 2027, "into 2027"},
        {"2026-11-20", "60 d", 2027, "ends in 2027"},
        {"2026-11-20", "30 d", 0, "a Sunday in December, moved to Monday"},
        {"2026-12-31", "-5 wd", 2027, "back from the end of the year"},
        {"2027-01-20", "-7 d", 0, "back in calendar days: no arrangement is asked"},
        {"1990-01-01", "20 y", 0, "only the end must be known"},
        {"2006-12-01", "5 wd", 2006, "before the first arrangement"},
        {"2027-05-01", "0 wd", 0, "nothing is counted"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        period p;
        date last;
        derivation why;
        diag_list d = {.arena = a};
        period_parse(str_from(rows[i].period), &p);
        tap_ok(calendar_last_day(c, day_of(rows[i].event), p, &last, &why, a, &d) && why.provisional == (rows[i].missing != 0),
               "%s + %s is %s: %s", rows[i].event, rows[i].period, rows[i].missing ? "provisional" : "final", rows[i].why);
        if (!rows[i].missing) {
            tap_is_int(d.warnings, 0, "without a warning");
            continue;
        }
        tap_ok(d.errors == 0 && d.warnings == 1 && strcmp(d.first->code, "CAL-YEAR-MISSING") == 0 &&
                   str_find(d.first->message[LANG_ZH], str_printf(a, "%d年", rows[i].missing)) >= 0,
               "with a warning that names %d", rows[i].missing);
    }
}

static void limits(const calendar *c, arena *a)
{
    static const struct { const char *event; period p; const char *code, *why; } rows[] = {
        {"2024-01-01", {PERIOD_LENGTH_MAX, UNIT_WORKING_DAYS, false}, NULL, "the longest there is, in working days"},
        {"2024-01-01", {PERIOD_LENGTH_MAX, UNIT_YEARS, false}, NULL, "and in years"},
        {"2024-01-01", {PERIOD_LENGTH_MAX + 1, UNIT_DAYS, false}, "CAL-PERIOD", "one more"},
        {"2024-01-01", {-1, UNIT_DAYS, false}, "CAL-PERIOD", "less than none"},
        {"2024-01-01", {24, UNIT_HOURS, false}, "CAL-PERIOD", "hours, which run from moment to moment"},
        {"999999999-12-31", {1, UNIT_WORKING_DAYS, false}, "CAL-RANGE", "a working day after the last day"},
        {"999999999-12-31", {1, UNIT_DAYS, false}, "CAL-RANGE", "a day after it"},
        {"999999999-12-01", {1, UNIT_MONTHS, false}, "CAL-RANGE", "a month after the last month"},
        {"999999999-12-01", {30, UNIT_DAYS, false}, NULL, "the last day itself"},
        {"-999999999-01-01", {1, UNIT_DAYS, true}, "CAL-RANGE", "a day before the first"},
        {"-999999999-01-31", {1, UNIT_YEARS, true}, "CAL-RANGE", "a year before the first"},
    };
    date last;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = a};
        bool good = calendar_last_day(c, day_of(rows[i].event), rows[i].p, &last, NULL, a, &d);
        if (rows[i].code) tap_ok(!good && d.errors == 1 && strcmp(d.first->code, rows[i].code) == 0, "refused: %s", rows[i].why);
        else tap_ok(good && d.errors == 0, "taken: %s", rows[i].why);
    }
    diag_list d = {.arena = a};
    tap_ok(!calendar_last_day(c, (date){0}, (period){1, UNIT_DAYS, false}, &last, NULL, a, &d) && d.errors == 1, "refused: no day to count from");
    derivation why;
    calendar_last_day(c, day_of("2024-01-01"), (period){PERIOD_LENGTH_MAX, UNIT_WORKING_DAYS, false}, &last, &why, a, &d);
    tap_ok(why.count > 2 * PERIOD_LENGTH_MAX / 5 && why.count < PERIOD_LENGTH_MAX / 2, "the longest derivation: a line for each week and weekend");
}

int main(void)
{
    arena a = {0};
    calendar *c = bundled_calendar(&a);
    ends(c, &a);
    by_fingers(c, &a);
    derivations(c, &a);
    notation(&a);
    provisional(c, &a);
    limits(c, &a);
    arena_free(&a);
    return tap_done();
}
