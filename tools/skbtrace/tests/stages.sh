#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The command latency, with a control directory of plain files: what it writes there,
# what it prints of the histograms, bad input. TAP.
# shellcheck disable=SC2317 # ok() runs what stands behind it

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/record_lib.sh"
golden=$here/golden

echo "TAP version 13"

# As the kernel prints it: 1000 values, three of them slow, and lines of a newer
# kernel
histograms() {
	cat <<-'END'
	latency every=65536 started_ns=1000000000 now_ns=3500000000 more=1
	missed many=0 busy=2 evicted=0 resent=7
	stage buffer dir=tx count=1000 sum_ns=12100000
	bucket 12032 128 500
	bucket 12160 128 500
	stage qdisc dir=tx count=1000 sum_ns=39764000
	bucket 768 8 997
	bucket 9961472 131072 3
	stage network+peer dir=tx count=993 sum_ns=39819300000
	bucket 39845888 524288 900
	bucket 42991616 524288 93
	stage socket dir=rx count=10 sum_ns=20
	bucket 2 1 10
	stage received dir=rx count=1 sum_ns=300000000000
	bucket 272730423296 2147483648 1
	something new
	END
}

# The first stage in parts, and by peer: two of them, and what found no place
keyed() {
	cat <<-'END'
	latency every=65536 started_ns=1000000000 now_ns=3500000000 by=peer
	missed many=0 busy=0 evicted=0 resent=0
	stage buffer dir=tx count=2 sum_ns=2000
	bucket 992 16 2
	stage buffer dir=tx count=30 sum_ns=1200000 why=cwnd
	bucket 39936 512 30
	stage buffer dir=tx count=10 sum_ns=10000 why=tsq
	bucket 992 16 10
	stage ip dir=tx count=42 sum_ns=42000
	bucket 992 16 42
	keyed buffer dir=tx count=2 sum_ns=2000 key=10.0.0.9
	bucket 960 64 2
	keyed ip dir=tx count=2 sum_ns=2000 key=10.0.0.9
	bucket 960 64 2
	keyed buffer dir=tx count=30 sum_ns=1110000 key=other
	bucket 36864 4096 30
	keyed buffer dir=tx count=10 sum_ns=100000 key=fd00::2
	bucket 9216 1024 10
	END
}

# with_stages ARGS...: control files of a kernel that has histograms
with_stages() {
	"${@:-fresh}"
	cat >>d/skbtrace/format <<-'END'
	syms tcp_stage 0=- 1=buffer 4=qdisc 7=network+peer
	event 111 tcp_segment module=tcp kind=packet role=event len=40 key=pkt state=exact stability=Evolving sets=- selector=- opts=sample:every:hist:when
	 help Bytes pass a place.
	 field ended u8 32 enum:tcp_stage brief what ends
	 field spare u8 33 - - 0
	 field spare2 u16 34 - - 0
	 field stage_us u32 36 us brief,na how long
	END
	histograms >d/skbtrace/latency
}

golden() { # NAME
	[ -z "${UPDATE-}" ] || cp out "$golden/$1"
	diff "$golden/$1" out
}

with_stages
run latency
ok "exit status" is "$rc" 0
ok "the table" golden stages.txt
run latency --json
ok "as JSON" golden stages.json
run latency --prometheus
ok "for Prometheus" golden stages.prom
ok "no label but a stage, a direction, a bound, a reason" is \
	"$(grep -o '[a-z]*="' out | sort -u | tr -d '\n')" \
	'direction="le="reason="stage="'
run latency --heat --stage qdisc
ok "over time" golden stages.heat
run latency --stage qdisc
ok "one stage" is "$(grep -c '^[a-z]' out)" 1

# parts, and keys
with_stages
keyed >d/skbtrace/latency
for form in '' --json --prometheus; do
	# shellcheck disable=SC2086 # no word or one
	run latency --by peer ${form#--prometheus}
	[ "$form" = --prometheus ] || ok "by peer $form" golden "stages-by$form.txt"
done
sed -i -e '1s/ by=.*/ by=-/' -e '/^keyed/,$d' d/skbtrace/latency
for form in '' --json --prometheus; do
	# shellcheck disable=SC2086
	run latency $form
	ok "what bytes waited for $form" golden "stages-why$form.txt"
done
ok "the parts are the whole" is "$(awk '/^skb.*_count.*stage="buffer"/ { n += $2 }
	END { print n }' out)" 42
keyed | sed -e '1s/peer/port/' -e 's/key=10.0.0.9/key=443/' \
	-e 's/key=fd00::2/key=80/' >d/skbtrace/latency
run latency --by port --prometheus
ok "by port for Prometheus" is "$(grep -o 'port="[^"]*"' out | sort -u |
	tr '\n' ' ')" 'port="443" port="80" port="other" '

# what is written to the control files
with_stages kernel
"$S" latency -r d --every 4k --sample 10 'port 443' -i 0.2 >out 2>err &
pid=$!
ok "the spec" wait_for enabled tcp_segment,every=4k,hist,sample=10
kill -INT $pid
wait $pid
ok "the filter" grep -q "port 443" d/skbtrace/sock_filters

with_stages kernel
"$S" latency -r d --by cgroup -i 0.2 >out 2>err &
pid=$!
ok "the spec, by key" wait_for enabled tcp_segment,every=64k,hist=cgroup
kill -INT $pid
wait $pid

with_stages kernel
run latency -n 2 -i 0.1
ok "so many times" is "$rc $(grep -c ^STAGE out)" "0 2"

# bad input
with_stages
run latency --stage qdics
ok "a stage of no such name" fails 2 "no such stage"
ok "that is nearly one" says "did you mean qdisc"
run latency --stage wire
ok "those that there are" says "there are: buffer qdisc network+peer"
run latency -i 0
ok "no interval" fails 2 "not a time"
run latency --by pear
ok "a key of no such name" fails 2 "did you mean peer"
run latency --by pid
ok "those that there are" says "peer port cgroup"
run latency --by peer --prometheus
ok "addresses as labels" fails 2 "a label would be an address"
run latency --by port --heat
ok "a line of many" fails 2 "one of --by and --heat"
run latency --session mine
ok "a session of one's choice, of an older kernel" fails 1 "one session only"
run latency --json --heat
ok "two forms" fails 2 "one of --json"
run latency --every 4k,stack
ok "more than a size" fails 2 "--every 4k,stack: not a size"
run latency 'greater 100'
ok "a filter that needs the packet" fails 2 "connection"
run latency -n 0
ok "no times" fails 2 "0"
echo "latency off" >d/skbtrace/latency
echo "bucket 1" >>d/skbtrace/latency
run latency
ok "rubbish" fails 1 "not as it should be"
rm d/skbtrace/latency
run latency
ok "an older kernel" fails 1 "has no histograms"

echo "1..$n"
exit "${failed:-0}"
