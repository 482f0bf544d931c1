// Each limit of sheet.h is kept, and says so. What is too large to build here is tested with a smaller limit.
#include "sheet_files.h"

static arena a;

static const sheet_limits few_rows = {.rows = 3, .zip_bytes = 1 << 30, .string_bytes = 1 << 20, .look = 1 << 16, .chunk = 1 << 12};

static str text(const char *before, const char *piece, ptrdiff_t count, const char *behind)
{
    buf b = {.arena = &a};
    buf_add(&b, str_from(before));
    buf_add(&b, repeated(piece, count, &a));
    buf_add(&b, str_from(behind));
    buf_add_byte(&b, 0);   // for those who want a C string
    return str_slice(buf_str(&b), 0, b.len - 1);
}

static void is_refused(str bytes, const sheet_limits *limits, const char *code, const char *why)
{
    str got = rows_and_codes(bytes, limits, &a);
    str last = str_slice(got, got.len - (ptrdiff_t)strlen(code) - 2, got.len);
    tap_is_str(last, str_cstr(str_printf(&a, "!%s\n", code), &a), why);
}

static void is_read(str bytes, const char *why)
{
    tap_ok(str_find_byte(rows_and_codes(bytes, &sheet_limits_usual, &a), '!') < 0, "%s", why);
}

static void sheet_is_refused(str sheet, const sheet_limits *limits, const char *code, const char *why)
{
    // Stored, because what is repeated this often would look like a zip bomb.
    str bytes = workbook_bytes((workbook_parts){.sheet = sheet.data, .stored = true});
    is_refused(bytes, limits, code, why);
    free((char *)bytes.data);
}

static void sheet_is_read(str sheet, const char *why)
{
    str bytes = workbook_bytes((workbook_parts){.sheet = sheet.data, .stored = true});
    is_read(bytes, why);
    free((char *)bytes.data);
}

static void text_tables(void)
{
    is_read(text("", "x,", SHEET_COLUMNS_MAX - 1, "x\n"), "1,024 columns");
    is_refused(text("", "x,", SHEET_COLUMNS_MAX, "x\n"), &sheet_limits_usual, "SHEET-COLUMNS", "one column more");
    is_read(text("x", ",", 10000, "\n"), "10,000 empty columns do not count");
    is_refused(STR("a\nb\nc\nd\n"), &few_rows, "SHEET-ROWS", "more rows than allowed");
    is_read(text("", "x", SHEET_CELL_BYTES_MAX, "\n"), "a cell of 1 MiB");
    is_refused(text("", "x", SHEET_CELL_BYTES_MAX + 1, "\n"), &sheet_limits_usual, "SHEET-CELL-SIZE", "a cell of one byte more");
    is_refused(text("a,b\n\"", "x,\n", SHEET_ROW_BYTES_MAX / 2, ""), &sheet_limits_usual, "SHEET-QUOTE-OPEN", "an open quote does not swallow the file");
    str wide = text("", "x", SHEET_CELL_BYTES_MAX, ",");
    is_refused(text("", wide.data, 5, "\n"), &sheet_limits_usual, "SHEET-ROW-SIZE", "a row above 4 MiB");
}

// Far more than the window: the memory must not grow with it.
static void endless_line(void)
{
    enum { MIB = 64 };
    FILE *f = tmpfile();
    char *piece = malloc(1 << 20), path[64];
    memset(piece, 'x', 1 << 20);
    for (int i = 0; i < MIB; i++) fwrite(piece, 1, 1 << 20, f);
    fflush(f);
    free(piece);
    diag_list d = {.arena = &a};
    sheet_row row;
    snprintf(path, sizeof path, "/dev/fd/%d", fileno(f));
    sheet_book *b = sheet_open(path, STR("f"), &d);
    tap_ok(b && !sheet_next(b, &row, &d) && d.errors == 1, "a file that is one line ends in a diagnostic");
    tap_is_str(d.first->message[LANG_EN], "row 1 is longer than 4194304 bytes", "which says what is wrong");
    sheet_close(b);
    fclose(f);
}

#define BEGIN "<worksheet><sheetData>"
#define END "</sheetData></worksheet>"

static void workbooks(void)
{
    sheet_is_read(text(BEGIN "<row>", "<c><v>1</v></c>", SHEET_COLUMNS_MAX, "</row>" END), "1,024 columns");
    sheet_is_refused(text(BEGIN "<row>", "<c><v>1</v></c>", SHEET_COLUMNS_MAX + 1, "</row>" END), &sheet_limits_usual, "SHEET-COLUMNS", "one column more");
    sheet_is_read(text(BEGIN "<row><c><v>1</v></c>", "<c s='1'/>", 10000, "</row>" END), "10,000 coloured but empty columns do not count");
    sheet_is_refused(text(BEGIN, "<row><c><v>1</v></c></row>", 4, END), &few_rows, "SHEET-ROWS", "more rows than allowed");
    sheet_is_refused(str_from(BEGIN "<row r='999999999'><c><v>1</v></c></row>" END), &sheet_limits_usual, "SHEET-ROWS", "a row number beyond the limit");
    sheet_is_refused(text(BEGIN "<row><c t='str'><v>", "x", SHEET_CELL_BYTES_MAX + 1, "</v></c></row>" END), &sheet_limits_usual, "SHEET-CELL-SIZE", "a cell above 1 MiB");
    str one = text("<c t='str'><v>", "x", SHEET_CELL_BYTES_MAX, "</v></c>");
    sheet_is_refused(text(BEGIN "<row>", one.data, 5, "</row>" END), &sheet_limits_usual, "SHEET-ROW-SIZE", "a row above 4 MiB");
    sheet_is_read(text("<worksheet><mergeCells>", "<mergeCell ref='A1:B2'/>", SHEET_MERGES_MAX, "</mergeCells></worksheet>"), "100,000 merged ranges");
    sheet_is_refused(text("<worksheet><mergeCells>", "<mergeCell ref='A1:B2'/>", 1000000, "</mergeCells></worksheet>"), &sheet_limits_usual, "SHEET-MERGES", "a million merged ranges");
    sheet_is_refused(text("", "<a>", 100000, ""), &sheet_limits_usual, "SHEET-XML-DEPTH", "deep XML");
    sheet_is_refused(text("<worksheet a='", "x", (3 << 20), "'/>"), &sheet_limits_usual, "SHEET-XML-TOKEN", "an endless tag");
}

