// flow.h: a case that runs through its procedure's process: commands in, the next state or a refusal out.
//
// Pure: who acts, when, and the calendar are arguments. A state is a value; a command gives the next one and leaves the old one as it was.
// What the process waits for are tasks: a person of the task's role claims one, fills in the fields that the procedure gives to it, and
// completes it. Everything that was filled in is the form's data, the same that a ledger's row becomes, so clocks and figures do not know the
// difference. Suspension stops the clocks that the law lets stop, and every command but resuming, withdrawing, cancelling and the passing of time.
//
// Who may: a task's role does the task; what concerns the whole case is done by the roles that `may` names in procedure.json, or else by
// any role that has a task in it (withdrawing also by the role that begins a case).
#ifndef FADU_CASE_FLOW_H
#define FADU_CASE_FLOW_H

#include "case/case.h"
#include "case/clock.h"

enum {
    FLOW_TASKS_MAX = 1000,           // open at once in one case
    FLOW_TIMERS_MAX = 1000,          // fired by one passing of time: more is a process that repeats without end
    FLOW_RULES_MAX = 100,            // business rule tasks decided by one command
    FLOW_LINKS_MAX = 1000,           // of one case to others
    FLOW_DOCUMENTS_MAX = 1000,       // of one case
    FLOW_RECUSED_MAX = 100           // people who keep away from one case
};

typedef struct {
    int64_t id;                      // of the process's activity
    const process_step *step;
    label name;
    str assignee;                    // who has claimed it; "" = nobody
    timestamp since;
} flow_task;
typedef struct { const process_step *step; str actor; } flow_done;         // who last did it
typedef struct { const procedure_clock *clock; int length; date on; } flow_extension;     // in the clock's unit; 0 = the longest allowed
typedef struct { str kind, to; } flow_link;      // kind: "joined" into, "split" into, "referred" to, "arose" from …; to: a case's id

// A document (文书) of the case. Drafts follow one another until it is issued; then it is fixed, and what is drafted next is another one.
typedef struct {
    const procedure_document *document;
    int version;                     // of the draft: 1, 2 …
    digest content;                  // SHA-256 of what it says (record.md, "document"); the record in which it was drafted or issued has it
    str number;                      // 文号; "" = a draft, or not numbered
    date issued, served;             // none = not yet
    str way, receiver;               // of service: 直接送达 …; to whom
} flow_document;

// A clock that runs or has run, by the data as they are. Where the office promises to be faster than the law, that is a second one beside it.
typedef struct {
    const procedure_clock *clock;
    clock_limit limit;
    clock_moment start, due;
    bool stopped, late, open;        // open: it is suspended, and its end is not known
    clock_level level;               // at the moment asked about
} flow_clock;

typedef struct flow_state {
    const procedure *procedure;
    case_status status;              // 0 before the start
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
    const flow_extension *extensions;
    int extension_count;
    const flow_link *links;
    int link_count;
    const str *recused;              // who must keep away (回避)
    int recused_count;
    const flow_document *documents;
    int document_count;
    const flow_clock *clocks;        // as of the last command: what was late then stays late
    int clock_count;
} flow_state;

// kind, name, what it needs
#define FLOW_COMMANDS(X) \
    X(START, "start")            /* data; link, to: another case from which it arose */ \
    X(CLAIM, "claim")            /* task */ \
    X(RELEASE, "release")        /* task: gives it back */ \
    X(ASSIGN, "assign")          /* task, to: somebody of the role gives it to another */ \
    X(COMPLETE, "complete")      /* task, data */ \
    X(RETURN, "return")          /* task, to: back to an earlier task; reason */ \
    X(CORRECT, "correct")        /* data: any fields; reason */ \
    X(SUSPEND, "suspend")        /* reason */ \
    X(RESUME, "resume") \
    X(EXTEND, "extend")          /* clock, length; reason */ \
    X(RECUSE, "recuse")          /* to: who keeps away from now on; reason */ \
    X(LINK, "link")              /* link, to: another case */ \
    X(JOIN, "join")              /* to: the case that this one repeats; reason. Ends it */ \
    X(WITHDRAW, "withdraw")      /* reason: the applicant takes it back. It has happened, and figures count it */ \
    X(CANCEL, "cancel")          /* reason: it should never have been entered. Figures forget it */ \
    X(REOPEN, "reopen")          /* to: the task at which it goes on; reason */ \
    X(MIGRATE, "migrate")        /* procedure: another version; reason */ \
    X(RESOLVE, "resolve")        /* data: tries again what an error in the process has stopped */ \
    X(DRAFT, "draft")            /* document, content */ \
    X(ISSUE, "issue")            /* document, content, number: fixes the draft */ \
    X(SERVE, "serve")            /* document, way, to: who received it; on: the day */ \
    X(TAKE, "take")              /* nothing but that the case, which came from a ledger, is carried on here from now on */ \
    X(TIME, "wait")              /* nobody acts: what was to happen by now happens */

