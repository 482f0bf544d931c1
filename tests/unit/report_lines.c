// Line breaking: which characters may end and begin lines, and how a line fills its width.
#include "report/report_internal.h"
#include "tap.h"

enum { EM = 1000 };

// Breaks text set ten characters wide; Han take one em, ASCII half. Returns the lines joined with "/".
static str broken(const char *text, int width, arena *a)
{
    str t = str_from(text);
    ptrdiff_t n = 0, at = 0;
    atom *atoms = arena_new(a, t.len + 1, atom);
    ptrdiff_t *offsets = arena_new(a, t.len + 1, ptrdiff_t);
    while (at < t.len) {
        offsets[n] = at;
        uint32_t c = utf8_next(t, &at);
        atoms[n] = (atom){.kind = atom_kind_of(c), .code_point = c, .width = c < 0x80 ? EM / 2 : EM};
        if (atom_compressible(c)) atoms[n].slack = EM / 10;
        n++;
    }
    offsets[n] = t.len;
    line_span *lines;
    ptrdiff_t count = break_lines(atoms, n, width * EM, width * EM, EM, a, &lines);
    buf out = {.arena = a};
    for (ptrdiff_t i = 0; i < count; i++) {
        if (i > 0) buf_add(&out, STR("/"));
        buf_add(&out, str_slice(t, offsets[lines[i].from], offsets[lines[i].to]));
    }
    return buf_str(&out);
}

static const struct { const char *text, *lines, *why; } rows[] = {
    {"一二三四五六七八九十甲乙", "一二三四五六七八九十/甲乙", "Han anywhere"},
    {"一二三四五六七八九十，甲乙", "一二三四五六七八九/十，甲乙", "no comma at the start of a line"},
    {"一二三四五六七八九十”。甲", "一二三四五六七八九/十”。甲", "nor two closing marks"},
    {"一二三四五六七八九“甲乙”", "一二三四五六七八九/“甲乙”", "no opening mark at the end of a line"},
    {"一二三四五六七八九15447件", "一二三四五六七八九/15447件", "a number is not broken"},
    {"一二三四五六七八2024年", "一二三四五六七八/2024年", "nor a year from its 年"},
    {"一二三四五六七八九2—3", "一二三四五六七八九/2—3", "nor a range"},
    {"一二三四五六七八九——甲", "一二三四五六七八九/——甲", "a dash of two squares stays whole"},
    {"一二三四五六七abcdefgh 乙", "一二三四五六七/abcdefgh 乙", "a word is not broken"},
    {"一二三四五六七 八九十 甲", "一二三四五六七 八九/十 甲", "spaces count half"},
    {"一二三四五六七八九十 甲", "一二三四五六七八九十/甲", "a space at the end of a line is not set"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaa/aaaaa", "a word longer than a line is broken where it must be"},
    {"", "", "no text, no line"},
};

int main(void)
{
    arena a = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_str(broken(rows[i].text, 10, &a), rows[i].lines, rows[i].why);
    tap_is_str(broken("，，，", 1, &a), "，/，/，", "a line of forbidden breaks only still ends");

    // Ten Han and half a character too much: five marks give a tenth each.
    atom marks[12] = {{0}};
    for (int i = 0; i < 12; i++)
        marks[i] = i % 2 && i < 10 ? (atom){ATOM_CLOSE, 0x3001, EM, EM / 10} : (atom){ATOM_HAN, 0x4E00, EM, 0};
    marks[10].width = EM / 2;
    line_span *lines;
    ptrdiff_t n = break_lines(marks, 12, 10 * EM, 10 * EM, EM, &a, &lines);
    tap_is_int(n, 2, "two lines");
    tap_is_int(lines[0].squeeze, EM / 2, "the marks of the first are squeezed by half a character");
    tap_is_int(lines[0].to, 11, "so that eleven characters stand in it");

    atom han[12];
    for (int i = 0; i < 12; i++) han[i] = (atom){i == 10 ? ATOM_CLOSE : ATOM_HAN, 0x4E00, EM, 0};
    break_lines(han, 12, 10 * EM, 10 * EM, EM, &a, &lines);
    tap_is_int(lines[0].to, 9, "a mark that cannot be squeezed in takes a character along");
    tap_is_int(lines[0].stretch, EM, "and the line is spread by one");
    tap_is_int(lines[1].stretch, 0, "the last line is not");

    double widths[] = {10, 10, 300, 60};
    fit_columns(widths, 4, 200);
    tap_is_int((int64_t)(widths[0] + 0.5), 10, "a narrow column of a table gets what it wants");
    tap_is_int((int64_t)(widths[2] + 0.5), 120, "and the widest one what is left");
    tap_is_int(mark_size(STR("羊山新区管理委员会文件")), 38, "a mark of eleven characters fits the type width");
    tap_is_int(mark_size(STR("市文件")), MARK_SIZE_MAX, "a short one is not larger than 22 mm");
    arena_free(&a);
    return tap_done();
}
