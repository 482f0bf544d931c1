// Cases for programs: what they are, what waits, and commands. Each command names the version of the case it saw (If-Match) and
// carries an id (Idempotency-Key): sent twice, it is done once.
#include "http/http_internal.h"

#include <string.h>

// ---- a case ----------------------------------------------------------------------------------------------

static json *text(str s, arena *a) { return json_new_string(s, a); }

static json *data_json(const event *e, arena *a)
{
    const procedure_form *f = &e->procedure->forms[e->form];
    json *data = json_new_object(a);
    for (ptrdiff_t i = 0; i < f->field_count; i++) {
        feel_value v = e->data[i];
        if (v.kind == FEEL_NULL) continue;
        json_set(data, f->fields[i].key, f->fields[i].sensitive.len ? text(field_masked(&f->fields[i], v, a), a) : feel_to_json(v, a));
    }
    return data;
}

static json *tasks_json(const flow_state *s, arena *a)
{
    json *list = json_new_array(a);
    for (int i = 0; i < s->task_count; i++) {
        const flow_task *t = &s->tasks[i];
        json *o = json_new_object(a), *fields = json_new_array(a);
        const procedure_form *f = &s->procedure->forms[s->procedure->process->form];
        for (ptrdiff_t k = 0; k < t->step->field_count; k++) json_push(fields, text(f->fields[t->step->fields[k]].key, a));
        json_set(o, STR("task"), text(t->step->id, a));
        json_set(o, STR("name"), text(t->name.text[LANG_ZH], a));
        json_set(o, STR("role"), text(s->procedure->roles[t->step->role].id, a));
        json_set(o, STR("fields"), fields);
        str unit = flow_unit(s, t->step, t->id);
        if (unit.len) json_set(o, STR("unit"), text(unit, a));
        json_set(o, STR("since"), text(timestamp_text(t->since, a), a));
        if (t->assignee.len) json_set(o, STR("assignee"), text(t->assignee, a));
        json_push(list, o);
    }
    return list;
}

// The procedures whose cases may arise from this one.
static json *referrals_json(const procedure_process *p, arena *a)
{
    json *list = json_new_array(a);
    for (ptrdiff_t i = 0; i < p->referral_count; i++) {
        json *o = json_new_object(a);
        json_set(o, STR("procedure"), text(p->referrals[i].to, a));
        json_set(o, STR("when"), text(p->referrals[i].when.text[LANG_ZH], a));
        if (p->referrals[i].article.len) json_set(o, STR("article"), text(p->referrals[i].article, a));
        json_push(list, o);
    }
    return list;
}

static json *clocks_json(const flow_state *s, arena *a)
{
    static const char *const levels[] = {[CLOCK_NORMAL] = "normal", [CLOCK_DUE_SOON] = "due soon", [CLOCK_OVERDUE] = "overdue"};
    json *list = json_new_array(a);
    for (int i = 0; i < s->clock_count; i++) {
        const flow_clock *c = &s->clocks[i];
        json *o = json_new_object(a);
        json_set(o, STR("clock"), text(flow_clock_id(c), a));
        json_set(o, STR("article"), text(c->limit == CLOCK_PROMISE ? c->clock->promise_article : clock_article_text(s->procedure, c->clock, a), a));
        if (!c->open) json_set(o, STR("due"), text(clock_moment_text(c->due, a), a));
        json_set(o, STR("level"), text(c->open ? STR("suspended") : str_from(levels[c->level]), a));
        json_set(o, STR("late"), json_new_bool(c->late, a));
        json_set(o, STR("stopped"), json_new_bool(c->stopped, a));
        json_push(list, o);
    }
    return list;
}

