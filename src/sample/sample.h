// sample.h: the demonstration district's ledgers, made from specifications (docs/formats/sample.md).
//
// Everything is synthetic and deterministic: a value depends only on the specification and on where it stands. No total
// is known here: a figure is what the rows add up to.
#ifndef FADU_SAMPLE_SAMPLE_H
#define FADU_SAMPLE_SAMPLE_H

#include "base/diag.h"
#include "calendar/calendar.h"
#include "feel/feel.h"

typedef enum { STYLE_DATE_CELL, STYLE_ISO, STYLE_CN, STYLE_DOT, STYLE_SLASH, STYLE_MIXED } date_style;

typedef struct sample_maker sample_maker;
typedef struct {
    str heading, group, field;
    sample_maker *make;
    date_style style;
    int order;                    // makers run in this order
} sample_column;

typedef struct {
    int year;                     // 0 = none
    int month;                    // 1..12; 0 = none
    int n;                        // number of the row within its year, from 1
    int row;                      // number within the sheet, from 1
    feel_value *values;           // one per column
} sample_row;

typedef struct sample_block sample_block;
typedef struct {
    str form, name, title, note;
    sample_column *columns;
    ptrdiff_t column_count;
    sample_block *blocks;
    ptrdiff_t block_count;
    bool subtotal_months, subtotal_years, sorted;
    feel_scope scope;             // the columns' fields, then n, year, month, item, i
} sample_sheet;

typedef struct {
    str procedure, workbook;
    sample_sheet *sheets;
    ptrdiff_t sheet_count;
    const json *lists, *shared;   // named lists of this file, and of all
} sample_spec;

// Reads a specification. NULL and SAMPLE-…, FEEL-… diagnostics on trouble. `shared` may be NULL.
sample_spec *sample_load(str text, str file, const json *shared, arena *a, diag_list *d);
// The rows of one sheet in the order in which they stand.
sample_row *sample_rows(const sample_spec *s, const sample_sheet *sheet, const calendar *cal, ptrdiff_t *count, arena *a, diag_list *d);
// Writes the workbook. False when the file could not be written (errno) or diagnostics were added.
bool sample_write(const sample_spec *s, const calendar *cal, const char *path, arena *a, diag_list *d);

#endif
