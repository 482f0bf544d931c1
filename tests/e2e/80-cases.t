# Cases handled in the system: begun and brought on through the API; what is refused, and why; sent twice, done once; a new holiday notice.
. "$(dirname "$0")/lib.sh"
data=$work/data
password='correct horse battery'
ok "a data directory" fadu init "$data"
account() { "$FADU" account "$data" "$@"; }
made() { account add "$1" --name "$2" && printf '%s\n' "$password" | "$FADU" account "$data" password "$1"; }
ok "somebody of the hotline" made wang 王芳
ok "and somebody else" made li 李四
for role in operator dispatcher handler supervisor; do ok "with a role: $role" account grant wang hotline $role; done
ok "and of the information requests" account grant wang information_request clerk
ok "and an officer" account grant wang penalty officer
ok "the other reviews" account grant li hotline reviewer
token_of() { account token "$1" --name test | grep -o 'fadu_[0-9a-f]*'; }
wang=$(token_of wang)
li=$(token_of li)
serve() {
    "$FADU" serve "$data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.err" &
    background=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$work/address" ] && break; sleep 0.2; done
    api=$(cat "$work/address")api/v1
}
serve
# as TOKEN STATUS NAME ARGUMENTS…: the request is answered with that status; the answer is in $work/answer
as() {
    token=$1 status=$2 name=$3
    shift 3
    got=$(curl -s -o "$work/answer" -D "$work/headers" -w '%{http_code}' -H "Authorization: Bearer $token" "$@")
    [ "$got" = "$status" ] || { echo "# $got instead of $status"; head -c 600 "$work/answer" | sed 's/^/#   /'; }
    is "$got" "$status" "$name"
}
json_type='Content-Type: application/json'
order='{"data":{"no":"RX-1","category":"投诉","subject":"夜间施工噪声"}}'
get() { json "$work/answer" "$1"; }

# ---- begun ----
is "$(curl -s -o /dev/null -w '%{http_code}' -H "$json_type" "$api/procedures/hotline/cases" -d "$order")" 401 "nobody begins a case without an account"
as "$li" 403 "nor without the role" -H "$json_type" "$api/procedures/hotline/cases" -d "$order"
as "$wang" 422 "what a case needs is needed" -H "$json_type" "$api/procedures/hotline/cases" -d '{"data":{"no":"RX-1"}}'
is "$(get 'd["errors"][0]["code"]')" FLOW-NEEDS "and it is said what"
as "$wang" 201 "a case" -H "$json_type" -H 'Idempotency-Key: first' "$api/procedures/hotline/cases" -d "$order"
id=$(get 'd["case"]')
is "$(get '[t["task"] for t in d["tasks"]], d["version"]')" "(['dispatch'], 1)" "waits to be dispatched"
is "$(grep -ci '^etag: "1"' "$work/headers")" 1 "its version is its ETag"
as "$wang" 200 "sent again" -H "$json_type" -H 'Idempotency-Key: first' "$api/procedures/hotline/cases" -d "$order"
is "$(get 'd["case"]') $(grep -ci '^idempotency-replayed: true' "$work/headers")" "$id 1" "it is the same case"
as "$wang" 409 "the same id for something else is refused" -H "$json_type" -H 'Idempotency-Key: first' "$api/cases/$id/commands" -d '{"do":"claim","task":"dispatch"}'
as "$wang" 409 "the number is taken" -H "$json_type" "$api/procedures/hotline/cases" -d "$order"
as "$wang" 404 "there is no such procedure" -H "$json_type" "$api/procedures/nothing/cases" -d "$order"

