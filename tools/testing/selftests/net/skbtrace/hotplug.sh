#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A CPU goes offline and online during tracing: each lost event is counted

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need taskset
need_event udp_send
cpu1=/sys/devices/system/cpu/cpu1/online
[ -w $cpu1 ] || skip "no CPU that can go"
net_up
# shellcheck disable=SC2317 # called by cleanup
cpu1_back() {
	echo 1 >"$cpu1"
}
at_end=cpu1_back
server in_b udp4 bind $B4 9 touch "$TMP/ready" until "$TMP/never-ever"

# send CPU COUNT
send() {
	in_a taskset -c "$1" sk udp4 connect $B4 9 send "$2" 10
}

trace_on udp_send
for i in 1 2 3; do
	send 1 30
	ok "round $i: it goes" bash -c "echo 0 >$cpu1"
	send 0 20
	ok "round $i: it comes back" bash -c "echo 1 >$cpu1"
	send 1 10
done
trace_off
is "identity" "$(identity 60 120)" ""
is "CPU 1 in the stream" "$(count udp_send cpu=1)" 120

# The CPU is offline when tracing begins
echo 0 >$cpu1
trace_on udp_send
send 0 5
echo 1 >$cpu1
send 1 5
ok "its file is there" [ -e $CTL/trace.cpu1 ]
cat $CTL/trace.cpu1 >"$TMP/cpu1" &
readers+=($!)
children+=($!)
trace_off
is "began without it: identity" "$(identity 5 5)" ""

# Its reader comes while it is off: then, and when it is back, it sees what there
# is without an end of tracing

# shellcheck disable=SC2317 # called by wait_for
seen() {
	local n
	n=$(blocks "$TMP/format" "$TMP/cpu1" 2>/dev/null |
		grep -c ' event=udp_send ')
	((n == $1))
}
reader=true trace_on udp_send
send 1 5
echo 0 >$cpu1
cat $CTL/trace.cpu1 >"$TMP/cpu1" &
readers+=($!)
children+=($!)
ok "a reader that comes while it is off" wait_for seen 5
echo 1 >$cpu1
send 1 5
ok "and when it is back" wait_for seen 10
trace_off
finish
