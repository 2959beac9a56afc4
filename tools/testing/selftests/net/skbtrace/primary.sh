#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# primary=, before=, after=, snapshot=, hold: which of the held back events are
# written, with traffic that is known to the byte; errors.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need taskset
need_event udp_send ip_receive tcp_rttm tcp_connection ip_send
net_up

# send PORT [COUNT LENGTH]...: datagrams from A to B
send() {
	local port=$1 words=()
	shift
	while (($#)); do
		words+=(send "$1" "$2")
		shift 2
	done
	in_a taskset -c 0 sk udp4 bind "$A4" "$port" connect "$B4" 5000 "${words[@]}" \
		>"$TMP/client"
}

# line NAME: lengths in the order of the stream; in brackets if held back; "!" where
# older ones are missing
line() {
	events "$1" | awk '
		{
			held = 0; missed = ""
			for (i = 1; i <= NF; i++) {
				if ($i == "held=1") held = 1
				if ($i == "missed=1") missed = "!"
				if (index($i, "len=") == 1) len = substr($i, 5)
			}
			printf "%s", (n++ ? " " : "") missed \
				(held ? "(" len ")" : len)
		}'
}

server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" until "$TMP/end"

# A slow kernel (KCSAN) writes no whole history in the time that a primary may take
fire_us=/sys/module/skbtrace/parameters/fire_us
fire_was=$(cat $fire_us)
at_end=set_fire_us
set_fire_us() {
	echo "${1:-$fire_was}" >$fire_us
}
set_fire_us 1000000

# --- an event that waits for one of its own

trace_on 'udp_send,primary=udp_send[len==1000],before=3'
send 6000 5 10 1 11 1 12 1 13 1 1000 1 20 1 1000 2 30
trace_off
is "before=3: the last ones, each once" "$(line udp_send)" \
	"(11) (12) (13) 1000 (20) 1000"
is "before=3: identity" "$(identity)" ""
is "before=3: held, written as history" \
	"$(stat_sum held) $(stat_sum history) $(stat_sum held_dropped)" "11 4 7"
is "before=3: histories" "$(list nr HISTORY) $(list missed HISTORY)" "3 1 0 0"

trace_on 'udp_send,primary=udp_send[len==1000]'
send 6000 40 10 1 1000
trace_off
is "before= is 32 if nothing is said" "$(stat_sum history)" 32

trace_on 'udp_send,primary=udp_send[len>=1000],before=256'
send 6000 300 10 1 1000 1 1001
trace_off
is "before=256" "$(stat_sum history) $(list nr HISTORY)" "256 256"

# --- no time to write the whole history (fire_us): the newest blocks are there

set_fire_us 0
trace_on 'udp_send,primary=udp_send[len>=1000],before=256'
send 6000 200 10 63 11 1 12 1 1000 1 1001
trace_off
set_fire_us 1000000
is "no time: the newest 64, and that there were more" \
	"$(line udp_send | tr ' ' '\n' | uniq -c | xargs)" \
	"63 (11) 1 (12) 1 !1000 1 !1001"
is "no time: identity" "$(identity)" ""

# --- a history that is longer than a sub-buffer, or than all of them

echo 4096 >$CTL/subbuf_size
echo 32 >$CTL/subbuf_nr
trace_on 'udp_send,primary=udp_send[len>=1000],before=256'
send 6000 300 10 1 1000
trace_off
is "over many sub-buffers" "$(count udp_send held=1) $(stat_sum lost)" "256 0"
is "over many sub-buffers: identity" "$(identity)" ""
echo 2 >$CTL/subbuf_nr
trace_on 'udp_send,primary=udp_send[len>=1000],before=256'
send 6000 300 10 1 1000 1 1001 1 1002
trace_off
within "no room: lost, and told" "$(count LOST)" 1 100
is "no room: what is not lost is written" \
	"$(($(count udp_send) + $(stat_sum lost)))" 259
is "no room: identity" "$(identity)" ""
echo 131072 >$CTL/subbuf_size
echo 8 >$CTL/subbuf_nr

# --- another event, another flow, several primaries, several secondaries

trace_on 'udp_send,primary=ip_receive[len>=1000]' 'ip_receive,when=len>=1000'
send 6001 3 10
send 6002 2 20 1 1000
send 6001 1 30
trace_off
is "of the same flow only, by the receiver's event" "$(line udp_send)" \
	"(20) (20) (1000)"

trace_on 'udp_send,primary=ip_receive[len>=1000]:udp_send[len==7]' \
	'ip_send,primary=ip_receive[len>=1000]' 'ip_receive,when=len>=1000'
send 6003 1 10 1 7 1 1000
trace_off
is "two primaries" "$(line udp_send)" "(10) 7 (1000)"
is "two secondaries" "$(count ip_send held=1)" 3
is "two secondaries: identity" "$(identity)" ""

# --- after=

trace_on 'udp_send,primary=udp_send[len==1000],before=1,after=2'
send 6000 2 10 1 1000 1 20 1 21 1 22
send 6004 1 40
trace_off
is "after=2" "$(line udp_send)" "(10) 1000 20 21"

trace_on 'udp_send,primary=udp_send[len==1000],before=0,after=100s'
send 6000 2 10 1 1000 3 20
send 6004 1 40
trace_off
is "before=0, after= a time, this flow only" "$(line udp_send)" "1000 20 20 20"

trace_on 'udp_send,primary=udp_send[len==1000],after=1us'
send 6000 1 10 1 1000
sleep 0.01
send 6000 3 20
trace_off
is "after= a time that is over" "$(line udp_send)" "(10) 1000"

# --- before= a time

trace_on 'udp_send,primary=udp_send[len==1000],before=400ms'
send 6000 3 10
sleep 0.6
send 6000 2 20 1 1000
trace_off
is "before= a time" "$(line udp_send)" "(20) (20) 1000"

# --- when= comes first, a snapshot is asked for, stacks are held as well

trace_on 'udp_send,primary=udp_send[len==1000],when=len!=10,snapshot=len==1000,stack'
send 6000 2 10 2 20 1 1000
trace_off
is "when= refuses before anything is held" "$(line udp_send)" \
	"(20) (20) 1000"
is "snapshot= marks" "$(count udp_send snapshot=1) $(list len udp_send \
	snapshot=1)" "1 1000"
is "stack: held ones have theirs" "$(events udp_send held=1 |
	grep -c ' stack=[0-9a-f]')" 2
is "when= and primary=: identity" "$(identity)" ""
trace_on udp_send,snapshot
send 6000 2 10
trace_off
is "snapshot: each" "$(count udp_send snapshot=1)" 2

touch "$TMP/end"
wait "$server_pid"

# --- TCP: a connection's samples, named, before the event of another kind

server in_b tcp4 bind "$B4" 5010 listen 5 touch "$TMP/ready" accept echo
trace_on tcp_rttm,primary=tcp_connection 'tcp_connection,only=FIN_WAIT1'
in_a sk tcp4 connect "$B4" 5010 cookie pingpong 8 100 shut eof >"$TMP/client"
wait "$server_pid"
trace_off
key=$(value cookie "$TMP/client")
within "TCP: samples before the end" "$(count tcp_rttm held=1 key="$key")" 5 32
is "TCP: of no other connection" "$(count tcp_rttm held=1 |
	cat)" "$(count tcp_rttm key="$key")"
