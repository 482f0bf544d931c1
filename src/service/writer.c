// The writer: commands in, records, cases, entries and search words out, in one transaction.
//
// Deciding is arithmetic, storing is SQLite's work, and each takes about half of the time. So in a transaction of many
// events they run beside each other: this thread decides and fills batches, another stores them in order. Nothing else changes:
// small transactions never start the other thread, and whoever needs to read what was decided settles first.
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "service/writer_internal.h"

// ---- contributions in the store --------------------------------------------------------------------------
// Trouble is remembered by the store and comes back from commit.

static void live_put(void *ctx, const store_contribution *c) { store_put_contribution(ctx, c); }
static void live_drop(void *ctx, const store_contribution *c) { store_drop_contribution(ctx, c); }

static ptrdiff_t live_list(void *ctx, int figure, int year, str key, store_contribution **out, arena *a)
{
    ptrdiff_t count = 0;
    return store_list_contributions(ctx, figure, year, key, out, &count, a) == STORE_OK ? count : 0;
}

static bool live_greatest(void *ctx, int figure, int year, store_contribution *out, arena *a)
{
    return store_greatest_contribution(ctx, figure, year, out, a) == STORE_OK;
}

static void put_entry(void *ctx, const store_entry *e) { store_put_entry(ctx, e); }

// ---- what was decided, on its way to the store --------------------------------------------------------------

// One event with all that is to be stored of it. Its texts live in the batch's arena.
typedef struct {
    store_record record;
    store_case row;
    bool is_new, was_found, is_found;        // found: by search, before and after
    posting *old, *new;
    ptrdiff_t old_count, new_count;
    str old_words, new_words;
    agenda dropped, put;                     // what has changed of the tasks and clocks
    bool has_alarm;
    timestamp alarm;
    str command;                             // its id; "" = none
} outcome;

enum {
    BATCH_EVENTS = 256,          // some 400 KB; a transaction of fewer is stored by the thread that decided it
    BATCHES = 4                  // the one being filled, the one being stored, and room for either to be ahead
};
typedef struct {
    outcome events[BATCH_EVENTS];
    int count;
    arena arena;
} batch;

struct writer_queue {
    batch batches[BATCHES];
    int filling;                 // batches[filling] belongs to the deciding thread
    // 64-bit hashes of the keys of the cases that this transaction has changed: for those the store may lag behind. Open
    // addressing; 0 = free.
    uint64_t *changed;
    ptrdiff_t changed_count, changed_size;
    // The other thread, while there is one, stores batches[storing] … and owns the store's connection; reads go to a
    // connection of their own, which sees what was there before the transaction.
    bool running;
    pthread_t thread;
    store *reader;
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    int storing, full;           // the oldest full batch, and how many there are
    bool ending;
};

static void store_agenda(store *s, const outcome *o)
{
    for (ptrdiff_t i = 0; i < o->dropped.task_count; i++) store_drop_task(s, &o->dropped.tasks[i]);
    for (ptrdiff_t i = 0; i < o->put.task_count; i++) store_put_task(s, &o->put.tasks[i]);
    for (ptrdiff_t i = 0; i < o->dropped.clock_count; i++) store_drop_clock(s, &o->dropped.clocks[i]);
    for (ptrdiff_t i = 0; i < o->put.clock_count; i++) store_put_clock(s, &o->put.clocks[i]);
    if (o->has_alarm) store_put_alarm(s, o->row.id, o->alarm);
    if (o->command.len) store_put_command(s, o->command, o->record.seq);
}

static void store_outcome(writer *w, const outcome *o, arena *a)
{
    store *s = w->district->store;
    store_put_record(s, &o->record);
    store_put_case(s, &o->row, o->is_new);
    figures_post(o->old, o->old_count, o->new, o->new_count, o->row.id, o->record.seq, &w->live, put_entry, s, a);
    if (o->was_found) store_unindex_case(s, o->row.id, o->old_words);
    if (o->is_found) store_index_case(s, o->row.id, o->new_words);
    store_agenda(s, o);
}

static void store_batch(writer *w, batch *b)
{
    for (int i = 0; i < b->count; i++) store_outcome(w, &b->events[i], &b->arena);
    b->count = 0;
    arena_rewind(&b->arena, (arena_position){0});
}

