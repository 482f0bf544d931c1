// csv.c: rows of a text table, cut out of a window over the decoded text.
//
// The window holds the unfinished row and what was read behind it. A row is first found whole, its cells as slices of the
// window; only then are quotes taken off, in place. So an unfinished row is untouched and can be looked for again
// after reading on; each time at least as much is read as the row is long already, so the work stays linear.
#include "sheet/sheet_internal.h"

#include <inttypes.h>

struct csv_reader {
    text_source text;
    str name;
    const sheet_limits *limits;
    char delimiter, newline;
    bool looked, ended;
    int rows;                // numbers given out
    int64_t lines;           // line ends before `at`
    char *window;
    ptrdiff_t capacity, at, end;
    cell cells[SHEET_COLUMNS_MAX];
};

// A row as found in the window. Cells beyond SHEET_COLUMNS_MAX are counted only when something stands in them.
typedef struct {
    ptrdiff_t next;          // where the row behind it begins
    int count;
    bool found, quoted, too_wide;
    ptrdiff_t open_quote;    // of a quoted cell that does not end in the window, or -1
    int open_column;
} row_span;

csv_reader *csv_open(byte_source source, str name, const sheet_limits *limits, diag_list *d)
{
    csv_reader *c = mem_alloc(sizeof *c);
    char *window = mem_alloc(SHEET_ROW_BYTES_MAX + (size_t)limits->look);
    if (!c || !window || !text_open(&c->text, source, limits)) {
        mem_release(window);
        mem_release(c);
        sheet_no_memory(name, d);
        return NULL;
    }
    c->window = window;
    c->capacity = SHEET_ROW_BYTES_MAX + limits->look;
    c->name = name;
    c->limits = limits;
    return c;
}

void csv_close(csv_reader *c)
{
    if (!c) return;
    text_close(&c->text);
    mem_release(c->window);
    mem_release(c);
}

void csv_rewind(csv_reader *c)
{
    text_rewind(&c->text);
    c->looked = c->ended = false;
    c->rows = 0;
    c->lines = 0;
    c->at = c->end = 0;
}

// ---- finding a row -------------------------------------------------------------------------------------

static void add_cell(csv_reader *c, row_span *r, const char *from, const char *to)
{
    if (r->count < SHEET_COLUMNS_MAX) c->cells[r->count++] = (cell){.text = {from, to - from}};
    else if (sheet_trim((str){from, to - from}).len) r->too_wide = true;
}

// A quote opens a quoted cell only where the cell begins (RFC 4180, 2.5); elsewhere it is an ordinary character.
static row_span find_row(csv_reader *c)
{
    const char *begin = c->window + c->at, *end = c->window + c->end, *p = begin;
    row_span r = {.open_quote = -1};
    bool last = c->text.state != TEXT_MORE;
    if (p == end) return r;
    const char *newline = memchr(p, c->newline, (size_t)(end - p));
    if (!newline && !last) {
        if (*p != '"' && !memchr(p, '"', (size_t)(end - p))) return r;
    }
    const char *stop = newline ? newline : end;
    r.quoted = memchr(p, '"', (size_t)(stop - p)) != NULL;
    for (;; p++) {
        const char *from = p;
        if (r.quoted && p < end && *p == '"') {
            do {
                p = memchr(p + 1, '"', (size_t)(end - p - 1));
                if (p && p + 1 == end && !last) p = NULL;   // the other half of a doubled quote may follow
                if (!p) {
                    r.open_quote = from - c->window;
                    r.open_column = r.count;
                    return r;
                }
                p++;
            } while (p < end && *p == '"');
            if (p > stop) {
                newline = p < end ? memchr(p, c->newline, (size_t)(end - p)) : NULL;
                stop = newline ? newline : end;
            }
        }
        const char *delimiter = p < stop ? memchr(p, c->delimiter, (size_t)(stop - p)) : NULL;
        p = delimiter ? delimiter : stop;
        add_cell(c, &r, from, p);
        if (delimiter) continue;
        if (!newline && !last) return r;
        r.found = true;
        r.next = p - c->window + (newline != NULL);
        return r;
    }
}

