// Verification: replay in memory, compare with the tables by sums that do not depend on order.
//
// Three things go on beside each other: threads decode records ahead (hash, JSON, postings), this one folds them in their order,
// and another reads the pages and sums up the tables.
//
// Two tables are equal as sets when the sums of their rows' hashes are equal (each hash 128 bits of SHA-256 would be
// dear; a keyed 64-bit pair is enough against accidents, and against intent the signed log is what counts). Only when
// a sum differs are the rows of that table looked at one by one, to name the first that differs.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/access.h"
#include "service/ahead.h"
#include "service/verify.h"

// ---- sums of rows ----------------------------------------------------------------------------------------

typedef struct { uint64_t low, high; int64_t rows; } row_sum;

static uint64_t mix(uint64_t x)
{
    x ^= x >> 32;
    x *= 0xD6E8FEB86659FD93u;
    x ^= x >> 29;
    x *= 0xC2B2AE3D27D4EB4Fu;
    return x ^ x >> 32;
}

typedef struct { uint64_t low, high; } row_hash;

static row_hash hash_int(row_hash h, int64_t x)
{
    return (row_hash){mix(h.low ^ (uint64_t)x), mix(h.high + (uint64_t)x * 0x9E3779B97F4A7C15u)};
}

static row_hash hash_str(row_hash h, str s)
{
    h = hash_int(h, s.len);
    return hash_int(h, (int64_t)str_hash(s));
}

static row_hash hash_amount(row_hash h, decimal x)
{
    return hash_int(h, (int64_t)decimal_hash(x));
}

static void sum_add(row_sum *s, row_hash h, int sign)
{
    s->low += sign > 0 ? h.low : -h.low;
    s->high += sign > 0 ? h.high : -h.high;
    s->rows += sign;
}

static bool sum_equal(row_sum a, row_sum b) { return a.low == b.low && a.high == b.high && a.rows == b.rows; }

static row_hash case_hash(const store_case *c)
{
    row_hash h = {1, 2};
    h = hash_int(h, c->id);
    h = hash_int(h, (int64_t)c->procedure << 32 | c->form);
    h = hash_int(h, (int64_t)c->definition << 32 | (int64_t)c->status << 28 | c->version);
    h = hash_int(h, c->file);
    h = hash_int(h, c->record);
    h = hash_int(h, c->opened);
    h = hash_int(h, c->closed);
    return hash_str(hash_str(h, c->key), c->title);
}

static row_hash entry_hash(const store_entry *e)
{
    row_hash h = {3, 4};
    h = hash_int(h, (int64_t)e->figure << 32 | e->n);
    h = hash_int(h, e->day);
    h = hash_int(h, e->record);
    h = hash_int(h, e->case_id);
    return hash_amount(h, e->amount);
}

static row_hash contribution_hash(const store_contribution *c)
{
    row_hash h = {5, 6};
    h = hash_int(h, (int64_t)c->figure << 32 | c->period);
    h = hash_str(h, c->key);
    h = hash_int(h, c->case_id);
    return hash_int(hash_int(h, c->from), c->until);
}

static row_hash task_hash(const store_task *t)
{
    row_hash h = hash_int(hash_int(hash_int((row_hash){7, 8}, t->case_id), t->id), t->procedure);
    return hash_int(hash_str(hash_str(hash_str(hash_str(h, t->task), t->role), t->unit), t->assignee), t->since);
}

static row_hash clock_hash(const store_clock *c)
{
    row_hash h = hash_int(hash_int(hash_int((row_hash){9, 10}, c->case_id), (int64_t)c->procedure << 32 | c->level), c->due);
    return hash_str(h, c->clock);
}

static row_hash command_hash(str id, int64_t record) { return hash_str(hash_int((row_hash){11, 12}, record), id); }

// ---- tables in memory ------------------------------------------------------------------------------------

// Last record of each case, by id: what the next record of the case is applied to. Open addressing.
typedef struct { int64_t id, record; int32_t version; int32_t status; } case_slot;
typedef struct { case_slot *slots; ptrdiff_t count, size; } case_map;

static case_slot *find_slot(case_slot *slots, ptrdiff_t size, int64_t id)
{
    uint64_t at = mix((uint64_t)id);
    for (;; at++) {
        case_slot *s = &slots[at & (uint64_t)(size - 1)];
        if (s->id == 0 || s->id == id) return s;
    }
}

