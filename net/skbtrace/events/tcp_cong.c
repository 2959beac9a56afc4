// SPDX-License-Identifier: GPL-2.0
/*
 * Round-trip time and congestion of TCP connections. Probes run under the
 * socket's lock unless stated otherwise.
 */
#include <trace/events/skbtrace.h>
#include <trace/events/tcp.h>
#include "tcp.h"

#define TCP_RTTM_FIELDS(F, S)						\
	F(S, u32, rtt_us, "us", "brief", "the sample")			\
	F(S, u32, srtt_us, "us", "brief", "smoothed RTT, the sample included") \
	F(S, u32, mdev_us, "us", "brief", "mean deviation")		\
	F(S, u32, mdev_max_us, "us", "-", "greatest mdev of this RTT")	\
	F(S, u32, rttvar_us, "us", "-", "smoothed mdev_max")		\
	F(S, u32, rto_us, "us", "brief,whole", "retransmission timeout") \
	F(S, u32, snd_una, "sseq", "-", "first byte not acknowledged, before this ACK") \
	F(S, u32, rtt_seq, "sseq", "-", "rttvar is renewed when this is acknowledged")
SKBTRACE_BLOCK(tcp_rttm, TCP_RTTM_FIELDS);

#define TCP_CA_STATE_FIELDS(F, S)					\
	F(S, u8, old, "enum:tcp_ca_state", "brief", "state it leaves")	\
	F(S, u8, state, "enum:tcp_ca_state", "brief", "state it enters") \
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u32, snd_cwnd, "segs", "brief", "congestion window")	\
	F(S, u32, snd_ssthresh, "segs", "brief,inf", "slow start threshold") \
	F(S, u32, packets_out, "segs", "brief", "sent and not acknowledged") \
	F(S, u32, sacked_out, "segs", "brief", "of them, SACKed")	\
	F(S, u32, lost_out, "segs", "brief", "of them, taken for lost")	\
	F(S, u32, retrans_out, "segs", "brief", "of them, retransmitted") \
	F(S, u32, total_retrans, "segs", "-", "retransmitted in all")	\
	F(S, u32, prior_cwnd, "segs", "-", "snd_cwnd before the reduction") \
	F(S, u32, prior_ssthresh, "segs", "inf", "what an undo makes of snd_ssthresh, 0: nothing") \
	F(S, u32, reordering, "segs", "-", "reordering degree")		\
	F(S, s32, undo_retrans, "segs", "-", "retransmissions that may prove needless") \
	F(S, u32, rto_us, "us", "brief,whole", "retransmission timeout") \
	F(S, u32, snd_una, "sseq", "brief", "first byte not acknowledged") \
	F(S, u32, snd_nxt, "sseq", "brief", "next byte to be sent")	\
	F(S, u32, high_seq, "sseq", "-", "snd_nxt when congestion began") \
	F(S, u32, undo_marker, "sseq", "-", "snd_una when it began, if it can be undone") \
	F(S, u32, snd_wnd, "bytes", "-", "window of the peer")		\
	F(S, u32, rcv_wnd, "bytes", "-", "own window")			\
	F(S, u32, mss, "bytes", "-", "sending MSS (mss_cache)")
SKBTRACE_BLOCK(tcp_ca_state, TCP_CA_STATE_FIELDS);

#define TCP_RETRANSMIT_FIELDS(F, S)					\
	F(S, u8, kind, "enum:tcp_retransmit", "brief", "why")		\
	F(S, u8, state, "enum:tcp_state", "-", "state of the connection") \
	F(S, u8, retransmits, "-", "brief", "timeouts in a row (icsk_retransmits)") \
	F(S, u8, spare, "-", "-", "0")					\
	F(S, u32, seq, "sseq", "brief", "first byte sent again")	\
	F(S, u32, len, "bytes", "brief", "sequence numbers sent again")	\
	F(S, u32, segs, "segs", "brief", "segments sent again")		\
	F(S, u32, snd_cwnd, "segs", "brief", "congestion window")	\
	F(S, u32, packets_out, "segs", "-", "sent and not acknowledged") \
	F(S, u32, total_retrans, "segs", "-", "retransmitted in all")	\
	F(S, u32, rto_us, "us", "brief,whole", "retransmission timeout")
SKBTRACE_BLOCK(tcp_retransmit, TCP_RETRANSMIT_FIELDS);

