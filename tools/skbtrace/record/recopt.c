// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "filter/filter.h"
#include "lib/num.h"
#include "record/recopt.h"

int recopt_spec(const char *arg, void *recopt)
{
	struct recopt *o = recopt;

	o->specs = xrealloc(o->specs, (o->nspecs + 1) * sizeof(*o->specs));
	o->specs[o->nspecs++] = (struct spec){ .text = arg };
	return 0;
}

int recopt_duration(const char *arg, void *ns)
{
	if (parse_duration(arg, ns))
		return 0;
	return fail(EXIT_USAGE, "-w %s: not a time; e.g. 10, 1.5, 2m", arg);
}

int recopt_interval(const char *arg, void *ns)
{
	enum { LEAST_NS = 100000000 };

	if (parse_duration(arg, ns) && *(u64 *)ns >= LEAST_NS)
		return 0;
	return fail(EXIT_USAGE, "\"%s\" is not a time of 0.1 s or more; e.g. 1, 0.5, 2m",
		    arg);
}

int recopt_size(const char *arg, void *bytes)
{
	if (parse_size(arg, bytes) && *(u64 *)bytes)
		return 0;
	return fail(EXIT_USAGE, "\"%s\" is not a size; e.g. 65536, 256k, 64M",
		    arg);
}

int recopt_count(const char *arg, void *count)
{
	if (parse_u64(arg, count) && *(u64 *)count)
		return 0;
	return fail(EXIT_USAGE, "\"%s\" is not a count; e.g. 16", arg);
}

int recopt_hold(const char *arg, void *recopt)
{
	struct recopt *o = recopt;

	o->has_hold = parse_size(arg, &o->hold);
	if (o->has_hold)
		return 0;
	return fail(EXIT_USAGE, "--hold %s: not a size; e.g. 0, 512k, 16M",
		    arg);
}

int recopt_expression(struct recopt *o, const struct args *a)
{
	char *s;

	if (!a->n)
		return 0;
	if (o->conn_filter.text)
		return fail(EXIT_USAGE, "-S and \"%s ...\": the same filter "
			    "twice; join them with \"and\"", a->v[0]);
	s = xstrdup(a->v[0]);
	for (int i = 1; i < a->n; i++) {
		char *old = s;

		s = xasprintf("%s %s", old, a->v[i]);
		free(old);
	}
	o->conn_filter.text = s;
	return 0;
}

int recopt_filters(const struct recopt *o, struct filter *f)
{
	const struct setting *const v[NR_FILTERS] = {
		[FILTER_CONN] = &o->conn_filter,
		[FILTER_PACKET] = &o->packet_filter,
	};
	int code = 0;

	memset(f, 0, NR_FILTERS * sizeof(*f));
	for (int i = 0; !code && i < NR_FILTERS; i++) {
		if (!v[i]->text)
			continue;
		msg_where(v[i]->where);
		code = filter_compile(&f[i], i, v[i]->text);
		msg_where(NULL);
	}
	return code;
}

int recopt_dump(const struct recopt *o)
{
	struct filter f[NR_FILTERS];
	int code = recopt_filters(o, f);

	if (!code && !f[FILTER_CONN].expr && !f[FILTER_PACKET].expr)
		code = fail(EXIT_USAGE, "-d: no -S, -F or expression, nothing"
			    " to print");
	for (int i = 0; !code && i < NR_FILTERS; i++)
		if (f[i].expr)
			filter_print(&f[i]);
	for (int i = 0; i < NR_FILTERS; i++)
		filter_free(&f[i]);
	return code;
}

/* The first option that says what to record, or how; false: none. */
static bool session_option(const struct recopt *o, char name[24])
{
	const struct {
		const char *name;
		bool given;
	} rows[] = {
		{ "-e", o->nspecs },
		{ "-c", o->config },
		{ "-S", o->conn_filter.text },
		{ "-F", o->packet_filter.text },
		{ "-d", o->dump },
		{ "-C", o->contexts },
		{ "-p", o->cpus },
		{ "-b", o->subbuf_size },
		{ "-n", o->subbuf_nr },
		{ "-r", o->debugfs },
		{ "--hold", o->has_hold },
		{ "--max-cost", o->max_cost },
		{ "--max-events", o->max_events },
		{ "--session", o->session },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].given)
			return snprintf(name, 24, "%s", rows[i].name);
	for (size_t i = 0; i < NR_SCOPES; i++)
		if (o->scope[i].text)
			return snprintf(name, 24, "--%s", scope_name(i));
	return false;
}

int recopt_only_frames(const struct recopt *o, const struct args *a)
{
	char name[24];

	if (!session_option(o, name)) {
		if (!a->n && !a->tail)
			return 0;
		strcpy(name, a->n ? "an EXPRESSION" : "a command");
	}
	msg("-i and %s cannot be had together: who sends to %s has a session already",
	    name, o->interface);
	hint("what it records is said where it was set up; skbtrace parse selects from it");
	return EXIT_USAGE;
}