static case_slot *case_slot_for(case_map *m, int64_t id)
{
    if (m->count * 2 >= m->size) {
        ptrdiff_t size = m->size ? m->size * 2 : 4096;
        case_slot *slots = mem_alloc((size_t)size * sizeof *slots);
        if (!slots) return NULL;
        for (ptrdiff_t i = 0; i < m->size; i++)
            if (m->slots[i].id) *find_slot(slots, size, m->slots[i].id) = m->slots[i];
        mem_release(m->slots);
        m->slots = slots;
        m->size = size;
    }
    case_slot *s = find_slot(m->slots, m->size, id);
    if (s->id == 0) {
        s->id = id;
        m->count++;
    }
    return s;
}

// Balances and counts: few rows, exact, in a sorted list built by insertion into an open table keyed by two ints.
typedef struct { int64_t key; decimal amount; int64_t rows; } total;
typedef struct { total *slots; ptrdiff_t count, size; } total_map;

static total *total_for(total_map *m, int64_t key)
{
    if (m->count * 2 >= m->size) {
        total_map bigger = {.size = m->size ? m->size * 2 : 1024};
        bigger.slots = mem_alloc((size_t)bigger.size * sizeof *bigger.slots);
        if (!bigger.slots) return NULL;
        for (ptrdiff_t i = 0; i < m->size; i++)
            if (m->slots[i].key) {
                uint64_t at = mix((uint64_t)m->slots[i].key);
                while (bigger.slots[at & (uint64_t)(bigger.size - 1)].key) at++;
                bigger.slots[at & (uint64_t)(bigger.size - 1)] = m->slots[i];
            }
        bigger.count = m->count;
        mem_release(m->slots);
        *m = bigger;
    }
    uint64_t at = mix((uint64_t)key);
    total *t;
    while ((t = &m->slots[at & (uint64_t)(m->size - 1)])->key && t->key != key) at++;
    if (!t->key) {
        *t = (total){key, decimal_from_int(0), 0};
        m->count++;
    }
    return t;
}

// Live contributions: groups by figure, period and key, each a list. The greatest is looked for among the groups of its
// figure and period only when it is dropped (corrections), so it is remembered.
typedef struct group group;
struct group {
    int figure, period;
    str key;
    store_contribution *list;
    ptrdiff_t count, room;
    group *next;             // in the bucket
};
typedef struct {
    group **buckets;
    ptrdiff_t count, size;
    arena arena;
} group_map;

static group *group_for(group_map *m, int figure, int year, str key, bool make)
{
    if (m->size == 0) {
        m->size = 1 << 16;
        m->buckets = arena_new(&m->arena, m->size, group *);
    }
    uint64_t at = mix(str_hash(key) ^ ((uint64_t)(unsigned)figure << 32 | (unsigned)year)) & (uint64_t)(m->size - 1);
    for (group *g = m->buckets[at]; g; g = g->next)
        if (g->figure == figure && g->period == year && str_equal(g->key, key)) return g;
    if (!make) return NULL;
    group *g = arena_new(&m->arena, 1, group);
    *g = (group){.figure = figure, .period = year, .key = str_copy(key, &m->arena), .next = m->buckets[at]};
    m->buckets[at] = g;
    m->count++;
    return g;
}

static void groups_put(void *ctx, const store_contribution *c)
{
    group_map *m = ctx;
    group *g = group_for(m, c->figure, c->period, c->key, true);
    if (g->count == g->room) {
        g->room = g->room ? g->room * 2 : 2;
        store_contribution *list = arena_new(&m->arena, g->room, store_contribution);
        if (g->count) memcpy(list, g->list, (size_t)g->count * sizeof *list);
        g->list = list;
    }
    g->list[g->count] = *c;
    g->list[g->count++].key = g->key;
}

static void groups_drop(void *ctx, const store_contribution *c)
{
    group *g = group_for(ctx, c->figure, c->period, c->key, false);
    for (ptrdiff_t i = 0; g && i < g->count; i++)
        if (g->list[i].case_id == c->case_id && g->list[i].from == c->from && g->list[i].until == c->until) {
            g->list[i] = g->list[--g->count];
            return;
        }
}

static ptrdiff_t groups_list(void *ctx, int figure, int year, str key, store_contribution **out, arena *a)
{
    group *g = group_for(ctx, figure, year, key, false);
    ptrdiff_t count = g ? g->count : 0;
    *out = arena_new(a, count, store_contribution);
    if (count) memcpy(*out, g->list, (size_t)count * sizeof **out);
    return count;
}

