// Running cases: what the loader says of a process, what a case refuses, and that nothing is lost whatever people do. How each
// procedure runs is told by its scenarios (procedures/ID/scenarios); here is what they have in common.
#include <stdlib.h>
#include <string.h>

#include "case/scenario.h"
#include "service/bundle.h"
#include "tap.h"

static arena a;
static calendar *cal;

static const char documents[] = "{\"documents\":[{\"id\":\"dispatch_note\",\"form\":\"order\",\"basis\":\"sc_2020_53\",\"article\":\"三\",\"signed_by\":\"某局\",\"made\":{\"zh\":\"派单\",\"en\":\"when dispatched\"}}]}";

// The hotline with one text in one of its files replaced, and with one document.
static procedure_source source(const char *file, const char *from, const char *to)
{
    diag_list d = {.arena = &a};
    procedure_source read, s = {0};
    procedure_read_folder("procedures/hotline", &read, &a, &d);
    s.id = read.id;
    s.files = arena_new(&a, read.count + 2, procedure_file);
    for (ptrdiff_t i = 0; i < read.count; i++)
        if (!str_starts(read.files[i].name, STR("documents"))) s.files[s.count++] = read.files[i];
    s.files[s.count++] = (procedure_file){STR("documents.json"), str_from(documents)};
    s.files[s.count++] = (procedure_file){STR("documents/dispatch_note.md"), STR("请办理。")};
    for (ptrdiff_t i = 0; i < s.count && file; i++) {
        ptrdiff_t at = str_equal(s.files[i].name, str_from(file)) ? str_find(s.files[i].text, str_from(from)) : -1;
        if (at < 0) continue;
        str text = s.files[i].text;
        s.files[i].text = str_concat(str_concat(str_slice(text, 0, at), str_from(to), &a), str_slice(text, at + (ptrdiff_t)strlen(from), text.len), &a);
    }
    return s;
}

static void bindings(void)
{
    static const struct { const char *file, *from, *to, *code, *what; } rows[] = {
        {"procedure.json", "\"id\": \"sign\", \"role\"", "\"id\": \"sing\", \"role\"", "PROCESS-UNKNOWN", "a task that the process does not have"},
        {"procedure.json", "\"role\": \"dispatcher\"", "\"role\": \"despatcher\"", "PROCESS-UNKNOWN", "a role that there is not"},
        {"procedure.json", "\"fields\": [\"unit\"", "\"fields\": [\"unity\"", "PROCESS-UNKNOWN", "a field that there is not"},
        {"procedure.json", "\"not_by\": [\"handle\"]", "\"not_by\": [\"handel\"]", "PROCESS-UNKNOWN", "four eyes with a task that there is not"},
        {"procedure.json", "\"callback_at\": \"now\"", "\"callback_at\": \"then\"", "FEEL-UNEXPECTED", "an expression that is not FEEL"},
        {"procedure.json", "\"role\": \"supervisor\", \"article\"", "\"role\": \"supervisor\", \"artikel\"", "PROC-MEMBER-UNKNOWN", "a misspelt member"},
        {"process.bpmn", "<userTask id=\"supervise\"", "<manualTask id=\"x\"/><userTask id=\"supervise\"", "BPMN-", "a process that is not sound"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &a};
        procedure_source s = source(rows[i].file, rows[i].from, rows[i].to);
        bool refused = !procedure_load(&s, &a, &d), said = false;
        for (const diag *g = d.first; g; g = g->next) said = said || str_starts(str_from(g->code), str_from(rows[i].code));
        tap_ok(refused && said, "%s: %s", rows[i].code, rows[i].what);
        if (!said && d.first) printf("# said %s\n", d.first->code);
    }
    diag_list d = {.arena = &a};
    procedure_source s = source(NULL, NULL, NULL), without = s;
    without.files = arena_new(&a, s.count, procedure_file);
    without.count = 0;
    for (ptrdiff_t i = 0; i < s.count; i++)
        if (!str_equal(s.files[i].name, STR("process.bpmn"))) without.files[without.count++] = s.files[i];
    tap_ok(!procedure_load(&without, &a, &d) && str_equal(str_from(d.last->code), STR("PROCESS-HALF")), "PROCESS-HALF: bindings without a process");
}

