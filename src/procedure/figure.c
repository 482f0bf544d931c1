// Figures: declarations of accounts, ratios, changes and sums, and how they are printed.
#include "procedure/procedure_internal.h"

static const struct { const char *name; print_style style; } print_styles[] = {
    {"number", PRINT_NUMBER}, {"percent", PRINT_PERCENT}, {"change", PRINT_CHANGE}, {"over", PRINT_OVER}, {"floor", PRINT_FLOOR},
    {"all", PRINT_ALL}, {"words", PRINT_WORDS}, {"date", PRINT_DATE}, {"year", PRINT_YEAR},
};
static const struct { const char *name; figure_aggregate aggregate; } aggregates[] = {
    {"sum", AGGREGATE_SUM}, {"distinct", AGGREGATE_DISTINCT}, {"max", AGGREGATE_MAX}, {"median", AGGREGATE_MEDIAN},
};

static void load_rule(loader *l, const json *declared, procedure_figure *f, figure_rule *out)
{
    only_members(l, declared, f->id, (const char *const[]){"form", "when", "date", "amount", "until", "distinct", "aggregate", NULL});
    str form = need_string(l, declared, "form", f->id);
    out->form = procedure_form_index(l->p, form);
    if (out->form < 0) {
        if (form.len) loader_error(l, declared, f->id, "FIGURE-FORM", (bilingual){0}, (bilingual){"没有表单“%.*s”", "there is no form \"%.*s\""}, STR_ARG(form));
        return;
    }
    feel_scope scope = l->p->forms[out->form].scope;
    out->when = read_feel(l, declared, "when", scope, false, f->id);
    out->date = read_feel(l, declared, "date", scope, true, f->id);
    out->amount = read_feel(l, declared, "amount", scope, false, f->id);
    out->until = read_feel(l, declared, "until", scope, false, f->id);
    out->distinct = read_feel(l, declared, "distinct", scope, false, f->id);

    str name = want_string(l, declared, "aggregate", f->id);
    figure_aggregate aggregate = out->distinct ? AGGREGATE_DISTINCT : AGGREGATE_SUM;
    bool known = name.len == 0;
    for (size_t i = 0; i < sizeof aggregates / sizeof *aggregates && !known; i++)
        if ((known = str_equal(name, str_from(aggregates[i].name)))) aggregate = aggregates[i].aggregate;
    if (!known)
        loader_error(l, declared, f->id, "FIGURE-AGGREGATE", (bilingual){"可用：sum distinct max median", "one of: sum distinct max median"},
                     (bilingual){"不认识的汇总方式“%.*s”", "unknown aggregate \"%.*s\""}, STR_ARG(name));
    if ((aggregate == AGGREGATE_DISTINCT) != (out->distinct != NULL))
        loader_error(l, declared, f->id, "FIGURE-AGGREGATE", (bilingual){0}, (bilingual){"distinct 汇总与 distinct 表达式须同时出现", "aggregate distinct and the expression \"distinct\" go together"});
    bool stock = json_get(declared, STR("until")) != NULL;
    if (stock && (aggregate == AGGREGATE_MAX || aggregate == AGGREGATE_MEDIAN))
        loader_error(l, declared, f->id, "FIGURE-AGGREGATE", (bilingual){0}, (bilingual){"存量指标不能取最大值或中位数", "a stock cannot be a max or a median"});
    if (f->rule_count > 0 && (aggregate != f->aggregate || stock != f->stock))
        loader_error(l, declared, f->id, "FIGURE-AGGREGATE", (bilingual){0}, (bilingual){"同一指标的各条规则须汇总方式一致", "all rules of a figure must aggregate alike"});
    f->aggregate = aggregate;
    f->stock = stock;
    f->rule_count++;
}

static void load_print(loader *l, const json *print, procedure_figure *f)
{
    if (!print) {
        loader_error(l, NULL, f->id, "FIGURE-PRINT", (bilingual){0}, (bilingual){"指标没有 print", "the figure has no \"print\""});
        return;
    }
    only_members(l, print, f->id, (const char *const[]){"style", "unit", "unit_en", "prefix", "words", NULL});
    str style = need_string(l, print, "style", f->id);
    bool known = style.len == 0;
    for (size_t i = 0; i < sizeof print_styles / sizeof *print_styles && !known; i++)
        if ((known = str_equal(style, str_from(print_styles[i].name)))) f->style = print_styles[i].style;
    if (!known)
        loader_error(l, print, f->id, "FIGURE-PRINT", (bilingual){"可用：number percent change over floor all words date year", "one of: number percent change over floor all words date year"},
                     (bilingual){"不认识的印出样式“%.*s”", "unknown print style \"%.*s\""}, STR_ARG(style));
    f->unit = json_string(print, STR("unit"));
    f->unit_en = json_string(print, STR("unit_en"));
    f->prefix = json_string(print, STR("prefix"));
    f->up = STR("提高");
    f->down = STR("下降");
    const json *words = json_get(print, STR("words"));
    if (words && words->kind == JSON_OBJECT) {
        if (json_get(words, STR("up"))) f->up = json_string(words, STR("up"));
        if (json_get(words, STR("down"))) f->down = json_string(words, STR("down"));
    } else if (words) {
        f->words = arena_new(l->arena, words->count, figure_word);
        for (const json *w = words->first; w; w = w->next) {
            figure_word *out = &f->words[f->word_count++];
            const json *value = json_get(w, STR("value"));
            out->text = need_string(l, w, "text", f->id);
            if (!value || value->kind != JSON_NUMBER || !decimal_parse(value->text, &out->value))
                loader_error(l, w, f->id, "FIGURE-PRINT", (bilingual){0}, (bilingual){"words 的 value 应为数", "the value of a word must be a number"});
        }
    }
}

