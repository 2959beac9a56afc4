#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse --latency of bytes (tcp_segment) against known answers. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

for s in basic wrap marks cut again lost router reuse part strange many sndbuf; do
	"$here/gen_segment.py" $s $s.dat || exit 1
	"$S" parse --latency $s.dat >out 2>err
	golden segment-$s.txt
	"$S" parse --latency --json $s.dat >$s.json 2>why && jq -e -s \
		'last.event == "segments"' $s.json >/dev/null
	result $? "$s: JSON"
	# stages of complete bytes add up to the whole, to the nanosecond
	jq -s -r 'group_by(.side)[] | select(.[0].side) |
		([.[] | select(.stage == .side).complete_us] | add // 0) as $all |
		([.[] | select(.stage != .side).complete_us] | add // 0) as $sum |
		select(($all - $sum) | fabs > 0.0005) |
		"\(.[0].side): \($sum) of \($all)"' $s.json >why 2>&1
	[ ! -s why ]
	result $? "$s: the stages are the whole"
done

for s in a b; do
	"$here/gen_segment.py" two_$s two_$s.dat || exit 1
done
"$S" parse --latency two_a.dat two_b.dat >out 2>err
golden segment-two.txt
"$S" parse --latency --json two_a.dat two_b.dat >two.json
# the true offset and delay are within the printed bounds
jq -e -s 'map(select(.event == "segment_clock"))[0] as $c |
	(map(select(.stage == "network"))[0].min_us * 1000 - 1000000 | fabs) <=
	$c.error_ns and ($c.ahead_ns - 2500000000 | fabs) <= $c.error_ns and
	($c.drift_ppb - 50000 | fabs) < 1000 and $c.error_ns < 5100000' \
	two.json >/dev/null 2>why || cat two.json >>why
[ ! -s why ]
result $? "two hosts: clocks and delays to within the error that is told"

# apart OTHER MESSAGE HINT: nothing of the two hosts can be joined
apart() {
	"$here/gen_segment.py" "$1" "$1.dat" || exit 1
	run 0 parse --latency two_a.dat "$1.dat"
	{ grep -F "skbtrace: $2" err && grep -F "  $3" err; } >why 2>&1
	result $? "two hosts, $1: $2"
}

apart one_end "all recordings are of the sender's end: no byte is seen at both" \
	"record on the receiver's host, too"
apart later "two_a.dat ends 52." "begin both recordings before"
apart elsewhere "no byte was seen whole at both ends" \
	"record the same connections at both ends"
apart no_bytes "no_bytes.dat has no tcp_segment of these connections" \
	"record both ends at the same time: -e tcp_segment"
run 0 parse --latency two_a.dat two_b.dat
[ ! -s err ]
result $? "two hosts that fit: nothing is said"
run 0 parse --latency two_a.dat basic.dat
[ ! -s err ]
result $? "of one host: nothing is said"

diff <("$S" parse --latency basic.dat) <("$S" parse --latency wrap.dat) >why
result $? "sequence numbers wrap"

# pieces SCENARIO COMPLETE PARTIAL ARGS...: compares these counts
pieces() {
	local f=$1 want="$2 $3" got
	shift 3
	got=$("$S" parse --latency --json "$@" "$f.dat" 2>err |
		jq -r 'select(.event == "segments") | "\(.complete) \(.partial)"')
	[ "$got" = "$want" ] || echo "is $got, not $want" >why
	[ "$got" = "$want" ]
	result $? "$f $*: complete, in part: $want"
}

pieces basic 4 0
pieces basic 4 0 --conn 10.0.1.2:80
pieces basic 2 0 --conn sk=8
pieces basic 0 0 --conn 10.0.1.9
pieces basic 2 0 --until 0.0015
pieces marks 2 0
pieces cut 4 0
pieces lost 3 1
pieces router 1 0
echo "1..$n"
exit $failed
