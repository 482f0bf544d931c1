// eval.c: walks the tree (DMN 1.5, 10.3.2).
//
// Three things end every evaluation: the budget of steps, the depth of nested calls, and the depth of nested
// nodes (so that the C stack holds). Operands that are plain names are read in place: values are 48 bytes.
#include "feel/feel_internal.h"

#define APART __attribute__((noinline))    // keeps the frame of the recursive walk small

// ---- reasons and budget -------------------------------------------------------------------------------

feel_value because_texts(run *r, const char *code, str zh, str en)
{
    if (r->stopped || r->reason_count >= REASONS_MAX) return feel_null();
    feel_reason *reason = arena_new(r->arena, 1, feel_reason);
    str text = r->program->text;
    *reason = (feel_reason){.line = 1, .column = 1, .code = code, .text = {zh, en}};
    for (ptrdiff_t i = 0; i < r->at && i < text.len; i++) {
        if (text.data[i] == '\n') reason->line++, reason->column = 1;
        else if (((unsigned char)text.data[i] & 0xC0) != 0x80) reason->column++;
    }
    *r->tail = r->last = reason;
    r->tail = &reason->next;
    r->reason_count++;
    return feel_null();
}

feel_value because(run *r, const char *code, bilingual format, ...)
{
    if (r->stopped || r->reason_count >= REASONS_MAX) return feel_null();
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    str zh = str_vprintf(r->arena, format.zh, args), en = str_vprintf(r->arena, format.en, again);
    va_end(again);
    va_end(args);
    return because_texts(r, code, zh, en);
}

void mend(run *r, bilingual format, ...)
{
    if (!r->last || r->stopped || r->reason_count >= REASONS_MAX) return;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    r->last->hint[LANG_ZH] = str_vprintf(r->arena, format.zh, args);
    r->last->hint[LANG_EN] = str_vprintf(r->arena, format.en, again);
    va_end(again);
    va_end(args);
}

static void stop(run *r, const char *code, bilingual text)
{
    r->reason_count = r->reason_count < REASONS_MAX ? r->reason_count : REASONS_MAX - 1;    // this one is always told
    because(r, code, text);
    r->stopped = true;
}

bool spend(run *r, int64_t steps)
{
    if (r->stopped) return false;
    r->steps -= steps;
    if (r->steps >= 0) return true;
    stop(r, "FEEL-BUDGET", (bilingual){"计算步数超过上限", "the evaluation took more steps than allowed"});
    return false;
}

void feel_reasons_tell(const feel_reason *first, str text, source_pos base, diag_list *d)
{
    for (const feel_reason *reason = first; reason; reason = reason->next) {
        source_pos at = base;
        str rest = text, line = str_cut(&rest, '\n');
        for (int i = 1; i < reason->line; i++) line = str_cut(&rest, '\n');
        bool first_line = reason->line == 1 && base.column > 0;
        at.line = (base.line ? base.line : 1) + reason->line - 1;
        at.column = first_line ? base.column + reason->column - 1 : reason->column;
        if (!base.source.len || reason->line > 1) at.source = at.column == reason->column ? line : (str){0};
        bilingual advice = {0};
        if (reason->hint[LANG_ZH].len) advice = (bilingual){str_cstr(reason->hint[LANG_ZH], d->arena), str_cstr(reason->hint[LANG_EN], d->arena)};
        diag_add(d, DIAG_NOTE, reason->code, at, advice, (bilingual){"%.*s", "%.*s"}, STR_ARG(reason->text[LANG_ZH]));
        if (d->last) d->last->message[LANG_EN] = str_copy(reason->text[LANG_EN], d->arena);
    }
}

// ---- names --------------------------------------------------------------------------------------------

static feel_value self_value(const run *r) { return (feel_value){.kind = FEEL_FUNCTION, .function = r->self}; }

