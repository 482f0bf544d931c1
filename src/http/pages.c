// The pages: report, figures and their traces, procedures, cases, search, files, log.
#include <stdio.h>
#include <string.h>

#include "case/clock.h"
#include "http/http_internal.h"
#include "service/bundle.h"

static int latest_year(const request *q)
{
    // The year before this one: the one a report is written about.
    date today = timestamp_date(machine_now(), CHINA_OFFSET_MINUTES);
    figure_value v;
    int year = today.year - 1;
    // The newest year for which anything was reported, looking back over a working life.
    for (int y = today.year; y > today.year - 60; y--)
        if (figures_value(q->store, &q->definitions->figures, STR("report_year"), y, &v, q->arena) == STORE_OK && decimal_sign(v.value) > 0) return y;
    return year;
}

static int year_of(const request *q)
{
    int asked = request_int(q, "year", 0, REPORT_YEAR_MIN, REPORT_YEAR_MAX);
    return asked ? asked : latest_year(q);
}

static str figure_address(void *ctx, str figure, arena *a)
{
    const int *year = ctx;
    return str_printf(a, "/figures/%.*s?year=%d", STR_ARG(figure), *year);
}


static void cell_begin(buf *out) { html(out, "<td>"); }
static void cell_end(buf *out) { html(out, "</td>"); }
static void text_cell(buf *out, str s)
{
    cell_begin(out);
    html_text(out, s);
    cell_end(out);
}

static str case_address(int64_t id, arena *a) { return str_printf(a, "/cases/%.*s", STR_ARG(case_id_text(id, a))); }

static str day_text(int64_t day, arena *a) { return day == STORE_NO_DAY ? STR("") : date_text(date_from_days(day), a); }

static const char *status_text(const request *q, int status)
{
    static const char *const texts[CASE_STATUS_COUNT][LANG_COUNT] = {
        {"", ""}, [CASE_OPEN] = {"办理中", "open"}, [CASE_CLOSED] = {"已办结", "closed"}, [CASE_WITHDRAWN] = {"已撤回", "withdrawn"}, [CASE_CANCELLED] = {"已注销", "cancelled"}};
    return texts[status][q->lang];
}

// ---- report ----------------------------------------------------------------------------------------------

static void year_switch(const request *q, buf *out, int year, str address)
{
    html(out, "<nav class=\"years\">");
    for (int y = year - 1; y <= year + 1; y++) {
        if (y == year) html_textf(out, " %d ", y);
        else html_link(q, out, str_printf(q->arena, "%.*s?year=%d", STR_ARG(address), y), str_printf(q->arena, "%d", y));
    }
    html(out, "</nav>");
}

static void report_page(const request *q, response *r, int year)
{
    buf *out = &r->body;
    arena *a = q->arena;
    page_begin(q, r, str_printf(a, say(q, "%d年度法治政府建设报告", "Annual report on law-based government, %d"), year), "report");
    html(out, "<div class=\"tools\">");
    year_switch(q, out, year, STR("/report"));
    html(out, "<span>");
    static const char *const formats[] = {"pdf", "docx", "html", "json"};
    for (size_t i = 0; i < 4; i++) {
        html_link(q, out, str_printf(a, "/report/%d.%s", year, formats[i]), str_from(formats[i]));
        html(out, " ");
    }
    html(out, "</span></div>");
    report_document *doc = reporting_document(q->store, q->definitions, year, machine_now(), a, q->diags);
    if (doc) report_html(out, doc, figure_address, &year, a);
    else {
        html(out, say(q, "<h1>报告还不能生成</h1><p>导入台账以后，这里就是年度报告。</p><pre>", "<h1>The report cannot be made yet</h1><p>Once ledgers are imported, the annual report is here.</p><pre>"));
        buf found = {.arena = a};
        diag_print_all(&found, q->diags, q->lang);
        html_text(out, buf_str(&found));
        html(out, "</pre>");
    }
    page_end(q, r);
}

void get_home(const request *q, response *r) { report_page(q, r, latest_year(q)); }
void get_report(const request *q, response *r) { report_page(q, r, year_of(q)); }

