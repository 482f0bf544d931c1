// Reading a sample specification.
#include <stdio.h>
#include <string.h>

#include "sample/sample_internal.h"

typedef struct {
    str file;
    arena *arena;
    diag_list *diags;
    sample_spec *spec;
    sample_sheet *sheet;
} loader;

static void wrong(loader *l, const json *at, str element, const char *zh, const char *en)
{
    source_pos pos = at ? json_pos(at, l->file) : (source_pos){.file = l->file};
    pos.element = element;
    diag_add(l->diags, DIAG_ERROR, "SAMPLE-SPEC", pos, (bilingual){"见 docs/formats/sample.md", "see docs/formats/sample.md"}, (bilingual){"%s%.0s", "%.0s%s"}, zh, en);
}

static int column_index(const sample_sheet *s, str field)
{
    for (int i = 0; i < s->column_count; i++)
        if (str_equal(s->columns[i].field, field)) return i;
    return -1;
}

static feel_value value_of(const json *j)
{
    decimal x;
    if (j->kind == JSON_NUMBER && decimal_parse(j->text, &x)) return feel_number(x);
    if (j->kind == JSON_TRUE || j->kind == JSON_FALSE) return feel_boolean(j->kind == JSON_TRUE);
    if (j->kind == JSON_STRING && j->text.len) return feel_string(j->text);
    return feel_null();
}

static void read_values(loader *l, const json *array, sample_maker *m)
{
    m->values = arena_new(l->arena, array->count, feel_value);
    m->texts = arena_new(l->arena, array->count, str);
    for (const json *j = array->first; j; j = j->next) {
        m->texts[m->count] = j->text;
        m->values[m->count++] = value_of(j);
    }
}

static bool read_range(const json *array, int64_t *low, int64_t *high)
{
    if (!array || array->kind != JSON_ARRAY || array->count != 2) return false;
    decimal a, b;
    return array->first->kind == JSON_NUMBER && array->last->kind == JSON_NUMBER && decimal_parse(array->first->text, &a) &&
           decimal_parse(array->last->text, &b) && decimal_to_int(a, low) && decimal_to_int(b, high) && *low <= *high;
}

static void read_hours(const json *options, sample_maker *m)
{
    int64_t low, high;
    if (!read_range(json_get(options, STR("time")), &low, &high)) return;
    m->has_time = true;
    m->hour_low = (int)low;
    m->hour_high = (int)high;
}

static void read_date(const json *options, sample_maker *m)
{
    int64_t low, high;
    m->kind = MAKE_DATE;
    m->working = json_bool(options, STR("working"), false);
    if (read_range(json_get(options, STR("day")), &low, &high)) {
        m->day_low = (int)low;
        m->day_high = (int)high;
    }
    read_hours(options, m);
}

static void read_span(loader *l, const json *options, sample_maker *m, str element)
{
    static const struct { const char *name; span_unit unit; } units[] = {
        {"days", SPAN_DAYS}, {"working_days", SPAN_WORKING_DAYS}, {"hours", SPAN_HOURS}, {"minutes", SPAN_MINUTES}};
    bool found = false;
    for (size_t i = 0; i < sizeof units / sizeof *units && !found; i++)
        if ((found = read_range(json_get(options, str_from(units[i].name)), &m->low, &m->high))) m->unit = units[i].unit;
    m->of = column_index(l->sheet, json_string(options, STR("of")));
    if (!found || m->of < 0) wrong(l, options, element, "after/before 须有 of 和一个时间跨度", "after/before needs \"of\" and a span");
    read_hours(options, m);
}

static sample_maker *read_maker(loader *l, const json *j, str element);

static feel_program *read_feel(loader *l, const json *text, str element)
{
    source_pos at = json_pos(text, l->file);
    at.element = element;
    return feel_compile(text->text, l->sheet->scope, at, l->arena, l->diags);
}

