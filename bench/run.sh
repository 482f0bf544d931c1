#!/bin/sh
# Measures, as ratios taken in one run on one machine. ROWS sets the size of the import (default a million).
# Each row: what, ours, the other, the ratio, the goal. No test depends on these figures.
set -eu
build=${BUILD:-build}
fadu=$build/fadu
rows=${ROWS:-1000000}
work=$(mktemp -d "${TMPDIR:-/tmp}/fadu-bench-XXXXXX")
trap 'rm -rf "$work"' EXIT INT TERM
export LC_ALL=C

now() { date +%s.%N; }
seconds() { # seconds COMMAND...: wall time of the command, whose output is thrown away
    from=$(now)
    "$@" >/dev/null 2>&1 || { echo "failed: $*" >&2; exit 1; }
    echo "$(now) $from" | awk '{printf "%.3f", $1 - $2}'
}
best() { # the least of three runs
    for _ in 1 2 3; do seconds "$@"; echo; done | sort -n | head -1
}
say() { printf '%-44s %10s %10s %8s  %s\n' "$1" "$2" "$3" "$4" "$5"; }
ratio() { echo "$1 $2" | awk '{printf "%.2f", $1 / $2}'; }

ledger() { # ledger N FILE: a hotline ledger of N rows
    awk -v n="$1" 'BEGIN {
        print "工单编号,受理时间,受理渠道,诉求类型,问题分类,诉求标题,派单时间,承办单位,签收时间,工单状态,办结时间,办理结果"
        split("投诉,咨询,求助,建议", kind, ","); split("油烟扰民,道路破损,物业服务,供水停水,夜间施工噪声", topic, ",")
        for (i = 0; i < n; i++) {
            day = sprintf("2024-%02d-%02d", 1 + i % 12, 1 + int(i / 12) % 26)
            t = topic[1 + i % 5]
            printf "YS%09d,%s 08:%02d,电话,%s,%s,第%d社区居民反映%s问题,%s 09:00,城市管理局,%s 10:00,办结,%s 16:30,已现场核实并督促整改，电话告知来电人\n",
                   i, day, i % 60, kind[1 + i % 4], t, i % 84, t, day, day, day
        }
    }' > "$2"
}
directory() { # directory N: a data directory with N imported rows; prints its path
    ledger "$1" "$work/$1.csv"
    "$fadu" init "$work/$1" >/dev/null
    "$fadu" import "$work/$1" "$work/$1.csv" >/dev/null
    echo "$work/$1"
}

say "what" "ours" "other" "ratio" "goal"

# FEEL, against feelin, the usual engine in JavaScript. The table of expressions stays in $build/bench/feel.txt.
"$build/bench/feel" > "$build/bench/feel.txt"
if command -v npm >/dev/null && command -v node >/dev/null \
    && { [ -d "$build/bench/node_modules/feelin" ] || npm install --silent --ignore-scripts --no-save --prefix "$build/bench" feelin@8 >/dev/null 2>&1; }; then
    entry=$(find "$build/bench/node_modules/feelin/dist" -name 'index.js' | head -1)
    other=$(FEELIN=$(realpath "$entry") node bench/feelin.mjs)
    ours=$(sed -n 's/^a second: \([0-9]*\) .*/\1/p' "$build/bench/feel.txt")
    say "FEEL evaluations a second : feelin" "$ours" "$other" "$(ratio "$ours" "$other")" ">= 100"
    ours=$(sed -n 's/.*, \([0-9]*\) compiled.*/\1/p' "$build/bench/feel.txt")
    say "FEEL, compiled each time : feelin" "$ours" "$other" "$(ratio "$ours" "$other")" ""
    other=$(FEELIN=$(realpath "$entry") node bench/feelin-table.mjs)
    ours=$("$build/bench/dmn" bench/table.json)
    say "table of 20 rules, a second : feelin" "$ours" "$other" "$(ratio "$ours" "$other")" ">= 1000"
else
    say "FEEL evaluations a second : feelin" "$(sed -n 's/^a second: \([0-9]*\) .*/\1/p' "$build/bench/feel.txt")" "skipped" "" "no npm"
fi

