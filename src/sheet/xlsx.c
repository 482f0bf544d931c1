// xlsx.c: what a workbook says about itself: its sheets, shared strings and styles (ECMA-376 part 1, 18.2, 18.4, 18.8).
#include <inttypes.h>

#include "base/utf8.h"
#include "sheet/xlsx_internal.h"

static bool refuse(const xlsx_reader *x, diag_list *d, const char *code, const char *entry, bilingual hint, bilingual sentence)
{
    diag_add(d, DIAG_ERROR, code, (source_pos){.file = x->package.name, .element = str_from(entry)}, hint, sentence);
    return false;
}

// ---- relationships: which entry is what (ECMA-376 part 2, 9.3) -----------------------------------------

typedef struct relation relation;
struct relation { str id, type; const char *entry; relation *next; };

typedef struct { relation *first; str folder; arena *arena; } relations;

enum { IN_RELATIONS = XML_FIRST_STATE, IN_RELATION };
static const xml_edge relation_edges[] = {
    {XML_DOCUMENT, "Relationships", IN_RELATIONS}, {IN_RELATIONS, "Relationship", IN_RELATION}, {0, NULL, 0}};

// "../x/y.xml" seen from "xl/worksheets/" is "xl/x/y.xml"; a leading slash begins at the root.
static const char *resolve(str folder, str target, arena *a)
{
    buf path = {.arena = a};
    if (!str_starts(target, STR("/"))) buf_add(&path, folder);
    for (str rest = target; rest.data;) {
        str step = str_cut(&rest, '/');
        if (step.len == 0 || str_equal(step, STR("."))) continue;
        if (str_equal(step, STR(".."))) {
            if (path.len) path.len--;                                             // the slash behind the folder
            while (path.len && path.data[path.len - 1] != '/') path.len--;
            continue;
        }
        buf_add(&path, step);
        if (rest.data) buf_add_byte(&path, '/');
    }
    return str_cstr(buf_str(&path), a);
}

static void begin_relation(void *context, int state, const char **attributes)
{
    relations *r = context;
    if (state != IN_RELATION || str_equal(xml_attribute(attributes, "TargetMode"), STR("External"))) return;
    relation *one = arena_new(r->arena, 1, relation);
    one->id = str_copy(xml_attribute(attributes, "Id"), r->arena);
    one->type = str_copy(xml_attribute(attributes, "Type"), r->arena);
    one->entry = resolve(r->folder, xml_attribute(attributes, "Target"), r->arena);
    one->next = r->first;
    r->first = one;
}

static const xml_handlers relation_handlers = {.edges = relation_edges, .begin = begin_relation};

// The last step of the type is the same in the strict and the transitional form.
static const char *entry_of_type(const relations *r, str type_end)
{
    for (const relation *one = r->first; one; one = one->next)
        if (str_ends(one->type, type_end)) return one->entry;
    return NULL;
}

// The relations of xl/workbook.xml are in xl/_rels/workbook.xml.rels; those of the package itself in _rels/.rels.
static bool read_relations(xlsx_reader *x, const char *of, relations *out, diag_list *d)
{
    const char *slash = strrchr(of, '/');
    str folder = {of, slash ? slash - of + 1 : 0};
    *out = (relations){.folder = folder, .arena = x->arena};
    const char *entry = str_cstr(str_printf(x->arena, "%.*s_rels/%s.rels", STR_ARG(folder), of + folder.len), x->arena);
    xml_part *part;
    return part_read(&x->package, entry, &relation_handlers, out, &part, d);
}

// ---- workbook.xml --------------------------------------------------------------------------------------

typedef struct { xlsx_reader *x; const relations *relations; bool too_many; } workbook_reading;

enum { IN_WORKBOOK = XML_FIRST_STATE, IN_PROPERTIES, IN_SHEETS, IN_SHEET };
static const xml_edge workbook_edges[] = {
    {XML_DOCUMENT, "workbook", IN_WORKBOOK}, {IN_WORKBOOK, "workbookPr", IN_PROPERTIES},
    {IN_WORKBOOK, "sheets", IN_SHEETS}, {IN_SHEETS, "sheet", IN_SHEET}, {0, NULL, 0}};

