#include "tap.h"

#include "base/diag.h"

static str printed(arena *a, const diag_list *d, language lang)
{
    buf out = {.arena = a};
    diag_print_all(&out, d, lang);
    return buf_str(&out);
}

static void full(arena *a)
{
    diag_list d = {.arena = a};
    source_pos at = {.file = STR("fines.dmn"), .line = 42, .column = 17, .element = STR("Fine amount"),
                     .source = STR("  <inputEntry><text>[10000..50000]</text>")};
    diag_add(&d, DIAG_ERROR, "DMN-OVERLAP", at, (bilingual){"改写为 [10000..50000)", "write [10000..50000)"},
             (bilingual){"规则 %d 与规则 %d 同时匹配", "rules %d and %d both match"}, 3, 5);
    tap_is_str(printed(a, &d, LANG_EN),
               "fines.dmn:42:17: error [DMN-OVERLAP] Fine amount: rules 3 and 5 both match\n"
               "  42 |   <inputEntry><text>[10000..50000]</text>\n"
               "     |                 ^\n"
               "  hint: write [10000..50000)\n",
               "an error with everything, in English");
    tap_is_str(printed(a, &d, LANG_ZH),
               "fines.dmn:42:17: 错误 [DMN-OVERLAP] Fine amount：规则 3 与规则 5 同时匹配\n"
               "  42 |   <inputEntry><text>[10000..50000]</text>\n"
               "     |                 ^\n"
               "  提示：改写为 [10000..50000)\n",
               "and in Chinese");
}

static void partial(arena *a)
{
    diag_list d = {.arena = a};
    bilingual message = {"日期无效", "not a date"};
    diag_add(&d, DIAG_WARNING, "SHEET-DATE", (source_pos){.file = STR("台账.xlsx"), .element = STR("工作表“台账” 第 12 行 “受理日期”")},
             (bilingual){0}, message);
    diag_add(&d, DIAG_NOTE, "SHEET-DATE", (source_pos){.file = STR("a.csv"), .line = 3}, (bilingual){0}, message);
    diag_add(&d, DIAG_NOTE, "SHEET-DATE", (source_pos){0}, (bilingual){0}, message);
    tap_is_str(printed(a, &d, LANG_ZH),
               "台账.xlsx: 警告 [SHEET-DATE] 工作表“台账” 第 12 行 “受理日期”：日期无效\n"
               "a.csv:3: 说明 [SHEET-DATE] 日期无效\n"
               "说明 [SHEET-DATE] 日期无效\n",
               "unknown parts of the place are left out");
    tap_ok(d.errors == 0 && d.warnings == 1 && d.notes == 2, "counts by severity");
}

static void source_lines(arena *a)
{
    diag_list d = {.arena = a};
    bilingual message = {"此处有误", "wrong here"};
    source_pos at = {.file = STR("x"), .line = 1, .column = 5, .source = STR("若 甲方\t>\x1B[31m 3")};
    diag_add(&d, DIAG_ERROR, "X", at, (bilingual){0}, message);
    tap_is_str(printed(a, &d, LANG_EN),
               "x:1:5: error [X] wrong here\n"
               "   1 | 若 甲方 > [31m 3\n"
               "     |        ^\n",
               "the caret counts two columns for a Han character; a tab is one space, an escape sequence is disarmed");

    char line[3001];
    memset(line, 'a', sizeof line);
    line[2000] = '!';
    diag_list e = {.arena = a};
    at = (source_pos){.file = STR("x"), .line = 7, .column = 2001, .source = {line, sizeof line}};
    diag_add(&e, DIAG_ERROR, "X", at, (bilingual){0}, message);
    memset(line, 'b', sizeof line);   // what was given may go away
    str text = printed(a, &e, LANG_EN), rest = text;
    str_cut(&rest, '\n');
    str shown = str_cut(&rest, '\n'), caret = str_cut(&rest, '\n');
    tap_ok(text.len < 400, "of a line of 3000 characters only the neighbourhood is kept and shown");
    // The ellipsis is three bytes and one column.
    tap_is_int(str_find_byte(shown, '!') - 2, str_find_byte(caret, '^'), "and the caret still stands under the place");

    diag_list f = {.arena = a};
    at = (source_pos){.file = STR("x"), .line = 7, .column = 99, .source = STR("short")};
    diag_add(&f, DIAG_ERROR, "X", at, (bilingual){0}, message);
    tap_ok(printed(a, &f, LANG_EN).len > 0, "a column beyond the line does no harm");
}

static void many(arena *a)
{
    diag_list d = {.arena = a};
    for (int i = 0; i < DIAG_KEPT_MAX + 5; i++)
        diag_add(&d, DIAG_ERROR, "X", (source_pos){.line = i + 1}, (bilingual){0}, (bilingual){"错", "wrong"});
    int kept = 0;
    for (diag *g = d.first; g; g = g->next) kept++;
    tap_is_int(kept, DIAG_KEPT_MAX, "DIAG_KEPT_MAX are kept");
    tap_is_int(d.errors, DIAG_KEPT_MAX + 5, "all are counted");
    tap_ok(str_ends(printed(a, &d, LANG_EN), STR("\n5 more not shown\n")), "and the rest is mentioned");
    tap_ok(str_ends(printed(a, &d, LANG_ZH), STR("\n另有 5 项未列出\n")), "in Chinese too");
}

int main(void)
{
    arena a = {0};
    full(&a);
    partial(&a);
    source_lines(&a);
    many(&a);
    arena_free(&a);
    return tap_done();
}
