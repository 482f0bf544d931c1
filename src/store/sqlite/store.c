// The store on SQLite: STRICT tables, WAL, synchronous=FULL, one prepared statement for each thing it does.
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/sqlite_internal.h"

#define STATEMENTS(X) \
    X(PUT_RECORD, "INSERT INTO record VALUES(?1,?2,?3,?4,?5)") \
    X(GET_RECORD, "SELECT seq,salt,entry,body FROM record WHERE district=?1 AND seq=?2") \
    X(EACH_RECORD, "SELECT seq,salt,entry,body FROM record WHERE district=?1 AND seq>=?2 ORDER BY seq") \
    X(PUT_TREE, "UPDATE district SET tree_size=?2, tree=?3 WHERE district=?1") \
    X(GET_TREE, "SELECT tree_size,tree FROM district WHERE district=?1") \
    X(PUT_CHECKPOINT, "INSERT OR IGNORE INTO checkpoint VALUES(?1,?2,?3,?4)") \
    X(EACH_CHECKPOINT, "SELECT size,at,note FROM checkpoint WHERE district=?1 ORDER BY size") \
    X(LAST_CHECKPOINT, "SELECT size,at,note FROM checkpoint WHERE district=?1 ORDER BY size DESC LIMIT 1") \
    X(PUT_DEFINITION, "INSERT INTO definition VALUES(?1,?2,?3,?4)") \
    X(DEFINITIONS, "SELECT number,id,record FROM definition WHERE district=?1 ORDER BY number") \
    X(COUNT_DEFINITIONS, "SELECT coalesce(max(number),0) FROM definition WHERE district=?1") \
    X(PUT_FIGURE, "INSERT INTO figure VALUES(?1,?2,?3)") \
    X(FIGURES, "SELECT number,id FROM figure WHERE district=?1 ORDER BY number") \
    X(PUT_FILE, "INSERT INTO file VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)") \
    X(FILES, "SELECT number,sha256,name,size,record,supersedes,rows_good,rows_bad FROM file WHERE district=?1 ORDER BY number") \
    X(INSERT_CASE, "INSERT INTO case_file VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)") \
    X(UPDATE_CASE, "UPDATE case_file SET procedure=?3,form=?4,definition=?5,status=?6,version=?7,file=?8,record=?9,opened=?10,closed=?11," \
                   "key=?12,title=?13 WHERE district=?1 AND case_id=?2") \
    X(RESTATE_CASE, "UPDATE case_file SET definition=?5,status=?6,version=?7,file=?8,record=?9,opened=?10,closed=?11,title=?13" \
                    " WHERE district=?1 AND case_id=?2") \
    X(GET_CASE, CASE_COLUMNS "WHERE district=?1 AND case_id=?2") \
    X(FIND_CASE, CASE_COLUMNS "WHERE district=?1 AND procedure=?2 AND form=?3 AND key=?4") \
    X(LIST_CASES, CASE_COLUMNS "WHERE district=?1 AND procedure=?2 AND case_id<?3 AND (?4<0 OR form=?4) AND (?5=0 OR status=?5)" \
                  " ORDER BY case_id DESC LIMIT ?6") \
    X(LAST_CASE, "SELECT coalesce(max(case_id),0) FROM case_file WHERE district=?1") \
    X(EACH_CASE, CASE_COLUMNS "WHERE district=?1 ORDER BY case_id") \
    X(EACH_CASE_OF_FORM, CASE_COLUMNS "WHERE district=?1 AND procedure=?2 AND form=?3 ORDER BY key") \
    X(COUNT_CASES, "SELECT status,sum(cases) FROM case_count WHERE district=?1 AND procedure=?2 AND (?3<0 OR form=?3) GROUP BY status") \
    X(ADD_CASE_COUNT, "INSERT INTO case_count VALUES(?1,?2,?3,?4,?5) ON CONFLICT DO UPDATE SET cases=cases+excluded.cases") \
    X(PUT_ENTRY, "INSERT INTO entry VALUES(?1,?2,?3,?4,?5,?6,?7)") \
    X(LIST_ENTRIES, "SELECT figure,day,record,n,case_id,amount FROM entry WHERE district=?1 AND figure=?2" \
                    " AND (day,record,n)>(?3,?4,?5) AND day<=?6 ORDER BY day,record,n LIMIT ?7") \
    X(EACH_ENTRY, "SELECT figure,day,record,n,case_id,amount FROM entry WHERE district=?1 ORDER BY figure,day,record,n") \
    X(GET_BALANCE, "SELECT amount,entries FROM balance WHERE district=?1 AND figure=?2 AND month BETWEEN ?3 AND ?4") \
    X(PUT_BALANCE, "INSERT OR REPLACE INTO balance VALUES(?1,?2,?3,?4,?5)") \
    X(EACH_BALANCE, "SELECT figure,month,amount,entries FROM balance WHERE district=?1 ORDER BY figure,month") \
    X(PUT_CONTRIBUTION, "INSERT INTO contribution VALUES(?1,?2,?3,?4,?5,?6,?7)") \
    X(DROP_CONTRIBUTION, "DELETE FROM contribution WHERE district=?1 AND figure=?2 AND period=?3 AND key=?4 AND case_id=?5 AND first=?6 AND last=?7") \
    X(LIST_CONTRIBUTIONS, CONTRIBUTION_COLUMNS "WHERE district=?1 AND figure=?2 AND period=?3 AND key=?4 ORDER BY case_id,first,last") \
    X(GREATEST_CONTRIBUTION, CONTRIBUTION_COLUMNS "WHERE district=?1 AND figure=?2 AND period=?3 ORDER BY key DESC LIMIT 1") \
    X(NTH_CONTRIBUTION, CONTRIBUTION_COLUMNS "WHERE district=?1 AND figure=?2 AND period=?3 ORDER BY key,case_id LIMIT 1 OFFSET ?4") \
    X(COUNT_CONTRIBUTIONS, "SELECT count(*) FROM contribution WHERE district=?1 AND figure=?2 AND period=?3") \
    X(EACH_CONTRIBUTION, CONTRIBUTION_COLUMNS "WHERE district=?1 ORDER BY figure,period,key,case_id,first,last") \
    X(INDEX_CASE, "INSERT INTO search(rowid,words) VALUES(?1,?2)") \
    X(UNINDEX_CASE, "INSERT INTO search(search,rowid,words) VALUES('delete',?1,?2)") \
    X(SEARCH, "SELECT rowid FROM search WHERE search MATCH ?1 AND rowid<?2 ORDER BY rowid DESC LIMIT ?3")

