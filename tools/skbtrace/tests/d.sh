#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# d: programs in D over recordings: their output, also compared with parse --json;
# mistakes, limits. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3
examples=$here/../../../examples
if [ ! -r "$examples/packets.dat" ]; then
	echo "1..0 # SKIP no examples here"
	exit 0
fi
cp "$examples/packets.dat" "$examples/loss.dat" .
"$S" parse --json packets.dat >packets.json

# d PROGRAM [ARG...]: runs it quietly over packets.dat
d() {
	"$S" d -q -i packets.dat "$@"
}

# ---- what is printed

# show ARGS...: prints the command and its output
show() {
	echo "\$ d $*"
	"$S" d -i "$@" 2>e
	echo "= $?"
	sed 's/^/! /' e
}
{
	show packets.dat 'tcp:::connect-refused'
	show packets.dat 'tcp:::connect-refused { trace(args[3]->tcps_raddr);
		trace(args[3]->tcps_rport); trace(timestamp != 0); trace(pid); }'
	show packets.dat -q 'udp:::send /args[4]->udp_length > 1000/
		{ @[args[2]->ip_daddr, args[4]->udp_dport] = count(); }'
	show packets.dat -q 'ip:::send { @a[probefunc] = count();
		@b[probename] = sum(args[2]->ip_plength);
		@c[args[3]->if_local] = min(args[2]->ip_plength);
		@d[args[2]->ip_ver] = max(args[2]->ip_plength);
		@e = avg(args[2]->ip_plength); @f = stddev(args[2]->ip_plength); }'
	show packets.dat -q 'ip:::send { @ = quantize(args[2]->ip_plength); }
		ip:::send { @l = lquantize(args[2]->ip_plength, 0, 1200, 200); }
		ip:::send { @ll = llquantize(args[2]->ip_plength, 10, 1, 4, 10); }'
	show packets.dat -q 'BEGIN { @n["zero"] = quantize(0);
		@n["minus"] = quantize(-3); @n["minus"] = quantize(-1); }'
	show packets.dat -q 'udp:::send { @n[args[2]->ip_ver] = count(); }
		END { printa("v%d %5@d|\n", @n); normalize(@n, 5);
		      printa("v%d %-5@d|\n", @n); denormalize(@n);
		      trunc(@n, 1); printa(@n); clear(@n); printa(@n); trunc(@n);
		      printa(@n); }'
	show packets.dat -q 'BEGIN { @n["b"] = count(); @n["c"] = count(); @n["c"] = count();
		@s["a"] = sum(7); @s["b"] = sum(5); @q["c"] = quantize(3);
		printa("%s: %@d of %@d%%\n", @n, @s); printa(@s, @n); printa(@n, @q); }'
	show packets.dat -q 'int n; tick-10ms { printf("%d ", n); n = 0; }
		udp:::send { n++; } END { printf("%d\n", n); }'
	show packets.dat -q 'BEGIN { printf("%s|%5d|%-5d|%05d|%x|%X|%#o|%c|%%|%5s|%-5s|%.1s|%hd\n",
		"a", 1, 2, 3, 255, 255, 8, 65, "r", "l", "cut", 70000); }'
	show packets.dat -q 'BEGIN { printf("%d %d %d %d %d %d\n", 7 / 2, -7 / 2,
		7 % 3, 1LL << 40, -8 >> 1, 5 ^ 3);
		printf("%d %d %d %d\n", 1 < 2 && 2 < 1, 1 || 0, 1 ^^ 1, !3);
		printf("%d %d %d\n", ~0, 2 + 3 * 4, (2 + 3) * 4);
		printf("%d %u\n", (int8_t)200, (uint8_t)-1);
		printf("%s %d\n", "abc" < "abd" ? "less" : "more", "a" == "a");
		printf("%d\n", 0x10 + 010); }'
	show packets.dat -q 'BEGIN { printf("%s %s %s %s\n", strjoin("a", "bc"),
		substr("hello", 1, 3), substr("hello", -3), toupper("abc"));
		printf("%d %d %d %s\n", strlen("four"), index("hello", "l"),
		rindex("hello", "l"), strstr("hello", "ll"));
		printf("%s %s %d %d %d\n", lltostr(-5), lltostr(255, 16),
		strtoll("12x"), strtoll("ff", 16), ntohs(0x1234)); }'
	show packets.dat -q 'int seen; int seen6; ip:::send /args[4] != NULL && !seen/ { seen = 1;
		printf("%s %s %s\n", inet_ntoa(&args[4]->ipv4_src),
		inet_ntop(AF_INET, &args[4]->ipv4_dst), args[4]->ipv4_protostr); }
		ip:::send /args[5] != NULL && !seen6/ { seen6 = 1;
		printf("%s %s %s\n", inet_ntoa6(&args[5]->ipv6_src),
		inet_ntop(AF_INET6, &args[5]->ipv6_dst), args[5]->ipv6_nextstr); }'
	show packets.dat -q 'inline int PORT = 5000; this string who; int64_t four;
		udp:::receive /args[4]->udp_dport == PORT/ {
			this->who = args[2]->ip_saddr; }
		udp:::receive { if (this->who == "fd83::1") six++; else four += 1; }
		END { printf("%d %d %s\n", six, four, this->who == "" ? "-" : "?"); }'
	show packets.dat -q 'BEGIN { x["a", 1] = 5; x["a", 1]++; x["b", 2] = 7;
		printf("%d %d %d\n", x["a", 1], x["b", 2], x["c", 3]); x["a", 1] = 0;
		s["k"] = "text"; printf("%s|%s|%d\n", s["k"], s["none"], x["a", 1]); }'
	show packets.dat -q 'udp:::send { exit(3); } END { printf("end\n"); }'
	# shellcheck disable=SC2016 # arguments of the program in D
	show packets.dat -q 'BEGIN { printf("%s %d %s\n", $$2, $1 + 1, probename); }' \
		41 word
	show packets.dat -n 'BEGIN { trace("a"); }' -n 'END { trace(2); }'
	show packets.dat -q 'tcp:::state-change /args[3]->tcps_lport == 5001/
		{ printf("%s %s\n", tcp_state_string[args[5]->tcps_state],
		  tcp_state_string[args[3]->tcps_state]); }'
	show packets.dat -q --conn 10.83.0.2:5001 'tcp:::send { @ = count(); }'
	show packets.dat -q -S 'udp port 5000' 'ip:::send { @ = count(); }'
	show packets.dat -q --until 0.06 'udp:::send { @ = count(); }'
	show loss.dat -q 'tcp:::accept-established { @[execname, pid] = count(); }'
} >out
golden d.txt

