#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The one-liners and scripts in D of the documentation: what each prints is what
# has happened. Witnesses: nstat, TCP_INFO, what both programs were told to do.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ethtool ip nsenter nstat ping tc
need_skbtrace
need_event tcp_send tcp_receive tcp_connection icsk_connection tcp_reset \
	ip_send ip_receive udp_send udp_receive
scripts=$(dirname "$0")/../../../../skbtrace/d/scripts
[ -r "$scripts/tcptop.d" ] || skip "the scripts are not here"
net_up
in_b tc qdisc add dev b0 clsact || skip "no clsact"
in_a ethtool -K a0 tso off gso off >/dev/null 2>&1

for f in 4 6; do
	wait_for in_a ping -q -n -c 1 -W 1 "$(addr B $f)" >"$TMP/ping" ||
		die "no way to $(addr B $f)"
done

# --- record the traffic once: 3 connections of IPv4, 1 of IPv6

counters in_a "$TMP/before"
counters in_b "$TMP/before.b"
background skbtrace record -q -f -o "$TMP/d.dat" \
	-e tcp:::send,tcp:::receive,tcp:::state-change,tcp:::accept-refused \
	-e ip:::,udp:::
recorder=$bg
wait_for tracing 1 || die "it does not begin"
i=0
for f in 4 4 4 6; do
	i=$((i + 1))
	to=$(addr B $f)
	server in_b tcp$f bind "$to" 8080 opt reuseaddr 1 listen 5 \
		touch "$TMP/ready" accept read 100 pause 20000 write 3000 eof
	in_a sk tcp$f connect "$to" 8080 cookie write 100 read 3000 \
		write 1000 acked info shut eof >"$TMP/c$i"
	wait "$server_pid"
done
in_a sk tcp4 try connect "$B4" 8081
in_a sk tcp6 try connect "$B6" 8081
server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" recv 7
in_a sk udp4 connect "$B4" 5000 send 7 200 >"$TMP/udp"
wait "$server_pid"
# one that loses a segment
server in_b tcp4 bind "$B4" 8082 listen 5 touch "$TMP/ready" accept echo
background in_a sk tcp4 connect "$B4" 8082 pingpong 2 100 touch "$TMP/lossy" \
	until "$TMP/lost" write 500 read 500 info shut eof >"$TMP/c5"
one=$bg
wait_for [ -e "$TMP/lossy" ]
in_b tc filter add dev b0 ingress matchall action drop
counters in_a "$TMP/now"
seen=$(counter TcpRetransSegs "$TMP/now")
again() {
	counters in_a "$TMP/now"
	[ "$(counter TcpRetransSegs "$TMP/now")" -gt "$seen" ]
}
touch "$TMP/lost"
wait_for again || fail "nothing is sent again"
in_b tc filter del dev b0 ingress
wait "$one" "$server_pid"
counters in_a "$TMP/after"
counters in_b "$TMP/after.b"
kill -INT "$recorder"
wait "$recorder"
is "record: exit status" "$?" 0
[ -z "${KEEP:-}" ] || cp "$TMP/d.dat" "$KEEP"

grown() {
	echo $(($(counter "$1" "$TMP/after") - $(counter "$1" "$TMP/before")))
}

# segments that either side has sent again
all_again() {
	echo $(($(grown TcpRetransSegs) +
		$(counter TcpRetransSegs "$TMP/after.b") -
		$(counter TcpRetransSegs "$TMP/before.b")))
}

# d PROGRAM...: runs it over the recording
d() {
	skbtrace d -q -i "$TMP/d.dat" "$@" >"$TMP/said"
}

# said WORD...: the last number of the line that begins with these words
said() {
	awk -v want="$*" '{ n = $NF; $NF = ""; $1 = $1; sub(/ *$/, "") }
		$0 == want { print n }' "$TMP/said"
}

