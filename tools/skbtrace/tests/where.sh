#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse --where: which events it selects; names, units, types, messages. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

for s in basic zoo conns lost other_host; do
	gen $s $s.dat
done
gen speed many.dat 2000

# count EXPR FILE...: how many events of each kind it selects
count() {
	"$S" parse --json --where "$@" 2>err |
		jq -r 'select(.event | test("^(trace|trace_end|lost)$") | not).event' |
		sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }
		     END { print "" }'
}

# ---- what it selects

while read -r f expr; do
	echo "$f $expr: $(count "$expr" "$f.dat")"
done >out <<'END'
basic rtt>52ms
basic rtt > 52.151ms
basic rtt_us>=52151us
basic rtt_us == 52151
basic rtt<0.1s and rtt>50000us
basic reason=fastrtx
basic reason!=fastrtx
basic not reason=fastrtx
basic reason~rtx
basic reason~'*DROP'
basic reason=cwnd or reason=QDISC_DROP
basic reason=cwnd and event=skb_drop
basic (event=tcp_rttm or event=skb_drop) and cpu=1
basic event=tcp_rttm or event=skb_drop and cpu=1
basic !(event~tcp_*)
basic event~rtt
basic unsent>=64k
basic unsent>0.94M
basic ssthresh>1000000
basic ssthresh=inf
basic cwnd<100 && cwnd != 0
basic sk=0x1003 and pkt=abcdef0123456789
basic comm=python3
basic comm~py and ctx=task
basic not comm=python3
basic pid=86
basic peer=10.0.2.2 and pport=443 and event!=tcp_active_conn
basic peer~10.0.2.* and event=tcp_rttm
basic at~xmit
basic seq<2
basic seqno<2 and cpu=0
basic tcp_seq>0
basic end=yes
basic held=true
basic inferred=false and event~'tcp_r*'
basic older_missed=false and ca=cubic
basic dir=tx
conns local=2001:DB8:0::1 and event=tcp_rttm
conns netns=4026531840 and event=tcp_rttm
zoo flags=syn|fin
zoo flags~syn
zoo flags=0
zoo flags~fin|syn
zoo word=nagle or word~pac
zoo word=#3
zoo b64<0
zoo b32=-1.5ms
zoo b16<-32767
zoo wait>=1234567ns
zoo wait=1.234567ms
zoo wait=inf
zoo pacing_rate=94.21Mbit/s
zoo pacing_rate_Bps>90000kbit/s
zoo a8<255
zoo a32=0xdeadbeef
zoo a64>0x1
zoo gw=fe80::1:0:0:1
zoo gw~fe80
zoo gw=192.0.2.1
zoo name~12b
zoo field_pid=5
zoo quiet=0x10
zoo rto_us<5
END
golden where.txt

# Each key of the JSON is a field; an event without a value is not selected
"$S" parse --json zoo.dat basic.dat 2>err | jq -r 'keys[]' | sort -u |
	grep -vxE 't_ns|time|trace|host|stack|kernel|cpus|version|start_mono_ns|lost|traces|events|unknown|backward|complete' >keys
[ "$(wc -l <keys)" -gt 50 ] || echo "only $(wc -l <keys) keys" >why
while read -r key; do
	"$S" parse --where "$key=0" zoo.dat basic.dat >out 2>err
	! grep -q 'has a field' err || cat err >>why
done <keys
[ ! -s why ]
result $? "each key of JSON is a field: $(wc -l <keys)"

# against jq
"$S" parse --json --where 'rtt_us>52000 or (cwnd=34 and sk!=5)' many.dat |
	jq -c 'select(.seq)' >out
"$S" parse --json many.dat | jq -c 'select(.seq) |
	select(.rtt_us > 52000 or (.cwnd == 34 and .sk != "5"))' | diff - out >why
[ -s out ] && [ ! -s why ]
result $? "jq selects the same"
"$S" parse --where 'rtt>1' lost.dat 2>err | grep -q ' LOST '
result $? "losses are shown in any case"
[ "$(count 'rtt>1us and cpu<2' basic.dat other_host.dat)" = "1 tcp_rttm" ]
result $? "of several recordings"
run 0 parse --where 'rtt>9s' basic.dat && says 'none of 7 events'
result $? "nothing matches: a word about it"
[ "$(count 'reason=fastrtx' basic.dat -e tcp_congestion --conn sk=1003)" = "1 tcp_congestion" ]
result $? "with -e and --conn"

