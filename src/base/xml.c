#include <expat.h>
#include <strings.h>

#include "base/utf8.h"
#include "base/xml.h"

enum { NAME_SEPARATOR = '\n' };      // between a namespace and a name: no address contains it

typedef struct {
    XML_Parser parser;
    xml_source *source;
    arena *arena;
    xml *root, *open;
    buf texts[XML_NESTING_MAX];
    int depth;
    ptrdiff_t counted;               // lines and columns are counted forward, so that all of them together stay linear
    int line, column;
    bool full;                       // memory ran out
    const char *code;                // of the trouble that stopped the parser
    bilingual trouble, hint;
} reading;

static void count_to(reading *r, ptrdiff_t offset)
{
    str text = r->source->text;
    for (; r->counted < offset && r->counted < text.len; r->counted++) {
        unsigned char c = (unsigned char)text.data[r->counted];
        if (c == '\n') {
            r->line++;
            r->column = 1;
        } else if ((c & 0xC0) != 0x80) r->column++;
    }
}

static void stop(reading *r, const char *code, bilingual trouble, bilingual hint)
{
    if (r->code) return;
    r->code = code;
    r->trouble = trouble;
    r->hint = hint;
    count_to(r, (ptrdiff_t)XML_GetCurrentByteIndex(r->parser));      // once stopped, expat is further on
    XML_StopParser(r->parser, XML_FALSE);
}

static void split_name(const XML_Char *qualified, arena *a, str *space, str *name)
{
    str rest = str_copy(str_from(qualified), a), before = str_cut(&rest, NAME_SEPARATOR);
    *space = rest.data ? before : (str){0};
    *name = rest.data ? rest : before;
}

// Memory that runs out inside a handler must not jump over expat's frames: XML_ParserFree() then thinks that it is called from a handler,
// and frees nothing. So the jump ends in the handler, and goes on when expat has returned.
#define GUARDED(r, work) \
    do { \
        jmp_buf *outer = (r)->arena->escape, here; \
        if (!outer || !ARENA_GUARD((r)->arena, here)) work; \
        else (r)->full = true, XML_StopParser((r)->parser, XML_FALSE); \
        (r)->arena->escape = outer; \
    } while (0)

static void begin_element(reading *r, const XML_Char *name, const XML_Char **attributes)
{
    if (r->depth == XML_NESTING_MAX) {
        stop(r, "XML-DEPTH", (bilingual){"元素嵌套超过 256 层", "elements are nested deeper than 256 levels"}, (bilingual){0});
        return;
    }
    xml *x = arena_new(r->arena, 1, xml);
    ptrdiff_t at = (ptrdiff_t)XML_GetCurrentByteIndex(r->parser), count = 0;
    count_to(r, at);
    *x = (xml){.parent = r->open, .source = r->source, .at = at, .line = r->line, .column = r->column, .text_at = -1};
    split_name(name, r->arena, &x->space, &x->name);
    while (attributes[2 * count]) count++;
    xml_attribute *list = arena_new(r->arena, count, xml_attribute);
    for (ptrdiff_t i = 0; i < count; i++) {
        split_name(attributes[2 * i], r->arena, &list[i].space, &list[i].name);
        list[i].value = str_copy(str_from(attributes[2 * i + 1]), r->arena);
    }
    x->attributes = list;
    x->attribute_count = count;
    if (!r->open) r->root = x;
    else if (r->open->last) r->open->last = r->open->last->next = x;
    else r->open->first = r->open->last = x;
    r->open = x;
    r->texts[r->depth++] = (buf){.arena = r->arena};
}

static void XMLCALL on_begin(void *reading_, const XML_Char *name, const XML_Char **attributes)
{
    reading *r = reading_;
    if (!r->code && !r->full) GUARDED(r, begin_element(r, name, attributes));
}

static void XMLCALL on_end(void *reading_, const XML_Char *name)
{
    (void)name;
    reading *r = reading_;
    if (r->code || r->full) return;
    xml *x = r->open;
    x->text = buf_str(&r->texts[--r->depth]);
    if (x->text_at < 0 && x->first) x->text = (str){0};
    r->open = x->parent;
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void add_text(reading *r, const XML_Char *text, int len)
{
    for (int i = 0; i < len && r->open->text_at < 0; i++) {
        if (is_space(text[i])) continue;
        r->open->text_at = (ptrdiff_t)XML_GetCurrentByteIndex(r->parser) + i;
        count_to(r, r->open->text_at);
        r->open->text_line = r->line;
        r->open->text_column = r->column;
    }
    buf_add(&r->texts[r->depth - 1], (str){text, len});
}

static void XMLCALL on_text(void *reading_, const XML_Char *text, int len)
{
    reading *r = reading_;
    if (!r->code && !r->full && r->depth) GUARDED(r, add_text(r, text, len));
}

static void XMLCALL on_doctype(void *reading_, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    stop(reading_, "XML-DOCTYPE", (bilingual){"文件含有文档类型声明（DOCTYPE），不予读取", "the file has a document type declaration, which is not read"},
         (bilingual){"删去 <!DOCTYPE …> 一行", "remove the line <!DOCTYPE …>"});
}

// windows-1252, which some editors write; expat knows UTF-8, UTF-16, ISO-8859-1 and ASCII itself.
static int XMLCALL on_encoding(void *user, const XML_Char *name, XML_Encoding *info)
{
    static const short high[32] = {0x20AC, -1, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, -1, 0x17D, -1,
                                   -1, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, -1, 0x17E, 0x178};
    (void)user;
    if (strcasecmp(name, "windows-1252") != 0) return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++) info->map[i] = i >= 128 && i < 160 ? high[i - 128] : i;
    info->data = NULL;
    info->convert = NULL;
    info->release = NULL;
    return XML_STATUS_OK;
}

