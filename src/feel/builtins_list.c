// builtins_list.c: lists and numbers (DMN 1.5, 10.3.4.4, 10.3.4.5, 10.3.4.9).
#include "feel/feel_internal.h"

static feel_value wrong(run *r, const char *zh, const char *en) { return because(r, "FEEL-ARGUMENT", (bilingual){zh, en}); }

static feel_value not_numbers(run *r) { return wrong(r, "列表中有不是数字的值", "the list holds something other than numbers"); }
static feel_value out_of_range(run *r) { return because(r, "FEEL-OVERFLOW", (bilingual){"结果超出可表示的范围", "the result is out of range"}); }

static bool all_numbers(run *r, const feel_list *l)
{
    for (ptrdiff_t i = 0; i < l->count; i++)
        if (l->items[i].kind != FEEL_NUMBER || !spend(r, 1)) return false;
    return true;
}

// The whole part of a position (2.5 counts as 2); false when it is beyond what a list can have.
static bool position(decimal x, int64_t *out)
{
    return decimal_round(x, 0, DECIMAL_DOWN, &x) && decimal_to_int(x, out);
}

// A position from the front (1 …) or from the back (-1 …) as an index; -1 when there is no such place.
static ptrdiff_t index_of_position(decimal x, ptrdiff_t count)
{
    int64_t p;
    if (!position(x, &p)) return -1;
    if (p > 0 && p <= count) return (ptrdiff_t)p - 1;
    if (p < 0 && p >= -count) return count + (ptrdiff_t)p;
    return -1;
}

static feel_value no_such_place(run *r) { return because(r, "FEEL-INDEX", (bilingual){"列表没有这个位置", "the list has no such position"}); }

// ---- looking ------------------------------------------------------------------------------------------

feel_value bi_list_contains(run *r, const feel_value *args)
{
    for (ptrdiff_t i = 0; i < args[0].list->count && spend(r, 1); i++)
        if (identical(r, args[0].list->items[i], args[1])) return feel_boolean(true);
    return feel_boolean(false);
}

feel_value bi_count(run *r, const feel_value *args)
{
    (void)r;
    return feel_int(args[0].list->count);
}

feel_value bi_index_of(run *r, const feel_value *args)
{
    values found = {.arena = r->arena};
    for (ptrdiff_t i = 0; i < args[0].list->count && spend(r, 1); i++)
        if (identical(r, args[0].list->items[i], args[1])) values_add(&found, feel_int(i + 1));
    return values_list(&found);
}

static feel_value extreme(run *r, const feel_list *l, int wanted)
{
    int sign;
    if (!l->count) return wrong(r, "空列表没有最大或最小值", "an empty list has no minimum or maximum");
    feel_value best = l->items[0];
    if (!order(best, best, &sign)) return wrong(r, "这些值不能比较大小", "these values cannot be compared");
    for (ptrdiff_t i = 1; i < l->count && spend(r, 1); i++) {
        if (!order(l->items[i], best, &sign)) return wrong(r, "这些值不能比较大小", "these values cannot be compared");
        if (sign == wanted) best = l->items[i];
    }
    return best;
}

feel_value bi_min(run *r, const feel_value *args) { return extreme(r, args[0].list, -1); }
feel_value bi_max(run *r, const feel_value *args) { return extreme(r, args[0].list, 1); }

// all: false as soon as one is false; any: true as soon as one is true; null when something is no boolean (table 75).
static feel_value quantify(run *r, const feel_list *l, truth decisive)
{
    bool unknown = false;
    for (ptrdiff_t i = 0; i < l->count && spend(r, 1); i++) {
        truth t = to_truth(l->items[i]);
        if (t == decisive) return from_truth(decisive);
        unknown |= t == UNKNOWN;
    }
    return unknown ? wrong(r, "列表中有不是布尔值的值", "the list holds something other than booleans") : from_truth(decisive == YES ? NO : YES);
}

feel_value bi_all(run *r, const feel_value *args) { return quantify(r, args[0].list, NO); }
feel_value bi_any(run *r, const feel_value *args) { return quantify(r, args[0].list, YES); }

// ---- computing ----------------------------------------------------------------------------------------

static bool sum(const feel_list *l, decimal *total)
{
    *total = decimal_from_int(0);
    for (ptrdiff_t i = 0; i < l->count; i++)
        if (!decimal_add(*total, l->items[i].number, total)) return false;
    return true;
}

// sum() and mean() also add durations, as the operator + does.
static feel_value sum_durations(run *r, const feel_list *l)
{
    feel_value total = l->items[0];
    for (ptrdiff_t i = 1; i < l->count && spend(r, 1); i++) {
        if (l->items[i].kind != total.kind) return not_numbers(r);
        total = arithmetic(r, N_ADD, total, l->items[i]);
        if (total.kind == FEEL_NULL) return total;
    }
    return total;
}

