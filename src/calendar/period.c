// Periods: their notation, the day on which they end, and the derivation of that day.
#include "calendar/calendar_internal.h"

#include <string.h>

// ---- notation --------------------------------------------------------------------------------------------

static const struct {
    period_unit unit;
    const char *notation, *zh, *one, *many;
} units[] = {
    {UNIT_WORKING_DAYS, "wd", "个工作日", "working day", "working days"},
    {UNIT_DAYS, "d", "日", "day", "days"},
    {UNIT_MONTHS, "mo", "个月", "month", "months"},
    {UNIT_YEARS, "y", "年", "year", "years"},
    {UNIT_HOURS, "h", "小时", "hour", "hours"},
};
enum { UNITS = sizeof units / sizeof *units };

bool period_parse(str text, period *out)
{
    period p = {.backward = str_starts(text, STR("-"))};
    str unit = str_slice(text, p.backward ? 1 : 0, text.len);
    str digits = str_cut(&unit, ' ');
    if (digits.len == 0 || (digits.len > 1 && digits.data[0] == '0')) return false;
    for (ptrdiff_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9') return false;
        p.length = p.length * 10 + (digits.data[i] - '0');
        if (p.length > PERIOD_LENGTH_MAX) return false;
    }
    for (int i = 0; i < UNITS; i++) {
        if (!str_equal(unit, str_from(units[i].notation))) continue;
        p.unit = units[i].unit;
        *out = p;
        return true;
    }
    return false;
}

str period_text(period p, language lang, arena *a)
{
    int i = 0;
    while (units[i].unit != p.unit) i++;
    if (lang == LANG_ZH) return str_printf(a, "%s%d%s", p.backward ? "提前" : "", p.length, units[i].zh);
    return str_printf(a, "%d %s%s", p.length, p.length == 1 ? units[i].one : units[i].many, p.backward ? " before" : "");
}

// ---- telling why -----------------------------------------------------------------------------------------

typedef struct {
    const calendar *calendar;
    derivation *why;
    ptrdiff_t room;
    arena *arena;
} teller;

static void tell(teller *t, int64_t day, str zh, str en)
{
    derivation *w = t->why;
    if (w->count == t->room) {
        t->room = t->room ? t->room * 2 : 16;
        derivation_line *lines = arena_new(t->arena, t->room, derivation_line);
        if (w->count) memcpy(lines, w->lines, (size_t)w->count * sizeof *lines);
        w->lines = lines;
    }
    w->lines[w->count++] = (derivation_line){date_from_days(day), {zh, en}};
}

static const char *const weekdays[][LANG_COUNT] = {
    {"星期一", "Monday"}, {"星期二", "Tuesday"}, {"星期三", "Wednesday"}, {"星期四", "Thursday"},
    {"星期五", "Friday"}, {"星期六", "Saturday"}, {"星期日", "Sunday"},
};

static const char *weekday_name(int64_t day, language lang)
{
    return weekdays[date_weekday(date_from_days(day)) - 1][lang];
}

// The names that notices use. One that is not here stays Chinese in the English text, too.
static const struct {
    const char *zh, *en;
} holidays[] = {
    {"元旦", "New Year's Day"},
    {"春节", "Spring Festival"},
    {"清明节", "Qingming Festival"},
    {"劳动节", "Labour Day"},
    {"“五一”国际劳动节", "Labour Day"},
    {"“五一”", "Labour Day"},
    {"端午节", "Dragon Boat Festival"},
    {"中秋节", "Mid-Autumn Festival"},
    {"国庆节", "National Day"},
    {"“十一”", "National Day"},
    {"抗日战争暨世界反法西斯战争胜利70周年纪念日", "70th anniversary of the victory in the War of Resistance"},
};

static str holiday_english(str zh)
{
    for (size_t i = 0; i < sizeof holidays / sizeof *holidays; i++)
        if (str_equal(zh, str_from(holidays[i].zh))) return str_from(holidays[i].en);
    return zh;
}

