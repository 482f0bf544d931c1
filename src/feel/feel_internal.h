// feel_internal.h: what the files of this module share: the resolved tree, the run of an evaluation, the built-ins.
//
// Text becomes a tree in one pass (parser.c): a FEEL name can only be read with the scope at hand, so the
// parser resolves while it reads, and what it builds is ready to run: every name is a place (input, local
// slot, captured value). eval.c walks that tree; print.c writes it back.
#ifndef FADU_FEEL_INTERNAL_H
#define FADU_FEEL_INTERNAL_H

#include "feel/feel.h"

enum {
    TEXT_MAX = 64 << 10,        // bytes of one expression: people write less, and names are looked up one by one
    HEIGHT_MAX = 1000,          // levels of a tree; a chain of 1000 additions is one
    PARSE_WORK_FACTOR = 8,      // tokens read per byte of text, counting those read again: no guessing without end
    INNER_DEPTH = 8,            // what a run within a run takes of that, for its own frames
    VALUE_DEPTH_MAX = 1000,     // lists in lists that printing and comparing follow
    PRINT_MAX = 16 << 20,       // bytes that one value may print as (shared parts can blow up when written out)
    REASONS_MAX = 64,           // reasons kept: the first ones explain, the millionth does not
    PARAMETERS_MAX = 8,         // of a built-in
    FRAME_ON_STACK = 8          // slots of a function that need no allocation
};

// ---- text (lexer.c) -----------------------------------------------------------------------------------

typedef enum {
    TOK_END = 0, TOK_NUMBER = 256, TOK_STRING, TOK_WORD,
    TOK_DOTS /* .. */, TOK_LE, TOK_GE, TOK_NE, TOK_POWER /* ** */, TOK_ARROW /* -> */,
    TOK_BAD_CHARACTER, TOK_BAD_STRING, TOK_BAD_COMMENT
} token_kind;   // other symbols are their own ASCII code

typedef struct {
    int kind;
    int32_t start, end;
} token;

token lex_token(str text, int32_t from);
// Does `name` stand at `from`, white space aside? Returns the offset after it, or -1.
int32_t lex_name(str text, int32_t from, str name);
// A name that ends before ':' (a context key, a named argument); white space collapsed. False if none stands there.
bool lex_key(str text, int32_t from, arena *a, str *key, int32_t *end);
bool lex_string(str literal, arena *a, str *out);        // with its quotes; false for a bad escape
bool lex_is_plain_name(str s);                          // words separated by one space, none of them reserved
bool lex_is_reserved(str word);
bool lex_stops_name(str word);                         // and, or, in, then, …: ends a name of unknown length

// How many code points must change to make one name of the other, and up to how many make a likely slip (parser.c).
int name_distance(str x, str y);
int name_distance_max(str name);

// ---- the tree -----------------------------------------------------------------------------------------

typedef enum {
    N_CONST, N_INPUT, N_LOCAL, N_CAPTURE, N_SELF, N_TESTED, N_BUILTIN, N_DYNAMIC,
    N_NEG, N_ADD, N_SUB, N_MUL, N_DIV, N_POW,
    N_EQ, N_NE, N_LT, N_LE, N_GT, N_GE, N_BETWEEN, N_IN, N_AND, N_OR,
    N_IF, N_FOR, N_SOME, N_EVERY, N_LIST, N_CONTEXT, N_RANGE, N_FILTER, N_PATH, N_CALL, N_FUNCTION, N_INSTANCE,
    N_TESTS, N_TEST_EQ, N_TEST_NE, N_TEST_ANY
} node_kind;

enum { RANGE_LOW_CLOSED = 1, RANGE_HIGH_CLOSED = 2, RANGE_EQUAL = 4 /* (=x) */ };
enum { AMBIGUOUS = 16 };       // flag of a name that begins a longer one: printed in brackets
enum { TRUTH = 8 };            // flag of a unary test: its value is the answer, not something to compare with

typedef struct node node;
typedef feel_type type;
typedef struct function_def function_def;
typedef struct bound bound;    // a signature that fits a call; see below

typedef struct {
    str name;
    int32_t slot;
    node *from, *to;           // `to` NULL: a list or range value
} iterator;

