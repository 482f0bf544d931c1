// Fuzz target: a file is refused with a reason, or it runs: random commands keep replay equal to the state, and nothing outlives the end.
#include <assert.h>

#include "bpmn/bpmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COMMANDS = 6 };

static str written(const bpmn_model *m, const bpmn_state *s, arena *a)
{
    buf b = {.arena = a};
    bpmn_state_write(&b, m, s);
    return buf_str(&b);
}

static void run(const bpmn_model *m, uint32_t dice, arena *a)
{
    bpmn_state *s = NULL, *replayed = arena_new(a, 1, bpmn_state);
    for (int i = 0; i < COMMANDS; i++) {
        diag_list d = {.arena = a};
        bpmn_events events;
        dice = dice * 1664525 + 1013904223;
        uint32_t r = dice >> 8;
        bpmn_command c = {.kind = s ? (bpmn_command_kind)(r % (BPMN_RESOLVE + 1)) : BPMN_START, .element = (int)(r / 16 % (uint32_t)(bpmn_element_count(m) + 1)) - 1};
        if (!s && i % 2 == 0) c.element = 0;
        if (s && s->instances_count) c.id = s->instances[r / 64 % (uint32_t)s->instances_count].id;
        if (s && c.kind == BPMN_TIMER && s->subscriptions_count) c.id = s->subscriptions[r / 64 % (uint32_t)s->subscriptions_count].id;
        if (s && c.kind == BPMN_RESOLVE && s->incidents_count) c.id = s->incidents[r / 64 % (uint32_t)s->incidents_count].id;
        if (s && s->subscriptions_count) c.name = s->subscriptions[r / 64 % (uint32_t)s->subscriptions_count].name;
        bpmn_state *after = bpmn_step(m, s, &c, 1700000000000, &events, a, &d);
        assert(after || d.errors > 0);
        if (!after) continue;
        for (const bpmn_event *e = events.first; e; e = e->next) bpmn_apply(m, replayed, e, a);
        s = after;
        assert(str_equal(written(m, s, a), written(m, replayed, a)));
        assert(s->status == BPMN_RUNNING || s->instances_count + s->subscriptions_count + s->parked_count + s->incidents_count == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = (ptrdiff_t)64 << 20};
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        diag_list d = {.arena = &a};
        static const str names[] = {{"test", 4}, {"x", 1}, {"y", 1}};
        bpmn_options options = {.names = names, .names_count = 3, .script_jobs = true};
        bpmn_model *m = bpmn_load((str){(const char *)data, (ptrdiff_t)size}, STR("fuzz"), &options, &a, &d);
        assert(m ? d.errors == 0 : d.errors > 0);
        if (m && bpmn_element_count(m) > 0) run(m, (uint32_t)(size * 2654435761u) ^ (size ? data[size / 2] : 0), &a);
    }
    arena_free(&a);
    return 0;
}
