// Signing in and out, and what a person may do to their own account.
#include "http/http_internal.h"

#include <string.h>

// ---- cookies ---------------------------------------------------------------------------------------------

// The prefix makes browsers insist on Secure, on this host and on the path "/" (RFC 6265bis, 4.1.3.2); over plain HTTP, which is
// for one's own machine, they would refuse it.
const char *session_cookie(const request *q) { return q->secure ? "__Host-fadu" : "fadu"; }
static const char *form_cookie(const request *q) { return q->secure ? "__Host-fadu-form" : "fadu-form"; }

static void set_cookie(const request *q, response *r, const char *name, str value, int seconds)
{
    response_header(r, "Set-Cookie", str_printf(q->arena, "%s=%.*s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%d%s", name, STR_ARG(value), seconds, q->secure ? "; Secure" : ""));
}

// ---- signing in ------------------------------------------------------------------------------------------

static const form_input login_input = {"login", "text", "username", {"登录名", "Login name"}, {0}, 24};
static const form_input password_input = {"password", "password", "current-password", {"密码", "Password"}, {0}, 24};

// There is no session yet to keep the form's token: it is in a cookie of its own, and both must agree.
static void login_page(const request *q, response *r, const char *wrong)
{
    buf *out = &r->body;
    str token = q->cookie(q->query_ctx, form_cookie(q));
    if (token.len != ACCESS_SECRET_DIGITS) {
        token = access_new_secret(q->arena);
        set_cookie(q, r, form_cookie(q), token, 3600);
    }
    form_page_begin(q, r, (bilingual){"登录", "Sign in"}, "", wrong);
    if (wrong) form_summary(q, out, "login", wrong);
    html(out, say(q, "<h1>登录</h1>", "<h1>Sign in</h1>"));
    html(out, say(q, "<p>查阅不需要登录。账户由管理员开立。</p>", "<p>Reading needs no account. Accounts are made by an administrator.</p>"));
    form_begin(q, out, STR("/login"));
    if (!q->actor) form_token(out, token);
    form_row(q, out, &login_input, form_value(q, "login"), wrong);
    form_row(q, out, &password_input, STR(""), NULL);
    form_button(q, out, (bilingual){"登录", "Sign in"});
    html(out, "</form>");
    page_end(q, r);
}

void get_login(const request *q, response *r)
{
    if (q->actor) redirect(q, r, "/account");
    else login_page(q, r, NULL);
}

typedef struct { const request *q; str login, session, hash; } session_change;

static bool begin_session(writer *w, void *ctx, arena *a, diag_list *d)
{
    session_change *c = ctx;
    if (c->hash.len && !access_set_password(w, c->login, c->login, c->hash, a, d)) return false;
    if (c->q->session.len) access_end_session(w, c->q->session);
    c->session = access_make_session(w, c->login, a);
    return true;
}

// Says why it did not work, or returns NULL when name and password are right.
static const char *sign_in_trouble(const request *q, response *r, str login, str password)
{
    int wait_s;
    switch (access_sign_in(q->guard, q->store, login, password, machine_now(), &wait_s, q->arena)) {
    case SIGN_IN_GOOD: return NULL;
    case SIGN_IN_WAIT:
        r->status = 429;
        response_header(r, "Retry-After", str_printf(q->arena, "%d", wait_s));
        return str_cstr(str_printf(q->arena, say(q, "失败次数太多，请 %d 秒后再试", "Too many failures: try again in %d seconds"), wait_s), q->arena);
    case SIGN_IN_BUSY:
        r->status = 503;
        response_header(r, "Retry-After", STR("1"));
        return say(q, "登录的人太多，请稍后再试", "Too many people are signing in: try again in a moment");
    default:
        r->status = 422;
        return say(q, "登录名或密码不对", "The login name or the password is wrong");
    }
}

