// Files of a procedure folder: finding, reading, digesting.
#include "procedure/procedure_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int compare_names(const void *x, const void *y)
{
    return str_compare(((const procedure_file *)x)->name, ((const procedure_file *)y)->name);
}

static void cannot_read(const char *path, diag_list *d)
{
    diag_add(d, DIAG_ERROR, "PROC-READ", (source_pos){.file = str_from(path)}, (bilingual){0},
             (bilingual){"无法读取：%s", "cannot be read: %s"}, strerror(errno));
}

static bool read_file(const char *path, str *out, arena *a, diag_list *d)
{
    FILE *f = fopen(path, "rb");
    if (!f) return cannot_read(path, d), false;
    // As much room as the file needs, by what its end tells, and one byte to see that it has not grown.
    long end = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    bool failed = end < 0 || fseek(f, 0, SEEK_SET) != 0;
    size_t room = failed ? 0 : (size_t)(end < PROCEDURE_FILE_BYTES_MAX ? end : PROCEDURE_FILE_BYTES_MAX) + 1;
    char *text = arena_new(a, (ptrdiff_t)room, char);
    size_t n = fread(text, 1, room, f);
    failed = failed || ferror(f);
    fclose(f);
    if (failed) return cannot_read(path, d), false;
    if (n > PROCEDURE_FILE_BYTES_MAX) {
        diag_add(d, DIAG_ERROR, "PROC-FILE-SIZE", (source_pos){.file = str_from(path)}, (bilingual){0},
                 (bilingual){"文件超过 %d 字节", "the file is larger than %d bytes"}, PROCEDURE_FILE_BYTES_MAX);
        return false;
    }
    *out = (str){text, (ptrdiff_t)n};
    return true;
}

// Reads the files of one directory whose names end in one of `endings`; `prefix` goes before their names.
static bool read_directory(const char *path, str prefix, const char *const *endings, procedure_source *out, arena *a, diag_list *d)
{
    DIR *dir = opendir(path);
    if (!dir) {
        if (prefix.len && errno == ENOENT) return true;   // documents/ and scenarios/ need not be there
        return cannot_read(path, d), false;
    }
    bool good = true;
    struct dirent *entry;
    while (good && (entry = readdir(dir))) {
        str name = str_from(entry->d_name);
        bool wanted = false;
        for (const char *const *e = endings; *e && !wanted; e++) wanted = str_ends(name, str_from(*e));
        if (!wanted || name.data[0] == '.') continue;
        if (out->count == PROCEDURE_FILES_MAX) {
            diag_add(d, DIAG_ERROR, "PROC-FILES", (source_pos){.file = str_from(path)}, (bilingual){0},
                     (bilingual){"文件超过 %d 个", "more than %d files"}, PROCEDURE_FILES_MAX);
            good = false;
            break;
        }
        char *full = str_cstr(str_printf(a, "%s/%s", path, entry->d_name), a);
        procedure_file *f = &out->files[out->count++];
        f->name = str_concat(prefix, name, a);
        good = read_file(full, &f->text, a, d);
    }
    closedir(dir);
    return good;
}

bool procedure_read_folder(const char *path, procedure_source *out, arena *a, diag_list *d)
{
    char *real = realpath(path, NULL);
    if (!real) return cannot_read(path, d), false;
    const char *slash = strrchr(real, '/');
    *out = (procedure_source){.id = str_copy(str_from(slash ? slash + 1 : real), a), .files = arena_new(a, PROCEDURE_FILES_MAX, procedure_file)};
    free(real);
    char *documents = str_cstr(str_printf(a, "%s/documents", path), a), *scenarios = str_cstr(str_printf(a, "%s/scenarios", path), a);
    if (!read_directory(path, STR(""), (const char *const[]){".json", ".form", ".bpmn", ".dmn", NULL}, out, a, d)) return false;
    if (!read_directory(documents, STR("documents/"), (const char *const[]){".md", NULL}, out, a, d)) return false;
    if (!read_directory(scenarios, STR("scenarios/"), (const char *const[]){".json", NULL}, out, a, d)) return false;
    qsort(out->files, (size_t)out->count, sizeof *out->files, compare_names);
    return true;
}

digest procedure_digest(const procedure_source *s)
{
    // Lengths go before texts so that no two different folders give the same bytes.
    digest parts[PROCEDURE_FILES_MAX];
    str hashes[PROCEDURE_FILES_MAX];
    for (ptrdiff_t i = 0; i < s->count; i++) {
        char lengths[64];
        int n = snprintf(lengths, sizeof lengths, "%td:%td:", s->files[i].name.len, s->files[i].text.len);
        parts[i] = digest_of_parts((str[]){{lengths, n}, s->files[i].name, s->files[i].text}, 3);
        hashes[i] = (str){(const char *)parts[i].bytes, sizeof parts[i].bytes};
    }
    return digest_of_parts(hashes, (int)s->count);
}
