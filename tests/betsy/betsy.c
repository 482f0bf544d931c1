// betsy: runs the conformance models of the University of Bamberg's betsy suite on a virtual clock.
//
//   make betsy [DIR=folder of the suite]        prints a table by construct, then "N passed, M failed"
//
// The models carry placeholders that each engine replaces by its own: a script's text is a job here, done by this program,
// and Java-like conditions become FEEL. What differs from the suite's expectation for a reason is in tests/betsy/README.md, and fails.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpmn/bpmn.h"

enum { INSTANCES_MAX = 64, JOBS_MAX = 512, TOKENS_MAX = 256, MESSAGES_MAX = 64, WAIT_DEFAULT = 30000, MOVES_MAX = 20000, TABLE_MAX = 400 };

typedef struct { int instance; int64_t id; str type; timestamp due; int element; bool done; } job;
typedef struct {
    const bpmn_model *model;
    bpmn_state *states[INSTANCES_MAX];
    int instances, jobs_count, tokens_count, messages_count;
    job jobs[JOBS_MAX];
    str tokens[TOKENS_MAX], messages[MESSAGES_MAX];
    timestamp now, slow_from[2], slow_to[2];
    arena *arena;
    bool marked;
} world;

static str read_file(const char *path, arena *a)
{
    FILE *f = fopen(path, "rb");
    buf b = {.arena = a};
    char piece[4096];
    for (size_t n; f && (n = fread(piece, 1, sizeof piece, f)) > 0;) buf_add(&b, (str){piece, (ptrdiff_t)n});
    if (f) fclose(f);
    return buf_str(&b);
}

// test.contains("a") to contains(test,"a"), with "!" to not(…). One file of the suite has a stray ">" after it.
static str to_feel(str text, arena *a)
{
    static const char call[] = "test.contains(";
    buf b = {.arena = a};
    ptrdiff_t variable = str_find(text, STR("${integerVariable}"));
    if (variable >= 0) text = str_concat(str_concat(str_slice(text, 0, variable), STR("integerVariable"), a), str_slice(text, variable + 18, text.len), a);
    for (;;) {
        ptrdiff_t at = str_find(text, str_from(call));
        if (at < 0) break;
        bool not = at > 0 && text.data[at - 1] == '!';
        buf_add(&b, str_slice(text, 0, at - not));
        text = str_slice(text, at + (ptrdiff_t)sizeof call - 1, text.len);
        ptrdiff_t end = str_find_byte(text, ')');
        buf_printf(&b, not ? "not(contains(test,%.*s))" : "contains(test,%.*s)", STR_ARG(str_slice(text, 0, end)));
        text = str_slice(text, end + 1, text.len);
        if (text.len && text.data[0] == '>') text = str_slice(text, 1, text.len);
    }
    buf_add(&b, text);
    return buf_str(&b);
}

static void token(world *w, str t)
{
    if (w->tokens_count < TOKENS_MAX) w->tokens[w->tokens_count++] = t;
}

static void command(world *w, int instance, bpmn_command c);

static int start(world *w, int element, const bpmn_variable *variables, int n)
{
    if (w->instances == INSTANCES_MAX) return -1;
    int at = w->instances++;
    command(w, at, (bpmn_command){.kind = BPMN_START, .element = element, .variables = variables, .variables_count = n});
    return at;
}

static void send(world *w, str name)
{
    for (int i = 0; i < w->instances; i++) {
        const bpmn_state *s = w->states[i];
        for (int k = 0; s && k < s->subscriptions_count; k++)
            if (s->status == BPMN_RUNNING && str_equal(s->subscriptions[k].name, name) && s->subscriptions[k].due == BPMN_DUE_OPEN) {
                command(w, i, (bpmn_command){.kind = BPMN_MESSAGE, .name = name});
                return;
            }
    }
    int begins = bpmn_start_for(w->model, BPMN_MESSAGE, name, 0);
    if (begins >= 0) start(w, begins, NULL, 0);
    else if (w->messages_count < MESSAGES_MAX) w->messages[w->messages_count++] = name;
}

