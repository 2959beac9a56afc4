#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A session that is bound to a network namespace gets nothing of others, however an
# attacker tries: all events are on, while other namespaces cause all of them,
# through routers, bridges and tunnels, with sockets that other namespaces use.
#
#	A --- B --- C	routes		E --- H --- F	H is a bridge
#	A === B		a tunnel whose outer packets go from E to F
#	D		is idle

# shellcheck disable=SC2317,SC2086,SC2034 # wait_for calls functions; plain words
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip nsenter ss tc ping tcpdump
need_event tcp_connection udp_send udp_receive ip_send ip_receive skb_drop \
	skb_delay tcp_segment tcp_active_conn
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
ALL="a b c d e f h"

# name a|b|...|h: that namespace's name for ip
name() {
	echo "skbtrace-$1-$$"
}

inside() {
	nsenter --net="/run/netns/$(name "$1")" "${@:2}"
}

everything_down() {
	local n
	leave_none
	for n in d e f h r s; do
		[ ! -e "/run/netns/$(name $n)" ] || ip netns del "$(name $n)"
	done 2>/dev/null
}
at_end=everything_down

# --- the network

net_up
router_up
for n in d e f h; do
	ip netns add "$(name $n)"
	ip -n "$(name $n)" link set lo up
done
# interface numbers that no other namespace has
ip link add e0 index 701 netns "$(name e)" type veth \
	peer name h0 index 702 netns "$(name h)" || skip "no veth"
ip link add f0 index 703 netns "$(name f)" type veth \
	peer name h1 index 704 netns "$(name h)"
ip -n "$(name h)" link add br0 index 705 type bridge || skip "no bridge"
for d in h0 h1; do
	ip -n "$(name h)" link set $d master br0
	ip -n "$(name h)" link set $d up
done
ip -n "$(name h)" link set br0 up
ip -n "$(name e)" -b - <<-BATCH
	addr add 10.99.0.1/24 dev e0
	addr add fd99::1/64 dev e0 nodad
	link set e0 up
BATCH
ip -n "$(name f)" -b - <<-BATCH
	addr add 10.99.0.2/24 dev f0
	addr add fd99::2/64 dev f0 nodad
	link set f0 up
BATCH
ip -n "$(name e)" link add t0 type ipip local 10.99.0.1 remote 10.99.0.2 ||
	skip "no tunnels"
ip -n "$(name f)" link add t1 type ipip local 10.99.0.2 remote 10.99.0.1
ip -n "$(name e)" link set t0 netns "$A"
ip -n "$(name f)" link set t1 netns "$B"
ip -n "$A" addr add 10.77.0.1/24 dev t0
ip -n "$B" addr add 10.77.0.2/24 dev t1
ip -n "$A" link set t0 up
ip -n "$B" link set t1 up
for d in "a a0" "b b0" "b t1" "c c0" "e e0" "f f0"; do
	set -- $d
	inside "$1" tc qdisc add dev "$2" clsact || skip "no clsact"
done

# Each namespace runs sk under another name, which shows in events of tasks
mkdir "$TMP/bin"
for n in $ALL r tob toa; do
	cp "$(command -v sk)" "$TMP/bin/do_$n"
done

# run NAMESPACE WORD...
run() {
	inside "$1" "$TMP/bin/do_$1" "${@:2}"
}

# serve NAMESPACE WORD...: as server()
serve() {
	rm -f "$TMP/ready"
	background nsenter --net="/run/netns/$(name "$1")" "$TMP/bin/do_$1" \
		"${@:2}" >"$TMP/server"
	server_pid=$bg
	wait_for [ -e "$TMP/ready" ] || die "no server: $(<"$TMP/server")"
}

# reach NAMESPACE ADDRESS...: pings until neighbours and routes are there
reach() {
	local to
	for to in "${@:2}"; do
		wait_for inside "$1" ping -q -n -c 1 -W 1 "$to" >/dev/null ||
			die "no way from $1 to $to"
	done
}
reach a "$B4" "$B6" "$C4" "$C6" 10.77.0.2
reach e 10.99.0.2 fd99::2

