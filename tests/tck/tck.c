// Runs a copy of the DMN TCK (github.com/dmn-tck/tck, TestCases/): tck DIR [PART-OF-A-FOLDER'S-NAME].
// Prints a line per folder and ends with "N passed, M failed". A test case passes when all its result nodes do; skipped is failed.
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dmn/dmn.h"
#include "service/zoneinfo.h"

enum { PATH_BYTES = 4096, FILES_MAX = 4096 };
static int passed, failed;
static bool verbose;
static zones *time_zones;

static bool read_file(const char *path, arena *a, str *out)
{
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    buf b = {.arena = a};
    char chunk[65536];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;) buf_add(&b, (str){chunk, (ptrdiff_t)n});
    fclose(f);
    *out = buf_str(&b);
    return true;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

// The names in a folder, sorted.
static int list_folder(const char *path, char *names[FILES_MAX])
{
    DIR *d = opendir(path);
    int count = 0;
    for (struct dirent *e; d && (e = readdir(d)) && count < FILES_MAX;)
        if (e->d_name[0] != '.') names[count++] = strdup(e->d_name);
    if (d) closedir(d);
    qsort(names, (size_t)count, sizeof *names, by_name);
    return count;
}

// ---- values -----------------------------------------------------------------------------------------------

#define XSI STR("http://www.w3.org/2001/XMLSchema-instance")

// A value without a type is what its text looks like.
static feel_value untyped_value(str text)
{
    decimal x;
    str s = str_trim(text);
    if (str_equal(s, STR("true")) || str_equal(s, STR("false"))) return feel_boolean(str_equal(s, STR("true")));
    feel_value v;
    if (feel_parse_temporal(s, FEEL_DATE_TIME, time_zones, &v) && str_find_byte(s, 'T') > 0) return v;
    return decimal_parse(s, &x) ? feel_number(x) : feel_string(text);
}

static feel_value typed_value(str type, str text)
{
    feel_value v = feel_null();
    decimal x;
    str local = type, prefix = str_cut(&local, ':');
    if (!local.data) local = prefix;
    if (str_equal(local, STR("boolean"))) return feel_boolean(str_equal(str_trim(text), STR("true")));
    if (str_equal(local, STR("date"))) return feel_parse_temporal(str_trim(text), FEEL_DATE, time_zones, &v) ? v : feel_null();
    if (str_equal(local, STR("time"))) return feel_parse_temporal(str_trim(text), FEEL_TIME, time_zones, &v) ? v : feel_null();
    if (str_equal(local, STR("dateTime"))) return feel_parse_temporal(str_trim(text), FEEL_DATE_TIME, time_zones, &v) ? v : feel_null();
    if (str_equal(local, STR("duration")))
        return feel_parse_temporal(str_trim(text), FEEL_DAYS_DURATION, time_zones, &v) || feel_parse_temporal(str_trim(text), FEEL_YEARS_DURATION, time_zones, &v) ? v : feel_null();
    if (str_equal(local, STR("decimal")) || str_equal(local, STR("double")) || str_equal(local, STR("integer")) || str_equal(local, STR("int")) || str_equal(local, STR("float")))
        return decimal_parse(str_trim(text), &x) ? feel_number(x) : feel_null();
    return type.len ? feel_string(text) : untyped_value(text);
}

