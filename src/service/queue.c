#include "service/queue.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

typedef struct job {
    queue_change change;
    void *ctx;
    arena *arena;
    diag_list *diags, before;        // before: what had been said when it was submitted
    queue_result result;
    bool accepted, done;
    pthread_cond_t told;
    struct job *next;
} job;

// Jobs that are decided in one transaction.
typedef struct {
    writer writer;
    job *first;                      // none: time has passed
    bool any;                        // one of them was accepted
} group;

// Two threads: one decides a group while the other commits the group before it. What is decided meanwhile rests on that: when the commit
// fails, it is decided again.
struct write_queue {
    const char *dir;
    timestamp (*clock)(void);
    pthread_t decider, committer;
    // Shared, under the mutex.
    pthread_mutex_t mutex;
    pthread_cond_t moved;            // a job has come, the alarm is another, or the end
    pthread_cond_t news;             // `written` has grown, or the end
    pthread_cond_t handed, idle;     // from one thread to the other, and back
    job *first, *last;
    int waiting, taken;              // jobs in that list; in the group that was taken last
    bool ending, closing;            // no more jobs; no more groups
    int64_t written;
    timestamp alarm;                 // the earliest known
    group *committing;               // NULL: the store is free
    bool failed;                     // a commit has, on which what is being decided may rest
    // The deciding thread's. The district's own connection is for whoever has come to the store (writer_behind).
    district district;               // store NULL: not open
    store *reader;
    arena arena;
    group groups[2];
    int deciding;
    // The committing thread's.
    arena commit_arena;
    timestamp copied;                // when the head was last copied out of the database; it waits for nobody, so not at each commit
};

// ---- the committing thread -------------------------------------------------------------------------------

static void tell(write_queue *q, job *first, int64_t written)
{
    if (written > q->written) {
        q->written = written;
        pthread_cond_broadcast(&q->news);
    }
    for (job *j = first, *next; j; j = next) {
        next = j->next;
        j->done = true;
        pthread_cond_signal(&j->told);
    }
}

static void fail_all(job *first, queue_result result)
{
    for (job *j = first; j; j = j->next)
        if (j->result != QUEUE_REFUSED) j->result = result;
}

static store_result commit(write_queue *q, group *g)
{
    store_result r = writer_commit(&g->writer, &q->commit_arena);
    if (r != STORE_OK) fail_all(g->first, QUEUE_FAILED);
    if (g->writer.now - q->copied >= QUEUE_COPY_MS) {
        district_copy_head(&q->district, &q->commit_arena);
        q->copied = g->writer.now;
    }
    return r;
}

static store_result commit_guarded(write_queue *q, group *g)
{
    jmp_buf out_of_memory;
    if (!ARENA_GUARD(&q->commit_arena, out_of_memory)) {
        store_result r = commit(q, g);
        q->commit_arena.escape = NULL;
        return r;
    }
    q->commit_arena.escape = NULL;
    writer_rollback(&g->writer);
    fail_all(g->first, QUEUE_FAILED);
    return STORE_FAILED;
}

static void *commit_groups(void *queue)
{
    write_queue *q = queue;
    pthread_mutex_lock(&q->mutex);
    for (;;) {
        while (!q->committing && !q->closing) pthread_cond_wait(&q->handed, &q->mutex);
        group *g = q->committing;
        if (!g) break;
        pthread_mutex_unlock(&q->mutex);
        store_result r = commit_guarded(q, g);
        timestamp alarm = g->writer.now;
        store_next_alarm(q->district.store, &alarm);
        arena_rewind(&q->commit_arena, (arena_position){0});
        pthread_mutex_lock(&q->mutex);
        q->failed = q->failed || r != STORE_OK;
        q->alarm = alarm;
        q->committing = NULL;
        pthread_cond_signal(&q->idle);
        pthread_cond_signal(&q->moved);      // the alarm may be another
        tell(q, g->first, (int64_t)q->district.tree.size);
    }
    pthread_mutex_unlock(&q->mutex);
    return NULL;
}

// What writer_behind waits by.
static void wait_until_idle(void *queue)
{
    write_queue *q = queue;
    pthread_mutex_lock(&q->mutex);
    while (q->committing) pthread_cond_wait(&q->idle, &q->mutex);
    pthread_mutex_unlock(&q->mutex);
}

// ---- the directory ---------------------------------------------------------------------------------------

