#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# skb_delay: the places of each packet in their order, under one id, and how
# long it takes between them where that is known: a netem of 20 ms, a reader
# that waits 50 ms. Then "parse --latency" of what was recorded.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc jq ethtool ip ss taskset
need_skbtrace
need_event skb_delay
net_up
(($(grep -c ^processor /proc/cpuinfo) > 1)) || skip "one CPU only"
in_a ethtool -K a0 gro off >/dev/null 2>&1
in_b ethtool -K b0 gro off >/dev/null 2>&1

# rps MASK: sets that of b0; each namespace has a sysfs of its own
rps() {
	ip netns exec "$B" sh -c \
		"echo $1 >/sys/class/net/b0/queues/rx-0/rps_cpus" 2>/dev/null
}

# packet KEY PORT: events of that client's packet. By port as well: the key names
# memory, which other packets have before and after it.
packet() {
	events skb_delay key="$1" | grep -E " len=(1000|77) " |
		grep " [lp]port=$2 "
}

# way KEY PORT: the names of its places
way() {
	packet "$1" "$2" | sed 's/.* where=\([^ ]*\) .*/\1/' | xargs
}

# took FROM TO KEY PORT: microseconds between two places
took() {
	packet "$3" "$4" | awk -v from="$1" -v to="$2" '{
		for (i = 1; i <= NF; i++) { split($i, a, "="); v[a[1]] = a[2] }
		if (v["where"] == from) t = v["time"]
		if (v["where"] == to) print int((v["time"] - t) / 1000)
	}'
}

# one FAMILY: what the reader gets 50 ms after it was sent; a datagram, and 1000
# bytes of a connection. However slow the machine is, no packet can have been on
# its way for longer than this takes.
one() {
	local f=$1 t start
	for t in udp tcp; do
		start=$EPOCHREALTIME
		if [ $t = udp ]; then
			server in_b "udp$f" bind "$(addr B "$f")" 5000 cookie \
				touch "$TMP/ready" until "$TMP/$t$f.sent" \
				pause 50000 recv 1
		else
			server in_b "tcp$f" bind "$(addr B "$f")" 5001 \
				listen 5 touch "$TMP/ready" accept cookie \
				until "$TMP/$t$f.sent" pause 50000 read 1000 eof
		fi
		wait_for carrier a0 in_a
		if [ $t = udp ]; then
			in_a taskset -c 0 sk "udp$f" connect \
				"$(addr B "$f")" 5000 cookie port send 1 1000 \
				>"$TMP/$t$f"
			# it has arrived when it is in the receive queue
			wait_for arrived 5000
		else
			background in_a taskset -c 0 sk "tcp$f" connect \
				"$(addr B "$f")" 5001 cookie port write 1000 acked \
				touch "$TMP/$t$f.acked" shut eof >"$TMP/$t$f"
			wait_for [ -e "$TMP/$t$f.acked" ]
		fi
		touch "$TMP/$t$f.sent"
		wait "$server_pid"
		since "$start" >"$TMP/$t$f.us"
		mv "$TMP/server" "$TMP/$t$f.server"
	done
}

# shellcheck disable=SC2317 # called by wait_for
arrived() {
	[ "$(in_b ss -Huan "sport = :$1" | awk '{ s += $2 } END { print s + 0 }')" != 0 ]
}

# shellcheck disable=SC2317 # called by wait_for
dropped() {
	blocks_now | grep -q 'event=skb_delay .* where=drop .* len=77 '
}

in_a tc qdisc add dev a0 root netem delay 20ms || skip "no netem"
for f in 4 6; do
	in_a sk "udp$f" connect "$(addr B $f)" 9 send 1 10
	in_b sk "udp$f" connect "$(addr A $f)" 9 send 1 10
done
rps 2 || skip "no RPS"
trace_on skb_delay
for f in 4 6 m; do
	one $f
