#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# anonymise: what it removes is gone, the rest is unchanged; addresses keep common
# prefixes and their kinds; keys, signals, bad input. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
# shellcheck source=rewrite_lib.sh
. "$here/rewrite_lib.sh"
need jq python3
examples=$here/../../../examples
for s in sample kinds prefixes texts; do
	"$here/gen_anon.py" $s $s.dat || exit 1
done
head -c 32 /dev/zero >key

anon() { # FILE [ARGS...]: into anon.dat
	local f=$1
	shift
	"$S" anonymise -q -f --key key "$f" -o anon.dat "$@" 2>err
}

locals() { # FILE
	"$S" parse --json "$1" 2>/dev/null | jq -r 'select(.sk) | .local // "::"'
}

# ---- addresses

# The key and the example of the program of Crypto-PAn's authors
printf '%02x' 21 34 23 141 51 164 207 128 19 10 91 22 73 144 125 16 216 152 143 131 121 \
	121 101 39 98 87 76 45 42 132 34 2 >ref.key
"$S" anonymise -q --key ref.key sample.dat -o anon.dat 2>err
locals anon.dat | paste -sd' ' >is
echo 135.242.180.132 134.136.186.123 133.68.164.234 141.167.8.160 141.129.237.235 \
	151.140.114.167 147.225.12.42 162.9.99.234 160.132.178.185 | diff - is >why
result $? "the mapping is Crypto-PAn"
anon kinds.dat
paste <(locals kinds.dat) <(locals anon.dat) >out
golden anonymise-kinds.txt
"$here/gen_d.py" packets.dat members || exit 1
anon packets.dat
"$S" parse --json anon.dat | jq -r 'select(.checksum != null) |
	"\(.checksum) \(.dev // "-")"' | sort -u >out
{ grep -v '^\(0x\)\?0 ' out; grep -e eth0 -e ' lo$' out; } >why
[ ! -s why ] && [ -s out ]
result $? "checksums, which tell addresses, and devices are gone"
anon prefixes.dat
paste -d' ' <(locals prefixes.dat) <(locals anon.dat) | python3 -c '
import ipaddress, sys
pairs = [[ipaddress.ip_address(a) for a in line.split()] for line in sys.stdin]
common = lambda a, b: a.max_prefixlen - (int(a) ^ int(b)).bit_length()
least = {4: 16, 6: 3}
changed = 0
for a, x in pairs:
    changed += a != x
    for b, y in pairs:
        if a.version != b.version:
            continue
        n, m = common(a, b), common(x, y)
        if n != m and (n >= least[a.version] or m >= least[a.version]):
            print(a, b, n, "became", x, y, m)
if changed < len(pairs) * .9 or len(set(p[1] for p in pairs)) != len(set(p[0] for p in pairs)):
    print("changed", changed, "of", len(pairs))
' >why 2>&1
[ ! -s why ]
result $? "the first bits that two have in common stay common, and no more"
"$S" anonymise -q prefixes.dat -f -o a.dat 2>err
"$S" anonymise -q prefixes.dat -f -o b.dat 2>err
! cmp -s a.dat b.dat
result $? "without a key it is another mapping each time"

# ---- texts, strings, fields of unknown kinds

anon texts.dat
{ "$S" info anon.dat | sed -n '/^start$/,$p'; "$S" parse -v anon.dat; } >out 2>&1
golden anonymise-texts.txt
! grep -aiE 'secret|alice|hunter|customer1|10\.0\.2\.|corp|0a000201|001122334455|db[78]|01234567-89ab' \
	anon.dat >why
result $? "none of the secrets is in the file"
"$here/readcap.py" anon.dat | grep '^bad' | grep -v 'event 901 not in the format' >why
[ ! -s why ]
result $? "the file is sound"
cp anon.dat in.dat
"$S" anonymise -q --key key in.dat -f -o twice.dat 2>err && run 0 parse twice.dat
result $? "what is anonymised can be anonymised"

# ---- what is unchanged

# as parse prints it, without addresses and names of programs
but_names() {
	sed -E 's/([0-9]+\.){3}[0-9]+/ADDR/g; s/\[?[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*\]?:/ADDR:/g;
		s/"(comm|host|local|peer|gw|name|client)":"[^"]*"/"\1":"X"/g
		s/(comm|host|gw|name)[= ][^, ]*/\1=X/g; s/[^ ]+\[[0-9]+\]/PROGRAM/g; s/  +/ /g'
}

stays() { # FILE
	local how
	anon "$1"
	for how in -v --json --summary '--summary --json' --why '--why --json' --latency; do
		# shellcheck disable=SC2086 # options
		"$S" parse $how "$1" 2>/dev/null | but_names >want
		# shellcheck disable=SC2086
		"$S" parse $how anon.dat 2>/dev/null | but_names | diff want - >>why
	done
	[ ! -s why ]
	result $? "$1: lines, summary, why, but for names"
}

for s in basic lost conns summary_lost big pipe_marks; do
	gen $s $s.dat
	stays $s.dat
