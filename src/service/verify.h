// verify.h: is everything in a data directory what its records say?
//
// Reads every page's checksum, every record, and computes anew: the hash of each record, the tree and every checkpoint, the
// state of every case, every entry, balance, contribution and count; and compares each with what is stored. Says
// the first place that differs. What is computed anew comes from the records alone.
//
// VERIFY_BYTES stops short of computing states: pages, hashes of records and of files, tree and signed checkpoints. It finds every byte that was
// changed by accident and every record that was changed at all, at the speed of the hash; it does not find tables that a
// faulty program wrote with good checksums.
#ifndef FADU_SERVICE_VERIFY_H
#define FADU_SERVICE_VERIFY_H

#include "service/district.h"

typedef struct {
    int64_t pages, records, cases, entries, files;
    uint64_t tree_size;
    digest root;
} verify_result;

typedef enum { VERIFY_ALL, VERIFY_BYTES } verify_depth;

// `progress` is called now and then with the records read so far; it may be NULL.
// EXIT_DONE when all agree; EXIT_INPUT with VERIFY-… diagnostics when not; EXIT_SYSTEM when it could not be read.
exit_status district_verify(const char *dir, verify_depth depth, void (*progress)(int64_t records), verify_result *out, arena *a, diag_list *d);

#endif
