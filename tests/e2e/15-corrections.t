# A corrected file supersedes the one it corrects: figures follow, and the log keeps both.
. "$(dirname "$0")/lib.sh"
data=$work/data
ok "a data directory" fadu init "$data"

orders "$work/三月工单.csv" "A1=2024-03-08 10:00" "A2=2024-03-09 10:00" "A3="
ok "a ledger of three orders" fadu import "$data" "$work/三月工单.csv"
says "[hotline]: 3 recorded"
is "$(figure "$data" hotline_orders_handled)" 3 "three orders were handled"

mkdir "$work/second"
orders "$work/second/三月工单.csv" "A1=2024-03-08 10:00" "A3=2024-03-12 09:00" "A4="
ok "the same ledger, corrected: A2 is gone, A3 was closed, A4 is new" fadu import "$data" "$work/second/三月工单.csv"
says "1 recorded, 0 corrected, 1 closed, 1 unchanged, 1 withdrawn"
is "$(figure "$data" hotline_orders_handled)" 3 "A1, A3 and A4 count"
ok "the figure is traced" fadu trace "$data" hotline_orders_handled --year 2024 --format json
is "$(json "$work/out" 'sorted(e["amount"] for e in d["entries"])')" "[-1, 1, 1, 1, 1]" "A2 was posted and reversed"

orders "$work/另一本.csv" "A4=2024-03-20 09:00"
ok "another ledger that names one of the orders" fadu import "$data" "$work/另一本.csv"
says "1 closed" "corrects that case and withdraws none"

{ orders "$work/五月工单.csv" "M1=2024-05-06 10:00"; echo 'M2,三月五日,投诉,坏行,,,,办理中,' >>"$work/五月工单.csv"; }
exits 1 "with --strict one bad row refuses the file" fadu import "$data" "$work/五月工单.csv" --strict
is "$(figure "$data" hotline_orders_handled)" 3 "nothing of it was kept"
exits 1 "without it the good rows go in" fadu import "$data" "$work/五月工单.csv"
says "IMPORT-DATE" "the bad row is reported with its reason"
says "五月工单.csv:3" "and with its place"
is "$(ls "$data/rejected" | wc -l)" 1 "and is written to a spreadsheet to be mended"
is "$(figure "$data" hotline_orders_handled)" 4 "the good row counts"
ok "verify recomputes all of it" fadu verify "$data"
finish
