# The API's description against what the server does.
. "$(dirname "$0")/lib.sh"
data=$work/data
ok "a data directory" fadu init "$data"
account() { "$FADU" account "$data" "$@"; }
ok "an account" account add wang --name 王芳
for role in operator dispatcher handler; do ok "with a role: $role" account grant wang hotline $role; done
token=$(account token wang --name test 2>/dev/null | grep -o 'fadu_[0-9a-f]*')
"$FADU" serve "$data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.err" &
background=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$work/address" ] && break; sleep 0.2; done
ok "every route is described, and answers as described" python3 tests/independent/openapi_check.py "$(cat "$work/address")" "$token" src/http/routes.c
finish
