#define _XOPEN_SOURCE 700            // nftw

#include "service/simulate.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "case/retrace.h"
#include "sample/sample.h"
#include "service/bundle.h"
#include "service/import.h"

enum { ALARMS_AT_ONCE = 1000, DAY_MILLISECONDS = 86400000 };

// Something that happens: a command of a running case, or the recording of a case that has no process. In order of `at`, then of `number`.
typedef struct {
    timestamp at;
    int64_t number;
    int play;                            // index of the case
    bool records;
    flow_command_kind kind;
    str task, unit, actor, reason, qualification, data;      // data: JSON, or ""
} happening;

typedef struct {
    str procedure;
    int form;
    int64_t case_id;                     // once it has begun
} play;

typedef struct {
    arena *arena;
    diag_list *diags;
    str name;
    int year;
    district from, to;
    play *plays;
    happening *list;
    int64_t play_count, play_room, count, room;
    simulate_result *out;
} simulation;

// ---- the ledgers -----------------------------------------------------------------------------------------

static exit_status refuse(simulation *x, const char *code, bilingual what, const char *about)
{
    diag_add(x->diags, DIAG_ERROR, code, (source_pos){.file = str_from(about)}, (bilingual){0}, what);
    return EXIT_INPUT;
}

static procedure_source specifications(simulation *x) { return bundle_source(str_printf(x->arena, "districts/%.*s/sample/", STR_ARG(x->name)), x->name, x->arena); }

static exit_status check_name(simulation *x)
{
    if (specifications(x).count) return EXIT_DONE;
    return refuse(x, "SIMULATE-NO-LEDGERS", (bilingual){"没有这个演示区，或者它没有台账样本", "there is no such demonstration district, or it has no sample ledgers"}, str_cstr(x->name, x->arena));
}

static exit_status write_ledgers(simulation *x, const char *folder, char ***paths, ptrdiff_t *count)
{
    arena *a = x->arena;
    procedure_source specs = specifications(x);
    str lists_file = str_printf(a, "districts/%.*s/lists.json", STR_ARG(x->name)), lists = bundle_get(str_cstr(lists_file, a));
    json *shared = lists.data ? json_parse(lists, lists_file, a, x->diags) : NULL;
    calendar *cal = bundle_calendar(a, x->diags);
    *paths = arena_new(a, specs.count, char *);
    for (ptrdiff_t i = 0; i < specs.count; i++) {
        sample_spec *spec = sample_load(specs.files[i].text, specs.files[i].name, shared, a, x->diags);
        char *path = spec ? str_cstr(str_printf(a, "%s/%.*s.xlsx", folder, STR_ARG(spec->workbook)), a) : NULL;
        if (!spec) return EXIT_INPUT;
        if (!sample_write(spec, cal, path, a, x->diags)) return refuse(x, "SIMULATE-WRITE", (bilingual){"台账写不出来", "the ledger cannot be written"}, path), EXIT_SYSTEM;
        (*paths)[(*count)++] = path;
    }
    return EXIT_DONE;
}

