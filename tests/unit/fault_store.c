// The n-th write to the store fails, for every n of an import: nothing of it is kept, and the next import is whole.
#include <sys/stat.h>

#include "mini.h"
#include "service/import.h"
#include "service/verify.h"
#include "tap.h"

static const char orders[] =
    "工单编号,受理时间,诉求类型,诉求标题,派单时间,承办单位,签收时间,工单状态,办结时间\n"
    "A1,2024-03-05 08:00,投诉,油烟扰民,2024-03-05 09:00,城市管理局,2024-03-05 10:00,办结,2024-03-06 10:00\n"
    "A2,2024-03-06 08:00,咨询,入学政策,2024-03-06 09:00,教育体育局,2024-03-06 10:00,办结,2024-03-07 10:00\n";

static bool is_clean(const char *dir, int64_t *cases)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    verify_result r;
    bool clean = district_verify(dir, VERIFY_ALL, NULL, &r, &a, &d) == EXIT_DONE;
    *cases = r.cases;
    if (!clean) {
        buf text = {.arena = &a};
        diag_print_all(&text, &d, LANG_EN);
        printf("# %.*s\n", STR_ARG(buf_str(&text)));
    }
    arena_free(&a);
    return clean;
}

// EXIT_DONE when the import went through although the n-th write was to fail: there is no n-th write.
static exit_status import_failing(const char *dir, const char *file, long n)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    district x;
    import_result result;
    import_options options = {0};
    exit_status status = district_open(dir, true, &x, &d);
    if (status == EXIT_DONE) {
        store_fail_after(n);
        status = import_file(&x, file, &options, 1720000000000, &result, &a, &d);
        store_fail_after(0);
        district_close(&x);
    }
    arena_free(&a);
    return status;
}

int main(void)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    const char *base = test_directory();
    char dir[4200], file[4200];
    snprintf(dir, sizeof dir, "%s/data", base);
    snprintf(file, sizeof file, "%s/orders.csv", base);
    write_whole_file(file, str_from(orders), 0600);
    tap_ok(district_init(dir, STR("yangshan"), 1720000000000, &d) == EXIT_DONE, "a data directory");

    bool refused = true, clean = true, empty = true;
    long n = 1;
    exit_status status;
    while ((status = import_failing(dir, file, n)) != EXIT_DONE && n < 1000) {
        int64_t cases = -1;
        refused = refused && status == EXIT_SYSTEM;
        clean = clean && is_clean(dir, &cases);
        empty = empty && cases == 0;
        n++;
    }
    tap_ok(n > 10 && n < 1000, "an import of two rows writes more than ten times (%ld)", n - 1);
    tap_ok(refused, "each failing write is the system's failure");
    tap_ok(empty, "and leaves nothing behind");
    tap_ok(clean, "and verify finds nothing wrong");
    int64_t cases = 0;
    tap_ok(is_clean(dir, &cases) && cases == 2, "the import that went through is whole");
    test_directory_remove(base);
    arena_free(&a);
    return tap_done();
}
