// store.h: what a district keeps on disk, and the only place that knows SQL.
//
// One writer, many readers; everything of one group of commands is in one transaction. What is kept:
//   records      append-only; everything else can be rebuilt from them (fadu verify does)
//   cases        the fold of a case's records: what lists show and what the next command needs
//   entries      postings to figures; append-only; a correction is a reversing entry
//   balances     entries summed by figure and month: what reports read
//   contributions the live values behind figures that are not plain sums (distinct, max, median)
//   checkpoints  signed heads of the log
//   accounts     people, the roles granted to them (both as the records say), their sessions and tokens (here alone)
//   tasks, clocks, alarms  of the cases that run: who has to do what, by when, and when to look again
//   commands     the ids of those that were done
//   search       words of the cases, by Han bigrams
// `district` leads every key, so that districts can be spread over servers (docs/adr/0006).
// Texts handed out live in the arena given, or until the next call on the same cursor where no arena is given.
//
// Result codes: the world's failures. The message for people is store_error().
#ifndef FADU_STORE_STORE_H
#define FADU_STORE_STORE_H

#include "base/decimal.h"
#include "base/digest.h"
#include "calendar/date.h"
#include "ledger/ledger.h"

typedef enum {
    STORE_OK, STORE_NOT_FOUND,
    STORE_BUSY,        // another process writes to this directory
    STORE_FULL,        // the disk is full: nothing of this transaction was kept
    STORE_READ_ONLY,   // no permission to write
    STORE_DAMAGED,     // a page whose checksum is wrong, or not our file
    STORE_TOO_NEW,     // written by a later Fadu
    STORE_FAILED       // anything else the system refused
} store_result;

typedef struct store store;       // one connection; not to be shared between threads

// Creates the database in an existing, empty directory.
store_result store_create(const char *dir, str district, str origin);
// For writing: takes the directory's lock (STORE_BUSY when another process has it) and runs migrations.
store_result store_open(const char *dir, bool write, store **out);
void store_close(store *s);
str store_error(const store *s);                   // what the last failure said; s may be NULL after a failed open
const char *store_result_text(store_result r, int lang);     // LANG_ZH or LANG_EN
str store_district(const store *s);

// Reads between begin and end see one state. A write transaction excludes other writers; after
// store_rollback everything is as before store_begin, also in the memory of this connection.
store_result store_begin(store *s, bool write);
store_result store_commit(store *s);
void store_rollback(store *s);

// ---- records ---------------------------------------------------------------------------------------------
typedef struct {
    int64_t seq;                 // 1, 2, 3 … without gaps
    uint8_t salt[LEDGER_SALT_SIZE];
    digest entry;                // ledger_entry(salt, body)
    str body;                    // canonical JSON
} store_record;
store_result store_put_record(store *s, const store_record *r);
store_result store_get_record(store *s, int64_t seq, store_record *out, arena *a);
// All records from `seq` on, in order. The body lives until the next call.
typedef bool (*store_record_fn)(void *ctx, const store_record *r);       // false stops
store_result store_each_record(store *s, int64_t seq, store_record_fn fn, void *ctx);

// ---- the log's head --------------------------------------------------------------------------------------
store_result store_put_tree(store *s, const ledger_tree *t);              // the frontier, with the transaction
store_result store_get_tree(store *s, ledger_tree *out);
store_result store_put_checkpoint(store *s, uint64_t size, timestamp at, str note);
typedef bool (*store_checkpoint_fn)(void *ctx, uint64_t size, timestamp at, str note);
store_result store_each_checkpoint(store *s, store_checkpoint_fn fn, void *ctx);      // smallest size first
store_result store_last_checkpoint(store *s, uint64_t *size, str *note, arena *a);

