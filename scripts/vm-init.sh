#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Process 1 of the guest that scripts/vm.sh boots: mounts what a Linux system
# has, runs one command, leaves its exit status to the host, turns off.
# Shell built-ins where one serves: under emulation each exec takes 10-20 ms.

here=${0%/*}
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin
[ -L /bin ] || PATH=$PATH:/sbin:/bin

# mount reads /proc/self/mountinfo, so proc comes first
mount -t proc proc /proc
mount -a -T "$here/vm-fstab"
# user mode Linux has been told where; the port is a serial line there
mkdir /run/vm
if [ -n "${vm_ctl-}" ]; then
	mount -t hostfs -o "$vm_ctl" none /run/vm
	port=/dev/ttyS0
	stty -F $port raw
else
	mount -t 9p -o trans=virtio,version=9p2000.L,cache=none ctl /run/vm
	port=$(echo /dev/vport*p1)
fi

cwd='' repo='' host_path='' modules='' writable=() interactive=0 rows='' columns=''
# shellcheck source=/dev/null # sets the above
. /run/vm/env || exit

# The caller's PATH, too, but no folder twice: bpftrace -c wants one match
PATH=$repo/tools/skbtrace:$PATH
IFS=:
for d in $host_path; do
	[[ :$PATH: == *":$d:"* || -L $d ]] || PATH=$PATH:$d
done
unset IFS

# /tmp and /run are not the host's; what COMMAND needs of them is brought in
visible() {
	[ -d "$1" ] || { mkdir -p "$1" && mount --bind "/run/host$1" "$1"; }
}

visible "$cwd"
visible "$repo"
for i in "${!writable[@]}"; do
	mkdir -p "${writable[i]}"
	if [ -n "${vm_ctl-}" ]; then
		mount -t hostfs -o "${writable[i]}" none "${writable[i]}"
	else
		mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none \
			"w$i" "${writable[i]}"
	fi
done

if [ -n "$modules" ]; then
	visible "$modules"
	if [ ! -d /lib/modules ]; then
		# a host that has never had a kernel installed: the directory
		# can be made only on top of the read-only root
		mkdir /run/upper /run/work
		mount -t overlay -o lowerdir=/usr/lib,upperdir=/run/upper,workdir=/run/work \
			overlay /usr/lib
		mkdir -p /lib/modules
	fi
	mount --bind "$modules" /lib/modules
fi

echo vm >/proc/sys/kernel/hostname
[ ! -e /proc/sys/kernel/perf_event_paranoid ] ||
	echo -1 >/proc/sys/kernel/perf_event_paranoid
echo 0 >/proc/sys/kernel/kptr_restrict
ip link set lo up

cd "$cwd" || exit
if ((interactive)); then
	[ -n "${vm_ctl-}" ] || port=/dev/hvc0
	stty -F "$port" sane
	setsid -c bash -c "stty rows $rows columns $columns; . /run/vm/command" \
		<>"$port" >&0 2>&1
	status=$?
else
	# a pipe, since a virtio port cannot be opened twice (> /dev/stderr)
	mkfifo /run/out
	cat /run/out >"$port" &
	cat=$!
	# shellcheck source=/dev/null
	(. /run/vm/command) </dev/null >/run/out 2>&1
	status=$?
	# what COMMAND left behind would hold the pipe open
	for p in /proc/[1-9]*; do
		p=${p#/proc/}
		((p == 1 || p == cat)) || kill -KILL "$p" 2>/dev/null
	done
	wait "$cat"
fi

# The verdict comes last
for i in "${writable[@]}"; do
	umount "$i"
done
echo "$status" >/run/vm/status
if [ -n "${vm_ctl-}" ]; then
	umount /run/vm
	# reboot(2), to power off; user mode Linux has no sysrq
	perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc)'
fi
echo b >/proc/sysrq-trigger
sleep 60
