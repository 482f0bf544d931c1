// Business rule tasks: what the loader says of their bindings, and what becomes of a case when the rules do not decide.
#include <string.h>

#include "case/flow.h"
#include "service/bundle.h"
#include "tap.h"

static arena a;
static calendar *cal;

// The procedure of instant approval with one text in one of its files replaced.
static procedure_source source(const char *file, const char *from, const char *to)
{
    diag_list d = {.arena = &a};
    procedure_source s;
    procedure_read_folder("procedures/instant_approval", &s, &a, &d);
    for (ptrdiff_t i = 0; i < s.count; i++) {
        ptrdiff_t at = file && str_equal(s.files[i].name, str_from(file)) ? str_find(s.files[i].text, str_from(from)) : -1;
        if (at < 0) continue;
        str text = s.files[i].text;
        s.files[i].text = str_concat(str_concat(str_slice(text, 0, at), str_from(to), &a), str_slice(text, at + (ptrdiff_t)strlen(from), text.len), &a);
    }
    return s;
}

static void bindings(void)
{
    static const struct { const char *file, *from, *to, *code, *what; } rows[] = {
        {"procedure.json", "\"id\": \"decide\"", "\"id\": \"decides\"", "PROCESS-UNKNOWN", "a rule task that the process does not have"},
        {"procedure.json", "\"id\": \"decide\"", "\"id\": \"handle\"", "PROCESS-UNKNOWN", "a user task is none"},
        {"process.bpmn", "decisionId=\"秒批判定\"", "decisionId=\"不存在\"", "PROCESS-UNKNOWN", "a decision that there is not"},
        {"application.form", "\"label\": \"身份核验\"", "\"label\": \"身份\"", "PROCESS-UNKNOWN", "an input that is no field"},
        {"procedure.json", "\"reasons\": \"decision.理由\"", "\"reason\": \"decision.理由\"", "PROCESS-UNKNOWN", "a result for a field that there is not"},
        {"procedure.json", "\"rule_version\": \"version\"", "\"rule_version\": \"actor\"", "FEEL-NAME-UNKNOWN", "nobody acts"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &a};
        procedure_source s = source(rows[i].file, rows[i].from, rows[i].to);
        bool refused = !procedure_load(&s, &a, &d), said = false;
        for (const diag *g = d.first; g; g = g->next) said = said || str_equal(str_from(g->code), str_from(rows[i].code));
        tap_ok(refused && said, "%s: %s", rows[i].code, rows[i].what);
        if (!said && d.first) printf("# said %s\n", d.first->code);
    }
}

static decision act(flow_state *s, flow_command c, const char *data)
{
    diag_list d = {.arena = &a};
    flow_state after;
    c.actor = STR("甲"), c.at = 1709598600000, c.offset_minutes = 480, c.reason = STR("理由"), c.version = 0;
    c.data = data ? json_parse(str_from(data), STR("data"), &a, &d) : NULL;
    c.roles = (const str[]){STR("applicant"), STR("clerk"), STR("manager")}, c.role_count = 3;
    decision done = flow_decide(s, &c, cal, &after, &a, &d);
    for (const diag *g = d.first; g; g = g->next) printf("# %s\n", g->code);
    *s = after;
    return done;
}

static const char whole[] = "{\"no\":\"1\",\"matter\":\"甲事项\",\"applicant\":\"乙\",\"listed\":true,\"identity\":\"通过\",\"shared_data\":\"一致\",\"conditions\":\"符合\"}";

static void undecided(void)
{
    diag_list d = {.arena = &a};
    // A table that lets every application through whose conditions are met, and is silent about others.
    procedure_source s = source("approval.dmn", "<rule><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>",
                                "<rule><inputEntry><text>false</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry><inputEntry><text>-</text></inputEntry>");
    const procedure *p = procedure_load(&s, &a, &d);
    flow_state state = {.procedure = p};
    tap_ok(p && act(&state, (flow_command){.kind = FLOW_START}, "{\"no\":\"1\",\"matter\":\"甲事项\",\"applicant\":\"乙\",\"listed\":true,\"identity\":\"通过\",\"shared_data\":\"不一致\"}") == DECIDED, "a case that the rules do not decide begins all the same");
    tap_ok(state.status == CASE_OPEN && state.task_count == 0 && state.process->incidents_count == 1, "and waits as an incident");
    tap_ok(act(&state, (flow_command){.kind = FLOW_RESOLVE}, "{\"shared_data\":\"一致\",\"conditions\":\"符合\"}") == DECIDED, "somebody mends what was missing");
    tap_ok(state.process->incidents_count == 0 && flow_task_find(&state, STR("issue"), (str){0}), "and it is decided again, and goes on");
}

