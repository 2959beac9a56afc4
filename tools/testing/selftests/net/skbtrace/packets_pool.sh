#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# record --packets of packets from a page pool: that of veth, where it runs an XDP
# program. As tcpdump has them, as they were sent, and by reference.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=packets_lib.sh
. "$(dirname "$0")/packets_lib.sh"
need ip python3 tcpdump
packets_up

ip -n "$A" link set a0 mtu 9000
if ip -n "$B" link set b0 mtu 9000 && mkfifo "$TMP/xdp.in" &&
	exec 8<>"$TMP/xdp.in" &&
	background in_b packets_wire.py xdp b0 "$TMP/xdp" <"$TMP/xdp.in" \
		2>"$TMP/xdp.said" && xdp=$bg &&
	wait_for eval "[ -e $TMP/xdp ] || ! kill -0 $xdp 2>/dev/null" &&
	[ -e "$TMP/xdp" ]; then
	device='in_b b0' begin pool --packets
	traffic 4 8500
	end pool 8503
	same pool "page pool" "tcp portrange 8500-8502"
	as_sent pool 8500 "page pool"
	is "page pool: by reference" "$(packets_read.py states \
		"$TMP/pool.pcapng" | grep -c 'referred=[1-9]')" 1
	kill "$xdp" 2>/dev/null
	wait "$xdp" 2>/dev/null
else
	skip "no XDP: $(cat "$TMP/xdp.said")"
fi
finish
