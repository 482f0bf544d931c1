// What a case posts, and how the difference between two states becomes entries.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "figures/figures.h"

const figure_entry *figure_find(const figure_index *x, str id)
{
    ptrdiff_t low = 0, high = x->count;
    while (low < high) {
        ptrdiff_t middle = low + (high - low) / 2;
        int order = str_compare(x->all[middle].figure->id, id);
        if (order == 0) return &x->all[middle];
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

// ---- postings of one state -------------------------------------------------------------------------------

typedef struct {
    posting *list;
    ptrdiff_t count, room;
    arena *arena;
} posting_list;

static void add_posting(posting_list *out, posting p)
{
    if (out->count == POSTINGS_MAX) return;
    if (out->count == out->room) {
        // Most cases post a handful: this is every row's memory, so it starts small.
        out->room = out->room ? out->room * 2 : 8;
        posting *list = arena_new(out->arena, out->room, posting);
        if (out->count) memcpy(list, out->list, (size_t)out->count * sizeof *list);
        out->list = list;
    }
    out->list[out->count++] = p;
}

static bool read_day(const feel_program *program, const feel_value *values, feel_evaluation *e, date *out)
{
    feel_value v = feel_evaluate(program, values, e);
    if (v.kind != FEEL_DATE && v.kind != FEEL_DATE_TIME) return false;
    *out = v.moment.date;
    return true;
}

static str distinct_text(feel_value v, arena *a)
{
    if (v.kind == FEEL_STRING) return v.string;
    if (v.kind == FEEL_NUMBER) return decimal_text(decimal_normalize(v.number), a);
    buf text = {.arena = a};
    if (v.kind != FEEL_NULL) feel_print(&text, v);
    return buf_str(&text);
}

static void apply_rule(const procedure_figure *f, int number, const figure_rule *r, const feel_value *values, feel_evaluation *e, posting_list *out)
{
    if (r->when && !feel_is_true(feel_evaluate(r->when, values, e))) return;
    posting p = {.figure = f, .number = number, .amount = decimal_from_int(1)};
    if (!read_day(r->date, values, e, &p.day)) return;
    if (r->until) {
        // Null means still valid. Something valid until before it began was never valid.
        if (read_day(r->until, values, e, &p.until) && date_compare(p.until, p.day) < 0) return;
    }
    if (r->amount) {
        feel_value amount = feel_evaluate(r->amount, values, e);
        if (amount.kind != FEEL_NUMBER) return;
        p.amount = amount.number;
    }
    if (!r->distinct) {
        add_posting(out, p);
        return;
    }
    feel_value keys = feel_evaluate(r->distinct, values, e);
    ptrdiff_t count = keys.kind == FEEL_LIST ? keys.list->count : 1;
    for (ptrdiff_t i = 0; i < count; i++) {
        p.distinct = distinct_text(keys.kind == FEEL_LIST ? keys.list->items[i] : keys, out->arena);
        bool seen = p.distinct.len == 0;
        for (ptrdiff_t k = 0; k < out->count && !seen; k++)
            seen = out->list[k].number == number && str_equal(out->list[k].distinct, p.distinct) && date_compare(out->list[k].day, p.day) == 0;
        if (!seen) add_posting(out, p);
    }
}

ptrdiff_t figures_postings(const figure_index *x, const procedure *p, int form, const feel_value *values, timestamp now,
                           posting **out, arena *a, diag_list *d)
{
    posting_list list = {.arena = a};
    feel_evaluation e = {.arena = a, .now = now, .silent = true};
    for (ptrdiff_t i = 0; i < p->figure_count; i++) {
        const procedure_figure *f = &p->figures[i];
        const figure_entry *known = NULL;
        for (ptrdiff_t r = 0; r < f->rule_count; r++) {
            if (f->rules[r].form != form) continue;
            if (!known && !(known = figure_find(x, f->id))) break;
            apply_rule(f, known->number, &f->rules[r], values, &e, &list);
        }
    }
    if (list.count == POSTINGS_MAX)
        diag_add(d, DIAG_WARNING, "FIGURE-POSTINGS", (source_pos){0}, (bilingual){0},
                 (bilingual){"一件事项的记账超过 %d 笔，多出的未记", "one case posts more than %d entries; the rest is left out"}, POSTINGS_MAX);
    *out = list.list;
    return list.count;
}

// ---- entries ---------------------------------------------------------------------------------------------

typedef struct {
    int64_t case_id, record;
    contributions *live;
    entry_sink sink;
    void *sink_ctx;
    arena *arena;
    int *next_n;            // by figure number: how many entries this record has posted to it
    int next_n_size;
} poster;

static void post(poster *p, int figure, int64_t day, decimal amount)
{
    if (decimal_sign(amount) == 0) return;
    // Numbers of entries are per record and figure. The few figures of one case are kept in a small list.
    int n = 0;
    int i = 0;
    while (i < p->next_n_size && p->next_n[2 * i] != figure) i++;
    if (i == p->next_n_size) {
        int *more = arena_new(p->arena, 2 * (p->next_n_size + 1), int);
        if (p->next_n_size) memcpy(more, p->next_n, (size_t)p->next_n_size * 2 * sizeof *more);
        p->next_n = more;
        p->next_n[2 * i] = figure;
        p->next_n_size++;
    }
    n = p->next_n[2 * i + 1]++;
    store_entry e = {figure, day, p->record, n, p->case_id, amount};
    p->sink(p->sink_ctx, &e);
}

static bool same_posting(const posting *a, const posting *b)
{
    return a->number == b->number && date_compare(a->day, b->day) == 0 && date_compare(a->until, b->until) == 0 &&
           decimal_equal(a->amount, b->amount) && str_equal(a->distinct, b->distinct);
}

// A plain sum: the amount on its day; a stock gives it back on the day after its last.
static void post_sum(poster *p, const posting *x, bool reverse)
{
    decimal amount = reverse ? decimal_neg(x->amount) : x->amount;
    post(p, x->number, date_to_days(x->day), amount);
    if (x->figure->stock && !date_is_none(x->until)) post(p, x->number, date_to_days(x->until) + 1, decimal_neg(amount));
}

static store_contribution contribution_of(const posting *x, int64_t case_id, arena *a)
{
    bool stock = x->figure->stock;
    int64_t day = date_to_days(x->day);
    return (store_contribution){
        .figure = x->number,
        .period = stock ? 0 : x->day.year,
        .key = x->figure->aggregate == AGGREGATE_DISTINCT ? x->distinct : figures_sortable(x->amount, a),
        .case_id = case_id,
        .from = day,
        .until = !stock ? day : date_is_none(x->until) ? INT64_MAX : date_to_days(x->until)};
}

// ---- distinct, as a flow: once a year --------------------------------------------------------------------
// The entry stands on the earliest day on which the year's cases have the value; it moves when that day does.

static int64_t earliest(const store_contribution *list, ptrdiff_t count)
{
    int64_t day = INT64_MAX;
    for (ptrdiff_t i = 0; i < count; i++)
        if (list[i].from < day) day = list[i].from;
    return day;
}

static void move_flow(poster *p, int figure, int64_t before, int64_t after)
{
    if (before == after) return;
    if (before != INT64_MAX) post(p, figure, before, decimal_from_int(-1));
    if (after != INT64_MAX) post(p, figure, after, decimal_from_int(1));
}

// ---- distinct, as a stock: while any is valid ------------------------------------------------------------
// The union of the spans, as days on which coverage begins (+1) and is over (-1).

typedef struct { int64_t day; int step; } boundary;

static int compare_spans(const void *x, const void *y)
{
    const store_contribution *a = x, *b = y;
    return (a->from > b->from) - (a->from < b->from);
}

static ptrdiff_t union_of(store_contribution *list, ptrdiff_t count, boundary *out)
{
    ptrdiff_t n = 0;
    int64_t until = 0;
    if (count) qsort(list, (size_t)count, sizeof *list, compare_spans);
    for (ptrdiff_t i = 0; i < count; i++) {
        bool joins = n && (until == INT64_MAX || list[i].from <= until + 1);
        if (!joins) {
            if (n) out[n++] = (boundary){until + 1, -1};
            out[n++] = (boundary){list[i].from, 1};
            until = list[i].until;
        } else if (list[i].until > until) until = list[i].until;
    }
    if (n && until != INT64_MAX) out[n++] = (boundary){until + 1, -1};
    return n;
}

static void move_stock(poster *p, int figure, const boundary *before, ptrdiff_t before_count, const boundary *after, ptrdiff_t after_count)
{
    // Both are sorted by day, and of one day there is at most one boundary: walk them together.
    ptrdiff_t i = 0, k = 0;
    while (i < before_count || k < after_count) {
        int64_t day = i < before_count && (k == after_count || before[i].day <= after[k].day) ? before[i].day : after[k].day;
        int step = 0;
        if (i < before_count && before[i].day == day) step -= before[i++].step;
        if (k < after_count && after[k].day == day) step += after[k++].step;
        post(p, figure, day, decimal_from_int(step));
    }
}

static void post_distinct(poster *p, const posting *x, bool reverse)
{
    store_contribution own = contribution_of(x, p->case_id, p->arena), *list;
    ptrdiff_t count = p->live->list(p->live->ctx, own.figure, own.period, own.key, &list, p->arena);
    store_contribution *changed = arena_new(p->arena, count + 1, store_contribution);
    ptrdiff_t changed_count = 0;
    bool removed = false;
    for (ptrdiff_t i = 0; i < count; i++) {
        bool is_own = list[i].case_id == own.case_id && list[i].from == own.from && list[i].until == own.until;
        if (reverse && is_own && !removed) removed = true;
        else changed[changed_count++] = list[i];
    }
    if (!reverse) changed[changed_count++] = own;
    if (x->figure->stock) {
        boundary *before = arena_new(p->arena, 2 * count, boundary), *after = arena_new(p->arena, 2 * changed_count, boundary);
        ptrdiff_t b = union_of(list, count, before), n = union_of(changed, changed_count, after);
        move_stock(p, own.figure, before, b, after, n);
    } else move_flow(p, own.figure, earliest(list, count), earliest(changed, changed_count));
    if (reverse) p->live->drop(p->live->ctx, &own);
    else p->live->put(p->live->ctx, &own);
}

// ---- greatest --------------------------------------------------------------------------------------------
// The entries of a year add up to the greatest value: each change of it is posted on the day of the case that made it.

static decimal greatest(poster *p, int figure, int year)
{
    store_contribution top;
    decimal value = decimal_from_int(0);
    if (p->live->greatest(p->live->ctx, figure, year, &top, p->arena)) figures_from_sortable(top.key, &value);
    return value;
}

static void post_ranked(poster *p, const posting *x, bool reverse)
{
    store_contribution own = contribution_of(x, p->case_id, p->arena);
    bool is_max = x->figure->aggregate == AGGREGATE_MAX;
    decimal before = is_max ? greatest(p, own.figure, own.period) : decimal_from_int(0);
    if (reverse) p->live->drop(p->live->ctx, &own);
    else p->live->put(p->live->ctx, &own);
    if (is_max) {
        decimal change;
        if (decimal_sub(greatest(p, own.figure, own.period), before, &change)) post(p, own.figure, own.from, change);
    } else post(p, own.figure, own.from, decimal_from_int(reverse ? -1 : 1));   // median: its account counts the cases
}

static void post_one(poster *p, const posting *x, bool reverse)
{
    switch (x->figure->aggregate) {
    case AGGREGATE_SUM: post_sum(p, x, reverse); break;
    case AGGREGATE_DISTINCT: post_distinct(p, x, reverse); break;
    case AGGREGATE_MAX: case AGGREGATE_MEDIAN: post_ranked(p, x, reverse); break;
    }
}

void figures_post(const posting *old, ptrdiff_t old_count, const posting *new, ptrdiff_t new_count, int64_t case_id,
                  int64_t record, contributions *live, entry_sink sink, void *sink_ctx, arena *a)
{
    poster p = {case_id, record, live, sink, sink_ctx, a, NULL, 0};
    bool *kept = arena_new(a, new_count, bool);      // what stays as it was is not posted again
    for (ptrdiff_t i = 0; i < old_count; i++) {
        ptrdiff_t k = 0;
        while (k < new_count && (kept[k] || !same_posting(&old[i], &new[k]))) k++;
        if (k < new_count) kept[k] = true;
        else post_one(&p, &old[i], true);
    }
    for (ptrdiff_t k = 0; k < new_count; k++)
        if (!kept[k]) post_one(&p, &new[k], false);
}

// ---- sortable amounts ------------------------------------------------------------------------------------
// A sign, then 24 digits before and 12 after the point; negative numbers with their digits inverted.

enum { SORTABLE_WHOLE = 24, SORTABLE_FRACTION = 12 };

str figures_sortable(decimal x, arena *a)
{
    decimal scaled;
    char digits[DECIMAL_TEXT_MAX];
    if (!decimal_round(x, SORTABLE_FRACTION, DECIMAL_HALF_EVEN, &scaled)) scaled = decimal_from_int(0);
    bool negative = decimal_sign(scaled) < 0;
    int len = decimal_format(decimal_abs(scaled), digits);
    ptrdiff_t point = str_find_byte((str){digits, len}, '.');
    ptrdiff_t whole = point < 0 ? len : point;
    char *text = arena_new(a, 1 + SORTABLE_WHOLE + SORTABLE_FRACTION, char);
    memset(text, '0', 1 + SORTABLE_WHOLE + SORTABLE_FRACTION);
    text[0] = negative ? '0' : '1';
    for (ptrdiff_t i = 0; i < whole && i < SORTABLE_WHOLE; i++) text[1 + SORTABLE_WHOLE - 1 - i] = digits[whole - 1 - i];
    for (ptrdiff_t i = whole + 1; i < len && i - whole - 1 < SORTABLE_FRACTION; i++) text[1 + SORTABLE_WHOLE + i - whole - 1] = digits[i];
    if (negative)
        for (ptrdiff_t i = 1; i <= SORTABLE_WHOLE + SORTABLE_FRACTION; i++) text[i] = (char)('0' + '9' - text[i]);
    return (str){text, 1 + SORTABLE_WHOLE + SORTABLE_FRACTION};
}

bool figures_from_sortable(str text, decimal *out)
{
    if (text.len != 1 + SORTABLE_WHOLE + SORTABLE_FRACTION) return false;
    char plain[3 + SORTABLE_WHOLE + SORTABLE_FRACTION];
    bool negative = text.data[0] == '0';
    ptrdiff_t n = 0;
    if (negative) plain[n++] = '-';
    for (ptrdiff_t i = 1; i < text.len; i++) {
        if (i == 1 + SORTABLE_WHOLE) plain[n++] = '.';
        plain[n++] = negative ? (char)('0' + '9' - text.data[i]) : text.data[i];
    }
    decimal x;
    if (!decimal_parse((str){plain, n}, &x)) return false;
    // Back to the shortest form: 000150000.000 is 150000, not 1.5E+5.
    int64_t whole;
    *out = decimal_to_int(x, &whole) ? decimal_from_int(whole) : decimal_normalize(x);
    return true;
}
