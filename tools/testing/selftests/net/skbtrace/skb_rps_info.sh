#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# skb_rps_info: the CPU that RPS chooses, where the test allows one CPU only

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip taskset
need_event skb_rps_info
net_up
(($(grep -c ^processor /proc/cpuinfo) > 1)) || skip "one CPU only"

# rps NAMESPACE DEVICE MASK: sets it; each namespace has a sysfs of its own
rps() {
	ip netns exec "$1" sh -c \
		"echo $3 >/sys/class/net/$2/queues/rx-0/rps_cpus" 2>/dev/null
}

# received_rps: interrupts of RPS to CPU 1, each for a batch of packets
received_rps() {
	echo $((0x$(awk 'NR == 2 { print $10 }' /proc/net/softnet_stat)))
}

rps "$B" b0 2 || skip "no RPS"
for f in 4 6; do
	server in_b "udp$f" bind "$(addr B $f)" 5000 touch "$TMP/ready" recv 10
	trace_on skb_rps_info
	before=$(received_rps)
	in_a taskset -c 0 sk "udp$f" bind "$(addr A $f)" 6000 \
		connect "$(addr B $f)" 5000 send 10 100
	wait "$server_pid"
	after=$(received_rps)
	trace_off
	is "IPv$f: identity" "$(identity)" ""
	tuple=(local="$(addr B $f)" lport=5000 peer="$(addr A $f)" pport=6000)
	is "IPv$f: packets sent to CPU 1" "$(count skb_rps_info "${tuple[@]}" \
		target_cpu=1 proto=udp dir=rx)" 10
	within "IPv$f: the CPU was told so" $((after - before)) 1 100
	is "IPv$f: one flow, one hash" "$(values rx_hash skb_rps_info \
		"${tuple[@]}" | sort -u | wc -l)" 1
	is "IPv$f: which there is" "$(count skb_rps_info "${tuple[@]}" \
		rx_hash=0)" 0
	is "IPv$f: device" "$(values ifindex skb_rps_info "${tuple[@]}" |
		sort -u)" "$(in_b cat /sys/class/net/b0/ifindex 2>/dev/null ||
		ip netns exec "$B" cat /sys/class/net/b0/ifindex)"
done

# RPS is on, but not for this device
rps "$A" a0 2
rps "$B" b0 0
trace_on skb_rps_info
in_a sk udp4 bind $A4 6000 connect $B4 5000 send 1 100
trace_off
is "none chosen" "$(list target_cpu skb_rps_info lport=5000 pport=6000)" -1
finish
