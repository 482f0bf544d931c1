// lint.c: gaps, overlaps and rules that never decide, in decision tables.
//
// Each column is cut at the constants of its cells into samples: every constant, and a value between each two neighbours and beyond
// both ends. Within a cut all cells answer alike, so asking them for the samples asks them for all values. A table is then a finite
// grid; a rule is a box of samples; overlaps are boxes that meet, and gaps are looked for column by column among the rules left.
#include <string.h>

#include "dmn/dmn_internal.h"

enum {
    SAMPLES_MAX = 400,               // of one column
    RULES_LINTED_MAX = 1000,
    GAP_WORK_MAX = 2000000,          // samples tried while looking for a gap: beyond that the table is too large to say
    FOUND_MAX = 20                   // of each sort in one table: who has more will look again
};

typedef struct {
    feel_value *samples;
    ptrdiff_t count;
    bool cut;                        // some cell asks for it
    uint64_t *takes;                 // [sample * words + …]: the rules that take it, as bits
} column;

typedef struct {
    const decision_table *table;
    source_pos at;
    arena *arena;
    diag_list *diags;
    column *columns;
    ptrdiff_t words;                 // of a set of rules
    uint64_t *free_from;             // [column * words + …]
    ptrdiff_t *example;              // the sample of each column that is being tried
    int64_t work;
} linting;

// ---- samples ----------------------------------------------------------------------------------------------

static bool is_ordered(feel_kind k) { return k == FEEL_NUMBER || (k >= FEEL_DATE && k <= FEEL_YEARS_DURATION); }

static feel_value computed(const linting *l, const dmn_model *m, int which, feel_value a, feel_value b)
{
    feel_value both = feel_list_of((feel_value[]){a, b}, 2, l->arena);
    feel_evaluation e = {.arena = l->arena, .silent = true};
    return feel_evaluate(m->between[which], &both, &e);
}

static bool less(feel_value a, feel_value b)
{
    if (a.kind != b.kind) return a.kind < b.kind;
    int sign;
    return feel_compare(a, b, &sign) && sign < 0;
}

static ptrdiff_t sort_and_shorten(feel_value *v, ptrdiff_t count)
{
    for (ptrdiff_t i = 1; i < count; i++) {
        feel_value x = v[i];
        ptrdiff_t k = i;
        for (; k > 0 && less(x, v[k - 1]); k--) v[k] = v[k - 1];
        v[k] = x;
    }
    ptrdiff_t kept = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        if (!kept || !feel_equal(v[kept - 1], v[i])) v[kept++] = v[i];
    return kept;
}

// A text that none of the others is.
static feel_value other_text(const feel_value *v, ptrdiff_t count, arena *a)
{
    str text = STR("其他");
    for (ptrdiff_t i = 0; i < count; i++)
        if (v[i].kind == FEEL_STRING && str_equal(v[i].string, text)) {
            text = str_concat(text, STR("…"), a);
            i = -1;
        }
    return feel_string(text);
}

static void add_sample(column *c, feel_value v)
{
    if (v.kind != FEEL_NULL) c->samples[c->count++] = v;
}

// From the sorted constants to samples of everything between and around them.
static void make_samples(const linting *l, const dmn_model *m, const feel_value *v, ptrdiff_t count, column *c)
{
    c->samples = arena_new(l->arena, 2 * count + 4, feel_value);
    if (!count) add_sample(c, feel_string(STR("-")));        // nothing is asked of it: any value will do
    for (ptrdiff_t i = 0; i < count; i++) {
        bool first = i == 0 || v[i - 1].kind != v[i].kind, last = i + 1 == count || v[i + 1].kind != v[i].kind;
        if (is_ordered(v[i].kind) && first) add_sample(c, computed(l, m, BETWEEN_BELOW, v[i], v[i]));
        add_sample(c, v[i]);
        if (is_ordered(v[i].kind)) {
            feel_value next = last ? computed(l, m, BETWEEN_ABOVE, v[i], v[i]) : computed(l, m, BETWEEN_MIDDLE, v[i], v[i + 1]);
            if (!feel_equal(next, v[i]) && (last || !feel_equal(next, v[i + 1]))) add_sample(c, next);      // neighbouring days have none between
        } else if (last && v[i].kind == FEEL_STRING) add_sample(c, other_text(v, count, l->arena));
        else if (last && v[i].kind == FEEL_BOOLEAN && first) add_sample(c, feel_boolean(!v[i].boolean));
    }
}

