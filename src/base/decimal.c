#include "base/decimal.h"

#include <assert.h>
#include <string.h>

// The archive linked is libbidgcc000: arguments by value, rounding and flags passed with each call. Another
// combination compiles as well and computes nonsense (tests/unit/base_decimal.c has the known answers).
#define DECIMAL_CALL_BY_REFERENCE 0
#define DECIMAL_GLOBAL_ROUNDING 0
#define DECIMAL_GLOBAL_EXCEPTION_FLAGS 0
#include <bid_conf.h>
#include <bid_functions.h>

__extension__ typedef unsigned __int128 wide;

// ---- Encoding (IEEE 754-2008, 3.5.2, binary encoding of the significand) ----
// sign 1 bit, biased exponent 14 bits, coefficient 113 bits. 10^34 - 1 fits into the 113 bits, so the second
// form of the encoding (exponent bits beginning with 11) holds only infinities, NaN and non-canonical zeros.
enum { DIGITS_MAX = 34, EXPONENT_MIN = -6176, EXPONENT_MAX = 6111, BIAS = 6176 };
#define SIGN ((uint64_t)1 << 63)
#define EXPONENT_SHIFT 49
#define BIAS_BITS ((uint64_t)BIAS << EXPONENT_SHIFT)
#define COEFFICIENT_HIGH (((uint64_t)1 << EXPONENT_SHIFT) - 1)
#define SPECIAL ((uint64_t)0x78 << 56)   // all set: infinity or NaN

static const uint64_t pow10_64[] = {
    1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u,
    100000000000u, 1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u, 10000000000000000u,
    100000000000000000u, 1000000000000000000u, 10000000000000000000u,
};
enum { POW10_64_MAX = 19 };

static wide pow10_wide(int n)
{
    assert(n >= 0 && n <= 2 * POW10_64_MAX);
    return n <= POW10_64_MAX ? pow10_64[n] : (wide)pow10_64[POW10_64_MAX] * pow10_64[n - POW10_64_MAX];
}

static bool is_negative(decimal x)
{
    return x.w[1] & SIGN;
}

static int exponent(decimal x)
{
    return (int)((x.w[1] ^ BIAS_BITS) >> EXPONENT_SHIFT & 0x3FFF) - BIAS;
}

static wide coefficient(decimal x)
{
    return (wide)(x.w[1] & COEFFICIENT_HIGH) << 64 | x.w[0];
}

static bool is_zero(decimal x)
{
    return coefficient(x) == 0;
}

static decimal encode(bool negative, wide c, int e)
{
    assert(c < pow10_wide(DIGITS_MAX) && e >= EXPONENT_MIN && e <= EXPONENT_MAX);
    uint64_t high = (uint64_t)(c >> 64) | ((uint64_t)(e + BIAS) << EXPONENT_SHIFT ^ BIAS_BITS);
    return (decimal){{(uint64_t)c, high | (negative ? SIGN : 0)}};
}

static BID_UINT128 to_bid(decimal x)
{
    BID_UINT128 b;
    b.w[0] = x.w[0];
    b.w[1] = x.w[1] ^ BIAS_BITS;
    return b;
}

// Hands out what the library computed; false for infinity and NaN.
static bool if_finite(BID_UINT128 b, decimal *out)
{
    if ((b.w[1] & SPECIAL) == SPECIAL) return false;
    *out = (decimal){{b.w[0], b.w[1] ^ BIAS_BITS}};
    return true;
}

