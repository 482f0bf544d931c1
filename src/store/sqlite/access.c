// Accounts, grants, sessions, tokens.
#include "store/sqlite/sqlite_internal.h"

enum { ACCESS_SINCE = 2 };       // the schema's version that brought these tables

static void bind_digest(sqlite3_stmt *st, int at, const digest *key)
{
    sqlite3_bind_blob(st, at, key->bytes, sizeof key->bytes, SQLITE_STATIC);
}

static digest column_digest(sqlite3_stmt *st, int at)
{
    digest key = {0};
    column_bytes(st, at, key.bytes, sizeof key.bytes);
    return key;
}

// ---- accounts --------------------------------------------------------------------------------------------

store_result store_put_account(store *s, const store_account *x)
{
    PREPARE(st, s, PUT_ACCOUNT);
    bind_str(st, 2, x->id);
    bind_str(st, 3, x->name);
    bind_str(st, 4, x->unit);
    bind_str(st, 5, x->password);
    sqlite3_bind_int(st, 6, x->active);
    bind_str(st, 7, x->certificate);
    bind_str(st, 8, x->stand_in);
    sqlite3_bind_int64(st, 9, x->away_first);
    sqlite3_bind_int64(st, 10, x->away_last);
    sqlite3_bind_int64(st, 11, x->record);
    return run(s, st);
}

static store_account read_account(sqlite3_stmt *st, arena *a)
{
    return (store_account){.id = str_copy(column_str(st, 0), a), .name = str_copy(column_str(st, 1), a), .unit = str_copy(column_str(st, 2), a),
                           .password = str_copy(column_str(st, 3), a), .active = sqlite3_column_int(st, 4) != 0, .certificate = str_copy(column_str(st, 5), a),
                           .stand_in = str_copy(column_str(st, 6), a), .away_first = sqlite3_column_int64(st, 7), .away_last = sqlite3_column_int64(st, 8),
                           .record = sqlite3_column_int64(st, 9)};
}

store_result store_get_account(store *s, str id, store_account *out, arena *a)
{
    if (!has_schema(s, ACCESS_SINCE)) return STORE_NOT_FOUND;
    PREPARE(st, s, GET_ACCOUNT);
    bind_str(st, 2, id);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *out = read_account(st, a);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_accounts(store *s, store_account **out, ptrdiff_t *count, arena *a)
{
    *out = NULL;
    *count = 0;
    if (!has_schema(s, ACCESS_SINCE)) return STORE_OK;
    PREPARE(st, s, ACCOUNTS);
    store_result r;
    for (; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(*out, *count, a);
        (*out)[*count] = read_account(st, a);
    }
    return at_end(r);
}

store_result store_covered(store *s, str stand_in, int64_t day, str **out, ptrdiff_t *count, arena *a)
{
    *out = NULL;
    *count = 0;
    if (!has_schema(s, ACCESS_SINCE)) return STORE_OK;
    PREPARE(st, s, COVERED);
    bind_str(st, 2, stand_in);
    sqlite3_bind_int64(st, 3, day);
    store_result r;
    for (; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(*out, *count, a);
        (*out)[*count] = str_copy(column_str(st, 0), a);
    }
    return at_end(r);
}

// ---- grants ----------------------------------------------------------------------------------------------

static store_result write_grant(store *s, int which, const store_grant *g)
{
    PREPARE(st, s, which);
    bind_str(st, 2, g->account);
    bind_str(st, 3, g->procedure);
    bind_str(st, 4, g->role);
    if (which == PUT_GRANT) sqlite3_bind_int64(st, 5, g->record);
    return run(s, st);
}

store_result store_put_grant(store *s, const store_grant *g) { return write_grant(s, PUT_GRANT, g); }
store_result store_drop_grant(store *s, const store_grant *g) { return write_grant(s, DROP_GRANT, g); }

store_result store_grants(store *s, str account, store_grant **out, ptrdiff_t *count, arena *a)
{
    *out = NULL;
    *count = 0;
    if (!has_schema(s, ACCESS_SINCE)) return STORE_OK;
    PREPARE(st, s, GRANTS);
    bind_str(st, 2, account);
    store_result r;
    for (; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(*out, *count, a);
        (*out)[*count] = (store_grant){str_copy(column_str(st, 0), a), str_copy(column_str(st, 1), a), str_copy(column_str(st, 2), a), sqlite3_column_int64(st, 3)};
    }
    return at_end(r);
}

// ---- sessions --------------------------------------------------------------------------------------------

store_result store_put_session(store *s, const store_session *x)
{
    PREPARE(st, s, PUT_SESSION);
    bind_digest(st, 2, &x->key);
    bind_str(st, 3, x->account);
    bind_str(st, 4, x->csrf);
    sqlite3_bind_int64(st, 5, x->created);
    sqlite3_bind_int64(st, 6, x->expires);
    return run(s, st);
}

store_result store_get_session(store *s, digest key, store_session *out, arena *a)
{
    if (!has_schema(s, ACCESS_SINCE)) return STORE_NOT_FOUND;
    PREPARE(st, s, GET_SESSION);
    bind_digest(st, 2, &key);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *out = (store_session){column_digest(st, 0), str_copy(column_str(st, 1), a), str_copy(column_str(st, 2), a),
                           sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 4)};
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_drop_session(store *s, digest key)
{
    PREPARE(st, s, DROP_SESSION);
    bind_digest(st, 2, &key);
    return run(s, st);
}

store_result store_drop_sessions(store *s, str account, timestamp expired)
{
    PREPARE(st, s, DROP_SESSIONS);
    bind_str(st, 2, account);
    sqlite3_bind_int64(st, 3, expired);
    return run(s, st);
}

// ---- tokens ----------------------------------------------------------------------------------------------

store_result store_put_token(store *s, const store_token *x)
{
    PREPARE(st, s, PUT_TOKEN);
    bind_digest(st, 2, &x->key);
    bind_str(st, 3, x->account);
    bind_str(st, 4, x->name);
    sqlite3_bind_int64(st, 5, x->created);
    sqlite3_bind_int64(st, 6, x->expires);
    return run(s, st);
}

static store_token read_token(sqlite3_stmt *st, arena *a)
{
    return (store_token){column_digest(st, 0), str_copy(column_str(st, 1), a), str_copy(column_str(st, 2), a),
                         sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 4)};
}

store_result store_get_token(store *s, digest key, store_token *out, arena *a)
{
    if (!has_schema(s, ACCESS_SINCE)) return STORE_NOT_FOUND;
    PREPARE(st, s, GET_TOKEN);
    bind_digest(st, 2, &key);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *out = read_token(st, a);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_tokens(store *s, str account, store_token **out, ptrdiff_t *count, arena *a)
{
    *out = NULL;
    *count = 0;
    if (!has_schema(s, ACCESS_SINCE)) return STORE_OK;
    PREPARE(st, s, TOKENS);
    bind_str(st, 2, account);
    store_result r;
    for (; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(*out, *count, a);
        (*out)[*count] = read_token(st, a);
    }
    return at_end(r);
}

store_result store_drop_token(store *s, str account, str name)
{
    PREPARE(st, s, DROP_TOKEN);
    bind_str(st, 2, account);
    bind_str(st, 3, name);
    return run(s, st);
}
