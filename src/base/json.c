#include "base/json.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "base/utf8.h"

// ---- Order of members ----

// RFC 8785, 3.2.3: by UTF-16 code units. That differs from the order of bytes in one point only: characters
// above U+FFFF are surrogate pairs (D800..DFFF) there and so come before U+E000..U+FFFF.
static int compare_names(str a, str b)
{
    ptrdiff_t shorter = a.len < b.len ? a.len : b.len;
    for (ptrdiff_t i = 0; i < shorter; i++) {
        unsigned char x = (unsigned char)a.data[i], y = (unsigned char)b.data[i];
        if (x == y) continue;
        if (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0)) return x >= 0xF0 ? -1 : 1;
        return x < y ? -1 : 1;
    }
    return (a.len > b.len) - (a.len < b.len);
}

enum { SORT_SMALL = 32 };   // up to here on the stack, by insertion

// The members in that order; members of one name stay in document order. By merging, bottom up: a hash table
// would be faster for 100,000 members, but whoever sends the file could choose them to collide.
static json **sort_members(const json *object, json *small[SORT_SMALL], arena *a)
{
    ptrdiff_t n = object->count, filled = 0;
    if (n <= SORT_SMALL) {
        for (json *m = object->first; m; m = m->next) {
            ptrdiff_t i = filled++;
            for (; i > 0 && compare_names(small[i - 1]->name, m->name) > 0; i--) small[i] = small[i - 1];
            small[i] = m;
        }
        return small;
    }
    json **from = arena_new(a, n, json *), **to = arena_new(a, n, json *);
    for (json *m = object->first; m; m = m->next) from[filled++] = m;
    for (ptrdiff_t run = 1; run < n; run *= 2) {
        for (ptrdiff_t start = 0; start < n; start += 2 * run) {
            ptrdiff_t middle = start + run < n ? start + run : n;
            ptrdiff_t end = middle + run < n ? middle + run : n;
            ptrdiff_t left = start, right = middle;
            for (ptrdiff_t i = start; i < end; i++) {
                bool take_left = left < middle &&
                                 (right == end || compare_names(from[left]->name, from[right]->name) <= 0);
                to[i] = take_left ? from[left++] : from[right++];
            }
        }
        json **sorted = to;
        to = from;
        from = sorted;
    }
    return from;
}

// ---- Reading ----

typedef struct {
    str text, file;
    ptrdiff_t at;
    arena *arena;
    diag_list *diags;
    int depth;
    // The place of `counted`; place_of moves it forward, so that counting columns stays linear.
    ptrdiff_t counted, line_start;
    int line, column;
} parser;

static void place_of(parser *p, ptrdiff_t offset)
{
    assert(offset >= p->counted);
    for (; p->counted < offset; p->counted++) {
        unsigned char c = (unsigned char)p->text.data[p->counted];
        if (c == '\n') {
            if (p->line < INT_MAX) p->line++;
            p->column = 1;
            p->line_start = p->counted + 1;
        } else if ((c & 0xC0) != 0x80) {
            p->column++;
        }
    }
}

static source_pos pos_of(parser *p, ptrdiff_t offset)
{
    place_of(p, offset);
    str rest = str_slice(p->text, p->line_start, p->text.len);
    ptrdiff_t end = str_find_byte(rest, '\n');
    if (end > 0 && rest.data[end - 1] == '\r') end--;
    return (source_pos){.file = p->file, .line = p->line, .column = p->column, .source = end < 0 ? rest : str_slice(rest, 0, end)};
}

typedef struct {
    const char *code;
    bilingual message, hint;
} fault;

