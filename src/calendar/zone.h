// zone.h: how far from Greenwich the clocks of a place stood, stand and will stand.
//
// A zone is what a TZif file says (RFC 8536, versions 1 to 4): every change of the past, and a rule for the years after
// the last one. This module turns bytes into a zone and asks it; which bytes belong to a name is not its business: that is
// behind `zones`, which the edge provides (service/zoneinfo.h) and which tests make themselves.
// Pure, and a zone never changes: threads may share it.
#ifndef FADU_CALENDAR_ZONE_H
#define FADU_CALENDAR_ZONE_H

#include "base/str.h"

typedef struct zone zone;

enum {
    ZONE_BYTES_MAX = 64 << 10,        // the largest file of the data is 4 KB
    ZONE_OFFSET_MIN = -89999,         // -24:59:59 and +25:59:59: what RFC 8536, 3.2 allows
    ZONE_OFFSET_MAX = 93599
};

// The zone in `bytes`, made in `a`; copies the name. NULL: that is not a TZif file, or one that counts leap seconds, or
// its parts contradict each other.
const zone *zone_read(str name, str bytes, arena *a);
str zone_name(const zone *z);                                // "Asia/Shanghai"; "" for NULL

// Seconds east of Greenwich at that moment (seconds since 1970, UTC). Before the first change: the local mean time.
int32_t zone_offset(const zone *z, int64_t utc);
// The same for what a clock on the wall shows (seconds since 1970-01-01T00:00:00 on that clock). A reading that comes twice
// because the clock was set back means the first; one that was skipped is read as though the clock had not been set yet.
int32_t zone_offset_of_clock(const zone *z, int64_t local);
// Does the clock stay as it is for ever? Then a time of day needs no date to be placed.
bool zone_is_fixed(const zone *z, int32_t *offset);

// Where zones come from. `find` gives the same answer to the same name each time, and any thread may ask; NULL: there is no such
// zone. What it gives lives as long as the `zones` does.
typedef struct zones zones;
struct zones {
    const zone *(*find)(zones *from, str name);
};

#endif