static void signal_others(world *w, int from, str name)
{
    int there = w->instances, begins;
    for (int i = 0; i < there; i++)
        if (i != from && w->states[i] && w->states[i]->status == BPMN_RUNNING) command(w, i, (bpmn_command){.kind = BPMN_SIGNAL, .name = name});
    for (int n = 0; (begins = bpmn_start_for(w->model, BPMN_SIGNAL, name, n)) >= 0; n++) start(w, begins, NULL, 0);
}

static void effect(world *w, int instance, const bpmn_event *e)
{
    switch (e->kind) {
    case BPMN_EV_JOB: case BPMN_EV_TASK: case BPMN_EV_DECISION:
        if (w->jobs_count < JOBS_MAX)
            w->jobs[w->jobs_count++] = (job){instance, e->id, e->kind == BPMN_EV_JOB ? e->name : STR(""), w->now + (str_equal(e->name, STR("WAIT_TEN_SECONDS")) ? 10000 : 0), e->element, false};
        break;
    case BPMN_EV_MESSAGE: send(w, e->name); break;
    case BPMN_EV_SIGNAL: signal_others(w, instance, e->name); break;
    case BPMN_EV_SUBSCRIBED:
        for (int i = 0; i < w->messages_count; i++)
            if (str_equal(w->messages[i], e->name) && e->due == BPMN_DUE_OPEN) {
                w->messages[i] = (str){0};
                command(w, instance, (bpmn_command){.kind = BPMN_MESSAGE, .name = e->name});
                break;
            }
        break;
    case BPMN_EV_INCIDENT:
        if (!str_equal(e->name, STR("BPMN-STUCK"))) token(w, STR("ERROR_runtime"));
        break;
    case BPMN_EV_ENDED:
        if (e->number == BPMN_FAILED) token(w, STR("ERROR_thrownErrorEvent"));
        break;
    default: break;
    }
}

static void command(world *w, int instance, bpmn_command c)
{
    diag_list d = {.arena = w->arena};
    bpmn_events events;
    bpmn_state *after = bpmn_step(w->model, w->states[instance], &c, w->now, &events, w->arena, &d);
    if (!after) return;
    w->states[instance] = after;
    for (const bpmn_event *e = events.first; e; e = e->next) effect(w, instance, e);
}

static void complete(world *w, const job *j, const char *name, feel_value v)
{
    bpmn_variable given = {str_from(name), v};
    command(w, j->instance, (bpmn_command){.kind = BPMN_COMPLETE, .id = j->id, .variables = &given, .variables_count = name[0] ? 1 : 0});
}

static void do_job(world *w, job *j)
{
    const bpmn_state *s = w->states[j->instance];
    j->done = true;
    if (!bpmn_instance_find(s, j->id)) return;             // ended meanwhile
    str t = j->type;
    if (str_starts(t, STR("SCRIPT_"))) token(w, t);
    if (str_equal(t, STR("CREATE_MARKER_FILE"))) w->marked = true;
    if (str_equal(t, STR("THROW_ERROR"))) {
        command(w, j->instance, (bpmn_command){.kind = BPMN_THROW_ERROR, .id = j->id, .name = STR("ERR_CODE")});
        return;
    }
    if (str_starts(t, STR("INCREMENT_INTEGER_VARIABLE"))) {
        const feel_value *v = bpmn_variable_get(s, j->id, STR("integerVariable"));
        decimal sum = v ? v->number : decimal_from_int(0);
        decimal_add(sum, decimal_from_int(1), &sum);
        if (str_ends(t, STR("AND_LOG"))) token(w, STR("INCREMENT"));
        complete(w, j, "integerVariable", feel_number(sum));
        return;
    }
    // The scripts write and read the task's own data output and input; what is between them is the engine's.
    if (str_equal(t, STR("SET_STRING_DATA"))) {
        complete(w, j, "Data Output", feel_string(STR("String")));
        return;
    }
    if (str_equal(t, STR("LOG_DATA"))) {
        const feel_value *v = bpmn_variable_get(s, j->id, STR("Data Input"));
        if (v && v->kind == FEEL_STRING && str_equal(v->string, STR("String"))) token(w, STR("DATA_correct"));
    }
    for (int i = 0; i < 2; i++)
        if (str_equal(t, i ? STR("CREATE_TIMESTAMP_LOG_2") : STR("CREATE_TIMESTAMP_LOG_1"))) {
            if (!w->slow_from[i]) w->slow_from[i] = w->now;
            w->slow_to[i] = w->now;
        }
    complete(w, j, "", feel_null());
}

