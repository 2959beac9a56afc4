// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "segment/state.h"

/* The fields of an event that tells where bytes are; NULL: it has none. */
struct seg_fields {
	const struct field *where, *seq, *len, *waited, *every;
	u8 place[256];		/* by value of where */
};

static const char *const place_words[SEG_PLACES] = {
	[SEG_WRITE] = "write", [SEG_SEND] = "send", [SEG_QUEUE] = "queue",
	[SEG_DEQUEUE] = "dequeue", [SEG_XMIT] = "xmit", [SEG_DONE] = "done",
	[SEG_SACKED] = "sacked", [SEG_ACKED] = "acked",
	[SEG_RECEIVE] = "receive", [SEG_IP] = "ip", [SEG_OFO] = "ofo",
	[SEG_QUEUED] = "queued", [SEG_READ] = "read",
};

/* ---- formats ---- */

static u8 place_of(const char *word)
{
	for (u8 i = 1; i < SEG_PLACES; i++)
		if (!strcmp(place_words[i], word))
			return i;
	return SEG_NONE;
}

static bool find_fields(struct seg_fields *f, const struct event *e)
{
	f->where = event_field(e, "where");
	f->seq = event_field(e, "seq");
	f->len = event_field(e, "len");
	f->every = event_field(e, "every");
	f->waited = event_field(e, "waited");
	if (e->role == ROLE_EVENT && e->local && e->peer && e->lport &&
	    e->pport && f->where && f->where->syms && f->seq && f->len &&
	    f->every)
		return true;
	f->where = NULL;
	return false;
}

static void fill(void *fields, const struct event *e, void *arg)
{
	struct seg_fields *f = fields;
	const struct symtab *syms;

	(void)arg;
	if (!find_fields(f, e))
		return;
	syms = f->where->syms;
	for (u32 i = 0; i < syms->n; i++)
		if (syms->v[i].val < 256)
			f->place[syms->v[i].val] = place_of(syms->v[i].word);
}

struct segments *segments_new(void)
{
	struct segments *s = xcalloc(1, sizeof(*s));

	s->fields = (struct per_event){ .size = sizeof(struct seg_fields),
					.fill = fill };
	space_init(&s->space);
	return s;
}

void segments_free(struct segments *s)
{
	if (!s)
		return;
	per_event_free(&s->fields);
	space_free(&s->space);
	flows_free(&s->flows);
	seg_times_free(&s->times);
	seg_between_free(&s->between);
	free(s->heat);
	free(s);
}

bool segments_any(const struct segments *s)
{
	return s->events;
}

/* ---- pieces that have come to their end ---- */

/*
 * Keeps pieces for joining both ends. A retransmitted piece is ambiguous, so it
 * is left out.
 */
static void keep_end(struct flow *flow, const struct piece *p, bool complete)
{
	struct seg_end end = { p->seq, p->end, p->at[SEG_XMIT], seg_heard(p) };

	if (!complete || p->sends > 1)
		return;
	if (flow->key.received) {
		end.out = p->at[SEG_QUEUED];
		end.in = p->at[SEG_RECEIVE];
	}
	seg_ends_add(&flow->ends, &end);
}

static void add_ring(struct seg_ring *ring, u64 ns)
{
	if (!ring->n || ns < ring->least)
		ring->least = ns;
	ring->sum += ns;
	ring->n++;
}

struct seg_ring segments_ring(const struct segments *s, u32 host, u64 sk)
{
	struct flow *flow;

	hash_each(&s->flows.hash, i, flow)
		if (flow->sk == sk && flow->key.host == host &&
		    !flow->key.received)
			return flow->ring;
	return (struct seg_ring){ 0 };
}

/* When the last place was passed that is known */
static u64 last_of(const struct piece *p)
{
	u64 last = 0;

	for (int i = 0; i < SEG_PLACES; i++)
		if (p->at[i] > last)
			last = p->at[i];
	return last;
}

/* A host on the path only sees packets pass. */
static void measure(struct segments *s, struct flow *flow,
		    const struct piece *p)
{
	struct seg_split split;

	if (!p->match)
		return;
	if (!flow->has_socket && s->has_socket) {
		s->passing++;
		return;
	}
	seg_split(&split, p, flow->min_rtt);
	seg_times_add(&s->times, p, &split);
	if (s->heat && !p->gap)
		seg_heat_add(s->heat, last_of(p), &split);
	if (split.complete && split.known[STAGE_NIC])
		add_ring(&flow->ring, split.ns[STAGE_NIC]);
	keep_end(flow, p, split.complete);
}

