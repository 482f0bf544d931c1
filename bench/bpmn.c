// bpmn.c: instances of bench/process.bpmn, loaded once; each is started and its task completed from outside: steps a second.
// `bench/bpmn FILE [N]`. Every other instance takes the other branch; all must end. The arena is rewound after each.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bpmn/bpmn.h"

static str read_file(const char *path, arena *a)
{
    buf b = {.arena = a};
    char chunk[4096];
    FILE *f = fopen(path, "rb");
    for (size_t n; f && (n = fread(chunk, 1, sizeof chunk, f)) > 0;) buf_add(&b, (str){chunk, (ptrdiff_t)n});
    if (f) fclose(f);
    return buf_str(&b);
}

// The branch an instance must take: its end event's id among the second step's events.
static bool took(const bpmn_model *m, const bpmn_events *events, str id)
{
    for (const bpmn_event *e = events->first; e; e = e->next)
        if (e->kind == BPMN_EV_ACTIVATED && e->element == bpmn_element_find(m, id)) return true;
    return false;
}

static bool run(const bpmn_model *m, int process, bool large, bpmn_events *events, arena *a, diag_list *d)
{
    bpmn_variable amount = {STR("amount"), feel_int(large ? 20 : 5)};
    bpmn_command start = {.kind = BPMN_START, .element = process};
    bpmn_state *s = bpmn_step(m, NULL, &start, 1700000000000, events, a, d);
    bpmn_command complete = {.kind = BPMN_COMPLETE, .id = s->instances[s->instances_count - 1].id, .variables = &amount, .variables_count = 1};
    s = bpmn_step(m, s, &complete, 1700000060000, events, a, d);
    return s && s->status == BPMN_COMPLETED;
}

int main(int argc, char **argv)
{
    long wanted = argc > 2 ? atol(argv[2]) : 300000;
    arena a = {0}, steps = {0};
    static const str names[] = {{"amount", 6}};
    diag_list d = {.arena = &a};
    bpmn_events events;
    const bpmn_model *m = argc > 1 ? bpmn_load(read_file(argv[1], &a), str_from(argv[1]), &(bpmn_options){.names = names, .names_count = 1}, &a, &d) : NULL;
    int process = m ? bpmn_element_find(m, STR("p")) : -1;
    if (process < 0 || !run(m, process, false, &events, &steps, &d) || !took(m, &events, STR("end_small"))) return 1;
    if (!run(m, process, true, &events, &steps, &d) || !took(m, &events, STR("end_large"))) return 1;
    arena_position begin = arena_mark(&steps);
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long k = 0; k < wanted; k++) {
        arena_rewind(&steps, begin);
        if (!run(m, process, k % 2, &events, &steps, &d)) return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.0f\n", 2.0 * (double)wanted / ((double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9));
    return 0;
}
