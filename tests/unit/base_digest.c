#include "tap.h"

#include <pthread.h>

#include "base/digest.h"

static void hashes(arena *a)
{
    // FIPS 180-4 examples, as published by NIST.
    tap_is_str(digest_hex(digest_of((str){0}), a), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "SHA-256 of nothing");
    tap_is_str(digest_hex(digest_of(STR("abc")), a), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "SHA-256 of abc");
    str parts[] = {STR("a"), {0}, STR("bc")};
    tap_ok(digest_equal(digest_of_parts(parts, 3), digest_of(STR("abc"))), "of the parts of abc");

    digest_stream *s = digest_stream_open(), *abandoned = digest_stream_open();
    for (int i = 0; i < 1000000; i++) digest_stream_add(s, STR("a"));
    digest_of(STR("in between"));
    digest_stream_add(abandoned, STR("a"));
    digest_stream_abandon(abandoned);
    tap_is_str(digest_hex(digest_stream_finish(s), a), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", "a million a in a stream");
    mem_fail_after(1);
    tap_ok(digest_stream_open() == NULL, "no stream without memory");

    digest back, abc = digest_of(STR("abc"));
    str hex = digest_hex(abc, a);
    tap_ok(digest_from_hex(hex, &back) && digest_equal(back, abc), "from hexadecimal and back");
    tap_ok(!digest_from_hex(str_slice(hex, 0, 62), &back), "too short");
    tap_ok(!digest_from_hex(str_concat(str_slice(hex, 0, 63), STR("G"), a), &back), "not a digit");
    tap_ok(!digest_from_hex(str_concat(str_slice(hex, 0, 63), STR("A"), a), &back), "upper case: one digest has one text");
}

static void *hash_in_thread(void *out)
{
    *(digest *)out = digest_of(STR("abc"));
    return NULL;
}

static void threads(void)
{
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    digest got[THREADS];
    int wrong = 0;
    for (int i = 0; i < THREADS; i++) pthread_create(&thread[i], NULL, hash_in_thread, &got[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        wrong += !digest_equal(got[i], digest_of(STR("abc")));
    }
    tap_is_int(wrong, 0, "four threads agree");
}

static void base64(arena *a)
{
    // RFC 4648, section 10.
    static const struct {
        const char *bytes, *text;
    } rows[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
    uint8_t *data;
    ptrdiff_t len;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str bytes = str_from(rows[i].bytes);
        tap_is_str(base64_encode((const uint8_t *)bytes.data, bytes.len, a), rows[i].text, "encode");
        tap_ok(base64_decode(str_from(rows[i].text), a, &data, &len) && str_equal((str){(char *)data, len}, bytes), "decode %s", rows[i].text);
    }
    static const uint8_t high[] = {0xFB, 0xFF, 0xFE};
    tap_is_str(base64_encode(high, 3, a), "+//+", "the last two digits of the alphabet");
    static const char *const refused[] = {"Zg=", "Zg", "Zh==", "Zm9=", "Z===", "====", "=", "Zg==Zg==", "Zm 9", "Zm9v\n", "-__-"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) tap_ok(!base64_decode(str_from(refused[i]), a, &data, &len), "refused: row %zu", i);
}

int main(void)
{
    arena a = {0};
    hashes(&a);
    threads();
    base64(&a);
    arena_free(&a);
    return tap_done();
}
