#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several sessions at once, each with its own events, filters, buffers and readers:
# each records what was sent, to the datagram, while others come and go, are killed,
# and are removed while they are read. SESSIONS_ROUNDS: rounds of traffic, default
# 10. SESSIONS_SECONDS: more rounds for so long, default 0; virtual time goes by
# only while processes wait. SESSIONS_SEED: what random choices depend on.

# shellcheck disable=SC2317,SC2034 # wait_for calls functions; lib.sh uses variables
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tcpdump
need_event udp_send udp_receive ip_send tcp_connection
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
SESSIONS_ROUNDS=${SESSIONS_ROUNDS:-10} SESSIONS_SECONDS=${SESSIONS_SECONDS:-0}
SESSIONS_SEED=${SESSIONS_SEED:-1}

# refused WHAT FILE TEXT ERRNO REASON
refused() {
	local why
	why=$({ echo "$3" >"$S/$2"; } 2>&1)
	like "$1: errno" "$why" "*$4"
	like "$1: reason" "$(<$CTL/error)" "sessions/$2: $5"
}

# program EXPRESSION
program() {
	tcpdump -y RAW -ddd -- "$1" || die "no program of $1"
}

# --- names

# shellcheck disable=SC2016
for name in a/b '' . .. .a -a 'a"' 'ä' $'a\xe9' '*' '$' "$(printf '%064d' 0)"; do
	refused "name '$name'" new "$name" "Invalid argument" "a name has from 1*"
done
refused "two words" new "a b" "Invalid argument" '"b" is neither*'
refused "too much" new "$(printf '%0200d' 0)" "Argument list too long" "*"
for name in new remove default; do
	refused "$name" new "$name" "File exists" "$name: there is one"
done
refused "none" remove one "No such file or directory" "one: no such session"
refused "the default one" remove default "Device or resource busy" \
	"default: is always there"
refused "a path" remove ../one "Invalid argument" "a name has from 1*"
long=$(printf '%063d' 0)
ok "as long as can be" eval "echo $long >$S/new && echo $long >$S/remove"
ok "one is made" eval "echo one >$S/new"
is "there it is" "$(there)" one
is "with the files of the default one" \
	"$(cd $S/one && echo *)" "$(cd $CTL && printf '%s\n' * |
		grep -v 'sessions\|trace.cpu\|packets.cpu' | paste -sd' ')"
refused "the same again" new one "File exists" "one: there is one"

# --- sessions do not see each other

echo udp_send,sample=7 >$S/one/enabled
is "one has its event on" "$(<$S/one/enabled)" udp_send,sample=7
is "the default session has not" "$(<$CTL/enabled)" ""
refused "one that traces" remove one "Device or resource busy" \
	'one: tracing is on*'
{ echo nonsense >$S/one/enabled; } 2>/dev/null
like "its error" "$(<$S/one/error)" "enabled: nonsense: no such event*"
like "its error is not the default session's" "$(<$CTL/error)" "sessions/remove: *"
{
	echo "2 6 0 0 1" >&6
	ok "half a filter in one does not disturb the default session's" \
		eval "echo '1 6 0 0 1' >$CTL/filters"
	is "which is set" "$(tail -n 1 $CTL/filters)" "6 0 0 1"
} 6>$S/one/filters
like "half a filter: error" "$(<$S/one/error)" "filters: closed after 4 of 8 numbers*"
like "half a filter: no error in the default session" "$(<$CTL/error)" \
	"sessions/remove: *"
echo none >$CTL/filters
ok "it is stopped" eval "echo '-*' >$S/one/enabled"

# --- a session is removed while it is read

echo udp_send >$S/one/enabled
here() { "$@"; }
server here udp4 bind 127.0.0.1 9 touch "$TMP/ready" recv 5
sk udp4 connect 127.0.0.1 9 send 5 100 >/dev/null
wait "$server_pid"
exec 5<$S/one/trace.cpu0 6<$S/one/stat 7>$S/one/hold
echo '-*' >$S/one/enabled
ok "one that is read is removed" eval "echo one >$S/remove"
is "it is gone" "$(there)" ""
timeout 60 cat <&5 >"$TMP/cpu0"
is "its reader reads on, and ends" "$?" 0
if [ "$(nproc)" = 1 ]; then
	blocks "$TMP/format" "$TMP/cpu0" >"$TMP/events"
	is "and has got all" "$(count udp_send)" 5
