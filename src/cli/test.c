// test.c: fadu test PATH...: runs the scenarios of procedures, and says what they leave out.
#include <stdio.h>
#include <string.h>

#include "case/scenario.h"
#include "cli/cli.h"
#include "service/bundle.h"

int cli_test(int argc, char **argv)
{
    bool shown = argc > 1 && strcmp(argv[1], "--unshown") == 0;
    int first = shown ? 2 : 1;
    if (argc <= first || argv[first][0] == '-') return cli_usage("test");
    arena a = {0};
    diag_list d = {.arena = &a};
    calendar *cal = bundle_calendar(&a, &d);
    char *folders[CLI_FOLDERS_MAX];
    int count = 0, passed = 0, failed = 0, missing = 0;
    for (int i = first; i < argc; i++) cli_procedure_folders(argv[i], folders, &count, &a);
    for (int i = 0; i < count; i++) {
        procedure_source source;
        procedure *p = procedure_read_folder(folders[i], &source, &a, &d) ? procedure_load(&source, &a, &d) : NULL;
        scenario_shown all = {0};
        if (p && p->process) all = scenario_nothing_shown(p, &a);
        for (ptrdiff_t k = 0; p && k < source.count; k++) {
            if (!str_starts(source.files[k].name, STR("scenarios/"))) continue;
            scenario_result r = scenario_run(p, &source.files[k], cal, p->process ? &all : NULL, &a, &d);
            printf("%s %.*s/%.*s %.*s\n", r.passed ? "ok    " : "not ok", STR_ARG(p->id), STR_ARG(r.name), STR_ARG(r.title.text[cli_language()]));
            if (r.passed) passed++;
            else failed++;
        }
        if (shown && all.procedure) missing += scenario_unshown(&all, &d);
    }
    cli_report(&d);
    printf(cli_text((bilingual){"%d 个情景通过，%d 个未通过\n", "%d scenarios passed, %d failed\n"}), passed, failed);
    if (passed + failed == 0 && !d.errors) fprintf(stderr, "%s\n", cli_text((bilingual){"没有找到情景（scenarios/*.json）", "there are no scenarios (scenarios/*.json)"}));
    if (shown) printf(cli_text((bilingual){"%d 处没有情景说明\n", "%d things that no scenario shows\n"}), missing);
    int status = failed || missing || d.errors || passed == 0 ? EXIT_INPUT : EXIT_DONE;
    arena_free(&a);
    return status;
}
