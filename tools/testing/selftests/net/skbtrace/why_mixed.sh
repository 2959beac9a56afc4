#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause? As why.sh, with more than one thing that could be
# it: losses both ways, round trips that grow though a buffer is full, a path whose
# delay varies, a receiver that is known before its route.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=why_lib.sh
. "$(dirname "$0")/why_lib.sh"
need ip jq sysctl tc
why_up
record_all

# of PORT END FIELD JSON: that of its verdict
of() {
	jq -r --arg p ":$1" --arg who "$2" --arg f "$3" 'select(.conn) |
		(.conn | split(">")) as $e |
		select(if $who == "client" then $e[1] else $e[0] end |
			endswith($p)) | .verdicts[0][$f]' "$4"
}

# lose_each N DEV...: the router drops each N-th TCP packet that leaves through a DEV.
# Each connection shall be held back to the same part: no chance.
lose_each() {
	local dev

	for dev in "${@:2}"; do
		in_b tc qdisc replace dev "$dev" clsact
		in_b tc filter add dev "$dev" egress protocol "$(protocol)" flower \
			ip_proto tcp action gact pass random determ drop "$1"
	done
}

lose_none() {
	local dev

	for dev; do
		in_b tc filter del dev "$dev" egress
	done
}

# --- a router loses what both ends send: each end's drops are its own
next '*' '*'
both=$port
lose_each 5 b0 b1
through times 200 read 200 write 500 again eof
call times 200 write 200 read 500 again shut eof
served
lose_none b0 b1

# --- the path back is slow: ACKs wait there. The send buffer is full, and ample.
next path-queue '*'
in_b tc qdisc add dev b0 root tbf rate 64kbit burst 3k limit 20000
through eof
call opt sndbuf 4000000 write 2000000 shut eof
served
in_b tc qdisc del dev b0 root

# --- it reads slowly all the time, so that its ACKs are late
next - peer-not-reading
serve write 1000000 shut eof
call opt rcvbuf 30000 times 50 read 20000 pause 100000 again eof
served

# --- the path's delay varies. One end alone can't know that of its peer's program.
next path-queue - peer-thinks
varies=$port
in_a tc qdisc replace dev a0 root netem delay 50ms 30ms limit 10000
serve times 120 read 200 write 200 again eof
call times 120 write 200 read 200 again shut eof
served
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000

# --- the reverse path filter (IPv4 alone has it) drops what its socket already owns
wait_for all_closed || die "they do not end"
next blackout '*'
filtered=$port
f=4 families[$port]=4
to=$(addr B 4) near=$(addr A 4)
serve eof
background in_a sk "tcp$f" connect "$to" "$port" write 100 acked touch "$TMP/short" \
	until "$TMP/filter" write 30000 shut eof >/dev/null
wait_for [ -e "$TMP/short" ] || die "no data"
in_b sysctl -qw net.ipv4.conf.b0.rp_filter=1 net.ipv4.conf.all.rp_filter=1
ip -n "$B" route add "$near" dev b1
touch "$TMP/filter"
for ((i = 0; i < 3; i++)); do
	tick 950
done
ip -n "$B" route del "$near" dev b1
in_b sysctl -qw net.ipv4.conf.b0.rp_filter=0 net.ipv4.conf.all.rp_filter=0
wait "$bg"
served

check_verdicts
for end in client server; do
	like "losses both ways: where, who is the $end" \
		"$(of "$both" "$end" text "$TMP/json")" '*dropped on a router*'
done
is "a delay that varies, of one end alone: how sure" \
	"$(of "$varies" client certainty "$TMP/json.A")" likely
like "the reverse path filter: who dropped it" \
	"$(of "$filtered" client text "$TMP/json")" \
	"*in the peer's host, on their way in, by the reverse path filter*"
finish
