// The deadline calculator: a form, and what the clocks of a procedure say to it. Nothing is stored; works without a script.
#include "case/clock.h"
#include "http/http_internal.h"

// What was asked. The form offers a few suspensions; an address may give each of them.
enum { FORM_PAUSES = 3 };
typedef struct {
    const procedure *procedure;        // NULL: none chosen
    str clock;                         // "" = all
    clock_moment start;
    date on, restart;
    clock_pause pauses[FORM_PAUSES];
    int pause_count;
    bool extend;
    const char *wrong[LANG_COUNT];     // what could not be read, or NULL
} due_question;

static str ask(const request *q, const char *name) { return q->query(q->query_ctx, name); }

static bool ask_day(const request *q, const char *name, date *out)
{
    str text = ask(q, name);
    return text.len == 0 || date_parse(text, out);
}

static const char *const pause_names[FORM_PAUSES][2] = {{"suspend1", "resume1"}, {"suspend2", "resume2"}, {"suspend3", "resume3"}};

static void wrong(due_question *out, const char *zh, const char *en)
{
    out->wrong[LANG_ZH] = zh;
    out->wrong[LANG_EN] = en;
}

static due_question read_question(const request *q)
{
    due_question out = {.procedure = definitions_procedure(q->definitions, ask(q, "procedure"), NULL), .clock = ask(q, "clock"), .extend = ask(q, "extend").len > 0};
    str start = ask(q, "start");
    out.start.day = timestamp_date(machine_now(), CHINA_OFFSET_MINUTES);
    if (start.len && !clock_moment_parse(start, &out.start)) {
        out.start = (clock_moment){.day = timestamp_date(machine_now(), CHINA_OFFSET_MINUTES)};
        wrong(&out, "起算日期应写成 2024-09-27 或者 2024-09-27T08:30", "the day of the event must be like 2024-09-27 or 2024-09-27T08:30");
    }
    out.on = out.start.day;
    if (!ask_day(q, "on", &out.on) || !ask_day(q, "restart", &out.restart)) wrong(&out, "日期应写成 2024-09-27", "a date must be like 2024-09-27");
    for (int i = 0; i < FORM_PAUSES; i++) {
        clock_pause p = {0};
        bool read = ask_day(q, pause_names[i][0], &p.from) && ask_day(q, pause_names[i][1], &p.to);
        if (date_is_none(p.from) && date_is_none(p.to) && read) continue;
        if (!read || date_is_none(p.from) || date_is_none(p.to)) wrong(&out, "每次中止都要有起止日期", "a suspension needs its first and its last day");
        else out.pauses[out.pause_count++] = p;
    }
    return out;
}

static bool run(const due_question *asked, const procedure_clock *law, const calendar *cal, running_clock *c, arena *a, diag_list *d)
{
    *c = clock_start(asked->procedure, law, asked->start);
    if (!date_is_none(asked->restart) && !clock_restart(c, cal, asked->restart, a, d)) return false;
    if (asked->extend && !clock_extend(c, cal, 0, (date){0}, a, d)) return false;
    for (int i = 0; i < asked->pause_count; i++)
        if (!clock_suspend(c, cal, asked->pauses[i].from, asked->pauses[i].to, a, d)) return false;
    return true;
}

// ---- the page --------------------------------------------------------------------------------------------

static void option(buf *out, str value, str text, bool selected)
{
    html(out, "<option value=\"");
    html_text(out, value);
    html(out, selected ? "\" selected>" : "\">");
    html_text(out, text);
    html(out, "</option>");
}

static void day_input(buf *out, const char *caption, const char *name, str value, bool required)
{
    html(out, "<label>");
    html(out, caption);
    html(out, " <input type=\"text\" size=\"12\" placeholder=\"2024-09-27\" name=\"");
    html(out, name);
    html(out, "\" value=\"");
    html_text(out, value);
    html(out, required ? "\" required></label> " : "\"></label> ");
}