static feel_value builtin_value(run *r, int32_t row)
{
    feel_function *f = arena_new(r->arena, 1, feel_function);
    *f = (feel_function){.builtin = row, .program = r->program};
    return (feel_value){.kind = FEEL_FUNCTION, .function = f};
}

// The value of an operand: where it stands if it stands somewhere, else computed into *room.
static const feel_value *operand(run *r, const node *n, feel_value *room)
{
    switch (n->kind) {
    case N_CONST: return n->constant;
    case N_INPUT: return &r->inputs[n->slot];
    case N_LOCAL: return &r->frame[n->slot];
    case N_CAPTURE: return &r->captures[n->slot];
    default: *room = eval(r, n); return room;
    }
}

static feel_value dynamic_name(run *r, const node *n)
{
    feel_value room;
    for (ptrdiff_t i = 0; i < n->dynamic.count; i++) {     // innermost filter first
        const feel_value *item = operand(r, n->dynamic.items[i], &room);
        const feel_value *found = feel_context_get(item, n->name);
        if (found) return *found;
    }
    if (n->dynamic.fallback) return eval(r, n->dynamic.fallback);
    r->at = n->at;
    return because(r, "FEEL-MEMBER", (bilingual){"没有成员“%.*s”", "there is no member \"%.*s\""}, STR_ARG(n->name));
}

// ---- comparison ---------------------------------------------------------------------------------------

APART static feel_value compare(run *r, const node *n)
{
    feel_value room_a, room_b;
    const feel_value *a = operand(r, n->op.a, &room_a), *b = operand(r, n->op.b, &room_b);
    int sign;
    r->at = n->at;
    if (n->kind == N_EQ || n->kind == N_NE) {
        truth t = equals(r, *a, *b);
        return from_truth(t == UNKNOWN ? t : (t == YES) == (n->kind == N_EQ) ? YES : NO);
    }
    if (!order(*a, *b, &sign)) {
        if (a->kind == FEEL_NULL || b->kind == FEEL_NULL) return because(r, "FEEL-NULL", (bilingual){"空值不能比较大小", "null cannot be compared"});
        str za = kind_name(*a, LANG_ZH), zb = kind_name(*b, LANG_ZH), ea = kind_name(*a, LANG_EN), eb = kind_name(*b, LANG_EN);
        if (r->reason_count >= REASONS_MAX) return feel_null();
        return because_texts(r, "FEEL-OPERANDS", str_printf(r->arena, "%.*s和%.*s不能比较大小", STR_ARG(za), STR_ARG(zb)),
                             str_printf(r->arena, "%.*s cannot be compared with %.*s", STR_ARG(ea), STR_ARG(eb)));
    }
    switch (n->kind) {
    case N_LT: return feel_boolean(sign < 0);
    case N_LE: return feel_boolean(sign <= 0);
    case N_GT: return feel_boolean(sign > 0);
    default: return feel_boolean(sign >= 0);
    }
}

static truth both(truth a, truth b) { return a == NO || b == NO ? NO : a == YES && b == YES ? YES : UNKNOWN; }
static truth either(truth a, truth b) { return a == YES || b == YES ? YES : a == NO && b == NO ? NO : UNKNOWN; }

// and, or: three-valued; the second operand is not asked when the first decides (table 50).
static feel_value logic(run *r, const node *n)
{
    truth decisive = n->kind == N_AND ? NO : YES;
    feel_value a = eval(r, n->op.a);
    if (to_truth(a) == decisive) return from_truth(decisive);
    feel_value b = eval(r, n->op.b);
    truth t = n->kind == N_AND ? both(to_truth(a), to_truth(b)) : either(to_truth(a), to_truth(b));
    bool strange = (a.kind != FEEL_BOOLEAN && a.kind != FEEL_NULL) || (b.kind != FEEL_BOOLEAN && b.kind != FEEL_NULL);
    r->at = n->at;
    if (t == UNKNOWN && strange) return because(r, "FEEL-OPERANDS", (bilingual){"and 和 or 只能连接布尔值", "and, or: the operands must be booleans"});
    return from_truth(t);
}

