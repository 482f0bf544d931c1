// Server-sent events (WHATWG HTML, 9.2): what happens to cases, as the log tells it, for programs that wait for it.
//
// An event's id is its record's number in the log, so a listener that was cut off goes on where it was (Last-Event-ID) and neither misses nor
// repeats anything. Each listener has its thread, which sleeps until the writer has written; nobody looks at the directory for it more often
// than EVENTS_LOOK_MS, for what other processes write. Who may hear of a case is asked again for every batch: a role that is revoked,
// or an account that is disabled, ends it. No field of a case is told, only that something happened.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_internal.h"

enum {
    EVENTS_BATCH = 200,              // records looked at, at a time
    EVENTS_LOOK_MS = 1000,
    EVENTS_HEARTBEAT_MS = 10000      // shorter than HTTP_TIMEOUT_S, and than what proxies allow
};

struct event_stream {
    server *server;
    arena arena;                     // of the batch
    char account[ACCESS_LOGIN_MAX + 1], procedure[100];      // procedure: "" = all
    int64_t last;                    // record told or passed over
    timestamp spoke;
    str pending;                     // what is still to be sent; lives in `arena`
    ptrdiff_t sent;
};

static _Atomic int listeners;

// ---- what is told ----------------------------------------------------------------------------------------

static void put(json *o, const char *name, str text, arena *a)
{
    if (text.len) json_set(o, str_from(name), json_new_string(text, a));
}

static void write_event(buf *out, int64_t seq, const char *kind, const json *data)
{
    buf_printf(out, "id: %lld\nevent: %s\ndata: ", (long long)seq, kind);
    json_write(out, data);
    buf_add(out, STR("\n\n"));
}

static bool may_hear(const access_actor *who, str procedure_id) { return access_has_any_role(who, procedure_id) || access_is_administrator(who); }

// A record becomes an event, or nothing. Texts that people have typed in stay behind: they may say anything of anybody.
static void tell_record(const event_stream *x, const access_actor *who, const json *record, int64_t seq, buf *out, arena *a)
{
    str kind = json_string(record, STR("kind")), procedure_id = json_string(record, STR("procedure")), id = json_string(record, STR("case"));
    json *data = json_new_object(a);
    put(data, "at", json_string(record, STR("at")), a);
    if (str_equal(kind, STR("adopted"))) {
        put(data, "definition", json_string(record, STR("id")), a);
        json_set(data, STR("number"), json_new_int(json_int(record, STR("number"), 0), a));
        write_event(out, seq, "definition", data);
        return;
    }
    bool of_case = id.len && procedure_id.len && json_get(record, STR("version"));
    if (!of_case || (x->procedure[0] && !str_equal(procedure_id, str_from(x->procedure))) || !may_hear(who, procedure_id)) return;
    const json *done = json_get(record, STR("command")), *process = json_get(record, STR("process"));
    bool by_time = str_equal(json_string(done, STR("do")), STR("wait"));
    put(data, "procedure", procedure_id, a), put(data, "case", id, a), put(data, "kind", kind, a);
    put(data, "do", json_string(done, STR("do")), a), put(data, "task", json_string(done, STR("task")), a);
    put(data, "status", json_string(process, STR("status")), a);
    json_set(data, STR("version"), json_new_int(json_int(record, STR("version"), 0), a));
    write_event(out, seq, by_time ? "clock" : "case", data);
}

// The next records that are there. False: the listener may not listen any more, or nothing can be read.
static bool read_batch(event_stream *x)
{
    arena *a = &x->arena;
    access_actor who;
    arena_rewind(a, (arena_position){0});
    x->pending = (str){0}, x->sent = 0;
    store *s = server_take_store(x->server);
    if (!s) return false;
    bool good = access_by_login(s, str_from(x->account), machine_now(), &who, a);
    buf out = {.arena = a};
    for (int i = 0; good && i < EVENTS_BATCH; i++) {
        store_record record;
        diag_list unsaid = {.arena = a};
        store_result r = store_get_record(s, x->last + 1, &record, a);
        if (r == STORE_NOT_FOUND) break;
        const json *body = r == STORE_OK ? json_parse(record.body, STR("fadu.db"), a, &unsaid) : NULL;
        good = body != NULL;
        if (!good) break;
        x->last++;
        tell_record(x, &who, body, x->last, &out, a);
    }
    server_give_store(x->server, s);
    x->pending = buf_str(&out);
    return good;
}

ptrdiff_t events_read(event_stream *x, char *out, ptrdiff_t room)
{
    jmp_buf out_of_memory;
    if (ARENA_GUARD(&x->arena, out_of_memory)) return -1;
    while (x->sent == x->pending.len) {
        int64_t before = x->last, written = queue_written(server_queue(x->server));
        if (!read_batch(x)) return -1;
        timestamp now = machine_now();
        if (x->pending.len || x->last > before) continue;
        if (now - x->spoke >= EVENTS_HEARTBEAT_MS) x->pending = STR(": still here\n\n");
        else if (!queue_wait(server_queue(x->server), written, EVENTS_LOOK_MS) || server_is_stopping(x->server)) return -1;
    }
    x->arena.escape = NULL;
    ptrdiff_t n = x->pending.len - x->sent < room ? x->pending.len - x->sent : room;
    memcpy(out, x->pending.data + x->sent, (size_t)n);
    x->sent += n;
    x->spoke = machine_now();
    return n;
}

void events_close(event_stream *x)
{
    arena_free(&x->arena);
    mem_release(x);
    listeners--;
}

// ---- listening -------------------------------------------------------------------------------------------

static bool last_seen(const request *q, int64_t *out)
{
    str given = q->header(q->query_ctx, "Last-Event-ID");
    decimal n;
    if (!given.len) given = q->query(q->query_ctx, "after");
    if (!given.len) {
        ledger_tree tree;
        if (store_get_tree(q->store, &tree) != STORE_OK) return false;
        *out = (int64_t)tree.size;
        return true;
    }
    return decimal_parse(given, &n) && decimal_to_int(n, out) && *out >= 0;
}

void get_api_events(const request *q, response *r)
{
    str procedure_id = q->query(q->query_ctx, "procedure");
    int64_t last;
    if (!last_seen(q, &last) || (procedure_id.len && !definitions_procedure(q->definitions, procedure_id, NULL))) {
        answer_error(q, r, 400, (bilingual){"after（或者 Last-Event-ID）是上一个事件的编号，procedure 是流程的标识", "after (or Last-Event-ID) is the id of the last event, procedure a procedure's id"});
        return;
    }
    event_stream *x = listeners++ < HTTP_LISTENERS_MAX ? mem_alloc(sizeof *x) : NULL;
    if (!x) {
        listeners--;
        response_header(r, "Retry-After", STR("30"));
        answer_error(q, r, 503, (bilingual){"等候事件的连接太多，请稍后再试", "Too many are waiting for events: try again later"});
        return;
    }
    *x = (event_stream){.server = q->server, .last = last, .spoke = machine_now()};
    assert(q->actor->account.len < (ptrdiff_t)sizeof x->account);
    memcpy(x->account, q->actor->account.data, (size_t)q->actor->account.len);
    if (procedure_id.len < (ptrdiff_t)sizeof x->procedure) memcpy(x->procedure, procedure_id.data, (size_t)procedure_id.len);
    r->type = "text/event-stream";
    r->stream = x;
}
