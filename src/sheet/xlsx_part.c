// xlsx_part.c: entries of the zip file, and the XML in them.
#include <assert.h>
#include <expat.h>
#include <inttypes.h>

#include "sheet/xlsx_internal.h"

// ---- the package ---------------------------------------------------------------------------------------

static bool refuse(const xlsx_package *p, diag_list *d, const char *code, const char *entry, bilingual sentence)
{
    diag_add(d, DIAG_ERROR, code, (source_pos){.file = p->name, .element = str_from(entry)},
             (bilingual){"用电子表格软件打开并重新保存，再导入", "open it in a spreadsheet program, save it again, and import that"}, sentence);
    return false;
}

// A zip source over our own: libzip asks for positions, and one file descriptor serves all of it.
typedef struct { byte_source source; zip_error_t error; } zip_view;

static zip_int64_t serve_zip(void *context, void *data, zip_uint64_t length, zip_source_cmd_t command)
{
    zip_view *v = context;
    switch (command) {
    case ZIP_SOURCE_OPEN:
        v->source.at = 0;
        return 0;
    case ZIP_SOURCE_READ: {
        zip_int64_t n = source_read(&v->source, data, (ptrdiff_t)length);
        if (n < 0) zip_error_set(&v->error, ZIP_ER_READ, 0);
        return n;
    }
    case ZIP_SOURCE_SEEK: {
        zip_int64_t at = zip_source_seek_compute_offset((zip_uint64_t)v->source.at, (zip_uint64_t)v->source.size, data, length, &v->error);
        if (at < 0) return -1;
        v->source.at = at;
        return 0;
    }
    case ZIP_SOURCE_TELL: return v->source.at;
    case ZIP_SOURCE_STAT: {
        zip_stat_t *status = ZIP_SOURCE_GET_ARGS(zip_stat_t, data, length, &v->error);
        if (!status) return -1;
        zip_stat_init(status);
        status->size = (zip_uint64_t)v->source.size;
        status->valid |= ZIP_STAT_SIZE;
        return sizeof *status;
    }
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&v->error, data, length);
    case ZIP_SOURCE_CLOSE: return 0;
    case ZIP_SOURCE_FREE:
        zip_error_fini(&v->error);
        mem_release(v);
        return 0;
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_STAT,
                                              ZIP_SOURCE_ERROR, ZIP_SOURCE_CLOSE, ZIP_SOURCE_FREE, ZIP_SOURCE_SUPPORTS, -1);
    default:
        zip_error_set(&v->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

static bool package_within_limits(const xlsx_package *p, diag_list *d)
{
    zip_int64_t count = zip_get_num_entries(p->zip, 0);
    if (count > SHEET_ZIP_ENTRIES_MAX) {
        diag_add(d, DIAG_ERROR, "SHEET-ZIP-ENTRIES", (source_pos){.file = p->name}, (bilingual){0},
                 (bilingual){"压缩包内有 %" PRId64 " 个文件，超过 %d 个", "the zip file has %" PRId64 " entries, more than %d"},
                 (int64_t)count, (int)SHEET_ZIP_ENTRIES_MAX);
        return false;
    }
    uint64_t total = 0;
    for (zip_int64_t i = 0; i < count; i++) {
        zip_stat_t status;
        if (zip_stat_index(p->zip, (zip_uint64_t)i, 0, &status)) continue;
        if (status.encryption_method != ZIP_EM_NONE)
            return refuse(p, d, "SHEET-ENCRYPTED", status.name, (bilingual){"压缩包已加密", "the zip file is encrypted"});
        uint64_t limit = (uint64_t)p->limits->zip_bytes;
        if (status.size <= limit && (total += status.size) <= limit) continue;
        diag_add(d, DIAG_ERROR, "SHEET-ZIP-SIZE", (source_pos){.file = p->name}, (bilingual){0},
                 (bilingual){"解压后超过 %" PRId64 " 字节", "it unpacks to more than %" PRId64 " bytes"}, p->limits->zip_bytes);
        return false;
    }
    return true;
}

bool package_open(xlsx_package *p, byte_source source, str name, const sheet_limits *limits, diag_list *d)
{
    *p = (xlsx_package){.name = name, .limits = limits};
    zip_view *view = mem_alloc(sizeof *view);
    zip_source_t *zip_source = NULL;
    if (view) {
        view->source = source;
        zip_error_init(&view->error);
        zip_source = zip_source_function_create(serve_zip, view, NULL);
        if (!zip_source) mem_release(view);
    }
    if (!zip_source) {
        sheet_no_memory(name, d);
        return false;
    }
    zip_error_t error;
    zip_error_init(&error);
    p->zip = zip_open_from_source(zip_source, ZIP_RDONLY, &error);
    zip_error_fini(&error);
    if (!p->zip) {
        zip_source_free(zip_source);
        return refuse(p, d, "SHEET-ZIP", NULL,
                      (bilingual){"工作簿不完整或者已损坏（压缩包的目录无法读取）", "the workbook is cut off or damaged: the zip directory cannot be read"});
    }
    return package_within_limits(p, d);
}

void package_close(xlsx_package *p)
{
    part_close(p->part);
    if (p->zip) zip_discard(p->zip);
    p->zip = NULL;
}

// Some writers differ from their own directory in upper and lower case.
static zip_int64_t locate(const xlsx_package *p, const char *entry)
{
    zip_int64_t at = zip_name_locate(p->zip, entry, 0);
    return at >= 0 ? at : zip_name_locate(p->zip, entry, ZIP_FL_NOCASE);
}

bool package_has(const xlsx_package *p, const char *entry)
{
    return locate(p, entry) >= 0;
}

// ---- one XML part --------------------------------------------------------------------------------------

struct xml_part {
    xlsx_package *package;
    const char *entry;
    const xml_handlers *handlers;
    void *context;
    diag_list *diags;          // of the running call
    zip_file_t *file;
    XML_Parser parser;
    int64_t size, compressed, taken;
    int depth;
    int states[XML_DEPTH_MAX];
    bool paused, failed, drained;
};

static const char *local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon ? colon + 1 : name;
}