#define CASE_COLUMNS "SELECT case_id,procedure,form,definition,status,version,file,record,opened,closed,key,title FROM case_file "
#define CONTRIBUTION_COLUMNS "SELECT figure,period,key,case_id,first,last FROM contribution "

enum {
    BEFORE_OURS = RUNNING_STATEMENTS_END - 1,
#define X(name, sql) name,
    STATEMENTS(X)
#undef X
    STATEMENT_COUNT
};
static const char *const statement_sql[] = {
#define X(name, sql) sql,
    ACCESS_STATEMENTS(X)
    RUNNING_STATEMENTS(X)
    STATEMENTS(X)
#undef X
};

// What a transaction adds to balances and case counts, kept here and written at commit: a million entries of one
// month are one row. Open addressing; a key of figure 0 is free (figures are numbered from 1).
typedef struct { int figure, month; decimal amount; int64_t entries; } balance_delta;
typedef struct { int procedure, form, status; int64_t cases; } count_delta;
enum { DELTAS_START = 1024, COUNTS_MAX = 4096 };
// Entries go into their table in sorted runs: a file's rows come in the order of receipt, and each posts to several
// figures, so one by one they would touch as many places of the tree as there are figures and days.
enum { ENTRIES_HELD = 16384 };

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    int64_t district;
    char *district_id;
    int64_t schema;            // version, when last looked at
    int lock;                  // of the writer's lock file, or -1
    bool writing;
    store_result pending;      // first trouble of the transaction: commit must not hide it
    balance_delta *balances;
    ptrdiff_t balance_count, balance_size;
    count_delta counts[COUNTS_MAX];
    int count_count;
    store_entry *entries;      // held back, ENTRIES_HELD of them at most
    int entry_count;
    char error[512];
};

static char open_error[512];   // of a failed store_open: there is no store to keep it

// ---- results ---------------------------------------------------------------------------------------------

static store_result result_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK: case SQLITE_DONE: case SQLITE_ROW: return STORE_OK;
    case SQLITE_BUSY: case SQLITE_LOCKED: return STORE_BUSY;
    case SQLITE_FULL: return STORE_FULL;
    case SQLITE_READONLY: case SQLITE_PERM: case SQLITE_CANTOPEN: return STORE_READ_ONLY;
    case SQLITE_CORRUPT: case SQLITE_NOTADB: return STORE_DAMAGED;
    case SQLITE_IOERR: return rc == SQLITE_IOERR_DATA || rc == SQLITE_IOERR_SHORT_READ ? STORE_DAMAGED : errno == ENOSPC ? STORE_FULL : STORE_FAILED;
    default: return STORE_FAILED;
    }
}

static store_result fail(store *s, int rc)
{
    store_result r = result_of(rc);
    snprintf(s->error, sizeof s->error, "%s (SQLite %d)", sqlite3_errmsg(s->db), rc);
    if (s->writing && s->pending == STORE_OK) s->pending = r;
    return r;
}

str store_error(const store *s) { return str_from(s ? s->error : open_error); }

const char *store_result_text(store_result r, int lang)
{
    static const char *const texts[][2] = {
        [STORE_OK] = {"完成", "done"},
        [STORE_NOT_FOUND] = {"没有找到", "not found"},
        [STORE_BUSY] = {"另一个进程正在写入此数据目录", "another process is writing to this data directory"},
        [STORE_FULL] = {"磁盘已满，本次操作未保留任何内容", "the disk is full; nothing of this operation was kept"},
        [STORE_READ_ONLY] = {"数据目录不可写", "the data directory cannot be written"},
        [STORE_DAMAGED] = {"数据文件已损坏，或不是法度的数据文件", "the data file is damaged, or is not one of Fadu's"},
        [STORE_TOO_NEW] = {"数据由更新版本的法度写成", "the data was written by a later version of Fadu"},
        [STORE_FAILED] = {"系统拒绝了操作", "the system refused the operation"}};
    return texts[r][lang];
}

str store_district(const store *s) { return str_from(s->district_id); }

// ---- opening ---------------------------------------------------------------------------------------------

static store_result open_failed(store *s, store_result r, const char *why)
{
    snprintf(open_error, sizeof open_error, "%s", why);
    store_close(s);
    return r;
}

static int open_database(const char *dir, int flags, sqlite3 **db)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/fadu.db", dir) >= (int)sizeof path) return SQLITE_CANTOPEN;
    int rc = checksum_vfs_register();
    if (rc == SQLITE_OK) rc = sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX, "fadu");
    if (rc != SQLITE_OK) return rc;
    sqlite3_extended_result_codes(*db, 1);
    sqlite3_busy_timeout(*db, 5000);
    return tokenizer_register(*db);
}

// The lock is a file of its own: it says "another process" at once, before any transaction, and falls with the process.
static int take_lock(const char *dir)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/lock", dir) >= (int)sizeof path) return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

// There is one writer, and there are several readers.
static int configure(sqlite3 *db, bool write)
{
    // Checkpoints are made at the end of a transaction that wrote much (store_commit), not inside other people's.
    sqlite3_exec(db, write ? "PRAGMA cache_size=-131072" : "PRAGMA cache_size=-32768", NULL, NULL, NULL);
    return sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                            "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;", NULL, NULL, NULL);
}

