// What waits for the person who asks: time limits that are near or over in cases where they have something to do, and their tasks.
#include <stdlib.h>

#include "http/http_internal.h"

// ---- what is mine ----------------------------------------------------------------------------------------

typedef struct {
    store_clock clock;
    store_task task;                 // in the same case, for the one who asks
    const procedure *procedure;
} reminder;
typedef struct { reminder *items; ptrdiff_t count; } reminders;

static bool is_mine(const access_actor *who, const procedure *p, const store_task *t)
{
    return access_has_role(who, p->id, t->role) && (!t->unit.len || str_equal(t->unit, who->unit)) && (!t->assignee.len || str_equal(t->assignee, who->account));
}

// The n-th procedure in which the actor has a role, each once; NULL past the last.
static const procedure *my_procedure(const request *q, ptrdiff_t n)
{
    const access_actor *who = q->actor;
    for (ptrdiff_t i = 0; i < who->grant_count; i++) {
        bool seen = false;
        for (ptrdiff_t k = 0; k < i; k++) seen = seen || str_equal(who->grants[k].procedure, who->grants[i].procedure);
        const procedure *p = seen ? NULL : definitions_procedure(q->definitions, who->grants[i].procedure, NULL);
        if (p && n-- == 0) return p;
    }
    return NULL;
}

static int family_of(const request *q, const procedure *p)
{
    int number;
    return definitions_procedure(q->definitions, p->id, &number) ? q->definitions->family[number] : 0;
}

// At most `limit` of one procedure, for which there is room.
static bool add_reminders(const request *q, const procedure *p, int limit, reminders *out)
{
    ptrdiff_t end = out->count + limit;
    store_clock *clocks;
    ptrdiff_t count;
    if (store_list_clocks(q->store, family_of(q, p), STORE_NO_DAY, 1, NULL, limit, &clocks, &count, q->arena) != STORE_OK) return false;
    for (ptrdiff_t i = 0; i < count && out->count < end; i++) {
        store_task *tasks;
        ptrdiff_t task_count;
        if (store_list_tasks(q->store, &(store_task_query){.case_id = clocks[i].case_id}, NULL, FLOW_TASKS_MAX, &tasks, &task_count, q->arena) != STORE_OK) return false;
        for (ptrdiff_t k = 0; k < task_count && out->count < end; k++)
            if (is_mine(q->actor, p, &tasks[k])) out->items[out->count++] = (reminder){clocks[i], tasks[k], p};
    }
    return true;
}

static int by_day(const void *a_, const void *b_)
{
    const reminder *a = a_, *b = b_;
    if (a->clock.due != b->clock.due) return a->clock.due < b->clock.due ? -1 : 1;
    return a->task.case_id < b->task.case_id ? -1 : a->task.case_id > b->task.case_id;
}

// The earliest end first. False: the store cannot be read.
static bool list_reminders(const request *q, int limit, reminders *out)
{
    *out = (reminders){arena_new(q->arena, q->actor->grant_count * limit, reminder), 0};
    const procedure *p;
    for (ptrdiff_t i = 0; (p = my_procedure(q, i)); i++)
        if (!add_reminders(q, p, limit, out)) return false;
    if (out->count) qsort(out->items, (size_t)out->count, sizeof *out->items, by_day);
    if (out->count > limit) out->count = limit;
    return true;
}

// ---- the API ---------------------------------------------------------------------------------------------

static const char *const level_words[] = {"normal", "due soon", "overdue"};

void get_api_reminders(const request *q, response *r)
{
    arena *a = q->arena;
    reminders mine;
    if (!list_reminders(q, request_int(q, "limit", HTTP_PAGE_ROWS, 1, HTTP_API_ROWS_MAX), &mine)) {
        answer_error(q, r, 500, (bilingual){"数据读不出来", "the data cannot be read"});
        return;
    }
    json *o = json_new_object(a), *list = json_new_array(a);
    for (ptrdiff_t i = 0; i < mine.count; i++) {
        const reminder *m = &mine.items[i];
        json *x = json_new_object(a);
        json_set(x, STR("case"), json_new_string(case_id_text(m->clock.case_id, a), a));
        json_set(x, STR("procedure"), json_new_string(m->procedure->id, a));
        json_set(x, STR("task"), json_new_string(m->task.task, a));
        json_set(x, STR("clock"), json_new_string(m->clock.clock, a));
        if (m->clock.due != STORE_NO_DAY) json_set(x, STR("due"), json_new_string(date_text(date_from_days(m->clock.due), a), a));
        json_set(x, STR("level"), json_new_string(str_from(level_words[m->clock.level]), a));
        json_push(list, x);
    }
    json_set(o, STR("reminders"), list);
    answer_value(r, o);
}

// ---- the page --------------------------------------------------------------------------------------------

static str task_name(const procedure *p, str id)
{
    const process_step *s = p->process ? process_task(p->process, id) : NULL;
    str name = s ? bpmn_element(p->process->model, s->element).name : (str){0};
    return name.len ? name : id;
}

static str clock_name(const request *q, const procedure *p, str id)
{
    for (ptrdiff_t i = 0; i < p->clock_count; i++) {
        const procedure_clock *c = &p->clocks[i];
        if (str_equal(id, c->id)) return text_of(q, c->name);
        if (c->has_promise && str_equal(id, c->promise_id)) return str_printf(q->arena, say(q, "%.*s（承诺）", "%.*s (promised)"), STR_ARG(text_of(q, c->name)));
    }
    return id;
}

