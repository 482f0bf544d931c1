# fadu document: every template is made with its procedure's sample case, and nothing in it stays unresolved.
. "$(dirname "$0")/lib.sh"

# A sample gives the data of one form, or in "forms" those of each form of the procedure: the case of one document is that of its form.
case_of() { # DOCUMENTS.JSON DOCUMENT SAMPLE
    python3 - "$@" <<'PY'
import json, sys
declared, sample = (json.load(open(path, encoding="utf-8")) for path in (sys.argv[1], sys.argv[3]))
forms = sample.pop("forms", {})
form = next(d["form"] for d in declared["documents"] if d["id"] == sys.argv[2])
print(json.dumps({"data": forms.get(form)} | sample, ensure_ascii=False))
PY
}

for declared in procedures/*/documents.json; do
    procedure=$(basename "$(dirname "$declared")")
    for body in "procedures/$procedure/documents/"*.md; do
        name=$(basename "$body" .md)
        case_of "$declared" "$name" "tests/documents/$procedure.json" >"$work/case.json"
        ok "$procedure/$name" fadu document "$procedure" "$name" --input "$work/case.json" --date 2025-03-07 --number 3
        is "$(sed -n '/<article/,$p' "$work/out" | grep -cE '[{}]|null')" 0 "has no placeholder left"
    done
done

case_of procedures/message_board/documents.json transfer tests/documents/message_board.json > "$work/case.json"
ok "a clock that a moment starts" fadu document message_board transfer --input "$work/case.json" --date 2025-03-07
says "答复期限至2025年3月6日届满" "falls due"
sample=tests/documents/reconsideration.json
ok "a numbered document" fadu document reconsideration refusal --input $sample --date 2025-03-07 --number 3
says "申政复〔2025〕3号" "has its number"
says "15日内，依法向人民法院提起行政诉讼（《中华人民共和国行政复议法》第三十四条）" "and the remedy, its period and article from the clock"
for format in docx pdf; do ok "as $format" fadu document reconsideration refusal --input $sample --date 2025-03-07 --number 3 --format $format -o "$work/d.$format"; done
if command -v pdftotext >/dev/null; then
    is "$(pdftotext "$work/d.pdf" - | grep -c '申政复〔2025〕3号')" 1 "the number is on the page"
else skip "no pdftotext"; fi

sed 's/"accepted_at"/"accepted_on"/' $sample > "$work/unknown.json"
exits 1 "an unknown field" fadu document reconsideration refusal --input "$work/unknown.json" --date 2025-03-07
says DOCUMENT-INPUT
sed '/"accepted_at"/d' $sample > "$work/less.json"
exits 1 "what the document needs is missing" fadu document reconsideration acceptance_notice --input "$work/less.json" --date 2025-03-07
says DOCUMENT-NEEDED
exits 1 "a document without a template" fadu document reconsideration nothing --input $sample --date 2025-03-07
exits 1 "an unknown procedure" fadu document nothing refusal --input $sample --date 2025-03-07
exits 2 "number 0" fadu document reconsideration refusal --input $sample --date 2025-03-07 --number 0
exits 2 "no date" fadu document reconsideration refusal --input $sample
cp -r procedures/reconsideration "$work/reconsideration"
sed -i 's/{{respondent}}/{{respondant}}/' "$work/reconsideration/documents/refusal.md"
exits 1 "a misspelt placeholder is found by the linter" fadu lint "$work/reconsideration"
says 'did you mean "respondent"?'
finish
