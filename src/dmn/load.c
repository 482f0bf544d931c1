// load.c: from XML to the compiled model (DMN 1.5, chapters 6 to 8 and 10.4).
#include <stdlib.h>

#include "dmn/dmn_internal.h"

// ---- names and places -------------------------------------------------------------------------------------

feel_scope scope_of(const compiler *c)
{
    const source *s = c->source;
    return (feel_scope){.names = c->scope.names, .count = c->scope.count, .type_names = s->type_names, .types = s->types,
                        .type_count = s->type_count, .members = s->members, .member_count = s->member_count, .zones = c->model->zones, .item = c->item_slot + 1};
}

int add_name(compiler *c, str name, const feel_type *type)
{
    if (c->scope.count == DMN_FRAME_MAX) {
        diag_add(c->diags, DIAG_ERROR, "DMN-TOO-MANY-NAMES", (source_pos){.file = c->source->root->source->file, .element = name}, (bilingual){"拆分该决策", "split the decision"},
                 (bilingual){"一个表达式可用的名称超过 %d 个", "an expression sees more than %d names"}, DMN_FRAME_MAX);
        return DMN_FRAME_MAX - 1;
    }
    c->scope.types[c->scope.count] = type;
    c->scope.names[c->scope.count++] = name;
    if (c->scope.count > c->scope.deepest) c->scope.deepest = c->scope.count;
    return c->scope.count - 1;
}

static expression *nothing(compiler *c, const xml *x)
{
    expression *e = arena_new(c->arena, 1, expression);
    *e = (expression){.kind = EX_NOTHING, .at = xml_pos(x)};
    return e;
}

static const feel_type *type_ref(compiler *c, const xml *x)
{
    return type_of_ref(c->model, c->source, xml_get(x, STR("typeRef")), xml_pos(x), c->arena, c->diags);
}

// ---- expressions ------------------------------------------------------------------------------------------

static bool is_feel(str named)
{
    return !named.len || str_find(named, STR("FEEL")) >= 0 || str_find(named, STR("feel")) >= 0;
}

static void remember_check(compiler *c, const feel_program *p, bool tests, source_pos at)
{
    check *k = arena_new(c->arena, 1, check);
    *k = (check){p, arena_new(c->arena, c->scope.count, const feel_type *), tests ? c->tested : NULL, at, c->model->checks};
    for (int i = 0; i < c->scope.count; i++) k->types[i] = c->scope.types[i];
    c->model->checks = k;
}

const feel_program *compile_text(compiler *c, const xml *holder, bool tests)
{
    const xml *text = xml_child(holder, STR("text"));
    str own = xml_get(holder, STR("expressionLanguage")), named = own.len ? own : xml_get(c->source->root, STR("expressionLanguage"));
    if (!is_feel(named)) {
        diag_add(c->diags, DIAG_ERROR, "DMN-LANGUAGE", xml_pos(holder), (bilingual){"用 FEEL 改写", "write it in FEEL"},
                 (bilingual){"不支持表达式语言“%.*s”", "the expression language \"%.*s\" is not supported"}, STR_ARG(named));
        return NULL;
    }
    if (!text || !str_trim(text->text).len) {
        diag_add(c->diags, DIAG_WARNING, "DMN-EMPTY", xml_pos(holder), (bilingual){"写出表达式；空值写作 null", "write an expression; for no value write null"},
                 (bilingual){"此处没有表达式", "there is no expression here"});
        return NULL;
    }
    const feel_program *p = tests ? feel_compile_tests(text->text, scope_of(c), xml_text_pos(text), c->arena, c->diags)
                                  : feel_compile(text->text, scope_of(c), xml_text_pos(text), c->arena, c->diags);
    if (p) remember_check(c, p, tests, xml_text_pos(text));
    return p;
}

static expression *compile_literal(compiler *c, const xml *x, expression *e)
{
    e->kind = EX_LITERAL;
    const xml *text = xml_child(x, STR("text"));
    if (text) e->at = xml_text_pos(text);
    e->program = compile_text(c, x, false);
    if (!e->program) e->kind = EX_NOTHING;
    return e;
}

static bool is_function(const xml *holder)
{
    return xml_child(holder, STR("functionDefinition")) != NULL;
}

static void compile_function_body(compiler *c, const xml *x, expression *e, int self_slot);

