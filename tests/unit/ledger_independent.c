// The verifier in plain Python, which shares no code with us, agrees on roots and signatures.
#include <stdlib.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "tap.h"

static const uint8_t seed[32] = {1, 2, 3};
enum { ENTRIES = 150 };      // more than one full level of 128

static bool write_file(const char *path, str text)
{
    FILE *f = fopen(path, "wb");
    if (!f) return false;
    bool good = text.len == 0 || fwrite(text.data, 1, (size_t)text.len, f) == (size_t)text.len;
    return fclose(f) == 0 && good;
}

// Runs it and gives what it prints, followed by "status N".
static str checked(const char *arguments, arena *a)
{
    FILE *p = popen(str_cstr(str_printf(a, "python3 -B tests/independent/ledger_check.py %s 2>&1; echo status $?", arguments), a), "r");
    if (!p) return (str){0};
    buf out = {.arena = a};
    char part[512];
    for (size_t n; (n = fread(part, 1, sizeof part, p)) > 0;) buf_add(&out, (str){part, (ptrdiff_t)n});
    pclose(p);
    return buf_str(&out);
}

static digest any_entry(int i, arena *a)
{
    uint8_t salt[LEDGER_SALT_SIZE] = {(uint8_t)i};
    return ledger_entry(salt, str_printf(a, "{\"seq\":%d,\"v\":1}", i + 1));
}

static void roots(const char *dir, arena *a)
{
    static const int sizes[] = {0, 1, 2, 3, 5, 8, 64, 127, ENTRIES};
    const char *path = str_cstr(str_printf(a, "%s/entries", dir), a);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        ledger_tree t = {0};
        buf lines = {.arena = a};
        for (int i = 0; i < sizes[k]; i++) {
            digest e = any_entry(i, a);
            ledger_append(&t, ledger_leaf(e));
            buf_printf(&lines, "%.*s\n", STR_ARG(digest_hex(e, a)));
        }
        write_file(path, buf_str(&lines));
        str expected = str_printf(a, "%d %.*s\nstatus 0\n", sizes[k], STR_ARG(digest_hex(ledger_root(&t), a)));
        tap_is_str(checked(path, a), str_cstr(expected, a), "the root of as many entries");
    }
}

// The file of ENTRIES entries is there: a checkpoint of some of them is good, one that was changed is not.
static void checkpoints(const char *dir, arena *a)
{
    ledger_key k = ledger_key_from_seed(seed, STR("fadu/yangshan"));
    ledger_tree t = {0};
    for (int i = 0; i < 100; i++) ledger_append(&t, ledger_leaf(any_entry(i, a)));
    str note = ledger_checkpoint_sign((ledger_checkpoint){k.name, t.size, ledger_root(&t)}, &k, a);
    str larger = ledger_checkpoint_sign((ledger_checkpoint){k.name, ENTRIES + 1, ledger_root(&t)}, &k, a);
    str other = ledger_checkpoint_sign((ledger_checkpoint){k.name, t.size + 1, ledger_root(&t)}, &k, a);
    char *forged = str_cstr(note, a);
    forged[STR("fadu/yangshan\n").len] = '2';
    const struct { str note; const char *says; } rows[] = {
        {note, "good\nstatus 0\n"},
        {other, "the checkpoint is of other entries\nstatus 1\n"},
        {larger, "the checkpoint counts 151 entries, here are 150\nstatus 1\n"},
        {{forged, note.len}, "the signature is wrong\nstatus 1\n"},
    };
    const char *path = str_cstr(str_printf(a, "%s/note", dir), a);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(path, rows[i].note);
        str said = checked(str_cstr(str_printf(a, "%s/entries --note %s --key '%.*s'", dir, path, STR_ARG(ledger_verifier_key(&k, a))), a), a);
        if (!tap_ok(str_ends(said, str_from(rows[i].says)), "a checkpoint: %.*s", (int)strcspn(rows[i].says, "\n"), rows[i].says))
            printf("#  got %.*s\n", STR_ARG(said));
    }
}

int main(void)
{
    arena a = {0};
    char dir[] = "/tmp/fadu-ledger-XXXXXX";
    if (system("python3 -c '' >/dev/null 2>&1") != 0) {
        tap_skip("there is no python3");
    } else if (!mkdtemp(dir)) {
        tap_ok(false, "no temporary directory");
    } else {
        roots(dir, &a);
        checkpoints(dir, &a);
        unlink(str_cstr(str_printf(&a, "%s/entries", dir), &a));
        unlink(str_cstr(str_printf(&a, "%s/note", dir), &a));
        rmdir(dir);
    }
    arena_free(&a);
    return tap_done();
}
