// bpmn_internal.h: the XML tree of a file, and the compiled model that steps run on.
#ifndef FADU_BPMN_INTERNAL_H
#define FADU_BPMN_INTERNAL_H

#include "base/xml.h"
#include "bpmn/bpmn.h"

// ---- XML ----------------------------------------------------------------------------------------------

typedef enum { NS_NONE, NS_BPMN, NS_DI, NS_ZEEBE, NS_FADU, NS_XSI, NS_OTHER } tree_namespace;
typedef struct { tree_namespace ns; str name, value; } tree_attribute;
typedef struct tree_node tree_node;
struct tree_node {
    tree_namespace ns;
    str name, text, id;            // text: its own characters, trimmed; id: its id attribute
    const xml *xml;
    int attributes_count, order;
    int element;                   // index of its element + 1; 0: it is none
    tree_attribute *attributes;
    tree_node *parent, *first, *last, *next;
};

// The root element, or NULL and XML-… or BPMN-… diagnostics.
tree_node *tree_read(str text, str file, arena *a, diag_list *d);
str tree_get(const tree_node *n, const char *name);                      // attribute without a namespace; "" when absent
bool tree_has(const tree_node *n, const char *name);
const tree_node *tree_child(const tree_node *n, const char *name);        // first BPMN child of that name, or NULL
const tree_node *tree_extension(const tree_node *n, const char *name);    // zeebe: child of its extensionElements, or NULL
bool tree_is(const tree_node *n, const char *name);                      // a BPMN element of that name
bool tree_flag(const tree_node *n, const char *name, bool fallback);     // xsd:boolean

// Every BPMN element that has an id, sorted by it; document order among equals.
typedef struct { const tree_node **ids; ptrdiff_t count; } tree_index;
tree_index tree_index_of(const tree_node *root, arena *a);
// A reference is a QName: its prefix may name the file's own namespace. NULL: there is none.
const tree_node *tree_find(const tree_index *x, str id);
const tree_node *tree_next(const tree_node *n);                           // in document order; NULL after the last

// ---- model --------------------------------------------------------------------------------------------

typedef enum {
    E_PROCESS, E_SUBPROCESS, E_EVENT_SUBPROCESS, E_TRANSACTION, E_ADHOC, E_CALL,
    E_TASK, E_MANUAL, E_USER, E_SERVICE, E_SEND, E_RECEIVE, E_SCRIPT, E_RULE,
    E_START, E_END, E_CATCH, E_THROW, E_BOUNDARY,
    E_EXCLUSIVE, E_INCLUSIVE, E_PARALLEL, E_EVENT_BASED, E_COMPLEX
} element_kind;

typedef enum {
    D_NONE, D_MESSAGE, D_TIMER, D_ERROR, D_ESCALATION, D_CANCEL, D_COMPENSATE, D_CONDITIONAL, D_LINK, D_SIGNAL, D_TERMINATE
} definition_kind;

enum { BPMN_STEPS_PER_EXPRESSION = 1000000 };    // a step must end; a tenth of what an interactive evaluation may take

// An expression: a program with the names it reads, or a constant text.
typedef struct {
    bool present;
    const feel_program *program;
    const str *names;
    ptrdiff_t names_count;
    str text;
} expression;

typedef enum { TIMER_NONE, TIMER_DATE, TIMER_DURATION, TIMER_CYCLE, TIMER_CLOCK } timer_kind;
typedef struct {
    definition_kind kind;
    str id, name;                  // message, signal, link: name; error, escalation: code ("" catches all); clock
    expression expression, key;    // condition, timer; correlation key
    timer_kind timer;
    int activity;                  // compensation: element, or -1 for the scope
    bool wait;                     // compensation: waitForCompletion
} definition;

typedef struct { expression source; str target; } mapping;
typedef struct { mapping *items; int count; } mappings;
typedef enum { LOOP_NONE, LOOP_STANDARD, LOOP_MULTI } loop_kind;
typedef enum { BEHAVIOR_ALL, BEHAVIOR_NONE, BEHAVIOR_ONE, BEHAVIOR_COMPLEX } loop_behavior;
typedef struct { expression condition; definition event; } complex_behavior;
typedef struct {
    loop_kind kind;
    bool sequential, test_before;
    int maximum;                   // -1: none
    expression condition;          // standard: go on while true; multi: completion condition
    expression cardinality, collection, output;
    str item, output_collection;
    loop_behavior behavior;
    definition thrown;
    complex_behavior *complex;
    int complex_count;
} loop;

typedef struct { int *items; int count; } indexes;
typedef struct {
    element_kind kind;
    const tree_node *xml;
    str id, name;
    int scope, process;
    indexes out, in;               // flows
    int fallback;                  // default flow, or -1
    indexes starts;                // of a scope: what begins without an event
    indexes event_scopes;          // of a scope: its event sub-processes' start events
    indexes boundaries;
    indexes sources;               // of an event-based gateway: the events after it
    int attached, handler;         // boundary: its activity; compensation handler or -1
    int compensator;               // of an activity: its compensation handler (activity or event sub-process), or -1
    int link;                      // throwing link: the catching one
    bool interrupting, parallel_multiple, for_compensation, instantiate, parallel_start, sequential, cancel_remaining, executable;
    bool keeps;                    // completed, it can be compensated: itself or something in it
    definition *definitions;
    int definitions_count;
    int start_quantity, completion_quantity;
    loop loop;
    expression script, job, decision, form, assignee, groups, users;
    str result;                    // variable for a script's or decision's result
    mappings inputs, outputs;
    expression completion, activation;
    definition message;            // send and receive tasks
    int called;                    // call activity: the process; -1: none
    uint64_t **reach;              // joins: per incoming flow the nodes (bits, by `local`) from which it can be reached without passing here
    int local;                     // number within its scope's nodes
    int nodes;                     // of a scope: how many
} element;

typedef struct { str id; int source, target; expression condition; const tree_node *xml; } flow;

struct bpmn_model {
    str text, file;
    tree_node *root;
    element *elements;
    int elements_count;
    flow *flows;
    int flows_count;
    int offset_minutes;
};

static inline bool is_scope(element_kind k) { return k <= E_CALL; }
static inline bool is_activity(element_kind k) { return k >= E_SUBPROCESS && k <= E_RULE && k != E_EVENT_SUBPROCESS; }
static inline bool is_event(element_kind k) { return k >= E_START && k <= E_BOUNDARY; }

// ---- the parts ----------------------------------------------------------------------------------------

// Where a node stands, for a diagnostic.
source_pos tree_pos(const tree_node *n);
// Rules of BPMN on the tree alone: references, structure. Adds BPMN-… diagnostics.
// `strict`: bpmn_options.
void bpmn_check_tree(const tree_node *root, const tree_index *index, str file, bool strict, diag_list *d);
// Warnings on the compiled model: missing defaults; what cannot be reached or end, joins that may wait for ever, branches that are not joined.
void bpmn_check_flow(const bpmn_model *m, diag_list *d);
void bpmn_check_tokens(const bpmn_model *m, diag_list *d);

// The due moment of a timer expression's value; false when it is none. `remaining` gets the repetitions.
bool bpmn_due(feel_value v, timer_kind kind, timestamp now, int offset_minutes, timestamp *due, int *remaining, int64_t *period);

#endif