#define TCP_CONGESTION_FIELDS(F, S)					\
	F(S, u8, reason, "enum:tcp_congestion", "brief", "what has happened") \
	F(S, u8, retransmits, "-", "-", "timeouts in a row (icsk_retransmits)") \
	F(S, u16, spare, "-", "-", "0")					\
	F(S, u32, snd_cwnd, "segs", "brief", "congestion window; of cwr and fastrtx before the reduction") \
	F(S, u32, snd_ssthresh, "segs", "brief,inf", "slow start threshold, the new one") \
	F(S, u32, inflight, "segs", "brief", "taken to be on the way (tcp_packets_in_flight)") \
	F(S, u32, prior_cwnd, "segs", "-", "snd_cwnd before the last reduction") \
	F(S, u32, lost_out, "segs", "-", "taken for lost")		\
	F(S, u32, rto_us, "us", "brief,whole", "retransmission timeout") \
	F(S, u32, snd_una, "sseq", "brief", "first byte not acknowledged") \
	F(S, u32, snd_nxt, "sseq", "brief", "next byte to be sent")	\
	F(S, u32, mss, "bytes", "-", "sending MSS (mss_cache)")
SKBTRACE_BLOCK(tcp_congestion, TCP_CONGESTION_FIELDS);

static const struct skbtrace_sym congestion_words[] = {
	{ TCP_CONGESTION_CWR, "cwr" },
	{ TCP_CONGESTION_LOSS, "loss" },
	{ TCP_CONGESTION_FASTRTX, "fastrtx" },
	{ TCP_CONGESTION_FRTO, "frto" },
	{ TCP_CONGESTION_FRTO_LOSS, "frto-loss" },
	{ TCP_CONGESTION_LEAVE, "leave" },
	{ TCP_CONGESTION_UNDO, "undo" },
};

/* Why a segment is sent again */
enum {
	RETRANS_OTHER, RETRANS_FAST, RETRANS_LOSS, RETRANS_TLP, RETRANS_SYN,
	RETRANS_SYNACK
};

static const struct skbtrace_sym retransmit_words[] = {
	{ RETRANS_OTHER, "other" },	/* none of these; rare */
	{ RETRANS_FAST, "fast" },	/* in Recovery */
	{ RETRANS_LOSS, "loss" },	/* in Loss: RTO, smaller path MTU */
	{ RETRANS_TLP, "tlp" },		/* tail loss probe */
	{ RETRANS_SYN, "syn" },
	{ RETRANS_SYNACK, "synack" },
};

/* Which field of tcp_rttm, as skbtrace_slot.ranged says it, less 1 */
#define RTTM_FIELD(NAME)						\
	((offsetof(struct tcp_rttm_block, NAME) -			\
	  sizeof(struct skbtrace_block)) / sizeof(u32))
static_assert(RTTM_FIELD(rtt_seq) == 7);

static __always_inline u32 rttm_value(const struct sock *sk, u32 rtt_us,
				      unsigned int field)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	switch (field) {
	case RTTM_FIELD(srtt_us):
		return tp->srtt_us >> 3;
	case RTTM_FIELD(mdev_us):
		return tp->mdev_us >> 2;
	case RTTM_FIELD(mdev_max_us):
		return tp->mdev_max_us >> 2;
	case RTTM_FIELD(rttvar_us):
		return tp->rttvar_us >> 2;
	case RTTM_FIELD(rto_us):
		return skbtrace_jiffies_us(inet_csk(sk)->icsk_rto);
	case RTTM_FIELD(snd_una):
		return tp->snd_una;
	case RTTM_FIELD(rtt_seq):
		return tp->rtt_seq;
	default:
		return rtt_us;
	}
}

static __always_inline void fill_rttm(struct tcp_rttm_block *b,
				      const struct sock *sk, u32 rtt_us)
{
	b->rtt_us = rttm_value(sk, rtt_us, RTTM_FIELD(rtt_us));
	b->srtt_us = rttm_value(sk, rtt_us, RTTM_FIELD(srtt_us));
	b->mdev_us = rttm_value(sk, rtt_us, RTTM_FIELD(mdev_us));
	b->mdev_max_us = rttm_value(sk, rtt_us, RTTM_FIELD(mdev_max_us));
	b->rttvar_us = rttm_value(sk, rtt_us, RTTM_FIELD(rttvar_us));
	b->rto_us = rttm_value(sk, rtt_us, RTTM_FIELD(rto_us));
	b->snd_una = rttm_value(sk, rtt_us, RTTM_FIELD(snd_una));
	b->rtt_seq = rttm_value(sk, rtt_us, RTTM_FIELD(rtt_seq));
}

