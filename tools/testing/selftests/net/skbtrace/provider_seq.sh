#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The probes of tcp, in their order: connect, transfer, close by either side,
# refused, reset, half close, simultaneous open, retransmission, GSO; IPv4 and
# IPv6, on one host and between two. Witnesses: what both programs are told to do.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip nsenter ping tc
need_skbtrace
need_event tcp_send tcp_receive tcp_connection icsk_connection tcp_reset \
	ip_send ip_receive
net_up
in_b tc qdisc add dev b0 clsact || skip "no clsact"

# Each line: the port on this side, the one on the other, what has fired
cat >"$TMP/seq.d" <<'END'
#pragma D option quiet
tcp:::connect-request, tcp:::connect-established, tcp:::connect-refused,
tcp:::accept-established, tcp:::accept-refused
{
	printf("%d %d %s\n", args[3]->tcps_lport, args[3]->tcps_rport,
	    probename);
}
tcp:::state-change
{
	printf("%d %d %s\n", args[3]->tcps_lport, args[3]->tcps_rport,
	    tcp_state_string[args[3]->tcps_state]);
}
tcp:::send, tcp:::receive
{
	printf("%d %d %s:%s%s%s%s%s/%d\n", args[3]->tcps_lport,
	    args[3]->tcps_rport, probename,
	    args[3]->tcps_retransmit ? "again-" : "",
	    args[4]->tcp_flags & TH_SYN ? "S" : "",
	    args[4]->tcp_flags & TH_FIN ? "F" : "",
	    args[4]->tcp_flags & TH_RST ? "R" : "",
	    args[4]->tcp_flags & TH_ACK ? "A" : "",
	    args[2]->ip_plength - args[4]->tcp_offset);
}
END

for f in 4 6; do
	wait_for in_a ping -q -n -c 1 -W 1 "$(addr B $f)" >"$TMP/ping" ||
		die "no way to $(addr B $f)"
done
background skbtrace d -s "$TMP/seq.d" >"$TMP/said"
tracer=$bg
wait_for tracing 1 || die "it does not begin"

# pair PORT NAMESPACE-FUNCTION FAMILY ADDRESS "CLIENT'S WORDS" "SERVER'S WORDS":
# the client is in A, and its port is PORT + 1000
pair() {
	# shellcheck disable=SC2086 # words
	server "$2" "tcp$3" bind "$4" "$1" listen 5 touch "$TMP/ready" accept $6
	# shellcheck disable=SC2086 # words
	in_a sk "tcp$3" bind "$(addr A "$3")" $(($1 + 1000)) connect "$4" "$1" \
		$5 >"$TMP/client"
	wait "$server_pid"
}

# closes NAME, waits NAME: what the side does that ends first, and the other one
closes() {
	echo "shut acked touch $TMP/$1 eof"
}
waits() {
	echo "eof until $TMP/$1 close"
}
n=0
for f in 4 6; do
	for where in a b; do
		to=$(addr "${where^}" $f)
		n=$((n + 10))
		pair $((5000 + n)) in_$where $f "$to" \
			"write 100 acked $(closes $n)" "$(waits $n)"
		# the server ends it
		pair $((5001 + n)) in_$where $f "$to" \
			"write 100 $(waits $n.1)" "read 100 $(closes $n.1)"
		# it answers after the client's end
		pair $((5002 + n)) in_$where $f "$to" \
			"$(closes $n.2)" "eof until $TMP/$n.2 write 50 close"
		pair $((5003 + n)) in_$where $f "$to" "abort close" "try eof"
		in_a sk tcp$f bind "$(addr A $f)" $((6004 + n)) try connect \
			"$to" $((5004 + n))
	done
done

# The SYN is lost, and the other end connects, too: each gets a SYN
drop_all() {
	in_b tc filter add dev b0 ingress matchall action drop
}
drop_all
background in_a sk tcp4 bind "$A4" 6100 connect "$B4" 5100 touch "$TMP/open.a" \
	shut eof
one=$bg
seen() {
	grep -q "$1" "$TMP/said"
}
wait_for seen '^6100 5100 send:S/0'
background in_b sk tcp4 bind "$B4" 5100 connect "$A4" 6100 touch "$TMP/open.b" \
	shut eof
other=$bg
wait_for seen '^6100 5100 send:SA/0\|^6100 5100 send:again-SA/0'
in_b tc filter del dev b0 ingress
wait "$one" "$other"

# Segments are lost
server in_b tcp4 bind "$B4" 5200 listen 5 touch "$TMP/ready" accept echo
background in_a sk tcp4 bind "$A4" 6200 connect "$B4" 5200 pingpong 2 100 \
	touch "$TMP/lossy" until "$TMP/lost" write 1000 read 1000 shut eof
one=$bg
wait_for [ -e "$TMP/lossy" ]
drop_all
touch "$TMP/lost"
wait_for seen '^6200 5200 send:again-A/1000' || fail "nothing is sent again"
in_b tc filter del dev b0 ingress
wait "$one" "$server_pid"

# live_empty: has it shown the end of the last connection?
wait_for seen '^6200 5200 state-\(time-wait\|closed\)'
kill -INT "$tracer"
wait "$tracer"
is "exit status" "$?" 0
wait_for tracing 0

