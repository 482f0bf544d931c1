// Warnings on the compiled model: what cannot be reached or never ends, and what the token game of each scope can come to.
// The game is played without data: every branch of a choice may be taken. A scope inside is one move of its activity. What a
// boundary event that does not interrupt sets going runs beside the rest on purpose and is left out. So each path told is one the file
// allows, if its conditions do; that nothing is told is no proof.
#include "bpmn/bpmn_internal.h"

enum {
    STATES_MAX = 20000,        // distinct markings of a scope: a fraction of a second; five parallel branches of six tasks have 16807
    FLOWS_MAX = 500,           // of one scope; with STATES_MAX bounds the memory to 10 MB
    CHOICE_MAX = 8,            // flows of which any may be taken: 255 ways
    WORK_MAX = 20000000,       // flows looked at for one file, whatever its scopes and inclusive joins: some tenths of a second
    TABLE = 65536              // slots for markings, three times as many as there can be
};

typedef struct { int from, fired; unsigned char tokens[]; } marking;      // tokens by place: the scope's flows
typedef struct {
    const bpmn_model *m;
    arena *arena;
    diag_list *diags;
    int scope, places, states, head;
    int *place, *flows;        // of a flow: its place; of a place: its flow
    int64_t work;
    marking **all;
    int *table;
    int told_deadlock, told_twice;         // states
    int at_deadlock, at_twice;             // elements
    bool over;
} game;

static void warn(diag_list *d, const element *e, const char *code, bilingual hint, bilingual text) { diag_add(d, DIAG_WARNING, code, tree_pos(e->xml), hint, text); }

// ---- reaching -----------------------------------------------------------------------------------------

// Nodes that begin without a flow leading to them.
static bool begins(const bpmn_model *m, int i)
{
    const element *e = &m->elements[i], *scope = &m->elements[e->scope];
    if (e->kind == E_START || e->kind == E_EVENT_SUBPROCESS || e->for_compensation || e->instantiate || scope->kind == E_ADHOC) return true;
    for (int k = 0; k < scope->starts.count; k++)
        if (scope->starts.items[k] == i) return true;
    return false;
}

static void check_reach(const bpmn_model *m, diag_list *d, arena *a)
{
    bool *reached = arena_new(a, m->elements_count, bool), *ending = arena_new(a, m->elements_count, bool);
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < m->elements_count; i++) {
            const element *e = &m->elements[i];
            bool r = reached[i] || e->scope < 0 || begins(m, i) || (e->attached >= 0 && reached[e->attached]), end = ending[i] || (e->out.count == 0 && e->link < 0) || (e->link >= 0 && ending[e->link]);
            for (int k = 0; k < e->in.count; k++) r |= reached[m->flows[e->in.items[k]].source];
            for (int k = 0; k < e->out.count; k++) end |= ending[m->flows[e->out.items[k]].target];
            for (int k = 0; k < e->boundaries.count; k++) end |= ending[e->boundaries.items[k]];
            more |= r != reached[i] || end != ending[i];
            reached[i] = r, ending[i] = end;
            if (r && e->link >= 0 && !reached[e->link]) reached[e->link] = more = true;
        }
    }
    for (int i = 0; i < m->elements_count; i++) {
        const element *e = &m->elements[i];
        if (!e->executable) continue;
        if (!reached[i]) warn(d, e, "BPMN-UNREACHABLE", (bilingual){"连上顺序流，或删去", "lead a flow to it, or remove it"}, (bilingual){"从开始走不到这里", "no way leads here from a start"});
        else if (!ending[i])
            warn(d, e, "BPMN-NO-END", (bilingual){"给出一条走向结束的路", "give it a way to an end"}, (bilingual){"从这里走不到结束", "no way leads from here to an end"});
    }
}

// ---- the game -----------------------------------------------------------------------------------------

static uint64_t hash(const unsigned char *tokens, int n)
{
    uint64_t h = 14695981039346656037u;
    for (int i = 0; i < n; i++) h = (h ^ tokens[i]) * 1099511628211u;
    return h;
}

static void add(game *g, const unsigned char *tokens, int from, int fired)
{
    uint64_t slot = hash(tokens, g->places) % TABLE;
    for (; g->table[slot]; slot = (slot + 1) % TABLE)
        if (!memcmp(g->all[g->table[slot] - 1]->tokens, tokens, (size_t)g->places)) return;
    if (g->states == STATES_MAX) {
        g->over = true;
        return;
    }
    marking *made = arena_alloc(g->arena, 1, (ptrdiff_t)sizeof *made + g->places, (ptrdiff_t)_Alignof(marking));
    made->from = from, made->fired = fired;
    memcpy(made->tokens, tokens, (size_t)g->places);
    g->all[g->states++] = made;
    g->table[slot] = g->states;
}

