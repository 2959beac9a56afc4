#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/pahole.sh - the sizes of the stack's structs before and after
#
# skbtrace adds no byte to a packet or a socket: compares the kernel without it
# (base) to the one with it (plain), same configuration otherwise, as the
# compiler lays them out. Ends with "N passed, N failed".

set -euo pipefail
. "$(dirname "$0")/lib.sh"

case ${1-} in
-h | --help) usage 0 ;;
esac

STRUCTS=(sk_buff skb_shared_info sock tcp_sock inet_connection_sock udp_sock
	inet_timewait_sock tcp_timewait_sock request_sock tcp_request_sock)

need_command pahole
tmp=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-pahole.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

# laid_out VARIANT: compile an object that holds one of each
laid_out() {
	local dir=$tmp/$1 kernel s
	kernel=$("$ROOT/scripts/kernel.sh" "$1")
	mkdir "$dir"
	{
		printf '#include <%s>\n' linux/skbuff.h linux/tcp.h linux/udp.h \
			net/inet_timewait_sock.h net/tcp.h
		for s in "${STRUCTS[@]}"; do
			echo "extern struct $s one_$s; struct $s one_$s;"
		done
	} >"$dir/structs.c"
	printf 'obj-m := structs.o\nccflags-y := -g\n' >"$dir/Makefile"
	make -s -C "$kernel/build" M="$dir" structs.o >"$tmp/make" 2>&1 ||
		die "compiling the structs failed:" "$(cat "$tmp/make")"
}

laid_out base
laid_out plain

# layout VARIANT STRUCT: its members and their offsets
layout() {
	pahole -F dwarf -C "$2" "$tmp/$1/structs.o"
}

size() {
	layout "$@" | sed -n 's,^\t/\* size: \([0-9]*\).*,\1,p' | head -n 1
}

passed=0 failed=0
printf '%-22s %8s %8s\n' struct base plain
for s in "${STRUCTS[@]}"; do
	before=$(size base "$s") after=$(size plain "$s")
	verdict='the same'
	if [ -z "$before" ] || [ "$before" != "$after" ]; then
		verdict='NOT THE SAME'
	elif ! cmp -s <(layout base "$s") <(layout plain "$s"); then
		verdict='members have MOVED'
	fi
	if [ "$verdict" = 'the same' ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
	printf '%-22s %8s %8s  %s\n' "$s" "${before:-?}" "${after:-?}" "$verdict"
done

echo "$passed passed, $failed failed"
((failed == 0))
