// What the readers of this folder share: where bytes come from, the limits, and how a place is named.
#ifndef FADU_SHEET_INTERNAL_H
#define FADU_SHEET_INTERNAL_H

#include "sheet/sheet.h"

// The limits whose real size no test can reach quickly, and the sizes of reads. Tests pass smaller ones.
typedef struct {
    int64_t rows, zip_bytes, string_bytes;
    ptrdiff_t look;     // text: bytes looked at to find the encoding and the delimiter
    ptrdiff_t chunk;    // bytes read at a time
} sheet_limits;
extern const sheet_limits sheet_limits_usual;

// sheet_open for a file that is in memory; `bytes` and `limits` must live until sheet_close.
sheet_book *sheet_open_memory(str bytes, str name, const sheet_limits *limits, diag_list *d);

// A row's text: unquoted and decoded. Bounds the window of the text reader and the row buffer of the workbook reader.
enum { SHEET_ROW_BYTES_MAX = 4 << 20 };
_Static_assert(SHEET_ROW_BYTES_MAX > 2 * SHEET_CELL_BYTES_MAX, "a row must hold a cell with its quotes doubled");

// ---- bytes ---------------------------------------------------------------------------------------------

typedef struct {
    int fd;             // -1: in memory
    str memory;
    int64_t at, size;
} byte_source;

ptrdiff_t source_read(byte_source *s, char *out, ptrdiff_t room);   // 0 at the end, -1 on trouble (errno)
void source_rewind(byte_source *s);

// ---- diagnostics ---------------------------------------------------------------------------------------

enum { CELL_NAME_MAX = 24 };
// "C12" as the spreadsheet program shows it; column counts from 0, row from 1.
str sheet_cell_name(int row, int column, char out[CELL_NAME_MAX]);
void sheet_no_memory(str file, diag_list *d);

// ---- text tables ---------------------------------------------------------------------------------------

// Decoded text from a file of unknown encoding (encoding.c).
typedef enum {
    TEXT_MORE, TEXT_END,
    TEXT_BAD_BYTE,       // not of this encoding
    TEXT_NUL,            // a NUL byte: no text file has them
    TEXT_READ_FAILED,    // errno in `error`
    TEXT_NO_CONVERTER    // the machine's iconv does not know the encoding
} text_state;
typedef struct {
    byte_source source;
    const sheet_limits *limits;
    const char *encoding;    // NULL: only ASCII so far; "UTF-8" or a name for iconv
    void *converter;         // iconv_t, NULL for UTF-8
    char *raw;               // limits->look bytes, those in [from, to) not yet decoded
    ptrdiff_t from, to;
    bool begun, drained;
    text_state state;
    int error;
    unsigned char bad;       // the byte of TEXT_BAD_BYTE
} text_source;

bool text_open(text_source *t, byte_source source, const sheet_limits *limits);   // false: out of memory
void text_close(text_source *t);                                                // the bytes remain the caller's
void text_rewind(text_source *t);
// Appends whole characters of UTF-8; 0 only when `state` is no longer TEXT_MORE. The room must be at least 8 bytes.
ptrdiff_t text_read(text_source *t, char *out, ptrdiff_t room);

typedef struct csv_reader csv_reader;
csv_reader *csv_open(byte_source source, str name, const sheet_limits *limits, diag_list *d);
void csv_close(csv_reader *c);
void csv_rewind(csv_reader *c);
bool csv_next(csv_reader *c, sheet_row *row, diag_list *d);

// CR LF and CR become LF, in place. Returns the new length.
ptrdiff_t sheet_unify_breaks(char *text, ptrdiff_t len);
// str_trim, with a quick answer for the usual cell.
str sheet_trim(str s);

// ---- workbooks -----------------------------------------------------------------------------------------

typedef struct xlsx_reader xlsx_reader;
// Made first and opened then: if the arena escapes while the package is open, the caller still has what it must close.
xlsx_reader *xlsx_new(arena *a);
bool xlsx_open(xlsx_reader *x, byte_source source, str name, const sheet_limits *limits, diag_list *d);
void xlsx_close(xlsx_reader *x);
int xlsx_count(const xlsx_reader *x);
str xlsx_name(const xlsx_reader *x, int index);
bool xlsx_hidden(const xlsx_reader *x, int index);
bool xlsx_epoch_1904(const xlsx_reader *x);
bool xlsx_rewind(xlsx_reader *x, int index, diag_list *d);
bool xlsx_next(xlsx_reader *x, sheet_row *row, diag_list *d);

// ---- serial days (serial.c) ----------------------------------------------------------------------------

// What a number format shows. A number under DATE, TIME or both is a moment; ELAPSED ([h]:mm) is an amount of time.
typedef enum { FORMAT_NUMBER = 0, FORMAT_DATE = 1, FORMAT_TIME = 2, FORMAT_DATE_TIME = 3, FORMAT_ELAPSED = 4 } number_format;
number_format format_builtin(int id);        // ECMA-376 part 1, 18.8.30
number_format format_custom(str code);

enum { MOMENT_TEXT_MAX = 32 };
// A serial as ISO text, exact to the second. False when it is no moment: negative, beyond 9999, the 29 February 1900
// that never was, or an elapsed time.
bool serial_text(str number, number_format format, bool epoch_1904, char out[MOMENT_TEXT_MAX], int *len);
// The same for sheet_read_moment: day and second of a number.
bool serial_split(str number, bool epoch_1904, int64_t *day_number, int64_t *second);   // day 0 = the epoch's day zero
bool serial_date(int64_t day_number, bool epoch_1904, date *out);

#endif
