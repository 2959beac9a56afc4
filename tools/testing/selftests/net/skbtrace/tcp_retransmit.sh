#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_retransmit and tcp_ca_state: what is sent again and why, with losses that
# are certain. Witnesses: TCP_INFO, tcp:tcp_retransmit_skb.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc ethtool
need_event tcp_retransmit tcp_ca_state
net_up
in_a tc qdisc add dev a0 clsact || skip "no clsact"
in_b tc qdisc add dev b0 clsact
# without offloads a packet is one segment, so a drop is one, too
in_a ethtool -K a0 tso off gso off gro off >/dev/null 2>&1
in_b ethtool -K b0 tso off gso off gro off >/dev/null 2>&1

# drop NAMESPACE-FUNCTION DEVICE [random determ drop N]: drops all that arrives
# there, or each Nth packet
drop() {
	local what=drop
	(($# == 2)) || what=pass
	"$1" tc filter add dev "$2" ingress matchall action gact $what "${@:3}"
}

# Nothing is dropped any more
repair() {
	in_a tc filter del dev a0 ingress 2>/dev/null
	in_b tc filter del dev b0 ingress 2>/dev/null
}

# told KIND FILE: has the connection whose cookie is in FILE had that event by now?
told() {
	blocks_now | grep "event=tcp_retransmit .*kind=$1 " |
		grep -q " key=$(value cookie "$2") "
}

# told_more KIND COUNT: have there been more than COUNT, of any connection?
told_more() {
	[ "$(blocks_now | grep -c "event=tcp_retransmit .*kind=$1 ")" -gt "$2" ]
}

# Segments are lost, others follow: fast retransmission
fast() {
	server in_b "tcp$1" bind "$(addr B "$1")" 5000 listen 5 \
		touch "$TMP/ready" accept eof
	drop in_b b0 random determ drop 20
	# the FIN is not lost: TCP_INFO does not count its bytes
	background in_a sk "tcp$1" connect "$(addr B "$1")" 5000 cookie \
		write 400000 acked touch "$TMP/acked$1" \
		until "$TMP/repaired$1" shut eof info >"$TMP/fast$1"
	wait_for [ -e "$TMP/acked$1" ]
	repair
	touch "$TMP/repaired$1"
	wait "$bg" "$server_pid"
	is "IPv$1: all has arrived" "$(value received "$TMP/server")" 400000
}

# All packets are lost for a while: a tail loss probe, then a timeout
loss() {
	server in_b "tcp$1" bind "$(addr B "$1")" 5001 listen 5 \
		touch "$TMP/ready" accept echo
	background in_a sk "tcp$1" connect "$(addr B "$1")" 5001 cookie \
		pingpong 5 100 touch "$TMP/first$1" until "$TMP/go$1" \
		write 1000 read 1000 info >"$TMP/loss$1"
	wait_for [ -e "$TMP/first$1" ]
	drop in_b b0
	touch "$TMP/go$1"
	wait_for told loss "$TMP/loss$1" || fail "IPv$1: no timeout"
	repair
	wait "$bg" "$server_pid"
}

# A SYN is lost
syn() {
	server in_b "tcp$1" bind "$(addr B "$1")" 5002 listen 5 \
		touch "$TMP/ready" accept eof
	drop in_b b0
	background in_a sk "tcp$1" cookie connect "$(addr B "$1")" 5002 info \
		>"$TMP/syn$1"
	wait_for told syn "$TMP/syn$1" || fail "IPv$1: no SYN again"
	repair
	wait "$bg" "$server_pid"
}

# A SYN-ACK is lost
synack() {
	local n
	n=$(blocks_now | grep -c 'event=tcp_retransmit .*kind=synack ')
	server in_b "tcp$1" bind "$(addr B "$1")" 5003 listen 5 \
		touch "$TMP/ready" accept cookie info eof
	drop in_a a0
	background in_a sk "tcp$1" connect "$(addr B "$1")" 5003
	wait_for told_more synack "$n" || fail "IPv$1: no SYN-ACK again"
	repair
	wait "$bg" "$server_pid"
	mv "$TMP/server" "$TMP/synack$1"
}

witness_on tcp/tcp_retransmit_skb tcp/tcp_retransmit_synack
trace_on tcp_retransmit tcp_ca_state
for f in 4 6; do
	# neighbours must be resolved before packets are dropped
	in_a sk "udp$f" connect "$(addr B $f)" 9 send 1 10
	in_b sk "udp$f" connect "$(addr A $f)" 9 send 1 10
	fast $f
	loss $f
	syn $f
	synack $f
done
trace_off
witness_off

is "identity" "$(identity)" ""
for f in 4 6; do
	for t in fast loss syn; do
		key=$(value cookie "$TMP/$t$f")
		n=$(sum segs tcp_retransmit key="$key")
		is "IPv$f: $t: segments, against TCP_INFO" "$n" \
			"$(value total_retrans "$TMP/$t$f")"
		within "IPv$f: $t: there are some" "$n" 1 1000
		within "IPv$f: kind $t" \
			"$(count tcp_retransmit key="$key" kind=$t)" 1 1000
	done
	key=$(value cookie "$TMP/fast$f")
	is "IPv$f: bytes, against TCP_INFO" "$(sum len tcp_retransmit \
		key="$key")" "$(value bytes_retrans "$TMP/fast$f")"
	like "IPv$f: open, then recovery" " $(list state tcp_ca_state \
		key="$key") " "* recovery *open *"
	key=$(value cookie "$TMP/loss$f")
	like "IPv$f: a probe, then the timeout" "$(list kind tcp_retransmit \
		key="$key")" "tlp loss*"
	like "IPv$f: open, then loss" " $(list state tcp_ca_state key="$key") " \
		"* loss *"
	key=$(value cookie "$TMP/synack$f")
	is "IPv$f: the SYN-ACK is the connection's" \
		"$(count tcp_retransmit key="$key" kind=synack)" \
		"$(value total_retrans "$TMP/synack$f")"
done
is "tcp_retransmit, against tcp:tcp_retransmit_skb" \
	"$(count tcp_retransmit | cat) $(count tcp_retransmit kind=synack)" \
	"$(grep -c 'tcp_retransmit_s' "$TMP/witness") $(grep -c \
		'tcp_retransmit_synack' "$TMP/witness")"
# each change of state begins in the state where the one before has ended
is "tcp_ca_state: no gap" "$(events tcp_ca_state |
	sed 's/.* key=\([0-9a-f]*\) .* old=\([a-z]*\) state=\([a-z]*\) .*/\1 \2 \3/' |
	awk '{ if (($1 in s ? s[$1] : "open") != $2) n++; s[$1] = $3 }
	     END { print n + 0 }')" 0
finish
