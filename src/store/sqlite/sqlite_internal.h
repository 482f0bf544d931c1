// What the parts of the SQLite store share.
#ifndef FADU_STORE_SQLITE_INTERNAL_H
#define FADU_STORE_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include "store/store.h"

enum { PAGE_SIZE = 8192, PAGE_RESERVED = 8, SCHEMA_VERSION = 1 };

// The VFS "fadu": the system's, with a checksum in the last 8 bytes of every page of the database. Call before opening.
int checksum_vfs_register(void);
uint64_t page_checksum(const uint8_t *page);     // over the first PAGE_SIZE - PAGE_RESERVED bytes

// The FTS5 tokenizer "han": bigrams of Han characters, words of everything else.
int tokenizer_register(sqlite3 *db);
// Its words, for queries: calls fn for each; `prefix`: the word stands for all that begin with it (a lone Han character).
typedef void (*word_fn)(void *ctx, str word, bool prefix);
void query_words(str query, word_fn fn, void *ctx);

extern const char *const schema_sql;             // of SCHEMA_VERSION, for an empty database
// Brings an older schema to SCHEMA_VERSION. Returns an SQLite code.
int migrate(sqlite3 *db, int from_version);

#endif
