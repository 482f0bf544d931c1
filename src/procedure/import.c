// Import mappings: which heading of an office's spreadsheet is which field.
#include "procedure/procedure_internal.h"
#include "sheet/sheet.h"

static const str subtotals_usual[] = {{"合计", 6}, {"小计", 6}, {"总计", 6}, {"累计", 6}};

static void load_values(loader *l, const json *values, const form_field *field, import_column *out)
{
    if (!values) return;
    str *from = arena_new(l->arena, values->count, str), *to = arena_new(l->arena, values->count, str);
    for (const json *v = values->first; v; v = v->next) {
        from[out->value_count] = sheet_fold(v->name, l->arena);
        to[out->value_count] = v->text;
        if (v->kind != JSON_STRING)
            loader_error(l, v, v->name, "IMPORT-VALUE", (bilingual){0}, (bilingual){"对应值应为字符串", "the value must be a string"});
        bool known = !field || field->value_count == 0 || v->text.len == 0;
        for (ptrdiff_t i = 0; field && i < field->value_count && !known; i++) known = str_equal(field->values[i], v->text);
        if (!known)
            loader_error(l, v, field->key, "IMPORT-VALUE", (bilingual){0}, (bilingual){"“%.*s”不是该字段的选项", "\"%.*s\" is not an option of the field"}, STR_ARG(v->text));
        out->value_count++;
    }
    out->from_values = from;
    out->to_values = to;
}

static void load_column(loader *l, const json *declared, const procedure_form *form, import_column *out)
{
    only_members(l, declared, form->id, (const char *const[]){"field", "as", "headings", "required", "values", NULL});
    out->as = want_string(l, declared, "as", form->id);
    out->field = -1;
    str key = out->as.len ? out->as : need_string(l, declared, "field", form->id);
    if (out->as.len == 0) {
        out->field = form_field_index(form, key);
        if (out->field < 0 && key.len)
            loader_error(l, declared, form->id, "IMPORT-FIELD", (bilingual){0}, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, STR_ARG(key));
    }
    out->required = json_bool(declared, STR("required"), false);
    const str *headings;
    read_strings(l, want_array(l, declared, "headings", key), key, &headings, &out->heading_count);
    str *folded = arena_new(l->arena, out->heading_count, str);
    for (ptrdiff_t i = 0; i < out->heading_count; i++) folded[i] = sheet_fold(headings[i], l->arena);
    out->headings = folded;
    if (out->heading_count == 0)
        loader_error(l, declared, key, "IMPORT-HEADING", (bilingual){0}, (bilingual){"没有表头", "no headings are given"});
    load_values(l, json_get(declared, STR("values")), out->field >= 0 ? &form->fields[out->field] : NULL, out);
}

// One heading must not mean two fields.
static void check_headings(loader *l, const json *at, const import_sheet *s, const procedure_form *form)
{
    for (ptrdiff_t i = 0; i < s->column_count; i++)
        for (ptrdiff_t x = 0; x < s->columns[i].heading_count; x++)
            for (ptrdiff_t j = 0; j <= i; j++)
                for (ptrdiff_t y = 0; y < (j == i ? x : s->columns[j].heading_count); y++)
                    if (str_equal(s->columns[i].headings[x], s->columns[j].headings[y]))
                        loader_error(l, at, form->id, "IMPORT-HEADING", (bilingual){0}, (bilingual){"表头“%.*s”出现两次", "heading \"%.*s\" is there twice"},
                                     STR_ARG(s->columns[i].headings[x]));
}

static void load_computed(loader *l, const json *array, const procedure_form *form, import_sheet *out)
{
    str *names = arena_new(l->arena, form->field_count + out->column_count, str);
    for (ptrdiff_t i = 0; i < form->field_count; i++) names[out->scope.count++] = form->fields[i].key;
    for (ptrdiff_t i = 0; i < out->column_count; i++)
        if (out->columns[i].as.len) names[out->scope.count++] = out->columns[i].as;
    out->scope.names = names;
    if (!array) return;
    out->computed = arena_new(l->arena, array->count, import_computed);
    for (const json *c = array->first; c; c = c->next) {
        str key = need_string(l, c, "field", form->id);
        import_computed computed = {form_field_index(form, key), read_feel(l, c, "value", out->scope, true, key)};
        if (computed.field < 0 && key.len)
            loader_error(l, c, form->id, "IMPORT-FIELD", (bilingual){0}, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, STR_ARG(key));
        if (computed.field >= 0 && computed.value) out->computed[out->computed_count++] = computed;
    }
}

