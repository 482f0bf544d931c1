// digest.h: SHA-256 through OpenSSL's EVP; hexadecimal and base64 text.
#ifndef FADU_BASE_DIGEST_H
#define FADU_BASE_DIGEST_H

#include "base/str.h"

typedef struct {
    uint8_t bytes[32];
} digest;

digest digest_of(str data);                                  // SHA-256 (FIPS 180-4)
digest digest_of_parts(const str *parts, int count);         // of their concatenation
bool digest_equal(digest a, digest b);
str digest_hex(digest d, arena *a);                          // 64 lower-case digits
bool digest_from_hex(str hex, digest *out);
str base64_encode(const uint8_t *data, ptrdiff_t len, arena *a);          // RFC 4648, standard alphabet, padded
bool base64_decode(str text, arena *a, uint8_t **data, ptrdiff_t *len);   // strict

// Incremental, for what does not fit in memory. Heap: open … finish, or abandon.
typedef struct digest_stream digest_stream;
digest_stream *digest_stream_open(void);                     // NULL when out of memory
void digest_stream_add(digest_stream *s, str data);
digest digest_stream_finish(digest_stream *s);               // also frees it
void digest_stream_abandon(digest_stream *s);

#endif
