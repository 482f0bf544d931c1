// Importing a file: reading rows, making field values, deciding, rejecting, superseding.
#include "service/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

// ---- cells to values -------------------------------------------------------------------------------------

static bool is_blank(str text)
{
    static const char *const blanks[] = {"", "-", "--", "—", "——", "－", "/", "／", "N/A", "NULL"};
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
        if (str_equal(text, str_from(blanks[i]))) return true;
    return false;
}

static bool read_boolean(str text, bool *out)
{
    static const struct { const char *word; bool value; } words[] = {
        {"是", true}, {"否", false}, {"有", true}, {"无", false}, {"√", true}, {"×", false}, {"✓", true}, {"true", true}, {"false", false},
        {"TRUE", true}, {"FALSE", false}, {"1", true}, {"0", false}, {"Y", true}, {"N", false}, {"对", true}, {"错", false}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(text, str_from(words[i].word))) {
            *out = words[i].value;
            return true;
        }
    return false;
}

static feel_value split_strings(str text, arena *a)
{
    feel_value *items = arena_new(a, text.len + 1, feel_value);
    ptrdiff_t count = 0, from = 0, at = 0;
    while (at <= text.len) {
        ptrdiff_t next = at;
        uint32_t c = at < text.len ? utf8_next(text, &next) : ',';
        bool separator = c == ',' || c == 0xFF0C || c == 0x3001 || c == ';' || c == 0xFF1B || c == '\n' || c == '/';
        if (separator) {
            str item = str_trim(str_slice(text, from, at));
            if (item.len) items[count++] = feel_string(item);
            from = next;
        }
        if (at == text.len) break;
        at = next;
    }
    return count ? feel_list_of(items, count, a) : feel_null();
}

typedef struct {
    source_pos at;          // file, row
    bool month_first, epoch_1904;
    arena *arena;
    diag_list *diags;
} reading;

static void bad_cell(reading *r, str heading, cell c, const char *code, bilingual hint, bilingual what)
{
    source_pos at = r->at;
    at.element = at.element.len ? str_printf(r->diags->arena, "%.*s “%.*s”", STR_ARG(at.element), STR_ARG(heading)) : heading;
    str shown = str_slice(c.text, 0, utf8_offset(c.text, 40));
    diag_add(r->diags, DIAG_ERROR, code, at, hint, what, STR_ARG(shown));
}

static feel_value read_cell(reading *r, const form_field *f, str heading, cell c)
{
    if (c.kind == CELL_ERROR) {
        bad_cell(r, heading, c, "IMPORT-FORMULA", (bilingual){"改正表中的公式", "mend the formula in the sheet"},
                 (bilingual){"公式出错：%.*s", "the formula failed: %.*s"});
        return feel_null();
    }
    if (c.kind == CELL_EMPTY || is_blank(c.text)) return feel_null();
    switch (f->type) {
    case FIELD_STRING: return feel_string(c.text);
    case FIELD_STRINGS: return split_strings(c.text, r->arena);
    case FIELD_NUMBER: {
        decimal x;
        if (sheet_read_number(c, &x)) return feel_number(x);
        bad_cell(r, heading, c, "IMPORT-NUMBER", (bilingual){0}, (bilingual){"“%.*s”不是数", "\"%.*s\" is not a number"});
        return feel_null();
    }
    case FIELD_BOOLEAN: {
        bool b;
        if (read_boolean(c.text, &b)) return feel_boolean(b);
        bad_cell(r, heading, c, "IMPORT-BOOLEAN", (bilingual){"写“是”或“否”", "write 是 or 否"}, (bilingual){"“%.*s”不是“是”或“否”", "\"%.*s\" is neither yes nor no"});
        return feel_null();
    }
    case FIELD_DATE: case FIELD_DATE_TIME: {
        sheet_moment m;
        bool read = sheet_read_moment(c, r->month_first, r->epoch_1904, &m);
        if (!read && c.kind == CELL_TEXT) {
            // A text table keeps a spreadsheet's serial as digits.
            c.kind = CELL_NUMBER;
            read = sheet_read_moment(c, r->month_first, r->epoch_1904, &m);
        }
        if (!read) {
            bad_cell(r, heading, c, "IMPORT-DATE", (bilingual){"写成 2024年3月5日 或 2024-03-05；年份要四位", "write 2024-03-05, with a year of four digits"},
                     (bilingual){"“%.*s”不是日期", "\"%.*s\" is not a date"});
            return feel_null();
        }
        if (f->type == FIELD_DATE) return feel_date(m.day);
        feel_value v = {.kind = FEEL_DATE_TIME};
        v.moment.date = m.day;
        v.moment.time = (feel_time){.second_of_day = m.second_of_day, .offset = FEEL_NO_OFFSET};
        return v;
    }
    }
    return feel_null();
}

