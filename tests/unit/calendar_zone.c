// Reading TZif, and asking a zone: files made by hand here, then those of the machine.
#include <stdlib.h>
#include <unistd.h>

#include "calendar/date.h"
#include "service/zoneinfo.h"
#include "tap.h"

static arena a;

static void add_number(buf *b, uint64_t x, int bytes)
{
    while (bytes-- > 0) buf_add_byte(b, bytes < 8 ? (char)(x >> 8 * bytes) : 0);
}

typedef struct { int64_t since; int type; } change;

static void add_block(buf *b, char version, int time_size, const change *changes, int count, const int32_t *types, int type_count, int leaps)
{
    buf_add(b, STR("TZif"));
    buf_add_byte(b, version);
    for (int i = 0; i < 15; i++) buf_add_byte(b, 0);
    const int counts[] = {0, 0, leaps, count, type_count, 4};
    for (int i = 0; i < 6; i++) add_number(b, (uint64_t)counts[i], 4);
    for (int i = 0; i < count; i++) add_number(b, (uint64_t)changes[i].since, time_size);
    for (int i = 0; i < count; i++) buf_add_byte(b, (char)changes[i].type);
    for (int i = 0; i < type_count; i++) add_number(b, (uint32_t)types[i], 4), add_number(b, 0, 2);
    buf_add(b, (str){"CST", 4});
    for (int i = 0; i < leaps; i++) add_number(b, 0, time_size + 4);
}

// Local time, then two changes, then the rule.
static str file(char version, const char *footer, int leaps)
{
    static const int32_t types[] = {500, 3600, 7200};
    static const change changes[] = {{-1000000, 1}, {1000000, 2}, {2000000, 1}};
    buf b = {.arena = &a};
    add_block(&b, version, 4, changes, version ? 0 : 3, types, 3, 0);
    if (version) {
        add_block(&b, version, 8, changes, 3, types, 3, leaps);
        buf_printf(&b, "\n%s\n", footer);
    }
    return buf_str(&b);
}

static const zone *read_zone(str bytes) { return zone_read(STR("Test"), bytes, &a); }

static void test_history(void)
{
    const zone *z = read_zone(file('2', "CET-1", 0));
    static const struct { int64_t utc; int32_t offset; } rows[] = {
        {-1000001, 500}, {-1000000, 3600}, {999999, 3600}, {1000000, 7200}, {1999999, 7200}, {2000000, 3600}, {INT64_C(1) << 50, 3600}, {INT64_MIN / 2, 500},
    };
    bool right = true;
    for (size_t i = 0; z && i < sizeof rows / sizeof *rows; i++) right &= zone_offset(z, rows[i].utc) == rows[i].offset;
    tap_ok(z && right, "each change holds from its second on; before the first, the local mean time");
    tap_is_str(zone_name(z), "Test", "a zone has its name");
    tap_is_str(zone_name(NULL), "", "and no zone has none");
    tap_is_int(zone_offset_of_clock(z, 1000000 + 3600 + 1800), 3600, "an hour that was skipped: as though the clock had not been set");
    tap_is_int(zone_offset_of_clock(z, 2000000 + 7200 - 1800), 7200, "an hour that came twice: the first");
    tap_is_int(zone_offset_of_clock(z, 2000000 + 7200), 3600, "and after it the other offset");
    z = read_zone(file(0, "", 0));
    tap_ok(z && zone_offset(z, 1500000) == 7200 && zone_offset(z, 3000000) == 3600, "version 1: 32 bits, and the last change holds");
}

static int32_t at_noon(const zone *z, int32_t year, int month, int day) { return zone_offset(z, date_to_days((date){year, (uint8_t)month, (uint8_t)day}) * 86400 + 43200); }