// Moves the unfinished row to the front and reads on behind it. False when there was nothing more.
static bool fill(csv_reader *c)
{
    ptrdiff_t unfinished = c->end - c->at, want = unfinished > c->limits->chunk ? unfinished : c->limits->chunk;
    if (unfinished) memmove(c->window, c->window + c->at, (size_t)unfinished);
    c->at = 0;
    c->end = unfinished;
    ptrdiff_t until = unfinished + want < c->capacity ? unfinished + want : c->capacity;
    bool more = false;
    while (c->text.state == TEXT_MORE && until - c->end >= 8) {
        c->end += text_read(&c->text, c->window + c->end, until - c->end);
        more = true;
    }
    return more;
}

// ---- looking at the beginning --------------------------------------------------------------------------

// How many of the first rows have the same number of cells, and what that number is.
typedef struct { int rows, cells; } agreement;

static agreement try_delimiter(csv_reader *c, char delimiter)
{
    enum { ROWS_TRIED = 30 };
    int counts[ROWS_TRIED], n = 0;
    ptrdiff_t at = c->at;
    c->delimiter = delimiter;
    for (row_span r; n < ROWS_TRIED && (r = find_row(c), r.found); c->at = r.next)
        if (r.count > 1) counts[n++] = r.count;
    c->at = at;
    agreement best = {0};
    for (int i = 0; i < n; i++) {
        int same = 0;
        for (int k = 0; k < n; k++) same += counts[k] == counts[i];
        if (same > best.rows || (same == best.rows && counts[i] > best.cells)) best = (agreement){same, counts[i]};
    }
    return best;
}

// The line "sep=;" with which Excel announces the delimiter.
static bool declared_delimiter(csv_reader *c)
{
    str text = {c->window + c->at, c->end - c->at};
    if (text.len < 6 || !str_starts(text, STR("sep=")) || (text.data[5] != '\r' && text.data[5] != '\n')) return false;
    c->delimiter = text.data[4];
    row_span r = find_row(c);
    if (r.found) c->at = r.next;
    c->lines = c->rows = r.found;
    return true;
}

static void look(csv_reader *c)
{
    c->looked = true;
    while (c->end < c->limits->look && fill(c)) continue;
    int64_t feeds = 0, returns = 0;
    for (ptrdiff_t i = 0; i < c->end; i++) {
        if (c->window[i] == '\n') feeds++;
        else if (c->window[i] == '\r' && (i + 1 == c->end || c->window[i + 1] != '\n')) returns++;
    }
    c->newline = returns > feeds ? '\r' : '\n';
    if (declared_delimiter(c)) return;
    static const char candidates[] = {',', '\t', ';'};
    char chosen = candidates[0];
    agreement best = {0};
    for (size_t i = 0; i < sizeof candidates; i++) {
        agreement a = try_delimiter(c, candidates[i]);
        if (a.rows < best.rows || (a.rows == best.rows && a.cells <= best.cells)) continue;
        best = a;
        chosen = candidates[i];
    }
    c->delimiter = chosen;
}

// ---- taking off the quotes -----------------------------------------------------------------------------

static source_pos place(const csv_reader *c, int column, char space[CELL_NAME_MAX])
{
    return (source_pos){.file = c->name, .line = (int)(c->lines + 1), .element = sheet_cell_name(c->rows, column, space)};
}

// In place. Text behind the closing quote is kept as it stands.
static str unquote(csv_reader *c, str s, int column, diag_list *d)
{
    char *begin = c->window + (s.data - c->window), *out = begin, *in = begin + 1, *end = begin + s.len;
    for (;;) {
        char *quote = memchr(in, '"', (size_t)(end - in));
        ptrdiff_t n = (quote ? quote : end) - in;
        memmove(out, in, (size_t)n);
        out += n;
        in += n;
        if (in == end) break;
        bool doubled = in + 1 < end && in[1] == '"';
        if (!doubled) {
            str rest = {in + 1, end - in - 1};
            if (str_trim(rest).len) {
                char space[CELL_NAME_MAX];
                diag_add(d, DIAG_WARNING, "SHEET-QUOTE", place(c, column, space),
                         (bilingual){"单元格内的引号应当写成两个", "double the quotes inside the cell"},
                         (bilingual){"第 %d 行第 %d 列：结束引号之后还有文字", "row %d, column %d: there is text after the closing quote"},
                         c->rows, column + 1);
                memmove(out, rest.data, (size_t)rest.len);
                out += rest.len;
            }
            break;
        }
        *out++ = '"';
        in += 2;
    }
    return (str){begin, out - begin};
}

