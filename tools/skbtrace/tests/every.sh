#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse --every: what a connection did in each interval. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

for s in pulse window turns boot_a; do
	"$here/gen_summary.py" $s $s.dat || exit 1
done
gen basic basic.dat
gen other_host other_host.dat
gen lost lost.dat
gen backward backward.dat
examples=$here/../../../examples

every() {
	"$S" parse --every "$@"
}

# ---- output

{
	every 100ms --conn sk=1 pulse.dat
	every 100ms --conn sk=2 pulse.dat
	every 0.25 --conn 10.0.2.1:37846 pulse.dat
	every 100ms --conn sk=1 --since 0.33 --until 0.7 pulse.dat
	every 100ms --conn sk=1 -e tcp_rttm,tcp_congestion --until 0.6 pulse.dat
	every 100ms --conn sk=1003 basic.dat --until 0.5
	every 1s --conn sk=1 -t utc turns.dat
} >out 2>&1
golden every.txt
every 100ms --conn sk=1 --json pulse.dat >out 2>err
jq -e . out >/dev/null 2>why
result $? "jq reads it"
golden every.json
equal "text and JSON have the same rows" "$(wc -l <out)" \
	"$(every 100ms --conn sk=1 pulse.dat | grep -vc -e '^#' -e TIME)"

# held FILE SK ARGS...: what held it back, summed over all intervals
held() {
	local f=$1 sk=$2
	shift 2
	every "$@" --json --conn "sk=$sk" "$f" 2>err |
		jq -s -c '[.[].held[]] | group_by(.by) |
			map({key: .[0].by, value: map(.us) | add}) | from_entries'
}
cmp_held() {	# FILE SK INTERVAL
	held "$1" "$2" "$3" >a
	"$S" parse --summary --json --conn "sk=$2" "$1" 2>err |
		jq -c '.held | map({key: .by, value: .us}) | from_entries' >b
	# rounded to whole microseconds in each interval
	jq -n -c --slurpfile a a --slurpfile b b '($a[0] + $b[0] | keys[]) as $k |
		[$k, $a[0][$k], $b[0][$k]] | select((.[1] - .[2] | fabs) > 20)' >>why 2>&1
}
for f in "$examples/loss.dat" "$examples/causes.dat" pulse.dat turns.dat; do
	[ -e "$f" ] || continue
	# else the summary shows the kernel's own counters
	for sk in $("$S" parse --json -e tcp_sendlimit "$f" 2>err |
		    jq -r 'select(.event == "tcp_sendlimit").sk' | sort -u); do
		cmp_held "$f" "$sk" 37ms
		cmp_held "$f" "$sk" 500ms
	done
	[ ! -s why ]
	result $? "what held it adds up to the summary: ${f##*/}"
done
if [ -e "$examples/loss.dat" ]; then
	equal "so do bytes and segments" "1000001 1000001 18 18" \
		"$(every 50ms --json --conn sk=1 "$examples/loss.dat" |
		   jq -s -r '[map(.sent_bytes), map(.acked_bytes), map(.retrans_segs),
			map(.drop_segs)] | map(add | tostring) | join(" ")')"
	every 100ms --json --conn sk=1 "$examples/loss.dat" >out
	"$S" parse --json --conn sk=1 "$examples/loss.dat" >all
	# the value of the last event before the end of an interval
	for g in snd_cwnd snd_wnd srtt_us inflight; do
		jq -s -c --slurpfile all all --arg g $g '.[:-1][] | .t_ns as $t |
			(.t_ns + .for_us * 1000 + 999) as $to |
			[.[$g], ([$all[] | select(.sk == "1" and .t_ns < $to and
				 .[$g] != null and .event != "skb_drop")[$g]] | last)] |
			select(.[0] != .[1])' out >>why 2>&1
	done
	[ ! -s why ]
	result $? "a gauge is the last value that was told"
fi
equal "intervals begin at multiples, and leave none out" "0 0" \
	"$(every 70ms --json --conn sk=1 pulse.dat | jq -s -r '[
	   (.[1:] | map(select(.t_ns % 70000000 != 0)) | length),
	   ([.[:-1], .[1:]] | transpose |
	    map(select(.[0].t_ns + .[0].for_us * 1000 != .[1].t_ns)) | length)] |
	   map(tostring) | join(" ")')"
equal "one interval is the whole life" "800000" \
	"$(every 1h --json --conn sk=1 pulse.dat | jq .for_us)"
every 100ms --conn 10.0.2.1:37846 pulse.dat >out
equal "drops of no known socket are told below" 1 \
	"$(sed -n 's/^# segments more .*: //p' out)"
# 310 were lost from 0.482 to 0.484, on a CPU of its own
equal "intervals in which events are lost" "0.450000" \
	"$(every 50ms --conn sk=1003 lost.dat 2>err | awk '/ LOST$/ { print $1 }')"
equal "a connection that is open" "open" \
	"$(every 1s --conn sk=2 pulse.dat | sed -n '1s/.*, //p')"
equal "steps back in time" "5" \
	"$(every 1ms --json --conn sk=1003 backward.dat 2>err | wc -l)"
run 0 parse --every 1s --conn sk=99 pulse.dat && says 'no event of this connection'
result $? "a connection that is not there"
every 1s -S 'port 37846' pulse.dat >out
grep -q 'sk=1, every 1000.000ms' out
result $? "-S may choose it, too"
every 100ms --conn sk=1 -o file.out pulse.dat && every 100ms --conn sk=1 - <pulse.dat |
	diff - file.out >why
result $? "-o, stdin"

# ---- bad input

bad() {	# WORDS ARGS...
	local words=$1
	shift
	run 2 parse "$@" && says "$words"
	[ ! -s out ] || echo "something is printed" >>why
	[ ! -s why ]
	result $? "refused: $*"
}
bad 'one connection: --conn' --every 1s pulse.dat
bad 'more than one connection' --every 1s --conn '*:443' pulse.dat
bad '--conn sk=2  10.0.1.1:35276>10.0.1.2:443' --every 1s --conn '*:443' pulse.dat
bad 'more than one connection' --every 1s --conn sk=1003 basic.dat other_host.dat
bad 'more than 524288 intervals' --every 1us --conn sk=2 pulse.dat
bad '--since, --until' --every 1us --conn sk=2 pulse.dat
for t in 0 1 -1 x '' 1ns 0.5us 1x 1e9 inf; do
	[ "$t" = 1 ] || bad 'not a time' --every "$t" --conn sk=1 pulse.dat
done
for o in --summary --why --latency; do
	bad 'pick one' --every 1s --conn sk=1 $o pulse.dat
done
bad '--where is for lines' --every 1s --conn sk=1 --where 'rtt>1' pulse.dat
bad '--seq is for lines' --every 1s --conn sk=1 --seq 1 pulse.dat
bad '--top needs' --every 1s --conn sk=1 --top 3 pulse.dat
bad '--by and --sort need' --every 1s --conn sk=1 --by peer pulse.dat
head -c $(($(stat -c %s pulse.dat) - 30)) pulse.dat >cut.dat
run 3 parse --every 100ms --conn sk=1 cut.dat && says 'cut off' && grep -q TIME out
result $? "a recording that is cut off"

echo "1..$n"
exit $failed
