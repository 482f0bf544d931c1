// adopt.h: a district takes over changed definitions: a new version of a procedure, or the holiday arrangement of a year.
//
// What was decided stays decided by the definition of its day: running cases keep the version of the procedure they began with until somebody
// migrates them (case/flow.h). A new arrangement is the calendar for all of them at once: every open clock is computed anew, and each case
// whose clocks move gets a record that says so. Late stays late.
#ifndef FADU_SERVICE_ADOPT_H
#define FADU_SERVICE_ADOPT_H

#include "service/district.h"

enum { ADOPT_PATHS_MAX = 200, ADOPT_GROUP = 1000 /* cases in one transaction of the recomputation */ };

typedef struct { str case_id, key, procedure, clock, before, after; } moved_clock;       // before, after: the end as text; "" = none
typedef struct {
    const str *adopted;              // "hotline 2", "district 30": definitions and their numbers
    ptrdiff_t adopted_count;
    int64_t looked_at;               // open cases whose clocks were computed anew
    moved_clock *moved;
    ptrdiff_t moved_count;
} adoption;

// Each path is a procedure's folder, or a file with an arrangement (calendar.h). ADOPT-… and the loaders' diagnostics when one cannot be
// adopted: then none is. What is the same as before is passed over. EXIT_DONE, EXIT_INPUT, EXIT_SYSTEM.
exit_status district_adopt(const char *dir, char *const *paths, int path_count, timestamp now, adoption *out, arena *a, diag_list *d);

#endif
