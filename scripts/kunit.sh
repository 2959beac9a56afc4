#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/kunit.sh [GLOB] - run the unit tests in user mode Linux
#
# GLOB chooses suites, default skbtrace*. Exit status 0: all passed, and at
# least one ran.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

case ${1-} in
-h | --help) usage 0 ;;
esac

dir=$("$ROOT/scripts/kernel.sh" uml)
log=$(mktemp "${TMPDIR:-/tmp}/skbtrace-kunit.XXXXXX")
trap 'rm -f "$log"' EXIT

# A full stop is the verdict of the parser, not of the kernel: it has no init
# and would panic after the tests if it were not halted.
timeout 120 "$dir/linux" mem=256M console=tty con=null con0=fd:0,fd:1 \
	kunit.filter_glob="${1:-skbtrace*}" kunit_shutdown=halt \
	</dev/null >"$log" 2>&1 || true

grep -qE '(not )?ok [0-9]+ ' "$log" ||
	die "no test ran" "$(tail -n 20 "$log")"
python3 "$dir/build/source/tools/testing/kunit/kunit.py" parse "$log" >&2 || {
	grep -aE 'not ok|EXPECTATION|ASSERTION|Expected' "$log" >&2 || true
	exit 1
}
