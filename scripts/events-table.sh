#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/events-table.sh [--update] - which kernel has which event, and how
#
# Boots each kernel, makes each event happen there (the selftest events.sh), and
# prints one table, events x kernels. A cell is what was seen: an event that
# "format" calls exact or inferred has been recorded, one that it calls
# unavailable has been refused. The table must be the one in the documentation,
# and the README has its counts.
#
#   --update  write them there
#
# The last line counts the cells, and those that were not seen or differ.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

update=0
case ${1-} in
-h | --help) usage 0 ;;
--update) update=1 ;;
?*) usage ;;
esac

# TITLE|KERNEL|VERSION THAT IS BUILT HERE
columns=(
	"patched 6.12|plain|6.12"
	"patched 6.1|plain|6.1"
	"Debian 6.12|stock-6.12|6.12"
	"Debian 6.1|stock-6.1|6.12"
	"Debian 6.12-rt|stock-6.12-rt|6.12"
	"Debian 6.1-rt|stock-6.1-rt|6.12"
)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-table.XXXXXX")
trap 'rm -rf "$tmp"' EXIT

# measure COLUMN: into $tmp/COLUMN, lines "EVENT STATE"
measure() {
	local title variant version
	IFS='|' read -r title variant version <<<"${columns[$1]}"
	SKBTRACE_KERNEL=$version aside "$ROOT/scripts/selftest.sh" -k "$variant" \
		events.sh >"$tmp/log" 2>&1 || {
		msg "$title: events.sh fails:"
		grep -av '^# ok\|^# # cell' "$tmp/log" | tail -n 40 >&2 || true
		bad=$((bad + 1))
	}
	sed -n 's/^# # cell //p' "$tmp/log" >"$tmp/$1"
	msg "$title: $(wc -l <"$tmp/$1") events"
}

bad=0
for i in "${!columns[@]}"; do
	measure "$i"
done

# In the order of the documentation, which is that of "format"
table() {
	local i
	for i in "${!columns[@]}"; do
		printf 'column %d %s\n' "$i" "${columns[i]%%|*}"
		sed "s/^/cell $i /" "$tmp/$i"
	done | awk '
		function rule(   i, s) {
			s = bar(width)
			for (i = 0; i < n; i++)
				s = s "  " bar(w[i])
			print s
		}
		function bar(n,   s) {
			while (length(s) < n)
				s = s "="
			return s
		}
		$1 == "column" {
			title[$2] = $3 " " $4
			w[$2] = length(title[$2]) > 11 ? length(title[$2]) : 11
			n = $2 + 1
		}
		$1 == "cell" {
			if (!($3 in state))
				order[++rows] = $3
			state[$3] = 1
			of[$3, $2] = $4
			if (length($3) > width)
				width = length($3)
		}
		END {
			rule()
			printf "%-*s", width, "event"
			for (i = 0; i < n; i++)
				printf "  %-*s", i < n - 1 ? w[i] : 0, title[i]
			print ""
			rule()
			for (r = 1; r <= rows; r++) {
				printf "%-*s", width, order[r]
				for (i = 0; i < n; i++) {
					s = of[order[r], i]
					printf "  %-*s", i < n - 1 ? w[i] : 0,
					       s ? s : "NOT SEEN"
				}
				print ""
			}
			rule()
		}'
}

table >"$tmp/table"
echo
cat "$tmp/table"
echo
cells=$(($(grep -c '^[a-z]' "$tmp/table") - 1))
cells=$((cells * ${#columns[@]}))
unseen=$({ grep -o 'NOT SEEN' "$tmp/table" || true; } | wc -l)

# counts: of each kernel, for the README
counts() {
	local i state
	echo "| kernel | exact | inferred | unavailable |"
	echo "|---|---:|---:|---:|"
	for i in "${!columns[@]}"; do
		printf '| %s |' "${columns[i]%%|*}"
		for state in exact inferred unavailable; do
			printf ' %d |' "$(grep -c " $state\$" "$tmp/$i" || true)"
		done
		echo
	done
}

# told FILE BEGIN END NEW: what stands between these lines is NEW, or is made so
told() {
	if ((update)); then
		awk -v b="$2" -v e="$3" -v new="$4" '
			$0 == e {
				while ((getline line < new) > 0)
					print line
				print ""
				skip = 0
			}
			!skip
			$0 == b { print ""; skip = 1 }' "$1" >"$tmp/doc"
		cat "$tmp/doc" >"$1"
	fi
	awk -v b="$2" -v e="$3" '$0 == e { on = 0 } on && NF; $0 == b { on = 1 }' \
		"$1" >"$tmp/told"
	if ! diff -u "$tmp/told" "$4" >&2; then
		msg "$1 tells something else; $0 --update mends it"
		bad=$((bad + 1))
	fi
}

counts >"$tmp/counts"
told "$ROOT/Documentation/networking/skbtrace.rst" \
	'.. events-table.sh: begin' '.. events-table.sh: end' "$tmp/table"
told "$ROOT/README.md" '<!-- events-table.sh: begin -->' \
	'<!-- events-table.sh: end -->' "$tmp/counts"
echo "$((cells - unseen)) passed, $((unseen + bad)) failed"
((unseen + bad == 0 && cells > 0))
