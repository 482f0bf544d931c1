// Memory runs out at the n-th allocation of an import, for every n: the process ends with status 3 or the import is refused,
// the data directory verifies, and nothing of the file is in it; the import that has enough goes through whole.
#include <sys/wait.h>
#include <unistd.h>

#include "mini.h"
#include "service/import.h"
#include "service/verify.h"
#include "tap.h"

static const char orders[] =
    "工单编号,受理时间,诉求类型,诉求标题,派单时间,承办单位,签收时间,工单状态,办结时间\n"
    "A1,2024-03-05 08:00,投诉,油烟扰民,2024-03-05 09:00,城市管理局,2024-03-05 10:00,办结,2024-03-06 10:00\n"
    "A2,2024-03-06 08:00,咨询,入学政策,2024-03-06 09:00,教育体育局,2024-03-06 10:00,办结,2024-03-07 10:00\n";

// In a process of its own, as an import from the command line is.
static int import_failing(const char *dir, const char *file, long n)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr)) _exit(99);
        arena a = {0};
        diag_list d = {.arena = &a};
        district x;
        import_result result;
        import_options options = {0};
        int status = district_open(dir, true, &x, &d);
        if (status != EXIT_DONE) _exit(98);
        mem_fail_after(n);
        status = import_file(&x, file, &options, 1720000000000, &result, &a, &d);
        mem_fail_after(0);
        _exit(status);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static bool is_clean(const char *dir, int64_t *cases)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    verify_result r;
    bool clean = district_verify(dir, NULL, &r, &a, &d) == EXIT_DONE;
    *cases = r.cases;
    arena_free(&a);
    return clean;
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

    int64_t cases = 0;
    int status = 0, worst = 0;
    bool whole = true, clean = true;
    long n = 1;
    for (; n < 2000; n++) {
        status = import_failing(dir, file, n);
        if (status != EXIT_DONE && status != EXIT_INPUT && status != EXIT_SYSTEM) worst = status;
        clean = clean && is_clean(dir, &cases);
        whole = whole && (cases == 0 || cases == 2);
        if (cases == 2) break;
    }
    tap_ok(n > 3, "an import allocates (%ld times)", n - 1);
    tap_is_int(worst, 0, "no failure ends in a signal");
    tap_ok(whole, "the file is there as a whole or not at all");
    tap_ok(clean, "verify finds nothing wrong after any of them");
    tap_is_int(cases, 2, "with enough memory both rows are in");
    test_directory_remove(base);
    arena_free(&a);
    return tap_done();
}
