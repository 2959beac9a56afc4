// SPDX-License-Identifier: GPL-2.0
#include "lib/msg.h"
#include "segment/apart.h"

static const struct told_by nothing;

static const struct told_by *told_by(const struct apart *a,
				     const struct trace *t)
{
	return t->id < MAX_TOLD_BY ? &a->by[t->id] : &nothing;
}

void apart_note(struct apart *a, const struct trace *t, u64 time, u8 place)
{
	struct told_by *by = &a->by[t->id];

	if (t->id >= MAX_TOLD_BY)
		return;
	if (!by->first)
		by->first = time;
	by->last = time;
	by->received = by->received || place >= SEG_RECEIVE;
	by->sent = by->sent || place < SEG_RECEIVE;
}

/* Rotated files of one host follow each other; that is no fault. */
static bool of_several_hosts(const struct trace *t)
{
	u32 host = t->host;

	for (; t; t = t->next)
		if (t->host != host)
			return true;
	return false;
}

static bool has_none(const struct apart *a, const struct trace *t)
{
	while (t && told_by(a, t)->first)
		t = t->next;
	if (!t)
		return false;
	msg("%s has no tcp_segment of these connections: nothing of it is joined",
	    t->name);
	hint("record both ends at the same time: -e tcp_segment,every=64k");
	return true;
}

static bool has_one_end(const struct apart *a, const struct trace *traces)
{
	bool sent = false, received = false;

	for (const struct trace *t = traces; t; t = t->next) {
		sent = sent || told_by(a, t)->sent;
		received = received || told_by(a, t)->received;
	}
	if (sent && received)
		return false;
	msg("all recordings are of the %s's end: no byte is seen at both",
	    sent ? "sender" : "receiver");
	hint("record on the %s's host, too: the same tcp_segment,every=N",
	     sent ? "receiver" : "sender");
	return true;
}

/* Two recordings; the first ends before the second begins */
struct gap {
	const struct trace *first, *second;
	u64 ns;
};

static u64 over_before(const struct apart *a, const struct trace *t,
		       const struct trace *o)
{
	u64 end = told_by(a, t)->last, begin = told_by(a, o)->first;

	return begin > end ? begin - end : 0;
}

/*
 * The least gap between @t and a recording of another host; false: one
 * overlaps.
 */
static bool least_gap(const struct apart *a, const struct trace *t,
		      const struct trace *all, struct gap *least)
{
	for (const struct trace *o = all; o; o = o->next) {
		u64 ns = over_before(a, t, o);

		if (o->host == t->host)
			continue;
		if (!ns && !over_before(a, o, t))
			return false;
		if (ns && (!least->ns || ns < least->ns))
			*least = (struct gap){ t, o, ns };
	}
	return true;
}

static bool is_before(const struct apart *a, const struct trace *traces)
{
	struct gap gap = { 0 };

	for (const struct trace *t = traces; t; t = t->next)
		if (!least_gap(a, t, traces, &gap))
			return false;
	msg("%s ends %llu.%03llu s before %s begins, by their clocks",
	    gap.first->name, (unsigned long long)(gap.ns / 1000000000),
	    (unsigned long long)(gap.ns / 1000000 % 1000), gap.second->name);
	hint("begin both recordings before what is to be measured, end them after it");
	return true;
}

void apart_tell(const struct apart *a, const struct trace *traces)
{
	if (!traces || !of_several_hosts(traces) || has_none(a, traces) ||
	    has_one_end(a, traces) || is_before(a, traces))
		return;
	msg("no byte was seen whole at both ends");
	hint("record the same connections at both ends, with the same every=; NAT in between gives them other addresses");
}