static const fault
    too_large = {"JSON-TOO-LARGE", {"文件超过 64 MiB 的上限", "the file is larger than the limit of 64 MiB"},
                 {"把数据拆成几个文件", "split the data into several files"}},
    not_utf8 = {"JSON-UTF8", {"此处的字节不是有效的 UTF-8 文本", "the bytes here are not valid UTF-8"},
                {"以 UTF-8 编码重新保存文件", "save the file again in UTF-8"}},
    too_deep = {"JSON-DEPTH", {"嵌套超过 200 层的上限", "nested deeper than the limit of 200 levels"}, {0}},
    empty = {"JSON-EMPTY", {"文件没有内容，应为一个 JSON 值", "the file is empty; a JSON value was expected"}, {0}},
    no_value = {"JSON-VALUE", {"此处应为一个值", "a value was expected here"},
                {"值为 \"文字\"、数字、true、false、null、[ ] 或 { }", "a value is \"text\", a number, true, false, null, [ ] or { }"}},
    bad_word = {"JSON-VALUE", {"此处的词不是 JSON 的值", "this word is not a JSON value"},
                {"JSON 只有 true、false、null 三个词，均为小写；文字须加英文双引号", "JSON knows only the words true, false and null, in lower case; text needs double quotes"}},
    bad_quote = {"JSON-QUOTE", {"此处的引号不是英文双引号", "this quotation mark is not a straight double quote"},
                 {"改用英文双引号 \"", "use \" instead"}},
    bad_number = {"JSON-NUMBER", {"数字的写法不正确", "this number is not written correctly"},
                  {"正确的写法如 0、-7、3.14、1e5；开头不能有多余的 0、加号或小数点", "write numbers like 0, -7, 3.14 or 1e5: no extra leading 0, no plus sign, digits on both sides of the point"}},
    open_string = {"JSON-STRING", {"文字缺少结尾的双引号", "the string lacks its closing quote"}, {0}},
    control = {"JSON-CONTROL", {"文字中不能直接出现控制字符", "a control character may not stand in a string as it is"},
               {"换行写作 \\n，制表符写作 \\t", "write a line break as \\n and a tab as \\t"}},
    bad_escape = {"JSON-ESCAPE", {"反斜杠后面的写法不正确", "this is not a valid escape"},
                  {"可用 \\\" \\\\ \\/ \\b \\f \\n \\r \\t 以及 \\u 加四位十六进制数；反斜杠本身写作 \\\\", "use \\\" \\\\ \\/ \\b \\f \\n \\r \\t, or \\u and four hexadecimal digits; a backslash itself is \\\\"}},
    surrogate = {"JSON-SURROGATE", {"\\u 代理码没有成对出现", "a \\u surrogate stands without its other half"}, {0}},
    no_name = {"JSON-NAME", {"此处应为用双引号括起的成员名称", "a member name in double quotes was expected here"}, {0}},
    no_colon = {"JSON-COLON", {"成员名称后缺少冒号", "a colon is missing after the member name"}, {"补上英文冒号 :", "add :"}},
    no_comma = {"JSON-COMMA", {"此处应为逗号或结束的括号", "a comma or the closing bracket was expected here"}, {0}},
    extra_comma = {"JSON-COMMA", {"最后一项之后不能有逗号", "no comma may follow the last item"}, {"删去这个逗号", "delete this comma"}},
    trailing = {"JSON-TRAILING", {"值结束之后还有多余的内容", "something follows after the end of the value"}, {0}};

// Reports and gives false, for `return fail(…)`.
static bool fail(parser *p, ptrdiff_t offset, const fault *f)
{
    diag_add(p->diags, DIAG_ERROR, f->code, pos_of(p, offset), f->hint, f->message);
    return false;
}

static int peek(const parser *p)
{
    return p->at < p->text.len ? (unsigned char)p->text.data[p->at] : -1;
}