APART static feel_value between(run *r, const node *n)       // a >= b and a <= c
{
    feel_value a = eval(r, n->op.a), b = eval(r, n->op.b), c = eval(r, n->op.c);
    int low, high;
    r->at = n->at;
    truth not_below = order(a, b, &low) ? (low >= 0 ? YES : NO) : UNKNOWN;
    truth not_above = order(a, c, &high) ? (high <= 0 ? YES : NO) : UNKNOWN;
    truth t = both(not_below, not_above);
    if (t == UNKNOWN) return because(r, "FEEL-OPERANDS", (bilingual){"between 的三个值不能比较", "the three values of between cannot be compared"});
    return from_truth(t);
}

static bool fill_range(run *r, const node *n, feel_range *out)       // false, with the reason: there is no such range
{
    feel_value room_low, room_high;
    int sign;
    *out = (feel_range){.low_closed = n->flags & RANGE_LOW_CLOSED, .high_closed = n->flags & RANGE_HIGH_CLOSED};
    if (n->op.a) out->low = *operand(r, n->op.a, &room_low);
    if (n->op.b) out->high = n->flags & RANGE_EQUAL ? out->low : *operand(r, n->op.b, &room_high);
    r->at = n->at;
    if ((n->op.a && out->low.kind == FEEL_NULL) || (n->op.b && out->high.kind == FEEL_NULL))
        return because(r, "FEEL-RANGE", (bilingual){"区间的端点是空值", "an endpoint of the range is null"}), false;
    if (n->op.a && n->op.b && !order(out->low, out->high, &sign))
        return because(r, "FEEL-RANGE", (bilingual){"区间的两个端点不能比较", "the endpoints of the range cannot be compared"}), false;
    return true;
}

static truth in_test(run *r, const node *test, feel_value v)
{
    feel_value x = feel_null();
    feel_range range;
    switch (test->kind) {
    case N_TEST_ANY: return YES;
    case N_TEST_EQ: return equals(r, v, eval(r, test->op.a));
    case N_TEST_NE: {
        truth t = equals(r, v, eval(r, test->op.a));
        return t == UNKNOWN ? t : t == YES ? NO : YES;
    }
    default: break;
    }
    if (test->kind != N_RANGE) x = eval(r, test);
    else if (spend(r, 1) && fill_range(r, test, &range)) x = (feel_value){.kind = FEEL_RANGE, .range = &range};     // asked only, so it need not last
    r->at = test->at;
    if (test->flags & TRUTH && x.kind == FEEL_BOOLEAN) return to_truth(x);
    if (test->flags & TRUTH && x.kind == FEEL_NULL) return UNKNOWN;
    // A call or a decision that answers "true" about something that is no boolean answers the test.
    if (feel_is_true(x) && v.kind != FEEL_BOOLEAN && v.kind != FEEL_NULL && test->kind != N_CONST) return YES;
    return in_value(r, v, x);
}

APART static feel_value in_tests(run *r, const node *n, feel_value v)
{
    feel_value outside = r->tested;
    truth t = NO;
    r->tested = v;
    for (ptrdiff_t i = 0; i < n->list.count && t != YES; i++) t = either(t, in_test(r, n->list.items[i], v));
    r->tested = outside;
    if (n->list.negated && t != UNKNOWN) t = t == YES ? NO : YES;
    return from_truth(t);
}

// ---- loops --------------------------------------------------------------------------------------------

typedef struct {
    run *r;
    const node *n;
    values results;        // N_FOR
    truth answer;          // N_SOME, N_EVERY
} loop;

static bool iterate(loop *l, ptrdiff_t level);

