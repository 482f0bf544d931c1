// The decisions that come with the procedures, rule by rule: tests/data/decisions/PROCEDURE.TABLE.json has for every rule of every table a case
// that it decides, and what the law makes of it. "rule" 0 is the table's default, null no rule at all.
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "procedure/procedure.h"
#include "service/district.h"
#include "tap.h"

#define FOLDER "tests/data/decisions"
enum { TABLES_MAX = 1000 };

static arena a;
static struct { str procedure, file; bool *hit; int rules; bool has_default; } tables[TABLES_MAX];
static int table_count;

static procedure_source source_of(str id)
{
    diag_list d = {.arena = &a};
    procedure_source s;
    if (!procedure_read_folder(str_cstr(str_printf(&a, "procedures/%.*s", STR_ARG(id)), &a), &s, &a, &d)) printf("Bail out! no procedure %.*s\n", STR_ARG(id));
    return s;
}

static int occurrences(str text, str what)
{
    int n = 0;
    for (ptrdiff_t at; (at = str_find(text, what)) >= 0; n++) text = str_slice(text, at + what.len, text.len);
    return n;
}

static void release(struct dirent **names, int count)
{
    for (int i = 0; i < count; i++) free(names[i]);
    free(names);
}

// Every table of every procedure, with as many rules as its file has. Each file has one table.
static void list_tables(void)
{
    struct dirent **names;
    int count = scandir("procedures", &names, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] == '.') continue;
        procedure_source s = source_of(str_copy(str_from(names[i]->d_name), &a));
        for (ptrdiff_t k = 0; k < s.count; k++) {
            if (!str_ends(s.files[k].name, STR(".dmn"))) continue;
            int rules = occurrences(s.files[k].text, STR("<rule>"));
            bool has_default = str_find(s.files[k].text, STR("<defaultOutputEntry>")) >= 0;
            tables[table_count].procedure = str_copy(str_from(names[i]->d_name), &a), tables[table_count].file = s.files[k].name;
            tables[table_count].hit = arena_new(&a, rules + 1, bool), tables[table_count].rules = rules, tables[table_count++].has_default = has_default;
        }
    }
    release(names, count);
}

static void try_example(const procedure *p, const procedure_decision *x, const json *example, int table, const char *about)
{
    diag_list d = {.arena = &a};
    dmn_evaluation e = {.arena = &a, .explain = true};
    (void)p;
    feel_value decided = dmn_evaluate(x->model, x->item, dmn_inputs(x->model, x->item, json_get(example, STR("in")), &a), &e);
    buf got = {.arena = &a}, wanted = {.arena = &a}, input = {.arena = &a};
    json_write(&got, feel_to_json(decided, &a));
    json_write(&wanted, json_get(example, STR("out")));
    json_write(&input, json_get(example, STR("in")));
    const json *rule = json_get(example, STR("rule"));
    int named = rule && rule->kind == JSON_NUMBER ? (int)json_int(example, STR("rule"), -1) : -1;
    bool by_it = false;
    // COLLECT takes several; the others the first or the only one.
    for (ptrdiff_t h = 0; e.first_step && h < e.first_step->hit_count; h++) {
        by_it = by_it || e.first_step->hits[h].number == named;
        if (str_starts(e.first_step->hit_policy, STR("COLLECT")) || str_starts(e.first_step->hit_policy, STR("C"))) tables[table].hit[e.first_step->hits[h].number] = true;
    }
    if (named == 0) by_it = e.first_step && e.first_step->by_default;
    if (named < 0) by_it = e.first_step && !e.first_step->hit_count && !e.first_step->by_default;
    if (named >= 0 && named <= tables[table].rules) tables[table].hit[named] = true;
    bool same = str_equal(buf_str(&got), buf_str(&wanted));
    tap_ok(same && by_it, "%s: %s", about, str_cstr(buf_str(&input), &a));
    if (!same) printf("# it is %s\n", str_cstr(buf_str(&got), &a));
    else if (!by_it) printf("# but by another rule\n");
    for (const diag *g = d.first; g; g = g->next) printf("# %s\n", g->code);
}

static void try_file(const char *name)
{
    diag_list d = {.arena = &a};
    str text;
    bool there = read_whole_file(str_cstr(str_printf(&a, FOLDER "/%s", name), &a), 1 << 20, &text, &a);
    const json *root = there ? json_parse(text, str_from(name), &a, &d) : NULL;
    str procedure_id = json_string(root, STR("procedure")), name_of_decision = json_string(root, STR("decision"));
    procedure_source s = source_of(procedure_id);
    const procedure *p = procedure_load(&s, &a, &d);
    const procedure_decision *x = p ? procedure_decision_find(p, name_of_decision) : NULL;
    int table = 0;
    while (table < table_count && !(str_equal(tables[table].procedure, procedure_id) && str_equal(tables[table].file, json_string(root, STR("file"))))) table++;
    if (!x || table == table_count) {
        tap_ok(false, "%s: there is no such decision", name);
        return;
    }
    const json *examples = json_get(root, STR("examples"));
    for (const json *j = examples ? examples->first : NULL; j; j = j->next) try_example(p, x, j, table, str_cstr(str_printf(&a, "%.*s, %.*s", STR_ARG(procedure_id), STR_ARG(name_of_decision)), &a));
}

static void twice(void)
{
    diag_list d = {.arena = &a};
    procedure_source s = source_of(STR("hotline"));
    procedure_file *files = arena_new(&a, s.count + 1, procedure_file);
    for (ptrdiff_t i = 0; i < s.count; i++) files[i] = s.files[i];
    for (ptrdiff_t i = 0; i < s.count; i++)
        if (str_equal(s.files[i].name, STR("handling_time.dmn"))) files[s.count] = (procedure_file){STR("zz.dmn"), s.files[i].text};
    s.files = files;
    s.count++;
    tap_ok(!procedure_load(&s, &a, &d) && str_equal(str_from(d.last->code), STR("DECISION-TWICE")), "a decision of the same name in two files is refused");
}

int main(void)
{
    list_tables();
    struct dirent **names;
    int count = scandir(FOLDER, &names, NULL, alphasort);
    for (int i = 0; i < count; i++)
        if (str_ends(str_from(names[i]->d_name), STR(".json"))) try_file(names[i]->d_name);
    release(names, count);
    for (int i = 0; i < table_count; i++) {
        int hit = 0;
        for (int r = 1; r <= tables[i].rules; r++) hit += tables[i].hit[r];
        tap_is_int(hit, tables[i].rules, str_cstr(str_printf(&a, "%.*s/%.*s: every rule has its example", STR_ARG(tables[i].procedure), STR_ARG(tables[i].file)), &a));
        if (tables[i].has_default) tap_ok(tables[i].hit[0], "and so has its default");
    }
    twice();
    arena_free(&a);
    return tap_done();
}
