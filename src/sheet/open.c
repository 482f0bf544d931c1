// open.c: what kind of file it is, by its first bytes; and the functions common to both readers.
#include "sheet/sheet_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

const sheet_limits sheet_limits_usual = {
    .rows = SHEET_ROWS_MAX, .zip_bytes = SHEET_ZIP_BYTES_MAX, .string_bytes = SHEET_STRINGS_BYTES_MAX,
    .look = 1 << 20,     // enough Chinese to tell the encodings apart; still read in a millisecond
    .chunk = 1 << 18,    // fits the second-level cache of any server
};

struct sheet_book {
    arena arena;         // names, shared strings, formats: what the book needs until it is closed
    byte_source source;
    str name;
    csv_reader *csv;     // one of the two
    xlsx_reader *xlsx;
};

// ---- bytes ---------------------------------------------------------------------------------------------

ptrdiff_t source_read(byte_source *s, char *out, ptrdiff_t room)
{
    ptrdiff_t n;
    if (s->fd < 0) {
        n = s->size - s->at < room ? (ptrdiff_t)(s->size - s->at) : room;
        if (n) memcpy(out, s->memory.data + s->at, (size_t)n);
    } else {
        do n = pread(s->fd, out, (size_t)room, (off_t)s->at);
        while (n < 0 && errno == EINTR);
    }
    if (n > 0) s->at += n;
    return n;
}

void source_rewind(byte_source *s)
{
    s->at = 0;
}

static str peek(byte_source s, int64_t at, char *out, ptrdiff_t room)
{
    s.at = at < s.size ? at : s.size;
    ptrdiff_t n = source_read(&s, out, room);
    return (str){out, n > 0 ? n : 0};
}

// ---- diagnostics ---------------------------------------------------------------------------------------

str sheet_cell_name(int row, int column, char out[CELL_NAME_MAX])
{
    char letters[8];
    int n = 0;
    for (int rest = column + 1; rest > 0; rest = (rest - 1) / 26) letters[n++] = (char)('A' + (rest - 1) % 26);
    int len = 0;
    while (n) out[len++] = letters[--n];
    len += snprintf(out + len, (size_t)(CELL_NAME_MAX - len), "%d", row);
    return (str){out, len};
}

void sheet_no_memory(str file, diag_list *d)
{
    diag_add(d, DIAG_ERROR, "SHEET-MEMORY", (source_pos){.file = file},
             (bilingual){"将文件拆分成几个较小的文件后再导入", "split the file into smaller ones"},
             (bilingual){"读取该文件所需内存超过限额", "reading this file needs more memory than is allowed"});
}

static bool refuse(diag_list *d, const char *code, str name, bilingual hint, bilingual sentence)
{
    diag_add(d, DIAG_ERROR, code, (source_pos){.file = name}, hint, sentence);
    return false;
}

// ---- what the file is ----------------------------------------------------------------------------------

static const struct { str begins; bilingual sentence; } other_files[] = {
    {{"%PDF-", 5},                 {"这是 PDF 文件，不是电子表格", "this is a PDF document, not a spreadsheet"}},
    {{"{\\rtf", 5},                {"这是 RTF 文档，不是电子表格", "this is an RTF document, not a spreadsheet"}},
    {{"Rar!\x1A\x07", 6},          {"这是 RAR 压缩包，请先解压", "this is a RAR archive: unpack it first"}},
    {{"7z\xBC\xAF\x27\x1C", 6},    {"这是 7z 压缩包，请先解压", "this is a 7z archive: unpack it first"}},
    {{"\x1F\x8B", 2},              {"这是 gzip 压缩包，请先解压", "this is a gzip archive: unpack it first"}},
    {{"\x89PNG", 4},               {"这是图片，不是电子表格", "this is a picture, not a spreadsheet"}},
    {{"\xFF\xD8\xFF", 3},          {"这是图片，不是电子表格", "this is a picture, not a spreadsheet"}},
};

static const bilingual save_as_xlsx = {"用电子表格软件打开，另存为“Excel 工作簿 (*.xlsx)”后再导入",
                                       "open it in a spreadsheet program and save it as “Excel workbook (*.xlsx)”"};

static uint32_t little_endian(str s, ptrdiff_t at, int bytes)
{
    uint32_t x = 0;
    for (int i = bytes; i-- > 0;) x = x << 8 | (unsigned char)s.data[at + i];
    return x;
}