static exit_status read_ledgers(simulation *x, const char *scratch, timestamp now)
{
    arena *a = x->arena;
    char **paths;
    ptrdiff_t count = 0;
    const char *folder = str_cstr(str_printf(a, "%s/ledgers", scratch), a), *data = str_cstr(str_printf(a, "%s/data", scratch), a);
    if (mkdir(scratch, 0700) != 0 || mkdir(folder, 0700) != 0) return refuse(x, "SIMULATE-WRITE", (bilingual){"不能建立这个目录", "this directory cannot be made"}, scratch), EXIT_SYSTEM;
    exit_status status = write_ledgers(x, folder, &paths, &count);
    if (status == EXIT_DONE) status = district_init(data, x->name, now, x->diags);
    if (status == EXIT_DONE) status = district_open(data, true, &x->from, x->diags);
    for (ptrdiff_t i = 0; i < count && status == EXIT_DONE; i++) {
        arena one = {.escape = a->escape};
        import_result r;
        status = import_file(&x->from, paths[i], &(import_options){.strict = true}, now, &r, &one, x->diags);
        arena_free(&one);
    }
    return status;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

// ---- what happens ----------------------------------------------------------------------------------------

static void *room_for(void *items, int64_t count, int64_t *room, ptrdiff_t size, arena *a)
{
    if (count < *room) return items;
    *room = *room ? *room * 2 : 1024;
    void *more = arena_alloc(a, (ptrdiff_t)*room, size, 16);
    if (count) memcpy(more, items, (size_t)(count * size));
    return more;
}

static happening *add(simulation *x, timestamp at)
{
    x->list = room_for(x->list, x->count, &x->room, (ptrdiff_t)sizeof *x->list, x->arena);
    happening *h = &x->list[x->count];
    *h = (happening){.at = at, .number = x->count++, .play = (int)x->play_count - 1};
    return h;
}

static str json_text(const json *j, arena *a)
{
    buf text = {.arena = a};
    if (j) json_write(&text, j);
    return buf_str(&text);
}

static void plan_commands(simulation *x, const retraced *r)
{
    for (ptrdiff_t i = 0; i < r->count; i++) {
        const flow_command *c = &r->commands[i];
        happening *h = add(x, c->at);
        h->kind = c->kind;
        h->task = str_copy(c->task, x->arena), h->unit = str_copy(c->unit, x->arena), h->actor = str_copy(c->actor, x->arena), h->reason = str_copy(c->reason, x->arena);
        if (c->qualification_count) h->qualification = str_copy(c->qualifications[0], x->arena);
        h->data = json_text(c->data, x->arena);
    }
}

static void plan_recording(simulation *x, const event *e, timestamp at)
{
    arena scratch = {.escape = x->arena->escape};
    const procedure_form *f = &e->procedure->forms[e->form];
    json *data = json_new_object(&scratch);
    for (ptrdiff_t i = 0; i < f->field_count; i++)
        if (e->data[i].kind != FEEL_NULL) json_set(data, f->fields[i].key, feel_to_json(e->data[i], &scratch));
    happening *h = add(x, at);
    h->records = true;
    h->data = json_text(data, x->arena);
    arena_free(&scratch);
}

static timestamp morning(date d) { return date_to_days(d) * DAY_MILLISECONDS + (9 * 60 - CHINA_OFFSET_MINUTES) * (timestamp)60000; }

static bool plan_case(void *ctx, const store_case *row)
{
    simulation *x = ctx;
    arena scratch = {.escape = x->arena->escape};
    case_state s;
    retraced r;
    if (district_case_state(x->from.store, x->from.definitions, row, &s, &scratch, x->diags) != STORE_OK) return false;
    const event *e = &s.last;
    bool before = e->opened.year < x->year, closed = s.status != CASE_OPEN;
    x->plays = room_for(x->plays, x->play_count, &x->play_room, (ptrdiff_t)sizeof *x->plays, x->arena);
    x->plays[x->play_count++] = (play){.procedure = str_copy(e->procedure->id, x->arena), .form = e->form};
    bool runs = !before && e->procedure->process && e->procedure->process->form == e->form &&
                case_retrace(e->procedure, e->data, e->opened, closed, x->from.definitions->calendar, CHINA_OFFSET_MINUTES, &r, &scratch);
    if (runs) {
        plan_commands(x, &r);
        x->out->cases++;
        x->out->whole += r.whole;
    } else {
        plan_recording(x, e, morning(before ? (date){x->year, 1, 1} : closed && date_compare(e->closed, e->opened) > 0 ? e->closed : e->opened));
        x->out->recorded++;
    }
    arena_free(&scratch);
    return true;
}

static int in_order(const void *x_, const void *y_)
{
    const happening *x = x_, *y = y_;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->number > y->number) - (x->number < y->number);
}

// ---- playing ---------------------------------------------------------------------------------------------

static decision play_command(simulation *x, writer *w, const happening *h, const procedure *p, arena *a)
{
    play *c = &x->plays[h->play];
    str *roles = arena_new(a, p->role_count, str);
    for (ptrdiff_t i = 0; i < p->role_count; i++) roles[i] = p->roles[i].id;
    diag_list said = {.arena = a};
    flow_command given = {.kind = h->kind, .actor = h->actor.len ? h->actor : STR("time"), .unit = h->unit, .roles = roles, .role_count = (int)p->role_count, .qualifications = &h->qualification,
                            .qualification_count = h->qualification.len > 0, .task = h->task, .reason = h->reason, .data = h->data.len ? json_parse(h->data, STR("simulate"), a, &said) : NULL};
    event e;
    decision done = writer_act(w, c->case_id, c->procedure, &given, &e, a, &said);
    if (done == DECIDED && !c->case_id) c->case_id = e.case_id;
    // Time had nothing left to do where an alarm came first.
    bool refused = done == REFUSED || (done == UNCHANGED && h->kind != FLOW_TIME);
    if (refused && x->out->refused++ == 0) {
        diag_add(x->diags, DIAG_WARNING, "SIMULATE-REFUSED", (source_pos){.file = c->procedure, .element = h->task}, (bilingual){0}, (bilingual){"有一步被拒绝", "something was refused"});
        for (const diag *g = said.first; g; g = g->next) diag_copy(x->diags, g);
    }
    return done;
}

