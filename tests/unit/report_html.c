// HTML: semantic, linked figures, nothing unescaped.
#include "report_sample.h"

static str figure_link(void *ctx, str figure, arena *a)
{
    return str_printf(a, "/figures/%.*s?year=%d&part=\"1\"", STR_ARG(figure), *(int *)ctx);
}

static bool contains(str text, const char *needle) { return str_find(text, str_from(needle)) >= 0; }

int main(void)
{
    arena a = {0};
    int year = 2024;
    report_document doc = sample_document(&a);
    buf fragment = {.arena = &a}, page = {.arena = &a}, bare = {.arena = &a};
    report_html(&fragment, &doc, figure_link, &year, &a);
    report_html_page(&page, &doc, figure_link, &year, &a);
    report_html(&bare, &doc, NULL, NULL, &a);
    str html = buf_str(&fragment);

    tap_is_golden(html, "tests/golden/report/sample.html", "the fragment is as reviewed", &a);
    tap_ok(contains(html, "<a class=\"figure\" href=\"/figures/disputes_mediated?year=2024&amp;part=&quot;1&quot;\" data-figure=\"disputes_mediated\">712件</a>"),
           "a figure links to its entries, the address escaped");
    tap_ok(contains(html, "1. 分单位情况 &lt;A &amp; B&gt;"), "text is escaped");
    tap_ok(contains(html, "role=\"note\">演示数据，非真实情况</p>"), "the note stands first");
    tap_ok(contains(html, "<thead>\n<tr><th scope=\"col\">单位</th>"), "the first row is the table's header");
    tap_ok(contains(buf_str(&bare), "<span class=\"figure\" data-figure=\"disputes_mediated\">712件</span>"), "without links a figure is still marked");
    tap_ok(str_starts(buf_str(&page), STR("<!DOCTYPE html>\n<html lang=\"zh-CN\">")), "the page says its language");
    tap_ok(contains(buf_str(&page), html.len > 0 ? "<article class=\"report\"" : "-"), "the page holds the fragment");
    tap_ok(!contains(buf_str(&page), "http://") && !contains(buf_str(&page), "https://"), "and loads nothing from elsewhere");

    report_document evil = doc;
    evil.title = STR("<script>alert(1)</script>\n第二行\x01");
    evil.language = STR("zh\" onload=\"x");
    evil.mark = evil.number = evil.note = (str){0};
    buf out = {.arena = &a};
    report_html_page(&out, &evil, NULL, NULL, &a);
    tap_ok(!contains(buf_str(&out), "<script") && !contains(buf_str(&out), "onload=\"x"), "no text becomes markup");
    tap_ok(contains(buf_str(&out), "&lt;/script&gt;<br>第二行\xEF\xBF\xBD"), "a title's lines; control characters are replaced");
    tap_ok(contains(buf_str(&out), "<header>\n<h1>"), "without a mark there is no red head");
    evil.number = STR("羊管〔2025〕3号");
    evil.sealed = true;
    buf numbered = {.arena = &a};
    report_html(&numbered, &evil, NULL, NULL, &a);
    tap_ok(contains(buf_str(&numbered), "</h1>\n<p class=\"number\"><span>羊管〔2025〕3号</span>"), "and the number stands under the title");
    tap_ok(contains(buf_str(&numbered), "<span class=\"seal\">（印章）</span>"), "a sealed document shows where the seal goes");
    tap_ok(!contains(html, "seal"), "and another does not");
    arena_free(&a);
    return tap_done();
}