static bool groups_greatest(void *ctx, int figure, int year, store_contribution *out, arena *a)
{
    (void)a;
    group_map *m = ctx;
    const group *top = NULL;
    for (ptrdiff_t b = 0; b < m->size; b++)
        for (const group *g = m->buckets[b]; g; g = g->next)
            if (g->figure == figure && g->period == year && g->count && (!top || str_compare(g->key, top->key) > 0)) top = g;
    if (top) *out = top->list[0];
    return top != NULL;
}

// ---- replay ----------------------------------------------------------------------------------------------

typedef struct {
    verify_depth depth;
    void (*progress)(int64_t records);
    district *district;
    verify_result *result;
    arena *arena;            // what outlives a record
    arena scratch;
    diag_list *diags;
    ledger_tree tree;
    int64_t next_seq;
    case_map cases;
    total_map balances, counts;
    group_map groups;
    contributions live;
    access_fold access;
    row_sum case_rows, entry_rows, task_rows, clock_rows, command_rows;
    const struct table_scan *scan;
    bool stopped;
    // The checkpoints, smallest first, and the next to be met.
    struct { uint64_t size; str note; } *checkpoints;
    ptrdiff_t checkpoint_count, next_checkpoint;
} replay;

static bool differs(replay *v, const char *code, str element, bilingual format, int64_t number)
{
    v->stopped = true;
    diag_add(v->diags, DIAG_ERROR, code, (source_pos){.file = STR("fadu.db"), .element = element}, (bilingual){"从备份恢复", "restore a backup"}, format, (long long)number);
    return false;
}

static void sink_entry(void *ctx, const store_entry *e)
{
    replay *v = ctx;
    sum_add(&v->entry_rows, entry_hash(e), 1);
    date day = date_from_days(e->day);
    total *t = total_for(&v->balances, (int64_t)e->figure << 32 | (uint32_t)(day.year * 12 + day.month - 1));
    if (t && decimal_add(t->amount, e->amount, &t->amount)) t->rows++;
    v->result->entries++;
}

static void count_case(replay *v, const store_case *c, int sign)
{
    total *t = total_for(&v->counts, (int64_t)c->procedure << 40 | (int64_t)c->form << 8 | c->status);
    if (t) t->rows += sign;
}

// ---- decoding: what a record says by itself, worked out ahead by several threads ----

typedef struct {
    store_record record;         // its body lives in the batch's arena, like all that follows
    bool intact, readable, of_case;
    digest leaf;
    const json *access;          // the body of a record about accounts (service/access.h)
    event event;
    timestamp at;
    posting *postings;           // what the case posts after its first record; later ones depend on the state before
    ptrdiff_t posting_count;
} decoded;

enum { DECODED_AT_ONCE = 256 };  // some half megabyte
typedef struct {
    decoded records[DECODED_AT_ONCE];
    int count;
    arena arena;
} decoded_batch;

static void decode_record(verify_depth depth, definitions *defs, decoded *x, arena *a)
{
    diag_list unsaid = {.arena = a};     // what is wrong with a record is said by its number
    const store_record *r = &x->record;
    x->intact = digest_equal(ledger_entry(r->salt, r->body), r->entry);
    x->leaf = ledger_leaf(r->entry);
    x->readable = depth == VERIFY_BYTES;
    if (x->readable) return;
    json *body = json_parse(r->body, STR("fadu.db"), a, &unsaid);
    x->readable = body && json_int(body, STR("seq"), 0) == r->seq;
    if (x->readable && access_is_record(json_string(body, STR("kind")))) x->access = body;
    x->of_case = x->readable && !x->access && json_get(body, STR("case"));
    if (!x->of_case) return;
    x->readable = case_event_read(body, definition_by_number, defs, &x->event, a, &unsaid) && timestamp_parse(json_string(body, STR("at")), &x->at);
    if (!x->readable || x->event.previous) return;
    case_state first = {0};
    case_apply(&first, &x->event, r->seq);
    x->posting_count = district_postings(defs, &first, x->at, &x->postings, a, &unsaid);
}

static void decode_batch(void *replay_, void *batch_)
{
    replay *v = replay_;
    decoded_batch *b = batch_;
    for (int i = 0; i < b->count; i++) decode_record(v->depth, v->district->definitions, &b->records[i], &b->arena);
}

// ---- folding: each record in its order ----