feel_value bi_sum(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    decimal total;
    if (!l->count) return wrong(r, "空列表没有总和", "an empty list has no sum");
    if (l->items[0].kind == FEEL_DAYS_DURATION || l->items[0].kind == FEEL_YEARS_DURATION) return sum_durations(r, l);
    if (!all_numbers(r, l)) return not_numbers(r);
    return sum(l, &total) ? feel_number(total) : out_of_range(r);
}

feel_value bi_mean(run *r, const feel_value *args)
{
    feel_value total = bi_sum(r, args);
    return total.kind == FEEL_NULL ? total : arithmetic(r, N_DIV, total, feel_int(args[0].list->count));
}

feel_value bi_product(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    decimal x = decimal_from_int(1);
    if (!l->count || !all_numbers(r, l)) return l->count ? not_numbers(r) : wrong(r, "空列表没有乘积", "an empty list has no product");
    for (ptrdiff_t i = 0; i < l->count; i++)
        if (!decimal_mul(x, l->items[i].number, &x)) return out_of_range(r);
    return feel_number(x);
}

typedef bool precedes_fn(run *r, const void *context, feel_value a, feel_value b);

// Merge sort: stable, and total even when `precedes` contradicts itself.
static void merge_sort(run *r, feel_value *items, feel_value *room, ptrdiff_t count, precedes_fn *precedes, const void *context)
{
    if (count < 2 || r->stopped) return;
    ptrdiff_t half = count / 2, i = 0, j = half, k = 0;
    merge_sort(r, items, room, half, precedes, context);
    merge_sort(r, items + half, room, count - half, precedes, context);
    while (i < half && j < count && spend(r, 1)) room[k++] = precedes(r, context, items[j], items[i]) ? items[j++] : items[i++];
    while (i < half) room[k++] = items[i++];
    while (j < count) room[k++] = items[j++];
    for (i = 0; i < count; i++) items[i] = room[i];
}

static feel_value *sorted(run *r, const feel_list *l, precedes_fn *precedes, const void *context)
{
    feel_value *items = arena_new(r->arena, l->count, feel_value), *room = arena_new(r->arena, l->count, feel_value);
    for (ptrdiff_t i = 0; i < l->count; i++) items[i] = l->items[i];
    merge_sort(r, items, room, l->count, precedes, context);
    return items;
}

static bool by_order(run *r, const void *context, feel_value a, feel_value b)
{
    int sign;
    (void)r;
    (void)context;
    return order(a, b, &sign) && sign < 0;
}

static bool by_function(run *r, const void *context, feel_value a, feel_value b)
{
    feel_value args[] = {a, b};
    return feel_is_true(eval_call(r, context, args, NULL, 2));
}

feel_value bi_sort(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    int sign;
    if (args[1].kind == FEEL_FUNCTION) return list_view(sorted(r, l, by_function, args[1].function), l->count, r->arena);
    for (ptrdiff_t i = 0; i < l->count && spend(r, 1); i++)
        if (!order(l->items[0], l->items[i], &sign)) return wrong(r, "这些值不能比较大小", "these values cannot be compared");
    return list_view(sorted(r, l, by_order, NULL), l->count, r->arena);
}

feel_value bi_median(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    decimal x;
    if (!l->count || !all_numbers(r, l)) return not_numbers(r);
    const feel_value *items = sorted(r, l, by_order, NULL);
    ptrdiff_t middle = l->count / 2;
    if (l->count % 2) return items[middle];
    if (!decimal_add(items[middle - 1].number, items[middle].number, &x) || !decimal_div(x, decimal_from_int(2), &x)) return out_of_range(r);
    return feel_number(x);
}

feel_value bi_mode(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    values modes = {.arena = r->arena};
    ptrdiff_t most = 0;
    if (!all_numbers(r, l)) return not_numbers(r);
    const feel_value *items = sorted(r, l, by_order, NULL);
    for (ptrdiff_t i = 0, next; i < l->count; i = next) {
        for (next = i + 1; next < l->count && decimal_equal(items[i].number, items[next].number);) next++;
        if (next - i > most) modes.count = 0, most = next - i;
        if (next - i == most) values_add(&modes, items[i]);
    }
    return values_list(&modes);
}

