// xlsx_rows.c: the rows of one sheet, one at a time (ECMA-376 part 1, 18.3).
//
// expat pushes and our caller pulls: the parser is paused at the end of each row and goes on at the next call. Merged
// ranges stand behind the rows in the file, so a sheet that mentions any is read once before, for its ranges only.
#include <stdio.h>
#include <stdlib.h>

#include "sheet/xlsx_internal.h"

enum { IN_WORKSHEET = XML_FIRST_STATE, IN_DATA, IN_ROW, IN_CELL, IN_VALUE, IN_FORMULA, IN_INLINE, IN_RUN, IN_TEXT, IN_MERGES, IN_MERGE };
static const xml_edge row_edges[] = {
    {XML_DOCUMENT, "worksheet", IN_WORKSHEET}, {IN_WORKSHEET, "sheetData", IN_DATA}, {IN_DATA, "row", IN_ROW}, {IN_ROW, "c", IN_CELL},
    {IN_CELL, "v", IN_VALUE}, {IN_CELL, "f", IN_FORMULA}, {IN_CELL, "is", IN_INLINE},
    {IN_INLINE, "t", IN_TEXT}, {IN_INLINE, "r", IN_RUN}, {IN_RUN, "t", IN_TEXT}, {0, NULL, 0}};
static const xml_edge merge_edges[] = {
    {XML_DOCUMENT, "worksheet", IN_WORKSHEET}, {IN_WORKSHEET, "mergeCells", IN_MERGES}, {IN_MERGES, "mergeCell", IN_MERGE}, {0, NULL, 0}};

typedef enum { TYPE_NUMBER, TYPE_SHARED, TYPE_TEXT, TYPE_BOOLEAN, TYPE_ERROR, TYPE_DATE } cell_type;
static const struct { str name; cell_type type; } cell_types[] = {   // ECMA-376 part 1, 18.18.11
    {{"n", 1}, TYPE_NUMBER}, {{"s", 1}, TYPE_SHARED}, {{"str", 3}, TYPE_TEXT}, {{"inlineStr", 9}, TYPE_TEXT},
    {{"b", 1}, TYPE_BOOLEAN}, {{"e", 1}, TYPE_ERROR}, {{"d", 1}, TYPE_DATE}};

typedef struct {
    int first_row, last_row, first_column, last_column;
    cell top_left;             // its text on the heap, once the row was met and something stood there
} merge;

struct xlsx_rows {
    xlsx_reader *x;
    xml_part *part;
    const char *entry;
    str sheet;                 // its name
    bool ended;

    merge *merges;             // by first row
    int merge_count, merge_room, merge_next;
    int64_t merge_bytes;
    const merge *covering[SHEET_COLUMNS_MAX];   // the range that reached this column last
    int covered;               // columns in use in `covering`

    int number, width;         // of the row; width = last cell with content
    cell cells[SHEET_COLUMNS_MAX];
    char *texts;               // SHEET_ROW_BYTES_MAX bytes: what the row's cells say, shared strings apart
    ptrdiff_t used, begun;     // where the text of the cell being read begins
    int column, style;
    cell_type type;
    bool formula;
};

xlsx_rows *rows_new(xlsx_reader *x)
{
    xlsx_rows *r = mem_alloc(sizeof *r);
    char *texts = mem_alloc(SHEET_ROW_BYTES_MAX);
    if (!r || !texts) {
        mem_release(r);
        mem_release(texts);
        return NULL;
    }
    r->x = x;
    r->texts = texts;
    r->ended = true;
    return r;
}

static void forget_merges(xlsx_rows *r)
{
    for (int i = 0; i < r->merge_count; i++) mem_release((char *)r->merges[i].top_left.text.data);
    r->merge_count = r->merge_next = r->covered = 0;
    r->merge_bytes = 0;
}

void rows_close(xlsx_rows *r)
{
    if (!r) return;
    part_close(r->part);
    forget_merges(r);
    mem_release(r->merges);
    mem_release(r->texts);
    mem_release(r);
}

// ---- diagnostics: “台账!C12” is what the spreadsheet program's own box shows ----------------------------

enum { PLACE_MAX = 160 };
static source_pos place(const xlsx_rows *r, int column, char space[PLACE_MAX])
{
    char name[CELL_NAME_MAX];
    int n = snprintf(space, PLACE_MAX, "%.*s!%.*s", STR_ARG(str_slice(r->sheet, 0, 124)), STR_ARG(sheet_cell_name(r->number, column, name)));
    return (source_pos){.file = r->x->package.name, .element = {space, n}};
}