store_result store_create(const char *dir, str district, str origin)
{
    store *s = mem_alloc(sizeof *s);
    if (!s) return STORE_FAILED;
    s->lock = take_lock(dir);
    if (s->lock < 0) return open_failed(s, errno == EWOULDBLOCK ? STORE_BUSY : STORE_READ_ONLY, strerror(errno));
    int rc = open_database(dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &s->db);
    int reserved = PAGE_RESERVED;
    if (rc == SQLITE_OK) rc = sqlite3_exec(s->db, "PRAGMA page_size=8192;", NULL, NULL, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_file_control(s->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    if (rc == SQLITE_OK) rc = configure(s->db, true);
    if (rc == SQLITE_OK) rc = sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc == SQLITE_OK) rc = schema_advance(s->db, 0);
    sqlite3_stmt *insert = NULL;
    if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(s->db, "INSERT INTO district VALUES(1,?1,?2,0,x'')", -1, &insert, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_text(insert, 1, district.data, (int)district.len, SQLITE_STATIC);
        sqlite3_bind_text(insert, 2, origin.data, (int)origin.len, SQLITE_STATIC);
        rc = sqlite3_step(insert);
        if (rc == SQLITE_DONE) rc = SQLITE_OK;
    }
    sqlite3_finalize(insert);
    if (rc == SQLITE_OK) rc = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
    if (rc != SQLITE_OK) return open_failed(s, result_of(rc), s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc));
    store_close(s);
    return STORE_OK;
}

static int read_int(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(statement, 0);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
}

store_result store_open(const char *dir, bool write, store **out)
{
    *out = NULL;
    store *s = mem_alloc(sizeof *s);
    if (!s) return STORE_FAILED;
    s->lock = -1;
    char path[4096];
    struct stat st;
    if (snprintf(path, sizeof path, "%s/fadu.db", dir) >= (int)sizeof path || stat(path, &st) != 0)
        return open_failed(s, STORE_NOT_FOUND, strerror(errno));
    if (write && (s->lock = take_lock(dir)) < 0)
        return open_failed(s, errno == EWOULDBLOCK ? STORE_BUSY : STORE_READ_ONLY, strerror(errno));
    // A reader opens for writing too: WAL needs its shared index file. Without permission it falls back to reading only.
    int rc = open_database(dir, SQLITE_OPEN_READWRITE, &s->db);
    if (rc == SQLITE_OK && write && sqlite3_db_readonly(s->db, "main")) return open_failed(s, STORE_READ_ONLY, "read-only");
    int64_t version = 0;
    if (rc == SQLITE_OK) rc = read_int(s->db, "PRAGMA user_version", &version);
    if (rc == SQLITE_OK && version > SCHEMA_VERSION) return open_failed(s, STORE_TOO_NEW, "schema");
    if (rc == SQLITE_OK && version == 0) return open_failed(s, STORE_DAMAGED, "no schema");
    if (rc == SQLITE_OK) rc = configure(s->db, write);
    if (rc == SQLITE_OK && write && version < SCHEMA_VERSION) rc = migrate(s->db, (int)version);
    s->schema = write ? SCHEMA_VERSION : version;
    sqlite3_stmt *select = NULL;
    if (rc == SQLITE_OK) rc = sqlite3_prepare_v2(s->db, "SELECT district,id FROM district", -1, &select, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(select);
        if (rc == SQLITE_ROW) {
            s->district = sqlite3_column_int64(select, 0);
            const char *id = (const char *)sqlite3_column_text(select, 1);
            s->district_id = id ? mem_alloc(strlen(id) + 1) : NULL;
            if (s->district_id) strcpy(s->district_id, id);
            rc = s->district_id ? SQLITE_OK : SQLITE_NOMEM;
        } else if (rc == SQLITE_DONE) rc = SQLITE_CORRUPT;
    }
    sqlite3_finalize(select);
    if (rc != SQLITE_OK) return open_failed(s, result_of(rc), s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc));
    *out = s;
    return STORE_OK;
}

int64_t store_rows_written(const store *s) { return sqlite3_total_changes64(s->db); }

bool has_schema(store *s, int version)
{
    if (s->schema < version && read_int(s->db, "PRAGMA user_version", &s->schema) != SQLITE_OK) return false;
    return s->schema >= version;
}

void store_close(store *s)
{
    if (!s) return;
    for (int i = 0; i < STATEMENT_COUNT; i++) sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    if (s->lock >= 0) close(s->lock);
    mem_release(s->balances);
    mem_release(s->entries);
    mem_release(s->district_id);
    mem_release(s);
}

// ---- statements ------------------------------------------------------------------------------------------

sqlite3_stmt *statement(store *s, int which)
{
    if (!s->statements[which]) {
        int rc = sqlite3_prepare_v3(s->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT, &s->statements[which], NULL);
        if (rc != SQLITE_OK) {
            fail(s, rc);
            return NULL;
        }
    }
    if (which < INDEX_CASE) sqlite3_bind_int64(s->statements[which], 1, s->district);
    return s->statements[which];
}

void bind_str(sqlite3_stmt *st, int at, str text)
{
    sqlite3_bind_text64(st, at, text.data ? text.data : "", (sqlite3_uint64)text.len, SQLITE_STATIC, SQLITE_UTF8);
}

static void bind_day(sqlite3_stmt *st, int at, int64_t day)
{
    if (day == STORE_NO_DAY) sqlite3_bind_null(st, at);
    else sqlite3_bind_int64(st, at, day);
}

// Amounts: INTEGER when whole (most are), else their text.
static void bind_amount(sqlite3_stmt *st, int at, decimal amount)
{
    int64_t whole;
    char text[DECIMAL_TEXT_MAX];
    if (decimal_to_int(amount, &whole)) sqlite3_bind_int64(st, at, whole);
    else sqlite3_bind_text(st, at, text, decimal_format(amount, text), SQLITE_TRANSIENT);
}

