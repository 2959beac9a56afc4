// SPDX-License-Identifier: GPL-2.0
/* Reads the files as parse does to select records; then reads them again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rewrite/choose.h"
#include "rewrite/cut.h"

struct cut {
	struct rewrite rw;
	struct choose *choose;
	u64 read;		/* bytes, since the progress was last told */
	struct match events;	/* -e, for what the file says of them */
	char *choice;		/* for the file */
};

/* ---- what is chosen ---- */

static void add_line(char **text, const char *what_it_is, const char *value)
{
	char *old = *text;

	if (!value)
		return;
	*text = xasprintf("%s%s %s\n", old ? old : "", what_it_is, value);
	free(old);
}

/* NULL: nothing is chosen, all of it is wanted. */
static char *choice(const struct show_opts *w)
{
	char *text = NULL;

	add_line(&text, "conn", w->conns.text);
	add_line(&text, "filter", w->filter);
	add_line(&text, "events", w->events);
	add_line(&text, "seq", w->seqs.text);
	add_line(&text, "since", w->since);
	add_line(&text, "until", w->until);
	return text;
}

/* ---- the first time ---- */

static void tap(void *arg, const struct match *m, struct trace *t,
		const struct rec *r, enum matched matched)
{
	enum { OFTEN = 1 << 16 };
	struct cut *c = arg;

	choose_rec(c->choose, m, t, r, matched);
	c->read += r->len;
	if (c->read < OFTEN)
		return;
	job_progress(&c->rw.job, c->read);
	c->read = 0;
}

static int choose(struct cut *c, struct show_opts *what)
{
	const struct show_tap show_tap = { .rec = tap, .arg = c };
	int code;

	c->choose = choose_new();
	c->rw.job.all_bytes *= 2;
	what->tap = &show_tap; /* cppcheck-suppress autoVariables */
	code = input_files(what, &c->rw.src.in);
	what->tap = NULL;
	if (code && code != EXIT_INCOMPLETE)
		return code;
	choose_end(c->choose);
	c->rw.job.incomplete = code;
	c->rw.job.quiet = true;
	return 0;
}

/* ---- the second time ---- */

static enum action action(void *arg, u32 id, u32 cpu)
{
	return choose_action(((struct cut *)arg)->choose, id, cpu);
}

static u64 end(void *arg, u32 id, u64 mono_ns)
{
	return choose_until(((struct cut *)arg)->choose, id, mono_ns);
}

static bool wants_line(const struct cut *c, const struct trace *t,
		       const char *line)
{
	char name[64];
	const struct event *e;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, ",\n"), line);
	e = format_find(t->fmt, name);
	return !e || match_event(&c->events, e);
}

/* META "events" of the new file: kinds that were not chosen are removed. */
static char *events(const struct cut *c, const struct trace *t,
		    const char *text)
{
	char *left = xmalloc(strlen(text) + 1), *p = left;

	while (*text) {
		size_t n = strcspn(text, "\n");

		n += text[n] == '\n';
		if (wants_line(c, t, text))
			p = mempcpy(p, text, n);
		text += n;
	}
	*p = '\0';
	return left;
}

static char *meta(void *arg, const struct trace *t, const char *name,
		  const char *text)
{
	if (!strcmp(name, "events"))
		return events(arg, t, text);
	return xstrdup(text);
}

/* META that describes the cut. */
static const char *more(void *arg, u32 id, int i, const char **name)
{
	struct cut *c = arg;

	*name = i ? TRACE_RANGE : "cut";
	return !i ? c->choice : i == 1 ? choose_range(c->choose, id) : NULL;
}

static const struct rewrite_ops all, some = {
	.action = action, .end = end, .meta = meta, .more = more,
};

/* Free options that show_open() has not taken. */
static void disown(struct show_opts *what)
{
	conns_free(&what->conns);
	seqs_free(&what->seqs);
}

int cut_run(struct cut_opts *o)
{
	struct cut c = { .rw = { .job = { .o = &o->how, .arg = &c } } };
	int code;

	c.choice = choice(&o->what);
	c.events.events = o->what.events;
	c.rw.job.ops = c.choice ? &some : &all;
	code = rewrite_open(&c.rw, &o->in);
	if (!code && c.choice)
		code = choose(&c, &o->what);
	else
		disown(&o->what);
	if (!code)
		code = rewrite_run(&c.rw);
	code = rewrite_close(&c.rw, code);
	choose_free(c.choose);
	free(c.choice);
	return code;
}
