// Any bytes as a date, a number and a heading: what is read can be written plainly and read again as the same.
#include <assert.h>
#include <stdio.h>

#include "base/utf8.h"
#include "sheet/sheet_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_moment(cell c, bool month_first, bool epoch_1904, arena *a)
{
    sheet_moment m, again;
    if (!sheet_read_moment(c, month_first, epoch_1904, &m)) return;
    assert(date_valid(m.day.year, m.day.month, m.day.day) && m.day.year >= 1 && m.day.year <= 9999);
    assert(m.second_of_day >= 0 && m.second_of_day < 86400 && (m.has_time || m.second_of_day == 0));
    str text = date_text(m.day, a);
    if (m.has_time) text = str_printf(a, "%.*sT%02d:%02d:%02d", STR_ARG(text), m.second_of_day / 3600, m.second_of_day / 60 % 60, m.second_of_day % 60);
    bool read = sheet_read_moment((cell){.kind = CELL_TEXT, .text = text}, month_first, epoch_1904, &again);
    assert(read && date_compare(m.day, again.day) == 0 && m.second_of_day == again.second_of_day && m.has_time == again.has_time);
}

static void check_number(cell c, arena *a)
{
    decimal x, again;
    if (!sheet_read_number(c, &x)) return;
    str text = decimal_text(x, a);
    bool read = decimal_parse(text, &again);
    assert(read && decimal_equal(x, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const cell_kind kinds[] = {CELL_TEXT, CELL_NUMBER, CELL_MOMENT};
    arena a = {0};
    str text = {(const char *)data, (ptrdiff_t)size};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        cell c = {.kind = kinds[i], .text = text};
        for (int way = 0; way < 4; way++) check_moment(c, way & 1, way & 2, &a);
        check_number(c, &a);
    }
    str folded = sheet_fold(text, &a);
    assert(str_equal(folded, sheet_fold(folded, &a)) && utf8_invalid_at(folded) < 0);
    char moment[MOMENT_TEXT_MAX];
    int len;
    number_format format = format_custom(text);
    assert(format <= FORMAT_ELAPSED);
    if (serial_text(text, FORMAT_DATE_TIME, false, moment, &len)) assert(len > 0 && len < MOMENT_TEXT_MAX);
    arena_free(&a);
    return 0;
}
