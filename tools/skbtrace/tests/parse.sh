#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse, info and list with recordings that gen.py makes: text, JSON, summary,
# messages, exit codes. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3 tcpdump tshark

for s in basic lost order backward zoo v6_only conns summary_lost \
	 other_host big pipe_marks; do
	gen $s $s.dat
done
gen raw raw
gen rawbig rawbig

# ---- text

for s in basic lost zoo v6_only backward; do
	"$S" parse $s.dat >out 2>&1
	golden $s.txt
done
"$S" parse -v zoo.dat >out 2>/dev/null
golden zoo-v.txt
"$S" parse big.dat >out
diff "$golden/basic.txt" out >why
result $? "foreign byte order reads the same"
run 0 parse order.dat && tail -n +3 out | sort -cs -k1,1n 2>why
result $? "two CPUs come out in the order of time"
[ "$(tail -n +3 out | wc -l)" = 199 ]
result $? "and nothing is missing"
"$S" parse --color=always basic.dat | grep -q $'\033'
result $? "--color=always has colour"
! "$S" parse basic.dat | grep -q $'\033'
result $? "no colour unless on a terminal"
! "$S" parse zoo.dat -v 2>/dev/null | LC_ALL=C grep -q '[^ -~]'
result $? "no byte of a stranger reaches the terminal"

# ---- time

for f in rel wall utc delta epoch mono; do
	TZ=Europe/Berlin "$S" parse -t $f basic.dat | cut -c1-45
done >out
golden times.txt

# ---- JSON

for s in basic lost zoo big; do
	"$S" parse --json $s.dat >out 2>/dev/null
	jq -e . out >/dev/null 2>why
	result $? "$s: jq reads it"
	[ $s = big ] || golden $s.json
done
cmp -s "$golden/basic.json" out || diff "$golden/basic.json" out >why
result $? "foreign byte order is the same JSON"
"$S" parse -t utc lost.dat 2>err | awk '/ LOST /{ print $1 }' >want
"$S" parse --json lost.dat 2>err | jq -r 'select(.event == "lost").time' >out
[ -s want ] && [ "$(cat out)" = "$(sed 's/Z$/000Z/' want)" ]
result $? "a loss has its time, as each line"
"$S" parse --json zoo.dat 2>/dev/null |
	python3 -c '
import json, sys
def once(pairs):
    keys = [k for k, _ in pairs]
    assert len(keys) == len(set(keys)), keys
    return dict(pairs)
kinds = {}
for line in sys.stdin:
    o = json.loads(line, object_pairs_hook=once)
    assert kinds.setdefault(o["event"], o.keys()) == o.keys(), o["event"]
    assert not any(isinstance(v, dict) for v in o.values())
' 2>why
result $? "flat objects, no key twice, every field always there"
a=$("$S" parse basic.dat | awk '!/^#/ { print $3 }')
b=$("$S" parse --json basic.dat | jq -r 'select(.event|startswith("trace")|not).event')
[ "$a" = "$b" ]
result $? "text and JSON show the same events"

# ---- which events

sel() {
	"$S" parse "$@" 2>&1 | awk '!/^#|^skbtrace:/ { print $3 }' | sort | uniq -c |
		awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }
		     END { print "" }'
}
{
	sel -e tcp_rttm basic.dat
	sel -e 'tcp_r*' basic.dat
	sel -e @trouble basic.dat
	sel -e tcp_rttm -e skb_drop,tcp_retransmit basic.dat
	sel -e @all basic.dat
} >out
golden select.txt
run 2 parse -e tcp_rtmt basic.dat && says 'did you mean tcp_rttm?'
result $? "an event that is not there: what was meant"
run 2 parse -e tcp_rttm,skip=x basic.dat && says 'not their options'
result $? "options of an event are refused"
for c in sk=1003 0x1003 10.0.2.1:37846 10.0.2.2:443 '10.0.2.1:37846>*' \
	 10.0.2.1:37846-10.0.2.2:443 10.0.2.1 '[2001:db8::1]' 1003 sk=0x1003 \
	 '*:443' '[2001:db8::1]:5000' '[2001:db8::1]:5000>[2001:db8:0:1::2]:443' \
	 sk=5 1.2.3.4:5; do
	echo "$c: $(sel --conn "$c" conns.dat)"
