// PDF: pages, lines and characters of GB/T 9704-2012; characters that the fonts lack; running out of memory.
#include <unistd.h>

#include "base/utf8.h"
#include "report_sample.h"

// What a program of poppler-utils says about a PDF, or empty when that is not installed.
static str poppler(str pdf, str command, const char *output, arena *a)
{
    char path[] = "/tmp/fadu-report-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0) return (str){0};
    FILE *f = fdopen(fd, "wb");
    fwrite(pdf.data, 1, (size_t)pdf.len, f);
    fclose(f);
    FILE *p = popen(str_cstr(str_printf(a, "%.*s %s %s 2>/dev/null", STR_ARG(command), path, output), a), "r");
    buf b = {.arena = a};
    char chunk[4096];
    for (size_t n; p && (n = fread(chunk, 1, sizeof chunk, p)) > 0;) buf_add(&b, (str){chunk, (ptrdiff_t)n});
    if (p) pclose(p);
    unlink(path);
    return buf_str(&b);
}

static str page_text(str pdf, int page, arena *a)
{
    return poppler(pdf, str_printf(a, "pdftotext -layout -f %d -l %d", page, page), "-", a);
}

// Non-empty lines of the page but for the folio and the note, and the width of the longest in half characters.
static int body_lines(str text, int *widest)
{
    int lines = 0;
    *widest = 0;
    for (str rest = text; rest.data;) {
        str line = str_trim(str_cut(&rest, '\n'));
        if (line.len <= 1 || str_find(line, STR("—")) == 0 || str_starts(line, STR("演示数据"))) continue;
        int width = 0;
        for (ptrdiff_t i = 0; i < line.len;) width += utf8_next(line, &i) < 0x2010 ? 1 : 2;
        if (width > *widest) *widest = width;
        lines++;
    }
    return lines;
}

static bool has(str text, const char *needle) { return str_find(text, str_from(needle)) >= 0; }

static void test_grid(arena *a)
{
    // Han only, so that no line has a reason to be shorter.
    buf han = {.arena = a};
    for (uint32_t i = 0; i < 28 * 60; i++) buf_add_char(&han, 0x4E00 + i % 7 * 3);
    report_document doc = sample_document(a);
    doc.blocks = sample_block(a, BLOCK_PARAGRAPH, str_cstr(buf_str(&han), a), NULL);
    diag_list d = {.arena = a};
    str pdf;
    int pages;
    tap_ok(report_pdf(&doc, a, &pdf, &pages, &d), "a long paragraph");
    str second = page_text(pdf, 2, a);
    if (second.len == 0) { tap_skip("pdftotext is not installed"); return; }
    int widest;
    tap_is_int(body_lines(second, &widest), 22, "a full page has 22 lines");
    tap_is_int(widest, 2 * 28, "of 28 characters");
    tap_ok(has(page_text(pdf, 1, a), "— 1 —") || has(page_text(pdf, 1, a), "—1—"), "page 1 is numbered");
    str first = page_text(pdf, 1, a);
    tap_ok(has(first, "羊管〔2025〕3号") && has(first, "羊山新区管理委员会文件"), "the head is on page 1");
}

static void test_without_head(arena *a)
{
    report_document doc = long_document(a, 1);
    doc.mark = doc.note = (str){0};
    doc.sealed = true;
    diag_list d = {.arena = a};
    str pdf;
    int pages;
    tap_ok(report_pdf(&doc, a, &pdf, &pages, &d), "a sealed document without a red head");
    str text = page_text(pdf, 1, a);
    if (text.len == 0) { tap_skip("pdftotext is not installed"); return; }
    tap_ok(str_find(text, doc.number) > str_find(text, STR("情况的报告")), "has its number under the title");
    tap_ok(str_find(text, STR("（印章）")) > str_find(text, doc.date), "and the place for its seal below the date");
}

// No line of any page begins with a closing mark.
static void test_line_starts(str pdf, int pages, arena *a)
{
    static const char *const forbidden[] = {"，", "。", "、", "；", "：", "）", "”", "》", "%"};
    for (int page = 1; page <= pages; page++)
        for (str rest = page_text(pdf, page, a); rest.data;) {
            str line = str_trim(str_cut(&rest, '\n'));
            for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++)
                if (str_starts(line, str_from(forbidden[i]))) {
                    tap_ok(false, "page %d: a line begins with %s", page, forbidden[i]);
                    return;
                }
        }
    tap_ok(true, "no line begins with a closing mark");
}

