#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# d: DTrace's command line: options, exit statuses, formats; list -l. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need python3
examples=$here/../../../examples
if [ ! -r "$examples/packets.dat" ]; then
	echo "1..0 # SKIP no examples here"
	exit 0
fi
cp "$examples/packets.dat" .

# usage WORDS ARGS...
usage() {
	local words=$1
	shift
	run 2 d "$@" && says "$words"
	result $? "usage: $*"
}

# ---- DTrace's command line

# shellcheck disable=SC2016 # for the shell, and the program in D
run 0 d -q -c 'echo run $((6 * 7))' 'BEGIN { printf("%d\n", $target > 1 && $pid > 1 && $uid == $euid); }
	END { printf("end\n"); }' && [ "$(tr '\n' ' ' <out)" = "1 run 42 end " ]
result $? "-c: a line for the shell; BEGIN is before it, END behind"
run 0 d -q -c 'printf %s\\n words' 'END { exit(0); }' && [ "$(cat out)" = words ]
result $? "-c: words"
run 1 d -q -c nosuch-command 'BEGIN { }' && says 'cannot run nosuch-command'
result $? "-c: there is no such command"
run 1 d -q -c 'touch ran' 'BEGIN { nosuch(); }' && [ ! -e ran ]
result $? "-c: a program with a mistake runs nothing"
usage '-c is for tracing' -i packets.dat -c true 'BEGIN { }'
run 0 d -e 'ip:::send' && says 'matched 1 probe' && [ ! -s out ]
result $? "-e: checked, not run"
run 1 d -e 'nosuch:::probe { }'
result $? "-e: a mistake"
run 0 d -Z -i packets.dat -q 'nosuch:::probe { } sctp:::send { } udp:::send { @ = count(); }' &&
	[ "$(tr -d ' \n' <out)" = 50 ]
result $? "-Z: what matches nothing is left out"
echo 'udp:::send { @ = count(); }' | "$S" d -i packets.dat -qs /dev/stdin >out 2>why
[ "$(tr -d ' \n' <out)" = 50 ]
result $? "-qs /dev/stdin"
run 1 d -x nosuch 'BEGIN {}' && says 'unknown option'
result $? "-x: no such option"
run 1 d -x aggsize=lots 'BEGIN {}' && says 'no value of this option'
result $? "-x: no such value"
run 1 d 'BEGIN { exit(0); }' more && says "extraneous argument 'more' (\$1 is not referenced)"
result $? "an argument that nobody asks for"
# shellcheck disable=SC2016 # arguments of the program in D
run 1 d -n 'BEGIN { exit($2); }' 1 0 && says "extraneous argument '1'"
result $? "likewise, the first of two"
run 0 d -q -x argref 'BEGIN { exit(0); }' more && [ ! -s err ]
result $? "-x argref"
# shellcheck disable=SC2016
run 0 d -q -x defaultargs 'BEGIN { printf("%d:%s:%d", $1, $$2, $1 + 1); exit(0); }' &&
	[ "$(cat out)" = 0::1 ]
result $? "-x defaultargs"
# shellcheck disable=SC2016
run 0 d -q '#pragma D option defaultargs
	BEGIN { printf("%d:%s:", $1, $$2); exit(0); }' 7 && [ "$(cat out)" = 7:: ]
result $? "#pragma D option defaultargs"
run 0 d -q -x zdefs -n 'nosuch:::' -n 'BEGIN { exit(0); }'
result $? "-x zdefs, as -Z"
run 0 d -x flowindent -n 'BEGIN { printf("text"); exit(0); }' &&
	[ "$(tr '\n' '|' <out)" = \
	"$(printf 'CPU %-41s|  0 %-41s text|' FUNCTION ' | :BEGIN')" ]
result $? "-x flowindent"
for order in 'aggsortkey 1,2,3,' 'aggsortrev 1,3,2,' 'aggsortkey -x aggsortrev 3,2,1,'; do
	# shellcheck disable=SC2086
	run 0 d -q -x ${order% *} 'BEGIN { @[1] = sum(5); @[2] = sum(3); @[3] = sum(4);
		printa("%d,", @); exit(0); }' && [ "$(cat out)" = "${order##* }" ]
	result $? "-x ${order% *}"
