// ledger.h: one transparency log per district: salted record hashes in the Merkle tree of RFC 9162.
//
// The log's entry for a record is  entry = SHA-256(salt || canonical record)  and its leaf hash is
// SHA-256(0x00 || entry) (RFC 9162, 2.1.1). Because only the salted hash is in the tree, a record's text can be
// redacted by law (delete text and salt, keep `entry`) and the log still verifies.
// Checkpoints are C2SP tlog-checkpoint notes signed with Ed25519. The bytes are defined in docs/formats/ledger.md.
// Pure: keys, salts and time are arguments.
#ifndef FADU_LEDGER_LEDGER_H
#define FADU_LEDGER_LEDGER_H

#include "base/diag.h"
#include "base/digest.h"
#include "calendar/date.h"

enum { LEDGER_SALT_SIZE = 16, LEDGER_PEAKS_MAX = 64 };

digest ledger_entry(const uint8_t salt[LEDGER_SALT_SIZE], str canonical_record);
digest ledger_leaf(digest entry);
digest ledger_node(digest left, digest right);

// The tree so far, as the roots of its complete subtrees ("peaks"), largest first. Zeroed = empty tree.
typedef struct {
    uint64_t size;
    digest peaks[LEDGER_PEAKS_MAX];
} ledger_tree;

void ledger_append(ledger_tree *t, digest leaf);           // amortized one node hash a leaf
digest ledger_root(const ledger_tree *t);                  // SHA-256("") for the empty tree (RFC 9162, 2.1.1)

// Proofs over leaf hashes that the caller fetches: leaf(ctx, index). Making one asks for nearly every leaf once;
// checking one takes a hash or two for each hash in it.
typedef digest (*ledger_leaf_source)(void *ctx, uint64_t index);
// Inclusion of leaf `index` in the tree of `size` (RFC 9162, 2.1.3.1). Returns the number of hashes put into
// proof[] (at most 64), or -1 when index >= size.
int ledger_inclusion_proof(ledger_leaf_source leaf, void *ctx, uint64_t index, uint64_t size, digest proof[64]);
bool ledger_inclusion_verify(digest leaf, uint64_t index, uint64_t size, const digest *proof, int count, digest root);
// Consistency between two sizes of one log (RFC 9162, 2.1.4.1). Returns the number of hashes (at most 65; none from
// the empty tree or to the same size), or -1 when from > to. Every tree is consistent with the empty one.
int ledger_consistency_proof(ledger_leaf_source leaf, void *ctx, uint64_t from, uint64_t to, digest proof[65]);
bool ledger_consistency_verify(uint64_t from, uint64_t to, digest from_root, digest to_root, const digest *proof, int count);

// ---- signed checkpoints (C2SP tlog-checkpoint over signed-note) -----------------------------------------

typedef struct {
    uint8_t secret[64], public[32];
    uint32_t key_id;               // SHA-256(name || "\n" || 0x01 || public)[:4], big-endian (signed-note)
    str name;                      // the log's origin, e.g. "fadu/yangshan"; borrowed
} ledger_key;

typedef struct {
    str origin;
    uint64_t size;
    digest root;
} ledger_checkpoint;

// From 32 bytes of randomness that the edge supplies. `name` must not hold spaces or '+'.
ledger_key ledger_key_from_seed(const uint8_t seed[32], str name);
// "fadu/yangshan+1a2b3c4d+AbCd…": what others verify with (signed-note verifier key).
str ledger_verifier_key(const ledger_key *k, arena *a);
str ledger_checkpoint_sign(ledger_checkpoint c, const ledger_key *k, arena *a);   // the whole note
// Reads a note and checks its signature with a verifier key; signatures of other keys beside it are passed over. *out,
// whose origin points into the note, is set only when all is right; whose origin it should be is for the caller to
// compare. LEDGER-… diagnostics and false on trouble.
#define LEDGER_NOTE_MAX ((ptrdiff_t)256 << 10)   // 16 signatures, the most a witnessed note must hold, of 5 kB, with room
bool ledger_checkpoint_verify(str note, str verifier_key, ledger_checkpoint *out, arena *a, diag_list *d);

#endif
