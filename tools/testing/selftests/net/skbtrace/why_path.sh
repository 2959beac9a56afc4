#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause? As why.sh: bottlenecks of this host and of the
# path, drops on a router, lost ACKs, old connections, options.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=why_lib.sh
. "$(dirname "$0")/why_lib.sh"
need nft sysctl tc
why_up
record_all

# --- a bottleneck

# the router, with a long queue
next path-queue -
in_b tc qdisc add dev b1 root tbf rate 20mbit burst 10k limit 2mb
through eof
call opt sndbuf 4000000 write 3000000 shut eof
served

# the router, with a queue that marks packets
next path-marks -
in_a sysctl -qw net.ipv4.tcp_ecn=1
in_b tc qdisc replace dev b1 root handle 1: tbf rate 20mbit burst 10k limit 2mb
in_b tc qdisc add dev b1 parent 1:1 fq_codel target 2ms interval 20ms ecn
through eof
call opt sndbuf 4000000 write 6000000 shut eof
served
in_a sysctl -qw net.ipv4.tcp_ecn=2
in_b tc qdisc del dev b1 root

# this host's queue
next own-queue -
in_a tc qdisc replace dev a0 root tbf rate 10mbit burst 10k limit 2mb
serve eof
call opt sndbuf 4000000 write 2000000 shut eof
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000
served

next paced -
serve eof
call opt maxpacing 500000 write 1000000 shut eof
served

# --- the congestion window is reset after each pause
next idle-restart -
in_a tc qdisc replace dev a0 root netem delay 200ms limit 10000
serve eof
call opt sndbuf 2000000 times 5 write 300000 acked pause 2000000 again shut eof
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000
served

# --- the peer does not answer any more, or for a while

next blackout -
serve eof
background in_a sk "tcp$f" opt sndbuf 200000 connect "$to" "$port" \
	until "$TMP/gone" write 20000 acked shut eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
at_b dst_port "$port" action drop
touch "$TMP/gone"
tick 950
tick 950
tick 950
clear_b
wait "$bg"
served

next timed-out '*'
serve until "$TMP/end$port"
background in_a sk "tcp$f" opt keepalive 1 opt keepidle 1 opt keepintvl 1 \
	opt keepcnt 2 connect "$to" "$port" try eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
at_b dst_port "$port" action drop
wait "$bg"
clear_b
touch "$TMP/end$port"

# --- dropped

# by the queue of this host
next lost-here -
in_a tc qdisc replace dev a0 root handle 1: netem delay 20ms limit 4
serve eof
call opt sndbuf 400000 write 400000 shut eof
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000
served

# by a rule of the router
next syn-dropped '*'
in_b nft add table inet why
in_b nft add chain inet why through '{ type filter hook forward priority 0; }'
in_b nft add rule inet why through tcp dport "$port" drop
to=$(addr C "$f")
call
in_b nft delete table inet why

# by a rule of this host, for a while
next refused-below -
serve eof
background in_a sk "tcp$f" connect "$to" "$port" until "$TMP/shut" \
	write 20000 acked shut eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
in_a nft add table inet why
in_a nft add chain inet why out '{ type filter hook output priority 0; }'
in_a nft add rule inet why out tcp dport "$port" drop
touch "$TMP/shut"
tick 900
in_a nft delete table inet why
wait "$bg"
served

next reset-received reset-sent
serve read 100 abort
call write 100 try eof
served

# --- ACKs alone, seven of eight
next acks-lost '*'
serve eof
at_a src_port "$port" tcp_flags 0x10/0x13 action gact drop random determ pass 8
call opt sndbuf 200000 write 200000 shut eof
clear_a
served

# --- connections that begin with a misunderstanding

next window-unscaled -
in_b sysctl -qw net.ipv4.tcp_window_scaling=0
serve eof
call opt sndbuf 4000000 write 4000000 shut eof
in_b sysctl -qw net.ipv4.tcp_window_scaling=1
served

# An old connection is in TIME_WAIT at the server, and the new one's timestamps are
# lower, as those of another host behind the same NAT may be. tcp_timestamps=1 adds a
# random offset, 2 none: one of two changes makes them lower. The reset that would
# end the old connection is lost.
next '*' '*'
old_port=$port
at_b dst_port "$port" tcp_flags 0x4/0x4 action drop
for stamps in 1 2 1; do
	server in_b "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
		accept shut eof
	in_a sysctl -qw "net.ipv4.tcp_timestamps=$stamps"
	in_a sk "tcp$f" bind "$near" "$((port + 1000))" connect "$to" "$port" \
		try eof >/dev/null
	kill "$server_pid" 2>/dev/null
	rm -f "$TMP/ready"
	wait_for all_closed || die "they do not end"
done
clear_b

# SYN cookies: five clients get an answer, and two fit into the queue
next '*' '*'
half_open=$port
in_b sysctl -qw net.ipv4.tcp_syncookies=1
server in_b "tcp$f" bind "$to" "$port" listen 1 touch "$TMP/ready" \
	until "$TMP/enough" times 5 accept shut eof again
pids=()
for i in 1 2 3 4 5; do
	background in_a sk "tcp$f" touch "$TMP/waits$i" until "$TMP/go" \
		connect "$to" "$port" touch "$TMP/connected$i" write 100 eof \
		>/dev/null
	pids+=("$bg")
done
for i in 1 2 3 4 5; do
	wait_for [ -e "$TMP/waits$i" ] || die "no client"
done
# The last SYN arrives before the first handshake ends
in_a tc qdisc replace dev a0 root netem delay 400ms limit 10000
touch "$TMP/go"
for i in 1 2 3 4 5; do
	wait_for [ -e "$TMP/connected$i" ] || die "no connection"
done
# Those who do not fit send again, and get no answer
tick 950
tick 950
tick 950
touch "$TMP/enough"
wait "${pids[@]}"
served
in_b sysctl -qw net.ipv4.tcp_syncookies=0
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000

check_verdicts
some 3 half-open "$half_open" client
some 1 old-socket "$old_port" client
finish