// The page that holds the 版记 is even, for documents of every length around a page's end.
static void test_colophon(arena *a)
{
    bool even = true;
    for (int paragraphs = 1; paragraphs <= 14; paragraphs++) {
        arena_position start = arena_mark(a);
        report_document doc = long_document(a, paragraphs);
        diag_list d = {.arena = a};
        str pdf;
        int pages = 0;
        even = even && report_pdf(&doc, a, &pdf, &pages, &d) && pages % 2 == 0;
        arena_rewind(a, start);
    }
    tap_ok(even, "with a 版记 the number of pages is even");
    report_document doc = long_document(a, 1);
    doc.copies = doc.printed_by = doc.printed_on = (str){0};
    diag_list d = {.arena = a};
    str pdf;
    int pages = 0;
    tap_ok(report_pdf(&doc, a, &pdf, &pages, &d) && pages == 1, "a short one without it has one page");
}

static void test_missing(arena *a)
{
    report_document doc = sample_document(a);
    doc.blocks = sample_block(a, BLOCK_PARAGRAPH, "堃喆玥", NULL);
    diag_list d = {.arena = a};
    str pdf;
    int pages;
    tap_ok(report_pdf(&doc, a, &pdf, &pages, &d) && d.warnings == 0, "characters of names that Fandol lacks come from another font");
    doc.blocks = sample_block(a, BLOCK_PARAGRAPH, "字\xF3\xB0\x80\x80 字\xF3\xB0\x80\x80", NULL);   // U+F0000, private use
    tap_ok(report_pdf(&doc, a, &pdf, &pages, &d), "a character that no font has does not stop the document");
    buf text = {.arena = a};
    if (d.last) diag_print(&text, d.last, LANG_EN);
    tap_ok(d.warnings == 1 && has(buf_str(&text), "REPORT-GLYPH-MISSING") && has(buf_str(&text), "(U+F0000)"), "but is named in one warning");
}

// Every arena limit up to one that suffices: the escape arrives here, and nothing is left open (valgrind and the leak
// sanitizer see what is).
static void test_memory(void)
{
    volatile int escapes = 0;
    volatile bool made = false;
    for (volatile ptrdiff_t limit = 8192; !made && limit < (ptrdiff_t)1 << 28; limit = limit * 3 / 2) {
        arena a = {.limit = limit};
        jmp_buf env;
        if (ARENA_GUARD(&a, env)) {
            escapes = escapes + 1;
        } else {
            report_document doc = long_document(&a, 2);
            diag_list d = {.arena = &a};
            str pdf;
            int pages;
            made = report_pdf(&doc, &a, &pdf, &pages, &d);
        }
        arena_free(&a);
    }
    tap_ok(escapes > 2 && made, "running out of memory escapes to the caller, and with enough the PDF is made");
}

int main(void)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    report_document doc = long_document(&a, 40);
    str pdf = {0}, again = {0};
    int pages = 0;
    if (!report_pdf(&doc, &a, &pdf, &pages, &d)) {
        tap_ok(d.errors > 0 && strcmp(d.first->code, "REPORT-FONT-MISSING") == 0, "without the fonts it says what to install");
        tap_skip("the Fandol fonts are not installed");
        return tap_done();
    }
    tap_ok(str_starts(pdf, STR("%PDF-1.")), "a PDF");
    tap_is_int(pages, 10, "of ten pages");
    tap_ok(report_pdf(&doc, &a, &again, &pages, &d) && str_equal(pdf, again), "twice the same bytes");
    str about = poppler(pdf, STR("pdfinfo -rawdates"), "", &a);
    if (about.len) tap_ok(str_find(about, STR("20250228000000+08")) >= 0, "dated as the document");
    else tap_skip("pdfinfo is not installed");
    test_grid(&a);
    test_line_starts(pdf, pages, &a);
    test_colophon(&a);
    test_without_head(&a);
    test_missing(&a);
    test_memory();

    report_document empty = {0};
    tap_ok(report_pdf(&empty, &a, &pdf, &pages, &d) && pages == 1, "an empty document is an empty page");
    arena_free(&a);
    return tap_done();
}
