# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Devices that send events, and who listens to them; sourced after lib.sh and
# sessions_lib.sh.
#
# "frames" is the witness: it checks each frame by the uapi header, and makes
# streams of them that "blocks" reads.

need frames link_new ip
ip link add skbtrace-try type skbtrace 2>/dev/null ||
	skip "this kernel has no link type skbtrace"
ip link del skbtrace-try

# shellcheck disable=SC2034 # lib.sh calls it
at_end=links_down
links_down() {
	ip link del skbtrace0 2>/dev/null
	leave_none
}

# link_add NAME SESSION [WORD...]: a session and its device, by netlink alone, as
# ip knows the type's options only by a plugin
link_add() {
	[ -e "$S/$2" ] || [ "$2" = default ] || echo "$2" >"$S/new" ||
		die "no session $2"
	link_new "$1" session "$2" "${@:3}" || die "no link $1"
}

# listen NAME FRAMES-OPTION...: what comes is in $TMP/NAME, $listener its pid
listen() {
	mkdir -p "$TMP/$1"
	rm -f "$TMP/$1/ready"
	background frames -t "$TMP/$1/ready" "${@:2}" "$TMP/$1" \
		>"$TMP/$1/said" 2>"$TMP/$1/bad"
	# shellcheck disable=SC2154 # set by background
	listener=$bg
	wait_for [ -e "$TMP/$1/ready" ] || die "nobody listens"
}

# heard NAME: the listener has come to its end; its blocks in $TMP/NAME/events
heard() {
	wait "$listener"
	is "$1: each frame is as the header says" \
		"$(head -n 5 "$TMP/$1/bad")" ""
}

# streams NAME: the same as blocks, in $TMP/NAME/events
streams() {
	blocks "$TMP/$1/format" "$TMP/$1"/cpu* >"$TMP/$1/events" \
		2>"$TMP/$1/bad"
	is "$1: the streams are as the header says" \
		"$(head -n 5 "$TMP/$1/bad")" ""
}

# said NAME LINE FIELD: a number that "frames" printed, summed over such lines
said() {
	awk -v line="$2" -v f="$3=" '$1 == line {
		for (i = 2; i <= NF; i++)
			if (index($i, f) == 1)
				n += substr($i, length(f) + 1)
	} END { printf "%.0f\n", n }' "$TMP/$1/said"
}

# state NAME: what the last INFO says
state() {
	sed -n 's/^state //p' "$TMP/$1/info" 2>/dev/null
}

# shellcheck disable=SC2317 # called by wait_for
in_state() {
	# shellcheck disable=SC2053 # it is a glob
	[[ $(state "$1") == $2 ]]
}

# settled FILE: what a comparison of two sessions may look at, in order: not when,
# which sequence number, or which packet, as its id is the session's own; nor
# names, which are told again
settled() {
	grep '^ ' "$1" |
		grep -vE 'event=(task|symbol|tcp_active_conn|icsk_connection) ' |
		sed -E 's/ (time|seq)=[^ ]*//g; / sk=[0-9a-f]* /s/ key=[^ ]*//' | sort
}

# all_events: a spec for each that this kernel has, of packets at least
all_events() {
	awk '$1 == "event" && /role=event/ && /state=(exact|inferred)/ {
		print $3
	}' "$TMP/format"
}

# enable_all SESSION: what needs an option that it does not have is left out
enable_all() {
	local e
	for e in $(all_events); do
		echo "$e" >"$S/$1/enabled" 2>/dev/null
	done
}

# hits SESSION
hits() {
	awk '{
		for (i = 1; i <= NF; i++)
			if (index($i, "hits=") == 1)
				n += substr($i, 6)
	} END { print n + 0 }' "$S/$1/stat"
}

# known SESSION: of its hits, those that are events of the session
noted() {
	awk '{
		for (i = 1; i <= NF; i++)
			if ($i ~ /^(written|lost)=/) {
				sub(/.*=/, "", $i)
				n += $i
			}
	} END { print n + 0 }' "$S/$1/stat"
}

# shellcheck disable=SC2317 # called by wait_for
noted_above() {
	(($(noted "$1") > $2))
}

# quiet SESSION: without traffic its events come to an end. Each flush sends
# something, so some flushes without an event are enough
# shellcheck disable=SC2317 # called by wait_for
quiet() {
	local before
	before=$(noted "$1")
	tick 400
	[ "$(noted "$1")" = "$before" ]
}

# load: datagrams from A to B, ended by kill $load
load() {
	server in_b udp4 bind "$B4" 9 touch "$TMP/ready" recv 1000000000
	background in_a sk udp4 connect "$B4" 9 times 1000000000 send 5 100 \
		pause 20000 again
	load=$bg
}

# over WHAT: under load there are events, after it there are no more
over() {
	local before

	enable_all one
	before=$(noted one)
	load
	ok "$1: there are events" wait_for noted_above one $((before + 2000))
	# shellcheck disable=SC2154 # set by server
	kill "$load" "$server_pid"
	wait "$load" "$server_pid" 2>/dev/null
	ok "$1: without load they end" wait_for quiet one
}