static decision play_recording(simulation *x, writer *w, const happening *h, const procedure *p, int definition, arena *a)
{
    const procedure_form *f = &p->forms[x->plays[h->play].form];
    const json *data = json_parse(h->data, STR("simulate"), a, x->diags);
    feel_value *values = arena_new(a, f->field_count, feel_value);
    for (ptrdiff_t i = 0; i < f->field_count; i++) {
        const json *j = json_get(data, f->fields[i].key);
        values[i] = feel_null();
        if (j && !field_from_json(f->fields[i].type, j, a, &values[i])) return REFUSED;
    }
    command c = {.kind = CMD_RECORD, .actor = STR("register"), .procedure = p, .definition = definition, .form = x->plays[h->play].form, .data = values};
    return writer_command(w, &c, NULL, (source_pos){0}, NULL, a, x->diags);
}

// Whatever falls due by then in cases that nobody touches.
static void ring(writer *w, timestamp until, arena *a)
{
    for (ptrdiff_t count = ALARMS_AT_ONCE; count == ALARMS_AT_ONCE;) {
        int64_t *ids;
        writer_settle(w);
        if (store_due_alarms(w->district->store, until, ALARMS_AT_ONCE, &ids, &count, a) != STORE_OK) return;
        w->now = until;
        for (ptrdiff_t i = 0; i < count; i++) {
            flow_command passing = {.kind = FLOW_TIME, .actor = STR("time")};
            diag_list unsaid = {.arena = a};
            event e;
            writer_act(w, ids[i], (str){0}, &passing, &e, a, &unsaid);
        }
    }
}

static int64_t day_of(timestamp t) { return date_to_days(timestamp_date(t, CHINA_OFFSET_MINUTES)); }

// One day, in one transaction. Returns the next happening, or -1 when the store failed.
static int64_t play_day(simulation *x, int64_t at)
{
    arena a = {.escape = x->arena->escape};
    writer w;
    int64_t day = day_of(x->list[at].at);
    if (writer_begin(&w, &x->to, x->list[at].at) != STORE_OK) return -1;
    for (; at < x->count && day_of(x->list[at].at) == day; at++) {
        arena_position mark = arena_mark(&a);
        const happening *h = &x->list[at];
        int definition;
        const procedure *p = definitions_procedure(x->to.definitions, x->plays[h->play].procedure, &definition);
        w.now = h->at;
        if (!h->records) play_command(x, &w, h, p, &a);
        else if (play_recording(x, &w, h, p, definition, &a) != DECIDED) x->out->refused++;
        x->out->commands++;
        arena_rewind(&a, mark);
    }
    ring(&w, (day + 1) * DAY_MILLISECONDS - CHINA_OFFSET_MINUTES * (timestamp)60000 - 1, &a);
    bool kept = writer_commit(&w, &a) == STORE_OK;
    arena_free(&a);
    x->out->days++;
    return kept ? at : -1;
}

static exit_status play_all(simulation *x, const char *dir)
{
    qsort(x->list, (size_t)x->count, sizeof *x->list, in_order);
    exit_status status = district_open(dir, true, &x->to, x->diags);
    for (int64_t at = 0; status == EXIT_DONE && at < x->count;) {
        at = play_day(x, at);
        if (at < 0) return district_trouble(dir, x->to.store, STORE_FAILED, x->diags);
    }
    return status;
}

exit_status simulate_year(const char *dir, const char *scratch, str name, int year, simulate_result *out, arena *a, diag_list *d)
{
    simulation x = {.arena = a, .diags = d, .name = name, .year = year, .out = out};
    *out = (simulate_result){0};
    timestamp new_year = date_to_days((date){year, 1, 1}) * DAY_MILLISECONDS - CHINA_OFFSET_MINUTES * (timestamp)60000;
    exit_status status = check_name(&x);
    if (status == EXIT_DONE) status = district_init(dir, name, new_year, d);
    if (status == EXIT_DONE) status = read_ledgers(&x, scratch, new_year);
    if (status == EXIT_DONE && (store_each_case(x.from.store, plan_case, &x) != STORE_OK || d->errors)) status = EXIT_SYSTEM;
    if (status == EXIT_DONE) status = play_all(&x, dir);
    if (x.to.store) district_close(&x.to);
    if (x.from.store) district_close(&x.from);
    nftw(scratch, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return status;
}
