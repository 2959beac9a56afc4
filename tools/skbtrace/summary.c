// SPDX-License-Identifier: GPL-2.0
/* Collecting what the summary shows. */
#include <stdlib.h>

#include "summary.h"

enum { MAX_ROWS = 1 << 19 };

/* An event of these names feeds the summary; "tcp_sendlimit" may yet come. */
const char *const source_events[SRC_NR] = {
	[SRC_KEYFRAME] = "tcp_active_conn", [SRC_RTTM] = "tcp_rttm",
	[SRC_RETRANS] = "tcp_retransmit", [SRC_DROP] = "skb_drop",
	[SRC_LIMIT] = "tcp_sendlimit",
	[SRC_OVERFLOW] = "tcp_listen_overflow",
};

/* The fields of an event that count, found once per format. */
struct col {
	int source;		/* enum source, -1: none */
	const struct field *f[C_NR];
	const struct field *end;
};

struct cols {
	const struct format *fmt;
	struct col *c;
	struct cols *next;
};

struct summary *summary_new(void)
{
	return xcalloc(1, sizeof(struct summary));
}

void summary_free(struct summary *s)
{
	struct cols *c;

	if (!s)
		return;
	for (u32 i = 0; i < s->size; i++) {
		if (s->slot[i])
			free(s->slot[i]->name);
		free(s->slot[i]);
	}
	free(s->slot);
	while ((c = s->cols)) {
		s->cols = c->next;
		free(c->c);
		free(c);
	}
	free(s);
}

/* ---- fields ---- */

static const struct field *either(const struct event *e, const char *a,
				  const char *b)
{
	const struct field *f = event_field(e, a);

	return f ? f : event_field(e, b);
}

static void find_fields(struct col *c, const struct event *e)
{
	static const char *const names[C_NR] = {
		[C_BYTES_SENT] = "bytes_sent", [C_BYTES_ACKED] = "bytes_acked",
		[C_BYTES_RETRANS] = "bytes_retrans",
		[C_RETRANS] = "total_retrans", [C_MIN_RTT] = "min_rtt_us",
		[C_SRTT] = "srtt_us", [C_BUSY] = "busy_us",
		[C_RWND] = "rwnd_limited_us", [C_SNDBUF] = "sndbuf_limited_us",
	};

	c->source = -1;
	for (int i = 0; i < SRC_NR; i++)
		if (!strcmp(e->name, source_events[i]))
			c->source = i;
	if (e->role == ROLE_CONN)
		c->source = SRC_KEYFRAME;
	switch (c->source) {
	case SRC_KEYFRAME:
		for (int i = 0; i < C_NR; i++)
			c->f[i] = event_field(e, names[i]);
		c->end = event_field(e, "end");
		break;
	case SRC_RTTM:
		c->f[0] = event_field(e, "rtt_us");
		break;
	case SRC_RETRANS:
	case SRC_DROP:
		c->f[0] = event_field(e, "segs");
		break;
	case SRC_LIMIT:
		c->f[0] = either(e, "was", "reason");
		c->f[1] = event_field(e, "for_us");
		break;
	}
}

static const struct col *col_of(struct summary *s, const struct rec *r)
{
	struct cols *c;

	for (c = s->cols; c; c = c->next)
		if (c->fmt == r->fmt)
			return &c->c[r->ev->index];
	c = xcalloc(1, sizeof(*c));
	c->fmt = r->fmt;
	c->c = xcalloc(r->fmt->nevents, sizeof(*c->c));
	for (u32 i = 0; i < r->fmt->nevents; i++)
		find_fields(&c->c[i], &r->fmt->events[i]);
	c->next = s->cols;
	s->cols = c;
	return &c->c[r->ev->index];
}

/* ---- rows ---- */

static struct row **find_slot(const struct summary *s, u64 key)
{
	u32 i = (u32)(key * 0x9e3779b97f4a7c15ULL >> 32) & (s->size - 1);

	while (s->slot[i] && s->slot[i]->key != key)
		i = (i + 1) & (s->size - 1);
	return &s->slot[i];
}

static void grow(struct summary *s)
{
	struct row **old = s->slot;
	u32 n = s->size;

	s->size = n ? 2 * n : 64;
	s->slot = xcalloc(s->size, sizeof(*s->slot));
	for (u32 i = 0; i < n; i++)
		if (old[i])
			*find_slot(s, old[i]->key) = old[i];
	free(old);
}

static struct row *get_row(struct summary *s, struct trace *t, u64 cookie)
{
	/* Cookies of two hosts may be the same number; they are small. */
	u64 key = cookie ^ (t->shift ? (u64)t->id << 56 : 0);
	struct row **slot;
	struct row *r;

	if (2 * (s->used + 1) > s->size)
		grow(s);
	slot = find_slot(s, key);
	if (*slot)
		/* cppcheck-suppress identicalInnerCondition */
		return *slot;
	if (s->used == MAX_ROWS) {
		s->left_out++;
		return NULL;
	}
	r = xcalloc(1, sizeof(*r));
	r->key = key;
	r->cookie = cookie;
	*slot = r;
	s->used++;
	return r;
}

/* The first name of a connection that connect() has no port for yet lacks it */
static void name_row(struct row *row, struct trace *t, const struct rec *r)
{
	const struct conn *c = names_conn(t->names, row->cookie);
	char buf[CONN_TEXT], *name = NULL;
	struct addr_pair a;

	if (c)
		a = c->a;
	else if (!rec_tuple(r, &a))
		return;
	if (row->name && !a.lport)
		return;
	if (c)
		name = strndup(c->chars, c->text_len);
	else if (tuple_text(buf, &a))
		name = strdup(buf);
	if (!name)
		return;
	free(row->name);
	row->name = name;
	row->has_port = a.lport;
}

