#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# skbtrace d as tests of DTrace call it: "-c COMMAND -qs /dev/stdin", a program that
# counts what must have happened at least; ICMP, UDP and TCP, on one host and to
# another, IPv4 and IPv6. And what a connection has when its state changes.
# Witnesses: what the commands do, TCP_INFO.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip nsenter ping
need_skbtrace
need_event ip_send ip_receive tcp_send tcp_receive tcp_connection tcp_state \
	icsk_connection udp_send udp_receive
net_up

# traced COMMAND: the program on stdin, what it prints to $TMP/said
traced() {
	skbtrace d -c "ip netns exec $A $1" -qs /dev/stdin >"$TMP/said"
	is "exit status: $1" "$?" 0
}

# said WORD...: the number that a line ends with
said() {
	awk -v want="$* " 'index($0, want) == 1 { print $NF }' "$TMP/said"
}

least() { # WHAT WORDS LEAST
	within "$1: $2, at least $3" "$(said "$2")" "$3" 99
}

# --- ip: pings

for f in 4 6; do
	for where in A B; do
		to=$(addr $where $f)
		echo_no=$([ $f = 4 ] && echo IPPROTO_ICMP || echo IPPROTO_ICMPV6)
		next=$([ $f = 4 ] && echo 'args[4]->ipv4_protocol' ||
			echo 'args[5]->ipv6_nexthdr')
		wait_for in_a ping -q -n -c 1 -W 1 "$to" >"$TMP/ping" ||
			die "no way to $to"
		traced "ping -q -n -c 3 -i 0.01 $to" <<-PROGRAM
		ip:::send
		/args[2]->ip_saddr == "$(addr A $f)" &&
		 args[2]->ip_daddr == "$to" && $next == $echo_no/
		{ sent++; longest = args[2]->ip_plength; }
		ip:::receive
		/args[2]->ip_daddr == "$(addr A $f)" &&
		 args[2]->ip_saddr == "$to" && $next == $echo_no/
		{ got++; }
		END { printf("sent %d\ngot %d\nlongest %d\n", sent, got,
		      longest); }
		PROGRAM
		least "ping $to" sent 3
		least "ping $to" got 3
		is "ping $to: ip_plength" "$(said longest)" 64
	done
done

# --- udp

for f in 4 6; do
	server in_b "udp$f" bind "$(addr B $f)" 5000 touch "$TMP/ready" recv 2
	traced "sk udp$f connect $(addr B $f) 5000 send 2 100" <<-'PROGRAM'
	udp:::send /args[4]->udp_dport == 5000/ { sent++; }
	udp:::receive /args[4]->udp_dport == 5000/ { got++; }
	END { printf("sent %d\ngot %d\n", sent, got); }
	PROGRAM
	wait "$server_pid"
	is "UDP, IPv$f: sent" "$(said sent)" 2
	is "UDP, IPv$f: received" "$(said got)" 2
done

# --- tcp: a connection to this host, both ends are seen

