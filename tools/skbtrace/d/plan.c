// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "d/plan.h"

static struct enabled *enable(struct plan *plan, const struct probe *probe,
			      u32 id, u64 period)
{
	for (u32 i = 0; i < plan->n; i++)
		if (plan->v[i].id == id)
			return &plan->v[i];
	plan->v = xrealloc(plan->v, (plan->n + 1) * sizeof(*plan->v));
	plan->v[plan->n] = (struct enabled){
		.probe = probe, .id = id, .period = period };
	return &plan->v[plan->n++];
}

static void add(struct plan *plan, struct enabled *e, struct clause *c,
		u32 **of, u32 *n)
{
	if (e->n && e->clauses[e->n - 1] == c)
		return;
	e->clauses = xrealloc(e->clauses, (e->n + 1) * sizeof(*e->clauses));
	e->clauses[e->n++] = c;
	*of = xrealloc(*of, (*n + 1) * sizeof(**of));
	(*of)[(*n)++] = e - plan->v;
	plan->matched++;
}

/* ---- tick-N ---- */

static bool parse_period(const char *s, u64 *ns)
{
	static const struct {
		const char *unit;
		u64 ns;
	} units[] = {
		{ "", 0 }, { "hz", 0 }, { "ns", 1 }, { "nsec", 1 },
		{ "us", 1000 }, { "usec", 1000 }, { "ms", 1000000 },
		{ "msec", 1000000 }, { "s", NSEC_PER_SEC },
		{ "sec", NSEC_PER_SEC }, { "m", 60 * NSEC_PER_SEC },
		{ "min", 60 * NSEC_PER_SEC }, { "h", 3600 * NSEC_PER_SEC },
		{ "hour", 3600 * NSEC_PER_SEC },
		{ "d", 86400 * NSEC_PER_SEC }, { "day", 86400 * NSEC_PER_SEC },
	};
	char *end;
	u64 n = strtoul(s, &end, 10);

	if (!n || n > 1000000000)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(end, units[i].unit)) {
			*ns = units[i].ns ? n * units[i].ns : NSEC_PER_SEC / n;
			return *ns >= 1000000;
		}
	return false;
}

static struct enabled *enable_tick(struct program *p, struct plan *plan,
				   const char *name)
{
	u32 id = nr_probes + 1;
	struct probe *probe;
	u64 period;

	for (u32 i = 0; i < plan->n; i++) {
		if (!plan->v[i].period)
			continue;
		if (!strcmp(plan->v[i].probe->name, name))
			return &plan->v[i];
		id++;
	}
	if (!parse_period(name + strlen("tick-"), &period))
		return NULL;
	probe = pool_get(&p->pool, sizeof(*probe));
	probe->provider = "profile";
	probe->name = pool_text(&p->pool, name, strlen(name));
	return enable(plan, probe, id, period);
}

static bool is_tick(const struct probe_spec *s)
{
	return !strncmp(s->part[3], "tick-", 5) &&
	       (!*s->part[0] || !strcmp(s->part[0], "profile"));
}

/* ---- */

static bool known_provider(const char *name)
{
	const struct probe_spec s = { .part = { "" } };
	struct probe_spec only = s;

	strcpy(only.part[0], name);
	for (u32 i = 0; i < nr_probes; i++)
		if (probe_matches(&probes[i], &only))
			return true;
	return false;
}

static void no_match(struct program *p, const struct spec *sp,
		     const struct probe_spec *s)
{
	if (!strncmp(s->part[3], "profile-", 8) ||
	    !strcmp(s->part[0], "profile"))
		d_error(p, sp->pos, "\"%s\": of profile there is tick-N only, 1ms or more: tick-1s, tick-100hz",
			sp->text);
	else if (*s->part[0] && !known_provider(s->part[0]))
		d_error(p, sp->pos, "no provider \"%s\": there are ip, tcp, udp, BEGIN, END, ERROR and tick-N",
			s->part[0]);
	else
		d_error(p, sp->pos, "probe description %s does not match any probes (skbtrace list -l)",
			sp->text);
}

static void plan_spec(struct program *p, struct plan *plan, struct clause *c,
		      const struct spec *sp, u32 **of, u32 *n)
{
	const struct probe *not_there = NULL;
	struct enabled *e = NULL;
	struct probe_spec s;

	if (!probe_spec_parse(sp->text, strlen(sp->text), &s)) {
		d_error(p, sp->pos, "\"%s\" is no probe: PROVIDER:MODULE:FUNCTION:NAME",
			sp->text);
		return;
	}
	if (is_tick(&s)) {
		e = enable_tick(p, plan, s.part[3]);
		if (e)
			add(plan, e, c, of, n);
	}
	for (u32 i = 0; i < nr_probes && !is_tick(&s); i++) {
		if (!probe_matches(&probes[i], &s))
			continue;
		if (probes[i].had == HAD_NOT) {
			not_there = &probes[i];
			continue;
		}
		e = enable(plan, &probes[i], i + 1, 0);
		add(plan, e, c, of, n);
	}
	if (!e && p->lists)
		msg("failed to match %s:%s:%s:%s: no probe matches the description",
		    s.part[0], s.part[1], s.part[2], s.part[3]);
	if (e || p->zero || p->lists)
		return;
	if (not_there)
		d_error(p, sp->pos, "%s:::%s is unavailable: %s",
			not_there->provider, not_there->name, not_there->how);
	else
		no_match(p, sp, &s);
}

bool d_plan_clause(struct program *p, struct plan *plan, struct clause *c,
		   u32 **of, u32 *n)
{
	*of = NULL;
	*n = 0;
	for (const struct spec *sp = c->specs; sp; sp = sp->next)
		plan_spec(p, plan, c, sp, of, n);
	return !p->failed;
}

void d_plan_free(struct plan *plan)
{
	for (u32 i = 0; i < plan->n; i++)
		free(plan->v[i].clauses);
	free(plan->v);
}
