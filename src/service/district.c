// Opening a data directory, and what its definitions say.
#include "service/writer_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <dirent.h>

#include "service/bundle.h"

enum { PATH_BYTES = 4096, LOOK_MS = 50 };

static void system_trouble(const char *path, const char *code, bilingual what, diag_list *d)
{
    str why = str_from(strerror(errno));
    diag_add(d, DIAG_ERROR, code, (source_pos){.file = str_from(path)}, (bilingual){0}, (bilingual){"%s%.0s：%.*s", "%.0s%s: %.*s"}, what.zh, what.en, STR_ARG(why));
}

exit_status district_trouble(const char *dir, const store *s, store_result r, diag_list *d)
{
    static const struct { const char *code; bilingual hint; } by_result[] = {
        [STORE_NOT_FOUND] = {"STORE-NOT-FOUND", {"先用 fadu init 建立数据目录", "make the data directory with fadu init"}},
        [STORE_BUSY] = {"STORE-BUSY", {"等它结束，或先停止它", "wait for it to end, or stop it"}},
        [STORE_FULL] = {"STORE-FULL", {"腾出空间后重试", "free some space and try again"}},
        [STORE_READ_ONLY] = {"STORE-READ-ONLY", {"检查目录的权限", "check the directory's permissions"}},
        [STORE_DAMAGED] = {"STORE-DAMAGED", {"用 fadu verify 查明，再从备份恢复", "find out with fadu verify, then restore a backup"}},
        [STORE_TOO_NEW] = {"STORE-TOO-NEW", {"升级法度", "upgrade Fadu"}},
        [STORE_FAILED] = {"STORE-FAILED", {0}}};
    assert(r != STORE_OK);
    str detail = store_error(s);
    diag_add(d, DIAG_ERROR, by_result[r].code, (source_pos){.file = str_copy(str_from(dir), d->arena)}, by_result[r].hint,
             (bilingual){"%s%.0s（%.*s）", "%.0s%s (%.*s)"}, store_result_text(r, LANG_ZH), store_result_text(r, LANG_EN), STR_ARG(detail));
    return r == STORE_NOT_FOUND ? EXIT_INPUT : EXIT_SYSTEM;
}

// ---- definitions -----------------------------------------------------------------------------------------

bool definition_source_read(store *s, const store_definition *def, procedure_source *out, arena *a, diag_list *d)
{
    store_record record;
    if (store_get_record(s, def->record, &record, a) != STORE_OK) return false;
    json *body = json_parse(record.body, STR("fadu.db"), a, d);
    json *files = json_get(body, STR("files"));
    if (!files || files->kind != JSON_OBJECT || files->count > PROCEDURE_FILES_MAX) return false;
    *out = (procedure_source){.id = def->id, .files = arena_new(a, files->count, procedure_file)};
    for (const json *f = files->first; f; f = f->next) out->files[out->count++] = (procedure_file){f->name, f->text};
    return true;
}

static str source_file(const procedure_source *s, const char *name)
{
    for (ptrdiff_t i = 0; i < s->count; i++)
        if (str_equal(s->files[i].name, str_from(name))) return s->files[i].text;
    return (str){0};
}

static bool load_district_source(definitions *x, const procedure_source *s, diag_list *d)
{
    arena *a = &x->arena;
    x->config = json_parse(source_file(s, "district.json"), STR("district.json"), a, d);
    x->report_meta = source_file(s, "report/annual.json");
    x->report_body = source_file(s, "report/annual.md");
    x->calendar = calendar_new(a);
    for (ptrdiff_t i = 0; i < s->count; i++) {
        if (!str_starts(s->files[i].name, STR("calendar/"))) continue;
        json *year = json_parse(s->files[i].text, s->files[i].name, a, d);
        if (!year || !calendar_add_year(x->calendar, year, s->files[i].name, d)) return false;
    }
    return x->config != NULL;
}

static int compare_figures(const void *x, const void *y)
{
    return str_compare(((const figure_entry *)x)->figure->id, ((const figure_entry *)y)->figure->id);
}

