// What the parts of flow.h share.
#ifndef FADU_CASE_FLOW_INTERNAL_H
#define FADU_CASE_FLOW_INTERNAL_H

#include "case/flow.h"

// A command being decided.
typedef struct {
    const flow_command *c;
    const calendar *cal;
    flow_state *s;                   // being made
    const procedure_form *form;
    int rules;                       // business rule tasks decided so far
    arena *arena;
    diag_list *diags;
} deciding;
// REFUSED, with an error at the command.
decision flow_refuse(const deciding *x, const char *code, bilingual hint, bilingual format, ...);
feel_value *flow_copy_data(const deciding *x);

// Commands about documents: they change the list of documents; service also the data.
decision flow_draft(deciding *x);
decision flow_issue(deciding *x);
decision flow_serve(deciding *x);

// The clock as all that has happened to the case has left it: suspensions, extensions, found late before.
running_clock flow_running_clock(const flow_state *s, const procedure_clock *law, clock_moment start, const calendar *cal, arena *a);
// The first moment at which that end is over.
timestamp flow_moment_end(clock_moment m, int offset_minutes);
bool flow_clocks_equal(const flow_clock *a, ptrdiff_t a_count, const flow_clock *b, ptrdiff_t b_count);

// What figures see of the clocks: those whose end is known.
void case_clock_results(const flow_state *s, event *out, arena *a);
// Diagnostics when there is nothing by which the case could be told from others.
bool case_has_key(const procedure_form *f, str key, source_pos at, diag_list *d);

#endif
