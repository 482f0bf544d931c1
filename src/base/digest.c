#include "base/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Fetching an algorithm takes longer than hashing a record with it, and so does making a context. Hence the
// algorithm is fetched once per process, and each thread keeps the context of its one-shot digests.
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;
static pthread_key_t context_key;

// Without SHA-256 nothing Fadu stores can be vouched for: there is nothing to go on with.
static _Noreturn void unavailable(void)
{
    fprintf(stderr, "fadu: OpenSSL has no SHA-256, or no memory for it\n");
    abort();
}

static void free_context(void *context)
{
    EVP_MD_CTX_free(context);
}

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!sha256 || pthread_key_create(&context_key, free_context) != 0) unavailable();
}

static EVP_MD_CTX *thread_context(void)
{
    pthread_once(&once, fetch);
    EVP_MD_CTX *context = pthread_getspecific(context_key);
    if (!context) {
        context = EVP_MD_CTX_new();
        if (!context || pthread_setspecific(context_key, context) != 0) unavailable();
    }
    return context;
}

static void add(EVP_MD_CTX *context, str data)
{
    if (data.len && !EVP_DigestUpdate(context, data.data, (size_t)data.len)) unavailable();
}

static digest finish(EVP_MD_CTX *context)
{
    digest d;
    unsigned len = 0;
    if (!EVP_DigestFinal_ex(context, d.bytes, &len)) unavailable();
    assert(len == sizeof d.bytes);
    return d;
}

digest digest_of_parts(const str *parts, int count)
{
    EVP_MD_CTX *context = thread_context();
    if (!EVP_DigestInit_ex2(context, sha256, NULL)) unavailable();
    for (int i = 0; i < count; i++) add(context, parts[i]);
    return finish(context);
}

digest digest_of(str data)
{
    return digest_of_parts(&data, 1);
}

bool digest_equal(digest a, digest b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

str digest_hex(digest d, arena *a)
{
    static const char digits[] = "0123456789abcdef";
    ptrdiff_t len = 2 * (ptrdiff_t)sizeof d.bytes;
    char *hex = arena_new(a, len, char);
    for (ptrdiff_t i = 0; i < len; i += 2) {
        hex[i] = digits[d.bytes[i / 2] >> 4];
        hex[i + 1] = digits[d.bytes[i / 2] & 15];
    }
    return (str){hex, len};
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool digest_from_hex(str hex, digest *out)
{
    digest d;
    if (hex.len != 2 * (ptrdiff_t)sizeof d.bytes) return false;
    for (ptrdiff_t i = 0; i < hex.len; i += 2) {
        int high = hex_value(hex.data[i]), low = hex_value(hex.data[i + 1]);
        if (high < 0 || low < 0) return false;
        d.bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    *out = d;
    return true;
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

str base64_encode(const uint8_t *data, ptrdiff_t len, arena *a)
{
    if (len == 0) return (str){0};
    ptrdiff_t groups = len / 3 + (len % 3 != 0);
    char *text = arena_alloc(a, groups, 4, 1), *p = text;
    for (ptrdiff_t i = 0; i < len; i += 3, p += 4) {
        ptrdiff_t left = len - i;
        uint32_t bits = (uint32_t)data[i] << 16;
        if (left > 1) bits |= (uint32_t)data[i + 1] << 8;
        if (left > 2) bits |= data[i + 2];
        p[0] = base64_digits[bits >> 18];
        p[1] = base64_digits[bits >> 12 & 63];
        p[2] = left > 1 ? base64_digits[bits >> 6 & 63] : '=';
        p[3] = left > 2 ? base64_digits[bits & 63] : '=';
    }
    return (str){text, groups * 4};
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Strict: whole groups, padding only at the end, and no bits set that the bytes do not need
// (RFC 4648, 3.5). So every byte string has exactly one text.
bool base64_decode(str text, arena *a, uint8_t **data, ptrdiff_t *len)
{
    if (text.len % 4 != 0) return false;
    ptrdiff_t padding = str_ends(text, STR("==")) ? 2 : str_ends(text, STR("=")) ? 1 : 0;
    ptrdiff_t bytes = text.len / 4 * 3 - padding;
    uint8_t *out = arena_new(a, bytes, uint8_t);
    uint32_t bits = 0;
    int held = 0;
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < text.len - padding; i++) {
        int value = base64_value(text.data[i]);
        if (value < 0) return false;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[n++] = (uint8_t)(bits >> held);
        }
    }
    if (bits & ((1u << held) - 1)) return false;
    assert(n == bytes);
    *data = out;
    *len = bytes;
    return true;
}

struct digest_stream {
    EVP_MD_CTX *context;
};

digest_stream *digest_stream_open(void)
{
    pthread_once(&once, fetch);
    digest_stream *s = mem_alloc(sizeof *s);
    if (!s) return NULL;
    s->context = EVP_MD_CTX_new();
    if (!s->context || !EVP_DigestInit_ex2(s->context, sha256, NULL)) {
        digest_stream_abandon(s);
        return NULL;
    }
    return s;
}

void digest_stream_add(digest_stream *s, str data)
{
    add(s->context, data);
}

digest digest_stream_finish(digest_stream *s)
{
    digest d = finish(s->context);
    digest_stream_abandon(s);
    return d;
}

void digest_stream_abandon(digest_stream *s)
{
    if (!s) return;
    EVP_MD_CTX_free(s->context);
    mem_release(s);
}
