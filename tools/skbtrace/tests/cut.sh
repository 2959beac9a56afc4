#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# cut: parse prints the same of the part as of the whole with the same choice; all
# that these lines refer to is in the part; bad input. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source=rewrite_lib.sh
. "$here/rewrite_lib.sh"
need jq python3
examples=$here/../../../examples

# The header, too
but_lost() {
	but_end | sed '/^# skbtrace\|"event":"trace"/s/\("lost":\|, lost \)[0-9]*//'
}

# cut_as FILE CHOICE...: compares parse CHOICE FILE with parse of the part, in all
# forms of output
cut_as() {
	local f=$1 how forms=(-v --json --latency)
	shift
	[ -n "${FORMS:-}" ] && IFS='|' read -ra forms <<<"$FORMS"
	run 0 cut "$@" "$f" -q -f -o part.dat
	for how in "${forms[@]}"; do
		# shellcheck disable=SC2086 # options
		"$S" parse $how "$@" "$f" 2>/dev/null | but_lost >want
		# shellcheck disable=SC2086
		"$S" parse $how part.dat 2>err | but_lost | diff want - >>why
		! grep -v -e '^skbtrace: LOST' -e '^skbtrace: history' -e '^skbtrace: steps' -e '^    ' err >>why
	done
	[ ! -s why ]
	result $? "${f%.*}: $*"
}

for s in basic lost conns zoo big; do
	gen $s $s.dat
done
for s in basic split lost rotated; do
	gen_history "$s" "history-$s.dat"
done
more stack stack.dat
"$here/gen_parts.py" rotated p || exit 1
"$here/gen_parts.py" hosts p || exit 1
for s in loss causes; do
	[ -r "$examples/$s.dat" ] && cp "$examples/$s.dat" .
done

# ---- the same lines

for f in basic lost conns big; do
	cut_as $f.dat --conn sk=1003
done
cut_as conns.dat --conn sk=1,sk=4
cut_as conns.dat -S 'port 443 and ip6'
cut_as lost.dat -e tcp_rttm
cut_as lost.dat --since 0.2 --until 0.3
cut_as lost.dat --since 0.482 --until 0.5
FORMS='-v|--json' cut_as basic.dat --seq 0:3-5,1:1
cut_as zoo.dat -e zoo,skb_drop
cut_as stack.dat -e tcp_rttm --since 0.004
for s in basic split lost rotated; do
	for c in '-e tcp_rttm' '-e tcp_congestion' '--since 0.1 --until 0.16' \
		 '--conn sk=2' '-e tcp_rttm --conn sk=1003'; do
		# shellcheck disable=SC2086 # options
		cut_as history-$s.dat $c
	done
done
if [ -r loss.dat ]; then
	FORMS='-v|--json|--summary -v|--summary --json|--why --json'
	for c in sk=1 sk=2,sk=1001 10.0.2.1 '*:443'; do
		cut_as loss.dat --conn "$c"
		cut_as causes.dat --conn "$c"
	done
	cut_as causes.dat -S 'dst port 443'
	cut_as loss.dat -e tcp_rttm,skb_drop
	for c in '--since 1.2' '--until 1.4' '--since 1 --until 1.5 --conn sk=1' \
		 '-e tcp_rttm,skb_drop,tcp_sendlimit --since 1.3 --conn sk=1'; do
		# shellcheck disable=SC2086 # options
		cut_as loss.dat $c
	done
	FORMS=
else
	skip "real recordings" "no examples here"
fi

# ---- choices that mean the same

