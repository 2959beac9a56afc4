#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several sessions at once, each with its own events, filters, buffers and
# readers: what each has recorded is what was sent, to the datagram, while others
# come and go, are killed, and are removed under their readers.
# As often as SESSIONS_ROUNDS says (default 10; virtual time would not go by).

# shellcheck disable=SC2317,SC2034 # wait_for calls functions; lib.sh uses variables
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tcpdump
need_event udp_send udp_receive ip_send
# shellcheck source=sessions_lib.sh
. "$here/sessions_lib.sh"
SESSIONS_ROUNDS=${SESSIONS_ROUNDS:-10}

# refused WHAT FILE TEXT ERRNO REASON
refused() {
	local why
	why=$({ echo "$3" >"$S/$2"; } 2>&1)
	like "$1: errno" "$why" "*$4"
	like "$1: reason" "$(<$CTL/error)" "sessions/$2: $5"
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
		grep -v 'sessions\|trace.cpu' | paste -sd' ')"
refused "the same again" new one "File exists" "one: there is one"

# --- one does not see what is another one's

echo udp_send,sample=7 >$S/one/enabled
is "its event is on" "$(<$S/one/enabled)" udp_send,sample=7
is "not in the default one" "$(<$CTL/enabled)" ""
refused "one that traces" remove one "Device or resource busy" \
	'one: tracing is on*'
{ echo nonsense >$S/one/enabled; } 2>/dev/null
like "its reason" "$(<$S/one/error)" "enabled: nonsense: no such event*"
like "is not the default one's" "$(<$CTL/error)" "sessions/remove: *"
{
	echo "2 6 0 0 1" >&6
	ok "a filter, half of it written, is the file's" \
		eval "echo '1 6 0 0 1' >$CTL/filters"
	is "and that one's" "$(tail -n 1 $CTL/filters)" "6 0 0 1"
} 6>$S/one/filters
like "its end" "$(<$S/one/error)" "filters: closed after 4 of 8 numbers*"
like "is told there only" "$(<$CTL/error)" "sessions/remove: *"
echo none >$CTL/filters
ok "it is stopped" eval "echo '-*' >$S/one/enabled"

# --- removal of one that is read

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

# --- as many as can be, and their memory

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
		"enabled: * bytes are too much beside*: *m0 [1-9]*, m1 *"
	is "and traces nothing" "$(<"$S/m$i/enabled")" ""
	echo '-*' >$S/m0/enabled
	echo m0 >$S/remove
	ok "what one gives back another one gets" \
		eval "echo udp_send >$S/m$i/enabled"
fi
leave_none
is "none is left" "$(there)" ""

# --- one that is owned

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
# program EXPRESSION FILE
program() {
	tcpdump -y RAW -ddd -- "$1" >"$S/$2" || die "no program of $1"
}

for ((i = 1; i <= 8; i++)); do
	echo "s$i" >"$S/new"
done
program "dst port 5001" s1/sock_filters
program "udp and dst port 5002" s2/filters
netns_of "$B" >$S/s3/netns
netns_of "$A" >$S/s4/netns
echo softirq >$S/s5/contexts
begin s1 131072 8 udp_send
begin s2 65536 4 ip_send udp_send
begin s3 32768 8 udp_send udp_receive
begin s4 16384 16 udp_send udp_receive,sample=2
begin s5 8192 32 udp_receive udp_send
begin s6 131072 4 "udp_send,when=len>150" udp_receive
begin s7 65536 8 udp_receive,primary=udp_send,before=1s \
	"udp_send,when=pport==5003"
begin s8 4096 2 udp_send

# Others come and go meanwhile: owners are killed, some are removed while read
come_and_go() {
	local n=0 name
	while [ -e "$TMP/run" ]; do
		n=$((n + 1)) name=x$1-$n
		if ((n % 2)); then
			timeout -s KILL "0.$((RANDOM % 3))5" bash -c \
				"exec 7>$S/new; echo '$name owned' >&7
				 echo udp_send >$S/$name/enabled
				 exec cat $S/$name/trace.cpu0" >/dev/null
			tick 50
		else
			echo "$name" >"$S/new"
			echo udp_receive >"$S/$name/enabled"
			cat "$S/$name/trace.cpu0" >/dev/null &
			tick
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
touch "$TMP/run"
come_and_go 1 &
walkers=($!)
come_and_go 2 &
walkers+=($!)
for ((rounds = 0; rounds < SESSIONS_ROUNDS; rounds++)); do
	in_a sk udp4 connect "$B4" 5001 times 10 send 10 100 pause 20000 again &
	senders=($!)
	in_a sk udp4 connect "$B4" 5002 times 10 send 5 200 pause 20000 again &
	senders+=($!)
	in_a sk udp4 connect "$B4" 5003 times 10 send 2 300 pause 20000 again &
	senders+=($!)
	wait "${senders[@]}"
done >/dev/null
rm "$TMP/run"
wait "${walkers[@]}"
echo "# $rounds rounds, $(<"$TMP/came1") and $(<"$TMP/came2") others came and went"
for ((i = 1; i <= 8; i++)); do
	end "s$i"
done
is "only these eight are left" "$(there)" "s1 s2 s3 s4 s5 s6 s7 s8"
[ ! -e "$TMP/stays" ] || fail "each is removed" "$(<"$TMP/stays")"
is "s1, by connection" "$(counted s1 udp_send)" $((100 * rounds))
is "s1, no other" "$(counted s1 udp_send pport=5001)" $((100 * rounds))
is "s2, by packet" "$(counted s2 ip_send)" $((50 * rounds))
is "s3, one side: received" "$(counted s3 udp_receive)" $((170 * rounds))
is "s3, one side: not sent" "$(counted s3 udp_send)" 0
is "s4, the other side" "$(counted s4 udp_send)" $((170 * rounds))
is "s4, nothing received there" "$(counted s4 udp_receive)" 0
is "s5, by context" "$(counted s5 udp_send)" 0
is "s6, by length" "$(counted s6 udp_send)" $((70 * rounds))
is "s6, all of the other event" "$(counted s6 udp_receive)" $((170 * rounds))
is "s7, by condition" "$(counted s7 udp_send)" $((20 * rounds))
is "s8, lost or not" "$(($(counted s8 udp_send) +
	$(TMP=$TMP/s8 stat_sum lost)))" $((170 * rounds))
leave_none
is "no module is in use" "$(module_users)" 0
finish
