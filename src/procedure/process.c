// The process of a procedure: process.bpmn, and what procedure.json binds its user tasks to: roles, fields, what they note down.
#include "procedure/procedure_internal.h"

static int role_index(const procedure *p, str id)
{
    for (int i = 0; i < p->role_count; i++)
        if (str_equal(p->roles[i].id, id)) return i;
    return -1;
}

static void unknown(loader *l, const json *at, str element, bilingual what, str name)
{
    loader_error(l, at, element, "PROCESS-UNKNOWN", (bilingual){0}, what, STR_ARG(name));
}

static void read_fields(loader *l, const procedure_form *f, const json *array, str element, int **out, ptrdiff_t *count)
{
    *out = arena_new(l->arena, array ? array->count : 0, int);
    for (const json *j = array ? array->first : NULL; j; j = j->next) {
        int field = form_field_index(f, j->text);
        if (j->kind != JSON_STRING || field < 0) unknown(l, j, element, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, j->text);
        else (*out)[(*count)++] = field;
    }
}

// {"field": "FEEL"}: what is noted down when the task is done. The scope is the form's fields, then the `extra` names.
static void read_sets(loader *l, const procedure_form *f, const json *step, str element, const str *extra, ptrdiff_t extra_count, process_set **out, ptrdiff_t *count)
{
    const json *object = json_get(step, STR("sets"));
    if (object && object->kind != JSON_OBJECT) {
        loader_error(l, object, element, "PROC-MEMBER", (bilingual){0}, (bilingual){"“sets”应为对象", "\"sets\" must be an object"});
        return;
    }
    str *names = arena_new(l->arena, f->field_count + extra_count, str);
    for (ptrdiff_t i = 0; i < f->field_count; i++) names[i] = f->fields[i].key;
    for (ptrdiff_t i = 0; i < extra_count; i++) names[f->field_count + i] = extra[i];
    feel_scope scope = {.names = names, .count = f->field_count + extra_count};
    *out = arena_new(l->arena, object ? object->count : 0, process_set);
    for (const json *j = object ? object->first : NULL; j; j = j->next) {
        int field = form_field_index(f, j->name);
        feel_program *value = read_feel(l, object, str_cstr(j->name, l->arena), scope, true, element);
        if (field < 0) unknown(l, j, element, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, j->name);
        else if (value) (*out)[(*count)++] = (process_set){field, value};
    }
}

// `item`: the variable with the element of each instance, of a multi-instance; else "".
static void read_step(loader *l, const procedure_form *f, const json *j, str element, str item, process_step *out)
{
    str role = need_string(l, j, "role", element);
    out->role = role_index(l->p, role);
    if (role.len && out->role < 0) unknown(l, j, element, (bilingual){"没有角色“%.*s”", "there is no role \"%.*s\""}, role);
    out->article = want_string(l, j, "article", element);
    out->qualification = want_string(l, j, "qualification", element);
    str unit = want_string(l, j, "unit", element);
    out->unit = unit.len ? form_field_index(f, unit) : -1;
    if (unit.len && str_equal(unit, item)) out->unit_each = unit;
    else if (unit.len && out->unit < 0) unknown(l, j, element, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, unit);
    read_fields(l, f, want_array(l, j, "fields", element), element, &out->fields, &out->field_count);
    read_fields(l, f, want_array(l, j, "needs", element), element, &out->needs, &out->need_count);
    read_sets(l, f, j, element, (const str[]){STR("now"), STR("actor"), STR("actor_unit")}, 3, &out->sets, &out->set_count);
}

static bool is_a(const bpmn_model *m, int element, const char *type) { return element >= 0 && str_equal(str_from(bpmn_element(m, element).type), str_from(type)); }

// The variable with the element of the multi-instance that the task is, or lies in.
static str item_of(const bpmn_model *m, int element)
{
    str item = {0};
    for (int e = element; e >= 0 && !item.len; e = bpmn_element(m, e).scope) item = bpmn_element(m, e).item;
    return item;
}

static void read_task(loader *l, procedure_process *p, const procedure_form *f, const json *j)
{
    process_step *s = &p->tasks[p->task_count++];
    only_members(l, j, STR("process"), (const char *const[]){"id", "role", "fields", "needs", "sets", "not_by", "unit", "qualification", "article", NULL});
    s->id = need_string(l, j, "id", STR("process"));
    s->element = bpmn_element_find(p->model, s->id);
    if (!is_a(p->model, s->element, "userTask"))
        unknown(l, j, s->id, (bilingual){"流程图没有用户任务“%.*s”", "the process has no user task \"%.*s\""}, s->id);
    read_step(l, f, j, s->id, item_of(p->model, s->element), s);
    read_strings(l, want_array(l, j, "not_by", s->id), s->id, &s->not_by, &s->not_by_count);
}

