// scenario.h: a day-by-day story of one case, and whether it comes out as told: a procedure's tests, and its manual
// (docs/formats/scenario.md).
//
//   {"title": {"zh": …, "en": …},
//    "steps": [
//      {"at": "2024-03-05T08:30", "by": "王某", "role": "operator", "do": "start", "data": {…}},
//      {"expect": {"status": "open", "tasks": ["dispatch"], "clocks": {"dispatch": "2024-03-06T08:30"}, "data": {…}, "levels": {"sign": "overdue"}}},
//      {"at": "2024-03-05T09:00", "by": "李某", "role": "dispatcher", "do": "complete", "task": "dispatch", "data": {"unit": "…"}},
//      {"at": …, "by": …, "role": …, "do": "complete", "task": "approve", "refused": "FLOW-FOUR-EYES"},
//      {"at": "2024-03-20T00:00", "do": "wait"}]}
//
// Time passes before each step: timers that are due by then fire. Moments are local.
#ifndef FADU_CASE_SCENARIO_H
#define FADU_CASE_SCENARIO_H

#include "case/flow.h"

enum { SCENARIO_STEPS_MAX = 1000 };
typedef struct { str name; label title; int steps; bool passed; } scenario_result;

// What the scenarios of one procedure have shown together.
typedef struct scenario_refusal { str step, code; struct scenario_refusal *next; } scenario_refusal;      // step: the task, or the clock of an extension
typedef struct {
    const procedure *procedure;
    bool *taken;                     // [bpmn_flow_count]: a token took that sequence flow
    bool *law_over, *promise_over;   // [clock_count]: that time limit was seen overdue
    scenario_refusal *refusals;      // as they were told
    arena *arena;
} scenario_shown;
scenario_shown scenario_nothing_shown(const procedure *p, arena *a);        // `p` has a process

// Runs one, and adds to `shown`, which may be NULL. What is not as told, or not understood, is a SCENARIO-… diagnostic with the step's place.
scenario_result scenario_run(const procedure *p, const procedure_file *file, const calendar *cal, scenario_shown *shown, arena *a, diag_list *d);
// What no scenario shows, as SCENARIO-UNSHOWN warnings: a way through the process, the expiry of a time limit that the form records, a refusal
// that the procedure asks for (four eyes, certificate, what must be filled in, how often a limit may be extended). Their number.
int scenario_unshown(const scenario_shown *shown, diag_list *d);

#endif
