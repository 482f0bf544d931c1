// An office's spreadsheet becomes cases: headings, dates, bad rows, corrections, and that nothing is lost or counted twice.
#include <sys/stat.h>

#include "mini.h"
#include "service/import.h"
#include "service/reporting.h"
#include "service/verify.h"
#include "sheet_files.h"

enum { YEAR = 2024 };
static const timestamp now = 1720000000000;      // 2024-07-03
static arena a;
static const char *base;
static int directories;

// ---- what the tests say ------------------------------------------------------------------------------------

static char *new_district(void)
{
    diag_list d = {.arena = &a};
    char *dir = str_cstr(str_printf(&a, "%s/%d", base, ++directories), &a);
    if (district_init(dir, STR("yangshan"), now, &d) != EXIT_DONE) printf("Bail out! no district\n"), exit(1);
    return dir;
}

typedef struct {
    exit_status status;
    import_result result;
    str counts;          // "1 recorded 2 bad", without the zeros
    str found;           // one line for each diagnostic: "CODE line element"
    diag_list diags;
} outcome;

static outcome import_path(const char *dir, const char *path, import_options options)
{
    outcome o = {.diags = {.arena = &a}};
    district x;
    o.status = district_open(dir, true, &x, &o.diags);
    if (o.status != EXIT_DONE) return o;
    o.status = import_file(&x, path, &options, now, &o.result, &a, &o.diags);
    district_close(&x);
    const struct { int64_t count; const char *name; } counts[] = {
        {o.result.recorded, "recorded"}, {o.result.corrected, "corrected"}, {o.result.closed, "closed"}, {o.result.unchanged, "unchanged"},
        {o.result.withdrawn, "withdrawn"}, {o.result.skipped, "skipped"}, {o.result.bad, "bad"}};
    buf text = {.arena = &a}, found = {.arena = &a};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i].count) buf_printf(&text, "%s%d %s", text.len ? " " : "", (int)counts[i].count, counts[i].name);
    for (const diag *g = o.diags.first; g; g = g->next) buf_printf(&found, "%s %d %.*s\n", g->code, g->at.line, STR_ARG(g->at.element));
    o.counts = buf_str(&text);
    o.found = buf_str(&found);
    return o;
}

static char *path_of(const char *name) { return str_cstr(str_printf(&a, "%s/%s", base, name), &a); }

static outcome import_with(const char *dir, const char *name, const char *text, import_options options)
{
    char *path = path_of(name);
    write_whole_file(path, str_from(text), 0600);
    return import_path(dir, path, options);
}

static outcome import_text(const char *dir, const char *name, const char *text) { return import_with(dir, name, text, (import_options){0}); }

static bool is_clean(const char *dir, int64_t *records)
{
    diag_list d = {.arena = &a};
    verify_result r;
    bool clean = district_verify(dir, VERIFY_ALL, NULL, &r, &a, &d) == EXIT_DONE;
    if (records) *records = r.records;
    buf text = {.arena = &a};
    diag_print_all(&text, &d, LANG_EN);
    if (!clean) printf("# %.*s\n", STR_ARG(buf_str(&text)));
    return clean;
}

// Every figure of the year that is worth something: "id=value\n".
static str figures(const char *dir)
{
    diag_list d = {.arena = &a};
    buf text = {.arena = &a};
    district x;
    if (district_open(dir, false, &x, &d) != EXIT_DONE) return STR("cannot be opened");
    figure_value *values;
    ptrdiff_t count;
    reporting_values(x.store, x.definitions, YEAR, &values, &count, &a);
    for (ptrdiff_t i = 0; i < count; i++)
        if (values[i].defined && !decimal_equal(values[i].value, decimal_from_int(0)))
            buf_printf(&text, "%.*s=%.*s\n", STR_ARG(values[i].entry->figure->id), STR_ARG(decimal_text(values[i].value, &a)));
    district_close(&x);
    return buf_str(&text);
}

