#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# parse: the first lines of a connect() have the port that only a later event has. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

for s in two two_big never again other busy crowd pipe_two pipe_open; do
	"$here/gen_early.py" "$s" "$s.dat" || exit 1
done

# ---- lines that get the port, and lines that do not

for s in two never again other; do
	"$S" parse $s.dat >out 2>&1
	golden early-$s.txt
done
"$S" parse two_big.dat >out 2>&1
diff "$golden/early-two.txt" out >why
result $? "foreign byte order reads the same"
"$S" parse --json two.dat >out 2>/dev/null
golden early-two.json
[ "$(jq -r 'select(.event == "tcp_connection" and .state == "SYN_SENT").lport' out |
	paste -sd' ')" = "37846 35276 5000" ]
result $? "JSON has it too"

# ports FILE ARGS...: those in the lines of connects, in order
ports() {
	"$S" parse "$@" 2>err | sed -n 's/.*:\([0-9]*\)>.* state=SYN_SENT.*/\1/p' |
		paste -sd' '
}
[ "$(ports -e tcp_connection busy.dat)" = 0 ] || ports busy.dat >why
[ ! -s why ]
result $? "after too many other events it stays 0"

# ---- the order

# in_order FILE ARGS...: each event is there once; times and numbers only grow
in_order() {
	"$S" parse -v "$@" 2>err | awk '
		/^#/ || / LOST / { next }
		{ cpu = $2 + 0; match($0, / seqno=[0-9]+/)
		  no = substr($0, RSTART + 7, RLENGTH - 7) + 0 }
		$1 < last || (cpu in seq && no <= seq[cpu]) { print; bad = 1 }
		{ last = $1; seq[cpu] = no; n++ }
		END { print n > "lines"; exit bad }' >>why
}
for s in two never again other busy crowd; do
	in_order $s.dat && [ "$(cat lines)" = "$("$S" info --json $s.dat | jq .events)" ]
	result $? "$s: each event, in the order of time, by its number"
done
"$S" parse --seq 0:1-2,1:0-3 two.dat 2>err | grep -v "^#\| LOST " >out
[ "$(wc -l <out)" = 6 ] && ! grep ':0>' out >why
result $? "--seq asks for the same events"
"$S" parse -t delta two.dat 2>err | awk '/^ *-/' >why
[ ! -s why ]
result $? "-t delta does not go back"

# ---- filters on the port

for c in '--conn 10.0.2.1:37846' '--conn 10.0.2.1:37846-10.0.2.2:443' \
	 '-S port\ 37846'; do
	eval "\"\$S\" parse $c two.dat" >out 2>err
	cp out why
	[ "$(grep -c 'sk=1 ' out)" = 4 ] && grep -q 'state=SYN_SENT' out
	result $? "$c: the first line too"
done
"$S" parse -S 'src port 0' two.dat 2>err | grep -v '^#\|LOST' >why
[ ! -s why ]
result $? "port 0 is no line's"

# ---- pipes

"$S" parse two.dat 2>err | tail -n +2 >want
# shellcheck disable=SC2002
cat two.dat | "$S" parse - 2>/dev/null | tail -n +2 | diff want - >why
result $? "what is in a pipe already is looked at"
mkfifo fifo
"$S" parse fifo >out 2>err &
exec 4>fifo
cat pipe_open.dat >&4
for _ in $(seq 100); do
	[ "$(wc -l <out)" = 4 ] && break
	sleep 0.1
done
cp out why
[ "$(wc -l <out)" = 4 ] && grep -q ' 10.0.2.1:0>.*SYN_SENT' out
result $? "but nobody waits for what is not"
exec 4>&-
wait
"$S" parse - <pipe_two.dat 2>/dev/null | tail -n +2 | diff want - >why
result $? "marks change nothing"

# ---- strangers

in_order crowd.dat && [ "$("$S" parse crowd.dat | grep -c ':0>')" = 60000 ]
result $? "names without end, none of which gets a port"
"$S" parse two.dat 2>err | head -2 >out && [ "$(wc -l <out)" = 2 ]
result $? "whoever reads may go"
run 1 parse two.dat -o /dev/full && says 'cannot write output'
result $? "a full disk"

echo "1..$n"
exit $failed