static void *store_batches(void *w_)
{
    writer *w = w_;
    writer_queue *q = w->queue;
    pthread_mutex_lock(&q->mutex);
    for (;;) {
        while (!q->full && !q->ending) pthread_cond_wait(&q->moved, &q->mutex);
        if (!q->full) break;
        batch *b = &q->batches[q->storing];
        pthread_mutex_unlock(&q->mutex);
        store_batch(w, b);
        pthread_mutex_lock(&q->mutex);
        q->storing = (q->storing + 1) % BATCHES;
        q->full--;
        pthread_cond_signal(&q->moved);
    }
    pthread_mutex_unlock(&q->mutex);
    return NULL;
}

// False: the machine has no thread or connection to give, and this thread goes on alone.
static bool start_thread(writer *w)
{
    writer_queue *q = w->queue;
    if (store_open(w->district->dir, false, &q->reader) != STORE_OK) return false;
    store_begin(q->reader, false);      // one state for all reads, and no lock to take for each
    q->storing = q->filling;
    q->ending = false;
    q->running = pthread_create(&q->thread, NULL, store_batches, w) == 0;
    if (!q->running) store_close(q->reader);
    return q->running;
}

// The transaction begins in the store, if it has not yet: what is ahead has come to its end by then.
static void come_to_store(writer *w)
{
    if (w->begun) return;
    if (w->behind.wait) w->behind.wait(w->behind.ctx);
    store_result r = store_begin(w->district->store, true);
    if (r != STORE_OK && w->trouble == STORE_OK) w->trouble = r;
    w->begun = true;
}

// The batch being filled is full: hands it over, and waits for an empty one.
static void hand_over(writer *w)
{
    writer_queue *q = w->queue;
    come_to_store(w);
    if (!q->running && !start_thread(w)) {
        store_batch(w, &q->batches[q->filling]);
        return;
    }
    pthread_mutex_lock(&q->mutex);
    q->full++;
    pthread_cond_signal(&q->moved);
    q->filling = (q->filling + 1) % BATCHES;
    while (q->full == BATCHES) pthread_cond_wait(&q->moved, &q->mutex);
    pthread_mutex_unlock(&q->mutex);
}

void writer_settle(writer *w)
{
    writer_queue *q = w->queue;
    come_to_store(w);
    if (q->running) {
        pthread_mutex_lock(&q->mutex);
        q->ending = true;
        pthread_cond_signal(&q->moved);
        pthread_mutex_unlock(&q->mutex);
        pthread_join(q->thread, NULL);
        q->running = false;
        store_rollback(q->reader);
        store_close(q->reader);
    }
    store_batch(w, &q->batches[q->filling]);
}

// ---- records ---------------------------------------------------------------------------------------------

static writer_queue *open_queue(void)
{
    writer_queue *q = mem_alloc(sizeof *q);
    if (!q) return NULL;
    pthread_mutex_init(&q->mutex, NULL);
    pthread_cond_init(&q->moved, NULL);
    return q;
}

void writer_end(writer *w)
{
    writer_queue *q = w->queue;
    if (!q) return;
    for (int i = 0; i < BATCHES; i++) arena_free(&q->batches[i].arena);
    pthread_mutex_destroy(&q->mutex);
    pthread_cond_destroy(&q->moved);
    mem_release(q->changed);
    mem_release(q);
    w->queue = NULL;
}

store_result writer_begin_behind(writer *w, district *x, timestamp now, writer_behind behind)
{
    writer_queue *q = w->queue ? w->queue : open_queue();
    *w = (writer){.district = x, .now = now, .queue = q, .behind = behind, .salt_next = sizeof w->salts};
    if (!q) return STORE_FAILED;
    w->tree = behind.ahead ? behind.ahead->tree : x->tree;
    w->live = (contributions){x->store, live_put, live_drop, live_list, live_greatest};
    if (q->changed_count) memset(q->changed, 0, (size_t)q->changed_size * sizeof *q->changed);
    q->changed_count = 0;
    return STORE_OK;
}

