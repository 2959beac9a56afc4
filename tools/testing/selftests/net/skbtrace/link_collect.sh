#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What "skbtrace collect" makes of a device's frames is what "skbtrace record" makes
# of another session with the same settings; what tc drops is lost, by event;
# "live -i"; the clock of a sender in the same kernel

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need ip jq link_new tc unshare
need_skbtrace
need_event tcp_rttm tcp_connection udp_send
ip link add skbtrace0 type skbtrace 2>/dev/null ||
	skip "this kernel has no link type skbtrace"
# shellcheck disable=SC2034 # lib.sh calls it
at_end=link_gone
link_gone() {
	ip link del skbtrace0 2>/dev/null
}
net_up

EVENTS=tcp_connection,tcp_active_conn,tcp_rttm,tcp_send,udp_send,udp_receive

traffic() {
	if [ "${overload-}" ]; then
		in_a sk udp4 connect $B4 9 times 50 send 50 100 pause 2000 again \
			>"$TMP/client"
		return
	fi
	server in_b tcp4 bind $B4 5000 listen 5 touch "$TMP/ready" accept eof
	in_a sk tcp4 connect $B4 5000 write 200000 close >"$TMP/client"
	wait "$server_pid"
	datagrams 30
}

# datagrams N
datagrams() {
	server in_b udp4 bind $B4 5001 touch "$TMP/ready" recv "$1"
	in_a sk udp4 connect $B4 5001 send "$1" 200 >"$TMP/client"
	wait "$server_pid"
}

# listening N: that many packet sockets are there
listening() {
	[ "$(wc -l </proc/net/packet)" -gt "$1" ]
}

