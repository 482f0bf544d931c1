// Documents of a case: a list for everybody; what they say names people, so it is read like a masked field: by somebody with a role in the
// procedure, with a reason, on record.
#include <string.h>

#include "http/http_internal.h"

// ---- a document as a file --------------------------------------------------------------------------------

static const struct { const char *ending, *type; } types[] = {
    {"pdf", "application/pdf"}, {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}, {"html", "text/html; charset=utf-8"}};
enum { TYPE_COUNT = sizeof types / sizeof *types };

const char *document_type(str ending)
{
    for (int i = 0; i < TYPE_COUNT; i++)
        if (str_equal(ending, str_from(types[i].ending))) return types[i].type;
    return NULL;
}

bool answer_document(const request *q, response *r, const report_document *doc, str ending, report_link link, void *ctx, str name)
{
    str bytes = {0};
    int pages;
    r->type = document_type(ending);
    if (str_equal(ending, STR("html"))) {
        report_html_page(&r->body, doc, link, ctx, q->arena);
        return true;
    }
    r->file_name = str_cstr(str_printf(q->arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(ending)), q->arena);
    if (!(str_equal(ending, STR("pdf")) ? report_pdf(doc, q->arena, &bytes, &pages, q->diags) : report_docx(doc, q->arena, &bytes))) return false;
    buf_add(&r->body, bytes);
    return true;
}

static str no_link(void *ctx, str figure, arena *a)
{
    (void)ctx, (void)figure, (void)a;
    return (str){0};
}

// ---- on a case's page ------------------------------------------------------------------------------------

static const form_input reason_input = {
    "document_reason", "text", "off", {"理由", "Reason"},
    {"连同您的姓名、时间和文书记入日志。例如：核对送达回证", "Goes on record with your name, the time and the document. For example: to check the proof of service"}, 40};

static void day_cell(buf *out, date d, arena *a)
{
    html(out, "</td><td>");
    if (!date_is_none(d)) html_text(out, date_text(d, a));
}

static void document_form(const request *q, buf *out, const event *e, int chosen, const char *wrong)
{
    const flow_state *s = e->running;
    form_begin(q, out, str_printf(q->arena, "/cases/%.*s/document", STR_ARG(case_id_text(e->case_id, q->arena))));
    html(out, say(q, "<p class=\"field\"><label for=\"document\">文书</label><select id=\"document\" name=\"document\">", "<p class=\"field\"><label for=\"document\">Document</label><select id=\"document\" name=\"document\">"));
    for (int i = 0; i < s->document_count; i++) {
        buf_printf(out, "<option value=\"%d\"%s>", i + 1, chosen == i + 1 ? " selected" : "");
        html_text(out, text_of(q, s->documents[i].document->name));
        html(out, " ");
        html_text(out, s->documents[i].number);
        html(out, "</option>");
    }
    html(out, say(q, "</select></p><p class=\"field\"><label for=\"format\">格式</label><select id=\"format\" name=\"format\">", "</select></p><p class=\"field\"><label for=\"format\">Format</label><select id=\"format\" name=\"format\">"));
    for (int i = 0; i < TYPE_COUNT; i++) buf_printf(out, "<option>%s</option>", types[i].ending);
    html(out, "</select></p>");
    form_row(q, out, &reason_input, form_value(q, reason_input.id), wrong);
    form_button(q, out, (bilingual){"查看文书", "Read the document"});
    html(out, "</form>");
}

void document_section(const request *q, buf *out, const event *e)
{
    const flow_state *s = e->running;
    if (!s || !s->document_count) return;
    html(out, say(q, "<h2>文书</h2><table><thead><tr><th>文书</th><th>文号</th><th>签发</th><th>送达</th><th>内容摘要（SHA-256）</th></tr></thead><tbody>",
                  "<h2>Documents</h2><table><thead><tr><th>Document</th><th>Number</th><th>Issued</th><th>Served</th><th>Hash (SHA-256)</th></tr></thead><tbody>"));
    for (int i = 0; i < s->document_count; i++) {
        const flow_document *m = &s->documents[i];
        html(out, "<tr><td>");
        html_text(out, text_of(q, m->document->name));
        html(out, "</td><td>");
        if (date_is_none(m->issued)) html_textf(out, say(q, "草稿（第 %d 稿）", "draft %d"), m->version);
        else html_text(out, m->number);
        day_cell(out, m->issued, q->arena);
        day_cell(out, m->served, q->arena);
        if (m->way.len) html(out, say(q, "，", ", ")), html_text(out, m->way);
        html(out, "</td><td><code>");
        html_text(out, str_slice(digest_hex(m->content, q->arena), 0, 16));
        html(out, "…</code></td></tr>");
    }
    html(out, "</tbody></table>");
    if (access_has_any_role(q->actor, e->procedure->id)) document_form(q, out, e, 0, NULL);
}

