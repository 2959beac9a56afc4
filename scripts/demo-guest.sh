#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/demo-guest.sh DIR - the part of scripts/demo.sh that runs in the VM
#
# Five paths, and every 40th packet of one of them is dropped; see demo-net.sh.
#
# Leaves in DIR: demo.dat, the recording; events, of what; said, what "skbtrace record" said;
# witness, the kernel's own counters (see demo-traffic.py).

set -euo pipefail
# The command line becomes part of the recording: no paths of this machine
PATH=$(cd "$(dirname "$0")" && pwd):$PATH
. "$(dirname "$0")/demo-net.sh"
cd "$1"

network
loss 2 40
mkfifo /tmp/ready
ip netns exec servers demo-traffic.py serve >/tmp/ready &
read -r _ </tmp/ready

# What this kernel has of it, or the recording would not begin. The story can
# be told without.
events=@trouble,@conn
for event in @rtt tcp_sendlimit; do
	if skbtrace list --json "$event" | grep -qv '"state":"unavailable"'; then
		events+=,$event
	fi
done
echo "$events" >events

skbtrace record -f -o demo.dat -e "$events" -- \
	ip netns exec clients demo-traffic.py upload witness >said 2>&1 || {
	status=$?
	cat said
	exit "$status"
}
