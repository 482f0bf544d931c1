# Real input that nobody here wrote: a city's requests with promised times, and citizens' messages with their replies.
. "$(dirname "$0")/lib.sh"

shared=${FADU_SHARED:-../shared}/data
if ! [ -d "$shared" ]; then
    echo "1..0 # SKIP the data sets are not part of the project (FADU_SHARED)"
    exit 0
fi
data=$work/data
ok "a data directory" fadu init "$data"
ok "10,000 requests, by a mapping of their own" \
    fadu import "$data" "$shared/baltimore-311/311_sample.csv" --procedure hotline --mapping tests/data/mappings/baltimore.json --strict
ok "2,816 messages and replies" \
    fadu import "$data" "$shared/cn-citizen-messages/messages_replies.csv" --procedure message_board --mapping tests/data/mappings/messages.json --strict
ok "the counts of their README come out" python3 - "$FADU" "$data" <<'PY'
import json, statistics, subprocess, sys
fadu, data = sys.argv[1:]
def run(*words):
    return json.loads(subprocess.run([fadu, *words, "--format", "json"], capture_output=True, check=True).stdout)
expected = {"hotline_orders_closed_by_due": 7988, "hotline_orders_closed_late": 1567, "hotline_orders_without_due": 286,
            "hotline_orders_open_with_due": 159, "messages_replied": 2816}
found, waits = dict.fromkeys(expected, 0), []
for year in range(2011, 2021):
    for f in run("report", data, "--year", str(year))["figures"]:
        if f["id"] in found:
            found[f["id"]] += f["value"]
    waits += [e["amount"] for e in run("trace", data, "messages_wait_days", "--year", str(year))["entries"]]
assert found == expected, found
assert len(waits) == 2816 and round(statistics.median(waits), 1) == 11.2, statistics.median(waits)
PY
ok "and everything verifies" fadu verify "$data"
finish
