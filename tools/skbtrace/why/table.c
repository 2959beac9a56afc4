// SPDX-License-Identifier: GPL-2.0
/* Every verdict there is: add yours here, and its test in a rules_*.c. */
#include <stdio.h>
#include <string.h>

#include "why/why.h"

#define FROM(x)		(1u << SRC_##x)

/* In the order in which they are asked. */
const struct rule rules[] = {
	{ "refused", RULE_FATE, GROUP_FATE, FROM(KEYFRAME), never_refused,
	  "the SYN was answered by a reset", NULL },
	{ "unreachable", RULE_FATE, GROUP_FATE, FROM(KEYFRAME), never_unreachable,
	  "no route, no neighbour, or ICMP said so", "ip route get PEER; ip neigh" },
	{ "queue-full", RULE_FATE, GROUP_FATE, FROM(KEYFRAME) | FROM(OVERFLOW),
	  never_queue_full, "a queue of the listener was full",
	  "ss -tln: Recv-Q against Send-Q of the listener; accept() faster, or listen() with more" },
	{ "old-socket", RULE_FATE, GROUP_FATE, FROM(KEYFRAME) | FROM(DROP), never_old_socket,
	  "an old connection with these ports is in the way",
	  "ss -tan, on the peer: TIME-WAIT or CLOSE-WAIT with these ports" },
	{ "syn-dropped", RULE_FATE, GROUP_FATE, FROM(KEYFRAME) | FROM(DROP), never_dropped,
	  "the SYN, or its answer, was dropped in this recording", NULL },
	{ "no-answer", RULE_FATE, GROUP_FATE, FROM(KEYFRAME), never_silent,
	  "no answer to the SYN", NULL },
	{ "closed-unread", RULE_FATE, GROUP_FATE, FROM(RESET), end_unread,
	  "closed with data unread, so with a reset",
	  "read to the end before close(), or shutdown(SHUT_WR) first" },
	{ "reset-received", RULE_FATE, GROUP_FATE, FROM(KEYFRAME), end_reset_received,
	  "the peer sent a reset", NULL },
	{ "timed-out", RULE_FATE, GROUP_FATE, FROM(KEYFRAME), end_timeout,
	  "no answer any more: retransmissions, probes or keepalive",
	  "is the peer alive? ss -tanoi" },
	{ "never-accepted", RULE_FATE, GROUP_FATE, FROM(KEYFRAME), end_unaccepted,
	  "the listener closed before it was accepted", "ss -tln" },
	{ "error", RULE_FATE, GROUP_FATE, FROM(KEYFRAME), end_other,
	  "ended by another error", NULL },
	{ "reset-sent", RULE_FATE, GROUP_FATE, FROM(RESET), end_reset_sent,
	  "this end sent a reset", "skbtrace record -e tcp_reset,stack" },
	{ "listener-full", RULE_FATE, GROUP_FATE, FROM(OVERFLOW), listener_full,
	  "a listener refused clients: its queue was full",
	  "ss -tln: Recv-Q against Send-Q; accept() faster, or listen() with more" },
	{ "late-answer", RULE_HELD, GROUP_OWN, FROM(RETRANS), late_answer,
	  "established only after SYNs without an answer", NULL },
	{ "mtu-hole", RULE_HELD, GROUP_LOSS, FROM(RETRANS) | FROM(CONG), loss_mtu,
	  "long segments do not arrive, and no ICMP message says so", NULL },
	{ "blackout", RULE_HELD, GROUP_LOSS, FROM(RETRANS) | FROM(CONG), loss_blackout,
	  "nothing came back for a while", NULL },
	{ "acks-lost", RULE_HELD, GROUP_LOSS, FROM(RETRANS) | FROM(DROP),
	  loss_acks, "ACKs were dropped in this recording, data were not", NULL },
	{ "reordered", RULE_HELD, GROUP_LOSS, FROM(RETRANS) | FROM(CONG), loss_reordered,
	  "nothing was lost: sent again in vain",
	  "tc -s qdisc; is traffic spread over links packet by packet?" },
	{ "lost-here", RULE_HELD, GROUP_LOSS, FROM(RETRANS) | FROM(CONG) | FROM(DROP),
	  loss_dropped, "segments were dropped in this recording", NULL },
	{ "lost-on-path", RULE_HELD, GROUP_LOSS, FROM(RETRANS) | FROM(CONG), loss_path,
	  "segments were lost where nobody recorded",
	  "mtr -T PEER; skbtrace record on the hosts in between" },
	{ "peer-not-reading", RULE_HELD, GROUP_WINDOW, FROM(LIMIT), peer_shut,
	  "the peer's program does not read: its window shuts",
	  "on the peer: ss -tm, and what its program does" },
	{ "peer-buffer", RULE_HELD, GROUP_WINDOW, FROM(LIMIT), peer_small,
	  "the peer's receive buffer is too small for this path",
	  "on the peer: sysctl net.ipv4.tcp_rmem; does it set SO_RCVBUF?" },
	{ "peer-thinks", RULE_HELD, GROUP_OWN, FROM(TURN), peer_thinks,
	  "asked, acknowledged, and its program takes its time",
	  "on the peer: what does its program do meanwhile?" },
	{ "ping-pong", RULE_HELD, GROUP_OWN, FROM(TURN), peer_ping_pong,
	  "a round trip for each small step of a dialogue",
	  "let the program send more before it waits, or fewer larger steps" },
	{ "nagle", RULE_HELD, GROUP_OWN, FROM(LIMIT), own_nagle,
	  "small writes wait for delayed ACKs",
	  "one write for a message, or TCP_NODELAY" },
	{ "send-buffer", RULE_HELD, GROUP_OWN, FROM(LIMIT), own_sndbuf,
	  "the send buffer is too small, or fixed",
	  "sysctl net.ipv4.tcp_wmem; does the program set SO_SNDBUF?" },
	{ "own-queue", RULE_HELD, GROUP_OWN, FROM(LIMIT), own_queue,
	  "the own device or its qdisc is the bottleneck", "tc -s qdisc; ip -s link" },
	{ "paced", RULE_HELD, GROUP_OWN, FROM(LIMIT), own_pacing,
	  "sent at a rate that was set", "tc -s qdisc; ss -ti: pacing_rate" },
	{ "refused-below", RULE_HELD, GROUP_OWN, FROM(LIMIT), own_refused,
	  "IP or a layer below refuses packets", NULL },
	{ "receive-memory", RULE_HELD, GROUP_OWN, FROM(DROP), own_memory,
	  "the receive buffer, or memory, is full", NULL },
	{ "path-queue", RULE_HELD, GROUP_OWN, FROM(LIMIT) | FROM(RTTM), path_queue,
	  "a queue on the path grows with the load",
	  "tc qdisc with fq_codel or cake at the bottleneck; or BBR here" },
	{ "cannot-say", RULE_UNKNOWN, GROUP_OWN, 0, unknown_held,
	  "too little was recorded of it",
	  "skbtrace why records all that it takes" },
	{ "receiver", RULE_HEALTHY, GROUP_OWN, 0, fine_receiver,
	  "it received: what held the sender back is seen at the other end",
	  NULL },
	{ "program", RULE_HEALTHY, GROUP_OWN, 0, fine_program,
	  "its program had nothing more to send", NULL },
	{ "start", RULE_HEALTHY, GROUP_OWN, 0, fine_start,
	  "short: its windows were still growing", NULL },
	{ "path", RULE_HEALTHY, GROUP_OWN, 0, fine_path,
	  "as fast as the path allows", NULL },
	{ "quiet", RULE_HEALTHY, GROUP_OWN, 0, fine_short, "did little", NULL },
};

const u32 nrules = ARRAY_SIZE(rules);

/* "tcp_sendlimit tcp_turn" */
static const char *needs_text(const struct rule *r, char *buf, size_t size)
{
	*buf = 0;
	for (int i = 0; i < SRC_NR; i++)
		if (r->needs & 1u << i)
			snprintf(buf + strlen(buf), size - strlen(buf), "%s%s",
				 *buf ? " " : "", source_events[i]);
	return *buf ? buf : "-";
}

void why_rules(void)
{
	char buf[128];

	printf("%-17s%-41s %s\n", "VERDICT", "NEEDS", "MEANING");
	for (u32 i = 0; i < nrules; i++)
		printf("%-17s%-41s %s\n", rules[i].name,
		       needs_text(&rules[i], buf, sizeof(buf)),
		       rules[i].meaning);
}
