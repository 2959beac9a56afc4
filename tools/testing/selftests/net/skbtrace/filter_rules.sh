#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Filters with each kind of event: sockets, packets with and without a socket;
# and namespace, device, mark, cgroup, process, alone and combined.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tcpdump ethtool python3 ip nsenter sysctl
need_event tcp_connection icsk_connection udp_send udp_receive ip_send \
	ip_receive skb_delay skb_drop tcp_reset
net_up

# filter FILE EXPRESSION
filter() {
	tcpdump -y RAW -ddd -- "$2" >"$TMP/program" 2>"$TMP/tcpdump" ||
		die "$2: $(<"$TMP/tcpdump")"
	cat "$TMP/program" >"$CTL/$1" || die "$1 $2: $(<$CTL/error)"
}

none() {
	local f
	for f; do
		echo none >"$CTL/$f"
	done
}

# off WHAT: ends tracing; the counters must add up
off() {
	trace_off
	if [ "$(stat_sum written)" = 0 ]; then
		# an empty file is no stream
		is "$1: identity" "$(stat_sum hits)" \
			"$(stat_sum skipped filtered refused)"
	else
		is "$1: identity" "$(identity)" ""
	fi
	is "$1: nothing is lost" "$(stat_sum lost)" 0
}

# counts EVENT...: how many of each
counts() {
	local e
	for e; do
		count "$e"
	done | xargs
}

# here NETNS EVENT [FIELD=VALUE]...: how many of that namespace
here() {
	count "$2" netns="$(netns_of "$1")" "${@:3}"
}

# ten datagrams of 100 bytes from A to B, and ten back
pingpong() {
	server in_b udp4 bind "$B4" 5000 connect "$A4" 6000 \
		touch "$TMP/ready" times 10 read 100 write 100 again
	in_a sk udp4 bind "$A4" 6000 connect "$B4" 5000 pingpong 10 100 \
		cookie >"$TMP/client"
	wait "$server_pid"
}

# tcp PORT [WORD...]: a connection of IPv4 that writes 10 bytes
tcp() {
	server in_b tcp4 bind "$B4" "$1" listen 50 touch "$TMP/ready" accept \
		cookie eof
	in_a sk tcp4 cookie "${@:2}" connect "$B4" "$1" write 10 shut eof \
		>"$TMP/client"
	wait "$server_pid"
}

# sink NAMESPACE-FUNCTION ADDRESS PORT: takes datagrams, so that no ICMP error
# comes back
sink() {
	background "$1" sk udp4 bind "$2" "$3" touch "$TMP/sink$3" \
		until "$TMP/end"
	wait_for [ -e "$TMP/sink$3" ]
}
sink in_b 0.0.0.0 9
sink in_b 0.0.0.0 5001
sink in_b 0.0.0.0 5009
sink in_a 127.0.0.1 5000

# neighbours are resolved before, or their packets would be counted
in_a sk udp4 connect "$B4" 9 send 1 1
in_b sk udp4 connect "$A4" 9 send 1 1

# --- the connection filter on packets: src is this host, in both directions

filter sock_filters 'udp and src port 5000'
trace_on ip_send ip_receive udp_send udp_receive
pingpong
off "packets of connections"
is "this side: sent and received" "$(here "$B" ip_send) $(here "$B" \
	ip_receive) $(here "$B" udp_send) $(here "$B" udp_receive)" \
	"10 10 10 10"
is "the other side: none" "$(counts ip_send ip_receive udp_send udp_receive)" \
	"10 10 10 10"
# more than those of the other side: neighbour discovery comes on top
within "the others are counted" "$(stat_sum filtered)" 40 80

# a socket without a peer: each packet is filtered by its own addresses
filter sock_filters 'src port 5000 and dst port 6001'
server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" recv 20
trace_on udp_receive ip_receive skb_delay,only=sk_queue:netif_rx
in_a sk udp4 bind "$A4" 6001 connect "$B4" 5000 send 10 100
in_a sk udp4 bind "$A4" 6002 connect "$B4" 5000 send 10 100
wait "$server_pid"
off "a server of UDP"
is "a server of UDP: by packet" "$(counts udp_receive ip_receive skb_delay) $(
	count udp_receive pport=6001)" "10 10 20 10"

# --- both filters, and the packet filter alone

filter sock_filters 'port 5000'
filter filters 'greater 300'
trace_on udp_send ip_receive
server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" recv 9
in_a sk udp4 connect "$B4" 5000 send 4 100 send 5 500
in_a sk udp4 connect "$B4" 5009 send 6 500
wait "$server_pid"
off "both filters"
is "both filters must pass" "$(count udp_send len=500) $(counts udp_send ip_receive)" \
	"5 5 5"
