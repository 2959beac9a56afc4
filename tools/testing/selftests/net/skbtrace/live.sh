#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# skbtrace live: an event on an idle link is printed within 300 ms; closing its
# output ends the session within a second

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip
need_skbtrace
need_event udp_send
ip link set lo up

# sends a datagram without starting a process
datagram() {
	echo x 2>/dev/null >/dev/udp/127.0.0.1/9
}

mkfifo "$TMP/screen"
exec 8<>"$TMP/screen"
background skbtrace live -q -e udp_send >"$TMP/screen"
ok "live has begun" wait_for tracing 1
# The best of five counts: an emulated machine pauses now and then
best=100000
for _ in 1 2 3 4 5; do
	start=$EPOCHREALTIME
	datagram
	while read -rt "$TIMEOUT" line <&8; do
		[[ $line != *udp_send* ]] || break
	done
	like "an event is printed" "$line" "* udp_send *"
	ms=$(($(since "$start") / 1000))
	((ms >= best)) || best=$ms
done
within "ms from the datagram to the screen" "$best" 0 $((300 * PATIENCE))
kill -INT "$bg"
wait "$bg"
is "live: exit status" "$?" 0
exec 8<&-
ok "the session has ended" wait_for tracing 0

# head takes the comment and two events, and ends; then the link is idle
(
	skbtrace live -q -e udp_send
	echo "status=$?" >"$TMP/live"
) 2>"$TMP/err" | { head -n 3; echo "end=$EPOCHREALTIME"; } >"$TMP/head" &
wait_for tracing 1
datagram
datagram
datagram
ok "head has got its lines" wait_for grep -q end= "$TMP/head"
ok "the session ends" wait_for tracing 0
within "ms from the end of head to that of the session" \
	$(($(since "$(value end "$TMP/head")") / 1000)) 0 $((1500 * PATIENCE))
ok "live ends" wait_for [ -s "$TMP/live" ]
is "it has printed no error" "$(cat "$TMP/err")" ""
finish