// ="00123": how programs stop Excel from making a number of a code.
static str unwrap_formula(str s)
{
    if (s.len >= 3 && s.data[0] == '=' && s.data[1] == '"' && s.data[s.len - 1] == '"') return sheet_trim(str_slice(s, 2, s.len - 1));
    return s;
}

static bool cell_too_long(csv_reader *c, int column, diag_list *d)
{
    char space[CELL_NAME_MAX];
    diag_add(d, DIAG_ERROR, "SHEET-CELL-SIZE", place(c, column, space),
             (bilingual){"检查此处是否缺少引号或换行", "look for a missing quote or line end"},
             (bilingual){"第 %d 行第 %d 列：单元格超过 %d 字节", "row %d, column %d: the cell is longer than %d bytes"},
             c->rows, column + 1, (int)SHEET_CELL_BYTES_MAX);
    return false;
}

static bool clean_row(csv_reader *c, const row_span *r, sheet_row *row, diag_list *d)
{
    str whole = {c->window + c->at, r->next - c->at};
    if (str_ends(whole, STR("\r\n"))) whole.len -= 2;
    bool has_returns = str_find_byte(whole, '\r') >= 0;
    ptrdiff_t used = 0;
    for (int i = 0; i < r->count; i++) {
        str s = sheet_trim(c->cells[i].text);
        if (r->quoted && s.len) {
            // A quote that was not the cell's first byte did not open it: only then is the slice untrimmed at its front.
            bool opened = c->cells[i].text.data[0] == '"';
            s = opened ? sheet_trim(unquote(c, s, i, d)) : s;
            s = unwrap_formula(s);
        }
        if (has_returns && s.len) s.len = sheet_unify_breaks(c->window + (s.data - c->window), s.len);
        if (s.len > SHEET_CELL_BYTES_MAX) return cell_too_long(c, i, d);
        c->cells[i] = (cell){.kind = s.len ? CELL_TEXT : CELL_EMPTY, .text = s};
        if (s.len) used = i + 1;
    }
    *row = (sheet_row){.number = c->rows, .line = (int)(c->lines + 1), .count = used, .cells = c->cells};
    return true;
}

// ---- the end of the text -------------------------------------------------------------------------------

static void add_stop(csv_reader *c, int column, diag_list *d)
{
    char space[CELL_NAME_MAX];
    source_pos at = place(c, column, space);
    switch (c->text.state) {
    case TEXT_MORE: case TEXT_END: return;
    case TEXT_BAD_BYTE:
        diag_add(d, DIAG_ERROR, "SHEET-ENCODING", at,
                 (bilingual){"改正该处乱码，或者将文件另存为 UTF-8 编码的 CSV", "mend the garbled text there, or save the file as CSV in UTF-8"},
                 (bilingual){"第 %d 行第 %d 列：字节 0x%02X 不是 %s 文字", "row %d, column %d: byte 0x%02X is not %s text"},
                 c->rows, column + 1, c->text.bad, c->text.encoding);
        return;
    case TEXT_NUL:
        diag_add(d, DIAG_ERROR, "SHEET-NUL", at,
                 (bilingual){"文件可能已损坏，或者不是文本表格", "the file may be damaged, or is not a text table"},
                 (bilingual){"第 %d 行第 %d 列：出现空字节 (NUL)", "row %d, column %d: there is a NUL byte"}, c->rows, column + 1);
        return;
    case TEXT_READ_FAILED:
        diag_add(d, DIAG_ERROR, "SHEET-READ", at, (bilingual){0}, (bilingual){"第 %d 行：读取失败：%s", "row %d: reading failed: %s"},
                 c->rows, strerror(c->text.error));
        return;
    case TEXT_NO_CONVERTER:
        diag_add(d, DIAG_ERROR, "SHEET-CONVERTER", at,
                 (bilingual){"将文件另存为 UTF-8 编码的 CSV", "save the file as CSV in UTF-8"},
                 (bilingual){"本机不能转换 %s 编码", "this machine cannot convert from %s"}, c->text.encoding);
        return;
    }
}

