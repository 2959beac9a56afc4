// SPDX-License-Identifier: GPL-2.0
/* The cells of the summary. */
#include "summary/cell.h"

const char *verdict_name(const struct sheet *c, const struct row *r,
			 bool *sure)
{
	struct case_file f;

	why_judge(&c->why, r, &f);
	*sure = f.n && f.v[0].sure == SURE_CERTAIN;
	return f.n && f.v[0].rule->kind < RULE_UNKNOWN ? f.v[0].rule->name :
							 NULL;
}

/* A count of events: doubtful if some were lost, none if not recorded. */
static struct cell count_cell(const struct sheet *c, enum source src, u64 n)
{
	if (c->s->lost_src[src])
		return (struct cell){ CELL_LOST, n };
	return (struct cell){ c->recorded[src] ? CELL_VALUE : CELL_NONE, n };
}

/* A value that only the last keyframe has. */
static struct cell end_cell(const struct sheet *c, const struct row *r,
			    enum counter i)
{
	if (r->cut)
		return (struct cell){ CELL_NONE, 0 };
	if (r->ended && r->end.has & 1u << i)
		return (struct cell){ CELL_VALUE, r->end.v[i] };
	return (struct cell){ c->s->lost_src[SRC_KEYFRAME] && !r->ended ?
			      CELL_LOST : CELL_NONE, 0 };
}

/* For an open connection, or one from before the range: acknowledged bytes. */
static struct cell acked_cell(const struct sheet *c, const struct row *r)
{
	const struct keyframe *k = &r->end;
	const u32 need = 1u << C_BYTES_SENT | 1u << C_BYTES_ACKED |
			 1u << C_BYTES_RETRANS;
	u64 n = r->acked;

	if (!r->has_una)
		return end_cell(c, r, C_BYTES_ACKED);
	/* So are the SYN, before, and the FIN. */
	if (r->una_at_end && (k->has & need) == need && n &&
	    k->v[C_BYTES_ACKED] == k->v[C_BYTES_SENT] -
				   k->v[C_BYTES_RETRANS] + 2)
		n--;
	return (struct cell){ c->s->lost ? CELL_LOST : CELL_VALUE, n };
}

/* Payload, each byte once. */
static struct cell sent_cell(const struct sheet *c, const struct row *r)
{
	struct cell sent = end_cell(c, r, C_BYTES_SENT);
	struct cell again = end_cell(c, r, C_BYTES_RETRANS);

	if (r->cut || !r->ended)
		return acked_cell(c, r);
	if (sent.state || again.state || again.v > sent.v)
		return end_cell(c, r, C_BYTES_ACKED);
	sent.v -= again.v;
	return sent;
}

static struct cell retrans_cell(const struct sheet *c, const struct row *r)
{
	struct cell end = end_cell(c, r, C_RETRANS);

	if (end.state != CELL_VALUE)
		return count_cell(c, SRC_RETRANS, r->retrans);
	end.v = row_retrans(r);
	return end;
}

static struct cell rtt_min_cell(const struct sheet *c, const struct row *r)
{
	struct cell end = end_cell(c, r, C_MIN_RTT);

	/* The kernel's minimum covers minutes, maybe before the range. */
	if (end.state != CELL_VALUE && r->has_rtt)
		return (struct cell){ c->s->lost_src[SRC_RTTM] ? CELL_LOST :
				      CELL_VALUE, r->rtt_min };
	return end;
}

static struct cell rtt_last_cell(const struct sheet *c, const struct row *r)
{
	const struct keyframe *k = &r->end;

	if (r->has_rtt)
		return (struct cell){ c->s->lost_src[SRC_RTTM] && !r->ended ?
				      CELL_LOST : CELL_VALUE, r->rtt_last };
	if (r->cut && r->ended && r->seen && k->has & 1u << C_SRTT)
		return (struct cell){ CELL_VALUE, k->v[C_SRTT] };
	return end_cell(c, r, C_SRTT);
}

bool is_smoothed(const struct sheet *c, const struct row *r)
{
	return !r->has_rtt && rtt_last_cell(c, r).state == CELL_VALUE;
}

bool held_is_lost(const struct sheet *c, const struct row *r)
{
	const bool *lost = c->s->lost_src;

	if (lost[SRC_CONG] || (lost[SRC_CA] && !c->recorded[SRC_CONG]))
		return true;
	return (lost[SRC_LIMIT] || lost[SRC_TURN]) &&
	       (r->held.told || !r->ended);
}

const struct column columns[COL_NR] = {
	[COL_LIFE] = { "life", "life_us", JOIN_NONE },
	[COL_SENT] = { "sent", "sent_bytes", JOIN_SUM },
	[COL_RETR] = { "retr", "retrans_segs", JOIN_SUM },
	[COL_SPURIOUS] = { "spurious", "spurious_segs", JOIN_SUM },
	[COL_DROP] = { "drop", "drop_segs", JOIN_SUM },
	[COL_DUPLICATES] = { "duplicates", "duplicate_segs", JOIN_SUM },
	[COL_RTT_MIN] = { "rtt_min", "rtt_min_us", JOIN_LEAST },
	[COL_RTT_LAST] = { "rtt_last", "rtt_last_us", JOIN_NONE },
	[COL_OVERFLOWS] = { "overflows", "listen_overflows", JOIN_SUM },
	[COL_DISTS] = { "rtt_p50", "rtt_p50_us", JOIN_DIST },
	{ "rtt_p90", "rtt_p90_us", JOIN_DIST },
	{ "rtt_p99", "rtt_p99_us", JOIN_DIST },
	{ "answer_p50", "answer_p50_us", JOIN_DIST },
	{ "answer_p90", "answer_p90_us", JOIN_DIST },
	{ "answer_p99", "answer_p99_us", JOIN_DIST },
	{ "own_p50", "own_p50_us", JOIN_DIST },
	{ "own_p90", "own_p90_us", JOIN_DIST },
	{ "own_p99", "own_p99_us", JOIN_DIST },
};

struct cell dist_cell(const struct sheet *c, const struct hist *h,
		      enum column_no i)
{
	static const u32 percents[] = { 50, 90, 99 };
	enum dist d = (i - COL_DISTS) / ARRAY_SIZE(percents);
	u32 percent = percents[(i - COL_DISTS) % ARRAY_SIZE(percents)];

	if (!h || !h[d].n)
		return (struct cell){ CELL_NONE, 0 };
	return (struct cell){ c->s->lost_src[d == DIST_RTT ? SRC_RTTM :
					     SRC_TURN] ?
			      CELL_LOST : CELL_VALUE,
			      hist_percentile(&h[d], percent) };
}

struct cell row_cell(const struct sheet *c, const struct row *r,
		     enum column_no i)
{
	switch (i) {
	case COL_LIFE:
		return (struct cell){ CELL_VALUE, row_life(r) };
	case COL_SENT:
		return sent_cell(c, r);
	case COL_RETR:
		return retrans_cell(c, r);
	case COL_SPURIOUS:
		return count_cell(c, SRC_CONG, r->spurious);
	case COL_DROP:
		return count_cell(c, SRC_DROP, r->drops);
	case COL_DUPLICATES:
		return count_cell(c, SRC_DROP, r->duplicates);
	case COL_RTT_MIN:
		return rtt_min_cell(c, r);
	case COL_RTT_LAST:
		return rtt_last_cell(c, r);
	case COL_OVERFLOWS:
		return count_cell(c, SRC_OVERFLOW, r->overflows);
	default:
		return dist_cell(c, r->dist, i);
	}
}
