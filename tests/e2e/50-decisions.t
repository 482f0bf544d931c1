# Decisions: a model is evaluated and explained, wrong input is told, and the suite that nobody here wrote passes.
. "$(dirname "$0")/lib.sh"

model=tests/data/dmn/penalty.dmn
echo '{"违法次数": 1, "改正日期": "2024-05-01", "后果": "轻微"}' > "$work/first.json"
echo '[1]' > "$work/list.json"
ok "a decision of a model" fadu decide "$model" --input "$work/first.json"
says '"不予处罚"' "  as JSON"
ok "and why" fadu explain "$model" --input "$work/first.json"
says 'rule 1 matches: "不予处罚"' "  the rule"
says '改正日期 = date("2024-05-01")' "  the inputs, read as what they are"
says '依据: 行政处罚法第三十三条第一款' "  the article"
exits 2 "no file" fadu decide
says 'usage: fadu decide FILE.dmn'
exits 2 "two decisions at once" fadu decide "$model" --decision A --decision B
exits 1 "a decision that the model does not have" fadu decide "$model" --decision 没有
says '--decision "处罚裁量" (违法次数: number, 改正日期: date, 后果: string)' "  it says which there are, and what they need"
exits 1 "input that is no object" fadu decide "$model" --input "$work/list.json"
says 'DECIDE-INPUT'
exits 1 "a file that is no model" fadu decide tests/data/mappings/baltimore.json
says 'XML-SYNTAX'
exits 3 "a file that is not there" fadu decide "$work/none.dmn"

suite=${FADU_SHARED:-../shared}/dmn-tck
if [ -d "$suite" ] && [ -x "${TCK:-}" ]; then
    for level in 2 3; do
        ok "the DMN TCK, conformance level $level" "$TCK" "$suite/compliance-level-$level"
        is "$(tail -1 "$work/out" | sed 's/^[0-9]* //')" "passed, 0 failed" "  all of it"
    done
else
    skip "the DMN TCK is not part of the project (FADU_SHARED)"
fi
finish
