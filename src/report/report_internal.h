// report_internal.h: what the renderings share: the measures of GB/T 9704-2012, characters and their roles, lines.
#ifndef FADU_REPORT_REPORT_INTERNAL_H
#define FADU_REPORT_REPORT_INTERNAL_H

#include "base/utf8.h"
#include "report/report.h"

// ---- the page (GB/T 9704-2012, clauses 5 to 7) --------------------------------------------------------------
// Lengths in millimetres and points are whole numbers in the standard; only layout turns them into fractions.
enum {
    PAGE_WIDTH_MM = 210, PAGE_HEIGHT_MM = 297,   // A4
    MARGIN_TOP_MM = 37, MARGIN_LEFT_MM = 28,     // 天头, 订口
    TYPE_WIDTH_MM = 156, TYPE_HEIGHT_MM = 225,   // 版心
    MARGIN_RIGHT_MM = PAGE_WIDTH_MM - MARGIN_LEFT_MM - TYPE_WIDTH_MM,
    MARGIN_BOTTOM_MM = PAGE_HEIGHT_MM - MARGIN_TOP_MM - TYPE_HEIGHT_MM,
    LINES_PER_PAGE = 22, CHARS_PER_LINE = 28,
    MARK_TOP_MM = 35,                            // 发文机关标志 below the top of the type area
    RULE_GAP_MM = 4,                             // red rule below the number
    FOLIO_GAP_MM = 7,                            // page number's dash below the type area

    SIZE_TITLE = 22 /* 2号 */, SIZE_BODY = 16 /* 3号 */, SIZE_SMALL = 14 /* 4号: copies, folio, tables */,
    SIZE_NOTE = 12,
    MARK_SIZE_MAX = 62,   // 22 mm: "小于上级机关标志" is all the 2012 text says; 22 mm is the limit of the 1999 text
    INDENT_PARAGRAPH = 2, INDENT_DATE = 4 /* 右空四字 */, INDENT_FOLIO = 1, INDENT_COPIES = 1,
    // The seal, 42 mm wide, covers organ and date and must begin within one line of the body (7.3.5.1): two lines
    // between body and organ leave it room without a gap in which something could be added.
    SEAL_LINES = 2
};

extern const str seal_place;                        // "（印章）", centred below the date of a document that is sealed
// The size in points at which the mark fills the type area's width without wrapping.
int mark_size(str mark);
// A line of text without fonts: Han and full-width forms one character, others a half; in half characters.
int half_characters(str text);
// "抄送：市委办公室。" as the standard writes it: full-width colon, full stop at the end (7.4.2).
str copies_line(str copies, arena *a);
// "2025年2月28日印发" (7.4.3), or "".
str printed_on_line(str printed_on, arena *a);
bool has_colophon(const report_document *doc);      // 版记
// Makes the widths that the columns of a table want (all > 0) sum to `total`.
void fit_columns(double *widths, int columns, double total);

// ---- text ---------------------------------------------------------------------------------------------------
// Escaped for XML and HTML, in text and in quoted attributes. What XML 1.0 (2.2) cannot hold becomes U+FFFD.
void xml_escape(buf *out, str text);

// ---- lines --------------------------------------------------------------------------------------------------
// What a character may do at the edge of a line.
typedef enum {
    ATOM_HAN,      // may be broken from its neighbours on both sides
    ATOM_OPEN,     // （《“: not at the end of a line
    ATOM_CLOSE,    // ，。》: not at the start of a line
    ATOM_WORD,     // Latin letters and digits: not broken from each other
    ATOM_SPACE,    // belongs to the line before; a line may break after it
    ATOM_DASH,     // — …: doubled ones stay together, and so do "2024—2026"
    ATOM_YEAR      // 年: not broken from the digits before it (GB/T 9704-1999, 8.2.3: 数字、年份不能回行)
} atom_kind;
typedef struct {
    atom_kind kind;
    uint32_t code_point;
    int32_t width;       // 1/1024 point
    int32_t slack;       // how much narrower it can be set: the empty half of full-width punctuation
} atom;
atom_kind atom_kind_of(uint32_t code_point);
bool atom_compressible(uint32_t code_point);    // full-width punctuation with an empty half

typedef struct {
    ptrdiff_t from, to;   // atoms [from, to); trailing spaces are not set
    int32_t squeeze;      // to take out of the atoms' slack (>= 0)
    int32_t stretch;      // to spread over the gaps (>= 0)
} line_span;

// Breaks atoms into lines of `width`, the first of `first_width`. Every line but the last fills its width, unless that
// needs gaps wider than a quarter of `em`: then it stays ragged. Returns the number of lines; terminates
// because every line takes at least one atom.
ptrdiff_t break_lines(const atom *atoms, ptrdiff_t count, int32_t first_width, int32_t width, int32_t em,
                      arena *a, line_span **lines);
bool atoms_have_gap(atom left, atom right);     // may space be added between the two?

// ---- fonts --------------------------------------------------------------------------------------------------
typedef enum { FACE_FANGSONG, FACE_HEI, FACE_KAI, FACE_SONG, FACE_TITLE, FACE_COUNT } report_face;
extern const char *const face_family[FACE_COUNT];   // family lists for Pango
struct _FcConfig;
// A configuration of our own, never the user's: the five Fandol files under private family names, and the system's fonts
// for what they lack. Shared by all threads, not to be changed or freed. NULL and REPORT-FONT-MISSING when a face is not installed.
struct _FcConfig *fonts_config(diag_list *d);

#endif
