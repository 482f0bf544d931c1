// builtins.c: the table of built-in functions (DMN 1.5, 10.3.4), and how arguments reach them.
//
// A row is a signature. Rows of one name follow each other; the first that the arguments fit is called. A signature is
// the only place where names, number and kinds of parameters stand: it is read, not repeated.
//   "name: kind|kind"    "name?: kind" may be left out    "name...: kind" takes the rest, as a list
#include "feel/feel_internal.h"

#define POINT "number|string|date|time|date and time|days and time duration|years and months duration"
#define BUILTINS(X) \
    /* conversion */ \
    X(bi_context, "context", "(entries: list)", "10.3.4.1") \
    X(bi_date, "date", "(from: string|date|date and time)", "10.3.4.1") \
    X(bi_date_parts, "date", "(year: number, month: number, day: number)", "10.3.4.1") \
    X(bi_date_time, "date and time", "(from: string|date|date and time)", "10.3.4.1") \
    X(bi_date_time_join, "date and time", "(date: date|date and time, time: time)", "10.3.4.1") \
    X(bi_date_time_parts, "date and time", "(year: number, month: number, day: number, hour: number, minute: number, second: number, offset?: days and time duration|null)", "10.3.4.1") \
    X(bi_time, "time", "(from: string|date|time|date and time)", "10.3.4.1") \
    X(bi_time_parts, "time", "(hour: number, minute: number, second: number, offset?: days and time duration|null)", "10.3.4.1") \
    X(bi_number, "number", "(from: string, grouping separator?: string|null, decimal separator?: string|null)", "10.3.4.1") \
    X(bi_string, "string", "(from: any)", "10.3.4.1") \
    X(bi_duration, "duration", "(from: string)", "10.3.4.1") \
    X(bi_years_months, "years and months duration", "(from: date|date and time, to: date|date and time)", "10.3.4.1") \
    X(bi_range, "range", "(from: string)", "10.3.4.1") \
    /* boolean */ \
    X(bi_not, "not", "(negand: boolean)", "10.3.4.2") \
    /* string */ \
    X(bi_substring, "substring", "(string: string, start position: number, length?: number)", "10.3.4.3") \
    X(bi_string_length, "string length", "(string: string)", "10.3.4.3") \
    X(bi_upper_case, "upper case", "(string: string)", "10.3.4.3") \
    X(bi_lower_case, "lower case", "(string: string)", "10.3.4.3") \
    X(bi_substring_before, "substring before", "(string: string, match: string)", "10.3.4.3") \
    X(bi_substring_after, "substring after", "(string: string, match: string)", "10.3.4.3") \
    X(bi_replace, "replace", "(input: string, pattern: string, replacement: string, flags?: string|null)", "10.3.4.3") \
    X(bi_contains, "contains", "(string: string, match: string)", "10.3.4.3") \
    X(bi_starts_with, "starts with", "(string: string, match: string)", "10.3.4.3") \
    X(bi_ends_with, "ends with", "(string: string, match: string)", "10.3.4.3") \
    X(bi_matches, "matches", "(input: string, pattern: string, flags?: string|null)", "10.3.4.3") \
    X(bi_split, "split", "(string: string, delimiter: string)", "10.3.4.3") \
    X(bi_string_join, "string join", "(list: list, delimiter?: string|null)", "10.3.4.3") \
    /* list */ \
    X(bi_list_contains, "list contains", "(list: list, element: any)", "10.3.4.4") \
    X(bi_list_replace, "list replace", "(list: list, position: number, newItem: any)", "10.3.4.4") \
    X(bi_list_replace, "list replace", "(list: list, match: function, newItem: any)", "10.3.4.4") \
    X(bi_count, "count", "(list: list)", "10.3.4.4") \
    X(bi_min, "min", "(list: list)", "10.3.4.4") \
    X(bi_min, "min", "(c...: any)", "10.3.4.4") \
    X(bi_max, "max", "(list: list)", "10.3.4.4") \
    X(bi_max, "max", "(c...: any)", "10.3.4.4") \
    X(bi_sum, "sum", "(list: list)", "10.3.4.4") \
    X(bi_sum, "sum", "(n...: any)", "10.3.4.4") \
    X(bi_mean, "mean", "(list: list)", "10.3.4.4") \
    X(bi_mean, "mean", "(n...: any)", "10.3.4.4") \
    X(bi_all, "all", "(list: list)", "10.3.4.4") \
    X(bi_all, "all", "(b...: any)", "10.3.4.4") \
    X(bi_any, "any", "(list: list)", "10.3.4.4") \
    X(bi_any, "any", "(b...: any)", "10.3.4.4") \
    X(bi_sublist, "sublist", "(list: list, start position: number, length?: number)", "10.3.4.4") \
    X(bi_append, "append", "(list: list, item...: any)", "10.3.4.4") \
    X(bi_concatenate, "concatenate", "(list...: list)", "10.3.4.4") \
    X(bi_insert_before, "insert before", "(list: list, position: number, newItem: any)", "10.3.4.4") \
    X(bi_remove, "remove", "(list: list, position: number)", "10.3.4.4") \
    X(bi_reverse, "reverse", "(list: list)", "10.3.4.4") \
    X(bi_index_of, "index of", "(list: list, match: any)", "10.3.4.4") \
    X(bi_union, "union", "(list...: list)", "10.3.4.4") \
    X(bi_distinct_values, "distinct values", "(list: list)", "10.3.4.4") \
    X(bi_flatten, "flatten", "(list: list)", "10.3.4.4") \
    X(bi_product, "product", "(list: list)", "10.3.4.4") \
    X(bi_product, "product", "(n...: any)", "10.3.4.4") \
    X(bi_median, "median", "(list: list)", "10.3.4.4") \
    X(bi_median, "median", "(n...: any)", "10.3.4.4") \
    X(bi_stddev, "stddev", "(list: list)", "10.3.4.4") \
    X(bi_stddev, "stddev", "(n...: any)", "10.3.4.4") \
    X(bi_mode, "mode", "(list: list)", "10.3.4.4") \
    X(bi_mode, "mode", "(n...: any)", "10.3.4.4") \
    /* numeric */ \
    X(bi_decimal, "decimal", "(n: number, scale: number)", "10.3.4.5") \
    X(bi_floor, "floor", "(n: number, scale?: number)", "10.3.4.5") \
    X(bi_ceiling, "ceiling", "(n: number, scale?: number)", "10.3.4.5") \
    X(bi_round_up, "round up", "(n: number, scale: number)", "10.3.4.5") \
    X(bi_round_down, "round down", "(n: number, scale: number)", "10.3.4.5") \
    X(bi_round_half_up, "round half up", "(n: number, scale: number)", "10.3.4.5") \
    X(bi_round_half_down, "round half down", "(n: number, scale: number)", "10.3.4.5") \
    X(bi_abs, "abs", "(n: number|days and time duration|years and months duration)", "10.3.4.5") \
    X(bi_modulo, "modulo", "(dividend: number, divisor: number)", "10.3.4.5") \
    X(bi_sqrt, "sqrt", "(number: number)", "10.3.4.5") \
    X(bi_log, "log", "(number: number)", "10.3.4.5") \
    X(bi_exp, "exp", "(number: number)", "10.3.4.5") \
    X(bi_odd, "odd", "(number: number)", "10.3.4.5") \
    X(bi_even, "even", "(number: number)", "10.3.4.5") \
    /* date and time */ \
    X(bi_is, "is", "(value1: any, value2: any)", "10.3.4.6") \
    /* ranges */ \
    X(bi_before, "before", "(point1: " POINT ", point2: " POINT ")", "10.3.4.7") \
    X(bi_before, "before", "(point: " POINT ", range: range)", "10.3.4.7") \
    X(bi_before, "before", "(range: range, point: " POINT ")", "10.3.4.7") \
    X(bi_before, "before", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_after, "after", "(point1: " POINT ", point2: " POINT ")", "10.3.4.7") \
    X(bi_after, "after", "(point: " POINT ", range: range)", "10.3.4.7") \
    X(bi_after, "after", "(range: range, point: " POINT ")", "10.3.4.7") \
    X(bi_after, "after", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_meets, "meets", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_met_by, "met by", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_overlaps, "overlaps", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_overlaps_before, "overlaps before", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_overlaps_after, "overlaps after", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_finishes, "finishes", "(point: " POINT ", range: range)", "10.3.4.7") \
    X(bi_finishes, "finishes", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_finished_by, "finished by", "(range: range, point: " POINT ")", "10.3.4.7") \
    X(bi_finished_by, "finished by", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_includes, "includes", "(range: range, point: " POINT ")", "10.3.4.7") \
    X(bi_includes, "includes", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_during, "during", "(point: " POINT ", range: range)", "10.3.4.7") \
    X(bi_during, "during", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_starts, "starts", "(point: " POINT ", range: range)", "10.3.4.7") \
    X(bi_starts, "starts", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_started_by, "started by", "(range: range, point: " POINT ")", "10.3.4.7") \
    X(bi_started_by, "started by", "(range1: range, range2: range)", "10.3.4.7") \
    X(bi_coincides, "coincides", "(point1: " POINT ", point2: " POINT ")", "10.3.4.7") \
    X(bi_coincides, "coincides", "(range1: range, range2: range)", "10.3.4.7") \
    /* temporal */ \
    X(bi_day_of_year, "day of year", "(date: date|date and time)", "10.3.4.8") \
    X(bi_day_of_week, "day of week", "(date: date|date and time)", "10.3.4.8") \
    X(bi_month_of_year, "month of year", "(date: date|date and time)", "10.3.4.8") \
    X(bi_week_of_year, "week of year", "(date: date|date and time)", "10.3.4.8") \
    /* sort */ \
    X(bi_sort, "sort", "(list: list, precedes?: function)", "10.3.4.9") \
    /* context */ \
    X(bi_get_value, "get value", "(m: context, key: string)", "10.3.4.10") \
    X(bi_get_entries, "get entries", "(m: context)", "10.3.4.10") \
    X(bi_context_put, "context put", "(context: context, key: string, value: any)", "10.3.4.10") \
    X(bi_context_put, "context put", "(context: context, keys: list, value: any)", "10.3.4.10") \
    X(bi_context_merge, "context merge", "(contexts: list)", "10.3.4.10") \
    /* miscellaneous */ \
    X(bi_now, "now", "()", "10.3.4.11") \
    X(bi_today, "today", "()", "10.3.4.11")