// ---- definitions: what number a procedure version or a figure has in this store ---------------------------
typedef struct {
    int number;                  // 1, 2, 3 …
    str id;                      // the procedure's id, or "district"
    int64_t record;              // the record that adopted it; its body holds the files
} store_definition;
store_result store_put_definition(store *s, const store_definition *def);
store_result store_definitions(store *s, store_definition **out, ptrdiff_t *count, arena *a);
store_result store_count_definitions(store *s, int *count);               // the number of the newest
typedef struct { int number; str id; } store_figure;
store_result store_put_figure(store *s, const store_figure *f);
store_result store_figures(store *s, store_figure **out, ptrdiff_t *count, arena *a);

// ---- files that were imported ----------------------------------------------------------------------------
typedef struct {
    int number;
    digest sha256;
    str name;                    // base name
    int64_t size, record;
    int supersedes;              // number of the file that this one corrects; 0 = none
    int64_t rows_good, rows_bad;
} store_file;
store_result store_put_file(store *s, const store_file *f);
store_result store_files(store *s, store_file **out, ptrdiff_t *count, arena *a);

// ---- cases -----------------------------------------------------------------------------------------------
// Withdrawn: taken back by who asked for it, or no longer in the ledger it came from. Cancelled: it should never have been entered.
typedef enum { CASE_OPEN = 1, CASE_CLOSED = 2, CASE_WITHDRAWN = 3, CASE_CANCELLED = 4 } case_status;
enum { CASE_STATUS_COUNT = 5 };
typedef struct {
    int64_t id;                  // time-ordered, made by the server (case_id_text)
    int procedure;               // number of the procedure's name among definitions' ids: see store_procedure_number
    int form;                    // index of the form at the time of recording
    int definition;              // number of the definition under which it was last decided
    case_status status;
    int version;                 // number of records so far
    int file;                    // file of its last record; 0 = none
    int64_t record;              // its last record
    int64_t opened, closed;      // days since 1970-01-01; STORE_NO_DAY = none
    str key, title;
} store_case;
#define STORE_NO_DAY INT64_MIN
store_result store_put_case(store *s, const store_case *c, bool is_new);
store_result store_get_case(store *s, int64_t id, store_case *out, arena *a);
store_result store_find_case(store *s, int procedure, int form, str key, store_case *out, arena *a);
// A page of cases of a procedure, newest first: ids below `before` (INT64_MAX = from the top). form -1 = any; status 0 = any.
store_result store_list_cases(store *s, int procedure, int form, int status, int64_t before, int limit,
                              store_case **out, ptrdiff_t *count, arena *a);
store_result store_last_case(store *s, int64_t *id);                      // the greatest id; 0 when there is none
typedef bool (*store_case_fn)(void *ctx, const store_case *c);
store_result store_each_case(store *s, store_case_fn fn, void *ctx);      // by id
// Cases whose last record came from that file.
store_result store_each_case_of_file(store *s, int procedure, int form, int file, store_case_fn fn, void *ctx);
store_result store_count_cases(store *s, int procedure, int form, int64_t counts[CASE_STATUS_COUNT]);

// ---- figures ---------------------------------------------------------------------------------------------
typedef struct {
    int figure;
    int64_t day;                 // date of the entry, days since 1970-01-01
    int64_t record;              // record that posted it
    int n;                       // 0, 1, 2 … among the entries of that record and figure
    int64_t case_id;
    decimal amount;
} store_entry;
store_result store_put_entry(store *s, const store_entry *e);             // may wait for others, and balances do, until store_commit
// Entries of a figure with first_day <= day <= last_day, in order of (day, record, n), after the given one (NULL = from the start).
store_result store_list_entries(store *s, int figure, int64_t first_day, int64_t last_day, const store_entry *after, int limit,
                                store_entry **out, ptrdiff_t *count, arena *a);
