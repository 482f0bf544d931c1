#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "service/verify.h"

static void show_progress(int64_t records)
{
    fprintf(stderr, cli_text((bilingual){"\r已核对 %lld 条记录", "\r%lld records checked"}), (long long)records);
    fflush(stderr);
}

int cli_verify(int argc, char **argv)
{
    static const struct option options[] = {{"bytes", no_argument, NULL, 'b'}, {0}};
    verify_depth depth = VERIFY_ALL;
    optind = 1;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c != 'b') return cli_usage("verify");
        depth = VERIFY_BYTES;
    }
    if (argc - optind != 1) return cli_usage("verify");
    arena a = {0};
    diag_list d = {.arena = &a};
    verify_result r;
    int status = district_verify(argv[optind], depth, isatty(STDERR_FILENO) ? show_progress : NULL, &r, &a, &d);
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K");
    cli_report(&d);
    if (status == EXIT_DONE && depth == VERIFY_BYTES)
        printf(cli_text((bilingual){"字节无误：%lld 页，%lld 条记录，%lld 个原始文件（未重算状态和余额）\n日志根 %.*s\n",
                                    "no byte has changed: %lld pages, %lld records, %lld original files (states and balances were not computed)\nroot of the log %.*s\n"}),
               (long long)r.pages, (long long)r.records, (long long)r.files, STR_ARG(digest_hex(r.root, &a)));
    else if (status == EXIT_DONE)
        printf(cli_text((bilingual){"核对无误：%lld 页，%lld 条记录，%lld 件事项，%lld 笔记账，%lld 个原始文件\n日志根 %.*s\n",
                                    "all agrees: %lld pages, %lld records, %lld cases, %lld entries, %lld original files\nroot of the log %.*s\n"}),
               (long long)r.pages, (long long)r.records, (long long)r.cases, (long long)r.entries, (long long)r.files, STR_ARG(digest_hex(r.root, &a)));
    arena_free(&a);
    return status;
}
