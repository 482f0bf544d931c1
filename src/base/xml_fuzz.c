// Fuzz target: a tree that was read stands within its text, and a refusal explains itself.
#include <assert.h>

#include "base/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const xml *x, str text, int depth)
{
    assert(depth <= XML_NESTING_MAX && x->at >= 0 && x->at < text.len && (!x->source->is_utf8 || text.data[x->at] == '<'));
    assert(x->text_at < text.len);
    source_pos at = xml_pos(x), inside = xml_text_pos(x);
    assert(at.line >= 1 && at.column >= 1 && inside.line >= at.line);
    for (const xml *child = x->first; child; child = child->next) {
        assert(child->parent == x && (child->next || child == x->last));
        check(child, text, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = (ptrdiff_t)8 << 20};
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        diag_list d = {.arena = &a};
        str text = {(const char *)data, (ptrdiff_t)size};
        const xml *root = xml_parse(text, STR("fuzz"), &a, &d);
        assert((root != NULL) == (d.errors == 0));
        if (root) check(root, text, 1);
        buf out = {.arena = &a};
        diag_print_all(&out, &d, LANG_ZH);
    }
    arena_free(&a);
    return 0;
}
