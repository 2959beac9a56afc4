// SPDX-License-Identifier: GPL-2.0
/* The fields of events that make facts. */
#include <string.h>

#include "conn/facts.h"

const char *const fact_events[FACT_NR] = {
	[FACT_STATE] = "tcp_connection", [FACT_RESET] = "tcp_reset",
	[FACT_RETRANS] = "tcp_retransmit",
	[FACT_CONG] = "tcp_congestion", [FACT_OVERFLOW] = "tcp_listen_overflow",
	[FACT_DROP] = "skb_drop", [FACT_STOP] = "tcp_sendlimit",
	[FACT_TURN] = "tcp_turn", [FACT_RTT] = "tcp_rttm",
	[FACT_TIMER] = "sk_timer", [FACT_LISTEN] = "icsk_connection",
};

static const struct {
	const char *word, *at, *v[V_NR], *only, *only_word;
} table[FACT_NR] = {
	[FACT_STATE] = { "state" },
	[FACT_RESET] = { "reason" },
	[FACT_RETRANS] = { "kind", NULL,
			   { [V_SEGS] = "segs", [V_LEN] = "len",
			     [V_SEQ] = "seq",
			     [V_RETRANSMITS] = "retransmits" } },
	[FACT_CONG] = { "reason" },
	[FACT_OVERFLOW] = { "reason", NULL,
			    { [V_BACKLOG] = "backlog" } },
	[FACT_DROP] = { "reason", "at",
			{ [V_SEGS] = "segs", [V_LEN] = "len",
			  [V_SEQ] = "seq" } },
	[FACT_STOP] = { "reason", NULL,
			{ [V_WND] = "snd_wnd", [V_SNDBUF] = "sndbuf",
			  [V_INFLIGHT] = "inflight",
			  [V_RATE] = "pacing_rate_Bps",
			  [V_CWND] = "snd_cwnd" } },
	[FACT_TURN] = { "now", NULL,
			{ [V_GAP] = "gap_us", [V_BYTES] = "bytes",
			  [V_MIN_RTT] = "min_rtt_us" } },
	[FACT_RTT] = { NULL, NULL, { [V_RTT] = "rtt_us" } },
	[FACT_TIMER] = { "timer", NULL, {}, "op", "fire" },
	[FACT_LISTEN] = { "state" },
};

static const struct field *find(const struct event *e, const char *name)
{
	return name ? event_field(e, name) : NULL;
}

void fact_cols_fill(struct fact_cols *c, const struct event *e)
{
	c->what = -1;
	for (int i = 0; i < FACT_NR; i++)
		if (!strcmp(e->name, fact_events[i]))
			c->what = i;
	if (c->what < 0)
		return;
	c->word = find(e, table[c->what].word);
	c->at = find(e, table[c->what].at);
	c->only = find(e, table[c->what].only);
	c->only_word = table[c->what].only_word;
	for (int i = 0; i < V_NR; i++)
		c->v[i] = find(e, table[c->what].v[i]);
	c->dir = e->dir;
	c->tx = e->dir_tx;
	c->rx = e->dir_rx;
	c->fwd = e->dir_fwd;
}

const char *fact_word(const struct rec *r, const struct field *f)
{
	const struct sym *s;
	u64 v;

	if (!f || !f->syms || !rec_get(r, f, &v))
		return NULL;
	s = symtab_find(f->syms, v);
	return s ? s->word : NULL;
}

enum fact_way fact_way_of(const struct fact_cols *c, const struct rec *r)
{
	s64 dir = c->dir ? (s64)rec_int_or_0(r, c->dir) : -1;

	if (dir == c->tx)
		return WAY_TX;
	if (dir == c->rx)
		return WAY_RX;
	return dir == c->fwd && c->fwd >= 0 ? WAY_FWD : WAY_NONE;
}
