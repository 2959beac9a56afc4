// SPDX-License-Identifier: GPL-2.0
/* Values of arguments, from the event that a probe is made of. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "provider/value.h"

/* Linux has it for a request; users see SYN_RECEIVED. */
enum { NEW_SYN_RECV = 12 };

const char *col_name(enum col c)
{
#define COL_NAME(name)	#name,
	static const char *const names[] = { "", PROVIDER_COLS(COL_NAME) };

	return names[c];
}

void cols_fill(struct cols *c, const struct event *e)
{
	for (u32 i = COL_NONE + 1; i < NR_COLS; i++)
		c->f[i] = event_field(e, col_name(i));
	c->again = -1;
	for (u64 v = 0; c->f[COL_how] && c->f[COL_how]->syms && v < 16; v++) {
		const struct sym *s = symtab_find(c->f[COL_how]->syms, v);

		if (s && !strcmp(s->word, "again"))
			c->again = v;
	}
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
	f->tx = c->f[COL_dir] && firing_col(f, COL_dir) == (u64)r->ev->dir_tx;
}

/* ---- values ---- */

u64 firing_col(const struct firing *f, enum col c)
{
	u64 v;

	return rec_get(f->r, f->cols->f[c], &v) ? v : 0;
}

bool firing_has(const struct firing *f, enum col c)
{
	u64 v;

	return rec_get(f->r, f->cols->f[c], &v);
}

/* Of events that say no direction their probe knows it. */
static bool sent(const struct firing *f)
{
	return f->cols->f[COL_dir] ? f->tx : f->probe->tx;
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

void get_packet(const struct firing *f, struct value *v)
{
	v->i = f->r->key;
}

void get_socket(const struct firing *f, struct value *v)
{
	v->i = rec_cookie(f->r);
}

void get_ver(const struct firing *f, struct value *v)
{
	v->i = f->is_v6 ? 6 : 4;
}

/* Of recordings that are older than that field: without options */
static s64 older_plength(const struct firing *f)
{
	s64 len = firing_col(f, COL_len);

	switch (firing_col(f, COL_proto)) {
	case IPPROTO_UDP:
		return len + 8;
	case IPPROTO_TCP:
		return len + 20;
	default:
		return len - (f->is_v6 ? 40 : 20);
	}
}

/* All bytes behind IP's header, those of TCP or UDP included */
void get_plength(const struct firing *f, struct value *v)
{
	s64 len = firing_col(f, COL_len);

	switch (f->probe->by) {
	case BY_DATAGRAM:
		v->i = len + 8;
		break;
	case BY_SEGMENT:
		v->i = len + (s64)firing_col(f, COL_hlen);
		break;
	default:
		v->i = f->cols->f[COL_plen] ? (s64)firing_col(f, COL_plen) :
					      older_plength(f);
	}
}

void get_saddr(const struct firing *f, struct value *v)
{
	addr(f, src(f), v);
}

void get_daddr(const struct firing *f, struct value *v)
{
	addr(f, dst(f), v);
}

void get_local(const struct firing *f, struct value *v)
{
	addr(f, f->a.local, v);
}

void get_peer(const struct firing *f, struct value *v)
{
	addr(f, f->a.peer, v);
}

void get_lport(const struct firing *f, struct value *v)
{
	v->i = f->a.lport;
}

void get_pport(const struct firing *f, struct value *v)
{
	v->i = f->a.pport;
}

void get_sport(const struct firing *f, struct value *v)
{
	v->i = sent(f) ? f->a.lport : f->a.pport;
}

void get_dport(const struct firing *f, struct value *v)
{
	v->i = sent(f) ? f->a.pport : f->a.lport;
}

void get_same(const struct firing *f, struct value *v)
{
	v->i = f->has_tuple && !memcmp(f->a.local, f->a.peer, 16);
}

/* The number of "lo" in each network namespace */
void get_is_lo(const struct firing *f, struct value *v)
{
	v->i = firing_col(f, COL_ifindex) == 1;
}

void get_netns(const struct firing *f, struct value *v)
{
	v->i = f->r->netns;
}

void get_4(const struct firing *f, struct value *v)
{
	(void)f;
	v->i = 4;
}

void get_6(const struct firing *f, struct value *v)
{
	(void)f;
	v->i = 6;
}

void get_protostr(const struct firing *f, struct value *v)
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
	u64 no = firing_col(f, COL_proto);
	char buf[24];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].no == no) {
			text(f, names[i].name, strlen(names[i].name), v);
			return;
		}
	text(f, buf, snprintf(buf, sizeof(buf), "<%u>", (u32)no), v);
}

