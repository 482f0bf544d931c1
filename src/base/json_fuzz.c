// Fuzz target: what json_write prints is read again as the same tree, and a refusal explains itself.
#include <assert.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same(const json *x, const json *y)
{
    if (x->kind != y->kind || x->count != y->count || !str_equal(x->text, y->text)) return false;
    for (const json *child = x->first, *other = y->first; child; child = child->next, other = other->next) {
        if (x->kind == JSON_OBJECT) {
            const json *member = json_get(y, child->name);   // the canonical form orders members
            if (!member || !same(child, member)) return false;
        } else if (!same(child, other)) {
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = (ptrdiff_t)1 << 20};   // small: running out must be handled too
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        diag_list d = {.arena = &a};
        json *value = json_parse((str){(const char *)data, (ptrdiff_t)size}, STR("fuzz"), &a, &d);
        assert((value != NULL) == (d.errors == 0));
        buf printed = {.arena = &a}, again = {.arena = &a};
        diag_print_all(&printed, &d, LANG_ZH);
        if (value) {
            printed.len = 0;
            json_write(&printed, value);
            json *back = json_parse(buf_str(&printed), STR("printed"), &a, &d);
            assert(back && same(value, back));
            json_write(&again, back);
            assert(str_equal(buf_str(&printed), buf_str(&again)));
        }
    }
    arena_free(&a);
    assert(a.used == 0);
    return 0;
}