static exit_status open_district(write_queue *q, diag_list *d)
{
    if (q->district.store) return EXIT_DONE;
    exit_status status = district_open(q->dir, true, &q->district, d);
    if (status != EXIT_DONE) return status;
    store_result r = store_open(q->dir, false, &q->reader);
    if (r == STORE_OK) return EXIT_DONE;
    status = district_trouble(q->dir, q->district.store, r, d);
    district_close(&q->district);
    q->district.store = NULL;
    return status;
}

static void let_go(write_queue *q)
{
    wait_until_idle(q);
    if (!q->district.store) return;
    district_copy_head(&q->district, &q->arena);
    store_close(q->reader);
    district_close(&q->district);
}

static void look_at_alarms(write_queue *q)
{
    store *own = NULL;
    q->alarm = STORE_NO_ALARM;
    if (store_open(q->dir, false, &own) == STORE_OK) store_next_alarm(own, &q->alarm);
    store_close(own);
}

// ---- deciding a group ------------------------------------------------------------------------------------

// Begins behind what is being committed, if anything is.
static store_result begin(write_queue *q, group *g)
{
    group *other = &q->groups[g == q->groups];
    writer_behind behind = {.reader = q->reader, .wait = wait_until_idle, .ctx = q};
    pthread_mutex_lock(&q->mutex);
    if (q->committing) behind.ahead = &other->writer;
    else q->failed = false;
    pthread_mutex_unlock(&q->mutex);
    store_result r = writer_begin_behind(&g->writer, &q->district, q->clock(), behind);
    if (r == STORE_OK) r = store_begin(q->reader, false);      // after that look: it sees all that is not ahead
    g->writer.copy_later = true;
    g->any = false;
    return r;
}

// Waits for the commit before. False: it failed, and the group is to be decided again.
static bool rests_on_committed(write_queue *q, group *g)
{
    store_rollback(q->reader);
    wait_until_idle(q);
    pthread_mutex_lock(&q->mutex);
    bool good = !q->failed;
    pthread_mutex_unlock(&q->mutex);
    if (!good) writer_rollback(&g->writer);
    return good;
}

static void hand_over(write_queue *q, group *g)
{
    g->writer.behind.wait = NULL;
    pthread_mutex_lock(&q->mutex);
    q->committing = g;
    pthread_cond_signal(&q->handed);
    pthread_mutex_unlock(&q->mutex);
    q->deciding = !q->deciding;
}

static void tell_now(write_queue *q, job *first)
{
    pthread_mutex_lock(&q->mutex);
    tell(q, first, 0);
    pthread_mutex_unlock(&q->mutex);
}

// One job within a transaction, in its submitter's memory. False: it ran out of memory, or wrote and then refused: the transaction is spoilt.
static bool run_job(writer *w, job *j)
{
    jmp_buf *outer = j->arena->escape;
    jmp_buf out_of_memory;
    uint64_t size = w->tree.size;
    if (ARENA_GUARD(j->arena, out_of_memory)) {
        j->arena->escape = outer;
        j->result = QUEUE_FAILED;
        j->change = NULL;
        return false;
    }
    *j->diags = j->before;           // what an attempt that was not kept has said is forgotten
    if (j->diags->last) j->diags->last->next = NULL;
    j->accepted = j->change(w, j->ctx, j->arena, j->diags);
    j->arena->escape = outer;
    j->result = j->accepted ? QUEUE_DONE : QUEUE_REFUSED;
    return j->accepted || w->tree.size == size;
}

// Decides the jobs in one transaction and hands it over. False: one of them spoilt it, and nothing was kept or told.
static bool run_together(write_queue *q, job *first)
{
    for (;;) {
        group *g = &q->groups[q->deciding];
        bool kept = true;
        if (begin(q, g) != STORE_OK) {
            fail_all(first, QUEUE_FAILED);
            tell_now(q, first);
            return true;
        }
        g->first = first;
        for (job *j = first; j && kept; j = j->next)
            if (j->change) {
                kept = run_job(&g->writer, j);
                g->any = g->any || j->accepted;
            }
        if (!rests_on_committed(q, g)) continue;
        if (kept && g->any) {
            hand_over(q, g);
            return true;
        }
        writer_rollback(&g->writer);
        if (kept) tell_now(q, first);
        return kept;
    }
}

