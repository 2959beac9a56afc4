#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/build-variants.sh [-b] - every way to build net/skbtrace, with W=1, and load it
#
# In the tree as modules and built in, out of tree, the sample module. What was
# built out of tree is then loaded in a VM: on the patched kernel, where it
# must offer the same events as the modules of the tree. Ends with "N passed, N
# failed".
#   -b  and on the unpatched kernel "base", where events whose tracepoints are
#       missing must say so; and for a big-endian machine, whose objects are only
#       compiled. 32 bits are not offered

set -euo pipefail
. "$(dirname "$0")/lib.sh"

on_base=0
case ${1-} in
-h | --help) usage 0 ;;
-b) on_base=1 ;;
-*) die "unknown option $1" "see: $0 --help" ;;
esac

passed=0 failed=0
log=$(mktemp "${TMPDIR:-/tmp}/skbtrace-variants.XXXXXX")
tmp=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-variants.XXXXXX")
trap 'rm -rf "$log" "$tmp"' EXIT

# attempt WHAT COMMAND...: one line, and all of its output if it failed
attempt() {
	local what=$1
	shift
	if "$@" >"$log" 2>&1 9>&-; then
		passed=$((passed + 1))
		echo "ok $what"
	else
		failed=$((failed + 1))
		echo "not ok $what"
		sed 's/^/# /' "$log"
	fi
}

kernel=$("$ROOT/scripts/kernel.sh" plain)
build=$(realpath "$kernel/build")
src=$(realpath "$build/source")

# in_tree [CONFIG_...=y]: all objects of net/skbtrace. What is on make's command
# line wins over the configuration.
in_tree() {
	rm -f "$build"/net/skbtrace/{,*/}*.o
	make -C "$src" O="$build" ARCH=x86_64 W=1 -j"${JOBS:-$(nproc)}" "$@" \
		net/skbtrace/ 2>&1 | tee "$tmp/make"
	! grep -q 'warning:' "$tmp/make"
}

# The objects of the next ordinary build differ in their command lines, so it
# makes them again; its modules are not touched here.
exec 9>"$(dirname "$build")/plain.lock"
flock 9
builtin=()
for option in '' _PACKET _IP _TCP _UDP; do
	builtin+=("CONFIG_SKBTRACE$option=y")
done
attempt "in the tree, built in, W=1" in_tree "${builtin[@]}"
attempt "in the tree, as modules, W=1" in_tree
exec 9>&-

list_outputs() {
	(cd "$ROOT" && find net include samples -name '*.[oad]' -o -name '*.ko' \
		-o -name '*.mod*' -o -name '.*.cmd' -o -name 'mod*.order' \
		-o -name '*.symvers')
}
before=$(list_outputs)
attempt "out of tree, W=1" "$ROOT/scripts/modules.sh" -W "$build"
modules=$(tail -n 1 "$log")
attempt "the sample, W=1" "$ROOT/scripts/modules.sh" -W -s "$build"
sample=$(tail -n 1 "$log")
attempt "nothing is left in this tree" [ "$before" = "$(list_outputs)" ]

# The guest's half. LOAD: in-tree or files; prints the "event" lines of format.
# shellcheck disable=SC2016 # expanded there
guest='
	set -e
	dmesg -n 1
	for m; do
		case $m in
		*.ko) insmod "$m" ;;
		*) modprobe "$m" ;;
		esac
	done
	ctl=/sys/kernel/debug/skbtrace
	grep -E "^ *(event|why) " $ctl/format
	grep -E "^event .* state=(exact|inferred)" $ctl/format |
		sed "s/^event [0-9]* \([^ ]*\) .*kind=\([^ ]*\).*/\2 \1/" |
		while read -r kind name; do
			[ "$kind" != meta ] || continue
			echo "$name" >$ctl/enabled
			grep -q "^$name\$" $ctl/enabled
		done
	grep "^event .* state=unavailable" $ctl/format |
		while read -r _ _ name _; do
			! echo "$name" 2>/dev/null >$ctl/enabled || exit 1
		done
	echo "-*" >$ctl/enabled
	while lsmod | grep -q ^skbtrace; do
		rmmod $(lsmod | awk "/^skbtrace/ && \$3 == 0 { print \$1 }")
	done
	! dmesg | grep -E "BUG|WARNING|Oops|skbtrace: .*event"
'

# load KERNEL-OPTIONS... -- MODULE...: events in $tmp/events
load() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	"$ROOT/scripts/vm.sh" "${options[@]}" -- bash -c "$guest" guest "$@" |
		tee "$tmp/events"
}