typedef bool (*store_entry_fn)(void *ctx, const store_entry *e);
store_result store_each_entry(store *s, store_entry_fn fn, void *ctx);    // by (figure, day, record, n)
typedef struct { decimal amount; int64_t entries; } store_balance;
// Sum of months first_month..last_month (year * 12 + month - 1); first INT32_MIN = from the beginning.
store_result store_get_balance(store *s, int figure, int first_month, int last_month, store_balance *out);
typedef bool (*store_balance_fn)(void *ctx, int figure, int month, store_balance b);
store_result store_each_balance(store *s, store_balance_fn fn, void *ctx);

// ---- contributions ---------------------------------------------------------------------------------------
// One live case's value for a figure that is not a plain sum. `period` is the year, or 0 in a stock.
typedef struct {
    int figure, period;
    str key;                     // distinct value, or the amount in a form that sorts (figures/figures.h)
    int64_t case_id;
    int64_t from, until;         // stock: days, both included; INT64_MAX = open
} store_contribution;
store_result store_put_contribution(store *s, const store_contribution *c);
store_result store_drop_contribution(store *s, const store_contribution *c);
// All with that figure, period and key, by case.
store_result store_list_contributions(store *s, int figure, int period, str key, store_contribution **out, ptrdiff_t *count, arena *a);
// The greatest key of figure and period; STORE_NOT_FOUND when there is none.
store_result store_greatest_contribution(store *s, int figure, int period, store_contribution *out, arena *a);
// The n-th by key (0-based) and how many there are.
store_result store_nth_contribution(store *s, int figure, int period, int64_t n, store_contribution *out, arena *a);
store_result store_count_contributions(store *s, int figure, int period, int64_t *count);
typedef bool (*store_contribution_fn)(void *ctx, const store_contribution *c);
store_result store_each_contribution(store *s, store_contribution_fn fn, void *ctx);

// ---- search ----------------------------------------------------------------------------------------------
store_result store_index_case(store *s, int64_t case_id, str words);
store_result store_unindex_case(store *s, int64_t case_id, str words);    // the same words as when indexed
// Newest first; a query of several words needs all of them; two Han characters are enough.
store_result store_search(store *s, str query, int64_t before, int limit, int64_t **ids, ptrdiff_t *count, arena *a);

// ---- running cases: what waits for whom, and until when ----------------------------------------------------
// Tasks and clocks of open cases, as their last records say. What is not running has no rows.
typedef struct {
    int64_t case_id, id;         // id: of the process's activity, within the case
    int procedure;               // as store_case.procedure
    str task, role;              // ids in the procedure
    str unit;                    // whose people do it; "" = any unit's
    str assignee;                // "" = nobody yet
    timestamp since;
} store_task;
store_result store_put_task(store *s, const store_task *t);               // adds it, or changes the one with this id, whose procedure and role stay
store_result store_drop_task(store *s, const store_task *t);
typedef struct { int procedure; str role, assignee; int64_t case_id; } store_task_query;      // 0 or "" = any
// After the given one (NULL = from the start), by case and id.
store_result store_list_tasks(store *s, const store_task_query *q, const store_task *after, int limit, store_task **out, ptrdiff_t *count, arena *a);
typedef bool (*store_task_fn)(void *ctx, const store_task *t);
store_result store_each_task(store *s, store_task_fn fn, void *ctx);

typedef struct {
    int64_t case_id;
    int procedure;
    str clock;                   // its id in the procedure
    int64_t due;                 // day; STORE_NO_DAY while it is suspended
    int level;                   // clock_level, as last recorded
} store_clock;
store_result store_put_clock(store *s, const store_clock *c);             // adds it, or gives the one of this case and name another end
store_result store_drop_clock(store *s, const store_clock *c);
// By due day, then case and clock, after the given one (NULL = from the start): those due on first_day or later, of at least that level.
store_result store_list_clocks(store *s, int procedure, int64_t first_day, int level, const store_clock *after, int limit, store_clock **out, ptrdiff_t *count, arena *a);
typedef bool (*store_clock_fn)(void *ctx, const store_clock *c);
store_result store_each_clock(store *s, store_clock_fn fn, void *ctx);
// Open cases with clocks or timers, by id, after that one.
store_result store_running_cases(store *s, int64_t after, int limit, int64_t **ids, ptrdiff_t *count, arena *a);

