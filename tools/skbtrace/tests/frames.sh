#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# frames: a recording that has gone through frames is unchanged; what is lost on the
# way is counted by event; forged frames. TAP. MKFRAMES makes the frames.
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2015 # what fails adds to ./why
. "$(dirname "$0")/lib.sh"
need editcap ip jq mergecap python3 text2pcap unshare
if [ -z "${MKFRAMES:-}" ]; then
	echo "1..0 # SKIP no MKFRAMES program given"
	exit 0
fi
examples=$here/../../../examples

# frames FILE OPTIONS...: makes x.pcap of it; the file "sent" counts frames sent and
# dropped
frames() {
	local f=$1
	shift
	"$MKFRAMES" "$@" "$f" x.pcap >sent || echo "mkframes failed" >>why
}

# collect CODE ARGS...: collects x.pcap in the empty folder d
collect() {
	local want=$1
	shift
	rm -rf d
	mkdir d
	run "$want" collect -r x.pcap -o d "$@"
}

# The events of a recording, with all their fields
lines() {
	"$S" parse --json -v "$@" 2>err | sed 1d
}

# same FILE: the recording in d has these events, field by field, and no others
same() {
	lines "$1" >want
	lines d/*.dat | diff want - >>why
	"$S" parse --json "$1" 2>/dev/null | sed -n 1p |
		jq -S 'del(.file, .start, .start_ns, .t0_ns, .boot_id, .kernel)' >head1
	"$S" parse --json d/*.dat 2>/dev/null | sed -n 1p |
		jq -S 'del(.file, .start, .start_ns, .t0_ns, .boot_id, .kernel)' >head2
	diff head1 head2 >>why
	[ ! -s why ]
}

for s in basic lost conns zoo big; do
	gen $s $s.dat
done
for s in basic split lost rotated; do
	gen_history "$s" "history-$s.dat"
done
more stack stack.dat
more payload payload.dat
all=(basic.dat lost.dat conns.dat zoo.dat history-{basic,split,lost}.dat stack.dat payload.dat)
for s in loss causes packets; do
	cp "$examples/$s.dat" . && all+=("$s.dat")
done

# ---- without losses

for f in "${all[@]}"; do
	frames "$f"
	collect 0 -q
	same "$f"
	result $? "$f"
done
for how in '-b off' '-b any' '-m 300' '-m 65535 -b any' '-u 4717' '-k 2' '-r 3' \
	'-R 5' '-k 3 -r 5 -R 7'; do
	# shellcheck disable=SC2086 # options
	frames causes.dat $how
	collect 0 -q
	same causes.dat
	result $? "causes.dat, $how"
done

# The first frame is of a history, whose place only the next event tells
frames history-rotated.dat
collect 0 -q
lines history-rotated.dat | sort >want
lines d/*.dat | sort | diff want - >why
result $? "history-rotated.dat, but for the order"
frames causes.dat -E
collect 0 -q
lines causes.dat | sed '$d' >want
lines d/*.dat | sed '$d' | diff want - >why
result $? "a session that has not ended"

# ---- read without a recording in between

frames causes.dat
collect 0 -q
run 0 parse d/*.dat && cp out want
for from in x.pcap '- <x.pcap' '- < <(cat x.pcap)' '<(cat x.pcap)' x.pcapng; do
	[ "$from" != x.pcapng ] || editcap -F pcapng x.pcap x.pcapng 2>>why
	eval "run 0 parse $from"
	diff want out >>why
	[ ! -s why ]
	result $? "parse $from"
done
"$MKFRAMES" -H 1 -n host1 causes.dat 1.pcap >/dev/null
"$MKFRAMES" -H 2 -n host2 -d 7 loss.dat 2.pcap >/dev/null
mergecap -w both.pcapng 1.pcap 2.pcap 2>>why
run 0 parse 1.pcap 2.pcap && cp out want
run 0 parse both.pcapng && says 'both.pcapng: host host2, session default' &&
	diff want out >>why
[ "$(grep -c '^# skbtrace' out)" = 2 ] || head out >>why
[ ! -s why ]
result $? "two hosts in one file"
rm -rf d && mkdir d
run 0 collect -r 2.pcap -o d -q
run 0 parse 1.pcap d/*.dat && diff want out >>why
[ ! -s why ]
result $? "frames and a recording"
run 3 parse --strict both.pcapng && says 'LOST' && [ "$(grep -c LOST err)" = 1 ] || cat err >>why
[ ! -s why ]
result $? "losses are told, once"
frames causes.dat
run 0 why causes.dat && cp out want && run 0 why x.pcap && diff want out >>why
[ ! -s why ]
result $? "why x.pcap"
run 0 pcap causes.dat -o y.pcapng && "$S" parse causes.dat | cut -c 13- | sed 1d >want &&
	"$S" parse y.pcapng 2>>why | cut -c 13- | sed 1d | diff want - >>why
[ ! -s why ]
result $? "what pcap made of a recording"
echo '0000 6e 6f 6e 65' | text2pcap -q -u 1,2 - y.pcap 2>/dev/null
run 1 parse y.pcap && says 'there is no session in y.pcap' || cat err >>why
[ ! -s why ]
result $? "a capture without frames"
run 1 info x.pcap && says 'skbtrace collect -r x.pcap' || cat err >>why
[ ! -s why ]
result $? "other commands say how"
TMPDIR=/nowhere run 1 parse x.pcap && says 'cannot write /nowhere' || cat err >>why
[ ! -s why ]
result $? "no place for them"

# ---- lost on the way

for how in '-d 2' '-d 7' '-d 7 -b off' '-d 5 -b any -m 4000' '-e 105' '-e 103' '-d 9 -k 4 -r 5'; do
	# shellcheck disable=SC2086
	frames loss.dat $how
	collect 0
	# by number of the event: received, and lost
	"$S" info --json d/*.dat | jq -r '(.by_event + .by_name)[] |
		"\(.number) \(.events + .names) \(.lost)"' | sort >is
	awk '$1 == "sent" && $2 < 65280 { print $2, $3 - $5, $5 }' sent |
		sort | diff - is >why
	result $? "what is here and what is lost is what was sent: $how"
done
frames loss.dat -d 7
collect 3 --strict && says 'of them on the way'
result $? "--strict"

# ---- forged frames, and missing ones

for s in loss causes; do
	frames $s.dat -x 2 -b off
	collect 0
	[ "$(grep -c 'were left out' err)" = 7 ] || cat err >>why
	same $s.dat
	result $? "$s.dat, with forged frames among those of it"
done
frames loss.dat -t 9
collect 0 && says 'truncated' && says 'option -s 0' && says 'on the way' &&
	[ "$("$S" info --json d/*.dat | jq '[.events, .names, .lost] | add')" = 916 ] || cat err >>why
[ ! -s why ]
result $? "truncated ones are lost"
frames causes.dat -f 10000
collect 0 && says 'more than 512 hosts' && [ "$(grep -c 'nothing can be decoded' err)" = 0 ] &&
	[ "$(wc -l <out)" -lt 120 ] && same causes.dat
result $? "hosts that there are not, by the thousand"
frames loss.dat -F
collect 1 && says 'not all of its format has come' && says 'does a filter of tc drop it?' &&
	[ -z "$(ls d)" ]
result $? "no format"
frames loss.dat -I
collect 1 && says 'not all of its INFO has come' && [ -z "$(ls d)" ]
result $? "no INFO"
frames loss.dat -l 40
collect 0 -q && lines d/*.dat | sed '$d' >is && lines loss.dat | tail -n +10 >want &&
	[ "$(grep -c . is)" -gt 600 ] && ! grep '"event":"lost"' is >>why
result $? "who comes late has lost nothing"
frames loss.dat
head -c 100000 x.pcap >y && mv y x.pcap
collect 0 && says 'ends inside a frame' && ! grep LOST err >>why
result $? "a file that was cut off"
printf 'not a capture' >x.pcap
collect 1 && says 'cannot read x.pcap'
result $? "not a file of tcpdump"
frames loss.dat
run 2 collect -r x.pcap -o nowhere && says 'there is no folder nowhere'
result $? "no such folder"
run 2 collect -r x.pcap -i lo && says 'cannot be had together'
result $? "a file and an interface"
run 2 collect && says 'where do the frames come from?'
result $? "from nowhere"
run 2 collect --listen 70000 && says 'not a port'
result $? "not a port"
run 2 collect x.pcap && says '-r x.pcap a file'
result $? "an operand"
run 1 collect -i nosuch0 && says 'no interface nosuch0' || cat err >>why
[ ! -s why ]
result $? "no such interface"
for o in '-e tcp_rttm' '-S tcp' '--netns 1' '-b 64k' '--hold 1M' 'port 1'; do
	# shellcheck disable=SC2086 # several words
	run 2 live -i lo $o && says 'has a session already' || cat err >>why
	# shellcheck disable=SC2086
	run 2 record -i lo -o r.dat $o && says 'has a session already' || cat err >>why
done
[ ! -s why ]
result $? "-i and options that set a session up"

# ---- several senders

for i in 1 2; do
	"$MKFRAMES" -H $i -n twin causes.dat $i.pcap >/dev/null
done
rm -rf d && mkdir d
run 0 collect -r 1.pcap -r 2.pcap -o d -q
find d -type f | sort >is
printf 'd/%s\n' twin-00000002-default.dat twin-default.dat | diff - is >>why
[ ! -s why ]
result $? "two hosts of one name"
run 0 collect -r 1.pcap -o d -q && [ -e d/twin-default-2.dat ]
result $? "a file that is there stays"
rm -rf d && mkdir d
"$MKFRAMES" -n '../../.x y' -s '/etc/a' causes.dat x.pcap >/dev/null
run 0 collect -r x.pcap -o d -q && [ -e 'd/_._.._.x_y-_etc_a.dat' ] || find d >>why
[ ! -s why ]
result $? "a host that wants to be a path"
many=()
for i in {1..50}; do
	"$MKFRAMES" -H "$i" -n "host$i" -S "$i" -r 7 -d "$((i % 5 + 3))" causes.dat "$i.pcap" >"sent$i"
	many+=(-r "$i.pcap")
done
rm -rf d && mkdir d
run 0 collect "${many[@]}" -o d -q
for i in {1..50}; do
	"$S" info --json "d/host$i-default.dat" | jq -r '(.by_event + .by_name)[] |
		"\(.number) \(.events + .names) \(.lost)"' | sort >is
	awk '$1 == "sent" && $2 < 65280 { print $2, $3 - $5, $5 }' "sent$i" |
		sort | diff - is >>why
done
[ ! -s why ]
result $? "fifty hosts, each with losses of its own"

# ---- rotation

frames loss.dat -g
collect 0 --rotate 16k --no-compress
[ "$(find d -name '*.dat.000?' | wc -l)" -gt 1 ] || find d >>why
for f in d/*; do
	"$S" info --json "$f" 2>>why | jq -e '.complete and .damaged == 0' >/dev/null || echo "$f" >>why
done
[ "$(cat d/* | "$S" info --json - | jq -s 'map(.events + .names) | add')" = 916 ] || echo events >>why
[ ! -s why ]
result $? "all is in one of the files, each of which is whole"
rm -rf d && mkdir d
run 0 collect -r x.pcap -o d --rotate 16k --files 1 -q && [ "$(find d -type f | wc -l)" = 1 ]
result $? "the newest ones are kept"

# ---- a full disk

if unshare -rm true 2>/dev/null; then
	rm -rf d && mkdir d
	frames loss.dat
	# shellcheck disable=SC2016 # the inner shell's
	unshare -rm sh -c 'mount -t tmpfs -o size=72k none d && "$1" collect --no-compress \
		-r x.pcap -o d >out 2>err; echo $? >code; "$1" parse d/*.dat* >lines 2>/dev/null
		wc -l <lines >count' - "$S"
	[ "$(cat code)" = 1 ] && says 'No space left on device' && says 'what is there is kept' &&
		[ "$(cat count)" -gt 40 ] || cat err code count >>why
	[ ! -s why ]
	result $? "what was written before the disk was full is kept"
else
	skip "a full disk" "no mount namespaces here"
fi

# ---- through a real interface

# in_netns SCRIPT: runs it in a namespace with two ends of a wire, v0 and v1
in_netns() {
	# shellcheck disable=SC2016 # the inner shell's
	unshare -rn bash -c 'ip link set lo up && ip link add v0 mtu 9000 type veth peer name v1 mtu 9000 &&
		ip link set v0 up && ip link set v1 up || exit 77
		S=$1 here=$2
		# heard FILE: does a socket listen there?
		heard() { until grep -q "$1" /proc/net/packet /proc/net/udp*; do sleep 0.02; done; }
		'"$1" - "$S" "$here"
}
if unshare -rn ip link add v0 type veth peer name v1 2>/dev/null; then
	frames causes.dat
	# shellcheck disable=SC2016
	in_netns '"$S" record -q -i v1 -o r.dat & "$S" live -i v1 --json >live 2>live.err &
		until [ "$(grep -c " 88b5 \| 0003 " /proc/net/packet)" = 2 ]; do sleep 0.05; done
		"$here/replay.py" v0 x.pcap; wait' >>why 2>&1
	lines causes.dat >want
	lines r.dat | diff want - >>why
	[ ! -s why ]
	result $? "record -i"
	"$S" parse --json causes.dat | sed 1d >want
	sed 1d live | diff want - >>why
	[ ! -s why ]
	result $? "live -i"
	frames causes.dat -u 4717
	rm -rf d && mkdir d
	# shellcheck disable=SC2016
	in_netns '"$S" collect --listen 4717 -o d >table 2>err & heard :126D
		"$here/replay.py" - x.pcap 127.0.0.1:4717
		until grep -qs . d/*.dat; do sleep 0.05; done; kill -INT $!; wait $!' >>why 2>&1
	same causes.dat
	result $? "collect --listen"
	grep -q '^vm  *default  *ended  *481  *0  *0 ' table || cat table err >>why
	[ ! -s why ]
	result $? "its table"
else
	skip "through the network" "no network namespaces here"
fi

# ---- clocks

"$here/gen_parts.py" clocks c || exit 1
# misplaced FILE...: events that are printed after a later one
misplaced() {
	"$S" parse --json "$@" 2>/dev/null | jq -r 'select(.rtt_us) | .rtt_us' |
		awk '$1 < last { n++ } $1 > last { last = $1 } END { print n + 0, NR }'
}
[ "$(misplaced c/one.dat c/other.dat)" = "0 60000" ] &&
	[ "$(misplaced c/other.dat c/one.dat)" = "0 60000" ]
result $? "events of two hosts in the order in which they happened"
[ "$(misplaced c/one-alone.dat c/other-alone.dat)" != "0 60000" ]
result $? "by their wall clocks they are not"
run 0 parse c/one.dat c/other.dat && sed -n 2p out | grep -q ', clock +-42.0 us$' ||
	head -2 out >>why
[ ! -s why ]
result $? "the error of the clocks is told"
# clock_error HOW NS
clock_error() {
	"$S" parse --json "c/one$1.dat" "c/other$1.dat" |
		jq -c 'select(.clock_error_ns) | .clock_error_ns' >is
	echo "$2" | diff - is >why
}
clock_error '' 42000
result $? "and in JSON"
# 80 us, and 20 s before the first of these lines, by clocks that drift
clock_error -early 200001 && [ "$(misplaced c/one-early.dat c/other-early.dat)" = "0 60000" ]
result $? "the clocks were compared well before their drift was known, and worse after it"
# 20 us, and a second in which they may have drifted by 200 ppm
clock_error -never 440010
result $? "their drift is not known"

echo "1..$n"
exit "$failed"
