#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The control files of filters: programs that are written in pieces; errors with
# their place, after which the old filter still works; one writer at a time.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tcpdump
need_event udp_send

INVAL='Invalid argument'
NOENT='No such file or directory'
BUSY='Device or resource busy'

# program EXPRESSION [OPTION...]: as tcpdump prints it
program() {
	tcpdump -y RAW -ddd "${@:2}" -- "$1" 2>"$TMP/tcpdump"
}

# Reads the filters into $state, without their counters. It starts no process, as
# that is done very often.
get_state() {
	local f lines
	state=''
	for f in sock_filters filters netns dev mark cgroup pid; do
		mapfile lines <"$CTL/$f"
		[[ ${lines[0]} != "# seen"* ]] || lines[0]=''
		[[ ${lines[1]-} != "# seen"* ]] || lines[1]=''
		state+="$f: ${lines[*]}"
	done
}

# write_text FILE TEXT [BYTES]: a write for each line, or for so many bytes
write_text() {
	if (($# == 2)); then
		printf '%s' "$2" 2>"$TMP/err" >"$CTL/$1"
	else
		printf '%s' "$2" >"$TMP/text"
		dd if="$TMP/text" of="$CTL/$1" bs="$3" conv=notrunc \
			status=none 2>"$TMP/err"
	fi
}

# unchanged WHAT: all is as it was when $before was taken
unchanged() {
	get_state
	[ "$state" = "$before" ] || fail "$1: nothing changed" "$state"
}

# refuses FILE TEXT ERRNO-TEXT GLOB-OF-ERROR [BYTES]
refuses() {
	local what=${2:0:50} error
	if write_text "$1" "$2" "${@:5}"; then
		fail "$1: '$what' is refused"
		return
	fi
	read -r error <$CTL/error
	like "$1: '$what': $3" "$(<"$TMP/err")" "*$3"
	like "$1: '$what': reason" "$error" "$1: $4"
	unchanged "$1: '$what'"
}

# accepts FILE TEXT [READ-BACK]
accepts() {
	write_text "$1" "$2" ||
		fail "$1 takes '$2'" "$(cat "$TMP/err" $CTL/error)"
	is "$1: '${2:0:50}'" "$(grep -v '^# seen' "$CTL/$1")" "${3-$2}"
}

# --- an old filter, which works: 10 datagrams pass, 10 don't

bytes='# udp dst port 5
9
48 0 0 0
84 0 0 240
21 0 4 64
48 0 0 9
21 0 2 17
40 0 0 22
21 1 0 5
6 0 0 0
6 0 0 1
'
for f in sock_filters filters; do
	is "$f: none at first" "$(<$CTL/$f)" none
	accepts $f "$bytes" "${bytes%$'\n'}"
done
get_state
before=$state

# works WHAT: no filter has changed
works() {
	trace_on udp_send
	sk udp4 connect 127.0.0.1 5 send 10 10 >/dev/null
	sk udp4 connect 127.0.0.1 6 send 10 10 >/dev/null
	trace_off
	is "$1: the filters work" "$(stat_sum written filtered | cat) $(
		count udp_send pport=5)" "20 10"
	is "$1: identity" "$(identity)" ""
}
# sockets at both ports: without them ICMP errors would make send() fail
sk udp4 bind 127.0.0.1 5 until "$TMP/done" &
children+=($!)
sk udp4 bind 127.0.0.1 6 until "$TMP/done" &
children+=($!)
# shellcheck disable=SC2317 # called by wait_for
bound() {
	[ "$(grep -c '0100007F:000[56] ' /proc/net/udp)" = 2 ]
}
wait_for bound || die "no sockets"
works "at first"

# --- texts that are no program, in both files

long=4097
for ((i = 0; i < 4096; i++)); do
	long+=$'\n0 0 0 1'
done
good=${long/4097/4096}
good=${good%0 0 0 1}'6 0 0 1'$'\n'
# one parser reads both files: a slow kernel tests the second one with fewer texts
twice() {
	((PATIENCE == 1)) || [ "$f" = sock_filters ]
}
for f in sock_filters filters; do
	twice || continue
	while IFS='|' read -r text error; do
		refuses $f "${text//;/$'\n'}"$'\n' "$INVAL" "$error"
	done <<-'END'
		0|0 instructions*from 1 to 4096
		4097|4097 instructions*from 1 to 4096
		4294967295|4294967295 instructions*
		4294967296|byte 0: "4294967296" is no number*
		-1|byte 0: "-1" is no number*
		+|byte 0: "+" is no number*
		tcp port 80|byte 0: "tcp" is no number*
		nonesuch|byte 0: "nonesuch" is no number*
		{ 0x6, 0, 0, 0x1 }|byte 0: "{" is no number*
		(000) ret 1|byte 0: "(000)" is no number*
		1;6 0 0 0x40000|byte 8: "0x40000" is no number*
		1;6 0 0 4294967296|byte 8: "4294967296" is no number*
		1;6 0 0 1.5|byte 8: "1.5" is no number*
		1;6 0 0 99999999999999999999|byte 8: "99999999999..." is no number
		1;65536 0 0 0|instruction 0: code is 65536, more than 65535
		2;0 0 0 1;6 256 0 0|instruction 1: jt is 256, more than 255
		2;0 0 0 1;6 0 256 0|instruction 1: jf is 256, more than 255
		1;6 0 none 0|byte 6: "none" is no number*
		1;0 0 0 1|instruction 0: the last one must be ret
		2;6 0 0 1;0 0 0 1|instruction 1: the last one must be ret
		1;5 0 0 0|instruction 0 (5 0 0 0): jumps out of the program
		2;5 0 0 1;6 0 0 1|instruction 0 (5 0 0 1): jumps out*
		3;0 0 0 1;5 0 0 4294967295;6 0 0 1|instruction 1 *: jumps out*
		2;21 1 0 0;6 0 0 1|instruction 0 (21 1 0 0): jumps out*
		2;21 0 255 0;6 0 0 1|instruction 0 (21 0 255 0): jumps out*
		2;37 9 9 0;6 0 0 1|instruction 0 *: jumps out*
		1;14 0 0 0|instruction 0 (14 0 0 0): unknown opcode
		1;65535 0 0 0|instruction 0 (65535 0 0 0): unknown opcode
		2;24 0 0 0;6 0 0 1|instruction 0 *: unknown opcode
		2;183 0 0 0;6 0 0 1|instruction 0 *: unknown opcode
		2;133 0 0 1;6 0 0 1|instruction 0 *: unknown opcode
		2;52 0 0 0;6 0 0 1|instruction 0 (52 0 0 0): division by zero
		2;148 0 0 0;6 0 0 1|instruction 0 (148 0 0 0): division by zero
		2;100 0 0 32;6 0 0 1|instruction 0 *: shifts by more than 31 bits
		2;116 0 0 4294967295;6 0 0 1|instruction 0 *: shifts*
		2;32 0 0 4294967295;6 0 0 1|instruction 0 *negative offset*
		2;40 0 0 4294963200;6 0 0 1|instruction 0 *negative offset*
		2;48 0 0 2147483648;6 0 0 1|instruction 0 *negative offset*
		2;80 0 0 4292870144;6 0 0 1|instruction 0 *negative offset*
		2;177 0 0 4294967295;6 0 0 1|instruction 0 *negative offset*
		2;2 0 0 16;6 0 0 1|instruction 0 *: no such word of memory
		2;97 0 0 4294967295;6 0 0 1|instruction 0 *: no such word*
		2;96 0 0 3;22 0 0 0|*a word of memory is loaded*
	END
	refuses $f "$long" "$INVAL" "4097 instructions*"
	# what follows an error in the same write is not taken, either
	refuses $f $'1\n6 0 0 x\n1 6 0 0 1\n' "$INVAL" 'byte 8: "x"*' 99
	refuses $f $'1\n6 0 0 x\n1 6 0 0 1\n' "$INVAL" 'byte 8: "x"*' 3
done
works "after what is refused"

# --- in pieces

# incomplete FILE TEXT GLOB: closed before its end; only "error" can say so
incomplete() {
	write_text "$1" "$2" || fail "a piece is taken" "$(<"$TMP/err")"
	like "$1: closed after '${2:0:30}'" "$(<$CTL/error)" "$1: $3"
	unchanged "$1: incomplete"
}
for f in sock_filters filters; do
	incomplete $f 2 "closed after 0 of 8 numbers: incomplete*"
	incomplete $f "2 6 0 0 1 6 0" "closed after 6 of 8 numbers: incomplete*"
	incomplete $f $'2\n6 0 0 1\n6 0 0 ' "closed after 7 of 8 numbers*"
done
was=$(<$CTL/error)
write_text filters '# a comment alone' || fail "a comment"
is "a comment alone is nothing" "$(<$CTL/error)" "$was"

# takes FILE TEXT BYTES WANTED: the same filter, by writes of BYTES
wrong=0
takes() {
	write_text "$1" "$2" "$3" &&
		[ "$(grep -v '^# seen' "$CTL/$1")" = "$4" ] ||
		wrong=$((wrong + 1))
}
text=$'#  note 1\n\n2,\t0 0 0 4294967295 # two\n6 0,0 7'
for f in sock_filters filters; do
	for ((i = 1; i <= ${#text}; i += PATIENCE)); do
		takes $f "$text" "$i" $'# note 1\n2\n0 0 0 4294967295\n6 0 0 7'
		takes $f none 3 none
	done
done
is "cut anywhere" $wrong 0

# three writes to one open file; what it reads back as in between
put filters none
exec 6>$CTL/filters
echo "2 0 0" >&6
is "not complete: not set" "$(<$CTL/filters)" none
like "a second writer" "$( (exec 8>$CTL/filters) 2>&1)" "*$BUSY"
like "a second writer: reason" "$(<$CTL/error)" "filters: somebody else*"
ok "the other file has a writer of its own" write_text sock_filters none
echo "0 5 6 0 0 " >&6
is "still not complete: not set" "$(<$CTL/filters)" none
echo "1" >&6
is "the write that completes it sets it" "$(grep -v seen $CTL/filters)" \
	$'2\n0 0 0 5\n6 0 0 1'
echo "1 6 0 0 9" >&6
is "a second program in the same open is set" "$(grep -v seen $CTL/filters)" \
	$'1\n6 0 0 9'
echo "1 6 0 " >&6
exec 6>&-
like "a third that is cut short: reason" "$(<$CTL/error)" \
	"*closed after 2 of 4 numbers*"
is "the second one stays" "$(grep -v seen $CTL/filters)" $'1\n6 0 0 9'
ok "one who only reads keeps nobody out" bash -c \
	"exec 3<$CTL/filters; echo none >$CTL/filters"

# --- notes

accepts filters $'# host a and port b\n# second\n1\n6 0 0 1\n' \
	$'# host a and port b\n1\n6 0 0 1'
accepts filters $'1\n6 0 0 1 # behind\n' $'1\n6 0 0 1'
accepts filters $'#\t a \001\033[m\tb\n1 6 0 0 1' $'# a ??[m?b\n1\n6 0 0 1'
# a write may be longer than the kernel takes at once: the rest is written again
{ yes '# a comment' | head -n 20000; echo 1 6 0 0 5; } >"$TMP/long"
ok "a long write" dd if="$TMP/long" of=$CTL/filters bs=1M conv=notrunc
is "a long write is taken" "$(grep -v seen $CTL/filters)" \
	$'# a comment\n1\n6 0 0 5'
note=$(printf '%0300d' 7)
accepts filters "#$note"$'\n1 6 0 0 1' "# ${note:0:255}"$'\n1\n6 0 0 1'

# --- as many instructions as there may be

for f in sock_filters filters; do
	put $f none
done
write_text filters "$good" || fail "4096 instructions" "$(<$CTL/error)"
write_text sock_filters "$good" || fail "4096 instructions" "$(<$CTL/error)"
is "4096 instructions" "$(grep -cx '0 0 0 1' $CTL/filters $CTL/sock_filters |
	sed 's/.*://' | xargs)" "4095 4095"
trace_on udp_send
sk udp4 connect 127.0.0.1 5 send 10 10
trace_off
is "4096 instructions: they run" "$(count udp_send pport=5)" 10
like "stat tells of them" "$(grep '^filter ' "$TMP/stat" | xargs)" \
	"filter conn insns=4096 seen=* passed=* connections=* matching=* filter \
packet insns=4096 seen=10 passed=10"

# --- loads that a filter on connections refuses

# lacks EXPRESSION WHAT: it is refused, because a connection has no WHAT
lacks() {
	refuses sock_filters "$(program "$1")"$'\n' "$INVAL" \
		"instruction * looks at $2; a connection has but *"
}
put sock_filters none
get_state
before=$state
lacks 'tcp[tcpflags] & tcp-syn != 0' "the TCP flags"
lacks 'port 80 and tcp[13] & 4 != 0' "the TCP flags"
lacks 'tcp[4:4] = 1' "the TCP sequence number, or UDP's length"
lacks 'udp[4:2] > 100' "the TCP sequence number, or UDP's length"
lacks 'tcp[8:4] = 1' "the TCP acknowledgment number"
lacks 'tcp[12] > 80' "the TCP data offset"
lacks 'tcp[14:2] = 0' "the TCP window"
lacks 'tcp[16:2] = 0' "the TCP checksum"
lacks 'tcp[20:4] = 0x47455420' "TCP options or payload"
lacks 'icmp[4:2] = 1' "the TCP sequence number, or UDP's length"
lacks 'less 100' "the length"
lacks 'len > 100' "the length"
lacks 'ip[1] = 16' "the IPv4 type of service"
lacks 'ip[2:2] > 100' "the IPv4 total length"
lacks 'ip[4:2] = 7' "the IPv4 identification"
lacks 'ip[10:2] = 7' "the IPv4 header checksum"
lacks 'ip[24] = 7' "what follows the ports"
lacks 'ip6[1:2] = 7' "the IPv6 traffic class and flow label"
lacks 'ip6[2:2] = 7' "the IPv6 traffic class and flow label"
lacks 'ip6[4:2] > 7' "the IPv6 payload length"
lacks 'ip6[44] = 1' "what follows the ports"
lacks 'ip[ip[9]] = 6' "a place that is computed"
lacks 'tcp[(tcp[2]&3):2] = 80' "a place that is computed"

# --- usual expressions

n=0
while read -r expr; do
	n=$((n + 1))
	text="# $expr"$'\n'$(program "$expr")
	for f in sock_filters filters; do
		twice || continue
		wrong=
		write_text $f "$text"$'\n' ||
			wrong="$(<$CTL/error) $(<"$TMP/tcpdump")"
		get_state
		[[ "$state" == *"$f: # $expr"* ]] || wrong+=" read-back"
		before=$state
		# the whole read-back, with its counters, is a valid filter
		again=$(<$CTL/$f)
		echo none >$CTL/$f
		write_text $f "$again"$'\n' || wrong+=" again: $(<$CTL/error)"
		get_state
		[ "$state" = "$before" ] || wrong+=" read-back, written again"
		is "$f: $expr" "$wrong" ""
	done
done <<-'END'
	port 443
	tcp port 443
	udp port 53
	src port 22
	dst port 22
	tcp src port 8080
	udp dst port 53 or tcp dst port 53
	portrange 1000-2000
	tcp portrange 1-1023
	not port 22
	host 10.0.0.1
	host 10.0.0.1 and port 443
	src host 10.0.0.1
	dst host 10.0.0.1 and not dst port 80
	host 10.0.0.1 or host 10.0.0.2
	host fd00::1
	ip6 host fd00::1 and tcp port 80
	src host fd00::1 or dst host 10.1.2.3
	net 10.0.0.0/8
	src net 192.168.0.0/16 and dst net 10.0.0.0/8
	net fd00::/16
	not net 127.0.0.0/8
	net 172.16.0.0/12 or net 192.168.0.0/16
	ip
	ip6
	tcp
	udp
	ip and tcp
	ip6 and udp
	tcp or udp
	ip proto 6
	ip6 proto 17
	proto 6
	icmp
	tcp and (port 80 or port 443 or port 8080)
	tcp and not (src net 10.0.0.0/8 or dst net 10.0.0.0/8)
	(host 10.0.0.1 and port 80) or (host 10.0.0.2 and port 443)
	tcp[0:2] = 80
	tcp[2:2] > 1024
	ip[9] = 17
	ip[12:4] = 0x0a000001
	src host 10.0.0.1 and src port 5000 and dst host 10.0.0.2 and dst port 80
END
within "so many of them" $n 40 99

# --- filters that are no program: netns, dev, mark, cgroup, pid

mkdir -p "$TMP/cgroup"
if mount -t cgroup2 none "$TMP/cgroup" 2>/dev/null; then
	mkdir "$TMP/cgroup/skbtrace-test" "$TMP/cgroup/skbtrace-test/below"
	mounted=1
fi
# shellcheck disable=SC2317 # called by cleanup
unmount() {
	if [ -n "${mounted-}" ]; then
		rmdir "$TMP/cgroup/skbtrace-test/below" \
			"$TMP/cgroup/skbtrace-test" 2>/dev/null
		umount "$TMP/cgroup"
	fi
}
at_end=unmount

for f in sock_filters filters; do
	put $f none
done
accepts netns 4026531840
accepts netns 4294967295
accepts netns none
accepts dev 3
accepts dev 0x10 16
accepts dev none
accepts pid 2147483647
accepts pid none
accepts mark 7 0x7/0xffffffff
accepts mark 0x10/0xf0 0x10/0xf0
accepts mark 0/0xff 0x0/0xff
accepts mark 0 0x0/0xffffffff
accepts mark none
put netns 5
put dev 6
put mark 7
put pid 8
get_state
before=$state
for f in netns dev pid; do
	for v in 0 -1 x '' 4294967296 1.5 "1 2" NONE; do
		refuses $f "$v"$'\n' "$INVAL" "neither \"none\" nor *"
	done
done
for f in dev pid; do
	refuses $f 2147483648 "$INVAL" "*"
done
for v in x '' / 1/ /1 1/0 0x11/0xf0 4294967296 1/4294967296 1/2/3 -1; do
	refuses mark "$v"$'\n' "$INVAL" "neither \"none\" nor MARK *"
done
write_text netns "$(printf '%033d' 1)" && fail "netns: too long"
like "netns: too long" "$(<"$TMP/err")" "*Argument list too long"
if [ -n "${mounted-}" ]; then
	refuses cgroup "/no/such" "$NOENT" "neither \"none\" nor a path *"
	refuses cgroup "no/such" "$NOENT" "*"
	accepts cgroup /skbtrace-test/below
	accepts cgroup /skbtrace-test
	accepts cgroup /
	accepts cgroup /skbtrace-test/below
	rmdir "$TMP/cgroup/skbtrace-test/below"
	ok "one that was removed can be read" cat $CTL/cgroup
	trace_on udp_send
	sk udp4 connect 127.0.0.1 5 send 10 10
	trace_off
	is "one that was removed has nobody" "$(count udp_send)" 0
	get_state
	before=$state
	refuses cgroup /skbtrace-test/below "$NOENT" "*"
	accepts cgroup none
fi

# --- filters belong to a session

for f in netns dev mark pid; do
	put $f none
done
bytes=$'# mine\n1\n6 0 0 1'
put sock_filters "$bytes"
put filters "$bytes"
put mark 7
put dev 9
get_state
before=$state
exec 7>$CTL/owner
get_state
is "who owns the session starts without" "$(xargs <<<"$state")" "sock_filters: \
none filters: none netns: none dev: none mark: none cgroup: none pid: none"
put filters "1 6 0 0 2"
put sock_filters "1 6 0 0 3"
put mark 8
exec 7>&-
get_state
is "and what was set before is back" "$state" "$before"
put enabled udp_send
put enabled '-*'
get_state
is "filters outlive a trace" "$state" "$before"
for f in sock_filters filters netns dev mark cgroup pid; do
	put $f none
	is "$f: none" "$(<$CTL/$f)" none
done
touch "$TMP/done"
finish
