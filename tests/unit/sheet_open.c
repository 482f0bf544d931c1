// What is not a workbook or a text table is told by what it is.
#include "sheet_files.h"

static arena a;

static const struct { str bytes; const char *code, *why; } files[] = {
    {{"", 0}, "SHEET-EMPTY", "an empty file"},
    {{"%PDF-1.7\n", 9}, "SHEET-OTHER-FILE", "a PDF document"},
    {{"{\\rtf1}", 7}, "SHEET-OTHER-FILE", "an RTF document"},
    {{"\x1F\x8B\x08", 3}, "SHEET-OTHER-FILE", "a gzip archive"},
    {{"\x89PNG\r\n", 6}, "SHEET-OTHER-FILE", "a picture"},
    {{"\r\n<html xmlns:x='x'><table>", 27}, "SHEET-HTML", "a web page, as office systems export it under the name .xls"},
    {{"\xEF\xBB\xBF<TABLE><TR>", 14}, "SHEET-HTML", "a bare table"},
    {{"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'>", 84}, "SHEET-XML-2003", "an XML spreadsheet 2003"},
    {{"<?xml version='1.0'?><a/>", 25}, "SHEET-XML-FILE", "any other XML"},
    {{"PK\3\4....", 8}, "SHEET-ZIP", "the beginning of a zip file"},
};

static str opened(str bytes)
{
    return rows_and_codes(bytes, &sheet_limits_usual, &a);
}

static void by_first_bytes(void)
{
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        tap_is_str(opened(files[i].bytes), str_cstr(str_printf(&a, "!%s\n", files[i].code), &a), files[i].why);
}

// A compound file of two sectors: header, then a directory with the entries named.
static str ole2(const char *entry)
{
    char *bytes = arena_new(&a, 1024, char);
    memcpy(bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    bytes[30] = 9;                 // sectors of 512 bytes; the directory begins in sector 0
    for (size_t i = 0; i < strlen(entry); i++) bytes[512 + 128 + 2 * i] = entry[i];
    return (str){bytes, 1024};
}

static void old_office_files(void)
{
    tap_is_str(opened(ole2("Workbook")), "!SHEET-OLD-XLS\n", "an old .xls");
    tap_is_str(opened(ole2("Book")), "!SHEET-OLD-XLS\n", "an even older one");
    tap_is_str(opened(ole2("EncryptedPackage")), "!SHEET-ENCRYPTED\n", "an encrypted workbook");
    tap_is_str(opened(ole2("WordDocument")), "!SHEET-OLE2\n", "an old Word document");
    tap_is_str(opened(str_slice(ole2("Workbook"), 0, 20)), "!SHEET-OLE2\n", "a cut off one");
}

static void other_zip_files(void)
{
    static const struct { const char *entry, *code, *why; } kinds[] = {
        {"content.xml", "SHEET-ODS", "an OpenDocument file"},
        {"xl/workbook.bin", "SHEET-XLSB", "a binary workbook"},
        {"word/document.xml", "SHEET-OTHER-FILE", "a Word document"},
        {"读我.txt", "SHEET-NOT-A-WORKBOOK", "any other zip file"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        str bytes = zip_bytes(&(zip_part){kinds[i].entry, STR("x")}, 1, false);
        tap_is_str(opened(bytes), str_cstr(str_printf(&a, "!%s\n", kinds[i].code), &a), kinds[i].why);
        free((char *)bytes.data);
    }
    // Every part that the workbook speaks of must be there.
    zip_part parts[] = {{"_rels/.rels", str_from(root_relations)}, {"xl/workbook.xml", str_from(workbook_1900)}, {"xl/_rels/workbook.xml.rels", str_from(workbook_relations)}};
    str bytes = zip_bytes(parts, 3, false);
    tap_is_str(opened(bytes), "!SHEET-PART-MISSING\n", "a workbook without its parts");
    free((char *)bytes.data);
}

static void paths(void)
{
    diag_list d = {.arena = &a};
    tap_ok(!sheet_open("tests/no such file.csv", STR("f"), &d) && d.errors == 1 && strcmp(d.last->code, "SHEET-OPEN") == 0, "a file that is not there");
    tap_ok(!sheet_open("tests", STR("f"), &d) && strcmp(d.last->code, "SHEET-NOT-A-FILE") == 0, "a folder");
    tap_ok(!sheet_open("/dev/null", STR("f"), &d) && strcmp(d.last->code, "SHEET-NOT-A-FILE") == 0, "a device");
}

// Memory that runs out in the book or in the caller's arena closes everything (a sanitizer would tell) and is reported.
static void memory_runs_out(void)
{
    str bytes = workbook_bytes((workbook_parts){.sheet = "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"});
    int reported = 0, read = 0, silent = 0;
    for (long n = 1; n < 60 && read == 0; n++) {
        arena own = {0};
        diag_list d = {.arena = &own};
        sheet_row row;
        str_copy(STR("x"), &own);   // the diagnostics have memory; the reader runs short
        mem_fail_after(n);
        sheet_book *b = sheet_open_memory(bytes, STR("f"), &sheet_limits_usual, &d);
        bool good = b && sheet_rewind(b, 0, &d) && sheet_next(b, &row, &d);
        mem_fail_after(0);
        reported += !good && d.errors > 0;
        read += good;
        sheet_close(b);
        arena_free(&own);
        silent += !good && !d.errors;
    }
    tap_ok(read == 1 && reported > 0 && silent == 0, "each of %d failing allocations is reported", reported);

    arena small = {.limit = 4096};
    static const str damaged = {"PK\3\4", 4};
    jmp_buf env;
    volatile bool escaped = false;
    diag_list d = {.arena = &small};
    if (ARENA_GUARD(&small, env)) escaped = true;
    else {
        arena_alloc(&small, small.limit - 200, 1, 1);
        for (int i = 0; i < 100; i++) sheet_open_memory(damaged, damaged, &sheet_limits_usual, &d);
    }
    tap_ok(escaped, "the caller's arena running out reaches the caller");
    arena_free(&small);
    free((char *)bytes.data);
}

int main(void)
{
    by_first_bytes();
    old_office_files();
    other_zip_files();
    paths();
    memory_runs_out();
    arena_free(&a);
    return tap_done();
}