static void run_group(write_queue *q, job *first)
{
    diag_list said = {.arena = &q->arena};
    if (open_district(q, &said) != EXIT_DONE) {
        bool busy = said.last && strcmp(said.last->code, "STORE-BUSY") == 0;
        fail_all(first, busy ? QUEUE_BUSY : QUEUE_FAILED);
        for (job *j = first; j; j = j->next)
            for (const diag *each = said.first; each; each = each->next) diag_copy(j->diags, each);
        tell_now(q, first);
        return;
    }
    if (run_together(q, first)) return;
    for (job *j = first, *next; j; j = next) {
        next = j->next;
        j->next = NULL;
        if (!j->change || !run_together(q, j)) tell_now(q, j);
    }
}

// ---- alarms ----------------------------------------------------------------------------------------------

static void pass_time(writer *w, int64_t case_id, arena *a)
{
    diag_list d = {.arena = a};
    flow_command c = {.kind = FLOW_TIME, .actor = STR("time")};
    event e;
    decision done = writer_act(w, case_id, (str){0}, &c, &e, a, &d);
    if (done == DECIDED) return;
    writer_settle(w);
    timestamp next = done == UNCHANGED && e.running ? flow_next_time(e.running, w->district->definitions->calendar, w->now, CHINA_OFFSET_MINUTES, a) : w->now + QUEUE_RETRY_MS;
    store_put_alarm(w->district->store, case_id, next > w->now ? next : w->now + QUEUE_RETRY_MS);
}

// False: nothing was handed over.
static bool ring(write_queue *q)
{
    diag_list said = {.arena = &q->arena};
    int64_t *ids;
    ptrdiff_t count = 0;
    group *g = &q->groups[q->deciding];
    if (open_district(q, &said) != EXIT_DONE || begin(q, g) != STORE_OK) return false;
    g->first = NULL;
    writer_settle(&g->writer);       // which alarms are due, the store says
    store_due_alarms(q->district.store, g->writer.now, QUEUE_GROUP_MAX, &ids, &count, &q->arena);
    for (ptrdiff_t i = 0; i < count; i++) pass_time(&g->writer, ids[i], &q->arena);
    if (!rests_on_committed(q, g)) return false;
    if (count) hand_over(q, g);
    else writer_rollback(&g->writer);
    return count > 0;
}

static bool ring_guarded(write_queue *q)
{
    jmp_buf out_of_memory;
    if (!ARENA_GUARD(&q->arena, out_of_memory)) {
        bool rang = ring(q);
        q->arena.escape = NULL;
        return rang;
    }
    q->arena.escape = NULL;
    let_go(q);                       // what is half done falls with the connection; the alarm is still due
    return false;
}

static void answer_alarm(write_queue *q, timestamp now)
{
    if (ring_guarded(q)) return;
    look_at_alarms(q);
    // A case that is due but could not be brought forward (another process writes) is looked at again after a while.
    if (q->alarm <= now) q->alarm = now + QUEUE_IDLE_MS;
}

// ---- the deciding thread ---------------------------------------------------------------------------------

static struct timespec from_now(int64_t microseconds)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += microseconds / 1000000;
    t.tv_nsec += microseconds % 1000000 * 1000;
    if (t.tv_nsec >= 1000000000) t.tv_sec++, t.tv_nsec -= 1000000000;
    return t;
}

static void wait_ms(write_queue *q, pthread_cond_t *what, int64_t ms)
{
    struct timespec until = from_now(ms * 1000);
    pthread_cond_timedwait(what, &q->mutex, &until);
}

// As many as last time are likely to come again: they have just been told. Whoever is alone waits for nobody.
static void gather(write_queue *q)
{
    if (!q->first) return;
    struct timespec until = from_now(QUEUE_GATHER_US);
    while (q->waiting < q->taken && pthread_cond_timedwait(&q->moved, &q->mutex, &until) == 0) continue;
}

static job *take_group(write_queue *q)
{
    gather(q);
    job *first = q->first, *last = first;
    if (!last) return NULL;
    for (q->taken = 1; last->next && q->taken < QUEUE_GROUP_MAX; q->taken++) last = last->next;
    q->waiting -= q->taken;
    q->first = last->next;
    if (!q->first) q->last = NULL;
    last->next = NULL;
    return first;
}

static timestamp next_look(const write_queue *q, timestamp now)
{
    timestamp until = now + (q->district.store ? QUEUE_IDLE_MS : QUEUE_LOOK_MS);
    return !q->committing && q->alarm < until ? q->alarm : until;
}

