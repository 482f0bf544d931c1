// ahead.h: jobs worked out ahead by several threads, their results taken in order by one.
//
// For a long list whose items need much work each and little in sequence: one thread fills jobs and takes them back in the
// order in which they were filled; the machine's other processors do the work between. Where there is no other processor, or the
// machine gives no thread, the filling thread works itself, as it does whenever it would otherwise wait: results never differ.
#ifndef FADU_SERVICE_AHEAD_H
#define FADU_SERVICE_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

enum { AHEAD_JOBS = 8 };         // in flight: enough that neither side waits for the other at every job

typedef struct {
    void (*work)(void *ctx, void *job);      // in any thread, several at a time: touches the job and what nobody changes
    bool (*take)(void *ctx, void *job);      // in the filling thread, in order; empties the job. False stops the whole
    void *ctx;
    char *jobs;                              // AHEAD_JOBS of them, empty; the caller's
    size_t job_size;
} ahead_plan;

typedef struct ahead ahead;
ahead *ahead_start(ahead_plan plan);         // NULL: no memory
void *ahead_fill(ahead *x);                  // an empty job; NULL when a take has stopped the whole
void ahead_submit(ahead *x);                 // the job last given by ahead_fill is full
bool ahead_finish(ahead *x);                 // takes what is left and frees; false when a take stopped the whole

#endif
