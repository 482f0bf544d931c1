#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case/clock.h"
#include "cli/cli.h"
#include "service/bundle.h"

typedef struct {
    clock_moment start;
    date on;                                       // none: the start's
    date restart;
    clock_pause pauses[CLOCK_PAUSES_MAX];
    int pause_count;
    int extensions[100], extension_count;          // as many as a clock may declare
    bool as_json;
} due_options;

static bool read_pause(str text, clock_pause *out)
{
    ptrdiff_t dots = str_find(text, STR(".."));
    return dots > 0 && date_parse(str_slice(text, 0, dots), &out->from) && date_parse(str_slice(text, dots + 2, text.len), &out->to);
}

static bool read_length(const char *text, int *out)
{
    *out = 0;
    if (!text) return true;
    char *end;
    long n = strtol(text, &end, 10);
    *out = (int)n;
    return *text && !*end && n > 0 && n <= PERIOD_LENGTH_MAX;
}

static bool read_options(int argc, char **argv, due_options *o)
{
    static const struct option options[] = {{"start", required_argument, NULL, 's'},   {"suspend", required_argument, NULL, 'p'}, {"restart", required_argument, NULL, 'r'},
                                            {"extend", optional_argument, NULL, 'e'},  {"on", required_argument, NULL, 'o'},      {"format", required_argument, NULL, 'f'}, {0}};
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        bool good = false;
        switch (c) {
        case 's': good = clock_moment_parse(str_from(optarg), &o->start); break;
        case 'p': good = o->pause_count < CLOCK_PAUSES_MAX && read_pause(str_from(optarg), &o->pauses[o->pause_count++]); break;
        case 'r': good = date_parse(str_from(optarg), &o->restart); break;
        case 'e': good = o->extension_count < 100 && read_length(optarg, &o->extensions[o->extension_count++]); break;
        case 'o': good = date_parse(str_from(optarg), &o->on); break;
        case 'f': good = (o->as_json = strcmp(optarg, "json") == 0) || strcmp(optarg, "text") == 0; break;
        }
        if (!good) return false;
    }
    if (date_is_none(o->on)) o->on = o->start.day;
    return true;
}

// ---- names -----------------------------------------------------------------------------------------------

enum { NAME_MAX_LENGTH = 80 };

static int distance(str x, str y)
{
    int row[NAME_MAX_LENGTH + 1];
    if (x.len > NAME_MAX_LENGTH || y.len > NAME_MAX_LENGTH) return NAME_MAX_LENGTH;
    for (int j = 0; j <= y.len; j++) row[j] = j;
    for (ptrdiff_t i = 0; i < x.len; i++) {
        int diagonal = row[0];
        row[0] = (int)i + 1;
        for (ptrdiff_t j = 0; j < y.len; j++) {
            int change = diagonal + (x.data[i] != y.data[j]), step = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            diagonal = row[j + 1];
            row[j + 1] = change < step ? change : step;
        }
    }
    return row[y.len];
}

static void unknown(const char *code, bilingual sentence, str name, const str *known, ptrdiff_t count, diag_list *d)
{
    str nearest = STR("");
    for (ptrdiff_t i = 0; i < count; i++)
        if (nearest.len == 0 || distance(known[i], name) < distance(nearest, name)) nearest = known[i];
    diag_add(d, DIAG_ERROR, code, (source_pos){0}, (bilingual){0}, sentence, STR_ARG(name), STR_ARG(nearest));
}

static const procedure *find_procedure(str id, arena *a, diag_list *d)
{
    procedure_source source = bundle_source(str_printf(a, "procedures/%.*s/", STR_ARG(id)), id, a);
    if (source.count) return procedure_load(&source, a, d);
    str *folders;
    ptrdiff_t count = bundle_folders(STR("procedures/"), &folders, a);
    unknown("CLOCK-PROCEDURE-UNKNOWN", (bilingual){"没有流程“%.*s”；最接近的是“%.*s”", "there is no procedure \"%.*s\"; the nearest is \"%.*s\""}, id, folders, count, d);
    return NULL;
}

static const procedure_clock *find_clock(const procedure *p, str id, date on, arena *a, diag_list *d)
{
    const procedure_clock *found = procedure_clock_on(p, id, on);
    if (found) return found;
    str *ids = arena_new(a, p->clock_count, str);
    bool there = false;
    for (ptrdiff_t i = 0; i < p->clock_count; i++) {
        ids[i] = p->clocks[i].id;
        there |= str_equal(ids[i], id);
    }
    if (there)
        diag_add(d, DIAG_ERROR, "CLOCK-NOT-IN-FORCE", (source_pos){0}, (bilingual){"用 --on 指定适用法律的日期", "choose the law's date with --on"},
                 (bilingual){"%.*s没有施行中的期限“%.*s”", "on %.*s no version of the clock \"%.*s\" is in force"}, STR_ARG(date_text(on, a)), STR_ARG(id));
    else unknown("CLOCK-UNKNOWN", (bilingual){"该流程没有期限“%.*s”；最接近的是“%.*s”", "this procedure has no clock \"%.*s\"; the nearest is \"%.*s\""}, id, ids, p->clock_count, d);
    return NULL;
}

// ---- answers ---------------------------------------------------------------------------------------------

static void print_json(const json *value, arena *a)
{
    buf text = {.arena = a};
    json_write_pretty(&text, value);
    printf("%.*s\n", STR_ARG(buf_str(&text)));
}