// "国庆节、中秋节" is one name in a notice, of two holidays.
static str holidays_english(str zh, arena *a)
{
    const str comma = STR("、");
    buf out = {.arena = a};
    for (;;) {
        ptrdiff_t at = str_find(zh, comma);
        buf_add(&out, holiday_english(str_slice(zh, 0, at < 0 ? zh.len : at)));
        if (at < 0) return buf_str(&out);
        buf_add(&out, STR(", "));
        zh = str_slice(zh, at + comma.len, zh.len);
    }
}

// What the days of a rest are called, each name once where it stands several times in a row. A weekend that
// belongs to the rest needs no word of its own: anyone sees it.
static str rest_name(const calendar *c, int64_t first, int64_t last, arena *a)
{
    buf out = {.arena = a};
    str name, before = {0};
    for (int64_t day = first; day <= last; day++) {
        calendar_day(c, date_from_days(day), &name);
        if (name.len == 0 || str_equal(name, before)) continue;
        if (out.len) buf_add(&out, STR("、"));
        buf_add(&out, name);
        before = name;
    }
    return buf_str(&out);
}

// A line may stand for several days: it then begins with the last of them.
static str until(int64_t first, int64_t last, language lang, arena *a)
{
    if (first == last) return STR("");
    date from = date_from_days(first), to = date_from_days(last);
    if (lang == LANG_EN) return str_printf(a, "to %.*s: ", STR_ARG(date_text(to, a)));
    if (from.year == to.year) return str_printf(a, "至%d月%d日，", to.month, to.day);
    return str_printf(a, "至%d年%d月%d日，", to.year, to.month, to.day);
}

static void tell_rest(teller *t, int64_t first, int64_t last)
{
    arena *a = t->arena;
    str name = rest_name(t->calendar, first, last, a);
    str zh = name.len ? name : STR("周末"), en = name.len ? holidays_english(name, a) : STR("weekend");
    tell(t, first, str_printf(a, "%.*s%.*s休息，不计入", STR_ARG(until(first, last, LANG_ZH, a)), STR_ARG(zh)),
         str_printf(a, "%.*s%.*s, not counted", STR_ARG(until(first, last, LANG_EN, a)), STR_ARG(en)));
}

typedef enum { RUN_WORKED, RUN_ADJUSTED, RUN_REST } run_kind;

static run_kind run_of(const calendar *c, int64_t day)
{
    static const run_kind of_day[] = {[DAY_WORKING] = RUN_WORKED, [DAY_ADJUSTED] = RUN_ADJUSTED, [DAY_WEEKEND] = RUN_REST, [DAY_HOLIDAY] = RUN_REST};
    return of_day[calendar_day(c, date_from_days(day), NULL)];
}

// Working days number n and on, from `first` to `last` in time.
static void tell_worked(teller *t, int64_t first, int64_t last, int n, bool adjusted, bool backward, bool ends)
{
    arena *a = t->arena;
    int count = (int)(last - first) + 1;
    const char *way = backward ? "往前" : "", *before = backward ? " before" : "";
    const char *end_zh = !ends ? "" : backward ? "；至迟于此日" : "；期间届满";
    const char *end_en = !ends ? "" : backward ? "; the latest day" : "; the period ends";
    if (count == 1) {
        tell(t, first,
             str_printf(a, "%s第%d个工作日（%s%s）%s", way, n, weekday_name(first, LANG_ZH), adjusted ? "，调休上班" : "", end_zh),
             str_printf(a, "working day %d%s (%s%s)%s", n, before, weekday_name(first, LANG_EN), adjusted ? ", worked in exchange" : "", end_en));
        return;
    }
    tell(t, first,
         str_printf(a, "%.*s%s第%d至第%d个工作日%s", STR_ARG(until(first, last, LANG_ZH, a)), way, n, n + count - 1, adjusted ? "（调休上班）" : ""),
         str_printf(a, "%.*sworking days %d to %d%s%s", STR_ARG(until(first, last, LANG_EN, a)), n, n + count - 1, before,
                    adjusted ? " (worked in exchange)" : ""));
}