static expression *compile_context(compiler *c, const xml *x, expression *e)
{
    int outer = c->scope.count;
    e->kind = EX_CONTEXT;
    e->context.entries = arena_new(c->arena, xml_count(x, STR("contextEntry")), context_entry);
    for (const xml *k = xml_child(x, STR("contextEntry")); k; k = xml_next(k, STR("contextEntry"))) {
        const xml *variable = xml_child(k, STR("variable"));
        context_entry *entry = &e->context.entries[e->context.count++];
        *entry = (context_entry){.name = xml_get(variable, STR("name")), .slot = -1};
        if (variable) entry->type = type_ref(c, variable);
        if (variable && is_function(k)) {          // a function may call itself by the entry's name
            const xml *f = xml_child(k, STR("functionDefinition"));
            entry->slot = add_name(c, entry->name, entry->type);
            entry->value = arena_new(c->arena, 1, expression);
            *entry->value = (expression){.at = xml_pos(f), .type = type_ref(c, f)};
            compile_function_body(c, f, entry->value, entry->slot);
            continue;
        }
        entry->value = compile_child(c, k);
        if (!entry->value) entry->value = nothing(c, k);
        if (variable) entry->slot = add_name(c, entry->name, entry->type);
    }
    c->scope.count = outer;
    return e;
}

static expression *compile_list(compiler *c, const xml *x, expression *e)
{
    ptrdiff_t count = 0;
    for (const xml *k = x->first; k; k = k->next) count++;
    e->kind = EX_LIST;
    e->list.items = arena_new(c->arena, count, expression *);
    for (const xml *k = x->first; k; k = k->next) {
        expression *element = compile_expression(c, k);
        if (element) e->list.items[e->list.count++] = element;
    }
    return e;
}

static expression *compile_relation(compiler *c, const xml *x, expression *e)
{
    ptrdiff_t columns = xml_count(x, STR("column")), rows = xml_count(x, STR("row")), i = 0;
    e->kind = EX_RELATION;
    e->relation.columns = arena_new(c->arena, columns, str);
    e->relation.types = arena_new(c->arena, columns, const feel_type *);
    e->relation.cells = arena_new(c->arena, columns * rows, expression *);
    e->relation.column_count = columns;
    e->relation.row_count = rows;
    for (const xml *k = xml_child(x, STR("column")); k; k = xml_next(k, STR("column"))) {
        e->relation.types[i] = type_ref(c, k);
        e->relation.columns[i++] = xml_get(k, STR("name"));
    }
    ptrdiff_t row = 0;
    for (const xml *k = xml_child(x, STR("row")); k; k = xml_next(k, STR("row")), row++) {
        i = 0;
        for (const xml *cell = k->first; cell; cell = cell->next) {
            expression *value = compile_expression(c, cell);
            if (value && i < columns) e->relation.cells[row * columns + i] = value;
            i += value != NULL;
        }
        if (i != columns)
            diag_add(c->diags, DIAG_ERROR, "DMN-RELATION-ROW", xml_pos(k), (bilingual){0}, (bilingual){"本行有 %d 格，列有 %d 个", "this row has %d cells for %d columns"}, (int)i, (int)columns);
        for (; i < columns; i++) e->relation.cells[row * columns + i] = nothing(c, k);
    }
    return e;
}

static expression *compile_invocation(compiler *c, const xml *x, expression *e)
{
    e->kind = EX_INVOCATION;
    e->invocation.callee = compile_child(c, x);
    ptrdiff_t count = xml_count(x, STR("binding"));
    e->invocation.bindings = arena_new(c->arena, count, binding);
    e->invocation.names = arena_new(c->arena, count, str);
    for (const xml *k = xml_child(x, STR("binding")); k; k = xml_next(k, STR("binding"))) {
        ptrdiff_t i = e->invocation.count++;
        e->invocation.names[i] = e->invocation.bindings[i].name = xml_get(xml_child(k, STR("parameter")), STR("name"));
        expression *value = compile_child(c, k);
        e->invocation.bindings[i].value = value ? value : nothing(c, k);
    }
    if (!e->invocation.callee) {
        diag_add(c->diags, DIAG_ERROR, "DMN-INVOCATION", e->at, (bilingual){0}, (bilingual){"调用缺少被调用的函数", "the invocation does not say what it calls"});
        e->kind = EX_NOTHING;
    }
    return e;
}

// The formal parameters of a function, added to the scope. Returns the slot of the first.
static int compile_parameters(compiler *c, const xml *x, feel_native *native)
{
    ptrdiff_t count = xml_count(x, STR("formalParameter"));
    str *names = arena_new(c->arena, count, str);
    const feel_type **types = arena_new(c->arena, count, const feel_type *);
    int first = c->scope.count;
    for (const xml *k = xml_child(x, STR("formalParameter")); k; k = xml_next(k, STR("formalParameter"))) {
        names[native->count] = xml_get(k, STR("name"));
        types[native->count++] = type_ref(c, k);
        add_name(c, xml_get(k, STR("name")), types[native->count - 1]);
    }
    native->names = names;
    native->types = types;
    return first;
}

