#include "base/utf8.h"

#include <string.h>

// Well-formed sequences, Unicode 15 table 3-7 (= RFC 3629, section 4): the first byte fixes the length and
// the range of the second; all further bytes are 80..BF. Returns the length, 0 when not well-formed.
static int decode(const char *text, ptrdiff_t len, uint32_t *code_point)
{
    const unsigned char *p = (const unsigned char *)text;
    unsigned char low = 0x80, high = 0xBF;
    uint32_t c;
    int n;
    if (p[0] < 0x80) {
        *code_point = p[0];
        return 1;
    } else if (p[0] >= 0xC2 && p[0] <= 0xDF) {
        n = 2;
        c = p[0] & 0x1F;
    } else if ((p[0] & 0xF0) == 0xE0) {
        n = 3;
        c = p[0] & 0x0F;
        if (p[0] == 0xE0) low = 0xA0;    // overlong
        if (p[0] == 0xED) high = 0x9F;   // surrogates
    } else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
        n = 4;
        c = p[0] & 0x07;
        if (p[0] == 0xF0) low = 0x90;    // overlong
        if (p[0] == 0xF4) high = 0x8F;   // beyond U+10FFFF
    } else {
        return 0;
    }
    if (len < n || p[1] < low || p[1] > high) return 0;
    for (int i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80) return 0;
        c = c << 6 | (p[i] & 0x3F);
    }
    *code_point = c;
    return n;
}

uint32_t utf8_next(str s, ptrdiff_t *offset)
{
    uint32_t code_point = UTF8_INVALID;
    int n = decode(s.data + *offset, s.len - *offset, &code_point);
    *offset += n ? n : 1;
    return code_point;
}

ptrdiff_t utf8_encode(uint32_t c, char out[4])
{
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) c = UTF8_INVALID;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

ptrdiff_t utf8_invalid_at(str s)
{
    for (ptrdiff_t i = 0; i < s.len;) {
        uint64_t eight;
        if (s.len - i >= 8 && (memcpy(&eight, s.data + i, 8), (eight & 0x8080808080808080) == 0)) {
            i += 8;
            continue;
        }
        uint32_t ignored;
        int n = decode(s.data + i, s.len - i, &ignored);
        if (n == 0) return i;
        i += n;
    }
    return -1;
}

ptrdiff_t utf8_length(str s)
{
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < s.len; count++) utf8_next(s, &i);
    return count;
}

ptrdiff_t utf8_offset(str s, ptrdiff_t code_points)
{
    ptrdiff_t i = 0;
    while (code_points-- > 0 && i < s.len) utf8_next(s, &i);
    return i;
}

typedef struct {
    uint32_t first, last;
} range;

static bool in_ranges(uint32_t c, const range *ranges, int count)
{
    for (int i = 0; i < count && c >= ranges[i].first; i++)
        if (c <= ranges[i].last) return true;
    return false;
}
#define IN_RANGES(c, table) in_ranges((c), (table), (int)(sizeof(table) / sizeof *(table)))

bool utf8_is_han(uint32_t code_point)
{
    static const range han[] = {
        {0x3005, 0x3005},     // 々
        {0x3007, 0x3007},     // 〇
        {0x3400, 0x4DBF},     // extension A
        {0x4E00, 0x9FFF},     // unified ideographs
        {0xF900, 0xFAFF},     // compatibility ideographs
        {0x20000, 0x2FA1F},   // extensions B to F and I, compatibility supplement
        {0x30000, 0x323AF},   // extensions G and H
    };
    return IN_RANGES(code_point, han);
}

uint32_t utf8_narrow(uint32_t code_point)
{
    if (code_point >= 0xFF01 && code_point <= 0xFF5E) return code_point - 0xFF01 + '!';
    return code_point == 0x3000 ? ' ' : code_point;
}

int utf8_width(str s)
{
    // East Asian Width W and F (Unicode Standard Annex 11), joined where only unassigned points lie between.
    static const range wide[] = {
        {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x4DBF}, {0x4E00, 0xA4CF}, {0xA960, 0xA97F},
        {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE10, 0xFE19}, {0xFE30, 0xFE6F}, {0xFF01, 0xFF60},
        {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
    };
    int width = 0;
    for (ptrdiff_t i = 0; i < s.len;) {
        uint32_t c = utf8_next(s, &i);
        width += c >= wide[0].first && IN_RANGES(c, wide) ? 2 : 1;
    }
    return width;
}