# ---- all members, against the blocks they are from

"$here/gen_d.py" members.dat members
{
	show members.dat -q 'tcp:::send, tcp:::receive { printf("%s\n", probename);
		printf("%d %d %d %d\n", args[0]->pkt_addr, args[1]->cs_cid, args[2]->ip_ver, args[2]->ip_plength);
		printf("%s > %s\n", args[2]->ip_saddr, args[2]->ip_daddr);
		printf("%d > %d seq %u ack %u offset %d flags %x\n", args[4]->tcp_sport,
		args[4]->tcp_dport, args[4]->tcp_seq, args[4]->tcp_ack, args[4]->tcp_offset, args[4]->tcp_flags);
		printf("window %d checksum %x urgent %d\n", args[4]->tcp_window, args[4]->tcp_checksum, args[4]->tcp_urgent);
		printf("%d:%d %s > %s\n", args[3]->tcps_lport, args[3]->tcps_rport, args[3]->tcps_laddr, args[3]->tcps_raddr);
		printf("%s suna %d snxt %d rnxt %d\n", tcp_state_string[args[3]->tcps_state],
		args[3]->tcps_suna, args[3]->tcps_snxt, args[3]->tcps_rnxt);
		printf("swnd %d/%d rwnd %d/%d mss %d\n", args[3]->tcps_swnd, args[3]->tcps_snd_ws,
		args[3]->tcps_rwnd, args[3]->tcps_rcv_ws, args[3]->tcps_mss);
		printf("cwnd %d segs %d ssthresh %u\n", args[3]->tcps_cwnd, args[3]->tcps_cwnd_segs, args[3]->tcps_cwnd_ssthresh);
		printf("rto %d rtt %d sd %d us %d\n", args[3]->tcps_rto, args[3]->tcps_rtt, args[3]->tcps_rtt_sd, args[3]->tcps_rtt_us);
		printf("retransmit %d\n", args[3]->tcps_retransmit); }'
	show members.dat -q 'ip:::send { printf("%s %d local %d plength %d\n", args[3]->if_name,
		args[3]->if_index, args[3]->if_local, args[2]->ip_plength);
		printf("ihl %d tos %d length %d ident %d flags %d offset %d\n", args[4]->ipv4_ihl, args[4]->ipv4_tos,
		args[4]->ipv4_length, args[4]->ipv4_ident, args[4]->ipv4_flags, args[4]->ipv4_offset);
		printf("ttl %d %d %s %x %s\n", args[4]->ipv4_ttl, args[4]->ipv4_protocol,
		args[4]->ipv4_protostr, args[4]->ipv4_checksum, args[4]->ipv4_saddr); }'
	show members.dat -q 'ip:::receive { printf("%s %d local %d plength %d\n", args[3]->if_name,
		args[3]->if_index, args[3]->if_local, args[2]->ip_plength);
		printf("tclass %d flow %x plen %d nexthdr %d %s hlim %d %s\n", args[5]->ipv6_tclass, args[5]->ipv6_flow,
		args[5]->ipv6_plen, args[5]->ipv6_nexthdr, args[5]->ipv6_nextstr, args[5]->ipv6_hlim, args[5]->ipv6_daddr); }'
	show members.dat -q 'udp:::send { printf("%d %d:%d %s > %s\n", args[3]->udps_addr, args[3]->udps_lport,
		args[3]->udps_rport, args[3]->udps_laddr, args[3]->udps_raddr);
		printf("%d > %d length %d checksum %x plength %d\n", args[4]->udp_sport, args[4]->udp_dport,
		args[4]->udp_length, args[4]->udp_checksum, args[2]->ip_plength); }'
	show members.dat -q 'tcp:::send /args[3]->tcps_retransmit/ { @ = count(); }
		tcp:::send /(args[4]->tcp_flags & TH_RST) && args[3]->tcps_state == TCP_STATE_CLOSED/ { @r = count(); }'
} >out
golden d_members.txt

