// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "cmd/cmd.h"
#include "kernel/sessions.h"
#include "kernel/stat.h"
#include "lib/num.h"

static const char *debugfs;

static const struct opt opts[] = {
	{ 'r', "debugfs", "DIR",
	  "where debugfs is (default: /sys/kernel/debug)",
	  OPT_STRING, &debugfs, NULL },
	{}
};

static int stop_now(const struct ctl *c)
{
	struct ctl_stat st;
	struct ctl_owner o;
	char age[NUM_LEN] = "";
	int code;

	ctl_owner(c, &o);
	if (ctl_stat(c, &st))
		return fail(EXIT_FAILED, "cannot read %s/skbtrace/stat: %m",
			    c->root);
	if (!st.tracing) {
		msg("nothing to stop: tracing is off");
		ctl_stat_free(&st);
		return 0;
	}
	fmt_age(age, mono_ns() - st.since_ns);
	ctl_stat_free(&st);
	code = ctl_write(c, "enabled", "-*\n");
	if (code)
		return code;
	if (o.any)
		msg("stopped: on for %s, by pid %u (%s), uid %u", age, o.pid,
		    o.comm, o.uid);
	else
		msg("stopped: on for %s, by the control files", age);
	return 0;
}

static int stop_session(const struct ctl *c, const char *name)
{
	struct ctl s;
	int code;

	if (sessions_open(c, name, &s))
		return sessions_none(c, name);
	code = stop_now(&s);
	ctl_close(&s);
	return code;
}

/* Whose shall end, if several are on, is not ours to guess. */
static int which(const struct sessions *l)
{
	char *list = sessions_words(l);

	msg("%d sessions are tracing:%s", l->n, list);
	hint("stop one of them, e.g.: skbtrace stop %s; skbtrace status tells whose they are",
	     l->name[0]);
	free(list);
	return EXIT_USAGE;
}

/* The one that is tracing; the default one says that none is. */
static int stop_only(const struct ctl *c)
{
	struct sessions l;
	int code;

	sessions_tracing(c, &l);
	code = l.n > 1 ? which(&l) :
	       stop_session(c, l.n ? l.name[0] : DEFAULT_SESSION);
	sessions_free(&l);
	return code;
}

static int run_stop(const struct args *a)
{
	struct ctl c;
	int code;

	if (a->n > 1)
		return fail(EXIT_USAGE, "stop takes one session, not also \"%s\"",
			    a->v[1]);
	code = ctl_open(&c, debugfs, CTL_STOP, "stop");
	if (!code && c.dir < 0)
		msg("nothing to stop: skbtrace is not loaded");
	else if (!code)
		code = a->n ? stop_session(&c, a->v[0]) : stop_only(&c);
	ctl_close(&c);
	return code;
}

const struct cmd cmd_stop = {
	.name = "stop",
	.args = "[SESSION]",
	.brief = "end the tracing that is on, whoever began it",
	.more =
"If several sessions are tracing, it must be said which: see skbtrace status.\n"
"A \"skbtrace record\" that is stopped so writes its file to the end, as with\n"
"Ctrl-C. Exit status 0 also when nothing was on.\n",
	.opts = opts,
	.run = run_stop,
};
