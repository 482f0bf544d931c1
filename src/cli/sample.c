#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "sample/sample.h"
#include "service/bundle.h"

static int write_all(str name, const char *out, arena *a, diag_list *d)
{
    str lists_file = str_printf(a, "districts/%.*s/lists.json", STR_ARG(name));
    procedure_source specs = bundle_source(str_printf(a, "districts/%.*s/sample/", STR_ARG(name)), name, a);
    if (specs.count == 0) {
        fprintf(stderr, cli_text((bilingual){"没有演示区“%.*s”\n", "there is no demonstration district \"%.*s\"\n"}), STR_ARG(name));
        return EXIT_INPUT;
    }
    if (mkdir(out, 0755) != 0 && errno != EEXIST) {
        fprintf(stderr, "%s: %s\n", out, strerror(errno));
        return EXIT_SYSTEM;
    }
    str lists = bundle_get(str_cstr(lists_file, a));
    json *shared = lists.data ? json_parse(lists, lists_file, a, d) : NULL;
    calendar *cal = bundle_calendar(a, d);
    for (ptrdiff_t i = 0; i < specs.count; i++) {
        arena one = {.escape = a->escape};
        sample_spec *spec = sample_load(specs.files[i].text, specs.files[i].name, shared, &one, d);
        if (spec) {
            char *path = str_cstr(str_printf(&one, "%s/%.*s.xlsx", out, STR_ARG(spec->workbook)), &one);
            bool good = sample_write(spec, cal, path, &one, d);
            if (good) printf("%s\n", path);
            else fprintf(stderr, cli_text((bilingual){"%s：写不进去：%s\n", "%s: cannot be written: %s\n"}), path, strerror(errno));
            if (!good) {
                arena_free(&one);
                return EXIT_SYSTEM;
            }
        }
        arena_free(&one);
    }
    return d->errors ? EXIT_INPUT : EXIT_DONE;
}

int cli_sample(int argc, char **argv)
{
    static const struct option options[] = {{"out", required_argument, NULL, 'o'}, {0}};
    const char *out = NULL;
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c != 'o') return cli_usage("sample");
        out = optarg;
    }
    if (optind + 1 != argc || !out) return cli_usage("sample");
    arena a = {0};
    diag_list d = {.arena = &a};
    int status = write_all(str_from(argv[optind]), out, &a, &d);
    cli_report(&d);
    arena_free(&a);
    return status;
}
