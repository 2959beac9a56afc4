#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/selftest.sh [OPTION...] [TEST...] - kselftests in a VM
#
# Builds the program, and tools/testing/selftests/net/skbtrace with the kernel's
# lib.mk, boots the kernel (default plain) and runs the tests in it, all or those
# named. TAP on stdout, then the counts; exit status 0 if none failed.
#   -k VARIANT  of the kernel, stock-FLAVOUR for one of Debian's, uml for user
#               mode Linux, where each test has a kernel of its own
#   -s  those that "make check" runs on that kernel, as scripts/where says
#   -j N  with -k uml: that many kernels at a time, default 1
#   -l CONSOLE  file for what the kernel says
#   -i  in QEMU: one CPU whose clock counts instructions, so that a busy host does
#       not show: tests may compare times (COUNTED)
#   -r  with -k uml: time is real
#   -p I/N  only part I of N, so that two VMs can share the work
#   -L  with -k debug or uml: then search for lost memory. Everything takes twice as
#       long with it, so the default is those tests that make and end sessions

set -euo pipefail
. "$(dirname "$0")/lib.sh"

variant=plain vm=() leaks='' part=1/1 subset=0 at_once=1 slow=2
while (($#)); do
	case $1 in
	-k) variant=${2:?}; shift ;;
	-l) vm+=(-l "${2:?}"); shift ;;
	-p) part=${2:?}; shift ;;
	-s) subset=1 ;;
	-i) vm+=(--icount -e COUNTED=1) slow=10 ;;
	-r) vm+=(-a time-travel=off) ;;
	-j) at_once=${2:?}; shift ;;
	-L) leaks="abi ctl.sh owner.sh sessions.sh stress.sh" vm+=(-a kmemleak=on) ;;
	-h | --help) usage 0 ;;
	-*) die "unknown option $1" "see: $0 --help" ;;
	*) break ;;
	esac
	shift
done

if [[ ! $part =~ ^([1-9])/([1-9])$ ]] || ((BASH_REMATCH[1] > BASH_REMATCH[2])); then
	die "-p $part: not a part such as 1/2"
fi
first=$((BASH_REMATCH[1] - 1)) step=${BASH_REMATCH[2]}