struct node {
    uint8_t kind, flags;
    uint16_t height;
    int32_t at;                // offset in the text
    str name;                  // names, members; what the author wrote
    union {
        const feel_value *constant;
        int32_t slot;          // N_INPUT, N_LOCAL, N_CAPTURE; N_BUILTIN: first row of the table
        struct { node *a, *b, *c; int32_t item; } op;                                     // operators; N_FILTER: `item`
        struct { node **items; ptrdiff_t count; node *value; bool negated; } list;        // N_LIST, N_IN, N_TESTS
        struct { str *names; node **items; int32_t *slots; ptrdiff_t count; } context;
        struct { iterator *iterators; ptrdiff_t count; node *body; int32_t partial; } loop; // partial -1: not used
        struct { node *callee; node **args; str *names; const bound *bounds;
                 int32_t count, builtin /* -1: only what the callee is */, bound_count; } call;
        struct { node **items; ptrdiff_t count; node *fallback; } dynamic;                 // items of the filters around
        struct { node *a; const type *type; } instance;
        const function_def *function;
    };
};

typedef enum { TYPE_ANY, TYPE_NULL, TYPE_KIND, TYPE_LIST, TYPE_RANGE, TYPE_CONTEXT, TYPE_FUNCTION,
               TYPE_NAMED, TYPE_RESTRICTED } type_form;
struct feel_type {
    type_form form;
    feel_kind kind;            // TYPE_KIND
    const type *of;            // element; result of a function; what a name stands for or a restriction is put on; NULL = any
    const type **parts;        // members, parameters
    str *names;
    ptrdiff_t count;
    bool open;                 // written without <…>
    str name;                  // TYPE_NAMED
    const feel_program *tests; // TYPE_RESTRICTED
};

typedef struct { node_kind kind; int32_t slot; } place;     // N_INPUT, N_LOCAL, N_CAPTURE, N_SELF of the enclosing function
struct function_def {
    str *names;
    const type **types;        // NULL where none is given
    int32_t count, slots;
    const place *captures;
    int32_t capture_count;
    int32_t java;              // row of java.c's table; -1: the body is FEEL
    node *body;                // of an external function: the context that names it
};

struct feel_program {
    str text;
    node *root;
    int32_t slots;
    ptrdiff_t scope_count;
    bool *used;
    zones *zones;
};

struct feel_function {
    const function_def *def;           // NULL: native or a built-in
    const feel_native *native;         // NULL: a built-in
    void *native_self;
    const feel_value *captures;
    const feel_program *program;
    int32_t builtin;
};

// ---- a run (eval.c) -----------------------------------------------------------------------------------

typedef struct {
    feel_evaluation *e;
    arena *arena;
    const feel_program *program;
    const feel_value *inputs;
    feel_value *frame;
    const feel_value *captures;
    const feel_function *self;
    feel_value tested;
    int64_t steps;
    int depth, calls;
    bool stopped;                      // out of budget: everything is null from here on
    int32_t at;                        // where reasons of built-ins are put
    feel_reason **tail, *last;
    int reason_count;
} run;

feel_value eval(run *r, const node *n);
// Another program within this run: shares its budget and depth. Its reasons are not kept.
feel_value eval_inner(run *r, const feel_program *p, const feel_value *inputs, feel_value tested);
feel_value eval_call(run *r, const feel_function *f, const feel_value *args, const str *names, int count);
bool spend(run *r, int64_t steps);     // false (and null from then on) when the budget is gone
feel_value because(run *r, const char *code, bilingual format, ...);   // records the reason, returns null
feel_value because_texts(run *r, const char *code, str zh, str en);
// How to mend what was said last.
void mend(run *r, bilingual format, ...);
str kind_name(feel_value v, language lang);

// ---- values (value.c, operators.c) --------------------------------------------------------------------