// What the decision asks for are the form's fields, by key or by label.
static int field_named(const procedure_form *f, str name)
{
    int field = form_field_index(f, name);
    for (int i = 0; i < f->field_count && field < 0; i++)
        if (str_equal(f->fields[i].name.text[LANG_ZH], name)) field = i;
    return field;
}

static void read_rule(loader *l, procedure_process *p, const procedure_form *f, const json *j)
{
    process_rule *r = &p->rules[p->rule_count++];
    only_members(l, j, STR("process"), (const char *const[]){"id", "sets", NULL});
    r->id = need_string(l, j, "id", STR("process"));
    r->element = bpmn_element_find(p->model, r->id);
    if (!is_a(p->model, r->element, "businessRuleTask")) {
        unknown(l, j, r->id, (bilingual){"流程图没有业务规则任务“%.*s”", "the process has no business rule task \"%.*s\""}, r->id);
        return;
    }
    str name = bpmn_element(p->model, r->element).decision;
    r->decision = procedure_decision_find(l->p, name);
    if (!r->decision) {
        unknown(l, j, r->id, (bilingual){"流程没有决策“%.*s”（zeebe:calledDecision 的 decisionId）", "the procedure has no decision \"%.*s\" (decisionId of zeebe:calledDecision)"}, name);
        return;
    }
    dmn_parameter *parameters;
    ptrdiff_t count = dmn_parameters(r->decision->model, r->decision->item, &parameters, l->arena);
    r->inputs = arena_new(l->arena, count, process_input);
    for (ptrdiff_t i = 0; i < count; i++) {
        int field = field_named(f, parameters[i].name);
        if (field < 0) unknown(l, j, r->id, (bilingual){"决策的输入“%.*s”不是表单的字段", "the decision's input \"%.*s\" is no field of the form"}, parameters[i].name);
        else r->inputs[r->input_count++] = (process_input){parameters[i].name, field};
    }
    read_sets(l, f, j, r->id, (const str[]){STR("now"), STR("decision"), STR("version")}, 3, &r->sets, &r->set_count);
}

// {"to": "penalty", "when": {"zh", "en"}, "article": "…", "data": {"FIELD": "FEEL"}}. Whether the other has these fields is known only with
// all procedures at hand (check_referrals).
static void read_referrals(loader *l, procedure_process *p, const procedure_form *f, const json *array)
{
    str *names = arena_new(l->arena, f->field_count, str);
    for (ptrdiff_t i = 0; i < f->field_count; i++) names[i] = f->fields[i].key;
    feel_scope scope = {.names = names, .count = f->field_count};
    p->referrals = arena_new(l->arena, array ? array->count : 0, process_referral);
    for (const json *j = array ? array->first : NULL; j; j = j->next) {
        process_referral *r = &p->referrals[p->referral_count++];
        only_members(l, j, STR("refers"), (const char *const[]){"to", "when", "article", "data", NULL});
        *r = (process_referral){.to = need_string(l, j, "to", STR("refers")), .when = need_label(l, j, "when", STR("refers")), .article = want_string(l, j, "article", STR("refers")), .line = j->line};
        const json *data = json_get(j, STR("data"));
        r->sets = arena_new(l->arena, data ? data->count : 0, referral_set);
        for (const json *m = data ? data->first : NULL; m; m = m->next) {
            feel_program *value = read_feel(l, data, str_cstr(m->name, l->arena), scope, true, r->to);
            if (value) r->sets[r->set_count++] = (referral_set){m->name, value};
        }
    }
}

