#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/modules.sh [-W] [-s|-i] [KERNEL] - build the modules out of tree, print where
#
# KERNEL is a kernel's build directory, the release of an installed one with
# headers (6.12.9-amd64), or one of scripts/stock.sh (stock-6.12); default: that
# of scripts/kernel.sh plain. Compiled in a copy in the cache, so that no build
# output litters this tree.
#   -W  compile all of it with W=1, fail if there is any warning
#   -s  build the sample module, too (samples/skbtrace), and print where it is
#   -i  with stock-...: print a folder whose lib/modules holds them beside that
#       kernel's own, so that modprobe finds them in a virtual machine

set -euo pipefail
. "$(dirname "$0")/lib.sh"

strict=0 sample=0 install=0 stock=''
while (($#)); do
	case $1 in
	-W) strict=1 ;;
	-s) sample=1 ;;
	-i) install=1 ;;
	-h | --help) usage 0 ;;
	-*) die "unknown option $1" "see: $0 --help" ;;
	*) break ;;
	esac
	shift
done

case ${1-} in
'') kernel=$("$ROOT/scripts/kernel.sh" plain)/build ;;
stock-*)
	stock=$("$ROOT/scripts/stock.sh" --built "${1#stock-}") ||
		stock=$("$ROOT/scripts/stock.sh" "${1#stock-}")
	kernel=$stock/build
	;;
*/*) kernel=$1 ;;
*)
	kernel=/lib/modules/$1/build
	[ -e "$kernel/Makefile" ] ||
		die "no headers of the kernel $1 ($kernel)" \
			"install: apt-get install linux-headers-$1"
	;;
esac
((!install)) || [ -n "$stock" ] || die "-i is for stock-... only" "see: $0 --help"
kernel=$(realpath -e "$kernel" 2>/dev/null) || die "$1: no such kernel"
[ -f "$kernel/Makefile" ] ||
	die "$kernel is not a kernel's build directory" \
		"it is what the link /lib/modules/RELEASE/build of that kernel names"

# another clone of this repo has its own
copy=$CACHE/modules-$(cksum <<<"$ROOT $kernel" | cut -d' ' -f1)
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

# Beside the kernel's own, which are linked, not copied
install_modules() {
	local new=$copy/modroot.new release tree
	release=$(cat "$stock/release")
	tree=$new/lib/modules/$release
	rm -rf "$new"
	mkdir -p "$new/lib/modules"
	cp -al "$stock/root/lib/modules/$release" "$new/lib/modules/"
	# depmod would write into what is linked
	rm -f "$tree"/modules.{alias,dep,devname,softdep,symbols}* \
		"$tree"/modules.builtin*.bin
	mkdir "$tree/updates"
	cp "$copy"/net/skbtrace/*.ko "$tree/updates/"
	depmod -b "$new" "$release"
	rm -rf "$copy/modroot"
	mv "$new" "$copy/modroot"
}

# done already: do not repeat it, so that a virtual machine starts at once
stamp=''
if ((install)); then
	stamp=$(cd "$ROOT" && xargs cat "$stock/packages" <"$copy/files" | sha256sum)
	if [ "$(cat "$copy/modroot/stamp" 2>/dev/null)" = "$stamp" ] && ((!strict)); then
		echo "$copy/modroot"
		exit
	fi
fi

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
if ((install)); then
	install_modules
	echo "$stamp" >"$copy/modroot/stamp"
	echo "$copy/modroot"
	exit
fi
if ((!sample)); then
	echo "$copy/net/skbtrace"
	exit
fi
# A kernel that has skbtrace knows its symbols; else the modules just built do
grep -qs '[[:space:]]skbtrace_register_proto[[:space:]]' "$kernel/Module.symvers" ||
	warn+=("KBUILD_EXTRA_SYMBOLS=$copy/net/skbtrace/Module.symvers")
compile samples/skbtrace "${warn[@]}"
echo "$copy/samples/skbtrace"
