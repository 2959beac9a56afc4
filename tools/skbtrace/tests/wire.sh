#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Other tools: the dissector in tshark, recordings as pcapng, programs for tc. With the
# recordings in examples, and those that gen.py makes. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need ip python3 strace tc tcpdump tshark
examples=$here/../../../examples
lua=$tmp/skbtrace.lua
# tshark warns root, and needs a home
export HOME=$tmp XDG_CONFIG_HOME=$tmp

# shark OPTION...: prints what tshark prints; its warning for root is no error
shark() {
	tshark -X lua_script:"$lua" "$@" 2>err.shark
	rc=$?
	grep -v '^Running as user' err.shark >>why
	return "$rc"
}

# column FILE [OPTION...]: the info column of each frame
column() {
	local file=$1
	shift
	shark -r "$file" -T fields -e _ws.col.Info "$@"
}

# frames FILE: makes x.pcapng of it, and the dissector
frames() {
	"$S" list -i "$1" --dissector >"$lua" &&
		"$S" pcap "$1" -o x.pcapng 2>err.pcap
}

# ---- the dissector ----

# same FILE: tshark has all events and fields that parse has
same() {
	frames "$1"
	{
		"$S" list -i "$1" --json
		"$S" list -i "$1" --json tcp_active_conn
	} >listed
	"$S" parse "$1" --json >parse.json 2>/dev/null
	"$S" parse "$1" >parse.txt 2>/dev/null
	shark -r x.pcapng -T json >tshark.json &&
		column x.pcapng >tshark.txt &&
		"$here/dissector.py" listed parse.json tshark.json parse.txt \
			tshark.txt >>why
	result $? "tshark reads what parse reads of ${1##*/}"
}

for s in loss causes packets; do
	same "$examples/$s.dat"
done
for s in basic lost big zoo conns v6_only; do
	gen $s $s.dat
	same $s.dat
done
for s in stack stack_big; do
	more $s $s.dat
	same $s.dat
done
"$here/gen_shed.py" basic shed.dat
same shed.dat
"$here/gen_history.py" basic history.dat
same history.dat

for s in nat nat6; do
	"$here/gen_summary.py" $s $s.dat
	same $s.dat
done

frames "$examples/loss.dat"
column x.pcapng >base

# found N FILTER: it selects so many frames
found() {
	local n
	n=$(shark -r x.pcapng -Y "$2" -T fields -e frame.number | wc -l)
	[ "$n" = "$1" ] || echo "$n frames, not $1: $2" >>why
	[ "$n" = "$1" ]
	result $? "filter: $2"
}

events() {	# PARSE OPTION...
	"$S" parse "$examples/loss.dat" --json "$@" | grep -c '"seq":'
}

found "$(events -e tcp_sendlimit --where reason=app)" \
	'skbtrace.tcp_sendlimit.reason == "app"'
found "$(events -e tcp_sendlimit --where 'for_us>10ms')" \
	'skbtrace.tcp_sendlimit.for_us > 10000'
found "$(events -e skb_drop)" skbtrace.skb_drop
found "$(events --conn 10.0.2.2)" \
	'skbtrace.peer == 10.0.2.2 || skbtrace.local == 10.0.2.2'
found "$(events --where 'pid=89')" 'skbtrace.pid == 89 && !skbtrace.task'
found "$(events -e '@trouble')" skbtrace.expert.trouble
found 0 'skbtrace.gap || skbtrace.lost || skbtrace.expert.malformed'

# An event of @trouble with a harmless reason is no trouble
drop=$("$S" parse "$examples/causes.dat" --json -e skb_drop |
	grep -c -e '"NOT_SPECIFIED"' -e '"SOCKET_FILTER"')
frames "$examples/causes.dat"
found $(($("$S" parse "$examples/causes.dat" --json -e @trouble |
	   grep -c '"seq":') - drop)) skbtrace.expert.trouble
