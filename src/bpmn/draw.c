// draw.c: a process's own diagram as SVG, from the shapes and edges that its modeler left in the file.
//
// Only presentation attributes, no styles and no scripts: it may stand in a page under a strict content security policy.
#include <stdlib.h>

#include "base/utf8.h"
#include "bpmn/bpmn_internal.h"

enum { MARGIN = 12, LINE = 15, LABEL_CHARACTERS = 8, LABEL_LINES = 4, WAYPOINTS_MAX = 200 };
typedef struct { double x, y, width, height; } box;

static double number(const tree_node *n, const char *name)
{
    char text[40] = {0};
    str s = tree_get(n, name);
    if (s.len <= 0 || s.len >= (ptrdiff_t)sizeof text) return 0;
    memcpy(text, s.data, (size_t)s.len);
    double v = strtod(text, NULL);
    return v > -1e6 && v < 1e6 ? v : 0;      // not NaN, not infinite: pixels of a drawing
}

static const tree_node *part(const tree_node *n, const char *name)
{
    for (const tree_node *c = n->first; c; c = c->next)
        if (c->ns == NS_DI && str_equal(c->name, str_from(name))) return c;
    return NULL;
}

static box bounds(const tree_node *shape)
{
    const tree_node *b = part(shape, "Bounds");
    return b ? (box){number(b, "x"), number(b, "y"), number(b, "width"), number(b, "height")} : (box){0};
}

static void add_text(buf *out, str s)
{
    for (ptrdiff_t i = 0; i < s.len; i++)
        switch (s.data[i]) {
        case '<': buf_add(out, STR("&lt;")); break;
        case '>': buf_add(out, STR("&gt;")); break;
        case '&': buf_add(out, STR("&amp;")); break;
        case '"': buf_add(out, STR("&quot;")); break;
        default: buf_add_byte(out, s.data[i]);
        }
}

// A name in lines of a few characters, around a middle.
static void draw_name(buf *out, str name, double x, double middle, int size)
{
    int lines = (int)((utf8_length(name) + LABEL_CHARACTERS - 1) / LABEL_CHARACTERS);
    if (lines > LABEL_LINES) lines = LABEL_LINES;
    for (int i = 0; i < lines; i++) {
        str piece = str_slice(name, utf8_offset(name, (ptrdiff_t)i * LABEL_CHARACTERS), utf8_offset(name, (ptrdiff_t)(i + 1) * LABEL_CHARACTERS));
        buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"%d\" fill=\"#1b1b1b\">", x, middle + (i - (lines - 1) / 2.0) * LINE + size / 3.0, size);
        add_text(out, piece);
        buf_add(out, STR("</text>"));
    }
}

static void draw_gateway(buf *out, const element *e, box b)
{
    double x = b.x + b.width / 2, y = b.y + b.height / 2;
    buf_printf(out, "<path d=\"M%.1f %.1f L%.1f %.1f L%.1f %.1f L%.1f %.1f Z\" fill=\"#fff\" stroke=\"#333\"/>", x, b.y, b.x + b.width, y, x, b.y + b.height, b.x, y);
    const char *mark = e->kind == E_PARALLEL ? "+" : e->kind == E_EXCLUSIVE ? "×" : e->kind == E_INCLUSIVE ? "○" : "◇";
    buf_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"22\" fill=\"#333\">%s</text>", x, y + 8, mark);
}

static void draw_event(buf *out, const element *e, box b)
{
    double x = b.x + b.width / 2, y = b.y + b.height / 2, r = b.width / 2;
    bool ends = e->kind == E_END, between = e->kind != E_START && !ends;
    buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"#fff\" stroke=\"#333\" stroke-width=\"%s\"%s/>", x, y, r, ends ? "3" : "1.5", between && !e->interrupting ? " stroke-dasharray=\"4 2\"" : "");
    if (between) buf_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"none\" stroke=\"#333\"%s/>", x, y, r - 3, e->interrupting ? "" : " stroke-dasharray=\"4 2\"");
    if (e->definitions_count && e->definitions[0].kind == D_TIMER)
        buf_printf(out, "<path d=\"M%.1f %.1f v-7 M%.1f %.1f h5\" stroke=\"#333\" fill=\"none\"/>", x, y, x, y);
}

