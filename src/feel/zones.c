// zones.c: the time zones of the IANA data: which names exist, and where their clocks stand.
//
// zone_table.h has for each zone the rule of today, as a POSIX TZ string, and the year since which it has held without
// a break. Before that year the offset is not known here (zone_offset says so); the full history is a matter of
// some hundred kilobytes that no office has asked for.
#include "feel/feel_internal.h"

typedef struct {
    const char *name, *rule;
    int since;
} zone;

static const zone zones[] = {
#include "feel/zone_table.h"
};

static const zone *find(str name)
{
    size_t low = 0, high = sizeof zones / sizeof *zones;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int c = str_compare(name, str_from(zones[middle].name));
        if (c == 0) return &zones[middle];
        if (c < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

bool zone_known(str name) { return find(name) != NULL; }

// ---- POSIX TZ rules: "CET-1CEST,M3.5.0,M10.5.0/3" -----------------------------------------------------

static int number(const char **s)
{
    int n = 0;
    while (**s >= '0' && **s <= '9') n = 10 * n + (*(*s)++ - '0');
    return n;
}

static int32_t clock_seconds(const char **s)       // [+-]h[:mm[:ss]]
{
    int sign = 1;
    if (**s == '+' || **s == '-') sign = *(*s)++ == '-' ? -1 : 1;
    int32_t total = number(s) * 3600;
    if (**s == ':') ++*s, total += number(s) * 60;
    if (**s == ':') ++*s, total += number(s);
    return sign * total;
}

static void skip_name(const char **s)
{
    bool quoted = **s == '<';
    while (**s && (quoted ? **s != '>' : (**s >= 'A' && **s <= 'Z') || (**s >= 'a' && **s <= 'z'))) ++*s;
    if (quoted) ++*s;
}

// "Mm.w.d[/time]" in that year, on the clock as it stands before the change.
static int64_t change_moment(const char **s, int32_t year)
{
    ++*s;
    int month = number(s);
    ++*s;
    int week = number(s);
    ++*s;
    int weekday = number(s);                       // 0 = Sunday
    int32_t time = 7200;
    if (**s == '/') ++*s, time = clock_seconds(s);
    int first = date_weekday((date){year, (uint8_t)month, 1}) % 7, day = 1 + (weekday - first + 7) % 7 + 7 * (week - 1);
    while (day > date_days_in_month(year, month)) day -= 7;
    return date_to_days((date){year, (uint8_t)month, (uint8_t)day}) * DAY_SECONDS + time;
}

static int32_t offset_at(const char *rule, int64_t utc)
{
    const char *s = rule;
    skip_name(&s);
    int32_t standard = -clock_seconds(&s);
    if (!*s) return standard;
    skip_name(&s);
    int32_t summer = *s == ',' ? standard + 3600 : -clock_seconds(&s);
    int64_t local = utc + standard;
    int32_t year = date_from_days(local / DAY_SECONDS - (local % DAY_SECONDS < 0)).year;
    s++;
    int64_t begin = change_moment(&s, year) - standard;
    s++;
    int64_t end = change_moment(&s, year) - summer;
    bool is_summer = begin < end ? utc >= begin && utc < end : utc >= begin || utc < end;
    return is_summer ? summer : standard;
}

bool zone_offset(str name, int64_t seconds, bool utc, int32_t *offset)
{
    const zone *z = find(name);
    if (!z || date_from_days(seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0)).year < z->since) return false;
    *offset = offset_at(z->rule, seconds);
    if (!utc) {                                     // the local clock: where UTC stands follows from the offset, and it from UTC
        *offset = offset_at(z->rule, seconds - *offset);
        *offset = offset_at(z->rule, seconds - *offset);
    }
    return true;
}
