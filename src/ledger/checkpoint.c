// Signed heads of the log: C2SP tlog-checkpoint in a C2SP signed-note, with Ed25519 (RFC 8032).
//
// libsodium needs no sodium_init for this: signing with a given key uses neither its randomness nor code chosen by machine.
#include "ledger/ledger.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/utf8.h"

enum {
    NOTE_ED25519 = 1,         // signed-note, "Signature types"
    KEY_ID_SIZE = 4,
    KEY_SIZE = 32,
    SIZE_DIGITS_MAX = 19,     // what surely fits 64 bits; no log here will need the twentieth
};
#define DASH "— "             // U+2014 and a space begin a signature line

static_assert(sizeof((ledger_key){0}.secret) == crypto_sign_SECRETKEYBYTES && KEY_SIZE == crypto_sign_PUBLICKEYBYTES, "Ed25519 sizes");

static str bytes(const uint8_t *data, ptrdiff_t len)
{
    return (str){(const char *)data, len};
}

static uint32_t read_big_endian(const uint8_t b[KEY_ID_SIZE])
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t key_id_of(str name, const uint8_t public[KEY_SIZE])
{
    digest d = digest_of_parts((str[]){name, STR("\n\x01"), bytes(public, KEY_SIZE)}, 3);
    return read_big_endian(d.bytes);
}

// ---- writing ---------------------------------------------------------------------------------------------

ledger_key ledger_key_from_seed(const uint8_t seed[32], str name)
{
    ledger_key k = {.name = name};
    crypto_sign_seed_keypair(k.public, k.secret, seed);
    k.key_id = key_id_of(name, k.public);
    return k;
}

str ledger_verifier_key(const ledger_key *k, arena *a)
{
    uint8_t typed[1 + KEY_SIZE] = {NOTE_ED25519};
    memcpy(typed + 1, k->public, KEY_SIZE);
    return str_printf(a, "%.*s+%08" PRIx32 "+%.*s", STR_ARG(k->name), k->key_id, STR_ARG(base64_encode(typed, sizeof typed, a)));
}

str ledger_checkpoint_sign(ledger_checkpoint c, const ledger_key *k, arena *a)
{
    str root = base64_encode(c.root.bytes, sizeof c.root.bytes, a);
    str text = str_printf(a, "%.*s\n%" PRIu64 "\n%.*s\n", STR_ARG(c.origin), c.size, STR_ARG(root));
    uint8_t signature[KEY_ID_SIZE + crypto_sign_BYTES];
    for (int i = 0; i < KEY_ID_SIZE; i++) signature[i] = (uint8_t)(k->key_id >> (24 - 8 * i));
    crypto_sign_detached(signature + KEY_ID_SIZE, NULL, (const uint8_t *)text.data, (unsigned long long)text.len, k->secret);
    return str_printf(a, "%.*s\n" DASH "%.*s %.*s\n", STR_ARG(text), STR_ARG(k->name), STR_ARG(base64_encode(signature, sizeof signature, a)));
}

// ---- reading ---------------------------------------------------------------------------------------------

typedef struct {
    str name;
    uint32_t id;
    const uint8_t *public;
} verifier;

static bool read_verifier(str text, verifier *out, arena *a)
{
    // Base64 may hold "+", so the key is all after the second one.
    str name = str_cut(&text, '+'), id = str_cut(&text, '+');
    uint8_t *typed;
    ptrdiff_t len;
    if (name.len == 0 || str_find_byte(name, ' ') >= 0 || !base64_decode(text, a, &typed, &len) || len != 1 + KEY_SIZE || typed[0] != NOTE_ED25519)
        return false;
    *out = (verifier){name, key_id_of(name, typed + 1), typed + 1};
    return str_equal(id, str_printf(a, "%08" PRIx32, out->id));
}

// signed-note, "Format": UTF-8 without control characters but the line feed.
static bool is_note_text(str note)
{
    for (ptrdiff_t i = 0; i < note.len; i++)
        if ((unsigned char)note.data[i] < 0x20 && note.data[i] != '\n') return false;
    return note.len <= LEDGER_NOTE_MAX && utf8_invalid_at(note) < 0;
}

