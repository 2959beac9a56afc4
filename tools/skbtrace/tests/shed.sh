#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Recordings from which max_cost has left a part out. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

for s in basic big over many amid summary short; do
	"$here/gen_shed.py" $s $s.dat || exit 1
done

# ---- parse

for s in basic over many; do
	"$S" parse $s.dat >out 2>&1
	golden shed-$s.txt
done
"$S" parse big.dat >out 2>&1
diff "$golden/shed-basic.txt" out >why
result $? "foreign byte order reads the same"
run 0 parse --json basic.dat
jq -c 'select(.event == "shed") | [.since_ns, .factor, .was, .share_ppm, .limit_ppm]' out >out2
printf '[%s]\n' 100000000,2,1,21300,10000 200000000,4,2,12345,10000 |
	diff - out2 >why
result $? "JSON: each change once, with all that the kernel tells"
run 0 parse --json basic.dat && grep '"shed"\|trace_end' out >out2 && cp out2 out
golden shed.json
run 0 parse --strict basic.dat
result $? "nothing is lost by it"
run 0 parse -e tcp_rttm --since 0.05 --until 0.15 many.dat &&
	[ "$(grep -c ' SHED ' out)" = 1 ] && says 'SHED (max_cost 1%)'
result $? "of the time that was asked for, but the note tells all"
run 0 parse amid.dat && tail -n 4 out | cut -c1-40 >out2 && cp out2 out
golden shed-amid.txt

# ---- info, summary, why

"$S" info basic.dat 2>&1 | grep '^shed\|^events' >out
"$S" info over.dat 2>&1 | grep '^shed' >>out
"$S" info many.dat 2>&1 | grep '^shed' >>out
golden shed-info.txt
run 0 info --json many.dat &&
	[ "$(jq -c '[.events, .unknown, (.shed | length), .shed[-1].factor]' out)" = \
		'[5,0,8,4]' ]
result $? "info --json counts them once, and as no events"
run 0 parse --summary summary.dat
golden shed-summary.txt
run 0 why summary.dat
grep -q '^# SHED, from 1.700 s on 1 of 8 connections' out || cp out why
[ ! -s why ]
result $? "why says what it does not know"
run 0 why --json summary.dat &&
	[ "$(jq -r 'select(.verdicts) | .verdicts[].sure' out | grep -c certain)" = 0 ]
result $? "and is certain of nothing"

# ---- rewritten

for s in basic many; do
	run 0 cut -q --since 0.205 $s.dat -f -o part.dat &&
		"$S" info $s.dat | grep '^shed' >want &&
		"$S" info part.dat | grep '^shed' | diff want - >why
	result $? "$s: a cut does not forget what came before"
	run 0 anonymise $s.dat -f -o other.dat &&
		diff <("$S" parse --json $s.dat 2>err | grep '"shed"') \
			<("$S" parse --json other.dat 2>err | grep '"shed"') >why
	result $? "$s: nor is it anonymous"
done

# ---- damage

both parse short.dat | cut -c1-100 >out
golden shed-short.txt

echo "1..$n"
exit $failed
