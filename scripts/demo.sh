#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/demo.sh [--stock] [--icount] [--save FILE] - find the connection in trouble, and why
#
# Builds a kernel with skbtrace (minutes the first time, then it is kept) and
# boots it in a virtual machine; nothing is installed on this host but Debian
# packages that are missing. In it five clients upload 1 MB each to servers
# 40 ms away, and one path loses packets. What "skbtrace record" has recorded
# is then read here. Fails if it does not tell that story, or if the kernel's
# own counters disagree.
#
#   --stock      on Debian's own 6.12 kernel, of scripts/stock.sh, instead: no
#                kernel is built, only skbtrace's modules; what it has no
#                tracepoint for is left out
#   --icount     one CPU whose clock counts instructions: a busy host does not
#                show in the figures. So were those in examples made
#   --save FILE  keep the recording there; default demo.dat beside the Makefile

set -euo pipefail
. "$(dirname "$0")/lib.sh"

file=$ROOT/demo.dat variant=plain clock=()
while (($#)); do
	case $1 in
	--stock) variant='stock-6.12' ;;
	--icount) clock=(--icount) ;;
	--save) file=${2:?}; shift ;;
	-h | --help) usage 0 ;;
	*) usage ;;
	esac
	shift
done

if [ "$variant" = plain ]; then
	"$ROOT/scripts/deps.sh" kernel vm tools
	make --no-print-directory -s -C "$ROOT/tools/skbtrace" >&2
	image=$("$ROOT/scripts/kernel.sh" --built plain) ||
		msg "no kernel yet: one is built now, which takes 10 to 20 minutes on two cores"
	image=$("$ROOT/scripts/kernel.sh" plain)
	kernel=$(basename "$(dirname "$(dirname "$image")")")
else
	"$ROOT/scripts/deps.sh" stock vm tools
	# two things that wait for one core each, and for the disk
	make --no-print-directory -s -C "$ROOT/tools/skbtrace" >&2 &
	stock=$("$ROOT/scripts/stock.sh" "${variant#stock-}")
	kernel="Debian's $(cat "$stock/release")"
	msg "compiling skbtrace's modules for $kernel"
	"$ROOT/scripts/modules.sh" -i "$variant" >/dev/null
	wait $! || die "the program does not compile" "make tools"
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-demo.XXXXXX")
trap 'rm -rf "$dir"' EXIT
msg "five clients upload 1 MB each to servers 40 ms away; path 2 loses packets"
msg "booting $kernel with skbtrace in a virtual machine ..."
cd "$ROOT"
aside "$ROOT/scripts/vm.sh" -k "$variant" "${clock[@]}" -w "$dir" -- \
	"$ROOT/scripts/demo-guest.sh" "$dir" ||
	die "the part in the virtual machine failed ($?)"
chmod 644 "$dir/demo.dat"
"$ROOT/scripts/demo-story.py" "$dir" "$ROOT/tools/skbtrace/skbtrace"

cp "$dir/demo.dat" "$file"
name=$(realpath --relative-base="$ROOT" "$file")
cat <<END

Go on with the recording, here and without that kernel:
  tools/skbtrace/skbtrace parse $name | less
  tools/skbtrace/skbtrace parse $name --json -e skb_drop
  tools/skbtrace/skbtrace parse --help
Or in that kernel: $([ "$variant" = plain ] && echo make shell || echo "scripts/vm.sh -i -k $variant")
END
