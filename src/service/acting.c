// Commands of running cases: from the stored case to the decided event.
#include "case/retrace.h"
#include "document/document.h"
#include "document/series.h"
#include "service/access.h"
#include "service/writer_internal.h"

// ---- the agenda: what of a case waits --------------------------------------------------------------------

agenda district_agenda(const definitions *defs, const case_state *s, arena *a)
{
    agenda g = {0};
    const flow_state *f = s->last.running;
    if (!s->exists || !f || f->status != CASE_OPEN) return g;
    int family = defs->family[s->last.definition];
    g.tasks = arena_new(a, f->task_count, store_task);
    for (int i = 0; i < f->task_count; i++) {
        const flow_task *t = &f->tasks[i];
        g.tasks[g.task_count++] = (store_task){s->last.case_id, t->id, family, t->step->id, f->procedure->roles[t->step->role].id, flow_unit(f, t->step, t->id), t->assignee, t->since};
    }
    g.clocks = arena_new(a, f->clock_count, store_clock);
    for (int i = 0; i < f->clock_count; i++) {
        const flow_clock *c = &f->clocks[i];
        if (!c->stopped) g.clocks[g.clock_count++] = (store_clock){s->last.case_id, family, flow_clock_id(c), c->open ? STORE_NO_DAY : date_to_days(c->due.day), (int)c->level};
    }
    return g;
}

static store_task copy_task(const store_task *t, arena *a)
{
    store_task copy = *t;
    copy.task = str_copy(t->task, a), copy.role = str_copy(t->role, a), copy.unit = str_copy(t->unit, a), copy.assignee = str_copy(t->assignee, a);
    return copy;
}

static store_clock copy_clock(const store_clock *c, arena *a)
{
    store_clock copy = *c;
    copy.clock = str_copy(c->clock, a);
    return copy;
}

static const store_task *find_task(const agenda *g, int64_t id)
{
    for (ptrdiff_t i = 0; i < g->task_count; i++)
        if (g->tasks[i].id == id) return &g->tasks[i];
    return NULL;
}

static const store_clock *find_clock(const agenda *g, str id)
{
    for (ptrdiff_t i = 0; i < g->clock_count; i++)
        if (str_equal(g->clocks[i].clock, id)) return &g->clocks[i];
    return NULL;
}

// A task whose role is another in a new version of the procedure is dropped and put anew.
static bool stays(const store_task *now, const store_task *was) { return now && now->procedure == was->procedure && str_equal(now->role, was->role); }

static bool same_task(const store_task *x, const store_task *y)
{
    return str_equal(x->task, y->task) && str_equal(x->role, y->role) && str_equal(x->unit, y->unit) && str_equal(x->assignee, y->assignee) && x->since == y->since;
}

void agenda_changes(const agenda *old, const agenda *new, agenda *dropped, agenda *put, arena *a)
{
    *dropped = (agenda){.tasks = arena_new(a, old->task_count, store_task), .clocks = arena_new(a, old->clock_count, store_clock)};
    *put = (agenda){.tasks = arena_new(a, new->task_count, store_task), .clocks = arena_new(a, new->clock_count, store_clock)};
    for (ptrdiff_t i = 0; i < old->task_count; i++)
        if (!stays(find_task(new, old->tasks[i].id), &old->tasks[i])) dropped->tasks[dropped->task_count++] = copy_task(&old->tasks[i], a);
    for (ptrdiff_t i = 0; i < new->task_count; i++) {
        const store_task *was = find_task(old, new->tasks[i].id);
        if (!was || !same_task(was, &new->tasks[i])) put->tasks[put->task_count++] = copy_task(&new->tasks[i], a);
    }
    for (ptrdiff_t i = 0; i < old->clock_count; i++)
        if (!find_clock(new, old->clocks[i].clock)) dropped->clocks[dropped->clock_count++] = copy_clock(&old->clocks[i], a);
    for (ptrdiff_t i = 0; i < new->clock_count; i++) {
        const store_clock *was = find_clock(old, new->clocks[i].clock);
        if (!was || was->due != new->clocks[i].due || was->level != new->clocks[i].level) put->clocks[put->clock_count++] = copy_clock(&new->clocks[i], a);
    }
}