void load_figure(loader *l, const json *declared, procedure_figure *out)
{
    only_members(l, declared, STR("figures"), (const char *const[]){"id", "version", "name", "definition", "section", "basis", "report", "count",
                                                                    "ratio", "change", "sum", "print", "note", NULL});
    out->line = declared->line;
    out->id = need_id(l, declared, STR("figures"));
    out->version = need_string(l, declared, "version", out->id);
    out->name = need_label(l, declared, "name", out->id);
    out->definition = need_label(l, declared, "definition", out->id);
    out->section = want_string(l, declared, "section", out->id);
    out->in_report = json_bool(declared, STR("report"), false);
    out->digits = 2;

    const json *basis = want_array(l, declared, "basis", out->id);
    out->basis = arena_new(l->arena, basis ? basis->count : 0, law_basis);
    for (const json *b = basis ? basis->first : NULL; b; b = b->next) {
        str id = b->kind == JSON_OBJECT ? need_string(l, b, "basis", out->id) : b->text;
        int index = basis_index(l->p, id);
        if (index < 0) {
            loader_error(l, b, out->id, "FIGURE-BASIS", (bilingual){0}, (bilingual){"没有依据“%.*s”", "there is no basis \"%.*s\""}, STR_ARG(id));
            continue;
        }
        law_basis *copy = &out->basis[out->basis_count++];
        *copy = l->p->basis[index];
        if (b->kind == JSON_OBJECT && json_get(b, STR("article"))) copy->article = json_string(b, STR("article"));
    }

    static const struct { const char *name; figure_kind kind; } kinds[] = {
        {"count", FIGURE_COUNT}, {"ratio", FIGURE_RATIO}, {"change", FIGURE_CHANGE}, {"sum", FIGURE_SUM}};
    const json *how = NULL;
    int found = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const json *m = json_get(declared, str_from(kinds[i].name));
        if (!m) continue;
        found++;
        how = m;
        out->kind = kinds[i].kind;
    }
    if (found != 1) {
        loader_error(l, declared, out->id, "FIGURE-KIND", (bilingual){0}, (bilingual){"count、ratio、change、sum 须有且只有一个", "exactly one of count, ratio, change and sum is needed"});
        return;
    }
    if (out->kind == FIGURE_COUNT) {
        bool many = how->kind == JSON_ARRAY;
        out->rules = arena_new(l->arena, many ? how->count : 1, figure_rule);
        for (const json *r = many ? how->first : how; r; r = many ? r->next : NULL) load_rule(l, r, out, &out->rules[out->rule_count]);
    } else if (out->kind == FIGURE_SUM) {
        const str *of;
        read_strings(l, how, out->id, &of, &out->of_count);
        out->of = (str *)of;
    } else {
        only_members(l, how, out->id, (const char *const[]){"of", "to", "mode", "digits", NULL});
        out->of = arena_new(l->arena, 2, str);
        out->of[out->of_count++] = need_string(l, how, "of", out->id);
        if (out->kind == FIGURE_RATIO) out->of[out->of_count++] = need_string(l, how, "to", out->id);
        out->digits = (int)json_int(how, STR("digits"), 2);
        if (out->digits < 0 || out->digits > 10)
            loader_error(l, how, out->id, "FIGURE-DIGITS", (bilingual){0}, (bilingual){"digits 应在 0 至 10 之间", "digits must be 0 to 10"});
        if (out->kind == FIGURE_CHANGE) {
            str mode = need_string(l, how, "mode", out->id);
            out->relative = str_equal(mode, STR("relative"));
            if (mode.len && !out->relative && !str_equal(mode, STR("percentage_points")))
                loader_error(l, how, out->id, "FIGURE-MODE", (bilingual){"percentage_points 或 relative", "percentage_points or relative"},
                             (bilingual){"不认识的变化口径“%.*s”", "unknown mode \"%.*s\""}, STR_ARG(mode));
        }
    }
    load_print(l, json_get(declared, STR("print")), out);
}

