#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_turn: whose turn it is to send, how many bytes a turn has, and how long each
# end lets the other one wait. Witness: what both programs are told to do.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc
need_event tcp_turn
net_up
families="4 6 m"
in_a tc qdisc add dev a0 root netem delay 10ms || skip "no netem"
trace_on tcp_turn
port=5000

# talk NAME FAMILY "CLIENT'S WORDS" "SERVER'S WORDS": a connection. The cookies of
# its ends are in $TMP/NAMEFAMILY and .server.
talk() {
	port=$((port + 1))
	# shellcheck disable=SC2086 # words
	server in_b "tcp$2" bind "$(addr B "$2")" $port listen 5 \
		touch "$TMP/ready" accept cookie $4 close
	# shellcheck disable=SC2086 # words
	in_a sk "tcp$2" connect "$(addr B "$2")" $port cookie $3 close \
		>"$TMP/$1$2"
	wait "$server_pid"
	mv "$TMP/server" "$TMP/$1$2.server"
}

for f in $families; do
	talk ask "$f" "times 5 write 100 read 3000 pause 50000 again" \
		"times 5 read 100 pause 200000 write 3000 again eof"
done
talk half 4 "write 7000 shut eof" "eof pause 30000 write 4000"
talk bulk 4 "times 100 write 10000 again" "eof"
talk mute 4 "write 10 pause 100000" "read 10 eof"
trace_off
is "identity" "$(identity)" ""

# key FILE: the cookie in $TMP/FILE
key() {
	value cookie "$TMP/$1"
}

# turns KEY FIELD...: these fields of each turn, with a comma after each turn
turns() {
	local k=$1 f
	shift
	for f; do
		values "$f" tcp_turn key="$k" >"$TMP/field.$f"
	done
	(cd "$TMP" && paste -d' ' "${@/#/field.}") | tr '\n' ,
}

# all FIELD LOW HIGH NAME=VALUE...: is each value of it from LOW to HIGH?
all() {
	local field=$1 low=$2 high=$3
	shift 3
	values "$field" tcp_turn "$@" | awk -v l="$low" -v h="$high" '
		$1 < l || $1 > h { bad = bad " " $1 }
		END { print NR bad }'
}

ms=1000
slack=$((300 * ms))	# for a machine that is slow or busy
for f in $families; do
	k=$(key "ask$f")
	is "$f: whose turn, how much" "$(turns "$k" now was bytes)" \
		"self - 0,$(printf 'peer self 100,self peer 3000,%.0s' 1 2 3 4
		)peer self 100,end peer 3000,"
	is "$f: the peer takes its time, and an RTT" \
		"$(all gap_us $((210 * ms)) $((210 * ms + slack)) key="$k" \
			now=peer)" 5
	is "$f: so does our own program" \
		"$(all gap_us $((50 * ms)) $((50 * ms + slack)) key="$k" \
			now=self was=peer)" 4
	is "$f: an answer comes at once" \
		"$(all for_us 0 $slack key="$k" was=peer)" 5
	is "$f: the least RTT" \
		"$(all min_rtt_us $((10 * ms)) $((10 * ms + slack)) key="$k")" 11
	k=$(key "ask$f.server")
	is "$f: the other end" "$(turns "$k" now was bytes)" \
		"peer - 0,$(printf 'self peer 100,peer self 3000,%.0s' 1 2 3 4
		)self peer 100,end self 3000,"
	is "$f: the other end: its own program" \
		"$(all gap_us $((200 * ms)) $((200 * ms + slack)) key="$k" \
			now=self was=peer)" 5
done
is "a FIN is no byte" "$(turns "$(key half4)" now was bytes)" \
	"self - 0,peer self 7000,end peer 4000,"
is "a FIN of the other end is no byte" "$(turns "$(key half4.server)" now was bytes)" \
	"peer - 0,self peer 7000,end self 4000,"
is "one end sends all: two events" \
	"$(turns "$(key bulk4)" now was bytes)" "self - 0,end self 1000000,"
is "nobody answers" "$(turns "$(key mute4)" now was bytes)" \
	"self - 0,end self 10,"
is "nobody answers: for how long" "$(all gap_us $((100 * ms)) $((100 * ms + slack)) \
	key="$(key mute4)" now=end)" 1

trace_on tcp_turn,only=peer
talk only 4 "times 3 write 100 read 3000 again" \
	"times 3 read 100 write 3000 again eof"
trace_off
is "only=peer" "$(list now tcp_turn key="$(key only4)") $(list bytes tcp_turn \
	key="$(key only4)")" "peer peer peer 100 100 100"

trace_on tcp_turn,form=inferred
for f in $families; do
	talk infer "$f" "times 5 write 100 read 3000 pause 50000 again" \
		"times 5 read 100 pause 200000 write 3000 again eof"
done
trace_off
for f in $families; do
	k=$(key "infer$f")
	is "$f: inferred: who answers what" "$(turns "$k" now was bytes)" \
		"$(printf 'peer self 100,%.0s' 1 2 3 4 5)"
	is "$f: inferred: how long that took" \
		"$(all gap_us $((200 * ms)) $((220 * ms + slack)) key="$k")" 5
	is "$f: inferred: the other end" \
		"$(turns "$(key "infer$f.server")" now was bytes)" \
		"$(printf 'peer self 3000,%.0s' 1 2 3 4)"
done
finish
