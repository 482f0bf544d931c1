// write.c: workbooks for people, through libxlsxwriter.
//
// The same calls give the same bytes: the only moment in the file is the day the caller names. Texts are written as
// texts, so a cell that begins with "=" is never a formula.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <xlsxwriter.h>

#include "base/utf8.h"
#include "sheet/sheet_internal.h"

enum {
    STYLES = STYLE_TOTAL + 1,
    SCALE_MAX = 9,                 // digits after the point that a number format keeps
    TEXT_UNITS_MAX = 32767,        // of one cell, in UTF-16 units: the limit of the spreadsheet programs
    NAME_UNITS_MAX = 31,           // of a sheet's name, likewise
    EXACT_DIGITS = 15,             // that a double keeps (DBL_DIG): a longer number is written as text
    WIDTH_MIN = 8, WIDTH_MAX = 60  // of a fitted column, in characters
};

struct sheet_writer {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *styles[STYLES], *dates[STYLES], *numbers[STYLES][SCALE_MAX + 1];   // made when first used
    int widths[SHEET_COLUMNS_MAX]; // widest text so far; negative: set by the caller
    int header_rows;               // rows down to the last of the first block of headings; 0: none yet
    bool failed;
};

// ---- texts ---------------------------------------------------------------------------------------------

// A NUL-terminated copy that XML can hold: what is no character becomes U+FFFD or, for control characters, a blank.
// At most `units` UTF-16 units, the last of them "…" when it was cut. NULL: out of memory.
static char *copy_text(str s, int units)
{
    static const str ellipsis = {"…", 3};
    char *out = mem_alloc((size_t)s.len * 3 + 8);
    if (!out) return NULL;
    ptrdiff_t n = 0, cut_at = 0;
    int used = 0;
    for (ptrdiff_t i = 0; i < s.len;) {
        uint32_t c = utf8_next(s, &i);
        int needs = c > 0xFFFF ? 2 : 1;
        if (used + needs > units) {
            memcpy(out + cut_at, ellipsis.data, (size_t)ellipsis.len);
            n = cut_at + ellipsis.len;
            break;
        }
        if (used + needs < units) cut_at = n + (c > 0xFFFF ? 4 : c > 0x7FF ? 3 : c > 0x7F ? 2 : 1);
        if (c < ' ' && c != '\t' && c != '\n') c = ' ';
        if (c == 0xFFFE || c == 0xFFFF) c = UTF8_INVALID;
        n += utf8_encode(c, out + n);
        used += needs;
    }
    out[n] = 0;
    return out;
}

// ---- styles --------------------------------------------------------------------------------------------

static const struct {
    bool bold, centred, bordered, wrapped;
    int size;
    lxw_color_t font, ground;      // 0: the program's own
} looks[STYLES] = {
    [STYLE_PLAIN]  = {.bordered = true, .size = 11},
    [STYLE_TITLE]  = {.bold = true, .centred = true, .size = 16},
    [STYLE_HEADER] = {.bold = true, .centred = true, .bordered = true, .wrapped = true, .size = 11, .ground = 0xE7E6E6},
    [STYLE_NOTE]   = {.size = 11, .font = 0x7F6000},
    [STYLE_BAD]    = {.wrapped = true, .size = 11, .font = 0x9C0006, .ground = 0xFFC7CE},
    [STYLE_TOTAL]  = {.bold = true, .bordered = true, .size = 11},
};

static lxw_format *new_format(sheet_writer *w, sheet_style style, const char *code)
{
    lxw_format *f = workbook_add_format(w->book);
    if (!f) {
        w->failed = true;
        return NULL;
    }
    format_set_font_name(f, "宋体");
    format_set_font_size(f, looks[style].size);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    if (looks[style].bold) format_set_bold(f);
    if (looks[style].centred) format_set_align(f, LXW_ALIGN_CENTER);
    if (looks[style].bordered) format_set_border(f, LXW_BORDER_THIN);
    if (looks[style].wrapped) format_set_text_wrap(f);
    if (looks[style].font) format_set_font_color(f, looks[style].font);
    if (looks[style].ground) format_set_bg_color(f, looks[style].ground);
    if (code) format_set_num_format(f, code);
    return f;
}

