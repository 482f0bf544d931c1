// The Merkle tree of RFC 9162, section 2.1.
#include "ledger/ledger.h"

#include <assert.h>

static str bytes_of(const digest *d) { return (str){(const char *)d->bytes, sizeof d->bytes}; }

digest ledger_entry(const uint8_t salt[LEDGER_SALT_SIZE], str canonical_record)
{
    return digest_of_parts((str[]){{(const char *)salt, LEDGER_SALT_SIZE}, canonical_record}, 2);
}

// The first byte keeps leaves and nodes apart (2.1.1): without it a node could be passed off as a leaf.
digest ledger_leaf(digest entry)
{
    return digest_of_parts((str[]){{"\x00", 1}, bytes_of(&entry)}, 2);
}

digest ledger_node(digest left, digest right)
{
    return digest_of_parts((str[]){{"\x01", 1}, bytes_of(&left), bytes_of(&right)}, 3);
}

// ---- growing ---------------------------------------------------------------------------------------------

void ledger_append(ledger_tree *t, digest leaf)
{
    // One complete subtree for each 1 in the binary size, largest first. Adding a leaf carries like adding 1.
    int peaks = __builtin_popcountll(t->size);
    for (uint64_t size = t->size; size & 1; size >>= 1) leaf = ledger_node(t->peaks[--peaks], leaf);
    t->peaks[peaks] = leaf;
    t->size++;
}

digest ledger_root(const ledger_tree *t)
{
    int peaks = __builtin_popcountll(t->size);
    if (peaks == 0) return digest_of(STR(""));
    digest root = t->peaks[peaks - 1];
    for (int i = peaks - 2; i >= 0; i--) root = ledger_node(t->peaks[i], root);
    return root;
}

// ---- proofs ----------------------------------------------------------------------------------------------

static uint64_t split_of(uint64_t size)      // the largest power of two smaller than size (2.1.1)
{
    assert(size > 1);
    return (uint64_t)1 << (63 - __builtin_clzll(size - 1));
}

static digest subtree(ledger_leaf_source leaf, void *ctx, uint64_t from, uint64_t size)
{
    ledger_tree t = {0};
    for (uint64_t i = 0; i < size; i++) ledger_append(&t, leaf(ctx, from + i));
    return ledger_root(&t);
}

int ledger_inclusion_proof(ledger_leaf_source leaf, void *ctx, uint64_t index, uint64_t size, digest proof[64])
{
    if (index >= size) return -1;
    // PATH (2.1.3.1) read from the root down, so that its hashes come last first.
    digest down[64];
    int count = 0;
    uint64_t from = 0;
    while (size > 1) {
        uint64_t k = split_of(size);
        if (index - from < k) {
            down[count++] = subtree(leaf, ctx, from + k, size - k);
            size = k;
        } else {
            down[count++] = subtree(leaf, ctx, from, k);
            from += k;
            size -= k;
        }
    }
    for (int i = 0; i < count; i++) proof[i] = down[count - 1 - i];
    return count;
}

// Section 2.1.3.2, with its names: the last leaf is sn, the one to be proved fn.
bool ledger_inclusion_verify(digest leaf, uint64_t index, uint64_t size, const digest *proof, int count, digest root)
{
    if (index >= size || count < 0) return false;
    uint64_t fn = index, sn = size - 1;
    digest r = leaf;
    for (int i = 0; i < count; i++) {
        if (sn == 0) return false;
        if ((fn & 1) || fn == sn) {
            r = ledger_node(proof[i], r);
            while (!(fn & 1) && fn) fn >>= 1, sn >>= 1;
        } else r = ledger_node(r, proof[i]);
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && digest_equal(r, root);
}

int ledger_consistency_proof(ledger_leaf_source leaf, void *ctx, uint64_t from, uint64_t to, digest proof[65])
{
    if (from > to) return -1;
    if (from == 0 || from == to) return 0;
    // SUBPROOF (2.1.4.1) from the root down; `whole` says that the subtree is one of the old tree's own.
    digest down[65];
    int count = 0;
    uint64_t start = 0, m = from, n = to;
    bool whole = true;
    while (m != n) {
        uint64_t k = split_of(n);
        if (m <= k) {
            down[count++] = subtree(leaf, ctx, start + k, n - k);
            n = k;
        } else {
            down[count++] = subtree(leaf, ctx, start, k);
            start += k;
            m -= k;
            n -= k;
            whole = false;
        }
    }
    if (!whole) down[count++] = subtree(leaf, ctx, start, n);
    for (int i = 0; i < count; i++) proof[i] = down[count - 1 - i];
    return count;
}

// Section 2.1.4.2: the proof must lead to both roots.
bool ledger_consistency_verify(uint64_t from, uint64_t to, digest from_root, digest to_root, const digest *proof, int count)
{
    if (from > to) return false;
    if (from == to) return count == 0 && digest_equal(from_root, to_root);
    if (from == 0) return count == 0 && digest_equal(from_root, digest_of(STR("")));
    if (count < 1) return false;
    bool power = (from & (from - 1)) == 0;       // the old root is then a node of the new tree, and not sent
    int next = 0;
    digest fr = from_root, sr = from_root;
    if (!power) fr = sr = proof[next++];
    uint64_t fn = from - 1, sn = to - 1;
    while (fn & 1) fn >>= 1, sn >>= 1;
    for (; next < count; next++) {
        if (sn == 0) return false;
        if ((fn & 1) || fn == sn) {
            fr = ledger_node(proof[next], fr);
            sr = ledger_node(proof[next], sr);
            while (!(fn & 1) && fn) fn >>= 1, sn >>= 1;
        } else sr = ledger_node(sr, proof[next]);
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && digest_equal(fr, from_root) && digest_equal(sr, to_root);
}