# recording: there is another session, with all of these events
recording() {
	grep -qs udp_receive "$CTL"/sessions/*/enabled
}

# collected NAME: the file is finished
collected() {
	compgen -G "$TMP/$1/*.dat" >/dev/null
}

# run NAME: traffic, as "collect" gets it from the device, and as record does
run() {
	local name=$1 collector recorder
	mkdir "$TMP/$name"
	background skbtrace collect -i skbtrace0 -o "$TMP/$name" \
		>"$TMP/$name/table" 2>"$TMP/$name/said"
	collector=$bg
	wait_for listening 1 || die "collect does not listen"
	background skbtrace record -q -e "$EVENTS" -o "$TMP/$name.dat"
	recorder=$bg
	wait_for recording || die "record does not record"
	echo "${EVENTS//,/$'\n'}" >$CTL/enabled
	traffic
	quiesce
	echo '-*' >$CTL/enabled
	kill -INT "$recorder"
	wait "$recorder"
	wait_for collected "$name" || die "no recording: $(cat "$TMP/$name/said")"
	kill -INT "$collector"
	wait "$collector"
	is "$name: exit status" "$?" 0
	is "$name: one host and session" "$(grep -c . "$TMP/$name/table")" 2
}

# settled FILE...: what two sessions have in common: not when, nor the number
settled() {
	skbtrace parse --json -v "$@" 2>"$TMP/err" |
		jq -cS 'select(.cpu != null and .event != "lost") |
			del(.time, .t_ns, .seq, .pkt)' | sort
}

# count FILE EVENT KEY: of an event, how many there are, or are lost
count() {
	skbtrace info --json "$1" | jq --arg e "$2" --arg k "$3" \
		'[.by_event[] | select(.event == $e) | .[$k]] | add // 0'
}

ip link set skbtrace0 up
run same
same=$(echo "$TMP"/same/*.dat)
settled "$TMP/same.dat" >"$TMP/want"
settled "$same" >"$TMP/got"
within "there is something to compare" "$(wc -l <"$TMP/want")" 100 1000000
is "the same events" "$(diff "$TMP/want" "$TMP/got" | head -n 5)" ""
is "nothing is lost" "$(skbtrace info --json "$same" | jq .lost)" 0
is "the sender's clock is ours" \
	"$(skbtrace info --json "$same" |
		jq -r '.meta[] | select(.name == "offset") | .text' |
		sed -n 's/mono_ns [0-9]* //p' | sort -u)" \
	"offset_ns 0 error_ns 0 drift_ppb 0"
is "what was enabled is in it" \
	"$(skbtrace info --meta events "$same" | sort | tr '\n' ,)" \
	"$(tr , '\n' <<<"$EVENTS" | sort | tr '\n' ,)"
is "both on one clock" "$(skbtrace parse --json "$TMP/same.dat" "$same" |
	jq -s '[.[] | select(.event == "trace")] | length')" 2

# --- what tc drops is lost, by event

nr=$(awk '$1 == "event" && $3 == "tcp_rttm" { print $2 }' "$TMP/format")
tc qdisc add dev skbtrace0 clsact
tc filter add dev skbtrace0 egress protocol 0x88b5 u32 \
	match u16 "$nr" 0xffff at 6 action drop
run dropped
dropped=$(echo "$TMP"/dropped/*.dat)
settled "$TMP/dropped.dat" | grep -v '"event":"tcp_rttm"' >"$TMP/want"
settled "$dropped" >"$TMP/got"
is "the other events are here" "$(diff "$TMP/want" "$TMP/got" | head -n 5)" ""
within "some were dropped" "$(count "$dropped" tcp_rttm lost)" 1 1000000
is "as many are lost" "$(count "$dropped" tcp_rttm lost)" \
	"$(count "$TMP/dropped.dat" tcp_rttm events)"
is "and nothing else" "$(count "$dropped" tcp_rttm lost)" \
	"$(skbtrace info --json "$dropped" | jq .lost)"
tc qdisc del dev skbtrace0 clsact

# --- a queue that is too slow: what came and what is lost is what there was

overload=1
server in_b udp4 bind $B4 9 touch "$TMP/ready" recv 1000000000
for q in pfifo prio; do
	tc qdisc add dev skbtrace0 root handle 1: tbf rate 400kbit burst 3000 \
		limit 20000
	case $q in
	pfifo) tc qdisc add dev skbtrace0 parent 1:1 handle 2: pfifo limit 40 ;;
	prio)
		tc qdisc add dev skbtrace0 parent 1:1 handle 2: prio bands 3
		for band in 1 2 3; do
			tc qdisc add dev skbtrace0 parent 2:$band pfifo limit 60
		done
		;;
	esac
	run $q
	file=$(echo "$TMP/$q"/*.dat)
	within "$q: some are lost" "$(skbtrace info --json "$file" | jq .lost)" 100 1000000
	for e in udp_send udp_receive; do
		is "$q: $e: here and lost is all" \
			"$(($(count "$file" $e events) + $(count "$file" $e lost)))" \
			"$(count "$TMP/$q.dat" $e events)"
	done
	tc qdisc del dev skbtrace0 root
done
overload=''

# --- a sender of which is not known that its clock is ours is asked

# asked NAME OPTION...: collect on a host of another name; the same clock, though
asked() {
	local name=$1 lines collector
	mkdir "$TMP/$name"
	# shellcheck disable=SC2016 # the inner shell's
	background unshare -u bash -c 'echo elsewhere >/proc/sys/kernel/hostname; exec skbtrace collect "$@"' \
		collect -q -o "$TMP/$name" "${@:2}"
	wait_for heard_by "$name" "${@:2}" || die "collect does not listen"
	[ "$name" != datagram ] || remote_link
	collector=$bg
	echo udp_send >$CTL/enabled
	datagrams 1
	ok "$name: it answers" wait_for offset_told "$name"
	echo '-*' >$CTL/enabled
	wait_for collected "$name" || die "no recording"
	kill -INT "$collector"
	wait "$collector"
	lines=$(skbtrace info --meta offset "$TMP/$name"/*.dat | grep .)
	is "$name: and is no further from us than it may be" "" \
		"$(awk '$4 > $6 || -$4 > $6 || $6 > 1000000000' <<<"$lines")"
}

# heard_by NAME -i IFACE | --listen PORT
heard_by() {
	if [ "$2" = -i ]; then
		listening 1
	else
		grep -qi ":$(printf %04X "$3") " /proc/net/udp6 /proc/net/udp
	fi
}

# The collector is there first, as both want the port
remote_link() {
	ip link del skbtrace0
	ip link set lo up
	link_new skbtrace0 session default remote 127.0.0.1 port 4717
	ip link set skbtrace0 up
}

offset_told() {
	skbtrace info --meta offset "$TMP/$1"/*.part 2>/dev/null | grep -q offset_ns
}

asked frame -i skbtrace0
if command -v link_new >/dev/null; then
	asked datagram --listen 4717
	ip link del skbtrace0
	ip link add skbtrace0 type skbtrace
fi
ip link set skbtrace0 up

# --- a device that goes down, or away, and comes again

mkdir "$TMP/flap"
background skbtrace collect -i skbtrace0 -o "$TMP/flap" >"$TMP/flap/table" 2>"$TMP/flap/said"
collector=$bg
wait_for listening 1 || die "collect does not listen"
ip link set skbtrace0 down
ip link set skbtrace0 up
ip link del skbtrace0
ok "a device that is gone is told of" wait_for grep -q 'waiting for it' "$TMP/flap/said"
ip link add skbtrace0 type skbtrace
ip link set skbtrace0 up
ok "and waited for" wait_for grep -q 'skbtrace0 is up again' "$TMP/flap/said"
echo udp_send >$CTL/enabled
datagrams 7
quiesce
echo '-*' >$CTL/enabled
wait_for collected flap || die "no recording: $(cat "$TMP/flap/said")"
kill -INT "$collector"
wait "$collector"
is "and it ends in order" "$?" 0
is "its events are here" "$(count "$(echo "$TMP"/flap/*.dat)" udp_send events)" 7

# --- live

background skbtrace live -i skbtrace0 --json >"$TMP/live" 2>"$TMP/live.err"
watcher=$bg
wait_for listening 1 || die "live does not listen"
echo udp_send >$CTL/enabled
datagrams 7
shown() {
	[ "$(grep -c '"event":"udp_send"' "$TMP/live")" = 7 ]
}
ok "live -i shows what happens" wait_for shown
echo '-*' >$CTL/enabled
wait "$watcher"
is "and ends with the session" "$?" 0
is "quietly" "$(cat "$TMP/live.err")" ""
finish
