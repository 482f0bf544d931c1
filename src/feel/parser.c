// parser.c: from text to a resolved tree (DMN 1.5, 10.3.1.2, grammar; 10.3.2.1-2, scopes).
//
// Recursive descent, one function per level of precedence. Names are looked up while reading: locals first (entries of
// contexts, iterators, parameters, the item of a filter), then the declared scope, then the built-ins, and of all
// names that stand at a place the longest wins. Two places cannot be decided by looking ahead one token: "[1..2["
// against a filter, and "x in (a) + b" against a list of tests. There the parser tries and goes back;
// PARSE_WORK_FACTOR bounds what that can cost.
#include <assert.h>

#include "base/utf8.h"
#include "feel/feel_internal.h"

typedef enum { BIND_LOCAL, BIND_SELF, BIND_ITEM } binding_kind;
typedef struct binding binding;
struct binding {
    str name;
    binding_kind kind;
    int32_t slot;
    struct scope_function *function;
    bool *seen;                        // set when used; may be NULL
    binding *next;
};

typedef struct capture { place place; struct capture *next; } capture;
typedef struct scope_function {
    struct scope_function *outer;
    int32_t slots, capture_count;
    capture *captures;                 // newest first
} scope_function;

typedef struct key { str name; struct key *next; } key;

typedef struct mistake mistake;
struct mistake {
    const char *code;
    diag_severity severity;
    int32_t at;
    str text[LANG_COUNT], hint[LANG_COUNT];
    mistake *next;                     // newest first
};

typedef struct {
    str text;
    arena *a;
    feel_scope scope;
    token t;
    int depth;
    int work, work_max;                // tokens read, counting those read again after a wrong guess
    binding *bindings;
    scope_function *function;
    key *keys;                         // member names seen in this text: they say where a member name with symbols ends
    mistake *mistakes;
    bool *used;
    bool tested_allowed;
    int tested_uses;                   // how often `?` was read
    bool endpoint;                     // reading the upper end of a range: "[" may close it
    str self_name;                     // the context entry being defined, while its value starts
} parser;

typedef struct {
    token t;
    binding *bindings;
    mistake *mistakes;
    int tested_uses;
} parser_state;

static parser_state save(const parser *p) { return (parser_state){p->t, p->bindings, p->mistakes, p->tested_uses}; }
static void restore(parser *p, parser_state s)
{
    p->t = s.t;
    p->bindings = s.bindings;
    p->mistakes = s.mistakes;
    p->tested_uses = s.tested_uses;
}

// ---- mistakes -----------------------------------------------------------------------------------------

static mistake *add_texts(parser *p, const char *code, int32_t at, str zh, str en)
{
    mistake *m = arena_new(p->a, 1, mistake);
    *m = (mistake){.code = code, .at = at, .text = {zh, en}, .next = p->mistakes};
    return p->mistakes = m;
}

// Both formats take the same arguments.
__attribute__((format(printf, 5, 7), format(printf, 6, 7)))
static mistake *add_mistake(parser *p, diag_severity severity, const char *code, int32_t at, const char *zh, const char *en, ...)
{
    va_list args, again;
    va_start(args, en);
    va_copy(again, args);
    str zh_text = str_vprintf(p->a, zh, args), en_text = str_vprintf(p->a, en, again);
    va_end(again);
    va_end(args);
    mistake *m = add_texts(p, code, at, zh_text, en_text);
    m->severity = severity;
    return m;
}

static void hint(mistake *m, const char *zh, const char *en)
{
    m->hint[LANG_ZH] = str_from(zh);
    m->hint[LANG_EN] = str_from(en);
}

static bool has_error(const mistake *m, const mistake *older)     // among those made since `older`
{
    for (; m != older; m = m->next)
        if (m->severity == DIAG_ERROR) return true;
    return false;
}

static str token_text(const parser *p) { return str_slice(p->text, p->t.start, p->t.end); }

static str found(const parser *p, language lang)
{
    if (p->t.kind == TOK_END) return lang == LANG_ZH ? STR("文本结尾") : STR("the end of the text");
    str s = token_text(p);
    ptrdiff_t cut = utf8_offset(s, 20);
    return str_printf(p->a, lang == LANG_ZH ? "“%.*s”" : "\"%.*s\"", STR_ARG(str_slice(s, 0, cut)));
}

// What the lexer could not read, or a token that does not belong here.
static node *unexpected(parser *p, const char *zh, const char *en)
{
    if (p->t.kind == TOK_END && p->work > p->work_max) return NULL;      // FEEL-TOO-COMPLEX will say it
    int32_t at = p->t.start;
    if (p->t.kind == TOK_BAD_STRING) {
        hint(add_mistake(p, DIAG_ERROR, "FEEL-STRING-OPEN", at, "字符串没有结束", "this string has no end"), "补上英文双引号 \"", "add a closing \"");
    } else if (p->t.kind == TOK_BAD_COMMENT) {
        hint(add_mistake(p, DIAG_ERROR, "FEEL-COMMENT-OPEN", at, "注释没有结束", "this comment has no end"), "补上 */", "add */");
    } else if (p->t.kind == TOK_BAD_CHARACTER) {
        str s = token_text(p);
        mistake *m = add_mistake(p, DIAG_ERROR, "FEEL-CHARACTER", at, "表达式中不能出现字符“%.*s”", "the character \"%.*s\" has no place in an expression",
                                 STR_ARG(s));
        if (str_equal(s, STR("“")) || str_equal(s, STR("”"))) hint(m, "字符串用英文双引号 \"…\"", "strings stand in straight quotes \"…\"");
        else if (str_equal(s, STR("&"))) hint(m, "“并且”写作 and", "write \"and\"");
        else if (str_equal(s, STR("|"))) hint(m, "“或者”写作 or", "write \"or\"");
        else if (str_equal(s, STR("≤"))) hint(m, "写作 <=", "write <=");
        else if (str_equal(s, STR("≥"))) hint(m, "写作 >=", "write >=");
        else if (str_equal(s, STR("≠")) || str_equal(s, STR("!"))) hint(m, "“不等于”写作 !=，“非”写作 not(…)", "write != for \"not equal\", not(…) for \"not\"");
    } else {
        str zh_found = found(p, LANG_ZH), en_found = found(p, LANG_EN);
        add_texts(p, "FEEL-UNEXPECTED", at, str_printf(p->a, "此处应为%s，实为%.*s", zh, STR_ARG(zh_found)),
                  str_printf(p->a, "expected %s, found %.*s", en, STR_ARG(en_found)));
    }
    return NULL;
}

static void advance(parser *p)
{
    if (++p->work > p->work_max) {
        p->t = (token){TOK_END, (int32_t)p->text.len, (int32_t)p->text.len};
        return;
    }
    p->t = lex_token(p->text, p->t.end);
}

static void jump(parser *p, int32_t end)           // continue reading at `end`
{
    p->t.end = end;
    advance(p);
}

static bool at_symbol(const parser *p, int kind) { return p->t.kind == kind; }
static bool take(parser *p, int kind)
{
    if (p->t.kind != kind) return false;
    advance(p);
    return true;
}
static bool at_word(const parser *p, str word) { return p->t.kind == TOK_WORD && str_equal(token_text(p), word); }
static bool take_word(parser *p, str word)
{
    if (!at_word(p, word)) return false;
    advance(p);
    return true;
}

