#include "case/scenario.h"

typedef struct {
    const procedure *procedure;
    const calendar *cal;
    str file;
    flow_state state;
    scenario_shown *shown;           // NULL: nobody asks
    timestamp now;
    bool failed;
    arena *arena;
    diag_list *diags;
} telling;

static void differs(telling *t, const json *at, const char *code, bilingual format, ...)
{
    va_list args;
    va_start(args, format);
    diag_vadd(t->diags, DIAG_ERROR, code, json_pos(at, t->file), (bilingual){0}, format, args);
    va_end(args);
    t->failed = true;
}

static bool read_moment(str text, timestamp *out)
{
    clock_moment m;
    if (!clock_moment_parse(text, &m)) return false;
    *out = (date_to_days(m.day) * 86400 + (m.has_time ? m.second : 0) - CHINA_OFFSET_MINUTES * 60) * 1000;
    return true;
}

// ---- expectations -----------------------------------------------------------------------------------------

static str joined_tasks(const telling *t)
{
    buf b = {.arena = t->arena};
    for (int i = 0; i < t->state.task_count; i++) buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(t->state.tasks[i].step->id));
    return buf_str(&b);
}

static void expect_tasks(telling *t, const json *list)
{
    bool same = list->kind == JSON_ARRAY && list->count == t->state.task_count;
    for (const json *j = list->first; j && same; j = j->next) same = flow_task_find(&t->state, j->text, (str){0}) != NULL;
    if (same) return;
    str open = joined_tasks(t);
    differs(t, list, "SCENARIO-TASKS", (bilingual){"待办任务实为：%.*s", "the open tasks are: %.*s"}, STR_ARG(open));
}

static void expect_status(telling *t, const json *j)
{
    const char *status = t->state.suspended ? "suspended" : !t->state.status ? "not begun" : t->state.status == CASE_OPEN ? "open" : t->state.status == CASE_CLOSED ? "closed" : t->state.status == CASE_WITHDRAWN ? "withdrawn" : "cancelled";
    if (!str_equal(j->text, str_from(status))) differs(t, j, "SCENARIO-STATUS", (bilingual){"状态实为 %s", "the status is %s"}, status);
}

static void expect_data(telling *t, const json *object)
{
    const procedure_form *f = &t->procedure->forms[t->procedure->process->form];
    for (const json *j = object->first; j; j = j->next) {
        int field = form_field_index(f, j->name);
        feel_value wanted = feel_null();
        if (field < 0 || (j->kind != JSON_NULL && !field_from_json(f->fields[field].type, j, t->arena, &wanted))) {
            differs(t, j, "SCENARIO-FIELD", (bilingual){"没有字段“%.*s”，或值的类型不对", "there is no field \"%.*s\", or the value is of another kind"}, STR_ARG(j->name));
            continue;
        }
        if (t->state.data && feel_equal(wanted, t->state.data[field])) continue;
        buf b = {.arena = t->arena};
        feel_print(&b, t->state.data ? t->state.data[field] : feel_null());
        differs(t, j, "SCENARIO-DATA", (bilingual){"“%.*s”实为 %.*s", "\"%.*s\" is %.*s"}, STR_ARG(j->name), STR_ARG(buf_str(&b)));
    }
}

static const flow_clock *find_clock(const flow_clock *list, ptrdiff_t count, str id)
{
    for (ptrdiff_t i = 0; i < count; i++)
        if (procedure_clock_named(list[i].clock, list[i].limit == CLOCK_PROMISE, id)) return &list[i];
    return NULL;
}

static void expect_clocks(telling *t, const json *object, bool levels)
{
    static const char *const level_names[] = {[CLOCK_NORMAL] = "normal", [CLOCK_DUE_SOON] = "due soon", [CLOCK_OVERDUE] = "overdue"};
    flow_clock *list;
    ptrdiff_t count = flow_clocks(&t->state, t->cal, t->now, CHINA_OFFSET_MINUTES, &list, t->arena);
    for (const json *j = object->first; j; j = j->next) {
        const flow_clock *c = find_clock(list, count, j->name);
        str found = !c ? STR("none") : levels ? str_from(c->open ? "suspended" : level_names[c->level]) : c->open ? STR("suspended") : clock_moment_text(c->due, t->arena);
        if (!str_equal(found, j->text)) differs(t, j, "SCENARIO-CLOCK", (bilingual){"期限“%.*s”实为 %.*s", "the clock \"%.*s\" is %.*s"}, STR_ARG(j->name), STR_ARG(found));
    }
}

static void expect(telling *t, const json *object)
{
    for (const json *j = object->first; j; j = j->next) {
        if (str_equal(j->name, STR("tasks"))) expect_tasks(t, j);
        else if (str_equal(j->name, STR("status"))) expect_status(t, j);
        else if (str_equal(j->name, STR("data"))) expect_data(t, j);
        else if (str_equal(j->name, STR("clocks"))) expect_clocks(t, j, false);
        else if (str_equal(j->name, STR("levels"))) expect_clocks(t, j, true);
        else differs(t, j, "SCENARIO-MEMBER", (bilingual){"不认识的成员“%.*s”", "unknown member \"%.*s\""}, STR_ARG(j->name));
    }
}