static bool is_true(str s)
{
    return str_equal(s, STR("1")) || str_equal(s, STR("true")) || str_equal(s, STR("on"));
}

// r:id; the prefix is the writer's choice.
static str relation_id(const char **attributes)
{
    for (; *attributes; attributes += 2)
        if (str_ends(str_from(*attributes), STR(":id"))) return str_from(attributes[1]);
    return (str){0};
}

static void begin_workbook(void *context, int state, const char **attributes)
{
    workbook_reading *w = context;
    xlsx_reader *x = w->x;
    if (state == IN_PROPERTIES) x->epoch_1904 = is_true(xml_attribute(attributes, "date1904"));
    if (state != IN_SHEET) return;
    str id = relation_id(attributes), visibility = xml_attribute(attributes, "state");
    for (const relation *r = w->relations->first; r; r = r->next) {
        if (!str_equal(r->id, id) || !str_ends(r->type, STR("/worksheet"))) continue;   // a chart sheet has no rows
        w->too_many = x->count == SHEET_COUNT_MAX;
        if (w->too_many) return;
        x->sheets[x->count++] = (xlsx_sheet){str_copy(xml_attribute(attributes, "name"), x->arena), r->entry,
                                             str_equal(visibility, STR("hidden")) || str_equal(visibility, STR("veryHidden"))};
        return;
    }
}

static const xml_handlers workbook_handlers = {.edges = workbook_edges, .begin = begin_workbook};

static bool read_workbook(xlsx_reader *x, const char *entry, const relations *r, diag_list *d)
{
    workbook_reading w = {.x = x, .relations = r};
    xml_part *part;
    x->sheets = arena_new(x->arena, SHEET_COUNT_MAX, xlsx_sheet);
    if (!part_read(&x->package, entry, &workbook_handlers, &w, &part, d)) return false;
    if (w.too_many) {
        diag_add(d, DIAG_ERROR, "SHEET-COUNT", (source_pos){.file = x->package.name},
                 (bilingual){"将工作簿拆分成几个文件", "split the workbook"},
                 (bilingual){"工作表超过 %d 个", "more than %d sheets"}, (int)SHEET_COUNT_MAX);
        return false;
    }
    if (x->count == 0)
        return refuse(x, d, "SHEET-NONE", entry, (bilingual){0}, (bilingual){"工作簿没有工作表", "the workbook has no worksheet"});
    return true;
}

// ---- sharedStrings.xml ---------------------------------------------------------------------------------

typedef struct {
    xlsx_reader *x;
    xml_part *part;
    buf item;                 // the string being read
    int64_t room, bytes;
} strings_reading;

// A string is one text or runs of formatted text; the readings of Japanese names (rPh) are not part of it.
enum { IN_STRINGS = XML_FIRST_STATE, IN_ITEM, IN_RUN, IN_TEXT };
static const xml_edge string_edges[] = {
    {XML_DOCUMENT, "sst", IN_STRINGS}, {IN_STRINGS, "si", IN_ITEM}, {IN_ITEM, "t", IN_TEXT},
    {IN_ITEM, "r", IN_RUN}, {IN_RUN, "t", IN_TEXT}, {0, NULL, 0}};

static void begin_string(void *context, int state, const char **attributes)
{
    (void)attributes;
    strings_reading *s = context;
    if (state == IN_ITEM) s->item.len = 0;
}

static void text_string(void *context, int state, str piece)
{
    strings_reading *s = context;
    if (state != IN_TEXT) return;
    if (s->item.len + piece.len > SHEET_CELL_BYTES_MAX) {
        diag_add(part_diags(s->part), DIAG_ERROR, "SHEET-CELL-SIZE", (source_pos){.file = s->x->package.name}, (bilingual){0},
                 (bilingual){"共享字符串第 %" PRId64 " 项超过 %d 字节", "shared string %" PRId64 " is longer than %d bytes"},
                 s->x->string_count + 1, (int)SHEET_CELL_BYTES_MAX);
        part_fail(s->part);
        return;
    }
    buf_add(&s->item, piece);
}

