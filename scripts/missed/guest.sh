#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/missed/guest.sh BIN LINKS SIZES SHARES TOOLS - the part of missed.sh in a VM
#
# BIN holds the programs. For each link and size: how many datagrams can be sent
# while nobody listens; then each share (percent) of that rate, with each tool
# listening. Prints for each
#   LINK SIZE SHARE SENT NANOSECONDS TOOL TIMES FILED DIFFERENT TOLD
# TIMES: how often the tool gets each datagram; FILED: datagrams in its file;
# DIFFERENT: of these, those that differ; TOLD: what it says it has lost. No filter
# is needed: nothing else is sent.

set -euo pipefail
bin=$1
read -ra links <<<"$2"
read -ra sizes <<<"$3"
read -ra shares <<<"$4"
read -ra tools <<<"$5"

ctl=/sys/kernel/debug/skbtrace
port=99
most_ms=200		# of sending
most_bytes=200000000	# of a file
scratch=$(mktemp -d)
# where the sender is, and how it is started there
dev='' to='' netns='' there=() blast=()

say() {
	echo "missed: $*" >&2
}

quiet() { # DEVICE: nothing but our datagrams
	echo 1 >"/proc/sys/net/ipv6/conf/$1/disable_ipv6"
}

# sink COMMAND...: the receiver, started by that; ready when it is bound
sink() {
	"$@" "$bin/blast" -s "$to" $port &
	sink=$!
	wait_for "$@" grep -q "$(printf ':%04X ' $port)" /proc/net/udp
}

link_lo() {
	dev=lo to=127.0.0.1
	sink env
}

link_veth() {
	netns=A
	ip netns add A
	ip netns add B
	ip link add a0 netns A mtu 65535 type veth peer name b0 netns B mtu 65535
	there=(ip netns exec A)
	"${there[@]}" bash -c "echo 1 >/proc/sys/net/ipv6/conf/a0/disable_ipv6"
	ip netns exec B bash -c "echo 1 >/proc/sys/net/ipv6/conf/b0/disable_ipv6"
	ip -n A address add 10.9.0.1/24 dev a0
	ip -n B address add 10.9.0.2/24 dev b0
	ip -n B link set b0 address 02:00:00:00:00:02 up
	ip -n A link set a0 up
	ip -n A neigh replace 10.9.0.2 lladdr 02:00:00:00:00:02 dev a0
	dev=a0 to=10.9.0.2
	sink ip netns exec B
}

link_tap() {
	ip tuntap add t0 mode tap
	quiet t0
	ip address add 10.8.0.1/24 dev t0
	ip link set t0 mtu 65521 up
	ip neigh replace 10.8.0.2 lladdr 02:00:00:00:00:03 dev t0
	dev=t0 to=10.8.0.2
	blast=(-t t0)
	sink=''
}

# $size bytes, where the sender is; sets $sent and $ns
send() { # RATE MILLISECONDS
	local said
	said=$("${there[@]}" "$bin/blast" "${blast[@]}" "$to" $port "$size" "$1" "$2")
	read -r sent ns <<<"$said"
}

# ---- the tools: start_TOOL runs it as $pid, told_TOOL says what it has lost ----

file=$scratch/file log=$scratch/log

# wait_for COMMAND...: the clock of the guest stands while it is busy
wait_for() {
	local i
	for ((i = 0; i < 300; i++)); do
		! "$@" || return 0
		sleep 0.05
	done
	say "no end of waiting: $*"
	[ ! -e "$log" ] || cat "$log" >&2
	return 1
}

listening() { grep -qi "$1" "$log"; }
captures() { grep -q captured= "$ctl"/sessions/*/packets 2>/dev/null; }

# record [BYTES]: of each packet
record() {
	skbtrace record --packets${1:+="$1"} ${netns:+--netns $netns} -f \
		-o "$file" 2>"$log" &
	pid=$!
	wait_for captures
}
told_record() {
	sed -n '/ packets -> /s/.*), lost: //p' "$log" |
		awk -v RS='[, \n]+' '/^[0-9]+$/ { n += $1 } END { print n + 0 }'
}

start_skbtrace() { record; }
told_skbtrace() { told_record; }
start_skbtrace96() { record 96; }
told_skbtrace96() { told_record; }

start_dump() {
	"${there[@]}" tcpdump -i "$dev" -s "$1" -w "$file" 2>"$log" &
	pid=$!
	wait_for listening 'listening on'
}
told_dump() {
	sed -n 's/ packets* dropped by kernel//p' "$log"
}
start_tcpdump() { start_dump 0; }
told_tcpdump() { told_dump; }
start_tcpdump96() { start_dump 96; }
told_tcpdump96() { told_dump; }

start_dumpcap() {
	"${there[@]}" dumpcap -q -i "$dev" -w "$file" 2>"$log" &
	pid=$!
	wait_for listening '^File: '
}
told_dumpcap() {
	sed -n "s,^Packets received/dropped on interface .*: [0-9]*/\([0-9]*\) .*,\1,p" \
		"$log"
}

start_ring() {
	"${there[@]}" "$bin/ring" "$dev" "$file" 2>"$log" &
	pid=$!
	wait_for listening 'listening on'
}
told_ring() {
	sed -n 's/.* packets, \([0-9]*\) drops/\1/p' "$log"
}

# Loopback: as it goes out, and as it comes in. libpcap leaves out the first.
times() { # TOOL
	if [[ $dev == lo && $1 == @(skbtrace*|ring) ]]; then
		echo 2
	else
		echo 1
	fi
}

# How long, so that the file is not too large; $1: a second
milliseconds() {
	local ms=$((most_bytes * 1000 / ($1 * size)))
	echo $((ms < most_ms ? ms : most_ms))
}

one() { # LINK SHARE RATE TOOL
	local ms counted
	ms=$(milliseconds "$3")
	"start_$4"
	send "$3" "$ms"
	# until its file has what its buffers had
	sleep 2
	kill -TERM "$pid"
	wait "$pid" || { cat "$log" >&2; return 1; }
	# FILED and DIFFERENT
	counted=$("$bin/count" "$file")
	echo "$1 $size $2 $sent $ns $4 $(times "$4") $counted $("told_$4")"
	rm -f "$file"
}

# most RATE: the rate when nobody listens
most() {
	send 0 100
	echo $((sent * 1000000000 / ns))
}

modprobe -a skbtrace skbtrace_packet skbtrace_ip
for link in "${links[@]}"; do
	dev='' to='' netns='' there=() blast=()
	"link_$link"
	for size in "${sizes[@]}"; do
		all=$(most)
		say "$link, $size bytes: $all a second when nobody listens"
		for share in "${shares[@]}"; do
			for tool in "${tools[@]}"; do
				one "$link" "$share" $((all * share / 100)) "$tool"
			done
		done
	done
	[ -z "$sink" ] || kill "$sink"
done
