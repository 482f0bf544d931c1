#include "service/adopt.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "service/writer_internal.h"

typedef struct {
    district *district;
    procedure_source *sources;       // what is to be adopted
    ptrdiff_t source_count;
    procedure_source *own;           // the district's new definition; NULL: it stays
    bool new_calendar;
    adoption *out;
    arena *arena;
    diag_list *diags;
} adopting;

static exit_status refuse(const adopting *x, str at, const char *code, bilingual hint, bilingual format, ...)
{
    va_list args;
    va_start(args, format);
    diag_vadd(x->diags, DIAG_ERROR, code, (source_pos){.file = at}, hint, format, args);
    va_end(args);
    return EXIT_INPUT;
}

// ---- what is to be adopted -------------------------------------------------------------------------------

static bool newest(const adopting *x, str id, store_definition *out)
{
    store_definition *list;
    ptrdiff_t count = 0;
    bool found = false;
    if (store_definitions(x->district->store, &list, &count, x->arena) != STORE_OK) return false;
    for (ptrdiff_t i = 0; i < count; i++)
        if (str_equal(list[i].id, id)) *out = list[i], found = true;
    return found;
}

static bool has_figure(const procedure *p, str id)
{
    for (ptrdiff_t i = 0; i < p->figure_count; i++)
        if (str_equal(p->figures[i].id, id)) return true;
    return false;
}

// Cases of the old version stay: what they are kept under must be there in the new one.
static exit_status check_successor(const adopting *x, const procedure *old, const procedure *new)
{
    for (ptrdiff_t i = 0; i < old->form_count; i++)
        if (i >= new->form_count || !str_equal(old->forms[i].id, new->forms[i].id))
            return refuse(x, new->id, "ADOPT-FORM", (bilingual){"保留原有表单及其次序，新表单放在最后", "keep the forms and their order; new ones come last"},
                          (bilingual){"新版本缺少表单“%.*s”", "the new version lacks the form \"%.*s\""}, STR_ARG(old->forms[i].id));
    for (ptrdiff_t i = 0; i < old->figure_count; i++)
        if (!has_figure(new, old->figures[i].id))
            return refuse(x, new->id, "ADOPT-FIGURE", (bilingual){"保留该指标（可令 report 为 false）", "keep it (\"report\": false)"},
                          (bilingual){"新版本缺少已有记账的指标“%.*s”", "the new version lacks the figure \"%.*s\", to which cases have posted"}, STR_ARG(old->figures[i].id));
    return EXIT_DONE;
}

static exit_status take_procedure(adopting *x, const char *path)
{
    procedure_source *s = &x->sources[x->source_count];
    if (!procedure_read_folder(path, s, x->arena, x->diags)) return EXIT_INPUT;
    const procedure *new = procedure_load(s, x->arena, x->diags), *old = definitions_procedure(x->district->definitions, s->id, NULL);
    if (!new) return EXIT_INPUT;
    if (old && digest_equal(old->digest, procedure_digest(s))) return EXIT_DONE;
    exit_status status = old ? check_successor(x, old, new) : EXIT_DONE;
    if (status == EXIT_DONE) x->source_count++;
    return status;
}

static exit_status take_calendar(adopting *x, const char *path)
{
    str text;
    if (!read_whole_file(path, 1 << 20, &text, x->arena)) return refuse(x, str_from(path), "ADOPT-FILE", (bilingual){0}, (bilingual){"无法读取", "it cannot be read"});
    const json *year = json_parse(text, str_from(path), x->arena, x->diags);
    calendar *trial = calendar_new(x->arena);
    if (!year || !calendar_add_year(trial, year, str_from(path), x->diags)) return EXIT_INPUT;
    str name = str_printf(x->arena, "calendar/%lld.json", (long long)json_int(year, STR("year"), 0));
    store_definition def;
    procedure_source *own = x->own;
    if (!own) {
        own = arena_new(x->arena, 1, procedure_source);
        if (!newest(x, STR("district"), &def) || !definition_source_read(x->district->store, &def, own, x->arena, x->diags)) return EXIT_SYSTEM;
    }
    procedure_file *files = arena_new(x->arena, own->count + 1, procedure_file);
    ptrdiff_t at = 0;
    for (ptrdiff_t i = 0; i < own->count; i++) files[i] = own->files[i];
    while (at < own->count && !str_equal(files[at].name, name)) at++;
    if (at < own->count && str_equal(files[at].text, text)) return EXIT_DONE;
    files[at] = (procedure_file){name, text};
    own->count += at == own->count;
    own->files = files;
    x->own = own;
    x->new_calendar = true;
    return EXIT_DONE;
}

