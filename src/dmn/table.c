// table.c: decision tables (DMN 1.5, chapter 8): compiling, and deciding by them.
#include "dmn/dmn_internal.h"

// ---- compiling --------------------------------------------------------------------------------------------

static bool read_policy(compiler *c, const xml *x, decision_table *t)
{
    static const struct { const char *text; hit_policy policy; } policies[] = {
        {"", HIT_UNIQUE}, {"UNIQUE", HIT_UNIQUE}, {"ANY", HIT_ANY}, {"PRIORITY", HIT_PRIORITY}, {"FIRST", HIT_FIRST},
        {"COLLECT", HIT_COLLECT}, {"RULE ORDER", HIT_RULE_ORDER}, {"OUTPUT ORDER", HIT_OUTPUT_ORDER},
    };
    static const struct { const char *text; collect_operator collect; } operators[] = {
        {"", COLLECT_LIST}, {"LIST", COLLECT_LIST}, {"SUM", COLLECT_SUM}, {"MIN", COLLECT_MIN}, {"MAX", COLLECT_MAX}, {"COUNT", COLLECT_COUNT},
    };
    str policy = xml_get(x, STR("hitPolicy")), aggregation = xml_get(x, STR("aggregation"));
    size_t p = 0, o = 0;
    while (p < sizeof policies / sizeof *policies && !str_equal(policy, str_from(policies[p].text))) p++;
    while (o < sizeof operators / sizeof *operators && !str_equal(aggregation, str_from(operators[o].text))) o++;
    if (p == sizeof policies / sizeof *policies || o == sizeof operators / sizeof *operators) {
        str bad = p == sizeof policies / sizeof *policies ? policy : aggregation;
        diag_add(c->diags, DIAG_ERROR, "DMN-HIT-POLICY", xml_pos(x), (bilingual){"可用：UNIQUE、ANY、PRIORITY、FIRST、COLLECT（SUM、MIN、MAX、COUNT）、RULE ORDER、OUTPUT ORDER",
                                                                               "known: UNIQUE, ANY, PRIORITY, FIRST, COLLECT (SUM, MIN, MAX, COUNT), RULE ORDER, OUTPUT ORDER"},
                 (bilingual){"没有“%.*s”这种命中策略", "there is no hit policy \"%.*s\""}, STR_ARG(bad));
        return false;
    }
    t->policy = policies[p].policy;
    t->collect = t->policy == HIT_COLLECT ? operators[o].collect : COLLECT_LIST;
    t->policy_text = policy.len ? policy : STR("UNIQUE");
    return true;
}

static bool is_dash(const xml *cell)
{
    const xml *text = xml_child(cell, STR("text"));
    str s = text ? str_trim(text->text) : (str){0};
    return !s.len || str_equal(s, STR("-"));
}

static const feel_program *allowed(compiler *c, const xml *holder, str name)
{
    const xml *x = xml_child(holder, name);
    return x && !is_dash(x) ? compile_text(c, x, true) : NULL;
}

static void compile_inputs(compiler *c, const xml *x, decision_table *t)
{
    t->inputs = arena_new(c->arena, xml_count(x, STR("input")), table_input);
    for (const xml *k = xml_child(x, STR("input")); k; k = xml_next(k, STR("input"))) {
        const xml *value = xml_child(k, STR("inputExpression")), *text = xml_child(value, STR("text"));
        table_input *in = &t->inputs[t->input_count++];
        *in = (table_input){.at = text ? xml_text_pos(text) : xml_pos(k), .text = text ? str_trim(text->text) : (str){0}};
        if (value) {
            in->value = compile_text(c, value, false);
            in->type = type_of_ref(c->model, c->source, xml_get(value, STR("typeRef")), xml_pos(value), c->arena, c->diags);
        } else
            diag_add(c->diags, DIAG_ERROR, "DMN-INPUT", xml_pos(k), (bilingual){0}, (bilingual){"输入列没有表达式", "the input column has no expression"});
        c->tested = in->type;
        in->allowed = allowed(c, k, STR("inputValues"));
        c->tested = NULL;
    }
}