// A function of kind Java is FEEL's external function, written out.
static void compile_external(compiler *c, const xml *x, expression *e, str kind)
{
    str class = {0}, signature = {0};
    const xml *context = xml_child(x, STR("context"));
    for (const xml *k = xml_child(context, STR("contextEntry")); k; k = xml_next(k, STR("contextEntry"))) {
        const xml *text = xml_child(xml_child(k, STR("literalExpression")), STR("text"));
        str name = xml_get(xml_child(k, STR("variable")), STR("name"));
        if (str_equal(name, STR("class")) && text) class = str_trim(text->text);
        if (str_equal(name, STR("method signature")) && text) signature = str_trim(text->text);
    }
    e->kind = EX_NOTHING;
    if (!str_equal(kind, STR("Java")) || !class.len || !signature.len) {
        diag_add(c->diags, DIAG_ERROR, "DMN-FUNCTION-KIND", e->at, (bilingual){"用 FEEL 写出函数体", "write the body in FEEL"},
                 (bilingual){"不支持 %.*s 类函数", "functions of kind %.*s are not supported"}, STR_ARG(kind));
        return;
    }
    buf text = {.arena = c->arena};
    buf_add(&text, STR("function("));
    for (const xml *k = xml_child(x, STR("formalParameter")); k; k = xml_next(k, STR("formalParameter"))) {
        if (text.data[text.len - 1] != '(') buf_add(&text, STR(", "));
        buf_add(&text, xml_get(k, STR("name")));
        str type = xml_get(k, STR("typeRef"));
        if (type.len) buf_printf(&text, ": %.*s", STR_ARG(type));
    }
    buf_printf(&text, ") external {java: {class: %.*s, method signature: %.*s}}", STR_ARG(class), STR_ARG(signature));
    e->program = feel_compile(buf_str(&text), scope_of(c), e->at, c->arena, c->diags);
    if (e->program) e->kind = EX_LITERAL;
}

static void compile_function_body(compiler *c, const xml *x, expression *e, int self_slot)
{
    int outer = c->scope.count;
    str kind = xml_get(x, STR("kind"));
    if (kind.len && !str_equal(kind, STR("FEEL"))) {
        compile_external(c, x, e, kind);
        return;
    }
    e->kind = EX_FUNCTION;
    e->function.self_slot = self_slot;
    e->function.native.call = call_closure;
    e->function.first_slot = compile_parameters(c, x, &e->function.native);
    e->function.body = compile_child(c, x);
    if (!e->function.body) e->function.body = nothing(c, x);
    c->scope.count = outer;
}

static expression *compile_function(compiler *c, const xml *x, expression *e)
{
    compile_function_body(c, x, e, -1);
    return e;
}

static expression *compile_part(compiler *c, const xml *x, str name)
{
    const xml *part = xml_child(x, name);
    expression *e = compile_child(c, part);
    if (e) {
        if (!e->type) e->type = type_ref(c, part);      // typeRef of the <in>, <if> … itself
        return e;
    }
    diag_add(c->diags, DIAG_ERROR, "DMN-PART-MISSING", xml_pos(x), (bilingual){0}, (bilingual){"缺少“%.*s”部分", "the part \"%.*s\" is missing"}, STR_ARG(name));
    return nothing(c, x);
}

static expression *compile_conditional(compiler *c, const xml *x, expression *e)
{
    e->kind = EX_CONDITIONAL;
    e->conditional.condition = compile_part(c, x, STR("if"));
    e->conditional.yes = compile_part(c, x, STR("then"));
    e->conditional.no = compile_part(c, x, STR("else"));
    return e;
}

static expression *compile_loop(compiler *c, const xml *x, expression *e, expression_kind kind, str body)
{
    int outer = c->scope.count;
    e->kind = kind;
    e->loop.in = compile_part(c, x, STR("in"));
    e->loop.slot = add_name(c, xml_get(x, STR("iteratorVariable")), NULL);
    e->loop.partial_slot = kind == EX_FOR ? add_name(c, STR("partial"), NULL) : -1;
    e->loop.body = compile_part(c, x, body);
    c->scope.count = outer;
    return e;
}

static expression *compile_for(compiler *c, const xml *x, expression *e) { return compile_loop(c, x, e, EX_FOR, STR("return")); }
static expression *compile_some(compiler *c, const xml *x, expression *e) { return compile_loop(c, x, e, EX_SOME, STR("satisfies")); }
static expression *compile_every(compiler *c, const xml *x, expression *e) { return compile_loop(c, x, e, EX_EVERY, STR("satisfies")); }

// Members of the item may be named alone, as in FEEL's own filter: that is what `item_slot` tells the scope.
static expression *compile_filter(compiler *c, const xml *x, expression *e)
{
    int outer = c->scope.count, around = c->item_slot;
    e->kind = EX_FILTER;
    e->loop.in = compile_part(c, x, STR("in"));
    e->loop.slot = add_name(c, STR("item"), NULL);
    e->loop.partial_slot = -1;
    c->item_slot = e->loop.slot;
    e->loop.body = compile_part(c, x, STR("match"));
    c->item_slot = around;
    c->scope.count = outer;
    return e;
}

