// Workbooks: what other programs write, put together by hand where ours would not write it.
#include "sheet_files.h"

static arena a;

#define STYLES "<styleSheet><numFmts>" \
    "<numFmt numFmtId='164' formatCode='yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@'/>" \
    "<numFmt numFmtId='165' formatCode='[$-804]上午/下午h&quot;时&quot;mm&quot;分&quot;'/>" \
    "<numFmt numFmtId='166' formatCode='[h]:mm'/><numFmt numFmtId='167' formatCode='0.00&quot;元/day&quot;'/></numFmts>" \
    "<cellStyleXfs><xf numFmtId='22'/></cellStyleXfs>" \
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='22'/><xf numFmtId='164'/><xf numFmtId='165'/><xf numFmtId='166'/><xf numFmtId='167'/></cellXfs></styleSheet>"
#define STRINGS "<sst count='9' uniqueCount='4'><si><t>编号</t></si><si><t xml:space='preserve'> 供水 </t></si>" \
    "<si><r><rPr><b/></rPr><t>红</t></r><r><t>山县</t></r><rPh sb='0' eb='2'><t>ホンシャン</t></rPh></si>" \
    "<si><t>一_x000D_\n二_x005F_x0041_</t></si></sst>"
#define SHEET(rows) "<worksheet xmlns='" MAIN_NAMESPACE "'><sheetData>" rows "</sheetData></worksheet>"

static const struct { const char *sheet, *rows, *why; } sheets[] = {
    {SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>"), "1: T编号|T供水\n", "shared strings, trimmed"},
    {SHEET("<row r='1'><c r='A1' t='s'><v>2</v></c></row>"), "1: T红山县\n", "formatted runs are one text, readings of names are not part of it"},
    {SHEET("<row r='1'><c r='A1' t='s'><v>3</v></c></row>"), "1: T一\n二_x0041_\n", "escaped characters"},
    {SHEET("<row r='1'><c t='inlineStr'><is><t>甲</t></is></c><c t='inlineStr'><is><r><t>乙</t></r><r><t>丙</t></r></is></c></row>"), "1: T甲|T乙丙\n", "inline strings"},
    {SHEET("<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>"), "1: N1|N2\n3: N3\n", "rows and cells that do not say where they stand"},
    {SHEET("<row r='3'><c r='C3'><v>1</v></c><c><v>2</v></c></row>"), "3: -|-|N1|N2\n", "gaps"},
    {SHEET("<row r='1'><c r='A1'><v>0.10000000000000001</v></c><c r='B1'><v>1E+3</v></c></row>"), "1: N0.10000000000000001|N1E+3\n", "numbers as the file writes them"},
    {SHEET("<row r='1'><c r='A1' t='b'><v>1</v></c><c r='B1' t='b'><v>0</v></c><c r='C1' t='e'><v>#N/A</v></c></row>"), "1: Btrue|Bfalse|E#N/A\n", "booleans and errors"},
    {SHEET("<row r='1'><c r='A1'><f>1+1</f><v>2</v></c><c r='B1' t='str'><f>A1</f><v>二</v></c></row>"), "1: N2|T二\n", "formulas by their last value"},
    {SHEET("<row r='1'><c r='A1'><v>1</v></c><c r='B1'><f>1+1</f></c></row>"), "1: N1\n!SHEET-FORMULA\n", "a formula without one is named"},
    {SHEET("<row r='1'><c r='A1' t='str'><f>A2</f><v></v></c><c r='B1'><v>1</v></c></row>"), "1: -|N1\n", "unless its value is the empty text"},
    {SHEET("<row r='1'><c r='A1' s='1'><v>45356</v></c><c r='B1' s='3'><v>45356</v></c><c r='C1' s='2'><v>45356.354166666664</v></c></row>"),
     "1: M2024-03-05|M2024-03-05|M2024-03-05T08:30:00\n", "dates in built-in and Chinese formats"},
    {SHEET("<row r='1'><c r='A1' s='4'><v>0.35416666666666669</v></c><c r='B1' s='5'><v>1.125</v></c><c r='C1' s='6'><v>45356</v></c></row>"),
     "1: M08:30:00|N1.125|N45356\n", "a time of day; an amount of time and a price are numbers"},
    {SHEET("<row r='1'><c r='A1' s='1'><v>60</v></c><c r='B1' s='1'><v>-1</v></c><c r='C1' s='99'><v>5</v></c></row>"), "1: N60|N-1|N5\n", "what is no date stays a number"},
    {SHEET("<row r='1'><c r='A1' t='d'><v>2024-03-05T08:30:00.000</v></c></row>"), "1: M2024-03-05T08:30:00\n", "a date as text, in strict files"},
    {"<x:worksheet xmlns:x='urn:x'><x:sheetData><x:row r='1'><x:c r='A1'><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>", "1: N1\n", "any prefix"},
    {"<worksheet><extLst><ext><sheetData><row><c><v>9</v></c></row></sheetData></ext></extLst><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>", "1: N1\n",
     "extensions are skipped whole"},
    {SHEET("<row r='1'><c r='A1' t='s'><v>4</v></c></row>"), "!SHEET-STRING-INDEX\n", "a string that is not there"},
    {SHEET("<row r='2'><c><v>1</v></c></row><row r='1'><c><v>1</v></c></row>"), "2: N1\n!SHEET-ROW-ORDER\n", "rows that go back"},
    {SHEET("<row r='1'><c><v>1</v></c></row><row r='2'><c>"), "1: N1\n!SHEET-XML\n", "what was read before an error is given"},
    {"<!DOCTYPE x [<!ENTITY a 'b'>]>" SHEET("<row><c><v>1</v></c></row>"), "!SHEET-XML-DOCTYPE\n", "a DOCTYPE is refused"},
    {"<worksheet><sheetData><row r='1'><c r='A1'><v>7</v></c><c r='D1'><v>8</v></c></row><row r='2'><c r='C2'><v>9</v></c></row><row r='3'><c r='B3' s='1'/></row></sheetData>"
     "<mergeCells><mergeCell ref='A1:B3'/><mergeCell ref='E1:F1'/></mergeCells></worksheet>",
     "1: N7|Nm7|-|N8\n2: Nm7|Nm7|N9\n", "merged ranges repeat their top-left cell, but make no rows of their own"},
};

static void rows_as_text(void)
{
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
        str bytes = workbook_bytes((workbook_parts){.sheet = sheets[i].sheet, .strings = STRINGS, .styles = STYLES});
        tap_is_str(rows_and_codes(bytes, &sheet_limits_usual, &a), sheets[i].rows, sheets[i].why);
        free((char *)bytes.data);
    }
}

