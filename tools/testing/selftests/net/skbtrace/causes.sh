#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Five slow connections side by side, each for another reason. The output of
# "skbtrace parse" for a connection, and its row of the summary, show the reason.

# shellcheck disable=SC2317 # functions that wait_for calls
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
control_up
need_skbtrace
need tc
need_event tcp_sendlimit sk_sndbuf_wait tcp_congestion tcp_retransmit
net_up
# on a slow kernel the causes must outweigh what the processor takes
in_a tc qdisc add dev a0 root netem delay $((PATIENCE == 1 ? 20 : 80))ms ||
	skip "no netem"
in_b tc qdisc add dev b0 clsact || skip "no clsact"
# A lost SYN or FIN would be another cause: packets below 256 bytes always arrive.
in_b tc filter add dev b0 ingress pref 1 protocol ip u32 \
	match u16 0 0xff00 at 2 action pass || skip "no u32"
in_b tc filter add dev b0 ingress pref 2 protocol ipv6 u32 \
	match u16 0 0xff00 at 4 action pass

rounds=5
((PATIENCE == 1)) || rounds=1
seed=${SEED:-$$}
RANDOM=$seed
echo "# seed $seed"

# --- five ways to be slow

declare -A ip=([4]=ip [6]=ipv6)

# slow CAUSE FAMILY PORT TAG
slow() {
	local words="" before="" after="" read=eof
	case $1 in
	loss)	# each 5th packet
		in_b tc filter add dev b0 ingress pref 3 \
			protocol "${ip[$2]}" flower ip_proto tcp dst_port "$3" \
			action gact pass random determ drop 5
		before="opt sndbuf 200000"
		after="write 100000"
		;;
	swnd)	# the peer has room for little
		words="opt rcvbuf 4096"
		before="opt sndbuf 200000"
		after="write 60000"
		;;
	nagle)	# many small writes, without TCP_NODELAY
		after="times 200 write 50 pause 100 again"
		;;
	sndbuf)	# the send buffer is smaller than what the path holds
		before="opt sndbuf 4608 opt nodelay 1"
		after="times 40 write 5000 again"
		;;
	app)	# the program writes little, with pauses
		before="opt nodelay 1"
		after="times 30 write 1000 pause 10000 again"
		;;
	esac
	# shellcheck disable=SC2086 # words
	server in_b "tcp$2" $words bind "$(addr B "$2")" "$3" listen 1 \
		touch "$TMP/ready" accept $read
	# shellcheck disable=SC2086 # words
	background in_a sk "tcp$2" $before connect "$(addr B "$2")" "$3" \
		touch "$TMP/there-$4" until "$TMP/go-${4%-*}" $after shut eof \
		>/dev/null
	pids+=("$server_pid" "$bg")
}

# --- tell the causes from the output alone

# cause_of LINES ROW: the cause, from what skbtrace has printed of a connection.
# The row names what took most of its time; the lines must show that, too.
cause_of() {
	local word
	word=$(awk '{ print $8; exit }' <<<"$2")
	case $word in
	loss) grep -q ' tcp_retransmit .* kind=' <<<"$1" || word+="?" ;;
	*) grep -q " tcp_sendlimit .* was=$word " <<<"$1" || word+="?" ;;
	esac
	echo "$word"
}

# shuffled WORD...
shuffled() {
	local w=("$@") i j t
	for ((i = $# - 1; i > 0; i--)); do
		j=$((RANDOM % (i + 1)))
		t=${w[i]} w[i]=${w[j]} w[j]=$t
	done
	echo "${w[*]}"
}

right=0
for ((round = 1; round <= rounds; round++)); do
	read -ra roles <<<"$(shuffled loss swnd nagle sndbuf app)"
	pids=() conns=()
	background skbtrace record -q -f -o "$TMP/trace" -e @trouble,@send
	recorder=$bg
	wait_for tracing 1 || die "no recording"
	for i in "${!roles[@]}"; do
		family=$(((i + round) % 2 ? 4 : 6))
		port=$((5000 + 10 * round + i))
		slow "${roles[i]}" "$family" "$port" "$round-$i"
		to=$(addr B $family)
		[ $family = 4 ] || to="[$to]"
		conns+=("*>$to:$port")
	done
	for i in "${!roles[@]}"; do
		wait_for [ -e "$TMP/there-$round-$i" ] || die "no connection"
	done
	touch "$TMP/go-$round"
	wait "${pids[@]}"
	kill -INT "$recorder"
	wait "$recorder" || fail "round $round: record: exit status $?"
	in_b tc filter del dev b0 ingress pref 3
	for i in "${!roles[@]}"; do
		lines=$(skbtrace parse -i "$TMP/trace" --conn "${conns[i]}")
		row=$(skbtrace parse -i "$TMP/trace" --conn "${conns[i]}" \
			--summary | tail -n 1)
		cause=$(cause_of "$lines" "$row")
		[ "$cause" = "${roles[i]}" ] ||
			head -n 40 <<<"$lines" | sed 's/^/# /'
		is "round $round: ${conns[i]}" "$cause" "${roles[i]}"
		echo "# $row"
		[ "$cause" = "${roles[i]}" ] && right=$((right + 1))
	done
done
is "all are right" "$right" $((5 * rounds))
finish