// What a case may lead to in other procedures is known only with all of them at hand.
static void referrals(void)
{
    static const struct { const char *from, *to, *what; } rows[] = {
        {"\"to\": \"mediation\"", "\"to\": \"meditation\"", "a procedure that there is not"},
        {"\"data\": {\"source\": \"\\\"12345热线转办\\\"\"", "\"data\": {\"sources\": \"\\\"12345热线转办\\\"\"", "a field that the other does not begin with"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &a};
        procedure_source s = source("procedure.json", rows[i].from, rows[i].to), others[3];
        static const char *const ids[] = {"procedures/mediation", "procedures/reconsideration", "procedures/penalty"};
        procedure *all[4] = {procedure_load(&s, &a, &d)};
        for (int k = 0; k < 3; k++) procedure_read_folder(ids[k], &others[k], &a, &d), all[k + 1] = procedure_load(&others[k], &a, &d);
        diag_list said = {.arena = &a};
        procedure_check_all(all, 4, &said);
        int found = 0;
        for (const diag *g = said.first; g; g = g->next) found += str_equal(str_from(g->code), STR("PROCESS-REFERRAL")) && str_starts(g->at.file, STR("hotline/"));
        tap_is_int(found, 1, rows[i].what);
    }
}

// ---- whatever people do -----------------------------------------------------------------------------------

static const char *const words[] = {"null", "\"投诉\"", "\"x\"", "true", "false", "\"2024-03-05T08:30:00\"", "7"};

static str random_data(const procedure_form *f, arena *scratch)
{
    buf b = {.arena = scratch};
    buf_add_byte(&b, '{');
    for (ptrdiff_t i = 0; i < f->field_count; i++) {
        if (rand() % 4) continue;
        const char *word = f->fields[i].type == FIELD_BOOLEAN ? words[rand() % 2 ? 3 : 4] : f->fields[i].type == FIELD_DATE_TIME ? words[5] : words[rand() % 7];
        buf_printf(&b, "%s\"%.*s\":%s", b.len > 1 ? "," : "", STR_ARG(f->fields[i].key), word);
    }
    buf_add_byte(&b, '}');
    return buf_str(&b);
}

// The data that lets a step through, most of the time.
static str useful_data(const process_step *step, const procedure_form *f, arena *scratch)
{
    buf b = {.arena = scratch};
    buf_add_byte(&b, '{');
    for (ptrdiff_t i = 0; i < step->field_count; i++) {
        const form_field *field = &f->fields[step->fields[i]];
        bool needed = i < step->need_count || rand() % 3 == 0;
        if (!needed && step->need_count) needed = rand() % 2;
        if (!needed) continue;
        buf_printf(&b, "%s\"%.*s\":", b.len > 1 ? "," : "", STR_ARG(field->key));
        if (field->type == FIELD_BOOLEAN) buf_add(&b, rand() % 2 ? STR("true") : STR("false"));
        else if (field->value_count) json_write_string(&b, field->values[rand() % field->value_count]);
        else json_write_string(&b, STR("甲"));
    }
    buf_add_byte(&b, '}');
    return buf_str(&b);
}

// The bytes of the record that would be written now; "" before the start.
static str record_text(const flow_state *s, const flow_command *c, arena *scratch)
{
    diag_list d = {.arena = scratch};
    case_state before = {.exists = true, .record = 1, .last = {.case_id = 1, .version = s->version - 1}};
    event e;
    if (!s->status || !flow_event(&before, s, c, 1, 1, &e, scratch, &d)) return STR("");
    buf b = {.arena = scratch};
    case_event_write(&b, &e, 2, c->at, STR("yangshan"));
    return buf_str(&b);
}

static const procedure *definition_of(void *p, int number) { return number == 1 ? p : NULL; }

// The state that a record gives back. False when it gives none.
static bool read_back(const procedure *p, str record, flow_state *out, arena *scratch)
{
    diag_list d = {.arena = scratch};
    event e;
    if (!case_event_read(json_parse(record, STR("record"), scratch, &d), definition_of, (void *)p, &e, scratch, &d) || !e.running) return false;
    *out = *e.running;
    return true;
}

