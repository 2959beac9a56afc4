#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# scripts/bench/guest.sh OUT TRIPS ROUNDS ROW... - the part of bench.sh in a VM
#
# Runs the traffic of each row with its tracer on, and writes into OUT/result:
#   ns ROW TRIPS NANOSECONDS          of each round of TRIPS events
#   seen ROW SENT SEEN LOST           events of all rounds, by the traffic's
#                                     count and by the tracer's own
# ROW plain-TRAFFIC: the traffic alone.

set -eEuo pipefail
out=$1 trips=$2 rounds=$3
shift 3

here=${0%/*}
ctl=/sys/kernel/debug/skbtrace
ftrace=/sys/kernel/tracing
scratch=$(mktemp -d)
sent=$((trips / 10 + trips * rounds))

# the traffic of ROW, all rounds or as many as said
traffic() {
	local mode n
	mode=$(awk -v row="$1" '$1 == row { print $3 }' "$here/rows")
	n=$(trips_of "${mode:-${1#plain-}}")
	"$out/pingpong" "${mode:-${1#plain-}}" "$n" "${2:-$rounds}" |
		sed "s/^/ns $1 $n /" >>"$out/result"
}

# trips_of MODE: of 65,000 bytes fewer do, as all of them fill a file
trips_of() {
	if [ "$1" = gso ]; then
		echo $((trips / 20))
	else
		echo "$trips"
	fi
}

# Tracers that run a command, and what that command is.
if [ "${1-}" = --child ]; then
	traffic "$2"
	# record has a session of its own
	for stat in "$ctl"/sessions/*/stat; do
		[ ! -r "$stat" ] || cat "$stat" >"$3/stat"
	done
	exit
fi
child=("$0" "$out" "$trips" "$rounds" --child)

seen() { # ROW SENT SEEN LOST
	echo "seen $*" >>"$out/result"
}

# stat_of KEY [FILE]: of the one CPU
stat_of() {
	sed -n "s/^cpu 0 .*\b$1=\([0-9]*\).*/\1/p" "${2:-$ctl/stat}"
}

# skbtrace's own rows

load() {
	modprobe -a skbtrace skbtrace_packet skbtrace_ip skbtrace_tcp skbtrace_udp
}

# Sessions beside the default one, and what they trace
others=() traced=''

# with_others N EVENT COMMAND...
with_others() {
	local i d
	load
	traced=$2
	for ((i = 0; i < $1; i++)); do
		d=$ctl/sessions/bench$i
		echo "bench$i" >$ctl/sessions/new
		# a round, in less than the default one has: memory is limited
		echo 6 >"$d/subbuf_nr"
		echo 262144 >"$d/subbuf_size"
		others+=("$d")
	done
	"${@:3}"
	for d in "${others[@]}"; do
		echo "${d##*/}" >$ctl/sessions/remove
	done
	others=()
}

others_do() { # EVENT
	local d
	for d in "${others[@]}"; do
		echo "$1" >"$d/enabled"
	done
}

# The buffer holds one round: without a reader it begins empty for each.
# ROW EVENT KEY [N]: the count in stat that these events add to; N events a trip
# or fewer, so that a round fits the buffer
kept() {
	local d i all=0 lost=0 trips=$((trips / ${4:-1}))
	load
	echo 4 >$ctl/subbuf_nr
	echo 1048576 >$ctl/subbuf_size
	# several lines must be one write
	echo "$2" >"$scratch/enabled"
	for ((i = 0; i < rounds; i++)); do
		# what the round before has left counts as memory
		: >$ctl/owner
		others_do "$traced"
		cat "$scratch/enabled" >$ctl/enabled
		traffic "$1" 1
		all=$((all + $(stat_of "$3")))
		lost=$((lost + $(stat_of lost)))
		for d in "${others[@]}"; do
			lost=$((lost + $(stat_of lost "$d/stat")))
		done
		echo '-*' >$ctl/enabled
		others_do '-*'
	done
	seen "$1" $(((trips / 10 + trips) * rounds)) "$all" "$lost"
	echo 131072 >$ctl/subbuf_size
	echo 8 >$ctl/subbuf_nr
}

by_cat() { # ROW EVENT
	local reader
	load
	echo "$2" >$ctl/enabled
	cat $ctl/trace.cpu0 >"$scratch/cat" &
	reader=$!
	traffic "$1"
	seen "$1" "$sent" "$(stat_of written)" "$(stat_of lost)"
	echo '-*' >$ctl/enabled
	wait "$reader"
}

by_record() { # ROW EVENT [FILE OPTION...]
	load
	skbtrace record -q -f -e "$2" -o "${3:-$scratch/record}" "${@:4}" -- \
		"${child[@]}" "$1" "$scratch"
	seen "$1" "$sent" "$(stat_of written "$scratch/stat")" \
		"$(stat_of lost "$scratch/stat")"
}

# for --where
row_symbols() {
	grep -i ' t ' /proc/kallsyms >"$out/symbols"
}

row_off-udp() { traffic off-udp; }
row_off-tcp() { traffic off-tcp; }
row_loaded-udp() { load; traffic loaded-udp; }
row_loaded-tcp() { load; traffic loaded-tcp; }

again() {
	load
	sed -n 's/^event [0-9]* \([^ ]*\) .*kind=\(conn\|packet\).*/\1/p' \
		$ctl/format >$ctl/enabled
	"$out/pingpong" udp 10 1 >/dev/null
	echo '-*' >$ctl/enabled
	traffic "$1"
}
row_again-udp() { again again-udp; }
row_again-tcp() { again again-tcp; }

row_recv-kept() { kept recv-kept udp_receive written; }
row_ipsend-kept() { kept ipsend-kept ip_send written; }
row_iprecv-kept() { kept iprecv-kept ip_receive written; }
row_tsend-kept() { kept tsend-kept tcp_send written; }
row_trecv-kept() { kept trecv-kept tcp_receive written; }
row_tsend-skip() { kept tsend-skip tcp_send,only=again skipped; }
row_tsend-port() { kept tsend-port 'tcp_send,when=pport==1' refused; }
row_tsend-when() { kept tsend-when 'tcp_send,when=window<1' refused; }
row_tsend-srtt() { kept tsend-srtt 'tcp_send,when=srtt_us>10s' refused; }
row_sfilter-tsend() { filtered sfilter-tsend sock_filters 'port 443' tcp_send filtered; }
row_sfilter-trecv() { filtered sfilter-trecv sock_filters 'port 443' tcp_receive filtered; }
row_delay-kept() { kept delay-kept skb_delay written 4; }
row_seg-kept() { kept seg-kept tcp_segment written 20; }
# places ROW ALL SPEC: how many there are is seen with ALL, as SPEC writes none
places() {
	local all some
	kept "$1" "$2" written 20
	# <() would need /dev/fd
	read -r _ _ some all _ <<<"$(grep "^seen $1 " "$out/result")"
	sed -i "/^[a-z]* $1 /d" "$out/result"
	kept "$1" "$3" written 20
	sed -i "/^seen $1 /d" "$out/result"
	seen "$1" "$some" "$all" 0
}
row_seg-none() { places seg-none tcp_segment tcp_segment,every=2048m; }
row_seg-hist() {
	places seg-hist tcp_segment,every=1k tcp_segment,every=1k,hist
}
row_seg-hnone() { places seg-hnone tcp_segment tcp_segment,every=2048m,hist; }
# following ROW: nothing is written, so there is no buffer to begin anew
following() {
	load
	echo tcp_segment,every=1k,hist >$ctl/enabled
	traffic "$1"
	echo '-*' >$ctl/enabled
	seen "$1" "$sent" "$sent" 0
}
row_seg-trip() { following seg-trip; }
row_seg-many() { following seg-many; }
row_seg-bulk() {
	local pid
	load
	skbtrace latency -q tcp >"$scratch/latency" &
	pid=$!
	until grep -qs tcp_segment $ctl/sessions/*/enabled; do sleep 0.1; done
	traffic seg-bulk
	kill -INT $pid
	wait $pid
	# a byte in 64 KiB, and each trip has as many
	seen seg-bulk "$sent" "$(awk '$1 == "sent" { print $2 }' \
		"$scratch/latency")" 0
}
row_timer-kept() { kept timer-kept sk_timer written 2; }
row_conn-kept() { kept conn-kept tcp_connection written 8; }
row_state-kept() { kept state-kept tcp_state written 8; }
row_active-kept() { kept active-kept tcp_active_conn written 8; }
row_listen-kept() { kept listen-kept icsk_connection written 4; }
row_reset-kept() { kept reset-kept tcp_reset written 4; }
row_full-kept() { kept full-kept tcp_listen_overflow written; }
row_retrans-kept() { kept retrans-kept tcp_retransmit written; }
row_castate-kept() { kept castate-kept tcp_ca_state written 2; }
row_cong-kept() { kept cong-kept tcp_congestion written 2; }
row_sndbuf-kept() { kept sndbuf-kept sk_sndbuf_wait written 2; }

# Attempts to send are not events: "count" of the events tells of them.
calls() { # ROW
	skbtrace record -q -f -e tcp_sendlimit -o "$scratch/calls" -- \
		"$out/pingpong" bulk "$trips" 1 >/dev/null
	skbtrace parse --json -i "$scratch/calls" |
		sed -n 's/.*"event":"tcp_sendlimit".*"count":\([0-9]*\).*/\1/p' |
		awk '{ n += $1 } END { print n + 0 }'
}
row_turn-kept() { kept turn-kept tcp_turn written; }
# Segments that nothing turns with are not events: what the sender has sent
segments() {
	awk '/^Tcp:/ && n++ { print $12 }' /proc/net/snmp
}
row_turn-same() {
	local before
	before=$(segments)
	kept turn-same tcp_turn written 4
	sed -i '/^seen turn-same/d' "$out/result"
	seen turn-same $((sent / 4)) $(($(segments) - before)) 0
}
row_limit-same() { kept limit-same tcp_sendlimit written; }
row_limit-bulk() {
	kept limit-bulk tcp_sendlimit written 4
	sed -i '/^seen limit-bulk/d' "$out/result"
	seen limit-bulk $((trips / 10 + trips)) "$(calls)" 0
}

row_rps-kept() { kept rps-kept skb_rps_info written; }
row_udp-kept() { kept udp-kept udp_send written; }
row_drop-kept() { kept drop-kept skb_drop written; }
row_rttm-kept() { kept rttm-kept tcp_rttm written; }
row_rttm-infer() { kept rttm-infer tcp_rttm,form=inferred written; }
row_udp-infer() { kept udp-infer udp_send,form=inferred written; }
row_ipsend-infer() { kept ipsend-infer ip_send,form=inferred written; }
row_rttm-when() { kept rttm-when 'tcp_rttm,when=rtt>10s' refused; }
row_rttm-field() { kept rttm-field 'tcp_rttm,when=srtt>10s' refused; }
row_when-kept() { kept when-kept 'tcp_rttm,when=rtt<10s' written; }
row_rttm-held() { kept rttm-held $'tcp_rttm,primary=tcp_reset\ntcp_reset' held; }
row_udp-held() { kept udp-held $'udp_send,primary=tcp_reset\ntcp_reset' held; }
row_held-many() { kept held-many $'udp_send,primary=tcp_reset\ntcp_reset' held; }
row_fire-full() {
	kept fire-full 'udp_send,before=256,primary=udp_send[len>1]' held
}
row_rttm-stack() { kept rttm-stack tcp_rttm,stack written; }
row_drop-skip() { kept drop-skip skb_drop,skip=SOCKET_FILTER skipped; }

row_rps-context() {
	load
	echo hardirq >$ctl/contexts
	kept rps-context skb_rps_info skipped
	echo task softirq hardirq >$ctl/contexts
}

# ROW FILE EXPRESSION EVENT KEY
filtered() {
	load
	tcpdump -y RAW -ddd "$3" >"$ctl/$2"
	kept "$1" "$4" "$5"
	echo none >"$ctl/$2"
}
row_filter-none() {
	load
	echo '1,6 0 0 0' >$ctl/filters
	kept filter-none skb_rps_info filtered
	echo none >$ctl/filters
}
row_filter-host() {
	filtered filter-host filters 'host 10.0.0.7 and port 443' \
		skb_rps_info filtered
}
row_filter-port() { filtered filter-port filters 'port 443' skb_rps_info filtered; }
row_filter-kept() { filtered filter-kept filters udp skb_rps_info written; }
row_sfilter-rps() { filtered sfilter-rps sock_filters 'port 443' skb_rps_info filtered; }
row_sfilter-udp() { filtered sfilter-udp sock_filters 'port 443' udp_send filtered; }
row_sfilter-many() { filtered sfilter-many sock_filters 'port 443' udp_send filtered; }
row_sfilter-rttm() { filtered sfilter-rttm sock_filters 'port 443' tcp_rttm filtered; }
row_sfilter-kept() { filtered sfilter-kept sock_filters tcp tcp_rttm written; }

row_two-other() { with_others 1 tcp_rttm kept two-other skb_rps_info written; }
row_two-same() { with_others 1 skb_rps_info kept two-same skb_rps_info written; }
row_eight-other() { with_others 7 tcp_rttm kept eight-other skb_rps_info written; }
row_eight-same() { with_others 7 skb_rps_info kept eight-same skb_rps_info written; }
row_sample-udp() { kept sample-udp udp_send,sample=65536 skipped; }
row_sample-rttm() { kept sample-rttm tcp_rttm,sample=65536 skipped; }

metered() { # ROW EVENT
	load
	echo 100% >$ctl/max_cost
	kept "$1" "$2" written
	echo off >$ctl/max_cost
}
# shed ROW EVENT TRAFFIC FACTOR [MAX_COST]: max_cost leaves out all but one in so
# many connections, or all. MAX_COST: that it stays so for these rounds
shed() {
	load
	echo 0.0001% >$ctl/max_cost
	echo "$2" >$ctl/enabled
	until grep -q " shed_factor=$4 " $ctl/stat; do
		"$out/pingpong" "$3" $((trips / 4)) 1 >/dev/null
	done
	echo "${5:-0.0001%}" >$ctl/max_cost
	traffic "$1"
	seen "$1" "$sent" "$sent" 0
	echo '-*' >$ctl/enabled
	echo off >$ctl/max_cost
}
row_shed-udp() { shed shed-udp udp_send udp 128 100%; }
row_shed-rttm() { shed shed-rttm tcp_rttm tcp 128 100%; }
row_shut-udp() { shed shut-udp udp_send udp 0; }
row_shut-rttm() { shed shut-rttm tcp_rttm tcp 0; }
row_rps-meter() { metered rps-meter skb_rps_info; }
row_rttm-meter() { metered rttm-meter tcp_rttm; }

row_rps-full() {
	load
	echo 4096 >$ctl/subbuf_size
	echo skb_rps_info >$ctl/enabled
	traffic rps-full
	seen rps-full "$sent" $(($(stat_of lost) + $(stat_of written))) 0
	echo '-*' >$ctl/enabled
	echo 131072 >$ctl/subbuf_size
}

row_rps-cat() { by_cat rps-cat skb_rps_info; }
row_rttm-cat() { by_cat rttm-cat tcp_rttm; }
row_rps-record() { by_record rps-record skb_rps_info; }
row_rttm-record() { by_record rttm-record tcp_rttm; }
# The host's files stand for a disk: what is written there passes no page cache
direct() { # ROW EVENT
	by_record "$1" "$2" "$out/direct" --no-compress --direct
	rm "$out/direct"
}
row_rps-direct() { direct rps-direct skb_rps_info; }
row_rttm-direct() { direct rttm-direct tcp_rttm; }
row_rps-plain() { by_record rps-plain skb_rps_info "$scratch/record" --no-compress; }
row_rttm-plain() { by_record rttm-plain tcp_rttm "$scratch/record" --no-compress; }

# link ROW BATCH: skb_rps_info by a device that sends it
link() {
	load
	modprobe skbtrace_link
	"$out/link_new" skbtrace0 session default batch "$2" mtu 9000
	ip link set skbtrace0 up
	echo skb_rps_info >$ctl/enabled
	traffic "$1"
	seen "$1" "$sent" "$(stat_of written)" "$(stat_of lost)"
	echo '-*' >$ctl/enabled
	ip link del skbtrace0
}
row_link-send() { link link-send 1; }
row_link-off() { link link-off 0; }
# One of another session, which sends nothing: what probes look at is dearer
row_link-remote() {
	load
	modprobe skbtrace_link
	echo idle >$ctl/sessions/new
	"$out/link_new" skbtrace0 session idle remote 127.0.0.1 port 4717
	ip link set skbtrace0 up
	kept link-remote skb_rps_info written
	ip link del skbtrace0
	echo idle >$ctl/sessions/remove
}
row_link-dump9() { dump link-dump9 9000; }
row_link-dump() { dump link-dump 65535; }
# dump ROW MTU: skb_rps_info by a device, into a file
dump() {
	local dump
	load
	modprobe skbtrace_link
	"$out/link_new" skbtrace0 session default batch 1 mtu "$2"
	ip link set skbtrace0 up
	tcpdump -i skbtrace0 -w "$scratch/pcap" 2>"$scratch/log" &
	dump=$!
	until grep -q listening "$scratch/log"; do sleep 0.1; done
	echo skb_rps_info >$ctl/enabled
	traffic "$1"
	seen "$1" "$sent" "$(stat_of written)" "$(stat_of lost)"
	echo '-*' >$ctl/enabled
	sleep 1
	kill -INT $dump
	wait $dump
	cat "$scratch/log" >&2
	ip link del skbtrace0
}

# Packets themselves, into a file, and with the sniffers beside it. They go out by
# a device that drops them: each is seen once, and nobody has to receive it.

dummy_up() {
	[ ! -e /sys/class/net/bench0 ] || return 0
	ip link add bench0 type dummy
	echo 1 >/proc/sys/net/ipv6/conf/bench0/disable_ipv6
	ip address add 10.99.0.1/24 dev bench0
	ip link set bench0 up
}

# all_sent MODE: by all rounds
all_sent() {
	local n
	n=$(trips_of "$1")
	echo $((n / 10 + n * rounds))
}

capture() { # ROW MODE
	load
	skbtrace record --packets -o "$scratch/x.pcapng" -- \
		"${child[@]}" "$1" "$scratch" 2>"$scratch/log"
	cat "$scratch/log" >&2
	sed -n 's/^skbtrace: \([0-9]*\) packets -> [^ ]* ([^)]*)\(.*\)/\1 \2/p' \
		"$scratch/log" | awk -v row="$1" -v sent="$(all_sent "$2")" '{
			seen = $1
			sub(/[.].*/, "")
			while (match($0, /[a-z] [0-9]+/)) {
				lost += substr($0, RSTART + 2, RLENGTH - 2)
				$0 = substr($0, RSTART + RLENGTH)
			}
			print "seen", row, sent, seen, lost + 0
		}' >>"$out/result"
}
row_cap-64() { capture cap-64 out64; }
row_cap-1448() { capture cap-1448 out1448; }
row_cap-gso() { capture cap-gso gso; }