feel_value bi_stddev(run *r, const feel_value *args)        // of a sample: n - 1 (table 75)
{
    const feel_list *l = args[0].list;
    decimal mean, d, squares = decimal_from_int(0);
    if (l->count < 2 || !all_numbers(r, l)) return wrong(r, "标准差至少需要两个数字", "a standard deviation needs two numbers at least");
    if (!sum(l, &mean) || !decimal_div(mean, decimal_from_int(l->count), &mean)) return out_of_range(r);
    for (ptrdiff_t i = 0; i < l->count; i++)
        if (!decimal_sub(l->items[i].number, mean, &d) || !decimal_mul(d, d, &d) || !decimal_add(squares, d, &squares)) return out_of_range(r);
    if (!decimal_div(squares, decimal_from_int(l->count - 1), &squares) || !decimal_sqrt(squares, &squares)) return out_of_range(r);
    return feel_number(squares);
}

// ---- making lists -------------------------------------------------------------------------------------

static feel_value slice(run *r, const feel_list *l, ptrdiff_t from, ptrdiff_t count)
{
    return list_view(l->items + from, count, r->arena);    // lists do not change: a part can share the items
}

feel_value bi_sublist(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    ptrdiff_t from = index_of_position(args[1].number, l->count);
    int64_t length = l->count - from;
    if (from < 0) return no_such_place(r);
    if (args[2].kind == FEEL_NUMBER && (!position(args[2].number, &length) || length < 0 || length > l->count - from)) return no_such_place(r);
    return slice(r, l, from, (ptrdiff_t)length);
}

static bool add_part(run *r, values *to, const feel_list *l, ptrdiff_t from, ptrdiff_t end)
{
    if (!spend(r, end - from)) return false;
    for (ptrdiff_t i = from; i < end; i++) values_add(to, l->items[i]);
    return true;
}

static bool add_all(run *r, values *to, const feel_list *l) { return add_part(r, to, l, 0, l->count); }

feel_value bi_append(run *r, const feel_value *args)
{
    values all = {.arena = r->arena};
    return add_all(r, &all, args[0].list) && add_all(r, &all, args[1].list) ? values_list(&all) : feel_null();
}

feel_value bi_concatenate(run *r, const feel_value *args)
{
    values all = {.arena = r->arena};
    for (ptrdiff_t i = 0; i < args[0].list->count; i++)
        if (!add_all(r, &all, args[0].list->items[i].list)) return feel_null();
    return values_list(&all);
}

feel_value bi_distinct_values(run *r, const feel_value *args)
{
    values kept = {.arena = r->arena};
    for (ptrdiff_t i = 0; i < args[0].list->count && spend(r, 1); i++) {
        ptrdiff_t j = 0;
        while (j < kept.count && !identical(r, kept.items[j], args[0].list->items[i])) j++;
        if (j == kept.count) values_add(&kept, args[0].list->items[i]);
    }
    return values_list(&kept);
}

feel_value bi_union(run *r, const feel_value *args)
{
    feel_value all = bi_concatenate(r, args);
    return all.kind == FEEL_NULL ? all : bi_distinct_values(r, &all);
}

feel_value bi_insert_before(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    values all = {.arena = r->arena};
    ptrdiff_t at = index_of_position(args[1].number, l->count);
    int64_t p;
    if (at < 0 && position(args[1].number, &p) && p == l->count + 1) at = l->count;       // behind the last
    if (at < 0) return no_such_place(r);
    if (!add_part(r, &all, l, 0, at)) return feel_null();
    values_add(&all, args[2]);
    return add_part(r, &all, l, at, l->count) ? values_list(&all) : feel_null();
}

feel_value bi_remove(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    values all = {.arena = r->arena};
    ptrdiff_t at = index_of_position(args[1].number, l->count);
    if (at < 0) return no_such_place(r);
    return add_part(r, &all, l, 0, at) && add_part(r, &all, l, at + 1, l->count) ? values_list(&all) : feel_null();
}

static feel_value replace_matching(run *r, const feel_list *l, const feel_function *match, feel_value item)
{
    values all = {.arena = r->arena};
    for (ptrdiff_t i = 0; i < l->count && spend(r, 1); i++) {
        feel_value args[] = {l->items[i], item};
        feel_value answer = eval_call(r, match, args, NULL, 2);
        if (answer.kind != FEEL_BOOLEAN) return wrong(r, "list replace 的函数须返回布尔值", "list replace: the function must return a boolean");
        values_add(&all, answer.boolean ? item : l->items[i]);
    }
    return values_list(&all);
}

feel_value bi_list_replace(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    if (args[1].kind == FEEL_FUNCTION) return replace_matching(r, l, args[1].function, args[2]);
    ptrdiff_t at = index_of_position(args[1].number, l->count);
    if (at < 0 || !spend(r, l->count)) return no_such_place(r);
    feel_value *items = arena_new(r->arena, l->count, feel_value);
    for (ptrdiff_t i = 0; i < l->count; i++) items[i] = i == at ? args[2] : l->items[i];
    return list_view(items, l->count, r->arena);
}

