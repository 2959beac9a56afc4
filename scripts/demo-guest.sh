#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/demo-guest.sh DIR - the part of scripts/demo.sh that runs in the VM
#
#   namespace clients                        namespace servers
#     10.0.1.1 path1 ---- 20 ms each way ---- path1 10.0.1.2
#     10.0.2.1 path2 ---- the same, and ----- path2 10.0.2.2
#        ...              every 40th packet     ...
#     10.0.5.1 path5      is dropped here --> path5 10.0.5.2
#
# Leaves in DIR: demo.dat, the recording; said, what "skbtrace record" said;
# witness, the kernel's own counters (see demo-traffic.py).

set -euo pipefail
# The command line becomes part of the recording: no paths of this machine
PATH=$(cd "$(dirname "$0")" && pwd):$PATH
cd "$1"

# On both sides: addresses of all neighbours, so that no connection waits for
# ARP, and the delay.
network() {
	local i side other ns

	ip netns add clients
	ip netns add servers
	for i in 1 2 3 4 5; do
		echo "link add path$i address 02:00:00:00:0$i:01 type veth peer" \
			"name path$i address 02:00:00:00:0$i:02 netns servers"
	done | ip -n clients -batch -
	for side in 1 2; do
		other=$((3 - side))
		((side == 1)) && ns=clients || ns=servers
		for i in 1 2 3 4 5; do
			echo "addr add 10.0.$i.$side/24 dev path$i"
			echo "link set path$i up"
			echo "neigh add 10.0.$i.$other lladdr 02:00:00:00:0$i:0$other" \
				"dev path$i nud permanent"
		done | ip -n "$ns" -batch -
		for i in 1 2 3 4 5; do
			echo "qdisc add dev path$i root netem delay 20ms limit 10000"
		done | tc -n "$ns" -batch -
	done
}

# Certain, not random. Packets without data (shorter than 256 bytes) pass: what
# is lost in the handshake or at the end would be another story.
loss() {
	tc -n servers -batch - <<-END
		qdisc add dev path2 clsact
		filter add dev path2 ingress prio 1 protocol ip u32 match u16 0 0xff00 at 2 action pass
		filter add dev path2 ingress prio 2 protocol ip matchall action gact pass random determ drop 40
	END
}

network
loss
mkfifo /tmp/ready
ip netns exec servers demo-traffic.py serve >/tmp/ready &
read -r _ </tmp/ready

skbtrace record -f -o demo.dat -e @trouble,@conn,@rtt,tcp_sendlimit -- \
	ip netns exec clients demo-traffic.py upload witness >said 2>&1 || {
	status=$?
	cat said
	exit "$status"
}
