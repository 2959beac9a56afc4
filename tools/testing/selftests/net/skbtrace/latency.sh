#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Histograms in the kernel of where the time of bytes goes, and events of those
# that took long. Witness: delays that netem and the programs make.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need tc jq tcpdump
need_event tcp_segment
net_up
in_a tc qdisc add dev a0 root netem delay 10ms limit 10000 || skip "no netem"
in_b tc qdisc add dev b0 root netem delay 20ms limit 10000
ms=1000000
port=5100

# traffic FAMILY "CLIENT'S WORDS" "SERVER'S WORDS"
traffic() {
	port=$((port + 1))
	# shellcheck disable=SC2086 # words
	server in_b "tcp$1" bind "$(addr B "$1")" $port listen 5 \
		touch "$TMP/ready" accept $3 close
	# shellcheck disable=SC2086
	in_a sk "tcp$1" connect "$(addr B "$1")" $port $2 close >"$TMP/client"
	wait "$server_pid"
	quiesce
}

# measure NAME OPTIONS FAMILY CLIENT SERVER: what "latency" says in $TMP/NAME
measure() {
	put enabled "tcp_segment,hist$2" || die "$1: $(cat "$CTL/error")"
	traffic "$3" "$4" "$5"
	cat "$CTL/latency" >"$TMP/$1"
	written=$(sed -n 's/.* written=\([0-9]*\) .*/\1/p' "$CTL/stat" |
		awk '{ n += $1 } END { print n }')
	put enabled '-*'
}

# count NAME STAGE: all of its parts together; "": it has none
count() {
	sed -n "s/^stage $2 .*count=\([0-9]*\) .*/\1/p" "$TMP/$1" |
		awk '{ n += $1 } END { if (NR) print n }'
}

# part NAME REASON: of the first stage
part() {
	sed -n "s/^stage buffer .*count=\([0-9]*\) .* why=$2\$/\1/p" "$TMP/$1"
}

# keyed NAME STAGE KEY
keyed() {
	sed -n "s/^keyed $2 .*count=\([0-9]*\) .* key=$3\$/\1/p" "$TMP/$1"
}

# median NAME STAGE: the middle of its bucket, nanoseconds
median() {
	awk -v stage="$2" '
		$1 == "stage" { mine = $2 == stage; split($4, c, "="); n = c[2] }
		$1 == "bucket" && mine {
			sum += $4
			if (sum * 2 >= n) { printf "%d\n", $2 + $3 / 2; exit }
		}' "$TMP/$1"
}

# lands NAME STAGE NS: its median is that, to 5 %
lands() {
	within "$1: $2 takes what was made" "$(median "$1" "$2")" \
		$(($3 * 95 / 100)) $(($3 * 105 / 100))
}

for f in 4 6 m; do
	measure "bulk$f" ,every=4k $f "times 40 write 10000 again" eof
	lands "bulk$f" qdisc $((10 * ms))
	lands "bulk$f" network+peer $((20 * ms))
	within "bulk$f: each mark is seen at its end" \
		"$(count "bulk$f" sent)" 97 98
	for stage in network+peer stack socket received; do
		is "bulk$f: and $stage" "$(count "bulk$f" $stage)" \
			"$(count "bulk$f" sent)"
	done
	is "bulk$f: none is missed" "$(grep ^missed "$TMP/bulk$f")" \
		"missed many=0 busy=0 evicted=0 resent=0"
	is "bulk$f: no event is written" "$written" 0
done

measure reader ,every=4k 4 "write 30000" "pause 300000 eof"
# asleep since it has accepted, which may be a round trip before they come
within "reader: socket" "$(median reader socket)" $((270 * ms)) $((308 * ms))

# What does not fit into the peer's window waits for that.
measure window ,every=4k 4 "times 40 write 10000 again" "pause 300000 eof"
within "window: what bytes wait for" "$(part window swnd)" 1 98
is "window: nothing but reasons" "$(count window buffer)" \
	"$(count window sent)"