// "/report/2024.pdf"
void get_report_file(const request *q, response *r)
{
    str ending = q->argument;
    str digits = str_cut(&ending, '.');
    int year = 0;
    for (ptrdiff_t i = 0; i < digits.len && i < 4 && digits.data[i] >= '0' && digits.data[i] <= '9'; i++) year = year * 10 + (digits.data[i] - '0');
    r->type = str_equal(ending, STR("json")) ? "application/json" : document_type(ending);
    if (year < REPORT_YEAR_MIN || year > REPORT_YEAR_MAX || digits.len != 4 || !r->type) {
        answer_error(q, r, 404, (bilingual){"没有这个文件", "There is no such file"});
        return;
    }
    if (str_equal(ending, STR("json"))) {
        json *root = reporting_json(q->store, q->definitions, year, q->arena);
        if (root) json_write_pretty(&r->body, root);
        return;
    }
    report_document *doc = reporting_document(q->store, q->definitions, year, machine_now(), q->arena, q->diags);
    if (!doc || !answer_document(q, r, doc, ending, figure_address, &year, str_printf(q->arena, "fadu-report-%d", year)))
        answer_error(q, r, 404, (bilingual){"该年度的报告还不能生成", "The report of that year cannot be made yet"});
}

// ---- figures ---------------------------------------------------------------------------------------------

void get_figures(const request *q, response *r)
{
    buf *out = &r->body;
    arena *a = q->arena;
    int year = year_of(q);
    figure_value *values;
    ptrdiff_t count;
    page_begin(q, r, str_from(say(q, "指标", "Figures")), "figures");
    html(out, say(q, "<h1>指标</h1>", "<h1>Figures</h1>"));
    year_switch(q, out, year, STR("/figures"));
    if (reporting_values(q->store, q->definitions, year, &values, &count, a) == STORE_OK)
        for (int in_report = 1; in_report >= 0; in_report--) {
            html(out, in_report ? say(q, "<h2>写入报告的指标</h2>", "<h2>In the report</h2>") : say(q, "<h2>工作指标</h2>", "<h2>Working figures</h2>"));
            html(out, say(q, "<table><thead><tr><th>指标</th><th class=\"n\">值</th><th class=\"n\">记账笔数</th><th>流程</th></tr></thead><tbody>",
                          "<table><thead><tr><th>Figure</th><th class=\"n\">Value</th><th class=\"n\">Entries</th><th>Procedure</th></tr></thead><tbody>"));
            for (ptrdiff_t i = 0; i < count; i++) {
                const procedure_figure *f = values[i].entry->figure;
                if (f->in_report != (in_report == 1)) continue;
                html(out, "<tr><td>");
                html_link(q, out, figure_address(&year, f->id, a), text_of(q, f->name));
                html(out, "</td><td class=\"n\">");
                html_text(out, values[i].text);
                html(out, "</td><td class=\"n\">");
                html_textf(out, "%lld", (long long)values[i].entries);
                html(out, "</td><td>");
                html_link(q, out, str_printf(a, "/procedures/%.*s", STR_ARG(values[i].entry->procedure->id)), text_of(q, values[i].entry->procedure->name));
                html(out, "</td></tr>");
            }
            html(out, "</tbody></table>");
        }
    page_end(q, r);
}

