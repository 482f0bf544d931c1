# A year in a minute: the demonstration district's year, played through the real procedures, ends with the report that the ledgers give;
# and what was imported is carried on in the system.
. "$(dirname "$0")/lib.sh"
played=$work/played imported=$work/imported

exits 2 "which year?" fadu simulate yangshan --out "$played"
exits 1 "a district that there is not" fadu simulate nowhere --year 2024 --out "$work/nowhere"
says "[SIMULATE-NO-LEDGERS]"
[ ! -e "$work/nowhere" ]
is $? 0 "leaves nothing behind"
ok "the year 2024" fadu simulate yangshan --year 2024 --out "$played"
says ", 0 steps were refused" "nothing that was done was refused"
is "$(find "$work" -maxdepth 1 -name 'played.*')" "" "its scratch directory is gone"
ok "verify finds nothing wrong" fadu verify "$played"
exits 1 "it is not played over another" fadu simulate yangshan --year 2024 --out "$played"

ok "the ledgers" fadu sample yangshan --out "$work/ledgers"
ok "a data directory" fadu init "$imported"
ok "the import" fadu import "$imported" "$work"/ledgers/*.xlsx
for dir in "$played" "$imported"; do ok "the report of $(basename "$dir")" fadu report "$dir" --year 2024 --format html -o "$dir.html"; done
# The text alone: where a figure leads is the same address, too.
cmp -s "$played.html" "$imported.html"
is $? 0 "is the same to the letter"
sqlite3 "$played/fadu.db" "SELECT count(*) FROM record WHERE body LIKE '%\"command\":{%'" >"$work/count"
[ "$(cat "$work/count")" -gt 100000 ]
is $? 0 "$(cat "$work/count") of its records are what people did in running cases"

# ---- an imported case is carried on ----
data=$work/data
account() { "$FADU" account "$data" "$@"; }
orders "$work/order.csv" "A1=" "A2=2024-03-08 10:00"
ok "a data directory" fadu init "$data"
ok "with an open order, and a closed one" fadu import "$data" "$work/order.csv"
ok "somebody" account add wang --name 王芳
for role in handler reviewer dispatcher; do ok "a $role" account grant wang hotline $role; done
wang=$(account token wang --name test | grep -o 'fadu_[0-9a-f]*')
"$FADU" serve "$data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.err" &
background=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$work/address" ] && break; sleep 0.2; done
api=$(cat "$work/address")api/v1
case_of() { curl -s "$api/cases?procedure=hotline" | python3 -c 'import json, sys; print(next(c["case"] for c in json.load(sys.stdin)["cases"] if c["key"] == sys.argv[1]))' "$1"; }
command() {
    got=$(curl -s -o "$work/answer" -w '%{http_code}' -H "Authorization: Bearer $wang" -H 'Content-Type: application/json' "$api/cases/$(case_of "$1")/commands" -d "$4")
    [ "$got" = "$2" ] || head -c 600 "$work/answer" | sed 's/^/#   /'
    is "$got" "$2" "$3"
}
get() { json "$work/answer" "$1"; }
command A1 200 "the open one is taken over" '{"do":"take"}'
is "$(get '[t["task"] for t in d["tasks"]], d["status"]')" "(['handle', 'supervise'], 'open')" "it waits where the ledger left it, and what has fallen due since has happened"
command A1 422 "once" '{"do":"take"}'
command A1 200 "and goes on" '{"do":"complete","task":"handle","data":{"reply":"已督促整改"}}'
command A2 200 "on the closed one, too, one can go on: it is corrected" '{"do":"correct","reason":"笔误","data":{"topic":"噪声"}}'
is "$(get 'd["data"]["topic"], d["data"]["no"]')" "('噪声', 'A2')" "like any other"
kill "$background"
wait "$background" 2>/dev/null
background=
ok "verify finds nothing wrong" fadu verify "$data"
finish
