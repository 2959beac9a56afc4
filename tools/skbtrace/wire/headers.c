// SPDX-License-Identifier: GPL-2.0
#include <netinet/in.h>
#include <string.h>

#include <pcap/dlt.h>

#include "wire/headers.h"

enum {
	ETHER_IP4	= 0x0800,
	ETHER_IP6	= 0x86dd,
	ETHER_VLAN	= 0x8100,
	ETHER_QINQ	= 0x88a8,
	TCP_FIN		= 1,
	TCP_SYN		= 2,
	V6_HEADER	= 40,
	MAX_EXTENSIONS	= 8,
};

/* What is left to be read; too short a packet ends it. */
struct view {
	const u8 *p;
	u32 len;
	u32 wire_len;
};

static u16 be16_at(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static u32 be32_at(const u8 *p)
{
	return (u32)be16_at(p) << 16 | be16_at(p + 2);
}

static bool skip(struct view *v, u32 n)
{
	if (v->len < n)
		return false;
	v->p += n;
	v->len -= n;
	v->wire_len -= n;
	return true;
}

/* The protocol at @off, then all up to @head is passed over. */
static bool link_header(struct view *v, u32 off, u32 head, u16 *proto)
{
	if (v->len < head)
		return false;
	*proto = be16_at(v->p + off);
	return skip(v, head);
}

static bool vlan_tags(struct view *v, u16 *proto)
{
	while (*proto == ETHER_VLAN || *proto == ETHER_QINQ)
		if (!link_header(v, 2, 4, proto))
			return false;
	return true;
}

static bool network(u32 linktype, struct view *v)
{
	u16 proto = ETHER_IP4;

	switch (linktype) {
	case DLT_EN10MB:
		return link_header(v, 12, 14, &proto) && vlan_tags(v, &proto) &&
		       (proto == ETHER_IP4 || proto == ETHER_IP6);
	case DLT_LINUX_SLL:
		return link_header(v, 14, 16, &proto) && vlan_tags(v, &proto) &&
		       (proto == ETHER_IP4 || proto == ETHER_IP6);
	case DLT_LINUX_SLL2:
		return link_header(v, 0, 20, &proto) && vlan_tags(v, &proto) &&
		       (proto == ETHER_IP4 || proto == ETHER_IP6);
	case DLT_NULL:
	case DLT_LOOP:
		return skip(v, 4);
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		return true;
	}
	return false;
}

static void put_v4(u8 addr[16], const u8 *from)
{
	memset(addr, 0, 10);
	memset(addr + 10, 0xff, 2);
	memcpy(addr + 12, from, 4);
}

/* The length in the header, unless it is 0, as in a packet yet to be cut */
static void cut_to(struct view *v, u32 len)
{
	if (len && len < v->wire_len)
		v->wire_len = len;
}

static bool ip4(struct view *v, struct addr_pair *a, u8 *proto)
{
	u32 head;

	if (v->len < 20)
		return false;
	head = 4 * (v->p[0] & 15);
	/* not the first fragment: there are no ports */
	if (head < 20 || be16_at(v->p + 6) & 0x1fff)
		return false;
	cut_to(v, be16_at(v->p + 2));
	*proto = v->p[9];
	put_v4(a->local, v->p + 12);
	put_v4(a->peer, v->p + 16);
	return skip(v, head);
}

static bool extensions(struct view *v, u8 *proto)
{
	for (u32 i = 0; i < MAX_EXTENSIONS; i++) {
		u32 n;

		if (*proto != IPPROTO_HOPOPTS && *proto != IPPROTO_ROUTING &&
		    *proto != IPPROTO_DSTOPTS && *proto != IPPROTO_FRAGMENT)
			return true;
		if (v->len < 8 ||
		    (*proto == IPPROTO_FRAGMENT && be16_at(v->p + 2) & 0xfff8))
			return false;
		n = *proto == IPPROTO_FRAGMENT ? 8 : 8 * (v->p[1] + 1);
		*proto = v->p[0];
		if (!skip(v, n))
			return false;
	}
	return false;
}

static bool ip6(struct view *v, struct addr_pair *a, u8 *proto)
{
	u32 payload;

	if (v->len < V6_HEADER)
		return false;
	payload = be16_at(v->p + 4);
	cut_to(v, payload ? payload + V6_HEADER : 0);
	*proto = v->p[6];
	memcpy(a->local, v->p + 8, 16);
	memcpy(a->peer, v->p + 24, 16);
	return skip(v, V6_HEADER) && extensions(v, proto);
}

static bool transport(const struct view *v, struct addr_pair *a,
		      struct packet *k)
{
	u32 head;

	if (v->len < 8)
		return false;
	a->lport = be16_at(v->p);
	a->pport = be16_at(v->p + 2);
	if (k->proto == IPPROTO_UDP) {
		k->len = v->wire_len - 8;
		return true;
	}
	if (k->proto != IPPROTO_TCP || v->len < 14)
		return false;
	head = 4 * (v->p[12] >> 4);
	k->seq = be32_at(v->p + 4);
	k->len = v->wire_len > head ? v->wire_len - head : 0;
	k->len += !!(v->p[13] & TCP_SYN) + !!(v->p[13] & TCP_FIN);
	return true;
}

bool headers_read(u32 linktype, const u8 *data, u32 len, u32 wire_len,
		  struct addr_pair *a, struct packet *k)
{
	struct view v = { data, len, wire_len };

	memset(a, 0, sizeof(*a));
	if (!network(linktype, &v) || !v.len)
		return false;
	if (v.p[0] >> 4 == 4)
		return ip4(&v, a, &k->proto) && transport(&v, a, k);
	return v.p[0] >> 4 == 6 && ip6(&v, a, &k->proto) && transport(&v, a, k);
}
