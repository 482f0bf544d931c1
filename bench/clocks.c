// Many running time limits: cases that are open, each with one.
//
//   clocks make DIR N       begins N applications for reconsideration, each with the five working days of its review; prints seconds
//   clocks fire DIR         lets time pass until all of them are overdue; prints how many fell due, and seconds
//   clocks update DB        the same number of rows of a plain SQLite table is updated in one statement; prints seconds
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/district.h"

enum { GROUP = 10000, ORDERS_A_MINUTE = 1000 };

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool open_district(const char *dir, district *x)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    return district_open(dir, true, x, &d) == EXIT_DONE;
}

static int make(const char *dir, long count)
{
    district x;
    writer w;
    arena a = {0};
    if (!open_district(dir, &x)) return 1;
    double from = seconds();
    timestamp now = machine_now();
    str role = STR("clerk");
    for (long i = 0; i < count;) {
        arena_rewind(&a, (arena_position){0});
        if (writer_begin(&w, &x, now) != STORE_OK) return 1;
        for (long end = i + GROUP < count ? i + GROUP : count; i < end; i++) {
            arena_position mark = arena_mark(&a);
            diag_list d = {.arena = &a};
            event e;
            w.now = now + i / ORDERS_A_MINUTE * 60000;
            flow_command c = {.kind = FLOW_START, .actor = STR("甲"), .roles = &role, .role_count = 1};
            c.data = json_parse(str_printf(&a, "{\"no\": \"YSFY2026-%ld\", \"organ\": \"申州市人民政府\", \"applicant\": \"张某\", \"applicant_kind\": \"公民\", \"respondent\": \"新区城市管理局\", \"act_kind\": \"行政处罚\", \"act\": \"罚款\", \"request\": \"撤销\"}", i), STR("data"), &a, &d);
            if (writer_act(&w, 0, STR("reconsideration"), &c, &e, &a, &d) != DECIDED) return fprintf(stderr, "%s\n", d.last ? d.last->code : "?"), 1;
            arena_rewind(&a, mark);
        }
        if (writer_commit(&w, &a) != STORE_OK) return 1;
    }
    printf("%.2f\n", seconds() - from);
    district_close(&x);
    arena_free(&a);
    return 0;
}

static int fire(const char *dir)
{
    district x;
    writer w;
    arena a = {0};
    if (!open_district(dir, &x)) return 1;
    double from = seconds();
    int64_t *ids, fired = 0;
    for (ptrdiff_t count = 1; count > 0;) {
        arena_rewind(&a, (arena_position){0});
        if (writer_begin(&w, &x, machine_now() + 30 * 86400000ll) != STORE_OK || store_due_alarms(x.store, w.now, GROUP, &ids, &count, &a) != STORE_OK) return 1;
        for (ptrdiff_t i = 0; i < count; i++) {
            arena_position mark = arena_mark(&a);
            diag_list d = {.arena = &a};
            event e;
            flow_command c = {.kind = FLOW_TIME, .actor = STR("time")};
            fired += writer_act(&w, ids[i], (str){0}, &c, &e, &a, &d) == DECIDED;
            arena_rewind(&a, mark);
        }
        if (writer_commit(&w, &a) != STORE_OK) return 1;
    }
    printf("%lld %.2f\n", (long long)fired, seconds() - from);
    district_close(&x);
    arena_free(&a);
    return 0;
}

// The clocks of the district, by themselves, each a day later.
static int update(const char *dir)
{
    sqlite3 *db;
    char sql[4400];
    snprintf(sql, sizeof sql, "ATTACH '%s/fadu.db' AS d; CREATE TABLE clock(case_id INTEGER, clock TEXT, due INTEGER, level INTEGER, PRIMARY KEY(case_id, clock)) STRICT, WITHOUT ROWID;"
             "CREATE INDEX clock_by_due ON clock(due, case_id, clock); INSERT INTO clock SELECT case_id, clock, due, level FROM d.clock;", dir);
    if (sqlite3_open("", &db) != SQLITE_OK || sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) return fprintf(stderr, "%s\n", sqlite3_errmsg(db)), 1;
    double from = seconds();
    if (sqlite3_exec(db, "UPDATE clock SET due = due + 1", NULL, NULL, NULL) != SQLITE_OK) return 1;
    printf("%.2f\n", seconds() - from);
    return sqlite3_close(db) != SQLITE_OK;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "make") == 0) return make(argv[2], atol(argv[3]));
    if (argc == 3 && strcmp(argv[1], "fire") == 0) return fire(argv[2]);
    if (argc == 3 && strcmp(argv[1], "update") == 0) return update(argv[2]);
    return 2;
}
