// pdf.c: a document on pages of GB/T 9704-2012: 22 lines of 28 characters, each line in its place on the grid.
//
// Two passes: the document becomes a flow of items that take whole lines, then items are placed on pages and drawn.
#include <cairo-pdf.h>

#include "report/typeset_internal.h"

#define MM (72 / 25.4)
#define PITCH (TYPE_HEIGHT_MM * MM / LINES_PER_PAGE)      // 28.99 points
#define LEFT (MARGIN_LEFT_MM * MM)
#define TOP (MARGIN_TOP_MM * MM)
#define TYPE_WIDTH (TYPE_WIDTH_MM * MM)
#define TYPE_BOTTOM (TOP + TYPE_HEIGHT_MM * MM)
static const double rule_outer = 0.35 * MM, rule_inner = 0.25 * MM;   // 版记 (7.4.1)
static const double rule_red = 0.5 * MM, rule_cell = 0.5;
static const double cell_pad = 4;                         // points left and right of a cell's text
enum { CELL_PITCH = 20 };                                 // points between the lines of a cell, 4号

// ---- the flow -----------------------------------------------------------------------------------------------

typedef struct cell cell;
struct cell {
    const shaped *text;
    line_span *lines;
    ptrdiff_t count;
    double x, width;
    cell *next;
};
typedef struct {
    const shaped *text;        // NULL: an empty line or a row
    line_span line;
    double x;                  // from the left of the type area
    cell *cells;               // of a row
    ptrdiff_t header;          // of a row: the item of its header row
    int height;                // in lines of the grid
    bool keep;                 // with the item after it
    int outline;               // 1, 2: begins a heading of that level; 0: no
    str outline_text;
} item;

typedef struct {
    typesetter t;
    arena *a;
    cairo_surface_t *surface;
    cairo_t *cr;
    char *bytes;               // on the heap: Cairo writes from inside calls that an escape must not cross
    size_t len, cap;
    const report_document *doc;
    item *items;
    ptrdiff_t count, item_cap;
} job;

static int32_t units(double points) { return (int32_t)(points * PANGO_SCALE); }
static double points(int64_t u) { return (double)u / PANGO_SCALE; }
static double em(int size) { return points(em_of(size)); }

static item *add_item(job *j)
{
    if (j->count == j->item_cap) {
        ptrdiff_t cap = j->item_cap ? j->item_cap * 2 : 256;
        item *grown = arena_new(j->a, cap, item);
        for (ptrdiff_t i = 0; i < j->count; i++) grown[i] = j->items[i];
        j->items = grown, j->item_cap = cap;
    }
    item *added = &j->items[j->count++];
    *added = (item){.height = 1};
    return added;
}

static void add_blank(job *j, bool keep) { add_item(j)->keep = keep; }

// A paragraph broken into lines, the first indented by `indent` characters.
static void add_paragraph(job *j, str text, text_look look, int indent, bool keep, int outline)
{
    shaped *s = typeset_shape(&j->t, text, look);
    int32_t e = em_of(look.size), width = units(TYPE_WIDTH);
    line_span *lines;
    ptrdiff_t n = break_lines(s->atoms, s->count, width - indent * e, width, e, j->a, &lines);
    for (ptrdiff_t i = 0; i < n; i++) {
        item *it = add_item(j);
        it->text = s, it->line = lines[i], it->keep = keep;
        it->x = i == 0 ? points((int64_t)indent * e) : 0;
        if (i == 0) it->outline = outline, it->outline_text = s->text;
    }
}

static int32_t line_width(const shaped *s, line_span line)
{
    int32_t width = line.stretch - line.squeeze;
    for (ptrdiff_t i = line.from; i < line.to; i++) width += s->atoms[i].width;
    return width;
}