// The sentence takes the row, the column and the limit.
static void refuse_cell(xlsx_rows *r, const char *code, int limit, bilingual hint, bilingual sentence)
{
    char space[PLACE_MAX];
    diag_add(part_diags(r->part), DIAG_ERROR, code, place(r, r->column, space), hint, sentence, r->number, r->column + 1, limit);
    part_fail(r->part);
}

// ---- references ----------------------------------------------------------------------------------------

// "BC12" is column 54 (from 0) of row 12. False for anything else.
static bool read_reference(str text, int *column, int *row)
{
    ptrdiff_t letters = 0;
    int c = 0;
    for (; letters < text.len && letters < 3 && text.data[letters] >= 'A' && text.data[letters] <= 'Z'; letters++)
        c = c * 26 + (text.data[letters] - 'A' + 1);
    int n = xml_int(str_slice(text, letters, text.len), 0);
    if (letters == 0 || n == 0) return false;
    *column = c - 1;
    *row = n;
    return true;
}

// ---- merged ranges -------------------------------------------------------------------------------------

static bool make_room(xlsx_rows *r)
{
    if (r->merge_count < r->merge_room) return true;
    size_t old = (size_t)r->merge_room, room = old ? 2 * old : 64;
    merge *larger = mem_resize(r->merges, old * sizeof *larger, room * sizeof *larger);
    if (!larger) return false;
    r->merges = larger;
    r->merge_room = (int)room;
    return true;
}

static void begin_merge(void *context, int state, const char **attributes)
{
    xlsx_rows *r = context;
    merge m = {0};
    if (state != IN_MERGE) return;
    str to = xml_attribute(attributes, "ref"), from = str_cut(&to, ':');
    if (!read_reference(from, &m.first_column, &m.first_row) || !read_reference(to, &m.last_column, &m.last_row)) return;
    if (m.first_column >= SHEET_COLUMNS_MAX) return;
    if (m.last_column >= SHEET_COLUMNS_MAX) m.last_column = SHEET_COLUMNS_MAX - 1;   // a title over the whole width of the sheet
    if (r->merge_count == SHEET_MERGES_MAX) {
        diag_add(part_diags(r->part), DIAG_ERROR, "SHEET-MERGES", (source_pos){.file = r->x->package.name, .element = r->sheet},
                 (bilingual){"取消合并单元格后再导入", "unmerge the cells, then import it again"},
                 (bilingual){"合并单元格超过 %d 处", "more than %d merged ranges"}, (int)SHEET_MERGES_MAX);
        part_fail(r->part);
    } else if (make_room(r)) {
        r->merges[r->merge_count++] = m;
    } else {
        sheet_no_memory(r->x->package.name, part_diags(r->part));
        part_fail(r->part);
    }
}

static const xml_handlers merge_handlers = {.edges = merge_edges, .begin = begin_merge};

static int compare_merges(const void *x, const void *y)
{
    const merge *a = x, *b = y;
    if (a->first_row != b->first_row) return a->first_row < b->first_row ? -1 : 1;
    return (a->first_column > b->first_column) - (a->first_column < b->first_column);
}

// Keeps the top-left cell of a range that begins in this row. False when that takes too much memory.
static bool open_merge(xlsx_rows *r, merge *m)
{
    const cell *top = &r->cells[m->first_column];
    if (m->first_column >= r->width || top->kind == CELL_EMPTY) return true;
    r->merge_bytes += top->text.len;
    char *copy = r->merge_bytes <= r->x->package.limits->string_bytes ? mem_alloc((size_t)top->text.len + 1) : NULL;
    if (!copy) return false;
    memcpy(copy, top->text.data, (size_t)top->text.len);
    m->top_left = (cell){.kind = top->kind, .text = {copy, top->text.len}, .merged = true};
    for (int c = r->covered; c <= m->last_column; c++) r->covering[c] = NULL;
    if (r->covered <= m->last_column) r->covered = m->last_column + 1;
    for (int c = m->first_column; c <= m->last_column; c++) r->covering[c] = m;
    return true;
}

// Repeats the top-left cells of the ranges over this row. The work for a row is bounded by its columns, even when
// ranges overlap, which no spreadsheet program allows: the later one wins.
static bool spread_merges(xlsx_rows *r)
{
    for (; r->merge_next < r->merge_count && r->merges[r->merge_next].first_row <= r->number; r->merge_next++) {
        merge *m = &r->merges[r->merge_next];
        if (m->first_row == r->number && !open_merge(r, m)) return false;
    }
    for (int c = 0; c < r->covered; c++) {
        const merge *m = r->covering[c];
        bool is_top_left = m && m->first_row == r->number && m->first_column == c;
        if (!m || m->last_row < r->number || is_top_left) continue;
        for (; r->width <= c; r->width++) r->cells[r->width] = (cell){0};
        r->cells[c] = m->top_left;
    }
    return true;
}

// ---- cells ---------------------------------------------------------------------------------------------