# --- traffic

# full LISTENER: is its queue of one full?
full() {
	[ "$(inside "$1" ss -Hltn "sport = :5003" | awk '{ print $2 }')" = 2 ]
}

# talk FROM TO FAMILY ADDRESS DEVICE: causes all events
talk() {
	local from=$1 to=$2 f=$3 addr=$4 dev=$5 clients=() i
	# a connection that ends in TIME_WAIT, one that is reset, two refused
	serve "$to" "tcp$f" bind "$addr" 5000 listen 5 touch "$TMP/ready" \
		accept echo accept try eof
	run "$from" "tcp$f" connect "$addr" 5000 pingpong 5 3000 shut eof
	run "$from" "tcp$f" connect "$addr" 5000 write 100 acked abort close
	run "$from" "tcp$f" try connect "$addr" 5001
	wait "$server_pid"
	serve "$to" "udp$f" bind "$addr" 5002 touch "$TMP/ready" recv 4
	run "$from" "udp$f" connect "$addr" 5002 send 4 700
	run "$from" "udp$f" connect "$addr" 5001 send 1 10
	wait "$server_pid"
	# a listener whose queue is full, and timers of the clients that wait
	rm -f "$TMP/over"
	serve "$to" "tcp$f" bind "$addr" 5003 listen 1 touch "$TMP/ready" \
		until "$TMP/over"
	for i in 1 2; do
		background nsenter --net="/run/netns/$(name "$from")" \
			"$TMP/bin/do_$from" "tcp$f" connect "$addr" 5003 \
			until "$TMP/over"
		clients+=("$bg")
	done
	wait_for full "$to" || fail "$from to $to: no queue is full"
	run "$from" "tcp$f" opt syncnt 1 try connect "$addr" 5003
	touch "$TMP/over"
	wait "$server_pid" "${clients[@]}"
	# packets that are dropped on their way
	for i in ingress egress; do
		inside "$to" tc filter add dev "$dev" $i matchall \
			action gact drop || die "no filter"
		run "$from" "tcp$f" opt syncnt 1 try connect "$addr" 5000
		run "$from" "udp$f" connect "$addr" 5002 send 2 33
		inside "$to" tc filter del dev "$dev" $i
	done
	quiesce
} >/dev/null

# --- a session for each namespace, and "any" for all of them

# all events that this kernel has
awk '$1 == "event" && / role=(event|conn) / && / state=(exact|inferred) / {
	print $3 }' "$TMP/format" >"$TMP/every"
mapfile -t every <"$TMP/every"
conn_events=$(awk '$1 == "event" && / kind=conn / { print $3 }' "$TMP/format" |
	paste -sd' ')

for n in $ALL any; do
	echo "$n" >$S/new
	[ $n = any ] || netns_of "$(name $n)" >$S/$n/netns
done
for n in $ALL any; do
	begin $n 65536 12 "${every[@]}"
done
talk a b 4 "$B4" b0
talk a c 6 "$C6" c0
talk e f 4 10.99.0.2 f0
talk e f 6 fd99::2 f0
talk e f m ::ffff:10.99.0.2 f0
talk a b 4 10.77.0.2 t1

# below the tunnel, in E, what A has sent is dropped
inside e tc filter add dev e0 egress matchall action gact drop
run a udp4 bind 10.77.0.1 6001 connect 10.77.0.2 6002 send 3 44
inside e tc filter del dev e0 egress

# a socket of A that a process in B uses, and one of E that one in A uses
serve b tcp4 bind "$B4" 5004 listen 5 touch "$TMP/ready" accept eof
inside a "$TMP/bin/do_tob" tcp4 enter "/run/netns/$B" connect "$B4" 5004 \
	write 1000 acked shut eof >/dev/null
