// typeset.c: Pango chooses fonts character by character and shapes; lines and distances are ours (linebreak.c).
#include "report/typeset_internal.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>

struct held {
    PangoItem *item;
    PangoGlyphString *glyphs;
    held *next;
};
struct cluster {
    const held *run;
    int first, count;         // its glyphs
};

bool typeset_open(typesetter *t, arena *a, diag_list *d)
{
    *t = (typesetter){.a = a, .missing = arena_new(a, MISSING_KEPT_MAX, uint32_t)};
    FcConfig *fonts = fonts_config(d);
    if (!fonts) return false;
    t->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(t->map), fonts);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(t->map), 72);
    t->context = pango_font_map_create_context(t->map);
    t->no_attributes = pango_attr_list_new();
    pango_context_set_language(t->context, pango_language_from_string("zh-cn"));
    // Unhinted, unrounded advances: a page is not a screen.
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(t->context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(t->context, FALSE);
    return true;
}

void typeset_close(typesetter *t)
{
    for (held *h = t->held; h; h = h->next) {
        if (h->glyphs) pango_glyph_string_free(h->glyphs);
        if (h->item) pango_item_free(h->item);
    }
    g_list_free_full(t->pending, (GDestroyNotify)pango_item_free);
    if (t->no_attributes) pango_attr_list_unref(t->no_attributes);
    if (t->context) g_object_unref(t->context);
    if (t->map) g_object_unref(t->map);
    *t = (typesetter){.a = t->a};
}

int32_t em_of(int size)
{
    if (size == SIZE_BODY) return (int32_t)(TYPE_WIDTH_MM * 72 / 25.4 * PANGO_SCALE / CHARS_PER_LINE);
    return size * PANGO_SCALE;
}

// Valid UTF-8 on one line, which is what Pango wants.
static str clean(str text, arena *a)
{
    buf out = {.arena = a};
    for (ptrdiff_t i = 0; i < text.len;) {
        uint32_t c = utf8_next(text, &i);
        buf_add_char(&out, c < ' ' || c == 0x2028 || c == 0x2029 ? ' ' : c);
    }
    return buf_str(&out);
}

static void note_missing(typesetter *t, uint32_t c)
{
    for (int i = 0; i < t->missing_count; i++)
        if (t->missing[i] == c) return;
    if (t->missing_count < MISSING_KEPT_MAX) t->missing[t->missing_count++] = c;
}

// Adds the clusters of one run to `s`. Body type is set a little tight, so widths go through `em`.
static void add_clusters(typesetter *t, shaped *s, const held *run)
{
    const PangoGlyphString *g = run->glyphs;
    bool rightward = !(run->item->analysis.level & 1);
    int64_t em = em_of(s->look.size), nominal = (int64_t)s->look.size * PANGO_SCALE;
    for (int i = 0, next; i < g->num_glyphs; i = next) {
        // A run of a right-to-left script stays whole: its clusters do not stand in the order of the text.
        for (next = i + 1; next < g->num_glyphs && (!rightward || g->log_clusters[next] == g->log_clusters[i]); next++) {}
        ptrdiff_t at = run->item->offset + (rightward ? g->log_clusters[i] : 0);
        uint32_t c = utf8_next(s->text, &at);
        int64_t width = 0;
        for (int k = i; k < next; k++) {
            width += g->glyphs[k].geometry.width;
            if (g->glyphs[k].glyph & PANGO_GLYPH_UNKNOWN_FLAG && g->glyphs[k].glyph != PANGO_GLYPH_EMPTY) note_missing(t, c);
        }
        width = width * em / nominal;
        atom *added = &s->atoms[s->count];
        *added = (atom){.kind = atom_kind_of(c), .code_point = c, .width = (int32_t)width};
        // A tenth, though half of the square is empty: glyphs that overlap more are read as two lines by what extracts
        // text from PDFs, and then "职责、依法" is no longer found.
        if (atom_compressible(c) && width > em * 9 / 10) added->slack = (int32_t)(width / 10);
        s->clusters[s->count++] = (struct cluster){run, i, next - i};
        s->width += (int32_t)width;
    }
}

shaped *typeset_shape(typesetter *t, str text, text_look look)
{
    shaped *s = arena_new(t->a, 1, shaped);
    *s = (shaped){.look = look, .text = clean(text, t->a)};
    if (s->text.len == 0) return s;
    s->atoms = arena_new(t->a, s->text.len, atom);        // at most one for each byte
    s->clusters = arena_new(t->a, s->text.len, struct cluster);

    PangoFontDescription *font = pango_font_description_from_string(face_family[look.face]);
    // Absolute: a size in points would be scaled by a screen's resolution.
    pango_font_description_set_absolute_size(font, look.size * PANGO_SCALE);
    pango_context_set_font_description(t->context, font);
    pango_font_description_free(font);
    t->pending = pango_itemize_with_base_dir(t->context, PANGO_DIRECTION_LTR, s->text.data, 0, (int)s->text.len, t->no_attributes, NULL);
    while (t->pending) {
        held *h = arena_new(t->a, 1, held);
        h->item = t->pending->data;
        t->pending = g_list_delete_link(t->pending, t->pending);
        h->next = t->held;
        t->held = h;
        h->glyphs = pango_glyph_string_new();
        pango_shape_full(s->text.data + h->item->offset, h->item->length, s->text.data, (int)s->text.len, &h->item->analysis, h->glyphs);
        add_clusters(t, s, h);
    }
    return s;
}

