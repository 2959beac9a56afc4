#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/vm.sh [OPTION...] [--] COMMAND... - run a command in a virtual machine
#
# The guest's root is the host's, read-only, so that every installed tool is
# there and no image is built; /tmp, /run and the like are fresh (but for the
# caller's directory and -w, if they are below). COMMAND runs as root in the
# caller's directory, stdin is empty, stdout and stderr come out on stdout. The
# exit status is COMMAND's, or 124: timeout, 125: the VM failed.
#
#   -k VARIANT   kernel of scripts/kernel.sh (default plain), built if missing;
#                uml: a process, not QEMU; one CPU, whose time is virtual (a
#                wait takes none, and a busy host can't make a limit of time
#                fail) unless -a time-travel=off;
#                stock-FLAVOUR: Debian's, of scripts/stock.sh, downloaded if
#                missing, with skbtrace's modules as they are in this clone
#   -K BZIMAGE   that kernel, whoever built it
#   -M DIR       holds lib/modules of -K's kernel, or others than those of -k
#   -I INITRD    for a kernel without 9p and virtio built in
#   -c CPUS      default 2
#   -m MEM       default 2G
#   -w DIR       writable in the guest, at the same path; may be repeated
#   -e NAME=VAL  into COMMAND's environment; may be repeated
#   -a ARGS      more kernel arguments
#   -t SECONDS   timeout, default 900 (with -i: none): a busy host takes long
#   -l FILE      keep the kernel's console here
#   -q ARG       one more argument for QEMU; may be repeated
#   -i           interactive: COMMAND (default: a shell) gets the terminal
#   --icount     1 CPU whose clock counts instructions: the same in every run
#
# SKBTRACE_ACCEL=kvm|tcg overrides the choice that is made by trying.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

variant=plain image='' modules='' initrd='' cpus=2 mem=2G writable=() vars=() args=''
timeout='' log='' interactive=0 icount=0 qemu_args=()

while (($#)); do
	case $1 in
	-[kKMIcmweatlq])
		(($# > 1)) || die "$1 needs a value"
		case $1 in
		-k) variant=$2 ;;
		-K) image=$2 ;;
		-M) modules=$2 ;;
		-I) initrd=$2 ;;
		-c) cpus=$2 ;;
		-m) mem=$2 ;;
		-w) writable+=("$(realpath -e "$2")") || die "-w $2: not there" ;;
		-e) vars+=("$2") ;;
		-a) args=$2 ;;
		-t) timeout=$2 ;;
		-l) log=$(realpath "$2") ;;
		-q) qemu_args+=("$2") ;;
		esac
		shift
		;;
	-i) interactive=1 ;;
	--icount) icount=1 ;;
	-h | --help) usage 0 ;;
	--) shift; break ;;
	-*) die "unknown option $1" "see: $0 --help" ;;
	*) break ;;
	esac
	shift
done
(($# || interactive)) || usage
: "${timeout:=$((interactive ? 0 : 900))}"

[ "$variant" = uml ] || need_command qemu-system-x86_64

if [ -z "$image" ] && [[ $variant == stock-* ]]; then
	dir=$("$ROOT/scripts/stock.sh" --built "${variant#stock-}") ||
		dir=$("$ROOT/scripts/stock.sh" "${variant#stock-}")
	image=$dir/bzImage
	: "${initrd:=$dir/initrd}"
	[ -n "$modules" ] || modules=$("$ROOT/scripts/modules.sh" -i "$variant")
elif [ -z "$image" ]; then
	dir=$("$ROOT/scripts/kernel.sh" --built "$variant") ||
		dir=$("$ROOT/scripts/kernel.sh" "$variant")
	image=$dir/bzImage
	[ "$variant" != uml ] || image=$dir/linux
	[ -n "$modules" ] || [ ! -d "$dir/modroot" ] || modules=$dir/modroot
	# a warning of a kernel that checks itself is a failed run
	[[ $variant != @(debug|uml) ]] || args="panic_on_warn=1 $args"
fi
[ -r "$image" ] || die "no kernel at $image"

# /dev/kvm may open and yet run no kernel, so only a boot proves it. The answer
# holds until the host boots again.
accelerator() {
	local known answer
	if [ -n "${SKBTRACE_ACCEL-}" ]; then
		echo "$SKBTRACE_ACCEL"
		return
	fi
	[ -w /dev/kvm ] || { echo tcg; return; }
	known=$CACHE/accel-$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -s "$known" ]; then
		answer=tcg
		! SKBTRACE_ACCEL=kvm "$0" -K "$image" -t 5 true \
			>/dev/null 2>&1 || answer=kvm
		mkdir -p "$CACHE"
		rm -f "$CACHE"/accel-*
		echo "$answer" >"$known"
	fi
	cat "$known"
}

# What the guest needs to know, and its answer, travel in a directory that both
# see: text on a console is no place for an exit status.
ctl=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-vm.XXXXXX")
vm_pid=''
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ -z "$vm_pid" ] || kill "$vm_pid" 2>/dev/null || true
	rm -rf "$ctl"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