static expression *compile_table_expression(compiler *c, const xml *x, expression *e)
{
    e->kind = EX_TABLE;
    e->table = compile_table(c, x);
    if (!e->table) e->kind = EX_NOTHING;
    return e;
}

expression *compile_expression(compiler *c, const xml *x)
{
    static const struct { const char *name; expression *(*compile)(compiler *, const xml *, expression *); } kinds[] = {
        {"literalExpression", compile_literal}, {"decisionTable", compile_table_expression}, {"context", compile_context},
        {"list", compile_list}, {"relation", compile_relation}, {"invocation", compile_invocation},
        {"functionDefinition", compile_function}, {"conditional", compile_conditional}, {"filter", compile_filter},
        {"for", compile_for}, {"some", compile_some}, {"every", compile_every},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!str_equal(x->name, str_from(kinds[i].name)) || !str_equal(x->space, c->source->root->space)) continue;
        expression *e = arena_new(c->arena, 1, expression);
        *e = (expression){.at = xml_pos(x), .type = type_ref(c, x)};
        return kinds[i].compile(c, x, e);
    }
    return NULL;
}

expression *compile_child(compiler *c, const xml *parent)
{
    for (const xml *x = parent ? parent->first : NULL; x; x = x->next) {
        expression *e = compile_expression(c, x);
        if (e) return e;
    }
    return NULL;
}

// ---- items ------------------------------------------------------------------------------------------------

static const struct { const char *element; dmn_kind kind; } item_elements[] = {
    {"inputData", DMN_INPUT}, {"decision", DMN_DECISION}, {"businessKnowledgeModel", DMN_KNOWLEDGE},
    {"decisionService", DMN_SERVICE},
};

static bool item_kind(const source *s, const xml *x, dmn_kind *kind)
{
    for (size_t i = 0; i < sizeof item_elements / sizeof *item_elements; i++)
        if (str_equal(x->name, str_from(item_elements[i].element)) && str_equal(x->space, s->root->space)) return *kind = item_elements[i].kind, true;
    return false;
}

static void collect_items(dmn_model *m, arena *a, diag_list *d)
{
    ptrdiff_t count = 0;
    dmn_kind kind;
    for (ptrdiff_t i = 0; i < m->source_count; i++)
        for (const xml *x = m->sources[i].root->first; x; x = x->next) count += item_kind(&m->sources[i], x, &kind);
    if (count > DMN_ITEMS_MAX) {
        diag_add(d, DIAG_ERROR, "DMN-TOO-LARGE", (source_pos){.file = m->sources[0].root->source->file}, (bilingual){"拆分模型", "split the model"},
                 (bilingual){"模型的元素超过 %d 个", "the model has more than %d elements"}, DMN_ITEMS_MAX);
        count = DMN_ITEMS_MAX;
    }
    m->items = arena_new(a, count, item);
    for (int i = 0; i < (int)m->source_count; i++) {
        source *s = &m->sources[i];
        for (const xml *x = s->root->first; x && m->item_count < count; x = x->next) {
            if (!item_kind(s, x, &kind)) continue;
            const xml *variable = xml_child(x, STR("variable")), *description = xml_child(x, STR("description"));
            item *it = &m->items[m->item_count];
            *it = (item){.element = x, .source = i, .self_slot = -1};
            str name = xml_get(x, STR("name"));
            it->public = (dmn_item){.kind = kind, .name = name.len ? name : xml_get(variable, STR("name")), .id = xml_get(x, STR("id")), .namespace = s->namespace,
                                    .type = xml_get(variable, STR("typeRef")), .description = description ? description->text : (str){0}, .at = xml_pos(x),
                                    .number = (int)m->item_count};
            if (variable) it->type = type_of_ref(m, s, it->public.type, xml_pos(variable), a, d);
            m->item_count++;
        }
    }
}

static int compare_ids(const void *x_, const void *y_)
{
    const item *x = *(const item *const *)x_, *y = *(const item *const *)y_;
    if (x->source != y->source) return x->source - y->source;
    int by_id = str_compare(x->public.id, y->public.id);
    return by_id ? by_id : x->public.number - y->public.number;
}

static void sort_items(dmn_model *m, arena *a)
{
    m->by_id = arena_new(a, m->item_count, const item *);
    for (ptrdiff_t i = 0; i < m->item_count; i++) m->by_id[i] = &m->items[i];
    if (m->item_count) qsort(m->by_id, (size_t)m->item_count, sizeof *m->by_id, compare_ids);
}

