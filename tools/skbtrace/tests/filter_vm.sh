#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Filters of record and live on a real kernel: which connections they choose, status
# and progress, what is refused. TAP. As record_vm.sh:
#
#	scripts/vm.sh -w tools/skbtrace tools/skbtrace/tests/filter_vm.sh
#
# shellcheck disable=SC2154,SC2317 # vm_lib.sh sets them, ok() runs them

. "$(dirname "$0")/vm_lib.sh"
need ip python3

ctl=/sys/kernel/debug/skbtrace

# Connects to a server on each of the ports, one after the other, by IPv4 and IPv6;
# then sends a datagram there.
visit() { # PORT...
	python3 -c '
import socket, sys
for port in map(int, sys.argv[1:]):
    for family, host in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
        with socket.create_server((host, port), family=family) as srv:
            c = socket.create_connection((host, port))
            a = srv.accept()[0]
            c.sendall(b"x" * 20000)
            c.close()
            while a.recv(65536):
                pass
            a.close()
        with socket.socket(family, socket.SOCK_DGRAM) as s:
            s.sendto(b"x", (host, port))
' "$@"
}

# The server ports of the connections in FILE, each once
ports() { # FILE [PARSE OPTION...]
	local file=$1
	shift
	"$S" parse -i "$file" --json "$@" | python3 -c '
import json, sys
seen = set()
for line in sys.stdin:
    e = json.loads(line)
    for key in "lport", "pport":
        if e.get(key) in (4431, 4432, 4433):
            seen.add(e[key])
print(*sorted(seen))'
}

matching() { # FILE's line of stderr: A of B connections
	sed -n 's/.* \([0-9]*\) of \([0-9]*\) connections match.*/\1 of \2/p' "$1"
}

# ---- which connections ----

all=@conn,@rtt,@trouble,tcp_sendlimit,udp_send,ip_send,ip_receive,skb_delay
bg record -o conn.dat -e $all 'port 4431'
visit 4431 4432 4433
"$S" status >status.out
ok "status: the filter and what matches" grep -Eq \
	"^filter +connections 'port 4431' \([0-9]+ instructions\): [1-9][0-9]* of [1-9][0-9]* match" status.out
end -
ok "connections: rc" is "$rc" 0
ok "connections: only these, in all events" is "$(ports conn.dat)" 4431
run parse -i conn.dat
ok "connections: TCP events of them" grep -q ' tcp_rttm ' out
ok "connections: packets of them" grep -q ' ip_receive ' out
ok "connections: datagrams to them" grep -q ' udp_send ' out

bg record -o src.dat -e tcp_connection,ip_send,ip_receive \
	'tcp and dst port 4432 and ip6'
visit 4431 4432
end -
ok "dst port: the clients' side only" is "$("$S" parse -i src.dat --json |
	python3 -c '
import json, sys
print({(e["pport"], ":" in e["peer"]) for e in map(json.loads, sys.stdin)
       if e.get("pport") and e["event"] != "tcp_active_conn"})')" "{(4432, True)}"

bg record -o packet.dat -e tcp_connection,ip_send -F 'udp port 4433'
visit 4431 4433
end -
ok "packets: connection events are not asked" is \
	"$(ports packet.dat -e tcp_connection)" "4431 4433"
ok "packets: only these" is "$(ports packet.dat -e ip_send)" 4433

bg record -o both.dat -e tcp_connection,ip_send -F 'udp' 'port 4433'
visit 4431 4433
end -
ok "both: connections by the one" is "$(ports both.dat -e tcp_connection)" 4433
ok "both: packets by both" is "$("$S" parse -i both.dat --json -e ip_send |
	python3 -c '
import json, sys
print({(e["proto"], e["pport"]) for e in map(json.loads, sys.stdin)
       if e["event"] == "ip_send"})')" "{('udp', 4433)}"

ok "parse -S: filters once more" is "$(ports packet.dat -e tcp_connection \
	-S 'port 4431')" 4431

# ---- by namespace and process ----

ip netns add other
ip -n other link set lo up
bg record -o netns.dat --netns other -e tcp_connection
visit 4431
ip netns exec other "$BASH" -c "$(declare -f visit); visit 4432"
end -
ok "--netns: only there" is "$(ports netns.dat)" 4432
ip netns del other

bg record -o pid.dat --pid $$ -e tcp_connection
visit 4431
end -
ok "--pid: nothing of other processes" is "$(ports pid.dat)" ""

bg record -o dev.dat --dev lo -e ip_send 'port 4431'
visit 4431 4432
end -
ok "--dev: and the filter" is "$(ports dev.dat)" 4431

mkdir -p cg
mount -t cgroup2 none cg && mkdir -p cg/box
bg record -o cgroup.dat --cgroup /box -e tcp_connection
visit 4431
"$BASH" -c "echo \$\$ >cg/box/cgroup.procs; $(declare -f visit); visit 4432"
end -
ok "--cgroup: what was made there" is "$(ports cgroup.dat)" 4432
rmdir cg/box
umount cg

# ---- filters after the end, and what is refused ----

echo '1,6 0 0 7' >$ctl/filters
bg record --session default -o own.dat -e tcp_connection 'port 4431'
ok "a session of its own does without ours" is "$(cat $ctl/filters)" none
end -
ok "ours is back" grep -q '^6 0 0 7$' $ctl/filters
ok "theirs is gone" is "$(cat $ctl/sock_filters)" none
echo none >$ctl/filters

run record -w 1 -o no.dat 'tcp[13] = 2'
ok "flags: refused" is "$rc" 2
ok "flags: which, and what else" says "the TCP flags"
ok "flags: no file" test ! -e no.dat
run record -w 1 -o no.dat 'port 4431 and and'
ok "syntax: refused with a caret" grep -q '^ *^$' err
run record -w 1 -o no.dat --dev nosuch -e tcp_connection
ok "no such device" says nosuch
ok "tracing is off" is_off

# ---- progress ----

bg record -e tcp_connection -o progress.dat 'port 4431'
visit 4431 4432
kill -USR1 $pid
sleep 0.3
end -
ok "progress: how many match" test -n "$(matching err)"
read -r a _ b <<<"$(matching err | tail -n 1)"
ok "progress: 4 of 8 connections, UDP is not traced ($a of $b)" \
	is "$a of $b" "4 of 8"

echo "1..$n"
exit "${failed:-0}"
