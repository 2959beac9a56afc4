#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs the test suites of the program, one TAP stream with one plan.
#
#	SKBTRACE=path/to/skbtrace tests/run.sh [SUITE...]
#
# A suite is an executable that prints lines "ok N - name", and exits with 0 if all
# passed. Another exit status without a failed test is a failure, too. A suite that
# prints "1..0 # SKIP WHY" is skipped.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export SKBTRACE=${SKBTRACE:-$here/../skbtrace}
export LC_ALL=C TZ=UTC
unset NO_COLOR
# The python3 of a version manager takes 5 times as long to start: it comes later
PATH=/usr/bin:/bin:$PATH
n=0 failed=0 skipped=0
# Recordings that several suites have generated
GENERATED=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-generated.XXXXXX")
export GENERATED
trap 'rm -rf "$GENERATED"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

suite() {
	local name=$1 bad=0 rc line
	shift
	exec 3< <(timeout -k 5 "${SUITE_TIMEOUT:-600}" "$@" 2>&1 </dev/null
		    echo "suite-exit $?")
	while IFS= read -r line <&3; do
		case $line in
		"ok "*|"not ok "*)
			n=$((n + 1))
			[[ $line == "not ok "* ]] && bad=$((bad + 1))
			[[ $line == *"# SKIP"* ]] && skipped=$((skipped + 1))
			echo "${line%%ok *}ok $n - $name: ${line#* - }" ;;
		"suite-exit "*)
			rc=${line#suite-exit } ;;
		"1..0 # SKIP"*)
			n=$((n + 1)) skipped=$((skipped + 1))
			echo "ok $n - $name # SKIP ${line#*# SKIP }" ;;
		1..*)	;;
		*)	echo "${line/#[!#]/# &}" ;;
		esac
	done
	exec 3<&-
	if [ "$rc" != 0 ] && [ "$bad" = 0 ]; then
		n=$((n + 1)) bad=1
		echo "not ok $n - $name: ended with $rc"
	fi
	failed=$((failed + bad))
}

if [ $# = 0 ]; then
	set -- parse early damage packed output where summary by every why why_lost top top_tty \
		report cut merge anonymise refilter held history shed \
		latency stages segment frames record live direct flight filter scope conf \
		wire man completion stress fuzz_pack fuzz_d d d_options probe
fi
for s; do
	if [ ! -x "$here/$s.sh" ]; then
		n=$((n + 1)) failed=$((failed + 1))
		echo "not ok $n - there is no suite $s"
		continue
	fi
	suite "$s" "$here/$s.sh"
done
for s in ${TEST_PROGRAMS:-}; do
	suite "$(basename "$s" | sed s/^test_//)" "$s"
done
echo "1..$n"
echo "$((n - failed - skipped)) passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
