#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_connection: the states of both ends of a connection, also as a timewait
# minisocket, under one cookie. Witnesses: SO_COOKIE, ss, and
# sock:inet_sock_set_state for full sockets.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ss ip
need_event tcp_connection
net_up

# sk_of STATE PORT FAMILY: the cookie that ss prints for a minisocket
sk_of() {
	in_a ss -Htane -"$3" state "$1" dport = ":$2" |
		sed -n 's/.*sk:\([0-9a-f]*\).*/\1/p'
}

has_state() {
	[ -n "$(sk_of "$@")" ]
}

# One end closes, and the other one follows
closed_in_turn() {
	local f=$1 to
	to=$(addr B "$f")
	server in_b "tcp$f" bind "$to" 5000 listen 5 touch "$TMP/ready" \
		accept cookie eof close
	in_a sk "tcp$f" connect "$to" 5000 cookie write 100 shut eof close \
		>"$TMP/turn.client$f"
	wait "$server_pid"
	mv "$TMP/server" "$TMP/turn.server$f"
	wait_for has_state time-wait 5000 "$f"
	echo "cookie=$(sk_of time-wait 5000 "$f")" >"$TMP/turn.ss$f"
}

# The other end follows later: FIN_WAIT2 as a minisocket; or as a full socket, if
# close() still held it when the FIN was acknowledged
half_closed() {
	local f=$1 to
	to=$(addr B "$f")
	server in_b "tcp$f" bind "$to" 5001 listen 5 touch "$TMP/ready" \
		accept until "$TMP/go$f" close
	in_a sk "tcp$f" connect "$to" 5001 cookie close >"$TMP/half.client$f"
	wait_for has_state fin-wait-2 5001 "$f"
	echo "cookie=$(sk_of fin-wait-2 5001 "$f")" >"$TMP/half.ss$f"
	in_a ss -Htano -"$f" state fin-wait-2 dport = :5001 >"$TMP/half.timer$f"
	touch "$TMP/go$f"
	wait "$server_pid"
	wait_for has_state time-wait 5001 "$f"
}

aborted() {
	local f=$1 to
	to=$(addr B "$f")
	server in_b "tcp$f" bind "$to" 5002 listen 5 touch "$TMP/ready" \
		accept cookie touch "$TMP/accepted$f" try eof close
	in_a sk "tcp$f" connect "$to" 5002 cookie until "$TMP/accepted$f" \
		abort close >"$TMP/abort.client$f"
	wait "$server_pid"
	mv "$TMP/server" "$TMP/abort.server$f"
}

refused() {
	in_a sk "tcp$1" cookie try connect "$(addr B "$1")" 5003 \
		>"$TMP/refused.client$1"
}

witness_on sock/inet_sock_set_state
trace_on tcp_connection
for f in 4 6; do
	closed_in_turn $f
	half_closed $f
	aborted $f
	refused $f
done
# with the namespace go its minisockets
ip netns del "$A"
wait_for [ ! -e "/run/netns/$A" ]
ends() {
	[ "$(blocks_now | grep -c 'state=CLOSE mini=yes')" = 4 ]
}
ok "minisockets end with their namespace" wait_for ends
trace_off
witness_off

is "identity" "$(identity)" ""
for f in 4 6; do
	c=$(value cookie "$TMP/turn.client$f")
	is "IPv$f: active close" "$(states "$c")" \
		"CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 FIN_WAIT2>TIME_WAIT(mini) FIN_WAIT2>CLOSE TIME_WAIT>CLOSE(mini)"
	is "IPv$f: the cookie stays in TIME_WAIT" \
		"$(value cookie "$TMP/turn.ss$f")" "$c"
	is "IPv$f: how long TIME_WAIT is" "$(list timeout_us tcp_connection \
		key="$c" state=TIME_WAIT)" 60000000
	s=$(value cookie "$TMP/turn.server$f")
	is "IPv$f: passive close" "$(states "$s")" \
		"SYN_RECV>ESTABLISHED ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK LAST_ACK>CLOSE"
	h=$(value cookie "$TMP/half.client$f")
	if grep -q 'timer:(timewait' "$TMP/half.timer$f"; then
		ended="FIN_WAIT2>FIN_WAIT2(mini) FIN_WAIT2>CLOSE FIN_WAIT2>TIME_WAIT(mini)"
	else
		ended="FIN_WAIT2>TIME_WAIT(mini) FIN_WAIT2>CLOSE"
	fi
	is "IPv$f: half closed" "$(states "$h")" \
		"CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>FIN_WAIT1 FIN_WAIT1>FIN_WAIT2 $ended TIME_WAIT>CLOSE(mini)"
	is "IPv$f: the cookie stays in FIN_WAIT2" \
		"$(value cookie "$TMP/half.ss$f")" "$h"
	is "IPv$f: reset by this side" \
		"$(states "$(value cookie "$TMP/abort.client$f")")" \
		"CLOSE>SYN_SENT SYN_SENT>ESTABLISHED ESTABLISHED>CLOSE"
	is "IPv$f: reset by the peer" \
		"$(states "$(value cookie "$TMP/abort.server$f")")" \
		"SYN_RECV>ESTABLISHED ESTABLISHED>CLOSE"
	is "IPv$f: refused" "$(value connect "$TMP/refused.client$f") $(states \
		"$(value cookie "$TMP/refused.client$f")")" \
		"Connection refused CLOSE>SYN_SENT SYN_SENT>CLOSE"
	is "IPv$f: name of the connection" "$(list lport tcp_active_conn \
		key="$s" end=no) $(list peer tcp_active_conn key="$s" end=no)" \
		"5000 $(addr A $f)"
done

# full sockets: as many of each change as inet_sock_set_state reports, except a
# child's LISTEN>SYN_RECV, before which it has no name
theirs=$(grep -o 'oldstate=TCP_[A-Z0-9_]* newstate=TCP_[A-Z0-9_]*' \
	"$TMP/witness" | sed 's/oldstate=TCP_//; s/ newstate=TCP_/>/' |
	grep -v -e '>LISTEN' -e 'LISTEN>' -e '>SYN_RECV' | sort | uniq -c)
ours=$(events tcp_connection mini=no |
	sed 's/.* old=\([A-Z0-9_]*\) state=\([A-Z0-9_]*\) .*/\1>\2/' |
	sort | uniq -c)
is "transitions, against sock:inet_sock_set_state" "$ours" "$theirs"
finish