/*
 * Does the field that when= asks first agree? Nothing else is computed for it.
 */
static __always_inline bool rttm_in_range(struct skbtrace_session *s,
					  const struct skbtrace_event *ev,
					  const struct sock *sk, u32 rtt_us)
{
	u8 ranged = s->slot[ev->slot].ranged;

	if (likely(ranged <= 1))
		return skbtrace_in_range(s, ev, rtt_us);
	return skbtrace_in_range(s, ev, rttm_value(sk, rtt_us, ranged - 1));
}

static noinline void long_rttm(struct skbtrace_session *s, struct sock *sk,
			       u32 rtt_us)
{
	const struct skbtrace_event *ev = &skbtrace_ev_tcp_rttm;
	struct tcp_rttm_block asked __uninitialized, *b;

	if (skbtrace_has_cond(s, ev)) {
		fill_rttm(&asked, sk, rtt_us);
		skbtrace_event_sk(s, ev, sk, &asked);
		return;
	}
	b = skbtrace_begin_sk(s, ev, sk);
	if (!b)
		return;
	fill_rttm(b, sk, rtt_us);
	skbtrace_commit(s);
}

SKBTRACE_DEFINE_PROBE(tcp_rttm_probe,
		      TP_PROTO(struct sock *sk, long seq_rtt_us,
			       long ca_rtt_us),
		      TP_ARGS(sk, seq_rtt_us, ca_rtt_us))
{
	struct skbtrace_quick q __uninitialized;
	struct skbtrace_session *s = data;
	int how;

	if (unlikely(READ_ONCE(s->checks) & SKBTRACE_CHECK_RANGE) &&
	    !rttm_in_range(s, &skbtrace_ev_tcp_rttm, sk, seq_rtt_us))
		return;
	how = skbtrace_quick_sk(&q, s, &skbtrace_ev_tcp_rttm,
				sizeof(struct tcp_rttm_block), sk);
	if (how <= 0) {
		if (how < 0)
			long_rttm(s, sk, seq_rtt_us);
		return;
	}
	fill_rttm(q.block, sk, seq_rtt_us);
	skbtrace_quick_commit(&q);
}

static struct skbtrace_inference tcp_rttm_inferred;

/*
 * Inverts tcp_rtt_estimator(): srtt_us, in eighths, becomes
 * srtt_us + sample - (srtt_us >> 3); the first sample sets it.
 */
static u32 infer_sample(u32 old, u32 srtt_us)
{
	return old ? srtt_us - old + (old >> 3) : srtt_us >> 3;
}

/* Called before the segment is processed: changes are due to earlier ones. */
SKBTRACE_DEFINE_PROBE(tcp_rttm_infer_probe,
		      TP_PROTO(struct sock *sk, struct sk_buff *skb),
		      TP_ARGS(sk, skb))
{
	const struct skbtrace_event *ev = &tcp_rttm_inferred.ev;
	const struct tcp_sock *tp = tcp_sk(sk);
	struct skbtrace_session *s = data;
	struct skbtrace_state *state;
	struct tcp_rttm_block b;
	u32 old, rtt_us;
	bool seen;

	if (!skbtrace_passes(s, ev, sk))
		return;
	state = skbtrace_state_get_inferred(s, sk);
	if (!state || (state->srtt_us == tp->srtt_us &&
		       state->mdev_us == tp->mdev_us))
		return;
	seen = state->mdev_us;
	old = state->srtt_us;
	state->srtt_us = tp->srtt_us;
	state->mdev_us = tp->mdev_us;
	rtt_us = infer_sample(old, tp->srtt_us);
	if (!seen || !rttm_in_range(s, ev, sk, rtt_us))
		return;
	fill_rttm(&b, sk, rtt_us);
	skbtrace_write_sk(s, ev, sk, &b);
}

