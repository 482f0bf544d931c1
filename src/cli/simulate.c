// simulate.c: fadu simulate: a year of the demonstration district, played through the real procedures.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "service/simulate.h"

int cli_simulate(int argc, char **argv)
{
    static const struct option options[] = {{"year", required_argument, NULL, 'y'}, {"out", required_argument, NULL, 'o'}, {0}};
    const char *out = NULL;
    int c, year = 0;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'y') year = atoi(optarg);
        else if (c == 'o') out = optarg;
        else return cli_usage("simulate");
    }
    if (optind + 1 != argc || !out || year < 2000 || year > 2100) return cli_usage("simulate");
    arena a = {0};
    diag_list d = {.arena = &a};
    simulate_result r;
    const char *scratch = str_cstr(str_printf(&a, "%s.ledgers-%ld", out, (long)getpid()), &a);
    exit_status status = simulate_year(out, scratch, str_from(argv[optind]), year, &r, &a, &d);
    cli_report(&d);
    if (status == EXIT_DONE)
        printf(cli_text((bilingual){"%s：%d 天，%lld 步；按流程办理 %lld 件（其中 %lld 件与台账所载结局完全一致），直接登记 %lld 件，被拒绝 %lld 步\n",
                                    "%s: %d days, %lld steps; %lld cases went through their procedures (%lld of them to the very end that the ledger tells), %lld were recorded, %lld steps were refused\n"}),
               out, r.days, (long long)r.commands, (long long)r.cases, (long long)r.whole, (long long)r.recorded, (long long)r.refused);
    arena_free(&a);
    return r.refused && status == EXIT_DONE ? EXIT_INPUT : status;
}
