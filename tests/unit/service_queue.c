// The queue of changes: kept together or refused each for itself, done once, numbered; and time that passes for cases whose hour has come.
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "mini.h"
#include "service/queue.h"
#include "service/verify.h"
#include "tap.h"

enum { HOUR = 3600 * 1000, WAIT_MS = 10000 };
static _Atomic timestamp now = 1709600000000;     // 2024-03-05, a Tuesday, 08:53 in Beijing
static timestamp clock_of_test(void) { return now; }
static arena a;
static char dir[4200];

typedef struct { flow_command command; int64_t case_id; decision done; event event; bool writes_then_refuses; } sent;

static bool act(writer *w, void *sent_, arena *scratch, diag_list *d)
{
    sent *x = sent_;
    flow_command c = x->command;
    x->done = writer_act(w, x->case_id, STR("hotline"), &c, &x->event, scratch, d);
    return x->done != REFUSED && !x->writes_then_refuses;
}

static const str every_role[] = {{"operator", 8}, {"dispatcher", 10}, {"handler", 7}, {"supervisor", 10}};

static sent begun_in(str no, arena *own)
{
    diag_list d = {.arena = own};
    sent s = {.command = {.kind = FLOW_START, .actor = STR("甲"), .roles = every_role, .role_count = 4}};
    s.command.data = json_parse(str_printf(own, "{\"no\": \"%.*s\", \"category\": \"投诉\", \"subject\": \"噪声\"}", STR_ARG(no)), STR("order"), own, &d);
    return s;
}

static sent begun(const char *no) { return begun_in(str_from(no), &a); }

static queue_result submit(write_queue *q, sent *s, const char **code)
{
    diag_list d = {.arena = &a};
    queue_result r = queue_submit(q, act, s, &a, &d);
    *code = d.last ? d.last->code : "";
    return r;
}

static void changes(write_queue *q)
{
    const char *code;
    sent one = begun("1"), again = begun("1"), spoilt = begun("2");
    one.command.id = STR("first");
    tap_ok(submit(q, &one, &code) == QUEUE_DONE && one.done == DECIDED, "a case is begun");
    int64_t id = one.event.case_id;
    tap_ok(submit(q, &one, &code) == QUEUE_DONE && one.done == UNCHANGED && one.event.case_id == id, "the same command again is that case");
    tap_ok(submit(q, &again, &code) == QUEUE_REFUSED, "another with its number is refused");
    tap_is_str(str_from(code), "CASE-KEY-TAKEN", "and it is said why");
    spoilt.writes_then_refuses = true;
    tap_ok(submit(q, &spoilt, &code) == QUEUE_REFUSED, "a change that writes and then refuses");
    sent good = begun("2");
    tap_ok(submit(q, &good, &code) == QUEUE_DONE && good.done == DECIDED, "has kept nothing: its number is free");
    sent unknown = {.command = {.kind = FLOW_CLAIM, .actor = STR("甲"), .task = STR("dispatch")}, .case_id = 12345};
    tap_ok(submit(q, &unknown, &code) == QUEUE_REFUSED && str_equal(str_from(code), STR("CASE-NOT-THERE")), "there is no such case");
}

// The level of a clock in the store: what lists are made of.
static int level_of(const char *clock)
{
    store *s;
    store_clock *list;
    ptrdiff_t count = 0;
    int level = -1;
    if (store_open(dir, false, &s) != STORE_OK) return -2;
    store_list_clocks(s, 0, STORE_NO_DAY, 0, NULL, 100, &list, &count, &a);
    for (ptrdiff_t i = 0; i < count; i++)
        if (str_equal(list[i].clock, str_from(clock))) level = list[i].level > level ? list[i].level : level;
    store_close(s);
    return level;
}

static bool wait_for_level(const char *clock, int level)
{
    for (int waited = 0; waited < WAIT_MS; waited += 50) {
        if (level_of(clock) == level) return true;
        usleep(50000);
    }
    return false;
}

static void time_passes(write_queue *q)
{
    tap_is_int(level_of("dispatch"), CLOCK_DUE_SOON, "an order is to be dispatched within a day");
    now += 25 * HOUR;
    const char *code;
    sent poke = begun("3");
    submit(q, &poke, &code);              // the queue's own sleep is by the machine's clock
    tap_ok(wait_for_level("dispatch", CLOCK_OVERDUE), "a day later, the time limit is found to be over, though nobody did anything");
    store *s;
    timestamp next;
    store_open(dir, false, &s);
    tap_ok(store_next_alarm(s, &next) == STORE_OK && next > now, "the next alarm is in the future");
    store_close(s);
}

static void lets_go(void)
{
    char checkpoint[4300];
    diag_list d = {.arena = &a};
    district x;
    exit_status status = EXIT_SYSTEM;
    now += QUEUE_IDLE_MS;
    for (int tries = 0; tries < 3 && status != EXIT_DONE; tries++) {
        d = (diag_list){.arena = &a};
        status = district_open(dir, true, &x, &d);      // which itself waits a while
    }
    tap_ok(status == EXIT_DONE, "when nothing happens, another process may write");
    if (status == EXIT_DONE) district_close(&x);
    snprintf(checkpoint, sizeof checkpoint, "%s/checkpoint", dir);
    tap_ok(access(checkpoint, F_OK) == 0, "and the head is copied");
}