like "TCP: named before them" "$(grep -n "key=$key " "$TMP/events" |
	head -n 1)" "*event=tcp_active_conn *"
is "TCP: identity" "$(identity)" ""

# events of a connection, written because of a packet's
server in_b tcp4 bind "$B4" 5011 listen 5 touch "$TMP/ready" accept echo
trace_on 'tcp_rttm,primary=ip_send[len>1000]' 'ip_send,when=len>1000'
in_a sk tcp4 connect "$B4" 5011 cookie pingpong 3 100 write 1300 read 1300 \
	shut eof >"$TMP/client"
wait "$server_pid"
trace_off
key=$(value cookie "$TMP/client")
within "a packet's connection" "$(count tcp_rttm held=1 key="$key")" 3 10
like "it is named" "$(grep -n "key=$key " "$TMP/events" | head -n 1)" \
	"*event=tcp_active_conn *"

# --- the log is too small for all that is held back

echo 131072 >$CTL/hold
server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" until "$TMP/end2"
trace_on 'udp_send,primary=udp_send[len==1000],before=256'
send 6005 5 10
send 6006 1500 20
send 6005 1 1000
send 6006 1 21 1 1000
trace_off
touch "$TMP/end2"
wait "$server_pid"
is "overwritten: told on the primary" "$(line udp_send | grep -o '^[^ ]*')" \
	"!1000"
