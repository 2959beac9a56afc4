#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Inferred forms of events, as on an unpatched kernel, beside the exact ones, on a
# kernel that has both: tcp_rttm and tcp_sendlimit agree on at least 99 % of the
# ACKs of connections that are slow for five different reasons; ip_* and udp_*
# report the same packets.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc
for e in tcp_rttm tcp_sendlimit ip_send ip_receive udp_send udp_receive; do
	need_event $e
	grep -A 9 "^event [0-9]* $e " "$TMP/format" | grep -q '^ how ' ||
		skip "$e can't be inferred"
	grep -q "^event [0-9]* $e .*state=exact" "$TMP/format" ||
		skip "the kernel is not patched: nothing to compare $e with"
done
net_up
in_b tc qdisc add dev b0 clsact || skip "no clsact"

# --- the option form=

put enabled tcp_rttm
is "by itself it is exact" "$(cat "$CTL/enabled")" tcp_rttm
ok "the form of an event that is on stays" eval \
	"! echo tcp_rttm,form=inferred 2>/dev/null >$CTL/enabled"
like "... and why" "$(cat "$CTL/error")" "*tcp_rttm: is on in another form*"
echo '-*' >"$CTL/enabled"
put enabled tcp_rttm,form=inferred
is "form= is read back" "$(cat "$CTL/enabled")" tcp_rttm,form=inferred
echo '-*' >"$CTL/enabled"
ok "no such form" eval "! echo tcp_rttm,form=guessed 2>/dev/null >$CTL/enabled"
like "... and why" "$(cat "$CTL/error")" "*form=guessed*exact inferred both"
ok "an event that has no other form" eval \
	"! echo skb_drop,form=inferred 2>/dev/null >$CTL/enabled"
like "... and why" "$(cat "$CTL/error")" '*no option "form"*'
ok "two forms at once" eval \
	"! printf 'udp_send,form=both\nudp_send' >$TMP/two ||
	 ! cat $TMP/two 2>/dev/null >$CTL/enabled"
is "nothing is on" "$(cat "$CTL/enabled")" ""

# --- five causes

wire() {
	in_a tc qdisc replace dev a0 root netem "$@"
}

# cause NAME "SERVER: BEFORE listen" "AFTER" "CLIENT: BEFORE connect" "AFTER"
names=()
port=5000
cause() {
	local client
	port=$((port + 1))
	names+=("$1")
	# shellcheck disable=SC2086 # words
	server in_b tcp4 $2 bind $B4 $port listen 5 touch "$TMP/ready" accept $3
	# shellcheck disable=SC2086 # words
	background in_a sk tcp4 $4 connect $B4 $port cookie $5 acked shut eof \
		>"$TMP/$1"
	client=$bg
	wait "$client" "$server_pid"
}

trace_on tcp_rttm,form=both tcp_sendlimit,form=both
wire delay 10ms
cause app "" eof "opt nodelay 1" "times 150 write 1000 pause 4000 again"
cause cwnd "opt rcvbuf 400000" eof "opt sndbuf 400000" "write 3000000"
cause swnd "opt rcvbuf 8192" eof "opt sndbuf 200000" "write 400000"
cause nagle "" eof "" "times 600 write 50 pause 2000 again"
cause sndbuf "" eof "opt sndbuf 4608 opt nodelay 1" "write 500000"
# a few losses at the receiver, so that recovery is tested, too
in_b tc filter add dev b0 ingress protocol ip flower ip_proto tcp dst_port \
	$((port + 1)) action gact ok random determ drop 40
cause loss "opt rcvbuf 400000" eof "opt sndbuf 400000" "write 3000000"
in_b tc filter del dev b0 ingress
in_a tc qdisc del dev a0 root
trace_off
is "identity" "$(identity)" ""

# ticks KEY: "EXACT INFERRED" for each ACK that gave a sample: the reasons that
# held until then. The inferred form finds its reason when the ACK comes in, the
# exact one at attempts to send before that.
ticks() {
	grep " key=$1 " "$TMP/events" | sort -s -t= -k 2n | awk '
		{
			delete f
			for (i = 1; i <= NF; i++) {
				split($i, a, "=")
				f[a[1]] = a[2]
			}
		}
		f["event"] == "tcp_sendlimit" {
			now["inferred" in f] = f["reason"]
		}
		f["event"] == "tcp_rttm" && !("inferred" in f) &&
		0 in now && 1 in now && now[0] != "end" { print now[0], now[1] }'
}