typedef enum { NO = 0, YES = 1, UNKNOWN = 2 } truth;
feel_value from_truth(truth t);
truth to_truth(feel_value v);          // anything but a boolean is UNKNOWN
bool values_equal(feel_value a, feel_value b, int depth, int64_t *budget);
bool identical(run *r, feel_value a, feel_value b);           // feel_equal within the budget
truth equals(run *r, feel_value a, feel_value b);             // the operator `=`: null when kinds differ
bool order(feel_value a, feel_value b, int *result);          // false when not comparable
truth contains(feel_value range, feel_value point);           // point in range
truth in_value(run *r, feel_value v, feel_value among);       // v in among, where among is a value
feel_value arithmetic(run *r, node_kind op, feel_value a, feel_value b);
feel_value negate(run *r, feel_value a);
feel_value member(run *r, feel_value v, str name);
bool conforms(run *r, feel_value v, const type *t);           // null conforms to all
bool is_instance(run *r, feel_value v, const type *t);        // "instance of" does not ask for allowed values
bool coerce(run *r, feel_value v, const type *t, feel_value *out);
const type *type_meant(const type *t);                        // what a declared name stands for
feel_value list_view(const feel_value *items, ptrdiff_t count, arena *a);   // does not copy
feel_value range_of(run *r, feel_value low, feel_value high, bool low_closed, bool high_closed);
bool print_value(buf *out, feel_value v, int depth);          // false when it grew beyond PRINT_MAX
void print_string(buf *out, str s);
void print_key(buf *out, str s);

typedef struct { feel_value *items; ptrdiff_t count, cap; arena *arena; } values;   // a list that grows
void values_add(values *l, feel_value v);
feel_value values_list(const values *l);

// ---- dates and times (temporal.c) ------------------------------------------------------------

enum { DAY_SECONDS = 86400, NANOS = 1000000000, OFFSET_MAX = 18 * 3600 /* XML Schema allows 14 h, Java and the TCK 18 */ };
#define DURATION_MAX (INT64_MAX / 4)       // seconds or months: sums of a few never overflow; longer than the years go
feel_value days_duration(int64_t seconds, int64_t nanoseconds);  // carries, same sign on both parts
feel_value years_duration(int64_t months);
feel_value date_time_of(date d, feel_time t);
feel_value time_of(feel_time t);
void temporal_text(buf *out, feel_value v);                      // ISO text
// Seconds since 1970, UTC when zoned, local otherwise. False: a time of day in a zone whose clocks change, which has no place without a day.
bool instant(feel_value v, int64_t *seconds, bool *zoned);
bool same_clock(feel_time a, feel_time b);                       // the same reading, offset and zone
bool add_days(feel_value v, int64_t seconds, int64_t nanos, feel_value *out);
bool add_months(feel_value v, int64_t months, feel_value *out);
feel_value subtract_moments(run *r, feel_value a, feel_value b);
decimal duration_seconds(feel_value v);                          // exact, with fraction
bool duration_from_seconds(decimal s, feel_value *out);          // truncated to nanoseconds

// ---- built-ins ----------------------------------------------------------------------------------------

// One row per signature; rows of one name follow each other. A function gets as many values as the
// signature has parameters, absent ones null, already of the kinds the signature names.
typedef feel_value builtin_fn(run *r, const feel_value *args);
enum { ANY_KIND = (1 << (FEEL_FUNCTION + 1)) - 1 };
typedef struct {
    int count, required;
    bool variadic;                     // the last one takes the rest, as a list
    struct { str name; uint32_t kinds; } of[PARAMETERS_MAX];
} parameters;
// A row whose parameters fit a call in number (and name, if named). `order[i]` is the parameter of argument i.
struct bound {
    int32_t row;
    parameters parameters;
    int order[PARAMETERS_MAX];
};
int32_t builtin_next(int32_t row, char first);               // that row or the next whose name begins so; -1: no more
int32_t builtin_find(str name);                              // first row, or -1
int32_t builtin_rows(int32_t first);                         // how many rows that name has
str builtin_name(int32_t row);                               // {0} behind the last row
void builtin_parameters(int32_t row, parameters *out);
bool builtin_bind(int32_t row, const str *names, int count, bound *out);
feel_value builtin_call(run *r, int32_t first, const feel_value *args, const str *names, int count);
// The same with the rows bound beforehand, which saves reading the signature at each call.
feel_value builtin_call_bound(run *r, int32_t first, const bound *bounds, int bound_count, const feel_value *args, int count);