// The allowed values of an item definition, as they stand: they order outputs that do not say their own values.
static const xml *allowed_of_type(const compiler *c, str ref)
{
    for (const xml *x = xml_child(c->source->root, STR("itemDefinition")); x; x = xml_next(x, STR("itemDefinition")))
        if (str_equal(xml_get(x, STR("name")), ref)) return xml_child(x, STR("allowedValues"));
    return NULL;
}

static const feel_program *compile_order(compiler *c, const xml *values)
{
    const xml *text = xml_child(values, STR("text"));
    if (!text || !str_trim(text->text).len) return NULL;
    str list = str_printf(c->arena, "[%.*s]", STR_ARG(text->text));
    return feel_compile(list, scope_of(c), xml_text_pos(text), c->arena, c->diags);
}

static void compile_outputs(compiler *c, const xml *x, decision_table *t)
{
    ptrdiff_t count = xml_count(x, STR("output"));
    bool ordered = t->policy == HIT_PRIORITY || t->policy == HIT_OUTPUT_ORDER;
    t->outputs = arena_new(c->arena, count, table_output);
    str *names = arena_new(c->arena, count, str);
    for (const xml *k = xml_child(x, STR("output")); k; k = xml_next(k, STR("output"))) {
        table_output *out = &t->outputs[t->output_count];
        str ref = xml_get(k, STR("typeRef"));
        if (!ref.len && count == 1) ref = xml_get(x, STR("typeRef"));
        if (!ref.len && count == 1) ref = xml_get(xml_child(x->parent, STR("variable")), STR("typeRef"));
        names[t->output_count++] = out->name = count > 1 ? xml_get(k, STR("name")) : (str){0};
        out->type = type_of_ref(c->model, c->source, xml_get(k, STR("typeRef")), xml_pos(k), c->arena, c->diags);
        if (count > 1 && !out->name.len)
            diag_add(c->diags, DIAG_WARNING, "DMN-OUTPUT-NAME", xml_pos(k), (bilingual){"给每个输出列取名", "name every output column"},
                     (bilingual){"表有几个输出列，本列没有名称，结果中无从引用", "the table has several output columns, and this one has no name by which to refer to it"});
        const xml *by_default = xml_child(k, STR("defaultOutputEntry")), *values = xml_child(k, STR("outputValues"));
        if (by_default && !is_dash(by_default)) out->default_value = compile_text(c, by_default, false);
        if (!ordered) continue;
        out->order = compile_order(c, values ? values : allowed_of_type(c, ref));
        if (!out->order)
            diag_add(c->diags, DIAG_WARNING, "DMN-OUTPUT-VALUES", xml_pos(k), (bilingual){"列出输出值，由先到后", "list the output values, the most important first"},
                     (bilingual){"按优先级决定，却没有列出输出值", "it decides by priority, but lists no output values"});
    }
    t->output_names = names;
    if (!count) diag_add(c->diags, DIAG_ERROR, "DMN-OUTPUT", xml_pos(x), (bilingual){0}, (bilingual){"决策表没有输出列", "the decision table has no output column"});
    if (count > 1 && t->collect != COLLECT_LIST && t->collect != COLLECT_COUNT)
        diag_add(c->diags, DIAG_ERROR, "DMN-AGGREGATION", xml_pos(x), (bilingual){0}, (bilingual){"多个输出列不能汇总", "several output columns cannot be aggregated"});
}

static void compile_annotations(compiler *c, const xml *x, decision_table *t)
{
    ptrdiff_t count = xml_count(x, STR("annotation")), i = 0;
    str *names = arena_new(c->arena, count, str);
    for (const xml *k = xml_child(x, STR("annotation")); k; k = xml_next(k, STR("annotation"))) names[i++] = xml_get(k, STR("name"));
    t->annotation_names = names;
    t->annotation_count = count;
}

static bool wrong_width(compiler *c, const xml *rule, ptrdiff_t found, ptrdiff_t wanted, bilingual what)
{
    diag_add(c->diags, DIAG_ERROR, "DMN-RULE-WIDTH", xml_pos(rule), (bilingual){0}, what, (int)found, (int)wanted);
    return false;
}