done >out
golden conn.txt
for c in '' sk= sk=xyz 0x 0 10.0.0. '[::1' 10.0.0.1:99999 2001:db8::1:5 '[::1:5' \
	 'a>b' '>' 1.2.3.4.5:1; do
	run 2 parse --conn "$c" basic.dat && says 'not a connection'
	result $? "--conn \"$c\" is refused"
done
{
	sel --since 0.25 --until 0.2555 basic.dat
	sel --since 05:03:11.73767 --until 05:03:11.7377 basic.dat
	sel --since 2026-11-21T05:03:12Z basic.dat
	sel --since '2026-11-21 05:03' --until 2026-11-21T05:03:11.6 basic.dat
	sel --until 2026-11-20 basic.dat
	TZ=Europe/Berlin sel --since 06:03:13 basic.dat
	sel --since 05:03:13Z basic.dat
	sel --since 06:03:13+01:00 basic.dat
	sel --since 2026-11-21T02:33:13-0230 basic.dat
	sel --since 2026-11-21+01:00 --until 2026-11-21T05:03:11.6Z basic.dat
	sel --since 250ms --until 255.5ms basic.dat
	sel --since -0.5 --until 1s basic.dat
	sel --since 1795237391.73767 --until 1795237391.7377 basic.dat
	# times before the boot, and centuries from now
	sel --since 04:40 basic.dat
	sel --since 1960-01-01 --until 2900-01-01 basic.dat
} >out
golden when.txt
for c in x 1:2:3:4 25:00 12:61 2026-11 1.5x 12:00+1 12:00+25:00 12:00Zx - Z; do
	run 2 parse --since "$c" basic.dat && says 'not a time'
	result $? "--since \"$c\" is refused"
done

run 0 parse --conn 1.2.3.4 basic.dat && says 'none of 7 events'
result $? "nothing matches: a word about it"
"$S" parse --conn 10.0.2.1:37846 basic.dat >10.0.2.2:443 2>err
[ $? = 2 ] && says 'did the shell take the >?'
result $? "an unquoted > in --conn"
for c in '-S tcp -S udp' '--since 1 --since 2'; do
	# shellcheck disable=SC2086
	run 2 parse $c basic.dat && says ' twice: '
	result $? "$c: not in silence the last one"
done
run 0 parse -S tcp -S tcp basic.dat
result $? "the same twice"
for c in sk=1 sk=2; do
	"$S" parse --conn $c conns.dat 2>/dev/null
done | grep -v '^#' | sort >want
for c in sk=1,sk=2 'sk=1 --conn sk=2' 'sk=1,[2001:db8::1]' 'sk=77,10.0.1.1:35276,sk=2'; do
	# shellcheck disable=SC2086 # an option more
	"$S" parse --conn $c conns.dat 2>/dev/null | grep -v '^#' | sort | diff want - >why
	result $? "--conn $c: several"
done
run 1 parse 'port 443' && says "-S 'port 443'"
result $? "a filter in place of a file: what to do"
run 2 parse --s basic.dat && says '--s can be each of: --summary --sort --since --seq --strict'
result $? "an option that is cut too short"

# ---- summary

for s in conns summary_lost; do
	"$S" parse --summary $s.dat >out 2>/dev/null
	golden $s.txt
	"$S" parse --summary --json $s.dat >out 2>/dev/null
	jq -e . out >/dev/null 2>why
	result $? "$s summary: jq reads it"
	golden $s.json
