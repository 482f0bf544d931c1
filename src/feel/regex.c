// regex.c: the regular expressions of XPath (XML Schema part 2, appendix F; XPath functions 3.1, 5.6.1), run by PCRE2.
//
// The dialect is smaller than Perl's: what Perl adds (\b, lookaround, possessive quantifiers) is refused, what Perl lacks
// (class subtraction, \i and \c, blocks) is rewritten. Match, depth and heap limits bound every search.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/utf8.h"
#include "feel/feel_internal.h"

enum {
    PATTERN_MAX = 8192,            // bytes of a pattern
    GROUPS_NESTED_MAX = 50,
    CLASSES_NESTED_MAX = 20,
    MATCH_LIMIT = 1000000,         // calls of the matcher: well under a second
    DEPTH_LIMIT = 100000,
    HEAP_LIMIT_KIB = 16384
};

struct regex {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
    bool checked;                  // the subject is known to be valid UTF-8
};

typedef struct {
    str in;
    ptrdiff_t at;
    buf out;
    bool skip_space;               // flag x
    const char *zh, *en;           // what is wrong
} translator;

static bool refuse(translator *t, const char *zh, const char *en)
{
    if (!t->zh) t->zh = zh, t->en = en;
    return false;
}

static char peek(const translator *t) { return t->at < t->in.len ? t->in.data[t->at] : 0; }

// What stands for an escape inside brackets.
static const char *class_escape(char c)
{
    switch (c) {
    case 's': return " \\t\\n\\r";
    case 'S': return "\\x{0}-\\x{8}\\x{B}\\x{C}\\x{E}-\\x{1F}\\x{21}-\\x{10FFFF}";
    case 'd': return "\\p{Nd}";
    case 'D': return "\\P{Nd}";
    case 'w': return "\\p{L}\\p{M}\\p{N}\\p{S}";
    case 'W': return "\\p{P}\\p{Z}\\p{C}";
    case 'i': return "\\p{L}\\p{Nl}_:";
    case 'c': return "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Lm}_:.\\-\\x{B7}";
    default: return NULL;
    }
}