static bool compile_rule(compiler *c, const xml *x, const decision_table *t, table_rule *rule)
{
    rule->tests = arena_new(c->arena, t->input_count, const feel_program *);
    rule->outputs = arena_new(c->arena, t->output_count, const feel_program *);
    str *notes = arena_new(c->arena, t->annotation_count, str);
    ptrdiff_t in = xml_count(x, STR("inputEntry")), out = xml_count(x, STR("outputEntry")), i = 0;
    if (in != t->input_count) return wrong_width(c, x, in, t->input_count, (bilingual){"本规则有 %d 个条件，表有 %d 个输入列", "this rule has %d input entries for %d columns"});
    if (out != t->output_count) return wrong_width(c, x, out, t->output_count, (bilingual){"本规则有 %d 个结果，表有 %d 个输出列", "this rule has %d output entries for %d columns"});
    bool good = true;
    rule->at = xml_pos(x);
    for (const xml *k = xml_child(x, STR("inputEntry")); k; k = xml_next(k, STR("inputEntry")), i++) {
        c->tested = t->inputs[i].type;
        if (!is_dash(k)) good = (rule->tests[i] = compile_text(c, k, true)) && good;
    }
    c->tested = NULL;
    i = 0;
    for (const xml *k = xml_child(x, STR("outputEntry")); k; k = xml_next(k, STR("outputEntry")), i++)
        if (!is_dash(k)) good = (rule->outputs[i] = compile_text(c, k, false)) && good;
    i = 0;
    for (const xml *k = xml_child(x, STR("annotationEntry")); k && i < t->annotation_count; k = xml_next(k, STR("annotationEntry")), i++) {
        const xml *text = xml_child(k, STR("text"));
        if (text) notes[i] = str_trim(text->text);
    }
    rule->annotations = notes;
    return good;
}

// A table with a broken rule does not decide at all: leaving the rule out would decide otherwise than its author meant.
decision_table *compile_table(compiler *c, const xml *x)
{
    decision_table *t = arena_new(c->arena, 1, decision_table);
    if (!read_policy(c, x, t)) return NULL;
    int errors = c->diags->errors;
    ptrdiff_t rules = xml_count(x, STR("rule"));
    if (rules > DMN_RULES_MAX || xml_count(x, STR("input")) > DMN_COLUMNS_MAX || xml_count(x, STR("output")) > DMN_COLUMNS_MAX) {
        diag_add(c->diags, DIAG_ERROR, "DMN-TABLE-SIZE", xml_pos(x), (bilingual){"拆成几个表", "split the table"},
                 (bilingual){"决策表超过 %d 条规则或 %d 列", "the table has more than %d rules or %d columns"}, DMN_RULES_MAX, DMN_COLUMNS_MAX);
        return NULL;
    }
    compile_inputs(c, x, t);
    compile_outputs(c, x, t);
    compile_annotations(c, x, t);
    t->rules = arena_new(c->arena, rules, table_rule);
    bool good = true;
    for (const xml *k = xml_child(x, STR("rule")); k; k = xml_next(k, STR("rule"))) good = compile_rule(c, k, t, &t->rules[t->rule_count++]) && good;
    return good && c->diags->errors == errors ? t : NULL;
}

// ---- deciding ---------------------------------------------------------------------------------------------

typedef struct { ptrdiff_t rule; feel_value *outputs; } hit;

typedef struct {
    run *r;
    const decision_table *table;
    const source_pos *at;
    feel_value *frame;
    feel_evaluation *e;
    feel_value *inputs;
    hit *hits;
    ptrdiff_t count;
    bool by_default;
} deciding;

static bool read_inputs(deciding *x)
{
    for (ptrdiff_t i = 0; i < x->table->input_count; i++) {
        const table_input *in = &x->table->inputs[i];
        feel_value v = run_program(x->r, in->value, &in->at, x->frame, x->e);
        if (in->type && !feel_coerce(v, in->type, x->e, &v)) {
            null_because(x->r, "DMN-INPUT-TYPE", in->at, (bilingual){"输入“%.*s”的值不属于该列的类型", "the value of the input \"%.*s\" is not of the column's type"}, STR_ARG(in->text));
            return false;
        }
        x->inputs[i] = v;
        if (!in->allowed) continue;
        x->e->tested = v;
        if (!feel_is_true(run_program(x->r, in->allowed, &in->at, x->frame, x->e))) {
            null_because(x->r, "DMN-INPUT-VALUE", in->at, (bilingual){"输入“%.*s”的值不在允许的值之内", "the value of the input \"%.*s\" is not among its allowed values"}, STR_ARG(in->text));
            return false;
        }
    }
    return true;
}

