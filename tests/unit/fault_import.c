// Memory runs out at the n-th allocation of an import, for every n: the process ends with status 3 or the import is refused,
// the data directory verifies, and nothing of the file is in it; the import that has enough goes through whole.
// So for a first ledger, and for a workbook that corrects it, leaves a case out and has a bad row.
#include <sys/stat.h>
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

static bool is_clean(const char *dir, int64_t *records)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    verify_result r;
    bool clean = district_verify(dir, VERIFY_ALL, NULL, &r, &a, &d) == EXIT_DONE;
    *records = r.records;
    arena_free(&a);
    return clean;
}

// Long enough that every table of the import grows. A1 is left out, A2 corrected, and one row is bad.
enum { CORRECTION_FIRST = 2, CORRECTION_END = 2200, CORRECTION_BAD = 100 };
static void write_correction(const char *path)
{
    arena a = {0};
    sheet_writer *w = sheet_writer_open(path, (date){2024, 4, 1});
    static const char *const headings[] = {"工单编号", "受理时间", "诉求类型", "诉求标题"};
    sheet_writer_sheet(w, STR("台账"));
    sheet_writer_merge(w, 0, 0, 3, STR("热线工单台账"), STYLE_TITLE);
    for (int c = 0; c < 4; c++) sheet_writer_cell(w, 1, c, str_from(headings[c]), STYLE_HEADER);
    for (int i = CORRECTION_FIRST; i < CORRECTION_END; i++) {
        sheet_writer_cell(w, i, 0, str_printf(&a, "A%d", i), STYLE_PLAIN);
        sheet_writer_date(w, i, 1, (date){2024, 3, 5}, STYLE_PLAIN);
        sheet_writer_cell(w, i, 2, i == CORRECTION_BAD ? STR("牢骚") : STR("投诉"), STYLE_PLAIN);
        sheet_writer_cell(w, i, 3, str_printf(&a, "第%d件", i), STYLE_PLAIN);
    }
    sheet_writer_close(w);
    arena_free(&a);
}

// The import of `file` adds `added` records when it goes through, with status `last`.
static void fail_everywhere(const char *dir, const char *file, int64_t added, int last, const char *name)
{
    int64_t before, records = 0;
    int status = 0, worst = 0;
    bool nothing = true, clean = is_clean(dir, &before);
    long n = 1;
    for (; n < 2000; n++) {
        status = import_failing(dir, file, n);
        if (status != EXIT_DONE && status != EXIT_INPUT && status != EXIT_SYSTEM) worst = status;
        clean = is_clean(dir, &records) && clean;
        if (records != before) break;
        nothing = nothing && status == EXIT_SYSTEM;
    }
    tap_ok(n > 3 && n < 2000, "%s allocates (%ld times)", name, n - 1);
    tap_is_int(worst, 0, "no failure ends in a signal");
    tap_ok(nothing, "each is the system's failure, and nothing of the file is there");
    tap_ok(clean, "verify finds nothing wrong after any of them");
    tap_is_int(records - before, added, "with enough memory all of it is in");
    tap_is_int(status, last, "with the status that it has without failures");
}

int main(void)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    const char *base = test_directory();
    char dir[4200], file[4200], second[4200];
    snprintf(dir, sizeof dir, "%s/data", base);
    snprintf(file, sizeof file, "%s/orders", base);
    write_whole_file(file, str_from(orders), 0600);
    // A file of the same name supersedes the first.
    snprintf(second, sizeof second, "%s/second", base);
    mkdir(second, 0700);
    snprintf(second, sizeof second, "%s/second/orders", base);
    write_correction(second);
    tap_ok(district_init(dir, STR("yangshan"), 1720000000000, &d) == EXIT_DONE, "a data directory");
    fail_everywhere(dir, file, 2 + 1, EXIT_DONE, "an import");
    // All rows but the bad one, the withdrawal of A1, and the file.
    fail_everywhere(dir, second, CORRECTION_END - CORRECTION_FIRST - 1 + 1 + 1, EXIT_INPUT, "a correcting import");
    test_directory_remove(base);
    arena_free(&a);
    return tap_done();
}