static bool passes(const feel_program *tests, feel_value v, arena *a)
{
    feel_evaluation e = {.arena = a, .tested = v, .silent = true};
    return feel_is_true(feel_evaluate(tests, NULL, &e));
}

// Leaves only samples that the input may have.
static void keep_allowed(const linting *l, const table_input *in, column *c)
{
    ptrdiff_t kept = 0;
    feel_evaluation e = {.arena = l->arena, .silent = true};
    for (ptrdiff_t i = 0; i < c->count; i++) {
        bool allowed = (!in->allowed || passes(in->allowed, c->samples[i], l->arena)) && (!in->type || !c->cut || feel_conforms(c->samples[i], in->type, &e));
        if (allowed) c->samples[kept++] = c->samples[i];
    }
    c->count = kept;
    // Nothing of the cells is of the input's type: some value of it, then, which none of them takes.
    const feel_value typical[] = {feel_int(0), feel_string(STR("其他")), feel_boolean(true), feel_date((date){2024, 1, 1})};
    for (size_t i = 0; !c->count && in->type && i < sizeof typical / sizeof *typical; i++)
        if (feel_conforms(typical[i], in->type, &e)) c->samples[c->count++] = typical[i];
}

static bool add_boundaries(const linting *l, const feel_program *tests, feel_value *found, ptrdiff_t *count)
{
    feel_value *more;
    ptrdiff_t n;
    if (!tests) return true;
    if (!feel_tests_boundaries(tests, l->arena, &more, &n) || *count + n > SAMPLES_MAX) return false;
    for (ptrdiff_t i = 0; i < n; i++) found[(*count)++] = more[i];
    return true;
}

// Can samples stand for everything between these sorted constants? Not when some of one kind have no order (a local time and one of a
// zone), nor when dates are compared with moments of a day: neither is cut at the places of the other.
static bool can_cut(const linting *l, const feel_value *v, ptrdiff_t count, const feel_type *type)
{
    bool dates = false, moments = false, fits = !type;
    int sign;
    feel_evaluation e = {.arena = l->arena, .silent = true};
    for (ptrdiff_t i = 0; i < count; i++) {
        if (i && v[i].kind == v[i - 1].kind && is_ordered(v[i].kind) && !feel_compare(v[i - 1], v[i], &sign)) return false;
        dates = dates || v[i].kind == FEEL_DATE;
        if (v[i].kind != FEEL_DATE_TIME) continue;
        moments = true;
        fits = fits || feel_conforms(v[i], type, &e);
    }
    return !moments || (!dates && fits);
}

static bool make_column(linting *l, const dmn_model *m, ptrdiff_t i)
{
    const decision_table *t = l->table;
    column *c = &l->columns[i];
    feel_value found[SAMPLES_MAX];
    ptrdiff_t count = 0;
    const feel_program *of_type = t->inputs[i].type ? feel_type_tests(t->inputs[i].type) : NULL;
    if (!add_boundaries(l, t->inputs[i].allowed, found, &count) || !add_boundaries(l, of_type, found, &count)) return false;
    for (ptrdiff_t r = 0; r < t->rule_count; r++)
        if (!add_boundaries(l, t->rules[r].tests[i], found, &count)) return false;
    count = sort_and_shorten(found, count);
    if (!can_cut(l, found, count, t->inputs[i].type)) return false;
    c->cut = count > 0;
    make_samples(l, m, found, count, c);
    keep_allowed(l, &t->inputs[i], c);
    c->takes = arena_new(l->arena, c->count * l->words, uint64_t);
    for (ptrdiff_t s = 0; s < c->count; s++)
        for (ptrdiff_t r = 0; r < t->rule_count; r++)
            if (!t->rules[r].tests[i] || passes(t->rules[r].tests[i], c->samples[s], l->arena)) c->takes[s * l->words + r / 64] |= (uint64_t)1 << r % 64;
    return c->count > 0;
}