// Figures of the procedures in force, under the numbers that the store gave them.
static bool load_figures(definitions *x, store *s)
{
    arena *a = &x->arena;
    store_figure *known;
    ptrdiff_t known_count, total = 0;
    if (store_figures(s, &known, &known_count, a) != STORE_OK) return false;
    for (ptrdiff_t i = 0; i < x->procedure_count; i++) total += x->procedures[i]->figure_count;
    x->figures.all = arena_new(a, total, figure_entry);
    for (ptrdiff_t i = 0; i < x->procedure_count; i++)
        for (ptrdiff_t f = 0; f < x->procedures[i]->figure_count; f++) {
            const procedure_figure *figure = &x->procedures[i]->figures[f];
            for (ptrdiff_t k = 0; k < known_count; k++)
                if (str_equal(known[k].id, figure->id))
                    x->figures.all[x->figures.count++] = (figure_entry){x->procedures[i], figure, known[k].number};
        }
    qsort(x->figures.all, (size_t)x->figures.count, sizeof *x->figures.all, compare_figures);
    return true;
}

static bool load_all(definitions *x, store *s, diag_list *d)
{
    arena *a = &x->arena;
    store_definition *list;
    ptrdiff_t count;
    if (store_definitions(s, &list, &count, a) != STORE_OK) return false;
    x->count = (int)count;
    x->by_number = arena_new(a, count + 1, const procedure *);
    x->family = arena_new(a, count + 1, int);
    x->procedures = arena_new(a, count, const procedure *);
    x->numbers = arena_new(a, count, int);
    for (ptrdiff_t i = 0; i < count; i++) {
        int number = list[i].number;
        procedure_source source;
        if (number != i + 1 || !definition_source_read(s, &list[i], &source, a, d)) return false;
        x->family[number] = number;
        for (int k = 1; k < number; k++)
            if (str_equal(list[k - 1].id, list[i].id)) {
                x->family[number] = k;
                break;
            }
        if (str_equal(list[i].id, STR("district"))) {
            if (!load_district_source(x, &source, d)) return false;
            continue;
        }
        x->by_number[number] = procedure_load(&source, a, d);
        if (!x->by_number[number]) return false;
        ptrdiff_t slot = 0;      // the newest version of an id is the one in force
        while (slot < x->procedure_count && x->family[x->numbers[slot]] != x->family[number]) slot++;
        if (slot == x->procedure_count) x->procedure_count++;
        x->procedures[slot] = x->by_number[number];
        x->numbers[slot] = number;
    }
    return x->config && load_figures(x, s);
}

definitions *definitions_load(store *s, diag_list *d)
{
    definitions *x = mem_alloc(sizeof *x);
    if (!x) return NULL;
    // Warnings were given when the definitions were adopted; here only what makes them unusable counts.
    arena scratch = {0};
    diag_list found = {.arena = &scratch};
    jmp_buf out_of_memory;
    bool good = !ARENA_GUARD(&x->arena, out_of_memory) && load_all(x, s, &found);
    x->arena.escape = NULL;
    if (!good)
        diag_add(d, DIAG_ERROR, "DISTRICT-DEFINITIONS", (source_pos){.file = STR("fadu.db")},
                 (bilingual){"用 fadu verify 查明", "find out with fadu verify"},
                 (bilingual){"数据目录中的流程定义读不出来（%s）", "the definitions in the data directory cannot be read (%s)"},
                 found.first ? found.first->code : "STORE");
    arena_free(&scratch);
    if (good) return x;
    definitions_free(x);
    return NULL;
}

void definitions_free(definitions *x)
{
    if (!x) return;
    arena_free(&x->arena);
    mem_release(x);
}

const procedure *definitions_procedure(const definitions *x, str id, int *number)
{
    for (ptrdiff_t i = 0; i < x->procedure_count; i++)
        if (str_equal(x->procedures[i]->id, id)) {
            if (number) *number = x->numbers[i];
            return x->procedures[i];
        }
    return NULL;
}

const procedure *definition_by_number(void *definitions_, int number)
{
    const definitions *x = definitions_;
    return number > 0 && number <= x->count ? x->by_number[number] : NULL;
}

// ---- opening ---------------------------------------------------------------------------------------------

static exit_status load_key(district *x, diag_list *d)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/key", x->dir);
    arena scratch = {0};
    str seed;
    bool good = read_whole_file(path, 32, &seed, &scratch) && seed.len == 32;
    if (good) {
        str name = str_printf(&x->definitions->arena, "fadu/%.*s", STR_ARG(store_district(x->store)));
        x->key = ledger_key_from_seed((const uint8_t *)seed.data, name);
    } else system_trouble(path, "DISTRICT-KEY", (bilingual){"无法读取签名密钥", "the signing key cannot be read"}, d);
    arena_free(&scratch);
    return good ? EXIT_DONE : EXIT_SYSTEM;
}

