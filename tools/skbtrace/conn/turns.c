// SPDX-License-Identifier: GPL-2.0
/*
 * Questions and answers, by tcp_turn: how long a connection that asks waits.
 * An answer that never comes has no event of its own, nor have pauses within.
 */
#include <string.h>

#include "conn/summary.h"

static bool is(const char *word, const char *other)
{
	return word && !strcmp(word, other);
}

/* It has waited for @ns until @now; @rtt of that is due to the path. */
static void wait_for_peer(struct row *row, u64 now, u64 ns, u64 rtt)
{
	row->peer_ns += ns - rtt;
	held_answer(&row->held, now, ns, rtt);
}

/* The peer begins to send after us: until now we have waited for an answer. */
static void add_answer(struct row *row, const struct turn *turn, u64 now)
{
	u64 gap = turn->gap, rtt = turn->rtt < gap ? turn->rtt : gap;

	if (row_asks(row) && row->again_at > now - gap) {
		/* The question or its answer: the peer acknowledges at once */
		held_probe(&row->held, row->again_at, row->again_at -
			   (now - gap));
		held_probe_lost(&row->held);
		row->late_answers++;
	}
	wait_for_peer(row, now, gap, rtt);
	row->answers++;
	if (!row->least_asked || turn->bytes < row->least_asked)
		row->least_asked = turn->bytes;
}

/*
 * An answer that fits into an initial window (RFC 6928) leaves in one go if it
 * is there. If it took round trips, and what comes next came at once, the
 * program has waited for its last part.
 */
static void add_parts(struct row *row, const struct turn *turn, u64 now)
{
	enum { WINDOW = 14600, RTTS = 3, LEAST_NS = 50000000, SHARE = 4 };

	if (!row_asks(row) || turn->bytes > WINDOW || turn->took < LEAST_NS ||
	    turn->took < RTTS * turn->rtt || turn->took > now - turn->gap ||
	    turn->gap > turn->took / SHARE)
		return;
	row->parts_ns += turn->took;
	row->peer_ns += turn->took;
	held_peer(&row->held, now - turn->gap, turn->took);
}

bool turns_awaits(const struct row *row)
{
	enum { ANSWERS = 2 };

	return row->no_answer_ns && row->answers >= ANSWERS;
}

static void no_answer(struct row *row, u64 now, u64 ns, u64 rtt)
{
	if (!row_asks(row) || ns > now || ns <= rtt)
		return;
	row->no_answer_ns = ns;
	if (turns_awaits(row))
		wait_for_peer(row, now, ns, rtt);
}

void turns_add(struct row *row, const struct turn *turn, u64 now)
{
	bool self = is(turn->was, "self"), peer = is(turn->was, "peer");

	/* Times of what began before the recording are not known */
	if (turn->gap > now)
		self = peer = false;
	if (self && is(turn->now, "peer"))
		add_answer(row, turn, now);
	else if (peer)
		add_parts(row, turn, now);
	else if (self && 2 * turn->bytes >= row->least_asked)
		no_answer(row, now, turn->gap, turn->rtt);
	row->my_turn = is(turn->now, "self") ? now : 0;
	row->turn_rtt = turn->rtt;
}

void turns_close(struct row *row, u64 until)
{
	u64 since = row->my_turn;

	/* Its last ACK has come a round trip after what it acknowledges */
	if (row->acked_at > row->turn_rtt + since)
		since = row->acked_at - row->turn_rtt;
	if (row->my_turn && !row->ended && until > since)
		no_answer(row, until, until - since, row->turn_rtt);
	row->my_turn = 0;
}