store_result writer_begin(writer *w, district *x, timestamp now)
{
    w->queue = NULL;
    store_result r = writer_begin_behind(w, x, now, (writer_behind){0});
    if (r != STORE_OK) return r;
    come_to_store(w);
    if (w->trouble != STORE_OK) writer_end(w);
    return w->trouble;
}

static void take_salt(writer *w, uint8_t out[LEDGER_SALT_SIZE])
{
    if (w->salt_next + LEDGER_SALT_SIZE > (int)sizeof w->salts) {
        bool good = machine_random(w->salts, sizeof w->salts);
        assert(good);      // getrandom on a running Linux system does not fail
        (void)good;
        w->salt_next = 0;
    }
    memcpy(out, w->salts + w->salt_next, LEDGER_SALT_SIZE);
    w->salt_next += LEDGER_SALT_SIZE;
}

// The next record of the log; from here on the tree counts it.
static store_record next_record(writer *w, str body)
{
    store_record r = {.seq = (int64_t)w->tree.size + 1, .body = body};
    take_salt(w, r.salt);
    r.entry = ledger_entry(r.salt, body);
    ledger_append(&w->tree, ledger_leaf(r.entry));
    return r;
}

int64_t writer_record(writer *w, json *body, arena *a)
{
    writer_settle(w);
    int64_t seq = (int64_t)w->tree.size + 1;
    json_set(body, STR("at"), json_new_string(timestamp_text(w->now, a), a));
    json_set(body, STR("district"), json_new_string(store_district(w->district->store), a));
    json_set(body, STR("seq"), json_new_int(seq, a));
    json_set(body, STR("v"), json_new_int(1, a));
    buf text = {.arena = a};
    json_write(&text, body);
    store_record r = next_record(w, buf_str(&text));
    store_put_record(w->district->store, &r);
    return seq;
}

// ---- commands --------------------------------------------------------------------------------------------

store_result district_case_state(store *s, const definitions *defs, const store_case *c, case_state *out, arena *a, diag_list *d)
{
    *out = (case_state){0};
    store_record record;
    store_result r = store_get_record(s, c->record, &record, a);
    if (r != STORE_OK) return r == STORE_NOT_FOUND ? STORE_DAMAGED : r;
    json *body = json_parse(record.body, STR("fadu.db"), a, d);
    if (!body || !case_event_read(body, definition_by_number, (void *)defs, &out->last, a, d)) return STORE_DAMAGED;
    out->exists = true;
    out->status = c->status;
    out->record = c->record;
    return STORE_OK;
}

// A ledger's row that is gone, and a case that should never have been entered, post nothing. What people ran has happened, though its applicant took it back.
static bool has_happened(const case_state *s) { return s->last.running ? s->status != CASE_CANCELLED : s->status != CASE_WITHDRAWN; }

ptrdiff_t district_postings(const definitions *defs, const case_state *s, timestamp now, posting **out, arena *a, diag_list *d)
{
    *out = NULL;
    if (!s->exists || !has_happened(s)) return 0;
    const event *e = &s->last;
    const procedure_form *f = &e->procedure->forms[e->form];
    feel_value *values = arena_new(a, f->field_count + 1, feel_value);
    case_scope_values(f, e->data, e->clocks, e->clock_count, e->procedure, values, a);
    return figures_postings(&defs->figures, e->procedure, e->form, values, now, out, a, d);
}

store_case district_case_row(const definitions *defs, const case_state *s)
{
    const event *e = &s->last;
    return (store_case){
        .id = e->case_id, .procedure = defs->family[e->definition], .form = e->form, .definition = e->definition,
        .status = s->status, .version = e->version, .file = e->source.file, .record = s->record,
        .opened = date_to_days(e->opened), .closed = date_is_none(e->closed) ? STORE_NO_DAY : date_to_days(e->closed),
        .key = e->key, .title = e->title};
}

// ---- which cases this transaction has changed ----

static uint64_t key_hash(int family, int form, str key)
{
    uint64_t h = (str_hash(key) ^ ((uint64_t)family << 32 | (unsigned)form)) * 0x9E3779B97F4A7C15u;
    return h ? h : 1;
}