is "overwritten: the others are there" "$(list nr HISTORY) $(list missed \
	HISTORY)" "0 256 1 0"
is "overwritten: identity" "$(identity)" ""

# --- what is refused leaves the session as it was

refused() {
	local name=$1 want=$2 before
	shift 2
	before=$(cat $CTL/enabled)
	if put enabled "$(printf '%s\n' "$@")" 2>/dev/null; then
		fail "$name: refused"
	else
		like "$name" "$(cat $CTL/error)" "$want"
	fi
	is "$name: nothing has changed" "$(cat $CTL/enabled)" "$before"
}

# data of a session that has ended stay readable after a write that is refused
put enabled ip_send
in_a sk udp4 connect "$B4" 9 send 1 100
echo '-*' >$CTL/enabled
echo 0 >$CTL/hold
refused "hold is 0" "*hold*16777216*" tcp_rttm,primary=tcp_congestion \
	tcp_congestion
within "hold is 0: what was unread is still there" \
	"$(cat $CTL/trace.cpu* | wc -c)" 4096 10000000
echo 16M >$CTL/hold
is "hold reads back" "$(cat $CTL/hold)" 16777216
for bad in x 16X -1 "" 1 99999G 16E 99999999999999999999 16MM; do
	if put hold "$bad" 2>/dev/null; then
		fail "hold: '$bad' is refused"
	else
		is "hold: '$bad' is refused" "$(cat $CTL/hold)" 16777216
	fi
done

trace_on udp_send
is "hold while tracing" "$(put hold 0 2>&1 | grep -c busy)" 1
refused "a primary that is off" "*tcp_congestion is not enabled*" \
	tcp_rttm,primary=tcp_congestion
refused "an unknown one" "*no event nosuch*" tcp_rttm,primary=nosuch
refused "itself, always" "*condition*" tcp_rttm,primary=tcp_rttm
refused "a cycle" "*has a primary itself*" tcp_rttm,primary=tcp_congestion \
	tcp_congestion,primary=tcp_rttm
refused "a chain" "*has a primary itself*" tcp_rttm,primary=tcp_congestion \
	tcp_congestion,primary=udp_send
refused "twice the same" "*twice*" \
	'tcp_rttm,primary=udp_send:udp_send[len>1]'
refused "no bracket" "*no ]*" 'tcp_rttm,primary=udp_send[len>1'
refused "something after it" '*":" between*' \
	'tcp_rttm,primary=udp_send[len>1]x'
refused "no operator" "*did the shell take the >?*" \
	'tcp_rttm,primary=udp_send[len]'
refused "a field that is none" "*no field*there are*len*" \
	'tcp_rttm,primary=udp_send[rtt>5ms]'
refused "before= alone" "*before= and after=*" tcp_rttm,before=3
refused "before= too many" "*up to 256*" \
	tcp_rttm,primary=udp_send,before=257
refused "before= without sense" "*before=*" tcp_rttm,primary=udp_send,before=3k
refused "after= too long" "*an hour*" tcp_rttm,primary=udp_send,after=3601s
refused "after= nothing" "*needs a value*" tcp_rttm,primary=udp_send,after=
refused "snapshot= nothing" "*needs a value*" tcp_rttm,snapshot=
put enabled 'tcp_rttm,primary=udp_send[len>1k&&lport==7]:udp_receive,before=2s,after=9
udp_receive'
is "it reads back" "$(cat $CTL/enabled | grep rttm)" \
	"tcp_rttm,primary=udp_send[len>1024&&lport==7]:udp_receive,before=2000000us,after=9"
refused "a primary can't be turned off" "*not enabled*" -udp_send
put enabled "$(grep rttm <$CTL/enabled)"
is "what is read back can be written" "$(grep -c rttm $CTL/enabled)" 1
put enabled tcp_rttm
put enabled -udp_send
is "without primary= it can" "$(grep -c udp_send $CTL/enabled)" 0
# --- memory: what is held back can't be written when tracing has ended
like "there is memory" "$(cat $CTL/stat)" "* hold_bytes=[1-9]*"
trace_off
like "nothing is left of the memory of a run that is over" \
	"$(cat $CTL/stat)" "* log_bytes=0 * hold_bytes=0 *"
finish