enum { SHOWN_BEFORE = 160, SHOWN_AFTER = 240 };      // bytes of the line: exported models may be one line of megabytes

// The part of a line around a place.
static source_pos place(const xml_source *s, ptrdiff_t at, int line, int column)
{
    str text = s->text;
    if (!s->is_utf8) return (source_pos){.file = s->file, .line = line, .column = column};
    ptrdiff_t from = at, to = at;
    while (from > 0 && at - from < SHOWN_BEFORE && text.data[from - 1] != '\n') from--;
    while (from < at && ((unsigned char)text.data[from] & 0xC0) == 0x80) from++;
    while (to < text.len && to - at < SHOWN_AFTER && text.data[to] != '\n' && text.data[to] != '\r') to++;
    while (to < text.len && ((unsigned char)text.data[to] & 0xC0) == 0x80) to++;
    int skipped = column - 1 - (int)utf8_length(str_slice(text, from, at));
    return (source_pos){.file = s->file, .line = line, .column = column, .source = str_slice(text, from, to), .source_skipped = skipped};
}

static bool run(reading *r, diag_list *d)
{
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_begin, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    XML_SetUnknownEncodingHandler(r->parser, on_encoding, NULL);
    str text = r->source->text;
    if (XML_Parse(r->parser, text.data ? text.data : "", (int)text.len, XML_TRUE) == XML_STATUS_OK) return true;
    if (r->full) arena_alloc(r->arena, -1, 1, 1);    // runs out once more, now outside of expat
    if (!r->code) count_to(r, (ptrdiff_t)XML_GetCurrentByteIndex(r->parser));
    source_pos at = place(r->source, r->counted, r->line, r->column);
    if (r->code) diag_add(d, DIAG_ERROR, r->code, at, r->hint, r->trouble);
    else
        diag_add(d, DIAG_ERROR, "XML-SYNTAX", at, (bilingual){"用建模工具重新导出该文件", "export the file again from the modelling tool"},
                 (bilingual){"不是合法的 XML：%s", "this is not well-formed XML: %s"}, XML_ErrorString(XML_GetErrorCode(r->parser)));
    return false;
}

xml *xml_parse(str text, str file, arena *a, diag_list *d)
{
    if (text.len > XML_TEXT_MAX) {
        diag_add(d, DIAG_ERROR, "XML-TOO-LARGE", (source_pos){.file = file}, (bilingual){"拆分模型", "split the model"},
                 (bilingual){"文件超过 64 MiB 的上限", "the file is larger than the limit of 64 MiB"});
        return NULL;
    }
    reading *r = arena_new(a, 1, reading);
    r->source = arena_new(a, 1, xml_source);
    *r->source = (xml_source){file, text, utf8_invalid_at(text) < 0};
    r->arena = a;
    r->line = r->column = 1;
    r->parser = XML_ParserCreateNS(NULL, NAME_SEPARATOR);
    if (!r->parser) arena_alloc(a, -1, 1, 1);        // out of memory, said the arena's way
    // expat holds memory of its own: an escape out of here stops on the way to give it back.
    jmp_buf *outer = a->escape, here;
    if (outer && ARENA_GUARD(a, here)) {
        a->escape = outer;
        XML_ParserFree(r->parser);
        longjmp(*outer, 1);
    }
    bool good = run(r, d);
    a->escape = outer;
    XML_ParserFree(r->parser);
    return good ? r->root : NULL;
}

str xml_get_in(const xml *element, str space, str name)
{
    for (ptrdiff_t i = 0; element && i < element->attribute_count; i++)
        if (str_equal(element->attributes[i].name, name) && str_equal(element->attributes[i].space, space)) return element->attributes[i].value;
    return (str){0};
}

str xml_get(const xml *element, str name) { return xml_get_in(element, (str){0}, name); }

bool xml_has(const xml *element, str name)
{
    for (ptrdiff_t i = 0; element && i < element->attribute_count; i++)
        if (!element->attributes[i].space.len && str_equal(element->attributes[i].name, name)) return true;
    return false;
}

bool xml_is(const xml *element, str name) { return element && str_equal(element->name, name); }

static xml *named(xml *x, str name)
{
    while (x && !str_equal(x->name, name)) x = x->next;
    return x;
}

xml *xml_child(const xml *element, str name) { return element ? named(element->first, name) : NULL; }
xml *xml_next(const xml *child, str name) { return named(child->next, name); }

ptrdiff_t xml_count(const xml *element, str name)
{
    ptrdiff_t count = 0;
    for (const xml *x = xml_child(element, name); x; x = xml_next(x, name)) count++;
    return count;
}

// The id or name of the element, or of the nearest around it that has one.
static str label(const xml *element)
{
    while (element->parent && !xml_has(element, STR("id")) && !xml_has(element, STR("name"))) element = element->parent;
    str id = xml_get(element, STR("id")), name = xml_get(element, STR("name"));
    return id.len ? id : name.len ? name : element->name;
}

source_pos xml_pos(const xml *element)
{
    source_pos p = place(element->source, element->at, element->line, element->column);
    p.element = label(element);
    return p;
}

source_pos xml_text_pos(const xml *element)
{
    if (element->text_at < 0) return xml_pos(element);
    source_pos p = place(element->source, element->text_at, element->text_line, element->text_column);
    p.element = label(element);
    return p;
}
