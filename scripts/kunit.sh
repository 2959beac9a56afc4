#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/kunit.sh [-k VARIANT] [GLOB] - run the unit tests in user mode Linux
#
# GLOB chooses suites, default skbtrace*. TAP on stdout, then "N passed, N
# failed, N skipped"; exit status 0 if nothing failed and something ran to its end.
#   -k VARIANT  of the kernel: uml, which is the default, or kunit

set -euo pipefail
. "$(dirname "$0")/lib.sh"

variant=uml
case ${1-} in
-h | --help) usage 0 ;;
-k)
	variant=${2:?}
	shift 2
	;;
esac

dir=$("$ROOT/scripts/kernel.sh" "$variant")
log=$(mktemp "${TMPDIR:-/tmp}/skbtrace-kunit.XXXXXX")
trap 'rm -f "$log"' EXIT

# Without an init, this kernel would panic after the tests if it were not told
# to halt; its exit status tells nothing.
timeout -k 5 120 "$dir/linux" mem=512M console=tty con=null con0=fd:0,fd:1 \
	kunit.filter_glob="${1:-skbtrace*}" kunit_shutdown=halt \
	</dev/null >"$log" 2>&1 || true

# KTAP without the time stamps and what else the kernel said, but for complaints
tr -d '\r' <"$log" | sed -n '/KTAP version/,$p' | sed 's/^\[ *[0-9.]*\] //' |
	grep -aE '^ *(KTAP|TAP|1\.\.|ok |not ok |#)|EXPECTATION|ASSERTION|Expected|==|BUG:|WARNING:' || true

# Leaves only: an indented line for each test or parameter, none for the sums
# "ok 1 suite" and "ok 2 test" that follow their parts. A test that crashes
# leaves the plan of its suite unfulfilled.
awk '
	{ sub(/\r$/, ""); sub(/^\[ *[0-9.]*\] /, "") }
	/Kernel panic|BUG:|WARNING:|Internal error|UBSAN:/ { bad++ }
	/^ *1\.\.[0-9]+$/ {
		match($0, /^ */)
		level = RLENGTH
		plan[level] = substr($0, level + 4) + 0
		seen[level] = 0
		next
	}
	/^ *(not )?ok [0-9]+/ {
		match($0, /^ */)
		level = RLENGTH
		seen[level]++
		ok = $1 == "ok"
		if (level == 0 && !ok && !fell)
			bad++
		# the sum of those one step further in
		if ((level + 4) in parts) {
			if ((level + 4) in plan &&
			    seen[level + 4] != plan[level + 4])
				bad++
			delete parts[level + 4]
			delete plan[level + 4]
			parts[level] = 1
			next
		}
		parts[level] = 1
		if (ok && / # SKIP/)
			skipped++
		else if (ok)
			passed++
		else
			fell++
	}
	END {
		# the outermost plan: all suites have come
		if (!(0 in plan) || seen[0] != plan[0] || !passed)
			bad++
		printf "%d passed, %d failed, %d skipped\n", passed,
		       fell + bad, skipped
		exit fell + bad > 0
	}
' "$log" || {
	grep -aE 'Kernel panic|RIP|Call Trace|BUG|WARNING' "$log" >&2 || true
	exit 1
}
