// feel.h: FEEL, the expression language of DMN 1.5 (OMG formal/2023-…, chapter 10): compile once, evaluate often.
//
// Everything in Fadu that a person can configure with a formula is FEEL: gateway conditions, decision
// tables, form conditions, clocks, figures, placeholders. This module reads text, resolves names against a
// declared scope, and evaluates against values. It does no I/O and knows no clock: `now()` and `today()`
// take the moment from the evaluation context.
//
// Trouble: text that is not FEEL is a diagnostic with line and column, and no program. Trouble while evaluating is
// what the standard says, null, and the reason is recorded (feel_context.reasons).
#ifndef FADU_FEEL_FEEL_H
#define FADU_FEEL_FEEL_H

#include "base/decimal.h"
#include "base/diag.h"
#include "base/json.h"
#include "calendar/date.h"
#include "calendar/zone.h"

// ---- values -------------------------------------------------------------------------------------------

typedef enum {
    FEEL_NULL, FEEL_BOOLEAN, FEEL_NUMBER, FEEL_STRING, FEEL_DATE, FEEL_TIME, FEEL_DATE_TIME,
    FEEL_DAYS_DURATION /* days and time */, FEEL_YEARS_DURATION /* years and months */,
    FEEL_LIST, FEEL_CONTEXT, FEEL_RANGE, FEEL_FUNCTION
} feel_kind;

// A time of day with its zone. No zone and offset == FEEL_NO_OFFSET: local.
enum { FEEL_NO_OFFSET = INT32_MIN };
typedef struct {
    int32_t second_of_day;      // 0..86399
    int32_t nanosecond;
    int32_t offset;             // seconds east of Greenwich
    const zone *zone;           // of the IANA data; NULL: none. Lives as long as the `zones` it came from
} feel_time;

typedef struct feel_value feel_value;
typedef struct feel_list feel_list;          // immutable once it is part of a value
typedef struct feel_entries feel_entries;
typedef struct feel_range feel_range;
typedef struct feel_function feel_function;

struct feel_value {
    feel_kind kind;
    union {
        bool boolean;
        decimal number;
        str string;
        struct { date date; feel_time time; } moment;   // DATE uses date, TIME uses time, DATE_TIME both
        struct { int64_t seconds; int32_t nanoseconds; } days;   // sign on both parts
        int64_t months;                                 // YEARS_DURATION
        const feel_list *list;
        const feel_entries *context;
        const feel_range *range;
        const feel_function *function;
    };
};
struct feel_list { ptrdiff_t count; const feel_value *items; };
struct feel_entries { ptrdiff_t count; const str *names; const feel_value *values; };   // in order of definition
struct feel_range {
    feel_value low, high;            // FEEL_NULL = unbounded on that side
    bool low_closed, high_closed;
};

feel_value feel_null(void);
feel_value feel_boolean(bool b);
feel_value feel_number(decimal x);
feel_value feel_int(int64_t n);
feel_value feel_string(str s);
feel_value feel_date(date d);
feel_value feel_list_of(const feel_value *items, ptrdiff_t count, arena *a);            // copies the array
feel_value feel_context_of(const str *names, const feel_value *values, ptrdiff_t count, arena *a);
const feel_value *feel_context_get(const feel_value *context, str name);               // NULL when absent

bool feel_equal(feel_value a, feel_value b);     // structural identity for tests and distinctness (null equals null)
bool feel_compare(feel_value a, feel_value b, int *sign);   // as < and > do; false when the two cannot be compared
// The result as FEEL text, which parses to an equal value where a literal exists ("[1, 2]", "date(\"2024-03-05\")").
void feel_print(buf *out, feel_value v);
// JSON to FEEL and back. Strings stay strings (types are the caller's business). FEEL's dates, times and
// durations become their ISO text; functions and ranges become their FEEL text.
feel_value feel_from_json(const json *j, arena *a);
json *feel_to_json(feel_value v, arena *a);
// ISO text to a temporal value, as the built-ins date(), time(), date and time(), duration() read it; false if it is not one.
// `zones` NULL: none is known, and "08:30:00@Asia/Shanghai" is not a time.
bool feel_parse_temporal(str text, feel_kind kind, zones *zones, feel_value *out);

