// bpmn.h: BPMN 2.0 processes: load a file, check it, and run instances of it.
//
// The rule is BPMN 2.0.2 (OMG formal/2013-12-09): chapters 7-10 for what a file may say, 13 for what it does. Expressions
// are FEEL (a leading "=", as Camunda 8 writes it, is accepted); extension elements are zeebe:'s where those exist.
// Pure: no clock, no files, no randomness. A model is immutable, so any number of threads may run instances of it.
//
// A state is a plain value. bpmn_step decides: it takes a state, a command and the time, and gives events (what happened,
// and what the outside has to do) with the state after them. bpmn_apply folds one event into a state and cannot fail.
// Both change a state by the same function, so replaying the events always gives the state that step gave.
//
// What happens in a step: tokens move, breadth first, until every one of them is at a place that waits (a task, an event,
// a join), or has an incident, or is gone. A fault of an expression, or a gateway that finds no way, is an incident: the
// token stays, a person resolves it (BPMN_RESOLVE, BPMN_MOVE). Nothing is lost and nothing loops for ever: a step
// that takes more than BPMN_ACTIONS_MAX actions leaves its remaining tokens as incidents.
//
// Choices where the specification leaves one:
//  - A called process (same file) runs as an embedded sub-process: it reads its caller's variables.
//  - A result is written to the nearest scope that has that variable, else to the process.
//  - An ad-hoc sub-process starts each of its activities that has no incoming flow, once; it ends by its completion condition, or
//    when all have ended.
//  - A condition that is true when its event begins to wait fires at once, then again only after it was false.
//  - Signals reach those waiting in the same instance in the same step, and are an event for all other instances.
//  - Compensation runs one handler after another, the latest completed first. With waitForCompletion="false" the
//    throwing event stays for them, and a second token of it goes on at once.
#ifndef FADU_BPMN_BPMN_H
#define FADU_BPMN_BPMN_H

#include "feel/feel.h"

// ---- models -------------------------------------------------------------------------------------------

#define BPMN_SIZE_MAX ((ptrdiff_t)16 << 20)     // bytes of a file: the largest published models take some 3 MB
enum {
    BPMN_DEPTH_MAX = 60,           // nesting of XML elements: a diagram nested this deep cannot be read by anyone
    BPMN_NODES_MAX = 5000,         // flow nodes of a file; bounds what the analysis of joins may take
    BPMN_ACTIONS_MAX = 20000,      // moves in one step; beyond this, a loop without any waiting is the likely reason
    BPMN_INSTANCES_MAX = 100000,   // live activities of one instance of a process; a multi-instance over a city's list fits
    BPMN_NESTING_MAX = 50,         // scopes in scopes, so that a process that calls itself ends as an incident
    BPMN_OFFSET_MINUTES = 480      // China has one time zone, eight hours east
};

typedef struct bpmn_model bpmn_model;

typedef struct {
    const str *names;              // variables that come from outside (form fields, case data): what expressions may use besides
    ptrdiff_t names_count;         //   what the file itself declares (data objects, properties, mappings, results)
    int offset_minutes;            // the office's time zone east of Greenwich, for dates in timers; without options BPMN_OFFSET_MINUTES
    bool script_jobs;              // a script that is not FEEL becomes a job (BPMN_EV_JOB) instead of a refusal
    bool strict;                   // also what 2.0.2 asks of executable files and most modelers leave out: the mark tFormalExpression, a script's
} bpmn_options;                    //   scriptFormat, the operation of a message event

// Loads and checks one file. Diagnostics BPMN-… (and FEEL-… for expressions) name file, line and element id. NULL if any of them
// is an error; warnings (no default flow, join that may wait for ever, timer without a clock) leave a model.
// Everything lives in `a`; `text` must live as long.
bpmn_model *bpmn_load(str text, str file, const bpmn_options *options, arena *a, diag_list *d);

str bpmn_source(const bpmn_model *m);           // the file as it was given, diagram and foreign extensions included
ptrdiff_t bpmn_element_count(const bpmn_model *m);
int bpmn_element_find(const bpmn_model *m, str id);             // process or flow node by id, or -1
typedef struct {
    str id, name;
    const char *type;              // the XML element's local name: "userTask"
    str item;                      // of a multi-instance over a collection: the variable that holds each one's element
    str clock;                     // of a timer event that follows a named time limit: its name, or several with spaces between
    str decision;                  // of a business rule task: the decision it calls by name; "" = an expression says which, or a worker decides;
    str result;                    //   and the variable that is to hold what was decided, for who completes it; "" = none
    int scope;                     // element that contains it; -1 for a process
    int line;
    bool executable;               // processes: isExecutable
} bpmn_element_info;
bpmn_element_info bpmn_element(const bpmn_model *m, int element);
typedef struct { str id, name; int from, to; } bpmn_flow_info;  // a sequence flow, between elements
int bpmn_flow_count(const bpmn_model *m);
bpmn_flow_info bpmn_flow(const bpmn_model *m, int flow);