static feel_value read_value(const xml *x, arena *a)
{
    const xml *value = xml_child(x, STR("value")), *list = xml_child(x, STR("list"));
    if (list) {
        if (str_equal(xml_get_in(list, XSI, STR("nil")), STR("true"))) return feel_null();
        ptrdiff_t count = 0, i = 0;
        for (const xml *k = xml_child(list, STR("item")); k; k = xml_next(k, STR("item"))) count++;
        feel_value *items = arena_new(a, count, feel_value);
        for (const xml *k = xml_child(list, STR("item")); k; k = xml_next(k, STR("item"))) items[i++] = read_value(k, a);
        return feel_list_of(items, count, a);
    }
    if (xml_child(x, STR("component"))) {
        ptrdiff_t count = 0, i = 0;
        for (const xml *k = xml_child(x, STR("component")); k; k = xml_next(k, STR("component"))) count++;
        str *names = arena_new(a, count, str);
        feel_value *values = arena_new(a, count, feel_value);
        for (const xml *k = xml_child(x, STR("component")); k; k = xml_next(k, STR("component")), i++) {
            names[i] = xml_get(k, STR("name"));
            bool nil = str_equal(xml_get_in(k, XSI, STR("nil")), STR("true"));
            values[i] = nil ? feel_null() : read_value(k, a);
        }
        return feel_context_of(names, values, count, a);
    }
    if (!value || str_equal(xml_get_in(value, XSI, STR("nil")), STR("true"))) return feel_null();
    return typed_value(xml_get_in(value, XSI, STR("type")), value->text);
}

static bool close_enough(decimal a, decimal b)
{
    decimal difference, tolerance;
    decimal_parse(STR("0.00000001"), &tolerance);
    if (!decimal_sub(a, b, &difference)) return decimal_equal(a, b);
    if (decimal_compare(difference, decimal_from_int(0)) < 0) decimal_sub(b, a, &difference);
    return decimal_compare(difference, tolerance) < 0;
}

static bool same(feel_value got, feel_value expected)
{
    if (got.kind != expected.kind) return false;
    if (got.kind == FEEL_NUMBER) return close_enough(got.number, expected.number);
    if (got.kind == FEEL_LIST) {
        bool equal = got.list->count == expected.list->count;
        for (ptrdiff_t i = 0; equal && i < got.list->count; i++) equal = same(got.list->items[i], expected.list->items[i]);
        return equal;
    }
    if (got.kind == FEEL_CONTEXT) {
        bool equal = got.context->count == expected.context->count;
        for (ptrdiff_t i = 0; equal && i < got.context->count; i++) {
            const feel_value *other = feel_context_get(&expected, got.context->names[i]);
            equal = other && same(got.context->values[i], *other);
        }
        return equal;
    }
    return feel_equal(got, expected);
}

// ---- cases ------------------------------------------------------------------------------------------------

static const dmn_item *wanted_item(const dmn_model *m, const xml *test, const xml *result)
{
    str type = xml_get(test, STR("type")), invocable = xml_get(test, STR("invocableName"));
    if (str_equal(type, STR("decisionService"))) return dmn_find(m, DMN_SERVICE, invocable);
    if (str_equal(type, STR("bkm"))) return dmn_find(m, DMN_KNOWLEDGE, invocable);
    return dmn_find(m, DMN_DECISION, xml_get(result, STR("name")));
}

static feel_value read_inputs(const xml *test, arena *a)
{
    ptrdiff_t count = 0, i = 0;
    for (const xml *k = xml_child(test, STR("inputNode")); k; k = xml_next(k, STR("inputNode"))) count++;
    str *names = arena_new(a, count, str);
    feel_value *values = arena_new(a, count, feel_value);
    for (const xml *k = xml_child(test, STR("inputNode")); k; k = xml_next(k, STR("inputNode")), i++) {
        names[i] = xml_get(k, STR("name"));
        values[i] = read_value(k, a);
    }
    return feel_context_of(names, values, count, a);
}

static void tell(const char *file, const xml *test, const xml *result, feel_value got, feel_value expected, const diag_list *reasons, arena *a)
{
    buf b = {.arena = a};
    buf_printf(&b, "  %s %.*s %.*s: got ", strrchr(file, '/') + 1, STR_ARG(xml_get(test, STR("id"))), STR_ARG(xml_get(result, STR("name"))));
    feel_print(&b, got);
    buf_add(&b, STR(", expected "));
    feel_print(&b, expected);
    buf_add_byte(&b, '\n');
    for (const diag *d = reasons->first; d; d = d->next) diag_print(&b, d, LANG_EN);
    fwrite(b.data, 1, (size_t)b.len, stdout);
}

