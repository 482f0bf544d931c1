#include "tap.h"

#include "base/decimal.h"

static char text_of[4][DECIMAL_TEXT_MAX + 1];

static decimal num(const char *text)
{
    decimal x = {0};
    if (!decimal_parse(str_from(text), &x)) tap_ok(false, "not a number: %s", text);
    return x;
}

// Text of the last few numbers; for the results of operations, "none" where they refuse.
static const char *show(bool ok, decimal x)
{
    static int turn;
    char *out = text_of[turn++ % 4];
    if (!ok) return "none";
    out[decimal_format(x, out)] = 0;
    return out;
}

static void text(void)
{
    static const struct {
        const char *in, *out;
    } rows[] = {
        {"0", "0"}, {"-0", "0"}, {"0.00", "0.00"}, {"1.10", "1.10"}, {"-7", "-7"}, {"+7", "7"}, {".5", "0.5"},
        {"0.00001", "0.00001"}, {"007", "7"}, {"1e2", "100"}, {"1E-2", "0.01"}, {"12.5e+1", "125"}, {"1e40", "1E+40"},
        {"-1.5e40", "-1.5E+40"}, {"1e33", "1000000000000000000000000000000000"}, {"1e34", "1E+34"},
        {"1e-34", "0.0000000000000000000000000000000001"}, {"1e-35", "1E-35"}, {"0e100", "0"}, {"0e-99999", "0"},
        {"1234567890123456789012345678901234", "1234567890123456789012345678901234"},
        {"12345678901234567890123456789012345", "1.234567890123456789012345678901234E+34"},    // half, even stays
        {"12345678901234567890123456789012335", "1.234567890123456789012345678901234E+34"},    // half, odd goes up
        {"123456789012345678901234567890123450001", "1.234567890123456789012345678901235E+38"},// more than a half
        {"99999999999999999999999999999999999", "1.000000000000000000000000000000000E+35"},
        {"0.1000000000000000000000000000000000000000000", "0.1000000000000000000000000000000000"},
        {"9.999999999999999999999999999999999e6144", "9.999999999999999999999999999999999E+6144"},
        {"1e6144", "1.000000000000000000000000000000000E+6144"},
        {"1e-6176", "1E-6176"}, {"5e-6177", "0"}, {"6e-6177", "1E-6176"}, {"15e-6177", "2E-6176"}, {"1e-99999999999999999999", "0"},
        {"0.000000000000000000000000000000000000000000000000000123", "1.23E-52"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got = show(true, num(rows[i].in));
        if (!tap_ok(!strcmp(got, rows[i].out), "%s reads as %s", rows[i].in, rows[i].out)) printf("#  got %s\n", got);
    }
    static const char *const refused[] = {"", "-", ".", "1.", "1.e5", "e5", "1e", "1e+", "12abc", " 1", "1 ", "1,5", "--1", "1.2.3", "0x10",
                                          "Infinity", "NaN", "-inf", "sNaN", "１", "1e6145", "10e6144", "1e99999999999999999999"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        decimal x = decimal_from_int(42);
        tap_ok(!decimal_parse(str_from(refused[i]), &x) && decimal_equal(x, decimal_from_int(42)), "refused: \"%s\"", refused[i]);
    }
    tap_ok(!strcmp(show(true, (decimal){0}), "0"), "a zeroed decimal is 0");

    // The formatter's longest text.
    char out[DECIMAL_TEXT_MAX];
    tap_is_int(decimal_format(num("-1.234567890123456789012345678901234e-6140"), out), 42, "no text is longer than DECIMAL_TEXT_MAX");
}

static void whole_numbers(void)
{
    static const int64_t values[] = {0, 1, -1, 1000000, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        int64_t back = 99;
        tap_ok(decimal_to_int(decimal_from_int(values[i]), &back) && back == values[i], "%" PRId64 " and back", values[i]);
    }
    int64_t n = 99;
    tap_ok(decimal_to_int(num("1.00"), &n) && n == 1, "1.00 is whole");
    tap_ok(decimal_to_int(num("92e17"), &n) && n == 9200000000000000000, "92E+17 fits");
    tap_ok(decimal_to_int(num("0e-6000"), &n) && n == 0, "a zero of any exponent is 0");
    static const char *const not_int[] = {"1.5", "9223372036854775808", "-9223372036854775809", "1e19", "1e6000", "1e-6000"};
    for (size_t i = 0; i < sizeof not_int / sizeof *not_int; i++) tap_ok(!decimal_to_int(num(not_int[i]), &n), "%s is no int64", not_int[i]);
    tap_ok(decimal_is_integer(num("1e6000")) && decimal_is_integer(num("5.0")) && !decimal_is_integer(num("0.1")) &&
               !decimal_is_integer(num("1e-6000")), "decimal_is_integer");
}

static void order(void)
{
    static const char *const ascending[] = {"-1e6144", "-2", "-1.5", "-1e-6176", "0", "1e-6176", "0.1", "1", "1.000000001", "10",
                                            "18446744073709551616", "1e20", "1e34"};
    int wrong = 0, count = sizeof ascending / sizeof *ascending;
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < count; k++) {
            int expected = (i > k) - (i < k);
            wrong += decimal_compare(num(ascending[i]), num(ascending[k])) != expected;
        }
    }
    tap_is_int(wrong, 0, "every number against every other");
    tap_ok(decimal_equal(num("1.0"), num("1.00")) && decimal_equal(num("0"), num("-0.000")), "equal by value");
    tap_ok(decimal_hash(num("1.0")) == decimal_hash(num("1.00")) && decimal_hash(num("100")) == decimal_hash(num("1e2")) &&
               decimal_hash(num("-0.0")) == decimal_hash((decimal){0}), "equal values hash alike");
    tap_ok(decimal_sign(num("-3")) == -1 && decimal_sign(num("-0")) == 0 && decimal_sign(num("1e-9")) == 1, "decimal_sign");
    char *normal = text_of[0];
    normal[decimal_format(decimal_normalize(num("1.10")), normal)] = 0;
    tap_ok(!strcmp(normal, "1.1"), "1.10 normalizes to 1.1");
}

