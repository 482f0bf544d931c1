#include "service/reporting.h"

store_result reporting_values(store *s, const definitions *defs, int year, figure_value **out, ptrdiff_t *count, arena *a)
{
    const figure_index *x = &defs->figures;
    *out = arena_new(a, x->count, figure_value);
    *count = x->count;
    for (ptrdiff_t i = 0; i < x->count; i++) {
        store_result r = figures_value(s, x, x->all[i].figure->id, year, &(*out)[i], a);
        if (r != STORE_OK) return r;
    }
    return STORE_OK;
}

// ---- the document ----------------------------------------------------------------------------------------

static feel_value figure_context(const figure_value *v, arena *a)
{
    const procedure_figure *f = v->entry->figure;
    return feel_context_of((str[]){STR("id"), STR("label"), STR("value"), STR("text"), STR("unit")},
                           (feel_value[]){feel_string(f->id), feel_string(f->name.text[LANG_ZH]), feel_number(v->value),
                                          feel_string(v->text), feel_string(f->unit)},
                           5, a);
}

static feel_value issue_date(const definitions *defs, const figure_value *values, int year)
{
    const figure_entry *x = figure_find(&defs->figures, STR("report_issue_date"));
    int64_t n = 0;
    if (x) decimal_to_int(values[x - defs->figures.all].value, &n);
    if (date_valid(n / 10000, n / 100 % 100, n % 100)) return feel_date((date){(int32_t)(n / 10000), (uint8_t)(n / 100 % 100), (uint8_t)(n % 100)});
    // Not yet issued: the last day on which the report may go up (mission: sent up by 1 March).
    return feel_date(date_add_days((date){year + 1, 3, 1}, -1));
}

report_document *reporting_document(store *s, const definitions *defs, int year, timestamp now, arena *a, diag_list *d)
{
    figure_value *values;
    ptrdiff_t count;
    store_result r = reporting_values(s, defs, year, &values, &count, a);
    if (r != STORE_OK) {
        district_trouble("", s, r, d);
        return NULL;
    }
    int64_t entries = 0;
    for (ptrdiff_t i = 0; i < count; i++) entries += values[i].entry->figure->in_report ? values[i].entries : 0;
    if (entries == 0) {
        diag_add(d, DIAG_ERROR, "REPORT-EMPTY", (source_pos){0}, (bilingual){"先导入该年度的台账", "import the ledgers of that year first"},
                 (bilingual){"%d年没有任何记录，不能生成报告", "there is nothing on record for %d, so there is no report"}, year);
        return NULL;
    }
    str *names = arena_new(a, count + 4, str);
    feel_value *bound = arena_new(a, count + 4, feel_value);
    for (ptrdiff_t i = 0; i < count; i++) {
        names[i] = values[i].entry->figure->id;
        // A ratio over nothing is null: where the template prints it without a condition, there is no report.
        bound[i] = values[i].defined ? figure_context(&values[i], a) : feel_null();
    }
    names[count] = STR("year"), bound[count] = feel_int(year);
    names[count + 1] = STR("previous_year"), bound[count + 1] = feel_int(year - 1);
    names[count + 2] = STR("district"), bound[count + 2] = feel_from_json(defs->config, a);
    names[count + 3] = STR("issue_date"), bound[count + 3] = issue_date(defs, values, year);
    report_template *t = report_template_load(defs->report_meta, STR("report/annual.json"), defs->report_body, STR("report/annual.md"),
                                              (feel_scope){.names = names, .count = count + 4}, a, d);
    feel_evaluation e = {.arena = a, .now = now};
    return t ? report_fill(t, bound, &e, a, d) : NULL;
}

// ---- JSON ------------------------------------------------------------------------------------------------

static const char *const kind_names[] = {[FIGURE_COUNT] = "count", [FIGURE_RATIO] = "ratio", [FIGURE_CHANGE] = "change", [FIGURE_SUM] = "sum"};

