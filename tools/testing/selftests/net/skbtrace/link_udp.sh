#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A device of type skbtrace with a remote address: its frames come as datagrams,
# by IPv4 and IPv6; a probe that comes by UDP is answered; two links share a host;
# a collector on the same host has the port

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event udp_send udp_receive
need frames ip
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
# shellcheck source=link_lib.sh
. "$here/link_lib.sh"
net_up

# collect NAME NAMESPACE-FUNCTION PORT
collect() {
	mkdir -p "$TMP/$1"
	rm -f "$TMP/$1/ready"
	background "$2" frames -t "$TMP/$1/ready" -u "$3" "$TMP/$1" \
		>"$TMP/$1/said" 2>"$TMP/$1/bad"
	listener=$bg
	wait_for [ -e "$TMP/$1/ready" ] || die "nobody collects"
}

# traffic N: datagrams that are counted
traffic() {
	in_a sk udp4 connect $B4 9 send "$1" 100 >"$TMP/client"
}

server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 1000000000

# --- IPv4

link_add skbtrace0 one remote $B4 port 4444
ip link set skbtrace0 netns "$A"
collect v4 in_b 4444
ip -n "$A" link set skbtrace0 up
echo udp_send >"$S/one/enabled"
traffic 50
is "a probe is answered by UDP" "$(in_b frames -P $A4 4444)" \
	"echo seq=1234 frame_seq=5678 len=8 data=abcdefgh stamps=1 host=1"
is "anything else is not" "$(in_b sk udp4 connect $A4 4444 send 3 200 \
	send 1 1 send 1 80)" ""
is "a probe still is" "$(in_b frames -P $A4 4444)" \
	"echo seq=1234 frame_seq=5678 len=8 data=abcdefgh stamps=1 host=1"
echo '-*' >"$S/one/enabled"
heard v4
streams v4
is "all datagrams are told" "$(grep -c event=udp_send "$TMP/v4/events")" 50
is "nothing is missing" "$(said v4 cpu missing)" 0
like "the device counts what it has sent" \
	"$(ip -n "$A" -s -o link show skbtrace0 |
		sed 's/.*TX:[^\\]*\\ *\([0-9]*\) *\([0-9]*\) .*/\1 \2/')" \
	"[1-9]* [1-9]*"
within "no datagram is longer than a device takes" \
	"$(sed -n 's/^longest \([0-9]*\) .*/\1/p' "$TMP/v4/said")" 500 1472

# --- a second one, the same collector, the same port: it takes another one

link_add skbtrace1 two remote $B4 port 4444
ip link set skbtrace1 netns "$A"
ip -n "$A" link set skbtrace1 up
collect two in_b 4444
echo udp_send >"$S/two/enabled"
# the first one is silent
ip -n "$A" link set skbtrace0 down
traffic 20
echo '-*' >"$S/two/enabled"
wait "$listener"
within "the second one sends as well" "$(said two frames blocks)" 1 1000
ip -n "$A" link del skbtrace0
ip -n "$A" link del skbtrace1

# --- a collector on the same host, on lo

link_add skbtrace0 one remote 127.0.0.1 port 4445
ip link set skbtrace0 netns "$A"
collect lo in_a 4445
ip -n "$A" link set skbtrace0 up
echo udp_send >"$S/one/enabled"
traffic 30
echo '-*' >"$S/one/enabled"
heard lo
is "lo: all come" "$(said lo cpu missing)" 0
ip -n "$A" link del skbtrace0

# --- IPv6: the witness speaks IPv4 only, so the device itself shows the frames,
# and the other end's counter that they came

link_add skbtrace0 one remote6 $B6 port 4446
ip link set skbtrace0 netns "$A"
ip -n "$A" link set skbtrace0 up
server in_b udp6 bind $B6 4446 touch "$TMP/ready" recv 1
echo udp_send >"$S/one/enabled"
traffic 10
wait "$server_pid"
within "IPv6: datagrams have come" "$(value received "$TMP/server")" 1 100000000
echo '-*' >"$S/one/enabled"

# --- no route: it goes on

ip -n "$A" link del skbtrace0
link_add skbtrace0 one remote 203.0.113.1 port 4447
ip link set skbtrace0 netns "$A"
ip -n "$A" link set skbtrace0 up
echo udp_send >"$S/one/enabled"
traffic 10
failed() {
	ip -n "$A" -j -s -s link show skbtrace0 |
		grep -q '"carrier_errors":[1-9]'
}
ok "no route: it counts what it could not send" wait_for failed
ip -n "$A" link del skbtrace0

# --- this host, where nobody listens: its own socket gets what it sends

link_add skbtrace0 one remote 127.0.0.1 port 4448
ip link set skbtrace0 netns "$A"
ip -n "$A" link set lo up
ip -n "$A" link set skbtrace0 up
traffic 100
is "to itself: it still answers" "$(in_a frames -P 127.0.0.1 4448)" \
	"echo seq=1234 frame_seq=5678 len=8 data=abcdefgh stamps=1 host=1"
# the namespace ends with the device in it, up and sending
ip netns del "$A"
ok "its namespace has gone" wait_for [ ! -e "/run/netns/$A" ]
echo '-*' >"$S/one/enabled"
finish