static json *case_json(const event *e, case_status status, arena *a)
{
    static const char *const statuses[CASE_STATUS_COUNT] = {"", "open", "closed", "withdrawn", "cancelled"};
    json *o = json_new_object(a), *links = json_new_array(a), *incidents = json_new_array(a);
    json_set(o, STR("case"), text(case_id_text(e->case_id, a), a));
    json_set(o, STR("procedure"), text(e->procedure->id, a));
    json_set(o, STR("form"), text(e->procedure->forms[e->form].id, a));
    json_set(o, STR("key"), text(e->key, a));
    json_set(o, STR("title"), text(e->title, a));
    json_set(o, STR("status"), text(str_from(statuses[status]), a));
    json_set(o, STR("version"), json_new_int(e->version, a));
    json_set(o, STR("data"), data_json(e, a));
    const flow_state *s = e->running;
    if (!s) return o;
    json_set(o, STR("suspended"), json_new_bool(s->suspended, a));
    json_set(o, STR("tasks"), tasks_json(s, a));
    json_set(o, STR("clocks"), clocks_json(s, a));
    for (int i = 0; i < s->link_count; i++) {
        json *l = json_new_object(a);
        json_set(l, STR("link"), text(s->links[i].kind, a));
        json_set(l, STR("to"), text(s->links[i].to, a));
        json_push(links, l);
    }
    json_set(o, STR("links"), links);
    json_set(o, STR("refers"), referrals_json(s->procedure->process, a));
    if (s->document_count) json_set(o, STR("documents"), documents_json(s, a));
    for (int i = 0; s->process && i < s->process->incidents_count; i++) {
        json *x = json_new_object(a);
        json_set(x, STR("code"), text(s->process->incidents[i].code, a));
        json_set(x, STR("message"), text(s->process->incidents[i].text[LANG_ZH], a));
        json_push(incidents, x);
    }
    json_set(o, STR("incidents"), incidents);
    return o;
}

static void answer_case(const request *q, response *r, const event *e, case_status status)
{
    response_header(r, "ETag", str_printf(q->arena, "\"%d\"", e->version));
    answer_value(r, case_json(e, status, q->arena));
}

static void no_case(const request *q, response *r) { answer_error(q, r, 404, (bilingual){"没有这件事项", "There is no such case"}); }

void get_api_case(const request *q, response *r)
{
    int64_t id;
    store_case c;
    case_state s;
    if (!case_id_parse(q->argument, &id) || store_get_case(q->store, id, &c, q->arena) != STORE_OK ||
        district_case_state(q->store, q->definitions, &c, &s, q->arena, q->diags) != STORE_OK) {
        no_case(q, r);
        return;
    }
    str seen = q->header(q->query_ctx, "If-None-Match");
    if (seen.len && str_equal(seen, str_printf(q->arena, "\"%d\"", c.version))) {
        r->status = 304;
        response_header(r, "ETag", seen);
        return;
    }
    answer_case(q, r, &s.last, c.status);
}

// ---- lists: a page at a time, "next" leads on ------------------------------------------------------------

static int page_size(const request *q) { return request_int(q, "limit", HTTP_PAGE_ROWS, 1, HTTP_API_ROWS_MAX); }

static int family_of(const request *q, str procedure_id)
{
    int number;
    return definitions_procedure(q->definitions, procedure_id, &number) ? q->definitions->family[number] : 0;
}

