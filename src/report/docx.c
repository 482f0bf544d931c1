// docx.c: a document as an Office Open XML file (ECMA-376, WordprocessingML): five small parts of our own in a zip.
//
// The faces are named as the offices' machines have them. Settings that look odd were measured: a docGrid of type
// "linesAndChars" gives 20 characters a line in LibreOffice, so the grid is by lines and 28 characters come from
// w:spacing -5 (a quarter of a point), without Word's extra space between Han and digits; every paragraph has the exact pitch of 580 twips.
#include <zip.h>

#include "report/report_internal.h"

enum {
    PITCH = 580,               // twips: 22 lines in 225 mm
    EM = 315,                  // twips: 16 pt less the quarter point
    SMALL = 280,               // twips: one character of 4号
    TYPE_WIDTH = 8844,         // twips: 156 mm
    MM_TWIPS = 5670,           // hundredths of a twip in a millimetre
};

static int twips(int mm) { return (mm * MM_TWIPS + 50) / 100; }

typedef struct {
    buf *out;
    arena *a;
} writer;

static void raw(writer *w, const char *xml) { buf_add(w->out, str_from(xml)); }

typedef struct {
    const char *face;          // NULL: the style's
    int size;                  // points; 0: the style's
    const char *color;         // NULL: black
    bool bold;
} run_look;

