// SPDX-License-Identifier: GPL-2.0
/*
 * Decisions and packets are joined by addresses, direction and sequence
 * numbers, of UDP by length; of several the packet that is nearest in time.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/dlt.h>

#include "lib/hash.h"
#include "wire/notes.h"
#include "wire/packets.h"
#include "lib/pcapng.h"

enum {
	MS		= 1000000,
	WINDOW		= 1000 * MS,	/* between decision and packet */
	SAME		= 1 * MS,	/* sent by it, if not before */
	SLOW		= 1 * MS,	/* worth a comment */
	MOST_LOOKS	= 4096,		/* at packets, for one decision */
	MOST_COMMENTS	= 32,		/* of a packet */
	MAX_LIVES	= 1 << 18,
	INTERFACE	= 1,
};

/* Where a packet was last, by its id. */
struct life {
	u64 pkt;
	u64 time;
	u64 where;
};

struct notes {
	struct packets p;
	struct hash lives;
	u64 dropped, again, delayed, absent;
};

/* What a decision says of a packet */
struct about {
	struct addr_pair a;	/* from local to peer */
	u64 time;		/* ns since 1970 */
	u32 seq, len;
	u8 proto;
};

struct notes *notes_open(const char *file)
{
	struct notes *n = xcalloc(1, sizeof(*n));

	n->lives.key_len = sizeof(u64);
	if (!packets_read(&n->p, file))
		return n;
	notes_free(n);
	return NULL;
}

void notes_free(struct notes *n)
{
	if (!n)
		return;
	packets_free(&n->p);
	hash_free(&n->lives, free);
	free(n);
}

/* ---- which packet ---- */

static bool is_it(const struct packet *k, const struct about *b)
{
	if (k->proto != b->proto)
		return false;
	if (k->proto == IPPROTO_UDP)
		return k->len == b->len;
	if (!k->len || !b->len)
		return k->seq == b->seq && k->len <= 1 && b->len <= 1;
	/* they overlap */
	return (s32)(b->seq + b->len - k->seq) > 0 &&
	       (s32)(k->seq + k->len - b->seq) > 0;
}

static u64 apart(u64 a, u64 b)
{
	return a > b ? a - b : b - a;
}

static struct packet *at(struct notes *n, const struct packet_flow *f, u32 i)
{
	return &n->p.v[f->at[i]];
}

/* The next one from place @i on, @step 1 or -1; NULL: none is near. */
static struct packet *look(struct notes *n, const struct packet_flow *f, u32 i,
			   int step, const struct about *b)
{
	for (u32 left = MOST_LOOKS; i < f->n && left; i += step, left--) {
		struct packet *k = at(n, f, i);

		if (apart(k->time, b->time) > WINDOW)
			return NULL;
		if (is_it(k, b))
			return k;
	}
	return NULL;
}

/* The last one before it was decided, and the first one since */
static void around(struct notes *n, const struct about *b, u64 time,
		   struct packet **before, struct packet **since)
{
	const struct packet_flow *f = packets_flow(&n->p, &b->a);
	u32 i;

	*before = NULL;
	*since = NULL;
	if (!f)
		return;
	i = packets_from(&n->p, f, time);
	*before = look(n, f, i - 1, -1, b);
	*since = look(n, f, i, 1, b);
}

static struct packet *nearest_packet(struct notes *n, const struct about *b)
{
	struct packet *before, *since;

	around(n, b, b->time, &before, &since);
	if (!before || !since)
		return before ? before : since;
	return apart(before->time, b->time) <= apart(since->time, b->time) ?
	       before : since;
}

/* ---- what a record says ---- */

static u64 get(const struct rec *r, const char *name)
{
	u64 v;

	return rec_get(r, event_field(r->ev, name), &v) ? v : 0;
}

/* "reason=TC_INGRESS"; "" if there is no such field. */
static const char *word(const struct rec *r, const char *name)
{
	const struct field *f = event_field(r->ev, name);
	const struct sym *s;
	u64 v;

	if (!f || !f->syms || !rec_get(r, f, &v))
		return "?";
	s = symtab_find(f->syms, v);
	return s ? s->word : "?";
}

static bool about(struct about *b, struct trace *t, const struct rec *r)
{
	struct addr_pair a;
	s64 dir = -2;

	if (!names_tuple_of(t->names, r, &a))
		return false;
	if (r->ev->dir && rec_has(r, r->ev->dir))
		dir = (s64)rec_int(r, r->ev->dir);
	memset(b, 0, sizeof(*b));
	if (dir == r->ev->dir_rx && r->ev->dir)
		addr_pair_swap(&b->a, &a);
	else
		b->a = a;
	b->time = clock_real(&t->clock, r->time);
	b->seq = get(r, "seq");
	b->len = get(r, "len");
	b->proto = event_field(r->ev, "proto") ? get(r, "proto") : IPPROTO_TCP;
	return true;
}

static void comment(struct packet *k, const struct rec *r, char *text)
{
	char *old = k->comment;

	if (k->comments < MOST_COMMENTS - 1)
		k->comment = xasprintf("%s%sskbtrace: %s (event %u:%llu)",
				       old ? old : "", old ? "\n" : "", text,
				       r->cpu, (unsigned long long)r->seq);
	else if (k->comments == MOST_COMMENTS - 1)
		k->comment = xasprintf("%s\nskbtrace: and more", old);
	k->comments += k->comments < MOST_COMMENTS;
	if (k->comment != old)
		free(old);
	free(text);
}

