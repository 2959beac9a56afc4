#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Load, trace, unload again and again, while packets flow

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
need_root
need ip modinfo modprobe rmmod
modinfo skbtrace_udp >/dev/null 2>&1 || skip "skbtrace is not a module"
control_up
[ -d /sys/module/skbtrace/holders ] || skip "skbtrace is not a module"
ROUNDS=${ROUNDS:-20}
[ ! -d /sys/module/skbtrace_link ] || rmmod skbtrace_link
modules='skbtrace_udp skbtrace_tcp skbtrace_ip skbtrace_packet skbtrace'

# shellcheck disable=SC2086 # words
ok "nobody uses them: they can go" rmmod $modules
net_up
for f in 4 6; do
	server in_b "udp$f" bind "$(addr B $f)" 9 touch "$TMP/ready" \
		recv 1000000000
	background in_a sk "udp$f" connect "$(addr B $f)" 9 \
		times 1000000000 send 5 100 pause 2000 again
done

hits() {
	[[ $(cat "$CTL/stat") == *" hits="[1-9]* ]]
}

wrong=''
for ((i = 1; i <= ROUNDS; i++)); do
	modprobe skbtrace || wrong+="round $i: modprobe; "
	# a device that is up does not keep its module loaded
	ip link add skbtrace0 type skbtrace || wrong+="round $i: link; "
	ip link set skbtrace0 up
	# loads the modules by their aliases
	put enabled $'udp_send\nudp_receive\nskb_drop' ||
		wrong+="round $i: enable; "
	wait_for hits || wrong+="round $i: no event; "
	! rmmod skbtrace_udp 2>/dev/null || wrong+="round $i: rmmod in use; "
	((i % 2)) || echo '-*' >"$CTL/enabled"
	((i % 2 == 0)) || echo $'-udp_send' >"$CTL/enabled"
	((i % 2 == 0)) || put enabled $'-udp_receive\n-skb_drop'
	((i % 3)) || rmmod skbtrace_link || wrong+="round $i: rmmod link; "
	echo '-*' >"$CTL/enabled"
	# shellcheck disable=SC2046 # those that are there
	rmmod $(awk '/^skbtrace_/ { print $1 }' /proc/modules) skbtrace ||
		wrong+="round $i: rmmod; "
done
is "$ROUNDS rounds" "$wrong" ""
is "nothing is left of it" "$(ls -d $CTL 2>/dev/null)" ""
modprobe skbtrace
finish
