#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tests/stress.sh [SECONDS [SEED]] - what CPUs of the kernel share, with threads
#
# Builds tests/ring_stress.c, state_stress.c, verdict_stress.c and hold_stress.c
# with the thread sanitizer and with those for addresses and undefined
# behaviour, and runs each for SECONDS (default 2). Then builds them with one
# fault each: these runs must fail. Output is TAP.

set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=../../testing/selftests/net/skbtrace/need.sh
. "$here/../../testing/selftests/net/skbtrace/need.sh"
[ -n "${CC-}" ] || need gcc
seconds=${1-2} seed=${2-}
dir=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-stress.XXXXXX")
trap 'rm -rf "$dir"' EXIT
export TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS-}"
number=0 failed=0

result() {
	number=$((number + 1))
	[ "$1" = ok ] || failed=$((failed + 1))
	echo "$1 $number - $2"
}

# attempt PROGRAM SANITIZERS SECONDS [FAULT]: its exit status; 2: it does not compile
attempt() {
	${CC:-gcc} -std=gnu11 -O2 -g -Wall -Wextra -fsanitize="$2" \
		-fno-sanitize-recover=all ${4+"-D$4"} -pthread \
		-o "$dir/$1" "$here/$1.c" \
		>"$dir/log" 2>&1 || return 2
	timeout $((${3%.*} + 30)) "$dir/$1" "$3" ${seed:+"$seed"} \
		>"$dir/log" 2>&1 && return 0
	return 1
}

for program in ring_stress state_stress verdict_stress hold_stress; do
	for sanitizers in thread address,undefined; do
		if attempt $program "$sanitizers" "$seconds"; then
			result ok "$program: -fsanitize=$sanitizers"
			grep '^#' "$dir/log"
		else
			result 'not ok' "$program: -fsanitize=$sanitizers"
			sed 's/^/# /' "$dir/log"
		fi
	done
done

# PROGRAM|FAULT|WHAT THE FAULT IS|WHAT THE PROGRAM MUST PRINT
while IFS='|' read -r program fault what sign; do
	# It ends when it finds the fault, so a busy machine may get more time.
	for time in 1 4 16; do
		status=0
		attempt "$program" thread $time "$fault" || status=$?
		((status == 0)) || break
	done
	if ((status == 1)) && grep -q "$sign" "$dir/log"; then
		result ok "$program: $what is found"
	else
		result 'not ok' "$program: $what is found"
		sed 's/^/# /' "$dir/log"
	fi
done <<'END'
ring_stress|BREAK_RELEASE|a release that is none|WARNING: ThreadSanitizer: data race
ring_stress|BREAK_ONCE|a set of names with plain accesses|WARNING: ThreadSanitizer: data race
ring_stress|BREAK_CONSUME|a reader that lets go too early|WARNING: ThreadSanitizer: data race
ring_stress|BREAK_SPARE|an ordinary block in the spare part|^not ok 1
state_stress|BREAK_RELEASE|a place given back without order|WARNING: ThreadSanitizer: data race
state_stress|BREAK_LOCK|a connection in two hands|WARNING: ThreadSanitizer: data race
verdict_stress|BREAK_ONCE|a verdict with plain accesses|WARNING: ThreadSanitizer: data race
verdict_stress|BREAK_MIX|a verdict of other addresses|^not ok 1
hold_stress|BREAK_ONCE|a log with plain accesses|WARNING: ThreadSanitizer: data race
hold_stress|BREAK_CLAIM|a block that two write out|^# number .* twice
hold_stress|BREAK_WHOLE|a block that is overwritten meanwhile|^# a block is torn
hold_stress|BREAK_MISSED|a gap that nobody tells of|nobody has told
END

echo "1..$number"
((failed == 0))
