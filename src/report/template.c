// template.c: the two texts of a template compiled to a tree, and the tree filled with values.
//
// One pass over the lines of the body; control lines ({{if}}, {{for}}, {{else}}, {{end}}) nest, everything else is a
// block. All expressions are compiled when the template is loaded, so a template that loads can only fail on values.
#include <stddef.h>

#include "report/report_internal.h"

enum {
    TEMPLATE_DEPTH_MAX = 16,        // if and for inside each other: more than a reader can follow
    TEMPLATE_BLOCKS_MAX = 50000     // blocks of one document, about 2,000 pages: nested loops must not fill the memory
};

// ---- the compiled form --------------------------------------------------------------------------------------

// A stretch of text as written (program NULL) or a placeholder.
typedef struct piece piece;
struct piece {
    str text;                  // literal, or the expression
    feel_program *program;
    source_pos at;
    piece *next;
};
typedef enum { NODE_BLOCK, NODE_ROW, NODE_IF, NODE_FOR } node_kind;
typedef struct node node;
struct node {
    node_kind kind;
    report_block_kind block;   // NODE_BLOCK
    piece *pieces;             // NODE_BLOCK; NODE_IF and NODE_FOR: the condition or the list, one placeholder
    node *cells;               // NODE_ROW: one NODE_BLOCK each
    bool starts_table;         // NODE_ROW: an empty line or other text stands before it
    ptrdiff_t slot;            // NODE_FOR: where its value stands, behind those of the scope
    node *inside, *otherwise;
    node *next;
};

// The members of NAME.json and where they go. A row here is all that a new part of the document needs.
static const struct { const char *name; size_t offset; bool required; } members[] = {
    {"mark", offsetof(report_document, mark), false},
    {"number", offsetof(report_document, number), false},
    {"signer", offsetof(report_document, signer), false},
    {"title", offsetof(report_document, title), true},
    {"recipients", offsetof(report_document, recipients), false},
    {"organ", offsetof(report_document, organ), true},
    {"date", offsetof(report_document, date), true},
    {"copies", offsetof(report_document, copies), false},
    {"printed_by", offsetof(report_document, printed_by), false},
    {"printed_on", offsetof(report_document, printed_on), false},
    {"note", offsetof(report_document, note), false},
    {"language", offsetof(report_document, language), false},
};
enum { MEMBER_COUNT = sizeof members / sizeof *members };

struct report_template {
    piece *members[MEMBER_COUNT];
    node *body;
    ptrdiff_t scope_count;     // values that report_fill gets
    ptrdiff_t slots;           // values of loops, at most this many at once
};

// ---- loading ------------------------------------------------------------------------------------------------

typedef struct {
    arena *a;
    diag_list *d;
    str file, rest, line;      // what is still to be read; the current line
    int line_number;
    str names[TEMPLATE_DEPTH_MAX];   // loop variables in scope
    feel_scope scope;          // the caller's
    ptrdiff_t depth, loops, loops_max;
    ptrdiff_t columns;         // of the table being read; 0 = none
    bool after_row;            // a row stands before, with nothing but control lines between
    bool abandoned;            // the rest is not read
} reader;

static source_pos place(const reader *r, ptrdiff_t offset)
{
    return (source_pos){.file = r->file, .line = r->line_number, .source = r->line,
                        .column = 1 + (int)utf8_length(str_slice(r->line, 0, offset))};
}

// The scope with the loop variables that are visible here.
static feel_scope visible(reader *r)
{
    if (r->loops == 0) return r->scope;
    feel_scope s = {.count = r->scope.count + r->loops};
    str *names = arena_new(r->a, s.count, str);
    for (ptrdiff_t i = 0; i < r->scope.count; i++) names[i] = r->scope.names[i];
    for (ptrdiff_t i = 0; i < r->loops; i++) names[r->scope.count + i] = r->names[i];
    s.names = names;
    return s;
}