static int item_by_id(const dmn_model *m, int source_number, str id)
{
    ptrdiff_t low = 0, high = m->item_count;
    while (low < high) {
        ptrdiff_t middle = low + (high - low) / 2;
        const item *x = m->by_id[middle];
        int sign = x->source != source_number ? x->source - source_number : str_compare(x->public.id, id);
        if (sign < 0) low = middle + 1;
        else high = middle;
    }
    const item *x = low < m->item_count ? m->by_id[low] : NULL;
    return x && x->source == source_number && str_equal(x->public.id, id) ? x->public.number : -1;
}

// "#id" is of this file, "namespace#id" of the file of that namespace.
static int item_by_href(const dmn_model *m, int source_number, const xml *reference, diag_list *d)
{
    str id = xml_get(reference, STR("href")), space = str_cut(&id, '#');
    int found = -1;
    for (int i = 0; i < (int)m->source_count && found < 0; i++)
        if (space.len ? str_equal(m->sources[i].namespace, space) : i == source_number) found = item_by_id(m, i, id);
    if (found < 0)
        diag_add(d, DIAG_ERROR, "DMN-REFERENCE", xml_pos(reference->parent ? reference->parent : reference),
                 (bilingual){"在建模工具中重新连线；引用其他文件时一并给出那个文件", "draw the requirement again; if it is in another file, give that file too"},
                 (bilingual){"引用“%.*s”没有对应的元素", "\"%.*s\" refers to nothing"}, STR_ARG(xml_get(reference, STR("href"))));
    return found;
}

// ---- requirements -----------------------------------------------------------------------------------------

static void read_requirements(dmn_model *m, item *it, arena *a, diag_list *d)
{
    it->required = arena_new(a, xml_count(it->element, STR("informationRequirement")) + xml_count(it->element, STR("knowledgeRequirement")), int);
    for (const xml *x = it->element->first; x; x = x->next) {
        bool information = xml_is(x, STR("informationRequirement"));
        if (!information && !xml_is(x, STR("knowledgeRequirement"))) continue;
        const xml *reference = !information ? xml_child(x, STR("requiredKnowledge"))
                             : xml_child(x, STR("requiredInput")) ? xml_child(x, STR("requiredInput")) : xml_child(x, STR("requiredDecision"));
        int number = item_by_href(m, it->source, reference ? reference : x, d);
        if (number >= 0) it->required[it->required_count++] = number;
    }
}

// A service's parameters are its input data, then its input decisions (10.4), in document order.
static void read_service(dmn_model *m, item *it, arena *a, diag_list *d)
{
    const str parameter_kinds[] = {STR("inputData"), STR("inputDecision")};
    ptrdiff_t room = 0;
    for (const xml *x = it->element->first; x; x = x->next) room++;
    it->parameters = arena_new(a, room, int);
    it->outputs = arena_new(a, room, int);
    str *names = arena_new(a, room, str);
    const feel_type **types = arena_new(a, room, const feel_type *);
    for (size_t k = 0; k < 2; k++)
        for (const xml *x = xml_child(it->element, parameter_kinds[k]); x; x = xml_next(x, parameter_kinds[k])) {
            int number = item_by_href(m, it->source, x, d);
            if (number < 0) continue;
            names[it->native.count] = m->items[number].public.name;
            types[it->native.count] = m->items[number].type;
            it->parameters[it->native.count++] = number;
        }
    it->native.names = names;
    it->native.types = types;
    it->native.call = call_service;
    it->required = arena_new(a, room, int);
    for (const xml *x = xml_child(it->element, STR("outputDecision")); x; x = xml_next(x, STR("outputDecision"))) {
        int number = item_by_href(m, it->source, x, d);
        if (number >= 0) it->outputs[it->output_count++] = it->required[it->required_count++] = number;
    }
    if (!it->output_count)
        diag_add(d, DIAG_ERROR, "DMN-SERVICE-OUTPUT", it->public.at, (bilingual){0}, (bilingual){"决策服务没有输出决策", "the decision service has no output decision"});
}

