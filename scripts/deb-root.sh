# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A root to install packages in, which is this one with a kernel of
# scripts/stock.sh as if it were installed; sourced by what runs in a mount
# namespace or a VM of its own.

# make_root STOCK DIR: DIR/root, writable, whose changes are in DIR/upper.
# What is written is in memory, and gone with the mounts.
make_root() {
	local stock=$1 dir=$2 d
	mount -t tmpfs tmpfs "$dir"
	mkdir "$dir"/{root,upper,work,modules,modules-work}
	mount -t overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" \
		overlay "$dir/root"
	mkdir -p "$dir/root/lib/modules"
	mount -t overlay -o "lowerdir=$stock/root/lib/modules,upperdir=$dir/modules,workdir=$dir/modules-work" \
		overlay "$dir/root/lib/modules"
	for d in "$stock"/root/usr/src/linux-headers-* "$stock"/root/usr/lib/linux-kbuild-*; do
		d=${d#"$stock/root"}
		mkdir -p "$dir/root$d"
		mount --bind "$stock/root$d" "$dir/root$d"
	done
	for d in proc sys dev tmp; do
		mount --rbind "/$d" "$dir/root/$d"
	done
	# udev makes it, and bash needs it for <(...)
	[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
	# what has been left there by an earlier installation on this host
	rm -rf "$dir/root/var/lib/dkms/skbtrace"
}