for f in 4 6; do
	me=$(addr A $f)
	server in_a "tcp$f" bind "$me" 5001 listen 5 touch "$TMP/ready" \
		accept eof write 50 close
	traced "sk tcp$f connect $me 5001 write 100 shut eof close" <<-PROGRAM
	BEGIN { connreq = connest = connacc = 0; }
	tcp:::send
	/args[2]->ip_saddr == "$me" && args[2]->ip_daddr == "$me" &&
	 (args[4]->tcp_sport == 5001 || args[4]->tcp_dport == 5001)/
	{ sent++; }
	tcp:::receive
	/args[2]->ip_saddr == "$me" && args[2]->ip_daddr == "$me" &&
	 (args[4]->tcp_sport == 5001 || args[4]->tcp_dport == 5001)/
	{ got++; }
	tcp:::state-change /args[3]->tcps_laddr == "$me"/
	{ state[args[3]->tcps_state]++; }
	tcp:::connect-request
	/args[2]->ip_saddr == "$me" && args[2]->ip_daddr == "$me" &&
	 args[4]->tcp_dport == 5001/
	{ connreq++; }
	tcp:::connect-established
	/args[2]->ip_saddr == "$me" && args[2]->ip_daddr == "$me" &&
	 args[4]->tcp_sport == 5001/
	{ connest++; }
	tcp:::accept-established
	/args[2]->ip_saddr == "$me" && args[2]->ip_daddr == "$me" &&
	 args[4]->tcp_dport == 5001/
	{ connacc++; }
	END
	{
		printf("sent %d\ngot %d\n", sent, got);
		printf("syn-sent %d\n", state[TCP_STATE_SYN_SENT]);
		printf("syn-received %d\n", state[TCP_STATE_SYN_RECEIVED]);
		printf("established %d\n", state[TCP_STATE_ESTABLISHED]);
		printf("fin-wait-1 %d\n", state[TCP_STATE_FIN_WAIT_1]);
		printf("close-wait %d\n", state[TCP_STATE_CLOSE_WAIT]);
		printf("fin-wait-2 %d\n", state[TCP_STATE_FIN_WAIT_2]);
		printf("last-ack %d\n", state[TCP_STATE_LAST_ACK]);
		printf("time-wait %d\n", state[TCP_STATE_TIME_WAIT]);
		printf("request %d\nconnected %d\naccepted %d\n", connreq,
		       connest, connacc);
	}
	PROGRAM
	wait "$server_pid"
	least "TCP, IPv$f" sent 7
	least "TCP, IPv$f" got 7
	for state in syn-sent syn-received fin-wait-1 close-wait fin-wait-2 \
		last-ack request connected accepted; do
		is "TCP, IPv$f: $state" "$(said $state)" 1
	done
	# without the patches nothing tells of a minisocket
	is "TCP, IPv$f: time-wait" "$(said time-wait)" \
		"$(is_exact tcp_connection && echo 1 || echo 0)"
	is "TCP, IPv$f: established, both ends" "$(said established)" 2
done

# --- what a connection has

server in_b tcp4 bind "$B4" 5002 listen 5 touch "$TMP/ready" accept read 100 \
	info eof close
skbtrace d -c "ip netns exec $A sk tcp4 connect $B4 5002 info write 100 acked \
info shut eof close" -qs /dev/stdin >"$TMP/said" <<'PROGRAM'
tcp:::connect-established, tcp:::accept-established
/args[4]->tcp_dport == 5002 || args[4]->tcp_sport == 5002/
{
	printf("%s mss %d\n", probename, args[3]->tcps_mss);
	printf("%s cwnd %d\n", probename, args[3]->tcps_cwnd_segs);
	printf("%s rto %d\n", probename, args[3]->tcps_rto);
	printf("%s swnd %d\n", probename, args[3]->tcps_swnd > 0);
	printf("%s sent %d\n", probename,
	       args[3]->tcps_snxt - args[3]->tcps_suna);
}
tcp:::state-change
/args[3]->tcps_state == TCP_STATE_FIN_WAIT_1 && args[3]->tcps_rport == 5002/
{
	printf("left sent %d\n", args[3]->tcps_suna - args[3]->tcps_iss);
	printf("left mss %d\n", args[3]->tcps_mss);
	printf("left rtt %d\n", args[3]->tcps_rtt_us);
}
tcp:::state-change
/args[3]->tcps_state == TCP_STATE_CLOSE_WAIT && args[3]->tcps_lport == 5002/
{
	printf("came got %d\n", args[3]->tcps_rnxt - args[3]->tcps_irs);
}
PROGRAM
wait "$server_pid"
sed 's/^/# /' "$TMP/said"
sed -n '/^mss=/p; /^srtt_us=/p' "$TMP/said" >"$TMP/info"
for p in connect accept; do
	is "$p-established: mss" "$(said $p-established mss)" \
		"$(value mss "$TMP/info")"
	is "$p-established: nothing is under way" \
		"$(said $p-established sent)" 0
	within "$p-established: rto, in ms" "$(said $p-established rto)" \
		200 120000
	within "$p-established: congestion window" \
		"$(said $p-established cwnd)" 1 100
	is "$p-established: the peer has a window" \
		"$(said $p-established swnd)" 1
done
# the SYN is one of them
is "what was acknowledged when it is shut" "$(said left sent)" 101
is "and its mss" "$(said left mss)" "$(value mss "$TMP/info")"
is "and its rtt" "$(said left rtt)" "$(value srtt_us "$TMP/info")"
is "what the server has got, with SYN and FIN" "$(said came got)" 102
finish
