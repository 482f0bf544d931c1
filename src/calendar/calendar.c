// The days that arrangements name, and the arithmetic of working days on them.
//
// Between two named days only Mondays to Fridays are worked, which is a division. So a sorted list of the named
// days (some 35 a year), each with what all up to it add to or take from Mondays to Fridays, answers both "how many
// working days until then" and "which is the n-th" with one binary search, for any distance and any year.
#include "calendar/calendar_internal.h"

#include <string.h>

typedef struct {
    int64_t day;            // since 1970-01-01
    int64_t shift;          // working days up to and with it, less the Mondays to Fridays
    day_kind kind;          // DAY_WORKING: a weekday named as worked, as 2020-02-03 at the end of the Spring Festival
    int notice;             // the call that named it, counted from 1
    str name;
} named_day;

struct calendar {
    arena *arena;
    named_day *days;        // ascending
    ptrdiff_t count, room;
    int32_t *years;         // that have an arrangement
    ptrdiff_t year_count, year_room;
    int notices;
};

calendar *calendar_new(arena *a)
{
    calendar *c = arena_new(a, 1, calendar);
    c->arena = a;
    return c;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

// ---- Mondays to Fridays ----------------------------------------------------------------------------------

enum { MONDAY_BEFORE_EPOCH = 3 };       // 1970-01-01 was a Thursday: its week began three days before

static int weekday_from_0(int64_t day)  // Monday = 0
{
    return (int)(day + MONDAY_BEFORE_EPOCH - floor_div(day + MONDAY_BEFORE_EPOCH, 7) * 7);
}

static bool is_weekend(int64_t day)
{
    return weekday_from_0(day) >= 5;
}

// Mondays to Fridays up to and with `day`, the Monday before the epoch being the first.
static int64_t weekdays_to(int64_t day)
{
    int in_week = weekday_from_0(day) + 1;
    return floor_div(day + MONDAY_BEFORE_EPOCH, 7) * 5 + (in_week < 5 ? in_week : 5);
}

static int64_t day_of_weekday(int64_t n)
{
    int64_t week = floor_div(n - 1, 5);
    return week * 7 + (n - 1 - week * 5) - MONDAY_BEFORE_EPOCH;
}

// ---- the named days --------------------------------------------------------------------------------------

// How many named days are before `day`: also the place of the first that is not.
static ptrdiff_t named_before(const calendar *c, int64_t day)
{
    ptrdiff_t low = 0, high = c->count;
    while (low < high) {
        ptrdiff_t middle = low + (high - low) / 2;
        if (c->days[middle].day < day) low = middle + 1;
        else high = middle;
    }
    return low;
}

static int64_t shift_before(const calendar *c, ptrdiff_t at)
{
    return at ? c->days[at - 1].shift : 0;
}

int64_t calendar_rank(const calendar *c, int64_t day)
{
    return weekdays_to(day) + shift_before(c, named_before(c, day + 1));
}

int64_t calendar_at_rank(const calendar *c, int64_t rank)
{
    ptrdiff_t low = 0, high = c->count;          // to the first named day that has reached the rank
    while (low < high) {
        ptrdiff_t middle = low + (high - low) / 2;
        if (weekdays_to(c->days[middle].day) + c->days[middle].shift < rank) low = middle + 1;
        else high = middle;
    }
    // The named day before it has not reached the rank: so it is either a day between the two or that named day itself.
    int64_t day = day_of_weekday(rank - shift_before(c, low));
    return low < c->count && c->days[low].day < day ? c->days[low].day : day;
}

static named_day *named_day_at(calendar *c, int64_t day)
{
    ptrdiff_t at = named_before(c, day);
    if (at < c->count && c->days[at].day == day) return &c->days[at];
    if (c->count == c->room) {
        c->room = c->room ? c->room * 2 : 64;
        named_day *days = arena_new(c->arena, c->room, named_day);
        if (c->count) memcpy(days, c->days, (size_t)c->count * sizeof *days);
        c->days = days;
    }
    memmove(&c->days[at + 1], &c->days[at], (size_t)(c->count - at) * sizeof *c->days);
    c->days[at] = (named_day){.day = day};
    c->count++;
    return &c->days[at];
}

static void cover(calendar *c, int32_t year)
{
    if (calendar_covers(c, year)) return;
    if (c->year_count == c->year_room) {
        c->year_room = c->year_room ? c->year_room * 2 : 32;
        int32_t *years = arena_new(c->arena, c->year_room, int32_t);
        if (c->year_count) memcpy(years, c->years, (size_t)c->year_count * sizeof *years);
        c->years = years;
    }
    c->years[c->year_count++] = year;
}

// What the named days up to each add to Mondays to Fridays.
static void sum_up(calendar *c)
{
    int64_t shift = 0;
    for (ptrdiff_t i = 0; i < c->count; i++) {
        bool weekend = is_weekend(c->days[i].day), rest = c->days[i].kind == DAY_HOLIDAY;
        shift += (weekend && !rest) - (!weekend && rest);
        c->days[i].shift = shift;
    }
}

// ---- reading an arrangement ------------------------------------------------------------------------------

static const bilingual format_hint = {"格式见 calendars/cn/README.md", "see calendars/cn/README.md for the format"};

static bool add_day(calendar *c, const json *entry, int64_t year, str file, diag_list *d)
{
    date when;
    const json *off = json_get(entry, STR("isOffDay"));
    if (!date_parse(json_string(entry, STR("date")), &when) || !off || (off->kind != JSON_TRUE && off->kind != JSON_FALSE)) {
        diag_add(d, DIAG_ERROR, "CAL-FORMAT", json_pos(entry, file), format_hint,
                 (bilingual){"每一天须有有效的 date 和 isOffDay", "each day needs a valid date and isOffDay"});
        return false;
    }
    if (when.year < year - 1 || when.year > year + 1) {
        diag_add(d, DIAG_ERROR, "CAL-YEAR", json_pos(entry, file), (bilingual){"核对年份", "check the year"},
                 (bilingual){"%d年的放假安排中出现了%d年的日期", "the arrangement for %d names a day of %d"}, (int)year, (int)when.year);
        return false;
    }
    int64_t day = date_to_days(when);
    named_day *n = named_day_at(c, day);
    day_kind kind = off->kind == JSON_TRUE ? DAY_HOLIDAY : is_weekend(day) ? DAY_ADJUSTED : DAY_WORKING;
    if (n->notice == c->notices && n->kind != kind) {
        diag_add(d, DIAG_ERROR, "CAL-DAY-TWICE", json_pos(entry, file), (bilingual){"只保留一条", "keep one of the two"},
                 (bilingual){"%.*s既列为休息又列为上班", "%.*s is listed both as off and as worked"}, STR_ARG(json_string(entry, STR("date"))));
        return false;
    }
    n->kind = kind;
    n->notice = c->notices;
    n->name = str_copy(json_string(entry, STR("name")), c->arena);
    return true;
}

bool calendar_add_year(calendar *c, const json *arrangement, str file, diag_list *d)
{
    int64_t year = json_int(arrangement, STR("year"), INT64_MIN);
    const json *days = json_get(arrangement, STR("days"));
    if (!date_valid(year, 1, 1) || !days || days->kind != JSON_ARRAY || days->count > CALENDAR_DAYS_MAX) {
        diag_add(d, DIAG_ERROR, "CAL-FORMAT", json_pos(arrangement, file), format_hint,
                 (bilingual){"放假安排须有 year 和 days（至多 %d 天）", "an arrangement needs year and days (at most %d)"}, CALENDAR_DAYS_MAX);
        return false;
    }
    bool good = true;
    c->notices++;
    for (const json *entry = days->first; entry; entry = entry->next) {
        if (add_day(c, entry, year, file, d)) cover(c, (int32_t)year);
        else good = false;
    }
    sum_up(c);
    return good;
}

// ---- asking ----------------------------------------------------------------------------------------------

bool calendar_covers(const calendar *c, int32_t year)
{
    for (ptrdiff_t i = 0; i < c->year_count; i++)
        if (c->years[i] == year) return true;
    return false;
}

day_kind calendar_day(const calendar *c, date d, str *name)
{
    int64_t day = date_to_days(d);
    ptrdiff_t at = named_before(c, day);
    bool named = at < c->count && c->days[at].day == day;
    if (name) *name = named ? c->days[at].name : STR("");
    if (named) return c->days[at].kind;
    return is_weekend(day) ? DAY_WEEKEND : DAY_WORKING;
}

bool calendar_is_working(const calendar *c, date d)
{
    day_kind kind = calendar_day(c, d, NULL);
    return kind == DAY_WORKING || kind == DAY_ADJUSTED;
}

int64_t calendar_working_days(const calendar *c, date from, date to)
{
    if (date_compare(to, from) <= 0) return 0;
    return calendar_rank(c, date_to_days(to)) - calendar_rank(c, date_to_days(from));
}
