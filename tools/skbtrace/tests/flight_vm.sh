#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The flight recorder on a real kernel, under load: memory, files, losses, requests
# for a snapshot, and what is left when it is killed. TAP. As record_vm.sh:
#
#	scripts/vm.sh -w tools/skbtrace tools/skbtrace/tests/flight_vm.sh
#
# FLIGHT_SECONDS: how long the load lasts (40).
# shellcheck disable=SC2154,SC2317 # vm_lib.sh sets them, ok() runs them

. "$(dirname "$0")/vm_lib.sh"
need python3 tc

seconds=${FLIGHT_SECONDS:-40}
size=$((8 << 10))	# of the window, KiB

rss() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"; }

# Traffic of small messages, on connections that stay and on short ones, until the
# file ./stop is there. With pauses, so that a window has seconds of it on a fast
# machine, too: more than it takes to ask for a snapshot.
load() {
	python3 -c '
import os, socket, threading, time
srv = socket.create_server(("127.0.0.1", 0), backlog=64)
def answer(c):
    while True:
        data = c.recv(65536)
        if not data:
            break
        c.sendall(data[:64])
    c.close()
def serve():
    while True:
        threading.Thread(target=answer, args=(srv.accept()[0],),
                         daemon=True).start()
threading.Thread(target=serve, daemon=True).start()
stay = [socket.create_connection(srv.getsockname()) for _ in range(8)]
while not os.path.exists("stop"):
    come = socket.create_connection(srv.getsockname())
    for _ in range(50):
        for c in stay:
            c.sendall(b"x" * 512)
        for c in stay:
            c.recv(65536)
    come.close()
    time.sleep(0.1)'
}

# FILE FROM TO: prints the seconds since the Epoch of its first and last event. Has it
# begun before FROM, and ended between FROM and TO, give or take a second?
around() {
	"$S" parse -i "$1" -t epoch | awk -v t="$2" -v end="$3" '
		/^#/ { next }
		!first { first = $1 }
		{ last = $1 }
		END {
			printf "from %s to %s, wanted around %s to %s\n", first, last, t, end
			exit !(first < t && last > t - 1 && last < end + 1)
		}'
}

# FILE: nothing is missing in it, by readcap.py and by the program
whole() {
	local events lost
	capture "$1" unnamed=0 || return 1
	events=$(value "$1" events) lost=$(value "$1" lost)
	is "$(value "$1" end)" "$events:$lost" || return 1
	"$S" parse -i "$1" --summary >sum.out 2>sum.err || return 1
	"$S" info "$1" >info.out 2>>sum.err || return 1
	grep -q ', complete$' info.out || { cat info.out; return 1; }
	if [ "$lost" = 0 ]; then
		is "$(cat sum.err)" ""
	else
		grep -q "LOST $lost of" sum.err
	fi
}

window() { "$S" status | status_row window; }

# ---- nobody records, or records without a window ----

run snapshot
ok "nobody records: exit 1" is "$rc" 1
ok "nobody records: told, and what to do" says \
	"skbtrace record --flight-recorder 64M"
bg record -o plain.dat -e @conn
run snapshot
ok "a plain recording: told" says "(skbtrace record) is no flight recorder"
ok "a plain recording: no window" is "$(window)" ""
kill -USR2 $pid
end -
ok "a plain recording: USR2 does not end it" is "$rc" 0
ok "a plain recording: USR2 is told of" says "this is no flight recorder"
run record --flight-recorder 1T -e @conn -o no.dat
ok "too much memory: exit 1" is "$rc" 1
ok "too much memory: told" says "no memory for 1.0TiB, "

# ---- under load ----

# not compressed, as readcap.py is slow in unpacking
bg record -o f.dat -e @all -n 32 --no-compress --flight-recorder ${size}k
ok "it says what it does" grep -q "the last 8.0MiB are kept in memory" bg.err
sleep 0.5
begin=$(rss)
ok "the window is there from the beginning" test "$begin" -gt $size
load &
loader=$!
sleep $((seconds / 4))
# a signal first, then the command
asked=$(date +%s.%N)
kill -USR2 $pid
wait_for test -e f.dat.0001
there=$(date +%s.%N)
sleep $((seconds / 4))
asked2=$(date +%s.%N)
name=$("$S" snapshot 2>err)
rc=$?
there2=$(date +%s.%N)
ok "snapshot: exit 0" is "$rc" 0
ok "snapshot: the name of the file, whole" is "$name" "$PWD/f.dat.0002"
ok "snapshot: nothing else" is "$(cat err)" ""
ok "status: the window" grep -qE \
	"^[0-9.]+s, [4-8]\.[0-9]MiB of 8\.0MiB, [0-9]{4,} events, 2 snapshots, last $PWD/f\.dat\.0002$" \
	<<<"$(window)"
most=0
for ((i = 0; i < seconds; i++)); do
	kb=$(rss)
	((kb <= most)) || most=$kb
	# several requests at once, and during a snapshot
	((i % 10)) || "$S" snapshot >>many.out &
	sleep 0.5
