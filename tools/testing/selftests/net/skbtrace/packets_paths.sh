#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# record --packets on the ways that packets take: joined by GRO, in fragments, with
# VLAN tags, from a tap, forwarded and translated. Byte for byte as
# tcpdump has them and, where the test has made them, as they were sent.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=packets_lib.sh
. "$(dirname "$0")/packets_lib.sh"
need ethtool ip nft python3 sysctl tcpdump
packets_up

# --- received: what GRO has joined
in_b ethtool -K b0 gro on >/dev/null 2>&1
device='in_b b0' begin gro --packets
traffic 4 8000
traffic 6 8100
end gro 8103
for p in 8000 8100; do
	same gro "received, $p" "port $p or port $((p + 1)) or port $((p + 2))"
	as_sent gro $p "received, $p"
done

# --- datagrams that need fragments: sent whole, received in parts
server in_b udp4 bind "$B4" 8204 touch "$TMP/ready" recv 3
device='in_b b0' begin parts --packets
in_a packets_wire.py datagrams "$B4" 8200
in_a sk udp4 connect "$B4" 8203 send 1 10
wait "$server_pid"
end parts 8203
same parts "fragments" "src host $A4 and udp or (ip[6:2] & 0x3fff != 0)"
server in_b udp6 bind "$B6" 8304 touch "$TMP/ready" recv 3
begin whole --packets
in_a packets_wire.py datagrams "$B6" 8300
in_a sk udp4 connect "$B4" 8303 send 1 10
wait "$server_pid"
end whole 8303
ok "before they are fragments: as they were sent" \
	packets_read.py datagrams "$TMP/whole.pcapng" 8300

# --- with a VLAN tag
ip -n "$A" link add link a0 name a0.5 type vlan id 5
ip -n "$B" link add link b0 name b0.5 type vlan id 5
ip -n "$A" addr add 10.85.0.1/24 dev a0.5
ip -n "$B" addr add 10.85.0.2/24 dev b0.5
ip -n "$A" link set a0.5 up
ip -n "$B" link set b0.5 up
device='in_b b0.5' begin vlan --packets
to=10.85.0.2 traffic 4 8400
end vlan 8403
same vlan "VLAN" "net 10.85.0.0/24 and tcp"
as_sent vlan 8400 "VLAN"

# --- from a tap device
ip -n "$A" link set a0 mtu 9000
ip -n "$B" link set b0 mtu 9000
if ip -n "$B" tuntap add dev tap0 mode tap 2>/dev/null; then
	ip -n "$B" link set tap0 mtu 9000 up
	ip -n "$B" addr add 10.86.0.2/24 dev tap0
	in_b sysctl -qw net.ipv4.conf.tap0.rp_filter=0
	server in_b udp4 bind 10.86.0.2 8600 touch "$TMP/ready" recv 5
	device='in_b tap0' begin tap --packets
	in_b packets_wire.py tap tap0 10.86.0.1 10.86.0.2 8600 ||
		die "no frames go into the tap"
	wait "$server_pid"
	end tap 8600
	same tap "tap" "udp port 8600"
	is "tap: all of them" "$(wc -l <"$TMP/ours")" 5
else
	echo "# no tap here"
fi

# --- forwarded, with other addresses behind the router than before it
router_up
in_b nft -f - <<'NFT' || skip "no NAT"
table ip t {
	chain post {
		type nat hook postrouting priority srcnat;
		oifname "b1" masquerade
	}
}
NFT
background in_b tcpdump -i b1 -nn --immediate-mode -U -B 16384 -s 0 \
	-w "$TMP/behind.pcap" ip or ip6 2>"$TMP/behind.dump"
behind=$bg
wait_for grep -q 'listening on' "$TMP/behind.dump" ||
	skip "tcpdump does not start"
device='in_b b0' begin nat --packets
to=$C4 at=in_c traffic 4 8700
end nat 8703
kill -INT "$behind"
wait "$behind"
# What comes from either side, before its addresses are changed. What is sent is
# told before that, too, so that it stands in neither of tcpdump's files.
for p in 8700 8701 8702; do
	{
		hex "$TMP/nat.pcap" "tcp dst port $p and ip[8] = 64"
		hex "$TMP/behind.pcap" "tcp src port $p and ip[8] = 64"
	} | sort >"$TMP/theirs"
	hex "$TMP/nat.pcapng" "tcp port $p and ip[8] = 64" >"$TMP/ours"
	ok "forwarded, $p: $(wc -l <"$TMP/ours") packets" [ -s "$TMP/ours" ]
	ok "forwarded, $p: as tcpdump has them on both sides" \
		cmp "$TMP/theirs" "$TMP/ours"
done
as_sent nat 8700 "forwarded"
finish
