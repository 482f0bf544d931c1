// report.h: official documents: a template filled with values becomes a document; a document becomes HTML, DOCX or PDF.
//
// A template is two texts: `NAME.json` (the parts around the body: issuing organ, number, title, recipients,
// signature, copies) and `NAME.md` (the body), both with FEEL placeholders `{{ … }}`. A placeholder whose value is a
// figure (a context with the members `id` and `text`) prints the figure's text and stays linked to the figure.
// The layout of DOCX and PDF is GB/T 9704-2012: A4, type area 156 x 225 mm, 22 lines of 28 characters, red mark and
// rule, page numbers "— 1 —" outside. Pure, except that rendering PDF reads fonts, once a process (fonts.c).
#ifndef FADU_REPORT_REPORT_H
#define FADU_REPORT_REPORT_H

#include "base/diag.h"
#include "base/json.h"
#include "feel/feel.h"

// ---- templates ------------------------------------------------------------------------------------------
// Body grammar, line by line (docs/formats/template.md):
//   "## 一、…"  heading of level 1 (黑体)     "### （一）…" level 2 (楷体)     "#### 1. …" level 3 (bold 仿宋)
//   any other line: a paragraph (仿宋, indented two characters); empty lines are ignored
//   "{{if EXPR}}" … "{{else}}" … "{{end}}", each alone on its line: the lines between, if the value is true
//   "{{for NAME in EXPR}}" … "{{end}}": the lines between, once for each item
//   "| a | b |" rows: a table whose first row is the header
typedef struct report_template report_template;

// Compiles both texts against the scope. NULL and TEMPLATE-… or FEEL-… diagnostics on trouble. Lives in `a`.
report_template *report_template_load(str meta_json, str meta_file, str body, str body_file, feel_scope scope,
                                      arena *a, diag_list *d);

// ---- documents ------------------------------------------------------------------------------------------
typedef struct report_span report_span;
struct report_span {
    str text;
    str figure;               // id of the figure that this text is, or ""
    report_span *next;
};
typedef enum { BLOCK_HEADING1, BLOCK_HEADING2, BLOCK_HEADING3, BLOCK_PARAGRAPH, BLOCK_TABLE_ROW } report_block_kind;
typedef struct report_block report_block;
struct report_block {
    report_block_kind kind;
    report_span *spans;       // of a table row: none
    report_block *cells;      // of a table row: its cells, as paragraphs
    bool header;              // of a table row
    report_block *next;
};
typedef struct {
    str mark;                 // 发文机关标志, red ("羊山新区管理委员会文件"); "" = no red head
    str number;               // 发文字号 ("羊管〔2025〕3号")
    str signer;               // 签发人, only in documents going up; "" = none
    str title;
    str recipients;           // 主送机关, without the colon
    report_block *blocks;
    str organ;                // signing organ
    str date;                 // "2025年2月28日"
    bool sealed;              // the seal goes over organ and date: its place is marked below them
    str copies;               // 抄送
    str printed_by, printed_on;   // 印发机关, 印发日期
    str note;                 // a line above the head that must not be missed ("演示数据，非真实情况"); "" = none
    str language;             // "zh-CN"
} report_document;

// Is there a placeholder that is this name and nothing else? `at` is the first one's place.
bool report_template_prints(const report_template *t, str name, source_pos *at);

// `values` has one value per name of the scope the template was loaded with. Placeholders that give null are
// TEMPLATE-NULL errors with the reason; the document is then NULL: a report with a hole is no report.
report_document *report_fill(const report_template *t, const feel_value *values, feel_evaluation *e, arena *a, diag_list *d);

// Chinese official punctuation: ASCII , ; : ? ! ( ) between Han become full-width; numbers, Latin words,
// addresses stay (probes: "punctuation normaliser with numbers protected"). Used by report_fill on all body text.
str report_punctuate(str text, arena *a);

// What it says, as JSON, and back; texts are shared. False when that is no document.
json *report_document_json(const report_document *doc, arena *a);
bool report_document_read(const json *content, report_document *out, arena *a);

// ---- renderings -----------------------------------------------------------------------------------------
// The address a figure links to, e.g. "/figures/hotline_orders_handled?year=2024"; "" = no link.
typedef str (*report_link)(void *ctx, str figure, arena *a);

// A fragment <article class="report">…</article>; styles are the page's. All text escaped.
void report_html(buf *out, const report_document *doc, report_link link, void *ctx, arena *a);
// A page of its own with style inside, for `fadu report --format html`: links go to `link` as well.
void report_html_page(buf *out, const report_document *doc, report_link link, void *ctx, arena *a);
// An Office Open XML file. Deterministic bytes. False when out of memory or the zip library failed.
bool report_docx(const report_document *doc, arena *a, str *bytes);
// A PDF through Pango and Cairo, fonts embedded. Deterministic bytes for the same fonts. Fonts are looked up by the rules
// in report/fonts.c (FandolFang, FandolHei, FandolKai, FandolSong; WenQuanYi Zen Hei for characters they lack).
// REPORT-FONT-MISSING names what to install; REPORT-GLYPH-MISSING (warning) names characters no font has.
bool report_pdf(const report_document *doc, arena *a, str *bytes, int *pages, diag_list *d);

#endif