static lxw_format *plain_format(sheet_writer *w, sheet_style style)
{
    if (!w->styles[style]) w->styles[style] = new_format(w, style, NULL);
    return w->styles[style];
}

// ---- sheets --------------------------------------------------------------------------------------------

static void check(sheet_writer *w, lxw_error error)
{
    if (error != LXW_NO_ERROR) w->failed = true;
}

static void note_width(sheet_writer *w, int column, str text)
{
    if (column >= SHEET_COLUMNS_MAX || w->widths[column] < 0) return;
    str rest = text;
    int width = utf8_width(str_cut(&rest, '\n'));
    if (width > w->widths[column]) w->widths[column] = width;
}

// The first heading and the rows right below it that are headings too stay in view.
static void note_header(sheet_writer *w, int row)
{
    if (w->header_rows == 0 || row == w->header_rows) w->header_rows = row + 1;
}

static void finish_sheet(sheet_writer *w)
{
    if (!w->sheet) return;
    if (w->header_rows) worksheet_freeze_panes(w->sheet, (lxw_row_t)w->header_rows, 0);
    for (int c = 0; c < SHEET_COLUMNS_MAX; c++) {
        int width = w->widths[c] + 2;
        if (width > WIDTH_MAX) width = WIDTH_MAX;
        if (w->widths[c] > 0) check(w, worksheet_set_column(w->sheet, (lxw_col_t)c, (lxw_col_t)c, width < WIDTH_MIN ? WIDTH_MIN : width, NULL));
        w->widths[c] = 0;
    }
    w->header_rows = 0;
}

sheet_writer *sheet_writer_open(const char *path, date created)
{
    sheet_writer *w = mem_alloc(sizeof *w);
    lxw_workbook *book = w ? workbook_new(path) : NULL;
    if (!book) {
        mem_release(w);
        return NULL;
    }
    w->book = book;
    struct tm day = {.tm_year = created.year - 1900, .tm_mon = created.month - 1, .tm_mday = created.day};
    lxw_doc_properties properties = {.created = timegm(&day)};
    check(w, workbook_set_properties(book, &properties));
    return w;
}

// A name the programs accept: not empty, none of []:*?/\, no ' at its ends, and not used twice.
static bool make_name(sheet_writer *w, str name, char *out, size_t room)
{
    char *copy = copy_text(str_trim(name), NAME_UNITS_MAX);
    if (!copy) return false;
    for (char *c = copy; *c; c++)
        if (strchr("[]:*?/\\\n\t'", *c)) *c = '_';
    str base = str_from(copy[0] ? copy : "Sheet");
    snprintf(out, room, "%.*s", STR_ARG(base));
    for (int i = 2; workbook_validate_sheet_name(w->book, out) != LXW_NO_ERROR && i < 1000; i++) {
        enum { SUFFIX_UNITS = 5 };   // "(999)"
        snprintf(out, room, "%.*s(%d)", (int)utf8_offset(base, NAME_UNITS_MAX - SUFFIX_UNITS), base.data, i);
    }
    mem_release(copy);
    return true;
}

void sheet_writer_sheet(sheet_writer *w, str name)
{
    char made[4 * NAME_UNITS_MAX + 16];
    finish_sheet(w);
    lxw_worksheet *sheet = make_name(w, name, made, sizeof made) ? workbook_add_worksheet(w->book, made) : NULL;
    // Without a sheet there is nothing to write on: the caller learns of it when closing.
    if (sheet) w->sheet = sheet;
    else w->failed = true;
}

// ---- cells ---------------------------------------------------------------------------------------------

