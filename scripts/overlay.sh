#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/overlay.sh [OPTION...] KDIR - lay skbtrace over a kernel tree
#
# Copies the files of this repo and applies patches/<version>/*.patch and
# MAINTAINERS.patch, hunk by hunk. May be repeated at any time, also after a
# patch has changed: what the tree held before is kept in KDIR/.skbtrace/orig.
# A file whose content stays the same keeps its time, so that the next make
# compiles only what it must.
#
#   --patches V  take patches/V, whatever version the tree has
#   --also PATCH  apply it, too
#   --remove     take skbtrace out of the tree again
#   --map        only say what it would copy, "SOURCE DESTINATION" a line; no KDIR
#
# Exit status: 0 all there, 3 some hunks failed (each is listed), 1 nothing done.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

# One "SOURCE DESTINATION" per line; a folder is copied with all below it.
MAP='
net/skbtrace				net/skbtrace
Kconfig.skbtrace			net/skbtrace/Kconfig
include/linux/skbtrace.h		include/linux/skbtrace.h
include/linux/skbtrace_event.h		include/linux/skbtrace_event.h
include/linux/skbtrace_capture.h	include/linux/skbtrace_capture.h
include/linux/skbtrace_checks.h		include/linux/skbtrace_checks.h
include/linux/skbtrace_clock.h		include/linux/skbtrace_clock.h
include/linux/skbtrace_conns.h		include/linux/skbtrace_conns.h
include/linux/skbtrace_hist.h		include/linux/skbtrace_hist.h
include/linux/skbtrace_keyed.h		include/linux/skbtrace_keyed.h
include/linux/skbtrace_marks.h		include/linux/skbtrace_marks.h
include/linux/skbtrace_meter.h		include/linux/skbtrace_meter.h
include/linux/skbtrace_named.h		include/linux/skbtrace_named.h
include/linux/skbtrace_netns.h		include/linux/skbtrace_netns.h
include/linux/skbtrace_payload.h	include/linux/skbtrace_payload.h
include/linux/skbtrace_probe.h		include/linux/skbtrace_probe.h
include/linux/skbtrace_quick.h		include/linux/skbtrace_quick.h
include/linux/skbtrace_ring.h		include/linux/skbtrace_ring.h
include/linux/skbtrace_state.h		include/linux/skbtrace_state.h
include/linux/skbtrace_tuple.h		include/linux/skbtrace_tuple.h
include/linux/skbtrace_verdict.h	include/linux/skbtrace_verdict.h
include/uapi/linux/skbtrace_api.h	include/uapi/linux/skbtrace_api.h
include/uapi/linux/skbtrace_link.h	include/uapi/linux/skbtrace_link.h
include/trace/events/skbtrace.h		include/trace/events/skbtrace.h
Documentation/networking/skbtrace.rst	Documentation/networking/skbtrace.rst
Documentation/networking/skbtrace-missed.svg	Documentation/networking/skbtrace-missed.svg
tools/skbtrace				tools/skbtrace
tools/testing/selftests/net/skbtrace	tools/testing/selftests/net/skbtrace
'

remove=0 only_map=0 version='' also=()
while (($#)); do
	case $1 in
	--patches) version=${2:?}; shift ;;
	--also) also+=("$(realpath -e "${2:?}")"); shift ;;
	--remove) remove=1 ;;
	--map) only_map=1 ;;
	-h | --help) usage 0 ;;
	-*) die "unknown option $1" "see: $0 --help" ;;
	*) break ;;
	esac
	shift
done

# What the map says, file by file
copies() {
	local src dst f
	while read -r src dst; do
		[ -n "$src" ] || continue
		repo_files "$src" | while read -r f; do
			echo "$f $dst${f#"$src"}"
		done
	done <<<"$MAP"
}

if ((only_map)); then
	copies
	exit