// ---- types (10.3.2.9) ----------------------------------------------------------------------------------
// Immutable once compiled against. A type may contain itself through a member or an element (declare, then define).
typedef struct feel_type feel_type;
typedef struct feel_program feel_program;      // immutable: any number of threads may evaluate it at once
typedef struct feel_evaluation feel_evaluation;

const feel_type *feel_type_any(void);
const feel_type *feel_type_list(const feel_type *of, arena *a);
const feel_type *feel_type_range(const feel_type *of, arena *a);
// Arrays are copied, the texts of names are not.
const feel_type *feel_type_context(const str *names, const feel_type *const *parts, ptrdiff_t count, arena *a);
const feel_type *feel_type_function(const feel_type *const *parameters, ptrdiff_t count, const feel_type *result, arena *a);
// The values of `of` for which the unary tests hold (allowed values of an item definition; the tests see no names).
const feel_type *feel_type_restricted(const feel_type *of, const feel_program *tests, arena *a);
feel_type *feel_type_declare(str name, arena *a);                 // Any until it is defined
void feel_type_define(feel_type *declared, const feel_type *as);
const feel_type *feel_type_alias(const feel_type *t);              // what a declared or restricted type stands on; NULL for others
const feel_program *feel_type_tests(const feel_type *t);           // of a restricted type, by whatever name; NULL for others
const feel_type *feel_type_result(const feel_type *t);             // of a function type; NULL when it is none
void feel_type_print(buf *out, const feel_type *t);               // as FEEL writes it; a declared type by its name
// Does the value belong to the type? Null belongs to all. `e` is for the tests of restricted types.
bool feel_conforms(feel_value v, const feel_type *t, feel_evaluation *e);
// The same after the implicit conversions (10.3.2.9.4): to a list of one, from a list of one, date to date and time.
bool feel_coerce(feel_value v, const feel_type *t, feel_evaluation *e, feel_value *out);
// JSON as a value of that type: where it asks for a date, time or duration, a string is read as one (as it stands when it is none).
feel_value feel_from_json_as(const json *j, const feel_type *t, zones *from, arena *a);

// ---- programs -----------------------------------------------------------------------------------------

// The names that an expression may use, in the order in which feel_evaluate gets their values. Names with
// spaces and symbols are allowed (grammar rule 27): the scope is what makes them readable.
// Of two equal names the later one hides the earlier.
typedef struct {
    const str *names;
    ptrdiff_t count;
    const str *type_names;             // types beside FEEL's own, for "instance of" and parameters
    const feel_type *const *types;
    ptrdiff_t type_count;
    const str *members;                // names of members that values may have, where symbols in them need telling ("fee-total")
    ptrdiff_t member_count;
    zones *zones;                      // for "…@Asia/Shanghai"; NULL: no zone is known (docs/adr/0011). Outlives the program and its values
    ptrdiff_t item;                    // 1-based place of a name whose members can be named alone, as inside a filter; 0 = none
} feel_scope;

// Compiles one expression (feel_compile) or unary tests (feel_compile_tests: the value under test is bound to `?`).
// The program lives in `a`. `at` says where the text stands, for diagnostics. NULL and FEEL-… diagnostics on trouble.
// A name that is neither in scope nor built in is an error: FEEL-NAME-UNKNOWN, with the nearest name as hint.
feel_program *feel_compile(str text, feel_scope scope, source_pos at, arena *a, diag_list *d);
feel_program *feel_compile_tests(str text, feel_scope scope, source_pos at, arena *a, diag_list *d);
const feel_type *feel_compile_type(str text, feel_scope scope, source_pos at, arena *a, diag_list *d);    // rule 69
str feel_program_text(const feel_program *p);                          // the source
bool feel_program_uses(const feel_program *p, ptrdiff_t scope_index);   // does it read that name?
void feel_program_print(buf *out, const feel_program *p);              // normal form; parses to the same tree

