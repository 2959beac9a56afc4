#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# skb_drop: each dropped packet with reason, place, length and socket, against
# skb:kfree_skb and the counters of UDP

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc nstat
need_event skb_drop
net_up
in_b tc qdisc add dev b0 clsact || skip "no clsact"

# A filter drops 5 datagrams on arrival
filtered() {
	in_b tc filter add dev b0 ingress matchall action gact drop
	in_a sk "udp$1" connect "$(addr B "$1")" 5000 cookie port send 5 333 \
		>"$TMP/filtered$1"
	quiesce
	in_b tc filter del dev b0 ingress
}

# No socket has the port
closed() {
	in_a sk "udp$1" bind "$(addr A "$1")" 6001 connect "$(addr B "$1")" \
		5001 send 1 222
	in_a sk "tcp$1" cookie try connect "$(addr B "$1")" 5002 \
		>"$TMP/closed$1"
}

# 50 datagrams of 1000 bytes for a buffer of 4 KiB that nobody reads
full() {
	server in_b "udp$1" opt rcvbuf 4096 bind "$(addr B "$1")" 5003 cookie \
		touch "$TMP/ready" until "$TMP/done$1"
	in_a sk "udp$1" connect "$(addr B "$1")" 5003 send 50 1000
	quiesce
	touch "$TMP/done$1"
	wait "$server_pid"
	mv "$TMP/server" "$TMP/full$1"
}

for f in 4 6; do
	# neighbours must be resolved before packets are dropped
	server in_b "udp$f" bind "$(addr B $f)" 9 touch "$TMP/ready" recv 1
	in_a sk "udp$f" connect "$(addr B $f)" 9 send 1 10
	wait "$server_pid"
done
in_b nstat -n
trace_on skb_drop
witness_on skb/kfree_skb
for f in 4 6; do
	filtered $f
	closed $f
	full $f
done
quiesce
witness_off
trace_off
in_b nstat -az >"$TMP/nstat"

# nstat_of COUNTER: its value
nstat_of() {
	awk -v c="$1" '$1 == c { print $2 }' "$TMP/nstat"
}

is "identity" "$(identity)" ""
# shellcheck disable=SC2034 # by ${!errors}
errors4=UdpRcvbufErrors errors6=Udp6RcvbufErrors
for f in 4 6; do
	from=$(addr A $f) to=$(addr B $f)
	sk=$(value cookie "$TMP/filtered$f")
	is "IPv$f: by a filter, as the sender's" \
		"$(count skb_drop reason=TC_INGRESS sk="$sk" dir=tx len=333 \
			segs=1 proto=udp local="$from" peer="$to" \
			lport="$(value port "$TMP/filtered$f")" pport=5000)" 5
	within "IPv$f: nobody there, UDP" \
		"$(count skb_drop reason=NO_SOCKET proto=udp len=222)" 1 2
	is "IPv$f: nobody there, UDP, addresses" \
		"$(count skb_drop reason=NO_SOCKET proto=udp len=222 \
			local="$to" lport=5001 peer="$from" pport=6001 |
			cat)$(count skb_drop reason=NO_SOCKET proto=udp \
			len=222 local="$from" lport=6001 peer="$to" \
			pport=5001)" "10"
	is "IPv$f: nobody there, TCP" \
		"$(count skb_drop reason=NO_SOCKET proto=tcp lport=5002 \
			local="$to")" 1
	sk=$(value cookie "$TMP/full$f")
	errors=errors$f
	# an older tracepoint does not name the receiving socket
	grep -q 'field:.*rx_sk' /sys/kernel/tracing/events/skb/kfree_skb/format ||
		sk=0
	is "IPv$f: full receive buffer, against nstat" \
		"$(count skb_drop reason=SOCKET_RCVBUFF dir=rx sk="$sk" len=1000 \
			local="$to" lport=5003 peer="$from")" \
		"$(nstat_of "${!errors}")"
	within "IPv$f: there were some" "$(nstat_of "${!errors}")" 40 50
done

# The witness began later and ended earlier: we have all that it has
for r in TC_INGRESS NO_SOCKET SOCKET_RCVBUFF; do
	is "$r, against skb:kfree_skb" "$(count skb_drop reason=$r)" \
		"$(grep -c "reason: $r" "$TMP/witness")"
	# the code address by its name, unless tracefs hashes it
	grep -q 'location=[^ ]*+' "$TMP/witness" || continue
	theirs=$(sed -n "s/.*reason: $r.*/&/; s/.* location=\([^+]*\)+.*reason: $r.*/\1/p" \
		"$TMP/witness" | sort -u)
	ours=$(values at skb_drop reason=$r | sort -u | while read -r id; do
		list name symbol id="$id" | sed 's/+.*//; s/ .*//'
	done | sort -u)
	is "$r: place, against skb:kfree_skb" "$ours" "$theirs"
done
finish
