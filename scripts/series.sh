#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/series.sh [--check | --build [-n N]] [VERSION...] - patches to be sent
#
# Makes of this repo a series of patches against Debian's linux-source of each
# VERSION (all that patches/ has), in series/VERSION, with a cover letter.
# scripts/series/table says which patch has what. Author, Signed-off-by and the M:
# line of MAINTAINERS are those of git's user.name and user.email.
#
#   --check   make it elsewhere: all applies, each file is in one patch, no patch
#             wants a header that a later one brings; checkpatch of what is changed
#             in files of the kernel, and of the texts
#   --build   make it, apply one patch after the other to the whole source, compile
#             net/ each time without skbtrace, =m and =y, boot the last one
#   -n N      with --build: N patches of them, evenly; the last one is among them

set -euo pipefail
. "$(dirname "$0")/lib.sh"

TABLE=$ROOT/scripts/series/table
COVER=$ROOT/scripts/series/cover
MAX_PATCHES=15

mode=make some=0
while (($#)); do
	case $1 in
	--check) mode=check ;;
	--build) mode=build ;;
	-n) some=${2:?}; shift ;;
	-h | --help) usage 0 ;;
	-*) usage ;;
	*) break ;;
	esac
	shift
done
if ! (($#)); then
	mapfile -t versions < <(cd "$ROOT/patches" && printf '%s\n' [0-9]* | sort -V)
	set -- "${versions[@]}"
fi
need_command git patch python3

tmp=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-series.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

name=$(git -C "$ROOT" config user.name || true)
email=$(git -C "$ROOT" config user.email || true)
if [ -z "$name" ] || [ -z "$email" ]; then
	[ $mode = check ] || die "who sends it?" \
		"git config user.name NAME; git config user.email ADDRESS"
	name=Nobody email=nobody@example.org
fi
# A wrong date or hook of the user's must not get into it
g() {
	git -C "$tmp/tree" -c user.name="$name" -c user.email="$email" \
		-c commit.gpgsign=false -c core.hooksPath=/dev/null \
		-c core.autocrlf=false -c gc.auto=0 "$@"
}

# ---- the kernel's own files that patches touch

originals() {
	local p
	for p in "$ROOT/patches/$version"/*.patch "$ROOT/MAINTAINERS.patch"; do
		sed -n 's,^--- a/\([^[:blank:]]*\).*,\1,p' "$p"
	done | sort -u
}

# From the tree that kernel.sh keeps, if there is one, as unpacking takes minutes
take_originals() {
	local kept=$CACHE/linux-$version/src-plain tarball f
	tarball=/usr/src/linux-source-$version.tar.xz
	mkdir -p "$tmp/tree/net/core"
	originals >"$tmp/originals"
	printf '%s\n' Makefile Kbuild >>"$tmp/originals"
	if [ -d "$kept/.skbtrace/orig" ]; then
		while read -r f; do
			mkdir -p "$tmp/tree/$(dirname "$f")"
			cp "$kept/.skbtrace/orig/$f" "$tmp/tree/$f" 2>/dev/null ||
				cp "$kept/$f" "$tmp/tree/$f"
		done <"$tmp/originals"
		return
	fi
	[ -r "$tarball" ] || die "$tarball is not there" "scripts/deps.sh kernels"
	sed "s,^,linux-source-$version/," "$tmp/originals" |
		tar -C "$tmp/tree" --strip-components=1 -xf "$tarball" -T -
}

# ---- the table

# row N KEY: the values, one a line
row() {
	sed -n "s/^$2: *//p" "$tmp/rows/$1" | tr ' ' '\n' | grep . || true
}

read_table() {
	local n
	rm -rf "$tmp/rows"
	mkdir "$tmp/rows"
	awk -v dir="$tmp/rows" '/^#/ { next }
		/^subject: / { out = sprintf("%s/%02d", dir, ++n) }
		out { print >out }' "$TABLE"
	mapfile -t rows < <(cd "$tmp/rows" && ls)
	n=${#rows[@]}
	((n <= MAX_PATCHES)) || die "$n patches, at most $MAX_PATCHES"
}

text() {
	sed -n 's/^subject: *//p' "$tmp/rows/$1"
	echo
	sed '1,/^$/d' "$tmp/rows/$1" | fmt -w 72
}

# ---- patches

hook() {
	local p=$ROOT/MAINTAINERS.patch
	[ "$1" = MAINTAINERS ] || p=$(ls "$ROOT/patches/$version/$1"-*.patch)
	patch -d "$tmp/tree" -p1 --no-backup-if-mismatch <"$p" >"$tmp/out" 2>&1 || {
		cat "$tmp/out" >&2
		die "$p does not apply"
	}
	[ "$1" != MAINTAINERS ] || sed -i \
		"/^SKBTRACE, /a M:	$name <$email>" "$tmp/tree/MAINTAINERS"
}

# Files of ours that no patch has had, and that this one wants
wanted() {
	local pattern patterns f
	mapfile -t patterns < <(row "$1" files)
	while read -r f; do
		for pattern in "${patterns[@]}"; do
			# shellcheck disable=SC2053 # it is a pattern
			[[ $f == $pattern && ($f != net/skbtrace/*/* ||
				$pattern == net/skbtrace/*/*) ]] || continue
			echo "$f"
			break
		done
	done <"$tmp/left"
}

# Each pattern names a file, even if an earlier patch has had it
check_patterns() {
	local r pattern f
	for r in "${rows[@]}"; do
		while read -r pattern; do
			while read -r f; do
				# shellcheck disable=SC2053 # it is a pattern
				[[ $f != $pattern ]] || continue 2
			done <"$tmp/left"
			die "patch $r: there is no $pattern" "see $TABLE"
		done < <(row "$r" files)
	done
}

# What is compiled from now on finds the headers that it quotes
check_headers() {
	local d=net/skbtrace f header missing=()
	[ -f "$tmp/tree/$d/Makefile" ] || return 0
	while IFS=: read -r f header; do
		header=${header#*\"} header=${header%\"*}
		[ -f "$(dirname "$f")/$header" ] || missing+=("${f#"$tmp/tree/"}: $header")
	done < <(grep -r '^#include "' --include='*.[ch]' "$tmp/tree/$d")
	[ ${#missing[@]} = 0 ] ||
		die "patch $1: headers of later patches:" "${missing[@]}"
}

# Kconfig and Makefile know of the modules that are there
adapt() {
	local d=net/skbtrace f
	[ -f "$tmp/tree/$d/Kconfig" ] || return 0
	for f in Kconfig Makefile; do
		python3 "$ROOT/scripts/series/part.py" "$tmp/whole/$d/Kconfig" \
			"$tmp/whole/$d/$f" "${options[@]}" >"$tmp/tree/$d/$f"
	done
}

make_patch() {
	local h
	for h in $(row "$1" hooks); do
		hook "$h"
	done
	wanted "$1" >"$tmp/wanted"
	tar -C "$tmp/whole" -c -T "$tmp/wanted" | tar -C "$tmp/tree" -x
	grep -vxFf "$tmp/wanted" "$tmp/left" >"$tmp/left.new" || true
	mv "$tmp/left.new" "$tmp/left"
	mapfile -t -O "${#options[@]}" options < <(row "$1" config)
	adapt
	check_headers "$1"
	g add -A
	! g diff --cached --quiet ||
		die "patch $1 is empty: what its patterns name is not there"
	text "$1" | g commit -q -s -F -
}

# Our files as overlay.sh puts them, in $tmp/whole
make_whole() {
	mkdir "$tmp/whole"
	"$ROOT/scripts/overlay.sh" --map >"$tmp/map"
	python3 - "$ROOT" "$tmp/whole" "$tmp/map" <<-'PY'
	import os, shutil, sys
	root, whole, name = sys.argv[1:]
	with open(name) as f:
	    for src, dst in (line.split() for line in f):
	        os.makedirs(os.path.dirname(whole + "/" + dst), exist_ok=True)
	        shutil.copy(root + "/" + src, whole + "/" + dst)
	PY
	cut -d ' ' -f 2 "$tmp/map" | sort >"$tmp/left"
}

make_series() {
	local r
	rm -rf "$tmp/tree" "$tmp/whole"
	options=()
	take_originals
	make_whole
	check_patterns
	g init -q
	g add -A
	g commit -q -m "Linux $version"
	g tag base
	for r in "${rows[@]}"; do
		make_patch "$r"
	done
	[ ! -s "$tmp/left" ] || die "in no patch: $(paste -sd ' ' "$tmp/left")" \
		"see $TABLE"
}

# ---- the cover letter

# From the table that the documentation has, in plain text
cost() {
	sed -n '/cost: figures/,/cost: end/p' "$ROOT/README.md" |
		sed -e 's/<!--.*-->//' -e 's/[*`]//g' >"$tmp/figures"
	echo "Instructions that an event adds to the packet or ACK that causes it:"
	echo
	awk -F' *[|] *' '/^[|]/ && ++n > 2 {
		print $2 ": " $3 ($4 ? "; refused " $4 : "") }' "$tmp/figures" |
		fmt -t -w 72
	echo
	awk '/^Off, / { on = 1 } /^$/ { on = 0 } on' "$tmp/figures" | tr '\n' ' ' |
		sed 's/round trip\..*/round trip./' | fmt -w 72
}

cover() {
	local f=$1/0000-cover-letter.patch
	cost | sed 's/^./  &/' >"$tmp/cost"
	sed -e "/^@COST@/{r $tmp/cost" -e 'd}' "$COVER" >"$tmp/cover"
	python3 - "$f" "$tmp/cover" <<-'PY'
	import sys
	name, cover = sys.argv[1:]
	with open(cover) as f:
	    subject, _, body = f.read().partition("\n\n")
	with open(name) as f:
	    text = f.read()
	text = text.replace("*** SUBJECT HERE ***", subject)
	text = text.replace("*** BLURB HERE ***", body.rstrip("\n"))
	with open(name, "w") as f:
	    f.write(text)
	PY
}

# write_series DIR
write_series() {
	rm -rf "$1"
	mkdir -p "$1"
	g format-patch -q --cover-letter --subject-prefix="PATCH net-next" \
		-o "$1" base
	cover "$1"
}

# ---- checks

# What is new is checked as a file, by lint; here what is changed, and the texts
check_series() {
	local checkpatch=$CACHE/linux-$version/src-plain/scripts/checkpatch.pl bad=0
	local p found
	[ -x "$checkpatch" ] || checkpatch=$CACHE/linux-6.12/src-plain/scripts/checkpatch.pl
	[ -x "$checkpatch" ] || die "no checkpatch.pl" "scripts/kernel.sh plain"
	g format-patch -q --diff-filter=M -o "$tmp/changed" base
	for p in "$tmp/changed"/*.patch; do
		grep -q '^@@' "$p" || echo 'diff --git a/x b/x' >>"$p"
		# 1: there are findings, among them that a text alone is no patch
		found=$("$checkpatch" --strict --no-tree --show-types --terse "$p" |
			grep -E ': (ERROR|WARNING|CHECK):' |
			grep -v NOT_UNIFIED_DIFF) || true
		[ -z "$found" ] || bad=1
		[ -z "$found" ] || printf '%s\n' "${found//$tmp\/changed\//}"
	done
	rm -rf "$tmp/changed"
	return $bad
}

# ---- builds

# state NAME: the fragments it is configured from
declare -A FRAGMENTS=(
	[off]="common x86 net plain"
	[m]="common x86 net plain skbtrace"
	[y]="common x86 net plain skbtrace-builtin"
)

configure() {
	local f
	mkdir -p "$top/$1"
	for f in ${FRAGMENTS[$1]}; do
		cat "$ROOT/scripts/kernel/$f.config"
	done >"$top/$1/fragments"
	make -s -C "$src" O="$top/$1" ARCH=x86_64 \
		KCONFIG_ALLCONFIG="$top/$1/fragments" allnoconfig >/dev/null
}

compile() {
	local out=$top/$1
	shift
	make -C "$src" O="$out" ARCH=x86_64 -j"${JOBS:-$(nproc)}" "$@" \
		>"$out/log" 2>&1 || {
		tail -n 20 "$out/log" >&2
		die "patch $at: $(basename "$out") does not build" "all: $out/log"
	}
}

# Is number $1 of ${#rows[@]} among those that -n asks for?
chosen() {
	local n=${#rows[@]}
	((some == 0 || some >= n || $1 * some / n != ($1 - 1) * some / n))
}

build_series() {
	local i state targets
	top=$CACHE/linux-$version/series
	src=$top/src
	if [ ! -d "$src" ]; then
		need_room "$top" 4500 "the series on Linux $version"
		mkdir -p "$src.tmp"
		tar -C "$src.tmp" --strip-components=1 \
			-xf "/usr/src/linux-source-$version.tar.xz"
		mv "$src.tmp" "$src"
	fi
	for ((i = 1; i <= ${#rows[@]}; i++)); do
		at="$i of ${#rows[@]}"
		chosen "$i" || continue
		g checkout -q "base~0"
		g checkout -q "$(g rev-list --reverse base..series | sed -n "${i}p")"
		sync_tree
		for state in off m y; do
			configure $state
			targets=(net/)
			((i < ${#rows[@]})) || targets=(bzImage modules)
			compile $state "${targets[@]}"
		done
		msg "Linux $version: patch $at builds"
	done
}

# All that any patch changes: the tree may be that of the last one of another run.
# Times of files that stay as they are stay.
sync_tree() {
	local f
	while read -r f; do
		if [ -f "$tmp/tree/$f" ]; then
			put "$tmp/tree/$f" "$src/$f"
		else
			rm -f "$src/$f"
		fi
	done < <(g diff --name-only --no-renames base series)
}

boot_last() {
	local image=$top/y/arch/x86/boot/bzImage
	timeout 900 "$ROOT/scripts/vm.sh" -K "$image" -- \
		test -e /sys/kernel/debug/skbtrace/format ||
		die "the last one does not boot"
	msg "Linux $version: the last one boots, and has skbtrace"
}

for version; do
	[ -d "$ROOT/patches/$version" ] || die "there is no patches/$version"
	read_table
	make_series
	g tag series
	case $mode in
	check)
		check_series || exit 1
		;;
	make)
		write_series "$ROOT/series/$version"
		msg "series/$version: ${#rows[@]} patches"
		;;
	build)
		build_series
		boot_last
		;;
	esac
done
