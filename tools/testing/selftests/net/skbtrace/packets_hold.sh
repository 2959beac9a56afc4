#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets that are kept by reference while their owners go on: the bytes stay those
# of then; devices, namespaces, CPUs and modules may go; what was written meanwhile
# or freed is told; by splice() to a file, a pipe, a socket, /dev/null; what is
# captured is not captured again.
#
# PACKETS_MB: what passes meanwhile, default 32; 1024 in make nightly

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=packets_lib.sh
. "$(dirname "$0")/packets_lib.sh"
need capinfos ip modprobe python3 rmmod tcpdump tshark
packets_up
MB=${PACKETS_MB:-32}
NR=2000
ip -n "$A" link set a0 mtu 9000
ip -n "$B" link set b0 mtu 9000

# dump NAME: tcpdump of A's device, until undump
dump() {
	background in_a tcpdump -i a0 -nn --immediate-mode -U -B 65536 -s 0 \
		-w "$TMP/$1.pcap" ip or ip6 2>"$TMP/$1.dump"
	dump=$bg
	wait_for grep -q 'listening on' "$TMP/$1.dump" ||
		skip "tcpdump does not start"
}

# undump NAME PORT: when it has seen that port
undump() {
	in_a sk udp4 connect "$B4" "$2" send 1 1
	wait_for last_seen "$1" "$2" || fail "$1: tcpdump has the last packet"
	kill -INT "$dump"
	wait "$dump"
}

# hold NAME PACKETS: by a pipe; hold_end NAME: they go into NAME.pcapng
hold() {
	packets_hold.py $CTL "pipe:$TMP/$1.pcapng" "$2" &
	holder=$!
	children+=("$holder")
	wait_for [ -e "$TMP/$1.pcapng.ready" ] || die "$1: they can't be taken"
}

held() {
	touch "$TMP/$1.pcapng.stop"
	wait_for [ -e "$TMP/$1.pcapng.held" ] || die "$1: they are not held"
}

hold_end() {
	touch "$TMP/$1.pcapng.go"
	ends "$1: handed over" "$holder"
}

# ends WHAT PID: well
ends() {
	if wait "$2"; then
		pass "$1"
	else
		fail "$1" "it has ended with $?"
	fi
}

# questions PORT N SIZE
questions() {
	background in_b packets_wire.py answer "$B4" "$1" "$2" "$3" \
		"$TMP/answers$1"
	answers=$bg
	wait_for [ -e "$TMP/answers$1" ]
	in_a packets_wire.py ask "$B4" "$1" "$2" "$3"
	wait "$answers"
}

# pour PORT
pour() {
	server in_b tcp4 bind "$B4" "$1" listen 5 touch "$TMP/ready" accept eof \
		close
	in_a packets_wire.py pour "$B4" "$1" "$MB"
	wait "$server_pid"
}

# on SPEC...: of namespace A
on() {
	put netns "$(netns_of "$A")"
	put enabled "$*"
}

# off: no_filters too
off() {
	put enabled '-*'
	put netns none
}

# taken: the ring refers to nothing any more
taken() {
	[ "$(counts pinned)" = 0 ]
}

# --- many packets are held while others pass
dump many
on ip_send,capture
hold many "$NR"
# No more at once than there is space for, however late the pipe gets them. A message
# lies in one page: parts of less than 4 KiB would be copied, and the pipe keeps these.
for ((i = 0; i < 10; i++)); do
	questions $((9010 + i)) $((NR / 10)) 4096
	wait_for taken || fail "many: the reader takes them"
done
quiesce
held many
ok "many: by reference" [ "$(counts referred)" -gt $((NR * 3000)) ]
is "many: none lost" "$(counts full)$(counts copies)$(counts pins)$(counts stale)" \
	0000
is "many: nothing is pinned by the ring" "$(counts pinned)" 0
undump many 9009
off
pour 9001
hold_end many
hex "$TMP/many.pcap" "src host $A4 and tcp dst portrange 9010-9019" \
	>"$TMP/theirs"
hex "$TMP/many.pcapng" "tcp dst portrange 9010-9019" >"$TMP/ours"
ok "many: $(wc -l <"$TMP/ours") packets" [ "$(wc -l <"$TMP/ours")" -ge "$NR" ]
ok "many: as tcpdump has them, after $MB MB" cmp "$TMP/theirs" "$TMP/ours"
# tshark takes half a minute to start in an emulator
tools=(capinfos)
! grep -q 'User Mode Linux' /proc/cpuinfo || tools+=("tshark -nr")
for tool in "${tools[@]}"; do
	# shellcheck disable=SC2086 # words
	ok "many: $tool reads it" $tool "$TMP/many.pcapng"