// The file's own diagram as an SVG element with `title` for those who cannot see it; names as they stand in the diagram, drawn again, whatever
// tool drew it. False, and nothing added, when the file has no diagram.
bool bpmn_draw(buf *out, const bpmn_model *m, str title);

// ---- state --------------------------------------------------------------------------------------------

typedef enum { BPMN_NOT_STARTED, BPMN_RUNNING, BPMN_COMPLETED, BPMN_FAILED /* an error end event nobody caught */, BPMN_CANCELLED } bpmn_status;

typedef struct { str name; feel_value value; } bpmn_variable;
typedef struct { ptrdiff_t count; const bpmn_variable *items; } bpmn_variables;     // immutable; sorted by name

typedef enum {
    BPMN_ACTIVE,        // waits, or contains what waits
    BPMN_CANCELLING,    // a transaction that compensates before its cancel event
    BPMN_COMPENSATING,  // a throwing event that waits for handlers; a completed scope whose handler runs
    BPMN_RESETTING,     // a complex gateway that has fired and waits for the rest
    BPMN_DONE           // completed, kept because it can be compensated
} bpmn_phase;

// An activity, event or scope that lives. The process itself is the first. Ids rise and are never used again.
typedef struct {
    int64_t id, parent;            // parent 0: the process
    int64_t owner;                 // whom a compensation handler reports to; 0
    int element;
    bool body;                     // the whole of a loop or multi-instance, whose iterations are its children
    bool interrupted;              // an interrupting event sub-process has taken over this scope
    bpmn_phase phase;
    int64_t done;                  // order of completion, for BPMN_DONE
    int children, parked;          // live children; tokens waiting at joins in this scope
    int total, started, completed, terminated;      // of a body; total -1: not known beforehand
    uint64_t flows;                // of a resetting gateway: the incoming flows that took part
    feel_value items, outputs;     // of a body: input collection, collected output
    bpmn_variables variables;
} bpmn_instance;

typedef struct { int64_t scope; int flow; int count; } bpmn_parked;     // tokens that wait on a sequence flow

// What an instance waits for. `event` is the element that fires: the instance's own, a boundary or a start event.
typedef struct {
    int64_t id, instance;
    int event, definition;         // element, and which of its event definitions
    str name, key;                 // message or signal; timers by a named clock: the clock
    timestamp due;                 // timers; BPMN_DUE_OPEN: the named clock decides
    int remaining;                 // timers: firings left, -1 without end
    bool was_true;                 // conditions: not to fire again before it was false
    bool arrived;                  // parallel multiple: this one has come
} bpmn_subscription;
#define BPMN_DUE_OPEN INT64_MIN

typedef enum { BPMN_AT_ENTER, BPMN_AT_EXECUTE, BPMN_AT_LEAVE, BPMN_AT_JOIN } bpmn_stage;
typedef struct {
    int64_t id, instance;
    bpmn_stage stage;
    str code, text[LANG_COUNT];
} bpmn_incident;

typedef struct {
    bpmn_status status;
    int process;                   // element
    int64_t next_id, next_done;
    str error;                     // code of BPMN_FAILED
    bpmn_instance *instances;      // rising ids
    bpmn_parked *parked;
    bpmn_subscription *subscriptions;       // rising ids
    bpmn_incident *incidents;
    int instances_count, instances_cap, parked_count, parked_cap, subscriptions_count, subscriptions_cap, incidents_count, incidents_cap;
} bpmn_state;

// Canonical JSON: equal states give equal bytes. What is written reads back as the same state.
void bpmn_state_write(buf *out, const bpmn_model *m, const bpmn_state *s);
json *bpmn_state_json(const bpmn_model *m, const bpmn_state *s, arena *a);
// A state of that model, living in `a` and in the JSON's texts. NULL: it is not one.
bpmn_state *bpmn_state_read(const json *o, const bpmn_model *m, arena *a);
bpmn_state *bpmn_state_copy(const bpmn_state *s, arena *a);             // deep: nothing shared
const bpmn_instance *bpmn_instance_find(const bpmn_state *s, int64_t id);
// The value an expression at that instance would see; NULL when there is none.
const feel_value *bpmn_variable_get(const bpmn_state *s, int64_t instance, str name);

// ---- commands and events ------------------------------------------------------------------------------

