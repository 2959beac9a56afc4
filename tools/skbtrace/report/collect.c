// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "report/collect.h"

enum { MAX_GAPS = 256, MAX_LINES = 1 << 17, LINE_KEY = 12 };

/* The fields of an event that are drawn, found once per format. */
struct line_cols {
	const struct field *q[Q_NR];
	const struct field *una, *nxt;
	const struct field *ca, *uid, *cgroup, *snd_base, *rcv_base;
	const struct field *turn, *was, *gap;
	const struct field *seq, *len;	/* of a packet that is handed on */
	enum quantity packet;
	struct fact_cols fact;
};

static bool is_mark(int what)
{
	return what >= 0 && what != FACT_STOP && what != FACT_TURN &&
	       what != FACT_RTT;
}

static void fill_packet(struct line_cols *c, const struct event *e)
{
	bool send = !strcmp(e->name, "ip_send");

	if (!send && strcmp(e->name, "ip_receive"))
		return;
	c->packet = send ? Q_SENT : Q_RECEIVED;
	c->seq = event_field(e, "seq");
	c->len = event_field(e, "len");
}

static void fill(void *item, const struct event *e, void *arg)
{
	struct line_cols *c = item;

	(void)arg;
	fact_cols_fill(&c->fact, e);
	if (c->fact.what == FACT_TURN) {
		c->turn = event_field(e, "now");
		c->was = event_field(e, "was");
		c->gap = event_field(e, "gap_us");
	}
	fill_packet(c, e);
	if (e->key != KEY_SK)
		return;
	for (int i = 0; i < Q_NR; i++)
		if (quantities[i].field)
			c->q[i] = event_field(e, quantities[i].field);
	c->una = event_field(e, "snd_una");
	c->nxt = event_field(e, "snd_nxt");
	if (e->role != ROLE_CONN)
		return;
	c->ca = event_field(e, "ca");
	c->uid = event_field(e, "uid");
	c->cgroup = event_field(e, "cgroup");
}

void lines_init(struct lines *l)
{
	*l = (struct lines){
		.h.key_len = LINE_KEY,
		.cols = { .size = sizeof(struct line_cols), .fill = fill },
	};
}

void lines_free(struct lines *l)
{
	hash_free(&l->h, line_free);
	per_event_free(&l->cols);
	free(l->gaps);
}

static struct line *find(const struct lines *l, u64 cookie, u32 host)
{
	const struct {
		u64 cookie;
		u32 host;
	} key = { cookie, host };

	static_assert(offsetof(struct line, host) == 8 && LINE_KEY == 12,
		      "a line begins with its key");
	return hash_get(&l->h, &key);
}

struct line *lines_of(const struct lines *l, const struct row *r)
{
	return find(l, r->cookie, r->host);
}

/* NULL: there are too many, and this one is new. */
static struct line *get(struct lines *l, const struct trace *t, u64 cookie)
{
	struct line *line = find(l, cookie, t->host);

	if (line || l->h.used == MAX_LINES)
		return line;
	line = xcalloc(1, sizeof(*line));
	line->cookie = cookie;
	line->host = t->host;
	hash_put(&l->h, line);
	return line;
}

/* ---- events of the connection ---- */

/* Bytes since the beginning of the connection; 0: not known yet. */
static void learn_bases(struct line *l, struct trace *t)
{
	const struct conn *c = names_conn(t->names, l->cookie);

	if (c && c->has_snd_base && c->snd_base && !l->snd.known)
		l->snd = (struct seqspace){ true, c->snd_base, 0 };
	if (c && c->has_rcv_base && c->rcv_base && !l->rcv.known)
		l->rcv = (struct seqspace){ true, c->rcv_base, 0 };
}

static void add_conn(struct line *l, const struct line_cols *c,
		     const struct rec *r)
{
	if (c->ca && rec_has(r, c->ca) && c->ca->type == FT_STR)
		memcpy(l->ca, r->p + c->ca->off,
		       c->ca->size < sizeof(l->ca) ? c->ca->size :
						     sizeof(l->ca) - 1);
	l->ca[sizeof(l->ca) - 1] = '\0';
	l->has_conn = rec_get(r, c->uid, &l->uid);
	rec_get(r, c->cgroup, &l->cgroup);
}

/*
 * Events have snd_nxt and the window now and then only: in between, all that is
 * acknowledged has been sent, and the window moves along.
 */
static void add_seqs(struct line *l, const struct line_cols *c,
		     const struct rec *r, u64 now)
{
	u64 una, nxt, wnd;
	s64 at, next;

	if (!rec_get(r, c->una, &una) || !una)
		return;
	at = seqspace_abs(&l->snd, una);
	line_add(l, Q_ACKED, now, at);
	next = rec_get(r, c->nxt, &nxt) ? at + (s32)((u32)nxt - (u32)una) : at;
	if (c->nxt || next > l->next) {
		line_add(l, Q_NEXT, now, next);
		l->next = next;
	}
	if (rec_get(r, c->q[Q_SND_WND], &wnd) && wnd < 1ull << 32)
		l->wnd = wnd;
	if (l->wnd)
		line_add(l, Q_EDGE, now, at + l->wnd);
}

static void add_quantities(struct line *l, const struct line_cols *c,
			   const struct rec *r, u64 now)
{
	u64 v;

	for (int i = 0; i < Q_NR; i++)
		if (c->q[i] && rec_get(r, c->q[i], &v) && v < 1ull << 62)
			line_add(l, i, now, v);
}