static bool holds(const writer_queue *q, uint64_t hash)
{
    if (!q->changed_size) return false;
    for (uint64_t at = hash >> 20;; at++) {
        uint64_t there = q->changed[at & (uint64_t)(q->changed_size - 1)];
        if (there == hash) return true;
        if (!there) return false;
    }
}

bool writer_is_changed(const writer *w, uint64_t hash) { return holds(w->queue, hash) || (!w->begun && w->behind.ahead && holds(w->behind.ahead->queue, hash)); }

static void add_changed(writer_queue *q, uint64_t hash)
{
    uint64_t at = hash >> 20;
    while (q->changed[at & (uint64_t)(q->changed_size - 1)]) at++;
    q->changed[at & (uint64_t)(q->changed_size - 1)] = hash;
    q->changed_count++;
}

void writer_note_changed(writer *w, uint64_t hash)
{
    writer_queue *q = w->queue;
    if (q->changed_count * 2 >= q->changed_size) {
        writer_queue old = *q;
        ptrdiff_t size = old.changed_size ? old.changed_size * 2 : 1024;
        uint64_t *table = mem_alloc((size_t)size * sizeof *table);
        if (!table) {
            w->trouble = STORE_FAILED;
            return;
        }
        q->changed = table;
        q->changed_size = size;
        q->changed_count = 0;
        for (ptrdiff_t i = 0; i < old.changed_size; i++)
            if (old.changed[i]) add_changed(q, old.changed[i]);
        mem_release(old.changed);
    }
    if (!holds(q, hash)) add_changed(q, hash);
}

// ---- events ----

static posting *copy_postings(const posting *list, ptrdiff_t count, arena *a)
{
    posting *copy = arena_new(a, count, posting);
    for (ptrdiff_t i = 0; i < count; i++) {
        copy[i] = list[i];
        copy[i].distinct = str_copy(list[i].distinct, a);
    }
    return copy;
}

// What of the agenda changes, in texts that live as long as the batch.
static void note_agenda(writer *w, outcome *o, const case_state *before, const case_state *after, arena *scratch, arena *a)
{
    if (!before->last.running && !after->last.running) return;
    const definitions *defs = w->district->definitions;
    agenda old = district_agenda(defs, before, scratch), new = district_agenda(defs, after, scratch);
    agenda_changes(&old, &new, &o->dropped, &o->put, a);
    o->has_alarm = after->last.running;
    if (o->has_alarm) o->alarm = flow_next_time(after->last.running, defs->calendar, w->now, CHINA_OFFSET_MINUTES, scratch);
    o->command = str_copy(json_string(after->last.command, STR("id")), a);
}

void writer_commit_event(writer *w, const case_state *before, const event *e, arena *a, diag_list *d)
{
    district *x = w->district;
    batch *b = &w->queue->batches[w->queue->filling];
    outcome *o = &b->events[b->count++];
    *o = (outcome){.is_new = !before->exists};
    int64_t seq = (int64_t)w->tree.size + 1;
    case_state after = *before;
    case_apply(&after, e, seq);

    buf body = {.arena = &b->arena};
    case_event_write(&body, e, seq, w->now, store_district(x->store));
    o->record = next_record(w, buf_str(&body));
    o->row = district_case_row(x->definitions, &after);
    o->row.key = str_copy(o->row.key, &b->arena);
    o->row.title = str_copy(o->row.title, &b->arena);

    posting *old, *new;
    o->old_count = district_postings(x->definitions, before, w->now, &old, a, d);
    o->new_count = district_postings(x->definitions, &after, w->now, &new, a, d);
    o->old = copy_postings(old, o->old_count, &b->arena);
    o->new = copy_postings(new, o->new_count, &b->arena);

    o->was_found = before->exists && has_happened(before);
    o->is_found = has_happened(&after);
    if (o->was_found) o->old_words = case_words(&before->last.procedure->forms[before->last.form], &before->last, &b->arena);
    if (o->is_found) o->new_words = case_words(&e->procedure->forms[e->form], e, &b->arena);
    if (o->was_found && o->is_found && str_equal(o->old_words, o->new_words)) o->was_found = o->is_found = false;     // it is found as before
    note_agenda(w, o, before, &after, a, &b->arena);
    if (!before->exists) x->last_case = e->case_id;
    if (before->exists) writer_note_changed(w, key_hash(o->row.procedure, before->last.form, before->last.key));
    writer_note_changed(w, key_hash(o->row.procedure, o->row.form, o->row.key));
    if (b->count == BATCH_EVENTS) hand_over(w);
}

