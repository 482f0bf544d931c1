# lib.sh: what the end-to-end tests share: TAP lines, a directory of their own, the program under test.
#
# A test is a list of sentences that must hold:   ok "verify finds nothing wrong" fadu verify "$work/data"
# FADU names the program (make test sets it). Nothing outside $work is written.
cd "$(dirname "$0")/../.." || exit 1
FADU=${FADU:-build/fadu}
case $FADU in /*) ;; *) FADU=$PWD/$FADU ;; esac
[ -x "$FADU" ] || { echo "Bail out! no program at $FADU: run make first"; exit 1; }
export FADU_LANG=en LC_ALL=C.UTF-8
work=$(mktemp -d)
tests=0 failures=0
background=
cleanup() {
    # shellcheck disable=SC2086
    [ -z "$background" ] || kill $background 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

fadu() { "$FADU" "$@"; }

say_result() { # 0|1 NAME
    tests=$((tests + 1))
    if [ "$1" = 0 ]; then echo "ok $tests - $2"; return; fi
    echo "not ok $tests - $2"
    failures=$((failures + 1))
    for said in "$work/out" "$work/err"; do
        [ ! -s "$said" ] || head -n 12 "$said" | sed 's/^/#   /'
    done
}
# The command succeeds. What it prints is in $work/out and $work/err.
ok() {
    name=$1
    shift
    if "$@" >"$work/out" 2>"$work/err"; then say_result 0 "$name"; else echo "# exit status $?: $*"; say_result 1 "$name"; fi
}
# The command ends with that status.
exits() {
    expected=$1 name=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    [ $status = "$expected" ] || echo "# exit status $status instead of $expected: $*"
    say_result $((status != expected)) "$name"
}
# The last command printed that text (a fixed string), on either output.
says() { grep -qF -e "$1" "$work/out" "$work/err"; say_result $? "${2:-it says \"$1\"}"; }
is() { # GOT EXPECTED NAME
    [ "$1" = "$2" ]
    result=$?
    [ $result = 0 ] || printf '#   expected %s\n#        got %s\n' "$2" "$1"
    say_result $result "$3"
}
skip() { tests=$((tests + 1)); echo "ok $tests # SKIP $1"; }
finish() { echo "1..$tests"; [ "$failures" = 0 ]; exit; }

# Evaluates a Python expression over a JSON file: json FILE 'd["year"]'.
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1], encoding="utf-8")); print(eval(sys.argv[2]))' "$@"; }

# A small hotline ledger: FILE, then one line for each order: number, closed at (or nothing).
orders() {
    file=$1
    shift
    echo '工单编号,受理时间,诉求类型,诉求标题,派单时间,承办单位,签收时间,工单状态,办结时间' >"$file"
    for order in "$@"; do
        number=${order%%=*} closed=${order#*=}
        state=办结
        [ -n "$closed" ] || state=办理中
        echo "$number,2024-03-05 08:30,投诉,夜间施工噪声 $number,2024-03-05 09:00,新区城市管理局,2024-03-05 10:00,$state,$closed" >>"$file"
    done
}
figure() { # DIR FIGURE: its value in 2024
    "$FADU" report "$1" --year 2024 --format json 2>/dev/null >"$work/figures.json"
    json "$work/figures.json" "next(f['value'] for f in d['figures'] if f['id'] == '$2')"
}