// An OLE2 compound file ([MS-CFB] 2.2) is an old .xls or an encrypted workbook: its directory tells. The first
// four entries, or more when the sectors of the directory lie together, are enough for what the programs write.
static bool refuse_ole2(byte_source source, str head, str name, diag_list *d)
{
    static const str encrypted = {"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e", 31};
    static const str book_5 = {"B\0o\0o\0k", 7}, book_8 = {"W\0o\0r\0k\0b\0o\0o\0k", 15};
    char space[4096];
    str directory = {0};
    if (head.len >= 52) {
        uint32_t shift = little_endian(head, 30, 2), sector = little_endian(head, 48, 4);
        if (shift >= 7 && shift <= 16) directory = peek(source, ((int64_t)sector + 1) << shift, space, sizeof space);
    }
    if (str_find(directory, encrypted) >= 0)
        return refuse(d, "SHEET-ENCRYPTED", name,
                      (bilingual){"用电子表格软件打开，取消打开密码后保存，再导入", "open it in a spreadsheet program, remove the password, save, and import it again"},
                      (bilingual){"该工作簿设有打开密码，无法读取", "the workbook is protected by a password and cannot be read"});
    if (str_find(directory, book_8) >= 0 || str_find(directory, book_5) >= 0)
        return refuse(d, "SHEET-OLD-XLS", name, save_as_xlsx,
                      (bilingual){"这是 Excel 97-2003 工作簿 (.xls)，不能直接读取", "this is an Excel 97-2003 workbook (.xls), which is not read"});
    return refuse(d, "SHEET-OLE2", name, save_as_xlsx,
                  (bilingual){"这是旧版 Office 文档，不是电子表格，或者文件已损坏", "this is an old Office document without a spreadsheet, or it is damaged"});
}

// Web pages and XML under the name .xls are what many office systems export.
static bool refuse_markup(str head, str name, diag_list *d)
{
    static const str spreadsheet_ml = {"urn:schemas-microsoft-com:office:spreadsheet", 44};
    bool xml = str_starts(head, STR("<?xml")) && str_find(head, STR("<html")) < 0;
    if (str_find(head, spreadsheet_ml) >= 0)
        return refuse(d, "SHEET-XML-2003", name, save_as_xlsx,
                      (bilingual){"这是“XML 表格 2003”文件，不能直接读取", "this is an “XML spreadsheet 2003”, which is not read"});
    if (xml)
        return refuse(d, "SHEET-XML-FILE", name, save_as_xlsx, (bilingual){"这是 XML 文件，不是电子表格", "this is an XML file, not a spreadsheet"});
    return refuse(d, "SHEET-HTML", name, save_as_xlsx,
                  (bilingual){"这是网页 (HTML)，只是文件名像电子表格", "this is a web page (HTML) under the name of a spreadsheet"});
}

static bool looks_like_markup(str head)
{
    static const char *const begins[] = {"<!doctype", "<html", "<head", "<meta", "<table", "<body", "<style", "<?xml", "<!--"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        size_t n = strlen(begins[i]);
        if ((size_t)head.len >= n && strncasecmp(head.data, begins[i], n) == 0) return true;
    }
    return false;
}

