#include "base/str.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

str str_from(const char *nul_terminated)
{
    if (!nul_terminated) return (str){0};
    return (str){nul_terminated, (ptrdiff_t)strlen(nul_terminated)};
}

str str_slice(str s, ptrdiff_t from, ptrdiff_t to)
{
    if (from < 0) from = 0;
    if (to > s.len) to = s.len;
    if (from >= to) return (str){0};
    return (str){s.data + from, to - from};
}

bool str_equal(str a, str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, (size_t)a.len) == 0);
}

int str_compare(str a, str b)
{
    ptrdiff_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.data, b.data, (size_t)shorter) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(str s, str prefix)
{
    return s.len >= prefix.len && str_equal((str){s.data, prefix.len}, prefix);
}

bool str_ends(str s, str suffix)
{
    return s.len >= suffix.len && str_equal(str_slice(s, s.len - suffix.len, s.len), suffix);
}

ptrdiff_t str_find(str s, str needle)
{
    if (needle.len == 0) return 0;
    if (needle.len > s.len) return -1;
    const char *at = memmem(s.data, (size_t)s.len, needle.data, (size_t)needle.len);
    return at ? at - s.data : -1;
}

ptrdiff_t str_find_byte(str s, char byte)
{
    const char *at = s.len ? memchr(s.data, (unsigned char)byte, (size_t)s.len) : NULL;
    return at ? at - s.data : -1;
}

static const str white_space[] = {
    {" ", 1}, {"\t", 1}, {"\n", 1}, {"\r", 1}, {"\f", 1}, {"\v", 1},
    {"\xC2\xA0", 2},       // U+00A0, from web pages
    {"\xE3\x80\x80", 3},   // U+3000, from Chinese input methods
    {"\xEF\xBB\xBF", 3},   // U+FEFF, the byte order mark of Windows editors
};
enum { WHITE_SPACE_COUNT = sizeof white_space / sizeof *white_space };

str str_trim(str s)
{
    for (int i = 0; i < WHITE_SPACE_COUNT; i++) {
        if (str_starts(s, white_space[i])) {
            s = str_slice(s, white_space[i].len, s.len);
            i = -1;
        }
    }
    for (int i = 0; i < WHITE_SPACE_COUNT; i++) {
        if (str_ends(s, white_space[i])) {
            s = str_slice(s, 0, s.len - white_space[i].len);
            i = -1;
        }
    }
    return s;
}

// Multiply to 128 bits and fold: one multiplication mixes eight bytes of each factor into all of the result.
static uint64_t fold(uint64_t x, uint64_t y)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)x * y;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t load(const char *p, ptrdiff_t n)
{
    uint64_t word = 0;
    memcpy(&word, p, (size_t)n);
    return word;
}

uint64_t str_hash(str s)
{
    // Fractional digits of pi, as in Blowfish: odd enough, and nobody chose them.
    const uint64_t k0 = 0x243F6A8885A308D3, k1 = 0x13198A2E03707344, k2 = 0xA4093822299F31D0;
    uint64_t h = k0 ^ (uint64_t)s.len;
    const char *p = s.data;
    ptrdiff_t left = s.len;
    for (; left > 16; p += 16, left -= 16) h = fold(load(p, 8) ^ k1, load(p + 8, 8) ^ h);
    // The tail as two words, which overlap for 9..15 bytes: cheaper than a copy of variable length.
    uint64_t x = 0, y = 0;
    if (left >= 8) {
        x = load(p, 8);
        y = load(p + left - 8, 8);
    } else if (left >= 4) {
        x = load(p, 4);
        y = load(p + left - 4, 4);
    } else if (left > 0) {
        x = (uint64_t)(unsigned char)p[0] << 16 | (uint64_t)(unsigned char)p[left / 2] << 8 | (unsigned char)p[left - 1];
    }
    return fold(k2 ^ (uint64_t)s.len, fold(x ^ k1, y ^ h));
}

str str_copy(str s, arena *a)
{
    if (s.len == 0) return (str){0};
    char *copy = arena_new(a, s.len, char);
    memcpy(copy, s.data, (size_t)s.len);
    return (str){copy, s.len};
}

char *str_cstr(str s, arena *a)
{
    char *copy = arena_new(a, s.len + 1, char);
    if (s.len) memcpy(copy, s.data, (size_t)s.len);
    return copy;
}

str str_concat(str x, str y, arena *a)
{
    ptrdiff_t len = x.len + y.len;
    if (len == 0) return (str){0};
    char *both = arena_new(a, len, char);
    if (x.len) memcpy(both, x.data, (size_t)x.len);
    if (y.len) memcpy(both + x.len, y.data, (size_t)y.len);
    return (str){both, len};
}

str str_printf(arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str s = str_vprintf(a, format, args);
    va_end(args);
    return s;
}

enum { BUF_FIRST = 64 };

static void buf_vprintf(buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    ptrdiff_t room = b->cap - b->len;
    int len = vsnprintf(room ? b->data + b->len : NULL, (size_t)room, format, args);
    assert(len >= 0);   // our formats are valid, and texts longer than INT_MAX are cut by STR_ARG
    if (len >= room) {
        buf_reserve(b, (ptrdiff_t)len + 1);
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
    }
    b->len += len;
    va_end(again);
}

str str_vprintf(arena *a, const char *format, va_list args)
{
    buf b = {.arena = a};
    buf_reserve(&b, BUF_FIRST);   // most texts are short: formatted once
    buf_vprintf(&b, format, args);
    if (b.data + b.cap == a->next) a->next = b.data + b.len;
    return buf_str(&b);
}

str str_cut(str *rest, char separator)
{
    ptrdiff_t at = str_find_byte(*rest, separator);
    str before = *rest;
    if (at < 0) {
        *rest = (str){0};
    } else {
        before.len = at;
        *rest = (str){rest->data + at + 1, rest->len - at - 1};
    }
    return before;
}

void buf_reserve(buf *b, ptrdiff_t more)
{
    assert(b->arena && more >= 0);
    if (more <= b->cap - b->len) return;
    ptrdiff_t needed = PTRDIFF_MAX, doubled;   // overflow then runs out of memory, as it should
    if (__builtin_add_overflow(b->len, more, &needed)) needed = PTRDIFF_MAX;
    if (__builtin_mul_overflow(b->cap, 2, &doubled)) doubled = PTRDIFF_MAX;
    if (doubled < BUF_FIRST) doubled = BUF_FIRST;
    if (doubled < needed) doubled = needed;

    // The newest thing in the arena grows where it stands.
    arena *a = b->arena;
    ptrdiff_t extra = doubled - b->cap;
    if (b->data && b->data + b->cap == a->next && extra < a->end - a->next) {
        a->next += extra;
    } else {
        char *grown = arena_new(a, doubled, char);
        if (b->len) memcpy(grown, b->data, (size_t)b->len);
        b->data = grown;
    }
    b->cap = doubled;
}

void buf_add(buf *b, str s)
{
    if (s.len == 0) return;
    buf_reserve(b, s.len);
    memcpy(b->data + b->len, s.data, (size_t)s.len);
    b->len += s.len;
}

void buf_add_byte(buf *b, char byte)
{
    buf_reserve(b, 1);
    b->data[b->len++] = byte;
}

void buf_add_char(buf *b, uint32_t code_point)
{
    buf_reserve(b, 4);
    b->len += utf8_encode(code_point, b->data + b->len);
}

void buf_printf(buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

str buf_str(const buf *b)
{
    return (str){b->data, b->len};
}
