// SPDX-License-Identifier: GPL-2.0
/* The module of TCP's events: what there is; see ev_tcp.h for where. */
#include <linux/module.h>
#include "ev_tcp.h"

static struct skbtrace_event *const tcp_events[] = {
	&ev_tcp_connection,
	&ev_icsk_connection,
	&ev_tcp_active_conn,
	&ev_tcp_rttm,
	&ev_tcp_ca_state,
	&ev_tcp_congestion,
	&ev_tcp_retransmit,
	&ev_tcp_sendlimit,
	&ev_sk_sndbuf_wait,
	&ev_tcp_turn,
	&ev_sk_timer,
	&ev_tcp_reset,
	&ev_tcp_listen_overflow,
};

static struct skbtrace_proto tcp_proto = {
	.name		= "tcp",
	.owner		= THIS_MODULE,
	.events		= tcp_events,
	.nr_events	= ARRAY_SIZE(tcp_events),
	.syms		= skbtrace_tcp_syms,
};

static int __init skbtrace_tcp_init(void)
{
	tcp_proto.nr_syms = skbtrace_tcp_nr_syms;
	return skbtrace_register_proto(&tcp_proto);
}

static void __exit skbtrace_tcp_exit(void)
{
	skbtrace_unregister_proto(&tcp_proto);
}

module_init(skbtrace_tcp_init);
module_exit(skbtrace_tcp_exit);

MODULE_DESCRIPTION("skbtrace: events of TCP");
MODULE_LICENSE("GPL");
MODULE_ALIAS_SKBTRACE_PROTO(tcp);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_connection);
MODULE_ALIAS_SKBTRACE_EVENT(icsk_connection);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_active_conn);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_rttm);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_ca_state);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_congestion);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_retransmit);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_sendlimit);
MODULE_ALIAS_SKBTRACE_EVENT(sk_sndbuf_wait);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_turn);
MODULE_ALIAS_SKBTRACE_EVENT(sk_timer);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_reset);
MODULE_ALIAS_SKBTRACE_EVENT(tcp_listen_overflow);
