// The server: libmicrohttpd around the route table.
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_internal.h"

// A thread for each connection: whoever waits for the writer, or for the next event, keeps nobody else waiting. Few of them read at once.
enum { READERS_MAX = 16, RETIRED_MAX = 64, THREAD_STACK = 8 << 20, REQUEST_MEMORY_MAX = 512 << 20 };

struct server {
    const char *dir;
    definitions *definitions;
    access_guard *guard;
    write_queue *queue;
    const volatile int *stop;
    pthread_mutex_t lock;       // over what follows
    pthread_cond_t given_back;
    store *idle[READERS_MAX];   // connections nobody uses
    int idle_count, reading;
    definitions *retired[RETIRED_MAX];       // of before something was adopted; requests may still be using them
    int retired_count;
};

// ---- store connections -----------------------------------------------------------------------------------

store *server_take_store(server *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->reading == READERS_MAX) pthread_cond_wait(&s->given_back, &s->lock);
    s->reading++;
    store *taken = s->idle_count ? s->idle[--s->idle_count] : NULL;
    pthread_mutex_unlock(&s->lock);
    if (!taken && store_open(s->dir, false, &taken) != STORE_OK) taken = NULL;
    if (taken && store_begin(taken, false) == STORE_OK) return taken;
    store_close(taken);
    pthread_mutex_lock(&s->lock);
    s->reading--;
    pthread_cond_signal(&s->given_back);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

void server_give_store(server *s, store *taken)
{
    store_rollback(taken);
    pthread_mutex_lock(&s->lock);
    s->idle[s->idle_count++] = taken;
    s->reading--;
    pthread_cond_signal(&s->given_back);
    pthread_mutex_unlock(&s->lock);
}

static bool take_store(request *q) { return (q->store = server_take_store(q->server)) != NULL; }

static void let_go_of_store(request *q)
{
    if (q->store) server_give_store(q->server, q->store);
    q->store = NULL;
}

write_queue *server_queue(server *s) { return s->queue; }
bool server_is_stopping(const server *s) { return *s->stop != 0; }

// ---- writing ---------------------------------------------------------------------------------------------

// Nobody holds a connection for reading while waiting for the writer; what is read afterwards shows what was written.
queue_result server_write(const request *q, queue_change change, void *ctx)
{
    request *asking = (request *)q;          // dispatch made it, and lets go of whatever store it ends with
    let_go_of_store(asking);
    queue_result result = queue_submit(q->server->queue, change, ctx, q->arena, q->diags);
    if (!take_store(asking)) return QUEUE_FAILED;
    return result;
}

// ---- one request -----------------------------------------------------------------------------------------

static str value_of(void *connection, enum MHD_ValueKind kind, const char *name) { return str_from(MHD_lookup_connection_value(connection, kind, name)); }
static str query_value(void *connection, const char *name) { return value_of(connection, MHD_GET_ARGUMENT_KIND, name); }
static str header_value(void *connection, const char *name) { return value_of(connection, MHD_HEADER_KIND, name); }
static str cookie_value(void *connection, const char *name) { return value_of(connection, MHD_COOKIE_KIND, name); }

static enum MHD_Result add_argument(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    buf *out = ctx;
    if (out->len) buf_add_byte(out, '&');
    url_encode(out, str_from(key));
    buf_add_byte(out, '=');
    url_encode(out, str_from(value));
    return MHD_YES;
}

static bool fits(const char *pattern, str path, str *argument)
{
    str p = str_from(pattern);
    ptrdiff_t star = str_find_byte(p, '*');
    if (star < 0) return str_equal(p, path);
    str before = str_slice(p, 0, star), after = str_slice(p, star + 1, p.len);
    if (path.len <= before.len + after.len || !str_starts(path, before) || !str_ends(path, after)) return false;
    *argument = str_slice(path, before.len, path.len - after.len);
    return str_find_byte(*argument, '/') < 0;
}

