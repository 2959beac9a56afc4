#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause, if only one of both hosts has recorded? The
# connections of the other tests again: what is told of the end that was
# recorded must be the same, but for what happens at the other one.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace

which=(why.sh why_path.sh why_more.sh why_field.sh why_odd.sh)
# elsewhere it is skipped
[ ! -e /proc/sys/vm/unprivileged_userfaultfd ] || which+=(why_locked.sh)
for test in "${which[@]}"; do
	for side in A B; do
		WHY_SIDE=$side "$(dirname "$0")/$test" >"$TMP/out" 2>&1
		status=$?
		[ "$status" = 0 ] || grep -A 3 '^not ok' "$TMP/out" | sed 's/^/# /'
		is "$test, recorded by $side alone: exit status" "$status" 0
		ok "and some were judged" grep -q '^ok' "$TMP/out"
	done
done
finish