static void title_over_the_whole_width(void)
{
    str bytes = workbook_bytes((workbook_parts){.sheet = "<worksheet><sheetData><row r='1'><c r='A1'><v>7</v></c></row></sheetData>"
                                                         "<mergeCells><mergeCell ref='A1:XFD1'/></mergeCells></worksheet>"});
    diag_list d = {.arena = &a};
    sheet_row row = {0};
    sheet_book *b = sheet_open_memory(bytes, STR("f"), &sheet_limits_usual, &d);
    tap_ok(sheet_rewind(b, 0, &d) && sheet_next(b, &row, &d) && row.count == SHEET_COLUMNS_MAX, "a title merged over all columns of the sheet is no error");
    sheet_close(b);
    free((char *)bytes.data);
}

static void sheets_of_a_workbook(void)
{
    static const char workbook[] =
        "<workbook xmlns:r='" OFFICE_RELATIONS "'><workbookPr date1904='1'/><sheets><sheet name='图' r:id='rId9'/>"
        "<sheet name='二月' state='hidden' r:id='rId1'/><sheet name='三月' state='veryHidden' r:id='rId1'/></sheets></workbook>";
    static const char relations[] =
        "<Relationships><Relationship Id='rId9' Type='" OFFICE_RELATIONS "/chartsheet' Target='chartsheets/sheet1.xml'/>"
        "<Relationship Id='rId1' Type='http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet' Target='./../xl/worksheets/SHEET1.xml'/>"
        "<Relationship Id='rId3' Type='" OFFICE_RELATIONS "/styles' Target='/xl/styles.xml'/></Relationships>";
    str bytes = workbook_bytes((workbook_parts){.workbook = workbook, .relations = relations, .styles = STYLES, .sheet = SHEET("<row><c s='1'><v>43894</v></c></row>")});
    diag_list d = {.arena = &a};
    buf out = {.arena = &a};
    sheet_book *b = sheet_open_memory(bytes, STR("f"), &sheet_limits_usual, &d);
    tap_is_int(sheet_count(b), 2, "a chart sheet is none of ours");
    tap_is_str(sheet_name(b, 0), "二月", "sheets have names");
    tap_ok(sheet_hidden(b, 0) && sheet_hidden(b, 1), "hidden and very hidden sheets are told");
    tap_ok(sheet_epoch_1904(b), "the epoch is the workbook's");
    add_rows(&out, b, 0, &d);
    add_rows(&out, b, 1, &d);
    tap_is_str(buf_str(&out), "1: M2024-03-05\n1: M2024-03-05\n", "1904 serials; targets with dots and other case; sheets in any order and again");
    sheet_close(b);
    free((char *)bytes.data);
}