done
in_a sk udp4 connect "$B4" 5009 cookie port send 1 77 >"$TMP/closed"
wait_for dropped || fail "the end of a packet that nobody wants"
trace_off
rps 0
is "identity" "$(identity)" ""
for f in 4 6 m; do
	for t in udp tcp; do
		what="$t$f"
		sk=$(value cookie "$TMP/$what")
		key=$(values key skb_delay sk="$sk" len=1000 where=ip_send \
			proto=$t local="$(traced A $f)" peer="$(traced B $f)" |
			sort -u)
		port=$(value port "$TMP/$what")
		# UDP copies without an event; "consume" follows
		end=copy
		[ $t = tcp ] || end=consume
		like "$what: its way" "$(way "$key" "$port")" "ip_send \
net_dev_queue qdisc_dequeue start_xmit netif_rx netif_receive_skb ip_receive \
sk_queue $end*"
		within "$what: netem" \
			"$(took net_dev_queue qdisc_dequeue "$key" "$port")" \
			20000 "$(<"$TMP/$what.us")"
		within "$what: the reader" \
			"$(took sk_queue $end "$key" "$port")" \
			50000 "$(<"$TMP/$what.us")"
		like "$what: who gets it, addresses of that side" \
			"$(packet "$key" "$port" | grep where=sk_queue)" \
			"* local=$(traced B $f) peer=$(traced A $f) *dir=rx *\
sk=$(value cookie "$TMP/$what.server") *"
		like "$what: RPS: from one CPU to the other" \
			"$(packet "$key" "$port" | grep where=netif_receive_skb)" \
			"* cpu=1 *"
	done
done
key=$(values key skb_delay sk="$(value cookie "$TMP/closed")" len=77 \
	where=ip_send)
like "nobody there: the end is a drop" \
	"$(way "$key" "$(value port "$TMP/closed")")" "*ip_receive drop"
is "drop: the end" "$(list life skb_delay key="$key" where=drop len=77)" end

# --- record and parse

rm -f "$TMP"/rec*
server in_b udp4 bind "$B4" 5002 touch "$TMP/ready" recv 20
start=$EPOCHREALTIME
background skbtrace record -e skb_delay -o "$TMP/rec.skb" >"$TMP/rec" 2>&1
rec=$bg
wait_for tracing || die "$(<"$TMP/rec")"
in_a sk udp4 connect "$B4" 5002 times 20 send 1 500 pause 1000 again
wait "$server_pid"
quiesce
kill -TERM "$rec"
wait "$rec"
all=$(since "$start")
skbtrace parse --latency --json "$TMP/rec.skb" >"$TMP/json" 2>"$TMP/err" ||
	fail "parse --latency" "$(<"$TMP/err")"

# jq_is WHAT FILTER WANTED
jq_is() {
	is "$1" "$(jq -s "$2" "$TMP/json" 2>&1)" "$3"
}
jq_is "latency: nothing incomplete" 'map(select(.event == "latency"))[0] |
	.incomplete' 0
jq_is "latency: all are there" 'map(select(.event == "latency_stage" and
	.from == "sk_queue" and .to == "consume"))[0].count' 20
within "latency: median of the netem" "$(jq -s 'map(select(.event == "latency_stage" and
	.from == "net_dev_queue" and .to == "qdisc_dequeue"))[0].p50_us | floor' \
	"$TMP/json")" 19900 "$all"

# --- sample=

trace_on skb_delay,sample=2,only=ip_send:consume
server in_b udp4 bind "$B4" 5003 touch "$TMP/ready" recv 40
in_a sk times 40 udp4 connect "$B4" 5003 send 1 10 again
wait "$server_pid"
trace_off
n=$(count skb_delay where=ip_send proto=udp pport=5003)
within "sample=2: about half of the flows" "$n" 7 33
is "sample=2: the same ones at each place" \
	"$(values lport skb_delay where=ip_send pport=5003 | sort)" \
	"$(values pport skb_delay where=consume dir=rx lport=5003 | sort)"
is "only=: nothing else" "$(values where skb_delay | sort -u | xargs)" \
	"consume ip_send"
finish