static exit_status take_path(adopting *x, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) return refuse(x, str_from(path), "ADOPT-FILE", (bilingual){0}, (bilingual){"没有这个文件或文件夹", "there is no such file or folder"});
    return S_ISDIR(st.st_mode) ? take_procedure(x, path) : take_calendar(x, path);
}

// ---- adopting --------------------------------------------------------------------------------------------

static void tell_adopted(adopting *x, str id, int number)
{
    ((str *)x->out->adopted)[x->out->adopted_count++] = str_printf(x->arena, "%.*s %d", STR_ARG(id), number);
}

static store_result number_new_figures(adopting *x, const procedure_source *s)
{
    diag_list said = {.arena = x->arena};
    const procedure *p = procedure_load(s, x->arena, &said);
    store_figure *known;
    ptrdiff_t count = 0;
    store_result r = store_figures(x->district->store, &known, &count, x->arena);
    int next = (int)count + 1;
    for (ptrdiff_t i = 0; p && i < p->figure_count && r == STORE_OK; i++) {
        bool is_known = false;
        for (ptrdiff_t k = 0; k < count && !is_known; k++) is_known = str_equal(known[k].id, p->figures[i].id);
        if (!is_known) r = store_put_figure(x->district->store, &(store_figure){next++, p->figures[i].id});
    }
    return r;
}

static exit_status adopt_all(adopting *x, timestamp now)
{
    writer w;
    int number = x->district->definitions->count + 1;
    store_result r = writer_begin(&w, x->district, now);
    if (r != STORE_OK) return district_trouble(x->district->dir, x->district->store, r, x->diags);
    if (x->own) tell_adopted(x, STR("district"), number), r = writer_adopt(&w, STR("console"), x->own, number++, x->arena);
    for (ptrdiff_t i = 0; i < x->source_count && r == STORE_OK; i++) {
        tell_adopted(x, x->sources[i].id, number);
        r = writer_adopt(&w, STR("console"), &x->sources[i], number++, x->arena);
        if (r == STORE_OK) r = number_new_figures(x, &x->sources[i]);
    }
    if (r == STORE_OK) r = writer_commit(&w, x->arena);
    else writer_rollback(&w);
    return r == STORE_OK ? EXIT_DONE : district_trouble(x->district->dir, x->district->store, r, x->diags);
}

// ---- computing anew --------------------------------------------------------------------------------------

static str end_of(const event *e, const procedure_clock *law, arena *a)
{
    const flow_state *s = e->running;
    for (int i = 0; s && i < s->clock_count; i++)
        if (s->clocks[i].clock == law) return s->clocks[i].open ? (str){0} : clock_moment_text(s->clocks[i].due, a);
    for (ptrdiff_t i = 0; i < e->clock_count; i++)
        if (&e->procedure->clocks[e->clocks[i].clock] == law) return date_text(e->clocks[i].due, a);
    return (str){0};
}

static void tell_moved(adopting *x, const event *before, const event *after)
{
    const procedure *p = after->procedure;
    for (ptrdiff_t i = 0; i < p->clock_count; i++) {
        str was = end_of(before, &p->clocks[i], x->arena), is = end_of(after, &p->clocks[i], x->arena);
        if (str_equal(was, is)) continue;
        adoption *o = x->out;
        if ((o->moved_count & (o->moved_count - 1)) == 0) {
            moved_clock *more = arena_new(x->arena, o->moved_count ? o->moved_count * 2 : 1, moved_clock);
            if (o->moved_count) memcpy(more, o->moved, (size_t)o->moved_count * sizeof *more);
            o->moved = more;
        }
        o->moved[o->moved_count++] = (moved_clock){case_id_text(after->case_id, x->arena), str_copy(after->key, x->arena), p->id, p->clocks[i].id, was, is};
    }
}