static cell mapped_value(const import_column *column, cell c, arena *a)
{
    if (column->value_count == 0 || c.kind == CELL_EMPTY) return c;
    str folded = sheet_fold(c.text, a);
    for (ptrdiff_t i = 0; i < column->value_count; i++)
        if (str_equal(column->from_values[i], folded)) {
            c.text = column->to_values[i];
            c.kind = c.text.len ? CELL_TEXT : CELL_EMPTY;
            return c;
        }
    return c;
}

// The row as values of the form's fields; errors go to r->diags.
static feel_value *read_row(reading *r, const recognition *known, const sheet_row *row, timestamp now)
{
    const procedure_form *form = &known->procedure->forms[known->sheet->form];
    const import_sheet *s = known->sheet;
    feel_value *data = arena_new(r->arena, form->field_count, feel_value);
    feel_value *scope = arena_new(r->arena, s->scope.count, feel_value);
    ptrdiff_t bound = form->field_count;
    for (ptrdiff_t c = 0; c < s->column_count; c++) {
        int at = known->column_of[c];
        cell value = at >= 0 && at < row->count ? row->cells[at] : (cell){0};
        const import_column *column = &s->columns[c];
        if (column->field >= 0) data[column->field] = read_cell(r, &form->fields[column->field], column->headings[0], mapped_value(column, value, r->arena));
        else scope[bound++] = value.kind == CELL_EMPTY ? feel_null() : feel_string(mapped_value(column, value, r->arena).text);
    }
    if (s->computed_count) {
        memcpy(scope, data, (size_t)form->field_count * sizeof *scope);
        feel_evaluation e = {.arena = r->arena, .now = now, .silent = true};
        for (ptrdiff_t i = 0; i < s->computed_count; i++) {
            data[s->computed[i].field] = feel_evaluate(s->computed[i].value, scope, &e);
            scope[s->computed[i].field] = data[s->computed[i].field];
        }
    }
    return data;
}

// ---- rows that are no cases ------------------------------------------------------------------------------

static bool is_subtotal(const recognition *known, const sheet_row *row)
{
    ptrdiff_t first = 0;
    while (first < row->count && row->cells[first].kind == CELL_EMPTY) first++;
    if (first == row->count) return true;
    str text = row->cells[first].text;
    bool marked = false;
    for (ptrdiff_t i = 0; i < known->sheet->subtotal_count && !marked; i++) marked = str_find(text, known->sheet->subtotals[i]) >= 0;
    if (!marked || utf8_length(text) > 16) return false;
    // A real row has its words beside it; a subtotal has at most numbers.
    for (ptrdiff_t i = first + 1; i < row->count; i++) {
        decimal number;
        if (row->cells[i].kind != CELL_EMPTY && !row->cells[i].merged && !sheet_read_number(row->cells[i], &number)) return false;
    }
    return true;
}

