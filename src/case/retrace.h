// retrace.h: how did a case come to be what its ledger says of it?
//
// A ledger's row is the end of a story: who was told what, decided what, on which day. Here the story is found again: the commands by which people
// would have brought the case there through the procedure's process. What the row says decides the way: at each point that open task is done
// whose doing notes down most of what the row says and nothing that it does not say, on the day which the row gives. What no task fills in, is
// corrected in at the end, as a clerk would.
//
// It is by this that an imported case can be carried on in the system, and that the demonstration year is played (service/simulate.h).
// Pure, and greedy: it goes one way and does not come back, so its cost grows with the length of the story, not with the number of ways.
#ifndef FADU_CASE_RETRACE_H
#define FADU_CASE_RETRACE_H

#include "case/flow.h"

enum { RETRACE_COMMANDS_MAX = 200 };     // of one case: the longest bundled procedure has some 40 tasks

typedef struct {
    flow_command *commands;              // in order of time, beginning with FLOW_START; all roles and certificates that a step asks for are theirs
    ptrdiff_t count;
    flow_state end;
    bool same_data;                      // the end has the row's data
    bool whole;                          // and is closed if and only if the row is
} retraced;

// `row` has one value per field of the process's form; `opened` is the day on which the case began, if no field tells the moment; `closed`: the
// row's case has ended. False, without diagnostics, when not even the start can be told from it.
bool case_retrace(const procedure *p, const feel_value *row, date opened, bool closed, const calendar *cal, int offset_minutes, retraced *out, arena *a);

#endif
