#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# -o: named pipes, and files that were there before. Width of the output, except
# events, tables of connections, and texts of a recording. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"

gen basic basic.dat
gen raw raw
gen speed speed.dat 30000

timeout 10 "$S" parse speed.dat -o /dev/stdout 2>err | head -1 >out
rc=${PIPESTATUS[0]}
[ "$rc" = 0 ] && [ ! -s err ] || echo "ended with $rc" >why
[ ! -s why ]
result $? "-o /dev/stdout | head ends"
mkfifo fifo
"$S" parse basic.dat -s -o fifo 2>err &
sleep 0.2
timeout 5 cat fifo >out
wait
"$S" parse basic.dat -s | diff - out >why
result $? "-o FIFO waits for its reader"
run 0 parse basic.dat -o /dev/null
result $? "-o /dev/null"

echo mine >keep.txt
for c in nofile 'basic.dat -e nix' 'basic.dat --since noon' raw.format; do
	# shellcheck disable=SC2086
	"$S" parse $c -o keep.txt >out 2>err
	[ "$(cat keep.txt)" = mine ] || echo "$c: keep.txt is lost" >why
	# shellcheck disable=SC2086
	"$S" parse $c -o new.txt >out 2>err
	[ ! -e new.txt ] || echo "$c: an empty file" >why
done
[ ! -s why ]
result $? "a mistake costs no file"
cp raw.cpu0 was
run 2 parse --format raw.format raw.cpu0 -o raw.cpu0 && cmp was raw.cpu0 >>why
result $? "-o never writes over raw data"
run 1 parse basic.dat -o . && says 'cannot write .'
result $? "-o a directory"
run 0 parse --color always basic.dat -o keep.txt && grep -q $'\033' keep.txt
result $? "--color with -o"

# ---- no wider than a terminal

for s in basic.dat raw.format "$here/../../../examples/loss.dat"; do
	[ -r "$s" ] || continue
	run 0 list -i "$s" && fits out >>why
	result $? "list fits a terminal: ${s##*/}"
	run 0 list -i "$s" @all && fits out >>why
	result $? "list @all, too: ${s##*/}"
done
run 0 why --rules && fits out >>why
result $? "why --rules"
run 0 list -i basic.dat &&
	[ "$(flat <out | grep -c 'the connection is open; written when the')" = 1 ]
result $? "and nothing is cut off"
long=$(printf 'name%.0s' {1..40})
run 1 parse "$long" && grep -qF "$long" err && says "cannot open $long: No such"
result $? "a word that is wider than that stays whole"
run 1 parse "$(printf 'a %.0s' {1..60})" && says 'a a a a a' &&
	[ "$(grep -c '^    a a' err)" = 2 ] && [ "$(wc -l <err)" = 5 ]
result $? "a message goes on below, further in than a hint"

echo "1..$n"
exit $failed