static void case_cell(const request *q, buf *out, int64_t id)
{
    store_case c;
    bool there = store_get_case(q->store, id, &c, q->arena) == STORE_OK;
    html(out, "<tr><td>");
    html_link(q, out, str_printf(q->arena, "/cases/%.*s", STR_ARG(case_id_text(id, q->arena))), there && c.title.len ? c.title : case_id_text(id, q->arena));
    html(out, "</td><td>");
}

static void reminder_table(const request *q, buf *out, const reminders *mine)
{
    html(out, say(q, "<h2>催办</h2>", "<h2>Reminders</h2>"));
    if (!mine->count) {
        html(out, say(q, "<p>没有临近或者超过期限的事项。</p>", "<p>No time limit is near or over.</p>"));
        return;
    }
    html(out, say(q, "<table><thead><tr><th>事项</th><th>任务</th><th>期限</th><th>到期日</th><th>状态</th></tr></thead><tbody>",
                  "<table><thead><tr><th>Case</th><th>Task</th><th>Time limit</th><th>Due</th><th>State</th></tr></thead><tbody>"));
    for (ptrdiff_t i = 0; i < mine->count; i++) {
        const reminder *m = &mine->items[i];
        case_cell(q, out, m->clock.case_id);
        html_text(out, task_name(m->procedure, m->task.task));
        html(out, "</td><td>");
        html_text(out, clock_name(q, m->procedure, m->clock.clock));
        html(out, "</td><td>");
        if (m->clock.due != STORE_NO_DAY) html_text(out, date_text(date_from_days(m->clock.due), q->arena));
        html(out, m->clock.level == CLOCK_OVERDUE ? "</td><td class=\"late\">" : "</td><td>");
        html_text(out, clock_level_text((clock_level)m->clock.level, q->lang));
        html(out, "</td></tr>");
    }
    html(out, "</tbody></table>");
}

// The tasks of one role: those that nobody has claimed, and the person's own.
static int task_rows(const request *q, buf *out, const procedure *p, str role, int room)
{
    store_task *tasks;
    ptrdiff_t count;
    int shown = 0;
    if (store_list_tasks(q->store, &(store_task_query){.procedure = family_of(q, p), .role = role}, NULL, HTTP_API_ROWS_MAX, &tasks, &count, q->arena) != STORE_OK) return 0;
    for (ptrdiff_t i = 0; i < count && shown < room; i++) {
        if (!is_mine(q->actor, p, &tasks[i])) continue;
        case_cell(q, out, tasks[i].case_id);
        html_text(out, text_of(q, p->name));
        html(out, "</td><td>");
        html_text(out, task_name(p, tasks[i].task));
        html(out, tasks[i].assignee.len ? say(q, "</td><td>已签收</td><td>", "</td><td>claimed</td><td>") : "</td><td></td><td>");
        html_text(out, date_text(timestamp_date(tasks[i].since, CHINA_OFFSET_MINUTES), q->arena));
        html(out, "</td></tr>");
        shown++;
    }
    return shown;
}

static void task_table(const request *q, buf *out)
{
    buf rows = {.arena = q->arena};
    int shown = 0;
    for (ptrdiff_t i = 0; i < q->actor->grant_count && shown < HTTP_PAGE_ROWS; i++) {
        const store_grant *g = &q->actor->grants[i];
        const procedure *p = definitions_procedure(q->definitions, g->procedure, NULL);
        bool seen = false;           // a role of one's own and of somebody for whom one stands in
        for (ptrdiff_t k = 0; k < i; k++) seen = seen || (str_equal(q->actor->grants[k].procedure, g->procedure) && str_equal(q->actor->grants[k].role, g->role));
        if (p && !seen) shown += task_rows(q, &rows, p, g->role, HTTP_PAGE_ROWS - shown);
    }
    html(out, say(q, "<h2>待办任务</h2>", "<h2>Tasks</h2>"));
    if (!shown) {
        html(out, say(q, "<p>没有待办任务。</p>", "<p>There are no tasks for you.</p>"));
        return;
    }
    if (shown == HTTP_PAGE_ROWS) html(out, say(q, "<p>只列出前面的任务，其余见接口 /api/v1/tasks。</p>", "<p>The first of them; the rest are in /api/v1/tasks.</p>"));
    html(out, say(q, "<table><thead><tr><th>事项</th><th>流程</th><th>任务</th><th>签收</th><th>自何日</th></tr></thead><tbody>",
                  "<table><thead><tr><th>Case</th><th>Procedure</th><th>Task</th><th>Claimed</th><th>Since</th></tr></thead><tbody>"));
    buf_add(out, buf_str(&rows));
    html(out, "</tbody></table>");
}

void get_work(const request *q, response *r)
{
    reminders mine;
    if (!list_reminders(q, HTTP_PAGE_ROWS, &mine)) {
        error_page(q, r, 500, (bilingual){"数据读不出来", "The data cannot be read"});
        return;
    }
    page_begin(q, r, str_from(say(q, "我的待办", "My work")), "work");
    html(&r->body, say(q, "<h1>我的待办</h1>", "<h1>My work</h1>"));
    reminder_table(q, &r->body, &mine);
    task_table(q, &r->body);
    page_end(q, r);
}