// Lines of about equal length, centred: as many as needed, in the narrowest width that still needs no more.
static void add_centred(job *j, str text, text_look look)
{
    for (str rest = text; rest.data;) {
        shaped *s = typeset_shape(&j->t, str_cut(&rest, '\n'), look);
        int32_t wide = units(TYPE_WIDTH), narrow = 0, e = em_of(look.size);
        line_span *lines;
        ptrdiff_t wanted = break_lines(s->atoms, s->count, wide, wide, e, j->a, &lines);
        while (wide - narrow > e / 4) {
            int32_t middle = narrow + (wide - narrow) / 2;
            if (break_lines(s->atoms, s->count, middle, middle, e, j->a, &lines) > wanted) narrow = middle;
            else wide = middle;
        }
        ptrdiff_t n = break_lines(s->atoms, s->count, wide, wide, e, j->a, &lines);
        for (ptrdiff_t i = 0; i < n; i++) {
            item *it = add_item(j);
            lines[i].stretch = 0;
            it->text = s, it->line = lines[i], it->keep = true;
            it->x = (TYPE_WIDTH - points(line_width(s, lines[i]))) / 2;
        }
    }
}

static str spans_text(job *j, const report_span *spans)
{
    buf out = {.arena = j->a};
    for (const report_span *s = spans; s; s = s->next) buf_add(&out, s->text);
    return buf_str(&out);
}

// A table: the rows from `row` to the next header row or other block. Returns the last row.
static const report_block *add_table(job *j, const report_block *row)
{
    int columns = 0;
    for (const report_block *c = row->cells; c; c = c->next) columns++;
    if (columns == 0) return row;
    ptrdiff_t first = j->count;
    double *widths = arena_new(j->a, columns, double);
    for (int i = 0; i < columns; i++) widths[i] = 3 * SIZE_SMALL + 2 * cell_pad;   // no column narrower than three characters
    const report_block *last = row;
    for (const report_block *b = row; b && b->kind == BLOCK_TABLE_ROW && (b == row || !b->header); b = b->next) {
        last = b;
        item *it = add_item(j);
        it->header = row->header ? first : -1;
        it->keep = b == row;
        cell **end = &it->cells;
        int i = 0;
        for (const report_block *c = b->cells; c && i < columns; c = c->next, i++) {
            *end = arena_new(j->a, 1, cell);
            (*end)->text = typeset_shape(&j->t, spans_text(j, c->spans),
                                         (text_look){b->header ? FACE_HEI : FACE_FANGSONG, SIZE_SMALL, false});
            double want = points((*end)->text->width) + 2 * cell_pad;
            if (want > widths[i]) widths[i] = want;
            end = &(*end)->next;
        }
    }
    fit_columns(widths, columns, TYPE_WIDTH);
    for (ptrdiff_t k = first; k < j->count; k++) {
        double x = 0;
        ptrdiff_t most = 1;
        int i = 0;
        for (cell *c = j->items[k].cells; c; c = c->next, i++) {
            c->x = x, c->width = widths[i], x += c->width;
            int32_t room = units(c->width - 2 * cell_pad);
            c->count = break_lines(c->text->atoms, c->text->count, room, room, em_of(SIZE_SMALL), j->a, &c->lines);
            if (c->count > most) most = c->count;
        }
        int height = (int)((double)(most * CELL_PITCH + 8) / PITCH + 0.999);
        j->items[k].height = height < LINES_PER_PAGE ? height : LINES_PER_PAGE;
    }
    return last;
}

static void add_body(job *j)
{
    static const struct { text_look look; int outline; } looks[] = {
        [BLOCK_HEADING1] = {{FACE_HEI, SIZE_BODY, false}, 1},
        [BLOCK_HEADING2] = {{FACE_KAI, SIZE_BODY, false}, 2},
        [BLOCK_HEADING3] = {{FACE_FANGSONG, SIZE_BODY, true}, 0},
        [BLOCK_PARAGRAPH] = {{FACE_FANGSONG, SIZE_BODY, false}, 0},
    };
    for (const report_block *b = j->doc->blocks; b; b = b->next) {
        if (b->kind == BLOCK_TABLE_ROW) { b = add_table(j, b); continue; }
        add_paragraph(j, spans_text(j, b->spans), looks[b->kind].look, INDENT_PARAGRAPH, b->kind != BLOCK_PARAGRAPH, looks[b->kind].outline);
    }
}

