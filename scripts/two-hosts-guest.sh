#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# two-hosts-guest.sh collector|sender DIR: one of the machines of two-hosts.sh. What
# it records is in DIR
set -eu
role=$1 dir=$2
here=$(dirname "$0")
CTL=/sys/kernel/debug/skbtrace

echo "$role" >/proc/sys/kernel/hostname
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
own=10.90.0.1 other=10.90.0.2
[ "$role" = collector ] || own=10.90.0.2 other=10.90.0.1
ip addr add $own/24 dev vec0
ip link set vec0 up

if [ "$role" = collector ]; then
	mkdir "$dir/d"
	skbtrace collect --listen 4717 -o "$dir/d" &
	collect=$!
	skbtrace record -q -e udp_send,udp_receive -o "$dir/own.dat" 'udp port 5001' &
	record=$!
	python3 "$here/two-hosts-talk.py" collector "$own:$dir/d"
	kill -INT $collect $record
	wait $collect
	wait $record
	exit
fi
python3 "$here/two-hosts-talk.py" fast 50
ip link add skbtrace0 type skbtrace
ip link del skbtrace0
IP_LIB_DIR=$here/../tools/skbtrace/obj/ip \
	ip link add skbtrace0 type skbtrace remote $other port 4717
ip link set skbtrace0 up
python3 "$here/two-hosts-talk.py" wait $other
printf 'udp_send\nudp_receive\n' >/run/specs
cat /run/specs >$CTL/enabled
python3 "$here/two-hosts-talk.py" sender $other
echo '-*' >$CTL/enabled
# that the session has ended is told again and again, until the device goes
python3 "$here/two-hosts-talk.py" bye $other
