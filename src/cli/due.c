#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "service/bundle.h"

static bool covers_day(span s, date day)
{
    return (date_is_none(s.from) || date_compare(s.from, day) <= 0) && (date_is_none(s.to) || date_compare(day, s.to) <= 0);
}

static void list_clocks(const procedure *p, date start, arena *a)
{
    language lang = cli_language();
    for (ptrdiff_t i = 0; i < p->clock_count; i++) {
        const procedure_clock *c = &p->clocks[i];
        if (!covers_day(c->in_force, start)) continue;
        printf("%-32.*s %.*s  %.*s %.*s  %.*s%s\n", STR_ARG(c->id), STR_ARG(c->name.text[lang]), STR_ARG(p->basis[c->basis].title), STR_ARG(c->article),
               STR_ARG(c->has_period ? period_text(c->period, lang, a) : STR("—")), c->verified ? "" : cli_text((bilingual){"（待核实）", " (to be confirmed)"}));
    }
}

static int derive(const procedure *p, const procedure_clock *c, date start, bool as_json, arena *a, diag_list *d)
{
    if (!c->has_period || c->period.unit == UNIT_HOURS) {
        fprintf(stderr, "%s\n", cli_text((bilingual){"该期限按小时或按个案约定，不能只凭日期推算", "this limit runs in hours or is set case by case: a date alone is not enough"}));
        return EXIT_INPUT;
    }
    date due;
    derivation why;
    if (!calendar_last_day(bundle_calendar(a, d), start, c->period, &due, &why, a, d)) return EXIT_INPUT;
    language lang = cli_language();
    if (as_json) {
        json *root = json_new_object(a), *lines = json_new_array(a);
        json_set(root, STR("clock"), json_new_string(c->id, a));
        json_set(root, STR("article"), json_new_string(str_printf(a, "%.*s %.*s", STR_ARG(p->basis[c->basis].title), STR_ARG(c->article)), a));
        json_set(root, STR("due"), json_new_string(date_text(due, a), a));
        for (ptrdiff_t i = 0; i < why.count; i++)
            json_push(lines, json_new_string(str_printf(a, "%.*s %.*s", STR_ARG(date_text(why.lines[i].day, a)), STR_ARG(why.lines[i].note[lang])), a));
        json_set(root, STR("derivation"), lines);
        json_set(root, STR("provisional"), json_new_bool(why.provisional, a));
        buf text = {.arena = a};
        json_write_pretty(&text, root);
        printf("%.*s\n", STR_ARG(buf_str(&text)));
        return EXIT_DONE;
    }
    printf("%.*s  %.*s %.*s  %.*s\n", STR_ARG(c->name.text[lang]), STR_ARG(p->basis[c->basis].title), STR_ARG(c->article), STR_ARG(period_text(c->period, lang, a)));
    for (ptrdiff_t i = 0; i < why.count; i++) printf("  %.*s  %.*s\n", STR_ARG(date_text(why.lines[i].day, a)), STR_ARG(why.lines[i].note[lang]));
    printf("%s%.*s%s\n", cli_text((bilingual){"到期日：", "due: "}), STR_ARG(date_text(due, a)),
           why.provisional ? cli_text((bilingual){"（暂定：放假安排尚未公布）", " (provisional: the holiday arrangement is not out yet)"}) : "");
    return EXIT_DONE;
}

int cli_due(int argc, char **argv)
{
    static const struct option options[] = {{"start", required_argument, NULL, 's'}, {"format", required_argument, NULL, 'f'}, {0}};
    const char *format = "text";
    date start = {0};
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 's') {
            if (!date_parse(str_from(optarg), &start)) return cli_usage("due");
        } else if (c == 'f') format = optarg;
        else return cli_usage("due");
    }
    int names = argc - optind;
    bool as_json = strcmp(format, "json") == 0;
    if (names < 1 || names > 2 || date_is_none(start) || (!as_json && strcmp(format, "text") != 0)) return cli_usage("due");

    arena a = {0};
    diag_list d = {.arena = &a};
    int status = EXIT_INPUT;
    str id = str_from(argv[optind]);
    procedure_source source = bundle_source(str_printf(&a, "procedures/%.*s/", STR_ARG(id)), id, &a);
    procedure *p = source.count ? procedure_load(&source, &a, &d) : NULL;
    if (!p) fprintf(stderr, cli_text((bilingual){"没有流程“%s”\n", "there is no procedure \"%s\"\n"}), argv[optind]);
    else if (names == 1) list_clocks(p, start, &a), status = EXIT_DONE;
    else {
        const procedure_clock *clock = NULL;
        for (ptrdiff_t i = 0; i < p->clock_count; i++)
            if (str_equal(p->clocks[i].id, str_from(argv[optind + 1])) && covers_day(p->clocks[i].in_force, start)) clock = &p->clocks[i];
        if (clock) status = derive(p, clock, start, as_json, &a, &d);
        else fprintf(stderr, cli_text((bilingual){"流程“%s”没有期限“%s”\n", "procedure \"%s\" has no clock \"%s\"\n"}), argv[optind], argv[optind + 1]);
    }
    cli_report(&d);
    arena_free(&a);
    return status;
}
