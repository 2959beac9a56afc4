#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A device of type skbtrace whose queue is too slow for LINK_SECONDS (default 12; ten
# minutes in "make nightly"), with pfifo, prio and fq_codel: what "skbtrace collect"
# has got, and what it says is lost, is what there was

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
LINK_SECONDS=${LINK_SECONDS:-12}
control_up
need ip jq tc
need_skbtrace
need_event udp_send udp_receive
# shellcheck source=collect_lib.sh
. "$here/collect_lib.sh"
ip link add skbtrace0 type skbtrace 2>/dev/null ||
	skip "this kernel has no link type skbtrace"
net_up

# shellcheck disable=SC2034 # collect_lib.sh enables them
EVENTS=udp_send,udp_receive

# Three times what the link takes, in bursts
traffic() {
	in_a sk udp4 connect $B4 9 times $((10 * LINK_SECONDS)) send 700 100 \
		pause 100000 again >"$TMP/client"
}

# told FILE FILTER: of what info says
told() {
	skbtrace info --json "$1" | jq "$2"
}

# slow QDISC: at 1:1, behind a bottleneck
slow() {
	tc qdisc add dev skbtrace0 root handle 1: tbf rate 4mbit burst 3000 \
		limit 20000
	case $1 in
	pfifo) tc qdisc add dev skbtrace0 parent 1:1 handle 2: pfifo limit 40 ;;
	prio)
		tc qdisc add dev skbtrace0 parent 1:1 handle 2: prio bands 3
		for band in 1 2 3; do
			tc qdisc add dev skbtrace0 parent 2:$band pfifo limit 100
		done
		;;
	fq_codel)
		tc qdisc add dev skbtrace0 parent 1:1 handle 2: fq_codel \
			limit 200 target 500ms interval 10s
		;;
	esac
}

server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 1000000000
ip link set skbtrace0 up
for q in pfifo prio fq_codel; do
	slow $q
	run $q
	file=$(echo "$TMP/$q"/*.dat)
	cp "$CTL/stat" "$TMP/stat"
	sent=$(stat_sum written names lost)
	lost=$(told "$file" .lost)
	within "$q: more is lost than half of it" "$lost" $((sent / 2)) "$sent"
	is "$q: what is here, and what is lost, is what was sent" \
		"$(told "$file" '.events + .names + .lost')" "$sent"
	is "$q: nothing is damaged" \
		"$(told "$file" '.damaged + .unknown')" 0
	# a full pfifo drops reports, too: then not all kinds are known
	for e in udp_send udp_receive; do
		[ $q != pfifo ] || break
		is "$q: $e: here and lost is all" \
			"$(($(count "$file" $e events) + $(count "$file" $e lost)))" \
			"$(count "$TMP/$q.dat" $e events)"
	done
	tc qdisc del dev skbtrace0 root
done
finish
