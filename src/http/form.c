// Forms that change something: read, and written as GOV.UK's design system does it: a label and a hint for each input, what is wrong beside
// it, at the top of the page and in its title.
#include "http/http_internal.h"

#include <string.h>

// ---- reading ---------------------------------------------------------------------------------------------

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; }

// application/x-www-form-urlencoded (WHATWG URL, section 5): "+" is a blank; "%" without two digits stands for itself.
static str form_decode(str s, arena *a)
{
    buf out = {.arena = a};
    for (ptrdiff_t i = 0; i < s.len; i++) {
        bool escape = s.data[i] == '%' && i + 2 < s.len && hex_digit(s.data[i + 1]) >= 0 && hex_digit(s.data[i + 2]) >= 0;
        buf_add_byte(&out, escape ? (char)(hex_digit(s.data[i + 1]) << 4 | hex_digit(s.data[i + 2])) : s.data[i] == '+' ? ' ' : s.data[i]);
        if (escape) i += 2;
    }
    return buf_str(&out);
}

str form_value(const request *q, const char *name)
{
    str rest = q->body;
    while (rest.len) {
        str value = str_cut(&rest, '&');
        str key = str_cut(&value, '=');
        if (str_equal(form_decode(key, q->arena), str_from(name))) return form_decode(value, q->arena);
    }
    return (str){0};
}

// ---- writing ---------------------------------------------------------------------------------------------

void form_token(buf *out, str csrf)
{
    html(out, "<input type=\"hidden\" name=\"csrf\" value=\"");
    html_text(out, csrf);
    html(out, "\">");
}

void form_begin(const request *q, buf *out, str address)
{
    html(out, "<form class=\"change\" method=\"post\" action=\"");
    html_address(q, out, address);
    html(out, "\">");
    if (q->actor) form_token(out, q->actor->csrf);
}

const char *form_wrong(const form_input *i, const char *at, const char *wrong) { return wrong && strcmp(at, i->id) == 0 ? wrong : NULL; }

void form_row(const request *q, buf *out, const form_input *i, str value, const char *wrong)
{
    html(out, wrong ? "<p class=\"field wrong\"><label for=\"" : "<p class=\"field\"><label for=\"");
    html(out, i->id);
    html(out, "\">");
    html(out, say(q, i->label.zh, i->label.en));
    html(out, "</label>");
    const char *hint = i->hint.zh ? say(q, i->hint.zh, i->hint.en) : NULL;
    if (hint) {
        html(out, "<span class=\"hint\" id=\"");
        html(out, i->id);
        html(out, "-hint\">");
        html(out, hint);
        html(out, "</span>");
    }
    if (wrong) {
        html(out, "<span class=\"said\" id=\"");
        html(out, i->id);
        html(out, "-error\">");
        html_text(out, str_from(wrong));
        html(out, "</span>");
    }
    buf_printf(out, "<input id=\"%s\" name=\"%s\" type=\"%s\" size=\"%d\" autocomplete=\"%s\" autocapitalize=\"none\" spellcheck=\"false\" required", i->id, i->id, i->type, i->size, i->autocomplete);
    if (hint || wrong) buf_printf(out, " aria-describedby=\"%s%s%s%s%s\"", hint ? i->id : "", hint ? "-hint" : "", hint && wrong ? " " : "", wrong ? i->id : "", wrong ? "-error" : "");
    if (wrong) html(out, " aria-invalid=\"true\"");
    html(out, " value=\"");
    html_text(out, value);
    html(out, "\"></p>");
}

void form_button(const request *q, buf *out, bilingual text)
{
    html(out, "<p><button>");
    html(out, say(q, text.zh, text.en));
    html(out, "</button></p>");
}

void form_summary(const request *q, buf *out, const char *id, const char *wrong)
{
    html(out, "<div class=\"summary\" role=\"alert\" aria-labelledby=\"summary-title\"><h2 id=\"summary-title\">");
    html(out, say(q, "出了问题", "There is a problem"));
    html(out, "</h2><p><a href=\"#");
    html(out, id);
    html(out, "\">");
    html_text(out, str_from(wrong));
    html(out, "</a></p></div>");
}

// The title of a page that comes back with an error says so first: it is what a screen reader reads first.
void form_page_begin(const request *q, response *r, bilingual title, const char *section, const char *wrong)
{
    page_begin(q, r, str_printf(q->arena, "%s%s", wrong ? say(q, "错误：", "Error: ") : "", say(q, title.zh, title.en)), section);
}