void get_api_cases(const request *q, response *r)
{
    static const char *const statuses[] = {"", "open", "closed", "withdrawn", "cancelled"};
    arena *a = q->arena;
    str id = q->query(q->query_ctx, "procedure"), asked = q->query(q->query_ctx, "status"), after = q->query(q->query_ctx, "after");
    int family = family_of(q, id), status = 0, limit = page_size(q);
    for (int i = 1; i < CASE_STATUS_COUNT; i++)
        if (str_equal(asked, str_from(statuses[i]))) status = i;
    int64_t before = INT64_MAX;
    if (!family || (asked.len && !status) || (after.len && !case_id_parse(after, &before))) {
        answer_error(q, r, 400, (bilingual){"须给出 procedure；status 为 open、closed、withdrawn 或 cancelled；after 为上一页的 next", "procedure is needed; status is open, closed, withdrawn or cancelled; after is the next of the page before"});
        return;
    }
    store_case *list;
    ptrdiff_t count = 0;
    if (store_list_cases(q->store, family, -1, status, before, limit, &list, &count, a) != STORE_OK) {
        answer_error(q, r, 500, (bilingual){"数据读不出来", "the data cannot be read"});
        return;
    }
    json *o = json_new_object(a), *cases = json_new_array(a);
    for (ptrdiff_t i = 0; i < count; i++) {
        json *c = json_new_object(a);
        json_set(c, STR("case"), text(case_id_text(list[i].id, a), a));
        json_set(c, STR("key"), text(list[i].key, a));
        json_set(c, STR("title"), text(list[i].title, a));
        json_set(c, STR("status"), text(str_from(statuses[list[i].status]), a));
        json_set(c, STR("version"), json_new_int(list[i].version, a));
        json_push(cases, c);
    }
    json_set(o, STR("cases"), cases);
    if (count == limit) json_set(o, STR("next"), text(case_id_text(list[count - 1].id, a), a));
    answer_value(r, o);
}

// Tasks of the procedures in which the actor has a role; of all roles, so that one sees what the colleagues have.
void get_api_tasks(const request *q, response *r)
{
    arena *a = q->arena;
    str procedure_id = q->query(q->query_ctx, "procedure"), role = q->query(q->query_ctx, "role"), mine = q->query(q->query_ctx, "mine"), after_text = q->query(q->query_ctx, "after");
    store_task_query query = {.procedure = procedure_id.len ? family_of(q, procedure_id) : 0, .role = role};
    if (str_equal(mine, STR("true"))) query.assignee = q->actor->account;
    store_task after = {0}, *list;
    str rest = after_text, head = str_cut(&rest, '-');
    decimal n;
    bool good_after = !after_text.len || (case_id_parse(head, &after.case_id) && decimal_parse(rest, &n) && decimal_to_int(n, &after.id));
    if (!good_after || (procedure_id.len && !query.procedure)) {
        answer_error(q, r, 400, (bilingual){"没有这个流程，或者 after 不是上一页的 next", "there is no such procedure, or after is not the next of the page before"});
        return;
    }
    int limit = page_size(q);
    ptrdiff_t count = 0;
    if (store_list_tasks(q->store, &query, after_text.len ? &after : NULL, limit, &list, &count, a) != STORE_OK) {
        answer_error(q, r, 500, (bilingual){"数据读不出来", "the data cannot be read"});
        return;
    }
    json *o = json_new_object(a), *tasks = json_new_array(a);
    for (ptrdiff_t i = 0; i < count; i++) {
        const procedure *p = definition_by_number((void *)q->definitions, list[i].procedure);
        if (!p || !access_has_any_role(q->actor, p->id)) continue;
        json *t = json_new_object(a);
        json_set(t, STR("case"), text(case_id_text(list[i].case_id, a), a));
        json_set(t, STR("procedure"), text(p->id, a));
        json_set(t, STR("task"), text(list[i].task, a));
        json_set(t, STR("role"), text(list[i].role, a));
        if (list[i].unit.len) json_set(t, STR("unit"), text(list[i].unit, a));
        if (list[i].assignee.len) json_set(t, STR("assignee"), text(list[i].assignee, a));
        json_set(t, STR("since"), text(timestamp_text(list[i].since, a), a));
        json_push(tasks, t);
    }
    json_set(o, STR("tasks"), tasks);
    if (count == limit) json_set(o, STR("next"), text(str_printf(a, "%.*s-%lld", STR_ARG(case_id_text(list[count - 1].case_id, a)), (long long)list[count - 1].id), a));
    answer_value(r, o);
}

