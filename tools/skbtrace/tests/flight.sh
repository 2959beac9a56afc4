#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The flight recorder with a control directory of plain files, and events that ask
# for a snapshot: options, files, messages, the commands that control it. TAP. Tests
# that need a kernel are in flight_vm.sh.
# shellcheck disable=SC2317 # ok() runs what stands behind it

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/record_lib.sh"
need python3

echo "TAP version 13"

# Plays the kernel: traces until "-*", and delivers what feed sends
tracing() {
	rm -rf --one-file-system d
	mkdir d
	"$here/mkflight.py" ctl d || exit 1
	rm -f d/skbtrace/trace.cpu0
	serve /dev/null
}

# feed FIRST COUNT [ASKING]: sends so many sub-buffers, in pieces that fit a pipe
feed() {
	"$here/mkflight.py" data "$@" >d/skbtrace/trace.cpu0
}

# has_open PID PATTERN: has it a file open that matches?
has_open() {
	local fd
	for fd in "/proc/$1"/fd/*; do
		# shellcheck disable=SC2053 # a pattern
		[[ $(readlink "$fd") != *$2* ]] || return 0
	done
	return 1
}

has_board() {
	has_open "$pid" skbtrace-flight
}

# flight ARGS...: starts a recorder in the background, which owns d's session
flight() {
	tracing
	"$S" record -r d -e 'tcp_rttm,snapshot=rtt>40ms' \
		--flight-recorder 128k "$@" >bg.out 2>bg.err &
	pid=$!
	wait_for has_board
	echo "pid $pid uid 0 since_ns 1000 comm skbtrace" >d/skbtrace/owner
}

value() { # FILE KEY
	"$here/readcap.py" "$1" | tr ' ' '\n' | sed -n "s/^$2=//p"
}

window() { "$S" status -r d | status_row window; }

# ---- the command line ----

rm -rf d
mkdir d
"$here/mkflight.py" ctl d
while IFS='|' read -r args text hint; do
	# shellcheck disable=SC2086 # several words
	run record $args
	ok "record $args: refused" fails 2 "$text"
	[ -z "$hint" ] || ok "record $args: says what to do" says "$hint"
done <<-'E'
	--flight-recorder 64k --rotate 1M|--flight-recorder and --rotate cannot|--files and
	--flight-recorder 64k --max-size 1M|--flight-recorder and --max-size cannot|
	--flight-recorder 64k -o -|--flight-recorder and -o - cannot|
	--flight-recorder 60k|is too small: with sub-buffers of 4KiB it takes 64KiB|-b makes
	--flight-recorder x|is not a size; e.g.|
	--snapshot-after 1s|need --flight-recorder|
	--snapshot-gap 0|need --flight-recorder|
	--max-snapshots 1|need --flight-recorder|
	--flight-recorder 64k --snapshot-gap x|"x" is not a time|
	--files 2|--files needs --rotate or --flight-recorder|
	--flight-recorder 64k -e tcp_rttm,snapshot=rtt|did the shell take the >?|
E
run record --flight-recorder 1000T
ok "no memory: exit 1, and how much there is" fails 1 "no memory for 1000.0TiB"
run record --flight-recorder 64k -o no/where.dat
ok "no such folder: before anything is recorded" \
	fails 1 "cannot write no/where.dat.0001: No such file"
run record --flight-recorder 64k -o ./
ok "a folder" fails 2 "a folder, not the name of a file"
ok "no file of all that" is "$(find . -name '*.dat*')" ""

# ---- a signal, or the command, asks ----

flight
feed 0 3
ok "it says what is kept, and how to save it" grep -qF "the last 128KiB are \
kept in memory skbtrace snapshot or USR2 or an event with snapshot saves" \
	<<<"$(flat <bg.err)"
kill -USR2 "$pid"
wait_for test -e skbtrace.dat.0001
ok "USR2: a file with all there was" \
	capture skbtrace.dat.0001 events=30 lost=0 end=30:0 formats=2
ok "USR2: why, in the file" grep -q '[=:]snapshot' \
	<<<"$("$here/readcap.py" skbtrace.dat.0001)"
ok "USR2: the user's alone" is "$(stat -c %a skbtrace.dat.0001)" 600
feed 3 3
run snapshot
ok "snapshot: exit 0, the name" is "$rc:$(cat out)" "0:$PWD/skbtrace.dat.0002"
ok "snapshot: no other words" is "$(cat err)" ""
ok "snapshot: what was there before, and since" \
	capture skbtrace.dat.0002 events=60 lost=0 end=60:0
ok "status: the window" grep -qE "^[0-9].*, [0-9.]+KiB of 128KiB, 60 events, \
2 snapshots, last $PWD/skbtrace.dat.0002\$" <<<"$(window)"
feed 6 1
kill -USR1 "$pid"
wait_for grep -q '70 events ' bg.err
ok "USR1: progress" grep -qE '70 events .*window [0-9.]+KiB, 2 snapshots' bg.err
end -
ok "INT: exit 0" is "$rc" 0
ok "a message" says "skbtrace: snapshot 2: 0.0s, 60 events, "
ok "a message: the file, and why" says " -> skbtrace.dat.0002 (asked for)"
ok "totals" says "70 events in "
ok "totals: the files, how to read the last" grep -qE -- \
	'-> 2 snapshots, skbtrace.dat.0001 to .0002 \([0-9.]+KiB\), none lost read it: skbtrace parse skbtrace.dat.0002$' \
	<<<"$(flat <err)"
ok "nothing else is left" is "$(find . -name '*.part*')" ""
for f in skbtrace.dat.000*; do
	"$S" parse -i "$f" --summary >out 2>err
	ok "$f: parse --summary has nothing to say" is "$?$(cat err)" 0
	"$S" info "$f" >out 2>err
	ok "$f: info, complete" grep -q ', complete$' out
done
ok "info: why" grep -q 'asked for' out

# ---- the window ----

flight -q -o w.dat
feed 0 400
run snapshot
ok "more than fits: the newest, nothing lost" grep -qE ' lost=0 .* end=[0-9]*:0' \
	<<<"$("$here/readcap.py" w.dat.0001)"
events=$(value w.dat.0001 events)
ok "more than fits: much of it ($events)" test "$events" -gt 1800
ok "more than fits: not all" test "$events" -lt 2800
"$S" parse -i w.dat.0001 >out 2>err
ok "more than fits: up to the last one" grep -q 'rtt=43.999ms' <<<"$(tail -1 out)"
ok "no larger than the window, and what stands before" \
	test "$(stat -c %s w.dat.0001)" -lt 200000
end -
ok "quiet: no words" is "$(cat err)" ""

# ---- an event asks ----

# made before: a busy machine takes long to start an interpreter
"$here/mkflight.py" data 0 2 3 >first
"$here/mkflight.py" data 2 1 1 >second
flight -o e.dat --snapshot-after 1s --snapshot-gap 4s --files 2
cat first >d/skbtrace/trace.cpu0
sleep 0.1
ok "an event: not at once" test ! -e e.dat.0001
cat second >d/skbtrace/trace.cpu0
wait_for test -e e.dat.0001
ok "an event: what came after it is in the file" \
	capture e.dat.0001 events=30 end=30:0
feed 3 1 1
wait_for test -e e.dat.0002
gap=$(($(date -r e.dat.0002 +%s%N) - $(date -r e.dat.0001 +%s%N)))
ok "the next event: not before the gap is over ($((gap / 1000000)) ms)" \
	test $gap -gt 3900000000
ok "the next event: then" capture e.dat.0002 events=40 end=40:0
kill -USR2 "$pid"
wait_for test -e e.dat.0003 -a ! -e e.dat.0001
ok "--files: old ones are removed" is "$(echo e.dat.*)" "e.dat.0002 e.dat.0003"
feed 4 1 1
end -
ok "ends before: saved nevertheless" capture e.dat.0004 events=50 end=50:0
ok "says which event, and how many more" grep -qE -- \
	'-> e\.dat\.0001 \(tcp_rttm at 0\.0+, 3 more\)' <<<"$(flat <err)"
ok "says how many there are" says "-> 4 snapshots, e.dat.0003 to .0004 ("

flight -o e.dat --snapshot-after 0 --max-snapshots 1
feed 0 1 1
end
ok "--max-snapshots: ends" is "$rc" 0
ok "numbers go on" capture e.dat.0005 events=10 end=10:0
ok "one file" says "-> 1 snapshot, e.dat.0005 ("

tracing
"$S" record -r d -q -e tcp_rttm --flight-recorder 128k --snapshot-after 0 \
	-o n.dat 2>err &
pid=$!
wait_for has_board
feed 0 1 1
kill -INT $pid
wait $pid
ok "not asked to look at events: does not" test ! -e n.dat.0001

# ---- how it ends ----

flight -o i.dat
feed 0 2
end -
ok "INT: nothing is written" is "$rc$(find . -name 'i.dat*')" 0
ok "INT: that is told" says "no snapshot was taken: the window ("
ok "INT: and what to do" says "skbtrace snapshot, before it ends"
flight -o i.dat
feed 0 2
kill -USR2 "$pid"
end -
ok "USR2, then INT: saved" capture i.dat.0001 events=20 end=20:0
"$S" parse -i i.dat.0001 >out 2>err
ok "USR2, then INT: with all it tells of the machine" grep -q ', 1 CPU, lost 0$' out
tracing
# shellcheck disable=SC2016 # of that shell
"$S" record -q -r d -e tcp_rttm --flight-recorder 128k -o c.dat -- \
	sh -c '"$1" data 0 1 >d/skbtrace/trace.cpu0; kill -USR2 $PPID; exit 7' \
	- "$here/mkflight.py" 2>err
rc=$?
ok "CMD: its exit status" is "$rc" 7
ok "CMD: it may ask" capture c.dat.0001 events=10 end=10:0

flight -o k.dat
kill -KILL "$pid"
wait "$pid" 2>/dev/null || :
run snapshot
ok "killed: no snapshot" is "$rc" 1
ok "killed: no window" is "$(window)" ""
echo '-*' >d/skbtrace/enabled

# ---- a file that cannot be written ----

tracing
(ulimit -f 6; exec "$S" record -r d -e tcp_rttm --flight-recorder 128k --no-compress \
	-o full.dat >bg.out 2>bg.err) &
pid=$!
wait_for has_board
echo "pid $pid uid 0 since_ns 1000 comm skbtrace" >d/skbtrace/owner
feed 0 10
run snapshot
ok "cannot write: the command fails, says why" \
	fails 1 "no snapshot: cannot write full.dat.0001: File too large"
ok "cannot write: nothing is left of it" is "$(find . -name 'full.dat*')" ""
ok "cannot write: status tells" grep -q '0 snapshots, 1 failed (cannot' <<<"$(window)"
end -
ok "cannot write: exit 1 at the end" is "$rc" 1
ok "cannot write: told" says "cannot write full.dat.0001.part: File too large"
ok "cannot write: goes on" says "recording goes on, and the window is still"

# ---- the command without a recorder ----

rm -rf d
mkdir d
"$here/mkflight.py" ctl d
run snapshot
ok "nobody: told" fails 1 "no snapshot: nothing is recorded"
ok "nobody: what to do" says "skbtrace record --flight-recorder 64M"
sed -i 's/tracing=0/tracing=1/' d/skbtrace/stat
run snapshot
ok "control files: told" fails 1 "tracing is on by the control files"
echo "pid $$ uid 1000 since_ns 1000 comm a name" >d/skbtrace/owner
run snapshot
ok "somebody else: told" fails 1 "pid $$ (a name) is no flight recorder"
run status
ok "somebody else: no window" is "$(grep -c ^window out)" 0
run snapshot now
ok "operands" is "$rc" 2
run snapshot -w never
ok "-w" fails 2 "-w never: not a time"
flight -q -o s.dat
kill -STOP "$pid"
run snapshot -w 0.3
ok "no answer: told" fails 1 "no snapshot after 0.3s: pid $pid does not answer"
"$S" snapshot -r d >out 2>err &
asking=$!
wait_for has_open "$asking" pidfd
kill -KILL "$pid"
wait "$pid" 2>/dev/null
wait "$asking"
rc=$?
ok "killed meanwhile: told" fails 1 "the recorder (pid $pid) has ended"
echo '-*' >d/skbtrace/enabled

kernel 1 3
"$S" record -q -r d -o plain.dat 2>err &
pid=$!
wait_for test -s plain.dat.part
kill -USR2 $pid
wait_for grep -q USR2 err
kill -INT $pid
wait $pid
ok "USR2 to a plain recording does no harm" capture plain.dat events=30 end=30:0
ok "and is told of" says "USR2, but no snapshot"

echo "1..$n"
exit "${failed:-0}"