dir=$ROOT/tools/testing/selftests/net/skbtrace
[ -f "$dir/Makefile" ] || die "there are no selftests in $dir"
# Debian's kernels: the tests are compiled beside the one that is built here
built=$variant
[[ $variant != stock-* ]] || built=plain
kernel=$("$ROOT/scripts/kernel.sh" "$built")
# beside the kernel: the sample is a module of it
out=${kernel%/images/*}/selftest-$variant
mkdir -p "$out"
exec 8>"$out/lock"
flock 8

# What the kernel has two folders up (lib.mk, kselftest_harness.h) is found
# beside a test that each kernel has.
kselftest() {
	local beside=$kernel/build/source/tools/testing/selftests/net/forwarding
	make -s -C "$dir" OUTPUT="$out" -I "$beside" \
		KHDR_INCLUDES="-I$beside -isystem $ROOT/include/uapi" "$@"
}
kselftest all >&2
# most tests want the program
make -s -C "$ROOT/tools/skbtrace" >&2
# for sample.sh: to compile it in the VM would take a minute
if [ "$variant" = uml ]; then
	: # loads no modules
elif [ "$built" = "$variant" ]; then
	sample=$("$ROOT/scripts/modules.sh" -s "$kernel/build")
	cp "$sample/skbtrace_sample.ko" "$out/"
else
	"$ROOT/scripts/modules.sh" -i "$variant" >/dev/null
fi
# shellcheck disable=SC2016 # variables of make
read -ra all < <(kselftest --eval='names: ; @echo $(TEST_PROGS) $(notdir $(TEST_GEN_PROGS))' names)
exec 8>&-

# told COLUMN: the tests that have a mark in that column of the table
told() {
	awk -v kernel="$1" '
		/^#/ || !NF { next }
		!columns { for (i = 2; i <= NF; i++) at[$i] = i; columns = 1; next }
		!(kernel in at) { exit 1 }
		$at[kernel] != "-" { print $1 }' "$ROOT/scripts/where"
}
if (($# == 0)); then
	# shellcheck disable=SC2086 # words
	if [ -n "$leaks" ]; then
		# stress never lets time go by
		[ "$variant" != uml ] || leaks=${leaks/stress.sh/}
		set -- $leaks
	elif ((subset)) || [ "$variant" = uml ]; then
		chosen=$(told "$variant") ||
			die "scripts/where has no column '$variant'"
		set -- $chosen
	else
		set -- "${all[@]}"
	fi
fi
for t; do
	[[ " ${all[*]} " == *" $t "* ]] || die "no test '$t'" "there are: ${all[*]}"
done

mine=()
for ((i = first; i < $#; i += step)); do
	mine+=("${@:i+1:1}")
done
set -- "${mine[@]}"

# FILTER_DIFF_N, SWAP_SECONDS and the like: how long, from which seed; WHY_SHIFT;
# WHY_KEEP: a file for the recording that "why" was tested with
for v in "${!FILTER_@}" "${!SWAP_@}" "${!READERS_@}" "${!WHY_@}" \
	"${!SEGMENT_@}" "${!SESSIONS_@}" "${!STAMPS_@}" "${!PACKETS_@}" \
	"${!LINK_@}"; do
	vm+=(-e "$v=${!v}")
done
[ -z "${WHY_KEEP-}" ] || vm+=(-w "$(dirname "$WHY_KEEP")")

# guest TEST...: in one virtual machine
timeout=$((120 + 60 * $#))
# several times slower, and more so where other things go on
case $variant in
debug) timeout=$((timeout * 3)) ;;
kcsan) timeout=$((timeout * 10)) ;;
esac
if [ "$variant" != uml ]; then
	exec "$ROOT/scripts/vm.sh" -k "$variant" -t $((timeout * slow)) "${vm[@]}" -- \
		"$ROOT/scripts/selftest-guest.sh" "$dir" "$out" "$@"
fi

# In user mode Linux a test that never ends lets no time go by, so that only
# the host can end it; whatever a test breaks ends with its kernel.
logs=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-selftest.XXXXXX")
# shellcheck disable=SC2317 # called by the trap
end_guests() {
	jobs -p | xargs -r kill 2>/dev/null || true
	rm -rf "$logs"
}
trap end_guests EXIT
trap 'exit 143' TERM HUP INT

# in a process of its own: it ends with this one
one() {
	tied "$ROOT/scripts/vm.sh" -k uml -m 1G -t "${UML_SECONDS:-900}" "${vm[@]}" -l "$logs/$1.console" -- \
		"$ROOT/scripts/selftest-guest.sh" "$dir" "$out" "$1" >"$logs/$1" 2>&1
}

number=0 failed=0 skipped=0
# verdict LINE: "ok 1 TEST ...", with a number in the order of all
verdict() {
	number=$((number + 1))
	case $1 in
	'not ok'*) failed=$((failed + 1)) ;;
	*'# SKIP'*) skipped=$((skipped + 1)) ;;
	esac
	[[ $1 =~ ^((not )?ok)\ [0-9]+\ (.*) ]]
	echo "${BASH_REMATCH[1]} $number ${BASH_REMATCH[3]}"
}

# ended PID: what it printed; where kmemleak is on, it has a verdict, too
ended() {
	local t=${test_of[$1]} line

	grep -aE '^# ' "$logs/$t" || true
	while IFS= read -r line; do
		[[ $line != *' s' ]] || line+=", $((SECONDS - began[$t])) s on the host"
		verdict "$line"
	done < <(grep -aE '^(not )?ok ' "$logs/$t")
	grep -aqE '^[0-9]+ passed, ' "$logs/$t" && return
	sed -n '/^# /!s/^/# /p' "$logs/$t"
	tail -n 60 "$logs/$t.console" | sed 's/^/# /'
	verdict "not ok 1 $t # the kernel died, or came to no end"
}

declare -A test_of began
running=0
echo "TAP version 13"
for t; do
	if ((running >= at_once)); then
		wait -n -p pid || true
		ended "$pid"
		running=$((running - 1))
	fi
	one "$t" &
	test_of[$!]=$t began[$t]=$SECONDS
	running=$((running + 1))
done
while ((running--)); do
	wait -n -p pid || true
	ended "$pid"
done
echo "1..$number"
echo "$((number - failed - skipped)) passed, $failed failed, $skipped skipped"
((failed == 0))
