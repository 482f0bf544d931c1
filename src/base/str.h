// str.h: borrowed pieces of UTF-8 text, and a buffer to build text in.
//
// A `str` never owns its bytes and is not NUL-terminated; whoever made it says how long the bytes live.
// A zeroed `str` is the empty string. Positions and lengths are bytes; code points are the business of utf8.h.
#ifndef FADU_BASE_STR_H
#define FADU_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct {
    const char *data;
    ptrdiff_t len;
} str;

#define STR(lit) ((str){(lit), (ptrdiff_t)sizeof(lit) - 1})
// For printf: printf("%.*s", STR_ARG(s)). Text longer than INT_MAX is cut there.
#define STR_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), ((s).data ? (s).data : "")

str str_from(const char *nul_terminated);          // NULL gives the empty string
str str_slice(str s, ptrdiff_t from, ptrdiff_t to); // clamped to the string; from > to gives empty
bool str_equal(str a, str b);
int str_compare(str a, str b);                      // by bytes, which for UTF-8 is by code point; <0, 0, >0
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
ptrdiff_t str_find(str s, str needle);              // byte offset of the first occurrence, or -1; "" is at 0
ptrdiff_t str_find_byte(str s, char byte);
str str_trim(str s);                                // ASCII white space, U+00A0, U+3000 and U+FEFF at both ends
uint64_t str_hash(str s);                           // for tables in memory; not stable between releases

str str_copy(str s, arena *a);
char *str_cstr(str s, arena *a);                    // NUL-terminated copy
str str_concat(str x, str y, arena *a);
str str_printf(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
str str_vprintf(arena *a, const char *format, va_list args);

// Splits at the first `separator`: returns what is before it, leaves the rest in *rest.
// Without a separator returns all and leaves *rest empty with data == NULL.
str str_cut(str *rest, char separator);

// A growing text in an arena. Zero it except for `arena`: buf b = {.arena = a};
typedef struct {
    char *data;
    ptrdiff_t len, cap;
    arena *arena;
} buf;

void buf_add(buf *b, str s);
void buf_add_byte(buf *b, char byte);
void buf_add_char(buf *b, uint32_t code_point);     // UTF-8; an invalid code point becomes U+FFFD
void buf_printf(buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_reserve(buf *b, ptrdiff_t more);           // room for `more` further bytes
str buf_str(const buf *b);                          // a view: valid until the next add

#endif
