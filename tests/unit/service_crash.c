// The writer is killed at any moment, again and again: what was acknowledged is there, nothing is there twice, and verify finds nothing wrong.
// CRASH_ROUNDS says how often (make crash: a thousand times).
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "mini.h"
#include "service/queue.h"
#include "service/verify.h"
#include "tap.h"

enum { CLIENTS = 16, ROUNDS = 12, ACKNOWLEDGED_MAX = 1 << 20, LIFE_MS_MAX = 120, BEGIN_MS_MAX = 5000, RESENT = 500, COMMANDS = 20 };

// What the clients were told, in memory that outlives the killed process.
typedef struct { int round, client, lap, n, version; int64_t case_id; } acknowledged;
typedef struct { _Atomic int count; acknowledged list[ACKNOWLEDGED_MAX]; } told;

static told *shared;
static char dir[4200];

static str id_of(const acknowledged *x, arena *a) { return str_printf(a, "%d-%d-%d-%d", x->round, x->client, x->lap, x->n); }

// ---- clients ---------------------------------------------------------------------------------------------

typedef struct { write_queue *queue; int round, client; } client;
typedef struct { const acknowledged *what; decision done; event event; } sent;

static bool run_command(writer *w, void *sent_, arena *a, diag_list *d)
{
    sent *x = sent_;
    const acknowledged *k = x->what;
    str role = k->n ? STR("dispatcher") : STR("operator");
    flow_command c = {.kind = !k->n ? FLOW_START : k->n % 2 ? FLOW_CLAIM : FLOW_RELEASE, .id = id_of(k, a), .actor = STR("甲"), .roles = &role, .role_count = 1, .task = k->n ? STR("dispatch") : STR("")};
    if (!k->n) c.data = json_parse(str_printf(a, "{\"no\": \"%d-%d-%d\", \"category\": \"咨询\", \"subject\": \"医保\"}", k->round, k->client, k->lap), STR("order"), a, d);
    x->done = writer_act(w, k->n ? k->case_id : 0, STR("hotline"), &c, &x->event, a, d);
    return x->done != REFUSED;
}

// Begins cases, claims and gives back their task, and notes down each answer before the next command. Ends with the process.
static void *live(void *client_)
{
    client *x = client_;
    arena a = {0};
    for (acknowledged k = {.round = x->round, .client = x->client};; k.lap++, k.case_id = 0) {
        for (k.n = 0; k.n < COMMANDS; k.n++) {
            diag_list d = {.arena = &a};
            sent s = {.what = &k};
            if (queue_submit(x->queue, run_command, &s, &a, &d) != QUEUE_DONE) return NULL;
            k.case_id = s.event.case_id;
            k.version = s.event.version;
            int at = atomic_fetch_add(&shared->count, 1);
            if (at >= ACKNOWLEDGED_MAX) return NULL;
            shared->list[at] = k;
        }
        arena_rewind(&a, (arena_position){0});
    }
}

static _Noreturn void child(int round)
{
    write_queue *q = queue_open(dir, machine_now);
    static client clients[CLIENTS];
    pthread_t thread;
    for (int i = 0; i < CLIENTS && q; i++) {
        clients[i] = (client){q, round, i};
        pthread_create(&thread, NULL, live, &clients[i]);
    }
    for (;;) pause();
}

// ---- afterwards ------------------------------------------------------------------------------------------

// Each acknowledged command has its record, of that case and version.
static int count_lost(int count)
{
    arena a = {0};
    store *s;
    int lost = store_open(dir, false, &s) == STORE_OK ? 0 : count;
    for (int i = 0; i < count && s; i++) {
        const acknowledged *k = &shared->list[i];
        diag_list d = {.arena = &a};
        int64_t record;
        store_record r;
        bool there = k->case_id && store_get_command(s, id_of(k, &a), &record) == STORE_OK && store_get_record(s, record, &r, &a) == STORE_OK;
        const json *body = there ? json_parse(r.body, STR("record"), &a, &d) : NULL;
        bool good = body && str_equal(json_string(body, STR("case")), case_id_text(k->case_id, &a)) && json_int(body, STR("version"), 0) == k->version;
        if (k->case_id && !good) lost++;      // case 0: killed between taking the place and filling it in
        arena_rewind(&a, (arena_position){0});
    }
    store_close(s);
    arena_free(&a);
    return lost;
}

// Sent again, a command gives what it gave before.
static int count_done_twice(int count)
{
    arena a = {0};
    write_queue *q = queue_open(dir, machine_now);
    int twice = 0;
    for (int i = 0; i < RESENT && count; i++) {
        acknowledged k = shared->list[rand() % count];
        diag_list d = {.arena = &a};
        sent s = {.what = &k};
        if (!k.case_id) continue;
        bool same = queue_submit(q, run_command, &s, &a, &d) == QUEUE_DONE && s.done == UNCHANGED && s.event.case_id == k.case_id && s.event.version == k.version;
        twice += !same;
        arena_rewind(&a, (arena_position){0});
    }
    queue_close(q);
    arena_free(&a);
    return twice;
}

int main(void)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    const char *asked = getenv("CRASH_ROUNDS");
    int rounds = asked ? atoi(asked) : ROUNDS;
    const char *base = test_directory();
    snprintf(dir, sizeof dir, "%s/data", base);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    tap_ok(shared != MAP_FAILED && district_init(dir, STR("yangshan"), machine_now(), &d) == EXIT_DONE, "a district");
    srand(7);
    for (int round = 0; round < rounds; round++) {
        pid_t pid = fork();
        if (pid == 0) child(round);
        // Every fourth is killed whatever it is doing; the others not before they have begun to answer.
        int before = shared->count;
        for (int ms = 0; round % 4 && shared->count == before && ms < BEGIN_MS_MAX; ms++) usleep(1000);
        usleep((useconds_t)(rand() % LIFE_MS_MAX) * 1000);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    int count = shared->count < ACKNOWLEDGED_MAX ? shared->count : ACKNOWLEDGED_MAX;
    tap_ok(count > rounds, "killed %d times, with %d commands acknowledged", rounds, count);
    tap_is_int(count_lost(count), 0, "none of them is lost");
    tap_is_int(count_done_twice(count), 0, "none is done twice");
    verify_result r;
    exit_status agrees = district_verify(dir, VERIFY_ALL, NULL, &r, &a, &d);
    tap_ok(agrees == EXIT_DONE, "and verify finds nothing wrong in %lld records", (long long)r.tree_size);
    for (const diag *each = d.first; each; each = each->next) printf("# %s\n", each->code);
    arena_free(&a);
    test_directory_remove(base);
    return tap_done();
}
