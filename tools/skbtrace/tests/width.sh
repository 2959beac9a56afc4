# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Messages are broken into lines that fit a terminal: sourced by those who look
# at them.

# messages as on a terminal
export COLUMNS=80

# flat: stdin in one line, however it is broken
flat() {
	tr -s ' \n' '  ' | sed 's/ $//'
}

# status_row LABEL: what "status" on stdin says there
status_row() {
	sed -n "/^$1 /,/^[^ ]/{ /^$1 /{ s/^$1 *//; p }; /^ /p }" | flat
}

# fits FILE: no line is wider than a terminal, unless it is a single word
fits() {
	! grep -E '.{81}' "$1" | grep -E '^ *[^ ]+ +[^ ]'
}