static void XMLCALL on_begin(void *user, const XML_Char *name, const XML_Char **attributes)
{
    xml_part *part = user;
    if (part->failed) return;
    if (part->depth + 1 == XML_DEPTH_MAX) {
        refuse(part->package, part->diags, "SHEET-XML-DEPTH", part->entry, (bilingual){"XML 嵌套过深", "the XML is nested too deep"});
        part_fail(part);
        return;
    }
    int from = part->states[part->depth], to = XML_SKIPPED;
    const char *local = local_name(name);
    for (const xml_edge *e = part->handlers->edges; from != XML_SKIPPED && e->name; e++) {
        if (e->from != from || strcmp(e->name, local) != 0) continue;
        to = e->to;
        break;
    }
    part->states[++part->depth] = to;
    if (to != XML_SKIPPED && part->handlers->begin) part->handlers->begin(part->context, to, attributes);
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    (void)name;
    xml_part *part = user;
    if (part->failed) return;
    int state = part->states[part->depth--];
    if (state != XML_SKIPPED && part->handlers->end) part->handlers->end(part->context, state);
}

static void XMLCALL on_text(void *user, const XML_Char *text, int len)
{
    xml_part *part = user;
    int state = part->states[part->depth];
    if (!part->failed && state != XML_SKIPPED && part->handlers->text) part->handlers->text(part->context, state, (str){text, len});
}

// No spreadsheet program writes a DOCTYPE; entity attacks need one.
static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    xml_part *part = user;
    refuse(part->package, part->diags, "SHEET-XML-DOCTYPE", part->entry, (bilingual){"XML 含有 DOCTYPE，不予读取", "the XML has a DOCTYPE, which is refused"});
    part_fail(part);
}