static void skip_space(parser *p)
{
    for (int c = peek(p); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(p)) p->at++;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool at_foreign_quote(const parser *p)
{
    static const str quotes[] = {{"'", 1}, {"\xE2\x80\x9C", 3}, {"\xE2\x80\x9D", 3}, {"\xE2\x80\x98", 3},
                                 {"\xE2\x80\x99", 3}, {"\xEF\xBC\x82", 3}};   // ' “ ” ‘ ’ ＂
    str rest = str_slice(p->text, p->at, p->text.len);
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
        if (str_starts(rest, quotes[i])) return true;
    return false;
}

static bool read_number(parser *p, str *out)
{
    ptrdiff_t start = p->at;
    bool ok = true;
    if (peek(p) == '-') p->at++;
    if (peek(p) == '0') p->at++;
    else for (ok = is_digit(peek(p)); is_digit(peek(p));) p->at++;
    if (ok && peek(p) == '.') {
        p->at++;
        for (ok = is_digit(peek(p)); is_digit(peek(p));) p->at++;
    }
    if (ok && (peek(p) == 'e' || peek(p) == 'E')) {
        p->at++;
        if (peek(p) == '+' || peek(p) == '-') p->at++;
        for (ok = is_digit(peek(p)); is_digit(peek(p));) p->at++;
    }
    int c = peek(p);
    if (!ok || is_digit(c) || is_letter(c) || c == '.' || c == '+' || c == '-') return fail(p, start, &bad_number);
    *out = str_slice(p->text, start, p->at);
    return true;
}

// Four hexadecimal digits at `offset`, or -1.
static int32_t hex4(str s, ptrdiff_t offset)
{
    int32_t value = 0;
    if (s.len - offset < 4) return -1;
    for (ptrdiff_t i = offset; i < offset + 4; i++) {
        char c = s.data[i];
        int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return -1;
        value = value << 4 | digit;
    }
    return value;
}

// The code point of the escape at *offset, which stands at a backslash; moves past it.
static bool read_escape(parser *p, ptrdiff_t *offset, uint32_t *code_point)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    str s = p->text;
    ptrdiff_t at = *offset;
    char letter = s.data[at + 1];   // there is one: the string has a closing quote
    const char *simple = letter ? strchr(letters, letter) : NULL;
    if (simple) {
        *code_point = (unsigned char)meant[simple - letters];
        *offset += 2;
        return true;
    }
    int32_t high = letter == 'u' ? hex4(s, at + 2) : -1;
    if (high < 0) return fail(p, at, &bad_escape);
    *code_point = (uint32_t)high;
    *offset += 6;
    if (high < 0xD800 || high > 0xDFFF) return true;
    int32_t low = str_starts(str_slice(s, at + 6, s.len), STR("\\u")) ? hex4(s, at + 8) : -1;
    if (high > 0xDBFF || low < 0xDC00 || low > 0xDFFF) return fail(p, at, &surrogate);
    *code_point = 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    *offset += 6;
    return true;
}

static bool read_string(parser *p, str *out)
{
    ptrdiff_t start = ++p->at;
    bool escapes = false;
    for (;; p->at++) {
        int c = peek(p);
        if (c == '"') break;
        if (c < 0 || c == '\n') return fail(p, start - 1, &open_string);
        if (c < 0x20) return fail(p, p->at, &control);
        if (c == '\\') {
            escapes = true;
            p->at++;
            if (peek(p) < 0x20) p->at--;   // no escape at all: leave the byte to the tests above
        }
    }
    str raw = str_slice(p->text, start, p->at);
    ptrdiff_t end = p->at++;
    *out = raw;
    if (!escapes) return true;
    char *decoded = arena_new(p->arena, raw.len, char);   // an escape is never shorter than what it stands for
    ptrdiff_t len = 0;
    for (ptrdiff_t i = start; i < end;) {
        if (p->text.data[i] != '\\') {
            decoded[len++] = p->text.data[i++];
            continue;
        }
        uint32_t c;
        if (!read_escape(p, &i, &c)) return false;
        len += utf8_encode(c, decoded + len);
    }
    *out = (str){decoded, len};
    return true;
}

