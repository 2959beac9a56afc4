#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# fuzz_pack.sh [SECONDS [SEED]]: chunks are packed and unpacked, some of them mutated
# between. TAP. FUZZ_PACK is the test program, best built with sanitizers.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
if [ -z "${FUZZ_PACK:-}" ]; then
	echo "1..0 # SKIP no FUZZ_PACK program given"
	exit 0
fi
for s in basic big lost zoo conns; do
	gen $s "$s.dat"
done
exec "$FUZZ_PACK" "${1:-2}" "${2:-1}" ./*.dat