done
"$S" parse --summary --json conns.dat 2>/dev/null |
	jq -e -s 'map(select(.held != []) | (.held | map(.us) | add) == .life_us) |
		  length > 3 and all' >/dev/null
result $? "what held a connection back adds up to its life"
"$S" parse --summary conns.dat 2>/dev/null | awk '/%/ {
	s = 0
	for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+%$/) s += $i
	if (s != 100) { print; exit 1 }
}' >why
result $? "percents add up to 100"
"$S" parse --summary --conn sk=1 conns.dat 2>/dev/null >out
[ "$(wc -l <out)" = 2 ]
result $? "--conn restricts the summary"

# ---- stacks

more stack stack.dat
"$S" parse stack.dat >out 2>&1
golden stack.txt
"$S" parse --json stack.dat >out 2>/dev/null
jq -e . out >/dev/null 2>why
result $? "stack: jq reads it"
golden stack.json
more stack_big big.stack
"$S" parse big.stack >out2 2>&1
diff "$golden/stack.txt" out2 >why
result $? "stacks of foreign byte order"
for s in short deep huge; do
	more stack_$s $s.stack
	run 3 parse $s.stack && says "stack" && grep -q 'rtt=0.001ms' out
	result $? "a stack that is damaged ($s) ends its sub-buffer only"
done

# ---- the first bytes of packets

more payload payload.dat
"$S" parse payload.dat >out 2>&1
"$S" parse -v payload.dat >>out 2>&1
golden payload.txt
"$S" parse --json payload.dat >out 2>/dev/null
jq -se 'map(select(.event == "skb_drop") | has("payload")) | all' out >/dev/null
result $? "payload: jq reads it, and each event has the key"
golden payload.json
more payload_big big.payload
{ "$S" parse big.payload; "$S" parse -v big.payload; } >out2 2>&1
diff "$golden/payload.txt" out2 >why
result $? "first bytes of foreign byte order"
for s in short long huge; do
	more payload_$s $s.payload
	run 3 parse $s.payload && says "payload" && grep -q 'rtt=0.001ms' out
	result $? "first bytes that are damaged ($s) end their sub-buffer only"
done
run 0 pcap --payload -o packets.pcapng payload.dat && says "4 packets" &&
	says "none: skbtrace record"
result $? "pcap --payload: says how many"
tcpdump -nnr packets.pcapng -x >out 2>/dev/null
[ "$(grep -c '10.0.2.1.5000 > 10.0.2.2.9' out)" = 3 ]
result $? "pcap --payload: tcpdump reads it"
[ "$(tshark -r packets.pcapng -T fields -e frame.comment \
	-e frame.len 2>/dev/null | sed -n 2p)" = $'skb_drop\t1500' ]
result $? "pcap --payload: the event, the length on the wire"
run 2 pcap --payload --with packets.pcapng payload.dat && says "not both"
result $? "pcap --payload and --with"

# ---- a recording that was cut

more excerpt excerpt.dat
run 0 parse -v excerpt.dat && [ ! -s err ]
result $? "no gap where events are left out"
golden excerpt.txt
run 0 parse --json excerpt.dat &&
	[ "$(jq -c 'select(.seq) | [.seq, .lport]' out | paste -sd' ')" = \
		'[707,37846] [718,37846] [719,37846]' ]
result $? "their numbers are counted, the connection has its name"
more excerpt_big big.excerpt
run 0 parse -v big.excerpt && diff <(tail -n +2 "$golden/excerpt.txt") <(tail -n +2 out) >why
result $? "and of foreign byte order"
run 0 parse --summary --json excerpt.dat && jq -e '.life_us == 101001 and .retrans_segs == 3' out >why
result $? "the summary begins with what was chosen"
run 0 info excerpt.dat && grep -q '^events    3, names 0,' out &&
	grep -q '^cut       717 events left out; 1 ' out