static decision decide_and_commit(writer *w, const case_state *state, const command *c, source_pos at, event *out, arena *a, diag_list *d)
{
    event e;
    int64_t new_id = case_id_make(w->now, w->district->last_case);
    decision result = case_decide(state, c, new_id, w->now, w->district->definitions->calendar, at, &e, a, d);
    if (result == DECIDED) writer_commit_event(w, state, &e, a, d);
    if (out) *out = result == DECIDED ? e : state->last;
    return result;
}

store *writer_reading(const writer *w) { return !w->begun ? w->behind.reader : w->queue->running ? w->queue->reader : w->district->store; }

store_result writer_find(writer *w, int definition, int form, str key, store_case *out, arena *a)
{
    if (!key.len) return STORE_NOT_FOUND;
    int family = w->district->definitions->family[definition];
    if (writer_is_changed(w, key_hash(family, form, key))) writer_settle(w);
    return store_find_case(writer_reading(w), family, form, key, out, a);
}

decision writer_command(writer *w, const command *c, const store_case *there, source_pos at, event *out, arena *a, diag_list *d)
{
    case_state state = {0};
    if (there) {
        if (writer_is_changed(w, key_hash(there->procedure, there->form, there->key))) writer_settle(w);
        store_result r = district_case_state(writer_reading(w), w->district->definitions, there, &state, a, d);
        if (r != STORE_OK) {
            w->trouble = w->trouble == STORE_OK ? r : w->trouble;
            return REFUSED;
        }
    }
    return decide_and_commit(w, &state, c, at, out, a, d);
}

decision writer_withdraw(writer *w, int64_t case_id, str actor, provenance source, arena *a, diag_list *d)
{
    writer_settle(w);
    store_case there;
    store_result r = store_get_case(w->district->store, case_id, &there, a);
    if (r != STORE_OK) {
        w->trouble = w->trouble == STORE_OK && r != STORE_NOT_FOUND ? r : w->trouble;
        return REFUSED;
    }
    command c = {.kind = CMD_WITHDRAW, .actor = actor, .source = source};
    return writer_command(w, &c, &there, (source_pos){0}, NULL, a, d);
}

// ---- ending ----------------------------------------------------------------------------------------------

// It shows when committed records are missing from the database. They are safe whether or not this write succeeds; if it is lost, the copy is
// older than the log, which verify accepts, and the next one mends it.
void district_copy_head(district *x, arena *a)
{
    uint64_t size;
    str note;
    char path[4096];
    snprintf(path, sizeof path, "%s/checkpoint", x->dir);
    if (store_last_checkpoint(x->store, &size, &note, a) == STORE_OK) write_whole_file(path, note, 0644);
}

// Who begins another behind this one keeps its memory for the next.
static void leave(writer *w)
{
    if (!w->behind.reader) writer_end(w);
}

store_result writer_commit(writer *w, arena *a)
{
    district *x = w->district;
    writer_settle(w);
    ledger_checkpoint head = {x->key.name, w->tree.size, ledger_root(&w->tree)};
    str note = ledger_checkpoint_sign(head, &x->key, a);
    store_put_tree(x->store, &w->tree);
    store_put_checkpoint(x->store, w->tree.size, w->now, note);
    store_result r = w->trouble;
    if (r == STORE_OK) r = store_commit(x->store);
    else store_rollback(x->store);
    if (r == STORE_OK) x->tree = w->tree;
    if (r == STORE_OK && !w->copy_later) district_copy_head(x, a);
    leave(w);
    return r;
}

void writer_rollback(writer *w)
{
    batch *b = &w->queue->batches[w->queue->filling];
    if (w->begun) {
        writer_settle(w);
        store_rollback(w->district->store);
    }
    b->count = 0;
    arena_rewind(&b->arena, (arena_position){0});
    leave(w);
}