static void start_session(const request *q, response *r, str login, str hash)
{
    session_change c = {.q = q, .login = login, .hash = hash};
    queue_result result = server_write(q, begin_session, &c);
    if (result != QUEUE_DONE) {
        write_error(q, r, result);
        return;
    }
    set_cookie(q, r, session_cookie(q), c.session, ACCESS_SESSION_HOURS * 3600);
    redirect(q, r, "/account");
}

void post_login(const request *q, response *r)
{
    str login = str_trim(form_value(q, "login"));
    if (!access_same_secret(q->cookie(q->query_ctx, form_cookie(q)), form_value(q, "csrf"))) {
        answer_error(q, r, 403, (bilingual){"这不是本站的表单，或者已经过期，请重新打开", "This form is not ours, or it is too old: open it again"});
        return;
    }
    const char *wrong = sign_in_trouble(q, r, login, form_value(q, "password"));
    if (wrong) login_page(q, r, wrong);
    else start_session(q, r, login, STR(""));
}

static bool end_session(writer *w, void *ctx, arena *a, diag_list *d)
{
    (void)a, (void)d;
    access_end_session(w, ((const request *)ctx)->session);
    return true;
}

void post_logout(const request *q, response *r)
{
    queue_result result = server_write(q, end_session, (void *)q);
    if (result != QUEUE_DONE) {
        write_error(q, r, result);
        return;
    }
    set_cookie(q, r, session_cookie(q), STR(""), 0);
    redirect(q, r, "/");
}

// ---- my account ------------------------------------------------------------------------------------------

static label role_name(const request *q, const store_grant *g)
{
    const procedure *p = definitions_procedure(q->definitions, g->procedure, NULL);
    for (ptrdiff_t i = 0; p && i < p->role_count; i++)
        if (str_equal(p->roles[i].id, g->role)) return p->roles[i].name;
    if (str_equal(g->role, ACCESS_ADMINISTRATOR)) return (label){{STR("管理员"), STR("administrator")}};
    return (label){{g->role, g->role}};
}

static void role_table(const request *q, buf *out)
{
    html(out, say(q, "<h2>我的角色</h2>", "<h2>My roles</h2>"));
    if (!q->actor->grant_count) {
        html(out, say(q, "<p>还没有。请管理员授予。</p>", "<p>None yet. An administrator can grant them.</p>"));
        return;
    }
    html(out, say(q, "<table><thead><tr><th>流程</th><th>角色</th><th class=\"n\">授予的记录</th></tr></thead><tbody>", "<table><thead><tr><th>Procedure</th><th>Role</th><th class=\"n\">Granted by record</th></tr></thead><tbody>"));
    for (ptrdiff_t i = 0; i < q->actor->grant_count; i++) {
        const store_grant *g = &q->actor->grants[i];
        const procedure *p = definitions_procedure(q->definitions, g->procedure, NULL);
        html(out, "<tr><td>");
        if (p) html_link(q, out, str_printf(q->arena, "/procedures/%.*s", STR_ARG(p->id)), text_of(q, p->name));
        else html_text(out, str_equal(g->procedure, ACCESS_DISTRICT) ? str_from(say(q, "全区", "The district")) : g->procedure);
        html(out, "</td><td>");
        html_text(out, text_of(q, role_name(q, g)));
        if (!str_equal(g->account, q->actor->account)) html_textf(out, say(q, "（代%.*s）", " (for %.*s)"), STR_ARG(g->account));
        html(out, "</td><td class=\"n\">");
        html_textf(out, "%lld", (long long)g->record);
        html(out, "</td></tr>");
    }
    html(out, "</tbody></table>");
}

static str day_of(timestamp t, arena *a) { return date_text(timestamp_date(t, CHINA_OFFSET_MINUTES), a); }

static const form_input token_name_input = {"name", "text", "off", {"名称", "Name"}, {"写明用在哪里，例如：热线平台", "Say where it is used, for example: hotline platform"}, 24};
static const form_input token_days_input = {"days", "number", "off", {"有效天数", "Days it is good for"}, {"1 至 366", "1 to 366"}, 6};

