// evaluate.c: from inputs to decisions (DMN 1.5, 10.3.2.13 and 10.4: the semantics of boxed expressions, requirements, services).
#include "dmn/dmn_internal.h"

enum { KNOWN = 1, EXPRESSION_DEPTH = 4 /* of FEEL_NESTING_MAX, for the frames of one boxed expression */ };

// ---- reasons ----------------------------------------------------------------------------------------------

feel_value null_because(run *r, const char *code, source_pos at, bilingual format, ...)
{
    if (!r->out->reasons) return feel_null();
    va_list args;
    va_start(args, format);
    diag_vadd(r->out->reasons, DIAG_NOTE, code, at, (bilingual){0}, format, args);
    va_end(args);
    return feel_null();
}

// FEEL's reasons stand within the expression; here they get its place in the file.
void keep_reasons(run *r, const source_pos *at, feel_evaluation *e)
{
    for (const feel_reason *list = e->reasons; list && r->out->reasons; list = list->next) {
        source_pos place = *at;
        place.line += list->line - 1;
        place.column = list->line > 1 ? list->column : at->column + list->column - 1;
        if (list->line > 1) place.source = (str){0}, place.source_skipped = 0;
        // Both formats take both texts; each prints its own.
        null_because(r, list->code, place, (bilingual){"%s%.0s", "%.0s%s"}, str_cstr(list->text[LANG_ZH], r->out->arena), str_cstr(list->text[LANG_EN], r->out->arena));
    }
    e->reasons = NULL;
}

feel_value run_program(run *r, const feel_program *p, const source_pos *at, const feel_value *frame, feel_evaluation *e)
{
    if (!p) return feel_null();
    feel_value v = feel_evaluate(p, frame, e);
    if (e->reasons) keep_reasons(r, at, e);
    return v;
}

static feel_value typed(run *r, feel_value v, const feel_type *t, const source_pos *at, feel_evaluation *e)
{
    if (!t || feel_coerce(v, t, e, &v)) return v;
    buf text = {.arena = e->arena};
    if (r->out->reasons) feel_type_print(&text, t);
    str name = buf_str(&text);
    return null_because(r, "DMN-TYPE", *at, (bilingual){"值不属于类型 %.*s", "the value is not of the type %.*s"}, STR_ARG(name));
}

// ---- boxed expressions ------------------------------------------------------------------------------------

static feel_value run_context(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    ptrdiff_t count = x->context.count, named = 0;
    str *names = arena_new(e->arena, count, str);
    feel_value *values = arena_new(e->arena, count, feel_value);
    for (ptrdiff_t i = 0; i < count; i++) {
        const context_entry *entry = &x->context.entries[i];
        feel_value v = typed(r, run_expression(r, entry->value, frame, e), entry->type, &entry->value->at, e);
        if (entry->slot < 0) return v;               // the entry without a name is the result
        frame[entry->slot] = v;
        names[named] = entry->name;
        values[named++] = v;
    }
    return feel_context_of(names, values, named, e->arena);
}

static feel_value run_list(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    feel_value *items = arena_new(e->arena, x->list.count, feel_value);
    for (ptrdiff_t i = 0; i < x->list.count; i++) items[i] = run_expression(r, x->list.items[i], frame, e);
    return feel_list_of(items, x->list.count, e->arena);
}

static feel_value run_relation(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    ptrdiff_t columns = x->relation.column_count, rows = x->relation.row_count;
    feel_value *items = arena_new(e->arena, rows, feel_value), *row = arena_new(e->arena, columns, feel_value);
    for (ptrdiff_t i = 0; i < rows; i++) {
        for (ptrdiff_t k = 0; k < columns; k++) {
            const expression *cell = x->relation.cells[i * columns + k];
            row[k] = typed(r, run_expression(r, cell, frame, e), x->relation.types[k], &cell->at, e);
        }
        items[i] = feel_context_of(x->relation.columns, row, columns, e->arena);
    }
    return feel_list_of(items, rows, e->arena);
}

