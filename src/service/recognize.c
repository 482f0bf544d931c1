// Which procedure's ledger is this? Told by the headings.
#include <string.h>

#include "base/utf8.h"
#include "service/import.h"

// ---- headings --------------------------------------------------------------------------------------------

static str squeeze(str text, arena *a)
{
    // Headings are often padded or broken over lines: compare them without any white space.
    str folded = sheet_fold(text, a);
    buf out = {.arena = a};
    for (ptrdiff_t i = 0; i < folded.len; i++)
        if (folded.data[i] != ' ' && folded.data[i] != '\n') buf_add_byte(&out, folded.data[i]);
    return buf_str(&out);
}

// The headings of one row, or of two rows joined ("办理情况/办结时间").
static str *headings_of(const sheet_row *upper, const sheet_row *row, arena *a)
{
    str *headings = arena_new(a, row->count, str);
    for (ptrdiff_t i = 0; i < row->count; i++) {
        str own = squeeze(row->cells[i].text, a);
        str above = upper && i < upper->count ? squeeze(upper->cells[i].text, a) : STR("");
        if (own.len == 0 || str_equal(own, above)) headings[i] = own.len ? own : above;
        else headings[i] = above.len ? str_printf(a, "%.*s/%.*s", STR_ARG(above), STR_ARG(own)) : own;
    }
    return headings;
}

// `wanted` was folded when the mapping was loaded, but may hold blanks. Allocates nothing: this is asked for every heading
// of every procedure, for each of the first rows.
static bool equal_but_for_blanks(str found, str wanted)
{
    ptrdiff_t at = 0;
    for (ptrdiff_t i = 0; i < wanted.len; i++) {
        if (wanted.data[i] == ' ' || wanted.data[i] == '\n') continue;
        if (at == found.len || found.data[at++] != wanted.data[i]) return false;
    }
    return at == found.len;
}

static bool heading_is(str found, str wanted)
{
    if (equal_but_for_blanks(found, wanted)) return true;
    // Under a group heading the lower one alone is enough when the mapping does not name the group.
    ptrdiff_t slash = str_find_byte(found, '/');
    return slash >= 0 && equal_but_for_blanks(str_slice(found, slash + 1, found.len), wanted);
}

typedef struct {
    const procedure *procedure;
    int definition;
    const import_sheet *sheet;
    int *column_of;
    int matched, required, required_found;
    int header_row;
} fit;

static fit fit_sheet(const procedure *p, int definition, const import_sheet *s, const str *headings, ptrdiff_t count, int header_row, arena *a)
{
    fit f = {p, definition, s, arena_new(a, s->column_count, int), 0, 0, 0, header_row};
    bool *taken = arena_new(a, count, bool);
    for (ptrdiff_t c = 0; c < s->column_count; c++) {
        f.column_of[c] = -1;
        for (ptrdiff_t h = 0; h < s->columns[c].heading_count && f.column_of[c] < 0; h++)
            for (ptrdiff_t i = 0; i < count && f.column_of[c] < 0; i++)
                if (!taken[i] && heading_is(headings[i], s->columns[c].headings[h])) {
                    f.column_of[c] = (int)i;
                    taken[i] = true;
                }
        f.matched += f.column_of[c] >= 0;
        f.required += s->columns[c].required;
        f.required_found += s->columns[c].required && f.column_of[c] >= 0;
    }
    return f;
}

// Complete before incomplete, then the more headings matched.
static bool better(const fit *a, const fit *b)
{
    if (!b->sheet) return true;
    bool a_full = a->required == a->required_found, b_full = b->required == b->required_found;
    if (a_full != b_full) return a_full;
    return a->matched > b->matched;
}

static void consider(fit *best, const definitions *defs, const import_options *o, const import_mapping *given, const str *headings, ptrdiff_t count,
                     int header_row, arena *a)
{
    for (ptrdiff_t p = 0; p < defs->procedure_count; p++) {
        if (o->procedure.len && !str_equal(defs->procedures[p]->id, o->procedure)) continue;
        const import_mapping *m = given ? given : &defs->procedures[p]->mapping;
        for (ptrdiff_t s = 0; s < m->count; s++) {
            fit f = fit_sheet(defs->procedures[p], defs->numbers[p], &m->sheets[s], headings, count, header_row, a);
            if (better(&f, best)) *best = f;
        }
    }
}

// ---- what to say -----------------------------------------------------------------------------------------