// ---- what is shown ----------------------------------------------------------------------------------------

scenario_shown scenario_nothing_shown(const procedure *p, arena *a)
{
    return (scenario_shown){.procedure = p, .taken = arena_new(a, bpmn_flow_count(p->process->model), bool), .law_over = arena_new(a, p->clock_count, bool), .promise_over = arena_new(a, p->clock_count, bool), .arena = a};
}

static void note_overdue(scenario_shown *x, const flow_state *s)
{
    for (int i = 0; i < s->clock_count; i++) {
        const flow_clock *c = &s->clocks[i];
        bool *over = c->limit == CLOCK_PROMISE ? x->promise_over : x->law_over;
        if (c->level == CLOCK_OVERDUE) over[c->clock - x->procedure->clocks] = true;
    }
}

static void note_refusal(const telling *t, const flow_command *c, str code)
{
    if (!t->shown) return;
    scenario_refusal *r = arena_new(t->shown->arena, 1, scenario_refusal);
    *r = (scenario_refusal){c->kind == FLOW_EXTEND ? c->clock : c->kind == FLOW_START ? STR("start") : c->task, code, t->shown->refusals};
    t->shown->refusals = r;
}

// Is a refusal of that step shown, with a code that begins so?
static bool shows_refusal(const scenario_shown *x, str step, const char *code)
{
    for (const scenario_refusal *r = x->refusals; r; r = r->next)
        if (str_equal(r->step, step) && str_starts(r->code, str_from(code))) return true;
    return false;
}

static int unshown(const scenario_shown *x, str element, bilingual format, str about, diag_list *d)
{
    source_pos at = {.file = str_printf(x->arena, "%.*s/scenarios", STR_ARG(x->procedure->id)), .element = element};
    diag_add(d, DIAG_WARNING, "SCENARIO-UNSHOWN", at, (bilingual){0}, format, STR_ARG(about));
    return 1;
}

static int unshown_step(const scenario_shown *x, const process_step *s, diag_list *d)
{
    int count = 0;
    if (s->not_by_count && !shows_refusal(x, s->id, "FLOW-FOUR-EYES")) count += unshown(x, s->id, (bilingual){"没有情景说明“%.*s”须由他人办理", "no scenario shows that \"%.*s\" needs other eyes"}, s->id, d);
    if (s->qualification.len && !shows_refusal(x, s->id, "FLOW-QUALIFICATION")) count += unshown(x, s->id, (bilingual){"没有情景说明“%.*s”须有证件", "no scenario shows that \"%.*s\" needs a certificate"}, s->id, d);
    if (s->need_count && !shows_refusal(x, s->id, "FLOW-NEEDS")) count += unshown(x, s->id, (bilingual){"没有情景说明“%.*s”有必填的内容", "no scenario shows that \"%.*s\" has something that must be filled in"}, s->id, d);
    return count;
}

static int unshown_clock(const scenario_shown *x, ptrdiff_t i, diag_list *d)
{
    const procedure_clock *c = &x->procedure->clocks[i];
    int count = 0;
    if (!x->law_over[i]) count += unshown(x, c->id, (bilingual){"没有情景说明期限“%.*s”届满", "no scenario shows the expiry of \"%.*s\""}, c->id, d);
    if (c->has_promise && !x->promise_over[i]) count += unshown(x, c->id, (bilingual){"没有情景说明承诺时限“%.*s”届满", "no scenario shows the expiry of \"%.*s\""}, c->promise_id, d);
    if (c->extension.times && !shows_refusal(x, c->id, "CLOCK-EXTEN")) count += unshown(x, c->id, (bilingual){"没有情景说明“%.*s”不能超出法律规定延长", "no scenario shows that \"%.*s\" is extended no further than the law allows"}, c->id, d);
    return count;
}

int scenario_unshown(const scenario_shown *x, diag_list *d)
{
    const procedure_process *p = x->procedure->process;
    const procedure_form *f = &x->procedure->forms[p->form];
    int count = 0;
    for (int i = 0; i < bpmn_flow_count(p->model); i++)
        if (!x->taken[i]) count += unshown(x, bpmn_flow(p->model, i).id, (bilingual){"没有情景走过顺序流“%.*s”", "no scenario takes the sequence flow \"%.*s\""}, bpmn_flow(p->model, i).id, d);
    for (ptrdiff_t i = 0; i < f->clock_count; i++) count += unshown_clock(x, f->clocks[i], d);
    count += unshown_step(x, &p->start, d);
    for (ptrdiff_t i = 0; i < p->task_count; i++) count += unshown_step(x, &p->tasks[i], d);
    return count;
}

