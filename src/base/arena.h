// arena.h: memory that is freed as a whole.
//
// One arena per request, per loaded model, per evaluation, per test. Memory comes zeroed. There is no
// freeing piece by piece; `arena_mark`/`arena_rewind` give back everything allocated since the mark.
//
// Running out (the limit of the arena, or of the machine) does not return NULL: it jumps to `escape`,
// which the edge sets with ARENA_GUARD. So the pure core is written without a single out-of-memory branch
// and still survives the failure of the n-th allocation (docs/adr/0002). What holds a file, a lock or a
// statement must therefore not allocate from a caller's arena between taking and releasing it,
// unless the arena it releases by is guarded by itself.
#ifndef FADU_BASE_ARENA_H
#define FADU_BASE_ARENA_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct arena_block arena_block;
typedef struct arena {
    char *next, *end;       // free space of the newest block
    arena_block *blocks;    // newest first
    ptrdiff_t used, limit;  // bytes taken from the machine; limit 0 = ARENA_LIMIT_DEFAULT
    jmp_buf *escape;        // where to go when memory runs out; NULL = say so and end the process
} arena;

enum { ARENA_BLOCK_FIRST = 4096, ARENA_EXIT_STATUS = 3 /* the command line's "the system failed" */ };
#define ARENA_LIMIT_DEFAULT ((ptrdiff_t)4 << 30)  // 4 GiB: a bound on what one input may make us hold

// if (ARENA_GUARD(&a, env)) { ... memory ran out: clean up and report ... }
// The macro must stand in the frame that owns `env`; locals changed after it must be volatile.
#define ARENA_GUARD(a, env) ((a)->escape = &(env), setjmp(env))

#define arena_new(a, n, T) ((T *)arena_alloc((a), (n), (ptrdiff_t)sizeof(T), (ptrdiff_t)_Alignof(T)))

// The slow way of arena_alloc: a new block, or the escape.
void *arena_grow(arena *a, ptrdiff_t n, ptrdiff_t size, ptrdiff_t align);

// n * size zeroed bytes, never NULL. n < 0 or an overflowing product counts as running out; align is a
// power of two. In the header because evaluation allocates at every step, mostly with constant sizes.
static inline void *arena_alloc(arena *a, ptrdiff_t n, ptrdiff_t size, ptrdiff_t align)
{
    ptrdiff_t bytes;
    uintptr_t room = (uintptr_t)a->end - (uintptr_t)a->next;
    uintptr_t padding = -(uintptr_t)a->next & (uintptr_t)(align - 1);
    // ">=" and not ">": so an arena without a block takes the slow way even for no bytes at all.
    if (n < 0 || __builtin_mul_overflow(n, size, &bytes) || (uintptr_t)bytes + padding >= room)
        return arena_grow(a, n, size, align);
    char *p = a->next + padding;
    a->next = p + bytes;
    return memset(p, 0, (size_t)bytes);
}

void arena_free(arena *a);                     // gives everything back; the arena can be used again

typedef struct {
    arena_block *block;
    char *next;
} arena_position;
arena_position arena_mark(arena *a);
void arena_rewind(arena *a, arena_position p); // keeps one block for reuse, so a loop does not return to malloc

// The two places where Fadu asks the machine for memory: NULL when there is none, else zeroed.
// mem_resize keeps the old bytes and zeroes the new ones; on NULL `p` stays as it was.
void *mem_alloc(size_t size);
void *mem_resize(void *p, size_t old_size, size_t new_size);
void mem_release(void *p);
void mem_fail_after(long n);                   // for tests: the n-th of those calls from now fails; 0 = none

#endif
