# fadu due: when does a statutory limit end, and why.
. "$(dirname "$0")/lib.sh"

due() { fadu due "$@" --format json; }

ok "seven working days over National Day" due reconsideration copy_ordinary --start 2024-09-27
is "$(json "$work/out" 'd["clock"], d["due"]')" "('copy_ordinary', '2024-10-12')" "end on a worked Saturday"
is "$(json "$work/out" 'sorted(d)[:4] == ["article", "clock", "derivation", "due"] and "第四十八条" in d["article"]')" True "and name the article"
is "$(json "$work/out" '[l[:10] for l in d["derivation"]]')" "['2024-09-27', '2024-09-28', '2024-09-29', '2024-09-30', '2024-10-01', '2024-10-08', '2024-10-12']" "with every run of days"

# Suspension: the first and the last day of it do not count.
ok "a decision that is suspended" due reconsideration decision_ordinary --start 2024-03-01 --suspend 2024-03-11..2024-03-20
is "$(json "$work/out" 'd["due"]')" 2024-05-10 "ends ten days later"
ok "twice" due reconsideration decision_ordinary --start 2024-03-01 --suspend 2024-03-11..2024-03-20 --suspend 2024-03-18..2024-03-22
is "$(json "$work/out" 'd["due"]')" 2024-05-13 "and days suspended twice are left out once (12 May is a Sunday)"
ok "the extension the law allows" due reconsideration decision_ordinary --start 2024-03-01 --extend
is "$(json "$work/out" 'd["due"]')" 2024-05-30 "is 30 days"
ok "or less" due reconsideration decision_ordinary --start 2024-03-01 --extend=10
is "$(json "$work/out" 'd["due"]')" 2024-05-10 "where less was granted"
exits 1 "a second one" due reconsideration decision_ordinary --start 2024-03-01 --extend --extend
says "第六十二条第一款" "is refused with the article"
exits 1 "more than the law allows" due reconsideration decision_ordinary --start 2024-03-01 --extend=31
says CLOCK-EXTENSION-LENGTH
exits 1 "and one that the law does not know" due reconsideration decision_simplified --start 2024-03-01 --extend
says CLOCK-NO-EXTENSION
ok "an interruption" due information_request answer --start 2024-09-02 --restart 2024-09-09
is "$(json "$work/out" 'd["due"]')" 2024-10-12 "begins the whole period anew"

# The law of that day.
ok "the answer under the earlier law" due reconsideration answer_ordinary --start 2023-12-15
is "$(json "$work/out" '"2017" in d["article"], d["due"]')" "(True, '2023-12-25')" "is ten calendar days"
ok "the same start under the law of 2024" due reconsideration answer_ordinary --start 2023-12-15 --on 2024-01-01
is "$(json "$work/out" '"2023" in d["article"], d["due"]')" "(True, '2023-12-29')" "is ten working days"

# Hours, days of the year, counting back.
ok "hours run from the moment" due hotline dispatch --start 2024-09-27T08:30
is "$(json "$work/out" 'd["due"]')" 2024-09-28T08:30 "to the moment, rest day or not"
ok "where the rule skips rest days" due hotline sign --start 2024-09-30T16:00
is "$(json "$work/out" 'd["due"]')" 2024-10-08T16:00 "they run on working days only"
ok "a day of the year" due annual_report submission --start 2024-12-31
is "$(json "$work/out" 'd["due"]')" 2025-02-28 "before 1 March"
ok "in a leap year" due annual_report submission --start 2023-12-31
is "$(json "$work/out" 'd["due"]')" 2024-02-29 "is the 29th"
ok "a notice before a hearing" due service hearing_notice --start 2024-10-10
is "$(json "$work/out" 'd["due"]')" 2024-09-25 "is counted back"
ok "a promise beside the law" due service decision --start 2024-03-01
is "$(json "$work/out" 'd["due"], d["promised"]')" "('2024-03-29', '2024-03-15')" "is a second, nearer day"
ok "a year without an arrangement" due reconsideration decision_ordinary --start 2029-01-10
is "$(json "$work/out" 'd["provisional"]')" True "gives a provisional day"