# ---- brought on ----
command() { as "$1" "$2" "$3" -H "$json_type" "$api/cases/$id/commands" -d "$4"; }
command "$wang" 400 "an unknown command" '{"do":"dance"}'
command "$wang" 400 "time passes by itself" '{"do":"wait"}'
command "$wang" 400 "no object" '[1]'
command "$wang" 400 "no JSON" '{'
command "$wang" 422 "a task that is not open" '{"do":"complete","task":"review"}'
command "$wang" 200 "claimed" '{"do":"claim","task":"dispatch"}'
as "$wang" 412 "somebody saw an earlier version" -H "$json_type" -H 'If-Match: "1"' "$api/cases/$id/commands" -d '{"do":"release","task":"dispatch"}'
as "$wang" 304 "a reader has it already" -H 'If-None-Match: "2"' "$api/cases/$id"
as "$wang" 200 "my tasks" "$api/tasks?mine=true"
is "$(get '[(t["case"], t["task"]) for t in d["tasks"]]')" "[('$id', 'dispatch')]" "are those that I have claimed"
command "$wang" 200 "dispatched" '{"do":"complete","task":"dispatch","data":{"unit":"新区城市管理局"}}'
command "$wang" 200 "signed" '{"do":"complete","task":"sign"}'
due=$(get '[c["due"] for c in d["clocks"] if c["clock"] == "handle_complaint"][0]')
as "$wang" 200 "running time limits" "$api/clocks?procedure=hotline"
is "$(get '[c["due"] for c in d["clocks"] if c["clock"] == "handle_complaint"][0]')" "$due" "are listed with their end"
command "$wang" 200 "suspended" '{"do":"suspend","reason":"等待鉴定"}'
command "$wang" 422 "nothing is done meanwhile" '{"do":"complete","task":"handle"}'
command "$wang" 200 "resumed" '{"do":"resume"}'
command "$li" 200 "a reviewer knows of a reason for another to keep away" '{"do":"recuse","to":"zhao","reason":"近亲属"}'

# ---- reminded ----
as "$wang" 200 "nothing is near its end" "$api/reminders"
is "$(get 'd')" "{'reminders': []}" "so there is no reminder"
command "$wang" 200 "the order came in long ago" '{"do":"correct","reason":"更正受理时间","data":{"received_at":"2024-03-05T08:30:00","dispatched_at":"2024-03-05T09:00:00","signed_at":"2024-03-05T10:00:00"}}'
as "$wang" 200 "what am I late with?" "$api/reminders"
is "$(get '[(m["case"] == "'$id'", m["task"], m["clock"], m["due"], m["level"]) for m in d["reminders"]]')" "[(True, 'handle', 'handle_complaint', '2024-03-19', 'overdue')]" "the task that the time limit is about"
as "$li" 200 "and who has no task there?" "$api/reminders"
is "$(get 'd')" "{'reminders': []}" "is not reminded"
as nobody 401 "nor is anybody else" "$api/reminders"
for lang in zh en; do
    curl -s -H "Authorization: Bearer $wang" "$(cat "$work/address")work?lang=$lang" >"$work/page"
    ok "my work, in $lang" grep -q '2024-03-19' "$work/page"
done

# ---- linked ----
as "$wang" 403 "a referral needs a role in the other procedure" -H "$json_type" "$api/cases/$id/referrals" -d '{"procedure":"litigation","reason":"起诉"}'
as "$wang" 201 "referred" -H "$json_type" "$api/cases/$id/referrals" -d '{"procedure":"information_request","reason":"申请公开","data":{"no":"YSQ-1","channel":"网上申请","applicant_kind":"自然人","applicant":"林某","content":"施工许可","unit":"新区住房和城乡建设局"}}'
is "$(get 'd["procedure"], d["links"]')" "('information_request', [{'link': 'arose', 'to': '$id'}])" "the new case says where it arose"
as "$wang" 200 "the order says what may arise from it" "$api/cases/$id"
is "$(get '"penalty" in [r["procedure"] for r in d["refers"]]')" True "a case of a penalty, for example"
as "$wang" 201 "and it does" -H "$json_type" "$api/cases/$id/referrals" -d '{"procedure":"penalty","reason":"移交查处","data":{"procedure_kind":"普通程序","party":"某施工单位","party_kind":"法人"}}'
is "$(get 'd["data"]["source"], d["data"]["unit"], d["data"]["cause"]')" "('投诉举报', '新区城市管理局', '夜间施工噪声')" "it begins with what is known already"
as "$wang" 201 "an order about two things is split" -H "$json_type" "$api/cases/$id/referrals" -d '{"procedure":"hotline","data":{"no":"RX-拆分","subject":"工地扬尘"}}'
is "$(get 'd["procedure"], d["data"]["category"], d["data"]["subject"], d["links"]')" "('hotline', '投诉', '工地扬尘', [{'link': 'arose', 'to': '$id'}])" "the new one begins as the old one did"
as "$wang" 200 "and the old one" "$api/cases/$id"
is "$(get '[l["link"] for l in d["links"]]')" "['referred', 'referred', 'split']" "where it was referred to"