done

# --- freed by all others, and changed by its owner, while it was unread
on ip_send,capture
questions 9100 20 8000
quiesce
ok "unread: something is pinned" [ "$(counts pinned)" -gt 0 ]
# other writes move the sender's page on, and its end gives it up
hold freed 1
held freed
off
hold_end freed
like "freed: told" "$(packets_read.py states "$TMP/freed.pcapng")" \
	"*freed=[1-9]*"
like "freed: nothing has changed" \
	"$(packets_read.py states "$TMP/freed.pcapng")" "*changed=0*"

# --- splice() to a file, /dev/null; a reader that leaves in the middle
for to in "$TMP/file" /dev/null; do
	on ip_send,capture
	TMP=$TMP packets_hold.py $CTL "$to" 0 &
	reader_pid=$!
	children+=("$reader_pid")
	questions "$((9200 + ${#to} % 7))" 50 5000
	off
	ends "to ${to##*/}" "$reader_pid"
done
ok "to file: it can be read" tcpdump -nn -r "$TMP/file" 2>/dev/null

# --- to a socket of the same host: what is captured is not captured again
put enabled $'ip_send,capture\nip_receive,capture'
server in_b tcp4 bind "$B4" 9300 listen 5 touch "$TMP/ready" accept eof close
background in_a env TMP="$TMP" packets_hold.py $CTL "connect:$B4:9300" 0
reader_pid=$bg
wait_for [ -e "$TMP/socket.ready" ] || die "the socket is not connected"
questions 9301 100 5000
quiesce

# calm: nothing more is captured, though all has been sent
calm() {
	local now

	now=$(counts captured)
	[ "$now" = "${before-}" ] && [ "$(counts pinned)" = 0 ] && return
	before=$now
	return 1
}
wait_for calm || fail "what is captured is captured again"
# a question and its answer are sent and received, acknowledged each at most
within "the socket's own packets are left out" "$(counts captured)" 400 900
ok "the socket's own packets are counted" [ "$(counts own)" -gt 0 ]
put enabled '-*'
wait "$reader_pid"
wait "$server_pid"

# --- filters are swapped meanwhile
for port in 9400 9401; do
	background in_b sk udp4 bind "$B4" "$port" touch "$TMP/bound$port" \
		until "$TMP/over"
	wait_for [ -e "$TMP/bound$port" ]
	tcpdump -y RAW -ddd -- "port $port" >"$TMP/$port.filter"
done
on ip_send,capture
hold swapped 1
for ((i = 0; i < 30; i++)); do
	cat "$TMP/$((9400 + i % 2)).filter" >$CTL/filters
	in_a sk udp4 connect "$B4" 9400 send 3 1000
	in_a sk udp4 connect "$B4" 9401 send 3 1000
done
quiesce
touch "$TMP/over"
put filters none
held swapped
off
hold_end swapped
is "swapped: what passes the one or the other" \
	"$(hex "$TMP/swapped.pcapng" "udp port 9400 or 9401" | wc -l)" 90

# --- a CPU goes while packets of it are held
cpu1=/sys/devices/system/cpu/cpu1/online
if [ -w $cpu1 ]; then
	on ip_send,capture
	hold cpu 1
	questions 9500 200 5000
	ok "a CPU goes" bash -c "echo 0 >$cpu1"
	questions 9501 50 5000
	ok "a CPU comes back" bash -c "echo 1 >$cpu1"
	questions 9502 50 5000
	quiesce
	held cpu
	off
	hold_end cpu
	ok "a CPU went: all packets are there" \
		[ "$(hex "$TMP/cpu.pcapng" "tcp dst portrange 9500-9502" |
			wc -l)" -ge 300 ]
fi

# --- the device, the namespaces and the modules go
on ip_send,capture
hold gone 1
questions 9600 200 5000
quiesce
held gone
off
ip -n "$A" link del a0
net_down
if [ -d /sys/module/skbtrace/holders ]; then
	# shellcheck disable=SC2046 # those that are there
	ok "the modules go" rmmod $(awk '/^skbtrace_/ { print $1 }' \
		/proc/modules) skbtrace
fi
hold_end gone
ok "all has gone: the packets have not" \
	[ "$(hex "$TMP/gone.pcapng" "tcp dst port 9600" | wc -l)" -ge 200 ]
[ -d $CTL ] || modprobe skbtrace
finish
