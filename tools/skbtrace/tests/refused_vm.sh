#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# refused_vm.sh lockdown|signed|KERNELS... - on a kernel that refuses the modules
#
# Where the modules cannot be loaded, or tracing is forbidden, the program names the
# kernel, what is missing, and the next command. In a virtual machine: scripts/
# refused.sh starts it once with lockdown=integrity, once with module.sig_enforce=1,
# and once with neither and two trees of modules, of this kernel and of another
# release, from which a file is used in place of this one's. TAP.
# shellcheck disable=SC2154,SC2317 # vm_lib.sh sets them, ok() runs them

. "$(dirname "$0")/vm_lib.sh"
need depmod

release=$(uname -r)
kernel="skbtrace: this kernel ($release)"

# two lines and no more: the problem, and what to do
both_parts() { # FIRST SECOND
	is "$(flat <err)" "$(flat <<<"$1 $2")" && fits err
}

refuses() { # NAME FIRST SECOND COMMAND...
	local name=$1 first=$2 second=$3
	shift 3
	run "$@"
	ok "$name: exit 1" is "$rc" 1
	ok "$name: what, and what to do" both_parts "$first" "$second"
	ok "$name: nothing on stdout" is "$(wc -c <out)" 0
}

locked="boot with Secure Boot off, and without lockdown=integrity or try it in a VM: make demo"

case ${1-} in
lockdown)
	refuses "lockdown, list" "$kernel is locked down (integrity): it loads no module without a key that it knows" \
		"$locked" list
	refuses "lockdown, record" "$kernel is locked down (integrity): it loads no module without a key that it knows" \
		"$locked" record -w 1 -o no.dat
	ok "lockdown, record: no file" test ! -e no.dat -a ! -e no.dat.part
	ok "lockdown: what has been mounted for it is not any more" \
		test ! -e /sys/kernel/security/lockdown
	;;
signed)
	refuses "signatures, record" "$kernel refuses the module skbtrace: it is not signed with a key that the kernel knows" \
		"boot without module.sig_enforce, or enrol the key of DKMS: mokutil --import /var/lib/dkms/mok.pub" \
		record -w 1 -o no.dat
	;;
*)
	good=$(mktemp -d) own=/lib/modules/$release/updates
	# modules are found in this folder, which is ours alone
	mount --bind /lib/modules "$good"
	install="install: apt install ./skbtrace-dkms_*.deb     or try it in a VM: make demo"
	mount -t tmpfs none /lib/modules
	refuses "no modules, record" "$kernel has no skbtrace: modprobe: module skbtrace not found" \
		"$install" record -w 1 -o no.dat
	refuses "no modules, list" "$kernel has no skbtrace: modprobe: module skbtrace not found" \
		"$install" list
	refuses "no modules, status" "$kernel has no skbtrace: modprobe: module skbtrace not found" \
		"$install" status
	mkdir -p "$own"
	cp "$2"/lib/modules/*/updates/skbtrace.ko "$own/"
	depmod
	refuses "another kernel's, record" "$kernel refuses the module skbtrace: it was compiled for $(basename "$2"/lib/modules/*)" \
		"for this one: apt install ./skbtrace-dkms_*.deb     or: make modules KDIR=$release" \
		record -w 1 -o no.dat
	head -c 5000 "$good/$release/updates/skbtrace.ko" >"$own/skbtrace.ko"
	run record -w 1 -o no.dat
	ok "cut off: exit 1" is "$rc" 1
	ok "cut off: the kernel's name" says "$kernel "
	never=$(mktemp) modprobe=$(readlink -f "$(command -v modprobe)")
	printf '#!/bin/sh\nexec sleep 1000\n' >"$never"
	chmod +x "$never"
	mount --bind "$never" "$modprobe"
	run record -w 1 -o no.dat
	ok "modprobe does not end: exit 1" is "$rc" 1
	ok "modprobe does not end: that is what is said" \
		says "modprobe skbtrace did not end within 30 seconds"
	umount "$modprobe"
	umount /lib/modules
	run list
	ok "the right ones: list" is "$rc" 0
	# root may switch lockdown on in a running kernel, too
	mount -t securityfs none /sys/kernel/security
	echo integrity >/sys/kernel/security/lockdown
	run list
	ok "lockdown later: list only reads, and may" is "$rc" 0
	refuses "lockdown later, record" "$kernel is locked down (integrity): nobody may trace" \
		"$locked" record -w 1 -o no.dat
	run status
	ok "lockdown later: status, too" is "$rc" 0
	;;
esac
echo "1..$n"
exit "${failed:-0}"