wait "$server_pid"
serve f tcp4 bind 10.99.0.2 5004 listen 5 touch "$TMP/ready" accept eof
inside e "$TMP/bin/do_toa" tcp4 enter "/run/netns/$A" connect 10.99.0.2 \
	5004 write 1000 acked shut eof >/dev/null
wait "$server_pid"

# a device that moves from F to A while packets come
ip link add e1 index 706 netns "$(name e)" type veth \
	peer name v1 index 707 netns "$(name f)"
for n in f a; do
	[ $n = f ] && len=501 || len=502
	[ $n = f ] || ip -n "$(name f)" link set v1 netns "$A"
	ip -n "$(name $n)" addr add 10.98.0.2/24 dev v1
	ip -n "$(name $n)" link set v1 up
	[ $n = a ] || ip -n "$(name e)" -b - <<-BATCH
		addr add 10.98.0.1/24 dev e1
		link set e1 up
	BATCH
	reach e 10.98.0.2
	serve $n udp4 bind 10.98.0.2 6000 touch "$TMP/ready" recv 5
	run e udp4 bind 10.98.0.1 $((len + 6000)) connect 10.98.0.2 6000 \
		send 5 $len >/dev/null
	wait "$server_pid"
done
for n in $ALL any; do
	end $n
done

# leaks NAME: prints what a session has of other namespaces. The session "any" says
# to which one a socket or a process belongs.
leaks() {
	local others
	case $1 in
	a | b | c) others='10[.]99[.]|fd99:' ;;
	*) others='10[.]8[34][.]|fd8[34]:|10[.]77[.]' ;;
	esac
	awk -v me="$1" -v inum="$(netns_of "$(name "$1")")" \
		-v others="[ =]($others)" -v conn=" $conn_events " '
		function get(name,   i, n) {
			n = length(name)
			for (i = 1; i <= NF; i++)
				if (substr($i, 1, n + 1) == name "=")
					return substr($i, n + 2)
			return ""
		}
		# a process of another namespace, in a task block or an event;
		# one that enters another namespace makes its socket before
		function foreign(line,   n) {
			if (!match(line, /do_[a-z]+/))
				return 0
			n = substr(line, RSTART + 3, RLENGTH - 3)
			if (n == me || n == "to" me)
				return 0
			return n !~ /^to/ || ($0 !~ / op=setup / &&
					      event != "task")
		}
		function tell(what) {
			if (told[what " " event]++ < 2)
				print what ": " $0
		}
		{ event = get("event") }
		FNR == 1 { file++ }
		file == 1 {
			if (event == "task" && match($0, /tgid=[1-9][0-9]*/))
				comm[substr($0, RSTART + 5, RLENGTH - 5)] = $0
			if (event ~ /^udp_/ && get("sk"))
				owner[get("sk")] = get("netns")
			if (event == "tcp_active_conn")
				owner[get("key")] = get("netns")
			next
		}
		event == "" || event == "symbol" || event == "LOST" { next }
		event == "task" {
			if (foreign($0))
				tell("a process")
			next
		}
		{
			seen++
			if (get("netns") != inum)
				tell("a namespace")
			if ($0 ~ others)
				tell("an address")
			t = get("tgid")
			if (t > 0 && foreign(comm[t]))
				tell("a process")
			k = get("sk")
			if (k in owner && owner[k] != inum)
				tell("a socket")
			k = get("key")
			if (index(conn, " " event " ") && k in owner &&
			    owner[k] != inum)
				tell("a connection")
			i = get("ifindex")
			if (i > 700 && me !~ /[aefh]/)
				tell("a device")
		}
		END { if (!seen && me != "d") print "nothing at all" }
	' "$TMP/any/events" "$TMP/$1/events"
}

for n in $ALL; do
	is "$n: nothing of others" "$(leaks $n)" ""
done
is "d: nothing at all" "$(TMP=$TMP/d stat_sum written names)" 0

# --- each session has all of its own namespace

