// SPDX-License-Identifier: GPL-2.0
/*
 * What the arguments hold. A row says from which events its value is exact, and
 * from which it is inferred; from others it is unavailable, and a program with
 * it does not compile. What no event carries has a row, too: it is
 * known, and refused by name.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "provider/provider.h"

#define B(c)		(1u << (c))
#define PACKETS		(B(BY_IP) | B(BY_SEGMENT) | B(BY_DATAGRAM))
#define TCP		(B(BY_SEGMENT) | B(BY_STATE) | B(BY_RESET))
#define ALL		(PACKETS | TCP)

void cols_fill(struct cols *c, const struct event *e)
{
	c->proto = event_field(e, "proto");
	c->dir = event_field(e, "dir");
	c->id = event_field(e, "id");
	c->seq = event_field(e, "seq");
	c->len = event_field(e, "len");
	c->ifindex = event_field(e, "ifindex");
	c->ttl = event_field(e, "ttl");
	c->tos = event_field(e, "tos");
	c->forwarded = event_field(e, "forwarded");
	c->old = event_field(e, "old");
	c->state = event_field(e, "state");
	c->err = event_field(e, "err");
}

static bool is_v4(const u8 a[16])
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(a, mapped, sizeof(mapped));
}

/* A connection's name says its tuple, if the block does not. */
void firing_set(struct firing *f, struct trace *t, const struct rec *r,
		const struct cols *c)
{
	f->t = t;
	f->r = r;
	f->cols = c;
	f->has_tuple = names_tuple_of(t->names, r, &f->a);
	if (!f->has_tuple)
		memset(&f->a, 0, sizeof(f->a));
	/* an address not known is that of the other's kind */
	f->is_v6 = f->has_tuple && !is_v4(f->a.local) && !is_v4(f->a.peer);
	f->tx = c->dir && rec_int_or_0(r, c->dir) == (u64)r->ev->dir_tx;
}

/* ---- values ---- */

static u64 col(const struct firing *f, const struct field *field)
{
	return field ? rec_int_or_0(f->r, field) : 0;
}

/* Of events that say no direction their probe knows it. */
static bool sent(const struct firing *f)
{
	return f->cols->dir ? f->tx : f->probe->tx;
}

static const u8 *src(const struct firing *f)
{
	return sent(f) ? f->a.local : f->a.peer;
}

static const u8 *dst(const struct firing *f)
{
	return sent(f) ? f->a.peer : f->a.local;
}

static void text(const struct firing *f, const char *s, u32 len,
		 struct value *v)
{
	char *p = scratch_get(f->scratch, len);

	if (p)
		memcpy(p, s, len);
	v->s = p ? p : "";
	v->len = p ? len : 0;
}

static void addr(const struct firing *f, const u8 a[16], struct value *v)
{
	char buf[48];

	if (f->has_tuple)
		text(f, buf, addr_text(buf, a), v);
	else
		text(f, "", 0, v);
}

/* In the order of the network, as inet_ntoa() wants it. */
static void addr4(const u8 a[16], struct value *v)
{
	u32 raw;

	memcpy(&raw, a + 12, sizeof(raw));
	v->i = raw;
}

static void addr6(const u8 a[16], struct value *v)
{
	v->s = (const char *)a;
	v->len = 16;
	v->i = 1;
}

static void get_packet(const struct firing *f, struct value *v)
{
	v->i = f->r->key;
}

static void get_socket(const struct firing *f, struct value *v)
{
	v->i = rec_cookie(f->r);
}

static void get_ver(const struct firing *f, struct value *v)
{
	v->i = f->is_v6 ? 6 : 4;
}

/* Behind IP's header: "len" is the payload of TCP and UDP, else all bytes. */
static void get_plength(const struct firing *f, struct value *v)
{
	s64 len = col(f, f->cols->len);

	switch (f->probe->by == BY_DATAGRAM ? IPPROTO_UDP :
					      col(f, f->cols->proto)) {
	case IPPROTO_UDP:
		v->i = len + 8;
		break;
	case IPPROTO_TCP:
		v->i = len + 20;
		break;
	default:
		v->i = len - (f->is_v6 ? 40 : 20);
	}
}

static void get_saddr(const struct firing *f, struct value *v)
{
	addr(f, src(f), v);
}

static void get_daddr(const struct firing *f, struct value *v)
{
	addr(f, dst(f), v);
}

static void get_local(const struct firing *f, struct value *v)
{
	addr(f, f->a.local, v);
}