// Nothing to do for a while: lets go of the directory, and sees whether another process has set an alarm.
static void rest(write_queue *q, timestamp now, timestamp used, timestamp *looked)
{
    if (q->district.store && now - used >= QUEUE_IDLE_MS) let_go(q);
    if (now - *looked < QUEUE_LOOK_MS) return;
    look_at_alarms(q);
    *looked = now;
}

static void *decide_groups(void *queue)
{
    write_queue *q = queue;
    look_at_alarms(q);
    timestamp looked = q->clock(), used = looked;
    pthread_mutex_lock(&q->mutex);
    while (!q->ending || q->first) {
        job *jobs = take_group(q);
        timestamp now = q->clock();
        bool busy = q->committing, rings = !jobs && !busy && q->alarm <= now;
        if (!jobs && !rings) wait_ms(q, &q->moved, next_look(q, now) - now);
        pthread_mutex_unlock(&q->mutex);
        if (jobs) run_group(q, jobs);
        else if (rings) answer_alarm(q, now);
        else if (!busy) rest(q, q->clock(), used, &looked);
        if (jobs || rings || busy) used = q->clock();
        arena_rewind(&q->arena, (arena_position){0});
        pthread_mutex_lock(&q->mutex);
    }
    pthread_mutex_unlock(&q->mutex);
    let_go(q);
    return NULL;
}

// ---- outside ---------------------------------------------------------------------------------------------

// `begun`: how many of its threads run.
static void end_queue(write_queue *q, int begun)
{
    pthread_mutex_lock(&q->mutex);
    q->ending = true;
    pthread_cond_signal(&q->moved);
    pthread_cond_broadcast(&q->news);
    pthread_mutex_unlock(&q->mutex);
    if (begun > 1) pthread_join(q->decider, NULL);
    pthread_mutex_lock(&q->mutex);
    q->closing = true;
    pthread_cond_signal(&q->handed);
    pthread_mutex_unlock(&q->mutex);
    if (begun > 0) pthread_join(q->committer, NULL);
    for (int i = 0; i < 2; i++) writer_end(&q->groups[i].writer);
    arena_free(&q->arena);
    arena_free(&q->commit_arena);
    pthread_mutex_destroy(&q->mutex);
    pthread_cond_t *const conditions[] = {&q->moved, &q->news, &q->handed, &q->idle};
    for (int i = 0; i < 4; i++) pthread_cond_destroy(conditions[i]);
    mem_release(q);
}

write_queue *queue_open(const char *dir, timestamp (*clock)(void))
{
    write_queue *q = mem_alloc(sizeof *q);
    if (!q) return NULL;
    q->dir = dir;
    q->clock = clock;
    pthread_mutex_init(&q->mutex, NULL);
    pthread_cond_t *const conditions[] = {&q->moved, &q->news, &q->handed, &q->idle};
    for (int i = 0; i < 4; i++) pthread_cond_init(conditions[i], NULL);
    int begun = pthread_create(&q->committer, NULL, commit_groups, q) == 0;
    begun += begun && pthread_create(&q->decider, NULL, decide_groups, q) == 0;
    if (begun == 2) return q;
    end_queue(q, begun);
    return NULL;
}

void queue_close(write_queue *q)
{
    if (q) end_queue(q, 2);
}

queue_result queue_submit(write_queue *q, queue_change change, void *ctx, arena *a, diag_list *d)
{
    job j = {.change = change, .ctx = ctx, .arena = a, .diags = d, .before = *d, .told = PTHREAD_COND_INITIALIZER};
    pthread_mutex_lock(&q->mutex);
    if (q->last) q->last->next = &j;
    else q->first = &j;
    q->last = &j;
    q->waiting++;
    pthread_cond_signal(&q->moved);
    while (!j.done) pthread_cond_wait(&j.told, &q->mutex);
    pthread_mutex_unlock(&q->mutex);
    pthread_cond_destroy(&j.told);
    return j.result;
}

int64_t queue_written(write_queue *q)
{
    pthread_mutex_lock(&q->mutex);
    int64_t n = q->written;
    pthread_mutex_unlock(&q->mutex);
    return n;
}

bool queue_wait(write_queue *q, int64_t seen, int ms)
{
    pthread_mutex_lock(&q->mutex);
    if (q->written <= seen && !q->ending) wait_ms(q, &q->news, ms);
    bool goes_on = !q->ending;
    pthread_mutex_unlock(&q->mutex);
    return goes_on;
}
