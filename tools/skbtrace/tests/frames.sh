#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# frames: recordings that went through frames are what they were; what is lost on
# the way is lost by kind; frames that lie. TAP. MKFRAMES makes the frames.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3
if [ -z "${MKFRAMES:-}" ]; then
	echo "1..0 # SKIP no MKFRAMES program given"
	exit 0
fi
examples=$here/../../../examples

# frames FILE OPTIONS...: x.pcap of it; "sent" says what was sent and dropped
frames() {
	local f=$1
	shift
	"$MKFRAMES" "$@" "$f" x.pcap >sent || echo "mkframes failed" >>why
}

# collect CODE ARGS...: x.pcap into the empty folder d
collect() {
	local want=$1
	shift
	rm -rf d
	mkdir d
	run "$want" collect -r x.pcap -o d "$@"
}

# The lines of a recording, with all their fields
lines() {
	"$S" parse --json -v "$@" 2>err | sed 1d
}

# same FILE: d holds it, field by field, and nothing else
same() {
	lines "$1" >want
	lines d/*.dat | diff want - >>why
	"$S" parse --json "$1" 2>/dev/null | sed -n 1p |
		jq -S 'del(.file, .start, .start_ns, .t0_ns, .boot_id, .kernel)' >head1
	"$S" parse --json d/*.dat 2>/dev/null | sed -n 1p |
		jq -S 'del(.file, .start, .start_ns, .t0_ns, .boot_id, .kernel)' >head2
	diff head1 head2 >>why
	[ ! -s why ]
}

for s in basic lost conns zoo big; do
	gen $s $s.dat
done
for s in basic split lost rotated; do
	"$here/gen_history.py" "$s" "history-$s.dat" || exit 1
done
more stack stack.dat
all=(basic.dat lost.dat conns.dat zoo.dat history-{basic,split,lost}.dat stack.dat)
for s in loss causes packets; do
	cp "$examples/$s.dat" . && all+=("$s.dat")
done

# ---- what goes through is what it was

for f in "${all[@]}"; do
	frames "$f"
	collect 0 -q
	same "$f"
	result $? "$f"
done
for how in '-b off' '-b any' '-m 300' '-m 65535 -b any' '-u 4717' '-k 2' '-r 3' \
	'-R 5' '-k 3 -r 5 -R 7'; do
	# shellcheck disable=SC2086 # options
	frames causes.dat $how
	collect 0 -q
	same causes.dat
	result $? "causes.dat, $how"
done

# It begins in the midst of a history, which has its place by the next event only
frames history-rotated.dat
collect 0 -q
lines history-rotated.dat | sort >want
lines d/*.dat | sort | diff want - >why
result $? "history-rotated.dat, but for the order"
frames causes.dat -E
collect 0 -q
lines causes.dat | sed '$d' >want
lines d/*.dat | sed '$d' | diff want - >why
result $? "a session that has not ended"

# ---- lost on the way

for how in '-d 2' '-d 7' '-d 7 -b off' '-d 5 -b any -m 4000' '-e 105' '-e 103' '-d 9 -k 4 -r 5'; do
	# shellcheck disable=SC2086
	frames loss.dat $how
	collect 0
	# by number: what came, and what was lost
	"$S" info --json d/*.dat | jq -r '(.by_event + .by_name)[] |
		"\(.number) \(.events + .names) \(.lost)"' | sort >is
	awk '$1 == "sent" && $2 < 65280 { print $2, $3 - $5, $5 }' sent |
		sort | diff - is >why
	result $? "what is here and what is lost is what was sent: $how"
done
frames loss.dat -d 7
collect 3 --strict && says 'of them on the way'
result $? "--strict"

# ---- clocks

"$here/gen_parts.py" clocks c || exit 1
# misplaced FILE...: events that stand behind one that came after them
misplaced() {
	"$S" parse --json "$@" 2>/dev/null | jq -r 'select(.rtt_us) | .rtt_us' |
		awk '$1 < last { n++ } $1 > last { last = $1 } END { print n + 0, NR }'
}
[ "$(misplaced c/one.dat c/other.dat)" = "0 60000" ] &&
	[ "$(misplaced c/other.dat c/one.dat)" = "0 60000" ]
result $? "events of two hosts in the order in which they happened"
[ "$(misplaced c/one-alone.dat c/other-alone.dat)" != "0 60000" ]
result $? "by their wall clocks they are not"
run 0 parse c/one.dat c/other.dat && sed -n 2p out | grep -q ', clock +-40.0 us$' ||
	head -2 out >>why
[ ! -s why ]
result $? "the error of the clocks is told"
"$S" parse --json c/one.dat c/other.dat | jq -c 'select(.clock_error_ns) | .clock_error_ns' >is
echo 40000 | diff - is >why
result $? "and in JSON"

echo "1..$n"
exit "$failed"
