// SPDX-License-Identifier: GPL-2.0
/* TCP resets, sent and received, and listeners whose queues are full. */
#include <trace/events/skbtrace.h>
#include <trace/events/tcp.h>
#include "compat.h"
#include "tcp.h"

#define TCP_RESET_FIELDS(F, S)						\
	SKBTRACE_TUPLE_FIELDS(F, S)					\
	F(S, u8, state, "enum:tcp_state", "brief,na", "state of the connection") \
	F(S, u8, spare, "-", "-", "0")					\
	F(S, u32, reason, "enum:rst_reason", "brief,na", "sent: why (enum sk_rst_reason)") \
	F(S, u32, spare2, "-", "-", "0")
SKBTRACE_BLOCK(tcp_reset, TCP_RESET_FIELDS);
SKBTRACE_ASSERT_TUPLE(tcp_reset);

#define TCP_LISTEN_OVERFLOW_FIELDS(F, S)				\
	F(S, addr, client, "-", "brief", "who wanted to connect")	\
	F(S, u16, client_port, "port", "brief", "its port")		\
	F(S, u8, reason, "enum:tcp_overflow", "brief", "the full queue, and what was refused") \
	F(S, u8, spare, "-", "-", "0")					\
	F(S, u32, acceptq, "-", "brief", "connections waiting for accept()") \
	F(S, u32, backlog, "-", "brief", "most of them: as given to listen(), at most somaxconn") \
	F(S, u32, synq, "-", "brief", "handshakes under way (SYN queue)")
SKBTRACE_BLOCK(tcp_listen_overflow, TCP_LISTEN_OVERFLOW_FIELDS);

static const struct skbtrace_sym overflow_words[] = {
	{ TCP_OVERFLOW_SYN_QUEUE, "synq" },
	{ TCP_OVERFLOW_ACCEPT_QUEUE, "acceptq" },
	{ TCP_OVERFLOW_LAST_ACK, "acceptq_ack" },
};

#define RST_WORD(reason)	{ SK_RST_REASON_##reason, #reason },
#define RST_NO_WORD(reason)
static const struct skbtrace_sym rst_words[] = {
	DEFINE_RST_REASON(RST_WORD, RST_NO_WORD)
};

/*
 * A reset that answers a packet of no connection, or one to a listener, has no
 * key; the addresses are those of the packet.
 */
static struct tcp_reset_block *
begin_reset(struct skbtrace_session *s, struct sock *sk,
	    const struct sk_buff *skb)
{
	struct skbtrace_packet p = {
		.skb = skb, .dir = SKBTRACE_DIR_RX,
	};

	if (sk && sk->sk_state != TCP_LISTEN)
		return skbtrace_begin_sk(s, &skbtrace_ev_tcp_reset, sk);
	if (!skb)
		return NULL;
	p.l3 = skb_network_offset(skb);
	p.net = skbtrace_packet_net(skb, NULL, sk);
	if (!skbtrace_passes_whole(s, &skbtrace_ev_tcp_reset, &p))
		return NULL;
	return skbtrace_begin(s, &skbtrace_ev_tcp_reset, 0,
			      skbtrace_inum(p.net));
}

static void write_reset(struct skbtrace_session *s, struct sock *sk,
			const struct sk_buff *skb, u8 dir, u32 reason)
{
	struct tcp_reset_block *b;

	if (!skbtrace_wants(s, &skbtrace_ev_tcp_reset, reason))
		return;
	b = begin_reset(s, sk, skb);
	if (!b)
		return;
	if (skb)
		skbtrace_packet_tuple(skb, skb_network_offset(skb),
				      SKBTRACE_DIR_RX, skbtrace_tuple_of(b),
				      NULL);
	else
		skbtrace_sock_tuple(sk, skbtrace_tuple_of(b));
	b->proto = IPPROTO_TCP;
	b->dir = dir;
	b->state = sk ? sk->sk_state : U8_MAX;	/* none */
	b->spare = 0;
	b->reason = reason;
	b->spare2 = 0;
	skbtrace_commit(s);
}

/*
 * @skb: the packet that is answered, skb->data is the TCP header; %NULL: the
 * connection sends the reset by itself. @sk: any kind of socket, or none.
 */
SKBTRACE_DEFINE_PROBE(tcp_send_reset_probe,
		      TP_PROTO(const struct sock *sk, const struct sk_buff *skb,
			       const enum sk_rst_reason reason),
		      TP_ARGS(sk, skb, reason))
{
	write_reset(data, (struct sock *)sk, skb, SKBTRACE_DIR_TX, reason);
}

#ifdef SKBTRACE_HAVE_RST_REASON
#define RESET_HOOKS	TCP_HOOKS(&hook_tcp_send_reset, &hook_tcp_receive_reset)
#else
#define RESET_HOOKS	TCP_HOOKS(&hook_reset_reply, &hook_tcp_send_reset, \
				  &hook_tcp_receive_reset)

