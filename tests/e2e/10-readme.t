# What the README promises: `make run` loads the demonstration district, every figure is there, and each is an account.
. "$(dirname "$0")/lib.sh"

ln -s "$FADU" "$work/fadu"
data=$work/demo/data

ok "make run's script makes, loads, reports and verifies the district" env BUILD="$work" SERVE=0 tools/demo.sh
says "all agrees:" "verify finds nothing wrong"
ok "there is a PDF" sh -c 'head -c 5 "$1" | grep -q %PDF-' - "$work/demo/report.pdf"
ok "there is a Word document" python3 -c 'import sys, zipfile; assert "word/document.xml" in zipfile.ZipFile(sys.argv[1]).namelist()' "$work/demo/report.docx"
ok "there is a page" grep -q '<article class="report"' "$work/demo/report.html"
is "$(stat -c %a "$data/key")" 600 "the signing key is for its owner alone"

ok "done once, it is not done again" env BUILD="$work" SERVE=0 tools/demo.sh
is "$(grep -c 'all agrees' "$work/out")" 0 "(the second time only the trace is printed)"

# Every figure of the report, printed as the source report prints it. That report is not part of the project.
source=${FADU_SHARED:-../shared}/source-figures.json
if [ -f "$source" ]; then
    ok "the district's figures are those of the source report" python3 - "$work/demo/report.json" "$source" <<'PY'
import json, sys
found = {f["id"]: f for f in json.load(open(sys.argv[1], encoding="utf-8"))["figures"]}
wrong = []
for wanted in json.load(open(sys.argv[2], encoding="utf-8")):
    f = found.get(wanted["id"])
    value = f["value"] if f and f["value"] is not None else None
    fits = value is not None and (value == wanted["value"] if wanted["qualifier"] == "exact" else value >= wanted["value"])
    if not fits:
        wrong.append("%s: %s instead of %s" % (wanted["id"], value, wanted["value"]))
    elif wanted["basis"] == "stated" and f["text"] != wanted["text"]:
        wrong.append("%s: printed as %s instead of %s" % (wanted["id"], f["text"], wanted["text"]))
print("\n".join(wrong))
sys.exit(bool(wrong))
PY
else
    skip "the source report's figures are not here"
fi

ok "what a figure is worth is what its entries add up to, for every figure" python3 - "$FADU" "$data" "$work/demo/report.json" <<'PY'
import json, subprocess, sys
from decimal import Decimal
program, data, report = sys.argv[1:]
wrong = []
for f in json.load(open(report, encoding="utf-8"), parse_float=Decimal)["figures"]:
    if not f["in_report"]:
        continue
    said = subprocess.run([program, "trace", data, f["id"], "--year", "2024", "--format", "json"], capture_output=True, check=True).stdout
    trace = json.loads(said, parse_float=Decimal)
    if trace["value"] != f["value"] or len(trace["entries"]) != f["entries"]:
        wrong.append("%s: %d entries listed, %d counted" % (f["id"], len(trace["entries"]), f["entries"]))
    if f["kind"] in ("count", "sum") and sum(e["amount"] for e in trace["entries"]) != f["value"]:
        wrong.append("%s: the entries add up to something else" % f["id"])
    if any(not e["source"] or len(e["source"]["sha256"]) != 64 or e["source"]["row"] < 1 for e in trace["entries"]):
        wrong.append("%s: an entry without file and row" % f["id"])
print("\n".join(wrong))
sys.exit(bool(wrong))
PY

root_before=$(head -3 "$data/checkpoint")
ok "importing the same files again changes nothing" fadu import "$data" "$work"/demo/ledgers/*.xlsx
is "$(grep -c 'nothing changed' "$work/out")" "$(ls "$work"/demo/ledgers | wc -l)" "and says so for each"
is "$(head -3 "$data/checkpoint")" "$root_before" "the log is as long as before"

ok "the ledgers are made a second time" fadu sample yangshan --out "$work/again"
ok "and are the same to the byte" diff -r "$work/demo/ledgers" "$work/again"
# Every command that the two READMEs show, in their order, in a directory that has nothing but the program and the tests' models.
mkdir -p "$work/tour/build"
ln -s "$PWD/tests" "$work/tour/tests"
ln -s "$FADU" "$work/tour/build/fadu"
sed -n 's/^\$ \(build\/fadu [^#]*\).*/\1/p; s/^\$ \(echo .*\)/\1/p' README.md README.zh-CN.md | sed 's/ *$//' | grep -v ' serve ' | awk '!seen[$0]++' >"$work/commands"
while read -r command; do
    ok "$command" sh -c "cd '$work/tour' && $command"
done <"$work/commands"
finish