refused_out() { # ROW SPEC
	filtered "$1" filters 'port 443' "$2" filtered
}
row_out-refused() { refused_out out-refused ip_send; }
row_cap-refused() { refused_out cap-refused ip_send,capture; }

by_ring() { # ROW MODE
	local pid
	"$out/ring" bench0 "$scratch/pcap" 2>"$scratch/log" &
	pid=$!
	until grep -q listening "$scratch/log"; do sleep 0.1; done
	traffic "$1"
	sleep 1
	kill -INT "$pid"
	wait "$pid"
	awk -v row="$1" -v sent="$(all_sent "$2")" '/drops/ {
		print "seen", row, sent, $1 - $3, $3
	}' "$scratch/log" >>"$out/result"
}
row_ring-64() { by_ring ring-64 out64; }
row_ring-1448() { by_ring ring-1448 out1448; }
row_ring-gso() { by_ring ring-gso gso; }

row_dump-64() { dump_out dump-64 out64; }
row_dump-1448() { dump_out dump-1448 out1448; }
row_dump-gso() { dump_out dump-gso gso; }

# The other tracers

event=$ftrace/events/net/net_dev_queue

ftrace_seen() { # ROW
	awk -v sent="$sent" -v row="$1" '
		# what was overwritten has been recorded once
		/^(entries|overrun):/ { seen += $NF }
		END { print "seen", row, sent, seen, 0 }
	' $ftrace/per_cpu/cpu0/stats >>"$out/result"
}