# Addresses beside those of the connection: what is not there is not told
frames nat6.dat
found 3 'skbtrace.skb_drop.nat_local == 10.0.1.1'
found 2 'skbtrace.skb_drop.nat_peer6 == 2001:db8:9::2'
found 1 'skbtrace.skb_drop.nat_local6 in {2001:db8::/64}'
found 4 skbtrace.skb_drop.nat_local
found 1 skbtrace.skb_drop.nat_local6
column x.pcapng -Y 'skbtrace.skb_drop && !skbtrace.skb_drop.nat_peer && !skbtrace.skb_drop.nat_peer6' >out
[ "$(wc -l <out)" = 3 ] && ! grep nat_ out >>why
result $? "no address, no word of it"
frames "$examples/loss.dat"

# alike HOW [OPTION...]: the same frames in another form have the same columns
alike() {
	local how=$1
	shift
	"$here/reframe.py" "$how" x.pcapng re.pcap
	column re.pcap "$@" >re
	diff base re >>why
	result $? "the same as $how"
}

alike udp:5555 -o skbtrace.udp_port:5555
alike udp6:5555 -o skbtrace.udp_port:5555
alike user0

"$here/reframe.py" pairs x.pcapng re.pcap
shark -r re.pcap -T fields -E aggregator=' ' -e skbtrace.seq | tr ' ' '\n' >seqs
"$S" parse "$examples/loss.dat" --json | grep -o '"seq":[0-9]*' | cut -d: -f2 >want
sort -n seqs | grep -Fxvc -f - want >missing
[ "$(cat missing)" = 0 ] && [ "$(grep -c 'and 1 more' <(column re.pcap))" -gt 100 ]
result $? "several blocks in a frame"

# The gap that missing frames leave is shown, with the right number
"$here/reframe.py" without:7 x.pcapng re.pcap
blocks=$(shark -r x.pcapng -Y skbtrace.seq -T fields -e frame.number | wc -l)
gaps=$(shark -r re.pcap -Y skbtrace.gap -T fields -e skbtrace.gap |
	awk '{ n += $1 } END { print n }')
[ "$gaps" = $((blocks / 7)) ] || echo "$gaps are missing, of $blocks" >>why
[ "$gaps" = $((blocks / 7)) ]
result $? "gaps of the sequence numbers"

for how in cut flip version; do
	"$here/reframe.py" $how x.pcapng re.pcap
	shark -r re.pcap -V >out && ! grep -i 'lua error' out >>why &&
		grep -q 'not understood\|Not what a frame' <(column re.pcap; cat out)
	result $? "frames that are wrong: $how"
done

# Another kernel's frames: fields are found by name, in the sender's format
"$S" pcap "$examples/loss.dat" -o x.pcapng 2>/dev/null
"$S" list -i zoo.dat --dissector >"$lua"
a=$(shark -r x.pcapng -T fields -e skbtrace.tcp_rttm.rtt_us | grep -c .)
[ "$a" = "$(events -e tcp_rttm)" ] &&
	column x.pcapng >out && ! grep -i 'lua error' out >>why &&
	[ -n "$(shark -r x.pcapng -Y skbtrace.expert.unknown)" ]
result $? "another format than the dissector's"

"$S" list -i "$examples/loss.dat" --colors >colorfilters
sed 's/^@[^@]*@\([^@]*\)@.*/\1/' colorfilters >rules
"$S" list -i "$examples/loss.dat" --dissector >"$lua"
bad=0
while read -r rule; do
	shark -r x.pcapng -Y "$rule" >/dev/null || bad=1
done <rules
[ "$bad" = 0 ] && [ "$(wc -l <rules)" -ge 7 ]
result $? "colour rules are filters"

# ---- recordings as pcapng ----

tshark -r x.pcapng -T fields -e frame.time_epoch 2>/dev/null | tail -n +24 >when.txt
"$S" parse "$examples/loss.dat" --json | grep '"seq":' |
	sed 's/.*"time":"\([^"]*\)".*/\1/' | while read -r t; do
	date -u -d "$t" +%s.%N
done >want
# without names, which parse does not print
sort when.txt | comm -13 - <(sort want) >>why
[ ! -s why ]
result $? "frames have the times of their events"

tcpdump -r x.pcapng -nn 2>/dev/null | grep -c 88b5 >got || true
[ "$(cat got)" = "$(wc -l <base)" ]
result $? "libpcap reads it"

