// Templates: the grammar, what placeholders print, and the exact diagnostics.
#include "report_sample.h"

static const str names[] = {{"year", 4}, {"district", 8}, {"disputes", 8}, {"units", 5}, {"day", 3}, {"silent", 6}};
enum { NAMES = sizeof names / sizeof *names };
static const feel_scope scope = {.names = names, .count = NAMES};
static const char meta[] = "{\"title\": \"{{district.name}}{{year}}年报告\", \"organ\": \"{{district.organ}}\", \"date\": \"{{day}}\"}";

static feel_value figure(const char *id, int64_t value, const char *text, arena *a)
{
    return feel_context_of((str[]){STR("id"), STR("value"), STR("text")},
                           (feel_value[]){feel_string(str_from(id)), feel_int(value), feel_string(str_from(text))}, 3, a);
}

static feel_value unit(const char *name, int64_t count, arena *a)
{
    return feel_context_of((str[]){STR("name"), STR("count")}, (feel_value[]){feel_string(str_from(name)), feel_int(count)}, 2, a);
}

static const feel_value *sample_values(arena *a)
{
    feel_value *v = arena_new(a, NAMES, feel_value);
    v[0] = feel_int(2024);
    v[1] = feel_context_of((str[]){STR("name"), STR("organ")}, (feel_value[]){feel_string(STR("羊山新区")), feel_string(STR("管委会"))}, 2, a);
    v[2] = figure("disputes_mediated", 712, "712件", a);
    v[3] = feel_list_of((feel_value[]){unit("城管局", 15, a), unit("街道办", 697, a)}, 2, a);
    v[4] = feel_date((date){2025, 2, 28});
    v[5] = figure("plan_issued", 1, "", a);
    return v;
}

// The document in one line a block: kind, text, figures in brackets; or the codes of the diagnostics.
static void show_spans(buf *out, const report_span *spans)
{
    for (const report_span *s = spans; s; s = s->next) {
        if (s->figure.len > 0) buf_printf(out, "[%.*s=", STR_ARG(s->figure));
        buf_add(out, s->text);
        if (s->figure.len > 0) buf_add(out, STR("]"));
    }
}

static str shown(const report_document *doc, arena *a)
{
    static const char *const marks[] = {"1 ", "2 ", "3 ", "p ", "r "};
    buf out = {.arena = a};
    for (const report_block *b = doc->blocks; b; b = b->next) {
        if (b != doc->blocks) buf_add(&out, STR("\n"));
        buf_add(&out, b->header ? STR("h ") : str_from(marks[b->kind]));
        show_spans(&out, b->spans);
        for (const report_block *c = b->cells; c; c = c->next) {
            show_spans(&out, c->spans);
            if (c->next) buf_add(&out, STR("|"));
        }
    }
    return buf_str(&out);
}

static report_document *filled(const char *meta_json, const char *body, arena *a, diag_list *d)
{
    report_template *t = report_template_load(str_from(meta_json), STR("t.json"), str_from(body), STR("t.md"), scope, a, d);
    feel_evaluation e = {.arena = a};
    return t ? report_fill(t, sample_values(a), &e, a, d) : NULL;
}

