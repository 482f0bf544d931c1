// html.c: a document as a semantic fragment, and as a page of its own.
#include "report/report_internal.h"

typedef struct {
    buf *out;
    report_link link;
    void *ctx;
    arena *a;
} writer;

static void raw(writer *w, const char *markup) { buf_add(w->out, str_from(markup)); }

static void element(writer *w, const char *open, str text, const char *close)
{
    if (text.len == 0) return;
    raw(w, open);
    xml_escape(w->out, text);
    raw(w, close);
}

static void add_spans(writer *w, const report_span *spans)
{
    for (const report_span *s = spans; s; s = s->next) {
        str address = s->figure.len > 0 && w->link ? w->link(w->ctx, s->figure, w->a) : (str){0};
        if (s->figure.len == 0) { xml_escape(w->out, s->text); continue; }
        raw(w, address.len > 0 ? "<a class=\"figure\" href=\"" : "<span class=\"figure");
        xml_escape(w->out, address);
        raw(w, "\" data-figure=\"");
        xml_escape(w->out, s->figure);
        raw(w, "\">");
        xml_escape(w->out, s->text);
        raw(w, address.len > 0 ? "</a>" : "</span>");
    }
}

static void add_row(writer *w, const report_block *row)
{
    raw(w, "<tr>");
    for (const report_block *c = row->cells; c; c = c->next) {
        raw(w, row->header ? "<th scope=\"col\">" : "<td>");
        add_spans(w, c->spans);
        raw(w, row->header ? "</th>" : "</td>");
    }
    raw(w, "</tr>\n");
}

// A table: the rows from `row` to the next header row or other block. Returns the last row.
static const report_block *add_table(writer *w, const report_block *row)
{
    raw(w, "<div class=\"table\"><table>\n<thead>\n");
    add_row(w, row);
    raw(w, "</thead>\n<tbody>\n");
    while (row->next && row->next->kind == BLOCK_TABLE_ROW && !row->next->header) add_row(w, row = row->next);
    raw(w, "</tbody>\n</table></div>\n");
    return row;
}

static void add_body(writer *w, const report_block *blocks)
{
    static const struct { const char *open, *close; } tags[] = {
        [BLOCK_HEADING1] = {"<h2>", "</h2>\n"}, [BLOCK_HEADING2] = {"<h3>", "</h3>\n"},
        [BLOCK_HEADING3] = {"<h4>", "</h4>\n"}, [BLOCK_PARAGRAPH] = {"<p>", "</p>\n"}};
    for (const report_block *b = blocks; b; b = b->next) {
        if (b->kind == BLOCK_TABLE_ROW) { b = add_table(w, b); continue; }
        raw(w, tags[b->kind].open);
        add_spans(w, b->spans);
        raw(w, tags[b->kind].close);
    }
}

static void add_number(writer *w, const report_document *doc)
{
    if (doc->number.len == 0 && doc->signer.len == 0) return;
    raw(w, doc->signer.len > 0 ? "<p class=\"number upward\">" : "<p class=\"number\">");
    element(w, "<span>", doc->number, "</span>");
    element(w, " <span>签发人：<b>", doc->signer, "</b></span>");
    raw(w, "</p>\n");
}

static void add_title(writer *w, str title)
{
    raw(w, "<h1>");
    str rest = title;
    for (bool first = true; rest.data; first = false) {
        if (!first) raw(w, "<br>");
        xml_escape(w->out, str_cut(&rest, '\n'));
    }
    raw(w, "</h1>\n");
}

void report_html(buf *out, const report_document *doc, report_link link, void *ctx, arena *a)
{
    writer w = {out, link, ctx, a};
    raw(&w, "<article class=\"report\" lang=\"");
    xml_escape(out, doc->language.len > 0 ? doc->language : STR("zh-CN"));
    raw(&w, "\">\n");
    element(&w, "<p class=\"note\" role=\"note\">", doc->note, "</p>\n");
    raw(&w, doc->mark.len > 0 ? "<header class=\"red\">\n" : "<header>\n");
    element(&w, "<p class=\"mark\">", doc->mark, "</p>\n");
    if (doc->mark.len > 0) add_number(&w, doc);
    add_title(&w, doc->title);
    if (doc->mark.len == 0) add_number(&w, doc);
    raw(&w, "</header>\n");
    element(&w, "<p class=\"recipients\">", doc->recipients, "：</p>\n");
    add_body(&w, doc->blocks);
    raw(&w, "<footer>\n<p class=\"signature\">");
    element(&w, "<span class=\"organ\">", doc->organ, "</span>");
    element(&w, "<br><span class=\"date\">", doc->date, "</span>");
    if (doc->sealed) element(&w, "<br><span class=\"seal\">", seal_place, "</span>");
    raw(&w, "</p>\n");
    if (has_colophon(doc)) {
        raw(&w, "<div class=\"colophon\">\n");
        element(&w, "<p class=\"copies\">", copies_line(doc->copies, a), "</p>\n");
        if (doc->printed_by.len > 0 || doc->printed_on.len > 0) {
            raw(&w, "<p class=\"printed\">");
            element(&w, "<span>", doc->printed_by, "</span>");
            element(&w, " <span>", printed_on_line(doc->printed_on, a), "</span>");
            raw(&w, "</p>\n");
        }
        raw(&w, "</div>\n");
    }
    raw(&w, "</footer>\n</article>\n");
}