static void sum_agenda(replay *v, const case_state *s, int sign)
{
    agenda g = district_agenda(v->district->definitions, s, &v->scratch);
    for (ptrdiff_t i = 0; i < g.task_count; i++) sum_add(&v->task_rows, task_hash(&g.tasks[i]), sign);
    for (ptrdiff_t i = 0; i < g.clock_count; i++) sum_add(&v->clock_rows, clock_hash(&g.clocks[i]), sign);
}

static bool replay_case(replay *v, const decoded *x)
{
    const event *e = &x->event;
    int64_t seq = x->record.seq;
    arena *a = &v->scratch;
    definitions *defs = v->district->definitions;
    case_slot *slot = case_slot_for(&v->cases, e->case_id);
    if (!slot) return differs(v, "VERIFY-MEMORY", STR(""), (bilingual){"内存不足（第 %lld 号记录）", "out of memory at record %lld"}, seq);
    if (e->previous != slot->record || e->version != slot->version + 1)
        return differs(v, "VERIFY-RECORD", STR(""), (bilingual){"第 %lld 号记录与本案前一记录不相接", "record %lld does not follow the case's record before it"}, seq);

    case_state before = {0};
    if (slot->record) {
        store_record r;
        if (store_get_record(v->district->store, slot->record, &r, a) != STORE_OK)
            return differs(v, "VERIFY-RECORD", STR(""), (bilingual){"第 %lld 号记录读不出来", "record %lld cannot be read"}, slot->record);
        json *old = json_parse(r.body, STR("fadu.db"), a, v->diags);
        if (!old || !case_event_read(old, definition_by_number, defs, &before.last, a, v->diags))
            return differs(v, "VERIFY-RECORD", STR(""), (bilingual){"第 %lld 号记录读不懂", "record %lld cannot be read"}, slot->record);
        before.exists = true;
        before.status = (case_status)slot->status;
        before.record = slot->record;
    }
    case_state after = before;
    case_apply(&after, e, seq);
    sum_agenda(v, &before, -1);
    sum_agenda(v, &after, 1);
    str id = json_string(e->command, STR("id"));
    if (id.len) sum_add(&v->command_rows, command_hash(id, seq), 1);

    posting *old_list = NULL, *new_list = x->postings;
    ptrdiff_t old_count = 0, new_count = x->posting_count;
    if (before.exists) {
        old_count = district_postings(defs, &before, x->at, &old_list, a, v->diags);
        new_count = district_postings(defs, &after, x->at, &new_list, a, v->diags);
        store_case row = district_case_row(defs, &before);
        sum_add(&v->case_rows, case_hash(&row), -1);
        count_case(v, &row, -1);
    }
    figures_post(old_list, old_count, new_list, new_count, e->case_id, seq, &v->live, sink_entry, v, a);
    store_case row = district_case_row(defs, &after);
    sum_add(&v->case_rows, case_hash(&row), 1);
    count_case(v, &row, 1);
    *slot = (case_slot){e->case_id, seq, e->version, (int32_t)after.status};
    return true;
}

static bool meet_checkpoint(replay *v)
{
    while (v->next_checkpoint < v->checkpoint_count && v->checkpoints[v->next_checkpoint].size == v->tree.size) {
        ledger_checkpoint c;
        str key = ledger_verifier_key(&v->district->key, &v->scratch);
        if (!ledger_checkpoint_verify(v->checkpoints[v->next_checkpoint].note, key, &c, &v->scratch, v->diags))
            return differs(v, "VERIFY-CHECKPOINT", STR(""), (bilingual){"规模为 %lld 的检查点签名不对", "the signature of the checkpoint at size %lld is wrong"}, (int64_t)v->tree.size);
        digest root = ledger_root(&v->tree);
        if (!digest_equal(root, c.root) || c.size != v->tree.size || !str_equal(c.origin, v->district->key.name))
            return differs(v, "VERIFY-CHECKPOINT", STR(""), (bilingual){"规模为 %lld 的检查点与记录不符", "the checkpoint at size %lld does not agree with the records"}, (int64_t)v->tree.size);
        v->next_checkpoint++;
    }
    return true;
}

