// The annual report's template of the demonstration district, with the figures of the report it was modelled on.
#include "report_sample.h"

static str shared_file(const char *name, arena *a)
{
    const char *folder = getenv("FADU_SHARED");
    return read_whole(str_cstr(str_printf(a, "%s/%s", folder ? folder : "../shared", name), a), a);
}

static feel_value district(arena *a)
{
    return feel_context_of((str[]){STR("name"), STR("short_name"), STR("organ")},
                           (feel_value[]){feel_string(STR("羊山新区")), feel_string(STR("羊山")), feel_string(STR("羊山新区管理委员会"))}, 3, a);
}

static str figure_link(void *ctx, str figure, arena *a)
{
    (void)ctx;
    return str_concat(STR("/figures/"), figure, a);
}

int main(void)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    str text = shared_file("source-figures.json", &a);
    if (text.len == 0) {
        tap_skip("the source figures are not here");
        arena_free(&a);
        return tap_done();
    }
    json *figures = json_parse(text, STR("source-figures.json"), &a, &d);
    ptrdiff_t n = figures->count, i = 0;
    str *names = arena_new(&a, n + 4, str);
    feel_value *values = arena_new(&a, n + 4, feel_value);
    for (json *f = figures->first; f; f = f->next, i++) {
        str printed = json_string(f, STR("text"));
        // A figure that the source names without a number is printed as its number with its unit.
        if (printed.len == 0) printed = str_concat(json_get(f, STR("value"))->text, json_string(f, STR("unit")), &a);
        feel_value value = feel_from_json(json_get(f, STR("value")), &a);
        names[i] = json_string(f, STR("id"));
        values[i] = feel_context_of((str[]){STR("id"), STR("value"), STR("text")},
                                    (feel_value[]){feel_string(names[i]), value, feel_string(printed)}, 3, &a);
    }
    names[n] = STR("year"), values[n] = feel_int(2024);
    names[n + 1] = STR("previous_year"), values[n + 1] = feel_int(2023);
    names[n + 2] = STR("district"), values[n + 2] = district(&a);
    names[n + 3] = STR("issue_date"), values[n + 3] = feel_date((date){2025, 2, 28});

    const char *folder = "districts/yangshan/report/annual";
    str meta_file = str_printf(&a, "%s.json", folder), body_file = str_printf(&a, "%s.md", folder);
    report_template *t = report_template_load(read_whole(str_cstr(meta_file, &a), &a), meta_file, read_whole(str_cstr(body_file, &a), &a), body_file,
                                              (feel_scope){.names = names, .count = n + 4}, &a, &d);
    feel_evaluation e = {.arena = &a};
    report_document *doc = t ? report_fill(t, values, &e, &a, &d) : NULL;
    buf problems = {.arena = &a};
    diag_print_all(&problems, &d, LANG_EN);
    if (!tap_ok(doc != NULL && d.errors == 0, "the template loads and fills")) printf("# %.*s\n", STR_ARG(buf_str(&problems)));
    if (!doc) return tap_done();

    tap_is_str(doc->title, "羊山新区2024年度法治政府建设情况报告", "its title");
    tap_is_str(doc->date, "2025年2月28日", "its date");
    tap_ok(str_find(doc->note, STR("合成数据")) > 0, "it says that the data is synthetic");

    buf html = {.arena = &a};
    report_html(&html, doc, figure_link, NULL, &a);
    int missing = 0;
    for (i = 0; i < n; i++) {
        if (str_equal(names[i], STR("report_issue_date"))) continue;   // the date under the signature
        if (str_find(buf_str(&html), str_printf(&a, "data-figure=\"%.*s\"", STR_ARG(names[i]))) >= 0) continue;
        printf("# not in the report: %.*s\n", STR_ARG(names[i]));
        missing++;
    }
    tap_is_int(missing, 0, "every figure is in the report and links to its entries");
    missing = 0;
    for (json *f = figures->first; f; f = f->next) {
        if (!str_equal(json_string(f, STR("basis")), STR("stated"))) continue;
        str printed = json_string(f, STR("text"));
        if (str_find(buf_str(&html), printed) >= 0) continue;
        printf("# not as printed: %.*s\n", STR_ARG(printed));
        missing++;
    }
    tap_is_int(missing, 0, "and every stated one is printed as in the source");
    tap_ok(str_find(buf_str(&html), STR("{{")) < 0, "no placeholder is left");
    tap_ok(str_find(buf_str(&html), STR("，，")) < 0 && str_find(buf_str(&html), STR("，。")) < 0 && str_find(buf_str(&html), STR("。。")) < 0,
           "no doubled marks where a phrase was left out");

    // A year in which nothing optional happened and all rates are full: the report shrinks and stays whole.
    for (i = 0; i < n; i++) {
        const feel_value *unit_text = feel_context_get(&values[i], STR("text"));
        values[i] = feel_context_of((str[]){STR("id"), STR("value"), STR("text")},
                                    (feel_value[]){feel_string(names[i]), feel_int(str_ends(names[i], STR("_rate")) ? 100 : 0), *unit_text}, 3, &a);
    }
    d = (diag_list){.arena = &a};
    tap_ok(report_fill(t, values, &e, &a, &d) != NULL && d.errors == 0, "another year's figures fill it as well");
    arena_free(&a);
    return tap_done();
}