static bool read_word(parser *p, json_kind *kind)
{
    static const struct {
        str word;
        json_kind kind;
    } words[] = {{{"null", 4}, JSON_NULL}, {{"false", 5}, JSON_FALSE}, {{"true", 4}, JSON_TRUE}};
    ptrdiff_t start = p->at;
    while (is_letter(peek(p)) || is_digit(peek(p))) p->at++;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!str_equal(str_slice(p->text, start, p->at), words[i].word)) continue;
        *kind = words[i].kind;
        return true;
    }
    return fail(p, start, &bad_word);
}

json *json_again(const json *value, arena *a)
{
    json *j = arena_new(a, 1, json);
    *j = *value;
    j->name = (str){0};
    j->next = NULL;
    return j;
}

static void append(json *parent, json *child)
{
    assert(!child->next);
    if (parent->last) parent->last->next = child;
    else parent->first = child;
    parent->last = child;
    parent->count++;
}

// Goes on after a duplicate, so that one run shows them all.
static void check_duplicates(parser *p, const json *object)
{
    json *small[SORT_SMALL];
    arena_position mark = arena_mark(p->arena);
    json **sorted = sort_members(object, small, p->arena);
    int before = p->diags->errors;
    for (ptrdiff_t i = 1; i < object->count; i++) {
        if (!str_equal(sorted[i - 1]->name, sorted[i]->name)) continue;
        source_pos at = json_pos(sorted[i], p->file);
        at.element = sorted[i]->name;
        diag_add(p->diags, DIAG_ERROR, "JSON-DUPLICATE", at,
                 (bilingual){"删去其中一个，或改用另一个名称", "delete one of them, or rename it"},
                 (bilingual){"成员名称重复，前一个在第 %d 行", "a second member of this name; the other one is in line %d"},
                 sorted[i - 1]->line);
    }
    if (p->diags->errors == before) arena_rewind(p->arena, mark);   // else the diagnostics may lie behind the mark
}

static bool read_value(parser *p, json **out);

static bool fail_unclosed(parser *p, const json *container)
{
    diag_add(p->diags, DIAG_ERROR, "JSON-UNCLOSED", pos_of(p, p->at), (bilingual){0},
             (bilingual){"文件在此结束，但第 %d 行第 %d 列的括号没有闭合",
                         "the file ends here, but the bracket in line %d, column %d is not closed"},
             container->line, container->column);
    return false;
}

static bool read_name(parser *p, str *name)
{
    if (peek(p) != '"') return fail(p, p->at, at_foreign_quote(p) ? &bad_quote : &no_name);
    if (!read_string(p, name)) return false;
    skip_space(p);
    if (peek(p) != ':') return fail(p, p->at, &no_colon);
    p->at++;
    return true;
}

static bool read_container(parser *p, json *container, char closing)
{
    if (p->depth == JSON_DEPTH_MAX) return fail(p, p->at, &too_deep);
    p->depth++;
    p->at++;
    skip_space(p);
    ptrdiff_t comma = -1;
    while (peek(p) != closing) {
        if (peek(p) < 0) return fail_unclosed(p, container);
        str name = {0};
        json *child;
        if (container->kind == JSON_OBJECT && !read_name(p, &name)) return false;
        if (!read_value(p, &child)) return false;
        child->name = name;
        append(container, child);
        skip_space(p);
        comma = -1;
        if (peek(p) == ',') {
            comma = p->at++;
            skip_space(p);
        } else if (peek(p) >= 0 && peek(p) != closing) {
            return fail(p, p->at, &no_comma);
        }
    }
    if (comma >= 0) return fail(p, comma, &extra_comma);
    p->at++;
    p->depth--;
    if (container->kind == JSON_OBJECT) check_duplicates(p, container);
    return true;
}

