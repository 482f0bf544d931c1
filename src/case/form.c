// Values of form fields: checking, showing, masking.
#include "case/case.h"

#include "base/utf8.h"

static bool kind_fits(field_type t, feel_kind k)
{
    static const feel_kind kinds[] = {
        [FIELD_STRING] = FEEL_STRING, [FIELD_NUMBER] = FEEL_NUMBER, [FIELD_DATE] = FEEL_DATE,
        [FIELD_DATE_TIME] = FEEL_DATE_TIME, [FIELD_BOOLEAN] = FEEL_BOOLEAN, [FIELD_STRINGS] = FEEL_LIST};
    return kinds[t] == k;
}

static bool has_value(const form_field *f, str text)
{
    for (ptrdiff_t i = 0; i < f->value_count; i++)
        if (str_equal(f->values[i], text)) return true;
    return f->value_count == 0;
}

static void wrong_value(const form_field *f, str text, source_pos at, diag_list *d)
{
    buf hint = {.arena = d->arena};
    for (ptrdiff_t i = 0; i < f->value_count && i < 12; i++) {
        if (i) buf_add(&hint, STR("、"));
        buf_add(&hint, f->values[i]);
    }
    diag_add(d, DIAG_ERROR, "FORM-VALUE", at, (bilingual){0}, (bilingual){"“%.*s”不是可选的值（%.*s）", "\"%.*s\" is not one of the options (%.*s)"},
             STR_ARG(text), STR_ARG(buf_str(&hint)));
}

static void check_text(const form_field *f, str text, source_pos at, diag_list *d)
{
    ptrdiff_t length = utf8_length(text);
    if (f->max_length && length > f->max_length)
        diag_add(d, DIAG_ERROR, "FORM-LENGTH", at, (bilingual){0}, (bilingual){"有 %td 个字，最多 %lld 个", "has %td characters; at most %lld are allowed"},
                 length, (long long)f->max_length);
    if (length < f->min_length)
        diag_add(d, DIAG_ERROR, "FORM-LENGTH", at, (bilingual){0}, (bilingual){"有 %td 个字，至少 %lld 个", "has %td characters; at least %lld are needed"},
                 length, (long long)f->min_length);
    if (!has_value(f, text)) wrong_value(f, text, at, d);
    if (f->pattern_check) {
        feel_evaluation e = {.arena = d->arena};
        feel_value value = feel_string(text);
        if (!feel_is_true(feel_evaluate(f->pattern_check, &value, &e)))
            diag_add(d, DIAG_ERROR, "FORM-PATTERN", at, (bilingual){0}, (bilingual){"“%.*s”不符合格式 %.*s", "\"%.*s\" does not match %.*s"},
                     STR_ARG(text), STR_ARG(f->pattern));
    }
}

static void check_field(const form_field *f, feel_value v, source_pos at, diag_list *d)
{
    at.element = at.element.len ? str_printf(d->arena, "%.*s “%.*s”", STR_ARG(at.element), STR_ARG(f->name.text[LANG_ZH])) : f->name.text[LANG_ZH];
    if (v.kind == FEEL_NULL) {
        if (f->required)
            diag_add(d, DIAG_ERROR, "FORM-REQUIRED", at, (bilingual){0}, (bilingual){"必填项为空", "is required and is empty"});
        return;
    }
    if (!kind_fits(f->type, v.kind)) {
        diag_add(d, DIAG_ERROR, "FORM-TYPE", at, (bilingual){0}, (bilingual){"值的类型不对", "the value is of the wrong type"});
        return;
    }
    if (f->type == FIELD_STRING) check_text(f, v.string, at, d);
    if (f->type == FIELD_STRINGS)
        for (ptrdiff_t i = 0; i < v.list->count; i++)
            if (v.list->items[i].kind != FEEL_STRING || !has_value(f, v.list->items[i].string))
                wrong_value(f, v.list->items[i].kind == FEEL_STRING ? v.list->items[i].string : STR(""), at, d);
    if (f->type == FIELD_NUMBER) {
        if (f->has_min && decimal_compare(v.number, f->min) < 0)
            diag_add(d, DIAG_ERROR, "FORM-RANGE", at, (bilingual){0}, (bilingual){"不能小于 %.*s", "must not be less than %.*s"}, STR_ARG(decimal_text(f->min, d->arena)));
        if (f->has_max && decimal_compare(v.number, f->max) > 0)
            diag_add(d, DIAG_ERROR, "FORM-RANGE", at, (bilingual){0}, (bilingual){"不能大于 %.*s", "must not be greater than %.*s"}, STR_ARG(decimal_text(f->max, d->arena)));
    }
    if ((f->type == FIELD_DATE || f->type == FIELD_DATE_TIME) && (v.moment.date.year < 1900 || v.moment.date.year > 2200))
        diag_add(d, DIAG_ERROR, "FORM-YEAR", at, (bilingual){0}, (bilingual){"年份 %d 不在 1900 至 2200 之间", "the year %d is not within 1900 to 2200"}, (int)v.moment.date.year);
}

bool form_check(const procedure_form *f, const feel_value *data, source_pos at, diag_list *d)
{
    int errors_before = d->errors;
    for (ptrdiff_t i = 0; i < f->field_count; i++) check_field(&f->fields[i], data[i], at, d);
    return d->errors == errors_before;
}

str field_text(const form_field *f, feel_value v, arena *a)
{
    switch (v.kind) {
    case FEEL_NULL: return STR("");
    case FEEL_STRING: return v.string;
    case FEEL_NUMBER: return decimal_text(v.number, a);
    case FEEL_BOOLEAN: return v.boolean ? STR("是") : STR("否");
    case FEEL_DATE: return date_text(v.moment.date, a);
    case FEEL_DATE_TIME: {
        int second = v.moment.time.second_of_day;
        str day = date_text(v.moment.date, a);
        if (second % 60) return str_printf(a, "%.*s %02d:%02d:%02d", STR_ARG(day), second / 3600, second / 60 % 60, second % 60);
        return str_printf(a, "%.*s %02d:%02d", STR_ARG(day), second / 3600, second / 60 % 60);
    }
    case FEEL_LIST: {
        buf text = {.arena = a};
        for (ptrdiff_t i = 0; i < v.list->count; i++) {
            if (i) buf_add(&text, STR("、"));
            buf_add(&text, field_text(f, v.list->items[i], a));
        }
        return buf_str(&text);
    }
    default: return STR("");   // no form field holds any other kind
    }
}

str field_masked(const form_field *f, feel_value v, arena *a)
{
    str text = field_text(f, v, a);
    if (f->sensitive.len == 0 || text.len == 0) return text;
    ptrdiff_t length = utf8_length(text), front = 0, back = 0;
    if (str_equal(f->sensitive, STR("name"))) front = 1;
    else if (str_equal(f->sensitive, STR("phone"))) front = length > 7 ? 3 : 0, back = length > 7 ? 4 : 0;
    else if (str_equal(f->sensitive, STR("id_number"))) front = length > 10 ? 3 : 0, back = length > 10 ? 2 : 0;
    else if (str_equal(f->sensitive, STR("address"))) front = length > 6 ? 6 : 0;
    else return STR("＊＊＊");
    buf masked = {.arena = a};
    buf_add(&masked, str_slice(text, 0, utf8_offset(text, front)));
    for (ptrdiff_t i = front; i < length - back && i < front + 8; i++) buf_add_byte(&masked, '*');
    buf_add(&masked, str_slice(text, utf8_offset(text, length - back), text.len));
    return buf_str(&masked);
}
