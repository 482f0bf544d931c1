// What a document says, as JSON: a case's record keeps its documents by it (docs/formats/record.md, `document`).
#include "report/report.h"

static const char *const kinds[] = {
    [BLOCK_HEADING1] = "heading1", [BLOCK_HEADING2] = "heading2", [BLOCK_HEADING3] = "heading3", [BLOCK_PARAGRAPH] = "paragraph", [BLOCK_TABLE_ROW] = "row"};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

// The texts of the head, by the names under which they are kept.
#define HEAD(X) X(mark) X(number) X(signer) X(title) X(recipients) X(organ) X(date) X(copies) X(printed_by) X(printed_on) X(note) X(language)

// ---- writing ----------------------------------------------------------------------------------------------

static json *span_json(const report_span *s, arena *a)
{
    if (!s->figure.len) return json_new_string(s->text, a);
    json *o = json_new_object(a);
    json_set(o, STR("figure"), json_new_string(s->figure, a));
    json_set(o, STR("text"), json_new_string(s->text, a));
    return o;
}

static json *block_json(const report_block *b, arena *a)
{
    json *o = json_new_object(a), *parts = json_new_array(a);
    json_set(o, STR("kind"), json_new_string(str_from(kinds[b->kind]), a));
    for (const report_span *s = b->spans; s; s = s->next) json_push(parts, span_json(s, a));
    for (const report_block *c = b->cells; c; c = c->next) json_push(parts, block_json(c, a));
    json_set(o, b->kind == BLOCK_TABLE_ROW ? STR("cells") : STR("text"), parts);
    if (b->header) json_set(o, STR("header"), json_new_bool(true, a));
    return o;
}

json *report_document_json(const report_document *doc, arena *a)
{
    json *o = json_new_object(a), *blocks = json_new_array(a);
#define WRITE(name) if (doc->name.len) json_set(o, STR(#name), json_new_string(doc->name, a));
    HEAD(WRITE)
#undef WRITE
    if (doc->sealed) json_set(o, STR("sealed"), json_new_bool(true, a));
    for (const report_block *b = doc->blocks; b; b = b->next) json_push(blocks, block_json(b, a));
    json_set(o, STR("blocks"), blocks);
    return o;
}

// ---- reading ----------------------------------------------------------------------------------------------

static bool read_spans(const json *list, report_span **out, arena *a)
{
    for (const json *j = list->first; j; j = j->next, out = &(*out)->next) {
        if (j->kind != JSON_STRING && j->kind != JSON_OBJECT) return false;
        *out = arena_new(a, 1, report_span);
        **out = j->kind == JSON_STRING ? (report_span){.text = j->text} : (report_span){.text = json_string(j, STR("text")), .figure = json_string(j, STR("figure"))};
    }
    return true;
}

// Cells are paragraphs: rows do not nest.
static bool read_blocks(const json *list, bool cells, report_block **out, arena *a)
{
    if (!list || list->kind != JSON_ARRAY) return false;
    for (const json *j = list->first; j; j = j->next, out = &(*out)->next) {
        int kind = 0;
        while (kind < KIND_COUNT && !str_equal(json_string(j, STR("kind")), str_from(kinds[kind]))) kind++;
        bool row = kind == BLOCK_TABLE_ROW;
        const json *parts = json_get(j, row ? STR("cells") : STR("text"));
        if (kind == KIND_COUNT || (row && cells) || !parts || parts->kind != JSON_ARRAY) return false;
        *out = arena_new(a, 1, report_block);
        (*out)->kind = (report_block_kind)kind;
        (*out)->header = json_bool(j, STR("header"), false);
        if (!(row ? read_blocks(parts, true, &(*out)->cells, a) : read_spans(parts, &(*out)->spans, a))) return false;
    }
    return true;
}

bool report_document_read(const json *content, report_document *out, arena *a)
{
    *out = (report_document){0};
    if (!content || content->kind != JSON_OBJECT) return false;
#define READ(name) out->name = json_string(content, STR(#name));
    HEAD(READ)
#undef READ
    out->sealed = json_bool(content, STR("sealed"), false);
    return read_blocks(json_get(content, STR("blocks")), false, &out->blocks, a);
}
