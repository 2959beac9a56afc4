#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/stock.sh [--built] FLAVOUR | --list - unpack a kernel of Debian's, print where
#
#   6.12, 6.12-rt, 6.1, 6.1-rt: Debian 12's newest linux-image of that name for
#   amd64, with its headers; -rt has PREEMPT_RT
#
# The packages are downloaded by apt-get and unpacked in the cache; nothing is
# installed on this host. The directory that is printed holds what a virtual
# machine and a compiler of modules need:
#
#   release   what uname -r says there
#   bzImage   the kernel
#   initrd    loads 9p and virtio, and goes on with the root over 9p
#   root      the packages as dpkg would unpack them, with lib/modules; drivers
#             of hardware are left out
#   build     the headers, so that make -C build M=... works from here
#
# scripts/vm.sh -k stock-FLAVOUR boots it, with skbtrace's modules.
#
#   --built   download and unpack nothing; fail if there is none yet
#   --list    only list the flavours
#
# Environment: SKBTRACE_CACHE, the place for it all.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# The packages that depend on the newest image, and on its headers
declare -A META=(
	[6.12]="linux-image-6.12-amd64 linux-headers-6.12-amd64"
	[6.12-rt]="linux-image-6.12-rt-amd64 linux-headers-6.12-rt-amd64"
	[6.1]="linux-image-amd64 linux-headers-amd64"
	[6.1-rt]="linux-image-rt-amd64 linux-headers-rt-amd64"
)
FLAVOURS=(6.12 6.12-rt 6.1 6.1-rt)
# What the guest cannot load from its root, since it has none before; overlay: where
# the host has no /lib/modules, a place for them is made by one. Some are
# built in, which differs from kernel to kernel.
EARLY="virtio_pci virtio_console virtio_rng 9pnet_virtio 9p overlay"
# Changes when the content of the directories does
LAYOUT=2

built_only=0
[ "${1-}" != --built ] || { built_only=1; shift; }
case ${1-} in
-h | --help) usage 0 ;;
--list) printf '%s\n' "${FLAVOURS[@]}"; exit ;;
'') usage ;;
esac
flavour=$1
[ -n "${META[$flavour]-}" ] ||
	die "Debian has no kernel '$flavour'" "there are: ${FLAVOURS[*]}"
dir=$CACHE/stock/$flavour

unpacked() {
	[ "$(cat "$dir/layout" 2>/dev/null)" = "$LAYOUT" ]
}

if ((built_only)); then
	unpacked || exit 1
	echo "$dir"
	exit
fi

need_command apt-get apt-cache dpkg-deb cpio modprobe depmod xz
busybox=$(command -v busybox) || die "busybox is not installed" "try: scripts/deps.sh stock"
[ "$(uname -m)" = x86_64 ] || die "only for x86-64 so far"

# depends PACKAGE: the kernel packages it depends on
depends() {
	apt-cache show --no-all-versions "$1" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',' '\n' |
		sed -n 's/^ *\(linux-\(image\|headers\|kbuild\|compiler\)-[^ |]*\).*/\1/p'
}

# The packages that hold it all, one a line, the image first
packages() {
	local image headers
	read -r image headers <<<"${META[$flavour]}"
	image=$(depends "$image" | head -n 1)
	headers=$(depends "$headers" | head -n 1)
	[ -n "$image" ] && [ -n "$headers" ] || return 1
	echo "$image"
	echo "$headers"
	depends "$headers" | grep -v '^linux-\(image\|compiler\)-'
}

# apt's lists are missing, or older than the archive. Only root can update them.
refresh() {
	((EUID == 0)) || return
	msg "apt-get update"
	apt-get update -q -q >&2
}

# fetch PACKAGE, into this folder; root's cache is out of reach for apt's own
# user
fetch() {
	apt-get -q -q -o APT::Sandbox::User=root download "$1" >&2
}

