#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/stock-test.sh [FLAVOUR...] - skbtrace on kernels as Debian ships them
#
# Each kernel of scripts/stock.sh, or those named: compile the modules with its
# headers, boot it, and run tools/skbtrace/tests/stock_vm.sh there. TAP, and the
# counts at its end.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

case ${1-} in
-h | --help) usage 0 ;;
'') mapfile -t flavours < <("$ROOT/scripts/stock.sh" --list) ;;
*) flavours=("$@") ;;
esac

out=$(mktemp "${TMPDIR:-/tmp}/skbtrace-stock.XXXXXX")
trap 'rm -f "$out" "$out.one"' EXIT
cd "$ROOT"
for flavour in "${flavours[@]}"; do
	"$ROOT/scripts/stock.sh" "$flavour" >/dev/null
	if ! "$ROOT/scripts/modules.sh" -i "stock-$flavour" >/dev/null; then
		echo "not ok - $flavour: the modules compile"
		continue
	fi
	echo "ok - $flavour: the modules compile"
	scripts/vm.sh -k "stock-$flavour" -t 180 -- tools/skbtrace/tests/stock_vm.sh |
		sed "s/^\(not ok\|ok\) [0-9]* - /\1 - $flavour: /
			s/^1\.\.0 # SKIP /ok - $flavour: all # SKIP /" >"$out.one" || true
	cat "$out.one"
	grep -q '^1\.\.[1-9]\|: all # SKIP ' "$out.one" || echo "not ok - $flavour: the tests come to their end"
done | tee "$out"
passed=$(grep '^ok ' "$out" | grep -cv ' # SKIP' || true)
skipped=$(grep -c '^ok .* # SKIP' "$out" || true)
failed=$(grep -c '^not ok ' "$out" || true)
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0 && passed > 0))
