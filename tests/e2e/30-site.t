# The site: pages, headers, escaping, search, refusals.
. "$(dirname "$0")/lib.sh"
data=$work/data
ok "a data directory" fadu init "$data"
orders "$work/工单.csv" "A1=2024-03-08 10:00" "A2="
echo 'A3,2024-03-06 08:30,投诉,<script>alert(1)</script> "油烟" & 噪声,2024-03-06 09:00,新区城市管理局,2024-03-06 10:00,办理中,' >>"$work/工单.csv"
ok "with a ledger whose text looks like a program" fadu import "$data" "$work/工单.csv"

exits 1 "an address that makes no sense" fadu serve "$data" --listen nowhere
exits 1 "a directory that is not there" fadu serve "$work/nowhere" --listen 127.0.0.1:0

"$FADU" serve "$data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.err" &
background=$!
tries=0
until [ -s "$work/address" ] || [ $tries = 100 ]; do tries=$((tries + 1)); sleep 0.05; done
site=$(head -1 "$work/address" | sed 's|/$||')
case $site in http://127.0.0.1:*) result=0 ;; *) result=1 ;; esac
say_result $result "it prints its address"

# get PATH [curl options]: the page in $work/out, its headers in $work/err
get() {
    path=$1
    shift
    curl -s --max-time 20 -D "$work/headers" -o "$work/page" "$@" "$site$path"
    cat "$work/headers" >&2
    cat "$work/page"
}
status() { # EXPECTED PATH NAME [curl options]
    expected=$1 path=$2 name=$3
    shift 3
    get "$path" "$@" >"$work/out" 2>"$work/err"
    is "$(head -1 "$work/err" | cut -d' ' -f2)" "$expected" "$name"
}

status 200 / "the first page"
says "Content-Security-Policy: default-src 'none'" "allows no script"
says "X-Content-Type-Options: nosniff"
ok "has no script in it" sh -c '! grep -qi "<script" "$1"' - "$work/page"
for path in /figures /figures/hotline_orders_handled?year=2024 /procedures /procedures/hotline /files /log "/due?procedure=information_request&start=2024-09-14" \
    /style.css /favicon.svg /health /metrics /checkpoint "/api/v1/report?year=2024" "/api/v1/figures/hotline_orders_handled?year=2024" /api/v1/procedures "/?lang=en"; do
    status 200 "$path" "$path"
done
status 200 "/api/v1/report?year=2024" "the report as data"
is "$(json "$work/page" 'd["year"]')" 2024 "is JSON"
status 200 /checkpoint "the checkpoint"
is "$(head -1 "$work/page")" "fadu/yangshan" "is the log's"

status 200 "/search?q=%E6%B2%B9%E7%83%9F" "a search for two characters"
says "A3" "finds the order"
says "&lt;script&gt;alert(1)&lt;/script&gt; &quot;油烟&quot; &amp; 噪声" "whose text is escaped"
status 200 "/search?q=%E9%A9%AC%E6%88%8F" "a search for what is not there"
says "没有找到" "says so"
status 200 "/search?q=%22%20OR%201%3D1%20--%20%2A%29%28" "a search in the language of the database"
says "没有找到" "is only words"
case_page=$(curl -s "$site/search?q=%E6%B2%B9%E7%83%9F" | sed -n 's/.*href="\(\/cases\/[^"]*\)".*/\1/p' | head -1)
status 200 "$case_page" "the page of that case"
says "工单.csv" "names the file it came from"

status 404 /no/such/page "a page that is not there"
status 404 /figures/no_such_figure "a figure that is not there"
status 404 /cases/0000000000000 "a case that is not there"
status 404 /cases/%00%FF "an id that is none"
status 404 /../../etc/passwd "a path that climbs" --path-as-is
status 404 /report/2024.exe "a format that is none"
status 405 / "POST is refused" -X POST -d x=1
says "Allow: GET, HEAD"
status 405 / "and DELETE" -X DELETE
status 414 "/search?q=$(head -c 3000 /dev/zero | tr '\0' a)" "an address of 3000 characters is too long"
status 200 /figures "HEAD is answered" --head
ok "with the length of the page" grep -qi '^content-length: [1-9]' "$work/headers"

orders "$work/四月工单.csv" "B1=2024-04-08 10:00"
ok "a ledger is imported while the site runs" fadu import "$data" "$work/四月工单.csv"
status 200 "/api/v1/figures/hotline_orders_handled?year=2024" "and the site"
is "$(json "$work/page" 'd["value"]')" 4 "shows the new figure"

kill -TERM $background
wait $background
is $? 0 "stopped by a signal it ends well"
background=
finish
