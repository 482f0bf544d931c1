// The server: libmicrohttpd around the route table.
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/http_internal.h"

enum { THREADS = 4, REQUEST_MEMORY_MAX = 512 << 20 };

typedef struct {
    const char *dir;
    definitions *definitions;
    pthread_mutex_t lock;       // over idle
    store *idle[THREADS];       // connections nobody uses
    int idle_count;
} server;

// ---- store connections -----------------------------------------------------------------------------------

static store *take_store(server *s)
{
    store *taken = NULL;
    pthread_mutex_lock(&s->lock);
    if (s->idle_count) taken = s->idle[--s->idle_count];
    pthread_mutex_unlock(&s->lock);
    if (!taken && store_open(s->dir, false, &taken) != STORE_OK) return NULL;
    return taken;
}

static void give_back(server *s, store *used)
{
    pthread_mutex_lock(&s->lock);
    bool kept = s->idle_count < THREADS;
    if (kept) s->idle[s->idle_count++] = used;
    pthread_mutex_unlock(&s->lock);
    if (!kept) store_close(used);
}

// ---- one request -----------------------------------------------------------------------------------------

typedef struct { struct MHD_Connection *connection; str query; } connection_query;

static str query_value(void *ctx, const char *name)
{
    connection_query *c = ctx;
    const char *value = MHD_lookup_connection_value(c->connection, MHD_GET_ARGUMENT_KIND, name);
    return str_from(value);
}

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
    if (!str_starts(path, str_slice(p, 0, star))) return false;
    *argument = str_slice(path, star, path.len);
    return argument->len && str_find_byte(*argument, '/') < 0;
}

static void dispatch(server *s, request *q, response *r)
{
    q->store = take_store(s);
    if (!q->store || store_begin(q->store, false) != STORE_OK) {
        if (q->store) store_close(q->store);
        page_error(q, r, 503, (bilingual){"数据暂时读不出来", "The data cannot be read at the moment"});
        return;
    }
    const route *found = NULL;
    for (int i = 0; i < route_count && !found; i++)
        if (fits(routes[i].pattern, q->path, &q->argument)) found = &routes[i];
    if (found) found->run(q, r);
    else page_error(q, r, 404, (bilingual){"没有这个网页", "There is no such page"});
    store_rollback(q->store);
    give_back(s, q->store);
}

static enum MHD_Result send_response(struct MHD_Connection *connection, const response *r, bool head)
{
    struct MHD_Response *answer = MHD_create_response_from_buffer((size_t)r->body.len, r->body.data, MHD_RESPMEM_MUST_COPY);
    if (!answer) return MHD_NO;
    static const struct { const char *name, *value; } headers[] = {
        {"Content-Security-Policy", "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "same-origin"}, {"X-Frame-Options", "DENY"}, {"Cache-Control", "no-cache"}};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) MHD_add_response_header(answer, headers[i].name, headers[i].value);
    MHD_add_response_header(answer, "Content-Type", r->type ? r->type : "text/plain; charset=utf-8");
    if (r->file_name) {
        char disposition[256];
        snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", r->file_name);
        MHD_add_response_header(answer, "Content-Disposition", disposition);
    }
    if (r->status == 405) MHD_add_response_header(answer, "Allow", "GET, HEAD");
    metrics.requests++;
    metrics.errors += r->status >= 500;
    metrics.bytes += head ? 0 : r->body.len;
    enum MHD_Result sent = MHD_queue_response(connection, (unsigned)r->status, answer);
    MHD_destroy_response(answer);
    return sent;
}

static language language_of(struct MHD_Connection *connection)
{
    const char *asked = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "lang");
    return asked && strcmp(asked, "en") == 0 ? LANG_EN : LANG_ZH;
}

static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
                              const char *upload, size_t *upload_size, void **state)
{
    (void)version, (void)upload;
    server *s = ctx;
    static int seen;
    if (!*state) {                 // the headers; an answer is possible only at the next call
        *state = &seen;
        return MHD_YES;
    }
    if (*upload_size) {            // nothing here takes a body
        *upload_size = 0;
        return MHD_YES;
    }
    bool head = strcmp(method, "HEAD") == 0;
    arena a = {.limit = REQUEST_MEMORY_MAX};
    diag_list diags = {.arena = &a};
    connection_query query = {.connection = connection};
    jmp_buf out_of_memory;
    request q = {.definitions = s->definitions, .path = str_from(url), .query = query_value, .query_ctx = &query, .lang = language_of(connection),
                 .arena = &a, .diags = &diags};
    response r = {.status = 200, .body = {.arena = &a}};
    if (ARENA_GUARD(&a, out_of_memory)) {
        arena_free(&a);
        response failed = {.status = 503};
        return send_response(connection, &failed, head);
    }
    buf query_text = {.arena = &a};
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_argument, &query_text);
    q.query_text = buf_str(&query_text);
    str words = query_value(&query, "q");
    if (!head && strcmp(method, "GET") != 0) page_error(&q, &r, 405, (bilingual){"本站目前只供查阅", "This site is read-only for now"});
    else if (q.path.len + q.query_text.len > HTTP_URL_MAX || words.len > HTTP_QUERY_MAX * 4) page_error(&q, &r, 414, (bilingual){"地址太长", "The address is too long"});
    else dispatch(s, &q, &r);
    enum MHD_Result sent = send_response(connection, &r, head);
    arena_free(&a);
    return sent;
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
    server s = {.dir = dir, .lock = PTHREAD_MUTEX_INITIALIZER};
    district x;
    exit_status status = district_open(dir, false, &x, d);
    if (status != EXIT_DONE) return status;
    s.definitions = x.definitions;
    s.idle[s.idle_count++] = x.store;
    metrics.started = machine_now();
    int port = 0, fd = listen_on(&address, len, &port);
    struct MHD_Daemon *daemon = fd < 0 ? NULL : MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, handle, &s, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_PER_ADDRESS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTP_TIMEOUT_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)65536,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
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
    for (int i = 0; i < s.idle_count; i++) store_close(s.idle[i]);
    definitions_free(s.definitions);
    return status;
}