static feel_value call(run *r, feel_value function, const feel_value *args, const str *names, int count, const source_pos *at, feel_evaluation *e)
{
    feel_value v = feel_call(function, args, names, count, e);
    if (e->reasons) keep_reasons(r, at, e);
    return v;
}

static feel_value run_invocation(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    feel_value callee = run_expression(r, x->invocation.callee, frame, e);
    feel_value *args = arena_new(e->arena, x->invocation.count, feel_value);
    for (ptrdiff_t i = 0; i < x->invocation.count; i++) args[i] = run_expression(r, x->invocation.bindings[i].value, frame, e);
    return call(r, callee, args, x->invocation.names, (int)x->invocation.count, &x->at, e);
}

// A function of a model: its expression, and the frame around it as it was when the function was made.
typedef struct { run *run; const item *item; const expression *x; feel_value *captured; } closure;

static feel_value closure_value(closure *f, arena *a) { return feel_function_of(&f->x->function.native, f, a); }

feel_value call_closure(void *closure_, const feel_value *args, feel_evaluation *e)
{
    closure *f = closure_;
    const item *outside = f->run->current;
    feel_value *frame = arena_new(e->arena, f->item->frame_size, feel_value);
    int first = f->x->function.first_slot;
    f->run->current = f->item;
    for (int i = 0; i < first; i++) frame[i] = f->captured[i];
    if (f->x->function.self_slot >= 0) frame[f->x->function.self_slot] = closure_value(f, e->arena);
    for (int i = 0; i < f->x->function.native.count; i++) frame[first + i] = args[i];
    feel_value v = run_expression(f->run, f->x->function.body, frame, e);
    f->run->current = outside;
    return typed(f->run, v, f->x->type ? feel_type_result(f->x->type) : NULL, &f->x->at, e);
}

static feel_value run_function(run *r, const expression *x, const feel_value *frame, feel_evaluation *e)
{
    closure *f = arena_new(e->arena, 1, closure);
    *f = (closure){r, r->current, x, arena_new(e->arena, x->function.first_slot, feel_value)};
    for (int i = 0; i < x->function.first_slot; i++) f->captured[i] = frame[i];
    return closure_value(f, e->arena);
}

// What is iterated over, as a list; false with a reason when it cannot be.
static bool elements(run *r, const expression *x, feel_value *frame, feel_evaluation *e, feel_value *out)
{
    feel_value in = run_expression(r, x->loop.in, frame, e);
    *out = in.kind == FEEL_LIST ? in : run_program(r, r->model->elements, &x->at, &in, e);
    return out->kind == FEEL_LIST;
}

static feel_value run_for(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    feel_value in;
    if (!elements(r, x, frame, e, &in)) return feel_null();
    feel_value *results = arena_new(e->arena, in.list->count, feel_value);
    for (ptrdiff_t i = 0; i < in.list->count; i++) {
        frame[x->loop.slot] = in.list->items[i];
        frame[x->loop.partial_slot] = feel_list_of(results, i, e->arena);
        results[i] = run_expression(r, x->loop.body, frame, e);
    }
    return feel_list_of(results, in.list->count, e->arena);
}

static feel_value not_a_condition(run *r, const expression *x)
{
    return null_because(r, "DMN-CONDITION", x->at, (bilingual){"条件的值不是布尔值", "the condition is not a boolean"});
}

static feel_value run_conditional(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    feel_value v = run_expression(r, x->conditional.condition, frame, e);
    if (v.kind != FEEL_BOOLEAN && v.kind != FEEL_NULL) return not_a_condition(r, x);
    return run_expression(r, feel_is_true(v) ? x->conditional.yes : x->conditional.no, frame, e);
}