static bool ends_scope(const element *e)
{
    for (int k = 0; k < e->definitions_count && e->kind == E_END; k++)
        if (e->definitions[k].kind == D_TERMINATE || e->definitions[k].kind == D_ERROR || e->definitions[k].kind == D_CANCEL) return true;
    return false;
}

// The marking after tokens have gone along the flows `which` (bits) of a node.
static void produce(game *g, const unsigned char *tokens, const element *e, uint64_t which, int from, int fired)
{
    unsigned char after[FLOWS_MAX] = {0};
    memcpy(after, tokens, (size_t)g->places);
    for (int k = 0; k < e->out.count; k++) {
        if (!(which >> k & 1)) continue;
        int p = g->place[e->out.items[k]];
        if (++after[p] > 1) {                               // the same way twice at a time: told, not followed further
            if (g->at_twice < 0) g->at_twice = fired, g->told_twice = from;
            return;
        }
    }
    add(g, after, from, fired);
}

// All that may happen after a token has come through node `n`, whose incoming tokens have been taken.
static void leave(game *g, const unsigned char *tokens, int n, int from)
{
    const element *e = &g->m->elements[n], *out = e->link >= 0 ? &g->m->elements[e->link] : e;
    uint64_t all = ((uint64_t)1 << out->out.count) - 1, fixed = 0, standing_in = 0;
    bool any = false;
    if (ends_scope(e)) {
        static const unsigned char none[FLOWS_MAX];
        add(g, none, from, n);
        return;
    }
    for (int k = 0; k < out->out.count; k++) {
        bool chosen = g->m->flows[out->out.items[k]].condition.present || out->out.items[k] == out->fallback;
        if (chosen && e->kind != E_PARALLEL) any = true;
        else fixed |= (uint64_t)1 << k;
        if (out->out.items[k] == out->fallback) standing_in = (uint64_t)1 << k;
    }
    if (e->kind == E_EXCLUSIVE || e->kind == E_EVENT_BASED)
        for (int k = 0; k < out->out.count; k++) produce(g, tokens, out, (uint64_t)1 << k, from, n);
    else if (!any) produce(g, tokens, out, all, from, n);
    else
        for (uint64_t which = 1; which <= all; which++)
            // The default flow stands for all conditional ones: with it none of them, without it one at least.
            if ((which & fixed) == fixed && (!standing_in || (which & standing_in ? which == (fixed | standing_in) : which != fixed))) produce(g, tokens, out, which, from, n);
    for (int k = 0; k < e->boundaries.count; k++) {
        const element *b = &g->m->elements[e->boundaries.items[k]];
        if (b->interrupting && b->handler < 0 && b->out.count > 0) produce(g, tokens, b, ((uint64_t)1 << b->out.count) - 1, from, n);
    }
}

// May another token still come along an empty flow of an inclusive join? (13.4.3)
static bool awaits(game *g, const unsigned char *tokens, const element *join)
{
    g->work += (int64_t)g->places * join->in.count;
    for (int p = 0; p < g->places; p++) {
        int target = g->m->flows[g->flows[p]].target, local = g->m->elements[target].local;
        if (!tokens[p] || &g->m->elements[target] == join) continue;
        bool empty = false, full = false;
        for (int i = 0; i < join->in.count; i++)
            if (join->reach[i][local / 64] >> (local % 64) & 1) *(tokens[g->place[join->in.items[i]]] ? &full : &empty) = true;
        if (empty && !full) return true;
    }
    return false;
}

// False: the tokens that have come must wait.
static bool fire(game *g, int n, int from)
{
    const element *e = &g->m->elements[n];
    bool joins = e->in.count > 1 && (e->kind == E_PARALLEL || e->kind == E_INCLUSIVE);
    unsigned char tokens[FLOWS_MAX] = {0};
    memcpy(tokens, g->all[from]->tokens, (size_t)g->places);
    if (!joins) {
        for (int k = 0; k < e->in.count; k++) {
            int p = g->place[e->in.items[k]];
            if (!tokens[p]) continue;
            tokens[p]--;
            leave(g, tokens, n, from);
            tokens[p]++;
        }
        return true;
    }
    int there = 0;
    for (int k = 0; k < e->in.count; k++) there += tokens[g->place[e->in.items[k]]] > 0;
    if (there == 0 || (e->kind == E_PARALLEL ? there < e->in.count : awaits(g, tokens, e))) return false;
    for (int k = 0; k < e->in.count; k++)
        if (tokens[g->place[e->in.items[k]]]) tokens[g->place[e->in.items[k]]]--;
    leave(g, tokens, n, from);
    return true;
}