# by key
key_of() { # SPEC KEY-OF-SENT KEY-OF-RECEIVED
	measure "by$1" "=$1,every=4k" "$f" "times 40 write 10000 again" eof
	within "by $1: what is sent" "$(keyed "by$1" sent "$2")" 97 98
	is "by $1: at packets, too" "$(keyed "by$1" qdisc "$2")" \
		"$(keyed "by$1" sent "$2")"
	[ "$2" != "$3" ] || return 0
	is "by $1: what is received" "$(keyed "by$1" received "$3")" \
		"$(count "by$1" received)"
}
for f in 4 6 m; do
	# of an IPv4 connection the plain form, of an IPv6 socket, too
	key_of peer "$(addr B "$f" | sed 's/^::ffff://')" \
		"$(addr A "$f" | sed 's/^::ffff://')"
	key_of port $((port + 1)) $((port + 1))
done
grep -qw cgroup2 /proc/filesystems && f=4 &&
	measure bycgroup =cgroup,every=4k 4 "times 40 write 10000 again" eof &&
	within "by cgroup: what is sent" \
		"$(keyed bycgroup sent '0x[0-9a-f]*')" 97 98

# more keys than have a place: all others share one
put enabled tcp_segment,hist=port,every=4k
for ((i = 0; i < 40; i++)); do
	traffic 4 "write 10000" eof
done
cat "$CTL/latency" >"$TMP/ports"
is "ports: so many have a place" \
	"$(grep '^keyed sent' "$TMP/ports" | grep -vc key=other)" 32
within "ports: the others are counted" "$(keyed ports sent other)" 1 1000
is "ports: nothing else" "$(sed -n 's/^keyed sent .*count=\([0-9]*\) .*/\1/p' \
	"$TMP/ports" | awk '{ n += $1 } END { print n }')" "$(count ports sent)"
! put enabled tcp_segment,hist=peer,every=4k 2>/dev/null ||
	fail "another key meanwhile is refused"
like "another key: why" "$(cat "$CTL/error")" "*by port already*"
is "another key: what is on" "$(cat "$CTL/enabled")" \
	tcp_segment,every=4k,hist=port
put latency reset
is "by port, reset" "$(grep -c -e ^keyed -e ^bucket "$CTL/latency")" 0
put enabled '-*'

put sock_filters "$(tcpdump -y RAW -ddd 'port 1' 2>/dev/null)" 2>/dev/null &&
	measure other ,every=4k 4 "write 30000" eof &&
	is "a connection that the filter refuses" "$(count other sent)" ""
put sock_filters none

in_a tc qdisc change dev a0 root netem delay 10ms loss 5% limit 10000
measure lossy ,every=4k 4 "times 100 write 10000 again" eof
in_a tc qdisc change dev a0 root netem delay 10ms limit 10000
within "lossy: sent again" "$(count lossy resend)" 1 100
within "lossy: which time arrived is not guessed" \
	"$(sed -n 's/^missed .*resent=//p' "$TMP/lossy")" 1 100
within "lossy: what came too early waits" "$(count lossy ofo)" 1 1000

# reset, while it is on
put enabled tcp_segment,hist,every=4k
traffic 4 "write 30000" eof
like "marks are counted" "$(cat "$CTL/latency")" "*stage sent dir=tx*"
put latency reset
is "until reset" "$(grep -c -e ^stage -e ^bucket "$CTL/latency")" 0
is "what is on" "$(cat "$CTL/enabled")" tcp_segment,every=4k,hist
put enabled '-*'

# the same by the command
background skbtrace latency -q --every 4k --json >"$TMP/command"
command=$bg
wait_for tracing 1 || die "latency does not start"
traffic 4 "times 40 write 10000 again" eof
kill -INT "$command"
wait "$command" || fail "latency ends well"
within "the command: the network" "$(jq 'select(.stage == "network+peer") |
	.p50_us | floor' "$TMP/command")" 19000 21000
