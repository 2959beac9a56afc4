#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A device of type skbtrace whose queue is too slow: with each qdisc, what has been
# sent is what has come and what is missing, by number and by event; prio and
# fq_codel keep what is more important. tc filters frames by their header

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event udp_send udp_receive ip_send tcp_reset skb_drop
need ip tc
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
# shellcheck source=link_lib.sh
. "$here/link_lib.sh"
net_up

# nr EVENT: its number
nr() {
	awk -v e="$1" '$1 == "event" && $3 == e { print $2 }' "$TMP/format"
}

# of NAME EVENT: received and sent
of() {
	sed -n "s/^event $(nr "$2") received=\([0-9]*\) sent=\([0-9]*\)/\1 \2/p" \
		"$TMP/$1/said"
}

# missing NAME: sent, but not received, over all events
missing() {
	awk '$1 == "event" {
		sub(/received=/, "", $3)
		sub(/sent=/, "", $4)
		n += $4 - $3
	} END { print n + 0 }' "$TMP/$1/said"
}

# overload NAME: many datagrams, and some resets, which are what matters
overload() {
	printf 'udp_send\nudp_receive\nip_send\nip_receive\ntcp_reset\n' \
		>"$TMP/specs"
	listen "$1" -i skbtrace0
	ip link set skbtrace0 up
	cat "$TMP/specs" >"$S/one/enabled"
	tick 300	# FORMAT takes 84 ms, and comes first
	in_a sk times 20 tcp4 try connect $B4 7 pause 5000 again \
		>"$TMP/resets" &
	resets=$!
	in_a sk udp4 connect $B4 9 times 50 send 50 100 pause 2000 \
		again >"$TMP/client"
	wait "$resets"
	quiesce
	echo '-*' >"$S/one/enabled"
	heard "$1"
	is "$1: what was sent is what came, and what is missing" \
		"$(missing "$1")" "$(said "$1" cpu missing)"
	ip link set skbtrace0 down
	tc qdisc del dev skbtrace0 root
}

# slow: a bottleneck at the root, the qdisc that is tested at 1:1
slow() {
	tc qdisc add dev skbtrace0 root handle 1: tbf rate 4mbit burst 3000 \
		limit 20000
}

server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 1000000000
link_add skbtrace0 one batch 1
echo 8192 >"$S/one/subbuf_size"
echo 512 >"$S/one/subbuf_nr"

slow
tc qdisc add dev skbtrace0 parent 1:1 handle 2: pfifo limit 40
overload pfifo
within "pfifo: some are missing" "$(said pfifo cpu missing)" 100 1000000

slow
tc qdisc add dev skbtrace0 parent 1:1 handle 2: prio bands 3
for band in 1 2 3; do
	tc qdisc add dev skbtrace0 parent 2:$band pfifo limit 60
done
overload prio
within "prio: some are missing" "$(said prio cpu missing)" 100 1000000
read -r got sent <<<"$(of prio tcp_reset)"
is "prio: no reset is" "$got" "$sent"
within "prio: there were some" "$sent" 20 1000

slow
tc qdisc add dev skbtrace0 parent 1:1 handle 2: fq_codel limit 100 target 500ms \
	interval 10s
overload fq_codel
within "fq_codel: some are missing" "$(said fq_codel cpu missing)" 100 1000000
read -r got sent <<<"$(of fq_codel tcp_reset)"
is "fq_codel: no reset is" "$got" "$sent"

# --- by tc: u32 at the offsets of the header; what it drops is missing, too

tc qdisc add dev skbtrace0 clsact
# event: 6 bytes into the header
if tc filter add dev skbtrace0 egress protocol 0x88b5 u32 \
	match u16 "$(nr ip_send)" 0xffff at 6 action drop; then
	listen u32 -i skbtrace0
	ip link set skbtrace0 up
	cat "$TMP/specs" >"$S/one/enabled"
	in_a sk udp4 connect $B4 9 send 100 100 >"$TMP/client"
	quiesce
	echo '-*' >"$S/one/enabled"
	heard u32
	read -r got sent <<<"$(of u32 ip_send)"
	is "u32: those that it drops do not come" "$got" 0
	within "u32: they were sent" "$sent" 100 1000
	read -r got sent <<<"$(of u32 udp_send)"
	is "u32: others do" "$got" "$sent"
	is "u32: what is missing are these" "$(missing u32)" \
		"$(said u32 cpu missing)"
	ip link set skbtrace0 down
fi
tc qdisc del dev skbtrace0 clsact

# to another device, by mirred
ip link add m0 type veth peer name m1
ip link set m0 up
ip link set m1 up
tc qdisc add dev skbtrace0 clsact
tc filter add dev skbtrace0 egress matchall action mirred egress redirect \
	dev m0 || fail "mirred"
listen mirred -i m1
ip link set skbtrace0 up
cat "$TMP/specs" >"$S/one/enabled"
in_a sk udp4 connect $B4 9 send 10 100 >"$TMP/client"
quiesce
echo '-*' >"$S/one/enabled"
heard mirred
is "mirred: all come" "$(missing mirred)" 0
within "mirred: there are some" "$(said mirred cpu blocks)" 10 100000
ip link del m0
finish