static decimal column_amount(sqlite3_stmt *st, int at)
{
    decimal x = decimal_from_int(0);
    if (sqlite3_column_type(st, at) == SQLITE_INTEGER) return decimal_from_int(sqlite3_column_int64(st, at));
    decimal_parse((str){(const char *)sqlite3_column_text(st, at), sqlite3_column_bytes(st, at)}, &x);
    return x;
}

str column_str(sqlite3_stmt *st, int at)
{
    const char *text = (const char *)sqlite3_column_text(st, at);
    return (str){text, text ? sqlite3_column_bytes(st, at) : 0};
}

void column_bytes(sqlite3_stmt *st, int at, void *out, size_t size)
{
    const void *data = sqlite3_column_blob(st, at);
    size_t n = (size_t)sqlite3_column_bytes(st, at);
    if (data) memcpy(out, data, n < size ? n : size);
}

static _Atomic long calls_until_failure;

void store_fail_after(long n) { calls_until_failure = n; }

static bool fails_now(void) { return calls_until_failure > 0 && --calls_until_failure == 0; }

store_result store_trouble(const store *s) { return s->pending != STORE_OK ? s->pending : STORE_FAILED; }

store_result run(store *s, sqlite3_stmt *st)
{
    int rc = fails_now() ? SQLITE_FULL : sqlite3_step(st);
    store_result r = rc == SQLITE_DONE ? STORE_OK : fail(s, rc);
    sqlite3_reset(st);
    return r;
}

store_result next_row(store *s, sqlite3_stmt *st)
{
    int rc = sqlite3_step(st);
    if (rc == SQLITE_ROW) return STORE_OK;
    store_result r = rc == SQLITE_DONE ? STORE_NOT_FOUND : fail(s, rc);
    sqlite3_reset(st);
    return r;
}

store_result at_end(store_result r) { return r == STORE_NOT_FOUND ? STORE_OK : r; }

// ---- transactions ----------------------------------------------------------------------------------------

store_result store_begin(store *s, bool write)
{
    int rc = sqlite3_exec(s->db, write ? "BEGIN IMMEDIATE" : "BEGIN", NULL, NULL, NULL);
    if (rc != SQLITE_OK) return fail(s, rc);
    s->writing = write;
    s->pending = STORE_OK;
    return STORE_OK;
}

static void forget_deltas(store *s)
{
    if (s->balances) memset(s->balances, 0, (size_t)s->balance_size * sizeof *s->balances);
    s->balance_count = 0;
    s->count_count = 0;
    s->entry_count = 0;
}

static store_result read_balance(store *s, int figure, int month, store_balance *out);
static store_result write_entries(store *s);

static store_result write_deltas(store *s)
{
    for (ptrdiff_t i = 0; i < s->balance_size; i++) {
        const balance_delta *b = &s->balances[i];
        if (b->figure == 0) continue;
        store_balance now;
        store_result r = read_balance(s, b->figure, b->month, &now);
        if (r != STORE_OK) return r;
        if (!decimal_add(now.amount, b->amount, &now.amount)) return STORE_FAILED;
        PREPARE(st, s, PUT_BALANCE);
        sqlite3_bind_int(st, 2, b->figure);
        sqlite3_bind_int(st, 3, b->month);
        bind_amount(st, 4, now.amount);
        sqlite3_bind_int64(st, 5, now.entries + b->entries);
        if ((r = run(s, st)) != STORE_OK) return r;
    }
    for (int i = 0; i < s->count_count; i++) {
        const count_delta *c = &s->counts[i];
        PREPARE(st, s, ADD_CASE_COUNT);
        sqlite3_bind_int(st, 2, c->procedure);
        sqlite3_bind_int(st, 3, c->form);
        sqlite3_bind_int(st, 4, c->status);
        sqlite3_bind_int64(st, 5, c->cases);
        store_result r = run(s, st);
        if (r != STORE_OK) return r;
    }
    return STORE_OK;
}

store_result store_commit(store *s)
{
    store_result r = s->pending;
    if (s->writing && r == STORE_OK) r = write_entries(s);
    if (s->writing && r == STORE_OK) r = write_deltas(s);
    if (r == STORE_OK) {
        int rc = fails_now() ? SQLITE_FULL : sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
        if (rc != SQLITE_OK) r = fail(s, rc);
    }
    if (r != STORE_OK) {
        store_rollback(s);
        return r;
    }
    s->writing = false;
    forget_deltas(s);
    return STORE_OK;
}

void store_rollback(store *s)
{
    for (int i = 0; i < STATEMENT_COUNT; i++)
        if (s->statements[i]) sqlite3_reset(s->statements[i]);
    if (!sqlite3_get_autocommit(s->db)) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->writing = false;
    s->pending = STORE_OK;
    forget_deltas(s);
}

// ---- records ---------------------------------------------------------------------------------------------

store_result store_put_record(store *s, const store_record *r)
{
    PREPARE(st, s, PUT_RECORD);
    sqlite3_bind_int64(st, 2, r->seq);
    sqlite3_bind_blob(st, 3, r->salt, sizeof r->salt, SQLITE_STATIC);
    sqlite3_bind_blob(st, 4, r->entry.bytes, sizeof r->entry.bytes, SQLITE_STATIC);
    bind_str(st, 5, r->body);
    return run(s, st);
}

static void read_record(sqlite3_stmt *st, store_record *out)
{
    *out = (store_record){.seq = sqlite3_column_int64(st, 0), .body = column_str(st, 3)};
    column_bytes(st, 1, out->salt, sizeof out->salt);
    column_bytes(st, 2, out->entry.bytes, sizeof out->entry.bytes);
}

store_result store_get_record(store *s, int64_t seq, store_record *out, arena *a)
{
    PREPARE(st, s, GET_RECORD);
    sqlite3_bind_int64(st, 2, seq);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    read_record(st, out);
    out->body = str_copy(out->body, a);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_each_record(store *s, int64_t seq, store_record_fn fn, void *ctx)
{
    PREPARE(st, s, EACH_RECORD);
    sqlite3_bind_int64(st, 2, seq);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK) {
        store_record record;
        read_record(st, &record);
        if (!fn(ctx, &record)) {
            sqlite3_reset(st);
            return STORE_OK;
        }
    }
    return at_end(r);
}

