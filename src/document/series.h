// series.h: how are the documents of a series numbered?
//
// A document number (发文字号) is the organ's short form, the year and the number in that year: 羊政复决字〔2025〕3号
// (GB/T 9704-2012, 7.2.5: the year in full, inside 〔 〕; the number without leading zeros and without 第). A series is a
// pattern of it: 羊政复决字〔{year}〕{n}号. Numbers begin at 1 each year. Which number comes next is not known here: the store
// counts, without gaps. Pure.
#ifndef FADU_DOCUMENT_SERIES_H
#define FADU_DOCUMENT_SERIES_H

#include "base/diag.h"

enum {
    SERIES_YEAR_MIN = 1949, SERIES_YEAR_MAX = 2200,     // as the years of reports (cli.h)
    SERIES_NUMBER_MAX = 9999999,                        // a day of 20,000 documents, all year
    SERIES_PATTERN_MAX = 200                            // bytes: it must fit into one line of the head
};

typedef struct { str before, between, after; } series;  // around the year and the number; slices of the pattern
typedef struct { int year, n; } series_number;

// Reads a pattern: one {year} and, behind it, one {n}, with text between them that does not make the number ambiguous.
// False and one DOCUMENT-SERIES-… diagnostic on trouble. Keeps slices of `pattern`.
bool series_load(str pattern, source_pos at, series *out, diag_list *d);
// The number as it is printed. Both parts must be within the limits above: the store gives no others.
str series_text(series s, series_number number, arena *a);
// Reads a number of this series back. Only what series_text prints is one: false for all other texts.
bool series_parse(series s, str text, series_number *out);

#endif
