// sheet.h: the spreadsheets that offices keep: workbooks (.xlsx) and text tables (.csv), read row by row.
//
// What stands in a file, without yet knowing what it means: sheets, rows, cells as text with their kind. Titles,
// headings and subtotals are the business of the import (service/import.h). Reads streams: memory does not grow
// with the number of rows. Everything about a file that can be wrong is a diagnostic with file, sheet, row and column.
//
// .xlsx: libzip + expat over workbook.xml, its rels, sharedStrings.xml, styles.xml and the sheets (ECMA-376 part 1).
// .csv: RFC 4180 with the habits of spreadsheet programs: comma, semicolon or tab (found by looking), UTF-8 with or
// without BOM, or GB18030 (found by looking: valid UTF-8 wins), CR, LF or CRLF.
#ifndef FADU_SHEET_SHEET_H
#define FADU_SHEET_SHEET_H

#include "base/decimal.h"
#include "base/diag.h"
#include "calendar/date.h"

typedef enum {
    CELL_EMPTY, CELL_TEXT,
    CELL_NUMBER,      // text is the number as the file writes it, not a rounded double
    CELL_MOMENT,      // a number under a date format: text is ISO ("2024-03-05", "2024-03-05T08:30:00", "08:30:00")
    CELL_BOOLEAN,     // "true" / "false"
    CELL_ERROR        // "#N/A", "#REF!" …: a formula that failed
} cell_kind;

typedef struct {
    cell_kind kind;
    str text;         // trimmed of white space at both ends; inner line breaks are kept as \n
    bool merged;      // repeated from the top-left cell of a merged range
} cell;

typedef struct {
    int number;       // 1-based, as the spreadsheet program shows it (for .csv: the row's number, not the line's)
    int line;         // .csv: the line of the file on which the row begins; .xlsx: 0
    ptrdiff_t count;
    cell *cells;      // column 0 first; trailing empty cells are left out
} sheet_row;

// Limits, each with its reason; each has a test.
enum {
    SHEET_COLUMNS_MAX = 1024,         // a ledger has dozens; wider is a mistake or an attack
    SHEET_ROWS_MAX = 20000000,        // rows of one file
    SHEET_CELL_BYTES_MAX = 1 << 20,   // one cell; a spreadsheet program stops at 32,767 characters
    SHEET_COUNT_MAX = 256,            // sheets in one workbook
    SHEET_ZIP_ENTRIES_MAX = 4096,
    SHEET_ZIP_RATIO_MAX = 200,        // uncompressed : compressed of one entry, once it exceeds 1 MiB
    SHEET_MERGES_MAX = 100000
};
#define SHEET_ZIP_BYTES_MAX ((int64_t)4 << 30)        // uncompressed, all entries together
#define SHEET_STRINGS_BYTES_MAX ((int64_t)512 << 20)  // the shared strings are held in memory

typedef struct sheet_book sheet_book;     // heap: open … close

// Opens a file by its content, not by its name. `name` is what diagnostics call it. NULL and SHEET-… diagnostics on
// trouble (not a workbook, encrypted, old .xls, truncated, zip bomb, no permission).
sheet_book *sheet_open(const char *path, str name, diag_list *d);
void sheet_close(sheet_book *b);
int sheet_count(const sheet_book *b);                 // .csv: 1
str sheet_name(const sheet_book *b, int index);       // .csv: ""
bool sheet_hidden(const sheet_book *b, int index);

// Rows of one sheet from the first to the last; rows without any content are skipped (their numbers are not).
// Starts over at each call of sheet_rewind. sheet_next returns false at the end and after an error (then d->errors grew).
// The row and its texts live until the next call. Returns what could be read before an error.
bool sheet_rewind(sheet_book *b, int index, diag_list *d);
bool sheet_next(sheet_book *b, sheet_row *row, diag_list *d);

// ---- meaning of single cells ---------------------------------------------------------------------------

// Dates as offices write them: 2024年3月5日, 2024.3.5, 2024/3/5, 2024-03-05, 20240305, 2024年3月5日8时30分, 2024/3/5 8:30:00,
// 3/5/2024 and 03/05/2024 11:11:26 AM when `month_first`, full-width digits, Chinese digits (二〇二四年三月五日), ISO with T, and
// Excel serials of either epoch where the cell is a plain number (`epoch_1904`). Two-digit years are refused: a
// guessed century is worse than an error. *has_time says whether a time of day was there. False if it is none of these.
typedef struct { date day; int32_t second_of_day; bool has_time; } sheet_moment;
bool sheet_read_moment(cell c, bool month_first, bool epoch_1904, sheet_moment *out);
bool sheet_epoch_1904(const sheet_book *b);

// Numbers as offices write them: 1,234.5, １２３, 12%, 5.7万, 3亿, ￥1,200.00, 15件 (a unit of Han characters behind), （3） for -3.
bool sheet_read_number(cell c, decimal *out);
// Text with full-width ASCII made narrow, runs of white space made one blank: for comparing headings and codes.
str sheet_fold(str text, arena *a);

// ---- writing (libxlsxwriter) --------------------------------------------------------------------------

// A workbook for people: header bold and frozen, column widths fitted, dates as text. Deterministic bytes.
typedef struct sheet_writer sheet_writer;
typedef enum { STYLE_PLAIN, STYLE_TITLE, STYLE_HEADER, STYLE_NOTE, STYLE_BAD, STYLE_TOTAL } sheet_style;
sheet_writer *sheet_writer_open(const char *path, date created);                  // NULL: out of memory
void sheet_writer_sheet(sheet_writer *w, str name);                              // starts a new sheet
void sheet_writer_cell(sheet_writer *w, int row, int column, str text, sheet_style style);      // 0-based; text cell
void sheet_writer_number(sheet_writer *w, int row, int column, decimal x, sheet_style style);
void sheet_writer_date(sheet_writer *w, int row, int column, date d, sheet_style style);       // a real date cell
void sheet_writer_merge(sheet_writer *w, int row, int first_column, int last_column, str text, sheet_style style);
void sheet_writer_comment(sheet_writer *w, int row, int column, str text);        // a note on the cell
void sheet_writer_width(sheet_writer *w, int column, int characters);
bool sheet_writer_close(sheet_writer *w);                                         // false: could not be written

#endif