static void get_peer(const struct firing *f, struct value *v)
{
	addr(f, f->a.peer, v);
}

static void get_lport(const struct firing *f, struct value *v)
{
	v->i = f->a.lport;
}

static void get_pport(const struct firing *f, struct value *v)
{
	v->i = f->a.pport;
}

static void get_sport(const struct firing *f, struct value *v)
{
	v->i = sent(f) ? f->a.lport : f->a.pport;
}

static void get_dport(const struct firing *f, struct value *v)
{
	v->i = sent(f) ? f->a.pport : f->a.lport;
}

static void get_same(const struct firing *f, struct value *v)
{
	v->i = f->has_tuple && !memcmp(f->a.local, f->a.peer, 16);
}

/* The number of "lo" in each network namespace */
static void get_is_lo(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->ifindex) == 1;
}

static void get_ifindex(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->ifindex);
}

static void get_netns(const struct firing *f, struct value *v)
{
	v->i = f->r->netns;
}

static void get_4(const struct firing *f, struct value *v)
{
	(void)f;
	v->i = 4;
}

static void get_6(const struct firing *f, struct value *v)
{
	(void)f;
	v->i = 6;
}

static void get_tos(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->tos);
}

static void get_ttl(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->ttl);
}

static void get_id(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->id);
}

static void get_proto(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->proto);
}

static void get_protostr(const struct firing *f, struct value *v)
{
	static const struct {
		u8 no;
		const char *name;
	} names[] = {
		{ IPPROTO_ICMP, "ICMP" }, { IPPROTO_IGMP, "IGMP" },
		{ IPPROTO_TCP, "TCP" }, { IPPROTO_UDP, "UDP" },
		{ IPPROTO_ESP, "ESP" }, { IPPROTO_AH, "AH" },
		{ IPPROTO_ICMPV6, "ICMPV6" }, { IPPROTO_SCTP, "SCTP" },
	};
	u64 no = col(f, f->cols->proto);
	char buf[24];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].no == no) {
			text(f, names[i].name, strlen(names[i].name), v);
			return;
		}
	text(f, buf, snprintf(buf, sizeof(buf), "<%u>", (u32)no), v);
}

static void get_src4(const struct firing *f, struct value *v)
{
	addr4(src(f), v);
}

static void get_dst4(const struct firing *f, struct value *v)
{
	addr4(dst(f), v);
}

static void get_src6(const struct firing *f, struct value *v)
{
	addr6(src(f), v);
}

static void get_dst6(const struct firing *f, struct value *v)
{
	addr6(dst(f), v);
}

static void get_seq(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->seq);
}

static void get_udp_length(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->len) + 8;
}

static void get_state(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->state);
}

static void get_old(const struct firing *f, struct value *v)
{
	v->i = col(f, f->cols->old);
}

static bool there4(const struct firing *f)
{
	return f->has_tuple && !f->is_v6;
}

static bool there6(const struct firing *f)
{
	return f->is_v6;
}

/* ---- tables ---- */

#define EXACT(name, type, get, by)	{ name, type, get, by, 0, NULL }
#define NOTED(name, type, get, by, note) { name, type, get, by, 0, note }
#define INFER(name, type, get, ex, by, note) { name, type, get, ex, by, note }
#define NONE(name, type)		{ name, type, NULL, 0, 0, NULL }

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
);

INFO(info_ip, "ipinfo_t", NULL,
	EXACT("ip_ver", "uint8_t", get_ver, ALL),
	INFER("ip_plength", "uint32_t", get_plength, B(BY_DATAGRAM),
	      B(BY_IP) | B(BY_SEGMENT),
	      "without the options of TCP and IP, which no event tells"),
	EXACT("ip_saddr", "string", get_saddr, ALL),
	EXACT("ip_daddr", "string", get_daddr, ALL),
);

INFO(info_if, "ifinfo_t", NULL,
	NONE("if_name", "string"),
	NOTED("if_index", "int32_t", get_ifindex, B(BY_IP), "not in DTrace"),
	NOTED("if_local", "int8_t", get_is_lo, B(BY_IP), "the device is lo"),
	NOTED("if_ipstack", "uint64_t", get_netns, B(BY_IP),
	      "the inode of the network namespace"),
	NONE("if_addr", "uintptr_t"),
);