static bool read_value(parser *p, json **out)
{
    skip_space(p);
    place_of(p, p->at);
    json *value = arena_new(p->arena, 1, json);
    *out = value;
    value->line = p->line;
    value->column = p->column;
    int c = peek(p);
    switch (c) {
    case '{': value->kind = JSON_OBJECT; return read_container(p, value, '}');
    case '[': value->kind = JSON_ARRAY; return read_container(p, value, ']');
    case '"': value->kind = JSON_STRING; return read_string(p, &value->text);
    case '+': case '.': return fail(p, p->at, &bad_number);
    }
    if (c == '-' || is_digit(c)) {
        value->kind = JSON_NUMBER;
        return read_number(p, &value->text);
    }
    if (is_letter(c)) return read_word(p, &value->kind);
    return fail(p, p->at, at_foreign_quote(p) ? &bad_quote : &no_value);
}

json *json_parse(str text, str file, arena *a, diag_list *d)
{
    parser p = {.text = text, .file = file, .arena = a, .diags = d, .line = 1, .column = 1};
    int before = d->errors;
    if (text.len > JSON_SIZE_MAX) {
        diag_add(d, DIAG_ERROR, too_large.code, (source_pos){.file = file}, too_large.hint, too_large.message);
        return NULL;
    }
    // A byte order mark may be ignored (RFC 8259, 8.1): editors on Windows write one.
    if (str_starts(text, STR("\xEF\xBB\xBF"))) p.at = p.counted = p.line_start = 3;
    ptrdiff_t invalid = utf8_invalid_at(text);
    if (invalid >= 0) {
        fail(&p, invalid, &not_utf8);
        return NULL;
    }
    skip_space(&p);
    if (p.at == text.len) {
        fail(&p, p.at, &empty);
        return NULL;
    }
    json *value;
    if (!read_value(&p, &value)) return NULL;
    skip_space(&p);
    if (p.at < text.len) fail(&p, p.at, &trailing);
    return d->errors == before ? value : NULL;
}

// ---- Looking up ----

json *json_get(const json *object, str name)
{
    if (!object || object->kind != JSON_OBJECT) return NULL;
    for (json *m = object->first; m; m = m->next)
        if (str_equal(m->name, name)) return m;
    return NULL;
}

str json_string(const json *object, str name)
{
    const json *value = json_get(object, name);
    return value && value->kind == JSON_STRING ? value->text : (str){0};
}

bool json_bool(const json *object, str name, bool fallback)
{
    const json *value = json_get(object, name);
    if (!value || (value->kind != JSON_TRUE && value->kind != JSON_FALSE)) return fallback;
    return value->kind == JSON_TRUE;
}

int64_t json_int(const json *object, str name, int64_t fallback)
{
    const json *value = json_get(object, name);
    decimal number;
    int64_t n;
    if (!value || value->kind != JSON_NUMBER || !decimal_parse(value->text, &number) || !decimal_to_int(number, &n))
        return fallback;
    return n;
}

source_pos json_pos(const json *value, str file)
{
    return (source_pos){.file = file, .line = value->line, .column = value->column};
}

// ---- Making ----

static json *new_value(json_kind kind, str text, arena *a)
{
    json *value = arena_new(a, 1, json);
    value->kind = kind;
    value->text = text;
    return value;
}

json *json_new_object(arena *a)
{
    return new_value(JSON_OBJECT, (str){0}, a);
}

json *json_new_array(arena *a)
{
    return new_value(JSON_ARRAY, (str){0}, a);
}

json *json_new_string(str s, arena *a)
{
    return new_value(JSON_STRING, s, a);
}

json *json_new_number(str lexical, arena *a)
{
    return new_value(JSON_NUMBER, lexical, a);
}

json *json_new_int(int64_t n, arena *a)
{
    return json_new_decimal(decimal_from_int(n), a);
}

json *json_new_decimal(decimal x, arena *a)
{
    return new_value(JSON_NUMBER, decimal_text(x, a), a);
}

json *json_new_bool(bool b, arena *a)
{
    return new_value(b ? JSON_TRUE : JSON_FALSE, (str){0}, a);
}

json *json_new_null(arena *a)
{
    return new_value(JSON_NULL, (str){0}, a);
}

