// What the parts of the writer share: writer.c stores what was decided, acting.c decides the commands of running cases.
#ifndef FADU_SERVICE_WRITER_INTERNAL_H
#define FADU_SERVICE_WRITER_INTERNAL_H

#include "case/flow.h"
#include "service/district.h"

// Works out all that follows from one event, and sees it on its way to the store.
void writer_commit_event(writer *w, const case_state *before, const event *e, arena *a, diag_list *d);
// Hashes of what this transaction has changed, of which the store may know nothing yet: keys of cases, ids of running cases and of commands.
bool writer_is_changed(const writer *w, uint64_t hash);
void writer_note_changed(writer *w, uint64_t hash);
// The connection to read from what this transaction has not changed.
store *writer_reading(const writer *w);

// What two agendas differ in: rows to drop, and rows to put. Texts are copied to `a`.
void agenda_changes(const agenda *old, const agenda *new, agenda *dropped, agenda *put, arena *a);

// Records a definition under its number. `actor`: who brought it in.
store_result writer_adopt(writer *w, str actor, const procedure_source *s, int number, arena *a);
// The files of a definition, as its record has them.
bool definition_source_read(store *s, const store_definition *def, procedure_source *out, arena *a, diag_list *d);

#endif
