// DOCX: a valid zip, well-formed parts, the same bytes for the same document.
#include <expat.h>
#include <zip.h>

#include "report_sample.h"

static str part_of(str docx, const char *name, arena *a)
{
    zip_error_t error;
    zip_source_t *source = zip_source_buffer_create(docx.data, (zip_uint64_t)docx.len, 0, &error);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) : NULL;
    if (!zip) return (str){0};
    zip_stat_t info;
    str text = {0};
    zip_file_t *f = zip_stat(zip, name, 0, &info) == 0 ? zip_fopen(zip, name, 0) : NULL;
    if (f) {
        char *bytes = arena_new(a, (ptrdiff_t)info.size + 1, char);
        if (zip_fread(f, bytes, info.size) == (zip_int64_t)info.size) text = (str){bytes, (ptrdiff_t)info.size};
        zip_fclose(f);
    }
    zip_discard(zip);
    return text;
}

static bool well_formed(str xml)
{
    XML_Parser p = XML_ParserCreate(NULL);
    bool sound = XML_Parse(p, xml.data, (int)xml.len, 1) == XML_STATUS_OK;
    if (!sound) printf("# line %lu: %s\n", XML_GetCurrentLineNumber(p), XML_ErrorString(XML_GetErrorCode(p)));
    XML_ParserFree(p);
    return sound;
}

static int occurrences(str text, const char *needle)
{
    int n = 0;
    for (ptrdiff_t at; (at = str_find(text, str_from(needle))) >= 0; n++) text = str_slice(text, at + 1, text.len);
    return n;
}

int main(void)
{
    static const char *const parts[] = {
        "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/document.xml", "word/_rels/document.xml.rels", "word/styles.xml",
        "word/settings.xml", "word/footer1.xml", "word/footer2.xml", "word/header1.xml"};
    arena a = {0};
    report_document doc = sample_document(&a);
    str docx, again;
    tap_ok(report_docx(&doc, &a, &docx), "a document becomes DOCX");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        str xml = part_of(docx, parts[i], &a);
        tap_ok(xml.len > 0 && well_formed(xml), "%s is there and well-formed", parts[i]);
    }
    tap_ok(report_docx(&doc, &a, &again) && str_equal(docx, again), "twice the same bytes");

    str body = part_of(docx, "word/document.xml", &a);
    tap_is_golden(body, "tests/golden/report/sample.document.xml", "document.xml is as reviewed", &a);
    tap_is_int(occurrences(body, "<w:tr>"), 3, "three rows of the table");
    tap_is_int(occurrences(body, "Heading1"), 1, "one heading of level 1");
    tap_ok(str_find(body, STR("&lt;A &amp; B&gt;")) > 0, "text is escaped");
    tap_ok(str_find(body, STR("w:top=\"2098\" w:right=\"1474\" w:bottom=\"1945\" w:left=\"1588\"")) > 0, "margins 37, 26, 35, 28 mm");
    tap_ok(str_find(body, STR("w:type=\"lines\" w:linePitch=\"580\"")) > 0, "22 lines: a grid of 580 twips");
    tap_ok(str_find(part_of(docx, "word/settings.xml", &a), STR("evenAndOddHeaders")) > 0, "page numbers change sides");
    tap_ok(str_find(part_of(docx, "word/footer1.xml", &a), STR("w:jc w:val=\"right\"")) > 0, "right on odd pages");
    tap_ok(str_find(part_of(docx, "word/footer2.xml", &a), STR("w:jc w:val=\"left\"")) > 0, "left on even pages");

    report_document upward = doc;
    upward.signer = STR("张三");
    upward.note = upward.copies = upward.printed_by = upward.printed_on = (str){0};
    tap_ok(report_docx(&upward, &a, &docx), "a document going up");
    body = part_of(docx, "word/document.xml", &a);
    tap_ok(str_find(body, STR("签发人：")) > 0 && str_find(body, STR("张三")) > 0, "names its signer");
    tap_ok(str_find(body, STR("抄送")) < 0 && str_find(body, STR("headerReference")) < 0, "and without copies and note there are none");

    tap_ok(str_find(body, STR("（印章）")) < 0, "a document that is not sealed has no place for a seal");
    upward.mark = upward.signer = (str){0};
    upward.sealed = true;
    tap_ok(report_docx(&upward, &a, &docx) && well_formed(body = part_of(docx, "word/document.xml", &a)), "a sealed document without a red head");
    tap_ok(str_find(body, STR("羊管〔2025〕3号")) > str_find(body, upward.title), "has its number under the title");
    tap_ok(str_find(body, STR("（印章）")) > str_find(body, upward.date), "and the place for its seal below the date");

    report_document empty = {0};
    tap_ok(report_docx(&empty, &a, &docx) && well_formed(part_of(docx, "word/document.xml", &a)), "an empty document is still valid");
    arena_free(&a);
    return tap_done();
}
