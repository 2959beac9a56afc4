#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The manual page has each option of a command's --help, in the sections about that
# command, and is formatted without a warning. TAP.
# shellcheck disable=SC2317 # ok() runs what stands behind it

set -u
here=$(cd "$(dirname "$0")" && pwd)
S=$(realpath "${SKBTRACE:-$here/../skbtrace}")
page=$here/../skbtrace.8
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0

# shellcheck source=../../testing/selftests/net/skbtrace/need.sh
. "$here/../../testing/selftests/net/skbtrace/need.sh"

ok() { # NAME COMMAND...
	local name=$1
	shift
	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		failed=1
	fi
}

# The text of the subsections with these headings
sections() {
	awk -v want="$1" '
		BEGIN { n = split(want, w, "|") }
		/^[^ ]/ || /^   [^ ]/ {
			on = 0
			for (i = 1; i <= n; i++)
				on = on || $0 ~ "^ *" w[i] "$"
		}
		on' "$tmp/page"
}

knows() { # OPTION SECTIONS
	sections "$2" | grep -qE -- "(^|[ ,])$1([ ,=[]|\$)"
}

fits() { # [COMMAND]
	! "$S" "$@" --help | grep -E '.{81}'
}

# The first command that is shown: it records all that a summary needs
first() { # FILE
	grep -m1 -o 'skbtrace record -w.*' "$1"
}

same_first() {
	[ -n "$(first "$tmp/usage")" ] && [ "$(first "$1")" = "$(first "$tmp/usage")" ]
}

echo "TAP version 13"
need groff
groff -mandoc -Tascii -P-cbou -ww -rLL=200n "$page" >"$tmp/page" 2>"$tmp/err"
ok "formats without a word" test ! -s "$tmp/err"
sed 's/^/# /' "$tmp/err"

for cmd in why top record live parse report plot d info list cut merge anonymise pcap tc collect status snapshot stop; do
	where="skbtrace $cmd"
	case $cmd in
	why) where+="|How to print" ;;
	top) where+="|What to trace|How to print" ;;
	record) where+="|What to trace" ;;
	live) where+="|What to trace|How to print" ;;
	parse) where+="|How to print" ;;
	esac
	"$S" $cmd --help |
		sed -n '/^options:/,/^$/s/^  \(-.\)\{0,1\}[, ]*\(--[a-z-]*\).*/\1 \2/p' \
		>"$tmp/opts"
	ok "$cmd: --help has options" test -s "$tmp/opts"
	ok "$cmd: --help is 80 columns wide" fits $cmd
	while read -r line; do
		for o in $line; do
			case $o in
			-h | --help) continue ;;
			esac
			ok "$cmd $o" knows "$o" "$where"
		done
	done <"$tmp/opts"
done
ok "--help is 80 columns wide" fits
"$S" --help >"$tmp/usage"
top=$here/../../..
for f in "$tmp/page" "$top/README.md" "$top/Documentation/networking/skbtrace.rst"; do
	# a kernel's tree does not have our README
	[ "${f##*/}" = README.md ] && ! grep -q '^# skbtrace' "$f" 2>/dev/null && continue
	ok "the first command is that of --help: ${f##*/}" same_first "$f"
done
# A word of the summary is explained in the page and in the table
sections "skbtrace parse" | tr -s ' \n' '  ' >"$tmp/flat"
while IFS='"' read -r _ word _ text _; do
	ok "the word $word" grep -qF "$word $text" "$tmp/flat"
done < <(grep '{ "' "$here/../conn/held_words.c")
echo "1..$n"
exit "${failed:-0}"