# ---- the summary

cells() { # ARGS...: behind SK, blanks squeezed
	"$S" parse --summary "$@" 2>err | tail -n +2 | tr -s ' ' | cut -d' ' -f2-
}
got=$(cells --where 'rtt>50ms' conns.dat)
[ "$got" = "1003 1.415s 0 - - 52.2/52.2 open" ] || echo "is: $got" >why
[ ! -s why ]
result $? "summary: only connections where that was, and what can't be is -"
got=$(cells --where 'event=skb_drop or end=yes' conns.dat --conn sk=1003)
[ "$got" = "1003 1.468s 1000000 2 2 40.7/~42.7 cwnd 97% app 3%" ] ||
	echo "is: $got" >why
[ ! -s why ]
result $? "summary: events that it is true of count"

# ---- bad expressions

# bad EXPR WORDS [ARGS...]: exit code 2, and the words
bad() {
	local expr=$1 words=$2
	shift 2
	run 2 parse --where "$expr" basic.dat "$@" && says "$words"
	[ ! -s out ] || echo "something is printed" >>why
	[ ! -s why ]
	result $? "refused: ${expr:0:40}"
}
bad '' 'no field at its end'
bad 'rtt' 'did the shell take the >?'
bad 'rtt>' 'no value at its end'
bad '(rtt>5' 'no ) at its end'
bad 'rtt>5)' 'neither and nor or at ")"'
bad 'rtt>5 rtt<6' 'neither and nor or at "rtt<6"'
bad 'rtt>5 and' 'no field at its end'
bad 'and rtt>5' 'no operator'
bad 'not' 'no field at its end'
bad '=5' 'no field at "=5"'
bad "reason='app" 'a quote that does not end'
bad 'srt>5' 'did you mean srtt?'
bad 'srrt>5' 'did you mean srtt?'
bad 'thresh>5' 'did you mean ssthresh?'
bad 'xyzzy=5' 'skbtrace list -i basic.dat EVENT'
bad 'rtt=5' 'has a field "rtt"' -e skb_drop
bad 'rtt>5x' '"5x" is no time in whole us'
bad 'rtt>5k' 'is no time'
bad 'rtt>0.1ns' 'is no time in whole us'
bad 'rtt>1.2.3ms' 'is no time'
bad 'rtt>-1' 'is no time'
bad 'rtt>99999999999999999999' 'is no time'
bad 'rtt~5' 'it is no text'
bad 'len>5ms' 'is no number of bytes'
bad 'cwnd>5k' '"5k" is no number'
bad 'cwnd>0x' 'is no number'
bad 'cpu=one' 'cpu: "one" is no number'
bad 'reason=fastrt' 'did you mean fastrtx?'
bad 'reason=xyzzy' 'there are:'
bad 'reason~xyzzy' 'there are:'
bad 'reason>app' 'it has no order'
bad 'comm<x' 'it has no order'
bad 'sk=xyz' 'is no id'
bad 'sk~1' 'it is no text'
bad 'peer=10.0.2' 'is no address'
bad 'held=yes' 'there are: false true'
bad 'ctx=tsk' 'did you mean task?'
bad 'event=tcp_rtm' 'did you mean tcp_rttm?'
bad 'event!=nix' 'no event "nix"'
bad 'event=skb_drop' 'no event "skb_drop"' -e tcp_rttm
run 2 parse --where 'flags~sin' zoo.dat && says 'did you mean syn?'
result $? "refused: a flag that is none"
deep=$(printf 'not %.0s' {1..100})rtt=1
bad "$deep" 'more than 64 levels'
bad "$(printf '(%.0s' {1..5000})" 'more than 64 levels'
bad "rtt=0$(printf ' or rtt=%s' {1..64})" 'more than 64 comparisons'
run 0 parse --where "rtt=52151$(printf ' or rtt=%s' {1..63})" basic.dat
grep -q 52.151ms out
result $? "64 comparisons are not too many"
for o in --why --latency; do
	bad 'rtt>1' '--where is for lines and --summary' "$o"
done
run 2 parse --where 'rtt>1' --where 'rtt>2' basic.dat && says 'twice'
result $? "--where twice"

echo "1..$n"
exit $failed