static void definition_list(const request *q, buf *out, const figure_value *v, const figure_part *parts, ptrdiff_t part_count)
{
    const procedure_figure *f = v->entry->figure;
    html(out, say(q, "<dl><dt>口径</dt><dd>", "<dl><dt>Definition</dt><dd>"));
    html_text(out, text_of(q, f->definition));
    html(out, say(q, "</dd><dt>口径版本</dt><dd>", "</dd><dt>Version of the definition</dt><dd>"));
    html_text(out, f->version);
    if (f->kind == FIGURE_CHANGE)
        html(out, f->relative ? say(q, "（相对变化）", " (relative change)") : say(q, "（百分点）", " (percentage points)"));
    html(out, "</dd>");
    for (ptrdiff_t i = 0; i < f->basis_count; i++) {
        html(out, say(q, "<dt>依据</dt><dd>", "<dt>Basis</dt><dd>"));
        html_text(out, f->basis[i].title);
        html(out, " ");
        html_text(out, f->basis[i].article);
        if (!f->basis[i].verified) html(out, say(q, " <span class=\"tag\">待核实</span>", " <span class=\"tag\">to be confirmed</span>"));
        html(out, "</dd>");
    }
    if (f->kind != FIGURE_COUNT) {
        html(out, say(q, "<dt>由此算出</dt><dd>", "<dt>Computed from</dt><dd>"));
        for (ptrdiff_t i = 0; i < part_count; i++) {
            figure_value part;
            int year = parts[i].year;
            if (figures_value(q->store, &q->definitions->figures, parts[i].entry->figure->id, year, &part, q->arena) != STORE_OK) continue;
            html_link(q, out, figure_address(&year, parts[i].entry->figure->id, q->arena),
                      str_printf(q->arena, say(q, "%.*s（%d年）：%.*s", "%.*s (%d): %.*s"), STR_ARG(text_of(q, parts[i].entry->figure->name)), year, STR_ARG(part.text)));
            html(out, "<br>");
        }
        html(out, "</dd>");
    }
    html(out, say(q, "<dt>流程</dt><dd>", "<dt>Procedure</dt><dd>"));
    html_link(q, out, str_printf(q->arena, "/procedures/%.*s", STR_ARG(v->entry->procedure->id)), text_of(q, v->entry->procedure->name));
    html(out, "</dd></dl>");
}

static bool read_cursor(const request *q, trace_cursor *out)
{
    str text = q->query(q->query_ctx, "after");
    char copy[128];
    long long day, record;
    int part, n;
    *out = (trace_cursor){0};
    if (text.len == 0 || text.len >= (ptrdiff_t)sizeof copy) return false;
    memcpy(copy, text.data, (size_t)text.len);
    copy[text.len] = 0;
    if (sscanf(copy, "%d.%lld.%lld.%d", &part, &day, &record, &n) != 4 || part < 0) return false;
    *out = (trace_cursor){.part = part, .entry = {.day = day, .record = record, .n = n}, .started = record > 0};
    return true;
}

static void trace_table(const request *q, buf *out, const trace_line *lines, ptrdiff_t count)
{
    html(out, say(q, "<table><thead><tr><th>日期</th><th class=\"n\">数量</th><th>事项</th><th>来源</th><th class=\"n\">记录</th></tr></thead><tbody>",
                  "<table><thead><tr><th>Date</th><th class=\"n\">Amount</th><th>Case</th><th>Source</th><th class=\"n\">Record</th></tr></thead><tbody>"));
    for (ptrdiff_t i = 0; i < count; i++) {
        const trace_line *l = &lines[i];
        html(out, "<tr><td>");
        html_text(out, date_text(date_from_days(l->entry.day), q->arena));
        html(out, "</td><td class=\"n\">");
        html_text(out, decimal_text(l->entry.amount, q->arena));
        html(out, "</td><td>");
        html_link(q, out, case_address(l->entry.case_id, q->arena), l->case_row.title);
        html(out, "</td><td class=\"source\">");
        html_text(out, l->file);
        if (l->sheet.len) html_textf(out, " %.*s", STR_ARG(l->sheet));
        if (l->row) html_textf(out, say(q, " 第%d行", " row %d"), l->row);
        html(out, "</td><td class=\"n\">");
        html_textf(out, "%lld", (long long)l->entry.record);
        html(out, "</td></tr>");
    }
    html(out, "</tbody></table>");
}