// ---- findings ---------------------------------------------------------------------------------------------

static bool takes(const linting *l, ptrdiff_t col, ptrdiff_t sample, ptrdiff_t rule)
{
    return l->columns[col].takes[sample * l->words + rule / 64] >> rule % 64 & 1;
}

// "年龄 = 18, 后果 = "轻微"", of the columns where the value matters.
static const char *example_text(const linting *l)
{
    buf b = {.arena = l->arena};
    for (ptrdiff_t i = 0; i < l->table->input_count; i++) {
        if (!l->columns[i].cut) continue;
        if (b.len) buf_add(&b, STR(", "));
        buf_printf(&b, "%.*s = ", STR_ARG(l->table->inputs[i].text));
        feel_print(&b, l->columns[i].samples[l->example[i]]);
    }
    return b.len ? str_cstr(buf_str(&b), l->arena) : "-";
}

// An input that all of those rules take; false when there is none.
static bool common_input(linting *l, const ptrdiff_t *rules, ptrdiff_t count)
{
    for (ptrdiff_t c = 0; c < l->table->input_count; c++) {
        ptrdiff_t s = 0;
        for (; s < l->columns[c].count; s++) {
            ptrdiff_t k = 0;
            while (k < count && takes(l, c, s, rules[k])) k++;
            if (k == count) break;
        }
        if (s == l->columns[c].count) return false;
        l->example[c] = s;
    }
    return true;
}

static bool same_outputs(const decision_table *t, ptrdiff_t a, ptrdiff_t b)
{
    for (ptrdiff_t k = 0; k < t->output_count; k++) {
        const feel_program *x = t->rules[a].outputs[k], *y = t->rules[b].outputs[k];
        if ((x == NULL) != (y == NULL) || (x && !str_equal(str_trim(feel_program_text(x)), str_trim(feel_program_text(y))))) return false;
    }
    return true;
}

static void find_overlaps(linting *l)
{
    const decision_table *t = l->table;
    int found = 0;
    for (ptrdiff_t a = 0; a < t->rule_count; a++)
        for (ptrdiff_t b = a + 1; b < t->rule_count && found < FOUND_MAX; b++) {
            if (t->policy == HIT_ANY && same_outputs(t, a, b)) continue;
            if (!common_input(l, (ptrdiff_t[]){a, b}, 2)) continue;
            found++;
            diag_add(l->diags, DIAG_WARNING, "DMN-OVERLAP", t->rules[b].at, (bilingual){"改写条件使二者不相交，或改用 FIRST 等命中策略", "make the conditions exclude each other, or use a hit policy like FIRST"},
                     (bilingual){"第 %d 条与第 %d 条规则同时符合，例如 %s", "rules %d and %d both match, for example %s"}, (int)a + 1, (int)b + 1, example_text(l));
        }
}

// The rules that ask nothing from a column on: what reaches it among them is taken.
static void find_free(linting *l)
{
    const decision_table *t = l->table;
    l->free_from = arena_new(l->arena, (t->input_count + 1) * l->words, uint64_t);
    for (ptrdiff_t r = 0; r < t->rule_count; r++)
        for (ptrdiff_t c = t->input_count; c >= 0 && (c == t->input_count || !t->rules[r].tests[c]); c--) l->free_from[c * l->words + r / 64] |= (uint64_t)1 << r % 64;
}