static bool expect(parser *p, int kind, int32_t open, const char *zh, const char *en)
{
    if (take(p, kind)) return true;
    if (open >= 0 && p->t.kind == TOK_END) {
        char opening = p->text.data[open], closing = opening == '(' ? ')' : opening == '[' ? ']' : '}';
        int column = (int)utf8_length(str_slice(p->text, 0, open)) + 1;
        add_mistake(p, DIAG_ERROR, "FEEL-UNCLOSED", p->t.start, "第 %d 个字符“%c”没有对应的“%c”", "character %d: this %c has no matching %c",
                    column, opening, closing);
        return false;
    }
    unexpected(p, zh, en);
    return false;
}

static bool expect_word(parser *p, str word, const char *zh, const char *en)
{
    if (take_word(p, word)) return true;
    unexpected(p, zh, en);
    return false;
}

// ---- nodes --------------------------------------------------------------------------------------------

static node *make(parser *p, node_kind kind, int32_t at)
{
    node *n = arena_new(p->a, 1, node);
    n->kind = (uint8_t)kind;
    n->at = at;
    return n;
}

// Makes `n` as high as its child asks. NULL (with a mistake) when the tree grows too high to walk safely.
static node *over(parser *p, node *n, const node *child)
{
    if (!n || !child) return NULL;
    if (child->height + 1 > n->height) n->height = (uint16_t)(child->height + 1);
    if (n->height <= HEIGHT_MAX) return n;
    hint(add_mistake(p, DIAG_ERROR, "FEEL-TOO-DEEP", n->at, "表达式嵌套超过 %d 层", "the expression is nested more than %d levels deep", HEIGHT_MAX),
         "拆成几个表达式，或改用列表和 sum(…)", "split it, or use a list and sum(…)");
    return NULL;
}

static node *binary(parser *p, node_kind kind, int32_t at, node *a, node *b)
{
    node *n = make(p, kind, at);
    n->op.a = a;
    n->op.b = b;
    return over(p, over(p, n, a), b);
}

static node *constant(parser *p, int32_t at, feel_value v)
{
    node *n = make(p, N_CONST, at);
    feel_value *copy = arena_new(p->a, 1, feel_value);
    *copy = v;
    n->constant = copy;
    return n;
}

typedef struct { node **items; ptrdiff_t count, cap; } nodes;
static void nodes_add(parser *p, nodes *l, node *n)
{
    if (l->count == l->cap) {
        ptrdiff_t cap = l->cap ? 2 * l->cap : 4;
        node **grown = arena_new(p->a, cap, node *);
        for (ptrdiff_t i = 0; i < l->count; i++) grown[i] = l->items[i];
        l->items = grown;
        l->cap = cap;
    }
    l->items[l->count++] = n;
}

// ---- names --------------------------------------------------------------------------------------------

static binding *bind(parser *p, str name, binding_kind kind, int32_t slot)
{
    binding *b = arena_new(p->a, 1, binding);
    *b = (binding){.name = name, .kind = kind, .slot = slot, .function = p->function, .next = p->bindings};
    p->bindings = b;
    return b;
}

static void remember_key(parser *p, str name)
{
    key *k = arena_new(p->a, 1, key);
    *k = (key){name, p->keys};
    p->keys = k;
}

// The place of a name as seen from `f`; functions between its home and `f` capture it.
static place place_in(parser *p, scope_function *f, scope_function *home, place at_home)
{
    if (f == home) return at_home;
    place outside = place_in(p, f->outer, home, at_home);
    int32_t index = f->capture_count;
    for (capture *c = f->captures; c; c = c->next) {
        index--;
        if (c->place.kind == outside.kind && c->place.slot == outside.slot) return (place){N_CAPTURE, index};
    }
    capture *c = arena_new(p->a, 1, capture);
    *c = (capture){outside, f->captures};
    f->captures = c;
    return (place){N_CAPTURE, f->capture_count++};
}

static scope_function *outermost(scope_function *f)
{
    while (f->outer) f = f->outer;
    return f;
}

static node *place_node(parser *p, place where, str name, int32_t at)
{
    node *n = make(p, where.kind, at);
    n->slot = where.slot;
    n->name = name;
    return n;
}

typedef struct { str name; int32_t end; bool builtin; } candidate;

static void consider(const parser *p, str name, bool builtin, candidate *best)
{
    if (!name.len || (name.data[0] > ' ' && name.data[0] != p->text.data[p->t.start])) return;
    int32_t end = lex_name(p->text, p->t.start, name);
    if (end > best->end) *best = (candidate){name, end, builtin};
}

// The end of the words that stand here, up to a keyword: what a name of unknown extent must be.
static int32_t words_end(const parser *p)
{
    int32_t end = p->t.end;
    for (token t = lex_token(p->text, end); t.kind == TOK_WORD && !lex_stops_name(str_slice(p->text, t.start, t.end));
         t = lex_token(p->text, end))
        end = t.end;
    return end;
}

static str collapse(parser *p, int32_t from, int32_t to)    // words with single spaces
{
    buf b = {.arena = p->a};
    for (token t = lex_token(p->text, from); t.kind != TOK_END && t.end <= to; t = lex_token(p->text, t.end)) {
        if (b.len) buf_add_byte(&b, ' ');
        buf_add(&b, str_slice(p->text, t.start, t.end));
    }
    return buf_str(&b);
}

enum { NAME_COMPARED_MAX = 48 };       // code points: longer names are compared by their beginnings

int name_distance(str x, str y)      // Levenshtein
{
    uint32_t a[NAME_COMPARED_MAX], b[NAME_COMPARED_MAX];
    int row[NAME_COMPARED_MAX + 1], n = 0, m = 0;
    for (ptrdiff_t at = 0; at < x.len && n < NAME_COMPARED_MAX;) a[n++] = utf8_next(x, &at);
    for (ptrdiff_t at = 0; at < y.len && m < NAME_COMPARED_MAX;) b[m++] = utf8_next(y, &at);
    for (int j = 0; j <= m; j++) row[j] = j;
    for (int i = 1; i <= n; i++) {
        int diagonal = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            int least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = change < least ? change : least;
        }
    }
    return row[m];
}

int name_distance_max(str name)      // more than that is another word; of one letter, every change makes another
{
    int length = (int)utf8_length(name);
    return length < 2 ? 0 : (length + 2) / 3;
}

static str nearest(const parser *p, str name)
{
    str best = {0};
    int least = name_distance_max(name);
    if (least < 1) return best;
#define TRY(candidate_name) do { int d_ = name_distance(name, (candidate_name)); if (d_ <= least && (d_ < least || !best.len)) { least = d_; best = (candidate_name); } } while (0)
    for (const binding *b = p->bindings; b; b = b->next) TRY(b->name);
    for (ptrdiff_t i = 0; i < p->scope.count; i++) TRY(p->scope.names[i]);
    for (int32_t i = 0; builtin_name(i).len; i++) TRY(builtin_name(i));
#undef TRY
    return best;
}

static node *unknown_name(parser *p, str name, int32_t at)
{
    mistake *m = add_mistake(p, DIAG_ERROR, "FEEL-NAME-UNKNOWN", at, "没有名为“%.*s”的数据或函数", "nothing here is named \"%.*s\"", STR_ARG(name));
    for (ptrdiff_t i = 0; i < name.len;) {
        uint32_t c = utf8_next(name, &i), narrow = utf8_narrow(c);
        if (narrow != c && narrow < 128 && str_find_byte(STR("+-*/=<>()[]{},.:?"), (char)narrow) >= 0) {
            hint(m, "运算符和括号须用半角字符", "operators and brackets must be half-width characters");
            return constant(p, at, feel_null());
        }
    }
    str close = nearest(p, name);
    if (close.len) {
        m->hint[LANG_ZH] = str_printf(p->a, "是否应为“%.*s”？", STR_ARG(close));
        m->hint[LANG_EN] = str_printf(p->a, "did you mean \"%.*s\"?", STR_ARG(close));
    }
    return constant(p, at, feel_null());          // go on: there may be more unknown names
}