INFO(info_ip4, "ipv4info_t", there4,
	EXACT("ipv4_ver", "uint8_t", get_4, B(BY_IP)),
	NONE("ipv4_ihl", "uint8_t"),
	EXACT("ipv4_tos", "uint8_t", get_tos, B(BY_IP)),
	NONE("ipv4_length", "uint16_t"),
	EXACT("ipv4_ident", "uint16_t", get_id, B(BY_IP)),
	NONE("ipv4_flags", "uint8_t"),
	NONE("ipv4_offset", "uint16_t"),
	EXACT("ipv4_ttl", "uint8_t", get_ttl, B(BY_IP)),
	EXACT("ipv4_protocol", "uint8_t", get_proto, B(BY_IP)),
	EXACT("ipv4_protostr", "string", get_protostr, B(BY_IP)),
	NONE("ipv4_checksum", "uint16_t"),
	EXACT("ipv4_src", "ipaddr_t", get_src4, B(BY_IP)),
	EXACT("ipv4_dst", "ipaddr_t", get_dst4, B(BY_IP)),
	EXACT("ipv4_saddr", "string", get_saddr, B(BY_IP)),
	EXACT("ipv4_daddr", "string", get_daddr, B(BY_IP)),
	NONE("ipv4_hdr", "uintptr_t"),
);

INFO(info_ip6, "ipv6info_t", there6,
	EXACT("ipv6_ver", "uint8_t", get_6, B(BY_IP)),
	EXACT("ipv6_tclass", "uint8_t", get_tos, B(BY_IP)),
	NONE("ipv6_flow", "uint32_t"),
	NONE("ipv6_plen", "uint16_t"),
	INFER("ipv6_nexthdr", "uint8_t", get_proto, 0, B(BY_IP),
	      "behind the extension headers"),
	INFER("ipv6_nextstr", "string", get_protostr, 0, B(BY_IP),
	      "behind the extension headers"),
	EXACT("ipv6_hlim", "uint8_t", get_ttl, B(BY_IP)),
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
	NOTED("tcps_state", "int32_t", get_state, B(BY_STATE),
	      "with Linux's numbers: TCP_STATE_ESTABLISHED is 1"),
	NONE("tcps_iss", "uint32_t"),
	NONE("tcps_irs", "uint32_t"),
	NONE("tcps_suna", "uint32_t"),
	NONE("tcps_snxt", "uint32_t"),
	NONE("tcps_rack", "uint32_t"),
	NONE("tcps_rnxt", "uint32_t"),
	NONE("tcps_swnd", "uint32_t"),
	NONE("tcps_snd_ws", "int32_t"),
	NONE("tcps_rwnd", "uint32_t"),
	NONE("tcps_rcv_ws", "int32_t"),
	NONE("tcps_cwnd", "uint32_t"),
	NONE("tcps_cwnd_ssthresh", "uint32_t"),
	NONE("tcps_sack_fack", "uint32_t"),
	NONE("tcps_sack_snxt", "uint32_t"),
	NONE("tcps_rto", "uint32_t"),
	NONE("tcps_mss", "uint32_t"),
	NONE("tcps_rtt", "int"),
	NONE("tcps_rtt_sd", "int"),
	NONE("tcps_retransmit", "int"),
);

INFO(info_tcpls, "tcplsinfo_t", NULL,
	NOTED("tcps_state", "int32_t", get_old, B(BY_STATE),
	      "the one it leaves"),
);

INFO(info_tcp, "tcpinfo_t", NULL,
	EXACT("tcp_sport", "uint16_t", get_sport, TCP),
	EXACT("tcp_dport", "uint16_t", get_dport, TCP),
	EXACT("tcp_seq", "uint32_t", get_seq, B(BY_SEGMENT)),
	NONE("tcp_ack", "uint32_t"),
	NONE("tcp_offset", "uint8_t"),
	NONE("tcp_flags", "uint8_t"),
	NONE("tcp_window", "uint16_t"),
	NONE("tcp_checksum", "uint16_t"),
	NONE("tcp_urgent", "uint16_t"),
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
	NONE("udp_checksum", "uint16_t"),
	NONE("udp_hdr", "uintptr_t"),
);

enum had member_had(const struct probe *p, const struct member *m)
{
	return m->exact & B(p->by) ? HAD_EXACT :
	       m->inferred & B(p->by) ? HAD_INFERRED : HAD_NOT;
}

const struct member *info_member(const struct info *i, const char *name)
{
	for (u32 m = 0; m < i->n; m++)
		if (!strcmp(i->members[m].name, name))
			return &i->members[m];
	return NULL;
}
