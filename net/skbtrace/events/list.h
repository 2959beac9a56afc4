/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All events, by module, each with its number in recordings. To add one, add a
 * row here, and a file that defines it, see event.h. A number is never reused.
 * The order is that of "format".
 */
#ifndef _NET_SKBTRACE_EVENTS_LIST_H
#define _NET_SKBTRACE_EVENTS_LIST_H

#define SKBTRACE_PACKET_EVENTS(E)					\
	E(skb_rps_info,			1)				\
	E(skb_drop,			4)				\
	E(skb_delay,			3)

#define SKBTRACE_IP_EVENTS(E)						\
	E(ip_send,			401)				\
	E(ip_receive,			402)

#define SKBTRACE_TCP_EVENTS(E)						\
	E(tcp_connection,		102)				\
	E(tcp_state,			114)				\
	E(icsk_connection,		201)				\
	E(tcp_active_conn,		104)				\
	E(tcp_rttm,			105)				\
	E(tcp_ca_state,			106)				\
	E(tcp_congestion,		101)				\
	E(tcp_retransmit,		108)				\
	E(tcp_sendlimit,		103)				\
	E(sk_sndbuf_wait,		5)				\
	E(tcp_turn,			110)				\
	E(tcp_segment,			111)				\
	E(tcp_send,			112)				\
	E(tcp_receive,			113)				\
	E(sk_timer,			2)				\
	E(tcp_reset,			107)				\
	E(tcp_listen_overflow,		109)

#define SKBTRACE_UDP_EVENTS(E)						\
	E(udp_send,			301)				\
	E(udp_receive,			302)

#endif /* _NET_SKBTRACE_EVENTS_LIST_H */
