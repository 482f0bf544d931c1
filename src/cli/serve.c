#include <getopt.h>
#include <signal.h>

#include "cli/cli.h"
#include "http/http.h"

static volatile int stop;
static void on_signal(int signal)
{
    (void)signal;
    stop = 1;
}

int cli_serve(int argc, char **argv)
{
    static const struct option options[] = {{"listen", required_argument, NULL, 'l'}, {0}};
    const char *address = "127.0.0.1:8080";
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c != 'l') return cli_usage("serve");
        address = optarg;
    }
    if (optind + 1 != argc) return cli_usage("serve");
    struct sigaction act = {.sa_handler = on_signal};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
    arena a = {0};
    diag_list d = {.arena = &a};
    int status = http_serve(argv[optind], address, &stop, &d);
    cli_report(&d);
    arena_free(&a);
    return status;
}