static void begin_cell(xlsx_rows *r, const char **attributes)
{
    int row;
    r->column++;                                                                  // without a reference: the next one
    read_reference(xml_attribute(attributes, "r"), &r->column, &row);
    str type = xml_attribute(attributes, "t");
    r->type = TYPE_NUMBER;
    for (size_t i = 0; type.len && i < sizeof cell_types / sizeof *cell_types; i++)
        if (str_equal(type, cell_types[i].name)) r->type = cell_types[i].type;
    r->style = xml_int(xml_attribute(attributes, "s"), 0);
    r->begun = r->used;
    r->formula = false;
}

static void add_text(xlsx_rows *r, str piece)
{
    static const bilingual hint = {"检查该单元格的内容", "look at what stands in that cell"};
    if (r->used - r->begun + piece.len > SHEET_CELL_BYTES_MAX) {
        refuse_cell(r, "SHEET-CELL-SIZE", SHEET_CELL_BYTES_MAX, hint,
                    (bilingual){"第 %d 行第 %d 列：单元格超过 %d 字节", "row %d, column %d: the cell is longer than %d bytes"});
    } else if (r->used + piece.len > SHEET_ROW_BYTES_MAX) {
        refuse_cell(r, "SHEET-ROW-SIZE", SHEET_ROW_BYTES_MAX, hint,
                    (bilingual){"第 %d 行到第 %d 列为止已超过 %d 字节", "row %d is up to column %d already longer than %d bytes"});
    } else {
        memcpy(r->texts + r->used, piece.data, (size_t)piece.len);
        r->used += piece.len;
    }
}

static void set_cell(xlsx_rows *r, cell_kind kind, str text)
{
    if (text.len == 0) return;
    if (r->column >= SHEET_COLUMNS_MAX) {
        refuse_cell(r, "SHEET-COLUMNS", SHEET_COLUMNS_MAX, (bilingual){"删除右侧多余的列", "delete the superfluous columns on the right"},
                    (bilingual){"第 %d 行第 %d 列有内容，超过 %d 列", "row %d has content in column %d, beyond %d columns"});
        return;
    }
    for (; r->width <= r->column; r->width++) r->cells[r->width] = (cell){0};
    r->cells[r->column] = (cell){.kind = kind, .text = text};
}

static void set_number(xlsx_rows *r, str text)
{
    const buf *formats = &r->x->formats;
    number_format format = r->style < formats->len ? (number_format)formats->data[r->style] : FORMAT_NUMBER;
    decimal any;
    char moment[MOMENT_TEXT_MAX];
    int len;
    if (!decimal_parse(text, &any)) {
        set_cell(r, CELL_TEXT, text);
    } else if (format == FORMAT_NUMBER || !serial_text(text, format, r->x->epoch_1904, moment, &len)) {
        set_cell(r, CELL_NUMBER, text);
    } else {
        r->used = r->begun;
        add_text(r, (str){moment, len});
        set_cell(r, CELL_MOMENT, (str){r->texts + r->begun, r->used - r->begun});
    }
}

// A date as text, which only strict files have; written like those that come from numbers.
static void set_iso_date(xlsx_rows *r, str text)
{
    sheet_moment m;
    char moment[MOMENT_TEXT_MAX];
    if (!sheet_read_moment((cell){.kind = CELL_TEXT, .text = text}, false, false, &m)) {
        set_cell(r, CELL_TEXT, text);
        return;
    }
    int len = snprintf(moment, sizeof moment, "%04d-%02d-%02d", m.day.year, m.day.month, m.day.day);
    if (m.has_time)
        len += snprintf(moment + len, sizeof moment - (size_t)len, "T%02d:%02d:%02d", m.second_of_day / 3600, m.second_of_day / 60 % 60, m.second_of_day % 60);
    r->used = r->begun;
    add_text(r, (str){moment, len});
    set_cell(r, CELL_MOMENT, (str){r->texts + r->begun, r->used - r->begun});
}

static void set_shared(xlsx_rows *r, str text)
{
    int index = xml_int(text, -1);
    if (index >= 0 && index < r->x->string_count) set_cell(r, CELL_TEXT, r->x->strings[index]);
    else
        refuse_cell(r, "SHEET-STRING-INDEX", (int)r->x->string_count, (bilingual){"用电子表格软件打开并重新保存，再导入", "open it in a spreadsheet program, save it again, and import that"},
                    (bilingual){"第 %d 行第 %d 列：所引用的共享字符串不存在（共 %d 项）", "row %d, column %d: it refers to a shared string that is not among the %d there are"});
}

