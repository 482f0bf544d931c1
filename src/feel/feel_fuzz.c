// Fuzz target: any text, as an expression and as unary tests (fuzz_check.h has what must hold).
#include "feel/fuzz_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = (ptrdiff_t)16 << 20};      // small: running out must be handled too
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        str text = {(const char *)data, (ptrdiff_t)size};
        check(text, false, false, &a);
        check(text, true, false, &a);
    }
    arena_free(&a);
    return 0;
}
