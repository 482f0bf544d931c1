// Durable commands a second: many clients, each waiting for its answer before the next command.
//
//   commands queue DIR        64 threads submit to the writer in this process; prints commands, seconds, transactions, rows, bytes
//   commands tables FROM TO TRANSACTIONS          a plain SQLite takes the rows that database FROM has now, in the same tables with the same indexes, those of a case
//                                                 as often as the commands wrote them, in as many transactions; prints seconds and rows
//   commands rows FILE TRANSACTIONS ROWS BYTES    it takes as many rows at the end of one table; prints seconds
//   commands http HOST PORT TOKEN                 64 connections that stay open; prints commands, seconds
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "service/queue.h"

enum { CLIENTS = 64, CASES = 40, COMMANDS = 6 };     // of each client: cases, and commands of a case

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Atomic int failed;

// A case: begun, claimed and given back, dispatched, signed.
typedef struct { flow_command_kind kind; const char *role, *task, *data; } step;
static const step steps[COMMANDS] = {
    {FLOW_START, "operator", "", ""},
    {FLOW_CLAIM, "dispatcher", "dispatch", NULL}, {FLOW_RELEASE, "dispatcher", "dispatch", NULL}, {FLOW_CLAIM, "dispatcher", "dispatch", NULL},
    {FLOW_COMPLETE, "dispatcher", "dispatch", "{\"unit\": \"新区医疗保障局\"}"}, {FLOW_COMPLETE, "handler", "sign", NULL}};

// ---- in the process --------------------------------------------------------------------------------------

typedef struct { write_queue *queue; int number; } client;
typedef struct { const step *step; int client, lap; int64_t case_id; event event; } sent;
static _Atomic int64_t transactions, rows;
static timestamp last_transaction;

static bool run_step(writer *w, void *sent_, arena *a, diag_list *d)
{
    sent *x = sent_;
    str role = str_from(x->step->role);
    flow_command c = {.kind = x->step->kind, .actor = STR("甲"), .roles = &role, .role_count = 1, .task = str_from(x->step->task)};
    c.id = str_printf(a, "%d-%d-%d", x->client, x->lap, (int)(x->step - steps));
    if (x->step->data) c.data = json_parse(x->step == steps ? str_printf(a, "{\"no\": \"%d-%d\", \"category\": \"咨询\", \"subject\": \"医保报销怎么办理\"}", x->client, x->lap) : str_from(x->step->data), STR("data"), a, d);
    transactions += w->now != last_transaction;
    last_transaction = w->now;
    return writer_act(w, x->case_id, STR("hotline"), &c, &x->event, a, d) == DECIDED;
}

static void *submit(void *client_)
{
    client *x = client_;
    arena a = {0};
    for (int lap = 0; lap < CASES; lap++) {
        sent s = {.client = x->number, .lap = lap};
        for (s.step = steps; s.step < steps + COMMANDS; s.step++) {
            diag_list d = {.arena = &a};
            if (queue_submit(x->queue, run_step, &s, &a, &d) != QUEUE_DONE) failed++;
            s.case_id = s.event.case_id;
        }
        arena_rewind(&a, (arena_position){0});
    }
    arena_free(&a);
    return NULL;
}

static bool count_rows(writer *w, void *ctx, arena *a, diag_list *d)
{
    (void)ctx, (void)a, (void)d;
    writer_settle(w);
    rows = store_rows_written(w->district->store);
    return false;
}

static void run_clients(void *(*work)(void *), void *clients, size_t size)
{
    pthread_t threads[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) pthread_create(&threads[i], NULL, work, (char *)clients + (size_t)i * size);
    for (int i = 0; i < CLIENTS; i++) pthread_join(threads[i], NULL);
}

// Each look at the clock is another moment, so that transactions can be told apart.
static timestamp rising_clock(void)
{
    static _Atomic timestamp last;
    timestamp now = machine_now(), before = last;
    last = now > before ? now : before + 1;
    return last;
}

static void bench_queue(const char *dir)
{
    struct stat st;
    char path[4096];
    client clients[CLIENTS];
    write_queue *q = queue_open(dir, rising_clock);
    for (int i = 0; i < CLIENTS; i++) clients[i] = (client){q, i};
    client first = {q, CLIENTS};
    submit(&first);                  // the directory is opened, and its definitions are read
    transactions = 0;
    double from = seconds();
    run_clients(submit, clients, sizeof *clients);
    double took = seconds() - from;
    arena a = {0};
    diag_list d = {.arena = &a};
    queue_submit(q, count_rows, NULL, &a, &d);
    queue_close(q);
    snprintf(path, sizeof path, "%s/fadu.db", dir);
    stat(path, &st);
    printf("%d %.3f %lld %lld %lld\n", CLIENTS * CASES * COMMANDS, took, (long long)transactions, (long long)rows, (long long)st.st_size);
}