// The offset of the "}}" that closes a placeholder whose text begins at `from`, or -1. FEEL's strings and contexts may
// hold braces: {{ {id: "a", text: "}}"} }}.
static ptrdiff_t placeholder_end(str text, ptrdiff_t from)
{
    ptrdiff_t depth = 0;
    bool quoted = false;
    for (ptrdiff_t i = from; i < text.len; i++) {
        char c = text.data[i];
        if (quoted) {
            if (c == '\\') i++;
            else if (c == '"') quoted = false;
        } else if (c == '"') quoted = true;
        else if (c == '{') depth++;
        else if (c == '}' && depth > 0) depth--;
        else if (c == '}' && i + 1 < text.len && text.data[i + 1] == '}') return i;
    }
    return -1;
}

static bool is_name_byte(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

// The rest of `text` after the word, when it begins with that word.
static bool takes_word(str text, const char *word, str *rest)
{
    str w = str_from(word);
    if (!str_starts(text, w) || (text.len > w.len && is_name_byte(text.data[w.len]))) return false;
    *rest = str_trim(str_slice(text, w.len, text.len));
    return true;
}

// Does `word` stand in the expression, outside its strings and brackets?
static bool has_word(str expression, const char *word)
{
    bool quoted = false;
    ptrdiff_t depth = 0;
    for (ptrdiff_t i = 0; i < expression.len; i++) {
        char c = expression.data[i];
        if (quoted && c == '\\') i++;
        else if (c == '"') quoted = !quoted;
        else if (quoted) continue;
        else if (c == '(' || c == '[' || c == '{') depth++;
        else if (c == ')' || c == ']' || c == '}') depth--;
        else if (depth == 0 && (i == 0 || !is_name_byte(expression.data[i - 1]))) {
            str rest;
            if (takes_word(str_slice(expression, i, expression.len), word, &rest)) return true;
        }
    }
    return false;
}

typedef enum { CONTROL_NONE, CONTROL_IF, CONTROL_FOR, CONTROL_ELSE, CONTROL_END } control;

// FEEL has `if … then … else` and `for … in … return` of its own: with `then` or `return` it is an expression that prints.
static control control_of(str expression, str *argument)
{
    expression = str_trim(expression);
    *argument = (str){0};
    if (takes_word(expression, "end", argument) && argument->len == 0) return CONTROL_END;
    if (takes_word(expression, "else", argument) && argument->len == 0) return CONTROL_ELSE;
    if (takes_word(expression, "if", argument) && !has_word(*argument, "then")) return CONTROL_IF;
    if (takes_word(expression, "for", argument) && !has_word(*argument, "return")) return CONTROL_FOR;
    return CONTROL_NONE;
}

static piece *compile(reader *r, str expression, source_pos at)
{
    piece *p = arena_new(r->a, 1, piece);
    *p = (piece){.text = str_trim(expression), .at = at};
    if (p->text.len == 0) {
        diag_add(r->d, DIAG_ERROR, "TEMPLATE-EMPTY", at, (bilingual){"写入表达式，或删去占位符", "write an expression, or remove it"},
                 (bilingual){"占位符中没有表达式", "a placeholder without an expression"});
        return p;
    }
    p->program = feel_compile(p->text, visible(r), at, r->a, r->d);
    return p;
}

// Splits text into literals and placeholders. `at` is the position of its first byte.
static piece *split(reader *r, str text, source_pos at)
{
    piece *first = NULL, **end = &first;
    for (ptrdiff_t from = 0; from < text.len;) {
        ptrdiff_t open = str_find(str_slice(text, from, text.len), STR("{{"));
        str literal = open < 0 ? str_slice(text, from, text.len) : str_slice(text, from, from + open);
        if (literal.len > 0) {
            *end = arena_new(r->a, 1, piece);
            **end = (piece){.text = literal, .at = at};
            end = &(*end)->next;
        }
        if (open < 0) break;
        ptrdiff_t inside = from + open + 2, close = placeholder_end(text, inside);
        source_pos here = at;
        here.column += (int)utf8_length(str_slice(text, 0, from + open));
        if (close < 0) {
            diag_add(r->d, DIAG_ERROR, "TEMPLATE-UNCLOSED", here,
                     (bilingual){"在同一行内补上“}}”；字符串的引号须成对", "add \"}}\" on the same line; quotes of strings must be paired"},
                     (bilingual){"占位符“{{”没有结束", "the placeholder \"{{\" is not closed"});
            break;
        }
        str expression = str_slice(text, inside, close), argument;
        // The expression's own first character, so that FEEL's columns are the line's.
        while (expression.len > 0 && (expression.data[0] == ' ' || expression.data[0] == '\t'))
            expression = str_slice(expression, 1, expression.len), inside++;
        if (control_of(expression, &argument) != CONTROL_NONE) {
            diag_add(r->d, DIAG_ERROR, "TEMPLATE-CONTROL-INLINE", here,
                     (bilingual){"独占一行；句中的条件写作 {{if … then … else …}}", "give it its own line; inside a sentence write {{if … then … else …}}"},
                     (bilingual){"控制语句 {{%.*s}} 不能写在文字中间", "the control {{%.*s}} cannot stand inside text"}, STR_ARG(expression));
        } else {
            source_pos inner = at;
            inner.column += (int)utf8_length(str_slice(text, 0, inside));
            *end = compile(r, expression, inner);
            end = &(*end)->next;
        }
        from = close + 2;
    }
    return first;
}

static bool next_line(reader *r)
{
    if (r->rest.data == NULL || r->rest.len == 0) return false;
    r->line = str_cut(&r->rest, '\n');
    if (r->line.len > 0 && r->line.data[r->line.len - 1] == '\r') r->line.len--;
    r->line_number++;
    return true;
}

// The control on a line of its own, and its argument with its offset in the line.
static control line_control(const reader *r, str *argument)
{
    str line = str_trim(r->line);
    if (!str_starts(line, STR("{{"))) return CONTROL_NONE;
    ptrdiff_t close = placeholder_end(line, 2);
    if (close < 0 || close + 2 != line.len) return CONTROL_NONE;
    return control_of(str_slice(line, 2, close), argument);
}

// The bar that ends the cell beginning at `from`; bars inside placeholders are the expression's.
static ptrdiff_t cell_end(str line, ptrdiff_t from)
{
    for (ptrdiff_t i = from; i < line.len; i++) {
        if (line.data[i] == '|') return i;
        if (line.data[i] == '{' && i + 1 < line.len && line.data[i + 1] == '{') {
            ptrdiff_t close = placeholder_end(line, i + 2);
            if (close < 0) return line.len;
            i = close + 1;
        }
    }
    return line.len;
}

// "|---|:-:|", which Markdown editors put under the header: no row of ours.
static bool is_separator_row(str line)
{
    for (ptrdiff_t i = 0; i < line.len; i++)
        if (str_find_byte(STR("|-: "), line.data[i]) < 0) return false;
    return str_find_byte(line, '-') >= 0;
}

static node *new_node(reader *r, node_kind kind)
{
    node *n = arena_new(r->a, 1, node);
    n->kind = kind;
    return n;
}

static node *read_row(reader *r, str line)
{
    node *row = new_node(r, NODE_ROW), **end = &row->cells;
    row->starts_table = !r->after_row;
    if (!r->after_row) r->columns = 0;
    ptrdiff_t base = line.data - r->line.data, count = 0;
    if (line.len > 1 && line.data[line.len - 1] == '|') line.len--;
    for (ptrdiff_t from = 1; from <= line.len;) {
        ptrdiff_t to = cell_end(line, from);
        str cell = str_trim(str_slice(line, from, to));
        *end = new_node(r, NODE_BLOCK);
        (*end)->block = BLOCK_PARAGRAPH;
        if (cell.len > 0) (*end)->pieces = split(r, cell, place(r, base + (cell.data - line.data)));
        end = &(*end)->next;
        count++;
        from = to + 1;
    }
    if (r->columns == 0) r->columns = count;
    if (count != r->columns)
        diag_add(r->d, DIAG_ERROR, "TEMPLATE-TABLE-WIDTH", place(r, base),
                 (bilingual){"各行的格数须与表头相同；空格也要写竖线", "every row needs as many cells as the header; empty cells need their bar"},
                 (bilingual){"此行有 %d 格，表头有 %d 格", "this row has %d cells, the header has %d"}, (int)count, (int)r->columns);
    return row;
}

static node *read_block(reader *r, str line)
{
    static const struct { const char *prefix; report_block_kind kind; } headings[] = {
        {"## ", BLOCK_HEADING1}, {"### ", BLOCK_HEADING2}, {"#### ", BLOCK_HEADING3}};
    node *n = new_node(r, NODE_BLOCK);
    n->block = BLOCK_PARAGRAPH;
    str text = line;
    if (line.data[0] == '#') {
        for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
            if (str_starts(line, str_from(headings[i].prefix))) {
                n->block = headings[i].kind;
                text = str_trim(str_slice(line, str_from(headings[i].prefix).len, line.len));
            }
        if (n->block == BLOCK_PARAGRAPH)
            diag_add(r->d, DIAG_ERROR, "TEMPLATE-HEADING", place(r, line.data - r->line.data),
                     (bilingual){"标题写作“## 一、”“### （一）”“#### 1. ”，井号后空一格",
                                 "write \"## \", \"### \" or \"#### \", with a space; the document's title is in the .json file"},
                     (bilingual){"不是可用的标题层次", "not one of the levels of headings"});
    }
    n->pieces = split(r, text, place(r, text.data - r->line.data));
    return n;
}

static node *read_nodes(reader *r, control *ended_by, source_pos *ended_at);

// The lines between a control and its {{end}}. `otherwise` is NULL where {{else}} is not allowed.
static void read_inside(reader *r, source_pos opened, str opening, node **inside, node **otherwise)
{
    control by;
    source_pos at;
    *inside = read_nodes(r, &by, &at);
    for (bool seen = false; by == CONTROL_ELSE; seen = true) {
        if (!otherwise || seen)
            diag_add(r->d, DIAG_ERROR, "TEMPLATE-ELSE-UNEXPECTED", at, (bilingual){"删去此行", "remove this line"},
                     otherwise ? (bilingual){"同一个 {{if}} 有两个 {{else}}", "a second {{else}} for the same {{if}}"}
                               : (bilingual){"{{for}} 中不能有 {{else}}", "{{for}} has no {{else}}"});
        node *lines = read_nodes(r, &by, &at);
        if (otherwise && !seen) *otherwise = lines;
    }
    if (by == CONTROL_NONE && !r->abandoned)
        diag_add(r->d, DIAG_ERROR, "TEMPLATE-END-MISSING", opened, (bilingual){"补上独占一行的 {{end}}", "add {{end}} on a line of its own"},
                 (bilingual){"%.*s 没有对应的 {{end}}", "%.*s has no {{end}}"}, STR_ARG(opening));
}

static bool name_is_taken(const reader *r, str name)
{
    for (ptrdiff_t i = 0; i < r->scope.count; i++)
        if (str_equal(r->scope.names[i], name)) return true;
    for (ptrdiff_t i = 0; i < r->loops; i++)
        if (str_equal(r->names[i], name)) return true;
    return false;
}

// "NAME in EXPR"
static bool for_parts(str argument, str *name, str *list)
{
    ptrdiff_t end = 0;
    while (end < argument.len && is_name_byte(argument.data[end])) end++;
    *name = str_slice(argument, 0, end);
    bool named = end > 0 && !(argument.data[0] >= '0' && argument.data[0] <= '9');
    return named && takes_word(str_trim(str_slice(argument, end, argument.len)), "in", list) && list->len > 0;
}

static node *read_control(reader *r, control kind, str argument)
{
    str opening = str_trim(r->line);
    ptrdiff_t indent = opening.data - r->line.data;
    source_pos opened = place(r, indent);
    node *n = new_node(r, kind == CONTROL_IF ? NODE_IF : NODE_FOR);
    if (r->depth == TEMPLATE_DEPTH_MAX) {
        diag_add(r->d, DIAG_ERROR, "TEMPLATE-DEPTH", opened, (bilingual){"把条件合并，或拆成几段", "join conditions, or split the text"},
                 (bilingual){"控制语句嵌套超过 %d 层", "controls nest deeper than %d"}, TEMPLATE_DEPTH_MAX);
        r->rest = (str){0}, r->abandoned = true;   // every further line would only say the same
        return n;
    }
    r->depth++;
    if (kind == CONTROL_IF) {
        n->pieces = compile(r, argument, place(r, argument.len ? argument.data - r->line.data : indent));
        read_inside(r, opened, opening, &n->inside, &n->otherwise);
    } else {
        str name, list;
        bool well_formed = for_parts(argument, &name, &list);
        if (!well_formed)
            diag_add(r->d, DIAG_ERROR, "TEMPLATE-FOR-FORM", opened, (bilingual){"例：{{for 单位 in units}}", "for example {{for unit in units}}"},
                     (bilingual){"循环应写作 {{for 名称 in 列表}}", "a loop is written {{for NAME in LIST}}"});
        else {
            n->pieces = compile(r, list, place(r, list.data - r->line.data));
            if (name_is_taken(r, name))
                diag_add(r->d, DIAG_ERROR, "TEMPLATE-NAME-TAKEN", opened, (bilingual){"换一个名称", "choose another name"},
                         (bilingual){"名称“%.*s”已有含义", "the name \"%.*s\" already means something"}, STR_ARG(name));
        }
        n->slot = r->loops;
        r->names[r->loops++] = well_formed ? name : STR("");
        if (r->loops > r->loops_max) r->loops_max = r->loops;
        read_inside(r, opened, opening, &n->inside, NULL);
        r->loops--;
    }
    r->depth--;
    return n;
}

// Reads until the end of the text (CONTROL_NONE) or an {{else}} or {{end}} that belongs to the caller.
static node *read_nodes(reader *r, control *ended_by, source_pos *ended_at)
{
    node *first = NULL, **end = &first;
    while (next_line(r)) {
        str line = str_trim(r->line), argument;
        if (line.len == 0) { r->after_row = false; continue; }
        control kind = line_control(r, &argument);
        if (kind == CONTROL_END || kind == CONTROL_ELSE) {
            *ended_by = kind, *ended_at = place(r, line.data - r->line.data);
            if (r->depth > 0) return first;
            diag_add(r->d, DIAG_ERROR, kind == CONTROL_END ? "TEMPLATE-END-UNEXPECTED" : "TEMPLATE-ELSE-UNEXPECTED", *ended_at,
                     (bilingual){"删去此行，或补上前面的 {{if …}}", "remove this line, or add the {{if …}} before it"},
                     (bilingual){"%.*s 前面没有 {{if}} 或 {{for}}", "%.*s without an {{if}} or {{for}} before it"}, STR_ARG(line));
            continue;
        }
        if (kind != CONTROL_NONE) *end = read_control(r, kind, argument);
        else if (line.data[0] == '|' && is_separator_row(line)) continue;
        else if (line.data[0] == '|') *end = read_row(r, line), r->after_row = true;
        else *end = read_block(r, line), r->after_row = false;
        end = &(*end)->next;
    }
    *ended_by = CONTROL_NONE;
    return first;
}

static void read_members(reader *r, const json *meta, report_template *t)
{
    for (const json *m = meta->first; m; m = m->next) {
        int found = -1;
        for (int i = 0; i < MEMBER_COUNT; i++)
            if (str_equal(m->name, str_from(members[i].name))) found = i;
        source_pos at = json_pos(m, r->file);
        at.element = m->name;
        if (found < 0)
            diag_add(r->d, DIAG_ERROR, "TEMPLATE-MEMBER-UNKNOWN", at,
                     (bilingual){"可用：mark number signer title recipients organ date copies printed_by printed_on note language",
                                 "known: mark number signer title recipients organ date copies printed_by printed_on note language"},
                     (bilingual){"没有“%.*s”这一项", "there is no member \"%.*s\""}, STR_ARG(m->name));
        else if (m->kind != JSON_STRING)
            diag_add(r->d, DIAG_ERROR, "TEMPLATE-MEMBER-KIND", at, (bilingual){"加上引号", "put it in quotes"},
                     (bilingual){"“%.*s”应为文字", "\"%.*s\" must be a string"}, STR_ARG(m->name));
        else t->members[found] = split(r, m->text, at);
    }
    for (int i = 0; i < MEMBER_COUNT; i++)
        if (members[i].required && json_string(meta, str_from(members[i].name)).len == 0)
            diag_add(r->d, DIAG_ERROR, "TEMPLATE-MEMBER-MISSING", json_pos(meta, r->file), (bilingual){"补上这一项", "add it"},
                     (bilingual){"缺少“%s”", "\"%s\" is missing"}, members[i].name);
}

static bool is_utf8(str text, str file, diag_list *d)
{
    ptrdiff_t bad = utf8_invalid_at(text);
    if (bad < 0) return true;
    int line = 1;
    for (ptrdiff_t i = 0; i < bad; i++) line += text.data[i] == '\n';
    diag_add(d, DIAG_ERROR, "TEMPLATE-ENCODING", (source_pos){.file = file, .line = line},
             (bilingual){"另存为 UTF-8", "save it as UTF-8"}, (bilingual){"不是 UTF-8 文字", "not UTF-8 text"});
    return false;
}

report_template *report_template_load(str meta_json, str meta_file, str body, str body_file, feel_scope scope,
                                      arena *a, diag_list *d)
{
    int errors = d->errors;
    report_template *t = arena_new(a, 1, report_template);
    t->scope_count = scope.count;
    reader r = {.a = a, .d = d, .file = meta_file, .scope = scope};
    json *meta = json_parse(meta_json, meta_file, a, d);
    if (meta && meta->kind == JSON_OBJECT) read_members(&r, meta, t);
    else if (meta)
        diag_add(d, DIAG_ERROR, "TEMPLATE-MEMBER-KIND", json_pos(meta, meta_file), (bilingual){"例：{\"title\": \"…\"}", "for example {\"title\": \"…\"}"},
                 (bilingual){"文件内容应为一个对象", "the file must hold one object"});
    if (is_utf8(body, body_file, d)) {
        if (str_starts(body, STR("\xEF\xBB\xBF"))) body = str_slice(body, 3, body.len);
        r.file = body_file, r.rest = body;
        control by;
        source_pos at;
        t->body = read_nodes(&r, &by, &at);
        t->slots = r.loops_max;
    }
    return d->errors == errors ? t : NULL;
}

static bool is_name(const piece *pieces, str name, source_pos *at)
{
    for (const piece *p = pieces; p; p = p->next)
        if (p->program && str_equal(p->text, name)) return *at = p->at, true;
    return false;
}

static bool nodes_print(const node *nodes, str name, source_pos *at)
{
    for (const node *n = nodes; n; n = n->next)
        if ((n->kind == NODE_BLOCK && is_name(n->pieces, name, at)) || nodes_print(n->cells, name, at) || nodes_print(n->inside, name, at) ||
            nodes_print(n->otherwise, name, at)) return true;
    return false;
}

bool report_template_prints(const report_template *t, str name, source_pos *at)
{
    for (int i = 0; i < MEMBER_COUNT; i++)
        if (is_name(t->members[i], name, at)) return true;
    return nodes_print(t->body, name, at);
}

// ---- filling ------------------------------------------------------------------------------------------------

typedef struct {
    arena *a;
    diag_list *d;
    feel_evaluation *e;
    feel_value *values;        // the scope's, then the loops'
    ptrdiff_t scope_count;
    report_block *first, **end, *last;
    ptrdiff_t blocks;
    bool full;
} filler;

static feel_value evaluate(filler *f, const piece *p)
{
    f->e->reasons = NULL;      // so that a null's reasons are its own
    return feel_evaluate(p->program, f->values, f->e);
}

static void null_error(filler *f, const piece *p)
{
    const feel_reason *why = f->e->reasons;
    str zh = why ? why->text[LANG_ZH] : STR("表达式的值为 null"), en = why ? why->text[LANG_EN] : STR("the expression is null");
    // Both formats take the same arguments; "%.0s" passes over the other language's.
    diag_add(f->d, DIAG_ERROR, "TEMPLATE-NULL", p->at,
             (bilingual){"补齐数据，或用 {{if … then … else …}} 处理缺项", "complete the data, or treat the gap with {{if … then … else …}}"},
             (bilingual){"占位符 {{%.*s}} 没有值：%s%.0s", "the placeholder {{%.*s}} has no value: %.0s%s"},
             STR_ARG(p->text), str_cstr(zh, f->a), str_cstr(en, f->a));
}

static void kind_error(filler *f, const piece *p, bilingual found)
{
    diag_add(f->d, DIAG_ERROR, "TEMPLATE-KIND", p->at,
             (bilingual){"占位符可以是文字、数、日期、日期时间或指标", "a placeholder prints a string, a number, a date with or without time, or a figure"},
             (bilingual){"占位符 {{%.*s}} 的值%s%.0s", "the placeholder {{%.*s}} %.0s%s"}, STR_ARG(p->text), found.zh, found.en);
}

static str context_string(const feel_value *context, const char *name)
{
    const feel_value *v = feel_context_get(context, str_from(name));
    return v && v->kind == FEEL_STRING ? v->string : (str){0};
}

// What a value prints; `figure` is the figure that it is, or "".
static bool print_value(filler *f, const piece *p, str *text, str *figure)
{
    feel_value v = evaluate(f, p);
    *figure = (str){0};
    switch (v.kind) {
    case FEEL_NULL: null_error(f, p); return false;
    case FEEL_STRING: *text = v.string; return true;
    case FEEL_NUMBER: *text = decimal_text(v.number, f->a); return true;
    case FEEL_DATE:
        *text = str_printf(f->a, "%d年%d月%d日", v.moment.date.year, v.moment.date.month, v.moment.date.day);
        return true;
    case FEEL_DATE_TIME:
        *text = str_printf(f->a, "%d年%d月%d日%d时%02d分", v.moment.date.year, v.moment.date.month, v.moment.date.day,
                           v.moment.time.second_of_day / 3600, v.moment.time.second_of_day / 60 % 60);
        return true;
    case FEEL_CONTEXT:
        *text = context_string(&v, "text"), *figure = context_string(&v, "id");
        if (text->len > 0) return true;
        kind_error(f, p, figure->len > 0
                   ? (bilingual){"是没有印刷文字的指标，可改用它的 value", "is a figure without a printed text; use its value"}
                   : (bilingual){"是上下文，但没有 text", "is a context without a text"});
        return false;
    default:
        kind_error(f, p, (bilingual){"不能印成文字", "cannot be printed"});
        return false;
    }
}

// Spans being collected; neighbours without a figure are joined.
typedef struct { report_span *first, *last; } span_list;

static void add_span(filler *f, span_list *list, str text, str figure)
{
    if (text.len == 0) return;
    report_span *last = list->last;
    if (last && last->figure.len == 0 && figure.len == 0) {
        last->text = str_concat(last->text, text, f->a);
        return;
    }
    report_span *s = arena_new(f->a, 1, report_span);
    *s = (report_span){.text = text, .figure = figure};
    *(last ? &last->next : &list->first) = s;
    list->last = s;
}

// The length of the text without a mark that ends a clause: the mark is the sentence's, not the figure's.
static ptrdiff_t without_mark(str text)
{
    static const char *const closing[] = {"，", "。", "；", "、", ",", ";"};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
        if (str_ends(text, str_from(closing[i]))) return text.len - str_from(closing[i]).len;
    return text.len;
}

static bool fill_pieces(filler *f, const piece *pieces, report_span **spans)
{
    bool sound = true;
    span_list list = {0};
    for (const piece *p = pieces; p; p = p->next) {
        str text = p->text, figure = {0};
        if (p->program && !print_value(f, p, &text, &figure)) { sound = false; continue; }
        ptrdiff_t own = figure.len > 0 ? without_mark(text) : text.len;
        add_span(f, &list, str_slice(text, 0, own), figure);
        add_span(f, &list, str_slice(text, own, text.len), (str){0});
    }
    *spans = list.first;
    return sound;
}

// Punctuation depends on the neighbours, so the spans are punctuated as one text. It changes code points one for one.
static void punctuate_spans(filler *f, report_span *spans)
{
    buf whole = {.arena = f->a};
    for (report_span *s = spans; s; s = s->next) buf_add(&whole, s->text);
    str rest = report_punctuate(buf_str(&whole), f->a);
    for (report_span *s = spans; s; s = s->next) {
        ptrdiff_t end = utf8_offset(rest, utf8_length(s->text));
        s->text = str_slice(rest, 0, end);
        rest = str_slice(rest, end, rest.len);
    }
}

static report_block *new_block(filler *f, const piece *pieces, report_block_kind kind)
{
    report_block *b = arena_new(f->a, 1, report_block);
    b->kind = kind;
    if (!fill_pieces(f, pieces, &b->spans)) return NULL;
    punctuate_spans(f, b->spans);
    return b;
}

static void emit(filler *f, const node *n, report_block *b)
{
    if (++f->blocks > TEMPLATE_BLOCKS_MAX) {
        if (!f->full)
            diag_add(f->d, DIAG_ERROR, "TEMPLATE-LENGTH", n->kind == NODE_ROW ? (source_pos){0} : n->pieces->at,
                     (bilingual){"检查循环的列表", "check the lists of the loops"},
                     (bilingual){"文书超过 %d 段", "the document has more than %d blocks"}, TEMPLATE_BLOCKS_MAX);
        f->full = true;
        return;
    }
    *f->end = f->last = b;
    f->end = &b->next;
}

static void fill_row(filler *f, const node *n)
{
    report_block *row = arena_new(f->a, 1, report_block), **end = &row->cells;
    bool sound = true;
    row->kind = BLOCK_TABLE_ROW;
    row->header = n->starts_table || !f->last || f->last->kind != BLOCK_TABLE_ROW;
    for (const node *c = n->cells; c; c = c->next) {
        report_block *cell = new_block(f, c->pieces, BLOCK_PARAGRAPH);
        if (!cell) { sound = false; continue; }
        *end = cell;
        end = &cell->next;
    }
    if (sound) emit(f, n, row);
}

static void fill_nodes(filler *f, const node *nodes);

static void fill_if(filler *f, const node *n)
{
    feel_value v = evaluate(f, n->pieces);
    if (v.kind == FEEL_NULL) null_error(f, n->pieces);
    else if (v.kind != FEEL_BOOLEAN)
        diag_add(f->d, DIAG_ERROR, "TEMPLATE-CONDITION", n->pieces->at, (bilingual){"写成比较，如 x.value > 0", "write a comparison, such as x.value > 0"},
                 (bilingual){"条件 %.*s 既不是真也不是假", "the condition %.*s is neither true nor false"}, STR_ARG(n->pieces->text));
    else fill_nodes(f, v.boolean ? n->inside : n->otherwise);
}

static void fill_for(filler *f, const node *n)
{
    feel_value v = evaluate(f, n->pieces);
    if (v.kind == FEEL_NULL) { null_error(f, n->pieces); return; }
    if (v.kind != FEEL_LIST) {
        diag_add(f->d, DIAG_ERROR, "TEMPLATE-LIST", n->pieces->at, (bilingual){"单个值写成 [值]", "write a single value as [value]"},
                 (bilingual){"%.*s 不是列表", "%.*s is not a list"}, STR_ARG(n->pieces->text));
        return;
    }
    for (ptrdiff_t i = 0; i < v.list->count && !f->full; i++) {
        f->values[f->scope_count + n->slot] = v.list->items[i];
        fill_nodes(f, n->inside);
    }
}

static void fill_nodes(filler *f, const node *nodes)
{
    for (const node *n = nodes; n && !f->full; n = n->next) {
        switch (n->kind) {
        case NODE_IF: fill_if(f, n); break;
        case NODE_FOR: fill_for(f, n); break;
        case NODE_ROW: fill_row(f, n); break;
        case NODE_BLOCK: {
            report_block *b = new_block(f, n->pieces, n->block);
            if (b && b->spans) emit(f, n, b);   // a line whose placeholders all gave "" is no paragraph
            break;
        }
        }
    }
}

report_document *report_fill(const report_template *t, const feel_value *values, feel_evaluation *e, arena *a, diag_list *d)
{
    int errors = d->errors;
    report_document *doc = arena_new(a, 1, report_document);
    filler f = {.a = a, .d = d, .e = e, .scope_count = t->scope_count};
    f.end = &f.first;
    f.values = arena_new(a, t->scope_count + t->slots + 1, feel_value);
    for (ptrdiff_t i = 0; i < t->scope_count; i++) f.values[i] = values[i];

    for (int i = 0; i < MEMBER_COUNT; i++) {
        report_span *spans;
        buf text = {.arena = a};
        fill_pieces(&f, t->members[i], &spans);
        for (const report_span *s = spans; s; s = s->next) buf_add(&text, s->text);
        *(str *)((char *)doc + members[i].offset) = buf_str(&text);
    }
    if (doc->language.len == 0) doc->language = STR("zh-CN");
    fill_nodes(&f, t->body);
    doc->blocks = f.first;
    return d->errors == errors ? doc : NULL;
}
