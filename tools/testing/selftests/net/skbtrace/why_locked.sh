#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause? As why.sh: the receiver's socket is locked, as
# its program copies to memory whose pages are slow to come. Meanwhile the socket's
# backlog gets full. Witness: TCP's counter.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=why_lib.sh
. "$(dirname "$0")/why_lib.sh"
need ip jq skbtrace
[ -e /proc/sys/vm/unprivileged_userfaultfd ] || skip "no userfaultfd"
why_up
record_all

refused() {
	counters in_b "$TMP/now"
	[ "$(counter TcpExtTCPBacklogDrop "$TMP/now")" -ge $((before + 5)) ]
}

declare -A dropped

# Segments of a few bytes, sent one by one so that they are not merged, and more of
# them than the backlog holds
for i in 1 2 3; do
	next blackout backlog-full
	in_a ip route add "${to#::ffff:}" dev a0 initcwnd 1000
	counters in_b "$TMP/now"
	before=$(counter TcpExtTCPBacklogDrop "$TMP/now")
	server in_b "tcp$f" opt rcvbuf 4096 opt sndbuf 4096 bind "$to" "$port" \
		listen 5 touch "$TMP/ready" accept touch "$TMP/there$port" \
		hold "$TMP/held$port" "$TMP/go$port" eof
	background in_a sk "tcp$f" opt nodelay 1 connect "$to" "$port" \
		write 1 until "$TMP/held$port" \
		times 400 write 2 pause 1500 again shut eof >/dev/null
	wait_for refused || die "nothing is refused"
	# meanwhile the sender's timer runs
	for ((t = 0; t < 4; t++)); do
		tick 900
	done
	touch "$TMP/go$port"
	wait "$bg"
	served
	in_a ip route del "${to#::ffff:}" dev a0
	counters in_b "$TMP/now"
	dropped[$port]=$(($(counter TcpExtTCPBacklogDrop "$TMP/now") - before))
done

check_verdicts
for p in "${!dropped[@]}"; do
	like "$p: and the sender's verdict names it" "$(jq -r --arg p ":$p" \
		'select(.conn) | (.conn | split(">")) as $e |
			select($e[1] | endswith($p)) | .verdicts[0].text' \
		"$TMP/json")" "*(SOCKET_BACKLOG)*"
	is "$p: all that TCP has counted are named" \
		"$(skbtrace parse --json -e skb_drop "$TMP/trace" |
			jq -s --argjson p "$p" 'map(select(.lport == $p and
				.reason == "SOCKET_BACKLOG")) | length')" \
		"${dropped[$p]}"
done
finish
