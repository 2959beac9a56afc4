// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "kernel/select_probe.h"
#include "provider/provider.h"
#include "provider/when.h"

bool select_is_probe(const char *item)
{
	return strchr(item, ':');
}

struct adding {
	void (*add)(void *arg, const char *event, const char *when);
	void *arg;
};

static void add_events(void *arg, const struct probe *p)
{
	const struct adding *a = arg;
	char when[PROBE_WHEN];

	for (u32 e = 0; e < MAX_MADE_OF && p->event[e]; e++)
		a->add(a->arg, p->event[e], probe_when(when, p));
}

int select_probes(const char *item,
		  void (*add)(void *arg, const char *event, const char *when),
		  void *arg)
{
	struct adding a = { .add = add, .arg = arg };

	return probe_each(item, add_events, &a);
}

/* ---- primary= ---- */

struct primaries {
	char *text;
	const char *cond;	/* in brackets behind the probe, or "" */
};

static void add_primary(void *arg, const char *event, const char *when)
{
	struct primaries *p = arg;
	char *cond = when_and(when, p->cond), *old = p->text;

	p->text = xasprintf("%s%s%s%s%s%s", old, *old ? ":" : "", event,
			    *cond ? "[" : "", cond, *cond ? "]" : "");
	free(cond);
	free(old);
}

static void keep_primary(struct primaries *p, const char *from, size_t len)
{
	char *old = p->text;

	p->text = xasprintf("%s%s%.*s", old, *old ? ":" : "", (int)len, from);
	free(old);
}

/* One of the list is up to the next colon, except those of PROVIDER:::NAME. */
static size_t primary_len(const char *s)
{
	size_t len = strcspn(s, ":[");

	if (!strncmp(s + len, ":::", 3))
		len += 3 + strcspn(s + len + 3, ":[");
	if (s[len] == '[')
		len += strcspn(s + len, "]");
	return s[len] == ']' ? len + 1 : len;
}

static int add_probe(struct primaries *p, const char *s, size_t len)
{
	size_t name = strcspn(s, "[");
	char *item, *cond = NULL;
	int code;

	name = name < len ? name : len;
	item = xasprintf("%.*s", (int)name, s);
	if (len > name + 2)
		cond = xasprintf("%.*s", (int)(len - name - 2), s + name + 1);
	p->cond = cond ? cond : "";
	code = select_probes(item, add_primary, p);
	free(item);
	free(cond);
	return code;
}

char *select_primaries(const char *value)
{
	struct primaries p = { .text = xstrdup("") };
	int code = 0;

	while (!code) {
		size_t len = primary_len(value);

		if (memmem(value, len, ":::", 3))
			code = add_probe(&p, value, len);
		else
			keep_primary(&p, value, len);
		if (value[len] != ':')
			break;
		value += len + 1;
	}
	if (!code)
		return p.text;
	free(p.text);
	return NULL;
}
