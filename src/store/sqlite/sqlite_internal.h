// What the parts of the SQLite store share.
#ifndef FADU_STORE_SQLITE_INTERNAL_H
#define FADU_STORE_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include "store/store.h"

enum { PAGE_SIZE = 8192, PAGE_RESERVED = 8, SCHEMA_VERSION = 2 };

// The VFS "fadu": the system's, with a checksum in the last 8 bytes of every page of the database. Call before opening.
int checksum_vfs_register(void);
uint64_t page_checksum(const uint8_t *page);     // over the first PAGE_SIZE - PAGE_RESERVED bytes

// The FTS5 tokenizer "han": bigrams of Han characters, words of everything else.
int tokenizer_register(sqlite3 *db);
// Its words, for queries: calls fn for each; `prefix`: the word stands for all that begin with it (a lone Han character).
typedef void (*word_fn)(void *ctx, str word, bool prefix);
void query_words(str query, word_fn fn, void *ctx);

// ---- statements: a table of their texts for each file, numbered on from one another ----
// access.c's come first, then running.c's, then store.c's own. ?1 of each is the district.
#define ACCESS_STATEMENTS(X) \
    X(PUT_ACCOUNT, "INSERT OR REPLACE INTO account VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)") \
    X(GET_ACCOUNT, "SELECT id,name,unit,password,active,certificate,stand_in,away_first,away_last,record FROM account WHERE district=?1 AND id=?2") \
    X(ACCOUNTS, "SELECT id,name,unit,password,active,certificate,stand_in,away_first,away_last,record FROM account WHERE district=?1 ORDER BY id") \
    X(COVERED, "SELECT id FROM account WHERE district=?1 AND stand_in=?2 AND away_first<=?3 AND away_last>=?3 ORDER BY id") \
    X(PUT_GRANT, "INSERT OR REPLACE INTO role_grant VALUES(?1,?2,?3,?4,?5)") \
    X(DROP_GRANT, "DELETE FROM role_grant WHERE district=?1 AND account=?2 AND procedure=?3 AND role=?4") \
    X(GRANTS, "SELECT account,procedure,role,record FROM role_grant WHERE district=?1 AND (?2='' OR account=?2) ORDER BY account,procedure,role") \
    X(PUT_SESSION, "INSERT INTO session VALUES(?1,?2,?3,?4,?5,?6)") \
    X(GET_SESSION, "SELECT key,account,csrf,created,expires FROM session WHERE district=?1 AND key=?2") \
    X(DROP_SESSION, "DELETE FROM session WHERE district=?1 AND key=?2") \
    X(DROP_SESSIONS, "DELETE FROM session WHERE district=?1 AND (account=?2 OR expires<=?3)") \
    X(PUT_TOKEN, "INSERT INTO token VALUES(?1,?2,?3,?4,?5,?6)") \
    X(GET_TOKEN, "SELECT key,account,name,created,expires FROM token WHERE district=?1 AND key=?2") \
    X(TOKENS, "SELECT key,account,name,created,expires FROM token WHERE district=?1 AND account=?2 ORDER BY name") \
    X(DROP_TOKEN, "DELETE FROM token WHERE district=?1 AND account=?2 AND name=?3")
enum {
#define X(name, sql) name,
    ACCESS_STATEMENTS(X)
#undef X
    ACCESS_STATEMENT_COUNT
};

