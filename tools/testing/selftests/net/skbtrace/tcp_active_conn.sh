#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_active_conn: a connection is named before its first event, and once more at
# its end, with the totals of TCP_INFO; also one that is older than the trace

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need sysctl
need_event tcp_active_conn tcp_connection
net_up

counters="bytes_sent bytes_acked bytes_received bytes_retrans segs_out segs_in
	  total_retrans min_rtt_us srtt_us busy_us"

# conn FAMILY PORT GATE: exchanges 3000 and 7000 bytes when the file GATE is there.
# Both ends wait for the ACK of their FIN, too: the totals count it.
conn() {
	local f=$1 to
	to=$(addr B "$f")
	server in_b "tcp$f" bind "$to" "$2" listen 5 touch "$TMP/ready" \
		accept cookie read 3000 write 7000 shut eof acked info
	mv "$TMP/server" "$TMP/server.$2.$f"
	servers+=("$server_pid")
	background in_a sk "tcp$f" connect "$to" "$2" cookie port \
		touch "$TMP/connected.$2.$f" until "$3" \
		write 3000 read 7000 acked shut eof acked info >"$TMP/client.$2.$f"
	clients+=("$bg")
}

# check WHAT PORT FAMILY: the names of that connection
check() {
	local c s i key last field wrong
	c=$TMP/client.$2.$3 s=$TMP/server.$2.$3
	for i in "$c" "$s"; do
		key=$(value cookie "$i") wrong=''
		last=$(events tcp_active_conn key="$key" end=yes)
		for field in $counters; do
			[[ $last == *" $(grep "^$field=" "$i") "* ]] ||
				wrong+="$field "
		done
		is "$1: last words on ${i##*/}, against TCP_INFO" "$wrong" ""
		[ -z "$wrong" ] || echo "$last" | sed 's/^/#   /' "$i" -
	done
	key=$(value cookie "$c")
	last=$(events tcp_active_conn key="$key" end=yes)
	like "$1: its name, at its end" "$last" \
		"* local=$(addr A "$3") peer=$(addr B "$3") lport=$(value port \
			"$c") pport=$2 *"
	like "$1: congestion control" "$last" "* ca=$ca *"
	like "$1: named before anything else" \
		"$(grep -m 1 " key=$key " "$TMP/events")" \
		"* event=tcp_active_conn *end=no*"
}

ca=$(in_a sysctl -n net.ipv4.tcp_congestion_control)
servers=() clients=()
for f in 4 6; do
	conn $f 5000 "$TMP/go"
	wait_for [ -e "$TMP/connected.5000.$f" ]
done
trace_on tcp_active_conn
touch "$TMP/go"
for f in 4 6; do
	conn $f 5001 "$TMP/go"
done
wait "${clients[@]}" "${servers[@]}"
trace_off

is "identity" "$(identity)" ""
for f in 4 6; do
	check "IPv$f, older than the trace" 5000 $f
	check "IPv$f, younger" 5001 $f
done
finish