static void run(world *w, timestamp until)
{
    for (int moves = 0; moves < MOVES_MAX; moves++) {
        timestamp first = INT64_MAX;
        job *next = NULL;
        int instance = -1;
        int64_t timer = 0;
        for (int i = 0; i < w->jobs_count; i++)
            if (!w->jobs[i].done && w->jobs[i].due < first) first = w->jobs[i].due, next = &w->jobs[i];
        for (int i = 0; i < w->instances; i++)
            for (int k = 0; w->states[i] && k < w->states[i]->subscriptions_count; k++) {
                const bpmn_subscription *u = &w->states[i]->subscriptions[k];
                if (u->due != BPMN_DUE_OPEN && u->due < first) first = u->due, next = NULL, instance = i, timer = u->id;
            }
        if (first > until) return;
        if (first > w->now) w->now = first;
        if (next) do_job(w, next);
        else command(w, instance, (bpmn_command){.kind = BPMN_TIMER, .id = timer});
    }
}

static int by_text(const void *x, const void *y) { return str_compare(*(const str *)x, *(const str *)y); }

static bool same(world *w, const json *expected)
{
    str want[TOKENS_MAX];
    int n = 0;
    for (const json *e = expected->first; e && n < TOKENS_MAX; e = e->next) want[n++] = e->text;
    qsort(want, (size_t)n, sizeof *want, by_text);
    qsort(w->tokens, (size_t)w->tokens_count, sizeof *w->tokens, by_text);
    if (n == 1 && w->tokens_count == 1 && str_equal(want[0], STR("ERROR")) && str_starts(w->tokens[0], STR("ERROR_"))) return true;
    bool equal = n == w->tokens_count;
    for (int i = 0; i < n && equal; i++) equal = str_equal(want[i], w->tokens[i]);
    return equal;
}

static bpmn_model *load(str text, str name, bool strict, arena *a, diag_list *d)
{
    static const str names[] = {{"test", 4}, {"integerVariable", 15}, {"testCaseNumber", 14}};
    bpmn_options options = {.names = names, .names_count = 3, .offset_minutes = BPMN_OFFSET_MINUTES, .script_jobs = true, .strict = strict};
    return bpmn_load(to_feel(text, a), name, &options, a, d);
}

static bool run_case(const char *path, str name, const json *one, bool talk)
{
    arena a = {0};
    world *w = arena_new(&a, 1, world);
    diag_list d = {.arena = &a};
    w->arena = &a;
    w->now = 1000000000000;
    w->model = load(read_file(path, &a), name, false, &a, &d);
    str id = name;
    for (ptrdiff_t i = 0; i < name.len; i++)
        if (name.data[i] == '/') id = str_slice(name, i + 1, name.len - 5);
    if (!w->model) token(w, STR("ERROR_deployment"));
    else {
        const json *input = json_get(one, STR("input"));
        bpmn_variable v[] = {{STR("integerVariable"), feel_int(json_int(one, STR("integerVariable"), 0))}, {STR("testCaseNumber"), feel_int(1)},
                             {STR("test"), input && input->kind == JSON_STRING ? feel_string(input->text) : feel_null()}};
        int n = v[2].value.kind == FEEL_NULL ? 2 : 3;
        if (json_bool(one, STR("startParallelProcess"), false)) start(w, bpmn_element_find(w->model, STR("ParallelProcess")), v, n);
        start(w, bpmn_element_find(w->model, id), v, n);
        run(w, w->now + json_int(one, STR("waitMs"), WAIT_DEFAULT));
    }
    const json *expected = json_get(one, STR("expect"));
    for (const json *e = expected->first; e; e = e->next) {
        if (str_equal(e->text, STR("MARKER_exists")) && w->marked) token(w, e->text);
        if (str_equal(e->text, STR("EXECUTION_parallel")) && w->slow_from[0] && w->slow_from[1] && w->slow_from[0] < w->slow_to[1] && w->slow_from[1] < w->slow_to[0]) token(w, e->text);
    }
    bool pass = same(w, expected);
    if (!pass && talk) {
        printf("not as expected: %.*s", STR_ARG(name));
        const json *input = json_get(one, STR("input"));
        if (input && input->kind == JSON_STRING) printf(" (input %.*s)", STR_ARG(input->text));
        printf("\n  expected:");
        for (const json *e = expected->first; e; e = e->next) printf(" %.*s", STR_ARG(e->text));
        printf("\n  got:     ");
        for (int i = 0; i < w->tokens_count; i++) printf(" %.*s", STR_ARG(w->tokens[i]));
        printf("\n");
        buf b = {.arena = &a};
        diag_print_all(&b, &d, LANG_EN);
        if (b.len) printf("%.*s", STR_ARG(buf_str(&b)));
    }
    arena_free(&a);
    return pass;
}