done
run 4 d -q 'BEGIN { x = 1 / 0; } ERROR { printf("told"); exit(4); }' &&
	says 'divide-by-zero' && [ "$(cat out)" = told ]
result $? "ERROR: its clauses run when another one fails, which is told as well"
run 0 d -q -n 'BEGIN { x = 1 / 0; } ERROR { y = 1 / 0; } BEGIN, END { printf("go on,"); }' &&
	says 'probe ID 17 (dtrace:::ERROR)' && [ "$(cat out)" = "go on,go on," ]
result $? "ERROR: one in it is told, and does not run it again"
run 0 d -q 'BEGIN { printf("[%*d|%-*d|%.*s|%*.*s|%*d]\n", 5, 3, 4, 2, 2, "hello", 6, 3,
	"abcdef", -4, 1); exit(0); }' && [ "$(cat out)" = '[    3|2   |he|   abc|1   ]' ]
result $? "%*: a width and a precision that arguments give"
run 0 d -q 'BEGIN { @[10, 100] = sum(1); @[-4, 200] = sum(2); printa("[%*d|%@d]", @);
	printa("[%-*d|%@d]", @); exit(0); }' &&
	[ "$(cat out)" = '[       100|1][200 |2][100       |1][200 |2]' ]
result $? "%*: of printa(), a key"
run 0 d -q 'BEGIN { printf("%*d%.*d", 2000000000, 1, -2000000000, 7); }' &&
	[ "$(wc -c <out)" = 10000 ]
result $? "%*: cut, as a width in the text is"
TZ=UTC run 0 d -q 'BEGIN { @ = min(1075064400LL * 1000000000); printa("%@Y, %@T", @); exit(0); }' &&
	[ "$(cat out)" = '2004 Jan 25 21:00:00, Sun, 25 Jan 2004 21:00:00 UTC' ]
result $? "%Y and %T"
echo 'BEGIN { x = 5; }' >one.d
printf 'END {\n\tprintf("%%d", x);\n}\n' >two.d
run 0 d -q -s one.d -s two.d -i packets.dat && [ "$(cat out)" = 5 ]
result $? "-s twice: one program"
run 0 d -q -s one.d -n 'END { printf("%d", x + 1); }' -i packets.dat && [ "$(cat out)" = 6 ]
result $? "-s and -n"
printf 'END {\n\tno;\n}\n' >three.d
run 1 d -s one.d -n 'BEGIN { }' -s three.d && says 'three.d, line 2: unknown variable no'
result $? "the file and line of a mistake, of several"
run 1 d -s one.d -n 'BEGIN { }' -n 'BEGIN { no; }' && says 'skbtrace: line 1: unknown variable no'
result $? "that of a program on the command line"
printf 'before\n' >o.txt
run 0 d -q -o o.txt 'BEGIN { printf("printed\n"); exit(0); }' && [ ! -s out ] &&
	[ "$(tr '\n' ' ' <o.txt)" = "before printed " ]
result $? "-o FILE: behind what is there"
run 0 d -l -o o.txt -n BEGIN && [ ! -s out ] && [ "$(wc -l <o.txt)" = 4 ]
result $? "-o FILE: of -l"
run 0 d -q -o o2.txt -c 'echo child' 'END { printf("end\n"); }' &&
	[ "$(cat out o2.txt | tr '\n' ' ')" = "child end " ]
result $? "-o FILE: the command prints where it did"
run 1 d -o nosuch/o.txt 'BEGIN { }' && says 'cannot open nosuch/o.txt'
result $? "-o FILE: cannot be opened"
run 5 d -v -q 'BEGIN { exit(5); }' &&
	[ "$(grep -c 'Stable$' out)" = 4 ] && grep -q '^Stability attributes for the program:' out
result $? "-v: how stable it is, then it runs"
run 0 d -v -e -s one.d -n 'ip:::send' && grep -q 'for one.d:' out &&
	[ "$(grep -c 'Private$' out)" = 2 ] && [ "$(grep -c 'Evolving$' out)" = 2 ]
