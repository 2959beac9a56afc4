// SPDX-License-Identifier: GPL-2.0
/* Parses "format", for blocks. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "blocks_format.h"

#define MAX_EVENTS	128
#define MAX_SYMS	512

struct sym {
	char		table[32];
	unsigned long	value;
	char		word[48];
};

static struct event events[MAX_EVENTS];
static unsigned int nr_events;
static struct sym syms[MAX_SYMS];
static unsigned int nr_syms;

void die(const char *what)
{
	fprintf(stderr, "blocks: %s: %s\n", what, strerror(errno));
	exit(2);
}

static char *copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
	return to;
}

static void format_syms(char *save)
{
	char *table = strtok_r(NULL, " \n", &save), *w, *eq;

	while (table && (w = strtok_r(NULL, " \n", &save))) {
		eq = strchr(w, '=');
		if (!eq || nr_syms == MAX_SYMS)
			continue;
		*eq = 0;
		copy(syms[nr_syms].table, sizeof(syms[0].table), table);
		syms[nr_syms].value = strtoul(w, NULL, 10);
		copy(syms[nr_syms++].word, sizeof(syms[0].word), eq + 1);
	}
}

static void format_event(char *save)
{
	struct event *e = &events[nr_events++];
	char *w = strtok_r(NULL, " \n", &save);

	e->nr = w ? atoi(w) : 0;
	w = strtok_r(NULL, " \n", &save);
	copy(e->name, sizeof(e->name), w ? w : "");
	while ((w = strtok_r(NULL, " \n", &save))) {
		if (!strncmp(w, "len=", 4))
			e->len = atoi(w + 4);
		if (!strncmp(w, "role=", 5))
			e->naming = strcmp(w, "role=event");
	}
}

static void format_field(char *save)
{
	struct event *e = &events[nr_events - 1];
	struct field *f = &e->field[e->nr_fields++];
	char *w;

	w = strtok_r(NULL, " \n", &save);
	copy(f->name, sizeof(f->name), w ? w : "");
	w = strtok_r(NULL, " \n", &save);
	copy(f->type, sizeof(f->type), w ? w : "");
	w = strtok_r(NULL, " \n", &save);
	f->offset = w ? atoi(w) : 0;
	w = strtok_r(NULL, " \n", &save);
	copy(f->unit, sizeof(f->unit), w ? w : "");
	if (!strcmp(f->name, "end"))
		e->end_offset = f->offset;
}

void read_format(const char *name)
{
	FILE *in = fopen(name, "r");
	char line[MAX_LINE], *save, *w;

	if (!in)
		die(name);
	while (fgets(line, sizeof(line), in)) {
		w = strtok_r(line, " \n", &save);
		if (!w)
			continue;
		if (!strcmp(w, "syms"))
			format_syms(save);
		else if (!strcmp(w, "event") && nr_events < MAX_EVENTS)
			format_event(save);
		else if (!strcmp(w, "field") && nr_events &&
			 events[nr_events - 1].nr_fields < MAX_FIELDS)
			format_field(save);
	}
	fclose(in);
}

const struct event *find_event(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr_events; i++)
		if (events[i].nr == nr)
			return &events[i];
	return NULL;
}

static const char *find_word(const char *table, unsigned long value)
{
	unsigned int i;

	for (i = 0; i < nr_syms; i++)
		if (syms[i].value == value && !strcmp(syms[i].table, table))
			return syms[i].word;
	return NULL;
}

static size_t type_size(const char *type)
{
	if (!strcmp(type, "addr"))
		return 16;
	if (!strncmp(type, "str", 3))
		return atoi(type + 3);
	return atoi(type + 1) / 8;
}

static uint64_t get_number(const unsigned char *p, const char *type)
{
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	switch (type_size(type)) {
	case 1:
		return *type == 's' ? (uint64_t)(int8_t)*p : *p;
	case 2:
		memcpy(&v2, p, 2);
		return *type == 's' ? (uint64_t)(int16_t)v2 : v2;
	case 4:
		memcpy(&v4, p, 4);
		return *type == 's' ? (uint64_t)(int32_t)v4 : v4;
	default:
		memcpy(&v8, p, 8);
		return v8;
	}
}

static int print_addr(char *to, size_t size, const unsigned char *p)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];

	if (!memcmp(p, mapped, sizeof(mapped)))
		inet_ntop(AF_INET, p + sizeof(mapped), text, sizeof(text));
	else
		inet_ntop(AF_INET6, p, text, sizeof(text));
	return snprintf(to, size, "%s", text);
}

int print_field(char *to, size_t size, const struct field *f,
		const unsigned char *p)
{
	const char *word;
	uint64_t v;

	if (!strcmp(f->type, "addr"))
		return print_addr(to, size, p);
	if (!strncmp(f->type, "str", 3))
		return snprintf(to, size, "%.*s", (int)type_size(f->type), p);
	v = get_number(p, f->type);
	if (!strncmp(f->unit, "enum:", 5)) {
		word = find_word(f->unit + 5, v);
		if (word)
			return snprintf(to, size, "%s", word);
		return snprintf(to, size, "#%llu", (unsigned long long)v);
	}
	if (!strcmp(f->unit, "sk") || !strcmp(f->unit, "pkt") ||
	    !strcmp(f->unit, "sym") || !strcmp(f->unit, "hex"))
		return snprintf(to, size, "%llx", (unsigned long long)v);
	if (*f->type == 's')
		return snprintf(to, size, "%lld", (long long)v);
	return snprintf(to, size, "%llu", (unsigned long long)v);
}
