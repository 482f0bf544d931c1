// The Merkle tree of RFC 9162: known roots and proofs, and that no wrong proof passes.
#include "ledger/ledger.h"
#include "tap.h"

enum { SIZE_MAX_TRIED = 70 };      // beyond one full level of 64, so that every shape of the right edge occurs

static digest hash(const char *hex)
{
    digest d = {0};
    if (!digest_from_hex(str_from(hex), &d)) tap_ok(false, "not a hash: %s", hex);
    return d;
}

// ---- the vectors every log is tried with -----------------------------------------------------------------

static const struct { const char *data; int len; } inputs[] = {
    {"", 0}, {"\x00", 1}, {"\x10", 1}, {"\x20\x21", 2}, {"\x30\x31", 2}, {"\x40\x41\x42\x43", 4},
    {"\x50\x51\x52\x53\x54\x55\x56\x57", 8}, {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};
static const char *const roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};
#define N0 "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
#define N1 "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define N4 "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define N01 "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
#define N23 "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define N45 "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define N67 "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define N0123 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define N4567 "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

// The inputs are not of a hash's length, so they are not entries of ours: the leaf is hashed here.
static digest input_leaf(void *ctx, uint64_t i)
{
    (void)ctx;
    return digest_of_parts((str[]){{"\x00", 1}, {inputs[i].data, inputs[i].len}}, 2);
}

static bool same_hashes(const digest *got, int count, const char *const *expected)
{
    for (int i = 0; i < count; i++)
        if (!expected[i] || !digest_equal(got[i], hash(expected[i]))) return false;
    return !expected[count];
}

static void vectors(arena *a)
{
    ledger_tree t = {0};
    for (int size = 0; size <= 8; size++) {
        tap_is_str(digest_hex(ledger_root(&t), a), roots[size], "the root of the first inputs");
        if (size < 8) ledger_append(&t, input_leaf(NULL, (uint64_t)size));
    }
    static const struct { uint64_t index, size; const char *path[5]; } inclusion[] = {
        {0, 1, {0}}, {0, 8, {N1, N23, N4567}}, {5, 8, {N4, N67, N0123}}, {2, 3, {N01}}, {1, 5, {N0, N23, N4}},
    };
    digest proof[65];
    for (size_t i = 0; i < sizeof inclusion / sizeof *inclusion; i++) {
        int count = ledger_inclusion_proof(input_leaf, NULL, inclusion[i].index, inclusion[i].size, proof);
        tap_ok(same_hashes(proof, count, inclusion[i].path), "the inclusion of leaf %d in %d", (int)inclusion[i].index, (int)inclusion[i].size);
    }
    static const struct { uint64_t from, to; const char *path[5]; } consistency[] = {
        {1, 1, {0}}, {1, 8, {N1, N23, N4567}}, {6, 8, {N45, N67, N0123}}, {2, 5, {N23, N4}},
    };
    for (size_t i = 0; i < sizeof consistency / sizeof *consistency; i++) {
        int count = ledger_consistency_proof(input_leaf, NULL, consistency[i].from, consistency[i].to, proof);
        tap_ok(same_hashes(proof, count, consistency[i].path), "the consistency from %d to %d", (int)consistency[i].from, (int)consistency[i].to);
    }
}

// ---- every size up to 70 ---------------------------------------------------------------------------------

static digest leaves[SIZE_MAX_TRIED], tree_roots[SIZE_MAX_TRIED + 1];

static digest any_leaf(void *ctx, uint64_t i)
{
    (void)ctx;
    return leaves[i];
}

// The definition (RFC 9162, 2.1.1), as it is written there.
static digest tree_hash(const digest *d, uint64_t n)
{
    if (n == 0) return digest_of(STR(""));
    if (n == 1) return d[0];
    uint64_t k = 1;
    while (k * 2 < n) k *= 2;
    return ledger_node(tree_hash(d, k), tree_hash(d + k, n - k));
}

static void grow(void)
{
    ledger_tree t = {0};
    int wrong = 0;
    for (uint64_t i = 0; i <= SIZE_MAX_TRIED; i++) {
        tree_roots[i] = ledger_root(&t);
        wrong += t.size != i || !digest_equal(tree_roots[i], tree_hash(leaves, i));
        if (i == SIZE_MAX_TRIED) break;
        char text[8];
        int len = snprintf(text, sizeof text, "%d", (int)i);
        leaves[i] = ledger_leaf(digest_of((str){text, len}));
        ledger_append(&t, leaves[i]);
    }
    tap_is_int(wrong, 0, "appending gives the root that RFC 9162, 2.1.1 defines, for each size up to 70");
}