// ---- the log's head --------------------------------------------------------------------------------------

store_result store_put_tree(store *s, const ledger_tree *t)
{
    int peaks = __builtin_popcountll(t->size);
    PREPARE(st, s, PUT_TREE);
    sqlite3_bind_int64(st, 2, (int64_t)t->size);
    sqlite3_bind_blob(st, 3, t->peaks, peaks * (int)sizeof t->peaks[0], SQLITE_STATIC);
    return run(s, st);
}

store_result store_get_tree(store *s, ledger_tree *out)
{
    PREPARE(st, s, GET_TREE);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *out = (ledger_tree){.size = (uint64_t)sqlite3_column_int64(st, 0)};
    column_bytes(st, 1, out->peaks, sizeof out->peaks);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_put_checkpoint(store *s, uint64_t size, timestamp at, str note)
{
    PREPARE(st, s, PUT_CHECKPOINT);
    sqlite3_bind_int64(st, 2, (int64_t)size);
    sqlite3_bind_int64(st, 3, at);
    bind_str(st, 4, note);
    return run(s, st);
}

store_result store_each_checkpoint(store *s, store_checkpoint_fn fn, void *ctx)
{
    PREPARE(st, s, EACH_CHECKPOINT);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK)
        if (!fn(ctx, (uint64_t)sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), column_str(st, 2))) {
            sqlite3_reset(st);
            return STORE_OK;
        }
    return at_end(r);
}

store_result store_last_checkpoint(store *s, uint64_t *size, str *note, arena *a)
{
    PREPARE(st, s, LAST_CHECKPOINT);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *size = (uint64_t)sqlite3_column_int64(st, 0);
    *note = str_copy(column_str(st, 2), a);
    sqlite3_reset(st);
    return STORE_OK;
}

// ---- growing lists in an arena ---------------------------------------------------------------------------

void *grown(void *items, ptrdiff_t count, ptrdiff_t size, arena *a)
{
    if (count & (count - 1) || (count == 0 && items)) return items;
    void *more = arena_alloc(a, count ? count * 2 : 1, size, 16);
    if (count) memcpy(more, items, (size_t)(count * size));
    return more;
}

// ---- definitions, figures, files -------------------------------------------------------------------------

store_result store_put_definition(store *s, const store_definition *def)
{
    PREPARE(st, s, PUT_DEFINITION);
    sqlite3_bind_int(st, 2, def->number);
    bind_str(st, 3, def->id);
    sqlite3_bind_int64(st, 4, def->record);
    return run(s, st);
}

store_result store_definitions(store *s, store_definition **out, ptrdiff_t *count, arena *a)
{
    PREPARE(st, s, DEFINITIONS);
    store_definition *list = NULL;
    store_result r;
    for (*count = 0; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(list, *count, a);
        list[*count] = (store_definition){sqlite3_column_int(st, 0), str_copy(column_str(st, 1), a), sqlite3_column_int64(st, 2)};
    }
    *out = list;
    return at_end(r);
}