// A title or a note across the whole table, or the heading repeated on the next printed page.
static bool is_decoration(const sheet_row *row, const sheet_row *header)
{
    ptrdiff_t filled = 0, across = 0, repeated = 0;
    for (ptrdiff_t i = 0; i < row->count; i++) {
        if (row->cells[i].kind == CELL_EMPTY) continue;
        filled++;
        // Cells merged downwards are a row's own values: only those that go on from their left neighbour count.
        across += row->cells[i].merged && i > 0 && str_equal(row->cells[i].text, row->cells[i - 1].text);
        repeated += i < header->count && str_equal(row->cells[i].text, header->cells[i].text);
    }
    return (filled == row->count && filled >= 3 && across == filled - 1) || (filled >= 2 && repeated == filled);
}

// ---- rejected rows ---------------------------------------------------------------------------------------

typedef struct {
    sheet_writer *writer;
    char path[4096];
    int row;
    str last_sheet;
} rejects;

static void reject_row(rejects *r, const district *x, str file, digest sha, str sheet, const sheet_row *header, const sheet_row *row,
                       const diag_list *why, date today, arena *a)
{
    if (r->row >= IMPORT_REJECTED_MAX) return;
    if (!r->writer) {
        str base = file;
        ptrdiff_t dot = -1;
        for (ptrdiff_t i = 0; i < base.len; i++)
            if (base.data[i] == '.') dot = i;
        if (dot > 0) base = str_slice(base, 0, dot);
        snprintf(r->path, sizeof r->path, "%s/rejected/%.*s-%.8s.xlsx", x->dir, STR_ARG(base), digest_hex(sha, a).data);
        r->writer = sheet_writer_open(r->path, today);
        if (!r->writer) return;
    }
    if (r->row == 0 || !str_equal(r->last_sheet, sheet)) {
        sheet_writer_sheet(r->writer, sheet.len ? sheet : STR("未导入"));
        r->last_sheet = sheet;
        r->row = 0;
        sheet_writer_cell(r->writer, 0, 0, STR("原行号"), STYLE_HEADER);
        sheet_writer_cell(r->writer, 0, 1, STR("未导入的原因"), STYLE_HEADER);
        sheet_writer_width(r->writer, 1, 48);
        for (ptrdiff_t i = 0; i < header->count; i++) sheet_writer_cell(r->writer, 0, (int)i + 2, header->cells[i].text, STYLE_HEADER);
        r->row = 1;
    }
    buf reasons = {.arena = a};
    for (const diag *g = why->first; g; g = g->next) {
        if (g->severity != DIAG_ERROR) continue;
        if (reasons.len) buf_add(&reasons, STR("；"));
        if (g->at.element.len) buf_printf(&reasons, "%.*s：", STR_ARG(g->at.element));
        buf_add(&reasons, g->message[LANG_ZH]);
    }
    sheet_writer_number(r->writer, r->row, 0, decimal_from_int(row->number), STYLE_PLAIN);
    sheet_writer_cell(r->writer, r->row, 1, buf_str(&reasons), STYLE_BAD);
    for (ptrdiff_t i = 0; i < row->count; i++)
        if (row->cells[i].kind != CELL_EMPTY) sheet_writer_cell(r->writer, r->row, (int)i + 2, row->cells[i].text, STYLE_PLAIN);
    r->row++;
}

// ---- one file --------------------------------------------------------------------------------------------

typedef struct {
    district *district;
    const import_options *options;
    import_mapping given;
    bool has_given;
    writer writer;
    import_result *result;
    str name;
    digest sha;
    int file;                    // its number
    int supersedes;
    bool *ancestors;             // [file number]: this file supersedes it
    bool kept_before;            // DIR/files held these bytes before: they belong to an earlier import
    rejects rejects;
    store_result trouble;        // a failure of the store that is not the writer's
    timestamp now;
    arena *arena;
    diag_list *diags;
    // Cases named by this file, to find the rows that a corrected file left out: id * 2, and 1 when a good row named it.
    // Open addressing, 0 = free.
    uint64_t *seen;
    ptrdiff_t seen_count, seen_size;
    int64_t next_progress;
    recognition forms[SHEET_COUNT_MAX];      // one for each form that the file holds
    int form_count;
} importer;