// When time alone next changes a case: one alarm a case, STORE_NO_ALARM = none. Alarms follow from the records and the calendar in force.
#define STORE_NO_ALARM INT64_MAX
store_result store_put_alarm(store *s, int64_t case_id, timestamp at);
store_result store_next_alarm(store *s, timestamp *at);                   // the earliest; STORE_NO_ALARM when there is none
store_result store_due_alarms(store *s, timestamp now, int limit, int64_t **ids, ptrdiff_t *count, arena *a);     // earliest first

// Commands that carried an id: the record that each became.
store_result store_put_command(store *s, str id, int64_t record);
store_result store_get_command(store *s, str id, int64_t *record);
typedef bool (*store_command_fn)(void *ctx, str id, int64_t record);
store_result store_each_command(store *s, store_command_fn fn, void *ctx);

// Gapless numbers: 1, 2, 3 … of a series in a year, taken within the transaction that uses them.
store_result store_next_number(store *s, str series, int year, int64_t *n);      // which would be taken
store_result store_take_number(store *s, str series, int year, int64_t *n);

// ---- accounts --------------------------------------------------------------------------------------------
// Accounts and grants follow from records; password hashes, sessions and tokens are secrets and are only here. In a store
// that an earlier Fadu made and that nobody has opened for writing since, there are none of them.
typedef struct {
    str id;                      // the login name
    str name, unit;
    str password;                // its Argon2id hash as text; "" = no password yet
    bool active;
    str certificate;             // its case in the register of those who may enforce the law, by key; "" = none
    str stand_in;                // the account that does its tasks while it is away; "" = nobody
    int64_t away_first, away_last;       // days, both included
    int64_t record;              // the record that last changed it
} store_account;
store_result store_put_account(store *s, const store_account *x);         // adds it, or replaces the one with this id
store_result store_get_account(store *s, str id, store_account *out, arena *a);
store_result store_accounts(store *s, store_account **out, ptrdiff_t *count, arena *a);       // by id
store_result store_covered(store *s, str stand_in, int64_t day, str **out, ptrdiff_t *count, arena *a);       // whose tasks that account does on that day, by id
typedef struct {
    str account, procedure;      // "*" = the district
    str role;
    int64_t record;              // the record that granted it
} store_grant;
store_result store_put_grant(store *s, const store_grant *g);
store_result store_drop_grant(store *s, const store_grant *g);
store_result store_grants(store *s, str account, store_grant **out, ptrdiff_t *count, arena *a);   // "" = of all; by account, procedure, role
typedef struct {
    digest key;                  // SHA-256 of what the browser holds
    str account, csrf;
    timestamp created, expires;
} store_session;
store_result store_put_session(store *s, const store_session *x);
store_result store_get_session(store *s, digest key, store_session *out, arena *a);
store_result store_drop_session(store *s, digest key);
store_result store_drop_sessions(store *s, str account, timestamp expired);   // all of the account, and whatever expired before then
typedef struct {
    digest key;                  // SHA-256 of the token
    str account, name;           // the name is unique within the account
    timestamp created, expires;
} store_token;
store_result store_put_token(store *s, const store_token *x);
store_result store_get_token(store *s, digest key, store_token *out, arena *a);
store_result store_tokens(store *s, str account, store_token **out, ptrdiff_t *count, arena *a);  // by name
store_result store_drop_token(store *s, str account, str name);

// ---- whole-file check ------------------------------------------------------------------------------------
// Reads every page and compares its checksum. *page gets the number of the first bad one (1-based), else 0.
store_result store_check_pages(const char *dir, int64_t *page, int64_t *pages);
int64_t store_rows_written(const store *s);      // by this connection, since it was opened
// For tests: the n-th call from now that writes fails as on a full disk (0 = never).
void store_fail_after(long n);

#endif
