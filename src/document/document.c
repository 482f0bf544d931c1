#include "document/document.h"

#include "document/series.h"

const procedure_document *document_find(const procedure *p, str id)
{
    for (ptrdiff_t i = 0; i < p->template_count; i++)
        if (str_equal(p->templates[i].id, id)) return &p->templates[i];
    return NULL;
}

// {office} is the organ's short form: the same procedure serves every district.
str document_series(const procedure_document *t, str office, arena *a)
{
    str pattern = t->series;
    ptrdiff_t at = str_find(pattern, STR("{office}"));
    if (at < 0) return pattern;
    return str_printf(a, "%.*s%.*s%.*s", STR_ARG(str_slice(pattern, 0, at)), STR_ARG(office), STR_ARG(str_slice(pattern, at + STR("{office}").len, pattern.len)));
}

static bool series_of(const procedure_document *t, str office, series *out, arena *a, diag_list *d)
{
    return series_load(document_series(t, office, a), (source_pos){.file = t->body_file, .element = t->id}, out, d);
}

// FEEL says where a name is that nothing has; what there is to name, only the document knows. `last`: the last diagnostic before.
static void hint_names(const diag *last, diag_list *d)
{
    for (diag *g = last ? last->next : d->first; g; g = g->next)
        if (str_equal(str_from(g->code), STR("FEEL-NAME-UNKNOWN")) && g->hint[LANG_ZH].len == 0) {
            g->hint[LANG_ZH] = STR("可用：表单字段的键，clock.…、case.…、office.…、document.…");
            g->hint[LANG_EN] = STR("there are the keys of the form's fields, clock.…, case.…, office.… and document.…");
        }
}

// The names of ours stand last in the scope and hide fields of the same name. A placeholder that is such a name and nothing else
// means the field, but would get our context, which cannot be printed.
static bool check_hidden(const procedure_document *t, const report_template *compiled, diag_list *d)
{
    int errors = d->errors;
    ptrdiff_t fields = t->scope.count - DOCUMENT_SCOPE_EXTRA;
    for (ptrdiff_t i = 0; i < fields; i++)
        for (ptrdiff_t k = fields; k < t->scope.count; k++) {
            source_pos at;
            str name = t->scope.names[k];
            if (str_equal(t->scope.names[i], name) && report_template_prints(compiled, name, &at))
                diag_add(d, DIAG_ERROR, "DOCUMENT-NAME-HIDDEN", at,
                         (bilingual){"改表单字段的键；要印机关名称写 {{office.name}}", "give the field another key; the organ's name is {{office.name}}"},
                         (bilingual){"表单字段“%.*s”与文书的保留名相同，占位符取不到它", "the form's field \"%.*s\" has a name that documents reserve: no placeholder reaches it"}, STR_ARG(name));
        }
    return d->errors == errors;
}

report_template *document_load(const procedure_document *t, arena *a, diag_list *d)
{
    series s;
    if (t->series.len && !series_of(t, STR(""), &s, a, d)) return NULL;
    const struct { str name, text; } members[] = {
        {STR("mark"), t->mark}, {STR("number"), STR("{{if document.number = null then \"\" else document.number}}")}, {STR("title"), t->title},
        {STR("recipients"), t->addressee}, {STR("organ"), t->signed_by}, {STR("date"), STR("{{document.date}}")}};
    json *head = json_new_object(a);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) json_set(head, members[i].name, json_new_string(members[i].text, a));
    // The head stands on the line on which documents.json declares it, so that diagnostics lead there.
    buf text = {.arena = a};
    for (int line = 1; line < t->declared_at.line; line++) buf_add_byte(&text, '\n');
    json_write(&text, head);
    const diag *last = d->last;
    report_template *compiled = report_template_load(buf_str(&text), t->declared_at.file, t->body, t->body_file, t->scope, a, d);
    hint_names(last, d);
    return compiled && check_hidden(t, compiled, d) ? compiled : NULL;
}