run 0 pcap "$examples/loss.dat" -e skb_drop -o few.pcapng
column few.pcapng -Y skbtrace.skb_drop >out &&
	[ "$(wc -l <out)" = "$(events -e skb_drop)" ] && [ ! -s why ] &&
	[ -z "$(shark -r few.pcapng -Y skbtrace.gap)" ] &&
	! grep -q -- ' - ' out
result $? "events that were not chosen are no gap, and names are there"

"$S" pcap - -o - <"$examples/loss.dat" | cmp - x.pcapng >>why 2>&1
result $? "from stdin to stdout"

# ---- with packets ----

# with LINK FILE: makes x.pcapng of it, with the packets that its events are about
with() {
	"$S" parse "$2" --json 2>/dev/null | "$here/mkpackets.py" "$1" packets.pcap
	"$S" list -i "$2" --dissector >"$lua"
	"$S" pcap "$2" --with packets.pcap -o x.pcapng 2>err
}

# commented N TEXT: so many packets have this comment, with each link type
commented() {
	local n
	n=$(shark -r x.pcapng -Y "frame.comment contains \"$2\" && ip" \
		-T fields -e frame.number | wc -l)
	[ "$n" = "$1" ] || echo "$n packets, not $1" >>why
	[ "$n" = "$1" ]
	result $? "$3: $n packets: $2"
}

for link in ether vlan sll raw; do
	with $link "$examples/loss.dat"
	commented "$(events -e skb_drop)" 'dropped: reason=TC_INGRESS' $link
	commented 14 'retransmission: kind=fast' $link
	commented 11 'sent again' $link
done
grep -q '37 packets, with comments for 9 drops, 14 retransmissions, 0 delays' err
result $? "what was found is told"
shark -r x.pcapng -T fields -e frame.time_epoch >when.txt
sort -c when.txt && [ "$(wc -l <when.txt)" = $(($(wc -l <base) + 37)) ]
result $? "packets and events in one list, by time"
[ "$(shark -r x.pcapng -Y 'tcp && frame.comment' -T fields -e frame.number |
	head -1)" -gt 100 ]
result $? "no packet before the events that were before it"

PYTHONPATH=$here python3 -c '
import gen_more as g
t = g.Delay()
for us, where, pkt, seq in ((0, "net_dev_queue", 1, 5000),
                            (100, "net_dev_queue", 2, 6000),
                            (200, "qdisc_dequeue", 2, 6000),
                            (12500, "qdisc_dequeue", 1, 5000)):
    t.event("skb_delay", 0, us * 1000, pkt, **g.A, proto=6, dir=2,
            where=g.PLACES.index(where), life=0, sk=7, len=1000, seq=seq)
g.write("slow.dat", t.capture())'
with ether slow.dat
commented 1 '12.500ms from net_dev_queue to qdisc_dequeue' slow
commented 1 'skbtrace' slow

head -c 2000 packets.pcap >cut.pcap
"$S" parse "$examples/loss.dat" --json | "$here/mkpackets.py" ether all.pcap
head -c 2000 all.pcap >cut.pcap
run 0 pcap "$examples/loss.dat" --with cut.pcap -o y.pcapng &&
	grep -q 'what comes before is read' err && grep -q 'are not there' err
result $? "a capture that ends too early"

"$here/gen_summary.py" again_and_again again.dat
"$S" parse again.dat --json | grep skb_drop | head -n 1 |
	"$here/mkpackets.py" ether one.pcap
run 0 pcap again.dat --with one.pcap -o y.pcapng &&
	[ "$(grep -ao 'skbtrace: dropped' y.pcapng | wc -l)" = 31 ] &&
	[ "$(grep -ao 'skbtrace: and more' y.pcapng | wc -l)" = 1 ]
result $? "a hundred decisions about one packet: some of them, and that there are more"

