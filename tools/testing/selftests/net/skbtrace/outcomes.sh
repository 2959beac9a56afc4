#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# How connections begin and end, and which drops belong to which. Each connection
# has a known outcome: its row of "skbtrace parse --summary" must show it, its
# lines must explain it.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need tc ip nft ping python3 ss sysctl
need_event tcp_connection tcp_active_conn tcp_reset tcp_congestion tcp_retransmit \
	skb_drop
net_up
router_up
in_b tc qdisc add dev b0 clsact || skip "no clsact"
in_a tc qdisc add dev a0 clsact
# connect() and neighbour discovery give up soon
in_a sysctl -qw net.ipv4.tcp_syn_retries=1 net.ipv4.neigh.a0.mcast_solicit=1
wait_for in_a ping -q -n -c 1 -W 1 "$C4" >/dev/null || die "no way to $C4"

all_closed() {
	! { in_a ss -Htn; in_b ss -Htn; in_c ss -Htn; } | grep -q ESTAB
}

background skbtrace record -q -f -o "$TMP/trace" \
	-e @trouble,@conn,@rtt,tcp_sendlimit
recorder=$bg
wait_for tracing || die "no recording"

# drop_at_b MATCH...: an action on what comes in at B, until pass_at_b
drop_at_b() {
	in_b tc filter add dev b0 ingress protocol ip flower ip_proto tcp "$@" ||
		skip "no flower"
}

pass_at_b() {
	in_b tc filter del dev b0 ingress
}

# listener NAMESPACE-FUNCTION ADDRESS PORT WORD...: accepts one connection, and does
# WORDs with it
listener() {
	server "$1" tcp4 bind "$2" "$3" listen 1 touch "$TMP/ready" accept \
		touch "$TMP/there$3" "${@:4}"
}

# --- never established

in_a sk tcp4 connect "$B4" 5001 >"$TMP/refused"
drop_at_b dst_port 5002 action drop
in_a sk tcp4 connect "$B4" 5002 >"$TMP/filtered"
pass_at_b
in_a sk tcp4 connect 10.83.0.99 5003 >"$TMP/nobody"

# --- established late: the first of two SYNs is lost

listener in_b "$B4" 5004 eof
drop_at_b dst_port 5004 tcp_flags 0x2/0x12 action gact drop random determ pass 2
in_a sk tcp4 connect "$B4" 5004 write 100 shut eof >/dev/null
pass_at_b
wait "$server_pid"

# --- ended by an error: the peer closes with data unread

listener in_b "$B4" 5005 until "$TMP/written" close
in_a sk tcp4 connect "$B4" 5005 until "$TMP/there5005" write 1000 acked \
	touch "$TMP/written" try eof >/dev/null
wait "$server_pid"

# --- the peer does not answer any more

listener in_b "$B4" 5006 until "$TMP/end"
background in_a sk tcp4 opt usertimeout 1000 connect "$B4" 5006 \
	until "$TMP/dead" write 1000 try eof >/dev/null
wait_for [ -e "$TMP/there5006" ] || die "no connection"
drop_at_b dst_port 5006 action drop
touch "$TMP/dead"
wait "$bg"
pass_at_b
touch "$TMP/end"

# --- dropped on a router: too big for the next hop, and the ICMP error is lost

listener in_c "$C4" 5007 try eof
in_a tc filter add dev a0 ingress protocol ip flower ip_proto icmp action drop
background in_a sk tcp4 opt usertimeout 2000 connect "$C4" 5007 \
	until "$TMP/narrow" write 3000 try eof >/dev/null
wait_for [ -e "$TMP/there5007" ] || die "no connection"
ip -n "$B" link set b1 mtu 1000
touch "$TMP/narrow"
wait "$bg"
ip -n "$B" link set b1 mtu 1500
in_a tc filter del dev a0 ingress
kill "$server_pid"

# --- behind NAT: dropped when the addresses have been changed

natted() {
	in_b nft -f - <<-EOF
		table ip skbtrace {
			chain out {
				type nat hook postrouting priority srcnat
				oifname b1 tcp dport 5009 snat to 10.84.0.1:61000-61999
			}
		}
	EOF
}

natted || skip "no NAT"
in_b tc qdisc add dev b1 clsact
listener in_c "$C4" 5009 try eof
background in_a sk tcp4 opt usertimeout 1000 connect "$C4" 5009 \
	until "$TMP/changed" write 1000 try eof >/dev/null
wait_for [ -e "$TMP/there5009" ] || die "no connection"
in_b tc filter add dev b1 egress protocol ip flower ip_proto tcp \
	dst_port 5009 action drop
touch "$TMP/changed"
wait "$bg"
in_b tc filter del dev b1 egress
in_b nft delete table ip skbtrace
kill "$server_pid"