// When the clock falls due, from the data of the case alone. Null while it does not run, and while the holidays of that year
// are not out: a document must not promise a day that may move. A template that prints it is then refused (TEMPLATE-NULL).
static feel_value due_of(const procedure *p, const procedure_clock *c, const feel_value *data, feel_evaluation *e, const calendar *cal, arena *a)
{
    if (!c->start || !clock_can_run(c)) return feel_null();
    feel_value start = feel_evaluate(c->start, data, e);
    clock_moment due;
    derivation why;
    diag_list untold = {.arena = a};       // most clocks are not printed
    bool timed = start.kind == FEEL_DATE_TIME;
    if (start.kind != FEEL_DATE && !timed) return feel_null();
    running_clock running = clock_start(p, c, (clock_moment){start.moment.date, timed ? start.moment.time.second_of_day : 0, timed});
    if (!clock_due(&running, CLOCK_LAW, cal, &due, &why, a, &untold) || why.provisional) return feel_null();
    feel_value moment = feel_date(due.day);
    if (due.has_time) moment.kind = FEEL_DATE_TIME, moment.moment.time = (feel_time){.second_of_day = due.second, .offset = FEEL_NO_OFFSET};
    return moment;
}

// 《…法》第…条, as a document cites it: without the version in brackets behind the title.
static str article_of(const procedure *p, const procedure_clock *c, arena *a)
{
    str title = p->basis[c->basis].title;
    ptrdiff_t version = str_find(title, STR("（"));
    return str_printf(a, "《%.*s》%.*s", STR_ARG(version < 0 ? title : str_slice(title, 0, version)), STR_ARG(c->article));
}

// Every clock of the procedure in force on the day of the document, by the name that all its versions share.
static feel_value clocks_of(const procedure *p, const procedure_document *t, const document_values *v, feel_evaluation *e, const calendar *cal, arena *a)
{
    static const str parts[] = {{"length", 6}, {"article", 7}, {"due", 3}};
    str *names = arena_new(a, p->clock_count, str);
    feel_value *values = arena_new(a, p->clock_count, feel_value);
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < p->clock_count; i++) {
        const procedure_clock *c = &p->clocks[i];
        if (!span_covers(c->in_force, v->day)) continue;
        names[count] = procedure_clock_family(c);
        values[count++] = feel_context_of(parts, (feel_value[]){feel_string(clock_length_text(c, LANG_ZH, a)), feel_string(article_of(p, c, a)),
                                                               c->form == t->form ? due_of(p, c, v->data, e, cal, a) : feel_null()}, 3, a);
    }
    return feel_context_of(names, values, count, a);
}

static bool all_known(const procedure *p, const procedure_document *t, const feel_value *data, diag_list *d)
{
    int errors = d->errors;
    for (ptrdiff_t i = 0; i < t->need_count; i++) {
        const form_field *f = &p->forms[t->form].fields[t->needs[i]];
        if (data[t->needs[i]].kind == FEEL_NULL)
            diag_add(d, DIAG_ERROR, "DOCUMENT-NEEDED", (source_pos){.file = t->body_file, .element = t->id}, (bilingual){"先登记这一项", "record it first"},
                     (bilingual){"制作该文书须先有“%.*s”", "the document cannot be made before \"%.*s\" is known"}, STR_ARG(f->key));
    }
    return d->errors == errors;
}

report_document *document_fill(const procedure *p, const procedure_document *t, const document_values *v, const calendar *cal, arena *a, diag_list *d)
{
    report_template *compiled = document_load(t, a, d);
    if (!compiled || !all_known(p, t, v->data, d)) return NULL;
    feel_value number = feel_null();
    if (t->series.len && v->number > 0) {
        series s;
        const feel_value *code = feel_context_get(&v->office, STR("code"));
        if (!series_of(t, code && code->kind == FEEL_STRING ? code->string : STR(""), &s, a, d)) return NULL;
        number = feel_string(series_text(s, (series_number){(int)v->day.year, v->number}, a));
    }
    static const str parts[] = {{"number", 6}, {"date", 4}};
    const procedure_form *f = &p->forms[t->form];
    feel_evaluation e = {.arena = a};
    feel_value *values = arena_new(a, t->scope.count, feel_value), *end = values + f->field_count;
    for (ptrdiff_t i = 0; i < f->field_count; i++) values[i] = v->data[i];
    *end++ = clocks_of(p, t, v, &e, cal, a);
    *end++ = v->case_file;
    *end++ = v->office;
    *end++ = feel_context_of(parts, (feel_value[]){number, feel_date(v->day)}, 2, a);
    report_document *doc = report_fill(compiled, values, &e, a, d);
    if (doc) doc->sealed = t->seal;
    return doc;
}