void get_figure(const request *q, response *r)
{
    buf *out = &r->body;
    arena *a = q->arena;
    int year = year_of(q);
    figure_value v;
    if (figures_value(q->store, &q->definitions->figures, q->argument, year, &v, a) != STORE_OK) {
        answer_error(q, r, 404, (bilingual){"没有这个指标", "There is no such figure"});
        return;
    }
    const procedure_figure *f = v.entry->figure;
    figure_part *parts;
    ptrdiff_t part_count = figures_parts(&q->definitions->figures, f->id, year, &parts, a), count;
    trace_cursor cursor;
    trace_line *lines;
    bool first_page = !read_cursor(q, &cursor);
    page_begin(q, r, text_of(q, f->name), "figures");
    html(out, "<h1>");
    html_text(out, text_of(q, f->name));
    html(out, "</h1><p class=\"value\">");
    html_text(out, v.text);
    html(out, "</p>");
    year_switch(q, out, year, str_printf(a, "/figures/%.*s", STR_ARG(f->id)));
    definition_list(q, out, &v, parts, part_count);
    html(out, say(q, "<h2>逐笔来源</h2><p>", "<h2>Where it comes from</h2><p>"));
    html_textf(out, say(q, "共 %lld 笔记账。", "%lld entries."), (long long)v.entries);
    html(out, "</p>");
    if (reporting_trace(q->store, q->definitions, parts, part_count, &cursor, HTTP_TRACE_ROWS, &lines, &count, a, q->diags) == STORE_OK) {
        trace_table(q, out, lines, count);
        html(out, "<p class=\"pager\">");
        if (!first_page) html_link(q, out, figure_address(&year, f->id, a), str_from(say(q, "回到开头", "First page")));
        if (cursor.part < part_count && count == HTTP_TRACE_ROWS) {
            html(out, " ");
            html_link(q, out, str_printf(a, "/figures/%.*s?year=%d&after=%td.%lld.%lld.%d", STR_ARG(f->id), year, cursor.part, (long long)cursor.entry.day,
                                         (long long)cursor.entry.record, cursor.entry.n), str_from(say(q, "下一页", "Next page")));
        }
        html(out, "</p>");
    }
    page_end(q, r);
}

// ---- procedures and cases --------------------------------------------------------------------------------

void get_procedures(const request *q, response *r)
{
    buf *out = &r->body;
    page_begin(q, r, str_from(say(q, "流程与台账", "Procedures")), "procedures");
    html(out, say(q, "<h1>流程与台账</h1><ul class=\"cards\">", "<h1>Procedures and registers</h1><ul class=\"cards\">"));
    for (ptrdiff_t i = 0; i < q->definitions->procedure_count; i++) {
        const procedure *p = q->definitions->procedures[i];
        int64_t counts[CASE_STATUS_COUNT];
        if (store_count_cases(q->store, q->definitions->family[q->definitions->numbers[i]], -1, counts) != STORE_OK) break;
        html(out, "<li><h2>");
        html_link(q, out, str_printf(q->arena, "/procedures/%.*s", STR_ARG(p->id)), text_of(q, p->name));
        html(out, "</h2><p>");
        html_text(out, text_of(q, p->summary));
        html(out, "</p><p class=\"counts\">");
        html_textf(out, say(q, "办理中 %lld · 已办结 %lld", "%lld open · %lld closed"), (long long)counts[CASE_OPEN], (long long)counts[CASE_CLOSED]);
        html(out, "</p></li>");
    }
    html(out, "</ul>");
    page_end(q, r);
}

static void case_table(const request *q, buf *out, const store_case *list, ptrdiff_t count, const procedure *p)
{
    html(out, say(q, "<table><thead><tr><th>事项</th><th>台账</th><th>状态</th><th>开始</th><th>结束</th></tr></thead><tbody>",
                  "<table><thead><tr><th>Case</th><th>Register</th><th>State</th><th>Began</th><th>Ended</th></tr></thead><tbody>"));
    for (ptrdiff_t i = 0; i < count; i++) {
        const procedure *owner = p ? p : q->definitions->by_number[list[i].definition];
        html(out, "<tr><td>");
        html_link(q, out, case_address(list[i].id, q->arena), list[i].title);
        html(out, "</td>");
        text_cell(out, text_of(q, owner->forms[list[i].form].name));
        text_cell(out, str_from(status_text(q, list[i].status)));
        text_cell(out, day_text(list[i].opened, q->arena));
        text_cell(out, day_text(list[i].closed, q->arena));
        html(out, "</tr>");
    }
    html(out, "</tbody></table>");
}

