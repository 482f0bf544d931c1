// regex.c: the regular expressions of XPath (XML Schema part 2, appendix F; XPath functions 3.1, 5.6.1), run by PCRE2.
//
// The dialect is smaller than Perl's: what Perl adds (\b, lookaround, possessive quantifiers) is refused, what Perl lacks
// (class subtraction, \i and \c, blocks) is rewritten. Match, depth and heap limits bound every search. PCRE2 takes its
// memory from the arena of the evaluation: nothing needs freeing, and running out leaves by the arena's escape.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <unicode/uchar.h>
#include <unicode/uset.h>

#include "base/utf8.h"
#include "feel/feel_internal.h"

enum {
    PATTERN_MAX = 8192,            // bytes of a pattern
    GROUPS_NESTED_MAX = 50,
    CLASSES_NESTED_MAX = 20,
    BLOCK_NAME_MAX = 60,           // the longest name of a block has 45
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
    bool skip_space, dot_all;      // flags x, s
    const char *zh, *en;           // what is wrong
} translator;

static bool refuse(translator *t, const char *zh, const char *en)
{
    if (!t->zh) t->zh = zh, t->en = en;
    return false;
}

static char peek(const translator *t) { return t->at < t->in.len ? t->in.data[t->at] : 0; }

// What stands for an escape inside brackets. \i and \c are the characters that XML names begin with and go on with
// (XML 1.0, 5th edition, rules 4 and 4a); their complements are what lies between.
static const char *class_escape(char c)
{
    switch (c) {
    case 's': return " \\t\\n\\r";
    case 'S': return "\\x{0}-\\x{8}\\x{B}\\x{C}\\x{E}-\\x{1F}\\x{21}-\\x{10FFFF}";
    case 'd': return "\\p{Nd}";
    case 'D': return "\\P{Nd}";
    case 'w': return "\\p{L}\\p{M}\\p{N}\\p{S}";
    case 'W': return "\\p{P}\\p{Z}\\p{C}";
    case 'i': return ":A-Z_a-z\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{2FF}\\x{370}-\\x{37D}\\x{37F}-\\x{1FFF}\\x{200C}\\x{200D}\\x{2070}-\\x{218F}"
                     "\\x{2C00}-\\x{2FEF}\\x{3001}-\\x{D7FF}\\x{F900}-\\x{FDCF}\\x{FDF0}-\\x{FFFD}\\x{10000}-\\x{EFFFF}";
    case 'I': return "\\x{0}-9;-@\\[-\\^`{-\\x{BF}\\x{D7}\\x{F7}\\x{300}-\\x{36F}\\x{37E}\\x{2000}-\\x{200B}\\x{200E}-\\x{206F}\\x{2190}-\\x{2BFF}"
                     "\\x{2FF0}-\\x{3000}\\x{E000}-\\x{F8FF}\\x{FDD0}-\\x{FDEF}\\x{FFFE}\\x{FFFF}\\x{F0000}-\\x{10FFFF}";
    case 'c': return "\\-.0-:A-Z_a-z\\x{B7}\\x{C0}-\\x{D6}\\x{D8}-\\x{F6}\\x{F8}-\\x{37D}\\x{37F}-\\x{1FFF}\\x{200C}\\x{200D}\\x{203F}\\x{2040}\\x{2070}-\\x{218F}"
                     "\\x{2C00}-\\x{2FEF}\\x{3001}-\\x{D7FF}\\x{F900}-\\x{FDCF}\\x{FDF0}-\\x{FFFD}\\x{10000}-\\x{EFFFF}";
    case 'C': return "\\x{0}-,/;-@\\[-\\^`{-\\x{B6}\\x{B8}-\\x{BF}\\x{D7}\\x{F7}\\x{37E}\\x{2000}-\\x{200B}\\x{200E}-\\x{203E}\\x{2041}-\\x{206F}\\x{2190}-\\x{2BFF}"
                     "\\x{2FF0}-\\x{3000}\\x{E000}-\\x{F8FF}\\x{FDD0}-\\x{FDEF}\\x{FFFE}\\x{FFFF}\\x{F0000}-\\x{10FFFF}";
    default: return NULL;
    }
}