static store_result load_position(district *x)
{
    arena scratch = {0};
    store_file *files;
    ptrdiff_t count = 0;
    store_result r = store_get_tree(x->store, &x->tree);
    if (r == STORE_OK) r = store_files(x->store, &files, &count, &scratch);
    x->file_count = (int)count;
    if (r == STORE_OK) r = store_last_case(x->store, &x->last_case);
    arena_free(&scratch);
    return r;
}

exit_status district_open(const char *dir, bool write, district *out, diag_list *d)
{
    *out = (district){.dir = dir};
    store_result r = store_open(dir, write, &out->store);
    for (int waited = 0; r == STORE_BUSY && waited < DISTRICT_WAIT_MS; waited += LOOK_MS) {
        usleep(LOOK_MS * 1000);
        r = store_open(dir, write, &out->store);
    }
    if (r != STORE_OK) return district_trouble(dir, NULL, r, d);
    out->definitions = definitions_load(out->store, d);
    exit_status status = out->definitions ? EXIT_DONE : EXIT_SYSTEM;
    if (status == EXIT_DONE && (r = load_position(out)) != STORE_OK) status = district_trouble(dir, out->store, r, d);
    if (status == EXIT_DONE && write) status = load_key(out, d);
    if (status != EXIT_DONE) district_close(out);
    return status;
}

void district_close(district *x)
{
    definitions_free(x->definitions);
    store_close(x->store);
    *x = (district){0};
}

// ---- making ----------------------------------------------------------------------------------------------

static json *source_json(const procedure_source *s, arena *a)
{
    json *files = json_new_object(a);
    for (ptrdiff_t i = 0; i < s->count; i++) json_set(files, s->files[i].name, json_new_string(s->files[i].text, a));
    return files;
}

store_result writer_adopt(writer *w, str actor, const procedure_source *s, int number, arena *a)
{
    json *body = json_new_object(a);
    json_set(body, STR("actor"), json_new_string(actor, a));
    json_set(body, STR("digest"), json_new_string(digest_hex(procedure_digest(s), a), a));
    json_set(body, STR("files"), source_json(s, a));
    json_set(body, STR("id"), json_new_string(s->id, a));
    json_set(body, STR("kind"), json_new_string(STR("adopted"), a));
    json_set(body, STR("number"), json_new_int(number, a));
    int64_t record = writer_record(w, body, a);
    return store_put_definition(w->district->store, &(store_definition){number, s->id, record});
}

static store_result number_figures(store *s, const procedure *p, int *next)
{
    for (ptrdiff_t i = 0; i < p->figure_count; i++) {
        store_result r = store_put_figure(s, &(store_figure){(*next)++, p->figures[i].id});
        if (r != STORE_OK) return r;
    }
    return STORE_OK;
}

// The district's own definitions: its files, and the calendars it counts by.
static procedure_source district_source(str name, arena *a)
{
    procedure_source own = bundle_source(str_printf(a, "districts/%.*s/", STR_ARG(name)), STR("district"), a);
    procedure_source calendars = bundle_source(STR("calendars/cn/"), STR(""), a);
    procedure_source s = {.id = STR("district"), .files = arena_new(a, PROCEDURE_FILES_MAX * 2, procedure_file)};
    for (ptrdiff_t i = 0; i < calendars.count; i++)
        if (str_ends(calendars.files[i].name, STR(".json")))
            s.files[s.count++] = (procedure_file){str_concat(STR("calendar/"), calendars.files[i].name, a), calendars.files[i].text};
    for (ptrdiff_t i = 0; i < own.count; i++)
        if (str_equal(own.files[i].name, STR("district.json")) || str_starts(own.files[i].name, STR("report/"))) s.files[s.count++] = own.files[i];
    return s;
}

// The bundle, loaded: what a new district adopts.
typedef struct {
    procedure_source district;
    procedure_source *sources;
    procedure **loaded;
    ptrdiff_t count;
} bundle_set;

