// The store: what is committed is there, what is rolled back is not, and damage is noticed.
#include <fcntl.h>
#include <unistd.h>

#include "mini.h"
#include "store/store.h"
#include "tap.h"

static arena a;

static store_case complaint(int64_t id, const char *key, int64_t opened)
{
    return (store_case){.id = id, .procedure = 1, .form = 0, .definition = 1, .status = CASE_OPEN, .version = 1, .file = 1, .record = id,
                        .opened = opened, .closed = STORE_NO_DAY, .key = str_from(key), .title = str_from(key)};
}

static void cases_and_counts(store *s)
{
    store_case c = complaint(7, "A1", 100), found;
    int64_t counts[CASE_STATUS_COUNT];
    store_begin(s, true);
    store_put_case(s, &c, true);
    tap_ok(store_commit(s) == STORE_OK, "a case is kept");
    tap_ok(store_find_case(s, 1, 0, STR("A1"), &found, &a) == STORE_OK && found.id == 7 && found.closed == STORE_NO_DAY, "it is found by its key");
    tap_ok(store_find_case(s, 1, 1, STR("A1"), &found, &a) == STORE_NOT_FOUND, "keys belong to their form");

    c.status = CASE_CLOSED;
    c.closed = 120;
    store_begin(s, true);
    store_put_case(s, &c, false);
    store_commit(s);
    store_count_cases(s, 1, -1, counts);
    tap_ok(counts[CASE_OPEN] == 0 && counts[CASE_CLOSED] == 1, "counts follow a change of status");

    store_begin(s, true);
    store_case other = complaint(8, "A1", 100);
    tap_ok(store_put_case(s, &other, true) != STORE_OK, "a second case with the same key is refused");
    tap_ok(store_commit(s) != STORE_OK, "and the whole transaction with it");
    tap_ok(store_get_case(s, 8, &found, &a) == STORE_NOT_FOUND, "nothing of it is kept");
}

static decimal number(const char *text)
{
    decimal x;
    decimal_parse(str_from(text), &x);
    return x;
}

static void entries_and_balances(store *s)
{
    int64_t january = date_to_days((date){2024, 1, 31}), february = january + 1;
    store_balance b;
    store_begin(s, true);
    store_put_entry(s, &(store_entry){1, january, 10, 0, 7, number("2")});
    store_put_entry(s, &(store_entry){1, february, 11, 0, 7, number("0.5")});
    store_put_entry(s, &(store_entry){1, february, 11, 1, 7, number("-0.25")});
    tap_ok(store_commit(s) == STORE_OK, "entries are kept");
    store_get_balance(s, 1, 2024 * 12, 2024 * 12 + 11, &b);
    tap_ok(decimal_equal(b.amount, number("2.25")) && b.entries == 3, "a year's balance is the sum of its entries");
    store_get_balance(s, 1, 2024 * 12 + 1, 2024 * 12 + 1, &b);
    tap_ok(decimal_equal(b.amount, number("0.25")) && b.entries == 2, "months are kept apart");

    store_begin(s, true);
    store_put_entry(s, &(store_entry){1, january, 12, 0, 7, number("100")});
    store_rollback(s);
    store_begin(s, true);
    store_commit(s);
    store_get_balance(s, 1, 2024 * 12, 2024 * 12, &b);
    tap_ok(decimal_equal(b.amount, number("2")), "what is rolled back leaves no trace in the balances");

    store_entry *page;
    ptrdiff_t count;
    store_list_entries(s, 1, january, february, NULL, 2, &page, &count, &a);
    tap_ok(count == 2 && page[0].record == 10 && page[1].record == 11, "entries come in pages, by day and record");
    store_list_entries(s, 1, january, february, &page[1], 2, &page, &count, &a);
    tap_ok(count == 1 && page[0].n == 1, "and the next page goes on where the last one ended");
}

static ptrdiff_t hits(store *s, const char *query)
{
    int64_t *ids;
    ptrdiff_t count = -1;
    store_search(s, str_from(query), INT64_MAX, 10, &ids, &count, &a);
    return count;
}

static void search(store *s)
{
    str words = STR("楼下烧烤店油烟扰民 Tel 400-1234 ＡＢＣ公司");
    store_begin(s, true);
    store_index_case(s, 7, words);
    store_commit(s);
    static const struct { const char *query; ptrdiff_t found; const char *why; } rows[] = {
        {"油烟", 1, "two characters are a word"}, {"烟扰", 1, "across the usual word boundary too"}, {"油烟扰民", 1, "four characters"},
        {"油", 1, "one character, by its pairs"}, {"民", 1, "also the last of a run"}, {"abc", 1, "full-width letters are found by narrow ones"},
        {"油烟 公司", 1, "all words must be there"}, {"油烟 医院", 0, "and not only some"}, {"扰油", 0, "order within a pair counts"},
        {"\"油烟\" OR *", 0, "the query language of the database is not reachable"}, {"", 0, "nothing finds nothing"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_int(hits(s, rows[i].query), rows[i].found, rows[i].why);
    store_begin(s, true);
    store_unindex_case(s, 7, words);
    store_commit(s);
    tap_is_int(hits(s, "油烟"), 0, "what is taken out of the index is not found");
}

static void damage(const char *dir)
{
    int64_t page, pages;
    char path[4096];
    tap_ok(store_check_pages(dir, &page, &pages) == STORE_OK && pages > 10, "a whole database has good checksums");
    snprintf(path, sizeof path, "%s/fadu.db", dir);
    int fd = open(path, O_RDWR);
    bool all = true;
    // One byte in every page, at a place that moves with the page.
    for (int64_t n = 0; n < pages && all; n++) {
        off_t at = n * 8192 + (n * 977) % 8192;
        char byte;
        if (pread(fd, &byte, 1, at) != 1) break;
        char flipped = (char)(byte ^ 0x10);
        all = pwrite(fd, &flipped, 1, at) == 1 && store_check_pages(dir, &page, &pages) == STORE_DAMAGED && page == n + 1;
        all = all && pwrite(fd, &byte, 1, at) == 1;
        pages = pages > n + 1 ? pages : n + 2;
        if (all && store_check_pages(dir, &page, &pages) != STORE_OK) all = false;
    }
    close(fd);
    tap_ok(all, "a flipped byte in any page is found, and named by its page");
}

int main(void)
{
    const char *dir = test_directory();
    store *s, *second;
    tap_ok(store_create(dir, STR("mini"), STR("fadu/mini")) == STORE_OK, "a store is made");
    tap_ok(store_open(dir, true, &s) == STORE_OK, "and opened for writing");
    tap_ok(store_open(dir, true, &second) == STORE_BUSY, "by one process only");
    tap_ok(store_open(dir, false, &second) == STORE_OK, "while others may read");
    store_close(second);
    cases_and_counts(s);
    entries_and_balances(s);
    search(s);
    store_close(s);
    damage(dir);
    tap_ok(store_open("/tmp/there-is-no-such-directory", false, &s) == STORE_NOT_FOUND, "a missing directory is not found");
    test_directory_remove(dir);
    arena_free(&a);
    return tap_done();
}
