#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# -S, -F and -d: programs, expressions that are refused, what is written to the
# control files, messages, status. TAP.
# shellcheck disable=SC2317,SC2119 # ok() runs what stands behind it
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/record_lib.sh"

# program FILE: is it a program? As many lines of instructions as its first one says
program() {
	is "$(sed '/^#/d' "$1" | head -n 1)" \
		"$(grep -cE '^[0-9]+ [0-9]+ [0-9]+ [0-9]+$' "$1")"
}

# stands FILE TEXT: it has this line
stands() {
	grep -qxF -- "$2" "$1" || { echo "no line: $2"; cat "$1"; return 1; }
}

# caret EXPR COLUMN: is it there, below the expression on stderr? "-": no caret
caret() {
	local at
	stands err "  $1" || return 1
	at=$(awk '/^ *\^$/ { print length($0) - 3 }' err)
	is "${at:--}" "$2"
}

echo "TAP version 13"

# ---- -d ----

mkdir nothing
for cmd in record live; do
	"$S" $cmd -r nothing -d -F udp port 443 >out 2>err
	rc=$?
	ok "$cmd -d: exit 0" is "$rc$(cat err)" 0
	ok "$cmd --dump: the same" is \
		"$("$S" $cmd -r nothing --dump -F udp port 443)" "$(cat out)"
	n1=$(sed -n "s/^# connections 'port 443' (\([0-9]*\) instructions)$/\1/p" out)
	n2=$(sed -n "s/^# packets 'udp' (\([0-9]*\) instructions)$/\1/p" out)
	ok "$cmd -d: both are counted right" \
		is "$(grep -cE '^\([0-9]{3}\) [a-z]+ ' out)" $((n1 + n2))
	ok "$cmd -d: reads as tcpdump -d" grep -qE \
		'^\(00[0-9]\) jeq      #0x60            jt [0-9]+	jf [0-9]+$' out
done
ok "-d: nothing is made" is "$(ls nothing)" ""
if ! why=$(not_root || lacks setpriv); then
	chmod 755 .
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$S" record -d tcp >out 2>err
	rc=$?
	ok "-d: needs no root" is "$rc" 0
else
	skip "-d: needs no root" "$why"
fi
fresh
run record -d
ok "-d: without a filter" fails 2 "nothing to print"
run record -d 'tcp[13] = 2'
ok "-d: a wrong one" fails 2 "lacks the TCP flags"
run record -d port 443 -- touch ran
ok "-d: CMD is not run" test "$rc" = 0 -a ! -e ran

# ---- what is written to the control files ----

fresh
run record -q -o a.dat -F 'udp or icmp' tcp port 443
f=d/skbtrace/sock_filters
ok "filters: exit 0" is "$rc$(cat err)" 0
ok "filters: the expression is their first line" \
	is "$(head -n 1 $f)" "# tcp port 443"
ok "filters: as tcpdump -ddd prints them" program $f
ok "filters: nothing else" is "$(wc -l <$f)" "$(($(sed -n 2p $f) + 2))"
ok "filters: of packets" program d/skbtrace/filters
ok "filters: of packets, the expression" \
	is "$(head -n 1 d/skbtrace/filters)" "# udp or icmp"
fresh
run record -q -o b.dat -S $'port 1 or\n\tport 2'
ok "an expression of several lines" is "$(head -n 1 $f)" "# port 1 or  port 2"
run record -q -f -o b.dat -S ''
ok "an empty one" fails 2 "connection filter: nothing in it"
ok "an empty one: what to do" says "leave -S out"
run record -f -o b.dat -F '  '
ok "an empty one for packets" fails 2 "packet filter: nothing in it"
run record -S 'port 1' port 2
ok "two" fails 2 "join them"
long=$(for i in $(seq 100); do printf ' or host 10.0.1.%d' "$i"; done)
fresh
run record -q -o c.dat "host 10.0.0.1$long"
ok "a long one: cut to what the kernel remembers" \
	is "$(head -n 1 $f | wc -c)" 253
ok "a long one: so that one sees it" grep -q '^# host 10.*\.\.\.$' $f
ok "a long one: whole" program $f
if why=$(lacks strace); then
	skip "a long one: in pieces" "$why"
elif strace -o /dev/null true 2>/dev/null; then
	ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=openat,write \
		"$S" record -r d -q -f -o c.dat "host 10.0.0.1$long" >out 2>err
	awk '/openat.*"sock_filters"/ { fd = $NF; next }
		/openat/ { fd = "" }
		fd != "" && index($0, "write(" fd ",") { print $NF }' trace \
		>pieces
	ok "a long one: in pieces" test "$(wc -l <pieces)" -gt 1
	ok "a long one: none is longer than 4095 bytes" \
		is "$(awk '$1 > 4095' pieces)" ""
	ok "a long one: all of it" \
		is "$(awk '{ s += $1 } END { print s }' pieces)" "$(wc -c <$f)"
