#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sk_timer: each timer of a TCP connection is set up, armed, stopped and fires,
# with losses that are certain. Witnesses: the counter that TCP has for what
# each timer does, TCP_INFO, timer:timer_start.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc nstat ethtool ss
need_event sk_timer
net_up
in_a tc qdisc add dev a0 clsact || skip "no clsact"
in_b tc qdisc add dev b0 clsact
# without offloads a write is a packet
in_a ethtool -K a0 tso off gso off gro off >/dev/null 2>&1
in_b ethtool -K b0 tso off gso off gro off >/dev/null 2>&1
families="4 6 m"
# the debug kernel is too slow for three kinds of connections
((PATIENCE == 1)) || families="4 6"

# drop [random determ drop N]: drops all that arrives at B, or each Nth packet
drop() {
	local what=drop p
	(($# == 0)) || what=pass
	for p in ip ipv6; do
		in_b tc filter add dev b0 ingress protocol $p flower \
			ip_proto tcp action gact $what "$@"
	done
}

repair() {
	in_b tc filter del dev b0 ingress
}

# fired TIMER COOKIE COUNT: has it fired so often, in the trace so far?
# shellcheck disable=SC2317 # called by wait_for
fired() {
	[ "$(blocks_now | grep -c "key=$2 .* timer=$1 op=fire ")" -ge "$3" ]
}

# clients SCENARIO PORT WORD...: a connected client of each family, in the
# background. Their servers write nothing, and wait for the end.
clients() {
	local f name=$1 port=$2
	for f in $families; do
		port=$((port + 1))
		server in_b "tcp$f" opt rcvbuf 4096 \
			bind "$(addr B "$f")" "$port" listen 5 \
			touch "$TMP/ready" accept cookie opt quickack 0 \
			touch "$TMP/$name$f.ready" until "$TMP/$name.done"
		mv "$TMP/server" "$TMP/$name$f.server"
		peers+=("$bg")
		background in_a sk "tcp$f" connect "$(addr B "$f")" "$port" cookie \
			opt nodelay 1 until "$TMP/$name$f.ready" "${@:3}" \
			>"$TMP/$name$f"
		peers+=("$bg")
		wait_for [ -e "$TMP/$name$f.ready" ] ||
			die "$name: the client does not get on"
	done
}

# all_fired SCENARIO TIMER COUNT: waits until it has, in each family
all_fired() {
	local f
	for f in $families; do
		wait_for fired "$2" "$(value cookie "$TMP/$1$f")" "$3" ||
			fail "$1: $f: $2 does not fire $3 times"
	done
}

# The clients and the servers of all scenarios end
all_end() {
	local s
	for s; do
		touch "$TMP/$s.done"
	done
	wait "${peers[@]}"
	peers=()
}

# shellcheck disable=SC2317 # called by wait_for
quiet() {
	! { in_a ss -Htan; in_b ss -Htan; } | grep -qv '^\(TIME\|FIN\)-WAIT'
}

# Armed and stopped, with a timeout of hours, which must fit
armed() {
	local f
	for f in $families; do
		server in_b "tcp$f" bind "$(addr B "$f")" 5000 listen 5 \
			touch "$TMP/ready" accept cookie eof
		in_a sk "tcp$f" connect "$(addr B "$f")" 5000 cookie \
			opt keepidle 7200 opt keepalive 1 opt keepalive 0 \
			>"$TMP/armed$f"
		wait "$server_pid"
		mv "$TMP/server" "$TMP/armed$f.server"
	done
}

# Without losses on the wire
lossless() {
	clients delack 5010 write 100 acked write 100 acked until "$TMP/delack.done"
	clients probe 5020 opt sndbuf 200000 fill until "$TMP/probe.look" info \
		until "$TMP/probe.done"
	all_fired probe probe 3
	touch "$TMP/probe.look"
	# A TIME_WAIT takes 60 seconds; the timer takes the one that is over
	clients fin 5030 opt linger2 61
	all_fired fin keepalive 1
}

# The peer is gone: a tail loss probe, then timeouts; keepalive gives up after two
# probes
lost() {
	local f
	clients rexmit 5040 write 100 acked until "$TMP/lost" write 100 \
		until "$TMP/rexmit.look" info until "$TMP/rexmit.done"
	clients keepalive 5050 opt keepidle 1 opt keepintvl 1 opt keepcnt 2 \
		until "$TMP/lost" opt keepalive 1 until "$TMP/rexmit.done"
	drop
	touch "$TMP/lost"
	all_fired keepalive keepalive 3
	all_fired rexmit rexmit 3
	touch "$TMP/rexmit.look"
	# TCP_INFO is read first: an ACK would reset the count of timeouts
	for f in $families; do
		wait_for grep -q ^retransmits= "$TMP/rexmit$f" ||
			fail "rexmit: $f: no TCP_INFO"
	done
	repair
}

# The first of three segments is lost. The others follow within a quarter of the
# RTT, 400 ms: TCP waits, as it may be reordering.
reordered() {
	local f
	in_a tc qdisc add dev a0 root netem delay 400ms
	for f in $families; do
		drop random determ drop 3	# after SYN, ACK
		server in_b "tcp$f" bind "$(addr B "$f")" 5006 listen 5 \
			touch "$TMP/ready" accept eof
		background in_a sk "tcp$f" connect "$(addr B "$f")" 5006 cookie \
			opt nodelay 1 write 100 write 100 write 100 acked \
			info >"$TMP/reo$f"
		wait_for [ -s "$TMP/reo$f" ]
		wait_for fired reo "$(value cookie "$TMP/reo$f")" 1 ||
			fail "reo: $f: it does not fire"
		repair
		wait "$bg" "$server_pid"
	done
	in_a tc qdisc del dev a0 root
}

peers=()
for f in 4 6; do
	# neighbours must be resolved before packets are dropped
	in_a sk "udp$f" connect "$(addr B "$f")" 9 send 1 10
	in_b sk "udp$f" connect "$(addr A "$f")" 9 send 1 10
done
trace_on sk_timer
witness_on timer/timer_start
armed
lossless
lost
all_end delack probe fin rexmit keepalive
reordered
wait_for quiet || fail "connections remain"
witness_off
trace_off
counters in_a "$TMP/counters.a"
counters in_b "$TMP/counters.b"

# --- what sk_timer reported

# of SCENARIO FAMILY TIMER OP [FIELD=VALUE]...: how many events of that client
of() {
	count sk_timer key="$(value cookie "$TMP/$1$2")" timer="$3" op="$4" \
		"${@:5}"
}

# lists FIELD SCENARIO FAMILY TIMER OP: its values at that client
lists() {
	list "$1" sk_timer key="$(value cookie "$TMP/$2$3")" timer="$4" op="$5"
}

# doubles NUMBER...: is each twice the one before?
# shellcheck disable=SC2317 # called by ok
doubles() {
	while (($# > 1)); do
		(($2 == 2 * $1)) || return 1
		shift
	done
}

# fires NAMESPACE TIMER: how often it fired for all connections there
fires() {
	count sk_timer netns="$(netns_of "$1")" timer="$2" op=fire
}

is "identity" "$(identity)" ""
for f in $families; do
	key=$(value cookie "$TMP/armed$f")
	is "$f: socket()" \
		"$(list state sk_timer key="$key" timer=all op=setup)" CLOSE
	key=$(value cookie "$TMP/armed$f.server")
	is "$f: the child of a listener" "$(values state sk_timer key="$key" \
		timer=all op=setup | sort -u)" SYN_RECV
	# close() may arm it, too, but not in ESTABLISHED
	key=$(value cookie "$TMP/armed$f")
	is "$f: armed, stopped" "$(list op sk_timer key="$key" timer=keepalive \
		state=ESTABLISHED)" "reset stop"
	read -r timeout stop <<<"$(list timeout_us sk_timer key="$key" \
		timer=keepalive state=ESTABLISHED)"
	within "$f: in two hours" "$timeout" 7190000000 7200000000
	is "$f: stop: no timeout" "$stop" 18446744073709551615
	is "$f: rexmit: as often as TCP_INFO says, and the one before it was looked at" \
		"$(lists retransmits rexmit "$f" rexmit fire | cut -d' ' -f 1-3)" \
		"0 1 2"
	within "$f: rexmit: TCP_INFO" "$(value retransmits "$TMP/rexmit$f")" 3 \
		"$(of rexmit "$f" rexmit fire)"
	timeouts=$(lists rto_us rexmit "$f" rexmit fire)
	# shellcheck disable=SC2086 # numbers
	ok "$f: rexmit: timeouts double" doubles $timeouts
	is "$f: a tail loss probe" "$(of rexmit "$f" tlp fire)" 1
	is "$f: probe: backoff" \
		"$(lists backoff probe "$f" probe fire | cut -d' ' -f 1-3)" "0 1 2"
	within "$f: probe: TCP_INFO" "$(value backoff "$TMP/probe$f")" 3 \
		"$(of probe "$f" probe fire)"
	is "$f: keepalive: probes before" \
		"$(lists probes_out keepalive "$f" keepalive fire)" "0 1 2"
	is "$f: FIN_WAIT2" "$(of fin "$f" keepalive fire state=FIN_WAIT2)" 1
	read -r timeout _ <<<"$(lists timeout_us fin "$f" keepalive reset)"
	within "$f: FIN_WAIT2: what is more than a TIME_WAIT" "$timeout" \
		700000 1000000
	within "$f: reo" "$(of reo "$f" reo fire)" 1 3
	within "$f: reo: less than an RTT" \
		"$(lists timeout_us reo "$f" reo reset | cut -d' ' -f 1)" 0 400000
	key=$(value cookie "$TMP/delack$f.server")
	within "$f: delack" "$(count sk_timer key="$key" timer=delack op=fire)" \
		1 10
done
# TCPTimeouts counts SYN-ACKs that are sent again, too: there are none here
is "rexmit fires, against TcpExtTCPTimeouts" "$(fires "$A" rexmit)" \
	"$(counter TcpExtTCPTimeouts "$TMP/counters.a")"
is "tlp fires, against TcpExtTCPLossProbes" "$(fires "$A" tlp)" \
	"$(counter TcpExtTCPLossProbes "$TMP/counters.a")"
is "probe fires, against TcpExtTCPWinProbe" "$(fires "$A" probe)" \
	"$(counter TcpExtTCPWinProbe "$TMP/counters.a")"
# all that fired sent a probe but the last of each, which gave up
is "keepalive fires, against TcpExtTCPKeepAlive" \
	"$(for f in $families; do
		of keepalive "$f" keepalive fire probes_out=0
		of keepalive "$f" keepalive fire probes_out=1
	done | awk '{ s += $1 } END { print s }')" \
	"$(counter TcpExtTCPKeepAlive "$TMP/counters.a")"
is "delack fires, against TcpExtDelayedACKs" \
	"$(fires "$A" delack) $(fires "$B" delack)" \
	"$(counter TcpExtDelayedACKs "$TMP/counters.a") $(counter \
		TcpExtDelayedACKs "$TMP/counters.b")"
# timer_start is not reported if mod_timer() changes nothing
within "starts, against timer:timer_start" \
	"$(grep -c 'function=tcp_\(write\|delack\|keepalive\)_timer' \
		"$TMP/witness")" 30 "$(count sk_timer op=reset)"

# --- skip= and only=

# told SPEC: records with it; $TMP/told gets the timers and their ops
told() {
	trace_on "sk_timer$1"
	in_a sk tcp4 opt keepidle 7200 opt keepalive 1 connect "$B4" 5007 \
		write 100 acked opt keepalive 0 shut eof >"$TMP/client"
	trace_off
	[ "$(stat_sum written)" = 0 ] ||
		is "sk_timer$1: identity" "$(identity)" ""
	events sk_timer | sed 's/.* timer=\([a-z]*\) op=\([a-z]*\) .*/\1 \2/' |
		sort | uniq -c | awk '{ print $2 ":" $3 "=" $1 }' |
		tr '\n' ' ' >"$TMP/told"
}

# two sockets are set up, or three if two CPUs take the request at once: TCP makes a
# second child, and closes it
server in_b tcp4 bind "$B4" 5007 listen 5 touch "$TMP/ready" \
	times 9 accept read 100 again
told ""
like "all" "$(<"$TMP/told")" "*all:setup=[23] *keepalive:reset=* keepalive:stop=*"
told ,only=stop
like "only=stop" "$(<"$TMP/told")" "*keepalive:stop=*"
like "only=stop: nothing else" "$(sed 's/[a-z]*:stop=[0-9]* //g' "$TMP/told")" ""
told ,only=keepalive
like "only=keepalive" "$(<"$TMP/told")" "keepalive:reset=[12] keepalive:stop=[12] "
told ,only=keepalive:reset
like "only=keepalive:reset" "$(<"$TMP/told")" "keepalive:reset=[12] "
told ,only=setup:reset:all
like "only=setup:reset:all" "$(<"$TMP/told")" "all:setup=[23] "
told ,skip=keepalive:setup
like "skip=keepalive:setup" "$(<"$TMP/told")" "*rexmit:reset=*"
is "skip=keepalive:setup: none of those" "$(grep -c 'keepalive\|setup' \
	"$TMP/told")" 0
within "skip=: they are counted" "$(stat_sum skipped)" 4 10
told ,skip=setup:reset:stop:fire
is "skip=: all ops" "$(<"$TMP/told") $(stat_sum written)" " 0"
told ,only=fire,sample=1
is "only=fire: none" "$(sed 's/[a-z]*:fire=[0-9]* //g' "$TMP/told")" ""

# --- sockets of UDP have none of these timers

trace_on sk_timer
in_a sk udp4 connect "$B4" 9 send 3 10
in_a sk udp6 connect "$B6" 9 send 3 10
trace_off
is "UDP: no event" "$(stat_sum hits)" 0
finish
