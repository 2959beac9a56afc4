#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/pahole.sh - the sizes of the stack's structs before and after
#
# skbtrace adds no byte to a packet or a socket: compares the kernel without it
# (base) to the one with it (plain), same configuration otherwise, as the
# compiler laid them out. Ends with "N passed, N failed".

set -euo pipefail
. "$(dirname "$0")/lib.sh"

case ${1-} in
-h | --help) usage 0 ;;
esac

STRUCTS=(sk_buff skb_shared_info sock tcp_sock inet_connection_sock udp_sock
	inet_timewait_sock tcp_timewait_sock request_sock tcp_request_sock)

need_command pahole
kernel=$("$ROOT/scripts/kernel.sh" plain)
base=$(dirname "$kernel")/base
[ -r "$base/vmlinux" ] || base=$("$ROOT/scripts/kernel.sh" base)

# NAME SIZE of each struct, from BTF
sizes() {
	pahole -F btf --sizes "$1" | awk '{ print $1, $2 }'
}

declare -A before after
while read -r name size; do before[$name]=$size; done < <(sizes "$base/vmlinux")
while read -r name size; do after[$name]=$size; done < <(sizes "$kernel/vmlinux")

# layout FILE STRUCT: its members and their offsets
layout() {
	pahole -F btf -C "$2" "$1"
}

passed=0 failed=0
printf '%-22s %8s %8s\n' struct base plain
for s in "${STRUCTS[@]}"; do
	verdict='the same'
	if [ -z "${before[$s]-}" ] || [ "${before[$s]}" != "${after[$s]-}" ]; then
		verdict='NOT THE SAME'
	elif ! cmp -s <(layout "$base/vmlinux" "$s") <(layout "$kernel/vmlinux" "$s"); then
		verdict='members have MOVED'
	fi
	if [ "$verdict" = 'the same' ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
	printf '%-22s %8s %8s  %s\n' "$s" "${before[$s]:-?}" "${after[$s]:-?}" "$verdict"
done

echo "$passed passed, $failed failed"
((failed == 0))
