// Any bytes as a text table: rows go forward, cells are trimmed UTF-8 within the limits, a refusal explains itself, and
// the rows do not depend on how many bytes are read at a time.
#include <assert.h>

#include "base/utf8.h"
#include "sheet/sheet_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct { uint64_t hash; int rows, errors; } outcome;

static outcome read_all(str bytes, const sheet_limits *limits)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    outcome o = {0};
    sheet_row row;
    int line = 0;
    csv_reader *c = csv_open((byte_source){.fd = -1, .memory = bytes, .size = bytes.len}, STR("f"), limits, &d);
    assert(c);
    for (int before = 0; csv_next(c, &row, &d); before = row.number, line = row.line, o.rows++) {
        assert(row.number > before && row.line > line && row.count > 0 && row.count <= SHEET_COLUMNS_MAX);
        assert(row.cells[row.count - 1].kind != CELL_EMPTY);
        for (ptrdiff_t i = 0; i < row.count; i++) {
            str text = row.cells[i].text;
            assert((row.cells[i].kind == CELL_EMPTY) == (text.len == 0) && text.len <= SHEET_CELL_BYTES_MAX);
            assert(utf8_invalid_at(text) < 0 && str_equal(text, str_trim(text)) && str_find_byte(text, '\r') < 0);
            o.hash = o.hash * 31 + str_hash(text) + (uint64_t)i;
        }
    }
    o.errors = d.errors;
    assert(d.errors <= 1 && !csv_next(c, &row, &d));
    csv_close(c);
    arena_free(&a);
    return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const sheet_limits whole = {.rows = 10000, .look = 1 << 16, .chunk = 1 << 16}, pieces = {.rows = 10000, .look = 1 << 16, .chunk = 8};
    if (size > 1 << 15) return 0;   // within the look, so that both decide alike
    str bytes = {(const char *)data, (ptrdiff_t)size};
    outcome x = read_all(bytes, &whole), y = read_all(bytes, &pieces);
    assert(x.hash == y.hash && x.rows == y.rows && x.errors == y.errors);
    return 0;
}
