#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Readers send the data over the network that is traced: this causes events, but no
# probe within a probe, and not more and more of them

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip taskset
need_event tcp_rttm tcp_connection udp_send skb_drop
ip link set lo up
echo 4096 >"$CTL/subbuf_size"

sk tcp4 bind 127.0.0.1 5999 listen 5 touch "$TMP/ready" accept eof \
	>"$TMP/got0" &
sink=$!
wait_for [ -e "$TMP/ready" ]
put enabled $'tcp_rttm\ntcp_connection\nudp_send\nskb_drop'
# the data of CPU 0 over TCP, those of CPU 1 over UDP
cat $CTL/trace.cpu0 2>/dev/null >/dev/tcp/127.0.0.1/5999 &
tcp=$!
cat $CTL/trace.cpu1 2>/dev/null >/dev/udp/127.0.0.1/5998 &
udp=$!
children+=("$sink" "$tcp" "$udp")

# consumed CPU: how many of its sub-buffers have been read
consumed() {
	local n
	n=$(grep -o "^cpu $1 .* consumed=[0-9]*" "$CTL/stat")
	echo "${n##*=}"
}

busy() {
	taskset -c 0 sk udp4 connect 127.0.0.1 9 try send 1 10
	(($(consumed 0) >= 20))
}

ok "many sub-buffers have gone over the network" wait_for busy
cp "$CTL/stat" "$TMP/stat"
echo '-*' >"$CTL/enabled"
wait "$tcp" "$udp" "$sink"
within "CPU 0: some have arrived" "$(value received "$TMP/got0")" \
	81920 1000000000
is "no probe within a probe" "$(stat_sum recursion)" 0
# 20 flushes, one each 100 ms, of a few segments, which cause an event or two each
within "the events are bounded" "$(stat_sum hits)" 20 100000
like "it did not give up" "$(head -n 1 "$CTL/stat")" "*dead=-"
finish