static uint64_t *seen_slot(uint64_t *table, ptrdiff_t size, int64_t id)
{
    uint64_t at = (uint64_t)id * 0x9E3779B97F4A7C15u >> 20;
    while (table[at & (uint64_t)(size - 1)] && table[at & (uint64_t)(size - 1)] >> 1 != (uint64_t)id) at++;
    return &table[at & (uint64_t)(size - 1)];
}

// False when there is no more memory.
static bool see_case(importer *im, int64_t id, bool taken)
{
    if (im->seen_count * 2 >= im->seen_size) {
        ptrdiff_t size = im->seen_size ? im->seen_size * 2 : 4096;
        uint64_t *table = mem_alloc((size_t)size * sizeof *table);
        if (!table) return false;
        for (ptrdiff_t i = 0; i < im->seen_size; i++)
            if (im->seen[i]) *seen_slot(table, size, (int64_t)(im->seen[i] >> 1)) = im->seen[i];
        mem_release(im->seen);
        im->seen = table;
        im->seen_size = size;
    }
    uint64_t *slot = seen_slot(im->seen, im->seen_size, id);
    im->seen_count += !*slot;
    *slot |= (uint64_t)id << 1 | taken;
    return true;
}

static bool was_seen(const importer *im, int64_t id) { return im->seen_size && *seen_slot(im->seen, im->seen_size, id); }
static bool was_taken(const importer *im, int64_t id) { return im->seen_size && *seen_slot(im->seen, im->seen_size, id) & 1; }

// What was found in one row or sheet goes to the file's list, as long as it keeps them.
static void hand_on(diag_list *to, const diag_list *from)
{
    for (const diag *g = from->first; g; g = g->next) diag_copy(to, g);
}

static bool no_memory(importer *im)
{
    diag_add(im->diags, DIAG_ERROR, "IMPORT-MEMORY", (source_pos){.file = im->name}, (bilingual){0}, (bilingual){"内存不足，文件未导入", "out of memory: the file is not imported"});
    return false;
}

// A file that could not be read to its end is bad input, unless it was memory that it lacked.
static exit_status unreadable(const importer *im)
{
    for (const diag *g = im->diags->first; g; g = g->next)
        if (strcmp(g->code, "SHEET-MEMORY") == 0 || strcmp(g->code, "IMPORT-MEMORY") == 0) return EXIT_SYSTEM;
    return EXIT_INPUT;
}

// False when there is no more memory.
static bool take_row(importer *im, const recognition *known, str sheet, const sheet_row *header, const sheet_row *row, bool epoch_1904, arena *scratch)
{
    diag_list found = {.arena = scratch};
    source_pos at = {.file = im->name, .line = row->number, .element = sheet};
    reading r = {at, known->sheet->month_first, epoch_1904, scratch, &found};
    feel_value *data = read_row(&r, known, row, im->now);
    const procedure_form *form = &known->procedure->forms[known->sheet->form];
    str key = case_key(form, data, scratch);
    store_case there;
    bool known_key = key.len && writer_find(&im->writer, known->definition, known->sheet->form, key, &there, scratch) == STORE_OK;
    event e = {0};
    decision result = REFUSED;
    if (known_key && was_taken(im, there.id))
        diag_add(&found, DIAG_ERROR, "IMPORT-KEY-TWICE", at, (bilingual){"同一编号只留一行", "keep one row for each"},
                 (bilingual){"“%.*s”在本文件中已出现过", "\"%.*s\" is in this file already"}, STR_ARG(key));
    if (found.errors == 0) {
        command c = {CMD_RECORD, STR("import"), known->procedure, known->definition, known->sheet->form, data, {im->file, sheet, row->number}};
        result = writer_command(&im->writer, &c, known_key ? &there : NULL, at, &e, scratch, &found);
    }
    hand_on(im->diags, &found);
    // The case of a bad row is not gone from the file: it stays as it was, and is not withdrawn.
    bool noted = result != REFUSED ? see_case(im, e.case_id, true) : !known_key || see_case(im, there.id, false);
    if (!noted) return no_memory(im);
    if (result == REFUSED) {
        im->result->bad++;
        reject_row(&im->rejects, im->district, im->name, im->sha, sheet, header, row, &found, timestamp_date(im->now, CHINA_OFFSET_MINUTES), scratch);
    } else if (result == UNCHANGED) im->result->unchanged++;
    else if (e.kind == EV_RECORDED) im->result->recorded++;
    else if (e.kind == EV_CLOSED) im->result->closed++;
    else im->result->corrected++;
    return true;
}