/*
 * An older tcp_send_reset tells only what a full socket answers. @th: of the
 * reset, or of an ACK.
 */
SKBTRACE_DEFINE_PROBE(tcp_reset_reply_probe,
		      TP_PROTO(const struct sock *sk,
			       const struct sk_buff *skb,
			       const struct tcphdr *th),
		      TP_ARGS(sk, skb, th))
{
	if (th->rst && (!sk || !sk_fullsock(sk)))
		write_reset(data, (struct sock *)sk, skb, SKBTRACE_DIR_TX,
			    SK_RST_REASON_NOT_SPECIFIED);
}

static SKBTRACE_HOOK_OPTIONAL(hook_reset_reply, tcp_send_reply,
			      tcp_reset_reply_probe,
			      "no reason; what is sent for no socket, or for a minisocket, is missed");
#endif

/* Without a reason; minisockets are not passed. */
SKBTRACE_DEFINE_PROBE(tcp_send_reset_older_probe,
		      TP_PROTO(const struct sock *sk,
			       const struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	tcp_send_reset_probe(data, sk, skb, SK_RST_REASON_NOT_SPECIFIED);
}

SKBTRACE_DEFINE_PROBE(tcp_receive_reset_probe,
		      TP_PROTO(struct sock *sk),
		      TP_ARGS(sk))
{
	write_reset(data, sk, NULL, SKBTRACE_DIR_RX, U32_MAX);
}

/* Context: softirq, the listener is not locked; skb->data is the TCP header. */
SKBTRACE_DEFINE_PROBE(tcp_listen_overflow_probe,
		      TP_PROTO(const struct sock *csk,
			       const struct sk_buff *skb,
			       enum tcp_overflow why),
		      TP_ARGS(csk, skb, why))
{
	struct sock *sk = (struct sock *)csk;
	struct tcp_listen_overflow_block *b;
	struct skbtrace_session *s = data;
	struct skbtrace_tuple t;

	if (!skbtrace_wants(s, &skbtrace_ev_tcp_listen_overflow, why))
		return;
	b = skbtrace_begin_sk(s, &skbtrace_ev_tcp_listen_overflow, sk);
	if (!b)
		return;
	skbtrace_packet_tuple(skb, skb_network_offset(skb), SKBTRACE_DIR_RX, &t,
			      NULL);
	b->client = t.peer;
	b->client_port = t.pport;
	b->reason = why;
	b->spare = 0;
	b->acceptq = READ_ONCE(sk->sk_ack_backlog);
	b->backlog = READ_ONCE(sk->sk_max_ack_backlog);
	b->synq = inet_csk_reqsk_queue_len(sk);
	skbtrace_commit(s);
}

static SKBTRACE_HOOK_OLDER(hook_tcp_send_reset, tcp_send_reset,
			   tcp_send_reset_probe, tcp_send_reset_older_probe,
			   "no reason");
static SKBTRACE_HOOK(hook_tcp_receive_reset, tcp_receive_reset,
		     tcp_receive_reset_probe);
static SKBTRACE_HOOK(hook_tcp_listen_overflow, tcp_listen_overflow,
		     tcp_listen_overflow_probe);

SKBTRACE_DEFINE_EVENT(tcp_reset) = {
	SKBTRACE_EVENT(tcp_reset),
	.nr		= SKBTRACE_NR(tcp_reset),
	.kind		= SKBTRACE_CONN,
	.urgent		= true,
	.stability	= "Evolving",
	.sets		= "trouble:conn:why",
	.select		= "reason",
	.opts		= SKBTRACE_OPTS_PICK,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("rst_reason",
						       rst_words)),
	.help		= "A reset is sent, or ends a connection that receives it.",
	.read		= "dir=tx reason=NO_SOCKET: nobody listens there. TCP_ABORT_ON_CLOSE: closed with data unread. dir=rx state=SYN_SENT: connection refused.",
	.example	= "skbtrace record -e tcp_reset,stack",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= RESET_HOOKS,
};

SKBTRACE_DEFINE_EVENT(tcp_listen_overflow) = {
	SKBTRACE_EVENT(tcp_listen_overflow),
	.nr		= SKBTRACE_NR(tcp_listen_overflow),
	.kind		= SKBTRACE_CONN,
	.urgent		= true,
	.stability	= "Evolving",
	.sets		= "trouble:why",
	.select		= "reason",
	.opts		= SKBTRACE_OPT_MARK,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("tcp_overflow",
						       overflow_words)),
	.help		= "A listener refuses a packet because one of its queues is full.",
	.read		= "acceptq above backlog: the program calls accept() too slowly, or listen() with too little. acceptq_ack: the client believes it is connected. synq: a flood of SYNs, or the last ACKs are lost.",
	.example	= "skbtrace record -e tcp_listen_overflow",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_listen_overflow),
};