// ---- Text ----

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool decimal_parse(str text, decimal *out)
{
    if (!text.len) return false;               // its data may be NULL, which has no end to point at
    const char *p = text.data, *end = p + text.len;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;

    // The first 34 significant digits go into the coefficient. Of the rest, rounding needs to know the next
    // digit and whether anything but zeros follows it.
    wide c = 0;
    int digits = 0, next_digit = 0;
    bool any = false, sticky = false, fraction = false;
    int64_t e = 0;   // bounded by the length of the text, until the written exponent comes in
    for (; p < end && (is_digit(*p) || (*p == '.' && !fraction)); p++) {
        if (*p == '.') {
            fraction = true;
            if (p + 1 == end || !is_digit(p[1])) return false;
            continue;
        }
        any = true;
        int digit = *p - '0';
        if (digits < DIGITS_MAX) {
            c = c * 10 + (wide)digit;
            digits += c != 0;
            e -= fraction;
        } else {
            if (digits == DIGITS_MAX) next_digit = digit;
            else sticky |= digit != 0;
            digits = DIGITS_MAX + 1;
            e += !fraction;
        }
    }
    if (!any) return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        const int64_t saturated = (int64_t)1 << 40;   // far beyond the length of any text and the range of exponents
        int64_t written = 0;
        p++;
        bool minus = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+')) p++;
        if (p == end || !is_digit(*p)) return false;
        for (; p < end && is_digit(*p); p++) written = written < saturated ? written * 10 + (*p - '0') : written;
        e += minus ? -written : written;
    }
    if (p != end) return false;

    if (c == 0) {
        *out = encode(negative, 0, (int)(e < EXPONENT_MIN ? EXPONENT_MIN : e > EXPONENT_MAX ? EXPONENT_MAX : e));
        return true;
    }
    // Too small an exponent moves digits out on the right, into the same rounding.
    for (; e < EXPONENT_MIN && (c || next_digit); e++) {
        sticky |= next_digit != 0;
        next_digit = (int)(c % 10);
        c /= 10;
    }
    if (e < EXPONENT_MIN) e = EXPONENT_MIN;
    if (next_digit > 5 || (next_digit == 5 && (sticky || c % 2))) c++;
    if (c == pow10_wide(DIGITS_MAX)) {
        c /= 10;
        e++;
    }
    // Too large an exponent is brought down by zeros on the right while there is room for them.
    for (; e > EXPONENT_MAX && c < pow10_wide(DIGITS_MAX - 1); e--) c *= 10;
    if (e > EXPONENT_MAX) return false;
    *out = encode(negative, c, (int)e);
    return true;
}

static char *put_digits(char *p, const char *digits, int n)
{
    memcpy(p, digits, (size_t)n);
    return p + n;
}

static char *put_zeros(char *p, int n)
{
    memset(p, '0', (size_t)n);
    return p + n;
}

int decimal_format(decimal x, char out[DECIMAL_TEXT_MAX])
{
    char reversed[DIGITS_MAX + 1], digits[DIGITS_MAX + 1], *p = out;
    int n = 0, e = exponent(x);
    wide c = coefficient(x);
    if (is_negative(x) && c) *p++ = '-';
    for (; c >> 64; c /= 10) reversed[n++] = (char)('0' + (int)(c % 10));
    for (uint64_t low = (uint64_t)c; low; low /= 10) reversed[n++] = (char)('0' + (int)(low % 10));
    if (n == 0) reversed[n++] = '0';
    for (int i = 0; i < n; i++) digits[i] = reversed[n - 1 - i];

    if (digits[0] == '0' && (e > 0 || e < -DIGITS_MAX)) {
        *p++ = '0';                                       // 0E+3 and 0E-6176 say no more than 0
    } else if (e >= 0 && n + e <= DIGITS_MAX) {
        p = put_digits(p, digits, n);
        p = put_zeros(p, e);
    } else if (e < 0 && e >= -DIGITS_MAX) {
        int whole = n + e;
        p = whole > 0 ? put_digits(p, digits, whole) : put_zeros(p, 1);
        *p++ = '.';
        if (whole < 0) p = put_zeros(p, -whole);
        p = whole > 0 ? put_digits(p, digits + whole, n - whole) : put_digits(p, digits, n);
    } else {
        *p++ = digits[0];
        if (n > 1) *p++ = '.';
        p = put_digits(p, digits + 1, n - 1);
        int adjusted = e + n - 1;
        *p++ = 'E';
        *p++ = adjusted < 0 ? '-' : '+';
        char tail[8];
        int k = 0;
        for (int left = adjusted < 0 ? -adjusted : adjusted; left || k == 0; left /= 10) tail[k++] = (char)('0' + left % 10);
        while (k) *p++ = tail[--k];
    }
    assert(p - out <= DECIMAL_TEXT_MAX);
    return (int)(p - out);
}