static void clock_table(const request *q, buf *out, const procedure *p)
{
    if (p->clock_count == 0) return;
    html(out, say(q, "<h2>期限</h2><table><thead><tr><th>期限</th><th>时长</th><th>依据</th><th>逾期后果</th></tr></thead><tbody>",
                  "<h2>Time limits</h2><table><thead><tr><th>Limit</th><th>Length</th><th>Basis</th><th>When it expires</th></tr></thead><tbody>"));
    for (ptrdiff_t i = 0; i < p->clock_count; i++) {
        const procedure_clock *c = &p->clocks[i];
        html(out, "<tr>");
        text_cell(out, text_of(q, c->name));
        text_cell(out, clock_length_text(c, q->lang, q->arena));
        html(out, "<td>");
        html_textf(out, "%.*s %.*s", STR_ARG(p->basis[c->basis].title), STR_ARG(c->article));
        if (!c->verified) html(out, say(q, " <span class=\"tag\">待核实</span>", " <span class=\"tag\">to be confirmed</span>"));
        if (!date_is_none(c->in_force.from)) html_textf(out, say(q, "（%.*s起施行）", " (from %.*s)"), STR_ARG(date_text(c->in_force.from, q->arena)));
        if (!date_is_none(c->in_force.to)) html_textf(out, say(q, "（至%.*s）", " (until %.*s)"), STR_ARG(date_text(c->in_force.to, q->arena)));
        html(out, "</td>");
        text_cell(out, text_of(q, c->expiry));
        html(out, "</tr>");
    }
    html(out, "</tbody></table>");
}

static void basis_list(const request *q, buf *out, const procedure *p)
{
    html(out, say(q, "<h2>依据</h2><ul>", "<h2>Legal basis</h2><ul>"));
    for (ptrdiff_t i = 0; i < p->basis_count; i++) {
        html(out, "<li>");
        html_text(out, p->basis[i].title);
        if (p->basis[i].number.len) html_textf(out, say(q, "（%.*s）", " (%.*s)"), STR_ARG(p->basis[i].number));
        if (!p->basis[i].verified) html(out, say(q, " <span class=\"tag\">待核实</span>", " <span class=\"tag\">to be confirmed</span>"));
        html(out, "</li>");
    }
    html(out, "</ul>");
}

void get_procedure(const request *q, response *r)
{
    buf *out = &r->body;
    arena *a = q->arena;
    int number;
    const procedure *p = definitions_procedure(q->definitions, q->argument, &number);
    if (!p) {
        answer_error(q, r, 404, (bilingual){"没有这个流程", "There is no such procedure"});
        return;
    }
    int family = q->definitions->family[number], form = -1;
    str form_id = q->query(q->query_ctx, "form");
    if (form_id.len) form = procedure_form_index(p, form_id);
    int status = request_int(q, "status", 0, 1, 3);
    str after = q->query(q->query_ctx, "before");
    int64_t before = INT64_MAX;
    case_id_parse(after, &before);

    page_begin(q, r, text_of(q, p->name), "procedures");
    html(out, "<h1>");
    html_text(out, text_of(q, p->name));
    html(out, "</h1><p>");
    html_text(out, text_of(q, p->summary));
    html(out, "</p><nav class=\"filter\">");
    html_link(q, out, str_printf(a, "/procedures/%.*s", STR_ARG(p->id)), str_from(say(q, "全部", "All")));
    for (ptrdiff_t f = 0; f < p->form_count; f++) {
        int64_t counts[CASE_STATUS_COUNT];
        if (store_count_cases(q->store, family, (int)f, counts) != STORE_OK) break;
        html_link(q, out, str_printf(a, "/procedures/%.*s?form=%.*s", STR_ARG(p->id), STR_ARG(p->forms[f].id)),
                  str_printf(a, say(q, "%.*s（%lld）", "%.*s (%lld)"), STR_ARG(text_of(q, p->forms[f].name)), (long long)(counts[CASE_OPEN] + counts[CASE_CLOSED])));
    }
    html(out, "</nav>");
    store_case *list;
    ptrdiff_t count;
    if (store_list_cases(q->store, family, form, status, before, HTTP_PAGE_ROWS, &list, &count, a) == STORE_OK) {
        if (count) case_table(q, out, list, count, NULL);
        else html(out, say(q, "<p>还没有事项。</p>", "<p>No cases yet.</p>"));
        if (count == HTTP_PAGE_ROWS) {
            html(out, "<p class=\"pager\">");
            html_link(q, out, str_printf(a, "/procedures/%.*s?before=%.*s%s%.*s", STR_ARG(p->id), STR_ARG(case_id_text(list[count - 1].id, a)),
                                         form >= 0 ? "&form=" : "", STR_ARG(form >= 0 ? form_id : STR(""))), str_from(say(q, "下一页", "Next page")));
            html(out, "</p>");
        }
    }
    process_section(q, out, p);
    decision_section(q, out, p);
    clock_table(q, out, p);
    basis_list(q, out, p);
    page_end(q, r);
}

