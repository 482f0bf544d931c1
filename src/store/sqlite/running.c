// Tasks, clocks and alarms of running cases; commands that were done; counters.
#include "store/sqlite/sqlite_internal.h"

// ---- tasks -----------------------------------------------------------------------------------------------

store_result store_put_task(store *s, const store_task *t)
{
    PREPARE(st, s, PUT_TASK);
    sqlite3_bind_int64(st, 2, t->case_id);
    sqlite3_bind_int64(st, 3, t->id);
    sqlite3_bind_int(st, 4, t->procedure);
    bind_str(st, 5, t->task);
    bind_str(st, 6, t->role);
    bind_str(st, 7, t->unit);
    bind_str(st, 8, t->assignee);
    sqlite3_bind_int64(st, 9, t->since);
    return run(s, st);
}

store_result store_drop_task(store *s, const store_task *t)
{
    PREPARE(st, s, DROP_TASK);
    sqlite3_bind_int64(st, 2, t->case_id);
    sqlite3_bind_int64(st, 3, t->id);
    return run(s, st);
}

static store_task read_task(sqlite3_stmt *st)
{
    return (store_task){.case_id = sqlite3_column_int64(st, 0), .id = sqlite3_column_int64(st, 1), .procedure = sqlite3_column_int(st, 2), .task = column_str(st, 3),
                        .role = column_str(st, 4), .unit = column_str(st, 5), .assignee = column_str(st, 6), .since = sqlite3_column_int64(st, 7)};
}

store_result store_list_tasks(store *s, const store_task_query *q, const store_task *after, int limit, store_task **out, ptrdiff_t *count, arena *a)
{
    *out = NULL;
    *count = 0;
    if (!has_schema(s, RUNNING_SINCE)) return STORE_OK;
    int which = q->case_id ? TASKS_OF_CASE : q->assignee.len ? TASKS_OF_PERSON : q->procedure && q->role.len ? TASKS_OF_ROLE : LIST_TASKS;
    PREPARE(st, s, which);
    if (which == TASKS_OF_CASE) sqlite3_bind_int64(st, 2, q->case_id);
    else {
        sqlite3_bind_int64(st, 2, after ? after->case_id : 0);
        sqlite3_bind_int64(st, 3, after ? after->id : 0);
        sqlite3_bind_int(st, 4, q->procedure);
        bind_str(st, 5, q->role);
        sqlite3_bind_int(st, 6, limit);
        if (which == TASKS_OF_PERSON) bind_str(st, 7, q->assignee);
    }
    store_result r;
    for (; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(*out, *count, a);
        store_task *t = &(*out)[*count];
        *t = read_task(st);
        t->task = str_copy(t->task, a), t->role = str_copy(t->role, a), t->unit = str_copy(t->unit, a), t->assignee = str_copy(t->assignee, a);
    }
    return at_end(r);
}

store_result store_each_task(store *s, store_task_fn fn, void *ctx)
{
    if (!has_schema(s, RUNNING_SINCE)) return STORE_OK;
    PREPARE(st, s, EACH_TASK);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK) {
        store_task t = read_task(st);
        if (fn(ctx, &t)) continue;
        sqlite3_reset(st);
        return STORE_OK;
    }
    return at_end(r);
}

// ---- clocks ----------------------------------------------------------------------------------------------

store_result store_put_clock(store *s, const store_clock *c)
{
    PREPARE(st, s, PUT_CLOCK);
    sqlite3_bind_int64(st, 2, c->case_id);
    sqlite3_bind_int(st, 3, c->procedure);
    bind_str(st, 4, c->clock);
    sqlite3_bind_int64(st, 5, c->due);
    sqlite3_bind_int(st, 6, c->level);
    return run(s, st);
}

store_result store_drop_clock(store *s, const store_clock *c)
{
    PREPARE(st, s, DROP_CLOCK);
    sqlite3_bind_int64(st, 2, c->case_id);
    bind_str(st, 3, c->clock);
    return run(s, st);
}

static store_clock read_clock(sqlite3_stmt *st)
{
    return (store_clock){.case_id = sqlite3_column_int64(st, 0), .procedure = sqlite3_column_int(st, 1), .clock = column_str(st, 2), .due = sqlite3_column_int64(st, 3),
                         .level = sqlite3_column_int(st, 4)};
}