// Running time limits by their due day; level=1: due soon or overdue, 2: overdue.
void get_api_clocks(const request *q, response *r)
{
    arena *a = q->arena;
    str procedure_id = q->query(q->query_ctx, "procedure"), from = q->query(q->query_ctx, "from");
    int family = procedure_id.len ? family_of(q, procedure_id) : 0, level = request_int(q, "level", 0, 0, 2), limit = page_size(q);
    date first;
    if ((procedure_id.len && !family) || (from.len && !date_parse(from, &first))) {
        answer_error(q, r, 400, (bilingual){"没有这个流程，或者 from 不是日期", "there is no such procedure, or from is no date"});
        return;
    }
    store_clock *list;
    ptrdiff_t count = 0;
    if (store_list_clocks(q->store, family, from.len ? date_to_days(first) : STORE_NO_DAY, level, NULL, limit, &list, &count, a) != STORE_OK) {
        answer_error(q, r, 500, (bilingual){"数据读不出来", "the data cannot be read"});
        return;
    }
    static const char *const levels[] = {"normal", "due soon", "overdue"};
    json *o = json_new_object(a), *clocks = json_new_array(a);
    for (ptrdiff_t i = 0; i < count; i++) {
        const procedure *p = definition_by_number((void *)q->definitions, list[i].procedure);
        if (!p || !access_has_any_role(q->actor, p->id)) continue;
        json *c = json_new_object(a);
        json_set(c, STR("case"), text(case_id_text(list[i].case_id, a), a));
        json_set(c, STR("procedure"), text(p->id, a));
        json_set(c, STR("clock"), text(list[i].clock, a));
        if (list[i].due != STORE_NO_DAY) json_set(c, STR("due"), text(date_text(date_from_days(list[i].due), a), a));
        json_set(c, STR("level"), text(str_from(levels[list[i].level]), a));
        json_push(clocks, c);
    }
    json_set(o, STR("clocks"), clocks);
    answer_value(r, o);
}

// ---- commands --------------------------------------------------------------------------------------------

// One command, and a case that is begun besides and linked with it (a referral).
typedef struct {
    const request *q;
    int64_t case_id;                 // 0: begins one of `procedure`
    str procedure, refer_to;
    flow_command command;
    decision done;
    event event, begun;
} act;

static bool is_case(str id_text, int64_t *id) { return case_id_parse(id_text, id) && *id > 0; }

static const str *roles_of(const access_actor *who, str procedure_id, int *count, arena *a)
{
    str *roles = arena_new(a, who->grant_count, str);
    *count = 0;
    for (ptrdiff_t i = 0; i < who->grant_count; i++)
        if (str_equal(who->grants[i].procedure, procedure_id)) roles[(*count)++] = who->grants[i].role;
    return roles;
}

static decision give(writer *w, act *x, int64_t case_id, str procedure_id, flow_command *c, event *out, arena *a, diag_list *d)
{
    c->roles = roles_of(x->q->actor, procedure_id, &c->role_count, a);
    return writer_act(w, case_id, procedure_id, c, out, a, d);
}

// The procedure of a case, by which the actor's roles are chosen.
static str procedure_of(writer *w, int64_t case_id, arena *a)
{
    store_case row;
    if (writer_get_case(w, case_id, &row, a) != STORE_OK) return (str){0};
    const procedure *p = definition_by_number(w->district->definitions, row.definition);
    return p ? p->id : (str){0};
}

static bool run_act(writer *w, void *act_, arena *a, diag_list *d)
{
    act *x = act_;
    flow_command c = x->command;     // the writer may change it, and this may run again
    str own = x->case_id ? procedure_of(w, x->case_id, a) : x->procedure;
    if (x->refer_to.len) {
        flow_command begin = c;
        begin.data = writer_referral_data(w, x->case_id, x->refer_to, c.data, a, d);
        if (!c.link.len) c.link = str_equal(own, x->refer_to) ? STR("split") : STR("referred");
        begin.kind = FLOW_START, begin.link = STR("arose"), begin.to = case_id_text(x->case_id, a), begin.version = 0;
        x->done = give(w, x, 0, x->refer_to, &begin, &x->begun, a, d);
        if (x->done != DECIDED) return x->done == UNCHANGED;
        c.kind = FLOW_LINK, c.to = case_id_text(x->begun.case_id, a), c.data = NULL, c.id = (str){0};
    }
    x->done = give(w, x, x->case_id, own, &c, &x->event, a, d);
    return x->done != REFUSED;
}

