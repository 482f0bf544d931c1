// number.c: numbers as offices write them, and text made comparable.
#include <stdio.h>

#include "sheet/sheet_internal.h"

#include "base/utf8.h"

str sheet_fold(str text, arena *a)
{
    buf out = {.arena = a};
    text = str_trim(text);
    buf_reserve(&out, text.len);
    bool blank = false;
    for (ptrdiff_t i = 0; i < text.len;) {
        uint32_t c = utf8_narrow(utf8_next(text, &i));
        if (c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0) {
            blank = true;
            continue;
        }
        if (blank) buf_add_byte(&out, ' ');
        blank = false;
        buf_add_char(&out, c);
    }
    return buf_str(&out);
}

// ---- the grammar of a number ---------------------------------------------------------------------------

// A str in a table: STR is a compound literal, which no static initializer may be.
#define WORD(lit) {(lit), (ptrdiff_t)sizeof(lit) - 1}

static const str currencies[] = {WORD("\xC2\xA5") /* ¥ */, WORD("￥"), WORD("$"), WORD("€"), WORD("£"), WORD("人民币")};

// What stands behind the digits and multiplies them. Longer ones first.
static const struct { str word; int power; } multipliers[] = {
    {WORD("万亿"), 12}, {WORD("千亿"), 11}, {WORD("百亿"), 10}, {WORD("十亿"), 9}, {WORD("亿"), 8},
    {WORD("千万"), 7}, {WORD("百万"), 6}, {WORD("十万"), 5}, {WORD("万"), 4},
    {WORD("%"), -2}, {WORD("‰"), -3},
};

enum {
    NUMBER_BYTES_MAX = 256,        // longer is prose, not a number
    NUMBER_DIGITS_MAX = 34,        // decimal128 holds no more; rounding in silence would falsify an amount
    DOUBLE_DIGITS = 15             // decimal digits that a double keeps whatever their value (DBL_DIG)
};

static bool take(str *s, str word)
{
    if (!str_starts(*s, word)) return false;
    *s = str_trim(str_slice(*s, word.len, s->len));
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Digits with commas between groups of three, a point and an exponent, without the commas. 0 when it is not that.
static ptrdiff_t take_digits(str *s, char out[NUMBER_BYTES_MAX])
{
    ptrdiff_t n = 0, i = 0, group = 0, digits = 0;
    bool commas = false;
    for (; i < s->len; i++) {
        char c = s->data[i];
        if (c == ',') {
            if (group == 0 || group > 3 || (commas && group != 3)) return 0;
            commas = true;
            group = 0;
            continue;
        }
        if (!is_digit(c)) break;
        out[n++] = c;
        group++;
        digits++;
    }
    if (commas && group != 3) return 0;
    if (i < s->len && s->data[i] == '.') {
        out[n++] = s->data[i++];
        ptrdiff_t before = n;
        for (; i < s->len && is_digit(s->data[i]); i++, digits++) out[n++] = s->data[i];
        if (n == before) return 0;
    }
    if (digits == 0 || digits > NUMBER_DIGITS_MAX) return 0;
    ptrdiff_t e = i + 1;
    if (i < s->len && (s->data[i] | 0x20) == 'e') {
        if (e < s->len && (s->data[e] == '+' || s->data[e] == '-')) e++;
        if (e == s->len || !is_digit(s->data[e])) return 0;
        while (e < s->len && is_digit(s->data[e])) e++;
        for (; i < e; i++) out[n++] = s->data[i];
    }
    *s = str_trim(str_slice(*s, i, s->len));
    return n;
}

// 件, 个工作日, 元: Han only, and not beginning with 十百千, which might multiply or belong to the unit (千克).
static bool is_unit(str s)
{
    if (str_starts(s, STR("十")) || str_starts(s, STR("百")) || str_starts(s, STR("千"))) return false;
    for (ptrdiff_t i = 0; i < s.len;)
        if (!utf8_is_han(utf8_next(s, &i))) return false;
    return true;
}

// Full-width forms made narrow; U+2212, the minus sign of typesetters, too. 0 when too long.
static ptrdiff_t narrow(str s, char out[NUMBER_BYTES_MAX])
{
    if (s.len > NUMBER_BYTES_MAX - 4) return 0;
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < s.len;) {
        uint32_t c = utf8_narrow(utf8_next(s, &i));
        char bytes[4];
        ptrdiff_t len = utf8_encode(c == 0x2212 ? '-' : c, bytes);
        if (n + len > NUMBER_BYTES_MAX) return 0;
        memcpy(out + n, bytes, (size_t)len);
        n += len;
    }
    return n;
}

static bool read_text(str text, decimal *out)
{
    char space[NUMBER_BYTES_MAX], digits[NUMBER_BYTES_MAX];
    str s = {space, narrow(str_trim(text), space)};
    bool bracketed = s.len > 2 && s.data[0] == '(' && s.data[s.len - 1] == ')';
    if (bracketed) s = str_trim(str_slice(s, 1, s.len - 1));
    bool negative = take(&s, STR("-"));
    if (!negative) take(&s, STR("+"));
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++)
        if (take(&s, currencies[i])) break;
    if (!negative) negative = take(&s, STR("-"));
    ptrdiff_t n = take_digits(&s, digits);
    decimal x, factor;
    if (n == 0 || !decimal_parse((str){digits, n}, &x)) return false;
    for (size_t i = 0; i < sizeof multipliers / sizeof *multipliers; i++) {
        if (!take(&s, multipliers[i].word)) continue;
        char power[16];
        int len = snprintf(power, sizeof power, "1E%d", multipliers[i].power);
        if (!decimal_parse((str){power, len}, &factor) || !decimal_mul(x, factor, &x)) return false;
        break;
    }
    if (!is_unit(s) || (bracketed && negative)) return false;
    *out = negative || bracketed ? decimal_neg(x) : x;
    return true;
}

// A workbook holds doubles and writes up to 17 digits of them: 1234.56 as 1234.5599999999999. What the spreadsheet
// program shows, and what was typed, are its first 15.
static bool round_double(str text, decimal *x)
{
    int significant = 0, whole = 0, leading = 0;
    bool point = false;
    for (ptrdiff_t i = 0; i < text.len && (text.data[i] | 0x20) != 'e'; i++) {
        char c = text.data[i];
        if (c == '.') point = true;
        if (!is_digit(c)) continue;
        if (significant || c != '0') significant++;
        else if (point) leading++;
        if (!point && significant) whole++;
    }
    ptrdiff_t e = str_find_byte(text, 'e') >= 0 ? str_find_byte(text, 'e') : str_find_byte(text, 'E');
    bool whole_number = !point && e < 0;   // exact to 2^53, and written with an exponent beyond
    if (significant <= DOUBLE_DIGITS || whole_number) return true;
    int64_t exponent = 0;
    if (e >= 0) {
        decimal power;
        str digits = str_slice(text, e + 1, text.len);
        if (!decimal_parse(digits, &power) || !decimal_to_int(power, &exponent)) return false;
    }
    if (!decimal_round(*x, DOUBLE_DIGITS - whole + leading - exponent, DECIMAL_HALF_EVEN, x)) return false;
    *x = decimal_normalize(*x);
    return true;
}

bool sheet_read_number(cell c, decimal *out)
{
    decimal x;
    if (c.kind == CELL_NUMBER) {
        if (!decimal_parse(c.text, &x) || !round_double(c.text, &x)) return false;
        *out = x;
        return true;
    }
    return c.kind == CELL_TEXT && read_text(c.text, out);
}