static node *static_name(parser *p, const binding *from, str name, int32_t at)
{
    for (const binding *b = from; b; b = b->next) {
        if (!str_equal(b->name, name)) continue;
        if (b->seen) *b->seen = true;
        return place_node(p, place_in(p, p->function, b->function, (place){b->kind == BIND_SELF ? N_SELF : N_LOCAL, b->slot}), name, at);
    }
    for (ptrdiff_t i = p->scope.count; i-- > 0;) {
        if (!str_equal(p->scope.names[i], name)) continue;
        p->used[i] = true;
        return place_node(p, place_in(p, p->function, outermost(p->function), (place){N_INPUT, (int32_t)i}), name, at);
    }
    int32_t row = builtin_find(name);
    if (row < 0) return NULL;
    node *n = make(p, N_BUILTIN, at);
    n->slot = row;
    n->name = name;
    return n;
}

// A name inside filters may be a member of the item at hand (10.3.2.5): that is known only when running.
static node *resolve(parser *p, str name, int32_t at, bool called)
{
    nodes items = {0};
    const binding *b = p->bindings;
    for (; b && !called; b = b->next) {
        if (b->kind == BIND_ITEM)
            nodes_add(p, &items, place_node(p, place_in(p, p->function, b->function, (place){N_LOCAL, b->slot}), STR("item"), at));
        if (str_equal(b->name, name)) break;
    }
    if (!b && p->scope.item && !called && !str_equal(p->scope.names[p->scope.item - 1], name)) {
        p->used[p->scope.item - 1] = true;
        nodes_add(p, &items, place_node(p, place_in(p, p->function, outermost(p->function), (place){N_INPUT, (int32_t)p->scope.item - 1}), STR("item"), at));
    }
    node *fallback = static_name(p, called ? p->bindings : b, name, at);
    if (!items.count) return fallback ? fallback : unknown_name(p, name, at);
    node *n = make(p, N_DYNAMIC, at);
    n->name = name;
    n->dynamic.items = items.items;
    n->dynamic.count = items.count;
    n->dynamic.fallback = fallback;
    n->height = 1;
    return n;
}

static bool inside_filter(const parser *p)
{
    for (const binding *b = p->bindings; b; b = b->next)
        if (b->kind == BIND_ITEM) return true;
    return p->scope.item > 0;
}

// Is this name the beginning of a longer one ("fee" and "fee-total")? Then "(fee) - total" must keep its brackets.
static bool begins_longer_name(const parser *p, str name, bool member)
{
#define LONGER(other) (lex_name((other), 0, name) > 0 && lex_name((other), 0, name) < (other).len)
    for (const binding *b = p->bindings; b; b = b->next)
        if (LONGER(b->name)) return true;
    for (ptrdiff_t i = 0; i < p->scope.count; i++)
        if (LONGER(p->scope.names[i])) return true;
    for (int32_t i = builtin_next(0, name.data[0]); i >= 0; i = builtin_next(i + 1, name.data[0]))
        if (LONGER(builtin_name(i))) return true;
    for (const key *k = p->keys; k && member; k = k->next)
        if (LONGER(k->name)) return true;
    return false;
#undef LONGER
}

static node *parse_name(parser *p)
{
    int32_t at = p->t.start;
    candidate best = {0}, known = {0};
    for (const binding *b = p->bindings; b; b = b->next) consider(p, b->name, false, &best);
    for (ptrdiff_t i = 0; i < p->scope.count; i++) consider(p, p->scope.names[i], false, &best);
    known = best;
    char first = p->text.data[at];                 // most of a hundred names are turned away by it
    for (int32_t i = builtin_next(0, first); i >= 0; i = builtin_next(i + 1, first)) consider(p, builtin_name(i), true, &best);
    // "date and time" is also two names and an operator: as a function it must be called.
    if (best.builtin && known.end && lex_token(p->text, best.end).kind != '(') best = known;
    int32_t end = words_end(p);
    bool filter = inside_filter(p);
    if (filter)
        for (const key *k = p->keys; k; k = k->next) consider(p, k->name, false, &best);
    str name = best.name;
    if (end > best.end) name = collapse(p, at, end);        // "fee total", where only "fee" is known, is one unknown name
    else end = best.end;
    bool called = lex_token(p->text, end).kind == '(';
    jump(p, end);
    node *n = resolve(p, name, at, called);
    if (!called && n->kind != N_CONST && begins_longer_name(p, name, filter)) n->flags |= AMBIGUOUS;
    return n;
}

// ---- types (rule 69) ----------------------------------------------------------------------------------

static const type *parse_type(parser *p);

static type *new_type(parser *p, type_form form, feel_kind kind)
{
    type *t = arena_new(p->a, 1, type);
    t->form = form;
    t->kind = kind;
    return t;
}

static bool grow_type(parser *p, type *t, str name, const type *part)
{
    if (!part) return false;
    const type **parts = arena_new(p->a, t->count + 1, const type *);
    str *names = arena_new(p->a, t->count + 1, str);
    for (ptrdiff_t i = 0; i < t->count; i++) parts[i] = t->parts[i], names[i] = t->names[i];
    parts[t->count] = part;
    names[t->count++] = name;
    t->parts = parts;
    t->names = names;
    return true;
}

static const type *parse_context_type(parser *p, type *t)
{
    if (!take(p, '<')) return t->open = true, t;
    while (!take(p, '>')) {
        str name;
        int32_t end;
        if (t->count && !expect(p, ',', -1, "“,”或“>”", "\",\" or \">\"")) return NULL;
        if (!lex_key(p->text, p->t.start, p->a, &name, &end)) return unexpected(p, "成员名称和“:”", "a member name and \":\""), NULL;
        jump(p, end);
        if (!grow_type(p, t, name, parse_type(p))) return NULL;
    }
    return t;
}

static const type *parse_function_type(parser *p, type *t)
{
    if (!take(p, '<')) return t->open = true, t;
    while (!take(p, '>')) {
        if (t->count && !expect(p, ',', -1, "“,”或“>”", "\",\" or \">\"")) return NULL;
        if (!grow_type(p, t, (str){0}, parse_type(p))) return NULL;
    }
    if (!expect(p, TOK_ARROW, -1, "“->”", "\"->\"")) return NULL;
    t->of = parse_type(p);
    return t->of ? t : NULL;
}

static const type *parse_element_type(parser *p, type *t)
{
    if (!take(p, '<')) return t->open = true, t;
    t->of = parse_type(p);
    return t->of && expect(p, '>', -1, "“>”", "\">\"") ? t : NULL;
}

// The longest of the scope's type names that stands here; NULL when none does.
static const type *declared_type(parser *p)
{
    const type *best = NULL;
    int32_t end = -1;
    for (ptrdiff_t i = 0; i < p->scope.type_count; i++) {
        int32_t after = lex_name(p->text, p->t.start, p->scope.type_names[i]);
        if (after > end) end = after, best = p->scope.types[i];
    }
    if (best) jump(p, end);
    return best;
}

