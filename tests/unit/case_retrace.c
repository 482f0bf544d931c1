// From a ledger's row to the commands that lead there: what the row says comes out, by commands that are decided like anybody's.
#include <string.h>

#include "case/retrace.h"
#include "service/bundle.h"
#include "tap.h"

static arena a;
static calendar *cal;

static const procedure *load(const char *id)
{
    diag_list d = {.arena = &a};
    procedure_source s = bundle_source(str_printf(&a, "procedures/%s/", id), str_from(id), &a);
    return procedure_load(&s, &a, &d);
}

static const feel_value *row_of(const procedure *p, const char *text)
{
    diag_list d = {.arena = &a};
    const procedure_form *f = &p->forms[p->process->form];
    feel_value *values = arena_new(&a, f->field_count, feel_value);
    for (ptrdiff_t i = 0; i < f->field_count; i++) values[i] = feel_null();
    for (const json *j = json_parse(str_from(text), STR("row"), &a, &d)->first; j; j = j->next) {
        int field = form_field_index(f, j->name);
        if (field < 0 || !field_from_json(f->fields[field].type, j, &a, &values[field])) printf("Bail out! %.*s\n", STR_ARG(j->name));
    }
    return values;
}

// The commands of the story, by kind and task.
static str story(const retraced *r)
{
    buf b = {.arena = &a};
    for (ptrdiff_t i = 0; i < r->count; i++) {
        str what = r->commands[i].task.len ? r->commands[i].task : flow_command_name(r->commands[i].kind);
        buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(what));
    }
    return buf_str(&b);
}

// Played again from the beginning, the commands give the same end.
static bool plays(const procedure *p, const retraced *r)
{
    flow_state s = {.procedure = p};
    timestamp last = INT64_MIN;
    for (ptrdiff_t i = 0; i < r->count; i++) {
        diag_list d = {.arena = &a};
        flow_state after;
        if (r->commands[i].at < last || flow_decide(&s, &r->commands[i], cal, &after, &a, &d) != DECIDED) return false;
        last = r->commands[i].at;
        s = after;
    }
    buf told = {.arena = &a}, played = {.arena = &a};
    json_write(&told, flow_state_json(&r->end, &a));
    json_write(&played, flow_state_json(&s, &a));
    return str_equal(buf_str(&told), buf_str(&played));
}

#define ORDER "\"no\":\"RX-1\",\"category\":\"投诉\",\"subject\":\"夜间施工噪声\",\"received_at\":\"2024-03-05T08:30:00\""
#define DISPATCHED ORDER ",\"dispatched_at\":\"2024-03-05T09:00:00\",\"unit\":\"新区城市管理局\""
#define SIGNED DISPATCHED ",\"signed_at\":\"2024-03-05T10:00:00\""
#define HANDLED SIGNED ",\"reply\":\"已督促整改\",\"closed_at\":\"2024-03-08T10:00:00\",\"status\":\"办结\""

static void orders(const procedure *p)
{
    static const struct { const char *row; bool closed; const char *story, *what; } rows[] = {
        {"{" ORDER ",\"status\":\"办理中\"}", false, "start", "an order that was taken down"},
        {"{" DISPATCHED ",\"status\":\"办理中\"}", false, "start dispatch", "one that was dispatched"},
        {"{" SIGNED ",\"status\":\"办理中\"}", false, "start dispatch sign", "one that was signed for"},
        {"{" HANDLED ",\"callback_at\":\"2024-03-11T09:00:00\",\"satisfaction\":\"满意\",\"solved\":true}", true, "start dispatch sign handle approve callback", "one that is closed"},
        {"{" HANDLED ",\"topic\":\"噪声\",\"callback_at\":\"2024-03-11T09:00:00\",\"satisfaction\":\"满意\",\"solved\":true}", true, "start dispatch sign handle approve callback", "what the start fills in is filled in"},
        {"{" ORDER ",\"dispatched_at\":\"2024-03-05T09:00:00\",\"status\":\"合并\",\"duplicate_of\":\"RX-0\"}", true, "start dispatch", "a duplicate"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        retraced r;
        bool begun = case_retrace(p, row_of(p, rows[i].row), (date){2024, 3, 5}, rows[i].closed, cal, 480, &r, &a);
        tap_ok(begun && r.whole && plays(p, &r), "%s: comes out as its row says", rows[i].what);
        tap_is_str(begun ? story(&r) : STR("-"), rows[i].story, rows[i].what);
    }
}

static void odd_rows(const procedure *p)
{
    retraced r;
    tap_ok(!case_retrace(p, row_of(p, "{}"), (date){2024, 3, 5}, false, cal, 480, &r, &a), "an empty row tells nothing");
    bool begun = case_retrace(p, row_of(p, "{" ORDER ",\"status\":\"办结\",\"closed_at\":\"2024-03-04T10:00:00\"}"), (date){2024, 3, 5}, true, cal, 480, &r, &a);
    tap_ok(begun && r.same_data && plays(p, &r), "a row that contradicts itself comes out all the same: what no task says is corrected in");
    tap_ok(begun && r.commands[r.count - 1].kind == FLOW_CORRECT, "at the end");
    begun = case_retrace(p, row_of(p, "{" HANDLED ",\"callback_at\":\"2024-03-11T09:00:00\",\"satisfaction\":\"不满意\",\"solved\":false}"), (date){2024, 3, 5}, true, cal, 480, &r, &a);
    tap_ok(begun && r.same_data && r.count < 20, "a row that would go round in circles stops");
}

static void lateness(const procedure *p)
{
    retraced r;
    bool begun = case_retrace(p, row_of(p, "{" SIGNED ",\"reply\":\"已督促整改\",\"closed_at\":\"2024-05-08T10:00:00\",\"status\":\"办结\",\"callback_at\":\"2024-05-09T09:00:00\",\"satisfaction\":\"满意\",\"solved\":true}"), (date){2024, 3, 5}, true, cal, 480, &r, &a);
    bool late = false;
    for (int i = 0; i < r.end.clock_count; i++) late = late || r.end.clocks[i].late;
    tap_ok(begun && r.whole && late && plays(p, &r), "what was late was late");
    tap_ok(str_find(story(&r), STR("supervise")) > 0, "and was supervised");
}

int main(void)
{
    diag_list d = {.arena = &a};
    cal = bundle_calendar(&a, &d);
    const procedure *hotline = load("hotline");
    orders(hotline);
    odd_rows(hotline);
    lateness(hotline);
    arena_free(&a);
    return tap_done();
}