static void say_nearest(const fit *best, source_pos at, arena *a, diag_list *d)
{
    if (!best->sheet || best->required_found == 0) {
        diag_add(d, DIAG_ERROR, "IMPORT-UNKNOWN", at,
                 (bilingual){"用 --procedure 指明流程，并用 --mapping 给出表头与字段的对应关系", "name the procedure with --procedure and the headings with --mapping"},
                 (bilingual){"前 %d 行中没有哪个流程的表头", "no procedure's headings are among the first %d rows"}, IMPORT_HEADER_ROWS);
        return;
    }
    buf missing = {.arena = a};
    for (ptrdiff_t c = 0; c < best->sheet->column_count; c++)
        if (best->sheet->columns[c].required && best->column_of[c] < 0) {
            if (missing.len) buf_add(&missing, STR("、"));
            buf_add(&missing, best->sheet->columns[c].headings[0]);
        }
    at.line = best->header_row;
    diag_add(d, DIAG_ERROR, "IMPORT-HEADING-MISSING", at,
             (bilingual){"补上这些表头，或用 --mapping 说明它们在本表中叫什么", "add these headings, or say with --mapping what they are called here"},
             (bilingual){"最接近“%.*s”，但缺少必备表头：%.*s", "it is nearest to \"%.*s\", but these headings are missing: %.*s"},
             STR_ARG(best->procedure->forms[best->sheet->form].name.text[LANG_ZH]), STR_ARG(buf_str(&missing)));
}

// How alike two headings are: characters of the shorter found in the longer, in hundredths.
static int likeness(str a, str b)
{
    ptrdiff_t na = utf8_length(a), nb = utf8_length(b), at = 0;
    if (na == 0 || nb == 0) return 0;
    int common = 0;
    while (at < a.len) {
        ptrdiff_t from = at;
        utf8_next(a, &at);
        common += str_find(b, str_slice(a, from, at)) >= 0;
    }
    return (int)(200 * common / (na + nb));
}

static void propose(const fit *best, const str *headings, ptrdiff_t count, source_pos at, diag_list *d)
{
    const import_sheet *s = best->sheet;
    const procedure_form *form = &best->procedure->forms[s->form];
    for (ptrdiff_t i = 0; i < count; i++) {
        bool known = headings[i].len == 0;
        for (ptrdiff_t c = 0; c < s->column_count && !known; c++) {
            known = best->column_of[c] == i;
            for (ptrdiff_t h = 0; h < s->columns[c].heading_count && !known; h++) known = heading_is(headings[i], s->columns[c].headings[h]);
        }
        for (ptrdiff_t k = 0; k < s->ignore_count && !known; k++) known = heading_is(headings[i], s->ignore[k]);
        if (known) continue;
        int top = 0;
        const form_field *nearest = NULL;
        for (ptrdiff_t c = 0; c < s->column_count; c++) {
            if (s->columns[c].field < 0 || best->column_of[c] >= 0) continue;
            for (ptrdiff_t h = 0; h < s->columns[c].heading_count; h++) {
                int alike = likeness(headings[i], s->columns[c].headings[h]);
                if (alike > top) {
                    top = alike;
                    nearest = &form->fields[s->columns[c].field];
                }
            }
        }
        at.line = best->header_row;
        at.element = headings[i];
        if (nearest && top >= 50)
            diag_add(d, DIAG_WARNING, "IMPORT-HEADING-UNKNOWN", at,
                     (bilingual){"若是，请把它写进 import.json 该字段的 headings", "if so, add it to that field's headings in import.json"},
                     (bilingual){"不认识的表头，本列未导入；也许是“%.*s”（%.*s）", "unknown heading, its column is not imported; perhaps it is \"%.*s\" (%.*s)"},
                     STR_ARG(nearest->name.text[LANG_ZH]), STR_ARG(nearest->key));
        else
            diag_add(d, DIAG_WARNING, "IMPORT-HEADING-UNKNOWN", at, (bilingual){"写进 import.json 的 headings 或 ignore", "add it to headings or ignore in import.json"},
                     (bilingual){"不认识的表头，本列未导入", "unknown heading, its column is not imported"});
    }
}

bool import_recognize(const definitions *defs, const import_options *o, const import_mapping *given, const sheet_row *rows, ptrdiff_t count,
                      source_pos at, recognition *out, arena *a, diag_list *d)
{
    fit best = {0};
    str *best_headings = NULL;
    ptrdiff_t best_count = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        for (int two = 0; two < 2; two++) {
            if (two && i == 0) continue;
            str *headings = headings_of(two ? &rows[i - 1] : NULL, &rows[i], a);
            fit before = best;
            consider(&best, defs, o, given, headings, rows[i].count, rows[i].number, a);
            if (memcmp(&before, &best, sizeof best) != 0) {
                best_headings = headings;
                best_count = rows[i].count;
            }
        }
    if (!best.sheet || best.required_found < best.required) {
        say_nearest(&best, at, a, d);
        return false;
    }
    propose(&best, best_headings, best_count, at, d);
    *out = (recognition){best.procedure, best.definition, best.sheet, best.header_row, best.column_of, best.matched};
    return true;
}