// Known answers: if the archive linked were of another calling convention, these are what would fail.
static void arithmetic(void)
{
    static const struct {
        const char *a;
        char op;
        const char *b, *result;
    } rows[] = {
        {"0.1", '+', "0.2", "0.3"}, {"1.10", '+', "2", "3.10"}, {"1", '+', "1", "2"}, {"9223372036854775807", '+', "9223372036854775807", "18446744073709551614"},
        {"18446744073709551615", '+', "1", "18446744073709551616"}, {"9.999999999999999999999999999999999e6144", '+', "1e6144", "none"},
        {"3", '-', "5", "-2"}, {"5", '-', "5", "0"}, {"0", '-', "9223372036854775807", "-9223372036854775807"}, {"1.5", '-', "0.25", "1.25"},
        {"1.05", '*', "1.05", "1.1025"}, {"4294967296", '*', "4294967296", "18446744073709551616"}, {"-3", '*', "0", "0"},
        {"1e6000", '*', "1e6000", "none"}, {"1e-6000", '*', "1e-6000", "0"},
        {"1", '/', "3", "0.3333333333333333333333333333333333"}, {"2", '/', "3", "0.6666666666666666666666666666666667"},
        {"1", '/', "4", "0.25"}, {"6", '/', "2", "3"}, {"1", '/', "0", "none"}, {"0", '/', "0", "none"}, {"100", '/', "10", "10"},
        {"2", '^', "10", "1024"}, {"1.05", '^', "10", "1.62889462677744140625"}, {"2", '^', "-2", "0.25"}, {"0", '^', "0", "1"},
        {"0", '^', "-1", "none"}, {"4", '^', "0.5", "2"}, {"-2", '^', "3", "-8"}, {"-8", '^', "0.5", "none"}, {"10", '^', "33", "1000000000000000000000000000000000"},
        {"10", '^', "7000", "none"}, {"1", '^', "9223372036854775807", "1"}, {"-1", '^', "9223372036854775807", "-1"},
        {"12", '%', "5", "2"}, {"-12", '%', "5", "3"}, {"12", '%', "-5", "-3"}, {"-12", '%', "-5", "-2"}, {"10.1", '%', "4.5", "1.1"},
        {"-10.1", '%', "4.5", "3.4"}, {"10.1", '%', "-4.5", "-3.4"}, {"5", '%', "0", "none"}, {"1e40", '%', "7", "4"}, {"6", '%', "-3", "0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        decimal a = num(rows[i].a), b = num(rows[i].b), out = {0};
        bool (*op)(decimal, decimal, decimal *) = rows[i].op == '+' ? decimal_add : rows[i].op == '-' ? decimal_sub
                                                : rows[i].op == '*' ? decimal_mul : rows[i].op == '/' ? decimal_div
                                                : rows[i].op == '^' ? decimal_pow : decimal_modulo;
        bool ok = op(a, b, &out);
        const char *got = show(ok, out);
        if (!tap_ok(!strcmp(got, rows[i].result), "%s %c %s = %s", rows[i].a, rows[i].op, rows[i].b, rows[i].result)) printf("#  got %s\n", got);
    }
    decimal x;
    tap_ok(!strcmp(show(decimal_sqrt(num("16"), &x), x), "4"), "sqrt(16)");
    tap_ok(!strcmp(show(decimal_sqrt(num("2"), &x), x), "1.414213562373095048801688724209698"), "sqrt(2)");
    tap_ok(!decimal_sqrt(num("-1"), &x), "no sqrt(-1)");
    tap_ok(!strcmp(show(decimal_exp(num("1"), &x), x), "2.718281828459045235360287471352662"), "exp(1)");
    tap_ok(!strcmp(show(decimal_exp(num("0"), &x), x), "1"), "exp(0)");
    tap_ok(!decimal_exp(num("1e9"), &x), "exp overflows");
    tap_ok(!strcmp(show(decimal_log(num("10"), &x), x), "2.302585092994045684017991454684364"), "log(10)");
    tap_ok(!decimal_log(num("0"), &x) && !decimal_log(num("-1"), &x), "no log of 0 or below");
    tap_ok(!strcmp(show(true, decimal_neg(num("1.50"))), "-1.50") && !strcmp(show(true, decimal_abs(num("-1.50"))), "1.50"), "negation, absolute value");
}

static void rounding(void)
{
    static const char *const names[] = {"half even", "half up", "half down", "up", "down", "floor", "ceiling"};
    static const struct {
        const char *x;
        int64_t scale;
        const char *by_mode[7];   // in the order of decimal_rounding
    } rows[] = {
        {"2.5", 0, {"2", "3", "2", "3", "2", "2", "3"}},
        {"3.5", 0, {"4", "4", "3", "4", "3", "3", "4"}},
        {"-2.5", 0, {"-2", "-3", "-2", "-3", "-2", "-3", "-2"}},
        {"2.51", 0, {"3", "3", "3", "3", "2", "2", "3"}},
        {"-0.4", 0, {"0", "0", "0", "-1", "0", "-1", "0"}},
        {"1.115", 2, {"1.12", "1.12", "1.11", "1.12", "1.11", "1.11", "1.12"}},
        {"1250", -2, {"1200", "1300", "1200", "1300", "1200", "1200", "1300"}},
        {"49", -2, {"0", "0", "0", "100", "0", "0", "100"}},
        {"1.5", 3, {"1.500", "1.500", "1.500", "1.500", "1.500", "1.500", "1.500"}},
        {"1e-40", 2, {"0.00", "0.00", "0.00", "0.01", "0.00", "0.00", "0.01"}},
        {"9999999999999999999999999999999999", -1, {"1.000000000000000000000000000000000E+34", "1.000000000000000000000000000000000E+34",
         "1.000000000000000000000000000000000E+34", "1.000000000000000000000000000000000E+34", "9.99999999999999999999999999999999E+33",
         "9.99999999999999999999999999999999E+33", "1.000000000000000000000000000000000E+34"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int mode = 0; mode < 7; mode++) {
            decimal out = {0};
            decimal expected = num(rows[i].by_mode[mode]);
            bool ok = decimal_round(num(rows[i].x), rows[i].scale, (decimal_rounding)mode, &out);
            const char *got = show(ok, out);
            if (!tap_ok(ok && decimal_equal(out, expected), "%s to %" PRId64 " digits, %s: %s", rows[i].x, rows[i].scale, names[mode],
                        rows[i].by_mode[mode])) printf("#  got %s\n", got);
        }
    }
    decimal x;
    tap_ok(!strcmp(show(decimal_round(num("1.5"), 3, DECIMAL_HALF_EVEN, &x), x), "1.500"), "zeros are filled in");
    tap_ok(decimal_round(num("1e30"), 10, DECIMAL_HALF_EVEN, &x) && decimal_equal(x, num("1e30")), "as far as 34 digits reach");
    tap_ok(decimal_round(num("1"), 6176, DECIMAL_HALF_EVEN, &x) && !decimal_round(num("1"), 6177, DECIMAL_HALF_EVEN, &x), "scale 6176 is the last");
    tap_ok(decimal_round(num("1"), -6111, DECIMAL_HALF_EVEN, &x) && !decimal_round(num("1"), -6112, DECIMAL_HALF_EVEN, &x), "scale -6111 is the first");
}

// Text and back is the identity on values, for numbers of every length and exponent. Seeded, so that it repeats.
static void round_trip(void)
{
    uint64_t seed = 20240305;
    int wrong = 0;
    for (int i = 0; i < 20000; i++) {
        char digits[64];
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int n = 1 + (int)(seed >> 33) % 34, len = 0;
        if (seed >> 60 & 1) digits[len++] = '-';
        for (int k = 0; k < n; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            digits[len++] = (char)('0' + (seed >> 33) % 10);
        }
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int e = (int)(seed >> 33) % (i % 2 ? 80 : 12000) - (i % 2 ? 40 : 6000);
        len += snprintf(digits + len, sizeof digits - (size_t)len, "e%d", e);
        decimal x, back;
        char out[DECIMAL_TEXT_MAX];
        if (!decimal_parse((str){digits, len}, &x)) wrong++;
        else if (!decimal_parse((str){out, decimal_format(x, out)}, &back) || !decimal_equal(x, back) || decimal_hash(x) != decimal_hash(back)) wrong++;
    }
    tap_is_int(wrong, 0, "20000 numbers come back from their text");
}

int main(void)
{
    text();
    whole_numbers();
    order();
    arithmetic();
    rounding();
    round_trip();
    return tap_done();
}
