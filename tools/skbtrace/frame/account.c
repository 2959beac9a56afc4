// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame/account.h"

enum { MAX_SENT = 4096 };

static const struct row {
	const char *name;
	size_t at;		/* of the text, in struct account */
} rows[] = {
	{ SKBTRACE_INFO_HOST,	 offsetof(struct account, host) },
	{ SKBTRACE_INFO_SESSION, offsetof(struct account, session) },
	{ SKBTRACE_INFO_KERNEL,	 offsetof(struct account, kernel) },
	{ SKBTRACE_INFO_DEVICE,	 offsetof(struct account, device) },
	{ SKBTRACE_INFO_STATE,	 offsetof(struct account, state) },
	{ SKBTRACE_INFO_ENABLED, offsetof(struct account, enabled) },
};

static char **word_at(struct account *f, const struct row *r)
{
	return (char **)((char *)f + r->at);
}

static char **word_of(struct account *f, const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i].name, name))
			return word_at(f, &rows[i]);
	return NULL;
}

static void word_of_each(struct account *f, void (*call)(char **word))
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		call(word_at(f, &rows[i]));
}

static void none_is_empty(char **word)
{
	*word = *word ? *word : xstrdup("");
}

static void drop(char **word)
{
	free(*word);
	*word = NULL;
}

static void add_cpu(struct account *f, const char *rest)
{
	unsigned long long seq, lost, complete;
	unsigned int cpu;

	if (sscanf(rest, "%u %llu %llu %llu", &cpu, &seq, &lost,
		   &complete) != 4 || cpu >= FRAME_CPUS || seq == UINT64_MAX ||
	    f->ncpus == FRAME_CPUS)
		return;
	if (!(f->ncpus & (f->ncpus - 1)))
		f->cpus = xrealloc(f->cpus, sizeof(*f->cpus) *
				   (f->ncpus ? 2 * f->ncpus : 1));
	f->cpus[f->ncpus++] = (struct account_cpu){ cpu, seq, lost, complete };
}

static void add_sent(struct account *f, const char *rest)
{
	unsigned long long n;
	unsigned int event;

	if (sscanf(rest, "%u %llu", &event, &n) != 2 || event > UINT16_MAX ||
	    f->nsent == MAX_SENT)
		return;
	if (!(f->nsent & (f->nsent - 1)))
		f->sent = xrealloc(f->sent, sizeof(*f->sent) *
				   (f->nsent ? 2 * f->nsent : 1));
	f->sent[f->nsent++] = (struct account_sent){ event, n };
}

static void take_line(struct account *f, char *line)
{
	char *rest = line + strcspn(line, " "), **word;

	if (*rest)
		*rest++ = '\0';
	word = word_of(f, line);
	if (word) {
		free(*word);
		*word = xstrdup(rest);
	} else if (!strcmp(line, SKBTRACE_INFO_CPU)) {
		add_cpu(f, rest);
	} else if (!strcmp(line, SKBTRACE_INFO_SENT)) {
		add_sent(f, rest);
	}
}

void account_parse(struct account *f, const char *text)
{
	char *copy = xstrdup(text), *save, *line;

	memset(f, 0, sizeof(*f));
	for (line = strtok_r(copy, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		take_line(f, line);
	free(copy);
	word_of_each(f, none_is_empty);
}

void account_free(struct account *f)
{
	word_of_each(f, drop);
	free(f->cpus);
	free(f->sent);
	memset(f, 0, sizeof(*f));
}
