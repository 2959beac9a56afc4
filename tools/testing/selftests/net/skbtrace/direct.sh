#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# record --direct, on a disk with ext4: all events are there; the disk is full: a
# message, stop, exit 1, what is there can be read

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need ip losetup mkfs.ext4 modprobe
need_event udp_send
net_up

truncate -s 24M "$TMP/image"
mkfs.ext4 -q -O ^has_journal "$TMP/image" || die "mkfs.ext4"
[ -e /dev/loop-control ] || modprobe -q loop
grep -qw ext4 /proc/filesystems || modprobe -q ext4
loop=$(losetup -f --show "$TMP/image") || skip "no loop devices"
mkdir "$TMP/disk"
unmount() {
	umount -l "$TMP/disk"
	losetup -d "$loop"
}
at_end=unmount
mount -t ext4 "$loop" "$TMP/disk" || skip "no ext4"

server in_b udp4 bind $B4 9 touch "$TMP/ready" until "$TMP/never-ever"

for how in "" --no-compress; do
	f=$TMP/disk/${how:---compress}.dat
	skbtrace record -q $how --direct --netns "$A" -e udp_send -o "$f" -- \
		nsenter --net="/run/netns/$A" sk udp4 connect $B4 9 times 3000 send 1 100 again
	is "${how:-compressed}: exit status" $? 0
	is "${how:-compressed}: all events" \
		"$(skbtrace parse -i "$f" | grep -c udp_send)" 3000
done
f=$TMP/disk/--no-compress.dat
is "what was reserved is given back" \
	"$(($(stat -c '%b * 512 - %s' "$f") < 65536))" 1

background in_a sk udp4 connect $B4 9 times 1000000000 send 1 100 again
skbtrace record -q --no-compress --direct -e udp_send -o "$TMP/disk/full.dat" \
	2>"$TMP/err"
is "full: exit status" $? 1
like "full: message" "$(cat "$TMP/err")" "skbtrace: *No space left on device*"
is "full: tracing has ended" "$(cat $CTL/owner $CTL/enabled)" none
skbtrace parse -i "$TMP/disk/full.dat" >"$TMP/text" 2>"$TMP/err"
is "full: cut off" $? 3
like "full: at the end of a chunk" "$(cat "$TMP/err")" "*ends without END at byte*"
within "full: its events" "$(grep -c udp_send "$TMP/text")" 50000 1000000
finish
