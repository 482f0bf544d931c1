// template_fuzz.c: any two texts as a template: loading refuses with a reason or gives a template that fills or refuses likewise,
// and what is filled can be rendered.
#include <assert.h>

#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char meta[] = "{\"title\": \"t\", \"organ\": \"o\", \"date\": \"d\"}";
    arena a = {.limit = (ptrdiff_t)32 << 20};   // small: running out must be handled too
    jmp_buf env;
    if (ARENA_GUARD(&a, env)) {
        arena_free(&a);
        return 0;
    }
    diag_list d = {.arena = &a};
    str body = {(const char *)data, (ptrdiff_t)size};
    str names[] = {STR("year"), STR("units"), STR("disputes")};
    feel_value one = feel_context_of((str[]){STR("id"), STR("text")}, (feel_value[]){feel_string(STR("f")), feel_string(STR("1件"))}, 2, &a);
    feel_value values[] = {feel_int(2024), feel_list_of((feel_value[]){feel_int(1), feel_string(STR("<q>"))}, 2, &a), one};
    // A text that begins with "{" is the .json file, any other the body.
    bool is_meta = size > 0 && data[0] == '{' && (size < 2 || data[1] != '{');
    report_template *t = report_template_load(is_meta ? body : STR(meta), STR("f.json"), is_meta ? STR("x") : body, STR("f.md"),
                                              (feel_scope){.names = names, .count = 3}, &a, &d);
    assert(t || d.errors > 0);
    feel_evaluation e = {.arena = &a, .steps = 100000};
    report_document *doc = t ? report_fill(t, values, &e, &a, &d) : NULL;
    assert(doc || d.errors > 0);
    if (doc) {
        buf html = {.arena = &a};
        str docx;
        report_html_page(&html, doc, NULL, NULL, &a);
        assert(str_find(buf_str(&html), STR("<q>")) < 0);   // no value becomes markup
        assert(report_docx(doc, &a, &docx));
    }
    arena_free(&a);
    return 0;
}