# counted NAME: the sum of the distribution below the line NAME
counted() {
	awk -v name="$1" 'index($0, name) { on = 1; next }
		!NF { on = 0 }
		on && $1 ~ /^[0-9]+$/ { n += $NF } END { print n + 0 }' "$TMP/said"
}

ns=$(netns_of "$A")

# --- one-liners

d 'tcp:::accept-established { @[args[3]->tcps_raddr] = count(); }'
is "connections by host" "$(said "$A4") $(said "$A6")" "4 1"
d 'tcp:::accept-established { @[args[3]->tcps_lport] = count(); }'
is "connections by port" "$(said 8080) $(said 8082)" "4 1"
d 'tcp:::connect-established { @[args[3]->tcps_raddr, args[3]->tcps_rport] = count(); }'
is "where to: by host and port" "$(said "$B4" 8080) $(said "$B4" 8082) \
$(said "$B6" 8080)" "3 1 1"
d 'tcp:::connect-refused { @[args[3]->tcps_raddr, args[3]->tcps_rport] = count(); }'
is "refused connections" "$(said "$B4" 8081) $(said "$B6" 8081)" "1 1"
d 'tcp:::accept-refused { @[args[2]->ip_daddr, args[4]->tcp_sport] = count(); }'
is "refused here" "$(said "$A4" 8081) $(said "$A6" 8081)" "1 1"
d 'tcp:::send { @[args[4]->tcp_dport] = sum(args[2]->ip_plength - args[4]->tcp_offset); }'
bytes=0
for i in 1 2 3 4; do
	bytes=$((bytes + $(value bytes_sent "$TMP/c$i")))
done
is "bytes by port" "$(said 8080)" $bytes
d 'tcp:::send { @[args[2]->ip_daddr] = quantize(args[2]->ip_plength - args[4]->tcp_offset); }'
is "sizes: 64 to 127 to $B4" "$(awk -v to="$B4" '$1 == to { on = 1 } !NF { on = 0 }
	on && $1 == 64 { print $NF }' "$TMP/said")" 5
# shellcheck disable=SC2016 # an argument of the program in D
d 'ip:::send /args[3]->if_ipstack == $1/ { @[args[2]->ip_saddr, args[2]->ip_daddr] = count(); }' "$ns"
is "packets between two hosts, against nstat" "$(said "$A4" "$B4")" \
	"$(grown IpOutRequests)"
d 'tcp:::send { @[args[4]->tcp_flags & TH_SYN ? "SYN" : args[4]->tcp_flags & TH_FIN ? "FIN" :
	args[4]->tcp_flags & TH_RST ? "RST" : "other"] = count(); }'
is "flags" "$(said SYN) $(said FIN) $(said RST)" "12 10 2"
d 'tcp:::send /args[3]->tcps_retransmit/ { @[args[3]->tcps_raddr] = count(); }'
is "retransmissions by peer, against nstat" "$(said "$B4")" \
	"$(grown TcpRetransSegs)"
# shellcheck disable=SC2016
d 'ip:::send /args[4] != NULL && args[3]->if_ipstack == $1/ { @[args[4]->ipv4_protostr] = count(); }' "$ns"
is "protocols" "$(said UDP)" "$(grown UdpOutDatagrams)"
d 'udp:::send { @[args[4]->udp_dport] = sum(args[4]->udp_length - 8); }'
is "UDP: bytes by port" "$(said 5000)" 1400

# --- scripts

d -s "$scripts/tcpsnoop.d"
is "tcpsnoop.d: each segment" "$(grep -c ' \(->\|<-\) ' "$TMP/said")" \
	"$(skbtrace parse --json "$TMP/d.dat" |
		grep -c '"event":"tcp_\(send\|receive\)"')"
is "tcpsnoop.d: what is sent again" "$(grep -c ' again$' "$TMP/said")" \
	"$(all_again)"
d -s "$scripts/tcptop.d"
is "tcptop.d: sent to port 8080 and got from there" "$(awk '$4 == 8080 {
	s += $5; r += $6 } END { print s, r }' "$TMP/said")" "$bytes 12000"
