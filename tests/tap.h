// tap.h: the whole test library: TAP lines for `prove`, one page.
//
//   int main(void) { tap_is_str(date_text(d, &a), "2024-03-05", "a leap year's 5 March"); return tap_done(); }
//
// A test reads as an example; its name says what must hold. No timing, no network, no sleep.
#ifndef FADU_TESTS_TAP_H
#define FADU_TESTS_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

static int tap_count, tap_failures;

__attribute__((format(printf, 2, 3))) static bool tap_ok(bool pass, const char *name, ...)
{
    va_list args;
    va_start(args, name);
    printf("%s %d - ", pass ? "ok" : "not ok", ++tap_count);
    vprintf(name, args);
    putchar('\n');
    va_end(args);
    if (!pass) tap_failures++;
    return pass;
}

static inline bool tap_is_int(int64_t got, int64_t expected, const char *name)
{
    if (!tap_ok(got == expected, "%s", name)) printf("#  expected %" PRId64 "\n#       got %" PRId64 "\n", expected, got);
    return got == expected;
}

static inline bool tap_is_str(str got, const char *expected, const char *name)
{
    bool pass = str_equal(got, str_from(expected));
    if (!tap_ok(pass, "%s", name)) printf("#  expected %s\n#       got %.*s\n", expected, STR_ARG(got));
    return pass;
}

static inline void tap_skip(const char *why)
{
    printf("ok %d # SKIP %s\n", ++tap_count, why);
}

static inline int tap_done(void)
{
    printf("1..%d\n", tap_count);
    return tap_failures ? 1 : 0;
}

#endif