# sequence PORT OTHER-PORT: in one line, without mere ACKs
sequence() {
	awk -v l="$1" -v r="$2" '$1 == l && $2 == r && $3 !~ /:(again-)?A\/0$/ {
		printf "%s%s", sep, $3
		sep = " "
	}' "$TMP/said"
}

open="state-syn-sent connect-request send:S/0 receive:SA/0 \
state-established connect-established"
opened="receive:S/0 send:SA/0 state-syn-received state-established \
accept-established"
# Without the patches nothing tells of a minisocket: the socket is closed
time_wait="state-time-wait "
is_exact tcp_connection || time_wait=""
ends="state-fin-wait-1 send:FA/0 state-fin-wait-2 receive:FA/0 \
${time_wait}state-closed"
ended="receive:FA/0 state-close-wait state-last-ack send:FA/0 state-closed"
n=0
for f in 4 6; do
	for where in a b; do
		n=$((n + 10))
		name="IPv$f"
		[ $where = b ] || name+=", one host"
		s=$((5000 + n)) c=$((6000 + n))
		is "$name: the client ends it: client" "$(sequence $c $s)" \
			"$open send:A/100 $ends"
		is "$name: the client ends it: server" "$(sequence $s $c)" \
			"$opened receive:A/100 $ended"
		s=$((5001 + n)) c=$((6001 + n))
		is "$name: the server ends it: client" "$(sequence $c $s)" \
			"$open send:A/100 $ended"
		is "$name: the server ends it: server" "$(sequence $s $c)" \
			"$opened receive:A/100 $ends"
		s=$((5002 + n)) c=$((6002 + n))
		is "$name: half closed: client" "$(sequence $c $s)" "$open \
state-fin-wait-1 send:FA/0 state-fin-wait-2 receive:A/50 receive:FA/0 \
${time_wait}state-closed"
		is "$name: half closed: server" "$(sequence $s $c)" "$opened \
receive:FA/0 state-close-wait send:A/50 state-last-ack send:FA/0 state-closed"
		s=$((5003 + n)) c=$((6003 + n))
		is "$name: reset: client" "$(sequence $c $s)" \
			"$open state-closed send:RA/0"
		is "$name: reset: server" "$(sequence $s $c)" \
			"$opened receive:RA/0 state-closed"
		s=$((5004 + n)) c=$((6004 + n))
		is "$name: refused: client" "$(sequence $c $s)" \
			"state-syn-sent connect-request send:S/0 receive:RA/0 \
state-closed connect-refused"
		is "$name: refused: server" "$(sequence $s $c)" \
			"receive:S/0 accept-refused send:RA/0"
	done
done
is "simultaneous open: states" "$(sequence 6100 5100 | tr ' ' '\n' |
	grep '^state' | head -n 3 | tr '\n' ' ')" \
	"state-syn-sent state-syn-received state-established "
within "a segment is lost: how often it is sent" \
	"$(sequence 6200 5200 | tr ' ' '\n' | grep -c '^send:\(again-\)*A/1000$')" \
	2 99
is "the first time it is not sent again" "$(sequence 6200 5200 |
	tr ' ' '\n' | grep -c '^send:A/1000$')" 1

# --- GSO: what TCP hands down at once is one tcp:::send and one ip:::send

cat >"$TMP/gso.d" <<'END'
#pragma D option quiet
tcp:::send / args[4]->tcp_dport == 5300 /
{
	@events["tcp"] = count();
	@bytes["tcp"] = sum(args[2]->ip_plength - args[4]->tcp_offset);
	@most["tcp"] = max(args[2]->ip_plength);
}
ip:::send
/ args[3]->if_ipstack == $1 && args[4] != NULL &&
  args[4]->ipv4_protocol == IPPROTO_TCP /
{
	@events["ip"] = count();
	@most["ip"] = max(args[2]->ip_plength);
}
dtrace:::END
{
	printa("%s events %@d\n", @events);
	printa("%s bytes %@d\n", @bytes);
	printa("%s most %@d\n", @most);
}
END
background skbtrace d -S 'port 5300' -s "$TMP/gso.d" "$(netns_of "$A")" \
	>"$TMP/said"
tracer=$bg
wait_for tracing 1 || die "it does not begin"
server in_b tcp4 bind "$B4" 5300 listen 5 touch "$TMP/ready" accept eof
in_a sk tcp4 connect "$B4" 5300 write 1000000 acked shut eof info >"$TMP/gso"
wait "$server_pid"
kill -INT "$tracer"
wait "$tracer"

# said WORD...: the number behind them
said() {
	awk -v want="$*" '{ n = $NF; $NF = ""; sub(/ *$/, "") } $0 == want { print n }' \
		"$TMP/said"
}
is "GSO: as many of tcp as of ip" "$(said tcp events)" "$(said ip events)"
is "GSO: bytes" "$(said tcp bytes)" $((1000000 + $(value bytes_retrans "$TMP/gso")))
is "GSO: one for many segments" "$(($(said ip most) > 20000))" 1
is "GSO: the largest" "$(said tcp most)" "$(said ip most)"
finish