static const feel_builtin_info infos[] = {
#define X(fn, name, signature, clause) {name, signature, clause},
    BUILTINS(X)
#undef X
};
static builtin_fn *const functions[] = {
#define X(fn, name, signature, clause) fn,
    BUILTINS(X)
#undef X
};
enum { ROWS = sizeof infos / sizeof *infos };

const feel_builtin_info *feel_builtins(ptrdiff_t *count)
{
    *count = ROWS;
    return infos;
}

static const str names_of_rows[] = {
#define X(fn, name, signature, clause) {name, sizeof name - 1},
    BUILTINS(X)
#undef X
};

str builtin_name(int32_t row) { return row < ROWS ? names_of_rows[row] : (str){0}; }

int32_t builtin_next(int32_t row, char first)
{
    while (row < ROWS && names_of_rows[row].data[0] != first) row++;
    return row < ROWS ? row : -1;
}

int32_t builtin_find(str name)
{
    int32_t row = name.len ? builtin_next(0, name.data[0]) : -1;
    while (row >= 0 && !str_equal(name, names_of_rows[row])) row = builtin_next(row + 1, name.data[0]);
    return row;
}

int32_t builtin_rows(int32_t first)
{
    int32_t n = 1;
    while (first + n < ROWS && str_equal(builtin_name(first), builtin_name(first + n))) n++;
    return n;
}

