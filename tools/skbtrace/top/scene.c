// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "summary/sort.h"
#include "top/scene.h"

/* Rows without events of a connection, or that do not match, are not listed. */
static void count(struct scene *v)
{
	for (u32 i = 0; i < v->all; i++)
		v->bad += why_trouble(&v->found[i]);
}

static void take_tracks(const struct scene *v, struct tracks *ts)
{
	tracks_begin(ts, v->now);
	for (u32 i = 0; i < v->all; i++)
		tracks_add(ts, &v->found[i]);
	tracks_end(ts);
}

void scene_make(struct scene *v, const struct windows *w, struct tracks *ts,
		const struct trace *traces, u64 now)
{
	struct sheet *c = &v->sheet;

	*v = (struct scene){ .now = now, .from = w->match[w->shows].from };
	v->s = summary_copy(windows_now(w));
	c->s = v->s;
	summary_recorded(v->s, traces, c->recorded);
	summary_close(v->s, traces, now, now);
	why_open(&c->why, v->s, traces, c->recorded);
	v->all = why_find(&c->why, &v->found);
	count(v);
	take_tracks(v, ts);
}

void scene_free(struct scene *v)
{
	if (!v->s)
		return;
	why_close(&v->sheet.why);
	summary_free(v->s);
	free(v->found);
	free(v->item);
	*v = (struct scene){};
}

/* ---- items ---- */

u32 item_share(const struct item *it)
{
	u64 life = row_life(it->row);

	return it->rule && life ? it->us * 100 / life : 0;
}

u64 item_rtt(const struct item *it)
{
	const struct keyframe *k = &it->row->begin;

	if (it->row->has_rtt)
		return it->row->rtt_last;
	return k->has & 1u << C_SRTT ? k->v[C_SRTT] : 0;
}

static struct cell number(bool told, u64 v)
{
	return (struct cell){ told ? CELL_VALUE : CELL_NONE, v };
}

static u64 rate(const struct item *it)
{
	const struct beat *b = track_beat(it->track, 0);

	return b && b->rate >= 0 ? b->rate : 0;
}

static void fill_key(const struct item *it, enum top_col col,
		     struct sort_key *k)
{
	switch (col) {
	case TOP_SK:
		k->c = number(true, it->row->cookie);
		break;
	case TOP_STATE:
		k->text = it->row->state;
		break;
	case TOP_VERDICT:
		k->text = it->rule ? it->rule->name : NULL;
		break;
	case TOP_SINCE:
		k->c = number(true, it->track->since);
		break;
	case TOP_RTT:
		k->c = number(item_rtt(it), item_rtt(it));
		break;
	case TOP_RETR:
		k->c = number(true, it->row->retrans);
		break;
	case TOP_RATE:
		k->c = number(it->row->has_una, rate(it));
		break;
	case TOP_HELD:
		k->c = number(true, it->row->permille);
		break;
	default:
		k->text = it->row->name;
	}
}

/* They are sorted by trouble already. */
static void sort(struct scene *v, const struct scene_how *how)
{
	struct sort_key *k = xcalloc(v->n + 1, sizeof(*k));
	struct item *old = v->item;

	for (u32 i = 0; i < v->n; i++) {
		k[i] = (struct sort_key){ &old[i], i, { CELL_NONE, 0 }, NULL };
		if (how->sort == TOP_SHARE)
			k[i].c = number(true, v->n - i);
		else
			fill_key(&old[i], how->sort, &k[i]);
	}
	sort_keys(k, v->n, how->reverse);
	v->item = xcalloc(v->n + 1, sizeof(*v->item));
	for (u32 i = 0; i < v->n; i++)
		v->item[i] = *(struct item *)k[i].item;
	free(old);
	free(k);
}

void scene_list(struct scene *v, const struct tracks *ts,
		const struct scene_how *how)
{
	free(v->item);
	v->item = xcalloc(v->all + 1, sizeof(*v->item));
	v->n = 0;
	for (u32 i = 0; i < v->all; i++) {
		const struct found *f = &v->found[i];
		bool bad = why_trouble(f);

		if (!bad && !how->healthy)
			continue;
		v->item[v->n++] = (struct item){
			.row = f->row, .rule = bad ? f->rule : NULL,
			.us = f->us, .track = track_of(ts, f->row),
		};
	}
	sort(v, how);
}
