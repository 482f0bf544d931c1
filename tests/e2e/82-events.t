# Server-sent events: what happens to cases is told as it happens, to those who may hear it; after a break nothing is missed or repeated.
. "$(dirname "$0")/lib.sh"
data=$work/data
account() { "$FADU" account "$data" "$@"; }
token_of() { account token "$1" --name test | grep -o 'fadu_[0-9a-f]*'; }
ok "a data directory" fadu init "$data"
for who in wang li; do ok "an account: $who" account add $who --name $who; done
for role in operator dispatcher; do ok "of the hotline: $role" account grant wang hotline $role; done
ok "the other has to do with something else" account grant li litigation justice
wang=$(token_of wang) li=$(token_of li)
"$FADU" serve "$data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.err" &
server=$! background=$server
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$work/address" ] && break; sleep 0.2; done
api=$(cat "$work/address")api/v1
# listen NAME TOKEN ARGUMENTS…: writes what is told to $work/NAME
listen() {
    name=$1 token=$2
    shift 2
    curl -sN -H "Authorization: Bearer $token" "$@" >"$work/$name" 2>/dev/null &
    background="$background $!"
}
begin() { curl -s -H "Authorization: Bearer $wang" -H 'Content-Type: application/json' "$api/procedures/hotline/cases" -d '{"data":{"no":"'"$1"'","category":"投诉","subject":"夜间施工噪声 13800000000"}}' | python3 -c 'import json, sys; print(json.load(sys.stdin)["case"])'; }
wait_for() { for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do [ "$(grep -c "$1" "$work/$2")" -ge "$3" ] && break; sleep 0.1; done; }
running() { # of those that were started in the background
    n=0
    for p in $background; do kill -0 "$p" 2>/dev/null && n=$((n + 1)); done
    echo $n
}
events() { grep -c '^event: case' "$work/$1"; }

is "$(curl -s -o /dev/null -w '%{http_code}' "$api/events")" 401 "nobody listens without an account"
is "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $wang" "$api/events?procedure=nothing")" 400 "nor to a procedure that there is not"
is "$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $wang" -H 'Last-Event-ID: x' "$api/events")" 400 "nor after an event that is no number"
listen first "$wang" "$api/events?procedure=hotline"
listen other "$li" "$api/events"
sleep 0.5
one=$(begin RX-1)
wait_for '^event: case' first 1
is "$(events first)" 1 "a case is begun, and it is told"
is "$(grep -c "\"case\":\"$one\"" "$work/first") $(grep -c '"kind":"recorded"' "$work/first")" "1 1" "which case, and what"
is "$(grep -c '13800000000\|subject' "$work/first")" 0 "nothing of what is in it"
curl -s -o /dev/null -H "Authorization: Bearer $wang" -H 'Content-Type: application/json' "$api/cases/$one/commands" -d '{"do":"claim","task":"dispatch"}'
wait_for '^event: case' first 2
is "$(grep '^data' "$work/first" | tail -1 | grep -c '"do":"claim"')" 1 "and what is done"
is "$(grep -c '^event' "$work/other")" 0 "who has no role in it hears nothing"

# ---- a break ----
last=$(grep '^id:' "$work/first" | tail -1 | cut -d' ' -f2)
begin RX-2 >/dev/null
begin RX-3 >/dev/null
listen again "$wang" -H "Last-Event-ID: $last" "$api/events?procedure=hotline"
wait_for '^event: case' again 2
begin RX-4 >/dev/null
wait_for '^event: case' again 3
wait_for '^event: case' first 5
is "$(grep '^id:' "$work/again" | sort -u | wc -l)" 3 "after a break, what was missed comes first, then what happens"
is "$(cat "$work/first" "$work/again" | grep '^id:' | sort -u | wc -l)" "$(events first)" "and nothing else: both heard the same"

# ---- the command line writes, too; and a role is taken away ----
orders "$work/order.csv" "A1="
for _ in 1 2 3 4 5; do "$FADU" import "$data" "$work/order.csv" >/dev/null 2>&1 && break; done
wait_for '"kind":"recorded"' first 5
is "$(grep -c '"kind":"recorded"' "$work/first")" 5 "what another process writes is told a moment later"
ok "an account is disabled" account disable wang
sleep 1.5
is "$(running)" 2 "and its listeners are cut off: the server and the other's are left"

kill "$server"
wait "$server" 2>/dev/null
sleep 0.2
is "$(running)" 0 "who waits does not keep the server from ending"
background=
ok "verify finds nothing wrong" fadu verify "$data"
finish