static const char *unconfirmed(const procedure_clock *c) { return c->verified ? "" : cli_text((bilingual){"（待核实）", " (to be confirmed)"}); }

static void list_clocks(const procedure *p, const due_options *o, arena *a)
{
    language lang = cli_language();
    json *list = json_new_array(a);
    for (ptrdiff_t i = 0; i < p->clock_count; i++) {
        const procedure_clock *c = &p->clocks[i];
        if (!span_covers(c->in_force, o->on)) continue;
        if (o->as_json) json_push(list, clock_law_json(p, c, lang, a));
        else printf("%-32.*s %.*s  %.*s  %.*s%s\n", STR_ARG(procedure_clock_family(c)), STR_ARG(c->name.text[lang]), STR_ARG(clock_article_text(p, c, a)),
                    STR_ARG(clock_length_text(c, lang, a)), unconfirmed(c));
    }
    if (o->as_json) print_json(list, a);
}

static bool run_clock(running_clock *c, const due_options *o, const calendar *cal, arena *a, diag_list *d)
{
    if (!date_is_none(o->restart) && !clock_restart(c, cal, o->restart, a, d)) return false;
    for (int i = 0; i < o->extension_count; i++)
        if (!clock_extend(c, cal, o->extensions[i], (date){0}, a, d)) return false;
    for (int i = 0; i < o->pause_count; i++)
        if (!clock_suspend(c, cal, o->pauses[i].from, o->pauses[i].to, a, d)) return false;
    return true;
}

static void print_answer(const running_clock *c, clock_moment due, const derivation *why, const calendar *cal, arena *a, diag_list *d)
{
    language lang = cli_language();
    const procedure_clock *law = c->law;
    printf("%.*s  %.*s  %.*s%s\n", STR_ARG(law->name.text[lang]), STR_ARG(clock_article_text(c->procedure, law, a)), STR_ARG(clock_length_text(law, lang, a)), unconfirmed(law));
    for (ptrdiff_t i = 0; i < why->count; i++) printf("  %.*s  %.*s\n", STR_ARG(date_text(why->lines[i].day, a)), STR_ARG(why->lines[i].note[lang]));
    printf("%s%.*s%s\n", cli_text((bilingual){"到期日：", "due: "}), STR_ARG(clock_moment_text(due, a)),
           why->provisional ? cli_text((bilingual){"（暂定：放假安排尚未公布）", " (provisional: the holiday arrangement is not out yet)"}) : "");
    clock_moment promised;
    if (law->has_promise && clock_due(c, CLOCK_PROMISE, cal, &promised, NULL, a, d))
        printf("%s%.*s  %.*s\n", cli_text((bilingual){"承诺时限：", "promised: "}), STR_ARG(clock_moment_text(promised, a)), STR_ARG(law->promise_article));
    str expiry = law->expiry.text[lang].len ? law->expiry.text[lang] : clock_effect_text(law->effect, lang);
    printf("%s%.*s\n", cli_text((bilingual){"届满：", "on expiry: "}), STR_ARG(expiry));
}

static int answer(const procedure *p, str id, const due_options *o, arena *a, diag_list *d)
{
    const procedure_clock *law = find_clock(p, id, o->on, a, d);
    if (!law) return EXIT_INPUT;
    if (!clock_can_run(law)) {
        diag_add(d, DIAG_ERROR, "CLOCK-PROMISED-DAY", (source_pos){.element = law->id}, (bilingual){0},
                 (bilingual){"该期限由个案记录载明（%.*s），不能只凭日期推算", "this limit is named in the case's own record (%.*s): a date alone is not enough"}, STR_ARG(law->article));
        return EXIT_INPUT;
    }
    if (!span_covers(p->basis[law->basis].in_force, o->on))
        diag_add(d, DIAG_WARNING, "CLOCK-BASIS-NOT-IN-FORCE", (source_pos){.element = law->id}, (bilingual){"当时的规定没有录入，请另行核对", "what applied then is not recorded here: check it"},
                 (bilingual){"%.*s时“%.*s”没有施行", "on %.*s \"%.*s\" was not in force"}, STR_ARG(date_text(o->on, a)), STR_ARG(p->basis[law->basis].title));
    const calendar *cal = bundle_calendar(a, d);
    running_clock c = clock_start(p, law, o->start);
    if (!run_clock(&c, o, cal, a, d)) return EXIT_INPUT;
    if (o->as_json) {
        json *root = clock_answer_json(&c, id, cal, cli_language(), a, d);
        if (root) print_json(root, a);
        return root ? EXIT_DONE : EXIT_INPUT;
    }
    clock_moment due;
    derivation why;
    if (!clock_due(&c, CLOCK_LAW, cal, &due, &why, a, d)) return EXIT_INPUT;
    print_answer(&c, due, &why, cal, a, d);
    return EXIT_DONE;
}

int cli_due(int argc, char **argv)
{
    due_options o = {0};
    if (!read_options(argc, argv, &o)) return cli_usage("due");
    int names = argc - optind;
    if (names < 1 || names > 2 || date_is_none(names == 2 ? o.start.day : o.on)) return cli_usage("due");
    arena a = {0};
    diag_list d = {.arena = &a};
    int status = EXIT_INPUT;
    const procedure *p = find_procedure(str_from(argv[optind]), &a, &d);
    if (p && names == 1) list_clocks(p, &o, &a), status = EXIT_DONE;
    else if (p) status = answer(p, str_from(argv[optind + 1]), &o, &a, &d);
    cli_report(&d);
    arena_free(&a);
    return status;
}
