# Who may: a certificate that has run out, somebody who is away, several units side by side.
. "$(dirname "$0")/lib.sh"
data=$work/data
account() { "$FADU" account "$data" "$@"; }
token_of() { account token "$1" --name test | grep -o 'fadu_[0-9a-f]*'; }
serve() {
    "$FADU" serve "$data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.err" &
    background=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s "$work/address" ] && break; sleep 0.2; done
    api=$(cat "$work/address")api/v1
}
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

ok "a data directory" fadu init "$data"
echo '执法人员编号,执法人员姓名,所在执法单位,在编在职,资格申报日期,执法证号,执法证发证日期,证件有效期至' >"$work/执法人员.csv"
echo 'ZF-1,王芳,新区市场监督管理局,是,2023-01-05,16010001,2023-03-01,2099-02-28' >>"$work/执法人员.csv"
echo 'ZF-2,李四,新区市场监督管理局,是,2019-01-05,16010002,2019-03-01,2024-02-28' >>"$work/执法人员.csv"
ok "with a register of officers: the card of one has run out" fadu import "$data" "$work/执法人员.csv"
for who in wang li zhao; do ok "an account: $who" account add $who --name "$who"; done
for who in wang li zhao; do ok "an officer: $who" account grant $who penalty officer; done
ok "a head of unit" account grant zhao penalty unit_head
exits 1 "of somebody there is not" account certificate nobody ZF-1
says "[ACCESS-UNKNOWN]"
ok "whose card is whose" account certificate wang ZF-1
exits 1 "is said once" account certificate wang ZF-1
ok "and the other's" account certificate li ZF-2
wang=$(token_of wang) li=$(token_of li) zhao=$(token_of zhao)
serve

# ---- certificates ----
as "$zhao" 201 "a case is found" "$api/procedures/penalty/cases" -d '{"data":{"unit":"新区市场监督管理局","procedure_kind":"普通程序","source":"日常检查","party":"某商店","party_kind":"个体工商户","cause":"销售过期食品"}}'
id=$(get 'd["case"]')
command "$zhao" 200 "and filed" '{"do":"complete","task":"file"}'
investigated='{"do":"complete","task":"investigate","data":{"officers":"王芳、陈某","officer_count":2,"discretion_tier":"一般处罚"}}'
command "$zhao" 403 "who has no certificate cannot investigate it" "$investigated"
is "$(get 'd["errors"][0]["code"]')" FLOW-QUALIFICATION "which is said"
command "$li" 403 "nor who has one that has run out" "$investigated"
command "$wang" 200 "who has one can claim it" '{"do":"claim","task":"investigate"}'

# ---- away ----
ok "another card is renewed" sh -c 'sed -i s/2024-02-28/2098-02-28/ "$1" && "$2" import "$3" "$1"' - "$work/执法人员.csv" "$FADU" "$data"
command "$li" 409 "what she has claimed is hers" "$investigated"
exits 2 "when is she back?" account away wang li
exits 1 "that is no day" account away wang li --to tomorrow
says "[ACCESS-AWAY]"
exits 1 "nobody stands in for herself" account away wang wang --to 2099-01-01
exits 1 "the last day is not before the first" account away wang li --from 2030-01-02 --to 2030-01-01
ok "while she is away" account away wang li --to 2099-01-01
command "$zhao" 403 "it is still not for everybody" '{"do":"claim","task":"investigate"}'
ok "she comes back" account back wang
exits 1 "once" account back wang
command "$li" 409 "and it is hers again" "$investigated"
ok "she leaves again" account away wang li --from 2024-01-01 --to 2099-01-01
ok "programs can read it" account list --format json
is "$(json "$work/out" '[(x["stand_in"], x["away_to"], x["certificate"]) for x in d if "stand_in" in x]')" "[('li', '2099-01-01', 'ZF-1')]" "who is away, and until when"
command "$li" 200 "who stands in does it" "$investigated"
as "$wang" 201 "another case is found" "$api/procedures/penalty/cases" -d '{"data":{"unit":"新区市场监督管理局","procedure_kind":"普通程序","source":"日常检查","party":"某饭店","party_kind":"个体工商户","cause":"无证经营"}}'
id=$(get 'd["case"]')
command "$li" 403 "only a head of unit files it" '{"do":"complete","task":"file"}'
ok "the head is away" account away zhao li --to 2099-01-01
command "$li" 200 "who stands in has that role, too" '{"do":"complete","task":"file"}'
ok "the head is back" account back zhao
as "$li" 200 "what are my roles?" "$api/account"
is "$(get '"unit_head" in str(d)')" False "not that one any more"

# ---- side by side ----
for who in wang li zhao; do ok "an office: $who" account grant $who proposal government_office; done
ok "the host" account grant zhao proposal host
ok "an assisting unit" account grant wang proposal co_unit
as "$zhao" 201 "a suggestion with an assisting unit" "$api/procedures/proposal/cases" -d '{"data":{"kind":"人大代表建议","session":"五届四次","title":"增设公交线路","proposer":"蒋某","category":"交通出行","handling":"主办","host_unit":"新区交通运输局","co_units":["新区财政局","新区城市管理局"]}}'
id=$(get 'd["case"]')
command "$zhao" 200 "the host has it" '{"do":"complete","task":"receive"}'
is "$(get 'sorted(t.get("unit", "") for t in d["tasks"])')" "['', '新区城市管理局', '新区财政局']" "every unit has a task of its own"
command "$wang" 403 "which another unit cannot do" '{"do":"complete","task":"co_receive"}'

kill "$background"
wait "$background" 2>/dev/null
background=
ok "verify finds nothing wrong" fadu verify "$data"
finish