d -s "$scripts/tcpconnlat.d"
is "tcpconnlat.d: connections" "$(counted "$B4, connected") \
$(counted "$B6, connected")" "4 1"
is "tcpconnlat.d: refused" "$(grep -c ' refused 1$' "$TMP/said")" 2
d -s "$scripts/tcp1stbyte.d"
is "tcp1stbyte.d" "$(counted "$B4, first") $(counted "$B6, first")" "4 1"
# the server thinks for 20 ms
is "tcp1stbyte.d: none is faster than the server" "$(awk '
	/first byte/ { on = index($0, "'"$B6"'") }
	on && $1 ~ /^[0-9]+$/ && $1 < 16384 { n += $NF } END { print n + 0 }' \
	"$TMP/said")" 0
d -s "$scripts/tcpstates.d"
is "tcpstates.d: how often connections were established" \
	"$(awk '$1 == "state-established" && NF == 3 { print $2 }' "$TMP/said")" 10
within "tcpstates.d: how long: all servers thought for 20 ms" \
	"$(awk '$1 == "state-established" && NF == 3 { print $3 }' "$TMP/said")" \
	160000 9000000000
d -s "$scripts/tcpretrans.d"
is "tcpretrans.d: by peer" "$(sed -n "s/^$B4: sent again //p" "$TMP/said")" \
	"$(grown TcpRetransSegs)"
is "tcpretrans.d: each" "$(awk '$6 ~ /^state-/' "$TMP/said" | wc -l)" \
	"$(all_again)"

# --- a script live, with a filter

background skbtrace d -S 'port 8083' -s "$scripts/tcptop.d" >"$TMP/said"
tracer=$bg
wait_for tracing 1 || die "it does not begin"
server in_b tcp4 bind "$B4" 8083 listen 5 touch "$TMP/ready" accept eof
in_a sk tcp4 connect "$B4" 8083 write 5000 acked shut eof
wait "$server_pid"
kill -INT "$tracer"
wait "$tracer"
is "live: exit status" "$?" 0
is "live: tcptop.d" "$(awk '$4 == 8083 { n += $5 } END { print n }' \
	"$TMP/said")" 5000

# --- a predicate that the kernel evaluates has the same result

background skbtrace d -q \
	-n 'tcp:::send /args[4]->tcp_dport == 8084/ { @n["sent"] = count(); }' \
	-n 'tcp:::receive /args[4]->tcp_sport == 8084 && n++ >= 0/' \
	-n '{ @n["received"] = count(); }' >"$TMP/said"
tracer=$bg
wait_for tracing 1 || die "it does not begin"
is "what is on" "$(cat "$CTL"/sessions/*/enabled | grep -v '^$' | sort |
	tr '\n' ' ')" "tcp_receive,when=pport==8084 tcp_send,when=pport==8084 "
# the same, in a form that the kernel can't evaluate
background skbtrace d -q \
	-n 'tcp:::send /args[4]->tcp_dport + 0 == 8084/ { @n["sent"] = count(); }' \
	-n 'tcp:::receive /args[4]->tcp_sport + 0 == 8084/' \
	-n '{ @n["received"] = count(); }' >"$TMP/all"
other=$bg
both_on() {
	[ "$(cat "$CTL"/sessions/*/enabled | grep -c '^tcp_')" = 4 ]
}
wait_for both_on || die "the other one does not begin"
for port in 8084 8085; do
	server in_b tcp4 bind "$B4" $port listen 5 touch "$TMP/ready" accept eof
	in_a sk tcp4 connect "$B4" $port write 5000 acked shut eof
	wait "$server_pid"
done
kill -INT "$tracer" "$other"
wait "$tracer" "$other"
is "predicate: as many as without the kernel" "$(<"$TMP/said")" "$(<"$TMP/all")"
within "predicate: it lets some pass" "$(said sent)" 4 99
finish