# ---- its page ----
page() { curl -s "$(cat "$work/address")$1" >"$work/page"; }
page "cases/$id"
ok "the case's page tells what was done" grep -q '完成：派单' "$work/page"
ok "what is to be done, and where it was referred to" grep -q '转办至 <a' "$work/page"

# ---- many at once, and pages ----
many=$(python3 -c 'import json; print(json.dumps({"commands": [{"procedure": "hotline", "id": "m%d" % i, "data": {"no": "M-%d" % (i % 30), "category": "咨询", "subject": "医保"}} for i in range(31)] + [{"case": "x"}, 3]}))')
as "$wang" 200 "33 commands at once" -H "$json_type" "$api/commands" -d "$many"
is "$(get '[sum(r["done"] for r in d["results"]), [r["code"] for r in d["results"] if not r["done"]][0]]')" "[30, 'CASE-KEY-TAKEN']" "each stands for itself"
as "$wang" 200 "a page" "$api/cases?procedure=hotline&status=open&limit=20"
next=$(get 'd["next"]')
as "$wang" 200 "and the next" "$api/cases?procedure=hotline&status=open&limit=20&after=$next"
is "$(get 'len(d["cases"]), "next" in d')" "(12, False)" "32 in all"
as "$wang" 400 "a status that there is not" "$api/cases?procedure=hotline&status=lost"
as "$wang" 200 "a page of tasks" "$api/tasks?procedure=hotline&role=dispatcher&limit=20"
next=$(get 'd["next"]')
as "$wang" 200 "and the next" "$api/tasks?procedure=hotline&role=dispatcher&limit=20&after=$next"
is "$(get 'len(d["tasks"])')" 11 "31 in all"

# ---- a new notice, while the site runs ----
cp -r procedures/hotline "$work/hotline"
python3 - "$work" <<'P'
import json, datetime, sys
start = datetime.date.today()
days = [(start + datetime.timedelta(n)) for n in range(1, 4)]
json.dump({"year": days[0].year, "papers": ["https://example.org/"], "days": [{"name": "放假", "date": str(d), "isOffDay": True} for d in days]}, open(sys.argv[1] + "/notice.json", "w"), ensure_ascii=False)
p = json.load(open(sys.argv[1] + "/hotline/procedure.json", encoding="utf-8"))
p["version"] = "2"
json.dump(p, open(sys.argv[1] + "/hotline/procedure.json", "w", encoding="utf-8"), ensure_ascii=False)
P
ok "a holiday notice is adopted" fadu adopt "$data" "$work/notice.json" --format json
is "$(json "$work/out" 'len(d["adopted"]), d["open_cases"] > 0, len(d["moved"]) > 0')" "(1, True, True)" "open cases are computed anew, and what moved is told"
ok "once more" fadu adopt "$data" "$work/notice.json"
says "nothing has changed"
ok "a new version of a procedure" fadu adopt "$data" "$work/hotline"
command "$wang" 200 "cancelled" '{"do":"cancel","reason":"登记有误"}'
command "$wang" 422 "for good" '{"do":"reopen","to":"handle","reason":"再办"}'
page "cases/$id?lang=en"
ok "its page says so" grep -q 'cancelled' "$work/page"
as "$wang" 201 "is what new cases begin with, without the site being started anew" -H "$json_type" "$api/procedures/hotline/cases" -d '{"data":{"no":"V2","category":"咨询","subject":"医保"}}'
id=$(get 'd["case"]')
as "$wang" 200 "and can be read" "$api/cases/$id"

# ---- all of it agrees with the records ----
kill "$background"
wait "$background" 2>/dev/null
ok "verify finds nothing wrong" fadu verify "$data"
exits 1 "what is not there is not adopted" fadu adopt "$data" "$work/nowhere"
exits 2 "nothing to adopt is wrong usage" fadu adopt "$data"
printf '{}' >"$work/empty.json"
exits 1 "no arrangement" fadu adopt "$data" "$work/empty.json"
sed -i 's/"id": "hotline_orders_handled"/"id": "renamed"/' "$work/hotline/procedure.json"
exits 1 "a version that lacks a figure is not adopted" fadu adopt "$data" "$work/hotline"
finish
