// explain.c: why a decision came out, for people and for programs.
#include "dmn/dmn_internal.h"

static void line(buf *out, const char *before, str name, feel_value v)
{
    buf_printf(out, "%s%.*s = ", before, STR_ARG(name));
    feel_print(out, v);
    buf_add_byte(out, '\n');
}

static void explain_hit(buf *out, const dmn_step *s, const dmn_rule_hit *h, language lang)
{
    buf_printf(out, lang == LANG_ZH ? "  第 %d 条规则符合：" : "  rule %d matches: ", h->number);
    for (ptrdiff_t i = 0; i < s->output_count; i++) {
        if (i) buf_add(out, lang == LANG_ZH ? STR("，") : STR(", "));
        if (s->output_names[i].len) buf_printf(out, "%.*s = ", STR_ARG(s->output_names[i]));
        feel_print(out, h->outputs[i]);
    }
    buf_add_byte(out, '\n');
    for (ptrdiff_t i = 0; i < s->annotation_count; i++)
        if (h->annotations[i].len) buf_printf(out, lang == LANG_ZH ? "    %.*s：%.*s\n" : "    %.*s: %.*s\n", STR_ARG(s->annotation_names[i]), STR_ARG(h->annotations[i]));
}

void dmn_explain(buf *out, const dmn_step *first, language lang)
{
    for (const dmn_step *s = first; s; s = s->next) {
        buf_printf(out, lang == LANG_ZH ? "决策表“%.*s”（%.*s）\n" : "decision table \"%.*s\" (%.*s)\n", STR_ARG(s->item), STR_ARG(s->hit_policy));
        for (ptrdiff_t i = 0; i < s->input_count; i++) line(out, lang == LANG_ZH ? "  输入：" : "  input: ", s->inputs[i].expression, s->inputs[i].value);
        for (ptrdiff_t i = 0; i < s->hit_count; i++) explain_hit(out, s, &s->hits[i], lang);
        if (!s->hit_count)
            buf_add(out, s->by_default ? (lang == LANG_ZH ? STR("  没有规则符合，取默认结果\n") : STR("  no rule matches; the default stands in\n"))
                                       : (lang == LANG_ZH ? STR("  没有规则符合\n") : STR("  no rule matches\n")));
        line(out, "  ", lang == LANG_ZH ? STR("结果") : STR("result"), s->result);
    }
}

json *dmn_explain_json(const dmn_step *first, arena *a)
{
    json *steps = json_new_array(a);
    for (const dmn_step *s = first; s; s = s->next) {
        json *step = json_new_object(a), *inputs = json_new_array(a), *rules = json_new_array(a);
        for (ptrdiff_t i = 0; i < s->input_count; i++) {
            json *cell = json_new_object(a);
            json_set(cell, STR("expression"), json_new_string(s->inputs[i].expression, a));
            json_set(cell, STR("value"), feel_to_json(s->inputs[i].value, a));
            json_push(inputs, cell);
        }
        for (ptrdiff_t i = 0; i < s->hit_count; i++) {
            json *rule = json_new_object(a), *outputs = json_new_object(a), *annotations = json_new_object(a);
            for (ptrdiff_t k = 0; k < s->output_count; k++) json_set(outputs, s->output_names[k], feel_to_json(s->hits[i].outputs[k], a));
            for (ptrdiff_t k = 0; k < s->annotation_count; k++)
                if (s->hits[i].annotations[k].len) json_set(annotations, s->annotation_names[k], json_new_string(s->hits[i].annotations[k], a));
            json_set(rule, STR("rule"), json_new_int(s->hits[i].number, a));
            json_set(rule, STR("outputs"), outputs);
            json_set(rule, STR("annotations"), annotations);
            json_push(rules, rule);
        }
        json_set(step, STR("decision"), json_new_string(s->item, a));
        json_set(step, STR("hitPolicy"), json_new_string(s->hit_policy, a));
        json_set(step, STR("inputs"), inputs);
        json_set(step, STR("rules"), rules);
        json_set(step, STR("default"), json_new_bool(s->by_default, a));
        json_set(step, STR("result"), feel_to_json(s->result, a));
        json_push(steps, step);
    }
    return steps;
}
