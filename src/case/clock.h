// clock.h: a statutory time limit that is running: when does it end, why, and how near is that?
//
// A running clock is a plain value: what the law says (procedure_clock), the event that started it, and what has happened to
// it since. Each function is one such event. Nothing here knows today or the files; the calendar is an argument, so a new
// holiday notice is answered by asking clock_due again.
//
//  - suspended (中止): the days from the first to the last of the suspension, both included, do not count; the rest of the
//    period runs on after them. Working days are counted in working days, all others in calendar days; months that are
//    interrupted are turned into the days they had.
//  - restarted (中断): what ran before is forgotten; the whole period begins again after that day.
//  - extended: only as often and as long as the article allows, and only before the end; a refusal names the article. The
//    period and its extension are one length counted from the start: its last day alone moves over a rest.
//  - stopped: the act was done. Was it in time?
//  - late stays late: once the end had passed at the time of an event, no suspension, extension or new calendar undoes it.
//  - hours run from moment to moment (Civil Code, Art. 201); from a bare date they run from the end of that day. They do not
//    move over a rest, unless the limit says that they run on working days only.
// Two limits run side by side where the office promises to be faster than the law: the same events, two ends.
#ifndef FADU_CASE_CLOCK_H
#define FADU_CASE_CLOCK_H

#include "calendar/calendar.h"
#include "procedure/procedure.h"

typedef struct { date day; int32_t second; bool has_time; } clock_moment;
typedef struct { date from, to; } clock_pause;               // both included; `to` none: not yet resumed

// A case is suspended a few times at most; more than this is a mistake in the data.
// Hours are counted day by day: their start and their pauses must leave that walk short.
enum { CLOCK_PAUSES_MAX = 32, CLOCK_PAUSE_YEARS_MAX = 50, CLOCK_HOURS_YEAR_MAX = 9999 };
typedef struct {
    const procedure *procedure;
    const procedure_clock *law;
    clock_moment start, stop;                                // `stop.day` none: still running
    clock_pause pauses[CLOCK_PAUSES_MAX];                    // sorted, apart
    int pause_count;
    date restarted;                                          // none, or the day of the last 中断
    int extensions, extended;                                // how often, and by how much together, in the period's unit
    bool late;                                               // found late, for ever
} running_clock;

typedef enum { CLOCK_LAW, CLOCK_PROMISE } clock_limit;
typedef enum { CLOCK_NORMAL, CLOCK_DUE_SOON, CLOCK_OVERDUE } clock_level;

// `law` must have a period or a day of the year (clock_can_run); others end on a day that the case's own record names.
bool clock_can_run(const procedure_clock *law);
running_clock clock_start(const procedure *p, const procedure_clock *law, clock_moment start);

// The events. False with a CLOCK-… diagnostic, and the clock unchanged, when the law does not allow it.
// Where the law names no ground for a suspension or an interruption that is a warning: another law may give one.
bool clock_suspend(running_clock *c, const calendar *cal, date from, date to, arena *a, diag_list *d);   // `to` none: open
bool clock_resume(running_clock *c, date last_suspended, diag_list *d);
bool clock_restart(running_clock *c, const calendar *cal, date on, arena *a, diag_list *d);
// `length` in the period's unit, 0 = the longest allowed; `on` = the day it was granted, none = in time.
bool clock_extend(running_clock *c, const calendar *cal, int length, date on, arena *a, diag_list *d);
void clock_stop(running_clock *c, const calendar *cal, clock_moment at, arena *a);
// Time has passed: notes whether it is late by the end of that day.
void clock_observe(running_clock *c, const calendar *cal, date today, arena *a);

// The end. False, with a diagnostic, while it is suspended without an end (CLOCK-SUSPENDED), without that promise
// (CLOCK-NO-PROMISE), or when the calendar cannot say (calendar.h). `why` may be NULL; CAL-YEAR-MISSING is a warning as there.
bool clock_due(const running_clock *c, clock_limit limit, const calendar *cal, clock_moment *due, derivation *why, arena *a, diag_list *d);
bool clock_moment_after(clock_moment a, clock_moment b);     // a bare date lasts until its end

// How near is the end on that day? "Due soon" begins `warning` days before the last, or, where none is declared, when a
// fifth of the period is left, at least a day: long enough to act, short enough to mean something.
enum { CLOCK_WARNING_SHARE = 5 };
clock_level clock_level_on(const running_clock *c, clock_limit limit, const calendar *cal, date today, arena *a);

// ---- telling ---------------------------------------------------------------------------------------------

str clock_moment_text(clock_moment m, arena *a);             // "2024-03-05", "2024-03-05T08:30"
bool clock_moment_parse(str text, clock_moment *out);        // those two forms
str clock_length_text(const procedure_clock *law, language lang, arena *a);   // 20个工作日; 每年1月31日前
str clock_article_text(const procedure *p, const procedure_clock *law, arena *a);
str clock_level_text(clock_level level, language lang);
str clock_effect_text(clock_effect effect, language lang);
// {"clock","name","article","length","unit",…}: a limit as it is declared.
json *clock_law_json(const procedure *p, const procedure_clock *law, language lang, arena *a);
// {"clock","article","due","derivation":[…],…}. NULL when there is no due date. `id`: the name under which it was asked for.
json *clock_answer_json(const running_clock *c, str id, const calendar *cal, language lang, arena *a, diag_list *d);

#endif
