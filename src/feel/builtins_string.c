// builtins_string.c: strings (DMN 1.5, 10.3.4.3) and conversion to and from them. Positions count code points.
#include <unicode/ustring.h>

#include "base/utf8.h"
#include "feel/feel_internal.h"

static feel_value wrong(run *r, const char *zh, const char *en) { return because(r, "FEEL-ARGUMENT", (bilingual){zh, en}); }

// ---- conversion ---------------------------------------------------------------------------------------

feel_value bi_string(run *r, const feel_value *args)
{
    buf out = {.arena = r->arena};
    feel_value v = args[0];
    if (v.kind == FEEL_NULL || v.kind == FEEL_STRING) return v;
    if (v.kind >= FEEL_DATE && v.kind <= FEEL_YEARS_DURATION) temporal_text(&out, v);
    else if (!print_value(&out, v, 0)) return wrong(r, "值过大，不能写成字符串", "the value is too large for a string");
    return spend(r, out.len / 16) ? feel_string(buf_str(&out)) : feel_null();
}

static bool is_separator(feel_value v, const char *allowed)
{
    return v.kind == FEEL_NULL || (v.string.len == 1 && str_find_byte(str_from(allowed), v.string.data[0]) >= 0);
}

feel_value bi_number(run *r, const feel_value *args)
{
    feel_value grouping = args[1], point = args[2];
    if (!is_separator(grouping, " ,.") || !is_separator(point, ",."))
        return wrong(r, "分组符只能是空格、“,”或“.”，小数点只能是“,”或“.”", "the grouping separator is a space, \",\" or \".\", the decimal separator \",\" or \".\"");
    char point_byte = point.kind == FEEL_NULL ? '.' : point.string.data[0], group = grouping.kind == FEEL_NULL ? 0 : grouping.string.data[0];
    if (group == point_byte) return wrong(r, "分组符与小数点不能相同", "the grouping and the decimal separator must differ");
    buf plain = {.arena = r->arena};
    decimal x;
    for (ptrdiff_t i = 0; i < args[0].string.len; i++) {
        char c = args[0].string.data[i];
        if (group && c == group) continue;
        if (c == '.' && point_byte != '.') return wrong(r, "不是数字", "this is not a number");
        buf_add_byte(&plain, c == point_byte ? '.' : c);
    }
    return decimal_parse(buf_str(&plain), &x) ? feel_number(x) : wrong(r, "不是数字", "this is not a number");
}

// ---- parts --------------------------------------------------------------------------------------------

static bool whole(decimal x, int64_t *out) { return decimal_round(x, 0, DECIMAL_DOWN, &x) && decimal_to_int(x, out); }

feel_value bi_substring(run *r, const feel_value *args)
{
    str s = args[0].string;
    int64_t start, length, count = utf8_length(s);
    if (!whole(args[1].number, &start) || start == 0 || start > count || start < -count)
        return because(r, "FEEL-INDEX", (bilingual){"起始位置不在字符串内", "the start position lies outside the string"});
    int64_t from = start > 0 ? start - 1 : count + start;
    length = count - from;
    if (args[2].kind == FEEL_NUMBER && (!whole(args[2].number, &length) || length < 1))
        return because(r, "FEEL-INDEX", (bilingual){"长度须为正整数", "the length must be positive"});
    if (length > count - from) length = count - from;
    return feel_string(str_slice(s, utf8_offset(s, (ptrdiff_t)from), utf8_offset(s, (ptrdiff_t)(from + length))));
}

feel_value bi_string_length(run *r, const feel_value *args)
{
    (void)r;
    return feel_int(utf8_length(args[0].string));
}