static const char *const method_names[HTTP_METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

// HTTP_METHOD_COUNT: one that no route has.
static http_method method_of(const char *name)
{
    if (strcmp(name, "HEAD") == 0) return HTTP_GET;
    int m = 0;
    while (m < HTTP_METHOD_COUNT && strcmp(name, method_names[m]) != 0) m++;
    return (http_method)m;
}

static const route *find_route(request *q)
{
    for (int i = 0; i < route_count; i++)
        if (routes[i].method == q->method && fits(routes[i].pattern, q->path, &q->argument)) return &routes[i];
    return NULL;
}

static void no_route(const request *q, response *r)
{
    str argument;
    bool allowed[HTTP_METHOD_COUNT] = {0};
    buf allow = {.arena = q->arena};
    for (int i = 0; i < route_count; i++)
        if (fits(routes[i].pattern, q->path, &argument)) allowed[routes[i].method] = true;
    for (int m = 0; m < HTTP_METHOD_COUNT; m++)
        if (allowed[m]) buf_printf(&allow, "%s%s%s", allow.len ? ", " : "", method_names[m], m == HTTP_GET ? ", HEAD" : "");
    if (allow.len) {
        response_header(r, "Allow", buf_str(&allow));
        answer_error(q, r, 405, (bilingual){"这个地址不支持这种请求", "This address does not take that method"});
    } else answer_error(q, r, 404, (bilingual){"没有这个网页", "There is no such page"});
}

// Who asks. False: a token was given and is not good, which is answered; no cookie, or one that ran out, is anybody.
static bool identify(request *q, response *r, access_actor *actor)
{
    static const char bearer[] = "Bearer ";
    str authorization = q->header(q->query_ctx, "Authorization");
    if (str_starts(authorization, STR(bearer))) {
        if (access_by_token(q->store, str_slice(authorization, sizeof bearer - 1, authorization.len), machine_now(), actor, q->arena)) {
            q->actor = actor;
            return true;
        }
        response_header(r, "WWW-Authenticate", STR("Bearer error=\"invalid_token\""));
        answer_error(q, r, 401, (bilingual){"令牌无效、已过期或者已撤销", "The token is not valid, has expired or was revoked"});
        return false;
    }
    q->session = q->cookie(q->query_ctx, session_cookie(q));
    if (access_by_session(q->guard, q->store, q->session, machine_now(), actor, q->arena)) q->actor = actor;
    return true;
}

// Deny by default: a route without ANYONE needs an actor, and a change by cookie the session's token.
static bool may_come(const request *q, response *r, const route *to)
{
    if (to->audience == ANYONE) return true;
    if (!q->actor) {
        bool page = !str_starts(q->path, STR("/api/"));
        if (page && q->method == HTTP_GET) redirect(q, r, "/login");
        else {
            if (!page) response_header(r, "WWW-Authenticate", STR("Bearer"));
            answer_error(q, r, 401, (bilingual){"请先登录", "Sign in first"});
        }
        return false;
    }
    if (q->method == HTTP_GET || q->actor->csrf.len == 0) return true;
    str sent = q->header(q->query_ctx, "X-CSRF-Token");
    if (access_same_secret(sent.len ? sent : form_value(q, "csrf"), q->actor->csrf)) return true;
    answer_error(q, r, 403, (bilingual){"这不是本站的表单，或者已经过期，请重新打开", "This form is not ours, or it is too old: open it again"});
    return false;
}

// Another process, or the queue, may have adopted a definition. False: it cannot be read.
static bool current_definitions(request *q)
{
    server *s = q->server;
    int count = 0;
    if (store_count_definitions(q->store, &count) != STORE_OK) return false;
    pthread_mutex_lock(&s->lock);
    definitions *new = count == s->definitions->count || s->retired_count == RETIRED_MAX ? NULL : definitions_load(q->store, q->diags);
    if (new) {
        s->retired[s->retired_count++] = s->definitions;
        s->definitions = new;
    }
    q->definitions = s->definitions;
    pthread_mutex_unlock(&s->lock);
    return true;
}

static void dispatch(request *q, response *r)
{
    access_actor actor;
    if (!take_store(q) || !current_definitions(q)) {
        let_go_of_store(q);
        answer_error(q, r, 503, (bilingual){"数据暂时读不出来", "The data cannot be read at the moment"});
        return;
    }
    if (identify(q, r, &actor)) {
        const route *to = find_route(q);
        if (!to) no_route(q, r);
        else if (may_come(q, r, to)) to->run(q, r);
    }
    q->actor = NULL;
    let_go_of_store(q);
}

static ssize_t read_stream(void *x, uint64_t position, char *out, size_t room)
{
    (void)position;
    ptrdiff_t n = events_read(x, out, (ptrdiff_t)room);
    return n < 0 ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static void close_stream(void *x) { events_close(x); }

static struct MHD_Response *make_answer(const response *r)
{
    if (!r->stream) return MHD_create_response_from_buffer((size_t)r->body.len, r->body.data, MHD_RESPMEM_MUST_COPY);
    struct MHD_Response *answer = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384, read_stream, r->stream, close_stream);
    if (!answer) events_close(r->stream);
    return answer;
}

static enum MHD_Result send_response(struct MHD_Connection *connection, const response *r, bool head, bool private)
{
    struct MHD_Response *answer = make_answer(r);
    if (!answer) return MHD_NO;
    static const struct { const char *name, *value; } headers[] = {
        {"Content-Security-Policy", "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "same-origin"}, {"X-Frame-Options", "DENY"}};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) MHD_add_response_header(answer, headers[i].name, headers[i].value);
    // What was made for one person is kept by nobody else, nor by the browser.
    MHD_add_response_header(answer, "Cache-Control", private ? "no-store" : "no-cache");
    MHD_add_response_header(answer, "Content-Type", r->type ? r->type : "text/plain; charset=utf-8");
    if (r->file_name) {
        char disposition[256];
        snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", r->file_name);
        MHD_add_response_header(answer, "Content-Disposition", disposition);
    }
    for (int i = 0; i < r->header_count; i++) {
        char value[HTTP_HEADER_MAX];
        snprintf(value, sizeof value, "%.*s", STR_ARG(r->headers[i].value));
        MHD_add_response_header(answer, r->headers[i].name, value);
    }
    metrics.requests++;
    metrics.errors += r->status >= 500;
    metrics.bytes += head ? 0 : r->body.len;
    enum MHD_Result sent = MHD_queue_response(connection, (unsigned)r->status, answer);
    MHD_destroy_response(answer);
    return sent;
}

// ---- bodies ----

// A body on its way. Its length is known before it comes (411), so there is one place that refuses a long one (413).
typedef struct { char *data; size_t length, room; } upload;

static bool takes_body(http_method m) { return m == HTTP_POST || m == HTTP_PUT || m == HTTP_PATCH; }

static bool is_type(str given, str wanted)
{
    str type = str_trim(str_cut(&given, ';'));
    return type.len == wanted.len && strncasecmp(type.data, wanted.data, (size_t)wanted.len) == 0;
}

// 0, or the status by which the headers alone are refused.
static int refused_headers(struct MHD_Connection *connection, const char *url, http_method m, size_t *length)
{
    str text = header_value(connection, "Content-Length");
    *length = 0;
    if (header_value(connection, "Transfer-Encoding").len) return 411;
    for (ptrdiff_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return 400;
        *length = *length * 10 + (size_t)(text.data[i] - '0');
        if (*length > HTTP_BODY_MAX) return 413;
    }
    bool api = strncmp(url, "/api/", 5) == 0;
    bool good_type = is_type(header_value(connection, "Content-Type"), api ? STR("application/json") : STR("application/x-www-form-urlencoded"));
    return takes_body(m) && *length && !good_type ? 415 : 0;
}

static bilingual refusal(int status)
{
    switch (status) {
    case 411: return (bilingual){"请写明内容的长度", "Say how long the body is"};
    case 413: return (bilingual){"内容至多 1 MB", "The body may be at most 1 MB"};
    case 415: return (bilingual){"页面的表单用 application/x-www-form-urlencoded，接口用 application/json", "Forms of pages are application/x-www-form-urlencoded, the API takes application/json"};
    default: return (bilingual){"内容的长度写错了", "The length of the body makes no sense"};
    }
}

static language language_of(struct MHD_Connection *connection)
{
    const char *asked = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "lang");
    return asked && strcmp(asked, "en") == 0 ? LANG_EN : LANG_ZH;
}

// Answers a request that has come whole, or whose headers are refused already.
static enum MHD_Result answer(server *s, struct MHD_Connection *connection, const char *url, const char *method, const upload *body, int refused)
{
    bool head = strcmp(method, "HEAD") == 0;
    arena a = {.limit = REQUEST_MEMORY_MAX};
    diag_list diags = {.arena = &a};
    jmp_buf out_of_memory;
    request q = {.server = s, .guard = s->guard, .definitions = s->definitions, .method = method_of(method), .path = str_from(url),
                 .query = query_value, .header = header_value, .cookie = cookie_value, .query_ctx = connection,
                 .body = {body->data, (ptrdiff_t)body->length}, .lang = language_of(connection), .arena = &a, .diags = &diags};
    q.secure = str_equal(header_value(connection, "X-Forwarded-Proto"), STR("https"));
    response r = {.status = 200, .body = {.arena = &a}};
    if (ARENA_GUARD(&a, out_of_memory)) {
        arena_free(&a);
        response failed = {.status = 503};
        return send_response(connection, &failed, head, false);
    }
    buf query_text = {.arena = &a};
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_argument, &query_text);
    q.query_text = buf_str(&query_text);
    str words = query_value(connection, "q");
    if (refused) answer_error(&q, &r, refused, refusal(refused));
    else if (q.path.len + q.query_text.len > HTTP_URL_MAX || words.len > HTTP_QUERY_MAX * 4) answer_error(&q, &r, 414, (bilingual){"地址太长", "The address is too long"});
    else dispatch(&q, &r);
    enum MHD_Result sent = send_response(connection, &r, head, q.session.len || header_value(connection, "Authorization").len || q.method != HTTP_GET);
    arena_free(&a);
    return sent;
}

// libmicrohttpd calls this for the headers, then for each piece of the body, then when all has come.
static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                              const char *piece, size_t *piece_size, void **state)
{
    (void)version;
    http_method m = method_of(method);
    upload *u = *state;
    if (!u) {
        size_t length;
        int refused = refused_headers(connection, url, m, &length);
        static const upload nothing;
        if (refused) return answer(ctx, connection, url, method, &nothing, refused);
        *state = u = mem_alloc(sizeof *u);
        if (!u) return MHD_NO;
        if (takes_body(m) && length && !(u->data = mem_alloc(length))) return MHD_NO;
        u->room = u->data ? length : 0;
        return MHD_YES;
    }
    if (*piece_size) {             // what a method without a body sends is let go
        size_t n = *piece_size < u->room - u->length ? *piece_size : u->room - u->length;
        if (n) memcpy(u->data + u->length, piece, n);
        u->length += n;
        *piece_size = 0;
        return MHD_YES;
    }
    return answer(ctx, connection, url, method, u, 0);
}