static __always_inline void fill_ca_state(struct tcp_ca_state_block *b,
					  const struct sock *sk, u8 state)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	b->old = icsk->icsk_ca_state;
	b->state = state;
	b->spare = 0;
	b->snd_cwnd = tcp_snd_cwnd(tp);
	b->snd_ssthresh = skbtrace_ssthresh(tp);
	b->packets_out = tp->packets_out;
	b->sacked_out = tp->sacked_out;
	b->lost_out = tp->lost_out;
	b->retrans_out = tp->retrans_out;
	b->total_retrans = tp->total_retrans;
	b->prior_cwnd = tp->prior_cwnd;
	b->prior_ssthresh = tp->prior_ssthresh >= TCP_INFINITE_SSTHRESH ?
			    U32_MAX : tp->prior_ssthresh;
	b->reordering = tp->reordering;
	b->undo_retrans = tp->undo_retrans;
	b->rto_us = skbtrace_jiffies_us(icsk->icsk_rto);
	b->snd_una = tp->snd_una;
	b->snd_nxt = tp->snd_nxt;
	b->high_seq = tp->high_seq;
	b->undo_marker = tp->undo_marker;
	b->snd_wnd = tp->snd_wnd;
	b->rcv_wnd = tp->rcv_wnd;
	b->mss = tp->mss_cache;
}

static noinline void long_ca_state(struct skbtrace_session *s, struct sock *sk,
				   u8 state)
{
	struct tcp_ca_state_block b __uninitialized;

	fill_ca_state(&b, sk, state);
	skbtrace_event_sk(s, &skbtrace_ev_tcp_ca_state, sk, &b);
}

static void write_ca_state(struct skbtrace_session *s, struct sock *sk,
			   u8 state)
{
	struct skbtrace_quick q __uninitialized;
	int how;

	if (!skbtrace_wants(s, &skbtrace_ev_tcp_ca_state, state))
		return;
	how = skbtrace_quick_sk(&q, s, &skbtrace_ev_tcp_ca_state,
				sizeof(struct tcp_ca_state_block), sk);
	if (how <= 0) {
		if (how < 0)
			long_ca_state(s, sk, state);
		return;
	}
	fill_ca_state(q.block, sk, state);
	skbtrace_quick_commit(&q);
}

static __always_inline void fill_congestion(struct tcp_congestion_block *b,
					    const struct sock *sk,
					    enum tcp_congestion reason)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	b->reason = reason;
	b->retransmits = icsk->icsk_retransmits;
	b->spare = 0;
	b->snd_cwnd = tcp_snd_cwnd(tp);
	b->snd_ssthresh = skbtrace_ssthresh(tp);
	b->inflight = tcp_packets_in_flight(tp);
	b->prior_cwnd = tp->prior_cwnd;
	b->lost_out = tp->lost_out;
	b->rto_us = skbtrace_jiffies_us(icsk->icsk_rto);
	b->snd_una = tp->snd_una;
	b->snd_nxt = tp->snd_nxt;
	b->mss = tp->mss_cache;
}

static noinline void long_congestion(struct skbtrace_session *s,
				     struct sock *sk,
				     enum tcp_congestion reason)
{
	struct tcp_congestion_block b __uninitialized;

	fill_congestion(&b, sk, reason);
	skbtrace_event_sk(s, &skbtrace_ev_tcp_congestion, sk, &b);
}

static void write_congestion(struct skbtrace_session *s, struct sock *sk,
			     enum tcp_congestion reason)
{
	struct skbtrace_quick q __uninitialized;
	int how;

	if (!skbtrace_wants(s, &skbtrace_ev_tcp_congestion, reason))
		return;
	how = skbtrace_quick_sk(&q, s, &skbtrace_ev_tcp_congestion,
				sizeof(struct tcp_congestion_block), sk);
	if (how <= 0) {
		if (how < 0)
			long_congestion(s, sk, reason);
		return;
	}
	fill_congestion(q.block, sk, reason);
	skbtrace_quick_commit(&q);
}

static struct skbtrace_hook hook_tcp_congestion;

/*
 * One "leave" for each time that congestion was entered, whatever the
 * algorithm. tcp_end_cwnd_reduction(), which sets snd_cwnd to ssthresh, may
 * come next.
 */
static void congestion_by_state(struct skbtrace_session *s,
				struct sock *sk, u8 old, u8 state)
{
	if (state == TCP_CA_CWR)
		write_congestion(s, sk, TCP_CONGESTION_CWR);
	else if (state == TCP_CA_Recovery)
		write_congestion(s, sk, TCP_CONGESTION_FASTRTX);
	else if (state < TCP_CA_CWR && old >= TCP_CA_CWR)
		write_congestion(s, sk, TCP_CONGESTION_LEAVE);
	else if (state == TCP_CA_Loss && !hook_tcp_congestion.tp)
		write_congestion(s, sk, TCP_CONGESTION_LOSS);
}

