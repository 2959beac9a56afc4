#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ip_send, ip_receive: each packet once, as IP sees it: GSO, fragments, other
# protocols, multicast, forwarding. Witnesses: counters of IP, TCP_INFO, ping.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need nstat ping ethtool ip nsenter sysctl
need_event ip_send ip_receive
net_up

router_up

ping_c() {
	in_a ping -q -n -c 3 -i 0.1 "$@" >"$TMP/ping" ||
		die "ping $*: $(<"$TMP/ping")"
}

# listener NAMESPACE-FUNCTION FAMILY ADDRESS PORT: in the background
listener() {
	server "$1" "tcp$2" bind "$3" "$4" listen 5 touch "$TMP/ready" accept \
		cookie eof
}

# tcp NAMESPACE-FUNCTION FAMILY ADDRESS PORT BYTES FILE: A sends there, FILE gets
# its output
tcp() {
	listener "$1" "$2" "$3" "$4"
	in_a sk "tcp$2" connect "$3" "$4" cookie write "$5" acked info shut eof \
		>"$TMP/$6"
	wait "$server_pid"
	mv "$TMP/server" "$TMP/$6.server"
}

# mark before|after: saves IP's own counters
mark() {
	local n
	for n in a b c; do
		counters in_$n "$TMP/$1.$n"
	done
}

# Neighbours are resolved before tracing. Routes of IPv6 appear a while after the
# carrier, as a worker makes them.
for f in 4 6; do
	to=C$f
	wait_for in_a ping -q -n -c 1 -W 1 "${!to}" >"$TMP/ping" ||
		die "no way to ${!to}: $(<"$TMP/ping")"
	ping_c "${!to}"
done
mark before
trace_on ip_send ip_receive
for f in 4 6; do
	to=$(addr B $f) far=C$f
	tcp in_b $f "$to" 5000 65536 "tcp$f"
	tcp in_c $f "${!far}" 5001 65536 "far$f"
	server in_b "udp$f" bind "$to" 5002 cookie touch "$TMP/ready" recv 5
	in_a sk "udp$f" connect "$to" 5002 cookie send 5 100 >"$TMP/udp$f"
	wait "$server_pid"
	mv "$TMP/server" "$TMP/udp$f.server"
	# more than the MTU takes
	server in_b "udp$f" bind "$to" 5003 touch "$TMP/ready" recv 1
	in_a sk "udp$f" connect "$to" 5003 cookie send 1 4000 >"$TMP/big$f"
	wait "$server_pid"
	ping_c -s 200 "$to"
	ping_c -s 300 "${!far}"
done
tcp in_b m "$Bm" 5004 1000 tcpm
in_a ip route add 224.0.0.0/4 dev a0
in_a sk udp4 connect 239.1.2.3 5005 cookie send 2 50 >"$TMP/multi4"
in_a ip -6 route add ff00::/8 dev a0 table local 2>/dev/null
in_a sk udp6 connect ff05::123 5005 cookie send 2 50 >"$TMP/multi6"
trace_off
mark after

# grown a|b|c COUNTER: by how much it has grown
grown() {
	echo $(($(counter "$2" "$TMP/after.$1") - \
		$(counter "$2" "$TMP/before.$1")))
}

# --- against IP's counters

is "identity" "$(identity)" ""
declare -A name=([a]=$A [b]=$B [c]=$C)
# a kernel without IpOutTransmits counts forwarded packets as IpOutRequests
requested=(forwarded=no)
grep -q '^IpOutTransmits ' "$TMP/after.a" || requested=()
for n in a b c; do
	inum=$(netns_of "${name[$n]}")
	is "$n: IPv4: sent, against IpOutRequests" \
		"$(events ip_send netns="$inum" "${requested[@]}" |
			grep -c ' local=[0-9.]* ')" "$(grown $n IpOutRequests)"
	is "$n: IPv4: received, against IpInReceives" \
		"$(events ip_receive netns="$inum" |
			grep -c ' local=[0-9.]* ')" "$(grown $n IpInReceives)"
	is "$n: IPv4: forwarded, against IpForwDatagrams" \
		"$(events ip_send netns="$inum" forwarded=yes |
			grep -c ' local=[0-9.]* ')" "$(grown $n IpForwDatagrams)"
	is "$n: IPv6: forwarded, against Ip6OutForwDatagrams" \
		"$(events ip_send netns="$inum" forwarded=yes |
			grep -c ' local=[0-9a-f]*:')" \
		"$(grown $n Ip6OutForwDatagrams)"
	# neighbour discovery may be counted before the trace begins, or after it
	all=$(grown $n Ip6InReceives)
	within "$n: IPv6: received, against Ip6InReceives" \
		"$(events ip_receive netns="$inum" |
			grep -c ' local=[0-9a-f]*:')" $((all - 6 * PATIENCE)) \
		"$all"
