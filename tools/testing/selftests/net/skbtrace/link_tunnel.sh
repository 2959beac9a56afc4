#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The recipes for secret frames, samples/skbtrace/link-wireguard.sh and link-ipsec.sh:
# all events come, none of them readable on the wire. No event of the sender's is about
# what the tunnel, IPsec or VXLAN makes of the datagrams of a link

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip jq link_new python3 tc wg
need_skbtrace
need_event udp_send udp_receive ip_send ip_receive skb_delay skb_drop
need frames
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
# shellcheck source=link_lib.sh
. "$here/link_lib.sh"
recipes=$here/../../../../../samples/skbtrace
[ -x "$recipes/link-ipsec.sh" ] || skip "the recipes are not here"
IP_LIB_DIR=$here/../../../../skbtrace/obj/ip
export IP_LIB_DIR
[ -e "$IP_LIB_DIR/link_skbtrace.so" ] || skip "the plugin of ip is not here"
net_up

# On the wire, as it arrives: plain datagrams of a link, and secret packets
# at NAMESPACE PREF MATCH...: a counter
at() {
	"in_$1" tc filter add dev "${1}0" ingress protocol ip pref "$2" flower \
		"${@:3}" action pass
}
for n in a b; do
	"in_$n" tc qdisc add dev ${n}0 clsact
	at $n 1 ip_proto udp dst_port 4717
	at $n 1 ip_proto udp src_port 4717
	at $n 1 ip_proto icmp
	at $n 2 ip_proto udp dst_port 51820
	# ESP, in hex
	at $n 3 ip_proto 32
done