// ---- acts -------------------------------------------------------------------------------------------------

static void take(telling *t, const flow_command *c, const json *at, str refused)
{
    diag_list said = {.arena = t->arena};
    flow_state after;
    if (refused.len) note_refusal(t, c, refused);
    decision done = flow_decide(&t->state, c, t->cal, &after, t->arena, &said);
    if (done == REFUSED && refused.len) {
        bool as_told = false;
        for (const diag *g = said.first; g; g = g->next) as_told = as_told || str_equal(str_from(g->code), refused);
        if (!as_told) differs(t, at, "SCENARIO-REFUSED", (bilingual){"拒绝的理由实为 %s", "it was refused with %s"}, said.first ? said.first->code : "?");
    } else if (done == REFUSED) {
        differs(t, at, "SCENARIO-REFUSED", (bilingual){"被拒绝：%s", "it was refused: %s"}, said.first ? said.first->code : "?");
        for (const diag *g = said.first; g; g = g->next) diag_copy(t->diags, g);
    } else if (refused.len) differs(t, at, "SCENARIO-NOT-REFUSED", (bilingual){"应被拒绝（%.*s），实未拒绝", "it was not refused (%.*s)"}, STR_ARG(refused));
    t->state = after;
    if (t->shown) note_overdue(t->shown, &after);
}

static void act(telling *t, const json *j)
{
    flow_command c = {.actor = json_string(j, STR("by")), .task = json_string(j, STR("task")), .to = json_string(j, STR("to")), .reason = json_string(j, STR("reason")),
                      .unit = json_string(j, STR("unit")), .clock = json_string(j, STR("clock")), .link = json_string(j, STR("link")), .length = (int)json_int(j, STR("length"), 0),
                      .data = json_get(j, STR("data")), .version = (int)json_int(j, STR("version"), 0), .offset_minutes = CHINA_OFFSET_MINUTES, .from = json_pos(j, t->file)};
    // What it says is the affair of fadu document: here it says nothing.
    json *content = json_new_object(t->arena);
    json_set(content, STR("says"), json_new_object(t->arena));
    c.document = json_string(j, STR("document")), c.way = json_string(j, STR("way")), c.content = content;
    str role = json_string(j, STR("role")), certificate = json_string(j, STR("qualification"));
    timestamp at;
    if (!flow_command_find(json_string(j, STR("do")), &c.kind) || !read_moment(json_string(j, STR("at")), &at) || at < t->now) {
        differs(t, j, "SCENARIO-STEP", (bilingual){"须有“do”和不早于上一步的“at”（如 2024-03-05T08:30）", "\"do\" is needed, and an \"at\" (like 2024-03-05T08:30) not before the step before"});
        return;
    }
    c.roles = &role;
    c.role_count = 1;
    c.qualifications = &certificate;
    c.qualification_count = certificate.len > 0;
    c.at = t->now = at;
    c.taken = t->shown ? t->shown->taken : NULL;
    if (t->state.status) {
        flow_command passing = {.kind = FLOW_TIME, .at = at, .offset_minutes = CHINA_OFFSET_MINUTES, .taken = c.taken, .from = c.from};
        take(t, &passing, j, (str){0});
    }
    if (c.kind != FLOW_TIME) take(t, &c, j, json_string(j, STR("refused")));
}

scenario_result scenario_run(const procedure *p, const procedure_file *file, const calendar *cal, scenario_shown *shown, arena *a, diag_list *d)
{
    telling t = {.procedure = p, .cal = cal, .shown = shown, .file = str_printf(a, "%.*s/%.*s", STR_ARG(p->id), STR_ARG(file->name)), .state = {.procedure = p}, .now = INT64_MIN, .arena = a, .diags = d};
    scenario_result r = {.name = file->name};
    const json *root = json_parse(file->text, t.file, a, d), *steps = json_get(root, STR("steps")), *title = json_get(root, STR("title"));
    if (!root) return r;
    r.title = (label){{json_string(title, STR("zh")), json_string(title, STR("en"))}};
    if (!steps || steps->kind != JSON_ARRAY || !steps->count || steps->count > SCENARIO_STEPS_MAX || !r.title.text[LANG_ZH].len || !p->process) {
        differs(&t, root, "SCENARIO-FILE", (bilingual){"情景须有“title”和 1 至 %d 个“steps”，流程须有 process.bpmn", "a scenario has a \"title\" and 1 to %d \"steps\", of a procedure with a process"}, SCENARIO_STEPS_MAX);
        return r;
    }
    for (const json *j = steps->first; j; j = j->next, r.steps++) {
        const json *expected = json_get(j, STR("expect"));
        if (expected && expected->kind == JSON_OBJECT) expect(&t, expected);
        else act(&t, j);
    }
    r.passed = !t.failed;
    return r;
}