static decision decide_anew(adopting *x, writer *w, const store_case *row, const case_state *s, event *after, arena *a, diag_list *d)
{
    if (s->last.running) {
        flow_command c = {.kind = FLOW_TIME, .actor = STR("calendar")};
        return writer_act(w, row->id, (str){0}, &c, after, a, d);
    }
    command c = {CMD_RECORD, STR("calendar"), s->last.procedure, s->last.definition, s->last.form, s->last.data, s->last.source};
    (void)x;
    return writer_command(w, &c, row, (source_pos){0}, after, a, d);
}

static store_result compute_case(adopting *x, writer *w, int64_t id, arena *scratch)
{
    store_case row;
    case_state before;
    event after;
    diag_list unsaid = {.arena = scratch};
    writer_settle(w);
    store_result r = store_get_case(x->district->store, id, &row, scratch);
    if (r == STORE_OK) r = district_case_state(x->district->store, x->district->definitions, &row, &before, scratch, &unsaid);
    if (r != STORE_OK) return r;
    x->out->looked_at++;
    if (decide_anew(x, w, &row, &before, &after, scratch, &unsaid) == DECIDED) tell_moved(x, &before.last, &after);
    return STORE_OK;
}

typedef struct { int64_t *ids; ptrdiff_t count, room; arena *arena; } id_list;

static bool collect_open(void *list_, const store_case *c)
{
    id_list *l = list_;
    if (c->status != CASE_OPEN) return true;
    if (l->count == l->room) {
        l->room = l->room ? l->room * 2 : 1024;
        int64_t *more = arena_new(l->arena, l->room, int64_t);
        if (l->count) memcpy(more, l->ids, (size_t)l->count * sizeof *more);
        l->ids = more;
    }
    l->ids[l->count++] = c->id;
    return true;
}

static exit_status compute_anew(adopting *x, timestamp now)
{
    id_list open = {.arena = x->arena};
    arena scratch = {0};
    store_result r = store_each_case(x->district->store, collect_open, &open);
    for (ptrdiff_t from = 0; from < open.count && r == STORE_OK; from += ADOPT_GROUP) {
        writer w;
        if ((r = writer_begin(&w, x->district, now)) != STORE_OK) break;
        for (ptrdiff_t i = from; i < open.count && i < from + ADOPT_GROUP && r == STORE_OK; i++) {
            r = compute_case(x, &w, open.ids[i], &scratch);
            arena_rewind(&scratch, (arena_position){0});
        }
        if (r == STORE_OK) r = writer_commit(&w, x->arena);
        else writer_rollback(&w);
    }
    arena_free(&scratch);
    return r == STORE_OK ? EXIT_DONE : district_trouble(x->district->dir, x->district->store, r, x->diags);
}

exit_status district_adopt(const char *dir, char *const *paths, int path_count, timestamp now, adoption *out, arena *a, diag_list *d)
{
    district x;
    *out = (adoption){.adopted = arena_new(a, path_count + 1, str)};
    exit_status status = district_open(dir, true, &x, d);
    if (status != EXIT_DONE) return status;
    adopting y = {.district = &x, .sources = arena_new(a, path_count, procedure_source), .out = out, .arena = a, .diags = d};
    for (int i = 0; i < path_count && status == EXIT_DONE; i++) status = take_path(&y, paths[i]);
    if (status == EXIT_DONE && (y.own || y.source_count)) status = adopt_all(&y, now);
    district_close(&x);
    if (status != EXIT_DONE || !y.new_calendar) return status;
    status = district_open(dir, true, &x, d);       // by the new calendar
    if (status != EXIT_DONE) return status;
    status = compute_anew(&y, now);
    district_close(&x);
    return status;
}
