// SPDX-License-Identifier: GPL-2.0
/* The file "enabled": the events that are on, one spec per line. */
#include <linux/kmod.h>
#include <linux/slab.h>
#include "../enable.h"
#include "../error.h"
#include "../session.h"
#include "ctl.h"
#include "spec.h"

int skbtrace_enabled_show(struct seq_file *m, void *v)
{
	const struct skbtrace_run *run = skbtrace_shown_run(m);
	unsigned int i;

	for (i = 0; i < SKBTRACE_MAX_EVENTS; i++)
		if (skbtrace_events[i] && run->pub.slot[i].on)
			skbtrace_print_spec(m, run, skbtrace_events[i]);
	return 0;
}

static int skbtrace_enabled_line(struct skbtrace_change *change, char *line)
{
	const struct skbtrace_event *off;

	if (change->nr == SKBTRACE_MAX_EVENTS ||
	    change->nr_off == SKBTRACE_MAX_EVENTS)
		return skbtrace_err(-EINVAL, "too many lines");
	if (*line != '-')
		return skbtrace_parse_spec(line, &change->spec[change->nr++]);
	off = skbtrace_find_event(line + 1, strlen(line + 1));
	if (!off)
		return skbtrace_err(-ENOENT, "%s: no such event", line + 1);
	change->off[change->nr_off++] = off;
	return 0;
}

static int skbtrace_enabled_change(struct skbtrace_instance *in,
				   struct skbtrace_change *change, char *text)
{
	bool stop = false;
	int err = 0;
	char *line;

	while (!err && (line = strsep(&text, "\n"))) {
		line = strim(line);
		if (!strcmp(line, "-*"))
			stop = true;
		else if (*line && *line != '#')
			err = skbtrace_enabled_line(change, line);
	}
	if (err)
		return err;
	if (!stop)
		return skbtrace_enable(in, change);
	if (change->nr || change->nr_off)
		return skbtrace_err(-EINVAL, "-* goes alone");
	skbtrace_stop(in->run);
	return 0;
}

int skbtrace_enabled_store(struct skbtrace_instance *in, char *text, size_t len)
{
	struct skbtrace_change *change;
	int err;

	change = kvzalloc(sizeof(*change), GFP_KERNEL);
	if (!change)
		return skbtrace_err(-ENOMEM, "no memory");
	err = skbtrace_enabled_change(in, change, text);
	kvfree(change);
	return err;
}

/* Load the modules of the events in a write to "enabled". */
void skbtrace_enabled_load(const char *text)
{
	char name[64];
	size_t n;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		text += strspn(text, " \t-");
		n = strcspn(text, ", \t\n");
		if (!n || n >= sizeof(name) || *text == '#')
			continue;
		memcpy(name, text, n);
		name[n] = 0;
		request_module("skbtrace-event-%s", name);
	}
}
