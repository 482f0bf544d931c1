#include "tap.h"

static bool all_zero(const char *p, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        if (p[i]) return false;
    return true;
}

static void handing_out(void)
{
    arena a = {0};
    char *none = arena_new(&a, 0, char);
    tap_ok(none != NULL, "no bytes at all are not NULL, even of an empty arena");
    char *c = arena_new(&a, 1, char);
    double *d = arena_new(&a, 3, double);
    tap_ok((uintptr_t)d % _Alignof(double) == 0, "doubles after a char are aligned");
    void *wide = arena_alloc(&a, 1, 1, 64);
    tap_ok((uintptr_t)wide % 64 == 0, "a cache line is aligned as asked");
    *c = 'x';
    d[2] = 1.0;
    char *big = arena_new(&a, 10 << 20, char);
    tap_ok(all_zero(big, 10 << 20), "10 MiB in one piece, zeroed");
    arena_free(&a);
    tap_is_int(a.used, 0, "arena_free gives everything back");
    tap_ok(all_zero(arena_new(&a, 100, char), 100), "and the arena can be used again");
    arena_free(&a);
}

static void rewinding(void)
{
    arena a = {0};
    arena_position start = arena_mark(&a);
    memset(arena_new(&a, 100, char), 'x', 100);
    arena_rewind(&a, start);
    tap_ok(all_zero(arena_new(&a, 100, char), 100), "memory handed out again after a rewind is zeroed again");

    arena_position middle = arena_mark(&a);
    ptrdiff_t after_first = 0;
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 50; i++) memset(arena_new(&a, 1000, char), 'x', 1000);
        arena_rewind(&a, middle);
        if (round == 1) after_first = a.used;
    }
    tap_is_int(a.used, after_first, "a loop with a rewind settles on the memory it has");
    tap_ok(all_zero(arena_new(&a, 50000, char), 50000), "what it gets from the kept block is zeroed");

    arena_new(&a, 100 << 20, char);
    arena_rewind(&a, middle);
    tap_ok(a.used < 10 << 20, "a huge block is not kept");
    arena_rewind(&a, start);
    arena_rewind(&a, start);
    tap_ok(a.used <= 1 << 20, "back at the start at most one block is left");
    arena_free(&a);
    tap_is_int(a.used, 0, "and arena_free finds it");
}

static bool runs_out(ptrdiff_t limit, ptrdiff_t n, ptrdiff_t size)
{
    arena a = {.limit = limit};
    jmp_buf env;
    volatile bool out = true;
    if (!ARENA_GUARD(&a, env)) {
        arena_alloc(&a, n, size, 8);
        out = false;
    }
    arena_free(&a);
    return out;
}

static void running_out(void)
{
    tap_ok(!runs_out(10000, 1, 9000), "9000 bytes fit into a limit of 10000");
    tap_ok(runs_out(10000, 1, 10000), "10000 bytes do not, for the block has a header");
    tap_ok(runs_out(0, -1, 1), "a negative count runs out");
    tap_ok(runs_out(0, PTRDIFF_MAX / 2, 4), "an overflowing product runs out");
    tap_ok(runs_out(0, PTRDIFF_MAX, 1), "as does a sum that overflows with the header");
    tap_ok(runs_out(0, (ptrdiff_t)5 << 30, 1), "5 GiB exceed the default limit");

    mem_fail_after(1);
    tap_ok(runs_out(0, 1, 1), "the first call of mem_alloc fails on request");
    tap_ok(!runs_out(0, 1, 1), "and only that one");

    char *p = mem_alloc(4);
    memcpy(p, "abc", 4);
    mem_fail_after(1);
    tap_ok(!mem_resize(p, 4, 100), "mem_resize fails on request");
    tap_is_str(str_from(p), "abc", "and leaves the old bytes");
    p = mem_resize(p, 4, 100);
    tap_ok(p && !strcmp(p, "abc") && all_zero(p + 4, 96), "mem_resize keeps the old bytes and zeroes the new");
    mem_release(p);
}

int main(void)
{
    handing_out();
    rewinding();
    running_out();
    return tap_done();
}
