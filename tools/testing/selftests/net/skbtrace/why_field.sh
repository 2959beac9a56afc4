#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause? As why.sh: what the field has besides, after
# which no rule was made. Queueing disciplines and congestion controls that pace,
# slow readers, firewalls, other flows, old peers.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=why_lib.sh
. "$(dirname "$0")/why_lib.sh"
need ip jq nft sysctl tc
why_up
record_all

# --- healthy, with other means

# the queue of many distributions paces what TCP sends; nobody is held by it
in_a tc qdisc replace dev a0 root fq
in_b tc qdisc add dev b0 root netem delay 40ms limit 10000
next - -
serve eof
call write 6000000 shut eof
served

# nor if its window grows slowly: the first one is there to have its route's
# metrics remembered
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

# each packet comes twice, now and then
next - -
in_a tc qdisc replace dev a0 root netem delay 20ms duplicate 20% limit 10000
serve eof
call write 1000000 shut eof
served
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000

# --- the peer

# a write for each few bytes, at once
next - -
serve eof
call opt nodelay 1 times 3000 write 10 again shut eof
served

# it reads, but slower than data come: its window does not shut
next peer-not-reading -
serve times 40 read 20000 pause 50000 again eof
call opt sndbuf 200000 write 800000 shut eof
served

# its window is shut for half a minute
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

# it is asked by a half-close, and takes its time
next peer-thinks -
serve eof pause 3000000 write 5000 shut
call write 3000 shut eof
served

# one that knows no SACK
next lost-here -
in_b sysctl -qw net.ipv4.tcp_sack=0
serve eof
in_b tc filter add dev b0 ingress pref 3 protocol "$(protocol)" flower \
	ip_proto tcp dst_port "$port" action gact pass random determ drop 20
call opt sndbuf 200000 write 300000 shut eof
in_b tc filter del dev b0 ingress pref 3
served
in_b sysctl -qw net.ipv4.tcp_sack=1

# --- on the way

# a firewall resets it, and the server has no idea
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

# or says by ICMP that nobody may go there
next refused '*'
in_b nft add table inet why
in_b nft add chain inet why through '{ type filter hook forward priority 0; }'
in_b nft add rule inet why through tcp dport "$port" reject with icmpx \
	port-unreachable
to=$(addr C "$f")
call
in_b nft delete table inet why

# a hole for long ones, of which there is none before many short ones have passed
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

# another connection fills the queue of the router: what is asked waits, too
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

# some are late, so that others overtake them
next reordered -
in_a tc qdisc replace dev a0 root netem delay 20ms 4ms limit 10000
serve eof
call write 6000000 shut eof
served
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000

# --- this end

# asks in two small writes: the second waits for the ACK of the first
next nagle -
serve times 20 read 200 write 100 again eof
call times 20 write 100 write 100 read 100 again shut eof
served

# holds back itself what it writes
next corked -
serve eof
call opt cork 1 times 20 write 100 pause 300000 again shut eof
served

check_verdicts
some 0 own-queue "$slow" client
is "who has reset it: no end of it" "$(jq -r --arg p ":$firewalled" \
	'select(.conn // "" | endswith($p)) | .verdicts[0].text |
		test("in between")' "$TMP/json")" true
finish