static bool loop_body(loop *l)         // false: enough
{
    run *r = l->r;
    if (l->n->kind == N_FOR) {
        if (l->n->loop.partial >= 0) r->frame[l->n->loop.partial] = list_view(l->results.items, l->results.count, r->arena);
        values_add(&l->results, eval(r, l->n->loop.body));
        return !r->stopped;
    }
    truth t = to_truth(eval(r, l->n->loop.body));
    l->answer = l->n->kind == N_SOME ? either(l->answer, t) : both(l->answer, t);
    return !r->stopped && l->answer != (l->n->kind == N_SOME ? YES : NO);
}

static bool bind_and_go(loop *l, ptrdiff_t level, feel_value v)
{
    if (!spend(l->r, 1)) return false;
    l->r->frame[l->n->loop.iterators[level].slot] = v;
    return level + 1 < l->n->loop.count ? iterate(l, level + 1) : loop_body(l);
}

// The whole numbers or days from `low` to `high`, in either direction (10.3.2.14).
static bool iterate_range(loop *l, ptrdiff_t level, feel_value low, feel_value high, bool skip_low, bool skip_high)
{
    int64_t from, to;
    if (low.kind == FEEL_DATE && high.kind == FEEL_DATE) {
        from = date_to_days(low.moment.date);
        to = date_to_days(high.moment.date);
    } else if (low.kind != FEEL_NUMBER || high.kind != FEEL_NUMBER || !decimal_to_int(low.number, &from) || !decimal_to_int(high.number, &to)) {
        l->r->at = l->n->loop.iterators[level].from->at;
        because(l->r, "FEEL-ITERATION", (bilingual){"只能在整数之间或日期之间循环", "only whole numbers or dates can be iterated over"});
        l->answer = UNKNOWN;
        return false;
    }
    int64_t step = from <= to ? 1 : -1;
    for (int64_t i = from;; i += step) {
        if (!(i == from && skip_low) && !(i == to && skip_high)
            && !bind_and_go(l, level, low.kind == FEEL_DATE ? feel_date(date_from_days(i)) : feel_int(i)))
            return false;
        if (i == to) return true;
    }
}

static bool iterate(loop *l, ptrdiff_t level)
{
    const iterator *it = &l->n->loop.iterators[level];
    feel_value over = eval(l->r, it->from);
    if (it->to) return iterate_range(l, level, over, eval(l->r, it->to), false, false);
    if (over.kind == FEEL_RANGE) return iterate_range(l, level, over.range->low, over.range->high, !over.range->low_closed, !over.range->high_closed);
    if (over.kind == FEEL_NULL) return iterate_range(l, level, over, over, false, false);      // the reason is the same
    if (over.kind != FEEL_LIST) return bind_and_go(l, level, over);                          // one value is a list of one
    for (ptrdiff_t i = 0; i < over.list->count; i++)
        if (!bind_and_go(l, level, over.list->items[i])) return false;
    return true;
}

APART static feel_value run_loop(run *r, const node *n)
{
    loop l = {.r = r, .n = n, .results = {.arena = r->arena}, .answer = n->kind == N_EVERY ? YES : NO};
    bool complete = iterate(&l, 0);
    if (r->stopped) return feel_null();
    if (n->kind == N_FOR) return complete ? values_list(&l.results) : feel_null();
    return from_truth(l.answer);
}

// ---- lists and contexts -------------------------------------------------------------------------------

static feel_value make_list(run *r, const node *n)
{
    feel_value *items = arena_new(r->arena, n->list.count, feel_value);
    for (ptrdiff_t i = 0; i < n->list.count; i++) items[i] = eval(r, n->list.items[i]);
    return list_view(items, n->list.count, r->arena);
}

static feel_value make_context(run *r, const node *n)
{
    feel_entries *c = arena_new(r->arena, 1, feel_entries);
    feel_value *items = arena_new(r->arena, n->context.count, feel_value);
    for (ptrdiff_t i = 0; i < n->context.count; i++)
        r->frame[n->context.slots[i]] = items[i] = eval(r, n->context.items[i]);   // later entries see it
    *c = (feel_entries){n->context.count, n->context.names, items};
    return (feel_value){.kind = FEEL_CONTEXT, .context = c};
}

