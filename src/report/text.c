// text.c: what HTML, DOCX and PDF say alike: escaped text, widths without fonts, the lines around the body.
#include "report/report_internal.h"

void xml_escape(buf *out, str text)
{
    for (ptrdiff_t i = 0; i < text.len;) {
        uint32_t c = utf8_next(text, &i);
        switch (c) {
        case '&': buf_add(out, STR("&amp;")); break;
        case '<': buf_add(out, STR("&lt;")); break;
        case '>': buf_add(out, STR("&gt;")); break;
        case '"': buf_add(out, STR("&quot;")); break;
        case '\'': buf_add(out, STR("&#39;")); break;
        default: {
            bool forbidden = (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE || c == 0xFFFF;
            buf_add_char(out, forbidden ? UTF8_INVALID : c);
        }
        }
    }
}

int half_characters(str text)
{
    int n = 0;
    // Quotation marks and dashes are outside the wide blocks of Unicode but take a full square in Chinese type.
    for (ptrdiff_t i = 0; i < text.len;) n += utf8_next(text, &i) < 0x2010 ? 1 : 2;
    return n;
}

const str seal_place = {"（印章）", 12};

int mark_size(str mark)
{
    int halves = half_characters(mark);
    if (halves == 0) return MARK_SIZE_MAX;
    // TYPE_WIDTH_MM in points, divided by the characters; 97 % of it, so that rounding in Word does not wrap the line.
    int fits = (int)(TYPE_WIDTH_MM * 72 / 25.4 * 0.97 * 2 / halves);
    return fits < MARK_SIZE_MAX ? fits : MARK_SIZE_MAX;
}

bool has_colophon(const report_document *doc)
{
    return doc->copies.len > 0 || doc->printed_by.len > 0 || doc->printed_on.len > 0;
}

str copies_line(str copies, arena *a)
{
    if (copies.len == 0) return copies;
    return str_printf(a, "抄送：%.*s%s", STR_ARG(copies), str_ends(copies, STR("。")) ? "" : "。");
}

str printed_on_line(str printed_on, arena *a)
{
    return printed_on.len > 0 ? str_concat(printed_on, STR("印发"), a) : printed_on;
}

// What narrow columns leave of their fair share goes to the wide ones: the share grows with every round, at most once for
// each column.
void fit_columns(double *widths, int columns, double total)
{
    double share = total / columns, sum = 0;
    for (int round = 0; round < columns; round++) {
        double left = total;
        int wide = 0;
        for (int i = 0; i < columns; i++) {
            if (widths[i] <= share) left -= widths[i];
            else wide++;
        }
        if (wide == 0) break;
        share = left / wide;
    }
    for (int i = 0; i < columns; i++) {
        if (widths[i] > share) widths[i] = share;
        sum += widths[i];
    }
    for (int i = 0; i < columns; i++) widths[i] *= total / sum;
}
