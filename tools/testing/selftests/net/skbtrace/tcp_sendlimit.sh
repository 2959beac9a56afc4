#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcp_sendlimit and sk_sndbuf_wait: each reason for which a sender stops, and for how
# long. Witnesses: TCP_INFO, the writer's own clock, a kprobe that counts the
# attempts to send.
#
# Not tested: the reasons tso, which only a race causes, and frag, which only a lack
# of memory causes.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need tc
need_event tcp_sendlimit sk_sndbuf_wait
net_up
in_a tc qdisc add dev a0 clsact || skip "no clsact"

kinds="4 6 mapped"	# of connections, which always run side by side
((PATIENCE == 1)) || kinds="4 6"
nr=$(wc -w <<<"$kinds")
fast=$((PATIENCE == 1))	# the sender is faster than the devices below
port=5000

# wire [QDISC...]: the qdisc from A to B
wire() {
	wait_for drained in_a a0
	in_a tc qdisc del dev a0 root 2>/dev/null
	(($# == 0)) || in_a tc qdisc add dev a0 root "$@"
}

# client NAME KIND "WORDS BEFORE connect" "WORDS AFTER": sk's output is in
# $TMP/NAMEKIND
client() {
	local family=${2/mapped/6} to
	to=$(addr B "$family")
	[ "$2" != mapped ] || to=::ffff:$B4
	# shellcheck disable=SC2086 # words
	background in_a sk "tcp$family" $3 connect "$to" \
		$((port + (${#2} > 1))) cookie $4 >"$TMP/$1$2"
	clients+=("$bg")
}

# begin NAME "SERVER: BEFORE listen" "AFTER accept" "CLIENT: BEFORE connect"
# "AFTER": a connection of each kind. KIND in the words becomes the kind.
begin() {
	local k family
	clients=() servers=()
	port=$((port + 10))
	for k in $kinds; do
		family=${k/mapped/4}
		# shellcheck disable=SC2086 # words
		server in_b "tcp$family" $2 bind "$(addr B "$family")" \
			$((port + (${#k} > 1))) listen 5 touch "$TMP/ready" \
			accept ${3//KIND/$k}
		servers+=("$server_pid")
	done
	for k in $kinds; do
		client "$1" "$k" "$4" "${5//KIND/$k}"
	done
}

# end: waits for clients and servers
end() {
	wait "${clients[@]}" "${servers[@]}"
}

run() {
	begin "$@"
	end
}

# told COUNT EVENT REGEX: have there been so many by now?
told() {
	(($(blocks_now | grep -c "event=$2 .*$3") >= $1))
}

# --- attempts to send, as a kprobe counts them

tracefs=/sys/kernel/tracing
probe=$tracefs/events/skbtrace_test/xmit

attempts_on() {
	mountpoint -q $tracefs || mount -t tracefs tracefs $tracefs 2>/dev/null
	echo 'p:skbtrace_test/xmit tcp_write_xmit' \
		>>$tracefs/kprobe_events 2>/dev/null && echo 1 >$probe/enable
}

attempts_off() {
	[ -d $probe ] || return
	attempts=$(awk '$1 == "xmit" { print $2 + $3 }' \
		$tracefs/kprobe_profile)	# hits and misses
	echo 0 >$probe/enable
	echo '-:skbtrace_test/xmit' >>$tracefs/kprobe_events
}

at_end=attempts_off

# --- what the events say

# held KEY REASON: for how many microseconds it held, in all
held() {
	sum for_us tcp_sendlimit key="$1" was="$2"
}

# busy NAME KIND: the most that a reason may have held, by TCP_INFO. That counts
# jiffies, which may stand still for 100 ms: where one thread runs both CPUs in
# turn, the one that counts them waits for the other one.
busy() {
	echo $(($(value busy_us "$TMP/$1$2") + 120000))
}

# chain: the reasons of a connection follow each other without a gap, from its first
# attempt to its end; each has its own time. Prints what is wrong.
chain() {
	events tcp_sendlimit | awk '
		function bad(what) { print $0 ": " what }
		{
			for (i = 1; i <= NF; i++) {
				split($i, a, "=")
				f[a[1]] = a[2]
			}
			k = f["key"]
			if (ended[k]++ && last[k] == "end")
				bad("after the end")
			if (!(k in last)) {
				if (f["was"] != "-" || f["count"] != 0 ||
				    f["for_us"] < 2 ^ 63)
					bad("not the first one")
			} else {
				us = (f["time"] - time[k]) / 1000
				if (f["was"] != last[k])
					bad("was " last[k])
				if (us - f["for_us"] > 1 || f["for_us"] > us)
					bad(us " us since the one before")
			}
			# a window that closes or opens is a change, too
			closed = f["reason"] == "swnd" && f["snd_wnd"] == 0
			if (f["reason"] == f["was"] && closed == was_closed[k])
				bad("no change")
			was_closed[k] = closed
			last[k] = f["reason"]
			time[k] = f["time"]
		}
		END {
			for (k in last)
				if (last[k] != "end")
					print k ": no end"
		}' 2>&1
}

# pairs: each wait begins and ends, and its length is the time between. A few may
# differ, as the task may be interrupted between the two reads of the clock.
pairs() {
	events sk_sndbuf_wait | awk -v slack=$((2000 * PATIENCE)) '
		{
			for (i = 1; i <= NF; i++) {
				split($i, a, "=")
				f[a[1]] = a[2]
			}
			k = f["key"]
			us = (f["time"] - time[k]) / 1000 - f["waited_us"]
			if (f["op"] == op[k] || (!(k in op) && f["op"] == "end"))
				print $0 ": after " op[k]
			else if (f["op"] == "end") {
				ends++
				if (us > slack || us < -slack)
					others = others $0 ": other times\n"
				nr += us > slack || us < -slack
			}
			op[k] = f["op"]
			time[k] = f["time"]
		}
		END {
			if (20 * nr > ends)
				printf "%s", others
			for (k in op)
				if (op[k] != "end")
					print k ": waits forever"
		}' 2>&1
}

# --- connections held back by one thing each

drop() {
	in_a tc filter add dev a0 egress matchall action gact drop
}

repair() {
	in_a tc filter del dev a0 egress
}

# swnd: the peer does not read for 100 ms
swnd() {
	begin swnd "opt rcvbuf 4096" "until $TMP/swnd-KIND eof" "" \
		"fill pause 100000 touch $TMP/swnd-KIND acked info shut eof"
	end
}

# other: packets are dropped before they have left
other() {
	local k
	begin other "" eof "" \
		"touch $TMP/there-KIND until $TMP/go write 1000 acked info shut eof"
	for k in $kinds; do
		wait_for [ -e "$TMP/there-$k" ]
	done
	drop
	touch "$TMP/go"
	wait_for told "$nr" tcp_sendlimit "reason=other " || fail "no drop"
	repair
	end
}

# waits_to_write FILE: has the connection whose cookie is there begun to wait?
waits_to_write() {
	blocks_now | grep -q "event=sk_sndbuf_wait .*key=$(value cookie "$1") .*op=begin "
}

# A writer that waits is shut down
shut() {
	local k
	begin shut "opt rcvbuf 4096" "until $TMP/read eof" "opt sndbuf 4608" \
		"shutlater $TMP/stop try write 1000000"
	for k in $kinds; do
		wait_for waits_to_write "$TMP/shut$k" ||
			fail "$k: the writer does not wait"
	done
	touch "$TMP/stop"
	for k in $kinds; do
		wait_for grep -q ^write= "$TMP/shut$k" ||
			fail "$k: the writer goes on"
	done
	touch "$TMP/read"
	end
}

# The peer resets the connection while a writer waits
reset() {
	local k
	begin reset "opt rcvbuf 4096" "until $TMP/cut abort" "opt sndbuf 4608" \
		"try write 1000000"
	for k in $kinds; do
		wait_for waits_to_write "$TMP/reset$k" ||
			fail "$k: the writer does not wait"
	done
	touch "$TMP/cut"
	end
}

for f in 4 6; do
	# neighbours must be resolved before packets are dropped
	in_a sk "udp$f" connect "$(addr B $f)" 9 send 1 10
	in_b sk "udp$f" connect "$(addr A $f)" 9 send 1 10
done
trace_on tcp_sendlimit sk_sndbuf_wait
attempts_on
run app "" eof "opt nodelay 1" \
	"times 20 write 1000 pause 5000 again acked info shut eof"
swnd
other
shut
reset
run pacing "" eof "opt sndbuf 200000 opt maxpacing 1000000" \
	"write 200000 acked info shut eof"
wire netem delay 20ms
run cwnd "opt rcvbuf 200000" eof "opt sndbuf 200000" \
	"write 100000 acked info shut eof"
run nagle "" eof "" "send 10 10 acked info shut eof"
run cork "" eof "opt cork 1" "send 1 10 acked info shut eof"
run sndbuf "" eof "opt sndbuf 4608 opt nodelay 1" \
	"clock write 400000 clock acked info shut eof"
run eagain "" eof "opt sndbuf 4608 opt nodelay 1" "fill fill acked shut eof"
wire tbf rate 8mbit burst 3000 limit 1000000
run tsq "" eof "opt sndbuf 200000" "write 50000 acked info shut eof"
wire
attempts_off
trace_off

is "identity" "$(identity)" ""
is "no gap in any connection" "$(chain)" ""
is "all waits have two ends" "$(pairs)" ""
if [ -n "${attempts-}" ]; then
	is "count, against calls of tcp_write_xmit()" \
		"$(sum count tcp_sendlimit)" "$attempts"
fi

for k in $kinds; do
	key=$(value cookie "$TMP/app$k")
	is "$k: app: 20 writes and a FIN are one run" \
		"$(list reason tcp_sendlimit key="$key") $(list count \
			tcp_sendlimit key="$key")" "app end 0 21"
	within "$k: app: how long" "$(held "$key" app)" 100000 10000000

	key=$(value cookie "$TMP/swnd$k")
	us=$(value rwnd_limited_us "$TMP/swnd$k")
	slack=$((20000 * PATIENCE + 100000))	# as in busy()
	within "$k: swnd, against TCP_INFO" "$(held "$key" swnd)" \
		$((us - slack)) $((us + slack))
	within "$k: swnd: there is some" "$(held "$key" swnd)" 80000 10000000
	within "$k: swnd: the window" "$(values snd_wnd tcp_sendlimit \
		key="$key" reason=swnd | head -n 1)" 0 8192

	key=$(value cookie "$TMP/other$k")
	is "$k: other: dropped, then not" \
		"$(list reason tcp_sendlimit key="$key")" "other app end"

	key=$(value cookie "$TMP/pacing$k")
	within "$k: pacing, against TCP_INFO" "$(held "$key" pacing)" 150000 \
		"$(busy pacing "$k")"

	key=$(value cookie "$TMP/cwnd$k")
	like "$k: cwnd: from one segment to the window, to all" \
		"$(list reason tcp_sendlimit key="$key")" "pushone cwnd *app end"
	# A window of 10 segments is too small, one of 20, too: two round trips. The
	# writer may hold the socket during the first one, if it is interrupted.
	within "$k: cwnd, against TCP_INFO" "$(held "$key" cwnd)" 19000 \
		"$(busy cwnd "$k")"

	key=$(value cookie "$TMP/nagle$k")
	like "$k: nagle: the first leaves, then the others" \
		"$(list reason tcp_sendlimit key="$key")" "app nagle *app end"
	within "$k: nagle: until the ACK" "$(held "$key" nagle)" 1000 \
		"$(busy nagle "$k")"

	key=$(value cookie "$TMP/cork$k")
	is "$k: cork: until a timer" \
		"$(list reason tcp_sendlimit key="$key")" "nagle app end"
	within "$k: cork: how long" "$(held "$key" nagle)" 180000 \
		"$(busy cork "$k")"

	# the device may catch up while the writer is interrupted
	key=$(value cookie "$TMP/tsq$k")
	within "$k: tsq, against TCP_INFO" "$(held "$key" tsq)" \
		$((VIRTUAL ? 10000 : fast)) \
		"$(busy tsq "$k")"

	key=$(value cookie "$TMP/sndbuf$k")
	us=$(value elapsed_us "$TMP/sndbuf$k")
	waited=$(sum waited_us sk_sndbuf_wait key="$key" op=end)
	within "$k: sndbuf: waits, against the writer's clock" "$waited" \
		$((us / (fast ? 2 : 16))) "$us"
	within "$k: sndbuf: the reason" "$(held "$key" sndbuf)" 40000 "$us"
	# data beyond the window waits in the send buffer, too
	within "$k: sndbuf and cwnd, against the waits" \
		$(($(held "$key" sndbuf) + $(held "$key" cwnd))) \
		$((waited * 3 / 4)) $((us + 20000 * PATIENCE))
	is "$k: sndbuf: none failed" "$(count sk_sndbuf_wait key="$key" |
		cat)" "$(count sk_sndbuf_wait key="$key" error=0)"

	key=$(value cookie "$TMP/eagain$k")
	like "$k: EAGAIN" "$(list error sk_sndbuf_wait key="$key" op=end)" \
		"*11 11"
	within "$k: EAGAIN: nobody waits" "$(sum waited_us sk_sndbuf_wait \
		key="$key" op=end)" 0 $((5000 * PATIENCE))
	like "$k: EAGAIN: the reason" "$(list reason tcp_sendlimit key="$key")" \
		"*sndbuf*"

	key=$(value cookie "$TMP/shut$k")
	is "$k: shutdown" "$(list error sk_sndbuf_wait key="$key" op=end |
		tail -c 3) $(value write "$TMP/shut$k")" "32 Broken pipe"

	key=$(value cookie "$TMP/reset$k")
	is "$k: reset" "$(value write "$TMP/reset$k")" "Connection reset by peer"
	within "$k: reset: how long the writer has waited" \
		"$(values waited_us sk_sndbuf_wait key="$key" op=end |
			tail -n 1)" 1000 100000000
done

# --- skip= and only=

wire netem delay 5ms
for option in skip=ok skip=app only=cwnd:nagle; do
	trace_on tcp_sendlimit,$option
	run bursts "" eof "opt sndbuf 200000" \
		"write 30000 acked write 100000 acked shut eof"
	trace_off
	is "$option: identity" "$(identity)" ""
	within "$option: some are skipped" "$(stat_sum skipped)" $((3 * nr)) \
		1000
	is "$option: no app" "$(count tcp_sendlimit reason=app)" 0
	for k in $kinds; do
		key=$(value cookie "$TMP/bursts$k")
		within "$option: $k: what is not told has been" \
			"$(count tcp_sendlimit key="$key" reason=cwnd)" 2 100
		like "$option: $k: what it was" " $(list was tcp_sendlimit \
			key="$key") " "* @(app|pushone) *"
	done
done
is "only=: nothing else" "$(values reason tcp_sendlimit |
	grep -vxc -e cwnd -e nagle)" 0

# --- a filter is set while a writer waits, and removed during its next wait: the
# length of that wait is unknown

wire
kinds=4
trace_on sk_sndbuf_wait
begin filter "opt rcvbuf 4096" \
	"until $TMP/first read 300000 touch $TMP/between until $TMP/rest eof" \
	"opt sndbuf 4608" "write 1000000 acked shut eof"
wait_for waits_to_write "$TMP/filter4" || fail "the writer does not wait"
echo '1,6 0 0 0' >$CTL/sock_filters
touch "$TMP/first"
wait_for [ -e "$TMP/between" ]
tick 500	# until the buffers are full again
echo none >$CTL/sock_filters
touch "$TMP/rest"
end
trace_off
key=$(value cookie "$TMP/filter4")
is "a wait whose beginning was refused is not that of another one" \
	"$(values waited_us sk_sndbuf_wait key="$key" op=end |
		grep -cx 18446744073709551615)" 1
finish
