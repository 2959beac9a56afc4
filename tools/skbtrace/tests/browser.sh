#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# report, plot in a browser: Chromium without a window opens pages, clicks, types,
# and reports what went wrong. SHOTS=DIR keeps pictures of the pages. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need chromium python3
examples=$here/../../../examples

page() {	# NAME FILE ARGS...
	local name=$1
	shift
	"$S" report "$@" -o "$name.html" 2>err || {
		cat err
		echo "1..0 # SKIP no page: see the suite report"
		exit
	}
}

for s in story lost hostile busy; do
	"$here/gen_report.py" $s $s.dat || exit 1
	page $s $s.dat
done
"$here/gen_segment.py" basic bytes.dat || exit 1
page bytes bytes.dat
"$here/gen_summary.py" crowd100 crowd.dat || exit 1
page crowd crowd.dat
page loss "$examples/loss.dat"
page causes "$examples/causes.dat"
"$S" plot sk=1 "$examples/loss.dat" -o loss.svg 2>>err
"$S" plot sk=1 hostile.dat -o hostile.svg 2>>err
[ -z "${SHOTS:-}" ] || mkdir -p "$SHOTS"
exec python3 "$here/browser.py" "$tmp"