// ---- the disk and SQLite, with nothing else to do --------------------------------------------------------

typedef struct { const char *name, *set; int times; sqlite3_value **values; int columns; int64_t rows; sqlite3_stmt *put; } table;

static void read_table(sqlite3 *from, sqlite3 *to, table *t)
{
    char text[400];
    sqlite3_stmt *all;
    snprintf(text, sizeof text, "SELECT * FROM %s", t->name);
    sqlite3_prepare_v2(from, text, -1, &all, NULL);
    t->columns = sqlite3_column_count(all);
    for (; sqlite3_step(all) == SQLITE_ROW; t->rows++) {
        if ((t->rows & (t->rows - 1)) == 0) t->values = realloc(t->values, (size_t)(t->rows ? t->rows * 2 : 1) * (size_t)t->columns * sizeof *t->values);
        for (int i = 0; i < t->columns; i++) t->values[t->rows * t->columns + i] = sqlite3_value_dup(sqlite3_column_value(all, i));
    }
    sqlite3_finalize(all);
    int at = snprintf(text, sizeof text, "INSERT INTO %s VALUES(", t->name);
    for (int i = 0; i < t->columns; i++) at += snprintf(text + at, sizeof text - (size_t)at, "%s?", i ? "," : "");
    snprintf(text + at, sizeof text - (size_t)at, ")%s", t->set ? t->set : "");
    sqlite3_prepare_v2(to, text, -1, &t->put, NULL);
}

// The n-th write into a table: clients go side by side, so what is written again is written after the others' rows.
static void write_row(const table *t, int64_t n)
{
    int64_t block = n / (CLIENTS * t->times) * CLIENTS, row = block + n % CLIENTS;
    if (t->times == 1 || row >= t->rows) row = n % t->rows;
    for (int i = 0; i < t->columns; i++) sqlite3_bind_value(t->put, i + 1, t->values[row * t->columns + i]);
    sqlite3_step(t->put);
    sqlite3_reset(t->put);
}