static const struct { const char *body, *expected, *why; } good[] = {
    {"## 一、概况\n### （一）总体\n#### 1. 分项\n正文。\n\n\n末段。", "1 一、概况\n2 （一）总体\n3 1. 分项\np 正文。\np 末段。", "headings and paragraphs; empty lines do not count"},
    {"化解纠纷{{disputes}}，全年。", "p 化解纠纷[disputes_mediated=712件]，全年。", "a figure prints its text and stays linked"},
    {"{{year}}年，{{district.name}}，{{day}}", "p 2024年，羊山新区，2025年2月28日", "numbers, strings and dates"},
    {"{{date and time(\"2025-02-28T09:05:30\")}}", "p 2025年2月28日9时05分", "a moment, to the minute"},
    {"共{{disputes.value + 1}}件", "p 共713件", "an expression"},
    {"化解{{disputes}},办结(全部)", "p 化解[disputes_mediated=712件]，办结（全部）", "punctuation is mended across a figure"},
    {"{{if disputes.value > 0 then \"有\" else \"\"}}。", "p 有。", "FEEL's own if prints"},
    {"{{if disputes.value > 0 then {id: silent.id, text: \"已印发计划，\"} else \"\"}}完。", "p [plan_issued=已印发计划]，完。",
     "a context with id and text is a figure; the mark at its end is the sentence's"},
    {"写作{{\"{{年份}}\"}}。", "p 写作{{年份}}。", "braces inside a string"},
    {"{{if false then \"不印\" else \"\"}}", "", "a line that comes out empty is no paragraph"},
    {"{{if year = 2024}}\n甲\n{{else}}\n乙\n{{end}}\n丙", "p 甲\np 丙", "if, true"},
    {"{{if year = 2023}}\n甲\n{{else}}\n乙\n{{end}}\n丙", "p 乙\np 丙", "if, false"},
    {"{{for u in units}}\n{{u.name}}{{u.count}}件\n{{end}}", "p 城管局15件\np 街道办697件", "a loop"},
    {"{{for n in (for u in units return u.name)}}\n{{n}}\n{{end}}", "p 城管局\np 街道办", "a loop over an expression with a return of its own"},
    {"{{for u in units}}\n{{if u.count > 100}}\n{{u.name}}\n{{end}}\n{{end}}", "p 街道办", "an if in a loop"},
    {"| 单位 | 件数 |\n|---|:-:|\n{{for u in units}}\n| {{u.name}} | {{u.count}} |\n{{end}}", "h 单位|件数\nr 城管局|15\nr 街道办|697", "a table filled by a loop"},
    {"| 甲 | |\n| 乙 | 1 |\n\n| 丙 |", "h 甲|\nr 乙|1\nh 丙", "an empty cell; an empty line ends the table"},
    {"| {{if true then \"a|b\" else \"\"}} | c |", "h a|b|c", "a bar inside a placeholder is the expression's"},
    {"\xEF\xBB\xBF正文\r\n第二段\r\n", "p 正文\np 第二段", "a byte order mark and Windows line ends"},
    {"", "", "an empty body"},
};

static const struct { const char *body, *diagnostics; } bad[] = {
    {"甲{{year", "t.md:1:2 TEMPLATE-UNCLOSED"},
    {"甲{{}}乙", "t.md:1:4 TEMPLATE-EMPTY"},
    {"甲\n{{if year > 1}}\n乙", "t.md:2:1 TEMPLATE-END-MISSING"},
    {"甲\n{{end}}", "t.md:2:1 TEMPLATE-END-UNEXPECTED"},
    {"{{else}}", "t.md:1:1 TEMPLATE-ELSE-UNEXPECTED"},
    {"{{if true}}\n{{else}}\n{{else}}\n{{end}}", "t.md:3:1 TEMPLATE-ELSE-UNEXPECTED"},
    {"{{for u in units}}\n{{else}}\n{{end}}", "t.md:2:1 TEMPLATE-ELSE-UNEXPECTED"},
    {"{{for units}}\n{{end}}", "t.md:1:1 TEMPLATE-FOR-FORM"},
    {"{{for year in units}}\n{{end}}", "t.md:1:1 TEMPLATE-NAME-TAKEN"},
    {"甲{{if true}}乙{{end}}", "t.md:1:2 TEMPLATE-CONTROL-INLINE, t.md:1:14 TEMPLATE-CONTROL-INLINE"},
    {"# 标题", "t.md:1:1 TEMPLATE-HEADING"},
    {"##一、", "t.md:1:1 TEMPLATE-HEADING"},
    {"| a | b |\n| c |", "t.md:2:1 TEMPLATE-TABLE-WIDTH"},
    {"甲\n\xFF", "t.md:2:0 TEMPLATE-ENCODING"},
    {"共{{unknown_name}}件", "t.md:1:4 FEEL-NAME-UNKNOWN"},
    {"共{{ 1 / 0 }}件", "t.md:1:5 TEMPLATE-NULL"},
    {"共{{units}}件", "t.md:1:4 TEMPLATE-KIND"},
    {"共{{silent}}件", "t.md:1:4 TEMPLATE-KIND"},
    {"共{{district}}件", "t.md:1:4 TEMPLATE-KIND"},
    {"{{if year}}\n{{end}}", "t.md:1:6 TEMPLATE-CONDITION"},
    {"{{if district.none > 1}}\n{{end}}", "t.md:1:6 TEMPLATE-NULL"},
    {"{{for u in year}}\n{{end}}", "t.md:1:12 TEMPLATE-LIST"},
    {"{{1/0}}\n{{units}}", "t.md:1:3 TEMPLATE-NULL, t.md:2:3 TEMPLATE-KIND"},
};