if [ -r loss.dat ]; then
	"$S" cut -q --conn sk=1 -S 'port 443' --since 1 --until 2 loss.dat -o a.dat
	run 0 cut -q sk=1 -m 'port 443' --from 1 --to 2 loss.dat -o b.dat && cmp a.dat b.dat >why
	result $? "-m, --from, --to, and connections as operands"
	run 0 info a.dat && grep -A5 '^cut$' out | sed 1d | grep . >is
	printf '  %s\n' 'conn sk=1' 'filter port 443' 'since 1' 'until 2' | diff - is >why
	result $? "info says what was chosen"
	# a connection has no port at its beginning
	name=$("$S" parse --json --conn sk=1 loss.dat | jq -r 'select(.lport) |
		"\(.local):\(.lport)"' | grep -v ':0$' | head -1)
	"$S" cut -q --conn "$name>*" loss.dat -f -o a.dat
	"$S" cut -q --conn sk=1 loss.dat -f -o b.dat
	"$S" parse a.dat >is && "$S" parse b.dat | diff - is >why
	result $? "a connection has its beginning, whatever it was chosen by"
	# a part of a part is that part of the whole
	"$S" cut -q --conn '*:443' --from 1 loss.dat -f -o a.dat
	"$S" cut -q --conn sk=1 --to 2 a.dat -f -o b.dat
	"$S" cut -q --conn sk=1 --from 1 --to 2 loss.dat -f -o c.dat
	for how in -v --json '--summary --json'; do
		# shellcheck disable=SC2086 # options
		"$S" parse $how c.dat | diff - <("$S" parse $how b.dat) >>why
	done
	[ ! -s why ]
	result $? "a part of a part"
	# shellcheck disable=SC2002
	cat c.dat | "$S" parse - 2>err | tail -n +2 >is
	"$S" parse c.dat | tail -n +2 | diff - is >>why && [ ! -s err ]
	result $? "a part in a pipe"
	"$S" parse --json a.dat | jq -c .seq >is
	"$S" parse --json --conn '*:443' --since 1 loss.dat | jq -c .seq | diff - is >why
	result $? "events keep their numbers"
	[ "$("$S" cut -q -e tcp_rttm,tcp_reset loss.dat -o - | "$S" info --meta events -)" = \
		"$(printf 'tcp_rttm\ntcp_reset')" ]
	result $? "events that are left out count as not recorded"
	"$S" cut -q -e tcp_rttm,skb_drop loss.dat -f -o a.dat
	run 0 why a.dat
	grep -q 'tcp_sendlimit was not recorded' out || cat out >>why
	result $? "so that why does not take them for quiet"
fi

# ---- what lines refer to

need_of() { # FILE ARGS...: names and addresses in its lines
	local f=$1
	shift
	"$S" cut -q "$@" "$f" -f -o part.dat
	"$S" info --json part.dat | jq -c '[([.by_name[] | {(.event): .names}] | add), .context]'
}

[ "$(need_of basic.dat --seq 0:5)" = '[null,1]' ]
result $? "a connection, and no more"
[ "$(need_of basic.dat --seq 0:2)" = '[{"task":1},1]' ]
result $? "a connection and a process"
[ "$(need_of basic.dat --seq 1:1)" = '[{"symbol":1},1]' ]
result $? "a connection and a place in the code"
[ "$(need_of stack.dat --seq 0:8)" = '[{"symbol":4},1]' ]
result $? "the places of a stack"
[ "$(need_of history-basic.dat -e tcp_rttm --seq 0:1)" = '[null,2]' ]
result $? "the primary that it was held back for"
run 0 cut -q --from 0.3 --to 0.4 lost.dat -f -o part.dat && run 0 parse part.dat && [ ! -s err ]
result $? "no loss that is not in the range"
run 0 cut -q --from 0.483 --to 0.5 lost.dat -f -o part.dat && run 0 parse part.dat &&
	says 'LOST 312 of' && grep -q 'lost 312$' out
result $? "one that reaches into it is told"
[ "$("$S" cut -q --to 0.4 lost.dat -o - | "$S" parse - 2>&1 | head -1)" = \
	"$("$S" parse lost.dat 2>/dev/null | head -1 | sed 's/, lost.*//')" ]
result $? "the header says nothing of other losses"
run 0 cut --conn 9.9.9.9 basic.dat -f -o part.dat && says 'none of 7 events' &&
	run 0 parse part.dat && [ "$(wc -l <out)" = 1 ]
result $? "nothing is chosen: a file without events, and a word"

# ---- several files

for c in '-e tcp_rttm' '--conn sk=1003' '--since 0.2 --until 0.5'; do
	# shellcheck disable=SC2086 # options
	"$S" cut -q $c p/part.000? -f -o part.dat
	# shellcheck disable=SC2086
	diff <("$S" parse --json $c p/whole.dat 2>/dev/null | but_lost) \
		<("$S" parse --json part.dat 2>/dev/null | but_lost) >why
	result $? "of parts: $c"
	# shellcheck disable=SC2086
	"$S" cut -q $c p/one.dat p/other.dat -f -o part.dat
	# shellcheck disable=SC2086
	diff <("$S" parse --json $c p/one.dat p/other.dat 2>/dev/null | but_lost) \
		<("$S" parse --json part.dat 2>/dev/null | but_lost) >why
	result $? "of two hosts: $c"
done
"$S" cut -q --to 0.3 p/whole.dat -o early.dat
"$S" cut -q --from 0.3 p/whole.dat -o late.dat
run 1 merge late.dat early.dat -o x.dat && says 'merge what they were cut from' && nothing_left x.dat
result $? "of what was cut nothing is merged: it has names in common"
"$S" cut -q --conn sk=1 p/whole.dat -o 1.dat
"$S" cut -q --conn sk=1003 p/whole.dat -o 1003.dat
run 1 merge 1.dat 1003.dat -o x.dat && says 'merge what they were cut from' && nothing_left x.dat
result $? "nor of what was chosen by connections"
cp p/whole.dat copy.dat
run 1 cut sk=1 p/whole.dat copy.dat -o x.dat && says 'skbtrace merge makes one' && nothing_left x.dat
result $? "of a file and its copy: what to do"

# ---- all of it, damage, bad input

unchanged cut
unchanged cut --since 0
damaged_files cut
damaged_files cut --since 0
bad_output p/whole.dat cut
for c in -S --since --conn --seq; do
	run 2 cut "$c" , p/whole.dat -o x.dat && nothing_left x.dat
	result $? "$c , is refused"
done
run 2 cut -e tcp_rtmt p/whole.dat -o x.dat && says 'did you mean tcp_rttm?' && nothing_left x.dat
result $? "an event that is not there"
run 2 cut -S 'port 1' -m 'port 2' p/whole.dat -o x.dat && says 'are the same: one of them'
result $? "two expressions"
run 2 cut sk=zz p/whole.dat -o x.dat && says 'not a connection'
result $? "an operand that is no connection"
run 2 cut sk=1 -o x.dat && says 'of which files'
result $? "no file"

echo "1..$n"
exit "$failed"