static void token_section(const request *q, buf *out, const char *at, const char *wrong)
{
    store_token *tokens;
    ptrdiff_t count;
    html(out, say(q, "<h2>我的令牌</h2><p>供程序使用，能做的事与本账户相同。</p>", "<h2>My tokens</h2><p>For programs; a token may do what this account may.</p>"));
    if (store_tokens(q->store, q->actor->account, &tokens, &count, q->arena) != STORE_OK) count = 0;
    if (count) html(out, say(q, "<table><thead><tr><th>名称</th><th>制作</th><th>到期</th><th>操作</th></tr></thead><tbody>", "<table><thead><tr><th>Name</th><th>Made</th><th>Expires</th><th>Action</th></tr></thead><tbody>"));
    for (ptrdiff_t i = 0; i < count; i++) {
        html(out, "<tr><td>");
        html_text(out, tokens[i].name);
        html(out, "</td><td>");
        html_text(out, day_of(tokens[i].created, q->arena));
        html(out, "</td><td>");
        html_text(out, day_of(tokens[i].expires, q->arena));
        html(out, "</td><td>");
        form_begin(q, out, STR("/account/tokens/revoke"));
        html(out, "<input type=\"hidden\" name=\"name\" value=\"");
        html_text(out, tokens[i].name);
        html(out, "\"><button>");
        html(out, say(q, "撤销<span class=\"hidden\">令牌 ", "Revoke<span class=\"hidden\"> the token "));
        html_text(out, tokens[i].name);
        html(out, "</span></button></form></td></tr>");
    }
    if (count) html(out, "</tbody></table>");
    form_begin(q, out, STR("/account/tokens"));
    str days = form_value(q, "days");
    form_row(q, out, &token_name_input, wrong ? form_value(q, "name") : STR(""), form_wrong(&token_name_input, at, wrong));
    form_row(q, out, &token_days_input, wrong && days.len ? days : str_printf(q->arena, "%d", ACCESS_TOKEN_DAYS), form_wrong(&token_days_input, at, wrong));
    form_button(q, out, (bilingual){"制作令牌", "Make a token"});
    html(out, "</form>");
}

static const form_input current_input = {"current", "password", "current-password", {"现在的密码", "Current password"}, {0}, 24};
static const form_input new_input = {"new", "password", "new-password", {"新密码", "New password"}, {"10 至 200 个字；用几个不相干的词连成一句最好", "10 to 200 characters; a few unrelated words in a row are best"}, 24};

// `at` is the id of the input that `wrong` is about.
static void account_page(const request *q, response *r, const char *at, const char *wrong)
{
    buf *out = &r->body;
    form_page_begin(q, r, (bilingual){"我的账户", "My account"}, "", wrong);
    if (wrong) form_summary(q, out, at, wrong);
    html(out, say(q, "<h1>我的账户</h1><dl><dt>登录名</dt><dd>", "<h1>My account</h1><dl><dt>Login name</dt><dd>"));
    html_text(out, q->actor->account);
    html(out, say(q, "</dd><dt>姓名</dt><dd>", "</dd><dt>Name</dt><dd>"));
    html_text(out, q->actor->name);
    html(out, say(q, "</dd><dt>单位</dt><dd>", "</dd><dt>Unit</dt><dd>"));
    html_text(out, q->actor->unit);
    html(out, "</dd></dl>");
    form_begin(q, out, STR("/logout"));
    form_button(q, out, (bilingual){"退出", "Sign out"});
    html(out, "</form>");
    role_table(q, out);
    token_section(q, out, at, wrong);
    html(out, say(q, "<h2>修改密码</h2><p>改后，其他地方的登录随即失效。</p>", "<h2>Change the password</h2><p>Whoever is signed in elsewhere with this account is signed out.</p>"));
    form_begin(q, out, STR("/account/password"));
    form_row(q, out, &current_input, STR(""), form_wrong(&current_input, at, wrong));
    form_row(q, out, &new_input, STR(""), form_wrong(&new_input, at, wrong));
    form_button(q, out, (bilingual){"修改密码", "Change the password"});
    html(out, "</form>");
    page_end(q, r);
}

