// process.c: how a procedure runs, for its page: the diagram, and a row for each step.
#include "http/http_internal.h"

static void field_names(const request *q, buf *out, const procedure_form *f, const int *fields, ptrdiff_t count)
{
    for (ptrdiff_t i = 0; i < count; i++) {
        if (i) html(out, say(q, "、", ", "));
        html_text(out, text_of(q, f->fields[fields[i]].name));
    }
}

static void step_row(const request *q, buf *out, const procedure *p, const process_step *s, str name)
{
    const procedure_form *f = &p->forms[p->process->form];
    html(out, "<tr><th scope=\"row\">");
    html_text(out, name);
    html(out, "</th><td>");
    html_text(out, text_of(q, p->roles[s->role].name));
    html(out, "</td><td>");
    field_names(q, out, f, s->fields, s->field_count);
    html(out, "</td><td>");
    field_names(q, out, f, s->needs, s->need_count);
    html(out, "</td><td>");
    html_text(out, s->article);
    html(out, "</td></tr>");
}

void process_section(const request *q, buf *out, const procedure *p)
{
    if (!p->process) return;
    html(out, say(q, "<h2>流程</h2><figure class=\"process\">", "<h2>Process</h2><figure class=\"process\">"));
    bpmn_draw(out, p->process->model, text_of(q, p->name));
    html(out, say(q, "</figure><table><thead><tr><th>步骤</th><th>办理人</th><th>填写</th><th>须填</th><th>依据</th></tr></thead><tbody>",
                  "</figure><table><thead><tr><th>Step</th><th>By</th><th>Fills in</th><th>Needed</th><th>Article</th></tr></thead><tbody>"));
    step_row(q, out, p, &p->process->start, str_from(say(q, "开始", "Start")));
    for (ptrdiff_t i = 0; i < p->process->task_count; i++) step_row(q, out, p, &p->process->tasks[i], bpmn_element(p->process->model, p->process->tasks[i].element).name);
    html(out, "</tbody></table>");
}

// ---- a case that runs ------------------------------------------------------------------------------------

static str task_name(const procedure *p, str id)
{
    const process_step *step = process_task(p->process, id);
    if (!step) return id;
    str name = bpmn_element(p->process->model, step->element).name;
    return name.len ? name : id;
}

str command_text(const request *q, const event *e)
{
    static const char *const names[FLOW_COMMAND_COUNT][LANG_COUNT] = {
        [FLOW_START] = {"开始", "begun"}, [FLOW_CLAIM] = {"签收", "claimed"}, [FLOW_RELEASE] = {"放回", "given back"}, [FLOW_ASSIGN] = {"指派", "assigned"}, [FLOW_COMPLETE] = {"完成", "completed"},
        [FLOW_RETURN] = {"退回", "returned"}, [FLOW_CORRECT] = {"更正", "corrected"}, [FLOW_SUSPEND] = {"中止", "suspended"}, [FLOW_RESUME] = {"恢复", "resumed"}, [FLOW_EXTEND] = {"延长期限", "extended"},
        [FLOW_RECUSE] = {"回避", "recused"}, [FLOW_LINK] = {"关联", "linked"}, [FLOW_JOIN] = {"并案", "joined"}, [FLOW_WITHDRAW] = {"撤回", "withdrawn"}, [FLOW_CANCEL] = {"注销", "cancelled"},
        [FLOW_REOPEN] = {"重新办理", "reopened"}, [FLOW_MIGRATE] = {"改用新版流程", "migrated"}, [FLOW_RESOLVE] = {"排除异常", "resolved"}, [FLOW_TAKE] = {"接续办理", "carried on from the ledger"}, [FLOW_DRAFT] = {"拟制文书", "document drafted"},
        [FLOW_ISSUE] = {"签发文书", "document issued"}, [FLOW_SERVE] = {"送达文书", "document served"}, [FLOW_TIME] = {"时间届至", "time passed"}};
    flow_command_kind kind;
    if (!flow_command_find(json_string(e->command, STR("do")), &kind)) return (str){0};
    str task = json_string(e->command, STR("task")), reason = json_string(e->command, STR("reason"));
    if (task.len) task = task_name(e->procedure, task);
    return str_printf(q->arena, "%s%s%.*s%s%.*s (%.*s)", names[kind][q->lang], task.len ? say(q, "：", ": ") : "", STR_ARG(task), reason.len ? say(q, "，", ", ") : "", STR_ARG(reason), STR_ARG(e->actor));
}

static void link_rows(const request *q, buf *out, const flow_state *s)
{
    static const struct { const char *kind; bilingual name; } names[] = {
        {"arose", {"来自", "arose from"}}, {"referred", {"转办至", "referred to"}}, {"split", {"拆分出", "split into"}}, {"joined", {"并入", "joined into"}}};
    if (!s->link_count) return;
    html(out, say(q, "<h2>关联事项</h2><ul>", "<h2>Linked cases</h2><ul>"));
    for (int i = 0; i < s->link_count; i++) {
        str name = s->links[i].kind;
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (str_equal(name, str_from(names[k].kind))) name = str_from(say(q, names[k].name.zh, names[k].name.en));
        html(out, "<li>");
        html_text(out, name);
        html(out, " ");
        html_link(q, out, str_printf(q->arena, "/cases/%.*s", STR_ARG(s->links[i].to)), s->links[i].to);
        html(out, "</li>");
    }
    html(out, "</ul>");
}

void running_section(const request *q, buf *out, const event *e)
{
    const flow_state *s = e->running;
    if (!s) return;
    if (s->suspended) html(out, say(q, "<p>事项正在中止。</p>", "<p>The case is suspended.</p>"));
    if (s->task_count) html(out, say(q, "<h2>待办</h2><table><thead><tr><th>任务</th><th>由谁办理</th><th>签收</th></tr></thead><tbody>",
                                    "<h2>To be done</h2><table><thead><tr><th>Task</th><th>By</th><th>Claimed</th></tr></thead><tbody>"));
    for (int i = 0; i < s->task_count; i++) {
        html(out, "<tr><td>");
        html_text(out, s->tasks[i].name.text[LANG_ZH]);
        html(out, "</td><td>");
        html_text(out, text_of(q, s->procedure->roles[s->tasks[i].step->role].name));
        str unit = flow_unit(s, s->tasks[i].step, s->tasks[i].id);
        if (unit.len) html(out, say(q, "，", ", ")), html_text(out, unit);
        html(out, "</td><td>");
        html_text(out, s->tasks[i].assignee.len ? str_from(say(q, "已签收", "yes")) : str_from(say(q, "未签收", "no")));
        html(out, "</td></tr>");
    }
    if (s->task_count) html(out, "</tbody></table>");
    link_rows(q, out, s);
}