# own NAME EVENT [FIELD=VALUE]...: as many as the session "any" has of it
own() {
	is "$1: each $2 ${*:3}" "$(counted "$@")" "$(counted any "${@:2}" \
		netns="$(netns_of "$(name "$1")")")"
}
for n in a b c e f; do
	for e in tcp_connection tcp_reset tcp_listen_overflow udp_send \
		udp_receive; do
		own $n $e
	done
	# by protocol: neighbour discovery goes on, between the ends of two sessions
	for e in ip_send ip_receive skb_drop; do
		own $n $e proto=tcp
		# of a drop below the tunnel only A's session has the inner protocol
		[ $n$e = askb_drop ] || own $n $e proto=udp
	done
done
own h skb_delay where=start_xmit proto=tcp
within "h: what its bridge passes on" "$(counted h skb_delay \
	where=start_xmit)" 100 100000
within "any: H's bridge passes on packets with E's sockets" \
	"$(in_session any events skb_delay \
	where=start_xmit netns="$(netns_of "$(name h)")" |
	grep -vc ' sk=0 ')" 1 100000
is "h: its own session shows none of these sockets" \
	"$(in_session h events skb_delay proto=tcp | grep -vc ' sk=0 ')" 0
is "a: its packets that are dropped below the tunnel" \
	"$(counted a skb_drop local=10.77.0.1 lport=6001 reason=TC_EGRESS)" 3
within "any: these have the tunnel's addresses" \
	"$(counted any skb_drop local=10.99.0.1 reason=TC_EGRESS)" 3 100
is "a: a device moves in: what comes from then on" \
	"$(counted a udp_receive len=501) $(counted a udp_receive len=502)" \
	"0 5"
is "f: a device moves out: what came until then" \
	"$(counted f udp_receive len=501) $(counted f udp_receive len=502)" \
	"5 0"
within "a: the socket that a process in B has" \
	"$(counted a tcp_active_conn pport=5004)" 1 100
leave_none

# --- filters, histories and histograms have nothing of others either

for n in e d; do
	echo $n >$S/new
	netns_of "$(name $n)" >$S/$n/netns
	tcpdump -y RAW -ddd 'tcp or udp' >"$S/$n/sock_filters" ||
		die "no program"
done
begin e 65536 8 udp_send udp_receive tcp_connection
begin d 65536 8 "udp_receive,primary=udp_send,before=100" udp_send \
	tcp_segment,hist
talk a b 4 "$B4" b0
cat "$S/d/latency" >"$TMP/latency"
for n in e d; do
	like "$n: its filter has seen nothing" "$(grep '^filter' $S/$n/stat)" \
		"filter conn * seen=0 passed=0 connections=0 matching=0"
	end $n
done
is "d: nothing is held back" "$(TMP=$TMP/d stat_sum held names)" 0
is "d: no stage of anybody's bytes" \
	"$(awk '/^stage / && !/count=0( |$)/' "$TMP/latency")" ""
leave_none

# --- a new namespace gets the number of one that is gone

ip netns add "$(name r)"
number=$(netns_of "$(name r)")
echo r >$S/new
echo "$number" >$S/r/netns
begin r 65536 8 "${every[@]}"
ip -n "$(name r)" link set lo up
run r udp4 connect 127.0.0.1 9 send 1 10 >/dev/null
ip netns del "$(name r)"
same_number() {
	ip netns add "$(name r)"
	[ "$(netns_of "$(name r)")" != "$number" ] || return 0
	ip netns del "$(name r)"
	return 1
}
if wait_for same_number; then
	echo r2 >$S/new
	echo "$number" >$S/r2/netns
	begin r2 65536 8 "${every[@]}"
	ip -n "$(name r)" link set lo up
	run r udp4 connect 127.0.0.1 9 send 1 4321 >/dev/null
	end r2
	end r
	is "who is bound to that one now" "$(counted r2 udp_send len=4321)" 1
	is "who was bound to the old one" "$(counted r udp_send len=4321)" 0
	is "and has what was its own" "$(counted r udp_send len=10)" 1
fi
leave_none

finish
