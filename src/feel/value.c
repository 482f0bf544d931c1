// value.c: making values, comparing them for identity, JSON.
#include "feel/feel_internal.h"

feel_value feel_null(void) { return (feel_value){.kind = FEEL_NULL}; }
feel_value feel_boolean(bool b) { return (feel_value){.kind = FEEL_BOOLEAN, .boolean = b}; }
feel_value feel_number(decimal x) { return (feel_value){.kind = FEEL_NUMBER, .number = x}; }
feel_value feel_int(int64_t n) { return feel_number(decimal_from_int(n)); }
feel_value feel_string(str s) { return (feel_value){.kind = FEEL_STRING, .string = s}; }
feel_value feel_date(date d)
{
    return (feel_value){.kind = FEEL_DATE, .moment = {.date = d, .time = {.offset = FEEL_NO_OFFSET}}};
}
feel_value time_of(feel_time t) { return (feel_value){.kind = FEEL_TIME, .moment = {.time = t}}; }
feel_value date_time_of(date d, feel_time t) { return (feel_value){.kind = FEEL_DATE_TIME, .moment = {d, t}}; }
feel_value years_duration(int64_t months) { return (feel_value){.kind = FEEL_YEARS_DURATION, .months = months}; }

feel_value days_duration(int64_t seconds, int64_t nanoseconds)
{
    seconds += nanoseconds / NANOS;
    nanoseconds %= NANOS;
    if (seconds > 0 && nanoseconds < 0) seconds--, nanoseconds += NANOS;
    if (seconds < 0 && nanoseconds > 0) seconds++, nanoseconds -= NANOS;
    return (feel_value){.kind = FEEL_DAYS_DURATION, .days = {seconds, (int32_t)nanoseconds}};
}

feel_value list_view(const feel_value *items, ptrdiff_t count, arena *a)
{
    feel_list *l = arena_new(a, 1, feel_list);
    *l = (feel_list){count, items};
    return (feel_value){.kind = FEEL_LIST, .list = l};
}

feel_value feel_list_of(const feel_value *items, ptrdiff_t count, arena *a)
{
    feel_value *copy = arena_new(a, count, feel_value);
    for (ptrdiff_t i = 0; i < count; i++) copy[i] = items[i];
    return list_view(copy, count, a);
}

feel_value feel_context_of(const str *names, const feel_value *values_in, ptrdiff_t count, arena *a)
{
    feel_entries *c = arena_new(a, 1, feel_entries);
    str *name_copy = arena_new(a, count, str);
    feel_value *value_copy = arena_new(a, count, feel_value);
    for (ptrdiff_t i = 0; i < count; i++) name_copy[i] = names[i], value_copy[i] = values_in[i];
    *c = (feel_entries){count, name_copy, value_copy};
    return (feel_value){.kind = FEEL_CONTEXT, .context = c};
}

const feel_value *feel_context_get(const feel_value *context, str name)
{
    if (context->kind != FEEL_CONTEXT) return NULL;
    const feel_entries *c = context->context;
    for (ptrdiff_t i = 0; i < c->count; i++)
        if (str_equal(c->names[i], name)) return &c->values[i];
    return NULL;
}

void values_add(values *l, feel_value v)
{
    if (l->count == l->cap) {
        ptrdiff_t cap = l->cap ? 2 * l->cap : 8;
        feel_value *grown = arena_new(l->arena, cap, feel_value);
        for (ptrdiff_t i = 0; i < l->count; i++) grown[i] = l->items[i];
        l->items = grown;
        l->cap = cap;
    }
    l->items[l->count++] = v;
}

feel_value values_list(const values *l) { return list_view(l->items, l->count, l->arena); }

bool feel_is_true(feel_value v) { return v.kind == FEEL_BOOLEAN && v.boolean; }

static bool contexts_equal(const feel_entries *a, const feel_entries *b, int depth, int64_t *budget)
{
    if (a->count != b->count) return false;
    feel_value other = {.kind = FEEL_CONTEXT, .context = b};
    for (ptrdiff_t i = 0; i < a->count; i++) {     // the order of entries does not count
        const feel_value *v = i < b->count && str_equal(a->names[i], b->names[i]) ? &b->values[i] : feel_context_get(&other, a->names[i]);
        if (!v || !values_equal(a->values[i], *v, depth + 1, budget)) return false;
    }
    return true;
}