row_ftrace() {
	echo 1 >$event/enable
	traffic ftrace
	ftrace_seen ftrace
	echo 0 >$event/enable
	echo >$ftrace/trace
}

row_ftrace-refused() {
	echo 'len == 1' >$event/filter
	echo 1 >$event/enable
	traffic ftrace-refused
	echo 0 >$event/enable
	echo 0 >$event/filter
}

row_ftrace-raw() {
	local reader
	echo 1 >$event/enable
	cat $ftrace/per_cpu/cpu0/trace_pipe_raw >"$scratch/raw" &
	reader=$!
	traffic ftrace-raw
	echo 0 >$event/enable
	kill "$reader"
	wait "$reader" || true
}

row_trace-cmd() {
	trace-cmd record -e net:net_dev_queue -o "$scratch/trace.dat" \
		"${child[@]}" trace-cmd "$scratch" >"$scratch/log" 2>&1
	# the file tells what was not overwritten before it was read
	seen trace-cmd "$sent" "$(trace-cmd report -F net_dev_queue \
		-i "$scratch/trace.dat" 2>/dev/null | grep -c net_dev_queue:)" 0
}

row_perf() {
	perf record -e net:net_dev_queue -a -o "$scratch/perf.data" -- \
		"${child[@]}" perf "$scratch" >"$scratch/log" 2>&1
	seen perf "$sent" \
		"$(sed -n 's/.*(\([0-9]*\) samples).*/\1/p' "$scratch/log")" 0
}