static void numbers(void)
{
    store *s;
    int64_t n = 0;
    store_open(dir, true, &s);
    store_begin(s, true);
    bool good = store_next_number(s, STR("甲〔{year}〕{n}号"), 2024, &n) == STORE_OK && n == 1;
    good = good && store_take_number(s, STR("甲〔{year}〕{n}号"), 2024, &n) == STORE_OK && n == 1;
    good = good && store_take_number(s, STR("甲〔{year}〕{n}号"), 2024, &n) == STORE_OK && n == 2;
    store_rollback(s);
    store_begin(s, true);
    good = good && store_take_number(s, STR("甲〔{year}〕{n}号"), 2024, &n) == STORE_OK && n == 1;
    good = good && store_take_number(s, STR("甲〔{year}〕{n}号"), 2025, &n) == STORE_OK && n == 1;
    store_rollback(s);
    store_close(s);
    tap_ok(good, "numbers have no gaps: one that was not kept is given again; each year begins at 1");
}

// ---- a disk that takes nothing for a while ----

enum { CLIENTS = 8, CASES_OF_EACH = 40, TRIES_MAX = 100000 };
static write_queue *shared_queue;
static _Atomic int refused_by_disk;

// A client that has been told nothing sends the same command again, under the same id: it is done once.
static void *insist(void *number)
{
    arena own = {0};
    int64_t done = 0;
    for (int lap = 0; lap < CASES_OF_EACH; lap++) {
        str no = str_printf(&own, "disk-%d-%d", *(int *)number, lap);
        sent s = begun_in(no, &own);
        s.command.id = no;
        queue_result r = QUEUE_FAILED;
        for (int tries = 0; tries < TRIES_MAX && r == QUEUE_FAILED; tries++) {
            diag_list d = {.arena = &own};
            r = queue_submit(shared_queue, act, &s, &own, &d);
            refused_by_disk += r == QUEUE_FAILED;
        }
        done += r == QUEUE_DONE;
    }
    arena_free(&own);
    return (void *)(intptr_t)done;
}

static void let_files_grow(bool may)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = may ? limit.rlim_max : 1;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static void full_disk(write_queue *q)
{
    pthread_t threads[CLIENTS];
    int numbers[CLIENTS];
    intptr_t all = 0;
    shared_queue = q;
    signal(SIGXFSZ, SIG_IGN);            // a write beyond the limit is an error then, as on a full disk
    for (int i = 0; i < CLIENTS; i++) numbers[i] = i, pthread_create(&threads[i], NULL, insist, &numbers[i]);
    for (int i = 0; i < 20; i++) {
        usleep(2000);
        let_files_grow(false);
        usleep(2000);
        let_files_grow(true);
    }
    for (int i = 0; i < CLIENTS; i++) {
        void *done;
        pthread_join(threads[i], &done);
        all += (intptr_t)done;
    }
    tap_ok(refused_by_disk > 0, "commits fail while files cannot grow, and that is told");
    tap_is_int(all, CLIENTS * CASES_OF_EACH, "what is sent again is done in the end, once");
}

// What is in the tables but not in the records is named.
static void tampered(void)
{
    static const char *const codes[] = {"VERIFY-TASK", "VERIFY-CLOCK", "VERIFY-COMMAND"};
    for (int i = 0; i < 3; i++) {
        store *s;
        store_open(dir, true, &s);
        store_begin(s, true);
        if (i == 0) store_put_task(s, &(store_task){.case_id = 1, .id = 1, .procedure = 2, .task = STR("x"), .role = STR("x")});
        if (i == 1) store_drop_task(s, &(store_task){.case_id = 1, .id = 1}), store_put_clock(s, &(store_clock){.case_id = 1, .procedure = 2, .clock = STR("x")});
        if (i == 2) store_drop_clock(s, &(store_clock){.case_id = 1, .clock = STR("x")}), store_put_command(s, STR("x"), 1);
        store_commit(s);
        store_close(s);
        verify_result r;
        diag_list d = {.arena = &a};
        exit_status status = district_verify(dir, VERIFY_ALL, NULL, &r, &a, &d);
        tap_ok(status == EXIT_INPUT && d.first && str_equal(str_from(d.first->code), str_from(codes[i])), "%s", codes[i]);
    }
}

int main(void)
{
    const char *base = test_directory();
    diag_list d = {.arena = &a};
    snprintf(dir, sizeof dir, "%s/data", base);
    tap_ok(district_init(dir, STR("yangshan"), now, &d) == EXIT_DONE, "a data directory");
    write_queue *q = queue_open(dir, clock_of_test);
    changes(q);
    full_disk(q);
    time_passes(q);
    lets_go();
    queue_close(q);
    numbers();
    verify_result r;
    tap_ok(district_verify(dir, VERIFY_ALL, NULL, &r, &a, &d) == EXIT_DONE, "verify agrees");
    tampered();
    test_directory_remove(base);
    arena_free(&a);
    return tap_done();
}
