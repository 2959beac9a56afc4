#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/walk.sh [-n] - walk through adding an event as the documentation says
#
# samples/skbtrace/tcp_zero_window.patch is that walk. It may touch two files
# beside those of the call site and the test. It is applied to a copy of this
# tree; the kernel for user mode Linux is built from that, and the event's own
# test is run in it. TAP on stdout, exit status 0 if the event was seen.
#   -n  only apply it, and check that its number is free

set -euo pipefail
. "$(dirname "$0")/lib.sh"

build=1
case ${1-} in
-h | --help) usage 0 ;;
-n) build='' ;;
?*) usage ;;
esac
need_command patch

walk=$ROOT/samples/skbtrace/tcp_zero_window.patch
files=$(sed -n 's,^+++ b/\(.*\),\1,p' "$walk")
others=$(grep -Ev '^(include/trace/|patches/|tools/testing/)' <<<"$files")
(($(wc -l <<<"$others") <= 2)) ||
	die "an event takes more than two files beside its call site and test:" "$others"

# what it patches of the kernel is 6.12's
export SKBTRACE_KERNEL=6.12
copy=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-walk.XXXXXX")
trap 'rm -rf "$copy"' EXIT
(cd "$ROOT" && repo_files . | xargs -d '\n' cp --parents -t "$copy")
patch -s -d "$copy" -p1 -F0 --no-backup-if-mismatch <"$walk" ||
	die "$walk does not apply" "write it anew, with this tree's lines around it"
cd "$copy"
twice=$(sed -n 's/^[[:blank:]]*E([a-z_]*,[[:blank:]]*\([0-9]*\)).*/\1/p' \
	net/skbtrace/events/list.h | sort | uniq -d)
[ -z "$twice" ] || die "two events have the number $twice" \
	"give the one in $walk a free number; skbtrace.rst quotes it"
[ -n "$build" ] || exit 0
aside scripts/selftest.sh -k uml tcp_zero_window.sh