done
: >stop
wait $loader
sleep 0.5
after=$(rss)
ok "memory: the size, twice while a file is written (begin $begin, most $most)" \
	test "$most" -le $((begin + size + 3072))
ok "memory: given back (after $after)" test "$after" -le $((begin + 3072))
end -
cp err f.err
ok "INT: exit 0" is "$rc" 0
ok "a message for each" is "$(grep -c '^skbtrace: snapshot [0-9]*: ' err)" \
	"$(find . -name 'f.dat.*' | wc -l)"
ok "the message" grep -qE \
	'^skbtrace: snapshot 1: [0-9.]+s, [0-9]+ events,.* [0-9.]+MiB -> f\.dat\.0001 \(asked for\)$' err
tr -s '\n ' ' ' <err >flat
ok "totals: the files" grep -qE -- \
	'-> [0-9]+ snapshots, f\.dat\.0001 to \.[0-9]{4} \([0-9.]+MiB\), none lost ' flat
rm flat
ok "USR2: what it was asked at" around f.dat.0001 "$asked" "$there"
ok "snapshot: what it was asked at" around f.dat.0002 "$asked2" "$there2"
for f in f.dat.*; do
	ok "$f is whole" whole "$f"
	ok "$f is not longer than the window" \
		test "$(stat -c %s "$f")" -le $(((size << 10) + 131072))
	ok "$f: much was there" test "$(value "$f" events)" -gt 20000
done
ok "it holds what came before and is gone" \
	test "$(value f.dat.0001 epochs | tr ':' '\n' | head -1)" -gt 1
run parse -i f.dat.0001 --json
ok "parse: one object a line" test "$(grep -c '^{.*}$' out)" = "$(wc -l <out)"
"$S" parse -i f.dat.0002 >seek.out
"$S" parse - <f.dat.0002 >pipe.out
ok "from a pipe: the same" cmp seek.out pipe.out
ok "info: why it was taken" grep -q 'asked for' info.out

# ---- the disk fills up, and is emptied ----

mkdir small
mount -t tmpfs -o size=1m none small
dd if=/dev/zero of=small/fill bs=1k 2>/dev/null
bg record -o small/x.dat -e @all --flight-recorder 4M
traffic 4 400000
run snapshot
ok "disk full: the command fails" is "$rc" 1
ok "disk full: says why" says "No space left on device"
ok "disk full: nothing is left of it" is "$(ls small)" fill
ok "disk full: status knows" grep -q '1 failed' <<<"$(window)"
rm small/fill
run snapshot
ok "disk no more full: the same window" is "$rc:$(cat out)" "0:$PWD/small/x.dat.0001"
ok "disk no more full: whole" whole small/x.dat.0001
end -
ok "disk full: exit 1 at the end" is "$rc" 1
ok "disk full: told, goes on" says "recording goes on"
umount small

# ---- its end ----

bg record -o k.dat -e @all --flight-recorder 4M
traffic 2 100000
ok "status before" test -n "$(window)"
kill -KILL $pid
wait $pid 2>/dev/null
ok "killed: the session is gone" is_off
ok "killed: no window is shown" is "$(window)" ""
run snapshot
ok "killed: nobody records" says "nothing is recorded"
ok "killed: no file" test ! -e k.dat.0001
bg record -o k.dat -e @all --flight-recorder 4M --max-snapshots 1
traffic 2 100000
run snapshot
ok "the next one: a snapshot" is "$rc:$(cat out)" "0:$PWD/k.dat.0001"
end
ok "--max-snapshots: that was it" is "$rc" 0
ok "the next one: whole" whole k.dat.0001
bg record -o n.dat -e @all --flight-recorder 4M
traffic 2 100000
end -
ok "INT without a snapshot: exit 0" is "$rc" 0
ok "INT without a snapshot: told" says "no snapshot was taken: the window ("
ok "INT without a snapshot: no file" test ! -e n.dat.0001
bg record -o i.dat -e @all --flight-recorder 4M
traffic 2 100000
kill -USR2 $pid
end -
ok "USR2, then INT: saved first" whole i.dat.0001

# ---- an event asks ----

if "$S" list tcp_rttm | grep -qw snapshot=; then
	bg record -o e.dat -e 'tcp_rttm,snapshot=rtt>150ms' -e @conn \
		--flight-recorder 4M --max-snapshots 1
	traffic 1 10000
	tc qdisc add dev lo root netem delay 100ms
	traffic 1 10000
	tc qdisc del dev lo root
	end
	ok "an event asks: exit 0" is "$rc" 0
	ok "an event asks: says which" grep -qE \
		'e\.dat\.0001 \(tcp_rttm at [0-9.]+' <<<"$(flat <err)"
	ok "an event asks: whole" whole e.dat.0001
	ok "an event asks: it is in the file" test \
		"$("$S" parse -i e.dat.0001 -e tcp_rttm | grep -c 'rtt=[2-9][0-9][0-9]\.')" -gt 0
fi

echo "1..$n"
exit "${failed:-0}"