like "each has its counts" "$(grep '^filter' "$TMP/stat" | xargs)" \
	"filter conn insns=* seen=* passed=18 connections=* matching=1 \
filter packet insns=* seen=18 passed=10"
none sock_filters
filter filters 'udp'
trace_on tcp_connection ip_send
tcp 5001
pingpong
off "the packet filter"
is "a packet filter lets connections pass" "$(states "$(value cookie "$TMP/server")" |
	head -c 20) $(here "$A" ip_send proto=udp) $(count ip_send proto=tcp)" \
	" 10 0"
key=$(list key tcp_connection netns="$(netns_of "$B")" state=ESTABLISHED)
like "of them all are there" "$(states "$key")" "SYN_RECV>ESTABLISHED *>CLOSE"

# a frame that is not IP: a filter has nothing to run on
frame() {
	in_a python3 -c 'import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("a0", 0))
s.send(b"\xff" * 6 + b"\2" + b"\0" * 5 + b"\x88\xb6" + b"\x45" + b"x" * 60)'
}
none filters
trace_on skb_drop,only=UNHANDLED_PROTO
frame
off "a frame without IP"
n=$(count skb_drop)
within "a frame without IP is dropped" "$n" 1 2
echo 1 6 0 0 1 >$CTL/filters
trace_on skb_drop,only=UNHANDLED_PROTO
frame
off "a frame without IP, a filter"
is "a packet filter that takes all refuses it" "$(count skb_drop) $(stat_sum \
	filtered)" "0 $n"
none filters
filter sock_filters 'ip or ip6 or not tcp'
trace_on skb_drop,only=UNHANDLED_PROTO
frame
off "a frame without IP, a connection filter"
is "and so does a connection filter" "$(count skb_drop)" 0

# --- sockets at the edges of their lives

# In CLOSE the socket has lost its port; in SYN_SENT it has none yet.
in_a sysctl -qw net.ipv4.ip_local_port_range="7000 7003"
filter sock_filters 'src portrange 7000-7003 and dst port 5001'
trace_on tcp_connection
tcp 5001
mv "$TMP/client" "$TMP/closed"
server in_b tcp4 bind "$B4" 5001 listen 5 touch "$TMP/ready" accept try eof
in_a sk tcp4 cookie connect "$B4" 5001 write 10 acked abort close \
	>"$TMP/client"
wait "$server_pid"
off "a port that is chosen"
like "SYN_SENT has no port yet, CLOSE is known by its own" \
	"$(states "$(value cookie "$TMP/closed")")" \
	"SYN_SENT>ESTABLISHED ESTABLISHED>FIN_WAIT1 *TIME_WAIT(mini) FIN_WAIT?>CLOSE"
is "reset: CLOSE is known, too" "$(states "$(value cookie "$TMP/client")")" \
	"SYN_SENT>ESTABLISHED ESTABLISHED>CLOSE"
is "no other" "$(values key tcp_connection | sort -u)" \
	"$(for f in closed client; do value cookie "$TMP/$f"; done | sort -u)"

# a socket that is bound has its port from the beginning
filter sock_filters 'src port 7100 and dst port 5001'
trace_on tcp_connection
tcp 5001 bind "$A4" 7100
off "a port that is bound"
like "bound: SYN_SENT, too" "$(states "$(value cookie "$TMP/client")")" \
	"CLOSE>SYN_SENT SYN_SENT>ESTABLISHED *>CLOSE"

# port 0 is the socket's in SYN_SENT; nothing else of the connection has it
filter sock_filters 'src port 0 and dst port 5001'
trace_on tcp_connection
tcp 5001
off "port 0"
is "port 0: SYN_SENT alone" "$(states "$(value cookie "$TMP/client")") $(
	count tcp_connection)" "CLOSE>SYN_SENT 1"

# a listener has no peer
filter sock_filters 'src port 5001 and dst host 0.0.0.0 and dst port 0'
trace_on icsk_connection tcp_connection
tcp 5001
tcp 5002
off "listeners"
is "a listener" "$(list state icsk_connection) $(count tcp_connection)" \
	"LISTEN CLOSE 0"

# a reset for a SYN that no socket takes: the filter runs on that SYN
for expr in 'src port 5999' 'dst port 5999'; do
	filter sock_filters "$expr"
	trace_on tcp_reset
	in_a sk tcp4 cookie try connect "$B4" 5999 >"$TMP/client"
	off "reset: $expr"
	key=$(value cookie "$TMP/client")
	[ "$expr" = "dst port 5999" ] || key=0
	wanted="$key 1"
	[ "$key" != 0 ] || resets_are_all || wanted=" 0"	# not told
	is "reset: $expr" "$(list key tcp_reset) $(count tcp_reset)" "$wanted"