// The faces of GB/T 9704 where the reader's machine has them, its own Song and Hei otherwise. No address outside the page.
static const char style[] =
    ":root{color-scheme:light;--red:#c00;--ink:#1a1a1a;--link:#0b4f8a}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:#f3f2ef;color:var(--ink)}\n"
    ".report{max-width:46rem;margin:2rem auto;padding:3rem 4rem;background:#fff;box-shadow:0 1px 4px #0003;"
    "font:1.125rem/1.9 FangSong,仿宋_GB2312,仿宋,FandolFang,\"Songti SC\",SimSun,serif}\n"
    ".report p{margin:0;text-indent:2em;text-align:justify;overflow-wrap:anywhere}\n"
    ".report .note{margin:-1rem 0 2rem;padding:.4rem 1rem;border:2px solid #8a5a00;background:#fff6dd;color:#5c3c00;"
    "font:bold 1rem/1.6 SimHei,黑体,\"PingFang SC\",\"Microsoft YaHei\",\"WenQuanYi Micro Hei\",\"WenQuanYi Zen Hei\",sans-serif;text-indent:0;text-align:center}\n"
    ".report .mark{margin:1rem 0;color:var(--red);text-indent:0;text-align:center;line-height:1.3;"
    "font-family:方正小标宋简体,STZhongsong,FandolSong,\"Songti SC\",SimSun,serif;font-weight:bold;font-size:clamp(1.4rem,6vw,2.4rem)}\n"
    ".report .number{text-indent:0;text-align:center}\n"
    ".report .upward{display:flex;justify-content:space-between;padding:0 1em}\n"
    ".report .upward b{font-family:KaiTi,楷体_GB2312,FandolKai,serif;font-weight:normal}\n"
    ".report header.red h1{margin-top:.8rem;padding-top:2.2rem;border-top:3px solid var(--red)}\n"
    ".report h1{margin:1rem 0 2rem;font-family:方正小标宋简体,STZhongsong,FandolSong,\"Songti SC\",SimSun,serif;"
    "font-size:clamp(1.35rem,4.5vw,1.65rem);line-height:1.5;text-align:center;text-wrap:balance}\n"
    ".report h2,.report h3,.report h4{margin:.9rem 0 0;font-size:inherit;line-height:inherit;text-indent:2em}\n"
    ".report h2{font-family:SimHei,黑体,FandolHei,\"PingFang SC\",\"WenQuanYi Micro Hei\",\"WenQuanYi Zen Hei\",sans-serif;font-weight:600}\n"
    ".report h3{font-family:KaiTi,楷体_GB2312,楷体,FandolKai,\"Kaiti SC\",serif;font-weight:normal}\n"
    ".report .recipients{margin-bottom:.2rem;text-indent:0}\n"
    ".report .figure{color:var(--link);text-decoration:underline;text-decoration-color:#0b4f8a66;"
    "text-decoration-thickness:1px;text-underline-offset:.25em}\n"
    ".report a.figure:hover,.report a.figure:focus{background:#e6f0fa;text-decoration-color:currentColor}\n"
    ".report span.figure{color:inherit;text-decoration:none}\n"
    ".report .table{overflow-x:auto;margin:.8rem 0}\n"
    ".report table{width:100%;border-collapse:collapse;font-size:1rem;line-height:1.6}\n"
    ".report th,.report td{padding:.25rem .6rem;border:1px solid #888;text-align:left}\n"
    ".report th{white-space:nowrap;font-family:SimHei,黑体,FandolHei,\"WenQuanYi Zen Hei\",sans-serif;font-weight:normal;background:#f6f5f2}\n"
    ".report .signature{display:table;margin:2.5rem 4em 0 auto;text-indent:0;text-align:center}\n"
    ".report .seal{color:#767676}\n"
    ".report h1+.number{margin:-1.2rem 0 2rem}\n"
    ".report .colophon{margin-top:3rem;border-top:2px solid;border-bottom:2px solid;font-size:1rem}\n"
    ".report .colophon p{padding:.2rem 1em;text-indent:0}\n"
    ".report .colophon p+p{border-top:1px solid}\n"
    ".report .copies{padding-left:4em!important;text-indent:-3em!important}\n"
    ".report .printed{display:flex;justify-content:space-between}\n"
    "@media(max-width:40rem){.report{margin:0;padding:1.5rem 1.25rem}.report .signature{margin-right:1em}}\n"
    "@media print{body{background:none}.report{margin:0;padding:0;max-width:none;box-shadow:none}.report .figure{color:inherit;text-decoration:none}}\n";

void report_html_page(buf *out, const report_document *doc, report_link link, void *ctx, arena *a)
{
    writer w = {out, link, ctx, a};
    raw(&w, "<!DOCTYPE html>\n<html lang=\"");
    xml_escape(out, doc->language.len > 0 ? doc->language : STR("zh-CN"));
    raw(&w, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    xml_escape(out, doc->title);
    raw(&w, "</title>\n<style>\n");
    raw(&w, style);
    raw(&w, "</style>\n</head>\n<body>\n<main>\n");
    report_html(out, doc, link, ctx, a);
    raw(&w, "</main>\n</body>\n</html>\n");
}
