// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/select.h"
#include "kernel/select_probe.h"
#include "provider/when.h"
#include "trace/evlist.h"

/* The events that one item of a list stands for, and the options after it. */
struct group {
	const char *item;
	const struct event **v;
	char **opts;		/* one string of options for each */
	char **when;		/* of a probe: its condition; else NULL */
	int n;
	bool named;
};

static bool matches(const struct event *e, const char *item)
{
	return !event_is_meta(e) && evlist_has(item, e);
}

/* ---- messages about unknown events ---- */

static void list_sets(const struct format *f)
{
	char line[512] = "@all";
	size_t n = strlen(line);

	for (u32 i = 0; i < f->nevents; i++) {
		const char *p = f->events[i].sets;

		while (*p && *p != '-') {
			int len = strcspn(p, ":");
			char word[64];

			snprintf(word, sizeof(word), " @%.*s", len, p);
			if (!strstr(line, word) &&
			    n + strlen(word) < sizeof(line))
				n += sprintf(line + n, "%s", word);
			p += len + (p[len] == ':');
		}
	}
	hint("there are: %s", line);
}

static int unknown(const struct format *f, const char *item)
{
	const char *near;

	if (*item == '@') {
		msg("no set %s", item);
		list_sets(f);
		return EXIT_USAGE;
	}
	if (evlist_is_pattern(item)) {
		msg("no event matches %s", item);
		hint("skbtrace list shows all events");
		return EXIT_USAGE;
	}
	near = evlist_nearest(f, item, false);
	msg("no event \"%s\"", item);
	if (*f->absent)
		hint("modules that did not load: %s; why: modprobe skbtrace_%.*s",
		     f->absent, (int)strcspn(f->absent, " "), f->absent);
	else if (near)
		hint("did you mean %s?", near);
	else
		hint("skbtrace list shows all events and what options they take");
	return EXIT_USAGE;
}

static int unavailable(const struct event *e)
{
	msg("%s is not available on this kernel%s%s", e->name,
	    *e->why ? ": " : "", e->why);
	return EXIT_FAILED;
}

/* ---- groups ---- */

static void group_add(struct group *g, const struct event *e)
{
	g->v = xrealloc(g->v, (g->n + 1) * sizeof(*g->v));
	g->opts = xrealloc(g->opts, (g->n + 1) * sizeof(*g->opts));
	g->when = xrealloc(g->when, (g->n + 1) * sizeof(*g->when));
	g->v[g->n] = e;
	g->when[g->n] = NULL;
	g->opts[g->n++] = xstrdup("");
}

static void group_reset(struct group *g)
{
	for (int i = 0; i < g->n; i++) {
		free(g->opts[i]);
		free(g->when[i]);
	}
	free(g->v);
	free(g->opts);
	free(g->when);
	memset(g, 0, sizeof(*g));
}

static void tell_group(const struct group *g, const char *missing)
{
	char line[1024];
	int n = 0;

	for (int i = 0; i < g->n && n < (int)sizeof(line); i++)
		n += snprintf(line + n, sizeof(line) - n, " %s",
			      g->v[i]->name);
	msg("%s:%s%s%s", g->item, line,
	    *missing ? "; not available here:" : "", missing);
}

static int group_pattern(struct group *g, const struct format *f, bool quiet)
{
	const struct event *last = NULL;
	char missing[512] = "";
	size_t n = 0;

	for (u32 i = 0; i < f->nevents; i++) {
		const struct event *e = &f->events[i];

		if (!matches(e, g->item))
			continue;
		if (e->state != STATE_UNAVAILABLE) {
			group_add(g, e);
			continue;
		}
		last = e;
		if (n + strlen(e->name) + 2 < sizeof(missing))
			n += sprintf(missing + n, " %s", e->name);
	}
	if (!g->n)
		return last ? unavailable(last) : unknown(f, g->item);
	if (!quiet)
		tell_group(g, missing);
	return 0;
}

struct probing {
	struct group *g;
	const struct format *f;
	const struct event *not_there;
	const char *unknown;
};

static void group_probe_event(void *arg, const char *event, const char *when)
{
	struct probing *p = arg;
	const struct event *e = format_find(p->f, event);
	struct group *g = p->g;
	char *old;

	if (!e || e->state == STATE_UNAVAILABLE) {
		p->not_there = e;
		p->unknown = event;
		return;
	}
	for (int i = 0; i < g->n; i++) {
		if (g->v[i] != e)
			continue;
		old = g->when[i];
		g->when[i] = when_or(old, when);
		free(old);
		return;
	}
	group_add(g, e);
	g->when[g->n - 1] = xstrdup(when);
}