// ---- signatures ---------------------------------------------------------------------------------------

static uint32_t kind_bits(str name)
{
    static const struct { const char *name; uint32_t bits; } kinds[] = {
        {"any", ANY_KIND}, {"null", 1 << FEEL_NULL}, {"boolean", 1 << FEEL_BOOLEAN}, {"number", 1 << FEEL_NUMBER},
        {"string", 1 << FEEL_STRING}, {"date", 1 << FEEL_DATE}, {"time", 1 << FEEL_TIME}, {"date and time", 1 << FEEL_DATE_TIME},
        {"days and time duration", 1 << FEEL_DAYS_DURATION}, {"years and months duration", 1 << FEEL_YEARS_DURATION},
        {"list", 1 << FEEL_LIST}, {"context", 1 << FEEL_CONTEXT}, {"range", 1 << FEEL_RANGE}, {"function", 1 << FEEL_FUNCTION},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_equal(name, str_from(kinds[i].name))) return kinds[i].bits;
    return 0;
}

void builtin_parameters(int32_t row, parameters *out)
{
    str rest = str_from(infos[row].signature);
    rest = str_slice(rest, 1, rest.len - 1);
    *out = (parameters){0};
    while (rest.len) {
        str part = str_trim(str_cut(&rest, ',')), kinds = part;
        str name = str_cut(&kinds, ':');
        if (str_ends(name, STR("..."))) {
            out->variadic = true;
            name = str_slice(name, 0, name.len - 3);
        }
        bool optional = str_ends(name, STR("?"));
        if (optional) name = str_slice(name, 0, name.len - 1);
        else out->required = out->count + 1;
        out->of[out->count].name = name;
        for (kinds = str_trim(kinds); kinds.len;) out->of[out->count].kinds |= kind_bits(str_cut(&kinds, '|'));
        out->count++;
    }
}

