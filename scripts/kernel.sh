#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/kernel.sh [--built] VARIANT | --remove-all - build a small kernel, print where it is
#
#   base   without skbtrace, configured as plain: what the costs are ratios to
#   plain  skbtrace as modules, and no checkers: the kernel that is measured
#   debug  skbtrace built in, KASAN, lockdep and other checkers
#   kcsan  the same with the race detector
#   uml    user mode Linux with skbtrace built in, the same checkers and KUnit
#   kunit  user mode Linux with KUnit alone, for a version that has no uml
#
# The directory that is printed holds the last good build, whatever is being
# compiled meanwhile: bzImage (uml, kunit: linux), vmlinux, System.map, .config, for
# plain modroot/lib/modules, and the link build to where make M= works.
#   --built  build nothing; fail if there is no such directory yet
#   --remove-all  instead of a VARIANT: remove all trees and builds
#
# Environment: SKBTRACE_KERNEL (6.12; or 6.1) chooses Debian's linux-source package,
# KDIR a kernel tree of yours instead (skbtrace is laid over it in place),
# JOBS the number of compilers, SKBTRACE_CACHE the place for it all.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# What each variant is configured from, on top of allnoconfig
declare -A FRAGMENTS=(
	[base]="common x86 net plain"
	[plain]="common x86 net plain skbtrace"
	[debug]="common x86 net ipsec checks debug skbtrace-builtin"
	[kcsan]="common x86 net kcsan skbtrace-builtin"
	[uml]="common net ipsec checks uml skbtrace-builtin"
	[kunit]="kunit"
)

built_only=0
[ "${1-}" != --built ] || { built_only=1; shift; }
case ${1-} in
-h | --help) usage 0 ;;
'') usage ;;
--remove-all)
	rm -rf "$CACHE"/linux-[0-9]* "$CACHE"/kdir-* "$CACHE"/modules-* "$CACHE"/accel-* \
		"$CACHE"/stock "$CACHE"/deb-* "$CACHE"/ccache "$CACHE"/checkpatch
	exit
	;;
esac
variant=$1
[ -n "${FRAGMENTS[$variant]-}" ] || die "no variant '$variant'" "there are: ${!FRAGMENTS[*]}"
jobs=${JOBS:-$(nproc)}
version=${SKBTRACE_KERNEL:-6.12}
tarball=/usr/src/linux-source-$version.tar.xz

# Each has a source tree of its own, so that building one never disturbs another
# that is being built.
if [ -n "${KDIR-}" ]; then
	src=$(realpath -e "$KDIR") || die "KDIR=$KDIR: not there"
	top=$CACHE/kdir-$(basename "$src")-$(cksum <<<"$src" | cut -d' ' -f1)
else
	top=$CACHE/linux-$version
	src=$top/src-$variant
fi
build=$top/$variant

arch=x86_64 image=arch/x86/boot/bzImage targets=(bzImage modules)
if [[ $variant == @(uml|kunit) ]]; then
	arch=um image=linux targets=(linux)
fi

# Some need a patch that is not skbtrace's
also="$ROOT/scripts/kernel/$variant.patch"
[ -f "$also" ] || also=''

fragments() {
	local f
	for f in ${FRAGMENTS[$variant]}; do
		cat "$ROOT/scripts/kernel/$f.config"
	done
}

# What a source tree takes, and at most what is compiled
SOURCE_MB=1800 BUILD_MB=700

# Everything the result depends on, so that nothing is done if nothing changed
stamp() {
	{
		echo "$tarball $(stat -c '%s %Y' "$tarball" 2>/dev/null)"
		fragments
		cat ${also:+"$also"} </dev/null
		[ "$variant" = base ] || (
			cd "$ROOT"
			repo_files net/skbtrace include Kconfig.skbtrace \
				"patches/$version" MAINTAINERS.patch |
				xargs -r sha256sum
		)
	} | sha256sum
}

up_to_date() {
	# a tree of the user's may change under us: let make find out
	[ -z "${KDIR-}" ] && [ "$(cat "$result/stamp" 2>/dev/null)" = "$wanted" ]
}

unpack() {
	local id
	[ -z "${KDIR-}" ] || return 0
	[ -r "$tarball" ] || "$ROOT/scripts/deps.sh" kernel
	id=$(stat -c '%s %Y' "$tarball")
	[ "$(cat "$src/.skbtrace-source" 2>/dev/null)" != "$id" ] || return 0
	msg "unpacking $tarball"
	rm -rf "$src" "$src.tmp" "$build"
	need_room "$top" $((SOURCE_MB + BUILD_MB)) "Linux $version ($variant)"
	mkdir -p "$src.tmp"
	tar -C "$src.tmp" --strip-components=1 -xf "$tarball" || {
		rm -rf "$src.tmp"
		die "unpacking $tarball failed"
	}
	echo "$id" >"$src.tmp/.skbtrace-source"
	mv "$src.tmp" "$src"
}