// Refuses rings of requirements, by walking them with a stack of our own: a chain may be as long as the model.
static void refuse_rings(dmn_model *m, arena *a, diag_list *d)
{
    enum { UNSEEN, OPEN, SEEN };
    uint8_t *state = arena_new(a, m->item_count, uint8_t);
    ptrdiff_t *height = arena_new(a, m->item_count, ptrdiff_t);
    struct { int item; ptrdiff_t next; } *stack = (void *)arena_alloc(a, m->item_count + 1, (ptrdiff_t)sizeof *stack, 16);
    for (int first = 0; first < (int)m->item_count; first++) {
        if (state[first] != UNSEEN) continue;
        ptrdiff_t depth = 0;
        stack[depth].item = first;
        stack[depth++].next = 0;
        state[first] = OPEN;
        while (depth) {
            item *it = &m->items[stack[depth - 1].item];
            if (stack[depth - 1].next == it->required_count) {
                state[it->public.number] = SEEN;
                ptrdiff_t *h = &height[it->public.number];
                for (ptrdiff_t i = 0; i < it->required_count; i++)
                    if (height[it->required[i]] >= *h) *h = height[it->required[i]] + 1;
                if (*h >= m->chain_max) m->chain_max = *h + 1;
                depth--;
                continue;
            }
            int next = it->required[stack[depth - 1].next];
            if (state[next] == OPEN && m->items[next].public.kind == DMN_DECISION) {     // functions may call themselves
                diag_add(d, DIAG_ERROR, "DMN-RING", it->public.at, (bilingual){"去掉其中一条连线", "remove one of the requirements"},
                         (bilingual){"“%.*s”需要“%.*s”，而后者又需要前者", "\"%.*s\" requires \"%.*s\", which requires it in turn"},
                         STR_ARG(it->public.name), STR_ARG(m->items[next].public.name));
                it->required[stack[depth - 1].next] = it->required[--it->required_count];
                continue;
            }
            stack[depth - 1].next++;
            if (state[next] != UNSEEN) continue;
            stack[depth].item = next;
            stack[depth++].next = 0;
            state[next] = OPEN;
        }
    }
}

// ---- frames -----------------------------------------------------------------------------------------------

// The name under which `s` imports the other source; false when it does not.
static bool import_name(const source *s, int other, str *name)
{
    for (ptrdiff_t i = 0; i < s->import_count; i++)
        if (s->imports[i].source == other) return *name = s->imports[i].name, true;
    return false;
}

static import_context *import_for(compiler *c, item *it, str alias)
{
    for (ptrdiff_t i = 0; i < it->import_count; i++)
        if (str_equal(c->scope.names[it->imports[i].slot], alias)) return &it->imports[i];
    import_context *x = &it->imports[it->import_count++];
    *x = (import_context){.slot = add_name(c, alias, NULL), .names = arena_new(c->arena, it->required_count, str), .items = arena_new(c->arena, it->required_count, int)};
    return x;
}

// The first places of the item's frame: what it requires, each under the name it has from here.
static void place_requirements(compiler *c, item *it)
{
    it->requirements = arena_new(c->arena, it->required_count, requirement);
    it->imports = arena_new(c->arena, it->required_count, import_context);
    for (ptrdiff_t i = 0; i < it->required_count; i++) {
        const item *wanted = &c->model->items[it->required[i]];
        str alias = {0};
        if (wanted->source != it->source && !import_name(c->source, wanted->source, &alias))
            diag_add(c->diags, DIAG_ERROR, "DMN-IMPORT", it->public.at, (bilingual){0}, (bilingual){"“%.*s”所在的模型没有导入", "the model of \"%.*s\" is not imported"}, STR_ARG(wanted->public.name));
        if (alias.len) {
            import_context *x = import_for(c, it, alias);
            x->names[x->count] = wanted->public.name;
            x->items[x->count++] = it->required[i];
            continue;
        }
        bool is_value = wanted->public.kind == DMN_INPUT || wanted->public.kind == DMN_DECISION;
        it->requirements[it->requirement_count++] = (requirement){add_name(c, wanted->public.name, is_value ? wanted->type : NULL), it->required[i]};
    }
}

static void compile_item(dmn_model *m, item *it, frame_scope scope, arena *a, diag_list *d)
{
    compiler c = {.model = m, .source = &m->sources[it->source], .arena = a, .diags = d, .scope = scope, .item_slot = -1};
    if (it->public.kind != DMN_DECISION && it->public.kind != DMN_KNOWLEDGE) return;
    place_requirements(&c, it);
    const xml *holder = it->element;
    if (it->public.kind == DMN_KNOWLEDGE) {
        const xml *logic = xml_child(holder, STR("encapsulatedLogic"));
        str kind = xml_get(logic, STR("kind"));
        it->self_slot = add_name(&c, it->public.name, NULL);
        it->native.call = call_knowledge;
        if (logic) it->first_parameter_slot = compile_parameters(&c, logic, &it->native);
        if (kind.len && !str_equal(kind, STR("FEEL"))) {
            expression *external = arena_new(a, 1, expression);
            *external = (expression){.at = it->public.at};
            compile_external(&c, logic, external, kind);
            it->external = external->kind == EX_LITERAL ? external->program : NULL;
            logic = NULL;
        }
        holder = logic;
    }
    it->logic = compile_child(&c, holder);
    it->frame_size = c.scope.deepest;
}

// ---- sources ----------------------------------------------------------------------------------------------

