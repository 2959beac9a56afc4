#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Tracing with echo and cat alone; "skbtrace parse --format" decodes the result

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need_event tcp_connection udp_send
net_up

cat $CTL/format >"$TMP/F"
echo tcp_connection >$CTL/enabled
echo udp_send >$CTL/enabled
server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 3
server in_b tcp4 bind $B4 5000 listen 5 touch "$TMP/ready" accept cookie eof
in_a sk tcp4 connect $B4 5000 cookie write 1000 close \
	udp4 connect $B4 9 send 3 100 >"$TMP/client"
wait "$server_pid"
echo '-*' >$CTL/enabled

files=()
for f in "$CTL"/trace.cpu*; do
	cat "$f" >"$TMP/${f##*/}"
	files+=("$TMP/${f##*/}")
	is "${f##*/} is drained" "$(wc -c <"$f")" 0
	is "${f##*/} is whole sub-buffers" \
		$(($(stat -c %s "$TMP/${f##*/}") % 131072)) 0
done
skbtrace parse --format "$TMP/F" "${files[@]}" >"$TMP/text" 2>"$TMP/err"
is "parse succeeds" "$? $(cat "$TMP/err")" "0 "
skbtrace parse --json --format "$TMP/F" "${files[@]}" >"$TMP/json" 2>"$TMP/err"
is "parse --json succeeds" "$? $(cat "$TMP/err")" "0 "

client=$(value cookie "$TMP/client") server=$(value cookie "$TMP/server")
is "datagrams" "$(grep -c udp_send "$TMP/text")" 3
is "datagrams in JSON" "$(grep -c '"event":"udp_send"' "$TMP/json")" 3
for sk in "$client" "$server"; do
	ok "the connection $sk is established" \
		grep -q "tcp_connection .* sk=$sk .*state=ESTABLISHED" "$TMP/text"
done
ok "its process has a name" \
	grep -q "tcp_connection  *$A4:[0-9]*>$B4:5000 .*sk=$client" "$TMP/text"
finish