/* ---- records ---- */

static void add_keyframe(struct row *row, const struct col *c,
			 const struct rec *r, u64 now)
{
	struct keyframe *k;
	u64 end = 0;

	if (c->end)
		rec_get(r, c->end, &end);
	if (!end && row->begin.time)
		return;		/* told again; the first is the beginning */
	k = end ? &row->end : &row->begin;
	row->ended = row->ended || end;
	k->time = now;
	k->has = 0;
	for (int i = 0; i < C_NR; i++)
		if (rec_get(r, c->f[i], &k->v[i]))
			k->has |= 1u << i;
}

static void add_rtt(struct row *row, u64 us)
{
	if (!row->has_rtt || us < row->rtt_min)
		row->rtt_min = us;
	row->rtt_last = us;
	row->has_rtt = true;
}

/*
 * tcp_sendlimit says how long the reason that now ends had held. The words
 * come from its own symbol table.
 */
static void add_limit(struct row *row, const struct col *c,
		      const struct rec *r)
{
	const struct sym *why;
	u64 v, us;
	u32 i;

	if (!c->f[0] || !c->f[0]->syms || !rec_get(r, c->f[0], &v) ||
	    !rec_get(r, c->f[1], &us))
		return;
	why = symtab_find(c->f[0]->syms, v);
	for (i = 0; why && i < row->nlimits; i++)
		if (!strcmp(row->limits[i].reason->word, why->word))
			break;
	if (!why || i == MAX_LIMITS)
		return;
	if (i == row->nlimits)
		row->limits[row->nlimits++] = (struct limit){ why, 0 };
	row->limits[i].us += us;
}

static u64 segments(const struct rec *r, const struct field *f)
{
	u64 n;

	return rec_get(r, f, &n) && n ? n : 1;
}

static void add_lost(struct summary *s, const struct rec *r)
{
	s->lost += r->last_seq - r->seq + 1;
	for (u32 i = 0; i < r->nr_kinds; i++) {
		const struct event *e;
		struct col c;
		u32 count;
		u16 no;

		rec_lost_kind(r, i, &no, &count);
		e = format_event(r->fmt, no);
		if (!e)
			continue;
		find_fields(&c, e);
		if (c.source >= 0)
			s->lost_src[c.source] = true;
	}
	/* Nobody knows what they were: nothing is certain. */
	for (int i = 0; !r->nr_kinds && i < SRC_NR; i++)
		s->lost_src[i] = true;
}

void summary_add(struct summary *s, struct trace *t, const struct rec *r)
{
	u64 now = r->time + t->shift, cookie, us;
	const struct col *c;
	struct row *row;

	if (r->no == SKBTRACE_LOST) {
		add_lost(s, r);
		return;
	}
	s->events++;
	c = col_of(s, r);
	if (c->source >= 0)
		s->seen_src[c->source] = true;
	cookie = rec_cookie(r);
	row = cookie ? get_row(s, t, cookie) : NULL;
	if (!row)
		return;
	if (!row->has_port)
		name_row(row, t, r);
	if (!row->first)
		row->first = now;
	row->last = now;
	row->is_conn = row->is_conn || r->ev->key == KEY_SK;
	switch (c->source) {
	case SRC_KEYFRAME:
		add_keyframe(row, c, r, now);
		break;
	case SRC_RTTM:
		if (rec_get(r, c->f[0], &us))
			add_rtt(row, us);
		break;
	case SRC_RETRANS:
		row->retrans += segments(r, c->f[0]);
		break;
	case SRC_DROP:
		row->drops += segments(r, c->f[0]);
		break;
	case SRC_LIMIT:
		add_limit(row, c, r);
		break;
	case SRC_OVERFLOW:
		row->overflows++;
		break;
	}
}

/* ---- where the time went ---- */

u64 row_life(const struct row *r)
{
	u64 end = r->ended ? r->end.time : r->last;

	return end > r->first ? (end - r->first) / 1000 : 0;
}

/*
 * The kernel counts from the connection's birth, our time from its first event
 * in the trace, so what it had counted before is taken off.
 */
static u64 spent(const struct row *r, enum counter i)
{
	u64 before = r->begin.has & 1u << i ? r->begin.v[i] : 0;

	return r->end.v[i] > before ? r->end.v[i] - before : 0;
}

u64 row_retrans(const struct row *r)
{
	return r->ended && r->end.has & 1u << C_RETRANS ?
	       spent(r, C_RETRANS) : r->retrans;
}

bool row_held(const struct row *r, u64 us[HELD_NR], u64 *life)
{
	const u32 need = 1u << C_BUSY | 1u << C_RWND | 1u << C_SNDBUF;
	u64 left;

	*life = row_life(r);
	if (!r->ended || (r->end.has & need) != need || !*life)
		return false;
	/* The kernel counts in jiffies: parts may overshoot the whole. */
	left = *life;
	us[HELD_SWND] = spent(r, C_RWND);
	if (us[HELD_SWND] > left)
		us[HELD_SWND] = left;
	left -= us[HELD_SWND];
	us[HELD_SNDBUF] = spent(r, C_SNDBUF);
	if (us[HELD_SNDBUF] > left)
		us[HELD_SNDBUF] = left;
	left -= us[HELD_SNDBUF];
	us[HELD_CWND] = spent(r, C_BUSY);
	us[HELD_CWND] -= us[HELD_CWND] > us[HELD_SWND] + us[HELD_SNDBUF] ?
			 us[HELD_SWND] + us[HELD_SNDBUF] : us[HELD_CWND];
	if (us[HELD_CWND] > left)
		us[HELD_CWND] = left;
	us[HELD_APP] = left - us[HELD_CWND];
	return true;
}
