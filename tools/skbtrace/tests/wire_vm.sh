#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Frames and other tools on a real kernel: tc runs the program of "skbtrace tc" on
# frames that pass a veth; a recording and a capture of the same connection agree.
# TAP. As record_vm.sh:
#
#	scripts/vm.sh -k uml -w tools/skbtrace tools/skbtrace/tests/wire_vm.sh
#
# shellcheck disable=SC2154,SC2317 # vm_lib.sh sets them, ok() runs them

. "$(dirname "$0")/vm_lib.sh"
need ethtool ip python3 tc tcpdump tshark
export HOME=$tmp
: >out
: >err

# ---- tc ----

recording=$here/../../../examples/loss.dat
"$S" pcap "$recording" -o x.pcapng 2>/dev/null
ip link add f0 type veth peer name f1
ip link set f0 up
ip link set f1 up
"$here/sendframes.py" x.pcapng f0 f1 | sort >sent

ok "without a filter all frames arrive" test "$(grep -c : sent)" -gt 900

# filters TC-OPTION...: the frames arrive that libpcap's interpreter passes
filters() {
	"$S" tc -i "$recording" --dev f0 "$@" >cmd 2>/dev/null || return
	"$here/sieve.py" x.pcapng cmd | sed 's/.* //' | sort >dropped
	# frames on a veth, not from a skbtrace device
	grep -v '^ip link' cmd | sh -e || return
	"$here/sendframes.py" x.pcapng f0 f1 | sort >got
	tc filter del dev f0 egress
	[ -s dropped ] && [ -s got ] || return
	comm -23 sent dropped | diff - got
}

ok "tc keeps a set" filters @trouble
ok "tc drops an event" filters --drop tcp_rttm
ok "tc drops by a field" filters --drop 'tcp_rttm,when=rtt>40020us'
ok "tc keeps by fields" filters 'tcp_sendlimit,when=reason==cwnd&&for_us>1ms' \
	'tcp_rttm,when=rtt<40020us||sk==1' tcp_connection,only=ESTABLISHED

samples=$("$S" parse "$recording" --json -e tcp_rttm | grep -c '"seq":')
tc qdisc replace dev f0 root handle 1: prio
"$S" tc -i "$recording" --dev f0 --class 1:3 tcp_rttm | sh -e
before=$(tc -s class show dev f0 classid 1:3 | sed -n 's/.* \([0-9]*\) pkt.*/\1/p')
"$here/sendframes.py" x.pcapng f0 f1 >/dev/null
after=$(tc -s class show dev f0 classid 1:3 | sed -n 's/.* \([0-9]*\) pkt.*/\1/p')
ok "tc moves an event into a class" is $((after - before)) "$samples"
ip link del f0

# ---- a recording and a capture ----

ip netns add a
ip netns add b
ip link add p0 netns a type veth peer name p0 netns b
ip -n a addr add 10.70.0.1/24 dev p0
ip -n b addr add 10.70.0.2/24 dev p0
ip -n a link set p0 up
ip -n b link set p0 up
# without offloads a packet is one segment
ip netns exec a ethtool -K p0 tso off gso off >/dev/null 2>&1
tc -n a qdisc add dev p0 root netem delay 5ms limit 10000
tc -n b qdisc add dev p0 clsact
tc -n b filter add dev p0 ingress prio 1 protocol ip u32 \
	match u16 0 0xff00 at 2 action pass
tc -n b filter add dev p0 ingress prio 2 protocol ip matchall \
	action gact pass random determ drop 40

upload() {
	ip netns exec b python3 -c '
import socket
with socket.create_server(("10.70.0.2", 443)) as srv:
    print("ready", flush=True)
    c = srv.accept()[0]
    while c.recv(1 << 16):
        pass
' >server &
	wait_for grep -q ready server
	ip netns exec a python3 -c '
import socket
c = socket.create_connection(("10.70.0.2", 443))
c.sendall(b"x" * 400000)
c.shutdown(socket.SHUT_WR)
c.recv(1)'
	wait $!
}

ip netns exec a tcpdump -i p0 --immediate-mode -s 100 -U \
	-w p0.pcap tcp 2>dump &
dump=$!
wait_for grep -q 'listening on' dump
bg record -o with.dat -e @trouble,skb_delay 'port 443'
upload
end -
kill -INT $dump
wait $dump
run pcap with.dat --with p0.pcap -o with.pcapng
"$S" list -i with.dat --dissector >skbtrace.lua

# comments TEXT: how many packets have it
comments() {
	tshark -X lua_script:skbtrace.lua -r with.pcapng -T fields \
		-Y "frame.comment contains \"$1\"" -e frame.number 2>/dev/null | wc -l
}