static feel_value make_range(run *r, const node *n)
{
    feel_range g;
    return fill_range(r, n, &g) ? range_of(r, g.low, g.high, g.low_closed, g.high_closed) : feel_null();
}

static feel_value element(run *r, feel_value list, decimal position)
{
    int64_t i;
    if (list.kind != FEEL_LIST) {
        if (decimal_to_int(position, &i) && (i == 1 || i == -1)) return list;
    } else if (decimal_to_int(position, &i)) {
        ptrdiff_t count = list.list->count;
        if (i > 0 && i <= count) return list.list->items[i - 1];
        if (i < 0 && i >= -count) return list.list->items[count + i];
    }
    char text[DECIMAL_TEXT_MAX];
    int length = decimal_format(position, text);
    return because(r, "FEEL-INDEX", (bilingual){"列表没有第 %.*s 项", "the list has no element %.*s"}, length, text);
}

// A number picks one element; anything else is asked for each element (10.3.2.5).
APART static feel_value filter(run *r, const node *n)
{
    feel_value list = eval(r, n->op.a);
    values kept = {.arena = r->arena};
    if (n->op.b->kind == N_CONST && n->op.b->constant->kind == FEEL_NUMBER) {
        r->at = n->at;
        return list.kind == FEEL_NULL ? because(r, "FEEL-INDEX", (bilingual){"空值没有元素", "null has no elements"}) : element(r, list, n->op.b->constant->number);
    }
    if (list.kind == FEEL_NULL) {
        r->at = n->at;
        return because(r, "FEEL-FILTER", (bilingual){"空值不能筛选", "null cannot be filtered"});
    }
    feel_value *item = &r->frame[n->op.item];
    ptrdiff_t count = list.kind == FEEL_LIST ? list.list->count : 1;
    for (ptrdiff_t i = 0; i < count || (i == 0 && count == 0); i++) {
        feel_value each = count == 0 ? feel_null() : list.kind == FEEL_LIST ? list.list->items[i] : list;
        if (!spend(r, 1)) return feel_null();
        *item = each;
        feel_value keep = eval(r, n->op.b);
        if (i == 0 && keep.kind == FEEL_NUMBER) {
            r->at = n->at;
            return element(r, list, keep.number);
        }
        if (feel_is_true(keep) && count) values_add(&kept, each);
    }
    return values_list(&kept);
}

// ---- functions ----------------------------------------------------------------------------------------

static feel_value make_function(run *r, const node *n)
{
    const function_def *def = n->function;
    feel_value *captures = arena_new(r->arena, def->capture_count, feel_value);
    for (int32_t i = 0; i < def->capture_count; i++) {
        place from = def->captures[i];
        captures[i] = from.kind == N_INPUT ? r->inputs[from.slot] : from.kind == N_LOCAL ? r->frame[from.slot]
                    : from.kind == N_CAPTURE ? r->captures[from.slot] : self_value(r);
    }
    feel_function *f = arena_new(r->arena, 1, feel_function);
    *f = (feel_function){.def = def, .captures = captures, .program = r->program, .builtin = -1};
    return (feel_value){.kind = FEEL_FUNCTION, .function = f};
}

static feel_value wrong_arguments(run *r)
{
    return because(r, "FEEL-ARGUMENTS", (bilingual){"参数的个数或名称与函数不符", "the arguments do not fit the function in number or name"});
}

typedef struct { const str *names; const type *const *types; int count; } signature;

