#include "tap.h"

#include "base/utf8.h"

static void pieces(arena *a)
{
    str s = STR("行政处罚法");
    tap_is_int(s.len, 15, "lengths are bytes");
    tap_is_str(str_slice(s, 6, 12), "处罚", "a slice");
    tap_is_str(str_slice(s, -3, 99), "行政处罚法", "a slice is clamped");
    tap_is_int(str_slice(s, 5, 2).len, 0, "from beyond to is empty");
    tap_ok(str_equal((str){0}, STR("")), "a zeroed str is the empty string");
    tap_ok(!str_equal(STR("ab"), STR("a")), "a prefix is not equal");
    tap_ok(str_compare(STR("a"), STR("ab")) < 0, "a prefix comes first");
    tap_ok(str_compare(STR("\x7F"), STR("\xC2\x80")) < 0, "bytes compare unsigned");
    tap_ok(str_starts(s, STR("行政")) && !str_starts(s, STR("政")) && str_starts(s, STR("")), "str_starts");
    tap_ok(str_ends(s, STR("法")) && !str_ends(STR("a"), STR("ba")) && str_ends(s, STR("")), "str_ends");
    tap_is_int(str_find(s, STR("罚")), 9, "str_find");
    tap_is_int(str_find(s, STR("刑")), -1, "str_find without");
    tap_is_int(str_find((str){0}, STR("")), 0, "the empty string is everywhere");
    tap_is_int(str_find_byte(STR("a,b"), ','), 1, "str_find_byte");
    tap_is_int(str_find_byte((str){0}, ','), -1, "str_find_byte in nothing");
    tap_is_str(str_trim(STR("\xEF\xBB\xBF \t　张三 李四\xC2\xA0\r\n")), "张三 李四", "str_trim takes Chinese and web spaces too");
    tap_is_str(str_trim(STR(" 　 ")), "", "nothing but space");
    tap_is_str(str_concat(STR("a"), STR("bc"), a), "abc", "str_concat");
    tap_is_str(str_from(str_cstr(STR("abc"), a)), "abc", "str_cstr ends with NUL");
    tap_is_str(str_from(NULL), "", "NULL is empty");

    str rest = STR("a,,b");
    tap_is_str(str_cut(&rest, ','), "a", "str_cut: first field");
    tap_is_str(str_cut(&rest, ','), "", "an empty field");
    tap_is_str(str_cut(&rest, ','), "b", "the last field");
    tap_ok(rest.data == NULL, "data NULL says that no separator was left");
    rest = STR("a,");
    str_cut(&rest, ',');
    tap_ok(rest.data != NULL && rest.len == 0, "after a trailing separator one empty field is left");
}

static void hashing(void)
{
    char text[65];
    int collisions = 0;
    static uint64_t seen[65 * 2];
    memset(text, 'a', sizeof text);
    for (int n = 0; n < 65; n++) {
        seen[2 * n] = str_hash((str){text, n});
        text[n / 2] ^= 1;
        seen[2 * n + 1] = n ? str_hash((str){text, n}) : 0;
        text[n / 2] ^= 1;
    }
    for (int i = 0; i < 130; i++)
        for (int k = 0; k < i; k++) collisions += seen[i] == seen[k];
    tap_is_int(collisions, 0, "lengths 0..64 and one flipped bit in the middle of each all hash differently");
    tap_ok(str_hash((str){0}) == str_hash(STR("")), "the empty string has one hash");

    // Numbered keys in a table of 4096 buckets: a fair die would leave about 1/e of the buckets empty.
    static bool used[4096];
    int filled = 0;
    for (int i = 0; i < 4096; i++) {
        char key[16];
        int len = snprintf(key, sizeof key, "case-%d", i);
        bool *bucket = &used[str_hash((str){key, len}) & 4095];
        filled += !*bucket;
        *bucket = true;
    }
    tap_ok(filled > 2450 && filled < 2730, "the low bits spread like chance: %d of 4096 buckets", filled);
}