// Every open case waits for something that somebody can do, or that time brings.
static bool nothing_is_lost(const flow_state *s)
{
    if (s->status != CASE_OPEN) return s->task_count == 0;
    return s->task_count > 0 || s->process->incidents_count > 0 || s->process->subscriptions_count > 0;
}

static bool live(const procedure *p, const procedure *other, unsigned seed, int (*taken)[FLOW_COMMAND_COUNT])
{
    static const char *const roles[] = {"operator", "dispatcher", "handler", "reviewer", "supervisor", "callback"};
    static const char *const people[] = {"甲", "乙", "丙"};
    arena scratch = {0};
    diag_list d = {.arena = &scratch};
    const procedure_form *f = &p->forms[p->process->form];
    flow_state s = {.procedure = p};
    bool good = true;
    srand(seed);
    timestamp now = 1709598600000;
    for (int turn = 0; turn < 60 && good; turn++) {
        now += rand() % 5 ? rand() % 7200000 : rand() % 900000000;
        const process_step *step = !s.status ? &p->process->start : s.task_count ? s.tasks[rand() % s.task_count].step : NULL;
        flow_command c = {.kind = !s.status ? FLOW_START : (flow_command_kind)(rand() % (FLOW_TIME + 1)), .actor = str_from(people[rand() % 3]), .at = now, .offset_minutes = 480, .reason = rand() % 3 ? STR("理由") : STR("")};
        if (rand() % 2 && s.status) c.kind = FLOW_COMPLETE;
        if (c.kind == FLOW_WITHDRAW && rand() % 10) c.kind = FLOW_TIME;
        str role = step && rand() % 8 ? p->roles[step->role].id : str_from(roles[rand() % 6]);
        c.roles = &role;
        c.role_count = 1;
        if (step) c.task = step->id;
        c.to = rand() % 2 ? STR("handle") : STR("dispatch");
        c.link = STR("arose"), c.clock = p->clocks[rand() % p->clock_count].id, c.procedure = rand() % 2 ? p : other;
        str data = rand() % 5 && step ? useful_data(step, f, &scratch) : random_data(f, &scratch);
        c.data = json_parse(data, STR("data"), &scratch, &d);
        c.document = rand() % 5 ? STR("dispatch_note") : STR("nothing"), c.way = rand() % 5 ? STR("直接送达") : STR(""), c.number = STR("某〔2024〕1号");
        c.content = json_parse(rand() % 2 ? STR("{\"says\":{\"title\":\"甲\"}}") : STR("{\"says\":{\"title\":\"乙\"}}"), STR("content"), &scratch, &d);
        if (c.kind != FLOW_DRAFT && c.kind != FLOW_ISSUE) c.content = NULL;
        flow_state after, again;
        flow_command refused = c;                             // what a refusal brought along is in no record
        refused.content = NULL;
        str before = record_text(&s, &refused, &scratch);
        decision done = flow_decide(&s, &c, cal, &after, &scratch, &d), same = flow_decide(&s, &c, cal, &again, &scratch, &d);
        good = done == same && str_equal(record_text(&after, &c, &scratch), record_text(&again, &c, &scratch));      // the same command gives the same bytes
        if (done != DECIDED) c = refused;
        good = good && str_equal(before, record_text(&s, &refused, &scratch));                                          // and leaves the old state alone
        good = good && (done == DECIDED ? after.version == s.version + 1 : str_equal(before, record_text(&after, &c, &scratch)));
        good = good && (!after.status || nothing_is_lost(&after));
        str record = record_text(&after, &c, &scratch);
        flow_state back = after;
        if (record.len) good = good && read_back(after.procedure, record, &back, &scratch) && str_equal(record, record_text(&back, &c, &scratch));     // what is written reads back as it was
        if (!good) printf("# seed %u turn %d kind %d decision %d\n", seed, turn, (int)c.kind, (int)done);
        if (done == DECIDED) (*taken)[c.kind]++;
        s = turn % 2 ? after : back;       // going on from what was read is the same as going on
    }
    arena_free(&scratch);
    return good;
}

