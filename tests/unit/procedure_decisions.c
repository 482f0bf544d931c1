// The decisions that come with the procedures, rule by rule: inputs as a caller gives them, and what the law makes of them.
#include "procedure/procedure.h"
#include "tap.h"

static arena a;

static str decide(const procedure *p, const char *name, const char *input)
{
    diag_list d = {.arena = &a};
    const procedure_decision *x = procedure_decision_find(p, str_from(name));
    if (!x) return STR("no such decision");
    dmn_evaluation e = {.arena = &a};
    buf b = {.arena = &a};
    feel_print(&b, dmn_evaluate(x->model, x->item, dmn_inputs(x->model, x->item, json_parse(str_from(input), STR("in"), &a, &d), &a), &e));
    return buf_str(&b);
}

static const procedure *load(const char *folder)
{
    diag_list d = {.arena = &a};
    procedure_source s;
    return procedure_read_folder(folder, &s, &a, &d) ? procedure_load(&s, &a, &d) : NULL;
}

int main(void)
{
    static const struct { const char *folder, *decision, *input, *result; } rows[] = {
        {"procedures/penalty", "处罚裁量", "{\"年满十四周岁\": false}", "\"不予处罚\""},
        {"procedures/penalty", "处罚裁量", "{\"没有主观过错\": true}", "\"不予处罚\""},
        {"procedures/penalty", "处罚裁量", "{\"违法情节\": \"轻微\", \"危害后果\": \"无\", \"及时改正\": true, \"违法次数\": 3}", "\"不予处罚\""},
        {"procedures/penalty", "处罚裁量", "{\"违法情节\": \"一般\", \"危害后果\": \"轻微\", \"及时改正\": true, \"违法次数\": 1}", "\"可以不予处罚\""},
        {"procedures/penalty", "处罚裁量", "{\"违法情节\": \"一般\", \"危害后果\": \"轻微\", \"及时改正\": true, \"违法次数\": 2}", "\"依裁量基准处罚\""},
        {"procedures/penalty", "处罚裁量", "{\"违法情节\": \"一般\", \"危害后果\": \"一般\", \"主动消除或者减轻危害后果\": true}", "\"应当从轻或者减轻处罚\""},
        {"procedures/penalty", "处罚裁量", "{}", "\"依裁量基准处罚\""},
        {"procedures/hotline", "办理工作日数", "{\"诉求类型\": \"咨询\"}", "3"},
        {"procedures/hotline", "办理工作日数", "{\"诉求类型\": \"建议\"}", "5"},
        {"procedures/hotline", "办理工作日数", "{\"诉求类型\": \"举报\"}", "10"},
        {"procedures/hotline", "办理工作日数", "{\"诉求类型\": \"表扬\"}", "null"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) tap_is_str(decide(load(rows[i].folder), rows[i].decision, rows[i].input), rows[i].result, rows[i].input);
    diag_list d = {.arena = &a};
    procedure_source s;
    procedure_read_folder("procedures/hotline", &s, &a, &d);
    procedure_file *files = arena_new(&a, s.count + 1, procedure_file);
    for (ptrdiff_t i = 0; i < s.count; i++) files[i] = s.files[i];
    for (ptrdiff_t i = 0; i < s.count; i++)
        if (str_ends(s.files[i].name, STR(".dmn"))) files[s.count] = (procedure_file){STR("zz.dmn"), s.files[i].text};
    s.files = files;
    s.count++;
    tap_ok(!procedure_load(&s, &a, &d) && str_equal(str_from(d.last->code), STR("DECISION-TWICE")), "a decision of the same name in two files is refused");
    arena_free(&a);
    return tap_done();
}
