# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The network of scripts that show skbtrace at work; sourced in a VM.
#
#   namespace clients                        namespace servers
#     10.0.1.1 path1 ---- 20 ms each way ---- path1 10.0.1.2
#        ...                                     ...
#     10.0.5.1 path5 ---- 20 ms each way ---- path5 10.0.5.2

# On both sides: addresses of all neighbours, so that no connection waits for
# ARP, and the delay.
network() {
	local i side other ns

	# With a clock that counts instructions no time limit holds while the host
	# reads a file for us: what "record" would wait for with one comes first.
	modprobe skbtrace
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

# loss PATH N: each N-th packet is dropped where it arrives. Certain, not random.
# Packets without data (shorter than 256 bytes) pass: what is lost in the
# handshake or at the end would be another story.
loss() {
	tc -n servers -batch - <<-END
		qdisc add dev path$1 clsact
		filter add dev path$1 ingress prio 1 protocol ip u32 match u16 0 0xff00 at 2 action pass
		filter add dev path$1 ingress prio 2 protocol ip matchall action gact pass random determ drop $2
	END
}
