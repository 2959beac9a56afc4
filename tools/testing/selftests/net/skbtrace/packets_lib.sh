# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of packets share; sourced after lib.sh.

# shellcheck disable=SC2154 # of lib.sh
# shellcheck disable=SC2317 # functions that wait_for calls

packets_up() {
	control_up
	need_skbtrace
	need ip nsenter python3 tc tcpdump
	need_event ip_send ip_receive
	net_up
	export TMP
}

# begin NAME WORD...: record packets of A; tcpdump of its device beside it. With
# $everywhere in all namespaces; $device: another one, "in_b b0"
begin() {
	local name=$1 in on where=$A

	shift
	read -r in on <<<"${device:-in_a a0}"
	[ "$in" = in_a ] || where=$B
	[ -n "${everywhere-}" ] || set -- --netns "$where" "$@"
	background "$in" tcpdump -i "$on" -nn --immediate-mode -U -B 16384 -s 0 \
		-w "$TMP/$name.pcap" ip or ip6 2>"$TMP/$name.dump"
	dump=$bg
	wait_for grep -q 'listening on' "$TMP/$name.dump" ||
		skip "tcpdump does not start"
	background skbtrace record -f -o "$TMP/$name.pcapng" "$@" \
		2>"$TMP/$name.said"
	recorder=$bg
	wait_for tracing 1 ||
		die "record does not start: $(cat "$TMP/$name.said")"
}

# end NAME PORT: when tcpdump has seen the last packet, to that port
end() {
	quiesce
	kill -INT "$recorder"
	wait "$recorder" || fail "$1: record ends well"
	wait_for last_seen "$1" "$2" || fail "$1: tcpdump has the last packet"
	kill -INT "$dump"
	wait "$dump" || true
	sed 's/^/# /' "$TMP/$1.said"
}

last_seen() {
	tcpdump -nn -r "$TMP/$1.pcap" "udp port $2" 2>/dev/null | grep -q .
}

# hex FILE EXPRESSION: each packet from IP on, one a line, sorted. Not by tcpdump -x:
# to make so many lines and join them again takes seconds
hex() {
	tcpdump -r "$1" -w - "$2" 2>/dev/null | packets_read.py hex
}

# same NAME WHAT EXPRESSION: ours and tcpdump's
same() {
	hex "$TMP/$1.pcap" "$3" >"$TMP/theirs"
	hex "$TMP/$1.pcapng" "$3" >"$TMP/ours"
	ok "$2: $(wc -l <"$TMP/ours") packets" [ -s "$TMP/ours" ]
	ok "$2: as tcpdump has them" cmp "$TMP/theirs" "$TMP/ours"
}

# traffic FAMILY PORT: to B, or $to, which is in_b, or $at
traffic() {
	local to=${to-} at=${at:-in_b} i servers=()

	[ -n "$to" ] || to=$(addr B "$1")
	for i in 0 1 2; do
		server "$at" "tcp$1" bind "$to" $(($2 + i)) listen 5 \
			touch "$TMP/ready" accept eof close
		servers+=("$server_pid")
	done
	background "$at" sk "udp$1" bind "$to" $(($2 + 3)) touch "$TMP/bound" \
		until "$TMP/over$2"
	wait_for [ -e "$TMP/bound" ]
	rm "$TMP/bound"
	in_a python3 "$here/packets.py" "$to" "$2"
	wait "${servers[@]}"
	touch "$TMP/over$2"
	wait "$bg"
}

# refuses SPEC TEXT
refuses() {
	if put enabled "$1" 2>/dev/null; then
		fail "$1 is refused"
	else
		like "$1 is refused: why" "$(cat "$CTL/error")" "*$2*"
	fi
}

# as_sent NAME PORT WHAT: what packets.py has sent to PORT
as_sent() {
	ok "$3: as it was sent" packets_read.py sent "$TMP/$1.pcapng" "$2"
}

# counts WORD: of all CPUs
counts() {
	awk -v RS='[ \n]' -F= -v word="$1" '$1 == word { n += $2 }
		END { print n + 0 }' "$CTL/packets"
}
