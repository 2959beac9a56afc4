#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The recipe for secret frames, samples/skbtrace/link-wireguard.sh: all events come,
# none of them readable on the wire. No event of the sender's is about what the
# tunnel, or VXLAN, makes of the datagrams of a link

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip jq link_new tc wg
need_skbtrace
need_event udp_send udp_receive ip_send ip_receive skb_delay
need frames
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
# shellcheck source=link_lib.sh
. "$here/link_lib.sh"
recipes=$here/../../../../../samples/skbtrace
[ -x "$recipes/link-wireguard.sh" ] || skip "the recipe is not here"
IP_LIB_DIR=$here/../../../../skbtrace/obj/ip
export IP_LIB_DIR
[ -e "$IP_LIB_DIR/link_skbtrace.so" ] || skip "the plugin of ip is not here"
net_up

# On the wire, as it arrives: plain datagrams of a link, and secret packets
in_b tc qdisc add dev b0 clsact
in_b tc filter add dev b0 ingress protocol ip pref 1 flower ip_proto udp \
	dst_port 4717 action pass
in_b tc filter add dev b0 ingress protocol ip pref 2 flower ip_proto udp \
	dst_port 51820 action pass

# arrived PREF: packets
arrived() {
	in_b tc -j -s filter show dev b0 ingress pref "$1" |
		jq '[.. | .packets? // empty] | max'
}

# listening: somebody has port 4717 of B
listening() {
	in_b grep -qi ":126D " /proc/net/udp6 /proc/net/udp
}

# What is sent before has to wait, and is dropped if it is too much
shaken() {
	[ "$(in_a wg show wg-skbtrace latest-handshakes | awk '{ print $2 }')" != 0 ]
}

offset_told() {
	skbtrace info --meta offset "$TMP"/recipe/*.part 2>/dev/null |
		grep -q offset_ns
}

collected() {
	compgen -G "$TMP/recipe/*.dat" >/dev/null
}

# outer NAME FIELD=VALUE: with all events of A recorded, and each sent through the
# tunnel, none is about its packets, but for those that set it up, or keep it
outer() {
	local name=$1 s

	for s in one other; do
		[ -e "$S/$s" ] || echo $s >"$S/new"
		netns_of "$A" >"$S/$s/netns"
	done
	rm -f "$TMP/other"/cpu*
	CTL=$S/other TMP=$TMP/other trace_on skb_delay ip_send udp_send
	over "$name"
	CTL=$S/other TMP=$TMP/other trace_off
	within "$name: no event is about what the tunnel sends" \
		"$(grep -c "event=ip_send .* $2 " "$TMP/other/events")" 0 8
	echo '-*' >"$S/one/enabled"
	echo one >"$S/remove"
}

mkdir "$TMP/other"
cp "$TMP/format" "$TMP/other/"

# --- WireGuard

(
	umask 077
	wg genkey >"$TMP/a.key"
	wg genkey >"$TMP/b.key"
)
in_a ip link add wg-try type wireguard 2>/dev/null ||
	skip "this kernel has no WireGuard"
in_a ip link del wg-try
ok "WireGuard: the recipe for the collector" in_b "$recipes/link-wireguard.sh" \
	collector "$TMP/b.key" "$(wg pubkey <"$TMP/a.key")"
mkdir "$TMP/recipe"
background in_b skbtrace collect -q --listen 4717 -o "$TMP/recipe" \
	2>"$TMP/recipe/said"
collector=$bg
wait_for listening || die "collect does not listen: $(<"$TMP/recipe/said")"
ok "WireGuard: the recipe for the sender" in_a "$recipes/link-wireguard.sh" \
	sender "$TMP/a.key" "$(wg pubkey <"$TMP/b.key")" $B4
ok "WireGuard: both ends know each other" wait_for shaken
server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 200
echo udp_send >$CTL/enabled
in_a sk udp4 connect $B4 9 send 200 100 >"$TMP/client"
wait "$server_pid"
ok "WireGuard: the sender tells its time" wait_for offset_told
echo '-*' >$CTL/enabled
ok "WireGuard: there is a recording" wait_for collected
kill -INT "$collector"
wait "$collector"
is "WireGuard: all events have come" "$(skbtrace info --json "$TMP"/recipe/*.dat |
	jq -c '[.lost, (.by_event[] | select(.event == "udp_send") | .events)]')" \
	"[0,200]"
is "WireGuard: nothing can be read on the wire" "$(arrived 1)" 0
within "WireGuard: it came in secret packets" "$(arrived 2)" 5 10000
in_a ip link del skbtrace0
server in_b udp4 bind 10.9.0.1 4444 touch "$TMP/ready" recv 1000000000
echo one >"$S/new"
link_new skbtrace0 session one batch 0 remote 10.9.0.1 port 4444
ip link set skbtrace0 netns "$A"
in_a ip link set skbtrace0 up
outer WireGuard "pport=51820"
in_a ip link del skbtrace0
in_a ip link del wg-skbtrace
in_b ip link del wg-skbtrace

# --- VXLAN

for n in a b; do
	to=$B4 own=10.85.0.1/24
	[ $n = a ] || to=$A4 own=10.85.0.2/24
	in_$n ip link add vx0 type vxlan id 42 remote $to dstport 4789
	in_$n ip addr add $own dev vx0
	# it has nothing to say by itself
	in_$n ip link set vx0 addrgenmode none up
done
server in_b udp4 bind 10.85.0.2 4444 touch "$TMP/ready" recv 1000000000
echo one >"$S/new"
link_new skbtrace0 session one batch 0 remote 10.85.0.2 port 4444 mtu 1400
ip link set skbtrace0 netns "$A"
in_a ip link set skbtrace0 up
outer VXLAN "pport=4789"
in_a ip link del skbtrace0
echo other >"$S/remove"
finish
