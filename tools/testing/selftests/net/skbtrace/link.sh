#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A device of type skbtrace sends what another session with the same settings
# records: each event, with the same fields; by each way to batch. And what
# listeners need: "format", INFO, names again, the time of an event, echoes

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event tcp_connection tcp_congestion udp_send udp_receive

need frames ip tcpdump
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
# shellcheck source=link_lib.sh
. "$here/link_lib.sh"
net_up

SPECS=$'tcp_connection\ntcp_rttm\ntcp_send\ntcp_receive\nudp_send\nudp_receive'

# traffic: a connection with data, and datagrams
traffic() {
	server in_b tcp4 bind $B4 5000 listen 5 touch "$TMP/ready" accept eof
	in_a sk tcp4 connect $B4 5000 write 200000 close >"$TMP/client"
	wait "$server_pid"
	server in_b udp4 bind $B4 5001 touch "$TMP/ready" recv 30
	in_a sk udp4 connect $B4 5001 send 30 200 >"$TMP/client"
	wait "$server_pid"
}

# batch N: a session that is sent, one that is recorded; the same comes of both
batch() {
	local n=$1 how=batch$1

	link_add skbtrace0 sent batch "$n"
	listen "$how" -i skbtrace0
	ip link set skbtrace0 up
	echo recorded >"$S/new"
	echo 16384 >"$S/sent/subbuf_size"
	echo "$SPECS" >"$TMP/specs"
	begin recorded 16384 64 tcp_connection tcp_rttm tcp_send tcp_receive \
		udp_send udp_receive
	cat "$TMP/specs" >"$S/sent/enabled"
	traffic
	# both are stopped with nothing on its way
	quiesce
	echo '-*' >"$S/sent/enabled"
	end recorded
	heard "$how"
	streams "$how"
	is "$how: nothing is missing" "$(said "$how" cpu missing)" 0
	is "$how: nor a frame" "$(sed -n 's/^missed_frames //p' "$TMP/$how/said")" 0
	is "$how: what is said to be sent has come" \
		"$(said "$how" event received)" "$(said "$how" event sent)"
	settled "$TMP/recorded/events" >"$TMP/want"
	settled "$TMP/$how/events" >"$TMP/got"
	within "$how: there is something to compare" \
		"$(wc -l <"$TMP/want")" 100 1000000
	is "$how: the same events" "$(diff "$TMP/want" "$TMP/got" | head -n 5)" ""
	like "$how: INFO says that it has ended" "$(state "$how")" "waits until*"
	ip link del skbtrace0
	echo sent >"$S/remove"
	echo recorded >"$S/remove"
}

batch 0
batch 1
batch 2
is "batch off: a block for each frame" \
	"$(sed -n 's/.* most=//p' "$TMP/batch0/said")" 1
within "batch event: several" \
	"$(sed -n 's/.* most=//p' "$TMP/batch1/said")" 2 100
within "batch any: no more than the MTU" \
	"$(sed -n 's/^longest \([0-9]*\) .*/\1/p' "$TMP/batch2/said")" 500 1500
within "any needs far fewer frames than off" "$(said batch2 frames blocks)" \
	1 "$(($(said batch0 frames blocks) / 3))"

# --- who comes late

link_add skbtrace0 late
ip link set skbtrace0 up
echo tcp_rttm >"$S/late/enabled"
server in_b tcp4 bind $B4 5002 listen 5 touch "$TMP/ready" accept eof
background in_a sk tcp4 connect $B4 5002 times 1000000 write 1000 \
	pause 100000 again
talker=$bg
wait_for grep -q 'tracing=1' "$S/late/stat"
tick 500
listen late -n -i skbtrace0
named() {
	blocks "$TMP/late/format" "$TMP"/late/cpu* 2>/dev/null |
		grep -q 'event=tcp_active_conn .*pport=5002'
}
ok "the connection is named again" wait_for named
kill "$talker"
echo '-*' >"$S/late/enabled"
heard late
within "the text of format comes each second" "$(said late frames format)" \
	2 1000000
is "it is that of the file" \
	"$(diff "$TMP/late/format" "$S/late/format" | head -n 3)" ""
within "INFO too" "$(said late frames info)" 2 1000000
is "INFO: session" "$(sed -n 's/^session //p' "$TMP/late/info")" late
is "INFO: host" "$(sed -n 's/^host //p' "$TMP/late/info")" "$(uname -n)"
is "INFO: device" "$(sed -n 's/^device //p' "$TMP/late/info")" \
	"skbtrace0 1500"

# --- states

listen states -n -i skbtrace0
ok "idle: it waits" wait_for in_state states "waits until*"
exec 8>"$S/late/owner"
echo tcp_send >"$S/late/enabled"
ok "a process owns the session: it waits" wait_for in_state states \
	"waits: a process*"
f=$(printf '%s\n' "$S"/late/trace.cpu* | head -n 1)
ok "and the process can read it" dd if="$f" of=/dev/null iflag=nonblock \
	count=0 status=none
exec 8>&-
ok "it has gone" wait_for in_state states "waits until*"
echo tcp_send >"$S/late/enabled"
ok "events: it reads" wait_for in_state states reads
like "trace.cpuN has a reader" "$(cat "$f" 2>&1)" "*Device or resource busy"
echo '-*' >"$S/late/enabled"
heard states
like "the session has ended" "$(state states)" "waits until*"

# --- the time of an event, and the answer to a probe

tcpdump -i skbtrace0 -j adapter_unsynced -s 256 -w "$TMP/stamps" -U \
	-c 1 'ether[15] = 1' 2>"$TMP/tcpdump" &
children+=($!)
stamps=$!
wait_for grep -q listening "$TMP/tcpdump"
echo udp_send >"$S/late/enabled"
in_a sk udp4 connect $B4 9 send 1 10 >"$TMP/client"
wait "$stamps"
is "tcpdump takes the time of the device" $? 0
# event in the frame: its time, and that of the capture
tcpdump -r "$TMP/stamps" -tt -n -xx 2>/dev/null >"$TMP/stamped"
within "which is of this year" "$(sed -n '1s/\..*//p' "$TMP/stamped")" \
	"$(($(date +%s) - 3600))" "$(date +%s)"
echo '-*' >"$S/late/enabled"
is "a probe is answered at once" "$(frames -p skbtrace0)" \
	"echo seq=1234 frame_seq=5678 len=8 data=abcdefgh stamps=1 host=1"
finish