static bool replay_record(replay *v, const decoded *x)
{
    int64_t seq = x->record.seq;
    if (++v->result->records % 20000 == 0 && v->progress) v->progress(v->result->records);
    if (seq != v->next_seq) return differs(v, "VERIFY-GAP", STR(""), (bilingual){"缺少第 %lld 号记录", "record %lld is missing"}, v->next_seq);
    if (!x->intact) return differs(v, "VERIFY-HASH", STR(""), (bilingual){"第 %lld 号记录的内容与其哈希不符", "record %lld does not agree with its hash"}, seq);
    ledger_append(&v->tree, x->leaf);
    v->next_seq++;
    if (!x->readable) return differs(v, "VERIFY-RECORD", STR(""), (bilingual){"第 %lld 号记录读不懂", "record %lld cannot be read"}, seq);
    if (x->access && !access_replay(&v->access, x->access))
        return differs(v, "VERIFY-ACCESS", STR(""), (bilingual){"第 %lld 号记录所说的账户或授权不成立", "what record %lld says of an account or a grant cannot be"}, seq);
    bool good = (!x->of_case || replay_case(v, x)) && meet_checkpoint(v);
    arena_rewind(&v->scratch, (arena_position){0});
    return good;
}

static bool replay_batch(void *replay_, void *batch_)
{
    decoded_batch *b = batch_;
    for (int i = 0; i < b->count; i++)
        if (!replay_record(replay_, &b->records[i])) return false;
    b->count = 0;
    arena_rewind(&b->arena, (arena_position){0});
    return true;
}

typedef struct { ahead *ahead; decoded_batch *filling; } record_reader;

static bool read_record(void *reader_, const store_record *r)
{
    record_reader *reader = reader_;
    if (!reader->filling) reader->filling = ahead_fill(reader->ahead);
    decoded_batch *b = reader->filling;
    if (!b) return false;
    b->records[b->count] = (decoded){.record = *r};
    b->records[b->count++].record.body = str_copy(r->body, &b->arena);
    if (b->count == DECODED_AT_ONCE) {
        ahead_submit(reader->ahead);
        reader->filling = NULL;
    }
    return true;
}

static void replay_records(replay *v)
{
    decoded_batch *batches = mem_alloc(AHEAD_JOBS * sizeof *batches);
    record_reader reader = {0};
    if (batches) reader.ahead = ahead_start((ahead_plan){decode_batch, replay_batch, v, (char *)batches, sizeof *batches});
    if (reader.ahead) {
        store_result r = store_each_record(v->district->store, 1, read_record, &reader);
        if (reader.filling) ahead_submit(reader.ahead);
        ahead_finish(reader.ahead);
        if (r != STORE_OK && !v->stopped) differs(v, "VERIFY-RECORD", STR(""), (bilingual){"第 %lld 号记录读不出来", "record %lld cannot be read"}, v->next_seq);
        for (int i = 0; i < AHEAD_JOBS; i++) arena_free(&batches[i].arena);
    } else differs(v, "VERIFY-MEMORY", STR(""), (bilingual){"内存不足（第 %lld 号记录）", "out of memory at record %lld"}, 1);
    mem_release(batches);
}

// ---- comparing tables ------------------------------------------------------------------------------------

// The sums of what the big tables hold, and the checksum of every page: needs no replay, so another thread does it meanwhile.
typedef struct table_scan {
    const char *dir;
    verify_depth depth;
    store_result pages_result, cases_result, entries_result;
    int64_t bad_page, pages;
    row_sum cases, entries;
} table_scan;

static bool scan_case(void *sum, const store_case *c)
{
    sum_add(sum, case_hash(c), 1);
    return true;
}

static bool scan_entry(void *sum, const store_entry *e)
{
    sum_add(sum, entry_hash(e), 1);
    return true;
}

static void *scan_tables(void *scan_)
{
    table_scan *t = scan_;
    store *s;
    t->pages_result = store_check_pages(t->dir, &t->bad_page, &t->pages);
    if (t->depth == VERIFY_BYTES) return NULL;
    t->cases_result = t->entries_result = store_open(t->dir, false, &s);
    if (t->cases_result != STORE_OK) return NULL;
    t->cases_result = store_each_case(s, scan_case, &t->cases);
    t->entries_result = store_each_entry(s, scan_entry, &t->entries);
    store_close(s);
    return NULL;
}

