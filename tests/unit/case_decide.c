// Cases: what a command becomes, that applying gives the state back, and that records read back as they were written.
#include "case/case.h"
#include "mini.h"
#include "tap.h"

static arena a;
static const procedure *p;
static calendar *cal;

static const procedure *only(void *ctx, int number) { (void)ctx; return number == 1 ? p : NULL; }

static feel_value day(const char *text)
{
    date x;
    return text && date_parse(str_from(text), &x) ? feel_date(x) : feel_null();
}

static feel_value *complaint(const char *no, const char *received, const char *closed, const char *result)
{
    feel_value *data = arena_new(&a, 7, feel_value);
    data[0] = no ? feel_string(str_from(no)) : feel_null();
    data[1] = feel_string(STR("油烟扰民"));
    data[2] = feel_string(STR("王某某"));
    data[3] = day(received);
    data[4] = day(closed);
    data[5] = result ? feel_string(str_from(result)) : feel_null();
    return data;
}

static decision decide(const case_state *s, const feel_value *data, event *e, const char **code)
{
    static diag_list d;
    d = (diag_list){.arena = &a};
    command c = {CMD_RECORD, STR("test"), p, 1, 0, data, {1, STR("表"), 3}};
    decision r = case_decide(s, &c, 77, 0, cal, (source_pos){0}, e, &a, &d);
    *code = d.first ? d.first->code : "";
    return r;
}

static void life(void)
{
    case_state s = {0};
    event e;
    const char *code;
    tap_ok(decide(&s, complaint("A1", "2024-03-05", NULL, NULL), &e, &code) == DECIDED && e.kind == EV_RECORDED && e.case_id == 77, "a new key is recorded");
    tap_is_str(e.title, "A1 油烟扰民", "with its title");
    tap_is_str(date_text(e.clocks[0].due, &a), "2024-03-12", "and its clock: five working days");
    case_apply(&s, &e, 10);
    tap_ok(s.status == CASE_OPEN, "without a closing day it is open");
    tap_ok(decide(&s, complaint("A1", "2024-03-05", NULL, NULL), &e, &code) == UNCHANGED, "the same again changes nothing");
    tap_ok(decide(&s, complaint("A1", "2024-03-05", "2024-03-13", NULL), &e, &code) == DECIDED && e.kind == EV_CLOSED, "a closing day closes it");
    tap_ok(e.clocks[0].late, "one day late is late");
    case_apply(&s, &e, 11);
    tap_ok(decide(&s, complaint("A1", "2024-03-05", "2024-03-12", "满意"), &e, &code) == DECIDED && e.kind == EV_CORRECTED && !e.clocks[0].late, "a correction is an event of its own");
    tap_ok(e.previous == 11 && e.version == 3, "which names the record before it");
    case_apply(&s, &e, 12);

    command withdraw = {.kind = CMD_WITHDRAW, .actor = STR("test")};
    diag_list d = {.arena = &a};
    tap_ok(case_decide(&s, &withdraw, 0, 0, cal, (source_pos){0}, &e, &a, &d) == DECIDED, "it can be withdrawn");
    case_apply(&s, &e, 13);
    tap_ok(s.status == CASE_WITHDRAWN, "and is then out of every count");
    tap_ok(case_decide(&s, &withdraw, 0, 0, cal, (source_pos){0}, &e, &a, &d) == REFUSED && d.errors == 1, "once only");
    tap_ok(decide(&s, complaint("A1", "2024-03-05", "2024-03-12", "满意"), &e, &code) == DECIDED && e.kind == EV_CORRECTED, "and can come back");
}

static void refusals(void)
{
    static const struct { const char *no, *received, *result, *code; } rows[] = {
        {NULL, "2024-03-05", NULL, "FORM-REQUIRED"}, {"a1", "2024-03-05", NULL, "FORM-PATTERN"}, {"A1", NULL, NULL, "FORM-REQUIRED"},
        {"A1", "2024-03-05", "还行", "FORM-VALUE"}, {"A1", "0024-03-05", NULL, "FORM-YEAR"}, {"A1", "9999-03-05", NULL, "FORM-YEAR"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        case_state s = {0};
        event e;
        const char *code;
        decision r = decide(&s, complaint(rows[i].no, rows[i].received, NULL, rows[i].result), &e, &code);
        tap_ok(r == REFUSED && strcmp(code, rows[i].code) == 0, "%s is refused with %s", rows[i].no ? rows[i].no : "no number", rows[i].code);
    }
}

static void records(void)
{
    case_state s = {0};
    event e, back;
    const char *code;
    diag_list d = {.arena = &a};
    decide(&s, complaint("A1", "2024-03-05", "2024-03-13", "满意"), &e, &code);
    buf body = {.arena = &a}, again = {.arena = &a}, canonical = {.arena = &a};
    case_event_write(&body, &e, 5, 0, STR("mini"));
    json *tree = json_parse(buf_str(&body), STR("record"), &a, &d);
    if (!tap_ok(tree != NULL, "a record is JSON")) return;
    json_write(&canonical, tree);
    tap_ok(str_equal(buf_str(&canonical), buf_str(&body)), "in canonical form");
    tap_ok(case_event_read(tree, only, NULL, &back, &a, &d), "it reads back");
    case_event_write(&again, &back, 5, 0, STR("mini"));
    tap_ok(str_equal(buf_str(&again), buf_str(&body)), "as it was written");
    json_set(tree, STR("kind"), json_new_string(STR("imagined"), &a));
    tap_ok(!case_event_read(tree, only, NULL, &back, &a, &d), "an unknown kind is refused");
}

static void identifiers(void)
{
    int64_t first = case_id_make(1710000000000, 0), second = case_id_make(1710000000000, first), third = case_id_make(1700000000000, second), back;
    tap_ok(first < second && second < third, "ids grow even when the clock goes back");
    tap_ok(case_id_parse(case_id_text(third, &a), &back) && back == third, "their text gives them back");
    tap_ok(!case_id_parse(STR("0000000000U00"), &back) && !case_id_parse(STR("short"), &back), "and nothing else is an id");
}

static void masking(void)
{
    static const struct { const char *kind, *value, *masked; } rows[] = {
        {"", "城市管理局", "城市管理局"}, {"name", "欧阳小明", "欧***"}, {"phone", "13812345678", "138****5678"}, {"phone", "12345", "*****"},
        {"address", "新七大道100号2栋", "新七大道10****"}, {"text", "病情", "＊＊＊"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        form_field f = {.sensitive = str_from(rows[i].kind)};
        tap_is_str(field_masked(&f, feel_string(str_from(rows[i].value)), &a), rows[i].masked, rows[i].masked);
    }
}

int main(void)
{
    diag_list d = {.arena = &a};
    procedure_source source = mini_source(&a);
    p = procedure_load(&source, &a, &d);
    cal = calendar_new(&a);
    if (!tap_ok(p != NULL, "the small procedure loads")) return tap_done();
    life();
    refusals();
    records();
    identifiers();
    masking();
    arena_free(&a);
    return tap_done();
}