# BPMN, against bpmn-engine, the usual engine in JavaScript: both read the process once, then start instances and complete their tasks.
ours=$("$build/bench/bpmn" bench/process.bpmn)
if command -v npm >/dev/null && command -v node >/dev/null \
    && { [ -d "$build/bench/node_modules/bpmn-engine" ] || npm install --silent --ignore-scripts --no-save --prefix "$build/bench" feelin@8 bpmn-engine@25 >/dev/null 2>&1; }; then
    other=$(BPMN_ENGINE=$(realpath "$build/bench/node_modules/bpmn-engine/src/index.js") node bench/bpmn-engine.mjs)
    say "steps of processes a second : bpmn-engine" "$ours" "$other" "$(ratio "$ours" "$other")" ">= 1000"
else
    say "steps of processes a second : bpmn-engine" "$ours" "skipped" "" "no npm"
fi

# Durable commands, 64 clients, against a plain SQLite that does nothing else: it takes the same rows into the same tables with the same indexes in as
# many transactions; and, what no database with an index can do, as many rows at the end of one table.
"$fadu" init "$work/commands" >/dev/null
set -- $("$build/bench/commands" queue "$work/commands")
plain=$("$build/bench/commands" rows "$work/rows.db" "$3" "$4" "$5")
same=$("$build/bench/commands" tables "$work/commands/fadu.db" "$work/tables.db" "$3" | cut -d' ' -f1)
ours=$(ratio "$1" "$2") other=$(ratio "$1" "$same") plain=$(ratio "$1" "$plain")
say "durable commands a second ($4 rows, $3 commits)" "$ours" "$other" "$(ratio "$ours" "$other")" ">= 0.5"
say "the same against rows at the end of one table" "$ours" "$plain" "$(ratio "$ours" "$plain")" ""
printf 'correct horse battery\n' | "$fadu" account "$work/commands" add bench --name 测试 >/dev/null
for role in operator dispatcher handler; do "$fadu" account "$work/commands" grant bench hotline $role >/dev/null; done
token=$("$fadu" account "$work/commands" token bench --name bench 2>/dev/null | grep -o 'fadu_[0-9a-f]*')
"$fadu" serve "$work/commands" --listen 127.0.0.1:0 > "$work/address" &
pid=$!
until [ -s "$work/address" ]; do :; done
port=$(sed 's/.*:\([0-9]*\).*/\1/' "$work/address")
set -- $("$build/bench/commands" http 127.0.0.1 "$port" "$token")
kill $pid; wait $pid 2>/dev/null || true
ours=$(ratio "$1" "$2")
say "the same over HTTP" "$ours" "$other" "$(ratio "$ours" "$other")" ">= 0.5"

# Running time limits: made, recomputed after a new holiday notice, fallen due; and what a serving process holds for each open case.
clocks=${CLOCKS:-$rows}
memory() { # memory DIR: kB held by a server of it after a page of cases, of tasks' time limits
    "$fadu" serve "$1" --listen 127.0.0.1:0 > "$1.address" & p=$!
    until [ -s "$1.address" ]; do :; done
    curl -s "$(cat "$1.address")api/v1/cases?procedure=reconsideration&limit=100" >/dev/null
    curl -s "$(cat "$1.address")procedures/reconsideration" >/dev/null
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$p/status"
    kill $p; wait $p 2>/dev/null || true
}
for n in 1000 "$clocks"; do
    "$fadu" init "$work/clocks-$n" >/dev/null
    made=$("$build/bench/clocks" make "$work/clocks-$n" "$n")
done
say "$clocks cases begun, s" "$made" "" "" ""
few=$(memory "$work/clocks-1000") many=$(memory "$work/clocks-$clocks")
say "memory: $clocks : 1000 open cases, kB" "$many" "$few" "$(echo "$many $few $clocks" | awk '{printf "%.3f", ($1 - $2) / ($3 - 1000)}')" "< 1 kB a case"
: > "$work/clocks-$clocks.address"
both=$("$fadu" serve "$work/clocks-$clocks" --listen 127.0.0.1:0 > "$work/clocks-$clocks.address" & p=$!
       from=$(date +%s.%N); until [ -s "$work/clocks-$clocks.address" ]; do :; done; curl -s "$(cat "$work/clocks-$clocks.address")health" >/dev/null
       date +%s.%N | awk -v f="$from" '{print $1 - f}'; kill $p)