store_result store_count_definitions(store *s, int *count)
{
    PREPARE(st, s, COUNT_DEFINITIONS);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *count = sqlite3_column_int(st, 0);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_put_figure(store *s, const store_figure *f)
{
    PREPARE(st, s, PUT_FIGURE);
    sqlite3_bind_int(st, 2, f->number);
    bind_str(st, 3, f->id);
    return run(s, st);
}

store_result store_figures(store *s, store_figure **out, ptrdiff_t *count, arena *a)
{
    PREPARE(st, s, FIGURES);
    store_figure *list = NULL;
    store_result r;
    for (*count = 0; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(list, *count, a);
        list[*count] = (store_figure){sqlite3_column_int(st, 0), str_copy(column_str(st, 1), a)};
    }
    *out = list;
    return at_end(r);
}

store_result store_put_file(store *s, const store_file *f)
{
    PREPARE(st, s, PUT_FILE);
    sqlite3_bind_int(st, 2, f->number);
    sqlite3_bind_blob(st, 3, f->sha256.bytes, sizeof f->sha256.bytes, SQLITE_STATIC);
    bind_str(st, 4, f->name);
    sqlite3_bind_int64(st, 5, f->size);
    sqlite3_bind_int64(st, 6, f->record);
    sqlite3_bind_int(st, 7, f->supersedes);
    sqlite3_bind_int64(st, 8, f->rows_good);
    sqlite3_bind_int64(st, 9, f->rows_bad);
    return run(s, st);
}

store_result store_files(store *s, store_file **out, ptrdiff_t *count, arena *a)
{
    PREPARE(st, s, FILES);
    store_file *list = NULL;
    store_result r;
    for (*count = 0; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(list, *count, a);
        store_file *f = &list[*count];
        *f = (store_file){.number = sqlite3_column_int(st, 0), .name = str_copy(column_str(st, 2), a), .size = sqlite3_column_int64(st, 3),
                          .record = sqlite3_column_int64(st, 4), .supersedes = sqlite3_column_int(st, 5),
                          .rows_good = sqlite3_column_int64(st, 6), .rows_bad = sqlite3_column_int64(st, 7)};
        column_bytes(st, 1, f->sha256.bytes, sizeof f->sha256.bytes);
    }
    *out = list;
    return at_end(r);
}

// ---- cases -----------------------------------------------------------------------------------------------

static void add_count(store *s, int procedure, int form, int status, int64_t cases)
{
    for (int i = 0; i < s->count_count; i++) {
        count_delta *c = &s->counts[i];
        if (c->procedure == procedure && c->form == form && c->status == status) {
            c->cases += cases;
            return;
        }
    }
    assert(s->count_count < COUNTS_MAX);    // procedures x forms x statuses of one transaction
    s->counts[s->count_count++] = (count_delta){procedure, form, status, cases};
}

static void read_case(sqlite3_stmt *st, store_case *out)
{
    *out = (store_case){.id = sqlite3_column_int64(st, 0), .procedure = sqlite3_column_int(st, 1), .form = sqlite3_column_int(st, 2),
                        .definition = sqlite3_column_int(st, 3), .status = (case_status)sqlite3_column_int(st, 4), .version = sqlite3_column_int(st, 5),
                        .file = sqlite3_column_int(st, 6), .record = sqlite3_column_int64(st, 7),
                        .opened = sqlite3_column_type(st, 8) == SQLITE_NULL ? STORE_NO_DAY : sqlite3_column_int64(st, 8),
                        .closed = sqlite3_column_type(st, 9) == SQLITE_NULL ? STORE_NO_DAY : sqlite3_column_int64(st, 9),
                        .key = column_str(st, 10), .title = column_str(st, 11)};
}

static store_result one_case(store *s, sqlite3_stmt *st, store_case *out, arena *a)
{
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    read_case(st, out);
    out->key = str_copy(out->key, a);
    out->title = str_copy(out->title, a);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_get_case(store *s, int64_t id, store_case *out, arena *a)
{
    PREPARE(st, s, GET_CASE);
    sqlite3_bind_int64(st, 2, id);
    return one_case(s, st, out, a);
}

store_result store_find_case(store *s, int procedure, int form, str key, store_case *out, arena *a)
{
    PREPARE(st, s, FIND_CASE);
    sqlite3_bind_int(st, 2, procedure);
    sqlite3_bind_int(st, 3, form);
    bind_str(st, 4, key);
    return one_case(s, st, out, a);
}

store_result store_put_case(store *s, const store_case *c, bool is_new)
{
    int which = INSERT_CASE;
    if (!is_new) {
        arena scratch = {0};
        store_case before;
        store_result r = store_get_case(s, c->id, &before, &scratch);
        bool same_place = r == STORE_OK && before.procedure == c->procedure && before.form == c->form && str_equal(before.key, c->key);
        which = same_place ? RESTATE_CASE : UPDATE_CASE;       // the indexes are not touched when nothing in them changes
        arena_free(&scratch);
        if (r != STORE_OK) return r;
        add_count(s, before.procedure, before.form, before.status, -1);
    }
    add_count(s, c->procedure, c->form, c->status, 1);
    PREPARE(st, s, which);
    sqlite3_bind_int64(st, 2, c->id);
    sqlite3_bind_int(st, 3, c->procedure);
    sqlite3_bind_int(st, 4, c->form);
    sqlite3_bind_int(st, 5, c->definition);
    sqlite3_bind_int(st, 6, c->status);
    sqlite3_bind_int(st, 7, c->version);
    sqlite3_bind_int(st, 8, c->file);
    sqlite3_bind_int64(st, 9, c->record);
    bind_day(st, 10, c->opened);
    bind_day(st, 11, c->closed);
    bind_str(st, 12, c->key);
    bind_str(st, 13, c->title);
    return run(s, st);
}

store_result store_list_cases(store *s, int procedure, int form, int status, int64_t before, int limit,
                              store_case **out, ptrdiff_t *count, arena *a)
{
    PREPARE(st, s, LIST_CASES);
    sqlite3_bind_int(st, 2, procedure);
    sqlite3_bind_int64(st, 3, before);
    sqlite3_bind_int(st, 4, form);
    sqlite3_bind_int(st, 5, status);
    sqlite3_bind_int(st, 6, limit);
    store_case *list = NULL;
    store_result r;
    for (*count = 0; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(list, *count, a);
        read_case(st, &list[*count]);
        list[*count].key = str_copy(list[*count].key, a);
        list[*count].title = str_copy(list[*count].title, a);
    }
    *out = list;
    return at_end(r);
}

store_result store_last_case(store *s, int64_t *id)
{
    PREPARE(st, s, LAST_CASE);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *id = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return STORE_OK;
}

static store_result each_case(store *s, sqlite3_stmt *st, int file, store_case_fn fn, void *ctx)
{
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK) {
        store_case c;
        read_case(st, &c);
        if (file && c.file != file) continue;
        if (!fn(ctx, &c)) {
            sqlite3_reset(st);
            return STORE_OK;
        }
    }
    return at_end(r);
}

store_result store_each_case(store *s, store_case_fn fn, void *ctx)
{
    PREPARE(st, s, EACH_CASE);
    return each_case(s, st, 0, fn, ctx);
}

store_result store_each_case_of_file(store *s, int procedure, int form, int file, store_case_fn fn, void *ctx)
{
    PREPARE(st, s, EACH_CASE_OF_FORM);
    sqlite3_bind_int(st, 2, procedure);
    sqlite3_bind_int(st, 3, form);
    return each_case(s, st, file, fn, ctx);
}

store_result store_count_cases(store *s, int procedure, int form, int64_t counts[CASE_STATUS_COUNT])
{
    memset(counts, 0, CASE_STATUS_COUNT * sizeof *counts);
    PREPARE(st, s, COUNT_CASES);
    sqlite3_bind_int(st, 2, procedure);
    sqlite3_bind_int(st, 3, form);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK) {
        int status = sqlite3_column_int(st, 0);
        if (status > 0 && status < CASE_STATUS_COUNT) counts[status] = sqlite3_column_int64(st, 1);
    }
    return at_end(r);
}

// ---- figures ---------------------------------------------------------------------------------------------

static int month_of(int64_t day)
{
    date d = date_from_days(day);
    return d.year * 12 + d.month - 1;
}

static balance_delta *find_delta(balance_delta *table, ptrdiff_t size, int figure, int month)
{
    uint64_t at = ((uint64_t)(unsigned)figure * 0x9E3779B97F4A7C15u) ^ ((uint64_t)(unsigned)month * 0xC2B2AE3D27D4EB4Fu);
    for (at ^= at >> 29;; at++) {
        balance_delta *b = &table[at & (uint64_t)(size - 1)];
        if (b->figure == 0 || (b->figure == figure && b->month == month)) return b;
    }
}

