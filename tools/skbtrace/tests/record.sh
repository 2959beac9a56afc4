#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# record, live, list, status and stop with a control directory of plain files:
# arguments, messages, exit codes, files. TAP. Tests that need a kernel are in
# record_vm.sh.
# shellcheck disable=SC2317 # ok() runs what stands behind it

# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/record_lib.sh"
need python3 pkill

echo "TAP version 13"

# ---- the file ----

fresh 2 3 10
run record
ok "default: exit 0" is "$rc" 0
ok "default, without a set @why: that of older kernels" \
	says "no -e given, recording @trouble: tcp_congestion tcp_reset"
ok "which of them are inferred" says "inferred on this kernel: tcp_reset ("
ok "default: totals and what to type next" \
	says "60 events in 0.0s -> skbtrace.dat (3."
ok "default: the way to read" says "none lost read it: skbtrace parse"
ok "the file holds it all" capture skbtrace.dat events=60 subbufs=6 end=60:0
ok "its format stands there twice" capture skbtrace.dat formats=2
ok "the file is the user's alone" is "$(stat -c %a skbtrace.dat)" 600
ok "nothing else is left" is "$(echo skbtrace.dat*)" skbtrace.dat
ok "what was on is what was asked for" enabled "tcp_congestion,skip=loss
tcp_reset"

"$here/readcap.py" skbtrace.dat >out
for m in start clock hostname cpus events uname cmdline module sysctls; do
	ok "the file tells of the machine: $m" grep -q "[=:]${m}[: ]" out
done
ino=$(stat -c %i skbtrace.dat)
run record -q
ok "quiet: no words" is "$(cat err)" ""
ok "the one before is kept" is "$(stat -c %i skbtrace.dat.old)" "$ino"

fresh 2 3 10
sed -i 's/ sets=rtt / sets=rtt:why /; s/ sets=trouble / sets=trouble:why /' d/skbtrace/format
run record -o why.dat
ok "default: what why needs" says "no -e given, recording @why: tcp_congestion"
ok "default: so it is on" enabled "tcp_congestion,skip=loss
tcp_rttm"
fresh 2 3 10

run record -q -o x.dat
ok "-o: a new file" capture x.dat events=60 end=60:0
run record -o x.dat
ok "-o: not over a file" fails 1 "x.dat exists"
ok "-o: says how" says "-f overwrites it"
run record -q -f -o x.dat
ok "-f: over a file" is "$rc" 0
mkdir -p dir
run record -o dir
ok "-o: not a folder" fails 1 "cannot write dir"
run record -o no/where.dat
ok "-o: no such folder" fails 1 "cannot write no/where.dat"
"$S" record -q -r d -o - >pipe.dat
ok "-o -: a stream" capture pipe.dat events=60 end=60:0
"$S" record -q -r d -o - | true
ok "-o -: a reader that leaves is no error" is "${PIPESTATUS[0]}" 0
run record -q -o /dev/null
ok "-o /dev/null" is "$rc" 0
: >skbtrace.dat.part
run record
ok "a killed recording's file is kept" says "is now skbtrace.dat.part.old"
ok "and the new one is written" capture skbtrace.dat events=60
rm -f skbtrace.dat.part.old
(exec 9>skbtrace.dat.part; flock 9; "$S" record -r d >out 2>err; echo $? >rc)
ok "two recordings into one file" says "another recording writes"
rm -f skbtrace.dat.part
if [ "$(id -u)" = 0 ]; then
	SUDO_UID=1234 SUDO_GID=1235 "$S" record -q -r d -o sudo.dat 2>err
	ok "sudo: the file is the caller's" \
		is "$(stat -c %u:%g:%a sudo.dat)" 1234:1235:600
else
	skip "sudo: the file is the caller's" "not root"
fi

fresh 2 30 10
(ulimit -f 8; exec "$S" record -r d --no-compress -o full.dat >out 2>err)
rc=$?
ok "file size limit: exit 1" fails 1 "cannot write full.dat.part: File too"
ok "what is there is kept, whole chunks, no END" capture full.dat end=none
ok "plain: as ever" is "$(od -An -tu2 -j14 -N2 full.dat | tr -d ' ')" 1
fresh 2 30 10
(ulimit -f 2; exec "$S" record -r d -o full2.dat >out 2>err)
rc=$?
ok "compressed: exit 1" fails 1 "cannot write full2.dat.part: File too"
ok "compressed: what is there is kept" capture full2.dat end=none