# samples KEY exact|inferred: RTT samples, one a line
samples() {
	if [ "$2" = inferred ]; then
		values rtt_us tcp_rttm key="$1" inferred=1
	else
		events tcp_rttm key="$1" | grep -v ' inferred=1 ' |
			sed 's/.* rtt_us=\([0-9]*\) .*/\1/'
	fi
}

# agree: counts pairs on stdin; prints "EQUAL ALL". A reason that the inferred form
# has another word for is equal to that.
agree() {
	awk '
		function same(e, i) {
			return e == i || (i == "other" &&
				(e == "frag" || e == "pushone"))
		}
		{ n++; equal += same($1, $2) }
		END { print equal + 0, n + 0 }'
}

all_equal=0 all=0
for c in "${names[@]}"; do
	key=$(value cookie "$TMP/$c")
	ticks "$key" >"$TMP/ticks"
	read -r equal n <<<"$(agree <"$TMP/ticks")"
	all_equal=$((all_equal + equal)) all=$((all + n))
	echo "# $c: $equal of $n reasons agree;" \
		"$(sort "$TMP/ticks" | uniq -c | sort -rn | head -n 4 |
		awk '{ printf "%s%s/%s %d", sep, $2, $3, $1; sep = ", " }')"
	within "$c: there are ACKs" "$n" 10 100000

	# the first sample is the handshake's; the inferred form misses the last ones
	samples "$key" exact | tail -n +2 >"$TMP/exact"
	samples "$key" inferred >"$TMP/guess"
	read -r equal n <<<"$(paste -d ' ' "$TMP/exact" "$TMP/guess" |
		awk NF==2 | agree)"
	echo "# $c: $equal of $n samples agree, of $(wc -l <"$TMP/exact")"
	within "$c: samples agree" $((equal * 100)) $((n * 99)) $((n * 100))
	within "$c: all but the last samples" "$n" \
		$(($(wc -l <"$TMP/exact") * 95 / 100 - 2)) \
		"$(wc -l <"$TMP/exact")"
done
echo "# all: $all_equal of $all reasons agree"
within "reasons agree on 99 % of ACKs" $((all_equal * 100)) $((all * 99)) \
	$((all * 100))

# --- packets

for f in 4 6; do
	in_a sk "udp$f" connect "$(addr B $f)" 9 send 1 10
	in_b sk "udp$f" connect "$(addr A $f)" 9 send 1 10
done
quiesce
trace_on ip_send,form=both ip_receive,form=both udp_send,form=both \
	udp_receive,form=both
for f in 4 6; do
	rm -f "$TMP/ready"
	background in_b sk "udp$f" bind "$(addr B $f)" 9 touch "$TMP/ready" \
		recv 70
	receiver=$bg
	wait_for [ -e "$TMP/ready" ]
	in_a sk "udp$f" connect "$(addr B $f)" 9 send 50 100 send 20 1000
	wait "$receiver"
done
trace_off
is "packets: identity" "$(identity)" ""

# told FORM EVENT FIELD...: these fields of each packet, one packet a line
told() {
	local form=$1 ev=$2
	shift 2
	events "$ev" proto=udp | if [ "$form" = inferred ]; then
		grep ' inferred=1 '
	else
		grep -v ' inferred=1 '
	fi | awk -v names="$*" '
		{
			for (i = 1; i <= NF; i++) {
				p = index($i, "=")
				f[substr($i, 1, p - 1)] = substr($i, p + 1)
			}
			n = split(names, want, " ")
			for (i = 1; i <= n; i++)
				printf "%s ", f[want[i]]
			print ""
		}'
}

for e in ip_send udp_send ip_receive; do
	fields="local peer lport pport len segs netns"
	[ $e != ip_send ] || fields+=" id ttl forwarded sk"
	# shellcheck disable=SC2086 # words
	is "$e: the same packets" "$(told inferred $e $fields)" \
		"$(told exact $e $fields)"
	is "$e: all of them" "$(told inferred $e len | wc -l)" 140
done
is "udp_receive: the same packets" \
	"$(told inferred udp_receive local peer lport pport len segs)" \
	"$(told exact udp_receive local peer lport pport len segs)"
finish