result $? "info counts both"
run 0 info --json excerpt.dat && jq -e '.left_out == 717 and .context == 1' out >why
result $? "in JSON, too"

# ---- inputs

"$S" parse --format raw.format raw.cpu0 raw.cpu1 2>why | tail -n +2 >out
tail -n +2 "$golden/basic.txt" | cut -c13- >want
cut -c13- out | diff want - >why
result $? "raw trace.cpuN files"
"$S" parse --format rawbig.format rawbig.cpu1 rawbig.cpu0 2>why |
	tail -n +2 | cut -c13- | diff want - >why
result $? "raw files of foreign byte order, in any order"
run 1 parse --format rawbig.format raw.cpu0 && says 'its format says big'
result $? "raw data and format of different byte order"
cat raw.cpu0 raw.cpu0 | head -c 5000 >cut.cpu0
run 3 parse --format raw.format cut.cpu0 && says 'byte 4096'
result $? "raw data that is cut off"
cat raw.cpu0 raw.cpu0 >twice.cpu0
run 3 parse --format raw.format twice.cpu0 && says '0 follows, 7 was expected'
result $? "events that are missing without a LOST"
run 1 parse raw.cpu0 && says 'raw data of one CPU'
result $? "raw data without --format: what to do"
run 1 parse raw.format && says 'text of "format"'
result $? "a format in place of a capture"
"$S" parse - <basic.dat >out && diff "$golden/basic.txt" out >why
result $? "- is stdin"
# shellcheck disable=SC2002
cat basic.dat | "$S" parse - | tail -n +2 >out
tail -n +2 "$golden/basic.txt" | diff - out >why
result $? "a pipe"
# shellcheck disable=SC2002
cat pipe_marks.dat | "$S" parse - 2>err | tail -n +2 | sort -cs -k1,1n 2>why
result $? "a pipe with marks is in the order of time"
[ ! -s err ] || { cat err >why; false; }
result $? "and has no complaints"
mkfifo fifo
"$S" parse fifo >out 2>err &
exec 4>fifo
head -c $(($(wc -c <pipe_marks.dat) - 64)) pipe_marks.dat >&4
for _ in $(seq 100); do
	[ "$(wc -l <out)" -ge 30 ] && break
	sleep 0.1
done
[ "$(wc -l <out)" -ge 30 ] || cat out >why
[ "$(wc -l <out)" -ge 30 ]
result $? "what is complete is shown before the pipe ends"
exec 4>&-
wait
run 2 parse basic.dat - < <(cat basic.dat)
says 'cannot be merged'
result $? "a pipe is not merged with files"
"$S" parse basic.dat v6_only.dat 2>why >out
golden merged.txt
"$S" parse basic.dat other_host.dat 2>why >out
golden hosts.txt
"$S" parse --json basic.dat other_host.dat >out 2>why
golden hosts.json
# the second recording began 30 s after the first one, and is a second long
jq -s -e '(map(select(.event != "trace_end")) | all(.host != null and .trace != null))
	and (map(.host) | unique) == [null, "other", "vm"]
	and last.event == "trace_end" and last.traces == 2
	and last.events == (map(select(.seq != null)) | length)
	and last.t_ns >= (map(.t_ns) | max)' out >>why
result $? "JSON: each line says its host, and the end is that of the last"
"$S" parse --json basic.dat | jq -s -e 'map(select(.event != "trace") | .host) |
	unique == [null]' >/dev/null
result $? "unless there is one recording only"
"$S" parse --json lost.dat lost.dat 2>err >out
[ "$(jq -c 'select(.event == "lost") | [.host, .trace, .count]' out | paste -sd' ')" = \
	'["vm",0,312] ["vm",1,312]' ] &&
	[ "$(jq -c 'select(.event == "trace_end") | [.events, .lost]' out)" = '[14,624]' ]
