#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_listen_overflow: which clients a listener refuses, and which of its queues is
# full. Witnesses: the counters of TCP, ss, SO_COOKIE.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc nstat ss sysctl
need_skbtrace
need_event tcp_listen_overflow
net_up
in_a tc qdisc add dev a0 clsact || skip "no clsact"
in_b sysctl -qw net.ipv4.tcp_syncookies=0
families="4 6 m"
# the debug kernel is too slow for three kinds of connections
((PATIENCE == 1)) || families="4 6"
declare -A nth=([4]=1 [6]=2 [m]=3)

# drop PROTOCOL: drops what arrives at A, the SYN-ACKs
drop() {
	in_a tc filter add dev a0 ingress protocol "$1" flower ip_proto tcp \
		action gact drop
}

repair() {
	in_a tc filter del dev a0 ingress
}

# told COUNT FIELD=VALUE...: have there been so many of these events by now?
# shellcheck disable=SC2317 # called by wait_for
told() {
	[ "$(blocks_now | grep -c "event=tcp_listen_overflow .*$2")" -ge "$1" ]
}

# listener SCENARIO FAMILY PORT BACKLOG: listens, and never accepts
listener() {
	server in_b "tcp$2" bind "$(addr B "$2")" "$3" listen "$4" cookie \
		touch "$TMP/ready" until "$TMP/never.end"
	mv "$TMP/server" "$TMP/$1$2.server"
	servers+=("$bg")
}

# client SCENARIO FAMILY PORT NUMBER: connects from PORT + NUMBER * 1000
client() {
	background in_a sk "tcp$2" bind "$(addr A "$2")" $(($3 + $4 * 1000)) \
		connect "$(addr B "$2")" "$3" touch "$TMP/$1$2.$4" \
		until "$TMP/never.end" >/dev/null
	clients+=("$bg")
}

# connected SCENARIO FAMILY PORT COUNT: connects so many clients, which stay in the
# accept queue
connected() {
	local i
	for ((i = 1; i <= $4; i++)); do
		client "$1" "$2" "$3" $i
		wait_for queued "$3" $i || fail "$1: $2: $i is not connected"
	done
}

# Two connections fill a queue of one; the third client's SYNs are refused
acceptq() {
	local f=$1 port=$((5010 + nth[$1]))
	listener acceptq "$f" $port 1
	connected acceptq "$f" $port 2
	client acceptq "$f" $port 3
	wait_for told 2 "client_port=$((port + 3000)) reason=acceptq " ||
		fail "acceptq: $f: is not told"
}

# shellcheck disable=SC2317 # called by wait_for
queued() {
	[ "$(in_b ss -Hltn "sport = :$1" | awk '{ print $2 }')" = "$2" ]
}

# The accept queue has space for one, and two more clients connect, while their
# SYN-ACKs are lost at first: the last ACK of the second one is refused
acceptq_ack() {
	local f=$1 port=$((5020 + nth[$1])) i ip=ip
	[ "$f" != 6 ] || ip=ipv6
	listener acceptq_ack "$f" $port 2
	connected acceptq_ack "$f" $port 2
	drop $ip
	for i in 3 4; do
		client acceptq_ack "$f" $port $i
		wait_for requests $port $((i - 2)) || fail "acceptq_ack: $f: $i"
	done
	repair
	wait_for told 1 "client_port=[89]${port#5} reason=acceptq_ack " ||
		fail "acceptq_ack: $f: is not told"
}

# shellcheck disable=SC2317 # called by wait_for
requests() {
	[ "$(in_b ss -Htan state syn-recv "sport = :$1" | wc -l)" = "$2" ]
}

# A queue of one takes two requests; the next client is refused
synq() {
	local f=$1 port=$((5030 + nth[$1])) i ip=ip
	[ "$f" != 6 ] || ip=ipv6
	listener synq "$f" $port 1
	drop $ip
	for i in 1 2; do
		client synq "$f" $port $i
		wait_for requests $port $i || fail "synq: $f: no request"
	done
	client synq "$f" $port 3
	wait_for told 1 "client_port=$((port + 3000)) reason=synq " ||
		fail "synq: $f: is not told"
	repair
}

servers=() clients=()
for f in 4 6; do
	# neighbours must be resolved before packets are dropped
	in_a sk "udp$f" connect "$(addr B $f)" 9 send 1 10
	in_b sk "udp$f" connect "$(addr A $f)" 9 send 1 10
done
trace_on tcp_listen_overflow
for f in $families; do
	acceptq "$f"
	acceptq_ack "$f"
	synq "$f"
done
# the listeners end: their counters do not change any more
kill "${servers[@]}"
wait "${servers[@]}" 2>/dev/null
kill "${clients[@]}" 2>/dev/null
wait "${clients[@]}" 2>/dev/null
trace_off
counters in_b "$TMP/counters"

# of SCENARIO FAMILY FIELD=VALUE...: how many of that listener, its addresses and
# cookie right
of() {
	count tcp_listen_overflow key="$(value cookie "$TMP/$1$2.server")" \
		netns="$(netns_of "$B")" client="$(traced A "$2")" "${@:3}"
}

is "identity" "$(identity)" ""
for f in $families; do
	port=$((5010 + nth[$f]))
	n=$(of acceptq "$f")
	within "$f: acceptq" "$n" 2 100
	is "$f: acceptq: client, the queue" "$(of acceptq "$f" reason=acceptq \
		client_port=$((port + 3000)) acceptq=2 backlog=1 synq=0)" "$n"
	port=$((5020 + nth[$f]))
	n=$(of acceptq_ack "$f" reason=acceptq_ack)
	within "$f: acceptq_ack" "$n" 1 100
	is "$f: acceptq_ack: the queue" "$(of acceptq_ack "$f" \
		reason=acceptq_ack acceptq=3 backlog=2 synq=1)" "$n"
	is "$f: acceptq_ack: client" "$(values client_port tcp_listen_overflow \
		key="$(value cookie "$TMP/acceptq_ack$f.server")" | sort -u |
		grep -c "^[89]${port#5}$")" 1
	port=$((5030 + nth[$f]))
	# when SYN-ACKs arrive again, the other queue is full
	n=$(of synq "$f" reason=synq)
	within "$f: synq" "$n" 1 100
	is "$f: synq: client, the queue" "$(of synq "$f" reason=synq \
		client_port=$((port + 3000)) acceptq=0 backlog=1 synq=2)" "$n"
done
is "accept queue, against TcpExtListenOverflows" \
	"$(($(count tcp_listen_overflow reason=acceptq) + \
	    $(count tcp_listen_overflow reason=acceptq_ack)))" \
	"$(counter TcpExtListenOverflows "$TMP/counters")"
is "SYN queue, against TcpExtTCPReqQFullDrop" \
	"$(count tcp_listen_overflow reason=synq)" \
	"$(counter TcpExtTCPReqQFullDrop "$TMP/counters")"
is "all, against TcpExtListenDrops" "$(count tcp_listen_overflow)" \
	"$(counter TcpExtListenDrops "$TMP/counters")"

skbtrace parse --format "$TMP/format" --summary "$TMP"/cpu* >"$TMP/summary" 2>&1
for f in $families; do
	n=$(of acceptq "$f")
	ok "$f: parse --summary" grep -qE \
		"$(traced B "$f").*:$((5010 + nth[$f])).*listen overflows $n" \
		"$TMP/summary"
done
finish
