#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# record and live on a real kernel: loads modules, makes traffic, takes a CPU
# offline. TAP. In a virtual machine:
#
#	scripts/vm.sh -w tools/skbtrace tools/skbtrace/tests/record_vm.sh
#
# shellcheck disable=SC2154,SC2317 # vm_lib.sh sets them, ok() runs them

. "$(dirname "$0")/vm_lib.sh"
need python3 taskset

# ---- before anything is loaded ----

mods=$(grep -c ^skbtrace /proc/modules)
run status
ok "status loads nothing" is "$rc$(grep -c ^skbtrace /proc/modules)" "0$mods"
run stop
ok "stop: nothing on" is "$rc" 0
run list
ok "list: loads the modules" grep -q '^tcp_rttm ' out
ok "list: rc" is "$rc" 0

# ---- a recording ----

run record -o a.dat -e @all -- sleep 0.2
ok "record -- CMD" is "$rc" 0
bg record -o b.dat -e @all
run status
ok "status: its session" grep -qx "session   $pid" out
ok "status: on" grep -qE "^tracing   on for .*, by pid $pid \(skbtrace record\)" out
run record -o c.dat --session default -w 0.2
ok "a second one beside it" is "$rc" 0
rm -f c.dat
run record -o c.dat --session "$pid"
ok "a second one in its session: refused" is "$rc" 1
ok "a second one: told who" says "tracing is already on (pid $pid, uid 0, "
ok "a second one: no file" test ! -e c.dat -a ! -e c.dat.part
traffic 4 400000
end -
ok "INT: exit 0" is "$rc" 0
ok "INT: whole, nothing lost, all named" capture b.dat lost=0 unnamed=0
ok "INT: END" is "$(value b.dat end)" "$(value b.dat events):0"
ok "events were recorded" test "$(value b.dat events)" -gt 20
ok "the session is gone" is_off
bg record -o d.dat -e @conn
run stop
ok "stop: says whom" says "by pid $pid (skbtrace record), uid 0"
end
ok "stopped from outside: exit 0" is "$rc" 0
ok "stopped from outside: a whole file" capture d.dat end=0:0
bg record -o e.dat -e @all
traffic 1 10000
sleep 0.4
kill -KILL $pid
wait $pid 2>/dev/null
ok "killed: the session is gone" is_off
ok "killed: the file can be read" capture e.dat.part lost=0 end=none
run record -w 0.3 -o f.dat -e tcp_rttm,skip=nonsense
ok "the kernel refuses: exit 2" is "$rc" 2
ok "the kernel refuses: its words" says "tcp_rttm"
ok "the kernel refuses: no file" test ! -e f.dat -a ! -e f.dat.part
run record -w 0.1 -b 5000 -o f.dat
ok "a wrong size: the kernel's words" says "multiple of 4096"
run record -w 0.1 -b 1M -n 60000 -o f.dat
ok "too much memory: exit 1, with numbers" is "$rc$(grep -c 'cap is' err)" 11

# ---- losses ----

bg record -o l.dat -e @all -b 4k -n 2 --strict
traffic 8 2000000
end -
lost=$(value l.dat lost)
ok "overload: events are lost ($lost)" test "${lost:-0}" -gt 0
ok "overload: --strict is exit 3" is "$rc" 3
ok "overload: told" says "LOST $lost of $(($(value l.dat events) + lost)) events"
ok "overload: advice" says "next time: -b "
ok "overload: END agrees" is "$(value l.dat end)" "$(value l.dat events):$lost"

# ---- rotation ----

bg record -o r.dat -e @all --rotate 40k --files 3 --no-compress
for _ in 1 2 3 4 5; do
	traffic 8 600000
	sleep 0.3
done
end -
ok "rotation: exit 0" is "$rc" 0
# shellcheck disable=SC2012 # names of ours
ok "rotation: three files" is "$(ls r.dat.* | wc -l)" 3
ok "rotation: old ones were removed" test ! -e r.dat.0001
for f in r.dat.*; do
	ok "rotation: $f stands alone" capture "$f" lost=0 unnamed=0
	ok "rotation: $f has its END" \
		is "$(value "$f" end)" "$(value "$f" events):0"
