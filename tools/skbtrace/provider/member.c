// SPDX-License-Identifier: GPL-2.0
/*
 * What the arguments hold. A row says from which events its value is exact, and
 * from which it is inferred; from others it is unavailable, and a program with
 * it does not compile. What no event carries has a row, too: it is
 * known, and refused by name.
 */
#include <string.h>

#include "provider/value.h"

#define B(c)		(1u << (c))
#define PACKETS		(B(BY_IP) | B(BY_SEGMENT) | B(BY_DATAGRAM))
#define TCP		(B(BY_SEGMENT) | B(BY_STATE) | B(BY_RESET))
#define ALL		(PACKETS | TCP)

/* What a connection has: events of segments tell it, and tcp_state */
#define VARS		(B(BY_SEGMENT) | B(BY_STATE))

#define EXACT(name, type, get, by)	{ name, type, get, 0, by, 0, 0, NULL }
#define NOTED(name, type, get, by, note) { name, type, get, 0, by, 0, 0, note }
#define INFER(name, type, get, ex, by, note)				\
	{ name, type, get, 0, ex, by, 0, note }
#define FIELD(name, type, col, by)					\
	{ name, type, NULL, COL_##col, by, 0, 0, NULL }
#define FIELD_NOTED(name, type, col, by, note)				\
	{ name, type, NULL, COL_##col, by, 0, 0, note }
#define NONE(name, type)		{ name, type, NULL, 0, 0, 0, 0, NULL }
/* A reset that accept-refused is made of has no connection: 0 */
#define VAR(name, type, get, note)					\
	{ name, type, get, 0, VARS, B(BY_RESET), B(BY_STATE), note }
#define VAR_FIELD(name, type, col, note)				\
	{ name, type, NULL, COL_##col, VARS, B(BY_RESET), B(BY_STATE), note }
#define VAR_STATE(name, type, get, note)				\
	{ name, type, get, 0, 0, B(BY_STATE) | B(BY_RESET), B(BY_STATE), note }

#define INFO(var, text, is_there, ...)					\
	static const struct member var##_members[] = { __VA_ARGS__ };	\
	const struct info var = { text, ARRAY_SIZE(var##_members),	\
				  var##_members, is_there }

INFO(info_pkt, "pktinfo_t", NULL,
	NOTED("pkt_addr", "uintptr_t", get_packet, PACKETS,
	      "an id of the packet, no address"),
);

INFO(info_cs, "csinfo_t", NULL,
	NOTED("cs_addr", "uintptr_t", get_socket, ALL, "as cs_cid"),
	NOTED("cs_cid", "uint64_t", get_socket, ALL,
	      "the socket's cookie, \"ss -e\" shows it; 0: not known there"),
	NONE("cs_pid", "pid_t"),
	NONE("cs_zoneid", "int"),
);

INFO(info_ip, "ipinfo_t", NULL,
	EXACT("ip_ver", "uint8_t", get_ver, ALL),
	NOTED("ip_plength", "uint32_t", get_plength, PACKETS,
	      "behind the IP header: TCP's or UDP's is counted"),
	EXACT("ip_saddr", "string", get_saddr, ALL),
	EXACT("ip_daddr", "string", get_daddr, ALL),
);

INFO(info_if, "ifinfo_t", NULL,
	EXACT("if_name", "string", get_dev, B(BY_IP)),
	FIELD_NOTED("if_index", "int32_t", ifindex, B(BY_IP), "not in DTrace"),
	NOTED("if_local", "int8_t", get_is_lo, B(BY_IP), "the device is lo"),
	NOTED("if_ipstack", "uint64_t", get_netns, B(BY_IP),
	      "the inode of the network namespace"),
	NONE("if_addr", "uintptr_t"),
);

INFO(info_ip4, "ipv4info_t", there4,
	EXACT("ipv4_ver", "uint8_t", get_4, B(BY_IP)),
	FIELD_NOTED("ipv4_ihl", "uint8_t", hlen, B(BY_IP), "in bytes"),
	FIELD("ipv4_tos", "uint8_t", tos, B(BY_IP)),
	FIELD_NOTED("ipv4_length", "uint16_t", iplen, B(BY_IP),
		    "0 above 64 KiB, ip_plength tells"),
	FIELD("ipv4_ident", "uint16_t", id, B(BY_IP)),
	NOTED("ipv4_flags", "uint8_t", get_frag_flags, B(BY_IP),
	      "as in DTrace: 4 is \"don't fragment\", 2 \"more fragments\""),
	NOTED("ipv4_offset", "uint16_t", get_frag_offset, B(BY_IP),
	      "in 8 bytes; as in DTrace without its upper bit"),
	FIELD("ipv4_ttl", "uint8_t", ttl, B(BY_IP)),
	FIELD("ipv4_protocol", "uint8_t", next, B(BY_IP)),
	EXACT("ipv4_protostr", "string", get_protostr, B(BY_IP)),
	FIELD("ipv4_checksum", "uint16_t", checksum, B(BY_IP)),
	EXACT("ipv4_src", "ipaddr_t", get_src4, B(BY_IP)),
	EXACT("ipv4_dst", "ipaddr_t", get_dst4, B(BY_IP)),
	EXACT("ipv4_saddr", "string", get_saddr, B(BY_IP)),
	EXACT("ipv4_daddr", "string", get_daddr, B(BY_IP)),
	NONE("ipv4_hdr", "uintptr_t"),
);

INFO(info_ip6, "ipv6info_t", there6,
	EXACT("ipv6_ver", "uint8_t", get_6, B(BY_IP)),
	FIELD("ipv6_tclass", "uint8_t", tos, B(BY_IP)),
	FIELD("ipv6_flow", "uint32_t", flow, B(BY_IP)),
	FIELD_NOTED("ipv6_plen", "uint16_t", iplen, B(BY_IP),
		    "0 above 64 KiB, ip_plength tells"),
	FIELD("ipv6_nexthdr", "uint8_t", next, B(BY_IP)),
	EXACT("ipv6_nextstr", "string", get_protostr, B(BY_IP)),
	FIELD("ipv6_hlim", "uint8_t", ttl, B(BY_IP)),
	EXACT("ipv6_src", "in6_addr_t", get_src6, B(BY_IP)),
	EXACT("ipv6_dst", "in6_addr_t", get_dst6, B(BY_IP)),
	EXACT("ipv6_saddr", "string", get_saddr, B(BY_IP)),
	EXACT("ipv6_daddr", "string", get_daddr, B(BY_IP)),
	NONE("ipv6_hdr", "uintptr_t"),
);

INFO(info_tcps, "tcpsinfo_t", NULL,
	NOTED("tcps_addr", "uintptr_t", get_socket, TCP, "as cs_cid"),
	INFER("tcps_local", "int", get_same, 0, TCP, "both addresses are one"),
	NONE("tcps_active", "int"),
	EXACT("tcps_lport", "uint16_t", get_lport, TCP),
	EXACT("tcps_rport", "uint16_t", get_pport, TCP),
	EXACT("tcps_laddr", "string", get_local, TCP),
	EXACT("tcps_raddr", "string", get_peer, TCP),
	NOTED("tcps_state", "int32_t", get_state, TCP,
	      "with Linux's numbers: TCP_STATE_ESTABLISHED is 1;"
	      " no socket: TCP_STATE_CLOSED"),
	VAR_STATE("tcps_iss", "uint32_t", get_iss,
		  "tcps_suna less what was acknowledged: one more if the"
		  " connection was accepted; 0 before its SYN"),
	VAR_STATE("tcps_irs", "uint32_t", get_irs,
		  "tcps_rnxt less what was received; 0 before its SYN"),
	VAR_FIELD("tcps_suna", "uint32_t", snd_una, NULL),
	VAR_FIELD("tcps_snxt", "uint32_t", snd_nxt, NULL),
	NONE("tcps_rack", "uint32_t"),
	VAR_FIELD("tcps_rnxt", "uint32_t", rcv_nxt, NULL),
	VAR_FIELD("tcps_swnd", "uint32_t", snd_wnd, NULL),
	VAR_FIELD("tcps_snd_ws", "int32_t", snd_wscale, NULL),
	VAR_FIELD("tcps_rwnd", "uint32_t", rcv_wnd, NULL),
	VAR_FIELD("tcps_rcv_ws", "int32_t", rcv_wscale, NULL),
	VAR("tcps_cwnd", "uint32_t", get_cwnd,
	    "in bytes, as on Solaris: tcps_cwnd_segs times tcps_mss"),
	VAR_FIELD("tcps_cwnd_segs", "uint32_t", snd_cwnd,
		  "in segments, as Linux counts; not in DTrace"),
	VAR("tcps_cwnd_ssthresh", "uint32_t", get_ssthresh,
	    "in bytes; no limit is 4294967295"),
	NONE("tcps_sack_fack", "uint32_t"),
	NONE("tcps_sack_snxt", "uint32_t"),
	VAR("tcps_rto", "uint32_t", get_rto, "in ms"),
	VAR_FIELD("tcps_mss", "uint32_t", mss, NULL),
	VAR("tcps_rtt", "int", get_rtt, "smoothed, in ms"),
	VAR("tcps_rtt_sd", "int", get_rtt_sd, "mean deviation, in ms"),
	VAR_FIELD("tcps_rtt_us", "int", srtt_us, "in us; not in DTrace"),
	INFER("tcps_retransmit", "int", get_retransmit, B(BY_SEGMENT),
	      B(BY_STATE) | B(BY_RESET), "this segment is sent again: told by"
	      " TCP; 0 if it is received, or if there is no segment"),
);

INFO(info_tcpls, "tcplsinfo_t", NULL,
	NOTED("tcps_state", "int32_t", get_old, B(BY_STATE),
	      "the one it leaves"),
);

INFO(info_tcp, "tcpinfo_t", NULL,
	EXACT("tcp_sport", "uint16_t", get_sport, TCP),
	EXACT("tcp_dport", "uint16_t", get_dport, TCP),
	FIELD("tcp_seq", "uint32_t", seq, B(BY_SEGMENT)),
	FIELD("tcp_ack", "uint32_t", ack, B(BY_SEGMENT)),
	FIELD_NOTED("tcp_offset", "uint8_t", hlen, B(BY_SEGMENT), "in bytes"),
	FIELD("tcp_flags", "uint8_t", flags, B(BY_SEGMENT)),
	FIELD_NOTED("tcp_window", "uint16_t", window, B(BY_SEGMENT),
		    "as in the header, not scaled"),
	FIELD_NOTED("tcp_checksum", "uint16_t", checksum, B(BY_SEGMENT),
		    "sent: the device may still have to complete it"),
	FIELD("tcp_urgent", "uint16_t", urgent, B(BY_SEGMENT)),
	NONE("tcp_hdr", "uintptr_t"),
);

INFO(info_udps, "udpsinfo_t", NULL,
	NOTED("udps_addr", "uintptr_t", get_socket, B(BY_DATAGRAM),
	      "as cs_cid"),
	EXACT("udps_lport", "uint16_t", get_lport, B(BY_DATAGRAM)),
	EXACT("udps_rport", "uint16_t", get_pport, B(BY_DATAGRAM)),
	EXACT("udps_laddr", "string", get_local, B(BY_DATAGRAM)),
	EXACT("udps_raddr", "string", get_peer, B(BY_DATAGRAM)),
);

INFO(info_udp, "udpinfo_t", NULL,
	EXACT("udp_sport", "uint16_t", get_sport, B(BY_DATAGRAM)),
	EXACT("udp_dport", "uint16_t", get_dport, B(BY_DATAGRAM)),
	EXACT("udp_length", "uint16_t", get_udp_length, B(BY_DATAGRAM)),
	FIELD_NOTED("udp_checksum", "uint16_t", checksum, B(BY_DATAGRAM),
		    "sent: the device may still have to complete it"),
	NONE("udp_hdr", "uintptr_t"),
);

void member_get(const struct member *m, const struct firing *f,
		struct value *v)
{
	if (m->get)
		m->get(f, v);
	else
		v->i = firing_col(f, m->col);
}

enum had member_had(const struct probe *p, const struct member *m)
{
	return m->exact & B(p->by) ? HAD_EXACT :
	       m->inferred & B(p->by) ? HAD_INFERRED : HAD_NOT;
}

bool member_whole(const struct probe *p, const struct member *m)
{
	return m->whole & B(p->by);
}

const struct member *info_member(const struct info *i, const char *name)
{
	for (u32 m = 0; m < i->n; m++)
		if (!strcmp(i->members[m].name, name))
			return &i->members[m];
	return NULL;
}

/* ---- what the kernel can compare ---- */

/* Which port is the source's depends on the way that all of @p's events go. */
static const char *port_field(const struct probe *p, const struct member *m)
{
	bool tx = !strcmp(p->name, "send");

	if (p->by != BY_SEGMENT && p->by != BY_DATAGRAM)
		return NULL;
	if (m->get == get_lport)
		return "lport";
	if (m->get == get_pport)
		return "pport";
	if (m->get == get_sport)
		return tx ? "lport" : "pport";
	if (m->get == get_dport)
		return tx ? "pport" : "lport";
	return NULL;
}

const char *member_field(const struct probe *p, const struct member *m)
{
	/* not each of its events has the field */
	if (p->by == BY_RESET || (p->by == BY_STATE && p->event[1]))
		return NULL;
	switch (m->get ? COL_NONE : m->col) {
	case COL_NONE:
		return port_field(p, m);
	/* words are compared as words, and sequence numbers not at all */
	case COL_next:
	case COL_flags:
	case COL_seq:
	case COL_snd_una:
	case COL_snd_nxt:
	case COL_rcv_nxt:
		return NULL;
	default:
		return col_name(m->col);
	}
}

bool member_always(const struct member *m)
{
	switch (m->col) {
	case COL_snd_wnd:
	case COL_rcv_wnd:
	case COL_snd_cwnd:
	case COL_snd_wscale:
	case COL_rcv_wscale:
	case COL_mss:
	case COL_srtt_us:
		return false;
	default:
		return true;
	}
}

const char *member_truth(const struct probe *p, const struct member *m)
{
	return m->get == get_retransmit && !strcmp(p->name, "send") ?
	       "how==again" : NULL;
}