// "IsCyrillic": the name of a block without its spaces. Every block is one range.
static bool block_range(str name, UChar32 *low, UChar32 *high)
{
    char text[BLOCK_NAME_MAX + 1];
    UErrorCode status = U_ZERO_ERROR;
    if (name.len < 3 || name.len > BLOCK_NAME_MAX) return false;
    memcpy(text, name.data + 2, (size_t)name.len - 2);
    text[name.len - 2] = 0;
    for (const char *c = text; *c; c++)
        if (!((*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-')) return false;
    int32_t block = u_getPropertyValueEnum(UCHAR_BLOCK, text);
    if (block <= UBLOCK_NO_BLOCK) return false;
    USet *set = uset_openEmpty();
    if (!set) return false;
    uset_applyIntPropertyValue(set, UCHAR_BLOCK, block, &status);
    bool found = U_SUCCESS(status) && uset_getItem(set, 0, low, high, NULL, 0, &status) == 0 && U_SUCCESS(status);
    uset_close(set);
    return found;
}

static bool translate_property(translator *t, char p, bool in_class)
{
    str rest = str_slice(t->in, t->at, t->in.len);
    ptrdiff_t close = str_find_byte(rest, '}');
    if (peek(t) != '{' || close < 0) return refuse(t, "\\p 后须为 {…}", "\\p needs {…}");
    str name = str_slice(rest, 1, close);
    UChar32 low, high;
    t->at += close + 1;
    if (!str_starts(name, STR("Is"))) {
        if (name.len < 1 || name.len > 2 || name.data[0] < 'A' || name.data[0] > 'Z') return refuse(t, "未知的字符类别", "unknown character category");
        // Flag i does not make an upper-case letter of a lower-case one here.
        buf_printf(&t->out, in_class ? "\\%c{%.*s}" : "(?-i:\\%c{%.*s})", p, STR_ARG(name));
        return true;
    }
    if (!block_range(name, &low, &high)) return refuse(t, "未知的字符区块", "unknown block of characters");
    if (!in_class) {
        buf_printf(&t->out, "[%s\\x{%X}-\\x{%X}]", p == 'P' ? "^" : "", (unsigned)low, (unsigned)high);
    } else if (p == 'p') {
        buf_printf(&t->out, "\\x{%X}-\\x{%X}", (unsigned)low, (unsigned)high);
    } else {                                       // what lies below and above
        if (low > 0) buf_printf(&t->out, "\\x{0}-\\x{%X}", (unsigned)low - 1);
        if (high < 0x10FFFF) buf_printf(&t->out, "\\x{%X}-\\x{10FFFF}", (unsigned)high + 1);
    }
    return true;
}

// A back-reference has as many digits as there are groups for: with 12 groups closed before it, "\12" is the twelfth.
static bool translate_reference(translator *t, int group, int groups_closed)
{
    while (peek(t) >= '0' && peek(t) <= '9' && group * 10 + peek(t) - '0' <= groups_closed) group = group * 10 + (t->in.data[t->at++] - '0');
    if (group > groups_closed) return refuse(t, "引用了不存在的分组", "a reference to a group that is not there");
    buf_printf(&t->out, "\\g{%d}", group);
    return true;
}

// `set`: the escape stands for many characters, so it cannot be the end of a range.
static bool translate_escape(translator *t, bool in_class, int groups_closed, bool *set)
{
    if (t->at + 1 >= t->in.len) return refuse(t, "末尾多余的“\\”", "a lone \\ at the end");
    char c = t->in.data[t->at + 1];
    t->at += 2;
    *set = false;
    if (c == 'n' || c == 'r' || c == 't') return buf_printf(&t->out, "\\%c", c), true;
    if (c && str_find_byte(STR("\\|.?*+(){}-[]^$/"), c) >= 0) return buf_printf(&t->out, "\\%c", c), true;
    *set = true;
    if (c == 'p' || c == 'P') return translate_property(t, c, in_class);
    if (c >= '1' && c <= '9' && !in_class) return translate_reference(t, c - '0', groups_closed);
    const char *members = class_escape(c);
    if (!members) return refuse(t, "此处的“\\”转义不属于 XPath 正则", "this \\ escape is not part of XPath expressions");
    buf_printf(&t->out, in_class ? "%s" : "[%s]", members);
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
    bool set = false, range = false;               // what stood before was a set; was the lower end of a range and "-"
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
        bool dash = c == '-' && t->at > start && !range && t->at + 1 < t->in.len && t->in.data[t->at + 1] != ']';
        if (dash && set) return refuse(t, "区间的端点须为单个字符", "the end of a range must be one character");
        if (c == '\\') {
            if (!translate_escape(t, true, 0, &set)) return false;
            if (range && set) return refuse(t, "区间的端点须为单个字符", "the end of a range must be one character");
        } else {
            set = false;
            buf_add_byte(&t->out, c);
            t->at++;
        }
        range = dash;
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
    bool set;
    while (t->at < t->in.len) {
        char c = peek(t);
        switch (c) {
        case '\\':
            if (!translate_escape(t, false, closed, &set)) return false;
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
        case '.':                                  // a carriage return is the end of a line as well
            buf_add(&t->out, t->dot_all ? STR(".") : STR("[^\\n\\r]"));
            t->at++;
            repeatable = true;
            break;
        default:
            buf_add_byte(&t->out, c);
            t->at++;
            repeatable = c != '^' && c != '$';
        }
    }
    return open ? refuse(t, "缺少“)”", "missing )") : true;
}

// Flag x: white space outside of classes is no part of the pattern, not even behind a backslash.
static str without_space(str pattern, arena *a)
{
    buf out = {.arena = a};
    int classes = 0;
    for (ptrdiff_t i = 0; i < pattern.len; i++) {
        char c = pattern.data[i];
        if (!classes && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
        if (c == '\\' && classes) buf_add_byte(&out, c), i++;
        else if (c == '\\') {
            while (i + 1 < pattern.len && str_find_byte(STR(" \t\n\r"), pattern.data[i + 1]) >= 0) i++;
            buf_add_byte(&out, c), i++;
        } else if (c == '[') classes++;
        else if (c == ']' && classes) classes--;
        if (i < pattern.len) buf_add_byte(&out, pattern.data[i]);
    }
    return buf_str(&out);
}

static bool read_flags(translator *t, str flags, uint32_t *options)
{
    *options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
    for (ptrdiff_t i = 0; i < flags.len; i++) {
        switch (flags.data[i]) {
        case 's': *options |= PCRE2_DOTALL, t->dot_all = true; break;
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

static void *take_memory(PCRE2_SIZE size, void *from) { return arena_alloc(from, (ptrdiff_t)size, 1, _Alignof(max_align_t)); }
static void leave_memory(void *p, void *from) { (void)p, (void)from; }

regex *regex_open(run *r, str pattern, str flags)
{
    translator t = {.in = pattern, .out = {.arena = r->arena}};
    uint32_t options;
    int error;
    PCRE2_SIZE where;
    if (pattern.len > PATTERN_MAX) refuse(&t, "过长", "too long");
    if (t.zh || !read_flags(&t, flags, &options)) return no_regex(r, &t);
    bool literal = options & PCRE2_LITERAL;
    if (t.skip_space && !literal) t.in = without_space(pattern, r->arena);
    if (!literal && !translate(&t)) return no_regex(r, &t);
    str ready = literal ? pattern : buf_str(&t.out);
    pcre2_general_context *memory = pcre2_general_context_create(take_memory, leave_memory, r->arena);
    pcre2_compile_context *settings = pcre2_compile_context_create(memory);
    pcre2_set_newline(settings, PCRE2_NEWLINE_LF);
    regex *x = arena_new(r->arena, 1, regex);
    x->code = pcre2_compile((PCRE2_SPTR)(ready.data ? ready.data : ""), (PCRE2_SIZE)ready.len, options, &error, &where, settings);
    if (!x->code) {
        refuse(&t, "无法理解", "it cannot be understood");
        return no_regex(r, &t);
    }
    x->data = pcre2_match_data_create_from_pattern(x->code, memory);
    x->context = pcre2_match_context_create(memory);
    pcre2_set_match_limit(x->context, MATCH_LIMIT);
    pcre2_set_depth_limit(x->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(x->context, HEAP_LIMIT_KIB);
    return x;
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
