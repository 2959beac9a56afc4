#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_reset: who sends a reset and why, who gets one. Witnesses: tcp_send_reset
# and tcp_receive_reset of tracefs, the counters of TCP, SO_COOKIE.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need nstat
need_event tcp_reset
net_up
families="4 6 m"
# the debug kernel is too slow for three kinds of connections
((PATIENCE == 1)) || families="4 6"

# Each scenario has ports of its own: 51NN for servers, 61NN for clients
declare -A nth=([4]=1 [6]=2 [m]=3)

# why REASON: the word that this kernel has for it
why() {
	if reset_has_reason; then
		echo "$1"
	else
		echo NOT_SPECIFIED
	fi
}

# unless_missed REASON: of a reset that only newer kernels report, and patched ones
unless_missed() {
	! resets_are_all || why "$1"
}

# of_sockets: without those that an older tcp_send_reset does not report
of_sockets() {
	if reset_has_reason; then
		cat
	else
		grep -vE ' state=(#255|TIME_WAIT|NEW_SYN_RECV) '
	fi
}

# pair SCENARIO FAMILY N CLIENT-WORD... -- SERVER-WORD...: connects, then each end
# does its words. Their cookies are in $TMP/SCENARIOFAMILY and .server.
pair() {
	local name=$1 f=$2 port=$((5100 + 10 * $3 + ${nth[$2]})) client=()
	local from to
	from=$(addr A "$f") to=$(addr B "$f")
	shift 3
	while [ "$1" != -- ]; do
		client+=("$1")
		shift
	done
	shift
	server in_b "tcp$f" bind "$to" $port listen 5 touch "$TMP/ready" \
		accept cookie touch "$TMP/$name$f.accepted" "$@"
	in_a sk "tcp$f" bind "$from" $((port + 1000)) connect "$to" $port \
		cookie until "$TMP/$name$f.accepted" "${client[@]}" \
		>"$TMP/$name$f"
	wait "$server_pid"
	mv "$TMP/server" "$TMP/$name$f.server"
}

trace_on tcp_reset
witness_on tcp/tcp_send_reset tcp/tcp_receive_reset
for f in $families; do
	# nobody listens
	in_a sk "tcp$f" bind "$(addr A "$f")" $((6100 + nth[$f])) cookie \
		try connect "$(addr B "$f")" $((5100 + nth[$f])) >"$TMP/closed$f"
	# the server closes with data unread
	pair unread "$f" 1 write 100 acked touch "$TMP/unread$f.sent" try eof -- \
		until "$TMP/unread$f.sent" close
	# the client sets SO_LINGER 0: close() sends a reset, no FIN
	pair linger "$f" 2 abort close -- try eof
	# the client sets TCP_LINGER2 below 0: no FIN_WAIT2
	pair linger2 "$f" 3 opt linger2 -1 shut acked close \
		touch "$TMP/linger2$f.closed" -- \
		until "$TMP/linger2$f.closed" try eof
	# the client has closed, and left a minisocket in FIN_WAIT2
	pair timewait "$f" 4 shut acked close touch "$TMP/timewait$f.closed" -- \
		until "$TMP/timewait$f.closed" write 100 try acked
	# the client has closed, and left a full socket, as it stays for over a minute
	pair data "$f" 5 opt linger2 100 shut acked close \
		touch "$TMP/data$f.closed" -- \
		until "$TMP/data$f.closed" write 100 try acked
done
witness_off
trace_off
counters in_a "$TMP/counters.a"
counters in_b "$TMP/counters.b"

is "identity" "$(identity)" ""

# sent SCENARIO FAMILY N A|B KEY STATE: the reasons of the resets that it has sent
sent() {
	local local=$4 peer=A lport=$((5100 + 10 * $3 + ${nth[$2]})) pport
	pport=$((lport + 1000))
	if [ "$local" = A ]; then
		peer=B pport=$lport
		lport=$((lport + 1000))
	fi
	list reason tcp_reset dir=tx proto=tcp netns="$(netns_of "${!4}")" \
		key="$5" state="$6" local="$(traced "$local" "$2")" \
		lport=$lport peer="$(traced "$peer" "$2")" pport=$pport
}

# got SCENARIO FAMILY N A|B KEY: the states in which it has got a reset
got() {
	local peer=A lport=$((5100 + 10 * $3 + ${nth[$2]}))
	local pport=$((lport + 1000)) swap=$lport
	if [ "$4" = A ]; then
		peer=B lport=$pport pport=$swap
	fi
	list state tcp_reset dir=rx proto=tcp netns="$(netns_of "${!4}")" \
		key="$5" local="$(traced "$4" "$2")" lport=$lport \
		peer="$(traced $peer "$2")" pport=$pport reason=$none
}