static const type *parse_type_inner(parser *p)
{
    static const struct { const char *name; type_form form; feel_kind kind; } simple[] = {
        {"Any", TYPE_ANY, 0}, {"Null", TYPE_NULL, 0}, {"number", TYPE_KIND, FEEL_NUMBER}, {"string", TYPE_KIND, FEEL_STRING},
        {"boolean", TYPE_KIND, FEEL_BOOLEAN}, {"date and time", TYPE_KIND, FEEL_DATE_TIME}, {"date", TYPE_KIND, FEEL_DATE},
        {"time", TYPE_KIND, FEEL_TIME}, {"days and time duration", TYPE_KIND, FEEL_DAYS_DURATION},
        {"years and months duration", TYPE_KIND, FEEL_YEARS_DURATION}, {"list", TYPE_LIST, 0}, {"range", TYPE_RANGE, 0},
        {"context", TYPE_CONTEXT, 0}, {"function", TYPE_FUNCTION, 0},
    };
    if (p->t.kind != TOK_WORD) return unexpected(p, "类型名称", "the name of a type"), NULL;
    const type *named = declared_type(p);
    if (named) return named;
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++) {
        int32_t end = lex_name(p->text, p->t.start, str_from(simple[i].name));
        if (end < 0) continue;
        jump(p, end);
        type *t = new_type(p, simple[i].form, simple[i].kind);
        switch (t->form) {
        case TYPE_LIST: case TYPE_RANGE: return parse_element_type(p, t);
        case TYPE_CONTEXT: return parse_context_type(p, t);
        case TYPE_FUNCTION: return parse_function_type(p, t);
        default: return t;
        }
    }
    str name = collapse(p, p->t.start, words_end(p));
    hint(add_mistake(p, DIAG_ERROR, "FEEL-TYPE-UNKNOWN", p->t.start, "没有名为“%.*s”的类型", "there is no type named \"%.*s\"", STR_ARG(name)),
         "可用：number、string、boolean、date、time、date and time、days and time duration、years and months duration、list<…>、context<…>、range<…>、function<…>->…、Any",
         "known: number, string, boolean, date, time, date and time, days and time duration, years and months duration, list<…>, context<…>, range<…>, function<…>->…, Any");
    return NULL;
}

static bool deeper(parser *p)
{
    if (++p->depth <= FEEL_DEPTH_MAX) return true;
    add_mistake(p, DIAG_ERROR, "FEEL-TOO-DEEP", p->t.start, "括号和嵌套超过 %d 层", "brackets and nesting go deeper than %d levels", FEEL_DEPTH_MAX);
    return false;
}

static const type *parse_type(parser *p)
{
    const type *t = deeper(p) ? parse_type_inner(p) : NULL;
    p->depth--;
    return t;
}

// ---- expressions --------------------------------------------------------------------------------------

static node *parse_expression(parser *p);
static node *parse_additive(parser *p);
static node *parse_tests_list(parser *p, node *tests);

static node *parse_if(parser *p)
{
    node *n = make(p, N_IF, p->t.start);
    advance(p);
    n->op.a = parse_expression(p);
    if (!over(p, n, n->op.a) || !expect_word(p, STR("then"), "“then”", "\"then\"")) return NULL;
    n->op.b = parse_expression(p);
    if (!over(p, n, n->op.b) || !expect_word(p, STR("else"), "“else”", "\"else\"")) return NULL;
    n->op.c = parse_expression(p);
    return over(p, n, n->op.c);
}

static bool at_name_token(const parser *p)
{
    return p->t.kind == TOK_WORD || (p->t.kind > 0 && p->t.kind < 128 && str_find_byte(STR("./-'+*"), (char)p->t.kind) >= 0);
}

// An iterator's name: everything before the word `in`.
static bool parse_iterator_name(parser *p, str *name)
{
    int32_t start = p->t.start, end = start;
    while (at_name_token(p) && !at_word(p, STR("in"))) {
        end = p->t.end;
        advance(p);
    }
    if (end == start || p->t.kind != TOK_WORD) {
        unexpected(p, end == start ? "变量名称" : "“in”", end == start ? "the name of a variable" : "\"in\"");
        return false;
    }
    int32_t key_end;
    // lex_key collapses white space the way names are compared; it wants a ':' behind the name.
    return lex_key(str_concat(str_slice(p->text, start, end), STR(":"), p->a), 0, p->a, name, &key_end)
        || (unexpected(p, "变量名称", "the name of a variable"), false);
}

static node *parse_loop(parser *p, node_kind kind)
{
    node *n = make(p, kind, p->t.start);
    const binding *outside = p->bindings;
    iterator *list = NULL;
    ptrdiff_t count = 0, cap = 0;
    advance(p);
    do {
        if (count == cap) {
            iterator *grown = arena_new(p->a, cap = cap ? 2 * cap : 2, iterator);
            for (ptrdiff_t i = 0; i < count; i++) grown[i] = list[i];
            list = grown;
        }
        iterator *it = &list[count++];
        if (!parse_iterator_name(p, &it->name) || !expect_word(p, STR("in"), "“in”", "\"in\"")) return NULL;
        it->from = parse_expression(p);
        if (!over(p, n, it->from)) return NULL;
        if (kind == N_FOR && take(p, TOK_DOTS)) {
            it->to = parse_expression(p);
            if (!over(p, n, it->to)) return NULL;
        }
        it->slot = p->function->slots++;
        bind(p, it->name, BIND_LOCAL, it->slot);
    } while (take(p, ','));
    n->loop.iterators = list;
    n->loop.count = count;
    n->loop.partial = -1;
    bool partial_used = false;
    int32_t partial = -1;
    if (kind == N_FOR) {
        if (!expect_word(p, STR("return"), "“,”或“return”", "\",\" or \"return\"")) return NULL;
        partial = p->function->slots++;
        bind(p, STR("partial"), BIND_LOCAL, partial)->seen = &partial_used;
        n->loop.body = parse_expression(p);
        if (partial_used) n->loop.partial = partial;
        for (binding *b = p->bindings; b != outside; b = b->next) b->seen = NULL;   // partial_used goes out of scope
    } else {
        if (!expect_word(p, STR("satisfies"), "“,”或“satisfies”", "\",\" or \"satisfies\"")) return NULL;
        n->loop.body = parse_expression(p);
    }
    p->bindings = (binding *)outside;
    return over(p, n, n->loop.body);
}

static bool parse_parameters(parser *p, function_def *def)
{
    int32_t open = p->t.start, cap = 0;
    if (!expect(p, '(', -1, "“(”和参数", "\"(\" and parameters")) return false;
    while (!take(p, ')')) {
        if (def->count && !expect(p, ',', p->t.kind == TOK_END ? open : -1, "“,”或“)”", "\",\" or \")\"")) return false;
        int32_t start = p->t.start, end = start;
        for (; at_name_token(p); advance(p)) end = p->t.end;
        str name;
        int32_t key_end;
        if (!lex_key(str_concat(str_slice(p->text, start, end), STR(":"), p->a), 0, p->a, &name, &key_end))
            return unexpected(p, "参数名称", "the name of a parameter"), false;
        const type *t = NULL;
        if (take(p, ':') && !(t = parse_type(p))) return false;
        if (def->count == cap) {
            cap = cap ? 2 * cap : 4;
            str *names = arena_new(p->a, cap, str);
            const type **types = arena_new(p->a, cap, const type *);
            for (int32_t i = 0; i < def->count; i++) names[i] = def->names[i], types[i] = def->types[i];
            def->names = names;
            def->types = types;
        }
        def->names[def->count] = name;
        def->types[def->count++] = t;
    }
    return true;
}

static const node *entry_of(const node *context, str name)
{
    for (ptrdiff_t i = 0; context && context->kind == N_CONTEXT && i < context->context.count; i++)
        if (str_equal(context->context.names[i], name)) return context->context.items[i];
    return NULL;
}

