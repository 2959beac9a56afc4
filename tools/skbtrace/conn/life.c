// SPDX-License-Identifier: GPL-2.0
/* The life of a connection, and its parts. */
#include "conn/summary.h"

u64 row_end(const struct row *r)
{
	return r->ended ? r->end.time : r->until > r->last ? r->until : r->last;
}

u64 row_life(const struct row *r)
{
	u64 end = row_end(r);

	return end > r->first ? (end - r->first) / 1000 : 0;
}

/*
 * The kernel counts from the beginning of the connection, we from its first
 * event in the trace: subtract the initial values.
 */
static u64 spent(const struct row *r, enum counter i)
{
	u64 before = r->begin.has & 1u << i ? r->begin.v[i] : 0;

	return r->end.v[i] > before ? r->end.v[i] - before : 0;
}

static bool told(const struct row *r, enum counter i)
{
	return r->ended && !r->cut && r->end.has & 1u << i;
}

u64 row_grown(const struct row *r, enum counter i)
{
	return told(r, i) ? spent(r, i) : 0;
}

static int told_options(u16 options)
{
	return options & OPTIONS_TOLD ? options & ~OPTIONS_TOLD : -1;
}

int row_options(const struct row *r)
{
	return told_options(r->options);
}

int row_asked(const struct row *r)
{
	return told_options(r->asked);
}

u64 row_retrans(const struct row *r)
{
	return told(r, C_RETRANS) ? spent(r, C_RETRANS) : r->retrans;
}

u64 row_harm(const struct row *r)
{
	u64 again = row_retrans(r);

	return r->drops + r->overflows +
	       (again > r->spurious ? again - r->spurious : 0);
}

int row_order(const struct row *x, const struct row *y)
{
	if (x->host != y->host)
		return x->host < y->host ? -1 : 1;
	if (x->cookie != y->cookie)
		return x->cookie < y->cookie ? -1 : 1;
	/* 0 is the last one */
	return x->nth - 1 < y->nth - 1 ? -1 : x->nth - 1 > y->nth - 1;
}

/*
 * The kernel's counters are in jiffies, so parts may exceed the whole. "busy"
 * without another reason is recovery, or a small window.
 */
static u32 kernel_parts(const struct row *r, struct held_part *p, u64 life)
{
	const u32 need = 1u << C_BUSY | 1u << C_RWND | 1u << C_SNDBUF;
	u64 rwnd = spent(r, C_RWND), sndbuf = spent(r, C_SNDBUF);
	u64 busy = spent(r, C_BUSY), loss, connect = r->connect_ns / 1000;
	u64 app, peer = r->peer_ns / 1000;

	if (!r->ended || r->cut || (r->end.has & need) != need)
		return 0;
	connect = connect < life ? connect : life;
	life -= connect;
	rwnd = rwnd < life ? rwnd : life;
	sndbuf = sndbuf < life - rwnd ? sndbuf : life - rwnd;
	busy -= busy > rwnd + sndbuf ? rwnd + sndbuf : busy;
	if (busy > life - rwnd - sndbuf)
		busy = life - rwnd - sndbuf;
	loss = (held_ns(&r->held, HELD_LOSS) + r->held.small_ns) / 1000;
	loss = loss < busy ? loss : busy;
	app = life - rwnd - sndbuf - busy;
	peer = peer < app ? peer : app;
	p[0] = (struct held_part){ .word = "cwnd", .us = busy - loss };
	p[1] = (struct held_part){ .word = "swnd", .us = rwnd };
	p[2] = (struct held_part){ .word = "sndbuf", .us = sndbuf };
	p[3] = (struct held_part){ .word = HELD_LOSS, .us = loss };
	p[4] = (struct held_part){ .word = HELD_APP, .us = app - peer };
	p[5] = (struct held_part){ .word = HELD_HANDSHAKE, .us = connect };
	p[6] = (struct held_part){ .word = HELD_PEER, .us = peer };
	return 7;
}

/*
 * A missing tcp_sendlimit proves nothing: sample= or skip= may have excluded
 * it.
 */
u32 row_parts(const struct row *r, struct held_part p[MAX_PARTS])
{
	const struct held *h = &r->held;
	u64 life = row_life(r);
	u32 n = h->n;

	if (outcome_never(r)) {
		p[0] = (struct held_part){ .word = HELD_HANDSHAKE, .us = life };
		n = 1;
	} else if (h->told) {
		for (u32 i = 0; i < n; i++)
			p[i] = (struct held_part){ .word = h->v[i].word,
						   .us = h->v[i].ns / 1000 };
	} else {
		n = kernel_parts(r, p, life);
	}
	return held_tidy(p, n, life);
}

void dist_add(struct row *r, enum dist i, u64 us)
{
	if (!r->dist)
		r->dist = xcalloc(DIST_NR, sizeof(*r->dist));
	hist_add(&r->dist[i], us);
}

void row_close(struct row *r, u64 until)
{
	struct held_part p[MAX_PARTS];
	u64 life, app = 0;
	u32 n;

	/* A listener, or a socket with drops only, has no life. */
	if (r->is_conn && !r->overflows && !r->nth)
		r->until = until;
	held_close(&r->held, row_end(r));
	life = row_life(r);
	n = row_parts(r, p);
	for (u32 i = 0; i < n; i++)
		if (!strcmp(p[i].word, HELD_APP) ||
		    !strcmp(p[i].word, HELD_RTT))
			app += p[i].us;
	r->permille = n ? (u64)((life - app) * 1000.0L / life) : 0;
}

void row_enter(const struct summary *s, struct row *row)
{
	u64 from = match_from(s->match, row->trace);

	if (row->seen)
		return;
	row->seen = true;
	if (row->first >= from)
		return;
	row->cut = true;
	row->first = from;
	held_cut(&row->held, row->first);
}
