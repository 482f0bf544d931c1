#include "base/arena.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

// Doubling stops here: large enough that malloc no longer shows, small enough to waste some of it.
#define ARENA_BLOCK_MAX ((ptrdiff_t)1 << 20)

struct arena_block {
    arena_block *older;
    arena_block *spare;   // free, kept by arena_rewind; only the newest block has one
    ptrdiff_t size;       // header and memory
    max_align_t memory[];
};

static void block_release(arena *a, arena_block *b)
{
    a->used -= b->size;
    mem_release(b);
}

static void block_enter(arena *a, arena_block *b)
{
    a->blocks = b;
    a->next = (char *)b->memory;
    a->end = (char *)b + b->size;
}

static _Noreturn void run_out(arena *a)
{
    if (a->escape) longjmp(*a->escape, 1);
    // Nobody above can go on. The process ends as one that the system failed; what a store had not committed is undone when
    // it is next opened.
    fprintf(stderr, "fadu: 内存不足 / out of memory (%td bytes held)\n", a->used);
    _Exit(ARENA_EXIT_STATUS);
}

// A block of at least `needed` bytes from the machine, twice as large as the newest one where the limit
// allows that. NULL when there is none.
static arena_block *block_new(arena *a, ptrdiff_t needed)
{
    ptrdiff_t limit = a->limit ? a->limit : ARENA_LIMIT_DEFAULT;
    ptrdiff_t size = a->blocks ? a->blocks->size * 2 : ARENA_BLOCK_FIRST;
    if (size > ARENA_BLOCK_MAX) size = ARENA_BLOCK_MAX;
    if (size < needed || size > limit - a->used) size = needed;
    if (size > limit - a->used) return NULL;
    arena_block *b = mem_alloc((size_t)size);
    if (!b) return NULL;
    b->size = size;
    a->used += size;
    return b;
}

void *arena_grow(arena *a, ptrdiff_t n, ptrdiff_t size, ptrdiff_t align)
{
    assert(size >= 0 && align > 0 && (align & (align - 1)) == 0);
    // The alignment once more for padding, and so that a block is never quite full (see arena_alloc).
    ptrdiff_t overhead = (ptrdiff_t)sizeof(arena_block) + align;
    ptrdiff_t bytes, needed;
    if (n < 0 || __builtin_mul_overflow(n, size, &bytes) || __builtin_add_overflow(bytes, overhead, &needed))
        run_out(a);

    arena_block *newest = a->blocks;
    arena_block *b = newest ? newest->spare : NULL;
    if (b && b->size < needed) {
        newest->spare = NULL;
        block_release(a, b);
        b = NULL;
    }
    bool fresh = !b;
    if (fresh) b = block_new(a, needed);
    if (!b) run_out(a);
    if (newest) newest->spare = NULL;
    b->older = newest;
    block_enter(a, b);
    char *p = a->next + (-(uintptr_t)a->next & (uintptr_t)(align - 1));
    a->next = p + bytes;
    // What the machine just gave is zeroed already; touching a large piece of it twice costs more than malloc.
    return fresh ? p : memset(p, 0, (size_t)bytes);
}

void arena_free(arena *a)
{
    for (arena_block *b = a->blocks, *older; b; b = older) {
        older = b->older;
        if (b->spare) block_release(a, b->spare);
        block_release(a, b);
    }
    assert(a->used == 0);
    a->blocks = NULL;
    a->next = a->end = NULL;
}

arena_position arena_mark(arena *a)
{
    return (arena_position){a->blocks, a->next};
}

void arena_rewind(arena *a, arena_position p)
{
    // Keeps the largest block of ordinary size: a loop whose body needs more than what is left of its
    // first block finds it again as `spare`, and one huge body does not hold its memory for ever.
    arena_block *kept = NULL;
    while (a->blocks != p.block) {
        arena_block *b = a->blocks;
        assert(b);   // else the position is of another arena, or was rewound past
        arena_block *candidates[] = {b, b->spare};
        a->blocks = b->older;
        for (int i = 0; i < 2; i++) {
            arena_block *c = candidates[i];
            if (!c) continue;
            arena_block *loser = c;
            if (c->size <= ARENA_BLOCK_MAX && (!kept || c->size > kept->size)) {
                loser = kept;
                kept = c;
            }
            if (loser) block_release(a, loser);
        }
    }
    if (kept) kept->older = kept->spare = NULL;
    if (p.block) {
        block_enter(a, p.block);
        a->next = p.next;
        if (kept) p.block->spare = kept;   // it had none: it was not the newest
    } else if (kept) {
        block_enter(a, kept);
    } else {
        a->next = a->end = NULL;
    }
}

// The one thing in the core that changes behind the callers' back, and only when a test asks for it.
static _Atomic long calls_until_failure;

static bool fails_now(void)
{
    return atomic_load_explicit(&calls_until_failure, memory_order_relaxed) > 0 &&
           atomic_fetch_sub(&calls_until_failure, 1) == 1;
}

void *mem_alloc(size_t size)
{
    return fails_now() ? NULL : calloc(1, size ? size : 1);
}

void *mem_resize(void *p, size_t old_size, size_t new_size)
{
    char *resized = fails_now() ? NULL : realloc(p, new_size ? new_size : 1);
    if (resized && new_size > old_size) memset(resized + old_size, 0, new_size - old_size);
    return resized;
}

void mem_release(void *p)
{
    free(p);
}

void mem_fail_after(long n)
{
    atomic_store(&calls_until_failure, n);
}