void json_set(json *object, str name, json *value)
{
    assert(object->kind == JSON_OBJECT);
    value->name = name;
    json *before = NULL;
    for (json *m = object->first; m; before = m, m = m->next) {
        if (!str_equal(m->name, name)) continue;
        assert(!value->next);
        value->next = m->next;
        if (before) before->next = value;
        else object->first = value;
        if (object->last == m) object->last = value;
        m->next = NULL;
        return;
    }
    append(object, value);
}

void json_push(json *array, json *value)
{
    assert(array->kind == JSON_ARRAY);
    append(array, value);
}

// ---- Writing ----

void json_write_string(buf *out, str s)
{
    static const char digits[] = "0123456789abcdef", letters[] = "btn?fr";   // for 08..0D; 0B has none
    bool valid = utf8_invalid_at(s) < 0;
    ptrdiff_t done = 0;
    buf_reserve(out, s.len + 2);
    buf_add_byte(out, '"');
    for (ptrdiff_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.data[i];
        if (c >= 0x80 && !valid) {   // what we write is JSON whatever we are given
            buf_add(out, str_slice(s, done, i));
            buf_add_char(out, utf8_next(s, &i));
            done = i;
            continue;
        }
        if (c >= 0x20 && c != '"' && c != '\\') {
            i++;
            continue;
        }
        buf_add(out, str_slice(s, done, i));
        done = ++i;
        if (c >= 0x20) {
            buf_add(out, (str){(const char[]){'\\', (char)c}, 2});
        } else if (c >= 0x08 && c <= 0x0D && c != 0x0B) {
            buf_add(out, (str){(const char[]){'\\', letters[c - 0x08]}, 2});
        } else {
            buf_add(out, (str){(const char[]){'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]}, 6});
        }
    }
    buf_add(out, str_slice(s, done, s.len));
    buf_add_byte(out, '"');
}

static const str words[] = {[JSON_NULL] = {"null", 4}, [JSON_FALSE] = {"false", 5}, [JSON_TRUE] = {"true", 4}};

static void write_scalar(buf *out, const json *value)
{
    switch (value->kind) {
    case JSON_STRING: json_write_string(out, value->text); break;
    case JSON_NUMBER: buf_add(out, value->text); break;
    default: buf_add(out, words[value->kind]); break;
    }
}

static bool is_container(const json *value)
{
    return value->kind == JSON_ARRAY || value->kind == JSON_OBJECT;
}

void json_write(buf *out, const json *value)
{
    if (!is_container(value)) {
        write_scalar(out, value);
        return;
    }
    bool object = value->kind == JSON_OBJECT;
    json *small[SORT_SMALL], **sorted = object ? sort_members(value, small, out->arena) : NULL, *element = value->first;
    buf_add_byte(out, object ? '{' : '[');
    for (ptrdiff_t i = 0; i < value->count; i++) {
        if (i) buf_add_byte(out, ',');
        if (object) {
            json_write_string(out, sorted[i]->name);
            buf_add_byte(out, ':');
            json_write(out, sorted[i]);
        } else {
            json_write(out, element);
            element = element->next;
        }
    }
    buf_add_byte(out, object ? '}' : ']');
}

static void new_line(buf *out, int indent)
{
    buf_add_byte(out, '\n');
    for (int i = 0; i < indent; i++) buf_add(out, STR("  "));
}

static void write_pretty(buf *out, const json *value, int indent)
{
    if (!is_container(value)) {
        write_scalar(out, value);
        return;
    }
    bool object = value->kind == JSON_OBJECT;
    buf_add_byte(out, object ? '{' : '[');
    for (const json *child = value->first; child; child = child->next) {
        new_line(out, indent + 1);
        if (object) {
            json_write_string(out, child->name);
            buf_add(out, STR(": "));
        }
        write_pretty(out, child, indent + 1);
        if (child->next) buf_add_byte(out, ',');
    }
    if (value->first) new_line(out, indent);
    buf_add_byte(out, object ? '}' : ']');
}

void json_write_pretty(buf *out, const json *value)
{
    write_pretty(out, value, 0);
}