// Says what the types make impossible (FEEL-TYPE, warnings): `types[i]` is that of name i of the scope (NULL: any), `tested` that of `?`.
void feel_check(const feel_program *p, const feel_type *const *types, const feel_type *tested, source_pos at, diag_list *d);
// The values at which the answer of unary tests may change, in `out` (any order, repeats): between two neighbouring ones of a kind the
// answer is the same throughout. False when that is not known: the tests name other data, or do more than compare `?` with constants.
bool feel_tests_boundaries(const feel_program *tests, arena *a, feel_value **out, ptrdiff_t *count);

// Why a null came out, newest last.
typedef struct feel_reason feel_reason;
struct feel_reason {
    int line, column;          // within the expression
    const char *code;          // "FEEL-DIVISION-BY-ZERO"
    str text[LANG_COUNT];
    str hint[LANG_COUNT];      // how to mend it; may be empty
    feel_reason *next;
};

enum {
    FEEL_STEPS_DEFAULT = 10000000,
    FEEL_DEPTH_MAX = 200,      // calls within calls
    FEEL_NESTING_MAX = 2000    // evaluations within evaluations: about 1 MB of stack
};
struct feel_evaluation {
    arena *arena;              // results and temporaries; rewind it between evaluations for a steady state
    timestamp now;             // for now() and today()
    int32_t now_offset;        // seconds east of Greenwich, for the same
    int64_t steps;             // budget left; 0 at the start = FEEL_STEPS_DEFAULT; spent (-1) = null and FEEL-BUDGET
    feel_reason *reasons;      // first reason, or NULL
    bool silent;               // nobody will read the reasons: they cost more than the evaluation, and none is kept but FEEL-BUDGET
    feel_value tested;         // the value of `?`
    int depth, calls;          // of evaluations and function calls around this one (see feel_native); 0 when there are none
};

// The reasons as notes, with the line of `text` (the program's) and a caret. `base`: where the text begins, as for feel_compile.
void feel_reasons_tell(const feel_reason *first, str text, source_pos base, diag_list *d);

// `values` has one value per name of the scope. Never fails: trouble is null plus a reason.
feel_value feel_evaluate(const feel_program *p, const feel_value *values, feel_evaluation *e);

// A function that is not written in FEEL, as a FEEL value. `call` gets one argument per parameter, of the parameter's type (types[i] NULL =
// any), and the evaluation it is part of: it may evaluate further programs with it, which share steps and depth, and must
// not keep it. A call whose arguments do not fit gives null and never reaches `call`.
typedef struct {
    const str *names;
    const feel_type *const *types;
    int count;
    feel_value (*call)(void *self, const feel_value *args, feel_evaluation *e);
} feel_native;
feel_value feel_function_of(const feel_native *n, void *self, arena *a);       // `n` and `self` live as long as the value
// Calls a function value; names[i] (names may be NULL) is the parameter of args[i]. Null and a reason when it is none.
feel_value feel_call(feel_value function, const feel_value *args, const str *names, int count, feel_evaluation *e);
bool feel_is_true(feel_value v);               // exactly boolean true
// Do unary tests hold for `v`? The same as evaluating them with `v` under test and getting true; quicker for comparisons with constants.
bool feel_passes(const feel_program *tests, const feel_value *values, feel_value v, feel_evaluation *e);

// The built-in functions, for documentation and for the linter: names[i] with its signature and clause.
typedef struct { const char *name, *signature, *clause; } feel_builtin_info;
const feel_builtin_info *feel_builtins(ptrdiff_t *count);

#endif