else
	skip "a long one: in pieces" "strace may not trace"
fi
# addresses without a common word: libpcap's time grows with their square
many=$(for i in $(seq 500); do
	printf ' or src host %x:%x:%x:%x::%x' $((i + 8192)) "$i" "$i" "$i" "$i"
done)
run record -o e.dat "src host fd00::1$many"
ok "more than 4096 instructions" grep -qE \
	'connection filter: [0-9]+ instructions, the kernel takes 4096' err
ok "more than 4096 instructions: exit 2" is "$rc" 2
ok "nothing was recorded" test ! -e e.dat

# ---- a kernel without filters, and one that refuses ----

for o in "-S:sock_filters:connections" "-F:filters:packets"; do
	IFS=: read -r opt file what <<<"$o"
	fresh
	rm "d/skbtrace/$file"
	run record -o e.dat "$opt" tcp
	ok "$opt: an old module" fails 1 \
		"this kernel's skbtrace has no filters of $what"
	ok "$opt: an old module, what to do" says "skbtrace parse -S"
	fresh
	rm "d/skbtrace/$file"
	mkdir "d/skbtrace/$file"
	echo "$file: instruction 3: no" >d/skbtrace/error
	run record -o e.dat "$opt" tcp
	ok "$opt: the kernel's reason" fails 1 "skbtrace: instruction 3: no"
	ok "$opt: nothing is switched on" enabled ""
done
fresh
rm d/skbtrace/sock_filters d/skbtrace/filters
run record -q -o f.dat
ok "an old module without filters" is "$rc" 0

# ---- bad expressions ----

while IFS='|' read -r expr col text hint; do
	fresh
	run record -o e.dat -S "$expr"
	ok "'$expr'" fails 2 "connection filter: $text"
	ok "'$expr': the place" caret "$expr" "$col"
	[ -z "$hint" ] || ok "'$expr': what to do" says "$hint"
