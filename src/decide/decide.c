#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decide/fadu-decide.h"
#include "dmn/dmn.h"
#include "service/zoneinfo.h"

struct fadu_model {
    arena arena;
    zones *zones;
    const dmn_model *dmn;
};

static char *owned(str s)
{
    char *text = malloc((size_t)s.len + 1);
    if (!text) return NULL;
    if (s.len) memcpy(text, s.data, (size_t)s.len);
    text[s.len] = 0;
    return text;
}

static void tell(char **said, const diag_list *d, arena *a)
{
    buf b = {.arena = a};
    diag_print_all(&b, d, LANG_EN);
    if (said) *said = b.len ? owned(buf_str(&b)) : NULL;
}

static void tell_text(char **said, const char *text)
{
    if (said) *said = owned(str_from(text));
}

// ---- loading ----------------------------------------------------------------------------------------------

static bool load(fadu_model *m, const fadu_source *sources, int count, char **said)
{
    diag_list d = {.arena = &m->arena};
    dmn_source *list = arena_new(&m->arena, count, dmn_source);
    for (int i = 0; i < count; i++)
        list[i] = (dmn_source){str_copy(str_from(sources[i].name), &m->arena), str_copy((str){sources[i].text, (ptrdiff_t)sources[i].length}, &m->arena)};
    m->zones = zoneinfo_open(NULL);
    m->dmn = dmn_load(list, count, m->zones, &m->arena, &d);
    tell(said, &d, &m->arena);
    return m->dmn != NULL;
}

fadu_model *fadu_model_load(const fadu_source *sources, int count, char **said)
{
    jmp_buf out_of_memory;
    if (said) *said = NULL;
    fadu_model *m = count > 0 ? calloc(1, sizeof *m) : NULL;
    if (!m) {
        tell_text(said, count > 0 ? "out of memory\n" : "no source was given\n");
        return NULL;
    }
    if (ARENA_GUARD(&m->arena, out_of_memory)) {
        tell_text(said, "out of memory\n");
        fadu_model_free(m);
        return NULL;
    }
    bool good = load(m, sources, count, said);
    m->arena.escape = NULL;
    if (good) return m;
    fadu_model_free(m);
    return NULL;
}

static char *read_file(const char *path, size_t *length)
{
    FILE *f = fopen(path, "rb");
    char *text = NULL;
    size_t room = 0, have = 0;
    while (f && !ferror(f) && !feof(f)) {
        if (have == room) {
            char *more = have <= (size_t)XML_TEXT_MAX ? realloc(text, room = room ? 2 * room : 65536) : NULL;
            if (!more) break;
            text = more;
        }
        have += fread(text + have, 1, room - have, f);
    }
    bool good = f && feof(f) && !ferror(f);
    if (f) fclose(f);
    *length = have;
    if (good) return text;
    free(text);
    return NULL;
}

fadu_model *fadu_model_load_files(const char *const *paths, int count, char **said)
{
    fadu_source *sources = calloc(count > 0 ? (size_t)count : 1, sizeof *sources);
    fadu_model *m = NULL;
    int read = 0;
    for (; sources && read < count; read++) {
        size_t length;
        char *text = read_file(paths[read], &length);
        if (!text) break;
        sources[read] = (fadu_source){paths[read], text, length};
    }
    if (sources && read == count) m = fadu_model_load(sources, count, said);
    else if (said && (*said = malloc(strlen(paths[read]) + 32))) sprintf(*said, "%s: cannot be read\n", paths[read]);
    for (int i = 0; i < read; i++) free((char *)sources[i].text);
    free(sources);
    return m;
}

fadu_model *fadu_model_load_file(const char *path, char **said) { return fadu_model_load_files(&path, 1, said); }

void fadu_model_free(fadu_model *m)
{
    if (!m) return;
    arena_free(&m->arena);
    zoneinfo_close(m->zones);
    free(m);
}

// ---- deciding ---------------------------------------------------------------------------------------------

static const dmn_item *find_item(const dmn_model *m, const char *name)
{
    static const dmn_kind kinds[] = {DMN_DECISION, DMN_SERVICE, DMN_KNOWLEDGE};
    const dmn_item *found = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !found; i++) found = dmn_find(m, kinds[i], str_from(name));
    return found;
}

static json *reasons_json(const diag_list *why, arena *a)
{
    json *list = json_new_array(a);
    for (const diag *d = why->first; d; d = d->next) {
        buf b = {.arena = a};
        diag_print(&b, d, LANG_EN);
        json_push(list, json_new_string(str_trim(buf_str(&b)), a));
    }
    return list;
}