static const struct { const char *meta, *diagnostics; } bad_meta[] = {
    {"{\"title\": \"a\", \"organ\": \"b\"}", "t.json:1:1 TEMPLATE-MEMBER-MISSING"},
    {"{\"title\": \"a\", \"organ\": \"b\", \"date\": \"c\", \"colour\": \"d\"}", "t.json:1:53 TEMPLATE-MEMBER-UNKNOWN"},
    {"{\"title\": \"a\", \"organ\": \"b\", \"date\": 3}", "t.json:1:38 TEMPLATE-MEMBER-KIND, t.json:1:1 TEMPLATE-MEMBER-MISSING"},
    {"[]", "t.json:1:1 TEMPLATE-MEMBER-KIND"},
};

static str listed(const diag_list *d, arena *a)
{
    buf out = {.arena = a};
    for (const diag *x = d->first; x; x = x->next)
        buf_printf(&out, "%s%.*s:%d:%d %s", x == d->first ? "" : ", ", STR_ARG(x->at.file), x->at.line, x->at.column, x->code);
    return buf_str(&out);
}

static str nested(int depth, arena *a)
{
    buf b = {.arena = a};
    for (int i = 0; i < depth; i++) buf_add(&b, STR("{{if true}}\n"));
    buf_add(&b, STR("甲\n"));
    for (int i = 0; i < depth; i++) buf_add(&b, STR("{{end}}\n"));
    return buf_str(&b);
}

int main(void)
{
    arena a = {0};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        diag_list d = {.arena = &a};
        report_document *doc = filled(meta, good[i].body, &a, &d);
        tap_is_str(doc ? shown(doc, &a) : listed(&d, &a), good[i].expected, good[i].why);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        diag_list d = {.arena = &a};
        report_document *doc = filled(meta, bad[i].body, &a, &d);
        tap_is_str(doc ? STR("no diagnostic") : listed(&d, &a), bad[i].diagnostics, bad[i].diagnostics);
    }
    for (size_t i = 0; i < sizeof bad_meta / sizeof *bad_meta; i++) {
        diag_list d = {.arena = &a};
        report_document *doc = filled(bad_meta[i].meta, "甲", &a, &d);
        tap_is_str(doc ? STR("no diagnostic") : listed(&d, &a), bad_meta[i].diagnostics, bad_meta[i].diagnostics);
    }

    diag_list d = {.arena = &a};
    report_document *doc = filled(meta, "甲", &a, &d);
    tap_is_str(doc ? doc->title : (str){0}, "羊山新区2024年报告", "the parts around the body are filled too");
    tap_is_str(doc ? doc->date : (str){0}, "2025年2月28日", "with dates");
    tap_is_str(doc ? doc->language : (str){0}, "zh-CN", "the language is Chinese unless it is said otherwise");

    tap_ok(filled(meta, str_cstr(nested(16, &a), &a), &a, &d) != NULL, "sixteen controls inside each other");
    d = (diag_list){.arena = &a};
    tap_ok(!filled(meta, str_cstr(nested(17, &a), &a), &a, &d) && d.errors == 1 && strcmp(d.first->code, "TEMPLATE-DEPTH") == 0, "seventeen are too many, said once");
    d = (diag_list){.arena = &a};
    tap_ok(!filled(meta, "{{for i in (for k in 1..300 return k)}}\n{{for j in (for k in 1..300 return k)}}\n甲\n{{end}}\n{{end}}", &a, &d) && d.errors == 1 &&
           strcmp(d.first->code, "TEMPLATE-LENGTH") == 0, "90,000 paragraphs are too many, said once");

    d = (diag_list){.arena = &a};
    filled(meta, "化解{{1 / 0}}件", &a, &d);
    buf text = {.arena = &a};
    diag_print_all(&text, &d, LANG_ZH);
    tap_ok(str_find(buf_str(&text), STR("占位符 {{1 / 0}} 没有值：")) >= 0, "a null is named with its reason");
    arena_free(&a);
    return tap_done();
}
