// The writer: commands in, records, cases, entries and search words out, in one transaction.
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "service/district.h"

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

// ---- records ---------------------------------------------------------------------------------------------

store_result writer_begin(writer *w, district *x, timestamp now)
{
    *w = (writer){.district = x, .now = now, .salt_next = sizeof w->salts};
    w->live = (contributions){x->store, live_put, live_drop, live_list, live_greatest};
    return store_begin(x->store, true);
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

static void put_record(writer *w, str body)
{
    store_record r = {.seq = (int64_t)w->district->tree.size + 1, .body = body};
    take_salt(w, r.salt);
    r.entry = ledger_entry(r.salt, body);
    ledger_append(&w->district->tree, ledger_leaf(r.entry));
    store_put_record(w->district->store, &r);
}

int64_t writer_record(writer *w, json *body, arena *a)
{
    int64_t seq = (int64_t)w->district->tree.size + 1;
    json_set(body, STR("at"), json_new_string(timestamp_text(w->now, a), a));
    json_set(body, STR("district"), json_new_string(store_district(w->district->store), a));
    json_set(body, STR("seq"), json_new_int(seq, a));
    json_set(body, STR("v"), json_new_int(1, a));
    buf text = {.arena = a};
    json_write(&text, body);
    put_record(w, buf_str(&text));
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

ptrdiff_t district_postings(const definitions *defs, const case_state *s, timestamp now, posting **out, arena *a, diag_list *d)
{
    *out = NULL;
    if (!s->exists || s->status == CASE_WITHDRAWN) return 0;
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

// Writes one event and all that follows from it.
static void commit_event(writer *w, const case_state *before, const event *e, arena *a, diag_list *d)
{
    district *x = w->district;
    int64_t seq = (int64_t)x->tree.size + 1;
    case_state after = *before;
    case_apply(&after, e, seq);

    buf body = {.arena = a};
    case_event_write(&body, e, seq, w->now, store_district(x->store));
    put_record(w, buf_str(&body));
    store_case row = district_case_row(x->definitions, &after);
    store_put_case(x->store, &row, !before->exists);

    posting *old, *new;
    ptrdiff_t old_count = district_postings(x->definitions, before, w->now, &old, a, d),
              new_count = district_postings(x->definitions, &after, w->now, &new, a, d);
    figures_post(old, old_count, new, new_count, e->case_id, seq, &w->live, put_entry, x->store, a);

    bool was_found = before->exists && before->status != CASE_WITHDRAWN, is_found = after.status != CASE_WITHDRAWN;
    if (was_found) store_unindex_case(x->store, e->case_id, case_words(&before->last.procedure->forms[before->last.form], &before->last, a));
    if (is_found) store_index_case(x->store, e->case_id, case_words(&e->procedure->forms[e->form], e, a));
    if (!before->exists) x->last_case = e->case_id;
}

static decision decide_and_commit(writer *w, const case_state *state, const command *c, source_pos at, event *out, arena *a, diag_list *d)
{
    event e;
    int64_t new_id = case_id_make(w->now, w->district->last_case);
    decision result = case_decide(state, c, new_id, w->now, w->district->definitions->calendar, at, &e, a, d);
    if (result == DECIDED) commit_event(w, state, &e, a, d);
    if (out) *out = result == DECIDED ? e : state->last;
    return result;
}

store_result writer_find(writer *w, int definition, int form, str key, store_case *out, arena *a)
{
    const district *x = w->district;
    return key.len ? store_find_case(x->store, x->definitions->family[definition], form, key, out, a) : STORE_NOT_FOUND;
}

decision writer_command(writer *w, const command *c, const store_case *there, source_pos at, event *out, arena *a, diag_list *d)
{
    case_state state = {0};
    if (there && district_case_state(w->district->store, w->district->definitions, there, &state, a, d) != STORE_OK) return REFUSED;   // the store remembers; commit fails
    return decide_and_commit(w, &state, c, at, out, a, d);
}

decision writer_withdraw(writer *w, int64_t case_id, str actor, provenance source, arena *a, diag_list *d)
{
    store_case there;
    if (store_get_case(w->district->store, case_id, &there, a) != STORE_OK) return REFUSED;
    command c = {.kind = CMD_WITHDRAW, .actor = actor, .source = source};
    return writer_command(w, &c, &there, (source_pos){0}, NULL, a, d);
}

// ---- ending ----------------------------------------------------------------------------------------------

store_result writer_commit(writer *w, arena *a)
{
    district *x = w->district;
    ledger_checkpoint head = {x->key.name, x->tree.size, ledger_root(&x->tree)};
    str note = ledger_checkpoint_sign(head, &x->key, a);
    store_put_tree(x->store, &x->tree);
    store_put_checkpoint(x->store, x->tree.size, w->now, note);
    store_result r = store_commit(x->store);
    if (r != STORE_OK) {
        store_get_tree(x->store, &x->tree);
        return r;
    }
    // A copy outside the database: it shows when committed records are missing from it. The records are safe whether or not
    // this write succeeds; if it is lost, the copy is older than the log, which verify accepts, and the next one mends it.
    char path[4096];
    snprintf(path, sizeof path, "%s/checkpoint", x->dir);
    write_whole_file(path, note, 0644);
    return STORE_OK;
}

void writer_rollback(writer *w)
{
    store_rollback(w->district->store);
    store_get_tree(w->district->store, &w->district->tree);
}