static bool load_bundle(str name, bundle_set *out, arena *a, diag_list *d)
{
    str *ids;
    out->district = district_source(name, a);
    out->count = bundle_folders(STR("procedures/"), &ids, a);
    out->sources = arena_new(a, out->count, procedure_source);
    out->loaded = arena_new(a, out->count, procedure *);
    for (ptrdiff_t i = 0; i < out->count; i++) {
        out->sources[i] = bundle_source(str_printf(a, "procedures/%.*s/", STR_ARG(ids[i])), ids[i], a);
        out->loaded[i] = procedure_load(&out->sources[i], a, d);
        if (!out->loaded[i]) return false;
    }
    return true;
}

static exit_status adopt_bundle(district *x, const bundle_set *b, timestamp now, arena *a, diag_list *d)
{
    writer w;
    store_result r = writer_begin(&w, x, now);
    int number = 1, figure = 1;
    if (r == STORE_OK) r = writer_adopt(&w, STR("init"), &b->district, number++, a);
    for (ptrdiff_t i = 0; i < b->count && r == STORE_OK; i++) {
        r = writer_adopt(&w, STR("init"), &b->sources[i], number++, a);
        if (r == STORE_OK) r = number_figures(x->store, b->loaded[i], &figure);
    }
    if (r == STORE_OK) r = writer_commit(&w, a);
    else writer_rollback(&w);
    return r == STORE_OK ? EXIT_DONE : district_trouble(x->dir, x->store, r, d);
}

static bool is_empty(const char *dir)
{
    DIR *handle = opendir(dir);
    if (!handle) return false;
    int entries = 0;
    while (readdir(handle)) entries++;
    closedir(handle);
    return entries <= 2;
}

static exit_status make_files(const char *dir, str name, str origin, diag_list *d)
{
    char path[PATH_BYTES];
    uint8_t seed[32];
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return system_trouble(dir, "INIT-DIRECTORY", (bilingual){"无法建立目录", "the directory cannot be made"}, d), EXIT_SYSTEM;
    if (!is_empty(dir)) {
        diag_add(d, DIAG_ERROR, "INIT-NOT-EMPTY", (source_pos){.file = str_from(dir)}, (bilingual){"换一个空目录", "choose an empty directory"},
                 (bilingual){"目录不是空的", "the directory is not empty"});
        return EXIT_INPUT;
    }
    static const char *const folders[] = {"files", "rejected"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, folders[i]);
        if (mkdir(path, 0700) != 0) return system_trouble(path, "INIT-DIRECTORY", (bilingual){"无法建立目录", "the directory cannot be made"}, d), EXIT_SYSTEM;
    }
    snprintf(path, sizeof path, "%s/key", dir);
    if (!machine_random(seed, sizeof seed) || !write_whole_file(path, (str){(const char *)seed, sizeof seed}, 0600))
        return system_trouble(path, "DISTRICT-KEY", (bilingual){"无法写入签名密钥", "the signing key cannot be written"}, d), EXIT_SYSTEM;
    store_result r = store_create(dir, name, origin);
    return r == STORE_OK ? EXIT_DONE : district_trouble(dir, NULL, r, d);
}

exit_status district_init(const char *dir, str name, timestamp now, diag_list *d)
{
    arena a = {0};
    char *settings = str_cstr(str_printf(&a, "districts/%.*s/district.json", STR_ARG(name)), &a);
    if (!bundle_get(settings).data) {
        str *names;
        ptrdiff_t count = bundle_folders(STR("districts/"), &names, &a);
        diag_add(d, DIAG_ERROR, "INIT-DISTRICT", (source_pos){0}, (bilingual){0}, (bilingual){"没有区“%.*s”；现有：%.*s", "there is no district \"%.*s\"; there is: %.*s"},
                 STR_ARG(name), STR_ARG(count ? names[0] : STR("-")));
        arena_free(&a);
        return EXIT_INPUT;
    }
    str origin = str_printf(&a, "fadu/%.*s", STR_ARG(name));
    bundle_set bundle;
    exit_status status = load_bundle(name, &bundle, &a, d) ? make_files(dir, name, origin, d) : EXIT_SYSTEM;
    if (status == EXIT_DONE) {
        // The first records are written before there are definitions to load: this district has a store, a key and a tree.
        district x = {.dir = dir};
        definitions none = {0};
        store_result r = store_open(dir, true, &x.store);
        x.definitions = &none;
        status = r == STORE_OK ? load_key(&x, d) : district_trouble(dir, NULL, r, d);
        if (status == EXIT_DONE) status = adopt_bundle(&x, &bundle, now, &a, d);
        store_close(x.store);
        arena_free(&none.arena);
    }
    arena_free(&a);
    return status;
}