# ---- rotation ----

fresh 1 9 10
run record --no-compress --rotate 6k -o r.dat
ok "--rotate: names" is "$(echo r.dat*)" "r.dat.0001 r.dat.0002"
ok "--rotate: says them" says "-> r.dat.0001 to .0002 ("
fresh 1 9 10
run record --no-compress --rotate 6k --files 3 -o r.dat
ok "--rotate: numbers go on, --files" \
	is "$(echo r.dat*)" "r.dat.0002 r.dat.0003 r.dat.0004"
ok "--rotate: each is whole" capture r.dat.0003 events=90 formats=2
run record --files 2
ok "--files alone" fails 2 "--files needs --rotate"
run record --rotate 1M -o -
ok "--rotate of stdout" fails 2 "--rotate needs a file"

# ---- which events ----

fresh
while IFS='|' read -r spec want; do
	run record -q -f -o e.dat -e "$spec"
	ok "-e $spec" enabled "$(echo -e "$want")"
done <<-'E'
	tcp_rttm|tcp_rttm
	tcp_rttm,tcp_reset|tcp_rttm\ntcp_reset
	tcp_rttm,skip=a:b,tcp_reset|tcp_rttm,skip=a:b\ntcp_reset
	tcp_rttm,stack,sample=10|tcp_rttm,stack,sample=10
	tcp_rttm,when=rtt>50ms|tcp_rttm,when=rtt>50ms
	tcp_rttm,when=rtt.gt.50ms&&srtt<1s|tcp_rttm,when=rtt.gt.50ms&&srtt<1s
	tcp_rttm,primary=tcp_congestion:tcp_reset,before=2s,after=10,tcp_congestion|tcp_rttm,primary=tcp_congestion:tcp_reset,before=2s,after=10\ntcp_congestion
	tcp_congestion,primary=tcp_rttm[rtt>50ms&&srtt<1s],tcp_rttm|tcp_congestion,primary=tcp_rttm[rtt>50ms&&srtt<1s]\ntcp_rttm
	tcp_rttm,snapshot,tcp_reset|tcp_rttm,snapshot\ntcp_reset
	tcp_rttm,snapshot=rtt>1s,stack|tcp_rttm,snapshot=rtt>1s,stack
	@all,primary=tcp_reset|tcp_congestion,primary=tcp_reset\ntcp_rttm,primary=tcp_reset\ntcp_reset
	tcp_r*,before=9,tcp_congestion|tcp_rttm,before=9\ntcp_reset\ntcp_congestion
	@all|tcp_congestion\ntcp_rttm\ntcp_reset
	@trouble|tcp_congestion,skip=loss\ntcp_reset
	@trouble,only=cwr|tcp_congestion,only=cwr\ntcp_reset
	@trouble,tcp_congestion|tcp_congestion\ntcp_reset
	tcp_congestion,mask=cwr,@trouble|tcp_congestion,mask=cwr\ntcp_reset
	tcp_c*|tcp_congestion
	*r?s*|tcp_reset
E
run record -q -e tcp_rttm -e @rst
ok "-e twice" enabled "tcp_rttm
tcp_reset"
run record -e @rst
ok "a set says what it stands for" says "@rst: tcp_reset"
run record -e @trouble
ok "and what of it is not available" says \
	"not available here: tcp_listen_overflow"
run record -e @trouble,sample=3 -o s.dat
ok "an option that none takes" fails 2 "none of these events takes"
while IFS='|' read -r spec code text hint; do
	run record -o e2.dat -e "$spec"
	ok "-e $spec: refused" fails "$code" "$text"
	[ -z "$hint" ] || ok "-e $spec: says what to do" says "$hint"
