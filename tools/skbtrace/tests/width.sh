# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Messages are broken into lines that fit a terminal. Sourced by tests that compare
# them.

# messages as wide as on a terminal
export COLUMNS=80

# flat: stdin as one line
flat() {
	tr -s ' \n' '  ' | sed 's/ $//'
}

# status_row LABEL: that row of the output of "status" on stdin
status_row() {
	sed -n "/^$1 /,/^[^ ]/{ /^$1 /{ s/^$1 *//; p }; /^ /p }" | flat
}

# fits FILE: no line with more than one word is wider than a terminal
fits() {
	! grep -E '.{81}' "$1" | grep -E '^ *[^ ]+ +[^ ]'
}