static bool bind_names(const parameters *p, const str *names, int count, int *order_out)
{
    if (p->variadic || count > p->count) return false;
    uint32_t given = 0;
    for (int i = 0; i < count; i++) {
        int j = 0;
        while (j < p->count && !str_equal(names[i], p->of[j].name)) j++;
        if (j == p->count || given & 1u << j) return false;
        given |= 1u << j;
        order_out[i] = j;
    }
    for (int j = 0; j < p->required; j++)
        if (!(given & 1u << j)) return false;
    return true;
}

bool builtin_bind(int32_t row, const str *names, int count, bound *out)
{
    parameters *p = &out->parameters;
    out->row = row;
    builtin_parameters(row, p);
    if (count < p->required || (count > p->count && !p->variadic)) return false;
    if (names) return bind_names(p, names, count, out->order);
    for (int i = 0; i < p->count; i++) out->order[i] = i;
    return true;
}

// The implicit conversions of 10.3.2.9.4: one value to a list of it, a list of one to that one.
static bool convert(run *r, feel_value v, uint32_t kinds, feel_value *out)
{
    *out = v;
    if (kinds & 1u << v.kind) return true;
    if (kinds & 1u << FEEL_LIST && v.kind != FEEL_NULL) return *out = feel_list_of(&v, 1, r->arena), true;
    if (v.kind == FEEL_LIST && v.list->count == 1 && kinds & 1u << v.list->items[0].kind) return *out = v.list->items[0], true;
    return false;
}

