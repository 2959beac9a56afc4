// SPDX-License-Identifier: GPL-2.0
/*
 * primary=, before=, after=: which events a held back one waits for, and how
 * much of it is wanted around them. Text here; hold.c does it.
 *
 *	primary	= EVENT ["[" cond "]"] { ":" EVENT ["[" cond "]"] }
 *	before	= NUMBER | TIME			events, or not older than
 *	after	= NUMBER | TIME
 */
#include <linux/string.h>
#include "internal.h"

static int skbtrace_watch_event(struct skbtrace_spec *spec, const char *name,
				size_t len, const char *cond)
{
	struct skbtrace_watch *w = &spec->watch;
	const struct skbtrace_event *primary = skbtrace_find_event(name, len);
	struct skbtrace_primary *p;

	if (!primary)
		return skbtrace_err(-ENOENT, "%s: primary=: no event %.*s",
				    spec->ev->name, (int)min_t(size_t, len, 32),
				    name);
	if (spec->ev->kind == SKBTRACE_PACKET && !spec->ev->flow_off)
		return skbtrace_err(-EINVAL, "%s: primary=: it tells no addresses, hence no flow to wait for",
				    spec->ev->name);
	if (primary->kind == SKBTRACE_META)
		return skbtrace_err(-EINVAL, "%s: primary=: %s is never an event of its own",
				    spec->ev->name, primary->name);
	if (w->primaries & BIT_ULL(primary->slot))
		return skbtrace_err(-EINVAL, "%s: primary=: %s twice",
				    spec->ev->name, primary->name);
	if (w->nr == SKBTRACE_MAX_PRIMARIES)
		return skbtrace_err(-EINVAL, "%s: primary=: more than %u",
				    spec->ev->name, SKBTRACE_MAX_PRIMARIES);
	if (primary == spec->ev && !cond)
		return skbtrace_err(-EINVAL, "%s: primary=: each would be its own; a condition must tell them apart: primary=%s[FIELD>NUMBER]",
				    spec->ev->name, primary->name);
	w->primaries |= BIT_ULL(primary->slot);
	w->names |= primary->kind != SKBTRACE_CONN;
	p = &w->primary[w->nr++];
	p->slot = primary->slot;
	return cond ? skbtrace_parse_cond(primary, "primary", cond, &p->cond) :
		      0;
}

/**
 * skbtrace_parse_primary() - parse the value of primary=
 * @spec: the result
 * @text: value; cut up
 *
 * Context: skbtrace_lock.
 * Return: 0; -ENOENT: unknown event; -EINVAL; both told in "error"
 */
int skbtrace_parse_primary(struct skbtrace_spec *spec, char *text)
{
	char *name, *cond;
	size_t len;
	int err;

	if (spec->watch.nr)
		return skbtrace_err(-EINVAL, "%s: primary= once; A:B for several",
				    spec->ev->name);
	for (;;) {
		name = text;
		len = strcspn(text, ":[]");
		text += len;
		cond = NULL;
		if (*text == '[') {
			cond = ++text;
			text += strcspn(text, "]");
			if (!*text)
				return skbtrace_err(-EINVAL, "%s: primary=%s: no ] at its end",
						    spec->ev->name, name);
			*text++ = 0;
		}
		err = skbtrace_watch_event(spec, name, len, cond);
		if (err || !*text)
			return err;
		if (*text++ != ':')
			return skbtrace_err(-EINVAL, "%s: primary=: \":\" between events, conditions in []",
					    spec->ev->name);
	}
}

static const struct {
	const char	*suffix;
	u32		ns;
} skbtrace_times[] = {
	{ "us", NSEC_PER_USEC }, { "ms", NSEC_PER_MSEC }, { "s", NSEC_PER_SEC },
};

/* NUMBER is of events, with a suffix it is a time. */
static int skbtrace_parse_span(const struct skbtrace_event *ev, const char *key,
			       char *text, u32 max, struct skbtrace_span *span)
{
	size_t digits = strspn(text, "0123456789");
	unsigned int i;
	u64 n;

	for (i = 0; i < ARRAY_SIZE(skbtrace_times); i++) {
		if (strcmp(text + digits, skbtrace_times[i].suffix))
			continue;
		text[digits] = 0;
		if (kstrtou64(text, 10, &n) ||
		    !n || n > div_u64(SKBTRACE_SPAN_MAX, skbtrace_times[i].ns))
			break;
		span->ns = n * skbtrace_times[i].ns;
		return 0;
	}
	if (i == ARRAY_SIZE(skbtrace_times) && !text[digits] &&
	    !kstrtou64(text, 10, &n) && n <= max) {
		span->nr = n;
		return 0;
	}
	return skbtrace_err(-EINVAL, "%s: %s=: a number of events up to %u, or a time up to an hour: 100us, 50ms, 2s",
			    ev->name, key, max);
}

int skbtrace_parse_before(struct skbtrace_spec *spec, char *text)
{
	spec->watch.has_before = true;
	return skbtrace_parse_span(spec->ev, "before", text,
				   SKBTRACE_BEFORE_MAX, &spec->watch.before);
}

