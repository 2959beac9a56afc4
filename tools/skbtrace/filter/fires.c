// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "filter/fires.h"
#include "provider/provider.h"
#include "trace/evlist.h"
#include "trace/per_event.h"

struct fires {
	const char *list;
	const struct probe **probes;
	u32 n;
	struct per_event per_event;
};

/* What an event is to the list. */
struct of_event {
	bool named;		/* by itself */
	struct cols cols;
};

static void add(void *fires, const struct probe *p)
{
	struct fires *f = fires;

	f->probes = xrealloc(f->probes, (f->n + 1) * sizeof(*f->probes));
	f->probes[f->n++] = p;
}

static void fill(void *item, const struct event *e, void *fires)
{
	const struct fires *f = fires;
	struct of_event *of = item;
	struct evlist l;
	const char *one;

	cols_fill(&of->cols, e);
	evlist_open(&l, f->list);
	while (!of->named && (one = evlist_next(&l)))
		of->named = *one && !is_probe(one) && evlist_has(one, e);
	evlist_close(&l);
}

int fires_open(struct fires **to, const char *list)
{
	struct fires *f;
	const char *item;
	struct evlist l;
	int code = 0;

	if (!list || !is_probe(list))
		return 0;
	f = xcalloc(1, sizeof(*f));
	f->list = list;
	f->per_event.size = sizeof(struct of_event);
	f->per_event.fill = fill;
	evlist_open(&l, list);
	while (!code && (item = evlist_next(&l)))
		if (is_probe(item))
			code = probe_each(item, add, f);
	evlist_close(&l);
	*to = f;
	return code;
}

void fires_close(struct fires *f)
{
	if (!f)
		return;
	per_event_free(&f->per_event);
	free(f->probes);
	free(f);
}

struct asking {
	const struct event *e;
	bool is;
};

static void ask(void *arg, const struct probe *p)
{
	struct asking *a = arg;

	a->is = a->is || probe_made_of(p, a->e->name);
}

bool fires_made_of(const char *item, const struct event *e)
{
	struct asking a = { .e = e };

	return !probe_each(item, ask, &a) && a.is;
}

bool fires_rec(struct fires *f, struct trace *t, const struct rec *r)
{
	const struct of_event *of = per_event(&f->per_event, r, f);
	struct firing firing = {};

	if (of->named)
		return true;
	firing_set(&firing, t, r, &of->cols);
	for (u32 i = 0; i < f->n; i++) {
		firing.probe = f->probes[i];
		if (probe_made_of(firing.probe, r->ev->name) &&
		    probe_fires(&firing))
			return true;
	}
	return false;
}