static void add_run(writer *w, run_look look, str text)
{
    raw(w, "<w:r><w:rPr>");
    if (look.face)
        buf_printf(w->out, "<w:rFonts w:hint=\"eastAsia\" w:ascii=\"%s\" w:eastAsia=\"%s\" w:hAnsi=\"%s\"/>", look.face, look.face, look.face);
    else raw(w, "<w:rFonts w:hint=\"eastAsia\"/>");   // quotation marks and dashes take the Chinese face
    if (look.bold) raw(w, "<w:b/>");
    if (look.color) buf_printf(w->out, "<w:color w:val=\"%s\"/>", look.color);
    if (look.size) buf_printf(w->out, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/>", look.size * 2, look.size * 2);
    raw(w, "</w:rPr>");
    for (str rest = text; rest.data;) {
        str line = str_cut(&rest, '\n');
        raw(w, "<w:t xml:space=\"preserve\">");
        xml_escape(w->out, line);
        raw(w, rest.data ? "</w:t><w:br/>" : "</w:t>");
    }
    raw(w, "</w:r>");
}

// One paragraph of one run. `properties` are further w:pPr elements, in the schema's order.
static void add_line(writer *w, const char *properties, run_look look, str text)
{
    buf_printf(w->out, "<w:p><w:pPr>%s</w:pPr>", properties);
    if (text.len > 0) add_run(w, look, text);
    raw(w, "</w:p>\n");
}

static void add_blanks(writer *w, int lines)
{
    for (int i = 0; i < lines; i++) raw(w, "<w:p/>\n");
}

// The note in a box above the head of the first page; the other pages have it in their header.
static void add_note(writer *w, str note)
{
    raw(w, "<w:p><w:pPr><w:pBdr>");
    static const char *const sides[] = {"top", "left", "bottom", "right"};
    for (size_t i = 0; i < 4; i++) buf_printf(w->out, "<w:%s w:val=\"single\" w:sz=\"6\" w:space=\"1\" w:color=\"auto\"/>", sides[i]);
    raw(w, "</w:pBdr><w:jc w:val=\"center\"/></w:pPr>");
    add_run(w, (run_look){.face = "黑体", .size = SIZE_NOTE}, note);
    raw(w, "</w:p>\n");
}

static void add_head(writer *w, const report_document *doc)
{
    int size = mark_size(doc->mark), space = twips(MARK_TOP_MM) - (doc->note.len > 0 ? PITCH : 0);
    // An empty line of exact height, not space before: Word drops that at the top of a page.
    const char *exact = "<w:snapToGrid w:val=\"0\"/><w:spacing w:line=\"%d\" w:lineRule=\"exact\"/><w:jc w:val=\"center\"/>";
    add_line(w, str_cstr(str_printf(w->a, exact, space), w->a), (run_look){0}, (str){0});
    add_line(w, str_cstr(str_printf(w->a, exact, size * 23), w->a),
             (run_look){.face = "方正小标宋简体", .size = size, .color = "FF0000"}, doc->mark);
    add_blanks(w, 2);
    // The red rule is the number's lower border; w:space is in points, 4 mm less what the line leaves below the character.
    raw(w, "<w:p><w:pPr><w:pBdr><w:bottom w:val=\"single\" w:sz=\"12\" w:space=\"5\" w:color=\"FF0000\"/></w:pBdr>");
    if (doc->signer.len > 0) {
        buf_printf(w->out, "<w:tabs><w:tab w:val=\"right\" w:pos=\"%d\"/></w:tabs></w:pPr>", TYPE_WIDTH - EM);
        add_run(w, (run_look){0}, str_printf(w->a, "　%.*s", STR_ARG(doc->number)));
        raw(w, "<w:r><w:tab/></w:r>");
        add_run(w, (run_look){0}, STR("签发人："));
        add_run(w, (run_look){.face = "楷体_GB2312"}, doc->signer);
    } else {
        raw(w, "<w:jc w:val=\"center\"/></w:pPr>");
        if (doc->number.len > 0) add_run(w, (run_look){0}, doc->number);
    }
    raw(w, "</w:p>\n");
    add_blanks(w, 2);
}

static void add_spans(writer *w, const report_span *spans, run_look look)
{
    for (const report_span *s = spans; s; s = s->next) add_run(w, look, s->text);
}

static void add_row(writer *w, const report_block *row, const int *widths)
{
    raw(w, "<w:tr><w:trPr><w:cantSplit/>");
    raw(w, row->header ? "<w:tblHeader/></w:trPr>" : "</w:trPr>");
    for (const report_block *c = row->cells; c; c = c->next) {
        buf_printf(w->out, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr><w:p><w:pPr>"
                   "<w:snapToGrid w:val=\"0\"/><w:spacing w:before=\"60\" w:after=\"60\" w:line=\"400\" w:lineRule=\"exact\"/></w:pPr>", *widths++);
        add_spans(w, c->spans, (run_look){.face = row->header ? "黑体" : NULL, .size = SIZE_SMALL});
        raw(w, "</w:p></w:tc>");
    }
    raw(w, "</w:tr>\n");
}

static void begin_table(writer *w, const int *widths, int columns)
{
    buf_printf(w->out, "<w:tbl><w:tblPr><w:tblW w:w=\"%d\" w:type=\"dxa\"/><w:tblBorders>", TYPE_WIDTH);
    static const char *const sides[] = {"top", "left", "bottom", "right", "insideH", "insideV"};
    for (size_t i = 0; i < 6; i++) buf_printf(w->out, "<w:%s w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>", sides[i]);
    raw(w, "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"80\" w:type=\"dxa\"/><w:right w:w=\"80\" w:type=\"dxa\"/>"
           "</w:tblCellMar></w:tblPr><w:tblGrid>");
    for (int i = 0; i < columns; i++) buf_printf(w->out, "<w:gridCol w:w=\"%d\"/>", widths[i]);
    raw(w, "</w:tblGrid>\n");
}

static int text_halves(const report_span *spans)
{
    int n = 0;
    for (const report_span *s = spans; s; s = s->next) n += half_characters(s->text);
    return n;
}

static bool continues(const report_block *row)
{
    return row->next && row->next->kind == BLOCK_TABLE_ROW && !row->next->header;
}

static int *column_widths(writer *w, const report_block *row, int columns)
{
    double *wanted = arena_new(w->a, columns, double);
    int *widths = arena_new(w->a, columns, int);
    for (int i = 0; i < columns; i++) wanted[i] = 3 * SMALL + 200;   // three characters of 4号 and the margins
    for (const report_block *b = row; b; b = continues(b) ? b->next : NULL) {
        int i = 0;
        for (const report_block *c = b->cells; c && i < columns; c = c->next, i++) {
            int want = text_halves(c->spans) * SMALL / 2 + 200;
            if (want > wanted[i]) wanted[i] = want;
        }
    }
    fit_columns(wanted, columns, TYPE_WIDTH);
    for (int i = 0; i < columns; i++) widths[i] = (int)wanted[i];
    return widths;
}

// A table: the rows from `row` to the next header row or other block. Returns the last row.
static const report_block *add_table(writer *w, const report_block *row)
{
    int columns = 0;
    for (const report_block *c = row->cells; c; c = c->next) columns++;
    if (columns == 0) return row;
    const int *widths = column_widths(w, row, columns);
    begin_table(w, widths, columns);
    add_row(w, row, widths);
    while (continues(row)) add_row(w, row = row->next, widths);
    raw(w, "</w:tbl>\n");
    if (row->next && row->next->kind == BLOCK_TABLE_ROW) add_blanks(w, 1);   // Word joins tables that touch
    return row;
}

static void add_body(writer *w, const report_block *blocks)
{
    static const struct { const char *style; run_look look; } looks[] = {
        [BLOCK_HEADING1] = {"<w:pStyle w:val=\"Heading1\"/>", {0}}, [BLOCK_HEADING2] = {"<w:pStyle w:val=\"Heading2\"/>", {0}},
        [BLOCK_HEADING3] = {"<w:pStyle w:val=\"Heading3\"/>", {0}}, [BLOCK_PARAGRAPH] = {"<w:pStyle w:val=\"Body\"/>", {0}}};
    for (const report_block *b = blocks; b; b = b->next) {
        if (b->kind == BLOCK_TABLE_ROW) { b = add_table(w, b); continue; }
        buf_printf(w->out, "<w:p><w:pPr>%s</w:pPr>", looks[b->kind].style);
        add_spans(w, b->spans, looks[b->kind].look);
        raw(w, "</w:p>\n");
    }
}

// Organ centred over the date, the date four characters in from the right (7.3.5.1). Kept on one page with the last lines.
static void add_signature(writer *w, const report_document *doc)
{
    int right = INDENT_DATE * EM + (half_characters(doc->date) - half_characters(doc->organ)) * EM / 4;
    for (int i = 0; i < SEAL_LINES; i++) raw(w, "<w:p><w:pPr><w:keepNext/></w:pPr></w:p>\n");
    buf_printf(w->out, "<w:p><w:pPr><w:keepNext/><w:ind w:right=\"%d\"/><w:jc w:val=\"right\"/></w:pPr>", right > 0 ? right : 0);
    add_run(w, (run_look){0}, doc->organ);
    buf_printf(w->out, "</w:p>\n<w:p><w:pPr>%s<w:ind w:right=\"%d\"/><w:jc w:val=\"right\"/></w:pPr>", doc->sealed ? "<w:keepNext/>" : "", INDENT_DATE * EM);
    add_run(w, (run_look){0}, doc->date);
    raw(w, "</w:p>\n");
    if (!doc->sealed) return;
    int under = INDENT_DATE * EM + (half_characters(doc->date) - half_characters(seal_place)) * EM / 4;
    add_line(w, str_cstr(str_printf(w->a, "<w:ind w:right=\"%d\"/><w:jc w:val=\"right\"/>", under), w->a), (run_look){0}, seal_place);
}

// The 版记: two frames at the foot of the last page. Whether that page has an even number only Word knows. Two, because
// LibreOffice lays no frame whose paragraphs differ in their borders (nor lets a table of full width float).
static void begin_colophon_line(writer *w, int top_line, int rule_above, int rule_below, const char *properties)
{
    buf_printf(w->out, "<w:p><w:pPr><w:framePr w:w=\"%d\" w:wrap=\"around\" w:vAnchor=\"margin\" w:hAnchor=\"margin\" w:x=\"1\" "
               "w:y=\"%d\"/><w:pBdr>", TYPE_WIDTH, top_line * PITCH);
    if (rule_above) buf_printf(w->out, "<w:top w:val=\"single\" w:sz=\"%d\" w:space=\"0\" w:color=\"auto\"/>", rule_above);
    if (rule_below) buf_printf(w->out, "<w:bottom w:val=\"single\" w:sz=\"%d\" w:space=\"0\" w:color=\"auto\"/>", rule_below);
    buf_printf(w->out, "</w:pBdr>%s</w:pPr>", properties);
}

static void add_colophon(writer *w, const report_document *doc)
{
    enum { OUTER = 8, INNER = 6 };   // eighths of a point: 0.35 mm and 0.25 mm (7.4.1)
    run_look small = {.size = SIZE_SMALL};
    bool printed = doc->printed_by.len > 0 || doc->printed_on.len > 0;
    if (doc->copies.len > 0) {
        str copies = copies_line(doc->copies, w->a);
        int line = 2 * (TYPE_WIDTH / SMALL - 2 - 3);   // half characters that surely fit on the shorter lines
        int lines = (half_characters(copies) + line - 1) / line;
        begin_colophon_line(w, LINES_PER_PAGE - lines - printed, OUTER, printed ? 0 : OUTER,
                            "<w:ind w:left=\"1120\" w:right=\"280\" w:hanging=\"840\"/>");
        add_run(w, small, copies);
        raw(w, "</w:p>\n");
    }
    if (printed) {
        begin_colophon_line(w, LINES_PER_PAGE - 1, doc->copies.len > 0 ? INNER : OUTER, OUTER,
                            "<w:tabs><w:tab w:val=\"right\" w:pos=\"8564\"/></w:tabs><w:ind w:left=\"280\"/>");
        add_run(w, small, doc->printed_by);
        raw(w, "<w:r><w:tab/></w:r>");
        add_run(w, small, printed_on_line(doc->printed_on, w->a));
        raw(w, "</w:p>\n");
    }
}

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define W_NAMESPACES "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" " \
                     "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""

static str document_xml(const report_document *doc, arena *a)
{
    buf out = {.arena = a};
    writer w = {&out, a};
    raw(&w, XML_HEAD "<w:document " W_NAMESPACES "><w:body>\n");
    if (doc->note.len > 0) add_note(&w, doc->note);
    if (doc->mark.len > 0) add_head(&w, doc);
    add_line(&w, "<w:pStyle w:val=\"Title\"/>", (run_look){0}, doc->title);
    if (doc->mark.len == 0 && doc->number.len > 0) add_line(&w, "<w:jc w:val=\"center\"/>", (run_look){0}, doc->number);
    add_blanks(&w, 1);
    if (doc->recipients.len > 0) add_line(&w, "", (run_look){0}, str_concat(doc->recipients, STR("："), a));
    add_body(&w, doc->blocks);
    add_signature(&w, doc);
    if (has_colophon(doc)) add_colophon(&w, doc);
    raw(&w, "<w:p><w:pPr><w:spacing w:line=\"20\" w:lineRule=\"exact\"/></w:pPr></w:p>\n<w:sectPr>");
    if (doc->note.len > 0)
        raw(&w, "<w:headerReference w:type=\"default\" r:id=\"rId5\"/><w:headerReference w:type=\"even\" r:id=\"rId5\"/>");
    raw(&w, "<w:footerReference w:type=\"default\" r:id=\"rId3\"/><w:footerReference w:type=\"first\" r:id=\"rId3\"/>"
            "<w:footerReference w:type=\"even\" r:id=\"rId4\"/>");
    buf_printf(&out, "<w:pgSz w:w=\"%d\" w:h=\"%d\"/><w:pgMar w:top=\"%d\" w:right=\"%d\" w:bottom=\"%d\" w:left=\"%d\" w:header=\"%d\" "
               "w:footer=\"%d\" w:gutter=\"0\"/><w:titlePg/><w:docGrid w:type=\"lines\" w:linePitch=\"%d\"/></w:sectPr>\n</w:body></w:document>\n",
               twips(PAGE_WIDTH_MM), twips(PAGE_HEIGHT_MM), twips(MARGIN_TOP_MM), twips(MARGIN_RIGHT_MM), twips(MARGIN_BOTTOM_MM) - 40,
               twips(MARGIN_LEFT_MM), twips(20), twips(MARGIN_BOTTOM_MM - FOLIO_GAP_MM) - 280, PITCH);
    return buf_str(&out);
}

// 4号 Song digits between dashes, outside, one character in (7.5). Odd pages right, even pages left.
static str footer_xml(bool odd, arena *a)
{
    return str_printf(a, XML_HEAD "<w:ftr " W_NAMESPACES "><w:p><w:pPr><w:spacing w:line=\"280\" w:lineRule=\"exact\"/><w:ind w:%s=\"%d\"/>"
                      "<w:jc w:val=\"%s\"/></w:pPr>%s<w:t xml:space=\"preserve\">— </w:t></w:r>%s<w:fldChar w:fldCharType=\"begin\"/></w:r>"
                      "%s<w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>%s<w:fldChar w:fldCharType=\"separate\"/></w:r>"
                      "%s<w:t>1</w:t></w:r>%s<w:fldChar w:fldCharType=\"end\"/></w:r>%s<w:t xml:space=\"preserve\"> —</w:t></w:r></w:p></w:ftr>\n",
                      odd ? "right" : "left", INDENT_FOLIO * SMALL, odd ? "right" : "left",
#define FOLIO_RUN "<w:r><w:rPr><w:rFonts w:hint=\"eastAsia\" w:ascii=\"宋体\" w:eastAsia=\"宋体\" w:hAnsi=\"宋体\"/><w:sz w:val=\"28\"/></w:rPr>"
                      FOLIO_RUN, FOLIO_RUN, FOLIO_RUN, FOLIO_RUN, FOLIO_RUN, FOLIO_RUN, FOLIO_RUN);
}

static str header_xml(str note, arena *a)
{
    buf out = {.arena = a};
    writer w = {&out, a};
    raw(&w, XML_HEAD "<w:hdr " W_NAMESPACES ">");
    add_line(&w, "<w:jc w:val=\"center\"/>", (run_look){.face = "黑体", .size = 9, .color = "595959"}, note);
    raw(&w, "</w:hdr>\n");
    return buf_str(&out);
}

static const char styles_xml[] = XML_HEAD "<w:styles " W_NAMESPACES ">\n"
    "<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"仿宋_GB2312\" w:eastAsia=\"仿宋_GB2312\" w:hAnsi=\"仿宋_GB2312\" w:cs=\"仿宋_GB2312\"/>"
    "<w:spacing w:val=\"-5\"/><w:kern w:val=\"0\"/><w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/><w:lang w:val=\"zh-CN\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault>"
    "<w:pPrDefault><w:pPr><w:widowControl w:val=\"0\"/><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"580\" w:lineRule=\"exact\"/><w:jc w:val=\"both\"/></w:pPr></w:pPrDefault></w:docDefaults>\n"
    "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/>"
    "<w:pPr><w:overflowPunct w:val=\"0\"/><w:autoSpaceDE w:val=\"0\"/><w:autoSpaceDN w:val=\"0\"/></w:pPr></w:style>\n"
    "<w:style w:type=\"paragraph\" w:styleId=\"Body\"><w:name w:val=\"Body Text\"/><w:basedOn w:val=\"Normal\"/>"
    "<w:pPr><w:ind w:firstLineChars=\"200\" w:firstLine=\"630\"/></w:pPr></w:style>\n"
    "<w:style w:type=\"paragraph\" w:styleId=\"Title\"><w:name w:val=\"Title\"/><w:basedOn w:val=\"Normal\"/><w:pPr><w:jc w:val=\"center\"/></w:pPr>"
    "<w:rPr><w:rFonts w:ascii=\"方正小标宋简体\" w:eastAsia=\"方正小标宋简体\" w:hAnsi=\"方正小标宋简体\"/><w:sz w:val=\"44\"/><w:szCs w:val=\"44\"/></w:rPr></w:style>\n"
#define HEADING(level, outline, face, bold) \
    "<w:style w:type=\"paragraph\" w:styleId=\"Heading" level "\"><w:name w:val=\"heading " level "\"/><w:basedOn w:val=\"Body\"/><w:next w:val=\"Body\"/>" \
    "<w:pPr><w:keepNext/><w:outlineLvl w:val=\"" outline "\"/></w:pPr><w:rPr><w:rFonts w:ascii=\"" face "\" w:eastAsia=\"" face "\" w:hAnsi=\"" face "\"/>" bold "</w:rPr></w:style>\n"
    HEADING("1", "0", "黑体", "") HEADING("2", "1", "楷体_GB2312", "") HEADING("3", "2", "仿宋_GB2312", "<w:b/>")
    "</w:styles>\n";

static const char settings_xml[] = XML_HEAD "<w:settings " W_NAMESPACES "><w:evenAndOddHeaders/><w:characterSpacingControl w:val=\"compressPunctuation\"/>"
    "<w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat></w:settings>\n";

#define CONTENT(part, kind) "<Override PartName=\"/word/" part ".xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml." kind "+xml\"/>"
static const char types_xml[] = XML_HEAD "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    CONTENT("document", "document.main") CONTENT("styles", "styles") CONTENT("settings", "settings") CONTENT("footer1", "footer") CONTENT("footer2", "footer")
    CONTENT("header1", "header")
    "<Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>\n";

#define RELATIONS XML_HEAD "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
#define RELATION(id, kind, target) "<Relationship Id=\"" id "\" Type=\"http://schemas.openxmlformats.org/" kind "\" Target=\"" target "\"/>"
static const char root_rels[] = RELATIONS RELATION("rId1", "officeDocument/2006/relationships/officeDocument", "word/document.xml")
    RELATION("rId2", "package/2006/relationships/metadata/core-properties", "docProps/core.xml") "</Relationships>\n";
static const char document_rels[] = RELATIONS RELATION("rId1", "officeDocument/2006/relationships/styles", "styles.xml")
    RELATION("rId2", "officeDocument/2006/relationships/settings", "settings.xml") RELATION("rId3", "officeDocument/2006/relationships/footer", "footer1.xml")
    RELATION("rId4", "officeDocument/2006/relationships/footer", "footer2.xml") RELATION("rId5", "officeDocument/2006/relationships/header", "header1.xml")
    "</Relationships>\n";

static str core_xml(const report_document *doc, arena *a)
{
    buf out = {.arena = a};
    buf_add(&out, STR(XML_HEAD "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" "
                      "xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>"));
    xml_escape(&out, doc->title);
    buf_add(&out, STR("</dc:title><dc:creator>"));
    xml_escape(&out, doc->organ);
    buf_add(&out, STR("</dc:creator></cp:coreProperties>\n"));
    return buf_str(&out);
}

typedef struct { const char *name; str text; } part;

// 1980-01-01, the first day a zip can hold: a constant, so that equal documents give equal bytes.
static bool add_part(zip_t *zip, part p)
{
    zip_source_t *source = zip_source_buffer(zip, p.text.data, (zip_uint64_t)p.text.len, 0);
    if (!source) return false;
    zip_int64_t index = zip_file_add(zip, p.name, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return false;
    }
    // Local time by definition of the format: dosdate 0x21 is 1980-01-01 whatever the machine's zone is.
    return zip_file_set_dostime(zip, (zip_uint64_t)index, 0, 0x21, 0) == 0 &&
           zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE, 9) == 0;
}

