#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The disk becomes full: record says so, stops, exits with 1, and keeps its file

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need_event udp_send
net_up

mkdir "$TMP/disk"
mount -t tmpfs -o size=256k tmpfs "$TMP/disk" || skip "no tmpfs"
unmount() {
	umount -l "$TMP/disk"
}
at_end=unmount

server in_b udp4 bind $B4 9 touch "$TMP/ready" until "$TMP/never-ever"
background in_a sk udp4 connect $B4 9 times 1000000000 send 1 100 again
skbtrace record -q -e udp_send -o "$TMP/disk/f.dat" 2>"$TMP/err"
is "exit status" "$?" 1
like "message" "$(cat "$TMP/err")" "skbtrace: *No space left on device*"
is "tracing has ended" "$(cat $CTL/owner $CTL/enabled)" none
files=("$TMP"/disk/f.dat*)
is "one file" "${#files[@]}" 1
skbtrace parse -i "${files[0]}" >"$TMP/text" 2>"$TMP/err"
like "it can be read" "$?" "[03]"
within "its events" "$(grep -c udp_send "$TMP/text")" 100 1000000
finish
