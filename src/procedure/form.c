// Forms: form-js JSON to typed fields.
#include "procedure/procedure_internal.h"

static const struct { const char *component; field_type type; } component_types[] = {
    {"textfield", FIELD_STRING}, {"textarea", FIELD_STRING}, {"number", FIELD_NUMBER}, {"datetime", FIELD_DATE},
    {"select", FIELD_STRING}, {"radio", FIELD_STRING}, {"checkbox", FIELD_BOOLEAN}, {"taglist", FIELD_STRINGS},
};

// Components that show something and hold nothing.
static const char *const plain_components[] = {"text", "separator", "spacer", "html", "image"};

static const char *const sensitive_kinds[] = {"name", "phone", "id_number", "address", "text"};

static bool is_plain(str component)
{
    for (size_t i = 0; i < sizeof plain_components / sizeof *plain_components; i++)
        if (str_equal(component, str_from(plain_components[i]))) return true;
    return false;
}

static void load_limits(loader *l, const json *component, form_field *f)
{
    const json *v = json_get(component, STR("validate"));
    if (!v) return;
    only_members(l, v, f->key, (const char *const[]){"required", "minLength", "maxLength", "pattern", "min", "max", "validationType", NULL});
    f->required = json_bool(v, STR("required"), false);
    f->min_length = json_int(v, STR("minLength"), 0);
    f->max_length = json_int(v, STR("maxLength"), 0);
    f->pattern = json_string(v, STR("pattern"));
    if (f->pattern.len) {
        // The pattern becomes a FEEL string literal, so its backslashes and quotes are escaped.
        buf text = {.arena = l->arena};
        buf_add(&text, STR("matches(value, \"^(?:"));
        for (ptrdiff_t i = 0; i < f->pattern.len; i++) {
            char c = f->pattern.data[i];
            if (c == '\\' || c == '"') buf_add_byte(&text, '\\');
            buf_add_byte(&text, c);
        }
        buf_add(&text, STR(")$\")"));
        f->pattern_check = feel_compile(buf_str(&text), (feel_scope){.names = (const str[]){STR("value")}, .count = 1}, loader_pos(l, v, f->key), l->arena, l->diags);
    }
    const json *min = json_get(v, STR("min")), *max = json_get(v, STR("max"));
    f->has_min = min && min->kind == JSON_NUMBER && decimal_parse(min->text, &f->min);
    f->has_max = max && max->kind == JSON_NUMBER && decimal_parse(max->text, &f->max);
}

static void load_values(loader *l, const json *component, form_field *f)
{
    const json *values = want_array(l, component, "values", f->key);
    if (!values) return;
    str *list = arena_new(l->arena, values->count, str);
    for (const json *v = values->first; v; v = v->next) {
        str value = json_string(v, STR("value"));
        if (value.len == 0)
            loader_error(l, v, f->key, "FORM-VALUE", (bilingual){0}, (bilingual){"选项须有 label 和 value", "an option needs label and value"});
        for (ptrdiff_t i = 0; i < f->value_count; i++)
            if (str_equal(list[i], value))
                loader_error(l, v, f->key, "FORM-VALUE", (bilingual){0}, (bilingual){"选项“%.*s”重复", "option \"%.*s\" is there twice"}, STR_ARG(value));
        list[f->value_count++] = value;
    }
    f->values = list;
}

static bool load_field(loader *l, const json *component, form_field *f)
{
    str kind = json_string(component, STR("type"));
    if (is_plain(kind)) return false;
    f->line = component->line;
    f->component = kind;
    f->key = need_string(l, component, "key", kind);
    bool known = false;
    for (size_t i = 0; i < sizeof component_types / sizeof *component_types && !known; i++)
        if ((known = str_equal(kind, str_from(component_types[i].component)))) f->type = component_types[i].type;
    if (!known) {
        loader_error(l, component, f->key, "FORM-COMPONENT", (bilingual){"可用：textfield textarea number datetime select radio checkbox taglist",
                     "in use: textfield textarea number datetime select radio checkbox taglist"},
                     (bilingual){"不支持的组件“%.*s”", "component \"%.*s\" is not supported"}, STR_ARG(kind));
        return false;
    }
    str zh = json_string(component, STR("label"));
    if (f->type == FIELD_DATE) {
        str subtype = json_string(component, STR("subtype"));
        if (str_equal(subtype, STR("datetime"))) f->type = FIELD_DATE_TIME;
        else if (!str_equal(subtype, STR("date")))
            loader_error(l, component, f->key, "FORM-COMPONENT", (bilingual){0}, (bilingual){"subtype 应为 date 或 datetime", "subtype must be date or datetime"});
        if (zh.len == 0) zh = json_string(component, STR("dateLabel"));
    }
    const json *properties = json_get(component, STR("properties"));
    str en = json_string(properties, STR("en"));
    f->name = (label){{zh, en.len ? en : f->key}};
    if (zh.len == 0) loader_error(l, component, f->key, "FORM-LABEL", (bilingual){0}, (bilingual){"字段没有标签", "the field has no label"});
    if (en.len == 0) loader_error(l, component, f->key, "FORM-LABEL", (bilingual){"写在 properties.en", "put it into properties.en"},
                                  (bilingual){"字段没有英文标签", "the field has no English label"});
    f->sensitive = json_string(properties, STR("sensitive"));
    known = f->sensitive.len == 0;
    for (size_t i = 0; i < sizeof sensitive_kinds / sizeof *sensitive_kinds && !known; i++) known = str_equal(f->sensitive, str_from(sensitive_kinds[i]));
    if (!known)
        loader_error(l, component, f->key, "FORM-SENSITIVE", (bilingual){"可用：name phone id_number address text", "one of: name phone id_number address text"},
                     (bilingual){"不认识的敏感类别“%.*s”", "unknown kind of sensitive data \"%.*s\""}, STR_ARG(f->sensitive));
    load_limits(l, component, f);
    load_values(l, component, f);
    return true;
}

