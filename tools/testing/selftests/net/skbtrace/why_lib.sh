# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of "skbtrace why" share, after lib.sh: connections that are in
# trouble for one reason each, or for none, and what must be said of them.
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

# PORT of the server: what must be said of who connects to it, and of the other
# end; "-" is no trouble, "=NAME" none either, and that, "*" does not matter
declare -A client server families
port=5000 judged=5000

# next CLIENT-VERDICT SERVER-VERDICT: the next port, its family in $f. They take
# turns; with WHY_SHIFT of 0, 1 and 2 each scenario has had all of them.
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

# what tc calls the protocol of $f
protocol() {
	[ "$f" = 6 ] && echo ipv6 || echo ip
}

# at_b MATCH...: what comes in there; until clear_b
at_b() {
	in_b tc filter add dev b0 ingress protocol "$(protocol)" flower \
		ip_proto tcp "$@" || die "no flower: $*"
}

clear_b() {
	in_b tc filter del dev b0 ingress
}

# serve WORD...: B listens at $port, and does that with who comes
serve() {
	server in_b "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
		accept touch "$TMP/there$port" "$@"
}

# call WORD...: A connects
call() {
	in_a sk "tcp$f" connect "$to" "$port" "$@" >/dev/null
}

served() {
	wait "$server_pid"
}

# through WORD...: as serve, at C, which is behind the router B
through() {
	to=$(addr C "$f")
	server in_c "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
		accept touch "$TMP/there$port" "$@"
}

# record_all [OPTION...]: all that "why" looks at, unless there is an option -e,
# until verdicts; $recorder is the program. WHY_SIDE=A, or B: what one of both hosts
# would record.
record_all() {
	[[ " $* " == *" -e "* ]] || set -- -e @why "$@"
	background skbtrace record -q -f -o "$TMP/trace" "$@" \
		${WHY_SIDE:+--netns "/run/netns/${!WHY_SIDE}"}
	recorder=$bg
	wait_for tracing || die "no recording"
}

# Which verdict each end has got: "PORT END VERDICT"; "=VERDICT" is no trouble,
# "-" none at all
verdicts() {
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

# What a rule that misses the other end's events says instead; "-" is no trouble
declare -A alone=([acks-lost]=reordered [lost-here]=lost-on-path
	[queue-full]=no-answer [syn-dropped]=no-answer
	[answers-lost]=path-queue [blackout]=mtu-hole
	[syn-stripped]=window-unscaled)

# fits GOT WANTED
fits() {
	[ "$1" = "$2" ] || [[ $2 == - && $1 == =* ]]
}

# One entry of the matrix of scripts/matrix.sh
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
		# behind the router
		[ "$wanted $4" != "- none" ] || return 0
		# the dialogue's, whose other end is not there to have it
		[ "$2 $4" != "server ping-pong" ] || wanted=$4
	else
		entry "$1" "$2" "$wanted" "$4"
	fi
	! fits "$4" "$wanted" || wanted=$4
	is "${why/server/listens}" "$4" "$wanted"
}

# some COUNT VERDICT PORT END: as many of those who share it
some() {
	local n

	n=$(grep -c "^$3 $4 $2\$" "$TMP/verdicts")
	entry "$3" "$4" "$1*$2" "$n*$2"
	is "$3, IPv${families[$3]}: how many are $2" "$n" "$1"
}

# verdicts: the recording ends; is each connection's verdict as it should be?
verdicts() {
	local p end said
	declare -A got

	kill -INT "$recorder"
	wait "$recorder" || fail "record: exit status $?"
	[ -z "${KEEP:-}" ] || [ -e "$KEEP" ] || cp "$TMP/trace" "$KEEP"
	skbtrace why --json "$TMP/trace" >"$TMP/json"
	skbtrace why "$TMP/trace" | sed 's/^/# /'
	verdicts >"$TMP/verdicts"
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
