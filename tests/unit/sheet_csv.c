// Text tables as they come from spreadsheet programs.
#include "sheet_files.h"

static arena a;

static const struct { const char *text, *rows, *why; } tables[] = {
    {"编号,事项\n1,供水\n", "1: T编号|T事项\n2: T1|T供水\n", "commas, LF"},
    {"编号;事项\r\n1;供水\r\n", "1: T编号|T事项\n2: T1|T供水\n", "semicolons, CRLF"},
    {"编号\t事项\r1\t供水\r", "1: T编号|T事项\n2: T1|T供水\n", "tabs, CR"},
    {"a,b\n1,2", "1: Ta|Tb\n2: T1|T2\n", "no line end behind the last row"},
    {"\xEF\xBB\xBF" "a,b\n", "1: Ta|Tb\n", "a byte order mark is no text"},
    {"\xB1\xE0\xBA\xC5,\xCA\xC2\xCF\xEE\n", "1: T编号|T事项\n", "GB18030 is found by looking"},
    {"\x81\x30\x81\x34,b\n", "1: T\xC2\x84|Tb\n", "GB18030's four-byte characters"},
    {"a\n\n , ,\nb,\n", "1: Ta\n4: Tb\n", "empty rows are skipped but counted, trailing empty cells left out"},
    {"　甲 ,\xC2\xA0乙\n", "1: T甲|T乙\n", "white space of all kinds is trimmed"},
    {"\"a,b\",\"c\"\"d\"\n", "1: Ta,b|Tc\"d\n", "quoted delimiter, doubled quotes"},
    {"\"第一行\r\n第二行\",x\n", "1: T第一行\n第二行|Tx\n", "a line end inside quotes becomes LF"},
    {"\"a\rb\",x\n", "1: Ta\nb|Tx\n", "so does a lone CR"},
    {"5\" 管,x\n", "1: T5\" 管|Tx\n", "a quote inside a cell is only a character"},
    {"\"a\"b,c\n", "1: Tab|Tc\n!SHEET-QUOTE\n", "text behind the closing quote is kept, with a warning"},
    {"a,\"b\nc,d\n", "!SHEET-QUOTE-OPEN\n", "a quote without its end"},
    {"a,\"\"\n\"\",\"\"\nb\n", "1: Ta\n3: Tb\n", "quoted nothing is nothing"},
    {"=\"00123\",\"=\"\"7\"\"\"\n", "1: T00123|T7\n", "codes that were kept from becoming numbers"},
    {"sep=;\na,b;c\n", "2: Ta,b|Tc\n", "Excel's own announcement of the delimiter"},
    {"2024年台账，共三件\n编号;名称\n1;甲,乙\n2;丙\n3;丁\n", "1: T2024年台账，共三件\n2: T编号|T名称\n3: T1|T甲,乙\n4: T2|T丙\n5: T3|T丁\n",
     "the delimiter on which most rows agree, not the one of one cell"},
    {"只有一列\n甲\n", "1: T只有一列\n2: T甲\n", "one column"},
    {"a,b\n1,\xE4\xB8\n2,中文文字说明编号名称单位日期金额备注中文文字说明\n", "1: Ta|Tb\n!SHEET-ENCODING\n", "one damaged byte does not make GB18030 of UTF-8"},
    {"\xB1\xE0\xBA\xC5,\xFF\xFF\n", "!SHEET-ENCODING\n", "neither UTF-8 nor GB18030"},
};

static void rows_as_text(void)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        tap_is_str(rows_of(tables[i].text, &a), tables[i].rows, tables[i].why);
    str utf16 = {"\xFF\xFE" "a\0\t\0\x2D\x4E\n\0", 10};
    tap_is_str(rows_and_codes(utf16, &sheet_limits_usual, &a), "1: Ta|T中\n", "UTF-16 with its mark: Excel's “Unicode text”");
    str nul = {"a,b\n1,x\0y\n", 10};
    tap_is_str(rows_and_codes(nul, &sheet_limits_usual, &a), "1: Ta|Tb\n!SHEET-NUL\n", "a NUL byte ends the table");
}

