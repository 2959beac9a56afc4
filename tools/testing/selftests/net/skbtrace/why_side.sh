#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause, if only one of both hosts has recorded? With the
# connections of the other tests: the verdict on the recorded end must be the same,
# unless it needs events of the other end.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace

which=(why.sh why_path.sh why_more.sh why_field.sh why_odd.sh)
# why_locked.sh needs userfaultfd
[ ! -e /proc/sys/vm/unprivileged_userfaultfd ] || which+=(why_locked.sh)
for test in "${which[@]}"; do
	for side in A B; do
		WHY_SIDE=$side "$(dirname "$0")/$test" >"$TMP/out" 2>&1
		status=$?
		[ "$status" = 0 ] || grep -A 3 '^not ok' "$TMP/out" | sed 's/^/# /'
		is "$test, recorded by $side alone: exit status" "$status" 0
		ok "$test, recorded by $side alone: it has tests" \
			grep -q '^ok' "$TMP/out"
	done
done
finish
