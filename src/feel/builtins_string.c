// builtins_string.c: strings (DMN 1.5, 10.3.4.3) and conversion to and from them. Positions count code points.
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

// Simple case mapping for the alphabets that pair letters regularly: Latin, Greek, Cyrillic, Armenian, full-width.
static uint32_t to_upper(uint32_t c)
{
    if (c < 128) return c >= 'a' && c <= 'z' ? c - 32 : c;
    if (c == 0xB5) return 0x39C;
    if (c == 0xFF) return 0x178;
    if (c == 0x131) return 'I';
    if (c == 0x17F) return 'S';
    if (c == 0x3C2) return 0x3A3;
    if (c >= 0xE0 && c <= 0xFE && c != 0xF7) return c - 32;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x1E00 && c <= 0x1E95) || (c >= 0x1EA0 && c <= 0x1EFF)
        || (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F))
        return c & ~1u;
    if (((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E) || (c >= 0x4C1 && c <= 0x4CE)) && c % 2 == 0) return c - 1;
    if (c == 0x3AC) return 0x386;
    if (c >= 0x3AD && c <= 0x3AF) return c - 37;
    if (c >= 0x3B1 && c <= 0x3CB) return c - 32;
    if (c == 0x3CC) return 0x38C;
    if (c == 0x3CD || c == 0x3CE) return c - 63;
    if (c >= 0x430 && c <= 0x44F) return c - 32;
    if (c >= 0x450 && c <= 0x45F) return c - 80;
    if (c >= 0x561 && c <= 0x586) return c - 48;
    if (c >= 0xFF41 && c <= 0xFF5A) return c - 32;
    return c;
}

static uint32_t to_lower(uint32_t c)
{
    if (c < 128) return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 32;
    if (c == 0x130) return 'i';
    if (c == 0x178) return 0xFF;
    if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x1E00 && c <= 0x1E95) || (c >= 0x1EA0 && c <= 0x1EFF)
        || (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F))
        return c | 1u;
    if (((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E) || (c >= 0x4C1 && c <= 0x4CE)) && c % 2 == 1) return c + 1;
    if (c == 0x386) return 0x3AC;
    if (c >= 0x388 && c <= 0x38A) return c + 37;
    if (c == 0x38C) return 0x3CC;
    if (c == 0x38E || c == 0x38F) return c + 63;
    if (c >= 0x391 && c <= 0x3AB && c != 0x3A2) return c + 32;
    if (c >= 0x410 && c <= 0x42F) return c + 32;
    if (c >= 0x400 && c <= 0x40F) return c + 80;
    if (c >= 0x531 && c <= 0x556) return c + 48;
    if (c >= 0xFF21 && c <= 0xFF3A) return c + 32;
    return c;
}

