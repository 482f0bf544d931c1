// What handlers use of requests and answers: JSON bodies, headers, errors.
#include "http/http_internal.h"

#include <assert.h>

json *body_object(const request *q, response *r)
{
    json *body = json_parse(q->body, STR("request"), q->arena, q->diags);
    if (body && body->kind == JSON_OBJECT) return body;
    answer_error(q, r, 400, (bilingual){"请求的正文应为一个 JSON 对象", "the body must be one JSON object"});
    return NULL;
}

// ---- answers ---------------------------------------------------------------------------------------------

void response_header(response *r, const char *name, str value)
{
    assert(r->header_count < RESPONSE_HEADERS_MAX);
    r->headers[r->header_count].name = name;
    r->headers[r->header_count++].value = value;
}

// The address is a literal of ours: nothing that was asked for decides where the browser goes.
void redirect(const request *q, response *r, const char *address)
{
    r->status = 303;
    response_header(r, "Location", str_printf(q->arena, "%s%s", address, q->lang == LANG_EN ? "?lang=en" : ""));
}

void answer_value(response *r, const json *value)
{
    r->type = "application/json";
    json_write(&r->body, value);
    buf_add_byte(&r->body, '\n');
}

static bilingual status_phrase(int status)
{
    static const struct { int status; bilingual phrase; } phrases[] = {
        {400, {"请求有误", "Bad request"}}, {401, {"需要登录", "Unauthorized"}}, {403, {"没有权限", "Forbidden"}}, {404, {"没有找到", "Not found"}},
        {405, {"不支持的方法", "Method not allowed"}}, {409, {"与现状冲突", "Conflict"}}, {412, {"事项已有变化", "Precondition failed"}}, {411, {"缺少长度", "Length required"}}, {413, {"内容太大", "Content too large"}}, {414, {"地址太长", "URI too long"}},
        {415, {"不支持的内容类型", "Unsupported media type"}}, {422, {"内容有误", "Unprocessable content"}}, {429, {"请求太多", "Too many requests"}},
        {503, {"暂时不能服务", "Service unavailable"}}};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].status == status) return phrases[i].phrase;
    return (bilingual){"系统故障", "Internal server error"};
}

// RFC 9457: of type "about:blank", whose title is the status in words.
void answer_problem(const request *q, response *r, int status, str detail, const diag_list *errors)
{
    arena *a = q->arena;
    json *o = json_new_object(a), *list = json_new_array(a);
    bilingual title = status_phrase(status);
    for (const diag *d = errors->first; d; d = d->next) {
        json *each = json_new_object(a);
        json_set(each, STR("code"), json_new_string(str_from(d->code), a));
        json_set(each, STR("message"), json_new_string(d->message[q->lang], a));
        if (d->hint[q->lang].len) json_set(each, STR("hint"), json_new_string(d->hint[q->lang], a));
        if (d->at.line) json_set(each, STR("line"), json_new_int(d->at.line, a));
        if (d->at.element.len) json_set(each, STR("element"), json_new_string(d->at.element, a));
        json_push(list, each);
    }
    json_set(o, STR("type"), json_new_string(STR("about:blank"), a));
    json_set(o, STR("title"), json_new_string(str_from(say(q, title.zh, title.en)), a));
    json_set(o, STR("status"), json_new_int(status, a));
    json_set(o, STR("detail"), json_new_string(detail, a));
    json_set(o, STR("instance"), json_new_string(q->path, a));
    if (list->count) json_set(o, STR("errors"), list);
    r->status = status;
    r->body.len = 0;
    answer_value(r, o);
    r->type = "application/problem+json";
}

void answer_error(const request *q, response *r, int status, bilingual what)
{
    if (str_starts(q->path, STR("/api/"))) answer_problem(q, r, status, str_from(say(q, what.zh, what.en)), q->diags);
    else error_page(q, r, status, what);
}

void write_error(const request *q, response *r, queue_result result)
{
    switch (result) {
    case QUEUE_REFUSED: answer_error(q, r, 422, (bilingual){"没有改动", "Nothing was changed"}); break;
    case QUEUE_BUSY:
        response_header(r, "Retry-After", STR("5"));
        answer_error(q, r, 503, (bilingual){"另一个进程正在写入，请稍后再试", "Another process is writing; try again in a moment"});
        break;
    default: answer_error(q, r, 500, (bilingual){"没有写成，什么都没有改动", "It could not be written; nothing was changed"});
    }
}
