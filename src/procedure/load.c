#include "procedure/procedure_internal.h"


source_pos loader_pos(const loader *l, const json *at, str element)
{
    source_pos pos = at ? json_pos(at, l->file) : (source_pos){.file = l->file};
    pos.element = element;
    return pos;
}

void loader_error(loader *l, const json *at, str element, const char *code, bilingual hint, bilingual format, ...)
{
    va_list args;
    va_start(args, format);
    diag_vadd(l->diags, DIAG_ERROR, code, loader_pos(l, at, element), hint, format, args);
    va_end(args);
}

static const json *need_member(loader *l, const json *object, const char *name, json_kind kind, str element)
{
    const json *m = json_get(object, str_from(name));
    if (!m) {
        loader_error(l, object, element, "PROC-MEMBER", (bilingual){0},
                     (bilingual){"缺少成员“%s”", "member \"%s\" is missing"}, name);
        return NULL;
    }
    if (m->kind != kind) {
        loader_error(l, m, element, "PROC-MEMBER", (bilingual){0},
                     (bilingual){"成员“%s”的类型不对", "member \"%s\" is of the wrong kind"}, name);
        return NULL;
    }
    return m;
}

str need_string(loader *l, const json *object, const char *name, str element)
{
    const json *m = need_member(l, object, name, JSON_STRING, element);
    if (m && m->text.len == 0)
        loader_error(l, m, element, "PROC-MEMBER", (bilingual){0}, (bilingual){"成员“%s”为空", "member \"%s\" is empty"}, name);
    return m ? m->text : STR("");
}

str want_string(loader *l, const json *object, const char *name, str element)
{
    return json_get(object, str_from(name)) ? need_string(l, object, name, element) : STR("");
}

