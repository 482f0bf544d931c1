// dmn.h: DMN 1.5 (OMG formal/2024-01-01), conformance level 3: models in, decisions out.
//
// A model is read once, with every expression compiled, and is immutable from then on: any number of threads may evaluate it.
// What a person got wrong in a model is a diagnostic with file, line, column and element id; the element that has the mistake is kept and
// evaluates to null with that reason, so that the rest of the model is of use. What goes wrong while evaluating is what the
// standard says, null, and the reasons are told on request.
//
//     dmn_source sources[] = {{STR("fees.dmn"), text}};
//     const dmn_model *m = dmn_load(sources, 1, NULL, &a, &diags);
//     const dmn_item *fee = dmn_find(m, DMN_DECISION, STR("Fee"));
//     dmn_evaluation e = {.arena = &scratch};
//     feel_value v = dmn_evaluate(m, fee, inputs, &e);       // inputs: a context with the values of the input data
//
// Understood: DMN 1.1 to 1.5 namespaces; decisions, business knowledge models, decision services, input data, item definitions, imports;
// literal expressions, decision tables, contexts, lists, relations, invocations, functions, conditionals, filters, iterators. Functions of
// kind Java: those of FEEL's table (feel.h), others and PMML are refused. Vendor extensions and diagrams are passed over.
#ifndef FADU_DMN_DMN_H
#define FADU_DMN_DMN_H

#include "base/xml.h"
#include "feel/feel.h"

enum {
    DMN_SOURCES_MAX = 64,            // files of one model with its imports
    DMN_ITEMS_MAX = 100000,          // decisions, inputs, services … of them all
    DMN_RULES_MAX = 100000,          // of one table
    DMN_COLUMNS_MAX = 1000,
    DMN_FRAME_MAX = 10000            // names that one expression sees
};

typedef struct { str file, text; } dmn_source;       // both live as long as the model
typedef struct dmn_model dmn_model;

typedef enum { DMN_INPUT, DMN_DECISION, DMN_KNOWLEDGE /* business knowledge model */, DMN_SERVICE } dmn_kind;
typedef struct {
    dmn_kind kind;
    str name, id, namespace;
    str type;                        // typeRef of its variable, "" when none
    str description;
    source_pos at;
    int number;                      // its place among dmn_items
} dmn_item;

// The first source is the model; the others are there for its imports, by their namespace. All live in `a`.
// NULL only when there is nothing to work with (no XML, no DMN); else a model, with DMN-… and FEEL-… diagnostics of what it cannot do.
// `from` knows the time zones (NULL: none is known) and outlives the model.
const dmn_model *dmn_load(const dmn_source *sources, ptrdiff_t count, zones *from, arena *a, diag_list *d);
str dmn_name(const dmn_model *m);
str dmn_namespace(const dmn_model *m);
// All items, those of the first source first, in document order.
const dmn_item *dmn_items(const dmn_model *m, ptrdiff_t *count);
// By name or by id; those of the first source win. NULL when there is none.
const dmn_item *dmn_find(const dmn_model *m, dmn_kind kind, str name);
// What the caller has to give for it: its input data, as far as its requirements reach; for a service and a knowledge model
// its parameters. Returns how many; names and FEEL types in `out`.
typedef struct { str name, namespace; str type; } dmn_parameter;
ptrdiff_t dmn_parameters(const dmn_model *m, const dmn_item *item, dmn_parameter **out, arena *a);

// A JSON object as the inputs of an item: strings become dates, times and durations where the item's data are of such a type.
feel_value dmn_inputs(const dmn_model *m, const dmn_item *item, const json *object, arena *a);

// Says what the types make impossible (FEEL-TYPE), and looks at the decision tables whose cells compare an input with constants (numbers,
// dates, times, durations, booleans; texts for being equal), and says with an input as example: DMN-OVERLAP, two rules that contradict
// each other under the table's hit policy; DMN-GAP, an input that no rule takes; DMN-UNREACHABLE, a rule that never decides.
// DMN-NOT-CHECKED is a note: the table is of another sort, or too large.
void dmn_lint(const dmn_model *m, diag_list *d);

// ---- evaluating ------------------------------------------------------------------------------------------

// Why a decision came out: one step for each decision table that was asked, in the order in which they answered.
typedef struct { str expression; feel_value value; } dmn_cell;
typedef struct {
    int number;                      // 1-based
    feel_value *outputs;             // one per output column
    const str *annotations;          // one per annotation column of the table
} dmn_rule_hit;
typedef struct dmn_step dmn_step;
struct dmn_step {
    str item, item_id, hit_policy;
    dmn_cell *inputs;
    ptrdiff_t input_count;
    const str *output_names;         // "" for a table with one unnamed output
    ptrdiff_t output_count;
    const str *annotation_names;
    ptrdiff_t annotation_count;
    dmn_rule_hit *hits;              // the rules that matched
    ptrdiff_t hit_count;
    bool by_default;                 // none matched, and the default outputs stand in
    feel_value result;
    dmn_step *next;
};

typedef struct {
    arena *arena;                    // results and temporaries; rewind it between evaluations
    timestamp now;
    int32_t now_offset;
    int64_t steps;                   // budget, as feel_evaluation's; each boxed expression and each rule asked costs one, too. Spent: the result is null
    bool explain;                    // keep the steps
    diag_list *reasons;              // why things came out null, with place and element; NULL = nobody will read them
    dmn_step *first_step;            // out
} dmn_evaluation;

// `inputs` is a context: input data by name (of an imported model: also under its import name), parameters of services and
// knowledge models by name. What is missing is null. Never fails: trouble is null plus a reason.
feel_value dmn_evaluate(const dmn_model *m, const dmn_item *item, feel_value inputs, dmn_evaluation *e);

// The steps for a person to read, and as JSON: [{"decision", "hitPolicy", "inputs": [{"expression", "value"}], "rules": [{"rule",
// "outputs": {…}, "annotations": {…}}], "default", "result"}].
void dmn_explain(buf *out, const dmn_step *first, language lang);
json *dmn_explain_json(const dmn_step *first, arena *a);

#endif