done
for s in basic split lost; do
	gen_history $s history-$s.dat
	stays history-$s.dat
done
more stack stack.dat
stays stack.dat
more excerpt excerpt.dat
stays excerpt.dat
more payload payload.dat
anon payload.dat
run 0 parse -v anon.dat && grep -q reason=NOT_SPECIFIED out && ! grep -q payload= out
result $? "first bytes of packets are left out"

# leaks FILE: names and addresses of it that anon.dat still has
leaks() {
	"$here/leaks.py" "$S" "$1" anon.dat >why
	[ ! -s why ]
	result $? "$1: no byte of its names and addresses is left"
}

for s in loss causes; do
	if [ -r "$examples/$s.dat" ]; then
		cp "$examples/$s.dat" .
		stays $s.dat
		leaks $s.dat
		[ "$("$here/leaks.py" "$S" $s.dat $s.dat | wc -l)" -ge 10 ]
		result $? "$s.dat: they are found where they are"
		"$S" cut -q --conn '*:443' --since 0.2 $s.dat -o - 2>err |
			"$S" anonymise -q -f --key key - -o anon.dat 2>err
		leaks $s.dat
	else
		skip "$s" "no examples here"
	fi
done
anon basic.dat
[ "$("$S" parse --json -S 'net 10.0.0.0/8 and port 443' anon.dat | wc -l)" = \
	"$("$S" parse --json -S 'net 10.0.0.0/8 and port 443' basic.dat | wc -l)" ]
result $? "ports, and what is private, can be filtered by"
"$here/gen_parts.py" rotated p || exit 1
for i in 1 2 3; do
	"$S" anonymise -q --key key p/part.000$i -o p/anon.$i 2>err
done
"$S" merge -q p/anon.? -o all.dat
anon p/whole.dat
"$S" parse --json anon.dat 2>/dev/null | diff - <("$S" parse --json all.dat 2>/dev/null) >why
result $? "parts with the same key fit together"
cat basic.dat lost.dat >cat.dat
anon cat.dat
[ "$("$S" info --json anon.dat | wc -l)" = 2 ]
result $? "two recordings in a file"

# ---- damage, bad input

damages_left=(no-end cut-chunk bad-crc subbuf-count block-len0 lost-kinds random empty no-chunks)
for d in "${damages_left[@]}"; do
	gen "damaged:$d" bad.in
	"$S" parse bad.in >want 2>/dev/null
	want=$?
	if run $want anonymise --key key bad.in -f -o bad.dat && [ $want != 3 ]; then
		true
	else
		[ "$("$S" parse bad.dat 2>/dev/null | grep -vc '^#')" = "$(grep -vc '^#' want)" ]
	fi
	result $? "damaged: $d (exit status $rc)"
done
bad_output basic.dat anonymise --key key
for bad in short:31 long:33 hex:0; do
	head -c "${bad#*:}" /dev/zero >"${bad%:*}.key"
done
printf '%063dx' 0 >hex.key
for k in short long hex; do
	run 2 anonymise --key $k.key basic.dat -o x.dat && says 'not a key: 32 bytes' &&
		says 'head -c 32 /dev/urandom' && nothing_left x.dat
	result $? "a key that is none: $k"
done
run 1 anonymise --key nix basic.dat -o x.dat && says '--key nix: No such file' &&
	says 'head -c 32 /dev/urandom >nix' && nothing_left x.dat
result $? "a key that is not there: how to make one"
cp key k2
run 2 anonymise --key k2 basic.dat -f -o k2 && says 'cannot be written, too' && cmp key k2 >why
result $? "not over the key"
run 2 anonymise -o x.dat && says 'takes one file'
result $? "no file"
run 2 anonymise basic.dat lost.dat -o x.dat && says 'takes one file'
result $? "two files"

# ---- signals, while it reads a slow pipe

mkfifo fifo
for sig in INT TERM HUP; do
	echo old >there.dat
	(exec bash -c 'trap - INT; exec "$@"' - "$S" anonymise fifo -f -o there.dat >out 2>err) &
	exec 5>fifo
	head -c 9000 basic.dat >&5
	for _ in $(seq 100); do
		[ -s there.dat.part ] && break
		sleep 0.1
	done
	[ -s there.dat.part ] || echo "nothing was written under way" >>why
	kill -USR1 $!
	for _ in $(seq 100); do
		grep -q ' of ' err && break
		sleep 0.1
	done
	kill -$sig $!
	wait $!
	rc=$?
	exec 5>&-
	[ $rc = $((128 + $(kill -l $sig))) ] || echo "exit status $rc" >>why
	says interrupted && is_old there.dat
	result $? "$sig: the old file is as it was"
done
"$S" anonymise -q --key key fifo -f -o there.dat &
cat basic.dat >fifo
wait $! && anon basic.dat && cmp there.dat anon.dat >why
result $? "a pipe is read as it comes"

echo "1..$n"
exit "$failed"