// ---- acting ----------------------------------------------------------------------------------------------

typedef struct {
    writer *w;
    flow_command *c;
    case_state before;
    const flow_state *running;       // where it stands; NULL: it has not begun
    const procedure *procedure;      // of the version under which the case runs
    int definition;
    arena *arena;
    diag_list *diags;
} acting;

static decision refuse(const acting *x, const char *code, bilingual hint, bilingual format, ...)
{
    va_list args;
    va_start(args, format);
    diag_vadd(x->diags, DIAG_ERROR, code, x->c->from, hint, format, args);
    va_end(args);
    return REFUSED;
}

static decision trouble(const acting *x, store_result r)
{
    if (x->w->trouble == STORE_OK) x->w->trouble = r;
    return REFUSED;
}

static uint64_t id_hash(int64_t case_id) { return (uint64_t)case_id * 0x9E3779B97F4A7C15u | 1; }
static uint64_t command_hash(str id) { return str_hash(id) | 1; }

store_result writer_get_case(writer *w, int64_t case_id, store_case *out, arena *a)
{
    if (writer_is_changed(w, id_hash(case_id))) writer_settle(w);
    return store_get_case(writer_reading(w), case_id, out, a);
}

static store_result load_case(acting *x, int64_t case_id)
{
    store_case row;
    store_result r = writer_get_case(x->w, case_id, &row, x->arena);
    if (r == STORE_OK) r = district_case_state(writer_reading(x->w), x->w->district->definitions, &row, &x->before, x->arena, x->diags);
    if (r != STORE_OK) return r;
    x->procedure = x->before.last.procedure;
    x->definition = row.definition;
    x->running = x->before.last.running;
    return STORE_OK;
}

// A case from a ledger goes on where its row says it stands. It has to be one of the procedure's process, and to come out as the row says.
static bool take_over(acting *x)
{
    const event *e = &x->before.last;
    retraced *r = arena_new(x->arena, 1, retraced);
    if (!e->procedure->process || e->procedure->process->form != e->form || x->before.status == CASE_WITHDRAWN || x->before.status == CASE_CANCELLED) return false;
    if (!case_retrace(e->procedure, e->data, e->opened, x->before.status != CASE_OPEN, x->w->district->definitions->calendar, x->c->offset_minutes, r, x->arena) || !r->same_data) return false;
    // What has fallen due since then happens now.
    flow_command passing = {.kind = FLOW_TIME, .at = x->c->at, .offset_minutes = x->c->offset_minutes};
    flow_state *now = arena_new(x->arena, 1, flow_state);
    diag_list unsaid = {.arena = x->arena};
    flow_decide(&r->end, &passing, x->w->district->definitions->calendar, now, x->arena, &unsaid);
    now->version = e->version;
    x->running = now;
    return true;
}

// A command that was done is not done again: the same id must ask for the same.
static decision done_before(acting *x, int64_t case_id, event *out)
{
    int64_t record;
    store_record stored;
    if (!x->c->id.len) return DECIDED;
    if (writer_is_changed(x->w, command_hash(x->c->id))) writer_settle(x->w);
    store_result r = store_get_command(writer_reading(x->w), x->c->id, &record);
    if (r == STORE_NOT_FOUND) return DECIDED;
    if (r == STORE_OK) r = store_get_record(writer_reading(x->w), record, &stored, x->arena);
    if (r != STORE_OK) return trouble(x, r);
    const json *body = json_parse(stored.body, STR("fadu.db"), x->arena, x->diags);
    if (!body || !case_event_read(body, definition_by_number, x->w->district->definitions, out, x->arena, x->diags)) return trouble(x, STORE_DAMAGED);
    buf asked = {.arena = x->arena}, then = {.arena = x->arena};
    json_write(&asked, flow_command_json(x->c, x->arena));
    json_write(&then, out->command);
    bool same = str_equal(buf_str(&asked), buf_str(&then)) && str_equal(out->actor, x->c->actor) && (case_id == 0 || case_id == out->case_id);
    return same ? UNCHANGED : refuse(x, "COMMAND-ID-USED", (bilingual){"换一个编号", "choose another id"}, (bilingual){"操作编号“%.*s”已用于另一项操作", "the command id \"%.*s\" was used for something else"}, STR_ARG(x->c->id));
}