// Reading a few bytes at a time must give the same rows as reading all at once.
static void small_reads(void)
{
    static const sheet_limits small = {.rows = 1000, .look = 8, .chunk = 8};
    bool same = true;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        // What is decided by looking ahead cannot be seen in eight bytes.
        if (strstr(tables[i].text, "\t") || strstr(tables[i].text, ";") || strstr(tables[i].why, "damaged")) continue;
        str got = rows_and_codes(str_from(tables[i].text), &small, &a);
        if (str_equal(got, str_from(tables[i].rows))) continue;
        same = false;
        printf("# %s: %.*s\n", tables[i].why, STR_ARG(got));
    }
    tap_ok(same, "rows do not depend on the size of the reads");
}

static void encoding_found_late(void)
{
    buf text = {.arena = &a};
    buf_add(&text, repeated("plain,ascii\n", 200000, &a));
    buf_add(&text, STR("\xB1\xE0\xBA\xC5,x\n"));
    str rows = rows_and_codes(buf_str(&text), &sheet_limits_usual, &a);
    tap_ok(str_ends(rows, STR("200001: T编号|Tx\n")), "the first Chinese row behind two megabytes of ASCII decides the encoding");

    text.len = 0;
    buf_add(&text, repeated("编号,事项\n", 100000, &a));
    buf_add(&text, STR("好,坏\xFF\n"));
    tap_is_str(first_message(buf_str(&text), &sheet_limits_usual, LANG_ZH, &a), "第 100001 行第 2 列：字节 0xFF 不是 UTF-8 文字",
               "a bad byte far behind is named with its row and column");
    tap_is_str(first_message(buf_str(&text), &sheet_limits_usual, LANG_EN, &a), "row 100001, column 2: byte 0xFF is not UTF-8 text",
               "in both languages");
}

static void lines_and_rows(void)
{
    diag_list d = {.arena = &a};
    sheet_row row = {0};
    sheet_book *b = sheet_open_memory(STR("\"a\nb\nc\",x\n2,\"y\n\"\n3,z\n"), STR("f"), &sheet_limits_usual, &d);
    tap_is_int(sheet_count(b), 1, "a text table has one sheet");
    tap_is_str(sheet_name(b, 0), "", "without a name");
    for (int i = 0; i < 3; i++) sheet_next(b, &row, &d);
    tap_is_int(row.number, 3, "the third row");
    tap_is_int(row.line, 6, "begins in the sixth line");
    tap_ok(!sheet_next(b, &row, &d) && d.errors == 0, "the end is no error");
    sheet_rewind(b, 0, &d);
    tap_ok(sheet_next(b, &row, &d) && row.number == 1 && row.line == 1, "and it can be read again");
    sheet_close(b);
}

// Rows, cells and columns of the real files, counted by others (data/README.md). They are not part of the product.
static void real_files(void)
{
    static const struct { const char *path; int rows, columns; } files[] = {
        {"baltimore-311/311_sample.csv", 10000, 26},
        {"nyc-council-casework/casework_last50k.csv", 50000, 11},
        {"cn-citizen-messages/taxonomy.csv", 517, 3},
        {"cn-citizen-messages/messages_votes.csv", 4326, 7},
        {"cn-citizen-messages/messages_replies.csv", 2816, 7},
    };
    const char *shared = getenv("FADU_SHARED") ? getenv("FADU_SHARED") : "../shared";
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        diag_list d = {.arena = &a};
        sheet_row row;
        char *path = str_cstr(str_printf(&a, "%s/data/%s", shared, files[i].path), &a);
        FILE *there = fopen(path, "rb");
        if (!there) {
            tap_skip("the shared data are not here");
            continue;
        }
        fclose(there);
        sheet_book *b = sheet_open(path, str_from(files[i].path), &d);
        int rows = -1;   // without the heading
        ptrdiff_t columns = 0;
        for (; b && sheet_next(b, &row, &d); rows++)
            if (row.count > columns) columns = row.count;
        sheet_close(b);
        tap_ok(rows == files[i].rows && columns == files[i].columns && d.errors == 0, "%s: %d rows, %td columns", files[i].path, rows, columns);
    }
}

int main(void)
{
    rows_as_text();
    small_reads();
    encoding_found_late();
    lines_and_rows();
    real_files();
    arena_free(&a);
    return tap_done();
}