void get_account(const request *q, response *r) { account_page(q, r, NULL, NULL); }

static const char *first_message(const request *q) { return q->diags->first ? str_cstr(q->diags->first->message[q->lang], q->arena) : ""; }

void post_password(const request *q, response *r)
{
    str hash;
    const char *wrong = sign_in_trouble(q, r, q->actor->account, form_value(q, "current"));
    if (wrong) account_page(q, r, current_input.id, r->status == 422 ? say(q, "现在的密码不对", "The current password is wrong") : wrong);
    else if (!access_hash_password(form_value(q, "new"), &hash, q->arena, q->diags)) {
        r->status = 422;
        account_page(q, r, new_input.id, first_message(q));
    } else start_session(q, r, q->actor->account, hash);
}

typedef struct { str account, name, token; int days; } token_change;

static bool make_token(writer *w, void *ctx, arena *a, diag_list *d)
{
    token_change *c = ctx;
    c->token = access_make_token(w, c->account, c->account, c->name, c->days, a, d);
    return c->token.len > 0;
}

static bool revoke_token(writer *w, void *ctx, arena *a, diag_list *d)
{
    token_change *c = ctx;
    return access_revoke_token(w, c->account, c->account, c->name, a, d);
}

void post_token(const request *q, response *r)
{
    buf *out = &r->body;
    token_change c = {.account = q->actor->account, .name = str_trim(form_value(q, "name"))};
    str days = form_value(q, "days");
    for (ptrdiff_t i = 0; i < days.len && i < 4; i++) c.days = days.data[i] >= '0' && days.data[i] <= '9' ? c.days * 10 + (days.data[i] - '0') : ACCESS_TOKEN_DAYS_MAX + 1;
    queue_result result = server_write(q, make_token, &c);
    if (result == QUEUE_REFUSED) {
        r->status = 422;
        bool days_wrong = q->diags->first && strcmp(q->diags->first->code, "ACCESS-DAYS") == 0;
        account_page(q, r, days_wrong ? token_days_input.id : token_name_input.id, first_message(q));
    } else if (result != QUEUE_DONE) write_error(q, r, result);
    else {
        page_begin(q, r, str_from(say(q, "新令牌", "The new token")), "");
        html(out, say(q, "<h1>新令牌</h1><p>请现在抄存：令牌只显示这一次。</p><pre>", "<h1>The new token</h1><p>Copy it now: it is shown this once.</p><pre>"));
        html_text(out, c.token);
        html(out, "</pre><p>");
        html_link(q, out, STR("/account"), str_from(say(q, "返回我的账户", "Back to my account")));
        html(out, "</p>");
        page_end(q, r);
    }
}

void post_token_revoked(const request *q, response *r)
{
    token_change c = {.account = q->actor->account, .name = form_value(q, "name")};
    queue_result result = server_write(q, revoke_token, &c);
    if (result == QUEUE_DONE) redirect(q, r, "/account");
    else write_error(q, r, result);
}

void get_api_account(const request *q, response *r)
{
    arena *a = q->arena;
    json *o = json_new_object(a), *roles = json_new_array(a);
    for (ptrdiff_t i = 0; i < q->actor->grant_count; i++) {
        json *g = json_new_object(a);
        json_set(g, STR("procedure"), json_new_string(q->actor->grants[i].procedure, a));
        json_set(g, STR("role"), json_new_string(q->actor->grants[i].role, a));
        json_push(roles, g);
    }
    json_set(o, STR("account"), json_new_string(q->actor->account, a));
    json_set(o, STR("name"), json_new_string(q->actor->name, a));
    json_set(o, STR("unit"), json_new_string(q->actor->unit, a));
    json_set(o, STR("roles"), roles);
    if (q->actor->csrf.len) json_set(o, STR("csrf"), json_new_string(q->actor->csrf, a));      // for X-CSRF-Token; pages of other sites cannot read it
    answer_value(r, o);
}