static void learn_rtt(struct flow *flow, const struct piece *p)
{
	u64 heard = seg_heard(p), rtt = heard - p->at[SEG_SEND];

	if (p->sends == 1 && heard > p->at[SEG_SEND] &&
	    (!flow->min_rtt || rtt < flow->min_rtt))
		flow->min_rtt = rtt;
}

/* Finishes all pieces before @end: acknowledged, or read. */
static void close_up_to(struct segments *s, struct flow *flow, u32 end)
{
	struct pieces *p = &flow->pieces;
	u32 n = 0;

	while (n < p->n && !seq_before(end, p->v[p->first + n].end)) {
		learn_rtt(flow, &p->v[p->first + n]);
		measure(s, flow, &p->v[p->first + n]);
		n++;
	}
	pieces_drop(p, n);
	if (!flow->has_over || seq_before(flow->over, end))
		flow->over = end;
	flow->has_over = true;
}

static void close_flow(struct segments *s, struct flow *flow)
{
	struct pieces *p = &flow->pieces;

	for (u32 i = 0; i < p->n; i++)
		measure(s, flow, &p->v[p->first + i]);
	s->open += p->n;
	pieces_drop(p, p->n);
}

static void keep_bounded(struct segments *s, struct flow *flow)
{
	struct pieces *p = &flow->pieces;

	if (p->n <= MAX_PIECES)
		return;
	measure(s, flow, &p->v[p->first]);
	pieces_drop(p, 1);
}

/* ---- places ---- */

/* What a record says */
struct told {
	u8 place;
	u8 waited;
	bool match, gap;
	u64 time;
};

static void stamp_send(struct piece *p, const struct told *now)
{
	if (p->sends) {
		memcpy(p->before, p->at, sizeof(p->before));
		p->before[SEG_WRITE] = 0;
		memset(p->at + SEG_QUEUE, 0,
		       (SEG_DONE + 1 - SEG_QUEUE) * sizeof(*p->at));
	} else {
		p->first_send = now->time;
		p->waited = now->waited;
	}
	p->sends++;
	p->at[SEG_SEND] = now->time;
}

static void stamp(struct piece *p, const struct told *now)
{
	p->match = p->match || now->match;
	p->gap = p->gap || now->gap;
	if (now->place == SEG_SEND)
		stamp_send(p, now);
	else if (now->place == SEG_XMIT || !p->at[now->place])
		p->at[now->place] = now->time;
}

/* A sent piece begins at the first place that is seen. */
static bool makes(u8 place)
{
	return place != SEG_DONE && place != SEG_SACKED && place != SEG_ACKED &&
	       place != SEG_READ;
}

static void take_range(struct segments *s, struct flow *flow, u32 seq, u32 end,
		       const struct told *now)
{
	struct piece_span span;

	if (flow->has_over && seq_before(seq, flow->over))
		seq = flow->over;
	if (!seq_before(seq, end))
		return;
	span = pieces_span(&flow->pieces, seq, end, makes(now->place));
	for (u32 i = span.from; i < span.to; i++)
		stamp(&flow->pieces.v[i], now);
	if (now->place == SEG_ACKED || now->place == SEG_READ)
		close_up_to(s, flow, end);
	keep_bounded(s, flow);
}

/* The number of marks in a range: multiples of 1 << @every. */
static void take_marks(struct segments *s, struct flow *flow, u32 seq, u32 len,
		       u8 every, const struct told *now)
{
	u32 step = 1U << every, mark = (seq + step - 1) & ~(step - 1);

	for (u64 off = mark - seq; off < len; off += step)
		take_range(s, flow, seq + off, seq + off + 1, now);
}

/* ---- flows ---- */

static void read_key(struct flow_key *k, const struct trace *t,
		     const struct rec *r, u8 place)
{
	const struct event *e = r->ev;

	memset(k, 0, sizeof(*k));
	memcpy(k->local, r->p + e->local->off, sizeof(k->local));
	memcpy(k->peer, r->p + e->peer->off, sizeof(k->peer));
	k->lport = rec_int_or_0(r, e->lport);
	k->pport = rec_int_or_0(r, e->pport);
	k->netns = r->netns;
	k->host = t->host;
	k->received = place >= SEG_RECEIVE;
}

static bool at_socket(u8 place)
{
	return place == SEG_WRITE || place == SEG_SEND ||
	       place == SEG_SACKED || place == SEG_ACKED ||
	       (place >= SEG_OFO && place <= SEG_READ);
}