// Organ and date, with room for the seal. The date is four characters in from the right, the organ centred over it
// (7.3.5.1); an organ too long for that ends at the right edge. They stay with the last line of the body: a seal on an empty page could
// be put under anything.
static void add_signature(job *j)
{
    text_look look = {FACE_FANGSONG, SIZE_BODY, false};
    if (j->count > 0) j->items[j->count - 1].keep = true;
    for (int i = 0; i < SEAL_LINES; i++) add_blank(j, true);
    shaped *organ = typeset_shape(&j->t, j->doc->organ, look), *day = typeset_shape(&j->t, j->doc->date, look);
    double date_x = TYPE_WIDTH - INDENT_DATE * em(SIZE_BODY) - points(day->width);
    double organ_x = date_x + points(day->width - organ->width) / 2, most = TYPE_WIDTH - points(organ->width);
    item *it = add_item(j);
    it->text = organ, it->line = typeset_whole(organ), it->x = organ_x < most ? organ_x : most, it->keep = true;
    it = add_item(j);
    it->text = day, it->line = typeset_whole(day), it->x = date_x, it->keep = j->doc->sealed;
    if (!j->doc->sealed) return;
    shaped *seal = typeset_shape(&j->t, seal_place, look);
    it = add_item(j);
    it->text = seal, it->line = typeset_whole(seal), it->x = date_x + points(day->width - seal->width) / 2;
}

// ---- drawing ------------------------------------------------------------------------------------------------

// The baseline that centres type of a size in the line of the grid whose top is at y. 0.88: the em box above the baseline.
static double baseline(double y, double size) { return y + (PITCH - size) / 2 + size * 0.88; }

static void black(job *j) { cairo_set_source_rgb(j->cr, 0, 0, 0); }
static void red(job *j) { cairo_set_source_rgb(j->cr, 0.86, 0, 0); }

static void rule(job *j, double x, double y, double width, double thickness)
{
    cairo_rectangle(j->cr, x, y, width, thickness);
    cairo_fill(j->cr);
}

// The note: boxed above the head of the first page, small at the top of the others.
static double draw_note(job *j, double y)
{
    shaped *s = typeset_shape(&j->t, j->doc->note, (text_look){FACE_HEI, SIZE_NOTE, false});
    int32_t room = units(TYPE_WIDTH - 2 * SIZE_NOTE);
    line_span *lines;
    ptrdiff_t n = break_lines(s->atoms, s->count, room, room, em_of(SIZE_NOTE), j->a, &lines);
    double height = (double)n * SIZE_NOTE * 1.5 + SIZE_NOTE * 0.75;
    black(j);
    for (ptrdiff_t i = 0; i < n; i++) {
        lines[i].stretch = 0;
        typeset_draw(&j->t, j->cr, s, lines[i], LEFT + (TYPE_WIDTH - points(line_width(s, lines[i]))) / 2,
                     y + SIZE_NOTE * (0.375 + 0.25 + 0.88 + 1.5 * (double)i));
    }
    cairo_rectangle(j->cr, LEFT, y, TYPE_WIDTH, height);
    cairo_set_line_width(j->cr, 0.75);
    cairo_stroke(j->cr);
    return height;
}

// Number and signer on the line whose top is at y: centred, or at both sides one character in when the document goes up (7.2.5, 7.2.6).
static void draw_number(job *j, double y)
{
    text_look look = {FACE_FANGSONG, SIZE_BODY, false};
    shaped *number = typeset_shape(&j->t, j->doc->number, look);
    double at = baseline(y, SIZE_BODY), one = em(SIZE_BODY);
    if (j->doc->signer.len == 0) {
        typeset_draw(&j->t, j->cr, number, typeset_whole(number), LEFT + (TYPE_WIDTH - points(number->width)) / 2, at);
        return;
    }
    shaped *label = typeset_shape(&j->t, STR("签发人："), look);
    shaped *name = typeset_shape(&j->t, j->doc->signer, (text_look){FACE_KAI, SIZE_BODY, false});
    double right = LEFT + TYPE_WIDTH - one;
    typeset_draw(&j->t, j->cr, number, typeset_whole(number), LEFT + one, at);
    typeset_draw(&j->t, j->cr, name, typeset_whole(name), right - points(name->width), at);
    typeset_draw(&j->t, j->cr, label, typeset_whole(label), right - points(name->width + label->width), at);
}