bool values_equal(feel_value a, feel_value b, int depth, int64_t *budget)
{
    if (a.kind != b.kind || depth > VALUE_DEPTH_MAX || --*budget < 0) return false;
    int sign;
    switch (a.kind) {
    case FEEL_NULL: return true;
    case FEEL_BOOLEAN: return a.boolean == b.boolean;
    case FEEL_STRING: return str_equal(a.string, b.string);
    case FEEL_NUMBER: case FEEL_DATE: case FEEL_TIME: case FEEL_DATE_TIME: case FEEL_DAYS_DURATION: case FEEL_YEARS_DURATION:
        return order(a, b, &sign) && sign == 0;
    case FEEL_LIST:
        if (a.list == b.list) return true;
        if (a.list->count != b.list->count) return false;
        for (ptrdiff_t i = 0; i < a.list->count; i++)
            if (!values_equal(a.list->items[i], b.list->items[i], depth + 1, budget)) return false;
        return true;
    case FEEL_CONTEXT: return a.context == b.context || contexts_equal(a.context, b.context, depth, budget);
    case FEEL_RANGE:
        return a.range->low_closed == b.range->low_closed && a.range->high_closed == b.range->high_closed
            && values_equal(a.range->low, b.range->low, depth + 1, budget) && values_equal(a.range->high, b.range->high, depth + 1, budget);
    case FEEL_FUNCTION:
        if (a.function->builtin < 0 || b.function->builtin < 0) return a.function == b.function;
        return a.function->builtin == b.function->builtin;
    }
    return false;
}

bool feel_equal(feel_value a, feel_value b)
{
    int64_t budget = FEEL_STEPS_DEFAULT;           // shared parts can make comparing take for ever: then they differ
    return values_equal(a, b, 0, &budget);
}

bool feel_compare(feel_value a, feel_value b, int *sign) { return order(a, b, sign); }

// ---- JSON ---------------------------------------------------------------------------------------------

feel_value feel_from_json(const json *j, arena *a)
{
    decimal x;
    switch (j->kind) {
    case JSON_NULL: return feel_null();
    case JSON_FALSE: return feel_boolean(false);
    case JSON_TRUE: return feel_boolean(true);
    case JSON_NUMBER: return decimal_parse(j->text, &x) ? feel_number(x) : feel_null();
    case JSON_STRING: return feel_string(j->text);
    case JSON_ARRAY: case JSON_OBJECT: {
        feel_value *items = arena_new(a, j->count, feel_value);
        str *names = arena_new(a, j->kind == JSON_OBJECT ? j->count : 0, str);
        ptrdiff_t count = 0;
        for (const json *child = j->first; child; child = child->next, count++) {
            items[count] = feel_from_json(child, a);       // as deep as JSON_DEPTH_MAX
            if (j->kind == JSON_OBJECT) names[count] = child->name;
        }
        if (j->kind == JSON_ARRAY) return list_view(items, count, a);
        feel_entries *c = arena_new(a, 1, feel_entries);
        *c = (feel_entries){count, names, items};
        return (feel_value){.kind = FEEL_CONTEXT, .context = c};
    }
    }
    return feel_null();
}

static json *to_json(feel_value v, arena *a, int depth)
{
    if (depth > JSON_DEPTH_MAX) return json_new_null(a);
    switch (v.kind) {
    case FEEL_NULL: return json_new_null(a);
    case FEEL_BOOLEAN: return json_new_bool(v.boolean, a);
    case FEEL_NUMBER: return json_new_decimal(v.number, a);
    case FEEL_STRING: return json_new_string(v.string, a);
    case FEEL_LIST: {
        json *array = json_new_array(a);
        for (ptrdiff_t i = 0; i < v.list->count; i++) json_push(array, to_json(v.list->items[i], a, depth + 1));
        return array;
    }
    case FEEL_CONTEXT: {
        json *object = json_new_object(a);
        for (ptrdiff_t i = 0; i < v.context->count; i++) json_set(object, v.context->names[i], to_json(v.context->values[i], a, depth + 1));
        return object;
    }
    case FEEL_RANGE: case FEEL_FUNCTION: {
        buf b = {.arena = a};
        feel_print(&b, v);
        return json_new_string(buf_str(&b), a);
    }
    default: {
        buf b = {.arena = a};
        temporal_text(&b, v);
        return json_new_string(buf_str(&b), a);
    }
    }
}

json *feel_to_json(feel_value v, arena *a) { return to_json(v, a, 0); }
