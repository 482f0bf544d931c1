// case.h: what may happen to a case, and what follows from it. The pure core.
//
// A command is decided against the state and either refused with a reason or becomes one event. Events are applied
// to states; applying cannot fail, so replaying a case's records always gives its state. Time, identity and the
// calendar are arguments. Here is what ledgers need: a case is recorded, corrected, closed and withdrawn. Cases that people run are in flow.h;
// their commands become the same events.
#ifndef FADU_CASE_CASE_H
#define FADU_CASE_CASE_H

#include "calendar/calendar.h"
#include "procedure/procedure.h"
#include "store/store.h"

// Case ids are 63-bit, time-ordered: milliseconds since 2020-01-01 UTC in the upper 42 bits, a counter of the server below.
enum { CASE_ID_TEXT_LEN = 13, CASE_ID_COUNTER_BITS = 21 };
int64_t case_id_make(timestamp now, int64_t previous);      // greater than `previous`, whatever the clock does
str case_id_text(int64_t id, arena *a);                     // 13 characters of Crockford base 32
bool case_id_parse(str text, int64_t *out);

typedef enum { CMD_RECORD, CMD_WITHDRAW } command_kind;
typedef struct { int file; str sheet; int row; } provenance; // file 0 = not from a file
typedef struct {
    command_kind kind;
    str actor;
    const procedure *procedure;
    int definition;              // its number in the store
    int form;
    const feel_value *data;      // CMD_RECORD: one value per field of the form, of the field's type or null
    provenance source;
} command;

typedef enum { EV_RECORDED, EV_CORRECTED, EV_CLOSED, EV_WITHDRAWN, EV_ACTED, EV_CANCELLED } event_kind;
typedef struct { int clock; date due; bool late; } clock_result;
typedef struct {
    event_kind kind;
    str actor;
    int64_t case_id;
    const procedure *procedure;
    int definition, form;
    str key, title;
    const feel_value *data;      // the whole data after the event
    date opened, closed;         // none = date_is_none
    clock_result *clocks;        // those that apply
    ptrdiff_t clock_count;
    provenance source;
    int64_t previous;            // the case's record before this one; 0 = none
    int version;                 // of the case after this event: 1 for the first
    const struct flow_state *running;    // of a case that runs through its process (case/flow.h); NULL: a ledger's row
    const json *command;         // and what was asked for
    const json *document;        // a document of the case that this event drafted or issued: what it says (record.md, "document"); NULL = none
} event;

typedef struct {
    bool exists;
    case_status status;
    event last;                  // what the last event said: the state of a recorded case is its last data
    int64_t record;              // and where it stands
} case_state;

// The scope of a form's expressions is its fields, then `clock`. Fills values[field_count + 1] from the data.
void case_scope_values(const procedure_form *f, const feel_value *data, const clock_result *clocks, ptrdiff_t clock_count,
                       const procedure *p, feel_value *values, arena *a);

// The text that names a case within its form: the key fields, joined with "/". Empty when a key field is null.
str case_key(const procedure_form *f, const feel_value *data, arena *a);

// The line by which lists show the case: the form's title, or the key when that is empty. Values as case_scope_values gives them.
str case_title(const procedure_form *f, const feel_value *values, str key, timestamp now, arena *a);

typedef enum { DECIDED, UNCHANGED, REFUSED } decision;
// Decides. UNCHANGED: the command says what the state already says, so there is no event. REFUSED adds CASE-… diagnostics at
// `at`. `new_id` is the id for a case that begins. Everything in `out` lives in `a`.
decision case_decide(const case_state *s, const command *c, int64_t new_id, timestamp now, const calendar *cal,
                     source_pos at, event *out, arena *a, diag_list *d);

// Applies. Total and deterministic.
void case_apply(case_state *s, const event *e, int64_t record);

// ---- records (docs/formats/record.md) --------------------------------------------------------------------
// The canonical JSON of an event, and back. `seq` is the record's number.
void case_event_write(buf *out, const event *e, int64_t seq, timestamp at, str district);
// Finds the definition a record was decided under. NULL when there is none.
typedef const procedure *(*definition_source)(void *ctx, int number);
bool case_event_read(const json *body, definition_source find, void *ctx, event *out, arena *a, diag_list *d);
str event_kind_text(event_kind k);

// Checks one value against its field: type, required, length, range, pattern, values. FORM-… diagnostics at `at`.
bool form_check(const procedure_form *f, const feel_value *data, source_pos at, diag_list *d);
// A case of a register (procedure.json, `register`): does it, as it stands, give its qualification on that day?
bool case_is_registered(const event *e, date day, arena *a);
// The words by which a case is found: the fields of text that are not sensitive.
str case_words(const procedure_form *f, const event *e, arena *a);
// A field's value as records hold it; false when the JSON is of another kind.
bool field_from_json(field_type type, const json *j, arena *a, feel_value *out);
// A value as people write it, for pages and messages: dates as 2024-03-05, date and time as 2024-03-05 08:30, lists with 、.
str field_text(const form_field *f, feel_value v, arena *a);
// The masked form of a sensitive value: 王某某 -> 王**, 138****0000 …; others as they are.
str field_masked(const form_field *f, feel_value v, arena *a);

#endif