static int group_probes(struct group *g, const struct format *f,
			const char *item)
{
	struct probing p = { .g = g, .f = f };
	int code = select_probes(item, group_probe_event, &p);

	g->named = true;
	if (code || g->n)
		return code;
	return p.not_there ? unavailable(p.not_there) : unknown(f, p.unknown);
}

static int group_start(struct group *g, const struct format *f,
		       const char *item, bool quiet)
{
	const struct event *e;

	g->item = item;
	if (select_is_probe(item))
		return group_probes(g, f, item);
	if (evlist_is_pattern(item))
		return group_pattern(g, f, quiet);
	e = format_find(f, item);
	if (!e || event_is_meta(e))
		return unknown(f, item);
	if (e->state == STATE_UNAVAILABLE)
		return unavailable(e);
	g->named = true;
	group_add(g, e);
	return 0;
}

/* ---- options ---- */

static bool group_takes(const struct group *g, const char *key)
{
	for (int i = 0; i < g->n; i++)
		if (list_has(g->v[i]->opts, key))
			return true;
	return false;
}

static int no_operator(void)
{
	msg("condition has no operator; did the shell take the >?");
	hint("quote the -e argument");
	return EXIT_USAGE;
}

/* Is there an operator? For all else the kernel has the message. */
static bool has_operator(const char *cond)
{
	return strpbrk(cond, "<>=!.");
}

/*
 * An unquoted > is a redirection for the shell: "when=rtt" is left of
 * "when=rtt>50ms", "primary=tcp_rttm[rtt" of "primary=tcp_rttm[rtt>50ms]".
 */
static int check_condition(const char *key, const char *value)
{
	const char *bracket = strchr(value, '[');

	if (!strcmp(key, "when") || !strcmp(key, "snapshot"))
		return !*value || has_operator(value) ? 0 : no_operator();
	if (!strcmp(key, "primary") && bracket && !has_operator(bracket))
		return no_operator();
	return 0;
}

static int no_option(const struct group *g, const char *key)
{
	char *list = xstrdup(*g->v[0]->opts ? g->v[0]->opts : "-");

	for (char *p = list; *p; p++)
		if (*p == ':')
			*p = ' ';
	if (g->named)
		msg("%s: no option \"%s\" (it takes: %s)", g->item, key,
		    strcmp(list, "-") ? list : "none");
	else
		msg("%s: none of these events takes \"%s\"", g->item, key);
	free(list);
	return EXIT_USAGE;
}

/* Of a probe: both conditions. Returns false if @item is another option. */
static bool add_when(struct group *g, int i, const char *item)
{
	char *old = g->when[i];

	if (!old || strncmp(item, "when=", 5))
		return false;
	g->when[i] = when_and(old, item + 5);
	free(old);
	return true;
}

static void add_opt(struct group *g, int i, const char *item)
{
	char *old = g->opts[i];

	if (add_when(g, i, item))
		return;
	g->opts[i] = xasprintf("%s,%s", old, item);
	free(old);
}

static int group_take(struct group *g, const char *key, const char *item,
		      bool quiet)
{
	for (int i = 0; i < g->n; i++) {
		const struct event *e = g->v[i];

		if (list_has(e->opts, strcmp(key, "mask") ? key : "skip"))
			add_opt(g, i, item);
		else if (!quiet)
			msg("%s takes no %s: recorded without it", e->name,
			    key);
	}
	return 0;
}

/* Its events may be given as probes. */
static int group_primary(struct group *g, const char *item, bool quiet)
{
	char *value = select_primaries(item + strlen("primary=")), *whole;

	if (!value)
		return EXIT_USAGE;
	whole = xasprintf("primary=%s", value);
	group_take(g, "primary", whole, quiet);
	free(whole);
	free(value);
	return 0;
}

static int group_option(struct group *g, const char *item, bool quiet)
{
	const char *eq = strchr(item, '=');
	char key[64];
	int code = 0;

	snprintf(key, sizeof(key), "%.*s",
		 eq ? (int)(eq - item) : (int)strlen(item), item);
	if (!g->n)
		return fail(EXIT_USAGE, "-e %s: an option, but of which event?"
			    " Name it before", item);
	/* mask= is an alias of skip=, also in the kernel. */
	if (!group_takes(g, strcmp(key, "mask") ? key : "skip"))
		return no_option(g, key);
	code = eq ? check_condition(key, eq + 1) : 0;
	if (code)
		return code;
	return eq && !strcmp(key, "primary") ? group_primary(g, item, quiet) :
					       group_take(g, key, item, quiet);
}

static bool is_option(const struct group *g, const struct format *f,
		      const char *item)
{
	if (strchr(item, '='))
		return true;
	return !evlist_is_pattern(item) && !format_find(f, item) &&
	       group_takes(g, item);
}

/* skip=, its alias mask=, and only= replace each other. */
static bool chooses(const char *opts)
{
	return strstr(opts, ",skip=") || strstr(opts, ",mask=") ||
	       strstr(opts, ",only=");
}