static sheet_row copy_row(const sheet_row *row, arena *a)
{
    sheet_row copy = *row;
    copy.cells = arena_new(a, row->count, cell);
    for (ptrdiff_t i = 0; i < row->count; i++) {
        copy.cells[i] = row->cells[i];
        copy.cells[i].text = str_copy(row->cells[i].text, a);
    }
    return copy;
}

// A workbook may keep one form on several sheets: what is missing is known only after the last of them.
static bool note_form(importer *im, const recognition *known)
{
    for (int i = 0; i < im->form_count; i++)
        if (im->forms[i].procedure == known->procedure && im->forms[i].sheet->form == known->sheet->form) return true;
    if (im->form_count == SHEET_COUNT_MAX) return false;
    im->forms[im->form_count++] = *known;
    return true;
}

// Reads one sheet. False when its rows could not be read to the end.
static bool take_sheet(importer *im, sheet_book *book, int index, bool *recognized)
{
    str sheet = str_copy(sheet_name(book, index), im->arena);
    source_pos at = {.file = im->name, .element = sheet};
    sheet_row rows[IMPORT_HEADER_ROWS], row;
    ptrdiff_t count = 0;
    int errors_before = im->diags->errors;
    if (!sheet_rewind(book, index, im->diags)) return false;
    while (count < IMPORT_HEADER_ROWS && sheet_next(book, &row, im->diags)) rows[count++] = copy_row(&row, im->arena);
    if (im->diags->errors > errors_before) return false;
    if (count == 0) return true;
    recognition known;
    diag_list why = {.arena = im->arena};
    bool found = import_recognize(im->district->definitions, im->options, im->has_given ? &im->given : NULL, rows, count, at, &known, im->arena, &why);
    // A sheet of explanations beside a ledger is no fault; whether no sheet at all was recognized is seen at the end.
    if (!found)
        for (diag *g = why.first; g; g = g->next)
            if (sheet_count(book) > 1) g->severity = DIAG_WARNING;
    hand_on(im->diags, &why);
    if (!found) return true;
    *recognized = true;
    if (str_find(im->result->procedure, known.procedure->id) < 0)
        im->result->procedure = im->result->procedure.len ? str_printf(im->arena, "%.*s, %.*s", STR_ARG(im->result->procedure), STR_ARG(known.procedure->id))
                                                          : known.procedure->id;

    sheet_row header = {0};
    for (ptrdiff_t i = 0; i < count; i++)
        if (rows[i].number == known.header_row) header = rows[i];
    bool epoch = sheet_epoch_1904(book);
    arena scratch = {.escape = im->arena->escape};
    bool readable = sheet_rewind(book, index, im->diags);
    // What the reader finds is the file's fault; what take_row finds is a row's, and counted there.
    while (readable) {
        errors_before = im->diags->errors;
        bool more = sheet_next(book, &row, im->diags);
        readable = im->diags->errors == errors_before;
        if (!more || !readable) break;
        if (row.number <= known.header_row) continue;
        if (is_decoration(&row, &header) || is_subtotal(&known, &row)) im->result->skipped++;
        else readable = take_row(im, &known, sheet, &header, &row, epoch, &scratch);
        arena_rewind(&scratch, (arena_position){0});
        int64_t done = im->result->recorded + im->result->corrected + im->result->closed + im->result->unchanged + im->result->bad;
        if (im->options->progress && done >= im->next_progress) {
            im->options->progress(im->options->progress_ctx, done);
            im->next_progress = done + 10000;
        }
    }
    arena_free(&scratch);
    return readable && note_form(im, &known);
}

