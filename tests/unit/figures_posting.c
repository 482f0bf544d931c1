// Figures: what cases post, how corrections reverse it, and what figures are worth.
#include "figures/figures.h"
#include "mini.h"
#include "tap.h"

static arena a;
static diag_list d = {.arena = &a};
static const procedure *p;
static figure_index index_of_mini;
static calendar *cal;

// ---- accounts in memory ----------------------------------------------------------------------------------

static store_entry entries[1000];
static int entry_count;
static store_contribution live[1000];
static int live_count;

static void put(void *ctx, const store_contribution *c) { (void)ctx; live[live_count++] = *c; }
static bool same(const store_contribution *x, const store_contribution *y)
{
    return x->figure == y->figure && x->period == y->period && str_equal(x->key, y->key) && x->case_id == y->case_id && x->from == y->from && x->until == y->until;
}
static void drop(void *ctx, const store_contribution *c)
{
    (void)ctx;
    for (int i = 0; i < live_count; i++)
        if (same(&live[i], c)) {
            live[i] = live[--live_count];
            return;
        }
}
static ptrdiff_t list(void *ctx, int figure, int year, str key, store_contribution **out, arena *to)
{
    (void)ctx;
    *out = arena_new(to, live_count, store_contribution);
    ptrdiff_t n = 0;
    for (int i = 0; i < live_count; i++)
        if (live[i].figure == figure && live[i].period == year && str_equal(live[i].key, key)) (*out)[n++] = live[i];
    return n;
}
static bool greatest(void *ctx, int figure, int year, store_contribution *out, arena *to)
{
    (void)ctx, (void)to;
    bool found = false;
    for (int i = 0; i < live_count; i++)
        if (live[i].figure == figure && live[i].period == year && (!found || str_compare(live[i].key, out->key) > 0)) *out = live[i], found = true;
    return found;
}
static contributions memory = {NULL, put, drop, list, greatest};
static void sink(void *ctx, const store_entry *e) { (void)ctx; entries[entry_count++] = *e; }

static const char *sum_of(const char *figure, int year)
{
    const figure_entry *x = figure_find(&index_of_mini, str_from(figure));
    int64_t first, last;
    decimal sum = decimal_from_int(0);
    figures_days(x->figure, year, &first, &last);
    for (int i = 0; i < entry_count; i++)
        if (entries[i].figure == x->number && entries[i].day >= first && entries[i].day <= last) decimal_add(sum, entries[i].amount, &sum);
    return str_cstr(decimal_text(sum, &a), &a);
}

// ---- cases -----------------------------------------------------------------------------------------------

static feel_value day(const char *text)
{
    date x;
    return text && date_parse(str_from(text), &x) ? feel_date(x) : feel_null();
}

static case_state record_of(const char *key, const feel_value *data, int form, case_state before, int64_t id)
{
    command c = {CMD_RECORD, STR("test"), p, 1, form, data, {0}};
    event e;
    case_state after = before;
    (void)key;
    if (case_decide(&before, &c, id, 0, cal, (source_pos){0}, &e, &a, &d) != DECIDED) return before;
    static int64_t seq;
    case_apply(&after, &e, ++seq);
    feel_value *values = arena_new(&a, 20, feel_value), *old_values = arena_new(&a, 20, feel_value);
    posting *old = NULL, *new;
    ptrdiff_t old_count = 0;
    if (before.exists) {
        case_scope_values(&p->forms[form], before.last.data, before.last.clocks, before.last.clock_count, p, old_values, &a);
        old_count = figures_postings(&index_of_mini, p, form, old_values, 0, &old, &a, &d);
    }
    case_scope_values(&p->forms[form], e.data, e.clocks, e.clock_count, p, values, &a);
    ptrdiff_t new_count = figures_postings(&index_of_mini, p, form, values, 0, &new, &a, &d);
    figures_post(old, old_count, new, new_count, e.case_id, seq, &memory, sink, NULL, &a);
    return after;
}

static case_state complain(const char *no, const char *person, const char *received, const char *closed, int amount, case_state before, int64_t id)
{
    feel_value *data = arena_new(&a, 7, feel_value);
    data[0] = feel_string(str_from(no));
    data[1] = feel_string(STR("油烟"));
    data[2] = feel_string(str_from(person));
    data[3] = day(received);
    data[4] = day(closed);
    data[6] = feel_int(amount);
    return record_of(no, data, 0, before, id);
}

static case_state post_case(const char *code, const char *street, const char *from, const char *to, case_state before, int64_t id)
{
    feel_value *data = arena_new(&a, 4, feel_value);
    data[0] = feel_string(str_from(code));
    data[1] = feel_string(str_from(street));
    data[2] = day(from);
    data[3] = day(to);
    return record_of(code, data, 1, before, id);
}