# by_bpftrace ROW PROGRAM
by_bpftrace() {
	local build
	build=$(realpath "/lib/modules/$(uname -r)/build")
	# -c takes a program, not a script
	BPFTRACE_KERNEL_SOURCE=$build/source BPFTRACE_KERNEL_BUILD=$build \
		bpftrace -o "$scratch/bpftrace" -c "/bin/bash ${child[*]} $1 $scratch" \
		-e "tracepoint:net:net_dev_queue { $2 }" >"$scratch/log" 2>&1
}

row_bpftrace-count() {
	by_bpftrace bpftrace-count '@ = count();'
	seen bpftrace-count "$sent" \
		"$(sed -n 's/^@: //p' "$scratch/bpftrace")" 0
}

row_bpftrace-printf() {
	# no args: bpftrace would look for the kernel's headers
	by_bpftrace bpftrace-printf 'printf("%lld %d %d\n", nsecs, cpu, pid);'
	seen bpftrace-printf "$sent" "$(wc -l <"$scratch/bpftrace")" \
		"$(sed -n 's/^Lost \([0-9]*\) events/\1/p' "$scratch/log" |
			awk '{ n += $1 } END { print n + 0 }')"
}

by_tcpdump() { # ROW FILTER [DEVICE]
	local pid
	tcpdump -i "${3:-lo}" -s 0 -w "$scratch/pcap" "$2" 2>"$scratch/log" &
	pid=$!
	until grep -q listening "$scratch/log"; do sleep 0.1; done
	traffic "$1"
	sleep 2
	kill -INT "$pid"
	wait "$pid"
}

tcpdump_seen() { # ROW SENT
	awk -v row="$1" -v sent="$2" '
		/packets captured/ { seen = $1 }
		/packets dropped/ { lost = $1 }
		END { print "seen", row, sent, seen, lost }
	' "$scratch/log" >>"$out/result"
}

row_tcpdump() { by_tcpdump tcpdump udp; tcpdump_seen tcpdump "$sent"; }

dump_out() { # ROW MODE
	by_tcpdump "$1" udp bench0
	tcpdump_seen "$1" "$(all_sent "$2")"
}

row_tcpdump-refused() { by_tcpdump tcpdump-refused 'udp port 9'; }

# Every row, the kernel without skbtrace too, crosses the site of skb_rps_info.
echo 1 >/sys/class/net/lo/queues/rx-0/rps_cpus

# Before any row, as each of the traffic alone is
dummy_up
# No row runs below "||" or "if": there a command that fails would not end it.
trap 'echo "guest: $row failed"; cat "$scratch/log" "$ctl/error" 2>/dev/null' ERR
for row; do
	case $row in
	plain-*) traffic "$row" ;;
	*) "row_$row" ;;
	esac
	rm -rf "${scratch:?}"/*
done
