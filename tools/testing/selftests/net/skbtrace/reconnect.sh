#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A socket that connects again, or listens, keeps its cookie, but is another
# connection: it is named again before its next event. So is a new socket with the
# addresses and ports of a closed one. Witnesses: SO_COOKIE, the socket's port.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_event tcp_rttm tcp_active_conn tcp_connection icsk_connection
need_skbtrace
net_up

kinds="4 6 mapped"

# peer KIND: B's address, as a client of that kind gives it
peer() {
	case $1 in
	mapped) echo "::ffff:$B4" ;;
	*) addr B "$1" ;;
	esac
}

# serve KIND PORT: serves two connections, one after the other
serve() {
	server in_b "tcp${1/mapped/4}" bind "$(addr B "${1/mapped/4}")" "$2" \
		listen 5 touch "$TMP/ready" accept read 100 write 100 try eof \
		accept read 100 write 100 try eof
	servers+=("$server_pid")
}

# twice KIND: a socket connects to one port, then to another one, then listens. One
# that is bound to a port connects twice; two more follow it on the same port.
twice() {
	local to family=${1/mapped/6} from talk="write 100 read 100 port"
	to=$(peer "$1")
	from=$(addr A "$family")
	[ "$1" != mapped ] || from=::ffff:$A4
	# shellcheck disable=SC2086 # words
	in_a sk "tcp$family" cookie connect "$to" 5000 $talk unconnect \
		connect "$to" 5001 $talk unconnect bind "$from" 6000 listen 5 \
		>"$TMP/free.$1" || die "$1: $(tail -n 1 "$TMP/free.$1")"
	# shellcheck disable=SC2086
	in_a sk "tcp$family" cookie bind "$from" 7000 connect "$to" 5000 $talk \
		unconnect connect "$to" 5001 $talk abort close \
		"tcp$family" cookie bind "$from" 7000 connect "$to" 5002 $talk \
		abort close "tcp$family" cookie bind "$from" 7000 \
		connect "$to" 5002 $talk abort close >"$TMP/bound.$1" ||
		die "$1: $(tail -n 1 "$TMP/bound.$1")"
}

run() {
	local k
	servers=()
	for k in $kinds; do
		serve "$k" 5000
		serve "$k" 5001
		serve "$k" 5002
		twice "$k"
		wait "${servers[@]}"
	done
}

# named KEY EVENT: the names "PORT>PORT" that a socket had at its events, each once
named() {
	local key=$1 e=$2
	awk -v key=" key=$key " -v event=" event=$e " '
		!index($0 " ", key)	{ next }
		/ event=tcp_active_conn / {
			for (i = 1; i <= NF; i++) {
				split($i, a, "=")
				f[a[1]] = a[2]
			}
			name = f["lport"] ">" f["pport"]
			base = f["snd_base"]
			next
		}
		index($0, event) && name != told {
			printf "%s%s%s", told == "" ? "" : " ", name,
			       base ? "" : " no-sequence"
			told = name
		}' "$TMP/events"
}

# nth N NAME FILE: the value of the Nth line "NAME=value"
nth() {
	sed -n "s/^$2=//p" "$3" | sed -n "$1p"
}

trace_on tcp_rttm icsk_connection tcp_connection
run
trace_off
is "identity" "$(identity)" ""
for k in $kinds; do
	f=$TMP/free.$k
	key=$(value cookie "$f")
	is "$k: connected twice" "$(named "$key" tcp_rttm)" \
		"$(nth 1 port "$f")>5000 $(nth 2 port "$f")>5001"
	is "$k: then it listens" "$(named "$key" icsk_connection)" "6000>0"
	f=$TMP/bound.$k
	is "$k: bound, connected twice" \
		"$(named "$(nth 1 cookie "$f")" tcp_rttm)" "7000>5000 7000>5001"
	for n in 2 3; do
		is "$k: socket $n of the same port" \
			"$(named "$(nth $n cookie "$f")" tcp_rttm)" "7000>5002"
	done
done

# --- the program counts each connection as one

kinds=4
background skbtrace record -q -f -e tcp_rttm,tcp_connection,tcp_active_conn \
	-o "$TMP/dat" 2>"$TMP/err"
record=$bg
wait_for tracing || fail "no recording" "$(cat "$TMP/err")"
run
quiesce
kill -INT "$record"
wait "$record"
skbtrace parse --json "$TMP/dat" >"$TMP/json"
skbtrace parse -s --json "$TMP/dat" >"$TMP/rows"
sk=$(value cookie "$TMP/free.4")
second=$(nth 2 port "$TMP/free.4")
is "lines: an RTT sample of the second connection" "$(grep -c \
	"\"event\":\"tcp_rttm\".*\"sk\":\"$sk\".*\"lport\":$second,.*\"pport\":5001" \
	"$TMP/json" | sed 's/[1-9][0-9]*/some/')" some
for port in 5000 5001; do
	is "summary: a row of the one to $port" "$(grep -c \
		"\"sk\":\"$sk\",\"conn\":\"[^\"]*:$port\"" "$TMP/rows")" 1
done
finish