// ---- superseding -----------------------------------------------------------------------------------------

typedef struct {
    const importer *im;
    int64_t *ids;
    ptrdiff_t count, size;
    bool failed;
} missing_list;

static bool collect_missing(void *ctx, const store_case *c)
{
    missing_list *m = ctx;
    if (c->status == CASE_WITHDRAWN || c->file <= 0 || c->file >= m->im->file || !m->im->ancestors[c->file] || was_seen(m->im, c->id)) return true;
    if (m->count == m->size) {
        ptrdiff_t size = m->size ? m->size * 2 : 64;
        int64_t *ids = mem_resize(m->ids, (size_t)m->size * sizeof *ids, (size_t)size * sizeof *ids);
        if (!ids) return m->failed = true, false;
        m->ids = ids;
        m->size = size;
    }
    m->ids[m->count++] = c->id;
    return true;
}

// Cases that an earlier version of this file named, and this one does not.
static bool withdraw_missing(importer *im, const recognition *known)
{
    if (!im->supersedes) return true;
    missing_list m = {.im = im};
    int family = im->district->definitions->family[known->definition];
    writer_settle(&im->writer);
    store_result r = im->trouble = store_each_case_of_file(im->district->store, family, known->sheet->form, 0, collect_missing, &m);
    arena scratch = {.escape = im->arena->escape};
    for (ptrdiff_t i = 0; i < m.count && r == STORE_OK; i++) {
        if (writer_withdraw(&im->writer, m.ids[i], STR("import"), (provenance){im->file, known->sheet->name_count ? known->sheet->names[0] : STR(""), 0},
                            &scratch, im->diags) == DECIDED) im->result->withdrawn++;
        arena_rewind(&scratch, (arena_position){0});
    }
    arena_free(&scratch);
    mem_release(m.ids);
    return m.failed ? no_memory(im) : r == STORE_OK;
}

// Numbers the file and finds the one that it corrects. *same: these bytes are in already, and nothing has corrected them since;
// bytes that were corrected may come again, and then they correct the correction.
static store_result find_predecessor(importer *im, bool *same)
{
    store_file *files;
    ptrdiff_t count;
    *same = false;
    store_result r = store_files(im->district->store, &files, &count, im->arena);
    if (r != STORE_OK) return r;
    im->file = (int)count + 1;
    im->ancestors = arena_new(im->arena, count + 2, bool);
    bool *superseded = arena_new(im->arena, count + 1, bool);
    for (ptrdiff_t i = count; i-- > 0;) {
        if (digest_equal(files[i].sha256, im->sha) && !superseded[i]) *same = true;
        if (files[i].supersedes > 0 && files[i].supersedes <= count) superseded[files[i].supersedes - 1] = true;
        if (!im->supersedes && str_equal(files[i].name, im->name)) im->supersedes = files[i].number;
    }
    for (int n = im->supersedes; n > 0 && n <= count && !im->ancestors[n]; n = files[n - 1].supersedes) im->ancestors[n] = true;
    return STORE_OK;
}

// ---- keeping the file ------------------------------------------------------------------------------------