within "the command: each mark" "$(jq 'select(.stage == "sent").count' \
	"$TMP/command")" 97 98
is "the command: how often" "$(jq 'select(.every).every' "$TMP/command")" 4096
is "a session of its own" "$(cat "$CTL/owner")" none

# in a session of that name, by key
background skbtrace latency -q --session where --every 4k --by peer --json \
	>"$TMP/command"
command=$bg
wait_for grep -qs tcp_segment "$CTL/sessions/where/enabled" ||
	die "latency --session does not start"
traffic 4 "times 40 write 10000 again" eof
kill -INT "$command"
wait "$command" || fail "latency --session ends well"
is "--session: by peer" "$(jq -r 'select(.stage == "sent").peer' \
	"$TMP/command")" "$B4"
background skbtrace d -q --session where -n 'tcp:::send { @n = count(); }'
command=$bg
wait_for grep -qs tcp "$CTL/sessions/where/enabled" ||
	die "d --session does not start"
kill -INT "$command"
wait "$command" || fail "d --session ends well"
! skbtrace latency -q --every 3 2>"$TMP/why" || fail "--every 3 is refused"
like "--every 3: what to do" "$(cat "$TMP/why")" "*a power of two*such as 64k*"

# record NAME SPEC [CLIENT]: as JSON
record() {
	local recorder
	background skbtrace record --session default -q -f -o "$TMP/rec" -e "$2"
	recorder=$bg
	wait_for tracing 1 || die "record does not start"
	traffic 4 "${3-times 40 write 10000 again}" eof
	cat "$CTL/latency" >"$TMP/$1"
	kill -INT "$recorder"
	wait "$recorder" || fail "$1: record ends well"
	skbtrace parse -i "$TMP/rec" --json >"$TMP/$1.json"
}

# Each stage as an event is what the histograms count, where no bytes at a place
# hold two marks.
record both 'tcp_segment,every=4k,hist,when=stage>=0' \
	"times 40 write 1000 pause 50000 again"
for stage in buffer ip qdisc driver nic network+peer stack socket; do
	is "both: $stage" "$(count both $stage)" "$(jq -s "map(select(
		.ended == \"$stage\")) | length | select(. > 0)" \
		"$TMP/both.json")"
done

# outliers only; they are what others wait for
record slow 'tcp_segment,when=stage_us>15ms,tcp_rttm,primary=tcp_segment'
is "outliers: only those" "$(jq -s 'map(select(.event == "tcp_segment" and
	.stage_us <= 15000)) | length' "$TMP/slow.json")" 0
within "outliers: the network" "$(jq -s 'map(select(
	.ended == "network+peer")) | length' "$TMP/slow.json")" 20 98
within "outliers: what led there is written" "$(jq -s 'map(select(
	.event == "tcp_rttm")) | length' "$TMP/slow.json")" 1 1000
record qdisc 'tcp_segment,when=ended==qdisc&&stage_us>5ms'
is "a stage by name" "$(jq -s -r 'map(select(.event == "tcp_segment").ended) |
	unique | join(" ")' "$TMP/qdisc.json")" qdisc

# refused SPEC WHY
refused() {
	! put enabled "$1" 2>/dev/null || fail "$1 is refused"
	like "$1: why" "$(cat "$CTL/error")" "$2"
}
refused tcp_segment,hist,every=3 "*every=3: a power of two*"
refused tcp_segment,hist,every=512 "*every=512: to measure stages, 1k*"
refused 'tcp_segment,every=1,when=stage>1ms' "*every=1: to measure*"
refused tcp_segment,hist=1 "*hist=1: *by peer, port or cgroup*"
refused 'tcp_segment,when=ended==wire' '*"wire" is no ended*'
refused tcp_rttm,hist '*no option "hist"*'
! put latency on 2>/dev/null || fail "latency takes reset alone"
like "latency: why" "$(cat "$CTL/error")" '*only "reset"*'
finish