static str constant_text(const node *n)
{
    return n && n->kind == N_CONST && n->constant->kind == FEEL_STRING ? n->constant->string : (str){0};
}

// external {java: {class: "…", method signature: "…"}}: one of those we know without Java (java.c).
static bool find_external(parser *p, function_def *def)
{
    const node *java = entry_of(def->body, STR("java"));
    def->java = java_find(constant_text(entry_of(java, STR("class"))), constant_text(entry_of(java, STR("method signature"))));
    if (def->java >= 0) return true;
    hint(add_mistake(p, DIAG_ERROR, "FEEL-EXTERNAL", def->body->at, "不支持这个外部函数（external）", "this external function is not supported"),
         "用 FEEL 写出函数体：function(x) 表达式", "write the body in FEEL: function(x) expression");
    return false;
}

static node *parse_function(parser *p)
{
    node *n = make(p, N_FUNCTION, p->t.start);
    function_def *def = arena_new(p->a, 1, function_def);
    scope_function inner = {.outer = p->function};
    binding *outside = p->bindings;
    str self = p->self_name;
    p->self_name = (str){0};
    advance(p);
    if (!parse_parameters(p, def)) return NULL;
    def->java = -1;
    bool external = take_word(p, STR("external"));
    p->function = &inner;
    if (self.data) bind(p, self, BIND_SELF, 0);
    for (int32_t i = 0; i < def->count; i++) bind(p, def->names[i], BIND_LOCAL, inner.slots++);
    bool endpoint = p->endpoint;
    p->endpoint = false;
    def->body = parse_expression(p);
    p->endpoint = endpoint;
    p->function = inner.outer;
    p->bindings = outside;
    def->slots = inner.slots;
    def->capture_count = inner.capture_count;
    place *captures = arena_new(p->a, inner.capture_count, place);
    int32_t i = inner.capture_count;
    for (capture *c = inner.captures; c; c = c->next) captures[--i] = c->place;
    def->captures = captures;
    n->function = def;
    if (external && def->body && !find_external(p, def)) return NULL;
    return over(p, n, def->body);
}

static node *parse_range_rest(parser *p, int32_t at, node *low, bool low_closed)   // after ".."
{
    node *n = make(p, N_RANGE, at);
    parser_state before = save(p);
    for (int attempt = 0; attempt < 2; attempt++) {    // "[1..2[" : first read "[" as a filter, then as the end
        bool endpoint = p->endpoint;
        p->endpoint = attempt == 1;
        node *high = parse_additive(p);
        p->endpoint = endpoint;
        if (high && (at_symbol(p, ']') || at_symbol(p, ')') || at_symbol(p, '['))) {
            n->flags = (uint8_t)((low_closed ? RANGE_LOW_CLOSED : 0) | (at_symbol(p, ']') ? RANGE_HIGH_CLOSED : 0));
            n->op.a = low;
            n->op.b = high;
            advance(p);
            return over(p, over(p, n, low), high);
        }
        if (attempt == 0) restore(p, before);
    }
    return has_error(p->mistakes, before.mistakes)
        ? NULL : unexpected(p, "区间的右括号", "the closing bracket of a range");
}

static node *parse_list(parser *p)
{
    int32_t open = p->t.start;
    node *n = make(p, N_LIST, open);
    nodes items = {0};
    bool endpoint = p->endpoint;
    p->endpoint = false;
    advance(p);
    while (!at_symbol(p, ']')) {
        if (items.count && !expect(p, ',', open, "“,”或“]”", "\",\" or \"]\"")) return NULL;
        node *item = parse_expression(p);
        if (!over(p, n, item)) return NULL;
        if (!items.count && take(p, TOK_DOTS)) {
            node *range = parse_range_rest(p, open, item, true);
            p->endpoint = endpoint;
            return range;
        }
        nodes_add(p, &items, item);
    }
    advance(p);
    p->endpoint = endpoint;
    n->list.items = items.items;
    n->list.count = items.count;
    return n;
}

static node *parse_context(parser *p)
{
    int32_t open = p->t.start;
    node *n = make(p, N_CONTEXT, open);
    nodes items = {0};
    str *names = NULL;
    int32_t *slots = NULL;
    ptrdiff_t cap = 0;
    binding *outside = p->bindings;
    bool endpoint = p->endpoint;
    p->endpoint = false;
    advance(p);
    while (!at_symbol(p, '}')) {
        if (items.count && !expect(p, ',', open, "“,”或“}”", "\",\" or \"}\"")) return NULL;
        str name;
        int32_t end, at = p->t.start;
        if (p->t.kind == TOK_STRING) {
            if (!lex_string(token_text(p), p->a, &name)) goto bad_escape;
            advance(p);
            if (!expect(p, ':', -1, "“:”", "\":\"")) return NULL;
        } else if (lex_key(p->text, p->t.start, p->a, &name, &end)) {
            jump(p, end);
        } else {
            return unexpected(p, "名称和“:”，或“}”", "a name and \":\", or \"}\"");
        }
        for (ptrdiff_t i = 0; i < items.count; i++)
            if (str_equal(names[i], name))
                hint(add_mistake(p, DIAG_ERROR, "FEEL-DUPLICATE", at, "成员“%.*s”重复", "the entry \"%.*s\" is given twice", STR_ARG(name)),
                     "同一上下文内名称不得重复", "names of one context must differ");
        token first = p->t;
        while (first.kind == '(') first = lex_token(p->text, first.end);
        bool is_function = first.kind == TOK_WORD && str_equal(str_slice(p->text, first.start, first.end), STR("function"));
        p->self_name = is_function ? name : (str){0};     // its body may call it
        node *value = parse_expression(p);
        if (!over(p, n, value)) return NULL;
        if (items.count == cap) {
            cap = cap ? 2 * cap : 4;
            str *more_names = arena_new(p->a, cap, str);
            int32_t *more_slots = arena_new(p->a, cap, int32_t);
            for (ptrdiff_t i = 0; i < items.count; i++) more_names[i] = names[i], more_slots[i] = slots[i];
            names = more_names;
            slots = more_slots;
        }
        names[items.count] = name;
        slots[items.count] = p->function->slots++;
        bind(p, name, BIND_LOCAL, slots[items.count]);
        remember_key(p, name);
        nodes_add(p, &items, value);
    }
    advance(p);
    p->endpoint = endpoint;
    p->bindings = outside;
    n->context.names = names;
    n->context.slots = slots;
    n->context.items = items.items;
    n->context.count = items.count;
    return n;
bad_escape:
    hint(add_mistake(p, DIAG_ERROR, "FEEL-ESCAPE", p->t.start, "字符串中的 \\u 转义有误", "a \\u escape in this string is wrong"), "写作 \\u4E2D 或 \\U01F600", "write \\u4E2D or \\U01F600");
    return NULL;
}

// "<", "<=", ">", ">=" with an endpoint: a range open on one side. "=": the range of one value.
static node *parse_comparison_range(parser *p, int32_t at)
{
    int op = p->t.kind;
    node *n = make(p, N_RANGE, at);
    advance(p);
    node *end = parse_additive(p);
    switch (op) {
    case '<': n->op.b = end; break;
    case TOK_LE: n->op.b = end; n->flags = RANGE_HIGH_CLOSED; break;
    case '>': n->op.a = end; break;
    case TOK_GE: n->op.a = end; n->flags = RANGE_LOW_CLOSED; break;
    default: n->op.a = n->op.b = end; n->flags = RANGE_LOW_CLOSED | RANGE_HIGH_CLOSED | RANGE_EQUAL;
    }
    return over(p, n, end);
}