// some and every: the first that decides. A null before it is unknown, as in FEEL's or; what is neither true, false nor null is a mistake.
static feel_value run_quantified(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    feel_value in;
    if (!elements(r, x, frame, e, &in)) return feel_null();
    bool decisive = x->kind == EX_SOME, unknown = false;
    for (ptrdiff_t i = 0; i < in.list->count; i++) {
        frame[x->loop.slot] = in.list->items[i];
        feel_value v = run_expression(r, x->loop.body, frame, e);
        if (v.kind == FEEL_NULL) unknown = true;
        else if (v.kind != FEEL_BOOLEAN) return not_a_condition(r, x);
        else if (v.boolean == decisive) return v;
    }
    return unknown ? not_a_condition(r, x) : feel_boolean(!decisive);
}

static feel_value run_filter(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    feel_value in = run_expression(r, x->loop.in, frame, e);
    if (in.kind == FEEL_NULL) return null_because(r, "DMN-FILTER", x->at, (bilingual){"空值不能筛选", "null cannot be filtered"});
    if (in.kind != FEEL_LIST) in = feel_list_of(&in, 1, e->arena);
    feel_value *kept = arena_new(e->arena, in.list->count, feel_value);
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < in.list->count; i++) {
        frame[x->loop.slot] = in.list->items[i];
        feel_value v = run_expression(r, x->loop.body, frame, e);
        if (v.kind != FEEL_BOOLEAN && v.kind != FEEL_NULL) return not_a_condition(r, x);
        if (feel_is_true(v)) kept[count++] = in.list->items[i];
    }
    return feel_list_of(kept, count, e->arena);
}

static feel_value run_kind(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    switch (x->kind) {
    case EX_LITERAL: return run_program(r, x->program, &x->at, frame, e);
    case EX_TABLE: return run_table(r, x->table, &x->at, frame, e);
    case EX_CONTEXT: return run_context(r, x, frame, e);
    case EX_LIST: return run_list(r, x, frame, e);
    case EX_RELATION: return run_relation(r, x, frame, e);
    case EX_INVOCATION: return run_invocation(r, x, frame, e);
    case EX_FUNCTION: return run_function(r, x, frame, e);
    case EX_CONDITIONAL: return run_conditional(r, x, frame, e);
    case EX_FILTER: return run_filter(r, x, frame, e);
    case EX_FOR: return run_for(r, x, frame, e);
    case EX_SOME: case EX_EVERY: return run_quantified(r, x, frame, e);
    case EX_NOTHING: break;
    }
    return null_because(r, "DMN-BROKEN", x->at, (bilingual){"此处的表达式有误，没有值", "the expression here has a mistake and no value"});
}

bool spend_steps(run *r, int64_t steps, const source_pos *at, feel_evaluation *e)
{
    if (e->steps > steps) return e->steps -= steps, true;
    if (e->steps >= 0) null_because(r, "DMN-BUDGET", *at, (bilingual){"计算步数超过上限", "the evaluation took more steps than allowed"});
    e->steps = -1;
    return false;
}

// Each costs a step, as FEEL's do: boxed lists in boxed loops can go on without any FEEL in them.
feel_value run_expression(run *r, const expression *x, feel_value *frame, feel_evaluation *e)
{
    if (!spend_steps(r, 1, &x->at, e)) return feel_null();
    if (e->depth >= FEEL_NESTING_MAX) return null_because(r, "DMN-DEPTH", x->at, (bilingual){"计算嵌套过深", "the evaluation is nested too deep"});
    e->depth += EXPRESSION_DEPTH;
    feel_value v = run_kind(r, x, frame, e);
    e->depth -= EXPRESSION_DEPTH;
    return x->kind == EX_FUNCTION ? v : typed(r, v, x->type, &x->at, e);
}

// ---- items ------------------------------------------------------------------------------------------------

static feel_value item_function(run *r, const item *it, feel_evaluation *e);

static feel_value required_value(run *r, int number, feel_evaluation *e)
{
    const item *it = &r->model->items[number];
    bool is_function = it->public.kind == DMN_KNOWLEDGE || it->public.kind == DMN_SERVICE;
    return is_function ? item_function(r, it, e) : r->values[number];
}

