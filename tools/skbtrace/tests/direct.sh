#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# record --direct, against a control directory of plain files: the same data as
# without it, written in whole blocks; where it can't be had. TAP. With a real
# kernel part, and a disk that is full: selftest direct.sh.
# shellcheck disable=SC2317,SC2154,SC2016,SC2119 # ok() runs what stands behind it

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/record_lib.sh"
need python3 strace unshare

echo "TAP version 13"

fresh 2 9 10
run record --direct -o probe.dat
if [ "$rc" = 1 ] && grep -q 'no direct I/O' err; then
	echo "1..0 # SKIP $tmp is on a file system without direct I/O"
	exit
fi

blocks() { # FILE: bytes that it takes on the disk
	echo $(($(stat -c '%b * %B' "$1")))
}

# the events, and in which order
events() {
	"$S" parse -t mono -i "$1" | sed 1d | sort
}

fresh 2 900 40
for how in "" --no-compress; do
	run record $how -o plain.dat -f
	run record $how --direct -o direct.dat -f
	ok "${how:-compressed}: exit 0" is "$rc" 0
	ok "${how:-compressed}: whole" capture direct.dat events=72000 subbufs=1800 end=72000:0
	events plain.dat >plain.txt
	events direct.dat >direct.txt
	ok "${how:-compressed}: as without it" cmp plain.txt direct.txt
	ok "${how:-compressed}: it ends where its data do" \
		test $(($(stat -c %s direct.dat) - $(stat -c %s plain.dat))) -lt 64
	ok "${how:-compressed}: nothing that was reserved is left" \
		test "$(blocks direct.dat)" -lt $(($(stat -c %s direct.dat) + 65536))
done

strace -f -qq -e trace=fcntl,pwrite64,write,writev -o calls \
	"$S" record -r d --no-compress --direct -o s.dat >out 2>err
ok "around the page cache" grep -q 'F_SETFL, .*O_DIRECT' calls
sed -n 's/.*pwrite64(.*, \([0-9]*\), \([0-9]*\)) *= \([0-9]*\)$/\1 \2 \3/p' calls >sizes
ok "written" test -s sizes
ok "in whole blocks" awk '$1 % 4096 || $2 % 4096 || $1 != $3 { exit 1 }' sizes
ok "in large pieces" test "$(wc -l <sizes)" -lt 12
fd=$(sed -n 's/.*pwrite64(\([0-9]*\),.*/\1/p;T;q' calls)
ok "nothing otherwise" test -z "$(grep -E "write(v)?\($fd," calls | grep -v pwrite64)"

# ---- killed: what is there can be read ----

for how in "" --no-compress; do
	kernel 1 50 10
	"$S" record -r d $how --direct -q -e tcp_rttm -o k.dat >bg.out 2>bg.err &
	pid=$!
	grown() { [ "$("$S" parse -i k.dat.part 2>/dev/null | grep -c tcp_rttm)" = 500 ]; }
	ok "${how:-compressed}: killed: all of it, two seconds later" wait_for grown
	kill -KILL $pid
	end
	"$S" parse -i k.dat.part >out 2>err
	ok "${how:-compressed}: killed: exit 3" is "$?" 3
	ok "${how:-compressed}: killed: told" says "the recording was cut off"
	rm -f k.dat*
done

# ---- limits ----

fresh 2 30 10
(ulimit -f 8; exec "$S" record -r d --no-compress --direct -o full.dat >out 2>err)
rc=$?
ok "file size limit: exit 1" fails 1 "cannot write full.dat.part: File too"
ok "what is there is kept, whole chunks, no END" capture full.dat end=none
"$S" parse -i full.dat >out 2>err
ok "which can be read" is "$?" 3
ok "to a chunk's end" says "full.dat ends without END at byte"
fresh 1 9 10
run record --no-compress --direct --rotate 6k -o r.dat
ok "--rotate" is "$(echo r.dat*)" "r.dat.0001 r.dat.0002"
ok "--rotate: each is whole" capture r.dat.0001 formats=2

# ---- where it can't be had ----

run record --direct -o /dev/null
ok "not a device" fails 1 "/dev/null is no file on a disk, as --direct needs"
run record --direct -o -
ok "not a pipe" fails 2 "--direct needs a file, not -o -"
run record --direct --packets -o p.pcapng
ok "not packets" fails 2 "--direct is for events"
run record --direct --flight-recorder 1M -o x.dat
ok "not a flight recorder" fails 2 "--flight-recorder and --direct cannot be had together"
mkdir mem
if unshare -rm sh -c 'mount -t tmpfs none mem && "$1" record -r d --direct -o mem/x.dat
	rc=$?; ls mem >left; exit $rc' sh "$S" >out 2>err; then
	rc=0
else
	rc=$?
fi
if grep -q 'unshare failed' err; then
	skip "memory is no disk" "no user namespaces"
else
	ok "memory is no disk" fails 1 "mem/x.dat: the file system has no direct I/O"
	ok "and what to do" says "ext4, xfs, btrfs"
	ok "no file is left" test ! -s left
fi

echo "1..$n"
exit "${failed:-0}"
