# The scenarios of the procedures come out as told, and `fadu test` says when one does not.
. "$(dirname "$0")/lib.sh"

ok "every scenario of every procedure" fadu test procedures
says ', 0 failed'
cp -r procedures/hotline "$work/hotline"
sed -i 's/FLOW-FOUR-EYES/FLOW-ROLE/' "$work/hotline/scenarios/refusals.json"
exits 1 "a scenario that does not come out" fadu test "$work/hotline"
says 'SCENARIO-REFUSED' "it says where, and what happened instead"
says '1 failed'
rm -r "$work/hotline/scenarios"
exits 1 "a procedure without scenarios" fadu test "$work/hotline"
exits 2 "no path" fadu test
finish
