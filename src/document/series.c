#include <assert.h>

#include "document/series.h"

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A digit beside a placeholder would read as part of the year or of the number.
static bool joins(str before, str after)
{
    return (before.len && is_digit(before.data[before.len - 1])) || (after.len && is_digit(after.data[0]));
}

bool series_load(str pattern, source_pos at, series *out, diag_list *d)
{
    *out = (series){0};
    if (pattern.len > SERIES_PATTERN_MAX) {
        diag_add(d, DIAG_ERROR, "DOCUMENT-SERIES-LENGTH", at, (bilingual){"例如 羊政复决字〔{year}〕{n}号", "for example 羊政复决字〔{year}〕{n}号"},
                 (bilingual){"文号格式长于 %d 字节", "the pattern of the series is longer than %d bytes"}, SERIES_PATTERN_MAX);
        return false;
    }
    ptrdiff_t year = str_find(pattern, STR("{year}")), n = str_find(pattern, STR("{n}"));
    if (year < 0 || n < year) {
        diag_add(d, DIAG_ERROR, "DOCUMENT-SERIES-PATTERN", at, (bilingual){"例如 羊政复决字〔{year}〕{n}号", "for example 羊政复决字〔{year}〕{n}号"},
                 (bilingual){"文号格式“%.*s”须先有 {year}，后有 {n}", "the pattern \"%.*s\" needs {year} and, behind it, {n}"}, STR_ARG(pattern));
        return false;
    }
    series s = {str_slice(pattern, 0, year), str_slice(pattern, year + STR("{year}").len, n), str_slice(pattern, n + STR("{n}").len, pattern.len)};
    const str parts[] = {s.before, s.between, s.after};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (str_find_byte(parts[i], '{') >= 0 || str_find_byte(parts[i], '}') >= 0) {
            diag_add(d, DIAG_ERROR, "DOCUMENT-SERIES-PATTERN", at, (bilingual){"例如 羊政复决字〔{year}〕{n}号", "for example 羊政复决字〔{year}〕{n}号"},
                 (bilingual){"文号格式“%.*s”中只能有一个 {year} 和一个 {n}", "the pattern \"%.*s\" can hold one {year} and one {n}, and no other braces"}, STR_ARG(pattern));
            return false;
        }
    if (s.between.len == 0 || joins(s.before, s.between) || joins(s.between, s.after)) {
        diag_add(d, DIAG_ERROR, "DOCUMENT-SERIES-AMBIGUOUS", at, (bilingual){"例如 羊政复决字〔{year}〕{n}号", "for example 羊政复决字〔{year}〕{n}号"},
                 (bilingual){"文号格式“%.*s”中，年份与序号之间须有文字，且不能紧接数字", "in the pattern \"%.*s\" text must stand between year and number, and no digit beside them"},
                 STR_ARG(pattern));
        return false;
    }
    *out = s;
    return true;
}

str series_text(series s, series_number number, arena *a)
{
    assert(number.year >= SERIES_YEAR_MIN && number.year <= SERIES_YEAR_MAX);
    assert(number.n >= 1 && number.n <= SERIES_NUMBER_MAX);
    buf text = {.arena = a};               // not printf's %s: it ends at a NUL, which a pattern may hold
    buf_add(&text, s.before);
    buf_printf(&text, "%d", number.year);
    buf_add(&text, s.between);
    buf_printf(&text, "%d", number.n);
    buf_add(&text, s.after);
    return buf_str(&text);
}

// The digits at the front of *rest, as a number within the limits, without leading zeros.
static bool take_number(str *rest, int least, int most, int *out)
{
    int value = 0;
    ptrdiff_t i = 0;
    for (; i < rest->len && is_digit(rest->data[i]); i++) {
        value = value * 10 + (rest->data[i] - '0');
        if (value == 0 || value > most) return false;
    }
    *rest = str_slice(*rest, i, rest->len);
    *out = value;
    return value >= least;
}

static bool take_text(str *rest, str text)
{
    if (!str_starts(*rest, text)) return false;
    *rest = str_slice(*rest, text.len, rest->len);
    return true;
}

bool series_parse(series s, str text, series_number *out)
{
    series_number number;
    if (!take_text(&text, s.before) || !take_number(&text, SERIES_YEAR_MIN, SERIES_YEAR_MAX, &number.year) || !take_text(&text, s.between) ||
        !take_number(&text, 1, SERIES_NUMBER_MAX, &number.n) || !str_equal(text, s.after))
        return false;
    *out = number;
    return true;
}