str decimal_text(decimal x, arena *a)
{
    char text[DECIMAL_TEXT_MAX];
    return str_copy((str){text, decimal_format(x, text)}, a);
}

// Takes trailing zeros off, as long as the exponent stays at or below `e_max`.
static decimal strip_zeros(decimal x, int e_max)
{
    wide c = coefficient(x);
    int e = exponent(x);
    if (c == 0) return x;
    for (; e < e_max && c >> 64 && c % 10 == 0; e++) c /= 10;
    if (c >> 64) return encode(is_negative(x), c, e);
    uint64_t low = (uint64_t)c;
    for (; e < e_max && low % 10 == 0; e++) low /= 10;
    return encode(is_negative(x), low, e);
}

decimal decimal_normalize(decimal x)
{
    return is_zero(x) ? (decimal){0} : strip_zeros(x, EXPONENT_MAX);
}

// ---- Whole numbers, order ----

decimal decimal_from_int(int64_t n)
{
    return (decimal){{n < 0 ? -(uint64_t)n : (uint64_t)n, n < 0 ? SIGN : 0}};
}

bool decimal_to_int(decimal x, int64_t *out)
{
    wide c = coefficient(x);
    int e = exponent(x);
    if (c == 0) e = 0;
    if (e < -DIGITS_MAX || e > POW10_64_MAX) return false;
    if (e < 0) {
        wide unit = pow10_wide(-e);
        if (c % unit != 0) return false;
        c /= unit;
    } else if (e > 0) {
        if (c > INT64_MAX) return false;
        c *= pow10_64[e];
    }
    if (c > (wide)INT64_MAX + is_negative(x)) return false;
    *out = is_negative(x) ? (int64_t)-(uint64_t)c : (int64_t)c;
    return true;
}

bool decimal_is_integer(decimal x)
{
    int e = exponent(x);
    if (e >= 0 || is_zero(x)) return true;
    return e >= -DIGITS_MAX && coefficient(x) % pow10_wide(-e) == 0;
}

int decimal_sign(decimal x)
{
    return is_zero(x) ? 0 : is_negative(x) ? -1 : 1;
}

int decimal_compare(decimal a, decimal b)
{
    int sign = decimal_sign(a), other = decimal_sign(b);
    if (sign != other) return sign < other ? -1 : 1;
    if (sign == 0) return 0;
    if (((a.w[1] ^ b.w[1]) & ~COEFFICIENT_HIGH) == 0) {
        wide x = coefficient(a), y = coefficient(b);
        return x == y ? 0 : (x < y ? -sign : sign);
    }
    _IDEC_flags flags = 0;
    if (bid128_quiet_equal(to_bid(a), to_bid(b), &flags)) return 0;
    return bid128_quiet_less(to_bid(a), to_bid(b), &flags) ? -1 : 1;
}

bool decimal_equal(decimal a, decimal b)
{
    return decimal_compare(a, b) == 0;
}

uint64_t decimal_hash(decimal x)
{
    decimal normal = decimal_normalize(x);
    return str_hash((str){(const char *)normal.w, sizeof normal.w});
}

// ---- Arithmetic ----

// Whole and below 2^63 with exponent 0: what counters, years and most amounts are.
static bool both_small(decimal a, decimal b)
{
    return (a.w[1] | b.w[1]) == 0 && ((a.w[0] | b.w[0]) & SIGN) == 0;
}

