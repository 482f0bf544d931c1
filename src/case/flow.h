// flow.h: a case that runs through its procedure's process: commands in, the next state or a refusal out.
//
// Pure: who acts, when, and the calendar are arguments. A state is a value; a command gives the next one and leaves the old one as it was.
// What the process waits for are tasks: a person of the task's role claims one, fills in the fields that the procedure gives to it, and
// completes it. Everything that was filled in is the form's data, the same that a ledger's row becomes, so clocks and figures do not know the
// difference. Suspension stops the clocks that the law lets stop, and every command but resuming, withdrawing and the passing of time.
#ifndef FADU_CASE_FLOW_H
#define FADU_CASE_FLOW_H

#include "case/case.h"
#include "case/clock.h"

enum {
    FLOW_TASKS_MAX = 1000,           // open at once in one case
    FLOW_TIMERS_MAX = 1000           // fired by one passing of time: more is a process that repeats without end
};

typedef struct {
    int64_t id;                      // of the process's activity
    const process_step *step;
    label name;
    str assignee;                    // who has claimed it; "" = nobody
    timestamp since;
} flow_task;
typedef struct { const process_step *step; str actor; } flow_done;         // who last did it

typedef struct {
    const procedure *procedure;
    case_status status;              // CASE_OPEN, CASE_CLOSED, CASE_WITHDRAWN; 0 before the start
    int version;                     // commands that changed it so far
    const feel_value *data;          // one per field of the process's form
    const bpmn_state *process;
    const flow_task *tasks;
    int task_count;
    const flow_done *done;
    int done_count;
    bool suspended;
    clock_pause pauses[CLOCK_PAUSES_MAX];
    int pause_count;
} flow_state;

typedef enum {
    FLOW_START,          // data
    FLOW_CLAIM,          // task
    FLOW_RELEASE,        // task: gives it back
    FLOW_ASSIGN,         // task, to: somebody of the role gives it to another
    FLOW_COMPLETE,       // task, data
    FLOW_RETURN,         // task, to: back to an earlier task, with a reason
    FLOW_CORRECT,        // data: any fields, with a reason
    FLOW_SUSPEND,        // reason
    FLOW_RESUME,
    FLOW_WITHDRAW,       // reason
    FLOW_RESOLVE,        // data: tries again what an error in the process has stopped
    FLOW_TIME            // nobody acts: what was to happen by now happens
} flow_command_kind;

typedef struct {
    flow_command_kind kind;
    str actor;
    const str *roles;                // the actor's, by id
    int role_count;
    int version;                     // of the case that the actor saw; 0 = does not matter
    str task, to, reason;            // tasks by their id in the process
    const json *data;                // object: fields by key; null empties one; NULL = none
    timestamp at;
    int offset_minutes;              // the office's clock, east of Greenwich
    source_pos from;                 // for diagnostics
} flow_command;

// Decides. REFUSED adds FLOW-…, FORM-… or BPMN-… diagnostics and leaves *after as `before`; UNCHANGED: nothing was to be done.
// `before` is zeroed but for `procedure`, which has a process, for FLOW_START. What is new lives in `a` and shares memory with `before`.
decision flow_decide(const flow_state *before, const flow_command *c, const calendar *cal, flow_state *after, arena *a, diag_list *d);

// The clocks that run or have run, by the data as they are.
typedef struct {
    const procedure_clock *clock;
    clock_moment start, due;
    bool stopped, late, open;        // open: it is suspended, and its end is not known
    clock_level level;               // on the day asked about
} flow_clock;
ptrdiff_t flow_clocks(const flow_state *s, const calendar *cal, date today, flow_clock **out, arena *a);
const flow_task *flow_task_find(const flow_state *s, str id);             // NULL: not open

#endif
