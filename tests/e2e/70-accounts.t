# Accounts: who may come in, what they may do, what goes on record; what a request may and may not bring.
. "$(dirname "$0")/lib.sh"
data=$work/data
ok "a data directory" fadu init "$data"
echo '工单编号,受理时间,诉求类型,诉求标题,诉求人,联系电话,派单时间,承办单位,签收时间,工单状态,办结时间' >"$work/工单.csv"
echo 'A1,2024-03-05 08:30,投诉,夜间施工噪声,王小明,13812345678,2024-03-05 09:00,新区城市管理局,2024-03-05 10:00,办理中,' >>"$work/工单.csv"
ok "with one order of a caller with a name and a telephone" fadu import "$data" "$work/工单.csv"

# ---- the command line ----
password='correct horse battery'
as() { printf '%s\n' "$1" | "$FADU" account "$data" password "$2"; }
account() { "$FADU" account "$data" "$@"; }
exits 2 "an account needs a name" account add wang
exits 1 "a login name of letters, digits and .-_" account add "Wang Fang" --name 王芳
says "[ACCESS-LOGIN]"
exits 1 "not one of the system's own" account add import --name 王芳
exits 1 "a unit of the district" account add wang.fang --name 王芳 --unit nowhere
says "[ACCESS-UNIT]"
ok "an account" account add wang.fang --name 王芳 --unit justice
exits 1 "but not twice" account add wang.fang --name 王芳
says "[ACCESS-EXISTS]"
ok "another one, without any role" account add li --name 李四
exits 1 "nobody is granted nothing" account grant nobody hotline handler
says "[ACCESS-UNKNOWN]"
exits 1 "a role must be one of the procedure's" account grant wang.fang hotline king
says "there is: caller, operator" "and those are named"
exits 1 "of a procedure that is there" account grant wang.fang nothing handler
ok "a role" account grant wang.fang hotline handler
exits 1 "but not twice" account grant wang.fang hotline handler
exits 1 "what was not granted is not revoked" account revoke wang.fang hotline reviewer
exits 1 "a password of nine characters is too short" as 123456789 wang.fang
says "[ACCESS-PASSWORD]"
exits 1 "one of 201 too long" as "$(head -c 201 /dev/zero | tr '\0' a)" wang.fang
ok "a good one" as "$password" wang.fang
ok "and for the other" as "$password" li
ok "a list" account list
says "王芳" "with the name"
ok "for programs too" account list --format json
is "$(json "$work/out" '[(x["account"], len(x["roles"])) for x in d]')" "[('li', 0), ('wang.fang', 1)]" "with the roles"
ok "no hash is in it" sh -c '! "$1" account "$2" list --format json | grep -q argon2' - "$FADU" "$data"
exits 1 "a token is good for a year at most" account token wang.fang --name cli --days 400
ok "a token" account token wang.fang --name cli
token=$(cat "$work/out")
ok "verify knows the records of accounts" fadu verify "$data"

