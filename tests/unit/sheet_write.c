// What we write we can read, and the same calls give the same bytes.
#include <unistd.h>

#include "sheet_files.h"

static arena a;

static decimal number(const char *text)
{
    decimal x = {0};
    decimal_parse(str_from(text), &x);
    return x;
}

static bool write_book(const char *path)
{
    sheet_writer *w = sheet_writer_open(path, (date){2024, 3, 5});
    sheet_writer_sheet(w, STR("台账"));
    sheet_writer_merge(w, 0, 0, 3, STR("2024年台账"), STYLE_TITLE);
    sheet_writer_cell(w, 1, 0, STR("编号"), STYLE_HEADER);
    sheet_writer_cell(w, 1, 1, STR("受理日期"), STYLE_HEADER);
    sheet_writer_merge(w, 1, 2, 3, STR("金额"), STYLE_HEADER);
    sheet_writer_cell(w, 2, 0, STR("=1+1"), STYLE_PLAIN);
    sheet_writer_date(w, 2, 1, (date){2024, 3, 5}, STYLE_PLAIN);
    sheet_writer_number(w, 2, 2, number("1234.50"), STYLE_PLAIN);
    sheet_writer_number(w, 2, 3, number("12345678901234567.89"), STYLE_TOTAL);
    sheet_writer_comment(w, 2, 1, STR("按台账记载"));
    sheet_writer_cell(w, 3, 0, STR("a\x01" "b\xFF"), STYLE_BAD);
    sheet_writer_date(w, 3, 1, (date){1899, 12, 31}, STYLE_NOTE);
    sheet_writer_width(w, 0, 40);
    sheet_writer_sheet(w, STR("台账"));
    sheet_writer_cell(w, 0, 0, repeated("长", 40000, &a), STYLE_PLAIN);
    sheet_writer_sheet(w, STR("名称/很长:的[工作表]名称很长的工作表名称很长的工作表名称很长的工作表名称"));
    sheet_writer_sheet(w, STR("  "));
    return sheet_writer_close(w);
}

static str file_bytes(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *bytes = arena_new(&a, 1 << 20, char);
    size_t n = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return (str){bytes, (ptrdiff_t)n};
}

int main(void)
{
    char folder[] = "/tmp/sheet_write_XXXXXX";
    if (!mkdtemp(folder)) return 1;
    char *first = str_cstr(str_printf(&a, "%s/1.xlsx", folder), &a), *second = str_cstr(str_printf(&a, "%s/2.xlsx", folder), &a);
    tap_ok(write_book(first) && write_book(second), "two workbooks are written");
    tap_ok(str_equal(file_bytes(first), file_bytes(second)), "with the same bytes");

    diag_list d = {.arena = &a};
    buf out = {.arena = &a};
    sheet_row row = {0};
    sheet_book *b = sheet_open(first, STR("1.xlsx"), &d);
    add_rows(&out, b, 0, &d);
    tap_is_str(buf_str(&out),
               "1: T2024年台账|Tm2024年台账|Tm2024年台账|Tm2024年台账\n"
               "2: T编号|T受理日期|T金额|Tm金额\n"
               "3: T=1+1|M2024-03-05|N1234.5|T12345678901234567.89\n"
               "4: Ta b\xEF\xBF\xBD|T1899-12-31\n",
               "read again: formulas stay text, dates are dates, a number no double can hold is text, so is a day before 1900");
    tap_is_int(sheet_count(b), 4, "four sheets");
    tap_is_str(sheet_name(b, 1), "台账(2)", "a name used twice is numbered");
    tap_is_str(sheet_name(b, 2), "名称_很长_的_工作表_名称很长的工作表名称很长的工作表名称…", "a name is cut to 31 characters, and those not allowed replaced");
    tap_is_str(sheet_name(b, 3), "Sheet", "an empty name is replaced");
    tap_ok(sheet_rewind(b, 1, &d) && sheet_next(b, &row, &d) && row.cells[0].text.len == 32767 * 3, "a text is cut to what a cell can hold");
    tap_ok(str_ends(row.cells[0].text, STR("长…")), "visibly");
    tap_is_int(d.errors + d.warnings, 0, "without complaint");
    sheet_close(b);
    unlink(first);
    unlink(second);
    rmdir(folder);

    sheet_writer *w = sheet_writer_open("/nonexistent folder/x.xlsx", (date){2024, 3, 5});
    sheet_writer_sheet(w, STR("x"));
    tap_ok(!sheet_writer_close(w), "a file that cannot be written is told");
    arena_free(&a);
    return tap_done();
}