/* A completion has no namespace: take the flow of the packet that was sent. */
static struct flow *flow_of(struct segments *s, const struct trace *t,
			    const struct rec *r, u8 place)
{
	u64 id = r->key ^ (u64)t->host << 48;
	struct flow *flow, *gone;
	struct flow_key key;

	if (place == SEG_DONE)
		return flows_of(&s->flows, id);
	read_key(&key, t, r, place);
	flow = flows_get(&s->flows, &key, &gone);
	if (gone)
		close_flow(s, gone);
	flow_free(gone);
	if (place == SEG_XMIT)
		flows_note(&s->flows, id, flow);
	if (at_socket(place)) {
		flow->has_socket = true;
		s->has_socket = true;
	}
	return flow;
}

/* A new connection may reuse the ports. */
static void follow_sk(struct segments *s, struct flow *flow,
		      const struct rec *r)
{
	u64 sk;

	if (!r->ev->sk || !rec_get(r, r->ev->sk, &sk) || !sk)
		return;
	if (flow->sk && flow->sk != sk) {
		close_flow(s, flow);
		flow->has_over = false;
		flow->min_rtt = 0;
		flow->ring = (struct seg_ring){ 0 };
	}
	flow->sk = sk;
}

static void learn_word(struct segments *s, const struct field *f, u8 value)
{
	const struct sym *sym = f && f->syms ? symtab_find(f->syms, value) :
					       NULL;

	if (sym && !s->word[value])
		s->word[value] = sym->word;
}

static bool has_tuple(const struct rec *r)
{
	return rec_has(r, r->ev->local) && rec_has(r, r->ev->peer) &&
	       r->ev->local->type == FT_ADDR && r->ev->peer->type == FT_ADDR;
}

void segments_add(struct segments *s, struct trace *t, const struct rec *r,
		  bool match)
{
	const struct seg_fields *f = per_event(&s->fields, r, NULL);
	u64 where, every, waited = 0, time = r->time + t->shift;
	struct told now;
	struct flow *flow;
	u32 seq, len;

	if (match)
		space_add(&s->space, r);
	if (!f->where || !has_tuple(r) || !rec_get(r, f->where, &where) ||
	    !rec_get(r, f->every, &every) || where > 255 || every > 31)
		return;
	s->events++;
	if (s->wants_heat && !s->heat)
		s->heat = seg_heat_new(time);
	now = (struct told){ .place = f->place[where], .match = match,
			     .time = time,
			     .gap = s->lossy && time <= s->lossy_to };
	flow = now.place ? flow_of(s, t, r, now.place) : NULL;
	if (!flow)
		return;
	if (match)
		apart_note(&s->apart, t, time, now.place);
	follow_sk(s, flow, r);
	if (f->waited && rec_get(r, f->waited, &waited) &&
	    waited < SEG_MAX_WAITED)
		now.waited = waited;
	learn_word(s, f->waited, now.waited);
	seq = rec_int_or_0(r, f->seq);
	len = rec_int_or_0(r, f->len);
	if (every)
		take_marks(s, flow, seq, len, every, &now);
	else if (len <= INT32_MAX)
		take_range(s, flow, seq, seq + len, &now);
}

/* ---- losses ---- */

static bool may_be_ours(const struct rec *r)
{
	struct seg_fields f = { 0 };
	const struct event *e;
	u16 no;
	u32 n;

	for (u32 i = 0; i < r->nr_kinds; i++) {
		rec_lost_kind(r, i, &no, &n);
		e = format_event(r->fmt, no);
		if (!e || find_fields(&f, e))
			return true;
	}
	return !r->nr_kinds;
}

/* Pieces in flight may have passed a place unseen. */
void segments_lost(struct segments *s, struct trace *t, const struct rec *r)
{
	u64 to = (r->last_time > r->time ? r->last_time : r->time) + t->shift;
	struct flow *flow;

	if (!may_be_ours(r))
		return;
	s->lost += r->last_seq - r->seq + 1;
	s->lossy = true;
	if (to > s->lossy_to)
		s->lossy_to = to;
	hash_each(&s->flows.hash, i, flow)
		for (u32 j = 0; j < flow->pieces.n; j++)
			flow->pieces.v[flow->pieces.first + j].gap = true;
}

void segments_want_heat(struct segments *s)
{
	s->wants_heat = true;
}

const struct seg_heat *segments_heat(struct segments *s)
{
	segments_close(s);
	return s->heat;
}

void segments_close(struct segments *s)
{
	struct flow *flow;

	hash_each(&s->flows.hash, i, flow)
		close_flow(s, flow);
	seg_between_fill(&s->between, &s->flows);
}
