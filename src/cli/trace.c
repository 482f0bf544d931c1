#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "service/reporting.h"

enum { TRACE_PAGE = 500 };

static void print_head(const figure_value *v, int year, const figure_part *parts, ptrdiff_t part_count)
{
    const procedure_figure *f = v->entry->figure;
    language lang = cli_language();
    printf("%.*s  %.*s  %d\n", STR_ARG(f->id), STR_ARG(f->name.text[lang]), year);
    printf("= %.*s\n", STR_ARG(v->text));
    printf("%s%.*s\n", cli_text((bilingual){"口径：", "definition: "}), STR_ARG(f->definition.text[lang]));
    if (f->kind == FIGURE_CHANGE)
        printf("%s\n", f->relative ? cli_text((bilingual){"变化口径：相对变化", "change: relative"}) : cli_text((bilingual){"变化口径：百分点", "change: percentage points"}));
    for (ptrdiff_t i = 0; i < f->basis_count; i++)
        printf("%s%.*s %.*s%s\n", cli_text((bilingual){"依据：", "basis: "}), STR_ARG(f->basis[i].title), STR_ARG(f->basis[i].article),
               f->basis[i].verified ? "" : cli_text((bilingual){"（待核实）", " (to be confirmed)"}));
    if (part_count > 1 || (part_count == 1 && parts[0].entry != v->entry))
        for (ptrdiff_t i = 0; i < part_count; i++)
            printf("%s%.*s（%d）\n", cli_text((bilingual){"由此算出：", "from: "}), STR_ARG(parts[i].entry->figure->name.text[lang]), parts[i].year);
    putchar('\n');
}

static void print_line(const trace_line *l, arena *a)
{
    str day = date_text(date_from_days(l->entry.day), a);
    printf("%.*s  %8.*s  %.*s  #%lld  ", STR_ARG(day), STR_ARG(decimal_text(l->entry.amount, a)), STR_ARG(case_id_text(l->entry.case_id, a)), (long long)l->entry.record);
    if (l->file.len) {
        printf("%.*s", STR_ARG(l->file));
        if (l->sheet.len) printf(" %.*s", STR_ARG(l->sheet));
        printf(cli_text((bilingual){" 第%d行", " row %d"}), l->row);
    }
    printf("  %.*s\n", STR_ARG(l->case_row.title));
}

static json *line_json(const trace_line *l, arena *a)
{
    json *o = json_new_object(a);
    json_set(o, STR("date"), json_new_string(date_text(date_from_days(l->entry.day), a), a));
    json_set(o, STR("amount"), json_new_decimal(l->entry.amount, a));
    json_set(o, STR("case"), json_new_string(case_id_text(l->entry.case_id, a), a));
    json_set(o, STR("record"), json_new_int(l->entry.record, a));
    json_set(o, STR("figure"), json_new_string(l->account->figure->id, a));
    if (l->file.len) {
        json *source = json_new_object(a);
        json_set(source, STR("file"), json_new_string(l->file, a));
        json_set(source, STR("sha256"), json_new_string(digest_hex(l->sha256, a), a));
        json_set(source, STR("sheet"), json_new_string(l->sheet, a));
        json_set(source, STR("row"), json_new_int(l->row, a));
        json_set(o, STR("source"), source);
    } else json_set(o, STR("source"), json_new_null(a));
    return o;
}

static store_result trace(const district *x, const figure_value *v, int year, bool as_json, arena *a, diag_list *d)
{
    figure_part *parts;
    ptrdiff_t part_count = figures_parts(&x->definitions->figures, v->entry->figure->id, year, &parts, a);
    arena page_arena = {.escape = a->escape};
    trace_cursor cursor = {0};
    store_result r = STORE_OK;
    bool first = true;
    buf text = {.arena = &page_arena};
    if (as_json) {
        json_write_string(&text, v->entry->figure->id);
        printf("{\"figure\":%.*s,\"year\":%d,\"value\":", STR_ARG(buf_str(&text)), year);
        printf("%.*s,\"entries\":[", STR_ARG(v->defined ? decimal_text(v->value, a) : STR("null")));
    } else print_head(v, year, parts, part_count);
    while (r == STORE_OK && cursor.part < part_count) {
        arena_rewind(&page_arena, (arena_position){0});
        trace_line *lines;
        ptrdiff_t count;
        r = reporting_trace(x->store, x->definitions, parts, part_count, &cursor, TRACE_PAGE, &lines, &count, &page_arena, d);
        for (ptrdiff_t i = 0; i < count && r == STORE_OK; i++) {
            if (!as_json) {
                print_line(&lines[i], &page_arena);
                continue;
            }
            text = (buf){.arena = &page_arena};
            json_write(&text, line_json(&lines[i], &page_arena));
            printf("%s%.*s", first ? "\n" : ",\n", STR_ARG(buf_str(&text)));
            first = false;
        }
    }
    if (as_json) printf("]}\n");
    arena_free(&page_arena);
    return r;
}

int cli_trace(int argc, char **argv)
{
    static const struct option options[] = {{"year", required_argument, NULL, 'y'}, {"format", required_argument, NULL, 'f'}, {0}};
    const char *format = "text";
    int year = 0, c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'y') {
            if (!cli_year(optarg, &year)) return EXIT_USAGE;
        } else if (c == 'f') format = optarg;
        else return cli_usage("trace");
    }
    bool as_json = strcmp(format, "json") == 0;
    if (optind + 2 != argc || !year || (!as_json && strcmp(format, "text") != 0)) return cli_usage("trace");

    arena a = {0};
    diag_list d = {.arena = &a};
    district x;
    int status = district_open(argv[optind], false, &x, &d);
    if (status == EXIT_DONE) {
        figure_value v;
        store_result r = store_begin(x.store, false);
        if (r == STORE_OK) r = figures_value(x.store, &x.definitions->figures, str_from(argv[optind + 1]), year, &v, &a);
        if (r == STORE_NOT_FOUND) {
            diag_add(&d, DIAG_ERROR, "TRACE-FIGURE", (source_pos){0}, (bilingual){"fadu report DIR --year Y --format json 列出全部指标", "fadu report DIR --year Y --format json lists all figures"},
                     (bilingual){"没有指标“%s”", "there is no figure \"%s\""}, argv[optind + 1]);
            status = EXIT_INPUT;
        } else if (r == STORE_OK) r = trace(&x, &v, year, as_json, &a, &d);
        store_rollback(x.store);
        if (r != STORE_OK && r != STORE_NOT_FOUND) status = district_trouble(argv[optind], x.store, r, &d);
        district_close(&x);
    }
    cli_report(&d);
    arena_free(&a);
    return status;
}