done

# --- names of connections, and counts

in_a sysctl -qw net.ipv4.ip_local_port_range="32768 60999"

filter sock_filters 'dst port 5007'
trace_on tcp_connection tcp_active_conn
for port in 5006 5007; do
	n=43
	[ $port = 5006 ] || n=7
	server in_b tcp4 bind "$B4" $port listen 50 touch "$TMP/ready" \
		times $n accept eof close again
	in_a sk times $n tcp4 connect "$B4" $port cookie write 10 shut eof \
		close again >"$TMP/$port"
	wait "$server_pid"
done
off "50 connections"
wanted=$(sed -n 's/^cookie=//p' "$TMP/5007" | sort)
is "names: only those" "$(values key tcp_active_conn | sort -u)" "$wanted"
is "names: each has an end, with its bytes" "$(values key tcp_active_conn \
	end=yes bytes_sent=10 | sort)" "$wanted"
is "states: only those" "$(values key tcp_connection | sort -u)" "$wanted"
# both ends of each, and minisockets of earlier parts that may end just now
like "counts of connections" "$(grep '^filter conn' "$TMP/stat")" \
	"* connections=10[0-6] matching=7"

# --- tags

ip -n "$A" -b - <<-BATCH || skip "no VLAN devices"
	link add link a0 name a0.7 type vlan id 7
	addr add 10.87.0.1/24 dev a0.7
	link set a0.7 up
BATCH
ip -n "$B" -b - <<-BATCH
	link add link b0 name b0.7 type vlan id 7
	addr add 10.87.0.2/24 dev b0.7
	link set b0.7 up
BATCH
# without offload the VLAN tag is in the packet's data
in_a ethtool -K a0 txvlan off >/dev/null 2>&1
in_a sk udp4 connect 10.87.0.2 9 send 1 1
for f in sock_filters filters; do
	none sock_filters filters
	filter $f 'udp and host 10.87.0.1 and port 5000'
	server in_b udp4 bind 10.87.0.2 5000 touch "$TMP/ready" recv 12
	trace_on skb_delay,only=netif_rx:start_xmit
	in_a sk udp4 connect 10.87.0.2 5000 send 5 100
	in_a sk udp4 connect 10.87.0.2 5001 send 5 100
	in_a sk udp4 connect 10.87.0.2 5000 send 7 100
	wait "$server_pid"
	off "$f: tags"
	# once at the VLAN device, once at the device below it
	is "$f: tags: sent and received" "$(count skb_delay where=start_xmit \
		pport=5000) $(count skb_delay where=netif_rx lport=5000) $(
		count skb_delay)" "24 12 36"
done
none sock_filters filters

# --- namespace, device

a0=$(ip -n "$A" -o link show a0)
a0=${a0%%:*}

netns_of "$B" >$CTL/netns
trace_on ip_send ip_receive udp_send udp_receive tcp_connection
pingpong
tcp 5001
off "netns"
is "netns: only there" "$(awk '/ event=/ && !/ netns='"$(<$CTL/netns)"' /' \
	"$TMP/events" | grep -vc 'event=task') $(count ip_send proto=udp) $(
	count ip_receive proto=udp) $(counts udp_send udp_receive)" \
	"0 10 10 10 10"
like "netns: its connections" "$(states "$(value cookie "$TMP/server")")" \
	"SYN_RECV>ESTABLISHED *>CLOSE"

netns_of "$A" >$CTL/netns
for dev in "$a0" 1; do
	echo "$dev" >$CTL/dev
	trace_on ip_send ip_receive udp_send tcp_connection
	pingpong
	tcp 5001
	in_a sk udp4 connect 127.0.0.1 5000 send 3 10
	off "dev $dev"
	[ "$dev" = 1 ] && wanted="3 3 3" || wanted="10 10 10"
	is "dev $dev: packets, those of sockets by their route" \
		"$(count ip_send proto=udp) $(count ip_receive proto=udp) $(
		counts udp_send)" "$wanted"
	[ "$dev" = 1 ] && wanted="" || wanted="SYN_SENT>ESTABLISHED*"
	like "dev $dev: connections by their route" \
		"$(states "$(value cookie "$TMP/client")" |
			sed 's/^CLOSE>SYN_SENT //')" "$wanted"
