#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each lost event is counted. Two CPUs at once overrun a buffer that is far too
# small, with and without a reader. Then
#	hits = skipped + filtered + refused + held_dropped + lost + written
# and written = read must hold, and hits be the number that was generated.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need taskset
need_event udp_send
ROUNDS=${ROUNDS:-3}
QUIET=1	# totals only
net_up
echo 4096 >$CTL/subbuf_size
echo 2 >$CTL/subbuf_nr
cpus=$(grep -c ^processor /proc/cpuinfo)
((cpus > 1)) || skip "one CPU only"

# A socket at that port; without it ICMP errors would make send() fail
sink() {
	server in_b "udp$1" bind "$2" 9 touch "$TMP/ready" until "$TMP/never-ever"
}
sink 4 $B4
sink 6 $B6

# generate COUNT-OF-CPU-0 COUNT-OF-CPU-1: sends so many datagrams on each CPU
generate() {
	local p=()
	in_a taskset -c 0 sk udp4 connect $B4 9 until "$TMP/go" send "$1" 20 &
	p+=($!)
	in_a taskset -c 1 sk udp6 connect $B6 9 until "$TMP/go" send "$2" 20 &
	p+=($!)
	touch "$TMP/go"
	wait "${p[@]}"
	rm "$TMP/go"
}

lost=0
for ((i = 1; i <= ROUNDS; i++)); do
	n=$((500 + RANDOM % 500)) m=$((500 + RANDOM % 500))

	# without a reader until the end
	echo udp_send >$CTL/enabled
	generate $n $m
	read -r _ dropped <$CTL/dropped
	echo '-*' >$CTL/enabled
	cat "$CTL/trace.cpu0" >"$TMP/cpu0"
	cat "$CTL/trace.cpu1" >"$TMP/cpu1"
	readers=()
	trace_off
	is "round $i, nobody reads: all is accounted for" "$(identity $n $m)" ""
	is "round $i: dropped tells the same" "$dropped" "$(stat_sum lost)"
	lost=$((lost + dropped))

	# with readers that are too slow, as the generators keep the CPUs busy
	trace_on udp_send
	generate $m $n
	trace_off
	is "round $i, somebody reads: all is accounted for" \
		"$(identity $m $n)" ""
done
within "much was lost" $lost $((ROUNDS * 500)) $((ROUNDS * 2000))
finish
