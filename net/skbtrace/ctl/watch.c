// SPDX-License-Identifier: GPL-2.0
/*
 * Parses and prints primary=, before= and after=. ../hold.c and ../history.c
 * implement them.
 *
 *	primary	= EVENT ["[" cond "]"] { ":" EVENT ["[" cond "]"] }
 *	before	= NUMBER | TIME			events, or not older than
 *	after	= NUMBER | TIME
 */
#include <linux/string.h>
#include "../error.h"
#include "cond.h"
#include "watch.h"

#define SKBTRACE_BEFORE_DEFAULT	32U
#define SKBTRACE_BEFORE_MAX	256U
#define SKBTRACE_AFTER_MAX	1000000U
#define SKBTRACE_SPAN_MAX	(3600ULL * NSEC_PER_SEC)

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
	w->packets |= primary->kind != SKBTRACE_CONN;
	p = &w->primary[w->nr++];
	p->slot = primary->slot;
	return cond ? skbtrace_parse_cond(primary, "primary", cond, &p->cond) :
		      0;
}

/**
 * skbtrace_parse_primary() - parse the value of primary=
 * @spec: the result
 * @text: value; modified
 *
 * Context: skbtrace_lock.
 * Return: 0; -ENOENT: unknown event; -EINVAL; both told in "error"
 */
int skbtrace_parse_primary(struct skbtrace_spec *spec, char *text)
	__must_hold(&skbtrace_lock)
{
	char *name, *cond;
	size_t len;
	int err;

	lockdep_assert_held(&skbtrace_lock);
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

/* A number without a suffix counts events, with one it is a time. */
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
 * skbtrace_finish_watch() - check the combination of options of a spec
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

static void skbtrace_print_span(struct seq_file *m, const char *key,
				const struct skbtrace_span *span)
{
	if (span->ns)
		seq_printf(m, ",%s=%lluus", key,
			   div_u64(span->ns, NSEC_PER_USEC));
	else
		seq_printf(m, ",%s=%u", key, span->nr);
}

/* In a form that can be parsed again. */
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