// Writes the zip into `out` of `room` bytes; its length, or -1. Takes nothing from an arena, so that nothing is left
// open when memory runs out.
static int64_t write_zip(const part *parts, size_t count, char *out, int64_t room)
{
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t *file = zip_source_buffer_create(NULL, 0, 0, &error);
    if (!file) return -1;
    zip_t *zip = zip_open_from_source(file, ZIP_TRUNCATE, &error);
    if (!zip) {
        zip_source_free(file);
        return -1;
    }
    zip_source_keep(file);   // zip_close gives its reference back
    bool sound = true;
    for (size_t i = 0; i < count; i++) sound = sound && add_part(zip, parts[i]);
    if (!sound || zip_close(zip) != 0) {
        zip_discard(zip);
        zip_source_free(file);
        return -1;
    }
    int64_t len = -1;
    zip_stat_t info;
    if (zip_source_stat(file, &info) == 0 && (int64_t)info.size <= room && zip_source_open(file) == 0) {
        len = zip_source_read(file, out, info.size);
        zip_source_close(file);
        if (len != (int64_t)info.size) len = -1;
    }
    zip_source_free(file);
    return len;
}

bool report_docx(const report_document *doc, arena *a, str *bytes)
{
    const part parts[] = {
        {"[Content_Types].xml", str_from(types_xml)},
        {"_rels/.rels", str_from(root_rels)},
        {"docProps/core.xml", core_xml(doc, a)},
        {"word/document.xml", document_xml(doc, a)},
        {"word/_rels/document.xml.rels", str_from(document_rels)},
        {"word/styles.xml", str_from(styles_xml)},
        {"word/settings.xml", str_from(settings_xml)},
        {"word/footer1.xml", footer_xml(true, a)},
        {"word/footer2.xml", footer_xml(false, a)},
        {"word/header1.xml", header_xml(doc->note, a)},
    };
    enum { PARTS = sizeof parts / sizeof *parts, PART_OVERHEAD = 512 /* two headers, the name, deflate's worst case of a short part */ };
    int64_t room = PART_OVERHEAD;
    for (size_t i = 0; i < PARTS; i++) room += parts[i].text.len + parts[i].text.len / 1000 + PART_OVERHEAD;
    char *out = arena_new(a, room, char);
    int64_t len = write_zip(parts, PARTS, out, room);
    *bytes = (str){out, len > 0 ? (ptrdiff_t)len : 0};
    return len > 0;
}