static void field_rows(const request *q, buf *out, const event *e)
{
    const procedure_form *f = &e->procedure->forms[e->form];
    html(out, "<dl>");
    for (ptrdiff_t i = 0; i < f->field_count; i++) {
        str text = field_masked(&f->fields[i], e->data[i], q->arena);
        if (text.len == 0) continue;
        html(out, "<dt>");
        html_text(out, text_of(q, f->fields[i].name));
        html(out, "</dt><dd>");
        html_text(out, text);
        html(out, "</dd>");
    }
    html(out, "</dl>");
}

static void clock_rows(const request *q, buf *out, const event *e)
{
    if (e->clock_count == 0) return;
    html(out, say(q, "<h2>期限</h2><table><thead><tr><th>期限</th><th>到期日</th><th>是否逾期</th><th>依据</th></tr></thead><tbody>",
                  "<h2>Time limits</h2><table><thead><tr><th>Limit</th><th>Due</th><th>Late</th><th>Basis</th></tr></thead><tbody>"));
    for (ptrdiff_t i = 0; i < e->clock_count; i++) {
        const procedure_clock *c = &e->procedure->clocks[e->clocks[i].clock];
        html(out, "<tr>");
        text_cell(out, text_of(q, c->name));
        text_cell(out, date_text(e->clocks[i].due, q->arena));
        html(out, e->clocks[i].late ? say(q, "<td class=\"late\">逾期</td>", "<td class=\"late\">late</td>") : say(q, "<td>否</td>", "<td>no</td>"));
        text_cell(out, str_printf(q->arena, "%.*s %.*s", STR_ARG(e->procedure->basis[c->basis].title), STR_ARG(c->article)));
        html(out, "</tr>");
    }
    html(out, "</tbody></table>");
}

static const char *kind_text(const request *q, event_kind k)
{
    static const char *const texts[][LANG_COUNT] = {
        [EV_RECORDED] = {"登记", "recorded"}, [EV_CORRECTED] = {"更正", "corrected"}, [EV_CLOSED] = {"办结", "closed"}, [EV_WITHDRAWN] = {"撤回", "withdrawn"},
        [EV_ACTED] = {"办理", "acted"}, [EV_CANCELLED] = {"注销", "cancelled"}};
    return texts[k][q->lang];
}

enum { HISTORY_MAX = 200 };

// The case's records, newest first, along the chain that each record keeps to the one before it.
static void history(const request *q, buf *out, int64_t record)
{
    store_file *files;
    ptrdiff_t file_count = 0;
    if (store_files(q->store, &files, &file_count, q->arena) != STORE_OK) return;
    html(out, say(q, "<h2>记录</h2><table><thead><tr><th class=\"n\">记录</th><th>内容</th><th>时间</th><th>来源</th><th>哈希</th></tr></thead><tbody>",
                  "<h2>Records</h2><table><thead><tr><th class=\"n\">Record</th><th>What</th><th>When</th><th>Source</th><th>Hash</th></tr></thead><tbody>"));
    for (int i = 0; record > 0 && i < HISTORY_MAX; i++) {
        store_record stored;
        event e;
        if (store_get_record(q->store, record, &stored, q->arena) != STORE_OK) break;
        json *body = json_parse(stored.body, STR("fadu.db"), q->arena, q->diags);
        if (!body || !case_event_read(body, definition_by_number, (void *)q->definitions, &e, q->arena, q->diags)) break;
        html(out, "<tr><td class=\"n\">");
        html_textf(out, "%lld", (long long)record);
        html(out, "</td>");
        text_cell(out, e.running ? command_text(q, &e) : str_from(kind_text(q, e.kind)));
        text_cell(out, json_string(body, STR("at")));
        html(out, "<td class=\"source\">");
        if (e.source.file > 0 && e.source.file <= file_count) {
            html_text(out, files[e.source.file - 1].name);
            html_textf(out, " %.*s", STR_ARG(e.source.sheet));
            if (e.source.row) html_textf(out, say(q, " 第%d行", " row %d"), e.source.row);
        }
        html(out, "</td><td><code title=\"");
        str hash = digest_hex(stored.entry, q->arena);
        html_text(out, hash);
        html(out, "\">");
        html_text(out, str_slice(hash, 0, 12));
        html(out, "…</code></td></tr>");
        record = e.previous;
    }
    html(out, "</tbody></table>");
}