static bool is_bomb(int64_t size, int64_t compressed)
{
    return size > 1 << 20 && size / SHEET_ZIP_RATIO_MAX > compressed;
}

static bool refuse_bomb(const xml_part *part, diag_list *d)
{
    diag_add(d, DIAG_ERROR, "SHEET-ZIP-RATIO", (source_pos){.file = part->package->name, .element = str_from(part->entry)},
             (bilingual){"如果文件来源可靠，用电子表格软件重新保存后再试", "if you trust its origin, save it again with a spreadsheet program"},
             (bilingual){"压缩比超过 %d 倍，疑为压缩炸弹", "it is compressed more than %d times: it may be a zip bomb"}, (int)SHEET_ZIP_RATIO_MAX);
    return false;
}

static bool open_entry(xml_part *part, diag_list *d)
{
    zip_int64_t at = locate(part->package, part->entry);
    zip_stat_t status;
    if (at < 0 || zip_stat_index(part->package->zip, (zip_uint64_t)at, 0, &status))
        return refuse(part->package, d, "SHEET-PART-MISSING", part->entry, (bilingual){"工作簿缺少这一部分", "the workbook lacks this part"});
    part->size = (int64_t)status.size;
    part->compressed = (int64_t)status.comp_size;
    if (is_bomb(part->size, part->compressed)) return refuse_bomb(part, d);
    part->file = zip_fopen_index(part->package->zip, (zip_uint64_t)at, 0);
    if (!part->file)
        return refuse(part->package, d, "SHEET-ZIP-ENTRY", part->entry, (bilingual){"压缩包内的这一部分无法读取", "this part of the zip file cannot be read"});
    return true;
}