static void add_unfinished(csv_reader *c, const row_span *r, diag_list *d)
{
    char space[CELL_NAME_MAX];
    if (r->open_quote >= 0)
        diag_add(d, DIAG_ERROR, "SHEET-QUOTE-OPEN", place(c, r->open_column, space),
                 (bilingual){"在单元格末尾补上引号；单元格内的引号写成两个", "close the quote at the end of the cell; double the quotes inside it"},
                 (bilingual){"第 %d 行第 %d 列：引号没有结束", "row %d, column %d: the quote is not closed"}, c->rows, r->open_column + 1);
    else
        diag_add(d, DIAG_ERROR, "SHEET-ROW-SIZE", place(c, 0, space),
                 (bilingual){"检查文件是否缺少换行", "check whether the line ends are missing"},
                 (bilingual){"第 %d 行超过 %d 字节", "row %d is longer than %d bytes"}, c->rows, (int)SHEET_ROW_BYTES_MAX);
}

static bool row_allowed(csv_reader *c, const row_span *r, diag_list *d)
{
    char space[CELL_NAME_MAX];
    if (c->rows > c->limits->rows) {
        diag_add(d, DIAG_ERROR, "SHEET-ROWS", place(c, 0, space), (bilingual){"将文件拆分成几个文件", "split the file"},
                 (bilingual){"文件超过 %" PRId64 " 行", "the file has more than %" PRId64 " rows"}, c->limits->rows);
        return false;
    }
    if (r->too_wide) {
        diag_add(d, DIAG_ERROR, "SHEET-COLUMNS", place(c, SHEET_COLUMNS_MAX, space),
                 (bilingual){"检查该行是否缺少换行", "look for a missing line end"},
                 (bilingual){"第 %d 行超过 %d 列", "row %d has more than %d columns"}, c->rows, (int)SHEET_COLUMNS_MAX);
        return false;
    }
    return true;
}

static int64_t count_lines(const csv_reader *c, const row_span *r)
{
    if (!r->quoted) return 1;
    int64_t lines = 0;
    for (const char *p = c->window + c->at, *end = c->window + r->next; (p = memchr(p, c->newline, (size_t)(end - p))); p++) lines++;
    return lines;
}

// Finds the next row, reading on as needed. False at the end of the text and when no row can be found.
static bool take_row(csv_reader *c, row_span *r, diag_list *d)
{
    for (;;) {
        *r = find_row(c);
        if (r->found) return true;
        bool too_long = c->end - c->at > SHEET_ROW_BYTES_MAX;
        if (!too_long && fill(c)) continue;
        c->rows++;
        if (too_long || (c->at < c->end && c->text.state == TEXT_END)) add_unfinished(c, r, d);
        else add_stop(c, r->open_quote >= 0 ? r->open_column : 0, d);
        return false;
    }
}

bool csv_next(csv_reader *c, sheet_row *row, diag_list *d)
{
    if (!c->looked) look(c);
    while (!c->ended) {
        row_span r;
        c->ended = !take_row(c, &r, d);
        if (c->ended) return false;
        c->rows++;
        // The last row is cut off when the text stops for another reason than its end.
        bool cut_off = r.next == c->end && c->text.state != TEXT_MORE && c->text.state != TEXT_END
                       && c->window[r.next - 1] != c->newline;
        if (cut_off) add_stop(c, r.count - 1, d);
        int64_t lines = count_lines(c, &r);
        bool good = !cut_off && row_allowed(c, &r, d) && clean_row(c, &r, row, d);
        c->lines += lines;
        c->at = r.next;
        c->ended = !good;
        if (good && row->count > 0) return true;
    }
    return false;
}
