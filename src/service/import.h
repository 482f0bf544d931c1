// import.h: an office's spreadsheet becomes cases, with provenance.
//
// A file is taken in as a whole, in one transaction: after a crash either all its good rows are there or none. The same
// bytes again change nothing. A file of the same name with other bytes supersedes the earlier one: rows with a known key correct
// their case, new rows begin cases, and cases whose row is gone are withdrawn; the log keeps all of it. Rows that
// cannot be taken are reported one by one, and written with their reasons to a spreadsheet in DIR/rejected/.
#ifndef FADU_SERVICE_IMPORT_H
#define FADU_SERVICE_IMPORT_H

#include "service/district.h"
#include "sheet/sheet.h"

typedef struct {
    str procedure;                // "" = told by the headings
    const char *mapping;          // path of a mapping file, or NULL; needs `procedure`
    bool strict;                  // one bad row refuses the file
    // Called now and then with the rows read so far; may be NULL.
    void (*progress)(void *ctx, int64_t rows);
    void *progress_ctx;
} import_options;

typedef struct {
    str file, procedure;          // procedure: id, or several joined by ", "
    bool same_as_before;          // these bytes were imported already: nothing was done
    int64_t recorded, corrected, closed, unchanged, withdrawn, bad, skipped;
    str rejected;                 // path of the spreadsheet with the bad rows, or ""
} import_result;

enum {
    IMPORT_HEADER_ROWS = 30,      // the heading is looked for in that many rows from the top
    IMPORT_REJECTED_MAX = 20000   // rows written to the spreadsheet of rejected rows; the report says when there were more
};

// Imports one file. EXIT_DONE: all rows are in. EXIT_INPUT: bad rows, or nothing recognizable (see diagnostics); EXIT_SYSTEM.
exit_status import_file(district *x, const char *path, const import_options *options, timestamp now, import_result *out, arena *a, diag_list *d);

// ---- recognition, by itself for `fadu import` and tests -----------------------------------------------------
typedef struct {
    const procedure *procedure;
    int definition;
    const import_sheet *sheet;
    int header_row;               // 1-based number of the (last) heading row
    int *column_of;               // [column of the mapping] -> column of the spreadsheet, or -1
    int matched;
} recognition;
// Finds the mapping that the headings fit. `rows` are the first rows. False: IMPORT-… diagnostics say what was nearest.
bool import_recognize(const definitions *defs, const import_options *options, const import_mapping *given, const sheet_row *rows, ptrdiff_t count,
                      source_pos at, recognition *out, arena *a, diag_list *d);

#endif
