#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause? Each connection here is in trouble for one
# reason, or for none. "next" says which verdict each end must get. IPv4, IPv6 and
# mapped addresses take turns.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=why_lib.sh
. "$(dirname "$0")/why_lib.sh"
need_skbtrace
need ip jq nft tc
why_up
record_all

# --- never established

next refused '*'
call

next syn-dropped '*'
at_b dst_port "$port" action drop
call
clear_b

next syn-dropped '*'
in_a nft add table inet why
in_a nft add chain inet why out '{ type filter hook output priority 0; }'
in_a nft add rule inet why out tcp dport "$port" drop
call
in_a nft delete table inet why

next unreachable '*'
to=${to/%2/99}
call

# a dummy device swallows the SYN
next no-answer '*'
ip -n "$A" link add dm0 type dummy
ip -n "$A" link set dm0 up
ip -n "$A" route add 10.85.0.0/24 dev dm0
ip -n "$A" -6 route add fd85::/64 dev dm0
to=${to/83/85}
call
ip -n "$A" link del dm0

# two connections fill a backlog of one
next queue-full '*'
server in_b "tcp$f" bind "$to" "$port" listen 1 touch "$TMP/ready" \
	until "$TMP/enough" close
listener_port=$port
pids=()
for ((i = 0; i < 2; i++)); do
	background in_a sk "tcp$f" bind "$near" $((6000 + i)) \
		connect "$to" "$port" touch "$TMP/queued$i" until "$TMP/enough"
	pids+=("$bg")
	wait_for [ -e "$TMP/queued$i" ] || die "no connection"
done
call
touch "$TMP/enough"
wait "${pids[@]}"
served

# --- late

next late-answer -
serve eof
at_b dst_port "$port" tcp_flags 0x2/0x12 \
	action gact drop random determ pass 2
call write 100 shut eof
clear_b
served

# --- ended by force

next reset-received closed-unread
serve until "$TMP/written$port" close
call write 1000 acked touch "$TMP/written$port" try eof
served

next timed-out '*'
serve until "$TMP/end$port"
background in_a sk "tcp$f" opt usertimeout 3000 connect "$to" "$port" \
	until "$TMP/dead" write 1000 try eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
at_b dst_port "$port" action drop
touch "$TMP/dead"
wait "$bg"
clear_b
touch "$TMP/end$port"

# --- lost

# each fifth long packet is dropped
next lost-here -
serve eof
in_b tc filter add dev b0 ingress pref 3 protocol "$(protocol)" flower \
	ip_proto tcp dst_port "$port" action gact pass random determ drop 5
call opt sndbuf 200000 write 100000 shut eof
in_b tc filter del dev b0 ingress pref 3
served

# each seventh goes to a dummy device, which swallows it
next lost-on-path -
ip -n "$B" link add dm0 type dummy
ip -n "$B" link set dm0 up
serve eof
in_b tc filter add dev b0 ingress pref 3 protocol "$(protocol)" flower \
	ip_proto tcp dst_port "$port" \
	action gact pass random determ pipe 7 \
	action mirred egress redirect dev dm0
call opt sndbuf 200000 write 100000 shut eof
in_b tc filter del dev b0 ingress pref 3
served
ip -n "$B" link del dm0

# nothing is lost, but some packets are not delayed, and overtake others
next reordered -
in_a tc qdisc replace dev a0 root netem delay 20ms reorder 25% 50% limit 10000
serve eof
call write 10000000 shut eof
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000
served

# long packets do not fit, and the ICMP errors that say so are dropped
next mtu-hole '*'
through try eof
icmp=(ip_proto icmp)
[ "$f" != 6 ] || icmp=(ip_proto icmpv6 type 2)
in_a tc filter add dev a0 ingress protocol "$(protocol)" flower "${icmp[@]}" \
	action drop
background in_a sk "tcp$f" opt usertimeout 4000 connect "$to" "$port" write 100 \
	acked until "$TMP/narrow" write 30000 try eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
ip -n "$B" link set b1 mtu 1300
touch "$TMP/narrow"
wait "$bg"
ip -n "$B" link set b1 mtu 1500
in_a tc filter del dev a0 ingress
kill "$server_pid"