// The next number of a series. It is taken only when the command is decided.
typedef struct { bool wanted; str pattern; int year, n; } numbering;

static decision next_number(acting *x, str pattern, numbering *n)
{
    int64_t next;
    *n = (numbering){.pattern = pattern, .year = timestamp_date(x->w->now, CHINA_OFFSET_MINUTES).year};
    writer_settle(x->w);
    store_result r = store_next_number(x->w->district->store, n->pattern, n->year, &next);
    if (r != STORE_OK) return trouble(x, r);
    if (next > SERIES_NUMBER_MAX) return refuse(x, "CASE-NUMBERS", (bilingual){0}, (bilingual){"本年编号已用完", "this year's numbers are used up"});
    n->n = (int)next;
    n->wanted = true;
    return DECIDED;
}

// Where the key is left empty and the procedure says how cases are numbered.

static decision give_number(acting *x, numbering *n)
{
    const procedure_process *p = x->procedure->process;
    const procedure_form *f = &x->procedure->forms[p->form];
    series s;
    str key = f->fields[f->key[0]].key;
    if (!p->number.len || f->key_count != 1 || (x->c->data && json_get(x->c->data, key))) return DECIDED;
    if (!series_load(p->number, x->c->from, &s, x->diags) || next_number(x, p->number, n) == REFUSED) return REFUSED;
    json *data = json_new_object(x->arena);
    for (const json *m = x->c->data ? x->c->data->first : NULL; m; m = m->next) json_set(data, m->name, json_again(m, x->arena));
    json_set(data, key, json_new_string(series_text(s, (series_number){n->year, n->n}, x->arena), x->arena));
    x->c->data = data;
    return DECIDED;
}

// ---- documents -------------------------------------------------------------------------------------------

// Who makes it: the actor's unit, by its full name, or the district's organ.
static feel_value office_of(const acting *x)
{
    static const str names[] = {{"name", 4}, {"code", 4}};
    const json *config = x->w->district->definitions->config;
    str area = json_string(config, STR("name")), unit = x->c->unit;
    str name = !unit.len ? json_string(config, STR("organ")) : str_starts(unit, area) ? unit : str_concat(area, unit, x->arena);
    return feel_context_of(names, (feel_value[]){feel_string(name), feel_string(json_string(config, STR("document_code")))}, 2, x->arena);
}

store_result district_document(store *s, const case_state *of, int n, const json **out, arena *a, diag_list *d)
{
    const flow_state *f = of->last.running;
    if (!f || n < 1 || n > f->document_count) return STORE_NOT_FOUND;
    store_record stored;
    int64_t at = of->record;
    while (at) {
        store_result r = store_get_record(s, at, &stored, a);
        if (r != STORE_OK) return r;
        const json *body = json_parse(stored.body, STR("fadu.db"), a, d), *says = json_get(json_get(body, STR("document")), STR("says"));
        buf text = {.arena = a};
        if (says) json_write(&text, says);
        if (says && digest_equal(digest_of(buf_str(&text)), f->documents[n - 1].content)) return *out = json_get(body, STR("document")), STORE_OK;
        at = json_int(body, STR("previous"), 0);
    }
    return STORE_DAMAGED;
}

// What was said for the draft alone, with which it is made again when it is issued.
static decision drafted_with(acting *x, const flow_state *before, const procedure_document *t, const json **facts)
{
    for (int n = before->document_count; n > 0; n--) {
        const json *draft;
        if (before->documents[n - 1].document != t) continue;
        store_result r = district_document(writer_reading(x->w), &x->before, n, &draft, x->arena, x->diags);
        if (r != STORE_OK) return trouble(x, r);
        *facts = json_get(draft, STR("facts"));
        break;
    }
    return DECIDED;
}