void get_case(const request *q, response *r)
{
    buf *out = &r->body;
    arena *a = q->arena;
    int64_t id;
    store_case c;
    case_state s;
    if (!case_id_parse(q->argument, &id) || store_get_case(q->store, id, &c, a) != STORE_OK ||
        district_case_state(q->store, q->definitions, &c, &s, a, q->diags) != STORE_OK) {
        answer_error(q, r, 404, (bilingual){"没有这件事项", "There is no such case"});
        return;
    }
    const event *e = &s.last;
    page_begin(q, r, c.title, "procedures");
    html(out, "<p class=\"crumbs\">");
    html_link(q, out, str_printf(a, "/procedures/%.*s", STR_ARG(e->procedure->id)), text_of(q, e->procedure->name));
    html(out, " › ");
    html_link(q, out, str_printf(a, "/procedures/%.*s?form=%.*s", STR_ARG(e->procedure->id), STR_ARG(e->procedure->forms[e->form].id)), text_of(q, e->procedure->forms[e->form].name));
    html(out, "</p><h1>");
    html_text(out, c.title);
    html(out, "</h1><p>");
    html_textf(out, "%s · %.*s", status_text(q, c.status), STR_ARG(case_id_text(id, a)));
    html(out, "</p>");
    field_rows(q, out, e);
    running_section(q, out, e);
    document_section(q, out, e);
    reveal_section(q, out, e);
    clock_rows(q, out, e);
    history(q, out, c.record);
    page_end(q, r);
}

// ---- search ----------------------------------------------------------------------------------------------

// A query's words, each of which the text must hold. The index finds pairs of characters; the text decides.
static bool holds_all(str words, str query, arena *a)
{
    while (query.len) {
        str word = str_trim(str_cut(&query, ' '));
        if (word.len == 0) continue;
        bool found = str_find(words, word) >= 0;
        // Latin words are found in any case.
        char *lower_words = str_cstr(words, a), *lower = str_cstr(word, a);
        for (char *c = lower_words; *c && !found; c++)
            if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
        for (char *c = lower; *c && !found; c++)
            if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
        if (!found && str_find(str_from(lower_words), str_from(lower)) < 0) return false;
    }
    return true;
}

enum { SEARCH_LOOKED_AT_MAX = 2000 };

void get_search(const request *q, response *r)
{
    buf *out = &r->body;
    arena *a = q->arena;
    str query = str_trim(q->query(q->query_ctx, "q"));
    int64_t before = INT64_MAX;
    case_id_parse(q->query(q->query_ctx, "before"), &before);
    page_begin(q, r, str_from(say(q, "搜索", "Search")), "");
    html(out, say(q, "<h1>搜索“", "<h1>Search: "));
    html_text(out, query);
    html(out, say(q, "”</h1>", "</h1>"));

    store_case *found = arena_new(a, HTTP_PAGE_ROWS, store_case);
    ptrdiff_t count = 0;
    bool more = true;
    for (int looked = 0; more && count < HTTP_PAGE_ROWS && looked < SEARCH_LOOKED_AT_MAX;) {
        int64_t *ids;
        ptrdiff_t n;
        if (store_search(q->store, query, before, HTTP_PAGE_ROWS, &ids, &n, a) != STORE_OK) break;
        more = n == HTTP_PAGE_ROWS;
        for (ptrdiff_t i = 0; i < n && count < HTTP_PAGE_ROWS; i++, looked++) {
            store_case c;
            case_state s;
            before = ids[i];
            if (store_get_case(q->store, ids[i], &c, a) != STORE_OK || district_case_state(q->store, q->definitions, &c, &s, a, q->diags) != STORE_OK) continue;
            if (holds_all(case_words(&s.last.procedure->forms[s.last.form], &s.last, a), query, a)) found[count++] = c;
        }
    }
    if (count) case_table(q, out, found, count, NULL);
    else html(out, say(q, "<p>没有找到。两个汉字即可搜索，多个词用空格隔开。</p>", "<p>Nothing found. Two Chinese characters are enough; separate words with blanks.</p>"));
    if (more && count == HTTP_PAGE_ROWS) {
        buf address = {.arena = a};
        html(&address, "/search?q=");
        url_encode(&address, query);
        buf_printf(&address, "&before=%.*s", STR_ARG(case_id_text(before, a)));
        html(out, "<p class=\"pager\">");
        html_link(q, out, buf_str(&address), str_from(say(q, "下一页", "Next page")));
        html(out, "</p>");
    }
    page_end(q, r);
}