// The nodes passed on the way to a marking.
static str path(const game *g, int state)
{
    buf b = {.arena = g->arena};
    int *way = arena_new(g->arena, g->states + 1, int), n = 0;
    for (; state >= 0; state = g->all[state]->from)
        if (g->all[state]->fired >= 0) way[n++] = g->all[state]->fired;
    while (n-- > 0) buf_printf(&b, "%.*s%s", STR_ARG(g->m->elements[way[n]].id), n ? " → " : "");
    return buf_str(&b);
}

// What this check does not model: a scope with such a node is not checked, and that is said.
static bool is_beyond(const element *e)
{
    return e->kind == E_COMPLEX || e->start_quantity != 1 || e->completion_quantity != 1 || e->parallel_start || e->out.count > CHOICE_MAX;
}

static void play(game *g)
{
    const bpmn_model *m = g->m;
    static const unsigned char none[FLOWS_MAX];
    const element *scope = &m->elements[g->scope];
    bool beyond = scope->kind == E_ADHOC;
    g->places = 0;
    for (int f = 0; f < m->flows_count; f++)
        if (m->elements[m->flows[f].source].scope == g->scope) g->flows[g->place[f] = g->places++] = f;
    for (int i = g->scope + 1; i < m->elements_count; i++) beyond |= m->elements[i].scope == g->scope && is_beyond(&m->elements[i]);
    if (g->places == 0 || scope->kind == E_ADHOC) return;
    g->states = g->head = 0, g->at_deadlock = g->at_twice = -1, g->over = beyond || g->places > FLOWS_MAX;
    memset(g->table, 0, sizeof *g->table * TABLE);
    if (!g->over) {
        // Each start event is a beginning of its own.
        for (int i = g->scope + 1; i < m->elements_count; i++)
            if (m->elements[i].scope == g->scope && m->elements[i].in.count == 0 && begins(m, i) && !m->elements[i].for_compensation) leave(g, none, i, -1);
        for (; g->head < g->states && !g->over; g->head++) {
            bool moved = false;
            for (int p = 0; p < g->places; p++)
                if (g->all[g->head]->tokens[p]) moved |= fire(g, m->flows[g->flows[p]].target, g->head);
            for (int p = 0; p < g->places && !moved && g->at_deadlock < 0; p++)
                if (g->all[g->head]->tokens[p]) g->at_deadlock = m->flows[g->flows[p]].target, g->told_deadlock = g->head;
            g->work += g->places;
            g->over |= g->work > WORK_MAX;
        }
    }
    if (g->over)
        diag_add(g->diags, DIAG_NOTE, "BPMN-NOT-CHECKED", tree_pos(scope->xml), (bilingual){0}, (bilingual){"流转情形过多，或有未纳入检查的元素：汇合未全部检查", "too many states, or an element the check leaves out: joins have not all been checked"});
    if (g->at_deadlock >= 0)
        diag_add(g->diags, DIAG_WARNING, "BPMN-DEADLOCK", tree_pos(m->elements[g->at_deadlock].xml), (bilingual){"改用与分支相同的网关汇合", "join by the kind of gateway that splits"},
                 (bilingual){"可能在这里永远等待，例如：%.*s", "this join may wait for ever, for instance: %.*s"}, STR_ARG(path(g, g->told_deadlock)));
    if (g->at_twice >= 0)
        diag_add(g->diags, DIAG_WARNING, "BPMN-NOT-SYNCHRONISED", tree_pos(m->elements[g->at_twice].xml), (bilingual){"先用并行网关汇合", "join the branches by a parallel gateway first"},
                 (bilingual){"并行的分支没有汇合，这里会经过两次，例如：%.*s", "parallel branches are not joined and pass here twice, for instance: %.*s"}, STR_ARG(path(g, g->told_twice)));
}

void bpmn_check_tokens(const bpmn_model *m, diag_list *d)
{
    arena scratch = {0};
    check_reach(m, d, &scratch);
    game g = {.m = m, .arena = &scratch, .diags = d, .place = arena_new(&scratch, m->flows_count, int), .flows = arena_new(&scratch, m->flows_count, int), .all = arena_new(&scratch, STATES_MAX, marking *), .table = arena_new(&scratch, TABLE, int)};
    arena_position start = arena_mark(&scratch);
    for (g.scope = 0; g.scope < m->elements_count; g.scope++) {
        const element *e = &m->elements[g.scope];
        if (!is_scope(e->kind) || e->kind == E_CALL || !e->executable) continue;
        play(&g);
        arena_rewind(&scratch, start);
    }
    arena_free(&scratch);
}
