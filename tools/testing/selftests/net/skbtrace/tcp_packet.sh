#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_send, tcp_receive: each segment once, with its header and the state of its
# socket; also without a connection. Witnesses: tcpdump, nstat, TCP_INFO.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip nsenter nstat ss tc tcpdump
need_event tcp_send tcp_receive
net_up
in_a tc qdisc add dev a0 clsact || skip "no clsact"
in_b tc qdisc add dev b0 clsact
families="4 6 m"
((PATIENCE == 1)) || families="4 6"
declare -A base=([4]=5000 [6]=5100 [m]=5200)

# dump NAMESPACE-FUNCTION DEVICE FILE: captures its TCP packets
dumps=()
dump() {
	background "$1" tcpdump -i "$2" -nn -S -U --immediate-mode -B 8192 \
		-w "$3" tcp 2>"$3.said"
	dumps+=("$bg")
	wait_for grep -q 'listening on' "$3.said" || skip "tcpdump does not start"
}

# has_port FILE PORT: has tcpdump written a packet with that port?
has_port() {
	tcpdump -nn -r "$1" "tcp port $2" 2>/dev/null | grep -q .
}

dump in_a a0 "$TMP/a.pcap"
counters in_a "$TMP/before.a"
counters in_b "$TMP/before.b"
trace_on tcp_send tcp_receive
for f in $families; do
	to=$(addr B "$f") port=${base[$f]}
	server in_b "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
		accept cookie eof
	in_a sk "tcp$f" connect "$to" "$port" cookie port write 65536 acked info \
		shut eof >"$TMP/tcp$f"
	wait "$server_pid"
	mv "$TMP/server" "$TMP/tcp$f.server"
	# nobody listens
	in_a sk "tcp$f" try connect "$to" $((port + 1))
	# the client's last ACK is lost: its minisocket must send it again
	server in_b "tcp$f" bind "$to" $((port + 2)) listen 5 touch "$TMP/ready" \
		accept eof until "$TMP/mute$f" close touch "$TMP/closed$f"
	background in_a sk "tcp$f" connect "$to" $((port + 2)) cookie shut acked \
		touch "$TMP/shut$f" eof >"$TMP/tw$f"
	client=$bg
	wait_for [ -e "$TMP/shut$f" ]
	in_a tc filter add dev a0 egress matchall action drop
	touch "$TMP/mute$f"
	wait "$client" "$server_pid"
	again() {
		counters in_b "$TMP/now"
		[ "$(counter TcpRetransSegs "$TMP/now")" -gt "$1" ]
	}
	counters in_b "$TMP/now"
	seen=$(counter TcpRetransSegs "$TMP/now")
	wait_for again "$seen" || fail "$f: the FIN is not sent again"
	in_a tc filter del dev a0 egress
	wait_for again $((seen + 1)) || fail "$f: nor once more"
done
wait_for has_port "$TMP/a.pcap" $((port + 2))
# calm: are B's connections gone, so that nothing is sent any more?
calm() {
	! in_b ss -tan 2>/dev/null | grep -q 'LAST-ACK'
}
wait_for calm
trace_off
counters in_a "$TMP/after.a"
counters in_b "$TMP/after.b"
kill -INT "${dumps[@]}"
wait "${dumps[@]}"

is "identity" "$(identity)" ""

# grown a|b COUNTER: by how much it has grown
grown() {
	echo $(($(counter "$2" "$TMP/after.$1") - \
		$(counter "$2" "$TMP/before.$1")))
}

# with_flag BIT EVENT WHERE...: events whose TCP flags have that bit
with_flag() {
	local bit=$1
	shift
	events "$@" | awk -v bit="$bit" '{
		for (i = 1; i <= NF; i++)
			if (index($i, "flags=") == 1 &&
			    int(substr($i, 7) / bit) % 2)
				print
	}'
}

