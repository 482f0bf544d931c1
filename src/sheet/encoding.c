// encoding.c: text of unknown encoding as UTF-8.
//
// A byte order mark decides. Without one the first bytes beyond ASCII decide: well-formed UTF-8 is UTF-8, because Chinese
// text in GB18030 is practically never so by chance; everything else is GB18030 (GB 18030-2022), what the spreadsheet
// programs of a Chinese Windows write.
#include "sheet/sheet_internal.h"

#include <assert.h>
#include <errno.h>
#include <iconv.h>

#include "base/utf8.h"

static const char utf_8[] = "UTF-8";

static const struct { str mark; const char *encoding; } byte_order_marks[] = {
    {{"\xEF\xBB\xBF", 3}, utf_8},
    {{"\xFF\xFE", 2}, "UTF-16LE"},            // “Unicode text” of Excel
    {{"\xFE\xFF", 2}, "UTF-16BE"},
    {{"\x84\x31\x95\x33", 4}, "GB18030"},
};

bool text_open(text_source *t, byte_source source, const sheet_limits *limits)
{
    assert(limits->chunk >= 8 && limits->look >= limits->chunk);   // longer than any character, or reading would stand still
    *t = (text_source){.source = source, .limits = limits, .raw = mem_alloc((size_t)limits->look)};
    return t->raw != NULL;
}

static void forget_encoding(text_source *t)
{
    if (t->converter) iconv_close(t->converter);
    t->converter = NULL;
    t->encoding = NULL;
}

void text_close(text_source *t)
{
    forget_encoding(t);
    mem_release(t->raw);
}

void text_rewind(text_source *t)
{
    forget_encoding(t);
    source_rewind(&t->source);
    t->from = t->to = 0;
    t->begun = t->drained = false;
    t->state = TEXT_MORE;
}

static void set_encoding(text_source *t, const char *encoding)
{
    t->encoding = encoding;
    if (encoding == utf_8) return;
    iconv_t converter = iconv_open(utf_8, encoding);
    if (converter == (iconv_t)-1) t->state = TEXT_NO_CONVERTER;
    else t->converter = converter;
}

// Whether the text is UTF-8 in which a few bytes were damaged: it must be reported as such and not be read as GB18030,
// which would take most of it for other characters. Measured on 200,000 characters of complaints in GB18030: one well-formed
// sequence to four stray bytes, and not more than two to one in any passage of 15 characters.
static bool is_damaged_utf8(str s)
{
    enum { GOOD_MIN = 20, GOOD_PER_BAD = 5 };
    int64_t good = 0, bad = 0;
    for (ptrdiff_t i = 0; i < s.len;) {
        ptrdiff_t at = i;
        bool ascii = (unsigned char)s.data[i] < 0x80;
        utf8_next(s, &i);
        if (!ascii) *(i - at > 1 ? &good : &bad) += 1;
    }
    return good >= GOOD_MIN && good > GOOD_PER_BAD * bad;
}

// The length of s without the beginning of a character at its end, whose other bytes are still to come.
static ptrdiff_t whole_characters(str s)
{
    for (ptrdiff_t back = 1; back <= 3 && back <= s.len; back++) {
        unsigned char c = (unsigned char)s.data[s.len - back];
        if ((c & 0xC0) == 0x80) continue;
        ptrdiff_t needs = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        return needs > back ? s.len - back : s.len;
    }
    return s.len;
}

static bool is_ascii(str s)
{
    uint64_t any = 0, eight;
    ptrdiff_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        memcpy(&eight, s.data + i, 8);
        any |= eight;
    }
    for (; i < s.len; i++) any |= (unsigned char)s.data[i];
    return (any & 0x8080808080808080) == 0;
}

// At the beginning, and then for each chunk until one is not ASCII only.
static void choose_encoding(text_source *t)
{
    str look = {t->raw + t->from, t->to - t->from};
    if (!t->begun) {
        t->begun = true;
        for (size_t i = 0; i < sizeof byte_order_marks / sizeof *byte_order_marks; i++) {
            if (!str_starts(look, byte_order_marks[i].mark)) continue;
            t->from += byte_order_marks[i].mark.len;
            set_encoding(t, byte_order_marks[i].encoding);
            return;
        }
    }
    if (is_ascii(look)) return;
    str whole = t->drained ? look : str_slice(look, 0, whole_characters(look));
    set_encoding(t, utf8_invalid_at(whole) < 0 || is_damaged_utf8(whole) ? utf_8 : "GB18030");
}

static void fill_raw(text_source *t)
{
    ptrdiff_t want = t->begun ? t->limits->chunk : t->limits->look;
    if (want > t->limits->look) want = t->limits->look;
    if (t->drained || t->to - t->from >= want) return;
    if (t->to > t->from) memmove(t->raw, t->raw + t->from, (size_t)(t->to - t->from));
    t->to -= t->from;
    t->from = 0;
    while (t->to < want) {
        ptrdiff_t n = source_read(&t->source, t->raw + t->to, want - t->to);
        if (n > 0) {
            t->to += n;
            continue;
        }
        if (n < 0) {
            t->error = errno;
            t->state = TEXT_READ_FAILED;
        }
        t->drained = true;
        return;
    }
}

// Good text before the trouble is still delivered: the state says what stands behind it.
static ptrdiff_t stop(text_source *t, text_state state, ptrdiff_t good)
{
    t->state = state;
    if (t->from + good < t->to) t->bad = (unsigned char)t->raw[t->from + good];
    return good;
}

static ptrdiff_t read_utf8(text_source *t, char *out, ptrdiff_t room)
{
    ptrdiff_t n = t->to - t->from < room ? t->to - t->from : room;
    str piece = {t->raw + t->from, n};
    bool last = t->drained && n == t->to - t->from;
    piece.len = n = last ? n : whole_characters(piece);
    ptrdiff_t invalid = utf8_invalid_at(piece);
    if (invalid >= 0) n = stop(t, TEXT_BAD_BYTE, invalid);
    else if (last) t->state = TEXT_END;
    if (n) memcpy(out, piece.data, (size_t)n);
    t->from += n;
    return n;
}

static ptrdiff_t read_converted(text_source *t, char *out, ptrdiff_t room)
{
    char *in = t->raw + t->from, *to = out;
    size_t in_left = (size_t)(t->to - t->from), room_left = (size_t)room;
    size_t result = iconv(t->converter, &in, &in_left, &to, &room_left);
    t->from = in - t->raw;
    if (result == (size_t)-1) {
        bool cut_off = errno == EINVAL && t->drained;
        if (errno == EILSEQ || cut_off) stop(t, TEXT_BAD_BYTE, 0);
    } else if (t->drained) {
        t->state = TEXT_END;
    }
    return to - out;
}

ptrdiff_t text_read(text_source *t, char *out, ptrdiff_t room)
{
    ptrdiff_t n = 0;
    while (n == 0 && t->state == TEXT_MORE) {
        fill_raw(t);
        if (t->state != TEXT_MORE) return 0;
        if (!t->encoding) choose_encoding(t);
        if (t->state != TEXT_MORE) return 0;
        n = t->converter ? read_converted(t, out, room) : read_utf8(t, out, room);
        const char *nul = n ? memchr(out, 0, (size_t)n) : NULL;
        if (nul) {
            t->state = TEXT_NUL;
            return nul - out;
        }
    }
    return n;
}