static bool matches(deciding *x, const table_rule *rule)
{
    for (ptrdiff_t i = 0; i < x->table->input_count; i++) {
        if (!rule->tests[i]) continue;
        bool passes = feel_passes(rule->tests[i], x->frame, x->inputs[i], x->e);
        keep_reasons(x->r, &rule->at, x->e);
        if (!passes) return false;
    }
    return true;
}

static feel_value output_value(deciding *x, const table_output *out, const feel_program *p)
{
    feel_value v = p ? run_program(x->r, p, x->at, x->frame, x->e) : feel_null();
    if (out->type && !feel_coerce(v, out->type, x->e, &v))
        return null_because(x->r, "DMN-OUTPUT-TYPE", *x->at, (bilingual){"结果不属于该列的类型", "the output is not of the column's type"});
    return v;
}

// False when the budget ran out: rules not asked are not rules that do not match.
static bool find_hits(deciding *x)
{
    const decision_table *t = x->table;
    for (ptrdiff_t i = 0; i < t->rule_count; i++) {
        if (!spend_steps(x->r, 1, x->at, x->e)) return false;
        if (!matches(x, &t->rules[i])) continue;
        hit *h = &x->hits[x->count++];
        h->rule = i;
        h->outputs = arena_new(x->e->arena, t->output_count, feel_value);
        for (ptrdiff_t k = 0; k < t->output_count; k++) h->outputs[k] = output_value(x, &t->outputs[k], t->rules[i].outputs[k]);
        if (t->policy == HIT_FIRST || (t->policy == HIT_UNIQUE && x->count == 2)) break;
    }
    return x->e->steps >= 0;
}

static feel_value row_value(const decision_table *t, const feel_value *outputs, arena *a)
{
    return t->output_count == 1 ? outputs[0] : feel_context_of(t->output_names, outputs, t->output_count, a);
}

// The place of a value among a column's output values; after all of them when it is none.
static ptrdiff_t rank(feel_value order, feel_value v)
{
    if (order.kind != FEEL_LIST) return 0;
    for (ptrdiff_t i = 0; i < order.list->count; i++)
        if (feel_equal(order.list->items[i], v)) return i;
    return order.list->count;
}

static int compare_hits(const deciding *x, const feel_value *orders, const hit *a, const hit *b)
{
    for (ptrdiff_t k = 0; k < x->table->output_count; k++) {
        ptrdiff_t ra = rank(orders[k], a->outputs[k]), rb = rank(orders[k], b->outputs[k]);
        if (ra != rb) return ra < rb ? -1 : 1;
    }
    return 0;
}

// Merges sorted runs: stable, so rules of one rank stay in their order.
static void sort_by_priority(deciding *x)
{
    const decision_table *t = x->table;
    feel_value *orders = arena_new(x->e->arena, t->output_count, feel_value);
    for (ptrdiff_t k = 0; k < t->output_count; k++)
        if (t->outputs[k].order) orders[k] = run_program(x->r, t->outputs[k].order, x->at, x->frame, x->e);
    hit *from = x->hits, *to = arena_new(x->e->arena, x->count, hit);
    for (ptrdiff_t width = 1; width < x->count; width *= 2) {
        for (ptrdiff_t start = 0; start < x->count; start += 2 * width) {
            ptrdiff_t middle = start + width < x->count ? start + width : x->count, end = middle + width < x->count ? middle + width : x->count;
            ptrdiff_t left = start, right = middle;
            for (ptrdiff_t i = start; i < end; i++)
                to[i] = right == end || (left < middle && compare_hits(x, orders, &from[left], &from[right]) <= 0) ? from[left++] : from[right++];
        }
        hit *sorted = to;
        to = from;
        from = sorted;
    }
    x->hits = from;
}

static feel_value default_value(deciding *x)
{
    const decision_table *t = x->table;
    feel_value *outputs = arena_new(x->e->arena, t->output_count, feel_value);
    for (ptrdiff_t k = 0; k < t->output_count; k++) {
        if (!t->outputs[k].default_value) continue;
        x->by_default = true;
        outputs[k] = output_value(x, &t->outputs[k], t->outputs[k].default_value);
    }
    return x->by_default ? row_value(t, outputs, x->e->arena) : feel_null();
}

