#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# top in batch mode, over recordings; on a terminal: top_tty.py. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need python3
examples=$here/../../../examples

batch() {	# NAME FILE ARGS...
	local name=$1
	shift
	both top -b -i "$@" >out
	golden "top-$name.txt"
}

if [ -e "$examples/causes.dat" ]; then
	cp "$examples/causes.dat" .
	run 0 top -b -i causes.dat
	for v in lost-here send-buffer nagle peer-buffer; do
		grep -q "^10[0-9.:]*>10[0-9.]*:443 .* $v " out || echo "no $v" >>why
	done
	[ ! -s why ] || cat out >>why
	[ ! -s why ]
	result $? "the verdicts of why"
	"$S" top -i causes.dat >plain 2>err
	"$S" top -b -i causes.dat 2>>err | diff - plain >why
	[ ! -s why ]
	result $? "no terminal: as with -b"
fi

# Refreshes over a while: trouble that begins, lasts, ends; losses
"$here/gen_top.py" story story.dat || exit 1
batch story story.dat -d 5
batch sorted story.dat -d 10 -n 3 --sort -conn --top 2
batch all story.dat -d 10 -n 2 -a --conn '*:443'
batch where story.dat -d 10 -n 2 --where 'kind=loss'

# ---- bad input

run 2 top --sort rttt -i causes.dat
says 'did you mean rtt?'
run 2 top --sort zzzzzz -i causes.dat
says 'there are: conn sk state verdict since share rtt retr rate held'
for o in '-d 0' '-d x' '-d 0.01' '-n 0' '-w 1ms' '--top x' '--where rtt>' \
	'--where rtx=1' '--conn x' '-e @why' '--netns x' '-r .' '-F tcp'; do
	# shellcheck disable=SC2086 # an option and its value
	run 2 top -i causes.dat $o
	[ -s err ] || echo "no message: $o" >>why
done
run 2 top --conn sk=1
says 'is for a recording'
run 1 top -i no-such-file.dat
says 'cannot open no-such-file.dat'
run 1 top -b -r /nonexistent
[ -s err ] || echo "no message: not root, or no kernel part" >>why
[ ! -s why ]
result $? "bad input"
head -c "$(($(stat -c %s causes.dat) * 2 / 3))" causes.dat >cut.dat
run 3 top -b -i cut.dat
says 'the recording was cut off'
[ ! -s why ]
result $? "a recording that was cut off: exit status 3"
run 0 top -b -i - <causes.dat
cp out piped
run 0 top -b -i causes.dat
diff out piped >why
result $? "from a pipe"
"$S" top -b -i causes.dat -d 0.1 2>err | head -1 >out
{ [ -s out ] && [ ! -s err ]; } || cat err >why
[ ! -s why ]
result $? "a reader that goes away"

# ---- many connections: each with an event a second, or short ones

kib() {	# FILE LIMIT ARGS...
	local file=$1 limit=$2 measured
	shift 2
	# a sanitizer keeps freed memory for a while
	! grep -qa __asan_init "$S" || limit=$((limit * 3))
	measured=$(measure "$S" top -b -i "$file" "$@")
	[ "${measured%% *}" -lt "$limit" ] || echo "$measured" >>why
	[ -s out ] || echo "no output" >>why
	[ ! -s why ]
	result $? "$file: $measured"
}

"$here/gen_top.py" crowd 10000_conns.dat 10000 4 || exit 1
kib 10000_conns.dat 150000 --top 1
"$here/gen_top.py" churn 50000_short.dat 50000 || exit 1
kib 50000_short.dat 300000
grep -q 'more than the 32768 connections that fit were given up' out ||
	cp out why
[ ! -s why ]
result $? "those that do not fit are counted"

echo "1..$n"
exit "$failed"