static void forget_upload(void *ctx, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode why)
{
    (void)ctx, (void)connection, (void)why;
    upload *u = *state;
    if (u) mem_release(u->data);
    mem_release(u);
    *state = NULL;
}

// ---- serving ---------------------------------------------------------------------------------------------

static bool parse_address(const char *text, struct sockaddr_storage *out, socklen_t *len)
{
    char host[128];
    const char *colon = strrchr(text, ':');
    if (!colon || colon == text || colon - text >= (ptrdiff_t)sizeof host) return false;
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = 0;
    char *end;
    long port = strtol(colon + 1, &end, 10);
    if (!colon[1] || *end || port < 0 || port > 65535) return false;
    memset(out, 0, sizeof *out);
    if (host[0] == '[' && host[strlen(host) - 1] == ']') {
        struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;
        host[strlen(host) - 1] = 0;
        *six = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
        *len = sizeof *six;
        return inet_pton(AF_INET6, host + 1, &six->sin6_addr) == 1;
    }
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    *four = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    *len = sizeof *four;
    return inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host, &four->sin_addr) == 1;
}

static int listen_on(const struct sockaddr_storage *address, socklen_t len, int *port)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_storage bound;
    socklen_t bound_len = sizeof bound;
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (const struct sockaddr *)address, len) != 0 || listen(fd, 512) != 0 || getsockname(fd, (struct sockaddr *)&bound, &bound_len) != 0) {
        int why = errno;
        close(fd);
        errno = why;
        return -1;
    }
    *port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port : ((struct sockaddr_in *)&bound)->sin_port);
    return fd;
}

