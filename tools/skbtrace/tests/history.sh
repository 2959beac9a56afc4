#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse of events that were held back until a primary fired. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

history() {	# SCENARIO...
	local s
	for s; do
		gen_history "$s" "$s.dat"
	done
}

history basic big split rotated lost none_left summary open_end latency pipe \
	pipe_no_primary

# ---- the order, and how it looks

for s in basic rotated lost none_left; do
	"$S" parse $s.dat >out 2>&1
	golden history-$s.txt
done
"$S" parse big.dat >out 2>&1
diff "$golden/history-basic.txt" out >why
result $? "foreign byte order reads the same"
"$S" parse --json basic.dat >out 2>/dev/null
jq -e . out >/dev/null 2>why
result $? "jq reads it"
golden history-basic.json
"$S" parse -t delta basic.dat 2>/dev/null | awk '{ print $1 }' >out
grep -q '^-0\.0' out && ! grep -q '[0-9]\{9\}' out
result $? "-t delta goes back and forth"

# in_place FILE LINES: the history has so many lines, one behind the other
in_place() {
	awk -v lines="$2" '
		/ <1s tcp_rttm / { n++; if ($1 != n / 1000) exit 1; next }
		n && !done { done = $2 == "1s" && $1 == 0.1 && n == lines
			     if (!done) exit 1 }
		END { exit !done }' "$1"
}
run 0 parse split.dat && in_place out 40
result $? "a history in many sub-buffers is one"
! grep -q 'steps back' err
result $? "a history in many sub-buffers is no step back"
# shellcheck disable=SC2002
cat pipe.dat | "$S" parse - >out 2>err && in_place out 20 &&
	! grep -q "steps back" err
result $? "a pipe waits for the rest of it"
# shellcheck disable=SC2002
cat pipe_no_primary.dat | "$S" parse - 2>err | tail -n +2 | cut -c1-31 >out
golden history-no-primary.txt
mkfifo fifo
"$S" parse fifo >live 2>err &
exec 4>fifo
head -c $(($(wc -c <pipe_no_primary.dat) - 40)) pipe_no_primary.dat >&4
for _ in $(seq 50); do
	[ "$(wc -l <live)" = 13 ] && break
	sleep 0.1
done
[ "$(wc -l <live)" = 13 ] || cat live >why
[ "$(wc -l <live)" = 13 ]
result $? "nobody waits forever for a primary that is lost"
exec 4>&-
wait

# ---- a part of the trace

lines() {	# ARGS...: how many held ones, how many others
	"$S" parse "$@" 2>/dev/null | awk '
		!/^#/ { n[$2 ~ /^</]++ } END { print n[1] + 0, n[0] + 0 }'
}
same() {	# NAME EXPECTED ARGS...
	local name=$1 want=$2 got
	shift 2
	got=$(lines "$@")
	[ "$got" = "$want" ] || echo "$*: is $got, expected $want" >why
	[ "$got" = "$want" ]
	result $? "$name"
}
same "--since: what led to a primary of then" "5 5" --since 0.1 basic.dat
same "--until: held events of before it" "4 6" --until 0.12 basic.dat
same "--since and --until" "2 0" --since 0.105 --until 0.1495 basic.dat
same "before all" "0 2" --until 0.002 basic.dat
same "--conn" "3 4" --conn sk=1003 basic.dat
same "-S" "2 5" -S 'host 10.0.1.2' basic.dat
same "-e" "5 0" -e tcp_rttm basic.dat
same "-e the primary alone" "0 7" -e tcp_congestion basic.dat
same "two files" "7 13" basic.dat rotated.dat

# ---- what is computed from it

for s in summary open_end; do
	run 0 parse --summary $s.dat
	golden history-$s.txt
done
run 0 parse --summary --json summary.dat
[ "$(jq -c '[.life_us, .rtt_min_us, (.held | map(.by))]' out)" = \
	'[1000000,4000,["app","loss","swnd"]]' ] || cat out >why
[ ! -s why ]
result $? "summary: the kernel's times, not those around primaries"
run 0 parse --latency latency.dat
golden history-latency.txt
run 0 info lost.dat && grep '^history\|^events\|^span' out >out2 && cp out2 out
golden history-info.txt

# ---- damage

for s in short more nr time flags; do
	history bad_$s
	both parse bad_$s.dat | cut -c1-100 >out
	golden history-bad-$s.txt
	run "$(cat code)" parse - < <(cat bad_$s.dat)
	result $? "the same from a pipe"
	run "$(cat code)" info bad_$s.dat || [ $s = more ]
	result $? "info of it"
	: >why
	"$S" parse --json bad_$s.dat 2>/dev/null | jq -e . >/dev/null 2>why
	result $? "$s: jq reads it"
done

echo "1..$n"
exit $failed
