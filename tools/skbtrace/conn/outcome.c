// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection of the summary began and ended: the time until it was
 * established, and the error, the reset or the close that ended it.
 */
#include <string.h>

#include "conn/summary.h"

/* Words for errors of the kernel */
static const struct {
	const char *err, *word;
} errors[] = {
	{ "ECONNREFUSED", "refused" },
	{ "ECONNRESET", "reset by peer" },
	/* the peer had sent its FIN before: tcp_reset() in CLOSE_WAIT */
	{ "EPIPE", "reset by peer" },
	{ "ETIMEDOUT", "timed out" },
	{ "ENETUNREACH", "unreachable" },
	{ "EHOSTUNREACH", "unreachable" },
	{ "ECONNABORTED", "aborted" },
};

/* A reset that is sent, by its reason (enum sk_rst_reason). */
static const struct {
	const char *reason, *word;
} resets[] = {
	{ "TCP_ABORT_ON_CLOSE", "closed with data unread" },
	{ "TCP_ABORT_ON_DATA", "data after close" },
	{ "TCP_ABORT_ON_LINGER", "closed with SO_LINGER 0" },
	{ "TCP_STATE", "aborted" },
};

bool row_asks(const struct row *r)
{
	return r->connecting || (!r->accepted && r->a.lport > r->a.pport);
}

void outcome_state(struct row *r, const char *old, const char *state, u64 now)
{
	bool syn_sent = old && !strcmp(old, "SYN_SENT");

	if (!state)
		return;
	r->state = state;
	if (old && !strcmp(old, "SYN_RECV"))
		r->accepted = true;
	if (!strcmp(state, "SYN_SENT"))
		r->connecting = true;
	else if (syn_sent && strcmp(state, "CLOSE"))
		outcome_established(r, now);
}

void outcome_established(struct row *r, u64 now)
{
	if (!r->connecting || r->established)
		return;
	r->established = true;
	r->connect_ns = now > r->first ? now - r->first : 0;
	held_connect(&r->held, now);
}

/*
 * Was its SYN never answered? If there is no event of that, the last keyframe
 * shows it: an acknowledged SYN counts as a byte.
 */
bool outcome_never(const struct row *r)
{
	const struct keyframe *k = &r->end;

	if (!r->connecting || r->established)
		return false;
	return !r->ended || !(k->has & 1u << C_BYTES_ACKED) ||
	       !k->v[C_BYTES_ACKED];
}

void outcome_err(struct row *r, const char *err)
{
	if (err)
		r->err = err;
}

void outcome_reset(struct row *r, const char *dir, const char *reason,
		   const char *state, u64 now)
{
	bool syn_sent = state && !strcmp(state, "SYN_SENT");

	if (dir && !strcmp(dir, "rx"))
		r->reset = syn_sent ? "refused" : "reset by peer";
	else if (dir && !strcmp(dir, "tx"))
		r->reset_sent = reason ? reason : "reset sent";
	r->reset_time = now;
}

/* A reset that was sent long before the end did not end it. */
static bool is_recent(const struct row *r)
{
	const u64 second = 1000000000;

	return r->reset_time + second > r->end.time;
}

static const char *reset_word(const struct row *r)
{
	for (u32 i = 0; i < ARRAY_SIZE(resets); i++)
		if (!strcmp(r->reset_sent, resets[i].reason))
			return resets[i].word;
	return "reset sent";
}

const char *outcome_word(const struct row *r)
{
	if (!r->ended)
		return r->nth ? NULL : "open";
	for (u32 i = 0; r->err && i < ARRAY_SIZE(errors); i++)
		if (!strcmp(r->err, errors[i].err))
			return errors[i].word;
	if (r->err)
		return r->err;
	if (r->reset && is_recent(r))
		return r->reset;
	if (r->reset_sent && is_recent(r))
		return reset_word(r);
	return outcome_never(r) ? "given up" : NULL;
}