static const char *block_range(str name)           // the blocks people here name; others are refused
{
    static const struct { const char *name, *range; } blocks[] = {
        {"IsBasicLatin", "\\x{0}-\\x{7F}"}, {"IsLatin-1Supplement", "\\x{80}-\\x{FF}"}, {"IsLatinExtended-A", "\\x{100}-\\x{17F}"},
        {"IsLatinExtended-B", "\\x{180}-\\x{24F}"}, {"IsGreek", "\\x{370}-\\x{3FF}"}, {"IsGreekandCoptic", "\\x{370}-\\x{3FF}"},
        {"IsCyrillic", "\\x{400}-\\x{4FF}"}, {"IsHebrew", "\\x{590}-\\x{5FF}"}, {"IsArabic", "\\x{600}-\\x{6FF}"},
        {"IsTibetan", "\\x{F00}-\\x{FFF}"}, {"IsMongolian", "\\x{1800}-\\x{18AF}"}, {"IsGeneralPunctuation", "\\x{2000}-\\x{206F}"},
        {"IsCJKSymbolsandPunctuation", "\\x{3000}-\\x{303F}"}, {"IsHiragana", "\\x{3040}-\\x{309F}"}, {"IsKatakana", "\\x{30A0}-\\x{30FF}"},
        {"IsCJKUnifiedIdeographsExtensionA", "\\x{3400}-\\x{4DBF}"}, {"IsCJKUnifiedIdeographs", "\\x{4E00}-\\x{9FFF}"},
        {"IsHangulSyllables", "\\x{AC00}-\\x{D7AF}"}, {"IsCJKCompatibilityIdeographs", "\\x{F900}-\\x{FAFF}"},
        {"IsHalfwidthandFullwidthForms", "\\x{FF00}-\\x{FFEF}"},
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (str_equal(name, str_from(blocks[i].name))) return blocks[i].range;
    return NULL;
}

static bool translate_property(translator *t, char p, bool in_class)
{
    str rest = str_slice(t->in, t->at, t->in.len);
    ptrdiff_t close = str_find_byte(rest, '}');
    if (peek(t) != '{' || close < 0) return refuse(t, "\\p 后须为 {…}", "\\p needs {…}");
    str name = str_slice(rest, 1, close);
    t->at += close + 1;
    if (!str_starts(name, STR("Is"))) {
        if (name.len < 1 || name.len > 2 || name.data[0] < 'A' || name.data[0] > 'Z') return refuse(t, "未知的字符类别", "unknown character category");
        buf_printf(&t->out, "\\%c{%.*s}", p, STR_ARG(name));
        return true;
    }
    const char *range = block_range(name);
    if (!range || (p == 'P' && in_class)) return refuse(t, "未知的字符区块", "unknown block of characters");
    buf_printf(&t->out, in_class ? "%s%s" : "[%s%s]", p == 'P' ? "^" : "", range);
    return true;
}

static bool translate_escape(translator *t, bool in_class, int groups_closed)
{
    if (t->at + 1 >= t->in.len) return refuse(t, "末尾多余的“\\”", "a lone \\ at the end");
    char c = t->in.data[t->at + 1];
    t->at += 2;
    if (c == 'p' || c == 'P') return translate_property(t, c, in_class);
    if (c == 'n' || c == 'r' || c == 't') return buf_printf(&t->out, "\\%c", c), true;
    if (c && str_find_byte(STR("\\|.?*+(){}-[]^$/"), c) >= 0) return buf_printf(&t->out, "\\%c", c), true;
    if (c >= '1' && c <= '9' && !in_class) {
        if (c - '0' > groups_closed) return refuse(t, "引用了不存在的分组", "a reference to a group that is not there");
        return buf_printf(&t->out, "(?:\\%c)", c), true;
    }
    bool complement = (c == 'I' || c == 'C') && !in_class;
    const char *set = class_escape(complement ? (char)(c + 32) : c);
    if (!set) return refuse(t, "此处的“\\”转义不属于 XPath 正则", "this \\ escape is not part of XPath expressions");
    if (in_class) buf_add(&t->out, str_from(set));
    else buf_printf(&t->out, "[%s%s]", complement ? "^" : "", set);
    return true;
}

// "[…]", and "[a-z-[aeiou]]" as "(?:(?![aeiou])[a-z])".
static bool translate_class(translator *t, int depth)
{
    if (depth > CLASSES_NESTED_MAX) return refuse(t, "字符类嵌套过深", "classes are nested too deep");
    buf outer = t->out;
    t->out = (buf){.arena = outer.arena};
    t->at++;
    buf_add_byte(&t->out, '[');
    if (peek(t) == '^') buf_add_byte(&t->out, '^'), t->at++;
    ptrdiff_t start = t->at;
    str subtracted = {0};
    for (;;) {
        char c = peek(t);
        if (t->at >= t->in.len) return refuse(t, "缺少“]”", "missing ]");
        if (c == ']') {
            if (t->at == start) return refuse(t, "字符类为空", "an empty class");
            break;
        }
        if (c == '-' && t->at + 1 < t->in.len && t->in.data[t->at + 1] == '[') {
            if (t->at == start) return refuse(t, "字符类为空", "an empty class");
            t->at++;
            buf kept = t->out;
            t->out = (buf){.arena = outer.arena};
            if (!translate_class(t, depth + 1)) return false;
            subtracted = buf_str(&t->out);
            t->out = kept;
            if (peek(t) != ']') return refuse(t, "“-[…]”之后须为“]”", "\"-[…]\" must be the last thing in a class");
            break;
        }
        if (c == '[') return refuse(t, "字符类中的“[”须写作“\\[”", "[ in a class must be written \\[");
        if (c == '\\') {
            if (!translate_escape(t, true, 0)) return false;
            continue;
        }
        if (t->skip_space && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) {
            buf_printf(&t->out, "\\x{%X}", c);
        } else {
            buf_add_byte(&t->out, c);
        }
        t->at++;
    }
    t->at++;
    buf_add_byte(&t->out, ']');
    str own = buf_str(&t->out);
    t->out = outer;
    if (subtracted.len) buf_printf(&t->out, "(?:(?!%.*s)%.*s)", STR_ARG(subtracted), STR_ARG(own));
    else buf_add(&t->out, own);
    return true;
}

static bool translate_quantifier(translator *t)
{
    if (peek(t) == '{') {
        str rest = str_slice(t->in, t->at, t->in.len);
        ptrdiff_t close = str_find_byte(rest, '}'), digits = 0, commas = 0;
        for (ptrdiff_t i = 1; i < close; i++) {
            digits += rest.data[i] >= '0' && rest.data[i] <= '9';
            commas += rest.data[i] == ',';
        }
        if (close < 0 || digits + commas != close - 1 || commas > 1 || rest.data[1] == ',' || !digits)
            return refuse(t, "重复次数应写作 {2}、{2,} 或 {2,5}", "a repetition is written {2}, {2,} or {2,5}");
        buf_add(&t->out, str_slice(rest, 0, close + 1));
        t->at += close + 1;
    } else {
        buf_add_byte(&t->out, peek(t));
        t->at++;
    }
    if (peek(t) == '?') buf_add_byte(&t->out, '?'), t->at++;
    return true;
}

static bool translate(translator *t)
{
    int open = 0, closed = 0;
    bool repeatable = false;       // something stands before, which a quantifier may repeat
    while (t->at < t->in.len) {
        char c = peek(t);
        switch (c) {
        case '\\':
            if (!translate_escape(t, false, closed)) return false;
            repeatable = true;
            break;
        case '[':
            if (!translate_class(t, 0)) return false;
            repeatable = true;
            break;
        case ']': case '}': return refuse(t, "多余的“]”或“}”", "a ] or } too many");
        case '(':
            if (t->at + 1 < t->in.len && t->in.data[t->at + 1] == '?') {
                if (t->at + 2 >= t->in.len || t->in.data[t->at + 2] != ':') return refuse(t, "XPath 正则没有“(?…”", "XPath expressions have no \"(?…\"");
                buf_add(&t->out, STR("(?:"));
                t->at += 3;
            } else {
                buf_add_byte(&t->out, c);
                t->at++;
            }
            if (++open > GROUPS_NESTED_MAX) return refuse(t, "分组嵌套过深", "groups are nested too deep");
            repeatable = false;
            break;
        case ')':
            if (!open) return refuse(t, "多余的“)”", "a ) too many");
            open--;
            closed++;
            buf_add_byte(&t->out, c);
            t->at++;
            repeatable = true;
            break;
        case '|':
            buf_add_byte(&t->out, c);
            t->at++;
            repeatable = false;
            break;
        case '*': case '+': case '?': case '{':
            if (!repeatable) return refuse(t, "量词之前没有可重复的内容", "there is nothing to repeat before the quantifier");
            if (!translate_quantifier(t)) return false;
            repeatable = false;
            break;
        case ' ': case '\t': case '\n': case '\r':
            if (!t->skip_space) buf_printf(&t->out, "\\x{%X}", c), repeatable = true;
            t->at++;
            break;
        default:
            buf_add_byte(&t->out, c);
            t->at++;
            repeatable = c != '^';
        }
    }
    return open ? refuse(t, "缺少“)”", "missing )") : true;
}

static bool read_flags(translator *t, str flags, uint32_t *options)
{
    *options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
    for (ptrdiff_t i = 0; i < flags.len; i++) {
        switch (flags.data[i]) {
        case 's': *options |= PCRE2_DOTALL; break;
        case 'm': *options |= PCRE2_MULTILINE; break;
        case 'i': *options |= PCRE2_CASELESS; break;
        case 'x': t->skip_space = true; break;
        case 'q': *options |= PCRE2_LITERAL; break;
        default: return refuse(t, "标志只能是 s、m、i、x、q", "flags are s, m, i, x and q");
        }
    }
    // PCRE2_LITERAL does not go together with what only concerns patterns.
    if (*options & PCRE2_LITERAL) *options &= PCRE2_LITERAL | PCRE2_UTF | PCRE2_CASELESS;
    return true;
}

static regex *no_regex(run *r, const translator *t)
{
    because_texts(r, "FEEL-PATTERN", str_printf(r->arena, "正则表达式有误：%s", t->zh), str_printf(r->arena, "bad pattern: %s", t->en));
    return NULL;
}

regex *regex_open(run *r, str pattern, str flags)
{
    translator t = {.in = pattern, .out = {.arena = r->arena}};
    uint32_t options;
    int error;
    PCRE2_SIZE where;
    if (pattern.len > PATTERN_MAX) refuse(&t, "过长", "too long");
    if (t.zh || !read_flags(&t, flags, &options) || (!(options & PCRE2_LITERAL) && !translate(&t))) return no_regex(r, &t);
    str ready = options & PCRE2_LITERAL ? pattern : buf_str(&t.out);
    regex *x = mem_alloc(sizeof *x);
    if (x) {
        x->code = pcre2_compile((PCRE2_SPTR)(ready.data ? ready.data : ""), (PCRE2_SIZE)ready.len, options, &error, &where, NULL);
        if (x->code) x->data = pcre2_match_data_create_from_pattern(x->code, NULL);
        x->context = pcre2_match_context_create(NULL);
    }
    if (!x || !x->code || !x->data || !x->context) {
        regex_free(x);
        refuse(&t, "无法理解", "it cannot be understood");
        return no_regex(r, &t);
    }
    pcre2_set_match_limit(x->context, MATCH_LIMIT);
    pcre2_set_depth_limit(x->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(x->context, HEAP_LIMIT_KIB);
    return x;
}

void regex_free(regex *x)
{
    if (!x) return;
    pcre2_match_context_free(x->context);
    pcre2_match_data_free(x->data);
    pcre2_code_free(x->code);
    mem_release(x);
}

int regex_find(regex *x, str subject, ptrdiff_t from, const size_t **at, int *groups)
{
    int n = pcre2_match(x->code, (PCRE2_SPTR)(subject.data ? subject.data : ""), (PCRE2_SIZE)subject.len, (PCRE2_SIZE)from,
                        x->checked ? PCRE2_NO_UTF_CHECK : 0, x->data, x->context);
    x->checked = true;
    if (n == PCRE2_ERROR_NOMATCH) return 0;
    if (n < 0) return -1;
    *at = pcre2_get_ovector_pointer(x->data);
    *groups = (int)pcre2_get_ovector_count(x->data);
    return 1;
}