# ---- the site ----
serve() {
    "$FADU" serve "$data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.err" &
    background=$!
    tries=0
    until [ -s "$work/address" ] || [ $tries = 100 ]; do tries=$((tries + 1)); sleep 0.05; done
    site=$(head -1 "$work/address" | sed 's|/$||')
}
serve
status() { # EXPECTED PATH NAME [curl options]: the page in $work/page and $work/out, its headers in $work/err
    expected=$1 path=$2 name=$3
    shift 3
    curl -s --max-time 20 -D "$work/err" -o "$work/page" "$@" "$site$path"
    cp "$work/page" "$work/out"
    is "$(grep '^HTTP' "$work/err" | tail -1 | cut -d' ' -f2)" "$expected" "$name"
}
csrf() { sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' "$work/page" | head -1; }
jar=$work/jar
login() { # EXPECTED LOGIN PASSWORD NAME: with a new jar
    rm -f "$jar"
    curl -s -c "$jar" -o "$work/page" "$site/login?lang=en"
    status "$1" "/login?lang=en" "$4" -b "$jar" -c "$jar" --data-urlencode "csrf=$(csrf)" --data-urlencode "login=$2" --data-urlencode "password=$3"
}

status 200 "/login?lang=en" "the sign-in page"
says 'autocomplete="current-password"'
says "HttpOnly; SameSite=Strict" "its cookie is for us alone"
status 303 /account "without a session my account leads"
says "Location: /login" "to it"
status 403 /login "a form that is not ours" --data 'login=wang.fang&password=x'
login 422 wang.fang "wrong password" "a wrong password"
says "The login name or the password is wrong"
says 'role="alert"' "said at the top of the page"
says '<title>Error: Sign in' "and in its title"
login 422 nobody "$password" "a name that is not there"
says "The login name or the password is wrong" "is told the same"
login 303 wang.fang "$password" "the right one"
says "Set-Cookie: fadu="
says "Location: /account?lang=en" "leads to my account, in the language of the page"
status 303 "/login?next=https://example.org/" "nothing in the address decides where to" -b "$jar"
says "Location: /account" "the browser goes"
status 200 "/account?lang=en" "my account" -b "$jar"
says "handler" "shows my role"
says "Cache-Control: no-store" "and is kept by nobody"
form=$(csrf)
is "${#form}" 64 "it has the session's token"

# ---- changes ----
status 403 /account/tokens "a change without it is refused" -b "$jar" --data 'name=t&days=9'
status 403 /account/tokens "and with another's" -b "$jar" --data "name=t&days=9&csrf=$(echo "$form" | tr '0-9a-f' '1-9a-f0')"
status 200 /account/tokens "with it a token is made" -b "$jar" --data "name=t&days=9&csrf=$form"
made=$(grep -o 'fadu_[0-9a-f]*' "$work/out")
status 422 "/account/tokens?lang=en" "but not two of one name" -b "$jar" --data "name=t&days=9&csrf=$form"
says "there is a token"
status 200 /api/v1/account "which is who I am to the API" -H "Authorization: Bearer $made"
is "$(json "$work/out" 'd["account"]')" wang.fang "with my name"
status 200 /api/v1/account "with a cookie" -b "$jar"
is "$(json "$work/page" 'd["csrf"]')" "$form" "it says the session's token as well"
status 303 /account/tokens/revoke "revoked" -b "$jar" --data "name=t&csrf=$form"
status 401 /api/v1/account "it is nobody" -H "Authorization: Bearer $made"
says "WWW-Authenticate: Bearer"
status 401 /api/v1/procedures "even where anybody may read" -H "Authorization: Bearer fadu_0"
status 401 /api/v1/account "the API without an actor"
is "$(json "$work/out" 'd["status"], d["type"], d["instance"]')" "(401, 'about:blank', '/api/v1/account')" "is a problem (RFC 9457)"
says "Content-Type: application/problem+json"

# ---- what a request may bring ----
head -c 1048577 /dev/zero | tr '\0' a >"$work/long"
status 413 /login "a body of more than 1 MiB" --data-binary @"$work/long"
status 411 /login "one whose length is not said" -H 'Transfer-Encoding: chunked' --data x=1
status 415 /login "JSON for a page" -H 'Content-Type: application/json' --data '{}'
status 415 /api/v1/cases/x/reveal "a form for the API" --data x=1
status 400 /api/v1/cases/x/reveal "JSON that is none" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' --data '{"field":'
says '"errors"' "with what is wrong"
status 405 /account/password "GET where a form is sent"
says "Allow: POST"
status 405 /login "DELETE" -X DELETE
says "Allow: GET, HEAD, POST"
status 405 /api/v1/procedures "a method that nobody knows" -X BREW
says "application/problem+json" "under /api/ is a problem"

# ---- masked fields ----
case_path=$(curl -s "$site/search?q=%E5%99%AA%E5%A3%B0" | sed -n 's/.*href="\(\/cases\/[^"]*\)".*/\1/p' | head -1)
hidden() { grep -q "王\*\*" "$work/page" && ! grep -qE "王小明|13812345678" "$work/page"; }
status 200 "$case_path" "a case, to anybody"
ok "is masked" hidden
ok "and has no form to read more" sh -c '! grep -q /reveal "$1"' - "$work/page"
status 200 "$case_path" "to who has a role" -b "$jar"
says "$case_path/reveal" "with a form"
ok "too" hidden
status 401 "$case_path/reveal" "which is not for anybody" --data 'field=caller&reason=因为'
status 422 "$case_path/reveal?lang=en" "needs a reason" -b "$jar" --data "csrf=$form&field=caller&reason="
says "give the reason"
status 422 "$case_path/reveal" "and a field that is masked" -b "$jar" --data-urlencode "csrf=$form" --data 'field=subject' --data-urlencode "reason=电话核实"
status 200 "$case_path/reveal" "then it is shown" -b "$jar" --data-urlencode "csrf=$form" --data 'field=caller' --data-urlencode "reason=电话核实"
says "王小明"
reveal() { status "$1" "/api/v1$case_path/reveal" "$2" -H "Authorization: Bearer $3" -H 'Content-Type: application/json' --data '{"field": "phone", "reason": "电话核实办理结果"}'; }
reveal 200 "to a program as well" "$token"
is "$(json "$work/out" 'd["value"]')" 13812345678 "in full"
ok "a token of who has no role" account token li --name none
reveal 403 "is not enough" "$(cat "$work/out")"
status 403 "/api/v1$case_path/reveal" "a cookie alone changes nothing" -b "$jar" -H 'Content-Type: application/json' --data '{"field": "phone", "reason": "电话核实办理结果"}'
status 200 "/api/v1$case_path/reveal" "with the token in the header it does" -b "$jar" -H "X-CSRF-Token: $form" -H 'Content-Type: application/json' --data '{"field": "phone", "reason": "电话核实办理结果"}'
is "$(python3 -c 'import json, sqlite3, sys
rows = [json.loads(body) for (body,) in sqlite3.connect(sys.argv[1]).execute("SELECT body FROM record ORDER BY seq")]
print([(r["actor"], r["field"]) for r in rows if r["kind"] == "viewed"])' "$data/fadu.db" 2>/dev/null || echo skip)" \
    "[('wang.fang', 'caller'), ('wang.fang', 'phone'), ('wang.fang', 'phone')]" "each is on record"

# ---- ending ----
status 422 "/account/password?lang=en" "the password is changed by who knows it" -b "$jar" --data-urlencode "csrf=$form" --data-urlencode "current=something else" --data-urlencode "new=another good password"
says "The current password is wrong"
cp "$jar" "$work/old"
status 303 /account/password "and then" -b "$jar" -c "$jar" --data-urlencode "csrf=$form" --data-urlencode "current=$password" --data-urlencode "new=another good password"
status 303 /account "the sessions before it" -b "$work/old"
says "Location: /login" "are over"
status 200 /account "and the new one goes on" -b "$jar"
form=$(csrf)
status 303 /logout "signed out" -b "$jar" --data "csrf=$form"
status 303 /account "the cookie" -b "$jar"
says "Location: /login" "is worth nothing"
login 303 wang.fang "another good password" "signed in again"
ok "an account is disabled" account disable wang.fang
status 303 /account "its session" -b "$jar"
says "Location: /login" "is over at once"
status 401 /api/v1/account "its tokens too" -H "Authorization: Bearer $token"
login 422 wang.fang "another good password" "and it cannot sign in"
ok "until it is enabled" account enable wang.fang
login 303 wang.fang "another good password" "again"
for n in 1 2 3 4 5; do login 422 li "wrong $n" "failure $n"; done
login 429 li "$password" "after five failures even the right password has to wait"
says "Retry-After:" "so long"
status 200 /login "the proxy says that the connection is encrypted" -H 'X-Forwarded-Proto: https'
says "Set-Cookie: __Host-fadu-form=" "and the cookie is bound to this host"
says "; Secure"

kill -TERM $background
wait $background
is $? 0 "stopped by a signal it ends well"
background=
ok "verify agrees with all of it" fadu verify "$data"
finish