# hostile SEED: all.pcap with some bytes changed, and its end cut off
hostile() {
	python3 -c '
import random, sys
rnd = random.Random(int(sys.argv[1]))
d = bytearray(open("all.pcap", "rb").read())
for _ in range(rnd.randrange(1, 60)):
    d[rnd.randrange(24, len(d))] = rnd.randrange(256)
open("bad.pcap", "wb").write(d[:rnd.randrange(24, 2 * len(d))])' "$1"
	"$S" pcap "$examples/loss.dat" --with bad.pcap -o y.pcapng >out 2>err
	rc=$?
	[ $rc -le 1 ] && ! grep -i 'sanitizer\|runtime error' err
}
bad=0
for seed in {1..12}; do
	hostile "$seed" >>why || bad=1
done
[ $bad = 0 ]
result $? "captures with other bytes"

# ---- programs for tc ----

# sieve FILE EVENT COND: the program passes what parse --where selects
sieve() {
	local file=$1 event=$2 cond=$3
	"$S" pcap "$file" -o x.pcapng 2>/dev/null
	"$S" tc -i "$file" --drop "$event,when=$cond" >cmd 2>>why &&
		"$here/sieve.py" x.pcapng cmd 2>>why | sed 's/.* //' | sort >got
	"$S" parse "$file" --json -e "$event" --where "$cond" 2>/dev/null |
		sed -n 's/.*"cpu":\([0-9]*\),"seq":\([0-9]*\),.*/\1:\2/p' |
		sort >want
	cmp got want >>why 2>&1
	result $? "tc $event,when=$cond: $(wc -l <want) events"
}

while read -r s event cond; do
	sieve "$examples/$s.dat" "$event" "$cond"
done <<'EOF'
loss tcp_sendlimit reason=app
loss tcp_sendlimit reason!=app
loss tcp_sendlimit for_us>10ms
loss tcp_sendlimit !(for_us<=10ms)
loss tcp_rttm rtt>=40016us&&sk=1
loss tcp_rttm !(rtt>=40016us&&sk=1)
loss tcp_rttm rtt<40016us||!(sk=1)
loss skb_drop reason=TC_INGRESS&&peer=10.0.2.2&&lport!=1
loss skb_drop peer!=10.0.2.2
loss tcp_active_conn bytes_sent>0
loss tcp_active_conn ca=cubic&&bytes_sent<1000001
loss tcp_active_conn ca!=cubi
loss tcp_connection pid!=0
loss tcp_connection ctx!=task
loss tcp_connection cpu=0&&seq>100
packets ip_send ifindex>-1
packets tcp_send flags=ACK|PSH
packets tcp_send snd_ssthresh=inf
packets tcp_send snd_ssthresh<inf
packets ip_send ttl>300
packets ip_send ttl<300
packets ip_send dev=sk0
packets ip_send sk!=10
EOF
# the other byte order, and an option that its format lacks
PYTHONPATH=$here python3 -c '
import gen
t = gen.basic(big=True)
t.text = t.text.replace("opts=skip:only", "opts=skip:only:when")
gen.write("big.dat", t.capture())'
sieve big.dat tcp_rttm 'rtt>50ms'
sieve big.dat tcp_rttm 'rtt==52151'

# keeps: the program passes other events, but not names and losses
"$S" pcap "$examples/loss.dat" -o x.pcapng 2>/dev/null
"$S" tc -i "$examples/loss.dat" skb_drop,skip=TC_INGRESS tcp_congestion >cmd 2>/dev/null
"$here/sieve.py" x.pcapng cmd | sed 's/.* //' | sort >got
"$S" parse "$examples/loss.dat" --json --where \
	'not event=tcp_congestion and not event=tcp_active_conn' |
	sed -n 's/.*"cpu":\([0-9]*\),"seq":\([0-9]*\),.*/\1:\2/p' | sort >want
cmp got want >>why 2>&1
result $? "tc keeps what was chosen, names and texts"

"$here/reframe.py" pairs x.pcapng re.pcap
grep -q '^ip link set dev skbtrace0 type skbtrace batch off$' cmd
result $? "conditions need a block each frame, and the commands say so"

"$S" tc -i "$examples/loss.dat" --dev lo tcp_rttm >cmd
! grep -q '^ip link' cmd && grep -q '^tc qdisc replace dev lo clsact$' cmd &&
	[ "$(wc -l <cmd)" = 2 ]
