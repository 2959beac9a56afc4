#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# when=: conditions on fields, with traffic that is known to the byte; errors; a
# change while tracing.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
# shellcheck source=sessions_lib.sh
. "$(dirname "$0")/sessions_lib.sh"
need_event udp_send tcp_send tcp_receive tcp_connection tcp_rttm tcp_sendlimit skb_drop
net_up

# Sends 3 datagrams of 10 bytes, 5 of 100, 7 of 1000
datagrams() {
	in_a sk udp4 bind "$A4" 6000 connect "$B4" 5000 send 3 10 send 5 100 \
		send 7 1000 >"$TMP/client"
}

# lengths CONDITION: which lengths udp_send has with it, how many of each
lengths() {
	trace_on "udp_send,when=$1"
	datagrams
	trace_off
	# an empty file is no stream
	[ -z "$(identity)" ] || [ "$(stat_sum written)" = 0 ] ||
		echo "identity: $(identity)"
	echo "$(list len udp_send | tr ' ' '\n' | sort -n | uniq -c |
		tr -s ' \n' ' ') refused $(stat_sum refused)"
}

server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" until "$TMP/end"
is "greater" "$(lengths 'len>100')" " 7 1000  refused 8"
is "greater or equal" "$(lengths 'len>=100')" " 5 100 7 1000  refused 3"
is "less, as a word" "$(lengths 'len.lt.100')" " 3 10  refused 12"
is "equal, with a unit" "$(lengths 'len==0k||len=100')" " 5 100  refused 10"
is "not equal" "$(lengths 'len!=100')" " 3 10 7 1000  refused 5"
is "and, or" "$(lengths 'len==10||len>100&&lport!=6000')" " 3 10  refused 12"
is "a word" "$(lengths 'dir==tx&&proto==udp&&len==10')" " 3 10  refused 12"
like "none" "$(lengths 'pport==5001')" "* refused 15"
is "all" "$(lengths 'pport==5000')" " 3 10 5 100 7 1000  refused 0"
touch "$TMP/end"
wait "$server_pid"

# --- a field of tcp_rttm that is not the sample, which is asked before the others
# are computed

# rtts CONDITION: of an upload to port 5013
rtts() {
	server in_b tcp4 bind "$B4" 5013 listen 5 touch "$TMP/ready" accept \
		read 200000 eof
	trace_on "tcp_rttm,when=$1"
	in_a sk tcp4 connect "$B4" 5013 write 200000 acked shut eof \
		>"$TMP/client"
	wait "$server_pid"
	trace_off
	[ -z "$(identity)" ] || [ "$(stat_sum written)" = 0 ] ||
		echo "identity: $(identity)"
}

declare -A middle
fields="rtt_us srtt_us mdev_us mdev_max_us rttvar_us rto_us"
rtts 'rtt>=0'
for f in $fields; do
	middle[$f]=$(values "$f" tcp_rttm | sort -n |
		awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
done
kept=0 refused=0
for f in $fields; do
	rtts "$f>${middle[$f]}"
	is "$f: what is kept is greater" \
		"$(values "$f" tcp_rttm | awk -v m="${middle[$f]}" '$1 <= m')" ""
	refused=$((refused + $(stat_sum refused)))
	rtts "$f>=${middle[$f]}"
	is "$f: what is kept is no less" \
		"$(values "$f" tcp_rttm | awk -v m="${middle[$f]}" '$1 < m')" ""
	kept=$((kept + $(count tcp_rttm)))
done
is "some are kept, some refused" "$((kept > 0)) $((refused > 0))" "1 1"

# --- with other options, and with events whose probes go on from the last one

# --- the destination's port, which is asked before anything else

# segments PORT [CONDITION]: of a connection to port 5011, with when=pport==PORT...
segments() {
	server in_b tcp4 bind "$B4" 5011 listen 5 touch "$TMP/ready" accept \
		read 1000 eof
	trace_on "tcp_send,when=pport==$1$2" "tcp_receive,when=lport==$1$2"
	in_a sk tcp4 connect "$B4" 5011 write 1000 acked shut eof \
		>"$TMP/client"
	wait "$server_pid"
	trace_off
	[ -z "$(identity)" ] || [ "$(stat_sum written)" = 0 ] ||
		echo "identity: $(identity)"
}

segments 5011 ''
is "TCP: a port: segments to there, no others" \
	"$(values pport tcp_send | sort -u) $(values lport tcp_receive |
	sort -u)" "5011 5011"
is "TCP: a port: SYN, data, FIN at least" \
	"$(($(count tcp_send) > 3)) $(($(count tcp_receive) > 3))" "1 1"
is "TCP: a port: those the other way are refused" \
	"$(($(stat_sum refused) > 2))" 1
segments 5011 '&&len>0'
is "TCP: a port and a length" "$(sum len tcp_send) $(sum len tcp_receive)" \
	"1000 1000"
segments 5012 ''
is "TCP: another port" "$(count tcp_send) $(count tcp_receive)" "0 0"

# --- a field of a segment, asked before the others are computed: another session
# has the same segments without a condition

