// typeset_internal.h: text to lines of positioned glyphs, by Pango's shaping and our own line breaking.
#ifndef FADU_REPORT_TYPESET_INTERNAL_H
#define FADU_REPORT_TYPESET_INTERNAL_H

#include <pango/pangocairo.h>

#include "report/report_internal.h"

typedef struct {
    report_face face;
    int size;            // points
    bool bold;           // outlined: Fandol has no bold 仿宋
} text_look;

typedef struct held held;
typedef struct {
    arena *a;
    PangoFontMap *map;
    PangoContext *context;
    PangoAttrList *no_attributes;
    GList *pending;                  // items not yet held
    held *held;                      // what Pango allocated for us
    uint32_t *missing;               // characters that no font has, MISSING_KEPT_MAX at most
    int missing_count;
} typesetter;
enum { MISSING_KEPT_MAX = 40 };      // named in one warning; a text of them all is in a script nobody meant

// False and a diagnostic when the fonts are missing. typeset_close releases all, after a failure and after an escape too.
bool typeset_open(typesetter *t, arena *a, diag_list *d);
void typeset_close(typesetter *t);

// A paragraph, shaped.
typedef struct {
    text_look look;
    str text;
    atom *atoms;
    ptrdiff_t count;
    struct cluster *clusters;        // one for each atom: its glyphs
    int32_t width;                   // in one line, 1/1024 point
} shaped;

// 1/1024 points of one character: for 3号 a 28th of the type width, which is a little less than 16 points.
int32_t em_of(int size);
shaped *typeset_shape(typesetter *t, str text, text_look look);
// A line with its left edge at x and its baseline at y, in points.
void typeset_draw(typesetter *t, cairo_t *cr, const shaped *s, line_span line, double x, double y);
line_span typeset_whole(const shaped *s);   // all of it as one line

#endif