static void copy_schema(sqlite3 *from, sqlite3 *to)
{
    sqlite3_stmt *all;
    sqlite3_exec(to, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", NULL, NULL, NULL);
    sqlite3_prepare_v2(from, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search%'", -1, &all, NULL);
    while (sqlite3_step(all) == SQLITE_ROW)
        if (sqlite3_exec(to, (const char *)sqlite3_column_text(all, 0), NULL, NULL, NULL) != SQLITE_OK) failed++;
    sqlite3_finalize(all);
}

static void bench_tables(const char *from_path, const char *to_path, int groups)
{
    static table tables[] = {
        {.name = "record", .times = 1}, {.name = "command", .times = 1}, {.name = "checkpoint", .times = 1}, {.name = "entry", .times = 1},
        {.name = "case_file", .times = COMMANDS, .set = " ON CONFLICT DO UPDATE SET definition=excluded.definition,status=excluded.status,version=excluded.version,record=excluded.record,title=excluded.title"},
        {.name = "task", .times = COMMANDS, .set = " ON CONFLICT DO UPDATE SET assignee=excluded.assignee,since=excluded.since"},
        {.name = "clock", .times = COMMANDS, .set = " ON CONFLICT DO UPDATE SET level=excluded.level"},
        {.name = "alarm", .times = COMMANDS, .set = " ON CONFLICT DO UPDATE SET at=excluded.at"}};
    enum { TABLES = sizeof tables / sizeof *tables };
    sqlite3 *from, *to;
    int64_t written = 0;
    sqlite3_open_v2(from_path, &from, SQLITE_OPEN_READONLY, NULL);
    sqlite3_open(to_path, &to);
    copy_schema(from, to);
    for (int i = 0; i < TABLES; i++) read_table(from, to, &tables[i]);
    sqlite3_close(from);
    double begun = seconds();
    for (int g = 0; g < groups; g++) {
        sqlite3_exec(to, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int i = 0; i < TABLES; i++) {
            const table *t = &tables[i];
            int64_t writes = t->rows * t->times;
            for (int64_t n = writes * g / groups; n < writes * (g + 1) / groups; n++, written++) write_row(t, n);
        }
        if (sqlite3_exec(to, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) failed++;
    }
    printf("%.3f %lld\n", seconds() - begun, (long long)written);
    for (int i = 0; i < TABLES; i++) {
        for (int64_t k = 0; k < tables[i].rows * tables[i].columns; k++) sqlite3_value_free(tables[i].values[k]);
        free(tables[i].values);
        sqlite3_finalize(tables[i].put);
    }
    sqlite3_close(to);
}

static void bench_rows(const char *path, int groups, int64_t count, int64_t bytes)
{
    sqlite3 *db;
    sqlite3_stmt *put;
    char *text = calloc(1, (size_t)(bytes / count + 1));
    memset(text, 'x', (size_t)(bytes / count));
    sqlite3_open(path, &db);
    sqlite3_exec(db, "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT) STRICT", NULL, NULL, NULL);
    sqlite3_prepare_v2(db, "INSERT INTO t(text) VALUES(?1)", -1, &put, NULL);
    double from = seconds();
    for (int g = 0; g < groups; g++) {
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int64_t i = count * g / groups; i < count * (g + 1) / groups; i++) {
            sqlite3_bind_text(put, 1, text, -1, SQLITE_STATIC);
            sqlite3_step(put);
            sqlite3_reset(put);
        }
        if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) failed++;
    }
    printf("%.3f\n", seconds() - from);
    sqlite3_finalize(put);
    sqlite3_close(db);
    free(text);
}

// ---- over HTTP -------------------------------------------------------------------------------------------

typedef struct { const char *host, *token; int port, number; } caller;

// Sends one request and reads its answer; the status, or 0.
static int post(int fd, const caller *x, const char *path, const char *body, char *answer, size_t room)
{
    char text[2048];
    int length = snprintf(text, sizeof text, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", path, x->host, x->token, strlen(body), body);
    if (write(fd, text, (size_t)length) != length) return 0;
    size_t got = 0;
    for (;;) {
        ssize_t n = read(fd, answer + got, room - 1 - got);
        if (n <= 0) return 0;
        answer[got += (size_t)n] = 0;
        char *end = strstr(answer, "\r\n\r\n"), *size = strstr(answer, "Content-Length: ");
        if (end && size && got >= (size_t)(end + 4 - answer) + (size_t)atol(size + 16)) return atoi(answer + 9);
    }
}

static void *call(void *caller_)
{
    caller *x = caller_;
    static _Thread_local char answer[65536];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)x->port)};
    inet_pton(AF_INET, x->host, &address.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        failed++;
        return NULL;
    }
    static const char *const commands[COMMANDS] = {NULL, "{\"do\":\"claim\",\"task\":\"dispatch\"}", "{\"do\":\"release\",\"task\":\"dispatch\"}", "{\"do\":\"claim\",\"task\":\"dispatch\"}",
        "{\"do\":\"complete\",\"task\":\"dispatch\",\"data\":{\"unit\":\"新区医疗保障局\"}}", "{\"do\":\"complete\",\"task\":\"sign\"}"};
    for (int lap = 0; lap < CASES; lap++) {
        char path[200], body[400];
        snprintf(body, sizeof body, "{\"data\":{\"no\":\"H%d-%d\",\"category\":\"咨询\",\"subject\":\"医保报销怎么办理\"}}", x->number, lap);
        if (post(fd, x, "/api/v1/procedures/hotline/cases", body, answer, sizeof answer) != 201) failed++;
        const char *id = strstr(answer, "\"case\":\"");
        snprintf(path, sizeof path, "/api/v1/cases/%.13s/commands", id ? id + 8 : "");
        for (int i = 1; i < COMMANDS; i++)
            if (post(fd, x, path, commands[i], answer, sizeof answer) != 200) failed++;
    }
    close(fd);
    return NULL;
}

static void bench_http(const char *host, int port, const char *token)
{
    caller callers[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) callers[i] = (caller){host, token, port, i};
    double from = seconds();
    run_clients(call, callers, sizeof *callers);
    printf("%d %.3f\n", CLIENTS * CASES * COMMANDS, seconds() - from);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "queue") == 0) bench_queue(argv[2]);
    else if (argc == 5 && strcmp(argv[1], "tables") == 0) bench_tables(argv[2], argv[3], atoi(argv[4]));
    else if (argc == 6 && strcmp(argv[1], "rows") == 0) bench_rows(argv[2], atoi(argv[3]), atoll(argv[4]), atoll(argv[5]));
    else if (argc == 5 && strcmp(argv[1], "http") == 0) bench_http(argv[2], atoi(argv[3]), argv[4]);
    else return 2;
    if (failed) fprintf(stderr, "%d commands failed\n", (int)failed);
    return failed != 0;
}