static bool place_arguments(run *r, signature s, const feel_value *args, const str *names, int count, feel_value *frame)
{
    if (count != s.count) return wrong_arguments(r), false;
    for (int i = 0; i < s.count; i++) {
        int from = i;
        if (names)
            for (from = 0; from < count && !str_equal(names[from], s.names[i]);) from++;
        if (from == count) return wrong_arguments(r), false;
        if (!s.types[i]) {
            frame[i] = args[from];
        } else if (!coerce(r, args[from], s.types[i], &frame[i])) {
            because(r, "FEEL-ARGUMENT-TYPE", (bilingual){"参数“%.*s”的类型不符", "the argument \"%.*s\" is not of the declared type"}, STR_ARG(s.names[i]));
            return false;
        }
    }
    return true;
}

APART static feel_value call_closure(run *r, const feel_function *f, const feel_value *args, const str *names, int count)
{
    feel_value near[FRAME_ON_STACK], *frame = near;
    if (f->def->slots > FRAME_ON_STACK) frame = arena_new(r->arena, f->def->slots, feel_value);
    if (!place_arguments(r, (signature){f->def->names, f->def->types, f->def->count}, args, names, count, frame)) return feel_null();
    const feel_program *program = r->program;
    const feel_value *captures = r->captures;
    const feel_function *self = r->self;
    feel_value *outer = r->frame;
    r->frame = frame;
    r->captures = f->captures;
    r->self = f;
    r->program = f->program;
    feel_value result = f->def->java >= 0 ? java_call(r, f->def->java, frame, f->def->count) : eval(r, f->def->body);
    r->frame = outer;
    r->captures = captures;
    r->self = self;
    r->program = program;
    return result;
}

// What begins within this run: an evaluation of its own that takes over steps and depth, and gives them back.
static feel_evaluation begin_inner(const run *r)
{
    feel_evaluation inner = *r->e;
    inner.steps = r->steps > 0 ? r->steps : -1;
    inner.depth = r->depth + INNER_DEPTH;
    inner.calls = r->calls;
    inner.reasons = NULL;
    return inner;
}

static void end_inner(run *r, const feel_evaluation *inner)
{
    r->steps = inner->steps;
    spend(r, 1);
}

feel_value eval_inner(run *r, const feel_program *p, const feel_value *inputs, feel_value tested)
{
    if (!spend(r, 1)) return feel_null();
    feel_evaluation inner = begin_inner(r);
    inner.tested = tested;
    inner.silent = true;
    feel_value result = feel_evaluate(p, inputs, &inner);
    end_inner(r, &inner);
    return result;
}

APART static feel_value call_native(run *r, const feel_function *f, const feel_value *args, const str *names, int count)
{
    const feel_native *n = f->native;
    feel_value near[FRAME_ON_STACK], *placed = near;
    if (n->count > FRAME_ON_STACK) placed = arena_new(r->arena, n->count, feel_value);
    if (!place_arguments(r, (signature){n->names, n->types, n->count}, args, names, count, placed)) return feel_null();
    feel_evaluation inner = begin_inner(r);
    feel_value result = n->call(f->native_self, placed, &inner);
    end_inner(r, &inner);
    return result;
}

feel_value eval_call(run *r, const feel_function *f, const feel_value *args, const str *names, int count)
{
    if (!spend(r, 1)) return feel_null();
    if (r->calls >= FEEL_DEPTH_MAX) {
        stop(r, "FEEL-DEPTH", (bilingual){"函数调用嵌套过深", "function calls are nested too deep"});
        return feel_null();
    }
    int32_t at = r->at;
    r->calls++;
    feel_value result = f->def ? call_closure(r, f, args, names, count) : f->native ? call_native(r, f, args, names, count)
                                                                                   : builtin_call(r, f->builtin, args, names, count);
    r->calls--;
    r->at = at;
    return result;
}