none='#4294967295'
declare -A told_reset=([A]="" [B]="")	# keys of established sockets that sent one
nowhere='#255'
for f in $families; do
	for s in unread linger linger2 timewait data; do
		declare "c_$s=$(value cookie "$TMP/$s$f")"
		declare "s_$s=$(value cookie "$TMP/$s$f.server")"
	done
	# shellcheck disable=SC2154 # declared above
	{
	told_reset[A]+=" $c_linger" told_reset[B]+=" $s_unread"
	is "$f: nobody listens: of no connection" \
		"$(sent closed "$f" 0 B 0 $nowhere)" "$(unless_missed NO_SOCKET)"
	is "$f: nobody listens: refused" "$(got closed "$f" 0 A \
		"$(value cookie "$TMP/closed$f")")" SYN_SENT
	is "$f: data unread" "$(sent unread "$f" 1 B "$s_unread" CLOSE)" \
		"$(why TCP_ABORT_ON_CLOSE)"
	is "$f: data unread: received" "$(got unread "$f" 1 A "$c_unread")" \
		ESTABLISHED
	like "$f: SO_LINGER 0" "$(sent linger "$f" 2 A "$c_linger" CLOSE)" \
		"$(why TCP_STATE)"
	is "$f: SO_LINGER 0: received" "$(got linger "$f" 2 B "$s_linger")" \
		ESTABLISHED
	is "$f: TCP_LINGER2 below 0" \
		"$(sent linger2 "$f" 3 A "$c_linger2" CLOSE)" \
		"$(why TCP_ABORT_ON_LINGER)"
	is "$f: TCP_LINGER2 below 0: received" \
		"$(got linger2 "$f" 3 B "$s_linger2")" CLOSE_WAIT
	is "$f: data to a minisocket" \
		"$(sent timewait "$f" 4 A "$c_timewait" TIME_WAIT)" \
		"$(unless_missed TCP_TIMEWAIT_SOCKET)"
	is "$f: data to a minisocket: received" \
		"$(got timewait "$f" 4 B "$s_timewait")" CLOSE_WAIT
	is "$f: data to a closed socket" \
		"$(sent data "$f" 5 A "$c_data" CLOSE)" \
		"$(why TCP_ABORT_ON_DATA)"
	is "$f: data to a closed socket: received" \
		"$(got data "$f" 5 B "$s_data")" CLOSE_WAIT
	# TCP also handles it as if it had received a reset
	is "$f: data to a closed socket: as if received" \
		"$(got data "$f" 5 A "$c_data")" FIN_WAIT2
	}
done

# A mapped socket has IPv6 addresses in tracefs, IPv4 addresses in tcp_reset
sed -n 's/\[::ffff:\([0-9.]*\)\]/\1/g; s/=::ffff:\([0-9.]*\)/=\1/g
	s/.* tcp_send_reset: .* src=\([^ ]*\) dest=\([^ ]*\) .* reason=\(.*\)/\3 \1 \2/p
	s/.* tcp_send_reset: .* sport=\([0-9]*\) dport=\([0-9]*\) .* saddrv6=\([^ ]*\) daddrv6=\([^ ]*\) .*/NOT_SPECIFIED \3:\1 \4:\2/p' \
	"$TMP/witness" | tr -d '[]' | sort >"$TMP/theirs"
events tcp_reset dir=tx | of_sockets | sed 's/.* local=\([^ ]*\) peer=\([^ ]*\) lport=\([^ ]*\) pport=\([^ ]*\) .* reason=\([^ ]*\) .*/\5 \1:\3 \2:\4/' |
	sort >"$TMP/ours"
is "sent, against tcp:tcp_send_reset" "$(<"$TMP/ours")" "$(<"$TMP/theirs")"
is "received, against tcp:tcp_receive_reset" \
	"$(values key tcp_reset dir=rx | sort)" \
	"$(sed -n 's/.* tcp_receive_reset: .* sock_cookie=\([0-9a-f]*\).*/\1/p' \
		"$TMP/witness" | sort)"
read -ra all <<<"$families"
missed=0
resets_are_all || missed=${#all[@]}	# A: of minisockets; B: of no socket
for n in A B; do
	file=$TMP/counters.${n,}
	inum=$(netns_of "${!n}")
	is "$n: sent, against TcpOutRsts" \
		$(($(count tcp_reset netns="$inum" dir=tx) + missed)) \
		"$(counter TcpOutRsts "$file")"
	resets=0
	for w in ESTABLISHED CLOSE_WAIT; do
		resets=$((resets +
			$(count tcp_reset netns="$inum" dir=rx state=$w)))
	done
	for w in ${told_reset[$n]}; do
		resets=$((resets +
			$(count tcp_reset netns="$inum" dir=tx key="$w")))
	done
	is "$n: of connections, against TcpEstabResets" $resets \
		"$(counter TcpEstabResets "$file")"
done

# --- skip= and only=

told() {
	trace_on "tcp_reset$1"
	in_a sk tcp4 try connect "$B4" 5199
	server in_b tcp4 bind "$B4" 5198 listen 5 touch "$TMP/ready" accept \
		try eof
	in_a sk tcp4 connect "$B4" 5198 abort close
	wait "$server_pid"
	trace_off
	is "tcp_reset$1: identity" "$(identity)" ""
}

# two are sent, both for no reason where there are none
alike=$(why NO_SOCKET) others=$(unless_missed TCP_STATE)
if [ "$others" = NOT_SPECIFIED ]; then
	alike+=" $others" others=''
fi
told ,only="$(why NO_SOCKET)"
is "only=: the reason" "$(list reason tcp_reset)" "$alike"
told ,skip="$(why NO_SOCKET)"
is "skip=: the reason" "$(values reason tcp_reset | sort | xargs)" \
	"$none $none${others:+ $others}"
is "skip=: counted" "$(stat_sum skipped)" "$(wc -w <<<"$alike")"
finish
