// Documents: what documents.json says of each, and where its text is. The texts are compiled by document/.
#include "procedure/procedure_internal.h"

static str read_series(loader *l, const json *root, str id, const json *at, str element)
{
    const json *array = json_get(root, STR("series"));
    for (const json *j = array ? array->first : NULL; j; j = j->next)
        if (str_equal(json_string(j, STR("id")), id)) return json_string(j, STR("pattern"));
    loader_error(l, at, element, "DOCUMENT-SERIES", (bilingual){"在 series 中写明", "declare it in \"series\""}, (bilingual){"没有文号系列“%.*s”", "there is no series \"%.*s\""}, STR_ARG(id));
    return STR("");
}

static void read_needs(loader *l, const json *declared, const procedure_form *f, procedure_document *out)
{
    const json *array = want_array(l, declared, "needs", out->id);
    out->needs = arena_new(l->arena, array ? array->count : 0, int);
    for (const json *j = array ? array->first : NULL; j; j = j->next) {
        int field = form_field_index(f, j->text);
        if (field >= 0) out->needs[out->need_count++] = field;
        else loader_error(l, j, out->id, "DOCUMENT-NEEDS", (bilingual){0}, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, STR_ARG(j->text));
    }
}

static feel_scope scope_of(const procedure_form *f, arena *a)
{
    static const str extra[DOCUMENT_SCOPE_EXTRA] = {{"case", 4}, {"office", 6}, {"document", 8}};
    str *names = arena_new(a, f->scope.count + DOCUMENT_SCOPE_EXTRA, str);
    for (ptrdiff_t i = 0; i < f->scope.count; i++) names[i] = f->scope.names[i];
    for (ptrdiff_t i = 0; i < DOCUMENT_SCOPE_EXTRA; i++) names[f->scope.count + i] = extra[i];
    return (feel_scope){.names = names, .count = f->scope.count + DOCUMENT_SCOPE_EXTRA};
}

// {"on": FIELD, "way": FIELD}: what service of the document is noted down in; clocks start by these fields.
static void read_served(loader *l, const json *served, const procedure_form *f, procedure_document *out)
{
    static const struct { const char *member; field_type type; } members[] = {{"on", FIELD_DATE}, {"way", FIELD_STRING}};
    int *fields[] = {&out->served_on, &out->served_way};
    out->served_on = out->served_way = -1;
    if (!served) return;
    only_members(l, served, out->id, (const char *const[]){"on", "way", NULL});
    for (int i = 0; i < 2; i++) {
        str key = want_string(l, served, members[i].member, out->id);
        int field = key.len ? form_field_index(f, key) : -1;
        if (field >= 0 && f->fields[field].type == members[i].type) *fields[i] = field;
        else if (key.len)
            loader_error(l, served, out->id, "DOCUMENT-SERVED", (bilingual){"“on”须是日期字段，“way”须是文本或者选项字段", "\"on\" is a field with a day, \"way\" one with a text"},
                         (bilingual){"表单没有这样的字段“%.*s”", "the form has no such field \"%.*s\""}, STR_ARG(key));
    }
}

static void load_document(loader *l, const json *root, const json *declared, procedure_document *out)
{
    procedure *p = l->p;
    only_members(l, declared, STR("documents"), (const char *const[]){"id", "form", "basis", "article", "series", "mark", "addressee", "signed_by", "seal", "made", "needs", "title", "served", NULL});
    out->id = need_id(l, declared, STR("documents"));
    bool named = false;
    for (ptrdiff_t i = 0; i < p->document_count; i++)
        if (str_equal(p->documents[i].id, out->id)) out->name = p->documents[i].name, named = true;
    if (out->id.len && !named)
        loader_error(l, declared, out->id, "DOCUMENT-UNKNOWN", (bilingual){"在 procedure.json 的 documents 中写明名称", "name it in \"documents\" of procedure.json"},
                     (bilingual){"流程没有文书“%.*s”", "the procedure has no document \"%.*s\""}, STR_ARG(out->id));
    out->article = need_string(l, declared, "article", out->id);      // what no article asks for or allows is not made
    str basis = need_string(l, declared, "basis", out->id);
    out->basis = basis_index(p, basis);
    if (basis.len && out->basis < 0)
        loader_error(l, declared, out->id, "DOCUMENT-BASIS", (bilingual){0}, (bilingual){"没有依据“%.*s”", "there is no basis \"%.*s\""}, STR_ARG(basis));
    out->made = need_label(l, declared, "made", out->id);
    out->title = json_get(declared, STR("title")) ? need_string(l, declared, "title", out->id) : out->name.text[LANG_ZH];
    out->mark = want_string(l, declared, "mark", out->id);
    out->addressee = want_string(l, declared, "addressee", out->id);
    out->signed_by = need_string(l, declared, "signed_by", out->id);
    out->seal = json_bool(declared, STR("seal"), false);
    str series = want_string(l, declared, "series", out->id);
    if (series.len) out->series = read_series(l, root, series, declared, out->id);
    str form = need_string(l, declared, "form", out->id);
    out->form = procedure_form_index(p, form);
    if (out->form >= 0) {
        read_needs(l, declared, &p->forms[out->form], out);
        read_served(l, json_get(declared, STR("served")), &p->forms[out->form], out);
        out->scope = scope_of(&p->forms[out->form], l->arena);
    } else if (form.len)
        loader_error(l, declared, out->id, "DOCUMENT-FORM", (bilingual){0}, (bilingual){"没有表单“%.*s”", "there is no form \"%.*s\""}, STR_ARG(form));
    str name = str_printf(l->arena, "documents/%.*s.md", STR_ARG(out->id));
    const procedure_file *body = loader_file(l, name);
    if (body) out->body = body->text;
    else loader_error(l, declared, out->id, "DOCUMENT-NO-FILE", (bilingual){0}, (bilingual){"没有文件“%.*s”", "there is no file \"%.*s\""}, STR_ARG(name));
    out->declared_at = loader_pos(l, declared, out->id);
    out->body_file = str_printf(l->arena, "%.*s/%.*s", STR_ARG(l->source->id), STR_ARG(name));
}

void load_documents(loader *l, const json *root)
{
    only_members(l, root, STR("documents"), (const char *const[]){"series", "documents", NULL});
    const json *series = want_array(l, root, "series", STR("series")), *documents = want_array(l, root, "documents", STR("documents"));
    check_unique(l, series, STR("series"));
    check_unique(l, documents, STR("documents"));
    for (const json *j = series ? series->first : NULL; j; j = j->next) {
        only_members(l, j, STR("series"), (const char *const[]){"id", "name", "pattern", NULL});
        str id = need_id(l, j, STR("series"));
        need_label(l, j, "name", id);
        need_string(l, j, "pattern", id);
    }
    l->p->templates = arena_new(l->arena, documents ? documents->count : 0, procedure_document);
    for (const json *j = documents ? documents->first : NULL; j; j = j->next) load_document(l, root, j, &l->p->templates[l->p->template_count++]);
}