static void end_cell(xlsx_rows *r)
{
    if (r->type == TYPE_TEXT || r->type == TYPE_ERROR) r->used = r->begun + xlsx_clean_text(r->texts + r->begun, r->used - r->begun);
    str text = sheet_trim((str){r->texts + r->begun, r->used - r->begun});
    if (text.len == 0) {
        if (!r->formula || r->type != TYPE_NUMBER) return;
        // Programs that write formulas without computing them leave the value out: the cell is not really empty.
        char space[PLACE_MAX];
        diag_add(part_diags(r->part), DIAG_WARNING, "SHEET-FORMULA", place(r, r->column, space),
                 (bilingual){"用电子表格软件打开并保存一次，公式即有结果", "open and save it in a spreadsheet program, which computes the formulas"},
                 (bilingual){"第 %d 行第 %d 列：公式没有计算结果", "row %d, column %d: the formula has no computed value"}, r->number, r->column + 1);
        return;
    }
    switch (r->type) {
    case TYPE_NUMBER: set_number(r, text); return;
    case TYPE_SHARED: set_shared(r, text); return;
    case TYPE_TEXT: set_cell(r, CELL_TEXT, text); return;
    case TYPE_BOOLEAN: set_cell(r, CELL_BOOLEAN, str_equal(text, STR("1")) || str_equal(text, STR("true")) ? STR("true") : STR("false")); return;
    case TYPE_ERROR: set_cell(r, CELL_ERROR, text); return;
    case TYPE_DATE: set_iso_date(r, text); return;
    }
}

// ---- rows ----------------------------------------------------------------------------------------------

static void begin_row(xlsx_rows *r, const char **attributes)
{
    int before = r->number;
    r->number = xml_int(xml_attribute(attributes, "r"), before + 1);
    r->column = -1;
    r->width = 0;
    r->used = 0;
    if (r->number > r->x->package.limits->rows) {
        diag_add(part_diags(r->part), DIAG_ERROR, "SHEET-ROWS", (source_pos){.file = r->x->package.name, .element = r->sheet},
                 (bilingual){"将文件拆分成几个文件", "split the file"},
                 (bilingual){"工作表超过 %d 行", "the sheet has more than %d rows"}, (int)r->x->package.limits->rows);
        part_fail(r->part);
    } else if (r->number <= before) {
        diag_add(part_diags(r->part), DIAG_ERROR, "SHEET-ROW-ORDER", (source_pos){.file = r->x->package.name, .element = r->sheet},
                 (bilingual){"用电子表格软件打开并重新保存，再导入", "open it in a spreadsheet program, save it again, and import that"},
                 (bilingual){"行号 %d 出现在第 %d 行之后", "row number %d stands behind row %d"}, r->number, before);
        part_fail(r->part);
    }
}

static void begin_element(void *context, int state, const char **attributes)
{
    xlsx_rows *r = context;
    if (state == IN_ROW) begin_row(r, attributes);
    if (state == IN_CELL) begin_cell(r, attributes);
    if (state == IN_FORMULA) r->formula = true;
}

static void add_element_text(void *context, int state, str piece)
{
    if (state == IN_VALUE || state == IN_TEXT) add_text(context, piece);
}

static void end_element(void *context, int state)
{
    xlsx_rows *r = context;
    if (state == IN_CELL) end_cell(r);
    if (state != IN_ROW) return;
    part_pause(r->part);
}

static const xml_handlers row_handlers = {.edges = row_edges, .begin = begin_element, .text = add_element_text, .end = end_element};

bool rows_begin(xlsx_rows *r, int index, diag_list *d)
{
    part_close(r->part);
    r->part = NULL;
    r->ended = true;
    r->entry = r->x->sheets[index].entry;
    r->sheet = r->x->sheets[index].name;
    r->number = r->width = 0;
    forget_merges(r);
    if (part_mentions(&r->x->package, r->entry, STR("mergeCell "))) {
        if (!part_read(&r->x->package, r->entry, &merge_handlers, r, &r->part, d)) return false;
        if (r->merge_count) qsort(r->merges, (size_t)r->merge_count, sizeof *r->merges, compare_merges);
    }
    r->part = part_open(&r->x->package, r->entry, &row_handlers, r, d);
    r->ended = r->part == NULL;
    return r->part != NULL;
}

bool rows_next(xlsx_rows *r, sheet_row *row, diag_list *d)
{
    while (!r->ended) {
        r->ended = part_run(r->part, d) != PART_PAUSED;
        if (r->ended) break;
        // A row in which only merged ranges go on says nothing of its own: skipped like an empty one.
        if (r->width == 0) continue;
        if (r->merge_count && !spread_merges(r)) {
            sheet_no_memory(r->x->package.name, d);
            r->ended = true;
            break;
        }
        *row = (sheet_row){.number = r->number, .count = r->width, .cells = r->cells};
        return true;
    }
    return false;
}
