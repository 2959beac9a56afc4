#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse --summary: --by, --sort and --top. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

for s in fleet boot_a boot_b; do
	"$here/gen_summary.py" $s $s.dat || exit 1
done
gen summary_lost lost.dat
gen other_host other_host.dat

sum() {
	"$S" parse --summary "$@"
}

# ---- groups

words='peer port pid comm cgroup netns verdict'
for w in $words; do
	echo "--by $w"
	sum --by "$w" fleet.dat 2>&1
done >out
golden by.txt
for w in $words; do
	sum --json --by "$w" fleet.dat 2>err
done >out
jq -e . out >/dev/null 2>why
result $? "jq reads it"
golden by.json

# Rows of --json have the same sums
for w in peer comm verdict; do
	sum --json fleet.dat | jq -s '[map(.sent_bytes), map(.retrans_segs),
		map(.drop_segs)] | map(add) + [.[0] | length]' >rows
	sum --json --by $w fleet.dat 2>err | jq -s '[map(.sent_bytes),
		map(.retrans_segs), map(.drop_segs)] | map(add) + [12]' >out
	diff rows out >why
	result $? "--by $w: the sums are those of the rows"
done
[ "$(sum --json --by netns fleet.dat | jq -s 'map(.conns) | add')" = 12 ]
result $? "each connection is in one group"
sum --by pid fleet.dat >out 2>err
[ "$(grep -c '^# -:' out)" = 1 ] && ! grep -q '^skbtrace: no event tells' err
result $? "what is not known is said once, in the text"
sum --json --by pid fleet.dat >out 2>err
grep -q 'tells the pid of 2 of 12 connections; record' err
result $? "what is not known is said once, on stderr"
equal "who has no verdict is not unknown" "" "$(sum --by verdict fleet.dat | grep '^#')"
equal "what is of several hosts has the number of one" \
	"1/4026531840 2/4026531840 3/4026531840" \
	"$(sum --by netns --json boot_a.dat boot_b.dat other_host.dat 2>err | jq -r .group |
	   sort | tr '\n' ' ' | sed 's/ $//')"
equal "a peer is the same for all of them" 3 \
	"$(sum --by peer --json boot_a.dat boot_b.dat other_host.dat 2>err | jq .conns)"
sum --by peer lost.dat >out 2>err
equal "lost drops make the sum doubtful" '# LOST 5 of ?' \
	"$(head -1 out | cut -c1-11) $(awk '$1 == "10.0.2.2" { print $6 }' out)"
sum --by peer -e skb_drop fleet.dat >out 2>err
equal "what was not asked for is -" "- -" \
	"$(awk '$1 == "10.1.0.1" { print $4, $5 }' out)"
equal "--where" "10.1.0.1 1" "$(sum --by peer --where 'event=skb_drop and lport=40001' \
	fleet.dat | awk 'NR > 1 { print $1, $2 }')"
sum --by peer --conn 1.2.3.4 fleet.dat >out 2>err
equal "nothing of a connection" "# no connection in this trace" "$(tail -1 out)"

# ---- percentiles

# spread FILE: percentiles from the events, computed by jq; a line per connection
spread() {
	"$S" parse --json "$1" 2>err | jq -s -c 'def p(q): sort |
			if length == 0 then null else .[(length * q / 100 | ceil) - 1] end;
		def all: [p(50), p(90), p(99)];
		map(select(.sk)) | group_by(.sk)[] | [.[0].sk,
		(map(select(.event == "tcp_rttm").rtt_us) | all),
		(map(select(.now == "peer" and .was == "self").gap_us) | all),
		(map(select(.now == "self" and .was == "peer").gap_us) | all)]'
}
told='[.sk, [.rtt_p50_us, .rtt_p90_us, .rtt_p99_us],
	[.answer_p50_us, .answer_p90_us, .answer_p99_us],
	[.own_p50_us, .own_p90_us, .own_p99_us]]'
for f in fleet.dat "$here/../../../examples/loss.dat"; do
	[ -e "$f" ] || continue
	spread "$f" >want
	sum --json "$f" | jq -c "$told" | jq -s -c 'sort_by(.[0])[]' >got
	# within 0.4 %
	jq -n -c --slurpfile w want --slurpfile g got '[$w, $g] | map(flatten) |
		transpose[] | select(.[0] != .[1]) |
		select((.[0] | type) != "number" or (.[1] | type) != "number" or
		       (.[0] - .[1] | fabs) > .[0] / 250)' >why
	[ "$(wc -l <got)" -gt 9 ] || echo "$(wc -l <got) rows" >>why
	[ ! -s why ]
	result $? "percentiles within 0.4 %: ${f##*/}"
done
sum -v fleet.dat >out 2>err
golden summary-v.txt
equal "one histogram of all that is in a group" "$("$S" parse --json fleet.dat |
	jq -s 'map(select(.event == "tcp_rttm" and .pport == 80).rtt_us) | sort |
		.[(length * 0.9 | ceil) - 1] / 1000 | round')" \
	"$(sum --json --by port fleet.dat | jq 'select(.group == "80").rtt_p90_us / 1000 | round')"
