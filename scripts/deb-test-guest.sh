#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/deb-test-guest.sh STOCK DIR chroot|vm - the tests of scripts/deb-test.sh
#
# STOCK is what scripts/stock.sh has printed, DIR holds the packages in now/
# and newer/, and ccache's files.
# shellcheck disable=SC2317 # ok() runs what stands behind it

set -u
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/deb-root.sh"

stock=$1 dir=$2 where=$3
release=$(cat "$stock/release")
n=0 failed=0

ok() { # NAME COMMAND...
	local name=$1
	shift
	n=$((n + 1))
	if "$@" >"$top/out" 2>&1; then
		echo "ok $n - $where: $name"
	else
		echo "not ok $n - $where: $name"
		tail -n 30 "$top/out" | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}

not() {
	! "$@"
}

# inside COMMAND...: on the system that is installed on
inside() {
	chroot "$top/root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		DEBIAN_KERNEL_USE_CCACHE=1 CCACHE_DIR=/ccache CCACHE_NOCOMPRESS=1 \
		CCACHE_SLOPPINESS=file_stat_matches,include_file_mtime,include_file_ctime \
		"$@"
}

# says TEXT COMMAND...: in its output
says() {
	local text=$1
	shift
	"$@" 2>&1 | tee "$top/said"
	grep -qF -- "$text" "$top/said"
}

modules() {
	find "$top/root/lib/modules/" -name 'skbtrace*.ko*' | grep .
}

loaded() {
	grep '^skbtrace' /proc/modules
}

# Files by their names in what has been written, but what dpkg and apt keep
left() {
	find "$top/upper" "$top/modules" -name '*skbtrace*' | grep .
}

install() { # now|newer
	local f files=()
	for f in "$dir/$1"/*.deb; do
		files+=("/packages/$1/${f##*/}")
	done
	inside dpkg --force-unsafe-io -i "${files[@]}" 2>&1 | tee "$top/installed"
	return "${PIPESTATUS[0]}"
}

installed() { # VERSION
	inside dkms status | tee "$top/status"
	[ "$(grep -c . "$top/status")" = 1 ] &&
		grep -qxF "skbtrace/$1, $release, x86_64: installed" "$top/status"
}

traffic() {
	inside skbtrace record -q -f -o /tmp/deb.dat -e @conn,tcp_retransmit -- \
		python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 4433))
c = socket.create_connection(("127.0.0.1", 4433))
a = s.accept()[0]
c.sendall(b"x" * 10000)
a.recv(1)
a.close(); c.close()'
}

recorded() {
	inside skbtrace parse /tmp/deb.dat
	inside skbtrace parse /tmp/deb.dat --json --conn 127.0.0.1:4433 >"$top/json"
	grep -q '"event":"tcp_active_conn"' "$top/json" &&
		grep -q '"event":"tcp_connection"' "$top/json"
}

top=$(mktemp -d /tmp/skbtrace-deb.XXXXXX)
make_root "$stock" "$top" || exit
mkdir -p "$top/root/packages" "$top/root/ccache"
mount --bind "$dir" "$top/root/packages"
mount --bind "$dir/ccache" "$top/root/ccache"
# the kernel's own modprobe runs outside
[ "$where" != vm ] || mount --bind "$top/root/lib/modules" /lib/modules
version=$(dpkg-deb -f "$dir"/now/skbtrace_*.deb Version)

# Compiled here: one version takes the place of the other
in_chroot() {
	local start=$SECONDS
	ok "installs" install now
	echo "# installed in $((SECONDS - start)) s"
	ok "installed for $release" installed "$version"
	ok "the modules are there" modules
	ok "manual page" inside man -w skbtrace
	ok "a newer version is installed" install newer
	ok "and is the only one" installed "$version+newer"
}

# The headers come later than the packages, so that it is compiled once only:
# emulated, that takes minutes
without_headers() {
	mv "$top/root/lib/modules/$release/build" "$top/build"
	ok "without headers: it installs" install now
	ok "without headers: told which kernel" grep -F "Module build for kernel $release was skipped" "$top/installed"
	ok "without headers: the program says what to do" says \
		"linux-headers-$release" not inside skbtrace list
	ok "without headers: a newer version is installed" install newer
	mv "$top/build" "$top/root/lib/modules/$release/build"
}

in_vm() {
	local start=$SECONDS log
	without_headers
	ok "with headers: dkms autoinstall" inside dkms autoinstall
	log=$top/root/var/lib/dkms/skbtrace/$version+newer/$release/x86_64/log/make.log
	echo "# done in $((SECONDS - start)) s, of which compiling" \
		"$(($(stat -c %Y "$log") - EPOCHSECONDS + SECONDS - start)) s"
	ok "installed for $release" installed "$version+newer"
	ok "the modules are there" modules
	ok "nothing is loaded by that" not loaded
	ok "list loads them" says tcp_retransmit inside skbtrace list
	ok "loaded" loaded
	ok "records real traffic" traffic
	ok "and it can be read" recorded
	inside skbtrace record -q -f -o /tmp/deb.dat -w 100 &
	for ((i = 0; i < 100; i++)); do
		! inside skbtrace status | grep -q '^tracing   on' || break
		sleep 0.2
	done
	ok "removed while somebody traces: told" says "skbtrace stop" \
		inside dpkg -r skbtrace-dkms
	ok "and traces on" loaded
	inside skbtrace stop
	wait
	# shellcheck disable=SC2046 # names without blanks
	rmmod $(ls /sys/module/skbtrace/holders) skbtrace
	ok "its modules are not to be found" not modules
}

echo "TAP version 13"
"in_$where"
ok "the sources of the older are gone" not test -e "$top/root/usr/src/skbtrace-$version"
ok "is removed" inside dpkg -r skbtrace-dkms skbtrace
ok "no modules are left" not modules
ok "none is loaded" not loaded
ok "is purged" inside dpkg -P skbtrace-dkms skbtrace
rm -f "$top/root/tmp/deb.dat"
ok "no file is left" not left
echo "1..$n"
echo "$((n - failed)) passed, $failed failed"
umount -R "$top" 2>/dev/null || umount -R -l "$top"
rmdir "$top" 2>/dev/null
((failed == 0))