// One line for each run of days of a kind; the last day always stands alone.
static void tell_working_days(teller *t, int64_t event, int64_t last, bool backward)
{
    int step = backward ? -1 : 1, n = 1;
    for (int64_t day = event + step, end;; day = end + step) {
        run_kind kind = run_of(t->calendar, day);
        end = day;
        while (end != last && end + step != last && run_of(t->calendar, end + step) == kind) end += step;
        int64_t first = backward ? end : day, latest = backward ? day : end;
        if (kind == RUN_REST) {
            tell_rest(t, first, latest);
        } else {
            tell_worked(t, first, latest, n, kind == RUN_ADJUSTED, backward, end == last);
            n += (int)(latest - first) + 1;
        }
        if (end == last) return;
    }
}

static void tell_calendar_days(teller *t, date event, period p, int64_t nominal, int64_t last)
{
    arena *a = t->arena;
    period length = {p.length, p.unit, false};
    str zh = period_text(length, LANG_ZH, a), en = period_text(length, LANG_EN, a);
    const char *weekday_zh = weekday_name(nominal, LANG_ZH), *weekday_en = weekday_name(nominal, LANG_EN);
    bool cut = (p.unit == UNIT_MONTHS || p.unit == UNIT_YEARS) && date_from_days(nominal).day != event.day;
    const char *cut_zh = cut ? "，该月无对应日，以月末日为准（民法典第二百零二条）" : "";
    const char *cut_en = cut ? ", the month's last day, as it has no such day (Civil Code, Art. 202)" : "";
    if (p.backward) {
        tell(t, nominal, str_printf(a, "往前%.*s（%s）%s；至迟于此日，不因休息日变动", STR_ARG(zh), weekday_zh, cut_zh),
             str_printf(a, "%.*s before (%s)%s; the latest day, rest days do not move it", STR_ARG(en), weekday_en, cut_en));
        return;
    }
    tell(t, nominal, str_printf(a, "满%.*s（%s）%s%s", STR_ARG(zh), weekday_zh, cut_zh, nominal == last ? "；期间届满" : ""),
         str_printf(a, "%.*s over (%s)%s%s", STR_ARG(en), weekday_en, cut_en, nominal == last ? "; the period ends" : ""));
    if (nominal == last) return;
    tell_rest(t, nominal, last - 1);
    tell(t, last, str_printf(a, "休息日结束的次日（%s）；期间届满（民法典第二百零三条）", weekday_name(last, LANG_ZH)),
         str_printf(a, "the day after the rest (%s); the period ends (Civil Code, Art. 203)", weekday_name(last, LANG_EN)));
}

// ---- counting --------------------------------------------------------------------------------------------

// A notice may name last days of the December before its year: from the 29th so far (2007, 2018). The 25th leaves
// room for a worked weekend before them.
enum { NEXT_NOTICE_MONTH = 12, NEXT_NOTICE_DAY = 25 };

// The first year whose arrangement says what the days first..last are and is not there.
static bool missing_year(const calendar *c, int64_t first, int64_t last, int32_t *year)
{
    date from = date_from_days(first), to = date_from_days(last);
    int32_t until_year = to.year + (to.month == NEXT_NOTICE_MONTH && to.day >= NEXT_NOTICE_DAY);
    for (*year = from.year; *year <= until_year; (*year)++)
        if (!calendar_covers(c, *year)) return true;
    return false;
}

static bool there_is(int64_t day)
{
    return day >= date_to_days((date){-DATE_YEAR_MAX, 1, 1}) && day <= date_to_days((date){DATE_YEAR_MAX, 12, 31});
}

