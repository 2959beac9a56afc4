#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/flaky.sh [OPTION...] N [TEST...] - run each selftest N times under load
#
# Runs beside busy loops, so that a test that depends on the machine's speed fails.
# Prints a line for each test: how often it ran, was skipped, and failed, and where
# the logs of the failures are. Exit status 0 if none failed.
#   -k VARIANT  of the kernel, as for scripts/selftest.sh; default uml
#   -b LOOPS    busy loops, default 8
#   -j KERNELS  at a time, with -k uml; default 4
#   -r RUNS     at a time, so that the last test of one does not wait for all others;
#               default 1

set -euo pipefail
. "$(dirname "$0")/lib.sh"

variant=uml loops=8 at_once=4 runs=1
while (($#)); do
	case $1 in
	-k) variant=${2:?}; shift ;;
	-b) loops=${2:?}; shift ;;
	-j) at_once=${2:?}; shift ;;
	-r) runs=${2:?}; shift ;;
	-h | --help) usage 0 ;;
	-*) die "unknown option $1" "see: $0 --help" ;;
	*) break ;;
	esac
	shift
done
[[ ${1-} =~ ^[1-9][0-9]*$ && $loops =~ ^[0-9]+$ && $runs =~ ^[1-9][0-9]*$ ]] || usage
times=$1
shift

logs=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-flaky.XXXXXX")
background=()
trap '((${#background[@]} == 0)) || kill "${background[@]}" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
for ((i = 0; i < loops; i++)); do
	while :; do :; done &
	background+=($!)
done

# eight loops leave a tenth of the machine
export UML_SECONDS=${UML_SECONDS:-3600}
# every FIRST TEST...: all tests, in each RUNS-th run from FIRST on
every() {
	local i start
	for ((i = $1; i <= times; i += runs)); do
		start=$SECONDS
		aside "$ROOT/scripts/selftest.sh" -k "$variant" -j "$at_once" "${@:2}" \
			>"$logs/$i" 2>&1 || true
		msg "run $i of $times: $(tail -n 1 "$logs/$i"), $((SECONDS - start)) s"
	done
}
lines=()
for ((first = 1; first <= runs; first++)); do
	every "$first" "$@" &
	lines+=($!)
	background+=($!)
done
wait "${lines[@]}"

printf '%-28s%8s%9s%8s\n' test runs skipped failed
cat "$logs"/[0-9]* | awk '
	/^not ok / { runs[$4]++; failed[$4]++ }
	/^ok / { runs[$3]++; if (/# SKIP/) skipped[$3]++ }
	END {
		for (t in runs)
			printf "%-28s%8d%9d%8d\n", t, runs[t], skipped[t], failed[t]
	}' | sort
if grep -q '^not ok' "$logs"/[0-9]* || ! grep -q '^ok' "$logs/1"; then
	msg "some failed; their logs: $logs"
	exit 1
fi
rm -rf "$logs"
