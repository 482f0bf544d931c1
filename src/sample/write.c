// The workbook: title, note, headings, rows in the shapes that offices write, subtotals.
#include <stdio.h>

#include "base/utf8.h"
#include "sample/sample_internal.h"
#include "sheet/sheet.h"

static date_style style_for(const sample_column *c, ptrdiff_t row)
{
    static const date_style mixed[] = {STYLE_SLASH, STYLE_CN, STYLE_DOT, STYLE_ISO, STYLE_SLASH, STYLE_DATE_CELL, STYLE_CN};
    return c->style == STYLE_MIXED ? mixed[(size_t)row * 7 / 3 % (sizeof mixed / sizeof *mixed)] : c->style;
}

static void write_moment(sheet_writer *w, int row, int column, feel_value v, date_style style, arena *a)
{
    date d = v.moment.date;
    int second = v.moment.time.second_of_day;
    bool has_time = v.kind == FEEL_DATE_TIME;
    if (style == STYLE_DATE_CELL && !has_time) {
        sheet_writer_date(w, row, column, d, STYLE_PLAIN);
        return;
    }
    str time = has_time ? str_printf(a, " %d:%02d", second / 3600, second / 60 % 60) : STR("");
    str text;
    if (style == STYLE_CN)
        text = has_time ? str_printf(a, "%d年%d月%d日%d时%d分", d.year, d.month, d.day, second / 3600, second / 60 % 60) : str_printf(a, "%d年%d月%d日", d.year, d.month, d.day);
    else if (style == STYLE_DOT) text = str_printf(a, "%d.%d.%d%.*s", d.year, d.month, d.day, STR_ARG(time));
    else if (style == STYLE_ISO) text = str_printf(a, "%04d-%02d-%02d%.*s", d.year, d.month, d.day, STR_ARG(time));
    else text = str_printf(a, "%d/%d/%d%.*s", d.year, d.month, d.day, STR_ARG(time));
    sheet_writer_cell(w, row, column, text, STYLE_PLAIN);
}

static void write_value(sheet_writer *w, int row, int column, feel_value v, date_style style, arena *a)
{
    buf text = {.arena = a};
    switch (v.kind) {
    case FEEL_NULL: return;
    case FEEL_STRING: sheet_writer_cell(w, row, column, v.string, STYLE_PLAIN); return;
    case FEEL_NUMBER: sheet_writer_number(w, row, column, v.number, STYLE_PLAIN); return;
    case FEEL_BOOLEAN: sheet_writer_cell(w, row, column, v.boolean ? STR("是") : STR("否"), STYLE_PLAIN); return;
    case FEEL_DATE: case FEEL_DATE_TIME: write_moment(w, row, column, v, style, a); return;
    case FEEL_LIST:
        for (ptrdiff_t i = 0; i < v.list->count; i++) {
            if (i) buf_add(&text, STR("、"));
            if (v.list->items[i].kind == FEEL_STRING) buf_add(&text, v.list->items[i].string);
        }
        break;
    default: feel_print(&text, v);
    }
    sheet_writer_cell(w, row, column, buf_str(&text), STYLE_PLAIN);
}

static int write_headings(sheet_writer *w, const sample_sheet *s, int row)
{
    bool grouped = false;
    for (ptrdiff_t c = 0; c < s->column_count; c++) grouped |= s->columns[c].group.len > 0;
    for (int c = 0; grouped && c < s->column_count;) {
        int last = c;
        while (last + 1 < s->column_count && s->columns[c].group.len && str_equal(s->columns[last + 1].group, s->columns[c].group)) last++;
        if (s->columns[c].group.len && last > c) sheet_writer_merge(w, row, c, last, s->columns[c].group, STYLE_HEADER);
        else sheet_writer_cell(w, row, c, s->columns[c].group.len ? s->columns[c].group : s->columns[c].heading, STYLE_HEADER);
        c = last + 1;
    }
    row += grouped;
    for (int c = 0; c < s->column_count; c++) {
        sheet_writer_cell(w, row, c, s->columns[c].heading, STYLE_HEADER);
        int width = utf8_width(s->columns[c].heading) + 4;
        sheet_writer_width(w, c, width < 14 ? 14 : width);
    }
    return row + 1;
}

static void write_subtotal(sheet_writer *w, int row, str text, int count)
{
    sheet_writer_cell(w, row, 0, text, STYLE_TOTAL);
    sheet_writer_number(w, row, 1, decimal_from_int(count), STYLE_TOTAL);
}

static void write_sheet(sheet_writer *w, const sample_spec *spec, const sample_sheet *s, const calendar *cal, arena *a, diag_list *d)
{
    ptrdiff_t count;
    sample_row *rows = sample_rows(spec, s, cal, &count, a, d);
    int row = 0, in_month = 0, in_year = 0;
    sheet_writer_sheet(w, s->name);
    if (s->title.len) sheet_writer_merge(w, row++, 0, s->column_count > 1 ? (int)s->column_count - 1 : 1, s->title, STYLE_TITLE);
    if (s->note.len) sheet_writer_merge(w, row++, 0, s->column_count > 1 ? (int)s->column_count - 1 : 1, s->note, STYLE_NOTE);
    row = write_headings(w, s, row);
    for (ptrdiff_t i = 0; i < count; i++) {
        arena_position mark = arena_mark(a);
        for (int c = 0; c < s->column_count; c++) write_value(w, row, c, rows[i].values[c], style_for(&s->columns[c], i + c), a);
        row++;
        in_month++;
        in_year++;
        bool last = i + 1 == count, year_ends = last || rows[i + 1].year != rows[i].year;
        if (s->subtotal_months && (year_ends || rows[i + 1].month != rows[i].month)) {
            write_subtotal(w, row++, str_printf(a, "%d年%d月小计", rows[i].year, rows[i].month), in_month);
            in_month = 0;
        }
        if (s->subtotal_years && year_ends) {
            write_subtotal(w, row++, rows[i].year ? str_printf(a, "%d年合计", rows[i].year) : STR("合计"), in_year);
            in_year = 0;
        }
        arena_rewind(a, mark);
    }
}

bool sample_write(const sample_spec *spec, const calendar *cal, const char *path, arena *a, diag_list *d)
{
    // The date of making is fixed, so that the same specification gives the same bytes.
    sheet_writer *w = sheet_writer_open(path, (date){2025, 1, 15});
    if (!w) return false;
    for (ptrdiff_t i = 0; i < spec->sheet_count; i++) {
        arena_position mark = arena_mark(a);
        write_sheet(w, spec, &spec->sheets[i], cal, a, d);
        arena_rewind(a, mark);
    }
    return sheet_writer_close(w);
}