static feel_value *make_frame(run *r, const item *it, feel_evaluation *e)
{
    feel_value *frame = arena_new(e->arena, it->frame_size, feel_value);
    for (ptrdiff_t i = 0; i < it->requirement_count; i++) frame[it->requirements[i].slot] = required_value(r, it->requirements[i].item, e);
    for (ptrdiff_t i = 0; i < it->import_count; i++) {
        const import_context *x = &it->imports[i];
        feel_value *values = arena_new(e->arena, x->count, feel_value);
        for (ptrdiff_t k = 0; k < x->count; k++) values[k] = required_value(r, x->items[k], e);
        frame[x->slot] = feel_context_of(x->names, values, x->count, e->arena);
    }
    return frame;
}

static feel_value run_decision(run *r, const item *it, feel_evaluation *e)
{
    const item *outside = r->current;
    r->current = it;
    feel_value v = it->logic ? run_expression(r, it->logic, make_frame(r, it, e), e)
                             : null_because(r, "DMN-NO-LOGIC", it->public.at, (bilingual){"决策“%.*s”没有写出逻辑", "the decision \"%.*s\" has no logic"}, STR_ARG(it->public.name));
    v = typed(r, v, it->type, &it->public.at, e);
    r->current = outside;
    return v;
}

// Evaluates a decision with all that it requires, each once, deepest first. With a stack of its own: a chain of requirements may be
// longer than the machine's.
static feel_value settle(run *r, int wanted, feel_evaluation *e)
{
    const dmn_model *m = r->model;
    if (r->known[wanted]) return r->values[wanted];
    struct level { int item; ptrdiff_t next; } *stack = arena_new(e->arena, m->chain_max + 1, struct level);
    ptrdiff_t depth = 0;
    stack[depth++].item = wanted;
    while (depth) {
        struct level *top = &stack[depth - 1];
        const item *it = &m->items[top->item];
        if (top->next < it->required_count) {
            int next = it->required[top->next++];
            if (m->items[next].public.kind == DMN_DECISION && !r->known[next]) stack[depth++] = (struct level){.item = next};
            continue;
        }
        r->values[top->item] = run_decision(r, it, e);
        r->known[top->item] = KNOWN;
        depth--;
    }
    return r->values[wanted];
}

typedef struct { run *run; const item *item; } item_closure;

feel_value call_knowledge(void *closure_, const feel_value *args, feel_evaluation *e)
{
    const item_closure *f = closure_;
    run *r = f->run;
    const item *it = f->item, *outside = r->current;
    if (!it->logic && !it->external)
        return null_because(r, "DMN-NO-LOGIC", it->public.at, (bilingual){"业务知识模型“%.*s”没有写出逻辑", "the business knowledge model \"%.*s\" has no logic"}, STR_ARG(it->public.name));
    r->current = it;
    feel_value *frame = make_frame(r, it, e), v;
    if (it->external) {
        v = call(r, run_program(r, it->external, &it->public.at, frame, e), args, NULL, it->native.count, &it->public.at, e);
    } else {
        frame[it->self_slot] = item_function(r, it, e);
        for (int i = 0; i < it->native.count; i++) frame[it->first_parameter_slot + i] = args[i];
        v = run_expression(r, it->logic, frame, e);
    }
    r->current = outside;
    // The variable's type is that of the function (1.2 and later) or of what it returns (1.1).
    const feel_type *result = it->type ? feel_type_result(it->type) : NULL;
    return typed(r, v, result ? result : it->type, &it->public.at, e);
}

static run *begin_run(const dmn_model *m, dmn_evaluation *out, dmn_step **tail, arena *a)
{
    run *r = arena_new(a, 1, run);
    *r = (run){.model = m, .values = arena_new(a, m->item_count, feel_value), .known = arena_new(a, m->item_count, uint8_t), .out = out, .tail = tail};
    return r;
}

