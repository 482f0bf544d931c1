// Fuzz target: whatever is read as a model, its decisions end within their budget, and give the same value twice.
#include <assert.h>

#include "dmn/dmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 20000, ITEMS_TRIED = 20 };

static str decided(const dmn_model *m, const dmn_item *item, arena *a)
{
    str names[] = {STR("a"), STR("b")};
    feel_value values[] = {feel_int(7), feel_string(STR("x"))};
    diag_list why = {.arena = a};
    dmn_evaluation e = {.arena = a, .now = 1709598600000, .steps = STEPS, .explain = true, .reasons = &why};
    buf out = {.arena = a};
    feel_print(&out, dmn_evaluate(m, item, feel_context_of(names, values, 2, a), &e));
    dmn_explain(&out, e.first_step, LANG_EN);
    json_write(&out, dmn_explain_json(e.first_step, a));
    diag_print_all(&out, &why, LANG_ZH);
    return buf_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = (ptrdiff_t)64 << 20};
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        diag_list d = {.arena = &a};
        dmn_source source = {STR("fuzz.dmn"), {(const char *)data, (ptrdiff_t)size}};
        const dmn_model *m = dmn_load(&source, 1, NULL, &a, &d);
        assert(m || d.errors);
        ptrdiff_t count = 0;
        const dmn_item *items = m ? dmn_items(m, &count) : NULL;
        for (ptrdiff_t i = 0; i < count && i < ITEMS_TRIED; i++) {
            dmn_parameter *parameters;
            dmn_parameters(m, &items[i], &parameters, &a);
            assert(str_equal(decided(m, &items[i], &a), decided(m, &items[i], &a)));
        }
        buf out = {.arena = &a};
        diag_print_all(&out, &d, LANG_EN);
    }
    arena_free(&a);
    return 0;
}
