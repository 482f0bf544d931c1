// linebreak.c: where lines of Chinese text end.
#include "report/report_internal.h"

// Which code points have a role at the edge of a line, and whether half of their square is empty (then they can be
// set half as wide). GB/T 15834-2011, 5.1: marks that may not begin or end a line.
static const struct { uint32_t code_point; atom_kind kind; bool compressible; } roles[] = {
    {0x3001, ATOM_CLOSE, true},  {0x3002, ATOM_CLOSE, true},  {0xFF0C, ATOM_CLOSE, true},  {0xFF0E, ATOM_CLOSE, true},
    {0xFF1A, ATOM_CLOSE, true},  {0xFF1B, ATOM_CLOSE, true},  {0xFF01, ATOM_CLOSE, true},  {0xFF1F, ATOM_CLOSE, true},
    {0xFF09, ATOM_CLOSE, true},  {0x3009, ATOM_CLOSE, true},  {0x300B, ATOM_CLOSE, true},  {0x300D, ATOM_CLOSE, true},
    {0x300F, ATOM_CLOSE, true},  {0x3011, ATOM_CLOSE, true},  {0x3015, ATOM_CLOSE, true},  {0x201D, ATOM_CLOSE, true},
    {0x2019, ATOM_CLOSE, true},  {0x00B7, ATOM_CLOSE, false}, {',', ATOM_CLOSE, false},    {';', ATOM_CLOSE, false},
    {')', ATOM_CLOSE, false},    {']', ATOM_CLOSE, false},    {'!', ATOM_CLOSE, false},    {'?', ATOM_CLOSE, false},
    {0xFF08, ATOM_OPEN, true},   {0x3008, ATOM_OPEN, true},   {0x300A, ATOM_OPEN, true},   {0x300C, ATOM_OPEN, true},
    {0x300E, ATOM_OPEN, true},   {0x3010, ATOM_OPEN, true},   {0x3014, ATOM_OPEN, true},   {0x201C, ATOM_OPEN, true},
    {0x2018, ATOM_OPEN, true},   {'(', ATOM_OPEN, false},     {'[', ATOM_OPEN, false},
    {0x2014, ATOM_DASH, false},  {0x2026, ATOM_DASH, false},
    {' ', ATOM_SPACE, false},    {0x3000, ATOM_SPACE, false}, {0x5E74, ATOM_YEAR, false},
};

atom_kind atom_kind_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (roles[i].code_point == c) return roles[i].kind;
    // Below U+2E80 are the alphabets: words. What is above (Han, kana, full-width forms) can be broken anywhere.
    return c < 0x2E80 ? ATOM_WORD : ATOM_HAN;
}

bool atom_compressible(uint32_t c)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (roles[i].code_point == c) return roles[i].compressible;
    return false;
}

static bool may_break(atom left, atom right)
{
    if (right.kind == ATOM_SPACE || right.kind == ATOM_CLOSE || left.kind == ATOM_OPEN) return false;
    if (left.kind == ATOM_SPACE) return true;
    if (left.kind == ATOM_DASH && right.kind == ATOM_DASH) return left.code_point != right.code_point;
    bool left_word = left.kind == ATOM_WORD, right_word = right.kind == ATOM_WORD;
    if (left_word && (right_word || right.kind == ATOM_DASH || right.kind == ATOM_YEAR)) return false;
    return !(left.kind == ATOM_DASH && right_word);
}

bool atoms_have_gap(atom left, atom right)
{
    return !(left.kind == ATOM_WORD && right.kind == ATOM_WORD) && left.kind != ATOM_DASH && right.kind != ATOM_DASH;
}

// Atoms [from, to) as one line of `width`. `fill` is false for the last line of a paragraph.
static line_span set_line(const atom *atoms, ptrdiff_t from, ptrdiff_t to, int64_t width, int32_t em, bool fill)
{
    while (to > from + 1 && atoms[to - 1].kind == ATOM_SPACE) to--;
    int64_t natural = 0, gaps = 0;
    for (ptrdiff_t i = from; i < to; i++) {
        natural += atoms[i].width;
        if (i > from) gaps += atoms_have_gap(atoms[i - 1], atoms[i]);
    }
    line_span line = {.from = from, .to = to};
    if (natural > width) line.squeeze = (int32_t)(natural - width);
    else if (fill && gaps > 0 && (width - natural) / gaps <= em / 4) line.stretch = (int32_t)(width - natural);
    return line;
}

// The end of the line that begins at `from`: the last permitted break that fits when all slack is used. Squeezing is
// preferred to spreading a shorter line: it keeps 28 characters to the line.
static ptrdiff_t line_end(const atom *atoms, ptrdiff_t from, ptrdiff_t count, int64_t width)
{
    int64_t natural = 0, slack = 0;
    ptrdiff_t best = from, forced = from + 1;
    for (ptrdiff_t to = from + 1; to <= count; to++) {
        const atom *last = &atoms[to - 1];
        if (last->kind != ATOM_SPACE) natural += last->width, slack += last->slack;
        if (natural - slack > width) break;
        forced = to;
        if (to == count || may_break(*last, atoms[to])) best = to;
        if (last->kind == ATOM_SPACE) natural += last->width;
    }
    return best > from ? best : forced;   // a word longer than the line is broken where it must be
}

ptrdiff_t break_lines(const atom *atoms, ptrdiff_t count, int32_t first_width, int32_t width, int32_t em,
                      arena *a, line_span **lines)
{
    *lines = arena_new(a, count + 1, line_span);
    ptrdiff_t made = 0;
    for (ptrdiff_t from = 0; from < count;) {
        int32_t room = made == 0 ? first_width : width;
        ptrdiff_t to = line_end(atoms, from, count, room);
        (*lines)[made++] = set_line(atoms, from, to, room, em, to < count);
        from = to;
    }
    return made;
}