static double ms(u64 ns)
{
	return ns / 1e6;
}

/* ---- decisions ---- */

static void drop(struct notes *n, struct trace *t, const struct rec *r,
		 const struct about *b)
{
	struct packet *k = nearest_packet(n, b);
	const struct symbol *s = names_symbol(t->names, get(r, "at"));

	n->dropped += !!k;
	n->absent += !k;
	if (k)
		comment(k, r, xasprintf("dropped: reason=%s at=%s",
					word(r, "reason"), s ? s->name : "?"));
}

static void retransmit(struct notes *n, struct trace *t, const struct rec *r,
		       const struct about *b)
{
	struct packet *first, *second;
	u64 time = b->time - SAME;

	(void)t;
	around(n, b, time, &first, &second);
	n->again += !!second;
	n->absent += !second;
	if (second && first)
		comment(second, r, xasprintf("retransmission: kind=%s, %.3fms after it was sent",
					     word(r, "kind"),
					     ms(second->time - first->time)));
	else if (second)
		comment(second, r, xasprintf("retransmission: kind=%s",
					     word(r, "kind")));
	if (first)
		comment(first, r, xasprintf("sent again %.3fms later: kind=%s",
					    ms(b->time - first->time),
					    word(r, "kind")));
}

static void note_delay(struct notes *n, const struct rec *r,
		       const struct about *b, char *text)
{
	struct packet *k = nearest_packet(n, b);

	n->delayed += !!k;
	n->absent += !k;
	if (k)
		comment(k, r, text);
	else
		free(text);
}

/* A stage of bytes has ended, as the kernel tells if marks are followed. */
static void stage(struct notes *n, struct trace *t, const struct rec *r,
		  const struct about *b)
{
	u64 us = get(r, "stage_us");
	struct about mark = *b;

	(void)t;
	if (!get(r, "ended") || us * 1000 < SLOW)
		return;
	mark.seq = get(r, "mark");
	mark.len = 1;
	note_delay(n, r, &mark, xasprintf("%.3fms in %s", us / 1e3,
					  word(r, "ended")));
}

static const char *place_word(const struct rec *r, u64 where)
{
	const struct field *f = event_field(r->ev, "where");
	const struct sym *s = f && f->syms ? symtab_find(f->syms, where) : NULL;

	return s ? s->word : "?";
}

/* From place to place; an id is used again for another packet. */
static void place(struct notes *n, struct trace *t, const struct rec *r,
		  const struct about *b)
{
	struct life *l = hash_get(&n->lives, &r->key);
	bool begins = !strcmp(word(r, "life"), "begin");

	(void)t;
	if (l && !begins && r->time > l->time && r->time - l->time >= SLOW)
		note_delay(n, r, b, xasprintf("%.3fms from %s to %s",
					      ms(r->time - l->time),
					      place_word(r, l->where),
					      word(r, "where")));
	if (!l) {
		if (n->lives.used >= MAX_LIVES)
			hash_free(&n->lives, free);
		l = xmalloc(sizeof(*l));
		l->pkt = r->key;
		hash_put(&n->lives, l);
	}
	l->time = r->time;
	l->where = get(r, "where");
}

static const struct {
	const char *event;
	void (*note)(struct notes *n, struct trace *t, const struct rec *r,
		     const struct about *b);
} decisions[] = {
	{ "skb_drop", drop },
	{ "tcp_retransmit", retransmit },
	{ "tcp_segment", stage },
	{ "skb_delay", place },
};

void notes_rec(struct notes *n, struct trace *t, const struct rec *r)
{
	struct about b;

	for (size_t i = 0; i < ARRAY_SIZE(decisions); i++)
		if (!strcmp(decisions[i].event, r->ev->name) &&
		    about(&b, t, r))
			decisions[i].note(n, t, r, &b);
}

/* ---- the packets again ---- */

/* As files have it: libpcap has a number of the system for raw IP. */
static u16 linktype(const struct notes *n)
{
	enum { LINKTYPE_RAW = 101 };

	return n->p.linktype == DLT_RAW ? LINKTYPE_RAW : n->p.linktype;
}

void notes_interfaces(struct notes *n, struct out *o)
{
	pcapng_interface(o, linktype(n), n->p.snaplen, "packets", n->p.file);
}

int notes_put(struct notes *n, struct out *o, u64 until)
{
	struct pcapng_packet out = { .interface = INTERFACE };
	const struct packet *k;

	while (packets_again(&n->p, until, &out.data, &out.len, &out.wire_len,
			     &k)) {
		out.time = k->time;
		out.comment = k->comment;
		pcapng_packet(o, &out);
	}
	return 0;
}

void notes_tell(const struct notes *n)
{
	msg("%u packets, with comments for %llu drops, %llu retransmissions, %llu delays",
	    n->p.n, (unsigned long long)n->dropped,
	    (unsigned long long)n->again, (unsigned long long)n->delayed);
	if (n->absent)
		msg("%llu decisions are of packets that are not there",
		    (unsigned long long)n->absent);
}
