#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/selftest.sh [OPTION...] [TEST...] - kselftests in a VM
#
# Builds tools/testing/selftests/net/skbtrace with the kernel's lib.mk, boots
# the kernel (default plain) and runs the tests in it, all or those named. TAP
# on stdout, then the counts; exit status 0 if none failed.
#   -k VARIANT  of the kernel, stock-FLAVOUR for one of Debian's
#   -l CONSOLE  file for what the kernel says
#   -p I/N  only part I of N, so that two VMs can share the work
#   -L  with -k debug: then search for lost memory. Everything takes twice as
#       long with it, so the default is those tests that make and end sessions

set -euo pipefail
. "$(dirname "$0")/lib.sh"

variant=plain vm=() leaks='' part=1/1
while (($#)); do
	case $1 in
	-k) variant=${2:?}; shift ;;
	-l) vm+=(-l "${2:?}"); shift ;;
	-p) part=${2:?}; shift ;;
	-L) leaks="abi ctl.sh owner.sh stress.sh" vm+=(-a kmemleak=on) ;;
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
# for sample.sh: to compile it in the VM would take a minute
if [ "$built" = "$variant" ]; then
	sample=$("$ROOT/scripts/modules.sh" -s "$kernel/build")
	cp "$sample/skbtrace_sample.ko" "$out/"
else
	"$ROOT/scripts/modules.sh" -i "$variant" >/dev/null
fi
# shellcheck disable=SC2016 # variables of make
read -ra all < <(kselftest --eval='names: ; @echo $(TEST_PROGS) $(notdir $(TEST_GEN_PROGS))' names)
# shellcheck disable=SC2086 # words
(($#)) || set -- ${leaks:-${all[@]}}
exec 8>&-
for t; do
	[[ " ${all[*]} " == *" $t "* ]] || die "no test '$t'" "there are: ${all[*]}"
done

mine=()
for ((i = first; i < $#; i += step)); do
	mine+=("${@:i+1:1}")
done
set -- "${mine[@]}"

# FILTER_DIFF_N, SWAP_SECONDS and the like: how long, from which seed
for v in "${!FILTER_@}" "${!SWAP_@}"; do
	vm+=(-e "$v=${!v}")
done

timeout=$((120 + 60 * $#))
# several times slower, and more so where other things go on
[ "$variant" != debug ] || timeout=$((timeout * 3))
exec "$ROOT/scripts/vm.sh" -k "$variant" -t $((timeout * 2)) "${vm[@]}" -- \
	"$ROOT/scripts/selftest-guest.sh" "$dir" "$out" "$@"