static void flows(void)
{
    case_state none = {0};
    case_state first = complain("A1", "王某", "2024-03-05", "2024-03-08", 70, none, 1);
    complain("A2", "王某", "2024-05-06", "2024-06-06", 50, none, 2);
    complain("A3", "李某", "2024-12-30", NULL, 20, none, 3);
    tap_is_str(str_from(sum_of("closed", 2024)), "2", "what is not closed does not count as closed");
    tap_is_str(str_from(sum_of("closed_on_time", 2024)), "1", "a month is more than five working days");
    tap_is_str(str_from(sum_of("people", 2024)), "2", "two complaints of one person are one person");
    tap_is_str(str_from(sum_of("largest", 2024)), "70", "entries of a maximum add up to it");

    complain("A1", "赵某", "2024-03-05", "2024-03-08", 40, first, 1);
    tap_is_str(str_from(sum_of("people", 2024)), "3", "a corrected name moves the count");
    tap_is_str(str_from(sum_of("largest", 2024)), "50", "a corrected amount lowers the maximum to the next");
    tap_is_str(str_from(sum_of("closed", 2024)), "2", "what the correction does not touch stays");
    bool reversed = false;
    for (int i = 0; i < entry_count; i++) reversed |= decimal_sign(entries[i].amount) < 0;
    tap_ok(reversed, "corrections are reversing entries; nothing is taken away");
}

static void stocks(void)
{
    case_state none = {0};
    post_case("P1", "东", "2023-01-01", "2024-06-30", none, 11);
    case_state second = post_case("P2", "东", "2024-03-01", NULL, none, 12);
    post_case("P3", "西", "2024-05-01", NULL, none, 13);
    tap_is_str(str_from(sum_of("posts", 2023)), "1", "a stock counts what is valid on 31 December");
    tap_is_str(str_from(sum_of("posts", 2024)), "2", "and not what ended before it");
    tap_is_str(str_from(sum_of("streets", 2024)), "2", "a street with any valid post counts once");
    post_case("P2", "东", "2024-03-01", "2024-08-31", second, 12);
    tap_is_str(str_from(sum_of("streets", 2024)), "1", "until its last post ends");
    tap_is_str(str_from(sum_of("streets", 2023)), "1", "which changes nothing in the year before");
}

static void printing(void)
{
    static const struct { print_style style; const char *unit, *value, *text; } rows[] = {
        {PRINT_NUMBER, "件", "15447", "15447件"}, {PRINT_PERCENT, "%", "100.00", "100%"}, {PRINT_PERCENT, "%", "14.50", "14.5%"},
        {PRINT_CHANGE, "%", "-14.59", "下降14.59%"}, {PRINT_CHANGE, "%", "9.00", "提高9%"}, {PRINT_CHANGE, "%", "0", "持平"},
        {PRINT_OVER, "人", "57340", "5.7万余人"}, {PRINT_OVER, "人次", "20000", "2万人次"}, {PRINT_OVER, "人", "9999", "9999人"},
        {PRINT_FLOOR, "", "103500", "10.3万+"}, {PRINT_FLOOR, "", "100000", "10万+"}, {PRINT_ALL, "%", "100", "全覆盖"}, {PRINT_ALL, "%", "98.81", "98.81%"},
        {PRINT_DATE, "", "20250228", "2025年2月28日"}, {PRINT_YEAR, "年", "2024", "2024年"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        procedure_figure f = {.style = rows[i].style, .unit = str_from(rows[i].unit), .up = STR("提高"), .down = STR("下降")};
        decimal x;
        decimal_parse(str_from(rows[i].value), &x);
        tap_is_str(figures_print(&f, x, &a), rows[i].text, rows[i].text);
    }
}

static void sorting(void)
{
    static const char *const ascending[] = {"-1000000", "-2", "-1.5", "0", "0.000001", "1", "9.75", "10", "123456789012345678901234"};
    bool sorted = true, back = true;
    str before = {0};
    for (size_t i = 0; i < sizeof ascending / sizeof *ascending; i++) {
        decimal x, y;
        decimal_parse(str_from(ascending[i]), &x);
        str key = figures_sortable(x, &a);
        sorted = sorted && (i == 0 || str_compare(before, key) < 0);
        back = back && figures_from_sortable(key, &y) && decimal_equal(x, y);
        before = key;
    }
    tap_ok(sorted, "sortable texts are in the order of their values");
    tap_ok(back, "and give the values back");
}

int main(void)
{
    procedure_source source = mini_source(&a);
    p = procedure_load(&source, &a, &d);
    if (!tap_ok(p != NULL, "the small procedure loads")) {
        buf text = {.arena = &a};
        diag_print_all(&text, &d, LANG_EN);
        printf("# %.*s\n", STR_ARG(buf_str(&text)));
        return tap_done();
    }
    cal = calendar_new(&a);
    static const char *const sorted[] = {"closed", "closed_on_time", "largest", "middle", "on_time_change", "on_time_rate", "people", "posts", "streets"};
    index_of_mini.all = arena_new(&a, 9, figure_entry);
    for (int i = 0; i < 9; i++)
        for (ptrdiff_t k = 0; k < p->figure_count; k++)
            if (str_equal(p->figures[k].id, str_from(sorted[i]))) index_of_mini.all[index_of_mini.count++] = (figure_entry){p, &p->figures[k], i + 1};
    flows();
    stocks();
    printing();
    sorting();
    arena_free(&a);
    return tap_done();
}