static void test_rules(void)
{
    static const struct { const char *rule; int32_t winter, summer; const char *why; } rows[] = {
        {"CET-1CEST,M3.5.0,M10.5.0/3", 3600, 7200, "the last Sunday"},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", 39600, 36000, "southern summer"},
        {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -7200, -3600, "names in brackets, times before midnight"},
        {"EET-2EEST,J60/0,J300/0", 7200, 10800, "days that do not count 29 February"},
        {"EET-2EEST,59/0,299/0", 7200, 10800, "days counted from zero"},
        {"XXX-1:30:15YYY-2:15,M3.5.0,M10.5.0", 5415, 8100, "minutes and seconds, and the summer's own offset"},
        {"IST-1GMT0,M10.5.0,M3.5.0/1", 0, 3600, "Dublin: winter is what is set back"},
        {"", 3600, 3600, "no rule: the last change holds"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zone *z = read_zone(file('3', rows[i].rule, 0));
        tap_ok(z && at_noon(z, 2099, 1, 15) == rows[i].winter && at_noon(z, 2099, 7, 15) == rows[i].summer, "%s: %s", rows[i].rule, rows[i].why);
    }
    const zone *z = read_zone(file('2', "EET-2EEST,J60/0,J300/0", 0));
    tap_ok(at_noon(z, 2096, 2, 29) == 7200 && at_noon(z, 2096, 3, 1) == 10800, "J60 is 1 March in a leap year too");
    int32_t fixed;
    tap_ok(zone_is_fixed(read_zone(file('2', "CST-8", 0)), &fixed) && fixed == 28800, "a rule without summer is fixed");
    tap_ok(!zone_is_fixed(z, &fixed), "one with summer is not");
}

static void test_refusals(void)
{
    static const char *const rules[] = {"CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-25", "CET-1CEST,M3.6.0,M10.5.0", "1",
                                        "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,J0,J300", "CET-1CEST,366,300", "CET-1CEST,M3.5.0,M10.5.0x", "<CET-1", "CET-1:60"};
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) tap_ok(!read_zone(file('2', rules[i], 0)), "the rule \"%s\" is refused", rules[i]);
    tap_ok(!read_zone(file('2', "CET-1", 1)), "files that count leap seconds are refused");
    tap_ok(!read_zone(file('1', "CET-1", 0)) && !read_zone(file('9', "CET-1", 0)), "so are versions that do not exist");
    tap_ok(!read_zone(STR("")) && !read_zone(STR("not a zone, but text that is longer than a header would be")), "and what is no TZif file");
    str whole = file('2', "CET-1CEST,M3.5.0,M10.5.0/3", 0);
    int shorter = 0;
    for (ptrdiff_t n = 0; n < whole.len; n++) shorter += read_zone(str_slice(whole, 0, n)) != NULL;
    tap_is_int(shorter, 0, "no beginning of a file is a file");
    const int32_t far_away[] = {ZONE_OFFSET_MAX + 1}, near[] = {0};
    const change unknown_type[] = {{0, 1}}, backwards[] = {{10, 0}, {10, 0}};
    buf b = {.arena = &a}, c = {.arena = &a}, d = {.arena = &a};
    add_block(&b, 0, 4, NULL, 0, far_away, 1, 0);
    add_block(&c, 0, 4, unknown_type, 1, near, 1, 0);
    add_block(&d, 0, 4, backwards, 2, near, 1, 0);
    tap_ok(!read_zone(buf_str(&b)) && !read_zone(buf_str(&c)) && !read_zone(buf_str(&d)), "an offset of more than a day, a change to no type, changes out of order");
    tap_ok(!read_zone((str){arena_alloc(&a, 1, ZONE_BYTES_MAX + 1, 1), ZONE_BYTES_MAX + 1}), "more bytes than a zone has");
}

static void test_machine(void)
{
    static const struct { const char *name, *day; int32_t offset; const char *why; } rows[] = {
        {"Asia/Shanghai", "1988-07-15", 32400, "summer time, 1986 to 1991"}, {"Asia/Shanghai", "1995-07-15", 28800, "and none since"},
        {"Asia/Shanghai", "1890-01-01", 29143, "local mean time"},           {"Europe/Paris", "1995-07-15", 7200, "summer of 1995"},
        {"Australia/Sydney", "2024-01-15", 39600, "southern summer"},        {"America/New_York", "2090-07-15", -14400, "the rule goes on after 2037"},
        {"Asia/Kathmandu", "2024-01-15", 20700, "quarters of an hour"},      {"Etc/GMT+5", "2024-01-15", -18000, "signs the POSIX way"},
    };
    zones *z = zoneinfo_open(NULL);
    if (!z->find(z, STR("Asia/Shanghai"))) {
        tap_skip("this machine has no time zones (package tzdata)");
        zoneinfo_close(z);
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const zone *found = z->find(z, str_from(rows[i].name));
        date d;
        tap_ok(found && date_parse(str_from(rows[i].day), &d) && at_noon(found, d.year, d.month, d.day) == rows[i].offset, "%s, %s: %s", rows[i].name, rows[i].day, rows[i].why);
    }
    tap_ok(z->find(z, STR("Asia/Shanghai")) == z->find(z, STR("Asia/Shanghai")), "the same zone each time");
    static const char *const none[] = {"", "Asia/Nowhere", "../zoneinfo/Asia/Shanghai", "Asia", "tzdata.zi", "/etc/localtime", "posix/Asia/Shanghai", "right/UTC", "Asia/",
                                       "Asia//Shanghai", "zone.tab", "A-name-that-is-longer-than-any-name-of-a-zone-that-there-is-or-will-be"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) tap_ok(!z->find(z, str_from(none[i])), "\"%s\" is no zone", none[i]);
    zoneinfo_close(z);
}

static void test_directory(void)
{
    char dir[] = "/tmp/fadu-zones-XXXXXX", path[64];
    if (!mkdtemp(dir)) return;
    snprintf(path, sizeof path, "%s/Here", dir);
    str bytes = file('2', "CST-8", 0);
    FILE *f = fopen(path, "wb");
    if (f) fwrite(bytes.data, 1, (size_t)bytes.len, f), fclose(f);
    setenv("TZDIR", dir, 1);
    zones *set = zoneinfo_open(NULL), *given = zoneinfo_open(dir), *absent = zoneinfo_open("/nowhere/at/all");
    tap_ok(set->find(set, STR("Here")) && given->find(given, STR("Here")), "TZDIR, or the directory that is given");
    tap_ok(!set->find(set, STR("Asia/Shanghai")) && !absent->find(absent, STR("UTC")), "what is not there is no zone");
    mem_fail_after(1);
    zones *poor = zoneinfo_open(NULL);
    mem_fail_after(0);
    tap_ok(!poor, "without memory there are no zones");
    poor = zoneinfo_open(dir);
    mem_fail_after(1);
    const zone *found = poor->find(poor, STR("Here"));
    mem_fail_after(0);
    tap_ok(!found && poor->find(poor, STR("Here")), "nor a zone, until there is memory again");
    zoneinfo_close(poor);
    zoneinfo_close(absent);
    zoneinfo_close(given);
    zoneinfo_close(set);
    zoneinfo_close(NULL);
    unlink(path);
    rmdir(dir);
}

int main(void)
{
    test_history();
    test_rules();
    test_refusals();
    test_machine();
    test_directory();
    arena_free(&a);
    return tap_done();
}