static void end_string(void *context, int state)
{
    strings_reading *s = context;
    xlsx_reader *x = s->x;
    if (state != IN_ITEM) return;
    s->item.len = xlsx_clean_text(s->item.data, s->item.len);
    str text = sheet_trim(buf_str(&s->item));
    s->bytes += text.len + (int64_t)sizeof text;
    if (s->bytes > x->package.limits->string_bytes) {
        diag_add(part_diags(s->part), DIAG_ERROR, "SHEET-STRINGS", (source_pos){.file = x->package.name},
                 (bilingual){"将工作簿拆分成几个文件", "split the workbook"},
                 (bilingual){"共享字符串超过 %" PRId64 " 字节", "the shared strings exceed %" PRId64 " bytes"}, x->package.limits->string_bytes);
        part_fail(s->part);
        return;
    }
    if (x->string_count == s->room) {
        int64_t room = s->room ? 2 * s->room : 1024;
        str *larger = arena_new(x->arena, (ptrdiff_t)room, str);
        if (s->room) memcpy(larger, x->strings, (size_t)s->room * sizeof *larger);
        x->strings = larger;
        s->room = room;
    }
    x->strings[x->string_count++] = str_copy(text, x->arena);
}

static const xml_handlers string_handlers = {.edges = string_edges, .begin = begin_string, .text = text_string, .end = end_string};

static bool read_strings(xlsx_reader *x, const char *entry, diag_list *d)
{
    strings_reading s = {.x = x, .item = {.arena = x->arena}};
    return part_read(&x->package, entry, &string_handlers, &s, &s.part, d);
}

static int hex_digits(str s)
{
    int n = 0;
    for (ptrdiff_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
        if (digit < 0) return -1;
        n = n * 16 + digit;
    }
    return n;
}

ptrdiff_t xlsx_clean_text(char *text, ptrdiff_t len)
{
    str s = {text, len};
    if (str_find(s, STR("_x")) >= 0) {
        ptrdiff_t out = 0;
        for (ptrdiff_t i = 0; i < len;) {
            str rest = str_slice(s, i, len);
            int code = rest.len >= 7 && str_starts(rest, STR("_x")) && rest.data[6] == '_' ? hex_digits(str_slice(rest, 2, 6)) : -1;
            bool surrogate = code >= 0xD800 && code <= 0xDFFF;
            if (code <= 0 || surrogate) {
                text[out++] = text[i++];
                continue;
            }
            out += utf8_encode((uint32_t)code, text + out);   // at most three bytes for seven
            i += 7;
        }
        len = out;
    }
    return sheet_unify_breaks(text, len);
}

// ---- styles.xml ----------------------------------------------------------------------------------------

enum { FORMAT_IDS = 65536, STYLES_MAX = 1 << 20 };   // a spreadsheet program stops at 65,490 styles
typedef struct {
    xlsx_reader *x;
    uint8_t *formats;          // number_format + 1 by the id of the format; 0: not declared in this file
} styles_reading;

enum { IN_STYLES = XML_FIRST_STATE, IN_FORMATS, IN_FORMAT, IN_CELL_STYLES, IN_CELL_STYLE };
static const xml_edge style_edges[] = {
    {XML_DOCUMENT, "styleSheet", IN_STYLES}, {IN_STYLES, "numFmts", IN_FORMATS}, {IN_FORMATS, "numFmt", IN_FORMAT},
    {IN_STYLES, "cellXfs", IN_CELL_STYLES}, {IN_CELL_STYLES, "xf", IN_CELL_STYLE}, {0, NULL, 0}};

static void begin_style(void *context, int state, const char **attributes)
{
    styles_reading *s = context;
    int id = xml_int(xml_attribute(attributes, "numFmtId"), 0);
    if (id >= FORMAT_IDS) id = 0;
    if (state == IN_FORMAT) s->formats[id] = (uint8_t)(format_custom(xml_attribute(attributes, "formatCode")) + 1);
    if (state != IN_CELL_STYLE || s->x->formats.len == STYLES_MAX) return;
    number_format format = s->formats[id] ? (number_format)(s->formats[id] - 1) : format_builtin(id);
    buf_add_byte(&s->x->formats, (char)format);
}

