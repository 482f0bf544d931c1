// Fuzzing forms: whatever comes is read within its own length, and what url_encode writes is read as it was.
#include <assert.h>

#include "http/http_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {0};
    request q = {.body = {(const char *)data, (ptrdiff_t)size}, .arena = &a};
    assert(form_value(&q, "a").len <= q.body.len);

    buf body = {.arena = &a};
    html(&body, "b=1&a=");
    url_encode(&body, q.body);
    html(&body, "&a=2");
    str sent = q.body;
    q.body = buf_str(&body);
    assert(str_equal(form_value(&q, "a"), sent));
    assert(str_equal(form_value(&q, "b"), STR("1")));
    arena_free(&a);
    return 0;
}
