#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The owner of a session is killed: its events are off, its files are gone, and the
# next session works at once

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need_event udp_send tcp_rttm skb_drop
events='udp_send tcp_rttm skb_drop'

# nothing_left WHAT: of the session, after its owner is killed
nothing_left() {
	local first
	is "$1: no owner" "$(cat $CTL/owner)" none
	is "$1: no event is on" "$(cat "$CTL/enabled")" ""
	read -r first <"$CTL/stat"
	like "$1: no tracing" "$first" "session tracing=0 owner=0 *"
	is "$1: no session" "$(ls -d $CTL/sessions/[0-9]* 2>/dev/null)" ""
	is "$1: no channel" "$(ls -d $CTL/trace.cpu* 2>/dev/null)" ""
	is "$1: no module in use" "$(module_users)" 0
}

# An owner that does not read
bash -c "exec 3>$CTL/owner; for e in $events; do echo \$e >$CTL/enabled; done
	 : >$TMP/ready; read -r _ <>$TMP/never" &
pid=$!
wait_for [ -e "$TMP/ready" ]
like "it is the owner" "$(cat $CTL/owner)" "pid $pid uid 0 *"
loaded=$(grep -cs '^skbtrace ' /proc/modules)
within "modules are in use" "$(module_users)" $((${loaded:-0} > 0)) 9
kill -KILL $pid
wait $pid 2>/dev/null
nothing_left "holder killed"

# An owner that reads when it is killed
bash -c "exec 3>$CTL/owner; echo udp_send >"$CTL/enabled"
	 : >$TMP/ready2; exec cat $CTL/trace.cpu0" >/dev/null &
pid=$!
wait_for [ -e "$TMP/ready2" ]
kill -KILL $pid
wait $pid 2>/dev/null
nothing_left "reader killed"

skbtrace record -q -e "${events// /,}" -o "$TMP/one.dat" &
pid=$!
is_tracing() {
	[[ $(cat "$CTL/sessions/$pid/stat" 2>/dev/null) == \
		"session tracing=1 owner=$pid "* ]] &&
		[ "$(stat -c %s "$TMP/one.dat.part" 2>/dev/null ||
			echo 0)" -gt 1000 ]
}
ok "record has begun" wait_for is_tracing
kill -KILL $pid
wait $pid 2>/dev/null
# at once: a later session must not have to wait
ok "the next one works at once" \
	skbtrace record -q -e udp_send -o "$TMP/two.dat" -w 0.1
nothing_left "record killed"
ok "parse says that the file of the killed record is not whole" bash -c \
	"skbtrace parse -i $TMP/one.dat.part >/dev/null 2>&1; [ \$? = 3 ]"
finish
