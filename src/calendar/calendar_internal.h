// calendar_internal.h: working days as numbers in a row, which makes "the n-th after" an addition.
#ifndef FADU_CALENDAR_INTERNAL_H
#define FADU_CALENDAR_INTERNAL_H

#include "calendar/calendar.h"

// Working days up to and with `day`, from a zero that means nothing: only differences do. Never falls, and
// rises by one on each working day.
int64_t calendar_rank(const calendar *c, int64_t day);
// The working day of that rank: calendar_rank(c, it) == rank, and no earlier day has it.
int64_t calendar_at_rank(const calendar *c, int64_t rank);

#endif
