// Fuzz target: a text that is a date or a period is the one way to write it: printed, it is the same text again. And the
// day on which such a period ends is told by its derivation, or refused with a reason.
#include <assert.h>

#include "calendar/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char arrangement[] =
    "{\"year\": 2024, \"days\": [{\"name\": \"国庆节\", \"date\": \"2024-10-01\", \"isOffDay\": true},"
    "{\"name\": \"国庆节\", \"date\": \"2024-10-12\", \"isOffDay\": false}]}";

static str notation(period p, arena *a)
{
    static const char *const units[] = {
        [UNIT_WORKING_DAYS] = "wd", [UNIT_DAYS] = "d", [UNIT_MONTHS] = "mo", [UNIT_YEARS] = "y", [UNIT_HOURS] = "h",
    };
    return str_printf(a, "%s%d %s", p.backward ? "-" : "", p.length, units[p.unit]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena a = {.limit = (ptrdiff_t)16 << 20};   // small: running out must be handled too
    jmp_buf env;
    if (!ARENA_GUARD(&a, env)) {
        diag_list d = {.arena = &a};
        // A date, a line feed, a period: "2024-09-27\n7 wd".
        str rest = {(const char *)data, (ptrdiff_t)size};
        str first = str_cut(&rest, '\n');
        date event, last;
        period p;
        bool is_date = date_parse(first, &event), is_period = period_parse(rest, &p);
        if (is_date) assert(str_equal(date_text(event, &a), first));
        if (is_period) assert(str_equal(notation(p, &a), rest));
        if (is_date && is_period) {
            calendar *c = calendar_new(&a);
            json *notice = json_parse(STR(arrangement), STR("fuzz"), &a, &d);
            assert(notice && calendar_add_year(c, notice, STR("fuzz"), &d));
            derivation why;
            if (calendar_last_day(c, event, p, &last, &why, &a, &d)) {
                assert(why.count > 0 && date_compare(why.lines[0].day, event) == 0 && date_compare(why.lines[why.count - 1].day, last) == 0);
                assert(p.length == 0 || date_compare(last, event) == (p.backward ? -1 : 1));
                assert(why.provisional == (d.warnings == 1));
            } else {
                assert(d.errors == 1);
            }
        }
    }
    arena_free(&a);
    return 0;
}