static const xml_handlers style_handlers = {.edges = style_edges, .begin = begin_style};

static bool read_styles(xlsx_reader *x, const char *entry, diag_list *d)
{
    styles_reading s = {.x = x, .formats = arena_new(x->arena, FORMAT_IDS, uint8_t)};
    xml_part *part;
    return part_read(&x->package, entry, &style_handlers, &s, &part, d);
}

// ---- the workbook as a whole ---------------------------------------------------------------------------

static const struct { const char *entry, *code; bilingual sentence; } other_packages[] = {
    {"xl/workbook.bin", "SHEET-XLSB", {"这是二进制工作簿 (.xlsb)，不能直接读取", "this is a binary workbook (.xlsb), which is not read"}},
    {"content.xml", "SHEET-ODS", {"这是 OpenDocument 文件 (.ods)，不能直接读取", "this is an OpenDocument file (.ods), which is not read"}},
    {"word/document.xml", "SHEET-OTHER-FILE", {"这是 Word 文档，不是电子表格", "this is a Word document, not a spreadsheet"}},
    {"ppt/presentation.xml", "SHEET-OTHER-FILE", {"这是演示文稿，不是电子表格", "this is a presentation, not a spreadsheet"}},
};

static bool read_package(xlsx_reader *x, diag_list *d)
{
    static const bilingual save_as = {"用电子表格软件另存为“Excel 工作簿 (*.xlsx)”后再导入",
                                      "save it as “Excel workbook (*.xlsx)” in a spreadsheet program"};
    for (size_t i = 0; i < sizeof other_packages / sizeof *other_packages; i++)
        if (package_has(&x->package, other_packages[i].entry)) return refuse(x, d, other_packages[i].code, NULL, save_as, other_packages[i].sentence);
    relations root, own;
    const char *workbook = NULL;
    if (package_has(&x->package, "_rels/.rels")) {
        if (!read_relations(x, "", &root, d)) return false;
        workbook = entry_of_type(&root, STR("/officeDocument"));
    }
    if (!workbook) {
        return refuse(x, d, "SHEET-NOT-A-WORKBOOK", NULL, (bilingual){"如为压缩包，请先解压", "if it is an archive, unpack it first"},
                      (bilingual){"这是 zip 压缩包，不是工作簿", "this is a zip archive, not a workbook"});
    }
    if (!read_relations(x, workbook, &own, d) || !read_workbook(x, workbook, &own, d)) return false;
    const char *strings = entry_of_type(&own, STR("/sharedStrings")), *styles = entry_of_type(&own, STR("/styles"));
    return (!strings || read_strings(x, strings, d)) && (!styles || read_styles(x, styles, d));
}

xlsx_reader *xlsx_new(arena *a)
{
    xlsx_reader *x = arena_new(a, 1, xlsx_reader);
    x->arena = a;
    x->formats.arena = a;
    return x;
}

bool xlsx_open(xlsx_reader *x, byte_source source, str name, const sheet_limits *limits, diag_list *d)
{
    if (!package_open(&x->package, source, name, limits, d) || !read_package(x, d)) return false;
    x->rows = rows_new(x);
    if (!x->rows) sheet_no_memory(name, d);
    return x->rows != NULL;
}

void xlsx_close(xlsx_reader *x)
{
    if (!x) return;
    rows_close(x->rows);
    package_close(&x->package);
}

int xlsx_count(const xlsx_reader *x)
{
    return x->count;
}

str xlsx_name(const xlsx_reader *x, int index)
{
    return x->sheets[index].name;
}

bool xlsx_hidden(const xlsx_reader *x, int index)
{
    return x->sheets[index].hidden;
}

bool xlsx_epoch_1904(const xlsx_reader *x)
{
    return x->epoch_1904;
}

bool xlsx_rewind(xlsx_reader *x, int index, diag_list *d)
{
    return rows_begin(x->rows, index, d);
}

bool xlsx_next(xlsx_reader *x, sheet_row *row, diag_list *d)
{
    return rows_next(x->rows, row, d);
}
