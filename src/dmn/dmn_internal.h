// dmn_internal.h: the compiled model: what load.c makes and evaluate.c walks.
//
// Every expression sees a frame: an array of values whose first places are what the item requires (values of decisions and input
// data, functions of knowledge models and services), then parameters, then the names that contexts and iterators around it add.
// The FEEL scope of an expression is the list of those names, so a name costs an index.
#ifndef FADU_DMN_INTERNAL_H
#define FADU_DMN_INTERNAL_H

#include "dmn/dmn.h"

typedef enum {
    EX_LITERAL, EX_TABLE, EX_CONTEXT, EX_LIST, EX_RELATION, EX_INVOCATION, EX_FUNCTION, EX_CONDITIONAL, EX_FILTER,
    EX_FOR, EX_SOME, EX_EVERY,
    EX_NOTHING                       // had a mistake: null
} expression_kind;

typedef struct expression expression;

typedef struct { str name; const feel_type *type; expression *value; int slot; } context_entry;   // slot -1: the result
typedef struct { str name; expression *value; } binding;

typedef struct { const feel_program *value; const feel_type *type; const feel_program *allowed; str text; source_pos at; } table_input;
typedef struct {
    str name;
    const feel_type *type;
    const feel_program *default_value;
    const feel_program *order;                   // the list of its output values, for priority; NULL when none are given
} table_output;
typedef struct {
    const feel_program **tests;                  // one per input; NULL: any value
    const feel_program **outputs;                // one per output
    const str *annotations;
    source_pos at;
} table_rule;
typedef enum { HIT_UNIQUE, HIT_ANY, HIT_PRIORITY, HIT_FIRST, HIT_COLLECT, HIT_RULE_ORDER, HIT_OUTPUT_ORDER } hit_policy;
typedef enum { COLLECT_LIST, COLLECT_SUM, COLLECT_MIN, COLLECT_MAX, COLLECT_COUNT, COLLECT_OPERATORS } collect_operator;
typedef struct {
    hit_policy policy;
    collect_operator collect;
    str policy_text;
    table_input *inputs;
    table_output *outputs;
    table_rule *rules;
    const str *output_names, *annotation_names;
    ptrdiff_t input_count, output_count, rule_count, annotation_count;
} decision_table;

struct expression {
    expression_kind kind;
    source_pos at;
    const feel_type *type;                       // NULL: any
    union {
        const feel_program *program;             // EX_LITERAL
        decision_table *table;
        struct { context_entry *entries; ptrdiff_t count; } context;
        struct { expression **items; ptrdiff_t count; } list;
        struct { str *columns; const feel_type **types; expression **cells; ptrdiff_t column_count, row_count; } relation;
        struct { expression *callee; binding *bindings; str *names; ptrdiff_t count; } invocation;
        struct { feel_native native; expression *body; int first_slot, self_slot; } function;   // self_slot -1: has no name
        struct { expression *condition, *yes, *no; } conditional;
        struct { expression *in, *body; int slot, partial_slot; } loop;      // filter: slot is the item's
    };
};

// What stands in the first places of a frame.
typedef struct { int slot, item; } requirement;
typedef struct { int slot; str *names; int *items; ptrdiff_t count; } import_context;      // alias.name

typedef struct {
    dmn_item public;
    const xml *element;
    int source;                                  // of which source
    const feel_type *type;
    requirement *requirements;
    ptrdiff_t requirement_count;
    import_context *imports;
    ptrdiff_t import_count;
    int *required;                               // items it depends on, for finding rings
    ptrdiff_t required_count;
    expression *logic;                           // of a decision or a knowledge model; NULL: none
    int frame_size;                              // of its frame, nested names included
    feel_native native;                          // DMN_KNOWLEDGE, DMN_SERVICE: as a function
    int first_parameter_slot, self_slot;         // DMN_KNOWLEDGE
    const feel_program *external;                // DMN_KNOWLEDGE of kind Java: gives the function
    int *parameters;                             // DMN_SERVICE: the items that its parameters are
    int *outputs;
    ptrdiff_t output_count;
} item;

typedef struct { str name; int source; } import;         // source -1: not given
typedef struct {
    str namespace, name;
    const xml *root;
    import *imports;
    ptrdiff_t import_count;
    str *type_names;
    const feel_type **types;
    ptrdiff_t type_count;
    str *members;
    ptrdiff_t member_count;
} source;

// What the linter asks feel_check about: a program with the types of the names it sees.
typedef struct check check;
struct check { const feel_program *program; const feel_type **types; const feel_type *tested; source_pos at; check *next; };

enum { BETWEEN_BELOW, BETWEEN_MIDDLE, BETWEEN_ABOVE, BETWEEN_COUNT };

struct dmn_model {
    zones *zones;
    source *sources;
    ptrdiff_t source_count;
    item *items;
    dmn_item *public_items;
    ptrdiff_t item_count;
    check *checks;                               // newest first
    const item **by_id;                          // sorted by source and id
    ptrdiff_t chain_max;                         // longest chain of requirements
    const feel_program *elements;                // the elements of x, a list or a range
    const feel_program *aggregates[COLLECT_OPERATORS];
    const feel_program *between[BETWEEN_COUNT];  // of x = [a, b]: a value below a, in the middle, above b (lint.c)
};

// types.c: item definitions of all sources, then typeRefs.
void load_types(dmn_model *m, arena *a, diag_list *d);
const feel_type *type_of_ref(const dmn_model *m, const source *s, str ref, source_pos at, arena *a, diag_list *d);   // NULL for "" and unknown

// load.c: the compiled expression below `parent` (the first child that is one); NULL and no diagnostic when there is none.
typedef struct { str *names; const feel_type **types; int count, deepest; } frame_scope;
typedef struct {
    dmn_model *model;
    source *source;
    arena *arena;
    diag_list *diags;
    frame_scope scope;
    int item_slot;                               // of the filter around; -1: none
    const feel_type *tested;                     // of the column whose cells are being compiled
} compiler;
expression *compile_expression(compiler *c, const xml *x);
expression *compile_child(compiler *c, const xml *parent);
const feel_program *compile_text(compiler *c, const xml *holder, bool tests);     // of its <text>; NULL after a diagnostic
int add_name(compiler *c, str name, const feel_type *type);    // its slot; NULL: any type
feel_scope scope_of(const compiler *c);
decision_table *compile_table(compiler *c, const xml *x);                      // table.c

// evaluate.c
typedef struct { const dmn_model *model; feel_value *values; uint8_t *known; dmn_evaluation *out; dmn_step **tail; const item *current; } run;
feel_value run_expression(run *r, const expression *x, feel_value *frame, feel_evaluation *e);
feel_value run_table(run *r, const decision_table *t, const source_pos *at, feel_value *frame, feel_evaluation *e);
feel_value run_program(run *r, const feel_program *p, const source_pos *at, const feel_value *frame, feel_evaluation *e);
// False when the budget is gone; e->steps is then -1, as FEEL leaves it.
bool spend_steps(run *r, int64_t steps, const source_pos *at, feel_evaluation *e);
void keep_reasons(run *r, const source_pos *at, feel_evaluation *e);
feel_value call_closure(void *self, const feel_value *args, feel_evaluation *e);       // feel_native.call of boxed functions,
feel_value call_knowledge(void *self, const feel_value *args, feel_evaluation *e);     // of knowledge models,
feel_value call_service(void *self, const feel_value *args, feel_evaluation *e);       // and of decision services
feel_value null_because(run *r, const char *code, source_pos at, bilingual format, ...);

#endif
