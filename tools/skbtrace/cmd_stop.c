// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "ctl.h"
#include "num.h"
#include "stat.h"

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

static int run_stop(const struct args *a)
{
	struct ctl c;
	int code;

	if (a->n)
		return fail(EXIT_USAGE, "stop takes no \"%s\"", a->v[0]);
	code = ctl_open(&c, debugfs, CTL_STOP, "stop");
	if (!code && c.dir < 0)
		msg("nothing to stop: skbtrace is not loaded");
	else if (!code)
		code = stop_now(&c);
	ctl_close(&c);
	return code;
}

const struct cmd cmd_stop = {
	.name = "stop",
	.args = "",
	.brief = "end the tracing that is on, whoever began it",
	.more =
"A \"skbtrace record\" that is stopped so writes its file to the end, as with\n"
"Ctrl-C. Exit status 0 also when nothing was on.\n",
	.opts = opts,
	.run = run_stop,
};
