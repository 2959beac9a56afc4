#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# skbtrace top: shows trouble while it lasts, and not long after; ends cleanly;
# restores the terminal

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=net.sh
. "$(dirname "$0")/net.sh"
control_up
need_skbtrace
need ip nsenter tc script
need_event tcp_sendlimit tcp_rttm tcp_active_conn
net_up
screen=$TMP/screen

# refresh: prints the last complete one, which an empty line follows
refresh() {
	awk -v RS= '{ before = last; last = $0 } END { print before }' "$screen"
}

# shows GLOB: does the last refresh match?
shows() {
	local is

	is=$(refresh)
	# shellcheck disable=SC2053 # it is a glob
	[[ $is == $1 ]] || { echo "$is"; return 1; }
}

in_a tc qdisc add dev a0 root netem delay 20ms limit 10000 || skip "no netem"
background skbtrace top -b -q -d 0.5 -w 2 'port 5001' >"$screen"
top=$bg
wait_for tracing || die "top does not trace"

# --- a program that does not read, until it does
server in_b tcp4 bind "$B4" 5001 listen 5 touch "$TMP/ready" accept \
	touch "$TMP/there" until "$TMP/read" eof
background in_a sk tcp4 connect "$B4" 5001 write 8000000 shut eof
client=$bg
ok "trouble is shown while it lasts" wait_for shows \
	"*1 in trouble*$A4:*>$B4:5001*ESTAB*peer-not-reading*swnd*"
for _ in 1 2 3 4 5 6; do
	tick 900
done
ok "trouble is still shown when nothing happens any more" shows \
	"*$A4:*>$B4:5001*ESTAB*peer-not-reading*swnd 100%*"
touch "$TMP/read"
wait "$client"
wait "$server_pid"
ok "trouble that is over disappears" wait_for shows "*0 in trouble*"
ok "connections that are closed disappear" wait_for shows "*lost 0  0 connections*"

# --- nobody listens
in_a sk tcp4 connect "$B4" 5001 >/dev/null
ok "a connection that is refused" wait_for shows \
	"*$A4:*>$B4:5001*CLOSED*refused*"
ok "it disappears after a while" wait_for shows "*0 in trouble*"
kill -INT "$top"
wait "$top"
is "exit status" "$?" 0
ok "the session has ended" wait_for tracing 0
like "nothing is lost" "$(refresh)" "*lost 0 *"

# --- on a terminal
cat >"$TMP/session" <<-'SESSION'
	stty -g
	skbtrace top -q -d 0.5 -n 3
	echo "status $?"
	stty -g
SESSION
TERM=linux script -qc "sh $TMP/session" "$TMP/typescript" </dev/null >/dev/null
modes=$(grep -a '^[0-9a-f:]*:[0-9a-f:]*.$' "$TMP/typescript" | sort -u)
like "a screen" "$(tr -d '\0' <"$TMP/typescript")" "*events/s*status 0*"
is "a terminal as it was" "$(wc -l <<<"$modes")" 1
ok "no session is left" wait_for tracing 0
finish