fi
like "stat of it" "$(cat <&6 2>&1)" "*No such device"
like "a setting of it" "$({ echo 0 >&7; } 2>&1)" "*No such device"
exec 5<&- 6<&- 7>&-

# --- as many sessions as there may be, and their memory

for ((i = 0; i < 64; i++)); do
	echo "m$i" >$S/new
done
refused "the 65th" new m64 "No space left on device" "there are 64 sessions*"
for ((i = 0; i < 64; i++)); do
	echo udp_send 2>/dev/null >"$S/m$i/enabled" || break
done
if ((i < 64)); then
	within "all of them can't have buffers" $i 4 63
	like "who is refused is told who has them" "$(<"$S/m$i/error")" \
		"enabled: * bytes of buffers are too much beside*: *m0 [1-9]*, m1 *"
	is "and traces nothing" "$(<"$S/m$i/enabled")" ""
	echo '-*' >$S/m0/enabled
	echo m0 >$S/remove
	ok "what one gives back another one gets" \
		eval "echo udp_send >$S/m$i/enabled"
	# the buffers of a run that has ended stay until it is replaced
	echo '-*' >$S/m1/enabled
	was=$(<$S/m1/stat)
	{ echo udp_send >$S/m1/enabled; } 2>/dev/null
	like "both runs can't have buffers: what to do" "$(<$S/m1/error)" \
		"enabled: * bytes of buffers, with those of its last run (opening \
\"owner\" gives it up), are too much beside *"
	is "and the last run is as it was" "$(<$S/m1/stat)" "$was"
	: >$S/m1/owner
	ok "when it is given up the next one can begin" \
		eval "echo udp_send >$S/m1/enabled"
fi
leave_none
is "none is left" "$(there)" ""

# --- the limit for the tables of all sessions

# table_bytes NAME: memory of that session's tables
table_bytes() {
	sed -n 's/^session .* table_bytes=\([0-9]*\) .*/\1/p' "$S/$1/stat"
}

# fill EVENT: makes sessions t$i, t$i + 1, ... that enable it, until one is refused or
# there are 64
fill() {
	for ((; i < 63; i++)); do
		echo "t$i" >"$S/new"
		echo 4096 >"$S/t$i/subbuf_size"
		echo 2 >"$S/t$i/subbuf_nr"
		echo "$1" >"$S/t$i/enabled" || return
	done 2>/dev/null
}

program "udp and dst port 5002" >"$TMP/all_filter"
echo t >$S/new
echo udp_send >$S/t/enabled
is "the table of names" "$(table_bytes t)" $((512 << 10))
if grep -q '^event .* tcp_sendlimit .*state=\(exact\|inferred\)' "$TMP/format"; then
	i=0
	fill tcp_sendlimit
	was=$i
	if ((i < 63)); then
		like "all of them can't have tables: who has them" \
			"$(<$S/t$i/error)" "enabled: 4718592 bytes of tables are \
too much beside what other sessions hold of *: *t 524288, t0 4718592, t1 *"
		is "and nothing is on" "$(<$S/t$i/enabled)" ""
		is "nor is any table there" "$(table_bytes t$i)" 0
		# smaller tables use up what is left
		echo "t$i" >$S/remove
		fill udp_send
		was=$i
	fi
	if ((was < 63)); then
		{ echo tcp_sendlimit >$S/t/enabled; } 2>/dev/null
		like "one that traces is refused more" "$(<$S/t/error)" \
			"enabled: 4718592 bytes of tables are too much beside *"
		is "it goes on as before" "$(<$S/t/enabled)" udp_send
		{ cat "$TMP/all_filter" >$S/t/sock_filters; } 2>/dev/null
		like "a filter is refused" "$(<$S/t/error)" \
			"sock_filters: 18* bytes of tables are too much beside *"
		is "and none is set" "$(<$S/t/sock_filters)" none
		echo '-*' >$S/t0/enabled
		echo t0 >$S/remove
		ok "what one gives back another one gets" \
			eval "cat $TMP/all_filter >$S/t/sock_filters"
		within "it has the table of names and verdicts" \
			"$(table_bytes t)" $(((512 + 1280) << 10)) \
			$(((512 + 1284) << 10))
		ok "the filter goes" eval "echo none >$S/t/sock_filters"
	fi