static str figure(const char *dir, const char *id)
{
    str all = figures(dir), wanted = str_printf(&a, "%s=", id);
    ptrdiff_t at = str_find(all, wanted);
    if (at < 0) return STR("0");
    str rest = str_slice(all, at + wanted.len, all.len);
    return str_slice(rest, 0, str_find_byte(rest, '\n'));
}

// A field of an order, as people write it; "withdrawn" when the order is.
static str order(const char *dir, const char *key, const char *field)
{
    diag_list d = {.arena = &a};
    district x;
    if (district_open(dir, false, &x, &d) != EXIT_DONE) return STR("cannot be opened");
    int number;
    const procedure *p = definitions_procedure(x.definitions, STR("hotline"), &number);
    store_case found;
    case_state state = {0};
    str text = STR("absent");
    if (store_find_case(x.store, x.definitions->family[number], 0, str_from(key), &found, &a) == STORE_OK) {
        district_case_state(x.store, x.definitions, &found, &state, &a, &d);
        int at = form_field_index(&p->forms[0], str_from(field));
        text = found.status == CASE_WITHDRAWN ? STR("withdrawn") : str_copy(field_text(&p->forms[0].fields[at], state.last.data[at], &a), &a);
    }
    district_close(&x);
    return text;
}

// ---- recognition -------------------------------------------------------------------------------------------

static void dates_and_digits(void)
{
    static const struct { const char *written, *read; } rows[] = {
        {"2024年3月5日", "2024-03-05 00:00"}, {"2024.3.5", "2024-03-05 00:00"}, {"2024/3/5 8:30", "2024-03-05 08:30"},
        {"２０２４年３月５日８时３０分", "2024-03-05 08:30"}, {"45356", "2024-03-05 00:00"}, {"45356.5", "2024-03-05 12:00"},
        {"20240305", "2024-03-05 00:00"}, {"2024-03-05T08:30:00", "2024-03-05 08:30"}, {"二〇二四年三月五日", "2024-03-05 00:00"}};
    enum { COUNT = sizeof rows / sizeof *rows };
    char *dir = new_district();
    buf text = {.arena = &a};
    buf_printf(&text, "阳山区热线工单台账,,\n制表日期：2024年4月1日,,\n受理 时间,序号,工单编号\n");
    for (int i = 0; i < COUNT; i++) buf_printf(&text, "%s,%d,D%d\n", rows[i].written, i + 1, i);
    outcome o = import_text(dir, "dates.csv", str_cstr(buf_str(&text), &a));
    tap_is_str(o.counts, "9 recorded", "a ledger under two title rows, its columns in another order");
    tap_is_str(o.found, "", "a heading padded with a blank is known, and 序号 is left out without a word");
    for (int i = 0; i < COUNT; i++) tap_is_str(order(dir, str_cstr(str_printf(&a, "D%d", i), &a), "received_at"), rows[i].read, rows[i].written);
    tap_ok(is_clean(dir, NULL), "verify is content");
}

static void two_rows_of_headings(void)
{
    char *dir = new_district(), *path = path_of("two.xlsx");
    sheet_writer *w = sheet_writer_open(path, (date){YEAR, 4, 1});
    sheet_writer_sheet(w, STR("说明"));
    sheet_writer_cell(w, 0, 0, STR("本表由区热线办填报"), STYLE_NOTE);
    sheet_writer_sheet(w, STR("工单"));
    sheet_writer_merge(w, 0, 0, 4, STR("2024年3月热线工单台账"), STYLE_TITLE);
    sheet_writer_cell(w, 1, 0, STR("工单编号"), STYLE_HEADER);
    sheet_writer_merge(w, 1, 1, 2, STR("受理情况"), STYLE_HEADER);
    sheet_writer_merge(w, 1, 3, 4, STR("办理情况"), STYLE_HEADER);
    static const char *const lower[] = {"", "受理时间", "派单时间", "工单状态", "办结时间"};
    for (int i = 1; i < 5; i++) sheet_writer_cell(w, 2, i, str_from(lower[i]), STYLE_HEADER);
    sheet_writer_cell(w, 3, 0, STR("T1"), STYLE_PLAIN);
    sheet_writer_date(w, 3, 1, (date){YEAR, 3, 5}, STYLE_PLAIN);
    sheet_writer_cell(w, 3, 2, STR("2024.3.6"), STYLE_PLAIN);
    sheet_writer_cell(w, 3, 3, STR("已办结"), STYLE_PLAIN);
    sheet_writer_cell(w, 3, 4, STR("2024年3月8日"), STYLE_PLAIN);
    sheet_writer_close(w);
    outcome o = import_path(dir, path, (import_options){0});
    tap_is_str(o.counts, "1 recorded", "headings of two rows under a title, beside a sheet of explanations");
    tap_ok(o.status == EXIT_DONE && o.diags.errors == 0, "the sheet of explanations is no error");
    tap_is_str(order(dir, "T1", "received_at"), "2024-03-05 00:00", "a date cell");
    tap_is_str(order(dir, "T1", "closed_at"), "2024-03-08 00:00", "under its group");
    tap_is_str(order(dir, "T1", "status"), "办结", "the office's word is mapped to the form's");
}