result $? "numbers of events do not"

"$S" tc -i "$examples/loss.dat" --class 1:3 tcp_rttm >cmd
grep -q "^tc filter add dev skbtrace0 parent 1: .*' flowid 1:3$" cmd
result $? "a class of a queue"

# ---- the plugin of iproute2 ----

plugin=$(dirname "$S")/obj/ip
[ -e "$plugin/link_skbtrace.so" ] || plugin=$(dirname "$S")/ip
export IP_LIB_DIR=$plugin

# sends HEX ip-OPTION...: the kernel gets these bytes as IFLA_INFO_DATA
sends() {
	local hex=$1
	shift
	strace -o trace -e trace=sendmsg -v -xx -s 4096 ip link "$@" \
		>/dev/null 2>&1
	tr -d '\n' <trace | sed -n 's/.*IFLA_INFO_DATA}, "\([^"]*\)".*/\1/p' |
		sed 's/\\x//g' >got
	[ "$(cat got)" = "$hex" ] || echo "$(cat got), not $hex" >>why
	[ ! -s why ]
	result $? "ip link $*"
}

add=(add skbtrace9 type skbtrace)
sends 06000100780000000500020002000000080003000a00000106000500138c0000 \
	"${add[@]}" session x batch any remote 10.0.0.1 port 5004
sends 1400040020010db8000000000000000000000001 "${add[@]}" remote 2001:db8::1
sends 0500020000000000 "${add[@]}" batch off
sends '' "${add[@]}"

# refuses TEXT OPTION...: ip fails with this message
refuses() {
	local text=$1
	shift
	! ip link "${add[@]}" "$@" >out 2>err && grep -qF -- "$text" err
	result $? "ip link add ... type skbtrace $*: $text"
}

refuses 'off, event or any' batch some
refuses '1 to 65535' remote 10.0.0.1 port 65536
refuses '1 to 65535' port 0
refuses 'an address' remote 10.0.0
refuses '1 to 32' session aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbc
refuses 'value is missing' session
refuses 'unknown option "name"' name x
ip link help skbtrace 2>&1 | grep -q 'session NAME'
result $? "ip link help skbtrace"

# ---- bad input ----

# wrong CODE TEXT ARGS...: fails with this exit code and message
wrong() {
	local code=$1 text=$2
	shift 2
	run "$code" "$@" && grep -qF -- "$text" err && [ ! -s out ]
	result $? "$*: $text"
}

f=$examples/loss.dat
wrong 2 "no word of it" tc -i "$f" 'tcp_sendlimit,when=reason==nagl'
wrong 2 "did you mean" tc -i "$f" tcp_sendlimi
wrong 2 "has a field" tc -i "$f" 'tcp_rttm,when=rtz>1'
wrong 2 "nothing that tc can do" tc -i "$f" skb_drop,primary=tcp_rttm
wrong 2 "cannot compare that" tc -i "$f" 'skb_drop,when=at!=tcp_v4_rcv'
wrong 2 "which events" tc -i "$f"
wrong 2 "one of them" tc -i "$f" --keep --drop tcp_rttm
wrong 2 "no name of a device" tc -i "$f" --dev 'a;b' tcp_rttm
wrong 2 "two numbers" tc -i "$f" --class 1 tcp_rttm
wrong 1 "cannot open" tc -i ./none tcp_rttm
wrong 2 "of all events" list -i "$f" --dissector tcp_rttm
wrong 2 "one at a time" list -i "$f" --dissector --json
rm -f y.pcapng
wrong 1 "cannot open" pcap ./none -o y.pcapng
wrong 1 "No such file" pcap "$f" --with ./none -o y.pcapng
wrong 1 "--with" pcap "$f" --with "$f" -o y.pcapng
wrong 2 "name a file" pcap - --with all.pcap -o y.pcapng
cp "$f" own.dat
wrong 2 "not overwritten" pcap "$f" -o own.dat
cmp "$f" own.dat && [ ! -e y.pcapng ] && [ ! -e y.pcapng.part ]
result $? "nothing is left behind, or overwritten"

echo "1..$n"
exit $failed
