// Words of Chinese text, without a dictionary: every two neighbouring Han characters are a word.
//
// 油烟扰民 gives 油烟 烟扰 扰民 and, as the last character of the run, 民. So a word of two characters is found exactly, a
// lone character by prefix, and a longer one by all its pairs (its order is checked against the text by the caller).
// Everything else that is a letter or digit makes words by itself, ASCII in lower case.
#include "store/sqlite/sqlite_internal.h"

#include <string.h>

#include "base/utf8.h"

enum { WORD_BYTES_MAX = 64 };     // longer words are cut: nobody looks for the 65th byte

typedef int (*token_fn)(void *ctx, str word, ptrdiff_t from, ptrdiff_t to, bool lone_han);

static bool is_word_char(uint32_t c)
{
    if (c < 128) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c != UTF8_INVALID && !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F) && !(c >= 0xFF00 && c <= 0xFF0F) && c > 0xBF;
}

// Calls fn for each word, in order; a non-zero answer ends it and is handed back.
static int each_word(str text, token_fn fn, void *ctx)
{
    ptrdiff_t at = 0;
    while (at < text.len) {
        ptrdiff_t from = at;
        uint32_t c = utf8_next(text, &at);
        if (utf8_is_han(c)) {
            ptrdiff_t second = at;                     // where the character after `from` begins
            bool lone = true;
            while (at < text.len) {
                ptrdiff_t next = at;
                if (!utf8_is_han(utf8_next(text, &next))) break;
                int rc = fn(ctx, str_slice(text, from, next), from, next, false);
                if (rc) return rc;
                lone = false;
                from = second;
                second = at = next;
            }
            int rc = fn(ctx, str_slice(text, from, second), from, second, lone);
            if (rc) return rc;
        } else if (is_word_char(utf8_narrow(c))) {
            char word[WORD_BYTES_MAX + 4];
            ptrdiff_t len = 0, end = at;
            for (;;) {
                uint32_t narrow = utf8_narrow(c);
                if (narrow >= 'A' && narrow <= 'Z') narrow += 'a' - 'A';
                if (len < WORD_BYTES_MAX) len += utf8_encode(narrow, word + len);
                end = at;
                if (at >= text.len) break;
                ptrdiff_t next = at;
                c = utf8_next(text, &next);
                if (utf8_is_han(c) || !is_word_char(utf8_narrow(c))) break;
                at = next;
            }
            int rc = fn(ctx, (str){word, len}, from, end, false);
            if (rc) return rc;
        }
    }
    return 0;
}

// ---- for FTS5 --------------------------------------------------------------------------------------------

typedef struct { void *fts; int (*token)(void *, int, const char *, int, int, int); bool query; } fts_sink;

static bool is_single_han(str word)
{
    ptrdiff_t offset = 0;
    return utf8_is_han(utf8_next(word, &offset)) && offset == word.len;
}

static int emit(void *ctx, str word, ptrdiff_t from, ptrdiff_t to, bool lone)
{
    fts_sink *sink = ctx;
    if (sink->query && !lone && is_single_han(word)) return SQLITE_OK;    // see query_word
    return sink->token(sink->fts, 0, word.data, (int)word.len, (int)from, (int)to);
}

static int han_create(void *ctx, const char **args, int count, Fts5Tokenizer **out)
{
    (void)ctx, (void)args, (void)count;
    *out = (Fts5Tokenizer *)1;     // it has no state, and FTS5 wants something that is not NULL
    return SQLITE_OK;
}

static void han_delete(Fts5Tokenizer *t) { (void)t; }

static int han_tokenize(Fts5Tokenizer *t, void *ctx, int flags, const char *text, int len,
                        int (*token)(void *, int, const char *, int, int, int))
{
    (void)t;
    fts_sink sink = {ctx, token, (flags & FTS5_TOKENIZE_QUERY) != 0};
    return each_word((str){text, len}, emit, &sink);
}

int tokenizer_register(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL);
    if (rc != SQLITE_OK) return rc;
    sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
    sqlite3_step(statement);
    rc = sqlite3_finalize(statement);
    if (rc != SQLITE_OK) return rc;
    if (!api || api->iVersion < 2) return SQLITE_ERROR;
    fts5_tokenizer han = {han_create, han_delete, han_tokenize};
    return api->xCreateTokenizer(api, "han", NULL, &han, NULL);
}

// ---- for queries -----------------------------------------------------------------------------------------

// Of a run of Han characters the last one is a word only in texts, where it ends a run: in a query it need not end one.
typedef struct { word_fn fn; void *ctx; } query_sink;

static int query_word(void *ctx, str word, ptrdiff_t from, ptrdiff_t to, bool lone)
{
    (void)from, (void)to;
    query_sink *sink = ctx;
    if (!is_single_han(word) || lone) sink->fn(sink->ctx, word, lone);
    return 0;
}

void query_words(str query, word_fn fn, void *ctx)
{
    query_sink sink = {fn, ctx};
    each_word(query, query_word, &sink);
}