static void places_of_errors(void)
{
    str bytes = workbook_bytes((workbook_parts){.sheet = SHEET("<row r='12'><c r='AB12' t='s'><v>4</v></c></row>")});
    diag_list d = {.arena = &a};
    buf out = {.arena = &a};
    sheet_book *b = sheet_open_memory(bytes, STR("台账.xlsx"), &sheet_limits_usual, &d);
    add_rows(&out, b, 0, &d);
    sheet_close(b);
    tap_is_str(d.first->at.file, "台账.xlsx", "an error names the file");
    tap_is_str(d.first->at.element, "台账!AB12", "the sheet and the cell");
    tap_is_str(d.first->message[LANG_ZH], "第 12 行第 28 列：所引用的共享字符串不存在（共 0 项）", "and says it in words");
    free((char *)bytes.data);
}

// A file that was cut off anywhere is refused with a diagnostic. The first three bytes alone could be a text.
static void every_prefix(void)
{
    str whole = workbook_bytes((workbook_parts){.sheet = SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c></row>"), .strings = STRINGS, .styles = STYLES});
    bool explained = true;
    for (ptrdiff_t n = 0; n < whole.len; n++) {
        arena_position p = arena_mark(&a);
        char *prefix = malloc((size_t)n + 1);   // of its own, so that a sanitizer sees every step beyond
        memcpy(prefix, whole.data, (size_t)n);
        str got = rows_and_codes((str){prefix, n}, &sheet_limits_usual, &a);
        if ((n == 0 || n > 3) && str_find_byte(got, '!') < 0) explained = false;
        free(prefix);
        arena_rewind(&a, p);
    }
    tap_ok(explained, "all %td prefixes of a workbook are refused with a reason", whole.len);
    free((char *)whole.data);
}

// A byte changed anywhere never crashes; what the checksums cover is noticed.
static void every_byte(void)
{
    str whole = workbook_bytes((workbook_parts){.sheet = SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c></row>"), .strings = STRINGS, .styles = STYLES});
    char *changed = malloc((size_t)whole.len);
    bool told = true;
    for (ptrdiff_t n = 0; n < whole.len; n++) {
        arena_position p = arena_mark(&a);
        memcpy(changed, whole.data, (size_t)whole.len);
        changed[n] ^= 0x21;
        str got = rows_and_codes((str){changed, whole.len}, &sheet_limits_usual, &a);
        if (got.len == 0) told = false;
        arena_rewind(&a, p);
    }
    tap_ok(told, "with any of %td bytes changed, there are rows or a reason", whole.len);
    free(changed);
    free((char *)whole.data);
}

int main(void)
{
    rows_as_text();
    title_over_the_whole_width();
    sheets_of_a_workbook();
    places_of_errors();
    every_prefix();
    every_byte();
    arena_free(&a);
    return tap_done();
}