// Hashes the file and keeps a copy under its hash, durable before any record names it.
static exit_status keep_file(importer *im, const char *path, int64_t *size)
{
    char temporary[4096], final[4096];
    snprintf(temporary, sizeof temporary, "%s/files/new", im->district->dir);
    FILE *in = fopen(path, "rb");
    struct stat st;
    bool readable = in && fstat(fileno(in), &st) == 0 && S_ISREG(st.st_mode);
    if (!readable) {
        if (in) errno = EISDIR;
        diag_add(im->diags, DIAG_ERROR, "IMPORT-READ", (source_pos){.file = str_from(path)}, (bilingual){0}, (bilingual){"文件读不出来：%s", "the file cannot be read: %s"}, strerror(errno));
        if (in) fclose(in);
        return EXIT_INPUT;
    }
    int out = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    digest_stream *hash = digest_stream_open();
    static const int chunk = 1 << 20;
    char *data = mem_alloc((size_t)chunk);
    bool good = out >= 0 && hash && data;
    size_t n;
    *size = 0;
    while (good && (n = fread(data, 1, (size_t)chunk, in)) > 0) {
        digest_stream_add(hash, (str){data, (ptrdiff_t)n});
        *size += (int64_t)n;
        good = write(out, data, n) == (ssize_t)n;
    }
    good = good && !ferror(in) && fsync(out) == 0;
    int why = errno;
    if (out >= 0) close(out);
    mem_release(data);
    fclose(in);
    if (good) {
        im->sha = digest_stream_finish(hash);
        snprintf(final, sizeof final, "%s/files/%.64s", im->district->dir, digest_hex(im->sha, im->arena).data);
        im->kept_before = access(final, F_OK) == 0;
        good = rename(temporary, final) == 0;
        why = errno;
    } else if (hash) digest_stream_abandon(hash);
    if (good) return EXIT_DONE;
    unlink(temporary);
    diag_add(im->diags, DIAG_ERROR, why == ENOSPC ? "STORE-FULL" : "IMPORT-KEEP", (source_pos){.file = str_copy(str_from(temporary), im->arena)}, (bilingual){0},
             (bilingual){"文件副本保存不了：%s", "the copy of the file cannot be kept: %s"}, strerror(why));
    return EXIT_SYSTEM;
}

// A file that was not imported leaves no copy behind.
static void forget_file(const importer *im)
{
    if (im->kept_before) return;
    char path[4096];
    snprintf(path, sizeof path, "%s/files/%.64s", im->district->dir, digest_hex(im->sha, im->arena).data);
    unlink(path);
}

static void put_file_record(importer *im, int64_t size)
{
    arena *a = im->arena;
    const import_result *r = im->result;
    json *body = json_new_object(a);
    json_set(body, STR("actor"), json_new_string(STR("import"), a));
    json_set(body, STR("bad"), json_new_int(r->bad, a));
    json_set(body, STR("file"), json_new_int(im->file, a));
    json_set(body, STR("good"), json_new_int(r->recorded + r->corrected + r->closed + r->unchanged, a));
    json_set(body, STR("kind"), json_new_string(STR("imported"), a));
    json_set(body, STR("name"), json_new_string(im->name, a));
    json_set(body, STR("sha256"), json_new_string(digest_hex(im->sha, a), a));
    json_set(body, STR("size"), json_new_int(size, a));
    json_set(body, STR("supersedes"), json_new_int(im->supersedes, a));
    json_set(body, STR("withdrawn"), json_new_int(r->withdrawn, a));
    int64_t record = writer_record(&im->writer, body, a);
    store_put_file(im->district->store, &(store_file){im->file, im->sha, im->name, size, record, im->supersedes,
                                                      r->recorded + r->corrected + r->closed + r->unchanged, r->bad});
}