static feel_value all_rows(const deciding *x)
{
    feel_value *rows = arena_new(x->e->arena, x->count, feel_value);
    for (ptrdiff_t i = 0; i < x->count; i++) rows[i] = row_value(x->table, x->hits[i].outputs, x->e->arena);
    return feel_list_of(rows, x->count, x->e->arena);
}

static feel_value by_policy(deciding *x)
{
    const decision_table *t = x->table;
    bool many = t->policy == HIT_COLLECT || t->policy == HIT_RULE_ORDER || t->policy == HIT_OUTPUT_ORDER;
    if (!x->count && t->collect != COLLECT_COUNT) {
        feel_value v = default_value(x);
        if (x->by_default || !many) return v;
        return t->collect == COLLECT_LIST ? feel_list_of(NULL, 0, x->e->arena) : feel_null();
    }
    switch (t->policy) {
    case HIT_UNIQUE:
        if (x->count > 1)
            return null_because(x->r, "DMN-NOT-UNIQUE", *x->at, (bilingual){"第 %d 条和第 %d 条规则都符合，而该表只许一条符合", "rules %d and %d both match, but only one may"},
                                (int)x->hits[0].rule + 1, (int)x->hits[1].rule + 1);
        break;
    case HIT_ANY:
        for (ptrdiff_t i = 1; i < x->count; i++)
            for (ptrdiff_t k = 0; k < t->output_count; k++)
                if (!feel_equal(x->hits[0].outputs[k], x->hits[i].outputs[k]))
                    return null_because(x->r, "DMN-NOT-ANY", *x->at, (bilingual){"第 %d 条和第 %d 条规则都符合，结果却不同", "rules %d and %d both match with different outputs"},
                                        (int)x->hits[0].rule + 1, (int)x->hits[i].rule + 1);
        break;
    case HIT_PRIORITY: case HIT_OUTPUT_ORDER: sort_by_priority(x); break;
    case HIT_FIRST: case HIT_COLLECT: case HIT_RULE_ORDER: break;
    }
    if (!many) return row_value(t, x->hits[0].outputs, x->e->arena);
    feel_value rows = all_rows(x);
    return t->collect == COLLECT_LIST ? rows : run_program(x->r, x->r->model->aggregates[t->collect], x->at, &rows, x->e);
}

static void explain(const deciding *x, feel_value result)
{
    const decision_table *t = x->table;
    arena *a = x->e->arena;
    dmn_step *s = arena_new(a, 1, dmn_step);
    *s = (dmn_step){.item = x->r->current->public.name, .item_id = x->r->current->public.id, .hit_policy = t->policy_text,
                    .inputs = arena_new(a, t->input_count, dmn_cell), .input_count = t->input_count, .output_names = t->output_names,
                    .output_count = t->output_count, .annotation_names = t->annotation_names, .annotation_count = t->annotation_count,
                    .hits = arena_new(a, x->count, dmn_rule_hit), .hit_count = x->count, .by_default = x->by_default, .result = result};
    for (ptrdiff_t i = 0; i < t->input_count; i++) s->inputs[i] = (dmn_cell){t->inputs[i].text, x->inputs[i]};
    for (ptrdiff_t i = 0; i < x->count; i++)
        s->hits[i] = (dmn_rule_hit){(int)x->hits[i].rule + 1, x->hits[i].outputs, t->rules[x->hits[i].rule].annotations};
    *x->r->tail = s;
    x->r->tail = &s->next;
}

feel_value run_table(run *r, const decision_table *t, const source_pos *at, feel_value *frame, feel_evaluation *e)
{
    feel_value outside = e->tested;
    deciding x = {.r = r, .table = t, .at = at, .frame = frame, .e = e, .inputs = arena_new(e->arena, t->input_count, feel_value),
                  .hits = arena_new(e->arena, t->rule_count, hit)};
    feel_value result = feel_null();
    if (read_inputs(&x) && find_hits(&x)) result = by_policy(&x);
    e->tested = outside;
    if (r->out->explain) explain(&x, result);
    return result;
}
