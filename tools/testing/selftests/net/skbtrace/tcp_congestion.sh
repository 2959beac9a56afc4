#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_congestion: congestion begins, gets worse, is undone, ends.
# Witnesses: the counters of the namespace, TCP_INFO, tcp_ca_state.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc nstat sysctl ethtool
need_event tcp_congestion tcp_ca_state
net_up
in_a tc qdisc add dev a0 clsact || skip "no clsact"
in_b tc qdisc add dev b0 clsact
# without offloads a packet is one segment, so a drop is one, too
in_a ethtool -K a0 tso off gso off gro off >/dev/null 2>&1
in_b ethtool -K b0 tso off gso off gro off >/dev/null 2>&1

kinds="4 6 mapped"	# of connections, which always run side by side
((PATIENCE == 1)) || kinds="4 6"
nr=$(wc -w <<<"$kinds")
port=5000

# begin NAME "WORDS": a connection of each kind, which has an RTT and waits for
# $TMP/NAME-go. After the words, and $TMP/NAME-end, it sends a little more, which
# ends any recovery. sk's output is in $TMP/NAMEKIND.
begin() {
	local k family to
	clients=() servers=()
	port=$((port + 10))
	for k in $kinds; do
		family=${k/mapped/4}
		server in_b "tcp$family" bind "$(addr B "$family")" \
			$((port + (${#k} > 1))) listen 5 touch "$TMP/ready" \
			accept read 500 write 500 eof
		servers+=("$server_pid")
	done
	for k in $kinds; do
		family=${k/mapped/6}
		to=$(addr B "$family")
		[ "$k" != mapped ] || to=::ffff:$B4
		# shellcheck disable=SC2086 # words
		background in_a sk "tcp$family" opt sndbuf 200000 \
			connect "$to" $((port + (${#k} > 1))) cookie \
			pingpong 1 500 touch "$TMP/$1-$k" \
			until "$TMP/$1-go" $2 acked touch "$TMP/$1-acked-$k" \
			until "$TMP/$1-end" send 1 900 acked send 1 900 acked \
			info shut eof >"$TMP/$1$k"
		clients+=("$bg")
	done
	for k in $kinds; do
		wait_for [ -e "$TMP/$1-$k" ] || die "$1: no connection"
	done
}

go() {
	touch "$TMP/$1-go"
}

# acked NAME: waits until all that was written is acknowledged
acked() {
	local k
	for k in $kinds; do
		wait_for [ -e "$TMP/$1-acked-$k" ] || fail "$k: $1: no ACK"
	done
}

end() {
	touch "$TMP/$1-end"
	wait "${clients[@]}" "${servers[@]}"
}

# told NAME REASON: has each of these connections had that event by now?
told() {
	local k blocks
	blocks=$(blocks_now | grep "event=tcp_congestion .*reason=$2 ")
	for k in $kinds; do
		[[ $blocks = *" key=$(value cookie "$TMP/$1$k") "* ]] || return
	done
}

# Each 20th packet is lost: SACK shows it
fast() {
	begin fast "write 150000"
	in_b tc filter add dev b0 ingress matchall \
		action gact pass random determ drop 20
	go fast
	acked fast
	in_b tc filter del dev b0 ingress
	end fast
}

# timeout NAME REASON: all packets are lost until each sender has had a timeout
timeout() {
	begin "$1" "write 50000"
	in_b tc filter add dev b0 ingress matchall action gact drop
	go "$1"
	wait_for told "$1" "$2" || fail "$1: no timeout"
	in_b tc filter del dev b0 ingress
	acked "$1"
	end "$1"
}

# ACKs come, but after the timeout
late() {
	begin late "write 14000"
	in_b tc qdisc add dev b0 root netem delay 700ms
	go late
	acked late
	in_b tc qdisc del dev b0 root
	end late
}

# Each 5th packet overtakes the others
reorder() {
	in_a tc qdisc add dev a0 root netem delay 20ms reorder 100% gap 5
	begin reorder "write 150000"
	go reorder
	acked reorder
	in_a tc qdisc del dev a0 root
	end reorder
}

# Each packet with data is marked, not lost
ecn() {
	in_a sysctl -qw net.ipv4.tcp_ecn=1
	in_b sysctl -qw net.ipv4.tcp_ecn=1
	begin ecn "write 50000"
	in_a tc qdisc add dev a0 root netem loss 100% ecn
	go ecn
	acked ecn
	in_a tc qdisc del dev a0 root
	end ecn
	in_a sysctl -qw net.ipv4.tcp_ecn=0
}

# A packet is dropped by the sender's own queue
local_drop() {
	begin local "write 1000"
	in_a tc filter add dev a0 egress matchall action gact drop
	go local
	wait_for told local cwr || fail "local drop: no event"
	in_a tc filter del dev a0 egress
	acked local
	end local
}

for f in 4 6; do
	# neighbours must be resolved before packets are dropped
	in_a sk "udp$f" connect "$(addr B $f)" 9 send 1 10
	in_b sk "udp$f" connect "$(addr A $f)" 9 send 1 10
done
in_a nstat -n
trace_on tcp_congestion tcp_ca_state
fast
timeout frto frto
in_a sysctl -qw net.ipv4.tcp_frto=0
timeout loss loss
in_a sysctl -qw net.ipv4.tcp_frto=2
late
reorder
ecn
local_drop
trace_off
in_a nstat -az >"$TMP/nstat"

# nstat_of COUNTER...: their sum
nstat_of() {
	awk -v names=" $* " 'index(names, " " $1 " ") { n += $2 }
		END { print n + 0 }' "$TMP/nstat"
}

# ours REASON: how many events, of A's connections
a=$(stat -L -c %i "/run/netns/$A")
ours() {
	count tcp_congestion netns="$a" reason="$1"
}

# episodes: each one begins once and ends once. Prints what is wrong.
episodes() {
	events tcp_congestion | awk '
		{
			for (i = 1; i <= NF; i++) {
				split($i, a, "=")
				f[a[1]] = a[2]
			}
			k = f["key"]
			if (f["reason"] == "leave" && !on[k])
				print $0 ": nothing to leave"
			else if (f["reason"] == "frto-loss" && !on[k])
				print $0 ": no timeout before it"
			# undo comes within an episode; its end is next
			if (f["reason"] != "undo")
				on[k] = f["reason"] != "leave"
		}
		END {
			for (k in on)
				if (on[k])
					print k ": goes on"
		}' 2>&1
}

# reasons NAME KIND: those of that connection, in order
reasons() {
	list reason tcp_congestion key="$(value cookie "$TMP/$1$2")"
}

is "identity" "$(identity)" ""
is "each episode has one end" "$(episodes)" ""
is "timeouts, against nstat" $(($(ours frto) + $(ours loss))) \
	"$(nstat_of TcpExtTCPTimeouts)"
is "fastrtx, against nstat" "$(ours fastrtx)" \
	"$(nstat_of TcpExtTCPSackRecovery TcpExtTCPRenoRecovery)"
is "undo, against nstat" "$(ours undo)" \
	"$(nstat_of TcpExtTCPFullUndo TcpExtTCPPartialUndo \
		TcpExtTCPDSACKUndo TcpExtTCPLossUndo)"
within "some timeouts were spurious" "$(nstat_of TcpExtTCPSpuriousRTOs \
	TcpExtTCPLossUndo)" "$nr" 1000
is "fastrtx, against tcp_ca_state" "$(count tcp_congestion reason=fastrtx)" \
	"$(count tcp_ca_state state=recovery)"
is "cwr, against tcp_ca_state" "$(count tcp_congestion reason=cwr)" \
	"$(count tcp_ca_state state=cwr)"
is "leave, against tcp_ca_state" "$(count tcp_congestion reason=leave)" \
	"$(events tcp_ca_state | grep -E 'old=(cwr|recovery|loss) ' |
		grep -cE ' state=(open|disorder) ')"
for k in $kinds; do
	like "$k: fastrtx, then leave" "$(reasons fast "$k")" "fastrtx *leave*"
	like "$k: a timeout after a real loss" "$(reasons frto "$k")" \
		"frto *frto-loss*leave"
	like "$k: a timeout without F-RTO" "$(reasons loss "$k")" \
		"loss *leave"
	is "$k: a timeout without F-RTO: no frto" "$(reasons loss "$k" |
		grep -c frto)" 0
	like "$k: a spurious timeout" "$(reasons late "$k")" \
		"frto *undo leave*"
	# An undo may come or not: it depends on when the sender notices. A D-SACK
	# may even undo after the end (tcp_try_undo_dsack).
	like "$k: reordering" "$(reasons reorder "$k")" "fastrtx *leave*"
	like "$k: ECN" "$(reasons ecn "$k")" "cwr *leave"
	is "$k: ECN: nothing else" "$(reasons ecn "$k" | tr ' ' '\n' |
		grep -vc -e cwr -e leave)" 0
	is "$k: a local drop" "$(reasons local "$k")" "cwr leave"
	for t in fast frto loss late reorder ecn; do
		is "$k: $t: open at the end" "$(value ca_state "$TMP/$t$k")" 0
	done
done
finish
