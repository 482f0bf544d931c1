// Fuzz target: as a note, any text is refused with a reason or is the note we would have signed; as an origin, what we sign
// is read back, and changed in any one byte is refused; as a verifier key, no text but the key itself opens a note.
#include <assert.h>

#include "base/utf8.h"
#include "ledger/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_origin(str text)
{
    for (ptrdiff_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < 0x20) return false;
    return text.len > 0 && text.len < 1000 && utf8_invalid_at(text) < 0;
}

static void as_note(str text, const ledger_key *k, str verifier, arena *a)
{
    diag_list d = {.arena = a};
    ledger_checkpoint c;
    if (!ledger_checkpoint_verify(text, verifier, &c, a, &d)) {
        assert(d.errors == 1);
        return;
    }
    // Ed25519 is deterministic: whoever else signed it too, the three lines and our signature are these.
    str ours = ledger_checkpoint_sign(c, k, a);
    ptrdiff_t blank = str_find(ours, STR("\n\n"));
    assert(d.errors == 0 && str_starts(text, str_slice(ours, 0, blank + 1)));
    assert(str_find(text, str_slice(ours, blank + 2, ours.len)) > 0);
}

static void as_origin(str text, size_t position, const ledger_key *k, str verifier, arena *a)
{
    diag_list d = {.arena = a};
    ledger_checkpoint c = {text, (uint64_t)position * 977, digest_of(text)}, got;
    str note = ledger_checkpoint_sign(c, k, a);
    assert(ledger_checkpoint_verify(note, verifier, &got, a, &d));
    assert(str_equal(got.origin, c.origin) && got.size == c.size && digest_equal(got.root, c.root));
    char *changed = str_cstr(note, a);
    changed[position % (size_t)note.len] ^= 1 << position % 8;
    assert(!ledger_checkpoint_verify((str){changed, note.len}, verifier, &got, a, &d) && d.errors == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t seed[32] = {'f', 'a', 'd', 'u'};
    arena a = {.limit = (ptrdiff_t)1 << 20};   // small: running out must be handled too
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        str text = {(const char *)data, (ptrdiff_t)size};
        ledger_key k = ledger_key_from_seed(seed, STR("fadu/fuzz"));
        str verifier = ledger_verifier_key(&k, &a);
        as_note(text, &k, verifier, &a);
        if (is_origin(text)) as_origin(text, size * 31 + data[0], &k, verifier, &a);
        diag_list d = {.arena = &a};
        ledger_checkpoint c;
        str note = ledger_checkpoint_sign((ledger_checkpoint){STR("o"), 1, {{0}}}, &k, &a);
        assert(ledger_checkpoint_verify(note, text, &c, &a, &d) == str_equal(text, verifier));
    }
    arena_free(&a);
    return 0;
}