// Full case mapping of Unicode, of no language in particular (ICU): "ß" has two capitals, and the sigma that ends a word is
// another. Plain ASCII, the usual case, needs no library.
static feel_value map_case(run *r, str s, bool upper)
{
    buf out = {.arena = r->arena};
    if (!spend(r, s.len / 16)) return feel_null();
    bool ascii = true;
    for (ptrdiff_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        ascii &= (unsigned char)c < 0x80;
        buf_add_byte(&out, upper && c >= 'a' && c <= 'z' ? (char)(c - 32) : !upper && c >= 'A' && c <= 'Z' ? (char)(c + 32) : c);
    }
    if (ascii) return feel_string(buf_str(&out));
    if (s.len > INT32_MAX / 16) return wrong(r, "字符串过长", "the string is too long");
    UErrorCode status = U_ZERO_ERROR;
    int32_t wide = (int32_t)s.len, most = (int32_t)s.len * 3, length = 0;       // one UTF-16 unit per byte at most, and three for each mapped
    UChar *from = arena_new(r->arena, wide, UChar), *to = arena_new(r->arena, most, UChar);
    char *text = arena_new(r->arena, most * 3, char);
    u_strFromUTF8(from, wide, &wide, s.data, (int32_t)s.len, &status);
    length = upper ? u_strToUpper(to, most, from, wide, "", &status) : u_strToLower(to, most, from, wide, "", &status);
    u_strToUTF8(text, most * 3, &length, to, length, &status);
    return U_SUCCESS(status) ? feel_string((str){text, length}) : wrong(r, "字符串不是有效的 UTF-8", "the string is not valid UTF-8");
}

feel_value bi_upper_case(run *r, const feel_value *args) { return map_case(r, args[0].string, true); }
feel_value bi_lower_case(run *r, const feel_value *args) { return map_case(r, args[0].string, false); }

feel_value bi_substring_before(run *r, const feel_value *args)
{
    ptrdiff_t at = str_find(args[0].string, args[1].string);
    (void)r;
    return feel_string(str_slice(args[0].string, 0, at < 0 ? 0 : at));
}

feel_value bi_substring_after(run *r, const feel_value *args)
{
    ptrdiff_t at = str_find(args[0].string, args[1].string);
    (void)r;
    return feel_string(at < 0 ? (str){0} : str_slice(args[0].string, at + args[1].string.len, args[0].string.len));
}

feel_value bi_contains(run *r, const feel_value *args)
{
    (void)r;
    return feel_boolean(str_find(args[0].string, args[1].string) >= 0);
}

feel_value bi_starts_with(run *r, const feel_value *args)
{
    (void)r;
    return feel_boolean(str_starts(args[0].string, args[1].string));
}

feel_value bi_ends_with(run *r, const feel_value *args)
{
    (void)r;
    return feel_boolean(str_ends(args[0].string, args[1].string));
}

feel_value bi_string_join(run *r, const feel_value *args)
{
    buf out = {.arena = r->arena};
    bool first = true;
    for (ptrdiff_t i = 0; i < args[0].list->count; i++) {
        feel_value item = args[0].list->items[i];
        if (item.kind == FEEL_NULL) continue;
        if (item.kind != FEEL_STRING) return wrong(r, "只能连接字符串", "only strings can be joined");
        if (!spend(r, 1 + item.string.len / 16)) return feel_null();
        if (!first && args[1].kind == FEEL_STRING) buf_add(&out, args[1].string);
        buf_add(&out, item.string);
        first = false;
    }
    return feel_string(buf_str(&out));
}

// ---- regular expressions ------------------------------------------------------------------------------

typedef struct { ptrdiff_t from, to; } piece;
typedef struct { piece *at; ptrdiff_t count, cap; } pieces;       // offsets of whole matches and groups, in order

static void pieces_add(pieces *p, const size_t *ends, int groups, arena *a)
{
    if (p->count + groups > p->cap) {
        piece *grown = arena_new(a, p->cap = 2 * p->cap + groups + 16, piece);
        for (ptrdiff_t i = 0; i < p->count; i++) grown[i] = p->at[i];
        p->at = grown;
    }
    for (int g = 0; g < groups; g++)
        p->at[p->count++] = ends[2 * g] == (size_t)-1 ? (piece){0, 0} : (piece){(ptrdiff_t)ends[2 * g], (ptrdiff_t)ends[2 * g + 1]};
}

enum { FIND_FIRST = 1, FIND_ALL = 1 << 20 /* matches in one text: more is no use to anyone */ };
typedef struct { pieces pieces; ptrdiff_t count; int groups; bool empty; } matches;       // `empty`: the pattern matches the empty string

