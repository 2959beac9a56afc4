// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "frame/table.h"
#include "lib/num.h"
#include "lib/put.h"

/* By how much the sender's wall clock is ahead of ours. */
static void clock_text(const struct sender *s, char *to, size_t len)
{
	const struct offset *o = &s->offset;
	const u64 theirs = s->first.real_ns - s->first.mono_ns;
	const u64 ours = real_ns() - mono_ns();

	if (!o->set)
		snprintf(to, len, "not known");
	else if (o->local)
		snprintf(to, len, "ours");
	else
		snprintf(to, len, "%+.6fs +-%.1fus",
			 (s64)(theirs - o->offset_ns - ours) / 1e9,
			 o->error_ns / 1e3);
}

static u64 events_of(const struct sender *s)
{
	return s->state == SENDER_RUNS ? rebuild_events(&s->r) : s->events;
}

static const char *state_text(const struct sender *s)
{
	static const char *const words[] = {
		[SENDER_WAITS] = "waits", [SENDER_RUNS] = "sends",
		[SENDER_REFUSED] = "refused", [SENDER_ENDED] = "ended",
	};

	return s->state == SENDER_ENDED && !s->whole ? "silent" :
						       words[s->state];
}

static void line(const struct sender *s, const char *path)
{
	char host[4 * 24 + 1] = "-", session[4 * 16 + 1] = "-", clock[64];

	if (s->account.host) {
		escape_text(host, (const u8 *)s->account.host, 24);
		escape_text(session, (const u8 *)s->account.session, 16);
	}
	clock_text(s, clock, sizeof(clock));
	printf("%-16s %-12s %-8s %10llu %10llu %10llu %-24s %s\n", host,
	       session, state_text(s), (unsigned long long)events_of(s),
	       (unsigned long long)s->r.lost_on_way,
	       (unsigned long long)(s->r.lost - s->r.lost_on_way), clock, path);
}

void table_print(const struct senders *all,
		 const char *(*path)(const struct sender *s))
{
	enum { MANY = 100 };
	u32 n = 0;

	if (!all->first)
		return;
	printf("%-16s %-12s %-8s %10s %10s %10s %-24s %s\n", "HOST", "SESSION",
	       "STATE", "EVENTS", "LOST WAY", "LOST THERE", "CLOCK", "FILE");
	for (const struct sender *s = all->first; s; s = s->next)
		/* one that never began may be forged */
		if (s->state != SENDER_WAITS || n < MANY) {
			line(s, path(s));
			n += s->state == SENDER_WAITS;
		}
	if (all->left)
		printf("and %u recordings that had ended before\n", all->left);
	fflush(stdout);
}

void table_faults(const struct senders *all)
{
	u64 again = all->again, overlaps = all->overlaps;

	for (u32 i = FRAME_SOUND + 1; i < FRAME_FAULTS; i++)
		if (all->faults[i])
			msg("%llu frames %s were left out",
			    (unsigned long long)all->faults[i],
			    frame_fault_text(i));
	for (const struct sender *s = all->first; s; s = s->next) {
		again += s->r.again;
		overlaps += s->r.overlaps;
	}
	if (again)
		msg("%llu frames came twice, or too late: left out",
		    (unsigned long long)again);
	if (overlaps)
		msg("%llu frames do not fit with others of their session: left out",
		    (unsigned long long)overlaps);
	if (all->too_many)
		msg("%llu frames were of too many hosts",
		    (unsigned long long)all->too_many);
}
