// What the parts of the site share.
#ifndef FADU_HTTP_INTERNAL_H
#define FADU_HTTP_INTERNAL_H

#include "http/http.h"
#include "service/access.h"
#include "service/queue.h"
#include "service/reporting.h"

typedef struct server server;           // server.c's
typedef struct event_stream event_stream;
typedef enum { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_METHOD_COUNT } http_method;

typedef struct {
    server *server;
    access_guard *guard;
    const definitions *definitions;
    store *store;               // this thread's, for reading
    http_method method;         // HEAD is a GET whose body is not sent
    str path, query_text;
    str (*query)(void *ctx, const char *name);   // a parameter's value, decoded; "" when absent
    str (*header)(void *ctx, const char *name);  // a header's value; "" when absent
    str (*cookie)(void *ctx, const char *name);
    void *query_ctx;            // of all three
    str body;                   // of POST, PUT, PATCH: a form for pages, JSON under /api/ (else 415)
    const access_actor *actor;  // who asks; NULL = anybody
    str session;                // the cookie by which the actor is known; "" when by a token
    bool secure;                // the browser's connection is encrypted (said by the proxy)
    str argument;               // the part of the path that the route leaves open: an id
    language lang;
    arena *arena;
    diag_list *diags;
} request;

enum { RESPONSE_HEADERS_MAX = 4, HTTP_HEADER_MAX = 512 };      // bytes of a value, which is always ours
typedef struct {
    int status;                 // 200, 404 …
    const char *type;           // media type
    const char *file_name;      // for downloads; NULL
    struct { const char *name; str value; } headers[RESPONSE_HEADERS_MAX];      // beyond those of every answer: response_header
    int header_count;
    buf body;
    event_stream *stream;       // instead of a body: an answer without end (events.c)
} response;

// Who may come to a handler. What an actor may do there is the handler's to ask (service/access.h).
typedef enum { SIGNED_IN, ANYONE } audience;
typedef void (*handler)(const request *q, response *r);
typedef struct {
    http_method method;
    const char *pattern;        // "/cases/*", "/cases/*/reveal": the star is the argument
    handler run;
    audience audience;
    bilingual what;
} route;
extern const route routes[];
extern const int route_count;

void response_header(response *r, const char *name, str value);
void redirect(const request *q, response *r, const char *address);       // 303 to an address of ours, in the page's language

// ---- writing ---------------------------------------------------------------------------------------------
// Waits until the one writer has made the change (service/queue.h). Answers nothing itself: trouble is in q->diags, and the result says which
// answer fits.
queue_result server_write(const request *q, queue_change change, void *ctx);
// For what outlives a request: a connection for reading, in a transaction. NULL: there is none to be had.
store *server_take_store(server *s);
void server_give_store(server *s, store *taken);
write_queue *server_queue(server *s);
bool server_is_stopping(const server *s);
// The next bytes of a stream, at most `room`, once there are some; -1 at its end. events_close must follow.
ptrdiff_t events_read(event_stream *x, char *out, ptrdiff_t room);
void events_close(event_stream *x);
// The answer to a change that was not made: 422 with the diagnostics, 503 when another process writes, 500.
void write_error(const request *q, response *r, queue_result result);

// ---- forms, and other bodies -----------------------------------------------------------------------------
str form_value(const request *q, const char *name);        // of a form, decoded; "" when absent
// Begins a form that changes something, with the hidden field without which the change is not accepted.
void form_begin(const request *q, buf *out, str address);
void form_token(buf *out, str csrf);
// A labelled input. `wrong`: what is the matter with it, or NULL; the summary at the top of the page links to its id.
typedef struct { const char *id, *type, *autocomplete; bilingual label, hint; int size; } form_input;
void form_row(const request *q, buf *out, const form_input *i, str value, const char *wrong);
void form_button(const request *q, buf *out, bilingual text);
void form_page_begin(const request *q, response *r, bilingual title, const char *section, const char *wrong);
void form_summary(const request *q, buf *out, const char *id, const char *wrong);
const char *form_wrong(const form_input *i, const char *at, const char *wrong);      // `wrong` when it is about this input
// The body as one JSON object. NULL: 400 with what is wrong was answered.
json *body_object(const request *q, response *r);

