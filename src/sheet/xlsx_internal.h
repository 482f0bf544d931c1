// Parts of an xlsx package: the zip entries, XML read piece by piece, and what the whole workbook knows.
#ifndef FADU_SHEET_XLSX_INTERNAL_H
#define FADU_SHEET_XLSX_INTERNAL_H

#include <zip.h>

#include "sheet/sheet_internal.h"

typedef struct xml_part xml_part;
typedef struct {
    zip_t *zip;
    xml_part *part;            // the one that is open: at most one at a time, so that closing the package can close it
    str name;                  // of the file
    const sheet_limits *limits;
} xlsx_package;

bool package_open(xlsx_package *p, byte_source source, str name, const sheet_limits *limits, diag_list *d);
void package_close(xlsx_package *p);   // also in the middle of reading, after an escape
bool package_has(const xlsx_package *p, const char *entry);

// ---- one XML part --------------------------------------------------------------------------------------

// The elements we understand, as a table: inside state `from`, the element `name` is in state `to`. Whatever is not in
// the table is skipped with all that is in it. Names are without prefix: the table fixes where they stand, which is
// enough to tell ours from those of the extensions, and holds for the strict and the transitional namespace.
typedef struct { int from; const char *name; int to; } xml_edge;
enum { XML_SKIPPED, XML_DOCUMENT, XML_FIRST_STATE };
enum {
    XML_DEPTH_MAX = 64,               // ECMA-376 parts nest about ten deep
    XML_TOKEN_BYTES_MAX = 1 << 20     // one tag or comment, which expat must hold as a whole; text comes in pieces
};

typedef struct {
    const xml_edge *edges;            // ends with a NULL name
    void (*begin)(void *context, int state, const char **attributes);
    void (*text)(void *context, int state, str piece);
    void (*end)(void *context, int state);
} xml_handlers;

typedef enum { PART_PAUSED, PART_ENDED, PART_FAILED } part_result;
// NULL after a diagnostic. `entry` must live as long as the part.
xml_part *part_open(xlsx_package *p, const char *entry, const xml_handlers *handlers, void *context, diag_list *d);
part_result part_run(xml_part *part, diag_list *d);   // until a handler pauses, the end, or trouble (then diagnosed)
void part_close(xml_part *part);
// For handlers. After part_fail, which follows a diag_add, no further handler is called.
void part_pause(xml_part *part);
void part_fail(xml_part *part);
diag_list *part_diags(xml_part *part);
// Reads a small part from beginning to end.
bool part_read(xlsx_package *p, const char *entry, const xml_handlers *handlers, void *context,
               xml_part **part /* for the handlers */, diag_list *d);

// Whether the bytes of the entry contain `word` (of at most 64): a quick look that saves a parse. True when in doubt.
bool part_mentions(const xlsx_package *p, const char *entry, str word);

str xml_attribute(const char **attributes, const char *name);           // "" when absent
// A number of at most 9 digits, else `fallback`.
int xml_int(str text, int fallback);

// ---- the workbook --------------------------------------------------------------------------------------

typedef struct { str name; const char *entry; bool hidden; } xlsx_sheet;
typedef struct xlsx_rows xlsx_rows;
struct xlsx_reader {
    xlsx_package package;
    arena *arena;
    xlsx_sheet *sheets;
    int count;
    bool epoch_1904;
    str *strings;              // the shared strings, trimmed
    int64_t string_count;
    buf formats;               // of each cell style its number_format, one byte each
    xlsx_rows *rows;
};

// Text of a string item: _x000D_ escapes decoded (ECMA-376 part 1, 22.9.2.19), line breaks unified. In place.
ptrdiff_t xlsx_clean_text(char *text, ptrdiff_t len);

xlsx_rows *rows_new(xlsx_reader *x);   // NULL: out of memory
void rows_close(xlsx_rows *r);
bool rows_begin(xlsx_rows *r, int index, diag_list *d);
bool rows_next(xlsx_rows *r, sheet_row *row, diag_list *d);

#endif
