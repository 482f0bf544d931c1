// procedure.h: a procedure folder, loaded and checked as one whole (docs/formats/procedure.md).
//
// What comes out is immutable and fully compiled: forms with typed fields, clocks with their articles, figures with FEEL
// programs, import mappings. The files reach this module as texts (procedure_source), so that a folder on disk, the bundle
// inside the program and the copy kept in a district's log are loaded by the same code. Reads no files itself but in
// procedure_read_folder.
#ifndef FADU_PROCEDURE_PROCEDURE_H
#define FADU_PROCEDURE_PROCEDURE_H

#include "base/diag.h"
#include "base/digest.h"
#include "base/json.h"
#include "bpmn/bpmn.h"
#include "dmn/dmn.h"
#include "calendar/calendar.h"
#include "feel/feel.h"

typedef struct { str text[LANG_COUNT]; } label;             // in both languages
typedef struct { date from, to; } span;                     // days in force; a zeroed `to` = open

// ---- the files ------------------------------------------------------------------------------------------

enum { PROCEDURE_FILES_MAX = 200, PROCEDURE_FILE_BYTES_MAX = 4 << 20 };
typedef struct { str name, text; } procedure_file;           // "order.form"
typedef struct {
    str id;                                                  // the folder's name
    procedure_file *files;                                   // sorted by name
    ptrdiff_t count;
} procedure_source;

// Reads every regular file of the folder that belongs to the format (*.json, *.form, *.bpmn, *.dmn, documents/*.md, scenarios/*.json).
bool procedure_read_folder(const char *path, procedure_source *out, arena *a, diag_list *d);
// SHA-256 over the names and texts: names this exact version of the procedure.
digest procedure_digest(const procedure_source *s);

// ---- what they say --------------------------------------------------------------------------------------

typedef struct {
    str id, title, number, article;
    span in_force;
    bool verified;
    label note;
} law_basis;

typedef enum { FIELD_STRING, FIELD_NUMBER, FIELD_DATE, FIELD_DATE_TIME, FIELD_BOOLEAN, FIELD_STRINGS } field_type;
typedef struct {
    str key;
    label name;
    field_type type;
    str component;                 // form-js type: "textfield" …
    const str *values;             // of select, radio, taglist; count 0 = free
    ptrdiff_t value_count;
    bool required;
    int64_t min_length, max_length;   // of text; 0 = no limit
    bool has_min, has_max;
    decimal min, max;              // of numbers
    str pattern;                   // regular expression (XPath dialect, as FEEL's matches) for the whole text, or ""
    feel_program *pattern_check;   // NULL without a pattern; scope: `value`
    str sensitive;                 // "", "name", "phone", "id_number", "address", "text"
    int line;                      // in the form file
} form_field;

typedef struct {
    str id, file;
    label name;
    form_field *fields;
    ptrdiff_t field_count;
    int *sorted;                   // indexes into fields, by key in canonical order: the order of records
    int *key;                      // indexes into fields
    ptrdiff_t key_count;
    feel_scope scope;              // the field keys, then "clock"
    feel_program *title, *opened, *closed;    // `closed` may be NULL: never closes by itself
    int *clocks;                   // indexes into the procedure's clocks
    ptrdiff_t clock_count;
} procedure_form;

// What happens to a time limit on its way. 中止 stops it: the days do not count, and it goes on with what is left.
// 中断 ends what has run: it begins anew.
typedef enum { CLOCK_SUSPENDS, CLOCK_RESTARTS } clock_interrupt_kind;
typedef struct {
    clock_interrupt_kind kind;
    label event;                   // "listening to third parties"
    str article;
} clock_interrupt;
typedef struct {
    int times;                     // how often; 0 = there is no extension
    int length;                    // the longest, each time, in the clock's unit; 0 = as the one who grants it says
    label by;                      // who grants it
    str article;
} clock_extension;
typedef enum { EXPIRY_LATE, EXPIRY_ESCALATED, EXPIRY_DEEMED_ACCEPTED, EXPIRY_FORFEITED, EXPIRY_TERMINATED } clock_effect;
typedef struct { int month, day; bool before; } year_day;      // "01-31", "before 03-01"; month 0 = none

