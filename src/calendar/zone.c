// zone.c: reading TZif (RFC 8536) and asking it.
#include "calendar/zone.h"

#include "calendar/date.h"

enum { HEADER_SIZE = 44, DAY = 86400, RULE_HOURS_MAX = 167 /* RFC 8536, 3.3.1 */ };

// ---- the rule of the footer: "CET-1CEST,M3.5.0,M10.5.0/3" ---------------------------------------------

typedef enum { DAY_OF_YEAR /* 0..365 */, DAY_WITHOUT_LEAP /* 1..365, 29 February never counts */, DAY_OF_WEEK /* the w-th d of m */ } day_form;
typedef struct {
    day_form form;
    int month, week, day;
    int32_t time;                  // seconds after midnight, on the clock as it stands before the change
} change_day;
typedef struct {
    int32_t standard, summer;
    bool changes;                  // false: `standard` for ever
    change_day begin, end;
} rule;

struct zone {
    str name;
    ptrdiff_t count;
    const int64_t *since;          // when a change took effect, ascending
    const int32_t *offset;         // what it was from then on
    int32_t first;                 // before since[0]
    bool has_rule;                 // after the last
    rule rule;
};

typedef struct { str text; ptrdiff_t at; } cursor;

static char peek(const cursor *c) { return c->at < c->text.len ? c->text.data[c->at] : 0; }

static bool take(cursor *c, char wanted)
{
    if (peek(c) != wanted) return false;
    c->at++;
    return true;
}

static bool take_number(cursor *c, int low, int high, int *out)
{
    int n = 0;
    ptrdiff_t start = c->at;
    for (; peek(c) >= '0' && peek(c) <= '9' && c->at - start < 3; c->at++) n = 10 * n + (peek(c) - '0');
    *out = n;
    return c->at > start && n >= low && n <= high;
}

static bool take_clock(cursor *c, int hours_max, int32_t *out)     // [+-]h[:mm[:ss]]
{
    int hours, minutes = 0, seconds = 0;
    bool minus = take(c, '-');
    if (!minus) take(c, '+');
    if (!take_number(c, 0, hours_max, &hours)) return false;
    if (take(c, ':') && !take_number(c, 0, 59, &minutes)) return false;
    if (take(c, ':') && !take_number(c, 0, 59, &seconds)) return false;
    int32_t total = hours * 3600 + minutes * 60 + seconds;
    *out = minus ? -total : total;
    return true;
}

static bool take_name(cursor *c)                   // "CET", "<+0330>"
{
    ptrdiff_t start = c->at;
    bool quoted = take(c, '<');
    while (peek(c) && (quoted ? peek(c) != '>' : (peek(c) >= 'A' && peek(c) <= 'Z') || (peek(c) >= 'a' && peek(c) <= 'z'))) c->at++;
    return quoted ? take(c, '>') : c->at > start;
}

static bool take_change(cursor *c, change_day *out)
{
    *out = (change_day){.time = 7200};
    if (!take(c, ',')) return false;
    if (take(c, 'M')) {
        out->form = DAY_OF_WEEK;
        if (!take_number(c, 1, 12, &out->month) || !take(c, '.') || !take_number(c, 1, 5, &out->week) || !take(c, '.')
            || !take_number(c, 0, 6, &out->day))
            return false;
    } else if (take(c, 'J')) {
        out->form = DAY_WITHOUT_LEAP;
        if (!take_number(c, 1, 365, &out->day)) return false;
    } else if (!take_number(c, 0, 365, &out->day)) {
        return false;
    }
    return !take(c, '/') || take_clock(c, RULE_HOURS_MAX, &out->time);
}

static bool read_rule(str text, rule *out)         // POSIX TZ: offsets are counted westward
{
    cursor c = {text, 0};
    *out = (rule){0};
    if (!take_name(&c) || !take_clock(&c, 24, &out->standard)) return false;
    out->standard = -out->standard;
    if (c.at == text.len) return true;
    out->changes = true;
    out->summer = out->standard + 3600;
    if (!take_name(&c)) return false;
    if (peek(&c) != ',') {
        if (!take_clock(&c, 24, &out->summer)) return false;
        out->summer = -out->summer;
    }
    return take_change(&c, &out->begin) && take_change(&c, &out->end) && c.at == text.len;
}

static int64_t change_moment(const change_day *c, int32_t year)    // seconds since 1970 on the local clock
{
    int64_t new_year = date_to_days((date){year, 1, 1}), day = new_year + c->day;
    if (c->form == DAY_WITHOUT_LEAP) {
        bool after_february = date_days_in_month(year, 2) == 29 && c->day > 59;
        day = new_year + c->day - 1 + after_february;
    } else if (c->form == DAY_OF_WEEK) {
        date first = {year, (uint8_t)c->month, 1};
        int in_month = 1 + (c->day - date_weekday(first) % 7 + 7) % 7 + 7 * (c->week - 1);
        while (in_month > date_days_in_month(year, c->month)) in_month -= 7;       // week 5 is the last
        day = date_to_days(first) + in_month - 1;
    }
    return day * DAY + c->time;
}

static int64_t floor_days(int64_t seconds) { return seconds / DAY - (seconds % DAY < 0); }

static int32_t rule_offset(const rule *r, int64_t utc)
{
    if (!r->changes) return r->standard;
    int32_t year = date_from_days(floor_days(utc + r->standard)).year;
    int64_t begin = change_moment(&r->begin, year) - r->standard, end = change_moment(&r->end, year) - r->summer;
    bool is_summer = begin < end ? utc >= begin && utc < end : utc >= begin || utc < end;     // southern summers span New Year
    return is_summer ? r->summer : r->standard;
}

