#include "service/bundle.h"

#include <string.h>

static str data_of(const bundle_file *f) { return (str){f->data, f->end - f->data}; }

str bundle_get(const char *path)
{
    for (int i = 0; i < bundle_file_count; i++)
        if (strcmp(bundle_files[i].path, path) == 0) return data_of(&bundle_files[i]);
    return (str){0};
}

procedure_source bundle_source(str folder, str id, arena *a)
{
    procedure_source s = {.id = id, .files = arena_new(a, PROCEDURE_FILES_MAX, procedure_file)};
    for (int i = 0; i < bundle_file_count && s.count < PROCEDURE_FILES_MAX; i++) {
        str path = str_from(bundle_files[i].path);
        if (str_starts(path, folder)) s.files[s.count++] = (procedure_file){str_slice(path, folder.len, path.len), data_of(&bundle_files[i])};
    }
    return s;
}

ptrdiff_t bundle_folders(str folder, str **out, arena *a)
{
    ptrdiff_t count = 0;
    *out = arena_new(a, bundle_file_count, str);
    for (int i = 0; i < bundle_file_count; i++) {
        str rest = str_from(bundle_files[i].path);
        if (!str_starts(rest, folder)) continue;
        rest = str_slice(rest, folder.len, rest.len);
        str name = str_cut(&rest, '/');
        if (rest.data && (count == 0 || !str_equal((*out)[count - 1], name))) (*out)[count++] = name;
    }
    return count;
}

calendar *bundle_calendar(arena *a, diag_list *d)
{
    calendar *cal = calendar_new(a);
    procedure_source files = bundle_source(STR("calendars/cn/"), STR(""), a);
    for (ptrdiff_t i = 0; i < files.count; i++) {
        if (!str_ends(files.files[i].name, STR(".json"))) continue;
        json *year = json_parse(files.files[i].text, files.files[i].name, a, d);
        if (year) calendar_add_year(cal, year, files.files[i].name, d);
    }
    return cal;
}