# --- the peer

next peer-not-reading '*'
serve until "$TMP/read$port" eof
background in_a sk "tcp$f" connect "$to" "$port" write 8000000 shut eof
wait_for [ -e "$TMP/there$port" ] || die "no connection"
tick 900
touch "$TMP/read$port"
wait "$bg"
served

next peer-buffer -
server in_b "tcp$f" opt rcvbuf 4096 bind "$to" "$port" listen 1 \
	touch "$TMP/ready" accept eof
call opt sndbuf 200000 write 60000 shut eof
served

next peer-thinks -
serve times 5 read 100 pause 200000 write 500 again eof
call times 5 write 100 read 500 again shut eof
served

next ping-pong -
serve times 30 read 2000 write 10 again eof
call times 30 write 2000 read 10 again shut eof
served

# --- this end

next nagle -
serve eof
call times 200 write 50 pause 2000 again shut eof
served

next send-buffer -
serve eof
call opt sndbuf 4608 opt nodelay 1 times 60 write 5000 again shut eof
served

# --- nobody's fault

next - -
serve eof
call write 1000000 shut eof
served

next - -
serve eof
call times 10 write 100 pause 100000 again shut eof
served

next - -
serve write 1000 shut eof
call write 100 shut eof
served

wait_for all_closed || die "they do not end"

# --- the peer does not read as long as the recording lasts

next peer-not-reading '*'
serve until "$TMP/over" eof
background in_a sk "tcp$f" connect "$to" "$port" write 8000000 shut eof
hung=$bg
wait_for [ -e "$TMP/there$port" ] || die "no connection"
tick 900
check_verdicts
touch "$TMP/over"
wait "$hung"
served
some 1 listener-full "$listener_port" listener

# --- too few events were recorded

record_all -e tcp_connection
next cannot-say '*'
serve eof
background in_a sk "tcp$f" connect "$to" "$port" \
	times 3 write 100 pause 100000 again touch "$TMP/talked" \
	until "$TMP/judged" shut eof >/dev/null
open=$bg
wait_for [ -e "$TMP/talked" ] || die "no connection"
check_verdicts
touch "$TMP/judged"
wait "$open"
served

# --- why -- COMMAND, and why -w: records, and prints verdicts at once

port=$((port + 1))
serve eof
skbtrace why -f -o "$TMP/one" -- nsenter --net="/run/netns/$A" \
	sk "tcp$f" connect "$to" "$port" times 200 write 50 pause 2000 again shut \
	eof >"$TMP/said" 2>"$TMP/err"
is "why -- CMD: exit status" "$?" 0
served
ok "the verdict" grep -q ': nagle$' "$TMP/said"
ok "its sentence" grep -q "Nagle's algorithm" "$TMP/said"
no=$(sed -n 's/^    \([0-9]*:[0-9]*\).* tcp_sendlimit nagle.*/\1/p' "$TMP/said")
skbtrace parse --seq "$no" "$TMP/one" >"$TMP/lines"
ok "the event that it names" grep -q ' tcp_sendlimit .* reason=nagle ' \
	"$TMP/lines"
skbtrace why -f -o "$TMP/one" -- false >"$TMP/said" 2>"$TMP/err"
is "why -- a command that fails: exit status" "$?" 0
skbtrace why -f -o "$TMP/one" -- /nonexistent >"$TMP/said" 2>"$TMP/err"
is "why -- a command that cannot be run: exit status, no output" \
	"$? $(wc -c <"$TMP/said")" "127 0"
skbtrace why -f -o "$TMP/one" -w 1 -e @trouble 'port 1' >"$TMP/said" 2>"$TMP/err"
is "why -w 1 on a quiet host: exit status" "$?" 0
ok "why -w 1 on a quiet host: message" \
	grep -q '^no connection in this trace' "$TMP/said"
skbtrace why -o "$TMP/one" -w 1 >"$TMP/said" 2>"$TMP/err"
is "a file that is there is not overwritten" "$? $(wc -c <"$TMP/said")" "1 0"
finish
