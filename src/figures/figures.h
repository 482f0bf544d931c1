// figures.h: every figure is an account: what a case posts to it, what it is worth, how it is printed.
//
// A case's postings follow from its data alone. When the data changes, the difference is posted: the old posting reversed,
// the new one made, both by the record that made the change. Sums, ratios and changes are read from balances. For
// figures that are not plain sums (distinct, max, median), what a group of cases is worth is kept by contributions,
// and the entry posted is the change of the group's worth: so entries add up to the figure in every case but the
// median, which has no addends and is read from its contributions.
#ifndef FADU_FIGURES_FIGURES_H
#define FADU_FIGURES_FIGURES_H

#include "case/case.h"

// All figures of a district's procedures in force, by number. A figure's number is the store's.
typedef struct {
    const procedure *procedure;
    const procedure_figure *figure;
    int number;
} figure_entry;
typedef struct {
    figure_entry *all;                 // sorted by id
    ptrdiff_t count;
} figure_index;
const figure_entry *figure_find(const figure_index *x, str id);       // NULL when absent

// What one case contributes under one rule of one figure.
typedef struct {
    const procedure_figure *figure;
    int number;
    date day, until;                   // until: stocks; none = open
    decimal amount;
    str distinct;                      // "" = not distinct
} posting;
// The postings of a case in that state: values as case_scope_values gives them. Withdrawn cases post nothing. At
// most POSTINGS_MAX; more add FIGURE-POSTINGS and are left out. Pure.
enum { POSTINGS_MAX = 4096 };
ptrdiff_t figures_postings(const figure_index *x, const procedure *p, int form, const feel_value *values, timestamp now,
                           posting **out, arena *a, diag_list *d);

// A place that remembers contributions: the store while commands run, tables in memory while verifying.
typedef struct contributions contributions;
struct contributions {
    void *ctx;
    void (*put)(void *ctx, const store_contribution *c);
    void (*drop)(void *ctx, const store_contribution *c);
    // Contributions with that figure, period and key (others than `except`'s case), in order of case.
    ptrdiff_t (*list)(void *ctx, int figure, int period, str key, store_contribution **out, arena *a);
    bool (*greatest)(void *ctx, int figure, int period, store_contribution *out, arena *a);
};
typedef void (*entry_sink)(void *ctx, const store_entry *e);
// Posts the difference between the two lists of postings of one case as entries of `record`.
void figures_post(const posting *old, ptrdiff_t old_count, const posting *new, ptrdiff_t new_count, int64_t case_id,
                  int64_t record, contributions *live, entry_sink sink, void *sink_ctx, arena *a);

// ---- values ----------------------------------------------------------------------------------------------
typedef struct {
    const figure_entry *entry;
    bool defined;                      // false: a ratio over nothing
    decimal value;
    int64_t entries;                   // that make it up (of its addends, for ratios and sums)
    str text;                          // as the report prints it
} figure_value;
enum { FIGURE_CHAIN_MAX = 16 };        // ratio of change of sum of …: deeper is a mistake the loader refuses
store_result figures_value(store *s, const figure_index *x, str id, int year, figure_value *out, arena *a);
// The accounts whose entries make the figure up: itself, or the addends of a ratio, change or sum, with the year of each.
typedef struct { const figure_entry *entry; int year; } figure_part;
ptrdiff_t figures_parts(const figure_index *x, str id, int year, figure_part **out, arena *a);
// The days whose entries belong to a figure's year: all before the end of the year for stocks.
void figures_days(const procedure_figure *f, int year, int64_t *first_day, int64_t *last_day);

str figures_print(const procedure_figure *f, decimal value, arena *a);   // 15447件, 下降14.59%, 5.7万余人
// A decimal in a text form whose byte order is the order of values (for |x| < 10^24).
str figures_sortable(decimal x, arena *a);
bool figures_from_sortable(str text, decimal *out);

#endif
