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
    if (argc != 2 || argv[1][0] == '-') return cli_usage("verify");
    arena a = {0};
    diag_list d = {.arena = &a};
    verify_result r;
    int status = district_verify(argv[1], isatty(STDERR_FILENO) ? show_progress : NULL, &r, &a, &d);
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K");
    cli_report(&d);
    if (status == EXIT_DONE)
        printf(cli_text((bilingual){"核对无误：%lld 页，%lld 条记录，%lld 件事项，%lld 笔记账，%lld 个原始文件\n日志根 %.*s\n",
                                    "all agrees: %lld pages, %lld records, %lld cases, %lld entries, %lld original files\nroot of the log %.*s\n"}),
               (long long)r.pages, (long long)r.records, (long long)r.cases, (long long)r.entries, (long long)r.files, STR_ARG(digest_hex(r.root, &a)));
    arena_free(&a);
    return status;
}
