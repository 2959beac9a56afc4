// SPDX-License-Identifier: GPL-2.0
/* The words of the enums in TCP's events. */
#include <trace/events/skbtrace.h>
#include "compat.h"
#include "ev_tcp.h"

static const struct skbtrace_sym retransmit_words[] = {
	{ RETRANS_OTHER, "other" },	/* none of these; rare */
	{ RETRANS_FAST, "fast" },	/* in Recovery */
	{ RETRANS_LOSS, "loss" },	/* in Loss: RTO, smaller path MTU */
	{ RETRANS_TLP, "tlp" },		/* tail loss probe */
	{ RETRANS_SYN, "syn" },
	{ RETRANS_SYNACK, "synack" },
};

static const struct skbtrace_sym state_words[] = {
	{ TCP_ESTABLISHED, "ESTABLISHED" },	{ TCP_SYN_SENT, "SYN_SENT" },
	{ TCP_SYN_RECV, "SYN_RECV" },		{ TCP_FIN_WAIT1, "FIN_WAIT1" },
	{ TCP_FIN_WAIT2, "FIN_WAIT2" },		{ TCP_TIME_WAIT, "TIME_WAIT" },
	{ TCP_CLOSE_WAIT, "CLOSE_WAIT" },	{ TCP_CLOSE, "CLOSE" },
	{ TCP_LAST_ACK, "LAST_ACK" },		{ TCP_LISTEN, "LISTEN" },
	{ TCP_CLOSING, "CLOSING" },
	{ TCP_NEW_SYN_RECV, "NEW_SYN_RECV" },
};

static const struct skbtrace_sym ca_state_words[] = {
	{ TCP_CA_Open, "open" },		{ TCP_CA_Disorder, "disorder" },
	{ TCP_CA_CWR, "cwr" },			{ TCP_CA_Recovery, "recovery" },
	{ TCP_CA_Loss, "loss" },
};

static const struct skbtrace_sym congestion_words[] = {
	{ TCP_CONGESTION_CWR, "cwr" },
	{ TCP_CONGESTION_LOSS, "loss" },
	{ TCP_CONGESTION_FASTRTX, "fastrtx" },
	{ TCP_CONGESTION_FRTO, "frto" },
	{ TCP_CONGESTION_FRTO_LOSS, "frto-loss" },
	{ TCP_CONGESTION_LEAVE, "leave" },
	{ TCP_CONGESTION_UNDO, "undo" },
};

static const struct skbtrace_sym sendlimit_words[] = {
	{ TCP_SENDLIMIT_NONE, "-" },
	{ TCP_SENDLIMIT_APP, "app" },
	{ TCP_SENDLIMIT_APP, "ok", .alias = true },	/* first skbtrace */
	{ TCP_SENDLIMIT_CWND, "cwnd" },
	{ TCP_SENDLIMIT_SWND, "swnd" },
	{ TCP_SENDLIMIT_NAGLE, "nagle" },
	{ TCP_SENDLIMIT_TSO, "tso" },
	{ TCP_SENDLIMIT_FRAG, "frag" },
	{ TCP_SENDLIMIT_TSQ, "tsq" },
	{ TCP_SENDLIMIT_PACING, "pacing" },
	{ TCP_SENDLIMIT_PUSHONE, "pushone" },
	{ TCP_SENDLIMIT_OTHER, "other" },
	{ TCP_SENDLIMIT_SNDBUF, "sndbuf" },
	{ TCP_SENDLIMIT_END, "end" },
};

static const struct skbtrace_sym turn_words[] = {
	{ TCP_TURN_NONE, "-" },
	{ TCP_TURN_SELF, "self" },
	{ TCP_TURN_PEER, "peer" },
	{ TCP_TURN_END, "end" },
};

static const struct skbtrace_sym timer_words[] = {
	{ TIMER_REXMIT, "rexmit" },
	{ TIMER_PROBE, "probe" },		/* of a zero window */
	{ TIMER_KEEPALIVE, "keepalive" },
	{ TIMER_DELACK, "delack" },
	{ TIMER_TLP, "tlp" },			/* tail loss probe */
	{ TIMER_REO, "reo" },			/* RACK: is it reordering? */
	{ TIMER_ALL, "all" },			/* setup */
};

static const struct skbtrace_sym timer_op_words[] = {
	{ SK_TIMER_SETUP, "setup" },
	{ SK_TIMER_RESET, "reset" },
	{ SK_TIMER_STOP, "stop" },
	{ SK_TIMER_FIRE, "fire" },
};

/* What ends a TCP connection: tcp_reset(), tcp_write_err(), ICMP, or others */
#define ERR_WORD(err)	{ err, #err }
static const struct skbtrace_sym errno_words[] = {
	{ 0, "-" },
	ERR_WORD(EPERM),	ERR_WORD(EACCES),	ERR_WORD(EINVAL),
	ERR_WORD(EPIPE),	ERR_WORD(EPROTO),	ERR_WORD(EMSGSIZE),
	ERR_WORD(ENOPROTOOPT),	ERR_WORD(EOPNOTSUPP),	ERR_WORD(ENETDOWN),
	ERR_WORD(ENETUNREACH),	ERR_WORD(ECONNABORTED),	ERR_WORD(ECONNRESET),
	ERR_WORD(ENOBUFS),	ERR_WORD(ETIMEDOUT),	ERR_WORD(ECONNREFUSED),
	ERR_WORD(EHOSTDOWN),	ERR_WORD(EHOSTUNREACH),
};

static const struct skbtrace_sym overflow_words[] = {
	{ TCP_OVERFLOW_SYN_QUEUE, "synq" },
	{ TCP_OVERFLOW_ACCEPT_QUEUE, "acceptq" },
	{ TCP_OVERFLOW_LAST_ACK, "acceptq_ack" },
};

static const struct skbtrace_sym wait_words[] = {
	{ 0, "end" },
	{ 1, "begin" },
};

#define RST_WORD(reason)	{ SK_RST_REASON_##reason, #reason },
#define RST_NO_WORD(reason)
static const struct skbtrace_sym rst_words[] = {
	DEFINE_RST_REASON(RST_WORD, RST_NO_WORD)
};

const struct skbtrace_syms skbtrace_tcp_syms[] = {
	SKBTRACE_SYMS("tcp_state", state_words),
	SKBTRACE_SYMS("tcp_ca_state", ca_state_words),
	SKBTRACE_SYMS("tcp_congestion", congestion_words),
	SKBTRACE_SYMS("tcp_sendlimit", sendlimit_words),
	SKBTRACE_SYMS("tcp_turn", turn_words),
	SKBTRACE_SYMS("tcp_retransmit", retransmit_words),
	SKBTRACE_SYMS("sk_timer", timer_words),
	SKBTRACE_SYMS("sk_timer_op", timer_op_words),
	SKBTRACE_SYMS("tcp_overflow", overflow_words),
	SKBTRACE_SYMS("errno", errno_words),
	SKBTRACE_SYMS("wait", wait_words),
	SKBTRACE_SYMS("rst_reason", rst_words),
};

const unsigned int skbtrace_tcp_nr_syms = ARRAY_SIZE(skbtrace_tcp_syms);
