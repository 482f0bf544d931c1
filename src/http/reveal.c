// Reading a masked field in full: an act of somebody with a role in the procedure, with a reason, on record before the value is shown.
#include "http/http_internal.h"

// ---- the form on a case's page ---------------------------------------------------------------------------

static bool is_masked(const event *e, ptrdiff_t field) { return e->procedure->forms[e->form].fields[field].sensitive.len && e->data[field].kind != FEEL_NULL; }

static const form_input reason_input = {
    "reason", "text", "off", {"理由", "Reason"},
    {"连同您的姓名、时间和字段记入日志。例如：电话核实办理结果", "Goes on record with your name, the time and the field. For example: to call about the result"}, 40};

static void reveal_form(const request *q, buf *out, const event *e, str chosen, const char *wrong)
{
    const procedure_form *f = &e->procedure->forms[e->form];
    form_begin(q, out, str_printf(q->arena, "/cases/%.*s/reveal", STR_ARG(case_id_text(e->case_id, q->arena))));
    html(out, say(q, "<p class=\"field\"><label for=\"field\">字段</label><select id=\"field\" name=\"field\">", "<p class=\"field\"><label for=\"field\">Field</label><select id=\"field\" name=\"field\">"));
    for (ptrdiff_t i = 0; i < f->field_count; i++) {
        if (!is_masked(e, i)) continue;
        html(out, "<option value=\"");
        html_text(out, f->fields[i].key);
        html(out, str_equal(f->fields[i].key, chosen) ? "\" selected>" : "\">");
        html_text(out, text_of(q, f->fields[i].name));
        html(out, "</option>");
    }
    html(out, "</select></p>");
    form_row(q, out, &reason_input, form_value(q, "reason"), wrong);
    form_button(q, out, (bilingual){"查看全文", "Read in full"});
    html(out, "</form>");
}

void reveal_section(const request *q, buf *out, const event *e)
{
    const procedure_form *f = &e->procedure->forms[e->form];
    bool any = false;
    for (ptrdiff_t i = 0; i < f->field_count; i++) any |= is_masked(e, i);
    if (!any || !access_has_any_role(q->actor, e->procedure->id)) return;
    html(out, say(q, "<h2>查看遮盖的内容</h2>", "<h2>Read what is masked</h2>"));
    reveal_form(q, out, e, STR(""), NULL);
}

// ---- the act ---------------------------------------------------------------------------------------------

typedef struct {
    const access_actor *who;
    int64_t case_id;
    str field, reason;
    feel_value value;
} reveal;

static bool record_reveal(writer *w, void *ctx, arena *a, diag_list *d)
{
    reveal *x = ctx;
    return access_reveal(w, x->who, x->case_id, x->field, x->reason, &x->value, a, d);
}

// The case, when it is there and the actor has a role in its procedure; otherwise that was answered.
static bool find_case(const request *q, response *r, reveal *x, case_state *s)
{
    store_case c;
    if (!case_id_parse(q->argument, &x->case_id) || store_get_case(q->store, x->case_id, &c, q->arena) != STORE_OK ||
        district_case_state(q->store, q->definitions, &c, s, q->arena, q->diags) != STORE_OK)
        answer_error(q, r, 404, (bilingual){"没有这件事项", "There is no such case"});
    else if (!access_has_any_role(q->actor, s->last.procedure->id))
        answer_error(q, r, 403, (bilingual){"您在本流程中没有角色，不能查看全文", "You have no role in this procedure and cannot read it in full"});
    else return true;
    return false;
}

void post_reveal(const request *q, response *r)
{
    buf *out = &r->body;
    case_state s;
    reveal x = {.who = q->actor, .field = form_value(q, "field"), .reason = str_trim(form_value(q, "reason"))};
    if (!find_case(q, r, &x, &s)) return;
    queue_result result = server_write(q, record_reveal, &x);
    if (result != QUEUE_DONE && result != QUEUE_REFUSED) {
        write_error(q, r, result);
        return;
    }
    const procedure_form *f = &s.last.procedure->forms[s.last.form];
    const char *wrong = result == QUEUE_REFUSED && q->diags->first ? str_cstr(q->diags->first->message[q->lang], q->arena) : NULL;
    r->status = wrong ? 422 : 200;
    form_page_begin(q, r, (bilingual){"查看全文", "Read in full"}, "procedures", wrong);
    if (wrong) form_summary(q, out, reason_input.id, wrong);
    html(out, say(q, "<h1>查看全文</h1><p>", "<h1>Read in full</h1><p>"));
    html_link(q, out, str_printf(q->arena, "/cases/%.*s", STR_ARG(case_id_text(x.case_id, q->arena))), str_from(say(q, "返回事项", "Back to the case")));
    html(out, "</p>");
    if (wrong) reveal_form(q, out, &s.last, x.field, wrong);
    else {
        const form_field *field = &f->fields[form_field_index(f, x.field)];
        html(out, "<dl><dt>");
        html_text(out, text_of(q, field->name));
        html(out, "</dt><dd>");
        html_text(out, field_text(field, x.value, q->arena));
        html(out, say(q, "</dd></dl><p>这次查看已记入日志。</p>", "</dd></dl><p>That you read it is on record.</p>"));
    }
    page_end(q, r);
}

void post_api_reveal(const request *q, response *r)
{
    arena *a = q->arena;
    case_state s;
    json *body = body_object(q, r);
    if (!body) return;
    reveal x = {.who = q->actor, .field = json_string(body, STR("field")), .reason = json_string(body, STR("reason"))};
    if (!find_case(q, r, &x, &s)) return;
    queue_result result = server_write(q, record_reveal, &x);
    if (result != QUEUE_DONE) {
        write_error(q, r, result);
        return;
    }
    json *o = json_new_object(a);
    json_set(o, STR("case"), json_new_string(case_id_text(x.case_id, a), a));
    json_set(o, STR("field"), json_new_string(x.field, a));
    json_set(o, STR("value"), feel_to_json(x.value, a));
    answer_value(r, o);
}