fi
(($# == 1)) || usage

kdir=$(realpath -e "$1" 2>/dev/null) || die "$1: no such directory"
[[ -f $kdir/Kbuild && -d $kdir/net/core && -f $kdir/Makefile ]] ||
	die "$kdir is not a kernel tree" "there is no net/core, or no Kbuild, in it"
[ -w "$kdir" ] || die "$kdir is not writable"
need_command patch cmp

state=$kdir/.skbtrace
mkdir -p "$state"
tmp=$(mktemp -d "$state/tmp.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
touch "$state/files" "$tmp/files" "$tmp/patched"

tree_version() {
	sed -n 's/^VERSION *= *//p; s/^PATCHLEVEL *= *//p' "$kdir/Makefile" |
		paste -sd .
}

choose_patches() {
	local have nearest
	version=${version:-$(tree_version)}
	[ ! -d "$ROOT/patches/$version" ] || return 0
	have=$(cd "$ROOT/patches" 2>/dev/null && ls -d [0-9]*) || true
	# the last one in version order that is not above the tree's
	nearest=$(printf '%s\n' "$have" "$version" | sort -uV |
		grep -Fx -B1 -e "$version" | head -n 1)
	[ "$nearest" != "$version" ] || nearest=${have%%$'\n'*}
	die "there are no patches for Linux $version" \
		"there are for: ${have//$'\n'/ }" \
		"to try the nearest: $0 --patches $nearest $1"
}

copy_files() {
	local src dst
	copies >"$tmp/copies"
	while read -r src dst; do
		put "$ROOT/$src" "$kdir/$dst"
		echo "$dst" >>"$tmp/files"
	done <"$tmp/copies"
}

# Files a patch names, as they stand in the tree
targets() {
	sed -n 's,^+++ b/\([^[:blank:]]*\).*,\1,p' "$1"
}

# The tree's own version of a patched file goes to .skbtrace/orig, the patched one
# to .skbtrace/new. A file that differs from both has been edited by somebody.
keep_original() {
	local f=$1
	[ -f "$kdir/$f" ] || return 0
	if [ ! -f "$state/orig/$f" ]; then
		mkdir -p "$state/orig/$(dirname "$f")"
		cp -p "$kdir/$f" "$state/orig/$f"
	elif ! cmp -s "$kdir/$f" "$state/orig/$f" &&
	     ! cmp -s "$kdir/$f" "$state/new/$f"; then
		die "$f was edited since the last overlay" \
			"see: diff -u $state/new/$f $kdir/$f" \
			"edits for a patch: put them there, then undo them: cp $state/new/$f $kdir/$f" \
			"a new version of the tree: rm -r $state"
	fi
}

# report_patch PATCH < output of patch(1): one line per failed hunk
report_patch() {
	awk -v p="$1" -v rej="$2" '
	/^(checking|patching) file / { f = $3 }
	/^\|\+\+\+ b\// { f = substr($2, 3); sub(/[ \t].*/, "", f) }
	/^Hunk .* FAILED at/ {
		print p ": " f ": hunk " $2 " failed at line " $5 + 0 \
		      " (it is in " rej "/" f ".rej)"
	}
	/hunks? ignored$/ {
		print p ": " f ": " $4 " hunk(s) ignored: " why; why = "file missing"
	}
	/^Reversed \(or previously applied\)/ { why = "already applied to this tree" }
	BEGIN { why = "file missing" }'
}

apply_patches() {
	local p name f
	local list=("$ROOT/patches/$version"/*.patch)
	[ ! -f "$ROOT/MAINTAINERS.patch" ] || list+=("$ROOT/MAINTAINERS.patch")
	[ -f "${list[0]}" ] || die "patches/$version holds no *.patch"
	list+=("${also[@]}")

	for p in "${list[@]}"; do
		targets "$p"
	done | sort -u >"$tmp/patched"
	while read -r f; do
		keep_original "$f"
		[ -f "$state/orig/$f" ] || continue
		mkdir -p "$tmp/stage/$(dirname "$f")"
		cp "$state/orig/$f" "$tmp/stage/$f"
	done <"$tmp/patched"

	rm -rf "$state/rejected"
	for p in "${list[@]}"; do
		name=$(basename "$p" .patch)
		patch -d "$tmp/stage" -p1 -f -N --no-backup-if-mismatch \
			<"$p" >"$tmp/out" 2>&1 && continue
		report_patch "$name" "$state/rejected/$name" <"$tmp/out" >>"$tmp/failed"
		(cd "$tmp/stage" && find . -name '*.rej') | while read -r f; do
			mkdir -p "$state/rejected/$name/$(dirname "$f")"
			mv "$tmp/stage/$f" "$state/rejected/$name/$f"
		done
	done
}

install_patched() {
	local f
	while read -r f; do
		[ -f "$tmp/stage/$f" ] || continue
		mkdir -p "$state/new/$(dirname "$f")"
		cp "$tmp/stage/$f" "$state/new/$f"
		if [ -f "$state/orig/$f" ]; then
			chmod --reference="$state/orig/$f" "$tmp/stage/$f"
		else
			echo "$f" >>"$tmp/files"
		fi
		put "$tmp/stage/$f" "$kdir/$f"
	done <"$tmp/patched"
}

# What an earlier run put there and this one does not
drop_stale() {
	local f
	if [ -d "$state/orig" ]; then
		(cd "$state/orig" && find . -type f | sed 's,^\./,,') | sort |
			comm -23 - "$tmp/patched" >"$tmp/restore"
		while read -r f; do
			keep_original "$f"
			put "$state/orig/$f" "$kdir/$f"
			rm -f "$state/orig/$f" "$state/new/$f"
		done <"$tmp/restore"
	fi
	sort -u "$tmp/files" -o "$tmp/files"
	sort -u "$state/files" | comm -23 - "$tmp/files" >"$tmp/gone"
	while read -r f; do
		rm -f "$kdir/$f"
		rmdir -p --ignore-fail-on-non-empty "$kdir/${f%/*}" 2>/dev/null || true
		written=$((written + 1))
	done <"$tmp/gone"
	cp "$tmp/files" "$state/files"
}

if ((remove)); then
	drop_stale
	rm -rf "$kdir/net/skbtrace" "$state"
	msg "$kdir: skbtrace taken out"
	exit
fi

choose_patches "$1"
touch "$tmp/failed"
apply_patches
copy_files
install_patched
drop_stale

hunks=$(cat "$ROOT/patches/$version"/*.patch | grep -c '^@@ ' || true)
if [ -s "$tmp/failed" ]; then
	cat "$tmp/failed" >&2
	msg "$kdir: $(wc -l <"$tmp/failed") failures among $hunks hunks of patches/$version;" \
		"the rest is in place"
	exit 3
fi
msg "$kdir: $(wc -l <"$tmp/files") files and $hunks hunks of patches/$version in place," \
	"$written changed"
