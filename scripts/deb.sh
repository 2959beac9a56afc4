#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/deb.sh [-v VERSION] [-l] [DIR] - build the Debian packages, print them
#
# skbtrace, the program, and skbtrace-dkms, the sources of the modules, which
# DKMS compiles for the kernels that are installed. Built in a copy in the
# cache, left in DIR, by default deb/ beside the Makefile.
#   -v VERSION  another than debian/changelog says
#   -l          fail if lintian finds fault with them

set -euo pipefail
. "$(dirname "$0")/lib.sh"

version='' lint=0
while (($#)); do
	case $1 in
	-v) version=${2:?}; shift ;;
	-l) lint=1 ;;
	-h | --help) usage 0 ;;
	-*) die "unknown option $1" "see: $0 --help" ;;
	*) break ;;
	esac
	shift
done
out=$(realpath -m "${1:-$ROOT/deb}")

"$ROOT/scripts/deps.sh" deb tools
# The program's, and the changelog's, are one
program=$(sed -n 's/^#define SKBTRACE_VERSION[[:space:]]*"\(.*\)"/\1/p' \
	"$ROOT/tools/skbtrace/lib/version.h")
changelog=$(dpkg-parsechangelog -l "$ROOT/debian/changelog" -S Version)
[ "$program" = "$changelog" ] ||
	die "the program is version $program, the package $changelog" \
		"change tools/skbtrace/lib/version.h or debian/changelog"

build=$CACHE/deb-$(cksum <<<"$ROOT" | cut -d' ' -f1)
mkdir -p "$build"
exec 9>"$build/lock"
flock 9
rm -rf "$build/new"
mkdir "$build/new"
copy=$build/new/skbtrace-$changelog
repo_files . | (cd "$ROOT" && cpio -pdm --quiet "$copy")
if [ -n "$version" ]; then
	sed "1s/(.*)/($version)/" "$ROOT/debian/changelog" >"$copy/debian/changelog"
fi
(cd "$copy" && dpkg-buildpackage -b -us -uc -j"${JOBS:-$(nproc)}") \
	>"$build/log" 2>&1 9>&- ||
	die "building the packages failed:" "$(tail -n 30 "$build/log")"
if ((lint)); then
	lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$build/new/"*.changes >&2 ||
		die "lintian finds fault with the packages"
fi
mkdir -p "$out"
rm -f "$out"/skbtrace*.deb
for f in "$build/new/"*.deb; do
	[[ $f != *-dbgsym_* ]] || continue
	mv "$f" "$out/"
	echo "$out/${f##*/}"
done
rm -rf "$build/new"
