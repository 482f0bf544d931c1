#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "dmn/dmn.h"
#include "document/document.h"
#include "service/zoneinfo.h"

static bool has_procedure(const char *path)
{
    char file[4096];
    struct stat st;
    return snprintf(file, sizeof file, "%s/procedure.json", path) < (int)sizeof file && stat(file, &st) == 0;
}

static int compare_paths(const void *x, const void *y) { return strcmp(*(char *const *)x, *(char *const *)y); }

void cli_procedure_folders(const char *path, char **folders, int *count, arena *a)
{
    DIR *dir = has_procedure(path) ? NULL : opendir(path);
    int first = *count;
    if (!dir) {
        if (*count < CLI_FOLDERS_MAX) folders[(*count)++] = str_cstr(str_from(path), a);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(dir)) && *count < CLI_FOLDERS_MAX) {
        char *below = str_cstr(str_printf(a, "%s/%s", path, entry->d_name), a);
        if (entry->d_name[0] != '.' && has_procedure(below)) folders[(*count)++] = below;
    }
    closedir(dir);
    qsort(folders + first, (size_t)(*count - first), sizeof *folders, compare_paths);
}

// A decision model by itself: what it says wrong, and what its tables leave open. Its imports are not at hand, and not looked for.
static void lint_model(const char *path, arena *a, diag_list *d)
{
    dmn_source source = {.file = str_from(path)};
    if (!read_whole_file(path, XML_TEXT_MAX + 1, &source.text, a)) {
        diag_add(d, DIAG_ERROR, "LINT-FILE", (source_pos){.file = source.file}, (bilingual){0}, (bilingual){"无法读取", "it cannot be read"});
        return;
    }
    zones *known = zoneinfo_open(NULL);
    const dmn_model *m = dmn_load(&source, 1, known, a, d);
    if (m) dmn_lint(m, d);
    zoneinfo_close(known);
}

int cli_lint(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-') return cli_usage("lint");
    arena a = {0};
    diag_list d = {.arena = &a};
    char *folders[CLI_FOLDERS_MAX];
    procedure *all[CLI_FOLDERS_MAX];
    int count = 0, loaded = 0, models = 0;
    for (int i = 1; i < argc; i++) {
        bool is_model = str_ends(str_from(argv[i]), STR(".dmn"));
        models += is_model;
        if (is_model) lint_model(argv[i], &a, &d);
        else cli_procedure_folders(argv[i], folders, &count, &a);
    }
    for (int i = 0; i < count; i++) {
        procedure_source source;
        procedure *p = procedure_read_folder(folders[i], &source, &a, &d) ? procedure_load(&source, &a, &d) : NULL;
        if (p) all[loaded++] = p;
        for (ptrdiff_t k = 0; p && k < p->template_count; k++) document_load(&p->templates[k], &a, &d);
        for (ptrdiff_t k = 0; p && k < p->decision_count; k++)
            if (k == 0 || p->decisions[k].model != p->decisions[k - 1].model) dmn_lint(p->decisions[k].model, &d), models++;
    }
    procedure_check_all(all, loaded, &d);
    cli_report(&d);
    int status = d.errors ? EXIT_INPUT : EXIT_DONE;
    printf(cli_text((bilingual){"%d 个流程，%d 个决策模型，%d 处错误，%d 处警告\n", "%d procedures, %d decision models, %d errors, %d warnings\n"}), count, models, d.errors, d.warnings);
    arena_free(&a);
    return status;
}