static bool read_command(const request *q, const json *body, bool begins, act *x, diag_list *d)
{
    str kind = json_string(body, STR("do"));
    const json *data = json_get(body, STR("data"));
    flow_command *c = &x->command;
    *c = (flow_command){.kind = FLOW_START, .id = json_string(body, STR("id")), .actor = q->actor->account, .unit = q->actor->unit, .version = (int)json_int(body, STR("version"), 0),
                        .task = json_string(body, STR("task")), .to = json_string(body, STR("to")), .reason = json_string(body, STR("reason")), .clock = json_string(body, STR("clock")),
                        .link = json_string(body, STR("link")), .document = json_string(body, STR("document")), .way = json_string(body, STR("way")), .length = (int)json_int(body, STR("length"), 0), .data = data && data->kind == JSON_OBJECT ? data : NULL};
    x->q = q;
    str on = json_string(body, STR("on"));
    bool good_day = !on.len || date_parse(on, &c->on);
    str key = q->header(q->query_ctx, "Idempotency-Key"), match = q->header(q->query_ctx, "If-Match");
    if (key.len) c->id = key;
    decimal n;
    int64_t version;
    if (match.len > 2 && decimal_parse(str_slice(match, 1, match.len - 1), &n) && decimal_to_int(n, &version) && version > 0 && version <= INT32_MAX) c->version = (int)version;
    bool known = begins || (flow_command_find(kind, &c->kind) && c->kind != FLOW_START && c->kind != FLOW_TIME);
    if (body->kind != JSON_OBJECT || !known || !good_day || (data && data->kind != JSON_OBJECT) || c->id.len > HTTP_COMMAND_ID_MAX) {
        diag_add(d, DIAG_ERROR, "COMMAND-FORM", json_pos(body, STR("request")), (bilingual){"例如 {\"do\": \"claim\", \"task\": \"handle\"}", "for example {\"do\": \"claim\", \"task\": \"handle\"}"},
                 (bilingual){"“do”须是一种操作，“data”须是对象，“on”须是日期，编号不超过 %d 个字节", "\"do\" has to be a command, \"data\" an object, \"on\" a day, and an id has %d bytes at most"}, HTTP_COMMAND_ID_MAX);
        return false;
    }
    return true;
}

static int refusal_status(const request *q)
{
    static const struct { const char *code; int status; } rows[] = {
        {"COMMAND-FORM", 400}, {"CASE-NOT-THERE", 404}, {"CASE-NO-PROCESS", 404}, {"FLOW-ROLE", 403}, {"FLOW-FOUR-EYES", 403}, {"FLOW-RECUSED", 403}, {"FLOW-QUALIFICATION", 403},
        {"FLOW-UNIT", 403}, {"COMMAND-ID-USED", 409}, {"CASE-KEY-TAKEN", 409}, {"FLOW-CLAIMED", 409}};
    const char *code = q->diags->last ? q->diags->last->code : "";
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(code, rows[i].code) == 0) return rows[i].status;
    if (strcmp(code, "FLOW-VERSION") == 0) return q->header(q->query_ctx, "If-Match").len ? 412 : 409;
    return 422;
}

static void answer_refusal(const request *q, response *r)
{
    str detail = q->diags->last ? q->diags->last->message[q->lang] : (str){0};
    answer_problem(q, r, refusal_status(q), detail, q->diags);
}

