// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/num.h"
#include "record/progress.h"
#include "record/session.h"

bool progress_wanted(const struct session *s)
{
	return s->size_text && !s->o->quiet && isatty(STDERR_FILENO);
}

void progress_clear(void)
{
	if (!line_on_screen)
		return;
	line_on_screen = false;
	if (write(STDERR_FILENO, SCREEN_CLEAR, strlen(SCREEN_CLEAR)) < 0)
		return;
}

/* A line that wraps would not be cleared. Return: its length */
static int cut(int n)
{
	const int lead = strlen(SCREEN_CLEAR);
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) || !w.ws_col ||
	    n - lead < w.ws_col)
		return n;
	return lead + w.ws_col - 1;
}

void progress_text(const char *text, bool stay)
{
	char line[320];
	int n;

	if (stay) {
		msg("%s", text);
		return;
	}
	/* Overwrites the line before. Errors are ignored. */
	n = snprintf(line, sizeof(line), SCREEN_CLEAR "skbtrace: %s", text);
	line_on_screen = write(STDERR_FILENO, line, cut(n)) >= 0;
}

void progress_line(struct session *s, u64 now, bool stay)
{
	const struct reader *r = &s->reader;
	char text[300], rate[NUM_LEN], secs[NUM_LEN], conns[80] = "";
	u64 span = now - s->line_ns;

	fmt_rate(rate, span ? (r->events - s->line_events) * 1e9 / span : 0);
	fmt_age(secs, now - s->start_ns);
	s->line_ns = now;
	s->line_events = r->events;
	if (s->filters[FILTER_CONN].expr)
		snprintf(conns, sizeof(conns), "  %llu of %llu connections"
			 " match", (unsigned long long)s->conns.matching,
			 (unsigned long long)s->conns.connections);
	snprintf(text, sizeof(text), "%s  %llu events  %s/s  %s%slost %llu%s%s",
		 secs, (unsigned long long)r->events, rate,
		 s->size_text ? s->size_text(s) : "", s->size_text ? "  " : "",
		 (unsigned long long)s->lost, conns,
		 stay || s->child.pid ? "" : "  (Ctrl-C ends)");
	progress_text(text, stay);
}

/* ---- at the end ---- */

struct tally {
	char event[64];
	u64 count;
};

static int by_count(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	return x->count < y->count ? 1 : x->count > y->count ? -1 :
	       strcmp(x->event, y->event);
}

/* Lines of "dropped" summed by event, the largest first. */
static struct tally *by_event(const struct session *s, int *n)
{
	struct tally *t = xcalloc(s->ndrops, sizeof(*t));

	*n = 0;
	for (int i = 0; i < s->ndrops; i++) {
		int j;

		for (j = 0; j < *n; j++)
			if (!strcmp(t[j].event, s->drops[i].event))
				break;
		if (j == *n)
			memcpy(t[(*n)++].event, s->drops[i].event,
			       sizeof(t->event));
		t[j].count += s->drops[i].count;
	}
	qsort(t, *n, sizeof(*t), by_count);
	return t;
}

/* "all on cpu 1" is a hint; with several CPUs there is none. */
static void where_lost(const struct session *s, char *buf, size_t len)
{
	int cpus = 0;
	u32 cpu = 0;

	buf[0] = '\0';
	for (int i = 0; i < s->ndrops; i++) {
		if (!s->drops[i].count || (cpus && s->drops[i].cpu == cpu))
			continue;
		cpu = s->drops[i].cpu;
		cpus++;
	}
	if (cpus == 1)
		snprintf(buf, len, ", all on cpu %u", cpu);
}

static bool can_sample(const struct session *s, const char *name)
{
	const struct event *e = format_find(s->format, name);

	return e && list_has(e->opts, "sample");
}

void progress_advice(const struct session *s)
{
	const u64 size = s->reader.subbuf_size, nr = s->reader.subbuf_nr;
	/* Few losses: a burst. Many: the reader is too slow. */
	const u64 grow = s->lost > s->reader.events / 8 ? 8 : 2;
	char more[NUM_LEN], sample[96] = "";
	struct tally *t;
	int n;

	if (!s->lost)
		return;
	if (size * grow <= 1 << 20)
		snprintf(more, sizeof(more), "-b %lluk",
			 (unsigned long long)(size * grow / 1024));
	else
		snprintf(more, sizeof(more), "-n %llu",
			 (unsigned long long)(nr * grow));
	t = by_event(s, &n);
	if (n && can_sample(s, t[0].event))
		snprintf(sample, sizeof(sample), ", or -e %s,sample=10",
			 t[0].event);
	free(t);
	msg("next time: %s%s, or %s", more, sample,
	    ctl_exists(&s->ctl, "sock_filters") ? "a narrower filter" :
	    "fewer events");
}

static void tell_shed(const struct session *s)
{
	msg("SHED %llu events, so that probes take no more than %s of the CPUs' time",
	    (unsigned long long)s->shed, s->o->max_cost);
}

static void tell_lost(const struct session *s)
{
	const u64 all = s->reader.events + s->lost;
	char where[64], kinds[512] = "";
	struct tally *t;
	int n, len = 0;

	t = by_event(s, &n);
	where_lost(s, where, sizeof(where));
	for (int i = 0; i < n && len < (int)sizeof(kinds); i++)
		len += snprintf(kinds + len, sizeof(kinds) - len, "%s %s %llu",
				i ? "," : ":", t[i].event,
				(unsigned long long)t[i].count);
	msg("LOST %llu of %llu events (%.1f%%)%s%s",
	    (unsigned long long)s->lost, (unsigned long long)all,
	    100.0 * s->lost / all, where, kinds);
	free(t);
	progress_advice(s);
}

void progress_totals(const struct session *s, u64 events, const char *where,
		     const char *more, bool whole)
{
	char secs[NUM_LEN], conns[64] = "";

	progress_clear();
	if (s->filters[FILTER_CONN].expr)
		snprintf(conns, sizeof(conns), " of %llu connection%s",
			 (unsigned long long)s->conns.matching,
			 s->conns.matching == 1 ? "" : "s");
	if (!s->o->quiet)
		msg("%llu events%s in %s%s%s%s", (unsigned long long)events,
		    conns, fmt_age(secs, s->end_ns - s->start_ns),
		    where ? " -> " : "", where ? where : "",
		    !whole ? ", cut short" : s->lost ? "" : ", none lost");
	if (!s->o->quiet && more)
		hint("read it: %s", more);
	if (s->held && !s->o->quiet)
		msg("held back %llu, written %llu of them as history",
		    (unsigned long long)s->held,
		    (unsigned long long)s->history);
	if (s->shed)
		tell_shed(s);
	if (s->lost)
		tell_lost(s);
}