// What the document says now, for the command to bring along. Issued, it has its number.
static decision make_document(acting *x, const flow_state *before, numbering *number)
{
    flow_command *c = x->c;
    const procedure_document *t = document_find(x->procedure, c->document);
    const json *facts = c->kind == FLOW_DRAFT ? c->data : NULL;
    if (!t || !before->status) return DECIDED;                     // refused there
    if (c->kind == FLOW_ISSUE && drafted_with(x, before, t, &facts) == REFUSED) return REFUSED;
    document_values v = {.data = before->data, .case_file = facts ? feel_from_json(facts, x->arena) : feel_null(), .office = office_of(x), .day = timestamp_date(c->at, c->offset_minutes)};
    str pattern = document_series(t, feel_context_get(&v.office, STR("code"))->string, x->arena);
    if (c->kind == FLOW_ISSUE && pattern.len) {
        series s;
        if (!series_load(pattern, c->from, &s, x->diags) || next_number(x, pattern, number) == REFUSED) return REFUSED;
        v.number = number->n;
        c->number = series_text(s, (series_number){number->year, number->n}, x->arena);
    }
    const report_document *made = document_fill(x->procedure, t, &v, x->w->district->definitions->calendar, x->arena, x->diags);
    if (!made) return REFUSED;
    json *content = json_new_object(x->arena);
    if (facts) json_set(content, STR("facts"), json_again(facts, x->arena));
    json_set(content, STR("says"), report_document_json(made, x->arena));
    c->content = content;
    c->data = NULL;
    return DECIDED;
}

// Is the key free, or this case's own?
static decision check_key(acting *x, const event *e)
{
    store_case there;
    if (x->before.exists && str_equal(x->before.last.key, e->key)) return DECIDED;
    store_result r = writer_find(x->w, e->definition, e->form, e->key, &there, x->arena);
    if (r == STORE_NOT_FOUND) return DECIDED;
    if (r != STORE_OK) return trouble(x, r);
    return refuse(x, "CASE-KEY-TAKEN", (bilingual){"换一个编号，或者办理已有的事项", "choose another, or go on with the case that is there"}, (bilingual){"编号“%.*s”已有事项", "there is a case \"%.*s\" already"}, STR_ARG(e->key));
}

// What the actor is known to be: with a certificate where the step asks for one, standing in for others where one of them has the task.
static decision know_actor(acting *x, const flow_state *before)
{
    flow_command *c = x->c;
    store *s = writer_reading(x->w);
    date today = timestamp_date(c->at, c->offset_minutes);
    const procedure_process *p = x->procedure->process;
    const process_step *step = c->kind == FLOW_START ? &p->start : process_task(p, c->task);
    const flow_task *task = before->status ? flow_task_find(before, c->task, c->unit) : NULL;
    if (step && step->qualification.len && !c->qualification_count) {
        bool has = false;
        store_result r = access_qualifies(s, x->w->district->definitions, c->actor, step->qualification, today, &has, x->arena, x->diags);
        if (r != STORE_OK) return trouble(x, r);
        c->qualifications = &step->qualification;
        c->qualification_count = has;
    }
    if (task && task->assignee.len && !str_equal(task->assignee, c->actor)) {
        str *covered;
        ptrdiff_t count;
        store_result r = store_covered(s, c->actor, date_to_days(today), &covered, &count, x->arena);
        if (r != STORE_OK) return trouble(x, r);
        c->covers = covered;
        c->cover_count = (int)count;
    }
    return DECIDED;
}

static decision decide(acting *x, event *out)
{
    flow_state before = {.procedure = x->procedure}, *after = arena_new(x->arena, 1, flow_state);
    numbering number = {0};
    if (x->running) before = *x->running;
    else if (give_number(x, &number) == REFUSED) return REFUSED;
    if (know_actor(x, &before) == REFUSED) return REFUSED;
    if ((x->c->kind == FLOW_DRAFT || x->c->kind == FLOW_ISSUE) && make_document(x, &before, &number) == REFUSED) return REFUSED;
    decision result = flow_decide(&before, x->c, x->w->district->definitions->calendar, after, x->arena, x->diags);
    if (result != DECIDED) {
        *out = x->before.last;
        return result;
    }
    int64_t new_id = case_id_make(x->w->now, x->w->district->last_case);
    if (!flow_event(&x->before, after, x->c, new_id, x->definition, out, x->arena, x->diags) || check_key(x, out) == REFUSED) return REFUSED;
    if (number.wanted) {
        int64_t taken;
        store_result r = store_take_number(x->w->district->store, number.pattern, number.year, &taken);
        if (r != STORE_OK) return trouble(x, r);
    }
    writer_commit_event(x->w, &x->before, out, x->arena, x->diags);
    writer_note_changed(x->w, id_hash(out->case_id));
    if (x->c->id.len) writer_note_changed(x->w, command_hash(x->c->id));
    return DECIDED;
}

