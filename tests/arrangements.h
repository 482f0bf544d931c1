// arrangements.h: the holiday arrangements for tests: loaded into a calendar, and read a second time by other means.
#ifndef FADU_TESTS_ARRANGEMENTS_H
#define FADU_TESTS_ARRANGEMENTS_H

#include <stdlib.h>

#include "calendar/calendar.h"
#include "tap.h"

enum { ARRANGED_FROM = 2007, ARRANGED_TO = 2026 };

static inline date day_of(const char *text)
{
    date d = {0};
    if (!date_parse(str_from(text), &d)) tap_ok(false, "not a date: %s", text);
    return d;
}

// The whole file, or an empty text when there is none.
static inline str arrangement_text(const char *folder, int year, arena *a)
{
    FILE *f = fopen(str_cstr(str_printf(a, "%s/%d.json", folder, year), a), "rb");
    if (!f) return (str){0};
    enum { FILE_MAX = 1 << 16 };
    char *text = arena_new(a, FILE_MAX, char);
    size_t len = fread(text, 1, FILE_MAX, f);
    fclose(f);
    return (str){text, (ptrdiff_t)len};
}

static inline bool add_text(calendar *c, str text, arena *a, diag_list *d)
{
    json *arrangement = json_parse(text, STR("test"), a, d);
    return arrangement && calendar_add_year(c, arrangement, STR("test"), d);
}

// The calendar of the files that come with Fadu.
static inline calendar *bundled_calendar(arena *a)
{
    calendar *c = calendar_new(a);
    diag_list d = {.arena = a};
    for (int year = ARRANGED_FROM; year <= ARRANGED_TO + 1; year++)
        if (!add_text(c, arrangement_text("calendars/cn", year, a), a, &d)) tap_ok(false, "calendars/cn/%d.json", year);
    return c;
}

// The raw files of the public data set, where they are at hand.
static inline const char *raw_folder(arena *a)
{
    const char *shared = getenv("FADU_SHARED");
    const char *folder = str_cstr(str_printf(a, "%s/data/holiday-cn", shared ? shared : "../shared"), a);
    return arrangement_text(folder, ARRANGED_FROM, a).len ? folder : NULL;
}

// ---- the naive way ---------------------------------------------------------------------------------------

// What the text says of a day, found by looking for the day's text: 1 off, 0 worked, -1 nothing.
static inline int text_says(str text, const char *day)
{
    ptrdiff_t at = str_find(text, str_from(day));
    if (at < 0) return -1;
    str rest = str_slice(text, at, text.len);
    ptrdiff_t off = str_find(rest, STR("\"isOffDay\":"));
    return str_starts(str_slice(rest, off + 12, rest.len), STR("true"));
}

// Is it worked? Only the file of its own year and the one after it can name it.
static inline bool naive_working(const str *texts, const char *day, int year, int weekday)
{
    for (int y = year + 1; y >= year; y--) {
        int says = y >= ARRANGED_FROM && y <= ARRANGED_TO ? text_says(texts[y - ARRANGED_FROM], day) : -1;
        if (says >= 0) return !says;
    }
    return weekday < 6;
}

#endif