result $? "-v: of a probe of the network"
{
	for probe in 'ip:::receive' 'tcp:::state-change' BEGIN; do
		"$S" d -lvn "$probe" 2>&1
	done
	"$S" d -l -P udp 2>&1
	"$S" d -l -f tcp_connection 2>&1
	"$S" d -l -m tcp:tcp 2>&1
	"$S" d -l 2>&1
} >out
golden d_lv.txt
"$S" d -i packets.dat -q -P udp -n '{ @[probename] = count(); }' >out 2>why
[ "$(tr -s ' ' <out | tr '\n' ,)" = " receive 50, send 50," ]
result $? "-P: all probes of a provider"

# ---- list -l

run 0 list -l
cp out all
run 0 list -l -v 'tcp:::connect-*' udp:::send
cat all out >both && mv both out
golden d_list.txt
mkdir -p debugfs/skbtrace
"$here/gen_d.py" debugfs/skbtrace/format format
run 0 list -l -v -r debugfs tcp:::send tcp:::receive udp:::receive
[ "$(sed -n '/On this kernel/,/^$/s/^\t\t//p' out | tr '\n' ,)" = \
	"tcp_send inferred: at net_dev_queue: less,tcp_receive unavailable: no tracepoint tcp_rcv_skb,udp_receive unavailable: not in this version," ]
result $? "list -l -v: how this kernel has the events"
run 2 list -l nosuch::: && says 'no probe matches "nosuch:::"'
result $? "list -l: no such probe"

# listed OPTIONS: the names that list -l and d -l print with them, both the same
listed() {
	run 0 list -l "$@"
	cp out listed
	# what lists a program has no IDs
	[ "$1" = -i ] || { run 0 d -l "$@" && diff listed out >>why; }
	[ "$(head -n 1 listed)" = "$(head -n 1 all)" ] || echo "no header" >>why
	awk 'NR > 1 { printf "%s:%s ", $2, $NF }' listed
}
# lists NAMES OPTIONS...
lists() {
	local names=$1
	shift
	[ "$(listed "$@")" = "$names" ]
	result $? "list -l $*"
}
lists 'ip:send ip:receive ' -P ip
lists 'tcp:connect-request tcp:connect-established tcp:connect-refused ' -n 'tcp:::connect-*'
[ "$(listed -n tcp::: | wc -w)" = 8 ] && [ "$(listed -P udp | wc -w)" = 2 ]
result $? "list -l: as many probes of tcp and udp as DTrace has"
lists 'tcp:send tcp:receive ' -f 'tcp_[sr]*e[dn]*' -n tcp:::receive
lists 'udp:send udp:receive ' -m udp
lists 'udp:send ' -n 'udp:::send { printf("x"); }'
lists 'udp:send ' -n 'udp:::send /pid == 1/ { printf("x"); }'
lists 'tcp:receive udp:send ' -n 'tcp:::receive, udp:::send'
lists 'dtrace:BEGIN dtrace:END dtrace:ERROR ' -P dtrace
lists 'tcp:connect-request ' -i 7
run 0 list -l -n nosuch -n BEGIN && says 'failed to match nosuch' &&
	[ "$(wc -l <out)" = 2 ]
result $? "list -l -n: one that matches nothing is told, and no failure"
run 0 d -l -n nosuch -n BEGIN && says 'failed to match :::nosuch' &&
	[ "$(wc -l <out)" = 2 ]
result $? "d -l -n: likewise"
for id in 0 99 12345678901234567890; do
	run 1 list -l -i $id && says "no probe has the ID $id"
	result $? "list -l -i $id"
done
run 1 list -lP udp:::send && says '"udp:::send:::" is no probe'
result $? "list -lP: more than a provider"
run 2 list -P udp && says 'list -l'
result $? "list -P without -l"
run 2 list -l -P udp tcp:::send && says 'no operand'
result $? "list -l: an operand beside options"
run 2 list -v && says '-v is for -l'
result $? "list -v alone"
run 2 list -l -i packets.dat && says '-i is the ID of one, not a file'
result $? "list -l -i"

echo "1..$n"
exit $failed
