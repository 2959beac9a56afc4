#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does "skbtrace why" name the cause? As why.sh: options of the SYN that something on
# the path removes, a receive buffer that overflows, errors, and the names for
# connections without trouble.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=why_lib.sh
. "$(dirname "$0")/why_lib.sh"
need ip nft sysctl tc
why_up
record_all

# on_router RULE...: a rule for what the router forwards, until off_router
on_router() {
	in_b nft add table inet why
	in_b nft add chain inet why through \
		'{ type filter hook forward priority 0; }'
	in_b nft add rule inet why through "$@" || skip "nft: no $*"
}

off_router() {
	in_b nft delete table inet why
}

# --- options of the SYN

# all are removed: each end believes that the other one has none
next syn-stripped -
on_router tcp dport "$port" tcp flags syn reset tcp option window
in_b nft add rule inet why through tcp dport "$port" tcp flags syn \
	reset tcp option sack-permitted
in_b nft add rule inet why through tcp dport "$port" tcp flags syn \
	reset tcp option timestamp
through eof
call opt sndbuf 4000000 write 4000000 shut eof
served
off_router

# window scaling is removed from the SYN-ACK alone: the server scales its windows,
# and the client does not
next syn-stripped -
on_router tcp sport "$port" tcp 'flags & (syn | ack) == (syn | ack)' \
	reset tcp option window
through eof
call opt sndbuf 4000000 write 100000 shut eof
served
off_router

# SYNs that ask for ECN are swallowed; the second SYN does not ask
next ecn-refused -
in_a sysctl -qw net.ipv4.tcp_ecn=1
ip -n "$B" link add dm0 type dummy
ip -n "$B" link set dm0 up
serve eof
at_b dst_port "$port" tcp_flags 0xc2/0xc2 \
	action mirred egress redirect dev dm0
call write 100 shut eof
clear_b
served
ip -n "$B" link del dm0
in_a sysctl -qw net.ipv4.tcp_ecn=2

# window scaling is removed, but not needed: no trouble
next - -
on_router tcp dport "$port" tcp flags syn reset tcp option window
through read 2000 write 2000 eof
call write 2000 read 2000 shut eof
served
off_router

# --- the receive buffer

# it is made smaller than the window that was offered: what fits the window is refused
next '*' receive-memory
server in_b "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" accept \
	opt rcvbuf 2304 touch "$TMP/there$port" until "$TMP/read$port" eof
background in_a sk "tcp$f" connect "$to" "$port" until "$TMP/there$port" \
	write 100000 shut eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
tick 950
tick 950
touch "$TMP/read$port"
wait "$bg"
served

# it is small from the beginning, and segments have a few bytes: slow, nothing lost
next '*' -
server in_b "tcp$f" opt rcvbuf 4096 bind "$to" "$port" listen 5 \
	touch "$TMP/ready" accept eof
call opt nodelay 1 times 300 write 20 again shut eof
served

# --- ends

next reset-received never-accepted
server in_b "tcp$f" bind "$to" "$port" listen 5 touch "$TMP/ready" \
	until "$TMP/written$port" close
call write 100 acked touch "$TMP/written$port" try eof
served

# the router has no route any more, and says so by ICMP
next error '*'
through until "$TMP/end$port"
background in_a sk "tcp$f" opt usertimeout 3000 connect "$to" "$port" \
	until "$TMP/narrow$port" write 1000 try eof >/dev/null
wait_for [ -e "$TMP/there$port" ] || die "no connection"
ip -n "$B" route add unreachable "${to#::ffff:}"
touch "$TMP/narrow$port"
wait "$bg"
ip -n "$B" route del unreachable "${to#::ffff:}"
touch "$TMP/end$port"

# --- nobody's fault

# a long path, and a program that writes little
next '=program' '=program'
in_a tc qdisc replace dev a0 root netem delay 300ms limit 10000
serve times 3 read 100 write 100 pause 900000 again eof
call times 3 write 100 read 100 pause 900000 again shut eof
served

# over before the window has grown
next '=start' '*'
serve eof
call opt sndbuf 2000000 write 400000 shut eof
served
in_a tc qdisc replace dev a0 root netem delay 20ms limit 10000

check_verdicts

# --- one end alone

# it is older than the recording, and receives little
next '=quiet' none
serve until "$TMP/little" write 100 touch "$TMP/came" until "$TMP/judged" close
background in_a sk "tcp$f" connect "$to" "$port" read 100 touch "$TMP/read$port" \
	eof >/dev/null
quiet=$bg
wait_for [ -e "$TMP/there$port" ] || die "no connection"
record_all --netns "/run/netns/$A"
touch "$TMP/little"
wait_for [ -e "$TMP/read$port" ] || die "no data"
quiet_server=$server_pid

# it receives: only the sender's host can tell what held it back
next '=receiver' none
serve times 20 write 20000 pause 20000 again eof
call shut eof
served
check_verdicts
touch "$TMP/judged"
wait "$quiet" "$quiet_server"
finish
