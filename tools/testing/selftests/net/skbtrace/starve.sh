#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Four places that slow a connection down: the send buffer, the device's queue, its
# transmit ring, the reader. The delay of each is known: it must show in that stage
# alone, to 5 %, and "why" must name the place.

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=segment_lib.sh
. "$(dirname "$0")/segment_lib.sh"
need ip jq ping skbtrace tc
segment_up
need wire
need_event sk_sndbuf_wait tcp_sendlimit skb_drop tcp_rttm
ms=1000
events=@why,sk_sndbuf_wait,tcp_segment,every=

# near WHAT GOT WANTED: to 5 %
near() {
	within "$1: $3 us" "$2" $(($3 * 95 / 100)) $(($3 * 105 / 100))
}

# part NAME SIDE STAGE...: these stages' share of the time of a side's bytes, percent
part() {
	jq -s --args --arg side "$2" 'map(select(.side == $side)) |
		(map(select(.stage as $s | $ARGS.positional | index($s)).complete_us) |
		 add // 0) * 100 / (map(select(.stage == $side).complete_us)[0]) |
		floor' "${@:3}" <"$TMP/$1.json"
}

# lands NAME SIDE STAGE...: nearly all time is spent in these stages
lands() {
	within "$1: $2: percent of ${*:3}" "$(part "$@")" 95 100
}

# mean NAME STAGE...: microseconds that a byte spends in these stages, on average
mean() {
	jq -s --args 'map(select(.side == "sent")) |
		(map(select(.stage as $s | $ARGS.positional | index($s)).complete_us) |
		 add) / (map(select(.stage == "sent").count)[0]) | floor' \
		"${@:2}" <"$TMP/$1.json"
}

# named NAME VERDICT: "why" says so of the end that connected
named() {
	skbtrace why "$TMP/$1" | sed 's/^/# /'
	is "$1: why" "$(skbtrace why --json "$TMP/$1" | jq -r "
		select(.conn // \"\" | endswith(\":$port\")) |
		.verdicts[0].name // \"none\"")" "$2"
}

# shellcheck disable=SC2317 # called by wait_for
crowded() {
	! drained in_a a0
}

# segments BYTES FAMILY: how many TCP makes of them
segments() {
	echo $((($1 + ${mss[$2]} - 1) / ${mss[$2]}))
}

# on_wire BYTES FAMILY: bytes on the wire, with headers, Ethernet's included
on_wire() {
	echo $(($1 + $(segments "$1" "$2") * (1514 - ${mss[$2]})))
}

declare -A mss=([4]=1448 [6]=1428)

# --- the device's queue, which sends 1 or 5 Mbit/s

# The last of ten segments waits for all before it, except for the first burst
burst=1600
in_a tc qdisc replace dev a0 root tbf rate 1mbit burst $burst limit 1mb ||
	skip "no tbf"
for f in 4 6; do
	record "queue$f" "${events}1" "$(addr B $f)" $f "write 14000 shut eof" eof
	stages "queue$f"
	near "queue$f: sent qdisc" "$(us "queue$f" sent qdisc max_us)" \
		$((($(on_wire 14000 $f) - burst) * 8))
	lands "queue$f" sent qdisc
	sums "queue$f"
done

# TCP small queues limit what the queue gets: the rest waits in the socket
in_a tc qdisc replace dev a0 root tbf rate 5mbit burst $burst limit 2mb
for f in 4 6; do
	record "slow$f" "${events}1k" "$(addr B $f)" $f \
		"opt sndbuf 4000000 write 150000 shut eof" eof
	stages "slow$f"
	near "slow$f: a byte's buffer and qdisc" \
		"$(mean "slow$f" buffer qdisc)" \
		$((($(on_wire 150000 $f) / 2 - burst) * 8 / 5))
	lands "slow$f" sent buffer qdisc
	sums "slow$f"
	named "slow$f" own-queue
done

# The queue is full of others' packets
for f in 4 6; do
	rm -f "$TMP/over"
	background in_b sk "udp$f" bind "$(addr B $f)" 7000 until "$TMP/over"
	background in_a sk "udp$f" connect "$(addr B $f)" 7000 try send 9000 1400
	crowd=$bg
	wait_for crowded || die "the queue stays empty"
	record "crowd$f" "${events}1k" "$(addr B $f)" $f \
		"write 60000 shut eof" eof
	touch "$TMP/over"
	kill "$crowd" 2>/dev/null
	wait_for drained in_a a0
	stages "crowd$f"
	lands "crowd$f" sent buffer qdisc
	sums "crowd$f"
	named "crowd$f" own-queue
done
in_a tc qdisc del dev a0 root

# --- the reader, which sleeps for two seconds, while its buffer gets full

for f in 4 6; do
	record "reader$f" "${events}4k" "$(addr B $f)" $f \
		"opt sndbuf 4000000 write 3000000 shut eof" \
		"opt rcvbuf 200000 pause 2000000 eof"
	stages "reader$f"
	near "reader$f: received socket" \
		"$(us "reader$f" received socket max_us)" $((2000 * ms))
	near "reader$f: sent buffer" "$(us "reader$f" sent buffer max_us)" \
		$((2000 * ms))
	lands "reader$f" received socket
	lands "reader$f" sent buffer
	sums "reader$f"
	named "reader$f" peer-not-reading
done

# --- the send buffer, of which one is sent in each round trip

in_b tc qdisc add dev b0 root netem delay 40ms limit 10000 || skip "no netem"
for f in 4 6; do
	record "sndbuf$f" "${events}4k" "$(addr B $f)" $f \
		"opt sndbuf 4608 write 800000 shut eof" eof
	stages "sndbuf$f"
	near "sndbuf$f: sndbuf" "$(us "sndbuf$f" program sndbuf p50_us)" $((40 * ms))
	near "sndbuf$f: sent network+peer" \
		"$(us "sndbuf$f" sent network+peer p50_us)" $((40 * ms))
	within "sndbuf$f: sent buffer" "$(us "sndbuf$f" sent buffer p50_us)" 0 $ms
	sums "sndbuf$f"
	named "sndbuf$f" send-buffer
done

# --- the transmit ring, of a tun device whose reader is slow

# ring STALL PACKET LENGTH: starts "wire" with these times, microseconds; LENGTH: how
# many packets the ring holds
ring() {
	rm -f "$TMP/wired"
	background wire "/run/netns/$A" "/run/netns/$B" "$1" "$2" "$TMP/wired"
	wire_pid=$bg
	wait_for [ -e "$TMP/wired" ] || skip "no tun"
	ip -n "$A" link set tun0 txqueuelen "$3"
	ip -n "$A" -b - <<-BATCH
		addr add 10.86.0.1/24 dev tun0
		addr add fd86::1/64 dev tun0 nodad
		link set tun0 up
	BATCH
	ip -n "$B" -b - <<-BATCH
		addr add 10.86.0.2/24 dev tun0
		addr add fd86::2/64 dev tun0 nodad
		link set tun0 up
	BATCH
	wait_for in_a ping -q -n -c 1 -W 1 10.86.0.2 >/dev/null ||
		die "no way through the wire"
}

# shellcheck disable=SC2317 # called by wait_for
unwired() {
	! ip -n "$A" link show tun0 && ! ip -n "$B" link show tun0
}

ring_off() {
	kill "$wire_pid"
	wait_for unwired 2>/dev/null >/dev/null || die "the wire stays"
}

# shellcheck disable=SC2034 # by name
ring4=10.86.0.2 ring6=fd86::2
# to FAMILY: the address of the other end of the wire
to() {
	local name=ring$1
	echo "${!name}"
}

# the ring is read once in 50 ms
ring $((50 * ms)) 0 500
for f in 4 6; do
	record "ring$f" "${events}1" "$(to $f)" $f \
		"times 10 write 5000 acked again shut eof" eof
	stages "ring$f"
	near "ring$f: sent nic" "$(us "ring$f" sent nic p50_us)" $((50 * ms))
	lands "ring$f" sent nic
	sums "ring$f"
done
ring_off

# the ring is read packet by packet, 1000 a second
ring 0 1000 500
for f in 4 6; do
	record "late$f" "${events}1k" "$(to $f)" $f \
		"opt sndbuf 4000000 write 150000 shut eof" eof
	stages "late$f"
	near "late$f: a byte's buffer and nic" "$(mean "late$f" buffer nic)" \
		$((($(segments 150000 $f) + 1) * ms / 2))
	lands "late$f" sent buffer nic
	sums "late$f"
	named "late$f" own-ring
done
ring_off

# the same, and the ring is too short for what is sent
ring 0 1000 16
for f in 4 6; do
	record "full$f" "${events}4k" "$(to $f)" $f \
		"opt sndbuf 4000000 write 1000000 shut eof" eof
	stages "full$f"
	sums "full$f"
	named "full$f" lost-here
done
finish