// {"extend": ["director"]}: a command about the whole case, and the roles that may give it.
static void read_powers(loader *l, procedure_process *p, const json *object)
{
    static const char *const commands[] = {"correct", "suspend", "resume", "extend", "recuse", "link", "join", "withdraw", "cancel", "reopen", "migrate", "resolve", "draft", "issue", "serve", NULL};
    if (!object) return;
    only_members(l, object, STR("may"), commands);
    p->powers = arena_new(l->arena, object->count, process_power);
    for (const json *j = object->first; j; j = j->next) {
        process_power *power = &p->powers[p->power_count++];
        *power = (process_power){.command = j->name, .roles = arena_new(l->arena, j->count, int)};
        for (const json *r = j->kind == JSON_ARRAY ? j->first : NULL; r; r = r->next) {
            int role = role_index(l->p, r->text);
            if (role < 0) unknown(l, r, STR("may"), (bilingual){"没有角色“%.*s”", "there is no role \"%.*s\""}, r->text);
            else power->roles[power->role_count++] = role;
        }
        if (!power->role_count) loader_error(l, j, STR("may"), "PROCESS-POWER", (bilingual){0}, (bilingual){"“%.*s”须列出角色", "\"%.*s\" lists the roles that may"}, STR_ARG(j->name));
    }
}

// A timer that follows a time limit which the form does not have would never fire.
static void check_timer(loader *l, const procedure_process *p, const json *at, int element)
{
    const procedure_form *f = &l->p->forms[p->form];
    bpmn_element_info timer = bpmn_element(p->model, element);
    while (timer.clock.len) {
        str name = str_cut(&timer.clock, ' ');
        bool found = false;
        for (ptrdiff_t i = 0; i < f->clock_count && !found; i++) {
            const procedure_clock *c = &l->p->clocks[f->clocks[i]];
            found = procedure_clock_named(c, false, name) || (c->has_promise && procedure_clock_named(c, true, name));
        }
        if (!found) unknown(l, at, timer.id, (bilingual){"表单没有期限“%.*s”，计时不会触发", "the form has no time limit \"%.*s\": the timer would never fire"}, name);
    }
}

static void check_bound(loader *l, const procedure_process *p, const json *at)
{
    for (int e = 0; e < bpmn_element_count(p->model); e++) {
        str id = bpmn_element(p->model, e).id;
        if (is_a(p->model, e, "businessRuleTask") && !process_rule_find(p, id))
            loader_error(l, at, id, "PROCESS-UNBOUND", (bilingual){"在 process.rules 中写明决定记入哪些字段", "say in process.rules which fields the decision goes into"},
                         (bilingual){"业务规则任务“%.*s”没有写明如何记录决定", "nothing says how the decision of \"%.*s\" is noted down"}, STR_ARG(id));
        if (is_a(p->model, e, "userTask") && !process_task(p, id))
            loader_error(l, at, id, "PROCESS-UNBOUND", (bilingual){"在 process.tasks 中写明由谁办、填什么", "say in process.tasks who does it, and what is filled in"},
                         (bilingual){"用户任务“%.*s”没有绑定角色", "the user task \"%.*s\" is bound to no role"}, STR_ARG(id));
    }
    for (int e = 0; e < bpmn_element_count(p->model); e++) check_timer(l, p, at, e);
    for (ptrdiff_t i = 0; i < p->task_count; i++)
        for (ptrdiff_t k = 0; k < p->tasks[i].not_by_count; k++)
            if (!process_task(p, p->tasks[i].not_by[k]) && !str_equal(p->tasks[i].not_by[k], p->start.id))
                unknown(l, at, p->tasks[i].id, (bilingual){"没有任务“%.*s”", "there is no task \"%.*s\""}, p->tasks[i].not_by[k]);
}

