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

struct write_queue {
    const char *dir;
    timestamp (*clock)(void);
    pthread_t thread;
    pthread_mutex_t mutex;           // over all that follows
    pthread_cond_t moved;            // a job has come, or the end
    pthread_cond_t news;             // `written` has grown, or the end
    job *first, *last;
    bool ending;
    int64_t written;
};

// What the thread alone touches.
typedef struct {
    write_queue *queue;
    district district;               // store NULL: not open
    arena arena;
    timestamp alarm;                 // the earliest known
    timestamp copied;                // when the head was last copied out of the database; it waits for nobody, so not at each commit
} writing;

// ---- the directory ---------------------------------------------------------------------------------------

static exit_status open_district(writing *x, diag_list *d)
{
    return x->district.store ? EXIT_DONE : district_open(x->queue->dir, true, &x->district, d);
}

static void let_go(writing *x)
{
    if (!x->district.store) return;
    district_copy_head(&x->district, &x->arena);
    district_close(&x->district);
}

static void copy_head(writing *x, timestamp now)
{
    if (now - x->copied < QUEUE_COPY_MS) return;
    district_copy_head(&x->district, &x->arena);
    x->copied = now;
}

static void look_at_alarms(writing *x)
{
    store *s = x->district.store, *own = NULL;
    x->alarm = STORE_NO_ALARM;
    if (!s && store_open(x->queue->dir, false, &own) == STORE_OK) s = own;
    if (s) store_next_alarm(s, &x->alarm);
    store_close(own);
}

// ---- a group ---------------------------------------------------------------------------------------------

// One job within a transaction, in its submitter's memory. False: it ran out of memory, or wrote and then refused: the transaction is spoilt.
static bool run_job(writer *w, job *j)
{
    jmp_buf *outer = j->arena->escape;
    jmp_buf out_of_memory;
    uint64_t size = w->district->tree.size;
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
    return j->accepted || w->district->tree.size == size;
}

static void fail_all(job *first, const job *end, queue_result result)
{
    for (job *j = first; j != end; j = j->next)
        if (j->result != QUEUE_REFUSED) j->result = result;
}

// The jobs from `first` up to `end` in one transaction. False: one of them spoilt it, and nothing was kept.
static bool run_together(writing *x, job *first, const job *end)
{
    writer w;
    bool kept = true, any = false;
    if (writer_begin(&w, &x->district, x->queue->clock()) != STORE_OK) {
        fail_all(first, end, QUEUE_FAILED);
        return true;
    }
    w.copy_later = true;
    for (job *j = first; j != end && kept; j = j->next)
        if (j->change) {
            kept = run_job(&w, j);
            any = any || j->accepted;
        }
    if (!kept || !any) {
        writer_rollback(&w);
        return kept;
    }
    if (writer_commit(&w, &x->arena) != STORE_OK) fail_all(first, end, QUEUE_FAILED);
    copy_head(x, w.now);
    return true;
}

