#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packed recordings are read as plain ones are, damaged ones as far as possible. TAP.
# REPACK is test_repack, which packs as record does.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need python3 zstd
if [ -z "${REPACK:-}" ]; then
	echo "1..0 # SKIP no REPACK program given"
	exit 0
fi

# same NAME: packs NAME.dat; each command prints the same of both
same() {
	local f how rc args

	"$REPACK" packed "$1.dat" packed.dat 2>why || return
	"$REPACK" plain packed.dat back.dat && "$REPACK" plain "$1.dat" plain.dat
	cmp back.dat plain.dat >>why || return
	[ "$(wc -c <packed.dat)" -lt "$(wc -c <plain.dat)" ] || return
	for how in parse 'parse --json' 'parse --summary' why; do
		read -ra args <<<"$how"
		"$S" "${args[@]}" plain.dat >want 2>&1
		rc=$?
		"$S" "${args[@]}" packed.dat 2>&1 |
			sed 's/packed\.dat/plain.dat/' >out
		diff want out >>why || return
		run $rc "${args[@]}" packed.dat || return
	done
	"$S" parse - <plain.dat >want 2>&1
	"$S" parse - <packed.dat >out 2>&1
	diff want out >>why || return
	"$S" parse - < <(cat plain.dat) >want 2>&1
	"$S" parse - < <(cat packed.dat) >out 2>&1
	diff want out >>why || return
	f='s/^file .*//; s/[0-9.]*[kMG]*iB//'
	diff <("$S" info plain.dat | sed "$f") <("$S" info packed.dat | sed "$f") \
		>>why
}

for s in basic big lost order zoo conns v6_only backward; do
	gen "$s" "$s.dat"
	same "$s"
	result $? "$s: the same in each way"
done
gen_history basic history.dat
same history
result $? "history: the same in each way"

# ---- against another implementation, columns.py
"$here/columns.py" pack basic.dat theirs.dat && "$S" parse basic.dat >want &&
	run 0 parse theirs.dat && diff want out >>why
result $? "packed by columns.py: parse reads it"
"$here/columns.py" pack big.dat theirs.dat && "$S" parse big.dat >want &&
	run 0 parse theirs.dat && diff want out >>why
result $? "packed by columns.py, of foreign byte order"
"$REPACK" packed basic.dat ours.dat
"$here/readcap.py" basic.dat ours.dat >out
[ "$(sed 's/^[^ ]* //; s/formats=. //' out | uniq | wc -l)" = 1 ]
result $? "packed by us: readcap.py reads it"

# ---- pieces

gen speed long.dat 20000
"$REPACK" packed long.dat pieces.dat 2
"$S" parse -t mono long.dat >want 2>err
run 0 parse -t mono pieces.dat && diff want out >>why
result $? "in pieces"
events() {
	grep -vc '^#' "$1"
}
all=$(events want)

# chunk N BYTE BIT IN OUT: flips a bit of the Nth packed chunk's payload; -1: the last
chunk() {
	python3 - "$@" <<-'EOF'
	import struct, sys
	n, byte, bit, name, out = sys.argv[1:]
	data = bytearray(open(name, "rb").read())
	at, pos = [], 16
	while pos < len(data):
	    kind, size = struct.unpack_from("<II", data, pos)
	    at += [pos] * (kind == 6)
	    pos += 16 + (size + 7 & ~7)
	data[at[int(n)] + int(byte)] ^= 1 << int(bit)
	open(out, "wb").write(data)
	EOF
}

chunk 2 100 3 pieces.dat f.dat
run 3 parse -t mono f.dat && says 'damaged (checksum) at byte' &&
	[ "$(events out)" -lt "$all" ] && [ "$(events out)" -gt $((all / 2)) ]
result $? "a damaged chunk loses itself"
run 3 parse - < <(cat f.dat) && says 'damaged (checksum)' &&
	[ "$(events out)" -gt $((all / 2)) ]
result $? "in a pipe, too"
chunk 2 5 7 pieces.dat f.dat
run 3 parse f.dat && says 'damaged (length)' &&
	[ "$(events out)" -gt $((all / 2)) ]
result $? "so does one with a wrong length"
chunk 0 50 0 pieces.dat f.dat
run 3 parse -t mono f.dat && says 'damaged (checksum)' &&
	diff <(tail -n +2 want) <(tail -n +2 out) >>why
result $? "without its head: the format at the end serves"
run 0 list -i f.dat && "$S" list -i long.dat | diff - out >>why
result $? "list, too"
run 1 parse - < <(cat f.dat) && says 'before their format'
result $? "a pipe has no end to look at"

size=$(wc -c <pieces.dat)
bad=0
for cut in 0 7 16 40 5000 $((size / 3)) $((size / 2)) $((size - 30)) $((size - 5)); do
	head -c $cut pieces.dat >f.dat
	"$S" parse -t mono f.dat >out 2>err
	rc=$?
	[ $rc = 3 ] || { [ $cut -lt 12000 ] && [ $rc = 1 ]; } || bad=1
	[ $cut -lt $((size / 3)) ] || says 'cut off' || bad=1
	diff want out | grep '^>' | grep -qv '^> #' && bad=1
	[ $bad = 0 ] || { echo "cut at $cut: rc $rc"; break; } >>why
done
result $bad "cut off anywhere: what is there is read"
[ "$(head -c $((size / 2)) pieces.dat | "$S" parse - 2>/dev/null | wc -l)" -gt \
	$((all / 4)) ]
result $? "half of it holds more than a quarter of the lines"

# ---- hostile files

# hostile LEN COLUMNS BYTES: a chunk with these lengths in it, and so many zeros
hostile() {
	python3 - "$here" "$@" <<-'EOF'
	import struct, sys
	sys.path.insert(0, sys.argv[1])
	from columns import zstd, chunk
	size, ncols, n = map(int, sys.argv[2:])
	data = open("ours.dat", "rb").read()
	first = 16 + 16 + (struct.unpack_from("<I", data, 20)[0] + 7 & ~7)
	body = struct.pack("<II", size, ncols) + zstd(bytes(n))
	open("f.dat", "wb").write(data[:first] + chunk("<", 6, body) + data[first:])
	EOF
	"$S" parse ours.dat >want 2>err
	run 3 parse f.dat && says 'damaged (contents)' && diff want out >>why
}
hostile 1073741824 1073741824 1000
result $? "a gigabyte is refused"
hostile 4194304 4194304 64000000
result $? "a frame that holds more than it may"
hostile 4000000 4000000 4000000
result $? "columns of nothing"
hostile 65536 65536 100
result $? "or less than it says"
python3 - "$here" <<-'EOF'
	import struct, sys
	sys.path.insert(0, sys.argv[1])
	from columns import chunk, pack, zstd
	data = open("ours.dat", "rb").read()
	first = 16 + 16 + (struct.unpack_from("<I", data, 20)[0] + 7 & ~7)
	big = chunk("<", 6, pack([(9, 0xffffffff, bytes(4000000))], "<"))
	open("f.dat", "wb").write(data[:first] + big * 60 + data[first:])
EOF
run 3 parse f.dat && [ "$(grep -c 'damaged (contents)' err)" -gt 20 ]
result $? "very much for its size: refused"
printf '\3' | dd of=ours.dat bs=1 seek=14 conv=notrunc status=none
run 1 parse ours.dat && says 'newer skbtrace'
result $? "a version to come"
exit $failed
