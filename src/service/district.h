// district.h: a district's data directory, opened: its store, its definitions, its key, and the writer.
//
//   DIR/fadu.db      the store              DIR/files/SHA256   every imported file, as it came
//   DIR/key          seed of the signing key (mode 0600)       DIR/checkpoint     the log's newest signed head
//   DIR/lock         held by the process that writes           DIR/rejected/      rows that were not imported, with reasons
//
// The directory is complete by itself: the procedures, the district's settings, the calendars and the report template are
// records of its log ("adopted"), so that an old record is always read by the definition it was made under.
#ifndef FADU_SERVICE_DISTRICT_H
#define FADU_SERVICE_DISTRICT_H

#include "case/flow.h"
#include "figures/figures.h"
#include "store/store.h"

// What the definitions in a store say. Immutable once loaded; threads may share it.
typedef struct {
    arena arena;
    int count;                       // definitions are numbered 1..count
    const procedure **by_number;     // [number]: NULL for the district's own definitions
    int *family;                     // [number]: the first number with the same id: store_case.procedure
    const procedure **procedures;    // in force now, by id
    int *numbers;                    // and their numbers
    ptrdiff_t procedure_count;
    figure_index figures;
    calendar *calendar;
    const json *config;              // district.json
    str report_meta, report_body;    // report/annual.json, report/annual.md
} definitions;

typedef enum { EXIT_DONE = 0, EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_SYSTEM = 3 } exit_status;

typedef struct {
    const char *dir;
    store *store;
    definitions *definitions;
    ledger_key key;                  // only when opened for writing
    ledger_tree tree;
    int64_t last_case;               // the newest case id
    int file_count;
} district;

// Makes the directory (it may exist if it is empty) and adopts the bundled district `name` with all bundled procedures.
exit_status district_init(const char *dir, str name, timestamp now, diag_list *d);
// STORE-… diagnostics on trouble, and the exit status that fits. For writing, it waits a moment for another process: a site that
// has just written lets go of the directory soon (service/queue.h).
enum { DISTRICT_WAIT_MS = 4000 };
exit_status district_open(const char *dir, bool write, district *out, diag_list *d);
void district_close(district *x);
// Says a store's trouble as a diagnostic.
exit_status district_trouble(const char *dir, const store *s, store_result r, diag_list *d);

// The definitions in force in a store. NULL and diagnostics on trouble. Freed with definitions_free.
definitions *definitions_load(store *s, diag_list *d);
void definitions_free(definitions *x);
const procedure *definitions_procedure(const definitions *x, str id, int *number);      // NULL when absent
const procedure *definition_by_number(void *definitions_, int number);                 // a definition_source

// ---- the writer ------------------------------------------------------------------------------------------
// Between writer_begin and writer_commit or writer_rollback commands are decided and applied; nothing is kept unless commit succeeds.
// What was decided may still be on its way to the store: whoever reads or writes x->store meanwhile calls writer_settle first.
typedef struct writer_queue writer_queue;
typedef struct writer writer;
// Deciding on top of a transaction that another thread is still committing (service/queue.h).
typedef struct {
    const writer *ahead;             // that transaction; NULL: there is none
    store *reader;                   // sees at least everything before it
    void (*wait)(void *ctx);         // until it is committed, or is not going to be: from then on the store is this writer's
    void *ctx;
} writer_behind;
struct writer {
    district *district;
    ledger_tree tree;                // with the records of this transaction; the district's, once they are committed
    timestamp now;
    uint8_t salts[4096];             // randomness drawn ahead: one system call for many records
    int salt_next;
    contributions live;
    writer_queue *queue;
    bool copy_later;                 // who commits many times in a row copies the head now and then (district_copy_head)
    store_result trouble;            // the first failure of a read: commit must not hide it
    bool begun;                      // its transaction has begun in the store
    writer_behind behind;            // `wait` NULL: nobody is ahead
};
store_result writer_begin(writer *w, district *x, timestamp now);
// The same, behind another: the store's transaction begins when something needs it, at the latest at the commit, for which `wait` must
// have returned and been set to NULL. `w` is zeroed, or was used before in this way: it keeps its memory until writer_end.
store_result writer_begin_behind(writer *w, district *x, timestamp now, writer_behind behind);
void writer_end(writer *w);
// Waits until everything decided so far is in the store (of this transaction).
void writer_settle(writer *w);
// A case that people run, as this transaction has left it. STORE_NOT_FOUND: it is not there.
store_result writer_get_case(writer *w, int64_t case_id, store_case *out, arena *a);
// The case that has this key, if there is one: STORE_NOT_FOUND otherwise.
store_result writer_find(writer *w, int definition, int form, str key, store_case *out, arena *a);
// Decides one command against a case's stored state (`there`; NULL begins a case) and writes what follows: record, case, entries,
// search words. `out` gets the case's last event and may be NULL. A failed store makes the whole transaction fail at commit.
decision writer_command(writer *w, const command *c, const store_case *there, source_pos at, event *out, arena *a, diag_list *d);
// Withdraws a case by id.
decision writer_withdraw(writer *w, int64_t case_id, str actor, provenance source, arena *a, diag_list *d);
// Decides one command of a running case and writes what follows. `case_id` 0 begins a case of that procedure, in its version in force, and gives
// it the next number where its key is left empty and the procedure numbers its cases. The command's moment is the writer's. UNCHANGED:
// nothing was to be done, or a command with this id was done before; `out` is then the case's last event, or the one that the command became.
// REFUSED with CASE-…, COMMAND-…, FLOW-… or FORM-… diagnostics; without any, the store failed, and so will commit.
decision writer_act(writer *w, int64_t case_id, str procedure_id, flow_command *c, event *out, arena *a, diag_list *d);
// What a case that arises from this one begins with: what the procedure says of it (procedure.json, `refers`), or, split into one of the same procedure,
// what this one began with but its key; and `given` over that.
const json *writer_referral_data(writer *w, int64_t case_id, str to, const json *given, arena *a, diag_list *d);
// Appends a record whose body is an object without "at", "district", "seq", "v": they are added. Returns its number.
int64_t writer_record(writer *w, json *body, arena *a);
// The newest signed head to DIR/checkpoint, a copy outside the database.
void district_copy_head(district *x, arena *a);
// Commits, signs the new head and writes DIR/checkpoint.
store_result writer_commit(writer *w, arena *a);
void writer_rollback(writer *w);

// The state of a case from its stored row: its last event, read from its last record.
store_result district_case_state(store *s, const definitions *defs, const store_case *c, case_state *out, arena *a, diag_list *d);

// What the n-th document (1 …) of a running case says (record.md, "document"): from the record in which it was drafted or issued.
// STORE_NOT_FOUND: it has no such document.
store_result district_document(store *s, const case_state *of, int n, const json **out, arena *a, diag_list *d);

// What follows from a state: the row that the store keeps of it, and what it posts. The writer stores them; verify compares them.
store_case district_case_row(const definitions *defs, const case_state *s);
typedef struct {
    store_task *tasks;
    store_clock *clocks;
    ptrdiff_t task_count, clock_count;
} agenda;                            // what of a running case waits
agenda district_agenda(const definitions *defs, const case_state *s, arena *a);
ptrdiff_t district_postings(const definitions *defs, const case_state *s, timestamp now, posting **out, arena *a, diag_list *d);

// ---- the machine -----------------------------------------------------------------------------------------
timestamp machine_now(void);
bool machine_random(void *out, size_t size);
bool write_whole_file(const char *path, str text, int mode);                           // through a temporary file and rename
bool read_whole_file(const char *path, int64_t size_max, str *out, arena *a);

#endif