# arrived PREF: packets, at both ends
arrived() {
	local n

	for n in a b; do
		"in_$n" tc -j -s filter show dev ${n}0 ingress pref "$1"
	done | jq -s '[.[][].options.actions[]?.stats.packets] | add'
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
	skbtrace info --meta offset "$TMP/$1"/*.part 2>/dev/null |
		grep -q offset_ns
}

collected() {
	compgen -G "$TMP/$1/*.dat" >/dev/null
}

# collect NAME: at B
collect() {
	plain=$(arrived 1)
	mkdir "$TMP/$1"
	background in_b skbtrace collect -q --listen 4717 -o "$TMP/$1" \
		2>"$TMP/$1/said"
	# shellcheck disable=SC2154 # set by background
	collector=$bg
	wait_for listening || die "collect does not listen: $(<"$TMP/$1/said")"
}

# sends NAME: A has a link to it, and 200 events
sends() {
	server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 200
	echo udp_send >$CTL/enabled
	in_a sk udp4 connect $B4 9 send 200 100 >"$TMP/client"
	wait "$server_pid"
	ok "$1: the sender tells its time" wait_for offset_told "$1"
	echo '-*' >$CTL/enabled
	ok "$1: there is a recording" wait_for collected "$1"
}

# refused: how often B has said that a port is unreachable
refused() {
	in_b cat /proc/net/snmp | awk '$1 != "Icmp:" { next }
		!n { for (n = NF; $n != "OutDestUnreachs"; n--); next }
		{ print $n }'
}
refused_more() {
	(($(refused) > $1))
}

# secret NAME PREF: they have come, and nobody on the way has read them
secret() {
	local before

	before=$(refused)
	kill -INT "$collector"
	wait "$collector"
	is "$1: all events have come" "$(skbtrace info --json "$TMP/$1"/*.dat |
		jq -c '[.lost, (.by_event[] | select(.event == "udp_send") | .events)]')" \
		"[0,200]"
	ok "$1: then nobody listens" wait_for refused_more "$before"
	is "$1: nothing can be read on the wire" "$(arrived 1)" "$plain"
	within "$1: it came in secret packets" "$(arrived "$2")" 5 10000
	in_a ip link del skbtrace0
}

# other_on NETNS SPEC..., other_off: what happens there, in a session of its own
other_on() {
	rm -f "$TMP/other"/cpu*
	netns_of "$1" >"$S/other/netns"
	CTL=$S/other TMP=$TMP/other trace_on "${@:2}"
}
other_off() {
	CTL=$S/other TMP=$TMP/other trace_off
}

# outer NAME ADDRESS PORT REGEX MOST: with all events of A recorded, and each
# sent in a packet of its own, none is about these packets, but for those that set
# the tunnel up, or keep it
outer() {
	local far

	server in_b udp4 bind "$2" "$3" touch "$TMP/ready" recv 1000000000
	far=$server_pid
	echo one >"$S/new"
	netns_of "$A" >"$S/one/netns"
	link_new skbtrace0 session one batch 0 remote "$2" port "$3" mtu 1380
	ip link set skbtrace0 netns "$A"
	in_a ip link set skbtrace0 up
	other_on "$A" skb_delay ip_send udp_send
	over "$1"
	other_off
	within "$1: no event is about what the tunnel sends" \
		"$(grep -c "$4" "$TMP/other/events")" 0 "$5"
	is "$1: nor about what the link does" \
		"$(grep -c "port=$3 " "$TMP/other/events")" 0
	echo '-*' >"$S/one/enabled"
	in_a ip link del skbtrace0
	echo one >"$S/remove"
	kill "$far"
	wait "$far" 2>/dev/null
}

mkdir "$TMP/other"
cp "$TMP/format" "$TMP/other/"
echo other >"$S/new"

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
collect WireGuard
ok "WireGuard: the recipe for the sender" in_a "$recipes/link-wireguard.sh" \
	sender "$TMP/a.key" "$(wg pubkey <"$TMP/b.key")" $B4
ok "WireGuard: both ends know each other" wait_for shaken
sends WireGuard
secret WireGuard 2
outer WireGuard 10.9.0.1 4444 "event=ip_send .* pport=51820 " 8
in_a ip link del wg-skbtrace
in_b ip link del wg-skbtrace

# --- IPsec: encrypted at once, and by cryptd, later and elsewhere

# keys: lines for two ways, as the recipe says
keys() {
	local i
	for ((i = 0; i < 2; i++)); do
		echo "0x1$(od -An -tx1 -N3 /dev/urandom | tr -d ' \n')" \
			"0x$(od -An -v -tx1 -N20 /dev/urandom | tr -d ' \n')"
	done
}

# provided ALGORITHM: make one of a template. Python takes no name as long as these
provided() {
	python3 -c 'import ctypes, os, socket, sys
s = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)
name = bytes((socket.AF_ALG, 0)) + b"aead".ljust(14, b"\0") + bytes(8) + \
    sys.argv[1].encode() + b"\0"
libc = ctypes.CDLL(None, use_errno=True)
sys.exit(libc.bind(s.fileno(), name, len(name)) and os.strerror(ctypes.get_errno()))' "$1"
}
# later: who asks for this algorithm gets it by way of cryptd from now on. It is
# there under another name than was asked for, so there is an error at first
later() {
	provided "cryptd(rfc4106(gcm(aes)))" 2>/dev/null
	provided "seqiv($(awk '/^driver.* cryptd\(rfc4106/ { print $3; exit }' /proc/crypto))"
}
# is_later: a state has it
is_later() {
	awk '/^driver/ { driver = $3 }
		/^refcnt/ && driver ~ /^seqiv\(cryptd/ && $3 > 1 { found = 1 }
		END { exit !found }' /proc/crypto
}

# ipsec NAME
ipsec() {
	local n

	keys >"$TMP/keys"
	ok "$1: the recipe for the collector" in_b "$recipes/link-ipsec.sh" \
		collector "$TMP/keys" $B4 $A4
	collect "$1"
	ok "$1: the recipe for the sender" in_a "$recipes/link-ipsec.sh" \
		sender "$TMP/keys" $B4 $A4
	[ "$1" != cryptd ] || ok "cryptd: it is used" is_later
	sends "$1"
	secret "$1" 3
	outer "$1" $B4 4717 " proto=esp " 0
	# that it would have been seen
	other_on "$A" ip_send
	in_a sk udp4 connect $B4 4717 send 3 100 >"$TMP/client"
	other_off
	is "$1: other packets of ESP are told" \
		"$(grep -c "event=ip_send .* proto=esp " "$TMP/other/events")" 3
	server in_b udp4 bind $B4 4717 touch "$TMP/ready" recv 1000000000
	other_on "$B" skb_drop
	in_a sk udp4 bind 10.83.0.77 4717 connect $B4 4717 send 3 100 >"$TMP/client"
	other_off
	is "$1: nobody else is heard" \
		"$(grep -c "event=skb_drop .*port=4717 .*segs=1" "$TMP/other/events")" 3
	kill "$server_pid"
	wait "$server_pid" 2>/dev/null
	for n in a b; do
		in_$n ip xfrm policy flush
		in_$n ip xfrm state flush
	done
}

in_a ip addr add 10.83.0.77/32 dev a0
in_b ip route add 10.83.0.77/32 via $A4
ipsec IPsec
ok "cryptd: there is another provider" later
ipsec cryptd

# --- VXLAN

for n in a b; do
	to=$B4 own=10.85.0.1/24
	[ $n = a ] || to=$A4 own=10.85.0.2/24
	in_$n ip link add vx0 type vxlan id 42 remote $to dstport 4789
	in_$n ip addr add $own dev vx0
	# it has nothing to say by itself
	in_$n ip link set vx0 addrgenmode none up
done
outer VXLAN 10.85.0.2 4444 "event=ip_send .* pport=4789 " 8
echo other >"$S/remove"
finish