// ---- all procedures together ---------------------------------------------------------------------------

static const procedure_figure *find_figure(procedure *const *all, ptrdiff_t count, str id, const procedure **owner)
{
    for (ptrdiff_t i = 0; i < count; i++)
        for (ptrdiff_t f = 0; f < all[i]->figure_count; f++)
            if (str_equal(all[i]->figures[f].id, id)) {
                if (owner) *owner = all[i];
                return &all[i]->figures[f];
            }
    return NULL;
}

static source_pos figure_pos(const procedure *p, const procedure_figure *f, arena *a)
{
    return (source_pos){.file = str_printf(a, "%.*s/procedure.json", STR_ARG(p->id)), .line = f->line, .element = f->id};
}

enum { FIGURE_DEPTH_MAX = 16 };   // as figures.h, FIGURE_CHAIN_MAX

static bool too_deep(procedure *const *all, ptrdiff_t count, const procedure_figure *f, int depth)
{
    if (depth > FIGURE_DEPTH_MAX) return true;
    for (ptrdiff_t i = 0; i < f->of_count; i++) {
        const procedure_figure *part = find_figure(all, count, f->of[i], NULL);
        if (part && too_deep(all, count, part, depth + 1)) return true;
    }
    return false;
}

static void check_figures(procedure *const *all, ptrdiff_t count, diag_list *d)
{
    for (ptrdiff_t i = 0; i < count; i++)
        for (ptrdiff_t k = 0; k < all[i]->figure_count; k++) {
            const procedure_figure *f = &all[i]->figures[k];
            const procedure *owner = NULL;
            source_pos at = figure_pos(all[i], f, d->arena);
            if (find_figure(all, count, f->id, &owner) != f)
                diag_add(d, DIAG_ERROR, "FIGURE-TWICE", at, (bilingual){0}, (bilingual){"指标“%.*s”已由流程“%.*s”声明", "figure \"%.*s\" is already declared by procedure \"%.*s\""},
                         STR_ARG(f->id), STR_ARG(owner->id));
            for (ptrdiff_t n = 0; n < f->of_count; n++)
                if (!find_figure(all, count, f->of[n], NULL))
                    diag_add(d, DIAG_ERROR, "FIGURE-REFERENCE", at, (bilingual){0}, (bilingual){"没有指标“%.*s”", "there is no figure \"%.*s\""}, STR_ARG(f->of[n]));
            if (too_deep(all, count, f, 0))
                diag_add(d, DIAG_ERROR, "FIGURE-CIRCLE", at, (bilingual){0}, (bilingual){"指标之间循环引用或层次过深", "figures refer to each other in a circle, or too deeply"});
        }
}

// Would a sheet with exactly the required headings of `a` be taken for `b` as well?
static bool covers(const import_sheet *a, const import_sheet *b)
{
    for (ptrdiff_t i = 0; i < b->column_count; i++) {
        const import_column *need = &b->columns[i];
        if (!need->required) continue;
        bool there = false;
        for (ptrdiff_t j = 0; j < a->column_count && !there; j++)
            for (ptrdiff_t x = 0; x < need->heading_count && !there && a->columns[j].required; x++)
                for (ptrdiff_t y = 0; y < a->columns[j].heading_count && !there; y++)
                    there = str_equal(need->headings[x], a->columns[j].headings[y]);
        if (!there) return false;
    }
    return true;
}

static void check_mappings(procedure *const *all, ptrdiff_t count, diag_list *d)
{
    for (ptrdiff_t i = 0; i < count; i++)
        for (ptrdiff_t s = 0; s < all[i]->mapping.count; s++)
            for (ptrdiff_t k = 0; k < count; k++)
                for (ptrdiff_t t = 0; t < all[k]->mapping.count; t++) {
                    const import_sheet *a = &all[i]->mapping.sheets[s], *b = &all[k]->mapping.sheets[t];
                    if (a == b || !covers(a, b)) continue;
                    source_pos at = {.file = str_printf(d->arena, "%.*s/import.json", STR_ARG(all[i]->id)), .element = all[i]->forms[a->form].id};
                    diag_add(d, DIAG_ERROR, "IMPORT-ALIKE", at, (bilingual){"增加一个只有本表才有的必备表头", "add a required heading that only this sheet has"},
                             (bilingual){"凭必备表头无法与“%.*s/%.*s”区分", "its required headings do not tell it from \"%.*s/%.*s\""},
                             STR_ARG(all[k]->id), STR_ARG(all[k]->forms[b->form].id));
                }
}

void procedure_check_all(procedure *const *all, ptrdiff_t count, diag_list *d)
{
    check_figures(all, count, d);
    check_mappings(all, count, d);
    check_referrals(all, count, d);
}
