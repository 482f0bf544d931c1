// fadu: the command line's entrance.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

language cli_language(void)
{
    static const char *const variables[] = {"FADU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *value = getenv(variables[i]);
        if (!value || !*value) continue;
        if (strncmp(value, "zh", 2) == 0) return LANG_ZH;
        // "C" and "POSIX" say nothing about a language: a server's default, not a person's choice.
        if (strcmp(value, "C") == 0 || strncmp(value, "C.", 2) == 0 || strcmp(value, "POSIX") == 0) continue;
        return LANG_EN;
    }
    return LANG_ZH;
}

const char *cli_text(bilingual t) { return cli_language() == LANG_ZH ? t.zh : t.en; }

int cli_usage(const char *name)
{
    for (int i = 0; i < cli_command_count; i++)
        if (strcmp(cli_commands[i].name, name) == 0) {
            fprintf(stderr, "%s: fadu %s\n", cli_text((bilingual){"用法", "usage"}), cli_commands[i].usage);
            const char *detail = cli_text(cli_commands[i].detail);
            if (detail) fprintf(stderr, "%s\n", detail);
        }
    return EXIT_USAGE;
}

void cli_report(const diag_list *d)
{
    arena a = {0};
    buf out = {.arena = &a};
    int shown = 0;
    for (const diag *g = d->first; g && shown < CLI_REPORTED_MAX; g = g->next, shown++) diag_print(&out, g, cli_language());
    fwrite(out.data ? out.data : "", 1, (size_t)out.len, stderr);
    int more = d->errors + d->warnings + d->notes - shown;
    if (more) fprintf(stderr, cli_text((bilingual){"另有 %d 项未列出\n", "%d more not shown\n"}), more);
    arena_free(&a);
}

bool cli_year(const char *text, int *out)
{
    char *end;
    long year = strtol(text, &end, 10);
    if (*text && !*end && year >= 1949 && year <= 2200) {
        *out = (int)year;
        return true;
    }
    fprintf(stderr, cli_text((bilingual){"年度“%s”应在 1949 至 2200 之间\n", "the year \"%s\" must be 1949 to 2200\n"}), text);
    return false;
}

bool cli_write(const char *path, str text)
{
    bool to_output = !path || strcmp(path, "-") == 0;
    FILE *f = to_output ? stdout : fopen(path, "wb");
    bool good = f && fwrite(text.data ? text.data : "", 1, (size_t)text.len, f) == (size_t)text.len && fflush(f) == 0;
    if (f && !to_output) good = fclose(f) == 0 && good;
    if (!good) fprintf(stderr, cli_text((bilingual){"%s：写不进去：%s\n", "%s: cannot be written: %s\n"}), to_output ? "stdout" : path, strerror(errno));
    return good;
}

static void print_help(FILE *out)
{
    fprintf(out, "%s\n\n", cli_text((bilingual){"法度：法治政府建设工作系统", "Fadu: the system a government runs its law-based work on"}));
    for (int i = 0; i < cli_command_count; i++)
        fprintf(out, "  fadu %s\n      %s\n", cli_commands[i].usage, cli_text(cli_commands[i].summary));
    fprintf(out, "\n%s\n", cli_text((bilingual){"退出码：0 完成，1 输入有误，2 用法不对，3 系统故障。界面语言由 FADU_LANG=zh|en 选择。",
                                                 "Exit status: 0 done, 1 bad input, 2 wrong usage, 3 system failure. FADU_LANG=zh|en chooses the language."}));
}

int main(int argc, char **argv)
{
    if (argc >= 2)
        for (int i = 0; i < cli_command_count; i++)
            if (strcmp(argv[1], cli_commands[i].name) == 0) return cli_commands[i].run(argc - 1, argv + 1);
    bool asked = argc >= 2 && (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
    if (argc >= 2 && strcmp(argv[1], "--version") == 0) return puts("fadu 0.1.0"), EXIT_DONE;
    if (argc >= 2 && !asked) fprintf(stderr, cli_text((bilingual){"没有子命令“%s”\n\n", "there is no subcommand \"%s\"\n\n"}), argv[1]);
    print_help(asked ? stdout : stderr);
    return asked ? EXIT_DONE : EXIT_USAGE;
}