void load_process(loader *l, const json *j)
{
    const procedure_file *file = loader_file(l, STR("process.bpmn"));
    if (!file && !j) return;
    if (!file || !j) {
        loader_error(l, j, l->p->id, "PROCESS-HALF", (bilingual){0}, (bilingual){"process.bpmn 和“process”须同时具备", "process.bpmn and the member \"process\" go together"});
        return;
    }
    only_members(l, j, STR("process"), (const char *const[]){"form", "start", "tasks", "rules", "refers", "may", "number", NULL});
    procedure_process *p = arena_new(l->arena, 1, procedure_process);
    p->form = procedure_form_index(l->p, need_string(l, j, "form", STR("process")));
    if (p->form < 0) {
        unknown(l, j, STR("process"), (bilingual){"没有表单“%.*s”", "there is no form \"%.*s\""}, json_string(j, STR("form")));
        return;
    }
    const procedure_form *f = &l->p->forms[p->form];
    bpmn_options options = {.names = arena_new(l->arena, f->field_count, str), .names_count = f->field_count, .offset_minutes = BPMN_OFFSET_MINUTES};
    for (ptrdiff_t i = 0; i < f->field_count; i++) ((str *)options.names)[i] = f->fields[i].key;
    p->model = bpmn_load(file->text, str_printf(l->arena, "%.*s/process.bpmn", STR_ARG(l->source->id)), &options, l->arena, l->diags);
    if (!p->model) return;
    for (p->element = 0; p->element < bpmn_element_count(p->model) && !bpmn_element(p->model, p->element).executable;) p->element++;
    const json *start = json_get(j, STR("start")), *tasks = want_array(l, j, "tasks", STR("process")), *rules = want_array(l, j, "rules", STR("process"));
    if (!start || start->kind != JSON_OBJECT || p->element == bpmn_element_count(p->model)) {
        loader_error(l, j, STR("process"), "PROCESS-START", (bilingual){0}, (bilingual){"须有“start”，且流程图中须有可执行的流程", "\"start\" is needed, and a process that is executable"});
        return;
    }
    only_members(l, start, STR("start"), (const char *const[]){"role", "fields", "needs", "sets", "article", NULL});
    p->start.id = STR("start");
    read_step(l, f, start, STR("start"), (str){0}, &p->start);
    p->tasks = arena_new(l->arena, tasks ? tasks->count : 0, process_step);
    for (const json *t = tasks ? tasks->first : NULL; t; t = t->next) read_task(l, p, f, t);
    p->rules = arena_new(l->arena, rules ? rules->count : 0, process_rule);
    for (const json *r = rules ? rules->first : NULL; r; r = r->next) read_rule(l, p, f, r);
    read_referrals(l, p, f, want_array(l, j, "refers", STR("process")));
    read_powers(l, p, json_get(j, STR("may")));
    p->number = want_string(l, j, "number", STR("process"));
    check_bound(l, p, j);
    l->p->process = p;
}

const process_step *process_task(const procedure_process *p, str id)
{
    for (ptrdiff_t i = 0; i < p->task_count; i++)
        if (str_equal(p->tasks[i].id, id)) return &p->tasks[i];
    return NULL;
}

const process_rule *process_rule_find(const procedure_process *p, str id)
{
    for (ptrdiff_t i = 0; i < p->rule_count; i++)
        if (str_equal(p->rules[i].id, id)) return &p->rules[i];
    return NULL;
}

const process_referral *process_referral_find(const procedure_process *p, str to)
{
    for (ptrdiff_t i = 0; i < p->referral_count; i++)
        if (str_equal(p->referrals[i].to, to)) return &p->referrals[i];
    return NULL;
}

static void wrong_referral(const procedure *p, const process_referral *r, bilingual what, str about, diag_list *d)
{
    source_pos at = {.file = str_printf(d->arena, "%.*s/procedure.json", STR_ARG(p->id)), .line = r->line, .element = r->to};
    diag_add(d, DIAG_ERROR, "PROCESS-REFERRAL", at, (bilingual){0}, what, STR_ARG(about));
}

static void check_referral(procedure *const *all, ptrdiff_t count, const procedure *p, const process_referral *r, diag_list *d)
{
    const procedure *to = NULL;
    for (ptrdiff_t i = 0; i < count; i++)
        if (str_equal(all[i]->id, r->to)) to = all[i];
    if (!to || !to->process) {
        wrong_referral(p, r, (bilingual){"没有可以办理的流程“%.*s”", "there is no procedure \"%.*s\" that can be run"}, r->to, d);
        return;
    }
    const procedure_form *f = &to->forms[to->process->form];
    for (ptrdiff_t i = 0; i < r->set_count; i++) {
        bool fills = false;
        for (ptrdiff_t k = 0; k < to->process->start.field_count; k++) fills = fills || str_equal(f->fields[to->process->start.fields[k]].key, r->sets[i].field);
        if (!fills) wrong_referral(p, r, (bilingual){"开始该流程时不填“%.*s”", "\"%.*s\" is not filled in where that procedure begins"}, r->sets[i].field, d);
    }
}

// Where the other procedures are not at hand (a folder is checked by itself), nothing can be said of them.
void check_referrals(procedure *const *all, ptrdiff_t count, diag_list *d)
{
    for (ptrdiff_t i = 0; i < count && count > 1; i++)
        for (ptrdiff_t k = 0; all[i]->process && k < all[i]->process->referral_count; k++) check_referral(all, count, all[i], &all[i]->process->referrals[k], d);
}
