// What the parts of the site share.
#ifndef FADU_HTTP_INTERNAL_H
#define FADU_HTTP_INTERNAL_H

#include "http/http.h"
#include "service/reporting.h"

typedef struct {
    const definitions *definitions;
    store *store;               // this thread's
    str path, query_text;
    str (*query)(void *ctx, const char *name);   // a parameter's value, decoded; "" when absent
    void *query_ctx;
    str argument;               // the part of the path that the route leaves open: an id
    language lang;
    arena *arena;
    diag_list *diags;
} request;

typedef struct {
    int status;                 // 200, 404 …
    const char *type;           // media type
    const char *file_name;      // for downloads; NULL
    str location;               // of a redirection
    buf body;
} response;

typedef void (*handler)(const request *q, response *r);
typedef struct {
    const char *pattern;        // "/figures/*": the star is the argument
    handler run;
    bilingual what;
} route;
extern const route routes[];
extern const int route_count;

// ---- html.c: writing pages -------------------------------------------------------------------------------
void html_text(buf *out, str s);                           // escaped
void html_textf(buf *out, const char *format, ...) __attribute__((format(printf, 2, 3)));   // formatted, then escaped
void html(buf *out, const char *literal);                  // as it is
const char *say(const request *q, const char *zh, const char *en);
str text_of(const request *q, label l);                     // in the page's language
// A link whose address is escaped; the text too. Keeps the language.
void html_link(const request *q, buf *out, str address, str text);
void decision_section(const request *q, buf *out, const procedure *p);     // nothing when it has none
void process_section(const request *q, buf *out, const procedure *p);      // nothing when it has no process
void page_begin(const request *q, response *r, str title, const char *section);
void page_end(const request *q, response *r);
void page_error(const request *q, response *r, int status, bilingual what);
void url_encode(buf *out, str s);

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
void get_checkpoint(const request *q, response *r);

// Counters for /metrics.
typedef struct { _Atomic int64_t requests, errors, bytes; timestamp started; } http_metrics;
extern http_metrics metrics;

#endif
