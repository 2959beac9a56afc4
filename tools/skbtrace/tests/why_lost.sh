#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# why: a rule that needs all events of a kind, or their absence, does not speak if some
# of them were lost. And drops at a socket, each with its cause. TAP.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/lib.sh"
need jq python3

# said SCENARIO [EVENT FROM TO]: "SK VERDICT CERTAINTY" of connections in trouble, and
# of those about which nothing can be said
said() {
	"$here/gen_why.py" "$1" one.dat "${@:2}" || exit 1
	run 0 why --json one.dat
	jq -r '.verdicts[0] as $v | select($v.trouble or
		$v.name == "cannot-say") | "\(.sk) \($v.name) \($v.certainty)"' out
}

# says WANTED NAME SCENARIO [EVENT FROM TO]: compares what is said
says() {
	local got
	got=$(said "${@:3}")
	[ "$got" = "$1" ] || { echo "wanted: $1"; echo "is: $got"; cat out; } >>why
	[ ! -s why ]
	result $? "$2"
}

# needs VERDICT CERTAINTY SCENARIO EVENT...: without one of them it is not said
needs() {
	local verdict=$1 sure=$2 scenario=$3 event
	says "7 $verdict $sure" "$verdict: nothing lost" "$scenario"
	says "7 $verdict $sure" "$verdict: what it does not need is lost" \
		"$scenario" tcp_listen_overflow 530 531
	for event in "${@:4}"; do
		says "7 cannot-say cannot say" "$verdict: $event is lost" \
			"$scenario" "$event" 530 531
		jq -e --arg v "may be $verdict" --arg e "$event: some were lost" \
			'select(.sk == "7") | .verdicts[0].text |
				contains($v) and contains($e)' out >why ||
			cat out >>why
		grep -qx true why && : >why
		[ ! -s why ]
		result $? "$verdict: says what it may be, and that $event is lost"
	done
	says "7 cannot-say cannot say" "$verdict: nobody knows what is lost" \
		"$scenario" any 530 531
	says "7 $verdict likely" "$verdict: it had ended when some were lost" \
		"$scenario" "$4" 2500 2600
}

needs cwnd-clamped certain clamped tcp_sendlimit tcp_congestion tcp_retransmit
needs tcp-memory likely memory tcp_sendlimit
needs own-ring certain ring tcp_sendlimit tcp_rttm
needs answers-lost certain answers tcp_turn tcp_retransmit

says "8 backlog-full certain" "the backlog of a socket" backlog
says "8 backlog-full certain" "the same, of the receiver's side alone" \
	backlog_alone
says "8 receive-memory certain" "its receive buffer" rcvbuf
says "8 backlog-full likely" "the backlog, and drops are lost" \
	backlog skb_drop 1600 1601

says "7 acks-lost certain" "ACKs are dropped as they come in" acks
says "7 acks-lost certain" "the same, of the sender's side alone" acks_alone
says "7 reordered certain" "lost elsewhere, there is no blackout" acks_elsewhere
says "7 lost-here likely" "without SACK what follows a loss is sent again in vain" \
	go_back_here
says "7 lost-on-path certain" "the same, lost elsewhere" go_back_elsewhere
says "7 reordered likely" "the same, and nothing was lost" overtaken
says "7 reordered certain" "overtaken, and refused for an old timestamp" late
says "7 reordered certain" "the same, of the sender's side alone" late_sender
says "" "the same, of the receiver's side alone" late_receiver
says "8 input-dropped certain" "all that comes has an old timestamp" clock_back
says "8 input-dropped certain" "data are dropped as they come in, of the receiver's side alone" \
	input_dropped

# tells NAME VERDICT TEXT SCENARIO: the verdict on sk 7, and a part of its sentence
tells() {
	"$here/gen_why.py" "$4" one.dat || exit 1
	run 0 why --json one.dat
	jq --arg v "$2" --arg t "$3" 'select(.sk == "7") | .verdicts[0] |
		.name == $v and (.text | contains($t))' out | grep -qx true ||
		cat out >>why
	[ ! -s why ]
	result $? "$1"
}

tells "a router drops both ways: what the other end sent does not count" \
	lost-here "2 segments dropped on a router" both_ways
tells "the reverse path filter, ahead of the route" lost-here \
	"2 segments dropped in the peer's host, on their way in, by the reverse path filter" \
	rp_filter
says "7 lost-on-path certain" "ACKs are dropped, but what was sent again was lost" \
	lost_with_acks
says "7 lost-on-path certain" "a SYN-ACK that came twice is no lost ACK" \
	twice_answered
says "7 peer-thinks likely" "of one end alone: ACKs as late as answers" answers_late
says "7 peer-thinks certain" "the same, ACKs came before the answers" answers_later
says "7 lost-on-path likely" "the own queue is full: it may have dropped them" \
	queue_full
says "7 lost-on-path certain" "the same, for a moment" queue_short
says "7 lost-on-path certain" "packets that come twice do not tell what was in vain" \
	duplicated_elsewhere
tells "nor do they hide what was dropped" lost-here \
	"2 segments dropped in the peer's host, on their way in, by a wrong checksum" \
	duplicated_here
says "7 path-queue certain" "a queue that a large send buffer fills" queue_filled
says "7 send-buffer certain" "the same, and the buffer is small" buffer_small

echo "1..$n"
exit "$failed"