static exit_status take_book(importer *im, const char *path, int64_t size)
{
    int errors_before = im->diags->errors;
    sheet_book *book = sheet_open(path, im->name, im->diags);
    if (!book) return unreadable(im);
    store_result r = writer_begin(&im->writer, im->district, im->now);
    if (r != STORE_OK) {
        sheet_close(book);
        return district_trouble(im->district->dir, im->district->store, r, im->diags);
    }
    bool readable = true, recognized = false;
    for (int i = 0; i < sheet_count(book) && readable; i++)
        if (!sheet_hidden(book, i)) readable = take_sheet(im, book, i, &recognized);
    sheet_close(book);
    for (int i = 0; i < im->form_count && readable; i++) readable = withdraw_missing(im, &im->forms[i]);

    if (readable && !recognized && im->diags->errors == errors_before)
        diag_add(im->diags, DIAG_ERROR, "IMPORT-NOTHING", (source_pos){.file = im->name}, (bilingual){0},
                 (bilingual){"没有一张工作表能认作台账", "none of its sheets could be recognized as a ledger"});
    if (!readable || !recognized || (im->options->strict && im->result->bad)) {
        writer_rollback(&im->writer);
        if (readable && recognized)
            diag_add(im->diags, DIAG_ERROR, "IMPORT-STRICT", (source_pos){.file = im->name}, (bilingual){"去掉 --strict 可先导入其余各行", "without --strict the other rows go in"},
                     (bilingual){"有 %lld 行不能导入，按 --strict 整个文件未导入", "%lld rows are bad, so with --strict the whole file was refused"}, (long long)im->result->bad);
        import_result *result = im->result;
        result->recorded = result->corrected = result->closed = result->unchanged = result->withdrawn = 0;
        return im->trouble == STORE_OK ? unreadable(im) : district_trouble(im->district->dir, im->district->store, im->trouble, im->diags);
    }
    put_file_record(im, size);
    r = writer_commit(&im->writer, im->arena);
    if (r != STORE_OK) return district_trouble(im->district->dir, im->district->store, r, im->diags);
    im->district->file_count = im->file;
    return im->result->bad ? EXIT_INPUT : EXIT_DONE;
}

static str base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_from(slash ? slash + 1 : path);
}

static exit_status load_given(importer *im)
{
    const import_options *o = im->options;
    if (o->procedure.len && !definitions_procedure(im->district->definitions, o->procedure, NULL)) {
        diag_add(im->diags, DIAG_ERROR, "IMPORT-PROCEDURE", (source_pos){0}, (bilingual){"见 fadu serve 的流程一览", "see the list of procedures in fadu serve"},
                 (bilingual){"没有流程“%.*s”", "there is no procedure \"%.*s\""}, STR_ARG(o->procedure));
        return EXIT_INPUT;
    }
    if (!o->mapping) return EXIT_DONE;
    str text;
    if (!o->procedure.len || !read_whole_file(o->mapping, PROCEDURE_FILE_BYTES_MAX, &text, im->arena)) {
        diag_add(im->diags, DIAG_ERROR, "IMPORT-MAPPING", (source_pos){.file = str_from(o->mapping)}, (bilingual){"--mapping 须与 --procedure 同用", "--mapping goes with --procedure"},
                 (bilingual){"映射文件读不出来，或未指明流程", "the mapping cannot be read, or no procedure was named"});
        return EXIT_INPUT;
    }
    const procedure *p = definitions_procedure(im->district->definitions, o->procedure, NULL);
    im->has_given = procedure_load_mapping(p, text, str_from(o->mapping), &im->given, im->arena, im->diags);
    return im->has_given ? EXIT_DONE : EXIT_INPUT;
}

exit_status import_file(district *x, const char *path, const import_options *options, timestamp now, import_result *out, arena *a, diag_list *d)
{
    *out = (import_result){.file = str_copy(base_name(path), a)};
    importer im = {.district = x, .options = options, .result = out, .name = out->file, .now = now, .arena = a, .diags = d};
    int64_t size = 0;
    exit_status status = load_given(&im);
    if (status == EXIT_DONE) status = keep_file(&im, path, &size);
    bool kept = status == EXIT_DONE, same = false;
    store_result r = kept ? find_predecessor(&im, &same) : STORE_OK;
    if (r != STORE_OK) status = district_trouble(x->dir, x->store, r, d);
    out->same_as_before = same;
    if (status == EXIT_DONE && !same) status = take_book(&im, path, size);
    if (kept && !same && x->file_count != im.file) forget_file(&im);
    if (im.rejects.writer && sheet_writer_close(im.rejects.writer)) out->rejected = str_copy(str_from(im.rejects.path), a);
    mem_release(im.seen);
    return status;
}