static void form(const request *q, buf *out, const due_question *asked)
{
    arena *a = q->arena;
    const procedure *p = asked->procedure;
    html(out, say(q, "<form class=\"due\" action=\"/due\"><label>流程 <select name=\"procedure\">", "<form class=\"due\" action=\"/due\"><label>Procedure <select name=\"procedure\">"));
    for (ptrdiff_t i = 0; i < q->definitions->procedure_count; i++)
        if (q->definitions->procedures[i]->clock_count)
            option(out, q->definitions->procedures[i]->id, q->definitions->procedures[i]->name.text[q->lang], q->definitions->procedures[i] == p);
    html(out, "</select></label> ");
    if (p) {
        html(out, say(q, "<label>期限 <select name=\"clock\"><option value=\"\">全部</option>", "<label>Time limit <select name=\"clock\"><option value=\"\">all</option>"));
        for (ptrdiff_t i = 0; i < p->clock_count; i++)
            if (clock_can_run(&p->clocks[i]) && span_covers(p->clocks[i].in_force, asked->on))
                option(out, procedure_clock_family(&p->clocks[i]), p->clocks[i].name.text[q->lang], str_equal(procedure_clock_family(&p->clocks[i]), asked->clock));
        html(out, "</select></label> ");
    }
    day_input(out, say(q, "起算事件的日期（可带时刻）", "Day of the event (a time may follow)"), "start", clock_moment_text(asked->start, a), true);
    if (asked->clock.len) {
        for (int i = 0; i < FORM_PAUSES; i++) {
            bool there = i < asked->pause_count;
            day_input(out, say(q, "中止自", "Suspended from"), pause_names[i][0], there ? date_text(asked->pauses[i].from, a) : STR(""), false);
            day_input(out, say(q, "至（含）", "to and including"), pause_names[i][1], there ? date_text(asked->pauses[i].to, a) : STR(""), false);
        }
        day_input(out, say(q, "重新起算", "Began anew on"), "restart", date_is_none(asked->restart) ? STR("") : date_text(asked->restart, a), false);
        html(out, asked->extend ? "<label><input type=\"checkbox\" name=\"extend\" value=\"1\" checked> " : "<label><input type=\"checkbox\" name=\"extend\" value=\"1\"> ");
        html(out, say(q, "依法延长</label> ", "extended as the law allows</label> "));
    }
    if (q->lang == LANG_EN) html(out, "<input type=\"hidden\" name=\"lang\" value=\"en\">");
    html(out, say(q, "<button>计算</button></form>", "<button>Compute</button></form>"));
}

static void told(const request *q, buf *out, const diag_list *d)
{
    for (const diag *g = d->first; g; g = g->next) {
        html(out, "<p><span class=\"tag\">");
        html_text(out, g->message[q->lang]);
        html(out, "</span></p>");
    }
}

static void line(buf *out, const char *caption, str text)
{
    if (text.len == 0) return;
    html(out, "<p>");
    html(out, caption);
    html_text(out, text);
    html(out, "</p>");
}

static void law_lines(const request *q, buf *out, const procedure_clock *law)
{
    line(out, say(q, "起算：", "Begins: "), law->starts.text[q->lang]);
    line(out, say(q, "终止：", "Ends: "), law->ends.text[q->lang]);
    for (ptrdiff_t i = 0; i < law->interrupt_count; i++)
        line(out, law->interrupts[i].kind == CLOCK_SUSPENDS ? say(q, "中止：", "Suspended by: ") : say(q, "重新起算：", "Begins anew by: "),
             str_printf(q->arena, "%.*s (%.*s)", STR_ARG(law->interrupts[i].event.text[q->lang]), STR_ARG(law->interrupts[i].article)));
    if (law->extension.times)
        line(out, say(q, "延长：", "Extended by: "),
             str_printf(q->arena, "%.*s (%.*s)", STR_ARG(law->extension.by.text[q->lang]), STR_ARG(law->extension.article)));
    line(out, say(q, "届满：", "On expiry: "), law->expiry.text[q->lang].len ? law->expiry.text[q->lang] : clock_effect_text(law->effect, q->lang));
    line(out, say(q, "说明：", "Note: "), law->note.text[q->lang]);
}

