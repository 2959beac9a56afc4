#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_rttm: each sample of the round-trip time, over a path of 20 ms. TCP_INFO shows
# the state after the last one.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc
need_event tcp_rttm
net_up
in_a tc qdisc add dev a0 root netem delay 20ms || skip "no netem"

trace_on tcp_rttm
for f in 4 6; do
	server in_b "tcp$f" bind "$(addr B $f)" 5000 listen 5 \
		touch "$TMP/ready" accept echo
	in_a sk "tcp$f" connect "$(addr B $f)" 5000 cookie pingpong 20 100 info \
		>"$TMP/client$f"
	wait "$server_pid"
done
trace_off

is "identity" "$(identity)" ""
for f in 4 6; do
	c=$TMP/client$f
	key=$(value cookie "$c")
	# a sample of the SYN, of each ping, and perhaps of the FIN
	within "IPv$f: samples" "$(count tcp_rttm key="$key")" 21 22
	is "IPv$f: samples below the delay" "$(values rtt_us tcp_rttm \
		key="$key" | awk '$1 < 20000' | wc -l)" 0
	is "IPv$f: the smallest one" "$(values rtt_us tcp_rttm key="$key" |
		head -n 21 | sort -n | head -n 1)" "$(value min_rtt_us "$c")"
	# the last one before TCP_INFO was read
	last=$(events tcp_rttm key="$key" | sed -n 21p)
	like "IPv$f: srtt, against TCP_INFO" "$last" \
		"* srtt_us=$(value srtt_us "$c") *"
	like "IPv$f: mdev, against TCP_INFO" "$last" \
		"* mdev_us=$(value rttvar_us "$c") *"
	like "IPv$f: rto, against TCP_INFO" "$last" \
		"* rto_us=$(value rto_us "$c") *"
	# RFC 6298 in integers: srtt = 7/8 srtt + 1/8 rtt, to 2 us
	is "IPv$f: srtt follows from the samples" "$(events tcp_rttm key="$key" |
		sed 's/.* rtt_us=\([0-9]*\) srtt_us=\([0-9]*\) .*/\1 \2/' |
		awk 'NR > 1 { d = $2 - (7 * s + $1) / 8; if (d < -2 || d > 2) n++ }
		     { s = $2 } END { print n + 0 }')" 0
done
finish