int form_field_index(const procedure_form *f, str key)
{
    for (int i = 0; i < f->field_count; i++)
        if (str_equal(f->fields[i].key, key)) return i;
    return -1;
}

static void load_fields(loader *l, procedure_form *out)
{
    const procedure_file *file = loader_file(l, out->file);
    if (!file) {
        loader_error(l, NULL, out->id, "FORM-NO-FILE", (bilingual){0}, (bilingual){"没有文件“%.*s”", "there is no file \"%.*s\""}, STR_ARG(out->file));
        return;
    }
    str outer = l->file;
    l->file = str_printf(l->arena, "%.*s/%.*s", STR_ARG(l->source->id), STR_ARG(out->file));
    json *root = json_parse(file->text, l->file, l->arena, l->diags);
    const json *components = root ? want_array(l, root, "components", out->id) : NULL;
    out->fields = arena_new(l->arena, components ? components->count : 0, form_field);
    for (const json *c = components ? components->first : NULL; c; c = c->next) {
        form_field f = {0};
        if (!load_field(l, c, &f)) continue;
        if (form_field_index(out, f.key) >= 0 || str_equal(f.key, STR("clock")))
            loader_error(l, c, f.key, "FORM-TWICE", (bilingual){0}, (bilingual){"字段“%.*s”重复或与保留名 clock 相同", "field \"%.*s\" is there twice, or is the reserved name clock"}, STR_ARG(f.key));
        out->fields[out->field_count++] = f;
    }
    if (root && out->field_count == 0)
        loader_error(l, root, out->id, "FORM-EMPTY", (bilingual){0}, (bilingual){"表单没有字段", "the form has no fields"});
    l->file = outer;
}

// Few fields, once a load: insertion sort.
static int *sort_fields(const procedure_form *form, arena *a)
{
    int *sorted = arena_new(a, form->field_count, int);
    for (int i = 0; i < form->field_count; i++) {
        int at = i;
        while (at > 0 && str_compare(form->fields[sorted[at - 1]].key, form->fields[i].key) > 0) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = i;
    }
    return sorted;
}

void load_form(loader *l, const json *declared, procedure_form *out)
{
    only_members(l, declared, STR("forms"), (const char *const[]){"id", "file", "name", "key", "title", "opened", "closed", NULL});
    out->id = need_id(l, declared, STR("forms"));
    out->file = need_string(l, declared, "file", out->id);
    out->name = need_label(l, declared, "name", out->id);
    load_fields(l, out);
    out->sorted = sort_fields(out, l->arena);

    str *names = arena_new(l->arena, out->field_count + 1, str);
    for (ptrdiff_t i = 0; i < out->field_count; i++) names[i] = out->fields[i].key;
    names[out->field_count] = STR("clock");
    out->scope = (feel_scope){.names = names, .count = out->field_count + 1};

    const json *key = want_array(l, declared, "key", out->id);
    out->key = arena_new(l->arena, key ? key->count : 0, int);
    for (const json *k = key ? key->first : NULL; k; k = k->next) {
        int field = form_field_index(out, k->text);
        if (field < 0)
            loader_error(l, k, out->id, "FORM-KEY", (bilingual){0}, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, STR_ARG(k->text));
        else out->key[out->key_count++] = field;
    }
    if (out->key_count == 0)
        loader_error(l, declared, out->id, "FORM-KEY", (bilingual){"写明由哪些字段认定同一事项", "say which fields name one case"}, (bilingual){"表单没有主键", "the form has no key"});
    out->title = read_feel(l, declared, "title", out->scope, true, out->id);
    out->opened = read_feel(l, declared, "opened", out->scope, true, out->id);
    out->closed = read_feel(l, declared, "closed", out->scope, false, out->id);
}
