#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# udp_send, udp_receive: each datagram once, with socket and length; GSO

. "$(dirname "$0")/lib.sh"
control_up
need_event udp_send udp_receive
net_up

# one FAMILY: 20 datagrams of 100 bytes, 5 of 1000
one() {
	local f=$1 from to rx tx
	from=$(addr A "$f") to=$(addr B "$f")

	server in_b "udp$f" bind "$to" 5000 cookie touch "$TMP/ready" recv 25
	in_a sk "udp$f" bind "$from" 6000 connect "$to" 5000 cookie \
		send 20 100 send 5 1000 >"$TMP/client"
	wait "$server_pid"
	is "IPv$f: the witness has got all" "$(value received "$TMP/server")" 7000
	rx=$(value cookie "$TMP/server") tx=$(value cookie "$TMP/client")
	echo "$f $tx $rx" >>"$TMP/cookies"
}

# GSO: one call of 10 x 500 bytes on each
gso() {
	local f=$1 to
	to=$(addr B "$f")
	server in_b "udp$f" bind "$to" 5001 touch "$TMP/ready" recv 10
	in_a sk "udp$f" connect "$to" 5001 opt gso 500 cookie send 1 5000 \
		>"$TMP/gso$f"
	wait "$server_pid"
	is "IPv$f: the witness has got the segments" \
		"$(value received "$TMP/server")" 5000
}

trace_on udp_send udp_receive
one 4
one 6
gso 4
gso 6
trace_off

is "identity" "$(identity)" ""
while read -r f tx rx; do
	from=$(addr A "$f") to=$(addr B "$f")
	is "IPv$f: datagrams sent, by socket" "$(count udp_send sk="$tx")" 25
	is "IPv$f: their bytes" "$(sum len udp_send sk="$tx")" 7000
	is "IPv$f: addresses, sending side" \
		"$(count udp_send sk="$tx" dir=tx local="$from" lport=6000 \
			peer="$to" pport=5000)" 25
	is "IPv$f: datagrams received, by socket" \
		"$(count udp_receive sk="$rx")" 25
	is "IPv$f: addresses, receiving side" \
		"$(count udp_receive sk="$rx" dir=rx local="$to" lport=5000 \
			peer="$from" pport=6000)" 25
	is "IPv$f: lengths, receiving side" "$(list len udp_receive sk="$rx" |
		tr ' ' '\n' | sort -n | uniq -c | tr -s ' \n' ' ')" \
		" 20 100 5 1000 "
	# veth does not split it
	is "IPv$f: checksums, both sides" \
		"$(list checksum udp_receive sk="$rx")" \
		"$(list checksum udp_send sk="$tx")"
	is "IPv$f: each has one" "$(count udp_send sk="$tx" checksum=0x0) $(
		list checksum udp_send sk="$tx" | wc -w)" "0 25"
	tx=$(value cookie "$TMP/gso$f")
	is "IPv$f: a GSO send is one event" \
		"$(list segs udp_send sk="$tx") $(list len udp_send sk="$tx")" \
		"10 5000"
	is "IPv$f: each segment is received" \
		"$(sum segs udp_receive local="$to" lport=5001)" 10
done <"$TMP/cookies"
finish
