#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# report, plot: contents of a page and of a picture, hostile names, bad input, many
# points. browser.sh tests that a browser shows them. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

rep() {
	"$here/gen_report.py" "$@" || exit 1
}

# The JSON of a page, which is on a line of its own
data() {	# [PAGE]
	sed -n '/<script type="application\/json"/{n;p}' "${1:-x.html}"
}

says_in() {	# FILE TEXT
	grep -qF -- "$2" "$1" || echo "no \"$2\" in $1" >>why
}

"$S" report /dev/null -o x.html 2>err
if grep -q 'built without' err; then
	says_in err libjs-dygraphs
	[ ! -s why ]
	result $? "says which package is missing"
	echo "1..0 # SKIP built without libjs-dygraphs: apt-get install libjs-dygraphs, and make again"
	exit "$failed"
fi

# ---- contents

for s in story lost held extremes; do
	rep $s $s.dat
	run 0 report $s.dat -o x.html
	data | jq . >out
	golden report-$s.json
done
[ ! -e x.html.part ]
result $? "no half of a page is left"

# where bytes spent their time: as many in the cells as have passed the stage;
# the second recording takes seconds, so that columns are folded
for f in again two_a; do
	"$here/gen_segment.py" $f $f.dat || exit 1
	run 0 report $f.dat -o x.html
	"$S" parse --latency --json $f.dat 2>>err | jq -r \
		'select(.event == "segment_stage" and .side != "between") |
		"\(.stage) \(.count)"' >want
	data | jq -r '.heat.stages[] | . as $s | "\(.stage) \(
		[range(2; .cells | length; 3) as $i | $s.cells[$i]] | add)"' >out
	diff want out >>why
	data | jq -e '.heat | .per_decade == 8 and .cols <= 128 and
		([.stages[].cells[0]] | max) < .cols' >/dev/null ||
		data | jq .heat >>why
done
[ ! -s why ]
result $? "where bytes spent their time"
run 0 report --since 0.0025 again.dat -o x.html
data | jq -r '[.heat.stages[].stage] | join(" ")' >out
[ "$(cat out)" = "stack ofo socket received" ] || cat out >>why
[ ! -s why ]
result $? "and of a part of the recording"

rep story story.dat
run 0 plot sk=1 story.dat -o -
python3 - out >>why 2>&1 <<'PY'
import sys
import xml.dom.minidom
xml.dom.minidom.parse(sys.argv[1])
PY
[ ! -s why ]
result $? "the picture is XML"
golden plot-story.svg

rep both_ends both.dat
run 0 plot sk=1 both.dat -o -
says_in out "skb_drop NOT_SPECIFIED"
[ "$(grep -c '<path class="dropped".*<title>' out)" = 3 ] || grep dropped out >>why
run 0 report both.dat -o x.html
# connection 3 has no position among the bytes it has sent
data | jq -c '.conns[] | [.row.sk, (.marks.v[] | select(.[2] == "NOT_SPECIFIED") | .[4])]' |
	sort >out
diff - out >>why <<-'X'
	["1",5793]
	["2"]
	["3",null]
X
[ ! -s why ]
result $? "a drop is its sender's, wherever it happens"

# the bands that are drawn add up to the shares of the summary
for s in runs was skip loss small loss_open_end both late words loss_answer loss_asking \
	probe probe_now probe_vain probe_loss; do
	gen_held held_$s h.dat
	run 0 report h.dat -o x.html
	data | jq -r '.conns[0] | . as $c | [.bands.us, .bands.word] | transpose |
		group_by(.[1]) | map("\($c.bands.words[.[0][1]])=\(map(.[0]) | add)") |
		sort | join(" ")' >drawn
	data | jq -r '.conns[0].row.held | map("\(.by)=\(.us)") | sort | join(" ")' \
		>shares
	diff drawn shares >>why || echo "$s" >>why
	grep -q = drawn || echo "$s: no bands" >>why
done
[ ! -s why ]
result $? "bands add up to what held it back"

# ---- many points

rep busy busy.dat
run 0 report busy.dat -o x.html
data >data.json
jq -e '.conns[0].series.rtt | .seen == 20000 and .step_us > 0 and
	(.v | length) <= 4096 and (.t | length) == (.v | length)' data.json >/dev/null ||
	jq -c '.conns[0].series.rtt | [.seen, .step_us, (.v | length)]' data.json >why