static bool at_comparison(const parser *p)
{
    return p->t.kind == '<' || p->t.kind == '>' || p->t.kind == TOK_LE || p->t.kind == TOK_GE;
}

static node *parse_parenthesis(parser *p)
{
    int32_t open = p->t.start;
    bool endpoint = p->endpoint;
    p->endpoint = false;
    advance(p);
    node *n = at_comparison(p) || at_symbol(p, '=') ? parse_comparison_range(p, open) : parse_expression(p);
    if (n && at_symbol(p, TOK_DOTS)) {
        advance(p);
        n = parse_range_rest(p, open, n, false);
    } else if (n && !expect(p, ')', open, "“)”", "\")\"")) {
        n = NULL;
    }
    p->endpoint = endpoint;
    return n;
}

static node *parse_string(parser *p)
{
    str s;
    node *n = NULL;
    if (lex_string(token_text(p), p->a, &s)) n = constant(p, p->t.start, feel_string(s));
    else hint(add_mistake(p, DIAG_ERROR, "FEEL-ESCAPE", p->t.start, "字符串中的 \\u 转义有误", "a \\u escape in this string is wrong"),
              "写作 \\u4E2D 或 \\U01F600", "write \\u4E2D or \\U01F600");
    advance(p);
    return n;
}

static node *parse_number(parser *p)
{
    decimal x;
    node *n = NULL;
    if (decimal_parse(token_text(p), &x)) n = constant(p, p->t.start, feel_number(x));
    else add_mistake(p, DIAG_ERROR, "FEEL-NUMBER", p->t.start, "数字超出范围", "this number is out of range");
    advance(p);
    return n;
}

static node *parse_at_literal(parser *p)           // rule 62: @"2024-03-05"
{
    int32_t at = p->t.start;
    advance(p);
    str s;
    if (p->t.kind != TOK_STRING || !lex_string(token_text(p), p->a, &s)) return unexpected(p, "字符串", "a string");
    static const feel_kind kinds[] = {FEEL_DATE_TIME, FEEL_DATE, FEEL_TIME, FEEL_DAYS_DURATION, FEEL_YEARS_DURATION};
    feel_value v = feel_null();
    bool ok = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !ok; i++)
        ok = (kinds[i] != FEEL_DATE_TIME || str_find_byte(s, 'T') >= 0) && feel_parse_temporal(s, kinds[i], p->scope.zones, &v);
    if (!ok)
        hint(add_mistake(p, DIAG_ERROR, "FEEL-AT-LITERAL", at, "“%.*s”不是日期、时间或时长", "\"%.*s\" is no date, time or duration", STR_ARG(s)),
             "例：@\"2024-03-05\"、@\"08:30:00\"、@\"2024-03-05T08:30:00\"、@\"P20D\"、@\"P1Y6M\"",
             "for example @\"2024-03-05\", @\"08:30:00\", @\"2024-03-05T08:30:00\", @\"P20D\", @\"P1Y6M\"");
    advance(p);
    return constant(p, at, v);
}

static node *parse_primary_inner(parser *p)
{
    int32_t at = p->t.start;
    switch (p->t.kind) {
    case TOK_NUMBER: return parse_number(p);
    case TOK_STRING: return parse_string(p);
    case '@': return parse_at_literal(p);
    case '(': return parse_parenthesis(p);
    case '[': return parse_list(p);
    case '{': return parse_context(p);
    case ']': {                                     // "]1..2]"
        advance(p);
        node *low = parse_additive(p);
        if (!low || !expect(p, TOK_DOTS, -1, "“..”", "\"..\"")) return NULL;
        return parse_range_rest(p, at, low, false);
    }
    case '?':
        if (!p->tested_allowed) break;
        p->tested_uses++;
        advance(p);
        return make(p, N_TESTED, at);
    case TOK_WORD: {
        str word = token_text(p);
        if (str_equal(word, STR("true")) || str_equal(word, STR("false"))) {
            advance(p);
            return constant(p, at, feel_boolean(word.data[0] == 't'));
        }
        if (str_equal(word, STR("null"))) return advance(p), constant(p, at, feel_null());
        if (str_equal(word, STR("if"))) return parse_if(p);
        if (str_equal(word, STR("for"))) return parse_loop(p, N_FOR);
        if (str_equal(word, STR("some"))) return parse_loop(p, N_SOME);
        if (str_equal(word, STR("every"))) return parse_loop(p, N_EVERY);
        if (str_equal(word, STR("function"))) return parse_function(p);
        if (lex_stops_name(word)) break;
        return parse_name(p);
    }
    default: break;
    }
    return unexpected(p, "表达式", "an expression");
}

static node *parse_primary(parser *p)
{
    node *n = deeper(p) ? parse_primary_inner(p) : NULL;
    p->depth--;
    return n;
}

// Binds the rows of the built-in that fit. None: not wrong FEEL, but certainly null.
static void bind_builtin(parser *p, node *call)
{
    int32_t rows = builtin_rows(call->call.builtin);
    bound *bounds = arena_new(p->a, rows, bound);
    for (int32_t i = 0; i < rows; i++)
        call->call.bound_count += builtin_bind(call->call.builtin + i, call->call.names, call->call.count, &bounds[call->call.bound_count]);
    call->call.bounds = bounds;
    if (call->call.bound_count || call->call.callee->kind != N_BUILTIN) return;
    ptrdiff_t count;
    const feel_builtin_info *info = feel_builtins(&count);
    buf all = {.arena = p->a};
    for (int32_t i = 0; i < rows; i++)
        buf_printf(&all, "%s%s%s", i ? "; " : "", info[call->call.builtin + i].name, info[call->call.builtin + i].signature);
    mistake *m = add_mistake(p, DIAG_WARNING, "FEEL-ARGUMENTS", call->at, "函数“%s”的参数个数或名称不符，结果恒为 null",
                             "no form of %s() takes these arguments: the result is always null", builtin_name(call->call.builtin).data);
    m->hint[LANG_ZH] = str_printf(p->a, "写法：%.*s", STR_ARG(buf_str(&all)));
    m->hint[LANG_EN] = str_printf(p->a, "forms: %.*s", STR_ARG(buf_str(&all)));
}

static node *parse_call(parser *p, node *callee)
{
    node *n = make(p, N_CALL, callee->at);
    int32_t open = p->t.start;
    nodes args = {0};
    str *names = NULL;
    ptrdiff_t cap = 0;
    bool endpoint = p->endpoint;
    p->endpoint = false;
    advance(p);
    while (!at_symbol(p, ')')) {
        if (args.count && !expect(p, ',', open, "“,”或“)”", "\",\" or \")\"")) return NULL;
        str name = {0};
        int32_t end;
        bool named = p->t.kind == TOK_WORD && lex_key(p->text, p->t.start, p->a, &name, &end);
        if (args.count && named != (names != NULL)) {
            hint(add_mistake(p, DIAG_ERROR, "FEEL-ARGUMENTS-MIXED", p->t.start, "参数不能一部分写名称、一部分不写", "either all arguments are named or none"),
                 "给每个参数都写上名称，或都不写", "name all of them, or none");
            return NULL;
        }
        if (named) {
            jump(p, end);
            if (args.count == cap) {
                str *grown = arena_new(p->a, cap = cap ? 2 * cap : 4, str);
                for (ptrdiff_t i = 0; i < args.count; i++) grown[i] = names[i];
                names = grown;
            }
            names[args.count] = name;
        }
        node *arg = parse_expression(p);
        if (!over(p, n, arg)) return NULL;
        nodes_add(p, &args, arg);
    }
    advance(p);
    p->endpoint = endpoint;
    n->call.callee = callee;
    n->call.args = args.items;
    n->call.names = names;
    n->call.count = (int32_t)args.count;
    n->call.builtin = -1;
    // Data named like a built-in ("date", "count") does not hide the function: numbers and texts cannot be called.
    if (callee->kind == N_BUILTIN || callee->kind == N_INPUT || callee->kind == N_LOCAL || callee->kind == N_CAPTURE)
        n->call.builtin = builtin_find(callee->name);
    if (n->call.builtin >= 0) bind_builtin(p, n);
    return over(p, n, callee);
}