#define TASK_COLUMNS "SELECT case_id,id,procedure,task,role,unit,assignee,since FROM task "
#define CLOCK_COLUMNS "SELECT case_id,procedure,clock,due,level FROM clock "
// An open end sorts before every day.
#define RUNNING_STATEMENTS(X) \
    X(PUT_TASK, "INSERT INTO task VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9) ON CONFLICT DO UPDATE SET task=excluded.task,unit=excluded.unit,assignee=excluded.assignee,since=excluded.since") \
    X(DROP_TASK, "DELETE FROM task WHERE district=?1 AND case_id=?2 AND id=?3") \
    X(TASKS_OF_CASE, TASK_COLUMNS "WHERE district=?1 AND case_id=?2 ORDER BY id") \
    X(LIST_TASKS, TASK_COLUMNS "WHERE district=?1 AND (case_id,id)>(?2,?3) AND (?4=0 OR procedure=?4) AND (?5='' OR role=?5) ORDER BY case_id,id LIMIT ?6") \
    X(TASKS_OF_ROLE, TASK_COLUMNS "WHERE district=?1 AND procedure=?4 AND role=?5 AND (case_id,id)>(?2,?3) ORDER BY case_id,id LIMIT ?6") \
    X(TASKS_OF_PERSON, TASK_COLUMNS "WHERE district=?1 AND assignee=?7 AND (case_id,id)>(?2,?3) AND (?4=0 OR procedure=?4) AND (?5='' OR role=?5) ORDER BY case_id,id LIMIT ?6") \
    X(EACH_TASK, TASK_COLUMNS "WHERE district=?1 ORDER BY case_id,id") \
    X(PUT_CLOCK, "INSERT INTO clock VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET due=excluded.due,level=excluded.level") \
    X(DROP_CLOCK, "DELETE FROM clock WHERE district=?1 AND case_id=?2 AND clock=?3") \
    X(LIST_CLOCKS, CLOCK_COLUMNS "WHERE district=?1 AND (due,case_id,clock)>(?2,?3,?4) AND (?5=0 OR procedure=?5) AND level>=?6 ORDER BY due,case_id,clock LIMIT ?7") \
    X(EACH_CLOCK, CLOCK_COLUMNS "WHERE district=?1 ORDER BY case_id,clock") \
    X(RUNNING_CASES, "SELECT DISTINCT case_id FROM clock WHERE district=?1 AND case_id>?2 ORDER BY case_id LIMIT ?3") \
    X(PUT_ALARM, "INSERT INTO alarm VALUES(?1,?2,?3) ON CONFLICT DO UPDATE SET at=excluded.at WHERE at<>excluded.at") \
    X(DROP_ALARM, "DELETE FROM alarm WHERE district=?1 AND case_id=?2") \
    X(NEXT_ALARM, "SELECT min(at) FROM alarm WHERE district=?1") \
    X(DUE_ALARMS, "SELECT case_id FROM alarm WHERE district=?1 AND at<=?2 ORDER BY at,case_id LIMIT ?3") \
    X(PUT_COMMAND, "INSERT INTO command VALUES(?1,?2,?3)") \
    X(GET_COMMAND, "SELECT record FROM command WHERE district=?1 AND id=?2") \
    X(EACH_COMMAND, "SELECT id,record FROM command WHERE district=?1 ORDER BY id") \
    X(NEXT_NUMBER, "SELECT coalesce(max(n),0)+1 FROM counter WHERE district=?1 AND series=?2 AND year=?3") \
    X(TAKE_NUMBER, "INSERT INTO counter VALUES(?1,?2,?3,1) ON CONFLICT DO UPDATE SET n=n+1 RETURNING n")
enum {
    BEFORE_RUNNING = ACCESS_STATEMENT_COUNT - 1,
#define X(name, sql) name,
    RUNNING_STATEMENTS(X)
#undef X
    RUNNING_STATEMENTS_END
};

// Prepares on first use and binds the district as ?1. NULL: store_trouble says why.
sqlite3_stmt *statement(store *s, int which);
store_result store_trouble(const store *s);
#define PREPARE(st, s, which) \
    sqlite3_stmt *st = statement((s), (which)); \
    if (!st) return store_trouble(s)
// Runs a statement that returns nothing.
store_result run(store *s, sqlite3_stmt *st);
// Steps to the next row: STORE_OK with a row, STORE_NOT_FOUND at the end; then the statement is reset.
store_result next_row(store *s, sqlite3_stmt *st);
store_result at_end(store_result r);             // STORE_OK for STORE_NOT_FOUND
// Is the schema, as it stands now, at least of that version? A reader may have opened it before a writer migrated it.
bool has_schema(store *s, int version);
enum { RUNNING_SINCE = 2 };                      // the version that brought tasks, clocks and accounts

void bind_str(sqlite3_stmt *st, int at, str text);
str column_str(sqlite3_stmt *st, int at);        // until the next step
// Copies at most `size` bytes: a blob of another length (damage) leaves the rest as it was.
void column_bytes(sqlite3_stmt *st, int at, void *out, size_t size);
// Room for one more item of `size` bytes in a list of `count`: doubles at powers of two.
void *grown(void *items, ptrdiff_t count, ptrdiff_t size, arena *a);
#define GROW(list, count, a) ((list) = grown((list), (count), (ptrdiff_t)sizeof *(list), (a)))

// Bring an older schema (0: an empty database) to SCHEMA_VERSION: within the caller's transaction, or in one of its own. SQLite codes.
int schema_advance(sqlite3 *db, int from_version);
int migrate(sqlite3 *db, int from_version);

#endif