static void run_group(writing *x, job *first)
{
    diag_list said = {.arena = &x->arena};
    if (open_district(x, &said) != EXIT_DONE) {
        bool busy = said.last && strcmp(said.last->code, "STORE-BUSY") == 0;
        fail_all(first, NULL, busy ? QUEUE_BUSY : QUEUE_FAILED);
        for (job *j = first; j; j = j->next)
            for (const diag *each = said.first; each; each = each->next) diag_copy(j->diags, each);
        return;
    }
    if (!run_together(x, first, NULL))
        for (job *j = first; j; j = j->next)
            if (j->change) run_together(x, j, j->next);
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

static void ring(writing *x, timestamp now)
{
    diag_list said = {.arena = &x->arena};
    int64_t *ids;
    ptrdiff_t count = 0;
    writer w;
    if (open_district(x, &said) != EXIT_DONE || writer_begin(&w, &x->district, now) != STORE_OK) return;
    store_due_alarms(x->district.store, now, QUEUE_GROUP_MAX, &ids, &count, &x->arena);
    for (ptrdiff_t i = 0; i < count; i++) pass_time(&w, ids[i], &x->arena);
    if (count) writer_commit(&w, &x->arena);
    else writer_rollback(&w);
}

static void ring_guarded(writing *x, timestamp now)
{
    jmp_buf out_of_memory;
    if (!ARENA_GUARD(&x->arena, out_of_memory)) ring(x, now);
    else let_go(x);                  // what is half done falls with the connection; the alarm is still due
    x->arena.escape = NULL;
}

// ---- the thread ------------------------------------------------------------------------------------------

static void wait_ms(write_queue *q, pthread_cond_t *what, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
    pthread_cond_timedwait(what, &q->mutex, &until);
}

static job *take_group(write_queue *q)
{
    job *first = q->first, *last = first;
    for (int n = 1; last && last->next && n < QUEUE_GROUP_MAX; n++) last = last->next;
    if (!last) return NULL;
    q->first = last->next;
    if (!q->first) q->last = NULL;
    last->next = NULL;
    return first;
}

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

static void *work(void *x_)
{
    writing x = {.queue = x_};
    write_queue *q = x.queue;
    look_at_alarms(&x);
    timestamp looked = q->clock(), used = looked;
    pthread_mutex_lock(&q->mutex);
    while (!q->ending || q->first) {
        job *group = take_group(q);
        timestamp now = q->clock();
        if (!group && x.alarm > now) {
            int64_t until = x.district.store ? QUEUE_IDLE_MS : QUEUE_LOOK_MS;
            wait_ms(q, &q->moved, x.alarm - now < until ? x.alarm - now : until);
            if (q->first || q->ending) continue;
            now = q->clock();
            if (x.district.store && now - used >= QUEUE_IDLE_MS) let_go(&x);
            if (now - looked < QUEUE_LOOK_MS && x.alarm > now) continue;
        }
        pthread_mutex_unlock(&q->mutex);
        if (group) run_group(&x, group);
        else if (x.alarm <= now) ring_guarded(&x, now);
        look_at_alarms(&x);
        // A case that is due but could not be brought forward (another process writes) is looked at again after a while.
        if (!group && x.alarm <= now) x.alarm = now + QUEUE_IDLE_MS;
        looked = used = q->clock();
        arena_rewind(&x.arena, (arena_position){0});
        pthread_mutex_lock(&q->mutex);
        tell(q, group, x.district.store ? (int64_t)x.district.tree.size : 0);
    }
    pthread_mutex_unlock(&q->mutex);
    let_go(&x);
    arena_free(&x.arena);
    return NULL;
}

// ---- outside ---------------------------------------------------------------------------------------------

write_queue *queue_open(const char *dir, timestamp (*clock)(void))
{
    write_queue *q = mem_alloc(sizeof *q);
    if (!q) return NULL;
    q->dir = dir;
    q->clock = clock;
    pthread_mutex_init(&q->mutex, NULL);
    pthread_cond_init(&q->moved, NULL);
    pthread_cond_init(&q->news, NULL);
    if (pthread_create(&q->thread, NULL, work, q) == 0) return q;
    mem_release(q);
    return NULL;
}

void queue_close(write_queue *q)
{
    if (!q) return;
    pthread_mutex_lock(&q->mutex);
    q->ending = true;
    pthread_cond_signal(&q->moved);
    pthread_cond_broadcast(&q->news);
    pthread_mutex_unlock(&q->mutex);
    pthread_join(q->thread, NULL);
    pthread_mutex_destroy(&q->mutex);
    pthread_cond_destroy(&q->moved);
    pthread_cond_destroy(&q->news);
    mem_release(q);
}

queue_result queue_submit(write_queue *q, queue_change change, void *ctx, arena *a, diag_list *d)
{
    job j = {.change = change, .ctx = ctx, .arena = a, .diags = d, .before = *d, .told = PTHREAD_COND_INITIALIZER};
    pthread_mutex_lock(&q->mutex);
    if (q->last) q->last->next = &j;
    else q->first = &j;
    q->last = &j;
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
