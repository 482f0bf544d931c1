// serial.c: days counted from an epoch, as spreadsheet programs store moments, and the number formats that show them.
#include <stdio.h>

#include "sheet/sheet_internal.h"

// ---- number formats ------------------------------------------------------------------------------------

// ECMA-376 part 1, 18.8.30: the formats known by number only; 27–36 and 50–58 as listed there for zh-cn.
static const struct { int first, last; number_format format; } builtin_formats[] = {
    {14, 17, FORMAT_DATE}, {18, 21, FORMAT_TIME}, {22, 22, FORMAT_DATE_TIME},
    {27, 31, FORMAT_DATE}, {32, 35, FORMAT_TIME}, {36, 36, FORMAT_DATE},
    {45, 45, FORMAT_TIME}, {46, 46, FORMAT_ELAPSED}, {47, 47, FORMAT_TIME},
    {50, 54, FORMAT_DATE}, {55, 56, FORMAT_TIME}, {57, 58, FORMAT_DATE},
};

number_format format_builtin(int id)
{
    for (size_t i = 0; i < sizeof builtin_formats / sizeof *builtin_formats; i++)
        if (id >= builtin_formats[i].first && id <= builtin_formats[i].last) return builtin_formats[i].format;
    return FORMAT_NUMBER;
}

// Past a "literal" or a [condition], [colour], [$-804]; an unclosed one goes to the end.
static ptrdiff_t skip_to(str code, ptrdiff_t at, char closing)
{
    ptrdiff_t n = str_find_byte(str_slice(code, at + 1, code.len), closing);
    return n < 0 ? code.len : at + 1 + n;
}

static bool is_elapsed(str bracket)
{
    if (bracket.len == 0) return false;
    char unit = bracket.data[0] | 0x20;
    if (unit != 'h' && unit != 'm' && unit != 's') return false;
    for (ptrdiff_t i = 1; i < bracket.len; i++)
        if ((bracket.data[i] | 0x20) != unit) return false;
    return true;
}

// ECMA-376 part 1, 18.8.31. Only the first section counts: the others are for negative numbers and text.
number_format format_custom(str code)
{
    number_format shows = FORMAT_NUMBER;
    bool month_or_minute = false;
    for (ptrdiff_t i = 0; i < code.len && code.data[i] != ';'; i++) {
        str rest = str_slice(code, i, code.len);
        if (str_starts(rest, STR("General")) || str_starts(rest, STR("GENERAL")) || str_starts(rest, STR("general"))) {
            i += 6;
            continue;
        }
        switch (code.data[i]) {
        case '"': i = skip_to(code, i, '"'); break;
        case '\\': case '_': case '*': i++; break;   // the next character stands for itself, its width, or a filling
        case '[': {
            ptrdiff_t closing = skip_to(code, i, ']');
            if (is_elapsed(str_slice(code, i + 1, closing))) return FORMAT_ELAPSED;
            i = closing;
            break;
        }
        case 'e': case 'E':   // a year of the era, unless it is the exponent of 0.00E+00
            if (rest.len > 1 && (rest.data[1] == '+' || rest.data[1] == '-')) break;
            shows |= FORMAT_DATE;
            break;
        case 'y': case 'Y': case 'd': case 'D': shows |= FORMAT_DATE; break;
        case 'h': case 'H': case 's': case 'S': shows |= FORMAT_TIME; break;
        case 'm': case 'M': month_or_minute = true; break;
        default: break;
        }
    }
    if (shows == FORMAT_NUMBER && month_or_minute) return FORMAT_DATE;   // "m月": minutes stand beside hours or seconds
    return shows;
}

// ---- serial days ---------------------------------------------------------------------------------------

enum {
    SECONDS_A_DAY = 86400,
    SERIAL_LAST = 2958465,              // 9999-12-31 in the 1900 system: where spreadsheet programs end
    DAYS_BETWEEN_EPOCHS = 1462,         // 1904-01-01 is day 0 of one system and day 1462 of the other
    UNIX_EPOCH_SERIAL = 25569,          // 1970-01-01
    FALSE_LEAP_DAY = 60                 // 1900-02-29, which Lotus 1-2-3 believed in and Excel kept
};

bool serial_split(str number, bool epoch_1904, int64_t *day_number, int64_t *second)
{
    // In decimal: 45356.354166666664 days are 3918788999.9999997696 seconds, and the nearest is the one that was meant.
    decimal days, seconds;
    int64_t total;
    if (!decimal_parse(number, &days) || decimal_sign(days) < 0) return false;
    if (!decimal_mul(days, decimal_from_int(SECONDS_A_DAY), &seconds)) return false;
    if (!decimal_round(seconds, 0, DECIMAL_HALF_UP, &seconds) || !decimal_to_int(seconds, &total)) return false;
    *day_number = total / SECONDS_A_DAY;
    *second = total % SECONDS_A_DAY;
    return *day_number <= SERIAL_LAST - (epoch_1904 ? DAYS_BETWEEN_EPOCHS : 0);
}

bool serial_date(int64_t day_number, bool epoch_1904, date *out)
{
    int64_t serial = day_number + (epoch_1904 ? DAYS_BETWEEN_EPOCHS : 0);
    if (serial < 1 || serial == FALSE_LEAP_DAY) return false;
    *out = date_from_days(serial - UNIX_EPOCH_SERIAL + (serial < FALSE_LEAP_DAY));
    return true;
}

bool serial_text(str number, number_format format, bool epoch_1904, char out[MOMENT_TEXT_MAX], int *len)
{
    int64_t day_number, second;
    date day;
    if (format == FORMAT_ELAPSED || !serial_split(number, epoch_1904, &day_number, &second)) return false;
    int hour = (int)(second / 3600), minute = (int)(second / 60 % 60), rest = (int)(second % 60);
    // Day zero of the 1900 system is no day: such a number is a time of day. That of 1904 is one, so the format decides.
    bool only_time = day_number == 0 && (format == FORMAT_TIME || (!epoch_1904 && second > 0));
    if (only_time) {
        *len = snprintf(out, MOMENT_TEXT_MAX, "%02d:%02d:%02d", hour, minute, rest);
        return true;
    }
    if (!serial_date(day_number, epoch_1904, &day)) return false;
    *len = snprintf(out, MOMENT_TEXT_MAX, "%04d-%02d-%02d", day.year, day.month, day.day);
    // Midnight is written out where the format shows a time of day: then it was meant.
    if (second > 0 || (format & FORMAT_TIME))
        *len += snprintf(out + *len, (size_t)(MOMENT_TEXT_MAX - *len), "T%02d:%02d:%02d", hour, minute, rest);
    return true;
}