decision writer_act(writer *w, int64_t case_id, str procedure_id, flow_command *c, event *out, arena *a, diag_list *d)
{
    acting x = {.w = w, .c = c, .arena = a, .diags = d};
    *out = (event){0};
    c->at = w->now;
    c->offset_minutes = CHINA_OFFSET_MINUTES;
    decision before = done_before(&x, case_id, out);
    if (before != DECIDED) return before;
    if (case_id) {
        store_result r = load_case(&x, case_id);
        if (r == STORE_NOT_FOUND) return refuse(&x, "CASE-NOT-THERE", (bilingual){0}, (bilingual){"没有这件事项", "there is no such case"});
        if (r != STORE_OK) return trouble(&x, r);
        if (!x.running && !take_over(&x)) return refuse(&x, "CASE-NOT-RUNNING", (bilingual){"更正台账后重新导入", "correct the ledger and import it again"}, (bilingual){"这件事项来自台账，不能在本系统接着办理", "this case comes from a ledger and cannot be carried on in this system"});
        if (c->kind == FLOW_TAKE && x.before.last.running) return refuse(&x, "CASE-RUNS", (bilingual){0}, (bilingual){"这件事项已在本系统办理", "this case is handled in this system already"});
        if (c->kind == FLOW_MIGRATE) c->procedure = definitions_procedure(w->district->definitions, x.procedure->id, &x.definition);
    } else {
        x.procedure = definitions_procedure(w->district->definitions, procedure_id, &x.definition);
        if (!x.procedure || !x.procedure->process) return refuse(&x, "CASE-NO-PROCESS", (bilingual){0}, (bilingual){"没有可以办理的流程“%.*s”", "there is no procedure \"%.*s\" that can be run"}, STR_ARG(procedure_id));
        if (c->kind != FLOW_START) return refuse(&x, "CASE-NOT-THERE", (bilingual){0}, (bilingual){"没有这件事项", "there is no such case"});
    }
    return decide(&x, out);
}

// ---- referrals -------------------------------------------------------------------------------------------

// What is split from a case begins as that did, but for what tells the two apart.
static void add_beginning(const acting *x, json *data)
{
    const process_step *start = &x->procedure->process->start;
    const procedure_form *f = &x->procedure->forms[x->procedure->process->form];
    for (ptrdiff_t i = 0; i < start->field_count; i++) {
        int field = start->fields[i];
        bool is_key = false;
        for (ptrdiff_t k = 0; k < f->key_count; k++) is_key = is_key || f->key[k] == field;
        feel_value v = x->before.last.data[field];
        if (!is_key && v.kind != FEEL_NULL) json_set(data, f->fields[field].key, feel_to_json(v, x->arena));
    }
}

const json *writer_referral_data(writer *w, int64_t case_id, str to, const json *given, arena *a, diag_list *d)
{
    flow_command nothing = {0};
    acting x = {.w = w, .c = &nothing, .arena = a, .diags = d};
    json *data = json_new_object(a);
    const process_referral *r = load_case(&x, case_id) == STORE_OK && x.procedure->process && x.procedure->process->form == x.before.last.form ? process_referral_find(x.procedure->process, to) : NULL;
    feel_evaluation e = {.arena = a, .now = w->now, .now_offset = CHINA_OFFSET_MINUTES * 60, .silent = true};
    for (ptrdiff_t i = 0; r && i < r->set_count; i++) {
        feel_value v = feel_evaluate(r->sets[i].value, x.before.last.data, &e);
        if (v.kind != FEEL_NULL) json_set(data, r->sets[i].field, feel_to_json(v, a));
    }
    if (x.running && str_equal(to, x.procedure->id)) add_beginning(&x, data);
    for (const json *m = given ? given->first : NULL; m; m = m->next) json_set(data, m->name, json_again(m, a));
    return data;
}