/* The pause before this end or the other one sent. */
static void add_turn(struct line *l, const struct line_cols *c,
		     const struct rec *r, u64 now)
{
	const char *turn = fact_word(r, c->turn), *was = fact_word(r, c->was);
	u64 gap;

	if (!turn || !was || !rec_get(r, c->gap, &gap) || gap > now / 1000)
		return;
	if (!strcmp(turn, "peer") && !strcmp(was, "self"))
		line_add(l, Q_ANSWER, now, gap);
	else if (!strcmp(turn, "self") && !strcmp(was, "peer"))
		line_add(l, Q_THINK, now, gap);
}

/* ---- marks ---- */

static struct mark mark_of(const struct line_cols *c, const struct trace *t,
			   const struct rec *r, u64 now)
{
	struct mark m = {
		.t = now, .what = c->fact.what,
		.way = c->fact.dir ? fact_way_of(&c->fact, r) : WAY_NONE,
		.word = fact_word(r, c->fact.word), .trace = t,
		.n = 1, .no = { t->id, r->cpu, r->seq },
	};
	u64 v;

	if (rec_get(r, c->fact.at, &v))
		m.at = v;
	if (m.what != FACT_RETRANS && m.what != FACT_DROP)
		return m;
	m.segs = rec_get(r, c->fact.v[V_SEGS], &v) ? v : 1;
	m.len = rec_get(r, c->fact.v[V_LEN], &v) ? v : 0;
	return m;
}

/* @sent: @l has sent the bytes, so they have a place. @l may be NULL. */
static void put_mark(struct line *l, struct mark *m, const struct line_cols *c,
		     const struct rec *r, bool sent)
{
	const struct field *f = m->what == FACT_RETRANS ||
				m->what == FACT_DROP ? c->fact.v[V_SEQ] : NULL;
	u64 seq;

	if (!l)
		return;
	m->has_seq = sent && l->snd.known && rec_get(r, f, &seq) && seq;
	if (m->has_seq)
		m->seq = l->snd.abs + (s32)((u32)seq - l->snd.seq);
	marks_add(&l->marks, m);
}

static void add_mark(struct line *l, const struct line_cols *c,
		     const struct trace *t, const struct rec *r, u64 now)
{
	struct mark m = mark_of(c, t, r, now);

	if (c->fact.only) {
		const char *w = fact_word(r, c->fact.only);

		if (!w || strcmp(w, c->fact.only_word))
			return;
	}
	put_mark(l, &m, c, r, m.way != WAY_RX);
}

/* ---- packets ---- */

/*
 * @l is an end of the packet. A drop is drawn at the end that has sent it, too,
 * if that is in the recording.
 */
static struct conn *sender_of(struct trace *t, const struct line_cols *c,
			      const struct rec *r, bool *sent)
{
	bool (*const tuples[])(const struct rec *, struct addr_pair *) = {
		rec_tuple, rec_nat,
	};
	struct conn *conn = NULL;
	struct addr_pair a;

	for (size_t i = 0; i < ARRAY_SIZE(tuples) && !conn; i++) {
		if (!tuples[i](r, &a))
			continue;
		if (fact_way_of(&c->fact, r) == WAY_RX)
			addr_pair_turn(&a);
		conn = names_tuple(t->names, &a, sent);
		*sent = !*sent;
	}
	return conn;
}

static void add_packet_mark(struct lines *l, const struct line_cols *c,
			    struct trace *t, const struct rec *r, u64 now)
{
	u64 cookie = rec_cookie(r);
	struct conn *conn;
	struct mark m;
	bool sent;

	if (cookie)
		add_mark(get(l, t, cookie), c, t, r, now);
	conn = sender_of(t, c, r, &sent);
	if (!conn || conn->cookie == cookie)
		return;
	m = mark_of(c, t, r, now);
	put_mark(get(l, t, conn->cookie), &m, c, r, sent);
}

/* The end of the data of a packet that this end sends or receives. */
static void add_packet(struct lines *l, const struct line_cols *c,
		       struct trace *t, const struct rec *r, u64 now)
{
	u64 cookie = rec_cookie(r), seq, len;
	struct seqspace *s;
	struct line *line;

	if (!cookie || !rec_get(r, c->seq, &seq) || !rec_get(r, c->len, &len) ||
	    !len || len > UINT32_MAX)
		return;
	line = get(l, t, cookie);
	if (!line)
		return;
	learn_bases(line, t);
	s = c->packet == Q_SENT ? &line->snd : &line->rcv;
	line_add(line, c->packet, now, seqspace_abs(s, seq + len));
}

/* ---- */

void lines_add(struct lines *l, struct trace *t, const struct rec *r, u64 now)
{
	const struct line_cols *c = per_event(&l->cols, r, NULL);
	struct line *line;

	l->events++;
	if (r->ev->key != KEY_SK) {
		if (is_mark(c->fact.what))
			add_packet_mark(l, c, t, r, now);
		else if (c->seq)
			add_packet(l, c, t, r, now);
		return;
	}
	line = rec_cookie(r) ? get(l, t, rec_cookie(r)) : NULL;
	if (!line)
		return;
	learn_bases(line, t);
	if (r->ev->role == ROLE_CONN)
		add_conn(line, c, r);
	add_seqs(line, c, r, now);
	add_quantities(line, c, r, now);
	if (c->turn)
		add_turn(line, c, r, now);
	if (is_mark(c->fact.what))
		add_mark(line, c, t, r, now);
}

void lines_lost(struct lines *l, const struct trace *t, const struct rec *r)
{
	if (l->ngaps == MAX_GAPS) {
		l->more_gaps++;
		return;
	}
	if (!l->gaps)
		l->gaps = xcalloc(MAX_GAPS, sizeof(*l->gaps));
	l->gaps[l->ngaps++] = (struct gap){
		.cpu = r->cpu, .from = r->time + t->shift,
		.to = r->last_time + t->shift, .n = r->last_seq - r->seq + 1,
	};
}