// Looks for an input that none of the rules in `left` takes, from column `c` on: 1 found (in l->example), 0 there is none, -1 gave up.
static int find_gap(linting *l, ptrdiff_t c, const uint64_t *left)
{
    bool any = false;
    for (ptrdiff_t w = 0; w < l->words; w++) {
        if (left[w] & l->free_from[c * l->words + w]) return 0;
        any = any || left[w];
    }
    if (!any) {
        for (; c < l->table->input_count; c++) l->example[c] = 0;
        return 1;
    }
    const column *col = &l->columns[c];
    arena_position before = arena_mark(l->arena);
    uint64_t *next = arena_new(l->arena, l->words, uint64_t);
    int answer = 0;
    for (ptrdiff_t s = 0; s < col->count && answer == 0; s++) {
        if ((l->work += l->words) > GAP_WORK_MAX) {
            answer = -1;
            break;
        }
        bool seen = false;             // samples that the same rules take lead to the same end
        for (ptrdiff_t p = 0; p < s && !seen; p++) seen = memcmp(&col->takes[p * l->words], &col->takes[s * l->words], (size_t)l->words * sizeof *next) == 0;
        if (seen) continue;
        for (ptrdiff_t w = 0; w < l->words; w++) next[w] = left[w] & col->takes[s * l->words + w];
        l->example[c] = s;
        answer = find_gap(l, c + 1, next);
    }
    arena_rewind(l->arena, before);
    return answer;
}

static void not_checked(const linting *l, bilingual reason)
{
    diag_add(l->diags, DIAG_NOTE, "DMN-NOT-CHECKED", l->at, (bilingual){0}, reason);
}

static void find_gaps(linting *l)
{
    const decision_table *t = l->table;
    for (ptrdiff_t k = 0; k < t->output_count; k++)
        if (t->outputs[k].default_value) return;
    if (t->policy == HIT_COLLECT || t->policy == HIT_RULE_ORDER || t->policy == HIT_OUTPUT_ORDER) return;     // an empty list is an answer
    uint64_t *all = arena_new(l->arena, l->words, uint64_t);
    for (ptrdiff_t r = 0; r < t->rule_count; r++) all[r / 64] |= (uint64_t)1 << r % 64;
    l->work = 0;
    int answer = find_gap(l, 0, all);
    if (answer < 0) not_checked(l, (bilingual){"表太大，没有查完有无遗漏", "the table is too large to look for gaps"});
    if (answer > 0)
        diag_add(l->diags, DIAG_WARNING, "DMN-GAP", l->at, (bilingual){"补一条规则，或写默认结果", "add a rule, or a default output"},
                 (bilingual){"没有规则符合的输入，例如 %s", "no rule takes, for example, %s"}, example_text(l));
}

static void unreachable(const linting *l, ptrdiff_t rule, bilingual why)
{
    diag_add(l->diags, DIAG_WARNING, "DMN-UNREACHABLE", l->table->rules[rule].at, (bilingual){"删去该规则，或改写条件", "remove the rule, or change its conditions"}, why, (int)rule + 1);
}

// Is every input of the rule taken by one before it?
static bool is_covered(linting *l, ptrdiff_t rule)
{
    uint64_t *before = arena_new(l->arena, l->words, uint64_t);
    for (ptrdiff_t r = 0; r < rule; r++) before[r / 64] |= (uint64_t)1 << r % 64;
    // The same search, over the samples that this rule takes.
    column *all = l->columns, *own = arena_new(l->arena, l->table->input_count, column);
    for (ptrdiff_t c = 0; c < l->table->input_count; c++) {
        own[c] = all[c];
        own[c].count = 0;
        own[c].takes = arena_new(l->arena, all[c].count * l->words, uint64_t);
        for (ptrdiff_t s = 0; s < all[c].count; s++)
            if (takes(l, c, s, rule)) memcpy(&own[c].takes[own[c].count++ * l->words], &all[c].takes[s * l->words], (size_t)l->words * sizeof *before);
    }
    l->columns = own;
    l->work = 0;
    int answer = find_gap(l, 0, before);
    l->columns = all;
    return answer == 0;
}