feel_value bi_reverse(run *r, const feel_value *args)
{
    const feel_list *l = args[0].list;
    if (!spend(r, l->count)) return feel_null();
    feel_value *items = arena_new(r->arena, l->count, feel_value);
    for (ptrdiff_t i = 0; i < l->count; i++) items[i] = l->items[l->count - 1 - i];
    return list_view(items, l->count, r->arena);
}

static bool flatten(run *r, values *to, const feel_list *l, int depth)
{
    if (depth > VALUE_DEPTH_MAX) return false;
    for (ptrdiff_t i = 0; i < l->count; i++) {
        if (!spend(r, 1)) return false;
        if (l->items[i].kind != FEEL_LIST) values_add(to, l->items[i]);
        else if (!flatten(r, to, l->items[i].list, depth + 1)) return false;
    }
    return true;
}

feel_value bi_flatten(run *r, const feel_value *args)
{
    values all = {.arena = r->arena};
    return flatten(r, &all, args[0].list, 0) ? values_list(&all) : wrong(r, "列表嵌套过深", "the list is nested too deep");
}

// ---- numbers ------------------------------------------------------------------------------------------

static feel_value rounded(run *r, const feel_value *args, decimal_rounding mode)
{
    int64_t scale = 0;
    decimal x;
    if ((args[1].kind == FEEL_NUMBER && !position(args[1].number, &scale)) || !decimal_round(args[0].number, scale, mode, &x))
        return wrong(r, "小数位数须在 -6111 到 6176 之间", "the scale must be in -6111..6176");
    return feel_number(x);
}

feel_value bi_decimal(run *r, const feel_value *args) { return rounded(r, args, DECIMAL_HALF_EVEN); }
feel_value bi_floor(run *r, const feel_value *args) { return rounded(r, args, DECIMAL_FLOOR); }
feel_value bi_ceiling(run *r, const feel_value *args) { return rounded(r, args, DECIMAL_CEILING); }
feel_value bi_round_up(run *r, const feel_value *args) { return rounded(r, args, DECIMAL_UP); }
feel_value bi_round_down(run *r, const feel_value *args) { return rounded(r, args, DECIMAL_DOWN); }
feel_value bi_round_half_up(run *r, const feel_value *args) { return rounded(r, args, DECIMAL_HALF_UP); }
feel_value bi_round_half_down(run *r, const feel_value *args) { return rounded(r, args, DECIMAL_HALF_DOWN); }

feel_value bi_abs(run *r, const feel_value *args)
{
    feel_value v = args[0];
    if (v.kind == FEEL_NUMBER) return feel_number(decimal_abs(v.number));
    bool minus = v.kind == FEEL_YEARS_DURATION ? v.months < 0 : v.days.seconds < 0 || v.days.nanoseconds < 0;
    return minus ? negate(r, v) : v;
}

feel_value bi_modulo(run *r, const feel_value *args)
{
    decimal x;
    if (decimal_sign(args[1].number) == 0) return because(r, "FEEL-DIVISION-BY-ZERO", (bilingual){"除数为零", "division by zero"});
    return decimal_modulo(args[0].number, args[1].number, &x) ? feel_number(x) : out_of_range(r);
}

feel_value bi_sqrt(run *r, const feel_value *args)
{
    decimal x;
    return decimal_sqrt(args[0].number, &x) ? feel_number(x) : wrong(r, "负数没有平方根", "a negative number has no square root");
}

feel_value bi_log(run *r, const feel_value *args)
{
    decimal x;
    return decimal_log(args[0].number, &x) ? feel_number(x) : wrong(r, "只有正数有对数", "only positive numbers have a logarithm");
}

feel_value bi_exp(run *r, const feel_value *args)
{
    decimal x;
    return decimal_exp(args[0].number, &x) ? feel_number(x) : out_of_range(r);
}

static bool halves(decimal x, bool *even)          // false: not a whole number
{
    decimal rest;
    if (!decimal_is_integer(x) || !decimal_modulo(x, decimal_from_int(2), &rest)) return false;
    *even = decimal_sign(rest) == 0;
    return true;
}

feel_value bi_odd(run *r, const feel_value *args)
{
    bool even;
    return halves(args[0].number, &even) ? feel_boolean(!even) : wrong(r, "只有整数分奇偶", "only whole numbers are odd or even");
}

feel_value bi_even(run *r, const feel_value *args)
{
    bool even;
    return halves(args[0].number, &even) ? feel_boolean(even) : wrong(r, "只有整数分奇偶", "only whole numbers are odd or even");
}
