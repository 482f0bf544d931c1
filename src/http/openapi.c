// The API's description (OpenAPI 3.1), made from the route table: an address that is not in it is not there, and one that has no row here
// is a mistake that a test finds. Bodies are described by assets/schemas.json.
#include <string.h>

#include "http/http_internal.h"
#include "service/bundle.h"

// Of each handler under /api/: what it takes ("name:type" with blanks between; ":" and the type of the body), and what it gives.
typedef struct { handler run; const char *query, *body, *answer; bool makes; } description;
static const description descriptions[] = {
    {get_api_report, "year:integer", NULL, "Report", false},
    {get_api_figure, "year:integer", NULL, "Figure", false},
    {get_api_procedures, "", NULL, "Procedures", false},
    {get_api_due, "procedure:string clock:string start:string on:string suspend:string restart:string extend:string format:string", NULL, "Any", false},
    {get_api_decisions, "procedure:string decision:string", NULL, "Any", false},
    {get_api_cases, "procedure:string status:string after:string limit:integer", NULL, "Cases", false},
    {get_api_case, "", NULL, "Case", false},
    {post_api_case, "", "Beginning", "Case", true},
    {post_api_command, "", "Command", "Case", false},
    {post_api_referral, "", "Referral", "Case", true},
    {post_api_commands, "", "Commands", "Results", false},
    {get_api_events, "procedure:string after:integer", NULL, "Any", false},
    {get_api_tasks, "procedure:string role:string mine:boolean after:string limit:integer", NULL, "Tasks", false},
    {get_api_reminders, "limit:integer", NULL, "Reminders", false},
    {get_api_clocks, "procedure:string level:integer from:string limit:integer", NULL, "Clocks", false},
    {post_api_reveal, "", "Reveal", "Revealed", false},
    {post_api_document, "", "ReadDocument", "Any", false},
    {get_api_account, "", NULL, "Account", false},
    {get_api_description, "", NULL, "Any", false},
};

static const description *description_of(handler run)
{
    for (size_t i = 0; i < sizeof descriptions / sizeof *descriptions; i++)
        if (descriptions[i].run == run) return &descriptions[i];
    return NULL;
}

static json *text(const char *s, arena *a) { return json_new_string(str_from(s), a); }

static json *member(json *object, const char *name, json *value)
{
    json_set(object, str_from(name), value);
    return value;
}

static json *reference(const char *schema, arena *a)
{
    json *o = json_new_object(a);
    member(o, "$ref", json_new_string(str_printf(a, "#/components/schemas/%s", schema), a));
    return o;
}

static void content(json *o, const char *type, const char *schema, arena *a)
{
    json *c = member(o, "content", json_new_object(a)), *t = json_new_object(a);
    json_set(c, str_from(type), t);
    member(t, "schema", reference(schema, a));
}

static void parameter(json *list, str name, const char *in, str type, bool required, arena *a)
{
    json *p = json_new_object(a), *schema = json_new_object(a);
    member(p, "name", json_new_string(name, a));
    member(p, "in", text(in, a));
    if (required) member(p, "required", json_new_bool(true, a));
    member(schema, "type", json_new_string(type, a));
    member(p, "schema", schema);
    json_push(list, p);
}

static json *parameters(const route *r, const description *d, arena *a)
{
    json *list = json_new_array(a);
    if (strchr(r->pattern, '*')) parameter(list, STR("id"), "path", STR("string"), true, a);
    str rest = str_from(d->query);
    while (rest.len) {
        str type = str_cut(&rest, ' '), name = str_cut(&type, ':');
        parameter(list, name, "query", type, false, a);
    }
    if (r->method == HTTP_GET) parameter(list, STR("lang"), "query", STR("string"), false, a);
    if (r->run == get_api_events) parameter(list, STR("Last-Event-ID"), "header", STR("string"), false, a);
    if (r->run == get_api_case) parameter(list, STR("If-None-Match"), "header", STR("string"), false, a);
    if (r->run == post_api_command) parameter(list, STR("If-Match"), "header", STR("string"), false, a);
    if (d->body && r->run != post_api_reveal && r->run != post_api_document) parameter(list, STR("Idempotency-Key"), "header", STR("string"), false, a);
    return list;
}

