// Fuzzing the loader: a folder whose procedure.json, form and import.json come from the input, cut at NUL bytes.
// Property: what does not load is explained, and what loads has only references that are in range.
#include <assert.h>
#include <stdlib.h>

#include "procedure/procedure.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = 64 << 20};
    jmp_buf out_of_memory;
    if (ARENA_GUARD(&a, out_of_memory)) {
        arena_free(&a);
        return 0;
    }
    diag_list d = {.arena = &a};
    str rest = {(const char *)data, (ptrdiff_t)size};
    procedure_file files[3];
    files[2] = (procedure_file){STR("procedure.json"), str_cut(&rest, 0)};
    files[0] = (procedure_file){STR("a.form"), str_cut(&rest, 0)};
    files[1] = (procedure_file){STR("import.json"), rest};
    procedure_source source = {STR("fuzz"), files, 3};
    procedure *p = procedure_load(&source, &a, &d);
    assert(p || d.errors > 0);
    for (ptrdiff_t i = 0; p && i < p->clock_count; i++) {
        assert(p->clocks[i].form >= 0 && p->clocks[i].form < p->form_count);
        assert(p->clocks[i].basis >= 0 && p->clocks[i].basis < p->basis_count);
    }
    for (ptrdiff_t i = 0; p && i < p->figure_count; i++)
        for (ptrdiff_t r = 0; r < p->figures[i].rule_count; r++) assert(p->figures[i].rules[r].form < p->form_count);
    arena_free(&a);
    return 0;
}