// ---- files and log ---------------------------------------------------------------------------------------

void get_files(const request *q, response *r)
{
    buf *out = &r->body;
    store_file *files;
    ptrdiff_t count = 0;
    page_begin(q, r, str_from(say(q, "来源文件", "Source files")), "files");
    html(out, say(q, "<h1>来源文件</h1><table><thead><tr><th class=\"n\">序号</th><th>文件</th><th class=\"n\">导入行</th><th class=\"n\">未导入</th><th>更正</th><th>SHA-256</th></tr></thead><tbody>",
                  "<h1>Source files</h1><table><thead><tr><th class=\"n\">No.</th><th>File</th><th class=\"n\">Rows in</th><th class=\"n\">Bad</th><th>Corrects</th><th>SHA-256</th></tr></thead><tbody>"));
    if (store_files(q->store, &files, &count, q->arena) != STORE_OK) count = 0;
    for (ptrdiff_t i = count - 1; i >= 0; i--) {
        html(out, "<tr><td class=\"n\">");
        html_textf(out, "%d", files[i].number);
        html(out, "</td>");
        text_cell(out, files[i].name);
        html(out, "<td class=\"n\">");
        html_textf(out, "%lld", (long long)files[i].rows_good);
        html(out, "</td><td class=\"n\">");
        html_textf(out, "%lld", (long long)files[i].rows_bad);
        html(out, "</td><td>");
        if (files[i].supersedes) html_textf(out, say(q, "更正第 %d 号", "corrects no. %d"), files[i].supersedes);
        html(out, "</td><td><code>");
        html_text(out, digest_hex(files[i].sha256, q->arena));
        html(out, "</code></td></tr>");
    }
    html(out, "</tbody></table>");
    page_end(q, r);
}

void get_log(const request *q, response *r)
{
    buf *out = &r->body;
    uint64_t size = 0;
    str note = {0};
    page_begin(q, r, str_from(say(q, "存证日志", "Log")), "log");
    html(out, say(q, "<h1>存证日志</h1><p>每一项操作都是一条记录；记录只增不改。全部记录的加盐哈希组成 RFC 9162 的 Merkle 树，下面是最新的签名检查点，可独立核验。</p>",
                  "<h1>Log</h1><p>Every act is a record; records are only added. Their salted hashes form the Merkle tree of RFC 9162. Below is the newest signed checkpoint, which anyone can verify.</p>"));
    if (store_last_checkpoint(q->store, &size, &note, q->arena) == STORE_OK) {
        html(out, "<p>");
        html_textf(out, say(q, "记录 %llu 条", "%llu records"), (unsigned long long)size);
        html(out, "</p><pre>");
        html_text(out, note);
        html(out, "</pre><p>");
        html_link(q, out, STR("/checkpoint"), str_from(say(q, "检查点（C2SP tlog-checkpoint）", "Checkpoint (C2SP tlog-checkpoint)")));
        html(out, "</p>");
    }
    page_end(q, r);
}

// ---- plain things ----------------------------------------------------------------------------------------

void get_style(const request *q, response *r)
{
    (void)q;
    r->type = "text/css; charset=utf-8";
    buf_add(&r->body, bundle_get("assets/style.css"));
}

void get_icon(const request *q, response *r)
{
    (void)q;
    r->type = "image/svg+xml";
    buf_add(&r->body, bundle_get("assets/favicon.svg"));
}