names=(skbtrace skbtrace_packet skbtrace_ip skbtrace_tcp skbtrace_udp skbtrace_link)
if ((failed == 0)); then
	files=("${names[@]/%/.ko}")
	files=("${files[@]/#/$modules/}")
	attempt "modules of the tree load" load -- "${names[@]}"
	mv "$tmp/events" "$tmp/in-tree"
	attempt "modules from out of tree load" load -- "${files[@]}"
	attempt "and have the same events" \
		diff -u "$tmp/in-tree" "$tmp/events"
	attempt "the sample loads" load -- skbtrace "$sample/skbtrace_sample.ko"
	attempt "and has its event" \
		grep -q '^event .* sample_xmit .*state=exact' "$tmp/events"

fi

# configured ARCH CROSS: as plain, but for what only x86 has
configured() {
	mkdir -p "$tmp/$1"
	{
		cat "$ROOT"/scripts/kernel/{common,net,skbtrace-builtin}.config
		echo CONFIG_ENABLE_DEFAULT_TRACERS=y
	} >"$tmp/$1/fragments"
	make -C "$src" O="$tmp/$1" ARCH="$1" CROSS_COMPILE="$2" \
		KCONFIG_ALLCONFIG="$tmp/$1/fragments" allnoconfig
}

# big_endian ARCH CROSS: net/skbtrace, and what of TCP and IP is patched
big_endian() {
	configured "$@" || return
	grep -Fqx CONFIG_CPU_BIG_ENDIAN=y "$tmp/$1/.config" &&
		grep -Fqx CONFIG_SKBTRACE_TCP=y "$tmp/$1/.config" || return
	make -C "$src" O="$tmp/$1" ARCH="$1" CROSS_COMPILE="$2" W=1 \
		-j"${JOBS:-$(nproc)}" prepare net/skbtrace/ net/ipv4/tcp_input.o \
		net/ipv4/tcp_output.o net/ipv4/ip_output.o 2>&1 |
		tee "$tmp/make"
	[ -e "$tmp/$1/net/skbtrace/built-in.a" ] &&
		! grep -A2 'warning:' "$tmp/make" | grep skbtrace
}

# refused_by ARCH CROSS: that machine has no such option
refused_by() {
	configured "$@" && grep -Fqx CONFIG_TRACEPOINTS=y "$tmp/$1/.config" &&
		! grep '^CONFIG_SKBTRACE' "$tmp/$1/.config"
}

if ((on_base)); then
	"$ROOT/scripts/deps.sh" cross
	attempt "big-endian: s390, W=1" big_endian s390 s390x-linux-gnu-
	attempt "32 bits: not offered" refused_by i386 ''
fi

if ((on_base && failed == 0)); then
	base=$("$ROOT/scripts/kernel.sh" base)
	attempt "they load on an unpatched kernel" \
		load -K "$base/bzImage" -- "${files[@]}"
	attempt "where they say what is missing" \
		grep -A1 '^event .* skb_rps_info .*state=unavailable' "$tmp/events"
	attempt "and have the rest" \
		grep '^event .* skb_drop .*state=exact' "$tmp/events"
	attempt "or infer it" \
		grep -A1 '^event .* tcp_rttm .*state=inferred' "$tmp/events"
fi

# refuses FILE SED-EXPRESSION TEXT [OBJECT]: that change to a copy makes the
# compiler, or make, say TEXT
refuses() {
	rm -rf "$tmp/copy"
	mkdir -p "$tmp/copy/net"
	cp -r "$ROOT/include" "$tmp/copy/"
	cp -r "$ROOT/net/skbtrace" "$tmp/copy/net/"
	sed -i "$2" "$tmp/copy/$1"
	! cmp -s "$tmp/copy/$1" "$ROOT/$1" || return
	! make -C "$build" M="$tmp/copy/net/skbtrace" "${4-modules}" \
		>"$tmp/said" 2>&1 || return
	cat "$tmp/said"
	grep -qF "$3" "$tmp/said"
}
attempt "a kernel patched for another version: told" refuses \
	include/trace/events/skbtrace.h 's/int cpu/long cpu/' \
	"is patched for another version of skbtrace"
attempt "a tracepoint with other arguments: told" refuses \
	net/skbtrace/events/tcp_conn.c \
	'/DEFINE_PROBE(tcp_probe_probe,/,/TP_ARGS/{s/TP_PROTO(/&long more, /; s/TP_ARGS(/&more, /}' \
	"tracepoint tcp_probe of this kernel has other arguments" events/tcp_conn.o
attempt "two events with one number: told" refuses \
	net/skbtrace/events/list.h 's/E(tcp_turn,\(.*\)110)/E(tcp_turn,\1109)/' \
	"duplicate case value" events/tcp.o

echo "$passed passed, $failed failed"
((failed == 0))
