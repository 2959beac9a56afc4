// SPDX-License-Identifier: GPL-2.0
/* Looks, never touches: no mount, no module, nothing read that loads one. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/status.h"
#include "kernel/sessions.h"

static const char *debugfs;
static bool json;

static const struct opt opts[] = {
	{ 0, "json", NULL, "one JSON object", OPT_FLAG, &json, NULL },
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
	ctl_owner(&s->ctl, &s->owner);
	return 0;
}

static void show(const struct status *s, int n)
{
	if (json)
		status_json(s, n, true);
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

static int run_status(const struct args *a)
{
	struct ctl c;
	int code;

	if (a->n > 1)
		return fail(EXIT_USAGE, "status takes one session, not also \"%s\"",
			    a->v[1]);
	code = ctl_open(&c, debugfs, CTL_LOOK, "status");
	if (!code && c.dir < 0)
		show_none();
	else if (!code)
		code = a->n ? show_one(&c, a->v[0]) : show_all(&c);
	ctl_close(&c);
	return code;
}

const struct cmd cmd_status = {
	.name = "status",
	.args = "[SESSION]",
	.brief = "what is traced now, by whom, how full, how much lost",
	.more =
"Tells of each session, or of that one: a line for each if there are several,\n"
"then all about them. Changes nothing: loads no module, mounts nothing.\n",
	.opts = opts,
	.run = run_status,
};
