#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause? As why.sh, with causes that look like others:
# losses like a peer that thinks, a queue or a small MTU; ends by a timer, which is
# not the cause; answers that are lost; drops at the end that receives.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=why_lib.sh
. "$(dirname "$0")/why_lib.sh"
need ip jq nft sysctl tc
why_up
record_all

# table NAMESPACE-FUNCTION HOOK RULE...: a rule of nft there, until untable
table() {
	"$1" nft add table inet why
	"$1" nft add chain inet why it "{ type filter hook $2 priority 0; }"
	"$1" nft add rule inet why it "${@:3}" || skip "nft: no ${*:3}"
}

untable() {
	"$1" nft delete table inet why
}

# text PORT END: the sentence of its verdict
text() {
	jq -r --arg p ":$1" --arg who "$2" 'select(.conn) | (.conn | split(">")) as $e |
		select(if $who == "client" then $e[1] else $e[0] end |
			endswith($p)) | .verdicts[0].text' "$TMP/json"
}

# --- ended by a timer, which is not the cause

# a rule of this host drops long packets
next refused-below '*'
serve try eof
table in_a output tcp dport "$port" meta length '>' 1000 drop
call opt usertimeout 4000 write 100 acked write 30000 try eof
untable in_a
kill "$server_pid"

# a firewall has forgotten the connection, and drops all its packets
next timed-out '*'
through until "$TMP/end$port"
background in_a sk "tcp$f" opt usertimeout 4000 connect "$to" "$port" \
	write 100 acked until "$TMP/forgotten" write 1000 try eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
tick 500
forgotten=$port
in_b sysctl -qw net.netfilter.nf_conntrack_tcp_loose=0
table in_b forward ct state invalid drop
touch "$TMP/forgotten"
wait "$bg"
untable in_b
in_b sysctl -qw net.netfilter.nf_conntrack_tcp_loose=1
touch "$TMP/end$port"

# the window is closed, and then the peer is gone
next timed-out '*'
shut=$port
serve until "$TMP/end$port"
background in_a sk "tcp$f" opt usertimeout 6000 connect "$to" "$port" \
	try write 9000000 try eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
tick 900
at_b dst_port "$port" action drop
wait "$bg"
clear_b
touch "$TMP/end$port"

# data for an end that has closed: its FIN came before its reset
next reset-received reset-sent
serve read 100 close touch "$TMP/closed$port"
call write 100 until "$TMP/closed$port" pause 100000 write 100 pause 100000 \
	try write 100 try eof
served

# --- not the MTU: a router's rule drops long packets
next blackout '*'
through eof
table in_b forward tcp dport "$port" meta length '>' 1000 drop
background in_a sk "tcp$f" connect "$to" "$port" write 100 acked \
	touch "$TMP/short" write 30000 shut eof >/dev/null
wait_for [ -e "$TMP/short" ] || die "no data"
for ((i = 0; i < 4; i++)); do
	tick 950
done
untable in_b
wait "$bg"
served

# --- lost SYN-ACKs

# dropped by the host that sends them
next syn-dropped '*'
serve eof
table in_b output tcp sport "$port" drop
call
untable in_b
kill "$server_pid"

# swallowed on their way: the SYNs that come again are not of an old connection
next no-answer '*'
answered=$port
ip -n "$A" link add dm0 type dummy
ip -n "$A" link set dm0 up
serve eof
at_a src_port "$port" action mirred egress redirect dev dm0
call
clear_a
kill "$server_pid"
ip -n "$A" link del dm0

# two of three are dropped by a filter
next late-answer -
late=$port
serve eof
in_b tc filter add dev b0 egress protocol "$(protocol)" flower ip_proto tcp \
	src_port "$port" tcp_flags 0x12/0x12 \
	action gact drop random determ pass 3
call write 100 shut eof
in_b tc filter del dev b0 egress
served

# the same where this host takes them in: they are still the server's request's
next late-answer -
later=$port
serve eof
at_a src_port "$port" tcp_flags 0x12/0x12 \
	action gact drop random determ pass 3
call write 100 shut eof
clear_a
served

# --- losses that look like a peer that thinks, or a queue