# download PACKAGE: print the file; fetch it unless it is there. The name is the
# one that apt gives it; apt prints nothing about a file that it finds.
download() {
	local file tmp=$CACHE/stock/download
	rm -rf "$tmp"
	mkdir "$tmp"
	file=$(cd "$tmp" && apt-get -q -q --print-uris download "$1" | cut -d' ' -f2)
	[ -n "$file" ] || die "apt does not know where $1 is" "try: apt-get update"
	if [ ! -s "$debs/$file" ]; then
		msg "downloading $1"
		(cd "$tmp" && { fetch "$1" || { refresh && fetch "$1"; }; }) ||
			die "cannot download $1" "if it is gone there: apt-get update"
		file=$(cd "$tmp" && echo ./*.deb)
		file=${file#./}
		mv "$tmp/$file" "$debs/"
	fi
	rm -rf "$tmp"
	echo "$debs/$file"
}

# The first process: what is needed for the root, the root, its init
make_init() {
	cat <<-'END'
		#!/bin/busybox sh
		# SPDX-License-Identifier: GPL-2.0
		B=/bin/busybox
		$B mount -t proc proc /proc
		while read -r m; do
			$B insmod "/modules/$m" || echo "initrd: $m does not load"
		done </modules/order
		flags= init=
		for w in $($B cat /proc/cmdline); do
			case $w in
			rootflags=*) flags=${w#*=} ;;
			init=*) init=${w#*=} ;;
			esac
		done
		$B mount -t 9p -o "ro,$flags" root /root || exec $B poweroff -f
		$B mount -t devtmpfs devtmpfs /root/dev
		$B umount /proc
		exec $B switch_root /root "$init"
	END
}

make_initrd() {
	local top=$new/initrd.d m file
	mkdir -p "$top"/{bin,proc,root,modules}
	cp "$busybox" "$top/bin/busybox"
	for m in $EARLY; do
		modprobe -d "$new/root" -S "$release" --show-depends "$m"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$new/early"
	while read -r file; do
		m=${file##*/}
		m=${m%%.*}.ko
		case $file in
		*.xz) xz -dc "$file" ;;
		*) cat "$file" ;;
		esac >"$top/modules/$m"
		echo "$m"
	done <"$new/early" >"$top/modules/order"
	make_init >"$top/init"
	chmod 755 "$top/init"
	(cd "$top" && find . | cpio -o -H newc --quiet -R 0:0) >"$new/initrd"
	rm -rf "$top" "$new/early"
}

# Debian's headers name the place where dpkg would put them. The folder of the
# release again, with the same files, beside the first; relative links hold.
make_build() {
	local src=$new/root/usr/src headers=linux-headers-$release
	grep -q '^include /usr/src/' "$src/$headers/Makefile" ||
		die "the Makefile of $headers is not as expected"
	cp -al "$src/$headers" "$src/build"
	rm "$src/build/Makefile"
	sed "s,^include /usr/src/,include $dir/root/usr/src/," \
		"$src/$headers/Makefile" >"$src/build/Makefile"
	ln -s root/usr/src/build "$new/build"
}

unpack() {
	local file start=$SECONDS
	new=$dir.new
	msg "unpacking Debian's $flavour kernel"
	rm -rf "$new"
	mkdir -p "$new/root"
	for file; do
		dpkg-deb -x "$file" "$new/root" || die "$file is damaged" "rm $file"
	done
	release=$(ls "$new/root/lib/modules")
	# nine tenths of all; they cost depmod 15 s, each time that it runs
	find "$new/root/lib/modules/$release/kernel" -name '*.ko*' \
		\( -path '*/kernel/sound/*' -o -path '*/kernel/drivers/*' \) \
		! -path '*/drivers/net/*.ko*' ! -path '*/drivers/char/*' \
		! -path '*/drivers/virtio/*' ! -path '*/drivers/block/*' -delete
	find "$new/root/lib/modules/$release/kernel/drivers/net" -mindepth 1 \
		-maxdepth 1 -type d -exec rm -r {} +
	echo "$release" >"$new/release"
	ln -s "root/boot/vmlinuz-$release" "$new/bzImage"
	depmod -b "$new/root" "$release"
	make_initrd
	make_build
	printf '%s\n' "${@##*/}" >"$new/packages"
	echo "$LAYOUT" >"$new/layout"
	rm -rf "$dir"
	mv "$new" "$dir"
	# packages of kernels that have been superseded
	for file in "$debs"/*.deb; do
		grep -Fqsx "${file##*/}" "$CACHE"/stock/*/packages || rm "$file"
	done
	msg "$flavour: $release, in $((SECONDS - start)) s"
}

debs=$CACHE/stock/debs
mkdir -p "$debs"
exec 9>"$CACHE/stock/lock"
flock 9
# found to be the newest after the package lists were last updated
if unpacked && [ "$dir/packages" -nt /var/lib/apt/lists ]; then
	echo "$dir"
	exit
fi
names=$(packages || { refresh && packages; }) || {
	# without package lists, the newest is what is there
	! unpacked || { echo "$dir"; exit; }
	die "apt knows no ${META[$flavour]% *}" \
		"on Debian 12: apt-get update (6.12 is in bookworm-security and -backports)"
}
files=()
for name in $names; do
	files+=("$(download "$name")")
done
if ! unpacked || ! printf '%s\n' "${files[@]##*/}" | cmp -s - "$dir/packages"; then
	unpack "${files[@]}"
fi
touch "$dir/packages"
echo "$dir"
