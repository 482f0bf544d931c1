// calendar.h: working days and statutory periods: on which day does a period end, and why?
//
// Rules (docs/adr/0004, law/procedures "How Chinese law counts time"):
//  - the day of the triggering event is not counted (Civil Code, Art. 201);
//  - working days: only days worked under the State Council's yearly arrangement count; the n-th is the last day;
//  - calendar days and months: add, then a last day that is a rest day moves to the first working day after it
//    (Civil Code, Arts. 202-203);
//  - backward periods ("not less than n days before") are counted back from the event, and never roll forward.
// Pure: knows no clock and no files. The holiday arrangements are an argument.
#ifndef FADU_CALENDAR_CALENDAR_H
#define FADU_CALENDAR_CALENDAR_H

#include "base/diag.h"
#include "base/json.h"
#include "calendar/date.h"

typedef struct calendar calendar;

calendar *calendar_new(arena *a);
// Adds one arrangement {"year", "papers", "days": [{"name", "date", "isOffDay"}]} (the format of the public data set
// holiday-cn; `isOffDay` false = a day that is worked). The year is that of the notice: its days may also lie in the
// years next to it. A later call wins where two name the same day. Copies what it needs of `arrangement`.
// CAL-… diagnostics and false on trouble; the days that are in order are added all the same.
enum { CALENDAR_DAYS_MAX = 400 };                            // every day of a year and its neighbours' edges; a notice names some 35
bool calendar_add_year(calendar *c, const json *arrangement, str file, diag_list *d);
bool calendar_covers(const calendar *c, int32_t year);       // is there an arrangement with days for it?

typedef enum { DAY_WORKING, DAY_WEEKEND, DAY_HOLIDAY, DAY_ADJUSTED /* a weekend day that is worked */ } day_kind;
day_kind calendar_day(const calendar *c, date d, str *name); // name of the holiday, or ""; uncovered years: weekends only
bool calendar_is_working(const calendar *c, date d);
// Working days in (from, to]: 0 when to <= from.
int64_t calendar_working_days(const calendar *c, date from, date to);

typedef enum { UNIT_WORKING_DAYS, UNIT_DAYS, UNIT_MONTHS, UNIT_YEARS, UNIT_HOURS } period_unit;
typedef struct { int length; period_unit unit; bool backward; } period;

// "20 wd", "60 d", "3 mo", "24 h", "5 y"; "-7 d" = backward. The form used in procedure files.
bool period_parse(str text, period *out);
str period_text(period p, language lang, arena *a);          // 20个工作日, 60日, 3个月, 24小时 / 20 working days …

// One line of a derivation: a day and what it is to this period. Runs of days are folded: `day` is then the earliest
// and the note begins with the latest ("至10月7日，国庆节休息，不计入").
typedef struct { date day; str note[LANG_COUNT]; } derivation_line;
typedef struct { derivation_line *lines; ptrdiff_t count; bool provisional; } derivation;

enum { PERIOD_LENGTH_MAX = 36500 };
// Last day of `p` counted from the day of the event; for length 0 that day itself, rest day or not. If an arrangement
// needed is not there yet, the result counts with weekends only, `provisional` is set and CAL-YEAR-MISSING is added as a
// warning: it must be recomputed when the notice comes. The last days of December need the next year's, too.
// False (with CAL-PERIOD) for a length outside 0..PERIOD_LENGTH_MAX, no event, or UNIT_HOURS (hours run from moment to
// moment), and (CAL-RANGE) when it ends beyond DATE_YEAR_MAX.
// The first line of `why` is the event (for length 0 the only one), the last is the last day; it may be NULL, and then
// the cost does not grow with the period.
bool calendar_last_day(const calendar *c, date event, period p, date *last, derivation *why, arena *a, diag_list *d);

#endif
