// Any bytes as the parts of a workbook. The input is the sheet, the shared strings, the styles, the workbook and its
// relations, divided by NUL bytes; what is missing is taken from a good workbook. Fuzzing the zip bytes themselves would
// stop at the checksums; input that begins with "PK" is tried as such a file nevertheless.
#include <assert.h>
#include <stdlib.h>
#include <zip.h>

#include "base/utf8.h"
#include "sheet/sheet_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RELATION(id, type, target) "<Relationship Id='" id "' Type='x/" type "' Target='" target "'/>"
enum { FUZZED = 5, PARTS = 6 };
static const struct { const char *entry; str text; } parts[PARTS] = {
    {"xl/s.xml", {"<worksheet><sheetData><row><c t='s'><v>0</v></c></row></sheetData></worksheet>", 76}},
    {"xl/t.xml", {"<sst><si><t>x</t></si></sst>", 28}},
    {"xl/y.xml", {"<styleSheet/>", 13}},
    {"xl/w.xml", {"<workbook><sheets><sheet name='n' r:id='a'/></sheets></workbook>", 64}},
    {"xl/_rels/w.xml.rels", {NULL, 0}},
    {"_rels/.rels", {NULL, 0}},
};
static const char workbook_relations[] = "<Relationships>" RELATION("a", "worksheet", "s.xml") RELATION("b", "sharedStrings", "t.xml")
                                         RELATION("c", "styles", "y.xml") "</Relationships>";
static const char root_relations[] = "<Relationships>" RELATION("a", "officeDocument", "xl/w.xml") "</Relationships>";

static str make_zip(str input)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    assert(zip);
    zip_source_keep(source);
    for (int i = 0; i < PARTS; i++) {
        str text = parts[i].text;
        if (i == 4) text = str_from(workbook_relations);
        if (i == 5) text = str_from(root_relations);
        if (i < FUZZED && input.data && input.len) {
            str piece = str_cut(&input, 0);
            if (piece.len) text = piece;
        }
        zip_int64_t at = zip_file_add(zip, parts[i].entry, zip_source_buffer(zip, text.data, (zip_uint64_t)text.len, 0), 0);
        assert(at >= 0);
        zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
    }
    int closed = zip_close(zip);
    zip_stat_t status;
    int opened = zip_source_stat(source, &status) | zip_source_open(source);
    assert(closed == 0 && opened == 0);
    char *bytes = malloc(status.size);
    zip_source_read(source, bytes, status.size);
    zip_source_close(source);
    zip_source_free(source);
    zip_error_fini(&error);
    return (str){bytes, (ptrdiff_t)status.size};
}

static void check_sheet(sheet_book *b, int index, diag_list *d)
{
    int before = 0, errors = d->errors;
    sheet_row row;
    if (!sheet_rewind(b, index, d)) {
        assert(d->errors > errors);
        return;
    }
    for (; sheet_next(b, &row, d); before = row.number) {
        assert(row.number > before && row.number <= SHEET_ROWS_MAX && row.count > 0 && row.count <= SHEET_COLUMNS_MAX);
        for (ptrdiff_t i = 0; i < row.count; i++) {
            str text = row.cells[i].text;
            assert((row.cells[i].kind == CELL_EMPTY) == (text.len == 0) && text.len <= SHEET_CELL_BYTES_MAX);
            assert(utf8_invalid_at(text) < 0 && str_equal(text, str_trim(text)));
            sheet_moment m;
            if (row.cells[i].kind == CELL_MOMENT && text.len != 8) assert(sheet_read_moment(row.cells[i], false, false, &m));   // 8: hh:mm:ss
        }
    }
    assert(!sheet_next(b, &row, d));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const sheet_limits limits = {.rows = SHEET_ROWS_MAX, .zip_bytes = 1 << 24, .string_bytes = 1 << 20, .look = 1 << 12, .chunk = 1 << 10};
    str input = {(const char *)data, (ptrdiff_t)size};
    str bytes = str_starts(input, STR("PK")) ? input : make_zip(input);
    arena a = {0};
    diag_list d = {.arena = &a};
    sheet_book *b = sheet_open_memory(bytes, STR("f"), &limits, &d);
    if (!b) assert(d.errors > 0);
    for (int i = 0; b && i < sheet_count(b) && i < 3; i++) check_sheet(b, i, &d);
    sheet_close(b);
    arena_free(&a);
    if (bytes.data != input.data) free((char *)bytes.data);
    return 0;
}