# early EVENT FIELD VALUE: an upload to port 5014, once for each operator
early() {
	local op all some
	for op in '>' '>=' '<' '=='; do
		server in_b tcp4 bind "$B4" 5014 listen 5 touch "$TMP/ready" \
			accept read 100000 eof
		begin some 65536 8 "$1,when=$2$op$3"
		trace_on "$1"
		in_a sk tcp4 connect "$B4" 5014 write 100000 acked shut eof \
			>"$TMP/client"
		wait "$server_pid"
		trace_off
		end some
		# all ones are no value
		all=$(values "$2" "$1" | awk -v m="$3" \
			"\$1 $op m && \$1 < 2 ^ 32 - 1" | xargs)
		some=$(in_session some list "$2" "$1")
		is "$1: $2$op$3" "$some" "$all"
	done
}

echo some >"$S/new"
early tcp_send window 502
early tcp_receive window 502
early tcp_send len 1448
early tcp_send snd_cwnd 10
early tcp_receive rcv_wnd 65535
echo some >"$S/remove"

# a condition given again replaces the first, which asked another field
server in_b tcp4 bind "$B4" 5011 listen 5 touch "$TMP/ready" accept eof
trace_on 'tcp_send,when=window<1,when=pport==5012'
in_a sk tcp4 connect "$B4" 5011 write 1000 acked shut eof >"$TMP/client"
wait "$server_pid"
trace_off
is "TCP: the last condition holds" \
	"$(count tcp_send) $(($(stat_sum refused) > 3))" "0 1"

server in_b tcp4 bind "$B4" 5010 listen 5 touch "$TMP/ready" accept read 200000 \
	eof
trace_on 'tcp_connection,when=state==ESTABLISHED||old==ESTABLISHED,stack' \
	'tcp_sendlimit,skip=app,when=reason!=cwnd' 'tcp_rttm,when=rtt<10s' \
	'tcp_active_conn,when=bytes_acked>100k'
in_a sk tcp4 connect "$B4" 5010 cookie write 200000 acked shut eof \
	>"$TMP/client"
wait "$server_pid"
trace_off
key=$(value cookie "$TMP/client")
is "TCP: identity" "$(identity)" ""
is "TCP: into the state and out of it" "$(list state tcp_connection \
	key="$key") $(list old tcp_connection key="$key")" \
	"ESTABLISHED FIN_WAIT1 SYN_SENT ESTABLISHED"
like "TCP: the calls that lead there" \
	"$(for id in $(list stack tcp_connection key="$key" state=FIN_WAIT1 |
		tr : ' '); do
		list name symbol id="$id" | sed 's/ .*//'
	done | xargs)" "*inet_sk_state_store+* inet_shutdown+*"
is "TCP: what skip= and when= leave" "$(values reason tcp_sendlimit |
	grep -cE '^(app|cwnd)$')" 0
is "TCP: all are named" "$(count tcp_active_conn key="$key" end=no)" 1
# bytes_acked may count SYN and FIN
within "TCP: names are no events, the end is one" "$(values bytes_acked \
	tcp_active_conn key="$key" end=yes)" 200000 200002
within "TCP: samples" "$(count tcp_rttm key="$key")" 1 10000

# --- conditions that are refused; the session goes on

trace_on 'udp_send,when=len>100'
before=$(<$CTL/enabled)
is "reads back" "$before" 'udp_send,when=len>100'
while IFS='|' read -r spec why; do
	put enabled "$spec" 2>/dev/null && fail "taken: $spec"
	like "refused: $spec" "$(<$CTL/error)" "*$why*"
	is "refused: $spec: nothing has changed" "$(<$CTL/enabled)" "$before"
done <<'END'
tcp_rttm,when=rtt|no operator after rtt_us; did the shell take the >?
tcp_rttm,when=rtt>5parsec|units: s ms us ns
tcp_rttm,when=srt>5ms|no field "srt" to compare; there are rtt_us srtt_us
tcp_rttm,when=snd_una>5|no field "snd_una"
tcp_rttm,when=|when= needs a value
tcp_connection,when=state==NOWHERE|"NOWHERE" is no state; "format" lists them
tcp_connection,when=state>ESTABLISHED|have no order
skb_drop,when=len>1k&|&& or || joins
udp_send,when=len>4294967296|is no number for len (u32 type)
END
server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" recv 15
datagrams
wait "$server_pid"
# the condition is changed while tracing
put enabled 'udp_send,when=len<100'
server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" recv 15
datagrams
wait "$server_pid"
put enabled udp_send
server in_b udp4 bind "$B4" 5000 touch "$TMP/ready" recv 15
datagrams
wait "$server_pid"
trace_off
is "changed while tracing: identity" "$(identity)" ""
is "changed while tracing" "$(list len udp_send)" \
	"$(xargs <<<"$(printf '1000\n%.0s' {1..7}; printf '10\n%.0s' {1..3}
	printf '10\n%.0s' {1..3}; printf '100\n%.0s' {1..5}
	printf '1000\n%.0s' {1..7})")"

# --- the buffer is full: what fulfils the condition is lost, the rest is refused

echo 2 >$CTL/subbuf_nr
echo 4096 >$CTL/subbuf_size
trace_on 'udp_send,when=len==100'
server in_b udp4 bind "$B4" 5021 touch "$TMP/ready" until "$TMP/end2"
in_a sk udp4 connect "$B4" 5021 send 1000 100 send 1000 99
touch "$TMP/end2"
wait "$server_pid"
trace_off
is "with loss: identity" "$(identity)" ""
is "with loss: refused" "$(stat_sum refused)" 1000
is "with loss: lost or written" $(($(stat_sum lost) + $(count udp_send))) 1000
finish
