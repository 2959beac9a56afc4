#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# fuzz_frames.sh [SECONDS [SEED]]: collect gets mutated frames. TAP. FUZZ_FRAMES is
# the test program, best built with sanitizers; MKFRAMES makes the frames.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need python3
if [ -z "${FUZZ_FRAMES:-}" ] || [ -z "${MKFRAMES:-}" ]; then
	echo "1..0 # SKIP no FUZZ_FRAMES or MKFRAMES program given"
	exit 0
fi
for s in basic lost conns; do
	gen $s $s.dat
	"$MKFRAMES" -H ${#s} -m 400 $s.dat $s.pcap >/dev/null || exit 1
done
"$here/gen_history.py" lost history.dat || exit 1
"$MKFRAMES" -b off history.dat history.pcap >/dev/null || exit 1
exec "$FUZZ_FRAMES" "${1:-2}" "${2:-1}" ./*.pcap