result $? "so do losses; recordings of the same host have numbers"
gen damaged:no-end no-end.dat
"$S" parse --json basic.dat no-end.dat 2>err |
	jq -e 'select(.event == "trace_end") | .t_ns == null and (.complete | not)' >>why
result $? "the end is not known if one of them was cut off"
cp basic.dat skbtrace.dat
run 0 parse && diff "$golden/basic.txt" out >why
result $? "the default file"
rm skbtrace.dat
run 1 parse && says 'skbtrace record'
result $? "no default file: what to do"
run 1 parse .
result $? "a directory"

# ---- two recordings in one file

cat basic.dat other_host.dat >two.dat
"$S" parse basic.dat other_host.dat >want 2>&1
run 0 parse two.dat && cat err >>out && diff want out >>why
result $? "two recordings in one file are as two files"
# shellcheck disable=SC2002
cat two.dat | "$S" parse - >out 2>err
rc=$?
"$S" parse other_host.dat | grep -v '^#' | cut -c13- >want
[ $rc = 0 ] && [ ! -s err ] && [ "$(grep -c '^# skbtrace' out)" = 2 ] &&
	grep -v '^#' out | tail -n "$(wc -l <want)" | cut -c13- | diff want - >why
result $? "and in a pipe"
# shellcheck disable=SC2002
cat pipe_marks.dat lost.dat big.dat | "$S" parse - >out 2>err
[ "$(grep -c tcp_rttm out)" = 37 ] && says 'LOST 312 of'
result $? "with marks, without, and of foreign byte order"
cat basic.dat two.dat | "$S" parse --json - >out 2>err
[ "$(grep -c '"event":"trace"' out)" = 3 ]
result $? "three, in JSON"
run 0 info two.dat && [ "$(grep -c '^machine' out)" = 2 ] && grep -q 'complete$' out
result $? "info tells of both"
{ cat basic.dat; echo strange; } >tail.dat
run 3 parse tail.dat && says 'goes on after its END' &&
	run 3 info tail.dat && grep -q 'goes on after' out
result $? "other bytes after the END are told"
gen damaged:cut-chunk cut-chunk.dat
cat basic.dat cut-chunk.dat >two.dat
run 3 parse two.dat && says 'cut off'
result $? "the second one is cut off"
for s in no-end no-chunks; do
	gen damaged:$s $s.dat
	truncate -s 2G $s.dat
	timeout 10 "$S" parse $s.dat >out 2>err
	[ $? != 124 ] && says 'zeros in place of a chunk'
	result $? "a tail of zeros is no endless list of chunks ($s)"
	rm $s.dat
done

# ---- outputs

run 0 parse -o text basic.dat && diff "$golden/basic.txt" text >why
result $? "-o"
cp basic.dat copy.dat
run 2 parse -o copy.dat basic.dat && cmp basic.dat copy.dat >>why
result $? "-o never writes over a capture"
"$S" parse basic.dat >/dev/full 2>err
[ $? = 1 ] && says 'No space left'
result $? "a full disk is a failure"
gen speed speed.dat 30000
"$S" parse speed.dat 2>err | head -1 >/dev/null
[ "${PIPESTATUS[0]}" = 0 ] && [ ! -s err ]
result $? "| head ends quietly"
run 0 parse lost.dat && says 'LOST 312 of'
result $? "losses are summed up"
run 3 parse --strict lost.dat
result $? "--strict: losses are exit code 3"
run 0 parse --strict basic.dat
result $? "--strict without loss"

# ---- damaged files

for s in empty random short-header no-chunks cut-chunk-header cut-chunk \
	 no-end newer-abi newer-file bad-order bad-crc bad-format-crc \
	 huge-chunk subbuf-magic subbuf-abi subbuf-used subbuf-count \
	 subbuf-cpu block-len0 block-len7 block-long lost-kinds \
	 lost-backward format-none; do
	gen damaged:$s $s.dat
	both parse $s.dat | grep -v '^ ' >out
	golden damaged-$s.txt
	run "$(cat code)" parse - < <(cat $s.dat)
	result $? "the same from a pipe"
