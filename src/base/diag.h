// diag.h: what is wrong with a user's model or data: what, where, and how to mend it.
//
// A diagnostic has a stable code ("CSV-ROW-WIDTH"), a place, a sentence and a hint, both in Chinese and
// in English; the edge (terminal, page, API) picks the language. Modules collect all they find and go on.
// Failures of the world (disk, network) are result codes, failures of ours are assertions: neither is a diag.
#ifndef FADU_BASE_DIAG_H
#define FADU_BASE_DIAG_H

#include "base/str.h"

typedef enum { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE } diag_severity;
typedef enum { LANG_ZH, LANG_EN, LANG_COUNT } language;

// Where it is. Unknown parts are zero or empty. `element` is the id or name that the author sees in
// the diagram, form or sheet ("工作表“台账” 第 12 行 “受理日期”").
typedef struct {
    str file;
    int line, column;  // 1-based; columns count code points
    str element;
    str source;        // the line itself, where it is at hand: shown with a caret under `column`
    int source_skipped;// code points of that line left out before `source`; 0 when it is whole
} source_pos;

typedef struct diag diag;
struct diag {
    diag_severity severity;
    const char *code;              // static, upper case with hyphens; its prefix is the module
    source_pos at;
    str message[LANG_COUNT], hint[LANG_COUNT];
    diag *next;
};

enum { DIAG_KEPT_MAX = 1000 };     // beyond this only the counts grow: a million bad rows must not eat the memory
typedef struct {
    diag *first, *last;
    int errors, warnings, notes;   // all found, kept or not
    arena *arena;                  // where the texts live
} diag_list;

// A text in both languages. Both are printf formats that take the same arguments in the same order.
typedef struct {
    const char *zh, *en;
} bilingual;

// Adds one diagnostic. `hint` takes no arguments; {0} for none. Copies what it needs of `at`.
//   diag_add(d, DIAG_ERROR, "FEEL-UNCLOSED", at, (bilingual){"补上“)”", "add \")\""},
//            (bilingual){"此处缺少右括号，左括号在第 %d 列", "missing ) for the ( in column %d"}, col);
void diag_add(diag_list *d, diag_severity severity, const char *code, source_pos at, bilingual hint,
              bilingual format, ...);

// The same with the arguments already taken up.
void diag_vadd(diag_list *d, diag_severity severity, const char *code, source_pos at, bilingual hint, bilingual format, va_list args);
// Adds a copy of what another list found.
void diag_copy(diag_list *d, const diag *found);

// file:line:column: error [CODE] element: sentence / source line with caret / hint. The same text in every
// place. Control characters, which may come from the user's file, are written as spaces.
void diag_print(buf *out, const diag *d, language lang);
void diag_print_all(buf *out, const diag_list *d, language lang);

#endif