static void problem(json *responses, const char *status, const char *what, arena *a)
{
    json *o = member(responses, status, json_new_object(a));
    member(o, "description", text(what, a));
    content(o, "application/problem+json", "Problem", a);
}

static json *responses(const route *r, const description *d, arena *a)
{
    json *o = json_new_object(a), *good = member(o, "200", json_new_object(a));
    member(good, "description", text(d->makes ? "done before with this id" : "as asked", a));
    content(good, r->run == get_api_events ? "text/event-stream" : "application/json", d->answer, a);
    if (d->makes) {
        json *made = member(o, "201", json_new_object(a));
        member(made, "description", text("begun; Location says where", a));
        content(made, "application/json", d->answer, a);
    }
    if (r->run == get_api_case) member(member(o, "304", json_new_object(a)), "description", text("not changed since that version", a));
    if (d->query[0] || d->body) problem(o, "400", "the request makes no sense", a);
    if (r->audience == SIGNED_IN) problem(o, "401", "sign in, or send a token", a);
    if (d->body) {
        problem(o, "403", "the actor may not", a);
        problem(o, "409", "the id, the number or the task is taken, or the version is another", a);
        problem(o, "412", "the version of If-Match is another", a);
        problem(o, "413", "the body is too long", a);
        problem(o, "415", "the body is no JSON", a);
        problem(o, "422", "the procedure does not allow it; errors say why", a);
    }
    if (strchr(r->pattern, '*')) problem(o, "404", "it is not there", a);
    problem(o, "503", "the data cannot be read or written at the moment", a);
    return o;
}

static str path_of(const route *r, arena *a)
{
    str p = str_from(r->pattern);
    ptrdiff_t star = str_find_byte(p, '*');
    return star < 0 ? p : str_printf(a, "%.*s{id}%.*s", (int)star, p.data, (int)(p.len - star - 1), p.data + star + 1);
}

static void describe(const request *q, json *paths, const route *r)
{
    static const char *const methods[HTTP_METHOD_COUNT] = {"get", "post", "put", "patch", "delete"};
    arena *a = q->arena;
    const description *d = description_of(r->run);
    if (!str_starts(str_from(r->pattern), STR("/api/")) || !d) return;
    str path = path_of(r, a);
    json *at = json_get(paths, path), *o = json_new_object(a);
    if (!at) json_set(paths, path, at = json_new_object(a));
    member(at, methods[r->method], o);
    member(o, "summary", text(say(q, r->what.zh, r->what.en), a));
    member(o, "parameters", parameters(r, d, a));
    if (d->body) {
        json *body = member(o, "requestBody", json_new_object(a));
        member(body, "required", json_new_bool(true, a));
        content(body, "application/json", d->body, a);
    }
    member(o, "responses", responses(r, d, a));
    json *security = member(o, "security", json_new_array(a)), *token = json_new_object(a);
    if (r->audience == ANYONE) json_push(security, json_new_object(a));
    member(token, "token", json_new_array(a));
    json_push(security, token);
}

void get_api_description(const request *q, response *r)
{
    arena *a = q->arena;
    json *o = json_new_object(a), *info, *paths, *components, *scheme;
    member(o, "openapi", text("3.1.0", a));
    info = member(o, "info", json_new_object(a));
    member(info, "title", text(say(q, "法度", "Fadu"), a));
    member(info, "version", text("1", a));
    paths = member(o, "paths", json_new_object(a));
    for (int i = 0; i < route_count; i++) describe(q, paths, &routes[i]);
    components = member(o, "components", json_new_object(a));
    member(components, "schemas", json_parse(bundle_get("assets/schemas.json"), STR("schemas.json"), a, q->diags));
    scheme = member(member(components, "securitySchemes", json_new_object(a)), "token", json_new_object(a));
    member(scheme, "type", text("http", a));
    member(scheme, "scheme", text("bearer", a));
    answer_value(r, o);
}
