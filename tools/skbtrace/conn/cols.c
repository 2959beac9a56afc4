// SPDX-License-Identifier: GPL-2.0
/* The events that the summary uses, and their fields. */
#include "conn/cols.h"
#include "conn/summary.h"

/* The events of the summary, by name */
const char *const source_events[SRC_NR] = {
	[SRC_KEYFRAME] = "tcp_active_conn", [SRC_RTTM] = "tcp_rttm",
	[SRC_RETRANS] = "tcp_retransmit", [SRC_DROP] = "skb_drop",
	[SRC_LIMIT] = "tcp_sendlimit",
	[SRC_OVERFLOW] = "tcp_listen_overflow",
	[SRC_CONG] = "tcp_congestion", [SRC_CA] = "tcp_ca_state",
	[SRC_STATE] = "tcp_connection", [SRC_RESET] = "tcp_reset",
	[SRC_TURN] = "tcp_turn",
};

/*
 * Recoveries can only be timed if their end is recorded, too: not with
 * "only=recovery:loss". They end in "open"; "disorder", which sets skip, may
 * follow.
 */
static bool tells_loss(const char *spec, int source)
{
	const char *end = source == SRC_CA ? "open" : "leave";

	if (!spec)
		return true;
	if (spec_has(spec, "when") || spec_has(spec, "primary") ||
	    spec_names(spec, "skip", end) || spec_names(spec, "mask", end))
		return false;
	return !spec_has(spec, "only") || spec_names(spec, "only", end);
}

/* tcp_congestion, or tcp_ca_state if the former was not recorded. */
static bool is_loss_source(const struct trace *t, int source)
{
	const char *spec = trace_spec(t, source_events[SRC_CONG]);

	if (source == SRC_CA && spec && tells_loss(spec, SRC_CONG))
		return false;
	return tells_loss(trace_spec(t, source_events[source]), source);
}

void col_fields(struct col *c, const struct match *m,
		const struct event *e)
{
	static const char *const names[C_NR] = {
		[C_BYTES_SENT] = "bytes_sent", [C_BYTES_ACKED] = "bytes_acked",
		[C_BYTES_RETRANS] = "bytes_retrans",
		[C_RETRANS] = "total_retrans", [C_MIN_RTT] = "min_rtt_us",
		[C_SRTT] = "srtt_us", [C_BUSY] = "busy_us",
		[C_RWND] = "rwnd_limited_us", [C_SNDBUF] = "sndbuf_limited_us",
		[C_BYTES_RECEIVED] = "bytes_received",
		[C_MARKED] = "delivered_ce", [C_OPTIONS] = "options",
		[C_DSACKS] = "dsack_dups", [C_REORD] = "reord_seen",
	};

	c->source = -1;
	for (int i = 0; i < SRC_NR; i++)
		if (!strcmp(e->name, source_events[i]))
			c->source = i;
	if (e->role == ROLE_CONN)
		c->source = SRC_KEYFRAME;
	if (!match_event(m, e))
		c->source = -1;
	c->una = event_field(e, "snd_una");
	c->state = event_field(e, "state");
	c->err = event_field(e, "err");
	switch (c->source) {
	case SRC_KEYFRAME:
		for (int i = 0; i < C_NR; i++)
			c->f[i] = event_field(e, names[i]);
		c->end = event_field(e, "end");
		c->cgroup = event_field(e, "cgroup");
		c->ca = event_field(e, "ca");
		break;
	case SRC_RTTM:
		c->f[0] = event_field(e, "rtt_us");
		break;
	case SRC_RETRANS:
		c->f[0] = event_field(e, "segs");
		c->f[1] = event_field(e, "kind");
		c->f[2] = event_field(e, "rto_us");
		break;
	case SRC_DROP:
		c->f[0] = event_field(e, "segs");
		c->f[1] = event_field(e, "reason");
		break;
	case SRC_OVERFLOW:
		c->f[0] = event_field(e, "client");
		c->f[1] = event_field(e, "client_port");
		break;
	case SRC_STATE:
		c->f[0] = event_field(e, "old");
		break;
	case SRC_RESET:
		c->f[0] = event_field(e, "dir");
		c->f[1] = event_field(e, "reason");
		break;
	case SRC_LIMIT:
		c->f[0] = event_field(e, "reason");
		c->f[1] = event_field(e, "was");
		c->f[2] = event_field(e, "for_us");
		c->f[3] = event_field(e, "snd_cwnd");
		break;
	case SRC_TURN:
		c->f[0] = event_field(e, "now");
		c->f[1] = event_field(e, "was");
		c->f[2] = event_field(e, "gap_us");
		c->f[3] = event_field(e, "min_rtt_us");
		c->f[4] = event_field(e, "for_us");
		c->f[5] = event_field(e, "bytes");
		break;
	case SRC_CONG:
	case SRC_CA:
		c->f[0] = event_field(e, c->source == SRC_CONG ?
				      "reason" : "state");
		c->f[1] = event_field(e, "prior_cwnd");
		c->f[2] = event_field(e, "rto_us");
		c->f[3] = event_field(e, "snd_cwnd");
		break;
	}
}

/* Context of per_event() */
struct asking {
	const struct match *match;
	const struct trace *trace;
};

static void fill(void *item, const struct event *e, void *arg)
{
	const struct asking *a = arg;
	struct col *c = item;

	col_fields(c, a->match, e);
	c->part = spec_has(trace_spec(a->trace, e->name), "primary");
	c->loss = (c->source == SRC_CONG || c->source == SRC_CA) &&
		  is_loss_source(a->trace, c->source);
}

void summary_cols_init(struct per_event *cols)
{
	*cols = (struct per_event){ .size = sizeof(struct col), .fill = fill };
}

struct col *summary_col(struct summary *s, const struct trace *t,
			const struct rec *r)
{
	struct asking a = { s->match, t };

	return per_event(&s->cols, r, &a);
}

/* The event was recorded, but none happened. */
static bool is_recorded(const struct summary *s, const struct trace *t,
			enum source src)
{
	const struct event *e = t->fmt ? format_find(t->fmt,
						     source_events[src]) : NULL;

	return e && match_event(s->match, e) &&
	       trace_spec(t, source_events[src]);
}

void summary_recorded(const struct summary *s, const struct trace *traces,
		      bool recorded[SRC_NR])
{
	for (int i = 0; i < SRC_NR; i++)
		recorded[i] = s->seen_src[i] || s->lost_src[i] ||
			      is_recorded(s, traces, i);
}
