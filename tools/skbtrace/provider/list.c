// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/wrap.h"
#include "provider/list.h"
#include "provider/provider.h"

static const char *const had_words[] = {
	[HAD_EXACT] = "exact",
	[HAD_INFERRED] = "inferred",
	[HAD_NOT] = "unavailable",
};

static void print_line(const struct probe *p, u32 id)
{
	printf("%5u %10s %17s %33s %s\n", id, p->provider,
	       p->module ? p->module : "", p->event[0] ? p->event[0] : "",
	       p->name);
}

static void print_class(const char *title, const char *names, const char *data,
			const char *class)
{
	printf("\n\t%s Attributes\n"
	       "\t\tIdentifier Names: %s\n"
	       "\t\tData Semantics:   %s\n"
	       "\t\tDependency Class: %s\n", title, names, data, class);
}

/* What a network's probe says, and what DTrace's own */
static void print_classes(const char *probe, const char *args, bool network)
{
	if (network)
		print_class(probe, "Private", "Private", "Unknown");
	else
		print_class(probe, "Stable", "Stable", "Common");
	if (network)
		print_class(args, "Evolving", "Evolving", "ISA");
	else
		print_class(args, "Stable", "Stable", "Common");
}

void list_stability(const char *file, bool network)
{
	printf("\nStability attributes for %s:\n",
	       file ? file : "the program");
	print_classes("Minimum Probe Description", "Minimum Statement",
		      network);
	putchar('\n');
	fflush(stdout);
}

/*
 * A probe is as stable as the least stable of its parts: module and function
 * may change at any time, provider and name do not. As DTrace tells it.
 */
static void print_stability(const struct probe *p)
{
	print_classes("Probe Description", "Argument", !probe_is_own(p));
}

static void print_types(const struct probe *p)
{
	printf("\n\tArgument Types\n");
	if (!p->nargs)
		printf("\t\tNone\n");
	for (u32 i = 0; i < p->nargs; i++)
		printf("\t\targs[%u]: %s%s\n", i,
		       p->args[i] ? p->args[i]->name : "void",
		       p->args[i] ? " *" : "");
}

/* From column @col, where the cursor is; more lines from @at */
static void print_wrapped(const char *how, const char *note, int col, int at)
{
	char *told = xasprintf("%s%s%s", how, note ? ": " : "", note ? note : "");

	wrap_print(told, col, at);
	free(told);
}

static void print_told(const char *how, const char *note, int col)
{
	print_wrapped(how, note, col, col);
}

static void print_members(const struct probe *p)
{
	for (u32 i = 0; i < p->nargs; i++) {
		if (p->args[i])
			printf("\n\targs[%u]: %s\n", i, p->args[i]->name);
		for (u32 m = 0; p->args[i] && m < p->args[i]->n; m++) {
			const struct member *mb = &p->args[i]->members[m];
			enum had had = member_had(p, mb);

			printf("\t\t%-18s %-11s ", mb->name, mb->type);
			if (member_whole(p, mb))
				putchar('*');
			print_told(had_words[had],
				   had == HAD_NOT ? NULL : mb->note,
				   47 + member_whole(p, mb));
		}
	}
}

static void print_here(const char *event, const struct format *here)
{
	const struct event *e = format_find(here, event);
	const char *how = "unavailable", *why = "not in this version";

	if (e) {
		how = had_words[e->state == STATE_EXACT ? HAD_EXACT :
				e->state == STATE_INFERRED ? HAD_INFERRED :
				HAD_NOT];
		why = *e->why ? e->why : NULL;
	}
	printf("\t\t%s ", event);
	print_wrapped(how, why, 17 + strlen(event), 24);
}

/* How this kernel has its events */
static void print_kernel(const struct probe *p, const struct format *here)
{
	const char *event;

	printf("\n\tOn this kernel\n");
	for (u32 i = 0; (event = probe_event(p, i, false)); i++)
		print_here(event, here);
	if (p->whole)
		print_here(p->whole, here);
}

/* What is ours: from where, and how each member is had */
static void print_all(const struct probe *p, const struct format *here)
{
	printf("\n\tFrom\n\t\t%s%s%s%s%s\n", p->event[0] ? p->event[0] : "-",
	       p->event[1] ? " " : "", p->event[1] ? p->event[1] : "",
	       p->whole ? ", or for members marked * " : "",
	       p->whole ? p->whole : "");
	printf("\t\t");
	print_told(had_words[p->had], p->how, 16);
	if (here && p->event[0])
		print_kernel(p, here);
	print_members(p);
}

void list_head(void)
{
	printf("%5s %10s %17s %33s %s\n", "ID", "PROVIDER", "MODULE",
	       "FUNCTION", "NAME");
}

void list_probe(const struct probe *p, u32 id, enum listed how,
		const struct format *here)
{
	print_line(p, id);
	if (how == LIST_LINE)
		return;
	print_stability(p);
	print_types(p);
	if (how == LIST_ALL)
		print_all(p, here);
	putchar('\n');
}

static bool any_matches(const struct probe *p, int n,
			const struct probe_spec *specs)
{
	for (int i = 0; i < n; i++)
		if (probe_matches(p, &specs[i]))
			return true;
	return !n;
}

static int parse_specs(int n, char *const *texts, struct probe_spec *specs)
{
	for (int i = 0; i < n; i++) {
		bool found = false;

		if (!probe_spec_parse(texts[i], strlen(texts[i]), &specs[i]))
			return fail(EXIT_USAGE,
				    "\"%s\" is no probe: PROVIDER:MODULE:FUNCTION:NAME",
				    texts[i]);
		for (u32 p = 0; p < nr_probes && !found; p++)
			found = probe_matches(&probes[p], &specs[i]);
		if (!found) {
			msg("no probe matches \"%s\"", texts[i]);
			hint("skbtrace list -l shows all");
			return EXIT_USAGE;
		}
	}
	return 0;
}

int list_probes(int n, char *const *texts, enum listed how,
		const struct format *here)
{
	struct probe_spec *specs = xcalloc(n + 1, sizeof(*specs));
	int code = parse_specs(n, texts, specs);

	if (!code)
		list_head();
	for (u32 i = 0; i < nr_probes && !code; i++)
		if (any_matches(&probes[i], n, specs))
			list_probe(&probes[i], i + 1, how, here);
	free(specs);
	return code;
}
