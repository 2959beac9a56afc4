#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/modules.sh [KERNEL] - build the modules out of tree, print where
#
# KERNEL is a kernel's build directory or the release of an installed one with
# headers (6.12.9-amd64); default: that of scripts/kernel.sh plain. Compiled in
# a copy in the cache, so that no build output litters this tree.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

case ${1-} in
-h | --help) usage 0 ;;
'') kernel=$("$ROOT/scripts/kernel.sh" plain)/build ;;
*/*) kernel=$1 ;;
*) kernel=/lib/modules/$1/build ;;
esac
kernel=$(realpath -e "$kernel" 2>/dev/null) || die "$1: no such kernel"
[ -f "$kernel/Makefile" ] ||
	die "$kernel is not a kernel's build directory" \
		"for an installed kernel: apt-get install linux-headers-RELEASE"

copy=$CACHE/modules-$(cksum <<<"$kernel" | cut -d' ' -f1)
mkdir -p "$copy"
exec 9>"$copy/lock"
flock 9
repo_files net/skbtrace include >"$copy/files.new"
while read -r f; do
	put "$ROOT/$f" "$copy/$f"
done <"$copy/files.new"
if [ -f "$copy/files" ]; then
	comm -23 "$copy/files" "$copy/files.new" | while read -r f; do
		rm -f "$copy/$f"
	done
fi
mv "$copy/files.new" "$copy/files"

log=$copy/log
make -C "$kernel" M="$copy/net/skbtrace" -j"${JOBS:-$(nproc)}" modules >"$log" 2>&1 ||
	die "compiling against $kernel failed:" "$(tail -n 30 "$log")"
! grep -i 'warning:' "$log" >&2 || true
echo "$copy/net/skbtrace"
