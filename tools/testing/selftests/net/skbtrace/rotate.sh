#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each file of a rotated recording can be read alone: it has the names of its
# connections, processes and code addresses

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need_event tcp_rttm tcp_connection
net_up

cd "$TMP" || exit
server in_b tcp4 bind $B4 5000 listen 5 touch "$TMP/ready" accept echo
background in_a sk tcp4 connect $B4 5000 cookie times 1000000 \
	pingpong 1 200 pause 500 again >client
client=$bg
skbtrace record -q -e tcp_rttm,tcp_connection -b 8k --rotate 16k -o r.dat &
record=$!
children+=("$record")
three_files() {
	[ -e r.dat.0004 ] || [ -e r.dat.0004.part ]
}
ok "it rotates" wait_for three_files
kill -INT "$record"
wait "$record"
is "record: exit status" "$?" 0
kill "$client"

n=0 total=0
for f in r.dat.0*; do
	skbtrace parse --json -i "$f" >json 2>err
	is "$f: parse: exit status" "$?" 0
	# a loss is reported, as it must be; loss.sh tests that
	is "$f: parse: nothing to say" "$(grep -v "LOST\|^    " err)" ""
	events=$(grep -c '"event":"tcp_rttm"' json)
	named=$(grep '"event":"tcp_rttm"' json |
		grep -c "\"local\":\"10.83.0.[12]\"")
	is "$f: each event has the name of its connection" "$named" "$events"
	total=$((total + events)) n=$((n + 1))
done
within "files" $n 4 100000
within "events" $total 20 100000000
finish
