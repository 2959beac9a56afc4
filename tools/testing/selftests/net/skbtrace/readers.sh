#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several reads of one trace.cpuN at once, by io_uring: each sub-buffer is delivered
# once, whole. READERS_ROUNDS: how often, default 3.

# shellcheck disable=SC2317 # called at the end
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need uring
need_event udp_send
net_up

size=$(cat "$CTL/subbuf_size") nr=$(cat "$CTL/subbuf_nr")
restore() {
	echo "$nr" >"$CTL/subbuf_nr"
	echo "$size" >"$CTL/subbuf_size"
}
at_end=restore
echo 4096 >"$CTL/subbuf_size"
echo 512 >"$CTL/subbuf_nr"
server in_b udp4 bind "$B4" 9 touch "$TMP/ready" until "$TMP/never-ever"
((PATIENCE == 1)) && many=3000 || many=1000
subbufs=0 wrong=0
for ((i = ${READERS_ROUNDS:-3}; i; i--)); do
	put enabled udp_send
	in_a sk udp4 connect "$B4" 9 times "$many" send 1 100 again >/dev/null
	echo '-*' >"$CTL/enabled"
	for f in "$CTL"/trace.cpu*; do
		uring "$f" 4096 >"$TMP/uring"
		case $? in
		0) ;;
		4) skip "no io_uring" ;;
		*) fail "uring" ;;
		esac
		read -r n twice torn <<<"$(tr -c '0-9\n' ' ' <"$TMP/uring")"
		subbufs=$((subbufs + n)) wrong=$((wrong + twice + torn))
	done
done
within "sub-buffers read" "$subbufs" 50 100000
is "each came once, whole" "$wrong" 0
finish