// Finds up to `most` matches. False, with the reason recorded: a bad pattern, or one that takes too long.
static bool find_matches(run *r, str subject, str pattern, feel_value flags, ptrdiff_t most, matches *found)
{
    regex *x = regex_open(r, pattern, flags.kind == FEEL_STRING ? flags.string : (str){0});
    int status = 1;
    *found = (matches){0};
    if (!x) return false;
    const size_t *ends;
    // XPath refuses to replace or split by what matches the empty string (err:FORX0003).
    found->empty = most == FIND_ALL && regex_find(x, STR(""), 0, &ends, &found->groups) > 0;
    for (ptrdiff_t from = 0; found->count < most && from <= subject.len && !found->empty;) {
        status = regex_find(x, subject, from, &ends, &found->groups);
        if (status <= 0) break;
        found->empty = ends[0] == ends[1];
        pieces_add(&found->pieces, ends, found->groups, r->arena);
        found->count++;
        from = (ptrdiff_t)ends[1];
    }
    if (status >= 0) return spend(r, 1 + subject.len / 16 + found->count);
    because(r, "FEEL-PATTERN", (bilingual){"正则匹配超出允许的步数或内存", "matching the pattern took more steps or memory than allowed"});
    return false;
}

feel_value bi_matches(run *r, const feel_value *args)
{
    matches found;
    return find_matches(r, args[0].string, args[1].string, args[2], FIND_FIRST, &found) ? feel_boolean(found.count > 0) : feel_null();
}

// "$1" is a group, "$0" the match, "\$" and "\\" themselves; anything else after a backslash or a dollar is an error (XPath fn:replace).
static bool check_replacement(str t)
{
    for (ptrdiff_t i = 0; i < t.len; i++) {
        char next = i + 1 < t.len ? t.data[i + 1] : 0;
        if (t.data[i] == '\\' && next != '\\' && next != '$') return false;
        if (t.data[i] == '$' && !(next >= '0' && next <= '9')) return false;
        if (t.data[i] == '\\' || t.data[i] == '$') i++;
    }
    return true;
}

static void add_replacement(buf *out, str t, str subject, const piece *groups, int group_count, bool literal)
{
    for (ptrdiff_t i = 0; i < t.len; i++) {
        if (literal || (t.data[i] != '\\' && t.data[i] != '$')) {
            buf_add_byte(out, t.data[i]);
        } else if (t.data[i] == '\\') {
            buf_add_byte(out, t.data[++i]);
        } else {
            int g = t.data[++i] - '0';
            while (i + 1 < t.len && t.data[i + 1] >= '0' && t.data[i + 1] <= '9' && g * 10 + t.data[i + 1] - '0' < group_count) g = g * 10 + (t.data[++i] - '0');
            if (g < group_count) buf_add(out, str_slice(subject, groups[g].from, groups[g].to));
        }
    }
}

static bool matches_nothing(run *r, const matches *found)
{
    if (found->empty) because(r, "FEEL-PATTERN", (bilingual){"该正则能匹配空串，不能用于替换或拆分", "a pattern that matches the empty string can neither replace nor split"});
    return found->empty;
}

feel_value bi_replace(run *r, const feel_value *args)
{
    str subject = args[0].string, replacement = args[2].string;
    matches found;
    bool literal = args[3].kind == FEEL_STRING && str_find_byte(args[3].string, 'q') >= 0;
    if (!literal && !check_replacement(replacement)) return wrong(r, "替换文本中 $ 后须为数字，\\ 后须为 $ 或 \\", "in the replacement a digit must follow $, and $ or \\ must follow \\");
    if (!find_matches(r, subject, args[1].string, args[3], FIND_ALL, &found) || matches_nothing(r, &found)) return feel_null();
    buf out = {.arena = r->arena};
    ptrdiff_t at = 0;
    for (ptrdiff_t i = 0; i < found.count && spend(r, 1 + replacement.len / 16); i++) {
        const piece *match = found.pieces.at + i * found.groups;
        buf_add(&out, str_slice(subject, at, match->from));
        add_replacement(&out, replacement, subject, match, found.groups, literal);
        at = match->to;
    }
    buf_add(&out, str_slice(subject, at, subject.len));
    return feel_string(buf_str(&out));
}

feel_value bi_split(run *r, const feel_value *args)
{
    str subject = args[0].string;
    matches found;
    if (!find_matches(r, subject, args[1].string, feel_null(), FIND_ALL, &found) || matches_nothing(r, &found)) return feel_null();
    values parts = {.arena = r->arena};
    ptrdiff_t at = 0;
    for (ptrdiff_t i = 0; i < found.count; i++) {
        const piece *match = found.pieces.at + i * found.groups;
        values_add(&parts, feel_string(str_slice(subject, at, match->from)));
        at = match->to;
    }
    values_add(&parts, feel_string(str_slice(subject, at, subject.len)));
    return values_list(&parts);
}
