#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/matrix.sh [OPTION...] [TEST...] - verdicts against scenarios, many times
#
# Runs the selftests that know what "skbtrace why" must say of each of their
# connections (why*.sh, or those named) N times. Addresses take turns: after
# three times each scenario was seen with IPv4, IPv6 and mapped ones. Prints a
# line for each end of each scenario: which verdict it must get, which it got
# and how often; one that is wrong has a "!" before it, "cannot-say" a "?".
# Exit status 1 if one is wrong, if a test came to no end, or if more than one
# in twenty of a scenario cannot be said; what the runs said is kept then.
#   -n N        times, default 20
#   -k VARIANT  of the kernel, as for scripts/selftest.sh; default uml. In QEMU the
#               clock counts instructions, so that a busy host does not show
#   -j KERNELS  at a time, with -k uml; default 2
#   -o FILE     keep the entries: TEST PORT END FAMILY WANTED GOT
#   -i FILE     run nothing, print the matrix of entries that were kept

set -euo pipefail
. "$(dirname "$0")/lib.sh"

times=20 variant=uml at_once=2 keep='' read_from=''
while (($#)); do
	case $1 in
	-n) times=${2:?}; shift ;;
	-k) variant=${2:?}; shift ;;
	-j) at_once=${2:?}; shift ;;
	-o) keep=${2:?}; shift ;;
	-i) read_from=${2:?}; shift ;;
	-h | --help) usage 0 ;;
	-*) die "unknown option $1" "see: $0 --help" ;;
	*) break ;;
	esac
	shift
done
[[ $times =~ ^[1-9][0-9]*$ && $at_once =~ ^[1-9][0-9]*$ ]] || usage

how=(-k "$variant")
if [ "$variant" = uml ]; then
	how+=(-j "$at_once")
else
	how+=(-i)
fi
tmp=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-matrix.XXXXXX")

# run NUMBER TEST...: their entries; a test without an end is one, too
run() {
	local start=$SECONDS shift=$(($1 - 1)) log=$tmp/$1
	shift
	WHY_SHIFT=$shift aside "$ROOT/scripts/selftest.sh" "${how[@]}" "$@" >"$log" 2>&1 || true
	sed -n 's/^# # entry //p' "$log" >>"$tmp/entries"
	sed -nE 's/^(not )?ok [0-9]+ ([^ ]+) .*(SKIP|no end|died).*/\2 - - - end no-end/p' \
		"$log" >>"$tmp/entries"
	grep -q '^1\.\.' "$log" || {
		tail -n 20 "$log" >&2
		die "run $((shift + 1)): no end"
	}
	[ -z "$keep" ] || cp "$tmp/entries" "$keep"
	msg "run $((shift + 1)) of $times: $(tail -n 1 "$log"), $((SECONDS - start)) s"
}

# shellcheck disable=SC2016 # of awk
matrix='
	function fits(got, wanted) {
		return got == wanted || (wanted == "-" && got ~ /^=/)
	}
	# "12 refused  ! 1 no-answer"
	function cell(key, wanted,   g, list, s) {
		for (g in gots) {
			if (!((key, g) in n))
				continue
			s = n[key, g] " " g
			if (fits(g, wanted))
				list = s (list == "" ? "" : "  " list)
			else
				list = list (list == "" ? "" : "  ") \
					(g == "cannot-say" ? "? " : "! ") s
		}
		return list
	}
	{
		key = $1 " " $2 " " $3
		if (!(key in wanted)) {
			order[++keys] = key
			wanted[key] = $5
		}
		gots[$6]; n[key, $6]++; all[key]++; family[key, $4]++; total++
		if ($6 == "cannot-say" && $5 != $6)
			unsaid[key]++
		else if (!fits($6, $5))
			wrong++
	}
	END {
		printf "%-14s%6s %-9s%-17s%5s%5s%5s  %s\n", "TEST", "PORT", \
			"END", "MUST GET", "4", "6", "m", "GOT"
		for (i = 1; i <= keys; i++) {
			key = order[i]
			split(key, k, " ")
			printf "%-14s%6s %-9s%-17s%5d%5d%5d  %s\n", k[1], k[2], \
				k[3], wanted[key], family[key, 4], \
				family[key, 6], family[key, "m"], \
				cell(key, wanted[key])
			many += unsaid[key] * 20 > all[key]
			cannot += unsaid[key]
		}
		printf "%d entries: %d right, %d wrong, %d cannot say\n", total, \
			total - wrong - cannot, wrong, cannot
		exit wrong || many || !total
	}'

# finish ENTRIES: nothing is left behind if all is well
finish() {
	if awk "$matrix" "$1"; then
		rm -rf "$tmp"
		exit
	fi
	if [ -n "$read_from" ]; then
		rm -rf "$tmp"
	else
		msg "what the runs said: $tmp"
	fi
	exit 1
}

[ -z "$read_from" ] || finish "$read_from"
if (($# == 0)); then
	# those that name scenarios
	mapfile -t tests < <(cd "$ROOT/tools/testing/selftests/net/skbtrace" &&
		grep -l '^next ' why*.sh)
	set -- "${tests[@]}"
fi
for ((i = 1; i <= times; i++)); do
	run "$i" "$@"
done
finish "$tmp/entries"
