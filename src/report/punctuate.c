// punctuate.c: ASCII punctuation in Chinese text becomes full-width; numbers, Latin words and addresses stay.
#include "report/report_internal.h"

// GB/T 15834-2011 writes these marks full-width in Chinese text. The full stop is not here: "." also
// ends an abbreviation and an ordinal, and 。 is what every Chinese keyboard gives anyway.
static const struct { uint32_t ascii, full; } marks[] = {
    {',', 0xFF0C}, {';', 0xFF1B}, {':', 0xFF1A}, {'?', 0xFF1F}, {'!', 0xFF01}, {'(', 0xFF08}, {')', 0xFF09},
};

static uint32_t full_width(uint32_t c)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (marks[i].ascii == c) return marks[i].full;
    return 0;
}

// Does the character make its neighbour Chinese? Han, and the marks that stand in Chinese text only.
static bool is_chinese(uint32_t c)
{
    return utf8_is_han(c) || (c >= 0x3001 && c <= 0x301F) || (c >= 0xFF01 && c <= 0xFF5E) ||
           c == 0x201C || c == 0x201D || c == 0x2018 || c == 0x2019 || c == 0x2014 || c == 0x2026;
}

static bool is_address_char(uint32_t c) { return c > ' ' && c < 0x7F; }

// Marks the characters of addresses ("https://…") as untouchable. A mark at the very end is the sentence's, not the address's.
static void protect_addresses(const uint32_t *c, ptrdiff_t n, bool *fixed)
{
    for (ptrdiff_t i = 0; i + 2 < n; i++) {
        if (c[i] != ':' || c[i + 1] != '/' || c[i + 2] != '/') continue;
        ptrdiff_t from = i, to = i + 3;
        while (from > 0 && is_address_char(c[from - 1]) && !full_width(c[from - 1])) from--;
        while (to < n && is_address_char(c[to])) to++;
        ptrdiff_t next = to;
        while (to > i + 3 && full_width(c[to - 1])) to--;
        for (ptrdiff_t k = from; k < to; k++) fixed[k] = true;
        i = next - 1;
    }
}

str report_punctuate(str text, arena *a)
{
    ptrdiff_t n = utf8_length(text);
    uint32_t *c = arena_new(a, n + 1, uint32_t);
    bool *fixed = arena_new(a, n + 1, bool), *change = arena_new(a, n + 1, bool);
    ptrdiff_t *opened = arena_new(a, n + 1, ptrdiff_t), depth = 0, at = 0;
    for (ptrdiff_t i = 0; i < n; i++) c[i] = utf8_next(text, &at);
    protect_addresses(c, n, fixed);

    for (ptrdiff_t i = 0; i < n; i++)
        change[i] = !fixed[i] && full_width(c[i]) &&
                    ((i > 0 && is_chinese(c[i - 1])) || (i + 1 < n && is_chinese(c[i + 1])));
    // Brackets change in pairs: "标准(GB/T 9704)" has a Chinese neighbour on one side only.
    for (ptrdiff_t i = 0; i < n; i++) {
        if (fixed[i]) continue;
        if (c[i] == '(') opened[depth++] = i;
        if (c[i] == ')' && depth > 0) {
            ptrdiff_t open = opened[--depth];
            change[open] = change[i] = change[open] || change[i];
        }
    }
    buf out = {.arena = a};
    for (ptrdiff_t i = 0; i < n; i++) buf_add_char(&out, change[i] ? full_width(c[i]) : c[i]);
    return buf_str(&out);
}