/* Before the store: icsk_ca_state is the old one. */
SKBTRACE_DEFINE_PROBE(tcp_cong_state_set_probe,
		      TP_PROTO(struct sock *sk, const u8 state),
		      TP_ARGS(sk, state))
{
	u8 old = inet_csk(sk)->icsk_ca_state;

	/* the same state is set repeatedly; a new socket has no cookie */
	if (old == state || sk->sk_state == TCP_CLOSE)
		return;
	write_ca_state(data, sk, state);
	congestion_by_state(data, sk, old, state);
}

SKBTRACE_DEFINE_PROBE(tcp_congestion_probe,
		      TP_PROTO(struct sock *sk, enum tcp_congestion reason),
		      TP_ARGS(sk, reason))
{
	write_congestion(data, sk, reason);
}

static u8 retransmit_kind(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	if (sk->sk_state == TCP_SYN_SENT)
		return RETRANS_SYN;
	if (icsk->icsk_ca_state == TCP_CA_Recovery)
		return RETRANS_FAST;
	if (icsk->icsk_ca_state == TCP_CA_Loss)
		return RETRANS_LOSS;
	/* tcp_send_loss_probe() sets this only after it has sent */
	return icsk->icsk_pending == ICSK_TIME_LOSS_PROBE ||
	       !icsk->icsk_pending ? RETRANS_TLP : RETRANS_OTHER;
}

/* @skb is of the retransmission queue: no header, only its cb is valid. */
static __always_inline void fill_retransmit(struct tcp_retransmit_block *b,
					    const struct sock *sk,
					    const struct sk_buff *skb, u8 kind)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	b->kind = kind;
	b->state = sk->sk_state;
	b->retransmits = icsk->icsk_retransmits;
	b->spare = 0;
	b->seq = TCP_SKB_CB(skb)->seq;
	b->len = TCP_SKB_CB(skb)->end_seq - TCP_SKB_CB(skb)->seq;
	b->segs = tcp_skb_pcount(skb);
	b->snd_cwnd = tcp_snd_cwnd(tp);
	b->packets_out = tp->packets_out;
	b->total_retrans = tp->total_retrans;
	b->rto_us = skbtrace_jiffies_us(icsk->icsk_rto);
}

static noinline void long_retransmit(struct skbtrace_session *s,
				     struct sock *sk,
				     const struct sk_buff *skb, u8 kind)
{
	struct tcp_retransmit_block b __uninitialized;

	fill_retransmit(&b, sk, skb, kind);
	skbtrace_event_sk(s, &skbtrace_ev_tcp_retransmit, sk, &b);
}

SKBTRACE_DEFINE_PROBE(tcp_retransmit_skb_probe,
		      TP_PROTO(const struct sock *csk,
			       const struct sk_buff *skb),
		      TP_ARGS(csk, skb))
{
	struct skbtrace_quick q __uninitialized;
	struct sock *sk = (struct sock *)csk;
	struct skbtrace_session *s = data;
	u8 kind = retransmit_kind(sk);
	int how;

	if (!skbtrace_wants(s, &skbtrace_ev_tcp_retransmit, kind))
		return;
	how = skbtrace_quick_sk(&q, s, &skbtrace_ev_tcp_retransmit,
				sizeof(struct tcp_retransmit_block), sk);
	if (how <= 0) {
		if (how < 0)
			long_retransmit(s, sk, skb, kind);
		return;
	}
	fill_retransmit(q.block, sk, skb, kind);
	skbtrace_quick_commit(&q);
}

/* Context: softirq; the listener is not locked, the request is held. */
SKBTRACE_DEFINE_PROBE(tcp_retransmit_synack_probe,
		      TP_PROTO(const struct sock *sk,
			       const struct request_sock *req),
		      TP_ARGS(sk, req))
{
	const struct tcp_retransmit_block b = {
		.kind = RETRANS_SYNACK,
		.state = TCP_NEW_SYN_RECV,
		.retransmits = req->num_retrans,
		.seq = tcp_rsk(req)->snt_isn,
		.len = 1,
		.segs = 1,
	};

	if (skbtrace_wants(data, &skbtrace_ev_tcp_retransmit, RETRANS_SYNACK))
		skbtrace_event_sk(data, &skbtrace_ev_tcp_retransmit,
				  req_to_sk((struct request_sock *)req), &b);
}

static SKBTRACE_HOOK(hook_tcp_rttm, tcp_rttm, tcp_rttm_probe);
static SKBTRACE_HOOK(hook_tcp_cong_state_set, tcp_cong_state_set,
		     tcp_cong_state_set_probe);
