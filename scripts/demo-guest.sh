#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/demo-guest.sh DIR - the part of scripts/demo.sh that runs in the VM
#
# Five paths, and every 40th packet of one of them is dropped; see demo-net.sh.
#
# Leaves in DIR: demo.dat, the recording; said, the messages of "skbtrace record";
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

skbtrace record -f -o demo.dat -- \
	ip netns exec clients demo-traffic.py upload witness >said 2>&1 || {
	status=$?
	cat said
	exit "$status"
}