static void clock_section(const request *q, buf *out, const due_question *asked, const procedure_clock *law, bool alone)
{
    arena *a = q->arena;
    const calendar *cal = q->definitions->calendar;
    diag_list found = {.arena = a};
    running_clock c;
    clock_moment due, promised;
    derivation why = {0};
    bool there = run(asked, law, cal, &c, a, &found) && clock_due(&c, CLOCK_LAW, cal, &due, &why, a, &found);
    html(out, "<section class=\"clock\"><h2>");
    html_text(out, law->name.text[q->lang]);
    html(out, "</h2><p><b>");
    html_text(out, there ? clock_moment_text(due, a) : STR("—"));
    html(out, "</b> · ");
    html_textf(out, "%.*s · %.*s", STR_ARG(clock_length_text(law, q->lang, a)), STR_ARG(clock_article_text(asked->procedure, law, a)));
    if (!law->verified) html(out, say(q, " <span class=\"tag\">待核实</span>", " <span class=\"tag\">to be confirmed</span>"));
    if (why.provisional) html(out, say(q, " <span class=\"tag\">暂定：放假安排尚未公布</span>", " <span class=\"tag\">provisional: the holiday arrangement is not out yet</span>"));
    html(out, "</p>");
    if (there && law->has_promise && clock_due(&c, CLOCK_PROMISE, cal, &promised, NULL, a, &found))
        line(out, say(q, "承诺时限：", "Promised: "), clock_moment_text(promised, a));
    if (alone) {
        told(q, out, &found);
        law_lines(q, out, law);
    }
    if (why.count) {
        html(out, alone ? "<details open><summary>" : "<details><summary>");
        html(out, say(q, "推算过程</summary><ol>", "How it was counted</summary><ol>"));
        for (ptrdiff_t k = 0; k < why.count; k++) {
            html(out, "<li>");
            html_textf(out, "%.*s %.*s", STR_ARG(date_text(why.lines[k].day, a)), STR_ARG(why.lines[k].note[q->lang]));
            html(out, "</li>");
        }
        html(out, "</ol></details>");
    }
    html(out, "</section>");
}

void get_due(const request *q, response *r)
{
    buf *out = &r->body;
    due_question asked = read_question(q);
    const procedure *p = asked.procedure;
    page_begin(q, r, str_from(say(q, "期限计算", "Deadlines")), "due");
    html(out, say(q, "<h1>期限计算</h1><p>从某一事件的日期起，法定期限到哪一天届满，以及为什么。选定一项期限后，可以加入中止、重新起算和延长。</p>",
                  "<h1>Deadlines</h1><p>From the day of an event: when does each statutory limit end, and why. Choose one limit to add suspensions, a new beginning or an extension.</p>"));
    form(q, out, &asked);
    if (asked.wrong[q->lang]) line(out, "", str_from(asked.wrong[q->lang]));
    else if (p && asked.clock.len) {
        const procedure_clock *law = procedure_clock_on(p, asked.clock, asked.on);
        if (law && clock_can_run(law)) clock_section(q, out, &asked, law, true);
        else line(out, "", str_from(say(q, "该日没有施行中的这项期限", "there is no such limit in force on that day")));
    } else if (p) {
        // The list shows each limit as it runs undisturbed: a suspension belongs to one of them.
        asked.pause_count = 0;
        asked.extend = false;
        asked.restart = (date){0};
        for (ptrdiff_t i = 0; i < p->clock_count; i++)
            if (span_covers(p->clocks[i].in_force, asked.on) && clock_can_run(&p->clocks[i])) clock_section(q, out, &asked, &p->clocks[i], false);
    }
    page_end(q, r);
}

// ---- the same as JSON ------------------------------------------------------------------------------------

void get_api_due(const request *q, response *r)
{
    arena *a = q->arena;
    due_question asked = read_question(q);
    diag_list found = {.arena = a};
    const procedure_clock *law = asked.procedure && asked.clock.len ? procedure_clock_on(asked.procedure, asked.clock, asked.on) : NULL;
    running_clock c;
    json *answer = NULL;
    if (asked.procedure && asked.clock.len == 0) {
        answer = json_new_array(a);
        for (ptrdiff_t i = 0; i < asked.procedure->clock_count; i++)
            if (span_covers(asked.procedure->clocks[i].in_force, asked.on)) json_push(answer, clock_law_json(asked.procedure, &asked.procedure->clocks[i], q->lang, a));
    } else if (!asked.wrong[q->lang] && law && clock_can_run(law) && run(&asked, law, q->definitions->calendar, &c, a, &found))
        answer = clock_answer_json(&c, asked.clock, q->definitions->calendar, q->lang, a, &found);
    if (answer) {
        answer_value(r, answer);
        return;
    }
    bool known = asked.procedure && (asked.clock.len == 0 || law);
    const char *why = asked.wrong[q->lang] ? asked.wrong[q->lang] : say(q, "没有可以推算的这项期限", "there is no such limit to be computed");
    str said = STR("");
    for (const diag *g = found.first; g; g = g->next)
        if (g->severity == DIAG_ERROR) said = g->message[q->lang];
    answer_problem(q, r, known ? 400 : 404, said.len ? said : str_from(why), &found);
}
