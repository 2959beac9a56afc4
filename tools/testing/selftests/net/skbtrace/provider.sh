#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# skbtrace d: the probes of ip, tcp and udp fire as often as something happened,
# live and over a recording, IPv4 and IPv6. Witnesses: what the sockets have
# sent and got, nstat.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need nsenter nstat ip ping
need_skbtrace
need_event ip_send ip_receive tcp_send tcp_receive tcp_connection \
	icsk_connection tcp_reset udp_send udp_receive
net_up

cat >"$TMP/count.d" <<'END'
/* who sends, who gets; the payload of UDP by port */
#pragma D option quiet
udp:::send, udp:::receive
/ args[4]->udp_dport == 5000 /
{
	@n[args[2]->ip_ver, probeprov, probename] = count();
	@bytes[args[2]->ip_ver, probename] = sum(args[4]->udp_length - 8);
}
tcp:::connect-request, tcp:::connect-established, tcp:::connect-refused,
tcp:::accept-established, tcp:::accept-refused
{
	@n[args[2]->ip_ver, probeprov, probename] = count();
}
tcp:::send, tcp:::receive
/ args[4]->tcp_dport == 5001 /
{
	@tcp[args[2]->ip_ver, probename] = sum(args[2]->ip_plength -
	    args[4]->tcp_offset);
}
ip:::send
/ args[3]->if_ipstack == $1 && args[4] != NULL /
{
	@sent[args[4]->ipv4_protostr] = count();
}
dtrace:::END { printa("n %d %s:::%s %@d\n", @n); printa("bytes %d %s %@d\n", @bytes);
      printa("tcp %d %s %@d\n", @tcp); printa("sent %s %@d\n", @sent); }
END

for f in 4 6; do
	wait_for in_a ping -q -n -c 1 -W 1 "$(addr B $f)" >"$TMP/ping" ||
		die "no way to $(addr B $f)"
done
# traffic: the same each time, between two looks at nstat
traffic() {
	local f to
	counters in_a "$TMP/before"
	for f in 4 6; do
		to=$(addr B $f)
		server in_b "udp$f" bind "$to" 5000 touch "$TMP/ready" recv 25
		in_a sk "udp$f" connect "$to" 5000 send 20 100 send 5 1000 \
			>"$TMP/udp$f"
		wait "$server_pid"
		is "IPv$f: the witness has got all" \
			"$(value received "$TMP/server")" 7000
		server in_b "tcp$f" bind "$to" 5001 listen 5 \
			touch "$TMP/ready" accept eof
		in_a sk "tcp$f" connect "$to" 5001 write 65536 acked info shut eof \
			>"$TMP/tcp$f"
		wait "$server_pid"
		in_a sk "tcp$f" connect "$to" 5002 >"$TMP/refused$f"
	done
	counters in_a "$TMP/after"
}

# during COMMAND...: the traffic, while it runs; what it prints to $TMP/said
during() {
	local pid
	background "$@" >"$TMP/said"
	pid=$bg
	wait_for tracing 1 || die "it does not begin: $*"
	traffic
	kill -INT "$pid"
	wait "$pid"
	is "$2: exit status" "$?" 0
	wait_for tracing 0
}

# said WORD...: the number that a line of the program ends with
said() {
	awk -v want="$* " 'index($0, want) == 1 { print $NF }' "$TMP/said"
}

grown() {
	echo $(($(counter "$1" "$TMP/after") - $(counter "$1" "$TMP/before")))
}

# right WHERE: what the program says is what has happened
right() {
	local f p
	for f in 4 6; do
		for p in udp:::send udp:::receive; do
			is "$1, IPv$f: $p" "$(said n $f $p)" 25
			is "$1, IPv$f: $p, bytes" \
				"$(said bytes $f ${p#udp:::})" 7000
		done
		is "$1, IPv$f: connect-request" \
			"$(said n $f tcp:::connect-request)" 2
		for p in connect-established connect-refused \
			 accept-established accept-refused; do
			is "$1, IPv$f: $p" "$(said n $f tcp:::$p)" 1
		done
		# a slow machine may send some of it again
		for p in send receive; do
			is "$1, IPv$f: tcp:::$p, bytes" "$(said tcp $f $p)" \
				$((65536 + $(value bytes_retrans "$TMP/tcp$f")))
		done
	done
	is "$1: ip:::send of UDP: as nstat" "$(said sent UDP)" \
		"$(grown UdpOutDatagrams)"
}

ns=$(netns_of "$A")
during skbtrace d -q -s "$TMP/count.d" "$ns"
right "live"
during skbtrace record -q -f -o "$TMP/d.dat" -e ip:::,udp::: \
	-e tcp:::send,tcp:::receive,tcp:::state-change,tcp:::accept-refused
[ -z "${KEEP:-}" ] || cp "$TMP/d.dat" "$KEEP"
skbtrace d -q -i "$TMP/d.dat" -s "$TMP/count.d" "$ns" >"$TMP/said"
is "over a recording: exit status" "$?" 0
right "over a recording"
finish
