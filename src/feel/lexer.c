// lexer.c: tokens and names of FEEL (DMN 1.5, 10.3.1.2: grammar rules 22-36, 61-65).
//
// A FEEL name may hold spaces and the symbols . / - ' + *, so only the scope can say where it ends. The lexer
// therefore gives words, and lex_name compares a whole declared name with the text, token by token.
#include "base/utf8.h"
#include "feel/feel_internal.h"

static bool is_space(uint32_t c)       // rule 63
{
    if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D);
    return c == 0x85 || c == 0xA0 || c == 0x1680 || c == 0x180E
        || (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000
        || c == 0xFEFF;
}

static bool is_name_start(uint32_t c)  // rule 28, without '?', which is a token of its own
{
    static const struct { uint32_t low, high; } ranges[] = {
        {0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D},
        {0x37F, 0x1FFF}, {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF},
        {0xF900, 0xFDCF}, {0xFDF0, 0xFFFC}, {0x10000, 0xEFFFF},
    };
    if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (is_space(c)) return false;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i].low && c <= ranges[i].high) return true;
    return false;
}

static bool is_name_part(uint32_t c)   // rule 29
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == 0xB7 || (c >= 0x300 && c <= 0x36F)
        || (c >= 0x203F && c <= 0x2040);
}

static uint32_t peek(str text, int32_t at, int32_t *next)
{
    ptrdiff_t offset = at;
    if ((unsigned char)text.data[at] < 0x80) return *next = at + 1, (unsigned char)text.data[at];      // nearly always
    uint32_t c = utf8_next(text, &offset);
    *next = (int32_t)offset;
    return c;
}

static int32_t skip_space(str text, int32_t at)
{
    int32_t next;
    while (at < text.len && is_space(peek(text, at, &next))) at = next;
    return at;
}

// White space and comments. A comment that never ends is left standing, for lex_token to report.
static int32_t skip_blank(str text, int32_t at)
{
    for (;;) {
        at = skip_space(text, at);
        str rest = str_slice(text, at, text.len);
        if (str_starts(rest, STR("//"))) {
            ptrdiff_t n = str_find_byte(rest, '\n');
            at = n < 0 ? (int32_t)text.len : at + (int32_t)n;
        } else if (str_starts(rest, STR("/*"))) {
            ptrdiff_t n = str_find(str_slice(rest, 2, rest.len), STR("*/"));
            if (n < 0) return at;
            at += (int32_t)n + 4;
        } else {
            return at;
        }
    }
}

static int32_t skip_word(str text, int32_t at)
{
    int32_t next;
    for (; at < text.len; at = next) {
        unsigned char c = (unsigned char)text.data[at];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= '0' && c <= '9');
        next = at + 1;
        if (!plain && (c < 0x80 || !is_name_part(peek(text, at, &next)))) break;
    }
    return at;
}

static bool is_digit(str text, int32_t at) { return at < text.len && text.data[at] >= '0' && text.data[at] <= '9'; }

static int32_t skip_number(str text, int32_t at)   // rule 37
{
    while (is_digit(text, at)) at++;
    if (at < text.len && text.data[at] == '.' && is_digit(text, at + 1)) {
        at++;
        while (is_digit(text, at)) at++;
    }
    if (at < text.len && (text.data[at] == 'e' || text.data[at] == 'E')) {
        int32_t exponent = at + 1;
        if (exponent < text.len && (text.data[exponent] == '+' || text.data[exponent] == '-')) exponent++;
        if (is_digit(text, exponent)) {
            at = exponent;
            while (is_digit(text, at)) at++;
        }
    }
    return at;
}