void get_src4(const struct firing *f, struct value *v)
{
	addr4(src(f), v);
}

void get_dst4(const struct firing *f, struct value *v)
{
	addr4(dst(f), v);
}

void get_src6(const struct firing *f, struct value *v)
{
	addr6(src(f), v);
}

void get_dst6(const struct firing *f, struct value *v)
{
	addr6(dst(f), v);
}

void get_udp_length(const struct firing *f, struct value *v)
{
	v->i = firing_col(f, COL_len) + 8;
}

/* Of a request as of the socket that it becomes; without a socket CLOSED */
void get_state(const struct firing *f, struct value *v)
{
	u64 state;

	if (!rec_get(f->r, f->cols->f[COL_state], &state))
		state = TCP_CLOSE;
	v->i = state == NEW_SYN_RECV || f->entering ? TCP_SYN_RECV : state;
}

void get_old(const struct firing *f, struct value *v)
{
	v->i = f->entering ? TCP_LISTEN : (s64)firing_col(f, COL_old);
}

/* Of a header's word of flags and offset, as DTrace divides it */
void get_frag_flags(const struct firing *f, struct value *v)
{
	v->i = firing_col(f, COL_frag) >> 12;
}

void get_frag_offset(const struct firing *f, struct value *v)
{
	v->i = firing_col(f, COL_frag) & 0xfff;
}

void get_dev(const struct firing *f, struct value *v)
{
	const struct field *dev = f->cols->f[COL_dev];
	const char *name = (const char *)f->r->p + (dev ? dev->off : 0);

	if (dev && dev->type == FT_STR && rec_has(f->r, dev))
		text(f, name, strnlen(name, dev->size), v);
	else
		text(f, "", 0, v);
}

static void bytes(const struct firing *f, enum col segs, struct value *v)
{
	u64 n, most = UINT32_MAX;

	n = firing_col(f, segs) * firing_col(f, COL_mss);
	v->i = n < most ? n : most;
}

void get_cwnd(const struct firing *f, struct value *v)
{
	bytes(f, COL_snd_cwnd, v);
}

/* "No limit" is the most there can be. */
void get_ssthresh(const struct firing *f, struct value *v)
{
	if (firing_has(f, COL_snd_ssthresh) || !firing_has(f, COL_mss))
		bytes(f, COL_snd_ssthresh, v);
	else
		v->i = UINT32_MAX;
}

/* As Oracle's DTrace has it: one more if the connection was accepted */
void get_iss(const struct firing *f, struct value *v)
{
	v->i = firing_col(f, COL_snd_base);
}

void get_irs(const struct firing *f, struct value *v)
{
	u32 base = firing_col(f, COL_rcv_base);

	v->i = base ? base - 1 : 0;
}

void get_rto(const struct firing *f, struct value *v)
{
	v->i = firing_col(f, COL_rto_us) / 1000;
}

void get_rtt(const struct firing *f, struct value *v)
{
	v->i = firing_col(f, COL_srtt_us) / 1000;
}

void get_rtt_sd(const struct firing *f, struct value *v)
{
	v->i = firing_col(f, COL_mdev_us) / 1000;
}

void get_retransmit(const struct firing *f, struct value *v)
{
	v->i = sent(f) && (s64)firing_col(f, COL_how) == f->cols->again;
}

bool there4(const struct firing *f)
{
	return f->has_tuple && !f->is_v6;
}

bool there6(const struct firing *f)
{
	return f->is_v6;
}
