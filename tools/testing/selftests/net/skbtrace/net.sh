# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The network of the tests; sourced by lib.sh, whose functions it calls.
#
# Two network namespaces and a wire, made by net_up and gone with the test:
#
#	 namespace $A                            namespace $B
#	+--------------------+                  +--------------------+
#	| a0  10.83.0.1/24   |                  | b0  10.83.0.2/24   |
#	|     fd83::1/64     |------ veth ------|     fd83::2/64     |
#	+--------------------+                  +--------------------+

A=skbtrace-a-$$
B=skbtrace-b-$$
A4=10.83.0.1 A6=fd83::1
B4=10.83.0.2 B6=fd83::2
# shellcheck disable=SC2034 # by addr: an IPv6 socket that talks IPv4
Am=::ffff:$A4 Bm=::ffff:$B4
# Of router_up
C=skbtrace-c-$$
# shellcheck disable=SC2034 # by addr
C4=10.84.0.2 C6=fd84::2 Cm=::ffff:10.84.0.2

in_a() {
	nsenter --net="/run/netns/$A" "$@"
}

in_b() {
	nsenter --net="/run/netns/$B" "$@"
}

# addr A|B 4|6|mapped: the address of that side
addr() {
	local name=$1$2
	echo "${!name}"
}

# The same as a trace shows it: a mapped address as IPv4
traced() {
	addr "$1" "${2/m/4}"
}

# netns_of "$A": the inode number of a network namespace, as blocks have it
netns_of() {
	stat -L -c %i "/run/netns/$1"
}

# counters NAMESPACE-FUNCTION FILE: what nstat has counted in that namespace so far
counters() {
	"$1" nstat -asz >"$2"
}

# counter NAME FILE
counter() {
	awk -v c="$1" '$1 == c { print $2 }' "$2"
}

# Looks, too, for what the functions call that are given a namespace of it
net_up() {
	need ip nsenter nstat tc
	ip netns add "$A" || skip "can't make network namespaces"
	ip netns add "$B"
	ip link add name a0 netns "$A" type veth peer name b0 netns "$B" ||
		skip "no veth"
	ip -n "$A" -b - <<-BATCH
		addr add $A4/24 dev a0
		addr add $A6/64 dev a0 nodad
		link set lo up
		link set a0 up
	BATCH
	ip -n "$B" -b - <<-BATCH
		addr add $B4/24 dev b0
		addr add $B6/64 dev b0 nodad
		link set lo up
		link set b0 up
	BATCH
	wait_for carrier a0 in_a || die "the wire stays down"
	wait_for carrier b0 in_b || die "the wire stays down"
}

in_c() {
	nsenter --net="/run/netns/$C" "$@"
}

# After net_up: a third namespace, C, behind B, which forwards. The addresses of
# its c0 are 10.84.0.2 and fd84::2.
router_up() {
	need sysctl
	ip netns add "$C"
	ip link add name b1 netns "$B" type veth peer name c0 netns "$C"
	ip -n "$B" -b - <<-BATCH
		addr add 10.84.0.1/24 dev b1
		addr add fd84::1/64 dev b1 nodad
		link set b1 up
	BATCH
	ip -n "$C" -b - <<-BATCH
		addr add $C4/24 dev c0
		addr add $C6/64 dev c0 nodad
		link set lo up
		link set c0 up
		route add default via 10.84.0.1
	BATCH
	ip -n "$C" -6 route add default via fd84::1
	ip -n "$A" route add 10.84.0.0/24 via "$B4"
	ip -n "$A" -6 route add fd84::/64 via "$B6"
	in_b sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	wait_for carrier c0 in_c || die "the second wire stays down"
}

# shellcheck disable=SC2317 # called by wait_for
carrier() {
	[[ $("$2" ip -o link show "$1") == *LOWER_UP* ]]
}

# shellcheck disable=SC2317 # called by cleanup
net_down() {
	local name
	for name in "$A" "$B" "$C"; do
		[ ! -e "/run/netns/$name" ] || ip netns del "$name" 2>/dev/null
	done
}

# drained NAMESPACE-FUNCTION DEVICE: are its qdiscs empty?
drained() {
	! "$1" tc -s qdisc show dev "$2" | grep -q ' [1-9][0-9]*p requeues'
}
