#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# icsk_connection: a socket begins to listen, and stops

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event icsk_connection
net_up

trace_on icsk_connection
for f in 4 6; do
	in_b sk "tcp$f" bind "$(addr B $f)" 5000 listen 17 cookie close \
		>"$TMP/listener$f"
done
in_b sk tcp4 cookie try connect $B4 5000 >"$TMP/client"
trace_off

is "identity" "$(identity)" ""
for f in 4 6; do
	sk=$(value cookie "$TMP/listener$f")
	is "IPv$f: states" "$(list state icsk_connection key="$sk")" \
		"LISTEN CLOSE"
	is "IPv$f: backlog" "$(list backlog icsk_connection key="$sk" \
		state=LISTEN)" 17
	is "IPv$f: its name" "$(list local tcp_active_conn key="$sk" end=no \
		lport=5000 pport=0)" "$(addr B $f)"
done
is "who does not listen is not told of" \
	"$(count icsk_connection key="$(value cookie "$TMP/client")")" 0
finish
