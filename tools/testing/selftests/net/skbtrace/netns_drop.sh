#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The network namespace of a drop: that of the socket which refuses the packet, of
# the device that takes it in, or of its route. A session that is bound to a
# namespace gets the drops there and no others. The witness for UDP is nstat.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need nstat tc
need_event skb_drop skb_delay tcp_reset
net_up
router_up
in_a tc qdisc add dev a0 clsact || skip "no clsact"
a=$(netns_of "$A") b=$(netns_of "$B")
# an older tracepoint does not tell who refused it
told=1
grep -q 'field:.*rx_sk' /sys/kernel/tracing/events/skb/kfree_skb/format || told=0

# 50 datagrams for a buffer of 4 KiB that B's program does not read
full() {
	rm -f "$TMP/done"
	server in_b "udp$1" opt rcvbuf 4096 bind "$(addr B "$1")" 5003 \
		touch "$TMP/ready" until "$TMP/done"
	in_a sk "udp$1" connect "$(addr B "$1")" 5003 send 50 1000
	quiesce
	touch "$TMP/done"
	wait "$server_pid"
}

# shrunk FAMILY: a receive buffer is made smaller than the window that was offered
shrunk() {
	rm -f "$TMP/there" "$TMP/done"
	server in_b "tcp$1" bind "$(addr B "$1")" 5004 listen 5 \
		touch "$TMP/ready" accept opt rcvbuf 2304 touch "$TMP/there" \
		until "$TMP/done" eof
	background in_a sk "tcp$1" connect "$(addr B "$1")" 5004 \
		until "$TMP/there" write 100000 shut eof >/dev/null
	wait_for refused || die "the window: nothing is refused"
	touch "$TMP/done"
	wait "$bg" "$server_pid"
}

# Segments that B's TCP has refused so far, for its buffer or its window
refusals() {
	counters in_b "$TMP/now"
	echo $(($(counter TcpExtTCPRcvQDrop "$TMP/now") +
		$(counter TcpExtTCPZeroWindowDrop "$TMP/now")))
}

# shellcheck disable=SC2317 # wait_for
refused() {
	[ "$(refusals)" -gt "$before" ]
}

# forwarded FAMILY: datagrams of C, which B has forwarded: without their socket
forwarded() {
	in_a tc filter add dev a0 ingress matchall action gact drop
	in_c sk "udp$1" connect "$(addr A "$1")" 5005 send 3 333
	quiesce
	in_a tc filter del dev a0 ingress
}

trouble() {
	local f
	for f in 4 6; do
		before=$(refusals)
		full $f
		in_a sk "udp$f" bind "$(addr A $f)" 6001 \
			connect "$(addr B $f)" 5001 send 1 222
		in_a sk "tcp$f" try connect "$(addr B $f)" 5002 >/dev/null
		shrunk $f
		forwarded $f
	done
	quiesce
}

# recorded [NAMESPACE]: records all of the above
recorded() {
	counters in_b "$TMP/before"
	echo "${1:-none}" >$CTL/netns
	trace_on skb_drop skb_delay,only=drop tcp_reset
	trouble
	trace_off
	echo none >$CTL/netns
	counters in_b "$TMP/after"
}

# grown COUNTER: by how much B's has grown meanwhile
grown() {
	echo $(($(counter "$1" "$TMP/after") - $(counter "$1" "$TMP/before")))
}

# neighbours are resolved before: their packets are not what is tested
for f in 4 6; do
	server in_a "udp$f" bind "$(addr A $f)" 9 touch "$TMP/ready" recv 2
	in_b sk "udp$f" connect "$(addr A $f)" 9 send 1 10
	in_c sk "udp$f" connect "$(addr A $f)" 9 send 1 10
	wait "$server_pid"
done

# shellcheck disable=SC2034 # by ${!errors}
errors4=UdpRcvbufErrors errors6=Udp6RcvbufErrors

# in_b_are WHAT: what B refuses is in B
in_b_are() {
	local errors f n
	for f in 4 6; do
		errors=errors$f to=$(addr B $f)
		n=$(grown "${!errors}")
		within "$1, IPv$f: refused datagrams" "$n" 40 50
		((told)) || n=0
		is "$1, IPv$f: a full buffer, its socket's namespace" \
			"$(count skb_drop reason=SOCKET_RCVBUFF proto=udp \
				local="$to" netns="$b")" "$n"
		is "$1, IPv$f: the same as the end of the packets" \
			"$(count skb_delay where=drop lport=5003 len=1000 \
				local="$to" netns="$b")" "$n"
		is "$1, IPv$f: nobody there, the route's namespace" \
			"$(count skb_drop reason=NO_SOCKET proto=udp \
				local="$to" lport=5001 netns="$b") $(
			count skb_drop reason=NO_SOCKET proto=tcp \
				local="$to" lport=5002 netns="$b")" "1 1"
		! resets_are_all ||
			is "$1, IPv$f: the reset that says so" \
				"$(count tcp_reset dir=tx local="$to" \
					lport=5002 netns="$b")" 1
		((told)) || continue
		n=$(count skb_drop dir=rx proto=tcp local="$to" lport=5004 \
			netns="$b")
		within "$1, IPv$f: what TCP refuses" "$n" 1 1000
		is "$1, IPv$f: all of it is there" "$n" \
			"$(count skb_drop dir=rx proto=tcp local="$to" \
				lport=5004)"
	done
}

# in_a_are WHAT: what A's filter drops is in A
in_a_are() {
	local f
	for f in 4 6; do
		is "$1, IPv$f: on arrival, the device's namespace" \
			"$(count skb_drop reason=TC_INGRESS proto=udp sk=0 \
				local="$(addr A $f)" lport=5005 len=333 \
				netns="$a")" 3
	done
}

# only NAMESPACE: all events have this one
only() {
	is "bound: of no other namespace" \
		"$(grep -E ' event=(skb_drop|skb_delay|tcp_reset) ' \
			"$TMP/events" | grep -vc " netns=$1 ")" 0
}

recorded
is "identity" "$(identity)" ""
in_b_are "unbound"
in_a_are "unbound"
recorded "$b"
in_b_are "bound to B"
only "$b"
recorded "$a"
in_a_are "bound to A"
only "$a"
finish