static void unfit(void)
{
    diag_list d = {.arena = &a};
    procedure_source s = source("procedure.json", "\"reasons\": \"decision.理由\"", "\"reasons\": \"string join(for i in 1..300 return \\\"很\\\")\"");
    const procedure *p = procedure_load(&s, &a, &d);
    flow_state state = {.procedure = p};
    tap_ok(p && act(&state, (flow_command){.kind = FLOW_START}, whole) == DECIDED && state.process->incidents_count == 1, "what does not fit the form is an incident, too");
    int field = p ? form_field_index(&p->forms[p->process->form], STR("decided_by")) : -1;
    tap_ok(field >= 0 && state.data[field].kind == FEEL_NULL, "and none of it is noted down");
}

#define FLOW(id, from, to, more) "<sequenceFlow id=\"" id "\" sourceRef=\"" from "\" targetRef=\"" to "\">" more "</sequenceFlow>"
#define NODE(kind, id, in, out) "<" kind " id=\"" id "\">" in out "</" kind ">"
#define IN(id) "<incoming>" id "</incoming>"
#define OUT(id) "<outgoing>" id "</outgoing>"

// The rules are asked again as long as they decide.
static const char again[] =
    "<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\" xmlns:zeebe=\"http://camunda.org/schema/zeebe/1.0\" id=\"d\" targetNamespace=\"urn:t\"><process id=\"p\" isExecutable=\"true\">"
    NODE("startEvent", "s", "", OUT("f1")) NODE("exclusiveGateway", "m", IN("f1") IN("f4"), OUT("f2"))
    "<businessRuleTask id=\"decide\"><extensionElements><zeebe:calledDecision decisionId=\"秒批判定\"/></extensionElements>" IN("f2") OUT("f3") "</businessRuleTask>"
    "<exclusiveGateway id=\"g\" default=\"f5\">" IN("f3") OUT("f4") OUT("f5") "</exclusiveGateway>"
    NODE("userTask", "handle", IN("f5"), OUT("f6")) NODE("userTask", "issue", IN("f6"), OUT("f7")) NODE("userTask", "explain", IN("f7"), OUT("f8")) NODE("userTask", "supervise", IN("f8"), OUT("f9"))
    NODE("endEvent", "e", IN("f9"), "") FLOW("f1", "s", "m", "") FLOW("f2", "m", "decide", "") FLOW("f3", "decide", "g", "")
    FLOW("f4", "g", "m", "<conditionExpression>=decided_by = \"规则自动\"</conditionExpression>") FLOW("f5", "g", "handle", "") FLOW("f6", "handle", "issue", "") FLOW("f7", "issue", "explain", "")
    FLOW("f8", "explain", "supervise", "") FLOW("f9", "supervise", "e", "") "</process></definitions>";

static void endless(void)
{
    diag_list d = {.arena = &a};
    procedure_source s = source(NULL, NULL, NULL);
    for (ptrdiff_t i = 0; i < s.count; i++)
        if (str_equal(s.files[i].name, STR("process.bpmn"))) s.files[i].text = str_from(again);
    const procedure *p = procedure_load(&s, &a, &d);
    flow_state state = {.procedure = p};
    tap_ok(p && act(&state, (flow_command){.kind = FLOW_START}, whole) == REFUSED, "FLOW-RULES: rules that lead to themselves end after %d rounds", FLOW_RULES_MAX);
    tap_ok(!state.status, "and nothing has happened");
}

int main(void)
{
    diag_list d = {.arena = &a};
    cal = bundle_calendar(&a, &d);
    bindings();
    undecided();
    unfit();
    endless();
    arena_free(&a);
    return tap_done();
}
