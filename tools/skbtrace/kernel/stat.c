// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/ctl.h"
#include "kernel/stat.h"

struct key {
	const char *name;
	size_t offset;
};

#define SESSION(m)	{ #m, offsetof(struct ctl_stat, m) }
#define CPU(m)		{ #m, offsetof(struct ctl_cpu, m) }

static const struct key session_keys[] = {
	SESSION(owner), SESSION(since_ns), SESSION(epoch),
	SESSION(subbuf_size), SESSION(subbuf_nr),
	SESSION(buffer_bytes), SESSION(log_bytes), SESSION(table_bytes),
	SESSION(exact), SESSION(inferred), SESSION(unavailable),
	SESSION(max_cost_ppm), SESSION(cost_ppm), SESSION(shed_factor),
	{}
};

#define FILTER(m)	{ #m, offsetof(struct ctl_filter, m) }

static const struct key filter_keys[] = {
	FILTER(insns), FILTER(seen), FILTER(passed), FILTER(connections),
	FILTER(matching),
	{}
};

static const struct key cpu_keys[] = {
	CPU(hits), CPU(skipped), CPU(filtered), CPU(refused),
	CPU(held_dropped), CPU(held), CPU(history), CPU(lost), CPU(written),
	CPU(read), CPU(produced), CPU(consumed), CPU(fullest), CPU(recursion),
	CPU(complete_ns), CPU(shed), CPU(cost_ns),
	{}
};

/* Unknown keys of newer kernels are ignored. */
static void set_key(const struct key *k, void *base, const char *word)
{
	size_t n = strcspn(word, "=");

	if (!word[n])
		return;
	for (; k->name; k++) {
		u64 *dest = (void *)((char *)base + k->offset);

		if (strlen(k->name) != n || strncmp(k->name, word, n))
			continue;
		*dest = strtoull(word + n + 1, NULL, 10);
		return;
	}
}

/* "dead" comes last on its line, so that its reason may hold blanks. */
static char *take_dead(char *line)
{
	char *p = strstr(line, " dead=");

	if (!p)
		return NULL;
	*p = '\0';
	p += strlen(" dead=");
	return strcmp(p, "-") ? xstrdup(p) : NULL;
}

static void parse_session(struct ctl_stat *st, char **save)
{
	char *word;

	while ((word = strtok_r(NULL, " ", save))) {
		if (!strcmp(word, "tracing=1"))
			st->tracing = true;
		else
			set_key(session_keys, st, word);
	}
}

static void parse_cpu(struct ctl_stat *st, char **save)
{
	char *word = strtok_r(NULL, " ", save);
	struct ctl_cpu *cpu;

	if (!word)
		return;
	st->cpus = xrealloc(st->cpus, (st->nr + 1) * sizeof(*st->cpus));
	cpu = &st->cpus[st->nr++];
	memset(cpu, 0, sizeof(*cpu));
	cpu->cpu = strtoul(word, NULL, 10);
	while ((word = strtok_r(NULL, " ", save)))
		set_key(cpu_keys, cpu, word);
}

static void parse_filter(struct ctl_stat *st, char **save)
{
	char *word = strtok_r(NULL, " ", save);
	struct ctl_filter *f;

	if (!word || (strcmp(word, "conn") && strcmp(word, "packet")))
		return;
	f = &st->filters[*word == 'c' ? FILTER_CONN : FILTER_PACKET];
	while ((word = strtok_r(NULL, " ", save)))
		set_key(filter_keys, f, word);
}

static void parse_line(struct ctl_stat *st, char *line)
{
	char *save, *word;

	if (!strncmp(line, "session ", 8))
		st->dead = take_dead(line);
	word = strtok_r(line, " ", &save);
	if (!word)
		return;
	if (!strcmp(word, "session"))
		parse_session(st, &save);
	else if (!strcmp(word, "cpu"))
		parse_cpu(st, &save);
	else if (!strcmp(word, "filter"))
		parse_filter(st, &save);
}

int ctl_stat(const struct ctl *c, struct ctl_stat *st)
{
	char *text, *line, *save;

	memset(st, 0, sizeof(*st));
	text = ctl_read(c, "stat");
	if (!text)
		return -errno;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		parse_line(st, line);
	free(text);
	return 0;
}

void ctl_stat_free(struct ctl_stat *st)
{
	free(st->cpus);
	free(st->dead);
	memset(st, 0, sizeof(*st));
}

u64 ctl_held(const struct ctl_stat *st)
{
	u64 over = ctl_sum(st, history) + ctl_sum(st, held_dropped);
	u64 held = ctl_sum(st, held);

	return held > over ? held : over;
}

int ctl_drops(const struct ctl *c, struct ctl_drop **drops)
{
	char *text = ctl_read(c, "dropped");
	char *line, *save;
	int n = 0;

	*drops = NULL;
	if (!text)
		return 0;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		unsigned long long count;
		struct ctl_drop d;

		if (sscanf(line, " cpu %u %63s %llu", &d.cpu, d.event,
			   &count) != 3)
			continue;
		d.count = count;
		*drops = xrealloc(*drops, (n + 1) * sizeof(d));
		(*drops)[n++] = d;
	}
	free(text);
	return n;
}