events() { # PARSE OPTION...
	"$S" parse with.dat --json "$@" 2>/dev/null | grep -c '"seq":'
}

drops=$(events -e skb_drop --where 'reason=TC_INGRESS')
ok "segments were lost" test "$drops" -gt 3
ok "each packet that was dropped says so" is \
	"$(comments 'dropped: reason=TC_INGRESS')" "$drops"
ok "each retransmission says so" is "$(comments 'retransmission: kind=')" \
	"$(events -e tcp_retransmit)"
ok "what waited in the queue says so" test "$(comments 'ms from ')" -gt 50
ok "it was netem, for 5 ms" test "$(comments 'skbtrace: 5.')" -gt 50
# Each data packet whose sequence number comes twice has a comment
ok "all that tshark calls a retransmission has a comment" is "$(tshark \
	-X lua_script:skbtrace.lua -r with.pcapng -T fields -e frame.number \
	-Y 'tcp.analysis.retransmission && !frame.comment' 2>/dev/null)" ""

# ---- a link ----

IP_LIB_DIR=$(dirname "$S")/obj/ip
export IP_LIB_DIR
control=/sys/kernel/debug/skbtrace

# capture FILE: captures what the link sends
capture_link() {
	tcpdump -i skbtrace0 --immediate-mode -U -w "$1" 2>dump &
	dump=$!
	wait_for grep -q 'listening on' dump
}

# frames FILE FILTER [FIELD]: the info column, or FIELD, of each
frames() {
	tshark -X lua_script:skbtrace.lua -r "$1" -Y "$2" -T fields \
		-e "${3:-_ws.col.Info}" 2>/dev/null
}

# have N FILE FILTER: it selects so many frames
have() {
	[ "$(frames "$2" "$3" | wc -l)" -ge "$1" ]
}

connect() {
	python3 -c '
import socket
srv = socket.create_server(("127.0.0.1", 4431))
c = socket.create_connection(("127.0.0.1", 4431))
a = srv.accept()[0]
c.sendall(b"x" * 1000)
a.recv(1000)
c.close()
a.close()'
}

# shows TEXT [OPTION]: ip prints it about the link
shows() {
	local text=$1
	shift
	ip "$@" -d link show skbtrace0 | grep -F -- "$text"
}

a_link() {
	local ends='skbtrace.tcp_active_conn.end == "yes"'

	ok "ip -d link show: what is set" \
		shows 'skbtrace session default batch any '
	ok "as JSON" shows '"info_data":{"session":"default","batch":"any"}' -j
	ok "ip link set: batch" ip link set skbtrace0 type skbtrace batch event
	ip link set skbtrace0 up
	"$S" list --dissector >skbtrace.lua
	tshark -X lua_script:skbtrace.lua -i skbtrace0 -l -T fields \
		-Y 'skbtrace.tcp_connection.state == "ESTABLISHED"' \
		-e _ws.col.Info >live 2>live.err &
	shark=$!
	wait_for grep -q Capturing live.err
	capture_link plain.pcap
	echo tcp_connection >$control/enabled
	echo tcp_rttm >>$control/enabled
	connect
	ok "tshark -i -Y finds it, live" wait_for grep -q \
		'127.0.0.1:4431>.*state=ESTABLISHED' live
	wait_for have 2 plain.pcap "$ends"
	kill -INT $dump $shark
	wait $dump $shark
	ok "no frame is missing, none is misunderstood" is "$(frames plain.pcap \
		'skbtrace.gap || skbtrace.expert.malformed')" ""
	ok "times are those of events" is "$(frames plain.pcap \
		'skbtrace.tcp_rttm && !skbtrace.time')" ""
	samples=$(frames plain.pcap skbtrace.tcp_rttm)
	ok "there are samples" test -n "$samples"

	"$S" tc 'tcp_connection,when=state==ESTABLISHED' | sh -e
	ok "skbtrace tc asks for a block each frame" shows 'batch off '
	capture_link few.pcap
	connect
	wait_for have 2 few.pcap "$ends"
	kill -INT $dump
	wait $dump
	ok "tc lets pass what was chosen, and names" is "$(frames few.pcap \
		'skbtrace.event && !skbtrace.tcp_active_conn && !skbtrace.task' \
		skbtrace.tcp_connection.state | xargs)" "1 1"
	ok "what tc has dropped is a gap" have 1 few.pcap skbtrace.gap
	ip link del skbtrace0
}

if ip link add skbtrace0 type skbtrace batch any 2>/dev/null; then
	a_link
else
	skip "a link of type skbtrace" "this kernel has none"
fi

echo "1..$n"
exit "${failed:-0}"