static void headings_not_known(void)
{
    char *dir = new_district();
    outcome o = import_text(dir, "unknown.csv", "工单编号,受理时间,派发的时间,天气\nU1,2024-03-05,2024-03-06,晴\n");
    tap_is_str(o.found, "IMPORT-HEADING-UNKNOWN 1 派发的时间\nIMPORT-HEADING-UNKNOWN 1 天气\n", "headings nobody knows are named");
    tap_ok(str_find(o.diags.first->message[LANG_EN], STR("perhaps it is \"派单时间\" (dispatched_at)")) > 0, "with the field that they are likest to");
    tap_ok(o.status == EXIT_DONE && o.result.recorded == 1, "and the row is taken without them");

    o = import_text(dir, "missing.csv", "工单编号,诉求类型,诉求标题,派单时间,承办单位\nM1,投诉,噪声,2024-03-05,城市管理局\n");
    tap_is_str(o.found, "IMPORT-HEADING-MISSING 1 \n", "without a heading that must be there it is no ledger");
    tap_ok(str_find(o.diags.first->message[LANG_ZH], STR("受理时间")) > 0 && str_find(o.diags.first->message[LANG_ZH], STR("热线工单")) > 0, "the missing heading and the nearest form are named");
    tap_ok(o.status == EXIT_INPUT, "which is bad input");
    o = import_text(dir, "none.csv", "姓名,身高\n甲,170\n");
    tap_is_str(o.found, "IMPORT-UNKNOWN 0 \n", "a table of something else is not guessed at");
}

// ---- rows --------------------------------------------------------------------------------------------------

static void rows_that_are_none(void)
{
    char *dir = new_district();
    outcome o = import_text(dir, "totals.csv",
                            "工单编号,受理时间,承办单位,诉求标题\nR1,2024-03-05,城市管理局,噪声\n小计,1,,\n工单编号,受理时间,承办单位,诉求标题\n"
                            "合计R2,2024-03-05,城市管理局,名称里有“合计”的是一行\n,,,\n合计：,2,,\n");
    tap_is_str(o.counts, "2 recorded 3 skipped", "subtotals and headings repeated on the next page are no rows");
    tap_is_str(order(dir, "合计R2", "unit"), "城市管理局", "a row whose number holds the word is one");

    // Offices merge cells downwards over rows that share a value.
    str book = workbook_bytes((workbook_parts){.sheet =
        "<worksheet xmlns='" MAIN_NAMESPACE "'><sheetData>"
        "<row r='1'><c r='A1' t='inlineStr'><is><t>工单编号</t></is></c><c r='B1' t='inlineStr'><is><t>受理时间</t></is></c><c r='C1' t='inlineStr'><is><t>承办单位</t></is></c></row>"
        "<row r='2'><c r='A2' t='inlineStr'><is><t>V1</t></is></c><c r='B2' t='inlineStr'><is><t>2024-03-05</t></is></c><c r='C2' t='inlineStr'><is><t>城市管理局</t></is></c></row>"
        "<row r='3'><c r='A3' t='inlineStr'><is><t>V2</t></is></c></row>"
        "</sheetData><mergeCells><mergeCell ref='B2:B3'/><mergeCell ref='C2:C3'/></mergeCells></worksheet>"});
    char *path = path_of("merged.xlsx");
    write_whole_file(path, book, 0600);
    free((char *)book.data);
    o = import_path(dir, path, (import_options){0});
    tap_is_str(o.counts, "2 recorded", "a row whose cells are merged with the row above is a row");
    tap_is_str(order(dir, "V2", "unit"), "城市管理局", "with the merged values");
}