equal "only what is in the range" "3800 null" "$(sum --json --since 0.455 --until 0.475 \
	--conn sk=2 fleet.dat | jq -r '"\(.rtt_p50_us) \(.answer_p50_us)"')"
equal "no column of turns where there are none" "" \
	"$(sum -v lost.dat 2>err | grep ANSWER)"
equal "--sort rtt_p90 shows them" "15.5 12.7" "$(sum --sort rtt_p90 --top 2 fleet.dat |
	awk 'NR == 2 || NR == 3 { split($8, p, "/"); print p[2] }' | tr '\n' ' ' |
	sed 's/ $//')"
equal "lost drops say nothing about samples" "52151" \
	"$(sum --by verdict --json lost.dat 2>err | jq 'select(.rtt_p50_us).rtt_p50_us' |
	head -1)"

# ---- order

order() {	# COLUMN SORT...: one column of the rows
	local col=$1
	shift
	sum fleet.dat --sort="$1" "${@:2}" | awk -v c="$col" \
		'NR > 1 && !/^#/ { print $c }' | tr '\n' ' '
}
equal "--sort sent" "11000 10000 9000 8000 7000 6000 5000 4000 3000 2000 1000 0 " \
	"$(order 4 sent)"
equal "--sort sent_bytes, as JSON calls it" "$(order 4 sent)" "$(order 4 sent_bytes)"
equal "--sort -sent" "0 1000 2000 3000 4000 5000 6000 7000 8000 9000 10000 11000 " \
	"$(order 4 -sent)"
equal "--sort sk" "c b a 9 8 7 6 5 4 3 2 1 " "$(order 2 sk)"
equal "--sort conn" "10.0.0.1:40000>10.1.0.0:443 10.0.0.1:40004>10.1.0.1:5432 " \
	"$(order 1 conn --top 2)"
equal "--sort retr --top 3" "11 6 1 " "$(order 5 retr --top 3)"
equal "--sort life" "$(order 3 -life | tr ' ' '\n' | grep . | tac | tr '\n' ' ')" \
	"$(order 3 life)"
equal "--sort verdict: those without one are last, in the usual order" \
	"5 b a c 7 2 8 3 6 9 4 1 " "$(order 2 verdict)"
equal "--sort -verdict: still last" "b a 5 c 7 2 8 3 6 9 4 1 " "$(order 2 -verdict)"
equal "--sort held" "$(sum --json fleet.dat | jq -s -r 'length')" \
	"$(order 2 held | wc -w)"
equal "--sort rtt_last of what has none" "" \
	"$(sum -e skb_drop fleet.dat --sort rtt_last | awk '$7 != "-/-" && NR > 1')"
equal "the default" "$(sum fleet.dat --top 4)" "$(sum fleet.dat | sed -n 1,5p
	echo '# rows that --top leaves out: 8')"
equal "--top with JSON" 3 "$(sum --json fleet.dat --top 3 | wc -l)"
equal "--top that is more than there are" "$(sum fleet.dat)" "$(sum fleet.dat --top 99)"
equal "--by --sort --top" "2001:db8::7" \
	"$(sum --by peer --sort retr --top 1 fleet.dat | awk 'NR == 2 { print $1 }')"
equal "--by --sort by its name" "0x1a 0x2b - " "$(sum --by cgroup --sort cgroup fleet.dat |
	awk 'NR > 1 && !/^#/ { print $1 }' | tr '\n' ' ')"
equal "--by --sort -conns" "2 4 6 " "$(sum --by comm --sort -conns fleet.dat |
	awk 'NR > 1 && !/^#/ { print $2 }' | tr '\n' ' ')"

# ---- bad input

bad() {	# WORDS ARGS...
	local words=$1
	shift
	run 2 parse "$@" fleet.dat && says "$words"
	[ ! -s out ] || echo "something is printed" >>why
	[ ! -s why ]
	result $? "refused: $*"
}
bad '--by and --sort need --summary' --by peer
bad '--by and --sort need --summary' --sort life
bad '--by and --sort need --summary' --why --by peer
bad 'did you mean peer?' --summary --by per
bad 'peer port pid comm cgroup netns verdict' --summary --by xyzzy
bad 'nothing of that name' --summary --by ''
bad 'did you mean sent?' --summary --sort sentt
bad 'there are: conn sk held verdict life' --summary --sort xyzzy
bad 'no such column' --summary --sort ''
bad 'no such column' --summary --sort -
bad 'no such column' --summary --by peer --sort life
bad 'there are: peer conns trouble' --summary --by peer --sort port
bad 'not a count' --summary --top 0
bad 'not a count' --summary --top -1
bad '--top needs' --top 3
run 2 parse --summary --sort life --sort sent fleet.dat && says twice
result $? "refused: two columns"

# ---- many

"$here/gen_summary.py" crowd100 crowd.dat || exit 1
timeout 60 "$S" parse --summary --by port --sort conns --top 2 crowd.dat >out 2>err
equal "100,000 connections" "443 " "$(awk 'NR > 1 && !/^#/ { print $1 }' out | head -1) "

echo "1..$n"
exit $failed