// The day that calendar days, months or years lead to. False when there is no such year.
static bool add_period(date event, period p, int64_t *day)
{
    int64_t length = p.backward ? -p.length : p.length;
    if (p.unit == UNIT_DAYS) {
        *day = date_to_days(event) + length;
        return there_is(*day);
    }
    if (p.unit == UNIT_YEARS) length *= 12;
    int64_t month = (int64_t)event.year * 12 + event.month - 1 + length;
    if (month < -(int64_t)DATE_YEAR_MAX * 12 || month >= ((int64_t)DATE_YEAR_MAX + 1) * 12) return false;
    *day = date_to_days(date_add_months(event, length));
    return true;
}

bool calendar_last_day(const calendar *c, date event, period p, date *last, derivation *why, arena *a, diag_list *d)
{
    if (why) *why = (derivation){0};
    if (date_is_none(event) || p.length < 0 || p.length > PERIOD_LENGTH_MAX || p.unit == UNIT_HOURS) {
        diag_add(d, DIAG_ERROR, "CAL-PERIOD", (source_pos){0}, (bilingual){0},
                 (bilingual){"须有起算日期，期限须为 0 至 %d 个工作日、日、月或年", "a day to count from, and 0 to %d working days, days, months or years, are needed"},
                 PERIOD_LENGTH_MAX);
        return false;
    }
    int64_t start = date_to_days(event), nominal = start, end = start;
    // The days that must be known for the answer to be final.
    int64_t known_first = start, known_last = start - 1;
    bool there = true;
    if (p.length == 0) {
        // Ends with the day of the event.
    } else if (p.unit == UNIT_WORKING_DAYS && p.backward) {
        nominal = end = calendar_at_rank(c, calendar_rank(c, start - 1) - p.length + 1);
        known_first = end;
    } else if (p.unit == UNIT_WORKING_DAYS) {
        nominal = end = calendar_at_rank(c, calendar_rank(c, start) + p.length);
        known_first = start + 1;
        known_last = end;
    } else if ((there = add_period(event, p, &nominal))) {
        end = nominal;
        if (!p.backward) {
            end = calendar_at_rank(c, calendar_rank(c, nominal - 1) + 1);   // the first working day from then on
            known_first = nominal;
            known_last = end;
        }
    }
    if (!there || !there_is(end)) {
        diag_add(d, DIAG_ERROR, "CAL-RANGE", (source_pos){0}, (bilingual){0},
                 (bilingual){"期限超出了可表示的日期范围", "the period ends beyond the last year there is"});
        return false;
    }
    *last = date_from_days(end);

    int32_t year;
    bool provisional = known_first <= known_last && missing_year(c, known_first, known_last, &year);
    if (provisional)
        diag_add(d, DIAG_WARNING, "CAL-YEAR-MISSING", (source_pos){0},
                 (bilingual){"安排公布并载入后须重新计算", "compute it again when the arrangement is published and loaded"},
                 (bilingual){"没有%d年的放假安排，暂只按周末计算", "there is no holiday arrangement for %d; only weekends were counted as rest days"}, (int)year);
    if (!why) return true;

    why->provisional = provisional;
    teller t = {.calendar = c, .why = why, .arena = a};
    if (p.length == 0) {
        tell(&t, start, STR("期限为零，当日届满"), STR("a period of 0 ends on this day"));
        return true;
    }
    if (p.backward) tell(&t, start, STR("事由发生之日，不计入，由此往前推算"), STR("the day of the event, not counted; counting goes back from it"));
    else tell(&t, start, STR("开始的当日，不计入（民法典第二百零一条）"), STR("the day of the event, not counted (Civil Code, Art. 201)"));
    if (p.unit == UNIT_WORKING_DAYS) tell_working_days(&t, start, end, p.backward);
    else tell_calendar_days(&t, event, p, nominal, end);
    return true;
}
