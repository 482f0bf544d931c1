// What the loader and the generator share.
#ifndef FADU_SAMPLE_INTERNAL_H
#define FADU_SAMPLE_INTERNAL_H

#include "sample/sample.h"

typedef enum {
    MAKE_ROW, MAKE_CONST, MAKE_TEXT, MAKE_PICK, MAKE_LIST, MAKE_FROM, MAKE_DATE, MAKE_AFTER, MAKE_BEFORE, MAKE_NUMBER, MAKE_PERSON,
    MAKE_COMPANY, MAKE_PHONE, MAKE_ADDRESS, MAKE_CREDIT_CODE, MAKE_ID_NUMBER, MAKE_FEEL, MAKE_MAYBE, MAKE_WHEN
} maker_kind;

typedef enum { SPAN_DAYS, SPAN_WORKING_DAYS, SPAN_HOURS, SPAN_MINUTES } span_unit;

struct sample_maker {
    maker_kind kind;
    str *texts;                  // CONST, TEXT, PICK, LIST, FROM (the list's name, then the member)
    feel_value *values;          // PICK, LIST: the same as values
    int64_t *weights;            // PICK; NULL = even
    ptrdiff_t count;
    int64_t weight_sum;
    int64_t low, high, step;     // NUMBER, AFTER, BEFORE
    int decimals;
    bool has_time, working, in_turn, masked;
    int hour_low, hour_high, day_low, day_high;
    int of;                      // AFTER, BEFORE: column
    span_unit unit;
    int blank_percent_times_100; // MAYBE
    feel_program *program;       // FEEL, WHEN
    sample_maker *then, *otherwise;
};

struct sample_block {
    int year;
    int counts[12];              // by month
    int count;                   // spread over the year, when there are no months
    const json *each;            // items, or NULL
    const json *explicit_rows;   // "values", or NULL
    sample_maker **set;          // [column]: replaces its maker; NULL = as the sheet says
};

#endif
