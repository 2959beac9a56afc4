// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "rewrite/vocabulary.h"

static const char *const always[] = {
	/* pcap-filter(7) */
	"and", "broadcast", "dst", "ether", "gateway", "greater", "host",
	"icmp", "icmp6", "igmp", "inbound", "ip", "ip6", "len", "less", "mask",
	"multicast", "net", "not", "or", "outbound", "port", "portrange",
	"proto", "protochain", "sctp", "src", "tcp", "tcp-ack", "tcp-cwr",
	"tcp-ece", "tcp-fin", "tcp-push", "tcp-rst", "tcp-syn", "tcp-urg",
	"tcpflags", "udp", "vlan",
	/* this program */
	"anonymise", "conn", "connections", "cut", "dev", "events", "filter",
	"flight", "info", "list", "live", "mark", "merge", "netns", "packets",
	"parse", "pid", "cgroup", "record", "seq", "since", "sk", "skbtrace",
	"until", "why", "all", "after", "before", "both", "exact", "form",
	"inferred", "mask", "only", "primary", "sample", "sk_mark", "skip",
	"snapshot", "stack", "payload", "when", "eq", "ne", "lt", "le", "gt", "ge",
	"hardirq", "softirq", "task", "none",
};

static void add(struct vocabulary *w, const char *s, size_t n)
{
	if (!n)
		return;
	if (!(w->n & (w->n - 1)))
		w->v = xrealloc(w->v, (w->n ? 2 * w->n : 1) * sizeof(*w->v));
	w->v[w->n++] = xasprintf("%.*s", (int)n, s);
}

static void add_list(struct vocabulary *w, const char *list)
{
	while (*list) {
		size_t n = strcspn(list, ":");

		add(w, list, n);
		list += n + (list[n] == ':');
	}
}

static void add_event(struct vocabulary *w, const struct event *e)
{
	add(w, e->name, strlen(e->name));
	add_list(w, e->sets);
	for (u32 i = 0; i < e->nfields; i++) {
		const struct field *f = &e->fields[i];

		add(w, f->name, strlen(f->name));
		add(w, f->text_name, strlen(f->text_name));
	}
}

static int order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void vocabulary_take(struct vocabulary *w, const struct format *f)
{
	if (w->of == f)
		return;
	vocabulary_free(w);
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		add(w, always[i], strlen(always[i]));
	for (u32 i = 0; i < f->nevents; i++)
		add_event(w, &f->events[i]);
	for (u32 i = 0; i < f->nsyms; i++)
		for (u32 j = 0; j < f->syms[i].n; j++)
			add(w, f->syms[i].v[j].word, f->syms[i].v[j].len);
	qsort(w->v, w->n, sizeof(*w->v), order);
	w->of = f;
}

bool vocabulary_has(const struct vocabulary *w, const char *word)
{
	return w->n && bsearch(&word, w->v, w->n, sizeof(*w->v), order);
}

void vocabulary_free(struct vocabulary *w)
{
	for (u32 i = 0; i < w->n; i++)
		free(w->v[i]);
	free(w->v);
	*w = (struct vocabulary){};
}