/* The options of an event when it is part of a set: @trouble must be rare. */
static void add_set_opts(struct group *g)
{
	if (g->named || *g->item != '@' || !strcmp(g->item, "@all"))
		return;
	for (int i = 0; i < g->n; i++) {
		const char *def = g->v[i]->set_opts;
		char *old = g->opts[i];

		if (!*def || chooses(old))
			continue;
		g->opts[i] = xasprintf("%s,%s", old, def);
		free(old);
	}
}

/* ---- the whole ---- */

static struct choice *find(struct selection *s, const struct event *e)
{
	for (int i = 0; i < s->n; i++)
		if (s->choices[i].event == e)
			return &s->choices[i];
	return NULL;
}

/*
 * An event that several probes are made of has the condition of any of them;
 * if it is also given by its own name, or in a set, it has none.
 */
static void merge_when(struct choice *w, const char *when)
{
	char *old = w->when;

	w->when = old && when ? when_or(old, when) : NULL;
	free(old);
}

static int twice(const struct event *e, const char *a, const char *b)
{
	msg("%s has options twice: \"%s\" and \"%s\"", e->name, a, b);
	hint("put them into one -e");
	return EXIT_USAGE;
}

/* An event given by its name overrides sets, whatever the order. */
static int commit(struct selection *s, struct group *g)
{
	if (g->n)
		add_set_opts(g);
	for (int i = 0; i < g->n; i++) {
		struct choice *w = find(s, g->v[i]);
		char *opts = g->opts[i];

		if (!w) {
			s->choices = xrealloc(s->choices, (s->n + 1) *
					      sizeof(*s->choices));
			w = &s->choices[s->n++];
			*w = (struct choice){ .event = g->v[i],
					    .opts = xstrdup(opts),
					    .when = g->when[i] ?
						    xstrdup(g->when[i]) : NULL,
					    .named = g->named };
			continue;
		}
		if (w->named && g->named && *opts && *w->opts &&
		    strcmp(opts, w->opts))
			return twice(w->event, w->opts + 1, opts + 1);
		if (w->when && strstr(opts, ",when="))
			return twice(w->event, w->when, opts + 1);
		if (g->when[i] && strstr(w->opts, ",when="))
			return twice(w->event, w->opts + 1, g->when[i]);
		merge_when(w, g->when[i]);
		if (!*opts ? w->named || !g->named : w->named > g->named)
			continue;
		free(w->opts);
		w->opts = xstrdup(opts);
		w->named = g->named;
	}
	return 0;
}

int select_spec(struct selection *s, const struct format *f, const char *spec,
		bool quiet)
{
	struct group g = {};
	struct evlist l;
	const char *item;
	int code = 0;

	evlist_open(&l, spec);
	while (!code && (item = evlist_next(&l))) {
		if (!*item) {
			code = fail(EXIT_USAGE, "-e \"%s\": nothing between "
				    "the commas", spec);
		} else if (strpbrk(item, " \t\n")) {
			code = fail(EXIT_USAGE, "-e \"%s\": no blanks here; "
				    "commas separate", spec);
		} else if (is_option(&g, f, item)) {
			code = group_option(&g, item, quiet);
		} else {
			code = commit(s, &g);
			group_reset(&g);
			if (!code)
				code = group_start(&g, f, item, quiet);
		}
	}
	if (!code)
		code = commit(s, &g);
	group_reset(&g);
	evlist_close(&l);
	return code;
}

const char *select_default(const struct format *f, const char *set)
{
	for (u32 i = 0; i < f->nevents; i++)
		if (matches(&f->events[i], set))
			return set;
	return "@trouble";
}

void select_print_inferred(const struct selection *s)
{
	char *line = xstrdup("");

	for (int i = 0; i < s->n; i++) {
		const struct event *e = s->choices[i].event;
		char *old = line;

		if (e->state != STATE_INFERRED)
			continue;
		line = xasprintf("%s %s", old, e->name);
		free(old);
	}
	if (*line)
		msg("inferred on this kernel:%s (skbtrace list: from what)",
		    line);
	free(line);
}

char *select_text(const struct selection *s)
{
	char *text = xstrdup("");

	for (int i = 0; i < s->n; i++) {
		const struct choice *c = &s->choices[i];
		const char *when = c->when && *c->when ? c->when : NULL;
		char *old = text;

		text = xasprintf("%s%s%s%s%s\n", old, c->event->name, c->opts,
				 when ? ",when=" : "", when ? when : "");
		free(old);
	}
	return text;
}

void select_free(struct selection *s)
{
	for (int i = 0; i < s->n; i++) {
		free(s->choices[i].opts);
		free(s->choices[i].when);
	}
	free(s->choices);
	memset(s, 0, sizeof(*s));
}