static bool is_id(str s)
{
    if (s.len == 0 || s.len > 80 || s.data[0] < 'a' || s.data[0] > 'z') return false;
    for (ptrdiff_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return true;
}

str need_id(loader *l, const json *object, str element)
{
    str id = need_string(l, object, "id", element);
    if (id.len && !is_id(id))
        loader_error(l, object, element, "PROC-ID", (bilingual){"例如 hotline_orders_handled", "for example hotline_orders_handled"},
                     (bilingual){"标识“%.*s”只能用小写字母、数字和下划线，并以字母开头",
                                 "id \"%.*s\" must be lower-case letters, digits and underscores, beginning with a letter"}, STR_ARG(id));
    return id;
}

const json *want_array(loader *l, const json *object, const char *name, str element)
{
    return json_get(object, str_from(name)) ? need_member(l, object, name, JSON_ARRAY, element) : NULL;
}

label need_label(loader *l, const json *object, const char *name, str element)
{
    const json *m = need_member(l, object, name, JSON_OBJECT, element);
    if (!m) return (label){0};
    only_members(l, m, element, (const char *const[]){"zh", "en", NULL});
    return (label){{need_string(l, m, "zh", element), need_string(l, m, "en", element)}};
}

label want_label(loader *l, const json *object, const char *name, str element)
{
    return json_get(object, str_from(name)) ? need_label(l, object, name, element) : (label){0};
}

static date read_day(loader *l, const json *object, const char *name, str element)
{
    const json *m = json_get(object, str_from(name));
    date d = {0};
    if (m && m->kind != JSON_NULL && (m->kind != JSON_STRING || !date_parse(m->text, &d)))
        loader_error(l, m, element, "PROC-DATE", (bilingual){0}, (bilingual){"“%s”应为 2024-03-05 形式的日期", "\"%s\" must be a date like 2024-03-05"}, name);
    return d;
}

span want_span(loader *l, const json *object, str element)
{
    const json *m = json_get(object, STR("in_force"));
    if (!m) return (span){0};
    only_members(l, m, element, (const char *const[]){"from", "to", NULL});
    span s = {read_day(l, m, "from", element), read_day(l, m, "to", element)};
    if (!date_is_none(s.to) && date_compare(s.to, s.from) < 0)
        loader_error(l, m, element, "PROC-DATE", (bilingual){0}, (bilingual){"失效日期早于施行日期", "ends before it comes into force"});
    return s;
}

feel_program *read_feel(loader *l, const json *object, const char *name, feel_scope scope, bool needed, str element)
{
    const json *m = needed ? need_member(l, object, name, JSON_STRING, element) : json_get(object, str_from(name));
    if (!m) return NULL;
    if (m->kind != JSON_STRING) {
        loader_error(l, m, element, "PROC-MEMBER", (bilingual){0},
                     (bilingual){"“%s”应为写成字符串的 FEEL 表达式", "\"%s\" must be a FEEL expression in a string"}, name);
        return NULL;
    }
    source_pos at = loader_pos(l, m, str_printf(l->arena, "%.*s.%s", STR_ARG(element), name));
    return feel_compile(m->text, scope, at, l->arena, l->diags);
}

void only_members(loader *l, const json *object, str element, const char *const *names)
{
    if (object->kind != JSON_OBJECT) return;
    for (const json *m = object->first; m; m = m->next) {
        bool known = false;
        for (const char *const *n = names; *n && !known; n++) known = str_equal(m->name, str_from(*n));
        if (!known)
            loader_error(l, m, element, "PROC-MEMBER-UNKNOWN", (bilingual){"改正拼写，或删去该成员", "correct the spelling, or remove it"},
                         (bilingual){"不认识的成员“%.*s”", "unknown member \"%.*s\""}, STR_ARG(m->name));
    }
}

const procedure_file *loader_file(const loader *l, str name)
{
    for (ptrdiff_t i = 0; i < l->source->count; i++)
        if (str_equal(l->source->files[i].name, name)) return &l->source->files[i];
    return NULL;
}

void read_strings(loader *l, const json *array, str element, const str **out, ptrdiff_t *count)
{
    *out = NULL;
    *count = 0;
    if (!array) return;
    str *texts = arena_new(l->arena, array->count, str);
    for (const json *j = array->first; j; j = j->next) {
        if (j->kind == JSON_STRING) texts[(*count)++] = j->text;
        else loader_error(l, j, element, "PROC-MEMBER", (bilingual){0}, (bilingual){"此处应为字符串", "a string is expected here"});
    }
    *out = texts;
}

int basis_index(const procedure *p, str id)
{
    for (int i = 0; i < p->basis_count; i++)
        if (str_equal(p->basis[i].id, id)) return i;
    return -1;
}

int procedure_form_index(const procedure *p, str id)
{
    for (int i = 0; i < p->form_count; i++)
        if (str_equal(p->forms[i].id, id)) return i;
    return -1;
}

static void load_basis(loader *l, const json *array)
{
    if (!array) return;
    procedure *p = l->p;
    p->basis = arena_new(l->arena, array->count, law_basis);
    for (const json *j = array->first; j; j = j->next) {
        only_members(l, j, STR("basis"), (const char *const[]){"id", "title", "number", "articles", "article", "in_force", "verified", "note", "source", NULL});
        law_basis *b = &p->basis[p->basis_count++];
        b->id = need_string(l, j, "id", STR("basis"));
        b->title = need_string(l, j, "title", b->id);
        b->number = json_string(j, STR("number"));
        b->article = want_string(l, j, json_get(j, STR("articles")) ? "articles" : "article", b->id);
        b->in_force = want_span(l, j, b->id);
        b->verified = json_bool(j, STR("verified"), false);
        b->note = want_label(l, j, "note", b->id);
    }
}

static named_thing *load_named(loader *l, const json *array, ptrdiff_t *count)
{
    if (!array) return NULL;
    named_thing *things = arena_new(l->arena, array->count, named_thing);
    for (const json *j = array->first; j; j = j->next) {
        named_thing *t = &things[(*count)++];
        t->id = need_id(l, j, array->name);
        t->name = need_label(l, j, "name", t->id);
    }
    return things;
}

static void load_publication(loader *l, const json *array)
{
    if (!array) return;
    procedure *p = l->p;
    p->publication = arena_new(l->arena, array->count, procedure_publication);
    for (const json *j = array->first; j; j = j->next) {
        str element = STR("publication");
        procedure_publication *r = &p->publication[p->publication_count++];
        str form = need_string(l, j, "form", element);
        r->form = procedure_form_index(p, form);
        if (form.len && r->form < 0)
            loader_error(l, j, element, "PROC-REFERENCE", (bilingual){0}, (bilingual){"没有表单“%.*s”", "there is no form \"%.*s\""}, STR_ARG(form));
        r->what = need_label(l, j, "what", element);
        r->when = need_label(l, j, "when", element);
        r->basis = want_string(l, j, "basis", element);
        r->article = want_string(l, j, "article", element);
        if (r->basis.len && basis_index(p, r->basis) < 0)
            loader_error(l, j, element, "PROC-REFERENCE", (bilingual){0}, (bilingual){"没有依据“%.*s”", "there is no basis \"%.*s\""}, STR_ARG(r->basis));
    }
}

void check_unique(loader *l, const json *array, str what)
{
    for (const json *a = array ? array->first : NULL; a; a = a->next)
        for (const json *b = array->first; b != a; b = b->next)
            if (str_equal(json_string(a, STR("id")), json_string(b, STR("id"))))
                loader_error(l, a, what, "PROC-TWICE", (bilingual){"改用另一个标识", "choose another id"},
                             (bilingual){"标识“%.*s”重复", "id \"%.*s\" is used twice"}, STR_ARG(json_string(a, STR("id"))));
}

static void load_register(loader *l, const json *j)
{
    if (!j) return;
    str element = STR("register");
    procedure_register *r = arena_new(l->arena, 1, procedure_register);
    only_members(l, j, element, (const char *const[]){"qualification", "form", "valid", NULL});
    r->qualification = need_string(l, j, "qualification", element);
    r->form = procedure_form_index(l->p, need_string(l, j, "form", element));
    if (r->form < 0) {
        loader_error(l, j, element, "PROC-FORM", (bilingual){0}, (bilingual){"没有表单“%.*s”", "there is no form \"%.*s\""}, STR_ARG(json_string(j, STR("form"))));
        return;
    }
    const procedure_form *f = &l->p->forms[r->form];
    str *names = arena_new(l->arena, f->field_count + 1, str);
    for (ptrdiff_t i = 0; i < f->field_count; i++) names[i] = f->fields[i].key;
    names[f->field_count] = STR("today");
    r->valid = read_feel(l, j, "valid", (feel_scope){.names = names, .count = f->field_count + 1}, true, element);
    l->p->registers = r;
}

procedure *procedure_load(const procedure_source *s, arena *a, diag_list *d)
{
    int errors_before = d->errors;
    procedure *p = arena_new(a, 1, procedure);
    loader l = {.p = p, .source = s, .arena = a, .diags = d, .file = str_printf(a, "%.*s/procedure.json", STR_ARG(s->id))};
    p->digest = procedure_digest(s);
    const procedure_file *main_file = loader_file(&l, STR("procedure.json"));
    if (!main_file) {
        diag_add(d, DIAG_ERROR, "PROC-NO-FILE", (source_pos){.file = l.file}, (bilingual){"流程文件夹须有 procedure.json", "a procedure folder needs one"},
                 (bilingual){"没有 procedure.json", "there is no procedure.json"});
        return NULL;
    }
    json *root = json_parse(main_file->text, l.file, a, d);
    if (!root) return NULL;
    only_members(&l, root, s->id, (const char *const[]){"id", "version", "in_force", "name", "summary", "basis", "roles", "forms", "clocks",
                                                        "documents", "publication", "figures", "register", "process", NULL});
    p->id = need_id(&l, root, s->id);
    if (p->id.len && !str_equal(p->id, s->id))
        loader_error(&l, root, s->id, "PROC-ID", (bilingual){0}, (bilingual){"标识“%.*s”与文件夹名“%.*s”不同", "id \"%.*s\" is not the folder's name \"%.*s\""},
                     STR_ARG(p->id), STR_ARG(s->id));
    p->version = need_string(&l, root, "version", p->id);
    p->in_force = want_span(&l, root, p->id);
    p->name = need_label(&l, root, "name", p->id);
    p->summary = need_label(&l, root, "summary", p->id);
    const json *forms = want_array(&l, root, "forms", p->id), *clocks = want_array(&l, root, "clocks", p->id),
               *figures = want_array(&l, root, "figures", p->id), *basis = want_array(&l, root, "basis", p->id);
    check_unique(&l, forms, STR("forms"));
    check_unique(&l, clocks, STR("clocks"));
    check_unique(&l, figures, STR("figures"));
    check_unique(&l, basis, STR("basis"));
    check_unique(&l, json_get(root, STR("roles")), STR("roles"));
    check_unique(&l, json_get(root, STR("documents")), STR("documents"));
    load_basis(&l, basis);
    p->roles = load_named(&l, want_array(&l, root, "roles", p->id), &p->role_count);
    p->documents = load_named(&l, want_array(&l, root, "documents", p->id), &p->document_count);
    if (!forms || forms->count == 0)
        loader_error(&l, root, p->id, "PROC-NO-FORM", (bilingual){0}, (bilingual){"至少要有一个表单", "at least one form is needed"});
    p->forms = arena_new(a, forms ? forms->count : 0, procedure_form);
    for (const json *j = forms ? forms->first : NULL; j; j = j->next) load_form(&l, j, &p->forms[p->form_count++]);
    p->clocks = arena_new(a, clocks ? clocks->count : 0, procedure_clock);
    for (const json *j = clocks ? clocks->first : NULL; j; j = j->next) load_clock(&l, j, &p->clocks[p->clock_count++]);
    check_clocks(&l, clocks);
    for (int f = 0; f < p->form_count; f++) {
        procedure_form *form = &p->forms[f];
        form->clocks = arena_new(a, p->clock_count, int);
        for (int c = 0; c < p->clock_count; c++)
            if (p->clocks[c].form == f) form->clocks[form->clock_count++] = c;
    }
    p->figures = arena_new(a, figures ? figures->count : 0, procedure_figure);
    for (const json *j = figures ? figures->first : NULL; j; j = j->next) load_figure(&l, j, &p->figures[p->figure_count++]);
    load_publication(&l, want_array(&l, root, "publication", p->id));

    load_register(&l, json_get(root, STR("register")));
    load_decisions(&l);
    load_process(&l, json_get(root, STR("process")));
    const procedure_file *documents_file = loader_file(&l, STR("documents.json"));
    if (documents_file) {
        l.file = str_printf(a, "%.*s/documents.json", STR_ARG(s->id));
        json *documents = json_parse(documents_file->text, l.file, a, d);
        if (documents) load_documents(&l, documents);
    }

    const procedure_file *import_file = loader_file(&l, STR("import.json"));
    if (import_file) {
        l.file = str_printf(a, "%.*s/import.json", STR_ARG(s->id));
        json *mapping = json_parse(import_file->text, l.file, a, d);
        if (mapping) load_mapping(&l, mapping, &p->mapping);
    }
    return d->errors == errors_before ? p : NULL;
}

bool procedure_load_mapping(const procedure *p, str text, str file, import_mapping *out, arena *a, diag_list *d)
{
    // The loader only writes into the procedure while loading a whole one; a mapping reads it.
    loader l = {.p = (procedure *)p, .arena = a, .diags = d, .file = file};
    json *root = json_parse(text, file, a, d);
    return root && load_mapping(&l, root, out);
}