done
# SO_BINDTODEVICE decides, not the route
echo "$a0" >$CTL/dev
trace_on udp_send tcp_connection
in_a sk udp4 bind "$A4" 6000 device a0 connect "$B4" 9 send 4 10
in_a sk tcp4 cookie device a0 try connect "$B4" 5999 >"$TMP/client"
in_a sk udp4 device lo connect 127.0.0.1 5000 send 3 10
off "dev: bound"
is "dev: bound" "$(counts udp_send) $(states "$(value cookie \
	"$TMP/client")") $(counts tcp_connection)" \
	"4 CLOSE>SYN_SENT SYN_SENT>CLOSE 2"
none dev netns

# --- mark: of sockets, and of packets

echo 0x17/0xff >$CTL/mark
trace_on udp_send ip_send tcp_connection
for mark in 0 23 535 24 22; do
	in_a sk udp4 opt mark $mark connect "$B4" 9 send 2 $((mark + 1))
done
tcp 5001 opt mark 23
off "mark"
is "mark: sockets of UDP, and packets" "$(list len udp_send) $(list len \
	ip_send proto=udp)" "24 24 536 536 24 24 536 536"
key=$(value cookie "$TMP/client")
is "mark: connections" "$(values key tcp_connection | sort -u) $(values sk \
	ip_send proto=tcp | sort -u)" "$key $key"
none mark

# --- process

trace_on udp_send udp_receive
none pid
server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" recv 14
background in_a sk udp4 connect "$B4" 5000 touch "$TMP/there" \
	until "$TMP/go" send 9 77
wait_for [ -e "$TMP/there" ]
echo "$bg" >$CTL/pid
touch "$TMP/go"
in_a sk udp4 connect "$B4" 5000 send 5 78
wait "$bg" "$server_pid"
off "pid"
is "pid: what it does itself" "$(counts udp_send) $(count udp_send len=77 \
	tgid="$bg") $(count udp_receive)" "9 9 0"
none pid

# --- cgroup

# shellcheck disable=SC2317 # called by cleanup
cgroups_down() {
	if [ -d "$TMP/cgroup/skbtrace" ]; then
		rmdir "$TMP"/cgroup/skbtrace/* "$TMP"/cgroup/skbtrace
		umount "$TMP/cgroup"
	fi 2>/dev/null
}

# within_cgroup CGROUP COMMAND...
within_cgroup() {
	bash -c 'echo $$ >"$0"/cgroup.procs && exec "$@"' "$TMP/cgroup/$1" \
		nsenter --net="/run/netns/$A" "${@:2}"
}

mkdir "$TMP/cgroup"
if mount -t cgroup2 none "$TMP/cgroup" 2>/dev/null; then
	at_end=cgroups_down
	mkdir "$TMP/cgroup/skbtrace" "$TMP"/cgroup/skbtrace/{one,two}
	for c in skbtrace skbtrace/two; do
		echo /$c >$CTL/cgroup
		server in_b tcp4 bind "$B4" 5001 listen 5 touch "$TMP/ready" \
			accept eof
		trace_on udp_send ip_send tcp_connection
		within_cgroup skbtrace/one sk udp4 connect "$B4" 9 send 1 101
		within_cgroup skbtrace/two sk udp4 connect "$B4" 9 send 2 102
		within_cgroup skbtrace sk udp4 connect "$B4" 9 send 3 103
		in_a sk udp4 connect "$B4" 9 send 4 104
		within_cgroup skbtrace/two sk tcp4 cookie connect "$B4" 5001 \
			shut eof >"$TMP/client"
		wait "$server_pid"
		off "cgroup $c"
		wanted="101 102 102 103 103 103"
		[ $c = skbtrace ] || wanted="102 102"
		is "cgroup $c: those in it, and below" "$(list len udp_send) $(
			list len ip_send proto=udp)" "$wanted $wanted"
		key=$(value cookie "$TMP/client")
		is "cgroup $c: connections" "$(values key tcp_connection |
			sort -u)" "$key"
	done
	none cgroup
fi

# --- all at once

netns_of "$A" >$CTL/netns
echo 7 >$CTL/mark
filter sock_filters 'dst port 5000'
filter filters 'greater 100'
trace_on udp_send udp_receive
server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" recv 18
for mark in 7 8; do
	in_a sk udp4 opt mark $mark connect "$B4" 5000 send 4 50 send 5 500
	in_a sk udp4 opt mark $mark connect "$B4" 5001 send 6 500
done
wait "$server_pid"
off "all at once"
is "all at once" "$(counts udp_send udp_receive) $(count udp_send len=500 \
	pport=5000)" "5 0 5"
none netns mark sock_filters filters
touch "$TMP/end"
finish
