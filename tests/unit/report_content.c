// What a document says, kept as JSON: everything comes back, and nothing else is taken for a document.
#include "report_sample.h"
#include "tap.h"

static arena a;

static str no_link(void *ctx, str figure, arena *scratch)
{
    (void)ctx, (void)figure, (void)scratch;
    return (str){0};
}

static str page(const report_document *doc)
{
    buf out = {.arena = &a};
    report_html_page(&out, doc, no_link, NULL, &a);
    return buf_str(&out);
}

static str canonical(const json *j)
{
    buf out = {.arena = &a};
    json_write(&out, j);
    return buf_str(&out);
}

int main(void)
{
    diag_list d = {.arena = &a};
    report_span figure = {.text = STR("100%"), .figure = STR("rate")}, text = {.text = STR("办理率"), .next = &figure}, cell_text = {.text = STR("甲")};
    report_block second = {.kind = BLOCK_PARAGRAPH, .spans = &cell_text}, first = {.kind = BLOCK_PARAGRAPH, .spans = &cell_text, .next = &second};
    report_block row = {.kind = BLOCK_TABLE_ROW, .cells = &first, .header = true}, paragraph = {.kind = BLOCK_PARAGRAPH, .spans = &text, .next = &row},
                 heading = {.kind = BLOCK_HEADING1, .spans = &cell_text, .next = &paragraph};
    report_document doc = {.mark = STR("某局文件"), .number = STR("某〔2025〕1号"), .title = STR("告知书"), .recipients = STR("张某"), .organ = STR("某局"), .date = STR("2025年3月7日"), .sealed = true, .blocks = &heading, .language = STR("zh-CN")};
    str kept = canonical(report_document_json(&doc, &a));
    report_document back;
    tap_ok(report_document_read(json_parse(kept, STR("kept"), &a, &d), &back, &a), "what was kept is read");
    tap_is_str(page(&back), str_cstr(page(&doc), &a), "and looks the same");
    tap_is_str(canonical(report_document_json(&back, &a)), str_cstr(kept, &a), "to the byte");
    static const char *const others[] = {"[]", "{}", "{\"blocks\":{}}", "{\"blocks\":[{\"kind\":\"song\",\"text\":[]}]}", "{\"blocks\":[{\"kind\":\"paragraph\"}]}", "{\"blocks\":[{\"kind\":\"paragraph\",\"text\":[1]}]}",
                                         "{\"blocks\":[{\"kind\":\"row\",\"cells\":[{\"kind\":\"row\",\"cells\":[]}]}]}"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) tap_ok(!report_document_read(json_parse(str_from(others[i]), STR("other"), &a, &d), &back, &a), "no document: %s", others[i]);
    arena_free(&a);
    return tap_done();
}
