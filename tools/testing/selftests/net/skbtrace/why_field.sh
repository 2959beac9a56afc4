#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause? As why.sh, with what is usual in the field and
# no rule was written for: queueing disciplines and congestion controls that pace,
# slow readers, firewalls, other flows, old peers.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=why_lib.sh
. "$(dirname "$0")/why_lib.sh"
need ip jq nft sysctl tc
why_up
record_all

# --- healthy connections

# fq, the queue of many distributions, paces what TCP sends: no trouble
in_a tc qdisc replace dev a0 root fq
in_b tc qdisc add dev b0 root netem delay 40ms limit 10000
next - -
serve eof
call write 6000000 shut eof
served

# the same with a window that grows slowly. The first connection makes the kernel
# remember the metrics of the route.
next '*' -
slow=$port
in_a sysctl -qw net.ipv4.tcp_no_ssthresh_metrics_save=0
in_a ip tcp_metrics flush all
in_a ip route add "${to#::ffff:}" dev a0 ssthresh lock 20
server in_b "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
	times 2 accept eof again
call write 1000 shut eof
call write 3000000 shut eof
served
in_a ip route del "${to#::ffff:}" dev a0
in_a sysctl -qw net.ipv4.tcp_no_ssthresh_metrics_save=1

# a congestion control that always paces
in_a sysctl -qw net.ipv4.tcp_congestion_control=bbr
next '=path' -
serve eof
call write 6000000 shut eof
served
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000
in_b tc qdisc del dev b0 root
next '=path' -
serve eof
call write 6000000 shut eof
served
in_a sysctl -qw net.ipv4.tcp_congestion_control=cubic

# some packets are duplicated
next - -
in_a tc qdisc replace dev a0 root netem delay 20ms duplicate 20% limit 10000
serve eof
call write 1000000 shut eof
served
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000

# --- the peer

# many small writes without Nagle's algorithm
next - -
serve eof
call opt nodelay 1 times 3000 write 10 again shut eof
served

# it reads more slowly than data arrive, but its window never closes
next peer-not-reading -
serve times 40 read 20000 pause 50000 again eof
call opt sndbuf 200000 write 800000 shut eof
served

# its window is closed for half a minute
next peer-not-reading '*'
serve until "$TMP/read$port" eof
background in_a sk "tcp$f" connect "$to" "$port" write 8000000 shut eof
wait_for [ -e "$TMP/there$port" ] || die "no connection"
for ((i = 0; i < 32; i++)); do
	tick 950
done
touch "$TMP/read$port"
wait "$bg"
served

# it answers a half-close after three seconds
next peer-thinks -
serve eof pause 3000000 write 5000 shut
call write 3000 shut eof
served

# it has no SACK
next lost-here -
in_b sysctl -qw net.ipv4.tcp_sack=0
serve eof
in_b tc filter add dev b0 ingress pref 3 protocol "$(protocol)" flower \
	ip_proto tcp dst_port "$port" action gact pass random determ drop 20
call opt sndbuf 200000 write 300000 shut eof
in_b tc filter del dev b0 ingress pref 3
served
in_b sysctl -qw net.ipv4.tcp_sack=1

# --- the path

# a firewall resets the client's end; the server does not notice
next reset-received '*'
firewalled=$port
through until "$TMP/end$port"
background in_a sk "tcp$f" connect "$to" "$port" write 100 acked \
	until "$TMP/forbidden" write 100 try eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
in_b nft add table inet why
in_b nft add chain inet why through '{ type filter hook forward priority 0; }'
in_b nft add rule inet why through tcp dport "$port" reject with tcp reset
touch "$TMP/forbidden"
wait "$bg"
in_b nft delete table inet why
touch "$TMP/end$port"

# a firewall refuses it by ICMP
next refused '*'
in_b nft add table inet why
in_b nft add chain inet why through '{ type filter hook forward priority 0; }'
in_b nft add rule inet why through tcp dport "$port" reject with icmpx \
	port-unreachable
to=$(addr C "$f")
call
in_b nft delete table inet why

# long packets are lost, after many short ones have passed
next mtu-hole '*'
through times 20 read 200 write 200 again try eof
background in_a sk "tcp$f" opt usertimeout 4000 connect "$to" "$port" \
	times 20 write 200 read 200 again touch "$TMP/spoken" \
	until "$TMP/narrow" write 30000 try eof >/dev/null
wait_for [ -e "$TMP/spoken" ] || die "no dialogue"
icmp=(ip_proto icmp)
[ "$f" != 6 ] || icmp=(ip_proto icmpv6 type 2)
in_a tc filter add dev a0 ingress protocol "$(protocol)" flower "${icmp[@]}" \
	action drop
ip -n "$B" link set b1 mtu 1300
touch "$TMP/narrow"
wait "$bg"
ip -n "$B" link set b1 mtu 1500
in_a tc filter del dev a0 ingress
kill "$server_pid"

# a policer drops what is above its rate
next lost-here -
through eof
in_b tc filter add dev b0 ingress pref 3 protocol "$(protocol)" flower \
	ip_proto tcp dst_port "$port" action police rate 8mbit burst 20k \
	conform-exceed drop
call opt sndbuf 400000 write 2000000 shut eof
in_b tc filter del dev b0 ingress pref 3
served

# a bulk connection fills the router's queue, and delays another one's requests
next path-queue -
in_b tc qdisc add dev b1 root tbf rate 10mbit burst 10k limit 2mb
through eof
bulk_to=$to bulk_port=$port bulk=$server_pid
next path-queue -
through times 30 read 200 write 200 again eof
background in_a sk "tcp$f" connect "$to" "$port" times 5 write 200 read 200 again \
	touch "$TMP/idle" until "$TMP/busy" times 25 write 200 read 200 again \
	shut eof >/dev/null
small=$bg
wait_for [ -e "$TMP/idle" ] || die "no dialogue"
f=${families[$bulk_port]}
background in_a sk "tcp$f" opt sndbuf 4000000 connect "$bulk_to" "$bulk_port" \
	write 1000000 touch "$TMP/busy" write 4000000 shut eof >/dev/null
wait "$small" "$bg" "$bulk"
served
in_b tc qdisc del dev b1 root

# some packets are late, and overtaken by others
next reordered -
in_a tc qdisc replace dev a0 root netem delay 20ms 4ms limit 10000
serve eof
call write 6000000 shut eof
served
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000

# --- this end

# a request of two small writes: the second waits for the ACK of the first
next nagle -
serve times 20 read 200 write 100 again eof
call times 20 write 100 write 100 read 100 again shut eof
served

# the program itself holds back what it writes, by TCP_CORK
next corked -
serve eof
call opt cork 1 times 20 write 100 pause 300000 again shut eof
served

check_verdicts
some 0 own-queue "$slow" client
is "the verdict says that something in between has reset it" "$(jq -r --arg p ":$firewalled" \
	'select(.conn // "" | endswith($p)) | .verdicts[0].text |
		test("in between")' "$TMP/json")" true
finish