static bool open_readers(sheet_book *b, const sheet_limits *limits, diag_list *d)
{
    char space[1024];
    str head = peek(b->source, 0, space, sizeof space);
    if (b->source.size == 0)
        return refuse(d, "SHEET-EMPTY", b->name, (bilingual){"检查文件是否完整上传", "check that the file was uploaded completely"},
                      (bilingual){"文件为空", "the file is empty"});
    if (str_starts(head, (str){"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8})) return refuse_ole2(b->source, head, b->name, d);
    for (size_t i = 0; i < sizeof other_files / sizeof *other_files; i++)
        if (str_starts(head, other_files[i].begins)) return refuse(d, "SHEET-OTHER-FILE", b->name, save_as_xlsx, other_files[i].sentence);
    if (looks_like_markup(str_trim(head))) return refuse_markup(head, b->name, d);
    if (str_starts(head, STR("PK\x03\x04")) || str_starts(head, STR("PK\x05\x06"))) {
        b->xlsx = xlsx_new(&b->arena);
        return xlsx_open(b->xlsx, b->source, b->name, limits, d);
    }
    b->csv = csv_open(b->source, b->name, limits, d);
    return b->csv != NULL;
}

static bool open_guarded(sheet_book *b, const sheet_limits *limits, diag_list *d)
{
    jmp_buf env;
    bool survived = !ARENA_GUARD(&b->arena, env), opened = survived && open_readers(b, limits, d);
    b->arena.escape = NULL;
    if (!survived) sheet_no_memory(b->name, d);
    return opened;
}

// Takes the file descriptor. The book's own arena and the caller's may both run out while files are held:
// in either case they are closed first.
static sheet_book *open_source(byte_source source, str name, const sheet_limits *limits, diag_list *d)
{
    jmp_buf env, *outer = d->arena->escape;
    sheet_book *b = mem_alloc(sizeof *b);
    char *name_copy = mem_alloc((size_t)name.len + 1);
    if (!b || !name_copy) {
        if (source.fd >= 0) close(source.fd);
        mem_release(b);
        mem_release(name_copy);
        sheet_no_memory(name, d);
        return NULL;
    }
    if (name.len) memcpy(name_copy, name.data, (size_t)name.len);
    *b = (sheet_book){.source = source, .name = {name_copy, name.len}};
    if (outer && ARENA_GUARD(d->arena, env)) {
        d->arena->escape = outer;
        sheet_close(b);
        longjmp(*outer, 1);
    }
    bool opened = open_guarded(b, limits, d);
    d->arena->escape = outer;
    if (opened) return b;
    sheet_close(b);
    return NULL;
}

sheet_book *sheet_open(const char *path, str name, diag_list *d)
{
    // O_NONBLOCK: opening a pipe must not wait for its writer; it is refused below.
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status)) {
        int error = errno;
        if (fd >= 0) close(fd);
        diag_add(d, DIAG_ERROR, "SHEET-OPEN", (source_pos){.file = name},
                 (bilingual){"检查文件是否存在、是否有读取权限", "check that the file exists and may be read"},
                 (bilingual){"无法打开文件：%s", "the file cannot be opened: %s"}, strerror(error));
        return NULL;
    }
    if (!S_ISREG(status.st_mode)) {
        close(fd);
        refuse(d, "SHEET-NOT-A-FILE", name, (bilingual){"逐个给出其中的电子表格文件", "name the spreadsheet files in it one by one"},
               S_ISDIR(status.st_mode) ? (bilingual){"这是文件夹，不是文件", "this is a folder, not a file"}
                                       : (bilingual){"这不是普通文件", "this is not a regular file"});
        return NULL;
    }
    return open_source((byte_source){.fd = fd, .size = status.st_size}, name, &sheet_limits_usual, d);
}

sheet_book *sheet_open_memory(str bytes, str name, const sheet_limits *limits, diag_list *d)
{
    return open_source((byte_source){.fd = -1, .memory = bytes, .size = bytes.len}, name, limits, d);
}

void sheet_close(sheet_book *b)
{
    if (!b) return;
    csv_close(b->csv);
    xlsx_close(b->xlsx);
    if (b->source.fd >= 0) close(b->source.fd);
    arena_free(&b->arena);
    mem_release((char *)b->name.data);
    mem_release(b);
}

int sheet_count(const sheet_book *b)
{
    return b->xlsx ? xlsx_count(b->xlsx) : 1;
}

str sheet_name(const sheet_book *b, int index)
{
    return b->xlsx ? xlsx_name(b->xlsx, index) : STR("");
}

bool sheet_hidden(const sheet_book *b, int index)
{
    return b->xlsx && xlsx_hidden(b->xlsx, index);
}

bool sheet_epoch_1904(const sheet_book *b)
{
    return b->xlsx && xlsx_epoch_1904(b->xlsx);
}

bool sheet_rewind(sheet_book *b, int index, diag_list *d)
{
    assert(index >= 0 && index < sheet_count(b));
    if (b->csv) {
        csv_rewind(b->csv);
        return true;
    }
    jmp_buf env;
    bool survived = !ARENA_GUARD(&b->arena, env), rewound = survived && xlsx_rewind(b->xlsx, index, d);
    b->arena.escape = NULL;
    if (!survived) sheet_no_memory(b->name, d);
    return rewound;
}

bool sheet_next(sheet_book *b, sheet_row *row, diag_list *d)
{
    return b->csv ? csv_next(b->csv, row, d) : xlsx_next(b->xlsx, row, d);
}

// ---- what both readers do with a cell's text -----------------------------------------------------------

ptrdiff_t sheet_unify_breaks(char *text, ptrdiff_t len)
{
    char *cr = len ? memchr(text, '\r', (size_t)len) : NULL;
    if (!cr) return len;
    char *out = cr;
    for (char *in = cr, *end = text + len; in < end; in++) {
        if (*in != '\r') *out++ = *in;
        else if (in + 1 == end || in[1] != '\n') *out++ = '\n';
    }
    return out - text;
}

str sheet_trim(str s)
{
    if (s.len == 0) return s;
    // White space begins with a byte up to ' ' or with C2, E3 or EF, and ends with a byte up to ' ' or with 80, A0 or BF.
    unsigned char first = (unsigned char)s.data[0], last = (unsigned char)s.data[s.len - 1];
    bool plain_first = first > ' ' && first != 0xC2 && first != 0xE3 && first != 0xEF;
    bool plain_last = last > ' ' && last != 0x80 && last != 0xA0 && last != 0xBF;
    return plain_first && plain_last ? s : str_trim(s);
}
