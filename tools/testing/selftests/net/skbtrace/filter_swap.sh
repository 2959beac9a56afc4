#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two filters are swapped as fast as possible, during traffic that one of them or
# neither lets pass: each event has passed one of the two, never a mixture.
# SWAP_SECONDS: how long, default 20; a minute in make nightly, on the debug kernel.

# shellcheck disable=SC2317 # functions that run in the background
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tcpdump taskset
need_event udp_send udp_receive ip_send sk_timer tcp_connection
net_up
SWAP_SECONDS=${SWAP_SECONDS:-20}
X=5001 Y=5002 Z=5003

# program EXPRESSION FILE: as tcpdump compiles it
program() {
	tcpdump -y RAW -ddd -- "$1" >"$2" || die "no program of $1"
}

# No packet passes both. The programs differ in offsets, order and constants.
program "udp and dst port $X" "$TMP/x.filters"
program "dst portrange $Y-$Y and not src port $X and (udp or tcp)" \
	"$TMP/y.filters"
program "(tcp or udp) and dst port $X" "$TMP/x.sock_filters"
program "portrange $Y-$Y and not port $X and not port $Z" "$TMP/y.sock_filters"

# written without a process: to start one takes a second on a busy machine
for f in x.filters y.filters x.sock_filters y.sock_filters; do
	declare "text_${f/./_}=$(<"$TMP/$f")"
done

# set_to x|y FILE
set_to() {
	local text=text_$1_$2
	echo "${!text}" >"$CTL/$2"
}

# --- traffic on both CPUs, of packets and of connections

in_a sk udp4 connect "$B4" 9 send 1 1
cpus=$(grep -c ^processor /proc/cpuinfo)
for port in $X $Y $Z; do
	server in_b udp4 bind "$B4" "$port" touch "$TMP/ready" recv 1000000000
	server in_b tcp4 bind "$B4" "$port" listen 50 touch "$TMP/ready" \
		times 1000000000 accept try eof again
	for cpu in 0 1; do
		background in_a taskset -c $((cpu % cpus)) sk udp4 \
			connect "$B4" "$port" times 1000000000 \
			send 5 100 pause $((PATIENCE * 20000)) again
	done
	background in_a sk times 1000000000 tcp4 connect "$B4" "$port" \
		opt keepalive 1 write 10 abort close \
		pause $((PATIENCE * 20000)) again
done >/dev/null

# --- a filter that is set before tracing applies to the first event, too

# stat_says REGULAR-EXPRESSION
stat_says() {
	local lines
	mapfile lines <"$CTL/stat"
	[[ ${lines[*]} =~ $1 ]]
}

# alone: how often an event was written, though the filter lets none pass
alone() {
	local i n=0
	for ((i = PATIENCE == 1 ? 12 : 4; i; i--)); do
		echo udp_send >$CTL/enabled
		echo ip_send >$CTL/enabled
		wait_for stat_says ' hits=[0-9][0-9]'
		echo '-*' >$CTL/enabled
		! stat_says ' written=[1-9]' || n=$((n + 1))
	done
	echo $n
}

for f in sock_filters filters; do
	echo 1 6 0 0 0 >$CTL/$f
	is "$f: from the first event on" "$(alone)" 0
	echo none >$CTL/$f
done
echo 4294967295 >$CTL/netns
is "netns: from the first event on" "$(alone)" 0
echo none >$CTL/netns

# swap FILE: as often as possible
swap() {
	local n=0
	while [ -e "$TMP/run" ]; do
		set_to x "$1" && set_to y "$1" || echo refused >>"$TMP/refused"
		n=$((n + 2))
	done
	echo $n >"$TMP/swaps.$1"
}

# read the filters meanwhile
look() {
	local f lines
	while [ -e "$TMP/run" ]; do
		for f in stat filters sock_filters; do
			mapfile lines <"$CTL/$f"
		done
		tick
	done
}

# run FILE EVENT...: swap it while these are traced
run() {
	local file=$1 end start
	shift
	set_to x "$file"
	trace_on "$@"
	touch "$TMP/run"
	swap "$file" &
	local workers=($!)
	look &
	workers+=($!)
	start=$SECONDS end=$((SECONDS + SWAP_SECONDS / 2))
	while ((SECONDS < end)); do
		tick
	done
	rm "$TMP/run"
	wait "${workers[@]}"
	trace_off
	swaps=$(<"$TMP/swaps.$file")
	echo "# $file: $((swaps / (SECONDS - start))) swaps a second"
	# two grace periods each
	within "$file: swaps" "$swaps" $((PATIENCE == 1 ? 4 : 2)) 10000000
	[ ! -e "$TMP/refused" ] || fail "$file: each is taken" "$(<$CTL/error)"
	is "$file: identity" "$(identity)" ""
	echo none >"$CTL/$file"
}