typedef enum {
    BPMN_START,         // element: the process, or one of its start events; variables
    BPMN_COMPLETE,      // id: task, job or decision; variables
    BPMN_THROW_ERROR,   // id; name: error code; variables
    BPMN_THROW_ESCALATION,  // id; name: escalation code: the task goes on unless interrupted
    BPMN_MESSAGE,       // name, key, variables
    BPMN_SIGNAL,        // name, variables
    BPMN_TIMER,         // id of the subscription
    BPMN_SET_VARIABLES, // id of an instance, 0: the process; variables
    BPMN_MOVE,          // id; element: ends what it is doing and goes to that element of an enclosing scope (return to an earlier step)
    BPMN_CANCEL,        // the whole instance
    BPMN_RESOLVE        // id of the incident: try again; variables
} bpmn_command_kind;

typedef struct {
    bpmn_command_kind kind;
    int64_t id;
    int element;
    str name, key;
    const bpmn_variable *variables;
    ptrdiff_t variables_count;
} bpmn_command;

// kind, name in JSON, is it for the outside to act upon?
#define BPMN_EVENTS(X) \
    X(STARTED, "started", false)            /* element */ \
    X(ACTIVATED, "activated", false)        /* id, scope, owner, element, flag: body */ \
    X(COMPLETED, "completed", false)        /* id: gone */ \
    X(KEPT, "kept", false)                  /* id: done, can be compensated */ \
    X(TERMINATED, "terminated", false)      /* id: gone */ \
    X(PHASE, "phase", false)                /* id, number: phase, flow mask */ \
    X(INTERRUPTED, "interrupted", false)    /* id */ \
    X(TAKEN, "taken", false)                /* scope, flow: a token went along it */ \
    X(PARKED, "parked", false)              /* scope, flow */ \
    X(JOINED, "joined", false)              /* scope, flow, number: tokens taken from the flow */ \
    X(VARIABLE, "variable", false)          /* id, name, value */ \
    X(LOOP, "loop", false)                  /* id, counts, value: outputs, second: items */ \
    X(SUBSCRIBED, "subscribed", true)       /* id, scope: instance, element, number: definition, name, key, due, repeat: timers are to be scheduled */ \
    X(UNSUBSCRIBED, "unsubscribed", true)   /* id */ \
    X(FIRED, "fired", true)                 /* id, due, repeat: a timer goes on */ \
    X(CONDITION, "condition", false)        /* id, flag */ \
    X(ARRIVED, "arrived", false)            /* id */ \
    X(INCIDENT, "incident", true)           /* id, scope: instance, number: stage, name: code, text */ \
    X(RESOLVED, "resolved", true)           /* id */ \
    X(TASK, "task", true)                   /* id, element, name: form, key: assignee, value: candidate groups, second: users */ \
    X(JOB, "job", true)                     /* id, element, name: type */ \
    X(DECISION, "decision", true)           /* id, element, name: decision */ \
    X(MESSAGE, "message", true)             /* element, name, key */ \
    X(SIGNAL, "signal", true)               /* element, name */ \
    X(ESCALATED, "escalated", true)         /* element, name: nobody caught it */ \
    X(ENDED, "ended", true)                 /* number: status, name: error code */

typedef enum {
#define BPMN_EVENT_ENUM(kind, name, effect) BPMN_EV_##kind,
    BPMN_EVENTS(BPMN_EVENT_ENUM)
#undef BPMN_EVENT_ENUM
    BPMN_EV_COUNT
} bpmn_event_kind;

typedef struct bpmn_event bpmn_event;
struct bpmn_event {
    bpmn_event_kind kind;
    bool flag;
    int element, flow, number, repeat;
    int counts[4];
    int64_t id, scope, owner;
    uint64_t flows;
    timestamp due;
    str name, key, text[LANG_COUNT];
    feel_value value, second;
    bpmn_event *next;
};

typedef struct { bpmn_event *first, *last; ptrdiff_t count; } bpmn_events;

// Decides. False and BPMN-… diagnostics when the command does not fit the state (no such task, already ended): nothing has
// happened then. Else `out` has the events and the result is the state after them: it shares memory with
// `before`, the command and the model, and what is new lives in `a`; bpmn_state_copy makes it stand alone. `before` is not changed.
// NULL or a zeroed state: not started.
bpmn_state *bpmn_step(const bpmn_model *m, const bpmn_state *before, const bpmn_command *c, timestamp now, bpmn_events *out, arena *a, diag_list *d);

// Folds one event into `s`, which grows in `a`. Total for events that bpmn_step made for this model and state.
void bpmn_apply(const bpmn_model *m, bpmn_state *s, const bpmn_event *e, arena *a);
void bpmn_event_write(buf *out, const bpmn_model *m, const bpmn_event *e);       // canonical JSON
bool bpmn_event_is_effect(bpmn_event_kind kind);

// Which start event of which process begins by this message or signal? The n-th (0 …) of them, or -1. `kind`:
// BPMN_MESSAGE or BPMN_SIGNAL. For the outside, which routes what no instance waits for.
int bpmn_start_for(const bpmn_model *m, bpmn_command_kind kind, str name, int n);

#endif