// Overlapping ranges over all columns, as no program writes them, must not take rows times ranges of work.
static void overlapping_merges(void)
{
    buf sheet = {.arena = &a};
    buf_add(&sheet, str_from(BEGIN));
    for (int i = 1; i <= 2000; i++) buf_printf(&sheet, "<row><c><v>%d</v></c></row>", i);
    buf_add(&sheet, str_from("</sheetData><mergeCells>"));
    for (int i = 0; i < 50000; i++) buf_printf(&sheet, "<mergeCell ref='A%d:XFD9999'/>", i % 2000 + 1);
    buf_add(&sheet, str_from("</mergeCells></worksheet>"));
    buf_add_byte(&sheet, 0);
    str bytes = workbook_bytes((workbook_parts){.sheet = sheet.data});
    diag_list d = {.arena = &a};
    sheet_row row = {0};
    sheet_book *b = sheet_open_memory(bytes, STR("f"), &sheet_limits_usual, &d);
    int rows = 0;
    for (bool more = sheet_rewind(b, 0, &d); more && sheet_next(b, &row, &d);) rows++;
    tap_is_int(rows, 2000, "50,000 overlapping ranges are read in bounded time");
    sheet_close(b);
    free((char *)bytes.data);
}

static void shared_strings(void)
{
    static const sheet_limits small = {.rows = 1000, .zip_bytes = 1 << 30, .string_bytes = 1000, .look = 1 << 16, .chunk = 1 << 12};
    str strings = text("<sst>", "<si><t>0123456789</t></si>", 100, "</sst>");
    str bytes = workbook_bytes((workbook_parts){.sheet = BEGIN END, .strings = strings.data});
    is_refused(bytes, &small, "SHEET-STRINGS", "more shared strings than allowed");
    free((char *)bytes.data);
    strings = text("<sst><si><t>", "x", SHEET_CELL_BYTES_MAX + 1, "</t></si></sst>");
    bytes = workbook_bytes((workbook_parts){.sheet = BEGIN END, .strings = strings.data, .stored = true});
    is_refused(bytes, &sheet_limits_usual, "SHEET-CELL-SIZE", "one shared string above 1 MiB");
    free((char *)bytes.data);
}

static void zip_files(void)
{
    str bytes = workbook_bytes((workbook_parts){.sheet = text(BEGIN, " ", 4 << 20, END).data});
    is_refused(bytes, &sheet_limits_usual, "SHEET-ZIP-RATIO", "blanks compressed a thousand times: a bomb");
    static const sheet_limits small = {.rows = 1000, .zip_bytes = 1 << 20, .string_bytes = 1 << 20, .look = 1 << 16, .chunk = 1 << 12};
    is_refused(bytes, &small, "SHEET-ZIP-SIZE", "more than allowed when unpacked");
    free((char *)bytes.data);

    zip_part *parts = arena_new(&a, SHEET_ZIP_ENTRIES_MAX + 1, zip_part);
    for (int i = 0; i <= SHEET_ZIP_ENTRIES_MAX; i++) parts[i] = (zip_part){str_cstr(str_printf(&a, "%d", i), &a), STR("x")};
    bytes = zip_bytes(parts, SHEET_ZIP_ENTRIES_MAX + 1, true);
    is_refused(bytes, &sheet_limits_usual, "SHEET-ZIP-ENTRIES", "4,097 entries");
    free((char *)bytes.data);
}

static void sheets(void)
{
    str many = text("<workbook xmlns:r='urn:r'><sheets>", "<sheet name='x' r:id='rId1'/>", SHEET_COUNT_MAX + 1, "</sheets></workbook>");
    str bytes = workbook_bytes((workbook_parts){.sheet = BEGIN END, .workbook = many.data});
    is_refused(bytes, &sheet_limits_usual, "SHEET-COUNT", "257 sheets");
    free((char *)bytes.data);
    bytes = workbook_bytes((workbook_parts){.sheet = BEGIN END, .workbook = "<workbook/>"});
    is_refused(bytes, &sheet_limits_usual, "SHEET-NONE", "no sheet");
    free((char *)bytes.data);
}

int main(void)
{
    text_tables();
    endless_line();
    workbooks();
    overlapping_merges();
    shared_strings();
    zip_files();
    sheets();
    arena_free(&a);
    return tap_done();
}
