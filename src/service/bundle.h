// bundle.h: the files inside the program: procedures/, districts/, calendars/, assets/ (made by tools/bundle.sh).
#ifndef FADU_SERVICE_BUNDLE_H
#define FADU_SERVICE_BUNDLE_H

#include "procedure/procedure.h"

typedef struct { const char *path; const char *data, *end; } bundle_file;
extern const bundle_file bundle_files[];          // sorted by path
extern const int bundle_file_count;

str bundle_get(const char *path);                 // data == NULL when absent
// The files below a folder ("procedures/hotline/") as a source named `id`.
procedure_source bundle_source(str folder, str id, arena *a);
// Names of the folders right below one ("procedures/").
ptrdiff_t bundle_folders(str folder, str **out, arena *a);
// The State Council's arrangements in the bundle, for commands that need no data directory.
calendar *bundle_calendar(arena *a, diag_list *d);

#endif