#define BUILTIN(fn) feel_value fn(run *r, const feel_value *args);
BUILTIN(bi_context) BUILTIN(bi_date) BUILTIN(bi_date_parts) BUILTIN(bi_date_time) BUILTIN(bi_date_time_join)
BUILTIN(bi_date_time_parts) BUILTIN(bi_time) BUILTIN(bi_time_parts) BUILTIN(bi_number) BUILTIN(bi_string)
BUILTIN(bi_duration) BUILTIN(bi_years_months) BUILTIN(bi_range) BUILTIN(bi_not)
BUILTIN(bi_substring) BUILTIN(bi_string_length) BUILTIN(bi_upper_case) BUILTIN(bi_lower_case)
BUILTIN(bi_substring_before) BUILTIN(bi_substring_after) BUILTIN(bi_replace) BUILTIN(bi_contains)
BUILTIN(bi_starts_with) BUILTIN(bi_ends_with) BUILTIN(bi_matches) BUILTIN(bi_split) BUILTIN(bi_string_join)
BUILTIN(bi_list_contains) BUILTIN(bi_count) BUILTIN(bi_min) BUILTIN(bi_max) BUILTIN(bi_sum) BUILTIN(bi_mean)
BUILTIN(bi_all) BUILTIN(bi_any) BUILTIN(bi_sublist) BUILTIN(bi_append) BUILTIN(bi_concatenate)
BUILTIN(bi_insert_before) BUILTIN(bi_remove) BUILTIN(bi_list_replace) BUILTIN(bi_reverse) BUILTIN(bi_index_of)
BUILTIN(bi_union) BUILTIN(bi_distinct_values) BUILTIN(bi_flatten) BUILTIN(bi_product) BUILTIN(bi_median)
BUILTIN(bi_stddev) BUILTIN(bi_mode) BUILTIN(bi_sort)
BUILTIN(bi_decimal) BUILTIN(bi_floor) BUILTIN(bi_ceiling) BUILTIN(bi_round_up) BUILTIN(bi_round_down)
BUILTIN(bi_round_half_up) BUILTIN(bi_round_half_down) BUILTIN(bi_abs) BUILTIN(bi_modulo) BUILTIN(bi_sqrt)
BUILTIN(bi_log) BUILTIN(bi_exp) BUILTIN(bi_odd) BUILTIN(bi_even)
BUILTIN(bi_is) BUILTIN(bi_now) BUILTIN(bi_today) BUILTIN(bi_day_of_year) BUILTIN(bi_day_of_week)
BUILTIN(bi_month_of_year) BUILTIN(bi_week_of_year)
BUILTIN(bi_before) BUILTIN(bi_after) BUILTIN(bi_meets) BUILTIN(bi_met_by) BUILTIN(bi_overlaps)
BUILTIN(bi_overlaps_before) BUILTIN(bi_overlaps_after) BUILTIN(bi_finishes) BUILTIN(bi_finished_by)
BUILTIN(bi_includes) BUILTIN(bi_during) BUILTIN(bi_starts) BUILTIN(bi_started_by) BUILTIN(bi_coincides)
BUILTIN(bi_get_value) BUILTIN(bi_get_entries) BUILTIN(bi_context_put) BUILTIN(bi_context_merge)
#undef BUILTIN

// ---- external functions (java.c) ----------------------------------------------------------------------

int32_t java_find(str class, str signature);             // "java.lang.Math", "max(double, double)"; -1: not known
feel_value java_call(run *r, int32_t row, const feel_value *args, int32_t count);

// ---- regular expressions (regex.c) --------------------------------------------------------------------

typedef struct regex regex;
// XPath dialect, flags "smixq" (may be empty). NULL with the reason recorded. Lives in the arena of the run.
regex *regex_open(run *r, str pattern, str flags);
// Next match at or after `from`: 1 found, 0 none, -1 gave up. Offsets of group g in at[2g], at[2g+1] (-1 unset).
int regex_find(regex *x, str subject, ptrdiff_t from, const size_t **at, int *groups);

#endif