APART static feel_value call(run *r, const node *n)
{
    feel_value near[FRAME_ON_STACK], *args = near, room;
    int32_t count = n->call.count;
    const feel_value *callee = n->call.callee->kind == N_BUILTIN ? NULL : operand(r, n->call.callee, &room);
    if (count > FRAME_ON_STACK) args = arena_new(r->arena, count, feel_value);
    for (int32_t i = 0; i < count; i++) args[i] = eval(r, n->call.args[i]);
    if (r->stopped) return feel_null();
    r->at = n->at;
    if (callee && callee->kind == FEEL_FUNCTION) return eval_call(r, callee->function, args, n->call.names, count);
    if (n->call.builtin >= 0) return builtin_call_bound(r, n->call.builtin, n->call.bounds, n->call.bound_count, args, count);
    return because(r, "FEEL-NOT-A-FUNCTION", (bilingual){"被调用的不是函数", "what is called here is not a function"});
}

// ---- the walk -----------------------------------------------------------------------------------------

static feel_value eval_node(run *r, const node *n)
{
    feel_value room_a, room_b, v;
    switch ((node_kind)n->kind) {
    case N_CONST: return *n->constant;
    case N_INPUT: return r->inputs[n->slot];
    case N_LOCAL: return r->frame[n->slot];
    case N_CAPTURE: return r->captures[n->slot];
    case N_SELF: return self_value(r);
    case N_TESTED: return r->tested;
    case N_BUILTIN: return builtin_value(r, n->slot);
    case N_DYNAMIC: return dynamic_name(r, n);
    case N_NEG:
        v = eval(r, n->op.a);
        r->at = n->at;
        return negate(r, v);
    case N_ADD: case N_SUB: case N_MUL: case N_DIV: case N_POW: {
        const feel_value *a = operand(r, n->op.a, &room_a), *b = operand(r, n->op.b, &room_b);
        r->at = n->at;
        return arithmetic(r, n->kind, *a, *b);
    }
    case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE: return compare(r, n);
    case N_BETWEEN: return between(r, n);
    case N_IN: return in_tests(r, n, eval(r, n->list.value));
    case N_TESTS: return in_tests(r, n, r->tested);
    case N_AND: case N_OR: return logic(r, n);
    case N_IF: return eval(r, feel_is_true(eval(r, n->op.a)) ? n->op.b : n->op.c);
    case N_FOR: case N_SOME: case N_EVERY: return run_loop(r, n);
    case N_LIST: return make_list(r, n);
    case N_CONTEXT: return make_context(r, n);
    case N_RANGE: return make_range(r, n);
    case N_FILTER: return filter(r, n);
    case N_PATH:
        v = *operand(r, n->op.a, &room_a);
        r->at = n->at;
        return member(r, v, n->name);
    case N_CALL: return call(r, n);
    case N_FUNCTION: return make_function(r, n);
    case N_INSTANCE:
        v = eval(r, n->instance.a);
        // null is a member of every type, yet "instance of" tells it apart (10.3.2.10, table 52).
        if (v.kind == FEEL_NULL) return feel_boolean(type_meant(n->instance.type)->form == TYPE_NULL);
        return feel_boolean(is_instance(r, v, n->instance.type));
    case N_TEST_EQ: case N_TEST_NE: case N_TEST_ANY: break;    // only below N_IN and N_TESTS
    }
    return feel_null();
}

feel_value eval(run *r, const node *n)
{
    if (r->stopped || !spend(r, 1)) return feel_null();
    if (r->depth >= FEEL_NESTING_MAX) {
        stop(r, "FEEL-DEPTH", (bilingual){"函数调用嵌套过深", "function calls are nested too deep"});
        return feel_null();
    }
    r->depth++;
    feel_value v = eval_node(r, n);
    r->depth--;
    return r->stopped ? feel_null() : v;
}

// A run for what the caller asks. Its steps are e's; its reasons become e's.
static run begin_run(feel_evaluation *e, const feel_program *p, const feel_value *inputs, feel_value *frame)
{
    e->reasons = NULL;
    return (run){.e = e, .arena = e->arena, .program = p, .inputs = inputs, .frame = frame, .tested = e->tested,
                 .steps = e->steps ? e->steps : FEEL_STEPS_DEFAULT, .tail = &e->reasons,
                 .reason_count = e->silent ? REASONS_MAX : 0, .depth = e->depth, .calls = e->calls};
}