static bool grow_deltas(store *s)
{
    ptrdiff_t size = s->balance_size ? s->balance_size * 2 : DELTAS_START;
    balance_delta *table = mem_alloc((size_t)size * sizeof *table);
    if (!table) return false;
    for (ptrdiff_t i = 0; i < s->balance_size; i++)
        if (s->balances[i].figure) *find_delta(table, size, s->balances[i].figure, s->balances[i].month) = s->balances[i];
    mem_release(s->balances);
    s->balances = table;
    s->balance_size = size;
    return true;
}

static store_result out_of_memory(store *s)
{
    snprintf(s->error, sizeof s->error, "out of memory");
    if (s->writing && s->pending == STORE_OK) s->pending = STORE_FAILED;
    return STORE_FAILED;
}

static int compare_entries(const void *x, const void *y)
{
    const store_entry *a = x, *b = y;
    if (a->figure != b->figure) return a->figure < b->figure ? -1 : 1;
    if (a->day != b->day) return a->day < b->day ? -1 : 1;
    if (a->record != b->record) return a->record < b->record ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}

static store_result write_entries(store *s)
{
    if (s->entry_count) qsort(s->entries, (size_t)s->entry_count, sizeof *s->entries, compare_entries);
    int count = s->entry_count;
    s->entry_count = 0;
    for (int i = 0; i < count; i++) {
        const store_entry *e = &s->entries[i];
        PREPARE(st, s, PUT_ENTRY);
        sqlite3_bind_int(st, 2, e->figure);
        sqlite3_bind_int64(st, 3, e->day);
        sqlite3_bind_int64(st, 4, e->record);
        sqlite3_bind_int(st, 5, e->n);
        sqlite3_bind_int64(st, 6, e->case_id);
        bind_amount(st, 7, e->amount);
        store_result r = run(s, st);
        if (r != STORE_OK) return r;
    }
    return STORE_OK;
}

store_result store_put_entry(store *s, const store_entry *e)
{
    assert(e->figure > 0);
    if (s->balance_count * 2 >= s->balance_size && !grow_deltas(s)) return out_of_memory(s);
    int month = month_of(e->day);
    balance_delta *b = find_delta(s->balances, s->balance_size, e->figure, month);
    if (b->figure == 0) {
        *b = (balance_delta){e->figure, month, decimal_from_int(0), 0};
        s->balance_count++;
    }
    if (!decimal_add(b->amount, e->amount, &b->amount)) return out_of_memory(s);
    b->entries++;
    if (!s->entries && !(s->entries = mem_alloc(ENTRIES_HELD * sizeof *s->entries))) return out_of_memory(s);
    s->entries[s->entry_count++] = *e;
    return s->entry_count == ENTRIES_HELD ? write_entries(s) : STORE_OK;
}

static void read_entry(sqlite3_stmt *st, store_entry *out)
{
    *out = (store_entry){sqlite3_column_int(st, 0), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2), sqlite3_column_int(st, 3),
                         sqlite3_column_int64(st, 4), column_amount(st, 5)};
}

store_result store_list_entries(store *s, int figure, int64_t first_day, int64_t last_day, const store_entry *after, int limit,
                                store_entry **out, ptrdiff_t *count, arena *a)
{
    PREPARE(st, s, LIST_ENTRIES);
    sqlite3_bind_int(st, 2, figure);
    sqlite3_bind_int64(st, 3, after ? after->day : first_day);
    sqlite3_bind_int64(st, 4, after ? after->record : -1);
    sqlite3_bind_int(st, 5, after ? after->n : -1);
    sqlite3_bind_int64(st, 6, last_day);
    sqlite3_bind_int(st, 7, limit);
    store_entry *list = NULL;
    store_result r;
    for (*count = 0; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(list, *count, a);
        read_entry(st, &list[*count]);
    }
    *out = list;
    return at_end(r);
}

store_result store_each_entry(store *s, store_entry_fn fn, void *ctx)
{
    PREPARE(st, s, EACH_ENTRY);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK) {
        store_entry e;
        read_entry(st, &e);
        if (!fn(ctx, &e)) {
            sqlite3_reset(st);
            return STORE_OK;
        }
    }
    return at_end(r);
}

store_result store_get_balance(store *s, int figure, int first_month, int last_month, store_balance *out)
{
    *out = (store_balance){decimal_from_int(0), 0};
    PREPARE(st, s, GET_BALANCE);
    sqlite3_bind_int(st, 2, figure);
    sqlite3_bind_int(st, 3, first_month);
    sqlite3_bind_int(st, 4, last_month);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK) {
        if (!decimal_add(out->amount, column_amount(st, 0), &out->amount)) {
            sqlite3_reset(st);
            return STORE_FAILED;
        }
        out->entries += sqlite3_column_int64(st, 1);
    }
    return at_end(r);
}

static store_result read_balance(store *s, int figure, int month, store_balance *out)
{
    return store_get_balance(s, figure, month, month, out);
}

store_result store_each_balance(store *s, store_balance_fn fn, void *ctx)
{
    PREPARE(st, s, EACH_BALANCE);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK)
        if (!fn(ctx, sqlite3_column_int(st, 0), sqlite3_column_int(st, 1), (store_balance){column_amount(st, 2), sqlite3_column_int64(st, 3)})) {
            sqlite3_reset(st);
            return STORE_OK;
        }
    return at_end(r);
}

// ---- contributions ---------------------------------------------------------------------------------------

static store_result write_contribution(store *s, int which, const store_contribution *c)
{
    PREPARE(st, s, which);
    sqlite3_bind_int(st, 2, c->figure);
    sqlite3_bind_int(st, 3, c->period);
    bind_str(st, 4, c->key);
    sqlite3_bind_int64(st, 5, c->case_id);
    sqlite3_bind_int64(st, 6, c->from);
    sqlite3_bind_int64(st, 7, c->until);
    return run(s, st);
}

