// utf8.h: code points in UTF-8 text (RFC 3629: no surrogates, no overlong forms, at most U+10FFFF).
#ifndef FADU_BASE_UTF8_H
#define FADU_BASE_UTF8_H

#include "base/str.h"

enum { UTF8_INVALID = 0xFFFD };

// Decodes the code point at *offset (which must be < s.len) and moves *offset past it.
// Invalid bytes give UTF8_INVALID and move on by one byte.
uint32_t utf8_next(str s, ptrdiff_t *offset);
ptrdiff_t utf8_encode(uint32_t code_point, char out[4]);   // bytes written; invalid gives U+FFFD
ptrdiff_t utf8_invalid_at(str s);                          // offset of the first invalid byte, or -1
ptrdiff_t utf8_length(str s);                              // in code points
ptrdiff_t utf8_offset(str s, ptrdiff_t code_points);       // byte offset of that code point, clamped to s.len
bool utf8_is_han(uint32_t code_point);                     // CJK unified ideographs with extensions, and 々〇
uint32_t utf8_narrow(uint32_t code_point);                 // full-width ASCII forms and U+3000 to ASCII; others as they are
// Columns a terminal gives the text: Han and full-width forms take two.
int utf8_width(str s);

#endif
