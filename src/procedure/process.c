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

// {"field": "FEEL"}: what the task notes down when it is done. The scope is the form's fields, then `now` and `actor`.
static void read_sets(loader *l, const procedure_form *f, const json *object, str element, process_step *out)
{
    str *names = arena_new(l->arena, f->field_count + 2, str);
    for (ptrdiff_t i = 0; i < f->field_count; i++) names[i] = f->fields[i].key;
    names[f->field_count] = STR("now");
    names[f->field_count + 1] = STR("actor");
    feel_scope scope = {.names = names, .count = f->field_count + 2};
    out->sets = arena_new(l->arena, object ? object->count : 0, process_set);
    for (const json *j = object ? object->first : NULL; j; j = j->next) {
        int field = form_field_index(f, j->name);
        feel_program *value = read_feel(l, object, str_cstr(j->name, l->arena), scope, true, element);
        if (field < 0) unknown(l, j, element, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, j->name);
        else if (value) out->sets[out->set_count++] = (process_set){field, value};
    }
}

static void read_step(loader *l, const procedure_form *f, const json *j, str element, process_step *out)
{
    str role = need_string(l, j, "role", element);
    out->role = role_index(l->p, role);
    if (role.len && out->role < 0) unknown(l, j, element, (bilingual){"没有角色“%.*s”", "there is no role \"%.*s\""}, role);
    out->article = want_string(l, j, "article", element);
    out->qualification = want_string(l, j, "qualification", element);
    str unit = want_string(l, j, "unit", element);
    out->unit = unit.len ? form_field_index(f, unit) : -1;
    if (unit.len && out->unit < 0) unknown(l, j, element, (bilingual){"表单没有字段“%.*s”", "the form has no field \"%.*s\""}, unit);
    read_fields(l, f, want_array(l, j, "fields", element), element, &out->fields, &out->field_count);
    read_fields(l, f, want_array(l, j, "needs", element), element, &out->needs, &out->need_count);
    const json *sets = json_get(j, STR("sets"));
    if (sets && sets->kind != JSON_OBJECT) loader_error(l, sets, element, "PROC-MEMBER", (bilingual){0}, (bilingual){"“sets”应为对象", "\"sets\" must be an object"});
    else read_sets(l, f, sets, element, out);
}

static bool is_user_task(const bpmn_model *m, int element) { return str_equal(str_from(bpmn_element(m, element).type), STR("userTask")); }

static void read_task(loader *l, procedure_process *p, const procedure_form *f, const json *j)
{
    process_step *s = &p->tasks[p->task_count++];
    only_members(l, j, STR("process"), (const char *const[]){"id", "role", "fields", "needs", "sets", "not_by", "unit", "qualification", "article", NULL});
    s->id = need_string(l, j, "id", STR("process"));
    s->element = bpmn_element_find(p->model, s->id);
    if (s->element < 0 || !is_user_task(p->model, s->element))
        unknown(l, j, s->id, (bilingual){"流程图没有用户任务“%.*s”", "the process has no user task \"%.*s\""}, s->id);
    read_step(l, f, j, s->id, s);
    read_strings(l, want_array(l, j, "not_by", s->id), s->id, &s->not_by, &s->not_by_count);
}

// {"extend": ["director"]}: a command about the whole case, and the roles that may give it.
static void read_powers(loader *l, procedure_process *p, const json *object)
{
    static const char *const commands[] = {"correct", "suspend", "resume", "extend", "recuse", "link", "join", "withdraw", "cancel", "reopen", "migrate", "resolve", NULL};
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

static void check_bound(loader *l, const procedure_process *p, const json *at)
{
    for (int e = 0; e < bpmn_element_count(p->model); e++) {
        if (!is_user_task(p->model, e)) continue;
        str id = bpmn_element(p->model, e).id;
        if (!process_task(p, id))
            loader_error(l, at, id, "PROCESS-UNBOUND", (bilingual){"在 process.tasks 中写明由谁办、填什么", "say in process.tasks who does it, and what is filled in"},
                         (bilingual){"用户任务“%.*s”没有绑定角色", "the user task \"%.*s\" is bound to no role"}, STR_ARG(id));
    }
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
    only_members(l, j, STR("process"), (const char *const[]){"form", "start", "tasks", "may", "number", NULL});
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
    const json *start = json_get(j, STR("start")), *tasks = want_array(l, j, "tasks", STR("process"));
    if (!start || start->kind != JSON_OBJECT || p->element == bpmn_element_count(p->model)) {
        loader_error(l, j, STR("process"), "PROCESS-START", (bilingual){0}, (bilingual){"须有“start”，且流程图中须有可执行的流程", "\"start\" is needed, and a process that is executable"});
        return;
    }
    only_members(l, start, STR("start"), (const char *const[]){"role", "fields", "needs", "sets", "article", NULL});
    p->start.id = STR("start");
    read_step(l, f, start, STR("start"), &p->start);
    p->tasks = arena_new(l->arena, tasks ? tasks->count : 0, process_step);
    for (const json *t = tasks ? tasks->first : NULL; t; t = t->next) read_task(l, p, f, t);
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
