#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# why: verdicts of recordings, what is said when something is missing, bad
# input, many connections. The verdicts themselves are tried on kernels, by
# the selftest of that name. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3
examples=$here/../../../examples

says() {	# PATTERN [FILE]
	grep -qE -- "$1" "${2:-err}" ||
		{ echo "no \"$1\" in:"; cat "${2:-err}"; } >>why
}

verdict() {	# NAME WANT FILE ARGS...: verdicts of the troubled, by port
	local name=$1 want=$2
	shift 2
	run 0 why --json "$@"
	got=$(jq -r 'select(.verdicts[0].trouble) |
		"\(.conn | split(">")[0]) \(.verdicts[0].name) \(.verdicts[0].certainty)"' \
		out | sort)
	[ "$got" = "$want" ] || { echo "is:"; echo "$got"; cat err; } >>why
	[ ! -s why ]
	result $? "$name"
}

if [ -e "$examples/causes.dat" ]; then
	verdict "four causes" '10.0.1.1:33898 lost-here certain
10.0.2.1:40244 peer-buffer certain
10.0.3.1:43632 nagle certain
10.0.4.1:38746 send-buffer certain' "$examples/causes.dat"
	verdict "loss" '10.0.2.1:54788 lost-here certain' "$examples/loss.dat"
	verdict "one connection" '10.0.3.1:43632 nagle certain' \
		"$examples/causes.dat" --conn sk=3
	verdict "an expression chooses, too" '10.0.3.1:43632 nagle certain' \
		"$examples/causes.dat" -S 'host 10.0.3.1'

	run 0 why "$examples/causes.dat" --top 1
	says '^4 of 10 connections are in trouble' out
	says '^3 more in trouble: --top 4' out
	[ "$(grep -c 'next:' out)" = 1 ] || cat out >>why
	[ ! -s why ]
	result $? "--top 1 is one, and says how many more there are"

	run 0 why "$examples/causes.dat"
	awk 'length > 78 && /^  [^ ]/ && !/next:/' out >why
	[ ! -s why ]
	result $? "sentences fit a terminal"

	# each number that is named is an event of that kind
	run 0 why --json "$examples/causes.dat"
	jq -r '.verdicts[].evidence[] |
		"\(.event) \(.word // "-") \(.first.cpu):\(.first.seq)",
		"\(.event) \(.word // "-") \(.last.cpu):\(.last.seq)"' out |
		sort -u >evidence
	[ -s evidence ] || echo "no evidence" >why
	while read -r event word no; do
		"$S" parse --json --seq "$no" "$examples/causes.dat" |
			jq -c --arg e "$event" --arg w "$word" \
			'select(.event == $e and (.reason // .kind // .state // "-") == $w)' |
			grep -q . || echo "$event $word $no is not that" >>why
	done <evidence
	[ ! -s why ]
	result $? "parse --seq prints the evidence"

	"$S" parse --json "$examples/causes.dat" |
		jq -c 'select(.cpu == 1 and .seq >= 10 and .seq <= 12)' >all
	run 0 parse --json --seq 1:10-12 "$examples/causes.dat"
	jq -c 'select(.seq)' out | diff all - >>why
	[ -s all ] && [ ! -s why ]
	result $? "a range of numbers"
	run 0 parse --seq 1/1:10,2/1:11 "$examples/causes.dat" "$examples/loss.dat"
	[ "$(grep -vc '^#' out)" = 2 ] || cat out >>why
	[ ! -s why ]
	result $? "numbers of the first recording, and of the second"

	run 0 why "$examples/loss.dat"
	says '^# tcp_turn was not recorded' out
	[ ! -s why ]
	result $? "says which events would tell more"

	size=$(($(stat -c %s "$examples/causes.dat") * 2 / 3))
	head -c "$size" "$examples/causes.dat" >cut.dat
	run 3 why cut.dat
	says 'in trouble' out
	[ ! -s why ]
	result $? "a recording that was cut off: what it tells, exit status 3"
fi

gen_summary() {
	"$here/gen_summary.py" "$@" || exit 1
}

# ---- fates, without a kernel

gen_summary fates fates.dat
run 0 why --json fates.dat
jq -r 'select(.verdicts[0].trouble) | "\(.conn | split(":")[1] |
	split(">")[0]) \(.verdicts[0].name)"' out | sort -n >got
for want in "1 refused" "3 refused" "4 error" "5 timed-out"; do
	grep -qx "$want" got || { echo "no $want in"; cat got; } >>why
done
[ ! -s why ]
result $? "refused, reset, an error, timed out"

# ---- something is missing

gen summary_lost summary_lost.dat
run 0 why summary_lost.dat
says '^# LOST' out
[ ! -s why ]
result $? "lost events stand at the top"
run 0 why --json summary_lost.dat
jq -e 'select(.verdicts[]? | .trouble and .certainty == "certain" and
	(.because != ""))' out >/dev/null && echo "certain, because?" >why
[ ! -s why ]
result $? "certain needs no excuse"

gen v6_only v6_only.dat
run 0 why v6_only.dat
says 'healthy|no connection|in trouble' out
[ ! -s why ]
result $? "a recording without a connection in trouble"

# ---- bad input

run 1 why no-such-file.dat
says 'cannot open no-such-file.dat: No such file'
[ ! -s why ]
result $? "no such file"
run 2 parse --why --summary fates.dat
says 'pick one|one of them'
[ ! -s why ]
result $? "--why and --summary"
run 2 parse --top 3 fates.dat
says 'top needs --why'
[ ! -s why ]
result $? "--top alone"
for bad in '' x 1:x 1:2:3 5-3 -1 1/ 1/2/3:4 99999999999:1 ','; do
	run 2 parse --seq "$bad" fates.dat
	says 'not an event'
done
[ ! -s why ]
result $? "numbers that are none"
run 2 parse --seq 1 --summary fates.dat
says 'seq is for lines'
[ ! -s why ]
result $? "--seq and --summary"
run 2 why fates.dat -- true
says 'pick one|one of them'
[ ! -s why ]
result $? "a file and a command"
run 2 why --top x fates.dat
run 2 why --top x
says 'not a count'
run 2 why --conn x 'port 1'
says 'not a connection'
run 2 why -o - 'port 1'
[ ! -s why ]
result $? "what parse would refuse, before anything is recorded"
for o in '-w 1' '-e @all' '-o x' '-f' '-r d' '--netns x'; do
	# shellcheck disable=SC2086 # an option and its value
	run 2 why $o fates.dat
	says 'are for a recording'
done
[ ! -s why ]
result $? "options of a recording, and a file to read"
echo nonsense >bad.dat
run 1 why bad.dat
[ -s err ] || echo "no message" >>why
[ ! -s why ]
result $? "not a recording"
"$S" why --json fates.dat | head -1 >out
jq -e .verdicts out >/dev/null
result $? "a reader that goes away"

# ---- many

"$here/gen_summary.py" crowd100 crowd.dat || exit 1
/usr/bin/env time -f '%M KiB %e s' "$S" why crowd.dat >out 2>err
says '^100000 healthy' out
read -r kib _ < <(tail -1 err)
[ "$kib" -lt 250000 ] || echo "$kib KiB" >>why
[ ! -s why ]
result $? "100,000 connections: $(tail -1 err)"

echo "1..$n"
exit "$failed"
