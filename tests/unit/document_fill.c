// Declared documents: what documents.json may say, what a filled document holds, and what a mistake in it is told.
#include "document/document.h"
#include "mini.h"
#include "tap.h"

static arena a;

static str replaced(str text, const char *from, const char *to)
{
    buf out = {.arena = &a};
    for (ptrdiff_t at; (at = str_find(text, str_from(from))) >= 0; text = str_slice(text, at + str_from(from).len, text.len)) {
        buf_add(&out, str_slice(text, 0, at));
        buf_add(&out, str_from(to));
    }
    buf_add(&out, text);
    return buf_str(&out);
}

// The small procedure with one document; `more` stands behind its members, `others` behind it. The field `person` is called
// `office` here, a name that documents reserve.
static const procedure *load(const char *more, const char *others, const char *body, diag_list *d)
{
    procedure_source mini = mini_source(&a), s = {.id = mini.id, .files = arena_new(&a, mini.count + 2, procedure_file)};
    for (ptrdiff_t i = 0; i < mini.count; i++) {
        str text = replaced(mini.files[i].text, "\"person\"", "\"office\"");
        s.files[s.count++] = (procedure_file){mini.files[i].name, replaced(text, "\"figures\":[", "\"documents\":[{\"id\":\"notice\",\"name\":{\"zh\":\"告知书\",\"en\":\"notice\"}}],\"figures\":[")};
    }
    str declared = str_printf(&a, "{\"documents\":[\n{\"id\":\"notice\",\"form\":\"complaint\",\"basis\":\"law\",\"article\":\"第一条\",\"signed_by\":\"{{office.name}}\","
                                  "\"made\":{\"zh\":\"受理\",\"en\":\"acceptance\"}%s}%s]}", more, others);
    s.files[s.count++] = (procedure_file){STR("documents.json"), declared};
    s.files[s.count++] = (procedure_file){STR("documents/notice.md"), str_from(body)};
    return procedure_load(&s, &a, d);
}

static const report_document *fill(const char *more, const char *body, int number, diag_list *d)
{
    const procedure *p = load(more, "", body, d);
    if (!p) return NULL;
    static const str names[] = {{"name", 4}, {"code", 4}};
    feel_value *data = arena_new(&a, p->forms[0].field_count, feel_value);
    data[0] = feel_string(STR("T1"));
    document_values v = {.data = data, .case_file = feel_null(), .number = number, .day = {2025, 3, 7},
                         .office = feel_context_of(names, (feel_value[]){feel_string(STR("某局")), feel_string(STR("羊"))}, 2, &a)};
    return document_fill(p, document_find(p, STR("notice")), &v, NULL, &a, d);
}

static bool said(const diag_list *d, const char *code, int line, const char *part)
{
    for (const diag *g = d->first; g; g = g->next)
        if (strcmp(g->code, code) == 0 && (line == 0 || g->at.line == line) && (str_find(g->hint[LANG_EN], str_from(part)) >= 0 || str_find(g->message[LANG_EN], str_from(part)) >= 0))
            return true;
    return false;
}

static void test_title_and_seal(void)
{
    diag_list d = {.arena = &a};
    const report_document *plain = fill("", "编号{{no}}。", 0, &d), *own = fill(",\"title\":\"关于{{no}}的告知书\",\"seal\":true", "编号{{no}}。", 0, &d);
    if (!tap_ok(plain && own, "two documents are filled")) return;
    tap_is_str(plain->title, "告知书", "the title is the document's name");
    tap_is_str(own->title, "关于T1的告知书", "unless \"title\" says otherwise");
    tap_ok(!plain->sealed && own->sealed, "a document says whether it is sealed");
    tap_is_str(own->organ, "某局", "the office of the caller signs");
}

static void test_mistakes(void)
{
    static const struct { const char *more, *others, *body, *code; int line; const char *part, *what; } rows[] = {
        {"", ",{\"id\":\"notice\",\"form\":\"complaint\",\"basis\":\"law\",\"article\":\"第一条\",\"signed_by\":\"甲\",\"made\":{\"zh\":\"某\",\"en\":\"x\"}}", "甲", "PROC-TWICE", 2, "notice", "two documents of one id"},
        {"", "],\"series\":[{\"id\":\"s\",\"name\":{\"zh\":\"某\",\"en\":\"x\"},\"pattern\":\"{year}-{n}\"},{\"id\":\"s\",\"name\":{\"zh\":\"某\",\"en\":\"x\"},\"pattern\":\"{n}\"}", "甲", "PROC-TWICE", 2, "\"s\"", "two series of one id"},
        {",\"titel\":\"某\"", "", "甲", "PROC-MEMBER-UNKNOWN", 2, "titel", "a misspelt member"},
        {"", "", "甲\n乙{{zzzzzz}}", "FEEL-NAME-UNKNOWN", 2, "form's fields", "a name that nothing has: where names come from"},
        {"", "", "{{subjekt}}", "FEEL-NAME-UNKNOWN", 1, "did you mean \"subject\"?", "a misspelt field: which is meant"},
        {"", "", "甲\n乙：{{office}}", "DOCUMENT-NAME-HIDDEN", 2, "another key", "a field that documents hide"},
        {",\"addressee\":\"{{zzzzzz}}\"", "", "甲", "FEEL-NAME-UNKNOWN", 2, "form's fields", "in documents.json: on the line of its declaration"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = &a};
        const procedure *p = load(rows[i].more, rows[i].others, rows[i].body, &d);
        bool compiled = p && document_load(document_find(p, STR("notice")), &a, &d);
        if (!tap_ok(!compiled && said(&d, rows[i].code, rows[i].line, rows[i].part), "%s: %s", rows[i].code, rows[i].what)) {
            buf text = {.arena = &a};
            diag_print_all(&text, &d, LANG_EN);
            printf("# %.*s\n", STR_ARG(buf_str(&text)));
        }
    }
}

int main(void)
{
    test_title_and_seal();
    test_mistakes();
    arena_free(&a);
    return tap_done();
}