fi
is "what it had is given back" "$(table_bytes t)" $((512 << 10))
leave_none

# --- no memory for a session

# Each allocation that makes a session fails once.
if [ -w /proc/self/fail-nth ] && [ -w /sys/kernel/debug/failslab/verbose ]; then
	echo 0 >/sys/kernel/debug/failslab/verbose
	echo N >/sys/kernel/debug/failslab/ignore-gfp-wait
	exec 7>$S/new 8>/proc/self/fail-nth
	failures_made=0 through=0 wrong=''
	for ((n = 1; n < 3000 && through < 20; n++)); do
		echo $n >&8
		if echo starved >&7; then
			echo 0 >&8
			through=$((through + 1))
			echo starved >$S/remove || wrong+=" $n: stays"
		else
			echo 0 >&8
			through=0 failures_made=$((failures_made + 1))
			[ ! -d $S/starved ] || wrong+=" $n: is there"
		fi
	done 2>/dev/null
	exec 7>&- 8>&-
	echo Y >/sys/kernel/debug/failslab/ignore-gfp-wait
	is "without memory there is no session, or a whole one" "$wrong" ""
	within "memory has failed" $failures_made 10 3000
	is "no session is left" "$(there)" ""
	ok "then there can be one" eval "echo starved >$S/new &&
		echo udp_send >$S/starved/enabled"
	leave_none
fi

# --- a session that has an owner

bash -c "exec 7>$S/new; echo 'mine owned' >&7; echo udp_send >$S/mine/enabled
	 : >$TMP/owned; read -r _ <>$TMP/never" &
pid=$!
wait_for [ -e "$TMP/owned" ]
like "its owner" "$(<$S/mine/owner)" "pid $pid uid 0 *"
refused "one that is owned" remove mine "Device or resource busy" \
	"mine: pid $pid owns it"
like "nobody else takes it" "$({ : >$S/mine/owner; } 2>&1)" "*busy"
kill -KILL $pid
wait $pid 2>/dev/null
is "it goes away with him" "$(there)" ""
is "nothing is attached" "$(module_users)" 0

# --- eight at once

net_up
for ((i = 1; i <= 8; i++)); do
	echo "s$i" >"$S/new"
done
program "dst port 5001" >$S/s1/sock_filters
program "udp and dst port 5002" >$S/s2/filters
netns_of "$B" >$S/s3/netns
netns_of "$A" >$S/s4/netns
echo softirq >$S/s5/contexts
touch "$TMP/run"
begin s1 131072 8 udp_send
begin s2 65536 4 ip_send udp_send
begin s3 32768 8 udp_send udp_receive tcp_connection
begin s4 16384 16 udp_send udp_receive,sample=2 tcp_connection
begin s5 8192 32 udp_receive udp_send
begin s6 131072 4 "udp_send,when=len>150" udp_receive
begin s7 65536 8 udp_receive,primary=udp_send,before=1s \
	"udp_send,when=pport==5003"
reader=slowly begin s8 4096 2 udp_send

# "skbtrace record" beside them, from beginning to end
recorder=0
if PATH=$PATH:$here/../../../../skbtrace command -v skbtrace >/dev/null; then
	need_skbtrace
	recorder=1
	background skbtrace record -q -e udp_send -o "$TMP/whole.dat" \
		'dst port 5002'
	recording=$bg
	# shellcheck disable=SC2317
	records() {
		[ "$(sed -n 's/.* tracing=\([01]\) .*/\1/p' "$S/$recording/stat")" = 1 ]
	} 2>/dev/null
	wait_for records || die "skbtrace record does not begin"
fi