static json *figure_json(const figure_value *v, arena *a)
{
    const procedure_figure *f = v->entry->figure;
    json *o = json_new_object(a);
    json_set(o, STR("id"), json_new_string(f->id, a));
    json_set(o, STR("label"), json_new_string(f->name.text[LANG_ZH], a));
    json_set(o, STR("value"), v->defined ? json_new_decimal(v->value, a) : json_new_null(a));
    json_set(o, STR("unit"), json_new_string(f->unit, a));
    json_set(o, STR("text"), json_new_string(v->text, a));
    json_set(o, STR("entries"), json_new_int(v->entries, a));
    json_set(o, STR("kind"), json_new_string(str_from(kind_names[f->kind]), a));
    if (f->kind == FIGURE_CHANGE) json_set(o, STR("mode"), json_new_string(f->relative ? STR("relative") : STR("percentage_points"), a));
    json_set(o, STR("version"), json_new_string(f->version, a));
    json_set(o, STR("procedure"), json_new_string(v->entry->procedure->id, a));
    json_set(o, STR("section"), json_new_string(f->section, a));
    json_set(o, STR("in_report"), json_new_bool(f->in_report, a));
    return o;
}

json *reporting_json(store *s, const definitions *defs, int year, arena *a)
{
    figure_value *values;
    ptrdiff_t count;
    ledger_tree tree;
    if (reporting_values(s, defs, year, &values, &count, a) != STORE_OK || store_get_tree(s, &tree) != STORE_OK) return NULL;
    json *root = json_new_object(a), *list = json_new_array(a), *head = json_new_object(a);
    json_set(root, STR("year"), json_new_int(year, a));
    json_set(root, STR("district"), json_new_string(store_district(s), a));
    json_set(head, STR("size"), json_new_int((int64_t)tree.size, a));
    json_set(head, STR("root"), json_new_string(digest_hex(ledger_root(&tree), a), a));
    json_set(root, STR("checkpoint"), head);
    // The report's figures first; the working figures after them.
    for (int in_report = 1; in_report >= 0; in_report--)
        for (ptrdiff_t i = 0; i < count; i++)
            if (values[i].entry->figure->in_report == (in_report == 1)) json_push(list, figure_json(&values[i], a));
    json_set(root, STR("figures"), list);
    return root;
}

// ---- traces ----------------------------------------------------------------------------------------------

static store_result fill_line(store *s, const store_file *files, ptrdiff_t file_count, const figure_part *part, const store_entry *e,
                              trace_line *out, arena *a, diag_list *d)
{
    *out = (trace_line){.entry = *e, .account = part->entry};
    store_record record;
    store_result r = store_get_case(s, e->case_id, &out->case_row, a);
    if (r == STORE_OK) r = store_get_record(s, e->record, &record, a);
    if (r != STORE_OK) return r;
    const json *source = json_get(json_parse(record.body, STR("fadu.db"), a, d), STR("source"));
    int64_t file = json_int(source, STR("file"), 0);
    if (file < 1 || file > file_count) return STORE_OK;
    out->file = files[file - 1].name;
    out->sha256 = files[file - 1].sha256;
    out->sheet = json_string(source, STR("sheet"));
    out->row = (int)json_int(source, STR("row"), 0);
    return STORE_OK;
}

store_result reporting_trace(store *s, const definitions *defs, const figure_part *parts, ptrdiff_t part_count, trace_cursor *cursor, int limit,
                             trace_line **out, ptrdiff_t *count, arena *a, diag_list *d)
{
    (void)defs;
    store_file *files;
    ptrdiff_t file_count;
    *count = 0;
    *out = arena_new(a, limit, trace_line);
    store_result r = store_files(s, &files, &file_count, a);
    while (r == STORE_OK && cursor->part < part_count && *count < limit) {
        const figure_part *part = &parts[cursor->part];
        int64_t first, last;
        figures_days(part->entry->figure, part->year, &first, &last);
        store_entry *entries;
        ptrdiff_t n;
        int wanted = limit - (int)*count;
        r = store_list_entries(s, part->entry->number, first, last, cursor->started ? &cursor->entry : NULL, wanted, &entries, &n, a);
        for (ptrdiff_t i = 0; i < n && r == STORE_OK; i++) r = fill_line(s, files, file_count, part, &entries[i], &(*out)[(*count)++], a, d);
        if (n < wanted) *cursor = (trace_cursor){.part = cursor->part + 1};
        else cursor->entry = entries[n - 1], cursor->started = true;
    }
    return r;
}