typedef struct {
    str id, article;
    str version_of;                // the clock of which this is an earlier or later version; "" = itself
    label name, expiry, note;
    label starts, ends;            // the events in words
    int form;                      // -1: a limit that no form records; the calculator knows it
    int basis;                     // index into basis
    bool has_period;
    period period;
    year_day by;                   // for a limit that ends on a day of the year: has_period is then false
    bool working_days_only;        // hours that run on working days only
    bool has_promise;
    period promise;                // what the office promises: no longer than the law allows
    str promise_article, promise_id;   // its own name among running clocks: "decision.promise"
    feel_program *promise_when;    // NULL: always; scope as `when`
    int warning;                   // "due soon" begins that many days (working days for UNIT_WORKING_DAYS) before the last; 0 = clock.h's rule
    clock_interrupt *interrupts;
    ptrdiff_t interrupt_count;
    clock_extension extension;
    clock_effect effect;           // what the law makes of expiry; `expiry` says it in words
    feel_program *when, *start, *stop, *due;    // `when`, `due` may be NULL; all are without a form
    bool verified;
    span in_force;
} procedure_clock;

typedef enum { FIGURE_COUNT, FIGURE_RATIO, FIGURE_CHANGE, FIGURE_SUM } figure_kind;
typedef enum { AGGREGATE_SUM, AGGREGATE_DISTINCT, AGGREGATE_MAX, AGGREGATE_MEDIAN } figure_aggregate;
typedef struct {
    int form;
    feel_program *when, *date, *amount, *until, *distinct;      // all but `date` may be NULL
} figure_rule;
typedef struct { decimal value; str text; } figure_word;
typedef enum { PRINT_NUMBER, PRINT_PERCENT, PRINT_CHANGE, PRINT_OVER, PRINT_FLOOR, PRINT_ALL, PRINT_WORDS, PRINT_DATE, PRINT_YEAR } print_style;
typedef struct {
    str id, version;
    label name, definition;
    str section, unit, unit_en;
    bool in_report, stock;         // stock: every rule has `until`
    figure_kind kind;
    figure_aggregate aggregate;
    figure_rule *rules;            // FIGURE_COUNT
    ptrdiff_t rule_count;
    str *of;                       // FIGURE_RATIO: of, to. FIGURE_CHANGE: of. FIGURE_SUM: the addends
    ptrdiff_t of_count;
    bool relative;                 // FIGURE_CHANGE
    int digits;
    print_style style;
    str up, down;                  // PRINT_CHANGE
    str prefix;
    figure_word *words;
    ptrdiff_t word_count;
    law_basis *basis;              // copies with `article` set
    ptrdiff_t basis_count;
    int line;
} procedure_figure;

typedef struct {
    int field;                     // index into the form's fields, or -1 for a column bound with `as`
    str as;
    const str *headings;           // folded
    ptrdiff_t heading_count;
    bool required;
    const str *from_values, *to_values;
    ptrdiff_t value_count;
} import_column;
typedef struct { int field; feel_program *value; } import_computed;
typedef struct {
    int form;
    const str *names;
    ptrdiff_t name_count;
    import_column *columns;
    ptrdiff_t column_count;
    const str *ignore;
    ptrdiff_t ignore_count;
    const str *subtotals;
    ptrdiff_t subtotal_count;
    bool month_first;
    import_computed *computed;
    ptrdiff_t computed_count;
    feel_scope scope;              // of computed: the form's fields, then the `as` names
} import_sheet;
typedef struct { import_sheet *sheets; ptrdiff_t count; } import_mapping;

// A user task of the process, or its start: who does it, what they fill in, what it notes down by itself.
typedef struct { int field; feel_program *value; } process_set;
typedef struct {
    str id, article;
    int element;                   // of the model
    int role;                      // index into roles
    int *fields, *needs;           // indexes into the form's fields: may be filled in; must have a value when the task is done
    ptrdiff_t field_count, need_count;
    process_set *sets;             // scope: the form's fields, `now` (date and time, local), `actor`, `actor_unit`
    ptrdiff_t set_count;
    const str *not_by;             // tasks: who did one of them cannot do this one (four eyes)
    ptrdiff_t not_by_count;
    int unit;                      // the field that names the unit whose people do it; -1 = any unit's, or
    str unit_each;                 // of a multi-instance: the variable with the unit of each (joint handling); "" = none
    str qualification;             // a certificate that has to be valid; "" = none
} process_step;
// A business rule task of the process: decided at once, by nobody.
typedef struct { const dmn_model *model; const dmn_item *item; } procedure_decision;      // of a *.dmn file of the folder
typedef struct { str name; int field; } process_input;       // of the decision, and the form's field that is given to it
typedef struct {
    str id;
    int element;
    const procedure_decision *decision;
    process_input *inputs;
    ptrdiff_t input_count;
    process_set *sets;             // scope: the form's fields, `now`, `decision` (what was decided), `version` (of the procedure)
    ptrdiff_t set_count;
} process_rule;
// A case of another procedure that may arise from one of this: what it begins with, of what is known here.
typedef struct { str field; feel_program *value; } referral_set;       // field of the other's form; scope: this form's fields
typedef struct {
    str to;                        // procedure
    label when;                    // in words
    str article;
    referral_set *sets;
    ptrdiff_t set_count;
    int line;
} process_referral;
typedef struct { str command; int *roles; ptrdiff_t role_count; } process_power;      // who may extend, suspend … the whole case
typedef struct {
    const bpmn_model *model;       // shared by all cases of this version of the procedure
    int element;                   // the executable process
    int form;
    process_step start, *tasks;
    ptrdiff_t task_count;
    process_rule *rules;
    ptrdiff_t rule_count;
    process_referral *referrals;
    ptrdiff_t referral_count;
    process_power *powers;
    ptrdiff_t power_count;
    str number;                    // pattern of the key that a new case is given (document/series.h); "" = who begins it gives it
} procedure_process;

