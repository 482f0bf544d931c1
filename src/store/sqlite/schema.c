// The schema. `district` leads every key (docs/adr/0006); STRICT tables; amounts are INTEGER when whole, else TEXT.
#include <stdio.h>

#include "store/sqlite/sqlite_internal.h"

// Since version 2: accounts, the roles granted to them, sessions, tokens.
#define ACCESS_SCHEMA \
    "CREATE TABLE account(district INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, unit TEXT NOT NULL, password TEXT NOT NULL," \
    "  active INTEGER NOT NULL, certificate TEXT NOT NULL, stand_in TEXT NOT NULL, away_first INTEGER NOT NULL, away_last INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY(district, id)) STRICT, WITHOUT ROWID;" \
    "CREATE TABLE role_grant(district INTEGER NOT NULL, account TEXT NOT NULL, procedure TEXT NOT NULL, role TEXT NOT NULL," \
    "  record INTEGER NOT NULL, PRIMARY KEY(district, account, procedure, role)) STRICT, WITHOUT ROWID;" \
    "CREATE TABLE session(district INTEGER NOT NULL, key BLOB NOT NULL, account TEXT NOT NULL, csrf TEXT NOT NULL," \
    "  created INTEGER NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY(district, key)) STRICT, WITHOUT ROWID;" \
    "CREATE INDEX session_by_account ON session(district, account);" \
    "CREATE TABLE token(district INTEGER NOT NULL, key BLOB NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL," \
    "  created INTEGER NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY(district, key), UNIQUE(district, account, name)) STRICT, WITHOUT ROWID;"

#define RUNNING_SCHEMA \
    "CREATE TABLE task(district INTEGER NOT NULL, case_id INTEGER NOT NULL, id INTEGER NOT NULL, procedure INTEGER NOT NULL, task TEXT NOT NULL," \
    "  role TEXT NOT NULL, unit TEXT NOT NULL, assignee TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY(district, case_id, id)) STRICT, WITHOUT ROWID;" \
    "CREATE INDEX task_by_role ON task(district, procedure, role, case_id, id);" \
    "CREATE INDEX task_by_person ON task(district, assignee, case_id, id) WHERE assignee<>'';" \
    "CREATE TABLE clock(district INTEGER NOT NULL, case_id INTEGER NOT NULL, procedure INTEGER NOT NULL, clock TEXT NOT NULL, due INTEGER NOT NULL," \
    "  level INTEGER NOT NULL, PRIMARY KEY(district, case_id, clock)) STRICT, WITHOUT ROWID;" \
    "CREATE INDEX clock_by_due ON clock(district, due, case_id, clock);" \
    "CREATE TABLE alarm(district INTEGER NOT NULL, case_id INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(district, case_id)) STRICT, WITHOUT ROWID;" \
    "CREATE INDEX alarm_by_time ON alarm(district, at, case_id);" \
    "CREATE TABLE command(district INTEGER NOT NULL, id TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY(district, id)) STRICT, WITHOUT ROWID;" \
    "CREATE TABLE counter(district INTEGER NOT NULL, series TEXT NOT NULL, year INTEGER NOT NULL, n INTEGER NOT NULL," \
    "  PRIMARY KEY(district, series, year)) STRICT, WITHOUT ROWID;"

static const char first_schema[] =
    "CREATE TABLE district(district INTEGER PRIMARY KEY, id TEXT NOT NULL, origin TEXT NOT NULL,"
    "  tree_size INTEGER NOT NULL, tree BLOB NOT NULL) STRICT;"
    "CREATE TABLE record(district INTEGER NOT NULL, seq INTEGER NOT NULL, salt BLOB NOT NULL, entry BLOB NOT NULL, body TEXT NOT NULL,"
    "  PRIMARY KEY(district, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE checkpoint(district INTEGER NOT NULL, size INTEGER NOT NULL, at INTEGER NOT NULL, note TEXT NOT NULL,"
    "  PRIMARY KEY(district, size)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE definition(district INTEGER NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, record INTEGER NOT NULL,"
    "  PRIMARY KEY(district, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE figure(district INTEGER NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL,"
    "  PRIMARY KEY(district, number), UNIQUE(district, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE file(district INTEGER NOT NULL, number INTEGER NOT NULL, sha256 BLOB NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL,"
    "  record INTEGER NOT NULL, supersedes INTEGER NOT NULL, rows_good INTEGER NOT NULL, rows_bad INTEGER NOT NULL,"
    "  PRIMARY KEY(district, number)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE case_file(district INTEGER NOT NULL, case_id INTEGER NOT NULL, procedure INTEGER NOT NULL, form INTEGER NOT NULL,"
    "  definition INTEGER NOT NULL, status INTEGER NOT NULL, version INTEGER NOT NULL, file INTEGER NOT NULL, record INTEGER NOT NULL,"
    "  opened INTEGER, closed INTEGER, key TEXT NOT NULL, title TEXT NOT NULL,"
    "  PRIMARY KEY(district, case_id)) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX case_by_key ON case_file(district, procedure, form, key);"
    "CREATE INDEX case_by_procedure ON case_file(district, procedure, case_id);"
    "CREATE TABLE case_count(district INTEGER NOT NULL, procedure INTEGER NOT NULL, form INTEGER NOT NULL, status INTEGER NOT NULL,"
    "  cases INTEGER NOT NULL, PRIMARY KEY(district, procedure, form, status)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE entry(district INTEGER NOT NULL, figure INTEGER NOT NULL, day INTEGER NOT NULL, record INTEGER NOT NULL, n INTEGER NOT NULL,"
    "  case_id INTEGER NOT NULL, amount ANY NOT NULL, PRIMARY KEY(district, figure, day, record, n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE balance(district INTEGER NOT NULL, figure INTEGER NOT NULL, month INTEGER NOT NULL, amount ANY NOT NULL,"
    "  entries INTEGER NOT NULL, PRIMARY KEY(district, figure, month)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE contribution(district INTEGER NOT NULL, figure INTEGER NOT NULL, period INTEGER NOT NULL, key TEXT NOT NULL,"
    "  case_id INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    "  PRIMARY KEY(district, figure, period, key, case_id, first, last)) STRICT, WITHOUT ROWID;"
    // Without positions: a bigram of a two-character word is the word itself; longer words are checked against the text.
    "CREATE VIRTUAL TABLE search USING fts5(words, content='', detail=none, columnsize=0, tokenize='han');"
    "INSERT INTO search(search, rank) VALUES('hashsize', 33554432);";

// What each version added.
static const char *const steps[SCHEMA_VERSION + 1] = {
    [1] = first_schema,
    [2] = ACCESS_SCHEMA RUNNING_SCHEMA,
};

int schema_advance(sqlite3 *db, int from_version)
{
    int rc = SQLITE_OK;
    for (int version = from_version + 1; version <= SCHEMA_VERSION && rc == SQLITE_OK; version++) {
        char done[64];
        snprintf(done, sizeof done, "PRAGMA user_version=%d", version);
        rc = sqlite3_exec(db, steps[version], NULL, NULL, NULL);
        if (rc == SQLITE_OK) rc = sqlite3_exec(db, done, NULL, NULL, NULL);
    }
    return rc;
}

int migrate(sqlite3 *db, int from_version)
{
    int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (rc == SQLITE_OK) rc = schema_advance(db, from_version);
    if (rc == SQLITE_OK) return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}