typedef enum {
#define FLOW_COMMAND_ENUM(kind, name) FLOW_##kind,
    FLOW_COMMANDS(FLOW_COMMAND_ENUM)
#undef FLOW_COMMAND_ENUM
    FLOW_COMMAND_COUNT
} flow_command_kind;
str flow_command_name(flow_command_kind kind);
bool flow_command_find(str name, flow_command_kind *out);

typedef struct flow_command {
    flow_command_kind kind;
    str id;                          // the sender's: the same id twice is one command; "" = none
    str actor, unit;                 // unit: the actor's
    const str *roles;                // the actor's, by id
    int role_count;
    const str *covers;               // absent people whose tasks the actor does
    int cover_count;
    const str *qualifications;       // the actor's that are valid on that day
    int qualification_count;
    int version;                     // of the case that the actor saw; 0 = does not matter
    str task, to, reason, clock, link;
    int length;
    const procedure *procedure;      // FLOW_MIGRATE
    str document, number, way;       // of a document
    date on;                         // FLOW_SERVE: none = the day of the command
    const json *content;             // what the document says, and whatever was said for it alone (record.md, "document")
    const json *data;                // object: fields by key; null empties one; NULL = none
    timestamp at;
    int offset_minutes;              // the office's clock, east of Greenwich
    bool *taken;                     // [bpmn_flow_count]: set for every sequence flow that a token takes; NULL = nobody asks
    source_pos from;                 // for diagnostics
} flow_command;

// Decides. REFUSED adds FLOW-…, FORM-… or BPMN-… diagnostics and leaves *after as `before`; UNCHANGED: nothing was to be done.
// `before` is zeroed but for `procedure`, which has a process, for FLOW_START. What is new lives in `a` and shares memory with `before`.
// FLOW_TIME is also what a new calendar, or a clock that came nearer to its end, is taken down by: DECIDED when a clock differs from before.
decision flow_decide(const flow_state *before, const flow_command *c, const calendar *cal, flow_state *after, arena *a, diag_list *d);

str flow_clock_id(const flow_clock *c);          // "decision"; "decision.promise" of what the office promises
// The clocks at a moment.
ptrdiff_t flow_clocks(const flow_state *s, const calendar *cal, timestamp at, int offset_minutes, flow_clock **out, arena *a);
// When will FLOW_TIME next have something to do? FLOW_NEVER: only if somebody acts first.
#define FLOW_NEVER INT64_MAX
timestamp flow_next_time(const flow_state *s, const calendar *cal, timestamp after, int offset_minutes, arena *a);
// The open task of that step; of several (joint handling), that of the unit. NULL: not open.
const flow_task *flow_task_find(const flow_state *s, str id, str unit);
str flow_unit(const flow_state *s, const process_step *step, int64_t task);       // whose people do it; "" = any unit's

// ---- records (docs/formats/record.md, "process") ---------------------------------------------------------
// A state but for its data and version, which every case's record has; and back: false when it is no state of that procedure.
json *flow_state_json(const flow_state *s, arena *a);
bool flow_state_read(const json *process, const procedure *p, const feel_value *data, int version, flow_state *out, arena *a);
// The command as its record tells it, without its data.
json *flow_command_json(const flow_command *c, arena *a);

// What a decided command is to the log: an event of the case. `before` is the case as it was (zeroed for FLOW_START, then `new_id` is its id).
// False with CASE-… diagnostics when the data do not give the case its key or its first day.
bool flow_event(const case_state *before, const flow_state *after, const flow_command *c, int64_t new_id, int definition, event *out, arena *a, diag_list *d);

#endif