done
for s in abi order endian dup-event dup-name dup-field outside overlap \
	 in-header len type no-syms dup-sym orphan control name nul nothing; do
	gen bad_format:$s format-$s.dat
	both parse -e skb_drop format-$s.dat | grep '^[!=]'
done >out
golden bad-formats.txt

# ---- info, list

both info lost.dat >out
golden info.txt
both info --meta uname lost.dat >out
golden info-meta.txt
run 0 info -i lost.dat && sed 1d "$golden/info.txt" | sed '$d' | diff - out >>why
result $? "info -i"
run 2 info -i lost.dat basic.dat && says 'takes one file'
result $? "info -i and a file: not both"
run 0 info --json lost.dat && jq -e . out >info.json 2>>why
result $? "info --json: jq reads it"
cp info.json out
golden info.json
"$S" info --json empty.dat >out 2>err
[ ! -s out ] && run 3 info --json cut-chunk.dat &&
	jq -e '(.complete | not) and (.trouble | startswith("ends inside"))' out >>why
result $? "info --json: a file that is cut off"
cat lost.dat basic.dat >two.dat
run 0 info --json two.dat && [ "$(jq -c '[.events, .lost]' out | paste -sd' ')" = "[7,312] [7,0]" ]
result $? "info --json: an object for each recording"
[ "$(jq -c keys out | sort -u | wc -l)" = 1 ]
result $? "all with the same keys"
run 0 info --json -m uname lost.dat &&
	[ "$(jq -r '.meta[].text' out)" = "$("$S" info -m uname lost.dat)" ]
result $? "info --json --meta"
run 1 info --meta nix lost.dat && says 'no text "nix"'
result $? "info: a text that is not there"
bad=0
for s in basic lost zoo conns order big; do
	run 0 info $s.dat
	a=$(sed -n 's/^events  *\([0-9]*\),.*/\1/p' out)
	b=$(awk '/^EVENT /, /^$/ { if ($1 !~ /^#/) n += $2 } END { print n }' out)
	c=$(awk '/^CPU /, /^$/ { n += $2 } END { print n }' out)
	d=$("$S" parse --json $s.dat 2>err | jq 'select(.event == "trace_end").events')
	e=$("$S" parse $s.dat 2>err | grep -vc '^#\| LOST ')
	[ -n "$a" ] && [ "$a $a $a $a" = "$b $c $d $e" ] && continue
	echo "$s: $a in info, $b by kind, $c by CPU, $d in trace_end, $e lines" >>why
	bad=1
done
result $bad "one number of events, everywhere"
run 3 info cut-chunk.dat && grep -q 'cut off' out
result $? "info of a file that was cut off"
run 0 info big.dat && grep -q 'big-endian' out
result $? "info of foreign byte order"
if "$S" list --help >/dev/null 2>&1; then
	"$S" list -i basic.dat >out
	golden list.txt
	"$S" list -i basic.dat tcp_sendlimit skb_drop >out
	golden list-events.txt
	"$S" list -i raw.format tcp_sendlimit >out2
	diff <(sed '/^$/,$d' out) out2 >why
	result $? "list from the text of a format"
	run 2 list -i basic.dat tcp_rtmt && says 'did you mean tcp_rttm?'
	result $? "list: an event that is not there"
fi

# ---- the command line

for c in '' 'pars' '--nix' 'parse --nix' 'parse --jason' 'parse -Z' 'parse -t' \
	 'parse -t noon' 'parse --json=1' 'parse --color=blue' 'info a b'; do
	# shellcheck disable=SC2086
	both $c
done >out
golden usage.txt
run 0 --version && grep -q '^skbtrace 2' out
result $? "--version"
run 0 --help && grep -q parse out
result $? "--help"

echo "1..$n"
exit $failed
