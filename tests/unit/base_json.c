#include "tap.h"

#include "base/json.h"

static arena memory;

static const char *first_code(const diag_list *d)
{
    return d->first ? d->first->code : "none";
}

static json *parse(const char *text)
{
    diag_list d = {.arena = &memory};
    json *value = json_parse(str_from(text), STR("test.json"), &memory, &d);
    if (!value) tap_ok(false, "not read: %s (%s)", text, first_code(&d));
    return value;
}

static str canonical(const json *value)
{
    buf out = {.arena = &memory};
    json_write(&out, value);
    return buf_str(&out);
}

static void accepted(void)
{
    // What RFC 8259 allows, and the canonical text of it.
    static const struct {
        const char *in, *out, *why;
    } rows[] = {
        {"null", "null", "a lone word is a text (section 2)"},
        {" \t\r\n[ ] ", "[]", "the four kinds of white space"},
        {"\xEF\xBB\xBF{}", "{}", "a byte order mark is ignored (8.1)"},
        {"[true,false,null]", "[true,false,null]", "the words"},
        {"[0,-0,-7,3.14,1e5,1E+5,2.50e-10,100000000000000000000.10]", "[0,-0,-7,3.14,1e5,1E+5,2.50e-10,100000000000000000000.10]",
         "numbers stay as they were written"},
        {"\"\"", "\"\"", "an empty string"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"", "the short escapes; only the solidus needs none"},
        {"\"\\u0041\\u8fdd\\u6CD5\"", "\"A违法\"", "\\u escapes in both cases"},
        {"\"\\uD83D\\uDE00\"", "\"😀\"", "a surrogate pair"},
        {"\"\\u0000\\u001F\\u007f\"", "\"\\u0000\\u001f\x7F\"", "control characters are escaped, DEL is not (RFC 8785, 3.2.2.2)"},
        {"\"\\uFFFF\xEF\xBF\xBE\"", "\"\xEF\xBF\xBF\xEF\xBF\xBE\"", "noncharacters are characters"},
        {"\"行政\"", "\"行政\"", "text outside ASCII stays"},
        {"{\"\":1}", "{\"\":1}", "an empty name"},
        {"{\"b\":1,\"a\":{\"d\":[],\"c\":{}}}", "{\"a\":{\"c\":{},\"d\":[]},\"b\":1}", "members are ordered at every level"},
        // RFC 8785, 3.2.3, its own example.
        {"{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
         "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\",\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
         "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
         "\"😀\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}",
         "the order is of UTF-16 code units: 😀 comes before U+FB33"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json *value = parse(rows[i].in);
        if (value) tap_is_str(canonical(value), rows[i].out, rows[i].why);
    }
}

static void refused(void)
{
    static const struct {
        const char *text, *code;
    } rows[] = {
        {"", "JSON-EMPTY"}, {" \n", "JSON-EMPTY"}, {"\xEF\xBB\xBF", "JSON-EMPTY"},
        {"[1,]", "JSON-COMMA"}, {"{\"a\":1,}", "JSON-COMMA"}, {"[1 2]", "JSON-COMMA"}, {"{\"a\":1 \"b\":2}", "JSON-COMMA"}, {"[1}", "JSON-COMMA"},
        {"[,1]", "JSON-VALUE"}, {"[1,,2]", "JSON-VALUE"}, {"{\"a\":}", "JSON-VALUE"}, {"]", "JSON-VALUE"}, {"\f1", "JSON-VALUE"}, {"：", "JSON-VALUE"},
        {"True", "JSON-VALUE"}, {"nul", "JSON-VALUE"}, {"nulls", "JSON-VALUE"}, {"NaN", "JSON-VALUE"}, {"Infinity", "JSON-VALUE"}, {"undefined", "JSON-VALUE"},
        {"{a:1}", "JSON-NAME"}, {"{1:1}", "JSON-NAME"}, {"{,}", "JSON-NAME"}, {"{\"a\" 1}", "JSON-COLON"}, {"{\"a\"}", "JSON-COLON"}, {"{\"a\":1,,}", "JSON-NAME"},
        {"'a'", "JSON-QUOTE"}, {"{“a”:1}", "JSON-QUOTE"}, {"[＂a＂]", "JSON-QUOTE"},
        {"01", "JSON-NUMBER"}, {"-01", "JSON-NUMBER"}, {"+1", "JSON-NUMBER"}, {".5", "JSON-NUMBER"}, {"1.", "JSON-NUMBER"}, {"-", "JSON-NUMBER"}, {"1e", "JSON-NUMBER"},
        {"1e+", "JSON-NUMBER"}, {"1.2.3", "JSON-NUMBER"}, {"0x10", "JSON-NUMBER"}, {"1a", "JSON-NUMBER"}, {"-Infinity", "JSON-NUMBER"}, {"--1", "JSON-NUMBER"}, {"1_000", "JSON-NUMBER"},
        {"\"abc", "JSON-STRING"}, {"\"a\nb\"", "JSON-STRING"}, {"\"\\", "JSON-STRING"}, {"\"\\\"", "JSON-STRING"},
        {"\"a\tb\"", "JSON-CONTROL"}, {"\"\x1F\"", "JSON-CONTROL"}, {"\"\\\t\"", "JSON-CONTROL"},
        {"\"\\x41\"", "JSON-ESCAPE"}, {"\"\\u12\"", "JSON-ESCAPE"}, {"\"\\u12G4\"", "JSON-ESCAPE"}, {"\"\\U0041\"", "JSON-ESCAPE"}, {"\"\\'\"", "JSON-ESCAPE"}, {"\"\\行\"", "JSON-ESCAPE"},
        {"\"\\uD800\"", "JSON-SURROGATE"}, {"\"\\uDC00\"", "JSON-SURROGATE"}, {"\"\\uD800\\u0041\"", "JSON-SURROGATE"}, {"\"\\uD800\\n\"", "JSON-SURROGATE"},
        {"\"\\uDC00\\uD800\"", "JSON-SURROGATE"}, {"\"\\uD800\\uD800\"", "JSON-SURROGATE"}, {"\"\\uD800\\u\"", "JSON-SURROGATE"},
        {"1 2", "JSON-TRAILING"}, {"{}}", "JSON-TRAILING"}, {"[] // x", "JSON-TRAILING"}, {"null,", "JSON-TRAILING"},
        {"[", "JSON-UNCLOSED"}, {"{\"a\":[1,2", "JSON-UNCLOSED"}, {"[1,", "JSON-UNCLOSED"}, {"{\"a\":1,", "JSON-UNCLOSED"}, {"{", "JSON-UNCLOSED"}, {"{\"a\":", "JSON-VALUE"},
        {"{\"a\":1,\"a\":1}", "JSON-DUPLICATE"}, {"{\"a\":1,\"\\u0061\":2}", "JSON-DUPLICATE"}, {"[{\"\":1,\"\":2}]", "JSON-DUPLICATE"},
        {"\"\xFF\"", "JSON-UTF8"}, {"\"\xC0\xAF\"", "JSON-UTF8"}, {"\"\xED\xA0\x80\"", "JSON-UTF8"}, {"\xFF\xFE[\x01]", "JSON-UTF8"}, {"[1]\x80", "JSON-UTF8"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &memory};
        json *value = json_parse(str_from(rows[i].text), STR("x"), &memory, &d);
        if (!tap_ok(!value && d.errors == 1 && !strcmp(first_code(&d), rows[i].code), "%s: row %zu", rows[i].code, i))
            printf("#  text %s\n#  got %s, %d errors\n", rows[i].text, first_code(&d), d.errors);
    }
    diag_list d = {.arena = &memory};
    tap_ok(!json_parse((str){"[\0]", 3}, STR("x"), &memory, &d), "a NUL byte is no white space");
}

static void messages(void)
{
    static const struct {
        const char *text, *printed;
    } rows[] = {
        {"{\n  \"金额\": 5000,\n  \"依据\": “第八十五条”\n}",
         "处罚.json:3:9: 错误 [JSON-QUOTE] 此处的引号不是英文双引号\n"
         "   3 |   \"依据\": “第八十五条”\n"
         "     |           ^\n"
         "  提示：改用英文双引号 \"\n"},
        {"[\r\n1,\r\n]", "处罚.json:2:2: 错误 [JSON-COMMA] 最后一项之后不能有逗号\n"
                        "   2 | 1,\n"
                        "     |  ^\n"
                        "  提示：删去这个逗号\n"},
        {"{\"a\": [1,\n2", "处罚.json:2:2: 错误 [JSON-UNCLOSED] 文件在此结束，但第 1 行第 7 列的括号没有闭合\n"
                          "   2 | 2\n"
                          "     |  ^\n"},
        {"{\"a\":1,\n\"b\":2,\n\"a\":3,\n\"b\":4}", "处罚.json:3:5: 错误 [JSON-DUPLICATE] a：成员名称重复，前一个在第 1 行\n"
                                                  "  提示：删去其中一个，或改用另一个名称\n"
                                                  "处罚.json:4:5: 错误 [JSON-DUPLICATE] b：成员名称重复，前一个在第 2 行\n"
                                                  "  提示：删去其中一个，或改用另一个名称\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &memory};
        json_parse(str_from(rows[i].text), STR("处罚.json"), &memory, &d);
        buf out = {.arena = &memory};
        diag_print_all(&out, &d, LANG_ZH);
        tap_is_str(buf_str(&out), rows[i].printed, "what the author reads");
    }
}

static str nested(int depth)
{
    buf b = {.arena = &memory};
    for (int i = 0; i < depth; i++) buf_add_byte(&b, '[');
    for (int i = 0; i < depth; i++) buf_add_byte(&b, ']');
    return buf_str(&b);
}

static void limits(void)
{
    diag_list d = {.arena = &memory};
    tap_ok(json_parse(nested(JSON_DEPTH_MAX), STR("x"), &memory, &d) != NULL, "JSON_DEPTH_MAX levels");
    tap_ok(!json_parse(nested(JSON_DEPTH_MAX + 1), STR("x"), &memory, &d) && !strcmp(first_code(&d), "JSON-DEPTH"), "and not one more");

    d = (diag_list){.arena = &memory};
    char *spaces = arena_new(&memory, JSON_SIZE_MAX + 1, char);
    memset(spaces, ' ', (size_t)JSON_SIZE_MAX + 1);
    spaces[0] = '1';
    tap_ok(json_parse((str){spaces, JSON_SIZE_MAX}, STR("x"), &memory, &d) != NULL, "JSON_SIZE_MAX bytes");
    tap_ok(!json_parse((str){spaces, JSON_SIZE_MAX + 1}, STR("x"), &memory, &d) && !strcmp(first_code(&d), "JSON-TOO-LARGE"), "and not one more");

    // 100,000 members: quadratic work would show as minutes.
    d = (diag_list){.arena = &memory};
    buf b = {.arena = &memory};
    for (int i = 0; i < 100000; i++) buf_printf(&b, "%s\"member %d\":%d", i ? "," : "{", (i * 7919) % 100000, i);
    str open = buf_str(&b);
    json *big = json_parse(str_concat(open, STR("}"), &memory), STR("x"), &memory, &d);
    tap_ok(big && big->count == 100000, "an object of 100,000 members");
    str sorted = canonical(big);
    tap_ok(str_starts(sorted, STR("{\"member 0\":0,\"member 1\":")), "its canonical form is ordered");
    json *again = json_parse(sorted, STR("x"), &memory, &d);
    tap_ok(again && str_equal(canonical(again), sorted), "and comes back");
    json_parse(str_concat(open, STR(",\"member 77\":0}"), &memory), STR("x"), &memory, &d);
    tap_ok(d.errors == 1 && !strcmp(first_code(&d), "JSON-DUPLICATE"), "a duplicate among them is found");
}

static void lookups(void)
{
    json *o = parse("{\"name\": \"张三\", \"fee\": 200.00, \"days\": 7, \"big\": 9223372036854775808, \"open\": true, \"none\": null}");
    tap_is_str(json_string(o, STR("name")), "张三", "json_string");
    tap_is_str(json_string(o, STR("fee")), "", "not of a number");
    tap_is_str(json_get(o, STR("fee"))->text, "200.00", "a number is its text");
    tap_is_int(json_int(o, STR("days"), -1), 7, "json_int");
    tap_is_int(json_int(o, STR("fee"), -1), 200, "200.00 is whole");
    tap_is_int(json_int(o, STR("big"), -1), -1, "2^63 does not fit");
    tap_is_int(json_int(o, STR("name"), -1), -1, "text is no number");
    tap_ok(json_bool(o, STR("open"), false) && json_bool(o, STR("absent"), true) && !json_bool(o, STR("none"), false), "json_bool");
    tap_ok(!json_get(NULL, STR("a")) && !json_get(parse("[1]"), STR("a")) && !json_get(o, STR("absent")), "json_get of nothing is nothing");
    source_pos at = json_pos(json_get(o, STR("fee")), STR("f"));
    tap_ok(at.line == 1 && at.column == 23, "columns count characters, not bytes");
}

static void making(void)
{
    json *o = json_new_object(&memory), *list = json_new_array(&memory);
    json_set(o, STR("list"), list);
    json_set(o, STR("amount"), json_new_int(1, &memory));
    json_set(o, STR("title"), json_new_string(STR("甲\n\xFF乙"), &memory));
    json_set(o, STR("amount"), json_new_decimal(decimal_from_int(INT64_MIN), &memory));
    json_set(o, STR("empty"), json_new_object(&memory));
    json_push(list, json_new_bool(true, &memory));
    json_push(list, json_new_null(&memory));
    json_push(list, json_new_number(STR("1.50"), &memory));
    tap_is_int(o->count, 4, "setting a member again replaces it");
    tap_is_str(canonical(o), "{\"amount\":-9223372036854775808,\"empty\":{},\"list\":[true,null,1.50],\"title\":\"甲\\n\xEF\xBF\xBD乙\"}",
               "canonical; an invalid byte becomes U+FFFD");
    json_set(o, STR("list"), json_new_array(&memory));
    json_set(o, STR("empty"), json_new_null(&memory));
    json_set(o, STR("last"), json_new_bool(false, &memory));
    tap_is_str(canonical(o), "{\"amount\":-9223372036854775808,\"empty\":null,\"last\":false,\"list\":[],\"title\":\"甲\\n\xEF\xBF\xBD乙\"}",
               "the first and the last member can be replaced too");
    buf out = {.arena = &memory};
    json_write_pretty(&out, parse("{\"b\":[1,{\"c\":[]}],\"a\":{}}"));
    tap_is_str(buf_str(&out),
               "{\n"
               "  \"b\": [\n"
               "    1,\n"
               "    {\n"
               "      \"c\": []\n"
               "    }\n"
               "  ],\n"
               "  \"a\": {}\n"
               "}",
               "pretty: two spaces, members in given order");
}

// Every n-th allocation fails once: the run ends at the guard and gives everything back, until nothing fails.
static void out_of_memory(void)
{
    static const char text[] = "{\"list\":[1,2,3],\"text\":\"\\u8fdd\\u6cd5\",\"nested\":{\"a\":{\"b\":{\"c\":null}}}}";
    buf b = {.arena = &memory};
    for (int i = 0; i < 300; i++) buf_printf(&b, "%s\"%d\":%s", i ? "," : "{", i, text);
    buf_add_byte(&b, '}');
    jmp_buf env;
    arena a = {0};
    volatile bool read = false;
    volatile long n = 0;
    while (!read && n < 1000) {
        a = (arena){0};
        mem_fail_after(++n);
        if (!ARENA_GUARD(&a, env)) {
            diag_list d = {.arena = &a};
            json *value = json_parse(buf_str(&b), STR("x"), &a, &d);
            buf out = {.arena = &a};
            if (value) json_write(&out, value);
            read = value && d.errors == 0;
        }
        arena_free(&a);
        if (a.used != 0) break;
    }
    mem_fail_after(0);
    tap_ok(read && n > 5 && a.used == 0, "json_parse and json_write survive the failure of each of %ld allocations", (long)n - 1);
}

int main(void)
{
    accepted();
    refused();
    messages();
    limits();
    lookups();
    making();
    out_of_memory();
    arena_free(&memory);
    return tap_done();
}