static void properties(const procedure *p)
{
    diag_list d = {.arena = &a};
    procedure_source again = source(NULL, NULL, NULL);
    const procedure *other = procedure_load(&again, &a, &d);      // another version, to migrate to
    int lived = 0, taken[FLOW_COMMAND_COUNT] = {0};
    for (unsigned seed = 1; seed <= 600; seed++) lived += live(p, other, seed, &taken);
    tap_is_int(lived, 600, "600 cases of random acts: nothing lost, nothing changed by a refusal, the same every time, and every state reads back from its record");
    for (int i = 0; i < FLOW_COMMAND_COUNT; i++)
        if (i != FLOW_RESOLVE && i != FLOW_EXTEND) tap_ok(taken[i] > 0, "%d times: %s", taken[i], str_cstr(flow_command_name((flow_command_kind)i), &a));
}

// ---- scenarios --------------------------------------------------------------------------------------------

static str said_of(const procedure *p, const char *text)
{
    diag_list d = {.arena = &a};
    procedure_file file = {STR("scenarios/x.json"), str_from(text)};
    scenario_result r = scenario_run(p, &file, cal, NULL, &a, &d);
    return d.first ? str_from(d.first->code) : r.passed ? STR("passed") : STR("?");
}

#define STORY(steps) "{\"title\": {\"zh\": \"某\", \"en\": \"x\"}, \"steps\": [" steps "]}"
#define BEGIN "{\"at\": \"2024-03-05T08:30\", \"by\": \"甲\", \"role\": \"operator\", \"do\": \"start\", \"data\": {\"no\": \"1\", \"category\": \"投诉\", \"subject\": \"x\"}}"
static void scenarios(const procedure *p)
{
    tap_is_str(said_of(p, STORY(BEGIN)), "passed", "a story that comes out as told");
    tap_is_str(said_of(p, STORY(BEGIN ", {\"expect\": {\"tasks\": [\"sign\"]}}")), "SCENARIO-TASKS", "another task is open");
    tap_is_str(said_of(p, STORY(BEGIN ", {\"expect\": {\"status\": \"closed\"}}")), "SCENARIO-STATUS", "another status");
    tap_is_str(said_of(p, STORY(BEGIN ", {\"expect\": {\"data\": {\"unit\": \"x\"}}}")), "SCENARIO-DATA", "another value");
    tap_is_str(said_of(p, STORY(BEGIN ", {\"expect\": {\"data\": {\"unity\": \"x\"}}}")), "SCENARIO-FIELD", "a field that there is not");
    tap_is_str(said_of(p, STORY(BEGIN ", {\"expect\": {\"clocks\": {\"dispatch\": \"2024-03-05\"}}}")), "SCENARIO-CLOCK", "another due date");
    tap_is_str(said_of(p, STORY(BEGIN ", {\"expect\": {\"taks\": []}}")), "SCENARIO-MEMBER", "a misspelt expectation");
    tap_is_str(said_of(p, STORY("{\"at\": \"2024-03-05T08:30\", \"by\": \"甲\", \"role\": \"handler\", \"do\": \"start\"}")), "SCENARIO-REFUSED", "an act that is refused");
    tap_is_str(said_of(p, STORY("{\"at\": \"2024-03-05T08:30\", \"by\": \"甲\", \"role\": \"handler\", \"do\": \"start\", \"refused\": \"FLOW-NEEDS\"}")), "SCENARIO-REFUSED", "refused for another reason");
    tap_is_str(said_of(p, STORY("{\"at\": \"2024-03-05T08:30\", \"by\": \"甲\", \"role\": \"operator\", \"do\": \"start\", \"data\": {\"no\": \"1\", \"category\": \"投诉\", \"subject\": \"x\"}, \"refused\": \"FLOW-ROLE\"}")), "SCENARIO-NOT-REFUSED", "not refused at all");
    tap_is_str(said_of(p, STORY("{\"at\": \"2024-03-05\", \"by\": \"甲\", \"role\": \"operator\", \"do\": \"correct\", \"reason\": \"x\", \"refused\": \"FLOW-NOT-BEGUN\"}, {\"expect\": {\"status\": \"not begun\"}}")), "passed", "before it has begun nothing can be done with a case");
    tap_is_str(said_of(p, STORY(BEGIN ", {\"at\": \"2024-03-04\", \"do\": \"wait\"}")), "SCENARIO-STEP", "back in time");
    tap_is_str(said_of(p, STORY("{\"at\": \"2024-03-05\", \"do\": \"dance\"}")), "SCENARIO-STEP", "an act that there is not");
    tap_is_str(said_of(p, "{\"steps\": []}"), "SCENARIO-FILE", "no title, no steps");
    tap_is_str(said_of(p, "{"), "JSON-UNCLOSED", "no JSON");
}

