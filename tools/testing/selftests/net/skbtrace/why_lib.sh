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
declare -A client server families
port=5000 judged=5000

# next CLIENT-VERDICT SERVER-VERDICT: takes the next port, and sets the family $f.
# Families take turns: with WHY_SHIFT of 0, 1 and 2 each scenario has had all.
next() {
	local all=(4 6 m)
	port=$((port + 1))
	f=${all[(port + ${WHY_SHIFT:-0}) % 3]}
	client[$port]=$1
	server[$port]=$2
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
# check_verdicts; $recorder is the program. With WHY_SIDE=A or B: only what that
# host would record.
record_all() {
	[[ " $* " == *" -e "* ]] || set -- -e @why "$@"
	background skbtrace record -q -f -o "$TMP/trace" "$@" \
		${WHY_SIDE:+--netns "/run/netns/${!WHY_SIDE}"}
	recorder=$bg
	wait_for tracing || die "no recording"
}

# The verdict of each end as "PORT END VERDICT"; "=VERDICT": no trouble; "-": no
# verdict
list_verdicts() {
	jq -r 'select(.conn) | (.conn | split(">")) as $e |
		select($e[0] | test(":600[01]$") | not) |
		(.verdicts[0] | if . == null then "-"
			elif .trouble or .name == "cannot-say" then .name
			else "=" + .name end) as $v |
		($e[0] | split(":")[-1]) as $port |
		if $e[1] == "*" then $port + " listener " + $v else
			($e[1] | split(":")[-1]) + " client " + $v,
			$port + " server " + $v end' "$TMP/json"
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
	if [ -n "${WHY_SIDE-}" ]; then
		[ "${WHY_SIDE/A/client}" = "${2/server/B}" ] || return 0
		! fits "$4" "${alone[$wanted]-$wanted}" || wanted=$4
		# an end behind the router is not in B's recording
		[ "$wanted $4" != "- none" ] || return 0
		# a verdict on both programs needs both ends' events
		[ "$2 $4" != "server ping-pong" ] || wanted=$4
	else
		entry "$1" "$2" "$wanted" "$4"
	fi
	! fits "$4" "$wanted" || wanted=$4
	is "${why/server/listens}" "$4" "$wanted"
}

# some COUNT VERDICT PORT END: COUNT of the connections at that port have it
some() {
	local n

	n=$(grep -c "^$3 $4 $2\$" "$TMP/verdicts")
	entry "$3" "$4" "$1*$2" "$n*$2"
	is "$3, IPv${families[$3]}: how many are $2" "$n" "$1"
}

# check_verdicts: ends the recording, and compares each connection's verdict
check_verdicts() {
	local p end said
	declare -A got

	kill -INT "$recorder"
	wait "$recorder" || fail "record: exit status $?"
	[ -z "${KEEP:-}" ] || [ -e "$KEEP" ] || cp "$TMP/trace" "$KEEP"
	skbtrace why --json "$TMP/trace" >"$TMP/json"
	skbtrace why "$TMP/trace" | sed 's/^/# /'
	list_verdicts >"$TMP/verdicts"
	while read -r p end said; do
		got[$p.$end]=${got[$p.$end]-$said}
	done <"$TMP/verdicts"
	for ((p = judged + 1; p <= port; p++)); do
		verdict_is "$p" client "${client[$p]}" "${got[$p.client]-none}"
		verdict_is "$p" server "${server[$p]}" "${got[$p.server]-none}"
	done
	judged=$port
	[ -z "${WHY_SIDE-}" ] || finish
}