exit_status http_serve(const char *dir, const char *listen_text, const volatile int *stop, diag_list *d)
{
    struct sockaddr_storage address;
    socklen_t len;
    if (!parse_address(listen_text, &address, &len)) {
        diag_add(d, DIAG_ERROR, "HTTP-ADDRESS", (source_pos){0}, (bilingual){"例如 127.0.0.1:8080 或 [::1]:8080", "for example 127.0.0.1:8080 or [::1]:8080"},
                 (bilingual){"“%s”不是监听地址", "\"%s\" is not an address to listen on"}, listen_text);
        return EXIT_INPUT;
    }
    server s = {.dir = dir, .stop = stop, .lock = PTHREAD_MUTEX_INITIALIZER, .given_back = PTHREAD_COND_INITIALIZER};
    district x;
    exit_status status = district_open(dir, false, &x, d);
    if (status != EXIT_DONE) return status;
    s.definitions = x.definitions;
    s.idle[s.idle_count++] = x.store;
    s.guard = access_guard_open();
    s.queue = queue_open(dir, machine_now);
    metrics.started = machine_now();
    int port = 0, fd = listen_on(&address, len, &port);
    struct MHD_Daemon *daemon = fd < 0 || !s.guard || !s.queue ? NULL : MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, handle, &s, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_STACK_SIZE, (size_t)THREAD_STACK,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_PER_ADDRESS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED, forget_upload, NULL, MHD_OPTION_END);
    if (daemon) {
        printf("http://%.*s:%d/\n", (int)(strrchr(listen_text, ':') - listen_text), listen_text, port);
        fflush(stdout);
        while (!*stop) pause();
        MHD_stop_daemon(daemon);
    } else {
        diag_add(d, DIAG_ERROR, "HTTP-LISTEN", (source_pos){0}, (bilingual){"换一个端口，例如 --listen 127.0.0.1:0", "choose another port, for example --listen 127.0.0.1:0"},
                 (bilingual){"不能监听 %s：%s", "cannot listen on %s: %s"}, listen_text, strerror(errno));
        if (fd >= 0) close(fd);
        status = EXIT_SYSTEM;
    }
    queue_close(s.queue);
    for (int i = 0; i < s.idle_count; i++) store_close(s.idle[i]);
    for (int i = 0; i < s.retired_count; i++) definitions_free(s.retired[i]);
    definitions_free(s.definitions);
    access_guard_close(s.guard);
    return status;
}
