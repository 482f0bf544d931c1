#!/bin/sh
# Rules of the tree that a compiler does not check. Prints what breaks them; exit status 1 if anything does.
set -u
cd "$(dirname "$0")/.."
bad=$(mktemp)
trap 'rm -f "$bad"' EXIT

# Includes point downwards only (ARCHITECTURE.md): a module may include those listed for it, and itself.
allowed() {
    case $1 in
    base) echo "base" ;;
    calendar) echo "base calendar" ;;
    feel) echo "base calendar feel" ;;
    dmn) echo "base calendar feel dmn" ;;
    decide) echo "base calendar feel dmn service decide" ;;
    bpmn) echo "base calendar feel bpmn" ;;
    ledger) echo "base calendar ledger" ;;
    sheet) echo "base calendar sheet" ;;
    procedure) echo "base calendar feel dmn bpmn sheet procedure" ;;
    store) echo "base calendar ledger store" ;;
    case) echo "base calendar feel bpmn procedure ledger store case" ;;
    figures) echo "base calendar feel procedure store case figures" ;;
    report) echo "base calendar feel report" ;;
    document) echo "base calendar feel procedure store case report document" ;;
    sample) echo "base calendar feel sheet sample" ;;
    service) echo "base calendar feel ledger sheet procedure store case figures report document sample service" ;;
    http) echo "base calendar feel dmn bpmn ledger procedure store case figures report service http" ;;
    cli) echo "base calendar feel dmn ledger sheet procedure store case figures report document sample service http cli" ;;
    *) echo "" ;;
    esac
}
for file in $(find src -name '*.[ch]'); do
    module=$(echo "$file" | cut -d/ -f2)
    for included in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$file" | sort -u); do
        allowed "$module" | tr ' ' '\n' | grep -qx "$included" || echo "$file: includes $included/, which is not below $module/" >> "$bad"
    done
done
# SQL is the store's alone.
grep -lE '"(SELECT|INSERT|UPDATE|DELETE) ' $(find src -name '*.c' ! -path 'src/store/*') 2>/dev/null | sed 's/$/: SQL outside src\/store/' >> "$bad"
# A header begins by saying what it is for.
for file in $(find src -name '*.h' ! -name '*_table.h'); do head -1 "$file" | grep -q '^//' || echo "$file: does not begin with a comment" >> "$bad"; done
for file in $(find src -name '*.[ch]'); do
    lines=$(wc -l < "$file")
    [ "$lines" -le 1500 ] || echo "$file: $lines lines; more than 1500 is more than one thing" >> "$bad"
done
grep -nE '\b(TO''DO|FIX''ME|XX''X|HA''CK)\b' -r src procedures tools 2>/dev/null >> "$bad"
grep -nP '\t' -r src --include='*.[ch]' >> "$bad"
# What is generated is up to date, and no document points to what is not there (ID and NAME in a path are placeholders).
tools/diagnostics.sh --check 2>> "$bad"
for file in $(find . -name '*.md' ! -path './build/*' ! -path './.git/*'); do
    for link in $(grep -oE '\]\([^)#: ]+' "$file" | sed 's/^](//'); do
        [ -e "$(dirname "$file")/$link" ] || echo "$file: points to $link, which is not there" >> "$bad"
    done
    for named in $(grep -oE '`(src|docs|tools|tests|procedures|districts|bench|fuzz)/[A-Za-z0-9_./-]+`' "$file" | tr -d '`' | grep -vE '(^|/)[A-Z]+(\.|/|$)'); do
        [ -e "$named" ] || echo "$file: names $named, which is not there" >> "$bad"
    done
done
grep -rnoE 'docs/adr/[0-9]{4}' src --include='*.[ch]' | while IFS=: read -r file line adr; do
    [ -n "$(ls "$adr"-*.md 2>/dev/null)" ] || echo "$file:$line: cites $adr, which is not there"
done >> "$bad"
if [ -s "$bad" ]; then
    cat "$bad"
    echo "tidy: $(wc -l < "$bad") places" >&2
    exit 1
fi
echo "tidy: ok"