# ports FIELD: how often each stands there in the trace
ports() {
	grep -o " $1=500[0-9]* " "$TMP/events" | sort | uniq -c
}

# Slabs that a leak would fill, in KiB; what RCU frees later is still in it
used() {
	awk '/^(Slab|VmallocUsed|Percpu):/ { s += $2 } END { print s }' \
		/proc/meminfo
}

used_at_first=$(used)
run filters udp_send ip_send
is "filters: no event that none of both wants" "$(grep -E \
	' event=(udp_send|ip_send) ' "$TMP/events" |
	grep -v " pport=500[12] ")" ""
is "filters: TCP to X is wanted by none" "$(count ip_send proto=tcp \
	pport=$X)" 0
for port in $X $Y; do
	for e in udp_send ip_send; do
		within "filters: $e of $port" "$(count $e proto=udp \
			pport="$port")" 10 100000000
	done
done
within "filters: TCP to Y" "$(count ip_send proto=tcp pport=$Y)" 10 100000000

run sock_filters udp_send udp_receive ip_send sk_timer,only=keepalive:reset \
	tcp_connection
echo "# $(ports lport | xargs), $(ports pport | xargs)"
# on the listener's side the filter sees that port, too
is "sock_filters: no packet that none of both wants" "$(grep -E \
	' event=(udp_send|udp_receive|ip_send) ' "$TMP/events" |
	grep -v -e " pport=$X " -e " [lp]port=$Y " | head)" ""
is "sock_filters: no connection that none of both wants" "$(count \
	tcp_active_conn pport=$Z) $(count tcp_active_conn lport=$Z) $(count \
	tcp_active_conn lport=$X)" "0 0 0"
for port in $X $Y; do
	within "sock_filters: udp_send of $port" "$(count udp_send \
		pport="$port")" 10 100000000
	within "sock_filters: connections to $port" "$(values key \
		tcp_active_conn pport="$port" | sort -u | wc -l)" 2 100000000
done
# each event of a connection is one of those that were named
values key tcp_active_conn | sort -u >"$TMP/named"
grep -E ' event=(sk_timer|tcp_connection) ' "$TMP/events" |
	grep -o ' key=[0-9a-f]*' | cut -d= -f 2 | sort -u >"$TMP/keys"
is "sock_filters: events have names" "$(comm -23 "$TMP/keys" "$TMP/named" |
	wc -l)" 0

# --- all filters, set at random

scope() {
	local words=(none "$(netns_of "$A")" 2 0x7/0xf none)
	while [ -e "$TMP/run" ]; do
		case $((RANDOM % 8)) in
		0) echo "${words[RANDOM % 2]}" >"$CTL/netns" ;;
		1) echo "${words[RANDOM % 2 * 2]}" >"$CTL/dev" ;;
		2) echo "${words[RANDOM % 2 * 3]}" >"$CTL/mark" ;;
		3) echo $((1 + RANDOM)) >"$CTL/pid" ;;
		4) echo none >"$CTL/pid" ;;
		5) set_to x filters ;;
		6) set_to y sock_filters ;;
		7) echo none >"$CTL/sock_filters" ;;
		esac
	done
}

set_to x filters
trace_on udp_send udp_receive ip_send
touch "$TMP/run"
workers=()
for w in scope scope "swap filters" look; do
	$w &
	workers+=($!)
done 2>/dev/null
end=$((SECONDS + SWAP_SECONDS / 4))
while ((SECONDS < end)); do
	tick
done
rm "$TMP/run"
wait "${workers[@]}"
trace_off
is "all at random: identity" "$(identity)" ""
is "all at random: no event that none wants" "$(grep -E \
	' event=(udp_send|udp_receive|ip_send) ' "$TMP/events" |
	grep -v -e " [lp]port=$X " -e " [lp]port=$Y " | head)" ""
for f in sock_filters filters netns dev mark pid; do
	echo none >"$CTL/$f"
done

# of thousands of filters, each of a page and of a table of 1 MiB
kept() {
	((grown = $(used) - used_at_first, grown < 20000))
}
wait_for kept || fail "memory: $grown KiB more than before"
pass "memory: $grown KiB more than before"
finish