static bool run_case(const dmn_model *m, const char *file, const xml *test)
{
    arena a = {0};
    bool good = m != NULL && xml_child(test, STR("resultNode"));
    feel_value inputs = read_inputs(test, &a);
    for (const xml *k = xml_child(test, STR("resultNode")); k && m; k = xml_next(k, STR("resultNode"))) {
        diag_list reasons = {.arena = &a};
        dmn_evaluation e = {.arena = &a, .reasons = &reasons, .now = 1709598600000};
        const dmn_item *item = wanted_item(m, test, k);
        feel_value expected = read_value(xml_child(k, STR("expected")), &a), got = feel_null();
        if (item) got = dmn_evaluate(m, item, inputs, &e);
        if (item && same(got, expected)) continue;
        // A service with several outputs gives a context; each result node names one of them.
        const feel_value *part = item && item->kind == DMN_SERVICE ? feel_context_get(&got, xml_get(k, STR("name"))) : NULL;
        if (part && same(*part, expected)) continue;
        good = false;
        if (verbose) tell(file, test, k, got, expected, &reasons, &a);
    }
    arena_free(&a);
    return good;
}

static void run_file(const char *folder, const char *name, char *const *names, int count, int *good, int *bad)
{
    arena a = {0};
    diag_list d = {.arena = &a};
    char path[PATH_BYTES];
    str text;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const xml *root = read_file(path, &a, &text) ? xml_parse(text, str_from(name), &a, &d) : NULL;
    if (root && xml_is(root, STR("testCases"))) {
        dmn_source sources[DMN_SOURCES_MAX];
        ptrdiff_t source_count = 0;
        str main_model = str_trim(xml_child(root, STR("modelName"))->text);
        for (int pass = 0; pass < 2; pass++)
            for (int i = 0; i < count && source_count < DMN_SOURCES_MAX; i++) {
                if (!str_ends(str_from(names[i]), STR(".dmn")) || str_equal(str_from(names[i]), main_model) != (pass == 0)) continue;
                snprintf(path, sizeof path, "%s/%s", folder, names[i]);
                if (read_file(path, &a, &text)) sources[source_count++] = (dmn_source){str_from(names[i]), text};
            }
        const dmn_model *m = source_count ? dmn_load(sources, source_count, time_zones, &a, &d) : NULL;
        for (const xml *test = xml_child(root, STR("testCase")); test; test = xml_next(test, STR("testCase"))) {
            snprintf(path, sizeof path, "%s/%s", folder, name);
            if (run_case(m, path, test)) ++*good;
            else ++*bad;
        }
    }
    if (verbose && *bad) {
        buf b = {.arena = &a};
        diag_print_all(&b, &d, LANG_EN);
        fwrite(b.data, 1, (size_t)b.len, stdout);
    }
    arena_free(&a);
}

static void run_folder(const char *folder, const char *only)
{
    char *names[FILES_MAX], path[PATH_BYTES];
    int count = list_folder(folder, names), good = 0, bad = 0;
    bool wanted = !only || strstr(folder, only);
    for (int i = 0; i < count; i++) {
        struct stat s;
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (stat(path, &s) == 0 && S_ISDIR(s.st_mode)) run_folder(path, only);
        else if (wanted && str_ends(str_from(names[i]), STR(".xml"))) run_file(folder, names[i], names, count, &good, &bad);
    }
    if (good + bad) printf("%-66s %5d passed %5d failed\n", folder, good, bad);
    passed += good;
    failed += bad;
    for (int i = 0; i < count; i++) free(names[i]);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: tck DIR [PART-OF-A-NAME]\n");
        return 2;
    }
    verbose = argc > 2;
    time_zones = zoneinfo_open(NULL);
    run_folder(argv[1], argc > 2 ? argv[2] : NULL);
    printf("%d passed, %d failed\n", passed, failed);
    zoneinfo_close(time_zones);
    if (passed + failed == 0) {
        fprintf(stderr, "no test cases in %s: give a copy of the TCK's TestCases folder\n", argv[1]);
        return 1;
    }
    return 0;
}
