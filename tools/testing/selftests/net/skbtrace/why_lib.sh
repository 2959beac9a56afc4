# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Shared by the tests of "skbtrace why", sourced after lib.sh: connections that are
# in trouble for one reason each, or for none, and the verdict that each must get.
# shellcheck disable=SC2034,SC2154 # who sources this reads them; of lib.sh

why_up() {
	control_up
	need_skbtrace
	need tc ip jq nft ping ss sysctl
	need_event tcp_connection tcp_reset tcp_congestion tcp_retransmit \
		skb_drop tcp_sendlimit tcp_turn tcp_rttm tcp_listen_overflow
	net_up
	router_up
	in_a tc qdisc add dev a0 root netem delay 20ms limit 10000 ||
		skip "no netem"
	in_b tc qdisc add dev b0 clsact || skip "no clsact"
	in_a tc qdisc add dev a0 clsact
	in_a sysctl -qw net.ipv4.tcp_syn_retries=2 \
		net.ipv4.neigh.a0.mcast_solicit=1 \
		net.ipv6.neigh.a0.mcast_solicit=1
	in_b sysctl -qw net.ipv4.tcp_syncookies=0
	wait_for in_a ping -q -n -c 1 -W 1 "$C4" >/dev/null || die "no way to $C4"
	wait_for in_a ping -q -n -c 1 -W 1 "$C6" >/dev/null || die "no way to $C6"
}

all_closed() {
	! { in_a ss -Htn; in_b ss -Htn; in_c ss -Htn; } | grep -q .
}

# By the server's port: the verdict of the end that connects, and that of the other
# one. "-": no trouble; "=NAME": no trouble, and called NAME; "*": any.
declare -A client server families at_a
port=5000 judged=5000

# next CLIENT-VERDICT SERVER-VERDICT [AT-A]: takes the next port, and sets the family
# $f. AT-A: of the client, by what A alone has recorded; not told: as $alone says.
# Families take turns: with WHY_SHIFT of 0, 1 and 2 each scenario has had all.
next() {
	local all=(4 6 m)
	port=$((port + 1))
	f=${all[(port + ${WHY_SHIFT:-0}) % 3]}
	client[$port]=$1
	server[$port]=$2
	at_a[$port]=${3-}
	families[$port]=$f
	to=$(addr B "$f")
	near=$(addr A "$f")
}

# tc's name for the protocol of $f
protocol() {
	[ "$f" = 6 ] && echo ipv6 || echo ip
}

# at_b MATCH...: an action on what comes in at B, until clear_b
at_b() {
	in_b tc filter add dev b0 ingress protocol "$(protocol)" flower \
		ip_proto tcp "$@" || die "no flower: $*"
}

clear_b() {
	in_b tc filter del dev b0 ingress
}

# at_a MATCH...: the same of what comes in at A, until clear_a
at_a() {
	in_a tc filter add dev a0 ingress protocol "$(protocol)" flower \
		ip_proto tcp "$@" || die "no flower: $*"
}

clear_a() {
	in_a tc filter del dev a0 ingress
}

# serve WORD...: B listens at $port, and does WORDs with each connection
serve() {
	server in_b "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
		accept touch "$TMP/there$port" "$@"
}

# call WORD...: A connects, and does WORDs
call() {
	in_a sk "tcp$f" connect "$to" "$port" "$@" >/dev/null
}

served() {
	wait "$server_pid"
}

# through WORD...: as serve, but at C, behind the router B
through() {
	to=$(addr C "$f")
	server in_c "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
		accept touch "$TMP/there$port" "$@"
}

# record_all [OPTION...]: records all that "why" uses, or what -e says, until
# check_verdicts; $recorder is the program. The first time, what each host alone
# would record is recorded beside it, by two sessions.
declare -A side_recorder
record_all() {
	local side

	[[ " $* " == *" -e "* ]] || set -- -e @why "$@"
	background skbtrace record -q -f -o "$TMP/trace" "$@"
	recorder=$bg
	wait_for tracing || die "no recording"
	side_recorder=()
	((judged == 5000)) || return 0
	for side in A B; do
		background skbtrace record -q -f --session "side$side" \
			--netns "/run/netns/${!side}" -o "$TMP/trace.$side" "$@"
		side_recorder[$side]=$bg
		wait_for side_tracing "$side" || die "no recording of $side"
	done
}

side_tracing() {
	grep -q '^session tracing=1 ' "$CTL/sessions/side$1/stat" 2>/dev/null
}