static feel_value map_case(run *r, str s, bool upper)
{
    buf out = {.arena = r->arena};
    if (!spend(r, s.len / 16)) return feel_null();
    for (ptrdiff_t i = 0; i < s.len;) {
        uint32_t c = utf8_next(s, &i);
        if (upper && c == 0xDF) buf_add(&out, STR("SS"));     // the one letter whose capital is two
        else buf_add_char(&out, upper ? to_upper(c) : to_lower(c));
    }
    return feel_string(buf_str(&out));
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
//
// Between regex_open and regex_free nothing is taken from the arena: running out of it would jump over regex_free.
// So matches are collected on the heap first, and turned into values after.

typedef struct { ptrdiff_t from, to; } piece;
typedef struct { piece *at; ptrdiff_t count, cap; } pieces;       // offsets of whole matches and groups, in order

static bool pieces_add(pieces *p, const size_t *ends, int groups)
{
    if (p->count + groups > p->cap) {
        ptrdiff_t cap = 2 * p->cap + groups + 16;
        piece *grown = mem_resize(p->at, (size_t)p->cap * sizeof *grown, (size_t)cap * sizeof *grown);
        if (!grown) return false;
        p->at = grown;
        p->cap = cap;
    }
    for (int g = 0; g < groups; g++)
        p->at[p->count++] = ends[2 * g] == (size_t)-1 ? (piece){0, 0} : (piece){(ptrdiff_t)ends[2 * g], (ptrdiff_t)ends[2 * g + 1]};
    return true;
}

enum { FIND_FIRST = 1, FIND_ALL = 1 << 20 /* matches in one text: more is no use to anyone */ };

// Finds up to `most` matches. Returns how many, or -1 with the reason recorded.
static ptrdiff_t find_matches(run *r, str subject, str pattern, feel_value flags, ptrdiff_t most, pieces *found, int *group_count, bool *empty_match)
{
    regex *x = regex_open(r, pattern, flags.kind == FEEL_STRING ? flags.string : (str){0});
    ptrdiff_t count = 0, from = 0;
    bool trouble = false;
    if (!x) return -1;
    *group_count = 0;
    *empty_match = false;
    while (count < most && from <= subject.len) {
        const size_t *ends;
        int status = regex_find(x, subject, from, &ends, group_count);
        if (status < 0) trouble = true;
        if (status <= 0) break;
        if (ends[0] == ends[1]) *empty_match = true;
        if (!pieces_add(found, ends, *group_count)) trouble = true;
        count++;
        if (trouble || *empty_match) break;        // replace and split refuse patterns that match nothing
        from = (ptrdiff_t)ends[1];
    }
    regex_free(x);
    if (!trouble) return spend(r, 1 + subject.len / 16 + count) ? count : -1;
    because(r, "FEEL-PATTERN", (bilingual){"正则匹配超出允许的步数或内存", "matching the pattern took more steps or memory than allowed"});
    return -1;
}

// Copies what was found into the arena, so that the heap is free again before anything else happens.
static piece *keep_pieces(run *r, pieces *found)
{
    jmp_buf here, *outside = r->arena->escape;
    piece *volatile kept = NULL;
    if (!ARENA_GUARD(r->arena, here)) {
        kept = arena_new(r->arena, found->count, piece);
        for (ptrdiff_t i = 0; i < found->count; i++) kept[i] = found->at[i];
    }
    mem_release(found->at);
    r->arena->escape = outside;
    return kept ? kept : arena_new(r->arena, found->count, piece);      // did not fit: the same request now leaves for the edge
}

feel_value bi_matches(run *r, const feel_value *args)
{
    pieces found = {0};
    int groups;
    bool empty;
    ptrdiff_t count = find_matches(r, args[0].string, args[1].string, args[2], FIND_FIRST, &found, &groups, &empty);
    mem_release(found.at);
    return count < 0 ? feel_null() : feel_boolean(count > 0);
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

feel_value bi_replace(run *r, const feel_value *args)
{
    str subject = args[0].string, replacement = args[2].string;
    pieces found = {0};
    int groups;
    bool empty, literal = args[3].kind == FEEL_STRING && str_find_byte(args[3].string, 'q') >= 0;
    if (!literal && !check_replacement(replacement)) return wrong(r, "替换文本中 $ 后须为数字，\\ 后须为 $ 或 \\", "in the replacement a digit must follow $, and $ or \\ must follow \\");
    ptrdiff_t count = find_matches(r, subject, args[1].string, args[3], FIND_ALL, &found, &groups, &empty), at = 0;
    const piece *kept = keep_pieces(r, &found);
    if (count < 0) return feel_null();
    if (empty) return wrong(r, "正则能匹配空串，不能用于替换", "a pattern that matches nothing cannot be replaced");
    buf out = {.arena = r->arena};
    for (ptrdiff_t i = 0; i < count && spend(r, 1 + replacement.len / 16); i++) {
        const piece *match = kept + i * groups;
        buf_add(&out, str_slice(subject, at, match->from));
        add_replacement(&out, replacement, subject, match, groups, literal);
        at = match->to;
    }
    buf_add(&out, str_slice(subject, at, subject.len));
    return feel_string(buf_str(&out));
}

feel_value bi_split(run *r, const feel_value *args)
{
    str subject = args[0].string;
    pieces found = {0};
    int groups;
    bool empty;
    ptrdiff_t count = find_matches(r, subject, args[1].string, feel_null(), FIND_ALL, &found, &groups, &empty), at = 0;
    const piece *kept = keep_pieces(r, &found);
    if (count < 0) return feel_null();
    if (empty) return wrong(r, "分隔正则能匹配空串", "a delimiter that matches nothing cannot split");
    values parts = {.arena = r->arena};
    for (ptrdiff_t i = 0; i < count; i++) {
        const piece *match = kept + i * groups;
        values_add(&parts, feel_string(str_slice(subject, at, match->from)));
        at = match->to;
    }
    values_add(&parts, feel_string(str_slice(subject, at, subject.len)));
    return values_list(&parts);
}
