#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# merge: parts become one recording again, other recordings stand side by side; what
# one file cannot hold is refused; damage, full disks, bad input. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source=rewrite_lib.sh
. "$here/rewrite_lib.sh"
need jq python3
for s in rotated snapshots hosts many; do
	"$here/gen_parts.py" $s p || exit 1
done

# ---- parts of one recording

"$S" parse --json p/whole.dat >whole 2>/dev/null
for order in '1 2 3' '3 1 2'; do
	files=
	for i in $order; do
		files+=" p/part.000$i"
	done
	# shellcheck disable=SC2086 # several files
	run 0 merge -f $files -o all.dat && says '63 events, 3 lost -> all.dat'
	"$S" parse --json all.dat 2>err | diff whole - >>why
	[ ! -s why ]
	result $? "parts that were rotated, in the order $order"
done
[ "$("$S" info --json all.dat | jq -c '[.meta[].name]')" = \
	'["hostname","cpus","uname","start","clock","boot_id","events","clock","clock"]' ]
result $? "what each of them says is there once"
"$S" parse - <all.dat 2>/dev/null | tail -n +2 >out
"$S" parse p/whole.dat 2>/dev/null | tail -n +2 | diff - out >why
result $? "from stdin"
run 0 merge p/snap.0001 p/snap.0002 -o snap.dat && says 'in several files, written once: 3 sub-buffers'
"$S" parse --json snap.dat 2>/dev/null | diff whole - >>why
[ ! -s why ]
result $? "snapshots that have something in common"
cp p/whole.dat copy.dat
run 0 merge p/whole.dat copy.dat -o twice.dat && says written
"$S" parse --json twice.dat 2>/dev/null | diff whole - >>why
[ ! -s why ]
result $? "a copy adds nothing"
run 3 merge p/part.0001 p/part.0003 -o gap.dat &&
	says 'p/part.0003: cpu 1: event 21 follows, 5 was expected'
run 3 parse gap.dat && says 'event 21 follows, 5 was expected'
[ ! -s why ]
result $? "a part that is missing is told, here and by parse"

# ---- several recordings

same_parse() { # FILES...: parse prints the same of them as of both.dat
	local how
	for how in '' --json --summary '--why --json' '--summary --json'; do
		# shellcheck disable=SC2086 # options
		"$S" parse $how "$@" >want 2>/dev/null
		# shellcheck disable=SC2086
		"$S" parse $how both.dat 2>/dev/null | diff want - >>why
	done
	[ ! -s why ]
}

run 0 merge p/one.dat p/other.dat -o both.dat && same_parse p/one.dat p/other.dat
result $? "two hosts, one of foreign byte order: as two files"
run 0 merge both.dat p/part.000? -o more.dat &&
	[ "$("$S" info --json more.dat | jq -s -c '[.[].host]')" = '["one","other","vm"]' ]
result $? "a file with two recordings, and parts of a third"
for s in basic lost; do
	gen $s $s.dat
done
gen other_host other_host.dat
cat lost.dat other_host.dat >cat.dat
run 0 merge -f cat.dat -o both.dat && same_parse cat.dat
result $? "of cat"

# ---- trace.cpuN

gen raw raw
run 0 merge --format raw.format raw.cpu0 raw.cpu1 -o shell.dat
"$S" parse --format raw.format raw.cpu0 raw.cpu1 2>/dev/null >want
"$S" parse shell.dat 2>>why | diff want - >>why
[ ! -s why ]
result $? "raw data with their format"
head -c 4000 raw.cpu0 >cut.cpu0
run 3 merge -f --format raw.format cut.cpu0 -o shell.dat && says 'ends inside a sub-buffer'
result $? "raw data that is cut off"
run 1 merge -f --format raw.cpu0 raw.cpu1 -o shell.dat && says 'format: '
result $? "a format that is none"
run 1 merge -f --format raw.format raw.format -o shell.dat && says 'not a sub-buffer'
result $? "data that is none"

# ---- all generated recordings

unchanged merge
damaged_files merge

# ---- what is refused

bad_output p/whole.dat merge
run 2 merge p/whole.dat p/../p/whole.dat -o x.dat && says 'are the same file'
result $? "a file that is there twice"
run 2 merge -o x.dat && says 'of which files'
result $? "no files"
run 2 merge p/many0.dat p/many1.dat -o x.dat && says 'a file holds 1024 at most' && [ ! -e x.dat ]
result $? "more recordings than a file can hold"
run 1 merge p/whole.dat p/one.dat nix -o x.dat && says 'cannot open nix: No such file' &&
	[ ! -e x.dat ]
result $? "a file that is not there"

echo "1..$n"
exit "$failed"