# answers get lost
next answers-lost lost-here
serve times 8 read 100 write 500 again eof
at_a src_port "$port" tcp_flags 0x8/0x8 \
	action gact pass random determ drop 2
call times 8 write 100 read 500 again shut eof
clear_a
served

# requests get lost
next lost-here -
serve times 8 read 100 write 500 again eof
at_b dst_port "$port" tcp_flags 0x8/0x8 \
	action gact pass random determ drop 2
call times 8 write 100 read 500 again shut eof
clear_b
served

# one of twenty, which a tail loss probe repairs
next answers-lost lost-here answers-lost
serve times 100 read 100 write 500 again shut eof
at_a src_port "$port" tcp_flags 0x8/0x8 \
	action gact pass random determ drop 20
call times 100 write 100 read 500 again shut eof
clear_a
served

next lost-here -
serve times 100 read 100 write 500 again shut eof
at_b dst_port "$port" tcp_flags 0x8/0x8 \
	action gact pass random determ drop 20
call times 100 write 100 read 500 again shut eof
clear_b
served

# --- this host drops what arrives, after it has looked up the socket

# ACKs, nearly all of them
next acks-lost '*'
serve eof
table in_a input tcp sport "$port" meta length '<' 100 \
	limit rate over 8/second burst 1 packets drop
call opt sndbuf 200000 write 200000 shut eof
untable in_a
served

# data
next - lost-here input-dropped
serve write 400000 shut eof
table in_a input tcp sport "$port" meta length '>' 200 \
	limit rate over 30/second burst 20 packets drop
call eof
untable in_a
served

# answers
next answers-lost lost-here input-dropped
refused=$port
serve times 30 read 100 write 2000 again shut eof
table in_a input tcp sport "$port" meta length '>' 200 \
	limit rate over 3/second burst 1 packets drop
call times 30 write 100 read 2000 again shut eof
untable in_a
served

# --- memory

# connections that nobody accepts use up TCP's memory. The minimum for a socket is
# less than a long segment.
next '*' '*'
server in_b "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
	until "$TMP/over" close
hoard=("$server_pid")
for i in 1 2 3; do
	background in_a sk "tcp$f" opt sndbuf 400000 connect "$to" "$port" fill \
		touch "$TMP/full$i" until "$TMP/over" >/dev/null
	hoard+=("$bg")
	wait_for [ -e "$TMP/full$i" ] || die "no room"
done
next tcp-memory '*'
mem=$(cat /proc/sys/net/ipv4/tcp_mem)
wmem=$(in_a cat /proc/sys/net/ipv4/tcp_wmem)
in_a sysctl -qw net.ipv4.tcp_wmem="1000 ${wmem#*[[:space:]]}"
ip -n "$A" link set a0 mtu 9000
ip -n "$B" link set b0 mtu 9000
serve eof
sysctl -qw net.ipv4.tcp_mem="5 10 20"
call opt sndbuf 400000 write 20000 shut eof
sysctl -qw net.ipv4.tcp_mem="$mem"
in_a sysctl -qw net.ipv4.tcp_wmem="$wmem"
ip -n "$A" link set a0 mtu 1500
ip -n "$B" link set b0 mtu 1500
touch "$TMP/over"
wait "${hoard[@]}"
served

# --- the route limits the congestion window, also of later connections

next cwnd-clamped -
in_a ip tcp_metrics flush all
in_a ip route add "${to#::ffff:}" dev a0 cwnd lock 3
server in_b "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
	times 2 accept eof again
call write 1000 shut eof
call opt sndbuf 400000 write 300000 shut eof
served
in_a ip route del "${to#::ffff:}" dev a0

check_verdicts
like "a timer that gave up: who dropped it" "$(text "$forgotten" client)" \
	'*netfilter rule*'
like "a window that stayed shut" "$(text "$shut" client)" '*window stayed shut*'
like "the SYN came, its answer did not" "$(text "$answered" client)" \
	'*other end has got it*'
like "who dropped the SYN's answer" "$(text "$late" client)" \
	'*TC_EGRESS*'
like "who dropped it here" "$(text "$later" client)" '*TC_INGRESS*'
like "who dropped the answers" "$(text "$refused" client)" \
	'*in this host, on their way in, by a netfilter rule*'
finish