// Apart from its guard below: what it keeps in registers must not share a frame with setjmp.
__attribute__((noinline)) static char *decide(const fadu_model *m, const char *name, const char *input, bool explain, char **said, arena *a)
{
    diag_list d = {.arena = a};
    const dmn_item *item = find_item(m->dmn, name);
    const json *object = json_parse(str_from(input ? input : "{}"), STR("input"), a, &d);
    if (!item) diag_add(&d, DIAG_ERROR, "DECIDE-NAME", (source_pos){.element = str_from(name)}, (bilingual){0}, (bilingual){"模型中没有这个决策", "the model has no such decision"});
    if (object && object->kind != JSON_OBJECT)
        diag_add(&d, DIAG_ERROR, "DECIDE-INPUT", json_pos(object, STR("input")), (bilingual){0}, (bilingual){"输入须为 JSON 对象", "the input must be a JSON object"});
    if (d.errors) {
        tell(said, &d, a);
        return NULL;
    }
    struct timespec now;
    struct tm local;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    dmn_evaluation e = {.arena = a, .now = (timestamp)now.tv_sec * 1000 + now.tv_nsec / 1000000, .now_offset = (int32_t)local.tm_gmtoff, .explain = explain,
                        .reasons = said || explain ? &d : NULL};
    feel_value v = dmn_evaluate(m->dmn, item, dmn_inputs(m->dmn, item, object, a), &e);
    json *result = feel_to_json(v, a);
    if (explain) {
        json *whole = json_new_object(a);
        json_set(whole, STR("result"), result);
        json_set(whole, STR("steps"), dmn_explain_json(e.first_step, a));
        json_set(whole, STR("reasons"), reasons_json(&d, a));
        result = whole;
    }
    buf b = {.arena = a};
    json_write(&b, result);
    if (v.kind == FEEL_NULL) tell(said, &d, a);
    return owned(buf_str(&b));
}

static char *decide_guarded(const fadu_model *m, const char *name, const char *input, bool explain, char **said)
{
    arena a = {0};
    jmp_buf out_of_memory;
    if (said) *said = NULL;
    if (ARENA_GUARD(&a, out_of_memory)) {
        arena_free(&a);
        tell_text(said, "out of memory\n");
        return NULL;
    }
    char *result = decide(m, name, input, explain, said, &a);
    arena_free(&a);
    return result;
}

char *fadu_decide(const fadu_model *m, const char *name, const char *input, char **said) { return decide_guarded(m, name, input, false, said); }
char *fadu_explain(const fadu_model *m, const char *name, const char *input, char **said) { return decide_guarded(m, name, input, true, said); }

__attribute__((noinline)) static char *list_items(const fadu_model *m, arena *a)
{
    static const char *const kinds[] = {[DMN_DECISION] = "decision", [DMN_SERVICE] = "service", [DMN_KNOWLEDGE] = "bkm"};
    ptrdiff_t count;
    const dmn_item *items = dmn_items(m->dmn, &count);
    json *list = json_new_array(a);
    for (ptrdiff_t i = 0; i < count; i++) {
        if (items[i].kind == DMN_INPUT || !str_equal(items[i].namespace, dmn_namespace(m->dmn))) continue;
        dmn_parameter *parameters;
        ptrdiff_t parameter_count = dmn_parameters(m->dmn, &items[i], &parameters, a);
        json *entry = json_new_object(a), *inputs = json_new_array(a);
        for (ptrdiff_t k = 0; k < parameter_count; k++) {
            json *input = json_new_object(a);
            json_set(input, STR("name"), json_new_string(parameters[k].name, a));
            json_set(input, STR("type"), json_new_string(parameters[k].type, a));
            json_push(inputs, input);
        }
        json_set(entry, STR("kind"), json_new_string(str_from(kinds[items[i].kind]), a));
        json_set(entry, STR("name"), json_new_string(items[i].name, a));
        json_set(entry, STR("inputs"), inputs);
        json_push(list, entry);
    }
    buf b = {.arena = a};
    json_write(&b, list);
    return owned(buf_str(&b));
}

char *fadu_model_list(const fadu_model *m)
{
    arena a = {0};
    jmp_buf out_of_memory;
    if (ARENA_GUARD(&a, out_of_memory)) {
        arena_free(&a);
        return NULL;
    }
    char *result = list_items(m, &a);
    arena_free(&a);
    return result;
}

void fadu_free(char *text) { free(text); }
const char *fadu_decide_version(void) { return "0.1.0"; }