store_result store_list_clocks(store *s, int procedure, int64_t first_day, int level, const store_clock *after, int limit, store_clock **out, ptrdiff_t *count, arena *a)
{
    *out = NULL;
    *count = 0;
    if (!has_schema(s, RUNNING_SINCE)) return STORE_OK;
    PREPARE(st, s, LIST_CLOCKS);
    sqlite3_bind_int64(st, 2, after ? after->due : first_day);
    sqlite3_bind_int64(st, 3, after ? after->case_id : 0);
    bind_str(st, 4, after ? after->clock : (str){0});
    sqlite3_bind_int(st, 5, procedure);
    sqlite3_bind_int(st, 6, level);
    sqlite3_bind_int(st, 7, limit);
    store_result r;
    for (; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(*out, *count, a);
        (*out)[*count] = read_clock(st);
        (*out)[*count].clock = str_copy((*out)[*count].clock, a);
    }
    return at_end(r);
}

store_result store_each_clock(store *s, store_clock_fn fn, void *ctx)
{
    if (!has_schema(s, RUNNING_SINCE)) return STORE_OK;
    PREPARE(st, s, EACH_CLOCK);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK) {
        store_clock c = read_clock(st);
        if (fn(ctx, &c)) continue;
        sqlite3_reset(st);
        return STORE_OK;
    }
    return at_end(r);
}

static store_result list_ids(store *s, sqlite3_stmt *st, int64_t **ids, ptrdiff_t *count, arena *a)
{
    *ids = NULL;
    store_result r;
    for (*count = 0; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(*ids, *count, a);
        (*ids)[*count] = sqlite3_column_int64(st, 0);
    }
    return at_end(r);
}

store_result store_running_cases(store *s, int64_t after, int limit, int64_t **ids, ptrdiff_t *count, arena *a)
{
    PREPARE(st, s, RUNNING_CASES);
    sqlite3_bind_int64(st, 2, after);
    sqlite3_bind_int(st, 3, limit);
    return list_ids(s, st, ids, count, a);
}

// ---- alarms ----------------------------------------------------------------------------------------------

store_result store_put_alarm(store *s, int64_t case_id, timestamp at)
{
    PREPARE(st, s, at == STORE_NO_ALARM ? DROP_ALARM : PUT_ALARM);
    sqlite3_bind_int64(st, 2, case_id);
    if (at != STORE_NO_ALARM) sqlite3_bind_int64(st, 3, at);
    return run(s, st);
}

store_result store_next_alarm(store *s, timestamp *at)
{
    PREPARE(st, s, NEXT_ALARM);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *at = sqlite3_column_type(st, 0) == SQLITE_NULL ? STORE_NO_ALARM : sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_due_alarms(store *s, timestamp now, int limit, int64_t **ids, ptrdiff_t *count, arena *a)
{
    PREPARE(st, s, DUE_ALARMS);
    sqlite3_bind_int64(st, 2, now);
    sqlite3_bind_int(st, 3, limit);
    return list_ids(s, st, ids, count, a);
}

// ---- commands, counters ----------------------------------------------------------------------------------

store_result store_put_command(store *s, str id, int64_t record)
{
    PREPARE(st, s, PUT_COMMAND);
    bind_str(st, 2, id);
    sqlite3_bind_int64(st, 3, record);
    return run(s, st);
}

store_result store_get_command(store *s, str id, int64_t *record)
{
    if (!has_schema(s, RUNNING_SINCE)) return STORE_NOT_FOUND;
    PREPARE(st, s, GET_COMMAND);
    bind_str(st, 2, id);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *record = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_each_command(store *s, store_command_fn fn, void *ctx)
{
    if (!has_schema(s, RUNNING_SINCE)) return STORE_OK;
    PREPARE(st, s, EACH_COMMAND);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK) {
        if (fn(ctx, column_str(st, 0), sqlite3_column_int64(st, 1))) continue;
        sqlite3_reset(st);
        return STORE_OK;
    }
    return at_end(r);
}

static store_result number(store *s, sqlite3_stmt *st, str series, int year, int64_t *n)
{
    bind_str(st, 2, series);
    sqlite3_bind_int(st, 3, year);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r == STORE_NOT_FOUND ? STORE_FAILED : r;
    *n = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_next_number(store *s, str series, int year, int64_t *n)
{
    PREPARE(st, s, NEXT_NUMBER);
    return number(s, st, series, year, n);
}

store_result store_take_number(store *s, str series, int year, int64_t *n)
{
    PREPARE(st, s, TAKE_NUMBER);
    return number(s, st, series, year, n);
}