done <<-'E'
	tcp_rtm|2|no event "tcp_rtm"|did you mean tcp_rttm?
	nonsense|2|no event "nonsense"|skbtrace list
	@nonsense|2|no set @nonsense|there are: @all @trouble @rtt @rst
	x*|2|no event matches x*|skbtrace list
	task|2|no event "task"|
	skip=a|2|Name it before|
	tcp_rttm,,tcp_reset|2|nothing between the commas|
	tcp_rttm tcp_reset|2|commas separate|
	tcp_reset,stack|2|no event "stack"|
	tcp_reset,sample=2|2|tcp_reset: no option "sample" (it takes: skip)|
	tcp_rttm,when=rtt|2|did the shell take the >? quote the -e|
	tcp_rttm,when=nonsense|2|condition has no operator|
	tcp_rttm,snapshot=rtt|2|did the shell take the >? quote the -e|
	tcp_congestion,primary=tcp_rttm[rtt|2|did the shell take the >? quote the -e|
	tcp_congestion,primary=tcp_reset:tcp_rttm[rtt]|2|did the shell take the|
	tcp_reset,primary=tcp_rttm|2|tcp_reset: no option "primary"|
	tcp_listen_overflow|1|not available on this kernel: needs the kernel patch|
E
ok "nothing was recorded" test ! -e e2.dat
run record -e tcp_rttm,skip=a -e tcp_rttm,skip=b
ok "options twice" fails 2 "put them into one -e"
run record -S 'port 1' port 443
ok "two filters" fails 2 "join them"

# ---- other options ----

fresh
run record -q -b 64k -n 32 -C task,softirq -p 0-1
ok "-b" is "$(cat d/skbtrace/subbuf_size)" 65536
ok "-n" is "$(cat d/skbtrace/subbuf_nr)" 32
ok "-C" is "$(cat d/skbtrace/contexts)" task,softirq
ok "-p" is "$(cat d/skbtrace/cpus)" 0-1
run record -q --hold 16M -o h.dat
ok "--hold" is "$(cat d/skbtrace/hold)" 16777216
"$here/readcap.py" h.dat >out
ok "--hold: the file says it" grep -q "[=:]hold[: ]" out
run record -q --hold 0 -o h.dat -f
ok "--hold 0: off" is "$(cat d/skbtrace/hold)" 0
run live -q --hold 1k -e tcp_rttm
ok "live --hold" is "$(cat d/skbtrace/hold)" 1024
rm d/skbtrace/hold
run record --hold 1M -o h2.dat
ok "--hold: an older kernel" fails 1 "cannot hold events back"
ok "--hold: what to do" says "install the module from the same source"
run record -q -o h2.dat
ok "an older kernel without --hold" is "$rc" 0
run record -q --max-cost 0.5% -o h4.dat
ok "--max-cost" is "$(cat d/skbtrace/max_cost)" 0.5%
run live -q --max-cost 2% -e tcp_rttm
ok "live --max-cost" is "$(cat d/skbtrace/max_cost)" 2%
rm d/skbtrace/max_cost
run record --max-cost 1% -o h5.dat
ok "--max-cost: an older kernel" fails 1 "does not measure what it costs"
ok "--max-cost: what to do" says "install the module from the same source"
fresh
rm d/skbtrace/max_cost
mkdir d/skbtrace/max_cost
echo "max_cost: not a share of the CPUs' time" >d/skbtrace/error
run record --max-cost 200% -o h6.dat
ok "--max-cost: a refusal says why" fails 1 "skbtrace: not a share"
fresh
rm d/skbtrace/hold
mkdir d/skbtrace/hold
echo "hold: more than a quarter of memory" >d/skbtrace/error
run record --hold 1T -o h3.dat
ok "--hold: a refusal says why" fails 1 "skbtrace: more than a quarter"
fresh
for bad in "-w 0" "-w x" "-w 1y" "-w -1" "-b 0" "-b 3q" "-n 0" "-n 1k" \
	"--max-size -1" "--packets=262145" "--packets=x" "--packets --rotate 1M" "--max-events x" "--hold x" "--hold" "--bogus" "-Z" "-w" "-- "; do
	# shellcheck disable=SC2086
	run record $bad
	ok "usage: $bad" is "$rc" "$([ "$bad" = "-- " ] && echo 125 || echo 2)"
done
run record --max-siez 1
ok "a near option" says "did you mean --max-size?"

# ---- messages about the kernel ----

fresh
echo 3 >d/skbtrace/version
run record
ok "another version" fails 1 "speaks version 3, this program 2"
fresh
rm d/skbtrace/enabled
mkdir d/skbtrace/enabled
echo "enabled: tcp_reset: the reason" >d/skbtrace/error
run record -o k.dat
ok "a refused write says why" fails 1 "skbtrace: tcp_reset: the reason"
ok "and leaves no file" test ! -e k.dat -a ! -e k.dat.part
echo "cpus: of something else" >d/skbtrace/error
run record -o k.dat
ok "an old reason is not ours" fails 1 "the kernel refuses enabled: Is a dir"
fresh
printf 'XXXX' | dd of=d/skbtrace/trace.cpu0 conv=notrunc status=none
run record -o k.dat
ok "no sub-buffer" fails 1 "trace.cpu0: not a sub-buffer"
fresh
truncate -s 9000 d/skbtrace/trace.cpu1
run record -o k2.dat
ok "half a sub-buffer is told" says "trace.cpu1: ends within a sub-buffer"
ok "and the rest recorded" capture k2.dat events=50
fresh
rm d/skbtrace/trace.cpu*
run record
ok "no trace files" fails 1 "offers no trace files"
mkdir -p e/sub
"$S" record -r e >out 2>err
rc=$?
if [ "$(id -u)" = 0 ]; then
	ok "not a debugfs" fails 1 "e is no debugfs"
else
	ok "not root" fails 1 "needs root"
fi
if ! why=$(not_root || lacks setpriv); then
	fresh
	chmod 700 d
	chmod 755 .
	for cmd in record live status stop; do
		setpriv --reuid=65534 --regid=65534 --clear-groups \
			"$S" $cmd -r d >out 2>err
		rc=$?
		ok "$cmd needs root" fails 1 "$cmd needs root"
	done
else
	skip "needs root" "$why"
fi
fresh
echo "total 7
cpu 1 tcp_rttm 5
cpu 1 tcp_reset 2" >d/skbtrace/dropped
sed -i '1a cpu 1 hits=9 lost=7 written=2' d/skbtrace/stat
run record --strict -o l.dat
ok "--strict: losses are exit 3" is "$rc" 3
ok "losses: how many, where, of what" says \
	"LOST 7 of 67 events (10.4%), all on cpu 1: tcp_rttm 5, tcp_reset 2"
ok "losses: what helps" says "next time: -b 8k, or -e tcp_rttm,sample=10, or"
sed -i '2s/$/ held=20 history=5 held_dropped=15/' d/skbtrace/stat
run record -o l3.dat
ok "totals: held back" says "skbtrace: held back 20, written 5 of them as history"
run record -q -o l2.dat
ok "losses are told in quiet, too" says "LOST 7 of 67"
ok "END knows of them" capture l2.dat end=60:7

# ---- how it ends ----

kernel
run record -q -w 0.3 -o w.dat
ok "-w" is "$rc" 0
ok "-w: all that was there" capture w.dat events=30 end=30:0
kernel 1 15 10
run record -q --max-events 50 -o m.dat
ok "--max-events" capture m.dat end=150:0
kernel
run record -q --max-size 1000 -o m2.dat
ok "--max-size" is "$rc" 0
for sig in INT TERM HUP; do
	kernel
	"$S" record -r d -o "$sig.dat" >out 2>err &
	pid=$!
	wait_for test -e "$sig.dat.part"
	kill -USR1 $pid
	wait_for grep -q ' events ' err
	kill -s $sig $pid
	wait $pid
	rc=$?
	ok "$sig: exit 0" is "$rc" 0
	ok "$sig: a whole file" capture "$sig.dat" events=30 end=30:0
	ok "USR1: progress" grep -qE '^skbtrace: [0-9.]+s  30 events ' err
done
kernel
"$S" record -q -r d -o kill.dat 2>err &
pid=$!
holds() { capture "$@" >/dev/null; }
wait_for holds kill.dat.part events=30 end=none
kill -KILL $pid
wait $pid 2>/dev/null
ok "killed: what was there can be read" capture kill.dat.part events=30 end=none
echo '-*' >d/skbtrace/enabled

kernel
sed -i 's/tracing=0/tracing=1/; s/dead=-/dead=a bad block/' d/skbtrace/stat
run record -o dead.dat
ok "the kernel gives up: exit 1" fails 1 "has ended the session: a bad block"
ok "the kernel gives up: cut short" says "cut short"
ok "the kernel gives up: what was there" capture dead.dat events=30 end=none
kernel
if ! why=$(lacks script); then
	script -qec "$S record -r d -w 3.9 -o p.dat" /dev/null </dev/null >tty.out
	ok "a line every second on a terminal" grep -aqE \
		'[23]\.[0-9]s  30 events  0/s  [0-9.]+KiB  lost 0' tty.out
else
	skip "a line every second on a terminal" "$why"
fi

# ---- a command ----

fresh
run record -q -o c.dat -- sh -c 'echo out; exit 5'
ok "CMD: its exit status" is "$rc" 5
ok "CMD: its output" is "$(cat out)" out
run record -q -f -o c.dat -- sh -c 'kill -TERM $$'
ok "CMD: killed by a signal" is "$rc" 143
run record -q -f -o c.dat -- true
ok "CMD: success" is "$rc" 0
run record -o c2.dat -- ./nonexistent
ok "CMD: not found" fails 127 "cannot run ./nonexistent"
ok "CMD: no file then" test ! -e c2.dat -a ! -e c2.dat.part
: >notexec
run record -o c2.dat -- ./notexec
ok "CMD: cannot be run" fails 126 "cannot run ./notexec: Permission denied"
run record -o c.dat -- touch ran
ok "CMD: we failed" is "$rc" 125
ok "CMD: and did not run it" test ! -e ran
kernel
start=$(date +%s%N)
run record -q -o c3.dat -- sh -c 'cat d/skbtrace/enabled'
took=$((($(date +%s%N) - start) / 1000000))
ok "CMD: tracing is on when it starts" grep -q tcp_reset out
ok "CMD: one second more is recorded ($took ms)" test $took -ge 1000
ok "CMD: and no two" test $took -lt 3000
# A parent may have left all signals blocked, and CHLD ignored
deaf='import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
os.execv(sys.argv[1], sys.argv[1:])'
kernel
timeout -s KILL 30 python3 -c "$deaf" "$S" record -r d -q -f -o c3.dat -- \
	sh -c 'exit 5' 2>err
rc=$?
ok "CMD: its end is seen, whatever signals are blocked" is "$rc" 5
kernel
timeout -s KILL 30 python3 -c "$deaf" "$S" record -r d -q -f -o c3.dat -- \
	grep -q 'SigBlk.*[1-9a-f]' /proc/self/status 2>err
rc=$?
ok "CMD: for itself they stay so" is "$rc" 0
kernel
timeout -s KILL 30 python3 -c "$deaf" "$S" record -r d -q -f -o c3.dat -w 20 \
	>out 2>err &
wait_for grep -qs tcp_ d/skbtrace/enabled
start=$(date +%s)
pkill -INT -P $! && wait $!
ok "INT is heard, even if it was blocked" test $(($(date +%s) - start)) -lt 15

# ---- live ----

fresh
run live -e tcp_rttm
ok "live: exit 0" is "$rc" 0
ok "live: the events" is "$(grep -c ' tcp_rttm ' out)" 60
ok "live: totals" grep -qE '60 events in [0-9.]+s, none lost' err
run live -q -e tcp_rttm --json
ok "live: JSON" is "$(grep -c '^{"event":"tcp_rttm",.*}$' out)" 60
kernel
start=$(date +%s%N)
"$S" live -q -r d -e tcp_rttm 2>err | head -3 >out
rc=${PIPESTATUS[0]}
took=$((($(date +%s%N) - start) / 1000000))
ok "live | head: ends quietly" is "$rc$(cat err)" 0
ok "live | head: three lines" is "$(wc -l <out)" 3
ok "live | head: within a second ($took ms)" test $took -lt 1000
run live -t nonsense
ok "live: a wrong option of the output" is "$rc" 2

# ---- list ----

run list
ok "list: a line for each event" \
	is "$(awk '{ print $1, $2 }' out)" "EVENT HERE
tcp_congestion exact
tcp_rttm exact
tcp_reset inferred
tcp_listen_overflow unavailable"
run list tcp_rttm
ok "list EVENT: options" grep -q \
	'^  OPTIONS *skip= when= sample= primary= before= after= stack snapshot$' \
	out
run list tcp_reset
ok "list EVENT: why it is not exact" \
	grep -q '^  Here: yes, inferred seen at tcp_send_reset only$' out
run list tcp_congestion
ok "list EVENT: what it could be inferred from" \
	grep -q '^  With form=inferred: at something else$' out
run list nonsense
ok "list: no such event" is "$rc" 2
run list --json
ok "list --json: JSON" is "$(python3 -c '
import json, sys
for line in sys.stdin:
    e = json.loads(line)
    print(e["event"], e["state"], len(e["fields"]), *e["sets"])' <out)" \
	"tcp_congestion exact 2 trouble
tcp_rttm exact 2 rtt
tcp_reset inferred 2 trouble rst
tcp_listen_overflow unavailable 2 trouble"
"$S" list -i x.dat --json tcp_rttm >out2 2>err
ok "list -i --json: the same" is "$(cat out2)" "$(grep '"tcp_rttm"' out)"

# ---- status and stop ----

fresh
cp -r d before
run status
ok "status: exit 0" is "$rc" 0
ok "status: off" grep -q '^tracing   off$' out
ok "status: buffers" grep -q '^buffers   none; each CPU would get 8 x 4KiB$' out
run stop
ok "stop: nothing on" fails 0 "nothing to stop: tracing is off"
ok "both changed nothing" diff -r before d
{
	echo "session tracing=1 owner=$$ since_ns=1000 epoch=1" \
		"subbuf_size=131072 subbuf_nr=8 new_key=1 dead=-"
	echo "cpu 0 hits=10 lost=1 written=5 fullest=2"
	echo "cpu 1 hits=10 lost=0 written=4 fullest=0 later=7"
} >d/skbtrace/stat
echo "pid $$ uid 1000 since_ns 1000 comm a name" >d/skbtrace/owner
printf 'tcp_rttm\ntcp_congestion,skip=cwr\n' >d/skbtrace/enabled
run status
ok "status: on" grep -qE \
	"^tracing   on for [0-9hms.]+, by pid $$ \(a name\), uid 1000$" out
ok "status: events" grep -q '^events    tcp_rttm; tcp_congestion skip=cwr$' out
ok "status: buffers in use" grep -q \
	'^buffers   2 CPUs x 8 x 128KiB = 2.0MiB, fullest ever 25%$' out
ok "status: nothing held back, no line" test -z "$(grep ^hold out)"
ok "status: no limit of the cost, no line" test -z "$(grep ^cost out)"
cp d/skbtrace/stat stat
cost=()
for f in 1 4 0; do
	sed "s/dead=-/max_cost_ppm=10000 cost_ppm=9321 shed_factor=$f &/" stat \
		>d/skbtrace/stat
	run status
	cost+=("$(status_row cost <out)")
done
cp stat d/skbtrace/stat
ok "status: the cost, all is recorded" is "${cost[0]}" \
	"probes take 0.9321% of the CPUs' time, 1% at most"
ok "status: the cost, a part is" is "${cost[1]}" \
	"probes take 0.9321% of the CPUs' time, 1% at most, 1 of 4 connections is recorded"
ok "status: the cost, nothing is" is "${cost[2]}" \
	"probes take 0.9321% of the CPUs' time, 1% at most, for now nothing is recorded"
cp d/skbtrace/enabled enabled
printf 'tcp_%s,skip=cwr\n' {a..z} >d/skbtrace/enabled
run status
ok "status: many events: as wide as a terminal" fits out
ok "status: many events: all of them" is "$(status_row events <out)" \
	"$(printf 'tcp_%s skip=cwr; ' {a..z} | sed 's/; $//')"
cp enabled d/skbtrace/enabled
printf 'tcp_rttm,primary=tcp_reset\n' >d/skbtrace/enabled
sed -i 's/later=7/held_dropped=3 history=4/' d/skbtrace/stat
run status
ok "status: what is held back" grep -q \
	'^hold      8.0MiB in all, held back 7, written 4 of them as history$' out
ok "status: counts" grep -q '^counts    9 events, 1 lost$' out
ok "status: kernel" grep -q "^kernel    $(uname -r), skbtrace 2 (" out
run stop
ok "stop: says what it stopped" fails 0 "by pid $$ (a name), uid 1000"
ok "stop: stopped" enabled "-*"
if [ ! -e /sys/module/skbtrace ]; then
	"$S" stop -r e >out 2>err
	rc=$?
	ok "stop: not loaded" fails 0 "nothing to stop: skbtrace is not loaded"
else
	skip "stop: not loaded" "it is"
fi
run stop now
ok "stop: no such session" fails 2 "no session is called now"
run stop a/b
ok "stop: a path is no session" fails 2 "no session is called a/b"
for name in .. . ''; do
	run stop "$name"
	ok "stop '$name': leads nowhere else" fails 2 "no session is called $name"
done
run stop now again
ok "stop: one session" fails 2 "not also"
run snapshot now
ok "snapshot: no such session" fails 2 "no session is called now"
mkdir -p d/skbtrace/sessions
cp -r before/skbtrace d/skbtrace/sessions/web
cp d/skbtrace/{stat,owner,enabled} d/skbtrace/sessions/web
run status
ok "status: each session" is "$(grep -c '^session   \(default\|web\)$' out)" 2
sed -i '1s/ dead=/ buffer_bytes=2097152 log_bytes=1048576 table_bytes=524288 max_cost_ppm=10000 cost_ppm=4200 shed_factor=1&/' \
	d/skbtrace/sessions/web/stat
echo "pid 77 uid 0 since_ns 1000 comm skbtrace record" \
	>d/skbtrace/sessions/web/owner
printf '4026532281\n' >d/skbtrace/sessions/web/netns
printf '# port 443\n# seen 9 passed 4\n1\n6 0 0 1\n' \
	>d/skbtrace/sessions/web/sock_filters
long=a-name-of-a-session-that-is-as-long-as-a-name-of-a-session-can-be
cp -r before/skbtrace "d/skbtrace/sessions/$long"
run status
ok "status: a table of several, 80 columns wide" is \
	"$(head -n 4 out | cut -c 1-30,38-80 | awk '{ $1 = $1 } 1'; fits out && echo fits)" \
	"SESSION OWNER EVENTS FILT MEMORY WRITTEN LOST COST
default $$ a name 1 0 0B 9 1 -
a-name-of-a-se - 0 0 0B 0 0 -
web 77 record 1 2 3.5MiB 9 1 0.4%
fits"
ok "status: memory" grep -qx \
	'memory    3.5MiB: buffers 2.0MiB, hold-back logs 1.0MiB, tables 512KiB' out
run status -i 0.1 -n 2
ok "status -i: what was written and lost since" is \
	"$(cut -c 1-30,62-76 out | awk '/^web/ { print $(NF - 1), $NF }')" \
	"9 1
0 0"
run status -n 2
ok "status -n: needs -i" fails 2 "-n needs -i"
run status -i 0.01
ok "status -i: too short" fails 2 "is not a time of 0.1 s or more"
run status web
ok "status NAME: it alone" is "$(grep ^session out)" "session   web"
run status now
ok "status: no such session" fails 2 "no session is called now"
run status web now
ok "status: one session" fails 2 "not also"
run status --json
ok "status --json" is "$(python3 -c '
import json, sys
for s in json.load(sys.stdin)["sessions"]:
    f, o = s["filters"], s["owner"]
    print(s["session"], s["tracing"], o and o["comm"], len(s["events"]),
          f["connections"] and f["connections"]["expression"], f["netns"],
          s["memory_bytes"], s["written"], s["lost"])' <out)" \
	"default True a name 1 None None 0 9 1
$long False None 0 None None 0 0 0
web True skbtrace record 1 port 443 4026532281 3670016 9 1"
rm -r "d/skbtrace/sessions/$long"
run stop
ok "stop: of several, one must be named" fails 2 \
	"2 sessions are tracing: default web"
run stop web
ok "stop: of that name" fails 0 "by pid 77 (skbtrace record), uid 0"
ok "stop: it alone" is "$(<d/skbtrace/sessions/web/enabled)" "-*"
fresh
run record --session web
ok "--session: an older kernel" fails 1 "has one session only"
run record -q --session default -o s.dat
ok "--session default: as before" capture s.dat events=60

echo "1..$n"
exit "${failed:-0}"