static void load_sheet(loader *l, const json *declared, import_sheet *out)
{
    only_members(l, declared, STR("sheets"), (const char *const[]){"form", "names", "columns", "ignore", "date_order", "computed", "subtotals", "note", NULL});
    str form_id = need_string(l, declared, "form", STR("sheets"));
    out->form = procedure_form_index(l->p, form_id);
    if (out->form < 0) {
        if (form_id.len) loader_error(l, declared, form_id, "IMPORT-FORM", (bilingual){0}, (bilingual){"没有表单“%.*s”", "there is no form \"%.*s\""}, STR_ARG(form_id));
        return;
    }
    const procedure_form *form = &l->p->forms[out->form];
    read_strings(l, want_array(l, declared, "names", form_id), form_id, &out->names, &out->name_count);
    const json *columns = want_array(l, declared, "columns", form_id);
    out->columns = arena_new(l->arena, columns ? columns->count : 0, import_column);
    bool required = false;
    for (const json *c = columns ? columns->first : NULL; c; c = c->next) {
        import_column *column = &out->columns[out->column_count++];
        load_column(l, c, form, column);
        required |= column->required;
    }
    if (!required)
        loader_error(l, declared, form_id, "IMPORT-REQUIRED", (bilingual){0}, (bilingual){"至少一个表头须标为 required，否则认不出此表", "at least one heading must be required, or the sheet cannot be recognized"});
    check_headings(l, declared, out, form);

    const str *ignore;
    read_strings(l, want_array(l, declared, "ignore", form_id), form_id, &ignore, &out->ignore_count);
    str *folded = arena_new(l->arena, out->ignore_count, str);
    for (ptrdiff_t i = 0; i < out->ignore_count; i++) folded[i] = sheet_fold(ignore[i], l->arena);
    out->ignore = folded;
    const json *subtotals = want_array(l, declared, "subtotals", form_id);
    if (subtotals) read_strings(l, subtotals, form_id, &out->subtotals, &out->subtotal_count);
    else {
        out->subtotals = subtotals_usual;
        out->subtotal_count = sizeof subtotals_usual / sizeof *subtotals_usual;
    }
    str order = want_string(l, declared, "date_order", form_id);
    out->month_first = str_equal(order, STR("mdy"));
    if (order.len && !out->month_first && !str_equal(order, STR("ymd")))
        loader_error(l, declared, form_id, "IMPORT-DATE-ORDER", (bilingual){0}, (bilingual){"date_order 应为 ymd 或 mdy", "date_order must be ymd or mdy"});
    load_computed(l, want_array(l, declared, "computed", form_id), form, out);

    for (ptrdiff_t k = 0; k < form->key_count; k++) {
        bool reached = false;
        for (ptrdiff_t i = 0; i < out->column_count; i++) reached |= out->columns[i].field == form->key[k];
        for (ptrdiff_t i = 0; i < out->computed_count; i++) reached |= out->computed[i].field == form->key[k];
        if (!reached)
            loader_error(l, declared, form_id, "IMPORT-KEY", (bilingual){0}, (bilingual){"主键字段“%.*s”没有对应的表头", "no heading leads to the key field \"%.*s\""},
                         STR_ARG(form->fields[form->key[k]].key));
    }
}

bool load_mapping(loader *l, const json *root, import_mapping *out)
{
    int errors_before = l->diags->errors;
    only_members(l, root, STR("import"), (const char *const[]){"sheets", "note", NULL});
    const json *sheets = want_array(l, root, "sheets", STR("import"));
    if (!sheets)
        loader_error(l, root, STR("import"), "IMPORT-EMPTY", (bilingual){0}, (bilingual){"没有 sheets", "there is no \"sheets\""});
    out->sheets = arena_new(l->arena, sheets ? sheets->count : 0, import_sheet);
    for (const json *s = sheets ? sheets->first : NULL; s; s = s->next) load_sheet(l, s, &out->sheets[out->count++]);
    return l->diags->errors == errors_before;
}
