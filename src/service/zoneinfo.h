// zoneinfo.h: the machine's time zones (package tzdata), each file read when its zone is first asked for.
//
// Why not all at the start, and why not a table of our own: docs/adr/0011-time-zones.md.
#ifndef FADU_SERVICE_ZONEINFO_H
#define FADU_SERVICE_ZONEINFO_H

#include "calendar/zone.h"

// `dir` NULL: $TZDIR, or else /usr/share/zoneinfo. Never fails: without the directory there are no zones. NULL only when
// memory has run out. Any number of threads may ask it; close it when nothing that came from it is used any more.
zones *zoneinfo_open(const char *dir);
void zoneinfo_close(zones *z);

#endif
