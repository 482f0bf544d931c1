#include <getopt.h>
#include <stdio.h>

#include "cli/cli.h"
#include "service/adopt.h"

static void print_json(const adoption *x, arena *a)
{
    json *o = json_new_object(a), *adopted = json_new_array(a), *moved = json_new_array(a);
    for (ptrdiff_t i = 0; i < x->adopted_count; i++) json_push(adopted, json_new_string(x->adopted[i], a));
    for (ptrdiff_t i = 0; i < x->moved_count; i++) {
        const moved_clock *m = &x->moved[i];
        json *c = json_new_object(a);
        json_set(c, STR("case"), json_new_string(m->case_id, a));
        json_set(c, STR("key"), json_new_string(m->key, a));
        json_set(c, STR("procedure"), json_new_string(m->procedure, a));
        json_set(c, STR("clock"), json_new_string(m->clock, a));
        json_set(c, STR("before"), json_new_string(m->before, a));
        json_set(c, STR("after"), json_new_string(m->after, a));
        json_push(moved, c);
    }
    json_set(o, STR("adopted"), adopted);
    json_set(o, STR("open_cases"), json_new_int(x->looked_at, a));
    json_set(o, STR("moved"), moved);
    buf out = {.arena = a};
    json_write_pretty(&out, o);
    printf("%.*s\n", STR_ARG(buf_str(&out)));
}

static void print_text(const adoption *x)
{
    for (ptrdiff_t i = 0; i < x->adopted_count; i++) printf(cli_text((bilingual){"已采用 %.*s\n", "adopted: %.*s\n"}), STR_ARG(x->adopted[i]));
    if (!x->adopted_count) printf("%s", cli_text((bilingual){"没有变化\n", "nothing has changed\n"}));
    for (ptrdiff_t i = 0; i < x->moved_count; i++)
        printf("  %.*s %.*s %.*s: %.*s -> %.*s\n", STR_ARG(x->moved[i].case_id), STR_ARG(x->moved[i].key), STR_ARG(x->moved[i].clock), STR_ARG(x->moved[i].before), STR_ARG(x->moved[i].after));
    if (x->looked_at) printf(cli_text((bilingual){"重新计算 %lld 件在办事项，%lld 个期限有变\n", "%lld open cases computed anew, %lld time limits have moved\n"}), (long long)x->looked_at, (long long)x->moved_count);
}

int cli_adopt(int argc, char **argv)
{
    static const struct option options[] = {{"format", required_argument, NULL, 'f'}, {0}};
    str format = STR("text");
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c != 'f') return cli_usage("adopt");
        format = str_from(optarg);
    }
    bool as_json = str_equal(format, STR("json"));
    int paths = argc - optind - 1;
    if (paths < 1 || paths > ADOPT_PATHS_MAX || (!as_json && !str_equal(format, STR("text")))) return cli_usage("adopt");
    arena a = {0};
    diag_list d = {.arena = &a};
    adoption done;
    int status = district_adopt(argv[optind], argv + optind + 1, paths, machine_now(), &done, &a, &d);
    cli_report(&d);
    if (status == EXIT_DONE && as_json) print_json(&done, &a);
    else if (status == EXIT_DONE) print_text(&done);
    arena_free(&a);
    return status;
}