for n in a b; do
	ns=$A
	[ $n = a ] || ns=$B
	inum=$(netns_of "$ns")
	is "$n: sent, against TcpOutSegs and TcpRetransSegs" \
		"$(sum segs tcp_send netns="$inum")" \
		$(($(grown $n TcpOutSegs) + $(grown $n TcpRetransSegs)))
	is "$n: again, against TcpRetransSegs" \
		"$(sum segs tcp_send netns="$inum" how=again)" \
		"$(grown $n TcpRetransSegs)"
	is "$n: received, against TcpInSegs" \
		"$(count tcp_receive netns="$inum")" "$(grown $n TcpInSegs)"
	is "$n: resets, against TcpOutRsts" \
		"$(with_flag 4 tcp_send netns="$inum" | wc -l)" \
		"$(grown $n TcpOutRsts)"
done

# --- field by field

# fin_of COOKIE: the event of its FIN, as a line
fin_of() {
	with_flag 1 tcp_send sk="$1" | head -n 1
}

# in_line FIELD LINE: its value
in_line() {
	sed -n "s/.* $1=\([^ ]*\).*/\1/p" <<<"$2 "
}

for f in $families; do
	from=$(traced A "$f") to=$(traced B "$f") port=${base[$f]}
	key=$(value cookie "$TMP/tcp$f")
	fin=$(fin_of "$key")
	is "$f: bytes" "$(sum len tcp_send sk="$key")" \
		$((65536 + $(value bytes_retrans "$TMP/tcp$f")))
	is "$f: bytes received" "$(sum len tcp_receive \
		sk="$(value cookie "$TMP/tcp$f.server")" dir=rx)" \
		$((65536 + $(value bytes_retrans "$TMP/tcp$f")))
	is "$f: who sends to whom" "$(in_line local "$fin"):$(in_line lport \
		"$fin") $(in_line peer "$fin"):$(in_line pport "$fin")" \
		"$from:$(value port "$TMP/tcp$f") $to:$port"
	for field in mss snd_cwnd srtt_us rto_us; do
		is "$f: $field, against TCP_INFO" "$(in_line $field "$fin")" \
			"$(value $field "$TMP/tcp$f")"
	done
	is "$f: mdev_us, against TCP_INFO" "$(in_line mdev_us "$fin")" \
		"$(value rttvar_us "$TMP/tcp$f")"
	is "$f: a FIN is sent by an established socket" \
		"$(in_line state "$fin")" FIN_WAIT1
	is "$f: all is acknowledged" "$(in_line snd_una "$fin")" \
		"$(in_line seq "$fin")"
	# the listener gets the SYN, the request socket the ACK
	is "$f: states of who receives the handshake" "$(events tcp_receive \
		netns="$(netns_of "$B")" lport="$port" local="$to" | head -n 2 |
		sed 's/.* state=\([^ ]*\).*/\1/' | tr '\n' ' ')" \
		"LISTEN NEW_SYN_RECV "
	is "$f: the SYN-ACK is of the request" "$(with_flag 2 tcp_send \
		lport="$port" local="$to" how=first |
		sed 's/.* state=\([^ ]*\).*/\1/')" NEW_SYN_RECV
	is "$f: a reset of no socket" "$(count tcp_send lport=$((port + 1)) \
		local="$to" sk=0 state=#255 len=0)" 1
	is "$f: what it answers" "$(count tcp_receive lport=$((port + 1)) \
		local="$to" sk=0 state=#255)" 1
	within "$f: ACKs of a minisocket" "$(count tcp_send \
		sk="$(value cookie "$TMP/tw$f")" state=TIME_WAIT len=0)" 2 9
done

# --- against tcpdump at the device

