#!/usr/bin/env python3
"""Writes src/feel/zone_table.h from the time zone files of this machine (IANA tz data, public domain).

usage: tools/feel_zones.py [/usr/share/zoneinfo] > src/feel/zone_table.h

A row is a zone's name, the rule it follows today (the POSIX TZ string at the end of its file), and the first year from which on
every change of its clock is the one which that rule gives.
"""
import bisect
import calendar
import os
import re
import struct
import sys

FIRST, LAST = 1970, 2037


def read(path):
    data = open(path, "rb").read()
    if data[:4] != b"TZif":
        return None

    def header(at):
        return struct.unpack(">6l", data[at + 20:at + 44])

    isut, isstd, leap, times, types, chars = header(0)
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut      # the 64-bit part follows
    isut, isstd, leap, times, types, chars = header(at)
    at += 44
    moments = struct.unpack(f">{times}q", data[at:at + 8 * times])
    indexes = data[at + 8 * times:at + 9 * times]
    infos = [struct.unpack(">lBB", data[at + 9 * times + 6 * i:at + 9 * times + 6 * i + 6]) for i in range(types)]
    offsets = [infos[i][0] for i in indexes]
    rule = data[data.rindex(b"\n", 0, len(data) - 1) + 1:-1].decode()
    return list(moments), offsets, infos[0][0], rule


def seconds(text):                       # [+-]h[:mm[:ss]]
    sign = -1 if text.startswith("-") else 1
    parts = [int(p) for p in text.lstrip("+-").split(":")] + [0, 0]
    return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2])


RULE = re.compile(r"^(?:<[^>]+>|[A-Za-z]+)([-+0-9:]+)(?:(?:<[^>]+>|[A-Za-z]+)([-+0-9:]+)?,([^,]+),([^,]+))?$")


def change(spec, year):                  # seconds since 1970 on the local clock before the change
    date, _, time = spec.partition("/")
    if date[0] == "M":
        month, week, weekday = [int(x) for x in date[1:].split(".")]
        first = (calendar.weekday(year, month, 1) + 1) % 7
        day = 1 + (weekday - first) % 7 + 7 * (week - 1)
        while day > calendar.monthrange(year, month)[1]:
            day -= 7
    else:
        raise ValueError(spec)
    return calendar.timegm((year, month, day, 0, 0, 0)) + seconds(time or "2")


def rule_changes(rule, year):            # [(moment, offset after it)], standard offset
    m = RULE.match(rule)
    standard = -seconds(m[1])
    if not m[3]:
        return [], standard
    summer = -seconds(m[2]) if m[2] else standard + 3600
    return sorted([(change(m[3], year) - standard, summer), (change(m[4], year) - summer, standard)]), standard


def since(moments, offsets, initial, rule):
    def file_at(t):
        i = bisect.bisect_right(moments, t) - 1
        return offsets[i] if i >= 0 else initial

    def rule_at(t, year):
        changes, offset = rule_changes(rule, year)
        if changes:
            offset = changes[1][1]       # what the year begins with
            for moment, after in changes:
                if t >= moment:
                    offset = after
        return offset

    last = moments[-1] if moments else None
    first_year = LAST + 1
    for year in range(LAST, FIRST - 1, -1):
        begin, end = calendar.timegm((year, 1, 1, 0, 0, 0)), calendar.timegm((year + 1, 1, 1, 0, 0, 0))
        points = [begin + 86400, end - 86400 * 2] + [m + d for m, _ in rule_changes(rule, year)[0] for d in (-1, 0)]
        points += [m + d for m in moments if begin <= m < end for d in (-1, 0)]
        if any(file_at(t) != rule_at(t, year) for t in points if last is None or t <= last):
            break
        first_year = year
    return first_year


def main():
    base = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/zoneinfo"
    rows = []
    for folder, _, files in os.walk(base):
        for file in files:
            name = os.path.relpath(os.path.join(folder, file), base)
            if name.startswith(("posix/", "right/")) or name in ("posixrules", "localtime", "Factory"):
                continue
            zone = read(os.path.join(folder, file))
            if zone:
                rows.append((name, zone[3], since(*zone)))
    print("// Written by tools/feel_zones.py from the IANA tz data. Do not edit.")
    for name, rule, year in sorted(rows):
        print(f'{{"{name}", "{rule}", {year}}},')


main()