static void flip(digest *d, int bit)
{
    d->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

// Every bit where the tree is small or largest; else one bit in seven, so that the whole takes a second and not minutes.
static int bit_step(uint64_t size)
{
    return size <= 9 || size == SIZE_MAX_TRIED ? 1 : 7 + (int)(size % 13);
}

static void inclusion_of_all(void)
{
    int unproved = 0, forged = 0, proofs = 0;
    for (uint64_t size = 0; size <= SIZE_MAX_TRIED; size++) {
        for (uint64_t index = 0; index < size; index++, proofs++) {
            digest proof[65], leaf = leaves[index], root = tree_roots[size];
            int count = ledger_inclusion_proof(any_leaf, NULL, index, size, proof);
            unproved += count < 0 || !ledger_inclusion_verify(leaf, index, size, proof, count, root);
            for (int bit = (int)index % 7; bit < 256; bit += bit_step(size)) {
                digest *parts[] = {&leaf, &root};
                for (int i = 0; i < count + 2; i++) {
                    digest *part = i < count ? &proof[i] : parts[i - count];
                    flip(part, bit);
                    forged += ledger_inclusion_verify(leaf, index, size, proof, count, root);
                    flip(part, bit);
                }
            }
            for (uint64_t other = 0; other <= size; other++)
                forged += other != index && ledger_inclusion_verify(leaf, other, size, proof, count, root);
            forged += ledger_inclusion_verify(leaf, index, size, proof, count - 1, root);
            proof[count] = leaf;
            forged += ledger_inclusion_verify(leaf, index, size, proof, count + 1, root);
        }
        digest none[64];
        unproved += ledger_inclusion_proof(any_leaf, NULL, size, size, none) != -1;
    }
    tap_is_int(proofs, 2485, "an inclusion proof for each leaf of each size");
    tap_is_int(unproved, 0, "all verify, and a leaf beyond the tree has none");
    tap_is_int(forged, 0, "none verifies with a bit changed, a hash more or less, or for another leaf");
}

static void consistency_of_all(void)
{
    int unproved = 0, forged = 0, proofs = 0;
    for (uint64_t to = 0; to <= SIZE_MAX_TRIED; to++) {
        for (uint64_t from = 0; from <= to; from++, proofs++) {
            digest proof[66], old = tree_roots[from], new = tree_roots[to];
            int count = ledger_consistency_proof(any_leaf, NULL, from, to, proof);
            unproved += count < 0 || !ledger_consistency_verify(from, to, old, new, proof, count);
            for (int bit = (int)from % 7; bit < 256; bit += bit_step(to)) {
                // From the empty tree nothing is said about the new one.
                digest *parts[] = {&old, &new};
                for (int i = 0; i < count + (from ? 2 : 1); i++) {
                    digest *part = i < count ? &proof[i] : parts[i - count];
                    flip(part, bit);
                    forged += ledger_consistency_verify(from, to, old, new, proof, count);
                    flip(part, bit);
                }
            }
            forged += count > 0 && ledger_consistency_verify(from, to, old, new, proof, count - 1);
            proof[count] = new;
            forged += ledger_consistency_verify(from, to, old, new, proof, count + 1);
            forged += from < to && ledger_consistency_verify(to, from, new, old, proof, count);
        }
        digest none[65];
        unproved += ledger_consistency_proof(any_leaf, NULL, to + 1, to, none) != -1;
    }
    tap_is_int(proofs, 2556, "a consistency proof for each pair of sizes");
    tap_is_int(unproved, 0, "all verify, and there is none back to a smaller size");
    tap_is_int(forged, 0, "none verifies with a bit changed, a hash more or less, or the other way round");
}

static void entries(arena *a)
{
    uint8_t salt[LEDGER_SALT_SIZE];
    for (int i = 0; i < LEDGER_SALT_SIZE; i++) salt[i] = (uint8_t)i;
    digest entry = ledger_entry(salt, STR("{\"v\":1}"));
    tap_is_str(digest_hex(entry, a), "cdcdf9a25d1cbded783747eb39fe90846b76d8bae6e00c0c715aa54f61b2eb75", "the entry of docs/formats/ledger.md");
    tap_is_str(digest_hex(ledger_leaf(entry), a), "ba0e5d909b63675e44fd4dcd2ac7391f6860cbf22064bc9fdb1d431d098c0219", "its leaf");
    tap_is_str(digest_hex(ledger_node(ledger_leaf(entry), ledger_leaf(entry)), a), "b5435f24d91f72b84e2114853c528461d4d2489174bcf3a047c7071c82e10731", "the node of that leaf twice");
}

// Sizes that no test can build: the arithmetic must hold for them all the same.
static void huge(void)
{
    digest none = {0}, proof[64] = {0};
    tap_ok(!ledger_inclusion_verify(none, UINT64_MAX, UINT64_MAX, proof, 64, none), "an index of the size itself");
    tap_ok(!ledger_inclusion_verify(none, UINT64_MAX - 1, UINT64_MAX, proof, 64, none), "the last leaf of the largest tree");
    tap_ok(!ledger_consistency_verify(UINT64_MAX - 1, UINT64_MAX, none, none, proof, 64), "the two largest trees");
    tap_ok(!ledger_inclusion_verify(none, 0, 0, proof, 0, none), "nothing is in the empty tree");
}

int main(void)
{
    arena a = {0};
    vectors(&a);
    grow();
    inclusion_of_all();
    consistency_of_all();
    entries(&a);
    huge();
    arena_free(&a);
    return tap_done();
}