// The n-th document of a case: drafted, issued.
static void documents_limit(const procedure *p)
{
    diag_list d = {.arena = &a};
    str roles[] = {STR("operator"), STR("dispatcher")};
    flow_state s = {.procedure = p}, after;
    flow_command c = {.kind = FLOW_START, .actor = STR("甲"), .roles = roles, .role_count = 2, .at = 1709598600000, .offset_minutes = 480, .document = STR("dispatch_note")};
    c.data = json_parse(STR("{\"no\": \"1\", \"category\": \"投诉\", \"subject\": \"x\"}"), STR("x"), &a, &d);
    c.content = json_parse(STR("{\"says\":{}}"), STR("x"), &a, &d);
    flow_decide(&s, &c, cal, &after, &a, &d);
    decision last = DECIDED;
    int made = 0;
    for (; last == DECIDED && made <= FLOW_DOCUMENTS_MAX; made++) {
        s = after;
        c.kind = FLOW_DRAFT;
        last = flow_decide(&s, &c, cal, &after, &a, &d);
        s = after;
        c.kind = FLOW_ISSUE;
        if (last == DECIDED) flow_decide(&s, &c, cal, &after, &a, &d);
    }
    tap_ok(last == REFUSED && made == FLOW_DOCUMENTS_MAX + 1 && str_equal(str_from(d.last->code), STR("FLOW-DOCUMENTS")), "a case has %d documents at most", FLOW_DOCUMENTS_MAX);
}

static void suspensions(const procedure *p)
{
    diag_list d = {.arena = &a};
    str roles[] = {STR("operator"), STR("dispatcher")};
    flow_state s = {.procedure = p}, after;
    flow_command c = {.kind = FLOW_START, .actor = STR("甲"), .roles = roles, .role_count = 2, .at = 1709598600000, .offset_minutes = 480, .reason = STR("鉴定")};
    c.data = json_parse(STR("{\"no\": \"1\", \"category\": \"投诉\", \"subject\": \"x\"}"), STR("x"), &a, &d);
    flow_decide(&s, &c, cal, &after, &a, &d);
    c.data = NULL;
    int times = 0;
    decision last = DECIDED;
    for (; last == DECIDED && times <= CLOCK_PAUSES_MAX; times++) {
        s = after;
        c.at += 3 * 86400000;
        c.kind = FLOW_SUSPEND;
        last = flow_decide(&s, &c, cal, &after, &a, &d);
        s = after;
        c.at += 3 * 86400000;
        c.kind = FLOW_RESUME;
        if (last == DECIDED) flow_decide(&s, &c, cal, &after, &a, &d);
    }
    tap_ok(last == REFUSED && times == CLOCK_PAUSES_MAX + 1 && str_equal(str_from(d.last->code), STR("FLOW-SUSPENSIONS")), "a case is suspended %d times at most", CLOCK_PAUSES_MAX);
}

int main(void)
{
    diag_list d = {.arena = &a};
    cal = bundle_calendar(&a, &d);
    bindings();
    procedure_source s = source(NULL, NULL, NULL);
    const procedure *p = procedure_load(&s, &a, &d);
    tap_ok(p && p->process, "the hotline has a process");
    properties(p);
    scenarios(p);
    referrals();
    documents_limit(p);
    suspensions(p);
    arena_free(&a);
    return tap_done();
}