static SKBTRACE_HOOK_OPTIONAL(hook_tcp_congestion, tcp_congestion,
			      tcp_congestion_probe,
			      "at tcp_cong_state_set: loss stands for frto and frto-loss, too; undo is missed");
static SKBTRACE_HOOK(hook_tcp_retransmit_skb, tcp_retransmit_skb,
		     tcp_retransmit_skb_probe);
static SKBTRACE_HOOK_OPTIONAL(hook_tcp_retransmit_synack, tcp_retransmit_synack,
			      tcp_retransmit_synack_probe,
			      "a SYN-ACK sent again is missed");
static SKBTRACE_HOOK(hook_tcp_rttm_infer, tcp_probe, tcp_rttm_infer_probe);

static struct skbtrace_inference tcp_rttm_inferred = {
	.how		= "at tcp_probe: from how srtt has changed, seen one segment late; the sample of the handshake is missed, and one equal to srtt if mdev is below 4 us; snd_una is after the ACK",
	.hooks		= TCP_HOOKS(&hook_tcp_rttm_infer),
	.states		= true,
};

SKBTRACE_DEFINE_EVENT(tcp_rttm) = {
	SKBTRACE_EVENT(tcp_rttm),
	.nr		= SKBTRACE_NR(tcp_rttm),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "rtt:why",
	.opts		= SKBTRACE_OPTS_PICK,
	.conds		= true,
	.help		= "A sample of the round-trip time has been fed to the estimator (RFC 6298).",
	.read		= "rtt far above the smallest one: a queue on the path. Now and then 40 ms more: delayed ACKs.",
	.example	= "skbtrace record -e tcp_rttm -w 10",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.range		= "rtt_us",
	.ranges		= true,
	.hooks		= TCP_HOOKS(&hook_tcp_rttm),
	.inferred	= &tcp_rttm_inferred,
};

SKBTRACE_DEFINE_EVENT(tcp_ca_state) = {
	SKBTRACE_EVENT(tcp_ca_state),
	.nr		= SKBTRACE_NR(tcp_ca_state),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.select		= "state",
	.opts		= SKBTRACE_OPTS_PICK,
	.conds		= true,
	.help		= "Congestion avoidance is about to change its state.",
	.read		= "As tcp_congestion, with all that the decision rests on. recovery, cwr: snd_cwnd will shrink to snd_ssthresh; loss: it has shrunk. disorder: SACKs or duplicate ACKs, not yet taken for a loss.",
	.example	= "skbtrace record -e tcp_ca_state,only=recovery:loss",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_cong_state_set),
};

SKBTRACE_DEFINE_EVENT(tcp_congestion) = {
	SKBTRACE_EVENT(tcp_congestion),
	.nr		= SKBTRACE_NR(tcp_congestion),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "trouble:why",
	.select		= "reason",
	.opts		= SKBTRACE_OPTS_PICK,
	.conds		= true,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("tcp_congestion",
						       congestion_words)),
	.help		= "Congestion begins, gets worse, or ends.",
	.read		= "fastrtx to leave: repaired within RTTs. frto, loss: a timeout; frto-loss: it was no mistake. undo: the reduction was needless (reordering, delay). cwr: ECN, a drop on this host, or a loss that a tail probe repaired.",
	.example	= "skbtrace record -e tcp_congestion,skip=cwr:leave",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_cong_state_set,
				    &hook_tcp_congestion),
};

SKBTRACE_DEFINE_EVENT(tcp_retransmit) = {
	SKBTRACE_EVENT(tcp_retransmit),
	.nr		= SKBTRACE_NR(tcp_retransmit),
	.kind		= SKBTRACE_CONN,
	.stability	= "Evolving",
	.sets		= "trouble:why",
	.select		= "kind",
	.opts		= SKBTRACE_OPTS_PICK,
	.conds		= true,
	.syms		= SKBTRACE_WORDS(SKBTRACE_SYMS("tcp_retransmit",
						       retransmit_words)),
	.help		= "Segments have been sent again.",
	.read		= "fast: ACKs told of the loss, repaired within an RTT or so. loss: after a timeout, or a smaller path MTU. tlp: the tail, or only its ACK, was lost.",
	.example	= "skbtrace record -e tcp_retransmit",
	.named_by	= &skbtrace_ev_tcp_active_conn,
	.hooks		= TCP_HOOKS(&hook_tcp_retransmit_skb,
				    &hook_tcp_retransmit_synack),
};
