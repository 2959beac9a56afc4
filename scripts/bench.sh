#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/bench.sh [OPTION...] - what an event costs, in instructions
#
# One processor whose clock counts the guest's instructions: what an event adds
# to the traffic that causes it, with any reader that runs beside it. The best
# round counts; +- is how much more the worst one took. Other tracers do the
# same work on the same kernel in the same run, for comparison.
#
#   --quick        skbtrace's rows only
#   --limits       rows with a limit, 3 rounds: a test for each, "ok" or "not ok"
#   --only ROW     that row only; may be repeated
#   --where ROW    instructions an event by function of the kernel, no table
#   --markdown     the table for a README
#   --json FILE    the table as JSON, too
#   --rounds N     default 5
#   --trips N      events in a round, default 10000
#   --list         the rows
#
# Exit status: 0 however many targets are missed, 1 if a row could not be
# measured, or takes more than 5 instructions more than its limit in bench/rows:
# in each of 3 boots, so that what else ran in one of them fails nothing.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

here=$ROOT/scripts/bench
rounds=5 trips=10000 quick=0 only=() where='' json='' style=text
while (($#)); do
	case $1 in
	--only | --where | --json | --rounds | --trips)
		(($# > 1)) || die "$1 needs a value"
		case $1 in
		--only) only+=("$2") ;;
		--where) where=$2 ;;
		--json) json=$2 ;;
		--rounds) rounds=$2 ;;
		--trips) trips=$2 ;;
		esac
		shift
		;;
	--quick) quick=1 ;;
	--limits) style=tap quick=1 rounds=3 ;;
	--markdown) style=markdown ;;
	--list) grep -v '^#' "$here/rows"; exit ;;
	-h | --help) usage 0 ;;
	*) die "unknown option $1" "see: $0 --help" ;;
	esac
	shift
done

mapfile -t all < <(awk '!/^#/ { print $1 }' "$here/rows")
for row in "${only[@]}" $where; do
	[[ " ${all[*]} " == *" $row "* ]] || die "no row '$row'" "there are: ${all[*]}"
done
if [ "$style" = tap ] && ((!${#only[@]})); then
	mapfile -t only < <(awk '!/^#/ && $5 != "-" { print $1 }' "$here/rows")
fi
((${#only[@]})) || only=("${all[@]}")
if ((quick)); then
	# the peers stand below skbtrace's rows
	for i in "${!only[@]}"; do
		[[ ${only[i]} != ftrace ]] || { only=("${only[@]:0:i}"); break; }
	done
fi

need_command gcc qemu-system-x86_64
"$ROOT/scripts/deps.sh" -n bench 2>/dev/null || ((quick)) || [ -n "$where" ] ||
	"$ROOT/scripts/deps.sh" bench
"$ROOT/scripts/kernel.sh" plain >/dev/null
make -s -C "$ROOT/tools/skbtrace" >&2
work=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
gcc -O2 -static -o "$work/pingpong" "$here/pingpong.c"
gcc -O2 -static -o "$work/ring" "$here/ring.c"
gcc -O2 -static -D_GNU_SOURCE= -I"$ROOT/include/uapi" -o "$work/link_new" \
	"$ROOT/tools/testing/selftests/net/skbtrace/link_new.c"

# guest VARIANT DIR ROUNDS ROW...: the result goes into DIR
guest() {
	local variant=$1 dir=$2 n=$3
	shift 3
	aside "$ROOT/scripts/vm.sh" -k "$variant" --icount -t 2400 -w "$work" \
		"${vm_args[@]}" -- "$here/guest.sh" "$dir" "$trips" "$n" "$@" >&2 ||
		die "the guest failed"
}
vm_args=()

# Counts of instructions are by address; the names come from the guest.
show_where() {
	local traffic
	traffic=$(awk -v row="$where" '$1 == row { print $3 }' "$here/rows")
	gcc -O2 -shared -fPIC -fvisibility=hidden -o "$work/plugin.so" "$here/plugin.c"
	vm_args=(-q -plugin -q "file=$work/plugin.so,prefix=$work/count")
	guest plain "$work" 1 "plain-$traffic" "$where" symbols
	awk -v trips="$trips" -f "$here/where.awk" <(sort "$work/symbols") \
		<(sort "$work/count.0") <(sort "$work/count.1") | sort -k1,1nr
	[ -z "${BENCH_KEEP-}" ] || cp "$work"/count.? "$work/symbols" "$BENCH_KEEP"
}

if [ -n "$where" ]; then
	show_where
	exit
fi

# The kernel without skbtrace only says what the others are ratios to.
traffics=$(for row in "${only[@]}"; do
	awk -v row="$row" '$1 == row { print "plain-" $3 }' "$here/rows"
done | sort -u)
mkdir "$work/base" "$work/plain"
cp "$work/pingpong" "$work/base"
cp "$work"/{pingpong,ring,link_new} "$work/plain"
# shellcheck disable=SC2086 # words
if [[ " ${only[*]} " =~ \ (off|loaded|again)-(udp|tcp)\  ]]; then
	msg "the kernel without skbtrace"
	guest base "$work/base" "$rounds" $traffics
fi
msg "the kernel with skbtrace: ${only[*]}"
# shellcheck disable=SC2086 # words
guest plain "$work/plain" "$rounds" "${only[@]:0:2}" $traffics "${only[@]:2}"

sed 's/^\([a-z]*\) /\1 base-/' "$work/base/result" 2>/dev/null >"$work/result" || true
cat "$work/plain/result" >>"$work/result"
table() { # STYLE
	awk -v trips="$trips" -v rounds="$rounds" -v style="$1" \
		-v only="${only[*]}" -f "$here/table.awk" "$here/rows" "$work/result"
}
above() { # the rows above their limits
	table tap | sed -n 's/^not ok - \([^:]*\): [0-9].*/\1/p'
}
for boot in 2 3; do
	mapfile -t again < <(above)
	((${#again[@]})) || break
	msg "boot $boot: ${again[*]}"
	: >"$work/plain/result"
	# shellcheck disable=SC2086 # words
	guest plain "$work/plain" "$rounds" $traffics "${again[@]}"
	cat "$work/plain/result" >>"$work/result"
done
[ -z "$json" ] || table json >"$json"
table "$style"
