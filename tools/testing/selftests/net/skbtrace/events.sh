#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each event, on this kernel, patched or not: exact and inferred events are recorded
# when they happen, inferred ones are marked; unavailable ones are refused with a
# reason. scripts/events-table.sh collects the lines "# cell EVENT STATE".

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc ss ethtool ip nstat
net_up
in_a tc qdisc add dev a0 clsact || skip "no clsact"
in_b tc qdisc add dev b0 clsact

events_of() {
	sed -n "s/^event [0-9]* \([^ ]*\) .*kind=\(conn\|packet\) .*state=\($1\) .*/\1/p" \
		"$TMP/format"
}

# why EVENT: the line of "format" that says why it is not exact
why() {
	awk -v e="$1" '$1 == "event" { on = $3 == e }
		on && $1 == "why" { sub(/^ why /, ""); print }' "$TMP/format"
}

here=$(events_of 'exact\|inferred')
absent=$(events_of unavailable)

for e in $absent; do
	ok "$e: refused" eval "! echo $e 2>/dev/null >$CTL/enabled"
	like "$e: why" "$(cat "$CTL/error")" \
		"*$e: this kernel has no tracepoint *"
	like "$e: why, in format" "$(why "$e")" "no tracepoint *not patched*"
done
for e in $(events_of inferred); do
	like "$e: what it is inferred from" "$(why "$e")" "*??????????*"
done
is "nothing is on" "$(cat "$CTL/enabled")" ""

# --- each of them happens

drop() {
	"$1" tc filter add dev "$2" "$3" matchall action gact pass \
		random determ drop "$4"
}

repair() {
	"$1" tc filter del dev "$2" "$3"
}

# RPS works on each kernel that has it; only a patched one reports it
ip netns exec "$B" sh -c \
	"echo 2 >/sys/class/net/b0/queues/rx-0/rps_cpus" 2>/dev/null

# the neighbours must know each other when packets are dropped
in_a sk udp4 connect $B4 9 send 1 10
in_b sk udp4 connect $A4 9 send 1 10

# shellcheck disable=SC2086 # words
trace_on $here

server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 30
in_a sk udp4 bind $A4 6000 connect $B4 9 send 30 100 cookie >"$TMP/udp"
wait "$server_pid"

# RTT samples, a small send buffer, losses, a reset
server in_b tcp4 bind $B4 5000 listen 5 touch "$TMP/ready" accept eof
in_a ethtool -K a0 tso off gso off >/dev/null 2>&1
drop in_b b0 ingress 20
in_a sk tcp4 opt sndbuf 20000 connect $B4 5000 cookie write 400000 acked \
	shut eof info >"$TMP/tcp"
repair in_b b0 ingress
wait "$server_pid"
in_a sk tcp4 try connect $B4 5999 >/dev/null 2>&1

# a question and its answer
server in_b tcp4 bind $B4 5002 listen 5 touch "$TMP/ready" accept read 100 \
	write 100 eof
in_a sk tcp4 connect $B4 5002 write 100 read 100 shut eof >"$TMP/turn"
wait "$server_pid"

# a full accept queue: the client's SYN is refused
queued() {
	[ "$(in_b ss -Hltn "sport = :5001" | awk '{ print $2 }')" = "$1" ]
}
server in_b tcp4 bind $B4 5001 listen 1 touch "$TMP/ready" \
	until "$TMP/never.end"
for i in 1 2; do
	background in_a sk tcp4 connect $B4 5001 until "$TMP/never.end"
	wait_for queued $i || fail "client $i is not in the queue"
done
overflows() {
	(($(in_b nstat -asz TcpExtListenOverflows |
		awk 'END { print $2 + 0 }') > 0))
}
background in_a sk tcp4 connect $B4 5001 until "$TMP/never.end"
wait_for overflows || fail "the queue does not overflow"

# until all events have come, or it is clear that they will not
seen() {
	local e
	blocks_now >"$TMP/now"
	for e in $here; do
		grep -q " event=$e " "$TMP/now" || return 1
	done
}
TIMEOUT=20 wait_for seen
trace_off
is "identity" "$(identity)" ""

for e in $here; do
	state=$(grep "^event [0-9]* $e " "$TMP/format")
	state=${state#* state=} state=${state%% *}
	n=$(count "$e")
	within "$e: $state" "$n" 1 1000000
	# an inferred form is marked on each block; an exact one that lacks a part is not
	if [[ $state = exact || $(why "$e") != at\ * ||
	      $(why "$e") = *"no tracepoint"* ]]; then
		is "$e: not marked" "$(count "$e" inferred=1)" 0
	else
		is "$e: marked" "$(count "$e" inferred=1)" "$n"
	fi
	((n)) && echo "# cell $e $state"
done
for e in $absent; do
	echo "# cell $e unavailable"
done

# --- what they say is right

key=$(value cookie "$TMP/tcp")
is "udp_send: 30 datagrams" "$(count udp_send lport=6000 pport=9 len=100)" 30
is "udp_receive: 30 datagrams" \
	"$(count udp_receive lport=9 pport=6000 len=100)" 30
is "ip_send: 30 packets" "$(count ip_send proto=udp lport=6000)" 30
is "ip_receive: 30 packets" "$(count ip_receive proto=udp lport=9 \
	len=100)" 30
is "tcp_retransmit, against TCP_INFO" \
	"$(sum segs tcp_retransmit key="$key")" \
	"$(value total_retrans "$TMP/tcp")"
within "tcp_congestion: it is entered" \
	"$(count tcp_congestion key="$key")" 1 1000
like "tcp_connection: opened, closed" "$(states "$key")" \
	"CLOSE>SYN_SENT *ESTABLISHED*>CLOSE*"
like "tcp_sendlimit: all was sent in the end" \
	"$(list reason tcp_sendlimit key="$key")" "*app*end"
within "tcp_rttm: the smallest, against TCP_INFO" \
	"$(values rtt_us tcp_rttm key="$key" | sort -n | head -n 1)" \
	"$(value min_rtt_us "$TMP/tcp")" \
	$(($(value min_rtt_us "$TMP/tcp") * 3 + 1000))
finish
