#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/missed.sh [OPTION...] - packets that sniffers miss, by size and rate
#
# A sender numbers its datagrams, at a rate that it keeps whoever listens; a
# sniffer beside it writes them to a file. What is not in the file was missed:
# that is compared with what the sniffer says it has lost. Sniffers: skbtrace
# record --packets, tcpdump, dumpcap, a TPACKET_V3 ring as cheap as it gets.
#
# In a VM with one processor whose clock counts instructions, one a nanosecond:
# a busy host does not show, and what the sender leaves of the processor is all
# that the sniffer has, in each run the same. (Two processors that QEMU emulates
# on one host thread take turns of 100 ms: no picture of anything.)
#
#   --short        a few points of skbtrace, as a test: does it tell of all it lost?
#   --link LINK    lo, veth, tap; may be repeated, as those below; default: all
#   --size BYTES   of a datagram
#   --share P      percent of the rate at which they can be sent
#   --tool TOOL    skbtrace skbtrace96 tcpdump tcpdump96 dumpcap ring
#   --save FILE    the points, instead of scripts/missed/results; nothing is drawn
#   --draw         from scripts/missed/results again
#
# All points take half an hour on an idle host; then the figure and the tables in
# Documentation are made from them. Exit status 0, or 1: skbtrace has lost what it
# did not tell.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

here=$ROOT/scripts/missed
results=$here/results
links=() sizes=() shares=() tools=() short=0 save='' draw_only=0
while (($#)); do
	case $1 in
	--link | --size | --share | --tool | --save)
		(($# > 1)) || die "$1 needs a value"
		case $1 in
		--link) links+=("$2") ;;
		--size) sizes+=("$2") ;;
		--share) shares+=("$2") ;;
		--tool) tools+=("$2") ;;
		--save) save=$2 ;;
		esac
		shift
		;;
	--short) short=1 ;;
	--draw) draw_only=1 ;;
	-h | --help) usage 0 ;;
	*) die "unknown option $1" "see: $0 --help" ;;
	esac
	shift
done

# only WHAT WORD ALL...: each of the words is one of all
only() {
	local word=$2
	[[ " ${*:3} " == *" $word "* ]] || die "--$1 $word: no such" "there are: ${*:3}"
}
number() { # WORD LEAST MOST
	[[ $1 =~ ^[0-9]{1,9}$ ]] && (($1 >= $2 && $1 <= $3))
}
for v in "${links[@]}"; do only link "$v" lo veth tap; done
for v in "${tools[@]}"; do only tool "$v" skbtrace skbtrace96 tcpdump tcpdump96 dumpcap ring; done
for v in "${sizes[@]}"; do
	number "$v" 16 65000 || die "--size $v: not from 16 to 65000"
done
for v in "${shares[@]}"; do
	number "$v" 1 100 || die "--share $v: not from 1 to 100 percent"
done

if ((short)); then
	((${#links[@]})) || links=(lo veth tap)
	((${#sizes[@]})) || sizes=(64 65000)
	((${#shares[@]})) || shares=(20 100)
	((${#tools[@]})) || tools=(skbtrace skbtrace96)
fi
((${#links[@]})) || links=(veth lo tap)
((${#sizes[@]})) || sizes=(64 1448 9000 65000)
((${#shares[@]})) || shares=(20 40 60 70 80 90)
((${#tools[@]})) || tools=(skbtrace skbtrace96 tcpdump tcpdump96 dumpcap ring)

# words FIELD: of the points, each once
words() {
	awk -v f="$1" '!seen[$f]++ { printf "%s%s", n++ ? " " : "", $f }' "$results"
}

# The figure, and the tables between the markers of skbtrace.rst
draw() {
	local docs=$ROOT/Documentation/networking rst
	need_command gnuplot
	rst=$docs/skbtrace.rst
	awk -f "$here/points.awk" "$results" >"$work/points"
	gnuplot -e "points='$work/points'; out='$work/figure.svg'" \
		-e "links='$(words 1)'; sizes='$(words 2 | tr ' ' '\n' | sort -n | tr '\n' ' ')'" \
		-e "have=' $(words 6) '" "$here/figure.gp" 2>"$work/said" ||
		die "gnuplot failed: $(cat "$work/said")"
	awk -f "$here/table.awk" "$results" >"$work/table"
	awk -v table="$work/table" '
		/^\.\. missed: .* end$/ { inside = 0 }
		!inside { print }
		/^\.\. missed: .* begin$/ {
			inside = 1
			print ""
			while ((getline line <table) > 0)
				print line
			print ""
		}' "$rst" >"$work/rst"
	cmp -s "$work/rst" "$rst" || cp "$work/rst" "$rst"
	cp "$work/figure.svg" "$docs/skbtrace-missed.svg"
	msg "$docs/skbtrace-missed.svg, and the tables of skbtrace.rst"
}

work=$(mktemp -d "${TMPDIR:-/tmp}/skbtrace-missed.XXXXXX")
trap 'rm -rf "$work"' EXIT
if ((draw_only)); then
	draw
	exit
fi

need_command gcc qemu-system-x86_64
if [[ " ${tools[*]} " == *" dump"* || " ${tools[*]} " == *" tcp"* ]]; then
	"$ROOT/scripts/deps.sh" missed
fi
"$ROOT/scripts/kernel.sh" plain >/dev/null
make -s -C "$ROOT/tools/skbtrace" >&2
gcc -O2 -static -o "$work/blast" "$here/blast.c"
gcc -O2 -o "$work/count" "$here/count.c" -lpcap
gcc -O2 -static -o "$work/ring" "$ROOT/scripts/bench/ring.c"
"$ROOT/scripts/vm.sh" -k plain --icount -m 3G -t 7200 -w "$work" -- \
	"$here/guest.sh" "$work" "${links[*]}" "${sizes[*]}" "${shares[*]}" \
	"${tools[*]}" | tee "$work/all" >&2 || die "the guest failed"
grep -E '^(lo|veth|tap) [0-9]' "$work/all" >"$work/results" || die "no points"

# One line for each point; the last one counts them
status=0
awk -f "$here/told.awk" "$work/results" || status=1
if [ -n "$save" ]; then
	cp "$work/results" "$save"
elif ((!short)); then
	cp "$work/results" "$results"
	draw
fi
exit $status
