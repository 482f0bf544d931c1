// Fuzz target: a pattern, a line feed, a text. A text that is a number of the series is what that number prints; a number
// printed is read back; a pattern that is refused is refused with one reason.
#include <assert.h>

#include "document/series.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = (ptrdiff_t)1 << 20};   // small: running out must be handled too
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        diag_list d = {.arena = &a};
        str text = {(const char *)data, (ptrdiff_t)size};
        str pattern = str_cut(&text, '\n');
        series s;
        series_number number, again;
        if (!series_load(pattern, (source_pos){0}, &s, &d)) assert(d.errors == 1);
        else {
            if (series_parse(s, text, &number)) assert(str_equal(series_text(s, number, &a), text));
            number = (series_number){SERIES_YEAR_MAX, SERIES_NUMBER_MAX};
            assert(series_parse(s, series_text(s, number, &a), &again) && again.year == number.year && again.n == number.n);
        }
    }
    arena_free(&a);
    return 0;
}