# An option that Kconfig dropped (unmet dependency, renamed) would go unnoticed
check_config() {
	local line name value
	while IFS= read -r line; do
		[[ $line == CONFIG_*=* ]] || continue
		name=${line%%=*} value=${line#*=}
		if [ "$value" = n ]; then
			! grep -q "^$name=" "$build/.config" || msg "config: $name is not off"
		else
			grep -Fqx "$line" "$build/.config" ||
				msg "config: $line did not stick"
		fi
	done < <(fragments)
}

configure() {
	mkdir -p "$build"
	fragments >"$build/fragments.new"
	# a new .config makes each file be looked at again; an older Kconfig in
	# the tree may have grown options meanwhile
	make -C "$src" O="$build" ARCH=$arch KCONFIG_CONFIG="$build/config.new" \
		KCONFIG_ALLCONFIG="$build/fragments.new" allnoconfig >>"$log" 2>&1 ||
		failed "configuring"
	cmp -s "$build/config.new" "$build/.config" ||
		cp "$build/config.new" "$build/.config"
	check_config
}

failed() {
	msg "$1 $variant failed; of $log:"
	{ grep -E -A 4 'error:|Error [0-9]|undefined reference|fatal' "$log" || tail -n 20 "$log"; } |
		head -n 40 | sed 's/^/  /' >&2
	exit 1
}

progress() {
	local start=$SECONDS
	# no sleep: it would outlive us and hold the caller's stderr open
	while ! read -rt 15 <> <(:); do
		msg "$variant: $((SECONDS - start)) s," \
			"$(grep -cE '^ +(CC|LD|AR) ' "$log") files," \
			"$(tail -n 1 "$log" | tr -s ' ')"
	done
}

# In the background, so that a signal ends the compilers, too, and at once
compile() {
	local status=0 watcher make
	progress 9>&- &
	watcher=$!
	make -C "$src" O="$build" ARCH=$arch -j"$jobs" "${targets[@]}" \
		>>"$log" 2>&1 9>&- &
	make=$!
	# shellcheck disable=SC2064 # the pids as they are now
	trap "kill $watcher $make 2>/dev/null || true" EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	wait "$make" || status=$?
	kill "$watcher"
	wait "$watcher" 2>/dev/null || true
	trap - EXIT INT TERM HUP
	((status == 0)) || failed "compiling"
}

install_result() {
	local new=$result.new
	rm -rf "$new"
	mkdir -p "$new"
	cp "$build/$image" "$build/vmlinux" "$build/System.map" "$build/.config" "$new/"
	ln -s "$build" "$new/build"
	if [ "$variant" = plain ]; then
		make -C "$src" O="$build" ARCH=$arch INSTALL_MOD_PATH="$new/modroot" \
			modules_install >>"$log" 2>&1 ||
			failed "installing the modules of"
	fi
	echo "$wanted" >"$new/stamp"
	echo "$ROOT" >"$new/repo"
	rm -rf "$result"
	mv "$new" "$result"
}

build_variant() {
	local start=$SECONDS wanted
	result=$top/images/$variant
	log=$top/$variant.log
	wanted=$(stamp)
	if up_to_date; then
		echo "$ROOT" >"$result/repo"
		return
	fi
	: >"$log"
	if [ "$variant" = base ]; then
		# a tree of the user's may have it
		[ ! -d "$src/.skbtrace" ] || "$ROOT/scripts/overlay.sh" --remove "$src"
	else
		"$ROOT/scripts/overlay.sh" ${also:+--also "$also"} "$src" ||
			die "overlay failed: $variant is not built"
	fi
	[ -d "$build" ] || need_room "$top" $BUILD_MB "compiling $variant"
	configure
	compile
	install_result
	msg "$variant: done in $((SECONDS - start)) s"
}

if ((built_only)); then
	# another clone of this repo may have left its own there
	result=$top/images/$variant
	[ "$variant" = base ] || [ "$(cat "$result/repo" 2>/dev/null)" = "$ROOT" ] ||
		exit 1
	[ -d "$result" ] || exit 1
	echo "$result"
	exit
fi

[ "$(uname -m)" = x86_64 ] || die "builds for x86_64 on x86_64 only"
need_command make gcc flex bison bc
mkdir -p "$top/images"
# In a tree of the user's one variant at a time
exec 9>"$top/$([ -n "${KDIR-}" ] && echo tree || echo "$variant").lock"
flock -n 9 || { msg "another build of $variant is running, waiting"; flock 9; }
unpack
build_variant
echo "$result"
