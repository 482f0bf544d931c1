// decide.c: the decisions of procedures: which there are, what one says of given inputs, and why. Nothing is stored; works without a script.
#include "dmn/dmn.h"
#include "http/http_internal.h"

enum { DECISION_STEPS = 1000000 };       // a page must come: far more than any table of an office takes

typedef struct {
    const procedure *procedure;          // NULL: none of that id
    const procedure_decision *decision;  // NULL: none of that name
    dmn_parameter *inputs;
    str *given;                          // one for each input: what was asked, as text
    ptrdiff_t input_count;
    bool asked;                          // something was given
    feel_value result;
    dmn_evaluation evaluation;
    diag_list reasons;
} decision_question;

static str ask(const request *q, const char *name) { return q->query(q->query_ctx, name); }

// A text as JSON of the input's type; the dates among the rest are told from their text by dmn_inputs.
static json *typed(str text, str type, arena *a)
{
    decimal x;
    if (str_equal(type, STR("number")) && decimal_parse(text, &x)) return json_new_decimal(x, a);
    if (str_equal(type, STR("boolean")) && (str_equal(text, STR("true")) || str_equal(text, STR("false")))) return json_new_bool(str_equal(text, STR("true")), a);
    return json_new_string(text, a);
}

// The parameter of an input is "in." and its name.
static decision_question read_question(const request *q)
{
    arena *a = q->arena;
    decision_question x = {.procedure = definitions_procedure(q->definitions, ask(q, "procedure"), NULL), .reasons = {.arena = a}};
    if (x.procedure) x.decision = procedure_decision_find(x.procedure, ask(q, "decision"));
    if (!x.decision) return x;
    x.input_count = dmn_parameters(x.decision->model, x.decision->item, &x.inputs, a);
    x.given = arena_new(a, x.input_count, str);
    for (ptrdiff_t i = 0; i < x.input_count; i++) {
        x.given[i] = str_trim(ask(q, str_cstr(str_concat(STR("in."), x.inputs[i].name, a), a)));
        x.asked = x.asked || x.given[i].len;
    }
    return x;
}

static void decide(const request *q, decision_question *x)
{
    json *object = json_new_object(q->arena);
    for (ptrdiff_t i = 0; i < x->input_count; i++)
        if (x->given[i].len) json_set(object, x->inputs[i].name, typed(x->given[i], x->inputs[i].type, q->arena));
    x->evaluation = (dmn_evaluation){.arena = q->arena, .now = machine_now(), .now_offset = 8 * 3600, .steps = DECISION_STEPS, .explain = true, .reasons = &x->reasons};
    x->result = dmn_evaluate(x->decision->model, x->decision->item, dmn_inputs(x->decision->model, x->decision->item, object, q->arena), &x->evaluation);
}

// ---- JSON -------------------------------------------------------------------------------------------------

static json *list_json(const procedure *p, arena *a)
{
    json *list = json_new_array(a);
    for (ptrdiff_t i = 0; i < p->decision_count; i++) {
        json *entry = json_new_object(a), *inputs = json_new_array(a);
        dmn_parameter *parameters;
        ptrdiff_t count = dmn_parameters(p->decisions[i].model, p->decisions[i].item, &parameters, a);
        for (ptrdiff_t k = 0; k < count; k++) {
            json *input = json_new_object(a);
            json_set(input, STR("name"), json_new_string(parameters[k].name, a));
            json_set(input, STR("type"), json_new_string(parameters[k].type, a));
            json_push(inputs, input);
        }
        json_set(entry, STR("decision"), json_new_string(p->decisions[i].item->name, a));
        json_set(entry, STR("description"), json_new_string(str_trim(p->decisions[i].item->description), a));
        json_set(entry, STR("inputs"), inputs);
        json_push(list, entry);
    }
    return list;
}

static json *answer_json(const request *q, const decision_question *x)
{
    arena *a = q->arena;
    json *answer = json_new_object(a), *reasons = json_new_array(a);
    for (const diag *d = x->reasons.first; d; d = d->next) json_push(reasons, json_new_string(str_printf(a, "%s: %.*s", d->code, STR_ARG(d->message[q->lang])), a));
    json_set(answer, STR("result"), feel_to_json(x->result, a));
    json_set(answer, STR("steps"), dmn_explain_json(x->evaluation.first_step, a));
    json_set(answer, STR("reasons"), reasons);
    return answer;
}

void get_api_decisions(const request *q, response *r)
{
    decision_question x = read_question(q);
    bool named = ask(q, "decision").len > 0;
    if (x.procedure && !named) answer_value(r, list_json(x.procedure, q->arena));
    else if (x.decision) {
        decide(q, &x);
        answer_value(r, answer_json(q, &x));
    } else answer_error(q, r, 404, x.procedure ? (bilingual){"没有这项决策", "there is no such decision"} : (bilingual){"没有这个流程", "there is no such procedure"});
}