xml_part *part_open(xlsx_package *p, const char *entry, const xml_handlers *handlers, void *context, diag_list *d)
{
    xml_part *part = mem_alloc(sizeof *part);
    XML_Parser parser = part ? XML_ParserCreate(NULL) : NULL;
    if (!parser) {
        mem_release(part);
        sheet_no_memory(p->name, d);
        return NULL;
    }
    *part = (xml_part){.package = p, .entry = entry, .handlers = handlers, .context = context, .parser = parser, .states = {XML_DOCUMENT}};
    assert(!p->part);
    p->part = part;
    XML_SetUserData(parser, part);
    XML_SetElementHandler(parser, on_begin, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    if (open_entry(part, d)) return part;
    part_close(part);
    return NULL;
}

void part_close(xml_part *part)
{
    if (!part) return;
    if (part->file) zip_fclose(part->file);
    XML_ParserFree(part->parser);
    part->package->part = NULL;
    mem_release(part);
}

void part_pause(xml_part *part)
{
    part->paused = true;
    XML_StopParser(part->parser, XML_TRUE);
}

void part_fail(xml_part *part)
{
    part->failed = true;
    XML_StopParser(part->parser, XML_FALSE);
}

diag_list *part_diags(xml_part *part)
{
    return part->diags;
}

static part_result fail_xml(xml_part *part, diag_list *d)
{
    if (!part->failed) {
        enum XML_Error error = XML_GetErrorCode(part->parser);
        if (error == XML_ERROR_NO_MEMORY) sheet_no_memory(part->package->name, d);
        else
            diag_add(d, DIAG_ERROR, "SHEET-XML",
                     (source_pos){.file = part->package->name, .element = str_from(part->entry)},
                     (bilingual){"用电子表格软件打开并重新保存，再导入", "open it in a spreadsheet program, save it again, and import that"},
                     (bilingual){"第 %d 行第 %d 字节处的 XML 有误：%s", "the XML is wrong in line %d, byte %d: %s"},
                     (int)XML_GetCurrentLineNumber(part->parser), (int)XML_GetCurrentColumnNumber(part->parser) + 1, XML_ErrorString(error));
    }
    part->failed = true;
    return PART_FAILED;
}

// Reads the next piece into expat's own buffer. False after a diagnostic.
static bool read_piece(xml_part *part, enum XML_Status *status, diag_list *d)
{
    enum { PIECE = 1 << 16 };
    void *space = XML_GetBuffer(part->parser, PIECE);
    if (!space) {
        sheet_no_memory(part->package->name, d);
        return false;
    }
    zip_int64_t n = zip_fread(part->file, space, PIECE);
    if (n < 0)
        return refuse(part->package, d, "SHEET-ZIP-ENTRY", part->entry,
                      (bilingual){"这一部分的数据已损坏（解压失败或校验不符）", "the data of this part are damaged: unpacking or its checksum failed"});
    part->taken += n;
    part->drained = n == 0;
    // The sizes in the directory were checked when the file was opened; they must not have lied.
    if (part->taken > part->size || is_bomb(part->taken, part->compressed)) return refuse_bomb(part, d);
    *status = XML_ParseBuffer(part->parser, (int)n, part->drained);
    return true;
}

part_result part_run(xml_part *part, diag_list *d)
{
    if (part->failed) return PART_FAILED;
    part->diags = d;
    enum XML_Status status = XML_STATUS_OK;
    if (part->paused) {
        part->paused = false;
        status = XML_ResumeParser(part->parser);
    }
    for (;;) {
        if (status == XML_STATUS_SUSPENDED) return PART_PAUSED;
        if (status == XML_STATUS_ERROR) return fail_xml(part, d);
        if (part->drained) return PART_ENDED;
        int64_t held = part->taken - (int64_t)XML_GetCurrentByteIndex(part->parser);
        if (part->taken > 0 && held > XML_TOKEN_BYTES_MAX) {
            refuse(part->package, d, "SHEET-XML-TOKEN", part->entry, (bilingual){"XML 标记过长", "an XML tag is too long"});
            part->failed = true;
        }
        if (part->failed || !read_piece(part, &status, d)) {
            part->failed = true;
            return PART_FAILED;
        }
    }
}

bool part_read(xlsx_package *p, const char *entry, const xml_handlers *handlers, void *context, xml_part **part, diag_list *d)
{
    *part = part_open(p, entry, handlers, context, d);
    if (!*part) return false;
    bool good = part_run(*part, d) == PART_ENDED;
    part_close(*part);
    *part = NULL;
    return good;
}

bool part_mentions(const xlsx_package *p, const char *entry, str word)
{
    enum { OVERLAP = 64, PIECE = 1 << 15 };
    char window[OVERLAP + PIECE];
    zip_int64_t at = locate(p, entry), n = 0;
    zip_file_t *file = at < 0 ? NULL : zip_fopen_index(p->zip, (zip_uint64_t)at, 0);
    if (!file) return true;
    ptrdiff_t kept = 0;
    bool found = false, first = true;
    int64_t taken = 0, limit = p->limits->zip_bytes;
    while (!found && (n = zip_fread(file, window + kept, PIECE)) > 0) {
        str have = {window, kept + (ptrdiff_t)n};
        bool two_bytes = first && memchr(window, 0, (size_t)have.len);   // UTF-16: the word is not there byte by byte
        found = two_bytes || str_find(have, word) >= 0 || (taken += n) > limit;
        first = false;
        kept = have.len < word.len - 1 ? have.len : word.len - 1;
        memmove(window, have.data + have.len - kept, (size_t)kept);
    }
    zip_fclose(file);
    return found || n < 0;
}

str xml_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(*attributes, name) == 0) return str_from(attributes[1]);
    return (str){0};
}

int xml_int(str text, int fallback)
{
    int n = 0;
    if (text.len == 0 || text.len > 9) return fallback;
    for (ptrdiff_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return fallback;
        n = n * 10 + (text.data[i] - '0');
    }
    return n;
}