static bool read_choice(loader *l, const json *j, sample_maker *m, str element)
{
    const json *o;
    if ((o = json_get(j, STR("const")))) {
        m->kind = MAKE_CONST;
        m->values = arena_new(l->arena, 1, feel_value);
        m->values[0] = value_of(o);
        m->count = 1;
    } else if ((o = json_get(j, STR("text")))) {
        m->kind = MAKE_TEXT;
        if (o->kind == JSON_ARRAY) read_values(l, o, m);
        else {
            m->texts = arena_new(l->arena, 1, str);
            m->texts[m->count++] = o->text;
        }
    } else if ((o = json_get(j, STR("pick"))) || (o = json_get(j, STR("list")))) {
        m->kind = json_get(j, STR("pick")) ? MAKE_PICK : MAKE_LIST;
        read_values(l, o, m);
        const json *weights = json_get(j, STR("weights"));
        m->weight_sum = m->count;
        if (weights && weights->count == m->count) {
            m->weights = arena_new(l->arena, m->count, int64_t);
            m->weight_sum = 0;
            ptrdiff_t i = 0;
            for (const json *w = weights->first; w; w = w->next) {
                decimal x, scaled;
                // Weights may be fractions: they are counted in thousandths.
                if (decimal_parse(w->text, &x) && decimal_mul(x, decimal_from_int(1000), &scaled) && decimal_round(scaled, 0, DECIMAL_HALF_UP, &scaled))
                    decimal_to_int(scaled, &m->weights[i]);
                m->weight_sum += m->weights[i++];
            }
        } else if (weights) wrong(l, weights, element, "weights 与 pick 个数不同", "weights and pick differ in number");
    } else if ((o = json_get(j, STR("from")))) {
        m->kind = MAKE_FROM;
        m->texts = arena_new(l->arena, 2, str);
        m->texts[0] = o->text;
        m->texts[1] = json_string(j, STR("member"));
        m->in_turn = json_bool(j, STR("in_turn"), false);
    } else return false;
    if (m->kind != MAKE_FROM && m->count == 0) wrong(l, j, element, "没有可取的值", "there is nothing to take");
    return true;
}

static bool read_made_up(const json *j, sample_maker *m)
{
    static const struct { const char *name; maker_kind kind; } kinds[] = {
        {"row", MAKE_ROW}, {"person", MAKE_PERSON}, {"company", MAKE_COMPANY}, {"phone", MAKE_PHONE}, {"address", MAKE_ADDRESS},
        {"credit_code", MAKE_CREDIT_CODE}, {"id_number", MAKE_ID_NUMBER}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const json *o = json_get(j, str_from(kinds[i].name));
        if (!o) continue;
        m->kind = kinds[i].kind;
        m->masked = o->kind == JSON_STRING && str_equal(o->text, STR("masked"));
        return true;
    }
    return false;
}

static sample_maker *read_maker(loader *l, const json *j, str element)
{
    sample_maker *m = arena_new(l->arena, 1, sample_maker);
    const json *o;
    if (!j || j->kind != JSON_OBJECT) {
        wrong(l, j, element, "缺少 make", "\"make\" is missing");
        return m;
    }
    if (read_choice(l, j, m, element) || read_made_up(j, m)) return m;
    if ((o = json_get(j, STR("date")))) read_date(o, m);
    else if ((o = json_get(j, STR("after"))) || (o = json_get(j, STR("before")))) {
        m->kind = json_get(j, STR("after")) ? MAKE_AFTER : MAKE_BEFORE;
        read_span(l, o, m, element);
    } else if ((o = json_get(j, STR("number")))) {
        m->kind = MAKE_NUMBER;
        m->step = json_int(j, STR("step"), 1);
        m->decimals = (int)json_int(j, STR("decimals"), 0);
        if (!read_range(o, &m->low, &m->high) || m->step < 1) wrong(l, o, element, "number 应为 [小, 大]", "number must be [low, high]");
    } else if ((o = json_get(j, STR("feel")))) {
        m->kind = MAKE_FEEL;
        m->program = read_feel(l, o, element);
    } else if ((o = json_get(j, STR("maybe")))) {
        decimal x, scaled;
        int64_t n = 0;
        m->kind = MAKE_MAYBE;
        if (decimal_parse(o->text, &x) && decimal_mul(x, decimal_from_int(10000), &scaled)) decimal_to_int(scaled, &n);
        m->blank_percent_times_100 = (int)n;
        m->then = read_maker(l, json_get(j, STR("make")), element);
    } else if ((o = json_get(j, STR("when")))) {
        m->kind = MAKE_WHEN;
        m->program = read_feel(l, o, element);
        m->then = read_maker(l, json_get(j, STR("make")), element);
        if (json_get(j, STR("else"))) m->otherwise = read_maker(l, json_get(j, STR("else")), element);
    } else wrong(l, j, element, "不认识的生成方式", "unknown maker");
    return m;
}

static date_style read_style(loader *l, const json *column)
{
    static const struct { const char *name; date_style style; } styles[] = {
        {"", STYLE_DATE_CELL}, {"date", STYLE_DATE_CELL}, {"iso", STYLE_ISO}, {"cn", STYLE_CN}, {"dot", STYLE_DOT}, {"slash", STYLE_SLASH}, {"mixed", STYLE_MIXED}};
    str name = json_string(column, STR("style"));
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++)
        if (str_equal(name, str_from(styles[i].name))) return styles[i].style;
    wrong(l, column, name, "不认识的日期样式", "unknown style of dates");
    return STYLE_DATE_CELL;
}

