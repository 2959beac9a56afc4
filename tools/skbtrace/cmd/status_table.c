// SPDX-License-Identifier: GPL-2.0
/* Sessions as a table, 80 columns wide: a line each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/status.h"
#include "kernel/scope.h"
#include "lib/num.h"
#include "lib/util.h"

static char *get_name(const struct status *s)
{
	return xstrdup(s->name);
}

static char *get_owner(const struct status *s)
{
	const char *comm = s->owner.comm;

	if (!s->owner.any)
		return xstrdup(s->st.tracing ? "control files" : "-");
	/* whose else */
	if (!strncmp(comm, "skbtrace ", strlen("skbtrace ")))
		comm += strlen("skbtrace ");
	return xasprintf("%u %s", s->owner.pid, comm);
}

static char *get_age(const struct status *s)
{
	char age[NUM_LEN];

	if (!s->st.tracing)
		return xstrdup("off");
	return xstrdup(fmt_age(age, mono_ns() - s->st.since_ns));
}

static char *get_events(const struct status *s)
{
	char *text = ctl_read(&s->ctl, "enabled");
	int n = 0;

	for (const char *p = text; p && *p; p++)
		n += *p == '\n';
	free(text);
	return xasprintf("%d", n);
}

static char *get_filters(const struct status *s)
{
	char *text;
	int n = 0;

	for (int i = 0; i < NR_FILTERS + NR_SCOPES; i++) {
		text = status_choice(&s->ctl, i < NR_FILTERS ? filter_file(i) :
				     scope_name(i - NR_FILTERS));
		n += !!text;
		free(text);
	}
	return xasprintf("%d", n);
}

static char *get_memory(const struct status *s)
{
	char size[NUM_LEN];

	return xstrdup(fmt_size(size, status_memory(s)));
}

static char *get_written(const struct status *s)
{
	char num[NUM_LEN];

	return xstrdup(fmt_rate(num, s->written));
}

static char *get_lost(const struct status *s)
{
	char num[NUM_LEN];

	return xstrdup(fmt_rate(num, s->lost));
}

/* What probes take of the CPUs' time, if that is measured. */
static char *get_cost(const struct status *s)
{
	if (!s->st.max_cost_ppm)
		return xstrdup("-");
	return xasprintf("%.1f%%", (double)s->st.cost_ppm / 10000);
}

/* Text is to the left, numbers are to the right. */
static const struct column {
	const char *title;
	int width;		/* negative: to the left */
	char *(*get)(const struct status *s);
} columns[] = {
	{ "SESSION",	-14,	get_name },
	{ "OWNER",	-15,	get_owner },
	{ "FOR",	6,	get_age },
	{ "EVENTS",	6,	get_events },
	{ "FILT",	4,	get_filters },
	{ "MEMORY",	7,	get_memory },
	{ "WRITTEN",	8,	get_written },
	{ "LOST",	7,	get_lost },
	{ "COST",	5,	get_cost },
};

static void cell(const struct column *c, const char *text)
{
	printf("%s%*.*s", c == columns ? "" : " ", c->width, abs(c->width),
	       text);
}

void status_table(const struct status *s, int n)
{
	const struct column *end = columns + ARRAY_SIZE(columns);

	for (const struct column *c = columns; c < end; c++)
		cell(c, c->title);
	putchar('\n');
	for (int i = 0; i < n; i++) {
		for (const struct column *c = columns; c < end; c++) {
			char *text = c->get(&s[i]);

			cell(c, text);
			free(text);
		}
		putchar('\n');
	}
}