// Second look: is this stored row what its last record says?
static bool find_bad_case(void *ctx, const store_case *c)
{
    replay *v = ctx;
    case_state s;
    case_slot *slot = find_slot(v->cases.slots, v->cases.size, c->id);
    bool good = slot->id == c->id && slot->record == c->record &&
                district_case_state(v->district->store, v->district->definitions, c, &s, &v->scratch, v->diags) == STORE_OK;
    if (good) {
        s.status = (case_status)slot->status;
        store_case row = district_case_row(v->district->definitions, &s);
        row_hash expected = case_hash(&row), found = case_hash(c);
        good = expected.low == found.low && expected.high == found.high;
    }
    if (!good) differs(v, "VERIFY-STATE", case_id_text(c->id, v->arena), (bilingual){"事项的状态与其记录不符（第 %lld 号）", "the case's state does not agree with its records (record %lld)"}, c->record);
    arena_rewind(&v->scratch, (arena_position){0});
    return good;
}

static void compare_cases(replay *v)
{
    if (v->scan->cases_result != STORE_OK) {
        differs(v, "VERIFY-STATE", STR(""), (bilingual){"事项表读不出来%.0lld", "the table of cases cannot be read%.0lld"}, 0);
        return;
    }
    v->result->cases = v->scan->cases.rows;
    if (sum_equal(v->scan->cases, v->case_rows)) return;
    store_each_case(v->district->store, find_bad_case, v);
    if (!v->stopped)
        differs(v, "VERIFY-STATE", STR(""), (bilingual){"事项表少了 %lld 件", "%lld cases are missing from the table"}, v->case_rows.rows - v->scan->cases.rows);
}

static void compare_entries(replay *v)
{
    if (v->scan->entries_result != STORE_OK)
        differs(v, "VERIFY-ENTRY", STR(""), (bilingual){"记账表读不出来%.0lld", "the entries cannot be read%.0lld"}, 0);
    else if (!sum_equal(v->scan->entries, v->entry_rows))
        differs(v, "VERIFY-ENTRY", STR(""), (bilingual){"记账与记录不符（多出 %lld 笔，或有改动）", "the entries do not agree with the records (%lld too many, or changed)"}, v->scan->entries.rows - v->entry_rows.rows);
}

static bool compare_balance(void *ctx, int figure, int month, store_balance b)
{
    replay *v = ctx;
    total *t = total_for(&v->balances, (int64_t)figure << 32 | (uint32_t)month);
    if (t && t->rows == b.entries && decimal_equal(t->amount, b.amount)) {
        t->rows = 0;       // met
        return true;
    }
    str id = STR("");
    for (ptrdiff_t i = 0; i < v->district->definitions->figures.count; i++)
        if (v->district->definitions->figures.all[i].number == figure) id = v->district->definitions->figures.all[i].figure->id;
    return differs(v, "VERIFY-BALANCE", id, (bilingual){"%lld 月的余额与各笔记账之和不符", "the balance of month %lld is not the sum of its entries"},
                   (int64_t)month / 12 * 100 + month % 12 + 1);
}

static void compare_balances(replay *v)
{
    store_each_balance(v->district->store, compare_balance, v);
    for (ptrdiff_t i = 0; i < v->balances.size && !v->stopped; i++)
        if (v->balances.slots[i].key && v->balances.slots[i].rows)
            differs(v, "VERIFY-BALANCE", STR(""), (bilingual){"缺少一项余额（指标号 %lld）", "a balance is missing (figure number %lld)"}, v->balances.slots[i].key >> 32);
}

static void compare_counts(replay *v)
{
    for (ptrdiff_t i = 0; i < v->counts.size && !v->stopped; i++) {
        const total *t = &v->counts.slots[i];
        int64_t stored[CASE_STATUS_COUNT];
        if (!t->key) continue;
        if (store_count_cases(v->district->store, (int)(t->key >> 40), (int)(t->key >> 8 & 0xffffffff), stored) != STORE_OK || stored[t->key & 0xff] != t->rows)
            differs(v, "VERIFY-COUNT", STR(""), (bilingual){"事项计数不符，应为 %lld", "a count of cases is wrong; it should be %lld"}, t->rows);
    }
}

static bool scan_contribution(void *sum, const store_contribution *c)
{
    sum_add(sum, contribution_hash(c), 1);
    return true;
}

static void compare_contributions(replay *v)
{
    row_sum expected = {0}, stored = {0};
    for (ptrdiff_t b = 0; b < v->groups.size; b++)
        for (const group *g = v->groups.buckets[b]; g; g = g->next)
            for (ptrdiff_t i = 0; i < g->count; i++) sum_add(&expected, contribution_hash(&g->list[i]), 1);
    if (store_each_contribution(v->district->store, scan_contribution, &stored) != STORE_OK || !sum_equal(stored, expected))
        differs(v, "VERIFY-CONTRIBUTION", STR(""), (bilingual){"去重和极值的底数与记录不符（应有 %lld 行）", "what distinct and extreme figures rest on does not agree with the records (%lld rows expected)"}, expected.rows);
}