token lex_token(str text, int32_t from)
{
    int32_t at = skip_blank(text, from), next = at;
    if (at >= text.len) return (token){TOK_END, at, at};
    uint32_t c = peek(text, at, &next);
    char second = next < text.len ? text.data[next] : 0;
    if ((c >= '0' && c <= '9') || (c == '.' && is_digit(text, next))) return (token){TOK_NUMBER, at, skip_number(text, at)};
    if (is_name_start(c)) return (token){TOK_WORD, at, skip_word(text, at)};
    if (c == '"') {
        for (int32_t i = next; i < text.len; i++) {
            if (text.data[i] == '\\') i++;
            else if (text.data[i] == '"') return (token){TOK_STRING, at, i + 1};
        }
        return (token){TOK_BAD_STRING, at, (int32_t)text.len};
    }
    static const struct { char first, second; int kind; } pairs[] = {
        {'.', '.', TOK_DOTS}, {'<', '=', TOK_LE}, {'>', '=', TOK_GE}, {'!', '=', TOK_NE}, {'*', '*', TOK_POWER},
        {'-', '>', TOK_ARROW}, {'/', '*', TOK_BAD_COMMENT},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (c == (uint32_t)pairs[i].first && second == pairs[i].second) return (token){pairs[i].kind, at, next + 1};
    if (c < 128 && str_find_byte(STR("+-*/=<>()[]{},.:?@'"), (char)c) >= 0) return (token){(int)c, at, next};
    return (token){TOK_BAD_CHARACTER, at, next};
}

// A name is words and single symbols; white space between them does not count.
static int32_t name_token_end(str text, int32_t at)
{
    int32_t next, end = skip_word(text, at);
    if (end > at) return end;
    peek(text, at, &next);
    return next;
}

int32_t lex_name(str text, int32_t from, str name)
{
    // Most names are turned away by their first byte: every name in scope is tried at every word.
    bool plain = name.len && name.data[0] > ' ';
    if (plain && (from >= text.len || text.data[from] != name.data[0])) return -1;
    int32_t in = skip_space(name, 0), at = from;
    if (in >= name.len) return -1;
    for (;;) {
        int32_t name_end = name_token_end(name, in);
        if (at >= text.len) return -1;
        int32_t end = name_token_end(text, at);
        if (!str_equal(str_slice(name, in, name_end), str_slice(text, at, end))) return -1;
        in = skip_space(name, name_end);
        if (in >= name.len) return end;
        at = skip_space(text, end);
    }
}

bool lex_key(str text, int32_t from, arena *a, str *key, int32_t *end)
{
    buf out = {.arena = a};
    int32_t at = skip_blank(text, from), next;
    if (at >= text.len || !is_name_start(peek(text, at, &next))) return false;
    while (at < text.len) {
        uint32_t c = peek(text, at, &next);
        if (c == ':') {
            *key = buf_str(&out);
            *end = next;
            return true;
        }
        if (!is_name_part(c) && !(c < 128 && str_find_byte(STR("./-'+*"), (char)c) >= 0)) return false;
        int32_t stop = name_token_end(text, at);
        buf_add(&out, str_slice(text, at, stop));
        at = skip_space(text, stop);
        if (at > stop && at < text.len && text.data[at] != ':') buf_add_byte(&out, ' ');
    }
    return false;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool hex_digits(str s, ptrdiff_t at, int count, uint32_t *out)
{
    uint32_t x = 0;
    for (int i = 0; i < count; i++) {
        int h = at + i < s.len ? hex_value(s.data[at + i]) : -1;
        if (h < 0) return false;
        x = x << 4 | (uint32_t)h;
    }
    *out = x;
    return true;
}

// Rule 64. A backslash before any other character stands for itself ("\s" is two characters), as patterns need.
bool lex_string(str literal, arena *a, str *out)
{
    str s = str_slice(literal, 1, literal.len - 1);
    if (str_find_byte(s, '\\') < 0) {
        *out = str_copy(s, a);
        return true;
    }
    buf b = {.arena = a};
    for (ptrdiff_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (c != '\\' || i + 1 >= s.len) {
            buf_add_byte(&b, c);
            continue;
        }
        uint32_t x, low;
        c = s.data[++i];
        switch (c) {
        case 'n': buf_add_byte(&b, '\n'); break;
        case 'r': buf_add_byte(&b, '\r'); break;
        case 't': buf_add_byte(&b, '\t'); break;
        case '"': case '\\': case '\'': buf_add_byte(&b, c); break;
        case 'u':
            if (!hex_digits(s, i + 1, 4, &x)) return false;
            i += 4;
            if (x >= 0xD800 && x < 0xDC00) {          // the first half of a pair
                if (!str_starts(str_slice(s, i + 1, s.len), STR("\\u")) || !hex_digits(s, i + 3, 4, &low) || low < 0xDC00
                    || low > 0xDFFF)
                    return false;
                x = 0x10000 + ((x - 0xD800) << 10) + (low - 0xDC00);
                i += 6;
            } else if (x >= 0xDC00 && x < 0xE000) {
                return false;
            }
            buf_add_char(&b, x);
            break;
        case 'U':
            if (!hex_digits(s, i + 1, 6, &x) || x > 0x10FFFF || (x >= 0xD800 && x < 0xE000)) return false;
            i += 6;
            buf_add_char(&b, x);
            break;
        default:
            buf_add_byte(&b, '\\');
            buf_add_byte(&b, c);
        }
    }
    *out = buf_str(&b);
    return true;
}

static bool is_one_of(str word, const char *const *words)
{
    for (; *words; words++)
        if (str_equal(word, str_from(*words))) return true;
    return false;
}

bool lex_stops_name(str word)
{
    static const char *const words[] = {"and", "or", "in", "between", "instance", "then", "else", "return", "satisfies", NULL};
    return is_one_of(word, words);
}

bool lex_is_reserved(str word)
{
    static const char *const words[] = {"if", "for", "some", "every", "function", "true", "false", "null", NULL};
    return is_one_of(word, words) || lex_stops_name(word);
}

bool lex_is_plain_name(str s)
{
    int32_t at = 0, next;
    if (s.len > TEXT_MAX) return false;
    do {
        int32_t end = skip_word(s, at);
        if (end == at || !is_name_start(peek(s, at, &next)) || lex_is_reserved(str_slice(s, at, end))) return false;
        if (end == s.len) return true;
        if (s.data[end] != ' ') return false;
        at = end + 1;
    } while (at < s.len);
    return false;
}