static void read_block(loader *l, const json *j, sample_block *b)
{
    b->year = (int)json_int(j, STR("year"), 0);
    b->count = (int)json_int(j, STR("count"), 0);
    const json *months = json_get(j, STR("months"));
    if (months && months->count == 12) {
        int i = 0;
        for (const json *m = months->first; m; m = m->next, i++) {
            decimal x;
            int64_t n = 0;
            if (decimal_parse(m->text, &x)) decimal_to_int(x, &n);
            b->counts[i] = (int)n;
        }
    } else if (months) wrong(l, months, l->sheet->name, "months 应有十二个数", "months must have twelve numbers");
    const json *each = json_get(j, STR("each"));
    if (each && each->kind == JSON_STRING) {
        b->each = json_get(l->spec->lists, each->text);
        if (!b->each) b->each = json_get(l->spec->shared, each->text);
        if (!b->each) wrong(l, each, each->text, "没有这个列表", "there is no such list");
    } else b->each = each;
    b->explicit_rows = json_get(j, STR("values"));
    b->set = arena_new(l->arena, l->sheet->column_count, sample_maker *);
    const json *set = json_get(j, STR("set"));
    for (const json *s = set ? set->first : NULL; s; s = s->next) {
        int column = column_index(l->sheet, s->name);
        if (column < 0) wrong(l, s, s->name, "set 中的字段没有对应的列", "no column has the field named in \"set\"");
        else b->set[column] = read_maker(l, s, s->name);
    }
}

static void read_sheet(loader *l, const json *j, sample_sheet *s)
{
    l->sheet = s;
    s->form = json_string(j, STR("form"));
    s->name = json_string(j, STR("name"));
    s->title = json_string(j, STR("title"));
    s->note = json_string(j, STR("note"));
    s->sorted = json_bool(j, STR("sort"), true);
    str subtotals = json_string(j, STR("subtotals"));
    s->subtotal_months = str_equal(subtotals, STR("month"));
    s->subtotal_years = s->subtotal_months || str_equal(subtotals, STR("year"));
    const json *columns = json_get(j, STR("columns")), *rows = json_get(j, STR("rows"));
    if (!columns || !rows || s->name.len == 0) {
        wrong(l, j, s->name, "工作表须有 name、columns、rows", "a sheet needs name, columns and rows");
        return;
    }
    s->columns = arena_new(l->arena, columns->count, sample_column);
    static const char *const extra[] = {"n", "year", "month", "item", "i"};
    str *names = arena_new(l->arena, columns->count + 5, str);
    for (const json *c = columns->first; c; c = c->next) {
        sample_column *column = &s->columns[s->column_count];
        column->heading = json_string(c, STR("heading"));
        column->group = json_string(c, STR("group"));
        column->field = json_string(c, STR("field"));
        column->order = (int)json_int(c, STR("order"), 1000 + (int64_t)s->column_count);
        column->style = read_style(l, c);
        // A column without a field, or with the name of something that every row has, keeps its place under another name.
        bool taken = column->field.len == 0;
        for (int i = 0; i < 5; i++) taken |= str_equal(column->field, str_from(extra[i]));
        names[s->column_count] = taken ? str_printf(l->arena, "column_%td", s->column_count) : column->field;
        s->column_count++;
    }
    for (int i = 0; i < 5; i++) names[s->column_count + i] = str_from(extra[i]);
    s->scope = (feel_scope){.names = names, .count = s->column_count + 5};
    ptrdiff_t i = 0;
    for (const json *c = columns->first; c; c = c->next, i++) s->columns[i].make = read_maker(l, json_get(c, STR("make")), s->columns[i].heading);
    s->blocks = arena_new(l->arena, rows->count, sample_block);
    for (const json *b = rows->first; b; b = b->next) read_block(l, b, &s->blocks[s->block_count++]);
}

sample_spec *sample_load(str text, str file, const json *shared, arena *a, diag_list *d)
{
    int errors_before = d->errors;
    json *root = json_parse(text, file, a, d);
    if (!root) return NULL;
    sample_spec *spec = arena_new(a, 1, sample_spec);
    loader l = {.file = file, .arena = a, .diags = d, .spec = spec};
    spec->procedure = json_string(root, STR("procedure"));
    spec->workbook = json_string(root, STR("workbook"));
    spec->lists = json_get(root, STR("lists"));
    spec->shared = shared;
    const json *sheets = json_get(root, STR("sheets"));
    if (!sheets || spec->workbook.len == 0) {
        wrong(&l, root, spec->procedure, "须有 workbook 和 sheets", "workbook and sheets are needed");
        return NULL;
    }
    spec->sheets = arena_new(a, sheets->count, sample_sheet);
    for (const json *s = sheets->first; s; s = s->next) read_sheet(&l, s, &spec->sheets[spec->sheet_count++]);
    return d->errors == errors_before ? spec : NULL;
}
