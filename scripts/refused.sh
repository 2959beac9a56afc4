#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/refused.sh - kernels that will not have skbtrace: what the user is told
#
# Boots Debian's 6.12 as under Secure Boot (lockdown), with signatures enforced,
# and as it is; there with no modules, with those of another kernel, and with
# lockdown later. Also compiles them for a kernel without headers. The tests are
# in tools/skbtrace/tests/refused_vm.sh. TAP, and the counts at its end.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

case ${1-} in
-h | --help) usage 0 ;;
esac

"$ROOT/scripts/modules.sh" -i stock-6.12 >/dev/null
other=$("$ROOT/scripts/modules.sh" -i stock-6.12-rt)
out=$(mktemp "${TMPDIR:-/tmp}/skbtrace-refused.XXXXXX")
trap 'rm -f "$out"' EXIT
cd "$ROOT"
run() { # ARGUMENTS-OF-KERNEL CASE [ARGUMENT]
	local args=$1
	shift
	scripts/vm.sh -k stock-6.12 -a "$args" -t 120 -- \
		tools/skbtrace/tests/refused_vm.sh "$@" |
		sed "s/^1\.\.0 # SKIP /ok - $1: all # SKIP /" | tee -a "$out" || true
	# a test that did not come to its end has not told how many there are
	tail -n 1 "$out" | grep -q '^1\.\.[1-9]\|: all # SKIP ' || echo "not ok - $1 has no end" | tee -a "$out"
}
run lockdown=integrity lockdown
run module.sig_enforce=1 signed
run '' kernels "$other"
# and where they are compiled
said=$("$ROOT/scripts/modules.sh" 6.0-none 2>&1 || true)
if [[ $said == *"no headers of the kernel 6.0-none "*"apt-get install linux-headers-6.0-none" ]]; then
	echo "ok - no headers: told, and what to do"
else
	echo "not ok - no headers: $said"
fi | tee -a "$out"
passed=$(grep '^ok ' "$out" | grep -cv ' # SKIP' || true)
skipped=$(grep -c '^ok .* # SKIP' "$out" || true)
failed=$(grep -c '^not ok ' "$out" || true)
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