say "start to first answer, $clocks clocks, s" "$both" "-" "-" ""
python3 -c 'import datetime, json, sys
days = [datetime.date.today() + datetime.timedelta(n) for n in range(1, 4)]
json.dump({"year": days[0].year, "papers": ["https://example.org/"], "days": [{"name": "放假", "date": str(d), "isOffDay": True} for d in days]}, open(sys.argv[1], "w"))' "$work/notice.json"
other=$("$build/bench/clocks" update "$work/clocks-$clocks")
ours=$(seconds "$fadu" adopt "$work/clocks-$clocks" "$work/notice.json")
say "$clocks clocks recomputed : UPDATE of their rows, s" "$ours" "$other" "$(ratio "$ours" "$other")" ""
set -- $("$build/bench/clocks" fire "$work/clocks-$clocks")
say "$1 clocks fallen due : UPDATE of their rows, s" "$2" "$other" "$(ratio "$2" "$other")" ""
rm -rf "$work/clocks-$clocks"

ledger "$rows" "$work/big.csv"
"$fadu" init "$work/big" >/dev/null
ours=$(seconds "$fadu" import "$work/big" "$work/big.csv")
other=$(seconds sqlite3 "$work/plain.db" '.mode csv' ".import $work/big.csv ledger")
say "import of $rows rows : sqlite3 .import, s" "$ours" "$other" "$(ratio "$ours" "$other")" "<= 12"

bytes=$(wc -c < "$work/big/fadu.db")
ours=$(seconds "$fadu" verify "$work/big")
bytes_only=$(best "$fadu" verify --bytes "$work/big")
# The hash over the same bytes, written in plain C (coreutils) and with the processor's own instructions (openssl).
other=$(best sha256sum "$work/big/fadu.db")
say "verify of $((bytes / 1000000)) MB : sha256sum, s" "$ours" "$other" "$(ratio "$ours" "$other")" "<= 2"
other=$(best openssl dgst -sha256 "$work/big/fadu.db")
say "verify of $((bytes / 1000000)) MB : openssl dgst -sha256, s" "$ours" "$other" "$(ratio "$ours" "$other")" "<= 2"
say "verify --bytes : openssl dgst -sha256, s" "$bytes_only" "$other" "$(ratio "$bytes_only" "$other")" "<= 2"

serve() { # starts the server; $address is where it listens
    : > "$work/address"
    "$fadu" serve "$work/big" --listen 127.0.0.1:0 > "$work/address" &
    pid=$!
    until [ -s "$work/address" ]; do :; done
    address=$(cat "$work/address")
}
stop() { kill $pid; wait $pid 2>/dev/null || true; }
first_answer() { serve; curl -s "${address}health"; }
both=$(for _ in 1 2 3 4 5; do seconds first_answer; echo; stop; done | sort -n | head -1)
serve
asking=$(best curl -s "${address}health")      # curl's own start and end, which are not ours
stop
say "start to first answer, $rows cases, s" "$(echo "$both $asking" | awk '{print $1 - $2}')" "-" "-" "< 0.050"

# Entries grow by 600 times; reading must not. A case of this ledger posts four entries.
small=$(directory $((rows / 600)))
for what in "report DIR --year 2024 --format json" "trace-page"; do
    if [ "$what" = trace-page ]; then
        page() { "$fadu" serve "$1" --listen 127.0.0.1:0 > "$1.address" & p=$!; until [ -s "$1.address" ]; do :; done
                 for _ in 1 2 3 4 5 6 7 8 9 10; do curl -s "$(cat "$1.address")figures/hotline_orders_handled?year=2024" >/dev/null; done; kill $p; wait $p 2>/dev/null || true; : > "$1.address"; }
        a=$(best page "$small"); b=$(best page "$work/big")
        say "trace's first page x10, large : small, s" "$b" "$a" "$(ratio "$b" "$a")" "<= 1.5"
    else
        a=$(best "$fadu" report "$small" --year 2024 --format json)
        b=$(best "$fadu" report "$work/big" --year 2024 --format json)
        say "report, $rows : $((rows / 600)) cases, s" "$b" "$a" "$(ratio "$b" "$a")" "<= 1.5"
    fi
done
echo
echo "machine: $(nproc) cores, $(uname -m); sizes: ROWS=$rows"