// 1.1 to 1.5, and what later ones will look like.
static bool is_dmn(str space) { return str_find(space, STR("omg.org/spec/DMN/")) >= 0; }

static bool read_source(source *s, const dmn_source *from, arena *a, diag_list *d)
{
    const xml *root = xml_parse(from->text, from->file, a, d);
    if (!root) return false;
    if (!xml_is(root, STR("definitions")) || !is_dmn(root->space)) {
        diag_add(d, DIAG_ERROR, "DMN-NOT-DMN", xml_pos(root), (bilingual){"给出由建模工具导出的 .dmn 文件", "give a .dmn file as modelling tools export it"},
                 (bilingual){"根元素是“%.*s”，不是 DMN 模型", "the root element is \"%.*s\", which is not a DMN model"}, STR_ARG(root->name));
        return false;
    }
    *s = (source){.namespace = xml_get(root, STR("namespace")), .name = xml_get(root, STR("name")), .root = root};
    return true;
}

static void read_imports(dmn_model *m, source *s, arena *a, diag_list *d)
{
    s->imports = arena_new(a, xml_count(s->root, STR("import")), import);
    for (const xml *x = xml_child(s->root, STR("import")); x; x = xml_next(x, STR("import"))) {
        str type = xml_get(x, STR("importType")), space = xml_get(x, STR("namespace"));
        if (type.len && !is_dmn(type)) {
            diag_add(d, DIAG_WARNING, "DMN-IMPORT-TYPE", xml_pos(x), (bilingual){0}, (bilingual){"不读取“%.*s”类的导入", "imports of type \"%.*s\" are not read"}, STR_ARG(type));
            continue;
        }
        import *i = &s->imports[s->import_count++];
        *i = (import){.name = xml_get(x, STR("name")), .source = -1};
        for (int k = 0; k < (int)m->source_count; k++)
            if (str_equal(m->sources[k].namespace, space)) i->source = k;
        if (i->source < 0)
            diag_add(d, DIAG_ERROR, "DMN-IMPORT-MISSING", xml_pos(x), (bilingual){"把那个文件一并给出", "give that file too"},
                     (bilingual){"没有命名空间为“%.*s”的模型", "no model with the namespace \"%.*s\" was given"}, STR_ARG(space));
    }
}

// The type that a name of the inputs has for this item; NULL: unknown or any.
static const feel_type *input_type(const dmn_model *m, const dmn_item *wanted, int source_number, str name)
{
    const item *top = &m->items[wanted->number];
    for (int i = 0; i < top->native.count; i++)
        if (str_equal(top->native.names[i], name)) return top->native.types[i];
    for (ptrdiff_t i = 0; i < m->item_count; i++)
        if (m->items[i].public.kind == DMN_INPUT && (source_number < 0 || m->items[i].source == source_number) && str_equal(m->items[i].public.name, name))
            return m->items[i].type;
    return NULL;
}

// The source that the first one imports under that name; -1: none.
static int imported_source(const dmn_model *m, str name)
{
    for (ptrdiff_t i = 0; i < m->sources[0].import_count; i++)
        if (m->sources[0].imports[i].name.len && str_equal(m->sources[0].imports[i].name, name)) return m->sources[0].imports[i].source;
    return -1;
}

static feel_value read_inputs(const dmn_model *m, const dmn_item *wanted, const json *object, int source_number, arena *a)
{
    str *names = arena_new(a, object->count, str);
    feel_value *values = arena_new(a, object->count, feel_value);
    ptrdiff_t count = 0;
    for (const json *child = object->first; child; child = child->next) {
        int imported = source_number < 0 && child->kind == JSON_OBJECT ? imported_source(m, child->name) : -1;
        names[count] = child->name;
        values[count++] = imported >= 0 ? read_inputs(m, wanted, child, imported, a)
                                        : feel_from_json_as(child, input_type(m, wanted, source_number, child->name), m->zones, a);
    }
    return feel_context_of(names, values, count, a);
}

feel_value dmn_inputs(const dmn_model *m, const dmn_item *wanted, const json *object, arena *a)
{
    return read_inputs(m, wanted, object, -1, a);
}

static const feel_program *prepared(const char *text, arena *a, diag_list *d)
{
    const str names[] = {STR("x")};
    return feel_compile(str_from(text), (feel_scope){.names = names, .count = 1}, (source_pos){0}, a, d);
}

