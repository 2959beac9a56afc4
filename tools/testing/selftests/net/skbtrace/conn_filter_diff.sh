#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Compares the connection filter with libpcap's interpreter: random expressions on
# sockets of every kind, where libpcap gets the packet that the socket would send.
# Then on one socket that changes its peer. FILTER_DIFF_N: how many expressions;
# FILTER_DIFF_SEED: the seed that an earlier run has printed, to repeat it.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need conn_filter_diff ip nsenter sysctl
need_event sk_timer icsk_connection udp_send udp_receive tcp_retransmit \
	tcp_connection
[ -c /dev/net/tun ] || skip "no TUN"
N=${FILTER_DIFF_N:-$((PATIENCE == 1 ? 200 : 40))}

ip netns add "$A" || skip "can't make network namespaces"
in_a sysctl -qw net.ipv4.tcp_invalid_ratelimit=0 net.ipv4.tcp_syn_retries=100 \
	net.ipv6.conf.default.accept_dad=0 \
	net.ipv6.conf.default.router_solicitations=0
ip -n "$A" link add hole type dummy || skip "no dummy device"
ip -n "$A" tuntap add dev syn mode tap || skip "no TAP device"
ip -n "$A" -b - <<-BATCH
	link set lo up
	addr add 10.83.0.1/32 dev lo
	addr add 10.83.0.2/32 dev lo
	addr add fd83::1/128 dev lo nodad
	addr add fd83::2/128 dev lo nodad
	link set hole up arp off
	addr add 10.85.0.1/24 dev hole
	addr add fd85::1/64 dev hole nodad
	link set syn up
	addr add 10.86.0.1/24 dev syn
	addr add fd86::1/64 dev syn nodad
	neigh add 10.86.0.2 lladdr 02:86:00:00:00:02 dev syn nud permanent
	neigh add fd86::2 lladdr 02:86:00:00:00:02 dev syn nud permanent
BATCH

# An event of each kind of socket that a test can cause at will
trace_on sk_timer,only=keepalive:reset icsk_connection udp_send udp_receive \
	tcp_retransmit,only=synack tcp_connection,only=TIME_WAIT
in_a conn_filter_diff "$N" >"$TMP/diff" 2>&1 ||
	fail "the same verdicts" "$(head -n 100 "$TMP/diff")"
trace_off
grep -E '^[^ ]*=[0-9]*$' "$TMP/diff" | sed 's/^/# /'
is "identity" "$(identity)" ""
is "expressions" "$(value expressions "$TMP/diff")" "$N"
is "all of them are taken" "$(value refused "$TMP/diff")" 0
is "no difference" "$(value differences "$TMP/diff")" 0
looks=$(value looks "$TMP/diff")
is "each socket, twice" "$looks" $((2 * N * $(value sockets "$TMP/diff")))
within "verdicts of both kinds" \
	$((100 * $(value matched "$TMP/diff") / ${looks:-1})) \
	$((N >= 200 ? 10 : 2)) $((N >= 200 ? 60 : 95))
finish