// The head of page 1. Returns the line of the grid on which the title stands: two below the red rule (7.3.1).
static int draw_head(job *j)
{
    double note = j->doc->note.len > 0 ? draw_note(j, TOP) : 0;
    if (j->doc->mark.len == 0) return note > 0 ? (int)(note / PITCH) + 2 : 1;
    int size = mark_size(j->doc->mark);
    shaped *mark = typeset_shape(&j->t, j->doc->mark, (text_look){FACE_TITLE, size, false});
    double top = TOP + MARK_TOP_MM * MM, number = top + size + 2 * PITCH;
    red(j);
    typeset_draw(&j->t, j->cr, mark, typeset_whole(mark), LEFT + (TYPE_WIDTH - points(mark->width)) / 2, top + size * 0.88);
    black(j);
    draw_number(j, number);
    double y = number + (PITCH + SIZE_BODY) / 2 + RULE_GAP_MM * MM;
    red(j);
    rule(j, LEFT, y, TYPE_WIDTH, rule_red);
    black(j);
    return (int)((y - TOP) / PITCH + 0.999) + 2;
}

static void draw_row(job *j, const item *it, double y)
{
    cairo_set_line_width(j->cr, rule_cell);
    for (const cell *c = it->cells; c; c = c->next) {
        cairo_rectangle(j->cr, LEFT + c->x, y, c->width, it->height * PITCH);
        cairo_stroke(j->cr);
        double text_top = y + (it->height * PITCH - (double)c->count * CELL_PITCH) / 2;
        for (ptrdiff_t i = 0; i < c->count; i++)
            typeset_draw(&j->t, j->cr, c->text, c->lines[i], LEFT + c->x + cell_pad,
                         text_top + (double)i * CELL_PITCH + (CELL_PITCH - SIZE_SMALL) / 2.0 + SIZE_SMALL * 0.88);
    }
}

static void draw_item(job *j, const item *it, int page, int line)
{
    double y = TOP + line * PITCH;
    if (it->cells) { draw_row(j, it, y); return; }
    if (!it->text) return;
    if (it->outline > 0) {
        char *where = str_cstr(str_printf(j->a, "page=%d pos=[%d %d]", page, (int)LEFT, (int)y), j->a);
        cairo_pdf_surface_add_outline(j->surface, CAIRO_PDF_OUTLINE_ROOT, str_cstr(it->outline_text, j->a), where,
                                      it->outline == 1 ? CAIRO_PDF_OUTLINE_FLAG_BOLD : 0);
    }
    typeset_draw(&j->t, j->cr, it->text, it->line, LEFT + it->x, baseline(y, it->text->look.size));
}

// "— 1 —" in 4号 Song, its dash 7 mm below the type area, one character in from the outer side (7.5).
static void draw_folio(job *j, int page)
{
    shaped *s = typeset_shape(&j->t, str_printf(j->a, "— %d —", page), (text_look){FACE_SONG, SIZE_SMALL, false});
    double in = INDENT_FOLIO * em(SIZE_SMALL);
    double x = page % 2 ? LEFT + TYPE_WIDTH - in - points(s->width) : LEFT + in;
    // The dash stands a third of the size above the baseline.
    typeset_draw(&j->t, j->cr, s, typeset_whole(s), x, TYPE_BOTTOM + FOLIO_GAP_MM * MM + SIZE_SMALL / 3.0);
}

static void draw_running_note(job *j)
{
    if (j->doc->note.len == 0) return;
    shaped *s = typeset_shape(&j->t, j->doc->note, (text_look){FACE_HEI, 9, false});
    cairo_set_source_rgb(j->cr, 0.35, 0.35, 0.35);
    typeset_draw(&j->t, j->cr, s, typeset_whole(s), LEFT + (TYPE_WIDTH - points(s->width)) / 2, TOP - 6 * MM);
    black(j);
}

// ---- the 版记 -----------------------------------------------------------------------------------------------

typedef struct {
    const shaped *copies, *by, *on;
    line_span *lines;
    ptrdiff_t copies_count;
    int height;               // in lines; 0: there is none
} colophon;

static colophon make_colophon(job *j)
{
    text_look small = {FACE_FANGSONG, SIZE_SMALL, false};
    colophon c = {0};
    int32_t e = em_of(SIZE_SMALL), room = units(TYPE_WIDTH) - 2 * INDENT_COPIES * e;
    c.copies = typeset_shape(&j->t, copies_line(j->doc->copies, j->a), small);
    // Further lines align with the first character after the colon: three characters in (7.4.2).
    c.copies_count = break_lines(c.copies->atoms, c.copies->count, room, room - 3 * e, e, j->a, &c.lines);
    c.by = typeset_shape(&j->t, j->doc->printed_by, small);
    c.on = typeset_shape(&j->t, printed_on_line(j->doc->printed_on, j->a), small);
    c.height = (int)c.copies_count + (c.by->count > 0 || c.on->count > 0);
    return c;
}

