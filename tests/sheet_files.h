// sheet_files.h: for the tests of src/sheet: workbooks put together by hand, and rows as one text to compare with.
#ifndef FADU_TESTS_SHEET_FILES_H
#define FADU_TESTS_SHEET_FILES_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <zip.h>

#include "sheet/sheet_internal.h"
#include "tap.h"

typedef struct { const char *entry; str text; } zip_part;

// A zip file in memory, on the heap. `stored`: without compression.
static inline str zip_bytes(const zip_part *parts, int count, bool stored)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    assert(source && zip);
    zip_source_keep(source);
    for (int i = 0; i < count; i++) {
        zip_source_t *part = zip_source_buffer(zip, parts[i].text.data ? parts[i].text.data : "", (zip_uint64_t)parts[i].text.len, 0);
        zip_int64_t at = zip_file_add(zip, parts[i].entry, part, ZIP_FL_OVERWRITE | ZIP_FL_ENC_UTF_8);
        assert(at >= 0);
        if (stored) zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
        zip_file_set_mtime(zip, (zip_uint64_t)at, 0, 0);
    }
    int closed = zip_close(zip);
    zip_stat_t status;
    int opened = zip_source_stat(source, &status) | zip_source_open(source);
    assert(closed == 0 && opened == 0);
    char *bytes = malloc(status.size + 1);
    zip_int64_t n = zip_source_read(source, bytes, status.size);
    assert(n == (zip_int64_t)status.size);
    zip_source_close(source);
    zip_source_free(source);
    zip_error_fini(&error);
    return (str){bytes, (ptrdiff_t)n};
}

#define OFFICE_RELATIONS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define MAIN_NAMESPACE "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

static const char root_relations[] =
    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    "<Relationship Id='rId1' Type='" OFFICE_RELATIONS "/officeDocument' Target='xl/workbook.xml'/></Relationships>";
static const char workbook_relations[] =
    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    "<Relationship Id='rId1' Type='" OFFICE_RELATIONS "/worksheet' Target='worksheets/sheet1.xml'/>"
    "<Relationship Id='rId2' Type='" OFFICE_RELATIONS "/sharedStrings' Target='sharedStrings.xml'/>"
    "<Relationship Id='rId3' Type='" OFFICE_RELATIONS "/styles' Target='/xl/styles.xml'/></Relationships>";
static const char workbook_1900[] =
    "<workbook xmlns='" MAIN_NAMESPACE "' xmlns:r='" OFFICE_RELATIONS "'><sheets><sheet name='台账' sheetId='1' r:id='rId1'/></sheets></workbook>";

// The usual parts around one sheet. NULL: the part's smallest form.
typedef struct { const char *sheet, *strings, *styles, *workbook, *relations; bool stored; } workbook_parts;

static inline str workbook_bytes(workbook_parts w)
{
    zip_part parts[] = {
        {"_rels/.rels", str_from(root_relations)},
        {"xl/workbook.xml", str_from(w.workbook ? w.workbook : workbook_1900)},
        {"xl/_rels/workbook.xml.rels", str_from(w.relations ? w.relations : workbook_relations)},
        {"xl/worksheets/sheet1.xml", str_from(w.sheet)},
        {"xl/sharedStrings.xml", str_from(w.strings ? w.strings : "<sst/>")},
        {"xl/styles.xml", str_from(w.styles ? w.styles : "<styleSheet/>")},
    };
    return zip_bytes(parts, sizeof parts / sizeof *parts, w.stored);
}

// All rows of a sheet: "1: T甲|N5|-|Mm2024-03-05\n"; the letters are - T N M B E, a small m says merged.
static inline void add_rows(buf *out, sheet_book *b, int index, diag_list *d)
{
    sheet_row row;
    if (!sheet_rewind(b, index, d)) return;
    while (sheet_next(b, &row, d)) {
        buf_printf(out, "%d:", row.number);
        for (ptrdiff_t i = 0; i < row.count; i++)
            buf_printf(out, "%s%c%s%.*s", i ? "|" : " ", "-TNMBE"[row.cells[i].kind], row.cells[i].merged ? "m" : "", STR_ARG(row.cells[i].text));
        buf_add_byte(out, '\n');
    }
}

// The rows of the first sheet, then the codes of all diagnostics, each "!CODE\n".
static inline str rows_and_codes(str bytes, const sheet_limits *limits, arena *a)
{
    diag_list d = {.arena = a};
    buf out = {.arena = a};
    sheet_book *b = sheet_open_memory(bytes, STR("f"), limits, &d);
    if (b) add_rows(&out, b, 0, &d);
    sheet_close(b);
    for (const diag *g = d.first; g; g = g->next) buf_printf(&out, "!%s\n", g->code);
    return buf_str(&out);
}

static inline str rows_of(const char *text, arena *a)
{
    return rows_and_codes(str_from(text), &sheet_limits_usual, a);
}

// The message of the first diagnostic.
static inline str first_message(str bytes, const sheet_limits *limits, language lang, arena *a)
{
    diag_list d = {.arena = a};
    buf out = {.arena = a};
    sheet_book *b = sheet_open_memory(bytes, STR("f"), limits, &d);
    if (b) add_rows(&out, b, 0, &d);
    sheet_close(b);
    return d.first ? d.first->message[lang] : STR("");
}

// A text of `count` times the same piece.
static inline str repeated(const char *piece, ptrdiff_t count, arena *a)
{
    ptrdiff_t len = (ptrdiff_t)strlen(piece);
    char *text = arena_new(a, len * count + 1, char);
    for (ptrdiff_t i = 0; i < count; i++) memcpy(text + i * len, piece, (size_t)len);
    return (str){text, len * count};
}

#endif
