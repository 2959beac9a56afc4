#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A few wrong bits cost the chunk that they are in, and no other. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need python3

gen basic one.dat
"$here/flip.py" twice one.dat twice.dat || exit 1
"$S" parse one.dat >want
run 0 parse twice.dat && diff want out >why
result $? "two copies of the format are as one"
run 0 info twice.dat && grep -q ', complete$' out && grep -q 'all sound' out
result $? "and sound"
run 0 list -i twice.dat && "$S" list -i one.dat | diff - out >why
result $? "list: the same events"

# flipped BYTE BIT: what is left of the file when it is read from disk, and from a
# pipe, unless the bit makes a length wrong
flipped() {
	local want_rc=3

	"$here/flip.py" bit twice.dat f.dat "$1" "$2" || return
	# the CPU of a chunk without one is not read
	[ "$1" -ge 8 ] && [ "$1" -lt 12 ] && want_rc=0
	run $want_rc parse f.dat || return
	diff want out >>why || return
	[ $want_rc = 0 ] || says 'damaged (' || return
	[ "$1" -ge 4 ] && [ "$1" -lt 8 ] && return
	run $want_rc parse - < <(cat f.dat) || return
	diff <(tail -n +2 want) <(tail -n +2 out) >>why
}

# each NAME FIRST LAST STEP: flips a bit of each STEPth of these bytes
each() {
	local name=$1 i bad=0

	for ((i = 8 * $2; i < 8 * $3; i += $4)); do
		flipped $((i / 8)) $((i % 8)) && continue
		echo "byte $((i / 8)) bit $((i % 8))" >>why
		bad=1
		break
	done
	result $bad "$name: all events are there, and a word"
}

len=$("$here/flip.py" len twice.dat)
each "a bit of the format's type" 0 4 1
each "of its length" 4 8 1
each "of its processor" 8 12 5
each "of its checksum" 12 16 3
each "of its text" 16 "$len" 1999
"$here/flip.py" bit twice.dat f.dat 100 1
run 0 list -i f.dat && "$S" list -i one.dat | diff - out >why
result $? "list takes the sound one"
"$here/flip.py" bit one.dat f.dat 5000 0
run 1 parse f.dat && says 'damaged (checksum)' && says 'before their format'
result $? "a file with one copy: as ever"

# ---- a length elsewhere

gen order order.dat
"$S" parse order.dat | grep -v '^#' >want
python3 - order.dat <<'END' >places
import struct, sys
data, off, n = open(sys.argv[1], 'rb').read(), 16, 0
while off < len(data):
    kind, size = struct.unpack_from('<II', data, off)
    n += kind == 3
    if kind == 2:
        print(off - 16 + 5)
    off += 16 + (size + 7) // 8 * 8
END
bad=0
while read -r at; do
	"$here/flip.py" bit order.dat f.dat "$at" 4 &&
		run 3 parse f.dat && says 'damaged (' &&
		[ "$(grep -vc '^#' out)" = "$(wc -l <want)" ] || bad=1
done <places
[ -s places ] && [ $bad = 0 ]
result $? "a wrong length of a text costs no events"
cat one.dat order.dat >two.dat
size=$(stat -c %s one.dat)
printf '\377' | dd of=two.dat bs=1 seek=$((size - 10)) conv=notrunc status=none
run 3 parse two.dat && says 'damaged (checksum)' && says 'ends without END' &&
	[ "$(grep -c '^# skbtrace' out)" = 2 ] &&
	[ "$(grep -vc '^#' out)" = $(($("$S" parse one.dat | grep -vc '^#') +
				     $(wc -l <want))) ]
result $? "an END that is damaged: the next recording is read, as one of its own"

head -c $((size - 100)) one.dat >zeros.dat
truncate -s 2G zeros.dat
timeout 10 "$S" info zeros.dat >out 2>err
[ $? = 3 ]
result $? "no search through a tail of zeros"
rm zeros.dat

echo "1..$n"
exit $failed
