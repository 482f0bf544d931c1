// Writing pages: escaping, the frame around every page, errors.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/http_internal.h"

void html(buf *out, const char *literal) { buf_add(out, str_from(literal)); }

void html_text(buf *out, str s)
{
    ptrdiff_t from = 0;
    for (ptrdiff_t i = 0; i < s.len; i++) {
        const char *entity = NULL;
        switch (s.data[i]) {
        case '&': entity = "&amp;"; break;
        case '<': entity = "&lt;"; break;
        case '>': entity = "&gt;"; break;
        case '"': entity = "&quot;"; break;
        case '\'': entity = "&#39;"; break;
        default: continue;
        }
        buf_add(out, str_slice(s, from, i));
        html(out, entity);
        from = i + 1;
    }
    buf_add(out, str_slice(s, from, s.len));
}

void html_textf(buf *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    html_text(out, str_vprintf(out->arena, format, args));
    va_end(args);
}

str text_of(const request *q, label l) { return l.text[q->lang]; }
const char *say(const request *q, const char *zh, const char *en) { return q->lang == LANG_ZH ? zh : en; }

void url_encode(buf *out, str s)
{
    for (ptrdiff_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) buf_add_byte(out, (char)c);
        else buf_printf(out, "%%%02X", c);
    }
}

void html_address(const request *q, buf *out, str address)
{
    html_text(out, address);
    if (q->lang == LANG_EN) html(out, str_find_byte(address, '?') >= 0 ? "&amp;lang=en" : "?lang=en");
}

void html_link(const request *q, buf *out, str address, str text)
{
    html(out, "<a href=\"");
    html_address(q, out, address);
    html(out, "\">");
    html_text(out, text);
    html(out, "</a>");
}

static const struct { const char *section, *address, *zh, *en; } sections[] = {
    {"report", "/", "年度报告", "Annual report"},
    {"figures", "/figures", "指标", "Figures"},
    {"procedures", "/procedures", "流程与台账", "Procedures"},
    {"due", "/due", "期限计算", "Deadlines"},
    {"files", "/files", "来源文件", "Source files"},
    {"log", "/log", "存证日志", "Log"},
};

// The same page in the other language. The answer to a form has no address of its own.
static void language_switch(const request *q, buf *out)
{
    if (q->method != HTTP_GET) return;
    html(out, "<a class=\"lang\" href=\"");
    html_text(out, q->path);
    html(out, "?");
    str rest = q->query_text;
    while (rest.len) {
        str part = str_cut(&rest, '&');
        if (str_starts(part, STR("lang=")) || part.len == 0) continue;
        html_text(out, part);
        html(out, "&amp;");
    }
    html(out, say(q, "lang=en\" lang=\"en\">English</a>", "lang=zh\" lang=\"zh-CN\">中文</a>"));
}

static void account_link(const request *q, buf *out)
{
    if (q->actor) {
        html(out, "<a class=\"lang\" href=\"");
        html_address(q, out, STR("/work"));
        html(out, say(q, "\">我的待办</a>", "\">My work</a>"));
    }
    html(out, "<a class=\"lang\" href=\"");
    html_address(q, out, q->actor ? STR("/account") : STR("/login"));
    html(out, "\">");
    html_text(out, q->actor ? q->actor->name : str_from(say(q, "登录", "Sign in")));
    html(out, "</a>");
}

void page_begin(const request *q, response *r, str title, const char *section)
{
    buf *out = &r->body;
    str place = json_string(q->definitions->config, q->lang == LANG_ZH ? STR("name") : STR("name_en"));
    r->type = "text/html; charset=utf-8";
    html(out, say(q, "<!doctype html><html lang=\"zh-CN\">", "<!doctype html><html lang=\"en\">"));
    html(out, "<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>");
    html_text(out, title);
    html(out, say(q, " · 法度</title>", " · Fadu</title>"));
    html(out, "<link rel=\"stylesheet\" href=\"/style.css\"><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\"></head><body>");
    html(out, say(q, "<a class=\"skip\" href=\"#main\">跳到正文</a>", "<a class=\"skip\" href=\"#main\">Skip to content</a>"));
    html(out, "<header class=\"top\"><div class=\"wide\"><a class=\"brand\" href=\"");
    html_address(q, out, STR("/"));
    html(out, say(q, "\"><b>法度</b> ", "\"><b>Fadu</b> "));
    html_text(out, place);
    html(out, "</a><form action=\"/search\" role=\"search\">");
    if (q->lang == LANG_EN) html(out, "<input type=\"hidden\" name=\"lang\" value=\"en\">");
    html(out, say(q, "<label class=\"hidden\" for=\"q\">搜索事项</label><input id=\"q\" name=\"q\" type=\"search\" placeholder=\"搜索事项，如：油烟\" maxlength=\"200\"><button>搜索</button></form>",
                  "<label class=\"hidden\" for=\"q\">Search cases</label><input id=\"q\" name=\"q\" type=\"search\" placeholder=\"Search cases\" maxlength=\"200\"><button>Search</button></form>"));
    account_link(q, out);
    language_switch(q, out);
    html(out, say(q, "</div><nav class=\"wide\" aria-label=\"主导航\">", "</div><nav class=\"wide\" aria-label=\"Main\">"));
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        bool here = strcmp(sections[i].section, section) == 0;
        html(out, here ? "<a aria-current=\"page\" href=\"" : "<a href=\"");
        html_address(q, out, str_from(sections[i].address));
        html(out, "\">");
        html(out, say(q, sections[i].zh, sections[i].en));
        html(out, "</a>");
    }
    html(out, "</nav></header>");
    if (json_bool(q->definitions->config, STR("synthetic"), false))
        html(out, say(q, "<aside aria-label=\"数据说明\" class=\"banner\"><span class=\"wide\">演示数据：全部为合成数据，人名、单位、事件均系虚构。</span></aside>",
                      "<aside aria-label=\"About the data\" class=\"banner\"><span class=\"wide\">Demonstration: all data is synthetic; names, organisations and events are made up.</span></aside>"));
    html(out, "<main id=\"main\" class=\"wide\">");
}

void page_end(const request *q, response *r)
{
    html(&r->body, "</main><footer class=\"wide\">");
    html(&r->body, say(q, "每一个数字都由记录算出，可逐级追溯到原始文件的行。", "Every figure is computed from records and can be traced to the row of the file it came from."));
    html(&r->body, "</footer></body></html>\n");
}

void error_page(const request *q, response *r, int status, bilingual what)
{
    r->status = status;
    r->body.len = 0;
    page_begin(q, r, str_from(say(q, what.zh, what.en)), "");
    html(&r->body, "<h1>");
    html(&r->body, say(q, what.zh, what.en));
    html(&r->body, "</h1><p>");
    html_link(q, &r->body, STR("/"), str_from(say(q, "返回首页", "Back to the first page")));
    html(&r->body, "</p>");
    page_end(q, r);
}

int request_int(const request *q, const char *name, int fallback, int low, int high)
{
    str text = q->query(q->query_ctx, name);
    int64_t n = 0;
    if (text.len == 0 || text.len > 9) return fallback;
    for (ptrdiff_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return fallback;
        n = n * 10 + (text.data[i] - '0');
    }
    return n >= low && n <= high ? (int)n : fallback;
}
