#include <getopt.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "service/import.h"

// A line that is written over, on a terminal only.
static void show_progress(void *ctx, int64_t rows)
{
    fprintf(stderr, cli_text((bilingual){"\r%s：已读 %lld 行", "\r%s: %lld rows read"}), (const char *)ctx, (long long)rows);
    fflush(stderr);
}

static void print_result(const import_result *r)
{
    printf("%.*s", STR_ARG(r->file));
    if (r->procedure.len) printf(" [%.*s]", STR_ARG(r->procedure));
    if (r->same_as_before) {
        fputs(cli_text((bilingual){"：此前已导入，没有变化\n", ": imported before, nothing changed\n"}), stdout);
        return;
    }
    printf(cli_text((bilingual){"：新登记 %lld，更正 %lld，办结 %lld，未变 %lld，撤销 %lld，跳过 %lld，未导入 %lld\n",
                                ": %lld recorded, %lld corrected, %lld closed, %lld unchanged, %lld withdrawn, %lld skipped, %lld bad\n"}),
           (long long)r->recorded, (long long)r->corrected, (long long)r->closed, (long long)r->unchanged, (long long)r->withdrawn,
           (long long)r->skipped, (long long)r->bad);
    if (r->rejected.len) printf(cli_text((bilingual){"  未导入的行及原因：%.*s\n", "  the rows not imported, with reasons: %.*s\n"}), STR_ARG(r->rejected));
}

int cli_import(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"procedure", required_argument, NULL, 'p'}, {"mapping", required_argument, NULL, 'm'}, {"strict", no_argument, NULL, 's'}, {0}};
    import_options options = {0};
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (c == 'p') options.procedure = str_from(optarg);
        else if (c == 'm') options.mapping = optarg;
        else if (c == 's') options.strict = true;
        else return cli_usage("import");
    }
    if (argc - optind < 2) return cli_usage("import");

    arena a = {0};
    diag_list d = {.arena = &a};
    district x;
    int status = district_open(argv[optind], true, &x, &d);
    cli_report(&d);
    if (status != EXIT_DONE) {
        arena_free(&a);
        return status;
    }
    for (int i = optind + 1; i < argc && status != EXIT_SYSTEM; i++) {
        arena file_arena = {0};
        diag_list found = {.arena = &file_arena};
        import_result result;
        if (isatty(STDERR_FILENO)) {
            options.progress = show_progress;
            options.progress_ctx = argv[i];
        }
        int one = import_file(&x, argv[i], &options, machine_now(), &result, &file_arena, &found);
        if (options.progress) fprintf(stderr, "\r\033[K");
        cli_report(&found);
        if (one != EXIT_SYSTEM) print_result(&result);
        if (one > status) status = one;
        arena_free(&file_arena);
    }
    district_close(&x);
    arena_free(&a);
    return status;
}
