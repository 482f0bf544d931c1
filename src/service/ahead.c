#include <pthread.h>
#include <unistd.h>

#include "base/arena.h"
#include "service/ahead.h"

enum { THREADS_MAX = 7 };        // more than the one that fills and takes can feed

typedef enum { EMPTY, FULL, AT_WORK, DONE } job_state;

struct ahead {
    ahead_plan plan;
    pthread_mutex_t mutex;
    pthread_cond_t moved;        // some job has changed its state, or the end has come
    job_state states[AHEAD_JOBS];
    int filling, taking;         // the ring: jobs taking … filling - 1 are in flight
    int in_flight;
    bool stopped, ending;
    pthread_t threads[THREADS_MAX];
    int thread_count;
};

static void *job_at(const ahead *x, int i) { return x->plan.jobs + (size_t)i * x->plan.job_size; }

// Works one full job, the oldest, with the mutex given up meanwhile. False: there is none.
static bool work_one(ahead *x)
{
    for (int k = 0; k < x->in_flight; k++) {
        int i = (x->taking + k) % AHEAD_JOBS;
        if (x->states[i] != FULL) continue;
        x->states[i] = AT_WORK;
        pthread_mutex_unlock(&x->mutex);
        x->plan.work(x->plan.ctx, job_at(x, i));
        pthread_mutex_lock(&x->mutex);
        x->states[i] = DONE;
        pthread_cond_broadcast(&x->moved);
        return true;
    }
    return false;
}

static void *work_until_end(void *x_)
{
    ahead *x = x_;
    pthread_mutex_lock(&x->mutex);
    while (!x->ending)
        if (!work_one(x)) pthread_cond_wait(&x->moved, &x->mutex);
    pthread_mutex_unlock(&x->mutex);
    return NULL;
}

ahead *ahead_start(ahead_plan plan)
{
    ahead *x = mem_alloc(sizeof *x);
    if (!x) return NULL;
    x->plan = plan;
    pthread_mutex_init(&x->mutex, NULL);
    pthread_cond_init(&x->moved, NULL);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    while (x->thread_count < THREADS_MAX && x->thread_count + 1 < processors &&
           pthread_create(&x->threads[x->thread_count], NULL, work_until_end, x) == 0)
        x->thread_count++;
    return x;
}

// Takes the oldest job, working or waiting until it is done. With the mutex held, which it gives up meanwhile.
static void take_oldest(ahead *x)
{
    while (x->states[x->taking] != DONE)
        if (!work_one(x)) pthread_cond_wait(&x->moved, &x->mutex);
    pthread_mutex_unlock(&x->mutex);
    bool go_on = x->plan.take(x->plan.ctx, job_at(x, x->taking));
    pthread_mutex_lock(&x->mutex);
    x->states[x->taking] = EMPTY;
    x->taking = (x->taking + 1) % AHEAD_JOBS;
    x->in_flight--;
    if (!go_on) x->stopped = true;
}

void *ahead_fill(ahead *x)
{
    pthread_mutex_lock(&x->mutex);
    while (!x->stopped && x->in_flight && (x->in_flight == AHEAD_JOBS || x->states[x->taking] == DONE)) take_oldest(x);
    bool stopped = x->stopped;
    pthread_mutex_unlock(&x->mutex);
    return stopped ? NULL : job_at(x, x->filling);
}

void ahead_submit(ahead *x)
{
    pthread_mutex_lock(&x->mutex);
    x->states[x->filling] = FULL;
    x->filling = (x->filling + 1) % AHEAD_JOBS;
    x->in_flight++;
    pthread_cond_broadcast(&x->moved);
    pthread_mutex_unlock(&x->mutex);
}

bool ahead_finish(ahead *x)
{
    pthread_mutex_lock(&x->mutex);
    while (x->in_flight && !x->stopped) take_oldest(x);
    bool stopped = x->stopped;
    x->ending = true;
    pthread_cond_broadcast(&x->moved);
    pthread_mutex_unlock(&x->mutex);
    for (int i = 0; i < x->thread_count; i++) pthread_join(x->threads[i], NULL);
    pthread_mutex_destroy(&x->mutex);
    pthread_cond_destroy(&x->moved);
    mem_release(x);
    return !stopped;
}
