// simulate.h: a year of the demonstration district, played through the real procedures.
//
// The ledgers of the demonstration district say how every case of the year ended. Here nobody imports them: each case is begun, and brought on
// task by task, in the order in which it would have happened (case/retrace.h), by the same commands, under the same refusals, and with the
// same time limits running and falling due as in an office. What has no process is recorded on its day, and what was before the year is
// recorded as the year finds it. The district at the end is one that has worked for a year: its report must be the import's.
#ifndef FADU_SERVICE_SIMULATE_H
#define FADU_SERVICE_SIMULATE_H

#include "service/district.h"

typedef struct {
    int64_t cases, whole, commands, refused;     // played; those that end as the ledger says; what was done; of that refused (none, unless there is a mistake)
    int64_t recorded;                            // without a process, or from before the year
    int days;                                    // on which something happened
} simulate_result;

// Makes the directory `dir` (as district_init) and plays `year` of the bundled district `name` in it. `scratch`: a directory that is not there
// yet, made for the ledgers and taken away again. SIMULATE-… diagnostics on trouble.
exit_status simulate_year(const char *dir, const char *scratch, str name, int year, simulate_result *out, arena *a, diag_list *d);

#endif