static void bad_rows(void)
{
    char *dir = new_district();
    const char *text = "工单编号,受理时间,诉求类型,办结时间\nB1,2024-03-05,投诉,\nB2,三月五日,投诉,昨天\nB3,2024-03-05,牢骚,\n,2024-03-05,投诉,\nB1,2024-03-06,投诉,\n";
    outcome o = import_with(dir, "bad.csv", text, (import_options){.strict = true});
    tap_ok(o.status == EXIT_INPUT && o.result.recorded == 0 && o.result.bad == 4, "with --strict one bad row refuses the file");
    tap_is_str(order(dir, "B1", "category"), "absent", "nothing of it is kept");

    o = import_text(dir, "bad.csv", text);
    tap_ok(o.status == EXIT_INPUT, "without it the status still says that rows were bad");
    tap_is_str(o.counts, "1 recorded 4 bad", "but the good one is in");
    static const struct { const char *line, *name; } lines[] = {
        {"IMPORT-DATE 3 受理时间\n", "a date that is none, by row and heading"}, {"IMPORT-DATE 3 办结时间\n", "and the second one of that row"},
        {"IMPORT-KEY-TWICE 6 \n", "a number used twice"}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) tap_ok(str_find(o.found, str_from(lines[i].line)) >= 0, "%s", lines[i].name);
    tap_ok(str_find(o.found, STR(" 4 ")) > 0 && str_find(o.found, STR(" 5 ")) > 0, "an option that is none, a row without its number");

    diag_list d = {.arena = &a};
    sheet_row row;
    buf numbers = {.arena = &a};
    sheet_book *book = sheet_open(str_cstr(o.result.rejected, &a), STR("rejected"), &d);
    bool reasons = book && sheet_rewind(book, 0, &d);
    while (reasons && sheet_next(book, &row, &d)) {
        buf_printf(&numbers, "%.*s ", STR_ARG(row.cells[0].text));
        reasons = row.count > 3 && row.cells[1].text.len > 0;
    }
    sheet_close(book);
    tap_is_str(buf_str(&numbers), "原行号 3 4 5 6 ", "the bad rows are in a spreadsheet, with the numbers they had");
    tap_ok(reasons, "each with its reason and its cells");
    tap_ok(is_clean(dir, NULL), "verify is content");
}

// ---- corrections -------------------------------------------------------------------------------------------

#define HEADINGS "工单编号,受理时间,派单时间,签收时间,诉求类型,办结时间\n"
#define OPEN(n) n ",2024-03-05,2024-03-05,2024-03-05,投诉,\n"
#define CLOSED(n) n ",2024-03-05,2024-03-05,2024-03-05,投诉,2024-03-08\n"

