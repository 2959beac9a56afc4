#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# why: verdicts on recordings, messages when something is missing, bad input, many
# connections. The selftest of that name tests the verdicts on kernels. TAP.
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
	verdict "four causes" '10.0.1.1:33240 lost-here certain
10.0.2.1:50730 peer-buffer certain
10.0.3.1:51898 nagle certain
10.0.4.1:47482 send-buffer certain' "$examples/causes.dat"
	verdict "loss" '10.0.2.1:46028 lost-here certain' "$examples/loss.dat"
	verdict "one connection" '10.0.3.1:51898 nagle certain' \
		"$examples/causes.dat" --conn sk=3
	verdict "an expression chooses, too" '10.0.3.1:51898 nagle certain' \
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

	# each number that a verdict names is an event of that kind
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
		jq -c 'select(.cpu == 0 and .seq >= 10 and .seq <= 12)' >all
	run 0 parse --json --seq 0:10-12 "$examples/causes.dat"
	jq -c 'select(.seq)' out | diff all - >>why
	[ -s all ] && [ ! -s why ]
	result $? "a range of numbers"
	run 0 parse --seq 1/0:11,2/0:11 "$examples/causes.dat" "$examples/loss.dat"
	[ "$(grep -vc '^#' out)" = 2 ] || cat out >>why
	[ ! -s why ]
	result $? "numbers of the first recording, and of the second"

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

# ---- outcomes, without a kernel

gen_summary outcomes outcomes.dat
run 0 why --json outcomes.dat
jq -r 'select(.verdicts[0].trouble) | "\(.conn | split(":")[1] |
	split(">")[0]) \(.verdicts[0].name)"' out | sort -n >got
for want in "1 refused" "3 refused" "4 error" "5 timed-out"; do
	grep -qx "$want" got || { echo "no $want in"; cat got; } >>why
done
[ ! -s why ]
result $? "refused, reset, an error, timed out"

run 0 why outcomes.dat
says '^# tcp_turn was not recorded' out
[ ! -s why ]
result $? "says which events would tell more"

gen_summary at_once at_once.dat
run 0 why --json at_once.dat
jq -r 'select(.conn) | "\(.conn | split(">")[0]) \(.verdicts[0].name)"' out >got
[ "$(head -n 1 got)" = "10.0.2.1:2 refused" ] || cat got >>why
[ ! -s why ]
result $? "one that took no time has an outcome, and comes first"

# ---- recordings that lack something

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

# events of the recording were lost: no verdict is certain
python3 - "$here/../../../examples/causes.dat" hole.dat <<'PY'
import struct, sys
data, out, pos, n = open(sys.argv[1], "rb").read(), b"", 16, 0
while pos < len(data):
    kind, size = struct.unpack_from("=II", data, pos)
    end = pos + 16 + ((size + 7) & ~7)
    n += kind == 3
    if kind != 3 or n != 4:
        out += data[pos:end]
    pos = end
open(sys.argv[2], "wb").write(data[:16] + out)
PY
run 3 why hole.dat
says '^# parts of the recording are missing' out
run 3 why --json hole.dat
says '"certainty":"likely"' out
! grep -q '"certainty":"certain"' out || echo "something is certain" >>why
[ ! -s why ]
result $? "a recording with a hole"

# ---- bad input

run 1 why no-such-file.dat
says 'cannot open no-such-file.dat: No such file'
[ ! -s why ]
result $? "no such file"
run 2 parse --why --summary outcomes.dat
says 'pick one|one of them'
[ ! -s why ]
result $? "--why and --summary"
run 2 parse --top 3 outcomes.dat
says 'top needs'
[ ! -s why ]
result $? "--top alone"
for bad in '' x 1:x 1:2:3 5-3 -1 1/ 1/2/3:4 99999999999:1 ','; do
	run 2 parse --seq "$bad" outcomes.dat
	says 'not an event'
done
[ ! -s why ]
result $? "numbers that are none"
run 2 parse --seq 1 --summary outcomes.dat
says 'seq is for lines'
[ ! -s why ]
result $? "--seq and --summary"
run 2 why outcomes.dat -- true
says 'pick one|one of them'
[ ! -s why ]
result $? "a file and a command"
run 2 why --top x outcomes.dat
run 2 why --top x
says 'not a count'
run 2 why --conn x 'port 1'
says 'not a connection'
run 2 why -o - 'port 1'
[ ! -s why ]
result $? "what parse would refuse, before anything is recorded"
for o in '-w 1' '-e @all' '-o x' '-f' '-r d' '--netns x'; do
	# shellcheck disable=SC2086 # an option and its value
	run 2 why $o outcomes.dat
	says '--session are for a'
done
[ ! -s why ]
result $? "options of a recording, and a file to read"
echo nonsense >bad.dat
run 1 why bad.dat
[ -s err ] || echo "no message" >>why
[ ! -s why ]
result $? "not a recording"
"$S" why --json outcomes.dat | head -1 >out
jq -e .verdicts out >/dev/null
result $? "a reader that goes away"

# ---- many

"$here/gen_summary.py" crowd100 crowd.dat || exit 1
measured=$(measure "$S" why crowd.dat) 2>err
says '^100000 healthy' out
kib=${measured%% *}
[ "$kib" -lt 250000 ] || echo "$kib KiB" >>why
[ ! -s why ]
result $? "100,000 connections: $measured"

echo "1..$n"
exit "$failed"