// ---- pages ------------------------------------------------------------------------------------------------

static str address_of(const request *q, const procedure *p, str name)
{
    buf b = {.arena = q->arena};
    buf_printf(&b, "/decide?procedure=%.*s&decision=", STR_ARG(p->id));
    url_encode(&b, name);
    return buf_str(&b);
}

void decision_section(const request *q, buf *out, const procedure *p)
{
    if (!p->decision_count) return;
    html(out, say(q, "<h2>决策</h2><ul>", "<h2>Decisions</h2><ul>"));
    for (ptrdiff_t i = 0; i < p->decision_count; i++) {
        html(out, "<li>");
        html_link(q, out, address_of(q, p, p->decisions[i].item->name), p->decisions[i].item->name);
        if (p->decisions[i].item->description.len) html_textf(out, say(q, "：%.*s", ": %.*s"), STR_ARG(str_trim(p->decisions[i].item->description)));
        html(out, "</li>");
    }
    html(out, "</ul>");
}

static void input_field(const request *q, buf *out, const dmn_parameter *in, str given)
{
    html(out, "<label>");
    html_text(out, in->name);
    bool is_truth = str_equal(in->type, STR("boolean"));
    html(out, is_truth ? " <select name=\"in." : " <input name=\"in.");
    html_text(out, in->name);
    html(out, is_truth ? "\">" : "\" value=\"");
    if (is_truth) {
        static const struct { const char *value, *zh, *en; } choices[] = {{"", "未知", "unknown"}, {"true", "是", "yes"}, {"false", "否", "no"}};
        for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
            html(out, str_cstr(str_printf(q->arena, "<option value=\"%s\"%s>%s</option>", choices[i].value, str_equal(given, str_from(choices[i].value)) ? " selected" : "", say(q, choices[i].zh, choices[i].en)), q->arena));
        html(out, "</select>");
    } else {
        html_text(out, given);
        html(out, "\">");
    }
    html(out, "</label>");
}

static void show_answer(const request *q, buf *out, const decision_question *x)
{
    buf value = {.arena = q->arena}, why = {.arena = q->arena};
    feel_print(&value, x->result);
    dmn_explain(&why, x->evaluation.first_step, q->lang);
    html(out, say(q, "<section class=\"clock\" aria-live=\"polite\"><h2>结果：", "<section class=\"clock\" aria-live=\"polite\"><h2>Result: "));
    html_text(out, x->result.kind == FEEL_NULL ? str_from(say(q, "未能决定，由人工办理", "undecided: a person decides")) : x->result.kind == FEEL_STRING ? x->result.string : buf_str(&value));
    html(out, "</h2><pre>");
    html_text(out, buf_str(&why));
    html(out, "</pre>");
    for (const diag *d = x->reasons.first; d && x->result.kind == FEEL_NULL; d = d->next) {
        html(out, "<p>");
        html_textf(out, "%s: %.*s", d->code, STR_ARG(d->message[q->lang]));
        html(out, "</p>");
    }
    html(out, "</section>");
}

void get_decide(const request *q, response *r)
{
    buf *out = &r->body;
    decision_question x = read_question(q);
    if (!x.decision) {
        answer_error(q, r, 404, (bilingual){"没有这项决策", "There is no such decision"});
        return;
    }
    page_begin(q, r, x.decision->item->name, "procedures");
    html(out, "<p class=\"crumbs\">");
    html_link(q, out, str_printf(q->arena, "/procedures/%.*s", STR_ARG(x.procedure->id)), text_of(q, x.procedure->name));
    html(out, "</p><h1>");
    html_text(out, x.decision->item->name);
    html(out, "</h1><p>");
    html_text(out, str_trim(x.decision->item->description));
    html(out, "</p><form class=\"due\" action=\"/decide\">");
    html(out, "<input type=\"hidden\" name=\"procedure\" value=\"");
    html_text(out, x.procedure->id);
    html(out, "\"><input type=\"hidden\" name=\"decision\" value=\"");
    html_text(out, x.decision->item->name);
    html(out, "\">");
    if (q->lang == LANG_EN) html(out, "<input type=\"hidden\" name=\"lang\" value=\"en\">");
    for (ptrdiff_t i = 0; i < x.input_count; i++) input_field(q, out, &x.inputs[i], x.given[i]);
    html(out, say(q, "<button>决定</button></form>", "<button>Decide</button></form>"));
    if (x.asked) {
        decide(q, &x);
        show_answer(q, out, &x);
    }
    page_end(q, r);
}