done <<-'E'
	port|4||
	port 443 and and tcp|13||
	port 443 and tcp or|19||
	(tcp|4||
	tcp)|3||
	tcp port 443 8443|13||
	port $x|5||
	host ::1 and @|13||
	xyz|0||
	tcp[nix] = 1|4||
	port nix or port 80|5|unknown port 'nix'|
	port 80 or port nix|16|unknown port 'nix'|
	port 80 or nix|11|unknown port 'nix'|
	host 10.0.0.300|5|invalid IPv4 address '10.0.0.300'|
	port 443 or port 99999|17||
	net 10.0.0.1/8|4||
	ip6 host 10.0.0.1|0||
	tcp and host 1.1.1.1 or tcp host 2.2.2.2|24||
	udp port ssh or tcp port ssh|9||
	proto nix|6||
	tcp[0:3] = 1|0||
	tcp and udp|-||nothing can be all of that at once
	arp|-||only IPv4 and IPv6 packets are seen
	vlan|0||not what was around it
	tcp port 80 and vlan 5 and tcp|16||not what was around it
	mpls|0||not what was around it
	ether host 1:2:3:4:5:6|11||there is no link layer here
	broadcast|0||dst host ADDRESS
	tcp or multicast|7||ip multicast
	ip broadcast|0||ip multicast
	gateway x|0||host ADDRESS
	ifname eth0|7||--dev NAME
	inbound|0|that stands in no packet (instruction 0: ldh [type])|src and dst
	tcp and outbound|8|that stands in no packet|src is the local one
	ip6 protochain 6|4|a program in the kernel must not loop|ip6 proto
	greater 100|0|greater: a connection lacks the length|-F judges packets
	tcp and less 100|8|less: a connection lacks the length|-F judges packets
	len - 5 > 7|0|len: a connection lacks the length|
	tcp[tcpflags] & tcp-syn != 0|0|tcp[tcpflags]: a connection lacks the TCP flags (instruction |-F judges packets
	tcp[0:2] = 80 and tcp[13] = 2|18|tcp[13]: a connection lacks the TCP flags|
	port 80 and ip[2:2] > 100|12|ip[2:2]: a connection lacks the IPv4 total length|
	ip6[4:2] > 100|0|ip6[4:2]: a connection lacks the IPv6 payload length|
	udp [4:2] > 8|0|udp [4:2]: a connection lacks|
	ip[tcp[12] >> 2] = 3|0|ip[tcp[12] >> 2]: a connection lacks the TCP data offset|
	geneve|0|geneve: a connection lacks|
E
ok "nothing was recorded" test ! -e e.dat
while IFS='|' read -r expr col text hint; do
	fresh
	run record -o e.dat -F "$expr"
	ok "-F '$expr'" fails 2 "packet filter: $text"
	ok "-F '$expr': the place" caret "$expr" "$col"
	[ -z "$hint" ] || ok "-F '$expr': what to do" says "$hint"
done <<-'E'
	tcp and|7||
	vlan|0||not what was around it
	outbound|0|that stands in no packet|tell the direction
	ip6 protochain 6|4|a program in the kernel must not loop|
E
fresh
for e in 'tcp[tcpflags] & tcp-syn != 0' 'greater 100' 'ip[2:2] > 100' \
	 'tcp[20:4] = 0x47455420'; do
	run record -q -f -o g.dat -F "$e"
	ok "-F '$e'" is "$rc$(cat err)" 0
done
# each prefix of the expression is tried; a dozen hosts make a line too long as well
e="host 10.0.0.1${long%% or host 10.0.1.13*} and hosst 10.1.1.1 and port 80"
run record "$e"
ok "a long one that is wrong: only a part is shown" \
	is "$(awk 'length > 100' err)" ""
ok "a long one that is wrong: the place" is "$(awk '/^  \.\.\./ { line = $0 }
	/^ *\^$/ { print substr(line, length($0), 5) }' err)" hosst
run record "port ä and and"
ok "columns are characters, not bytes" is "$(grep -c '\^' err)" \
	"$(grep -cE '^ {2}( {5}| {7}| {11})\^$' err)"
run live tcp port
ok "live: a wrong one" fails 2 "connection filter: "
"$S" record -r nothing tcp and >out 2>err
ok "it is told before the module is looked for" \
	is "$?$(grep -c 'connection filter: ' err)" 21

# ---- how many match ----

conns() { # SEEN PASSED CONNECTIONS MATCHING
	sed -i '/^filter/d' d/skbtrace/stat
	echo "filter conn insns=27 seen=$1 passed=$2 connections=$3" \
		"matching=$4 later=1" >>d/skbtrace/stat
}
kernel
conns 1234 18 812 18
"$S" record -r d -o n.dat port 443 >out 2>err &
pid=$!
wait_for test -e n.dat.part
kill -USR1 $pid
wait_for grep -q ' events ' err
kill -INT $pid
wait $pid
rc=$?
ok "progress" grep -qE '  lost 0  18 of 812 connections match$' err
ok "totals" grep -qE '^skbtrace: 30 events of 18 connections in ' err
"$S" info -m filters n.dat >out 2>err
ok "the file says what was chosen" is "$(cat out)" "connections port 443"
fresh
conns 5 5 1 1
run record -o n1.dat port 443
ok "totals: of one" says "60 events of 1 connection in "
run live port 443
ok "totals of live" says "60 events of 1 connection in "
run record -o n2.dat -F tcp
ok "totals: a filter of packets only" says "60 events in "
run record -o n3.dat
ok "totals: no filter" says "60 events in "

if ! why=$(lacks script); then
	kernel
	conns 1234 18 812 18
	script -qec "stty cols 60; $S record -r d -w 2.3 -o n4.dat port 443" \
		/dev/null </dev/null >tty.out
	ok "a narrow terminal: the line does not wrap" is \
		"$(tr '\r' '\n' <tty.out | grep -a ' events .* lost ' |
		awk '{ sub(/^\033\[K/, "") } length > 59')" ""
	ok "a narrow terminal: there is a line" grep -aq '30 events .* lost' \
		tty.out
else
	skip "a narrow terminal" "$why"
fi

# ---- status ----

fresh
run status
ok "status: no filters" is "$(grep -c ^filter out)" 0
printf '%s\n' '# port 443' '# seen 1234 passed 18' 1 '6 0 0 1' >$f
printf '%s\n' '# udp' '# seen 812 passed 18' 1 '6 0 0 1' >d/skbtrace/filters
conns 1234 18 812 18
echo "filter packet insns=17 seen=812 passed=18" >>d/skbtrace/stat
cp -r d before
run status
ok "status: exit 0" is "$rc" 0
ok "status: connections" stands out \
	"filter    connections 'port 443' (27 instructions): 18 of 812 match"
ok "status: packets" stands out \
	"filter    packets 'udp' (17 instructions): 18 of 812 passed"
ok "status: changed nothing" diff -r before d
sed -i 1d $f
run status
ok "status: set by hand" stands out \
	"filter    connections by a program (27 instructions): 18 of 812 match"

echo "1..$n"
exit "${failed:-0}"
