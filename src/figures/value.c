// What a figure is worth, and how it is printed.
#include "figures/figures.h"

void figures_days(const procedure_figure *f, int year, int64_t *first_day, int64_t *last_day)
{
    *first_day = f->stock ? INT64_MIN / 2 : date_to_days((date){year, 1, 1});
    *last_day = date_to_days((date){year, 12, 31});
}

static store_result account_value(store *s, const figure_entry *x, int year, figure_value *out, arena *a)
{
    const procedure_figure *f = x->figure;
    store_balance balance;
    store_result r = store_get_balance(s, x->number, f->stock ? INT32_MIN : year * 12, year * 12 + 11, &balance);
    if (r != STORE_OK) return r;
    out->value = balance.amount;
    out->entries = balance.entries;
    out->defined = true;
    if (f->aggregate != AGGREGATE_MEDIAN) return STORE_OK;

    // The middle one of the values, or the mean of the two in the middle.
    int64_t count;
    if ((r = store_count_contributions(s, x->number, year, &count)) != STORE_OK) return r;
    out->defined = count > 0;
    if (count == 0) return STORE_OK;
    store_contribution low, high;
    decimal lower, upper;
    if ((r = store_nth_contribution(s, x->number, year, (count - 1) / 2, &low, a)) != STORE_OK) return r;
    if ((r = store_nth_contribution(s, x->number, year, count / 2, &high, a)) != STORE_OK) return r;
    if (!figures_from_sortable(low.key, &lower) || !figures_from_sortable(high.key, &upper)) return STORE_DAMAGED;
    out->defined = decimal_add(lower, upper, &out->value) && decimal_div(out->value, decimal_from_int(2), &out->value);
    return STORE_OK;
}

static store_result value_of(store *s, const figure_index *x, str id, int year, int depth, figure_value *out, arena *a);

static store_result combined_value(store *s, const figure_index *x, const procedure_figure *f, int year, int depth, figure_value *out, arena *a)
{
    figure_value parts[2];
    store_result r = STORE_OK;
    out->defined = true;
    if (f->kind == FIGURE_SUM) {
        for (ptrdiff_t i = 0; i < f->of_count && r == STORE_OK; i++) {
            if ((r = value_of(s, x, f->of[i], year, depth + 1, &parts[0], a)) != STORE_OK) return r;
            out->defined = out->defined && parts[0].defined && decimal_add(out->value, parts[0].value, &out->value);
            out->entries += parts[0].entries;
        }
        return r;
    }
    bool change = f->kind == FIGURE_CHANGE;
    if ((r = value_of(s, x, f->of[0], year, depth + 1, &parts[0], a)) != STORE_OK) return r;
    if ((r = value_of(s, x, f->of[change ? 0 : 1], change ? year - 1 : year, depth + 1, &parts[1], a)) != STORE_OK) return r;
    out->entries = parts[0].entries + parts[1].entries;
    out->defined = parts[0].defined && parts[1].defined;
    decimal value = parts[0].value;
    if (out->defined && change) out->defined = decimal_sub(parts[0].value, parts[1].value, &value);
    if (out->defined && (!change || f->relative))
        out->defined = decimal_div(value, parts[1].value, &value) && decimal_mul(value, decimal_from_int(100), &value);
    if (out->defined) out->defined = decimal_round(value, f->digits, DECIMAL_HALF_UP, &out->value);
    return STORE_OK;
}

static store_result value_of(store *s, const figure_index *x, str id, int year, int depth, figure_value *out, arena *a)
{
    *out = (figure_value){.entry = figure_find(x, id), .value = decimal_from_int(0)};
    if (!out->entry || depth > FIGURE_CHAIN_MAX) return STORE_NOT_FOUND;
    const procedure_figure *f = out->entry->figure;
    store_result r = f->kind == FIGURE_COUNT ? account_value(s, out->entry, year, out, a) : combined_value(s, x, f, year, depth, out, a);
    if (r == STORE_OK) out->text = out->defined ? figures_print(f, out->value, a) : STR("—");
    return r;
}

store_result figures_value(store *s, const figure_index *x, str id, int year, figure_value *out, arena *a)
{
    return value_of(s, x, id, year, 0, out, a);
}

// ---- parts -----------------------------------------------------------------------------------------------

enum { PARTS_MAX = 64 };