static feel_value outputs_of(run *r, const item *it, feel_evaluation *e)
{
    feel_value *values = arena_new(e->arena, it->output_count, feel_value);
    str *names = arena_new(e->arena, it->output_count, str);
    for (ptrdiff_t i = 0; i < it->output_count; i++) {
        names[i] = r->model->items[it->outputs[i]].public.name;
        values[i] = settle(r, it->outputs[i], e);
    }
    return it->output_count == 1 ? values[0] : feel_context_of(names, values, it->output_count, e->arena);
}

// A service knows nothing of the decisions around it but its arguments.
feel_value call_service(void *closure_, const feel_value *args, feel_evaluation *e)
{
    const item_closure *f = closure_;
    const item *it = f->item;
    run *r = begin_run(f->run->model, f->run->out, f->run->tail, e->arena);
    for (int i = 0; i < it->native.count; i++) {
        r->values[it->parameters[i]] = args[i];
        r->known[it->parameters[i]] = KNOWN;
    }
    feel_value v = outputs_of(r, it, e);
    f->run->tail = r->tail;
    const feel_type *result = it->type ? feel_type_result(it->type) : NULL;
    return typed(r, v, result ? result : it->type, &it->public.at, e);
}

static feel_value item_function(run *r, const item *it, feel_evaluation *e)
{
    item_closure *f = arena_new(e->arena, 1, item_closure);
    *f = (item_closure){r, it};
    return feel_function_of(&it->native, f, e->arena);
}

// ---- entry ------------------------------------------------------------------------------------------------

static const str *import_name_of(const dmn_model *m, int source_number)
{
    const source *s = &m->sources[0];
    for (ptrdiff_t i = 0; i < s->import_count; i++)
        if (s->imports[i].source == source_number) return &s->imports[i].name;
    return NULL;
}

// The value given for input data: of an imported model under its import name, else by its own name.
static const feel_value *given(const dmn_model *m, const item *it, const feel_value *inputs)
{
    const str *alias = it->source > 0 ? import_name_of(m, it->source) : NULL;
    const feel_value *group = alias && alias->len ? feel_context_get(inputs, *alias) : NULL;
    const feel_value *found = group && group->kind == FEEL_CONTEXT ? feel_context_get(group, it->public.name) : NULL;
    return found ? found : feel_context_get(inputs, it->public.name);
}

static feel_value call_by_name(run *r, const item *it, const feel_value *inputs, feel_evaluation *e)
{
    feel_value *args = arena_new(e->arena, it->native.count, feel_value);
    for (int i = 0; i < it->native.count; i++) {
        const feel_value *v = feel_context_get(inputs, it->native.names[i]);
        if (v) args[i] = *v;
    }
    return call(r, item_function(r, it, e), args, it->native.names, it->native.count, &it->public.at, e);
}

feel_value dmn_evaluate(const dmn_model *m, const dmn_item *wanted, feel_value inputs, dmn_evaluation *out)
{
    const item *it = &m->items[wanted->number];
    feel_evaluation e = {.arena = out->arena, .now = out->now, .now_offset = out->now_offset,
                         .steps = out->steps ? out->steps : FEEL_STEPS_DEFAULT, .silent = !out->reasons};
    out->first_step = NULL;
    run *r = begin_run(m, out, &out->first_step, out->arena);
    for (ptrdiff_t i = 0; i < m->item_count; i++) {
        const item *input = &m->items[i];
        const feel_value *v = input->public.kind == DMN_INPUT ? given(m, input, &inputs) : NULL;
        if (v) r->values[i] = typed(r, *v, input->type, &input->public.at, &e);
    }
    feel_value result = feel_null();
    switch (wanted->kind) {
    case DMN_INPUT: result = r->values[wanted->number]; break;
    case DMN_DECISION: result = settle(r, wanted->number, &e); break;
    case DMN_KNOWLEDGE: case DMN_SERVICE: result = call_by_name(r, it, &inputs, &e); break;
    }
    out->steps = e.steps;
    return e.steps < 0 ? feel_null() : result;         // half a list would look like a whole one
}
