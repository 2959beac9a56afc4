// SPDX-License-Identifier: GPL-2.0
/* The module of TCP events, and words that several of them use. */
#include <linux/errno.h>
#include <trace/events/skbtrace.h>
#include "tcp.h"

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

static const struct skbtrace_sym how_words[] = {
	{ TCP_HOW_NONE, "-" },
	{ TCP_HOW_FIRST, "first" },
	{ TCP_HOW_AGAIN, "again" },
	{ TCP_HOW_PROBE, "probe" },
};

/* In the order of the header's bits */
static const struct skbtrace_sym flag_words[] = {
	{ TCPHDR_FIN, "FIN" }, { TCPHDR_SYN, "SYN" }, { TCPHDR_RST, "RST" },
	{ TCPHDR_PSH, "PSH" }, { TCPHDR_ACK, "ACK" }, { TCPHDR_URG, "URG" },
	{ TCPHDR_ECE, "ECE" }, { TCPHDR_CWR, "CWR" }, { 0x100, "AE" },
};

/* Errors that end a connection: tcp_reset(), tcp_write_err(), ICMP, etc. */
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

static const struct skbtrace_syms tcp_syms[] = {
	SKBTRACE_SYMS("tcp_state", state_words),
	SKBTRACE_SYMS("tcp_ca_state", ca_state_words),
	SKBTRACE_SYMS("tcp_sendlimit", sendlimit_words),
	SKBTRACE_SYMS("tcp_how", how_words),
	SKBTRACE_SYMS("tcp_flags", flag_words),
	SKBTRACE_SYMS("errno", errno_words),
};

static SKBTRACE_EVENT_TABLE(tcp_events, SKBTRACE_TCP_EVENTS);

static struct skbtrace_proto skbtrace_tcp = {
	.name		= "tcp",
	.owner		= THIS_MODULE,
	.events		= tcp_events,
	.nr_events	= ARRAY_SIZE(tcp_events),
	.syms		= tcp_syms,
	.nr_syms	= ARRAY_SIZE(tcp_syms),
};
module_skbtrace_proto(skbtrace_tcp);

MODULE_DESCRIPTION("skbtrace: events of TCP");
MODULE_LICENSE("GPL");
MODULE_ALIAS_SKBTRACE_PROTO(tcp);
