#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "service/reporting.h"

static str no_link(void *ctx, str figure, arena *a)
{
    (void)ctx;
    return str_printf(a, "#%.*s", STR_ARG(figure));
}

static bool render(const char *format, const district *x, int year, arena *a, diag_list *d, str *out)
{
    buf text = {.arena = a};
    if (strcmp(format, "json") == 0) {
        json *root = reporting_json(x->store, x->definitions, year, a);
        if (!root) return false;
        json_write_pretty(&text, root);
        buf_add_byte(&text, '\n');
        *out = buf_str(&text);
        return true;
    }
    report_document *doc = reporting_document(x->store, x->definitions, year, machine_now(), a, d);
    if (!doc) return false;
    if (strcmp(format, "docx") == 0) return report_docx(doc, a, out);
    int pages;
    if (strcmp(format, "pdf") == 0) return report_pdf(doc, a, out, &pages, d);
    report_html_page(&text, doc, no_link, NULL, a);
    *out = buf_str(&text);
    return true;
}

int cli_report_command(int argc, char **argv)
{
    static const struct option options[] = {{"year", required_argument, NULL, 'y'}, {"format", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'}, {0}};
    static const char *const formats[] = {"json", "html", "docx", "pdf"};
    const char *format = "html", *output = NULL;
    int year = 0, c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
        if (c == 'y') {
            if (!cli_year(optarg, &year)) return EXIT_USAGE;
        } else if (c == 'f') format = optarg;
        else if (c == 'o') output = optarg;
        else return cli_usage("report");
    }
    bool known = false;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) known |= strcmp(format, formats[i]) == 0;
    if (optind + 1 != argc || !year || !known) return cli_usage("report");

    arena a = {0};
    diag_list d = {.arena = &a};
    district x;
    int status = district_open(argv[optind], false, &x, &d);
    if (status == EXIT_DONE) {
        str text = {0};
        bool good = store_begin(x.store, false) == STORE_OK && render(format, &x, year, &a, &d, &text);
        store_rollback(x.store);
        if (!good) status = d.errors ? EXIT_INPUT : EXIT_SYSTEM;
        else if (!cli_write(output, text)) status = EXIT_SYSTEM;
        district_close(&x);
    }
    cli_report(&d);
    arena_free(&a);
    return status;
}