// The three lines of a checkpoint. Lines after them are extensions, which mean nothing to us but may not be empty.
static bool read_body(str body, ledger_checkpoint *out, arena *a)
{
    str origin = str_cut(&body, '\n'), size = str_cut(&body, '\n'), hash = str_cut(&body, '\n');
    uint8_t *root;
    ptrdiff_t len;
    *out = (ledger_checkpoint){.origin = origin};
    if (origin.len == 0 || size.len == 0 || size.len > SIZE_DIGITS_MAX || (size.len > 1 && size.data[0] == '0')) return false;
    for (ptrdiff_t i = 0; i < size.len; i++) {
        if (size.data[i] < '0' || size.data[i] > '9') return false;
        out->size = out->size * 10 + (uint64_t)(size.data[i] - '0');
    }
    if (!base64_decode(hash, a, &root, &len) || len != (ptrdiff_t)sizeof out->root.bytes) return false;
    memcpy(out->root.bytes, root, sizeof out->root.bytes);
    while (body.len)
        if (str_cut(&body, '\n').len == 0) return false;
    return true;
}

// A checkpoint and its signature lines, of which there must be one.
static bool read_note(str note, str *body, str *signatures, ledger_checkpoint *out, arena *a)
{
    // The last empty line is what separates them.
    ptrdiff_t blank = note.len - 2;
    while (blank >= 0 && (note.data[blank] != '\n' || note.data[blank + 1] != '\n')) blank--;
    if (blank < 0 || note.data[note.len - 1] != '\n' || !is_note_text(note)) return false;
    *body = str_slice(note, 0, blank + 1);
    *signatures = str_slice(note, blank + 2, note.len);
    return signatures->len > 0 && read_body(*body, out, a);
}

typedef enum { SIGNATURE_GOOD, SIGNATURE_NONE, SIGNATURE_WRONG, SIGNATURE_MALFORMED } signature_result;

// Signatures of other keys are passed over; one of this key that is wrong condemns the note (signed-note, "Signatures").
static signature_result check_signatures(str body, str lines, const verifier *v, arena *a)
{
    signature_result result = SIGNATURE_NONE;
    while (lines.len) {
        str line = str_cut(&lines, '\n');
        if (!str_starts(line, STR(DASH))) return SIGNATURE_MALFORMED;
        line = str_slice(line, STR(DASH).len, line.len);
        str name = str_cut(&line, ' ');
        uint8_t *signature;
        ptrdiff_t len;
        if (name.len == 0 || str_find_byte(name, '+') >= 0 || !base64_decode(line, a, &signature, &len) || len <= KEY_ID_SIZE) return SIGNATURE_MALFORMED;
        if (!str_equal(name, v->name) || read_big_endian(signature) != v->id) continue;
        if (len != KEY_ID_SIZE + crypto_sign_BYTES ||
            crypto_sign_verify_detached(signature + KEY_ID_SIZE, (const uint8_t *)body.data, (unsigned long long)body.len, v->public) != 0)
            return SIGNATURE_WRONG;
        result = SIGNATURE_GOOD;
    }
    return result;
}

bool ledger_checkpoint_verify(str note, str verifier_key, ledger_checkpoint *out, arena *a, diag_list *d)
{
    source_pos at = {.element = STR("checkpoint")};
    verifier v;
    if (!read_verifier(verifier_key, &v, a)) {
        diag_add(d, DIAG_ERROR, "LEDGER-KEY", at, (bilingual){"应为“名称+8位十六进制+Base64”", "it should be name+8 hexadecimal digits+Base64"},
                 (bilingual){"这不是 Ed25519 验证密钥", "this is not an Ed25519 verifier key"});
        return false;
    }
    ledger_checkpoint c;
    str body, signatures;
    signature_result result = SIGNATURE_MALFORMED;
    if (read_note(note, &body, &signatures, &c, a)) result = check_signatures(body, signatures, &v, a);
    static const struct {
        const char *code;
        bilingual hint, text;
    } troubles[] = {
        [SIGNATURE_NONE] = {"LEDGER-UNSIGNED", {"核对所用的验证密钥", "check the verifier key"},
                            {"检查点没有“%.*s”的签名", "the checkpoint is not signed by \"%.*s\""}},
        [SIGNATURE_WRONG] = {"LEDGER-SIGNATURE", {"检查点可能已被改动", "the checkpoint may have been changed"},
                             {"检查点上“%.*s”的签名不对", "the signature of \"%.*s\" on the checkpoint is wrong"}},
        [SIGNATURE_MALFORMED] = {"LEDGER-NOTE", {"格式见 docs/formats/ledger.md", "see docs/formats/ledger.md for the format"},
                                 {"“%.*s”的检查点格式不对", "this is not a checkpoint of \"%.*s\""}},
    };
    if (result != SIGNATURE_GOOD) {
        diag_add(d, DIAG_ERROR, troubles[result].code, at, troubles[result].hint, troubles[result].text, STR_ARG(v.name));
        return false;
    }
    *out = c;
    return true;
}
