# Bad input, wrong usage and a hostile world: each is told apart by exit status and explained; nothing is damaged.
. "$(dirname "$0")/lib.sh"
data=$work/data
ok "a data directory" fadu init "$data"
orders "$work/orders.csv" "A1=2024-03-08 10:00"
ok "with one ledger" fadu import "$data" "$work/orders.csv"

# ---- wrong usage is 2 ----
exits 2 "no subcommand" fadu
exits 2 "an unknown subcommand" fadu frobnicate
for command in "init" "sample yangshan" "import" "import $data" "report" "report $data" "report $data --year 2024 --format tiff" "trace $data" "verify" \
    "verify --all" "lint" "feel" "due hotline" "due hotline --start yesterday" "report $data --year 1948" "report $data --year 99999999999999999999"; do
    # shellcheck disable=SC2086
    exits 2 "fadu $(echo "$command" | sed "s|$data|DIR|")" fadu $command
done
ok "help is no mistake" fadu help

# ---- bad input is 1 ----
exits 1 "a directory that is not there" fadu report "$work/nowhere" --year 2024
says "STORE-NOT-FOUND"
exits 1 "init in a directory that is not empty" fadu init "$data"
exits 1 "a district nobody knows" fadu init "$work/other" --district atlantis
[ ! -e "$work/other" ]; say_result $? "leaves no directory behind"
exits 1 "a demonstration district nobody knows" fadu sample atlantis --out "$work/other"
exits 1 "a figure nobody knows" fadu trace "$data" no_such_figure --year 2024
says "TRACE-FIGURE"
exits 1 "a report with gaps is no report" fadu report "$data" --year 2024 --format pdf -o "$work/report.pdf"
[ ! -e "$work/report.pdf" ]; say_result $? "and none is written"
exits 1 "a file that is not there" fadu import "$data" "$work/nothing.xlsx"
exits 1 "a directory instead of a file" fadu import "$data" "$work"
: >"$work/empty.xlsx"
exits 1 "an empty file" fadu import "$data" "$work/empty.xlsx"
head -c 4000 /dev/urandom >"$work/noise.xlsx"
exits 1 "noise" fadu import "$data" "$work/noise.xlsx"
echo "这不是台账" >"$work/note.csv"
exits 1 "a text that is no ledger" fadu import "$data" "$work/note.csv"
says "IMPORT-UNKNOWN"
ok "the demonstration ledgers" fadu sample yangshan --out "$work/ledgers"
book=$(ls "$work"/ledgers/*.xlsx | head -1)
for part in 10 50 99; do
    head -c $(($(stat -c %s "$book") * part / 100)) "$book" >"$work/cut.xlsx"
    exits 1 "a workbook cut off at $part %" fadu import "$data" "$work/cut.xlsx"
done
exits 1 "a procedure nobody knows" fadu import "$data" "$work/orders.csv" --procedure no_such
exits 1 "an expression that is none" fadu feel "1 +"
says "FEEL-UNEXPECTED"
ok "a null is a result" fadu feel "{amount: 1}.amont"
says "did you mean"
is "$(ls "$data/files" | wc -l)" 1 "no copy is kept of what was refused"
ok "after all that verify is content" fadu verify "$data"

# ---- the system's failures are 3 ----
exits 3 "while another process writes, a second one is turned away" flock "$data/lock" "$FADU" import "$data" "$work/orders.csv"
says "STORE-BUSY"
ok "but reading goes on" flock "$data/lock" "$FADU" report "$data" --year 2024 --format json
exits 3 "a report that cannot be written" fadu report "$data" --year 2024 --format json -o "$work/nowhere/report.json"

cp -r "$data" "$work/readonly"
chmod -R a+rX,a-w "$work" "$work/readonly"
as_other=
[ "$(id -u)" != 0 ] || as_other="setpriv --reuid=65534 --clear-groups"
if $as_other test -x "$FADU" -a -r "$work/readonly/fadu.db" && ! $as_other test -w "$work/readonly/fadu.db"; then
    # shellcheck disable=SC2086
    exits 3 "a directory without permission to write" $as_other "$FADU" import "$work/readonly" "$work/orders.csv"
    says "STORE-READ-ONLY"
else
    skip "there is no way here to be someone without permission"
fi
chmod -R u+w "$work"

# ---- a flipped bit is found wherever it is ----
size=$(stat -c %s "$data/fadu.db")
for part in 1 2 3 4 5 6 7 8 9; do
    rm -rf "$work/flipped"
    cp -r "$data" "$work/flipped"
    python3 - "$work/flipped/fadu.db" $((size * part / 10 + part)) <<'PY'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2])); byte = f.read(1)[0]
    f.seek(int(sys.argv[2])); f.write(bytes([byte ^ 1]))
PY
    exits 1 "one bit flipped at $part tenths of the database" fadu verify "$work/flipped"
    says "VERIFY-PAGE"
    exits 1 "(also when only the bytes are looked at)" fadu verify --bytes "$work/flipped"
done
# Somebody who knows the file's form changes a record and makes the page's checksum fit.
rm -rf "$work/flipped"
cp -r "$data" "$work/flipped"
ok "a record is changed, and its page's checksum with it" python3 - "$work/flipped/fadu.db" <<'PY'
import struct, sys
PAGE, mask = 8192, 0xffffffff
data = bytearray(open(sys.argv[1], "rb").read())
at = data.index("\"kind\":\"recorded\"".encode())
data[at + 9] ^= 1
start = at // PAGE * PAGE
first = second = 0
for one, other in struct.iter_unpack("<II", data[start:start + PAGE - 8]):
    first = (first + one + second) & mask
    second = (second + other + first) & mask
data[start + PAGE - 8:start + PAGE] = struct.pack("<Q", first << 32 | second)
open(sys.argv[1], "wb").write(data)
PY
exits 1 "the hash tells" fadu verify "$work/flipped"
says "VERIFY-HASH"
exits 1 "(also when only the bytes are looked at)" fadu verify --bytes "$work/flipped"
says "VERIFY-HASH"
ok "an untouched directory" fadu verify --bytes "$data"
says "no byte has changed"
kept=$(sha256sum "$work/orders.csv" | cut -d" " -f1)
echo >>"$data/files/$kept"
exits 1 "an original file that was changed" fadu verify "$data"
says "orders.csv" "verify names it"
exits 1 "(also when only the bytes are looked at)" fadu verify --bytes "$data"

# ---- killed at any moment, an import is there as a whole or not at all ----
ok "a new data directory" fadu init "$work/crash"
hotline=$(ls "$work"/ledgers/*热线*.xlsx)
root=$(head -3 "$work/crash/checkpoint")
for kilobytes in 0 200 2000 8000; do
    "$FADU" import "$work/crash" "$hotline" >/dev/null 2>&1 &
    background=$!
    # The write-ahead log grows as the transaction does: kill when it has that size.
    while kill -0 $background 2>/dev/null && [ "$(stat -c %s "$work/crash/fadu.db-wal" 2>/dev/null || echo 0)" -le $((kilobytes * 1000)) ]; do :; done
    if kill -9 $background 2>/dev/null; then killed="killed"; else killed="too late to be killed"; fi
    wait $background 2>/dev/null
    background=
    ok "$killed with $kilobytes kB written: verify is content" fadu verify "$work/crash"
done
is "$(head -3 "$work/crash/checkpoint")" "$root" "nothing was kept"
ok "the import is done again" fadu import "$work/crash" "$hotline"
says "0 corrected, 0 closed, 0 unchanged, 0 withdrawn" "every row is new to it"
ok "verify is content" fadu verify "$work/crash"
finish
