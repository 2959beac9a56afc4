// SPDX-License-Identifier: GPL-2.0
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/nearest.h"
#include "trace/evlist.h"

void evlist_open(struct evlist *l, const char *list)
{
	l->text = xstrdup(list);
	l->next = l->text;
}

const char *evlist_next(struct evlist *l)
{
	return strsep(&l->next, ",");
}

void evlist_close(struct evlist *l)
{
	free(l->text);
}

bool evlist_is_pattern(const char *item)
{
	return *item == '@' || strpbrk(item, "*?[");
}

bool evlist_has(const char *item, const struct event *e)
{
	if (*item == '@')
		return !strcmp(item, "@all") || list_has(e->sets, item + 1);
	return !fnmatch(item, e->name, 0);
}

bool event_is_meta(const struct event *e)
{
	return !strcmp(e->kind, "meta");
}

const char *evlist_nearest(const struct format *f, const char *item, bool meta)
{
	const char **names, *near;
	u32 n = 0;

	if (*item == '@')
		return NULL;
	names = xcalloc(f->nevents + 1, sizeof(*names));
	for (u32 i = 0; i < f->nevents; i++)
		if (meta || !event_is_meta(&f->events[i]))
			names[n++] = f->events[i].name;
	near = nearest(item, names);
	free(names);
	return near;
}

int evlist_add(const char *list, void *dest)
{
	char **all = dest;
	char *longer = *all ? xasprintf("%s,%s", *all, list) : xstrdup(list);

	free(*all);
	*all = longer;
	return 0;
}