# Other sessions come and go: owners are killed, some are removed while read
come_and_go() {
	local n=0 name
	RANDOM=$((SESSIONS_SEED * 10 + $1))
	while [ -e "$TMP/run" ]; do
		n=$((n + 1)) name=x$1-$n
		if ((n % 6 == 3)) && ((recorder)); then
			timeout -s KILL "0.$((RANDOM % 9))5" skbtrace record \
				-q -f -e udp_send -o "$TMP/killed$1.dat"
		elif ((n % 2)); then
			timeout -s KILL "0.$((RANDOM % 3))5" bash -c \
				"exec 7>$S/new; echo '$name owned' >&7
				 echo udp_send tcp_connection >$S/$name/enabled
				 exec cat $S/$name/trace.cpu0" >/dev/null
			tick 50
		else
			echo "$name" >"$S/new"
			echo udp_receive >"$S/$name/enabled"
			cat "$S/$name/trace.cpu0" >/dev/null &
			tick $((RANDOM % 40 + 1))
			echo '-*' >"$S/$name/enabled"
			echo "$name" >"$S/remove" ||
				echo "$name" >>"$TMP/stays"
			wait $!
		fi
	done 2>/dev/null
	echo $n >"$TMP/came$1"
}

for port in 5001 5002 5003; do
	server in_b udp4 bind "$B4" $port touch "$TMP/ready" recv 1000000000
done
come_and_go 1 &
walkers=($!)
come_and_go 2 &
walkers+=($!)
server in_b tcp4 bind "$B4" 5004 listen 50 touch "$TMP/ready" \
	times 1000000 accept eof close again
began=$SECONDS
for ((rounds = 0; rounds < SESSIONS_ROUNDS ||
	SECONDS - began < SESSIONS_SECONDS; rounds++)); do
	in_a sk udp4 connect "$B4" 5001 times 10 send 10 100 pause 20000 again &
	senders=($!)
	in_a sk udp4 connect "$B4" 5002 times 10 send 5 200 pause 20000 again &
	senders+=($!)
	in_a sk udp4 connect "$B4" 5003 times 10 send 2 300 pause 20000 again &
	senders+=($!)
	in_a sk times 5 tcp4 connect "$B4" 5004 write 3000 shut eof again &
	senders+=($!)
	wait "${senders[@]}"
done >/dev/null
rm "$TMP/run"
wait "${walkers[@]}"
echo "# $rounds rounds in $((SECONDS - began)) s, $(<"$TMP/came1") and $(<"$TMP/came2") others came and went"
for ((i = 1; i <= 8; i++)); do
	end "s$i"
done
if ((recorder)); then
	quiesce
	kill -INT "$recording"
	wait "$recording"
	is "the recording ends" "$?" 0
	is "it has each datagram" "$(skbtrace parse -i "$TMP/whole.dat" |
		grep -c ' udp_send ')" $((50 * rounds))
fi
is "only these eight are left" "$(there)" "s1 s2 s3 s4 s5 s6 s7 s8"
[ ! -e "$TMP/stays" ] || fail "each is removed" "$(<"$TMP/stays")"
is "s1, by connection" "$(counted s1 udp_send)" $((100 * rounds))
is "s1, no other" "$(counted s1 udp_send pport=5001)" $((100 * rounds))
is "s2, by packet" "$(counted s2 ip_send)" $((50 * rounds))
is "s3, one side: received" "$(counted s3 udp_receive)" $((170 * rounds))
is "s3, one side: not sent" "$(counted s3 udp_send)" 0
is "s4, the other side" "$(counted s4 udp_send)" $((170 * rounds))
is "s4, nothing received there" "$(counted s4 udp_receive)" 0
for i in 3:LAST_ACK 4:SYN_SENT; do
	# each side knows its own end of a connection
	is "s${i%:*}, TCP" "$(counted "s${i%:*}" tcp_connection old="${i#*:}")" \
		$((5 * rounds))
done
is "s5, by context" "$(counted s5 udp_send)" 0
is "s6, by length" "$(counted s6 udp_send)" $((70 * rounds))
is "s6, all of the other event" "$(counted s6 udp_receive)" $((170 * rounds))
is "s7, by condition" "$(counted s7 udp_send)" $((20 * rounds))
is "s8, lost or not" "$(($(counted s8 udp_send) +
	$(TMP=$TMP/s8 stat_sum lost)))" $((170 * rounds))
leave_none
is "no module is in use" "$(module_users)" 0
finish