# two points for each step of a value that only grows, some four thousand at most
jq -e '.conns[0].series.acked | (.v | length) >= 1000 and .step_us < 4000' \
	data.json >/dev/null ||
	jq -c '.conns[0].series.acked | [.step_us, (.v | length)]' data.json >>why
# the JSON has differences: their sums are the points
jq -e 'def sums: reduce .[] as $x ([]; . + [(.[-1] // 0) + $x]);
	.conns[0].series.rtt.v | sums | min == 7 and max == 900000' \
	data.json >/dev/null || echo "an extreme has gone" >>why
jq -e '.conns[0].rtt | .n == 20000 and .min == 7 and .max == 900000 and
	(.p50 - 40049 | fabs) < 200' data.json >/dev/null ||
	jq -c '.conns[0].rtt' data.json >>why
jq -e '.conns[0].marks | .seen == 2500 and (.v | length) <= 1024 and
	([.v[][7]] | add) == 2500' data.json >/dev/null ||
	jq -c '.conns[0].marks | [.seen, (.v | length)]' data.json >>why
jq -e '.conns[0] | (.bands.us | length) <= 2048 and .bands.step_us > 0 and
	((.bands.us | add) - .row.life_us | fabs) < 2' data.json >/dev/null ||
	jq -c '.conns[0].bands | [(.us | length), .step_us]' data.json >>why
[ ! -s why ]
result $? "thinned: extremes, percentiles and sums stay"
jq -r '.conns[0] | . as $c | [.bands.us, .bands.word] | transpose | group_by(.[1]) |
	map("\($c.bands.words[.[0][1]]) \(map(.[0]) | add)") | .[]' data.json |
	sort >drawn
jq -r '.conns[0].row.held[] | "\(.by) \(.us)"' data.json | sort |
	join - drawn | awk '{ d = $2 - $3; if (d * d > 1000000) print }' >why
[ ! -s why ]
result $? "thinned: shares stay"
run 0 plot sk=1 busy.dat -o -
says_in out "Thinned: "
run 0 plot sk=1 busy.dat --since 0.5 --until 0.6 -o -
says_in out "All "
[ ! -s why ]
result $? "a shorter time is not thinned"
# a pipe can be read only once
"$S" report - -o y.html <busy.dat 2>>why
data y.html | jq 'del(.traces)' >out
jq 'del(.traces)' data.json | cmp - out >>why 2>&1
: >err
[ ! -s why ] || grep -v 'a browser shows it' why >err
cp err why
[ ! -s why ]
result $? "from a pipe it is the same"

"$here/gen_summary.py" crowd100 crowd.dat || exit 1
measured=$(measure "$S" report crowd.dat -o x.html 2>err)
says_in err "100 of 100000 connections"
kib=${measured%% *}
[ "$kib" -lt 400000 ] || echo "$kib KiB" >>why
[ ! -s why ]
result $? "100,000 connections: $measured"
run 0 report crowd.dat --top 3 -o x.html
[ "$(data | jq -c '[.connections, (.conns | length)]')" = '[100000,3]' ] ||
	data | jq -c '[.connections, (.conns | length)]' >why
[ ! -s why ]
result $? "--top 3 is three"

for s in extremes late; do
	rep $s $s.dat
	run 0 plot sk=1 $s.dat -o x.svg
	python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' \
		x.svg >>why 2>&1
	run 0 report $s.dat -o x.html
	data | jq -e . >/dev/null || echo "$s: no JSON" >>why
done
[ ! -s why ]
result $? "numbers that no connection has"

# ---- hostile names

rep hostile hostile.dat
cp hostile.dat '<b>&".dat'
run 0 report '<b>&".dat' -o x.html
data | jq -e '.traces[0].host | startswith("</script><script>")' >/dev/null ||
	echo "the name has changed" >why
data | jq -e '.conns[0].comm == "</script><b>x"' >/dev/null ||
	echo "the program's name has changed" >>why