static void find_unreachable(linting *l)
{
    const decision_table *t = l->table;
    for (ptrdiff_t r = 0; r < t->rule_count; r++) {
        if (!common_input(l, &r, 1)) unreachable(l, r, (bilingual){"第 %d 条规则没有可能符合的输入", "rule %d takes no input that can be"});
        else if (t->policy == HIT_FIRST && r && is_covered(l, r)) unreachable(l, r, (bilingual){"第 %d 条规则从不生效：前面的规则已全部覆盖", "rule %d never decides: rules before it take all its inputs"});
    }
}

static void lint_table(const dmn_model *m, const decision_table *t, source_pos at, diag_list *d)
{
    arena scratch = {.escape = d->arena->escape};
    linting l = {.table = t, .at = at, .arena = &scratch, .diags = d, .words = (t->rule_count + 63) / 64 + 1};
    l.columns = arena_new(&scratch, t->input_count, column);
    l.example = arena_new(&scratch, t->input_count, ptrdiff_t);
    bool known = t->rule_count <= RULES_LINTED_MAX;
    for (ptrdiff_t i = 0; i < t->input_count && known; i++) known = make_column(&l, m, i);
    if (!known) not_checked(&l, (bilingual){"条件不只是与常量比较，没有查遗漏和重叠", "the conditions do more than compare with constants: gaps and overlaps were not looked for"});
    else {
        find_free(&l);
        if (t->policy == HIT_UNIQUE || t->policy == HIT_ANY) find_overlaps(&l);
        find_unreachable(&l);
        find_gaps(&l);
    }
    arena_free(&scratch);
}

static void lint_expression(const dmn_model *m, const expression *x, diag_list *d)
{
    if (!x) return;
    switch (x->kind) {
    case EX_TABLE: lint_table(m, x->table, x->at, d); break;
    case EX_CONTEXT:
        for (ptrdiff_t i = 0; i < x->context.count; i++) lint_expression(m, x->context.entries[i].value, d);
        break;
    case EX_LIST:
        for (ptrdiff_t i = 0; i < x->list.count; i++) lint_expression(m, x->list.items[i], d);
        break;
    case EX_RELATION:
        for (ptrdiff_t i = 0; i < x->relation.column_count * x->relation.row_count; i++) lint_expression(m, x->relation.cells[i], d);
        break;
    case EX_INVOCATION:
        lint_expression(m, x->invocation.callee, d);
        for (ptrdiff_t i = 0; i < x->invocation.count; i++) lint_expression(m, x->invocation.bindings[i].value, d);
        break;
    case EX_FUNCTION: lint_expression(m, x->function.body, d); break;
    case EX_CONDITIONAL:
        lint_expression(m, x->conditional.condition, d);
        lint_expression(m, x->conditional.yes, d);
        lint_expression(m, x->conditional.no, d);
        break;
    case EX_FILTER: case EX_FOR: case EX_SOME: case EX_EVERY:
        lint_expression(m, x->loop.in, d);
        lint_expression(m, x->loop.body, d);
        break;
    case EX_LITERAL: case EX_NOTHING: break;
    }
}

// In the order of the file: they were kept newest first.
static void check_types(const dmn_model *m, diag_list *d)
{
    ptrdiff_t count = 0, i = 0;
    for (const check *c = m->checks; c; c = c->next) count++;
    const check **all = arena_new(d->arena, count, const check *);
    for (const check *c = m->checks; c; c = c->next) all[count - ++i] = c;
    for (i = 0; i < count; i++) feel_check(all[i]->program, all[i]->types, all[i]->tested, all[i]->at, d);
}

void dmn_lint(const dmn_model *m, diag_list *d)
{
    check_types(m, d);
    for (ptrdiff_t i = 0; i < m->item_count; i++)
        if (m->items[i].source == 0) lint_expression(m, m->items[i].logic, d);
}