static void draw_colophon(job *j, const colophon *c)
{
    double y = TYPE_BOTTOM - c->height * PITCH, in = INDENT_COPIES * em(SIZE_SMALL);
    rule(j, LEFT, y, TYPE_WIDTH, rule_outer);
    rule(j, LEFT, TYPE_BOTTOM - rule_outer, TYPE_WIDTH, rule_outer);
    for (ptrdiff_t i = 0; i < c->copies_count; i++, y += PITCH)
        typeset_draw(&j->t, j->cr, c->copies, c->lines[i], LEFT + in + (i > 0 ? 3 * em(SIZE_SMALL) : 0), baseline(y, SIZE_SMALL));
    if (c->by->count == 0 && c->on->count == 0) return;
    if (c->copies_count > 0) rule(j, LEFT, y, TYPE_WIDTH, rule_inner);
    typeset_draw(&j->t, j->cr, c->by, typeset_whole(c->by), LEFT + in, baseline(y, SIZE_SMALL));
    typeset_draw(&j->t, j->cr, c->on, typeset_whole(c->on), LEFT + TYPE_WIDTH - in - points(c->on->width), baseline(y, SIZE_SMALL));
}

// ---- pages --------------------------------------------------------------------------------------------------

// The lines that item i needs with all it must stay with; without the company when that is more than a page.
static int kept_height(const job *j, ptrdiff_t i)
{
    int height = j->items[i].height;
    for (ptrdiff_t k = i; j->items[k].keep && k + 1 < j->count; k++) {
        height += j->items[k + 1].height;
        if (height > LINES_PER_PAGE) return j->items[i].height;
    }
    return height;
}

static void next_page(job *j, int *page, bool numbered)
{
    if (numbered) draw_folio(j, *page);
    cairo_show_page(j->cr);
    ++*page;
    draw_running_note(j);
}

static int draw_pages(job *j)
{
    int page = 1, line = draw_head(j);
    for (ptrdiff_t i = 0; i < j->count; i++) {
        item *it = &j->items[i];
        // An item in the middle of a kept group does not break: its first item has made room for all.
        bool grouped = i > 0 && it[-1].keep && line > 0 && line + it->height <= LINES_PER_PAGE;
        if (line > 0 && line + (grouped ? it->height : kept_height(j, i)) > LINES_PER_PAGE) {
            next_page(j, &page, true);
            line = 0;
            if (it->cells && it->header >= 0 && it->header < i) {
                draw_item(j, &j->items[it->header], page, 0);
                line = j->items[it->header].height;
            }
        }
        draw_item(j, it, page, line);
        line += it->height;
    }
    // The 版记 ends the last page, and that page is even (7.4); a page with nothing else, and an empty one
    // before it, have no number (7.5).
    colophon c = make_colophon(j);
    bool numbered = true;
    if (c.height > 0) {
        if (line + 1 + c.height > LINES_PER_PAGE) next_page(j, &page, true), numbered = false;
        if (page % 2) next_page(j, &page, numbered), numbered = false;
        draw_colophon(j, &c);
    }
    if (numbered) draw_folio(j, page);
    cairo_show_page(j->cr);
    return page;
}

// ---- the file -----------------------------------------------------------------------------------------------

static cairo_status_t receive(void *closure, const unsigned char *data, unsigned length)
{
    job *j = closure;
    if (j->cap - j->len < length) {
        size_t cap = (j->cap + length) * 2;
        char *grown = mem_resize(j->bytes, j->cap, cap);
        if (!grown) return CAIRO_STATUS_NO_MEMORY;
        j->bytes = grown, j->cap = cap;
    }
    for (unsigned i = 0; i < length; i++) j->bytes[j->len + i] = (char)data[i];
    j->len += length;
    return CAIRO_STATUS_SUCCESS;
}