data | grep -c '<' >n
[ "$(cat n)" = 0 ] || echo "a tag in the data" >>why
run 0 report story.dat -o y.html
[ "$(grep -o '<' x.html | wc -l)" = "$(grep -o '<' y.html | wc -l)" ] ||
	echo "not as many tags as without these names" >>why
[ ! -s why ]
result $? "names are no HTML"
run 0 plot sk=1 hostile.dat -o x.svg
python3 - x.svg >>why 2>&1 <<'PY'
import sys
import xml.dom.minidom
for tag in ("script", "img", "b"):
    if xml.dom.minidom.parse(sys.argv[1]).getElementsByTagName(tag):
        print(tag)
PY
[ ! -s why ]
result $? "names are no SVG"

# nothing is fetched: the only URLs are SVG's namespace, and that of a licence
grep -oE '(src|href) *= *["'"'"'][^#"'"'"'][^"'"'"']*|url\([^#)][^)]*|@import[^;]*|sourceMappingURL[^ ]*' \
	y.html x.svg | grep -vE "(src *= *|url\()['\"]?data:" >why
grep -oE '<(link|iframe|img|object|embed|base)[ >]' y.html x.svg >>why
says_in y.html "Content-Security-Policy\" content=\"default-src 'none'"
[ ! -s why ]
result $? "nothing is fetched"
says_in y.html "Permission is hereby granted"
says_in y.html "2006-2023 Dan Vanderkam"
[ ! -s why ]
result $? "the licence of the library is in the page"

# ---- bad input

echo old >old.html
for bad in "no-such.dat" "bad.dat" "--top x story.dat" "--conn x story.dat" \
	"-S vlan story.dat" "--since x story.dat"; do
	echo nonsense >bad.dat
	# shellcheck disable=SC2086 # options and a file
	"$S" report $bad -o old.html >out 2>err
	rc=$?
	case $bad in
	no-such* | bad*) want=1 ;;
	*) want=2 ;;
	esac
	[ $rc = $want ] || echo "$bad: $rc, not $want" >>why
	[ -s err ] || echo "$bad: no message" >>why
	[ "$(cat old.html)" = old ] || echo "$bad: the old page has gone" >>why
	[ ! -e old.html.part ] || echo "$bad: half of a page is left" >>why
done
[ ! -s why ]
result $? "what cannot be read leaves the old page as it was"
cp story.dat copy.dat
run 2 report story.dat -o copy.dat
says "that is a capture"
cmp story.dat copy.dat >>why 2>&1
[ ! -s why ]
result $? "a capture is not overwritten"
run 1 report story.dat -o no-dir/x.html
says "cannot write"
[ ! -s why ]
result $? "a folder that is not there"
if [ -e /dev/full ]; then
	run 1 report story.dat -o /dev/full
	says "No space left"
	[ ! -s why ]
	result $? "a full disk"
fi
ln -sf real.html link.html
echo old >real.html
run 0 report story.dat -o link.html
[ -L link.html ] && grep -q DOCTYPE real.html || echo "the link has gone" >why
[ ! -s why ]
result $? "what a link leads to is replaced, not the link"
size=$(($(stat -c %s busy.dat) * 2 / 3))
head -c "$size" busy.dat >cut.dat
run 3 report cut.dat -o x.html
data | jq -e '.doubts | any(test("cut off"))' >/dev/null || echo "does not say so" >why
[ ! -s why ]
result $? "a recording that was cut off: what there is, and exit status 3"
"$S" report story.dat -o - 2>err | head -c 10 >out
says_in out "<!DOCTYPE"
[ ! -s err ] || cat err >>why
[ ! -s why ]
result $? "a reader that goes away"

run 2 plot
says "which connection?"
run 2 plot nonsense story.dat
says "not a connection"
run 1 plot sk=77 story.dat
says "no such connection"
run 2 plot '*:443' story.dat -o old.html
says "2 connections match"
says "skbtrace plot sk=2"
[ "$(cat old.html)" = old ] || echo "the old file has gone" >>why
[ ! -s why ]
result $? "plot is of one connection"
run 0 plot 10.0.1.1 story.dat -o -
says_in out "10.0.1.1:35276"
[ ! -s why ]
result $? "plot of one of which nothing is known"

echo "1..$n"
exit "$failed"
