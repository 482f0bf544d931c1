// document.c: fadu document: fill the template of a document with a case given as JSON.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case/case.h"
#include "cli/cli.h"
#include "document/document.h"
#include "document/series.h"
#include "service/bundle.h"

typedef struct {
    const char *input, *format, *output;
    int number;
    date day;
} document_options;

static bool read_options(int argc, char **argv, document_options *o)
{
    static const struct option options[] = {{"input", required_argument, NULL, 'i'}, {"number", required_argument, NULL, 'n'}, {"date", required_argument, NULL, 'd'},
                                            {"format", required_argument, NULL, 'f'}, {"output", required_argument, NULL, 'o'}, {0}};
    *o = (document_options){.format = "html"};
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
        char nothing[] = "", *end = nothing;
        long n = c == 'n' ? strtol(optarg, &end, 10) : 1;
        if (*end || n < 1 || n > SERIES_NUMBER_MAX) return false;
        if (c == 'i') o->input = optarg;
        else if (c == 'n') o->number = (int)n;
        else if (c == 'f') o->format = optarg;
        else if (c == 'o') o->output = optarg;
        else if (c != 'd' || !date_parse(str_from(optarg), &o->day)) return false;
    }
    bool known = strcmp(o->format, "html") == 0 || strcmp(o->format, "docx") == 0 || strcmp(o->format, "pdf") == 0;
    return optind + 2 == argc && o->input && known && o->day.year >= SERIES_YEAR_MIN && o->day.year <= SERIES_YEAR_MAX;
}

static feel_value field_value(const form_field *f, const json *j, arena *a)
{
    feel_value v;
    bool moment = f->type == FIELD_DATE || f->type == FIELD_DATE_TIME;
    if (moment && j->kind == JSON_STRING && feel_parse_temporal(j->text, f->type == FIELD_DATE ? FEEL_DATE : FEEL_DATE_TIME, NULL, &v)) return v;
    return feel_from_json(j, a);
}

static const feel_value *read_data(const procedure_form *f, const json *data, str file, arena *a, diag_list *d)
{
    int errors = d->errors;
    feel_value *values = arena_new(a, f->field_count, feel_value);
    for (ptrdiff_t i = 0; i < f->field_count; i++) values[i] = feel_null();
    for (const json *j = data && data->kind == JSON_OBJECT ? data->first : NULL; j; j = j->next) {
        int field = form_field_index(f, j->name);
        if (field >= 0) values[field] = field_value(&f->fields[field], j, a);
        else diag_add(d, DIAG_ERROR, "DOCUMENT-INPUT", json_pos(j, file), (bilingual){0}, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, STR_ARG(j->name));
    }
    form_check(f, values, (source_pos){.file = file}, d);
    return d->errors == errors ? values : NULL;
}

static report_document *make(const char *procedure_id, const char *document_id, const document_options *o, str text, arena *a, diag_list *d)
{
    procedure_source source = bundle_source(str_printf(a, "procedures/%s/", procedure_id), str_from(procedure_id), a);
    if (source.count == 0) {
        diag_add(d, DIAG_ERROR, "DOCUMENT-PROCEDURE-UNKNOWN", (source_pos){0}, (bilingual){0}, (bilingual){"没有流程“%s”", "there is no procedure \"%s\""}, procedure_id);
        return NULL;
    }
    const procedure *p = procedure_load(&source, a, d);
    const procedure_document *t = p ? document_find(p, str_from(document_id)) : NULL;
    if (!t) {
        if (p) diag_add(d, DIAG_ERROR, "DOCUMENT-NO-TEMPLATE", (source_pos){0}, (bilingual){0}, (bilingual){"该流程没有文书模板“%s”", "this procedure has no template \"%s\""}, document_id);
        return NULL;
    }
    str file = str_from(o->input);
    json *root = json_parse(text, file, a, d);
    const feel_value *data = root ? read_data(&p->forms[t->form], json_get(root, STR("data")), file, a, d) : NULL;
    if (!data) return NULL;
    const json *case_file = json_get(root, STR("case")), *office = json_get(root, STR("office"));
    document_values v = {.data = data, .case_file = case_file ? feel_from_json(case_file, a) : feel_null(), .office = office ? feel_from_json(office, a) : feel_null(),
                         .number = o->number, .day = o->day};
    return document_fill(p, t, &v, bundle_calendar(a, d), a, d);
}

static str no_link(void *ctx, str figure, arena *a)
{
    (void)ctx, (void)figure, (void)a;
    return STR("");
}

static bool render(const char *format, const report_document *doc, arena *a, diag_list *d, str *out)
{
    int pages;
    if (strcmp(format, "docx") == 0) return report_docx(doc, a, out);
    if (strcmp(format, "pdf") == 0) return report_pdf(doc, a, out, &pages, d);
    buf text = {.arena = a};
    report_html_page(&text, doc, no_link, NULL, a);
    *out = buf_str(&text);
    return true;
}

int cli_document(int argc, char **argv)
{
    document_options o;
    if (!read_options(argc, argv, &o)) return cli_usage("document");
    arena a = {0};
    diag_list d = {.arena = &a};
    str text, out = {0};
    int status = EXIT_DONE;
    if (!read_whole_file(o.input, JSON_SIZE_MAX + 1, &text, &a)) {
        perror(o.input);
        status = EXIT_SYSTEM;
    } else {
        report_document *doc = make(argv[optind], argv[optind + 1], &o, text, &a, &d);
        if (!doc) status = EXIT_INPUT;
        else if (!render(o.format, doc, &a, &d, &out)) status = d.errors ? EXIT_INPUT : EXIT_SYSTEM;
        else if (!cli_write(o.output, out)) status = EXIT_SYSTEM;
    }
    cli_report(&d);
    arena_free(&a);
    return status;
}