// The arguments as the row wants them, in the order of its parameters. False: *wrong is the first that does not fit.
static bool convert_all(run *r, const bound *b, const feel_value *args, int count, feel_value *out, int *wrong)
{
    const parameters *p = &b->parameters;
    for (int i = 0; i < p->count; i++) out[i] = feel_null();
    int fixed = p->variadic ? p->count - 1 : p->count;
    for (int i = 0; i < count && i < fixed; i++) {
        *wrong = b->order[i];
        if (!convert(r, args[i], p->of[*wrong].kinds, &out[*wrong])) return false;
    }
    if (!p->variadic) return true;
    feel_value *rest = arena_new(r->arena, count - fixed, feel_value);
    *wrong = fixed;
    for (int i = fixed; i < count; i++)
        if (!convert(r, args[i], p->of[fixed].kinds, &rest[i - fixed])) return false;
    out[fixed] = list_view(rest, count - fixed, r->arena);
    return true;
}

static bool try_row(run *r, const bound *b, const feel_value *args, int count, feel_value *result, str *misfit)
{
    feel_value converted[PARAMETERS_MAX];
    int wrong = 0, at = r->at;
    if (!convert_all(r, b, args, count, converted, &wrong)) {
        if (!misfit->len) *misfit = b->parameters.of[wrong].name;
        return false;
    }
    *result = functions[b->row](r, converted);
    r->at = at;
    return true;
}

static feel_value no_row_fits(run *r, int32_t first, str misfit)
{
    if (misfit.len)
        because(r, "FEEL-ARGUMENT-TYPE", (bilingual){"函数“%s”的参数“%.*s”的值类型不符", "%s(): the argument \"%.*s\" is of the wrong kind"},
                infos[first].name, STR_ARG(misfit));
    else
        because(r, "FEEL-ARGUMENTS", (bilingual){"函数“%s”的参数个数或名称不符", "%s() does not take these arguments"}, infos[first].name);
    buf forms = {.arena = r->arena};
    for (int32_t i = 0, rows = builtin_rows(first); i < rows && r->reason_count < REASONS_MAX; i++)
        buf_printf(&forms, "%s%s%s", i ? "; " : "", infos[first].name, infos[first + i].signature);
    mend(r, (bilingual){"写法：%.*s", "forms: %.*s"}, STR_ARG(buf_str(&forms)));
    return feel_null();
}

feel_value builtin_call_bound(run *r, int32_t first, const bound *bounds, int bound_count, const feel_value *args, int count)
{
    feel_value result;
    str misfit = {0};
    for (int i = 0; i < bound_count; i++)
        if (try_row(r, &bounds[i], args, count, &result, &misfit)) return result;
    return no_row_fits(r, first, misfit);
}

feel_value builtin_call(run *r, int32_t first, const feel_value *args, const str *names, int count)
{
    feel_value result;
    str misfit = {0};
    bound b;
    for (int32_t row = first, end = first + builtin_rows(first); row < end; row++)
        if (builtin_bind(row, names, count, &b) && try_row(r, &b, args, count, &result, &misfit)) return result;
    return no_row_fits(r, first, misfit);
}

// ---- boolean, context (10.3.4.2, 10.3.4.10) -----------------------------------------------------------

feel_value bi_not(run *r, const feel_value *args)
{
    (void)r;
    return feel_boolean(!args[0].boolean);
}


feel_value bi_is(run *r, const feel_value *args)   // same element of the semantic domain: 12:00Z is not 13:00+01:00
{
    feel_value a = args[0], b = args[1];
    if (a.kind != b.kind) return feel_boolean(false);
    if (a.kind == FEEL_TIME || a.kind == FEEL_DATE_TIME) {
        feel_time s = a.moment.time, t = b.moment.time;
        return feel_boolean((a.kind == FEEL_TIME || date_compare(a.moment.date, b.moment.date) == 0) && same_clock(s, t));
    }
    return feel_boolean(identical(r, a, b));
}

feel_value bi_get_value(run *r, const feel_value *args)
{
    return member(r, args[0], args[1].string);
}