int skbtrace_parse_after(struct skbtrace_spec *spec, char *text)
{
	spec->watch.has_after = true;
	return skbtrace_parse_span(spec->ev, "after", text, SKBTRACE_AFTER_MAX,
				   &spec->watch.after);
}

/**
 * skbtrace_finish_watch() - what the options of a spec mean together
 * @spec: spec, all its options parsed
 *
 * Return: 0 or -EINVAL, told in "error"
 */
int skbtrace_finish_watch(struct skbtrace_spec *spec)
{
	struct skbtrace_watch *w = &spec->watch;

	if (!w->nr && (w->has_before || w->has_after))
		return skbtrace_err(-EINVAL, "%s: before= and after= are of what?  primary=EVENT says it",
				    spec->ev->name);
	spec->slot.held = w->nr;
	if (!w->has_before)
		w->before.nr = SKBTRACE_BEFORE_DEFAULT;
	else if (w->before.ns)
		w->before.nr = SKBTRACE_BEFORE_MAX;
	if (w->after.ns)
		w->after.nr = U32_MAX;
	return 0;
}

/* Is it on when all of @specs are, too? */
static bool skbtrace_will_be_on(const struct skbtrace_run *run, u32 slot,
				const struct skbtrace_spec *specs,
				unsigned int nr,
				const struct skbtrace_event *const *off,
				unsigned int nr_off)
{
	unsigned int i;

	for (i = 0; i < nr_off; i++)
		if (off[i]->slot == slot)
			return false;
	for (i = 0; i < nr; i++)
		if (specs[i].ev->slot == slot)
			return true;
	return run->state == SKBTRACE_TRACING && run->pub.slot[slot].on;
}

/* The watch of an event as it will be: the last spec counts. */
static const struct skbtrace_watch *
skbtrace_next_watch(const struct skbtrace_run *run, u32 slot,
		    const struct skbtrace_spec *specs, unsigned int nr)
{
	while (nr--)
		if (specs[nr].ev->slot == slot)
			return &specs[nr].watch;
	return &run->watch[slot];
}

static int skbtrace_check_watch(const struct skbtrace_run *run,
				const struct skbtrace_event *ev,
				const struct skbtrace_spec *specs,
				unsigned int nr,
				const struct skbtrace_event *const *off,
				unsigned int nr_off)
{
	const struct skbtrace_watch *w =
		skbtrace_next_watch(run, ev->slot, specs, nr);
	const struct skbtrace_event *primary;
	unsigned int i;

	for (i = 0; i < w->nr; i++) {
		primary = skbtrace_events[w->primary[i].slot];
		if (primary == ev)
			continue;
		if (!skbtrace_will_be_on(run, primary->slot, specs, nr, off,
					 nr_off))
			return skbtrace_err(-EINVAL, "%s: its primary %s is not enabled: enable both, or %s first",
					    ev->name, primary->name,
					    primary->name);
		if (skbtrace_next_watch(run, primary->slot, specs, nr)->nr)
			return skbtrace_err(-ELOOP, "%s: its primary %s has a primary itself, and would wait, too",
					    ev->name, primary->name);
	}
	return 0;
}

/**
 * skbtrace_check_watches() - will each primary be there?
 * @run: the run
 * @specs: to be on
 * @nr: how many
 * @off: to be off
 * @nr_off: how many
 *
 * Context: skbtrace_lock.
 * Return: 0, or -EINVAL or -ELOOP, told in "error"
 */
int skbtrace_check_watches(const struct skbtrace_run *run,
			   const struct skbtrace_spec *specs, unsigned int nr,
			   const struct skbtrace_event *const *off,
			   unsigned int nr_off)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < SKBTRACE_MAX_EVENTS && !err; i++)
		if (skbtrace_events[i] &&
		    skbtrace_will_be_on(run, i, specs, nr, off, nr_off))
			err = skbtrace_check_watch(run, skbtrace_events[i],
						   specs, nr, off, nr_off);
	return err;
}

static void skbtrace_print_span(struct seq_file *m, const char *key,
				const struct skbtrace_span *span)
{
	if (span->ns)
		seq_printf(m, ",%s=%lluus", key,
			   div_u64(span->ns, NSEC_PER_USEC));
	else
		seq_printf(m, ",%s=%u", key, span->nr);
}

/* In a form that parses again. */
void skbtrace_print_watch(struct seq_file *m, const struct skbtrace_watch *w)
{
	const struct skbtrace_event *primary;
	unsigned int i;

	for (i = 0; i < w->nr; i++) {
		primary = skbtrace_events[w->primary[i].slot];
		seq_printf(m, "%s%s", i ? ":" : ",primary=", primary->name);
		if (!w->primary[i].cond.nr)
			continue;
		seq_putc(m, '[');
		skbtrace_print_cond(m, primary, &w->primary[i].cond);
		seq_putc(m, ']');
	}
	if (w->has_before)
		skbtrace_print_span(m, "before", &w->before);
	if (w->has_after)
		skbtrace_print_span(m, "after", &w->after);
}
