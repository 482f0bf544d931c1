// decimal.h: IEEE 754-2008 decimal128: 34 digits, exponent -6143..6144. The only number type of Fadu.
//
// Built on Intel's library, variant "000" (by value, explicit rounding and flags: thread-safe).
// The exponent is kept (1.10 stays 1.10; 1.0 equals 1.00). Infinity and NaN never leave this module:
// every operation that would give one returns false and leaves *out alone. Rounding is half-even
// unless the name says otherwise (DMN 1.5, 10.3.2.3). A zeroed decimal is 0.
#ifndef FADU_BASE_DECIMAL_H
#define FADU_BASE_DECIMAL_H

#include "base/str.h"

// IEEE 754-2008 binary integer encoding, with the exponent's bias taken out of its bits (by exclusive or), so
// that a whole number below 2^64 with exponent 0 is just {{n, 0}}. Not for others to look into.
typedef struct {
    uint64_t w[2];
} decimal;

enum { DECIMAL_TEXT_MAX = 48 };   // bytes that decimal_format needs at most

// [-+]digits[.digits][(e|E)[+-]digits] and .digits; nothing else. Digits beyond the 34th are rounded, too small
// a number becomes 0, too large a number gives false.
bool decimal_parse(str text, decimal *out);
// Plain form without exponent where that takes at most 34 digits on either side of the point
// ("0.00001", "1.10", "-7"); scientific ("1E+40") beyond. -0 prints as 0. Returns the length.
int decimal_format(decimal x, char out[DECIMAL_TEXT_MAX]);
str decimal_text(decimal x, arena *a);
decimal decimal_normalize(decimal x);              // trailing zeros removed: 1.10 -> 1.1, 100 -> 1E+2

decimal decimal_from_int(int64_t n);
bool decimal_to_int(decimal x, int64_t *out);      // false when x is not whole or does not fit
bool decimal_is_integer(decimal x);
int decimal_sign(decimal x);                       // -1, 0, 1
int decimal_compare(decimal a, decimal b);         // by value
bool decimal_equal(decimal a, decimal b);          // by value
uint64_t decimal_hash(decimal x);                  // equal values hash alike

bool decimal_add(decimal a, decimal b, decimal *out);
bool decimal_sub(decimal a, decimal b, decimal *out);
bool decimal_mul(decimal a, decimal b, decimal *out);
bool decimal_div(decimal a, decimal b, decimal *out);   // false for b = 0
bool decimal_pow(decimal a, decimal b, decimal *out);   // whole b: exact or correctly rounded but for rare last digits; else to a few units of the 34th
bool decimal_modulo(decimal a, decimal b, decimal *out);// a - b * floor(a / b), DMN 1.5 10.3.4.5
decimal decimal_neg(decimal x);
decimal decimal_abs(decimal x);

typedef enum {
    DECIMAL_HALF_EVEN, DECIMAL_HALF_UP /* away from zero at the half */, DECIMAL_HALF_DOWN /* toward zero at the half */,
    DECIMAL_UP /* away from zero */, DECIMAL_DOWN /* toward zero */, DECIMAL_FLOOR, DECIMAL_CEILING
} decimal_rounding;
// To `scale` digits after the point (negative: tens, hundreds ...), -6111..6176; false outside that range.
// A number with fewer digits after the point is filled up with zeros (1.5 to 3 digits: 1.500) as far as its 34
// digits reach.
bool decimal_round(decimal x, int64_t scale, decimal_rounding mode, decimal *out);

bool decimal_sqrt(decimal x, decimal *out);
bool decimal_exp(decimal x, decimal *out);
bool decimal_log(decimal x, decimal *out);

#endif
