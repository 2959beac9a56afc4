// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "show/show_opts.h"
#include "summary/print.h"

static int check_time(const char *word, enum time_format *f)
{
	if (!word || time_format_parse(word, f))
		return 0;
	msg("-t %s: no such time format", word);
	hint("rel wall utc delta epoch mono");
	return EXIT_USAGE;
}

static int check_color(const char *word, enum color *c)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (word && strcmp(word, words[i]))
			continue;
		*c = i;
		return 0;
	}
	return fail(EXIT_USAGE, "--color %s: not auto, always or never", word);
}

/* Which options go together? */
static int check_modes(const struct show_opts *o)
{
	const struct summary_how how = { o->by, o->sort, o->top };
	bool lines = !o->summary && !o->latency && !o->why && !o->every &&
		     !o->live;

	if (o->summary + o->latency + o->why + !!o->every > 1)
		return fail(EXIT_USAGE,
			    "--summary, --latency, --why, --every: pick one");
	if (o->seqs.n && !lines)
		return fail(EXIT_USAGE, "--seq is for lines");
	if (o->where && !lines && !o->summary && !o->live)
		return fail(EXIT_USAGE, "--where is for lines and --summary");
	if (o->every && !o->conns.n && !o->filter)
		return fail(EXIT_USAGE, "--every is for one connection: --conn");
	if ((o->by || o->sort) && !o->summary)
		return fail(EXIT_USAGE, "--by and --sort need --summary");
	if (o->top && !o->why && !o->summary)
		return fail(EXIT_USAGE, "--top needs --summary or --why");
	return o->summary ? summary_how_check(&how) : 0;
}

static int take_match(const struct show_opts *o, struct match *m)
{
	int err = 0;

	m->events = o->events;
	err = fires_open(&m->fires, m->events);
	if (err)
		return err;
	m->since = o->since;
	m->until = o->until;
	if (o->filter)
		err = filter_compile(&m->filter, FILTER_CONN, o->filter);
	if (err || !o->where)
		return err;
	m->where = where_parse(o->where);
	return m->where ? 0 : EXIT_USAGE;
}

int show_opts_take(const struct show_opts *o, struct match *m,
		   struct printer *pr, enum color *c)
{
	int err = check_time(o->time, &pr->time);

	m->conns = o->conns;
	m->seqs = o->seqs;
	pr->json = o->json;
	pr->verbose = o->verbose;
	if (!err)
		err = check_color(o->color, c);
	if (!err)
		err = check_modes(o);
	return err ? err : take_match(o, m);
}