# list_verdicts FILE: the verdict of each end as "PORT END VERDICT"; "=VERDICT": no
# trouble; "-": no verdict
list_verdicts() {
	jq -r 'select(.conn) | (.conn | split(">")) as $e |
		select($e[0] | test(":600[01]$") | not) |
		(.verdicts[0] | if . == null then "-"
			elif .trouble or .name == "cannot-say" then .name
			else "=" + .name end) as $v |
		($e[0] | split(":")[-1]) as $port |
		if $e[1] == "*" then $port + " listener " + $v else
			($e[1] | split(":")[-1]) + " client " + $v,
			$port + " server " + $v end' "$1"
}

# What a rule says instead without the other end's events; "-": no trouble
declare -A alone=([acks-lost]=reordered [lost-here]=lost-on-path
	[queue-full]=no-answer [syn-dropped]=no-answer
	[answers-lost]=path-queue [blackout]=mtu-hole
	[syn-stripped]=window-unscaled)

# fits GOT WANTED
fits() {
	[ "$1" = "$2" ] || [[ $2 == - && $1 == =* ]]
}

# Prints an entry for the matrix of scripts/matrix.sh
entry() {
	echo "# entry ${0##*/} $1 $2 ${families[$1]} $3 $4"
}

# verdict_is PORT END WANTED GOT
verdict_is() {
	local wanted=$3 why="$1, IPv${families[$1]}: who ${2/client/connects}"

	[ "$wanted" != '*' ] || return 0
	entry "$1" "$2" "$wanted" "$4"
	! fits "$4" "$wanted" || wanted=$4
	is "${why/server/listens}" "$4" "$wanted"
}

# side_verdict_is SIDE PORT GOT: of the end at that host, as it alone has recorded it.
# The verdict must be the same, unless it needs events of the other end.
side_verdict_is() {
	local wanted=${client[$2]} got=$3

	[ "$1" = A ] || wanted=${server[$2]}
	[ "$wanted" != '*' ] || return 0
	[ "$1" = B ] || wanted=${at_a[$2]:-$wanted}
	! fits "$got" "${alone[$wanted]-$wanted}" || wanted=$got
	# an end behind the router is not in B's recording
	[ "$wanted $got" != "- none" ] || return 0
	# a verdict on both programs needs both ends' events
	[ "$1 $got" != "B ping-pong" ] || wanted=$got
	! fits "$got" "$wanted" || wanted=$got
	is "$2, IPv${families[$2]}, recorded by $1 alone" "$got" "$wanted"
}

# some COUNT VERDICT PORT END: COUNT of the connections at that port have it
some() {
	local n

	n=$(grep -c "^$3 $4 $2\$" "$TMP/verdicts")
	entry "$3" "$4" "$1*$2" "$n*$2"
	is "$3, IPv${families[$3]}: how many are $2" "$n" "$1"
}

# read_verdicts TRACE JSON LIST: writes both, and sets $got[PORT.END]
declare -A got
read_verdicts() {
	local p end said

	got=()
	skbtrace why --json "$1" >"$2"
	list_verdicts "$2" >"$3"
	while read -r p end said; do
		got[$p.$end]=${got[$p.$end]-$said}
	done <"$3"
}

check_sides() {
	local side end p

	for side in "${!side_recorder[@]}"; do
		kill -INT "${side_recorder[$side]}"
		wait "${side_recorder[$side]}" || fail "record $side: exit status $?"
		read_verdicts "$TMP/trace.$side" "$TMP/json.$side" "$TMP/verdicts.$side"
		end=client
		[ "$side" = A ] || end=server
		for ((p = judged + 1; p <= port; p++)); do
			side_verdict_is "$side" "$p" "${got[$p.$end]-none}"
		done
		ok "recorded by $side alone: there are verdicts" \
			[ -s "$TMP/verdicts.$side" ]
	done
}

# The first recordings, to $WHY_KEEP, $WHY_KEEP.A and $WHY_KEEP.B, if that is set
keep_recordings() {
	local f

	[ -n "${WHY_KEEP:-}" ] && ((judged == 5000)) || return 0
	for f in "$TMP"/trace{,.A,.B}; do
		cp "$f" "$WHY_KEEP${f#"$TMP/trace"}"
	done
}

# check_verdicts: ends the recordings, and compares each connection's verdict
check_verdicts() {
	local p

	kill -INT "$recorder"
	wait "$recorder" || fail "record: exit status $?"
	check_sides
	keep_recordings
	skbtrace why "$TMP/trace" | sed 's/^/# /'
	read_verdicts "$TMP/trace" "$TMP/json" "$TMP/verdicts"
	for ((p = judged + 1; p <= port; p++)); do
		verdict_is "$p" client "${client[$p]}" "${got[$p.client]-none}"
		verdict_is "$p" server "${server[$p]}" "${got[$p.server]-none}"
	done
	judged=$port
}