static node *parse_filter(parser *p, node *list)
{
    int32_t open = p->t.start;
    node *n = make(p, N_FILTER, open);
    binding *outside = p->bindings;
    bool endpoint = p->endpoint;
    p->endpoint = false;
    advance(p);
    n->op.item = p->function->slots++;
    bind(p, STR("item"), BIND_ITEM, n->op.item);
    n->op.a = list;
    n->op.b = parse_expression(p);
    p->bindings = outside;
    p->endpoint = endpoint;
    if (!n->op.b || !expect(p, ']', open, "“]”", "\"]\"")) return NULL;
    return over(p, over(p, n, list), n->op.b);
}

static node *parse_path(parser *p, node *object)
{
    advance(p);
    node *n = make(p, N_PATH, p->t.start);         // reasons point to the member
    if (p->t.kind != TOK_WORD) return unexpected(p, "成员名称", "the name of a member");
    candidate best = {0};
    for (const key *k = p->keys; k; k = k->next) consider(p, k->name, false, &best);
    int32_t end = words_end(p);
    n->name = end > best.end ? collapse(p, p->t.start, end) : best.name;
    n->op.a = object;
    for (const key *k = p->keys; k; k = k->next)
        if (lex_name(k->name, 0, n->name) > 0 && lex_name(k->name, 0, n->name) < k->name.len) n->flags |= AMBIGUOUS;
    jump(p, end > best.end ? end : best.end);
    return over(p, n, object);
}

static node *parse_postfix(parser *p)
{
    node *n = parse_primary(p);
    while (n) {
        if (at_symbol(p, '.')) n = parse_path(p, n);
        else if (at_symbol(p, '(')) n = parse_call(p, n);
        else if (at_symbol(p, '[') && !p->endpoint) n = parse_filter(p, n);
        else break;
    }
    return n;
}

static node *parse_instance(parser *p)
{
    node *n = parse_postfix(p);
    while (n && at_word(p, STR("instance"))) {
        node *test = make(p, N_INSTANCE, n->at);
        advance(p);
        if (!expect_word(p, STR("of"), "“of”", "\"of\"")) return NULL;
        test->instance.a = n;
        test->instance.type = parse_type(p);
        if (!test->instance.type) return NULL;
        n = over(p, test, n);
    }
    return n;
}

static node *parse_unary(parser *p)
{
    int32_t at = p->t.start;
    if (!at_symbol(p, '-')) return parse_instance(p);
    if (!deeper(p)) return p->depth--, NULL;
    advance(p);
    node *a = parse_unary(p);
    p->depth--;
    if (a && a->kind == N_CONST && a->constant->kind == FEEL_NUMBER) return constant(p, at, feel_number(decimal_neg(a->constant->number)));
    node *n = make(p, N_NEG, at);
    n->op.a = a;
    return over(p, n, a);
}

static node *parse_power(parser *p)                // left to right, and below unary minus: -3 ** 2 is 9 (rule 4)
{
    node *n = parse_unary(p);
    while (n && at_symbol(p, TOK_POWER)) {
        int32_t at = p->t.start;
        advance(p);
        n = binary(p, N_POW, at, n, parse_unary(p));
    }
    return n;
}

static node *parse_product(parser *p)
{
    node *n = parse_power(p);
    while (n && (at_symbol(p, '*') || at_symbol(p, '/'))) {
        node_kind kind = at_symbol(p, '*') ? N_MUL : N_DIV;
        int32_t at = p->t.start;
        advance(p);
        n = binary(p, kind, at, n, parse_power(p));
    }
    return n;
}

static node *parse_additive(parser *p)
{
    node *n = parse_product(p);
    while (n && (at_symbol(p, '+') || at_symbol(p, '-'))) {
        node_kind kind = at_symbol(p, '+') ? N_ADD : N_SUB;
        int32_t at = p->t.start;
        advance(p);
        n = binary(p, kind, at, n, parse_product(p));
    }
    return n;
}

static bool is_truth(const node *n)
{
    switch (n->kind) {
    case N_EQ: case N_NE: case N_LT: case N_LE: case N_GT: case N_GE: case N_BETWEEN: case N_IN: case N_AND: case N_OR:
    case N_SOME: case N_EVERY: case N_INSTANCE: return true;
    default: return false;
    }
}

// One positive unary test (rule 7). An expression is the answer itself when it is about `?` or is a comparison;
// otherwise it is a value, list or range that `?` is looked for in.
static node *parse_test(parser *p)
{
    int32_t at = p->t.start;
    if (at_comparison(p)) return parse_comparison_range(p, at);
    if (at_symbol(p, '=') || at_symbol(p, TOK_NE)) {
        node *n = make(p, at_symbol(p, '=') ? N_TEST_EQ : N_TEST_NE, at);
        advance(p);
        n->op.a = parse_additive(p);
        return over(p, n, n->op.a);
    }
    int uses = p->tested_uses;
    node *n = parse_expression(p);
    if (n && (p->tested_uses > uses || is_truth(n))) n->flags |= TRUTH;
    return n;
}

static node *parse_tests_list(parser *p, node *tests)
{
    nodes items = {0};
    do {
        node *test = parse_test(p);
        if (!over(p, tests, test)) return NULL;
        nodes_add(p, &items, test);
    } while (take(p, ','));
    tests->list.items = items.items;
    tests->list.count = items.count;
    return tests;
}

static node *parse_in(parser *p, node *value)
{
    node *n = make(p, N_IN, value->at);
    bool allowed = p->tested_allowed;
    int uses = p->tested_uses;
    n->list.value = value;
    if (!over(p, n, value)) return NULL;
    p->tested_allowed = true;
    node *done = NULL;
    parser_state before = save(p);
    if (at_symbol(p, '(')) {                        // a list of tests, unless the expression goes on after ")"
        bool endpoint = p->endpoint;
        p->endpoint = false;
        advance(p);
        if (parse_tests_list(p, n) && take(p, ')') && str_find_byte(STR(".[(+-*/"), (char)p->t.kind) < 0
            && p->t.kind != TOK_POWER)
            done = n;
        p->endpoint = endpoint;
        if (!done) restore(p, before);
    }
    if (!done) {
        node *test = NULL;
        if (at_comparison(p) || at_symbol(p, '=') || at_symbol(p, TOK_NE)) {
            test = parse_test(p);
        } else {
            int tested = p->tested_uses;
            test = parse_additive(p);
            if (test && p->tested_uses > tested) test->flags |= TRUTH;
        }
        n->list.items = arena_new(p->a, 1, node *);
        n->list.items[0] = test;
        n->list.count = 1;
        done = over(p, n, test);
    }
    p->tested_allowed = allowed;
    p->tested_uses = uses;                          // this `?` is the value before `in`, not the one outside
    return done;
}