static bool scan_task(void *sum, const store_task *t) { return sum_add(sum, task_hash(t), 1), true; }
static bool scan_clock(void *sum, const store_clock *c) { return sum_add(sum, clock_hash(c), 1), true; }
static bool scan_command(void *sum, str id, int64_t record) { return sum_add(sum, command_hash(id, record), 1), true; }

static void compare_running(replay *v)
{
    row_sum tasks = {0}, clocks = {0}, commands = {0};
    store *s = v->district->store;
    if (store_each_task(s, scan_task, &tasks) != STORE_OK || !sum_equal(tasks, v->task_rows))
        differs(v, "VERIFY-TASK", STR(""), (bilingual){"待办任务与记录不符（应有 %lld 项）", "the open tasks do not agree with the records (%lld expected)"}, v->task_rows.rows);
    else if (store_each_clock(s, scan_clock, &clocks) != STORE_OK || !sum_equal(clocks, v->clock_rows))
        differs(v, "VERIFY-CLOCK", STR(""), (bilingual){"正在计算的期限与记录不符（应有 %lld 项）", "the running time limits do not agree with the records (%lld expected)"}, v->clock_rows.rows);
    else if (store_each_command(s, scan_command, &commands) != STORE_OK || !sum_equal(commands, v->command_rows))
        differs(v, "VERIFY-COMMAND", STR(""), (bilingual){"已执行操作的编号与记录不符（应有 %lld 个）", "the ids of commands do not agree with the records (%lld expected)"}, v->command_rows.rows);
}

static void compare_access(replay *v)
{
    str which;
    if (!access_compare(&v->access, v->district->store, &which, v->arena))
        differs(v, "VERIFY-ACCESS", STR(""), (bilingual){"账户表读不出来%.0lld", "the accounts cannot be read%.0lld"}, 0);
    else if (which.len)
        differs(v, "VERIFY-ACCESS", which, (bilingual){"账户或授权与记录不符（应有 %lld 个账户）", "the account or its grants do not agree with the records (%lld accounts expected)"}, v->access.account_count);
}

// ---- files and heads -------------------------------------------------------------------------------------

static void check_files(replay *v)
{
    store_file *files;
    ptrdiff_t count = 0;
    if (store_files(v->district->store, &files, &count, v->arena) != STORE_OK) return;
    v->result->files = count;
    char *chunk = mem_alloc(1 << 20);
    for (ptrdiff_t i = 0; i < count && chunk && !v->stopped; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/files/%.64s", v->district->dir, digest_hex(files[i].sha256, v->arena).data);
        FILE *f = fopen(path, "rb");
        digest_stream *hash = f ? digest_stream_open() : NULL;
        size_t n;
        while (hash && (n = fread(chunk, 1, 1 << 20, f)) > 0) digest_stream_add(hash, (str){chunk, (ptrdiff_t)n});
        bool good = hash && digest_equal(digest_stream_finish(hash), files[i].sha256);
        if (f) fclose(f);
        if (!good) differs(v, "VERIFY-FILE", files[i].name, (bilingual){"保存的原始文件缺失或已改动（第 %lld 号）", "the kept original is missing or changed (file %lld)"}, files[i].number);
    }
    mem_release(chunk);
}

// The copy of the head outside the database may be older than the log, never newer, and must be one of its heads.
static void check_head_copy(replay *v)
{
    char path[4096];
    str note;
    snprintf(path, sizeof path, "%s/checkpoint", v->district->dir);
    if (!read_whole_file(path, 65536, &note, v->arena)) {
        differs(v, "VERIFY-HEAD", STR("checkpoint"), (bilingual){"读不出检查点文件%.0lld", "the file cannot be read%.0lld"}, 0);
        return;
    }
    for (ptrdiff_t i = 0; i < v->checkpoint_count; i++)
        if (str_equal(v->checkpoints[i].note, note)) return;
    differs(v, "VERIFY-HEAD", STR("checkpoint"), (bilingual){"检查点文件不属于本日志（日志有 %lld 条记录）：记录可能丢失", "it is not a head of this log of %lld records: records may be missing"}, (int64_t)v->tree.size);
}