done

# --- field by field

link=$(ip -n "$A" -o link show a0)

cookie() {
	value cookie "$TMP/$1"
}

for f in 4 6; do
	from=$(addr A $f) to=$(addr B $f) far=C$f
	far=${!far}
	key=$(cookie tcp$f)
	# TCP_INFO was read before the FIN, and the ACK of the peer's FIN
	n=$(value segs_out "$TMP/tcp$f")
	within "IPv$f: TCP: packets, against TCP_INFO" "$(sum segs ip_send \
		sk="$key" peer="$to" pport=5000 proto=tcp)" $((n + 1)) $((n + 4))
	# a slow machine may have sent some segments twice
	bytes=$((65536 + $(value bytes_retrans "$TMP/tcp$f")))
	is "IPv$f: TCP: bytes" "$(sum len ip_send sk="$key" dir=tx)" $bytes
	within "IPv$f: TCP: GSO: packets of one event" "$(values segs ip_send \
		sk="$key" | sort -n | tail -n 1)" 2 64
	mss=$(value mss "$TMP/tcp$f")
	is "IPv$f: TCP: segs is len through MSS" "$(events ip_send sk="$key" |
		awk -v mss="$mss" '{
			for (i = 1; i <= NF; i++) { split($i, a, "="); v[a[1]] = a[2] }
			n = int((v["len"] + mss - 1) / mss)
			bad += (n ? n : 1) != v["segs"]
		} END { print bad + 0 }')" 0
	is "IPv$f: TCP: received" "$(sum len ip_receive dir=rx \
		netns="$(netns_of "$B")" local="$to" lport=5000 peer="$from")" \
		$bytes
	is "IPv$f: device" "$(values ifindex ip_send sk="$key" | sort -u)" \
		"${link%%:*}"
	is "IPv$f: UDP" "$(count ip_send sk="$(cookie udp$f)" proto=udp len=100 \
		segs=1 local="$from" peer="$to" pport=5002 forwarded=no)" 5
	is "IPv$f: UDP: received" "$(count ip_receive proto=udp len=100 \
		local="$to" lport=5002 peer="$from")" 5
	icmp=icmp bytes=228
	[ $f = 4 ] || icmp=icmp6 bytes=248
	is "IPv$f: ping there and back" \
		"$(count ip_send proto=$icmp len=$bytes local="$from" \
			peer="$to") $(count ip_receive proto=$icmp \
			len=$bytes local="$to" peer="$from") $(count ip_send \
			proto=$icmp len=$bytes local="$to" peer="$from") $(count \
			ip_receive proto=$icmp len=$bytes local="$from" \
			peer="$to")" "3 3 3 3"
	is "IPv$f: ping through a router, each way" \
		"$(count ip_send forwarded=yes netns="$(netns_of "$B")" sk=0 \
			proto=$icmp local="$from" peer="$far") $(count ip_send \
			forwarded=yes netns="$(netns_of "$B")" sk=0 \
			proto=$icmp local="$far" peer="$from")" "3 3"
	is "IPv$f: TCP through a router: bytes" "$(sum len ip_send \
		forwarded=yes proto=tcp peer="$far" pport=5001)" \
		$((65536 + $(value bytes_retrans "$TMP/far$f")))
	ttl=$(values ttl ip_send sk="$(cookie far$f)" | sort -u)
	is "IPv$f: a router counts down" "$(values ttl ip_send forwarded=yes \
		local="$from" proto=tcp | sort -u)" $((ttl - 1))
	group=239.1.2.3
	[ $f = 4 ] || group=ff05::123
	is "IPv$f: multicast" "$(count ip_send sk="$(cookie multi$f)" \
		peer=$group pport=5005 len=50 ttl=1)" 2
done
# IPv4 fragments after ip_send, IPv6 before it
is "IPv4: fragments: handed down, received" "$(count ip_send \
	sk="$(cookie big4)") $(count ip_receive netns="$(netns_of "$B")" \
	local="$B4" peer="$A4" \
	proto=udp id="$(values id ip_send sk="$(cookie big4)" | sort -u)")" "1 3"
key=$(cookie tcpm)
is "mapped: IPv4" "$(sum len ip_send sk="$key" local="$A4" peer="$B4")" \
	$((1000 + $(value bytes_retrans "$TMP/tcpm")))
finish