# --- refused by an old connection in TIME_WAIT: SYNs with the same addresses and
# older timestamps

listener in_b "$B4" 5008 shut eof
in_a sk tcp4 bind "$A4" 5018 connect "$B4" 5008 eof shut >/dev/null
wait "$server_pid"
in_a python3 - "$A4" 5018 "$B4" 5008 <<-'EOF'
	import socket, struct, sys
	src, sport, dst, dport = sys.argv[1:]
	def syn(seq, check):
	    return struct.pack("!HHIIBBHHH", int(sport), int(dport), seq, 0, 5 << 4,
	                       2, 1000, check, 0)
	def check(seq):
	    pseudo = socket.inet_aton(src) + socket.inet_aton(dst) + b"\0\x06\0\x14"
	    s = sum(struct.unpack("!16H", pseudo + syn(seq, 0)))
	    while s >> 16:
	        s = (s & 0xffff) + (s >> 16)
	    return ~s & 0xffff
	raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
	# one of the two is older, whatever the sequence numbers were
	for seq in (0, 1 << 31):
	    raw.sendto(syn(seq, check(seq)), (dst, 0))
EOF

# --- what the kernel sends by itself is no connection

in_b tc filter add dev b0 egress protocol ip flower ip_proto icmp action drop
in_a ping -q -n -c 2 -i 0.1 -W 1 "$B4" >/dev/null

wait_for all_closed || die "they do not end"
kill -INT "$recorder"
wait "$recorder" || fail "record: exit status $?"
skbtrace parse -i "$TMP/trace" --summary >"$TMP/rows"
skbtrace parse -i "$TMP/trace" >"$TMP/lines"
sed 's/^/# /' "$TMP/rows"

# row WHAT LOCAL>PEER GLOB: compares the cells of a row, without its name and its
# verdict, which why.sh tests. LOCAL has no port if any will do.
row() {
	local got
	got=$(awk -v c="$2" '{ any = $1; sub(/:[0-9]*>/, ">", any); sub(/ *=> .*/, "") }
		$1 == c || any == c { $1 = ""; print; exit }' "$TMP/rows")
	like "$1" "$got" "$3"
}

# line WHAT REGEX: some printed line matches
line() {
	if grep -qE "$2" "$TMP/lines"; then
		pass "$1"
	else
		fail "$1" "no line like: $2"
	fi
}

# in virtual time a connection lasts no time at all
row "nobody listens" "$A4>$B4:5001" "* refused*"
line "the state says so" \
	" tcp_connection .*>$B4:5001 .*old=SYN_SENT state=CLOSE err=ECONNREFUSED"
row "a filter eats the SYN" "$A4>$B4:5002" "* timed out handshake 100%"
row "no such neighbour" "$A4>10.83.0.99:5003" "* unreachable handshake 100%"
row "a SYN is lost" "$A4>$B4:5004" "* handshake @(9[0-9]|100)%*"
row "the peer has not read all" "$A4>$B4:5005" "* reset by peer *"
line "which is the peer's doing" \
	" tcp_reset +$B4:5005>.* dir=tx .*reason=TCP_ABORT_ON_CLOSE"
row "nobody answers" "$A4>$B4:5006" "* timed out *loss *"
line "the last words say why" \
	" tcp_active_conn .*>$B4:5006 .*end=yes state=CLOSE err=ETIMEDOUT"
line "on a router: forwarded" \
	" skb_drop +$A4:[0-9]+>$C4:5007 .*dir=fwd .*reason=PKT_TOO_BIG .*seq=[0-9]{1,5} "
row "and timed out" "$A4>$C4:5007" "* timed out *loss *"
within "the drops are its sender's" "$(awk -v c="^$A4:[0-9]*>$C4:5007$" \
	'$1 ~ c { print $6 }' "$TMP/rows")" 2 100
line "behind NAT: both tuples" \
	" skb_drop +10.84.0.1:61[0-9]{3}>$C4:5009 .*dir=fwd .*reason=TC_EGRESS .*seq=[0-9]{1,5} .*nat_local=$A4 nat_peer=$C4 nat_lport=[0-9]+ nat_pport=5009"
within "and they are its sender's" "$(awk -v c="^$A4:[0-9]*>$C4:5009$" \
	'$1 ~ c { print $6 }' "$TMP/rows")" 2 100
line "an old connection refuses" \
	" skb_drop +$B4:5008>$A4:5018 .*reason=NOT_SPECIFIED_SYN"
line "a packet of the kernel's own socket is dropped" \
	" skb_drop +$B4:0>$A4:0 +sk=.* dir=tx "
is "ICMP is no connection" "$(grep -c ':0>' "$TMP/rows")" 0
finish