typedef struct { str construct; int passed, failed; } row;
static row table[TABLE_MAX];
static int rows;
static arena table_arena;

static void note(str construct, bool pass)
{
    int i = 0;
    while (i < rows && !str_equal(table[i].construct, construct)) i++;
    if (i == rows && rows < TABLE_MAX) table[rows++] = (row){construct, 0, 0};
    if (i < TABLE_MAX) *(pass ? &table[i].passed : &table[i].failed) += 1;
}

// Every file below bpmn_constraints breaks a rule: it must be refused.
static void constraints(const char *dir, bool talk, int *passed, int *failed)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/bpmn_constraints", dir);
    struct dirent **rules = NULL, **files = NULL;
    int n = scandir(path, &rules, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (rules[i]->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/bpmn_constraints/%s", dir, rules[i]->d_name);
            int k = scandir(path, &files, NULL, alphasort);
            for (int j = 0; j < k; j++) {
                if (files[j]->d_name[0] != '.') {
                    arena own = {0};
                    diag_list d = {.arena = &own};
                    snprintf(path, sizeof path, "%s/bpmn_constraints/%s/%s", dir, rules[i]->d_name, files[j]->d_name);
                    bool refused = load(read_file(path, &own), str_from(files[j]->d_name), true, &own, &d) == NULL;
                    if (!refused && talk) printf("not refused: %s\n", files[j]->d_name);
                    *(refused ? passed : failed) += 1;
                    note(STR("constraints"), refused);
                    arena_free(&own);
                }
                free(files[j]);
            }
            if (k >= 0) free(files);
        }
        free(rules[i]);
    }
    if (n >= 0) free(rules);
}

// False: there is no such suite.
static bool run_suite(const char *dir, bool talk, int *passed, int *failed)
{
    arena a = {0};
    char path[4096];
    diag_list d = {.arena = &a};
    snprintf(path, sizeof path, "%s/expected-traces.json", dir);
    json *all = json_parse(read_file(path, &a), str_from(path), &a, &d);
    for (const json *model = all ? all->first : NULL; model; model = model->next) {
        snprintf(path, sizeof path, "%s/%.*s", dir, STR_ARG(model->name));
        const json *cases = json_get(model, STR("cases"));
        for (const json *one = cases ? cases->first : NULL; one; one = one->next) {
            bool pass = run_case(path, model->name, one, talk);
            *(pass ? passed : failed) += 1;
            note(str_copy(json_string(model, STR("construct")), &table_arena), pass);
        }
    }
    if (all) constraints(dir, talk, passed, failed);
    arena_free(&a);
    return all != NULL;
}

int main(int argc, char **argv)
{
    const char *dir = argc > 1 ? argv[1] : "../shared/bpmn-betsy";
    int passed = 0, failed = 0;
    if (!run_suite(dir, true, &passed, &failed)) {
        fprintf(stderr, "betsy: cannot read %s/expected-traces.json\n", dir);
        return 2;
    }
    for (int i = 0; i < rows; i++) printf("%-55.*s %4d passed %4d failed\n", STR_ARG(table[i].construct), table[i].passed, table[i].failed);
    printf("%d passed, %d failed\n", passed, failed);
    arena_free(&table_arena);
    return failed > 0;
}
