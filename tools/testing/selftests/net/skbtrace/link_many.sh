#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fifty sessions, each with a device that sends: half of them datagrams to another
# host, half of them frames into a bridge, to one "skbtrace collect". Each gets a
# file, with what it recorded and what tc drops of it; what comes twice counts once

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip jq link_new tc
need_skbtrace
need_event udp_send udp_receive
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
net_up

N=50 PACKETS=30
nr=$(awk '$1 == "event" && $3 == "udp_send" { print $2 }' "$TMP/format")

# drops I: its tc drops udp_send
drops() {
	(($1 % 5 == 0))
}

# link NAMESPACE-FUNCTION I LINK_NEW-WORD...: session sI, device tI
link() {
	local at=$1 i=$2 ns=$A
	[ "$at" = in_a ] || ns=$B
	echo "s$i" >"$S/new" || die "session s$i: $(cat $CTL/error)"
	echo 8192 >"$S/s$i/subbuf_size"
	echo 4 >"$S/s$i/subbuf_nr"
	link_new "t$i" session "s$i" "${@:3}" >"$TMP/said" || die "t$i: $(<"$TMP/said")"
	ip link set "t$i" netns "$ns"
	drops "$i" || return 0
	ip netns exec "$ns" tc qdisc add dev "t$i" clsact
	ip netns exec "$ns" tc filter add dev "t$i" egress protocol 0x88b5 u32 \
		match u16 "$nr" 0xffff at 6 action drop
}

ip link add skbtrace-try type skbtrace 2>/dev/null ||
	skip "this kernel has no link type skbtrace"
ip link del skbtrace-try
ip -n "$B" link add br0 type bridge
ip -n "$B" link set br0 up
for ((i = 1; i <= N; i++)); do
	if ((i % 2)); then
		link in_a "$i" remote $B4 port 4717
	else
		link in_b "$i"
		ip -n "$B" link set "t$i" master br0
	fi
done

# The last one is heard twice: itself, and what the bridge gets of it
mkdir "$TMP/d"
ip -n "$B" link set t$N up
background in_b skbtrace collect -i br0 -i t$N --listen 4717 -o "$TMP/d" \
	>"$TMP/table" 2>"$TMP/said"
collector=$bg
heard() {
	in_b grep -qi ":126D " /proc/net/udp6 /proc/net/udp
}
wait_for heard || die "collect does not listen: $(<"$TMP/said")"
for ((i = 1; i <= N; i++)); do
	if ((i % 2)); then
		ip -n "$A" link set "t$i" up
	else
		ip -n "$B" link set "t$i" up
	fi
	printf 'udp_send\nudp_receive\n' >"$TMP/specs"
	cat "$TMP/specs" >"$S/s$i/enabled" || die "s$i: $(cat "$S/s$i/error")"
done
server in_b udp4 bind $B4 9 touch "$TMP/ready" recv $PACKETS
in_a sk udp4 connect $B4 9 send $PACKETS 100 >"$TMP/client"
wait "$server_pid"
quiesce
for ((i = 1; i <= N; i++)); do
	echo '-*' >"$S/s$i/enabled"
done

all_ended() {
	[ "$(compgen -G "$TMP/d/*.dat" | wc -l)" = "$N" ]
}
ok "there is a file of each" wait_for all_ended
kill -INT "$collector"
wait "$collector"
is "exit status" $? 0
is "the table has a line for each" "$(grep -c ' ended ' "$TMP/table")" $N

# got I: events of udp_send and udp_receive, and those that are lost
got() {
	local file
	file=$(echo "$TMP/d"/*-"s$1".dat)
	skbtrace info --json "$file" | jq -r '[("udp_send", "udp_receive") as $e |
		[.by_event[] | select(.event == $e)][0] // {} |
		.events // 0, .lost // 0] | map(tostring) | join(" ")'
}
wrong=''
for ((i = 1; i <= N; i++)); do
	want="$PACKETS 0 $PACKETS 0"
	! drops "$i" || want="0 $PACKETS $PACKETS 0"
	is=$(got "$i")
	[ "$is" = "$want" ] || wrong+="s$i: $is, not $want"$'\n'
done
is "each has what it recorded, and what tc dropped of it" "$wrong" ""
like "what came twice is left out" "$(<"$TMP/said")" "*frames came twice*"
for ((i = 1; i <= N; i++)); do
	ip -n "$A" link del "t$i" 2>/dev/null || ip -n "$B" link del "t$i"
done
finish
