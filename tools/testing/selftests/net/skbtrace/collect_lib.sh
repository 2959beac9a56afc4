# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What "skbtrace collect" makes of frames, beside what "skbtrace record" makes of
# the same events; sourced after lib.sh, by tests that have a skbtrace0, $EVENTS
# and a function "traffic".

need ip jq
need_skbtrace

# shellcheck disable=SC2034 # lib.sh calls it
at_end=link_gone
link_gone() {
	ip link del skbtrace0 2>/dev/null
}

# datagrams N
datagrams() {
	server in_b udp4 bind "$B4" 5001 touch "$TMP/ready" recv "$1"
	in_a sk udp4 connect "$B4" 5001 send "$1" 200 >"$TMP/client"
	# shellcheck disable=SC2154 # set by server
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
	# shellcheck disable=SC2154 # set by background
	collector=$bg
	wait_for listening 1 || die "collect does not listen"
	background skbtrace record -q -e "$EVENTS" ${BUFFER:+-b "$BUFFER"} -o "$TMP/$name.dat"
	recorder=$bg
	wait_for recording || die "record does not record"
	echo "${EVENTS//,/$'\n'}" >"$CTL/enabled"
	traffic
	quiesce
	echo '-*' >"$CTL/enabled"
	kill -INT "$recorder"
	wait "$recorder"
	wait_for collected "$name" || die "no recording: $(cat "$TMP/$name/said")"
	kill -INT "$collector"
	wait "$collector"
	is "$name: exit status" "$?" 0
	is "$name: one host and session" "$(grep -c " ended " "$TMP/$name/table")" 1
}

# count FILE EVENT KEY: of an event, how many there are, or are lost
count() {
	skbtrace info --json "$1" | jq --arg e "$2" --arg k "$3" \
		'[.by_event[] | select(.event == $e) | .[$k]] | add // 0'
}
