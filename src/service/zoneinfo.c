#include "service/zoneinfo.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_MAX_BYTES = 64 };          // the longest name of the data has 32

typedef struct known { const zone *zone; struct known *next; } known;
typedef struct {
    zones as_zones;                    // first: what the others see
    pthread_mutex_t lock;              // over what is below
    arena arena;
    known *known;
    const char *dir;
} zoneinfo;

// Words of letters, digits, '_', '+', '-' with '/' between: no way out of the directory, and none of its other files.
static bool is_name(str name)
{
    if (!name.len || name.len > NAME_MAX_BYTES || name.data[name.len - 1] == '/') return false;
    if (str_starts(name, STR("posix/")) || str_starts(name, STR("right/"))) return false;     // the same zones again
    for (ptrdiff_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        bool starts = i == 0 || name.data[i - 1] == '/';
        if (!letter && (starts || !((c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-' || c == '/'))) return false;
    }
    return true;
}

static const zone *read_zone(zoneinfo *z, str name)
{
    char path[4096], bytes[ZONE_BYTES_MAX + 1];
    int n = snprintf(path, sizeof path, "%s/%.*s", z->dir, STR_ARG(name));
    if (n < 0 || n >= (int)sizeof path) return NULL;
    FILE *file = fopen(path, "rbe");
    if (!file) return NULL;
    size_t size = fread(bytes, 1, sizeof bytes, file);
    bool ok = !ferror(file);
    fclose(file);
    arena_position before = arena_mark(&z->arena);
    const zone *read = ok ? zone_read(name, (str){bytes, (ptrdiff_t)size}, &z->arena) : NULL;
    if (!read) arena_rewind(&z->arena, before);
    return read;
}

static const zone *read_and_keep(zoneinfo *z, str name)
{
    jmp_buf out_of_memory;
    if (ARENA_GUARD(&z->arena, out_of_memory)) return NULL;       // then there is no such zone for now
    const zone *found = read_zone(z, name);
    if (found) {
        known *k = arena_new(&z->arena, 1, known);
        *k = (known){found, z->known};
        z->known = k;
    }
    return found;
}

static const zone *find(zones *from, str name)
{
    zoneinfo *z = (zoneinfo *)from;
    if (!is_name(name)) return NULL;
    pthread_mutex_lock(&z->lock);
    const known *k = z->known;
    while (k && !str_equal(zone_name(k->zone), name)) k = k->next;
    const zone *found = k ? k->zone : read_and_keep(z, name);
    pthread_mutex_unlock(&z->lock);
    return found;
}

zones *zoneinfo_open(const char *dir)
{
    zoneinfo *z = mem_alloc(sizeof *z);
    if (!z) return NULL;
    const char *set = getenv("TZDIR");
    z->as_zones.find = find;
    z->dir = dir ? dir : set && *set ? set : "/usr/share/zoneinfo";
    pthread_mutex_init(&z->lock, NULL);
    return &z->as_zones;
}

void zoneinfo_close(zones *from)
{
    zoneinfo *z = (zoneinfo *)from;
    if (!z) return;
    pthread_mutex_destroy(&z->lock);
    arena_free(&z->arena);
    mem_release(z);
}
