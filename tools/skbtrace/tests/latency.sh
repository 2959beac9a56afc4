#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse --latency against known answers. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq

for s in send receive lo forward gaps lost lost_other lost_unknown conns \
	 strange; do
	more delay_$s $s.dat
	"$S" parse --latency $s.dat >out 2>err
	golden latency-$s.txt
done

# lives SCENARIO COMPLETE INCOMPLETE OPEN ARGS...: compares these counts
lives() {
	local f=$1 want="$2 $3 $4" got
	shift 4
	got=$("$S" parse --latency --json "$@" "$f.dat" 2>err |
		jq -r 'select(.event == "latency") |
		       "\(.complete) \(.incomplete) \(.still_open)"')
	[ "$got" = "$want" ] || echo "is $got, not $want" >>why
	[ ! -s why ]
	result $? "$f $*: complete, incomplete, still open: $want"
}

lives send 100 0 0
lives receive 3 1 0
lives lo 2 1 0
lives forward 1 0 0
lives gaps 2 5 1
lives lost 2 3 1
lives lost_other 4 0 2
lives lost_unknown 2 3 1
lives conns 6 0 0
lives conns 3 0 0 --conn sk=7
lives conns 3 0 0 --conn sk=8
lives conns 0 0 0 --conn sk=9
lives conns 3 0 0 --conn 10.0.1.1:35276
lives conns 6 0 0 -e 'skb_*'
lives conns 0 0 0 -e tcp_active_conn
# a part of the trace: a life that began before is incomplete, one that ends later open
lives conns 4 0 2 --until 0.000202
lives conns 4 2 0 --since 0.000002
lives lost 1 2 1 --since 0.000011
lives lost 1 0 2 --until 0.000020

"$S" parse --latency --json send.dat >out 2>err
jq -e -s 'length == 6 and all(.[]; type == "object")' out >/dev/null 2>why
result $? "JSON: one object for each stage, total, and the lives"
jq -e -s 'map(select(.from == "net_dev_queue"))[0] |
	.event == "latency_stage" and .to == "qdisc_dequeue" and
	.count == 100 and .min_us == 1 and .max_us == 100 and
	(.p50_us - 50 | fabs) < 0.5 and (.p99_us - 99 | fabs) < 0.5' out \
	>/dev/null 2>why || cat out >>why
[ ! -s why ]
result $? "JSON: percentiles"
jq -e -s 'map(select(.event == "latency_total"))[0] |
	.from == "ip_send" and .to == "consume" and .min_us == 4.5 and
	.max_us == 103.5' out >/dev/null 2>why
result $? "JSON: totals"
"$S" parse --latency - <send.dat >out 2>why
diff "$golden/latency-send.txt" out >>why
result $? "stdin"
# shellcheck disable=SC2002
cat send.dat | "$S" parse --latency - >out 2>why
diff "$golden/latency-send.txt" out >>why
result $? "a pipe"
"$S" parse --latency -o file.out send.dat && diff "$golden/latency-send.txt" \
	file.out >why
result $? "-o"
got=$("$S" parse --latency send.dat receive.dat 2>why | tail -1)
[ "$got" = "# packets: 103 complete, 1 incomplete, 0 still open" ] ||
	echo "$got" >>why
[ ! -s why ]
result $? "several files"
gen basic basic.dat
run 0 parse --latency basic.dat && grep -q 'record -e skb_delay' out
result $? "a trace without places: what to do"
run 2 parse --latency --summary send.dat && says 'pick one'
result $? "--summary and --latency"
run 0 parse --latency lost.dat && says 'LOST 3 of'
result $? "losses are told"
run 3 parse --latency --strict lost.dat
result $? "--strict"
head -c $(($(wc -c <send.dat) - 4000)) send.dat >cut.dat
run 3 parse --latency cut.dat && says 'cut off'
result $? "a file that is cut off"

echo "1..$n"
exit $failed