static void answer_act(const request *q, response *r, act *x, const event *e, int status)
{
    queue_result result = server_write(q, run_act, x);
    if (result == QUEUE_REFUSED && q->diags->last) answer_refusal(q, r);
    else if (result != QUEUE_DONE) write_error(q, r, result);
    else {
        case_status now = e->running ? e->running->status : CASE_OPEN;
        r->status = x->done == UNCHANGED ? 200 : status;
        if (r->status == 201) response_header(r, "Location", str_printf(q->arena, "/api/v1/cases/%.*s", STR_ARG(case_id_text(e->case_id, q->arena))));
        if (x->done == UNCHANGED && x->command.id.len) response_header(r, "Idempotency-Replayed", STR("true"));
        answer_case(q, r, e, now);
    }
}

void post_api_case(const request *q, response *r)
{
    json *body = body_object(q, r);
    act x = {.procedure = q->argument};
    if (!body) return;
    if (!read_command(q, body, true, &x, q->diags)) answer_refusal(q, r);
    else answer_act(q, r, &x, &x.event, 201);
}

void post_api_command(const request *q, response *r)
{
    json *body = body_object(q, r);
    act x = {0};
    if (!body) return;
    if (!is_case(q->argument, &x.case_id)) no_case(q, r);
    else if (!read_command(q, body, false, &x, q->diags)) answer_refusal(q, r);
    else answer_act(q, r, &x, &x.event, 200);
}

void post_api_referral(const request *q, response *r)
{
    json *body = body_object(q, r);
    act x = {0};
    if (!body) return;
    if (!is_case(q->argument, &x.case_id)) {
        no_case(q, r);
        return;
    }
    bool good = read_command(q, body, true, &x, q->diags);
    x.refer_to = json_string(body, STR("procedure"));
    if (!good || !definitions_procedure(q->definitions, x.refer_to, NULL)) answer_error(q, r, 400, (bilingual){"“procedure”须是一个流程", "\"procedure\" has to be a procedure"});
    else answer_act(q, r, &x, &x.begun, 201);
}

// ---- bulk ------------------------------------------------------------------------------------------------

static json *bulk_result(const request *q, queue_result result, const act *x, const diag_list *d)
{
    arena *a = q->arena;
    json *o = json_new_object(a);
    json_set(o, STR("done"), json_new_bool(result == QUEUE_DONE, a));
    if (result == QUEUE_DONE) {
        json_set(o, STR("case"), text(case_id_text(x->event.case_id, a), a));
        json_set(o, STR("version"), json_new_int(x->event.version, a));
        return o;
    }
    json_set(o, STR("code"), text(d->last ? str_from(d->last->code) : STR("STORE"), a));
    if (d->last) json_set(o, STR("message"), text(d->last->message[q->lang], a));
    return o;
}

// Each stands for itself: what is refused does not keep the others from being done.
void post_api_commands(const request *q, response *r)
{
    arena *a = q->arena;
    json *body = body_object(q, r);
    if (!body) return;
    const json *list = json_get(body, STR("commands"));
    if (!list || list->kind != JSON_ARRAY || !list->count || list->count > HTTP_COMMANDS_MAX) {
        answer_error(q, r, 400, (bilingual){"须有“commands”，1 至 500 项", "\"commands\" is needed, 1 to 500 of them"});
        return;
    }
    json *o = json_new_object(a), *results = json_new_array(a);
    for (const json *j = list->first; j; j = j->next) {
        diag_list said = {.arena = a};
        request each = *q;
        act x = {.procedure = json_string(j, STR("procedure"))};
        str id = json_string(j, STR("case"));
        each.diags = &said;
        queue_result result = QUEUE_REFUSED;
        bool good = read_command(&each, j, !id.len, &x, &said);
        if (good && (id.len ? !is_case(id, &x.case_id) : !x.procedure.len)) {
            good = false;
            diag_add(&said, DIAG_ERROR, "CASE-NOT-THERE", json_pos(j, STR("request")), (bilingual){0}, (bilingual){"须有“case”或“procedure”", "\"case\" or \"procedure\" is needed"});
        }
        if (good) result = server_write(&each, run_act, &x);
        ((request *)q)->store = each.store;
        json_push(results, bulk_result(q, result, &x, &said));
    }
    json_set(o, STR("results"), results);
    answer_value(r, o);
}