bool decimal_add(decimal a, decimal b, decimal *out)
{
    if (both_small(a, b)) {
        *out = (decimal){{a.w[0] + b.w[0], 0}};
        return true;
    }
    _IDEC_flags flags = 0;
    return if_finite(bid128_add(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), out);
}

bool decimal_sub(decimal a, decimal b, decimal *out)
{
    if (both_small(a, b)) {
        *out = decimal_from_int((int64_t)(a.w[0] - b.w[0]));
        return true;
    }
    _IDEC_flags flags = 0;
    return if_finite(bid128_sub(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), out);
}

bool decimal_mul(decimal a, decimal b, decimal *out)
{
    uint64_t product;
    if (both_small(a, b) && !__builtin_mul_overflow(a.w[0], b.w[0], &product)) {
        *out = (decimal){{product, 0}};
        return true;
    }
    _IDEC_flags flags = 0;
    return if_finite(bid128_mul(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), out);
}

bool decimal_div(decimal a, decimal b, decimal *out)
{
    if (is_zero(b)) return false;
    _IDEC_flags flags = 0;
    return if_finite(bid128_div(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), out);
}

// A number of twice the digits: high + low, where low is what rounding took off high.
typedef struct {
    BID_UINT128 high, low;
} pair;

static pair pair_of(BID_UINT128 high, BID_UINT128 low)
{
    if (bid128_isZero(low)) return (pair){.high = high, .low = low};   // adding it would change the exponent of an exact result
    _IDEC_flags flags = 0;
    BID_UINT128 sum = bid128_add(high, low, BID_ROUNDING_TO_NEAREST, &flags);
    BID_UINT128 moved = bid128_sub(sum, high, BID_ROUNDING_TO_NEAREST, &flags);
    return (pair){.high = sum, .low = bid128_sub(low, moved, BID_ROUNDING_TO_NEAREST, &flags)};
}

static pair pair_mul(pair x, pair y)
{
    _IDEC_flags flags = 0;
    BID_UINT128 product = bid128_mul(x.high, y.high, BID_ROUNDING_TO_NEAREST, &flags);
    BID_UINT128 rest = bid128_fma(x.high, y.high, bid128_negate(product), BID_ROUNDING_TO_NEAREST, &flags);
    if (!bid128_isZero(x.low)) rest = bid128_fma(x.low, y.high, rest, BID_ROUNDING_TO_NEAREST, &flags);
    if (!bid128_isZero(y.low)) rest = bid128_fma(x.high, y.low, rest, BID_ROUNDING_TO_NEAREST, &flags);
    return pair_of(product, rest);
}

static pair inverse(BID_UINT128 x)
{
    _IDEC_flags flags = 0;
    BID_UINT128 one = to_bid(decimal_from_int(1));
    BID_UINT128 quotient = bid128_div(one, x, BID_ROUNDING_TO_NEAREST, &flags);
    BID_UINT128 rest = bid128_fma(bid128_negate(quotient), x, one, BID_ROUNDING_TO_NEAREST, &flags);
    return pair_of(quotient, bid128_div(rest, x, BID_ROUNDING_TO_NEAREST, &flags));
}

// By squaring, with twice the digits: compound interest over 30 years would otherwise be off in the last two.
// (The library's pow is off by up to ten units of the last digit there.)
static pair pair_pow(pair square, uint64_t n)
{
    pair result = {.high = to_bid(decimal_from_int(1)), .low = to_bid(decimal_from_int(0))};
    for (;;) {
        if (n & 1) result = pair_mul(result, square);
        n >>= 1;
        if (n == 0) return result;
        square = pair_mul(square, square);
    }
}

// What a transcendental function gives has 34 digits even where the answer is 2: not digits anyone wrote.
static bool if_finite_short(BID_UINT128 b, decimal *out)
{
    decimal x;
    if (!if_finite(b, &x)) return false;
    *out = strip_zeros(x, 0);
    return true;
}