static bool collect_checkpoint(void *ctx, uint64_t size, timestamp at, str note)
{
    replay *v = ctx;
    (void)at;
    if ((v->checkpoint_count & (v->checkpoint_count - 1)) == 0) {
        void *more = arena_alloc(v->arena, v->checkpoint_count ? v->checkpoint_count * 2 : 1, (ptrdiff_t)sizeof *v->checkpoints, 16);
        if (v->checkpoint_count) memcpy(more, v->checkpoints, (size_t)v->checkpoint_count * sizeof *v->checkpoints);
        v->checkpoints = more;
    }
    v->checkpoints[v->checkpoint_count].size = size;
    v->checkpoints[v->checkpoint_count++].note = str_copy(note, v->arena);
    return true;
}

static void run_replay(replay *v)
{
    store_each_checkpoint(v->district->store, collect_checkpoint, v);
    replay_records(v);
    if (!v->stopped && v->next_checkpoint < v->checkpoint_count)
        differs(v, "VERIFY-CHECKPOINT", STR(""), (bilingual){"检查点所记的 %lld 条记录已不全", "the checkpoint of %lld records has no records to match"}, (int64_t)v->checkpoints[v->next_checkpoint].size);
    ledger_tree stored;
    if (!v->stopped && (store_get_tree(v->district->store, &stored) != STORE_OK || stored.size != v->tree.size || !digest_equal(ledger_root(&stored), ledger_root(&v->tree))))
        differs(v, "VERIFY-TREE", STR(""), (bilingual){"日志树与 %lld 条记录不符", "the tree does not agree with the %lld records"}, (int64_t)v->tree.size);
    v->result->tree_size = v->tree.size;
    v->result->root = ledger_root(&v->tree);
}

static void compare_tables(replay *v)
{
    void (*const steps[])(replay *) = {compare_cases, compare_entries, compare_balances, compare_counts, compare_contributions, compare_running, compare_access, check_files, check_head_copy};
    enum { COMPARING_STATES = 7 };       // the first of them
    for (size_t i = v->depth == VERIFY_BYTES ? COMPARING_STATES : 0; i < sizeof steps / sizeof *steps && !v->stopped; i++) steps[i](v);
}

static exit_status bad_page(int64_t page, diag_list *d)
{
    diag_add(d, DIAG_ERROR, "VERIFY-PAGE", (source_pos){.file = STR("fadu.db")}, (bilingual){"从备份恢复", "restore a backup"},
             (bilingual){"第 %lld 页的校验和不对", "the checksum of page %lld is wrong"}, (long long)page);
    return EXIT_INPUT;
}

exit_status district_verify(const char *dir, verify_depth depth, void (*progress)(int64_t records), verify_result *out, arena *a, diag_list *d)
{
    *out = (verify_result){0};
    table_scan scan = {.dir = dir, .depth = depth};
    // Opening for writing brings the WAL into the database, so that the pages on disk are all there is.
    district x;
    diag_list found = {.arena = a};      // said only when no page is bad: a bad page explains the rest
    exit_status status = district_open(dir, true, &x, &found);
    if (status == EXIT_DONE) {
        replay v = {.depth = depth, .progress = progress, .district = &x, .result = out, .arena = a, .diags = &found, .next_seq = 1, .scan = &scan, .access = {.arena = a}};
        v.live = (contributions){&v.groups, groups_put, groups_drop, groups_list, groups_greatest};
        pthread_t scanner;
        bool beside = pthread_create(&scanner, NULL, scan_tables, &scan) == 0;
        store_result r = store_begin(x.store, false);
        if (r == STORE_OK) run_replay(&v);
        if (beside) pthread_join(scanner, NULL);
        else scan_tables(&scan);
        if (r == STORE_OK && scan.pages_result != STORE_DAMAGED) compare_tables(&v);
        store_rollback(x.store);
        arena_free(&v.scratch);
        arena_free(&v.groups.arena);
        mem_release(v.cases.slots);
        mem_release(v.balances.slots);
        mem_release(v.counts.slots);
        district_close(&x);
        status = r != STORE_OK ? district_trouble(dir, NULL, r, &found) : v.stopped ? EXIT_INPUT : EXIT_DONE;
    } else scan.pages_result = store_check_pages(dir, &scan.bad_page, &scan.pages);
    out->pages = scan.pages;
    if (scan.pages_result == STORE_DAMAGED) return bad_page(scan.bad_page, d);
    for (const diag *each = found.first; each; each = each->next) diag_copy(d, each);
    return status;
}
