// How are the documents of a series numbered?
#include "document/series.h"
#include "tap.h"

static series load(const char *pattern, diag_list *d)
{
    series s;
    series_load(str_from(pattern), (source_pos){0}, &s, d);
    return s;
}

static void prints(arena *a)
{
    static const struct { const char *pattern; series_number number; const char *text; } rows[] = {
        {"羊政复决字〔{year}〕{n}号", {2025, 3}, "羊政复决字〔2025〕3号"},
        {"羊管〔{year}〕{n}号", {2024, 128}, "羊管〔2024〕128号"},
        {"{year}-{n}", {SERIES_YEAR_MIN, 1}, "1949-1"},
        {"{year}-{n}", {SERIES_YEAR_MAX, SERIES_NUMBER_MAX}, "2200-9999999"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = a};
        series_number back;
        series s = load(rows[i].pattern, &d);
        tap_is_str(series_text(s, rows[i].number, a), rows[i].text, rows[i].pattern);
        tap_ok(series_parse(s, str_from(rows[i].text), &back) && back.year == rows[i].number.year && back.n == rows[i].number.n, "%s is read back", rows[i].text);
    }
}

static void refuses_patterns(arena *a)
{
    static const struct { const char *pattern, *code, *why; } rows[] = {
        {"", "DOCUMENT-SERIES-PATTERN", "nothing"},
        {"羊管〔2025〕{n}号", "DOCUMENT-SERIES-PATTERN", "no year"},
        {"羊管〔{year}〕号", "DOCUMENT-SERIES-PATTERN", "no number"},
        {"羊管{n}号〔{year}〕", "DOCUMENT-SERIES-PATTERN", "the number before the year"},
        {"羊管〔{year}〕{n}号{n}", "DOCUMENT-SERIES-PATTERN", "two numbers"},
        {"羊管〔{year}〕{n}号{month}", "DOCUMENT-SERIES-PATTERN", "an unknown placeholder"},
        {"羊管〔{year}〕{n}号}", "DOCUMENT-SERIES-PATTERN", "a brace left over"},
        {"羊管{year}{n}号", "DOCUMENT-SERIES-AMBIGUOUS", "nothing between year and number"},
        {"羊管〔{year}〕0{n}号", "DOCUMENT-SERIES-AMBIGUOUS", "a digit before the number"},
        {"羊管〔{year}〕{n}0号", "DOCUMENT-SERIES-AMBIGUOUS", "a digit behind the number"},
        {"羊管1{year}〕{n}号", "DOCUMENT-SERIES-AMBIGUOUS", "a digit before the year"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        diag_list d = {.arena = a};
        load(rows[i].pattern, &d);
        tap_ok(d.errors == 1 && str_equal(str_from(d.first->code), str_from(rows[i].code)), "refused: %s", rows[i].why);
    }
    char longest[SERIES_PATTERN_MAX + 2] = "{year}-{n}";
    for (ptrdiff_t i = STR("{year}-{n}").len; i < SERIES_PATTERN_MAX + 1; i++) longest[i] = 'x';
    diag_list d = {.arena = a};
    load(longest, &d);
    tap_ok(d.errors == 1 && str_equal(str_from(d.first->code), STR("DOCUMENT-SERIES-LENGTH")), "refused: longer than a line");
    longest[SERIES_PATTERN_MAX] = 0;
    d = (diag_list){.arena = a};
    load(longest, &d);
    tap_is_int(d.errors, 0, "the longest pattern is good");
}

static void refuses_texts(arena *a)
{
    static const struct { const char *text, *why; } rows[] = {
        {"", "nothing"},
        {"羊管〔2025〕03号", "a leading zero"},
        {"羊管〔2025〕0号", "numbers begin at 1"},
        {"羊管〔2025〕号", "no number"},
        {"羊管〔25〕3号", "the year is written in full"},
        {"羊管〔2201〕3号", "a year beyond the limit"},
        {"羊管〔2025〕10000000号", "a number beyond the limit"},
        {"羊管〔2025〕99999999999999999999号", "a number beyond any integer"},
        {"羊管[2025]3号", "another kind of bracket"},
        {"羊管〔2025〕第3号", "第 is not written (GB/T 9704-2012, 7.2.5)"},
        {"羊管〔2025〕3号 ", "text behind it"},
        {"羊办〔2025〕3号", "another series"},
    };
    diag_list d = {.arena = a};
    series s = load("羊管〔{year}〕{n}号", &d);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        series_number number = {0};
        tap_ok(!series_parse(s, str_from(rows[i].text), &number) && number.n == 0, "not a number of the series: %s", rows[i].why);
    }
}

// Over all years and many numbers: printed and read back it is the same, and no two numbers print the same.
static void round_trip(arena *a)
{
    diag_list d = {.arena = a};
    series s = load("羊政复决字〔{year}〕{n}号", &d);
    int wrong = 0, same = 0;
    str last = {0};
    for (int year = SERIES_YEAR_MIN; year <= SERIES_YEAR_MAX; year++)
        for (int n = 1; n <= SERIES_NUMBER_MAX; n = n < 12 ? n + 1 : n * 7 + year % 5) {
            series_number back;
            str text = series_text(s, (series_number){year, n}, a);
            wrong += !series_parse(s, text, &back) || back.year != year || back.n != n;
            same += str_equal(text, last);
            last = text;
        }
    tap_is_int(wrong, 0, "printed and read back, a number is the same");
    tap_is_int(same, 0, "neighbours differ");
}

int main(void)
{
    arena a = {0};
    prints(&a);
    refuses_patterns(&a);
    refuses_texts(&a);
    round_trip(&a);
    arena_free(&a);
    return tap_done();
}