static void add_parts(const figure_index *x, str id, int year, int depth, figure_part *list, ptrdiff_t *count)
{
    const figure_entry *entry = figure_find(x, id);
    if (!entry || depth > FIGURE_CHAIN_MAX) return;
    const procedure_figure *f = entry->figure;
    if (f->kind == FIGURE_COUNT) {
        for (ptrdiff_t i = 0; i < *count; i++)
            if (list[i].entry == entry && list[i].year == year) return;
        if (*count < PARTS_MAX) list[(*count)++] = (figure_part){entry, year};
        return;
    }
    for (ptrdiff_t i = 0; i < f->of_count; i++) add_parts(x, f->of[i], year, depth + 1, list, count);
    if (f->kind == FIGURE_CHANGE) add_parts(x, f->of[0], year - 1, depth + 1, list, count);
}

ptrdiff_t figures_parts(const figure_index *x, str id, int year, figure_part **out, arena *a)
{
    ptrdiff_t count = 0;
    *out = arena_new(a, PARTS_MAX, figure_part);
    add_parts(x, id, year, 0, *out, &count);
    return count;
}

// ---- printing --------------------------------------------------------------------------------------------

static str plain(decimal x, arena *a)
{
    int64_t whole;
    return decimal_to_int(x, &whole) ? str_printf(a, "%lld", (long long)whole) : decimal_text(x, a);
}

// Without zeros at the end: 100.00 prints as 100, 14.50 as 14.5.
static str trimmed(decimal x, arena *a)
{
    return plain(decimal_normalize(x), a);
}

// 57340 -> "5.7万" and something is cut; 20000 -> "2万" and nothing is. Below ten thousand the number itself.
static str ten_thousands(decimal x, bool *cut, arena *a)
{
    decimal scaled, shown, ten_thousand = decimal_from_int(10000);
    *cut = false;
    if (decimal_compare(x, ten_thousand) < 0 || !decimal_div(x, ten_thousand, &scaled) || !decimal_round(scaled, 1, DECIMAL_FLOOR, &shown)) return plain(x, a);
    *cut = !decimal_equal(scaled, shown);
    return str_printf(a, "%.*s万", STR_ARG(trimmed(shown, a)));
}

static str print_percent(decimal x, arena *a) { return str_printf(a, "%.*s%%", STR_ARG(trimmed(x, a))); }

static str print_change(const procedure_figure *f, decimal x, arena *a)
{
    if (decimal_sign(x) == 0) return STR("持平");
    return str_printf(a, "%.*s%.*s%%", STR_ARG(decimal_sign(x) > 0 ? f->up : f->down), STR_ARG(trimmed(decimal_abs(x), a)));
}

// 20250228 -> 2025年2月28日
static str print_date(decimal x, arena *a)
{
    int64_t n;
    if (!decimal_to_int(x, &n) || !date_valid(n / 10000, n / 100 % 100, n % 100)) return plain(x, a);
    return str_printf(a, "%d年%d月%d日", (int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100));
}

str figures_print(const procedure_figure *f, decimal x, arena *a)
{
    bool cut;
    str text;
    for (ptrdiff_t i = 0; i < f->word_count; i++)
        if (decimal_equal(f->words[i].value, x)) return f->words[i].text;
    switch (f->style) {
    case PRINT_PERCENT: return print_percent(x, a);
    case PRINT_ALL: return decimal_equal(x, decimal_from_int(100)) ? STR("全覆盖") : print_percent(x, a);
    case PRINT_CHANGE: return print_change(f, x, a);
    case PRINT_DATE: return print_date(x, a);
    case PRINT_YEAR: return str_printf(a, "%.*s年", STR_ARG(plain(x, a)));
    case PRINT_OVER:
        text = ten_thousands(x, &cut, a);
        return str_printf(a, "%.*s%.*s%s%.*s", STR_ARG(f->prefix), STR_ARG(text), cut ? "余" : "", STR_ARG(f->unit));
    case PRINT_FLOOR:
        text = ten_thousands(x, &cut, a);
        return str_printf(a, "%.*s%.*s+%.*s", STR_ARG(f->prefix), STR_ARG(text), STR_ARG(f->unit));
    case PRINT_NUMBER: case PRINT_WORDS: break;
    }
    return str_printf(a, "%.*s%.*s%.*s", STR_ARG(f->prefix), STR_ARG(plain(x, a)), STR_ARG(f->unit));
}