feel_value bi_get_entries(run *r, const feel_value *args)
{
    const feel_entries *c = args[0].context;
    const str names[] = {STR("key"), STR("value")};
    feel_value *items = arena_new(r->arena, c->count, feel_value);
    for (ptrdiff_t i = 0; i < c->count && spend(r, 1); i++) {
        feel_value pair[] = {feel_string(c->names[i]), c->values[i]};
        items[i] = feel_context_of(names, pair, 2, r->arena);
    }
    return list_view(items, c->count, r->arena);
}

static feel_value put(run *r, feel_value context, str name, feel_value v)
{
    const feel_entries *old = context.context;
    str *names = arena_new(r->arena, old->count + 1, str);
    feel_value *items = arena_new(r->arena, old->count + 1, feel_value);
    ptrdiff_t at = old->count, count = old->count;
    spend(r, old->count);
    for (ptrdiff_t i = 0; i < old->count; i++) {
        names[i] = old->names[i];
        items[i] = old->values[i];
        if (str_equal(old->names[i], name)) at = i;
    }
    if (at == count) count++;
    names[at] = name;
    items[at] = v;
    feel_entries *c = arena_new(r->arena, 1, feel_entries);
    *c = (feel_entries){count, names, items};
    return (feel_value){.kind = FEEL_CONTEXT, .context = c};
}

static feel_value put_deep(run *r, feel_value context, const feel_list *keys, ptrdiff_t level, feel_value v)
{
    feel_value key = keys->items[level];
    if (context.kind != FEEL_CONTEXT || key.kind != FEEL_STRING)
        return because(r, "FEEL-ARGUMENT", (bilingual){"context put 的键须为字符串，并指向上下文", "context put: keys must be strings that lead to contexts"});
    if (level + 1 == keys->count) return put(r, context, key.string, v);
    const feel_value *inner = feel_context_get(&context, key.string);
    feel_value changed = put_deep(r, inner ? *inner : feel_null(), keys, level + 1, v);
    return changed.kind == FEEL_NULL ? changed : put(r, context, key.string, changed);
}

feel_value bi_context_put(run *r, const feel_value *args)
{
    if (args[1].kind == FEEL_STRING) return put(r, args[0], args[1].string, args[2]);
    if (args[1].list->count == 0 || args[1].list->count > VALUE_DEPTH_MAX)
        return because(r, "FEEL-ARGUMENT", (bilingual){"context put 的键列表为空或过长", "context put: the list of keys is empty or too long"});
    return put_deep(r, args[0], args[1].list, 0, args[2]);
}

feel_value bi_context_merge(run *r, const feel_value *args)
{
    feel_value merged = feel_context_of(NULL, NULL, 0, r->arena);
    for (ptrdiff_t i = 0; i < args[0].list->count; i++) {
        feel_value each = args[0].list->items[i];
        if (each.kind != FEEL_CONTEXT)
            return because(r, "FEEL-ARGUMENT", (bilingual){"context merge 只接受上下文", "context merge takes contexts only"});
        for (ptrdiff_t j = 0; j < each.context->count && spend(r, 1); j++) merged = put(r, merged, each.context->names[j], each.context->values[j]);
    }
    return merged;
}

feel_value bi_context(run *r, const feel_value *args)
{
    feel_value made = feel_context_of(NULL, NULL, 0, r->arena);
    for (ptrdiff_t i = 0; i < args[0].list->count && spend(r, 1); i++) {
        const feel_value *key = feel_context_get(&args[0].list->items[i], STR("key")), *v = feel_context_get(&args[0].list->items[i], STR("value"));
        if (!key || !v || key->kind != FEEL_STRING)
            return because(r, "FEEL-ARGUMENT", (bilingual){"context 的每一项须有字符串 key 和 value", "context: each entry needs a string key and a value"});
        if (feel_context_get(&made, key->string))
            return because(r, "FEEL-ARGUMENT", (bilingual){"键“%.*s”重复", "the key \"%.*s\" is given twice"}, STR_ARG(key->string));
        made = put(r, made, key->string, *v);
    }
    return made;
}
