// reporting.h: a year's figures put into the report's template, and where each figure comes from.
#ifndef FADU_SERVICE_REPORTING_H
#define FADU_SERVICE_REPORTING_H

#include "report/report.h"
#include "service/district.h"

// Values of all figures of a year, in the order of the index. STORE_OK or the store's trouble.
store_result reporting_values(store *s, const definitions *defs, int year, figure_value **out, ptrdiff_t *count, arena *a);

// The annual report as a document. NULL and diagnostics on trouble.
report_document *reporting_document(store *s, const definitions *defs, int year, timestamp now, arena *a, diag_list *d);

// {"year", "district", "checkpoint": {"size", "root"}, "figures": [{"id", "label", "value", "unit", "text", "entries", "version", …}]}
json *reporting_json(store *s, const definitions *defs, int year, arena *a);

// One line of a trace: an entry with its case and the row it came from.
typedef struct {
    store_entry entry;
    const figure_entry *account;
    store_case case_row;
    str file;                 // name of the file, "" when not from a file
    digest sha256;
    str sheet;
    int row;
} trace_line;
// A page of the entries that make up a figure, after `part`/`after` (0, NULL = from the start). Fills *next_part and *next
// for the page after it; *more says whether there is one.
typedef struct { ptrdiff_t part; store_entry entry; bool started; } trace_cursor;
store_result reporting_trace(store *s, const definitions *defs, const figure_part *parts, ptrdiff_t part_count, trace_cursor *cursor, int limit,
                             trace_line **out, ptrdiff_t *count, arena *a, diag_list *d);

enum { REPORT_YEAR_MIN = 1949, REPORT_YEAR_MAX = 2200 };

#endif