done

# ---- a disk that fills up ----

mkdir small
mount -t tmpfs -o size=60k none small
bg record -o small/x.dat -e @all
while kill -0 $pid 2>/dev/null; do
	traffic 8 1000000
done
end
ok "disk full: exit 1" is "$rc" 1
ok "disk full: told" says "No space left on device"
ok "disk full: what is there is whole" capture small/x.dat end=none
ok "disk full: tracing is off" is_off

# ---- CPUs ----

if [ -w /sys/devices/system/cpu/cpu1/online ]; then
	echo 0 >/sys/devices/system/cpu/cpu1/online
	bg record -o h.dat -e @all
	echo 1 >/sys/devices/system/cpu/cpu1/online
	sleep 1.5
	taskset -c 1 python3 -c 'import socket
s = socket.create_server(("127.0.0.1", 0))
socket.create_connection(s.getsockname()).send(b"x")'
	end -
	ok "a CPU that comes up: its events" capture h.dat lost=0 unnamed=0
	ok "a CPU that comes up: all of them" test "$(value h.dat events)" -gt 4
	bg record -o h2.dat -e @all
	echo 0 >/sys/devices/system/cpu/cpu1/online
	traffic 1 100000
	echo 1 >/sys/devices/system/cpu/cpu1/online
	traffic 1 100000
	end -
	ok "a CPU that goes and comes" capture h2.dat lost=0 unnamed=0
fi

# ---- live ----

cat >latency.py <<'E'
import json, socket, subprocess, sys, threading, time
p = subprocess.Popen([sys.argv[1], "live", "-q", "-e", "tcp_connection",
                      "--json"], stdout=subprocess.PIPE)
seen = {}
def read():
    for line in p.stdout:
        e = json.loads(line)
        if e["event"] == "tcp_connection":
            seen.setdefault(e["lport"], time.time())
threading.Thread(target=read, daemon=True).start()
time.sleep(1)
took = []
for i in range(8):
    time.sleep(0.5 + i * 0.013)
    s = socket.socket()
    s.bind(("127.0.0.1", 20000 + i))
    start = time.time()
    try:
        s.connect(("127.0.0.1", 9))
    except OSError:
        pass
    s.close()
    time.sleep(0.5)
    took.append(seen.get(20000 + i, start + 9) - start)
p.terminate()
took.sort()
print("%d %d" % (1000 * took[4], 1000 * took[-1]))
sys.exit(p.wait())
E
read -r ms worst <<<"$(python3 latency.py "$S")"
ok "live: on screen within 300 ms (mostly $ms)" test "${ms:-9999}" -lt 300
# if other virtual machines run beside this one
ok "live: and always soon (worst $worst)" test "${worst:-9999}" -lt 2000
start=$(date +%s%N)
"$S" live -q -e @all 2>err | head -3 >out &
wait_for is_tracing
traffic 1 10000
wait $!
wait_for is_off
took=$((($(date +%s%N) - start) / 1000000))
ok "live | head -3: three lines" is "$(wc -l <out)" 3
ok "live | head -3: quiet" is "$(cat err)" ""
mkfifo pipe
"$S" live -q -e tcp_connection >pipe 2>err &
exec 3<pipe
wait_for is_tracing
exec 3<&-
start=$(date +%s%N)
wait_for is_off
took=$((($(date +%s%N) - start) / 1000000))
ok "live: ends with its reader, without an event ($took ms)" test $took -lt 2000
"$S" record -q -o - -e @all -w 5 2>err | "$S" parse - >out 2>err &
wait_for is_tracing
traffic 1 10000
wait $!
ok "record -o - | parse -" is "$?" 0
ok "record -o - | parse -: events" grep -q ' tcp_connection ' out

echo "1..$n"
exit "${failed:-0}"