// ---- TZif ---------------------------------------------------------------------------------------------

typedef struct {
    int version;
    int64_t utc_flags, standard_flags, leaps, changes, types, letters;       // how many of each: RFC 8536, 3.1
} header;

static int64_t big_endian(const char *p, int bytes)
{
    uint64_t x = bytes < 8 && (signed char)p[0] < 0 ? UINT64_MAX : 0;
    for (int i = 0; i < bytes; i++) x = x << 8 | (unsigned char)p[i];
    return (int64_t)x;
}

static bool read_header(str bytes, header *h)
{
    if (bytes.len < HEADER_SIZE || !str_starts(bytes, STR("TZif"))) return false;
    char version = bytes.data[4];
    h->version = version ? version - '0' : 1;
    if (h->version < 1 || h->version > 4 || version == '1') return false;
    int64_t *counts[] = {&h->utc_flags, &h->standard_flags, &h->leaps, &h->changes, &h->types, &h->letters};
    for (int i = 0; i < 6; i++) {
        *counts[i] = big_endian(bytes.data + 20 + 4 * i, 4);
        if (*counts[i] < 0 || *counts[i] > ZONE_BYTES_MAX) return false;
    }
    return h->types > 0 && h->letters > 0 && (!h->utc_flags || h->utc_flags == h->types) && (!h->standard_flags || h->standard_flags == h->types);
}

static int64_t block_size(const header *h, int time_size)
{
    return h->changes * (time_size + 1) + h->types * 6 + h->letters + h->leaps * (time_size + 4) + h->standard_flags + h->utc_flags;
}

// The data block behind a header: times, the type of each, and the types.
static bool read_block(zone *z, const header *h, str block, int time_size, arena *a)
{
    if (h->leaps) return false;                    // "right/" files count leap seconds: their seconds are not ours
    int64_t *since = arena_new(a, h->changes, int64_t);
    int32_t *offset = arena_new(a, h->changes, int32_t);
    const char *types = block.data + h->changes * time_size, *records = types + h->changes;
    for (int64_t i = 0; i < h->types; i++) {
        int64_t o = big_endian(records + 6 * i, 4);
        if (o < ZONE_OFFSET_MIN || o > ZONE_OFFSET_MAX) return false;
    }
    for (int64_t i = 0; i < h->changes; i++) {
        int type = (unsigned char)types[i];
        since[i] = big_endian(block.data + time_size * i, time_size);
        if (type >= h->types || (i && since[i] <= since[i - 1])) return false;
        offset[i] = (int32_t)big_endian(records + 6 * type, 4);
    }
    z->first = (int32_t)big_endian(records, 4);    // type 0 holds before the first change (RFC 8536, 3.2)
    z->count = (ptrdiff_t)h->changes;
    z->since = since;
    z->offset = offset;
    return true;
}

const zone *zone_read(str name, str bytes, arena *a)
{
    header h;
    if (bytes.len > ZONE_BYTES_MAX || !read_header(bytes, &h)) return NULL;
    int time_size = 4;
    str block = str_slice(bytes, HEADER_SIZE, bytes.len);
    if (h.version > 1) {                           // the first block is for readers of 32 bits: the second says all of it
        if (block_size(&h, 4) > block.len) return NULL;
        str second = str_slice(block, (ptrdiff_t)block_size(&h, 4), block.len);
        if (!read_header(second, &h)) return NULL;
        block = str_slice(second, HEADER_SIZE, second.len);
        time_size = 8;
    }
    if (block_size(&h, time_size) > block.len) return NULL;
    zone *z = arena_new(a, 1, zone);
    z->name = str_copy(name, a);
    if (!read_block(z, &h, block, time_size, a)) return NULL;
    if (time_size == 4) return z;
    str footer = str_slice(block, (ptrdiff_t)block_size(&h, 8), block.len);
    if (footer.len < 2 || footer.data[0] != '\n' || footer.data[footer.len - 1] != '\n') return NULL;
    footer = str_slice(footer, 1, footer.len - 1);
    z->has_rule = footer.len > 0;                  // none: the last change holds
    return z->has_rule && !read_rule(footer, &z->rule) ? NULL : z;
}

str zone_name(const zone *z) { return z ? z->name : (str){0}; }

// ---- asking -------------------------------------------------------------------------------------------

int32_t zone_offset(const zone *z, int64_t utc)
{
    ptrdiff_t low = 0, high = z->count;            // the number of changes up to `utc`
    while (low < high) {
        ptrdiff_t middle = low + (high - low) / 2;
        if (z->since[middle] <= utc) low = middle + 1;
        else high = middle;
    }
    if (low == z->count && z->has_rule) return rule_offset(&z->rule, utc);
    return low ? z->offset[low - 1] : z->first;
}

int32_t zone_offset_of_clock(const zone *z, int64_t local)
{
    // The moment lies between these two, and no clock is set twice within two days: so nothing but their offsets can hold.
    int32_t before = zone_offset(z, local - ZONE_OFFSET_MAX), after = zone_offset(z, local - ZONE_OFFSET_MIN);
    if (zone_offset(z, local - before) == before) return before;
    return zone_offset(z, local - after) == after ? after : before;
}

bool zone_is_fixed(const zone *z, int32_t *offset)
{
    *offset = zone_offset(z, INT64_MAX / 2);
    return !z->has_rule || !z->rule.changes;
}