static void end_run(const run *r, feel_evaluation *e) { e->steps = r->steps > 0 ? r->steps : -1; }

feel_value feel_evaluate(const feel_program *p, const feel_value *inputs, feel_evaluation *e)
{
    feel_value near[FRAME_ON_STACK];
    run r = begin_run(e, p, inputs, p->slots > FRAME_ON_STACK ? arena_new(e->arena, p->slots, feel_value) : near);
    feel_value result = eval(&r, p->root);
    end_run(&r, e);
    return result;
}

// One test that compares with constants of the value's own kind, answered where it stands; UNKNOWN leaves it to the evaluation.
static truth quick_test(const node *test, const feel_value *v)
{
    int sign;
    if (test->kind == N_CONST)
        return test->constant->kind != v->kind ? UNKNOWN : v->kind == FEEL_STRING ? (str_equal(test->constant->string, v->string) ? YES : NO)
             : v->kind == FEEL_NUMBER ? (decimal_equal(test->constant->number, v->number) ? YES : NO) : UNKNOWN;
    if (test->kind != N_RANGE || test->flags & RANGE_EQUAL || v->kind == FEEL_STRING) return UNKNOWN;
    const node *ends[] = {test->op.a, test->op.b};
    for (int i = 0; i < 2; i++) {
        if (!ends[i]) continue;
        if (ends[i]->kind != N_CONST || ends[i]->constant->kind != v->kind || !order(*v, *ends[i]->constant, &sign)) return UNKNOWN;
        bool closed = test->flags & (i ? RANGE_HIGH_CLOSED : RANGE_LOW_CLOSED);
        if (sign == 0 ? !closed : i ? sign > 0 : sign < 0) return NO;
    }
    return YES;
}

static truth quick_tests(const node *n, const feel_value *v)
{
    if (n->kind != N_TESTS || n->list.negated) return UNKNOWN;
    for (ptrdiff_t i = 0; i < n->list.count; i++) {
        truth t = quick_test(n->list.items[i], v);
        if (t != NO) return t;
    }
    return NO;
}

bool feel_passes(const feel_program *tests, const feel_value *inputs, feel_value v, feel_evaluation *e)
{
    truth t = quick_tests(tests->root, &v);
    if (t != UNKNOWN) return t == YES;
    e->tested = v;
    return feel_is_true(feel_evaluate(tests, inputs, e));
}

static const feel_program no_program;       // of what is called or converted without an expression around it

feel_value feel_function_of(const feel_native *n, void *self, arena *a)
{
    feel_function *f = arena_new(a, 1, feel_function);
    *f = (feel_function){.native = n, .native_self = self, .program = &no_program, .builtin = -1};
    return (feel_value){.kind = FEEL_FUNCTION, .function = f};
}

feel_value feel_call(feel_value function, const feel_value *args, const str *names, int count, feel_evaluation *e)
{
    run r = begin_run(e, function.kind == FEEL_FUNCTION ? function.function->program : &no_program, NULL, NULL);
    feel_value result = function.kind == FEEL_FUNCTION ? eval_call(&r, function.function, args, names, count)
        : because(&r, "FEEL-NOT-A-FUNCTION", (bilingual){"被调用的不是函数", "what is called here is not a function"});
    end_run(&r, e);
    return result;
}

bool feel_conforms(feel_value v, const feel_type *t, feel_evaluation *e)
{
    run r = begin_run(e, &no_program, NULL, NULL);
    bool answer = conforms(&r, v, t);
    end_run(&r, e);
    return answer;
}

bool feel_coerce(feel_value v, const feel_type *t, feel_evaluation *e, feel_value *out)
{
    run r = begin_run(e, &no_program, NULL, NULL);
    bool answer = coerce(&r, v, t, out);
    end_run(&r, e);
    return answer;
}
