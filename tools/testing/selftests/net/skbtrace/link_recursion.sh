#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# No event is about a device of type skbtrace, its frames, or the datagrams that
# carry them: with all events on, each block in a frame of its own, and a queue
# that drops; locally, over a bridge, and to a collector on this host

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event udp_send udp_receive ip_send ip_receive skb_drop skb_delay
need frames ip tc
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
# shellcheck source=link_lib.sh
. "$here/link_lib.sh"
net_up

# --- a local one, which drops most

link_add skbtrace0 one batch 0
echo 8192 >"$S/one/subbuf_size"
tc qdisc add dev skbtrace0 root handle 1: tbf rate 100kbit burst 2000 \
	limit 10000
listen one -i skbtrace0
ip link set skbtrace0 up
index=$(cat /sys/class/net/skbtrace0/ifindex)
echo other >"$S/new"
mkdir "$TMP/other"
cp "$TMP/format" "$TMP/other/"
CTL=$S/other TMP=$TMP/other trace_on skb_drop skb_delay ip_send ip_receive
over "local"
dropped=$(tc -s qdisc show dev skbtrace0 |
	sed -n 's/.*dropped \([0-9]*\),.*/\1/p' | head -n 1)
within "its queue has dropped frames" "$dropped" 10 1000000000
CTL=$S/other TMP=$TMP/other trace_off
is "no drop of a frame is told" "$(grep 'event=skb_drop' \
	"$TMP/other/events" | grep -c 'proto=0 ')" 0
is "nothing of the device is told" \
	"$(grep -c " ifindex=$index " "$TMP/other/events")" 0
tc qdisc del dev skbtrace0 root
echo '-*' >"$S/one/enabled"
wait "$listener"	# the run has been read to its end
ip link set skbtrace0 down

# --- a port of a bridge, with RPS at the other end

ip link add br-skbtrace type bridge
ip link add s0 type veth peer name s1 netns "$B"
ip link set br-skbtrace up
ip link set s0 master br-skbtrace up
ip -n "$B" link set s1 up
in_b sh -c 'echo 1 >/sys/class/net/s1/queues/rx-0/rps_cpus' 2>/dev/null
ip link set skbtrace0 master br-skbtrace
mkdir -p "$TMP/bridged"
background in_b frames -n -t "$TMP/bridged/ready" -i s1 "$TMP/bridged" \
	>"$TMP/bridged/said" 2>"$TMP/bridged/bad"
bridged=$bg
wait_for [ -e "$TMP/bridged/ready" ]
ip link set skbtrace0 up
over "bridge"
ok "a probe is answered by way of the bridge" in_b frames -p s1
echo '-*' >"$S/one/enabled"
kill -TERM "$bridged" 2>/dev/null
wait "$bridged"
within "frames have come out of the bridge" \
	"$(said bridged frames blocks)" 100 1000000000
ip link del skbtrace0
ip link del br-skbtrace
ip link del s0

# --- to another host, which is this one

echo one >"$S/remove"
link_add skbtrace0 one batch 0 remote $B4 port 4444
ip link set skbtrace0 netns "$A"
mkdir -p "$TMP/far"
background in_b frames -n -t "$TMP/far/ready" -u 4444 "$TMP/far" \
	>"$TMP/far/said" 2>"$TMP/far/bad"
far=$bg
wait_for [ -e "$TMP/far/ready" ]
echo 8192 >"$S/one/subbuf_size"
enable_all one
ip -n "$A" link set skbtrace0 up
rm -f "$TMP/other"/cpu*
CTL=$S/other TMP=$TMP/other trace_on skb_drop skb_delay ip_send ip_receive \
	udp_send udp_receive
over "remote"
CTL=$S/other TMP=$TMP/other trace_off
is "no datagram that carries them is told" \
	"$(grep -c 'port=4444 ' "$TMP/other/events")" 0
echo '-*' >"$S/one/enabled"
kill -TERM "$far" 2>/dev/null
wait "$far"
within "they have come" "$(said far frames blocks)" 100 1000000000

# nobody listens: that the port is unreachable is told, but not without end
enable_all one
over "unreachable"
echo '-*' >"$S/one/enabled"

# without the link, the port is a port
ip -n "$A" link del skbtrace0
rm -f "$TMP/other"/cpu*
CTL=$S/other TMP=$TMP/other trace_on udp_send
in_a sk udp4 connect $B4 4444 send 3 10 >"$TMP/client"
CTL=$S/other TMP=$TMP/other trace_off
is "without the device the port is told again" \
	"$(grep -c 'event=udp_send .*port=4444 ' "$TMP/other/events")" 3
echo other >"$S/remove"
finish