store_result store_put_contribution(store *s, const store_contribution *c) { return write_contribution(s, PUT_CONTRIBUTION, c); }
store_result store_drop_contribution(store *s, const store_contribution *c) { return write_contribution(s, DROP_CONTRIBUTION, c); }

static void read_contribution(sqlite3_stmt *st, store_contribution *out)
{
    *out = (store_contribution){sqlite3_column_int(st, 0), sqlite3_column_int(st, 1), column_str(st, 2), sqlite3_column_int64(st, 3),
                                sqlite3_column_int64(st, 4), sqlite3_column_int64(st, 5)};
}

store_result store_list_contributions(store *s, int figure, int period, str key, store_contribution **out, ptrdiff_t *count, arena *a)
{
    PREPARE(st, s, LIST_CONTRIBUTIONS);
    sqlite3_bind_int(st, 2, figure);
    sqlite3_bind_int(st, 3, period);
    bind_str(st, 4, key);
    store_contribution *list = NULL;
    store_result r;
    for (*count = 0; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(list, *count, a);
        read_contribution(st, &list[*count]);
        list[*count].key = str_copy(list[*count].key, a);
    }
    *out = list;
    return at_end(r);
}

static store_result one_contribution(store *s, int which, int figure, int period, int64_t n, store_contribution *out, arena *a)
{
    PREPARE(st, s, which);
    sqlite3_bind_int(st, 2, figure);
    sqlite3_bind_int(st, 3, period);
    if (which == NTH_CONTRIBUTION) sqlite3_bind_int64(st, 4, n);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    read_contribution(st, out);
    out->key = str_copy(out->key, a);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_greatest_contribution(store *s, int figure, int period, store_contribution *out, arena *a)
{
    return one_contribution(s, GREATEST_CONTRIBUTION, figure, period, 0, out, a);
}

store_result store_nth_contribution(store *s, int figure, int period, int64_t n, store_contribution *out, arena *a)
{
    return one_contribution(s, NTH_CONTRIBUTION, figure, period, n, out, a);
}

store_result store_count_contributions(store *s, int figure, int period, int64_t *count)
{
    *count = 0;
    PREPARE(st, s, COUNT_CONTRIBUTIONS);
    sqlite3_bind_int(st, 2, figure);
    sqlite3_bind_int(st, 3, period);
    store_result r = next_row(s, st);
    if (r != STORE_OK) return r;
    *count = sqlite3_column_int64(st, 0);
    sqlite3_reset(st);
    return STORE_OK;
}

store_result store_each_contribution(store *s, store_contribution_fn fn, void *ctx)
{
    PREPARE(st, s, EACH_CONTRIBUTION);
    store_result r;
    while ((r = next_row(s, st)) == STORE_OK) {
        store_contribution c;
        read_contribution(st, &c);
        if (!fn(ctx, &c)) {
            sqlite3_reset(st);
            return STORE_OK;
        }
    }
    return at_end(r);
}

// ---- search ----------------------------------------------------------------------------------------------

static store_result write_words(store *s, int which, int64_t case_id, str words)
{
    PREPARE(st, s, which);
    sqlite3_bind_int64(st, 1, case_id);
    bind_str(st, 2, words);
    return run(s, st);
}

store_result store_index_case(store *s, int64_t case_id, str words) { return write_words(s, INDEX_CASE, case_id, words); }
store_result store_unindex_case(store *s, int64_t case_id, str words) { return write_words(s, UNINDEX_CASE, case_id, words); }

// Words cannot hold a quote, so quoting them is enough to keep FTS5's syntax out.
static void add_query_word(void *ctx, str word, bool prefix)
{
    buf *query = ctx;
    if (query->len) buf_add(query, STR(" AND "));
    buf_printf(query, "\"%.*s\"%s", STR_ARG(word), prefix ? "*" : "");
}

store_result store_search(store *s, str query, int64_t before, int limit, int64_t **ids, ptrdiff_t *count, arena *a)
{
    *ids = NULL;
    *count = 0;
    buf match = {.arena = a};
    query_words(query, add_query_word, &match);
    if (match.len == 0) return STORE_OK;
    PREPARE(st, s, SEARCH);
    bind_str(st, 1, buf_str(&match));
    sqlite3_bind_int64(st, 2, before);
    sqlite3_bind_int(st, 3, limit);
    store_result r;
    for (; (r = next_row(s, st)) == STORE_OK; ++*count) {
        GROW(*ids, *count, a);
        (*ids)[*count] = sqlite3_column_int64(st, 0);
    }
    return at_end(r);
}

// ---- whole-file check ------------------------------------------------------------------------------------

store_result store_check_pages(const char *dir, int64_t *page, int64_t *pages)
{
    char path[4096];
    *page = *pages = 0;
    if (snprintf(path, sizeof path, "%s/fadu.db", dir) >= (int)sizeof path) return STORE_FAILED;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return STORE_NOT_FOUND;
    enum { PAGES_AT_ONCE = 128 };
    uint8_t *chunk = mem_alloc((size_t)PAGES_AT_ONCE * PAGE_SIZE);
    store_result r = chunk ? STORE_OK : STORE_FAILED;
    while (r == STORE_OK) {
        ssize_t n = pread(fd, chunk, (size_t)PAGES_AT_ONCE * PAGE_SIZE, *pages * PAGE_SIZE);
        if (n == 0) break;
        if (n < 0) {
            r = STORE_FAILED;
            break;
        }
        for (ssize_t i = 0; i + PAGE_SIZE <= n && r == STORE_OK; i += PAGE_SIZE) {
            uint64_t expected;
            memcpy(&expected, chunk + i + PAGE_SIZE - PAGE_RESERVED, sizeof expected);
            ++*pages;
            if (page_checksum(chunk + i) != expected) {
                *page = *pages;
                r = STORE_DAMAGED;
            }
        }
        if (n % PAGE_SIZE && r == STORE_OK) {
            *page = *pages + 1;
            r = STORE_DAMAGED;
        }
    }
    mem_release(chunk);
    close(fd);
    return r;
}