bool decimal_pow(decimal a, decimal b, decimal *out)
{
    int64_t n;
    if (decimal_to_int(b, &n)) {
        if (n < 0 && is_zero(a)) return false;
        pair base = n < 0 ? inverse(to_bid(a)) : (pair){.high = to_bid(a), .low = to_bid(decimal_from_int(0))};
        return if_finite(pair_pow(base, n < 0 ? -(uint64_t)n : (uint64_t)n).high, out);
    }
    _IDEC_flags flags = 0;
    return if_finite_short(bid128_pow(to_bid(a), to_bid(b), BID_ROUNDING_TO_NEAREST, &flags), out);
}

bool decimal_modulo(decimal a, decimal b, decimal *out)
{
    if (is_zero(b)) return false;
    if (both_small(a, b)) {
        *out = (decimal){{a.w[0] % b.w[0], 0}};
        return true;
    }
    // fmod is exact, where a - b * floor(a / b) would lose digits as soon as the quotient has more than 34. It has the
    // sign of a; modulo has the sign of b.
    _IDEC_flags flags = 0;
    decimal r;
    if (!if_finite(bid128_fmod(to_bid(a), to_bid(b), &flags), &r)) return false;
    if (is_zero(r) || is_negative(r) == is_negative(b)) {
        *out = r;
        return true;
    }
    return decimal_add(r, b, out);
}

decimal decimal_neg(decimal x)
{
    if (!is_zero(x)) x.w[1] ^= SIGN;
    return x;
}

decimal decimal_abs(decimal x)
{
    x.w[1] &= ~SIGN;
    return x;
}

// Whether the kept part goes up (in magnitude), given what is cut off compared with one half (-1, 0, 1).
static bool rounds_up(decimal_rounding mode, bool negative, bool odd, int half)
{
    switch (mode) {
    case DECIMAL_HALF_EVEN: return half > 0 || (half == 0 && odd);
    case DECIMAL_HALF_UP: return half >= 0;
    case DECIMAL_HALF_DOWN: return half > 0;
    case DECIMAL_UP: return true;
    case DECIMAL_DOWN: return false;
    case DECIMAL_FLOOR: return negative;
    case DECIMAL_CEILING: return !negative;
    }
    assert(false);
    return false;
}

bool decimal_round(decimal x, int64_t scale, decimal_rounding mode, decimal *out)
{
    if (scale < -EXPONENT_MAX || scale > -EXPONENT_MIN) return false;
    wide c = coefficient(x);
    int target = (int)-scale, e = exponent(x);
    if (e >= target) {
        for (; e > target && c < pow10_wide(DIGITS_MAX - 1) && c; e--) c *= 10;
        *out = encode(is_negative(x) && c, c, c ? e : target);
        return true;
    }
    int cut = target - e;
    wide kept = 0, rest = c;
    int half = c ? -1 : 0;                       // more digits cut than there are: less than a half
    if (cut <= DIGITS_MAX) {
        wide unit = pow10_wide(cut);
        kept = c / unit;
        rest = c % unit;
        half = rest > unit / 2 ? 1 : rest < unit / 2 ? -1 : 0;
    }
    if (rest && rounds_up(mode, is_negative(x), kept & 1, half)) kept++;
    *out = encode(is_negative(x) && kept, kept, target);
    return true;
}

// ---- Functions ----

bool decimal_sqrt(decimal x, decimal *out)
{
    _IDEC_flags flags = 0;
    return if_finite(bid128_sqrt(to_bid(x), BID_ROUNDING_TO_NEAREST, &flags), out);
}

bool decimal_exp(decimal x, decimal *out)
{
    _IDEC_flags flags = 0;
    return if_finite_short(bid128_exp(to_bid(x), BID_ROUNDING_TO_NEAREST, &flags), out);
}

bool decimal_log(decimal x, decimal *out)
{
    _IDEC_flags flags = 0;
    return if_finite_short(bid128_log(to_bid(x), BID_ROUNDING_TO_NEAREST, &flags), out);
}
