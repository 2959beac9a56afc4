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
# shellcheck source=collect_lib.sh
. "$here/collect_lib.sh"
need_event tcp_rttm tcp_connection udp_send
ip link add skbtrace0 type skbtrace 2>/dev/null ||
	skip "this kernel has no link type skbtrace"
net_up

EVENTS=tcp_connection,tcp_active_conn,tcp_rttm,tcp_send,udp_send,udp_receive

traffic() {
	server in_b tcp4 bind $B4 5000 listen 5 touch "$TMP/ready" accept eof
	in_a sk tcp4 connect $B4 5000 write 200000 close >"$TMP/client"
	wait "$server_pid"
	datagrams 30
}

# settled FILE...: what two sessions have in common: not when, nor the number
settled() {
	skbtrace parse --json -v "$@" 2>"$TMP/err" |
		jq -cS 'select(.cpu != null and .event != "lost") |
			del(.time, .t_ns, .seq, .pkt)' | sort
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