: "${log:=$ctl/console}"
: >"$log"

rows=24 columns=80
((!interactive)) || read -r rows columns < <(stty size) || true
[ -z "$modules" ] || modules=$(realpath -e "$modules/lib/modules") ||
	die "no modules below $modules"
vars+=("TERM=${TERM:-dumb}" "HOME=${HOME:-/}" "LC_ALL=$LC_ALL")
{
	declare -p rows columns interactive modules writable
	printf '%s=%q\n' cwd "$PWD" repo "$ROOT" host_path "$PATH"
	for v in "${vars[@]}"; do
		printf 'export %s=%q\n' "${v%%=*}" "${v#*=}"
	done
} >"$ctl/env"
(($#)) || set -- env PS1='vm:\w# ' bash --norc -i
printf '%q ' "$@" >"$ctl/command"

# add_share TAG DIR [,OPTION]: a directory of the host, over 9p
add_share() {
	machine+=(
		-fsdev "local,id=$1,path=${2//,/,,},security_model=none,multidevs=remap${3-}"
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1"
	)
}

# The CPU model is pinned: with ERMS/FSRM each iteration of a rep instruction
# counts as one. Multi-threaded TCG crashes kernels that patch their own code. On a
# busy host the guest's kernel would find its timer broken, and panic.
qemu() {
	local i
	if ((icount)); then
		cpus=1
		machine=(-accel 'tcg,thread=single' -icount 'shift=0,sleep=off')
	elif [ "$(accelerator)" = kvm ]; then
		machine=(-accel kvm)
	else
		machine=(-accel 'tcg,thread=single')
	fi
	machine+=(-M q35 -cpu 'max,-erms,-fsrm' -smp "$cpus" -m "$mem" "${qemu_args[@]}")
	add_share root / ,readonly=on
	add_share ctl "$ctl"
	for i in "${!writable[@]}"; do
		add_share "w$i" "${writable[i]}"
	done
	machine+=(
		-kernel "$image" ${initrd:+-initrd "$initrd"}
		-append "console=ttyS0 no_timer_check oops=panic panic=-1 root=root ro rootfstype=9p
			 rootflags=trans=virtio,version=9p2000.L,msize=512000,cache=loose
			 init=$init $args"
		-nodefaults -no-user-config -no-reboot -display none
		-serial "file:$log" -device virtio-rng-pci -device virtio-serial-pci
	)
	# A fifo, since QEMU makes what it writes to non-blocking, which must not
	# spread to whoever shares our stdout; and not its own stdio, since the
	# end of its stdin would close the port.
	if ((interactive)); then
		machine+=(-chardev 'stdio,id=tty,signal=off' -device 'virtconsole,chardev=tty')
	else
		machine+=(-chardev "file,id=out,path=$ctl/out"
			-device 'virtserialport,chardev=out,name=out')
	fi
	machine=(qemu-system-x86_64 "${machine[@]}")
}

# User mode Linux: the console goes into the log, the first serial line to the
# caller. It stays with its memory in a file that has no name.
uml() {
	local words d mb=$mem travel=time-travel=inf-cpu

	mb=${mb/%G/ * 1024} mb=${mb/%M/}
	# the memory is a file: 64 MB of /dev/shm are what a container has
	for d in /dev/shm "${TMPDIR:-/tmp}" ''; do
		[ -n "$d" ] || die "no room for the memory of the machine, $mem" \
			"neither /dev/shm nor ${TMPDIR:-/tmp} has it; TMPDIR=DIR"
		(($(room "$d") < mb)) || [[ ,$(findmnt -no OPTIONS -T "$d"), == *,noexec,* ]] || break
	done
	export TMPDIR=$d
	# the kernel knows no "off": it is what it does without the other word
	[[ " $args " != *" time-travel=off "* ]] || travel=''
	read -ra words <<<"${args//time-travel=off/}"
	machine=("$image" mem="$mem" console=tty con=null con0="null,fd:4"
		ssl=null ssl0="null,fd:3" uml_dir="$ctl/" umid=uml kunit.enable=0
		root=/dev/root rootfstype=hostfs rootflags=/ ro panic=-1
		${travel:+"$travel"} init="$init" vm_ctl="$ctl" "${words[@]}")
	((!interactive)) || machine+=('ssl0=fd:0,fd:1')
	own_cpu
	ulimit -c 0
}

# The kernel's process and its guests' take turns, some 10,000 times a second. On
# two CPUs each turn wakes an idle one, which takes longer than the turn. Here
# they get one CPU, which no other of these machines has, if there is one left.
own_cpu() {
	local cpu mine=() from to
	while IFS=- read -r from to; do
		for ((cpu = from; cpu <= ${to:-from}; cpu++)); do
			mine+=("$cpu")
		done
	done < <(sed -n 's/^Cpus_allowed_list:\t*//p' /proc/self/status | tr , '\n')
	mkdir -p "$CACHE"
	for cpu in "${mine[@]}"; do
		exec {cpu_lock}>"$CACHE/cpu-$cpu"
		! flock -n "$cpu_lock" || break
		exec {cpu_lock}>&-
		cpu=${mine[RANDOM % ${#mine[@]}]}
	done
	machine=(taskset -c "$cpu" "${machine[@]}")
}

[[ $ROOT != *[[:space:]]* ]] || die "blanks in the path of this repo: $ROOT"
init=$ROOT/scripts/vm-init.sh
if [ "$variant" = uml ]; then
	uml
else
	qemu
fi

# The machine in the background, so that a caller who goes away (| head) or a
# signal takes it along.
status=0
if ((interactive)); then
	timeout --foreground "$timeout" "${machine[@]}" 2>"$ctl/said" 4>>"$log" ||
		status=$?
else
	mkfifo "$ctl/out"
	cat "$ctl/out" &
	cat_pid=$!
	tied timeout --foreground -k 5 "$timeout" "${machine[@]}" \
		</dev/null >"$ctl/said" 2>&1 3>"$ctl/out" 4>>"$log" &
	vm_pid=$!
	wait -n -p ended "$vm_pid" "$cat_pid" || status=$?
	if [ "$ended" = "$cat_pid" ] && kill -0 "$vm_pid" 2>/dev/null; then
		((status < 128)) || exit "$status"
		status=0
		wait "$vm_pid" || status=$?
	fi
	vm_pid=''
	wait "$cat_pid" || true
fi

if [ -s "$ctl/status" ]; then
	exit "$(cat "$ctl/status")"
elif ((status == 124 || status == 137)); then
	msg "no end after $timeout s; the last lines of the console:"
	status=124
else
	msg "the VM failed; the last lines of the console:"
	status=125
fi
! grep -q '^check_ptrace' "$ctl/said" ||
	msg "ptrace(2) is forbidden here; user mode Linux lives on it." \
		"In a container: --cap-add=SYS_PTRACE, on a host: sysctl kernel.yama.ptrace_scope=1"
tail -n 25 "$log" | tr -d '\r' | cat "$ctl/said" - | sed 's/^/  /' >&2
exit "$status"