// ---- errors ----------------------------------------------------------------------------------------------
// A page, or under /api/ problem details (RFC 9457) with q->diags as "errors".
void answer_error(const request *q, response *r, int status, bilingual what);
void answer_problem(const request *q, response *r, int status, str detail, const diag_list *errors);
void answer_value(response *r, const json *value);         // JSON

// ---- html.c: writing pages -------------------------------------------------------------------------------
void html_text(buf *out, str s);                           // escaped
void html_textf(buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));   // formatted, then escaped
void html(buf *out, const char *literal);                  // as it is
const char *say(const request *q, const char *zh, const char *en);
str text_of(const request *q, label l);                     // in the page's language
// A link whose address is escaped; the text too. Keeps the language.
void html_link(const request *q, buf *out, str address, str text);
void decision_section(const request *q, buf *out, const procedure *p);     // nothing when it has none
void reveal_section(const request *q, buf *out, const event *e);           // nothing for who may not, or when nothing is masked
void document_section(const request *q, buf *out, const event *e);         // its documents; nothing when it has none
json *documents_json(const flow_state *s, arena *a);
// A document as a file: html, docx or pdf. NULL for another ending; false when it cannot be rendered.
const char *document_type(str ending);
bool answer_document(const request *q, response *r, const report_document *doc, str ending, report_link link, void *ctx, str name);
void running_section(const request *q, buf *out, const event *e);          // what a running case waits for; nothing for others
str command_text(const request *q, const event *e);                        // what was done, to which task, by whom
void process_section(const request *q, buf *out, const procedure *p);      // nothing when it has no process
void page_begin(const request *q, response *r, str title, const char *section);
void page_end(const request *q, response *r);
void error_page(const request *q, response *r, int status, bilingual what);      // answer_error chooses it
void html_address(const request *q, buf *out, str address);                // escaped, in the page's language
void url_encode(buf *out, str s);

const char *session_cookie(const request *q);              // the cookie's name

int request_int(const request *q, const char *name, int fallback, int low, int high);

// ---- handlers --------------------------------------------------------------------------------------------
void get_home(const request *q, response *r);
void get_report(const request *q, response *r);
void get_report_file(const request *q, response *r);
void get_figure(const request *q, response *r);
void get_figures(const request *q, response *r);
void get_procedures(const request *q, response *r);
void get_procedure(const request *q, response *r);
void get_case(const request *q, response *r);
void get_search(const request *q, response *r);
void get_files(const request *q, response *r);
void get_log(const request *q, response *r);
void get_due(const request *q, response *r);
void get_style(const request *q, response *r);
void get_icon(const request *q, response *r);
void get_health(const request *q, response *r);
void get_metrics(const request *q, response *r);
void get_api_report(const request *q, response *r);
void get_api_figure(const request *q, response *r);
void get_api_procedures(const request *q, response *r);
void get_decide(const request *q, response *r);
void get_api_decisions(const request *q, response *r);
void get_api_due(const request *q, response *r);
void get_api_case(const request *q, response *r);
void get_api_cases(const request *q, response *r);
void post_api_case(const request *q, response *r);
void post_api_command(const request *q, response *r);
void post_api_commands(const request *q, response *r);
void post_api_referral(const request *q, response *r);
void get_api_description(const request *q, response *r);
void get_api_events(const request *q, response *r);
void get_api_tasks(const request *q, response *r);
void get_api_clocks(const request *q, response *r);
void get_api_reminders(const request *q, response *r);
void get_work(const request *q, response *r);
void get_checkpoint(const request *q, response *r);
void get_login(const request *q, response *r);
void post_login(const request *q, response *r);
void post_logout(const request *q, response *r);
void get_account(const request *q, response *r);
void post_password(const request *q, response *r);
void post_token(const request *q, response *r);
void post_token_revoked(const request *q, response *r);
void get_api_account(const request *q, response *r);
void post_reveal(const request *q, response *r);
void post_api_reveal(const request *q, response *r);
void post_document(const request *q, response *r);
void post_api_document(const request *q, response *r);

// Counters for /metrics.
typedef struct { _Atomic int64_t requests, errors, bytes; timestamp started; } http_metrics;
extern http_metrics metrics;

#endif
