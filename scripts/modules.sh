#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/modules.sh [-W] [-s] [KERNEL] - build the modules out of tree, print where
#
# KERNEL is a kernel's build directory or the release of an installed one with
# headers (6.12.9-amd64); default: that of scripts/kernel.sh plain. Compiled in
# a copy in the cache, so that no build output litters this tree.
#   -W  compile all of it with W=1, fail if there is any warning
#   -s  build the sample module, too (samples/skbtrace), and print where it is

set -euo pipefail
. "$(dirname "$0")/lib.sh"

strict=0 sample=0
while (($#)); do
	case $1 in
	-W) strict=1 ;;
	-s) sample=1 ;;
	-h | --help) usage 0 ;;
	-*) die "unknown option $1" "see: $0 --help" ;;
	*) break ;;
	esac
	shift
done

case ${1-} in
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
repo_files net/skbtrace samples/skbtrace include >"$copy/files.new"
while read -r f; do
	put "$ROOT/$f" "$copy/$f"
done <"$copy/files.new"
if [ -f "$copy/files" ]; then
	comm -23 "$copy/files" "$copy/files.new" | while read -r f; do
		rm -f "$copy/$f"
	done
fi
mv "$copy/files.new" "$copy/files"

# compile DIR [VARIABLE=VALUE...]
compile() {
	local dir=$copy/$1 log=$copy/log-${1%%/*}
	shift
	((!strict)) || make -s -C "$kernel" M="$dir" clean >/dev/null
	# their BTF refers to the kernel's, which make does not know
	[ ! -f "$kernel/vmlinux" ] ||
		find "$dir" -name '*.ko' ! -newer "$kernel/vmlinux" -delete
	make -C "$kernel" M="$dir" -j"${JOBS:-$(nproc)}" "$@" modules \
		>"$log" 2>&1 9>&- ||
		die "compiling against $kernel failed:" "$(tail -n 30 "$log")"
	if grep -i 'warning:' "$log" >&2; then
		((!strict)) || die "there are warnings, see $log"
	fi
}

warn=()
((!strict)) || warn=(W=1)
# built in, they cannot be modules as well: nothing to do but for the sample
built_in=0
! grep -qsx 'CONFIG_SKBTRACE=y' "$kernel/.config" || built_in=1
((built_in && sample)) || compile net/skbtrace "${warn[@]}"
if ((!sample)); then
	echo "$copy/net/skbtrace"
	exit
fi
# A kernel that has skbtrace knows its symbols; else the modules just built do
grep -qs '[[:space:]]skbtrace_register_proto[[:space:]]' "$kernel/Module.symvers" ||
	warn+=("KBUILD_EXTRA_SYMBOLS=$copy/net/skbtrace/Module.symvers")
compile samples/skbtrace "${warn[@]}"
echo "$copy/samples/skbtrace"
