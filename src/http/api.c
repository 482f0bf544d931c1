// JSON and plain text for programs.
#include <stdio.h>

#include "http/http_internal.h"

http_metrics metrics;

static int year_of(const request *q) { return request_int(q, "year", timestamp_date(machine_now(), CHINA_OFFSET_MINUTES).year - 1, REPORT_YEAR_MIN, REPORT_YEAR_MAX); }

void get_api_report(const request *q, response *r)
{
    json *root = reporting_json(q->store, q->definitions, year_of(q), q->arena);
    if (root) answer_value(r, root);
    else answer_error(q, r, 500, (bilingual){"数据读不出来", "the data cannot be read"});
}

void get_api_figure(const request *q, response *r)
{
    arena *a = q->arena;
    int year = year_of(q);
    figure_value v;
    if (figures_value(q->store, &q->definitions->figures, q->argument, year, &v, a) != STORE_OK) {
        answer_error(q, r, 404, (bilingual){"没有这个指标", "there is no such figure"});
        return;
    }
    const procedure_figure *f = v.entry->figure;
    json *o = json_new_object(a);
    json_set(o, STR("figure"), json_new_string(f->id, a));
    json_set(o, STR("year"), json_new_int(year, a));
    json_set(o, STR("value"), v.defined ? json_new_decimal(v.value, a) : json_new_null(a));
    json_set(o, STR("text"), json_new_string(v.text, a));
    json_set(o, STR("entries"), json_new_int(v.entries, a));
    json_set(o, STR("version"), json_new_string(f->version, a));
    json_set(o, STR("definition"), json_new_string(f->definition.text[q->lang], a));
    answer_value(r, o);
}

void get_api_procedures(const request *q, response *r)
{
    arena *a = q->arena;
    json *list = json_new_array(a);
    for (ptrdiff_t i = 0; i < q->definitions->procedure_count; i++) {
        const procedure *p = q->definitions->procedures[i];
        json *o = json_new_object(a);
        json_set(o, STR("id"), json_new_string(p->id, a));
        json_set(o, STR("name"), json_new_string(p->name.text[q->lang], a));
        json_set(o, STR("version"), json_new_string(p->version, a));
        json_set(o, STR("digest"), json_new_string(digest_hex(p->digest, a), a));
        json_push(list, o);
    }
    answer_value(r, list);
}

void get_checkpoint(const request *q, response *r)
{
    uint64_t size;
    str note;
    r->type = "text/plain; charset=utf-8";
    if (store_last_checkpoint(q->store, &size, &note, q->arena) == STORE_OK) buf_add(&r->body, note);
    else r->status = 404;
}

void get_health(const request *q, response *r)
{
    ledger_tree tree;
    bool good = store_get_tree(q->store, &tree) == STORE_OK;
    json *o = json_new_object(q->arena);
    json_set(o, STR("status"), json_new_string(good ? STR("ok") : STR("store"), q->arena));
    if (good) json_set(o, STR("records"), json_new_int((int64_t)tree.size, q->arena));
    r->status = good ? 200 : 503;
    answer_value(r, o);
}

// Prometheus text format.
void get_metrics(const request *q, response *r)
{
    ledger_tree tree = {0};
    store_get_tree(q->store, &tree);
    r->type = "text/plain; version=0.0.4; charset=utf-8";
    const struct { const char *name, *type, *help; int64_t value; } rows[] = {
        {"fadu_http_requests_total", "counter", "Requests answered.", metrics.requests},
        {"fadu_http_errors_total", "counter", "Answers with a status of 500 or more.", metrics.errors},
        {"fadu_http_bytes_total", "counter", "Bytes of bodies sent.", metrics.bytes},
        {"fadu_log_records", "gauge", "Records in the log.", (int64_t)tree.size},
        {"fadu_uptime_seconds", "gauge", "Seconds since the server started.", (machine_now() - metrics.started) / 1000}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        buf_printf(&r->body, "# HELP %s %s\n# TYPE %s %s\n%s %lld\n", rows[i].name, rows[i].help, rows[i].name, rows[i].type, rows[i].name, (long long)rows[i].value);
}
