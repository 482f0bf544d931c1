#include <getopt.h>
#include <stdio.h>

#include "cli/cli.h"

int cli_init(int argc, char **argv)
{
    static const struct option options[] = {{"district", required_argument, NULL, 'd'}, {0}};
    const char *name = "yangshan";
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c != 'd') return cli_usage("init");
        name = optarg;
    }
    if (optind + 1 != argc) return cli_usage("init");
    arena a = {0};
    diag_list d = {.arena = &a};
    int status = district_init(argv[optind], str_from(name), machine_now(), &d);
    cli_report(&d);
    if (status == EXIT_DONE) printf(cli_text((bilingual){"已建立 %s\n", "%s is ready\n"}), argv[optind]);
    arena_free(&a);
    return status;
}