# ---- against parse --json

d 'ip:::receive { @[args[2]->ip_saddr] = count(); } END { printa("%s %@d\n", @); }' |
	sort >a
jq -r 'select(.event == "ip_receive") | .peer // "::"' packets.json | sort | uniq -c |
	awk '{ print $2, $1 }' | sort | diff a - >why
result $? "as JSON: count by address"
for f in sum min max; do
	d "udp:::send { @[args[4]->udp_dport] = $f(args[4]->udp_length); }" |
		awk '{ print $1, $2 }' >a
	q=$f
	[ $f != sum ] || q=add
	jq -rs "map(select(.event == \"udp_send\")) | group_by(.pport)[] |
		\"\(.[0].pport) \(map(.len + 8) | $q)\"" packets.json |
		diff a - >why
	result $? "as JSON: $f()"
done
d 'ip:::send { @ = quantize(args[2]->ip_plength); }' | awk '$1 ~ /^[0-9]/ && $NF { print $1, $NF }' >a
jq -r 'select(.event == "ip_send") | .plen' packets.json |
	awk '{ b = 1; while (b * 2 <= $1) b *= 2; n[b]++ } END { for (b in n) print b, n[b] }' |
	sort -n | diff a - >why
result $? "as JSON: quantize()"

# ---- mistakes

# bad PROGRAM WORDS...: exit code 1, as DTrace's, and the place is shown
bad() {
	local program=$1 words
	shift
	run 1 d -i packets.dat "$program"
	for words; do
		says "$words"
	done
	[ ! -s out ] || echo "something is printed" >>why
	grep -q '^ *^$' err || echo "no caret" >>why
	[ ! -s why ]
	program=${program%%$'\n'*}
	result $? "refused: ${program:0:60}"
}
while IFS='|' read -r program words; do
	bad "$program" "$words"