static void building(arena *a)
{
    buf b = {.arena = a};
    buf_printf(&b, "第%d条", 85);
    buf_add_byte(&b, ' ');
    buf_add(&b, STR("期间"));
    buf_add_char(&b, 0x1F600);
    buf_add_char(&b, 0xD800);
    tap_is_str(buf_str(&b), "第85条 期间😀\uFFFD", "a text is put together; a surrogate becomes U+FFFD");

    b.len = 0;
    arena_new(a, 10, char);   // something else stands behind the buffer now
    for (int i = 0; i < 100000; i++) buf_printf(&b, "%d,", i % 10);
    tap_ok(b.len == 200000 && str_ends(buf_str(&b), STR("7,8,9,")), "200 kB piece by piece");
    str long_text = buf_str(&b);
    tap_ok(str_equal(str_printf(a, "%.*s", STR_ARG(long_text)), long_text), "str_printf of a long text");
    tap_is_str(str_printf(a, "%s", ""), "", "str_printf of nothing");
    tap_is_str(str_printf(a, "%s-%s", "x", "y"), "x-y", "and again behind it");
}

static void code_points(void)
{
    str s = STR("aé行𠀀");
    ptrdiff_t i = 0;
    uint32_t got[4];
    for (int k = 0; k < 4; k++) got[k] = utf8_next(s, &i);
    tap_ok(got[0] == 'a' && got[1] == 0xE9 && got[2] == 0x884C && got[3] == 0x20000 && i == s.len, "one to four bytes");
    tap_is_int(utf8_length(s), 4, "utf8_length");
    tap_is_int(utf8_offset(s, 2), 3, "utf8_offset");
    tap_is_int(utf8_offset(s, 99), s.len, "utf8_offset is clamped");
    tap_is_int(utf8_invalid_at(s), -1, "valid text");

    static const struct {
        str bytes;
        int at;
        const char *why;
    } bad[] = {
        {{"\x80", 1}, 0, "a lone continuation byte"},
        {{"ab\xC0\xAF", 4}, 2, "an overlong slash in two bytes"},
        {{"\xE0\x80\xAF", 3}, 0, "an overlong slash in three"},
        {{"\xF0\x80\x80\xAF", 4}, 0, "an overlong slash in four"},
        {{"\xED\xA0\x80", 3}, 0, "a surrogate"},
        {{"\xF4\x90\x80\x80", 4}, 0, "U+110000"},
        {{"\xF5\x80\x80\x80", 4}, 0, "a first byte beyond F4"},
        {{"abcdefgh\xE8\xA1", 10}, 8, "a character cut short"},
        {{"abcdefg\xFFz", 9}, 7, "FF inside eight bytes"},
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        tap_ok(utf8_invalid_at(bad[k].bytes) == bad[k].at, "invalid: %s", bad[k].why);
    i = 0;
    tap_ok(utf8_next(STR("\xE8\xA1"), &i) == UTF8_INVALID && i == 1, "an invalid byte gives U+FFFD and moves by one");

    int wrong = 0;
    for (uint32_t c = 0; c <= 0x110000; c++) {
        char out[4];
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        str one = {out, utf8_encode(c, out)};
        i = 0;
        wrong += utf8_next(one, &i) != (surrogate || c > 0x10FFFF ? UTF8_INVALID : c) || i != one.len;
    }
    tap_is_int(wrong, 0, "every code point comes back from utf8_encode");

    tap_ok(utf8_is_han(0x3007) && utf8_is_han(0x9FFF) && utf8_is_han(0x20000) && !utf8_is_han(0x3042) && !utf8_is_han('a'),
           "utf8_is_han knows 〇, rare characters, and leaves kana out");
    tap_ok(utf8_narrow(0xFF21) == 'A' && utf8_narrow(0x3000) == ' ' && utf8_narrow(0x884C) == 0x884C, "utf8_narrow");
    tap_is_int(utf8_width(STR("a行（1）")), 8, "Han and full-width forms take two columns, Latin one");
}

int main(void)
{
    arena a = {0};
    pieces(&a);
    hashing();
    building(&a);
    code_points();
    arena_free(&a);
    return tap_done();
}
