#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# top on a terminal: the screen, keys, signals. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need python3
causes=$here/../../../examples/causes.dat

if ! python3 -c 'import pyte' 2>/dev/null; then
	echo "1..0 # SKIP pyte is not installed: apt-get install python3-pyte"
	exit
fi
if [ ! -e "$causes" ]; then
	echo "1..0 # SKIP no recording to look at"
	exit
fi
"$here/gen_top.py" crowd crowd.dat 200 3 || exit 1
cp "$causes" .
"$here/top_tty.py" "$S" causes.dat crowd.dat