done <<'END'
ip:::send {|unexpected end of file
ip:::send { trace(1) trace(2); }|unexpected a name
ip:::send { x = ; }|unexpected
ip:::send /1 { }|unexpected
ip:::send /* never|a comment that does not end
ip:::send { trace("x); }|a quote that does not end
ip:::send { trace(3x); }|"3x" is no number
ip:::send { trace(`tcp_hashinfo); }|symbols of the kernel
ip:::send { trace($target); }|$target is the process of -c COMMAND
ip:::send { trace($projid); }|no macro variable "$projid"
ip:::send { trace($ ); }|a $ without a number or a name
ip:::send { trace(args[1]->cs_pid); }|cs_pid is unavailable in ip:::send
ip:::send { trace($1); }|there is no argument 1
ip:::sent|does not match any probes
tcp:::connect-*, tcp:::nothing { }|does not match any probes
syscall::read:entry|no provider "syscall"
fbt:vmlinux:ip_output:entry { }|no provider "fbt"
io:::start { @ = count(); }|no provider "io"
sctp:::send|no event of SCTP is recorded
profile-97 { @ = count(); }|of profile there is tick-N only
profile:::tick-1ns|of profile there is tick-N only
a:b:c:d:e|PROVIDER:MODULE:FUNCTION:NAME
struct x { int y; };|struct is not here: args[] are translated already
translator t_t < struct x > { }|translator is not here
BEGIN { x = xlate <ipinfo_t *>(1)->ip_ver; }|xlate is not here
ip:::send { trace(args[2]->ip_foo); }|ipinfo_t has no member ip_foo
ip:::send { trace(args[6]->x); }|ip:::send has no args[6]
BEGIN { trace(args[0]->pkt_addr); }|dtrace:::BEGIN has no args[0]
tcp:::state-change { trace(args[2]->ip_saddr); }|args[2] of tcp:::state-change is void
tcp:::send { trace(args[4]->tcp_hdr); }|tcp_hdr is unavailable in tcp:::send
ip:::send, tcp:::send { trace(args[3]->if_local); }|args[3] is
ip:::send { trace(args[2]); }|what is traced must be a string
ip:::send { x = args[2]; }|only integers and strings can be kept
ip:::send { trace(y); }|unknown variable y
ip:::send { trace(this->y); }|unknown variable this->y
ip:::send { self->t = 1; }|self-> is a thread's
BEGIN { x = 1; x = "s"; }|x is int64_t, this is string
BEGIN { x[1] = 1; x["s"] = 1; }|key 1 of x is int elsewhere, here string
BEGIN { x[1] = 1; trace(x[1, 2]); }|x has 1 key elsewhere, here 2
BEGIN { x[1] = 1; trace(x); }|x is an array
BEGIN { x = 1; trace(x[1]); }|x is no array
BEGIN { trace(1 + "s"); }|operands do not fit: int and string
BEGIN { trace("s" == 1); }|operands do not fit
BEGIN { trace(1 ? "s" : 2); }|both values must be of one type
BEGIN { 1; }|a statement without effect
BEGIN { 1 = 2; }|can not be assigned to
BEGIN { timestamp = 2; }|can not be assigned to
BEGIN { printf(1); }|printf() begins with a format
BEGIN { printf("%d"); }|more conversions than there are arguments
BEGIN { printf("%d", 1, 2); }|an argument that the format does not use
BEGIN { printf("%d", "s"); }|%d is for an integer, its argument is string
BEGIN { printf("%s", 1); }|%s is for a string, its argument is int
BEGIN { printf("%k", 1); }|%k is for stacks
BEGIN { printf("%*d", 1); }|more conversions than there are arguments
BEGIN { printf("%*d", "s", 1); }|the * of %*d is for an integer
BEGIN { printf("%.*s", 1, 2); }|%.*s is for a string
BEGIN { printf("%**d", 1, 2, 3); }|is no conversion
BEGIN { printa("%*d", @a); @a[1] = count(); }|more conversions than @a has keys
BEGIN { printa("%*d", @a); @a["x", 1] = count(); }|the * of %*d is for an integer
BEGIN { printf("%99999d", 1); }|a conversion is too wide
BEGIN { printf("%@d", 1); }|%@ is for printa()
BEGIN { @ = 1; }|an aggregation is count()
BEGIN { @ = sum(); }|sum() takes a value
BEGIN { @ = sum("s"); }|its value must be an integer
BEGIN { @ = count(1); }|count() takes 0 arguments
BEGIN { @a = count(); @a = sum(1); }|@a is count() elsewhere
BEGIN { @a[1] = count(); @a["s"] = count(); }|key 1 of @a is int elsewhere
BEGIN { @ = lquantize(1, 5, 2); }|LOW below HIGH
BEGIN { @ = lquantize(1, 0, 99999999, 1); }|at most 65535 steps
BEGIN { @ = llquantize(1, 10, 0, 20, 10); }|in 63 bits
BEGIN { x = @a; }|an aggregation has no value
BEGIN { printa(@no); }|nothing is assigned to @no
BEGIN { printa("%d %d", @a); @a[1] = count(); }|more conversions than @a has keys
BEGIN { printa("%s", @a); @a[1] = count(); }|%s is for a string
BEGIN { @a[1] = count(); @b["x"] = count(); printa(@a, @b); }|different keys
BEGIN { @a[1] = count(); @b = count(); printa(@a, @b); }|different keys
BEGIN { @a = count(); @b = count(); printa("%@d %@d %@d", @a, @b); }|more %@ than
BEGIN { @a = count(); printa(@a, 1); }|the name of an aggregation is meant here
BEGIN { printa("x"); }|printa() prints aggregations
BEGIN { copyinstr(1); }|copyinstr() is not here: it reads memory
BEGIN { stack(); }|stack() is not here
BEGIN { system("id"); }|system() is not here: it acts on the system
BEGIN { trace(curthread); }|curthread is not here
BEGIN { trace(arg0); }|arg0 is not here
BEGIN { nosuch(); }|no function "nosuch"
BEGIN { trace(count()); }|count() is for aggregations
BEGIN { x = trace(1); }|trace() is a statement of its own
BEGIN { trace(strlen(1)); }|strlen() wants a string, this is int
BEGIN { trace(strlen()); }|has too few arguments
ip:::send { trace(inet_ntoa(args[4]->ipv4_src)); }|wants the address of an ipaddr_t
ip:::send { trace(&args[2]->ip_ver); }|& is for members that are addresses only
#pragma D option nosuch|unknown option
END
bad '' 'a program without a clause'
bad '#pragma D option strsize=x
BEGIN { }' 'no value of this option'
bad 'BEGIN { }
ip:::send { trace(no); }' 'line 2: unknown variable no'
bad "BEGIN { trace($(printf '1+%.0s' {1..600})1); }" 'more than 500 levels'
bad "BEGIN { trace($(printf '(%.0s' {1..20000})1); }" 'memory exhausted'
bad "$(printf 'BEGIN{x=1}%.0s' {1..9000})" 'the program is too long'
printf 'BEGIN {\n\ttrace(no);\n}\n' >bad.d
run 1 d -i packets.dat -s bad.d && says 'bad.d, line 2'
result $? "refused: in a file, its name and line"

# usage WORDS ARGS...: exit code 2, and the words
usage() {
	local words=$1
	shift
	run 2 d "$@" && says "$words"
	result $? "usage: $*"
}
usage 'no program given'
usage 'unknown option -9' -9
usage 'are for tracing' -i packets.dat -w 5 'BEGIN {}'
usage 'are for tracing' -i packets.dat --session mine 'BEGIN {}'
usage 'are for a recording' --since 1 'BEGIN {}'
usage 'nothing of the network is traced' 'tick-1s { }'
head -c 100 /dev/zero >zero.d
usage 'a NUL is in it' -s zero.d -i packets.dat
run 1 d -s none.d -i packets.dat && says 'cannot open none.d'
result $? "no such script"
run 1 d -i none.dat 'BEGIN {}' && says 'cannot open none.dat'
result $? "no such recording"

# ---- errors while a program runs

run 0 d -q -i packets.dat 'udp:::send { printf("lost"); x = 1 / (args[2]->ip_ver - 6);
	printf("%d\n", x); } END { printf("end\n"); }' &&
	says 'error on enabled probe ID 13 (udp:::send): divide-by-zero at line 1' &&
	says '15 more errors on enabled probes' &&
	[ "$(sort out | uniq -c | tr -s ' ' | tr '\n' ,)" = " 1 end, 25 lost0," ]
result $? "division by zero ends the clause, and is told"
run 0 d -q -i packets.dat 'ip:::send { @[args[4]->ipv4_saddr] = count(); }' &&
	says 'invalid address (0x0)' && grep -q '10.83.0.1 *36' out
result $? "a member of NULL, too"
run 0 d -q -i packets.dat 'BEGIN { @ = count(); normalize(@, 0); }' &&
	says 'divide-by-zero'
result $? "normalize by 0"
run 0 d -q -x aggsize=1k -i packets.dat 'udp:::send { @[i++, "key"] = count(); }' &&
	says 'aggregation drops: raise -x aggsize' && [ -s out ]
result $? "an aggregation too large: drops are told"
run 0 d -q -x dynvarsize=1k -i packets.dat 'udp:::send { x[i++] = 1; }' &&
	says 'dynamic variable drops: raise -x dynvarsize'
result $? "an array too large, too"
run 0 d -q -x strsize=4 -i packets.dat 'BEGIN { x = "longer"; printf("%s\n", x); }' &&
	[ "$(cat out)" = long ]
result $? "strsize"
run 0 d -q -i packets.dat 'BEGIN { printf("%d %d\n", (-1LL << 63) / -1, (-1LL << 63) % -1);
	@ = sum(1LL << 63); @ = sum(1LL << 63); @s = stddev(1LL << 63);
	@q = quantize(1LL << 63); x = 1LL << 63; x--; y = x * x; }'
result $? "the ends of 64 bits"
run 0 d -q 'BEGIN { @ = quantize((1LL << 63) - 1); exit(0); }' &&
	[ "$(awk '$1 ~ /^-?[0-9]/ { print $1, $NF }' out | paste -sd,)" = \
		"2305843009213693952 0,4611686018427387904 1" ]
result $? "quantize(): there is no step above the last one"
run 0 d -q -i loss.dat 'ip:::send { @ = count(); }' &&
	says 'ip_send is not recorded here'
result $? "an event that was not recorded is told"
run 0 d -q 'BEGIN { printf("no root\n"); exit(0); }' && [ "$(cat out)" = "no root" ]
result $? "BEGIN alone needs no recording"
head -c 15000 packets.dat >cut.dat
run 3 d -q -i cut.dat 'BEGIN { printf("begun\n"); }'
result $? "a recording that is cut off: exit code 3"
"$S" d -q -i - 'udp:::send { @ = count(); }' <packets.dat >out 2>why
[ "$(tr -d ' \n' <out)" = 50 ]
result $? "from a pipe"
echo 'udp:::send { @ = count(); }' | "$S" d -q -s - -i packets.dat >out 2>why
[ "$(tr -d ' \n' <out)" = 50 ]
result $? "a program from stdin"
"$S" d -q -i packets.dat 'ip:::send { printf("%d\n", timestamp); }' 2>why | head -n 1 >out
[ -s out ] && [ ! -s why ]
result $? "nobody reads any more: ends quietly"

# ---- a listener's child, which has no name yet in SYN_RECEIVED

[ "$(d 'tcp:::state-change /args[3]->tcps_state == TCP_STATE_SYN_RECEIVED/ {
	printf("%d %s %s,", args[3]->tcps_lport, args[3]->tcps_raddr,
	tcp_state_string[args[5]->tcps_state]); }')" = \
	"5001 10.83.0.1 state-listen,5001 fd83::1 state-listen," ]
result $? "a child enters SYN_RECEIVED"
d 'tcp:::state-change, tcp:::accept-established /args[3]->tcps_lport == 5001/
	{ printf("%s %s,", probename, tcp_state_string[args[3]->tcps_state]); }' >out
grep -q 'state-change state-syn-received,state-change state-established,accept-established' out
result $? "then ESTABLISHED, then accept-established"
"$here/gen_d.py" simultaneous.dat simultaneous
[ "$("$S" d -q -i simultaneous.dat 'tcp:::state-change {
	printf("%s ", tcp_state_string[args[3]->tcps_state]); }')" = \
	"state-syn-sent state-syn-received state-established " ]
result $? "of a simultaneous open it is told once"

# ---- members of a connection at a change of state: tcp_state is recorded if used

# shellcheck disable=SC2016
whole='tcp:::state-change, tcp:::connect-request, tcp:::connect-established {
	printf("%s %s mss %d cwnd %d/%d ssthresh %u rto %d rtt %d/%d us %d suna %u snxt %u rnxt %u swnd %d/%d rwnd %d/%d iss %u irs %u retransmit %d\n",
	probename, tcp_state_string[args[3]->tcps_state], args[3]->tcps_mss,
	args[3]->tcps_cwnd, args[3]->tcps_cwnd_segs, args[3]->tcps_cwnd_ssthresh,
	args[3]->tcps_rto, args[3]->tcps_rtt, args[3]->tcps_rtt_sd,
	args[3]->tcps_rtt_us, args[3]->tcps_suna, args[3]->tcps_snxt,
	args[3]->tcps_rnxt, args[3]->tcps_swnd, args[3]->tcps_snd_ws,
	args[3]->tcps_rwnd, args[3]->tcps_rcv_ws, args[3]->tcps_iss,
	args[3]->tcps_irs, args[3]->tcps_retransmit); }'
lean='tcp:::state-change, tcp:::connect-request, tcp:::connect-established {
	printf("%s %d,", probename, args[3]->tcps_state); }'
lean_says="state-change 2,connect-request 2,state-change 1,connect-established 1,"
for kinds in tcp_connection tcp_state "tcp_connection tcp_state"; do
	# shellcheck disable=SC2086
	"$here/gen_d.py" opened.dat $kinds
	run 0 d -q -i opened.dat "$lean" && [ "$(cat out)" = "$lean_says" ] && [ ! -s err ]
	result $? "$kinds recorded: each change fires once"
	run 0 d -q -i opened.dat "$whole"
	cp out whole
	case $kinds in
	tcp_connection)
		[ ! -s out ] && says 'tcp_state is not recorded here'
		result $? "tcp_connection recorded: it has no windows, which is told" ;;
	*)
		cp whole out
		golden d_whole.txt ;;
	esac
done

# ---- parse -e PROBE

run 0 parse -e tcp:::connect-refused,tcp:::accept-established packets.dat
[ "$(awk '$3 == "tcp_connection"' out | wc -l)" = 4 ] && [ "$(grep -vc '^#' out)" = 4 ]
result $? "parse -e PROBE: those of its events that it fires with"
run 0 parse -e tcp:::connect-refused,udp_send packets.dat
[ "$(grep -c udp_send out)" = 50 ] && [ "$(grep -c tcp_connection out)" = 2 ]
result $? "parse -e: a probe beside an event"
run 2 parse -e sctp:::send packets.dat && says 'sctp:::send is unavailable'
result $? "parse -e: a probe that is unavailable"
run 2 parse -e tcp:::nosuch packets.dat && says 'no probe matches'
result $? "parse -e: no such probe"

# ---- many

"$here/gen_d.py" many.dat 20000
d_many() {
	"$S" d -q -i many.dat "$@" 2>err
}
[ "$(d_many 'tcp:::send { @ = count(); }' | tr -d ' ')" = 20000 ]
result $? "20000 events"
"$S" parse --json many.dat | jq -r 'select(.event == "tcp_send") |
	"\(.peer) \(.pport) \(.len + 20)"' | sort >b
d_many 'tcp:::send { printf("%s %d %d\n", args[2]->ip_daddr, args[4]->tcp_dport,
	args[2]->ip_plength); }' | sort | diff - b >why
[ -s b ] && [ ! -s why ]
result $? "all of them as parse --json has them"
[ "$(d_many 'tcp:::send { x[args[2]->ip_daddr] += args[2]->ip_plength;
	@[args[2]->ip_daddr] = max(x[args[2]->ip_daddr]); }' | tr -s ' ' | sort)" = \
	"$(d_many 'tcp:::send { @[args[2]->ip_daddr] = sum(args[2]->ip_plength); }' |
	tr -s ' ' | sort)" ]
result $? "an array adds up as sum() does"
d_many 'tcp:::send { @[args[2]->ip_daddr] = count(); } END { trunc(@, 5); }' >out
[ "$(wc -l <out)" = 5 ]
result $? "trunc() to five of a thousand"
d_many -x aggsize=10k 'tcp:::send { @[args[2]->ip_daddr] = count(); }' >out
drops=$(sed -n 's/.*: \([0-9]*\) aggregation drops.*/\1/p' err)
kept=$(awk '{ n += $NF } END { print n }' out)
[ "$((kept + ${drops:-0}))" = 20000 ] && [ "$drops" -gt 1000 ]
result $? "what is dropped and what is kept are all"

echo "1..$n"
exit $failed