# theirs FILE PORT: "SEQ ACK WIN LENGTH" of each packet, from tcpdump's lines like
# "Flags [S.], seq 1:2, ack 3, win 4, ... length 5"
theirs() {
	tcpdump -nn -S -r "$1" "tcp src port $2" 2>/dev/null | sed -n \
		's/.*Flags \[\([^]]*\)\].* length \([0-9]*\).*/&\n\1 \2/p' |
		awk '/Flags/ {
			seq = ack = win = "-"
			for (i = 1; i < NF; i++) {
				if ($i == "seq") { split($(i + 1), a, /[:,]/); seq = a[1] }
				if ($i == "ack") ack = $(i + 1)
				if ($i == "win") win = $(i + 1)
			}
			sub(/,/, "", ack)
			sub(/,/, "", win)
			next
		} { print seq, ack, win, $2 }' | sort
}

for f in 4 6; do
	port=$(value port "$TMP/tcp$f")
	theirs "$TMP/a.pcap" "$port" >"$TMP/theirs"
	# tcpdump prints no sequence number of a packet without data and SYN, FIN, RST
	events tcp_send lport="$port" netns="$(netns_of "$A")" | awk '{
		for (i = 1; i <= NF; i++) { split($i, a, "="); v[a[1]] = a[2] }
		# SYN, FIN, RST; ACK
		print (v["len"] > 0 || v["flags"] % 8 ? v["seq"] : "-"),
		      (int(v["flags"] / 16) % 2 ? v["ack"] : "-"),
		      v["window"], v["len"]
	}' | sort >"$TMP/ours"
	is "$f: headers, against tcpdump" "$(<"$TMP/ours")" "$(<"$TMP/theirs")"
	is "$f: there are some" "$(($(wc -l <"$TMP/ours") > 3))" 1
done

# --- options

for f in 4 6; do
	to=$(addr B $f)
	trace_on tcp_send,only=probe:again "tcp_receive,when=len>100"
	server in_b "tcp$f" bind "$to" 5003 listen 5 touch "$TMP/ready" accept \
		read 10 write 500 eof
	in_a sk "tcp$f" connect "$to" 5003 write 10 read 500 shut eof \
		>"$TMP/options"
	wait "$server_pid"
	trace_off
	is "$f: only=, when=: identity" "$(identity)" ""
	is "$f: when=len>100: what is left" \
		"$(values len tcp_receive pport=5003)" 500
	is "$f: only=: no first ones" "$(count tcp_send how=first)" 0
done

# --- the inferred form, as on an unpatched kernel, has the same segments

# both EVENT WHERE...: compares inferred events with exact ones
both() {
	events "$@" inferred=1 | header >"$TMP/theirs"
	events "$@" | grep -v ' inferred=1 ' | header >"$TMP/ours"
	is "$f: $1: inferred: headers" "$(<"$TMP/theirs")" "$(<"$TMP/ours")"
	is "$f: $1: inferred: there are some" \
		"$(($(wc -l <"$TMP/ours") > 3))" 1
}

header() {
	awk '{
		for (i = 1; i <= NF; i++) { split($i, a, "="); v[a[1]] = a[2] }
		print v["seq"], v["ack"], v["flags"], v["window"], v["hlen"],
		      v["urgent"], v["len"]
	}' | sort
}

for f in 4 6; do
	to=$(addr B $f)
	trace_on tcp_send,form=both tcp_receive,form=both
	server in_b "tcp$f" bind "$to" 5004 listen 5 touch "$TMP/ready" \
		accept eof
	in_a sk "tcp$f" connect "$to" 5004 cookie write 3000 acked shut eof \
		>"$TMP/inferred"
	wait "$server_pid"
	trace_off
	is "$f: form=both: identity" "$(identity)" ""
	both tcp_send pport=5004 netns="$(netns_of "$A")"
	both tcp_receive lport=5004 netns="$(netns_of "$B")"
	is "$f: inferred: the socket of what is sent" "$(list mss tcp_send \
		sk="$(value cookie "$TMP/inferred")" inferred=1)" \
		"$(events tcp_send sk="$(value cookie "$TMP/inferred")" |
			grep -v ' inferred=1 ' | sed 's/.* mss=\([^ ]*\).*/\1/' |
			tr '\n' ' ' | sed 's/ $//')"
done
finish
