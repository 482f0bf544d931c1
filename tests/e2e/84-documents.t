# Documents of a running case: drafted, issued under a number without gaps, fixed, served; read on record, as HTML, DOCX and PDF.
. "$(dirname "$0")/lib.sh"
data=$work/data
account() { "$FADU" account "$data" "$@"; }
token_of() { account token "$1" --name test | grep -o 'fadu_[0-9a-f]*'; }
# as TOKEN STATUS NAME ARGUMENTS…: the request is answered with that status; the answer is in $work/answer
as() {
    token=$1 status=$2 name=$3
    shift 3
    got=$(curl -s -o "$work/answer" -w '%{http_code}' -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@")
    [ "$got" = "$status" ] || { echo "# $got instead of $status"; head -c 600 "$work/answer" | sed 's/^/#   /'; }
    is "$got" "$status" "$name"
}
get() { json "$work/answer" "$1"; }
command() { as "$1" "$2" "$3" "$api/cases/$id/commands" -d "$4"; }
read_document() { as "$1" "$2" "$3" "$api/cases/$id/document" -d "$4"; }

ok "a data directory" fadu init "$data"
ok "a clerk" account add wang --name 王芳 --unit justice
ok "who works on reconsideration" account grant wang reconsideration clerk
ok "and handles" account grant wang reconsideration handler
ok "somebody else" account add li --name 李四
wang=$(token_of wang) li=$(token_of li)
"$FADU" serve "$data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.err" &
background=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$work/address" ] && break; sleep 0.2; done
site=$(cat "$work/address") api=${site}api/v1

today=$(TZ=Asia/Shanghai date +%F) year=$(TZ=Asia/Shanghai date +%Y)
begin() { as "$wang" 201 "$1" "$api/procedures/reconsideration/cases" -d '{"data":{"organ":"申州市人民政府","applicant":"张某","applicant_kind":"公民","respondent":"羊山新区城市管理局","act_kind":"行政处罚","act":"罚款五千元","request":"撤销处罚决定"}}'; id=$(get 'd["case"]'); }
begin "an application"
missing='{"do":"draft","document":"supplement_notice","data":{"missing":["身份证复印件","授权委托书"]}}'

# ---- drafted ----
command "$li" 403 "who has no role drafts nothing" "$missing"
command "$wang" 422 "there is no such document" '{"do":"draft","document":"nothing"}'
is "$(get 'd["errors"][0]["code"]')" FLOW-NO-DOCUMENT "which is said"
command "$wang" 422 "nothing is invented: what is missing has to be said" '{"do":"draft","document":"supplement_notice"}'
command "$wang" 422 "nothing is issued without a draft" '{"do":"issue","document":"supplement_notice"}'
command "$wang" 200 "a draft" "$missing"
first=$(get 'd["documents"][0]["sha256"]')
command "$wang" 200 "another draft of it" '{"do":"draft","document":"supplement_notice","data":{"missing":["身份证复印件"]}}'
is "$(get 'len(d["documents"]), d["documents"][0]["draft"], "issued" in d["documents"][0]')" "(1, 2, False)" "takes its place"
command "$wang" 422 "a draft is not served" '{"do":"serve","document":"supplement_notice","way":"直接送达","to":"张某"}'
is "$(get 'd["errors"][0]["code"]')" FLOW-NOT-ISSUED "which is said"

# ---- issued ----
command "$wang" 200 "issued" '{"do":"issue","document":"supplement_notice"}'
is "$(get 'd["documents"][0]["number"], d["documents"][0]["issued"]')" "('羊管政复〔$year〕1号', '$today')" "it has its number and its day"
[ "$(get 'd["documents"][0]["sha256"]')" != "$first" ]
is $? 0 "and says something else than the first draft"
command "$wang" 422 "once" '{"do":"issue","document":"supplement_notice"}'
is "$(get 'd["errors"][0]["code"]')" FLOW-NO-DRAFT "since it is fixed"

# ---- served ----
command "$wang" 422 "how, and on whom?" '{"do":"serve","document":"supplement_notice"}'
command "$wang" 422 "not tomorrow" '{"do":"serve","document":"supplement_notice","way":"直接送达","to":"张某","on":"2999-01-01"}'
command "$wang" 400 "a day is a day" '{"do":"serve","document":"supplement_notice","way":"直接送达","to":"张某","on":"today"}'
command "$wang" 200 "served" '{"do":"serve","document":"supplement_notice","way":"直接送达","to":"张某"}'
is "$(get 'd["data"]["correction_notice_received_at"], d["documents"][0]["served"]')" "('$today', '$today')" "the day goes where time limits begin by it"
is "$(get '[c["clock"] for c in d["clocks"] if c["clock"] == "supplement"]')" "['supplement']" "and the applicant's time runs"
command "$wang" 422 "once" '{"do":"serve","document":"supplement_notice","way":"直接送达","to":"张某"}'
command "$wang" 200 "what is drafted next is another one" "$missing"
is "$(get '[x.get("number", "") for x in d["documents"]]')" "['羊管政复〔$year〕1号', '']" "beside the first"

# ---- numbers have no gaps ----
one=$id
begin "another application"
command "$wang" 200 "a draft" "$missing"
command "$wang" 200 "issued" '{"do":"issue","document":"supplement_notice"}'
is "$(get 'd["documents"][0]["number"]')" "羊管政复〔$year〕2号" "has the next number: what was refused took none"
id=$one

# ---- read ----
read_document "$li" 403 "who has no role does not read it" '{"document":1,"reason":"核对"}'
read_document "$wang" 422 "nor anybody without a reason" '{"document":1}'
read_document "$wang" 404 "nor what there is not" '{"document":9,"reason":"核对"}'
read_document "$wang" 400 "nor in another format" '{"document":1,"reason":"核对","format":"exe"}'
read_document "$wang" 200 "read" '{"document":1,"reason":"核对"}'
is "$(get 'd["says"]["number"], d["facts"]["missing"], d["says"]["organ"]')" "('羊管政复〔$year〕1号', ['身份证复印件'], '申州市人民政府')" "what it says, and what was said for it"
is "$(python3 -c 'import hashlib, json, sys; print(hashlib.sha256(json.dumps(json.load(open(sys.argv[1]))["says"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest())' "$work/answer")" \
    "$(curl -s "$api/cases/$id" | python3 -c 'import json, sys; print(json.load(sys.stdin)["documents"][0]["sha256"])')" "anybody can compute its hash"
read_document "$wang" 200 "as HTML" '{"document":1,"reason":"核对","format":"html"}'
is "$(grep -c '身份证复印件' "$work/answer")" 1 "with what is missing"
read_document "$wang" 200 "as DOCX" '{"document":1,"reason":"核对","format":"docx"}'
is "$(python3 -c 'import sys, zipfile; print("word/document.xml" in zipfile.ZipFile(sys.argv[1]).namelist())' "$work/answer")" True "which is one"
read_document "$wang" 200 "as PDF" '{"document":1,"reason":"核对","format":"pdf"}'
is "$(head -c 5 "$work/answer")" "%PDF-" "which is one"
curl -s "${site}cases/$id" >"$work/out"
says "羊管政复〔$year〕1号" "the case's page lists it"
is "$(curl -s -o /dev/null -w '%{http_code}' -d 'document=1&format=pdf' "${site}cases/$id/document")" 401 "whose form wants an account"

kill "$background"
wait "$background" 2>/dev/null
background=
ok "verify finds nothing wrong" fadu verify "$data"
is "$(sqlite3 "$data/fadu.db" "SELECT count(*) FROM record WHERE body LIKE '%\"kind\":\"viewed\"%' AND body LIKE '%\"document\":1%'")" 4 "every reading is on record"
finish