static void corrections(void)
{
    char *dir = new_district();
    static const struct { const char *name, *text, *counts, *handled, *closed, *why; } steps[] = {
        {"三月.csv", HEADINGS OPEN("C1") OPEN("C2") CLOSED("C3"), "3 recorded", "3", "1", "a ledger"},
        {"三月.csv", HEADINGS OPEN("C1") OPEN("C2") CLOSED("C3"), "", "3", "1", "the same bytes change nothing"},
        {"抄本.csv", HEADINGS OPEN("C1") OPEN("C2") CLOSED("C3"), "", "3", "1", "under another name neither"},
        {"三月.csv", HEADINGS CLOSED("C1") OPEN("C4") "C3,2024-03-04,2024-03-05,2024-03-05,投诉,2024-03-08\n",
         "1 recorded 1 corrected 1 closed 1 withdrawn", "3", "2", "corrected: C1 closed, C2 gone, C3 with another day, C4 new"},
        {"四月.csv", HEADINGS CLOSED("C4"), "1 closed", "3", "3", "another file corrects one case and withdraws none"},
        {"三月.csv", HEADINGS CLOSED("C1") OPEN("C2") CLOSED("C3"), "2 corrected 1 unchanged", "4", "3", "C2 is back; C4 is the other file's by now"},
        {"三月.csv", HEADINGS CLOSED("C1") "C2,三月,2024-03-05,2024-03-05,投诉,\n" CLOSED("C3"), "2 unchanged 1 bad", "4", "3",
         "the case of a bad row is not gone: it stays as it was"},
        {"三月.csv", HEADINGS CLOSED("C1") "C2,三月,2024-03-05,2024-03-05,投诉,\n" OPEN("C2") CLOSED("C3"), "3 unchanged 1 bad", "4", "3",
         "a good row behind a bad one of the same number counts"},
        {"三月.csv", HEADINGS CLOSED("C1") CLOSED("C3"), "2 unchanged 1 withdrawn", "3", "3", "until its row is"},
        {"三月.csv", HEADINGS OPEN("C1") OPEN("C2") CLOSED("C3"), "2 corrected 1 unchanged", "4", "2", "the first bytes once more correct the correction"},
        {"三月.csv", HEADINGS OPEN("C1") OPEN("C2") CLOSED("C3"), "", "4", "2", "and twice nothing"}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        outcome o = import_text(dir, steps[i].name, steps[i].text);
        tap_is_str(o.counts, steps[i].counts, steps[i].why);
        tap_is_str(figure(dir, "hotline_orders_handled"), steps[i].handled, "  orders handled");
        tap_is_str(figure(dir, "hotline_orders_closed"), steps[i].closed, "  orders closed");
        tap_ok(is_clean(dir, NULL), "  verify is content");
    }
}

// Long enough that deciding and storing run beside each other.
static void long_ledgers(void)
{
    enum { ROWS = 3000, AGAIN = 700 };
    char *dir = new_district();
    buf text = {.arena = &a};
    buf_add(&text, STR(HEADINGS));
    for (int i = 1; i <= ROWS; i++) {
        buf_printf(&text, "L%d,2024-03-05,2024-03-05,2024-03-05,投诉,\n", i);
        if (i % AGAIN == 0) buf_printf(&text, "L%d,2024-03-06,2024-03-06,2024-03-06,投诉,\n", i == AGAIN ? i : i - AGAIN / 2);
    }
    outcome o = import_text(dir, "long.csv", str_cstr(buf_str(&text), &a));
    tap_is_str(o.counts, "3000 recorded 4 bad", "a number used twice is seen, however far apart the rows are");
    buf shorter = {.arena = &a};
    buf_add(&shorter, STR(HEADINGS));
    for (int i = 1; i <= ROWS; i += 2) buf_printf(&shorter, "L%d,2024-03-05,2024-03-05,2024-03-05,投诉,%s\n", i, i % 3 ? "" : "2024-03-08");
    o = import_text(dir, "long.csv", str_cstr(buf_str(&shorter), &a));
    tap_is_str(o.counts, "500 closed 1000 unchanged 1500 withdrawn", "a correction of a long ledger");
    tap_is_str(figure(dir, "hotline_orders_handled"), "1500", "  orders handled");
    tap_is_str(figure(dir, "hotline_orders_closed"), "500", "  orders closed");
    tap_ok(is_clean(dir, NULL), "  verify is content");
}

