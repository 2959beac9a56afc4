// SPDX-License-Identifier: GPL-2.0
/* Looks, never touches: no mount, no module, nothing read that loads one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/status.h"
#include "kernel/sessions.h"
#include "record/recopt.h"

static const char *debugfs;
static bool json;
static u64 interval_ns, count;

static const struct opt opts[] = {
	{ 0, "json", NULL, "one JSON object", OPT_FLAG, &json, NULL },
	{ 'i', "interval", "SECONDS",
	  "the table again each time, with what was written and lost since",
	  OPT_CALL, &interval_ns, recopt_interval },
	{ 'n', "count", "COUNT", "leave after so many times", OPT_CALL, &count,
	  recopt_count },
	{ 'r', "debugfs", "DIR",
	  "where debugfs is (default: /sys/kernel/debug)",
	  OPT_STRING, &debugfs, NULL },
	{}
};

static void close_status(struct status *s)
{
	ctl_stat_free(&s->st);
	ctl_close(&s->ctl);
}

/* 0 or -errno, with nothing to close: it may end meanwhile. */
static int open_status(const struct ctl *c, const char *name, struct status *s)
{
	int err = sessions_open(c, name, &s->ctl);

	if (!err)
		err = ctl_stat(&s->ctl, &s->st);
	if (err) {
		ctl_close(&s->ctl);
		return err;
	}
	s->name = name;
	s->written = ctl_sum(&s->st, written);
	s->lost = ctl_sum(&s->st, lost);
	ctl_owner(&s->ctl, &s->owner);
	return 0;
}

/* What a session had written and lost at the table before */
struct before {
	char *name;
	u64 since_ns, written, lost;
};

static struct before *before;
static int nr_before;

/* A session that has begun anew since has written all of it since. */
static void subtract(struct status *s)
{
	const struct before *b;

	for (b = before; b < before + nr_before; b++) {
		if (strcmp(b->name, s->name) || b->since_ns != s->st.since_ns)
			continue;
		s->written -= b->written;
		s->lost -= b->lost;
	}
}

static void remember(const struct status *s, int n)
{
	for (int i = 0; i < nr_before; i++)
		free(before[i].name);
	free(before);
	before = xcalloc(n + 1, sizeof(*before));
	nr_before = n;
	for (int i = 0; i < n; i++) {
		before[i].name = xstrdup(s[i].name);
		before[i].since_ns = s[i].st.since_ns;
		before[i].written = ctl_sum(&s[i].st, written);
		before[i].lost = ctl_sum(&s[i].st, lost);
	}
}

/* On a terminal each table is where the one before was. */
static void show_table(struct status *s, int n)
{
	if (isatty(STDOUT_FILENO))
		printf("\033[H\033[J");
	else if (before)
		putchar('\n');
	for (int i = 0; i < n; i++)
		subtract(&s[i]);
	status_table(s, n);
	remember(s, n);
}

static void show(struct status *s, int n)
{
	if (json)
		status_json(s, n, true);
	else if (interval_ns)
		show_table(s, n);
	else
		status_text(s, n);
}

/* The default session is told of if it is used, or the only one. */
static int show_all(const struct ctl *c)
{
	struct status *s;
	struct sessions l;
	int n = 0, err = 0, first;

	sessions_list(c, &l);
	s = xcalloc(l.n, sizeof(*s));
	for (int i = 0; i < l.n; i++) {
		err = open_status(c, l.name[i], &s[n]);
		if (err && !i)
			break;
		n += !err;
	}
	if (n) {
		first = n > 1 && !s->st.tracing && !s->owner.any;
		show(s + first, n - first);
	}
	for (int i = 0; i < n; i++)
		close_status(&s[i]);
	free(s);
	sessions_free(&l);
	if (n)
		return 0;
	return fail(EXIT_FAILED, "cannot read %s/skbtrace/stat: %s", c->root,
		    strerror(-err));
}

static int show_one(const struct ctl *c, const char *name)
{
	struct status s;

	if (open_status(c, name, &s))
		return sessions_none(c, name);
	show(&s, 1);
	close_status(&s);
	return 0;
}

static void show_none(void)
{
	if (json)
		status_json(NULL, 0, false);
	else
		status_text_none();
}

static int run_once(const struct args *a)
{
	struct ctl c;
	int code;

	code = ctl_open(&c, debugfs, CTL_LOOK, "status");
	if (!code && c.dir < 0)
		show_none();
	else if (!code)
		code = a->n ? show_one(&c, a->v[0]) : show_all(&c);
	ctl_close(&c);
	return code;
}

static int run_status(const struct args *a)
{
	const struct timespec pause = {
		.tv_sec = interval_ns / NSEC_PER_SEC,
		.tv_nsec = interval_ns % NSEC_PER_SEC,
	};
	int code;

	if (a->n > 1)
		return fail(EXIT_USAGE, "status takes one session, not also \"%s\"",
			    a->v[1]);
	if (count && !interval_ns)
		return fail(EXIT_USAGE, "-n needs -i: how long between two tables");
	for (u64 i = 1; ; i++) {
		code = run_once(a);
		if (fflush(stdout))
			code = fail(EXIT_FAILED, "cannot write output");
		if (code || !interval_ns || i == count)
			return code;
		nanosleep(&pause, NULL);
	}
}

const struct cmd cmd_status = {
	.name = "status",
	.args = "[SESSION]",
	.brief = "what is traced now, by whom, how full, how much lost",
	.more =
"Tells of each session, or of that one: a line for each if there are several,\n"
"then all about them. Changes nothing: loads no module, mounts nothing.\n"
"With -i the table alone, again and again, until Ctrl-C.\n",
	.opts = opts,
	.run = run_status,
};