// The document's date as the file's: the bytes must not depend on when they are made. Without a readable date, a constant.
static char *creation_date(str text, arena *a)
{
    int64_t parts[3] = {1970, 1, 1};
    ptrdiff_t i = 0;
    for (int p = 0; p < 3; p++) {
        while (i < text.len && (text.data[i] < '0' || text.data[i] > '9')) i++;
        int64_t n = 0;
        while (i < text.len && text.data[i] >= '0' && text.data[i] <= '9' && n < 10000) n = n * 10 + (text.data[i++] - '0');
        parts[p] = n;
    }
    bool readable = parts[0] >= 1900 && parts[0] <= 9999 && date_valid(parts[0], parts[1], parts[2]);
    return str_cstr(readable ? str_printf(a, "%04d-%02d-%02dT00:00:00+08:00", (int)parts[0], (int)parts[1], (int)parts[2])
                             : STR("1970-01-01T00:00:00+08:00"), a);
}

static void report_missing(job *j, diag_list *d)
{
    if (j->t.missing_count == 0) return;
    buf names = {.arena = j->a};
    for (int i = 0; i < j->t.missing_count; i++) {
        if (i > 0) buf_add(&names, STR(" "));
        buf_add_char(&names, j->t.missing[i]);
        buf_printf(&names, " (U+%04X)", (unsigned)j->t.missing[i]);
    }
    diag_add(d, DIAG_WARNING, "REPORT-GLYPH-MISSING", (source_pos){0},
             (bilingual){"安装含这些字的字体，如 fonts-noto-cjk-extra", "install a font that has them, such as fonts-noto-cjk-extra"},
             (bilingual){"已装字体中没有这些字：%s", "no installed font has these characters: %s"}, str_cstr(buf_str(&names), j->a));
}

static void close_job(job *j)
{
    if (j->cr) cairo_destroy(j->cr);
    if (j->surface) cairo_surface_destroy(j->surface);
    typeset_close(&j->t);
    mem_release(j->bytes);
}

static bool make_pdf(job *j, str *bytes, int *pages, diag_list *d)
{
    if (!typeset_open(&j->t, j->a, d)) return false;
    j->surface = cairo_pdf_surface_create_for_stream(receive, j, PAGE_WIDTH_MM * MM, PAGE_HEIGHT_MM * MM);
    j->cr = cairo_create(j->surface);
    cairo_pdf_surface_set_metadata(j->surface, CAIRO_PDF_METADATA_TITLE, str_cstr(j->doc->title, j->a));
    cairo_pdf_surface_set_metadata(j->surface, CAIRO_PDF_METADATA_AUTHOR, str_cstr(j->doc->organ, j->a));
    cairo_pdf_surface_set_metadata(j->surface, CAIRO_PDF_METADATA_CREATE_DATE, creation_date(j->doc->date, j->a));

    add_centred(j, j->doc->title, (text_look){FACE_TITLE, SIZE_TITLE, false});
    // Without a red head the number has no line of its own above the title; it stands under it.
    if (j->doc->mark.len == 0) add_centred(j, j->doc->number, (text_look){FACE_FANGSONG, SIZE_BODY, false});
    add_blank(j, true);
    if (j->doc->recipients.len > 0)
        add_paragraph(j, str_concat(j->doc->recipients, STR("："), j->a), (text_look){FACE_FANGSONG, SIZE_BODY, false}, 0, true, 0);
    add_body(j);
    add_signature(j);
    *pages = draw_pages(j);
    report_missing(j, d);

    cairo_surface_finish(j->surface);
    if (cairo_status(j->cr) != CAIRO_STATUS_SUCCESS || cairo_surface_status(j->surface) != CAIRO_STATUS_SUCCESS) return false;
    *bytes = str_copy((str){j->bytes, (ptrdiff_t)j->len}, j->a);
    return true;
}

bool report_pdf(const report_document *doc, arena *a, str *bytes, int *pages, diag_list *d)
{
    job *j = arena_new(a, 1, job);
    j->a = a, j->doc = doc;
    // Pango and Cairo hold memory of their own: an escape out of here stops on the way to give it back.
    jmp_buf *outer = a->escape, here;
    if (ARENA_GUARD(a, here)) {
        a->escape = outer;
        close_job(j);
        arena_alloc(a, -1, 1, 1);   // runs out again, now into the caller's guard
    }
    bool made = make_pdf(j, bytes, pages, d);
    a->escape = outer;
    close_job(j);
    return made;
}