// A file that cannot be read to its end says nothing about the rows behind that place.
static void cut_off(void)
{
    char *dir = new_district();
    buf whole = {.arena = &a}, cut = {.arena = &a};
    buf_add(&whole, STR("工单编号,受理时间\n"));
    buf_add(&cut, STR("工单编号,受理时间\nL0,坏\n"));
    for (int i = 0; i < 100; i++) buf_printf(&whole, "L%d,2024-03-05\n", i);
    for (int i = 1; i < 60; i++) buf_printf(&cut, "L%d,2024-03-05\n", i);
    buf_add(&cut, STR("L60,\"2024-03"));
    import_text(dir, "long.csv", str_cstr(buf_str(&whole), &a));
    outcome o = import_text(dir, "long.csv", str_cstr(buf_str(&cut), &a));
    tap_ok(o.status == EXIT_INPUT && str_find(o.found, STR("SHEET-QUOTE-OPEN")) >= 0, "a file that breaks off after a bad row is refused");
    tap_is_str(o.counts, "1 bad", "as a whole");
    tap_is_str(order(dir, "L99", "received_at"), "2024-03-05 00:00", "no case behind the break is withdrawn");
    tap_ok(is_clean(dir, NULL), "verify is content");
}

// ---- for any ledger ----------------------------------------------------------------------------------------

static uint64_t seed = 20240703;
static int any(int n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((seed >> 33) % (uint64_t)n);
}

static char *any_ledger(void)
{
    static const char *const kinds[] = {"咨询", "求助", "意见", "建议", "投诉类", "举报", "牢骚", ""};
    static const char *const states[] = {"办理中", "已办结", "退单", "合并", "撤销"};
    static const char *const marks[] = {"", "满意", "基本满意", "不满意"};
    buf text = {.arena = &a};
    buf_add(&text, STR("工单编号,受理时间,派单时间,签收时间,诉求类型,工单状态,办结时间,回访时间,满意度\n"));
    for (int i = 0; i < 60; i++) {
        if (any(4) == 0) continue;
        int month = 1 + any(12), day = 1 + any(27);
        buf_printf(&text, "G%d,%d年%d月%d日,%d-%d-%d,", i, YEAR - any(2), month, day, YEAR, month, day + any(3));
        if (any(5)) buf_printf(&text, "%d.%d.%d", YEAR, month, day);
        buf_printf(&text, ",%s,%s,", kinds[any(8)], states[any(5)]);
        if (any(3)) buf_printf(&text, "%d/%d/%d 10:00", YEAR, month, day + any(3));
        buf_printf(&text, ",%d-12-%d,%s\n", YEAR, 1 + any(31), marks[any(4)]);
    }
    return str_cstr(buf_str(&text), &a);
}

static void properties(void)
{
    bool once = true, last = true, clean = true, counted = true;
    enum { TRIALS = 6 };
    for (int t = 0; t < TRIALS; t++) {
        char *corrected = new_district(), *fresh = new_district();
        char *first = any_ledger(), *second = any_ledger();
        int64_t records, again;
        import_text(corrected, "g.csv", first);
        str before = figures(corrected);
        clean = is_clean(corrected, &records) && clean;
        import_text(corrected, "g.csv", first);
        clean = is_clean(corrected, &again) && clean;
        once = once && records == again && str_equal(before, figures(corrected));
        counted = counted && before.len > 50;

        // No bad rows from here on: the case of a bad row stays as the earlier file left it.
        char *good = second;
        for (char *at; (at = strstr(good, "牢骚")) != NULL;) memcpy(at, "咨询", strlen("咨询"));
        import_text(corrected, "g.csv", good);
        import_text(fresh, "g.csv", good);
        clean = is_clean(corrected, NULL) && is_clean(fresh, NULL) && clean;
        last = last && str_equal(figures(corrected), figures(fresh));
        if (!last) printf("# trial %d\n# %.*s\n# %.*s\n", t, STR_ARG(figures(corrected)), STR_ARG(figures(fresh)));
    }
    tap_ok(counted, "ledgers made by chance have figures");
    tap_ok(once, "importing one twice is importing it once: figures and number of records");
    tap_ok(last, "after a correction the figures are those of the corrected file alone");
    tap_ok(clean, "verify is content with each");
}

int main(void)
{
    base = test_directory();
    dates_and_digits();
    two_rows_of_headings();
    headings_not_known();
    rows_that_are_none();
    bad_rows();
    corrections();
    long_ledgers();
    cut_off();
    properties();
    test_directory_remove(base);
    arena_free(&a);
    return tap_done();
}