static node *parse_comparison(parser *p)
{
    static const struct { int token; node_kind kind; } operators[] = {
        {'=', N_EQ}, {TOK_NE, N_NE}, {'<', N_LT}, {TOK_LE, N_LE}, {'>', N_GT}, {TOK_GE, N_GE},
    };
    node *n = parse_additive(p);
    while (n) {
        int32_t at = p->t.start;
        size_t i = 0;
        while (i < sizeof operators / sizeof *operators && operators[i].token != p->t.kind) i++;
        if (i < sizeof operators / sizeof *operators) {
            advance(p);
            n = binary(p, operators[i].kind, at, n, parse_additive(p));
        } else if (take_word(p, STR("between"))) {
            node *low = parse_additive(p);
            if (!low || !expect_word(p, STR("and"), "“and”", "\"and\"")) return NULL;
            n = binary(p, N_BETWEEN, at, n, low);
            if (!n) return NULL;
            n->op.c = parse_additive(p);
            n = over(p, n, n->op.c);
        } else if (take_word(p, STR("in"))) {
            n = parse_in(p, n);
        } else {
            break;
        }
    }
    return n;
}

static node *parse_and(parser *p)
{
    node *n = parse_comparison(p);
    for (int32_t at = p->t.start; n && take_word(p, STR("and")); at = p->t.start) n = binary(p, N_AND, at, n, parse_comparison(p));
    return n;
}

static node *parse_expression(parser *p)
{
    node *n = parse_and(p);
    for (int32_t at = p->t.start; n && take_word(p, STR("or")); at = p->t.start) n = binary(p, N_OR, at, n, parse_and(p));
    return n;
}

// Unary tests as the whole text (rule 17): "-", "not(…)" or a list.
static node *parse_tests(parser *p)
{
    node *n = make(p, N_TESTS, p->t.start);
    p->tested_allowed = true;
    parser_state before = save(p);
    if (take(p, '-') && p->t.kind == TOK_END) {
        n->list.items = arena_new(p->a, 1, node *);
        n->list.items[0] = make(p, N_TEST_ANY, n->at);
        n->list.count = 1;
        return n;
    }
    restore(p, before);
    if (take_word(p, STR("not")) && take(p, '(') && parse_tests_list(p, n) && take(p, ')') && p->t.kind == TOK_END) {
        n->list.negated = true;
        return n;
    }
    restore(p, before);
    n = make(p, N_TESTS, p->t.start);              // "not(a) and b" is an expression
    return parse_tests_list(p, n);
}

// ---- entry points -------------------------------------------------------------------------------------

static source_pos position(const parser *p, source_pos base, int32_t at)
{
    source_pos pos = base;
    ptrdiff_t line_start = 0;
    int lines = 0;
    for (ptrdiff_t i = 0; i < at && i < p->text.len; i++)
        if (p->text.data[i] == '\n') lines++, line_start = i + 1;
    int column = (int)utf8_length(str_slice(p->text, line_start, at)) + 1;
    pos.line = (base.line ? base.line : 1) + lines;
    pos.column = lines || !base.column ? column : base.column + column - 1;
    if (lines || !base.source.len) {               // the caret needs the line in which it counts columns
        str rest = str_slice(p->text, line_start, p->text.len);
        pos.source = lines || pos.column == column ? str_cut(&rest, '\n') : (str){0};
        pos.source_skipped = 0;
    }
    return pos;
}

static const char *as_format(const parser *p, str text)       // which prints as `text`
{
    buf b = {.arena = p->a};
    for (ptrdiff_t i = 0; i < text.len; i++) {
        buf_add_byte(&b, text.data[i]);
        if (text.data[i] == '%') buf_add_byte(&b, '%');
    }
    return str_cstr(buf_str(&b), p->a);
}

static void report(const parser *p, const mistake *m, source_pos base, diag_list *d)
{
    if (!m) return;
    mistake *reversed = NULL;                      // newest first: turn them round, without recursion
    for (; m; m = m->next) {
        mistake *copy = arena_new(p->a, 1, mistake);
        *copy = *m;
        copy->next = reversed;
        reversed = copy;
    }
    for (; reversed; reversed = reversed->next) {
        bilingual advice = {0};
        if (reversed->hint[LANG_EN].len)
            advice = (bilingual){str_cstr(reversed->hint[LANG_ZH], p->a), str_cstr(reversed->hint[LANG_EN], p->a)};
        diag_add(d, reversed->severity, reversed->code, position(p, base, reversed->at), advice,
                 (bilingual){as_format(p, reversed->text[LANG_ZH]), as_format(p, reversed->text[LANG_EN])});
    }
}

// What the three entry points share: limits, the first token, what is left over, and saying what was wrong.
typedef enum { READ_EXPRESSION, READ_TESTS, READ_TYPE } reading;
typedef struct { parser parser; scope_function top; node *root; const type *type; } compilation;

static bool read_text(compilation *c, reading what, str text, source_pos at, diag_list *d)
{
    parser *p = &c->parser;
    bool read = false;
    p->function = &c->top;
    p->work_max = PARSE_WORK_FACTOR * (int)(text.len > TEXT_MAX ? 0 : text.len) + PARSE_WORK_FACTOR;
    if (text.len > TEXT_MAX) {
        add_mistake(p, DIAG_ERROR, "FEEL-TOO-LONG", 0, "表达式超过 %d 字节", "the expression is longer than %d bytes", TEXT_MAX);
    } else if (utf8_invalid_at(text) >= 0) {
        add_mistake(p, DIAG_ERROR, "FEEL-UTF8", (int32_t)utf8_invalid_at(text), "文本不是有效的 UTF-8", "the text is not valid UTF-8");
    } else {
        p->text = str_copy(text, p->a);
        p->used = arena_new(p->a, p->scope.count, bool);
        for (ptrdiff_t i = 0; i < p->scope.member_count; i++) remember_key(p, p->scope.members[i]);
        advance(p);
        if (what == READ_TYPE) c->type = parse_type(p);
        else c->root = what == READ_TESTS ? parse_tests(p) : parse_expression(p);
        read = c->root || c->type;
        if (read && p->t.kind != TOK_END) read = unexpected(p, "运算符或文本结尾", "an operator or the end of the text");
    }
    if (p->work > p->work_max) add_mistake(p, DIAG_ERROR, "FEEL-TOO-COMPLEX", 0, "表达式过于复杂", "the expression is too complex");
    bool good = read && !has_error(p->mistakes, NULL);
    report(p, p->mistakes, at, d);
    assert(good || d->errors > 0);
    return good;
}

static feel_program *compile(reading what, str text, feel_scope scope, source_pos at, arena *a, diag_list *d)
{
    compilation c = {.parser = {.a = a, .scope = scope}};
    if (!read_text(&c, what, text, at, d)) return NULL;
    feel_program *program = arena_new(a, 1, feel_program);
    *program = (feel_program){.text = c.parser.text, .root = c.root, .slots = c.top.slots, .scope_count = scope.count, .used = c.parser.used, .zones = scope.zones};
    return program;
}

const feel_type *feel_compile_type(str text, feel_scope scope, source_pos at, arena *a, diag_list *d)
{
    compilation c = {.parser = {.a = a, .scope = scope}};
    return read_text(&c, READ_TYPE, text, at, d) ? c.type : NULL;
}

feel_program *feel_compile(str text, feel_scope scope, source_pos at, arena *a, diag_list *d)
{
    return compile(READ_EXPRESSION, text, scope, at, a, d);
}

feel_program *feel_compile_tests(str text, feel_scope scope, source_pos at, arena *a, diag_list *d)
{
    return compile(READ_TESTS, text, scope, at, a, d);
}

str feel_program_text(const feel_program *p) { return p->text; }

bool feel_program_uses(const feel_program *p, ptrdiff_t scope_index)
{
    return scope_index >= 0 && scope_index < p->scope_count && p->used[scope_index];
}