# Lists.
ok "every procedure lists its limits" sh -c 'for p in procedures/*/; do "$FADU" due "$(basename "$p")" --start 2024-09-27 --format json || exit 1; done' -
ok "a list by date" due reconsideration --on 2020-01-01
is "$(json "$work/out" '[c["clock"] for c in d if "2017" in c["article"] and "复议法" in c["article"]]')" "['acceptance_review', 'copy_ordinary', 'answer_ordinary', 'decision_ordinary']" "holds the earlier versions"
ok "a list for reading" fadu due reconsideration --start 2024-09-27
says "5 working days"

# Wrong input.
exits 1 "a procedure that is not there" fadu due reconsideraton copy_ordinary --start 2024-09-27
says "\"reconsideration\"" "the nearest is named"
exits 1 "a clock that is not there" fadu due reconsideration copy_ordinry --start 2024-09-27
says "\"copy_ordinary\"" "the nearest is named"
exits 1 "a version that is not in force" fadu due reconsideration supplement --start 2020-01-01
says CLOCK-NOT-IN-FORCE
exits 1 "a limit that only the record names" fadu due hotline promise --start 2024-01-01
says CLOCK-PROMISED-DAY
exits 1 "suspending what is counted back" fadu due service hearing_notice --start 2024-10-10 --suspend 2024-09-01..2024-09-02
exits 1 "a suspension that ends before it begins" fadu due reconsideration decision_ordinary --start 2024-03-01 --suspend 2024-03-20..2024-03-10
exits 2 "no start" fadu due reconsideration copy_ordinary
exits 2 "a start that is no day" fadu due reconsideration copy_ordinary --start 2024-02-30
exits 2 "half a suspension" fadu due reconsideration copy_ordinary --start 2024-02-28 --suspend 2024-03-01
exits 2 "a format nobody knows" fadu due reconsideration copy_ordinary --start 2024-02-28 --format xml
exits 2 "no procedure" fadu due --start 2024-02-28

# The public page and its data.
ok "a site" fadu init "$work/data"
"$FADU" serve "$work/data" --listen 127.0.0.1:0 >"$work/address" 2>"$work/serve.err" &
background=$!
tries=0
until [ -s "$work/address" ] || [ $tries = 100 ]; do tries=$((tries + 1)); sleep 0.05; done
site=$(head -1 "$work/address" | sed 's|/$||')
page() { curl -s --max-time 20 "$site$1"; }
ok "the form" page "/due"
says "<select name=\"procedure\">"
ok "the limits of a procedure" page "/due?procedure=reconsideration&start=2024-09-27"
says "2024-10-12"
says "<select name=\"clock\">" "and a choice among them"
ok "a decision, suspended and extended" page "/due?procedure=reconsideration&clock=decision_ordinary&start=2024-03-01&suspend1=2024-03-11&resume1=2024-03-20&extend=1&lang=en"
says "<b>2024-06-11</b>" "its last day"
says "head of the reconsideration body" "who extends it"
says "suspended" "and why"
ok "half a suspension" page "/due?procedure=reconsideration&clock=decision_ordinary&start=2024-03-01&suspend1=2024-03-11"
says "每次中止都要有起止日期" "is told"
ok "a start that is no day" page "/due?procedure=reconsideration&start=%3Cscript%3E&lang=en"
says "must be like 2024-09-27"
ok "as data" page "/api/v1/due?procedure=reconsideration&clock=copy_ordinary&start=2024-09-27"
is "$(json "$work/out" 'd["due"]')" 2024-10-12 "the same day"
ok "a list as data" page "/api/v1/due?procedure=reconsideration&start=2024-09-27"
is "$(json "$work/out" 'len(d) > 20')" True "holds every limit"
ok "an extension the law does not know" page "/api/v1/due?procedure=reconsideration&clock=decision_simplified&start=2024-09-27&extend=1&lang=en"
is "$(json "$work/out" 'd["status"], "allows no extension" in d["detail"]')" "(400, True)" "is a problem"
ok "nothing asked" page "/api/v1/due"
is "$(json "$work/out" 'd["status"]')" 404 "nothing found"
finish