json *documents_json(const flow_state *s, arena *a)
{
    json *list = json_new_array(a);
    for (int i = 0; i < s->document_count; i++) {
        const flow_document *m = &s->documents[i];
        json *o = json_new_object(a);
        json_set(o, STR("document"), json_new_string(m->document->id, a));
        json_set(o, STR("name"), json_new_string(m->document->name.text[LANG_ZH], a));
        json_set(o, STR("draft"), json_new_int(m->version, a));
        json_set(o, STR("sha256"), json_new_string(digest_hex(m->content, a), a));
        if (m->number.len) json_set(o, STR("number"), json_new_string(m->number, a));
        if (!date_is_none(m->issued)) json_set(o, STR("issued"), json_new_string(date_text(m->issued, a), a));
        if (!date_is_none(m->served)) json_set(o, STR("served"), json_new_string(date_text(m->served, a), a));
        if (m->way.len) json_set(o, STR("way"), json_new_string(m->way, a));
        json_push(list, o);
    }
    return list;
}

// ---- reading one -----------------------------------------------------------------------------------------

typedef struct {
    const access_actor *who;
    int64_t case_id;
    int number;
    str reason;
    const json *document;
} reading;

static bool record_reading(writer *w, void *ctx, arena *a, diag_list *d)
{
    reading *x = ctx;
    return access_read_document(w, x->who, x->case_id, x->number, x->reason, &x->document, a, d);
}

static int problem_status(const request *q)
{
    const char *code = q->diags->first ? q->diags->first->code : "";
    return strcmp(code, "ACCESS-CASE") == 0 || strcmp(code, "ACCESS-DOCUMENT") == 0 ? 404 : strcmp(code, "ACCESS-DENIED") == 0 ? 403 : 422;
}

// False: something else was answered.
static bool read_it(const request *q, response *r, reading *x, report_document *out)
{
    if (!case_id_parse(q->argument, &x->case_id)) {
        answer_error(q, r, 404, (bilingual){"没有这件事项", "There is no such case"});
        return false;
    }
    queue_result result = server_write(q, record_reading, x);
    if (result == QUEUE_REFUSED && q->diags->first) answer_problem(q, r, problem_status(q), q->diags->first->message[q->lang], q->diags);
    else if (result != QUEUE_DONE) write_error(q, r, result);
    else if (!report_document_read(json_get(x->document, STR("says")), out, q->arena)) answer_error(q, r, 500, (bilingual){"文书读不出来", "The document cannot be read"});
    else return true;
    return false;
}

static str file_name(const request *q, const reading *x) { return str_printf(q->arena, "%.*s-%d", STR_ARG(case_id_text(x->case_id, q->arena)), x->number); }

static int small_number(str digits)
{
    decimal n;
    int64_t value;
    return decimal_parse(digits, &n) && decimal_to_int(n, &value) && value > 0 && value <= FLOW_DOCUMENTS_MAX ? (int)value : 0;
}

void post_document(const request *q, response *r)
{
    report_document doc;
    str ending = form_value(q, "format");
    reading x = {.who = q->actor, .number = small_number(form_value(q, "document")), .reason = str_trim(form_value(q, reason_input.id))};
    if (!document_type(ending)) ending = STR("html");
    if (read_it(q, r, &x, &doc) && !answer_document(q, r, &doc, ending, no_link, NULL, file_name(q, &x))) answer_error(q, r, 500, (bilingual){"文书排不出来", "The document cannot be rendered"});
}

void post_api_document(const request *q, response *r)
{
    report_document doc;
    json *body = body_object(q, r);
    if (!body) return;
    str ending = json_string(body, STR("format"));
    reading x = {.who = q->actor, .number = (int)json_int(body, STR("document"), 0), .reason = json_string(body, STR("reason"))};
    if (ending.len && !str_equal(ending, STR("json")) && !document_type(ending)) {
        answer_error(q, r, 400, (bilingual){"format 为 json、html、docx 或 pdf", "format is json, html, docx or pdf"});
        return;
    }
    if (!read_it(q, r, &x, &doc)) return;
    if (!ending.len || str_equal(ending, STR("json"))) answer_value(r, x.document);
    else if (!answer_document(q, r, &doc, ending, no_link, NULL, file_name(q, &x))) answer_error(q, r, 500, (bilingual){"文书排不出来", "The document cannot be rendered"});
}
