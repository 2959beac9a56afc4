// SPDX-License-Identifier: GPL-2.0
/* "list -l" with DTrace's options: which probes they choose. */
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "provider/list.h"
#include "provider/provider.h"

static int add_one(struct chosen *c, const char *text, int len,
		   const char *colons)
{
	char *spec = xasprintf("%.*s%s", len, text, colons);
	struct probe_spec parsed;

	if (!len || !probe_spec_parse(spec, strlen(spec), &parsed)) {
		msg("\"%s\" is no probe: PROVIDER:MODULE:FUNCTION:NAME", spec);
		free(spec);
		return EXIT_FAILED;
	}
	c->specs = xrealloc(c->specs, (c->n + 1) * sizeof(*c->specs));
	c->specs[c->n++] = spec;
	return 0;
}

int chosen_add(struct chosen *c, const char *text, const char *colons)
{
	int code, len;

	for (;;) {
		text += strspn(text, " \t\n");
		len = strcspn(text, ", \t\n/{");
		code = add_one(c, text, len, colons);
		text += len;
		text += strspn(text, " \t\n");
		if (code || *text != ',')
			return code;
		text++;
	}
}

int chosen_add_id(struct chosen *c, const char *text)
{
	u64 id;

	if (!parse_u64(text, &id) || !id || id > nr_probes)
		return fail(EXIT_FAILED, "no probe has the ID %s: with -l they are 1 to %u",
			    text, nr_probes);
	c->ids = xrealloc(c->ids, (c->nids + 1) * sizeof(*c->ids));
	c->ids[c->nids++] = id;
	return 0;
}

static bool spec_matches(const char *text, const struct probe *p)
{
	struct probe_spec s;

	return probe_spec_parse(text, strlen(text), &s) && probe_matches(p, &s);
}

static bool is_chosen(const struct chosen *c, u32 id)
{
	for (u32 i = 0; i < c->nids; i++)
		if (c->ids[i] == id)
			return true;
	for (u32 i = 0; i < c->n; i++)
		if (spec_matches(c->specs[i], &probes[id - 1]))
			return true;
	return false;
}

static void tell_missing(const char *spec)
{
	for (u32 i = 0; i < nr_probes; i++)
		if (spec_matches(spec, &probes[i]))
			return;
	msg("failed to match %s: no probe matches the description", spec);
}

int list_chosen(const struct chosen *c, enum listed how,
		const struct format *here)
{
	list_head();
	for (u32 id = 1; id <= nr_probes; id++)
		if (is_chosen(c, id))
			list_probe(&probes[id - 1], id, how, here);
	for (u32 i = 0; i < c->n; i++)
		tell_missing(c->specs[i]);
	return 0;
}

void chosen_free(struct chosen *c)
{
	for (u32 i = 0; i < c->n; i++)
		free(c->specs[i]);
	free(c->specs);
	free(c->ids);
}