void sheet_writer_cell(sheet_writer *w, int row, int column, str text, sheet_style style)
{
    char *copy = copy_text(text, TEXT_UNITS_MAX);
    if (!copy || !w->sheet) {
        mem_release(copy);
        w->failed = true;
        return;
    }
    if (style == STYLE_HEADER) note_header(w, row);
    if (style != STYLE_TITLE && style != STYLE_NOTE) note_width(w, column, text);
    check(w, worksheet_write_string(w->sheet, (lxw_row_t)row, (lxw_col_t)column, copy, plain_format(w, style)));
    mem_release(copy);
}

void sheet_writer_number(sheet_writer *w, int row, int column, decimal x, sheet_style style)
{
    char text[DECIMAL_TEXT_MAX + 1], code[SCALE_MAX + 3] = "0.";
    int len = decimal_format(x, text), digits = 0, scale = 0;
    text[len] = 0;
    for (const char *c = text, *point = NULL; *c && *c != 'E'; c++) {
        if (*c == '.') point = c;
        else if (*c >= '0' && *c <= '9' && (digits || *c != '0')) digits++;
        if (point && c > point) scale++;
    }
    // The file format knows only doubles: what one cannot hold is better read than calculated with.
    if (digits > EXACT_DIGITS || scale > SCALE_MAX || !w->sheet) {
        sheet_writer_cell(w, row, column, (str){text, len}, style);
        return;
    }
    if (!w->numbers[style][scale]) {
        memset(code + 2, '0', (size_t)scale);
        w->numbers[style][scale] = new_format(w, style, scale ? code : NULL);   // 1.10 is shown as 1.10
    }
    note_width(w, column, (str){text, len});
    check(w, worksheet_write_number(w->sheet, (lxw_row_t)row, (lxw_col_t)column, strtod(text, NULL), w->numbers[style][scale]));
}

void sheet_writer_date(sheet_writer *w, int row, int column, date d, sheet_style style)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%04d-%02d-%02d", d.year, d.month, d.day);
    if (d.year < 1900 || d.year > 9999 || !w->sheet) {   // the serials of the file format begin and end there
        sheet_writer_cell(w, row, column, (str){text, len}, style);
        return;
    }
    if (!w->dates[style]) w->dates[style] = new_format(w, style, "yyyy-mm-dd");
    note_width(w, column, (str){text, len});
    lxw_datetime when = {.year = d.year, .month = d.month, .day = d.day};
    check(w, worksheet_write_datetime(w->sheet, (lxw_row_t)row, (lxw_col_t)column, &when, w->dates[style]));
}

void sheet_writer_merge(sheet_writer *w, int row, int first_column, int last_column, str text, sheet_style style)
{
    char *copy = last_column > first_column && w->sheet ? copy_text(text, TEXT_UNITS_MAX) : NULL;
    if (!copy) {   // a range of one cell is none for the library
        sheet_writer_cell(w, row, first_column, text, style);
        return;
    }
    if (style == STYLE_HEADER) note_header(w, row);
    check(w, worksheet_merge_range(w->sheet, (lxw_row_t)row, (lxw_col_t)first_column, (lxw_row_t)row, (lxw_col_t)last_column, copy,
                                   plain_format(w, style)));
    mem_release(copy);
}

void sheet_writer_comment(sheet_writer *w, int row, int column, str text)
{
    char *copy = copy_text(text, TEXT_UNITS_MAX);
    if (copy && w->sheet) check(w, worksheet_write_comment(w->sheet, (lxw_row_t)row, (lxw_col_t)column, copy));
    else w->failed = true;
    mem_release(copy);
}

void sheet_writer_width(sheet_writer *w, int column, int characters)
{
    if (!w->sheet) return;
    if (column < SHEET_COLUMNS_MAX) w->widths[column] = -1;
    check(w, worksheet_set_column(w->sheet, (lxw_col_t)column, (lxw_col_t)column, characters, NULL));
}

bool sheet_writer_close(sheet_writer *w)
{
    finish_sheet(w);
    bool good = workbook_close(w->book) == LXW_NO_ERROR && !w->failed;
    mem_release(w);
    return good;
}
