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
