# The decisions of procedures on the site: which there are, what one says, and why.
. "$(dirname "$0")/lib.sh"

data=$work/data
ok "a data directory" fadu init "$data"
fadu serve "$data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/log" &
background=$!
until [ -s "$work/address" ]; do sleep 0.1; done
site=$(cat "$work/address")
ask() { curl -s -G "$@" -o "$work/page" -w '%{http_code}'; }

is "$(ask "${site}api/v1/decisions" --data-urlencode procedure=penalty)" 200 "the decisions of a procedure"
is "$(json "$work/page" '[i["name"] for i in d[0]["inputs"]][:3]')" "['年满十四周岁', '没有主观过错', '违法情节']" "  with their inputs"
is "$(ask "${site}api/v1/decisions" --data-urlencode procedure=penalty --data-urlencode decision=处罚裁量 --data-urlencode in.违法次数=1 --data-urlencode in.危害后果=轻微 --data-urlencode in.及时改正=true)" 200 "one of them"
is "$(json "$work/page" 'd["result"]')" "可以不予处罚" "  decides"
is "$(json "$work/page" 'd["steps"][0]["rules"][0]["rule"], d["steps"][0]["rules"][0]["annotations"]["依据"]')" "(4, '行政处罚法第三十三条（初次违法）')" "  and says which rule, and the article"
is "$(json "$work/page" 'd["steps"][0]["inputs"][5]')" "{'expression': '违法次数', 'value': 1}" "  and the value of each input"
is "$(ask "${site}api/v1/decisions" --data-urlencode procedure=penalty --data-urlencode decision=处罚裁量 --data-urlencode in.违法次数=很多)" 200 "a value of the wrong kind"
is "$(json "$work/page" 'd["reasons"][0].split(":")[0]')" "DMN-TYPE" "  is told"
is "$(ask "${site}api/v1/decisions" --data-urlencode procedure=penalty --data-urlencode decision=没有)" 404 "a decision that there is not"
is "$(ask "${site}api/v1/decisions" --data-urlencode procedure=没有)" 404 "a procedure that there is not"
is "$(ask "${site}procedures/penalty")" 200 "the procedure's page"
ok "  links to its decision" grep -q 'href="/decide?procedure=penalty&amp;decision=' "$work/page"
is "$(ask "${site}decide" --data-urlencode procedure=penalty --data-urlencode decision=处罚裁量 --data-urlencode 'in.违法情节="><script>x' --data-urlencode in.年满十四周岁=false)" 200 "its page"
ok "  says what it decides" grep -q '结果：不予处罚' "$work/page"
is "$(grep -c '<script' "$work/page")" 0 "  and what was typed in is escaped"
is "$(ask "${site}decide" --data-urlencode procedure=penalty)" 404 "a page of no decision"
is "$(ask "${site}procedures/hotline")" 200 "a procedure with a process"
ok "  shows its diagram" grep -q '<svg ' "$work/page"
finish