typedef struct { str id; label name; } named_thing;
// Cases of that form give their people a qualification, for the days on which `valid` is true: scope: the form's fields, then `today`.
typedef struct { str qualification; int form; feel_program *valid; } procedure_register;
typedef struct { int form; label what, when; str basis, article; } procedure_publication;

// A document (文书) of the procedure: documents.json declares it, documents/ID.md is its text (docs/formats/document.md).
typedef struct {
    str id;                        // as in `documents` of procedure.json, which names it
    label name, made;              // made: the event upon which it is made, in words
    int form, basis;
    str article;
    str series;                    // pattern of the document number; "" = not numbered
    str title;                     // as printed, a text with placeholders: the Chinese name unless it is declared
    str mark, addressee, signed_by;   // texts with placeholders; "" = none
    bool seal;
    int *needs;                    // indexes into the form's fields: what must be known before it can be made
    ptrdiff_t need_count;
    int served_on, served_way;     // fields that are given the day and the way of its service; -1 = none
    feel_scope scope;              // the form's, then case, office, document
    str body, body_file;
    source_pos declared_at;        // in documents.json
} procedure_document;
enum { DOCUMENT_SCOPE_EXTRA = 3 };

typedef struct {
    str id, version;
    digest digest;
    label name, summary;
    span in_force;
    law_basis *basis;              ptrdiff_t basis_count;
    named_thing *roles;            ptrdiff_t role_count;
    named_thing *documents;        ptrdiff_t document_count;
    procedure_document *templates; ptrdiff_t template_count;
    procedure_form *forms;         ptrdiff_t form_count;
    procedure_clock *clocks;       ptrdiff_t clock_count;
    procedure_figure *figures;     ptrdiff_t figure_count;
    procedure_publication *publication; ptrdiff_t publication_count;
    import_mapping mapping;
    const procedure_register *registers;           // NULL: none
    const procedure_process *process;              // NULL: none yet
    procedure_decision *decisions; ptrdiff_t decision_count;
} procedure;

// Loads and checks. NULL and PROC-…, FORM-…, FIGURE-…, CLOCK-…, DOCUMENT-…, IMPORT-…, FEEL-… diagnostics on trouble (all that are found).
// Keeps slices of the source's texts. Warnings (an article not verified, a field no column reaches) do not stop it.
procedure *procedure_load(const procedure_source *s, arena *a, diag_list *d);
// A mapping given by itself (`fadu import --mapping`), checked against its procedure.
bool procedure_load_mapping(const procedure *p, str text, str file, import_mapping *out, arena *a, diag_list *d);
// Checks that need all procedures at once: figure ids unique, references of ratio, change and sum resolved, no circles,
// import sheets tellable apart, referrals to procedures that are there.
void procedure_check_all(procedure *const *all, ptrdiff_t count, diag_list *d);

// The version of a clock in force on a day: `id` names the clock itself or one of its versions. NULL: there is none.
const procedure_clock *procedure_clock_on(const procedure *p, str id, date day);
str procedure_clock_family(const procedure_clock *c);       // the id under which all versions are asked for
// Does a name mean this clock, or one of its versions? "decision.promise" means what the office promises beside it.
bool procedure_clock_named(const procedure_clock *c, bool promise, str name);
bool span_covers(span s, date day);
const procedure_decision *procedure_decision_find(const procedure *p, str name);       // NULL when absent
const process_step *process_task(const procedure_process *p, str id);        // NULL when absent
const process_referral *process_referral_find(const procedure_process *p, str to);    // NULL when absent
const process_rule *process_rule_find(const procedure_process *p, str id);   // NULL when absent
int procedure_form_index(const procedure *p, str id);       // -1 when absent
int form_field_index(const procedure_form *f, str key);     // -1 when absent

#endif
