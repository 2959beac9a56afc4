#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/demo.sh [--save FILE] - find the connection in trouble, and why
#
# Builds a kernel with skbtrace (minutes the first time, then it is kept) and
# boots it in a virtual machine; nothing is installed on this host but Debian
# packages that are missing. In it five clients upload 1 MB each to servers
# 40 ms away, and one path loses packets. What "skbtrace record" has recorded
# is then read here. Fails if it does not tell that story, or if the kernel's
# own counters disagree.
#
#   --save FILE  keep the recording there; default demo.dat beside the Makefile

set -euo pipefail
. "$(dirname "$0")/lib.sh"

file=$ROOT/demo.dat
while (($#)); do
	case $1 in
	--save) file=${2:?}; shift ;;
	-h | --help) usage 0 ;;
	*) usage ;;
	esac
	shift
done

"$ROOT/scripts/deps.sh" kernel vm tools
make --no-print-directory -s -C "$ROOT/tools/skbtrace" >&2
image=$("$ROOT/scripts/kernel.sh" --built plain) ||
	msg "no kernel yet: one is built now, which takes some 5 minutes on two cores"
image=$("$ROOT/scripts/kernel.sh" plain)

dir=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-demo.XXXXXX")
trap 'rm -rf "$dir"' EXIT
msg "five clients upload 1 MB each to servers 40 ms away; path 2 loses packets"
msg "booting $(basename "$(dirname "$(dirname "$image")")") with skbtrace in a virtual machine ..."
cd "$ROOT"
"$ROOT/scripts/vm.sh" -k plain -t 120 -w "$dir" -- \
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
Or in that kernel: make shell
END
