#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tests/stress.sh [SECONDS [SEED]] - ring.h and names.h of the kernel under threads
#
# Builds tests/ring_stress.c with the thread sanitizer and with those for
# addresses and undefined behaviour, and runs each for SECONDS (default 2).
# Then builds it with one fault each: these runs must fail. Output is TAP.

set -u
here=$(cd "$(dirname "$0")" && pwd)
seconds=${1-2} seed=${2-}
dir=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-stress.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS-}"
number=0 failed=0

result() {
	number=$((number + 1))
	[ "$1" = ok ] || failed=$((failed + 1))
	echo "$1 $number - ring_stress: $2"
}

# attempt SANITIZERS SECONDS [FAULT]: 2 if it does not compile
attempt() {
	${CC:-gcc} -std=gnu11 -O2 -g -Wall -Wextra -fsanitize="$1" \
		-fno-sanitize-recover=all ${3+"-D$3"} -pthread \
		-o "$dir/ring_stress" "$here/ring_stress.c" \
		>"$dir/log" 2>&1 || return 2
	timeout $((${2%.*} + 30)) "$dir/ring_stress" "$2" ${seed:+"$seed"} \
		>"$dir/log" 2>&1 && return 0
	return 1
}

for sanitizers in thread address,undefined; do
	if attempt "$sanitizers" "$seconds"; then
		result ok "-fsanitize=$sanitizers"
		grep '^#' "$dir/log"
	else
		result 'not ok' "-fsanitize=$sanitizers"
		sed 's/^/# /' "$dir/log"
	fi
done

# FAULT|WHAT IT DOES|WHAT MUST BE SEEN
while IFS='|' read -r fault what sign; do
	status=0
	attempt thread 1 "$fault" || status=$?
	if ((status == 1)) && grep -q "$sign" "$dir/log"; then
		result ok "$what is found"
	else
		result 'not ok' "$what is found"
		sed 's/^/# /' "$dir/log"
	fi
done <<'END'
BREAK_RELEASE|a release that is none|WARNING: ThreadSanitizer: data race
BREAK_ONCE|a set of names with plain accesses|WARNING: ThreadSanitizer: data race
BREAK_CONSUME|a reader that lets go too early|WARNING: ThreadSanitizer: data race
BREAK_SPARE|an ordinary block in the spare part|^not ok 1
END

echo "1..$number"
((failed == 0))