line_span typeset_whole(const shaped *s) { return (line_span){.to = s->count}; }

// The atoms [from, to) of one run, with the widths they get in this line.
static void draw_run(cairo_t *cr, const shaped *s, ptrdiff_t from, ptrdiff_t to, const int32_t *widths, double x, double y)
{
    const held *run = s->clusters[from].run;
    int first = s->clusters[from].first, end = s->clusters[to - 1].first + s->clusters[to - 1].count;
    PangoGlyphString *part = pango_glyph_string_new();
    PangoItem *item = pango_item_copy(run->item);
    pango_glyph_string_set_size(part, end - first);
    int start = from == to - 1 && run->item->analysis.level & 1 ? 0 : run->glyphs->log_clusters[first];
    for (ptrdiff_t i = from; i < to; i++) {
        const struct cluster *c = &s->clusters[i];
        int32_t total = 0;
        for (int k = 0; k < c->count; k++) {
            PangoGlyphInfo *g = &part->glyphs[c->first - first + k];
            *g = run->glyphs->glyphs[c->first + k];
            part->log_clusters[c->first - first + k] = run->glyphs->log_clusters[c->first + k] - start;
            total += g->geometry.width;
        }
        PangoGlyphInfo *last = &part->glyphs[c->first - first + c->count - 1];
        last->geometry.width += widths[i] - total;
        // The empty half of an opening mark is on its left.
        if (s->atoms[i].kind == ATOM_OPEN && widths[i] < s->atoms[i].width) last->geometry.x_offset += widths[i] - s->atoms[i].width;
    }
    // The part of the text that these glyphs stand for, so that it can be copied from the PDF.
    int text_end = end < run->glyphs->num_glyphs && !(run->item->analysis.level & 1) ? run->glyphs->log_clusters[end] : run->item->length;
    item->offset += start;
    item->length = text_end - start;
    item->num_chars = (int)g_utf8_strlen(s->text.data + item->offset, item->length);
    cairo_move_to(cr, x, y);
    pango_cairo_show_glyph_item(cr, s->text.data, &(PangoGlyphItem){.item = item, .glyphs = part});
    if (s->look.bold) {
        cairo_move_to(cr, x, y);
        pango_cairo_glyph_string_path(cr, item->analysis.font, part);
        cairo_set_line_width(cr, s->look.size / 40.0);
        cairo_stroke(cr);
    }
    pango_item_free(item);
    pango_glyph_string_free(part);
}

void typeset_draw(typesetter *t, cairo_t *cr, const shaped *s, line_span line, double x, double y)
{
    if (line.to <= line.from) return;
    arena_position scratch = arena_mark(t->a);
    int32_t *widths = arena_new(t->a, s->count, int32_t);
    int64_t slack = 0, gaps = 0, slack_seen = 0, gaps_seen = 0;
    for (ptrdiff_t i = line.from; i < line.to; i++) {
        slack += s->atoms[i].slack;
        if (i + 1 < line.to) gaps += atoms_have_gap(s->atoms[i], s->atoms[i + 1]);
    }
    // Shares are differences of running totals, so that they add up to the last 1/1024 point.
    for (ptrdiff_t i = line.from; i < line.to; i++) {
        widths[i] = s->atoms[i].width;
        if (slack > 0 && line.squeeze > 0) {
            int64_t before = line.squeeze * slack_seen / slack;
            slack_seen += s->atoms[i].slack;
            widths[i] -= (int32_t)(line.squeeze * slack_seen / slack - before);
        }
        if (gaps > 0 && i + 1 < line.to && atoms_have_gap(s->atoms[i], s->atoms[i + 1])) {
            int64_t before = line.stretch * gaps_seen / gaps;
            gaps_seen++;
            widths[i] += (int32_t)(line.stretch * gaps_seen / gaps - before);
        }
    }
    int64_t advanced = 0;
    for (ptrdiff_t from = line.from, to; from < line.to; from = to) {
        for (to = from + 1; to < line.to && s->clusters[to].run == s->clusters[from].run; to++) {}
        draw_run(cr, s, from, to, widths, x + (double)advanced / PANGO_SCALE, y);
        for (ptrdiff_t i = from; i < to; i++) advanced += widths[i];
    }
    arena_rewind(t->a, scratch);
}
