#!/bin/sh
# The demonstration district: made, loaded and reported once for each build of the program, then served.
# BUILD, LISTEN and SERVE=0 (do not serve) come from the Makefile.
set -eu
build=${BUILD:-build}
fadu=$build/fadu
demo=$build/demo

if ! [ -f "$demo/done" ] || [ "$fadu" -nt "$demo/done" ]; then
    rm -rf "$demo"
    mkdir -p "$demo"
    echo "== the ledgers, as the departments would keep them: $demo/ledgers"
    "$fadu" sample yangshan --out "$demo/ledgers" >/dev/null
    echo "== a data directory: $demo/data"
    "$fadu" init "$demo/data"
    echo "== import"
    "$fadu" import "$demo/data" "$demo"/ledgers/*.xlsx
    echo "== the annual report: $demo/report.pdf, .docx, .html, .json"
    for format in pdf docx html json; do "$fadu" report "$demo/data" --year 2024 --format $format -o "$demo/report.$format"; done
    echo "== verify"
    "$fadu" verify "$demo/data"
    touch "$demo/done"
fi
echo "== some of its figures"
awk -F '"' '$2 == "id" { id = $4 } $2 == "label" { label = $4 } $2 == "text" && ("," wanted ",") ~ ("," id ",") { print "  " label "  " $4 }' \
    wanted=hotline_orders_handled,hotline_completion_rate,disputes_mediated,administrative_litigation_loss_rate_yoy,people_cn_satisfaction_rate,safety_publicity_reach \
    "$demo/report.json"
echo "== where 712 comes from"
"$fadu" trace "$demo/data" disputes_mediated --year 2024 | head -12
if [ "${SERVE:-1}" != 0 ]; then
    echo "== the site; stop it with Ctrl-C"
    exec "$fadu" serve "$demo/data" --listen "${LISTEN:-127.0.0.1:8080}"
fi
