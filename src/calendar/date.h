// date.h: days of the Gregorian calendar and moments of time, without any law or holiday in them.
//
// Proleptic Gregorian (ISO 8601). Years -999999999..999999999 as FEEL asks (XML Schema dates have no limit;
// DMN 1.5, 10.3.2.3.4). Pure: knows no clock.
#ifndef FADU_CALENDAR_DATE_H
#define FADU_CALENDAR_DATE_H

#include "base/str.h"

typedef struct {
    int32_t year;
    uint8_t month, day;     // 1..12, 1..31; a zeroed date is "none" (date_is_none)
} date;

// Milliseconds since 1970-01-01T00:00:00Z. Written into records as RFC 3339 UTC text.
typedef int64_t timestamp;

enum { DATE_YEAR_MAX = 999999999 };

bool date_is_none(date d);
bool date_valid(int64_t year, int64_t month, int64_t day);
int date_compare(date a, date b);
int64_t date_to_days(date d);               // days since 1970-01-01
date date_from_days(int64_t days);          // clamped to the years above
int date_weekday(date d);                   // 1 = Monday .. 7 = Sunday (ISO 8601)
int date_days_in_month(int32_t year, int month);
date date_add_days(date d, int64_t days);
date date_add_months(date d, int64_t months);   // the day is cut to the month's last (Civil Code, Art. 202)
int date_day_of_year(date d);               // 1..366
int date_iso_week(date d);                  // 1..53, ISO 8601

// "2024-03-05" (with sign and more digits for years outside 0000..9999), nothing around it.
bool date_parse(str text, date *out);
str date_text(date d, arena *a);

// RFC 3339 in UTC with milliseconds: "2024-03-05T08:30:00.000Z".
bool timestamp_parse(str text, timestamp *out);
str timestamp_text(timestamp t, arena *a);
enum { CHINA_OFFSET_MINUTES = 480 };                        // the whole country keeps Beijing time, all year
date timestamp_date(timestamp t, int offset_minutes);   // the day it is then, that far east of Greenwich

#endif