static void draw_shape(buf *out, const bpmn_model *m, const tree_node *shape)
{
    int index = bpmn_element_find(m, tree_get(shape, "bpmnElement"));
    if (index < 0 || m->elements[index].kind == E_PROCESS) return;
    const element *e = &m->elements[index];
    box b = bounds(shape);
    const tree_node *label = part(shape, "BPMNLabel");
    box where = label ? bounds(label) : (box){0};
    bool is_gateway = e->kind == E_PARALLEL || e->kind == E_EXCLUSIVE || e->kind == E_INCLUSIVE || e->kind == E_COMPLEX || e->kind == E_EVENT_BASED;
    if (is_event(e->kind)) draw_event(out, e, b);
    else if (is_gateway) draw_gateway(out, e, b);
    else {
        buf_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"8\" fill=\"%s\" stroke=\"#333\"/>", b.x, b.y, b.width, b.height, is_scope(e->kind) ? "none" : "#fff");
        draw_name(out, e->name, b.x + b.width / 2, is_scope(e->kind) ? b.y + LINE : b.y + b.height / 2, 14);
        return;
    }
    draw_name(out, e->name, where.width > 0 ? where.x + where.width / 2 : b.x + b.width / 2, where.width > 0 ? where.y + where.height / 2 : b.y + b.height + LINE, 12);
}

static const flow *flow_of(const bpmn_model *m, str id)
{
    for (int i = 0; i < m->flows_count; i++)
        if (str_equal(m->flows[i].id, id)) return &m->flows[i];
    return NULL;
}

// The name of a flow stands beside the middle of its longest stretch.
static void draw_edge(buf *out, const bpmn_model *m, const tree_node *edge)
{
    const flow *f = flow_of(m, tree_get(edge, "bpmnElement"));
    double px = 0, py = 0, longest = -1, lx = 0, ly = 0;
    bool upright = false;
    int count = 0;
    if (!f) return;
    buf_add(out, STR("<polyline fill=\"none\" stroke=\"#333\" stroke-width=\"1.3\" marker-end=\"url(#arrow)\" points=\""));
    for (const tree_node *w = edge->first; w && count < WAYPOINTS_MAX; w = w->next) {
        if (w->ns != NS_DI || !str_equal(w->name, STR("waypoint"))) continue;
        double x = number(w, "x"), y = number(w, "y"), length = count++ ? (x - px) * (x - px) + (y - py) * (y - py) : -1;
        buf_printf(out, "%.1f,%.1f ", x, y);
        if (length > longest) longest = length, lx = (x + px) / 2, ly = (y + py) / 2, upright = x - px < 1 && px - x < 1;
        px = x;
        py = y;
    }
    buf_add(out, STR("\"/>"));
    str name = tree_get(f->xml, "name");
    double half = 6.5 * (double)(utf8_length(name) < LABEL_CHARACTERS ? utf8_length(name) : LABEL_CHARACTERS);
    if (name.len) draw_name(out, name, upright ? lx + half + 4 : lx, upright ? ly : ly - 9, 12);
}

static void widen(box *all, double x, double y)
{
    if (x < all->x) all->x = x;
    if (y < all->y) all->y = y;
    if (x > all->width) all->width = x;
    if (y > all->height) all->height = y;
}

// Each shape and waypoint of the diagram; `all` holds least and greatest coordinates.
static void measure(const tree_node *n, box *all)
{
    for (; n; n = tree_next(n)) {
        if (n->ns != NS_DI) continue;
        if (str_equal(n->name, STR("waypoint"))) widen(all, number(n, "x"), number(n, "y") - LINE);        // names stand above flows
        if (!str_equal(n->name, STR("Bounds"))) continue;
        double x = number(n, "x"), y = number(n, "y");
        widen(all, x, y);
        widen(all, x + number(n, "width"), y + number(n, "height") + 2 * LINE);      // names stand below events
    }
}

bool bpmn_draw(buf *out, const bpmn_model *m, str title)
{
    box all = {1e9, 1e9, -1e9, -1e9};
    measure(m->root, &all);
    if (all.width < all.x) return false;
    double width = all.width - all.x + 2 * MARGIN, height = all.height - all.y + 2 * MARGIN;
    buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"%.1f %.1f %.1f %.1f\" width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\"><title>", all.x - MARGIN, all.y - MARGIN,
               width, height, width, height);
    add_text(out, title);
    buf_add(out, STR("</title><defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 L10 5 L0 10 Z\" fill=\"#333\"/></marker></defs>"));
    for (const tree_node *n = m->root; n; n = tree_next(n))
        if (n->ns == NS_DI && str_equal(n->name, STR("BPMNEdge"))) draw_edge(out, m, n);
    for (const tree_node *n = m->root; n; n = tree_next(n))
        if (n->ns == NS_DI && str_equal(n->name, STR("BPMNShape"))) draw_shape(out, m, n);
    buf_add(out, STR("</svg>"));
    return true;
}
