// Signed heads of the log: what is written, what is read, and what is refused and how.
#include "ledger/ledger.h"
#include "tap.h"

static const uint8_t seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
                                 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};

// A real one: the tree head of the Go checksum database that tlog-checkpoint prints as its example (there under
// another origin), and that log's published key.
static const char go_key[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
#define GO_BODY "go.sum database tree\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define GO_SIGNATURE "— sum.golang.org Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
// The same bytes signed by others do not matter; a line of base64 for nine bytes stands for such a signature.
#define OTHER_SIGNATURE "— witness.example AAAAAAECAwQF\n"

static void written(arena *a)
{
    ledger_key k = ledger_key_from_seed(seed, STR("fadu/yangshan"));
    // RFC 8032, 7.1, test 1: the public key of this seed.
    static const uint8_t public[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
                                       0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
    tap_ok(memcmp(k.public, public, sizeof public) == 0, "the public key of RFC 8032's first test");
    tap_is_str(ledger_verifier_key(&k, a), "fadu/yangshan+a8e32a11+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea", "the verifier key of docs/formats/ledger.md");
    str note = ledger_checkpoint_sign((ledger_checkpoint){k.name, 0, digest_of(STR(""))}, &k, a);
    tap_is_str(note, "fadu/yangshan\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
               "— fadu/yangshan qOMqEbk09VPDEAbk2LUP4GQ68zGOyOA8+8tZzb51qB39T+5Dqu89ThLAkacPSfKg5JoVdbtF0v+iDnX7fqoOxa9OjQM=\n", "the checkpoint of the empty log");
}

static void read_back(arena *a)
{
    ledger_key k = ledger_key_from_seed(seed, STR("fadu/yangshan"));
    str verifier = ledger_verifier_key(&k, a);
    static const uint64_t sizes[] = {0, 1, 9, 10, 20852163, 9999999999999999999u};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        diag_list d = {.arena = a};
        ledger_checkpoint c = {STR("区/日志 一号"), sizes[i], digest_of(STR("root"))}, got = {0};
        bool good = ledger_checkpoint_verify(ledger_checkpoint_sign(c, &k, a), verifier, &got, a, &d);
        tap_ok(good && d.errors == 0 && got.size == c.size && digest_equal(got.root, c.root) && str_equal(got.origin, c.origin),
               "a checkpoint of size %" PRIu64 " is read as it was signed", sizes[i]);
    }
}

// No bit of a note can be changed.
static void every_bit(arena *a)
{
    ledger_key k = ledger_key_from_seed(seed, STR("fadu/yangshan"));
    str verifier = ledger_verifier_key(&k, a), note = ledger_checkpoint_sign((ledger_checkpoint){k.name, 15447, digest_of(STR("root"))}, &k, a);
    char *text = str_cstr(note, a);
    int passed = 0, unexplained = 0;
    for (ptrdiff_t bit = 0; bit < note.len * 8; bit++) {
        diag_list d = {.arena = a};
        ledger_checkpoint c;
        text[bit / 8] ^= (char)(1 << bit % 8);
        bool good = ledger_checkpoint_verify((str){text, note.len}, verifier, &c, a, &d);
        text[bit / 8] ^= (char)(1 << bit % 8);
        passed += good;
        unexplained += d.errors != 1;
    }
    for (ptrdiff_t len = 0; len < note.len; len++) {
        diag_list d = {.arena = a};
        ledger_checkpoint c;
        passed += ledger_checkpoint_verify(str_slice(note, 0, len), verifier, &c, a, &d);
        unexplained += d.errors != 1;
    }
    tap_is_int(passed, 0, "a note with any bit changed, or cut anywhere, is refused");
    tap_is_int(unexplained, 0, "each time with one reason");
}

static void others(arena *a)
{
    static const struct { const char *note, *code, *why; } rows[] = {
        {GO_BODY "\n" GO_SIGNATURE, NULL, "the tree head of the Go checksum database"},
        {GO_BODY "\n" OTHER_SIGNATURE GO_SIGNATURE, NULL, "with a witness's signature before"},
        {GO_BODY "\n" GO_SIGNATURE OTHER_SIGNATURE, NULL, "or after"},
        {GO_BODY "\n" GO_SIGNATURE GO_SIGNATURE, NULL, "or signed twice"},
        {GO_BODY "\n— sum.golang.org AAAAAAECAwQF\n" GO_SIGNATURE, NULL, "with another key of the same name"},
        {GO_BODY "\n" OTHER_SIGNATURE, "LEDGER-UNSIGNED", "only a witness's signature"},
        {GO_BODY "\n— sum.golang.org Az3grlgtzPI=\n", "LEDGER-SIGNATURE", "a signature by the key that is too short"},
        {GO_BODY "\n" GO_SIGNATURE "— sum.golang.org Az3grlgtzPI=\n", "LEDGER-SIGNATURE", "a wrong signature by the key beside a good one"},
        {"go.sum database tree\n20852164\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" GO_SIGNATURE, "LEDGER-SIGNATURE", "another size"},
        {GO_BODY "more\n\n" GO_SIGNATURE, "LEDGER-SIGNATURE", "an extension line that was not signed"},
        {"", "LEDGER-NOTE", "nothing"},
        {"\n\n", "LEDGER-NOTE", "empty lines"},
        {GO_BODY, "LEDGER-NOTE", "no empty line"},
        {GO_BODY "\n", "LEDGER-NOTE", "no signature line"},
        {GO_BODY GO_SIGNATURE, "LEDGER-NOTE", "no empty line before the signature"},
        {GO_BODY "\nhello\n" GO_SIGNATURE, "LEDGER-NOTE", "a line among the signatures that is none"},
        {GO_BODY "\n— sum.golang.org\n", "LEDGER-NOTE", "a name without a signature"},
        {GO_BODY "\n— sum.golang.org Az3g*lgtzPI=\n", "LEDGER-NOTE", "a signature that is no base64"},
        {GO_BODY "\n— sum+golang AAAAAAECAwQF\n", "LEDGER-NOTE", "a name with a plus"},
        {GO_BODY "\n-- sum.golang.org AAAAAAECAwQF\n", "LEDGER-NOTE", "hyphens for the dash"},
        {GO_BODY "\r\n\n" GO_SIGNATURE, "LEDGER-NOTE", "a control character"},
        {GO_BODY "\xff\n\n" GO_SIGNATURE, "LEDGER-NOTE", "bytes that are no UTF-8"},
        {"\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" GO_SIGNATURE, "LEDGER-NOTE", "no origin"},
        {"o\n\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" GO_SIGNATURE, "LEDGER-NOTE", "no size"},
        {"o\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" GO_SIGNATURE, "LEDGER-NOTE", "a leading zero"},
        {"o\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" GO_SIGNATURE, "LEDGER-NOTE", "a sign"},
        {"o\n10000000000000000000\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" GO_SIGNATURE, "LEDGER-NOTE", "a size of twenty digits"},
        {"o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n\n" GO_SIGNATURE, "LEDGER-NOTE", "a root of 31 bytes"},
        {GO_BODY "a\n\nb\n\n" GO_SIGNATURE, "LEDGER-NOTE", "an empty line among the extensions"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = a};
        ledger_checkpoint c = {0};
        bool good = ledger_checkpoint_verify(str_from(rows[i].note), STR(go_key), &c, a, &d);
        if (!rows[i].code) tap_ok(good && c.size == 20852163 && d.errors == 0, "good: %s", rows[i].why);
        else tap_ok(!good && d.errors == 1 && strcmp(d.first->code, rows[i].code) == 0 && c.size == 0, "%s: %s", rows[i].code, rows[i].why);
    }
}

static void keys(arena *a)
{
    static const char *const bad[] = {
        "", "sum.golang.org", "sum.golang.org+033de0ae", "sum.golang.org+033de0ae+",
        "+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",                 // no name
        "sum golang+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",       // a space in it
        "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",   // another id
        "sum.golang.org+033DE0AE+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",   // upper case
        "sum.golang.com+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",   // another name
        "sum.golang.org+033de0ae+As4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",   // another algorithm
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuA==",   // too short
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        diag_list d = {.arena = a};
        ledger_checkpoint c;
        bool good = ledger_checkpoint_verify(STR(GO_BODY "\n" GO_SIGNATURE), str_from(bad[i]), &c, a, &d);
        tap_ok(!good && d.errors == 1 && strcmp(d.first->code, "LEDGER-KEY") == 0, "no key: \"%s\"", bad[i]);
    }
}

// A note may be long, for its signatures, but not without end.
static void limit(arena *a)
{
    buf note = {.arena = a};
    buf_add(&note, STR(GO_BODY "\n" GO_SIGNATURE));
    while (note.len + STR(OTHER_SIGNATURE).len <= LEDGER_NOTE_MAX) buf_add(&note, STR(OTHER_SIGNATURE));
    diag_list d = {.arena = a};
    ledger_checkpoint c;
    tap_ok(ledger_checkpoint_verify(buf_str(&note), STR(go_key), &c, a, &d), "a note of %d bytes", (int)note.len);
    buf_add(&note, STR(OTHER_SIGNATURE));
    tap_ok(!ledger_checkpoint_verify(buf_str(&note), STR(go_key), &c, a, &d), "one signature more is too long");
}

int main(void)
{
    arena a = {0};
    written(&a);
    read_back(&a);
    every_bit(&a);
    others(&a);
    keys(&a);
    limit(&a);
    arena_free(&a);
    return tap_done();
}
