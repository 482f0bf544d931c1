// Loading a procedure folder: what a good one holds, and what exactly is said about a bad one.
#include "mini.h"
#include "tap.h"

static arena a;

static procedure *load_with(const char *from, const char *to, diag_list *d)
{
    procedure_source s = mini_source(&a);
    for (ptrdiff_t i = 0; i < s.count; i++) {
        ptrdiff_t at = str_find(s.files[i].text, str_from(from));
        if (at < 0) continue;
        s.files[i].text = str_concat(str_concat(str_slice(s.files[i].text, 0, at), str_from(to), &a),
                                     str_slice(s.files[i].text, at + str_from(from).len, s.files[i].text.len), &a);
        break;
    }
    return procedure_load(&s, &a, d);
}

static void good(void)
{
    diag_list d = {.arena = &a};
    procedure_source s = mini_source(&a);
    procedure *p = procedure_load(&s, &a, &d);
    tap_ok(p && d.errors == 0, "a good folder loads without errors");
    if (!p) return;
    const procedure_form *f = &p->forms[procedure_form_index(p, STR("complaint"))];
    tap_ok(f->fields[3].type == FIELD_DATE && f->fields[6].type == FIELD_NUMBER && f->fields[0].required, "fields have types and limits");
    tap_is_str(f->fields[2].sensitive, "name", "personal data is marked");
    tap_ok(f->key_count == 1 && f->key[0] == 0, "a form knows its key");
    tap_ok(p->clocks[0].period.length == 5 && p->clocks[0].period.unit == UNIT_WORKING_DAYS, "a clock has its period");
    tap_is_str(p->clocks[0].article, "第一条", "and its article");
    tap_ok(p->figures[7].stock && p->figures[8].aggregate == AGGREGATE_DISTINCT, "a figure with \"until\" is a stock; with \"distinct\" it counts values");
    digest before = procedure_digest(&s);
    s.files[0].text = str_concat(s.files[0].text, STR(" "), &a);
    tap_ok(!digest_equal(before, procedure_digest(&s)), "one more blank is another version");
}

static void bad(void)
{
    static const struct { const char *from, *to, *code, *what; } rows[] = {
        {"\"article\":\"第一条\",", "", "PROC-MEMBER", "a time limit without its article is refused"},
        {"\"basis\":\"law\",\"article\"", "\"basis\":\"lore\",\"article\"", "CLOCK-BASIS", "a basis that is not listed"},
        {"\"verified\":true}],\"figures\"", "\"verified\":true,\"extension\":{\"length\":\"5 d\",\"by\":{\"zh\":\"某\",\"en\":\"x\"},\"article\":\"第二条\"}}],\"figures\"", "CLOCK-UNIT", "an extension in another unit than the period"},
        {"\"verified\":true}],\"figures\"", "\"verified\":true,\"extension\":{\"times\":0,\"by\":{\"zh\":\"某\",\"en\":\"x\"},\"article\":\"第二条\"}}],\"figures\"", "CLOCK-EXTENSION", "an extension that is none"},
        {"\"verified\":true}],\"figures\"", "\"verified\":true,\"promise\":{\"period\":\"6 wd\",\"article\":\"承诺\"}}],\"figures\"", "CLOCK-PROMISE", "a promise to be slower than the law allows"},
        {"\"verified\":true}],\"figures\"", "\"verified\":true,\"effect\":\"fine\"}],\"figures\"", "CLOCK-EFFECT", "an effect of expiry nobody knows"},
        {"\"verified\":true}],\"figures\"", "\"verified\":true,\"hours\":\"working days\"}],\"figures\"", "CLOCK-HOURS", "\"hours\" for a period in days"},
        {"\"verified\":true}],\"figures\"", "\"verified\":true,\"interrupts\":[{\"kind\":\"stops\",\"event\":{\"zh\":\"某\",\"en\":\"x\"},\"article\":\"第二条\"}]}],\"figures\"", "CLOCK-INTERRUPT", "an interruption of no kind"},
        {"\"verified\":true}],\"figures\"", "\"verified\":true,\"by\":\"13-01\"}],\"figures\"", "CLOCK-BY", "a day that no year has"},
        {"\"verified\":true}],\"figures\"", "\"verified\":true,\"version_of\":\"reply\"}],\"figures\"", "CLOCK-VERSION-OF", "a version of what is not there"},
        {"\"clocks\":[", "\"clocks\":[{\"id\":\"reply\",\"version_of\":\"answer\",\"name\":{\"zh\":\"某\",\"en\":\"x\"},\"starts\":{\"zh\":\"某\",\"en\":\"x\"},\"ends\":{\"zh\":\"某\",\"en\":\"x\"},\"period\":\"5 d\",\"basis\":\"law\",\"article\":\"第一条\"},", "CLOCK-VERSIONS", "two versions in force on one day"},
        {"\"form\":\"complaint\",\"name\":{\"zh\":\"答复\"", "\"name\":{\"zh\":\"答复\"", "CLOCK-FORM", "expressions without a form to refer to"},
        {"5 wd", "5 fortnights", "CLOCK-PERIOD", "a period nobody can read"},
        {"\"date\":\"closed\"", "\"date\":\"closde\"", "FEEL-NAME-UNKNOWN", "a misspelt field in an expression"},
        {"\"key\":[\"no\"]", "\"key\":[]", "FORM-KEY", "a form without a key"},
        {"\"type\":\"select\"", "\"type\":\"slider\"", "FORM-COMPONENT", "a component that is not supported"},
        {"\"en\":\"subject\"", "\"zh\":\"subject\"", "FORM-LABEL", "a field without an English label"},
        {"\"report\":true", "\"raport\":true", "PROC-MEMBER-UNKNOWN", "a misspelt member is never ignored"},
        {"\"aggregate\":\"max\"", "\"aggregate\":\"most\"", "FIGURE-AGGREGATE", "an unknown aggregate"},
        {"\"field\":\"person\"", "\"field\":\"persona\"", "IMPORT-FIELD", "a mapping to a field that is not there"},
        {"\"id\":\"closed_on_time\"", "\"id\":\"closed\"", "PROC-TWICE", "two figures of one id"},
        {"{\"id\":\"mini\"", "{\"id\":\"Mini\"", "PROC-ID", "an id in capitals"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &a};
        procedure *p = load_with(rows[i].from, rows[i].to, &d);
        bool said = false;
        for (const diag *g = d.first; g; g = g->next) said |= strcmp(g->code, rows[i].code) == 0;
        if (!tap_ok(!p && said, "%s: %s", rows[i].code, rows[i].what)) {
            buf text = {.arena = &a};
            diag_print_all(&text, &d, LANG_EN);
            printf("# %.*s\n", STR_ARG(buf_str(&text)));
        }
    }
}

static void together(void)
{
    diag_list d = {.arena = &a};
    procedure_source s = mini_source(&a);
    procedure *one = procedure_load(&s, &a, &d), *two = procedure_load(&s, &a, &d);
    procedure_check_all((procedure *[]){one, two}, 2, &d);
    bool twice = false, alike = false;
    for (const diag *g = d.first; g; g = g->next) {
        twice |= strcmp(g->code, "FIGURE-TWICE") == 0;
        alike |= strcmp(g->code, "IMPORT-ALIKE") == 0;
    }
    tap_ok(twice, "two procedures must not declare one figure");
    tap_ok(alike, "nor sheets that cannot be told apart");
}

int main(void)
{
    good();
    bad();
    together();
    arena_free(&a);
    return tap_done();
}
