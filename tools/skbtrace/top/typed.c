// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "top/typed.h"

static bool any(const void *arg, const struct event *e)
{
	(void)arg;
	(void)e;
	return true;
}

/* Does the expression fit each format so far? */
static bool fits(const struct top *t, struct where *w)
{
	for (const struct trace *tr = t->traces; tr; tr = tr->next)
		for (struct format *f = tr->formats; f; f = f->next)
			if (where_format(w, f, tr->name, any, NULL))
				return false;
	return true;
}

/* Play the recording again from its beginning, if that is possible. */
static void run_again(struct top *t, u64 to)
{
	t->again = t->how.replay && !t->how.once;
	if (!t->again)
		return;
	t->skip_to = to;
	t->over = true;
}

static void use(struct top *t, struct where *w, const char *text)
{
	where_free(t->match->where);
	t->match->where = w;
	free(t->filter);
	t->filter = w ? xstrdup(text) : NULL;
	windows_match(&t->w, !w);
}

bool typed_filter_now(struct top *t, const char *text)
{
	struct where *w = NULL;

	if (*text) {
		w = where_parse(text);
		if (!w)
			return false;
		if (!fits(t, w)) {
			where_free(w);
			return false;
		}
	}
	use(t, w, text);
	return true;
}

void typed_filter(struct top *t, const char *text)
{
	if (!t->match)
		msg("no event yet, so nothing to filter");
	else if (typed_filter_now(t, text))
		run_again(t, t->now);
}

void typed_time(struct top *t, const char *text)
{
	u64 to;

	if (!*text)
		return;
	if (!time_parse(&t->traces->clock, text, &to)) {
		msg("%s: not a time; e.g. 12, 14:03:07", text);
		return;
	}
	if (to > t->now) {
		t->skip_to = to;
		return;
	}
	run_again(t, to);
	if (!t->again)
		msg("a pipe cannot be read again");
}
