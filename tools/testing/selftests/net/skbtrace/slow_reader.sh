#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A reader that pauses for seconds loses nothing while the buffer has space: a
# sub-buffer that is nearly empty stays open until the one before it is read.

# shellcheck disable=SC2317 # called at the end
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event udp_send
net_up

nr=$(cat "$CTL/subbuf_nr")
restore() {
	echo "$nr" >"$CTL/subbuf_nr"
}
at_end=restore
echo 4 >"$CTL/subbuf_nr"
server in_b udp4 bind "$B4" 9 touch "$TMP/ready" until "$TMP/never-ever"
put enabled udp_send
fds=()
for f in "$CTL"/trace.cpu*; do
	exec {fd}<"$f"
	fds+=("$fd")
done
# if one were closed each 0.1 s, 4 sub-buffers would last for 0.4 s
in_a sk udp4 connect "$B4" 9 times 30 send 1 100 pause 100000 again >/dev/null
cat "$CTL/stat" >"$TMP/stat"
is "lost" "$(stat_sum lost)" 0
echo '-*' >"$CTL/enabled"
cat "$CTL/format" >"$TMP/format"
n=0
for fd in "${fds[@]}"; do
	cat <&"$fd" >"$TMP/cpu$n"
	n=$((n + 1))
	exec {fd}<&-
done
blocks "$TMP/format" "$TMP"/cpu* >"$TMP/events" || fail "the blocks"
is "events read" "$(grep -c ' event=udp_send ' "$TMP/events")" 30
finish