const dmn_model *dmn_load(const dmn_source *sources, ptrdiff_t count, zones *from, arena *a, diag_list *d)
{
    if (count > DMN_SOURCES_MAX) {
        diag_add(d, DIAG_ERROR, "DMN-TOO-MANY-FILES", (source_pos){0}, (bilingual){0}, (bilingual){"一次最多读 %d 个模型文件", "at most %d model files are read at once"}, DMN_SOURCES_MAX);
        return NULL;
    }
    dmn_model *m = arena_new(a, 1, dmn_model);
    m->sources = arena_new(a, count, source);
    m->zones = from;
    for (ptrdiff_t i = 0; i < count; i++) {
        if (read_source(&m->sources[m->source_count], &sources[i], a, d)) m->source_count++;
        else if (i == 0) return NULL;
    }
    if (!m->source_count) return NULL;
    static const char *const aggregates[] = {[COLLECT_LIST] = "x", [COLLECT_SUM] = "sum(x)", [COLLECT_MIN] = "min(x)", [COLLECT_MAX] = "max(x)", [COLLECT_COUNT] = "count(x)"};
    for (int i = 0; i < COLLECT_OPERATORS; i++) m->aggregates[i] = prepared(aggregates[i], a, d);
    static const char *const between[] = {
        [BETWEEN_BELOW] = "if x[1] instance of number then x[1] - 1 else x[1] - (if x[1] instance of years and months duration then @\"P1M\" else if x[1] instance of time then @\"PT1S\" else @\"P1D\")",
        [BETWEEN_MIDDLE] = "if x[1] instance of number then (x[1] + x[2]) / 2 else if x[1] instance of date then x[1] + @\"P1D\" else x[1] + (x[2] - x[1]) / 2",
        [BETWEEN_ABOVE] = "if x[2] instance of number then x[2] + 1 else x[2] + (if x[2] instance of years and months duration then @\"P1M\" else if x[2] instance of time then @\"PT1S\" else @\"P1D\")"};
    for (int i = 0; i < BETWEEN_COUNT; i++) m->between[i] = prepared(between[i], a, d);
    m->elements = prepared("for i in x return i", a, d);
    for (ptrdiff_t i = 0; i < m->source_count; i++) read_imports(m, &m->sources[i], a, d);
    load_types(m, a, d);
    collect_items(m, a, d);
    sort_items(m, a);
    for (ptrdiff_t i = 0; i < m->item_count; i++) {
        item *it = &m->items[i];
        if (it->public.kind == DMN_SERVICE) read_service(m, it, a, d);
        else read_requirements(m, it, a, d);
    }
    refuse_rings(m, a, d);
    frame_scope scope = {.names = arena_new(a, DMN_FRAME_MAX, str), .types = arena_new(a, DMN_FRAME_MAX, const feel_type *)};
    m->public_items = arena_new(a, m->item_count, dmn_item);
    for (ptrdiff_t i = 0; i < m->item_count; i++) {
        compile_item(m, &m->items[i], scope, a, d);
        m->public_items[i] = m->items[i].public;
    }
    return m;
}

// ---- asking -----------------------------------------------------------------------------------------------

str dmn_name(const dmn_model *m) { return m->sources[0].name; }
str dmn_namespace(const dmn_model *m) { return m->sources[0].namespace; }

const dmn_item *dmn_items(const dmn_model *m, ptrdiff_t *count)
{
    *count = m->item_count;
    return m->public_items;
}

const dmn_item *dmn_find(const dmn_model *m, dmn_kind kind, str name)
{
    for (int by_id = 0; by_id < 2; by_id++)
        for (ptrdiff_t i = 0; i < m->item_count; i++)
            if (m->public_items[i].kind == kind && str_equal(by_id ? m->public_items[i].id : m->public_items[i].name, name)) return &m->public_items[i];
    return NULL;
}

ptrdiff_t dmn_parameters(const dmn_model *m, const dmn_item *wanted, dmn_parameter **out, arena *a)
{
    const item *top = &m->items[wanted->number];
    ptrdiff_t count = 0;
    if (wanted->kind == DMN_KNOWLEDGE || wanted->kind == DMN_SERVICE) {
        *out = arena_new(a, top->native.count, dmn_parameter);
        for (; count < top->native.count; count++) {
            buf type = {.arena = a};
            if (top->native.types[count]) feel_type_print(&type, top->native.types[count]);
            (*out)[count] = (dmn_parameter){top->native.names[count], wanted->namespace, buf_str(&type)};
        }
        return count;
    }
    bool *seen = arena_new(a, m->item_count, bool);
    int *queue = arena_new(a, m->item_count, int), queued = 0;
    *out = arena_new(a, m->item_count, dmn_parameter);
    queue[queued++] = wanted->number;
    seen[wanted->number] = true;
    for (int at = 0; at < queued; at++) {
        const item *it = &m->items[queue[at]];
        if (it->public.kind == DMN_INPUT) (*out)[count++] = (dmn_parameter){it->public.name, it->public.namespace, it->public.type};
        for (ptrdiff_t i = 0; i < it->required_count; i++)
            if (!seen[it->required[i]]) {
                seen[it->required[i]] = true;
                queue[queued++] = it->required[i];
            }
    }
    return count;
}
