// SPDX-License-Identifier: GPL-2.0
/* What sockets of TCP have that are no full ones. */
#include <net/request_sock.h>
#include "tcp_vars.h"

/* All but the state, of who has not that */
static void fill_unknown(struct tcp_vars *v)
{
	v->snd_wscale = U8_MAX;
	v->rcv_wscale = U8_MAX;
	v->spare = 0;
	v->snd_una = 0;
	v->snd_nxt = 0;
	v->rcv_nxt = 0;
	v->snd_wnd = U32_MAX;
	v->rcv_wnd = U32_MAX;
	v->snd_cwnd = U32_MAX;
	v->snd_ssthresh = U32_MAX;
	v->mss = U32_MAX;
	v->rto_us = U32_MAX;
	v->srtt_us = U32_MAX;
	v->mdev_us = U32_MAX;
}

static void fill_request(struct tcp_vars *v, const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	fill_unknown(v);
	v->state = TCP_NEW_SYN_RECV;
	v->snd_una = tcp_rsk(req)->snt_isn;
	v->snd_nxt = tcp_rsk(req)->snt_isn + 1;
	v->rcv_nxt = tcp_rsk(req)->rcv_nxt;
	v->rcv_wnd = req->rsk_rcv_wnd;
	v->mss = req->mss;
	v->snd_wscale = ireq->wscale_ok ? ireq->snd_wscale : 0;
	v->rcv_wscale = ireq->wscale_ok ? ireq->rcv_wscale : 0;
}

static void fill_timewait(struct tcp_vars *v, const struct sock *sk)
{
	const struct tcp_timewait_sock *tw = tcp_twsk(sk);

	fill_unknown(v);
	v->state = READ_ONCE(inet_twsk(sk)->tw_substate);
	v->snd_una = READ_ONCE(tw->tw_snd_nxt);
	v->snd_nxt = v->snd_una;
	v->rcv_nxt = READ_ONCE(tw->tw_rcv_nxt);
	v->rcv_wnd = READ_ONCE(tw->tw_rcv_wnd);
	v->rcv_wscale = inet_twsk(sk)->tw_rcv_wscale;
}

/* @sk: any kind of socket, or %NULL */
void skbtrace_fill_vars(struct tcp_vars *v, const struct sock *sk)
{
	if (!sk) {
		fill_unknown(v);
		v->state = U8_MAX;
	} else if (sk->sk_state == TCP_NEW_SYN_RECV) {
		fill_request(v, inet_reqsk(sk));
	} else if (sk->sk_state == TCP_TIME_WAIT) {
		fill_timewait(v, sk);
	} else {
		fill_vars(v, sk);
	}
}
