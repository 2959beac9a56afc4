#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# fuzz_d.sh [SECONDS [SEED]]: mutated programs in D, from d.sh and the documentation.
# TAP. FUZZ_D is the test program, best built with sanitizers (make fuzz).
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need python3
if [ -z "${FUZZ_D:-}" ] || [ ! -r "$here/../../../examples/packets.dat" ]; then
	echo "1..0 # SKIP no FUZZ_D program given, or no examples"
	exit 0
fi
python3 - "$here/d.sh" "$here/../skbtrace.8" \
	"$here/../../../Documentation/networking/skbtrace.rst" <<'PY'
import re
import sys
texts = set()
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        texts |= set(re.findall(r"'([^']*(?:\{|:::)[^']*)'", file.read()))
for i, text in enumerate(sorted(texts)):
    with open(f"{i:03}.d", "w", encoding="utf-8") as file:
        file.write(text)
PY
exec "$FUZZ_D" "${1:-2}" "${2:-1}" "$here/../../../examples/packets.dat" ./*.d
