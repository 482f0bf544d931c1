// Jobs worked ahead by several threads come back in the order in which they were filled, each worked exactly once.
#include <stdlib.h>

#include "service/ahead.h"
#include "tap.h"

typedef struct { int number, square, times_worked; } job;
typedef struct { int taken, stop_at; bool in_order, worked_once; } taker;

static void square(void *ctx, void *job_)
{
    (void)ctx;
    job *j = job_;
    j->square = j->number * j->number;
    j->times_worked++;
}

static bool take(void *taker_, void *job_)
{
    taker *t = taker_;
    job *j = job_;
    t->in_order &= j->number == t->taken && j->square == t->taken * t->taken;
    t->worked_once &= j->times_worked == 1;
    t->taken++;
    *j = (job){0};
    return t->taken != t->stop_at;
}

// Fills jobs numbered 0 … count - 1; gives how many were filled before a take stopped it, and whether all went well.
static int run(int count, int stop_at, taker *t, bool *whole)
{
    job jobs[AHEAD_JOBS] = {0};
    *t = (taker){.stop_at = stop_at, .in_order = true, .worked_once = true};
    ahead *x = ahead_start((ahead_plan){square, take, t, (char *)jobs, sizeof *jobs});
    int filled = 0;
    for (job *j; filled < count && (j = ahead_fill(x)); filled++) {
        j->number = filled;
        ahead_submit(x);
    }
    *whole = ahead_finish(x);
    return filled;
}

int main(void)
{
    taker t;
    bool whole;
    for (int count = 0; count < 40; count++) {
        run(count, -1, &t, &whole);
        if (t.taken != count || !t.in_order || !t.worked_once || !whole) break;
    }
    tap_ok(t.taken == 39 && t.in_order && t.worked_once && whole, "0 to 39 jobs: all taken, in order, worked once");
    run(20000, -1, &t, &whole);
    tap_ok(t.taken == 20000 && t.in_order && t.worked_once && whole, "20,000 jobs");
    int filled = run(20000, 100, &t, &whole);
    tap_ok(!whole && t.taken == 100 && filled < 100 + AHEAD_JOBS, "a take that says stop is the last");
    run(3, 3, &t, &whole);
    tap_ok(!whole && t.taken == 3, "also when it comes at the end");
    return tap_done();
}
